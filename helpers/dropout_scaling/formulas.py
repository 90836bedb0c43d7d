"""What dropout's factor 1/(1 − rate) keeps: moments over masks, exact wherever that is possible.

`rate` is always the probability that a unit is dropped. Tensors are torch's, float64 unless the
caller's are not; a mask is 1 where a unit is kept and 0 where it is dropped.
Source: N. Srivastava et al., Dropout, Journal of Machine Learning Research 15 (2014).
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# 1 · Networks for digits. data/dropout_digits.py trains them; what it stores is read here.

# Units of a hidden layer, and how many digits are trained on.
SETUPS = {
    "64 units, 1000 digits": (64, 1000),
    "128 units, 1000 digits": (128, 1000),
    "8 units, 1000 digits": (8, 1000),
    "64 units, 200 digits": (64, 200),
}
STEPS = tuple(range(0, 601, 25))
RATES = tuple(round(0.1 * i, 1) for i in range(11))
WIDTH = 64

OPTIMISERS = ("Adam", "SGD")
TRAININGS = ("inverted", "classic")
EVALUATIONS = ("dropout on", "× 1", "× (1 − rate)", "÷ (1 − rate)", "× rate")
MEASURES = ("accuracy", "cross-entropy")


@lru_cache(maxsize=1)
def digit_parts():
    """Digits to train on and digits held out: (x, target), (x_new, target_new).

    x: (1000, 64) float64 from 0 to 1, x_new: (797, 64) the rest; the targets int64.
    """
    images, labels = digits()
    x, n = images.double() / 16, 1000
    return (x[:n], labels[:n]), (x[n:], labels[n:])


def digit_network(parameters, x, masks=(1, 1)):
    """Logits of networks with two hidden layers and ReLU; `masks` multiply the hidden layers.

    parameters: three weights (…, in, out), each followed by its bias (…, 1, out); x (…, n, 64);
    masks: factors or tensors that broadcast to (…, n, units). Returns (…, n, 10).
    """
    *hidden, (weight, bias) = zip(parameters[::2], parameters[1::2], strict=True)
    for (w, b), mask in zip(hidden, masks, strict=True):
        x = torch.relu(x @ w + b) * mask
    return x @ weight + bias


def hidden_units(parameters, x):
    """The first hidden layer of a network with these parameters; (…, n, units)."""
    return torch.relu(x @ parameters[0] + parameters[1])


def random_masks(rate, passes, n, seed=0):
    """Masks for both hidden layers, not scaled: a list of two bool tensors (passes, n, 64)."""
    generator = torch.Generator().manual_seed(seed)

    def one():
        return torch.rand((n, WIDTH), generator=generator, dtype=torch.float64) >= rate

    return [torch.stack([one() for _ in range(passes)]) for _ in range(2)]


def measures(logits, target):
    """Accuracy and mean cross-entropy; logits (…, n, 10), target (n,), result (…, 2)."""
    right = (logits.argmax(-1) == target).to(logits.dtype).mean(-1)
    index = target[:, None].expand(*logits.shape[:-1], 1)
    loss = -logits.log_softmax(-1).gather(-1, index).mean((-2, -1))
    return torch.stack([right, loss], -1)


def evaluation_factor(way, rate):
    """What hidden units are multiplied by in evaluation; `way`: one of EVALUATIONS but the first."""
    inverse = 1 / (1 - rate) if rate < 1 else 0.0
    factors = {"× 1": 1.0, "× (1 − rate)": 1 - rate, "÷ (1 − rate)": inverse, "× rate": rate}
    return factors[way]


def measure_digits(parameters, training, rate, passes):
    """MEASURES on the held-out digits in each of the ways EVALUATIONS; (networks, ways, 2).

    parameters: of networks trained in one way (`training`) at one rate, as for `digit_network`;
    with dropout on, the mean of `passes` evaluations with random masks.
    """
    _, (x, target) = digit_parts()
    scale = 1.0 if training == "inverted" else 1 - rate
    masks = [torch.zeros(passes, 1, 1)] * 2
    if rate < 1:
        masks = [mask / (1 - rate) for mask in random_masks(rate, passes, len(x))]

    def measured(*factors):
        return measures(digit_network(parameters, x, factors), target)

    drawn = [measured(a * scale, b * scale) for a, b in zip(*masks, strict=True)]
    factors = [evaluation_factor(way, rate) for way in EVALUATIONS[1:]]
    found = [torch.stack(drawn).mean(0), *(measured(factor, factor) for factor in factors)]
    return torch.stack(found, -2)


@lru_cache(maxsize=1)
def _stored():
    with np.load(DATA / "dropout_digits.npz") as file:
        return {name: torch.from_numpy(file[name]).double() for name in file.files}


def table():
    """What data/dropout_digits.py measured on the held-out digits, float64.

    Shape: (OPTIMISERS, TRAININGS, RATES, 8 seeds, EVALUATIONS, MEASURES).
    """
    return _stored()["table"]


def network(rate):
    """Parameters of one network that was trained with inverted dropout at rate 0.2 or 0.5."""
    return [_stored()[f"network_{rate}_{i}"] for i in range(6)]


def curve(setup, rate):
    """Loss on the trained digits and on new ones after each of STEPS, means of eight seeds.

    setup: one of SETUPS; rate: from 0 to 0.8 in steps of 0.1. Returns (STEPS, 2).
    """
    return _stored()["curves"][list(SETUPS).index(setup), RATES.index(rate)][:, [1, 3]]


def finals(setup):
    """Where the networks of a setup end, at rates 0, 0.1 … 0.8; (9 rates, 8 seeds, 4).

    The last dimension: accuracy and loss on the trained digits, accuracy and loss on new ones.
    """
    return _stored()["finals"][list(SETUPS).index(setup)]


# 2 · Every mask at once

X = _tensor(0.9, -0.4, 0.7, -0.8)
W = _tensor(1.0, 2.0, -1.0, 0.5)
SCALINGS = ("÷ (1 − rate)", "none")


def all_masks(n, dtype=torch.float64):
    """The 2ⁿ masks of `n` units as rows of 0 and 1, shape (2ⁿ, n); the last one keeps all."""
    return (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(dtype)


def mask_probability(masks, rate):
    """Probability of each mask, rate^dropped · (1 − rate)^kept; `masks` (…, n), result (…)."""
    kept = masks.sum(-1)
    return (1 - rate) ** kept * rate ** (masks.shape[-1] - kept)


def masked_sums(x, w, rate, scaling="÷ (1 − rate)"):
    """Σ mᵢ·wᵢ·xᵢ for every mask, divided by 1 − rate or not, and the masks' probabilities.

    x, w: (n,); rate: from 0 to below 1; scaling: one of SCALINGS. Returns two tensors (2ⁿ,) in the
    order of `all_masks`.
    """
    masks = all_masks(len(x), x.dtype)
    factor = {"÷ (1 − rate)": 1 / (1 - rate), "none": 1.0}[scaling]
    return factor * (masks @ (w * x)), mask_probability(masks, rate)


def moments(values, probabilities):
    """Mean and variance of a finite distribution, over the last dimension."""
    mean = (probabilities * values).sum(-1)
    return mean, (probabilities * (values - mean[..., None]) ** 2).sum(-1)


def preactivation_variance(x, w, rate):
    """rate/(1 − rate) · Σ (wᵢ·xᵢ)² over the last dimension; rate below 1."""
    return rate / (1 - rate) * ((w * x) ** 2).sum(-1)


# 3 · Behind an activation

ACTIVATIONS = {"tanh": torch.tanh, "ReLU": torch.relu, "sigmoid": torch.sigmoid, "GELU": F.gelu}
SPREAD = 1.0
SIZES = ("1/√n", "1/n")


def expected_activation(x, w, rate, activation, scaling="÷ (1 − rate)"):
    """E f(Σ mᵢ·wᵢ·xᵢ/(1 − rate)) over all masks, exactly; `activation` is f, a callable."""
    sums, probabilities = masked_sums(x, w, rate, scaling)
    return (probabilities * activation(sums)).sum(-1)


def two_contributions(n, total, size="1/√n"):
    """The two values that the page's `n` (even) contributions wᵢ·xᵢ take, half of them each.

    Their sum is `total`; around total/n they lie at ±1/√n or ±1/n, by `size` (one of SIZES).
    """
    away = SPREAD / (math.sqrt(n) if size == SIZES[0] else n)
    return total / n + away, total / n - away


@lru_cache(maxsize=256)
def _binomial(n, keep):
    """Numbers kept of `n` with probability `keep`, and how probable; what is below 1e-15 left out."""
    k = torch.arange(n + 1, dtype=torch.float64)
    if keep == 1:
        return k[-1:], torch.ones(1, dtype=torch.float64)
    log = math.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
    p = torch.exp(log + k * math.log(keep) + (n - k) * math.log1p(-keep))
    return k[p > 1e-15], p[p > 1e-15]


def sum_distribution(n, total, rate, size="1/√n"):
    """All values of the scaled sum of the page's `n` contributions, and their probabilities.

    Exact, since half of the contributions are equal, and so are the others: how many of either
    half are kept is binomial. Two tensors of one length. `size`: one of SIZES; rate below 1.
    """
    up, down = two_contributions(n, total, size)
    k, p = _binomial(n // 2, 1 - rate)
    values = (k[:, None] * up + k * down) / (1 - rate)
    return values.flatten(), (p[:, None] * p).flatten()


def bias_after(activation, n, total, rate, size="1/√n"):
    """E f(S̃) − f(S) for the page's `n` contributions, exactly (a float), and the sd of S̃."""
    f = ACTIVATIONS[activation]
    values, probabilities = sum_distribution(n, total, rate, size)
    _, variance = moments(values, probabilities)
    mean = (probabilities * f(values)).sum()
    return float(mean - f(_tensor(total))[0]), float(variance.clamp(min=0).sqrt())


