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


@wrong("radial_huber", None)
def one_norm_for_all(prediction, truth):
    r = torch.norm(prediction - truth)
    return F.huber_loss(r, torch.zeros_like(r))


@wrong("gradient_in_other_frame", "turned_like_a_point")
def as_points(gradient, A):
    return (A @ gradient.T).T


@wrong("gradient_in_other_frame", "the_other_way")
def transposed(gradient, A):
    return (A.T @ gradient.T).T


@wrong("gradient_in_other_frame", "inverse_of_a_point")
def solved(gradient, A):
    return torch.linalg.solve(A, gradient.T).T


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


@wrong("changed_nll", "subtracts")
def jacobian_turned_round(nll_log, y):
    return nll_log + torch.log(1 / y)


@wrong("changed_nll", "divides")
def density_is_divided(nll_log, y):
    return nll_log / y


@wrong("changed_nll", "mean_of_the_logs")
def mean_jacobian(nll_log, y):
    return nll_log + torch.mean(torch.log(y))


@wrong("changed_nll", None)
def log_of_one_more(nll_log, y):
    return nll_log + torch.log1p(y)


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


@wrong("may_compare", None)
def nll_needs_nothing(loss, A):
    return "yes" if loss == "nll" else exercises.may_compare.function(loss, A)


test_each_is_known_as_said = wrong.test_of_each()
test_most_are_known = wrong.test_that_most_are_known()
