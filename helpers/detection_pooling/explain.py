"""The credit of the pixels of pairs of digits: maps, halves, deletion, fading.

A map has the shape of the pictures, (N, 128); networks and pictures are those of formulas.py.
"""

from functools import lru_cache

import torch

from helpers.detection_pooling import formulas
from helpers.detection_pooling.formulas import GROUP, LAYOUTS, LOW, forward, unpool, z_b, z_plus

# Pictures that the page looks at, one after the other: how many of each kind.
SHOWN = {"found": 6, "false alarm": 3, "missed": 3}
# What a hidden pixel becomes: white paper, or the grey in the middle between white and black.
FILLS = {"white": LOW, "grey": (formulas.LOW + formulas.HIGH) / 2}


def activations(net, x):
    """(a, pooled, k): outputs of both detection layers, and what the first pooling makes."""
    a = (x @ net["W1"] + net["b1"]).relu()
    pooled = a.reshape(len(x), -1, GROUP).sum(-1)
    return a, pooled, (pooled @ net["W2"] + net["b2"]).relu()


def gradient_times(net, x, origin=0.0):
    """Gradient of the output by x, times x − origin; (N, 128)."""
    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(forward(net, leaf).sum(), leaf)
    return gradient * (x - origin)


def by_rule(rule):
    """The relevances of the pixels with `rule` (`z_b` or `z_plus`) for the layer of pixels."""

    def relevance(net, x):
        a, pooled, k = activations(net, x)
        return rule(x, net["W1"], unpool(a, z_plus(pooled, net["W2"], k)))

    return relevance


def occlusion(net, x, fill=LOW):
    """How much the output falls when one pixel alone becomes `fill`; (N, 128)."""
    hidden = x[:, None, :].repeat(1, 128, 1)
    hidden.diagonal(dim1=1, dim2=2).fill_(fill)
    return forward(net, x)[:, None] - forward(net, hidden.flatten(0, 1)).reshape(-1, 128)


MAPS = {
    "zᴮ": by_rule(z_b),
    "z⁺ on pixels": by_rule(z_plus),
    "gradient × input": gradient_times,
    "occlusion": occlusion,
}


def halves(values):
    """Sums over the left and the right half of pictures: (N, 128) → (N, 2)."""
    return values.reshape(len(values), 8, 2, 8).sum((1, 3))


def own(values, side):
    """What `halves` gives to the half of the digit that is 0 to 3: (N,)."""
    return halves(values).gather(1, side[:, None])[:, 0]


def deletion(net, x, order, fill=LOW, count=128):
    """Outputs (N, count + 1) while pixels become `fill` one after the other, in `order` (N, 128)."""
    rank, step = order.argsort(1)[:, None], torch.arange(count + 1)[:, None]
    hidden = torch.where(rank < step, fill, x[:, None])  # (N, count + 1, 128)
    return forward(net, hidden.flatten(0, 1)).reshape(len(x), -1)


@lru_cache(maxsize=3)
def answers(layout=LAYOUTS[0]):
    """(x, output, target, side) of the unseen pictures, float64, with the stored network."""
    x, target, side = formulas.pairs(unseen=True)
    return x.double(), forward(formulas.network(layout), x.double()), target, side


def chosen(kind, layout=LAYOUTS[0]):
    """Positions of unseen pictures: "found" (a 0–3, seen), "false alarm", "missed" or "quiet"."""
    _, output, target, _ = answers(layout)
    is_there, told = {
        "found": (True, True),
        "false alarm": (False, True),
        "missed": (True, False),
        "quiet": (False, False),
    }[kind]
    return (((target > 50) == is_there) & ((output > 50) == told)).nonzero()[:, 0]


def found(layout=LAYOUTS[0]):
    """(network, x, output, side, others): the pictures whose 0–3 is found, and those without one."""
    x, output, target, side = answers(layout)
    at = chosen("found", layout)
    return formulas.network(layout), x[at], output[at], side[at], x[target == 0]


def without(x, side, own_half, put=None, seed=0):
    """Pictures x (N, 128) whose own half (or the other one) is white, or comes from elsewhere.

    own_half: whether the half of the 0–3 is exchanged; put: pictures (M, 128) from which that half
    is taken, each from a random one, or None for white.
    """
    halves_of, half = x.reshape(-1, 8, 2, 8).clone(), side if own_half else 1 - side
    drawn = torch.full_like(halves_of, LOW)
    if put is not None:
        generator = torch.Generator().manual_seed(seed)
        places = torch.randint(len(put), (len(x),), generator=generator)
        drawn = put[places].reshape(-1, 8, 2, 8)
    at = torch.arange(len(x))
    halves_of[at, :, half] = drawn[at, :, half]
    return halves_of.reshape(-1, 128)


def rises_with(first, second):
    """How often a number of `first` is larger than one of `second`: the area under the ROC curve."""
    return (first[:, None] > second).double().mean().item()


def faded(x, side, own_ink, other_ink):
    """Pictures x (N, 128) with the ink of the own and of the other digit times these factors."""
    halves_of = x.reshape(-1, 8, 2, 8) - LOW
    left = (side == 0)[:, None, None, None]
    factors = x.new_tensor([[own_ink, other_ink], [other_ink, own_ink]])
    factor = torch.where(left, factors[0].reshape(1, 1, 2, 1), factors[1].reshape(1, 1, 2, 1))
    return LOW + (halves_of * factor).reshape(-1, 128)


@lru_cache(maxsize=12)
def shown(picture):
    """What the page's figure shows of the picture of this number, from 1 on: a dict.

    "kind", "x" (1, 128), "output" (float), "side" (0 or 1), and "maps": name → R (128,), rank (128,)
    of each pixel by R, curves, of FILLS → (65,) the output while pixels are hidden in that order, and
    own, the sum over the half of the 0–3 (float).
    """
    places = [(kind, i) for kind, count in SHOWN.items() for i in chosen(kind)[:count].tolist()]
    kind, at = places[picture - 1]
    x, output, _, side = (values[at : at + 1] for values in answers())
    net, maps = formulas.network(), {}
    for name, rule in MAPS.items():
        R = rule(net, x)
        order = R.argsort(dim=1, descending=True, stable=True)
        curves = {
            word: deletion(net, x, order, fill, 64)[0].numpy() for word, fill in FILLS.items()
        }
        one = {"R": R[0], "rank": order.argsort(1)[0], "curves": curves}
        maps[name] = one | {"own": own(R, side).item()}
    about = {"kind": kind, "x": x, "output": output.item(), "side": side.item()}
    return about | {"maps": maps}
