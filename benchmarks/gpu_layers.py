"""Claims about layers and losses, measured on the device of HERE.

CHECKS is of the same kind as in gpu_numbers.py.
"""

import torch
from torch import nn
from torch.autograd import grad, gradcheck, gradgradcheck
from torch.nn import functional as F

from benchmarks.gpu_autograd import EXACT, digits, drawn, off
from benchmarks.gpu_numbers import DOUBLE, HERE, SINGLE, tensor


def placed(module):
    return module.to(HERE["device"], DOUBLE)


def norm_layers(dtype, *more):
    """Batch norm of 1, 2, 3, 10 as (N, C), and as pictures where `more` are their sides."""
    layer = (nn.BatchNorm2d if more else nn.BatchNorm1d)(1, dtype=dtype, **HERE)
    return layer, tensor(1, 2, 3, 10, dtype=dtype).reshape(4, 1, *more)


def buffers(guard, frozen=False):
    found = {}
    for dtype, more in ((DOUBLE, ()), (SINGLE, ()), (SINGLE, (1, 1))):
        for mode, wanted in (("train", [0.4, 2.5667]), ("eval", [0, 1])):
            layer, x = norm_layers(dtype, *more)
            layer.train(mode == "train").requires_grad_(not frozen)
            with guard():
                layer(x)
            moved = layer.running_mean, layer.running_var
            found[f"{mode}, {dtype}, {2 + len(more)} axes"] = moved, wanted
    return found


def remembered():
    found = {}
    for dtype, more in ((DOUBLE, ()), (SINGLE, ()), (SINGLE, (1, 1))):
        layer, x = norm_layers(dtype, *more)
        for _ in range(200):
            last = layer(x)
        ratio = layer.eval()(x).norm() / last.norm()
        found[f"eval ÷ train, {dtype}, {2 + len(more)} axes"] = ratio, 0.866
    return found


def pair_normed(*pair):
    return nn.BatchNorm1d(1, **HERE)(tensor(*pair)[:, None])


def other_samples(layer):
    """The largest gradient of the first sample's outputs by the other samples."""
    x = drawn(16, 8).requires_grad_()
    return grad(layer(x)[0].square().sum(), x)[0][1:].abs().max()


def bias_in_front(mode):
    layer, x = placed(nn.BatchNorm1d(8)).train(mode), drawn(32, 8)
    bias = tensor(*[1] * 8, dtype=DOUBLE).requires_grad_()
    return grad(F.mse_loss(layer(x + bias), x), bias)[0].abs().max()


def library(a, size):
    return F.local_response_norm(a[..., None], size, 1.0)[..., 0]


def windows(x, left, right):
    return F.pad(x, (left, right)).unfold(1, left + right + 1, 1).sum(-1)


def lrn(a, g, size, mirrored, beta=0.75):
    """Output and gradient of LRN with α = 1 by their formulas; a and g are (N, C)."""
    sides = size // 2, (size - 1) // 2
    s = 1 + windows(a * a, *sides) / size
    own = s**-beta * g
    charges = windows(own * a / s, *(sides[::-1] if mirrored else sides))
    return a * s**-beta, own - 2 * beta / size * a * charges


def lrn_slope(layer, a, g):
    a = a.clone().requires_grad_()
    return grad(layer(a), a, g)[0]


def crossmap(channels, gradient):
    a = drawn(2, channels, 1, 1)
    pair = [lambda a: nn.CrossMapLRN2d(3, 1.0)(a), lambda a: F.local_response_norm(a, 3, 1.0)]
    found = [lrn_slope(f, a, a.flip(1)) if gradient else f(a) for f in pair]
    return off(*found).item() < 1e-9


def lrn_windows():
    a, g, found = drawn(50, 8), drawn(50, 8, seed=1), {}
    for n in (2, 3, 4, 5):
        right = lrn_slope(lambda a, n=n: library(a, n), a, g)
        (b, mirrored), (_, same) = (lrn(a, g, n, m) for m in (True, False))
        wrong = (0.05, 2) if n % 2 == 0 else EXACT
        offs = off(b, library(a, n)), off(mirrored, right), off(same, right)
        found[f"n = {n}: output, mirrored, forward window off by"] = offs, [EXACT, EXACT, wrong]
    return found


def dropped():
    rate, x = 0.3, drawn(1000, dtype=SINGLE)
    y = F.dropout(x, rate)
    return {
        "kept ones times 1 − rate, off by": (off(y[y != 0] * 0.7, x[y != 0]), (0, 1e-6)),
        "at rate 1": (F.dropout(x, 1.0).abs().max(), 0),
    }


