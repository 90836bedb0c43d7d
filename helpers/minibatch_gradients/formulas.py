"""Gradients of batches: how to put them together, how noisy they are, where the noise leads.

Tensors are torch's, float64. A batch of B of n samples is drawn without replacement, unless a
parameter says otherwise.
"""

import itertools
import math
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# 1 · A mean of means

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


@lru_cache(maxsize=1)
def digit_data():
    """All digits: images (1797, 64), ink from 0 to 1, and labels (1797,). Change neither."""
    images, labels = digits()
    return images.double() / 16, labels


def digit_loss(weight, images, labels):
    """Cross-entropy of the linear model `weight` (10, 64), mean over these digits."""
    return F.cross_entropy(images @ weight.T, labels)


def digit_gradients():
    """Gradient (1797, 640) of each digit's loss, where all weights are 0."""
    gradient = torch.func.vmap(torch.func.grad(digit_loss), in_dims=(None, 0, 0))
    images, labels = digit_data()
    weight = torch.zeros(10, 64, dtype=torch.float64)
    return gradient(weight, images[:, None], labels[:, None]).flatten(1)


# 2 to 4 · One parameter: t ≈ w·x, and the loss is the mean of (w·x − t)²

SIZES = (1, 2, 4, 8, 16, 32, 64)
RATES = (0.02, 0.05, 0.1, 0.2)
EPOCHS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200, 250, 300)
N = 64


def points(seed=0, noise=1.0):
    """64 points (x, t) with t = 2x + noise·ε, where x and ε are standard normal."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=N)
    t = 2 * x + noise * generator.normal(size=N)
    return torch.from_numpy(x), torch.from_numpy(t)


X, T = points()


def sample_gradients(w, x=X, t=T):
    """Derivative (n,) of each point's squared error by w."""
    return 2 * x * (w * x - t)


def best(x=X, t=T):
    """The w at which the loss over all points is lowest."""
    return ((x * t).sum() / (x * x).sum()).item()


def excess(w, x=X, t=T):
    """How far the loss over all points lies above its lowest value. w: a number or a tensor."""
    return (x * x).mean().item() * (w - best(x, t)) ** 2


def batches(size, epochs, runs, shuffled, seed):
    """Yield indices (runs, B) of one batch after the other, in as many as `epochs` need.

    shuffled: whether an epoch is a random order of all points, cut into batches. Otherwise each
    batch is drawn afresh.
    """
    generator = np.random.default_rng(seed)
    everyone = np.tile(np.arange(N), (runs, 1))
    for _ in range(epochs):
        order = generator.permuted(everyone, axis=1)
        for start in range(0, N, size):
            if shuffled or size == N:
                yield order[:, start : start + size]
            elif size == 1:
                yield generator.integers(N, size=(runs, 1))
            else:
                yield np.argpartition(generator.random((runs, N)), size - 1, axis=1)[:, :size]


def descend(size, rate, epochs, runs=1, shuffled=True, seed=0, x=X, t=T):
    """w (updates + 1, runs) of gradient descent from w = 0 in batches of `size`."""
    x, t, w = x.numpy(), t.numpy(), np.zeros(runs)
    path = [w]
    for at in batches(size, epochs, runs, shuffled, seed):
        gradient = (2 * x[at] * (w[:, None] * x[at] - t[at])).mean(1)
        w = w - rate * gradient
        path.append(w)
    return np.array(path)


@lru_cache(maxsize=1)
def stored():
    """The arrays of data/minibatch_gradients.npz, which data/minibatch_gradients.py wrote."""
    with np.load(DATA / "minibatch_gradients.npz") as file:
        return {name: file[name].astype(np.float64) for name in file.files}


def mean_excess(rate, size):
    """Mean excess loss of 100 runs, shuffled, after each of EPOCHS epochs."""
    return stored()["line"][RATES.index(rate), SIZES.index(size)]


def updates(n, size, epochs):
    """Number of steps of `epochs` epochs of n samples in batches of `size`."""
    return epochs * math.ceil(n / size)


# 3 · How far off one batch is


def variance_of_mean(v, n, size, replacement=False):
    """Variance of the mean of `size` of n numbers whose population variance is v.

    Raises ValueError for a size that is not from 1 to n, and a v that is negative or NaN.
    """
    if not v >= 0:
        raise ValueError(f"A variance is 0 or more; got {v}.")
    if not 1 <= size <= n:
        raise ValueError(f"A batch has from 1 to {n} of {n} samples; got {size}.")
    return v / size * (1 if replacement else (n - size) / max(n - 1, 1))


DRAWS = 20_000


@lru_cache(maxsize=32)
def batch_gradients(size, replacement, w=0.0):
    """(gradients of batches of the 64 points at w, whether these are all batches).

    All of them where there are at most 5000, otherwise DRAWS random ones.
    """
    single = sample_gradients(w).numpy()
    count = N**size if replacement else math.comb(N, size)
    if count <= 5000:
        few = size if replacement or size <= N // 2 else N - size  # those left out are fewer
        everyone = range(N)
        all_of_them = (
            itertools.product(everyone, repeat=few)
            if replacement
            else itertools.combinations(everyone, few)
        )
        sums = np.array([single[list(at)].sum() for at in all_of_them])
        return (sums if few == size else single.sum() - sums) / size, True
    generator = np.random.default_rng(size)
    if replacement:
        at = generator.integers(N, size=(DRAWS, size))
    else:
        at = np.argpartition(generator.random((DRAWS, N)), size - 1, axis=1)[:, :size]
    return single[at].mean(1), False


