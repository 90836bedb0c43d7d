"""The maths of sample weights. Tensors are torch's, float64."""

import itertools
import math
from functools import lru_cache

import torch
from torch.nn import functional as F


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def checked(weights, values=None):
    """`weights` again, if they can weigh (`values`, over the last dimension).

    Raises ValueError if one is below 0, infinite or NaN, if all are 0, or if there is not one for
    each value.
    """
    if values is not None and weights.shape[-1] != values.shape[-1]:
        raise ValueError(f"{weights.shape[-1]} weights for {values.shape[-1]} values.")
    if not (weights.isfinite() & (weights >= 0)).all():
        raise ValueError("A weight must be a finite number, and not below 0.")
    if (weights.sum(-1) == 0).any():
        raise ValueError("All weights are 0, so that nothing counts.")
    return weights


def weighted_mean(values, weights):
    """Σ wᵢ·vᵢ / Σ wᵢ over the last dimension. Raises ValueError as `checked` does."""
    weights = checked(weights, values)
    return (weights * values).sum(-1) / weights.sum(-1)


# 1 · Four points, and a logistic model

X, T = _tensor(1, 2, 3, 4), _tensor(2, 1, 5, 3)
SLOPE = 0.5
DIVISIONS = ("by nothing", "by n", "by Σw")


def fitted_slope(weights):
    """The slope m that minimises Σ wᵢ·(m·xᵢ − tᵢ)² at the four points, w the `weights` (4,)."""
    return (weights * X * T).sum() / (weights * X**2).sum()


def slope_gradient(weights, division):
    """The gradient by m, at m = ½, of the weighted squared errors, divided as `division` says."""
    total = (weights * 2 * (SLOPE * X - T) * X).sum()
    return total / {"by nothing": 1, "by n": len(X), "by Σw": weights.sum()}[division]


def focal(z, y, gamma):
    """(1 − p)^γ · (−ln p) of each row, p the probability σ(±z) of its label; gamma 0: log-loss."""
    signed = torch.where(y == 1, z, -z)
    return (-signed).sigmoid() ** gamma * -F.logsigmoid(signed)


def fit(x, y, weights=None, gamma=0.0, steps=10):
    """(bias, *slopes) of the logistic model that minimises Σ w·ℓ / Σ w, by Newton's method.

    x: (N, d); y: (N,), 0 or 1; weights: (N,) or None; gamma: that of a focal loss. No penalty.
    """
    weights = torch.ones_like(y) if weights is None else weights
    rows = torch.cat([torch.ones_like(y)[:, None], x], 1)
    a = torch.zeros(rows.shape[1], dtype=torch.float64)
    for _ in range(steps):
        slope, bend = _slope_and_bend(rows @ a, y, gamma)
        hessian = rows.T @ ((weights * bend)[:, None] * rows)
        a = a - torch.linalg.solve(hessian, rows.T @ (weights * slope))
    return a


def _slope_and_bend(z, y, gamma):
    """The first and the second derivative of each loss by its score; two tensors like z."""
    if gamma == 0:  # autograd would take most of the time of a fit
        p = z.sigmoid()
        return p - y, p * (1 - p)
    z = z.requires_grad_()
    (slope,) = torch.autograd.grad(focal(z, y, gamma).sum(), z, create_graph=True)
    return slope.detach(), torch.autograd.grad(slope.sum(), z)[0]


def scores(a, x):
    """The scores of the model `a` = (bias, *slopes) for the rows of x."""
    return a[0] + x @ a[1:]


# 2 · What divides by what

LOSSES = torch.arange(1, 9, dtype=torch.float64) ** 2
NORMALISERS = ("Σw of the batch", "B · mean weight of the data")


def last_weight(weight):
    """Eight weights: 1 for the first seven, `weight` for the last."""
    return torch.cat([torch.ones(7, dtype=torch.float64), _tensor(weight)])


def all_batches(weights, size, normaliser, losses=LOSSES):
    """The weighted loss of each batch of `size` different samples, divided as `normaliser` says."""
    chosen = torch.tensor(list(itertools.combinations(range(len(losses)), size)))
    if normaliser == NORMALISERS[0]:
        return weighted_mean(losses[chosen], weights[chosen])
    return (weights[chosen] * losses[chosen]).mean(1) / weights.mean()


