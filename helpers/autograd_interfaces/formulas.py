"""backward and grad: where gradients go, what weighs them, and what one of them leaves out.

Tensors are torch's, float64. The toy models of the page have closed forms here; the tests compare
them with autograd. A word that a function does not know is a KeyError or a ValueError.
"""

import contextlib
import itertools
import warnings
from functools import lru_cache

import torch
from torch.nn import functional as F

from helpers.teaching.data import digits


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def complaint(call):
    """The RuntimeError that `call()` raises, its first sentence as text; None if it raises none."""
    try:
        call()
    except RuntimeError as error:
        return str(error).partition(". ")[0].partition(" (")[0]


@contextlib.contextmanager
def quiet():
    """No warning inside: torch warns of `backward(create_graph=True)` and of .grad of no leaf."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# 1 · Same numbers, different places

CALLS = ("backward()", "grad(…)", "clear")


def after_calls(calls):
    """What three calls on the loss x² at x = 3 do, by autograd: a list of (returned, held).

    `calls`: words of CALLS. `returned`: what the call gives back, `held`: what x.grad is after it;
    floats, or None.
    """
    x, seen = torch.tensor(3.0, dtype=torch.float64, requires_grad=True), []
    for call in calls:
        returned = None
        if call == "backward()":
            (x**2).backward()
        elif call == "grad(…)":
            returned = torch.autograd.grad(x**2, x)[0].item()
        elif call == "clear":
            x.grad = None
        else:
            raise ValueError(f"No call is named {call!r}.")
        seen.append((returned, None if x.grad is None else x.grad.item()))
    return seen


# 2 · Why backward adds

CURVATURE = _tensor(2.0, 10.0)
START = _tensor(1.8, 0.9)


def bowl(x):
    """The loss surface x1² + 5·x2² at points `x` of shape (…, 2); shape (…)."""
    return (CURVATURE / 2 * x**2).sum(-1)


def descend(calls, rate, gradients, curvature=CURVATURE):
    """Path of gradient descent on a bowl, one `backward` and one step a call; (calls + 1, 2).

    `gradients`: "cleared" before each call, or "kept", so that each step uses the sum of all
    gradients so far, as `backward` leaves it in `.grad`. `curvature`: the bowl's, shape (2,).
    """
    keep = {"cleared": 0, "kept": 1}[gradients]
    path, grad = [START], 0
    for _ in range(calls):
        grad = curvature * path[-1] + keep * grad
        path.append(path[-1] - rate * grad)
    return torch.stack(path)


# Digits, from the first section to the last

STEPS, EVERY_STEPS, PART = 300, 5, 1000


def digit_data(split=0):
    """Digits to train on and digits held out: (x, target), (x_new, target_new).

    x: (1000, 64) from 0 to 1, x_new: (797, 64) the rest; the targets int64. `split`: 0 for the
    order of the file, in which writers follow each other; any other number shuffles first.
    """
    images, labels = digits()
    order = torch.arange(len(labels))
    if split:
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(split))
    x, labels = images[order].double() / 16, labels[order]
    return (x[:PART], labels[:PART]), (x[PART:], labels[PART:])


def digit_classifier(seed=0):
    """A linear layer from 64 pixels to 10 classes, float64, with the small weights of `seed`."""
    network = torch.nn.Linear(64, 10, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        network.weight.copy_(0.01 * torch.randn(10, 64, generator=generator, dtype=torch.float64))
        network.bias.zero_()
    return network


def train_digits(gradients, batch=PART, split=0, rate=0.5):
    """300 steps of descent at this rate, gradients "cleared" before each step, or "kept".

    Each step uses the next `batch` of the 1000 training digits. Returns a tensor (61, 3), after 0,
    5, …, 300 steps: the loss on all training digits, the loss on the held-out ones, and the share
    of these that is named rightly.
    """
    return _trained_digits(gradients, batch, split, rate)


@lru_cache(maxsize=12)
def _trained_digits(gradients, batch, split, rate):
    (x, target), (x_new, target_new) = digit_data(split)
    network, seen = digit_classifier(split), []
    for step in range(STEPS + 1):
        if step % EVERY_STEPS == 0:
            with torch.no_grad():
                pairs = (network(x), target), (scores := network(x_new), target_new)
                right = (scores.argmax(1) == target_new).double().mean()
                seen.append(torch.stack([*(F.cross_entropy(*pair) for pair in pairs), right]))
        if {"cleared": True, "kept": False}[gradients]:
            network.zero_grad()
        rows = torch.arange(step * batch, (step + 1) * batch) % PART
        F.cross_entropy(network(x[rows]), target[rows]).backward()
        with torch.no_grad():
            for p in network.parameters():
                p -= rate * p.grad
    return torch.stack(seen)


# 4 · Stopping half-way

INPUTS = _tensor([2.0, 1.0], [1.0, 2.0], [0.5, -3.0])
TARGETS = _tensor(0.0, -0.5, -1.0)
WEIGHTS = _tensor(0.5, -0.25)
CLIPPED = ("each entry at h", "each sample's gradient", "their sum")


def hidden(w):
    """h = tanh(X w) for the page's three samples X; (3,)."""
    return torch.tanh(INPUTS @ w)


