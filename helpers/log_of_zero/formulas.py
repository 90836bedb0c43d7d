"""Losses that take a logarithm: what they are worth, and what they pass back, where it meets a 0.

Tensors are torch's. Whatever depends on rounding is computed in the number format that is asked
for, with the same calls that a training loop would make.
"""

import csv
import math
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits

EPSILON = 1e-7  # Keras's default, keras.config.epsilon()
DTYPES = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}


def _one_of(name, value, words):
    if value not in words:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, words))}; got {value!r}.")


def slope(value, *variables):
    """Derivatives of the summed `value` (a tensor with a graph) by `variables`, one for each."""
    return torch.autograd.grad(value.sum(), variables)


# 1 · Where the zero hurts

RULES = ("raw log", "log(p + ε)", "clip", "normalise, clip", "clip, + ε", "from scores")


def row_losses(outputs, target, rule, epsilon=EPSILON):
    """Loss of each row, shape (N,), by one of RULES; the last reads `outputs` as scores.

    outputs: (N, C), floating point; target: (N,) int64, the true class of each row.
    "normalise, clip" is Keras 3's categorical cross-entropy; "clip, + ε" what Keras 2 did in its
    binary one. Raises ValueError for another rule, for no rows, or for shapes that don't fit.
    """
    _one_of("rule", rule, RULES)
    if outputs.ndim != 2 or target.shape != outputs.shape[:1]:
        raise ValueError(
            "outputs must have shape (N, C) and target shape (N,); "
            f"got {tuple(outputs.shape)} and {tuple(target.shape)}."
        )
    if not outputs.numel():
        raise ValueError(f"There is no loss of no outputs; got shape {tuple(outputs.shape)}.")
    if rule == "from scores":
        return F.cross_entropy(outputs, target, reduction="none")
    if rule == "normalise, clip":
        outputs = outputs / outputs.sum(-1, keepdim=True)
    p = outputs.gather(1, target[:, None])[:, 0]
    if "clip" in rule:
        p = p.clamp(epsilon, 1 - epsilon)
    if "+ ε" in rule:
        p = p + epsilon
    return -p.log()


LAYERS = ("ReLU", "none")


def first_entry(a, layer, rule):
    """Loss and −dloss/da of the rows (a, 1, 1), true class the first; two tensors like `a`.

    a: (N,) float64; `layer`, one of LAYERS, stands between the row and the loss, except "from
    scores", which takes the row itself. Raises ValueError for another layer or rule.
    """
    _one_of("layer", layer, LAYERS)
    a = a.clone().requires_grad_()
    row = torch.stack([a, torch.ones_like(a), torch.ones_like(a)], dim=1)
    if layer == "ReLU" and rule != "from scores":
        row = row.relu()
    loss = row_losses(row, torch.zeros(len(a), dtype=torch.long), rule)
    return loss.detach(), -slope(loss, a)[0]


@lru_cache(maxsize=1)
def keras_losses():
    """What Keras 3.15 itself gave: (input, value) → backend → loss, float32 (data/README.md)."""
    with (DATA / "keras_losses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row.pop("input"), row.pop("value")): {b: float(loss) for b, loss in row.items()}
        for row in rows
    }


# 2 · An epsilon stops the exception, not the damage

GUARDS = ("clip", "add ε")
ENDS = ((0.0, 1), (1.0, 0))  # (p, y): sure, and wrong, either way


def guarded_binary(p, y, epsilon, guard):
    """Binary cross-entropy of p where the true answer is y (0 or 1), guarded by one of GUARDS.

    p: a tensor; epsilon: a float64 tensor that broadcasts with it, rounded to p's dtype as a
    constant in a program is. Shape and dtype of p. Raises ValueError for another guard or y.
    """
    _one_of("guard", guard, GUARDS)
    _one_of("y", y, (0, 1))
    small, most = epsilon.to(p.dtype), (1 - epsilon).to(p.dtype)
    if guard == "clip":
        p, small = p.clamp(small, most), 0
    return -((p if y else 1 - p) + small).log()


