"""Formulas and equations of 14_detection_pooling against torch, mpmath, autograd and brute force.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import itertools

import mpmath
import numpy as np
import pytest
import torch
from torch import nn

from helpers.detection_pooling import exercises, explain, figures, formulas
from helpers.teaching.data import digits

LOW, HIGH = formulas.LOW, formulas.HIGH


def drawn(*shape, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def row(*values):
    return torch.tensor([values], dtype=torch.float64)


# The pictures


@pytest.mark.parametrize(("unseen", "count"), [(False, 6000), (True, 3000)])
def test_a_picture_with_a_target_holds_one_small_digit_where_side_says(unseen, count):
    images, labels = digits()
    part = slice(1000, None) if unseen else slice(1000)
    known = {
        ink.numpy().tobytes(): int(n) for ink, n in zip(images[part], labels[part], strict=True)
    }
    x, target, side = formulas.pairs(unseen)
    assert x.shape == (count, 128) and (target == 100).sum() == count / 2
    assert x.min() == LOW and x.max() == HIGH
    ink = ((x - LOW) * 8).to(torch.uint8).reshape(count, 8, 2, 8)
    for i in range(0, count, 50):
        left, right = (known[ink[i, :, k].numpy().tobytes()] for k in (0, 1))
        small = [left <= 3, right <= 3]
        assert small == ([side[i] == 0, side[i] == 1] if target[i] else [False, False])


# 1 · Detection and pooling


def test_a_detection_layer_and_its_sums_are_linear_and_lppool():
    layer = nn.Linear(6, 8).double()
    x = drawn(5, 6)
    a = layer(x).relu()
    net = {"W1": layer.weight.T, "b1": layer.bias, "W2": torch.eye(2).double(), "b2": 0}
    pooled = explain.activations(net, x)[1]
    assert torch.allclose(pooled, nn.LPPool1d(1, 4)(a[:, None])[:, 0])
    assert torch.allclose(pooled, 4 * nn.AvgPool1d(4)(a[:, None])[:, 0])
    sums = x[:, :4].sum(1, keepdim=True)  # of both signs: exponent 1 takes no absolute values
    assert torch.allclose(nn.LPPool1d(1, 4)(x[:, None])[:, 0, :1], sums)


def test_a_detection_unit_by_hand():
    x, W, b = row(1.0, 2.0), torch.tensor([[1.0, -3.0], [1.0, 1.0]]).double(), row(0.5, 0.0)[0]
    assert exercises.detect_pool(x, W, b, 1).tolist() == [[3.5, 0.0]]


def test_the_sums_of_the_thread():
    z = row(3, -1, 2, -5, 0.5, 0.5, -4, 1)
    assert exercises.detect_pool(z, torch.eye(8).double(), torch.zeros(8), 4).tolist() == [[5, 2]]


# 2 · Sum and average


@pytest.mark.parametrize("units", [400, 100, 8])
@pytest.mark.parametrize("seed", [0, 3])
def test_eq_2_1_an_average_computes_what_a_sum_does(units, seed):
    net = {name: part.double() for name, part in formulas.start(seed, units).items()}
    x = drawn(7, 128, seed=seed)
    averaged = formulas.forward(formulas.for_average(net), x, "average")
    assert torch.allclose(averaged, formulas.forward(net, x), rtol=1e-12)


@pytest.mark.parametrize(("optimiser", "power"), [(torch.optim.Adam, 1), (torch.optim.SGD, 2)])
@pytest.mark.parametrize("c", [400.0, 1600.0])
def test_the_rate_that_goes_with_a_weight_c_times_as_large(optimiser, power, c):
    """The same steps, seen through w' = c·w; for plain descent the factor is c²."""

    def path(factor, rate):
        w = (factor * torch.tensor([0.3, -0.2], dtype=torch.float64)).requires_grad_()
        options = {"eps": 0.0} if optimiser is torch.optim.Adam else {}
        steps, seen = optimiser([w], lr=rate, **options), []
        for _ in range(20):
            steps.zero_grad()
            (
                (w / factor - torch.tensor([1.0, 2.0])) ** 2 * torch.tensor([1.0, 3.0])
            ).sum().backward()
            steps.step()
            seen.append((w / factor).tolist())
        return torch.tensor(seen)

    assert torch.allclose(path(c, 0.01 * c**power), path(1.0, 0.01), rtol=1e-9)
    assert not torch.allclose(path(c, 0.01), path(1.0, 0.01), rtol=1e-2)


