"""Formulas and equations of 06_dropout_scaling against torch, Keras, enumeration and sampling.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import importlib.util
import itertools
import math
import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import torch
from closeness import close
from hypothesis import given
from hypothesis import strategies as st
from torch import nn, tensor
from torch.nn import functional as F

from helpers.dropout_scaling import exercises, figures, formulas
from helpers.teaching.data import DATA

FLOAT = torch.float64
RATES = [0.1, 0.2, 0.5, 0.8]


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


# 1 · Every mask at once


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=8),
    st.floats(0, 0.95),
)
def test_eq_1_1_the_scaled_sum_keeps_its_mean(pairs, rate):
    x, w = tensor(pairs, dtype=FLOAT).T
    mean, _ = formulas.moments(*formulas.masked_sums(x, w, rate))
    close(mean, w @ x, 1e-9)
    assert mean_by_hand(x.tolist(), w.tolist(), rate) == pytest.approx(float(w @ x), abs=1e-9)
    unscaled, _ = formulas.moments(*formulas.masked_sums(x, w, rate, "none"))
    close(unscaled, (1 - rate) * (w @ x), 1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_eq_1_2_the_variance_of_the_scaled_sum(rate):
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


def test_figures_of_section_1():
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
    # a sum of 0
    zero, ones = tensor([1.0, -1.0, 0.5, -0.5], dtype=FLOAT), torch.ones(4, dtype=FLOAT)
    for scaling, variance in (("÷ (1 − rate)", 2.5), ("none", 0.625)):
        close(formulas.moments(*formulas.masked_sums(zero, ones, 0.5, scaling)), (0, variance))


def test_masks_are_all_there_and_their_probabilities_add_up():
    masks = formulas.all_masks(5)
    assert len({tuple(mask) for mask in masks.tolist()}) == 32
    assert masks[-1].all()
    for rate in (0.0, 0.3, 1.0):
        close(formulas.mask_probability(masks, rate).sum(), 1)


# 2 · After a non-linearity


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "GELU"])
@pytest.mark.parametrize("total", [-1.5, -0.3, 0.7])
def test_eq_2_1_the_bias_to_second_order(name, total):
    z = tensor(total, dtype=FLOAT, requires_grad=True)
    (slope,) = torch.autograd.grad(formulas.ACTIVATIONS[name](z), z, create_graph=True)
    (second,) = torch.autograd.grad(slope, z)
    close(formulas.curvature(name, z.detach()), second, 1e-10)

    # Twice the terms, half as large each: what is left out goes faster than the variance.
    errors = []
    for n in (6, 12):
        terms = [(total + (0.3 if i % 2 else -0.3)) / n for i in range(n)]
        exact = mean_by_hand(terms, [1.0] * n, 0.1, FUNCTIONS[name]) - FUNCTIONS[name](total)
        c = tensor(terms, dtype=FLOAT)
        variance = formulas.preactivation_variance(c, torch.ones_like(c), 0.1)
        estimate = formulas.second_order_bias(name, tensor(total, dtype=FLOAT), variance)
        errors.append(abs(exact - float(estimate)) / float(variance))
    assert errors[1] < max(0.6 * errors[0], 1e-3) and errors[1] < 0.03


def relu_bias(total, sd):
    """Equation (2.2): E max(0, S̃) − max(0, S) for a normal S̃ of mean S = `total` and spread `sd` > 0."""
    t = (total / sd).abs()
    density = torch.exp(-(t**2) / 2) / math.sqrt(2 * math.pi)
    return sd * (density - t * torch.special.ndtr(-t))


@pytest.mark.parametrize("total", [-1.0, 0.0, 0.4, 2.0])
@pytest.mark.parametrize("sd", [0.3, 1.0])
def test_eq_2_2_the_relu_of_a_normal_sum(total, sd):
    density = lambda z: mpmath.npdf(z, total, sd)  # noqa: E731
    mean = mpmath.quad(lambda z: z * density(z), [0, 1, 2, 4, 8, 16])
    got = relu_bias(*(tensor(v, dtype=FLOAT) for v in (total, sd)))
    assert float(got) == pytest.approx(float(mean) - max(total, 0), abs=1e-9)


def test_many_inputs_of_weights_one_over_root_n_end_there():
    got, sd = formulas.bias_after("ReLU", 1024, 0.0, 0.2)
    assert got == pytest.approx(
        float(relu_bias(tensor(0.0, dtype=FLOAT), tensor(sd, dtype=FLOAT))), rel=1e-3
    )


@pytest.mark.parametrize("name", list(FUNCTIONS))
@pytest.mark.parametrize(("n", "size"), [(4, "1/√n"), (8, "1/√n"), (8, "1/n")])
def test_the_counted_distribution_is_that_of_all_masks(name, n, size):
    up, down = formulas.two_contributions(n, -0.7, size)
    terms = [up] * (n // 2) + [down] * (n // 2)
    exact = mean_by_hand(terms, [1.0] * n, 0.3, FUNCTIONS[name])
    values, probabilities = formulas.sum_distribution(n, -0.7, 0.3, size)
    f = formulas.ACTIVATIONS[name]
    assert float((probabilities * f(values)).sum()) == pytest.approx(exact, abs=1e-12)
    bias, sd = formulas.bias_after(name, n, -0.7, 0.3, size)
    assert bias == pytest.approx(exact - FUNCTIONS[name](-0.7), abs=1e-12)
    assert sd**2 == pytest.approx(0.3 / 0.7 * math.fsum(t * t for t in terms))


@pytest.mark.parametrize(
    ("rate", "tanh", "relu", "sigmoid", "variance"),
    [
        (0.2, -0.628540, 0.032800, 0.288886, 0.525),
        (0.5, -0.428343, 0.212500, 0.329507, 2.1),
        (0.8, -0.246136, 0.563200, 0.384818, 8.4),
    ],
)
def test_figures_of_section_2(rate, tanh, relu, sigmoid, variance):
    x, w = formulas.X, formulas.W
    for name, expected in {"tanh": tanh, "ReLU": relu, "sigmoid": sigmoid}.items():
        got = formulas.expected_activation(x, w, rate, formulas.ACTIVATIONS[name])
        assert float(got) == pytest.approx(expected, abs=5e-7)
        assert mean_by_hand(*VECTOR, rate, FUNCTIONS[name]) == pytest.approx(float(got), abs=1e-12)
    close(formulas.preactivation_variance(x, w, rate), variance)


def test_more_figures_of_section_2():
    x, w = formulas.X, formulas.W
    assert float(formulas.expected_activation(x, w, 0.5, torch.relu, "none")) == pytest.approx(
        0.10625
    )
    assert math.tanh(-1) == pytest.approx(-0.761594, abs=5e-7)
    biases = [formulas.bias_after("ReLU", n, 0.0, 0.2)[0] for n in (4, 16, 64, 256, 1024)]
    assert [round(b, 3) for b in biases] == [0.168, 0.193, 0.198, 0.199, 0.199]
    assert formulas.bias_after("ReLU", 16, 2.0, 0.2)[0] < 0.001
    assert formulas.bias_after("tanh", 16, 0.0, 0.2)[0] == pytest.approx(0, abs=1e-12)
    at_one = math.tanh(1) + formulas.bias_after("tanh", 16, 1.0, 0.2)[0]
    assert (round(math.tanh(1), 3), round(at_one, 3)) == (0.762, 0.684)
    normal = relu_bias(w @ x, formulas.preactivation_variance(x, w, 0.5).sqrt())
    assert float(normal) == pytest.approx(0.2106, abs=5e-5)
    kink = relu_bias(tensor(0.0, dtype=FLOAT), tensor(1.0, dtype=FLOAT))
    assert float(kink) == pytest.approx(0.4, abs=2e-3)


def test_random_weights_inflate_the_relus_more_than_trained_ones():
    _, (x, _) = formulas.digit_parts()
    units = formulas.hidden_units(formulas.stored()[1][0.5], x[:100])
    masks, _ = formulas.random_masks(0.5, 400, 100)
    inflated = []
    for seed in range(4):
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(64, 64, generator=generator, dtype=FLOAT) / 8
        drawn, evaluation = (masks / (1 - 0.5) * units) @ weight, units @ weight
        inflated.append(float(drawn.relu().mean() / evaluation.relu().mean()))
    assert np.mean(inflated) == pytest.approx(1.38, abs=0.01)
    drawn, evaluation = formulas.second_layer(0.5, 400, 100)
    assert float(drawn.relu().mean() / evaluation.relu().mean()) == pytest.approx(1.03, abs=0.005)


# 3 · Where to put it


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
def test_eq_3_1_variance_of_a_unit_after_dropout(rate, mu):
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


def alpha_dropout(x, rate, mask):
    """Equation (3.2): dropped units go to SELU's floor, then a·y + b."""
    floor = -1.6732632423543772 * 1.0507009873554805
    a = ((1 - rate) * (1 + rate * floor**2)) ** -0.5
    return a * (mask * x + (1 - mask) * floor) - a * rate * floor


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.7])
def test_eq_3_2_alpha_dropout(rate):
    floor = F.selu(tensor(-50.0, dtype=FLOAT))
    close(floor, -1.7580993408473766, 1e-12)
    torch.manual_seed(3)
    x = F.selu(torch.randn(400, 50, dtype=FLOAT))
    torch.manual_seed(4)
    got = F.alpha_dropout(x, rate, training=True)
    floor = alpha_dropout(x, rate, torch.zeros_like(x))
    mask = (got - floor).abs() > 1e-9  # 1 where torch kept the unit
    assert abs(float(mask.double().mean()) - (1 - rate)) < 0.02
    close(alpha_dropout(x, rate, mask.to(FLOAT)), got, 1e-9)
    # mean 0 and variance 1 stay, exactly in the mean over masks
    y = (x - x.mean()) / x.std(correction=0)
    both = torch.stack([alpha_dropout(y, rate, torch.full_like(y, m)) for m in (0, 1)])
    p = tensor([rate, 1 - rate], dtype=FLOAT)[:, None, None] / y.numel()
    close((p * both).sum(), 0, 1e-9)
    close((p * both**2).sum(), 1, 1e-9)


