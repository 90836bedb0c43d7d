"""Other right answers to the exercises of 11_stable_norms; check must accept them."""

import numpy as np
import torch
from rewriting import rewrite
from torch.nn import functional as F

SAME = {
    "which_clipping": ["g.abs().max() → g.abs().sum()"],
    # A number no smaller than the largest entry divides as well; 0 divided by any number is 0.
    "safe_norm": ["1 → 2", "1 → -1", "d.detach().abs().max() → d.detach().abs().sum()"],
    # At δ the parabola and the line meet.
    "huber": ["size <= delta → size < delta"],
    # 0 divided by any number is 0; a norm at the limit is shortened by the factor 1.
    "clip_by_norm": [
        "1 → 2",
        "1 → -1",
        "m * s > limit → m * s >= limit",
        "g.abs().max() → g.abs().sum()",
    ],
}


@rewrite("log_squared_norm")
def with_two_wheres(d):
    size = torch.where(d != 0, d, 1).abs()
    return torch.logsumexp(torch.where(d != 0, 2 * size.log(), -torch.inf), 0)


@rewrite("log_squared_norm")
def scaled_first(d):
    m = d.detach().abs().max()
    return 2 * m.log() + ((d / m) ** 2).sum().log()


@rewrite("safe_norm")
def without_detach(d):
    m = d.abs().max()
    if m == 0:
        return 0 * d.sum()
    return m * (d / m).square().sum().sqrt()


@rewrite("safe_norm")
def by_a_power_of_two(d):
    largest = d.detach().abs().max()
    if largest == 0:
        return d.sum() * 0
    m = 2 ** largest.log2().floor()
    return torch.linalg.vector_norm(d / m) * m


@rewrite("safe_norm")
def entry_by_entry(d):
    nonzero = d[d != 0]
    if len(nonzero) == 0:
        return d.abs().sum()
    norm = nonzero[0].abs()
    for entry in nonzero[1:]:
        norm = torch.hypot(norm, entry)
    return norm


@rewrite("huber")
def by_the_difference(d, delta):
    inside = torch.clamp(d, -delta, delta)
    return (inside * (d - inside / 2)).sum(), inside


@rewrite("huber")
def by_torch(d, delta):
    loss = F.huber_loss(d, torch.zeros_like(d), reduction="sum", delta=delta)
    return loss, torch.where(d.abs() <= delta, d, delta * d.sign())


@rewrite("clip_by_norm")
def one_long_vector(gradients, limit):
    flat = torch.cat([g.flatten() for g in gradients])
    m = flat.abs().max()
    if m == 0:
        return [g.clone() for g in gradients], m
    norm = m * (flat / m).norm()
    if norm <= limit:
        return [1 * g for g in gradients], norm
    return [g / m * (limit / (flat / m).norm()) for g in gradients], norm


@rewrite("which_clipping")
def with_numpy(before, after, limit):
    a, b = before.numpy(), after.numpy()
    if np.array_equal(a, b):
        return "untouched"
    if not b.any():
        return "skipped"
    if np.allclose(b, np.clip(a, -limit, limit), atol=1e-9):
        return "by value"
    with np.errstate(all="ignore"):
        same = np.allclose(a / np.abs(a).max(), b / np.abs(b).max(), atol=1e-9)
    return "by norm" if same else "something else"


@rewrite("which_clipping")
def by_the_cosine_of_scaled_ones(before, after, limit):
    if torch.equal(before, after):
        return "untouched"
    if not after.any():
        return "skipped"
    if torch.allclose(after, before.clip(-limit, limit), atol=1e-9):
        return "by value"
    cosine = F.cosine_similarity(before / before.abs().max(), after / after.abs().max(), dim=0)
    return "by norm" if cosine > 1 - 1e-12 else "something else"
