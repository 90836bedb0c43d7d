"""The exercises of 16_loss_coordinates, in the order of the page."""

import torch

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

__all__ = ["transformed_gaussian_nll"]


@exercise(
    cases={
        "values": {
            "a stretch by 2": lambda: (tensor(1.5, 0.2, 3), tensor([2.0, 0], [0, 2])),
            "a full matrix": lambda: (tensor(0.7, 2.5), tensor([2, 1], [-0.5, 3])),
            "it shrinks": lambda: (tensor(0.7, 2.5, -1), tensor([0.5, 0.1], [0.3, 0.4])),
        },
        "shapes": {
            "three dimensions, float32": lambda: (
                normal(4, seed=11, dtype=torch.float32),
                tensor([1, 2, 0], [0, 3, 1], [1, 0, 1], dtype=torch.float32),
            ),
            "one dimension": lambda: (tensor(0.3, 1.1), tensor([2.54])),
        },
        "gradient": {
            "through the NLL": lambda: (tensor(0.4, 1.3, grad=True), tensor([1.0, 1], [0, 3])),
        },
        "edges": {
            "a rotation": lambda: (tensor(1.0, 2), tensor([0.6, -0.8], [0.8, 0.6])),
            "a mirror that stretches": lambda: (tensor(1.0, 2), tensor([3.0, 0], [0, -2])),
            "a shear": lambda: (tensor(1.0, 2), tensor([1, 0.7], [0, 1])),
        },
    },
    guards={"a mirror that stretches": "a mirror's determinant is negative; areas grow by |det A|"},
    hints=[
        "A density has a unit: probability per area. When A makes areas |det A| times as large, what "
        "becomes of the density, and of minus its logarithm?",
        "The quadratic form is the same in both systems; look at what stands in front of the "
        "exponential. `torch.linalg` has the logarithm of a determinant's size.",
    ],
    level=2,
    minutes=6,
)
def transformed_gaussian_nll(nll, A):
    """The NLL of each point after y ↦ A·y, where N(μ, Σ) becomes N(A·μ, A·Σ·Aᵀ).

    nll: float tensor (n,), the negative log-likelihoods in the old system of points with d
    coordinates; A: (d, d), invertible. Returns a tensor (n,).
    Example: nll [1., 2.], A [[2., 0.], [0., 2.]] → [2.3863, 3.3863].
    """
    return nll + torch.linalg.slogdet(A).logabsdet


transformed_gaussian_nll.slips(
    leaves_it=(
        "torch.linalg.slogdet(A).logabsdet → 0",
        "Leaves the NLL as it is: right for maps that keep areas, and for no others.",
    ),
    subtracts=(
        "nll + → nll -",
        "Subtracts. A that makes areas larger thins the density out, and the NLL rises.",
    ),
    forgets_the_absolute_value=(
        "torch.linalg.slogdet(A).logabsdet → torch.logdet(A)",
        "A mirror's determinant is negative, and its log NaN. Areas grow by |det A|.",
    ),
    keeps_the_sign=(
        "slogdet(A).logabsdet → slogdet(A).sign * torch.linalg.slogdet(A).logabsdet",
        "The determinant's sign does not count: a mirror thins out like any map.",
    ),
    adds_half=(
        "logabsdet → logabsdet / 2",
        "Half of it: A stands twice in ½·log det(A·Σ·Aᵀ), so that the ½ is used up.",
    ),
    adds_twice=(
        "nll + → nll + 2 *",
        "Twice too much: A stands twice in log det(A·Σ·Aᵀ), of which the NLL has half.",
    ),
    adds_the_determinant=(
        "slogdet(A).logabsdet → det(A).abs()",
        "Adds |det A| itself. The density is divided by it; the NLL gets its logarithm.",
    ),
    multiplies_by_the_determinant=(
        "nll + torch.linalg.slogdet(A).logabsdet → nll * torch.linalg.det(A).abs()",
        "Multiplies by |det A|. The density is divided by it, its log shifts.",
    ),
    divides_by_the_determinant=(
        "nll + torch.linalg.slogdet(A).logabsdet → nll / torch.linalg.det(A).abs()",
        "Divides by |det A|, as a density is. Minus its logarithm is added to.",
    ),
    looks_at_the_diagonal=(
        "torch.linalg.slogdet(A).logabsdet → A.diagonal().abs().log().sum()",
        "The product of the diagonal is the determinant of a triangular matrix only.",
    ),
    takes_the_norm=(
        "torch.linalg.slogdet(A).logabsdet → A.norm().log()",
        "The norm says how long A makes vectors. Areas grow by the determinant.",
    ),
    spreads_it_over_the_points=(
        "logabsdet → logabsdet / len(nll)",
        "Spreads log|det A| over the points. Each point's density is divided by |det A|.",
    ),
    takes_the_mean_over_points=(
        "nll + → nll.mean() +",
        "Returns the mean. One number a point is asked for.",
    ),
)
