"""Wrong answers that people write, and the names by which they are known."""

import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.loss_coordinates import exercises

wrong = Attempts(exercises)


@wrong("radial_huber", "coordinate_by_coordinate")
def torchs_own(prediction, truth):
    return torch.nn.HuberLoss()(prediction, truth)


@wrong("radial_huber", "coordinate_by_coordinate")
def smooth_l1(prediction, truth):
    return F.smooth_l1_loss(prediction, truth)


@wrong("radial_huber", "root_of_a_sum")
def by_hand(prediction, truth):
    r = torch.sqrt(((prediction - truth) ** 2).sum(dim=-1))
    return torch.where(r <= 1, 0.5 * r**2, r - 0.5).mean()


@wrong("radial_huber", None)
def root_with_an_epsilon(prediction, truth):
    r = torch.sqrt(((prediction - truth) ** 2).sum(dim=-1) + 1e-6)
    return torch.where(r <= 1, 0.5 * r**2, r - 0.5).mean()


@wrong("radial_huber", "one_length_for_all")
def one_norm_for_all(prediction, truth):
    r = torch.norm(prediction - truth)
    return F.huber_loss(r, torch.zeros_like(r))


@wrong("radial_huber", "only_a_square")
def half_a_square(prediction, truth):
    r = (prediction - truth).norm(dim=1)
    return (r**2 / 2).mean()


@wrong("radial_huber", "square_not_halved")
def whole_square(prediction, truth):
    r = (prediction - truth).norm(dim=1)
    return torch.where(r <= 1, r**2, r - 0.5).mean()


@wrong("radial_huber", "branches_swapped")
def where_turned_round(prediction, truth):
    r = torch.linalg.norm(prediction - truth, dim=1)
    return torch.where(r > 1, r**2 / 2, r - 0.5).mean()


@wrong("radial_huber", "mean_too_early")
def one_if_for_all(prediction, truth):
    r = (prediction - truth).norm(dim=1).mean()
    return r**2 / 2 if r <= 1 else r - 0.5


@wrong("radial_huber", "distances_from_the_origin")
def two_lengths(prediction, truth):
    return F.huber_loss(prediction.norm(dim=1), truth.norm(dim=1))


@wrong("radial_huber", "mean_over_the_coordinates")
def root_mean_square(prediction, truth):
    r = (prediction - truth).square().mean(dim=1).sqrt()
    return torch.where(r <= 1, r**2 / 2, r - 0.5).mean()


@wrong("gradient_in_other_frame", "turned_like_a_point")
def as_points(gradient, A):
    return (A @ gradient.T).T


@wrong("gradient_in_other_frame", "the_other_way")
def transposed(gradient, A):
    return (A.T @ gradient.T).T


@wrong("gradient_in_other_frame", "inverse_of_a_point")
def solved(gradient, A):
    return torch.linalg.solve(A, gradient.T).T


@wrong("gradient_in_other_frame", "inverse_of_a_point")
def inverse_on_the_left(gradient, A):
    return (torch.linalg.inv(A) @ gradient.T).T


@wrong("gradient_in_other_frame", "only_the_diagonal")
def divided_by_the_diagonal(gradient, A):
    return gradient / A.diagonal()


@wrong("gradient_in_other_frame", "both_matrices_at_once")
def there_and_back(gradient, A):
    return gradient @ A.T @ A


@wrong("gradient_in_other_frame", None)
def also_by_the_determinant(gradient, A):
    return gradient @ torch.linalg.inv(A) / torch.linalg.det(A)


@wrong("carry_covariance", "inverse_turn")
def wrong_side(cov, A):
    return A.T @ cov @ A


@wrong("carry_covariance", "one_side")
def one_product(cov, A):
    return torch.matmul(A, cov)


@wrong("carry_covariance", "variances_as_points")
def as_variances(cov, A):
    return torch.diag_embed(torch.diagonal(cov, dim1=-2, dim2=-1) @ (A**2).T)


@wrong("carry_covariance", None)
def scaled_by_the_determinant(cov, A):
    return cov * torch.det(A) ** 2


