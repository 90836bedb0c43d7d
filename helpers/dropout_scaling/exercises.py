"""The exercises of 06_dropout_scaling, in the order of the page."""

import torch
from torch.nn import functional as F

from helpers.teaching.cases import tensor, uniform
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "inverted_dropout",
    "dropout_backward",
    "preactivation_variance",
    "expected_output",
    "test_time_network",
]

SINGLE = {"dtype": torch.float32}
X, WEIGHTS = (0.9, -0.4, 0.7, -0.8), (1.0, 2.0, -1.0, 0.5)
GRADIENT = (0.5, -1.5, 2.0, 0.25)
UNIFORMS = (0.35, 0.1, 0.62, 0.95)


def batch(**how):
    """(3, 5), of both signs."""
    return 4 * uniform(3, 5, seed=1, **how) - 2


MASK = {  # slips in the mask
    "keeps_below_the_rate": (
        "(uniforms >= rate) → (~(uniforms >= rate))",
        "Keeps what should be dropped: a uniform number is below `rate` with probability `rate`.",
    ),
    "keeps_the_other_end": (
        "(uniforms >= rate) → (uniforms < 1 - rate)",
        "As many units are kept as should be, but others: a unit is kept where its number is at least "
        "`rate`, and yours are those below 1 − rate.",
    ),
    "strictly_above": (
        "uniforms >= rate → uniforms > rate",
        "Loses a unit whose number equals the rate: “at least” includes the equal. A uniform number "
        "can be exactly 0, and at rate 0 nothing may be dropped.",
    ),
    "draws_again": (
        "(uniforms >= rate) → (torch.rand_like(uniforms) >= rate)",
        "The mask is drawn anew. Here the random numbers are given, in `uniforms`.",
    ),
}
FACTOR = {  # slips in the factor
    "divides_by_the_rate": (
        "/ (1 - rate) → / rate",
        "Divides by the rate. At 0.5 nobody notices; in general the share that stays is 1 − rate.",
    ),
    "takes_rate_for_keep": (
        "(uniforms >= rate) → (~(uniforms >= rate)); / (1 - rate) → / rate",
        "Takes the rate for the share that is kept, in mask and factor alike: what should be dropped "
        "with probability 0.2 is kept with probability 0.2.",
    ),
    "multiplies": (
        "/ (1 - rate) → * (1 - rate)",
        "Multiplies by 1 − rate. Units are missing, so those that stay must count more: the factor "
        "is 1/(1 − rate), forward and backward.",
    ),
    "divides_twice": (
        "/ (1 - rate) → / (1 - rate) ** 2",
        "Divides by 1 − rate twice. Once makes up for the units that are missing.",
    ),
    "divides_by_the_observed_share": (
        "/ (1 - rate) → / mask.mean()",
        "Divides by the share that this mask happens to keep. One kept of four at rate 0.2 then "
        "counts 4 times, not 1.25 times: the factor is the same for every mask.",
    ),
}


# 1 · inverted_dropout


@exercise(
    cases={
        "values": {
            "rate 0.2": lambda: (tensor(*X), 0.2, tensor(*UNIFORMS), True),
            "rate 0.7": lambda: (tensor(*X), 0.7, tensor(*UNIFORMS), True),
            "evaluation, rate 0.2": lambda: (tensor(*X), 0.2, tensor(*UNIFORMS), False),
        },
        "shapes": {
            "a batch of 3, rate 0.4": lambda: (batch(), 0.4, uniform(3, 5, seed=2), True),
            "float32": lambda: (batch(**SINGLE), 0.3, uniform(3, 5, seed=3, **SINGLE), True),
        },
        "gradient": {
            "through the kept units": lambda: (tensor(*X, grad=True), 0.2, tensor(*UNIFORMS), True)
        },
        "edges": {
            "rate 1": lambda: (tensor(*X), 1.0, tensor(*UNIFORMS), True),
            "no unit stays": lambda: (tensor(*X), 0.96, tensor(*UNIFORMS), True),
            "a uniform equal to the rate": lambda: (
                tensor(*X),
                0.25,
                tensor(0.25, 0.2, 0.8, 0.5),
                True,
            ),
        },
    },
    guards={"rate 1": "at rate 1 nothing is kept, and 1 − rate is 0: return zeros there"},
    hints=[
        "Three questions, one a line: is there anything to do outside training? Which units stay? "
        "By what is a unit that stays divided?",
        "A comparison of `uniforms` with `rate` is a tensor of True and False, and times `x` these "
        "count as 1 and 0. Which comparison is true for the share 1 − rate of all units?",
        "What is 1 − rate at rate 1? Answer that before you divide by it.",
    ],
)
def inverted_dropout(x, rate, uniforms, training):
    """What inverted dropout makes of x; the random numbers are given.

    x, uniforms: floating-point tensors of one shape, the uniforms from 0 to below 1; rate: the
    probability that a unit is dropped, from 0 to 1; training: a bool. A unit is kept where its
    number is at least `rate`. In evaluation nothing happens; at rate 1 nothing is kept: zeros.
    Returns a tensor like x, and leaves x as it is.
    Example: x = [1, 2], rate = 0.2, uniforms = [0.1, 0.6], training = True → [0, 2.5].
    """
    if not training:
        return x
    if rate == 1:
        return torch.zeros_like(x)
    mask = (uniforms >= rate).to(x.dtype)
    return x * mask / (1 - rate)


