"""The maths of loss coordinates against torch, SciPy, mpmath and NumPy; every number of the prose."""

import math

import mpmath
import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import torch
from closeness import close
from data_scripts import script

from helpers.loss_coordinates import exercises, figures, formulas
from helpers.teaching.data import quakes

P, Y = formulas.PREDICTED, formulas.TRUE
FULL = torch.tensor([[2, 0.9], [-0.5, 3]], dtype=torch.float64)


# 1 · Turn and shift


def test_a_shear_adds_and_a_stretch_doubles_as_the_page_says():
    one = torch.tensor([3.0, 10.0]).double()
    assert (formulas.MAPS["shear"] @ one).tolist() == [3 + 0.7 * 10, 10]
    assert (formulas.MAPS["stretch"] @ one).tolist() == [6, 10]


@pytest.mark.parametrize("A", [*formulas.MAPS.values(), FULL])
def test_the_squared_length_in_new_coordinates(A):
    e = (P - Y).numpy()
    for row in e:
        close(np.linalg.norm(A.numpy() @ row) ** 2, row @ (A.numpy().T @ A.numpy()) @ row)
    moved = formulas.LOSSES["MSE"](P @ A.T + 3, Y @ A.T + 3)
    close(moved, np.square(e @ A.numpy().T).mean())


def test_only_orthogonal_maps_keep_every_length():
    generator = torch.Generator().manual_seed(0)
    errors = torch.randn(50, 2, generator=generator, dtype=torch.float64)
    for A in [*formulas.MAPS.values(), FULL, 2 * formulas.turning(40)]:
        keeps = torch.allclose((errors @ A.T).norm(dim=1), errors.norm(dim=1))
        assert keeps == torch.allclose(A.T @ A, torch.eye(2, dtype=torch.float64))


def test_the_numbers_of_the_thread():
    def at(loss, angle):
        return formulas.value_and_gradient(formulas.LOSSES[loss], formulas.turning(angle))[0]

    assert [round(at("L1", a), 6) for a in (0, 30, 45, 90)] == [
        0.916667,
        0.857852,
        0.824958,
        0.916667,
    ]
    assert [round(at("Huber", a), 6) for a in (0, 30, 90)] == [0.458333, 0.446421, 0.458333]
    l1 = formulas.LOSSES["L1"]
    old, new = (formulas.value_and_gradient(l1, formulas.turning(a))[1] for a in (0, 30))
    assert ((new - old).norm() / old.norm()).item() == pytest.approx(0.72, abs=0.005)
    for loss in ("MSE", "mean distance"):
        assert at(loss, 30) == pytest.approx(at(loss, 0), abs=1e-14)
    for a in (0, 30, 45):  # all errors shorter than 1: half the square
        turned = (P - Y) / 2 @ formulas.turning(a).T
        assert turned.norm(dim=1).max() < 1
        close(formulas.LOSSES["Huber"](turned, 0 * turned), 23 / 192)
    shifted = formulas.value_and_gradient(formulas.LOSSES["MSE"], formulas.turning(30), shift=4.0)
    assert shifted[0] == pytest.approx(23 / 24, abs=1e-12)


@pytest.mark.parametrize("loss", formulas.LOSSES)
def test_points_on_a_curve_of_equal_cost_cost_the_same(loss):
    ring = formulas.equal_cost(loss, (P - Y)[0], figures.CIRCLE)
    function = formulas.LOSSES[loss]
    costs = [function(e[None], torch.zeros(1, 2).double()).item() for e in ring]
    close(costs, [function(P[:1], Y[:1]).item()] * len(costs), 1e-8)


# 2 · Stretch and shear


@pytest.mark.parametrize("A", [*formulas.MAPS.values(), FULL])
@pytest.mark.parametrize("loss", formulas.LOSSES)
def test_eq_2_1_the_chain_rule_through_a_frame(A, loss):
    way = formulas.LOSSES[loss]
    found = formulas.value_and_gradient(way, A)[1]
    z = (P @ A.T).numpy()

    def of_z(flat):
        return way(torch.from_numpy(flat.reshape(3, 2)), Y @ A.T).item()

    by_z = scipy.optimize.approx_fprime(z.flatten(), of_z, 1e-7).reshape(3, 2)
    np.testing.assert_allclose(found, by_z @ A.numpy(), atol=1e-5)


