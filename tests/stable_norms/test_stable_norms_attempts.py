"""Wrong answers that people write, and the names by which they are known."""

import math

import pytest
import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.stable_norms import exercises

attempt = Attempts(exercises)
pytestmark = pytest.mark.filterwarnings("ignore")


@attempt("log_squared_norm", "logarithm_of_zero")
def the_asker(d):
    return torch.logsumexp(2 * torch.log(torch.abs(d)), dim=0)


@attempt("log_squared_norm", "logarithm_of_zero")
def one_where(d):
    return torch.logsumexp(torch.where(d == 0, -math.inf, 2 * d.abs().log()), 0)


@attempt("log_squared_norm", "epsilon_in_the_logarithm")
def the_asker_again(d):
    return torch.logsumexp(2 * torch.log(d.abs() + 1e-20), dim=-1)


@attempt("log_squared_norm", "epsilon_in_the_logarithm")
def a_larger_epsilon(d):
    return (2 * (torch.abs(d) + 1e-8).log()).logsumexp(0)


@attempt("log_squared_norm", "squares_first")
def log_of_the_sum(d):
    return torch.log(torch.sum(d**2))


@attempt("log_squared_norm", None)
def clamped_where_entries_are(d):
    return torch.logsumexp(2 * d.abs().clamp(min=1e-30).log(), 0)


@attempt("log_squared_norm", "squares_before_the_logarithm")
def logarithms_of_squares(d):
    kept = d[d != 0]
    return (kept * kept).log().logsumexp(0)


@attempt("log_squared_norm", "of_a_plain_norm")
def twice_the_log_of_the_norm(d):
    return torch.linalg.norm(d).log() * 2


@attempt("log_squared_norm", "negative_entries_left_out")
def positive_ones(d):
    return (2 * d[d > 0].log()).logsumexp(0)


@attempt("log_squared_norm", "logarithm_of_a_negative")
def forgets_the_sign(d):
    return (2 * d[d != 0].log()).logsumexp(0)


@attempt("log_squared_norm", None)
def clamped(d):
    return torch.logsumexp(2 * d.abs().clamp(min=1e-12).log(), 0)


@attempt("log_squared_norm", "no_square")
def forgets_the_two(d):
    return torch.logsumexp(d[d != 0].abs().log(), dim=0)


@attempt("log_squared_norm", "of_the_norm")
def log_of_the_norm(d):
    m = d.abs().max().detach()
    return m.log() + torch.linalg.vector_norm(d / m).log()


@attempt("safe_norm", "multiplied_under_the_root")
def scale_comes_back_too_early(d):
    m = d.detach().abs().max()
    m = torch.where(m > 0, m, 1)
    return torch.sqrt(m**2 * torch.sum((d / m) ** 2))


@attempt("safe_norm", "plain_root")
def by_the_book(d):
    return torch.sqrt(torch.sum(d**2))


@attempt("safe_norm", "plain_root")
def power_of_a_half(d):
    return torch.dot(d, d) ** 0.5


@attempt("safe_norm", "squares_as_they_are")
def by_the_library(d):
    return d.norm(p=2)


@attempt("safe_norm", "squares_as_they_are")
def with_an_epsilon(d):
    return torch.sqrt((d**2).sum() + 1e-8)


@attempt("safe_norm", "through_logarithms")
def back_from_the_logarithm(d):
    return torch.exp(torch.logsumexp(2 * torch.log(d.abs()), 0) / 2)


@attempt("safe_norm", "no_guard")
def divides_by_the_largest(d):
    m = d.detach().abs().max()
    return m * (d / m).norm()


@attempt("safe_norm", "root_after_scaling")
def guards_the_scale_only(d):
    scale = d.detach().abs().max()
    if scale == 0:
        scale = torch.ones_like(scale)
    return scale * ((d / scale) ** 2).sum().sqrt()


@attempt("safe_norm", "in_float64")
def doubles(d):
    return torch.linalg.vector_norm(d.double()).to(d.dtype)


@attempt("safe_norm", "sum_of_sizes")
def manhattan(d):
    return torch.abs(d).sum()


@attempt("safe_norm", "epsilon_in_the_divisor")
def a_little_in_the_divisor(d):
    m = d.detach().abs().max() + 1e-8
    return m * torch.linalg.vector_norm(d / m)


@attempt("huber", "jump_at_delta")
def line_through_zero(d, delta):
    loss = torch.where(d.abs() < delta, 0.5 * d**2, delta * d.abs()).sum()
    return loss, torch.clamp(d, -delta, delta)


@attempt("huber", "smooth_l1")
def smooth(d, delta):
    loss = F.smooth_l1_loss(d, torch.zeros_like(d), beta=delta, reduction="sum")
    return loss, torch.where(d.abs() < delta, d / delta, torch.sign(d))


