"""Notebook 04: its equations, its formulas and its figures against other ways to get them."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sign_aware_loss import exercises, figures, formulas
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
def test_eq_1_1_is_the_bowl_turned_by_45_degrees(x, t, c_d, c_s):
    expected = turned(x, t, c_d, c_s)
    printed = (x + t) ** 2 / (2 * c_d) + (x - t) ** 2 / (2 * c_s)
    assert printed == pytest.approx(expected, rel=1e-12, abs=1e-12)
    found = formulas.elliptic_paraboloid(tensor(x), tensor(t), c_d, c_s)
    assert float(found) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@FEW
@given(CONSTANT, CONSTANT)
def test_eq_1_2_the_order_is_reversed_for_every_positive_pair(c_d, c_s):
    wrong, right = turned(-1, 1, c_d, c_s), turned(3, 1, c_d, c_s)
    assert wrong < right
    assert formulas.two_cases(c_d, c_s) == (pytest.approx(wrong), pytest.approx(right))


# 2 · Where its minimum is


@FEW
@given(NUMBER, NUMBER, CONSTANT, CONSTANT)
def test_eq_2_1_the_completed_square_is_the_turned_bowl(x, t, c_d, c_s):
    curvature, kappa = formulas.completed_square(c_d, c_s)
    square = curvature * (x - kappa * t) ** 2 + 2 * t**2 / (c_d + c_s)
    assert square == pytest.approx(turned(x, t, c_d, c_s), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("c_d", "c_s"), [(4, 2), (2, 4), (10, 0.5), (3, 3)])
@pytest.mark.parametrize("t", [3.0, -1.5, 0.0])
def test_the_minimum_is_where_a_search_finds_it(c_d, c_s, t):
    x = torch.linspace(-4, 4, 80001, dtype=torch.float64)
    loss = formulas.elliptic_paraboloid(x, t, c_d, c_s)
    best, least = formulas.paraboloid_minimum(t, c_d, c_s)
    assert float(x[loss.argmin()]) == pytest.approx(best, abs=1e-4)
    assert float(loss.min()) == pytest.approx(least, abs=1e-8)
    assert float(exercises.paraboloid_minimum(tensor(t), c_d, c_s)) == pytest.approx(best)


@pytest.mark.parametrize(("c_d", "c_s"), [(4.0, 2.0), (2.0, 4.0), (100.0, 1.0)])
def test_eq_2_2_a_regression_learns_kappa_times_least_squares(c_d, c_s):
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
    _, kappa = formulas.completed_square(c_d, c_s)
    least_squares = np.linalg.lstsq(features.numpy(), truth.numpy(), rcond=None)[0]
    assert theta.detach().numpy() == pytest.approx(kappa * least_squares, abs=1e-6)


def test_no_parabola_with_its_minimum_at_most_at_the_truth_has_the_right_order():
    for centre in np.linspace(-3, 3, 121):
        assert ((-1 - centre) ** 2 > (3 - centre) ** 2 + 1e-12) == (centre > 1 + 1e-9)


# 3 · Losses that keep their minimum


def test_eq_3_1_gives_the_known_values():
    found = formulas.sign_penalty(tensor(-1, 3, 2, -3), tensor(1, 1, -2, -1), 1.0)
    assert found.tolist() == [5, 4, 20, 4]
    x, t = draws(50), draws(50, seed=1)
    by_hand = [
        (a - b) ** 2 + (3 * abs(a * b) if a * b < 0 else 0)
        for a, b in zip(x.tolist(), t.tolist(), strict=True)
    ]
    assert formulas.sign_penalty(x, t, 3.0).tolist() == pytest.approx(by_hand)
    assert torch.equal(exercises.sign_penalty_loss(x, t, 3.0), formulas.sign_penalty(x, t, 3.0))


@FEW
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=5), st.floats(0, 10))
def test_eq_3_2_is_the_derivative(pairs, weight):
    x, t = torch.tensor(pairs, dtype=torch.float64).T
    keep = (x * t).abs() > 1e-3  # gradcheck's differences must not cross the kink
    x, t = x[keep].clone().requires_grad_(), t[keep]
    if not len(x):
        return
    assert torch.autograd.gradcheck(lambda x: formulas.sign_penalty(x, t, weight), x, atol=1e-5)
    (slope,) = torch.autograd.grad(formulas.sign_penalty(x, t, weight).sum(), x)
    assert slope.tolist() == pytest.approx(
        exercises.sign_penalty_gradient(x, t, weight).tolist(), rel=1e-12, abs=1e-12
    )


def test_at_the_kink_the_derivative_is_torch_s():
    x, t = tensor(0.0, 0.0, 1.5).requires_grad_(), tensor(2.0, -1.0, 0.0)
    (slope,) = torch.autograd.grad(formulas.sign_penalty(x, t, 3.0).sum(), x)
    assert torch.equal(slope, exercises.sign_penalty_gradient(x, t, 3.0).detach())


def test_log_cosh_is_log_cosh_and_does_not_overflow():
    x = tensor(-3, -0.1, 0, 1e-8, 2)
    assert formulas.log_cosh(x).tolist() == pytest.approx(
        torch.log(torch.cosh(x)).tolist(), abs=1e-15
    )
    assert float(formulas.log_cosh(tensor(1e4))) == pytest.approx(1e4 - math.log(2))


MET = {
    "(x − t)²": "minimum symmetry convexity",
    "turned paraboloid (4, 2)": "symmetry convexity",
    "(x − t)² + λ·relu(−x·t)": "order minimum pull symmetry convexity",
    "(x − t)² + λ·relu(−x)": "order convexity",
    "(x − t)² + λ·relu(−t)": "minimum convexity",
    "(x − t)² + λ·relu(1 − x·t)": "order pull symmetry convexity",
    "(x − t)² + λ·[x·t < 0]": "order minimum symmetry",
    "(x − t)²·(1 + λ·[x·t < 0])": "order minimum pull symmetry",
    "log cosh(x − t) + λ·relu(−x·t)": "order minimum pull symmetry convexity",
    "λ·softplus(−x·sign t)": "order pull symmetry convexity",
}


@pytest.mark.parametrize("name", formulas.AUDITED)
def test_the_table_of_requirements(name):
    met = formulas.requirements(formulas.AUDITED[name])
    assert [key for key in formulas.REQUIREMENTS if met[key]] == MET[name].split()
    assert list(met) == list(formulas.REQUIREMENTS)


@pytest.mark.parametrize(
    ("loss", "missed"),
    [
        (lambda x, t: (x - t) ** 2 + 3 * torch.relu(x * t), {"order", "minimum", "pull"}),
        (lambda x, t: (x - t).abs() + 3 * torch.relu(-x * t), set()),
        (lambda x, t: torch.zeros(()), {"order", "minimum", "pull"}),
        (lambda x, t: -((x - t) ** 2), {"order", "minimum", "pull", "convexity"}),
        (lambda x, t: (x - t) ** 2 + 3 * torch.relu(-x * t) + 0.1 * x, {"minimum", "symmetry"}),
    ],
)
def test_the_requirement_test_sees_other_losses(loss, missed):
    met = formulas.requirements(loss)
    assert {key for key in met if not met[key]} == missed


# 4 · What does it buy?


@pytest.mark.parametrize("weight", [0.0, 0.5, 2.0, 10.0])
@pytest.mark.parametrize("mean", [0.2, 1.0, 3.0])
def test_eq_4_1_minimises_the_expectation_for_any_truths(mean, weight):
    truths = torch.exp(draws(2001)) * 1.3
    truths = truths - truths.mean() + mean  # skewed, with this mean
    optimum = max(0.0, mean - weight / 2 * float(torch.relu(-truths).mean()))
    x = torch.linspace(-4, 4, 4001, dtype=torch.float64)
    expected = torch.stack([((x - t) ** 2 + weight * torch.relu(-x * t)) for t in truths]).mean(0)
    assert float(x[expected.argmin()]) == pytest.approx(optimum, abs=2e-3)


@pytest.mark.parametrize(("mean", "std"), [(0.3, 1), (2, 1), (0, 0.5), (-0.7, 2), (1.5, 0.1)])
def test_eq_4_2_is_the_integral(mean, std):
    integral = mpmath.quad(
        lambda t: -t * mpmath.npdf(t, mean, std), [-mpmath.inf, min(mean, 0) - std, 0]
    )
    assert float(formulas.expected_negative_part(tensor(mean), std)) == pytest.approx(
        float(integral), rel=1e-10, abs=1e-15
    )


def test_the_noisy_optimum_has_the_known_values():
    found = formulas.noisy_optimum(tensor(0.3, 0.3, 2.0, -0.3, 0.3), 1.0, tensor(1, 5, 5, 1, 0))
    assert found.tolist() == pytest.approx([0.166619, 0, 1.978773, -0.166619, 0.3], abs=1e-6)
    assert float(formulas.noisy_optimum(tensor(-1.5), 0.0, 9.0)) == -1.5
    mean, std = draws(20), draws(20, seed=1).abs()
    assert torch.allclose(
        exercises.noisy_optimum(mean, std, 3.0), formulas.noisy_optimum(mean, std, 3.0)
    )


def objective(features, truth, weight, theta):
    x = features @ theta
    return float(((x - truth) ** 2 + weight * torch.relu(-x * truth)).mean())


@pytest.mark.parametrize("weight", [0.0, 3.0, 10.0])
def test_no_step_away_from_the_fit_lowers_its_loss(weight):
    features, truth = draws(60, 4), draws(60, seed=1) + draws(60, 4)[:, 0]
    (theta,) = formulas.fit_linear(features, truth, tensor(weight), steps=5000)
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
    fits = formulas.fit_linear(features, truth, weights, steps=4000)
    lines = formulas.fit_rising_lines(z, truth, weights)
    for weight, fit, line in zip(formulas.WEIGHTS, fits, lines, strict=True):
        best = objective(features, truth, weight, fit)
        # The line's zero is on a grid of 0.01.
        assert best - 1e-9 < objective(features, truth, weight, line) < best + 5e-4
    at = list(formulas.SHAPES).index(shape), formulas.NOISES.index(noise), 3
    assert torch.allclose(formulas.noisy_lines()[at], lines, atol=1e-12)


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


# 5 · On real data


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


@pytest.mark.parametrize("lags", [2, 9, 12])
def test_the_models_are_those_of_other_libraries(lags):
    from sklearn.linear_model import LogisticRegression

    years, known, change = (part.numpy() for part in formulas.sunspot_changes())
    train = years < 1900
    z = np.column_stack([known[:, :lags], np.ones(len(known))])
    theta = np.linalg.lstsq(z[train], change[train], rcond=None)[0]
    predictions, at = formulas.sunspot_predictions(), formulas.LAGS.index(lags)
    plain = predictions["squared error"][at, 0].numpy()
    assert plain == pytest.approx(z[~train] @ theta, abs=1e-8)
    assert predictions["paraboloid (4, 2)"][at, 0].numpy() == pytest.approx(plain / 3)
    assert predictions["as last year"][0, 0].numpy() == pytest.approx(
        (known[:, 0] - known[:, 1])[~train]
    )
    scale = known[train].mean(0)[:lags], known[train].std(0)[:lags]
    scaled = (known[:, :lags] - scale[0]) / scale[1]
    model = LogisticRegression(C=1e9, tol=1e-10, max_iter=10_000).fit(
        scaled[train], change[train] > 0
    )
    assert predictions["classifier"][at, 0].numpy() == pytest.approx(
        model.decision_function(scaled[~train]), abs=1e-3
    )


def test_more_steps_of_the_fit_change_no_direction():
    features = formulas._features()
    years, _, change = formulas.sunspot_changes()
    train = years < 1900
    weights = torch.tensor(formulas.WEIGHTS, dtype=torch.float64)
    theta = formulas.fit_linear(features[:, train], change[train], weights, steps=3000)
    longer = theta @ features[:, ~train].mT
    assert torch.equal(longer > 0, formulas.sunspot_predictions()["with penalty"] > 0)


def test_resamples_are_blocks_of_eleven_years():
    counts = formulas.resampled_years()
    assert counts.shape == (2000, 109) and (counts.sum(1) == 109).all()
    assert counts.mean(0).numpy() == pytest.approx(np.ones(109), abs=0.1)
    # Neighbours are drawn together, years half a block apart less often, far ones independently.
    together = [np.corrcoef(counts[:, 0], counts[:, lag])[0, 1] for lag in (1, 5, 30)]
    assert together == pytest.approx([10 / 11, 6 / 11, 0], abs=0.1)


def test_intervals_are_quantiles_of_resampled_scores():
    x = formulas.sunspot_predictions()["squared error"][0, 0]
    years, _, change = formulas.sunspot_changes()
    truth = change[years >= 1900]
    rng = np.random.default_rng(0)
    shares, sizes = [], []
    for _ in range(2000):
        starts = rng.integers(109, size=10)
        drawn = ((starts[:, None] + np.arange(11)) % 109).ravel()[:109]
        shares.append(float((x * truth > 0)[drawn].double().mean()))
        sizes.append(float(((x - truth) ** 2)[drawn].mean().sqrt()))
    found = formulas.sunspot_score("squared error", "signs", lags=2)
    assert found[0] == pytest.approx(float((x * truth > 0).double().mean()))
    assert found[1:] == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=0.02)
    found = formulas.sunspot_score("squared error", "rmse", lags=2)
    assert found[1:] == pytest.approx(np.quantile(sizes, [0.025, 0.975]), rel=0.04)


# 6 · Design rules


@FEW
@given(NUMBER, NUMBER, st.floats(0.01, 100), st.floats(0, 10))
def test_eq_6_1_the_penalty_has_the_unit_of_a_squared_error(x, t, a, weight):
    scaled = formulas.sign_penalty(tensor(a * x), tensor(a * t), weight)
    assert float(scaled) == pytest.approx(
        a**2 * float(formulas.sign_penalty(tensor(x), tensor(t), weight)), rel=1e-9, abs=1e-12
    )


# What the page says in words


def test_the_page_quotes_its_figures():
    def says(figure, *figures_quoted, **values):
        words = figure.describe(**values)
        for quoted in figures_quoted:
            assert quoted in words, f"{quoted} not in: {words}"

    surface, cut, losses = figures.Surface, figures.Slice, figures.Losses
    says(surface, "costs 1.00", "costs 3.00")
    says(surface, "costs 4.00", "costs 4.80", c_diff_sign=10, c_same_sign=0.5)
    says(cut, "3.00, at x = 1.00", "costs 4.50", "slope 1.00 and bias 0.17")
    says(cut, "at x = −1.00", "slope −1.00", c_diff_sign=2, c_same_sign=4)
    says(cut, "slope 2.71", c_diff_sign=10, c_same_sign=0.5)
    says(cut, "slope 0.00 and bias 0.00", c_diff_sign=5, c_same_sign=5)
    says(losses, "−1.00 costs 7.00 with slope −7.00", "3.00 costs 4.00")
    says(losses, "−1.00 costs 7.00 with slope −4.00", loss="(x − t)² + λ·[x·t < 0]")
    says(losses, " 1.00 costs 4.00", "−3.00 costs 13.00", loss="(x − t)² + λ·relu(−x)", t=-1)
    noisy = figures.NoisyFit
    says(noisy, "0.99)", "1.02)", "(0.804)", "0.74", "1.13", "0.804 (", weight=10)
    says(noisy, "0.814 (0.792)", "1.92 (1.72)", weight=10, shape="bent")
    flat = formulas.noisy_lines()[0, formulas.NOISES.index(1.5), :, 10]
    assert int((flat == 0).all(-1).sum()) == 3
    says(figures.SunspotDirections, "80.7 %", "87.2 %", "difference 6.4, from 1.8 to 11.0")
    says(figures.SunspotDirections, "(difference 2.8, from 0.0 to 5.5)", "RMSE 23.95", "RMSE 19.65")


def test_the_sliders_can_do_no_better_than_a_slope_of_2_71():
    values = figures.Slice.controls["c_diff_sign"].values()
    kappas = {(d, s): formulas.completed_square(d, s)[1] for d in values for s in values}
    assert max(kappas, key=kappas.get) == (10, 0.5)
    assert 3 * max(kappas.values()) == pytest.approx(2.714, abs=1e-3)
    assert all((kappa == 0) == (d == s) for (d, s), kappa in kappas.items())


def test_the_page_quotes_the_sunspots():
    years, _, change = formulas.sunspot_changes()
    change = change[years >= 1900]
    assert (int((change > 0).sum()), int((change < 0).sum())) == (40, 69)
    assert round(float(change.mean()), 1) == -0.1
    rises = formulas.sunspot_changes()[2]
    assert rises[rises > 0].mean() > -rises[rises < 0].mean()  # steeper, and fewer
    three_years = formulas.sunspot_score("with penalty", "signs", against="squared error")[0]
    assert round(three_years * 109) == 3
    predictions = formulas.sunspot_predictions()
    assert torch.equal(predictions["paraboloid (4, 2)"] > 0, predictions["squared error"] > 0)
    plain, chosen = (predictions[m][0, 0] for m in ("squared error", "classifier"))
    differ = (plain < 0) != (chosen < 0)
    assert int(differ.sum()) == 11 and (plain[differ] > 0).all() and (plain[differ] < 10).all()
    lower = formulas.sunspot_scores("signs", "as last year")["classifier"][1]
    assert (lower > 1e-6).all()


def test_a_zero_of_the_bent_line_moves_towards_the_true_one():
    lines = formulas.noisy_lines()[1, formulas.NOISES.index(1.0)]
    zero = (-lines[..., 1] / lines[..., 0]).mean(0)
    assert zero[0] < zero[3] < zero[10] < math.log(1.5)
