"""Outputs, losses, and what becomes of a training that pairs the wrong ones.

Tensors are torch's. Scores (logits) have shape (N, C); a target has shape (N,) and holds the true
class of each row.
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits

# 1 · Which output goes with which loss

OUTPUTS = {
    "logits": lambda scores: scores,
    "softmax": lambda scores: scores.softmax(1),
    "log-softmax": lambda scores: scores.log_softmax(1),
    "sigmoid": lambda scores: scores.sigmoid(),
    "log-sigmoid": F.logsigmoid,
}


def one_hot(target, like):
    """Rows with a 1 at the true class and 0 elsewhere; shape and dtype of the tensor `like`."""
    return F.one_hot(target, like.shape[1]).to(like.dtype)


LOSSES = {
    "nll_loss": lambda outputs, target: F.nll_loss(outputs, target),
    "cross_entropy": lambda outputs, target: F.cross_entropy(outputs, target),
    "BCELoss": lambda outputs, target: F.binary_cross_entropy(outputs, one_hot(target, outputs)),
    "BCEWithLogitsLoss": lambda outputs, target: F.binary_cross_entropy_with_logits(
        outputs, one_hot(target, outputs)
    ),
}
# What the authors of the losses had in mind.
RIGHT = set(zip(("log-softmax", "logits", "sigmoid", "logits"), LOSSES, strict=True))


def _checked(scores, target):
    if scores.ndim != 2 or target.shape != scores.shape[:1]:
        raise ValueError(
            "scores must have shape (N, C) and target shape (N,); "
            f"got {tuple(scores.shape)} and {tuple(target.shape)}."
        )
    if target.dtype != torch.int64:
        raise TypeError(f"A target holds class indices, int64; got {target.dtype}.")
    if not ((target >= 0) & (target < scores.shape[1])).all():
        raise ValueError(f"A class index must lie from 0 to {scores.shape[1] - 1}.")


def pair_loss(scores, target, output, loss):
    """The mean loss of `scores` through `output` (of OUTPUTS) and `loss` (of LOSSES), a 0-d tensor.

    The two binary losses get one-hot targets, and average over classes as well, as torch does.
    Raises ValueError for a wrong shape or class, TypeError for a target that isn't int64,
    RuntimeError where torch refuses the pair.
    """
    _checked(scores, target)
    return LOSSES[loss](OUTPUTS[output](scores), target)


def pull(scores, target, output, loss):
    """Loss (float) and gradient by the scores (like `scores`) of a pair, as `pair_loss` has it."""
    scores = scores.detach().clone().requires_grad_()
    value = pair_loss(scores, target, output, loss)
    (gradient,) = torch.autograd.grad(value, scores)
    return value.item(), gradient


def floor(classes):
    """The lowest cross-entropy of `classes` outputs that lie from 0 to 1: ln(1 + (C − 1)/e)."""
    return math.log1p((classes - 1) / math.e)


def lowest(output, loss, classes):
    """The lowest value (a limit, float) that a pair can reach for any scores; NaN if torch refuses.

    For the binary losses, averaged over the classes.
    """
    soft = math.log1p(math.exp(-1))  # the binary loss of a score of 1
    bounded = output in ("softmax", "sigmoid")
    if loss == "nll_loss":
        return -math.inf if output == "logits" else -1.0 if bounded else 0.0
    if loss == "cross_entropy":
        return floor(classes) if bounded else 0.0
    if loss == "BCELoss":
        return 0.0 if bounded else math.nan
    true, other = (soft, math.log(2)) if bounded else (math.log(2), 0.0)
    return 0.0 if output == "logits" else (true + (classes - 1) * other) / classes


def table(scores, target):
    """A row a pair: (output, loss, value, lowest, which scores get a gradient: "all", "true", "–").

    scores: (1, C). A pair that torch refuses has the value NaN and "–".
    """
    rows = []
    for output in OUTPUTS:
        for loss in LOSSES:
            try:
                value, gradient = pull(scores, target, output, loss)
                who = "all" if (gradient.abs() > 1e-9).all() else "true"
            except RuntimeError:  # BCELoss of what lies outside 0 to 1
                value, who = math.nan, "–"
            rows.append((output, loss, value, lowest(output, loss, scores.shape[1]), who))
    return rows


# 2 · Softmax twice


def loss_of_gap(gap, classes, softmaxes):
    """Cross-entropy behind 1 or 2 softmaxes, and its derivative by the true class's score.

    gap: (N,) float64, how far the true score lies above all others, which are equal. Returns two
    tensors like `gap`.
    """
    true = gap.clone().requires_grad_()
    scores = torch.cat([true[:, None], gap.new_zeros(len(gap), classes - 1)], dim=1)
    for _ in range(softmaxes - 1):
        scores = scores.softmax(1)
    loss = F.cross_entropy(scores, torch.zeros(len(gap), dtype=torch.long), reduction="none")
    (slope,) = torch.autograd.grad(loss.sum(), true)
    return loss.detach(), slope


# 2 and 3 · On real digits: data/logits_digits.py trains, this defines and measures

PAIRS = {
    "scores → cross_entropy": ("logits", "cross_entropy"),
    "softmax → cross_entropy": ("softmax", "cross_entropy"),
    "softmax → nll_loss": ("softmax", "nll_loss"),
    "sigmoid → nll_loss": ("sigmoid", "nll_loss"),
    "log-sigmoid → nll_loss": ("log-sigmoid", "nll_loss"),
    "sigmoid → BCELoss": ("sigmoid", "BCELoss"),
}
TRAININGS = {
    "linear, rate 0.1": ("linear", torch.optim.SGD, 0.1),
    "linear, rate 1": ("linear", torch.optim.SGD, 1.0),
    "hidden layer, Adam": ("hidden", torch.optim.Adam, 0.01),
}
SEEDS = tuple(range(5))
STEPS = tuple(range(0, 301, 10))
LONGER = (  # trained for 3000 steps as well
    ("hidden layer, Adam", "softmax → cross_entropy"),
    ("linear, rate 1", "softmax → cross_entropy"),
    ("linear, rate 1", "sigmoid → nll_loss"),
)
MEASURES = ("accuracy", "loss", "true class", "other classes", "by outputs", "classes", "eights")


@lru_cache(maxsize=1)
def digit_parts():
    """((x, target), (x, target)): the first 1000 digits and the last 797; x float32, 0 to 1."""
    images, labels = digits()
    x = images.float() / 16
    return (x[:1000], labels[:1000]), (x[1000:], labels[1000:])


def network(kind, seed):
    """A new float32 network from 64 pixels to 10 scores: "linear", or "hidden" with 64 ReLUs."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        if kind == "linear":
            return nn.Linear(64, 10)
        return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


