"""Notebook 04: its equations, its formulas and its figures against other ways to get them."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sign_aware_loss import bowl, exercises, figures, formulas
from helpers.teaching.data import sunspots

CONSTANT = st.floats(0.01, 100)
NUMBER = st.floats(-5, 5)
FEW = settings(max_examples=60)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def draws(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def turned(x, t, c_d, c_s):
    """The paraboloid by the definition: turn (t, x) by −45°, then divide by the constants."""
    angle = math.pi / 4
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return float((turn @ [t, x]) ** 2 @ [1 / c_d, 1 / c_s])


# 1 · The surface


@FEW
@given(NUMBER, NUMBER, CONSTANT, CONSTANT)
def test_the_sum_of_two_squares_is_the_bowl_turned_by_45_degrees(x, t, c_d, c_s):
    expected = turned(x, t, c_d, c_s)
    printed = (x + t) ** 2 / (2 * c_d) + (x - t) ** 2 / (2 * c_s)
    assert printed == pytest.approx(expected, rel=1e-12, abs=1e-12)
    found = formulas.elliptic_paraboloid(tensor(x), tensor(t), c_d, c_s)
    assert float(found) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@FEW
@given(st.floats(0.01, 5), st.sampled_from([-1, 1]), CONSTANT, CONSTANT)
def test_the_order_is_reversed_for_every_positive_pair(size, sign, c_d, c_s):
    t = sign * size
    wrong, right = turned(-t, t, c_d, c_s), turned(3 * t, t, c_d, c_s)
    assert wrong < right
    assert (wrong, right) == (
        pytest.approx(2 * t**2 / c_s),
        pytest.approx(8 * t**2 / c_d + 2 * t**2 / c_s),
    )


# 2 · Where its minimum is


@FEW
@given(NUMBER, NUMBER, CONSTANT, CONSTANT)
def test_eq_2_1_is_the_derivative_of_the_turned_bowl(x, t, c_d, c_s):
    at = tensor(x).requires_grad_()
    (slope,) = torch.autograd.grad(formulas.elliptic_paraboloid(at, t, c_d, c_s).sum(), at)
    assert float(slope) == pytest.approx((x + t) / c_d + (x - t) / c_s, rel=1e-9, abs=1e-9)


@FEW
@given(NUMBER, NUMBER, CONSTANT, CONSTANT)
def test_up_to_a_factor_and_a_constant_it_is_squared_error_against_kappa_t(x, t, c_d, c_s):
    factor = (1 / c_d + 1 / c_s) / 2
    square = factor * (x - formulas.kappa(c_d, c_s) * t) ** 2 + 2 * t**2 / (c_d + c_s)
    assert square == pytest.approx(turned(x, t, c_d, c_s), rel=1e-9, abs=1e-9)
    assert -1 < formulas.kappa(c_d, c_s) < 1


@pytest.mark.parametrize(("c_d", "c_s"), [(4, 2), (2, 4), (10, 0.5), (3, 3)])
@pytest.mark.parametrize("t", [3.0, -1.5, 0.0])
def test_the_minimum_is_where_a_search_finds_it(c_d, c_s, t):
    x = torch.linspace(-4, 4, 80001, dtype=torch.float64)
    found = float(x[formulas.elliptic_paraboloid(x, t, c_d, c_s).argmin()])
    assert found == pytest.approx(formulas.kappa(c_d, c_s) * t, abs=1e-4)
    assert float(exercises.paraboloid_minimum(tensor(t), c_d, c_s)) == pytest.approx(
        found, abs=1e-4
    )


@pytest.mark.parametrize(("c_d", "c_s"), [(4.0, 2.0), (2.0, 4.0), (100.0, 1.0)])
def test_a_regression_learns_kappa_times_least_squares(c_d, c_s):
    z = draws(40, 3)
    truth = z @ tensor(3.0, -1.0, 0.5) + 0.5 + draws(40, seed=1)
    features = torch.cat([z, torch.ones(40, 1, dtype=torch.float64)], 1)
    theta = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [theta],
        max_iter=500,
        tolerance_grad=1e-12,
        tolerance_change=1e-15,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimiser.zero_grad()
        loss = formulas.elliptic_paraboloid(features @ theta, truth, c_d, c_s).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    kappa = formulas.kappa(c_d, c_s)
    least_squares = np.linalg.lstsq(features.numpy(), truth.numpy(), rcond=None)[0]
    assert theta.detach().numpy() == pytest.approx(kappa * least_squares, abs=1e-6)


# 3 · Losses that keep their minimum


def sign_penalty(x, t, weight):
    return formulas.LOSSES["(x − t)² + λ·relu(−x·t)"](x, t, weight)


def test_eq_3_1_gives_the_known_values():
    found = sign_penalty(tensor(-1, 3, 2, -3), tensor(1, 1, -2, -1), 1.0)
    assert found.tolist() == [5, 4, 20, 4]
    x, t = draws(50), draws(50, seed=1)
    by_hand = [
        (a - b) ** 2 + (3 * abs(a * b) if a * b < 0 else 0)
        for a, b in zip(x.tolist(), t.tolist(), strict=True)
    ]
    assert sign_penalty(x, t, 3.0).tolist() == pytest.approx(by_hand)


@FEW
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=5), st.floats(0, 10))
def test_its_derivative_is_that_of_the_exercise(pairs, weight):
    x, t = torch.tensor(pairs, dtype=torch.float64).T
    keep = (x * t).abs() > 1e-3  # gradcheck's differences must not cross the kink
    x, t = x[keep].clone().requires_grad_(), t[keep]
    if not len(x):
        return
    assert torch.autograd.gradcheck(lambda x: sign_penalty(x, t, weight), x, atol=1e-5)
    (slope,) = torch.autograd.grad(sign_penalty(x, t, weight).sum(), x)
    assert slope.tolist() == pytest.approx(
        exercises.sign_penalty_gradient(x, t, weight).tolist(), rel=1e-12, abs=1e-12
    )


def test_at_the_kink_the_derivative_is_torch_s():
    x, t = tensor(0.0, 0.0, 1.5).requires_grad_(), tensor(2.0, -1.0, 0.0)
    (slope,) = torch.autograd.grad(sign_penalty(x, t, 3.0).sum(), x)
    assert torch.equal(slope, exercises.sign_penalty_gradient(x, t, 3.0).detach())


MET = {
    "(x − t)²": "minimum symmetry convexity",
    "turned paraboloid (4, 2)": "symmetry convexity",
    "(x − t)² + λ·relu(−x·t)": "order minimum push symmetry convexity",
    "(x − t)² + λ·relu(−x)": "convexity",
    "(x − t)² + λ·relu(−t)": "minimum convexity",
    "(x − t)² + λ·relu(1 − x·t)": "order push symmetry convexity",
    "(x − t)² + λ·[x·t < 0]": "order minimum symmetry",
    "(x − t)²·(1 + λ·[x·t < 0])": "order minimum push symmetry even",
}


@pytest.mark.parametrize("name", formulas.AUDITED)
def test_the_table_of_requirements(name):
    met = formulas.requirements(formulas.AUDITED[name])
    assert [key for key in formulas.REQUIREMENTS if met[key]] == MET[name].split()
    assert list(met) == list(formulas.REQUIREMENTS)


def even(x, t):
    return exercises.even_push_loss(x, t, 3.0)


@pytest.mark.parametrize(
    ("loss", "missed"),
    [
        (even, set()),
        (lambda x, t: (x - t) ** 2 + 3 * torch.relu(x * t), {"order", "minimum", "push", "even"}),
        (lambda x, t: (x - t).abs() + 3 * torch.relu(-x * t), {"even"}),
        (lambda x, t: torch.zeros(()), {"order", "minimum", "push", "even"}),
        (lambda x, t: -((x - t) ** 2), {"order", "minimum", "push", "convexity", "even"}),
        (lambda x, t: even(x, t) + 0.1 * x, {"minimum", "symmetry"}),
        # Its minimum is nearer to t than a grid would see.
        (
            lambda x, t: formulas.elliptic_paraboloid(x, t, 1000.0, 1.0),
            {"order", "minimum", "push", "even"},
        ),
        (
            lambda x, t: (x - t) ** 2 + 3 * torch.nn.functional.softplus(-x * t),
            {"minimum", "even"},
        ),
    ],
)
def test_the_requirement_test_sees_other_losses(loss, missed):
    met = formulas.requirements(loss)
    assert {key for key in met if not met[key]} == missed


def train(loss, steps=300):
    """The page's loop: coefficients after so many steps, and its directions right since 1900."""
    z, t, z_new, t_new = formulas.split_at_1900()
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(loss(z @ w, t).mean(), w)
        w.data -= 0.2 * gradient
    return w.data, int((z_new @ w * t_new > 0).sum())


