"""Other right answers to the exercises of 15_sample_weights; check must accept them."""

import torch
from rewriting import rewrite


@rewrite("weighted_gradient")
def of_the_dot_product(losses, weights, parameters):
    return torch.autograd.grad(losses @ weights, parameters)


@rewrite("weighted_gradient")
def sample_by_sample(losses, weights, parameters):
    gradients = [torch.autograd.grad(loss, parameters, retain_graph=True) for loss in losses]
    return [
        sum(w * g for w, g in zip(weights, column, strict=True))
        for column in zip(*gradients, strict=True)
    ]
