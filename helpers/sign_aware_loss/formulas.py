"""Losses that charge more for a wrong sign: what they charge, where their minimum is, what they buy.

x is a prediction, t the truth, λ the weight of a penalty; tensors are torch's. What the page asserts
is computed in float64.
"""

import math
from functools import cache, lru_cache

import torch
from torch.nn import functional as F

from helpers.teaching.data import sunspots

# 1 · The surface


def elliptic_paraboloid(prediction, truth, c_diff_sign, c_same_sign):
    """The elliptic paraboloid turned by 45°, one loss for each element.

    prediction, truth: tensors or numbers that broadcast; the constants: numbers or tensors above 0.
    """
    along = (prediction + truth) / math.sqrt(2)
    across = (prediction - truth) / math.sqrt(2)
    return along**2 / c_diff_sign + across**2 / c_same_sign


def two_cases(c_diff_sign, c_same_sign):
    """What the paraboloid charges for −1 and for 3 when the truth is 1."""
    return 2 / c_same_sign, 8 / c_diff_sign + 2 / c_same_sign


# 2 · Where its minimum is


def completed_square(c_diff_sign, c_same_sign):
    """Curvature C and factor κ of the paraboloid written as C·(x − κt)² + 2t²/(c_d + c_s)."""
    return (1 / c_diff_sign + 1 / c_same_sign) / 2, (c_diff_sign - c_same_sign) / (
        c_diff_sign + c_same_sign
    )


def paraboloid_minimum(truth, c_diff_sign, c_same_sign):
    """The prediction that the paraboloid charges least for, κt, and what it charges there."""
    _, kappa = completed_square(c_diff_sign, c_same_sign)
    return kappa * truth, 2 * truth**2 / (c_diff_sign + c_same_sign)


LINE_Z = torch.linspace(-1.5, 1.5, 31, dtype=torch.float64)
SLOPE, BIAS = 3.0, 0.5


def line_truths():
    """The truths 3z + 0.5 at 31 inputs z from −1.5 to 1.5; (31,)."""
    return SLOPE * LINE_Z + BIAS


# 3 · Losses that keep their minimum


def sign_penalty(prediction, truth, weight):
    """(x − t)² + λ·relu(−x·t), one loss for each element of two tensors; `weight` is λ ≥ 0."""
    return (prediction - truth) ** 2 + weight * torch.relu(-prediction * truth)


def log_cosh(error):
    """log cosh of an error, as |e| + log(1 + exp(−2|e|)) − log 2, which does not overflow."""
    return error.abs() + F.softplus(-2 * error.abs()) - math.log(2)


# Name in the figure and the table → loss of (x, t, λ), elementwise.
LOSSES = {
    "(x − t)² + λ·relu(−x·t)": sign_penalty,
    "(x − t)² + λ·relu(−x)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(-x),
    "(x − t)² + λ·relu(−t)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(-t),
    "(x − t)² + λ·relu(1 − x·t)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(1 - x * t),
    "(x − t)² + λ·[x·t < 0]": lambda x, t, w: (x - t) ** 2 + w * (x * t < 0),
    "(x − t)²·(1 + λ·[x·t < 0])": lambda x, t, w: (x - t) ** 2 * (1 + w * (x * t < 0)),
    "log cosh(x − t) + λ·relu(−x·t)": lambda x, t, w: log_cosh(x - t) + w * torch.relu(-x * t),
    "λ·softplus(−x·sign t)": lambda x, t, w: w * F.softplus(-x * torch.sign(t)),
}

# What the page's table lists, at λ = 3: name → loss of (x, t).
AUDITED = {
    "(x − t)²": lambda x, t: (x - t) ** 2,
    "turned paraboloid (4, 2)": lambda x, t: elliptic_paraboloid(x, t, 4.0, 2.0),
    **{name: (lambda x, t, loss=loss: loss(x, t, 3.0)) for name, loss in LOSSES.items()},
}

REQUIREMENTS = ("order", "minimum", "pull", "symmetry", "convexity")


