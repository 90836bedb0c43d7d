"""Squared norms, norms and robust losses: which of their values and gradients a number format keeps.

Tensors are torch's. `d` is an error: what a forecast misses, with its entries along the last axis.
"""

import math
from functools import lru_cache

import numpy as np
import torch

from helpers.teaching.data import DATA, diabetes

DTYPES = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}

# 1 and 3 · Formulas of (..., n) errors, each (...)


def square(d):
    """|d|² as people write it."""
    return (d * d).sum(-1)


def log_square(d):
    """ln |d|² through logsumexp."""
    return torch.logsumexp(2 * d.abs().log(), -1)


def log_square_plus(d):
    """The same with 10⁻²⁰ added to each |dᵢ|."""
    return torch.logsumexp(2 * (d.abs() + 1e-20).log(), -1)


def scaled_norm(d):
    """|d|, divided first by its largest entry; 0 has the gradient 0."""
    m = d.detach().abs().amax(-1, keepdim=True)
    m = m.where(m > 0, 1)
    return m[..., 0] * torch.linalg.vector_norm(d / m, dim=-1)


LOSSES = {
    "|d|²": square,
    "logsumexp": log_square,
    "+ 10⁻²⁰": log_square_plus,
    "exp of it": lambda d: log_square(d).exp(),
    "log1p |d|²": lambda d: square(d).log1p(),
}
NORMS = {
    "√ of the sum": lambda d: square(d).sqrt(),
    "vector_norm": lambda d: torch.linalg.vector_norm(d, dim=-1),
    "in float64": lambda d: torch.linalg.vector_norm(d, dim=-1, dtype=torch.float64).to(d.dtype),
    "hypot": lambda d: torch.hypot(d[..., 0], d[..., 1]),
    "scaled": scaled_norm,
}


def exact(name, d):
    """Value (N,) and gradient (N, n) that the formula `name` means, for float64 d (N, n).

    Entries are below 10¹⁵⁰, so that their squares fit. At 0 a norm has the gradient 0, and the
    logarithm's is NaN.
    """
    squared = (d * d).sum(-1)
    if name in NORMS:
        norm = squared.sqrt()
        return norm, d / norm.where(norm > 0, 1)[:, None]
    if name in ("|d|²", "exp of it"):
        return squared, 2 * d
    if name == "log1p |d|²":
        return squared.log1p(), 2 * d / (1 + squared)[:, None]
    return squared.log(), 2 * d / squared[:, None]


def value_and_gradient(formula, d):
    """What autograd makes of `formula` at d (N, n): value (N,) and gradient (N, n)."""
    d = d.detach().clone().requires_grad_()
    value = formula(d)
    (gradient,) = torch.autograd.grad(value.sum(), d)
    return value.detach(), gradient


RIGHT, OTHER, INFINITE, NAN, UNFIT = range(5)
"""What became of a number: right, finite but wrong, infinite, NaN; or d itself is rounded by more
than a hundredth, to ∞ or 0 for example."""

EXPONENTS = np.arange(-60, 61) / 2  # log₁₀ d₂


TOLERANCE = {torch.float16: 0.04, torch.float32: 1e-5, torch.float64: 1e-12}


def judge(got, want):
    """RIGHT, OTHER, INFINITE or NAN for each number of `got`, as an int64 array of its shape."""
    allowed = TOLERANCE[got.dtype]
    got, want = got.double(), want.double()
    near = (got - want).abs() <= allowed * want.abs()
    found = torch.where(near, RIGHT, torch.where(got.isnan(), NAN, OTHER))
    return torch.where(got.isinf(), INFINITE, found).numpy()


@lru_cache(maxsize=64)
def sweep(kind, same, dtype):
    """The formulas of "losses" or "norms" at (d₁, d₂) for d₂ = 10^EXPONENTS.

    same: whether d₁ is d₂, or 0. dtype: a name of DTYPES. Returns name → (values (121,), gradients
    (121, 2), verdicts (2, 121) of value and gradient); a gradient is as bad as its worst entry.
    """
    high = torch.from_numpy(10.0**EXPONENTS)
    d = torch.stack([high if same else 0 * high, high], dim=1)
    kept = d.to(DTYPES[dtype])
    unfit = ((kept.double() - d).abs() > 0.01 * d).any(1).numpy()
    found = {}
    for name, formula in {"losses": LOSSES, "norms": NORMS}[kind].items():
        value, gradient = value_and_gradient(formula, kept)
        want = exact(name, kept.double())
        verdicts = np.stack([judge(value, want[0]), judge(gradient, want[1]).max(1)])
        verdicts[:, unfit] = UNFIT
        found[name] = value.double().numpy(), gradient.double().numpy(), verdicts
    return found


# 2 · Descent

OBJECTIVES = {  # gradient by d = (a, b), from a, b and |d|²
    "|d|²": lambda a, b, squared: (2 * a, 2 * b),
    "ln |d|²": lambda a, b, squared: (2 * a / squared, 2 * b / squared),
    "log1p |d|²": lambda a, b, squared: (2 * a / (1 + squared), 2 * b / (1 + squared)),
    "Huber": lambda a, b, squared: (max(-1.0, min(1.0, a)), max(-1.0, min(1.0, b))),
}
STEPS = 200


@lru_cache(maxsize=256)
def descent(objective, rate, distance=5.0, steps=STEPS):
    """|d| before each step and after the last, (steps + 1,), from (0.6, 0.8)·distance.

    In Python's floats, which round alike on every machine: the logarithm's path is chaotic.
    """
    a, b = 0.6 * distance, 0.8 * distance
    sizes = [math.hypot(a, b)]
    for _ in range(steps):
        slopes = OBJECTIVES[objective](a, b, a * a + b * b)
        a, b = a - rate * slopes[0], b - rate * slopes[1]
        sizes.append(math.hypot(a, b))
    return np.array(sizes)


