"""Formulas and equations of 10_angles_and_cosines against SciPy, mpmath, torch and brute force.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import itertools
import math
import re

import mpmath
import numpy as np
import pytest
import torch
from scipy.optimize import approx_fprime
from scipy.stats import circmean
from torch.nn import functional as F

from helpers.angles_and_cosines import exercises, figures, formulas
from helpers.teaching.data import digits


def t64(*values):
    return torch.tensor(values, dtype=torch.float64)


# 1 · A circle has a seam


@pytest.mark.parametrize("alpha", [-700.0, -181.0, 0.0, 10.0, 179.0, 359.0, 725.0])
@pytest.mark.parametrize("beta", [-30.0, 1.0, 190.0, 350.0])
def test_the_wrapped_error_is_the_shortest_way(alpha, beta):
    ways = [alpha - beta + 360 * turns for turns in range(-5, 6)]
    shortest = min(ways, key=abs)
    assert formulas.wrapped(t64(alpha - beta)).item() == pytest.approx(shortest, abs=1e-9)
    assert exercises.angle_error(t64(alpha), t64(beta)).item() == pytest.approx(shortest, abs=1e-9)


def test_half_a_turn_is_minus_180():
    assert formulas.wrapped(t64(180.0, -180.0, 540.0)).tolist() == [-180.0] * 3


@pytest.mark.parametrize(("alpha", "beta"), [(359, 1), (200, 170), (20, 350), (90, 90)])
def test_the_mse_of_points_is_a_cosine_loss(alpha, beta):
    with mpmath.workdps(40):
        a, b = (mpmath.radians(x) for x in (alpha, beta))
        exact = float(
            ((mpmath.cos(a) - mpmath.cos(b)) ** 2 + (mpmath.sin(a) - mpmath.sin(b)) ** 2) / 2
        )
    pair = t64(float(alpha)), t64(float(beta))
    code = formulas.CODES["(cos, sin), mean squared error"]
    assert code(*pair).item() == pytest.approx(exact, abs=1e-14)
    assert 1 - math.cos(math.radians(alpha - beta)) == pytest.approx(exact, abs=1e-14)
    points = [formulas.points(x) for x in pair]
    assert formulas.cosine_loss(*points).item() == pytest.approx(exact, abs=1e-14)


def test_the_numbers_of_the_first_section():
    turns, points = formulas.CODES.values()
    assert turns(t64(359.0), t64(1.0)).item() == pytest.approx(0.98892, abs=5e-6)
    assert points(t64(359.0), t64(1.0)).item() == pytest.approx(0.000609, abs=5e-7)
    assert turns(t64(350.0), t64(180.0)).item() == pytest.approx(0.22, abs=0.005)
    assert turns(t64(350.0), t64(20.0)).item() == pytest.approx(0.84, abs=0.005)
    assert points(t64(350.0), t64(20.0)).item() == pytest.approx(0.134, abs=5e-4)
    grid = t64(*range(0, 361))
    blurred = turns(t64(350.0), grid) + turns(t64(10.0), grid)
    assert grid[blurred.argmin()] == 180  # what the first prediction says


@pytest.mark.parametrize(
    ("degrees", "weights"),
    [([350, 10, 20], None), ([200, 220, 250], None), ([100, 170, 5, 340], [1, 2, 0.5, 3])],
)
def test_the_circular_mean_is_that_of_scipy(degrees, weights):
    repeated = degrees if weights is None else np.repeat(degrees, [int(2 * w) for w in weights])
    exact = circmean(repeated, high=360)
    mine = exercises.circular_mean(t64(*degrees), t64(*(weights or [1.0] * len(degrees))))
    assert mine.item() == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("degrees", [(350.0, 10.0, 20.0), (320.0, 340.0, 10.0)])
def test_the_mean_of_numbers_is_far_from_each_of_them(degrees):
    numbers = t64(*degrees)
    assert formulas.wrapped(numbers.mean() - numbers).abs().min() > 90


def test_circular_mean_of_the_thread():
    mine = exercises.circular_mean(t64(350.0, 10.0, 20.0), torch.ones(3).double())
    assert mine.item() == pytest.approx(6.70495, abs=5e-6)


@pytest.mark.parametrize("degrees", [0.0, 20.0, 170.0, 200.0, 340.0])
def test_angles_come_back(degrees):
    assert formulas.angles(formulas.points(t64(degrees))).item() % 360 == pytest.approx(degrees)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: formulas.points(torch.tensor([1, 2])), TypeError, "float tensor"),
        (lambda: formulas.points(3.0), TypeError, "float tensor"),
        (lambda: formulas.angles(torch.zeros(2, 3)), ValueError, "dimension of 2"),
        (lambda: formulas.cosine_loss(torch.ones(2, 3), torch.ones(3)), ValueError, "Two shapes"),
        (lambda: formulas.turned(torch.ones(2, 64), torch.ones(3)), ValueError, "match"),
        (lambda: formulas.turned(torch.ones(2, 63), torch.ones(2)), ValueError, "match"),
    ],
)
def test_what_would_broadcast_or_be_read_wrongly_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_zero_vectors_and_nan():
    """Zeros have no direction: the plain formula gives NaN, the guarded one costs 1."""
    zero, one = torch.zeros(1, 2).double(), torch.ones(1, 2).double()
    assert formulas.cosine_loss(zero, one).isnan().all()
    assert formulas.cosine_loss(one * math.nan, one).isnan().all()
    assert exercises.cosine_loss(zero, one, 1e-8).item() == 1
    assert formulas.angles(zero).item() == 0
    zero.requires_grad_()
    loss = exercises.cosine_loss(zero, one, 1e-8)
    (gradient,) = torch.autograd.grad(loss, zero)
    assert gradient.norm().item() == pytest.approx(1e8)


# 2 · The corners


@pytest.mark.parametrize("loss", formulas.ANGLE_LOSSES)
@pytest.mark.parametrize("target", [20, 250])
@pytest.mark.parametrize("z", [(1.0, 1.0), (0.3, -2.0), (4.0, 4.0)])
def test_the_tanh_multiplies_by_its_slope(loss, target, z):
    value, found = formulas.pull(z, target, "tanh", loss)
    outputs = torch.tensor(z, dtype=torch.float64).tanh()
    by_outputs = formulas.pull(outputs, target, "linear", loss)[1]
    with mpmath.workdps(30):
        slopes = [float(mpmath.sech(x) ** 2) for x in z]
    assert found.tolist() == pytest.approx((t64(*slopes) * by_outputs).tolist(), rel=1e-9)
    aim = np.array([math.cos(math.radians(target)), math.sin(math.radians(target))])

    def by_hand(z):
        a = np.tanh(z)
        if loss == "MSE":
            return np.mean((a - aim) ** 2)
        return 1 - a @ aim / np.linalg.norm(a)

    assert value == pytest.approx(by_hand(np.array(z)), rel=1e-12)
    assert found.tolist() == pytest.approx(approx_fprime(np.array(z), by_hand, 1e-7), abs=2e-7)


@pytest.mark.parametrize(
    ("r", "tanh", "linear"),
    [
        (1, 0.164791, 0.298836),
        (2, 0.0219, 0.149418),
        (4, 4.01e-4, 0.0747091),
        (8, 1.345e-7, 0.0373545),
    ],
)
def test_the_gradients_of_the_thread(r, tanh, linear):
    value, found = formulas.pull((r, r), 20, "tanh")
    assert value == pytest.approx(0.0936922, abs=5e-8)
    assert found.norm().item() == pytest.approx(tanh, rel=1e-3)
    assert formulas.pull((r, r), 20)[1].norm().item() == pytest.approx(linear, rel=1e-5)


@pytest.mark.parametrize("loss", formulas.ANGLE_LOSSES)
@pytest.mark.parametrize("activation", formulas.ACTIVATIONS)
def test_descent_in_plain_floats_is_that_of_autograd(activation, loss):
    z = torch.tensor([1.0, -0.5], dtype=torch.float64)
    path = formulas.descend((1.0, -0.5), 140, activation, loss, steps=50)
    for step in range(50):
        torch.testing.assert_close(path[step], z, rtol=1e-10, atol=1e-12)
        z = z - 0.5 * formulas.pull(z, 140, activation, loss)[1]


def ends(start, activation, loss="cosine", steps=1000):
    path = formulas.descend((start, start), 20, activation, loss, steps)
    return formulas.output_angles(path[-1], activation).item()


def test_what_the_page_says_of_the_corners():
    assert ends(4.0, "tanh") == pytest.approx(44.99, abs=0.005)
    path = formulas.descend((2.0, 2.0), 200, "tanh")
    for corner in (45, 135):
        waits = (formulas.output_angles(path, "tanh") - corner).abs() < 2
        assert 20 < waits.sum() < 100  # steps
    assert ends(4.0, "linear") == pytest.approx(20, abs=1e-4)
    assert ends(8.0, "linear") == pytest.approx(20.51, abs=0.005)
    assert ends(4.0, "tanh", steps=5000) == pytest.approx(20, abs=1e-6)
    slopes = [formulas.pull((r, r), 20, "tanh")[1].norm().item() for r in (2, 4, 8)]
    assert slopes[0] / slopes[1] == pytest.approx(55, abs=1)  # the prediction's “about 50”
    first = formulas.pull((1.0, 1.0), 20, "tanh")[1].norm().item()
    assert first / slopes[0] == pytest.approx(7.5, abs=0.05)
    assert slopes[1] / slopes[2] == pytest.approx(3000, abs=50)
    assert 1 - math.tanh(4) ** 2 == pytest.approx(0.0013, abs=5e-5)
    assert 1 - math.tanh(2) ** 2 == pytest.approx(0.071, abs=5e-4)
    small = formulas.descend((0.25, 0.25), 20, "tanh", "MSE")[-1].tanh()
    assert small.norm().item() == pytest.approx(1, abs=1e-3)  # the MSE's length


# 3 · A loss without a scale


@pytest.mark.parametrize("dimensions", [2, 6])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_the_gradient_of_a_cosine_loss(dimensions, scale):
    generator = torch.Generator().manual_seed(dimensions)
    z, b = torch.randn(2, dimensions, dtype=torch.float64, generator=generator)
    z = (scale * z).requires_grad_()
    found = formulas.cosine_gradient(z.detach(), b)
    (gradient,) = torch.autograd.grad(1 - F.cosine_similarity(z, b, dim=0), z)
    torch.testing.assert_close(found, gradient, rtol=1e-9, atol=1e-12)
    unit = z.detach() / z.detach().norm()
    assert abs((found @ unit).item()) < 1e-12 / scale
    sine = math.sqrt(1 - F.cosine_similarity(z, b, dim=0).item() ** 2)
    assert found.norm().item() == pytest.approx(sine / z.norm().item(), rel=1e-9)


@pytest.mark.parametrize("rate", [0.1, 1.0])
@pytest.mark.parametrize("size", [2.29e-4, 1.0, 10.0])
def test_the_length_after_a_step(size, rate):
    z, b = size * t64(0.6, 0.8), t64(3.0, -1.0)
    with mpmath.workdps(40):
        cosine = (mpmath.mpf("0.6") * 3 - mpmath.mpf("0.8")) / mpmath.sqrt(10)
        exact = mpmath.sqrt(
            mpmath.mpf(size) ** 2 + (1 - cosine**2) * (rate / mpmath.mpf(size)) ** 2
        )
    after = formulas.lengths(z, b, rate, steps=1)[1]
    assert after.item() == pytest.approx(float(exact), rel=1e-9)


def test_what_the_page_says_of_lengths():
    def slope(**values):
        return figures.PushOfCosine.describe(**values)

    assert "makes z 866 long" in slope(length=0.001)
    assert "makes z 10 long" in slope(length=10.0)
    assert "away from b" in slope(loss="1 − cos²", between=120)
    assert "loss 0.117" in slope(loss="1 − cos²", between=160)
    assert math.hypot(0.001, 1 / 0.001) == pytest.approx(1000, abs=1e-6)  # the prediction
    b = t64(1.0, 3.0)
    plain = formulas.lengths(t64(2.0, 1.0), b, 1, 300, noise=2.0)
    assert (plain.diff() > -1e-12).all()
    assert (plain[300] / plain[30]).item() == pytest.approx(1.5, abs=0.2)  # on, slowly
    slower = formulas.lengths(t64(2.0, 1.0), b, 0.1, 20, noise=2.0, adam=True)
    tiny = formulas.lengths(t64(2.0, 1.0) / 1e4, b, 0.1, 20, noise=2.0, adam=True)
    assert slower.diff().abs().max() < 0.15 and tiny.max() < 20 * 0.15  # no explosion
    kept = formulas.lengths(t64(2.0, 1.0), b, 1, 1000, noise=2.0, adam=True)
    assert kept[-1] > 10 * kept[0]  # no brake either


@pytest.mark.parametrize("size", [0.0, 1e-4, 0.05, 0.1, 3.0])
def test_eps_bounds_the_gradient(size):
    z = (size * t64(0.6, 0.8)).requires_grad_()
    loss = 1 - F.cosine_similarity(z, t64(1.0, -0.75), dim=0, eps=0.1)
    assert torch.autograd.grad(loss, z)[0].norm() <= 10 + 1e-9


@pytest.mark.parametrize(("adam", "theirs"), [(False, torch.optim.SGD), (True, torch.optim.Adam)])
def test_steps_are_those_of_torch(adam, theirs):
    b = t64(1.0, 3.0)
    z = t64(2.0, 1.0).requires_grad_()
    optimiser, kept = theirs([z], lr=0.3), [z.norm().item()]
    for _ in range(20):
        optimiser.zero_grad()
        (1 - F.cosine_similarity(z, b, dim=0)).backward()
        optimiser.step()
        kept.append(z.norm().item())
    found = formulas.lengths(t64(2.0, 1.0), b, 0.3, 20, adam)
    assert found.tolist() == pytest.approx(kept, rel=1e-9)


# 4 · Rows that mix


def test_the_rows_of_a_gram_matrix_mix_all_rows():
    a = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for i in range(4):
        each = [sum(x * y for x, y in zip(a[i], a[j], strict=True)) for j in range(4)]
        assert (a @ a.T)[i].tolist() == pytest.approx([x.item() for x in each])
        assert (a[i] @ a.sum(0)).item() == pytest.approx(sum(each).item())
    b = a.flip(0) + 1
    for rows in (1, 4):
        by_hand = [
            (a[i] @ b[i]).item()
            / complex((a[i] @ a[:rows].sum(0)).item() * 1) ** 0.5
            / complex((b[i] @ b[:rows].sum(0)).item() * 1) ** 0.5
            for i in range(rows)
        ]
        for found, exact in zip(formulas.gram_cosine(a[:rows], b[:rows]), by_hand, strict=True):
            assert found.isnan() if abs(exact.imag) > 1e-9 else found == pytest.approx(exact.real)


def test_the_cosines_of_the_thread():
    b = t64([0.8, 0.2], [0.3, 0.7])
    first, second = formulas.gram_cosine(t64([1.0, 0.0], [-0.9, 0.1]), b)
    assert first.item() == pytest.approx(2.457, abs=5e-4) and second.isnan()
    found = formulas.gram_cosine(t64([1.0, 0.0], [-0.99, 0.1]), b)
    assert found.tolist() == pytest.approx([7.77, -23.17], abs=5e-3)
    assert (1 - found.square()).mean().item() == pytest.approx(-297.6, abs=0.05)
    positive = t64([0.7, 0.3], [0.6, 0.4], [0.2, 0.8])
    found = formulas.gram_cosine(positive, positive)
    assert [round(found.min().item(), 2), round(found.max().item(), 2)] == [0.35, 0.45]


@pytest.mark.parametrize(("batch", "lost"), [(2, [2, 1, 11]), (8, [1, 1, 1]), (32, [1, 1, 1])])
def test_mixed_rows_end_in_nan(batch, lost):
    for seed, step in enumerate(lost):
        kept = formulas.rows_training("matrix products", batch, seed)
        assert kept.isnan().int().argmax() == step
        assert formulas.rows_training("row by row", batch, seed).max() < 2


def test_the_linear_model_learns_rows_of_shares():
    generator = torch.Generator().manual_seed(0)
    inputs, hidden, weights = (
        torch.randn(shape, dtype=torch.float64, generator=generator)
        for shape in ((256, 8), (8, 6), (8, 6))
    )
    shares, weights = (inputs @ hidden).softmax(1), (0.1 * weights).requires_grad_()
    rows = torch.randint(256, (2,), generator=generator)
    cosines = F.cosine_similarity(inputs[rows] @ weights, shares[rows])
    (gradient,) = torch.autograd.grad((1 - cosines).mean(), weights)
    found = formulas.rows_training("row by row", 2)
    assert found[1].item() == pytest.approx((weights - 0.1 * gradient).norm().item())


# 5 · Histograms


@pytest.mark.parametrize("seed", [0, 1])
def test_the_gradient_of_a_cross_entropy_with_shares(seed):
    generator = torch.Generator().manual_seed(seed)
    z, t = torch.randn(2, 7, dtype=torch.float64, generator=generator)
    t = t.softmax(0)

    def by_hand(z):
        return float(np.log(np.exp(z).sum()) - t.numpy() @ z)

    exact = approx_fprime(z.numpy(), by_hand, 1e-7)
    assert (z.softmax(0) - t).tolist() == pytest.approx(exact, abs=1e-6)
    cost = formulas.HISTOGRAM_LOSSES["cross-entropy"](z.softmax(0), t).item()
    assert cost == pytest.approx(by_hand(z.numpy()))
    assert cost == pytest.approx(F.cross_entropy(z[None], t[None]).item())
    apart = cost - F.kl_div(z[None].log_softmax(1), t[None], reduction="batchmean").item()
    assert apart == pytest.approx(-(t * t.log()).sum().item())  # does not depend on z


@pytest.mark.parametrize("shift", [0, 1, 4, 9])
def test_a_full_bin_costs_its_distance(shift):
    p, t = torch.zeros(2, 12, dtype=torch.float64)
    t[2], p[2 + shift] = 1, 1
    by_hand = sum((p[: k + 1].sum() - t[: k + 1].sum()) ** 2 for k in range(12))
    found = formulas.HISTOGRAM_LOSSES["cumulative"](p, t)
    assert found.item() == by_hand.item() == shift


def test_the_ink_of_a_picture_is_spread_over_its_columns():
    images, _ = digits()
    ink = formulas.ink_by_column(images[:50])
    picture = images[7].reshape(8, 8).double()
    assert ink.sum(1).tolist() == pytest.approx([1.0] * 50)
    assert ink[7, 3].item() == pytest.approx((picture[:, 3].sum() / picture.sum()).item())
    shifted = formulas.moved(ink, 6)
    torch.testing.assert_close(shifted[:, 6:14], 0.95 * ink[:, :8] + 0.05 / 16)


def shares(**values):
    found = re.findall(r"\((\d+) %\)", figures.MovedHistogram.describe(**values))
    return dict(zip(formulas.HISTOGRAM_LOSSES, map(int, found), strict=True))


def test_what_the_page_says_of_histograms():
    at_five, at_six = shares(shift=5, width=1.0), shares(shift=6, width=1.0)
    assert min(at_five[name] for name in list(at_five)[:3]) >= 99
    assert at_six["cumulative"] == 55
    wide = [shares(shift=s, width=3.0) for s in range(11)]
    assert all(a[n] < b[n] for a, b in itertools.pairwise(wide) for n in a)


def left_over(loss, z, t, rate, steps):
    """The share in wrong bins after descent on the logits z."""
    for _ in range(steps):
        z = z.detach().requires_grad_()
        cost = formulas.HISTOGRAM_LOSSES[loss](z.softmax(0), t)
        z = z - rate * torch.autograd.grad(cost, z)[0]
    return ((z.softmax(0) - t).abs().sum() / 2).item()


@pytest.mark.parametrize("shift", [6, 10])
@pytest.mark.parametrize("rate", [0.3, 1.0, 3.0])
def test_logits_learn_a_far_histogram_by_cross_entropy(shift, rate):
    start, t = formulas.bump(3 + shift, 1.0).log(), formulas.bump(3, 1.0)
    found = {name: left_over(name, start, t, rate, 100) for name in formulas.HISTOGRAM_LOSSES}
    assert min(found, key=found.get) == "cross-entropy"


def test_two_bumps_may_cost_less_farther_off():
    t = (formulas.bump(3, 0.5) + formulas.bump(9, 0.5)) / 2
    for name, cost in formulas.HISTOGRAM_LOSSES.items():
        near, far = (cost(t.roll(shift), t).item() for shift in (3, 6))
        assert (far > near) == (name == "cumulative")


# 6 · Rotated digits


def test_pictures_turn_anticlockwise():
    images, _ = digits()
    framed = F.pad(images[3].float().reshape(8, 8) / 16, (2, 2, 2, 2))
    for quarters in range(4):
        found = formulas.turned(images[3:4], torch.tensor([90.0 * quarters]))[0]
        torch.testing.assert_close(found, torch.rot90(framed, quarters), atol=1e-5, rtol=0)


def test_a_turned_pixel_is_the_mean_of_the_four_around_its_place():
    images, _ = digits()
    framed = np.pad(images[3].numpy().reshape(8, 8) / 16, 3)
    found = formulas.turned(images[3:4], torch.tensor([20.0]))[0]
    cos, sin = math.cos(math.radians(20)), math.sin(math.radians(20))
    for row, column in ((4, 5), (7, 3), (9, 8)):
        x, y = column - 5.5, row - 5.5  # y goes down
        old_x, old_y = cos * x - sin * y + 5.5, sin * x + cos * y + 5.5
        i, j = math.floor(old_y), math.floor(old_x)
        v, u = old_y - i, old_x - j
        four = framed[i + 1 : i + 3, j + 1 : j + 3]
        mean = np.array([1 - v, v]) @ four @ np.array([1 - u, u])
        assert found[row, column].item() == pytest.approx(mean, abs=1e-5)


def test_training_and_testing_share_no_picture():
    images, labels = digits()
    (x, degrees), (unseen, true) = formulas.rotated_digits(3)
    assert x.shape == (2160, 144) and unseen.shape == (488, 144)
    assert len((labels == 3).nonzero()) == 183
    threes = images[labels == 3]
    upright = formulas.turned(threes[:120], torch.zeros(120)).flatten(1)
    torch.testing.assert_close(x[degrees == 0], upright)
    tested = formulas.turned(threes[120:181].repeat_interleave(8, 0), true).flatten(1)
    torch.testing.assert_close(unseen, tested)
    assert not {row.numpy().tobytes() for row in threes[:120]} & {
        row.numpy().tobytes() for row in threes[120:]
    }
    assert true.min() >= 0 and true.max() < 360


@pytest.mark.parametrize("output", ["tanh, cosine", "linear, MSE", "one number, MSE"])
def test_the_stored_trainings_are_those_of_the_script(output, rate=0.003):
    network = formulas.angle_network(3, output, rate, seed=0)
    guess, length = formulas.predicted(network, 3, output)
    off = formulas.wrapped(guess - torch.from_numpy(formulas.guesses(3, output, rate))).abs()
    assert off.median() < 0.5
    stored = [formulas.over_seeds(3, output, rate, m)[0].item() for m in formulas.MEASURES]
    found = [*formulas.measured(guess, formulas.rotated_digits(3)[1][1]), length]
    assert found == pytest.approx(stored, rel=0.05, abs=0.02)


@pytest.mark.parametrize("rate", formulas.SGD_RATES)
@pytest.mark.parametrize("digit", formulas.DIGITS)
def test_the_stored_trainings_by_plain_descent_are_those_of_the_script(digit, rate):
    network = formulas.angle_network(digit, "tanh, cosine", rate, 1, optimiser=torch.optim.SGD)
    guess, _ = formulas.predicted(network, digit, "tanh, cosine")
    stuck, error, _ = formulas.measured(guess, formulas.rotated_digits(digit)[1][1])
    stored = (formulas.by_sgd(digit, "tanh, cosine", rate, m)[1] for m in ("stuck", "error"))
    assert (stuck, error) == pytest.approx([x.item() for x in stored], rel=0.1, abs=0.05)


def test_how_many_networks_stick():
    def shares(read, rates):
        found = [read(d, "tanh, cosine", r, "stuck") for d in formulas.DIGITS for r in rates]
        return torch.cat(found)

    high = torch.cat([shares(formulas.over_seeds, [0.1]), shares(formulas.by_sgd, [20.0])])
    low = shares(formulas.over_seeds, [0.003, 0.01])
    found = [round(100 * x.item()) for x in (high.min(), high.max(), low.min(), low.max())]
    assert found == [82, 100, 10, 16]
    assert (shares(formulas.by_sgd, [1.0]) > 0.8).sum() == 3  # of ten
    assert all(  # nothing sticks at 0.01
        formulas.over_seeds(d, o, 0.01, "stuck").max() < 0.17
        for d in formulas.DIGITS
        for o in formulas.OUTPUTS
    )


def test_what_is_measured_of_predictions():
    true = torch.tensor([10.0, 350.0, 100.0, 200.0])
    guess = torch.tensor([350.0, 1.0, 92.0, 226.0])
    stuck, error, seam = formulas.measured(guess, true)
    assert (stuck, error, seam) == pytest.approx((0.75, (20 + 11 + 8 + 26) / 4, 15.5))


def test_what_the_page_says_of_the_digits():
    def mean(digit, output, rate, measure="error"):
        return formulas.over_seeds(digit, output, rate, measure).mean().item()

    for digit, rate in ((3, 0.003), (3, 0.01), (4, 0.003), (4, 0.01)):
        for measure, low, high in (("error", 2, 3), ("error at the seam", 2.7, 3.1)):
            number, points = (
                mean(digit, o, rate, measure) for o in ("one number, MSE", "linear, MSE")
            )
            assert low < number / points < high
    assert [round(mean(3, o, 0.01)) for o in ("linear, cosine", "linear, MSE")] == [9, 10]
    assert [round(mean(4, o, 0.01)) for o in ("linear, cosine", "linear, MSE")] == [18, 14]
    assert [round(mean(d, "linear, MSE", 0.1)) for d in (3, 4)] == [42, 62]
    assert [round(mean(d, "one number, MSE", 0.1)) for d in (3, 4)] == [92, 71]
    assert round(mean(3, "linear, cosine", 0.1), 1) == 10.7
    assert round(mean(3, "tanh, MSE", 0.1), 1) == 59.7
    stuck = torch.from_numpy(formulas.guesses(3, "tanh, cosine", 0.1)) % 360
    near = [((stuck - line).abs() < 5).float().mean() for line in (45, 315)]
    assert sum(near) > 0.95 and min(near) > 0.3
    along = formulas.wrapped(
        torch.from_numpy(formulas.guesses(3, "tanh, cosine", 0.01))
        - formulas.rotated_digits(3)[1][1]
    )
    assert along.abs().median() < 10  # the dots lie along the diagonal
    line = formulas.guesses(3, "tanh, MSE", 0.1)
    assert line.std() < 1 and line.mean() == pytest.approx(135, abs=0.5)
    true = formulas.rotated_digits(3)[1][1]
    assert formulas.measured(true, true)[0] == pytest.approx(0.13, abs=0.005)
    for digit in (3, 4):
        for output in ("tanh, cosine", "linear, cosine"):
            assert mean(digit, output, 0.1, "length") > 20
        assert formulas.over_seeds(digit, "linear, cosine", 0.1, "stuck").max() < 0.15
        best = {output: mean(digit, output, 0.1) for output in formulas.OUTPUTS}
        assert min(best, key=best.get) == "linear, cosine"  # the last prediction
        assert mean(digit, "linear, MSE", 0.01, "length") == pytest.approx(0.9, abs=0.05)


def test_at_a_high_rate_some_networks_give_the_same_answer_for_every_picture():
    assert formulas.guesses(4, "linear, MSE", 0.1).std() < 0.1