@pytest.mark.parametrize(
    ("penalty", "right"),
    [
        (lambda x, t: 30 * torch.relu(-x), 78),
        (lambda x, t: 100 * torch.relu(-t), 88),
        (lambda x, t: 3 * torch.relu(-x * t), 91),
    ],
)
def test_what_section_3_trains_has_settled(penalty, right):
    """A step more or less, or a smaller rate, changes nothing: it is the minimum, no jump."""
    at_300, *others = [
        train(lambda x, t: (x - t) ** 2 + penalty(x, t), steps) for steps in (300, 299, 301, 1001)
    ]
    assert at_300[1] == right
    for w, count in others:
        assert count == right and torch.allclose(w, at_300[0], atol=1e-6)


# 4 · How hard the penalty pushes


@FEW
@given(NUMBER, NUMBER, st.floats(0.01, 100), st.floats(0, 10))
def test_the_penalty_has_the_unit_of_a_squared_error(x, t, a, weight):
    scaled = sign_penalty(tensor(a * x), tensor(a * t), weight)
    assert float(scaled) == pytest.approx(
        a**2 * float(sign_penalty(tensor(x), tensor(t), weight)), rel=1e-9, abs=1e-12
    )


def test_the_even_push_is_the_slope_of_the_design():
    t = tensor(2.0, -2.0, 0.01, -0.01)
    past = -1e-9 * t.sign()
    slope = formulas.slope(even, past, t).abs()
    push = formulas.PUSHES["even: λ for every truth"](t, 1)
    assert slope.tolist() == pytest.approx((2 * t.abs() + 3 * push).tolist(), abs=1e-6)


