"""Formulas and equations of 06_dropout_scaling against torch, Keras, enumeration and sampling.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import itertools
import math
import os
import re
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import torch
from closeness import close
from data_scripts import script
from hypothesis import given
from hypothesis import strategies as st
from torch import nn, tensor
from torch.nn import functional as F

from helpers.dropout_scaling import exercises, figures, formulas
from helpers.teaching import style
from helpers.teaching.data import digits

FLOAT = torch.float64
RATES = [0.1, 0.2, 0.5, 0.8]
SCALED = formulas.SCALINGS[0]


def by_hand(x, w, rate, f=lambda z: z, factor=None):
    """Values of f over all masks and their probabilities, in plain Python and exact sums."""
    factor = 1 / (1 - rate) if factor is None else factor
    for mask in itertools.product([0, 1], repeat=len(x)):
        p = math.prod(1 - rate if m else rate for m in mask)
        total = math.fsum(m * a * b for m, a, b in zip(mask, x, w, strict=True))
        yield f(factor * total), p


def mean_by_hand(*args, **kwargs):
    return math.fsum(value * p for value, p in by_hand(*args, **kwargs))


VECTOR = formulas.X.tolist(), formulas.W.tolist()
FUNCTIONS = {
    "tanh": math.tanh,
    "ReLU": lambda z: max(z, 0.0),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "GELU": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
}


MPMATH = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "GELU": lambda z: z * mpmath.ncdf(z),
}


# 1 · Why


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("target", [-3.0, 0.4])
@pytest.mark.parametrize("factor", [None, 1.0])
def test_eq_1_1_the_squared_error_pays_for_the_variance(rate, target, factor):
    mean = mean_by_hand(*VECTOR, rate, factor=factor)
    error = mean_by_hand(*VECTOR, rate, lambda z: (z - target) ** 2, factor)
    variance = mean_by_hand(*VECTOR, rate, lambda z: (z - mean) ** 2, factor)
    assert error == pytest.approx((mean - target) ** 2 + variance, rel=1e-12)


def test_figures_of_section_1():
    """What the page says of the losses on new digits, setup by setup."""
    losses = {name: formulas.finals(name)[..., 3] for name in formulas.SETUPS}
    means = {name: [round(v, 3) for v in loss.mean(1).tolist()] for name, loss in losses.items()}
    usual, wide, narrow, few = losses.values()
    assert [means["64 units, 1000 digits"][i] for i in (0, 3, 8)] == [0.290, 0.235, 0.469]
    assert (usual[3] < usual[0]).all() and (usual[8] > usual[0]).all()
    assert int(usual.mean(1).argmin()) == 3
    assert set(wide.mean(1).argsort()[:2].tolist()) == {5, 6} and (wide[3] < wide[0]).all()
    assert (narrow[3] > narrow[0]).all()
    assert (few[3] < few[0]).sum() == 1
    curve = formulas.curve("64 units, 1000 digits", 0.0)
    lowest = int(curve[:, 1].argmin())
    assert 250 <= formulas.STEPS[lowest] <= 350 and round(float(curve[lowest, 1]), 2) == 0.27
    assert curve[-1, 0] < 0.01 < formulas.curve("8 units, 1000 digits", 0.0)[-1, 0]
    trained = formulas.finals("64 units, 1000 digits")[..., 1]
    assert (trained[3] > trained[0]).all()
    assert [round(v, 3) for v in trained[[0, 3]].mean(1).tolist()] == [0.005, 0.008]
    assert formulas.finals("64 units, 1000 digits")[[0, 3], :, 0].mean(1).min() > 0.99


# 2 · Every mask at once


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=8),
    st.floats(0, 0.95),
)
def test_eq_2_1_the_scaled_sum_keeps_its_mean(pairs, rate):
    x, w = tensor(pairs, dtype=FLOAT).T
    mean, _ = formulas.moments(*formulas.masked_sums(x, w, rate))
    close(mean, w @ x, 1e-9)
    assert mean_by_hand(x.tolist(), w.tolist(), rate) == pytest.approx(float(w @ x), abs=1e-9)
    unscaled, _ = formulas.moments(*formulas.masked_sums(x, w, rate, "none"))
    close(unscaled, (1 - rate) * (w @ x), 1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_eq_2_2_the_variance_of_the_scaled_sum(rate):
    mean = mean_by_hand(*VECTOR, rate)
    variance = math.fsum((value - mean) ** 2 * p for value, p in by_hand(*VECTOR, rate))
    close(formulas.preactivation_variance(formulas.X, formulas.W, rate), variance)
    close(formulas.moments(*formulas.masked_sums(formulas.X, formulas.W, rate))[1], variance)


@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_moments_agree_with_a_sample_of_torchs_dropout(rate):
    torch.manual_seed(0)
    draws = 200_000
    sample = F.dropout(formulas.X.expand(draws, 4), rate) @ formulas.W
    variance = float(formulas.preactivation_variance(formulas.X, formulas.W, rate))
    # 99.9 % interval of the mean; the variance within 3 %
    assert abs(float(sample.mean()) + 1) < 3.29 * math.sqrt(variance / draws)
    assert float(sample.var()) == pytest.approx(variance, rel=0.03)


def test_figures_of_section_2():
    def moments(rate, scaling):
        return [
            round(float(m), 4)
            for m in formulas.moments(*formulas.masked_sums(formulas.X, formulas.W, rate, scaling))
        ]

    assert moments(0.5, "÷ (1 − rate)") == [-1, 2.1]
    assert moments(0.2, "÷ (1 − rate)") == [-1, 0.525]
    assert moments(0.8, "÷ (1 − rate)") == [-1, 8.4]
    assert moments(0.9, "÷ (1 − rate)") == [-1, 18.9]
    assert moments(0.2, "none")[0] == -0.8 and moments(0.5, "none")[0] == -0.5
    assert (formulas.masked_sums(formulas.X, formulas.W, 0.9)[0].aminmax()) == (
        pytest.approx(-19.0),
        pytest.approx(9.0),
    )
    # two of four kept, always: the mean of the six sums is half of S, none of them need be
    masks = formulas.all_masks(4)
    six = masks[masks.sum(1) == 2] @ (formulas.W * formulas.X)
    close(six.mean(), -0.5)
    close(six.aminmax(), (-1.5, 0.5))


def test_masks_are_all_there_and_their_probabilities_add_up():
    masks = formulas.all_masks(5)
    assert len({tuple(mask) for mask in masks.tolist()}) == 32
    assert masks[-1].all()
    for rate in (0.0, 0.3, 1.0):
        close(formulas.mask_probability(masks, rate).sum(), 1)


# 3 · Behind an activation


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "GELU"])
@pytest.mark.parametrize("total", [-1.5, -0.3, 0.7])
def test_eq_3_1_the_bias_to_second_order(name, total):
    second = float(mpmath.diff(MPMATH[name], total, 2))
    z = tensor(total, dtype=FLOAT)
    close(torch.func.hessian(formulas.ACTIVATIONS[name])(z), second, 1e-10)  # as the page does

    # Twice the terms, half as large each: what is left out goes faster than the variance.
    errors = []
    for n in (6, 12):
        terms = [(total + (0.3 if i % 2 else -0.3)) / n for i in range(n)]
        exact = mean_by_hand(terms, [1.0] * n, 0.1, FUNCTIONS[name]) - FUNCTIONS[name](total)
        c = tensor(terms, dtype=FLOAT)
        variance = float(formulas.preactivation_variance(c, torch.ones_like(c), 0.1))
        errors.append(abs(exact - second * variance / 2) / variance)
    assert errors[1] < max(0.6 * errors[0], 1e-3) and errors[1] < 0.03


def test_many_inputs_of_weights_one_over_root_n_end_there():
    got, sd = formulas.bias_after("ReLU", 1024, 0.0, 0.2)
    # max(0, Z) of a normal Z of mean 0 has the mean sd/√(2π).
    assert got == pytest.approx(sd / math.sqrt(2 * math.pi), rel=1e-3)


@pytest.mark.parametrize("name", list(FUNCTIONS))
@pytest.mark.parametrize(("n", "size"), [(4, "1/√n"), (8, "1/√n"), (8, "1/n")])
@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_the_counted_distribution_is_that_of_all_masks(name, n, size, rate):
    up, down = formulas.two_contributions(n, -0.7, size)
    terms = [up] * (n // 2) + [down] * (n // 2)
    exact = mean_by_hand(terms, [1.0] * n, rate, FUNCTIONS[name])
    values, probabilities = formulas.sum_distribution(n, -0.7, rate, size)
    f = formulas.ACTIVATIONS[name]
    assert float((probabilities * f(values)).sum()) == pytest.approx(exact, abs=1e-12)
    bias, sd = formulas.bias_after(name, n, -0.7, rate, size)
    assert bias == pytest.approx(exact - FUNCTIONS[name](-0.7), abs=1e-12)
    assert sd**2 == pytest.approx(rate / (1 - rate) * math.fsum(t * t for t in terms))


@pytest.mark.parametrize(
    ("rate", "tanh", "relu", "sigmoid", "variance"),
    [
        (0.2, -0.628540, 0.032800, 0.288886, 0.525),
        (0.5, -0.428343, 0.212500, 0.329507, 2.1),
        (0.8, -0.246136, 0.563200, 0.384818, 8.4),
    ],
)
def test_figures_of_section_3(rate, tanh, relu, sigmoid, variance):
    x, w = formulas.X, formulas.W
    for name, expected in {"tanh": tanh, "ReLU": relu, "sigmoid": sigmoid}.items():
        got = formulas.expected_activation(x, w, rate, formulas.ACTIVATIONS[name])
        assert float(got) == pytest.approx(expected, abs=5e-7)
        assert mean_by_hand(*VECTOR, rate, FUNCTIONS[name]) == pytest.approx(float(got), abs=1e-12)
    close(formulas.preactivation_variance(x, w, rate), variance)


def test_more_figures_of_section_3():
    x, w = formulas.X, formulas.W
    for rate in RATES:  # a ReLU lets the factor pass
        plain, scaled = (
            formulas.expected_activation(x, w, rate, torch.relu, how) for how in ("none", SCALED)
        )
        close(plain, (1 - rate) * scaled, 1e-12)
    tanh = [formulas.expected_activation(x, w, 0.5, torch.tanh, how) for how in ("none", SCALED)]
    assert [round(float(mean), 3) for mean in tanh] == [-0.341, -0.428]
    assert math.tanh(-1) == pytest.approx(-0.761594, abs=5e-7)
    assert round(formulas.bias_after("ReLU", 16, 0.0, 0.6)[0], 3) == 0.48
    assert formulas.bias_after("ReLU", 16, 2.0, 0.6)[0] < 0.04
    assert formulas.bias_after("ReLU", 4, 2.0, 0.6)[0] == pytest.approx(0, abs=1e-12)  # no sum < 0
    at_one = math.tanh(1) + formulas.bias_after("tanh", 16, 1.0, 0.6)[0]
    assert (round(math.tanh(1), 3), round(at_one, 3)) == (0.762, 0.479)
    # "good to an eighth" at rate 0.05
    for name in ("tanh", "sigmoid"):
        f = formulas.ACTIVATIONS[name]
        gap = formulas.expected_activation(x, w, 0.05, f) - f(w @ x)
        variance = formulas.preactivation_variance(x, w, 0.05)
        assert abs(torch.func.hessian(f)(w @ x) * variance / 2 / gap - 1) < 1 / 8


def test_evaluation_is_the_geometric_mean_of_one_softmax_layer():
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(6, generator=generator, dtype=FLOAT)
    weight = torch.randn(6, 4, generator=generator, dtype=FLOAT)
    bias = torch.randn(4, generator=generator, dtype=FLOAT)
    for rate in RATES:
        products = [0.0] * 4
        for mask in itertools.product([0.0, 1.0], repeat=6):
            p = math.prod(1 - rate if m else rate for m in mask)
            z = (tensor(mask, dtype=FLOAT) * x / (1 - rate)) @ weight + bias
            products = [a + p * b for a, b in zip(products, z.log_softmax(0).tolist(), strict=True)]
        geometric = np.exp(products) / np.exp(products).sum()
        close(torch.from_numpy(geometric), (x @ weight + bias).softmax(0), 1e-10)


# 4 · Where to put it


@pytest.mark.parametrize("rate", [0.2, 0.6])
@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_unit_outcomes_are_those_of_torchs_layers(name, rate):
    f, z = formulas.ACTIVATIONS[name], torch.linspace(-2, 2, 9, dtype=FLOAT)
    torch.manual_seed(1)
    mask = F.dropout(torch.ones(500, 9, dtype=FLOAT), rate) > 0
    for order in formulas.ORDERS:
        torch.manual_seed(1)
        wide = z.expand(500, 9)
        first = order == formulas.ORDERS[0]
        layer = f(F.dropout(wide, rate)) if first else F.dropout(f(wide), rate)
        kept, dropped, mean = formulas.unit_outcomes(order, name, z, rate)
        close(layer, torch.where(mask, kept, dropped))
        close(mean, (1 - rate) * kept + rate * dropped)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("mu", [0.0, 1.5])
def test_variance_of_a_unit_after_dropout(rate, mu):
    torch.manual_seed(2)
    x = mu + 0.7 * torch.randn(1000, dtype=FLOAT)
    mean, variance = x.mean(), x.var(correction=0)
    # over data and both outcomes of the mask, exactly
    values = torch.stack([x / (1 - rate), 0 * x])
    p = tensor([[1 - rate], [rate]], dtype=FLOAT) / len(x)
    expected = (p * values**2).sum() - (p * values).sum() ** 2
    close((variance + rate * mean**2) / (1 - rate), expected, 1e-10)
    # what batch normalisation sees in training
    layer = nn.BatchNorm1d(1, momentum=None, dtype=FLOAT)
    layer(F.dropout(x.repeat(200), rate)[:, None])
    assert float(layer.running_var) == pytest.approx(float(expected), rel=0.05)


def test_figures_of_section_4():
    def sends(activation, rate, z=2.0):
        outcomes = formulas.unit_outcomes(formulas.ORDERS[0], activation, tensor(z).double(), rate)
        return [round(float(value), 3) for value in outcomes[1:]]

    assert sends("sigmoid", 0.5) == [0.5, 0.741]
    assert round(1 / (1 + math.exp(-2)), 3) == 0.881
    assert sends("tanh", 0.5, 30.0) == [0.0, 0.5]
    left_on = formulas.program_measures("inverted", 0.5, "dropout on").mean(0)
    assert round(float(left_on[0]), 3) == 0.877


@pytest.mark.parametrize(("keep", "reached"), [(list, False), (torch.nn.ModuleList, True)])
def test_eval_reaches_what_the_model_owns(keep, reached):
    model = torch.nn.Module()
    model.drops = keep([torch.nn.Dropout(0.5)])
    model.eval()
    ones = torch.ones(100)
    assert torch.equal(model.drops[0](ones), ones) == reached


# 5 · Two conventions


def after_some_steps(optimiser, rate, ratio, eta=0.02, **options):
    """Two networks, y = v·tanh(W(m∘x)): how far apart W and (1 − rate)·W′ are after 20 steps."""
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(3, 5, generator=generator, dtype=FLOAT)
    v = torch.randn(3, generator=generator, dtype=FLOAT)
    pair = start.clone().requires_grad_(), (start / (1 - rate)).requires_grad_()
    steps = [optimiser([p], lr, **options) for p, lr in zip(pair, (ratio * eta, eta), strict=True)]
    for _ in range(20):
        x = torch.randn(8, 5, generator=generator, dtype=FLOAT)
        mask = (torch.rand(8, 5, generator=generator) >= rate).to(FLOAT)
        for weight, step, factor in zip(pair, steps, (1 / (1 - rate), 1.0), strict=True):
            step.zero_grad()
            ((torch.tanh((factor * mask * x) @ weight.T) @ v - 1) ** 2).mean().backward()
            step.step()
    return (pair[0] - (1 - rate) * pair[1]).detach().abs().max().item()


@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_eq_5_1_plain_descent_needs_the_square(rate):
    assert after_some_steps(torch.optim.SGD, rate, (1 - rate) ** 2) < 1e-10
    assert after_some_steps(torch.optim.SGD, rate, 1 - rate) > 1e-3


@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_eq_5_2_adam_needs_one_factor(rate):
    assert after_some_steps(torch.optim.Adam, rate, 1 - rate, eps=1e-30) < 1e-10
    assert after_some_steps(torch.optim.Adam, rate, (1 - rate) ** 2, eps=1e-30) > 1e-3


def test_layer_outputs_of_the_six_programs():
    assert formulas.layer_outputs("inverted", 0.2) == pytest.approx((-1, math.sqrt(0.525), -1))
    assert formulas.layer_outputs("classic", 0.2) == pytest.approx((-0.8, math.sqrt(0.336), -0.8))
    assert formulas.layer_outputs("scaled twice", 0.2)[2] == pytest.approx(-0.8)
    assert formulas.layer_outputs("never scaled", 0.2) == pytest.approx(
        (-0.8, math.sqrt(0.336), -1)
    )
    assert formulas.layer_outputs("divides in evaluation too", 0.8)[2] == pytest.approx(-5)
    assert formulas.layer_outputs("keep passed as rate", 0.1)[:2] == pytest.approx(
        (-1, math.sqrt(18.9))
    )


@pytest.mark.parametrize("optimiser", formulas.OPTIMISERS)
def test_figures_of_section_5(optimiser):
    def mean(program, rate):
        return formulas.program_measures(program, rate, optimiser=optimiser).mean(0)

    for rate in formulas.RATES[1:9]:
        once, twice, never, inverse = (
            float(mean(p, rate)[1])
            for p in ("inverted", "scaled twice", "never scaled", "divides in evaluation too")
        )
        assert never > once and inverse > once
        if optimiser == "Adam":
            assert (twice < once) == (rate <= 0.3)
        else:
            assert (twice < once) == (rate <= 0.2)
    assert torch.equal(mean("keep passed as rate", 0.5), mean("inverted", 0.5))
    # without the factor, in place of the classic evaluation
    never, classic = mean("never scaled", 0.5), mean("classic", 0.5)
    assert float(never[1] / classic[1]) > 1.5
    if optimiser == "Adam":
        assert abs(float(never[0] - classic[0])) < 0.01


def test_classic_networks_stay_behind_at_higher_rates():
    def loss(program, rate, optimiser):
        return float(formulas.program_measures(program, rate, None, optimiser)[:, 1].mean())

    pairs = [(rate, optimiser) for rate in (0.3, 0.5) for optimiser in formulas.OPTIMISERS]
    behind = [loss("classic", *at) / loss("inverted", *at) for at in pairs]
    assert [round(times, 2) for times in behind] == [1.03, 1.16, 1.16, 1.72]
    never = [loss("never scaled", *at) / loss("classic", *at) for at in pairs]
    assert (round(min(never), 1), round(max(never), 1)) == (1.5, 2.8)


def test_figures_of_section_5_that_the_page_names():
    def mean(program, rate, way=None):
        return [round(v, 3) for v in formulas.program_measures(program, rate, way).mean(0).tolist()]

    assert formulas.table().shape == (2, 2, 11, 8, 5, 2)
    assert mean("never scaled", 0.5) == [0.923, 0.808] and mean("classic", 0.5) == [0.923, 0.284]
    assert mean("inverted", 0.5) == [0.938, 0.246] and mean("scaled twice", 0.5) == [0.935, 0.519]
    assert [mean(p, 0.7)[0] for p in ("scaled twice", "inverted")] == [0.726, 0.918]
    once, twice = (formulas.program_measures(p, 0.6)[:, 0] for p in ("inverted", "scaled twice"))
    assert (twice < once).sum() == 7
    lost = [mean("inverted", r)[0] - mean("scaled twice", r)[0] for r in (0.1, 0.2, 0.3, 0.4, 0.5)]
    assert max(lost) <= 0.003


# 6 · The backward pass


@pytest.mark.parametrize("rate", RATES)
def test_backward_has_the_same_mask_and_the_same_factor(rate):
    x = torch.randn(6, 5, generator=torch.Generator().manual_seed(1), dtype=FLOAT)
    g = torch.randn(6, 5, generator=torch.Generator().manual_seed(2), dtype=FLOAT)
    x.requires_grad_()
    torch.manual_seed(7)
    y = F.dropout(x, rate)
    y.backward(g)
    mask = (y != 0).to(FLOAT)
    close(x.grad, g * mask / (1 - rate))


def test_figures_of_section_6():
    def gap(step, masks):
        quotients, slopes = formulas.difference_quotients(step, 0.2, masks)
        return (quotients - slopes).abs()

    assert round(float(gap(1e-2, "fresh").max())) == 57
    first, second = formulas._mask_uniforms() >= 0.2
    same = (first == second).all(1)
    assert same.sum() == 4 and torch.equal(gap(1e-2, "fresh") < 0.01, same)
    assert 5e5 < float(formulas.difference_quotients(1e-6, 0.2, "fresh")[0].abs().max()) < 6e5
    assert float(gap(1e-2, "fixed").max()) == pytest.approx(6e-5, rel=0.05)


@pytest.mark.parametrize(
    ("options", "rests"), [({}, True), ({"momentum": 0.9}, False), ({"weight_decay": 0.1}, False)]
)
def test_the_weight_of_a_dropped_unit_need_not_rest(options, rests):
    w = formulas.W.clone().requires_grad_()
    descent = torch.optim.SGD([w], lr=0.1, **options)
    for mask in ([1.0, 1, 1, 1], [0.0, 1, 1, 1]):
        before = w.detach().clone()
        descent.zero_grad()
        output = torch.tanh(w @ (tensor(mask, dtype=FLOAT) * formulas.X / 0.8))
        output.backward()
        descent.step()
    assert bool(w[0] == before[0]) == rests


@pytest.mark.parametrize("masks", formulas.MASKS)
def test_difference_quotients_and_slopes(masks):
    quotients, slopes = formulas.difference_quotients(1e-5, 0.3, masks)
    uniforms = formulas._mask_uniforms()
    mask = (uniforms[0] >= 0.3).to(FLOAT)
    x = formulas.X.repeat(formulas.DRAWS, 1).requires_grad_()
    torch.tanh((mask * x / 0.7) @ formulas.W).sum().backward()
    close(slopes, x.grad[:, 0])
    gap = (quotients - slopes).abs()
    assert gap.max() < 1e-8 if masks == "fixed" else gap.max() > 1e3


# The stored networks


def test_the_network_is_that_of_nn_linear():
    _, (x, target) = formulas.digit_parts()
    parameters = formulas.network(0.5)
    layers = []
    for (fan_in, fan_out), weight, bias in zip(
        ((64, 64), (64, 64), (64, 10)), parameters[::2], parameters[1::2], strict=True
    ):
        linear = nn.Linear(fan_in, fan_out, dtype=FLOAT)
        with torch.no_grad():
            linear.weight.copy_(weight.T)
            linear.bias.copy_(bias[0])
        layers += [linear, nn.ReLU(), nn.Dropout(0.5)]
    network = nn.Sequential(*layers[:-2]).eval()
    with torch.no_grad():
        close(formulas.digit_network(parameters, x), network(x))
        assert float(formulas.measures(network(x), target)[1]) == pytest.approx(
            float(F.cross_entropy(network(x), target))
        )


def test_the_networks_are_a_little_too_sure():
    _, (x, target) = formulas.digit_parts()
    for rate in (0.2, 0.5):
        logits = formulas.digit_network(formulas.network(rate), x)
        assert logits.softmax(-1).amax(-1).mean() > formulas.measures(logits, target)[0] + 0.01


def test_the_stored_networks_and_measures_can_be_computed_again():
    module = script("dropout_digits")
    (parameters,) = module.train(rates=(0.5,), seeds=(0,))
    for got, kept in zip(parameters, formulas.network(0.5), strict=True):
        torch.testing.assert_close(got[0, 0, 0], kept, rtol=1e-4, atol=1e-4)
    measured = module.measure(parameters, (0.5,))
    close(measured[:, 0, 0], formulas.table()[0, :, formulas.RATES.index(0.5), 0], 0.003)


def test_networks_trained_by_plain_descent_can_be_computed_again():
    module = script("dropout_digits")
    (parameters,) = module.train(rates=(0.2,), seeds=(3,), optimiser="SGD")
    measured = module.measure(parameters, (0.2,))
    close(measured[:, 0, 0], formulas.table()[1, :, 2, 3], 0.003)


@pytest.mark.parametrize("setup", ["8 units, 1000 digits", "64 units, 200 digits"])
def test_the_stored_curves_can_be_computed_again(setup):
    again = script("dropout_digits").watch(setup, rates=(0.3,), steps=(0, 25, 50))[0].mean(0)
    close(again[:, [1, 3]], formulas.curve(setup, 0.3)[:3], 0.003)


def test_the_stored_measures_are_those_of_the_stored_network():
    measured = formulas.measure_digits(
        [p[None] for p in formulas.network(0.2)], "inverted", 0.2, 20
    )
    close(measured[0], formulas.table()[0, 0, 2, 0], 0.002)


@pytest.mark.parametrize("draw", [0, 1])
def test_digits_drawn_at_random_profit_too(draw, monkeypatch):
    """The file's order makes new digits harder, and its first 200 rows are not like others."""
    images, labels = digits()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(draw))
    x, target = images[order].double() / 16, labels[order]
    parts = (x[:1000], target[:1000]), (x[1000:], target[1000:])
    monkeypatch.setattr(formulas, "digit_parts", lambda: parts)

    def losses(setup):
        found = script("dropout_digits").watch(
            setup, rates=(0.0, 0.3), seeds=range(4), steps=(600,)
        )
        return found[:, :, 0, 3]

    without, dropout = losses("64 units, 1000 digits")
    assert (dropout < without).all()
    means = round(float(without.mean()), 2), round(float(dropout.mean()), 2)
    assert means == ((0.12, 0.10), (0.15, 0.10))[draw]
    without, dropout = losses("64 units, 200 digits")
    assert (dropout < without).sum() >= 3


