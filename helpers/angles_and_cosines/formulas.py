"""Angles as numbers and as points, losses that compare directions, and losses of histograms.

Tensors are torch's. An angle is in degrees unless its name says otherwise, counted anticlockwise;
its point on the unit circle is (cos, sin).
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits

# 1 · A circle has a seam


def points(degrees):
    """The points (cos, sin) of angles: a float tensor (…) of degrees → (…, 2), the same dtype.

    Raises TypeError unless the angles are a float tensor.
    """
    if not (isinstance(degrees, torch.Tensor) and degrees.is_floating_point()):
        raise TypeError("Angles must be a float tensor, in degrees.")
    radians = torch.deg2rad(degrees)
    return torch.stack([radians.cos(), radians.sin()], -1)


def angles(xy):
    """The angles of points or arrows (…, 2), in degrees from −180 to 180; 0 for (0, 0).

    Raises ValueError if the last dimension is not 2.
    """
    if xy.shape[-1:] != (2,):
        raise ValueError(f"Points have a last dimension of 2; got the shape {tuple(xy.shape)}.")
    return torch.rad2deg(torch.atan2(xy[..., 1], xy[..., 0]))


def wrapped(difference):
    """A difference of angles, in degrees, brought to −180 (included) … 180 (not included)."""
    return torch.remainder(difference + 180, 360) - 180


CODES = {
    "turns, squared error": lambda a, b: ((a - b) / 360).square(),
    "(cos, sin), mean squared error": lambda a, b: (points(a) - points(b)).square().mean(-1),
}


# 2 · The corners of a bounded output

ACTIVATIONS = {"tanh": torch.tanh, "linear": lambda z: z}


def cosine_loss(a, b):
    """One minus the cosine of the angle between a and b, (…, d) both: a tensor (…).

    Raises ValueError for two shapes, which would broadcast silently. A zero vector gives NaN.
    """
    if a.shape != b.shape:
        raise ValueError(f"Two shapes: {tuple(a.shape)} and {tuple(b.shape)}.")
    return 1 - (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))


ANGLE_LOSSES = {
    "cosine": cosine_loss,
    "MSE": lambda a, b: (a - b).square().mean(-1),
}


def pull(z, target, activation="linear", loss="cosine"):
    """Loss (float) and its gradient by z (2,) for a target angle in degrees, float64.

    `activation` of ACTIVATIONS stands between z and the loss, which is one of ANGLE_LOSSES.
    """
    z = torch.as_tensor(z, dtype=torch.float64).clone().requires_grad_()
    aim = points(torch.tensor(float(target), dtype=torch.float64))
    value = ANGLE_LOSSES[loss](ACTIVATIONS[activation](z), aim)
    return value.item(), torch.autograd.grad(value, z)[0]


@lru_cache(maxsize=64)
def descend(z, target, activation, loss="cosine", steps=1000, rate=0.5):
    """Gradient descent on two logits z, a pair of floats: the path (steps + 1, 2), float64.

    The path is that of z, before the activation. Target, activation and loss as in `pull`. Plain
    floats, since autograd takes half a second for it; do not change what it returns.
    """
    x, y = z
    u, v = math.cos(math.radians(target)), math.sin(math.radians(target))
    path = [(x, y)]
    for _ in range(steps):
        a, b = (math.tanh(x), math.tanh(y)) if activation == "tanh" else (x, y)
        if loss == "cosine":
            length = math.hypot(a, b)
            along = (a * u + b * v) / length
            da, db = (along * a / length - u) / length, (along * b / length - v) / length
        else:  # the mean of two squares
            da, db = a - u, b - v
        if activation == "tanh":
            da, db = da * (1 - a * a), db * (1 - b * b)
        x, y = x - rate * da, y - rate * db
        path.append((x, y))
    return torch.tensor(path, dtype=torch.float64)


def output_angles(path, activation):
    """The angles of the outputs along a path (…, 2) of logits, in degrees from −180 to 180."""
    return angles(ACTIVATIONS[activation](path))


# 3 · A loss without a scale


def cosine_gradient(z, b):
    """The gradient of `cosine_loss` by z (d,), for b (d,), by its formula."""
    length, unit = z.norm(), b / b.norm()
    direction = z / length
    return -(unit - (unit @ direction) * direction) / length


def lengths(z, b, rate, steps, adam=False, noise=0.0):
    """|z| before and after each step of descent, or of Adam, on `cosine_loss`: (steps + 1,).

    z, b: (d,), float64. With `noise` the target changes at each step: b plus normal numbers of
    this size, the same at every call. (Adam is written out, since torch.optim takes two seconds
    to import; a test compares them.)
    """
    generator = torch.Generator().manual_seed(0)
    kept, mean, square = [z.norm()], torch.zeros_like(z), torch.zeros_like(z)
    for step in range(1, steps + 1):
        drawn = torch.randn(len(b), generator=generator, dtype=torch.float64)
        way = cosine_gradient(z, b + noise * drawn)
        if adam:
            mean, square = 0.9 * mean + 0.1 * way, 0.999 * square + 0.001 * way**2
            way = mean / (1 - 0.9**step) / ((square / (1 - 0.999**step)).sqrt() + 1e-8)
        z = z - rate * way
        kept.append(z.norm())
    return torch.stack(kept)


# 4 · Rows that mix


def gram_cosine(a, b):
    """What matrix products make of “the cosines of the rows” of a and b, (N, d) both: (N,).

    The lengths come from a·aᵀ and b·bᵀ, whose rows are added up: every pair of rows is in it.
    """
    lengths = (a @ a.T).sum(1).sqrt() * (b @ b.T).sum(1).sqrt()
    return (a * b).sum(1) / lengths


ROW_COSINES = {"matrix products": gram_cosine, "row by row": F.cosine_similarity}


@lru_cache(maxsize=32)
def rows_training(cosine, batch, seed=0, steps=30, rate=0.1):
    """Length of the weights before and after each step of a linear model, (steps + 1,) float64.

    256 random inputs (8 numbers) and their histograms (6 bins), made by hidden weights and a
    softmax; batches of `batch` rows; plain descent on 1 − cosine, with a cosine of ROW_COSINES.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    inputs, hidden, weights = normal(256, 8), normal(8, 6), 0.1 * normal(8, 6)
    targets = (inputs @ hidden).softmax(1)
    kept = [weights.norm()]
    for _ in range(steps):
        rows = torch.randint(256, (batch,), generator=generator)
        weights.requires_grad_()
        loss = 1 - ROW_COSINES[cosine](inputs[rows] @ weights, targets[rows]).mean()
        weights = (weights - rate * torch.autograd.grad(loss, weights)[0]).detach()
        kept.append(weights.norm())
    return torch.stack(kept)