def test_what_the_page_says_of_the_way():
    identity = torch.eye(2, dtype=torch.float64)
    straight, _ = formulas.descent(identity)
    bent, _ = formulas.descent(formulas.stretching(2.0, 0.0))
    steps = (bent[1] - bent[0]).abs(), (bent[-1] - bent[1]).abs()
    assert steps[0][0] > 2 * steps[0][1]  # nearly sideways first
    assert steps[1][1] > 4 * steps[1][0]  # then up
    directions = straight[1:6] - straight[:5]
    close(directions[:, 0] * directions[0, 1], directions[:, 1] * directions[0, 0])
    slow = formulas.descent(formulas.stretching(0.5, 0.0))[1][-1]
    assert slow > 1e4 * formulas.descent(identity)[1][-1]


@pytest.mark.parametrize(("stretch", "shear"), [(2.0, 0.0), (0.5, 0.7), (1.0, -1.0)])
def test_the_way_is_that_of_autograd(stretch, shear):
    path, losses = formulas.descent(formulas.stretching(stretch, shear))
    p = P[0].clone().requires_grad_()
    for step in range(5):
        e = p - Y[0]
        loss = (stretch * e[0] + shear * e[1]) ** 2 + e[1] ** 2
        close(path[step], p.detach(), 1e-10)
        close(losses[step], loss.detach(), 1e-10)
        p.data -= 0.1 * torch.autograd.grad(loss, p)[0]


@pytest.mark.parametrize(("name", "stays"), [("turn", True), ("shear", False), ("stretch", True)])
def test_the_best_fit_moves_where_the_coordinates_use_other_features(name, stays):
    """Here the north alone sees depth²; with the same features for both, the page's cell shows it."""
    x, y = (v.numpy() for v in formulas.tonga())

    def best(A):
        east, north = x[:, :2], x
        design = np.concatenate([np.kron(east, A[:, :1]), np.kron(north, A[:, 1:])], 1)
        return np.linalg.lstsq(design, (y @ A.T).ravel(), rcond=None)[0]

    moved = np.abs(best(formulas.MAPS[name].numpy()) - best(np.eye(2))).max()
    assert (moved < 1e-8) == stays
    assert stays or moved > 0.01


# 3 · Likelihoods


@pytest.mark.parametrize("A", [*formulas.MAPS.values(), FULL])
@pytest.mark.parametrize("correlation", [-0.5, 0.6])
def test_the_gaussian_nll_in_new_coordinates(A, correlation):
    sigma = formulas.covariance(correlation)
    moved = (A @ sigma @ A.T).numpy()
    old, new = (
        np.array(
            [-scipy.stats.multivariate_normal(m, c).logpdf(v) for m, v in zip(p, y, strict=True)]
        )
        for p, y, c in ((P.numpy(), Y.numpy(), sigma.numpy()), (P @ A.T, Y @ A.T, moved))
    )
    close(formulas.gaussian_nll(P, Y, sigma), old, 1e-10)
    close(formulas.gaussian_nll(P @ A.T, Y @ A.T, torch.from_numpy(moved)), new, 1e-10)
    close(new, old + math.log(abs(np.linalg.det(A.numpy()))), 1e-10)
    close(exercises.transformed_gaussian_nll(torch.from_numpy(old), A), new, 1e-10)


@pytest.mark.parametrize(("mean", "spread", "y"), [(6, 0.5, 562.0), (-1, 2, 0.3)])
def test_eq_3_1_the_density_of_y_from_that_of_its_logarithm(mean, spread, y):
    theirs = -scipy.stats.lognorm(spread, scale=math.exp(mean)).logpdf(y)
    with mpmath.workdps(30):
        density = mpmath.npdf(mpmath.log(y), mean, spread)
        log = -mpmath.log(density)
    mine = exercises.changed_nll(*(torch.tensor([float(v)], dtype=torch.float64) for v in (log, y)))
    close(mine, [theirs], 1e-10)


