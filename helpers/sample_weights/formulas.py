"""The maths of sample weights. Tensors are torch's, float64."""

import torch


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# 1 · Weights in the loss

LINE_X = _tensor(-1.0, 0.5, 2.0)
LINE_T = _tensor(0.5, -0.5, 1.5)
LINE_THETA = _tensor(0.5, 0.0)


def line_losses(theta):
    """Squared errors of the line theta[0]·x + theta[1] at the three points of the page; (3,)."""
    return (theta[0] * LINE_X + theta[1] - LINE_T) ** 2


def line_jacobian(theta):
    """∂(loss i)/∂(theta j) of `line_losses`, shape (3, 2)."""
    error = theta[0] * LINE_X + theta[1] - LINE_T
    return torch.stack([2 * error * LINE_X, 2 * error], dim=1)


# 2 · A weighted sampler

SAMPLES, RARE, BATCHES, BATCH = 1000, 10, 1000, 32
POOLINGS = (
    "weights in the loss",
    "sampler",
    "weights ÷ their sum in the batch",
    "sampler and weights",
)


def rare_gradients():
    """Gradients 2(w − t) at w = 0 of 1000 samples, the last ten rare; (1000,).

    The targets t are quantiles of normal distributions of spread 1 around 1, and of the rare
    ones around 4.
    """
    common, rare = (
        torch.special.ndtri((torch.arange(n, dtype=torch.float64) + 0.5) / n)
        for n in (SAMPLES - RARE, RARE)
    )
    return -2 * torch.cat([1 + common, 4 + rare])


def rare_weights(weight):
    """Weight 1 for the common samples and `weight` for the ten rare ones; (1000,)."""
    weights = torch.ones(SAMPLES, dtype=torch.float64)
    weights[-RARE:] = weight
    return weights


def weighted_mean(values, weights):
    """Σ wᵢ·vᵢ / Σ wᵢ over the last dimension."""
    return (weights * values).sum(-1) / weights.sum(-1)


def batch_gradients(pooling, weight):
    """What 1000 batches of 32 samples take for the weighted mean gradient; (1000,).

    `pooling`, one of POOLINGS: batches drawn evenly and the losses weighted (with weights of mean
    1 over all samples, or divided by their sum in the batch), batches drawn by weight, or both.
    The same random numbers for all settings.
    """
    gradient, weights = rare_gradients(), rare_weights(weight)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(BATCHES, BATCH, generator=generator, dtype=torch.float64)
    if "sampler" in pooling:
        index = torch.searchsorted(weights.cumsum(0) / weights.sum(), drawn)
    else:
        index = (drawn * SAMPLES).long()
    index = index.clamp(max=SAMPLES - 1)  # rounding may leave the last sum just below 1
    gradient, in_batch = gradient[index], weights[index]
    divided = weighted_mean(gradient, in_batch)
    weighted = (in_batch / weights.mean() * gradient).mean(1)
    estimates = zip(POOLINGS, (weighted, gradient.mean(1), divided, divided), strict=True)
    return dict(estimates)[pooling]


def batch_variance(pooling, weight):
    """Exact variance of one batch's estimate for the poolings "weights in the loss", "sampler"."""
    gradient, weights = rare_gradients(), rare_weights(weight)
    mean = weighted_mean(gradient, weights)
    return {
        "weights in the loss": ((weights / weights.mean() * gradient - mean) ** 2).mean() / BATCH,
        "sampler": weighted_mean((gradient - mean) ** 2, weights) / BATCH,
    }[pooling]