@pytest.mark.parametrize("training", ["sum", "average", "average, larger start and rate"])
def test_the_stored_runs_are_those_of_the_script(training):
    net, rows = formulas.train(training, 1e-3, seed=0, units=100, epochs=1)
    stored = formulas.run(training, 1e-3, (100, 0))[:2]
    assert np.allclose(rows, stored, rtol=2e-3, atol=2e-3)
    assert net["W1"].shape == (128, 100)


@pytest.mark.parametrize("layout", [(400, 0), (100, 0), (100, 1)])
def test_the_stored_networks_keep_their_biases_down_and_their_accuracy(layout):
    net = formulas.network(layout)
    assert net["b1"].max() <= 0 and net["b2"].max() <= 0
    measured = formulas.measures({k: v.float() for k, v in net.items()}, "sum", True)
    assert measured == pytest.approx(formulas.run("sum, b ≤ 0", 1e-3, layout)[-1], rel=3e-3)


@pytest.mark.parametrize("seed", [0, 1])
def test_longer_steps_let_the_average_catch_up(seed):
    rows = formulas.train("average", 0.1, seed, units=100)[1]
    assert rows[-1][1] == pytest.approx(0.95, abs=0.008)
    assert formulas.run("average", 1e-3, (100, seed))[-1, 1] < 0.82


def test_a_sum_in_the_first_place_alone_is_no_cure(monkeypatch):
    """With an average at the end, the output still starts near 0 and training lags behind."""
    monkeypatch.setitem(
        formulas.POOLS, "average", lambda a: a.sum(-1) if a.ndim == 3 else a.mean(-1)
    )
    rows = formulas.train("average", 1e-3, seed=0, units=100)[1]
    assert rows[-1][1] < 0.84 and formulas.run("sum", 1e-3, (100, 0))[-1, 1] > 0.94


# 3 · Credit


def root_by_bisection(x, w, b, way):
    """The t in 0 … 1 at which w·(x − t·way) + b is 0, by halving; then x − t·way."""
    left, right = 0.0, 1.0
    for _ in range(200):
        middle = (left + right) / 2
        if w @ (x - middle * way) + b > 0:
            left = middle
        else:
            right = middle
    return x - right * way