# 4 · Two conventions


def test_eq_4_1_classic_descent_is_inverted_descent_with_a_smaller_rate():
    """Two networks, y = v·tanh(W(m∘x)): one dropout on x, plain gradient descent on W."""
    rate, eta, steps = 0.3, 0.2, 20
    generator = torch.Generator().manual_seed(0)
    inverted = torch.randn(3, 5, generator=generator, dtype=FLOAT)
    classic = inverted / (1 - rate)
    v = torch.randn(3, generator=generator, dtype=FLOAT)
    for _ in range(steps):
        x = torch.randn(8, 5, generator=generator, dtype=FLOAT)
        mask = (torch.rand(8, 5, generator=generator) >= rate).to(FLOAT)
        found = []
        for weight, factor, size in (
            (inverted, 1 / (1 - rate), eta * (1 - rate) ** 2),
            (classic, 1.0, eta),
        ):
            weight = weight.clone().requires_grad_()
            loss = ((torch.tanh((factor * mask * x) @ weight.T) @ v - 1) ** 2).mean()
            loss.backward()
            found.append((loss.item(), (weight - size * weight.grad).detach()))
        (loss_i, inverted), (loss_c, classic) = found
        assert loss_i == pytest.approx(loss_c, abs=1e-10)
        close(classic, inverted / (1 - rate), 1e-9)


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


