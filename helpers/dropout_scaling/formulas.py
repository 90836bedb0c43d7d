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


# 1 · Every mask at once

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


# 2 · After a non-linearity

ACTIVATIONS = {"tanh": torch.tanh, "ReLU": torch.relu, "sigmoid": torch.sigmoid, "GELU": F.gelu}
SPREAD = 1.0
SIZES = ("1/√n", "1/n")


def expected_activation(x, w, rate, activation, scaling="÷ (1 − rate)"):
    """E f(Σ mᵢ·wᵢ·xᵢ/(1 − rate)) over all masks, exactly; `activation` is f, a callable."""
    sums, probabilities = masked_sums(x, w, rate, scaling)
    return (probabilities * activation(sums)).sum(-1)


_CURVATURES = {
    "tanh": lambda z: -2 * torch.tanh(z) * (1 - torch.tanh(z) ** 2),
    "ReLU": torch.zeros_like,
    "sigmoid": lambda z: torch.sigmoid(z) * torch.sigmoid(-z) * (1 - 2 * torch.sigmoid(z)),
    "GELU": lambda z: (2 - z**2) * torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi),
}


def curvature(activation, z):
    """Second derivative of an activation of ACTIVATIONS, by name, at `z`; the ReLU's is 0."""
    return _CURVATURES[activation](z)


def second_order_bias(activation, total, variance):
    """½·f″(S)·Var: what the mean of f moves by, to second order, when its input spreads."""
    return curvature(activation, total) * variance / 2


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


# 3 · Where to put it

ORDERS = ("dropout, then activation", "activation, then dropout")


def unit_outcomes(order, activation, z, rate):
    """What one unit of pre-activation `z` sends when kept and when dropped, and the mean of both.

    `order`: one of ORDERS; three tensors of z's shape.
    """
    f, keep, zero = ACTIVATIONS[activation], 1 - rate, torch.zeros_like(z)
    first, second = ORDERS
    kept, dropped = {first: (f(z / keep), f(zero)), second: (f(z) / keep, zero)}[order]
    return kept, dropped, keep * kept + rate * dropped


# 4 · Two conventions

TRAININGS = ("inverted", "classic")
EVALUATIONS = ("dropout on", "× 1", "× (1 − rate)", "÷ (1 − rate)", "× rate")
MEASURES = ("accuracy", "cross-entropy", "calibration error")

# Name → training, way of evaluation, whether the rate is mistaken for the share that is kept.
PROGRAMS = {
    "inverted": ("inverted", "× 1", False),
    "classic": ("classic", "× (1 − rate)", False),
    "scaled twice": ("inverted", "× (1 − rate)", False),
    "never scaled": ("classic", "× 1", False),
    "divides in evaluation too": ("inverted", "÷ (1 − rate)", False),
    "keep passed as rate": ("inverted", "× 1", True),
}


def evaluation_factor(way, rate):
    """What hidden units are multiplied by in evaluation; `way`: one of EVALUATIONS but the first."""
    inverse = 1 / (1 - rate) if rate < 1 else 0.0
    factors = {"× 1": 1.0, "× (1 − rate)": 1 - rate, "÷ (1 − rate)": inverse, "× rate": rate}
    return factors[way]


def layer_outputs(program, rate):
    """Mean and sd in training, and the output in evaluation, of the page's sum w·x; three floats.

    `program`: one of PROGRAMS; rate in [0, 1), and above 0 where it is mistaken for the kept share.
    """
    training, way, mistaken = PROGRAMS[program]
    dropped = 1 - rate if mistaken else rate
    if dropped == 1:
        return 0.0, 0.0, float(W @ X)
    scaling = SCALINGS[TRAININGS.index(training)]
    mean, variance = moments(*masked_sums(X, W, dropped, scaling))
    output = evaluation_factor(way, rate) * (W @ X)
    return float(mean), float(variance.clamp(min=0).sqrt()), float(output)


# 5 · The backward pass

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


def dropped_step(**options):
    """How far w₁ moves in the second of two steps, the one that drops x₁ (a float).

    The page's vectors, L = tanh(w·(m∘x)/0.8), torch's SGD with learning rate 0.1; `options` are
    more of its arguments.
    """
    w = W.clone().requires_grad_()
    optimiser = torch.optim.SGD([w], lr=0.1, **options)
    for mask in (_tensor(1, 1, 1, 1), _tensor(0, 1, 1, 1)):
        before = w.detach().clone()
        optimiser.zero_grad()
        torch.tanh(w @ (mask * X / 0.8)).backward()
        optimiser.step()
    return float((w.detach() - before)[0].abs())


# 6 · On real data

LAYERS = ((64, 64), (64, 64), (64, 10))
ROWS = 4000  # of random passes, a row a digit, at once: what they need in between is not small
BINS = 10


@lru_cache(maxsize=1)
def digit_parts():
    """Digits to train on and digits held out: (x, target), (x_new, target_new).

    x: (1000, 64) float64 from 0 to 1, x_new: (797, 64) the rest; the targets int64.
    """
    images, labels = digits()
    x, n = images.double() / 16, 1000
    return (x[:n], labels[:n]), (x[n:], labels[n:])


