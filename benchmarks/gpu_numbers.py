"""Claims about the edges of number formats, measured on the device of HERE.

CHECKS: claim's id → function, which returns what → (measured, what the claim says must come out):
a number (to half a percent; 0, ∞, NaN exactly), a bool, a word, (lowest, highest), or a list.
"""

import math

import torch
from torch.linalg import vector_norm
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

INF, NAN, FAR, FEW = math.inf, math.nan, [3e20, 4e20], [3e-30, 4e-30]
HALF, SINGLE, DOUBLE, BRAIN = torch.float16, torch.float32, torch.float64, torch.bfloat16
HERE = {"device": "cpu"}  # no default device: under one, F.l1_loss forgets its weight (2.13)


def tensor(*values, dtype=SINGLE):
    return torch.tensor(values, dtype=dtype, **HERE)


def slope(formula, values, dtype=SINGLE):
    """The gradient of the summed `formula` at `values`."""
    x = torch.tensor(values, dtype=dtype, requires_grad=True, **HERE)
    return torch.autograd.grad(formula(x).sum(), x)[0]


def square(d):
    return (d * d).sum(-1)


def log_square(d, epsilon=0.0):
    return (2 * (d.abs() + epsilon).log()).logsumexp(-1)


def under_root(d):
    return (square(d) + 1e-8).sqrt()


def first(scores):
    """cross_entropy of one row of scores, whose first class is true."""
    return F.cross_entropy(scores[None], torch.zeros(1, dtype=torch.long, **HERE))


def log_softmax(scores, epsilon=0.0):
    return -(scores.softmax(-1)[0] + epsilon).log()


def clipped(scores):
    return -scores.softmax(-1)[0].clamp(1e-7, 1 - 1e-7).log()


def pushes(loss, *gaps):
    """How hard `loss` raises a true score that lies each of `gaps` behind two others."""
    return [-slope(loss, [-gap, 0.0, 0.0])[0] for gap in gaps]


def clipping():
    cases = ((6e10, 8e10), [0.6, 0.8]), ((6e20, 8e20), [0, 0]), ((INF, 8.0), [NAN, 0])
    found, d = {}, tensor(0, 0).requires_grad_()
    for foreach in (False, True):
        for gradient, wanted in cases:
            d.grad = tensor(*gradient)
            clip_grad_norm_([d], 1.0, foreach=foreach)
            name = f"clipped ({gradient[0]:g}, {gradient[1]:g})" + ", foreach" * foreach
            found[name] = d.grad, wanted
    return found


def norms():
    cases = (1000, 3.0, 94.868), (2, 3e20, INF), (1000, 3e20, INF), (2, 3e-30, 0), (1000, 3e-30, 0)
    return {f"norm of {n} × {x:g}": (vector_norm(tensor(*[x] * n)), w) for n, x, w in cases}


def robust():
    both, sums = (tensor(90, -2), tensor(*FAR)), {"reduction": "sum"}
    return {
        "Huber": ([F.huber_loss(d, 0 * d, **sums) for d in both], [91, 7e20]),
        "smooth L1": ([F.smooth_l1_loss(d, 0 * d, **sums) for d in both], [91, 7e20]),
        "log1p |d|²": ([square(d).log1p() for d in both], [9.0, INF]),
        "log-cosh": ([d.cosh().log().sum() for d in both], [INF, INF]),
        "gradient of log-cosh": (slope(lambda d: d.cosh().log(), [90.0]), [NAN]),
    }


def autocast(dtype, *own):
    with torch.autocast(HERE["device"], dtype=dtype):
        d = F.linear(tensor(300, 400), tensor(1, 0, 0, 1).reshape(2, 2))
        losses = F.mse_loss(d, 0 * d), F.gaussian_nll_loss(d, 0 * d, 0 * d + 1), (d * d).mean()
    return {f"mse, Gaussian NLL, own mean in {dtype}": (losses, [125000, *((o, o) for o in own)])}


def bce(score, truth, dtype, *wanted):
    s = tensor(score, dtype=dtype).requires_grad_()
    loss = F.binary_cross_entropy(s.sigmoid(), torch.full_like(s, truth))
    right = F.binary_cross_entropy_with_logits(s, torch.full_like(s, truth))
    found = loss, torch.autograd.grad(loss, s)[0], right
    return {f"BCELoss, its slope, with logits, at {score}, {dtype}": (found, [*wanted, abs(score)])}


def margins():
    """From which margin on cross_entropy is exactly 0; rounding may bring that forward by ln 2."""
    margin, found = torch.arange(1000, 5000, **HERE) / 100, {}
    for classes, dtype, latest in ((3, SINGLE, 17.34), (1000, SINGLE, 23.55), (3, DOUBLE, 37.44)):
        for true in (0, classes - 1):
            scores = torch.zeros(len(margin), classes, dtype=dtype, **HERE)
            scores[:, true] = margin.to(dtype)
            target = torch.full((len(margin),), true, **HERE)
            loss = F.cross_entropy(scores, target, reduction="none")
            exact = margin[loss.nonzero()[-1, 0] + 1]
            found[f"{classes} classes, {dtype}, class {true}"] = exact, (latest - 0.75, latest)
    return found