def test_leaky_relu_lets_a_positive_factor_pass_too():
    z = torch.linspace(-2, 2, 9, dtype=FLOAT)
    for factor in (0.5, 3.0):
        close(F.leaky_relu(factor * z), factor * F.leaky_relu(z), 1e-15)


# Exercises: torch and Keras as oracles


@pytest.mark.parametrize("dtype", [torch.float32, FLOAT])
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_inverted_dropout_is_torchs(rate, dtype):
    """The mask of F.dropout, found by seeding, is given as uniforms."""
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(5), dtype=dtype)
    torch.manual_seed(6)
    kept = F.dropout(torch.ones_like(x), rate) > 0
    uniforms = torch.where(kept, 0.5 + rate / 2, rate / 2).to(dtype)
    torch.manual_seed(6)
    torch.testing.assert_close(
        exercises.inverted_dropout(x, rate, uniforms, True), F.dropout(x, rate)
    )
    torch.testing.assert_close(exercises.inverted_dropout(x, rate, uniforms, False), x)
    leaf = x.clone().requires_grad_()
    torch.manual_seed(6)
    g = torch.randn_like(x)
    torch.manual_seed(6)
    F.dropout(leaf, rate).backward(g)
    torch.testing.assert_close(exercises.dropout_backward(g, rate, uniforms), leaf.grad)