def guarded_ends(epsilon, guard, dtype):
    """Losses and dloss/dp at the two ENDS, each (2, N), as float64.

    epsilon: (N,) float64; dtype: the name, one of DTYPES, of the format that all is computed in.
    """
    p = [torch.full(epsilon.shape, p, dtype=DTYPES[dtype], requires_grad=True) for p, _ in ENDS]
    losses = torch.stack([guarded_binary(p[i], y, epsilon, guard) for i, (_, y) in enumerate(ENDS)])
    return losses.detach().double(), torch.stack(slope(losses, *p)).double()


# 3 · log-sum-exp

WAYS = ("from probabilities", "from scores", "log1p")
SIDES = ("behind", "ahead")


def log_softmax(scores):
    """Logarithm of softmax over the last dimension, by equation (3.1); shape and dtype of `scores`."""
    shifted = scores - scores.amax(-1, keepdim=True).detach()
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


def two_class_loss(gap, side, way, dtype):
    """Loss of two scores `gap` apart, and its slope by the true class's score; float64, like gap.

    gap: (N,) float64, at least 0; `side`, one of SIDES: where the true class is; `way`, one of
    WAYS: −log of the softmax, cross_entropy of the scores, or log1p of the other class's weight.
    Computed in `dtype`, one of DTYPES' names. Raises ValueError for another word.
    """
    _one_of("side", side, SIDES)
    _one_of("way", way, WAYS)
    high, low = gap.to(DTYPES[dtype]), torch.zeros(len(gap), dtype=DTYPES[dtype])
    true, other = (low, high) if side == "behind" else (high, low)
    true = true.clone().requires_grad_()
    scores = torch.stack([true, other], dim=1)
    if way == "from probabilities":
        loss = -scores.softmax(-1)[:, 0].log()
    elif way == "from scores":
        loss = F.cross_entropy(scores, torch.zeros(len(gap), dtype=torch.long), reduction="none")
    else:
        loss = -F.logsigmoid(true - other)
    return loss.detach().double(), slope(loss, true)[0].double()


def exact_two_class_loss(gap, side):
    """The same loss as `two_class_loss` without a format's limits: gap + ln(1 + e^−gap), or ln(1 + e^−gap)."""
    _one_of("side", side, SIDES)
    return torch.log1p(torch.exp(-gap)) + (gap if side == "behind" else 0)


# 4 · A small loss and a bad accuracy


def lowest_mean_loss(accuracy, tokens=1):
    """Greatest lower bound of the mean loss per token, in nats; equation (4.1).

    accuracy: share of the answers of which every token is right (argmax), in [0, 1]; tokens: how
    many tokens an answer has, at least 1. Numbers or tensors. Raises ValueError outside these.
    """
    accuracy, tokens = np.asarray(accuracy, dtype=float), np.asarray(tokens, dtype=float)
    if not ((accuracy >= 0) & (accuracy <= 1)).all():
        raise ValueError(f"accuracy is a share from 0 to 1; got {accuracy}.")
    if not (tokens >= 1).all():
        raise ValueError(f"An answer has at least one token; got {tokens}.")
    return (1 - accuracy) / tokens * math.log(2)


def sure_from(dtype, classes=3):
    """The smallest whole gap at which cross_entropy of (gap, 0, …, 0) is exactly 0 in `dtype`."""
    scores = torch.zeros(60, classes, dtype=DTYPES[dtype])
    scores[:, 0] = torch.arange(60)
    loss = F.cross_entropy(scores, torch.zeros(60, dtype=torch.long), reduction="none")
    return int((loss == 0).nonzero()[0])


# 5 · On real data

RUNS = (*RULES[:-1], "from scores, after ReLU", "from scores")
STEPS = 200
STARTS = (1, 2, 3)


