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


@attempt("log_squared_norm", "clamped_logarithm")
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


@attempt("log_squared_norm", "clamped_logarithm")
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


@attempt("which_clipping", "maximum_at_the_limit + anything_else_is_by_norm")
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


@attempt("log_squared_norm", "zeros_become_ones")
def ones_for_zeros(d):
    kept = torch.where(d != 0, d, torch.ones_like(d))
    return torch.logsumexp(2 * kept.abs().log(), 0)


@attempt("log_squared_norm", "where_with_a_zero")
def zero_for_the_logarithm(d):
    return torch.logsumexp(torch.where(d != 0, 2 * d.abs().log(), 0.0), 0)


@attempt("log_squared_norm", "scale_added_once")
def scales_without_the_square(d):
    m = d.detach().abs().max()
    return m.log() + ((d / m) ** 2).sum().log()


@attempt("log_squared_norm", "two_outside")
def doubles_at_the_end(d):
    return 2 * torch.logsumexp(d[d != 0].abs().log(), 0)


@attempt("log_squared_norm", "squares_before_the_logarithm")
def there_and_back(d):
    return torch.log(torch.exp(2 * d[d.abs() > 0].abs().log()).sum())


@attempt("log_squared_norm", "largest_entry_alone")
def the_largest(d):
    return 2 * d.abs().max().log()


@attempt("log_squared_norm", None)
def one_plus(d):
    return torch.logsumexp(2 * d.abs().log1p(), 0)


@attempt("safe_norm", "root_after_scaling")
def guard_after_the_division(d):
    m = d.detach().abs().max()
    return torch.where(m > 0, m * torch.linalg.vector_norm(d / m), 0.0)


@attempt("safe_norm", "scaled_by_a_plain_norm")
def scales_by_the_norm_itself(d):
    m = d.detach().norm()
    return m.where(m > 0, 1) * torch.linalg.vector_norm(d / m.where(m > 0, 1))


@attempt("safe_norm", "epsilon_under_the_scaled_root")
def scaled_with_an_epsilon(d):
    m = d.abs().max()
    m = torch.where(m > 0, m, 1)
    return m * (((d / m) ** 2).sum() + 1e-8).sqrt()


@attempt("safe_norm", "signed_maximum")
def the_smallest_entry(d):
    m = d.detach().abs().min()
    m = m.where(m > 0, 1)
    return m * torch.linalg.vector_norm(d / m)


@attempt("safe_norm", None)
def a_fixed_scale(d):
    return 1e20 * torch.linalg.vector_norm(d / 1e20)


@attempt("huber", "sizes_forgotten + slope_without_sign")
def compares_without_the_size(d, delta):
    loss = torch.where(d <= delta, 0.5 * d**2, delta * (d - delta / 2))
    return loss.sum(), torch.where(d <= delta, d, delta)


@attempt("safe_norm", "mean_of_the_squares")
def root_of_the_mean_square(d):
    m = d.detach().abs().max()
    m = m.where(m > 0, 1)
    return m * (d / m).square().mean().sqrt()


@attempt("clip_by_norm", "signed_maximum")
def the_largest_entry_with_its_sign(gradients, limit):
    m = max(g.max() for g in gradients)
    m = m.where(m > 0, 1)
    s = torch.cat([(g / m).flatten() for g in gradients]).norm()
    return [g / m / s * limit if m * s > limit else g.clone() for g in gradients], m * s


@attempt("clip_by_norm", "scaled_norm_compared")
def compares_the_scaled_norm(gradients, limit):
    m = max(g.abs().max() for g in gradients)
    m = m.where(m > 0, 1)
    s = torch.cat([(g / m).flatten() for g in gradients]).norm()
    return [g / m / s * limit if s > limit else g.clone() for g in gradients], m * s


@attempt("which_clipping", "signed_maximum")
def divides_by_the_signed_maximum(before, after, limit):
    if torch.equal(before, after):
        return "untouched"
    if (after == 0).all():
        return "skipped"
    if torch.equal(after, before.clamp(-limit, limit)):
        return "by value"
    same = torch.allclose(before / before.max(), after / after.max())
    return "by norm" if same else "something else"


@attempt("huber", "always_plus_delta")
def delta_outside(d, delta):
    inside = d.abs() <= delta
    loss = torch.where(inside, 0.5 * d**2, delta * (d.abs() - delta / 2))
    return loss.sum(), torch.where(inside, d, delta)


@attempt("huber", "line_from_zero")
def line_that_starts_at_zero(d, delta):
    size = d.abs()
    loss = torch.where(size <= delta, 0.5 * d**2, delta * (size - delta))
    return loss.sum(), d.clamp(-delta, delta)


@attempt("huber", "twice")
def without_the_half(d, delta):
    size = d.abs()
    loss = torch.where(size <= delta, d**2, 2 * delta * size - delta**2)
    return loss.sum(), 2 * d.clamp(-delta, delta)


@attempt("huber", "slope_cut_above_only")
def cuts_one_end(d, delta):
    size = d.abs()
    loss = torch.where(size <= delta, d**2 / 2, delta * (size - delta / 2))
    return loss.sum(), d.clamp(max=delta)


@attempt("huber", "flat_loss")
def clipped_square(d, delta):
    inside = d.clamp(-delta, delta)
    return (inside**2).sum() / 2, inside


