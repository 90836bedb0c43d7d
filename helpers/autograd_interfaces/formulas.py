"""backward and grad: where gradients go, what weighs them, and what one of them leaves out.

Tensors are torch's, float64. The toy models of the page have closed forms here; the tests compare
them with autograd. A word that a function does not know is a KeyError or a ValueError.
"""

import threading
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


# 1 · Same numbers, different places

CURVATURE = _tensor(2.0, 10.0)
START = _tensor(1.8, 0.9)


def bowl(x):
    """The loss surface x1² + 5·x2² at points `x` of shape (…, 2); shape (…)."""
    return (CURVATURE / 2 * x**2).sum(-1)


def descend(calls, rate, gradients):
    """Path of gradient descent on the bowl, one `backward` and one step a call; (calls + 1, 2).

    `gradients`: "cleared" before each call, or "kept", so that each step uses the sum of all
    gradients so far, as `backward` leaves it in `.grad`.
    """
    keep = {"cleared": 0, "kept": 1}[gradients]
    path, grad = [START], 0
    for _ in range(calls):
        grad = CURVATURE * path[-1] + keep * grad
        path.append(path[-1] - rate * grad)
    return torch.stack(path)


def swing(path, rate):
    """What descent with kept gradients never loses: v² + s·x·(x − v), shape (calls, 2).

    `path` (calls + 1, 2) as from `descend`; v is the step that led to x, s = rate · curvature.
    """
    x, v, s = path[1:], path.diff(dim=0), rate * CURVATURE
    return v**2 + s * x * (x - v)


def left_in(tensor):
    """What is in `tensor.grad`, without torch's warning where the tensor is no leaf."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The .grad attribute of a Tensor")
        return tensor.grad


def nodes_run(call, loss):
    """Sorted names of the nodes of `loss`'s graph that `call(loss)` runs, as a list."""
    nodes, todo, names = {None}, [loss.grad_fn], []
    while todo:
        node = todo.pop()
        if node not in nodes:
            nodes.add(node)
            todo += [parent for parent, _ in node.next_functions]
    for node in nodes - {None}:
        node.register_prehook(lambda _, node=node: names.append(node.name()))
    call(loss)
    return sorted(name.rpartition("::")[2] for name in names)


# 2 · What grad_outputs is

LINE_X = _tensor(-1.0, 0.5, 2.0)
LINE_T = _tensor(0.5, -0.5, 1.5)
LINE_THETA = _tensor(0.5, 0.0)


def line_losses(theta):
    """Squared errors of the line theta[0]·x + theta[1] at the three points of the page; (3,)."""
    return (theta[0] * LINE_X + theta[1] - LINE_T) ** 2


def line_jacobian(theta):
    """∂(loss i)/∂(theta j) of `line_losses`, shape (3, 2)."""
    error = theta[0] * LINE_X + theta[1] - LINE_T
    return torch.stack([2 * error * LINE_X, 2 * error], dim=1)


# 3 · Stopping half-way

INPUTS = _tensor([2.0, 1.0], [1.0, 2.0], [0.5, -3.0])
TARGETS = _tensor(0.0, -0.5, -1.0)
WEIGHTS = _tensor(0.5, -0.25)
CLIPPED = ("each row at h", "each sample's gradient", "their sum")


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
    if where == "each row at h":
        gradient = clip(gradient[:, None], limit)[:, 0]
    parts = finish(gradient, WEIGHTS)
    if where == "each sample's gradient":
        parts = clip(parts, limit)
    pooled = parts.sum(0)
    return gradient, parts, clip(pooled, limit) if where == "their sum" else pooled


# 4 · A loss that contains a derivative

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


def inner_backward(a, clear):
    """a.grad after both passes with autograd, the inner one by `backward`; a float.

    `clear`: whether a.grad is cleared between them. Torch warns of reference cycles here; the
    cycle is broken at the end.
    """
    a, t = torch.tensor(float(a), dtype=torch.float64, requires_grad=True), TIMES.clone()
    u = 1 + a * t.requires_grad_()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using backward")
        u.sum().backward(create_graph=True)
    if clear:
        a.grad = None
    ((t.grad + u) ** 2).sum().backward()
    found, a.grad, t.grad = a.grad.item(), None, None
    return found


GRID = torch.linspace(0, 2, 21, dtype=torch.float64)
EPOCHS, EVERY = 300, 10


