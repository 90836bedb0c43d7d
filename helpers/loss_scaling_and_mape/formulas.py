"""Sunspot numbers `y` and forecasts `p` of them; metrics over the last dimension; all float64."""

from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers.teaching.data import DATA, sunspots

# The data: what is known, and what comes some years later

LAGS = 9
AHEAD = tuple(range(1, 7))
PERIODS = {
    "1901 to 2008": ((1700, 1901), (1901, 2009)),
    "1851 to 1900": ((1700, 1851), (1851, 1901)),
    "before 1901": ((1901, 2009), (1700, 1901)),
}
"""Years that are judged → first year learnt from and first one no more; the same of the judged."""


@lru_cache(maxsize=len(AHEAD) + 1)
def lagged(ahead=1):
    """Years (n,) int64, the nine numbers known `ahead` years before (n, 9), the year's own (n,).

    The newest known number comes first. `ahead`: an int from 1.
    """
    years, numbers = (torch.from_numpy(values) for values in sunspots())
    known = numbers.unfold(0, LAGS, 1)[:-ahead].flip(1)
    return years[LAGS + ahead - 1 :], known, numbers[LAGS + ahead - 1 :]


def parts(ahead=1, period="1901 to 2008"):
    """What is learnt from, and the new years, a name of PERIODS: (x, y), (x_new, y_new).

    x (n, 9): the nine numbers known `ahead` years before; y (n,): the numbers to foretell.
    """
    years, x, y = lagged(ahead)
    old, new = (torch.isin(years, torch.arange(*ends)) for ends in PERIODS[period])
    return (x[old], y[old]), (x[new], y[new])


def with_ones(x):
    """x (n, k) with a column of ones in front."""
    return torch.cat([torch.ones_like(x[:, :1]), x], 1)


def least_squares(x, y):
    """Coefficients (1 + k,), the constant first, of the least-squares fit of y (n,) by x (n, k)."""
    return torch.linalg.lstsq(with_ones(x), y[:, None], driver="gelsd").solution[:, 0]


def one_year_ahead():
    """The numbers of 1901 to 2008 and their least-squares forecasts, cut at 0: y (108,), p (108,)."""
    old, (x, y) = parts()
    return y, (with_ones(x) @ least_squares(*old)).clamp(min=0)


# 1 · Metrics and units


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
    return 1 - (y - p).square().mean(-1) / y.var(-1, correction=0)


METRICS = {"RMSE": rmse, "MAE": mae, "MAPE": mape, "R²": r_squared}


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


def rescale(values, s, c):
    """s·values + c, rounded to ten decimals: decimal s and c that lead to 0 lead to 0 exactly."""
    return torch.round(s * values + c, decimals=10)


# 2 · The guess that a metric rewards


def weighted_median(values, weights):
    """The smallest of `values` up to which at least half of the weight lies; vectors."""
    order = values.argsort()
    reached = weights[order].cumsum(0)
    return values[order][(2 * reached >= reached[-1]).int().argmax()]


def best_constants(y, shift=0.0):
    """The constants that minimise MSE, MAE and MAPE over y (n,), MAPE after adding `shift`.

    Three tensors (), by name, all without the shift.
    """
    return {
        "MSE": y.mean(),
        "MAE": weighted_median(y, torch.ones_like(y)),
        "MAPE": weighted_median(y, 1 / (y + shift).abs()),
    }


def constant_losses(y, guesses, shift=0.0):
    """MSE, MAE and MAPE (m,) of constant guesses (m,) over y (n,), MAPE after adding `shift`."""
    error = (guesses[:, None] - y).abs()
    return {
        "MSE": error.square().mean(-1),
        "MAE": error.mean(-1),
        "MAPE": (error / (y + shift).abs()).mean(-1),
    }


# 3 · Does the unit of the target change the model?

STEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SCALES = tuple(float(f"{10 ** (i / 2):.3g}") for i in range(-8, 7))
RATES = tuple(float(f"{10 ** (i / 2):.3g}") for i in range(-8, 1))
MODELS = {
    "network, SGD": (True, "SGD"),
    "network, Adam": (True, "Adam"),
    "linear, SGD": (False, "SGD"),
    "linear, Adam": (False, "Adam"),
}
"""Name → whether it has a hidden layer, and the optimiser."""


def standardise(values, reference):
    """`values` less the mean of `reference`, in its standard deviations; columns each by itself."""
    return (values - reference.mean(0)) / reference.std(0, correction=0)


@lru_cache(maxsize=1)
def inputs():
    """`parts()` with the nine inputs standardised by the years up to 1900."""
    (x, y), (x_new, y_new) = parts()
    return (standardise(x, x), y), (standardise(x_new, x), y_new)


def network(hidden=True, seed=0):
    """A network 9–16–1 with ReLU as torch starts it after a seed, or a linear model 9–1 at 0."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [nn.Linear(LAGS, 16), nn.ReLU(), nn.Linear(16, 1)]
    model = nn.Sequential(*(layers if hidden else [nn.Linear(LAGS, 1)])).double()
    if not hidden:
        nn.init.zeros_(model[0].weight)
        nn.init.zeros_(model[0].bias)
    return model


def ridge(x, y, alpha):
    """Coefficients (1 + k,) of least mean (y − Xw − b)² + alpha·Σw², b first; x has mean 0."""
    gram = x.T @ x / len(y) + alpha * torch.eye(x.shape[1], dtype=x.dtype)
    return torch.cat([y.mean()[None], torch.linalg.solve(gram, x.T @ (y - y.mean()) / len(y))])


def lasso(x, y, alpha, rate=0.5, steps=5000):
    """Coefficients (1 + k,) of least mean (y − Xw − b)²/2 + alpha·Σ|w|, b first; x has mean 0.

    Each step goes downhill, and then moves each weight towards 0 by rate·alpha.
    """
    gram, pull = x.T @ x / len(y), x.T @ (y - y.mean()) / len(y)
    w = torch.zeros_like(pull)
    for _ in range(steps):
        w = F.softshrink(w - rate * (gram @ w - pull), rate * alpha)
    return torch.cat([y.mean()[None], w])


def rmse_in_unit(fit, scale, alpha):
    """RMSE () on the new years, in the original unit, of fit(x, scale·y, alpha) from inputs()."""
    (x, y), (x_new, y_new) = inputs()
    return rmse(y_new, with_ones(x_new) @ fit(x, scale * y, alpha) / scale)


@lru_cache(maxsize=1)
def stored():
    """What data/loss_scaling_sunspots.py has computed, as a dict of float64 tensors.

    units: (MODELS, SCALES, RATES, STEPS), RMSE on 1901 to 2008 in the original unit, infinite once
    a model has overflowed; standardised: the same without the dimension of scales; forest:
    (SCALES,) RMSE of random forests.
    """
    with np.load(DATA / "loss_scaling_sunspots.npz") as file:
        return {name: torch.from_numpy(file[name]).double() for name in file.files}


# 5 · log1p changes the question

FITS = ("line", "log1p", "times exp")


def log_fit(x, y):
    """Coefficients (1 + k,) of the line through log(1 + y) in log(1 + x), and its residuals (n,)."""
    w = least_squares(torch.log1p(x), torch.log1p(y))
    return w, torch.log1p(y) - with_ones(torch.log1p(x)) @ w


@lru_cache(maxsize=2 * len(AHEAD))
def three_fits(ahead, period="1901 to 2008"):
    """Forecasts of three fits for the years learnt from and those of `period`: pairs (y, fits).

    fits: name of FITS → forecasts, cut at 0. "line": least squares on y; "log1p": least squares on
    log(1 + y) by the logarithms of the inputs, taken back by expm1; "times exp": the same with
    1 + forecast multiplied by exp(σ²/2), σ² the mean squared residual.
    """
    old, new = parts(ahead, period)
    line, (w, residuals) = least_squares(*old), log_fit(*old)
    half = residuals.square().mean() / 2
    found = []
    for x, y in (old, new):
        logs = with_ones(torch.log1p(x)) @ w
        p = with_ones(x) @ line, torch.expm1(logs), torch.expm1(logs + half)
        found.append((y, {name: q.clamp(min=0) for name, q in zip(FITS, p, strict=True)}))
    return found


def skewed_study(sigma, seed=1, n=4000, n_new=20_000):
    """The same fits to made-up pairs with log(1 + y) = 0.5 + 0.5·x + sigma·noise, normal noise.

    Name → (RMSE, mean forecast ÷ mean y), floats, on `n_new` new pairs; names "line", "log1p",
    "times exp", "factor on y" (not on 1 + y).
    """
    generator = torch.Generator().manual_seed(seed)

    def drawn(n):
        x = 4 * torch.rand(n, generator=generator, dtype=torch.float64)
        noise = torch.randn(n, generator=generator, dtype=torch.float64)
        return x[:, None], torch.expm1(0.5 + 0.5 * x + sigma * noise)

    (x, y), (x_new, y_new) = drawn(n), drawn(n_new)
    logs = least_squares(x, torch.log1p(y))
    half = (torch.log1p(y) - with_ones(x) @ logs).square().mean() / 2
    found = {
        "line": with_ones(x_new) @ least_squares(x, y),
        "log1p": torch.expm1(with_ones(x_new) @ logs),
        "times exp": torch.expm1(with_ones(x_new) @ logs + half),
        "factor on y": torch.expm1(with_ones(x_new) @ logs) * half.exp(),
    }
    return {
        name: (float(rmse(y_new, p)), float(p.mean() / y_new.mean())) for name, p in found.items()
    }


# 6 · Which forecast is better?

SCORES = {"RMSE": rmse, "MAE": mae, "MAPE": mape, "sMAPE": smape}
BLOCKS = (1, 11, 22)


@lru_cache(maxsize=8)
def resamples(n, block, times=2000):
    """Rows of indices (times, n): `n` years drawn again in blocks of neighbours, around the end."""
    generator = torch.Generator().manual_seed(0)
    starts = torch.randint(n, (times, -(-n // block), 1), generator=generator)
    return ((starts + torch.arange(block)) % n).flatten(1)[:, :n]


def ratio_interval(metric, y, p, q, block=11):
    """metric of q ÷ metric of p over the years y (n,), and its 95 % interval: three floats.

    A percentile bootstrap of 2000 draws in blocks of `block` years, the same for both forecasts.
    With ten blocks it is rather too short.
    """
    chosen = resamples(len(y), block)
    ratios = metric(y[chosen], q[chosen]) / metric(y[chosen], p[chosen])
    low, high = torch.quantile(ratios, ratios.new_tensor([0.025, 0.975])).tolist()
    return float(metric(y, q) / metric(y, p)), low, high


@lru_cache(maxsize=len(AHEAD) * len(BLOCKS))
def lead_of_log(ahead, block=11, period="1901 to 2008"):
    """`ratio_interval` of the log fit over the line in `period`, by the names of SCORES.

    Years whose number is 0 are left out, for all scores.
    """
    y, fits = three_fits(ahead, period)[1]
    y, p, q = y[y > 0], fits["line"][y > 0], fits["log1p"][y > 0]
    return {name: ratio_interval(metric, y, p, q, block) for name, metric in SCORES.items()}


def beats_training(new):
    """Whether least squares, learnt from the other years, has the higher R² on the years `new`.

    One year ahead; new: a bool tensor (300,), one for each year from 1709 to 2008. Returns a bool.
    """
    _, x, y = lagged()
    w = least_squares(x[~new], y[~new])
    test, train = (r_squared(y[some], with_ones(x[some]) @ w) for some in (new, ~new))
    return bool(test > train)