def test_an_even_push_depends_on_the_unit_and_the_other_does_not():
    """Numbers in tens: the same directions as a weight ten times as large for single ones."""
    z, t, z_new, t_new = formulas.split_at_1900()
    for unit in formulas.UNITS:
        w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        for step in range(3000):
            loss = exercises.even_push_loss(z @ w, t / unit, 3.0).mean()
            (gradient,) = torch.autograd.grad(loss, w)
            w.data -= 0.2 / (1 + step / 300) * gradient
        right = int(((z_new @ w) * t_new > 0).sum())
        assert right == int(formulas.directions_by_push("even: λ for every truth", unit)[3])


def test_wrong_years_are_those_with_the_wrong_direction():
    wrong, others = formulas.wrong_years()
    assert (len(wrong), len(others)) == (38, 149)
    medians = [float(torch.quantile(part.abs(), 0.5)) for part in (wrong, others)]
    assert medians == pytest.approx([5.3, 16.1], abs=0.06)


@pytest.mark.parametrize("unit", [1, 10])
def test_the_pushes_win_no_small_change(unit):
    z, t, *_ = formulas.split_at_1900()
    small = (t.abs() < 5) & (t != 0)
    for push in (lambda t, unit: 0 * t, *formulas.PUSHES.values()):
        for steps in (500, 5000):
            (w,) = formulas.fit_linear(z, t, 3 * push(t, unit)[:, None], steps=steps)
            assert (int((z @ w * t > 0)[small].sum()), int(small.sum())) == (20, 38)