def requirements(loss):
    """Which of REQUIREMENTS a loss of (x, t) meets: dict from name to bool.

    order: −1 for 1 costs more than 3 for 1. minimum: at t alone, for six truths. pull: past zero
    its derivative is larger than at the same distance on the other side of t. symmetry: (−x, −t)
    costs what (x, t) does. convexity: in x, by second differences. `loss` takes and returns
    float64 tensors; x = −6, −5.99, …, 6.
    """
    x = torch.arange(-600, 601, dtype=torch.float64) / 100
    t = torch.tensor([0.5, 1.0, 2.0, -0.5, -1.0, -2.0], dtype=torch.float64)[:, None]
    costs = loss(x, t) + 0 * x * t  # a constant loss broadcasts, too
    elsewhere = (x - t).abs() > 1e-9
    beyond = -t / 2  # past zero, at 3/2·|t| from the truth
    pulls = slope(loss, beyond, t).abs() > slope(loss, 2 * t - beyond, t).abs() + 1e-9
    one = torch.ones((), dtype=torch.float64)
    return {
        "order": bool(loss(-one, one) > loss(3 * one, one) + 1e-9),
        "minimum": bool(((costs > loss(t, t) + 0 * t) | ~elsewhere).all()),
        "pull": bool(pulls.all()),
        "symmetry": bool(torch.allclose(costs, loss(-x, -t) + 0 * x * t)),
        "convexity": bool((costs.diff(n=2) > -1e-9).all()),
    }


def slope(loss, x, t):
    """∂loss(x, t)/∂x by autograd, elementwise; 0 for a loss that x does not enter."""
    x = x.detach().requires_grad_()
    costs = (loss(x, t) + 0 * x).sum()
    return torch.autograd.grad(costs, x)[0]


# 4 · What does it buy?


def expected_negative_part(mean, std):
    """E[max(−t, 0)] of a Gaussian truth: σ·φ(m/σ) − m·Φ(−m/σ); max(−m, 0) for σ = 0."""
    mean, std = torch.as_tensor(mean), torch.as_tensor(std)
    u = mean / std.clamp(min=torch.finfo(torch.float64).tiny)
    density = torch.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)
    return std * density - mean * torch.special.ndtr(-u)


def noisy_optimum(mean, std, weight):
    """The x that minimises E[(x − t)² + λ·relu(−x·t)] for a Gaussian truth t.

    mean, std ≥ 0, weight ≥ 0: numbers or tensors that broadcast. max(0, m − λ/2·E[max(−t, 0)]) for
    a mean m > 0, its mirror image for m < 0.
    """
    mean = torch.as_tensor(mean)
    size = mean.abs()
    return torch.sign(mean) * torch.relu(size - weight / 2 * expected_negative_part(size, std))


def fit_linear(features, truth, weights, steps=500):
    """Coefficients θ that minimise the mean of (zθ − t)² + λ·relu(−zθ·t) over n samples.

    features (…, n, p), truth (n,), weights (k,): one fit for each λ; result (…, k, p). ADMM on
    x = zθ: the step in x has a closed form for each sample, the step in θ is a least-squares fit.
    Source: Boyd et al., Distributed Optimization and Statistical Learning via ADMM, 2011.
    """
    rho = 4.0
    solve = torch.linalg.pinv(features)
    truth = truth[:, None]
    sign, pull = torch.sign(truth), weights * truth.abs() / (2 + rho)
    theta = (solve @ truth).expand(*solve.shape[:-1], len(weights))
    fitted, dual = features @ theta, 0
    for _ in range(steps):
        x = (2 * truth + rho * (fitted - dual)) / (2 + rho)  # without the penalty
        past = torch.relu(-sign * x)  # how far on the wrong side of zero
        x = x + sign * torch.minimum(past, pull)
        theta = solve @ (x + dual)
        fitted = features @ theta
        dual = dual + x - fitted
    return theta.mT


SHAPES = {"straight": lambda z: z, "bent": lambda z: torch.exp(z) - 1.5}
NOISES = tuple(i / 4 for i in range(7))
WEIGHTS = tuple(range(11))
SEEDS, POINTS = 10, 100


@lru_cache(maxsize=1)
def noisy_samples():
    """Inputs z, even on −2 … 2, and standard noise of ten draws of a hundred points; (10, 100)."""
    generator = torch.Generator().manual_seed(4)
    z = 4 * torch.rand(SEEDS, POINTS, generator=generator, dtype=torch.float64) - 2
    return z, torch.randn(SEEDS, POINTS, generator=generator, dtype=torch.float64)