# 4 · Where to put it

ORDERS = ("dropout, then activation", "activation, then dropout")


def unit_outcomes(order, activation, z, rate):
    """What one unit of pre-activation `z` sends when kept and when dropped, and the mean of both.

    `order`: one of ORDERS; three tensors of z's shape.
    """
    f, keep, zero = ACTIVATIONS[activation], 1 - rate, torch.zeros_like(z)
    first, second = ORDERS
    kept, dropped = {first: (f(z / keep), f(zero)), second: (f(z) / keep, zero)}[order]
    return kept, dropped, keep * kept + rate * dropped


# 5 · Two conventions

# Name → training, way of evaluation, whether the rate is mistaken for the share that is kept.
PROGRAMS = {
    "inverted": ("inverted", "× 1", False),
    "classic": ("classic", "× (1 − rate)", False),
    "scaled twice": ("inverted", "× (1 − rate)", False),
    "never scaled": ("classic", "× 1", False),
    "divides in evaluation too": ("inverted", "÷ (1 − rate)", False),
    "keep passed as rate": ("inverted", "× 1", True),
}


def layer_outputs(program, rate):
    """Mean and sd in training, and the output in evaluation, of the page's sum w·x; three floats.

    `program`: one of PROGRAMS; rate in [0, 1), and above 0 where it is mistaken for the kept share.
    """
    training, way, mistaken = PROGRAMS[program]
    dropped = 1 - rate if mistaken else rate
    scaling = SCALINGS[TRAININGS.index(training)]
    mean, variance = moments(*masked_sums(X, W, dropped, scaling))
    output = evaluation_factor(way, rate) * (W @ X)
    return float(mean), float(variance.clamp(min=0).sqrt()), float(output)