def test_figures_of_section_4():
    loss = {p: float(formulas.program_measures(p, 0.2).mean(0)[1]) for p in formulas.PROGRAMS}
    assert {p: round(v, 2) for p, v in loss.items()} == {
        "inverted": 0.24,
        "classic": 0.23,
        "scaled twice": 0.20,
        "never scaled": 0.32,
        "divides in evaluation too": 0.33,
        "keep passed as rate": 0.47,
    }
    at_half = {p: float(formulas.program_measures(p, 0.5).mean(0)[1]) for p in formulas.PROGRAMS}
    assert at_half["keep passed as rate"] == at_half["inverted"]
    tenth = formulas.program_measures("keep passed as rate", 0.1).mean(0)
    assert float(tenth[1]) == pytest.approx(1.40, abs=0.005)
    for rate in formulas.RATES[1:9]:
        once, twice, never, inverse = (
            float(formulas.program_measures(p, rate).mean(0)[1])
            for p in ("inverted", "scaled twice", "never scaled", "divides in evaluation too")
        )
        assert (twice < once) == (rate <= 0.3)
        assert abs(never / inverse - 1) < 0.2


# 5 · The backward pass


@pytest.mark.parametrize("rate", RATES)
def test_eq_5_1_the_same_mask_and_the_same_factor(rate):
    x = torch.randn(6, 5, generator=torch.Generator().manual_seed(1), dtype=FLOAT)
    g = torch.randn(6, 5, generator=torch.Generator().manual_seed(2), dtype=FLOAT)
    x.requires_grad_()
    torch.manual_seed(7)
    y = F.dropout(x, rate)
    y.backward(g)
    mask = (y != 0).to(FLOAT)
    close(x.grad, g * mask / (1 - rate))