def test_signs_can_go_wrong_where_truths_are_large():
    x, truth = formulas.fitted_draws(rare=True)
    wrong, others = (truth[side * x * truth > 0].abs() for side in (-1, 1))
    assert 80 < len(wrong) < 120 and len(wrong) + len(others) == len(truth) == 1000
    medians = [float(torch.quantile(part, 0.5)) for part in (wrong, others)]
    assert medians == pytest.approx([1.88, 0.51], abs=0.01)


# 5 · Noise


@pytest.mark.parametrize("weight", [0.0, 0.5, 2.0, 10.0])
@pytest.mark.parametrize("mean", [0.2, 1.0, 3.0, -0.4])
def test_eq_5_1_is_zero_at_the_best_prediction(mean, weight):
    truths = torch.exp(draws(2001)) * 1.3
    truths = truths - truths.mean() + mean  # skewed, with this mean
    best = float(exercises.best_prediction(truths, weight))
    x = torch.linspace(-4, 4, 4001, dtype=torch.float64)
    expected = torch.stack([sign_penalty(x, t, weight) for t in truths]).mean(0)
    assert float(x[expected.argmin()]) == pytest.approx(best, abs=2e-3)
    if best > 0:
        reach = float(torch.relu(-truths).mean())
        assert 2 * (best - mean) + weight * reach == pytest.approx(0, abs=1e-9)
        at = torch.full_like(truths, best)
        slope = formulas.slope(lambda x, t: sign_penalty(x, t, weight), at, truths).mean()
        assert float(slope) == pytest.approx(0, abs=1e-9)


def objective(features, truth, weight, theta):
    x = features @ theta
    return float(((x - truth) ** 2 + weight * torch.relu(-x * truth)).mean())


@pytest.mark.parametrize("weight", [0.0, 3.0, 10.0])
def test_no_step_away_from_the_fit_lowers_its_loss(weight):
    features, truth = draws(60, 4), draws(60, seed=1) + draws(60, 4)[:, 0]
    (theta,) = formulas.fit_linear(features, truth, weight * truth.abs()[:, None], steps=5000)
    least = objective(features, truth, weight, theta)
    for direction in draws(100, 4, seed=2):
        for length in (1e-4, 1e-2, 1.0):
            # The loss is convex, so this is a global minimum up to rounding.
            assert objective(features, truth, weight, theta + length * direction) > least - 1e-9


@pytest.mark.parametrize("shape", formulas.SHAPES)
@pytest.mark.parametrize("noise", [0.0, 1.0, 1.5])
def test_rising_lines_are_the_penalised_fits(shape, noise):
    z, standard = (sample[3] for sample in formulas.noisy_samples())
    truth = formulas.SHAPES[shape](z) + noise * standard
    weights = torch.tensor(formulas.WEIGHTS, dtype=torch.float64)
    features = torch.stack([z, torch.ones_like(z)], 1)
    fits = formulas.fit_linear(features, truth, truth.abs()[:, None] * weights, steps=4000)
    lines = formulas.fit_rising_lines(z, truth, weights)
    for weight, fit, line in zip(formulas.WEIGHTS, fits, lines, strict=True):
        best = objective(features, truth, weight, fit)
        # The line's zero is on a grid of 0.01.
        assert best - 1e-9 < objective(features, truth, weight, line) < best + 5e-4
    assert torch.allclose(formulas.noisy_lines(shape, noise)[3], lines, atol=1e-12)


def test_the_penalty_can_cost_signs_on_bent_means():
    """exp(z) − 0.5 loses a little; |z| − 0.7 everything, with the optimiser of any line."""
    for points in (100, 4000):
        share = 100 * formulas.noisy_scores("higher", 1.0, points)[2]
        assert -0.3 < float((share[:, 10] - share[:, 0]).mean()) < -0.1
    z, noise = (sample[0] for sample in formulas.noisy_samples(1000))
    features = torch.stack([z, torch.ones_like(z)], 1)
    for sigma in (0.0, 0.05):
        truth = z.abs() - 0.7 + sigma * noise
        pushes = truth.abs()[:, None] * tensor(0.0, 10.0)
        plain, penalised = formulas.fit_linear(features, truth, pushes, steps=4000) @ features.T
        assert (plain > 0.1).all() and penalised.abs().max() < 1e-6


