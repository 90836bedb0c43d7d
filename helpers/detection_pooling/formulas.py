"""Detection-pooling networks, how they train, and how their output is shared out as credit.

Tensors are torch's. A picture holds two digits side by side: x has shape (N, 128), 8 rows of 16
pixels, from LOW (white) to HIGH (black). A network is a dict of "W1" (128, H), "b1" (H,), "W2"
(H / GROUP, K) and "b2" (K,).
"""

from functools import lru_cache

import numpy as np
import torch

from helpers.teaching.data import DATA, digits

LOW, HIGH, GROUP = -0.5, 1.5, 4

# Pairs of digits


@lru_cache(maxsize=2)
def pairs(unseen=False):
    """Pictures of two digits side by side: (x, target, side).

    x: (N, 128) float32; target: (N,) float32, 100 if one of the two digits is 0, 1, 2 or 3 (the
    other one never is), else 0; side: (N,) int64, 0 if that digit is the left one, 1 if the right
    one (for target 0 it says nothing). 6000 pictures of the first 1000 digits, or 3000 pictures of
    the other 797 if `unseen`.
    """
    images, labels = digits()
    part = slice(1000, None) if unseen else slice(1000)
    ink, label, count = images[part].float() / 16, labels[part], 3000 if unseen else 6000
    small, large = ink[label <= 3], ink[label > 3]
    generator = torch.Generator().manual_seed(int(unseen))

    def drawn(of):
        return of[torch.randint(len(of), (count,), generator=generator)].reshape(count, 8, 8)

    found = (torch.arange(count) % 2 == 0)[:, None, None]
    side = torch.randint(2, (count,), generator=generator)
    first, other = torch.where(found, drawn(small), drawn(large)), drawn(large)
    left = (side == 0)[:, None, None]
    picture = torch.cat([torch.where(left, first, other), torch.where(left, other, first)], dim=2)
    x = LOW + (HIGH - LOW) * picture.reshape(count, 128)
    return x, 100.0 * found.flatten().float(), side


# 1 and 2 · The network, and how it trains

POOLS = {
    "sum": lambda a: a.sum(-1),
    "average": lambda a: a.mean(-1),
}