def train(start, steps=STEPS, runs=RUNS):
    """Train a network 64–32–10 on 1000 digits with each loss of `runs`, from the same weights.

    Each has a ReLU behind its ten outputs, "from scores" apart. Adam, rate 0.01, each step on all
    1000 digits; float64. `start`: seed of the split and of the weights. Returns a dict of float64
    tensors (len(runs), steps + 1), measured before each step: "accuracy" on the other 797 digits;
    "dead", share of the 1000 whose true class's output is 0; "empty", share whose outputs are all
    0; "loss", mean over the 1000.
    """
    generator = torch.Generator().manual_seed(start)
    (x, y), (x_test, y_test) = _split(generator)
    parameters = [
        ((2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1) / fan_in**0.5)
        .repeat(len(runs), 1, 1)
        .requires_grad_()
        for fan_in, width in ((64, 32), (32, 10))
        for shape in ((fan_in, width), (1, width))
    ]
    optimiser = torch.optim.Adam(parameters, lr=0.01)
    seen = {"accuracy": [], "dead": [], "empty": [], "loss": []}
    for step in range(steps + 1):
        outputs = _outputs(x, parameters, runs)
        loss = torch.stack([_run_loss(o, y, run) for o, run in zip(outputs, runs, strict=True)])
        with torch.no_grad():
            guess = _outputs(x_test, parameters, runs).argmax(-1)
            seen["accuracy"].append((guess == y_test).double().mean(1))
            zero = outputs == 0
            seen["dead"].append(zero[:, torch.arange(len(y)), y].double().mean(1))
            seen["empty"].append(zero.all(-1).double().mean(1))
            seen["loss"].append(loss.detach())
        if step < steps:
            optimiser.zero_grad()
            loss.sum().backward()  # each network has its own parameters, and so its own gradient
            optimiser.step()
    finite = torch.stack([p.detach().isfinite().flatten(1).all(1) for p in parameters]).all(0)
    return {name: torch.stack(values, dim=1) for name, values in seen.items()} | {"finite": finite}


def _split(generator):
    images, labels = digits()
    order = torch.randperm(len(labels), generator=generator)
    x = images.double() / 16
    return [(x[part], labels[part]) for part in (order[:1000], order[1000:])]


def _outputs(x, parameters, runs):
    """The networks' outputs (len(runs), N, 10), through the ReLU but for "from scores"."""
    w1, b1, w2, b2 = parameters
    scores = (x @ w1 + b1).relu() @ w2 + b2
    through = torch.tensor([run != "from scores" for run in runs])[:, None, None]
    return torch.where(through, scores.relu(), scores)


def _run_loss(outputs, y, run):
    return row_losses(outputs, y, run.removesuffix(", after ReLU")).mean()


@lru_cache(maxsize=1)
def stored_training():
    """`train` for all STARTS as stored, name → array (len(STARTS), len(RUNS), STEPS + 1)."""
    with np.load(DATA / "log_of_zero_digits.npz") as stored:
        return dict(stored)


# 6 · The same trap elsewhere

BRANCHES = {
    "log x": torch.log,
    "√x": torch.sqrt,
    "x·log x": lambda x: x * x.log(),
}
WHERES = ("one where", "two wheres")


def guarded_branch(x, function, wheres):
    """`function`, one of BRANCHES, where x > 0, and 0 elsewhere; shape and dtype of x.

    "one where" chooses between results only; "two wheres" also gives the function 1 in place of
    an x that it must not see. Raises ValueError for another word.
    """
    _one_of("function", function, BRANCHES)
    _one_of("wheres", wheres, WHERES)
    safe = torch.where(x > 0, x, 1.0) if wheres == "two wheres" else x
    return torch.where(x > 0, BRANCHES[function](safe), 0.0)


def branch_slope(x, function, wheres):
    """Value and derivative of `guarded_branch` at x (N,); two tensors like x."""
    x = x.clone().requires_grad_()
    value = guarded_branch(x, function, wheres)
    return value.detach(), slope(value, x)[0]


def log_sum_of_squares(d, wheres=0):
    """ln Σ d² over the last dimension through 2·ln|d|, with no, one or two wheres around the log.

    A 0 in d adds nothing to the sum: its logarithm is −∞, and e^−∞ = 0.
    """
    size = torch.where(d == 0, 1.0, d.abs()) if wheres == 2 else d.abs()
    logs = 2 * size.log()
    return torch.logsumexp(torch.where(d == 0, -math.inf, logs) if wheres else logs, -1)
