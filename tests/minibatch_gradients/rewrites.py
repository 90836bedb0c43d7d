"""Other right answers to the exercises of 07_minibatch_gradients; check must accept them."""

import torch
from rewriting import rewrite


@rewrite("full_gradient")
def as_a_matrix_product(batch_gradients, batch_sizes):
    stacked = torch.stack(list(batch_gradients))
    weights = torch.tensor(batch_sizes, dtype=stacked.dtype)
    return torch.tensordot(weights / weights.sum(), stacked, 1)


@rewrite("full_gradient")
def as_a_running_mean(batch_gradients, batch_sizes):
    mean, seen = torch.zeros_like(batch_gradients[0]), 0
    for gradient, size in zip(batch_gradients, batch_sizes, strict=True):
        seen += size
        mean = mean + (gradient - mean) * size / seen
    return mean
