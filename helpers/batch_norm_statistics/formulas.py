"""Batch normalisation: what moves when, what is remembered, and what that does to accuracies.

Numbers are float64. A batch is (N, C): N samples, C features. ε is torch's default, 1e-5.
"""

import copy
from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits

EPS = 1e-5
X = torch.tensor([[1.0], [2.0], [3.0], [10.0]], dtype=torch.float64)
"""The running example: one feature of four samples."""


# 1 · Who moves what

TENSORS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
EVENTS = ("forward", "forward, no_grad", "forward, frozen", "backward", "step")
MODES = ("train", "eval")


def numbers(layer):
    """The five tensors of a layer of one feature, as floats by their names."""
    return {name: float(layer.state_dict()[name]) for name in TENSORS}


def happen(event, mode):
    """Values of the five tensors (before, after) one event, in this mode, with the batch X.

    "frozen": forward, backward and step, with requires_grad=False for weight and bias. "backward"
    and "step" come after a forward that is not counted. The loss is the output for 10, the rate 0.2.
    """
    layer = nn.BatchNorm1d(1, dtype=torch.float64).train(mode == "train")
    if event == "forward, frozen":
        layer.requires_grad_(False)
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.2)
    x = X.clone().requires_grad_()
    before = numbers(layer)
    with torch.set_grad_enabled(event != "forward, no_grad"):
        loss = layer(x)[-1].sum()
    if event in ("backward", "step"):
        before = numbers(layer)
    if event != "forward" and loss.requires_grad:
        loss.backward()
    if event == "step":
        before = numbers(layer)
    if event in ("step", "forward, frozen"):
        optimiser.step()
    return before, numbers(layer)


# 2 · Running statistics


def batch_of(size):
    """The running example in another size: (size, 1). Of 2, its first and last number; else copies."""
    return X[[0, -1]] if size == 2 else X.repeat(size // 4, 1)


def running(x, momentum, forwards):
    """Running means and variances (forwards + 1,) of a fresh layer that sees one feature x again.

    x: float64 tensor (N, 1), N at least 2; momentum from 0 to 1. Raises ValueError otherwise.
    """
    if x.ndim != 2 or x.shape[1] != 1 or len(x) < 2 or not x.is_floating_point():
        raise ValueError(f"One feature of two or more floats is needed; got {tuple(x.shape)}.")
    if not 0 <= momentum <= 1:
        raise ValueError(f"A momentum is from 0 to 1; got {momentum}.")
    left = (1 - momentum) ** np.arange(forwards + 1)
    mean, var = x.mean().item(), x.var().item()
    return mean * (1 - left), var + left * (1 - var)


def normalised(x, mean, var, eps=EPS):
    """(x − mean)/√(var + ε). Raises ValueError for a variance below 0, or NaN."""
    if not np.all(np.asarray(var) >= 0):
        raise ValueError(f"A variance is 0 or more; got {var}.")
    return (x - mean) / (var + eps) ** 0.5


# 3 · The gradient


def slopes(x, mode, eps=EPS):
    """∂yᵢ/∂xⱼ of one feature with γ = 1, float64 tensor (N, N): row i is an output.

    "train": mean and variance are those of x (N,). "eval": the same numbers, as constants.
    """
    n = len(x)
    scale = (x.var(correction=0) + eps).sqrt()
    one = torch.eye(n, dtype=x.dtype)
    if mode == "train":
        y = (x - x.mean()) / scale
        one = one - 1 / n - torch.outer(y, y) / n
    return one / scale


# 4 to 6 · Digits

SEEDS = range(5)
SIZES = (8, 32, 128)
MOMENTA = (0.01, 0.1, 0.9)
STEPS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200)


@lru_cache(maxsize=1)
def data():
    """((images, labels) of the first 1000 digits, those of the other 797); ink 0 to 16.

    images: float64 (n, 64). Change none of them.
    """
    images, labels = digits()
    images = images.double()
    return (images[:1000], labels[:1000]), (images[1000:], labels[1000:])


def new_network(seed, momentum=0.1):
    """64 pixels → 32 units, normalised over the batch → ReLU → ten scores; float64."""
    torch.manual_seed(seed)
    norm = nn.BatchNorm1d(32, momentum=momentum)
    first, last = nn.Linear(64, 32, bias=False), nn.Linear(32, 10)
    return nn.Sequential(first, norm, nn.ReLU(), last).double()


def train(network, size, steps):
    """Train in place by SGD, rate 0.1, in shuffled batches of `size`; yields after each step."""
    images, labels = data()[0]
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    done = 0
    while True:
        for at in torch.randperm(1000).split(size):
            if len(at) < size:
                continue
            optimiser.zero_grad()
            F.cross_entropy(network(images[at]), labels[at]).backward()
            optimiser.step()
            done += 1
            yield done
            if done == steps:
                return


