"""Metrics under a change of unit, means of batches, and losses in turned coordinates.

Targets are `y`, predictions `p`; metrics are taken over the last dimension, so that many settings
are one call. Everything is float64 unless said otherwise.
"""

import math
from functools import lru_cache

import numpy as np
import torch

from helpers.teaching.data import DATA, diabetes, sunspots


def _tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


Y = _tensor(2, 5, 9, 7, 10, -5, -2, 2)
P = _tensor(3, 4, 7, 9, 8, -3, -2, 1)
"""The page's eight pairs, targets and predictions."""

EPS = float(np.finfo(np.float64).eps)


# 1 · What a unit does to a metric


def rmse(y, p):
    """Root of the mean squared error, in the unit of y."""
    return (y - p).square().mean(-1).sqrt()


def mae(y, p):
    """Mean absolute error, in the unit of y."""
    return (y - p).abs().mean(-1)


def mape(y, p, floor=0.0):
    """Mean of |y − p|/|y|, 0.1 for ten per cent; |y| is raised to `floor`, as libraries do."""
    return ((y - p).abs() / y.abs().clamp(min=floor)).mean(-1)


def r_squared(y, p):
    """1 − (squared error)/(squared error of the mean of y), a pure number."""
    spread = (y - y.mean(-1, keepdim=True)).square().sum(-1)
    return 1 - (y - p).square().sum(-1) / spread


METRICS = {"RMSE": rmse, "MAE": mae, "MAPE": mape, "R²": r_squared}


def rescale(values, s, c):
    """s·values + c, rounded to ten decimals: decimal s and c that lead to 0 lead to 0 exactly."""
    return torch.round(s * values + c, decimals=10)


def standardise(values, reference):
    """`values` less the mean of `reference`, in its standard deviations; columns each by itself."""
    return (values - reference.mean(0)) / reference.std(0, correction=0)


# 2 · MAPE near zero

TARGETS = _tensor(1, 2, 10)


def weighted_median(values, weights):
    """The smallest of `values` up to which at least half of the weight lies; vectors."""
    order = values.argsort()
    reached = weights[order].cumsum(0)
    return values[order][(2 * reached >= reached[-1]).int().argmax()]


def best_constants(y):
    """The constants that minimise MSE, MAE and MAPE over the targets `y` (n,): three tensors ()."""
    return {
        "MSE": y.mean(),
        "MAE": weighted_median(y, torch.ones_like(y)),
        "MAPE": weighted_median(y, 1 / y.abs()),
    }


def constant_losses(y, guesses):
    """MSE, MAE and MAPE of constant guesses (m,) over y (n,): three tensors (m,), by name."""
    error = (guesses[:, None] - y).abs()
    return {
        "MSE": error.square().mean(-1),
        "MAE": error.mean(-1),
        "MAPE": (error / y.abs()).mean(-1),
    }


def smape(y, p):
    """Mean of 2|y − p|/(|y| + |p|), from 0 to 2; 0 where both are 0."""
    size = y.abs() + p.abs()
    return torch.where(size > 0, 2 * (y - p).abs() / torch.where(size > 0, size, 1), 0).mean(-1)


def wape(y, p):
    """Σ|y − p|/Σ|y|: the mean absolute error in units of the mean size of the targets."""
    return (y - p).abs().sum(-1) / y.abs().sum(-1)


def mase(y, p, history):
    """MAE in units of what "the same as last time" costs within `history`, (n,). Hyndman, 2006."""
    return mae(y, p) / history.diff().abs().mean()


# 3 · Does scaling the target change the model?

HELD_OUT = 100
CHECKPOINTS = (0, 1, 2, 5, 10, 20, 50, 100, 200)
OPTIMISERS = ("SGD", "Adam")
SCALES = tuple(float(f"{10 ** (i / 2):.3g}") for i in range(-8, 7))
LEARNING_RATES = tuple(float(f"{10 ** (i / 2):.3g}") for i in range(-8, 1))


@lru_cache(maxsize=1)
def diabetes_parts():
    """Patients to train on and patients held out: (x, y), (x_new, y_new).

    x (342, 10) float64, each column with mean 0 and standard deviation 1 over these 342 rows, and
    x_new (100, 10) by the same two numbers; y the disease progression, 25 to 346.
    """
    x, y = diabetes()
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    new, old = order[:HELD_OUT], order[HELD_OUT:]
    return tuple((standardise(x[part], x[old]), y[part]) for part in (old, new))


