"""Wrong answers that people write, and the names by which they are known."""

import pytest
import torch
from attempts import Attempts

from helpers.sample_weights import exercises

attempt = Attempts(exercises)
pytestmark = pytest.mark.filterwarnings("ignore")


@attempt("weighted_gradient", "takes_the_mean_over_samples")
def mean_of_products(losses, weights, parameters):
    loss = torch.mean(losses * weights)
    return list(torch.autograd.grad(loss, parameters))


@attempt("weighted_gradient", "divides_by_the_weights")
def weighted_average(losses, weights, parameters):
    total = sum(w * loss for w, loss in zip(weights, losses, strict=True))
    return torch.autograd.grad(total / sum(weights), parameters)


@attempt("weighted_gradient", "calls_backward_with_weights")
def by_backward(losses, weights, parameters):
    (losses * weights).sum().backward()
    return [p.grad for p in parameters]


@attempt("weighted_gradient", "adds_up_before_weighting")
def outer_product(losses, weights, parameters):
    total = (weights.view(-1, 1) * losses.view(1, -1)).sum()
    return list(torch.autograd.grad(total, parameters))


@attempt("weighted_gradient", "takes_the_size_of_the_weights")
def absolute(losses, weights, parameters):
    return torch.autograd.grad(torch.dot(losses, torch.abs(weights)), parameters)


@attempt("weighted_gradient", "lets_no_weight_be_negative")
def clamped(losses, weights, parameters):
    loss = (losses * torch.relu(weights)).sum()
    return torch.autograd.grad(loss, parameters)


@attempt("weighted_gradient", "starts_without_weights")
def unweighted_vector(losses, weights, parameters):
    return [torch.autograd.grad(losses, p, retain_graph=True)[0] for p in parameters]


@attempt("weighted_gradient", "scales_the_weights_to_mean_1")
def normalised(losses, weights, parameters):
    weights = weights * len(weights) / weights.sum()
    return torch.autograd.grad((weights * losses).sum(), parameters)


@attempt("weighted_gradient", "weighs_the_parameters")
def zip_of_weights(losses, weights, parameters):
    g = torch.autograd.grad(losses.sum(), parameters)
    return [w * gi for w, gi in zip(weights, g, strict=False)]


@attempt("weighted_gradient", "takes_the_mean_over_samples + ignores_the_weights")
def plain_mean(losses, weights, parameters):
    return torch.autograd.grad(losses.mean(), parameters)


@attempt("weighted_gradient", "calls_backward_on_the_mean")
def backward_of_the_mean(losses, weights, parameters):
    loss = (losses * weights).mean()
    loss.backward()
    return [p.grad for p in parameters]


@attempt("weighted_gradient", None)
def softmax_of_weights(losses, weights, parameters):
    loss = (losses * torch.softmax(weights, 0)).sum()
    return torch.autograd.grad(loss, parameters)


@attempt("weighted_gradient", "frees_the_graph_of_the_losses")
def sample_by_sample(losses, weights, parameters):
    total = [0 for _ in parameters]
    for loss, w in zip(losses, weights, strict=True):
        for i, g in enumerate(torch.autograd.grad(loss, parameters)):
            total[i] += w * g
    return total


@attempt("weighted_gradient", "fills_grad_of_the_parameters")
def backward_of_the_sum(losses, weights, parameters):
    (weights * losses).sum().backward()


test_each_is_known_as_said = attempt.test_of_each()