# 5 · Histograms

HISTOGRAM_LOSSES = {
    "cross-entropy": lambda p, t: -(t * p.log()).sum(-1),
    "1 − cosine": lambda p, t: cosine_loss(p, t),
    "squared error": lambda p, t: (p - t).square().sum(-1),
    "cumulative": lambda p, t: (p.cumsum(-1) - t.cumsum(-1)).square().sum(-1),
}


def bump(centre, width, bins=16, floor=0.05):
    """A histogram of `bins` bins, float64 (bins,): a bell at the bin `centre` (a number), and a floor.

    `width`: the bell's standard deviation in bins; `floor`: the share that is spread evenly, so
    that no bin is empty.
    """
    place = torch.arange(bins, dtype=torch.float64)
    bell = (-((place - centre) ** 2) / (2 * width**2)).softmax(0)
    return (1 - floor) * bell + floor / bins


def ink_by_column(images):
    """The share of a picture's ink in each column, (N, 64) → (N, 16) float64.

    The eight columns of the picture come first. Eight empty ones follow, so that the digit can be
    moved to the right.
    """
    ink = images.reshape(-1, 8, 8).double().sum(1)
    return F.pad(ink / ink.sum(1, keepdim=True), (0, 8))


def moved(histogram, bins, floor=0.05):
    """A histogram (…, 16) moved to the right by `bins`, with a share `floor` spread evenly."""
    return (1 - floor) * histogram.roll(bins, -1) + floor / histogram.shape[-1]


# 6 · Rotated digits

SIDE = 12  # pixels: a digit of 8×8 pixels keeps its corners when it is turned
OUTPUTS = {  # name → activation or "number", loss
    "tanh, cosine": ("tanh", "cosine"),
    "linear, cosine": ("linear", "cosine"),
    "tanh, MSE": ("tanh", "MSE"),
    "linear, MSE": ("linear", "MSE"),
    "one number, MSE": ("number", "MSE"),
}
RATES = (0.003, 0.01, 0.03, 0.1)
DIGITS = (3, 4)
SEEDS = tuple(range(5))
SGD_RATES = (1.0, 20.0)  # for the two cosine losses
MEASURES = ("stuck", "error", "error at the seam", "length")