@pytest.mark.parametrize("shape", formulas.SHAPES)
@pytest.mark.parametrize("noise", [0.0, 0.75])
def test_line_quality_is_what_a_simulation_finds(shape, noise):
    generator = torch.Generator().manual_seed(1)
    z = 4 * torch.rand(200_000, generator=generator, dtype=torch.float64) - 2
    truth = formulas.SHAPES[shape](z) + noise * draws(200_000, seed=2)
    error, right = formulas.line_quality(tensor(1.2, 0.3), shape, noise)
    x = 1.2 * z + 0.3
    assert float(error) == pytest.approx(float(((x - truth) ** 2).mean()), rel=0.02)
    assert float(right) == pytest.approx(float((x * truth > 0).double().mean()), abs=0.005)
    assert float(formulas.line_quality(tensor(0.0, 0.0), shape, noise)[1]) == 0.5


# 6 · On real data


def test_the_sunspots_are_statsmodels():
    from statsmodels.datasets.sunspots import load_pandas

    data = load_pandas().data
    years, numbers = sunspots()
    assert (
        years.tolist() == data["YEAR"].tolist() and numbers.tolist() == data["SUNACTIVITY"].tolist()
    )
    assert years.dtype == np.int64 and numbers.dtype == np.float64
    numbers[:] = 0
    assert sunspots()[1].sum() > 0


def test_only_the_past_predicts():
    years, numbers = sunspots()
    number = dict(zip(years.tolist(), numbers.tolist(), strict=True))
    when, known, change = formulas.sunspot_changes()
    assert (int(when[0]), int(when[-1]), len(when)) == (1712, 2008, 297)
    for i in (0, 100, 296):
        year = int(when[i])
        assert known[i].tolist() == [number[year - lag] for lag in range(1, 13)]
        assert float(change[i]) == pytest.approx(number[year] - number[year - 1])


@pytest.mark.parametrize("years_known", [2, 9, 12])
def test_the_models_are_those_of_other_libraries(years_known):
    from sklearn.linear_model import LogisticRegression

    years, known, change = (part.numpy() for part in formulas.sunspot_changes())
    train = years < 1900
    z = np.column_stack([known[:, :years_known], np.ones(len(known))])
    theta = np.linalg.lstsq(z[train], change[train], rcond=None)[0]
    predictions = formulas.sunspot_predictions(years_known)
    plain = predictions["squared error"][0].numpy()
    assert plain == pytest.approx(z[~train] @ theta, abs=1e-8)
    assert predictions["paraboloid (4, 2)"][0].numpy() == pytest.approx(plain / 3)
    last = predictions["as last year"][0].numpy()
    assert last == pytest.approx((known[:, 0] - known[:, 1])[~train])
    scale = known[train].mean(0)[:years_known], known[train].std(0)[:years_known]
    scaled = (known[:, :years_known] - scale[0]) / scale[1]
    model = LogisticRegression(C=1e9, tol=1e-10, max_iter=10_000).fit(
        scaled[train], change[train] > 0
    )
    assert predictions["classifier"][0].numpy() == pytest.approx(
        model.decision_function(scaled[~train]), abs=1e-3
    )


@pytest.mark.parametrize("years_known", [2, 7, 12])
def test_more_steps_of_the_fit_change_no_direction(years_known):
    z, t, z_new, _ = formulas.split_at_1900(years_known)
    pushes = t.abs()[:, None] * torch.tensor(formulas.WEIGHTS, dtype=torch.float64)
    longer = formulas.fit_linear(z, t, pushes, steps=3000) @ z_new.T
    found = formulas.sunspot_predictions(years_known)["with penalty"]
    assert torch.equal(longer > 0, found > 0)


