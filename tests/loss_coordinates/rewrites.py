"""Other right answers to the exercises of 16_loss_coordinates; check must accept them."""

import math

import torch
from rewriting import rewrite

SAME = {
    # The last of two dimensions is dimension 1.
    "radial_huber": ["1 → -1"],
    "frame_loss": ["1 → -1"],
    # A determinant is 1 or clearly not, and so is its square.
    "may_compare": ["1 → -1", "torch.linalg.det(A).abs() → torch.linalg.det(A).square()"],
    # The same, a full circle more or less, and signs that are squared away.
    "squared_km": [
        "1 → -1",
        "180 → -180",
        "6371 → -6371",
        "prediction[:, 1] - truth[:, 1] + 180 → prediction[:, 1] - truth[:, 1] - 180",
    ],
}


@rewrite("radial_huber")
def by_where(prediction, truth):
    r = torch.linalg.vector_norm(prediction - truth, dim=1)
    return torch.where(r < 1, r**2 / 2, r - 0.5).mean()


@rewrite("gradient_in_other_frame")
def by_solving(gradient, A):
    return torch.linalg.solve(A.T, gradient.T).T


@rewrite("carry_covariance")
def by_einsum(cov, A):
    return torch.einsum("ij,njk,lk->nil", A, cov, A)


@rewrite("transformed_gaussian_nll")
def log_of_the_absolute_determinant(nll, A):
    return nll + torch.linalg.det(A).abs().log()


@rewrite("transformed_gaussian_nll")
def by_singular_values(nll, A):
    return nll + torch.linalg.svdvals(A).log().sum()


@rewrite("changed_nll")
def from_the_density(nll_log, y):
    return -(torch.exp(-nll_log) / y).log()


@rewrite("frame_loss")
def by_a_matrix(prediction, truth, angle):
    c, s = angle.cos(), angle.sin()
    turned = (prediction - truth) @ torch.stack([torch.stack([c, -s]), torch.stack([s, c])])
    return (turned.square() @ torch.tensor([1.0, 4.0], dtype=turned.dtype)).mean()


@rewrite("squared_km")
def in_radians(prediction, truth):
    p, t = prediction.deg2rad(), truth.deg2rad()
    east = torch.remainder(p[:, 1] - t[:, 1] + math.pi, 2 * math.pi) - math.pi
    return 6371**2 * ((p[:, 0] - t[:, 0]) ** 2 + (t[:, 0].cos() * east) ** 2).mean()


@rewrite("may_compare")
def by_trying(loss, A):
    if loss == "nll":
        same = abs(abs(torch.linalg.det(A).item()) - 1) < 1e-9
        return "yes" if same else "after a correction"
    errors = torch.tensor([[1, 0], [0, 1], [1, 1], [1, -1], [2, 1]], dtype=A.dtype)
    power = 2 if loss == "mse" else 1
    ratios = (errors @ A.T).abs().pow(power).sum(1) / errors.abs().pow(power).sum(1)
    if not torch.allclose(ratios, ratios[:1]):
        return "no"
    return "yes" if abs(ratios[0] - 1) < 1e-9 else "after a correction"
