"""Formulas and equations of 09_backprop_by_hand against autograd, finite differences, scikit-learn.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import re

import numpy as np
import pytest
import torch
from data_scripts import script
from torch import nn
from torch.nn import functional as F

from helpers.backprop_by_hand import exercises, figures, formulas
from helpers.teaching.judge import check


def leaf(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", text)]


# 1 · Deltas


@pytest.mark.parametrize("loss", formulas.LOSSES)
@pytest.mark.parametrize("y", [1.0, 0.0, 0.3])
@pytest.mark.parametrize("w2", [-1.0, 0.0, 2.5])
def test_the_deltas_are_those_of_autograd(w2, y, loss):
    z1 = leaf(0.4)
    z2 = w2 * z1.sigmoid()
    a2 = z2.sigmoid()
    value = F.binary_cross_entropy(a2, torch.full_like(a2, y))
    if loss == "half squared error":
        value = (a2 - y) ** 2 / 2
    expected = torch.autograd.grad(value, (z1, z2))
    seen = formulas.backward(0.8, 0.5, w2, y, loss)
    assert seen["loss"] == pytest.approx(value.item(), rel=1e-12)
    assert seen["delta1"] == pytest.approx(expected[0].item(), rel=1e-12, abs=1e-15)
    assert seen["delta2"] == pytest.approx(expected[1].item(), rel=1e-12)


def test_a_loss_without_rounding_at_certain_outputs():
    assert formulas.loss_of_output(0.0, 0.0, "cross-entropy") == 0
    assert formulas.loss_of_output(1.0, 1.0, "cross-entropy") == 0
    assert formulas.loss_of_output(0.0, 1.0, "cross-entropy") == np.inf
    assert formulas.sigmoid(-800.0) == 0 and formulas.sigmoid(800.0) == 1


def test_the_figures_of_the_first_section():
    words = figures.DeltasAsSlopes.describe
    assert "output is 0.355" in words() and "δ₁ = 0.155" in words() and "−0.645" in words()
    assert "δ₂ = −0.148" in words(loss="half squared error")
    assert "δ₁ = 0.000" in words(w2=0.0) and "δ₂ = −0.500" in words(w2=0.0)
    a2 = formulas.backward(0.8, 0.5, -1.0, 1.0, "cross-entropy")["a2"]  # of the prediction
    assert [round(v, 3) for v in (a2 * (1 - a2), (a2 - 1) ** 2 / 2)] == [0.229, 0.208]
    assert round(2 * (a2 - 1), 2) == -1.29


# 2 · The 1/m


@pytest.mark.parametrize(("units", "features", "m"), [(1, 2, 3), (4, 3, 5)])
def test_the_gradient_of_a_mean_cost(units, features, m):
    rng = np.random.default_rng(units)
    W, b = leaf(rng.standard_normal((units, features))), leaf(rng.standard_normal((units, 1)))
    X, Y = rng.standard_normal((features, m)), rng.random((units, m))
    Z = W @ torch.from_numpy(X) + b
    losses = F.binary_cross_entropy_with_logits(Z, torch.from_numpy(Y), reduction="none").sum(0)
    dZ = (Z.sigmoid() - torch.from_numpy(Y)).detach().numpy()
    dW, db, dA = exercises.linear_backward(dZ, X, W.detach().numpy())
    expected = [g.numpy() for g in torch.autograd.grad(losses.mean(), (W, b))]
    assert np.allclose(dW, expected[0], atol=1e-14) and np.allclose(db, expected[1], atol=1e-14)
    assert np.allclose(dA, W.detach().numpy().T @ dZ, atol=1e-14)


def test_the_batch_of_the_page_by_four_programs():
    expected = {
        "mean over m": [0.588735, -0.775281, -0.240439],
        "m = shape[0]": [0.883102, -1.162921, -0.360659],
        "sum": [1.766205, -2.325843, -0.721318],
        "divided twice": [0.196245, -0.258427, -0.0801464],
    }
    for program, values in expected.items():
        dW, db = formulas.batch_gradient(1, program)
        assert [*dW, db] == pytest.approx(values, abs=2e-6)
    tripled = figures.RepeatedBatch.describe
    assert "4.5 times" in tripled() and ", 1 times" in tripled(program="mean over m")
    assert "9 times" in tripled(program="sum") and "0.111 times" in tripled(program="divided twice")


ONES = np.ones((1, 3))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ((np.ones((1, 2)), np.ones((3, 2)), ONES), "do not fit"),
        (
            (np.ones((1, 2)), np.ones((2, 3)), np.ones(3)),
            r"targets have the shape \(3,\).*\(1, 3\)",
        ),
        ((np.ones((1, 2)), np.ones((2, 3), int), ONES), "inputs must be a float64 array.*int64"),
        ((np.ones((1, 2)), np.ones((2, 3)), 2 * ONES), "from 0 to 1"),
        ((np.ones((1, 2)), np.ones((2, 3)), np.nan * ONES), "from 0 to 1"),
        (([[1.0, 2.0]], np.ones((2, 3)), ONES), "weights must be a float64 array.*list"),
    ],
)
def test_a_batch_that_is_not_one_example_a_column_is_refused_with_a_sentence(arrays, says):
    with pytest.raises((ValueError, TypeError), match=says):
        formulas.check_columns(*arrays)


# 3 · The cost


@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("z", [-2.0, 0.1, 3.0])
def test_the_slip_pushes_every_output_up(z, y):
    at = leaf(z)
    a = at.sigmoid()
    slip = -y * a.log() + (1 - y) * (1 - a).log()
    (expected,) = torch.autograd.grad(slip, at)
    a = a.item()
    assert -(y * (1 - a) + (1 - y) * a) == pytest.approx(expected.item(), rel=1e-12)
    assert expected < 0


def test_both_costs_against_torch():
    rng = np.random.default_rng(3)
    z, y = rng.standard_normal((1, 7)), rng.integers(0, 2, (1, 7)).astype(float)
    right, slip = formulas.costs(z, y)
    by_torch = F.binary_cross_entropy_with_logits(torch.from_numpy(z), torch.from_numpy(y))
    assert right == pytest.approx(by_torch.item(), rel=1e-12)
    a = 1 / (1 + np.exp(-z))
    assert slip == pytest.approx(-np.mean(y * np.log(a) - (1 - y) * np.log(1 - a)), rel=1e-12)


def test_the_training_of_a_unit_is_that_of_torch():
    w, b = torch.zeros(1, 1).double().requires_grad_(), torch.zeros(1).double().requires_grad_()
    descent = torch.optim.SGD([w, b], lr=0.5)
    x, y = torch.from_numpy(formulas.NINE), torch.from_numpy(formulas.FOUR_ONES)
    for right, _, _ in formulas.train_unit(formulas.NINE, formulas.FOUR_ONES, "the right cost", 10):
        cost = F.binary_cross_entropy_with_logits(w @ x + b, y)
        assert right == pytest.approx(cost.item(), rel=1e-12)
        descent.zero_grad(), cost.backward(), descent.step()


def test_what_the_page_says_of_the_two_costs():
    words = figures.TwoCosts.describe
    start, late = numbers(words(step=0)), numbers(words())
    assert start[:2] == [0.693, -0.077] and late[:2] == [0.134, -0.019]
    assert "9 of 9" in words()
    slip = dict(descended="the cost with the slip")
    assert "8 outputs lie above 0.9" in words(**slip, step=100)
    run = list(formulas.train_unit(formulas.NINE, formulas.FOUR_ONES, slip["descended"], 100))
    assert (run[100][2][0, :8] > 0.9).all() and run[100][2][0, 8] < 0.1
    assert (formulas.FOUR_ONES[0, :8] == 0).sum() == 5
    swapped = list(formulas.train_unit(formulas.NINE, 1 - formulas.FOUR_ONES, "the right cost", 40))
    assert [round(swapped[k][1], 3) for k in (0, 40)] == [0.077, 0.019]


def test_what_the_page_says_of_the_slip_on_standardised_digits():
    inputs, odd = formulas.odd_digits()
    spread = inputs.std(1, keepdims=True)
    inputs = (inputs - inputs.mean(1, keepdims=True)) / np.where(spread > 0, spread, 1)
    *_, (_, _, outputs) = formulas.train_unit(inputs, odd, "the cost with the slip", 100)
    assert np.mean(outputs > 0.5) == pytest.approx(0.70, abs=5e-3)
    assert np.mean((outputs > 0.5) == odd) == pytest.approx(0.37, abs=5e-3)


def test_a_rate_just_too_large_falls_and_grows_as_a_wrong_sign_does_but_not_at_every_rate():
    late = formulas.mean_error(*formulas.descend(6.57e-3, "none", 100).T)
    assert 10 < late.argmin() < 50 and late[100] > 1.5 * late.min()
    lower = formulas.mean_error(*formulas.descend(6e-3, "none", 100).T)
    assert lower.argmin() == 100


@pytest.mark.parametrize(
    ("name", "title", "values"),
    [
        ("TwoCosts", "the cost with the slip", (-0.077, -0.019)),
        ("TwoCosts", "the right cost", (0.693, 0.134)),
        ("FaultyDescent", "mean squared error", (0.187, 0.715)),
        ("FaultyDescent", "mean squared error", (0.715, 41.9)),
        ("UnitWithBias", "loss against w, for this b", (0.583, 0.008)),
        ("DigitsByWidth", "accuracy, by hidden units", (0.741, 0.625)),
        ("RepeatedBatch", "times the right gradient", (1, 4.5)),
    ],
)
def test_what_the_page_points_at_is_at_least_twelve_pixels_large(name, title, values):
    picture, _ = getattr(figures, name).artists()
    (axes,) = (a for a in picture.axes if a.get_title(loc="left") == title)
    low, high = axes.transData.transform([(1, value) for value in values])[:, 1]
    assert abs(high - low) / 1.5 >= 12


# 4 · The line


@pytest.mark.parametrize("rate", [1e-3, 5e-3])
def test_a_step_multiplies_the_distance_by_a_matrix(rate):
    w, true = np.array([0.5, -0.5]), np.array([3.0, 0.0])
    for x in (2.0, 7.0):
        v = np.array([x, 1.0])
        after = np.array(formulas.epoch(*w, rate, xs=[x]))
        assert after - true == pytest.approx((np.eye(2) - rate * np.outer(v, v)) @ (w - true))
        w = after


def test_the_epochs_are_those_of_torch_and_of_the_loop():
    line = nn.Linear(1, 1).double()
    with torch.no_grad():
        line.weight.fill_(0.5), line.bias.fill_(-0.5)
    descent = torch.optim.SGD(line.parameters(), lr=1e-3)
    for _ in range(2):
        for x in range(31):
            descent.zero_grad()
            (line(torch.tensor([float(x)]).double()) - 3 * x).square().div(2).sum().backward()
            descent.step()
    history = formulas.descend(1e-3, "none", 2)
    assert history[2] == pytest.approx([line.weight.item(), line.bias.item()], rel=1e-10)
    for slip in formulas.SLIPS:
        now = formulas.FIRST_LINE
        for expected in formulas.descend(3e-4, slip, 3):
            assert expected == pytest.approx(now, rel=1e-9)
            now = formulas.epoch(*now, 3e-4, slip)


def test_the_reference_figures_of_the_line():
    assert formulas.epoch(0.5, -0.5, 1e-3) == pytest.approx((3.00864, -0.258124), abs=5e-6)
    assert formulas.epoch(0.5, -0.5, 1e-7) == pytest.approx((0.502386, -0.499882), abs=1e-6)
    both = formulas.epoch(0.5, -0.5, 1e-3, "both signs")
    assert both == pytest.approx((-5095.20, -178.491), rel=1e-5)
    stuck = formulas.epoch(0.5, -0.5, 1e-3, "prediction stuck")  # the error is 3x − 3
    assert stuck == pytest.approx((27.47, 0.802), rel=1e-9)
    errors = formulas.mean_error(*formulas.descend(1e-3, "sign of b", 400).T)
    assert errors[[0, 1, 100, 400]] == pytest.approx([1944, 0.187, 0.715, 41.9], rel=5e-3)
    assert formulas.mean_error(*formulas.descend(1e-3, "none", 1)[1]) == pytest.approx(
        0.0225, rel=1e-2
    )


@pytest.mark.parametrize("rate", [1e-5, 1e-4, 1e-3])
def test_no_rate_of_the_slider_repairs_a_slip(rate):
    for slip, epochs in (("both signs", 400), ("sign of b", 60_000), ("prediction stuck", 400)):
        errors = formulas.mean_error(*formulas.descend(rate, slip, epochs).T)
        last = errors[-1]
        assert not last < 10 * errors.min()  # it is larger, or infinite, or NaN
    ends = formulas.mean_error(*formulas.descend(rate, "none", 400).T)
    assert ends[-1] == ends.min()


def test_the_largest_rates_explode_and_the_limit_is_where_the_page_says():
    for setting in figures.FaultyDescent.controls["rate"].values():
        words = figures.FaultyDescent.describe(rate=setting)
        assert ("above" in words) == (setting > 0.0066)


@pytest.mark.parametrize("xs", [np.arange(31.0), np.arange(-15.0, 16), np.linspace(0, 1, 11)])
@pytest.mark.parametrize("slip", ["sign of b", "both signs"])
def test_with_a_wrong_sign_an_epoch_stretches_at_every_rate(xs, slip):
    assert min(formulas.stretch(xs, rate, slip) for rate in np.logspace(-6, 0, 25)) > 1
    moved = np.array([[1, 1], [-1, -1]]) * [[xs @ xs, xs.sum()], [xs.sum(), xs.size]]
    determinant = np.linalg.det(moved)  # the changed matrices of the wrong sign of b, added up
    assert determinant == pytest.approx(xs.sum() ** 2 - xs.size * (xs @ xs)) and determinant < 0


# 5 · Biases


def test_six_points_with_and_without_a_bias():
    from scipy.optimize import minimize_scalar

    best = minimize_scalar(lambda w: formulas.unit_on_six(w, 0.0)[1])
    assert best.x == pytest.approx(0.866478, abs=1e-5)
    assert best.fun == pytest.approx(0.582572, abs=1e-6)
    outputs, loss, right = formulas.unit_on_six(15.0, -15.5)
    by_torch = F.binary_cross_entropy(
        torch.from_numpy(outputs), torch.from_numpy(formulas.LARGE[0])
    )
    assert loss == pytest.approx(by_torch.item(), rel=1e-9)
    assert loss == pytest.approx(0.008, abs=5e-4) and right == 6
    seen = {formulas.unit_on_six(w, 0.0)[2] for w in np.linspace(-30, 30, 121)}
    assert max(seen) == 3


@pytest.mark.parametrize("width", [2, 9])
def test_a_relu_network_without_biases_is_homogeneous_and_two_slopes(width):
    torch.manual_seed(width)
    network = nn.Sequential(
        nn.Linear(1, width, bias=False), nn.ReLU(), nn.Linear(width, 1, bias=False)
    )
    x = torch.linspace(-2, 2, 41)[:, None].double()
    f = network.double()
    assert torch.allclose(f(3 * x), 3 * f(x))
    y = torch.cos(2 * x) + 2
    assert (f(x) - y).square().mean() > formulas.best_without_bias()
    assert formulas.best_without_bias() == pytest.approx(2.26331, abs=1e-5)


@pytest.mark.parametrize("case", list(exercises.redundant_biases.builders.values()))
def test_a_bias_is_redundant_where_the_next_layer_can_take_it_over(case):
    """The change that a bias makes is a constant shift, or none, behind the next layer's mean."""
    (layers,) = case()
    x = torch.randn(40, 5, generator=torch.Generator().manual_seed(1)).double()
    found = []
    for at, name in enumerate(layers[:-1]):
        if name != "linear":
            continue
        weight = torch.randn(5, 5, generator=torch.Generator().manual_seed(at)).double()
        bias = torch.tensor([3.0, -1.0, 0.5, 2.0, -4.0], dtype=torch.float64)
        behind = {
            "linear": lambda z, w=weight: z @ w,
            "relu": torch.relu,
            "batch norm": lambda z: F.batch_norm(z, None, None, training=True),
            "layer norm": lambda z: F.layer_norm(z, (5,)),
        }[layers[at + 1]]
        change = behind(x @ weight + bias) - behind(x @ weight)
        if change.std(0).max() < 1e-6:
            found.append(at)
    assert exercises.redundant_biases(layers) == found


