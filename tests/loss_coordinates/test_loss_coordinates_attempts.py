"""Wrong answers that people write, and the names by which they are known."""

import torch
from attempts import Attempts

from helpers.loss_coordinates import exercises

wrong = Attempts(exercises)


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


test_each_is_known_as_said = wrong.test_of_each()