def gradient_at_hidden(h):
    """∂L/∂h of L = Σ (h − t)², one entry a sample; (3,)."""
    return 2 * (h - TARGETS)


def finish(gradient, w):
    """The backward pass from h on: sample i's part gᵢ·(1 − hᵢ²)·xᵢ, shape (3, 2), to be added."""
    return (gradient * (1 - hidden(w) ** 2))[:, None] * INPUTS


def clip(rows, limit):
    """Rows longer than `limit` (Euclidean length over the last dimension) are shortened to it."""
    length = rows.norm(dim=-1, keepdim=True)
    return rows * (limit / length.clamp(min=limit))


def clipped(where, limit):
    """Gradient at h (3,), the samples' parts (3, 2) and their pooled gradient (2,).

    `where` the clipping happens: one of CLIPPED.
    """
    gradient = gradient_at_hidden(hidden(WEIGHTS))
    if where == "each entry at h":
        gradient = clip(gradient[:, None], limit)[:, 0]
    parts = finish(gradient, WEIGHTS)
    if where == "each sample's gradient":
        parts = clip(parts, limit)
    pooled = parts.sum(0)
    return gradient, parts, clip(pooled, limit) if where == "their sum" else pooled


# 5 · A loss that contains a derivative

TIMES = _tensor(0.0, 0.5, 1.0)
INNER = ("grad, create_graph", "grad, retain_graph", "backward")


def residual_loss(a):
    """Σ (u′ + u)² over the three times for u(t) = 1 + a·t; `a` of any shape (…), result (…)."""
    a = torch.as_tensor(a, dtype=torch.float64)
    return ((a[..., None] * (1 + TIMES) + 1) ** 2).sum(-1)


def residual_slope(a, inner):
    """What lands in a.grad, by how u′ is taken (one of INNER); shape of `a`.

    Right with create_graph; retain_graph alone takes u′ for a constant; an inner backward leaves
    ∂(Σ u)/∂a in a.grad besides.
    """
    residual = torch.as_tensor(a, dtype=torch.float64)[..., None] * (1 + TIMES) + 1
    right, constant = ((2 * residual * factor).sum(-1) for factor in (1 + TIMES, TIMES))
    return dict(zip(INNER, (right, constant, right + TIMES.sum()), strict=True))[inner]


def resting_point(inner):
    """The a at which `residual_slope(a, inner)` is 0, where descent ends; a float."""
    at_0, at_1 = residual_slope(_tensor(0.0, 1.0), inner)
    return float(at_0 / (at_0 - at_1))


GRID = torch.linspace(0, 2, 21, dtype=torch.float64)
EPOCHS, EVERY = 300, 10
EQUATIONS = {"u′ = −u": -1, "u′ = +u": 1}