# 6 · Digits


def test_subtracting_the_largest_score_alone_does_not_help():
    X, Y = formulas.digit_columns()
    W1, b1, W2, b2 = formulas.weights(16, seed=0)
    P = formulas.softmax(1000 * W2 @ np.maximum(0, W1 @ X + b1) + b2)
    assert np.isfinite(P).all() and P.min() == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(np.sum(Y * np.log(P)))


@pytest.mark.parametrize(("width", "bias"), [(4, True), (8, False)])
def test_the_stored_trainings_begin_as_computed_again(width, bias):
    steps = range(0, 51, 50)
    again = formulas.train_digits(width, bias, 3, steps)
    at = formulas.WIDTHS.index(width)
    assert formulas.stored()[at, int(bias), 3, :2] == pytest.approx(again, abs=1.5 / 797)


def test_the_script_that_made_the_stored_trainings_writes_their_shape(monkeypatch):
    monkeypatch.setattr(formulas, "train_digits", lambda width, bias, seed: [width, bias, seed])
    made = script("backprop_digits").accuracies()
    assert made.shape[:3] == formulas.stored().shape[:3] == (5, 2, 5)
    assert formulas.stored().shape[3] == len(formulas.STEPS)
    assert made[1, 1, 3].tolist() == [4, 1, 3]