@torch.no_grad()
def measure_digits(model, pair):
    """Values of MEASURES on the last 797 digits, a list of floats.

    An answer is the class of the largest score; "by outputs" is the accuracy of the largest output
    in its place, as float32 rounds it (the first of equal ones). "true class" and "other classes"
    are mean outputs, exp of them where the output is a logarithm. "classes" counts the classes that
    the answers name, "eights" the answers that name the 8.
    """
    x, target = digit_parts()[1]
    output, loss = PAIRS[pair]
    scores = model(x)
    outputs = OUTPUTS[output](scores)
    value = LOSSES[loss](outputs, target).item()
    shares = {"log-sigmoid": outputs.exp(), "logits": outputs.softmax(1)}.get(output, outputs)
    true = shares.gather(1, target[:, None]).mean().item()
    other = (shares.sum(1).mean().item() - true) / 9
    answers = scores.argmax(1)
    right, rounded = ((a == target).float().mean().item() for a in (answers, outputs.argmax(1)))
    return [right, value, true, other, rounded, len(answers.unique()), (answers == 8).sum().item()]


def train_digits(training, pair, seed, steps=STEPS):
    """Train on the first 1000 digits, all at once; a (len(steps), 7) array of MEASURES."""
    kind, optimiser, rate = TRAININGS[training]
    output, loss = PAIRS[pair]
    model = network(kind, seed)
    optimiser = optimiser(model.parameters(), lr=rate)
    (x, target), _ = digit_parts()
    rows = []
    for step in range(max(steps) + 1):
        if step in steps:
            rows.append(measure_digits(model, pair))
        optimiser.zero_grad()
        LOSSES[loss](OUTPUTS[output](model(x)), target).backward()
        optimiser.step()
    return np.array(rows)


# 4 · A head for every pixel

CLASSES = tuple(range(2, 9))
NOISES = (0.01, 0.05, 0.2)
PIXEL_STEPS = (0, 50, 100, 150, 200, 250, 300)
HEADS = ("none", "sigmoid")
PIXELS = 60


def ramp(classes, noise, pixels=PIXELS, seed=0):
    """A row of pixels that gets brighter: brightness with noise (N,) float32, true class (N,)."""
    clean = (torch.arange(pixels, dtype=torch.float32) + 0.5) / pixels
    drawn = torch.randn(pixels, dtype=torch.float32, generator=torch.Generator().manual_seed(seed))
    return clean + noise * drawn, (clean * classes).long()


