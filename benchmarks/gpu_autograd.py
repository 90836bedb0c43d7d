"""Claims about autograd and training steps, measured on the device of HERE.

CHECKS is of the same kind as in gpu_numbers.py.
"""

from pathlib import Path

import numpy as np
import torch
from torch.autograd import grad
from torch.nn import functional as F

from benchmarks.gpu_numbers import DOUBLE, HERE, NAN, SINGLE, tensor

DIGITS = Path(__file__).resolve().parents[1] / "data/digits.npz"
EXACT = (0, 1e-12)


def drawn(*shape, dtype=DOUBLE, seed=0):
    """Normal numbers: the same ones on every device."""
    source = torch.Generator("cpu").manual_seed(seed)
    numbers = torch.randn(shape, generator=source, dtype=DOUBLE)
    return numbers.to(dtype=dtype, **HERE)


def digits(dtype=DOUBLE):
    """1000 digits (1000, 64) of pixels from 0 to 1, and their labels."""
    with np.load(DIGITS) as stored:
        x, y = (torch.tensor(stored[name][:1000], **HERE) for name in ("images", "labels"))
    return x.to(dtype) / 16, y.long()


def off(found, right):
    """The largest difference, beside the largest number of `right`."""
    return (found - right).abs().max() / right.abs().max()


def error_of(call):
    """The name of the error that `call()` raises."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "none"


def same_bits(loss, *shape):
    """Whether three passes give one gradient to the last bit: grad twice, and backward."""
    w = drawn(*shape, dtype=SINGLE).requires_grad_()
    found = [grad(loss(w), w)[0] for _ in range(2)]
    loss(w).backward()
    return all(torch.equal(w.grad, other) for other in found), True


def two_names():
    x, y = digits(SINGLE)
    pictures, index = x.reshape(-1, 1, 8, 8), torch.arange(200_000, **HERE) % 7
    factor = drawn(len(index), dtype=SINGLE)
    return {
        "same bits: a linear layer": same_bits(lambda w: F.cross_entropy(x @ w, y), 64, 10),
        "a convolution": same_bits(lambda w: F.conv2d(pictures, w).relu().sum(), 9, 1, 3, 3),
        "200,000 gathered of 7": same_bits(lambda w: (w.gather(0, index) * factor).sum(), 7),
    }


def graphs():
    x = tensor(3.0, dtype=DOUBLE).requires_grad_()
    h = x**2
    loss = (h**2).sum()
    (at_h,) = grad(loss, h)
    h.backward(at_h)
    return {
        "a backward from where grad stopped": (x.grad, [108]),
        "one through what it freed": (error_of(loss.backward), "RuntimeError"),
    }


def second_backward():
    x, w = drawn(3), drawn(3, seed=1).requires_grad_()
    t = x.clone().requires_grad_()
    (plain,) = grad((w * t).sum().tanh(), t, retain_graph=True)
    (kept,) = grad((w * t).sum().tanh(), t, create_graph=True)
    u = (w * x).sum().tanh().item()
    right = (1 - u * u) * (1 - 2 * u * w.detach().sum() * x)
    return {
        "with retain_graph": (error_of(plain.sum().backward), "RuntimeError"),
        "with create_graph, off by": (off(grad(kept.sum(), w)[0], right), EXACT),
    }


def parts():
    (x, y), w = digits(), (0.01 * drawn(64, 10)).requires_grad_()
    whole = grad(F.cross_entropy(x @ w, y), w)[0]
    for i in range(0, 1000, 125):
        F.cross_entropy(x[i : i + 125] @ w, y[i : i + 125]).backward()
    return {
        "8 parts, each by 1/8: off by": (off(w.grad / 8, whole), EXACT),
        "added": (w.grad.norm() / whole.norm(), 8),
    }


def per_sample():
    (x, y), w = digits(), drawn(64, 10)

    def one(w, x, y):
        return F.cross_entropy(x @ w, y)

    at_once = torch.func.vmap(torch.func.grad(one), (None, 0, 0))(w, x[:20], y[:20])
    w.requires_grad_()
    each = torch.stack([grad(one(w, *pair), w)[0] for pair in zip(x[:20], y[:20], strict=True)])
    return {"20 digits, vmap(grad): off by": (off(at_once, each), EXACT)}


def hand_written(dtype):
    """The largest error of a network's gradient by hand, beside the float64 one by autograd."""
    (x, y), w1, w2 = digits(), drawn(64, 16) / 8, drawn(16, 10, seed=1) / 4
    parameters = w1.clone().requires_grad_(), w2.clone().requires_grad_()
    right = grad(F.cross_entropy((x @ parameters[0]).relu() @ parameters[1], y), parameters)
    x, w1, w2 = (t.to(dtype) for t in (x, w1, w2))
    hidden = (x @ w1).relu()
    delta = ((hidden @ w2).softmax(1) - F.one_hot(y, 10)) / len(y)
    found = x.T @ ((delta @ w2.T) * (hidden > 0)), hidden.T @ delta
    return max(off(*pair) for pair in zip(found, right, strict=True))