inverted_dropout.slips(
    **MASK,
    **FACTOR,
    does_not_scale=(
        "x * mask / (1 - rate) → x * mask",
        "Leaves the kept units as they are. Then the mean shrinks to 1 − rate of what evaluation "
        "sends on.",
    ),
    classic_dropout=(
        "x * mask / (1 - rate) → x * mask; return x\n → return x * (1 - rate)\n",
        "This is the classic convention: unscaled in training, times 1 − rate in evaluation. The "
        "inverted one divides by 1 − rate in training and leaves evaluation alone.",
    ),
    scales_twice=(
        "return x\n → return x * (1 - rate)\n",
        "Scales twice: in training, and by 1 − rate in evaluation. In evaluation nothing happens.",
    ),
    scales_in_evaluation=(
        "return x\n → return x / (1 - rate)\n",
        "Scales in evaluation, too, where no unit is missing. There nothing happens.",
    ),
    drops_in_evaluation=(
        "if not training → if False",
        "Drops in evaluation, too: `training` is not used. Without it nothing happens to `x`.",
    ),
    drops_in_evaluation_only=(
        "if not training → if training and rate < 1",
        "Training and evaluation are exchanged: units are dropped in training.",
    ),
)


@inverted_dropout.mistake
def calls_torchs(x, rate, uniforms, training):
    """torch's dropout draws random numbers of its own. Here they are given, so that results can be
    compared."""
    return F.dropout(x, rate, training)


@inverted_dropout.mistake
def writes_into_x(x, rate, uniforms, training):
    """Writes the zeros into the caller's `x`. A product with the mask is a new tensor; no entry of `x`
    needs to change."""
    if not training or rate == 1:
        return torch.zeros_like(x) if training else x
    with torch.no_grad():
        x[uniforms < rate] = 0
    return x / (1 - rate)


# 2 · dropout_backward


@exercise(
    cases={
        "values": {
            "four units, rate 0.2": lambda: (tensor(*GRADIENT), 0.2, tensor(*UNIFORMS)),
            "four units, rate 0.7": lambda: (tensor(*GRADIENT), 0.7, tensor(*UNIFORMS)),
        },
        "shapes": {
            "a batch of 3, rate 0.4": lambda: (batch(), 0.4, uniform(3, 5, seed=4)),
            "float32": lambda: (batch(**SINGLE), 0.3, uniform(3, 5, seed=5, **SINGLE)),
        },
        "edges": {
            "rate 1": lambda: (tensor(*GRADIENT), 1.0, tensor(*UNIFORMS)),
            "a uniform equal to the rate": lambda: (
                tensor(*GRADIENT),
                0.25,
                tensor(0.25, 0.2, 0.8, 0.5),
            ),
        },
    },
    guards={"rate 1": "at rate 1 nothing has come through, and 1 − rate is 0: return zeros there"},
    hints=[
        "In training the layer multiplies each entry by a number that does not depend on the "
        "input. What is the derivative of c·x?",
        "Which two things made up that number in the forward pass? Both come back.",
    ],
)
def dropout_backward(grad_output, rate, uniforms):
    """The loss's gradient with respect to the input of a dropout layer in training.

    grad_output: the gradient with respect to the layer's output, a floating-point tensor; rate,
    uniforms: those of the forward pass in `inverted_dropout`. Returns a tensor like grad_output.
    Example: grad_output = [3, 4], rate = 0.2, uniforms = [0.1, 0.6] → [0, 5].
    """
    if rate == 1:
        return torch.zeros_like(grad_output)
    mask = (uniforms >= rate).to(grad_output.dtype)
    return grad_output * mask / (1 - rate)


