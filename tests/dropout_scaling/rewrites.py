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


@rewrite("expected_output")
def unit_by_unit(x, w, rate, activation):
    sums, shares = torch.zeros(1, dtype=x.dtype), torch.ones(1, dtype=x.dtype)
    for part in w * x:
        sums = torch.cat([sums, sums + part / (1 - rate)])
        shares = torch.cat([shares * rate, shares * (1 - rate)])
    return shares @ activation(sums)


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


@rewrite("expected_output")
def mask_after_mask(x, w, rate, activation):
    total = torch.zeros((), dtype=x.dtype)
    for mask in itertools.product([0.0, 1.0], repeat=len(x)):
        share = math.prod(1 - rate if m else rate for m in mask)
        total += share * activation((torch.tensor(mask) * w * x).sum() / (1 - rate))
    return total


@rewrite("best_weights")
def least_squares_with_one_more_row_a_weight(inputs, targets, rate):
    rows = (rate / (1 - rate)) ** 0.5 * torch.diag(inputs.norm(dim=0))
    more = torch.cat([inputs, rows]), torch.cat([targets, torch.zeros(len(rows)).double()])
    return torch.linalg.lstsq(more[0], more[1][:, None]).solution[:, 0]


@rewrite("best_weights")
def matrix_with_a_larger_diagonal(inputs, targets, rate):
    matrix = inputs.T @ inputs
    matrix = matrix + torch.diag(torch.diag(matrix)) * (1 / (1 - rate) - 1)
    return torch.inverse(matrix) @ (targets @ inputs)


@rewrite("diagnose")
def by_ratios(x, training, evaluation, rate):
    x, training, evaluation = (v[x != 0] for v in (x, training, evaluation))
    after = evaluation / x
    if after.min() == 0:
        return "left on"
    factor = (training / x).max()
    names = {1 / (1 - rate): "inverted", 1.0: "classic", 1 / rate: "keep as rate"}
    name = names[min(names, key=lambda known: abs(known - factor))]
    unchanged = abs(after[0] - 1) < 1e-9
    wrong = {("inverted", False): "scaled twice", ("classic", True): "never scaled"}
    return wrong.get((name, bool(unchanged)), name)