def with_ones(x):
    """x (n, k) with a column of ones in front."""
    return torch.cat([torch.ones_like(x[:, :1]), x], 1)


def least_squares(x, y):
    """Coefficients (1 + k,), the constant first, of the least-squares fit of y (n,) by x (n, k)."""
    return torch.linalg.lstsq(with_ones(x), y[:, None], driver="gelsd").solution[:, 0]


def lasso(x, y, alpha, sweeps=1000):
    """Coefficients (1 + k,) that minimise ‖y − Xw − b‖²/(2n) + alpha·‖w‖₁, the constant first.

    x (n, k) must have columns of mean 0. By coordinate descent until no coefficient moves by more
    than 1e-12 of the largest; alpha is in the unit of y times that of x.
    """
    n, k = x.shape
    gram, target = (x.T @ x / n).tolist(), (x.T @ (y - y.mean()) / n).tolist()
    w = [0.0] * k
    for _ in range(sweeps):
        moved = 0.0
        for j in range(k):
            pull = (
                target[j] - sum(g * v for g, v in zip(gram[j], w, strict=True)) + gram[j][j] * w[j]
            )
            new = math.copysign(max(abs(pull) - alpha, 0.0), pull) / gram[j][j]
            moved, w[j] = max(moved, abs(new - w[j])), new
        if moved <= 1e-12 * max(map(abs, w)):
            break
    return torch.cat([y.mean()[None], _tensor(*w)])


def fit_in_unit(fit, scale):
    """RMSE on held-out patients, in the original unit, of fit(x, scale·y), the constant first."""
    (x, y), (x_new, y_new) = diabetes_parts()
    return rmse(y_new, with_ones(x_new) @ fit(x, scale * y) / scale)


def descend(factor, rate, optimiser="SGD", steps=50):
    """Coefficients (11,) after `steps` of an optimiser from 0 on factor·MSE, y in its deviations."""
    (x, y), _ = diabetes_parts()
    x, y = with_ones(x), y / y.std(correction=0)
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    method = getattr(torch.optim, optimiser)([w], lr=rate)
    for _ in range(steps):
        method.zero_grad()
        (factor * (x @ w - y).square().mean()).backward()
        method.step()
    return w.detach()


def count_better_on_test(splits, held_out=88):
    """In how many random splits of the patients least squares has the higher R² on the test part."""
    x, y = diabetes()
    generators = (torch.Generator().manual_seed(seed) for seed in range(splits))
    orders = torch.stack([torch.randperm(len(y), generator=g) for g in generators])
    rows, targets = with_ones(standardise(x, x))[orders], y[orders]
    old, new = slice(held_out, None), slice(held_out)
    # all splits at once, by their normal equations, which are harmless for standardised columns
    gram = rows[:, old].mT @ rows[:, old]
    w = torch.linalg.solve(gram, rows[:, old].mT @ targets[:, old, None])
    predictions = (rows @ w)[..., 0]
    test, train = (r_squared(targets[:, i], predictions[:, i]) for i in (new, old))
    return int((test > train).sum())


@lru_cache(maxsize=1)
def stored():
    """What data/loss_scaling_diabetes.py has computed, as a dict.

    networks: float64 (OPTIMISERS, SCALES, LEARNING_RATES, CHECKPOINTS), RMSE on the held-out
    patients in the original unit, infinite once a network has overflowed; standardised: the same
    without the dimension of scales; forest: (SCALES,) RMSE of random forests.
    """
    with np.load(DATA / "loss_scaling_diabetes.npz") as file:
        return {name: torch.from_numpy(file[name]).double() for name in file.files}


# 4 · log1p changes the question

SIGMAS = tuple(round(0.1 * i, 1) for i in range(1, 16))


def log_line(x):
    """The page's truth: the median of log(1 + y) at x."""
    return 0.5 + 0.5 * x