def test_a_covariance_must_be_positive_definite():
    with pytest.raises(ValueError, match="PositiveDefinite"):
        formulas.gaussian_nll(P, Y, torch.tensor([[1.0, 2], [2, 1]]).double())
    with pytest.raises(RuntimeError, match="singular"):
        exercises.gradient_in_other_frame(P, torch.ones(2, 2).double())


def test_a_carried_covariance_is_that_of_the_moved_errors():
    e = formulas.tonga_errors().numpy()
    for A in formulas.MAPS.values():
        moved = np.cov(e @ A.numpy().T, rowvar=False)
        close(exercises.carry_covariance(torch.from_numpy(np.cov(e.T))[None], A)[0], moved, 1e-10)


def test_what_the_page_says_of_the_ellipses():
    def told(what, angle=30):
        return figures.CarriedCovariance.describe(what=what, angle=angle)

    assert "4.947 in the old frame, 4.113" in told("nothing")
    assert all("4.947 in the turned" in told("all of it", a) for a in (30, 45, 90))
    c, s = math.cos(math.radians(30)), math.sin(math.radians(30))
    both = 0.6 * math.sqrt(0.8 * 0.5)
    kept = [
        0.8 * c * c + 0.5 * s * s - 2 * c * s * both,
        0.8 * s * s + 0.5 * c * c + 2 * c * s * both,
    ]
    turned = (P - Y).numpy() @ np.array([[c, s], [-s, c]])
    nll = -scipy.stats.norm(0, np.sqrt(kept)).logpdf(turned).sum(1).mean()
    assert f"{nll:.3f} in the turned" in told("only the diagonal")
    assert abs(nll - 4.947) > 0.1


def test_the_turned_errors_lie_nearer_to_the_long_axes():
    long = torch.linalg.eigh(formulas.covariance(0.6)).eigenvectors[:, 1]

    def off(errors):
        return [
            round(v) for v in ((errors @ long).abs() / errors.norm(dim=1)).acos().rad2deg().tolist()
        ]

    assert off(P - Y) == [89, 82, 61]
    assert off((P - Y) @ formulas.turning(30).T) == [61, 68, 31]


def test_normal_nll_is_that_of_the_best_normal():
    v = np.log(quakes()[4])
    best = -scipy.stats.norm(*scipy.stats.norm.fit(v)).logpdf(v).mean()
    close(formulas.normal_nll(torch.from_numpy(v)), best, 1e-10)


# 4 · Frames that are predicted


@pytest.mark.parametrize("weights", [(1, 1), (1, 4), (4, 1), (2, 0.3)])
@pytest.mark.parametrize("angle", [0.3, -1.2])
def test_the_derivative_by_the_angle(weights, angle):
    e, w = (P - Y).numpy(), weights

    def loss(theta):
        turned = e @ np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])
        return (turned**2 @ w).mean(), (2 * (w[0] - w[1]) * turned[:, 0] * turned[:, 1]).mean()

    numeric = (loss(angle + 1e-6)[0] - loss(angle - 1e-6)[0]) / 2e-6
    assert loss(angle)[1] == pytest.approx(numeric, abs=1e-7)
    theta = torch.tensor(angle, dtype=torch.float64, requires_grad=True)
    value = formulas.framed_loss(P - Y, theta, weights)
    close(value.detach(), loss(angle)[0])
    close(torch.autograd.grad(value, theta)[0], loss(angle)[1], 1e-10)


@pytest.mark.parametrize("costly", formulas.COSTLY)
@pytest.mark.parametrize("detached", [False, True])
def test_the_stored_way_of_the_angle_is_that_of_autograd(costly, detached):
    angle = torch.tensor(20.0).double().deg2rad().requires_grad_()
    for _ in range(20):
        frame = angle.detach() if detached else angle
        loss = formulas.framed_loss(formulas.tonga_errors(), frame, formulas.COSTLY[costly])
        loss = loss + 5 * (angle - math.radians(70)) ** 2
        angle.data -= 0.002 * torch.autograd.grad(loss, angle)[0]
    found = formulas.angle_by_step(20, costly, detached)[20]
    assert found == pytest.approx(math.degrees(angle.item()), abs=1e-8)


