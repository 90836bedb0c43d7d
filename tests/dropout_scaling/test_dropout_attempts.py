"""Wrong answers to the exercises of 06_dropout_scaling as people write them, and which mistake it is."""

import itertools
import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.dropout_scaling import exercises

attempt = Attempts(exercises)


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


@attempt("inverted_dropout", "only_masks")
def _(x, rate, uniforms, training):
    return x * (uniforms >= rate).to(x)


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


# best_weights


@attempt("best_weights", "plain_least_squares")
def _(inputs, targets, rate):
    return torch.linalg.pinv(inputs) @ targets


@attempt("best_weights", "same_penalty_for_all")
def _(inputs, targets, rate):
    d = inputs.shape[1]
    return (
        (inputs.T @ inputs + rate / (1 - rate) * torch.eye(d).double()).inverse()
        @ inputs.T
        @ targets
    )


@attempt("best_weights", "squares_the_sum")
def _(inputs, targets, rate):
    return torch.linalg.pinv(inputs) @ targets * (1 - rate)


@attempt("best_weights", "takes_the_rate")
def _(inputs, targets, rate):
    squares = (inputs**2).sum(0)
    return torch.linalg.solve(inputs.T @ inputs + rate * torch.diag(squares), inputs.T @ targets)


@attempt("best_weights", "penalty_of_one_example")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag((inputs**2).mean(0))
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", None)
def _(inputs, targets, rate):
    torch.manual_seed(0)
    copies = inputs.repeat(5000, 1)
    copies = F.dropout(copies, rate)
    return torch.linalg.lstsq(copies, targets.repeat(5000)[:, None]).solution[:, 0]


@attempt("best_weights", None)
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag(inputs.abs().sum(0))
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


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


@attempt("expected_output", "by_the_curvature")
def _(x, w, rate, activation):
    S, variance = w @ x, rate / (1 - rate) * ((w * x) ** 2).sum()
    h = 1e-4
    curvature = (activation(S + h) - 2 * activation(S) + activation(S - h)) / h**2
    return activation(S) + curvature * variance / 2


# diagnose


@attempt("diagnose", "takes_zeros_for_dropped")
def _(x, training, evaluation, rate):
    if (evaluation == 0).any():
        return "left on"
    return exercises.diagnose(x, training, evaluation, rate)


@attempt("diagnose", "expects_equal_digits")
def _(x, training, evaluation, rate):
    alive, kept = x != 0, training != 0
    if (evaluation[alive] == 0).any():
        return "left on"
    if (training[kept] == x[kept] / rate).all():
        return "keep as rate"
    scaled = (training[kept] == x[kept] / (1 - rate)).all()
    if (evaluation == x * (1 - rate)).all():
        return "scaled twice" if scaled else "classic"
    return "inverted" if scaled else "never scaled"


@attempt("diagnose", "divides_by_zero")
def _(x, training, evaluation, rate):
    factors, after = training / x, evaluation / x
    if (after == 0).any():
        return "left on"
    factor = factors[factors != 0].mean()
    if abs(factor - 1 / rate) < 1e-6:
        return "keep as rate"
    shrunk = abs(after.mean() - (1 - rate)) < 1e-6
    if abs(factor - 1 / (1 - rate)) < 1e-6:
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", "never_left_on")
def _(x, training, evaluation, rate):
    factor = training.sum() / x[training != 0].sum()
    shrunk = torch.allclose(evaluation, (1 - rate) * x)
    if torch.isclose(factor, torch.tensor(1 / rate).double()):
        return "keep as rate"
    if torch.isclose(factor, torch.tensor(1 / (1 - rate)).double()):
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", "compares_means")
def _(x, training, evaluation, rate):
    if (evaluation[x != 0] == 0).any():
        return "left on"
    nearer = (training.mean() - x.mean()).abs() < (training.mean() - (1 - rate) * x.mean()).abs()
    same = torch.isclose(evaluation.mean(), x.mean())
    if nearer:
        return "inverted" if same else "scaled twice"
    return "never scaled" if same else "classic"


@attempt("diagnose", None)
def _(x, training, evaluation, rate):
    return "inverted" if torch.equal(evaluation, x) else "classic"


test_each_is_known_as_said = attempt.test_of_each()
test_most_of_them_are_known = attempt.test_that_most_are_known()
