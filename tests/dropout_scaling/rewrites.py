"""Other right answers to the exercises of 06_dropout_scaling; check must accept them."""

import torch
from rewriting import rewrite


def _refuse(rate, **tensors):
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise TypeError(name)
    if not 0 <= rate <= 1:
        raise ValueError(rate)


@rewrite("inverted_dropout")
def fills_what_is_dropped(x, rate, uniforms, training):
    _refuse(rate, x=x, uniforms=uniforms)
    if uniforms.shape != x.shape:
        raise ValueError
    if not training:
        return x.clone()
    scaled = x / (1 - rate) if rate < 1 else x
    return scaled.masked_fill(uniforms < rate, 0) if rate < 1 else torch.zeros_like(x)


@rewrite("dropout_backward")
def through_autograd(grad_output, rate, uniforms):
    x = torch.ones_like(grad_output, requires_grad=True)
    y = fills_what_is_dropped(x, rate, uniforms, True)
    if not y.requires_grad:
        return y
    return torch.autograd.grad(y, x, grad_output)[0]


@rewrite("preactivation_variance")
def second_moment_less_squared_mean(x, w, rate):
    _refuse(rate, x=x, w=w)
    keep = 1 - rate
    if keep == 0:
        return torch.zeros_like(x[..., 0])
    parts = w * x
    return (keep * (parts / keep) ** 2 - parts**2).sum(dim=-1)


@rewrite("expected_output")
def unit_by_unit(x, w, rate, activation):
    _refuse(rate, x=x, w=w)
    sums, shares = torch.zeros(1, dtype=x.dtype), torch.ones(1, dtype=x.dtype)
    for part in w * x:
        kept = sums + (part / (1 - rate) if rate < 1 else 0)
        sums = torch.cat([sums, kept])
        shares = torch.cat([shares * rate, shares * (1 - rate)])
    return shares @ activation(sums)


@rewrite("test_time_network")
def less_the_share(weights, rate):
    _refuse(rate, **{f"layer {i}": weight for i, weight in enumerate(weights)})
    return [weight - rate * weight for weight in weights]