@wrong("carry_covariance", "carried_back")
def inverse_on_both_sides(cov, A):
    i = torch.linalg.inv(A)
    return i @ cov @ i.T


@wrong("carry_covariance", "like_its_inverse")
def like_a_gradient_twice(cov, A):
    i = torch.linalg.inv(A)
    return i.T @ cov @ i


@wrong("carry_covariance", "both_on_the_right")
def product_first(cov, A):
    return cov @ (A @ A.T)


@wrong("carry_covariance", "both_on_the_left")
def product_first_left(cov, A):
    return A @ A.T @ cov


@wrong("carry_covariance", "entry_by_entry")
def entries_squared(cov, A):
    return cov * A**2


@wrong("carry_covariance", None)
def rows_like_points(cov, A):
    return cov @ A


@wrong("transformed_gaussian_nll", "forgets_the_absolute_value")
def log_det(nll, A):
    return nll + torch.log(torch.det(A))


@wrong("transformed_gaussian_nll", "subtracts")
def change_of_variables_turned_round(nll, A):
    return nll - torch.log(torch.abs(torch.det(A)))


@wrong("transformed_gaussian_nll", "adds_twice")
def both_matrices(nll, A):
    return nll + torch.logdet(A @ A.T)


@wrong("transformed_gaussian_nll", "subtracts + adds_half")
def half_and_less(nll, A):
    return nll - 0.5 * torch.slogdet(A)[1]


@wrong("transformed_gaussian_nll", "looks_at_the_diagonal")
def product_of_the_diagonal(nll, A):
    return nll + torch.log(torch.abs(torch.prod(torch.diag(A))))


@wrong("transformed_gaussian_nll", "divides_by_the_determinant")
def density_rule(nll, A):
    return nll / torch.abs(torch.linalg.det(A))


@wrong("transformed_gaussian_nll", "leaves_it")
def nothing_changes(nll, A):
    return nll * 1


@wrong("transformed_gaussian_nll", None)
def largest_stretch(nll, A):
    return nll + torch.linalg.matrix_norm(A, 2).log()


@wrong("transformed_gaussian_nll", "determinant_detached")
def determinant_as_a_number(nll, A):
    return nll + math.log(abs(torch.linalg.det(A).item()))


@wrong("transformed_gaussian_nll", "times_the_dimension")
def once_a_coordinate(nll, A):
    return nll + A.shape[0] * torch.linalg.slogdet(A).logabsdet


@wrong("transformed_gaussian_nll", "multiplies_by_the_logarithm")
def times_the_log(nll, A):
    return nll * torch.linalg.slogdet(A).logabsdet


@wrong("transformed_gaussian_nll", "takes_the_sign")
def first_of_the_two(nll, A):
    return nll + torch.linalg.slogdet(A)[0]


@wrong("transformed_gaussian_nll", "size_of_the_logarithm")
def abs_after_log(nll, A):
    return nll + torch.linalg.det(A).log().abs()


@wrong("transformed_gaussian_nll", "takes_the_trace")
def log_of_the_trace(nll, A):
    return nll + torch.trace(A).log()


@wrong("changed_nll", "subtracts")
def jacobian_turned_round(nll_log, y):
    return nll_log + torch.log(1 / y)


@wrong("changed_nll", "divides")
def density_is_divided(nll_log, y):
    return nll_log / y


@wrong("changed_nll", "mean_of_the_logs")
def mean_jacobian(nll_log, y):
    return nll_log + torch.mean(torch.log(y))


@wrong("changed_nll", "log_of_1_more")
def log_of_one_more(nll_log, y):
    return nll_log + torch.log1p(y)


@wrong("changed_nll", "base_10")
def log10(nll_log, y):
    return nll_log + y.log10()


@wrong("changed_nll", "sum_of_the_logs")
def sum_of_jacobians(nll_log, y):
    return nll_log + y.log().sum()


@wrong("changed_nll", "adds_the_derivative")
def derivative_added(nll_log, y):
    return nll_log + 1 / y


@wrong("changed_nll", "multiplies_by_the_log")
def times_log_y(nll_log, y):
    return nll_log * y.log()