def mean_of_batch_ratios(losses, weights, size):
    """The mean of Σwℓ/Σw over all batches of `size`, where the weights have only two values.

    Exact, from the chance that k samples of the larger weight are in a batch.
    """
    heavy = weights == weights.max()
    n, rare = len(losses), int(heavy.sum())
    a, b = losses[heavy].mean(), losses[~heavy].mean()
    w, v = weights.max(), weights.min()
    total = 0.0
    for k in range(max(0, size - n + rare), min(size, rare) + 1):
        chance = math.comb(rare, k) * math.comb(n - rare, size - k) / math.comb(n, size)
        total += chance * (k * w * a + (size - k) * v * b) / (k * w + (size - k) * v)
    return total


def _with_weights(seed):
    """name → (loss, its weights, one loss a sample, the weight of each), of six random samples."""
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    v = torch.rand(6, generator=generator, dtype=torch.float64) + 0.5
    k = torch.arange(6) % 2
    row, p, q = z[:, 0], z[:, 0].sigmoid(), k.double()
    inputs = {
        "binary_cross_entropy": (p, q, v),
        "binary_cross_entropy_with_logits": (row, q, v),
        "cross_entropy": (z, k, v[:2]),
        "nll_loss": (z.log_softmax(1), k, v[:2]),
        "mse_loss": (row, q, v),
        "l1_loss": (row, q, v),
        "huber_loss": (row, q, v),
    }
    for name, (outputs, target, weight) in inputs.items():
        loss = getattr(F, name)
        each = loss(outputs, target, reduction="none")
        yield name, loss(outputs, target, weight=weight), each, v[:2][k] if len(weight) < 6 else v


def divisors(seed):
    """What seven losses of torch divide a weighted sum by: name → "n", "Σw" or "neither"."""
    found = {}
    for name, value, each, v in _with_weights(seed):
        sums = {"n": len(v), "Σw": v.sum()}
        equal = [d for d, by in sums.items() if torch.isclose(value, v @ each / by)]
        found[name] = equal[0] if len(equal) == 1 else "neither"
    return found


# 3 · A weighted sampler

SAMPLES, RARE, BATCHES = 1000, 10, 1000
POOLINGS = (
    "weights in the loss",
    "sampler",
    "weights ÷ their sum in the batch",
    "sampler and weights",
)


def rare_gradients(centre=4.0, spread=1.0):
    """Gradients 2(w − t) at w = 0 of 1000 samples, the last ten rare; (1000,).

    The targets t are quantiles of normal distributions of spread 1 around 1, and of the rare
    ones of the spread `spread` around `centre`.
    """
    common, rare = (
        torch.special.ndtri((torch.arange(n, dtype=torch.float64) + 0.5) / n)
        for n in (SAMPLES - RARE, RARE)
    )
    return -2 * torch.cat([1 + common, centre + spread * rare])


def rare_weights(weight):
    """Weight 1 for the common samples and `weight` for the ten rare ones; (1000,)."""
    weights = torch.ones(SAMPLES, dtype=torch.float64)
    weights[-RARE:] = weight
    return weights


def batch_gradients(pooling, weight, batch=32):
    """What 1000 batches of `batch` samples take for the weighted mean gradient; (1000,).

    `pooling`, one of POOLINGS: batches drawn evenly and the losses weighted (with weights of mean
    1 over all samples, or divided by their sum in the batch), batches drawn by weight, or both.
    The same random numbers for all settings of a batch size.
    """
    gradient, weights = rare_gradients(), rare_weights(weight)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(BATCHES, batch, generator=generator, dtype=torch.float64)
    if "sampler" in pooling:
        index = torch.searchsorted(weights.cumsum(0) / weights.sum(), drawn)
    else:
        index = (drawn * SAMPLES).long()
    index = index.clamp(max=SAMPLES - 1)  # rounding may leave the last sum just below 1
    gradient, in_batch = gradient[index], weights[index]
    divided = weighted_mean(gradient, in_batch)
    weighted = (in_batch / weights.mean() * gradient).mean(1)
    estimates = zip(POOLINGS, (weighted, gradient.mean(1), divided, divided), strict=True)
    return dict(estimates)[pooling]


def draw_variances(gradients, weights):
    """Variance of one draw's estimate: (by weights in the loss, by a sampler).

    gradients: (n, …), weights: (n,). A batch of B independent draws has 1/B of it.
    """
    weights = weights.reshape(-1, *[1] * (gradients.ndim - 1))
    share = weights / weights.sum()
    mean = (share * gradients).sum(0)
    evenly = ((weights / weights.mean() * gradients - mean) ** 2).mean(0)
    return evenly, (share * (gradients - mean) ** 2).sum(0)


# 4 · Rare classes: healthy x ~ N(0, 1), sick x ~ N(2, 1)

