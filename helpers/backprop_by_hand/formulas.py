"""Backpropagation in numpy: small networks, their batches, a line, biases, digits.

One example is one column: a layer's output has shape (units, examples). Everything is float64.
"""

from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits


def sigmoid(z):
    """1/(1 + e⁻ᶻ), entry by entry, without overflow."""
    return np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float)))


def check_columns(weights, inputs, targets):
    """Complain about a batch that is not one example a column.

    weights: (units, features); inputs: (features, m); targets: (units, m), float, from 0 to 1.
    Raises TypeError for arrays of another dtype than float64, ValueError for shapes that do not
    fit and for targets outside 0 to 1.
    """
    for name, array in (("weights", weights), ("inputs", inputs), ("targets", targets)):
        if getattr(array, "dtype", None) != np.float64:
            kind = getattr(array, "dtype", type(array).__name__)
            raise TypeError(f"The {name} must be a float64 array; this is {kind}.")
        if array.ndim != 2:
            shape = f"(1, {array.size})" if array.ndim == 1 else "(rows, columns)"
            raise ValueError(
                f"The {name} have the shape {array.shape}; one example is one column, so write "
                f"{shape}."
            )
    if weights.shape[1] != inputs.shape[0] or targets.shape != (len(weights), inputs.shape[1]):
        raise ValueError(
            f"Weights {weights.shape}, inputs {inputs.shape} and targets {targets.shape} do not fit: "
            "they are (units, features), (features, m) and (units, m)."
        )
    if not ((targets >= 0) & (targets <= 1)).all():
        raise ValueError("A target is a label or a probability: it lies from 0 to 1.")


# 1 · Three units in a row

START = 0.5, -1.0  # w1 and w2 of the page
LOSSES = ("cross-entropy", "half squared error")


def loss_of_output(a, y, loss):
    """The loss of the output a, from 0 to 1, for the target y; `loss` is one of LOSSES."""
    if loss == "half squared error":
        return (a - y) ** 2 / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return -sum(
            np.where(share == 0, 0, share * np.log(p)) for share, p in ((y, a), (1 - y, 1 - a))
        )


def backward(x, w1, w2, y, loss):
    """One forward and one backward pass: a dict of z1, z2, a1, a2, loss, delta1 and delta2."""
    z1 = w1 * x
    a1 = sigmoid(z1)
    z2 = w2 * a1
    a2 = sigmoid(z2)
    delta2 = a2 - y if loss == "cross-entropy" else (a2 - y) * a2 * (1 - a2)
    delta1 = delta2 * w2 * a1 * (1 - a1)
    value = float(loss_of_output(a2, y, loss))
    return dict(z1=z1, z2=z2, a1=a1, a2=a2, loss=value, delta1=delta1, delta2=delta2)


# 2 · A batch of three columns

W, B = np.array([[0.5, -1.0]]), 0.25
X = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 3.0]])
Y = np.array([[1.0, 0.0, 1.0]])
PROGRAMS = ("mean over m", "sum", "m = shape[0]", "divided twice")


def batch_gradient(copies, program):
    """dW (2,) and db of the unit for so many copies of the batch, by one of PROGRAMS."""
    inputs, targets = np.tile(X, copies), np.tile(Y, copies)
    check_columns(W, inputs, targets)
    m = inputs.shape[1]
    dZ = sigmoid(W @ inputs + B) - targets
    by = {"mean over m": m, "sum": 1, "m = shape[0]": inputs.shape[0], "divided twice": m * m}
    return (dZ @ inputs.T)[0] / by[program], dZ.sum() / by[program]


# 3 · A cost with a wrong sign

NINE = np.linspace(-2, 2, 9)[None]
FOUR_ONES = (NINE > 0.3).astype(float)


@lru_cache
def odd_digits():
    """1797 digits as columns, (64, 1797) from 0 to 1, and whether each is odd, (1, 1797)."""
    images, labels = digits()
    return images.numpy().T / 16.0, (labels.numpy() % 2.0)[None]


def costs(z, targets):
    """The mean cross-entropy, and the one with a wrong sign, of σ(z); z and targets: (1, m)."""
    log_a, log_rest = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    ones, zeros = targets * log_a, (1 - targets) * log_rest
    return -np.mean(ones + zeros), -np.mean(ones - zeros)


DESCENDED = ("the right cost", "the cost with the slip")


def train_unit(inputs, targets, descended, steps, rate=0.5):
    """Yield (right cost, cost with the slip, outputs (1, m)) before each step and after the last.

    inputs: (features, m); targets: (1, m); descended: whose gradient is taken, of DESCENDED.
    """
    w, b = np.zeros((1, len(inputs))), 0.0
    check_columns(w, inputs, targets)
    for step in range(steps + 1):
        z = w @ inputs + b
        a = sigmoid(z)
        yield *costs(z, targets), a
        if step < steps:
            wrong = -(targets * (1 - a) + (1 - targets) * a)
            dZ = a - targets if descended == DESCENDED[0] else wrong
            w, b = w - rate * dZ @ inputs.T / a.size, b - rate * dZ.mean()


# 4 · A line

LINE = np.arange(31.0)
SLIPS = ("none", "both signs", "sign of b", "prediction stuck")
TRUE_LINE, FIRST_LINE = (3.0, 0.0), (0.5, -0.5)


def epoch(w, b, rate, slip="none", xs=LINE):
    """One pass of y = 3x, a step a point, in a program with one of SLIPS. Returns (w, b)."""
    sign_w = -1 if slip == "both signs" else 1
    sign_b = -1 if slip in ("both signs", "sign of b") else 1
    for x in xs:
        predicted = 3.0 if slip == "prediction stuck" else w * x + b
        error = 3 * x - predicted
        w, b = w + sign_w * rate * error * x, b + sign_b * rate * error
    return w, b


