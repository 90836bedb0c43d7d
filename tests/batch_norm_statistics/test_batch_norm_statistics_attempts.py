"""Wrong answers that people write, and the names by which they are known."""

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.batch_norm_statistics import exercises

wrong = Attempts(exercises)


@wrong("diagnose", "looks_at_the_mean_only")
def mean_only(before, after):
    trained = any((before[k] != after[k]).any() for k in ("weight", "bias"))
    watched = (before["running_mean"] != after["running_mean"]).any()
    if trained and watched:
        return "trained"
    if trained:
        return "trained in eval"
    return "only watched" if watched else "nothing"


@wrong("diagnose", "looks_at_the_weight_only")
def weight_only(before, after):
    trained = not torch.equal(before["weight"], after["weight"])
    watched = before["num_batches_tracked"] != after["num_batches_tracked"]
    if watched:
        return "trained" if trained else "only watched"
    return "trained in eval" if trained else "nothing"


@wrong("diagnose", "allows_a_tolerance")
def close_enough(before, after):
    same = {k: torch.allclose(before[k], after[k]) for k in before}
    trained = not (same["weight"] and same["bias"])
    watched = not (same["running_mean"] and same["running_var"] and same["num_batches_tracked"])
    return {
        (True, True): "trained",
        (True, False): "trained in eval",
        (False, True): "only watched",
        (False, False): "nothing",
    }[trained, watched]


@wrong("diagnose", "any_move_is_training")
def anything_moved(before, after):
    if any(not torch.equal(before[k], after[k]) for k in before):
        return "trained"
    return "nothing"


@wrong("diagnose", "all_entries_must_move")
def entry_by_entry(before, after):
    moved = {k: bool((before[k] != after[k]).all()) for k in before}
    trained = moved["weight"] or moved["bias"]
    watched = moved["running_mean"] or moved["running_var"] or moved["num_batches_tracked"]
    if trained:
        return "trained" if watched else "trained in eval"
    return "only watched" if watched else "nothing"


@wrong("diagnose", "every_step_is_training")
def three_words(before, after):
    if any(not torch.equal(before[k], after[k]) for k in ("weight", "bias")):
        return "trained"
    same = torch.equal(before["num_batches_tracked"], after["num_batches_tracked"])
    return "nothing" if same else "only watched"


@wrong("diagnose", "batches_hide_the_step")
def count_first(before, after):
    if before["num_batches_tracked"] != after["num_batches_tracked"]:
        return "only watched"
    same = all(torch.equal(before[k], after[k]) for k in ("weight", "bias"))
    return "nothing" if same else "trained in eval"


@wrong("batch_norm", "unbiased_variance")
def default_variance(x, gamma, beta, eps):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    mean, var = x.mean(dims, keepdim=True), x.var(dims, keepdim=True)
    if x.dim() == 4:
        gamma, beta = gamma[:, None, None], beta[:, None, None]
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta


@wrong("batch_norm", "unbiased_variance + eps_outside_the_root")
def standardised(x, gamma, beta, eps):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    y = (x - x.mean(dims, keepdim=True)) / (x.std(dims, keepdim=True) + eps)
    return y * gamma.view(shape) + beta.view(shape)


@wrong("batch_norm", "eps_outside_the_root")
def eps_behind(x, gamma, beta, eps):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    y = (x - x.mean(dims, keepdim=True)) / (x.std(dims, unbiased=False, keepdim=True) + eps)
    return y * gamma.view(shape) + beta.view(shape)


@wrong("batch_norm", "over_the_batch_only")
def pixel_by_pixel(x, gamma, beta, eps):
    shape = [1, len(gamma)] + [1] * (x.dim() - 2)
    mean = x.mean(dim=0)
    var = ((x - mean) ** 2).mean(dim=0)
    return gamma.reshape(shape) * (x - mean) / (var + eps) ** 0.5 + beta.reshape(shape)


@wrong("batch_norm", "over_the_pixels_only")
def instance_norm(x, gamma, beta, eps):
    if x.dim() == 4:
        return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


@wrong("batch_norm", "over_the_features")
def layer_norm(x, gamma, beta, eps):
    shape = [1, -1] + [1] * (x.dim() - 2)
    y = F.layer_norm(x, x.shape[1:], eps=eps)
    return y * gamma.view(shape) + beta.view(shape)


