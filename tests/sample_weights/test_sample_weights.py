"""The maths of sample weights, against independent oracles."""

import itertools

import numpy as np
import pytest
import torch
from closeness import close
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from torch import tensor
from torch.autograd import grad
from torch.nn import functional as F

from helpers.sample_weights import figures, formulas

FLOAT = torch.float64


def leaf(*values):
    values = values[0] if len(values) == 1 else values
    return tensor(values, dtype=FLOAT, requires_grad=True)


def _many_batches(pooling, weight):
    """The two estimators with numpy's generator: an implementation of its own."""
    random = np.random.default_rng(7)
    gradient, weights = (
        part.numpy() for part in (formulas.rare_gradients(), formulas.rare_weights(weight))
    )
    share = weights / weights.sum() if pooling == "sampler" else None
    drawn = random.choice(len(gradient), size=(100_000, formulas.BATCH), p=share)
    factor = 1 if pooling == "sampler" else weights[drawn] / weights.mean()
    return (factor * gradient[drawn]).mean(1)


@pytest.mark.parametrize("pooling", formulas.POOLINGS[:2])
@pytest.mark.parametrize("weight", [10, 100])
def test_eq_2_1_both_agree_on_average(pooling, weight):
    gradient, weights = formulas.rare_gradients(), formulas.rare_weights(weight)
    expected = float((weights * gradient).sum() / weights.sum())
    estimates = _many_batches(pooling, weight)
    error = estimates.std() / np.sqrt(len(estimates))
    assert estimates.mean() == pytest.approx(expected, abs=4 * error)
    assert formulas.weighted_mean(gradient, weights).item() == pytest.approx(expected)


@pytest.mark.parametrize("pooling", formulas.POOLINGS[:2])
@pytest.mark.parametrize("weight", [10, 100])
def test_eq_2_2_but_not_in_their_spread(pooling, weight):
    estimates = _many_batches(pooling, weight)
    variance = formulas.batch_variance(pooling, weight).item()
    assert estimates.var() == pytest.approx(variance, rel=0.02)


def test_the_page_s_batches_follow_the_exact_moments():
    for pooling, weight in itertools.product(formulas.POOLINGS[:2], [1, 10, 100]):
        estimates = formulas.batch_gradients(pooling, weight)
        spread = formulas.batch_variance(pooling, weight).sqrt()
        exact = formulas.weighted_mean(formulas.rare_gradients(), formulas.rare_weights(weight))
        assert (estimates.mean() - exact).abs() < 4 * spread / formulas.BATCHES**0.5
        assert estimates.std() == pytest.approx(spread.item(), rel=0.06)


def test_sampler_and_weights_together_square_the_weights():
    gradient, weights = formulas.rare_gradients(), formulas.rare_weights(10)
    both = formulas.batch_gradients("sampler and weights", 10).mean()
    squared = formulas.weighted_mean(gradient, weights**2)
    once = formulas.weighted_mean(gradient, weights)
    assert (both - squared).abs() < 0.5 < (both - once).abs()


def test_weights_of_four_points():
    w, x, t = leaf(0.5), torch.arange(1.0, 5, dtype=FLOAT), tensor([2.0, 1, 5, 3], dtype=FLOAT)
    weights = tensor([1, 3, 0.5, 2], dtype=FLOAT)

    def losses():
        return (w * x - t) ** 2

    close(grad(losses(), w, grad_outputs=weights)[0], -29.5)
    close(grad((weights * F.mse_loss(w * x, t, reduction="none")).sum(), w)[0], -29.5)
    close(grad((weights * losses()).mean(), w)[0], -7.375)
    close(grad((weights * losses()).sum() / weights.sum(), w)[0], -29.5 / 6.5)
    close(grad(losses().mean(), w)[0], -8)
    close(F.mse_loss(w * x, t, weight=weights), (weights * losses()).sum() / weights.sum())
    repeated = [0, 1, 1, 1, 3, 3]
    close(grad(((w * x - t) ** 2)[repeated].sum(), w)[0], -19)
    close(grad(losses(), w, grad_outputs=tensor([1, 3, 0, 2], dtype=FLOAT))[0], -19)