def test_figures_of_section_5():
    def gap(step, masks):
        quotients, slopes = formulas.difference_quotients(step, 0.2, masks)
        return (quotients - slopes).abs()

    assert round(float(gap(1e-2, "fresh").max())) == 57
    first, second = formulas._mask_uniforms() >= 0.2
    same = (first == second).all(1)
    assert same.sum() == 4 and torch.equal(gap(1e-2, "fresh") < 0.01, same)
    assert 5e5 < float(formulas.difference_quotients(1e-6, 0.2, "fresh")[0].abs().max()) < 6e5
    assert float(gap(1e-2, "fixed").max()) == pytest.approx(6e-5, rel=0.05)


def test_momentum_moves_the_weight_of_a_dropped_unit():
    assert formulas.dropped_step() == 0
    # by hand: one gradient at w, its 0.9-fold again
    slope = 0.9 / 0.8 * (1 - math.tanh(-1 / 0.8) ** 2)
    assert formulas.dropped_step(momentum=0.9) == pytest.approx(0.1 * 0.9 * slope)


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


# 6 · On real data


def test_eq_6_1_evaluation_is_the_geometric_mean_of_one_softmax_layer():
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
        masks = formulas.all_masks(6)
        logits = (masks * x / (1 - rate)) @ weight + bias
        weights = formulas.mask_probability(masks, rate)
        close(formulas.geometric_mean(logits.log_softmax(-1), weights), geometric, 1e-10)


def test_a_deep_network_is_neither_mean_over_its_masks():
    _, (x, _) = formulas.digit_parts()
    parameters = formulas.stored()[1][0.2]
    evaluation = formulas.digit_network(parameters, x).softmax(-1)
    masks = [mask / (1 - 0.2) for mask in formulas.random_masks(0.2, 200, len(x))]
    answers = formulas.digit_network(parameters, x, masks).log_softmax(-1)
    geometric = formulas.geometric_mean(answers, torch.full((200,), 1 / 200, dtype=FLOAT))
    for mean in (answers.exp().mean(0), geometric):
        assert (mean - evaluation).abs().max() > 0.1


