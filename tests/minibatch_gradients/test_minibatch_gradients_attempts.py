"""Wrong answers that people write, and the names by which they are known."""

import torch
from attempts import Attempts

from helpers.minibatch_gradients import exercises

wrong = Attempts(exercises)


@wrong("full_gradient", "averages_the_averages")
def mean_of_a_stack(batch_gradients, batch_sizes):
    return torch.stack(batch_gradients).mean(dim=0)


@wrong("full_gradient", "adds_the_means")
def accumulates(batch_gradients, batch_sizes):
    total = torch.zeros_like(batch_gradients[0])
    for gradient in batch_gradients:
        total += gradient
    return total


@wrong("full_gradient", "stops_at_the_sum")
def weighted_and_not_divided(batch_gradients, batch_sizes):
    total = 0
    for i in range(len(batch_sizes)):
        total = total + batch_gradients[i] * batch_sizes[i]
    return total


@wrong("full_gradient", "weighs_by_one_over_the_size")
def inverse_weights(batch_gradients, batch_sizes):
    w = 1 / torch.tensor(batch_sizes, dtype=batch_gradients[0].dtype)
    w = w / w.sum()
    return sum(a * g for a, g in zip(w, batch_gradients, strict=True))


@wrong("full_gradient", None)
def softmax_of_sizes(batch_gradients, batch_sizes):
    w = torch.tensor(batch_sizes, dtype=batch_gradients[0].dtype).softmax(0)
    return sum(a * g for a, g in zip(w, batch_gradients, strict=True))


test_each_is_known_as_said = wrong.test_of_each()
