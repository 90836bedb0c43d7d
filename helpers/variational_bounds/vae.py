"""A small variational autoencoder for the digits, many trainings at once, and what is kept of them.

data/variational_digits.py trains. A *run* is a training: `(weight, seed, warm-up)`. Tensors of
parameters have one more dimension in front, the run's. Runs with one seed have the same start, the
same batches and the same noise.
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.data import DATA, digits

PIXELS, HIDDEN, LATENTS, BATCH = 64, 32, 8, 100
SEEDS = (0, 1, 2)
STEPS, RATE, LONGER = 2000, 5e-3, 6000

WEIGHTS = (0.0, 0.01, 0.1, 0.3, 0.64, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 6400.0)
WARMED = (1.0, 2.0, 3.0, 4.0)  # these also with a weight that rises during the first half
SQUARED = (0.01, 0.02, 0.04, 0.08, 0.16, 1.0)  # weights beside a summed squared error
OBJECTIVES = (("right", 1), ("right", 5), ("right", 50), ("posted", 50))
SAMPLES = 1000  # importance samples that estimate log p of a test digit
CHECKED = 200  # test digits whose estimate is made again, with 5000 samples of a wider q
SHOWN = [0, 1, 2, 3, 4, 5]
MEASURES = ("reconstruction", "error", "divergence", "spread", "distance", "log p")


def pictures(grey=False):
    """1000 digits to train on and 797 to test on, (N, 64) float32: ink 0 to 1, or black and white."""
    images, _ = digits()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    x = images[order] / 16 if grey else (images[order] >= 8).float()
    return x[:1000], x[1000:]


def start(seeds):
    """Parameters of runs with these seeds: name → (runs, inputs, outputs) or (runs, 1, outputs)."""
    sizes = {
        "encode": (PIXELS, HIDDEN),
        "mean": (HIDDEN, LATENTS),
        "logvar": (HIDDEN, LATENTS),
        "decode": (LATENTS, HIDDEN),
        "out": (HIDDEN, PIXELS),
    }
    made = {}
    for at, (name, (inputs, outputs)) in enumerate(sizes.items()):
        drawn = [
            torch.randn(inputs, outputs, generator=torch.Generator().manual_seed(100 * s + at))
            for s in seeds
        ]
        made[name] = (torch.stack(drawn) / math.sqrt(inputs)).requires_grad_()
        made[f"{name}, bias"] = torch.zeros(len(seeds), 1, outputs, requires_grad=True)
    return made


def layer(parameters, name, inputs):
    return inputs @ parameters[name] + parameters[f"{name}, bias"]


def encode(parameters, x):
    """Mean and log-variance of q(z|x), (runs, N, latents) each; x: (N, 64) or (runs, N, 64)."""
    hidden = layer(parameters, "encode", x).tanh()
    return layer(parameters, "mean", hidden), layer(parameters, "logvar", hidden)


def decode(parameters, z):
    """Logits of the pixels, (runs, N, 64), or their means if the error is the squared one."""
    return layer(parameters, "out", layer(parameters, "decode", z).tanh())


def divergence(mu, logvar):
    """KL(q ‖ N(0, 1)) of each latent, like `mu`."""
    return (mu**2 + logvar.exp() - 1 - logvar) / 2


def reconstruction(logits, x, squared=False):
    """Per picture, summed over pixels: −log p(x|z) of black-and-white pixels, or Σ(x − out)²."""
    if squared:
        return ((logits - x) ** 2).sum(-1)
    return (F.softplus(logits) - x * logits).sum(-1)


def log_weights(parameters, x, noise, wider=1.0):
    """log p(x|z) + log p(z) − log q(z|x), (runs, N, K), for noise (runs or 1, N, K, latents)."""
    mu, logvar = encode(parameters, x)
    logvar = logvar + 2 * math.log(wider)
    z = mu.unsqueeze(2) + (logvar / 2).exp().unsqueeze(2) * noise
    logits = decode(parameters, z.flatten(1, 2)).unflatten(1, z.shape[1:3])
    # Of the two normal densities the constants cancel.
    prior, q = -(z**2).sum(-1) / 2, -(noise**2 + logvar.unsqueeze(2)).sum(-1) / 2
    return prior - q - reconstruction(logits, x.unsqueeze(-2))


def bound_loss(log_w, objective):
    """Minus the K-sample bound ("right"), or minus Σ w̃ log w with weights that are not detached."""
    if objective == "right":
        return math.log(log_w.shape[-1]) - log_w.logsumexp(-1)
    return -(log_w.softmax(-1) * log_w).sum(-1)


def train(runs, x, *, squared=False, objective=None, samples=1, steps=STEPS, total=STEPS):
    """The parameters after `steps` of Adam; x: (N, 64).

    A run is (weight of the KL term, seed, whether the weight rises from 0 during the first half of
    `total` steps). With an `objective` ("right", "posted") the loss is a bound of `samples` samples
    in place of reconstruction + weight·KL.
    """
    weights, seeds, warm = zip(*runs, strict=True)
    order = sorted(set(seeds))
    which = torch.tensor([order.index(seed) for seed in seeds])
    weight = torch.tensor(weights)[:, None]
    warm = torch.tensor(warm)[:, None]
    parameters = start(seeds)
    adam = torch.optim.Adam(parameters.values(), lr=RATE)
    generators = [torch.Generator().manual_seed(1000 + seed) for seed in order]
    for step in range(steps):
        chosen = torch.stack([torch.randint(len(x), (BATCH,), generator=g) for g in generators])
        size = (BATCH, samples, LATENTS)
        noise = torch.stack([torch.randn(size, generator=g) for g in generators])[which]
        batch = x[chosen][which]
        if objective:
            loss = bound_loss(log_weights(parameters, batch, noise), objective)
        else:
            mu, logvar = encode(parameters, batch)
            out = decode(parameters, mu + (logvar / 2).exp() * noise[:, :, 0])
            share = torch.where(warm, min(1.0, 2 * step / total), 1.0)
            loss = reconstruction(out, batch, squared)
            loss = loss + share * weight * divergence(mu, logvar).sum(-1)
        adam.zero_grad()
        # A run with weight 6400 has gradients as large; Adam divides by their size.
        loss.mean(1).sum().backward()
        adam.step()
    return {name: values.detach() for name, values in parameters.items()}


@torch.no_grad()
def log_likelihood(parameters, x, samples=SAMPLES, seed=0, wider=1.0):
    """Mean over x of the K-sample bound, (runs,); too low on average, as an estimate of ln p(x).

    wider: a factor for the standard deviation of the q that is drawn from.
    """
    generator = torch.Generator().manual_seed(seed)
    total = 0
    for part in x.split(25 if samples <= SAMPLES else 5):
        noise = torch.randn(1, len(part), samples, LATENTS, generator=generator)
        total = total - bound_loss(log_weights(parameters, part, noise, wider), "right").sum(1)
    return total / len(x)


@torch.no_grad()
def measure(parameters, train_x, x, squared=False, likelihood=0):
    """What is kept of each run: a dict of numpy arrays, the runs first.

    "measures": (runs, len(MEASURES)); "latents": KL of each latent, (runs, 8); "pictures": uint8
    (runs, 2, 6, 64), reconstructions of six test digits, samples of six z from the prior.
    """
    generator = torch.Generator().manual_seed(7)
    mu, logvar = encode(parameters, x)
    noise = torch.randn(1, len(x), LATENTS, generator=generator)
    seen = (lambda out: out) if squared else torch.sigmoid
    out = decode(parameters, mu + (logvar / 2).exp() * noise)
    each = divergence(mu, logvar).mean(1)
    plain = seen(decode(parameters, mu))  # without the noise of z
    prior = torch.randn(1, 300, LATENTS, generator=generator)
    drawn = seen(decode(parameters, prior.expand(len(mu), -1, -1)))
    bits = drawn if squared else torch.rand(drawn.shape[1:], generator=generator) < drawn
    rows = [
        reconstruction(out, x, squared).mean(1),
        ((seen(out) - x) ** 2).mean((1, 2)),
        each.sum(1),
        plain.std(1).mean(1),
        torch.stack([torch.cdist(b.float(), train_x).amin(1).square().mean() for b in bits]),
        log_likelihood(parameters, x, likelihood)
        if likelihood
        else torch.full((len(mu),), math.nan),
    ]
    shown = torch.stack([plain[:, SHOWN], drawn[:, :6]], 1).clamp(0, 1)
    return {
        "measures": torch.stack(rows, 1).numpy(),
        "latents": each.numpy(),
        "pictures": (255 * shown).round().to(torch.uint8).numpy(),
    }


@lru_cache(maxsize=1)
def stored():
    """What data/variational_digits.py wrote: name → array."""
    with np.load(DATA / "variational_digits.npz") as found:
        return dict(found)


@lru_cache(maxsize=1)
def stored_curves():
    """What data/variational_curves.py wrote, (6, 41, 3)."""
    with np.load(DATA / "variational_curves.npz") as found:
        return found["bounds"]
