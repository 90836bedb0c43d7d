"""The exercises of 15_sample_weights, in the order of the page."""

import torch
from torch.autograd import grad

from helpers.teaching.cases import LEFT_ALONE, leaf, normal, tensor
from helpers.teaching.exercise import exercise

__all__ = ["weighted_gradient"]


def four_points(*weights, dtype=torch.float64, stale=False):
    w = leaf(0.5, stale=stale, dtype=dtype)
    x, t = tensor(1.0, 2.0, 3.0, 4.0, dtype=dtype), tensor(2.0, 1.5, 5.0, 3.0, dtype=dtype)
    return (w * x - t) ** 2, tensor(*weights, dtype=dtype), [w]


def five_rows():
    weight, bias = leaf([0.3, -0.2], [0.5, 0.1], [-0.4, 0.6]), leaf(0.1, -0.3, 0.2)
    scores = normal(5, 2) @ weight.T + bias
    target = torch.tensor([0, 2, 1, 1, 0])
    losses = torch.nn.functional.cross_entropy(scores, target, reduction="none")
    return losses, tensor(0.5, 2.0, 1.0, 0.25, 3.0), [weight, bias]


def one_sample():
    w = leaf(1.0, -2.0)
    return (w * tensor(3.0, 0.5)).sum().reshape(1) ** 2, tensor(4.0), [w]


@exercise(
    cases={
        "values": {
            "four points": lambda: four_points(1.0, 3.0, 0.5, 2.0),
            "five rows, weight and bias": lambda: five_rows(),
            "float32": lambda: four_points(1.0, 3.0, 0.5, 2.0, dtype=torch.float32),
        },
        "shapes": {"a single loss": lambda: one_sample()},
        "edges": {
            "a weight of 0": lambda: four_points(1.0, 3.0, 0.0, 2.0),
            "a weight below 0": lambda: four_points(1.0, -3.0, 0.5, 2.0),
            ".grad holds 7 from an earlier pass": lambda: four_points(
                1.0, 3.0, 0.5, 2.0, stale=True
            ),
        },
    },
    guards=LEFT_ALONE,
    hints=[
        "Σ wᵢ·ℓᵢ has the gradient Σ wᵢ·∇ℓᵢ: a weight for each row of the Jacobian of the losses.",
        "Which argument of `torch.autograd.grad` weighs the rows? It takes the losses as they are.",
    ],
    level=1,
    minutes=5,
)
def weighted_gradient(losses, weights, parameters):
    """The gradient of Σ wᵢ·ℓᵢ in each parameter.

    losses ℓ, weights w: tensors of shape (n,), weights of any sign; parameters: a list of leaves.
    Returns a list of gradients, one for each parameter. Every .grad stays as it was.
    Example: ℓ = (p, p²), p = 3, w = (2, 10) → [2·1 + 10·6] = [62].
    """
    return list(torch.autograd.grad(losses, parameters, grad_outputs=weights))


WEIGHTED = "(losses, parameters, grad_outputs=weights)"


weighted_gradient.slips(
    takes_the_mean_over_samples=(
        "=weights → =weights / len(losses)",
        "This is divided by the number of samples. Σ wᵢ·ℓᵢ is a sum; `mean` makes the step n times "
        "shorter.",
    ),
    divides_by_the_weights=(
        "=weights → =weights / weights.sum()",
        "This is divided by Σ wᵢ, so that doubling all weights changes nothing. Asked for is the plain "
        "weighted sum.",
    ),
    scales_the_weights_to_mean_1=(
        "=weights → =weights / weights.mean()",
        "The weights are scaled to a mean of 1, so that only their ratios count. Asked for is the "
        "plain weighted sum.",
    ),
    adds_up_before_weighting=(
        "=weights → =weights.sum() * torch.ones_like(losses)",
        "Every sample has the same weight, Σ wᵢ: the losses are added up before the weights come, or "
        "a column meets a row.",
    ),
    averages_before_weighting=(
        "=weights → =weights.mean() * torch.ones_like(losses)",
        "Averaged before the weights come: every sample has the same weight, the mean of all.",
    ),
    weights_twice=(
        "=weights → =weights**2",
        "The weights count twice, squared: once in the loss and once in `grad_outputs`.",
    ),
    ignores_the_weights=(
        "=weights → =torch.ones_like(losses)",
        "The weights are not used: this is the gradient of the plain sum.",
    ),
    lets_no_weight_be_negative=(
        "=weights → =weights.clamp(min=0)",
        "A weight below 0 counts as well: its sample is moved away from. Don't clamp it.",
    ),
    takes_the_size_of_the_weights=(
        "=weights → =weights.abs()",
        "A weight below 0 counts with its sign: its sample is moved away from.",
    ),
    starts_without_weights=(
        f"{WEIGHTED} → (losses, parameters)",
        "This starts from n losses, and torch won't guess how much each counts. Say so with "
        "`grad_outputs`.",
    ),
    forgets_to_add_up=(
        f"{WEIGHTED} → (weights * losses, parameters)",
        "`weights * losses` are still n numbers, and torch differentiates one: add them up.",
    ),
)


@weighted_gradient.mistake
def frees_the_graph_of_the_losses(losses, weights, parameters):
    """The first sample's call frees the graph. Keep it with `retain_graph=True`, or weigh all
    samples in one call."""
    return [w * grad(loss, parameters)[0] for w, loss in zip(weights, losses, strict=True)][:1]


@weighted_gradient.mistake
def weighs_the_parameters(losses, weights, parameters):
    """A weight belongs to a sample, and not to a parameter: weigh before the losses are added."""
    return [w * g for w, g in zip(weights, grad(losses.sum(), parameters), strict=False)]


@weighted_gradient.mistake
def fills_grad_of_the_parameters(losses, weights, parameters):
    """`backward` returns nothing: it adds to `.grad`, which must stay as it was. Let
    `torch.autograd.grad` return the gradients."""
    losses.backward(weights)


@weighted_gradient.mistake
def calls_backward_on_the_mean(losses, weights, parameters):
    """The mean divides by n, where a sum is asked for; and `backward` adds to `.grad`, which must
    stay as it was."""
    (losses * weights).mean().backward()
    return [p.grad for p in parameters]


@weighted_gradient.mistake
def calls_backward_with_weights(losses, weights, parameters):
    """`backward` adds the right gradients to `.grad`, which must stay as it was. Let
    `torch.autograd.grad(…, grad_outputs=…)` return them."""
    losses.backward(weights)
    return [p.grad for p in parameters]