dropout_backward.slips(
    **MASK,
    **{name: slip for name, slip in FACTOR.items() if name != "multiplies"},
    undoes_the_scaling=(
        "/ (1 - rate) → * (1 - rate)",
        "Multiplies by 1 − rate, as if backward undid the forward pass. The derivative of c·x is c, "
        "not 1/c.",
    ),
    forgets_the_factor=(
        "mask / (1 - rate) → mask",
        "Forgets the factor. The layer has multiplied kept units by 1/(1 − rate), so the gradient is "
        "multiplied by it, too.",
    ),
    forgets_the_mask=(
        "* mask → * 1",
        "Forgets the mask. A dropped unit has sent 0 whatever its input was: its gradient is 0.",
    ),
    passes_it_on=(
        "grad_output * mask / (1 - rate) → grad_output * 1",
        "Passes the gradient on as it is, as evaluation does. In training it meets the forward "
        "pass's mask and factor again.",
    ),
)


# 3 · preactivation_variance


@exercise(
    cases={
        "values": {
            "the page's vector, rate 0.2": lambda: (tensor(*X), tensor(*WEIGHTS), 0.2),
            "the page's vector, rate 0.8": lambda: (tensor(*X), tensor(*WEIGHTS), 0.8),
        },
        "shapes": {
            "a batch of 3 inputs": lambda: (batch(), tensor(0.3, -1.2, 2.0, 0.7, -0.5), 0.4),
            "one input": lambda: (tensor(1.5), tensor(-2.0), 0.3),
        },
        "edges": {
            "a sum of 0": lambda: (tensor(1.0, -1.0, 0.5, -0.5), tensor(1.0, 1, 1, 1), 0.2),
        },
    },
    hints=[
        "The units are dropped independently: the variance of the sum is the sum of the variances. "
        "So one unit is enough.",
        "One unit sends w·x/(1 − rate) with probability 1 − rate, else 0. Its variance is the mean "
        "of the square less the square of the mean.",
    ],
)
def preactivation_variance(x, w, rate):
    """The variance over all masks of Σ wᵢ·xᵢ after inverted dropout on x.

    x: a floating-point tensor (n,) or (batch, n); w: (n,); rate: from 0 to below 1. Returns one
    variance per input, shape () or (batch,).
    Example: x = [1, 2], w = [1, 1], rate = 0.5 → 5.
    """
    return rate / (1 - rate) * ((w * x) ** 2).sum(-1)


preactivation_variance.slips(
    leaves_the_scaling_out=(
        "rate / (1 - rate) → rate * (1 - rate)",
        "This is the variance without the scaling. Each kept term is divided by 1 − rate, so the "
        "variance is divided by its square.",
    ),
    squares_the_sum=(
        "((w * x) ** 2).sum(-1) → (w * x).sum(-1) ** 2",
        "Squares the sum. The units are dropped one by one: square each term w·x, then add. A sum of "
        "0 has a variance, too.",
    ),
    takes_the_root=(
        "return rate → return (rate; ** 2).sum(-1) → ** 2).sum(-1)) ** 0.5",
        "This is the standard deviation. The variance is its square: leave the root out.",
    ),
    swaps_kept_and_dropped=(
        "rate / (1 - rate) → (1 - rate) / rate",
        "Kept and dropped are swapped: the variance grows with the rate.",
    ),
    mean_of_the_squares=(
        "rate / (1 - rate) → 1 / (1 - rate)",
        "This is the mean of the squares; the variance is that less the square of the mean.",
    ),
    divides_twice=(
        "rate / (1 - rate) → rate / (1 - rate) ** 2",
        "Divides by 1 − rate once too often. A mask entry has variance rate·(1 − rate), and the "
        "square of the factor is 1/(1 − rate)²: one power of 1 − rate cancels.",
    ),
    squares_the_factor=(
        "rate / (1 - rate) → (rate / (1 - rate)) ** 2",
        "The factor rate/(1 − rate) is a variance already. Only w·x is squared.",
    ),
    takes_the_rate=(
        "rate / (1 - rate) → rate",
        "The factor is not the rate alone: kept terms are divided by 1 − rate, and that makes the "
        "sum spread more.",
    ),
    takes_the_variance_of_the_terms=(
        "((w * x) ** 2).sum(-1) → (w * x).var(-1, correction=0) * len(w)",
        "This is how the terms differ from each other. Asked for is how the sum differs from mask to "
        "mask: each term is there or not, so its square counts, not its distance from a mean.",
    ),
    ignores_the_weights=(
        "(w * x) ** 2 → x**2",
        "Leaves the weights out: what is dropped from the sum is w·x, so square that.",
    ),
    does_not_square_the_weights=(
        "(w * x) ** 2 → w * x**2",
        "Only x is squared. What is dropped from the sum is w·x: square both.",
    ),
    takes_the_mean=(".sum(-1) → .mean(-1)", "Takes the mean of the terms; the variances add up."),
    sums_over_the_batch=(
        ".sum(-1) → .sum()",
        "Sums over the batch, too. Each input has its own variance: the last dimension only.",
    ),
)