def fit_rising_lines(z, truth, weights):
    """Slope w ≥ 0 and bias of the lines that minimise the mean of (x − t)² + λ·relu(−x·t).

    z, truth: (…, n), leading dimensions broadcast; weights (k,); result (…, k, 2). Of lines
    w·(z − c) through a zero c, the best w is (E[(z − c)t] − λ/2·E[relu(−(z − c)t)]) / E[(z − c)²],
    or 0. The best c of −2, −1.99, …, 2 is taken.
    """
    zero = torch.arange(-200, 201, dtype=torch.float64) / 100
    product, wrong = z * truth, []
    for c in zero:  # one at a time: a block of all of them would not fit the cache
        wrong.append(torch.relu(c * truth - product).mean(-1))
    wrong = torch.stack(torch.broadcast_tensors(*wrong), -1)
    along = product.mean(-1, keepdim=True) - zero * truth.mean(-1, keepdim=True)
    spread = (z.mean(-1, keepdim=True) - zero) ** 2 + z.var(-1, correction=0, keepdim=True)
    rise = torch.relu(along[..., None, :] - weights[:, None] / 2 * wrong[..., None, :])
    best = (rise**2 / spread[..., None, :]).argmax(-1, keepdim=True)  # what the line gains
    slope = (rise / spread[..., None, :]).gather(-1, best)[..., 0]
    return torch.stack([slope, -slope * zero[best[..., 0]]], -1)


@lru_cache(maxsize=1)
def noisy_lines():
    """Slope and bias learnt for every shape, noise, draw and weight; (2, 7, 10, 11, 2)."""
    z, noise = noisy_samples()
    sigma = torch.tensor(NOISES, dtype=torch.float64)[:, None, None]
    truth = torch.stack([mean(z) + sigma * noise for mean in SHAPES.values()])
    return fit_rising_lines(z, truth, torch.tensor(WEIGHTS, dtype=torch.float64))


def line_quality(line, shape, noise):
    """Test error and share of right signs of lines on endless new data.

    line (…, 2): slope and bias; shape: one of SHAPES; noise: σ ≥ 0. Returns the mean squared error
    and the probability that prediction and truth have one sign, each (…); inputs even on −2 … 2.
    A prediction of 0 names no sign and counts as a coin that is tossed.
    """
    z = (torch.arange(800, dtype=torch.float64) + 0.5) / 200 - 2
    mean = SHAPES[shape](z)
    x = line[..., :1] * z + line[..., 1:]
    right = torch.special.ndtr(torch.sign(x) * mean / max(noise, 1e-12))  # ½ at x = 0
    return ((x - mean) ** 2).mean(-1) + noise**2, right.mean(-1)


@cache
def noisy_scores(shape, noise):
    """Learnt slope, test error and share of right signs, by draw and weight; (3, 10, 11).

    shape: one of SHAPES; noise: one of NOISES. As `line_quality` of `noisy_lines`.
    """
    lines = noisy_lines()[list(SHAPES).index(shape), NOISES.index(noise)]
    return torch.stack([lines[..., 0], *line_quality(lines, shape, noise)])


# 5 · On real data

LAGS = tuple(range(2, 13))
FIRST_TEST_YEAR = 1900
BLOCK, RESAMPLES = 11, 2000  # in blocks of 11 years: about one solar cycle
CONSTANTS = 4.0, 2.0
METHODS = ("squared error", "paraboloid (4, 2)", "with penalty", "classifier", "as last year")


@lru_cache(maxsize=1)
def sunspot_changes():
    """What is known at the end of each year, and the next year's change of the sunspot number.

    Returns years (297,): those that change is predicted for, 1712 … 2008; known (297, 12): the
    number in the year before, two years before, …; change (297,). float64.
    """
    years, number = sunspots()
    number = torch.from_numpy(number)
    most = max(LAGS)
    known = torch.stack([number[most - lag : -lag] for lag in range(1, most + 1)], 1)
    return torch.from_numpy(years[most:]), known, number.diff()[most - 1 :]


def _features():
    """Standardised numbers of 2, 3, … 12 years (0 for the years beyond) and a one; (11, 297, 13)."""
    years, known, _ = sunspot_changes()
    train = known[years < FIRST_TEST_YEAR]
    scaled = (known - train.mean(0)) / train.std(0)
    mask = torch.arange(known.shape[1]) < torch.tensor(LAGS)[:, None]
    one = torch.ones(len(LAGS), len(known), 1, dtype=known.dtype)
    return torch.cat([scaled * mask[:, None], one], -1)