@attempt("huber", "slope_one")
def sign_outside(d, delta):
    loss = F.huber_loss(d, 0 * d, delta=delta, reduction="sum")
    return loss, torch.where(d.abs() <= delta, d, torch.sign(d))


@attempt("huber", "mean")
def averages(d, delta):
    return F.huber_loss(d, 0 * d, delta=delta), torch.clamp(d, -delta, delta)


@attempt("huber", None)
def all_or_nothing(d, delta):
    if d.abs().max() <= delta:
        return (d**2).sum() / 2, d
    return (delta * (d.abs() - delta / 2)).sum(), delta * d.sign()


@attempt("clip_by_norm", "overflowing_norm")
def the_usual(gradients, limit):
    total = torch.sqrt(sum((g**2).sum() for g in gradients))
    factor = min(1.0, float(limit / (total + 1e-6)))
    return [g * factor for g in gradients], total


@attempt("clip_by_norm", "overflowing_norm")
def norm_of_norms(gradients, limit):
    total = torch.stack([g.norm() for g in gradients]).norm()
    if total > limit:
        return [g * (limit / total) for g in gradients], total
    return [g.clone() for g in gradients], total


@attempt("clip_by_norm", "tensor_by_tensor")
def each_alone(gradients, limit):
    clipped = []
    for g in gradients:
        m = g.abs().max().clamp(min=1e-300)
        s = (g / m).norm()
        clipped.append(g / m / s * limit if m * s > limit else g)
    return clipped, exercises.clip_by_norm(gradients, limit)[1]


@attempt("clip_by_norm", "by_value")
def cuts(gradients, limit):
    norm = exercises.clip_by_norm(gradients, limit)[1]
    return [g.clip(-limit, limit) for g in gradients], norm


@attempt("clip_by_norm", "always_that_long")
def normalises(gradients, limit):
    m = max(g.abs().max() for g in gradients)
    if m == 0:
        return gradients, m
    s = torch.cat([g.flatten() / m for g in gradients]).norm()
    return [g / m / s * limit for g in gradients], m * s


@attempt("clip_by_norm", "by_the_largest_entry")
def largest_entry(gradients, limit):
    whole = exercises.clip_by_norm(gradients, limit)[1]
    m = max(g.abs().max() for g in gradients)
    return [g / m * limit if whole > limit else g for g in gradients], whole


@attempt("which_clipping", "zeros_are_a_direction")
def without_the_zeros(before, after, limit):
    if torch.equal(before, after):
        return "untouched"
    if torch.allclose(after, torch.clamp(before, -limit, limit)):
        return "by value"
    a, b = before / before.abs().max(), after / after.abs().max()
    return "by norm" if torch.allclose(a, b) else "something else"


@attempt("which_clipping", "squares_overflow")
def plain_cosine(before, after, limit):
    if torch.equal(before, after):
        return "untouched"
    if (after == 0).all():
        return "skipped"
    if torch.allclose(after, torch.clamp(before, -limit, limit)):
        return "by value"
    cosine = torch.dot(before, after) / (before.norm() * after.norm())
    return "by norm" if cosine > 0.999999 else "something else"


@attempt("which_clipping", "length_must_be_the_limit")
def asks_for_the_length(before, after, limit):
    found = exercises.which_clipping(before, after, limit)
    if found == "by norm" and abs(after.norm().item() - limit) > 1e-6:
        return "something else"
    return found


@attempt("which_clipping", None)
def small_entries(before, after, limit):
    if (before == after).all():
        return "untouched"
    if after.abs().sum() == 0:
        return "skipped"
    return "by value" if after.abs().max() == limit else "by norm"


@attempt("huber", "half_delta")
def forgets_to_multiply_the_half(d, delta):
    size = torch.abs(d)
    loss = torch.where(size > delta, delta * size - 0.5 * delta, 0.5 * d**2)
    return loss.sum(), torch.clamp(d, -delta, delta)


@attempt("huber", "pseudo_huber")
def the_smooth_one(d, delta):
    a = d / delta
    return (delta**2 * ((1 + a * a) ** 0.5 - 1)).sum(), d / (1 + a * a) ** 0.5


@attempt("clip_by_norm", "in_float64")
def wider_numbers(gradients, limit):
    norm = torch.stack([g.double().norm() for g in gradients]).norm()
    scale = min(1.0, limit / (norm.item() + 1e-12))
    return [g * scale for g in gradients], norm.to(gradients[0].dtype)


@attempt("clip_by_norm", "sum_of_norms")
def adds_the_norms(gradients, limit):
    norm = sum(exercises.safe_norm(g.flatten()) for g in gradients)
    return [g * (limit / norm) if norm > limit else g for g in gradients], norm


test_each_attempt = attempt.test_of_each()
test_most_attempts_are_known = attempt.test_that_most_are_known()
