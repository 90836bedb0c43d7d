"""Losses that charge more for a wrong sign: what they charge, where their minimum is, what they buy.

x is a prediction, t the truth, λ the weight of a penalty; tensors are torch's, of float64.
"""

import math
from functools import cache, lru_cache

import torch

from helpers.teaching.data import sunspots

# The real data: yearly sunspot numbers

YEARS_KNOWN = tuple(range(2, 13))
FIRST_TEST_YEAR = 1900


@lru_cache(maxsize=1)
def sunspot_changes():
    """What is known at the end of each year, and the next year's change of the sunspot number.

    Returns years (297,): those that change is predicted for, 1712 … 2008; known (297, 12): the
    number in the year before, two years before, …; change (297,). float64.
    """
    years, number = sunspots()
    number = torch.from_numpy(number)
    most = max(YEARS_KNOWN)
    known = torch.stack([number[most - back : -back] for back in range(1, most + 1)], 1)
    return torch.from_numpy(years[most:]), known, number.diff()[most - 1 :]


def split_at_1900(years_known=2):
    """Inputs and changes of the years before 1900 and of those from 1900 on: z, t, z_new, t_new.

    z (188, years_known + 1), z_new (109, years_known + 1): the numbers of the last years, less
    their mean and divided by their standard deviation (both before 1900), and a column of ones.
    t (188,), t_new (109,): how much the number changed. float64.
    """
    years, known, change = sunspot_changes()
    old = years < FIRST_TEST_YEAR
    scaled = (known - known[old].mean(0)) / known[old].std(0)
    one = torch.ones(len(known), 1, dtype=known.dtype)
    z = torch.cat([scaled[:, :years_known], one], 1)
    return z[old], change[old], z[~old], change[~old]


# 1 · The turned paraboloid


def elliptic_paraboloid(prediction, truth, c_diff_sign, c_same_sign):
    """The elliptic paraboloid turned by 45°, one loss for each element.

    prediction, truth: tensors or numbers that broadcast; the constants: numbers or tensors above 0.
    """
    along = (prediction + truth) / math.sqrt(2)
    across = (prediction - truth) / math.sqrt(2)
    return along**2 / c_diff_sign + across**2 / c_same_sign


# 2 · Where its minimum is


def kappa(c_diff_sign, c_same_sign):
    """The factor κ: for a truth t the paraboloid is least at κt, where it is 2t²/(c_d + c_s)."""
    return (c_diff_sign - c_same_sign) / (c_diff_sign + c_same_sign)


# 3 · Losses that keep their minimum


# Name in the figure and the table → loss of (x, t, λ), elementwise.
LOSSES = {
    "(x − t)² + λ·relu(−x·t)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(-x * t),
    "(x − t)² + λ·relu(−x)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(-x),
    "(x − t)² + λ·relu(−t)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(-t),
    "(x − t)² + λ·relu(1 − x·t)": lambda x, t, w: (x - t) ** 2 + w * torch.relu(1 - x * t),
    "(x − t)² + λ·[x·t < 0]": lambda x, t, w: (x - t) ** 2 + w * (x * t < 0),
    "(x − t)²·(1 + λ·[x·t < 0])": lambda x, t, w: (x - t) ** 2 * (1 + w * (x * t < 0)),
}

# What the page's table lists, at λ = 3: name → loss of (x, t).
AUDITED = {
    "(x − t)²": lambda x, t: (x - t) ** 2,
    "turned paraboloid (4, 2)": lambda x, t: elliptic_paraboloid(x, t, 4.0, 2.0),
    **{name: (lambda x, t, loss=loss: loss(x, t, 3.0)) for name, loss in LOSSES.items()},
}

REQUIREMENTS = ("order", "minimum", "push", "symmetry", "convexity", "even")


def requirements(loss):
    """Which of REQUIREMENTS a loss of (x, t) meets: dict from name to bool.

    order: −t costs more than 3t. minimum: the loss falls just left of t and rises just right of it,
    and no other x costs as little. push: past zero it is steeper than as far from t on the other
    side. symmetry: (−x, −t) costs what (x, t) does. convexity: in x, by second differences. even:
    for a truth of a hundredth the push at −1 is at least half of what it is for a truth of 1.
    Each for six truths and x = −6, −5.99, …, 6; `loss` takes and returns float64 tensors.
    """
    x = torch.arange(-600, 601, dtype=torch.float64) / 100
    t = torch.tensor([0.5, 1.0, 2.0, -0.5, -1.0, -2.0], dtype=torch.float64)[:, None]
    costs = loss(x, t) + 0 * x * t  # a constant loss broadcasts, too
    elsewhere = (x - t).abs() > 1e-9
    alone = ((costs > loss(t, t) + 0 * t) | ~elsewhere).all()
    left, right = slope(loss, t - 1e-6, t), slope(loss, t + 1e-6, t)
    one = t.sign()
    large, small = push(loss, -one, one), push(loss, -one, one / 100)
    return {
        "order": bool((loss(-t, t) + 0 * t > loss(3 * t, t) + 1e-9).all()),
        "minimum": bool(alone & (left < 0).all() & (right > 0).all()),
        "push": bool((push(loss, -t / 2, t) > 1e-9).all()),
        "symmetry": bool(torch.allclose(costs, loss(-x, -t) + 0 * x * t)),
        "convexity": bool((costs.diff(n=2) > -1e-9).all()),
        "even": bool(((small > 1e-9) & (small > large / 2 - 1e-9)).all()),
    }