def fit_classifier(features, label, steps=25):
    """Logistic regression by Newton's method; features (…, n, p), label (n,) 0 or 1, result (…, p).

    Columns of zeros keep the coefficient 0.
    """
    theta = torch.zeros(*features.shape[:-2], features.shape[-1], dtype=features.dtype)
    for _ in range(steps):
        p = torch.sigmoid((features @ theta[..., None])[..., 0])
        gradient = (features * (p - label)[..., None]).sum(-2)
        curvature = features.mT @ (features * (p * (1 - p))[..., None])
        theta = theta - (torch.linalg.pinv(curvature) @ gradient[..., None])[..., 0]
    return theta


@lru_cache(maxsize=1)
def sunspot_predictions():
    """Predicted changes of 1900 … 2008 by models fitted to the years before: dict from method.

    Shape (11 numbers of lags, 11 weights λ, 109 years), of 1 where a method has no such choice.
    The classifier's are scores: only their sign counts.
    """
    years, known, change = sunspot_changes()
    train, test = years < FIRST_TEST_YEAR, years >= FIRST_TEST_YEAR
    features = _features()
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    theta = fit_linear(features[:, train], change[train], weights)
    penalised = theta @ features[:, test].mT
    scores = fit_classifier(features[:, train], (change[train] > 0).double())
    _, kappa = completed_square(*CONSTANTS)
    found = (
        penalised[:, :1],
        kappa * penalised[:, :1],
        penalised,
        scores[:, None] @ features[:, test].mT,
        (known[test, 0] - known[test, 1])[None, None],
    )
    return dict(zip(METHODS, found, strict=True))


@lru_cache(maxsize=1)
def resampled_years():
    """How often each of the 109 test years is in each of 2000 resamples; (2000, 109) float64.

    Circular block bootstrap: blocks of 11 years in a row, so that neighbours stay together.
    Source: Politis and Romano, A Circular Block-Resampling Procedure for Stationary Data, 1992.
    """
    years, *_ = sunspot_changes()
    n = int((years >= FIRST_TEST_YEAR).sum())
    generator = torch.Generator().manual_seed(5)
    starts = torch.randint(n, (RESAMPLES, -(-n // BLOCK)), generator=generator)
    index = ((starts[..., None] + torch.arange(BLOCK)) % n).flatten(1)[:, :n]
    return F.one_hot(index, n).sum(1).double()


@lru_cache(maxsize=8)
def sunspot_scores(measure, against=None):
    """Scores of all methods in 1900 … 2008 with 95 % intervals by block bootstrap.

    measure: "signs", the share of years whose direction is right, or "rmse", which the classifier
    does not have. With `against`, another method: the difference to it, resampled together with
    it. Returns a dict from method to (value, low, high) of shape (3, numbers of lags, weights), 1
    where a method has no such choice. Raises KeyError for other names.
    """
    signs = {"signs": True, "rmse": False}[measure]
    years, _, change = sunspot_changes()
    truth = change[years >= FIRST_TEST_YEAR]
    drawn = resampled_years().T / len(truth)
    found = {}
    for method, x in sunspot_predictions().items():
        if signs:
            right = (x * truth > 0).double()
            found[method] = right.mean(-1), right @ drawn
        elif method != "classifier":
            squared = (x - truth) ** 2
            found[method] = squared.mean(-1).sqrt(), (squared @ drawn).sqrt()
    ends = torch.tensor([0.025, 0.975], dtype=torch.float64)
    scores = {}
    for method, (value, resampled) in found.items():
        if against is not None:
            value, resampled = value - found[against][0], resampled - found[against][1]
        scores[method] = torch.cat([value[None], torch.quantile(resampled, ends, dim=-1)])
    return scores


def sunspot_score(method, measure, lags=2, weight=3, against=None):
    """One of `sunspot_scores` as (value, low, high), for a number of lags and a weight λ."""
    scores = sunspot_scores(measure, against)[method]
    at_lags = LAGS.index(lags) if scores.shape[1] > 1 else 0
    at_weight = WEIGHTS.index(weight) if scores.shape[2] > 1 else 0
    return tuple(scores[:, at_lags, at_weight].tolist())