GAP = 2.0
GAMMA = 2.0
REMEDIES = ("none", "weights", "sampler and weights", "focal loss", "weights, corrected")


def posterior(x, share):
    """The probability of "sick" at x, where a share of the people is sick; like x."""
    return (GAP * x - GAP**2 / 2 + math.log(share / (1 - share))).sigmoid()


def learnt(x, share, weight):
    """Probabilities at x of a logistic model, fitted to the two normal groups; like x (n,).

    A share of the people is sick, and the sick count `weight` times.
    """
    grid = torch.linspace(-6, 8, 1401, dtype=torch.float64)
    healthy, sick = (torch.exp(-((grid - mean) ** 2) / 2) for mean in (0.0, GAP))
    label = (torch.arange(2 * len(grid)) >= len(grid)).double()
    people = torch.cat([(1 - share) * healthy, weight * share * sick])
    return scores(fit(grid.repeat(2)[:, None], label, people, steps=20), x[:, None]).sigmoid()


def reweighted(p, weight):
    """What a flexible model learns for a probability p if the sick count `weight` times."""
    return weight * p / (weight * p + 1 - p)


def focal_truth(q, gamma=GAMMA):
    """The true probability at which the output q has the lowest expected focal loss; like q."""

    def pull(q):
        return (1 - q) ** gamma / q - gamma * (1 - q) ** (gamma - 1) * q.log()

    return pull(1 - q) / (pull(q) + pull(1 - q))


def outputs(p, share, remedy):
    """What a flexible model learns for the true probabilities p, with one of REMEDIES; like p."""
    balance = (1 - share) / share
    if remedy == "focal loss":
        low, high = torch.zeros_like(p), torch.ones_like(p)
        for _ in range(60):  # focal_truth rises with q
            middle = (low + high) / 2
            above = focal_truth(middle) > p
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        return (low + high) / 2
    power = {"weights": 1, "sampler and weights": 2}.get(remedy, 0)
    return reweighted(p, balance**power)


def found_and_alarms(threshold, share, people=1000):
    """(sick, sick ones found, healthy ones called sick) of `people`, above x = `threshold`."""
    above = [torch.special.ndtr(_tensor(mean - threshold)).item() for mean in (GAP, 0.0)]
    return people * share, people * share * above[0], people * (1 - share) * above[1]


# Two yes-or-no measurements, (no, no), (yes, no), (no, yes), (yes, yes): so many healthy, so many
# sick people. A logistic model without a product of the two can't fit all four shares.
GROUPS = _tensor([0, 0], [1, 0], [0, 1], [1, 1])
HEALTHY, SICK = _tensor(800, 50, 10, 50), _tensor(20, 20, 80, 40)


def group_scores(weight):
    """The scores of the four groups, in a logistic model where the sick count `weight` times."""
    label = torch.cat([torch.zeros(4), torch.ones(4)]).double()
    a = fit(torch.cat([GROUPS, GROUPS]), label, torch.cat([HEALTHY, weight * SICK]))
    return scores(a, GROUPS)


# 5 · A shifted population: from N(0, 1) to N(shift, 1)

PEOPLE, REPEATS = 500, 400
CLIPS = ("no", "at 30", "at 10", "at 3")


@lru_cache(maxsize=1)
def old_people():
    """400 samples of 500 people of the old population; (400, 500)."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(REPEATS, PEOPLE, generator=generator, dtype=torch.float64)


def importance(x, shift, clip="no"):
    """The density of N(shift, 1) over that of N(0, 1) at x, clipped as one of CLIPS says."""
    weights = (shift * x - shift**2 / 2).exp()
    return weights if clip == "no" else weights.clamp(max=float(clip.removeprefix("at ")))


def risk(x):
    """The chance of illness at x: σ(2x − 2)."""
    return (2 * x - 2).sigmoid()


def true_risk(shift):
    """The mean risk in N(shift, 1), by Gauss and Hermite's rule; a float."""
    from numpy.polynomial.hermite_e import hermegauss

    nodes, weights = (torch.from_numpy(part) for part in hermegauss(80))
    return weighted_mean(risk(nodes + shift), weights).item()


def effective_size(weights):
    """(Σw)² / Σw² over the last dimension. Raises ValueError as `checked` does."""
    weights = checked(weights)
    return weights.sum(-1) ** 2 / (weights**2).sum(-1)


def shifted_risks(shift, clip):
    """(the weighted mean risk of each of the 400 samples, their effective sizes); two (400,)."""
    x = old_people()
    weights = importance(x, shift, clip)
    return weighted_mean(risk(x), weights), effective_size(weights)