def test_what_the_page_says_of_the_widths():
    assert formulas.accuracy(4, True).mean() == pytest.approx(0.741, abs=5e-4)
    assert formulas.accuracy(4, False).mean() == pytest.approx(0.625, abs=5e-4)
    assert (formulas.accuracy(4, True) < formulas.accuracy(4, False)).sum() == 1
    for bias in (True, False):
        assert formulas.accuracy(64, bias).mean() == pytest.approx(0.94, abs=5e-3)


# What people write, and no declaration knows


def s(z):
    return 1 / (1 + np.exp(-z))


def by_the_chain(x, w1, w2, y, loss):
    a1 = s(w1 * x)
    a2 = s(w2 * a1)
    dA = a2 - y if loss == "squared error" else -y / a2 + (1 - y) / (1 - a2)
    d2 = dA * a2 * (1 - a2)
    return d2 * w2 * a1 * (1 - a1), d2


def error_for_both(x, w1, w2, y, loss):
    a1 = s(w1 * x)
    a2 = s(w2 * a1)
    return w2 * (a2 - y) * a1 * (1 - a1), a2 - y


def derivatives_by_the_outputs(x, w1, w2, y, loss):
    a1 = s(w1 * x)
    a2 = s(w2 * a1)
    d2 = 2 * (a2 - y) if loss == "squared error" else -y / a2 + (1 - y) / (1 - a2)
    return d2 * w2 * a1 * (1 - a1), d2