def test_the_sign_test_is_scipy_s():
    from scipy.stats import binomtest

    for wins, losses in ((9, 2), (14, 2), (3, 0), (0, 7), (5, 5), (40, 24)):
        expected = binomtest(wins, wins + losses).pvalue
        assert formulas.sign_test(wins, losses) == pytest.approx(expected)
        right = torch.tensor([True] * wins + [False] * losses)
        judged = exercises.better_method(right, ~right)
        assert (judged == "undecided") == (expected >= 0.05)
    assert formulas.sign_test(0, 0) == 1


@pytest.mark.parametrize(
    ("shape", "outlier", "wins"),
    [
        ("bent", 1, (100, 0)),
        ("higher", 1, (25, 74)),
        ("straight", 1, (32, 64)),
        ("straight", 20, (75, 23)),
    ],
)
def test_the_classifier_wins_and_loses_as_scikit_learn_s(shape, outlier, wins):
    from scipy.stats import norm
    from sklearn.linear_model import LogisticRegression

    z, standard = (part.numpy().copy() for part in formulas.noisy_samples(100, 100))
    new = (np.arange(800) + 0.5) / 200 - 2
    standard[:, ::20] *= outlier
    mean = {
        "bent": lambda z: np.exp(z) - 1.5,
        "higher": lambda z: np.exp(z) - 0.5,
        "straight": lambda z: z,
    }[shape]

    def share(slope, bias):
        return norm.cdf(np.sign(slope * new + bias) * mean(new)).mean()

    found = np.zeros(2, int)
    for inputs, noise in zip(z, standard, strict=True):
        truth = mean(inputs) + noise
        model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
        model.fit(inputs[:, None], truth > 0)
        chosen, plain = (
            share(model.coef_[0, 0], model.intercept_[0]),
            share(*np.polyfit(inputs, truth, 1)),
        )
        found += (chosen > plain + 1e-9, chosen < plain - 1e-9)
    assert (
        tuple(found) == wins == formulas.classifier_against_regression(shape, 1.0, outlier=outlier)
    )


@pytest.mark.parametrize(
    ("shape", "true_zero", "by_error", "by_class"),
    [
        ("bent", math.log(1.5), -0.214, 0.150),
        ("higher", math.log(0.5), -0.899, -0.964),
        ("straight", 0, 0, 0),
    ],
)
def test_with_endless_data_the_zeros_of_both_lines_decide(shape, true_zero, by_error, by_class):
    """Normal noise of 1. On a straight mean both are right, so there only the sample matters."""
    from scipy.optimize import minimize
    from scipy.stats import norm

    z = (np.arange(2000) + 0.5) / 500 - 2
    mean = formulas.SHAPES[shape](torch.from_numpy(z)).numpy()
    assert np.interp(0, mean, z) == pytest.approx(true_zero, abs=1e-3)
    slope, bias = np.polyfit(z, mean, 1)
    assert -bias / slope == pytest.approx(by_error, abs=1e-3)

    def cross_entropy(line):
        x = line[0] * z + line[1]
        return np.mean(np.logaddexp(0, x) - norm.cdf(mean) * x)

    slope, bias = minimize(cross_entropy, [1, 0], tol=1e-9).x
    assert -bias / slope == pytest.approx(by_class, abs=1e-3)


# The bowl


@pytest.mark.parametrize("constants", [(4.0, 2.0), (10.0, 0.5), (0.5, 10.0)])
def test_the_bowl_is_the_paraboloid_up_to_its_rim(constants):
    grid, crest = bowl.surface(constants), bowl.diagonal(constants)
    for t, x, loss in (np.moveaxis(grid, -1, 0), crest.T):
        np.testing.assert_allclose(loss, formulas.elliptic_paraboloid(x, t, *constants))
    at_rim = grid[-1, :, 2] > bowl.RIM - 1e-9
    far = np.hypot(grid[-1, :, 0], grid[-1, :, 1]) > bowl.RADIUS - 1e-9
    assert (at_rim | far).all() and at_rim.any() and grid[..., 2].max() < bowl.RIM + 1e-9
    assert crest[-1, 2] > bowl.RIM - 1e-9 or np.hypot(*crest[-1, :2]) > bowl.RADIUS - 1e-9
    t, x = bowl.level(constants).T
    np.testing.assert_allclose(formulas.elliptic_paraboloid(x, t, *constants), 1)