# 4 · The floor of a constant step


def floor(rate, size, x=X, t=T):
    """Mean excess loss in the long run, if each batch is drawn afresh; ∞ where w runs away.

    The gradient of a batch is a·(w − best) + b. Per point a is 2x², and b its gradient at the best
    w. Over batches they have means ā and 0, and variances that `variance_of_mean` gives.
    """
    curvature, noise = 2 * x * x, sample_gradients(best(x, t), x, t)
    a, n = curvature.mean().item(), len(x)
    spread = variance_of_mean(curvature.var(correction=0).item(), n, size)
    noisy = variance_of_mean(noise.square().mean().item(), n, size)
    kept = (1 - rate * a) ** 2 + rate**2 * spread
    return a / 2 * rate**2 * noisy / (1 - kept) if kept < 1 else math.inf


def measured_floor(rate, size, shuffled):
    """Mean excess loss over the last 100 of 300 epochs of 100 runs."""
    return stored()["floor"][RATES.index(rate), SIZES.index(size), int(shuffled)]


# 5 · Weights that are drawn

ESTIMATORS = ("one draw a batch", "a draw a sample", "pre-activations")
COUNTS = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000)
SIGMA = 0.5


def layer(count, seed=0, inputs=5):
    """x (count, inputs), means mu of the weights (inputs,), targets t (count,)."""
    generator = torch.Generator().manual_seed(seed)
    normal = [
        torch.randn(shape, dtype=torch.float64, generator=generator)
        for shape in ((max(COUNTS), inputs), (inputs,), (inputs,), (max(COUNTS),))
    ]
    x, mu, true, noise = normal
    return x[:count], mu, (x @ true + noise)[:count]


def _check_drawn(x, mu, t, sigma):
    """Raise ValueError for what gives no gradient of drawn weights, in one sentence."""
    if not 0 < sigma < math.inf:
        raise ValueError(f"The standard deviation σ is above 0 and finite; got {sigma}.")
    if not len(x):
        raise ValueError("There is no sample: x is empty.")
    if not all(values.isfinite().all() for values in (x, mu, t)):
        raise ValueError("x, mu and t must be finite; there is a NaN or an infinity among them.")


def drawn_gradients(estimator, x, mu, t, draws, sigma=SIGMA, seed=0):
    """Gradients (draws, 2, inputs), by mu and by sigma, of the mean of ½(z − t)² over the samples.

    z = x·w, and the weights w are normal with mean mu and standard deviation sigma.
    x: (n, inputs), mu: (inputs,), t: (n,), float64. Raises ValueError for an empty x, for what is
    not finite, and for a sigma that is not above 0.
    """
    _check_drawn(x, mu, t, sigma)
    generator = torch.Generator().manual_seed(seed)
    n, inputs = x.shape
    shape = {"one draw a batch": (1, inputs), "a draw a sample": (n, inputs)}.get(estimator, (n,))
    noise = torch.randn(draws, *shape, dtype=torch.float64, generator=generator)
    if estimator == "pre-activations":
        width = sigma * x.square().sum(1).sqrt()  # standard deviation of z
        error = x @ mu + width * noise - t
        by_sigma = (noise * sigma / width)[..., None] * x.square()
    else:
        error = (x * (mu + sigma * noise)).sum(2) - t
        by_sigma = noise * x
    both = torch.stack([(error[..., None] * x).mean(1), (error[..., None] * by_sigma).mean(1)], 1)
    return both


def drawn_variance(estimator, by, x, mu, t, sigma=SIGMA):
    """Exact variance of that gradient, the sum over its entries. by: "μ" or "σ".

    The other arguments, and the errors raised, are those of `drawn_gradients`.
    """
    _check_drawn(x, mu, t, sigma)
    n = len(x)
    together, error, squares = x.T @ x / n, x @ mu - t, x.square()
    width = sigma**2 * squares.sum(1)  # variance of z
    if estimator == "one draw a batch":
        spread = sigma**2 * together.square()
        if by == "μ":
            return spread.sum().item()
        mean = (error[:, None] * x).mean(0)
        return (mean.square().sum() + spread.sum() + spread.diag().sum()).item()
    if by == "μ":
        return (squares.sum(1) * width).sum().item() / n**2
    if estimator == "a draw a sample":
        each = squares * (error.square() + width)[:, None] + sigma**2 * squares.square()
        return each.sum().item() / n**2
    factor = squares.square().sum(1) * sigma**2 / width
    return (factor * (error.square() + 2 * width)).sum().item() / n**2


# 6 · Digits

IMAGES = (40, 100, 200, 400, 800)
BATCHES = (8, 32, 200)
BUDGETS = ("20 epochs", "1000 updates")
LABELS = ("as they are", "one in ten random")
SEEDS = range(5)


def learning_curve(size, budget, labels="as they are"):
    """(seeds, images, 3): training accuracy, accuracy on 597 other digits, updates."""
    place = LABELS.index(labels), BATCHES.index(size), BUDGETS.index(budget)
    return stored()["digits"][place]