def slope(loss, x, t):
    """∂loss(x, t)/∂x by autograd, elementwise; 0 for a loss that x does not enter."""
    x = x.detach().requires_grad_()
    costs = (loss(x, t) + 0 * x).sum()
    return torch.autograd.grad(costs, x)[0]


def push(loss, x, t):
    """By how much a loss is steeper at x than as far from t on the other side, elementwise."""
    return slope(loss, x, t).abs() - slope(loss, 2 * t - x, t).abs()


# 4 · How hard the penalty pushes

# Name in the figure → the penalty's slope for truths of this size and a unit.
PUSHES = {
    "λ·|t|, from relu(−x·t)": lambda t, unit: t.abs(),
    "even: λ for every truth": lambda t, unit: unit * t.sign().abs(),
}
UNITS = (1, 10)
WEIGHTS = tuple(range(11))


def fit_linear(features, truth, pushes, steps=500):
    """Coefficients w that minimise the mean of (x − t)² + g·relu(−x·sign t), with x = zw.

    features (…, n, p), truth (n,), pushes g ≥ 0 (n, k): one fit for each column; result (…, k, p).
    ADMM on x = zw: the step in x has a closed form for each sample, the step in w is a
    least-squares fit. Source: Boyd et al., Distributed Optimization and Statistical Learning via
    ADMM, 2011.
    """
    rho = 4.0
    solve = torch.linalg.pinv(features)
    truth = truth[:, None]
    sign, pull = torch.sign(truth), pushes / (2 + rho)
    w = (solve @ truth).expand(*solve.shape[:-1], pushes.shape[1])
    fitted, dual = features @ w, 0
    for _ in range(steps):
        x = (2 * truth + rho * (fitted - dual)) / (2 + rho)  # without the penalty
        past = torch.relu(-sign * x)  # how far on the wrong side of zero
        x = x + sign * torch.minimum(past, pull)
        w = solve @ (x + dual)
        fitted = features @ w
        dual = dual + x - fitted
    return w.mT


@cache
def directions_by_push(name, unit):
    """Directions right in 1900 … 2008, of 109, for each weight; two years known; (11,) int64.

    name: one of PUSHES; unit: how many sunspots the truths and λ are counted in.
    """
    z, t, z_new, t_new = split_at_1900()
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    w = fit_linear(z, t / unit, PUSHES[name](t / unit, 1)[:, None] * weights, steps=2000)
    return ((w @ z_new.T) * t_new > 0).sum(1)


@lru_cache(maxsize=1)
def wrong_years():
    """Truths of the years before 1900 whose direction least squares gets wrong, and of the others.

    Two years known; a year without a change is left out. Two tensors, (38,) and (149,).
    """
    z, t, *_ = split_at_1900()
    product = z @ (torch.linalg.pinv(z) @ t) * t
    return t[product < 0], t[product > 0]


def fitted_draws(rare=False):
    """Predictions of a line, and the truths that it is fitted to; (1000,) each.

    The truths are z plus standard noise; if `rare`, gains near 0.5 and, in a tenth, large losses.
    """
    z, noise = (sample[0] for sample in noisy_samples(1000, 1))
    features = torch.stack([z, torch.ones_like(z)], 1)
    truth = 0.5 + 0.03 * z + 0.1 * noise - 2.2 * (noise < -1.28) if rare else z + noise
    return features @ (torch.linalg.pinv(features) @ truth), truth


# 5 · Noise

SHAPES = {"straight": lambda z: z, "bent": lambda z: torch.exp(z) - 1.5}
SHAPES["higher"] = lambda z: torch.exp(z) - 0.5  # bent in the same way; not in the figure
NOISES = tuple(i / 4 for i in range(7))
DRAWS, SIZES = 10, (100, 4000)