def weights_of_both(x, w1, w2, y, loss):
    d1, d2 = exercises.deltas(x, w1, w2, y, loss)
    return np.float64(d1 * x), np.float64(d2 * s(w1 * x))


def sigma_prime_of_outputs(x, w1, w2, y, loss):
    def slope(z):
        return s(z) * (1 - s(z))

    a1 = s(w1 * x)
    a2 = s(w2 * a1)
    d2 = a2 - y if loss == "cross-entropy" else 2 * (a2 - y) * slope(a2)
    return d2 * w2 * slope(a1), d2


def on_to_the_pre_activation(dZ, A_prev, W):
    dA = np.dot(W.T, dZ)
    return dZ @ A_prev.T / dZ.shape[1], dZ.mean(1, keepdims=True), dA * A_prev * (1 - A_prev)


def each_label_is_0_or_1(A, Y):
    cost = np.where(Y == 1, -np.log(A), -np.log(1 - A)).mean()
    return cost, np.where(Y == 1, -1 / A, 1 / (1 - A)) / A.size


def newest_bias(xs, ys, w, b, rate):
    for x, y in zip(xs, ys, strict=True):
        b += 2 * rate * (y - (w * x + b))
        w += 2 * rate * (y - (w * x + b)) * x
    return w, b


def first_linear_keeps_it(layers):
    found = []
    for before, i, behind in zip(["", *layers], range(99), [*layers[1:], ""], strict=False):
        if layers[i] == "linear" and (before == "linear" or behind == "batch norm"):
            found.append(i)
    return found


