"""Other right answers to the exercises of 00_start_here; check must accept them."""

import torch
from rewriting import rewrite


@rewrite("central_difference")
def mean_of_both_sides(f, x, h):
    forward, backward = (f(x + h) - f(x)) / h, (f(x) - f(x - h)) / h
    return (forward + backward) / 2


@rewrite("central_difference")
def one_call_for_both_points(f, x, h):
    right, left = f(torch.stack([x + h, x - h]))
    return right.sub(left).mul(0.5 / h)