def mean_error(w, b, xs=LINE):
    """The mean squared error of lines on y = 3x; w and b: numbers, or arrays of one shape."""
    w, b = np.asarray(w, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.mean((3 * xs - w[..., None] * xs - b[..., None]) ** 2, axis=-1)


def descend(rate, slip, epochs):
    """The parameters w, b (epochs + 1, 2) from FIRST_LINE on; a pass is computed once, as a map."""
    zero = np.array(epoch(0.0, 0.0, rate, slip, LINE.tolist()))
    ends = [np.array(epoch(*unit, rate, slip, LINE.tolist())) - zero for unit in np.eye(2).tolist()]
    steps, now = np.column_stack(ends), np.array(FIRST_LINE)
    kept = [now]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(epochs):
            now = steps @ now + zero
            kept.append(now)
    return np.array(kept)


def stretch(xs, rate, slip="none"):
    """The largest absolute eigenvalue of what an epoch does to the distance from the true line."""
    zero = np.array(epoch(0.0, 0.0, rate, slip, xs))
    columns = [np.array(epoch(*unit, rate, slip, xs)) - zero for unit in np.eye(2).tolist()]
    return np.abs(np.linalg.eigvals(np.column_stack(columns))).max()


# 5 · Biases

SIX = np.array([[0.2, 0.5, 0.8, 1.3, 1.6, 1.9]])
LARGE = (SIX > 1).astype(float)


def unit_on_six(w, b):
    """Outputs (6,) of σ(w·x + b) on SIX, the mean cross-entropy, and how many are right."""
    z = w * SIX + b
    right = int(((z > 0) == (LARGE > 0.5)).sum())
    return sigmoid(z)[0], costs(z, LARGE)[0], right


COSINE = np.linspace(-2, 2, 41)


def best_without_bias():
    """The lowest mean squared error of a ReLU network without biases on cos 2x + 2, on COSINE.

    Such a network with one input is one slope left of 0 and another right of it, whatever its
    width; the best two slopes are those of least squares.
    """
    y, sides = np.cos(2 * COSINE) + 2, np.stack([np.minimum(COSINE, 0), np.maximum(COSINE, 0)])
    slopes = np.linalg.lstsq(sides.T, y)[0]
    return np.mean((y - slopes @ sides) ** 2)


# 6 · Digits

WIDTHS, SEEDS, STEPS, RATE = (2, 4, 8, 16, 64), range(5), range(0, 1001, 50), 0.5


@lru_cache
def digit_columns(unseen=False):
    """Pixels (64, m) from 0 to 1 and one-hot labels (10, m): the first 1000 digits, or the rest."""
    images, labels = digits()
    part = slice(1000, None) if unseen else slice(1000)
    return images.numpy()[part].T / 16.0, np.eye(10)[labels.numpy()[part]].T


def weights(width, seed):
    """W1 (width, 64), b1, W2 (10, width), b2: small random weights, and biases of 0."""
    rng = np.random.default_rng(seed)
    first = rng.standard_normal((width, 64)) * np.sqrt(2 / 64)
    second = rng.standard_normal((10, width)) * np.sqrt(1 / width)
    return first, np.zeros((width, 1)), second, np.zeros((10, 1))


def softmax(Z):
    """The softmax of each column."""
    E = np.exp(Z - Z.max(0))
    return E / E.sum(0)


def torch_backward(X, Y, parameters):
    """Let autograd fill the .grad of the network's four tensors, for numpy arrays X and Y."""
    for tensor in parameters:
        tensor.grad = None
    W1, b1, W2, b2 = parameters
    scores = W2 @ torch.relu(W1 @ torch.from_numpy(X) + b1) + b2
    F.cross_entropy(scores.T, torch.from_numpy(Y.argmax(0))).backward()


def gap(ours, theirs):
    """The largest absolute difference of arrays from as many tensors."""
    pairs = zip(ours, theirs, strict=True)
    return max(float(np.abs(a - t.detach().numpy()).max()) for a, t in pairs)


def train_digits(width, bias, seed, steps=STEPS):
    """Accuracy on the 797 unseen digits after each of `steps`; full batches, rate RATE."""
    (X, Y), (unseen, labels) = digit_columns(), digit_columns(unseen=True)
    W1, b1, W2, b2 = weights(width, seed)
    found, answers = [], labels.argmax(0)
    for step in range(max(steps) + 1):
        if step in steps:
            scores = W2 @ np.maximum(0, W1 @ unseen + b1) + b2
            found.append(np.mean(scores.argmax(0) == answers))
        A1 = np.maximum(0, W1 @ X + b1)
        dZ2 = (softmax(W2 @ A1 + b2) - Y) / X.shape[1]
        dZ1 = (W2.T @ dZ2) * (A1 > 0)
        W1, W2 = W1 - RATE * dZ1 @ X.T, W2 - RATE * dZ2 @ A1.T
        if bias:
            b1 = b1 - RATE * dZ1.sum(1, keepdims=True)
            b2 = b2 - RATE * dZ2.sum(1, keepdims=True)
    return found


@lru_cache
def stored():
    """Accuracies by (width, bias: without, with; seed, step), as data/backprop_digits.py made them."""
    with np.load(DATA / "backprop_digits.npz") as file:
        return file["accuracy"].astype(float)


def accuracy(width, bias, step=1000):
    """The five accuracies on unseen digits after a step, an array (5,)."""
    return stored()[WIDTHS.index(width), int(bias), :, STEPS.index(step)]