def accuracy(network, images, labels, size=None):
    """Share of right answers in the network's present mode, in batches of `size` (None: all).

    The batches follow the order of the images; the file's order holds every digit about equally.
    A last batch of one image is left out: training mode refuses it. Running statistics stay as
    they were.
    """
    if network.training:  # a copy takes longer than its answers
        network = copy.deepcopy(network)
    with torch.no_grad():
        parts = [network(batch) for batch in images.split(size or len(images)) if len(batch) > 1]
    answers = torch.cat(parts).argmax(1)
    return (answers == labels[: len(answers)]).double().mean().item()


def re_estimate(network, images):
    """Set the running statistics to those of these images, one batch; then evaluation mode."""
    norm = network[1]
    norm.reset_running_stats()
    momentum, norm.momentum = norm.momentum, None
    with torch.no_grad():
        network.train()(images)
    norm.momentum = momentum
    return network.eval()


@lru_cache(maxsize=1)
def stored():
    """The arrays of data/batch_norm_digits.npz, which data/batch_norm_digits.py wrote."""
    with np.load(DATA / "batch_norm_digits.npz") as file:
        return {name: file[name] for name in file.files}


def network(seed=0):
    """A trained network (200 steps in batches of 32), in evaluation mode. A new one each time."""
    made = new_network(0)
    flat = torch.from_numpy(stored()["networks"][seed].astype(np.float64))
    state = made.state_dict()
    sizes = [value.numel() for value in state.values()]
    parts = zip(state.items(), flat.split(sizes), strict=True)
    made.load_state_dict({name: part.view(old.shape).to(old.dtype) for (name, old), part in parts})
    return made.eval()


def lag(size, momentum):
    """Accuracy on the other 797 digits (seeds, steps, 2): in training mode, in evaluation mode."""
    return stored()["lag"][SIZES.index(size), :, MOMENTA.index(momentum)]


# 4 · Companions

DRAWS = 2000
COMPANIONS = (2, 4, 8, 16, 32, 64)
KINDS = ("batch norm, train", "batch norm, eval", "group norm", "layer norm")


@lru_cache(maxsize=1)
def units():
    """What the first layer of network(0) makes of the other 797 digits: float64 (797, 32)."""
    with torch.no_grad():
        return network()[0](data()[1][0])


@lru_cache(maxsize=64)
def outputs(kind, size, sample):
    """Normalised value of the sample's first unit in DRAWS batches of `size`: float64 (DRAWS,).

    The companions are drawn without replacement from the other digits. γ = 1, β = 0.
    """
    z = units()
    own = z[sample]
    if kind == "batch norm, eval":
        norm = network()[1]
        value = normalised(own[0], norm.running_mean[0], norm.running_var[0])
        return np.full(DRAWS, value.item())
    if kind in ("group norm", "layer norm"):
        part = own[:8] if kind == "group norm" else own
        value = normalised(part[0], part.mean(), part.var(correction=0))
        return np.full(DRAWS, value.item())
    generator = np.random.default_rng(size)
    others = np.delete(z[:, 0].numpy(), sample)
    at = np.argsort(generator.random((DRAWS, len(others))), axis=1)[:, : size - 1]
    batch = np.column_stack([np.full(DRAWS, own[0].item()), others[at]])
    return normalised(batch[:, 0], batch.mean(1), batch.var(1))


# 6 · Another camera

CONTRASTS = tuple(round(-1 + 0.05 * i, 2) for i in range(41))
SOURCES = ("10 images", "all 797 images", "only the 3s")


def camera(images, contrast):
    """Images of another contrast: grey (8) stays, −1 turns black and white round."""
    return 8 + contrast * (images - 8)


def sample_of(source):
    """Which of the 797 digits the statistics are estimated from: an index.

    The ten are drawn: the first ten of the file would hold nearly every digit.
    """
    labels = data()[1][1]
    ten = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))[:10]
    return {"10 images": ten, "only the 3s": labels == 3}.get(source, slice(None))


def by_contrast(source):
    """Accuracy (41, 2) of network(0) at CONTRASTS: with old statistics, with those of new images."""
    return stored()["contrasts"][SOURCES.index(source)]


def measured_by_contrast(old, source, contrasts=CONTRASTS):
    """The same, measured with a network `old` in evaluation mode, which stays as it is."""
    images, labels = data()[1]
    fresh, found = copy.deepcopy(old), []
    for contrast in contrasts:
        new = camera(images, contrast)
        re_estimate(fresh, new[sample_of(source)])
        found.append([accuracy(old, new, labels), accuracy(fresh, new, labels)])
    return np.array(found)
