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


# 1 · Exact zeros

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
    """What Keras 3.15 itself gave: (input, value) → backend → number, float32 (data/README.md)."""
    with (DATA / "keras_losses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row.pop("input"), row.pop("value")): {
            b: float(number) for b, number in row.items() if number
        }
        for row in rows
    }


@lru_cache(maxsize=1)
def keras_digits():
    """How Keras 3.15 fared on the digits: (backend, start) → column → number (data/README.md).

    A column is None where that never happened: "nan_loss" and "nan_weights" are steps.
    """
    with (DATA / "keras_digits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row.pop("backend"), int(row.pop("start"))): {
            name: float(value) if value else None for name, value in row.items()
        }
        for row in rows
    }


# 2 · An epsilon

GUARDS = ("log(p + ε)", "clip")


def behind_softmax(gap, guard, epsilon):
    """Loss of the scores (−gap, 0, 0), the first true, and its push on the true score.

    gap: (N,) float64; guard: one of GUARDS, what the loss does with the softmax, or "from scores".
    Two tensors like gap. Raises ValueError for another guard.
    """
    _one_of("guard", guard, (*GUARDS, "from scores"))
    true = (-gap).requires_grad_()
    scores = torch.stack([true, torch.zeros_like(gap), torch.zeros_like(gap)], dim=1)
    outputs = scores if guard == "from scores" else scores.softmax(-1)
    loss = row_losses(outputs, torch.zeros(len(gap), dtype=torch.long), guard, epsilon)
    return loss.detach(), -slope(loss, true)[0]


# 3 · log(softmax) and log_softmax

WAYS = ("log of softmax", "cross_entropy")


def two_class_loss(gap, way, dtype):
    """Loss of two scores, the true one `gap` behind, and its slope by the true score; float64.

    gap: (N,) float64, at least 0; way: one of WAYS; computed in `dtype`, one of DTYPES' names.
    Raises ValueError for another word.
    """
    _one_of("way", way, WAYS)
    _one_of("dtype", dtype, DTYPES)
    other = gap.to(DTYPES[dtype])
    true = torch.zeros_like(other).requires_grad_()
    scores = torch.stack([true, other], dim=1)
    if way == "log of softmax":
        loss = -scores.softmax(-1)[:, 0].log()
    else:
        loss = F.cross_entropy(scores, torch.zeros(len(gap), dtype=torch.long), reduction="none")
    return loss.detach().double(), slope(loss, true)[0].double()


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


ROUNDING = {"float32": 2.0**-24, "float64": 2.0**-53}  # the u of equation (4.2)


def sure_from(classes, dtype, position=0):
    """The smallest margin, in steps of 0.01, at which cross_entropy is exactly 0 from there on.

    One score is `margin`, at `position`, and true; the other classes have the score 0.
    """
    margin = torch.arange(1000, 5000, dtype=torch.float64) / 100
    scores = torch.zeros(len(margin), classes, dtype=DTYPES[dtype])
    scores[:, position] = margin.to(DTYPES[dtype])
    target = torch.full((len(margin),), position)
    above_0 = F.cross_entropy(scores, target, reduction="none") > 0
    return margin[above_0.nonzero()[-1, 0] + 1].item()


# 5 · The digits

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


# 6 · torch.where

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