@wrong("changed_nll", "returns_the_density")
def density_itself(nll_log, y):
    return torch.exp(-nll_log) / y


@wrong("changed_nll", None)
def half_a_log(nll_log, y):
    return nll_log + 0.5 * y.log()


@wrong("frame_loss", "detached")
def frame_held(prediction, truth, angle):
    with torch.no_grad():
        c, s = torch.cos(angle), torch.sin(angle)
    e = prediction - truth
    return ((e[:, 0] * c + e[:, 1] * s) ** 2 + 4 * (-e[:, 0] * s + e[:, 1] * c) ** 2).mean()


@wrong("frame_loss", "detached")
def angle_as_a_number(prediction, truth, angle):
    c, s = math.cos(angle.item()), math.sin(angle.item())
    e = (prediction - truth) @ torch.tensor([[c, -s], [s, c]], dtype=truth.dtype)
    return (e[:, 0] ** 2 + 4 * e[:, 1] ** 2).mean()


@wrong("frame_loss", "turns_the_other_way")
def turned_by(prediction, truth, angle):
    c, s = torch.cos(angle), torch.sin(angle)
    e = prediction - truth
    return ((c * e[:, 0] - s * e[:, 1]) ** 2 + 4 * (s * e[:, 0] + c * e[:, 1]) ** 2).mean()


@wrong("frame_loss", "weight_missing")
def only_a_length(prediction, truth, angle):
    return (prediction - truth).square().sum(1).mean() + 0 * angle


@wrong("frame_loss", "from_the_second_axis")
def as_on_a_compass(prediction, truth, angle):
    e = prediction - truth
    a = e[:, 0] * angle.sin() + e[:, 1] * angle.cos()
    b = e[:, 0] * angle.cos() - e[:, 1] * angle.sin()
    return (a**2 + 4 * b**2).mean()


@wrong("frame_loss", "mean_over_both_parts")
def mean_of_a_stack(prediction, truth, angle):
    e = prediction - truth
    a = e[:, 0] * angle.cos() + e[:, 1] * angle.sin()
    b = -e[:, 0] * angle.sin() + e[:, 1] * angle.cos()
    return torch.stack([a**2, 4 * b**2]).mean()


@wrong("frame_loss", "sizes_in_place_of_squares")
def absolute_parts(prediction, truth, angle):
    e = prediction - truth
    a = e[:, 0] * angle.cos() + e[:, 1] * angle.sin()
    b = -e[:, 0] * angle.sin() + e[:, 1] * angle.cos()
    return (a.abs() + 4 * b.abs()).mean()


@wrong("frame_loss", "one_coordinate_each")
def cosine_and_sine_apart(prediction, truth, angle):
    e = prediction - truth
    a = e[:, 0] * angle.cos()
    b = e[:, 1] * angle.sin()
    return (a**2 + 4 * b**2).mean()


@wrong("frame_loss", "converted_to_degrees")
def to_degrees_first(prediction, truth, angle):
    t = torch.rad2deg(angle)
    e = prediction - truth
    a = e[:, 0] * t.cos() + e[:, 1] * t.sin()
    b = -e[:, 0] * t.sin() + e[:, 1] * t.cos()
    return (a**2 + 4 * b**2).mean()


@wrong("frame_loss", "takes_the_angle_for_the_error_s")
def length_times_cosine(prediction, truth, angle):
    e = prediction - truth
    r = e.norm(dim=1)
    return ((r * angle.cos()) ** 2 + 4 * (r * angle.sin()) ** 2).mean()


@wrong("squared_km", "degree_is_a_degree")
def degrees_alone(prediction, truth):
    return ((6371 * math.pi / 180 * (prediction - truth)) ** 2).sum(1).mean()


@wrong("squared_km", "cosine_of_degrees")
def degrees_into_the_cosine(prediction, truth):
    d = prediction - truth
    east = ((d[:, 1] + 180) % 360 - 180) * torch.cos(truth[:, 0])
    return ((math.pi / 180 * 6371) ** 2 * (d[:, 0] ** 2 + east**2)).mean()


