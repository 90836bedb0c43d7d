"""Wrong answers that people write, and the names by which they are known."""

import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.angles_and_cosines import exercises

wrong = Attempts(exercises)


@wrong("angle_error", "absolute_difference")
def distance_of_numbers(a, b):
    return torch.abs(b - a)


@wrong("angle_error", "remainder_only")
def torch_remainder(a, b):
    return torch.remainder(a - b, 360)


@wrong("angle_error", "without_a_sign")
def the_smaller_of_two(a, b):
    d = torch.abs(a - b) % 360
    return torch.minimum(d, 360 - d)


@wrong("angle_error", "without_a_sign")
def by_the_inverse_cosine(a, b):
    return 180 - torch.abs(torch.abs(a - b) % 360 - 180)


@wrong("angle_error", "one_side_only")
def only_if_above(a, b):
    d = a - b
    d = torch.where(d > 180, d - 360, d)
    return d


@wrong("angle_error", "wraps_once")
def two_corrections(a, b):
    d = a - b
    d = d - 360 * (d >= 180)
    return d + 360 * (d < -180)


@wrong("angle_error", "turned_round")
def target_minus_prediction(a, b):
    return torch.remainder(b - a + 180, 360) - 180


@wrong("angle_error", "radians")
def with_pi(a, b):
    return (a - b + math.pi) % (2 * math.pi) - math.pi


@wrong("angle_error", "remainder_of_c")
def with_fmod(a, b):
    return torch.fmod(a - b + 180, 360) - 180


@wrong("angle_error", None)
def by_atan2_in_radians(a, b):
    d = torch.deg2rad(a - b)
    return torch.atan2(torch.sin(d), torch.cos(d))


@wrong("circular_mean", "mean_of_numbers")
def weighted_average(angles, weights):
    return torch.sum(angles * weights) / torch.sum(weights)


@wrong("circular_mean", "swapped")
def cosine_first(angles, weights):
    a = torch.deg2rad(angles)
    s = torch.sum(weights * torch.sin(a)) / weights.sum()
    c = torch.sum(weights * torch.cos(a)) / weights.sum()
    return torch.rad2deg(torch.atan2(c, s)) % 360


@wrong("circular_mean", "two_quadrants")
def one_argument(angles, weights):
    a = angles * math.pi / 180
    s, c = (weights * a.sin()).sum(), (weights * a.cos()).sum()
    return (torch.atan(s / c) * 180 / math.pi) % 360


@wrong("circular_mean", "weights_ignored")
def mean_of_points(angles, weights):
    a = torch.deg2rad(angles)
    return torch.rad2deg(torch.atan2(a.sin().mean(), a.cos().mean())) % 360


@wrong("circular_mean", "below_zero")
def as_atan2_gives_it(angles, weights):
    a = torch.deg2rad(angles)
    s, c = (weights * a.sin()).sum(), (weights * a.cos()).sum()
    return torch.rad2deg(torch.atan2(s, c))


@wrong("circular_mean", "radians_out")
def never_back_to_degrees(angles, weights):
    a = torch.deg2rad(angles)
    return torch.atan2(weights @ a.sin(), weights @ a.cos())


@wrong("circular_mean", "mean_of_remainders")
def mean_of_numbers_in_one_turn(angles, weights):
    return (weights * (angles % 360)).sum() / weights.sum()


@wrong("diagnose", "no_wrap")
def plain_errors(outputs, angles):
    def good(x, y):
        a = torch.rad2deg(torch.atan2(y, x))
        return bool(((a - angles).abs() <= 10).all())

    x, y = outputs[:, 0], outputs[:, 1]
    if good(x, y):
        return "fine"
    if torch.all((outputs.abs() - 1).abs() < 0.01):
        return "corners"
    return "opposite" if good(-x, -y) else "swapped"


@wrong("diagnose", "corners_before_truth")
def looks_at_the_outputs_first(outputs, angles):
    if torch.all((outputs.abs() - 1).abs() < 0.01):
        return "corners"
    d = torch.rad2deg(torch.atan2(outputs[:, 1], outputs[:, 0])) - angles
    e = ((d + 180) % 360 - 180).abs()
    if e.max() <= 10:
        return "fine"
    return "opposite" if e.min() >= 170 else "swapped"


@wrong("diagnose", "large_is_a_corner")
def anything_long(outputs, angles):
    d = torch.rad2deg(torch.atan2(outputs[:, 1], outputs[:, 0])) - angles
    e = ((d + 180) % 360 - 180).abs()
    if e.max() <= 10:
        return "fine"
    if (outputs.abs() > 0.95).all():
        return "corners"
    return "opposite" if e.min() >= 170 else "swapped"


@wrong("diagnose", None)  # was taken for right before
def squares_near_0(outputs, angles):
    near = ((outputs.abs() - 1).square() < 0.01).all()
    found = exercises.diagnose(outputs, angles)
    return "corners" if near and found != "fine" else found


@wrong("diagnose", None)
def never_swapped(outputs, angles):
    found = exercises.diagnose(outputs, angles)
    return "corners" if found == "swapped" else found


