"""Formulas and equations of 03_loss_scaling_and_mape against scikit-learn, torch and brute force.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import importlib.util
import math

import mpmath
import numpy as np
import pytest
import torch
from closeness import close
from hypothesis import given
from hypothesis import strategies as st
from torch import nn, tensor

from helpers.loss_scaling_and_mape import exercises, figures, formulas
from helpers.teaching.data import DATA, diabetes

FLOAT = torch.float64


def vector(*values):
    return tensor(values, dtype=FLOAT)


# 1 · What a unit does to a metric


def test_metrics_are_scikit_learns():
    from sklearn import metrics

    generator = torch.Generator().manual_seed(0)
    y, p = torch.randn(2, 30, generator=generator, dtype=FLOAT)
    close(formulas.rmse(y, p), metrics.root_mean_squared_error(y, p))
    close(formulas.mae(y, p), metrics.mean_absolute_error(y, p))
    close(formulas.mape(y, p), metrics.mean_absolute_percentage_error(y, p))
    close(formulas.r_squared(y, p), metrics.r2_score(y, p))


def test_a_target_of_0_in_scikit_learn_and_keras(monkeypatch):
    from sklearn.metrics import mean_absolute_percentage_error

    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    for c in (-2, 2, 5):
        y, p = formulas.rescale(formulas.Y, 1, c), formulas.rescale(formulas.P, 1, c)
        expected = mean_absolute_percentage_error(y, p)
        close(formulas.mape(y, p, floor=formulas.EPS), expected)
        own = keras.losses.mean_absolute_percentage_error(y.numpy(), p.numpy())
        own = float(keras.ops.convert_to_numpy(own)) / 100
        assert float(formulas.mape(y, p, floor=1e-7)) == pytest.approx(own, rel=1e-5)
    assert f"{mean_absolute_percentage_error(formulas.Y - 2, formulas.P - 2):.4g}" == "1.126e+15"


@given(st.floats(0.1, 10), st.floats(60, 90))  # no target comes near 0
def test_eq_1_1_mape_of_rescaled_pairs(s, c):
    by_hand = [
        s * abs(y - p) / abs(s * y + c)
        for y, p in zip(formulas.Y.tolist(), formulas.P.tolist(), strict=True)
    ]
    rescaled = formulas.mape(formulas.rescale(formulas.Y, s, c), formulas.rescale(formulas.P, s, c))
    close(rescaled, math.fsum(by_hand) / 8, 1e-8)


@given(st.floats(0.1, 10), st.floats(-20, 20))
def test_eq_1_2_r_squared_feels_neither_factor_nor_shift(s, c):
    from sklearn.metrics import r2_score

    y, p = s * formulas.Y + c, s * formulas.P + c
    close(formulas.r_squared(y, p), r2_score(formulas.Y, formulas.P), 1e-9)
    close(formulas.rmse(y, p), s * formulas.rmse(formulas.Y, formulas.P), 1e-9)
    close(formulas.mae(y, p), s * formulas.mae(formulas.Y, formulas.P), 1e-9)


def test_figures_of_section_1():
    y, p = formulas.Y, formulas.P
    found = {name: round(float(metric(y, p)), 6) for name, metric in formulas.METRICS.items()}
    assert found == {"RMSE": 1.541104, "MAE": 1.375, "MAPE": 0.288492, "R²": 0.902062}
    assert (float(y.mean()), round(float(y.std(correction=0)), 2)) == (3.5, 4.92)
    ratios = figures.UnitOfMetrics._drawing.measure(0.3, 6.0)["ratios"]
    close(ratios[:2], [0.3, 0.3])
    assert round(ratios[2], 3) == 0.205 and ratios[3] == pytest.approx(1)
    values = figures.UnitOfMetrics._drawing.measure(0.3, 1.5)["after"]
    assert math.isinf(values[2])
    # an exact prediction of 0 for 0: 0/0
    assert formulas.mape(formulas.rescale(y, 1, 2), formulas.rescale(p, 1, 2)).isnan()
    assert "undefined" in figures.UnitOfMetrics.describe(s=1.0, c=2.0)
    # the shift adds to every target's size at the slider's default
    assert (formulas.rescale(y, 0.3, 6.0).abs() > (0.3 * y).abs()).all()


# 2 · The guess that MAPE likes


@given(st.lists(st.integers(-30, 30).filter(bool), min_size=1, max_size=9))
def test_the_weighted_median_has_the_smallest_mape(targets):
    y = tensor(targets, dtype=FLOAT)
    losses = formulas.constant_losses(y, y)["MAPE"]  # piecewise linear: its least is at a target
    best = formulas.best_constants(y)["MAPE"]
    close(formulas.constant_losses(y, best[None])["MAPE"][0], losses.min(), 1e-9)
    close(exercises.best_constant_for_mape(y), best)


def test_of_an_interval_that_is_best_the_lower_end_is_taken():
    y = vector(2, 1, 2)  # weights 1/2, 1 and 1/2: every guess from 1 to 2 costs the same
    assert float(formulas.best_constants(y)["MAPE"]) == 1
    close(*formulas.constant_losses(y, vector(1, 1.7))["MAPE"])


def test_eq_2_1_the_slope_of_mape_for_a_constant():
    y = vector(1, -2, 10, 0.5)
    for guess in (-3.0, 0.7, 1.5, 20.0):
        c = tensor(guess, dtype=FLOAT, requires_grad=True)
        (slope,) = torch.autograd.grad(formulas.mape(y, c), c)
        close(slope, ((guess - y).sign() / y.abs()).mean())


def test_figures_of_section_2():
    losses = formulas.constant_losses(formulas.TARGETS, vector(5, 1))["MAPE"]
    assert round(float(losses[0] / losses[1]), 1) == 4.3
    describe = figures.ConstantGuess.describe
    assert "94%" in describe(smallest=0.1)
    for smallest, best in ((1.6, 1.6), (1.7, 2.0)):
        y = vector(smallest, 2, 10)
        assert float(formulas.best_constants(y)["MAPE"]) == best


def test_other_percentages():
    y, p = vector(3, 0, -2), vector(1, 0, 4)
    close(formulas.smape(y, p), (2 * 2 / 4 + 0 + 2 * 6 / 6) / 3)
    close(formulas.wape(y, p), 8 / 5)
    close(formulas.mase(y, p, vector(1, 4, 2)), (8 / 3) / 2.5)
    zero = tensor([0.0], dtype=FLOAT)
    p = tensor([3.0], dtype=FLOAT, requires_grad=True)
    (slope,) = torch.autograd.grad(formulas.smape(zero, p), p)
    close(slope, [0.0])  # no slope to learn from


# 3 · Does scaling the target change the model?


def test_the_diabetes_data_are_scikit_learns():
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)
    x, y = diabetes()
    assert np.array_equal(x.numpy(), bunch.data) and np.array_equal(y.numpy(), bunch.target)
    assert x.shape == (442, 10) and (float(y.min()), float(y.max())) == (25, 346)


@pytest.mark.parametrize("scale", [0.01, 1.0, 1000.0])
def test_fits_are_scikit_learns(scale):
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import Lasso, LinearRegression
    from sklearn.preprocessing import StandardScaler

    (x, y), (x_new, y_new) = formulas.diabetes_parts()
    model = LinearRegression().fit(x, scale * y)
    own = formulas.fit_in_unit(formulas.least_squares, scale)
    close(own, formulas.rmse(y_new, tensor(model.predict(x_new)) / scale), 1e-8)
    # scaled before the fit, and back
    around = TransformedTargetRegressor(LinearRegression(), transformer=StandardScaler())
    predictions = tensor(around.fit(x, scale * y).predict(x_new)) / scale
    close(own, formulas.rmse(y_new, predictions), 1e-8)
    for alpha in (0.1, 1.0):
        model = Lasso(alpha, tol=1e-12, max_iter=100_000).fit(x, scale * y)
        coefficients = formulas.lasso(x, scale * y, alpha)
        close(coefficients[1:] / scale, model.coef_ / scale, 1e-5)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("made", DATA / "loss_scaling_diabetes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("optimiser", formulas.OPTIMISERS)
def test_networks_can_be_trained_again(script, optimiser):
    o, epochs = formulas.OPTIMISERS.index(optimiser), 10
    some, rates = (0, 4, 8, 14), (1, 4, 6)
    again = script.measure(
        optimiser,
        [formulas.SCALES[i] for i in some],
        [formulas.LEARNING_RATES[i] for i in rates],
        epochs=epochs,
    )
    kept = formulas.CHECKPOINTS.index(epochs) + 1
    stored = formulas.stored()["networks"][o][list(some)][:, list(rates), :kept]
    settled = stored < 1e6  # on its way to an overflow a network shows every rounding
    close(again[settled], stored[settled], 1e-6)
    assert torch.equal(again > 1e6, stored > 1e6)
    standard = script.measure_standardised(optimiser, epochs=epochs)
    stored = formulas.stored()["standardised"][o, :, :kept]
    close(standard[stored < 1e6], stored[stored < 1e6], 1e-6)


@pytest.mark.parametrize("optimiser", formulas.OPTIMISERS)
def test_the_scripts_optimisers_are_torchs(script, optimiser):
    (x, y), (x_new, _) = formulas.diabetes_parts()
    targets = torch.stack([0.01 * y, formulas.standardise(y, y)])
    batched = script.train(optimiser, targets, [0.003, 0.01], epochs=2)[1, 1, -1]
    generator = torch.Generator().manual_seed(0)
    network = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1)).double()
    with torch.no_grad():
        for layer, fan_in in ((network[0], 10), (network[2], 16)):
            for p, shape in ((layer.weight, (fan_in, len(layer.bias))), (layer.bias, (1, -1))):
                shape = shape if shape[1] > 0 else (1, len(layer.bias))
                draw = 2 * torch.rand(shape, generator=generator, dtype=FLOAT) - 1
                p.copy_((draw / fan_in**0.5).T.reshape(p.shape))
    method = getattr(torch.optim, optimiser)(network.parameters(), lr=0.01)
    for _ in range(2):
        for index in torch.randperm(len(x), generator=generator).split(38):
            method.zero_grad()
            nn.functional.mse_loss(network(x[index])[:, 0], targets[1, index]).backward()
            method.step()
    close(batched, network(x_new)[:, 0].detach(), 1e-9)


def test_forests_can_be_grown_again(script):
    one = script.forest(1.0)
    assert one == pytest.approx(float(formulas.stored()["forest"][formulas.SCALES.index(1.0)]))
    assert script.forest(1024.0) == one  # a power of two rounds nothing


def test_figures_of_section_3():
    stored, scale, rate = formulas.stored(), formulas.SCALES.index, formulas.LEARNING_RATES.index
    sgd, adam = stored["networks"][..., -1]
    standard = stored["standardised"][..., -1]
    assert round(float(sgd[0, rate(0.01)])) == 271
    assert (sgd[scale(1.0) :, rate(0.01)] == math.inf).all()
    assert (sgd[scale(0.00316) : scale(1.0), rate(0.01)] < 62).all()
    assert round(float(standard[0, rate(0.01)]), 1) == 56.8
    assert round(float(sgd[scale(1.0), rate(1e-4)]), 1) == 55.3
    assert round(float(standard[0, rate(1e-4)]), 1) == 69.8
    assert adam.isfinite().all()
    assert round(float(adam[scale(1000.0), rate(1e-3)]), 1) == 173.5
    (_, y), (_, y_new) = formulas.diabetes_parts()
    assert round(float(formulas.rmse(y_new, 0 * y_new)), 1) == 173.8
    assert round(float(formulas.rmse(y_new, y.mean())), 2) == 75.81
    small = formulas.lasso(formulas.diabetes_parts()[0][0], 0.01 * y, 1.0)
    assert (small[1:] == 0).all()
    assert formulas.count_better_on_test(200) == 58


def descend_by_hand(factor, rate, steps=50):
    """Adam on factor·MSE, written out, with the factor inside the fraction as in (3.2)."""
    (x, y), _ = formulas.diabetes_parts()
    x, y = formulas.with_ones(x), y / y.std(correction=0)
    w, m, v = (torch.zeros(11, dtype=FLOAT) for _ in range(3))
    for t in range(1, steps + 1):
        g = 2 * x.T @ (x @ w - y) / len(y)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        w = w - rate * m_hat / (v_hat.sqrt() + 1e-8 / factor)
    return w


def test_eq_3_1_a_factor_on_the_loss_is_one_on_the_rate():
    for factor in (0.1, 3.0):
        close(formulas.descend(factor, 0.01), formulas.descend(1, 0.01 * factor))
    (x, y), _ = formulas.diabetes_parts()
    x, y = formulas.with_ones(x), y / y.std(correction=0)
    close(formulas.descend(7, 0.001, steps=1), 7 * 0.001 * 2 * x.T @ y / len(y))


@pytest.mark.parametrize("factor", [1.0, 1000.0, 1e-3, 1e-7, 1e-9])
def test_eq_3_2_adam_divides_the_factor_away_until_epsilon_shows(factor):
    close(formulas.descend(factor, 0.01, "Adam"), descend_by_hand(factor, 0.01), 1e-7)


# 4 · log1p asks another question


@pytest.mark.parametrize("sigma", [0.3, 0.9, 1.5])
def test_eq_4_1_median_and_mean(sigma):
    mu = float(formulas.log_line(tensor(1.7, dtype=FLOAT)))

    def density(z):
        return mpmath.exp(-(z**2) / 2) / mpmath.sqrt(2 * mpmath.pi)

    mean = mpmath.quad(lambda z: mpmath.expm1(mu + sigma * z) * density(z), [-12, 0, 12])
    below = mpmath.quad(density, [-12, 0])
    assert float(below) == pytest.approx(0.5)  # expm1 rises: the median goes along
    fit = vector(0.5, 0.5, sigma)
    at = vector(1.7)
    close(formulas.back_transformed(fit, at, corrected=True), [float(mean)], 1e-9)
    median = formulas.skewed(at, vector(0), sigma)
    close(formulas.back_transformed(fit, at), median)


def test_figures_of_section_4():
    study = formulas.log_study(0.9)
    assert [round(study[name][2], 2) for name in ("log", "corrected")] == [0.64, 1.02]
    assert [round(v, 2) for v in study["log"][:2]] == [9.68, 4.83]
    assert study["log"][0] == max(s[0] for s in study.values())
    assert study["log"][1] == min(s[1] for s in study.values())
    mild = formulas.log_study(0.3)
    assert mild["log"][0] < mild["line"][0] and mild["log"][1] < mild["line"][1]
    for sigma in formulas.SIGMAS:
        assert abs(formulas.log_study(sigma)["corrected"][2] - 1) < 0.04
    assert round(formulas.log_study(1.5)["log"][2], 2) == 0.30


# 5 · Sum, mean, and unequal batches


# 6 · Turning the coordinates


# 7 · Sunspots


def test_the_autoregression_is_scikit_learns_and_looks_only_back():
    from sklearn.linear_model import LinearRegression

    from helpers.teaching.data import sunspots

    years, numbers = sunspots()
    rows = np.array([numbers[t - 9 : t][::-1] for t in range(9, len(numbers))])
    old = years[9:] <= 1800
    model = LinearRegression().fit(rows[old], numbers[9:][old])
    when, y, found = formulas.forecasts()
    close(found["autoregression"], model.predict(rows[~old]).clip(min=0), 1e-8)
    assert when[0] == 1801 and len(y) == 208
    close(found["last year"], numbers[years >= 1800][:-1])


def test_figures_of_section_7():
    years, y, found = formulas.sunspot_forecasts("1901–2008", 0.7)
    scores = {name: formulas.scores(y, p) for name, p in found.items()}
    mape = {name: round(score["MAPE"], 3) for name, score in scores.items()}
    assert mape == {"last year": 0.587, "autoregression": 0.660, "low guess": 0.562}
    for metric in set(formulas.SCORES) - {"MAPE"}:
        assert min(scores, key=lambda name: scores[name][metric]) == "autoregression"
    assert max(mape, key=mape.get) == "autoregression"
    ratio = [scores["autoregression"][m] / scores["last year"][m] for m in ("RMSE", "MAE")]
    assert all(0.6 < r < 0.7 for r in ratio)
    assert scores["low guess"]["RMSE"] > scores["last year"]["RMSE"]
    quiet = y < 20
    above = (found["autoregression"] > y)[quiet].double().mean()
    assert above > 0.75 and (y > 0).all()
    years, y, found = formulas.sunspot_forecasts("1801–2008")
    assert years[(y == 0).numpy()].tolist() == [1810]
    assert all(math.isinf(formulas.scores(y, p)["MAPE"]) for p in found.values())


# Exercises


def test_references_by_brute_force():
    y, p = vector(2, -5, 0.5, -4), vector(1, -7, 0.8, 3)
    p.requires_grad_()
    (slope,) = torch.autograd.grad(formulas.mape(y, p), p)
    close(exercises.mape_gradient(y, p.detach()), slope)
    z = (formulas.P - 3.5) / 4.92443
    report = exercises.original_unit_report(formulas.Y, z, 3.5, 4.92443)
    close(report, (1.541104, 0.902062), 1e-6)