def test_what_the_page_says_of_the_angle():
    ends = {
        (costly, detached): formulas.angle_by_step(20, costly, detached)
        for costly in formulas.COSTLY
        for detached in (False, True)
    }
    assert round(ends["along", False][-1]) == -11
    assert round(ends["across", False][-1]) == 73
    assert 69 < ends["along", True][-1] < 70
    close(ends["along", True], ends["across", True])
    for costly in formulas.COSTLY:  # arrived
        assert ends[costly, False][150] == pytest.approx(ends[costly, False][200], abs=1e-6)
    values, vectors = np.linalg.eigh(np.cov(formulas.tonga_errors().T))
    long = math.degrees(math.atan2(*vectors[::-1, 1])) % 180
    assert values[1] > 9 * values[0]
    assert round(long) == 73
    last = [round(formulas.angle_by_step(a, "along", False)[-1]) for a in (0, 40, 70, 80, 120, 150)]
    assert last == [-11, -11, -11, 158, 158, 158]


# 5 · Numbers far from 0


@pytest.mark.parametrize("phi", [-38.59, -10.72, 60.0])
def test_short_distances_on_a_sphere(phi):
    def place(latitude, longitude):
        a, b = math.radians(latitude), math.radians(longitude)
        return np.array([math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)])

    here, there = (phi, 178.0), (phi + 0.003, 178.004)
    exact = 6371 * np.linalg.norm(place(*here) - place(*there))
    mine = exercises.squared_km(
        *(torch.tensor([v], dtype=torch.float64) for v in (there, here))
    ).sqrt()
    assert mine.item() == pytest.approx(exact, rel=1e-4)


def test_the_spacing_of_float32():
    million = np.float32(1e6)
    assert np.nextafter(million, np.float32(np.inf)) - million == 0.0625
    assert np.float32(1e6 + 0.51) == np.float32(1e6 + 0.5)


def test_what_the_page_says_of_the_shift():
    shifted = formulas.shifted
    assert shifted(1e6, torch.float32) == (1, 1)
    assert round(shifted(1e4, torch.float32)[1], 2) == 0.02
    assert 1e-9 < shifted(1e6, torch.float64)[0] < 3e-9


@pytest.mark.parametrize("seed", [0, 1])
def test_places_at_random_make_a_far_loss_too_large(seed):
    rng = np.random.default_rng(seed)
    errors = np.tile(formulas.ERRORS.numpy(), (5000, 1))
    truth = rng.uniform(-3, 3, errors.shape) + 1e6
    found = np.float32(truth + errors) - np.float32(truth)
    assert set(np.abs(found).flatten().tolist()) == {0.0, 0.0625}
    assert 1 / 7.5 < (found != 0).mean() < 1 / 6.5
    assert round(np.square(found).mean() / np.square(errors).mean()) == 6


def test_a_digit_lost_in_float32_does_not_come_back():
    raw = torch.tensor([1000000.51], dtype=torch.float64)
    assert (raw - 1e6).float().item() == pytest.approx(0.51, abs=1e-7)
    assert (raw.float().double() - 1e6).item() == 0.5


def test_figures_of_the_quakes_places():
    latitude, longitude, depth, magnitude, stations = quakes()
    assert (latitude.min(), latitude.max()) == (-38.59, -10.72)
    assert (longitude.min(), longitude.max()) == (165.67, 188.13)
    assert (depth.min(), depth.max(), magnitude.min(), stations.max()) == (40, 680, 4.0, 132)
    assert len(depth) == 1000 and len(formulas.tonga()[1]) == 797
    # a checksum of all columns: R's own means, to the digits that its summary prints
    means = [round(float(v.mean()), 2) for v in quakes()]
    assert means == [-20.64, 179.46, 311.37, 4.62, 33.42]