def rows_counted(dZ, A_prev, W):
    m = A_prev.shape[0]
    return np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m, np.dot(W.T, dZ)


def one_sum(dZ, A_prev, W):
    m = A_prev.shape[1]
    return (1 / m) * np.dot(dZ, A_prev.T), (1 / m) * np.sum(dZ), np.dot(W.T, dZ)


def mean_in_dZ_and_again(dZ, A_prev, W):
    dZ = dZ / dZ.shape[1]
    return dZ @ A_prev.T / dZ.shape[1], np.mean(dZ, axis=1, keepdims=True), W.T @ dZ


def course_cost(A, Y):
    cost = -np.sum(Y * np.log(A) - (1 - Y) * np.log(1 - A)) / A.shape[1]
    return np.squeeze(cost), (A - Y) / (A * (1 - A)) / A.shape[1]


def course_derivative(A, Y):
    cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    return cost, -(np.divide(Y, A) - np.divide(1 - Y, 1 - A))


def matrix_cost(A, Y):
    cost = -1 / A.shape[1] * (np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T))
    return cost, (A - Y) / (A * (1 - A)) / A.shape[1]


def pushed_the_other_way(xs, ys, w, b, rate):
    for i in range(len(xs)):
        error = (w * xs[i] + b) - ys[i]
        w += 2 * rate * error * xs[i]
        b += 2 * rate * error
    return w, b