@lru_cache(maxsize=1)
def fit_decay():
    """Three small networks fitted to u′ = −u, u(0) = 1 on 0 … 2, one for each way of INNER.

    u(t) = 1 + t·network(t), 16 tanh units, Adam (rate 0.02, betas 0.9 and 0.99), the same start.
    Returns u on GRID after 0, 10, …, 300 steps, shape (31, 3, 21).
    """
    parameters, seen = decay_parameters(len(INNER)), []
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(1, EPOCHS + 2):
        t = GRID[:, None].repeat(len(INNER), 1, 1).requires_grad_()
        u = decay_network(parameters, t)
        if step % EVERY == 1:
            seen.append(u.detach()[..., 0])
        (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        slope = torch.stack([slope[0], slope[1].detach(), slope[2]])
        # The last term is what an inner backward adds.
        objective = ((slope + u) ** 2).mean((1, 2)).sum() + u[2].sum()
        gradients = torch.autograd.grad(objective, parameters)
        with torch.no_grad():  # Adam by hand: torch.optim would load torch's compiler, 80 MB
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                m.lerp_(g, 0.1)
                v.lerp_(g**2, 0.01)
                p -= 0.02 * (m / (1 - 0.9**step)) / ((v / (1 - 0.99**step)).sqrt() + 1e-8)
    return torch.stack(seen)


def decay_parameters(copies):
    """Weights and biases of `copies` equal networks 1–16–1, each of leading dimension `copies`."""
    generator = torch.Generator().manual_seed(0)
    shapes, scales = ((1, 16), (1, 16), (16, 1), (1, 1)), (1, 1, 0.25, 0)
    return [
        (scale * torch.randn(shape, generator=generator, dtype=torch.float64))
        .repeat(copies, 1, 1)
        .requires_grad_()
        for shape, scale in zip(shapes, scales, strict=True)
    ]


def decay_network(parameters, t):
    """u(t) = 1 + t·network(t) with u(0) = 1 built in; `t` (copies, n, 1), result the same."""
    w1, b1, w2, b2 = parameters
    return 1 + t * (torch.tanh(t @ w1 + b1) @ w2 + b2)


# 5 · Threads


def race(calls, workers=2):
    """`workers` threads, each calling `backward` so often, add 1 to one .grad a call: its value."""
    p = torch.zeros((), dtype=torch.float64, requires_grad=True)
    threads = [
        threading.Thread(target=lambda: [(1 * p).backward() for _ in range(calls)])
        for _ in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return p.grad.item()


def accumulated(gradients):
    """What a call of `backward` for each of these numbers, in their order, leaves in .grad."""
    p = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for gradient in gradients:
        (gradient * p).backward()
    return p.grad.item()


RATE = 0.1
GOALS = {"A": 1.0, "B": 5.0}
OPERATIONS = ("backward", "step", "clear")
STEPS_OF_B = ("at once", "after A's clear")
GRADIENTS = ("one shared .grad", "a tensor of each worker's own")


def interleaved(backward, step):
    """Six operations (worker, operation) in order: A's three, with B's mixed in.

    B's backward comes after `backward` of A's three (0 to 3), its step right then or after all of
    A's (`step`, one of STEPS_OF_B), its clear last.
    """
    order = [("A", operation) for operation in OPERATIONS]
    order.insert(backward, ("B", "backward"))
    order.insert((backward + 1, len(order))[STEPS_OF_B.index(step)], ("B", "step"))
    return [*order, ("B", "clear")]


def run_interleaved(order, gradients):
    """Two workers on one parameter p = 0, losses (p − 1)² and (p − 5)², rate 0.1.

    `order` as from `interleaved`; `gradients`: one of GRADIENTS. Returns a list of (p, grad), one
    for each operation: p after it and what `.grad`, or the worker's own gradient, then holds.
    """
    return [(p, sum(held.values())) for p, held, _ in _run(order, gradients)]


def times_used(order, gradients):
    """How many of the steps in `order` use A's and B's gradient: {"A": 1, "B": 1} is right."""
    *_, (_, _, used) = _run(order, gradients)
    return used


def _run(order, gradients):
    """Yield p, the gradients by worker in the place that was used, and how often each was used."""
    own = GRADIENTS.index(gradients)
    p, places, used = 0.0, {"A": {}, "B": {}}, {"A": 0, "B": 0}
    for worker, operation in order:
        held = places[worker if own else "A"]
        if operation == "backward":
            held[worker] = 2 * (p - GOALS[worker])
        elif operation == "step":
            p -= RATE * sum(held.values())
            for other in held:
                used[other] += 1
        else:
            held.clear()
        yield p, dict(held), used


# 6 · On real data

TRAININGS = ("backward, cleared", "grad", "backward, never cleared")
TRAINING_STEPS, TRAINING_RATE, TRAINING_PART = 100, 0.5, 1000


def digit_data():
    """Digits to train on and digits held out: (x, target), (x_new, target_new).

    x: (1000, 64) from 0 to 1, x_new: (797, 64) the rest; the targets int64.
    """
    images, labels = digits()
    x, n = images.double() / 16, TRAINING_PART
    return (x[:n], labels[:n]), (x[n:], labels[n:])


def digit_classifier():
    """A linear layer from 64 pixels to 10 classes, float64, always with the same small weights."""
    network = torch.nn.Linear(64, 10, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        network.weight.copy_(0.01 * torch.randn(10, 64, generator=generator, dtype=torch.float64))
        network.bias.zero_()
    return network


@lru_cache(maxsize=len(TRAININGS))
def train_digits(training):
    """100 steps on all 1000 digits, rate 0.5, from the same start; one of TRAININGS.

    Returns the losses on both parts of `digit_data`, (101, 2), the weights, (101, 10, 64), after
    0 to 100 steps, and what each of the steps left in weight.grad, (100, 10, 64), or None.
    """
    (x, target), (x_new, target_new) = digit_data()
    network = digit_classifier()
    parameters = list(network.parameters())
    losses, weights, left = [], [], []
    for _ in range(TRAINING_STEPS + 1):
        loss = F.cross_entropy(network(x), target)
        weights.append(network.weight.detach().clone())
        with torch.no_grad():
            losses.append(torch.stack([loss, F.cross_entropy(network(x_new), target_new)]))
        if training == "grad":
            gradients = torch.autograd.grad(loss, parameters)
        else:
            if training == "backward, cleared":
                network.zero_grad()
            loss.backward()
            gradients = [p.grad for p in parameters]
            left.append(network.weight.grad.clone())
        with torch.no_grad():
            for p, g in zip(parameters, gradients, strict=True):
                p -= TRAINING_RATE * g
    return torch.stack(losses), torch.stack(weights), torch.stack(left[:-1]) if left else None