def solution(equation):
    """The true u on GRID, exp(−t) or exp(t); (21,)."""
    return torch.exp(EQUATIONS[equation] * GRID)


def fit_network(equation, seed=0, epochs=EPOCHS):
    """Three small networks fitted to one of EQUATIONS, u(0) = 1 on 0 … 2, one for each of INNER.

    u(t) = 1 + t·network(t), 16 tanh units, Adam (rate 0.02, betas 0.9 and 0.99), the same start.
    Returns u on GRID after 0, 10, …, `epochs` steps, shape (epochs/10 + 1, 3, 21).
    """
    return _fitted_network(equation, seed, epochs)


@lru_cache(maxsize=12)
def _fitted_network(equation, seed, epochs):
    sign, parameters, seen = EQUATIONS[equation], start_of_networks(len(INNER), seed), []
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(1, epochs + 2):
        t = GRID[:, None].repeat(len(INNER), 1, 1).requires_grad_()
        u = networks(parameters, t)
        if step % EVERY == 1:
            seen.append(u.detach()[..., 0])
        (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        slope = torch.stack([slope[0], slope[1].detach(), slope[2]])
        # The last term is what an inner backward adds.
        objective = ((slope - sign * u) ** 2).mean((1, 2)).sum() + u[2].sum()
        gradients = torch.autograd.grad(objective, parameters)
        with torch.no_grad():  # Adam by hand: torch.optim would load torch's compiler, 80 MB
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                m.lerp_(g, 0.1)
                v.lerp_(g**2, 0.01)
                p -= 0.02 * (m / (1 - 0.9**step)) / ((v / (1 - 0.99**step)).sqrt() + 1e-8)
    return torch.stack(seen)


def errors_of_fit(equation, seed=0, epochs=EPOCHS):
    """The largest error of each network of `fit_network`, shape (epochs/10 + 1, 3)."""
    return (fit_network(equation, seed, epochs) - solution(equation)).abs().amax(-1)


def start_of_networks(copies, seed=0):
    """Weights and biases of `copies` equal networks 1–16–1, each of leading dimension `copies`."""
    generator = torch.Generator().manual_seed(seed)
    shapes, scales = ((1, 16), (1, 16), (16, 1), (1, 1)), (1, 1, 0.25, 0)
    return [
        (scale * torch.randn(shape, generator=generator, dtype=torch.float64))
        .repeat(copies, 1, 1)
        .requires_grad_()
        for shape, scale in zip(shapes, scales, strict=True)
    ]


def networks(parameters, t):
    """u(t) = 1 + t·network(t) with u(0) = 1 built in; `t` (copies, n, 1), result the same."""
    w1, b1, w2, b2 = parameters
    return 1 + t * (torch.tanh(t @ w1 + b1) @ w2 + b2)


# 6 · Two workers

RATE = 0.1
GOALS = {"A": 2.0, "B": 5.0}


def orders():
    """All 20 orders of two workers' operations: each goes backward, step, clear, in this order."""
    for places in itertools.combinations(range(6), 3):
        left = {worker: iter(("backward", "step", "clear")) for worker in GOALS}
        workers = ["A" if place in places else "B" for place in range(6)]
        yield [(worker, next(left[worker])) for worker in workers]


def run_order(order, shared):
    """Two workers on one parameter p = 0, losses (p − 2)² and (p − 5)², rate 0.1.

    A model: no operation interrupts another, as a real step of one thread among several may.

    `shared`: whether both use one .grad, or each keeps its gradient, as `grad` returns it. Returns
    p at the end, and how many steps used the gradient of A and of B: (float, (int, int)).
    """
    p, places, used = 0.0, {"A": {}, "B": {}}, {"A": 0, "B": 0}
    for worker, operation in order:
        held = places["A" if shared else worker]
        if operation == "backward":
            held[worker] = 2 * (p - GOALS[worker])
        elif operation == "step":
            p -= RATE * sum(held.values())
            for other in held:
                used[other] += 1
        else:
            held.clear()
    return p, (used["A"], used["B"])