CHECKS = {
    "norm.inf-loss-bad-gradient": lambda: {
        "|d|² at (3·10²⁰, 4·10²⁰)": (square(tensor(*FAR)), INF),
        "its gradient": (slope(square, FAR), [6e20, 8e20]),
        "float16, at (300, 400)": (slope(square, [300, 400], HALF), [600, 800]),
        "at 3·10³⁸": (slope(square, [3e38, 3e38]), [INF, INF]),
        "of exp(logsumexp)": (slope(lambda d: log_square(d).exp(), FAR), [INF, INF]),
    },
    "norm.clipping-tames-it": clipping,
    "norm.logsumexp-is-stable": lambda: {
        "value at (3·10²⁰, 4·10²⁰)": (log_square(tensor(*FAR)), 95.3223),
        "gradient": (slope(log_square, FAR), [2.4e-21, 3.2e-21]),
    },
    "norm.plus-1e-20": lambda: {
        f"gradient at {at}, {dtype}": (slope(lambda d: log_square(d, 1e-20), at, dtype), wanted)
        for at, dtype, wanted in (
            *(([0, 2], dtype, [0, 1]) for dtype in (SINGLE, DOUBLE, BRAIN)),
            ([0, 2], HALF, [NAN, 1]),
            (FEW, SINGLE, [1e20, 1e20]),
        )
    },
    "norm.library-norm-is-stable": norms,
    "norm.nan-at-zero": lambda: {
        "√ of the sum": (slope(lambda d: square(d).sqrt(), [0, 0]), [NAN, NAN]),
        "hypot": (slope(lambda d: torch.hypot(d[0], d[1]), [0, 0]), [NAN, NAN]),
        "vector_norm": (slope(vector_norm, [0, 0]), [0, 0]),
    },
    "norm.epsilon-is-harmless": lambda: {
        "√(|d|² + 10⁻⁸) − 1 at 1": (under_root(tensor(1, dtype=DOUBLE)) - 1, (4.9e-9, 5.1e-9)),
        "at 10⁻⁶": (under_root(tensor(1e-6)), 1e-4),
        "float16, gradient at 0": (slope(under_root, [0, 0], HALF), [NAN, NAN]),
    },
    "robust.cannot-overflow": robust,
    "robust.autocast-uses-float32": lambda: (
        autocast(HALF, INF, INF) | autocast(BRAIN, 62464, 124928)
    ),
    "zero.wrong-class-is-harmless": lambda: {
        f"gradient at (1, 0), {name}": (slope(loss, [1.0, 0]), [-1, at_zero])
        for name, loss, at_zero in (
            ("y · p.log()", lambda p: -tensor(1, 0) * p.log(), NAN),
            ("xlogy", lambda p: -torch.xlogy(tensor(1, 0), p), NAN),
            ("nll_loss", lambda p: F.nll_loss(p.log(), tensor(0)[0].long()), NAN),
            ("picked first", lambda p: -p[0].log(), 0),
        )
    },
    "epsilon.finite-means-learning": lambda: {
        "push 10 and 20 behind, ε": (pushes(lambda z: log_softmax(z, 1e-7), 10, 20), [1, 0.0102]),
        "clip": (pushes(clipped, 10, 20), [1, 0]),
        "cross_entropy": (pushes(first, 10, 20), [1, 1]),
    },
    "epsilon.smaller-is-better": lambda: {
        "1 − (1 − ε), 10⁻⁷ and 10⁻⁸": (1 - (1 - tensor(1e-7, 1e-8)), [1.192e-7, 0]),
        "10⁻⁷ and 10⁻⁸ in float16": (tensor(1e-7, 1e-8).half(), [1.192e-7, 0]),
    },
    "scores.log-of-softmax-is-log-softmax": lambda: {
        "slope of log(softmax), gaps 20, 88, 95": (
            [-slope(log_softmax, [0.0, gap])[0] for gap in (20, 88, 95)],
            [1, 1, NAN],
        ),
        "of cross_entropy, gap 95": (-slope(first, [0.0, 95])[0], 1),
        "softmax, 88 behind": (tensor(0, 88).softmax(0)[0], math.exp(-88)),
    },
    "scores.bce-after-sigmoid-is-the-same": lambda: (
        (bce(-20, 1, SINGLE, 20, -1) | bce(20, 0, SINGLE, 100, 0))
        | (bce(-30, 1, SINGLE, 30, -0.0936) | bce(-30, 1, DOUBLE, 30, -0.0936))
    ),
    "accuracy.never-exactly-zero": margins,
    "training.nan-loss-means-lost-weights": lambda: {
        "NaN behind a ReLU at −1, 0, 1": (slope(lambda x: x.relu() * NAN, [-1, 0, 1]), [0, 0, NAN]),
    },
    "where.keeps-the-nan-out": lambda: {
        f"gradient of where … {f.__name__}, 0 and 0.1": (
            slope(lambda x, f=f: torch.where(x > 0, f(x), 0), [0, 0.1]),
            [NAN, wanted],
        )
        for f, wanted in ((torch.log, 10), (torch.sqrt, 1.5811))
    },
    "epsilon.tiny-constant-is-safe": lambda: {
        "slope of ln(1 − σ + 10⁻¹⁸), 10, 17, 20": (
            slope(lambda z: (1 - z.sigmoid() + 1e-18).log(), [10.0, 17, 20]),
            [-1, 0, 0],
        ),
        "ln σ(−17)": (F.logsigmoid(-tensor(17)), [-17]),
    },
}