# 4 · expected_output


@exercise(
    cases={
        "values": {
            "tanh, rate 0.2": lambda: (tensor(*X), tensor(*WEIGHTS), 0.2, torch.tanh),
            "ReLU, rate 0.7": lambda: (tensor(*X), tensor(*WEIGHTS), 0.7, torch.relu),
            "sigmoid, rate 0.5": lambda: (tensor(*X), tensor(*WEIGHTS), 0.5, torch.sigmoid),
        },
        "shapes": {
            "one input": lambda: (tensor(1.5), tensor(-2.0), 0.3, torch.tanh),
            "six inputs": lambda: (
                2 * uniform(6, seed=6) - 1,
                4 * uniform(6, seed=7) - 2,
                0.4,
                torch.sigmoid,
            ),
        },
        "edges": {
            "a square": lambda: (tensor(0.5, -1.0, 2.0), tensor(1.0, 1, 1), 0.2, torch.square),
        },
    },
    hints=[
        "There are 2ⁿ masks. For each one: its probability, its scaled sum, the activation of that "
        "sum. The expectation is the sum of probability times value.",
        "`itertools.product([0.0, 1.0], repeat=n)` gives all masks. How probable is one that keeps k "
        "of n units? Check that the probabilities add up to 1.",
    ],
    level=3,
    minutes=12,
)
def expected_output(x, w, rate, activation):
    """The mean over all masks of activation(Σ mᵢ·wᵢ·xᵢ/(1 − rate)), exactly.

    x, w: floating-point tensors (n,), n at most 12; rate: from 0 to below 1; activation: a function
    of a tensor, entry by entry. Returns a tensor of shape ().
    Example: x = [1], w = [2], rate = 0.5, activation = torch.square → 8.
    """
    n = len(x)
    masks = (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(x.dtype)
    kept = masks.sum(1)
    probability = (1 - rate) ** kept * rate ** (n - kept)
    sums = masks @ (w * x) / (1 - rate)
    return (probability * activation(sums)).sum()


expected_output.slips(
    activation_of_the_mean=(
        "(probability * activation(sums)).sum() → activation((probability * sums).sum())",
        "This is the activation of the mean, f(S). The mean of the activation is something else as "
        "soon as f is not a straight line: apply f to each mask's sum, then average.",
    ),
    equal_probabilities=(
        "(1 - rate) ** kept * rate ** (n - kept) → 0.5**n",
        "Gives every mask the same weight. That is right at rate 0.5 only: a mask is the more "
        "probable, the more of its units have the more probable fate.",
    ),
    swapped_probability=(
        "(1 - rate) ** kept * rate ** (n - kept) → rate**kept * (1 - rate) ** (n - kept)",
        "Kept and dropped are swapped in the probability: a unit is kept with probability 1 − rate.",
    ),
    forgets_the_dropped_units=(
        " * rate ** (n - kept) → ",
        "In the probability only the kept units count. Each dropped one has probability `rate`: the "
        "probabilities must add up to 1.",
    ),
    unscaled_sums=(
        "(w * x) / (1 - rate) → (w * x)",
        "Leaves the scaling out: the sums are those of unscaled dropout. Divide each by 1 − rate "
        "before the activation.",
    ),
    sums_divided_by_the_rate=(
        "(w * x) / (1 - rate) → (w * x) / rate",
        "Divides by the rate in place of 1 − rate. At 0.5 nobody notices; elsewhere the sums' mean "
        "is no longer S.",
    ),
    scales_after_the_activation=(
        "(w * x) / (1 - rate) → (w * x); activation(sums) → activation(sums) / (1 - rate)",
        "Scales after the activation. Here dropout stands before the sum: divide before "
        "`activation` is called.",
    ),
    activation_before_the_sum=(
        "masks @ (w * x) / (1 - rate) → activation(masks * w * x / (1 - rate)).sum(1); "
        "activation(sums) → sums",
        "The activation is applied to each term. It stands behind the sum: one activation a mask.",
    ),
    forgets_the_empty_mask=(
        "torch.arange(2**n) → torch.arange(1, 2**n)",
        "Drops the empty mask. It is a mask like the others, with probability rateⁿ and the sum 0; "
        "an activation such as the sigmoid is not 0 there.",
    ),
    forgets_the_full_mask=(
        "torch.arange(2**n) → torch.arange(2**n - 1)",
        "The mask that keeps every unit is missing: there are 2ⁿ masks.",
    ),
    adds_without_weights=(
        "probability * activation → activation",
        "Adds up over the masks without their probabilities: a mean needs weights that add up to 1.",
    ),
    leaves_out_the_weights=("(w * x) → x", "The sums lack the weights: Σ mᵢ·wᵢ·xᵢ."),
)


# 5 · test_time_network


def matrices(**how):
    """Three weight matrices, (3, 4), (2, 3) and (1, 2)."""
    shapes = ((3, 4), (2, 3), (1, 2))
    return [2 * uniform(*shape, seed=10 + i, **how) - 1 for i, shape in enumerate(shapes)]


@exercise(
    cases={
        "values": {
            "three matrices, rate 0.2": lambda: (matrices(), 0.2),
            "three matrices, rate 0.7": lambda: (matrices(), 0.7),
        },
        "shapes": {
            "one matrix": lambda: (matrices()[:1], 0.4),
            "float32": lambda: (matrices(**SINGLE), 0.3),
        },
    },
    hints=[
        "In training a matrix that follows a dropout has seen inputs of which the share 1 − rate "
        "was there, on average. At test time all are there.",
        "Does a matrix further up have to make up for what a matrix below has made up for already?",
    ],
    minutes=4,
)
def test_time_network(weights, rate):
    """Weights for the test time of a network that was trained with classic, unscaled dropout.

    weights: a list of floating-point matrices, each behind one dropout of probability `rate`, from
    0 to 1. Returns a list of new tensors of the same shapes, such that each layer's input to the
    next has at test time the mean that it had in training (exactly, where the layers are linear).
    Example: weights = [[[1, 2]], [[10]]], rate = 0.2 → [[[0.8, 1.6]], [[8]]].
    """
    return [(1 - rate) * weight for weight in weights]


test_time_network.slips(
    divides_the_weights=(
        "(1 - rate) * weight → weight / (1 - rate)",
        "Divides. In training units were missing, so the sums were too small; at test time, with all "
        "of them, they are too large.",
    ),
    multiplies_by_the_rate=(
        "(1 - rate) → rate",
        "Multiplies by the rate, the share that was dropped. What counts is the share that was there.",
    ),
    divides_by_the_rate=(
        "(1 - rate) * weight → weight / rate",
        "Divides by the rate. The weights have to become smaller, by the share that was there.",
    ),
    changes_nothing=(
        "(1 - rate) * weight → weight.clone()",
        "Returns the weights of training. Then each layer receives 1/(1 − rate) times what it is "
        "used to.",
    ),
    squares_the_factor=(
        "(1 - rate) → (1 - rate) ** 2",
        "The factor is there twice. Each matrix stands behind one dropout, so it counts once.",
    ),
    takes_the_root=(
        "(1 - rate) → (1 - rate) ** 0.5",
        "The root would keep the size of a variance. Asked for is the mean.",
    ),
    piles_up=(
        "(1 - rate) * weight for weight in weights → "
        "(1 - rate) ** i * weight for i, weight in enumerate(weights, 1)",
        "Lets the factor pile up from layer to layer. The layers below are corrected already: each "
        "matrix is scaled once.",
    ),
)


@test_time_network.mistake
def scales_the_first(weights, rate):
    """Scales the first matrix only. Each one stands behind a dropout of its own."""
    return [(1 - rate) * weights[0], *weights[1:]]


@test_time_network.mistake
def scales_the_last(weights, rate):
    """Scales the last matrix only. Each one stands behind a dropout of its own."""
    return [*weights[:-1], (1 - rate) * weights[-1]]


@test_time_network.mistake
def spares_the_first(weights, rate):
    """Leaves the first matrix as it is. Here it, too, stands behind a dropout, one on the inputs."""
    return [weights[0], *((1 - rate) * weight for weight in weights[1:])]


@test_time_network.mistake
def spares_the_last(weights, rate):
    """Leaves the last matrix as it is. It is no different from the others: a dropout stands before it."""
    return [*((1 - rate) * weight for weight in weights[:-1]), weights[-1]]


@test_time_network.mistake
def overwrites_the_weights(weights, rate):
    """Overwrites the weights of training. Training may go on after a test: return new tensors."""
    for weight in weights:
        weight.mul_(1 - rate)
    return weights