def test_the_network_is_that_of_nn_linear():
    _, (x, target) = formulas.digit_parts()
    parameters = formulas.stored()[1][0.5]
    layers = []
    for (fan_in, fan_out), weight, bias in zip(
        formulas.LAYERS, parameters[::2], parameters[1::2], strict=True
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


def test_calibration_error_of_a_counted_example():
    p = tensor([[0.95, 0.05], [0.93, 0.07], [0.65, 0.35], [0.36, 0.64]], dtype=FLOAT)
    target = tensor([0, 1, 0, 0])
    # bin 0.9: accuracy 1/2, confidence 0.94; bin 0.6: accuracy 1/2, confidence 0.645
    expected = (abs(1 - 1.88) + abs(1 - 1.29)) / 4
    assert float(formulas.calibration_error(p, target)) == pytest.approx(expected)


def test_figures_of_section_6():
    table, _ = formulas.stored()
    assert table.shape[0] * table.shape[1] * table.shape[2] == 176

    def mean(program, rate, way=None):
        return [round(v, 3) for v in formulas.program_measures(program, rate, way).mean(0).tolist()]

    assert mean("inverted", 0.2)[1] == 0.236 and mean("scaled twice", 0.2)[1] == 0.204
    assert mean("inverted", 0.5)[:2] == [0.938, 0.246]
    assert mean("scaled twice", 0.5)[:2] == [0.935, 0.520]
    assert mean("inverted", 0.5, "dropout on")[0] == 0.876
    once, twice = (
        formulas.program_measures(p, 0.5).mean(0)[2] for p in ("inverted", "scaled twice")
    )
    assert float(twice / once) == pytest.approx(11, abs=0.5)
    rates = formulas.RATES[:9]
    lost = [mean("inverted", r)[0] - mean("scaled twice", r)[0] for r in rates]
    assert max(lost[:7]) < 0.02 and min(lost[7:]) > 0.15
    assert [round(mean(p, 0.7)[0], 2) for p in ("scaled twice", "inverted")] == [0.73, 0.92]
    assert mean("scaled twice", 0.8)[2] < mean("scaled twice", 0.7)[2]
    assert mean("scaled twice", 0.8)[0] < 0.25


def test_figures_of_the_ambiguous_digit():
    at = figures.CHOSEN["8, hard to read"]
    _, (x, target) = formulas.digit_parts()
    assert target[at] == 8
    answers = formulas.monte_carlo(0.2, 1000, tuple(figures.CHOSEN.values()))[:, 0]
    evaluation = formulas.digit_network(formulas.stored()[1][0.2], x[at])[0].softmax(-1)
    assert [round(float(p), 3) for p in evaluation[[3, 8]]] == [0.376, 0.352]
    assert [round(float(p), 3) for p in answers.mean(0)[[3, 8]]] == [0.332, 0.343]
    uncertain = answers[:, [3, 8]].std(0) / math.sqrt(1000)
    assert uncertain.min() > 0.005 and uncertain.max() < 0.0105
    assert answers[:100].mean(0).argmax() == 3
    low, high = answers[:, 8].quantile(0.1), answers[:, 8].quantile(0.9)
    assert (round(float(low), 2), round(float(high), 2)) == (0.04, 0.76)
    # the network is overconfident in evaluation; averaged at rate 0.5, it doubts too much
    sure = formulas.digit_network(formulas.stored()[1][0.2], formulas.digit_parts()[1][0])
    assert sure.softmax(-1).amax(-1).mean() > formulas.measures(sure, target)[0] + 0.02
    average = formulas.monte_carlo(0.5, 100).mean(0)
    right = (average.argmax(-1) == target).double().mean()
    assert average.amax(-1).mean() < right - 0.05


def script():
    spec = importlib.util.spec_from_file_location("dropout_digits", DATA / "dropout_digits.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stored_networks_and_measures_can_be_computed_again():
    table, networks = formulas.stored()
    module = script()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for so small a network others only get in the way
    assert table.shape == (2, len(module.RATES), len(module.SEEDS), 5, 3)
    parameters = module.train(rates=(0.5,), seeds=(0,))
    torch.set_num_threads(threads)
    for got, kept in zip(parameters, networks[0.5], strict=True):
        torch.testing.assert_close(got[0, 0, 0], kept, rtol=1e-4, atol=1e-4)
    measured = module.measure(parameters, (0.5,))
    close(measured[:, 0, 0], table[:, module.RATES.index(0.5), 0], 0.003)


def test_the_stored_measures_are_those_of_the_stored_network():
    table, networks = formulas.stored()
    measured = formulas.measure_digits([p[None] for p in networks[0.2]], "inverted", 0.2, 20)
    close(measured[0], table[0, 2, 0], 0.002)


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
def test_variance_and_expectation_by_enumeration(rate):
    got = exercises.preactivation_variance(formulas.X, formulas.W, rate)
    close(got, formulas.moments(*formulas.masked_sums(formulas.X, formulas.W, rate))[1])
    for name, function in FUNCTIONS.items():
        got = exercises.expected_output(formulas.X, formulas.W, rate, formulas.ACTIVATIONS[name])
        assert float(got) == pytest.approx(mean_by_hand(*VECTOR, rate, function), abs=1e-12)


def test_test_time_network_keeps_the_mean_of_linear_layers():
    generator = torch.Generator().manual_seed(8)
    weights = [torch.randn(s, generator=generator, dtype=FLOAT) for s in ((2, 3), (1, 2))]
    x, rate = torch.randn(3, generator=generator, dtype=FLOAT), 0.3
    mean = 0
    for mask in itertools.product([0.0, 1.0], repeat=5):
        p = math.prod(1 - rate if m else rate for m in mask)
        m = tensor(mask, dtype=FLOAT)
        mean = mean + p * (weights[1] @ (m[3:] * (weights[0] @ (m[:3] * x))))
    first, second = exercises.test_time_network(weights, rate)
    close(second @ (first @ x), mean)