@lru_cache(maxsize=1)
def skewed_sample(n=4000):
    """x (n,) from 0 to 4 and standard normal noise (n,), the same at every call."""
    generator = torch.Generator().manual_seed(1)
    x = 4 * torch.rand(n, generator=generator, dtype=torch.float64)
    return x, torch.randn(n, generator=generator, dtype=torch.float64)


def skewed(x, noise, sigma):
    """y with log(1 + y) = 0.5 + 0.5·x + sigma·noise."""
    return torch.expm1(log_line(x) + sigma * noise)


def log_fit(x, y):
    """Constant, slope and residual standard deviation of log(1 + y) fitted by a line in x."""
    coefficients = least_squares(x[:, None], torch.log1p(y))
    residual = torch.log1p(y) - coefficients[0] - coefficients[1] * x
    return coefficients[0], coefficients[1], residual.square().mean().sqrt()


def back_transformed(fit, x, corrected=False):
    """Predictions of y from `log_fit`: the median, or the mean if `corrected` by exp(σ²/2)."""
    constant, slope, sigma = fit
    return torch.expm1(constant + slope * x + (sigma.square() / 2 if corrected else 0))


@lru_cache(maxsize=32)
def log_study(sigma, n=20_000):
    """Three fits of 4000 pairs measured on `n` new ones, as a dict.

    Name → (RMSE, MAE, mean prediction ÷ mean target), floats; names "line", "log", "corrected":
    least squares on y, on log(1 + y) taken back, and the same with exp(σ²/2).
    """
    x, noise = skewed_sample()
    y = skewed(x, noise, sigma)
    generator = torch.Generator().manual_seed(2)
    new = 4 * torch.rand(n, generator=generator, dtype=torch.float64)
    y_new = skewed(new, torch.randn(n, generator=generator, dtype=torch.float64), sigma)
    line, fit = least_squares(x[:, None], y), log_fit(x, y)
    predictions = {
        "line": line[0] + line[1] * new,
        "log": back_transformed(fit, new),
        "corrected": back_transformed(fit, new, corrected=True),
    }
    return {
        name: (float(rmse(y_new, p)), float(mae(y_new, p)), float(p.mean() / y_new.mean()))
        for name, p in predictions.items()
    }


# 5 · Sum, mean, and unequal batches


# 6 · Turning the coordinates


# 7 · On real data

LAGS = 9
PARTS = {"1801–2008": 1801, "1901–2008": 1901}


@lru_cache(maxsize=1)
def forecasts():
    """Sunspot numbers of 1801 to 2008 foretold a year ahead: years, y, and forecasts by name.

    "last year" says the same again; "autoregression" is a least-squares fit to the nine years
    before, learnt on the years to 1800 and cut at 0. numpy years (208,), tensors (208,).
    """
    years, numbers = sunspots()
    series = torch.from_numpy(numbers)
    lagged = torch.stack([series[LAGS - k : len(series) - k] for k in range(1, LAGS + 1)], 1)
    target, when = series[LAGS:], years[LAGS:]
    old, new = torch.from_numpy(when <= 1800), torch.from_numpy(when > 1800)
    coefficients = least_squares(lagged[old], target[old])
    found = {
        "last year": lagged[new][:, 0],
        "autoregression": (with_ones(lagged[new]) @ coefficients).clamp(min=0),
    }
    return when[when > 1800], target[new], found


SCORES = ("RMSE", "MAE", "MAPE", "sMAPE", "WAPE", "MASE")


def scores(y, p):
    """SCORES of forecasts p of sunspot numbers y, by name; floats. MASE by the years to 1800."""
    years, numbers = sunspots()
    before = torch.from_numpy(numbers[years <= 1800])
    found = (rmse(y, p), mae(y, p), mape(y, p), smape(y, p), wape(y, p), mase(y, p, before))
    return {name: float(score) for name, score in zip(SCORES, found, strict=True)}


def sunspot_forecasts(part="1801–2008", factor=0.6):
    """Years, targets and three forecasts of a part of PARTS; the third is `factor` × the second."""
    years, y, found = forecasts()
    chosen = years >= PARTS[part]
    keep = torch.from_numpy(chosen)
    low = factor * found["autoregression"]
    found = {name: p[keep] for name, p in (found | {"low guess": low}).items()}
    return years[chosen], y[keep], found