@lru_cache(maxsize=4)
def noisy_samples(points=100, draws=DRAWS):
    """Inputs z, even on −2 … 2, and standard noise, of several draws; two of (draws, points)."""
    generator = torch.Generator().manual_seed(4)
    z = 4 * torch.rand(draws, points, generator=generator, dtype=torch.float64) - 2
    return z, torch.randn(draws, points, generator=generator, dtype=torch.float64)


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


@cache
def noisy_lines(shape, noise, points=100):
    """Slope and bias learnt in every draw and with every weight; (10, 11, 2)."""
    z, standard = noisy_samples(points)
    truth = SHAPES[shape](z) + noise * standard
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
def noisy_scores(shape, noise, points=100):
    """Learnt slope, test error and share of right signs, by draw and weight; (3, 10, 11).

    shape: one of SHAPES; noise: one of NOISES. As `line_quality` of `noisy_lines`.
    """
    lines = noisy_lines(shape, noise, points)
    return torch.stack([lines[..., 0], *line_quality(lines, shape, noise)])


# 6 · A classifier

METHODS = ("squared error", "paraboloid (4, 2)", "with penalty", "classifier", "as last year")


def fit_classifier(features, label, steps=25):
    """Logistic regression by Newton's method; features (…, n, p), label (…, n) 0 or 1.

    Returns coefficients (…, p).
    """
    w = torch.zeros(*features.shape[:-2], features.shape[-1], dtype=features.dtype)
    for _ in range(steps):
        p = torch.sigmoid((features @ w[..., None])[..., 0])
        gradient = (features * (p - label)[..., None]).sum(-2)
        curvature = features.mT @ (features * (p * (1 - p))[..., None])
        w = w - (torch.linalg.pinv(curvature) @ gradient[..., None])[..., 0]
    return w


def sign_test(wins, losses):
    """The chance of a split at least as uneven as wins : losses if each is a toss of a fair coin."""
    n, fewer = wins + losses, min(wins, losses)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n)


def classifier_against_regression(shape, noise, points=100, draws=100, outlier=1):
    """In how many draws the classifier, and in how many squared error, has more signs right.

    Both are lines, fitted to one draw and judged on endless new data (`line_quality`). Every 20th
    truth of a draw has `outlier` times the noise. Returns two whole numbers, wins and losses of the
    classifier.
    """
    z, standard = noisy_samples(points, draws)
    standard = torch.where(torch.arange(points) % 20 == 0, outlier, 1) * standard
    truth = SHAPES[shape](z) + noise * standard
    features = torch.stack([z, torch.ones_like(z)], -1)
    plain = (torch.linalg.pinv(features) @ truth[..., None])[..., 0]
    chosen = fit_classifier(features, (truth > 0).double())
    lead = line_quality(chosen, shape, noise)[1] - line_quality(plain, shape, noise)[1]
    return int((lead > 1e-9).sum()), int((lead < -1e-9).sum())  # a tie is no win


@cache
def sunspot_predictions(years_known=2):
    """Predicted changes of 1900 … 2008 by models fitted to the years before: dict from method.

    Shape (weights λ, or 1; 109 years). Of the classifier's scores only the sign counts.
    """
    z, t, z_new, _ = split_at_1900(years_known)
    known = sunspot_changes()[1][-len(z_new) :]
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    penalised = fit_linear(z, t, t.abs()[:, None] * weights) @ z_new.T
    scores = z_new @ fit_classifier(z, (t > 0).double())
    last = known[:, 0] - known[:, 1]
    found = penalised[:1], kappa(4.0, 2.0) * penalised[:1], penalised, scores[None], last[None]
    return dict(zip(METHODS, found, strict=True))


def _chosen(method, years_known, weight):
    x = sunspot_predictions(years_known)[method]
    return x[WEIGHTS.index(weight) if len(x) > 1 else 0]


def sunspot_right(method, years_known=2, weight=3):
    """In which of the years 1900 … 2008 a method's direction is right; (109,) bool."""
    return _chosen(method, years_known, weight) * split_at_1900()[3] > 0


def sunspot_error(method, years_known=2, weight=3):
    """Root of the mean squared error of a method's changes in 1900 … 2008, a float."""
    return float(((_chosen(method, years_known, weight) - split_at_1900()[3]) ** 2).mean().sqrt())


def leads_of_the_classifier():
    """By how many right directions it leads squared error, for each number of years known; a list."""
    both = ("classifier", "squared error")
    counts = [[int(sunspot_right(m, years).sum()) for m in both] for years in YEARS_KNOWN]
    return [classifier - plain for classifier, plain in counts]


def wins_and_losses(right, other):
    """In how many years only the first is right, and in how many only the second; bool tensors."""
    return int((right & ~other).sum()), int((other & ~right).sum())