@attempt("huber", "of_the_norm")
def of_the_whole_vector(d, delta):
    norm = d.norm()
    if norm <= delta:
        return (d**2).sum() / 2, d
    return delta * (norm - delta / 2), delta * d / norm


@attempt("clip_by_norm", "largest_entry_for_the_norm")
def maximum_norm(gradients, limit):
    norm = max(g.abs().max() for g in gradients)
    factor = min(1.0, float(limit / norm)) if norm > 0 else 1.0
    return [g * factor for g in gradients], norm


@attempt("clip_by_norm", None)
def root_of_the_mean(gradients, limit):
    flat = torch.cat([g.flatten() for g in gradients])
    m = flat.abs().max()
    m = m.where(m > 0, 1)
    norm = m * (flat / m).square().mean().sqrt()
    return [g * min(1, limit / norm) for g in gradients], norm


@attempt("clip_by_norm", "squares_of_norms_overflow")
def safe_norms_of_each(gradients, limit):
    norm = torch.stack([exercises.safe_norm(g.flatten()) for g in gradients]).norm()
    scale = torch.clamp(limit / norm, max=1)
    return [g * scale for g in gradients], norm


@attempt("clip_by_norm", None)  # said to be right to 6 digits: “Is there an ε in it?”
def an_epsilon_below(gradients, limit):
    norm = exercises.safe_norm(torch.cat([g.flatten() for g in gradients]))
    scale = torch.clamp(limit / (norm + 1e-6), max=1)
    return [g * scale for g in gradients], norm


@attempt("clip_by_norm", "factor_above_one")
def forgets_the_minimum(gradients, limit):
    norm = exercises.safe_norm(torch.cat([g.flatten() for g in gradients]))
    return [g * limit / norm for g in gradients], norm


@attempt("clip_by_norm", "scale_left_out")
def shortens_by_the_scaled_norm(gradients, limit):
    m = max(g.abs().max() for g in gradients)
    m = m.where(m > 0, 1)
    s = torch.cat([g.flatten() / m for g in gradients]).norm()
    return [g * limit / s if m * s > limit else g.clone() for g in gradients], m * s


@attempt("clip_by_norm", "scale_left_out + norm_of_the_scaled")
def forgets_the_scale(gradients, limit):
    m = max(g.abs().max() for g in gradients)
    m = m.where(m > 0, 1)
    s = torch.cat([g.flatten() / m for g in gradients]).norm()
    return [g * limit / s if s > limit else g.clone() for g in gradients], s


@attempt("clip_by_norm", "largest_of_the_norms")
def the_longest_tensor(gradients, limit):
    norm = max(exercises.safe_norm(g.flatten()) for g in gradients)
    scale = (limit / norm).clamp(max=1) if norm > 0 else 1
    return [g * scale for g in gradients], norm


def answers(before, after, limit):
    """The first three answers of `which_clipping`, or None."""
    if torch.equal(before, after):
        return "untouched"
    if (after == 0).all():
        return "skipped"
    return "by value" if torch.allclose(after, before.clamp(-limit, limit)) else None


@attempt("which_clipping", "length_is_no_direction")
def by_its_length(before, after, limit):
    long = torch.isclose(after.norm(), torch.tensor(limit, dtype=after.dtype))
    return answers(before, after, limit) or ("by norm" if long else "something else")


@attempt("which_clipping", "ratio_of_entries")
def ratio_of_all(before, after, limit):
    ratio = after / before
    same = torch.allclose(ratio, ratio[0].expand_as(ratio))
    return answers(before, after, limit) or ("by norm" if same else "something else")


@attempt("which_clipping", "zeros_left_out")
def ratio_where_before_is_not_zero(before, after, limit):
    found = answers(before, after, limit)
    if found is None:
        ratio = after[before != 0] / before[before != 0]
        same = ratio[0] > 0 and torch.allclose(ratio, ratio[0].expand_as(ratio))
        found = "by norm" if same else "something else"
    return found


@attempt("which_clipping", "never_longer")
def only_if_it_is_shorter(before, after, limit):
    found = exercises.which_clipping(before, after, limit)
    return "something else" if found == "by norm" and after.norm() > before.norm() else found


@attempt("which_clipping", "value_before_equality")
def cut_first(before, after, limit):
    if torch.allclose(after, before.clamp(-limit, limit)):
        return "by value"
    return exercises.which_clipping(before, after, limit)


@attempt("which_clipping", "norm_before_value")
def direction_first(before, after, limit):
    found = answers(before, after, limit)
    if found in ("by value", None):
        one, other = before / before.abs().max(), after / after.abs().max()
        return "by norm" if torch.allclose(one, other) else found or "something else"
    return found


@attempt("which_clipping", "maximum_at_the_limit")
def a_maximum_at_the_limit(before, after, limit):
    found = exercises.which_clipping(before, after, limit)
    if found in ("by norm", "something else") and after.abs().max() == limit:
        return "by value"
    return found


@attempt("which_clipping", "cut_above_only")
def cut_at_one_end(before, after, limit):
    found = exercises.which_clipping(before, after, limit)
    if found == "by value" and not torch.allclose(after, before.clamp(max=limit)):
        one, other = before / before.abs().max(), after / after.abs().max()
        return "by norm" if torch.allclose(one, other) else "something else"
    return found


test_each_attempt = attempt.test_of_each()
test_most_attempts_are_known = attempt.test_that_most_are_known()