def test_which_of_torch_s_losses_divide_by_the_weights():
    weights, t = tensor([1, 3, 0.5, 2], dtype=FLOAT), tensor([2, 0, 1, 1])
    z = torch.sin(torch.arange(12, dtype=FLOAT)).reshape(4, 3)
    by_class = tensor([1, 3, 0.5], dtype=FLOAT)
    losses = F.cross_entropy(z, t, reduction="none")
    divided = (by_class[t] * losses).sum() / by_class[t].sum()
    close(F.cross_entropy(z, t, weight=by_class), divided)
    p, truth = torch.sigmoid(z[:, 0]), (t == 1).double()
    losses = F.binary_cross_entropy(p, truth, reduction="none")
    close(F.binary_cross_entropy(p, truth, weight=weights), (weights * losses).mean())


def test_what_the_page_says_of_the_thousand_batches():
    estimates = {
        pooling: formulas.batch_gradients(pooling, 100).numpy() for pooling in formulas.POOLINGS
    }
    weighted, sampled, divided, both = estimates.values()
    exact = formulas.weighted_mean(formulas.rare_gradients(), formulas.rare_weights(100)).item()
    assert exact == pytest.approx(-5.02, abs=0.005)
    assert (np.abs(weighted - exact) > 1).all()
    without = weighted > -4
    assert without.mean() == pytest.approx(0.72, abs=0.005)
    assert weighted[without].mean() == pytest.approx(-1, abs=0.05)
    one = (weighted < -4) & (weighted > -20)
    assert weighted[one].mean() == pytest.approx(-14, abs=0.5)
    assert weighted.std() == pytest.approx(7.18, abs=0.006)
    assert sampled.std() == pytest.approx(0.63, abs=0.006)
    assert divided.mean() == pytest.approx(-3.31, abs=0.006)
    assert both.mean() == pytest.approx(-7.95, abs=0.006)


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_weights_combine_the_gradients_of_the_line_s_losses(v):
    theta = leaf(0.5, 0.0)
    jacobian = torch.autograd.functional.jacobian(formulas.line_losses, theta)
    close(formulas.line_jacobian(theta.detach()), jacobian)
    v = tensor(v, dtype=FLOAT)
    (combined,) = grad(formulas.line_losses(theta), theta, grad_outputs=v)
    close(combined, sum(v[i] * jacobian[i] for i in range(3)))
    (of_weighted_sum,) = grad((v * formulas.line_losses(theta)).sum(), theta)
    close(combined, of_weighted_sum)


def test_the_gradients_in_the_picture():
    close(formulas.line_jacobian(formulas.LINE_THETA), [[2, -2], [0.75, 1.5], [-2, -1]])


def test_half_the_weights_are_half_the_arrow():
    whole = figures.WeightedRows._now(figures.WeightedRows.defaults)
    half = figures.WeightedRows._now({"v1": 0.5, "v2": 0.75, "v3": 0.25})
    close(whole.total, [2.125, -0.25])
    close(half.total, [1.0625, -0.125])
    start = formulas.LINE_THETA.numpy()
    close(half.line - start, (whole.line - start) / 2)


@pytest.mark.parametrize("point", [0, 1, 2])
def test_a_weight_below_zero_pushes_the_line_away(point):
    v = dict.fromkeys(("v1", "v2", "v3"), 0.0)
    for weight, farther in ((-0.5, True), (0.5, False)):
        line = tensor(figures.WeightedRows._now(v | {f"v{point + 1}": weight}).line)
        before, after = (formulas.line_losses(at)[point] for at in (formulas.LINE_THETA, line))
        assert (after > before) == farther


def test_only_a_weight_below_zero_is_drawn_hollow():
    figures.WeightedRows.render(v1=-0.25, v2=0.0, v3=0.25)
    faces = figures.WeightedRows._drawing.points.get_facecolor()
    expected = ["white", figures.THREE[1], figures.THREE[2]]
    np.testing.assert_allclose(faces, [to_rgba(ink) for ink in expected])