@wrong("squared_km", "ignores_the_date_line")
def plain_difference(prediction, truth):
    d = torch.deg2rad(prediction - truth) * 6371
    return (d[:, 0] ** 2 + (d[:, 1] * torch.cos(torch.deg2rad(truth[:, 0]))) ** 2).mean()


@wrong("squared_km", None)
def cosine_of_the_middle(prediction, truth):
    d = torch.deg2rad(prediction - truth)
    east = torch.remainder(d[:, 1] + math.pi, 2 * math.pi) - math.pi
    middle = torch.deg2rad((prediction[:, 0] + truth[:, 0]) / 2)
    return 6371**2 * (d[:, 0] ** 2 + (east * middle.cos()) ** 2).mean()


@wrong("squared_km", "great_circle")
def haversine(prediction, truth):
    p, t = prediction.deg2rad(), truth.deg2rad()
    d = p - t
    a = (d[:, 0] / 2).sin() ** 2 + p[:, 0].cos() * t[:, 0].cos() * (d[:, 1] / 2).sin() ** 2
    return (2 * 6371 * a.sqrt().asin()).square().mean()


@wrong("squared_km", "degree_like_a_radian")
def degrees_times_the_radius(prediction, truth):
    d = prediction - truth
    east = ((d[:, 1] + 180) % 360 - 180) * truth[:, 0].deg2rad().cos()
    return 6371**2 * (d[:, 0] ** 2 + east**2).mean()


@wrong("squared_km", "columns_swapped")
def longitude_first(prediction, truth):
    d = prediction - truth
    k = 6371 * math.pi / 180
    east = (d[:, 0] + 180) % 360 - 180
    return k**2 * ((east * truth[:, 1].deg2rad().cos()) ** 2 + d[:, 1] ** 2).mean()


@wrong("squared_km", "mean_distance")
def distance_itself(prediction, truth):
    d = prediction - truth
    k = 6371 * math.pi / 180
    east = ((d[:, 1] + 180) % 360 - 180) * truth[:, 0].deg2rad().cos()
    return k * (d[:, 0] ** 2 + east**2).sqrt().mean()


@wrong("squared_km", "wraps_each_longitude")
def each_one_wrapped(prediction, truth):
    p = (prediction[:, 1] + 180) % 360 - 180
    t = (truth[:, 1] + 180) % 360 - 180
    k = 6371 * math.pi / 180
    east = (p - t) * truth[:, 0].deg2rad().cos()
    return k**2 * ((prediction[:, 0] - truth[:, 0]) ** 2 + east**2).mean()


@wrong("squared_km", "jump_moved_to_greenwich")
def modulo_each(prediction, truth):
    p = prediction[:, 1] % 360
    t = truth[:, 1] % 360
    k = 6371 * math.pi / 180
    east = (p - t) * truth[:, 0].deg2rad().cos()
    return k**2 * ((prediction[:, 0] - truth[:, 0]) ** 2 + east**2).mean()


@wrong("squared_km", "mean_latitude")
def one_cosine_for_all(prediction, truth):
    d = prediction - truth
    east = ((d[:, 1] + 180) % 360 - 180) * truth[:, 0].mean().deg2rad().cos()
    return (6371 * math.pi / 180) ** 2 * (d[:, 0] ** 2 + east**2).mean()


@wrong("squared_km", "degree_unsquared")
def degree_outside(prediction, truth):
    d = prediction - truth
    k = 6371 * math.pi / 180
    east = ((d[:, 1] + 180) % 360 - 180) * truth[:, 0].deg2rad().cos()
    return k * (d[:, 0] ** 2 + east**2).mean()


@wrong("squared_km", "divides_by_the_cosine")
def cosine_divides(prediction, truth):
    d = prediction - truth
    k = 6371 * math.pi / 180
    east = ((d[:, 1] + 180) % 360 - 180) / truth[:, 0].deg2rad().cos()
    return k**2 * (d[:, 0] ** 2 + east**2).mean()