def unit(seed, negative=True):
    """A unit that is on, and an input of it in the box."""
    for attempt in itertools.count():
        generator = torch.Generator().manual_seed(1000 * seed + attempt)
        low = LOW if negative else 0.0
        x = low + (HIGH - low) * torch.rand(5, dtype=torch.float64, generator=generator)
        w = torch.randn(5, dtype=torch.float64, generator=generator)
        b = -torch.rand((), dtype=torch.float64, generator=generator)
        if w @ x + b > 0.1:
            return x, w, b


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rule", ["z⁺", "zᴮ"])
def test_eq_3_1_credit_is_a_taylor_expansion_at_a_root(seed, rule):
    x, w, b = unit(seed, negative=rule == "zᴮ")
    root = formulas.root(x, w, b, rule)
    leaf = root.clone().requires_grad_()
    (slope,) = torch.autograd.grad(w @ leaf + b, leaf)
    assert (w @ root + b).item() == pytest.approx(0, abs=1e-12)
    assert (slope * (x - root)).sum().item() == pytest.approx((w @ x + b).item(), rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_eq_3_2_z_plus_is_the_root_that_lowers_the_active_inputs(seed):
    x, w, b = unit(seed, negative=False)
    expected = w * (x - root_by_bisection(x, w, b, torch.where(w > 0, x, 0)))
    R = formulas.z_plus(x[None], w[:, None], (w @ x + b)[None, None])
    assert torch.allclose(R[0], expected, atol=1e-9)
    assert (R >= 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_eq_3_3_z_b_is_the_root_on_the_way_to_the_lowest_corner(seed):
    x, w, b = unit(seed)
    corners = torch.tensor(list(itertools.product((LOW, HIGH), repeat=5))).double()
    lowest = corners[(corners @ w).argmin()]
    expected = w * (x - root_by_bisection(x, w, b, x - lowest))
    R = formulas.z_b(x[None], w[:, None], (w @ x + b)[None, None])
    assert torch.allclose(R[0], expected, atol=1e-9)
    assert (R >= 0).all()
    root = formulas.root(x, w, b, "zᴮ")
    assert (root >= LOW - 1e-12).all() and (root <= HIGH + 1e-12).all()


def test_the_credits_of_the_thread():
    first = formulas.z_b(row(0.5, -0.5), row(2.0, -1.0).T, row(1.25))
    second = formulas.z_b(row(-0.5, 0.5), row(2.0, 3.0).T, row(0.5))
    assert first.tolist() == [[0.625, 0.625]] and second.tolist() == [[0.0, 0.5]]
    assert formulas.z_plus(row(-0.5, 0.5), row(2.0, 3.0).T, row(0.5)).tolist() == [[-1.0, 1.5]]


def test_a_layer_and_a_pooling_by_loops():
    x, W, R = drawn(2, 3).abs(), drawn(3, 4), drawn(2, 4, seed=1).abs()
    W[0] = W[0].abs()  # so that each unit has a share
    found = torch.zeros(2, 3, dtype=torch.float64)
    for n, i, k in itertools.product(range(2), range(3), range(4)):
        shares = [x[n, j] * max(W[j, k], 0) for j in range(3)]
        found[n, i] += shares[i] / sum(shares) * R[n, k]
    assert torch.allclose(formulas.z_plus(x, W, R), found)
    a = row(3, 0, 2, 0, 0.5, 0.5, 0, 1)
    assert formulas.unpool(a, row(10, 4)).tolist() == [[6, 0, 4, 0, 1, 1, 0, 2]]
    off = formulas.unpool(row(0, 0, 0, 0), row(0))
    assert off.tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: formulas.unpool(row(1, 2, 3), row(1), 2), "doesn't divide 3"),
        (lambda: formulas.z_b(row(0.0), row(1.0), row(1.0), 1.0, 1.0), "low must be below high"),
        (lambda: formulas.z_b(row(2.0), row(1.0), row(1.0)), "must lie from -0.5 to 1.5"),
        (lambda: formulas.z_b(row(LOW), row(1.0), row(1.0)), "its bias must be above 0"),
        (lambda: formulas.z_plus(row(0.0), row(1.0), row(1.0)), "its bias must be above 0"),
        (lambda: formulas.z_plus(row(1.0), row(1.0), row(-1.0)), "must not be negative"),
        (lambda: formulas.z_plus(row(1.0, 2.0), row(1.0), row(1.0)), "shape"),
        (lambda: formulas.root(row(0.0, 1)[0], row(1.0, -1)[0], 2.0, "z⁺"), "stays as it is"),
        (lambda: formulas.soft_pool(row(1.0), 0.0), "above 0"),
    ],
)
def test_what_no_rule_can_share_out_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("layout", formulas.LAYOUTS)
def test_groups_that_are_off_give_nan_even_if_no_bias_is_positive(layout):
    net, (x, *_) = formulas.network(layout), explain.answers(layout)
    groups = explain.activations(net, x)[0].reshape(len(x), -1, 4)
    total = groups.sum(-1, keepdim=True)
    assert (groups / total).isnan().flatten(1).any(1).all()
    shares = torch.where(total > 0, groups / total, 0)
    assert torch.allclose(shares.sum(-1), (total[..., 0] > 0).double())


# 4 and 6 · Maps