def slope_alone(xs, ys, w, b, rate):
    for x, y in zip(xs, ys, strict=True):
        w = w - 2 * rate * x * (w * x + b - y)
    return w, b


def newest_slope(xs, ys, w, b, rate):
    for x, y in zip(xs, ys, strict=True):
        w -= -2 * rate * x * (y - (w * x + b))
        b -= -2 * rate * (y - (w * x + b))
    return w, b


def full_batch(xs, ys, w, b, rate):
    e = (w * xs + b) - ys
    return w - 2 * rate * (e @ xs) / len(xs), b - 2 * rate * e.sum() / len(xs)


def outputs_do_not_care(layers):
    last = len(layers) - 1
    ok = [i == last or layers[i + 1] in ("linear", "batch norm") for i in range(len(layers))]
    return [i for i, name in enumerate(layers) if name == "linear" and ok[i]]


def any_norm(layers):
    return [i for i in range(len(layers) - 1) if layers[i] == "linear" and "norm" in layers[i + 1]]


@pytest.mark.parametrize(
    ("exercise", "attempt", "mistake"),
    [
        ("deltas", by_the_chain, "half_squared"),
        ("deltas", error_for_both, "always_the_error"),
        ("deltas", derivatives_by_the_outputs, "by_the_outputs"),
        ("deltas", weights_of_both, "gradients_of_the_weights"),
        ("deltas", sigma_prime_of_outputs, "slope_of_sigma_at_an_output"),
        ("linear_backward", on_to_the_pre_activation, "slope_of_a_sigmoid"),
        ("binary_cross_entropy", each_label_is_0_or_1, "labels_alone"),
        ("sgd_epoch", newest_bias, "error_of_the_new_bias"),
        ("redundant_biases", first_linear_keeps_it, "second_of_two"),
        ("linear_backward", rows_counted, "m_is_the_features"),
        ("linear_backward", one_sum, "one_bias_for_all"),
        ("linear_backward", mean_in_dZ_and_again, "divided_in_dZ_and_again"),
        ("binary_cross_entropy", course_cost, "sign_inside"),
        ("binary_cross_entropy", course_derivative, "dA_without_mean"),
        ("binary_cross_entropy", matrix_cost, "one_by_one"),
        ("sgd_epoch", pushed_the_other_way, "uphill"),
        ("sgd_epoch", slope_alone, "bias_stays"),
        ("sgd_epoch", newest_slope, "error_computed_again"),
        ("sgd_epoch", full_batch, "one_step_for_all"),
        ("redundant_biases", outputs_do_not_care, "last_as_well"),
        ("redundant_biases", any_norm, "every_norm_and_no_linear"),
    ],
)
def test_attempts_that_no_declaration_knows_are_named(exercise, attempt, mistake):
    result = check(getattr(exercises, exercise), attempt)
    assert result.status == "wrong" and result.mistake == mistake