@wrong("squared_km", "sine_of_latitude")
def sine(prediction, truth):
    d = prediction - truth
    k = 6371 * math.pi / 180
    east = ((d[:, 1] + 180) % 360 - 180) * truth[:, 0].deg2rad().sin()
    return k**2 * (d[:, 0] ** 2 + east**2).mean()


@wrong("squared_km", "cosine_at_both")
def cosine_at_both_parts(prediction, truth):
    d = prediction - truth
    d = torch.stack([d[:, 0], (d[:, 1] + 180) % 360 - 180], 1) * truth[:, :1].deg2rad().cos()
    return ((6371 * math.pi / 180 * d) ** 2).sum(1).mean()


@wrong("squared_km", None)
def each_by_its_own_cosine(prediction, truth):
    k = 6371 * math.pi / 180
    pe = prediction[:, 1] * prediction[:, 0].deg2rad().cos()
    te = truth[:, 1] * truth[:, 0].deg2rad().cos()
    return k**2 * ((prediction[:, 0] - truth[:, 0]) ** 2 + (pe - te) ** 2).mean()


@wrong("may_compare", "linear_is_enough")
def always(loss, A):
    return "yes"


@wrong("may_compare", "by_the_determinant_alone")
def areas(loss, A):
    return "yes" if abs(abs(torch.det(A).item()) - 1) < 1e-6 else "after a correction"


@wrong("may_compare", "only_rotations")
def strict(loss, A):
    if loss == "nll":
        return "yes" if abs(abs(torch.det(A).item()) - 1) < 1e-6 else "no"
    if loss == "mse":
        return "yes" if torch.allclose(A @ A.T, torch.eye(2).double()) else "no"
    return (
        "yes" if torch.allclose(A.abs().sort(1).values, torch.tensor([0.0, 1]).double()) else "no"
    )


@wrong("may_compare", "l1_like_a_length")
def orthogonal_is_enough(loss, A):
    if loss == "nll":
        return exercises.may_compare.function(loss, A)
    scale = (A.T @ A)[0, 0]
    if not torch.allclose(A.T @ A, scale * torch.eye(2).double()):
        return "no"
    return "yes" if torch.isclose(scale, torch.ones_like(scale)) else "after a correction"


@wrong("may_compare", "likelihood_like_a_square")
def nll_is_a_square(loss, A):
    return exercises.may_compare.function("mse" if loss == "nll" else loss, A)


@wrong("may_compare", "nll_never_changes")
def nll_needs_nothing(loss, A):
    return "yes" if loss == "nll" else exercises.may_compare.function(loss, A)


@wrong("may_compare", "nll_not_corrected")
def nll_only_if_areas_stay(loss, A):
    return (
        ("yes" if torch.isclose(torch.linalg.det(A).abs(), torch.tensor(1.0).double()) else "no")
        if loss == "nll"
        else exercises.may_compare.function(loss, A)
    )


@wrong("may_compare", "always_a_correction")
def no_is_never_needed(loss, A):
    r = exercises.may_compare.function(loss, A)
    return "after a correction" if r == "no" else r


@wrong("may_compare", "tries_the_axes")
def errors_along_the_axes(loss, A):
    if loss == "nll":
        return exercises.may_compare.function(loss, A)
    p = 2 if loss == "mse" else 1
    r = A.abs().pow(p).sum(0)
    if not torch.allclose(r, r[:1].expand(2)):
        return "no"
    return "yes" if torch.isclose(r[0], torch.ones_like(r[0])) else "after a correction"


@wrong("may_compare", "l1_with_two_factors")
def one_entry_a_row(loss, A):
    if loss == "l1":
        if (A != 0).sum() != 2:
            return "no"
        return (
            "yes"
            if torch.allclose(A.abs().sum(1), torch.ones(2).double())
            else "after a correction"
        )
    return exercises.may_compare.function(loss, A)


@wrong("may_compare", None)
def compared_exactly(loss, A):
    if loss == "mse":
        M = A.T @ A
        if torch.equal(M, torch.eye(2).double()):
            return "yes"
        return "after a correction" if torch.equal(M, M[0, 0] * torch.eye(2).double()) else "no"
    return exercises.may_compare.function(loss, A)


