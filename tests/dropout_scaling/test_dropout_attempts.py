"""Wrong answers to the exercises of 06_dropout_scaling as people write them, and which mistake it is."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from helpers.dropout_scaling import exercises
from helpers.teaching.judge import check

ATTEMPTS = []


def attempt(exercise, mistake):
    """Note a wrong answer, and the name of the known mistake that it is (None: no known one)."""
    return lambda function: ATTEMPTS.append((exercise, mistake, function))


# inverted_dropout


@attempt("inverted_dropout", "keeps_the_other_end")
def _(x, rate, uniforms, training):
    if training:
        keep = 1 - rate
        mask = (uniforms < keep).float()
        return torch.zeros_like(x) if keep == 0 else x * mask / keep
    return x


@attempt("inverted_dropout", "strictly_above")
def _(x, rate, uniforms, training):
    if rate == 0 or not training:
        return x
    return torch.where(uniforms > rate, x / (1 - rate), torch.zeros_like(x))


@attempt("inverted_dropout", "strictly_above + scales_twice")
def _(x, rate, uniforms, training):
    keep_prob = 1.0 - rate
    if not training:
        return x * keep_prob
    return (uniforms > rate) * x * (1.0 / keep_prob)


@attempt("inverted_dropout", "classic_dropout")
def _(x, rate, uniforms, training):
    if training:
        out = x.clone()
        out[uniforms < rate] = 0.0
        return out
    return (1.0 - rate) * x


@attempt("inverted_dropout", "strictly_above + classic_dropout")
def _(x, rate, uniforms, training):
    return torch.mul(x, uniforms.gt(rate)) if training else torch.mul(x, 1 - rate)


@attempt("inverted_dropout", "does_not_scale")
def _(x, rate, uniforms, training):
    return x.masked_fill(uniforms < rate, 0) if training else x


@attempt("inverted_dropout", "takes_rate_for_keep")
def _(x, rate, uniforms, training):
    return x / rate * (uniforms < rate) if training else x


@attempt("inverted_dropout", "keeps_below_the_rate")
def _(x, rate, uniforms, training):
    if not training:
        return x
    mask = torch.zeros_like(x)
    mask[uniforms < rate] = 1 / (1 - rate) if rate < 1 else 0.0
    return mask * x


@attempt("inverted_dropout", "divides_by_the_observed_share")
def _(x, rate, uniforms, training):
    if not training:
        return x
    kept = uniforms >= rate
    return x * kept * (kept.numel() / kept.sum())


@attempt("inverted_dropout", "drops_in_evaluation")
def _(x, rate, uniforms, training):
    return x * torch.ceil(uniforms - rate + 1e-12).clamp(0, 1) / max(1 - rate, 1e-12)


@attempt("inverted_dropout", "multiplies")
def _(x, rate, uniforms, training):
    return x * (uniforms >= rate) * (1 - rate) if training else x


@attempt("inverted_dropout", "calls_torchs")
def _(x, rate, uniforms, training):
    layer = torch.nn.Dropout(p=rate)
    return layer.train(training)(x)


@attempt("inverted_dropout", None)
def _(x, rate, uniforms, training):
    mask = torch.bernoulli(torch.full_like(x, 1 - rate))
    return x * mask / (1 - rate) if training else x


@attempt("inverted_dropout", None)
def _(x, rate, uniforms, training):
    return x * (uniforms >= rate) / (1 - rate) if training else x


# dropout_backward


@attempt("dropout_backward", "forgets_the_factor")
def _(grad_output, rate, uniforms):
    grad_input = grad_output.clone()
    grad_input[uniforms < rate] = 0
    return grad_input


@attempt("dropout_backward", "strictly_above + forgets_the_factor")
def _(grad_output, rate, uniforms):
    return grad_output * (uniforms > rate)


@attempt("dropout_backward", "strictly_above")
def _(grad_output, rate, uniforms):
    keep = 1 - rate
    if keep == 0:
        return grad_output * 0.0
    return torch.where(uniforms > rate, grad_output / keep, torch.tensor(0.0).to(grad_output))


@attempt("dropout_backward", "divides_twice")
def _(grad_output, rate, uniforms):
    scaled_mask = (uniforms >= rate).to(grad_output) / (1 - rate)
    return grad_output * scaled_mask / (1 - rate)


@attempt("dropout_backward", "undoes_the_scaling")
def _(grad_output, rate, uniforms):
    return torch.where(uniforms >= rate, (1 - rate) * grad_output, 0.0)


@attempt("dropout_backward", "forgets_the_mask")
def _(grad_output, rate, uniforms):
    return grad_output.div(1 - rate)


@attempt("dropout_backward", "keeps_the_other_end")
def _(grad_output, rate, uniforms):
    return grad_output * ((uniforms < 1 - rate) / (1 - rate))


@attempt("dropout_backward", None)
def _(grad_output, rate, uniforms):
    return F.dropout(grad_output, rate, training=True)


# preactivation_variance


@attempt("preactivation_variance", "leaves_the_scaling_out")
def _(x, w, rate):
    return sum(rate * (1 - rate) * (w[i] * x[..., i]) ** 2 for i in range(len(w)))


@attempt("preactivation_variance", "squares_the_factor")
def _(x, w, rate):
    return (x * w).pow(2).sum(dim=-1) * (rate / (1 - rate)) ** 2


@attempt("preactivation_variance", "squares_the_sum")
def _(x, w, rate):
    return (x @ w) ** 2 * rate / (1 - rate)


@attempt("preactivation_variance", "mean_of_the_squares")
def _(x, w, rate):
    scaled = x * w / (1 - rate)
    return ((1 - rate) * scaled**2).sum(-1)


@attempt("preactivation_variance", "does_not_square_the_weights")
def _(x, w, rate):
    return torch.einsum("...i,i->...", x.square(), w) * rate / (1 - rate)


@attempt("preactivation_variance", None)
def _(x, w, rate):
    masks = torch.rand(20000, len(w), dtype=x.dtype) >= rate
    return (masks * w / (1 - rate) @ x.T).var(0)


@attempt("preactivation_variance", None)
def _(x, w, rate):
    return rate / (1 - rate) * (w * x).abs().sum(-1)


# expected_output


@attempt("expected_output", "activation_of_the_mean")
def _(x, w, rate, activation):
    return activation(torch.dot(w, x))


@attempt("expected_output", "unscaled_sums")
def _(x, w, rate, activation):
    total = torch.zeros((), dtype=x.dtype)
    for mask in itertools.product([0, 1], repeat=len(x)):
        m = torch.tensor(mask, dtype=x.dtype)
        total += math.prod(1 - rate if b else rate for b in mask) * activation((m * w * x).sum())
    return total


@attempt("expected_output", "swapped_probability")
def _(x, w, rate, activation):
    total = 0
    for mask in itertools.product([0, 1], repeat=len(x)):
        m, k = torch.tensor(mask, dtype=x.dtype), sum(mask)
        p = rate**k * (1 - rate) ** (len(x) - k)
        total = total + p * activation(m @ (w * x) / (1 - rate))
    return total


@attempt("expected_output", "equal_probabilities")
def _(x, w, rate, activation):
    masks = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=x.dtype)] * len(x))
    return activation((masks.reshape(-1, len(x)) * w * x).sum(1) / (1 - rate)).mean()


@attempt("expected_output", "activation_of_the_mean + unscaled_sums")
def _(x, w, rate, activation):
    return activation((1 - rate) * (w * x).sum())


@attempt("expected_output", "scales_after_the_activation")
def _(x, w, rate, activation):
    total = 0
    for bits in range(2 ** len(x)):
        m = torch.tensor([bits >> i & 1 for i in range(len(x))], dtype=x.dtype)
        p = (1 - rate) ** m.sum() * rate ** (1 - m).sum()
        total = total + p * activation(m @ (w * x))
    return total / (1 - rate)


@attempt("expected_output", None)
def _(x, w, rate, activation):
    masks = torch.rand(10000, len(x), dtype=x.dtype) >= rate
    return activation((masks * x / (1 - rate)) @ w).mean()


@attempt("expected_output", None)
def _(x, w, rate, activation):
    S, variance = w @ x, rate / (1 - rate) * ((w * x) ** 2).sum()
    h = 1e-4
    curvature = (activation(S + h) - 2 * activation(S) + activation(S - h)) / h**2
    return activation(S) + curvature * variance / 2


# test_time_network


@attempt("test_time_network", "divides_the_weights")
def _(weights, rate):
    return [torch.div(w, 1.0 - rate) for w in weights]


@attempt("test_time_network", "multiplies_by_the_rate")
def _(weights, rate):
    return list(map(lambda w: w * rate, weights))


@attempt("test_time_network", "overwrites_the_weights")
def _(weights, rate):
    for i in range(len(weights)):
        weights[i] *= 1 - rate
    return weights


@attempt("test_time_network", "piles_up")
def _(weights, rate):
    out, factor = [], 1.0
    for w in weights:
        factor *= 1 - rate
        out.append(w * factor)
    return out


@attempt("test_time_network", "spares_the_last")
def _(weights, rate):
    out = [w * (1 - rate) for w in weights]
    out[-1] = weights[-1].clone()
    return out


@attempt("test_time_network", None)
def _(weights, rate):
    rng = np.random.default_rng(0)
    return [w * torch.from_numpy(rng.random(w.shape) >= rate) for w in weights]


def test_most_of_them_are_named():
    assert sum(mistake is not None for _, mistake, _ in ATTEMPTS) >= 0.65 * len(ATTEMPTS)


@pytest.mark.parametrize(("exercise", "mistake", "function"), ATTEMPTS)
def test_a_usual_wrong_answer_is_recognised(exercise, mistake, function):
    result = check(getattr(exercises, exercise), function)
    assert (result.status, result.mistake) == ("wrong", mistake), result.message
