"""The maths of loss coordinates. Tensors are torch's, float64."""

import math

import torch

PREDICTED = torch.tensor([[3, 1], [-1, 2], [0.5, -2]], dtype=torch.float64)
TRUE = torch.tensor([[2, 2.5], [-0.5, 1], [1.5, -2.5]], dtype=torch.float64)
COVARIANCE = torch.tensor([[0.8, 0.3], [0.3, 0.5]], dtype=torch.float64)


def turning(degrees, shear=0.0, stretch=1.0):
    """The matrix (2, 2): a shear, then a rotation, then a stretch in all directions."""
    a = math.radians(degrees)
    rotation = torch.tensor(
        [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]], dtype=torch.float64
    )
    return stretch * rotation @ torch.tensor([[1, shear], [0, 1]], dtype=torch.float64)


def transform(points, A, shift=0.0):
    """A·x + shift for each row x of `points` (n, d)."""
    return points @ A.T + shift


def gaussian_nll(p, y, covariance):
    """Negative log-likelihood (n,) of the points y under normals around p with this covariance."""
    factor = torch.linalg.cholesky(covariance)
    z = torch.linalg.solve_triangular(factor, (y - p).T, upper=False)
    log_root = factor.diagonal().log().sum()
    return z.square().sum(0) / 2 + log_root + p.shape[-1] * math.log(2 * math.pi) / 2


def losses_in(A, shift=0.0):
    """Four mean losses of the page's three points after x ↦ A·x + shift, by name; tensors ().

    "NLL, Σ kept" leaves Σ as it was, "NLL, A Σ Aᵀ" turns it too.
    """
    p, y = transform(PREDICTED, A, shift), transform(TRUE, A, shift)
    return {
        "MSE": (p - y).square().mean(),
        "L1": (p - y).abs().mean(),
        "NLL, Σ kept": gaussian_nll(p, y, COVARIANCE).mean(),
        "NLL, A Σ Aᵀ": gaussian_nll(p, y, A @ COVARIANCE @ A.T).mean(),
    }
