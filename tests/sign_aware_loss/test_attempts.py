"""Wrong answers as people write them, in other words than the declarations of the mistakes."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from helpers.sign_aware_loss import exercises
from helpers.teaching import check

ATTEMPTS = []


def attempt(exercise, mistake):
    """Note the decorated function as an attempt at `exercise` that is this known mistake, or none."""
    return lambda function: ATTEMPTS.append((exercise, mistake, function)) or function


@attempt("elliptic_paraboloid_loss", "follows_the_names")
def rotated_by_hand(prediction, truth, c_diff_sign, c_same_sign):
    s = math.sqrt(2)
    u, v = (truth - prediction) / s, (truth + prediction) / s
    return u**2 / c_diff_sign + v**2 / c_same_sign


@attempt("elliptic_paraboloid_loss", "averages")
def mean_of_all(prediction, truth, c_diff_sign, c_same_sign):
    if c_diff_sign <= 0 or c_same_sign <= 0:
        raise ValueError("bad constants")
    a = torch.pow(prediction + truth, 2) / (2 * c_diff_sign)
    b = torch.pow(prediction - truth, 2) / (2 * c_same_sign)
    return torch.mean(a + b)


@attempt("elliptic_paraboloid_loss", "squares_the_constants")
def half_axes(prediction, truth, c_diff_sign, c_same_sign):
    c = math.cos(math.pi / 4)
    x = prediction * c + truth * c
    y = prediction * c - truth * c
    return (x / c_diff_sign) ** 2 + (y / c_same_sign) ** 2


@attempt("elliptic_paraboloid_loss", "forgets_the_root")
def unscaled(prediction, truth, c_diff_sign, c_same_sign):
    assert c_diff_sign > 0 and c_same_sign > 0
    return (truth + prediction).square() / c_diff_sign + (truth - prediction).square() / c_same_sign


@attempt("elliptic_paraboloid_loss", None)
def zero_is_let_through(prediction, truth, c_diff_sign, c_same_sign):
    if c_diff_sign < 0 or c_same_sign < 0:
        raise ValueError
    return (prediction + truth) ** 2 / 2 / c_diff_sign + (prediction - truth) ** 2 / 2 / c_same_sign


@attempt("elliptic_paraboloid_loss", None)
def only_the_product_is_tested(prediction, truth, c_diff_sign, c_same_sign):
    if c_diff_sign * c_same_sign <= 0:
        raise ValueError("constants must be positive")
    return (prediction + truth) ** 2 / 2 / c_diff_sign + (prediction - truth) ** 2 / 2 / c_same_sign


@attempt("paraboloid_minimum", "swaps_the_constants")
def by_shares(truth, c_diff_sign, c_same_sign):
    total = c_diff_sign + c_same_sign
    return truth * c_same_sign / total - truth * c_diff_sign / total


@attempt("paraboloid_minimum", "pulls_towards_zero")
def weighted_mean(truth, c_diff_sign, c_same_sign):
    return (truth / c_same_sign) / (1 / c_same_sign + 1 / c_diff_sign)


@attempt("paraboloid_minimum", None)
def by_search(truth, c_diff_sign, c_same_sign):
    x = torch.linspace(-4, 4, 801, dtype=truth.dtype)
    t = truth[..., None]
    loss = (x + t) ** 2 / c_diff_sign + (x - t) ** 2 / c_same_sign
    return x[loss.argmin(-1)]


@attempt("sign_penalty_loss", "multiplies_the_error")
def where_wrong(prediction, truth, weight):
    error = F.mse_loss(prediction, truth, reduction="none")
    wrong = torch.sign(prediction) != torch.sign(truth)
    return torch.where(wrong, weight * error, error)


@attempt("sign_penalty_loss", "multiplies_the_error_by_one_more")
def factor(prediction, truth, weight):
    penalty = torch.ones_like(prediction * truth)
    penalty[prediction * truth < 0] = 1 + weight
    return torch.square(truth - prediction) * penalty


@attempt("sign_penalty_loss", "counts_wrong_signs")
def signs_that_differ(prediction, truth, weight):
    wrong = (torch.sign(prediction) != torch.sign(truth)).float()
    return (truth - prediction).pow(2) + weight * wrong


@attempt("sign_penalty_loss", "counts_wrong_signs")
def signs_halved(prediction, truth, weight):
    differ = (prediction.sign() - truth.sign()).abs() / 2
    return (prediction - truth) ** 2 + weight * differ


@attempt("sign_penalty_loss", "pushes_with_the_sign_of_the_truth")
def constant_push(prediction, truth, weight):
    return (prediction - truth).square() + weight * F.relu(-torch.sign(truth) * prediction)


@attempt("sign_penalty_loss", "adds_a_margin + is_the_penalty_alone")
def hinge(prediction, truth, weight):
    return weight * torch.clamp(1 - truth * prediction, min=0)


@attempt("sign_penalty_loss", "averages_the_error")
def library_mse(prediction, truth, weight):
    prediction, truth = torch.broadcast_tensors(prediction, truth)
    return F.mse_loss(prediction, truth) + weight * F.relu(-prediction * truth)


@attempt("sign_penalty_loss", "averages")
def both_averaged(prediction, truth, weight):
    mse = torch.mean((prediction - truth) ** 2)
    return mse + weight * torch.mean(torch.relu(-(prediction * truth)))


@attempt("sign_penalty_loss", None)
def softplus(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * F.softplus(-prediction * truth)


@attempt("sign_penalty_gradient", "forgets_the_inner_derivative")
def step_function(prediction, truth, weight):
    wrong = torch.heaviside(-prediction * truth, torch.zeros((), dtype=prediction.dtype))
    return 2 * (prediction - truth) - weight * wrong


@attempt("sign_penalty_gradient", "pushes_away")
def other_sign(prediction, truth, weight):
    slope = 2 * prediction - 2 * truth
    return torch.where(prediction * truth < 0, slope + weight * truth, slope)


@attempt("sign_penalty_gradient", "acts_at_the_kink")
def unequal_signs(prediction, truth, weight):
    wrong = torch.sign(prediction) != torch.sign(truth)
    return 2 * (prediction - truth) - weight * truth * wrong.to(truth.dtype)


@attempt("sign_penalty_gradient", "pushes_away + forgets_the_two")
def two_slips(prediction, truth, weight):
    mask = prediction * truth < 0
    return (prediction - truth) + weight * truth * mask


@attempt("sign_penalty_gradient", None)
def by_autograd(prediction, truth, weight):
    x = prediction.detach().clone().requires_grad_()
    loss = (x - truth) ** 2 + weight * torch.relu(-x * truth)
    return torch.autograd.grad(loss.sum(), x)[0]


@attempt("sign_penalty_gradient", "multiplies_the_error")
def steeper(prediction, truth, weight):
    error = prediction - truth
    return torch.where(prediction * truth < 0, weight * 2 * error, 2 * error)


@attempt("noisy_optimum", "forgets_negative_means")
def positive_only(mean, std, weight):
    u = mean / std
    phi = torch.exp(-0.5 * u**2) / math.sqrt(2 * math.pi)
    expected = std * phi - mean * torch.special.ndtr(-u)
    return torch.clamp(mean - 0.5 * weight * expected, min=0)


@attempt("noisy_optimum", "takes_the_whole_weight")
def whole_weight(mean, std, weight):
    unit = torch.distributions.Normal(0.0, 1.0)
    m = torch.abs(mean)
    z = (m / std).double()
    negative = std * torch.exp(unit.log_prob(z)) - m * torch.special.ndtr(-z)
    x = torch.clamp(m - weight * negative, min=0)
    return (torch.sign(mean) * x).to(mean.dtype)


@attempt("noisy_optimum", "runs_past_zero")
def soft_threshold_without_a_stop(mean, std, weight):
    m = mean.abs()
    u = m / std
    below = 0.5 * torch.erfc(u / math.sqrt(2))
    wrong = std * torch.exp(-(u**2) / 2) / math.sqrt(2 * math.pi) - m * below
    return mean.sign() * (m - weight * wrong / 2)


@attempt("noisy_optimum", "takes_the_probability")
def by_probability(mean, std, weight):
    m, s = torch.broadcast_tensors(mean.abs(), std)
    p = 0.5 * (1 + torch.erf(-m / s / np.sqrt(2)))
    return torch.sign(mean) * F.relu(m - weight * p / 2)


@attempt("noisy_optimum", None)
def by_sampling(mean, std, weight):
    t = mean + std * torch.randn(2000, *torch.broadcast_shapes(mean.shape, std.shape))
    wrong = torch.relu(-t * torch.sign(mean)).mean(0).to(mean.dtype)
    return torch.sign(mean) * torch.relu(mean.abs() - weight / 2 * wrong)


@attempt("sign_penalty_loss", None)
def an_error_of_its_own(prediction, truth, weight):
    return torch.where(
        torch.sign(prediction) == torch.sign(truth),
        (prediction - truth) ** 2,
        weight * (prediction - truth).abs(),
    )


@attempt("sign_penalty_loss", None)
def adds_in_a_loop(prediction, truth, weight):
    loss = 0
    for x, t in zip(prediction, truth, strict=True):
        loss += (x - t) ** 2 + weight * max(0, -x * t)
    return loss


@attempt("sign_penalty_loss", None)
def one_side_only(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * F.relu(-prediction) * F.relu(truth)


@attempt("sign_penalty_loss", None)
def exponential(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * torch.exp(-prediction * truth)


@attempt("sign_penalty_loss", "counts_wrong_signs + takes_the_absolute_error")
def absolute_and_count(prediction, truth, weight):
    return torch.abs(prediction - truth) + weight * (prediction * truth < 0)


@attempt("sign_penalty_loss", "fines_without_relu")
def product(prediction, truth, weight):
    return (prediction - truth) ** 2 - weight * prediction * truth


@attempt("sign_penalty_loss", "counts_wrong_signs")
def relu_of_a_sign(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * torch.relu(-torch.sign(prediction * truth))


@attempt("sign_penalty_loss", "adds_up")
def sum_of_all(prediction, truth, weight):
    return ((prediction - truth) ** 2 + weight * torch.relu(-prediction * truth)).sum()


@attempt("sign_penalty_loss", "halves_the_error")
def half_the_square(prediction, truth, weight):
    return 0.5 * (prediction - truth) ** 2 + weight * torch.relu(-prediction * truth)


@attempt("sign_penalty_loss", "shares_the_weight")
def mixed(prediction, truth, weight):
    return (1 - weight) * (prediction - truth) ** 2 + weight * torch.relu(-prediction * truth)


@attempt("sign_penalty_loss", None)
def factor_and_mean(prediction, truth, weight):
    return torch.where(
        prediction * truth < 0, (1 + weight) * (prediction - truth) ** 2, (prediction - truth) ** 2
    ).mean()


@attempt("sign_penalty_gradient", "keeps_the_value_of_relu")
def relu_in_the_slope(prediction, truth, weight):
    return 2 * (prediction - truth) - weight * truth * torch.relu(-prediction * truth)


@attempt("sign_penalty_gradient", "forgets_the_inner_derivative")
def chain_rule(prediction, truth, weight):
    return 2 * (prediction - truth) + weight * torch.where(-prediction * truth > 0, -1.0, 0.0)


@attempt("sign_penalty_gradient", None)
def times_the_prediction(prediction, truth, weight):
    return 2 * (prediction - truth) * prediction - weight * truth * (prediction * truth < 0)


@attempt("sign_penalty_gradient", "turns_the_error_round")
def truth_less_prediction(prediction, truth, weight):
    return 2 * (truth - prediction) - weight * truth * (prediction * truth < 0)


@attempt("sign_penalty_gradient", "forgets_the_inner_derivative + acts_at_the_kink")
def bare_mask(prediction, truth, weight):
    return 2 * (prediction - truth) - weight * (torch.sign(prediction) != torch.sign(truth))


@attempt("sign_penalty_gradient", None)
def backward_for_it(prediction, truth, weight):
    x = prediction.clone().requires_grad_()
    ((x - truth) ** 2 + weight * torch.relu(-x * truth)).sum().backward()
    return x.grad


@attempt("elliptic_paraboloid_loss", "has_a_case_for_each_sign")
def by_case(prediction, truth, c_diff_sign, c_same_sign):
    same = prediction * truth > 0
    return torch.where(
        same, (prediction - truth) ** 2 / c_same_sign, (prediction - truth) ** 2 / c_diff_sign
    )


@attempt("elliptic_paraboloid_loss", "subtracts")
def minus(prediction, truth, c_diff_sign, c_same_sign):
    if c_diff_sign <= 0 or c_same_sign <= 0:
        raise ValueError
    return (prediction + truth) ** 2 / (2 * c_diff_sign) - (prediction - truth) ** 2 / (
        2 * c_same_sign
    )


@attempt("elliptic_paraboloid_loss", "takes_the_root")
def distance(prediction, truth, c_diff_sign, c_same_sign):
    if c_diff_sign <= 0 or c_same_sign <= 0:
        raise ValueError
    return torch.sqrt(
        (prediction + truth) ** 2 / (2 * c_diff_sign)
        + (prediction - truth) ** 2 / (2 * c_same_sign)
    )


@attempt("elliptic_paraboloid_loss", None)
def constants_clamped(prediction, truth, c_diff_sign, c_same_sign):
    c_diff_sign = max(c_diff_sign, 1e-6)
    c_same_sign = max(c_same_sign, 1e-6)
    return (prediction + truth) ** 2 / (2 * c_diff_sign) + (prediction - truth) ** 2 / (
        2 * c_same_sign
    )


@attempt("elliptic_paraboloid_loss", None)
def returns_the_error(prediction, truth, c_diff_sign, c_same_sign):
    if c_diff_sign <= 0 or c_same_sign <= 0:
        return ValueError("x")
    return (prediction + truth) ** 2 / (2 * c_diff_sign) + (prediction - truth) ** 2 / (
        2 * c_same_sign
    )


@attempt("paraboloid_minimum", "divides_by_the_product")
def over_the_product(truth, c, d):
    return truth * (c - d) / (c * d)


@attempt("paraboloid_minimum", "turns_the_fraction")
def upside_down(truth, c, d):
    return (c + d) / (c - d) * truth


@attempt("paraboloid_minimum", "takes_the_ratio")
def ratio(truth, c, d):
    return truth * c / d


@attempt("paraboloid_minimum", "stays_at_the_lowest_point")
def origin(truth, c, d):
    return torch.zeros_like(truth)


@attempt("noisy_optimum", None)
def threshold(mean, std, weight):
    return torch.relu(mean - weight / 2 * std)


@attempt("noisy_optimum", None)
def distribution_of_the_truth(mean, std, weight):
    n = torch.distributions.Normal(mean.abs(), std)
    w = std**2 * n.log_prob(torch.tensor(0.0)).exp() - mean.abs() * n.cdf(torch.tensor(0.0))
    return torch.sign(mean) * torch.relu(mean.abs() - weight / 2 * w)


@attempt("noisy_optimum", "forgets_negative_means")
def no_sign(mean, std, weight):
    m = mean.abs()
    u = m / std
    phi = torch.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)
    w = std * phi - m * torch.special.ndtr(-u)
    return torch.relu(mean - weight / 2 * w)


@pytest.mark.parametrize(
    ("exercise", "mistake", "function"), ATTEMPTS, ids=[f.__name__ for *_, f in ATTEMPTS]
)
def test_attempts_are_known_by_name(exercise, mistake, function):
    result = check(getattr(exercises, exercise), function)
    assert (result.status, result.mistake) == ("wrong", mistake), str(result)


def test_most_of_them_are_known():
    known = sum(mistake is not None for _, mistake, _ in ATTEMPTS)
    assert known >= 0.65 * len(ATTEMPTS)