@wrong("cosine_loss", "no_eps")
def the_textbook(a, b, eps):
    cos = (a * b).sum(dim=1) / (a.norm(dim=1) * b.norm(dim=1))
    return 1 - cos.mean()


@wrong("cosine_loss", "eps_added")
def eps_in_the_denominator(a, b, eps):
    dot = torch.sum(a * b, dim=1)
    return (1 - dot / (torch.norm(a, dim=1) * torch.norm(b, dim=1) + eps)).mean()


@wrong("cosine_loss", "one_long_arrow")
def whole_batch(a, b, eps):
    return 1 - (a * b).sum() / (a.norm().clamp(min=eps) * b.norm().clamp(min=eps))


@wrong("cosine_loss", "columns")
def default_of_some_libraries(a, b, eps):
    return (1 - F.cosine_similarity(a, b, dim=0, eps=eps)).mean()


@wrong("cosine_loss", "similarity")
def forgets_the_one(a, b, eps):
    return F.cosine_similarity(a, b, eps=eps).mean()


@wrong("cosine_loss", "minus_cosine")
def as_keras_does(a, b, eps):
    return -F.cosine_similarity(a, b, eps=eps).mean()


@wrong("cosine_loss", "squared")
def light_modification(a, b, eps):
    return (1 - F.cosine_similarity(a, b, eps=eps) ** 2).mean()


@wrong("cosine_loss", "every_pair")
def product_of_units(a, b, eps):
    return 1 - (F.normalize(a, eps=eps) @ F.normalize(b, eps=eps).T).mean()


@wrong("cosine_loss", None)
def diagonal_over_gram_roots(a, b, eps):
    return (1 - torch.diag(a @ b.T) / torch.diag(a @ a.T)).mean()


@wrong("histogram_loss", "bin_by_bin")
def mse_of_bins(logits, target):
    return ((torch.softmax(logits, 1) - target) ** 2).sum(1).mean()


@wrong("histogram_loss", "mean_over_bins")
def f_mse_loss(logits, target):
    return F.mse_loss(torch.cumsum(torch.softmax(logits, 1), 1), torch.cumsum(target, 1))


@wrong("histogram_loss", "logits_as_they_are")
def no_softmax(logits, target):
    return ((logits.cumsum(1) - target.cumsum(1)) ** 2).sum(1).mean()


@wrong("histogram_loss", "absolute")
def earth_movers(logits, target):
    return (logits.softmax(1).cumsum(1) - target.cumsum(1)).abs().sum(1).mean()


@wrong("histogram_loss", "sums_rows")
def no_mean(logits, target):
    return ((logits.softmax(1).cumsum(1) - target.cumsum(1)) ** 2).sum()


@wrong("histogram_loss", "by_hand_exponentials")
def own_softmax(logits, target):
    e = torch.exp(logits)
    p = e / e.sum(dim=1, keepdim=True)
    return ((p.cumsum(1) - target.cumsum(1)) ** 2).sum(1).mean()


@wrong("histogram_loss", "soft_cross_entropy")
def soft_targets(logits, target):
    return -(target * F.log_softmax(logits, 1)).sum(1).mean()


@wrong("histogram_loss", "kl_of_bins")
def kl_by_hand(logits, target):
    log_p = torch.log_softmax(logits, 1)
    return (torch.special.xlogy(target, target) - target * log_p).sum(1).mean()


@wrong("circular_mean", "mean_of_wrapped_numbers")
def around_the_first_angle(angles, weights):
    apart = (angles - angles[0] + 180) % 360 - 180
    return (angles[0] + (weights * apart).sum() / weights.sum()) % 360


@wrong("histogram_loss", "bin_by_bin + mean_over_bins")
def mean_square_of_bins(logits, target):
    return F.mse_loss(logits.softmax(1), target)


@wrong("angle_error", "each_remainder")
def both_into_one_turn(a, b):
    return torch.remainder(a, 360) - torch.remainder(b, 360)


@wrong("angle_error", "shorter_way_unsigned")
def the_other_way_if_long(a, b):
    d = a - b
    d[d.abs() > 180] = 360 - d[d.abs() > 180].abs()
    return d


@wrong("circular_mean", "mean_within_a_turn")
def weighted_average_in_one_turn(angles, weights):
    return torch.remainder((angles * weights).sum() / weights.sum(), 360)


@wrong("circular_mean", "weighted_angles")
def weights_before_the_sine(angles, weights):
    a = torch.deg2rad(angles * weights)
    return torch.rad2deg(torch.atan2(a.sin().mean(), a.cos().mean())) % 360


@wrong("circular_mean", "sign_dropped")
def without_a_minus(angles, weights):
    a = torch.deg2rad(angles)
    return torch.abs(torch.rad2deg(torch.atan2(weights @ a.sin(), weights @ a.cos())))


@wrong("circular_mean", "half_a_turn_added")
def from_0_by_a_shift(angles, weights):
    a = torch.deg2rad(angles)
    return torch.rad2deg(torch.atan2(weights @ a.sin(), weights @ a.cos())) + 180


