"""Other right answers to the exercises of 10_angles_and_cosines; check must accept them."""

import torch
from rewriting import rewrite
from torch.nn import functional as F

SAME = {
    # A shift by a full turn changes no remainder.
    "angle_error": ["a - b + 180 → a - b - 180", "180 → -180"],
    # The same, one degree and 1 ± 0.01 squared hardly differ; and no case is exactly 10° off, or exactly 0.01 from a corner.
    "diagnose": [
        "((off + 180) % 360 - 180).abs().max() <= 10 → ((off + 180) % 360 - 180).abs().max() < 10",
        "off + 180 → off - 180",
        "180 → -180",
        "360 → 359",
        "outputs.abs() → outputs.square()",
        "(outputs.abs() - 1).abs() < 0.01 → (outputs.abs() - 1).abs() <= 0.01",
    ],
    # The last of two dimensions is dimension 1.
    "cosine_loss": ["1 → -1"],
    "histogram_loss": ["1 → -1"],
}


@rewrite("angle_error")
def by_rounding(a, b):
    turns = torch.floor((a - b + 180) / 360)
    return a - b - 360 * turns


@rewrite("angle_error")
def by_remainder(a, b):
    return torch.remainder(a - b + 180, 360) - 180


@rewrite("circular_mean")
def by_complex_numbers(angles, weights):
    total = (weights * torch.exp(1j * torch.deg2rad(angles))).sum()
    return torch.rad2deg(total.angle()) % 360


@rewrite("diagnose")
def by_cosines(outputs, angles):
    radians = torch.deg2rad(angles)
    true = torch.stack([radians.cos(), radians.sin()], 1)

    def right(points):
        near = torch.cos(torch.deg2rad(torch.tensor(10.0).double()))
        return (F.cosine_similarity(points, true) >= near).all()

    if right(outputs):
        return "fine"
    if torch.allclose(outputs.abs(), torch.ones_like(outputs), rtol=0, atol=0.01):
        return "corners"
    return "swapped" if right(outputs[:, [1, 0]]) else "opposite"


@rewrite("cosine_loss")
def by_torch(a, b, eps):
    return (1 - F.cosine_similarity(a, b, dim=1, eps=eps)).mean()


@rewrite("cosine_loss")
def normalised_first(a, b, eps):
    unit = F.normalize(a, dim=1, eps=eps), F.normalize(b, dim=1, eps=eps)
    return 1 - (unit[0] * unit[1]).sum() / len(a)


@rewrite("histogram_loss")
def difference_first(logits, target):
    gap = torch.cumsum(F.softmax(logits, dim=-1) - target, dim=-1)
    return (gap**2).sum(dim=-1).mean()