def start(seed=0, units=400, ceiling=False):
    """A network with H = K = `units`, as nn.Linear starts: uniform, up to ±1/√(inputs).

    `ceiling`: the biases start at 0, for networks that keep them at or below 0.
    """
    generator = torch.Generator().manual_seed(seed)
    net = {}
    for layer, (inputs, outputs) in enumerate([(128, units), (units // GROUP, units)], 1):
        for name, shape in ((f"W{layer}", (inputs, outputs)), (f"b{layer}", (outputs,))):
            drawn = 2 * torch.rand(shape, generator=generator) - 1
            net[name] = drawn / inputs**0.5 * (not (ceiling and name[0] == "b"))
    return net


def forward(net, x, pool="sum", relu=True):
    """The output (N,) of a network: detection, pooling by GROUP, detection, pooling of all."""
    rectify = torch.relu if relu else lambda z: z
    a = rectify(x @ net["W1"] + net["b1"])
    pooled = POOLS[pool](a.reshape(len(x), -1, GROUP))
    return POOLS[pool](rectify(pooled @ net["W2"] + net["b2"]))


def for_average(net):
    """The network that computes with averages what `net` computes with sums."""
    count = len(net["b2"])
    return net | {"W2": GROUP * count * net["W2"], "b2": count * net["b2"]}


# name → pooling, ReLU, start for_average, rates multiplied as the weights were, biases at most 0
TRAININGS = {
    "sum": ("sum", True, False, False, False),
    "average": ("average", True, False, False, False),
    "average, larger start": ("average", True, True, False, False),
    "average, larger start and rate": ("average", True, True, True, False),
    "sum, no ReLU": ("sum", False, False, False, False),
    "sum, b ≤ 0": ("sum", True, False, False, True),
}
RATES, EPOCHS = (1e-4, 1e-3, 1e-2), 25
LAYOUTS = (400, 0), (100, 0), (100, 1)  # units in each detection layer, seed; the first: the paper
MEASURES = ("loss", "accuracy", "mean")


def measures(net, pool, relu):
    """Squared error, accuracy (threshold 50) and mean output on the unseen pictures."""
    x, target, _ = pairs(unseen=True)
    output = forward(net, x, pool, relu)
    right = ((output > 50) == (target > 50)).double().mean()
    return [((output - target) ** 2).mean().item(), right.item(), output.mean().item()]


def train(training, rate, seed=0, units=400, epochs=EPOCHS):
    """Adam on the mean squared error, in batches of 100; returns (network, rows of `measures`).

    The first row is measured before the first step, then one after each epoch; float32.
    """
    pool, relu, larger, faster, ceiling = TRAININGS[training]
    first = start(seed, units, ceiling)
    net = for_average(first) if larger else first
    net = {name: part.clone().requires_grad_() for name, part in net.items()}
    factors = {"W2": GROUP * units, "b2": units} if faster else {}
    groups = [{"params": [p], "lr": rate * factors.get(name, 1)} for name, p in net.items()]
    optimiser = torch.optim.Adam(groups)
    x, target, _ = pairs()
    generator = torch.Generator().manual_seed(100 + seed)
    rows = []
    for epoch in range(epochs + 1):
        with torch.no_grad():
            rows.append(measures(net, pool, relu))
        if epoch == epochs:
            break
        for batch in torch.randperm(len(x), generator=generator).split(100):
            loss = ((forward(net, x[batch], pool, relu) - target[batch]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if ceiling:
                with torch.no_grad():
                    net["b1"].clamp_(max=0)
                    net["b2"].clamp_(max=0)
    return {name: part.detach() for name, part in net.items()}, rows


@lru_cache(maxsize=1)
def stored():
    """What data/detection_digits.py wrote: name → array.

    "runs": (of LAYOUTS, of TRAININGS, of RATES, 0 to EPOCHS, of MEASURES), float32; "W1, 400 units,
    seed 0" and so on: the weights of the networks whose biases are at most 0, float16.
    """
    with np.load(DATA / "detection_digits.npz") as file:
        return {name: file[name] for name in file.files}


def run(training, rate=1e-3, layout=LAYOUTS[0]):
    """The stored rows of `measures` of one training: (EPOCHS + 1, 3), float32 array."""
    place = LAYOUTS.index(layout), list(TRAININGS).index(training), RATES.index(rate)
    return stored()["runs"][place]


def over_layouts(training, rate=1e-3, measure="accuracy", epoch=EPOCHS):
    """One of MEASURES after an epoch, for each of LAYOUTS: a tensor."""
    column = MEASURES.index(measure)
    return torch.tensor([run(training, rate, at)[epoch, column].item() for at in LAYOUTS])


@lru_cache(maxsize=3)
def network(layout=LAYOUTS[0]):
    """The stored network of one of LAYOUTS, trained with biases of at most 0; float64."""
    name = "{}, {} units, seed {}".format
    parts = {part: stored()[name(part, *layout)] for part in ("W1", "b1", "W2", "b2")}
    return {part: torch.from_numpy(values).double() for part, values in parts.items()}


def two_units(x, w1, b1, w2, b2, relu=True, pool="sum"):
    """Two detection units of one number x (any shape), pooled."""
    z = torch.stack([w1 * x + b1, w2 * x + b2], dim=-1)
    return POOLS[pool](z.relu() if relu else z)


# 3 · Credit that adds up


def _checked(x, W, R, low=-np.inf, high=np.inf):
    if x.ndim != 2 or W.ndim != 2 or R.shape != (len(x), W.shape[1]) or x.shape[1] != len(W):
        raise ValueError(
            "x must have shape (N, d), W (d, H) and R (N, H); "
            f"got {tuple(x.shape)}, {tuple(W.shape)} and {tuple(R.shape)}."
        )
    if not low < high:
        raise ValueError(f"low must be below high; got {low} and {high}.")
    if (x < low).any() or (x > high).any():
        raise ValueError(f"x must lie from {low} to {high}.")
    if (R < 0).any():
        raise ValueError("A relevance R that is to be shared out must not be negative.")


def _per_share(R, total):
    """R / total; 0 where there is neither a share nor a relevance."""
    if ((total == 0) & (R != 0)).any():
        raise ValueError(
            "A unit has relevance, but no input has a share in it: its bias must be above 0."
        )
    return torch.where(total == 0, 0, R / torch.where(total == 0, 1, total))


def z_plus(x, W, R):
    """The relevance (N, d) that the units' R (N, H) give to the inputs x (N, d), by the z⁺ rule.

    W: (d, H). It is meant for x ≥ 0 and is computed for any x, to show what happens then.
    Raises ValueError for shapes that don't fit, a negative R, and a unit with nothing to share.
    """
    _checked(x, W, R)
    up = W.clamp(min=0)
    return x * (_per_share(R, x @ up) @ up.T)


def z_b(x, W, R, low=LOW, high=HIGH):
    """As `z_plus`, by the zᴮ rule for inputs from `low` to `high`.

    Raises ValueError as well if low ≥ high, and if x lies outside.
    """
    _checked(x, W, R, low, high)
    up, down = W.clamp(min=0), W.clamp(max=0)
    s = _per_share(R, x @ W - low * up.sum(0) - high * down.sum(0))
    return x * (s @ W.T) - low * (s @ up.T) - high * (s @ down.T)


def unpool(a, R, group=GROUP):
    """The pooled relevance R (N, H / group), shared out by the activations a (N, H) ≥ 0.

    Raises ValueError if `group` doesn't divide H.
    """
    if a.shape[1] % group:
        raise ValueError(f"A group of {group} doesn't divide {a.shape[1]} units.")
    parts = a.reshape(len(a), -1, group)
    return (parts * _per_share(R, parts.sum(-1))[..., None]).reshape(a.shape)


def root(x, w, b, rule, low=LOW, high=HIGH):
    """Where a unit's Taylor expansion starts: the point x̃ (d,) of `rule` ("z⁺" or "zᴮ").

    x, w: float64 tensors (d,). On the way from x that the rule takes, the point where w·x + b is 0.
    Raises ValueError if the way never meets it.
    """
    if rule == "z⁺":
        way = x * (w > 0)
    else:
        way = torch.where(w > 0, x - low, torch.where(w < 0, x - high, 0))
    if w @ way == 0:
        raise ValueError("On this way the unit stays as it is.")
    return x - (w @ x + b) / (w @ way) * way


def credit_of_unit(x, w, b, rule):
    """(x̃, credits): from where `rule` measures x, and what each input gets; or (None, zeros).

    As `root`, and "gradient × input" measures from 0. A unit that is off has nothing to share out.
    """
    nothing = None, [0.0] * len(x)
    if w @ x + b <= 0:
        return nothing
    try:
        end = 0 * x if rule == "gradient × input" else root(x, w, b, rule)
    except ValueError:
        return nothing
    return end, (w * (x - end)).tolist()


# 5 · What pooling throws away


def soft_pool(a, temperature):
    """T·ln of the mean of exp(a / T) over the last dimension: from the average to the maximum.

    Raises ValueError for a temperature that isn't above 0.
    """
    if not temperature > 0:
        raise ValueError(f"The temperature must be above 0; got {temperature}.")
    return temperature * ((a / temperature).logsumexp(-1) - np.log(a.shape[-1]))
