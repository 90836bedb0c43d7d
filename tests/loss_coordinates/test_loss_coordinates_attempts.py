"""Wrong answers that people write, and the names by which they are known."""

import pytest
import torch

from helpers.loss_coordinates import exercises
from helpers.teaching.judge import check

WRONG = []


def wrong(exercise, mistake):
    """Add the decorated function as a wrong answer to `exercise` that is named `mistake`."""

    def keep(function):
        WRONG.append((exercise, function, mistake))
        return function

    return keep


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


@pytest.mark.parametrize(("exercise", "attempt", "mistake"), WRONG)
def test_a_wrong_answer_gets_the_name_that_fits_it(exercise, attempt, mistake):
    result = check(getattr(exercises, exercise), attempt)
    assert (result.status, result.mistake) == ("wrong", mistake), str(result)