def test_the_bowl_is_seen_from_the_side_that_is_asked_for():
    np.testing.assert_allclose(bowl.seen([1, 0, 0], 0)[[0, 2]], [1, 0])  # t goes to the right
    np.testing.assert_allclose(bowl.seen([0, 1, 0], 0)[[0, 2]], [0, 1])  # x goes back
    np.testing.assert_allclose(bowl.seen([1, 0, 0], 90)[[0, 2]], [0, 1], atol=1e-12)
    assert bowl.seen([0, 1, 0], 0)[1] > 0 and bowl.seen([0, 0, 1], 0)[1] > 0


def test_patches_are_painted_from_back_to_front():
    """What lies further back lies higher, on the floor; the losses go with their patches."""
    flat, steep = (100.0, 100.0), (4.0, 2.0)
    corners, losses = bowl.patches(flat, 30)
    heights = corners[..., 1].mean(1) - bowl.RISE * losses * np.cos(bowl.TILT)
    assert corners.shape == (320, 4, 2) and (np.diff(heights) < 1e-9).all()
    corners, losses = bowl.patches(steep, 30)
    assert losses.min() < 0.1 and bowl.RIM - 1 < losses.max() < bowl.RIM
    assert np.hypot(*corners[losses.argmin()].T).max() < 0.6  # the lowest are in the middle


# What the page says in words


def says(figure, *quoted, **values):
    words = figure.describe(**values)
    for text in quoted:
        assert text in words, f"{text} not in: {words}"


def test_the_page_quotes_its_figures():
    surface, cut, losses = figures.Surface, figures.Slice, figures.Losses
    says(surface, "costs 1.00", "costs 3.00")
    says(surface, "costs 4.00", "costs 4.80", c_diff_sign=10, c_same_sign=0.5)
    says(cut, "3.00, at x = 1.00", "costs 4.50", "slope 1.00 and bias 0.17")
    says(cut, "at x = −1.00", "slope −1.00", c_diff_sign=2, c_same_sign=4)
    says(cut, "slope 2.71", c_diff_sign=10, c_same_sign=0.5)
    says(cut, "slope 0.00 and bias 0.00", c_diff_sign=5, c_same_sign=5)
    says(losses, "−1.00 costs 7.00 with slope −7.00", "3.00 costs 4.00", "least at 1.00")
    says(losses, "costs 7.00 with slope −4.00", "least at 1.00", loss="(x − t)² + λ·[x·t < 0]")
    turned = {"loss": "(x − t)² + λ·relu(−x)", "t": -1}
    says(losses, " 1.00 costs 4.00", "−3.00 costs 13.00", "least at 0.00", **turned)
    says(losses, "least at 1.25", loss="(x − t)² + λ·relu(1 − x·t)", t=0.5)
    push, even = figures.PushByTruth, "even: λ for every truth"
    says(push, "is 10 for", "and 100 for", "4 and 40", "91 of 109", "without it 88")
    says(push, "is 34 for", "93 of 109", push=even)
    says(push, "is 7 for", "88 of 109", push=even, unit="1")
    noisy = figures.NoisyFit
    says(noisy, "0.99)", "1.02)", "(80.4 %)", "0.74", "1.13", "80.4 % (", weight=10)
    says(noisy, "81.4 % (79.2 %)", "1.92 (1.72)", weight=10, shape="bent")
    says(noisy, "66.2 % (73.2 %)", weight=10, noise=1.5)
    says(noisy, "73.3 % (73.3 %)", weight=10, noise=1.5, points="4000")
    flat = formulas.noisy_lines("straight", 1.5)[:, 10]
    assert int((flat == 0).all(-1).sum()) == 3
    sunspots = figures.SunspotDirections
    says(sunspots, "error 88, RMSE 19.65", "95 (9 : 2, p = 0.065)", "91 (3 : 0, p = 0.250)")
    says(sunspots, "RMSE 23.95")
    says(sunspots, "98 (14 : 2, p = 0.004)", "(8 : 0, p = 0.008)", years=7)


