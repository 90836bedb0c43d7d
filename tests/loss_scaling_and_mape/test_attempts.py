"""Wrong answers as people write them: `check` accepts none, and names the mistake in most.

Two names joined by " + " are two slips at once; None stands for an answer that has no name.
"""

import numpy as np
import torch
from attempts import Attempts
from torch import nn
from torch.nn import functional as F

from helpers.loss_scaling_and_mape import exercises

wrong = Attempts(exercises)


# original_unit_report


@wrong("original_unit_report", "rmse_of_standardised_values")
def stays_standardised(y_true, z_pred, mean, std):
    z = (y_true - mean) / std
    ss_res, ss_tot = ((z - z_pred) ** 2).sum(), ((z - z.mean()) ** 2).sum()
    return torch.sqrt(F.mse_loss(z_pred, z)), 1 - ss_res / ss_tot


@wrong("original_unit_report", "forgets_the_root")
def mse_of_torch(y_true, z_pred, mean, std):
    y_pred = z_pred * std + mean
    r2 = 1 - torch.sum((y_true - y_pred) ** 2) / torch.sum((y_true - torch.mean(y_true)) ** 2)
    return nn.MSELoss()(y_pred, y_true), r2


@wrong("original_unit_report", "divides_by_n_minus_1")
def variance_of_torch(y_true, z_pred, mean, std):
    mse = ((y_true - z_pred * std - mean) ** 2).mean()
    return mse**0.5, 1 - mse / torch.var(y_true)


