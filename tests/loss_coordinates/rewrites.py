"""Other right answers to the exercises of 16_loss_coordinates; check must accept them."""

import torch
from rewriting import rewrite


@rewrite("transformed_gaussian_nll")
def log_of_the_absolute_determinant(nll, A):
    return nll + torch.linalg.det(A).abs().log()


@rewrite("transformed_gaussian_nll")
def by_singular_values(nll, A):
    return nll + torch.linalg.svdvals(A).log().sum()