@wrong("may_compare", None)
def mse_by_areas(loss, A):
    if loss == "nll":
        return exercises.may_compare.function(loss, A)
    d = torch.linalg.det(A).abs()
    if loss == "mse":
        return "yes" if torch.isclose(d, torch.ones_like(d)) else "after a correction"
    return exercises.may_compare.function(loss, A)


@wrong("radial_huber", "over_all_numbers")
def sum_over_all_numbers(prediction, truth):
    r = (prediction - truth).norm(dim=1)
    return F.huber_loss(r, torch.zeros_like(r), reduction="sum") / prediction.numel()


@wrong("radial_huber", "half_not_subtracted")
def length_beyond(prediction, truth):
    r = (prediction - truth).norm(dim=1)
    return torch.where(r <= 1, r**2 / 2, r).mean()


@wrong("radial_huber", "one_subtracted")
def less_one(prediction, truth):
    r = (prediction - truth).norm(dim=1)
    return torch.where(r <= 1, r**2 / 2, r - 1).mean()


@wrong("radial_huber", "cut_off")
def clipped(prediction, truth):
    return ((prediction - truth).norm(dim=1).clamp(max=1) ** 2 / 2).mean()


@wrong("radial_huber", "a_mean_for_each_part")
def two_means(prediction, truth):
    r = (prediction - truth).norm(dim=1)
    return (r[r <= 1] ** 2 / 2).mean() + (r[r > 1] - 0.5).mean()


@wrong("radial_huber", "length_of_the_losses")
def huber_first(prediction, truth):
    return F.huber_loss(prediction, truth, reduction="none").norm(dim=1).mean()


@wrong("gradient_in_other_frame", "entry_by_entry_inverse")
def reciprocals(gradient, A):
    return gradient @ (1 / A)


@wrong("gradient_in_other_frame", "inverse_of_the_square")
def normal_equations(gradient, A):
    return gradient @ torch.linalg.inv(A.T @ A)


@wrong("gradient_in_other_frame", None)
def one_column(gradient, A):
    return gradient / A.sum(1)


@wrong("carry_covariance", "by_the_inverse_first")
def like_a_map_back(cov, A):
    return A.inverse() @ cov @ A


@wrong("carry_covariance", "both_transposed")
def transposed_twice(cov, A):
    return A.T @ cov @ A.T


@wrong("transformed_gaussian_nll", "logs_of_the_entries")
def entries(nll, A):
    return nll + A.abs().log().sum()


@wrong("transformed_gaussian_nll", "logarithm_to_base_10")
def det_log10(nll, A):
    return nll + torch.linalg.det(A).abs().log10()


@wrong("transformed_gaussian_nll", "density_in_its_place")
def as_density(nll, A):
    return torch.exp(-nll) / torch.abs(torch.det(A))


@wrong("changed_nll", "size_of_log_y")
def without_a_sign(nll_log, y):
    return nll_log + y.log().abs()


@wrong("changed_nll", "exp_of_the_nll")
def log_undone(nll_log, y):
    return torch.exp(nll_log)


@wrong("changed_nll", "nll_taken_for_a_density")
def minus_log_of_the_quotient(nll_log, y):
    return -torch.log(nll_log / y)


@wrong("changed_nll", "divides_by_the_log")
def over_log_y(nll_log, y):
    return nll_log / y.log()


@wrong("changed_nll", None)
def two_logs(nll_log, y):
    return nll_log + 2 * y.log()


def along_and_across(prediction, truth, angle):
    e = prediction - truth
    return (
        e[:, 0] * angle.cos() + e[:, 1] * angle.sin(),
        e[:, 1] * angle.cos() - e[:, 0] * angle.sin(),
    )


@wrong("frame_loss", "square_of_the_sum")
def added_then_squared(prediction, truth, angle):
    a, b = along_and_across(prediction, truth, angle)
    return ((a + 2 * b) ** 2).mean()


@wrong("frame_loss", "weighted_length")
def root_of_each(prediction, truth, angle):
    a, b = along_and_across(prediction, truth, angle)
    return (a**2 + 4 * b**2).sqrt().mean()