def turned(images, degrees):
    """Pictures (N, 64), ink 0 … 16, turned anticlockwise by (N,) degrees: (N, 12, 12), 0 … 1.

    Each is put into a frame of 12×12 pixels and turned about its centre. A new pixel is the
    bilinear mean of the four old ones around the place that it comes from; outside is 0.
    Raises ValueError unless there is an angle for each picture.
    """
    if images.shape != (len(degrees), 64):
        raise ValueError(f"Shapes {tuple(images.shape)} and {tuple(degrees.shape)} don't match.")
    cos, sin = points(degrees).to(torch.float32).unbind(-1)
    zero = torch.zeros_like(cos)
    matrix = torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1)
    framed = F.pad(images.float().reshape(-1, 1, 8, 8) / 16, (2, 2, 2, 2))
    grid = F.affine_grid(matrix, framed.shape, align_corners=False)
    return F.grid_sample(framed, grid, align_corners=False)[:, 0]


@lru_cache(maxsize=2)
def rotated_digits(digit):
    """((pictures, degrees), (pictures, degrees)) for training and for testing; pictures (N, 144).

    Training: the first 120 pictures of the digit at 0°, 20°, …, 340° (2160). Testing: the next 61
    pictures, each at eight random angles from 0° to 360° (488).
    """
    images, labels = digits()
    images = images[labels == digit]
    train, test = torch.arange(18).float().mul(20).repeat(120), images[120:181]
    generator = torch.Generator().manual_seed(0)
    true = 360 * torch.rand(488, generator=generator, dtype=torch.float32)
    return (
        (turned(images[:120].repeat_interleave(18, 0), train).flatten(1), train),
        (turned(test.repeat_interleave(8, 0), true).flatten(1), true),
    )


def angle_network(digit, output, rate, seed, optimiser=torch.optim.Adam, steps=300):
    """Train 144 → 64 ReLU → 2 (or 1) on batches of 128 pictures; returns the network."""
    activation, loss = OUTPUTS[output]
    (x, degrees), _ = rotated_digits(digit)
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        last = nn.Linear(64, 1 if activation == "number" else 2, dtype=torch.float32)
        network = nn.Sequential(nn.Linear(144, 64, dtype=torch.float32), nn.ReLU(), last)
    optim = optimiser(network.parameters(), lr=rate)
    for _ in range(steps):
        rows = torch.randint(len(x), (128,), generator=generator)
        z = network(x[rows])
        if activation == "number":
            value = F.mse_loss(z[:, 0], degrees[rows] / 360)
        else:
            a, b = ACTIVATIONS[activation](z), points(degrees[rows])
            value = F.mse_loss(a, b) if loss == "MSE" else (1 - F.cosine_similarity(a, b)).mean()
        optim.zero_grad()
        value.backward()
        optim.step()
    return network


def predicted(network, digit, output):
    """The network's angles for the test pictures, (488,) degrees, and the mean length of z."""
    with torch.no_grad():
        z = network(rotated_digits(digit)[1][0])
    if OUTPUTS[output][0] == "number":
        return 360 * z[:, 0], z.abs().mean().item()
    return angles(ACTIVATIONS[OUTPUTS[output][0]](z)), z.norm(dim=1).mean().item()


def measured(guess, true):
    """Share within 3° of a multiple of 45°, mean error, and mean error within 25° of 0° (degrees)."""
    error = wrapped(guess - true).abs()
    stuck = (torch.remainder(guess + 22.5, 45) - 22.5).abs() <= 3
    seam = wrapped(true).abs() < 25
    return stuck.float().mean().item(), error.mean().item(), error[seam].mean().item()


@lru_cache(maxsize=1)
def stored():
    """The arrays of data/angle_digits.npz (data/angle_digits.py made them), by name."""
    with np.load(DATA / "angle_digits.npz") as file:
        return dict(file)


def over_seeds(digit, output, rate, measure):
    """A measure (of MEASURES) of the five trainings: a float tensor (5,), angles in degrees."""
    at = DIGITS.index(digit), list(OUTPUTS).index(output), RATES.index(rate)
    return torch.from_numpy(stored()["measures"][at][:, MEASURES.index(measure)])


def by_sgd(digit, output, rate, measure):
    """Like `over_seeds`, for the trainings by plain descent with a cosine loss."""
    at = DIGITS.index(digit), list(OUTPUTS).index(output), SGD_RATES.index(rate)
    return torch.from_numpy(stored()["sgd"][at][:, MEASURES.index(measure)])


def guesses(digit, output, rate):
    """What the training with seed 0 predicts for the test pictures: (488,) float32, degrees."""
    at = DIGITS.index(digit), list(OUTPUTS).index(output), RATES.index(rate)
    return stored()["guesses"][at]
