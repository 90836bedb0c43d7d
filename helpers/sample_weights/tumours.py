"""The real tumours of 15_sample_weights: splits with rare malignant ones, and what they cost."""

from functools import lru_cache

import torch

from helpers.sample_weights.formulas import GAMMA, fit, reweighted, scores, weighted_mean
from helpers.teaching.data import breast_cancer

FEATURES = (1, 4, 8)  # texture, smoothness, symmetry
COMMON, RARE, HELD_SHARE = 180, 20, 0.1


@lru_cache(maxsize=2)
def all_tumours(columns=FEATURES):
    """(x, y) of the 569 tumours: these columns in standard units, and 1 where malignant."""
    measured, malignant = breast_cancer()
    x = measured.double()
    x = (x - x.mean(0)) / x.std(0, correction=0)
    return x[:, list(columns)], malignant.double()


@lru_cache(maxsize=40)
def split(seed=0, columns=FEATURES):
    """(x, y) of 200 tumours, 20 of them malignant, and (x, y, count) of the other 369.

    `count` (369,) is how much each of the others counts, so that malignant ones are a tenth there,
    too. Which tumours are chosen depends on `seed`.
    """
    x, y = all_tumours(columns)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(y), generator=generator)
    benign, malignant = order[y[order] == 0], order[y[order] == 1]
    kept = torch.cat([benign[:COMMON], malignant[:RARE]])
    held = torch.cat([benign[COMMON:], malignant[RARE:]])
    share = HELD_SHARE * y[held] + (1 - HELD_SHARE) * (1 - y[held])
    sizes = torch.where(y[held] == 1, y[held].sum(), (1 - y[held]).sum())
    return (x[kept], y[kept]), (x[held], y[held], share / sizes)


def other_clinic(strength, size=200, repeats=2000):
    """The share of malignant tumours where coarse texture is more common.

    The other clinic's share of a tumour is in proportion to exp(strength · texture), over all 569.
    Returns (the true share, weighted estimates from `size` tumours of the first clinic, plain ones
    from as many of the other, clipped at three times the mean weight); tensors (repeats,).
    """
    x, y = all_tumours()
    weights = (strength * x[:, 0]).exp()
    weights = weights / weights.mean()
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(len(y), (repeats, size), generator=generator)
    there = torch.multinomial(weights, repeats * size, replacement=True, generator=generator)
    estimates = [weighted_mean(y[drawn], w[drawn]) for w in (weights, weights.clamp(max=3.0))]
    return (
        weighted_mean(y, weights),
        estimates[0],
        y[there].reshape(repeats, size).mean(1),
        estimates[1],
    )


# Which remedy at which price?

SPLITS = tuple(range(20))
CURES = ("none", "weights", "sampler", "focal loss")
BALANCE = COMMON / RARE


@lru_cache(maxsize=200)
def cured(cure, seed, columns=FEATURES):
    """Outputs (369,) for the held-out tumours of a model trained with one of CURES."""
    (x, y), (held, _, _) = split(seed, columns)
    weights = torch.where(y == 1, BALANCE, 1.0)
    if cure == "sampler":
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.multinomial(weights, len(y), replacement=True, generator=generator)
        x, y = x[drawn], y[drawn]
    a = fit(x, y, weights if cure == "weights" else None, GAMMA if cure == "focal loss" else 0.0)
    return scores(a, held).sigmoid()


def cost(p, y, count, price, threshold):
    """What 1000 people cost: 1 for a false alarm, `price` for a missed malignant tumour.

    p, y, count: (N,), outputs, truth and how much each counts; a float.
    """
    alarm = p > threshold
    return 1000 * (count * torch.where(y == 1, price * ~alarm, 1.0 * alarm)).sum().item()


def costs(cure, price, rule, columns=FEATURES):
    """The cost of each of the 20 splits; rule: "½", "price" or "corrected"; a tensor (20,).

    "price": the threshold 1/(1 + price). "corrected": the same, of the outputs after correction
    for the balanced training.
    """
    found = []
    for seed in SPLITS:
        p, (_, y, count) = cured(cure, seed, columns), split(seed, columns)[1]
        p = reweighted(p, 1 / BALANCE) if rule == "corrected" else p
        found.append(cost(p, y, count, price, 0.5 if rule == "½" else 1 / (1 + price)))
    return torch.tensor(found, dtype=torch.float64)