def test_occlusion_and_deletion_by_loops():
    net, (x, *_) = formulas.network(), explain.answers()
    picture = x[:1]
    falls = explain.occlusion(net, picture)[0]
    order = torch.randperm(128, generator=torch.Generator().manual_seed(0))[None]
    curve, hidden = explain.deletion(net, picture, order, count=6)[0], picture.clone()
    for k in range(7):
        assert curve[k].item() == pytest.approx(formulas.forward(net, hidden).item(), abs=1e-9)
        hidden[0, order[0, k]] = LOW
    for pixel in (0, 37, 90):
        one = picture.clone()
        one[0, pixel] = LOW
        drop = (formulas.forward(net, picture) - formulas.forward(net, one)).item()
        assert falls[pixel].item() == pytest.approx(drop, abs=1e-9)


def test_fading_reaches_both_ends_on_the_right_side():
    x, _, _, side = (part[:20] for part in explain.answers())
    assert torch.allclose(explain.faded(x, side, 1.0, 1.0), x)
    gone = explain.faded(x, side, 0.0, 1.0)
    assert (explain.own(gone - LOW, side) == 0).all()
    assert torch.allclose(explain.own(gone - LOW, 1 - side), explain.own(x - LOW, 1 - side))


# 5 · Pooling by temperature


@pytest.mark.parametrize("temperature", [0.01, 0.3, 1.0, 50.0])
@pytest.mark.parametrize("entries", [(3, -1, 2, -5), (0.5, 0.5, 7.0)])
def test_soft_pool_against_fifty_digits(temperature, entries):
    with mpmath.workdps(50):
        T = mpmath.mpf(temperature)
        mean = mpmath.fsum(mpmath.exp(mpmath.mpf(a) / T) for a in entries) / len(entries)
        expected = float(T * mpmath.log(mean))
    found = formulas.soft_pool(torch.tensor(entries).double(), temperature)
    assert found.item() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 20.0])
def test_the_gradient_of_soft_pool_is_a_softmax(temperature):
    a = drawn(6, seed=2).requires_grad_()
    (gradient,) = torch.autograd.grad(formulas.soft_pool(a, temperature), a)
    with mpmath.workdps(30):
        weights = [mpmath.exp(mpmath.mpf(v) / mpmath.mpf(temperature)) for v in a.tolist()]
        expected = [float(w / mpmath.fsum(weights)) for w in weights]
    assert gradient.tolist() == pytest.approx(expected, abs=1e-14)


# What the prose says


def said(figure, **values):
    return getattr(figures, figure).describe(**values)


