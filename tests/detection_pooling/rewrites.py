"""Other right answers to the exercises of 14_detection_pooling; check must accept them."""

import torch
from rewriting import rewrite
from torch.nn import functional as F

SAME = {
    # A total of 0 has a relevance of 0, so any divisor does; a weight of 0 has a share of 0.
    "z_b": ["1 → -1", "1 → 2", "W > 0 → W >= 0"],
    # The last of two dimensions is dimension 1.
    "pool_backward": ["1 → -1"],
    # Likewise, and no sum is off by exactly 1 %.
    "audit": [
        "1 → -1",
        "(R.sum(1) - outputs).abs() > 0.01 * outputs → "
        "(R.sum(1) - outputs).abs() >= 0.01 * outputs",
    ],
}


@rewrite("detect_pool")
def by_average(x, W, b, group):
    return F.avg_pool1d(F.relu(F.linear(x, W.T, b)), group) * group


@rewrite("detect_pool")
def by_slices(x, W, b, group):
    a = torch.clamp(x @ W + b, min=0)
    return sum(a[:, k::group] for k in range(group))


@rewrite("z_b")
def by_products(x, W, R, low, high):
    up, down = W.clamp(min=0), W.clamp(max=0)
    z = x @ W - low * up.sum(0) - high * down.sum(0)
    s = torch.where(z == 0, 0.0, R / z)
    return x * (s @ W.T) - low * (s @ up.T) - high * (s @ down.T)


@rewrite("z_b")
def unit_by_unit(x, W, R, low, high):
    found = torch.zeros_like(x)
    for k in range(W.shape[1]):
        w = W[:, k]
        shares = x * w - low * w.clamp(min=0) - high * w.clamp(max=0)
        if (w != 0).any():
            found += shares / shares.sum(1, keepdim=True) * R[:, k : k + 1]
    return found


@rewrite("deletion_curve")
def all_at_once(f, x, order, baseline):
    rank = order.argsort()
    return f(torch.where(rank < torch.arange(len(x) + 1)[:, None], baseline, x))


@rewrite("pool_backward")
def with_a_mask(grad_output, activations, group):
    spread = grad_output.unsqueeze(-1).expand(-1, -1, group).reshape(activations.shape)
    return torch.where(activations == 0, 0.0, spread)


@rewrite("audit")
def with_std(R, outputs):
    if not torch.allclose(R.sum(1) / outputs, torch.ones_like(outputs), rtol=0, atol=0.01):
        return "does not add up"
    if R.min() < 0:
        return "negative credit"
    if torch.equal(R, R[:, :1].expand_as(R)):
        return "says nothing"
    return "no objection"