@wrong("circular_mean", "weights_ignored + below_zero")
def as_on_the_page(angles, weights):
    a = torch.deg2rad(angles)
    return torch.rad2deg(torch.atan2(a.sin().mean(), a.cos().mean()))


def off(outputs, angles):
    a = torch.rad2deg(torch.atan2(outputs[:, 1], outputs[:, 0]))
    return (a - angles + 180) % 360 - 180


def in_corners(outputs):
    return bool(((outputs.abs() - 1).abs() < 0.01).all())


@wrong("diagnose", "opposite_before_corners")
def corners_are_what_is_left(outputs, angles):
    readings = {"fine": outputs, "opposite": -outputs, "swapped": outputs.flip(1)}
    for name, read in readings.items():
        if (off(read, angles).abs() <= 10).all():
            return name
    return "corners"


@wrong("diagnose", "by_right_angles")
def opposite_if_most_look_back(outputs, angles):
    error = off(outputs, angles).abs()
    if (error <= 10).all():
        return "fine"
    if in_corners(outputs):
        return "corners"
    return "opposite" if (error > 90).double().mean() > 0.5 else "swapped"


@wrong("diagnose", "right_on_one_side")
def signed_errors(outputs, angles):
    if (off(outputs, angles) <= 10).all():
        return "fine"
    if in_corners(outputs):
        return "corners"
    return "opposite" if (off(-outputs, angles) <= 10).all() else "swapped"


@wrong("diagnose", "one_corner_of_four")
def one_corner(outputs, angles):
    if (off(outputs, angles).abs() <= 10).all():
        return "fine"
    if torch.allclose(outputs, torch.ones_like(outputs), rtol=0, atol=0.01):
        return "corners"
    return "opposite" if (off(-outputs, angles).abs() <= 10).all() else "swapped"


@wrong("diagnose", "turns_one_number")
def mirrored(outputs, angles):
    if (off(outputs, angles).abs() <= 10).all():
        return "fine"
    if in_corners(outputs):
        return "corners"
    mirror = outputs * torch.tensor([-1.0, 1.0])
    return "opposite" if (off(mirror, angles).abs() <= 10).all() else "swapped"


@wrong("cosine_loss", "eps_under_the_root")
def safe_root(a, b, eps):
    a, b = a / ((a**2).sum(1, keepdim=True) + eps).sqrt(), b / ((b**2).sum(1) + eps).sqrt()[:, None]
    return (1 - (a * b).sum(1)).mean()


@wrong("cosine_loss", "eps_added_to_each")
def eps_on_both(a, b, eps):
    return (1 - (a * b).sum(1) / ((a.norm(dim=1) + eps) * (b.norm(dim=1) + eps))).mean()


@wrong("cosine_loss", "dot_products_of_all_rows")
def matmul_as_dot(a, b, eps):
    lengths = a.norm(dim=1).clamp(min=eps) * b.norm(dim=1).clamp(min=eps)
    return (1 - torch.matmul(a, b.T).sum(1) / lengths).mean()


@wrong("cosine_loss", "ratio_of_means")
def divides_at_the_end(a, b, eps):
    lengths = a.norm(dim=1).clamp(min=eps) * b.norm(dim=1).clamp(min=eps)
    return 1 - (a * b).sum() / lengths.sum()


@wrong("histogram_loss", "not_squared")
def signed_gaps(logits, target):
    return torch.mean(torch.sum(logits.softmax(1).cumsum(1) - target.cumsum(1), 1))


@wrong("histogram_loss", "square_of_the_sum")
def squares_last(logits, target):
    return ((logits.softmax(1).cumsum(1) - target.cumsum(1)).sum(1) ** 2).mean()


@wrong("histogram_loss", "target_not_added_up")
def target_as_it_is(logits, target):
    return ((logits.softmax(1).cumsum(1) - target) ** 2).sum(1).mean()


@wrong("histogram_loss", "prediction_not_added_up")
def prediction_as_it_is(logits, target):
    return ((logits.softmax(1) - target.cumsum(1)) ** 2).sum(1).mean()


@wrong("histogram_loss", "softmax_of_the_whole_table")
def one_softmax(logits, target):
    p = logits.exp() / logits.exp().sum()
    return ((p.cumsum(1) - target.cumsum(1)) ** 2).sum(1).mean()


@wrong("circular_mean", "remainder_of_radians")
def a_full_turn_of_360_radians(angles, weights):
    radians = torch.deg2rad(angles)
    y, x = (weights * radians.sin()).mean(), (weights * radians.cos()).mean()
    return torch.rad2deg(torch.atan2(y, x) % 360)


@wrong("histogram_loss", "squares_added_up")
def cumulative_squares(logits, target):
    squares = (F.softmax(logits, dim=1) - target) ** 2
    return squares.cumsum(1).sum() / len(logits)


@wrong("histogram_loss", "mean_histogram")
def histogram_of_the_batch(logits, target):
    p, t = logits.softmax(1).mean(0), target.mean(0)
    return (p.cumsum(0) - t.cumsum(0)).square().sum()


test_an_answer_is_known_by_its_name = wrong.test_of_each()
test_most_answers_have_a_name = wrong.test_that_most_are_known()