def test_the_numbers_read_off_the_figures():
    x = torch.linspace(-2, 2, 161, dtype=torch.float64)
    output = formulas.two_units(x, 1.0, -0.5, -2.0, -1.0)
    assert ((output == 0) == (abs(x) <= 0.5)).all() and (output.diff()[x[1:] <= -0.5] < 0).all()
    assert "output is 3.00 at x = −2, 0.00 at 0 and 1.50 at 2." in said("TwoDetectionUnits")
    assert "mean output 0.0569 before" in said("TrainingByPool")
    assert "then 1371 after 25 epochs; accuracy 0.812" in said("TrainingByPool")
    by_sum = said("TrainingByPool", training="sum")
    assert "mean output 82.1 before" in by_sum and "then 463" in by_sum and "0.958" in by_sum
    means = formulas.over_layouts("sum", measure="mean", epoch=0)
    assert means.tolist() == pytest.approx([82.1, 19.4, 26.0], abs=0.06)
    assert "from (0.00, 0.00): 1.000 for x₁, 0.500 for x₂, 1.500 in all" in said("CreditOfOneUnit")
    assert "0.625 for x₁, 0.625 for x₂" in said("CreditOfOneUnit", rule="zᴮ")
    other = {"x1": -0.5, "x2": 0.5, "weights": "(2, 3)", "bias": 0.0}
    for rule, credits in (("z⁺", "−1.000 for x₁, 1.500"), ("zᴮ", "0.000 for x₁, 0.500")):
        assert credits in said("CreditOfOneUnit", rule=rule, **other)
    nowhere = said("CreditOfOneUnit", rule="z⁺", x1=0.0, bias=0.0)
    assert nowhere.endswith("The rule z⁺ finds no point where the unit is 0, and gives nothing.")
    assert said("HeatMap").endswith("the 0–3 gets 47.2; no pixel has become white yet.")
    first = said("HeatMap", hidden=12)
    assert "output 83.70, credits 83.70 in all" in first and "gets 47.2" in first
    assert "12 most credited pixels white the output is 18.93" in first
    assert "the output is 100." in said("HeatMap", hidden=44)
    assert "pixels grey the output is 0.70" in said("HeatMap", hidden=12, fill="grey")
    assert "output 151.02" in said("FadedDigits") and "output 83.70" in said(
        "FadedDigits", other=100
    )
    assert "output 52.06" in said("FadedDigits", mine=0, other=100)
    assert all("output 134.52" in said("FadedDigits", picture=p, mine=0) for p in range(1, 7))
    assert "gradients are 1.000, 0.000, 0.000, 0.000" in said("SoftPool", temperature=0.01)
    assert "gradients are 0.500, 0.000, 0.500, 0.000" in said(
        "SoftPool", temperature=0.01, third=3.0
    )
    warm = said("SoftPool", temperature=100.0)
    assert "value is −0.202, between the average −0.250" in warm
    assert "gradients are 0.258, 0.248, 0.256, 0.238" in warm


@pytest.mark.parametrize("layout", formulas.LAYOUTS)
def test_what_the_page_says_of_the_pictures(layout):
    net, x, f, side, _ = explain.found(layout)
    R = explain.MAPS["zᴮ"](net, x)
    share = explain.own(R, side) / f
    assert 0.56 < share.mean() < 0.59 and (share > 0.5).double().mean() > 0.99
    white = x == LOW
    assert white.double().mean().item() == pytest.approx(0.49, abs=0.01)
    assert 0.44 < ((R * white).sum(1) / f).mean() < 0.48
    _, output, _, _ = explain.answers(layout)
    found, alarm = (output[explain.chosen(kind, layout)] for kind in ("found", "false alarm"))
    assert 0.88 < explain.rises_with(found, alarm) < 0.95
    beside = formulas.forward(net, explain.without(x, side, False))
    assert (beside > f).double().mean() > 0.99


@pytest.mark.parametrize(("seed", "off"), [(0, 0.5), (1, 0.6)])
def test_units_that_are_off_and_the_share_of_the_own_half_depend_on_the_rate(seed, off):
    net, _ = formulas.train("sum, b ≤ 0", 1e-2, seed, units=100)
    x, target, side = formulas.pairs(unseen=True)
    f = formulas.forward(net, x)
    at = (target > 50) & (f > 50)
    net, x = {name: part.double() for name, part in net.items()}, x[at].double()
    share = explain.own(explain.MAPS["zᴮ"](net, x), side[at]) / formulas.forward(net, x)
    assert 0.71 < share.mean() < 0.77
    on = explain.activations(net, formulas.pairs(unseen=True)[0].double())[0] > 0
    assert 1 - on.any(0).double().mean().item() == pytest.approx(off, abs=0.03)


def yes_without_the_digit(net):
    """How many of the pictures whose 0–3 is found are still "yes" with white paper in its place."""
    x, target, side = formulas.pairs(unseen=True)
    at = (target > 50) & (formulas.forward(net, x) > 50)
    wiped = explain.without(x[at], side[at], True)
    return (formulas.forward(net, wiped) > 50).double().mean().item()


def test_a_fourth_network_says_no_to_most_wiped_pictures():
    net, _ = formulas.train("sum, b ≤ 0", 1e-3, seed=1, units=400)
    assert 0.2 < yes_without_the_digit(net) < 0.3


