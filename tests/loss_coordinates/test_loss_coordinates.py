"""The maths of loss coordinates, against independent oracles."""

import math

import pytest
import torch
from closeness import close

from helpers.loss_coordinates import exercises, formulas


@pytest.mark.parametrize("A", [formulas.turning(30), formulas.turning(70, -0.4, 1.5)])
def test_eq_1_1_the_mse_in_new_coordinates(A):
    p = formulas.PREDICTED.clone().requires_grad_()
    moved = formulas.transform(p, A, 3.0), formulas.transform(formulas.TRUE, A, 3.0)
    e = (p - formulas.TRUE).detach()
    loss = (moved[0] - moved[1]).square().sum()
    close(loss, torch.einsum("ni,ij,nj->", e, A.T @ A, e))
    (slope,) = torch.autograd.grad(loss, p)
    close(slope, 2 * e @ (A.T @ A))


@pytest.mark.parametrize("A", [formulas.turning(30), formulas.turning(70, -0.4, 1.5)])
def test_eq_1_2_the_gaussian_nll_in_new_coordinates(A):
    p, y, sigma = formulas.PREDICTED, formulas.TRUE, formulas.COVARIANCE
    normal = torch.distributions.MultivariateNormal
    old = -normal(p, sigma).log_prob(y)
    new = -normal(p @ A.T, A @ sigma @ A.T).log_prob(y @ A.T)
    close(formulas.gaussian_nll(p, y, sigma), old)
    close(formulas.gaussian_nll(p @ A.T, y @ A.T, A @ sigma @ A.T), new, 1e-10)
    close(exercises.transformed_gaussian_nll(old, A), new, 1e-10)
    jacobian = torch.autograd.functional.jacobian(lambda v: A @ v, p[0])
    close(new, old + jacobian.det().abs().log(), 1e-10)


def test_figures_of_section_1():
    start, turned = (formulas.losses_in(formulas.turning(a)) for a in (0, 30))
    rounded = [{k: round(float(v), 3) for k, v in losses.items()} for losses in (start, turned)]
    assert rounded[0] == {"MSE": 0.958, "L1": 0.917, "NLL, Σ kept": 4.169, "NLL, A Σ Aᵀ": 4.169}
    assert rounded[1] == {"MSE": 0.958, "L1": 0.858, "NLL, Σ kept": 3.541, "NLL, A Σ Aᵀ": 4.169}
    stretched = formulas.losses_in(formulas.turning(30, 0, 1.5))
    close(stretched["MSE"] / start["MSE"], 2.25)
    close(stretched["NLL, A Σ Aᵀ"] - start["NLL, A Σ Aᵀ"], math.log(2.25))
    assert round(math.log(2.25), 3) == 0.811
    for name, loss in formulas.losses_in(formulas.turning(30), shift=2.0).items():
        close(loss, turned[name], 1e-10)
    # a quarter turn swaps the axes, which L1 does not mind either
    close(
        [formulas.losses_in(formulas.turning(90))[name] for name in ("MSE", "L1")],
        [start[name] for name in ("MSE", "L1")],
    )