# 4 · An ε at zero

PLACES = {  # the norm of d with ε
    "√(|d|² + ε)": lambda d, e: (square(d) + e).sqrt(),
    "√(|d|²) + ε": lambda d, e: square(d).sqrt() + e,
    "√max(|d|², ε)": lambda d, e: square(d).clamp(min=e).sqrt(),
}


def with_epsilon(place, epsilon, size):
    """Value and slope along d of a norm of PLACES, at |d| = size: float64 tensors like `size`."""
    value, gradient = value_and_gradient(lambda d: PLACES[place](d, epsilon), size[:, None])
    return value, gradient[:, 0]


# 5 · One outlier

POINTS = np.array([1.0, 1.2, 0.9, 1.1])
_CENTRES = np.linspace(0.8, 21, 10101)


def huber_loss(r, delta):
    """Huber's loss of each residual: r²/2 up to delta, then a line of that slope."""
    size = np.abs(r)
    return np.where(size <= delta, r * r / 2, delta * (size - delta / 2))


ROBUST = {
    "squared": lambda r, delta: r * r,
    "Huber": huber_loss,
    "log1p of r²": lambda r, delta: np.log1p(r * r),
    "absolute": lambda r, delta: np.abs(r),
}


@lru_cache(maxsize=1024)
def estimate(loss, outlier, delta=1.0):
    """The centre with the least summed loss of the four POINTS and `outlier` (from 1 to 20).

    The best of a grid with steps of 0.002, a float.
    """
    points = np.append(POINTS, outlier)
    total = ROBUST[loss](points[:, None] - _CENTRES, delta).sum(0)
    return float(_CENTRES[total.argmin()])


# 6 · Training on the diabetes data

FACTORS = tuple(10.0**k for k in range(0, 15, 2))
CLIPPINGS = ("none", "naive norm", "safe norm", "by value")
BATCHES = {"all 442": 442, "32": 32}
SEEDS = (0, 1, 2)
CLIPPED_STEPS = 100


@lru_cache(maxsize=1)
def patients():
    """Ten measurements of 442 patients with a column of ones, and their disease a year later.

    x: (442, 11), t: (442,), float32; each standardised: mean 0, standard deviation 1.
    """
    x, t = (part.double() for part in diabetes())
    x, t = ((part - part.mean(0)) / part.std(0, correction=0) for part in (x, t))
    return torch.cat([x, torch.ones(len(x), 1)], dim=1).float(), t.float()


def clip(gradient, how, limit=1.0):
    """The gradient (n,) clipped in one of CLIPPINGS, in its own dtype."""
    if how == "by value":
        return gradient.clamp(-limit, limit)
    if how == "naive norm":  # as torch.nn.utils.clip_grad_norm_
        return gradient * (limit / (square(gradient).sqrt() + 1e-6)).clamp(max=1)
    if how == "safe norm":
        m = gradient.abs().max()
        unit = gradient / m
        size = square(unit).sqrt()
        return unit * (limit / size) if m * size > limit else gradient
    return gradient


def train(how, factor, batch, seed=0, steps=CLIPPED_STEPS, rate=0.1):
    """Loss (steps + 1,) on the 441 clean rows, and how many steps were all zero.

    A linear model from 0 by gradient descent, float32. The ten measurements of row 7 + 100·seed
    are multiplied by `factor`; `batch` rows a step, shuffled by `seed`.
    """
    x, t = patients()
    row, x = 7 + 100 * seed, x.clone()
    clean = torch.arange(len(x)) != row
    x[row, :-1] *= factor
    w, zeros, losses, order = torch.zeros(11, dtype=torch.float32), 0, [], []
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps + 1):
        losses.append(((x[clean] @ w - t[clean]) ** 2).mean().item())
        if not order:
            shuffled = torch.randperm(len(x), generator=generator)
            order = [part for part in shuffled.split(batch) if len(part) == batch]
        rows = order.pop()
        gradient = 2 / len(rows) * (x[rows].T @ (x[rows] @ w - t[rows]))
        move = clip(gradient, how)
        zeros += bool((move == 0).all()) and len(losses) <= steps
        w = w - rate * move
    return np.array(losses), zeros


@lru_cache(maxsize=1)
def stored():
    """What data/stable_norms_diabetes.py wrote: "losses" and "zeros" by factor, batch, clipping,
    seed; the losses by step as well."""
    with np.load(DATA / "stable_norms_diabetes.npz") as file:
        return {name: file[name] for name in file.files}


def clipped_run(how, factor, batch, seed=0):
    """The stored losses (steps + 1,) of a training, and how many of its steps were all zero."""
    at = (
        FACTORS.index(factor),
        list(BATCHES).index(batch),
        CLIPPINGS.index(how),
        SEEDS.index(seed),
    )
    return stored()["losses"][at], int(stored()["zeros"][at])


# What the page compares


def accuracy_of(formula):
    """Largest relative error of a norm at 1000 random float32 d (1000, 3), of 10⁻³⁷ to 10³⁷."""
    generator = torch.Generator().manual_seed(0)
    power = 74 * torch.rand(1000, 1, dtype=torch.float64, generator=generator) - 37
    d = (torch.randn(1000, 3, dtype=torch.float64, generator=generator) * 10**power).float()
    true = torch.linalg.vector_norm(d.double(), dim=-1)
    error = ((formula(d).double() - true).abs() / true).nan_to_num(math.inf)
    return error.max().item()