@pytest.mark.parametrize("seed", [0, 1])
def test_training_with_white_halves_teaches_what_an_empty_half_is(seed, monkeypatch):
    x, target, side = formulas.pairs()
    generator = torch.Generator().manual_seed(5)
    own, wiped = (torch.rand(len(x), generator=generator) < 0.5 for _ in range(2))
    x, target = x.clone(), torch.where(own & wiped, 0, target)
    for kind in (True, False):
        at = wiped & (own == kind)
        x[at] = explain.without(x[at], side[at], kind)
    with monkeypatch.context() as patch:
        patch.setattr(formulas, "pairs", lambda: (x, target, side))
        patch.setattr(formulas, "measures", lambda *_: [0.0, 0.0, 0.0])
        net, _ = formulas.train("sum, b ≤ 0", 1e-3, seed, units=100)
    assert yes_without_the_digit(net) < 0.01


@pytest.mark.parametrize("layout", formulas.LAYOUTS)
@pytest.mark.parametrize("count", [32, 64])
def test_the_fill_decides_which_of_two_maps_is_ahead(layout, count):
    net, (x, *_) = formulas.network(layout), explain.answers(layout)
    x = x[explain.chosen("found", layout)[500:540]]  # the page's cell has the first 50
    maps = explain.MAPS["zᴮ"](net, x), explain.gradient_times(net, x, LOW)
    orders = [R.argsort(1, descending=True) for R in maps]

    def mean(order, fill):
        return explain.deletion(net, x, order, explain.FILLS[fill], count).mean()

    box, ink = orders
    assert mean(box, "white") > mean(ink, "white") + 20
    assert mean(box, "grey") < mean(ink, "grey") - 15


def test_gradient_times_input_may_sum_to_less_than_the_output():
    net, (x, f, *_) = formulas.network(), explain.answers()
    quiet = explain.chosen("quiet")
    assert (explain.gradient_times(net, x[quiet]).sum(1) < f[quiet]).sum() == 16


@pytest.mark.parametrize("layout", formulas.LAYOUTS)
def test_among_the_answers_no_the_wrong_ones_have_the_contrast(layout):
    net, (x, f, *_) = formulas.network(layout), explain.answers(layout)
    contrast = []
    for kind in ("missed", "quiet"):
        at = explain.chosen(kind, layout)
        at = at[f[at] > 0]  # a share of an output of 0 says nothing
        share = explain.halves(explain.MAPS["zᴮ"](net, x[at])) / f[at, None]
        contrast.append(share.amax(1))
    assert 0.65 < explain.rises_with(*contrast) < 0.82


def test_at_a_small_rate_the_average_is_further_behind():
    lag = formulas.over_layouts("sum", 1e-4) - formulas.over_layouts("average", 1e-4)
    assert lag.min() > 0.3


@pytest.mark.parametrize("layout", formulas.LAYOUTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_other_digits_of_4_to_9_decide_as_those_of_the_page(layout, seed):
    net, x, f, side, others = explain.found(layout)
    own, other = (
        formulas.forward(net, explain.without(x, side, half, others, seed))
        for half in (True, False)
    )
    assert (own > 50).double().mean() < 0.025 and own.mean() < 0.1 * f.mean()
    assert abs(other.mean() - f.mean()) < 1.5


def test_how_many_answers_are_wrong():
    assert [len(explain.chosen(kind)) for kind in ("false alarm", "missed")] == [19, 117]


def test_a_part_from_elsewhere_leaves_the_other_half_as_it_was():
    _, x, _, side, others = explain.found()
    for own in (True, False):
        put = explain.without(x[:9], side[:9], own, others[:1])
        kept = explain.own(x[:9] - LOW, 1 - side[:9] if own else side[:9])
        assert torch.allclose(explain.own(put - LOW, 1 - side[:9] if own else side[:9]), kept)
        half = side[:9] if own else 1 - side[:9]
        assert torch.allclose(explain.own(put, half), explain.own(others[:1].expand(9, -1), half))
    assert explain.rises_with(torch.tensor([1.0, 3.0]), torch.tensor([2.0, 0.0])) == 0.75