KERAS = """
import keras, numpy
x = numpy.linspace(-2, 2, 40).reshape(8, 5)
for rate in (0.2, 0.7):
    layer = keras.layers.Dropout(rate, seed=1, dtype="float64")
    y = keras.ops.convert_to_numpy(layer(x, training=True))
    numpy.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(x, training=False)), x)
    print(*y.ravel())
"""


def test_inverted_dropout_is_keras():
    done = subprocess.run(
        [sys.executable, "-c", KERAS],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"KERAS_BACKEND": "torch"},
    )
    x = torch.linspace(-2, 2, 40, dtype=FLOAT).view(8, 5)
    for rate, line in zip((0.2, 0.7), done.stdout.splitlines(), strict=True):
        y = tensor([float(v) for v in line.split()], dtype=FLOAT).view(8, 5)
        uniforms = torch.where(y != 0, (1 + rate) / 2, rate / 2).to(FLOAT)
        close(exercises.inverted_dropout(x, rate, uniforms, True), y, 1e-6)
        assert 0 < (y == 0).sum() < 40


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.8])
def test_expectation_by_enumeration(rate):
    for name, function in FUNCTIONS.items():
        got = exercises.expected_output(formulas.X, formulas.W, rate, formulas.ACTIVATIONS[name])
        assert float(got) == pytest.approx(mean_by_hand(*VECTOR, rate, function), abs=1e-12)


