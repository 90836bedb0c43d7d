"""Other right answers to the exercises of 06_dropout_scaling; check must accept them."""

import itertools
import math

import torch
from rewriting import rewrite

# The last dimension of the masks is dimension 1.
SAME = {"expected_output": ["1 → -1"]}


@rewrite("inverted_dropout")
def fills_what_is_dropped(x, rate, uniforms, training):
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
    keep, parts = 1 - rate, w * x
    return (keep * (parts / keep) ** 2 - parts**2).sum(dim=-1)


@rewrite("expected_output")
def unit_by_unit(x, w, rate, activation):
    sums, shares = torch.zeros(1, dtype=x.dtype), torch.ones(1, dtype=x.dtype)
    for part in w * x:
        sums = torch.cat([sums, sums + part / (1 - rate)])
        shares = torch.cat([shares * rate, shares * (1 - rate)])
    return shares @ activation(sums)


@rewrite("test_time_network")
def less_the_share(weights, rate):
    return [weight - rate * weight for weight in weights]


@rewrite("inverted_dropout")
def where_it_is_kept(x, rate, uniforms, training):
    if not training or rate == 0:
        return x.clone()
    keep = torch.where(uniforms < rate, 0.0, 1.0).to(x.dtype)
    return x * keep * (0.0 if rate == 1 else 1 / (1 - rate))


@rewrite("inverted_dropout")
def a_mask_of_bools_divided_by_a_float(x, rate, uniforms, training):
    if training and rate < 1:
        return x * ((uniforms >= rate) / (1 - rate))  # a float32 on the way
    return 0 * x if training else x


@rewrite("dropout_backward")
def where_it_was_kept(grad_output, rate, uniforms):
    factor = 1 / (1 - rate) if rate < 1 else 0.0
    return torch.where(uniforms < rate, 0, grad_output * factor)


@rewrite("preactivation_variance")
def a_product_of_squares(x, w, rate):
    return x**2 @ w**2 * rate / (1 - rate)


@rewrite("expected_output")
def mask_after_mask(x, w, rate, activation):
    total = torch.zeros((), dtype=x.dtype)
    for mask in itertools.product([0.0, 1.0], repeat=len(x)):
        share = math.prod(1 - rate if m else rate for m in mask)
        total += share * activation((torch.tensor(mask) * w * x).sum() / (1 - rate))
    return total