@wrong("frame_loss", "mean_before_the_square")
def means_squared(prediction, truth, angle):
    a, b = along_and_across(prediction, truth, angle)
    return a.mean() ** 2 + 4 * b.mean() ** 2


@wrong("frame_loss", "not_squared")
def parts_as_they_are(prediction, truth, angle):
    a, b = along_and_across(prediction, truth, angle)
    return (a + 4 * b).mean()


@wrong("frame_loss", "lengths_subtracted")
def rest_of_the_length(prediction, truth, angle):
    a, _ = along_and_across(prediction, truth, angle)
    return (a**2 + 4 * ((prediction - truth).norm(dim=1) - a) ** 2).mean()


@wrong("frame_loss", None)
def by_the_tangent(prediction, truth, angle):
    a, _ = along_and_across(prediction, truth, angle)
    e = prediction - truth
    return (a**2 + 4 * (e[:, 1] - angle.tan() * e[:, 0]) ** 2).mean()


def north_and_east(prediction, truth, degree=6371 * math.pi / 180):
    d = prediction - truth
    east = ((d[:, 1] + 180) % 360 - 180) * truth[:, 0].deg2rad().cos()
    return degree * d[:, 0], degree * east


@wrong("squared_km", "rounded_degree")
def as_on_the_page(prediction, truth):
    north, east = north_and_east(prediction, truth, 111.2)
    return (north**2 + east**2).mean()


@wrong("squared_km", "rounded_to_111")
def as_in_an_atlas(prediction, truth):
    north, east = north_and_east(prediction, truth, 111)
    return (north**2 + east**2).mean()


@wrong("squared_km", "another_radius")
def radius_at_the_equator(prediction, truth):
    north, east = north_and_east(prediction, truth, math.radians(6378))
    return (north**2 + east**2).mean()


@wrong("squared_km", "sum_squared")
def sum_of_both(prediction, truth):
    north, east = north_and_east(prediction, truth)
    return (north + east).square().mean()


@wrong("squared_km", "square_of_the_mean")
def squared_at_the_end(prediction, truth):
    north, east = north_and_east(prediction, truth)
    return torch.hypot(north, east).mean() ** 2


@wrong("squared_km", "wrapped_by_360")
def wrapped_by_a_full_circle(prediction, truth):
    d = torch.deg2rad(prediction - truth) * 6371
    east = torch.deg2rad((prediction - truth)[:, 1].add(360).remainder(360) - 180) * 6371
    return (d[:, 0] ** 2 + (east * truth[:, 0].deg2rad().cos()) ** 2).mean()


@wrong("may_compare", "nll_like_a_turn")
def nll_stays_under_turns(loss, A):
    if loss != "nll":
        return exercises.may_compare.function(loss, A)
    same = torch.allclose(A @ A.T, torch.eye(2).double())
    return "yes" if same else "after a correction"


@wrong("may_compare", "only_multiples_of_the_unit_matrix")
def unit_matrix_alone(loss, A):
    if loss == "nll":
        return exercises.may_compare.function(loss, A)
    if not torch.allclose(A, A[0, 0] * torch.eye(2).double()):
        return "no"
    return "yes" if abs(abs(A[0, 0].item()) - 1) < 1e-6 else "after a correction"


@wrong("may_compare", "turns_or_a_correction")
def orthogonal_or_not(loss, A):
    same = torch.allclose(A @ A.T, torch.eye(2).double())
    return "yes" if same else "after a correction"


@wrong("may_compare", "l1_never")
def l1_depends_on_axes(loss, A):
    return "no" if loss == "l1" else exercises.may_compare.function(loss, A)


@wrong("may_compare", None)
def determinant_for_the_square(loss, A):
    if loss != "mse":
        return exercises.may_compare.function(loss, A)
    d = torch.linalg.det(A)
    if not torch.allclose(A.T @ A, d * torch.eye(2).double()):
        return "no"
    return "yes" if torch.isclose(d, torch.ones_like(d)) else "after a correction"


test_each_is_known_as_said = wrong.test_of_each()
test_most_are_known = wrong.test_that_most_are_known()