def program_measures(program, rate, way=None, optimiser="Adam"):
    """MEASURES of a program of PROGRAMS at `rate`, for each of the seeds; (8, 2).

    `way`: another of EVALUATIONS than the program's own ("dropout on": as in training);
    `optimiser`: one of OPTIMISERS, with which the networks were trained.
    """
    training, own, mistaken = PROGRAMS[program]
    at = RATES.index(round(1 - rate, 1) if mistaken else rate)
    of_training = table()[OPTIMISERS.index(optimiser), TRAININGS.index(training), at]
    return of_training[:, EVALUATIONS.index(way or own)]


# 6 · The backward pass

MASKS = ("fixed", "fresh")
DRAWS = 24


def dropped_output(x, mask, rate):
    """tanh(w·(x∘m)/(1 − rate)) with the page's w; x (…, 4), mask (…, 4), result (…)."""
    return torch.tanh((mask * x / (1 - rate)) @ W)


def difference_quotients(step, rate, masks="fixed"):
    """Central differences of `dropped_output` in x₁ and what backward gives, each (24,).

    24 random masks, the same uniforms at every call; "fresh": the second of the two evaluations
    draws another mask, as a program does that calls dropout again.
    """
    uniforms = _mask_uniforms()
    first, second = (uniforms >= rate).to(torch.float64)
    away = step * torch.eye(len(X), dtype=X.dtype)[0]
    above = dropped_output(X + away, first, rate)
    below = dropped_output(X - away, first if masks == "fixed" else second, rate)
    slope = (1 - dropped_output(X, first, rate) ** 2) * W[0] * first[:, 0] / (1 - rate)
    return (above - below) / (2 * step), slope


@lru_cache(maxsize=1)
def _mask_uniforms():
    generator = torch.Generator().manual_seed(4)
    return torch.rand(2, DRAWS, len(X), generator=generator, dtype=torch.float64)