def keeps_all(layer):
    x = drawn(999, dtype=SINGLE)
    return torch.equal(layer(x), x)


def passes(layer):
    return gradcheck(layer, drawn(64, seed=1).requires_grad_(), raise_exception=False)


def mean_divides():
    z, v, y = drawn(6, 2), drawn(6, seed=1).abs() + 0.5, torch.arange(6, **HERE) % 2
    row, q, two = z[:, 0], y.double(), v[:2]
    cases = {
        "binary_cross_entropy": (row.sigmoid(), q, v),
        "binary_cross_entropy_with_logits": (row, q, v),
        "huber_loss": (row, q, v),
        "cross_entropy": (z, y, two),
        "nll_loss": (z.log_softmax(1), y, two),
        "mse_loss": (row, q, v),
        "l1_loss": (row, q, v),
    }
    found = []
    for name, (outputs, target, weight) in cases.items():
        loss, weights = getattr(F, name), v if weight is v else two[y]
        total = weights @ loss(outputs, target, reduction="none")
        found.append(total / loss(outputs, target, weight=weight))
    six, by_class = weights.sum().item(), two[y].sum().item()
    return {f"divisors: {', '.join(cases)}": (found, [6, 6, 6, by_class, by_class, six, six])}


def same_rows(layer):
    x = drawn(32, 8)
    return max(off(layer(x[:n])[:1], layer(x)[:1]).item() for n in (1, 2))


def filters(dtype):
    """How far a convolution with filters of the picture's size is from a dense layer."""
    x, w = digits(dtype)[0], drawn(64, 400, dtype=dtype) / 4
    found = F.conv2d(x.reshape(-1, 1, 8, 8), w.T.reshape(-1, 1, 8, 8))
    return off(found.flatten(1), x @ w)


CHECKS = {
    "buffers.no-grad-stops-them": lambda: buffers(torch.no_grad),
    "buffers.frozen-by-requires-grad": lambda: buffers(torch.enable_grad, frozen=True),
    "running.same-in-the-end": remembered,
    "gradient.own-sample-only": lambda: {
        "training": (other_samples(placed(nn.BatchNorm1d(8))), (0.01, 10)),
        "evaluation": (other_samples(placed(nn.BatchNorm1d(8)).eval()), 0),
        "layer norm": (other_samples(placed(nn.LayerNorm(8))), 0),
    },
    "gradient.bias-in-front": lambda: {
        "training": (bias_in_front(True), EXACT),
        "evaluation": (bias_in_front(False), (0.01, 1)),
    },
    "small.only-noisier": lambda: {
        "batches (1, 10), (3, 2)": ([pair_normed(1, 10), pair_normed(3, 2)], [-1, 1, 1, -1]),
    },
    "small.layer-norm-stays": lambda: {
        "layer norm in batches of 1, 2 and 32, off by": (same_rows(placed(nn.LayerNorm(8))), EXACT),
    },
    "lrn.forward-window-backward": lrn_windows,
    "lrn.crossmap-is-the-same": lambda: {
        "output, 2 and 3 channels": ([crossmap(c, gradient=False) for c in (2, 3)], [True, False]),
        "gradient, 1 and 2 channels": ([crossmap(c, gradient=True) for c in (1, 2)], [True, False]),
    },
    "lrn.gradcheck-once-is-enough": lambda: {
        f.__name__: (
            f(lambda a: F.local_response_norm(a, 5, 1.0), drawn(2, 8, 3).requires_grad_()),
            True,
        )
        for f in (gradcheck, gradgradcheck)
    },
    "dropout.eval-reaches-functional": lambda: {
        "nn.Dropout keeps all": (keeps_all(nn.Dropout(0.3).eval()), True),
        "F.dropout keeps all": (keeps_all(F.dropout), False),
    },
    "dropout.needs-positive-inputs": dropped,
    "dropout.failed-gradcheck-means-wrong-gradient": lambda: {
        "masks free": (passes(F.dropout), False),
        "mask fixed": (passes(lambda x: x * (drawn(64) > 0) / 0.7), True),
    },
    "weights.mean-divides-by-n": mean_divides,
    "units.need-a-picture": lambda: {
        f"convolution, {dtype}: off by": (filters(dtype), (0, 1e-5)) for dtype in (SINGLE, DOUBLE)
    },
}