def clusters(classes, points=2000, spread=0.15, seed=0):
    """Points (N, 2) in well separated clusters on a circle, and the cluster of each (N,)."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.randint(classes, (points,), generator=generator)
    angle = 2 * math.pi * label / classes
    centres = torch.stack([angle.cos(), angle.sin()], dim=1)
    return centres + spread * torch.randn(points, 2, generator=generator), label


def fit_head(x, target, classes, head, steps, seed=0):
    """Train a linear head on rows of features with Adam; yield it at each of `steps`.

    x: (N, features) float32. `head`, one of HEADS: what stands between scores and cross-entropy.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Linear(x.shape[1], classes)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for step in range(max(steps) + 1):
        if step in steps:
            yield model
        optimiser.zero_grad()
        F.cross_entropy(through(model(x), head), target).backward()
        optimiser.step()


def through(scores, head):
    """What a head hands to the loss: the scores themselves, or their sigmoids."""
    return scores.sigmoid() if head == "sigmoid" else scores


def accuracy_and_confidence(scores, target, head):
    """(share of right pixels, mean of the largest softmax probability) of (N, C) scores; floats."""
    p = through(scores, head).softmax(1)
    return (p.argmax(1) == target).double().mean().item(), p.amax(1).mean().item()


# 5 · How labels of 0 and 1 make a curve

X = torch.tensor([-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3], dtype=torch.float64)
Y = torch.tensor([0, 0, 1, 0, 0, 1, 0, 1, 1, 1], dtype=torch.float64)
ERRORS = {
    "log-loss": lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none"),
    "squared error": lambda z, y: (z.sigmoid() - y) ** 2,
    "absolute error": lambda z, y: (z.sigmoid() - y).abs(),
}


def curve_cost(b0, b1, error, x=X, y=Y):
    """The summed `error` (one of ERRORS) of the curve σ(b0 + b1·x); tensors that broadcast."""
    return ERRORS[error](b0 + b1 * x, y).sum(-1)


def fit_curve(error, x=X, y=Y, start=(0.0, 0.0), iterations=200, penalty=(0.0, 0.0)):
    """(b0, b1) that L-BFGS reaches from `start`, a float64 tensor (2,), and its cost (float).

    `penalty`: the factors of ½·b0² and ½·b1² that are added to the cost while it is minimised;
    scikit-learn's LogisticRegression has (0, 1/C), its solver liblinear (1/C, 1/C).
    """
    weights = torch.tensor(penalty, dtype=torch.float64)
    b = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    ends = dict(max_iter=iterations, tolerance_grad=1e-12, tolerance_change=1e-16)
    search = torch.optim.LBFGS([b], line_search_fn="strong_wolfe", **ends)

    def closure():
        search.zero_grad()
        cost = curve_cost(b[0], b[1], error, x, y) + (weights * b**2).sum() / 2
        cost.backward()
        return cost

    search.step(closure)
    return b.detach(), curve_cost(*b.detach(), error, x, y).item()


@lru_cache(maxsize=1)
def stored():
    """What data/logits_digits.py wrote: name → array.

    "digits": (trainings, pairs, seeds, steps, measures); "longer": (of LONGER, seeds, measures), at
    step 3000; "pixels": (classes, noises, heads, steps, 2, 8) weights and
    biases of the heads, NaN beyond the number of classes.
    """
    with np.load(DATA / "logits_digits.npz") as file:
        return {name: file[name] for name in file.files}


def digit_run(training, pair, seed=0):
    """The stored (steps, measures) of one training."""
    place = list(TRAININGS).index(training), list(PAIRS).index(pair), SEEDS.index(seed)
    return stored()["digits"][place]


def over_seeds(training, pair, measure="accuracy", step=300):
    """The stored values of one of MEASURES for all SEEDS, a tensor (5,); step 3000 for LONGER."""
    if step == 3000:
        rows = stored()["longer"][LONGER.index((training, pair))]
    else:
        rows = [digit_run(training, pair, seed)[STEPS.index(step)] for seed in SEEDS]
    return torch.tensor([row[MEASURES.index(measure)].item() for row in rows])


def pixel_head(classes, noise, head, step):
    """Weights and biases, each (classes,) float32, of the stored head of the row of pixels."""
    place = CLASSES.index(classes), NOISES.index(noise), HEADS.index(head)
    return torch.from_numpy(stored()["pixels"][place][PIXEL_STEPS.index(step), :, :classes])


# 6 · Several labels a picture


def digit_pairs(unseen=False):
    """Pictures of two different digits, one drawn over the other: (x, targets), float32.

    x: (N, 64) the darker ink of the two, 0 to 1; targets: (N, 10) with two ones a row. They are
    made of the first 1000 digits, or of the other 797 if `unseen`.
    """
    x, label = digit_parts()[unseen]
    other = torch.randperm(len(x), generator=torch.Generator().manual_seed(int(unseen)))
    differ = label != label[other]
    targets = one_hot(label, x.new_zeros(1, 10)) + one_hot(label[other], x.new_zeros(1, 10))
    return torch.maximum(x, x[other])[differ], targets[differ]