def test_what_the_page_names_is_large_enough_to_be_seen():
    """At least 12 CSS pixels: the bent line's gain, the fall at noise 1.5, the directions."""
    figures.NoisyFit.render()
    drawing = figures.NoisyFit._drawing
    panel = drawing.means[1].axes
    gain = formulas.noisy_scores("bent", 1.0)[2].mean(0)
    assert pixels(panel, 100 * float(gain[10] - gain[0])) >= 12
    fall = formulas.noisy_scores("straight", 1.5)[2].mean(0)
    assert drawing.FALL < 100 * float(fall[10] - fall[0]) < 0
    assert pixels(panel, 100 * float(fall[10] - fall[0])) >= 12
    figures.PushByTruth.render()
    drawing = figures.PushByTruth._drawing
    assert pixels(drawing.here.axes, 93 - 91) >= 12 and pixels(drawing.curve.axes, 34 - 10) >= 12


def pixels(axes, height):
    """How many CSS pixels `height` measures on the vertical axis."""
    low, high = axes.transData.transform([(0, 0), (0, height)])[:, 1]
    return abs(high - low) / 1.5


def test_the_sliders_can_do_no_better_than_a_slope_of_2_71():
    values = figures.Slice.controls["c_diff_sign"].values()
    kappas = {(d, s): formulas.kappa(d, s) for d in values for s in values}
    assert max(kappas, key=kappas.get) == (10, 0.5)
    assert 3 * max(kappas.values()) == pytest.approx(2.714, abs=1e-3)
    assert all((kappa == 0) == (d == s) for (d, s), kappa in kappas.items())


def test_the_page_quotes_the_sunspots():
    _, t, _, t_new = formulas.split_at_1900()
    assert float(t.mean()) == pytest.approx(0.06, abs=0.005)
    assert float(torch.quantile(t, 0.5)) == pytest.approx(-2.55)
    assert int((t < 0).sum()) > int((t > 0).sum())  # in most years the number falls
    assert int((t_new < 0).sum()) > int((t_new > 0).sum())
    assert t[t > 0].mean() > -t[t < 0].mean()  # the rises are steeper
    plain, chosen = (formulas.sunspot_predictions()[m][0] for m in ("squared error", "classifier"))
    assert int(((plain < 0) != (chosen < 0)).sum()) == 11
    ends = formulas.leads_of_the_classifier()
    assert min(ends) > 0 and len(ends) == 11


def test_the_classifier_trails_with_many_years_known_if_old_and_new_are_exchanged():
    leads = []
    for known in formulas.YEARS_KNOWN:
        z, t, z_learnt, t_learnt = formulas.split_at_1900(known)
        line = torch.linalg.lstsq(z_learnt, t_learnt[:, None]).solution[:, 0]
        w = torch.zeros_like(line)
        for _ in range(60):  # Newton's method
            p = (z_learnt @ w).sigmoid()
            curvature = z_learnt.T @ (z_learnt * (p * (1 - p))[:, None])
            w = w + torch.linalg.solve(curvature, z_learnt.T @ ((t_learnt > 0).double() - p))
        leads.append(int((z @ w * t > 0).sum() - (z @ line * t > 0).sum()))
    assert min(leads[:6]) > 0 and max(leads[6:]) < 0  # 2 to 7 years known; 8 to 12


def test_a_zero_of_the_bent_line_moves_towards_the_true_one():
    lines = formulas.noisy_lines("bent", 1.0)
    zero = (-lines[..., 1] / lines[..., 0]).mean(0)
    assert zero[0] < zero[3] < zero[10] < math.log(1.5)
