"""Wrong answers as people write them: `check` accepts none, and names the mistake in most.

Two names joined by " + " are two slips at once; None stands for an answer that has no name.
"""

import math

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


@wrong("original_unit_report", "compares_with_the_training_mean")
def baseline_of_the_training(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    return (
        ((y_true - p) ** 2).mean().sqrt(),
        1 - ((y_true - p) ** 2).sum() / ((y_true - mean) ** 2).sum(),
    )


@wrong("original_unit_report", "takes_the_spread_of_forecasts_over_that_of_targets")
def explained_over_total(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    m = y_true.mean()
    return (((y_true - p) ** 2).mean().sqrt(), ((p - m) ** 2).sum() / ((y_true - m) ** 2).sum())


@wrong("original_unit_report", "takes_a_root_in_r2")
def one_minus_ratio_of_roots(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    rmse = ((y_true - p) ** 2).mean().sqrt()
    return (rmse, 1 - rmse / y_true.std(correction=0))


@wrong("original_unit_report", "forgets_the_mean_of_the_targets")
def squares_of_y_below(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    return (((y_true - p) ** 2).mean().sqrt(), 1 - ((y_true - p) ** 2).sum() / (y_true**2).sum())


@wrong("original_unit_report", "takes_the_root_of_a_sum")
def root_of_the_sum(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    return (
        ((y_true - p) ** 2).sum().sqrt(),
        1 - ((y_true - p) ** 2).sum() / ((y_true - y_true.mean()) ** 2).sum(),
    )


@wrong("original_unit_report", "takes_the_training_variance")
def variance_of_the_training(y_true, z_pred, mean, std):
    p = z_pred * std + mean
    m = ((y_true - p) ** 2).mean()
    return (m.sqrt(), 1 - m / std**2)


@wrong("original_unit_report", "multiplies_by_std_twice")
def std_squared_outside(y_true, z_pred, mean, std):
    z = (y_true - mean) / std
    m = ((z - z_pred) ** 2).mean()
    return (m.sqrt() * std**2, 1 - m / z.var(correction=0))


@wrong("original_unit_report", "takes_the_spread_of_the_errors")
def std_of_the_error(y_true, z_pred, mean, std):
    e = y_true - (z_pred * std + mean)
    return (e.std(correction=0), 1 - (e**2).sum() / ((y_true - y_true.mean()) ** 2).sum())


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


@wrong("mape_gradient", "is_that_of_smape")
def autograd_of_smape(y_true, y_pred):
    p = y_pred.clone().requires_grad_()
    (2 * (y_true - p).abs() / (y_true.abs() + p.abs())).mean().backward()
    return p.grad


@wrong("mape_gradient", "is_that_of_wape")
def one_sum_for_all(y_true, y_pred):
    return (y_pred - y_true).sign() / y_true.abs().sum()


@wrong("mape_gradient", "forgets_the_side")
def no_sign(y_true, y_pred):
    return 1 / (len(y_true) * y_true.abs())


@wrong("mape_gradient", "divides_by_squares")
def over_squares(y_true, y_pred):
    return (y_pred - y_true).sign() / y_true**2 / len(y_true)


@wrong("mape_gradient", "differentiates_by_the_targets")
def autograd_of_the_targets(y_true, y_pred):
    y = y_true.clone().requires_grad_()
    ((y - y_pred) / y).abs().mean().backward()
    return y.grad


@wrong("mape_gradient", "adds_epsilon_to_the_error")
def sign_with_an_epsilon(y_true, y_pred):
    e = y_pred - y_true
    return e / (e.abs() + 1e-08) / y_true.abs() / len(y_true)


@wrong("mape_gradient", "multiplies_by_targets")
def times_the_size(y_true, y_pred):
    return (y_pred - y_true).sign() * y_true.abs() / len(y_true)


@wrong("mape_gradient", "counts_one_side_only")
def only_if_too_high(y_true, y_pred):
    return (y_pred > y_true).to(y_true.dtype) / y_true.abs() / len(y_true)


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


@wrong("best_constant_for_mape", "takes_the_harmonic_mean")
def harmonic_mean(y_true):
    return len(y_true) / (1 / y_true).sum()


@wrong("best_constant_for_mape", "squares_the_percentages")
def least_squared_percentages(y_true):
    return (1 / y_true).sum() / (1 / y_true**2).sum()


@wrong("best_constant_for_mape", "divides_by_the_guess")
def tries_targets_over_guesses(y_true):
    y = y_true.sort().values
    losses = ((y[:, None] - y).abs() / y[:, None].abs()).mean(1)
    return y[losses.argmin()]


@wrong("best_constant_for_mape", "always_says_0")
def nothing_at_all(y_true):
    return torch.tensor(0.0, dtype=y_true.dtype)


@wrong("best_constant_for_mape", "takes_the_middle_of_two")
def median_as_a_quantile(y_true):
    return torch.quantile(y_true, 0.5)


@wrong("best_constant_for_mape", "takes_the_place_nearest_to_half")
def nearest_to_half(y_true):
    y = y_true.sort().values
    w = 1 / y.abs()
    c = w.cumsum(0)
    return y[(c - c[-1] / 2).abs().argmin()]


@wrong("best_constant_for_mape", "looks_up_in_the_unsorted_targets")
def place_in_the_wrong_list(y_true):
    y, _ = y_true.sort()
    w = (1 / y.abs()).cumsum(0)
    return y_true[(w >= w[-1] / 2).int().argmax()]


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


@wrong("largest_rate", "adds_up_the_whole_matrix")
def all_entries(x, y, layers):
    w = (y / x) ** (1 / layers)
    s = x * w ** (layers - 1)
    return 2 / (2 * layers**2 * s**2)


@wrong("largest_rate", "divides_in_place_of_a_root")
def equal_shares(x, y, layers):
    w = y / x / layers
    return 1 / (layers * (x * w ** (layers - 1)) ** 2)


@wrong("largest_rate", "takes_a_square_root_always")
def two_layers_root(x, y, layers):
    w = math.sqrt(y / x)
    return 1 / (layers * (x * w ** (layers - 1)) ** 2)


@wrong("largest_rate", "squares_the_input_only")
def square_of_x_only(x, y, layers):
    w = (y / x) ** (1 / layers)
    return 1 / (layers * x**2 * w ** (layers - 1))


@wrong("largest_rate", "knows_one_and_two")
def both_formulas_of_the_page(x, y, layers):
    return 1 / x**2 if layers == 1 else 1 / (2 * x * y)


# lasso_weight


@wrong("lasso_weight", "raises_all_below_alpha")
def a_minus_forgotten(v, alpha):
    w = torch.zeros_like(v)
    w[v > alpha] = v[v > alpha] - alpha
    w[v < alpha] = v[v < alpha] + alpha
    return w


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


@wrong("lasso_weight", "knows_two_cases_only")
def two_cases(v, alpha):
    return torch.where(v > 0, v - alpha, v + alpha)


@wrong("lasso_weight", "shrinks_by_a_share")
def share_of_v(v, alpha):
    return v * (1 - alpha).clamp(min=0) if torch.is_tensor(alpha) else v * max(0, 1 - alpha)


@wrong("lasso_weight", "always_takes_one_half")
def softshrink_without_alpha(v, alpha):
    return F.softshrink(v)


@wrong("lasso_weight", "moves_the_large_ones_away")
def signs_swapped(v, alpha):
    return torch.where(
        v > alpha, v + alpha, torch.where(v < -alpha, v - alpha, torch.zeros_like(v))
    )


@wrong("lasso_weight", "cuts_after_the_sign")
def bracket_too_late(v, alpha):
    return (v.sign() * (v.abs() - alpha)).clamp(min=0)


@wrong("lasso_weight", "divides_by_the_weight")
def factor_of_v(v, alpha):
    return v * (1 - alpha / v.abs()).clamp(min=0)


@wrong("lasso_weight", "leaves_small_ones")
def small_ones_stay(v, alpha):
    return torch.where(v > alpha, v - alpha, torch.where(v < -alpha, v + alpha, v))


@wrong("lasso_weight", None)
def both_penalties(v, alpha):
    return v.sign() * (v.abs() - alpha).clamp(min=0) / (1 + alpha)


@wrong("lasso_weight", "returns_the_smallest_loss")
def loss_at_the_minimum(v, alpha):
    w = v.sign() * (v.abs() - alpha).clamp(min=0)
    return (w - v) ** 2 / 2 + alpha * w.abs()


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


@wrong("mean_of_log_fit", "makes_one_mean_of_all")
def mean_of_the_table(logs, residuals):
    return torch.expm1(logs[:, None] + residuals).mean()


@wrong("mean_of_log_fit", "takes_the_mean_over_the_forecasts")
def mean_of_the_columns(logs, residuals):
    return torch.expm1(logs[:, None] + residuals).mean(0)


@wrong("mean_of_log_fit", "turns_the_residuals_round")
def residuals_turned_round(logs, residuals):
    return torch.exp(logs) * torch.exp(-residuals).mean() - 1


@wrong("mean_of_log_fit", None)
def half_of_sigma(logs, residuals):
    return torch.exp(logs + residuals.std() / 2) - 1


@wrong("mean_of_log_fit", "subtracts_1_twice")
def one_less_twice(logs, residuals):
    return torch.expm1(logs) * torch.exp(residuals).mean() - 1


@wrong("mean_of_log_fit", "subtracts_1_from_each_factor")
def expm1_of_residuals(logs, residuals):
    return torch.exp(logs) * torch.expm1(residuals).mean() - 1


@wrong("mean_of_log_fit", "stays_with_logarithms")
def shifted_logarithms(logs, residuals):
    return logs + residuals.exp().mean().log()


@wrong("mean_of_log_fit", "assumes_normal_noise + forgets_to_subtract_1")
def normal_noise_of_1_plus_y(logs, residuals):
    return torch.exp(logs + residuals.square().mean() / 2)


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


def unit_differs(y, rmse, r2):
    fitting = ((1 - r2) * y.var(correction=0)).sqrt()
    return abs(rmse - fitting) > 0.01 * fitting


@wrong("judge_report", "allows_a_hundredth_of_the_unit")
def hundredth_of_the_unit(y, rmse, mape, r2, lead):
    f = ((1 - r2) * y.var(correction=0)).sqrt()
    if abs(rmse - f) > 0.01:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "takes_0_for_below_0")
def zero_is_worse(y, rmse, mape, r2, lead):
    if unit_differs(y, rmse, r2):
        return "another unit"
    return "worse than the mean" if r2 <= 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "looks_at_the_lead_before_r2")
def lead_first(y, rmse, mape, r2, lead):
    if unit_differs(y, rmse, r2):
        return "another unit"
    if lead[1] >= 0:
        return "no lead"
    return "worse than the mean" if r2 < 0 else "trust"


@wrong("judge_report", "allows_too_little")
def a_tenth_of_a_per_cent(y, rmse, mape, r2, lead):
    f = ((1 - r2) * y.var(correction=0)).sqrt()
    if abs(rmse - f) > 0.001 * f:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "takes_no_root_of_the_share")
def share_times_std(y, rmse, mape, r2, lead):
    f = (1 - r2) * y.std(correction=0)
    if abs(rmse - f) > 0.01 * f:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "compares_r2_with_r2")
def r2_from_rmse(y, rmse, mape, r2, lead):
    mine = 1 - rmse**2 / y.var(correction=0)
    if abs(mine - r2) > 0.01:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "allows_1_per_cent_of_the_square")
def per_cent_of_the_squares(y, rmse, mape, r2, lead):
    f = (1 - r2) * y.var(correction=0)
    if abs(rmse**2 - f) > 0.01 * f:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", "leaves_no_room_at_0")
def two_sided_without_equals(y, rmse, mape, r2, lead):
    f = ((1 - r2) * y.var(correction=0)).sqrt()
    if not f * 0.99 < rmse < f * 1.01:
        return "another unit"
    return "worse than the mean" if r2 < 0 else "trust" if lead[1] < 0 else "no lead"


@wrong("judge_report", None)
def mape_above_1(y, rmse, mape, r2, lead):
    if unit_differs(y, rmse, r2):
        return "another unit"
    if r2 < 0 or mape > 1:
        return "worse than the mean"
    return "trust" if lead[1] < 0 else "no lead"


test_each_is_known_as_said = wrong.test_of_each()