@wrong("batch_norm", "channels_mixed")
def one_reshape(x, gamma, beta, eps):
    rows = x.reshape(-1, len(gamma))
    y = (rows - rows.mean(0)) / torch.sqrt(rows.var(0, correction=0) + eps)
    return (gamma * y + beta).reshape(x.shape)


@wrong("batch_norm", "unbiased_variance + without_eps")
def plain_std(x, gamma, beta, eps):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    y = (x - x.mean(dims, keepdim=True)) / x.std(dims, keepdim=True)
    return y * gamma.view(shape) + beta.view(shape)


@wrong("batch_norm", None)  # the shapes don't fit; the message says so
def for_columns_only(x, gamma, beta, eps):
    return gamma * (x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt() + beta


@wrong("updated_statistics", "stores_the_biased_variance")
def biased(running_mean, running_var, x, momentum):
    mean = x.mean(0)
    var = ((x - mean) ** 2).mean(0)
    return running_mean.lerp(mean, momentum), running_var.lerp(var, momentum)


@wrong("updated_statistics", "momentum_swapped")
def of_the_assignment(running_mean, running_var, x, momentum):
    running_mean = momentum * running_mean + (1 - momentum) * x.mean(0)
    running_var = momentum * running_var + (1 - momentum) * x.var(0)
    return running_mean, running_var


@wrong("updated_statistics", "stores_the_biased_variance + momentum_swapped")
def keras(running_mean, running_var, x, momentum):
    mean, var = x.mean(0), x.var(0, unbiased=False)
    return (
        running_mean * momentum + mean * (1 - momentum),
        running_var * momentum + var * (1 - momentum),
    )


@wrong("updated_statistics", "in_place")
def writes(running_mean, running_var, x, momentum):
    running_mean.mul_(1 - momentum).add_(momentum * x.mean(0))
    running_var.mul_(1 - momentum).add_(momentum * x.var(0))
    return running_mean, running_var


@wrong("updated_statistics", "in_place")
def by_torch(running_mean, running_var, x, momentum):
    F.batch_norm(x, running_mean, running_var, training=True, momentum=momentum)
    return running_mean, running_var


@wrong("updated_statistics", "around_the_new_mean")
def mean_first(running_mean, running_var, x, momentum):
    mean = running_mean + momentum * (x.mean(0) - running_mean)
    var = ((x - mean) ** 2).sum(0) / (len(x) - 1)
    return mean, (1 - momentum) * running_var + momentum * var


@wrong("updated_statistics", "not_centred")
def mean_of_squares(running_mean, running_var, x, momentum):
    mean, var = x.mean(0), (x**2).mean(0)
    return running_mean.lerp(mean, momentum), running_var.lerp(var, momentum)


@wrong("updated_statistics", "adds_the_spread_of_the_means")
def of_the_mixture(running_mean, running_var, x, momentum):
    away = x.mean(0) - running_mean
    var = (1 - momentum) * running_var + momentum * x.var(0)
    return running_mean + momentum * away, var + momentum * (1 - momentum) * away**2


@wrong("updated_statistics", None)  # a plain mean of old and new, whatever the momentum
def halves(running_mean, running_var, x, momentum):
    return (running_mean + x.mean(0)) / 2, (running_var + x.var(0)) / 2


@wrong("batch_norm_backward", "frozen_statistics")
def like_a_linear_layer(grad_output, x, gamma, eps):
    std = torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    return grad_output * gamma / std, (grad_output * xhat).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", "without_gamma")
def forgets_gamma(grad_output, x, gamma, eps):
    n = x.shape[0]
    std = torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    dgamma, dbeta = (grad_output * xhat).sum(0), grad_output.sum(0)
    dx = (n * grad_output - dbeta - xhat * dgamma) / (n * std)
    return dx, dgamma, dbeta


@wrong("batch_norm_backward", "frozen_variance")
def without_the_scale(grad_output, x, gamma, eps):
    std = torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    dx = gamma * (grad_output - grad_output.mean(0)) / std
    return dx, (grad_output * xhat).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", "means_for_sums")
def mean_gradients(grad_output, x, gamma, eps):
    std = torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    dgamma, dbeta = (grad_output * xhat).mean(0), grad_output.mean(0)
    return gamma * (grad_output - dbeta - xhat * dgamma) / std, dgamma, dbeta


@wrong("batch_norm_backward", "divides_by_the_variance")
def twice_divided(grad_output, x, gamma, eps):
    var = x.var(0, unbiased=False) + eps
    xhat = (x - x.mean(0)) / var.sqrt()
    dx = grad_output - grad_output.mean(0) - xhat * (grad_output * xhat).mean(0)
    return gamma * dx / var, (grad_output * xhat).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", "last_factor_missing")
def one_factor_less(grad_output, x, gamma, eps):
    std = torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    dx = grad_output - grad_output.mean(0) - (grad_output * xhat).mean(0)
    return gamma * dx / std, (grad_output * xhat).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", "half_forgotten")
def twice_the_scale(grad_output, x, gamma, eps):
    std = torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    dx = grad_output - grad_output.mean(0) - 2 * xhat * (grad_output * xhat).mean(0)
    return gamma * dx / std, (grad_output * xhat).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", "own_output_only")
def diagonal(grad_output, x, gamma, eps):
    n, std = len(x), torch.sqrt(x.var(0, unbiased=False) + eps)
    xhat = (x - x.mean(0)) / std
    dx = gamma / std * grad_output * (1 - 1 / n - xhat**2 / n)
    return dx, (grad_output * xhat).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", "centred_not_normalised")
def with_deviations(grad_output, x, gamma, eps):
    std, away = torch.sqrt(x.var(0, unbiased=False) + eps), x - x.mean(0)
    dx = grad_output - grad_output.mean(0) - away * (grad_output * away).mean(0)
    return gamma * dx / std, (grad_output * away / std).sum(0), grad_output.sum(0)


@wrong("batch_norm_backward", None)  # calls autograd, which the message says
def by_autograd(grad_output, x, gamma, eps):
    x, gamma = x.clone().requires_grad_(), gamma.clone().requires_grad_()
    beta = torch.zeros_like(gamma, requires_grad=True)
    y = F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    return torch.autograd.grad(y, (x, gamma, beta), grad_output)


@wrong("fold_into_linear", "bias_not_scaled")
def unscaled_bias(weight, bias, gamma, beta, mean, var, eps):
    s = gamma / torch.sqrt(var + eps)
    return weight * s.unsqueeze(1), bias + beta - mean * s


@wrong("fold_into_linear", "bias_lost")
def as_if_without_bias(weight, bias, gamma, beta, mean, var, eps):
    s = gamma / torch.sqrt(var + eps)
    return torch.diag(s) @ weight, beta - mean * s


@wrong("fold_into_linear", "scales_the_inputs")
def plain_product(weight, bias, gamma, beta, mean, var, eps):
    s = gamma / torch.sqrt(var + eps)
    return weight * s, (bias - mean) * s + beta


@wrong("fold_into_linear", "without_gamma")
def only_standardises(weight, bias, gamma, beta, mean, var, eps):
    s = torch.rsqrt(var + eps)
    return weight * s[:, None], (bias - mean) * s + beta


@wrong("fold_into_linear", "without_eps")
def plain_deviation(weight, bias, gamma, beta, mean, var, eps):
    s = gamma / var.sqrt()
    return weight * s[:, None], (bias - mean) * s + beta


@wrong("fold_into_linear", "gamma_only_for_the_weight")
def standardised_bias(weight, bias, gamma, beta, mean, var, eps):
    std = torch.sqrt(var + eps)
    return weight * (gamma / std)[:, None], (bias - mean) / std + beta


@wrong("fold_into_linear", "without_beta")
def forgets_beta(weight, bias, gamma, beta, mean, var, eps):
    s = gamma / torch.sqrt(var + eps)
    return weight * s[:, None], (bias - mean) * s


@wrong("fold_into_linear", "multiplies_by_the_root")
def times_the_root(weight, bias, gamma, beta, mean, var, eps):
    s = gamma * torch.sqrt(var + eps)
    return weight * s[:, None], (bias - mean) * s + beta


@wrong("fold_into_linear", "mean_added")
def adds_the_mean(weight, bias, gamma, beta, mean, var, eps):
    s = gamma / torch.sqrt(var + eps)
    return weight * s[:, None], (bias + mean) * s + beta


test_each_is_known_as_said = wrong.test_of_each()
test_most_have_a_name = wrong.test_that_most_are_known()