def with_tf32():
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        return {"float32 with TF32 products, off by": (hand_written(SINGLE), (0, 1e-5))}
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def by_hand():
    (x, y), w = digits(), 1000 * drawn(64, 10)
    scores = x @ w
    p = (scores - scores.amax(1, keepdim=True)).softmax(1)
    return {
        "float64, off by": (hand_written(DOUBLE), (0, 1e-13)),
        "float32, off by": (hand_written(SINGLE), (0, 1e-5)),
        "softmax by hand, scores times 1000": (-(F.one_hot(y, 10) * p.log()).sum(1).mean(), NAN),
        "cross_entropy of them is finite": (bool(F.cross_entropy(scores, y).isfinite()), True),
    }


def trained(loss, right, nan=False, scale=1, steps=200):
    """A linear layer after steps at rate 0.1: share of digits named rightly, NaN in its weights."""
    (x, y), w = digits(SINGLE), 0.1 * drawn(64, 10, dtype=SINGLE)
    x = x * scale
    for _ in range(steps):
        w = w.detach().requires_grad_()
        w = w - 0.1 * grad(LOSSES[loss](x @ w, y), w)[0]
    found = ((x @ w).argmax(1) == y).double().mean(), bool(w.isnan().any())
    return {f"{loss}, pixels to {scale}: share right, NaN": (found, [right, nan])}


LOSSES = {
    "cross_entropy": F.cross_entropy,
    "log(softmax)": lambda z, y: F.nll_loss(z.softmax(1).log(), y),
    "softmax twice": lambda z, y: F.cross_entropy(z.softmax(1), y),
}


def factors(adam):
    """How far five times the loss moves ten steps, at rate 0.01 and at a fifth of it."""
    ends = []
    for factor, rate in ((1, 0.05), (5, 0.01)):
        w = tensor(1, 1, 1, dtype=DOUBLE).requires_grad_()
        optimiser = (torch.optim.Adam if adam else torch.optim.SGD)([w], lr=rate)
        for _ in range(10):
            optimiser.zero_grad()
            (factor * (w * w * tensor(1, 2, 3, dtype=DOUBLE)).sum()).backward()
            optimiser.step()
        ends.append(w.detach())
    return off(*ends)


CHECKS = {
    "autograd.two-names-for-one-thing": two_names,
    "autograd.grad-keeps-the-graph": graphs,
    "autograd.accumulating-is-one-batch": parts,
    "autograd.one-pass-a-sample": per_sample,
    "autograd.retain-graph-cures": second_backward,
    "digits.by-hand-is-different": by_hand,
    "digits.by-hand-is-different · TF32": with_tf32,
    "scores.log-of-softmax-is-log-softmax · training": lambda: (
        trained("cross_entropy", (0.9, 1), scale=16)
        | trained("log(softmax)", (0, 0.15), nan=True, scale=16)
        | trained("log(softmax)", (0.8, 1))
    ),
    "softmax-twice.is-harmless": lambda: (
        trained("cross_entropy", (0.85, 0.95), steps=300)
        | trained("softmax twice", (0.35, 0.62), steps=300)
    ),
    "scaling.factor-on-loss-is-factor-on-rate": lambda: {
        "loss times 5 and rate by 5, plain descent: moved by": (factors(adam=False), EXACT),
        "Adam: moved by": (factors(adam=True), (0.1, 10)),
    },
}
