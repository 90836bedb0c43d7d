"""The exercises of 07_minibatch_gradients, in the order of the page."""

import torch

from helpers.teaching.cases import normal, scalar, tensor
from helpers.teaching.exercise import exercise

__all__ = ["full_gradient"]


@exercise(
    cases={
        "values": {
            "batches of 3, 3 and 1": lambda: (list(normal(3, 2, seed=7)), [3, 3, 1]),
            "batches of 8 and 5": lambda: ([tensor(1, -2, 0.5), tensor(4.0, 3, -1)], [8, 5]),
        },
        "shapes": {
            "four batches of a matrix": lambda: (list(normal(4, 2, 3, seed=8)), [10, 10, 10, 7]),
            "a single number": lambda: ([scalar(2.0), scalar(-3.0)], [2, 1]),
            "float32": lambda: (list(normal(3, 4, seed=9, dtype=torch.float32)), [6, 6, 1]),
        },
        "edges": {
            "one batch": lambda: ([tensor(3.0, -1)], [5]),
            "equal batches": lambda: (list(normal(3, 2, seed=10)), [4, 4, 4]),
        },
    },
    hints=[
        "A gradient of a mean, times the size of its batch, is the gradient of the *sum* over that "
        "batch. Sums may be added.",
        "How many samples are there in all?",
    ],
    minutes=4,
)
def full_gradient(batch_gradients, batch_sizes):
    """The gradient of the mean loss over all samples, from those of the batches.

    batch_gradients: list of float tensors of one shape, each the gradient of the mean loss over its
    batch, at the same parameters; batch_sizes: list of ints. Returns a tensor of that shape.
    Example: [tensor([1., 0.]), tensor([4., 3.])], [2, 1] → [2., 1.].
    """
    pairs = zip(batch_sizes, batch_gradients, strict=True)
    return sum(size * gradient for size, gradient in pairs) / sum(batch_sizes)


full_gradient.slips(
    averages_the_averages=(
        "size * gradient → gradient; / sum(batch_sizes) → / len(batch_sizes)",
        "A small last batch counts as much as a whole one. Weigh each by its size.",
    ),
    adds_the_means=(
        "size * gradient → gradient; / sum(batch_sizes) → * 1",
        "Adds the batches' means up, as `backward` once a batch does. Weigh, and divide by n.",
    ),
    stops_at_the_sum=(
        "/ sum(batch_sizes) → * 1",
        "This is the gradient of the sum over all samples. Divide by their number.",
    ),
    divides_by_the_number_of_batches=(
        "/ sum(batch_sizes) → / len(batch_sizes)",
        "The weights are right, but the mean is over samples, not over batches.",
    ),
    divides_each_by_its_size=(
        "size * gradient → gradient / size; / sum(batch_sizes) → * 1",
        "The weights are upside down: the gradients are means already, so multiply.",
    ),
    weighs_by_one_over_the_size=(
        "size * gradient → gradient / size; "
        "/ sum(batch_sizes) → / sum(1 / size for size in batch_sizes)",
        "Weights 1/size make the smallest batch loudest. The largest has most samples.",
    ),
    divides_means_by_all_samples=(
        "size * gradient → gradient",
        "Divides by all samples, but does not multiply each mean by its size first.",
    ),
    takes_the_first_size_for_all=(
        "size * gradient → batch_sizes[0] * gradient",
        "Takes every batch to be as large as the first. The last often is not.",
    ),
    keeps_the_last=(
        "return sum → return batch_gradients[-1] * 1 if batch_sizes else sum",
        "Only the last batch is left, as after `zero_grad` inside the loop.",
    ),
)


@full_gradient.mistake
def drops_the_last_if_smaller(batch_gradients, batch_sizes):
    """Leaves an incomplete last batch out, as `drop_last=True` does: its samples belong to the
    mean."""
    pairs = zip(batch_gradients, batch_sizes, strict=True)
    kept = [gradient for gradient, size in pairs if size == batch_sizes[0]]
    return sum(kept) / len(kept)