@wrong("original_unit_report", "squares_the_correlation")
def correlation(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    x, y = p - p.mean(), y_true - y_true.mean()
    r = (x * y).sum() / torch.sqrt((x**2).sum() * (y**2).sum())
    return ((p - y_true) ** 2).mean().sqrt(), r**2


@wrong("original_unit_report", "forgets_the_root + reports_the_unexplained_share")
def two_slips_in_a_report(y_true, z_pred, mean, std):
    residual = y_true - (z_pred * std + mean)
    return (residual**2).mean(), (residual**2).sum() / ((y_true - y_true.mean()) ** 2).sum()


@wrong("original_unit_report", "undoes_in_the_wrong_order")
def unscales_backwards(y_true, z_pred, mean, std):
    p = torch.stack([(z + mean) * std for z in z_pred])
    rmse = torch.linalg.norm(p - y_true) / len(p) ** 0.5
    return rmse, 1 - ((y_true - p) ** 2).mean() / ((y_true - y_true.mean()) ** 2).mean()


@wrong("original_unit_report", None)
def clipped_r2(y_true, z_pred, mean, std):
    error = y_true - (mean + std * z_pred)
    r2 = 1 - error.square().sum() / (y_true - y_true.mean()).square().sum()
    return error.square().mean().sqrt(), r2.clamp(min=0)


@wrong("original_unit_report", "leaves_out_the_mean_error")
def variance_of_the_errors(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    return torch.sqrt(F.mse_loss(p, y_true)), 1 - torch.var(y_true - p) / torch.var(y_true)


@wrong("original_unit_report", "standardises_once_more")
def scales_the_wrong_way(y_true, z_pred, mean, std):
    p = (z_pred - mean) / std
    ss = ((y_true - p) ** 2).sum(), ((y_true - y_true.mean()) ** 2).sum()
    return ((y_true - p) ** 2).mean().sqrt(), 1 - ss[0] / ss[1]


# mape_gradient


@wrong("mape_gradient", "forgets_the_mean + is_that_of_the_mae")
def just_the_sign(y_true, y_pred):
    return torch.sign(y_pred - y_true)


@wrong("mape_gradient", "forgets_the_mean")
def slope_by_slope(y_true, y_pred):
    slopes = [
        (1.0 if p > y else -1.0) / abs(y)
        for y, p in zip(y_true.tolist(), y_pred.tolist(), strict=True)
    ]
    return torch.tensor(slopes, dtype=y_true.dtype)


@wrong("mape_gradient", "forgets_the_mean + divides_by_signed_targets")
def signed_and_no_mean(y_true, y_pred):
    return torch.where(y_pred > y_true, 1 / y_true, -1 / y_true)


@wrong("mape_gradient", "divides_by_signed_targets + counts_in_per_cent")
def signed_per_cent(y_true, y_pred):
    return 100 / len(y_true) * torch.sign(y_pred - y_true) / y_true


@wrong("mape_gradient", "points_downhill + forgets_the_mean")
def derivative_of_the_inside(y_true, y_pred):
    return -torch.sign((y_true - y_pred) / y_true) / -y_true.abs() * torch.sign(y_true)


@wrong("mape_gradient", "divides_error_by_its_size")
def error_over_size(y_true, y_pred):
    e = y_pred - y_true
    return e / torch.sqrt(e**2) / torch.abs(y_true) / y_true.numel()


@wrong("mape_gradient", "adds_epsilon_to_the_target")
def never_by_zero(y_true, y_pred):
    n = y_true.shape[0]
    return torch.sign(y_pred - y_true) / (n * (torch.abs(y_true) + 1e-6))


@wrong("mape_gradient", "counts_in_per_cent")
def by_autograd_in_per_cent(y_true, y_pred):
    p = y_pred.clone().requires_grad_()
    loss = torch.mean(torch.abs((y_true - p) / y_true)) * 100
    loss.backward()
    return p.grad


@wrong("mape_gradient", "returns_the_loss")
def the_metric(y_true, y_pred):
    return (torch.abs(y_true - y_pred) / torch.abs(y_true)).mean()


# best_constant_for_mape


@wrong("best_constant_for_mape", "takes_the_median")
def half_of_the_sorted(y_true):
    return y_true.sort().values[(len(y_true) - 1) // 2]


@wrong("best_constant_for_mape", "half_of_1")
def first_above_a_half(y_true):
    reached = 0.0
    for y in sorted(y_true.tolist()):
        reached += 1 / abs(y)
        if reached >= 0.5:
            return torch.tensor(y, dtype=y_true.dtype)


@wrong("best_constant_for_mape", "takes_the_weighted_mean")
def average_with_weights(y_true):
    weights = (1 / y_true.abs()).numpy()
    return torch.tensor(np.average(y_true.numpy(), weights=weights), dtype=y_true.dtype)


@wrong("best_constant_for_mape", "waits_for_more_than_half")
def first_beyond_half(y_true):
    y, order = torch.sort(y_true)
    w = (1 / y_true.abs())[order]
    share = torch.cumsum(w, 0) / w.sum()
    return y[torch.nonzero(share > 0.5)[0, 0]]


@wrong("best_constant_for_mape", "takes_the_smallest_target")
def lowest(y_true):
    return torch.min(y_true)


@wrong("best_constant_for_mape", "weighs_by_size")
def heavy_ones_speak(y_true):
    y = torch.sort(y_true)[0]
    cum = torch.cumsum(torch.abs(y), 0)
    return y[torch.searchsorted(cum, cum[-1] / 2)]


@wrong("best_constant_for_mape", "leaves_the_weights_behind")
def sorts_one_of_two(y_true):
    weights = 1 / torch.abs(y_true)
    y = torch.sort(y_true).values
    total = torch.cumsum(weights, dim=0)
    return y[torch.argmax((total >= weights.sum() / 2).float())]


@wrong("best_constant_for_mape", None)
def tries_a_grid(y_true):
    grid = torch.linspace(float(y_true.min()), float(y_true.max()), 1000, dtype=y_true.dtype)
    losses = ((grid[:, None] - y_true).abs() / y_true.abs()).mean(1)
    return grid[losses.argmin()]


# largest_rate


@wrong("largest_rate", "is_that_of_one_layer")
def curvature_of_a_parabola(x, y, layers):
    return 2 / (2 * x**2)


@wrong("largest_rate", "is_always_that_of_two")
def the_pages_second_formula(x, y, layers):
    return 1 / (2 * x * y)


@wrong("largest_rate", "goes_on_from_one_and_two")
def layers_in_place_of_the_two(x, y, layers):
    return 1 / (x * layers) / y


@wrong("largest_rate", "returns_the_eigenvalue")
def only_the_curvature(x, y, layers):
    w = (y / x) ** (1 / layers)
    return 2 * layers * (x * w ** (layers - 1)) ** 2


@wrong("largest_rate", "counts_one_direction")
def one_weight_at_a_time(x, y, layers):
    w = (y / x) ** (1 / layers)
    return 2 / (2 * (x * w ** (layers - 1)) ** 2)


@wrong("largest_rate", "multiplies_all_weights")
def the_whole_product(x, y, layers):
    w = (y / x) ** (1 / layers)
    product = 1.0
    for _ in range(layers):
        product *= w
    return 1 / (layers * (x * product) ** 2)


@wrong("largest_rate", "counts_one_direction + takes_one_over_the_eigenvalue")
def newtons_step_of_one_weight(x, y, layers):
    return 1 / (2 * (x * (y / x) ** (1 - 1 / layers)) ** 2)


@wrong("largest_rate", None)
def unit_of_the_target(x, y, layers):
    return 1 / y


# lasso_weight


@wrong("lasso_weight", "cuts_without_shrinking")
def hard_threshold(v, alpha):
    return torch.where(v.abs() <= alpha, torch.zeros_like(v), v)


@wrong("lasso_weight", "shrinks_as_ridge_does")
def ridge(v, alpha):
    return 1 / (1 + alpha) * v


@wrong("lasso_weight", "subtracts_from_v")
def relu(v, alpha):
    return torch.relu(v - alpha)


@wrong("lasso_weight", "goes_through_zero")
def one_step_of_the_sign(v, alpha):
    return v - alpha * torch.sign(v)


@wrong("lasso_weight", "forgets_the_sign")
def sizes(v, alpha):
    return torch.maximum(torch.abs(v) - alpha, torch.zeros_like(v))


@wrong("lasso_weight", "subtracts_from_large_negative_ones")
def zero_or_less(v, alpha):
    return torch.where(v.abs() <= alpha, torch.zeros_like(v), v - alpha)


@wrong("lasso_weight", None)
def sets_small_ones_to_alpha(v, alpha):
    return v.sign() * v.abs().clamp(min=alpha)


# mean_of_log_fit


@wrong("mean_of_log_fit", "takes_it_back_only")
def inverse_of_log1p(logs, residuals):
    return torch.exp(logs) - 1


@wrong("mean_of_log_fit", "multiplies_the_forecast")
def smearing_factor_on_the_forecast(logs, residuals):
    return torch.expm1(logs) * torch.mean(torch.exp(residuals))


@wrong("mean_of_log_fit", "assumes_normal_noise")
def half_of_sigma_squared(logs, residuals):
    sigma = (residuals**2).mean().sqrt()
    return torch.exp(logs + sigma**2 / 2) - 1


@wrong("mean_of_log_fit", "assumes_normal_noise_around_a_mean")
def half_of_the_variance(logs, residuals):
    return torch.exp(logs + 0.5 * residuals.std(unbiased=False) ** 2) - 1


@wrong("mean_of_log_fit", "averages_the_residuals_first")
def shifts_by_the_mean_residual(logs, residuals):
    return torch.expm1(logs + residuals.mean())


@wrong("mean_of_log_fit", "forgets_to_subtract_1")
def as_for_a_plain_logarithm(logs, residuals):
    return logs.exp() * residuals.exp().mean()


@wrong("mean_of_log_fit", "assumes_normal_noise_with_n_minus_1")
def normal_noise_with_n_minus_1(logs, residuals):
    return torch.exp(logs + residuals.var() / 2) - 1


@wrong("mean_of_log_fit", None)
def the_middle_of_the_extremes(logs, residuals):
    return torch.exp(logs) * (residuals.min().exp() + residuals.max().exp()) / 2 - 1


# judge_report


@wrong("judge_report", "divides_by_n_minus_1")
def std_of_torch(y, rmse, mape, r2, lead):
    fitting = y.std() * (1 - r2) ** 0.5
    if abs(rmse / fitting - 1) > 0.01:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "looks_at_the_near_end")
def low_end(y, rmse, mape, r2, lead):
    fitting = ((y - y.mean()).square().mean() * (1 - r2)).sqrt()
    if abs(rmse - fitting) > 0.01 * fitting:
        return "another unit"
    if r2 < 0:
        return "worse than the mean"
    low, _ = lead
    return "no lead" if low >= 0 else "trust"


@wrong("judge_report", "does_not_compare_the_unit")
def r2_and_lead_only(y, rmse, mape, r2, lead):
    if r2 < 0:
        return "worse than the mean"
    return "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "takes_the_spread_of_y_alone")
def always_the_mean(y, rmse, mape, r2, lead):
    if abs(rmse - y.std(correction=0)) > 0.01 * y.std(correction=0):
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "looks_at_r2_before_the_unit")
def model_first(y, rmse, mape, r2, lead):
    if r2 < 0:
        return "worse than the mean"
    std = y.std(correction=0)
    if abs(rmse - (1 - r2) ** 0.5 * std) > 0.01 * (1 - r2) ** 0.5 * std:
        return "another unit"
    return "no lead" if lead[1] >= 0 else "trust"


@wrong("judge_report", "takes_an_end_at_0_for_a_lead")
def zero_is_not_above(y, rmse, mape, r2, lead):
    fitting = ((1 - r2) * ((y - y.mean()) ** 2).mean()) ** 0.5
    if abs(rmse - fitting) > 0.01 * fitting:
        return "another unit"
    if r2 < 0:
        return "worse than the mean"
    return "no lead" if lead[1] > 0 else "trust"


@wrong("judge_report", None)
def smallest_numbers_win(y, rmse, mape, r2, lead):
    return "trust" if rmse < 20 and mape < 0.5 else "no lead"


test_each_is_known_as_said = wrong.test_of_each()
