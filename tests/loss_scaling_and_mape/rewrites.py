"""Other right answers to the exercises of 03_loss_scaling_and_mape; check must accept them."""

import math

import torch
from rewriting import rewrite
from torch.nn import functional as F

SAME = {
    # All weights are twice as large, and so is their total.
    "best_constant_for_mape": ["1 → 2"],
    # Of two ends the last one is also the second.
    "judge_report": ["1 → -1"],
}


@rewrite("original_unit_report")
def errors_scaled_by_std(y_true, z_pred, mean, std):
    z = (y_true - mean) / std
    return std * F.mse_loss(z_pred, z) ** 0.5, 1 - F.mse_loss(z_pred, z) / z.var(correction=0)


@rewrite("original_unit_report")
def with_norms(y_true, z_pred, mean, std):
    error = torch.linalg.vector_norm(z_pred * std + mean - y_true)
    spread = torch.linalg.vector_norm(y_true - y_true.mean())
    return [error / math.sqrt(len(y_true)), 1 - (error / spread) ** 2]


@rewrite("mape_gradient")
def slope_of_the_mean_percentage(y_true, y_pred):
    p = y_pred.detach().requires_grad_()
    return torch.autograd.grad(((y_true - p) / y_true).abs().mean(), p)[0]


@rewrite("mape_gradient")
def case_by_case(y_true, y_pred):
    weight = 1 / (len(y_true) * y_true.abs())
    return torch.where(y_pred > y_true, weight, torch.where(y_pred < y_true, -weight, 0 * weight))


@rewrite("best_constant_for_mape")
def tries_every_target(y_true):
    y = y_true.sort().values
    losses = ((y[:, None] - y_true).abs() / y_true.abs()).double().mean(1)
    return y[int((losses <= losses.min() * (1 + 1e-6)).nonzero()[0])]


@rewrite("best_constant_for_mape")
def walks_up_the_sorted_targets(y_true):
    y = sorted(y_true.tolist())
    half, reached = sum(1 / abs(v) for v in y) / 2, 0.0
    for v in y:
        reached += 1 / abs(v)
        if reached >= half * (1 - 1e-12):
            return torch.tensor(v, dtype=y_true.dtype)


@rewrite("largest_rate")
def by_the_matrix_of_second_derivatives(x, y, layers):
    w = torch.full((layers,), (y / x) ** (1 / layers), dtype=torch.float64)
    second = torch.autograd.functional.hessian(lambda w: (w.prod() * x - y) ** 2, w)
    return 2 / torch.linalg.eigvalsh(second).max().item()


@rewrite("largest_rate")
def weight_by_weight(x, y, layers):
    slope = y / (y / x) ** (1 / layers)  # p is y at the minimum; without one of the weights
    return 2 / (2 * layers * slope**2)


@rewrite("lasso_weight")
def softshrink(v, alpha):
    return F.softshrink(v, alpha)


@rewrite("lasso_weight")
def case_by_case_of_the_sign(v, alpha):
    zero = torch.zeros_like(v)
    return torch.where(v > alpha, v - alpha, torch.where(v < -alpha, v + alpha, zero))


@rewrite("mean_of_log_fit")
def every_pair(logs, residuals):
    return torch.expm1(logs[:, None] + residuals).mean(1)


@rewrite("mean_of_log_fit")
def one_forecast_at_a_time(logs, residuals):
    return torch.stack([(log.exp() * residuals.exp() - 1).mean() for log in logs])


@rewrite("judge_report")
def by_the_share_that_is_left(y, rmse, mape, r2, lead):
    squared = float(((y - y.mean()) ** 2).mean()) * (1 - r2)
    if not 0.99 * squared**0.5 <= rmse <= 1.01 * squared**0.5:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if max(lead) < 0 else "no lead"


@rewrite("judge_report")
def with_numpy(y, rmse, mape, r2, lead):
    fitting = y.numpy().std() * math.sqrt(1 - r2)
    if abs(fitting - rmse) > fitting / 100:
        return "another unit"
    if r2 < 0:
        return "worse than the mean"
    _, high = lead
    return "no lead" if high >= 0 else "trust"