def digit_network(parameters, x, masks=(1, 1)):
    """Logits of networks 64–64–64–10 with ReLU; `masks` multiply the two hidden layers.

    parameters: three weights (…, in, out), each followed by its bias (…, 1, out); x (…, n, 64);
    masks: factors or tensors that broadcast to (…, n, 64). Returns (…, n, 10).
    """
    *hidden, (weight, bias) = zip(parameters[::2], parameters[1::2], strict=True)
    for (w, b), mask in zip(hidden, masks, strict=True):
        x = torch.relu(x @ w + b) * mask
    return x @ weight + bias


def hidden_units(parameters, x):
    """The first hidden layer of a network with these parameters; (…, n, 64)."""
    return torch.relu(x @ parameters[0] + parameters[1])


def second_layer(rate, passes, n):
    """What enters the second layer's ReLUs for the first `n` held-out digits in a stored network.

    Returns (passes, n, 64) under random masks of the first layer, and (n, 64) in evaluation.
    """
    parameters = stored()[1][rate]
    _, (x, _) = digit_parts()
    units = hidden_units(parameters, x[:n])
    masks, _ = random_masks(rate, passes, n)
    drawn = [
        (m / (1 - rate) * units) @ parameters[2] + parameters[3] for m in masks.split(ROWS // n)
    ]
    return torch.cat(drawn), units @ parameters[2] + parameters[3]


def geometric_mean(log_probabilities, weights):
    """Normalised geometric mean of distributions; log_probabilities (k, …, classes), weights (k,)."""
    return torch.tensordot(weights, log_probabilities, dims=1).softmax(-1)


def random_masks(rate, passes, n, seed=0):
    """Masks for both hidden layers, not scaled: a list of two bool tensors (passes, n, 64)."""
    generator = torch.Generator().manual_seed(seed)

    def one():
        size = (n, LAYERS[0][1])
        return torch.rand(size, generator=generator, dtype=torch.float64) >= rate

    return [torch.stack([one() for _ in range(passes)]) for _ in LAYERS[:-1]]


def calibration_error(probabilities, target):
    """Mean gap between confidence and accuracy over ten bins of confidence, weighted by their size.

    probabilities: (…, n, classes), target: (n,); result (…). Source: C. Guo et al., On Calibration
    of Modern Neural Networks, 2017 (ECE).
    """
    confidence, chosen = probabilities.max(-1)
    surplus = (chosen == target).to(confidence.dtype) - confidence
    bins = F.one_hot((confidence * BINS).long().clamp(max=BINS - 1), BINS).to(surplus.dtype)
    return (surplus[..., None] * bins).sum(-2).abs().sum(-1) / len(target)


def measures(logits, target):
    """Accuracy, mean cross-entropy and calibration error; logits (…, n, 10), result (…, 3)."""
    log_probabilities = logits.log_softmax(-1)
    right = (logits.argmax(-1) == target).to(logits.dtype).mean(-1)
    index = target[:, None].expand(*logits.shape[:-1], 1)
    loss = -log_probabilities.gather(-1, index).mean((-2, -1))
    return torch.stack([right, loss, calibration_error(log_probabilities.exp(), target)], -1)


def measure_digits(parameters, training, rate, passes):
    """MEASURES on the held-out digits in each of the ways EVALUATIONS; (networks, ways, 3).

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


RATES = tuple(round(0.1 * i, 1) for i in range(11))


@lru_cache(maxsize=1)
def stored():
    """What data/dropout_digits.py has computed: (table, networks).

    table: float64 (trainings, rates 0 … 1, seeds, EVALUATIONS, MEASURES), on the held-out digits;
    networks: rate (0.2, 0.5) → parameters of one network that was trained with inverted dropout.
    """
    with np.load(DATA / "dropout_digits.npz") as file:
        table = torch.from_numpy(file["table"]).double()
        networks = {
            rate: [torch.from_numpy(file[f"network_{rate}_{i}"]).double() for i in range(6)]
            for rate in (0.2, 0.5)
        }
    return table, networks


def program_measures(program, rate, way=None):
    """MEASURES of a program of PROGRAMS at `rate`, for each of the seeds; (8, 3).

    `way`: another of EVALUATIONS than the program's own ("dropout on": as in training).
    """
    training, own, mistaken = PROGRAMS[program]
    at = RATES.index(round(1 - rate, 1) if mistaken else rate)
    table, _ = stored()
    return table[TRAININGS.index(training), at, :, EVALUATIONS.index(way or own)]


@lru_cache(maxsize=4)
def monte_carlo(rate, passes=1000, chosen=None):
    """Class probabilities of held-out digits under random masks; (passes, digits, 10).

    The network is the stored one of this rate; `chosen`: a tuple of positions, or None for all.
    """
    _, (x, _) = digit_parts()
    x = x if chosen is None else x[list(chosen)]
    masks = (mask.split(ROWS // len(x)) for mask in random_masks(rate, passes, len(x)))
    answers = [
        digit_network(stored()[1][rate], x, [mask / (1 - rate) for mask in block]).softmax(-1)
        for block in zip(*masks, strict=True)
    ]
    return torch.cat(answers)