# 6 · Real data


def test_the_stored_fits_are_those_of_the_script():
    again = script("coordinates_quakes").measured(3, angles=(0, 30))
    stored = formulas.stored()
    for row, name in zip(again, ("moved", "error", "nll"), strict=True):
        np.testing.assert_allclose(row, stored[name][3, [0, 2]], atol=0.05)


def test_the_fits_are_the_best_ones():
    x, y = (v.numpy() for v in formulas.tonga())
    w = formulas.stored()["weights"][2].numpy()  # at 30°
    turned = formulas.turning(30).numpy()
    rng = np.random.default_rng(0)
    for name, loss in (("L1", np.abs), ("Huber", None), ("MSE", np.square)):

        def cost(weights, name=name, loss=loss):
            e = (x @ weights - y) @ turned.T
            a = np.abs(e)
            return np.where(a < 1, e * e / 2, a - 0.5).mean() if loss is None else loss(e).mean()

        best = cost(w[formulas.FITS.index(name)])
        for size in (1e-3, 1e-2, 0.1):
            other = w[formulas.FITS.index(name)] + size * rng.standard_normal((3, 2))
            assert cost(other) > best


def test_what_the_page_says_of_the_real_data():
    def span(measure, loss, angle):
        v = formulas.over_splits(measure, loss, angle)
        return v.min().item(), v.quantile(0.5).item(), v.max().item()

    assert [round(v) for v in span("moved", "L1", 30)] == [21, 32, 44]
    assert [round(v) for v in span("moved", "Huber", 30)] == [24, 30, 41]
    assert 1 < span("moved", "NLL, diagonal", 30)[1] < span("moved", "NLL, diagonal", 30)[2] < 3.3
    assert max(span("moved", "NLL, diagonal", a)[2] for a in formulas.ANGLES) < 5.3
    assert min(span("moved", loss, 30)[0] for loss in ("L1", "Huber")) > 20
    beyond = (formulas.tonga_errors().abs() > 1).double().mean()
    assert 0.64 < beyond < 0.69  # two thirds lie beyond Huber's bend
    for loss in formulas.FITS:
        assert span("moved", loss, 90)[2] < 1e-5
    assert [round(span("error", "L1", a)[1]) for a in (0, 30)] == [413, 414]


# Figures: what the prose names can be seen


def pixels(figure, artist_of, **values):
    """Where the points of an artist lie, in CSS pixels, at these values."""
    figure.render(**values)
    artist = artist_of(figure._drawing)
    return artist.get_transform().transform(artist.get_xydata()) / 1.5


def test_what_the_prose_names_is_large_enough_to_see():
    def turned_step(loss):
        x = pixels(figures.TurnedErrors, lambda d: d.parts[1][2], loss=loss, angle=30)
        return x[7] - x[6]  # the third point's step

    assert np.linalg.norm(turned_step("L1")) > 12
    bent = pixels(figures.StretchedDescent, lambda d: d.ways[1], stretch=2.0)
    straight = pixels(figures.StretchedDescent, lambda d: d.ways[0], stretch=2.0)
    assert np.linalg.norm(bent[1] - straight[1]) > 12
    ends = [
        pixels(figures.FrameThatMoves, lambda d: d.dot, program=p)[0, 1]
        for p in ("not detached", "detached")
    ]
    assert ends[1] - ends[0] > 50
    curves = [pixels(figures.QuakesInTwoFrames, lambda d, i=i: d.curves[i]) for i in (0, 1)]
    assert np.linalg.norm(curves[0] - curves[1], axis=1).max() > 12


def test_a_map_to_far_larger_units_is_judged_like_any_other():
    for scale in (1e-5, 1, 1e5):
        shear, turn = scale * formulas.MAPS["shear"], scale * formulas.turning(30)
        assert exercises.may_compare("mse", shear) == exercises.may_compare("l1", shear) == "no"
        assert exercises.may_compare("l1", turn) == "no"
        same = "yes" if scale == 1 else "after a correction"
        assert exercises.may_compare("mse", turn) == same