@pytest.mark.parametrize("rate", [0.2, 0.7])
def test_no_other_weights_have_a_smaller_error_over_all_masks(rate):
    from scipy.optimize import minimize

    generator = np.random.default_rng(3)
    inputs, targets = generator.standard_normal((5, 3)), generator.standard_normal(5)

    def error(w):
        return math.fsum(
            mean_by_hand(x, w, rate, lambda z, y=y: (z - y) ** 2)
            for x, y in zip(inputs, targets, strict=True)
        )

    found = minimize(error, np.zeros(3), method="BFGS", options={"gtol": 1e-10}).x
    got = exercises.best_weights(torch.from_numpy(inputs), torch.from_numpy(targets), rate)
    close(got, found, 1e-5)


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.8])
def test_torchs_own_layer_is_inverted(rate):
    torch.manual_seed(2)
    layer, x = nn.Dropout(rate), torch.randn(40, dtype=FLOAT).relu()
    outputs = layer.train()(x), layer.eval()(x)
    assert exercises.diagnose(x, *outputs, rate) == "inverted"
    assert exercises.diagnose(x, outputs[0], layer.train()(x), rate) == "left on"
    assert exercises.diagnose(x, outputs[0], (1 - rate) * x, rate) == "scaled twice"
    assert exercises.diagnose(x, outputs[0] * (1 - rate), x, rate) == "never scaled"
    torch.manual_seed(3)
    assert exercises.diagnose(x, F.dropout(x, 1 - rate), x, rate) == "keep as rate"


