"""Other right answers to the exercises of 12_batch_norm_statistics; check must accept them."""

import torch
from rewriting import rewrite

SAME = {}


@rewrite("diagnose")
def by_two_groups(before, after):
    buffers = {"running_mean", "running_var", "num_batches_tracked"}
    changed = {name for name in before if (before[name] != after[name]).any()}
    words = {
        (False, False): "nothing",
        (False, True): "only watched",
        (True, False): "trained in eval",
        (True, True): "trained",
    }
    return words[bool(changed - buffers), bool(changed & buffers)]


@rewrite("diagnose")
def by_the_count(before, after):
    same = all((before[name] == after[name]).all() for name in ("weight", "bias"))
    more = after["num_batches_tracked"] > before["num_batches_tracked"]
    if same:
        return "only watched" if more else "nothing"
    return "trained" if more else "trained in eval"


@rewrite("batch_norm")
def by_torch(x, gamma, beta, eps):
    return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


@rewrite("batch_norm")
def channels_last(x, gamma, beta, eps):
    rows = x.movedim(1, -1)
    flat = rows.reshape(-1, x.shape[1])
    centred = flat - flat.mean(0)
    scale = torch.rsqrt(centred.square().mean(0) + eps)
    return (centred * scale * gamma + beta).reshape(rows.shape).movedim(-1, 1)


@rewrite("updated_statistics")
def with_lerp(running_mean, running_var, x, momentum):
    return running_mean.lerp(x.mean(0), momentum), running_var.lerp(x.var(0), momentum)


@rewrite("updated_statistics")
def by_a_step(running_mean, running_var, x, momentum):
    n = len(x)
    mean = x.sum(0) / n
    var = ((x - mean) ** 2).sum(0) / (n - 1)
    return running_mean - momentum * (running_mean - mean), running_var + momentum * (
        var - running_var
    )


@rewrite("batch_norm_backward")
def with_the_jacobian(grad_output, x, gamma, eps):
    n = len(x)
    centred = x - x.mean(0)
    scale = (centred.square().mean(0) + eps).sqrt()
    y = centred / scale
    inner = torch.eye(n, dtype=x.dtype)[:, :, None] - 1 / n - y[:, None] * y[None] / n
    by_x = (inner * grad_output[:, None]).sum(0) * gamma / scale
    return by_x, (grad_output * y).sum(0), grad_output.sum(0)


@rewrite("batch_norm_backward")
def step_by_step(grad_output, x, gamma, eps):
    n = x.shape[0]
    mean = x.sum(0) / n
    centred = x - mean
    inverse = 1 / torch.sqrt((centred**2).sum(0) / n + eps)
    by_hat = grad_output * gamma
    by_var = (by_hat * centred).sum(0) * -0.5 * inverse**3
    by_mean = (-by_hat * inverse).sum(0) - 2 * by_var * centred.sum(0) / n
    by_x = by_hat * inverse + by_var * 2 * centred / n + by_mean / n
    return by_x, (grad_output * centred * inverse).sum(0), grad_output.sum(0)


@rewrite("fold_into_linear")
def with_a_diagonal_matrix(weight, bias, gamma, beta, mean, var, eps):
    scale = torch.diag(gamma * torch.rsqrt(var + eps))
    return scale @ weight, scale @ bias + beta - scale @ mean


@rewrite("fold_into_linear")
def transposed(weight, bias, gamma, beta, mean, var, eps):
    deviation = torch.sqrt(var + eps)
    return (weight.T * gamma / deviation).T, beta + gamma * (bias - mean) / deviation
