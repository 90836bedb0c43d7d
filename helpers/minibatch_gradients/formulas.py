"""The maths of minibatch gradients. Tensors are torch's, float64."""

import torch


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


X7 = _tensor(1, 2, 3, 4, 5, 6, 7)
T7 = _tensor(2, 1, 5, 3, 8, 4, 9)
LINE = _tensor(0.5, 0.1)


def line_gradient(x, t, line=LINE):
    """Gradient (2,) of the mean squared error of the line (slope, constant) at the points (x, t)."""
    error = line[0] * x + line[1] - t
    return 2 * torch.stack([(error * x).mean(), error.mean()])


def chunks(size):
    """The seven points cut into batches of `size`, the last one perhaps smaller: pairs (x, t)."""
    return list(zip(X7.split(size), T7.split(size), strict=True))


def gradient_of_batches(size, weighted):
    """Mean (2,) of the gradients of batches of `size`, weighted by the batches' sizes or plain."""
    parts = chunks(size)
    gradients = torch.stack([line_gradient(x, t) for x, t in parts])
    weights = _tensor(*[len(x) if weighted else 1 for x, _ in parts])
    return weights @ gradients / weights.sum()


PIXELS, LATENTS = 784, 20
BATCHES = (16, 32, 64, 128, 256)
RECONSTRUCTIONS = {"sum over pixels": "sum", "mean over everything": "mean"}
DIVERGENCES = {
    "mean over the batch": "batch",
    "sum over everything": "sum",
    "mean over everything": "mean",
}


def effective_weight(reconstruction, divergence, batch, factor=1.0):
    """Weight of `factor` times the KL term, against 1 where both terms are summed, over the batch.

    reconstruction: a value of RECONSTRUCTIONS; divergence: one of DIVERGENCES.
    """
    pixels = {"sum": 1, "mean": PIXELS}[reconstruction]
    return factor * pixels * {"batch": 1, "sum": batch, "mean": 1 / LATENTS}[divergence]