# Pictures: what the page names can be seen. Pixels are CSS pixels.


def apart(figure, one, other, **values):
    """CSS pixels, up or down, between two points: (name of an artist, its place in a list, point)."""
    figure.render(**values)

    def place(name, at, point):
        artist = getattr(figure._drawing, name)
        artist = artist if at is None else np.array(artist, object)[at]
        return artist.axes.transData.transform(artist.get_xydata()[point])[1] / style.PIXEL_RATIO

    return abs(place(*one) - place(*other))


@pytest.mark.parametrize(
    ("figure", "one", "other", "values"),
    [
        (figures.LossByStep, ("lines", 1, -1), ("lines", 2, -1), dict(rate=0.3)),
        (figures.LossByStep, ("line", None, 3), ("line", None, 0), dict(rate=0.3)),
        (figures.AfterActivation, ("mean", None, 0), ("point", None, 0), {}),
        (
            figures.AfterActivation,
            ("mean", None, 0),
            ("point", None, 0),
            dict(activation="tanh", total=1.0),
        ),
        (figures.OrderMatters, ("lines", 2, 200), ("lines", 3, 200), {}),  # z = 2
        (figures.OrderMatters, ("lines", 2, -1), ("lines", 3, -1), dict(activation="tanh")),
        # The chosen program, and inverted dropout.
        (figures.TwoConventions, ("lines", (0, -1), 1), ("lines", (0, -2), 1), dict(rate=0.2)),
        (
            figures.TwoConventions,
            ("training", None, 0),
            ("output", None, 0),
            dict(program="never scaled", rate=0.5),
        ),
        (figures.TwoConventions, ("lines", (0, -1), 4), ("lines", (0, -2), 4), dict(rate=0.5)),
        (figures.TwoConventions, ("lines", (1, -1), 6), ("lines", (1, -2), 6), dict(rate=0.7)),
        (
            figures.TwoConventions,
            ("lines", (0, -1), 4),
            ("lines", (0, -2), 4),
            dict(program="never scaled", rate=0.5),
        ),
    ],
)
def test_the_named_effects_are_at_least_twelve_pixels_large(figure, one, other, values):
    assert apart(figure, one, other, **values) >= 12


def test_alt_texts_write_numbers_as_the_page_does():
    assert "at most 57, and" in figures.QuotientsUnderMasks.describe()
    assert "at most 5.8·10⁵" in figures.QuotientsUnderMasks.describe(step=1e-6)
    for figure in (figures.LossByStep, figures.TwoConventions):
        assert not re.search(r"\de[+-]\d|nan", figure.describe())
