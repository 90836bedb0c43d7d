"""The exercises of 06_dropout_scaling, in the order of the page."""

import torch

from helpers.teaching.cases import normal, tensor, uniform
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "inverted_dropout",
    "best_weights",
    "expected_output",
    "diagnose",
    "dropout_backward",
]

SINGLE = {"dtype": torch.float32}
X, WEIGHTS = (0.9, -0.4, 0.7, -0.8), (1.0, 2.0, -1.0, 0.5)
GRADIENT = (0.5, -1.5, 2.0, 0.25)
UNIFORMS, EQUAL = (0.35, 0.1, 0.62, 0.95), (0.25, 0.2, 0.8, 0.5)  # one equals the rate 0.25


def spread(*shape, seed=1, **how):
    """Numbers from −2 to 2."""
    return 4 * uniform(*shape, seed=seed, **how) - 2


# Slips in the mask, and in the factor.
MASK = """
    keeps_below_the_rate: uniforms >= rate → uniforms < rate
    # Keeps what should be dropped: a uniform number is below `rate` with probability `rate`.
    keeps_up_to_the_rate: (uniforms >= rate) → (uniforms <= rate)
    # The comparison is turned round: the units with small numbers stay, and they should go.
    keeps_the_other_end: (uniforms >= rate) → (uniforms < 1 - rate)
    # The right number of units is kept, but the wrong ones: keep where `uniforms` ≥ `rate`.
    strictly_above: uniforms >= rate → uniforms > rate
    # Loses a unit whose number equals the rate: “at least” includes the equal. Write `>=`.
    draws_again: (uniforms >= rate) → (torch.rand_like(uniforms) >= rate)
    # The mask is drawn anew. Here the random numbers are given, in `uniforms`.
"""
FACTOR = """
    divides_by_the_rate: / (1 - rate) → / rate
    # Divides by the rate. At 0.5 nobody notices; in general the share that stays is 1 − rate.
    takes_rate_for_keep: uniforms >= rate → uniforms < rate; / (1 - rate) → / rate
    # Takes the rate for the share that is kept, in mask and factor. It is the share dropped.
    divides_twice: / (1 - rate) → / (1 - rate) ** 2
    # Divides by 1 − rate twice. Once makes up for the units that are missing.
    divides_by_the_observed_share: / (1 - rate) → / mask.mean()
    # Divides by the share this mask happens to keep. The factor is 1/(1 − rate) for every mask.
    takes_the_root: / (1 - rate) → / (1 - rate) ** 0.5
    # Divides by the root of 1 − rate. The factor that keeps a unit's mean is 1/(1 − rate) itself.
    adds_the_rate: / (1 - rate) → * (1 + rate)
    # Multiplies by 1 + rate. At 0.5 half of the units stay and count twice: divide by 1 − rate.
"""


# 1 · inverted_dropout


@exercise(
    cases={
        "values": {
            "rate 0.2": lambda: (tensor(*X), 0.2, tensor(*UNIFORMS), True),
            "rate 0.7": lambda: (tensor(*X), 0.7, tensor(*UNIFORMS), True),
            "evaluation, rate 0.2": lambda: (tensor(*X), 0.2, tensor(*UNIFORMS), False),
        },
        "shapes": {
            "a batch of 3, rate 0.4": lambda: (spread(3, 5), 0.4, uniform(3, 5, seed=2), True),
            "float32": lambda: (spread(3, 5, **SINGLE), 0.3, uniform(3, 5, seed=3, **SINGLE), True),
        },
        "gradient": {
            "through the kept units": lambda: (tensor(*X, grad=True), 0.2, tensor(*UNIFORMS), True)
        },
        "edges": {
            "rate 1": lambda: (tensor(*X), 1.0, tensor(*UNIFORMS), True),
            "no unit stays": lambda: (tensor(*X), 0.96, tensor(*UNIFORMS), True),
            "a uniform equal to the rate": lambda: (tensor(*X), 0.25, tensor(*EQUAL), True),
        },
    },
    guards={
        "rate 1": "at rate 1 nothing is kept, and 1 − rate is 0: return zeros there",
        "no unit stays": "where a mask keeps no unit at all, zeros are asked for",
    },
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

    x, uniforms: floating-point tensors of one shape, the uniforms from 0 to
    below 1; rate: the probability that a unit is dropped, from 0 to 1;
    training: a bool. A unit is kept where its number is at least `rate`. In
    evaluation nothing happens; at rate 1 nothing is kept: zeros.
    Returns a tensor like x, through which gradients flow. x stays as it is.
    Example: x = [1, 2], rate = 0.2, uniforms = [0.1, 0.6], training = True →
    [0, 2.5].
    """
    if not training:
        return x
    if rate == 1:
        return torch.zeros_like(x)
    mask = (uniforms >= rate).to(x.dtype)
    return x * mask / (1 - rate)


inverted_dropout.slips(
    MASK,
    FACTOR,
    r"""
    multiplies: / (1 - rate) → * (1 - rate)
    # Multiplies by 1 − rate. Units are missing, so the others must count more: divide by it.
    only_masks: if not training:\n        return x\n    if rate → if rate; mask / (1 - rate) → mask
    # Only the mask is there. Divide the kept units by 1 − rate, and in evaluation return `x`.
    does_not_scale: x * mask / (1 - rate) → x * mask
    # Leaves the kept units as they are. Then the mean shrinks to 1 − rate of that in evaluation.
    classic_dropout: x * mask / (1 - rate) → x * mask; return x\n → return x * (1 - rate)\n
    # This is the classic convention. The inverted one divides in training, and only there.
    scales_twice: return x\n → return x * (1 - rate)\n
    # Scales twice: in training, and by 1 − rate in evaluation. In evaluation nothing happens.
    scales_in_evaluation: return x\n → return x / (1 - rate)\n
    # Scales in evaluation, too, where no unit is missing. There nothing happens.
    drops_in_evaluation: if not training:\n        return x\n    if rate → if rate
    # Drops in evaluation, too: `training` is not used. Without it nothing happens to `x`.
    drops_in_evaluation_only: if not training → if training
    # Training and evaluation are exchanged: units are dropped in training.
    compares_the_inputs: (uniforms >= rate) → (x >= rate)
    # Compares `x` with the rate. Chance decides which units stay, so compare `uniforms`.
    keeps_the_dropped: x * mask / (1 - rate) → torch.where(mask > 0, x / (1 - rate), x)
    # The dropped units still have their values. A dropped unit becomes 0.
    removes_the_dropped: x * mask / (1 - rate) → x[mask > 0] / (1 - rate)
    # Removes the dropped units. They stay in their places, as zeros.
    calls_torchs: … → return torch.dropout(x, rate, training)
    # torch's dropout draws its own random numbers. Here they are given, to compare results.
    writes_into_x: return x * mask → x.data *= mask\n    return x
    # Writes the zeros into the caller's `x`. A product with the mask is a new tensor.
    one_mask_for_all_rows: (uniforms >= rate)
        → (uniforms.reshape(-1, x.shape[-1])[0].expand_as(x) >= rate)
    # Uses the first row's mask for all rows. Each entry of `x` has a number in `uniforms`.
    drops_a_fixed_number: (uniforms >= rate)
        → (uniforms.flatten().argsort().argsort().view_as(x) >= round(rate * x.numel()))
    # Always drops the share `rate` of the units. Each unit is kept or not by its own number.
""",
)


# 2 · best_weights


@exercise(
    cases={
        "values": {
            "three inputs, rate 0.2": lambda: (normal(8, 3, seed=1), normal(8, seed=2), 0.2),
            "three inputs, rate 0.7": lambda: (normal(8, 3, seed=1), normal(8, seed=2), 0.7),
            "inputs of different sizes": lambda: (
                normal(6, 2, seed=3) * tensor(3.0, 0.5),
                normal(6, seed=4),
                0.4,
            ),
        },
        "shapes": {"one input": lambda: (tensor([2.0], [-1.0]), tensor(3.0, 1.0), 0.3)},
        "edges": {
            "the same input twice": lambda: (tensor([1.0, 1.0], [2.0, 2.0]), tensor(2.0, 1), 0.3)
        },
    },
    guards={"the same input twice": "the best weights are unique where least squares has many"},
    hints=[
        "Use (1.1) for each example. Which two terms does it give, if the mean of S̃ is S?",
        "(2.2) gives the second term. Added over the examples, it is a multiple of Σᵢ wᵢ²·aᵢ. What is "
        "aᵢ?",
        "Set the derivative by each wᵢ to 0. That gives linear equations in w: `torch.linalg.solve`.",
    ],
    level=3,
    minutes=15,
)
def best_weights(inputs, targets, rate):
    """The best weights w of linear regression with dropout on its inputs.

    They minimise the mean over all masks of Σₙ (S̃ₙ − yₙ)², with inverted
    dropout: S̃ₙ = Σᵢ mᵢ·wᵢ·xₙᵢ/(1 − rate). Each example n has masks of its
    own, and there is no bias.
    inputs: float64 tensor (N, d), the xₙᵢ; targets: float64 tensor (N,), the
    yₙ; rate: above 0 and below 1. Returns w as a tensor (d,).
    Example: inputs = [[1, 1]], targets = [2], rate = 0.5 → [0.6667, 0.6667].
    """
    gram = inputs.T @ inputs
    penalty = rate / (1 - rate) * gram.diagonal().diag()
    return torch.linalg.solve(gram + penalty, inputs.T @ targets)


best_weights.slips("""
    plain_least_squares: gram + penalty → gram
    # This is plain least squares. The sum also varies from mask to mask: that costs, too.
    takes_the_rate: rate / (1 - rate) → rate
    # The penalty's factor is not the rate alone: dividing by 1 − rate makes the sum vary more.
    variance_without_the_scaling: rate / (1 - rate) → rate * (1 - rate)
    # Each kept term is divided by 1 − rate, so the variance is divided by its square.
    swaps_kept_and_dropped: rate / (1 - rate) → (1 - rate) / rate
    # Kept and dropped are swapped: your penalty shrinks as the rate grows.
    divides_twice: rate / (1 - rate) → rate / (1 - rate) ** 2
    # Divides once too often: a mask's variance rate·(1 − rate) is divided by (1 − rate)².
    same_penalty_for_all: gram.diagonal().diag() → torch.eye(len(gram), dtype=gram.dtype)
    # This is ridge regression. Here w·x is dropped, so a weight pays for the size of its inputs.
    squares_the_sum: gram.diagonal().diag() → gram
    # Units are dropped one by one: square each term w·x, not their sum.
    penalty_of_one_example: gram.diagonal().diag() → gram.diagonal().diag() / len(inputs)
    # The penalty takes the mean of the examples, the error their sum. Use the sum for both.
    classic_dropout: inputs.T @ targets) → inputs.T @ targets) / (1 - rate)
    # These weights make up for missing terms. The kept terms are divided by 1 − rate already.
    half_the_penalty: rate / (1 - rate) → rate / (1 - rate) / 2
    # Half the penalty. Error and variance both have a 2 in their derivatives: it cancels.
    twice_the_penalty: rate / (1 - rate) → 2 * rate / (1 - rate)
    # Twice the penalty. Error and variance both have a 2 in their derivatives: it cancels.
    mean_of_the_square: rate / (1 - rate) → 1 / (1 - rate)
    # 1/(1 − rate) is a scaled mask entry's mean square. Its variance is 1 less.
    subtracts_the_penalty: gram + penalty → gram - penalty
    # Subtracts the penalty. The variance is added to the error, so it makes the matrix larger.
    sums_before_squaring: gram.diagonal().diag() → inputs.sum(0).square().diag()
    # Each example has masks of its own, so variances are added: square first, then add up.
    weights_one_by_one: torch.linalg.solve(gram + penalty, inputs.T @ targets)
        → inputs.T @ targets / (gram + penalty).diagonal()
    # Fits each weight alone. The other terms are in the same sum: solve all equations together.
    penalty_in_every_row: gram.diagonal().diag() → gram.diagonal()
    # Adds the penalties to every row. That of wᵢ is on the diagonal only: `torch.diag`.
    size_of_all_inputs: gram.diagonal().diag()
        → gram.trace() * torch.eye(len(gram), dtype=gram.dtype)
    # Each weight pays for the size of all inputs. It pays for its own input only.
    subtracts_the_means: gram.diagonal().diag() → (len(inputs) * inputs.var(0, correction=0)).diag()
    # The mask varies here, not the example: each example adds the square of its own input.
    shrinks_the_weights: return torch → return (1 - rate) * torch
    # Multiplies the weights by 1 − rate at the end. Inverted dropout changes nothing there.
""")


# 3 · expected_output


@exercise(
    cases={
        "values": {
            "tanh, rate 0.2": lambda: (tensor(*X), tensor(*WEIGHTS), 0.2, torch.tanh),
            "ReLU, rate 0.7": lambda: (tensor(*X), tensor(*WEIGHTS), 0.7, torch.relu),
            "sigmoid, rate 0.5": lambda: (tensor(*X), tensor(*WEIGHTS), 0.5, torch.sigmoid),
        },
        "shapes": {
            "one input": lambda: (tensor(1.5), tensor(-2.0), 0.3, torch.tanh),
            "six inputs": lambda: (spread(6, seed=6) / 2, spread(6, seed=7), 0.4, torch.sigmoid),
        },
        "edges": {
            "a square": lambda: (tensor(0.5, -1.0, 2.0), tensor(1.0, 1, 1), 0.2, torch.square),
            "rate 0": lambda: (tensor(*X), tensor(*WEIGHTS), 0.0, torch.tanh),
        },
    },
    guards={"rate 0": "at rate 0 the mask that keeps all has probability 1, and the others have 0"},
    hints=[
        "There are 2ⁿ masks, few enough to go through all of them; random ones give an estimate only. "
        "For each mask: its probability, its scaled sum, the activation of that sum. The mean is the "
        "sum of probability times value.",
        "`itertools.product([0.0, 1.0], repeat=n)` gives all masks. How probable is one that keeps k "
        "of n units? Check that the probabilities add up to 1.",
    ],
    level=2,
    minutes=8,
)
def expected_output(x, w, rate, activation):
    """The mean over all masks of activation(Σ mᵢ·wᵢ·xᵢ/(1 − rate)), exactly.

    x, w: floating-point tensors (n,), n at most 12; rate: from 0 to below 1;
    activation: a function of a tensor, entry by entry. Returns a tensor of
    shape ().
    Example: x = [1], w = [2], rate = 0.5, activation = torch.square → 8.
    """
    n = len(x)
    masks = (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(x.dtype)
    kept = masks.sum(1)
    probability = (1 - rate) ** kept * rate ** (n - kept)
    sums = masks @ (w * x) / (1 - rate)
    return (probability * activation(sums)).sum()


expected_output.slips(r"""
    activation_of_the_mean: (probability * activation(sums)).sum()
        → activation((probability * sums).sum())
    # This is f(S), the activation of the mean. Apply f to each mask's sum, then average.
    equal_probabilities: (1 - rate) ** kept * rate ** (n - kept) → 0.5**n
    # Gives every mask the same weight, which is right at rate 0.5 only. Use its probability.
    swapped_probability: (1 - rate) ** kept * rate ** (n - kept)
        → rate**kept * (1 - rate) ** (n - kept)
    # Kept and dropped are swapped in the probability: a unit is kept with probability 1 − rate.
    forgets_the_dropped_units: * rate ** (n - kept) →
    # Only the kept units count in this probability. Multiply by `rate` for each dropped one.
    unscaled_sums: (w * x) / (1 - rate) → (w * x)
    # These are the sums of unscaled dropout. Divide each by 1 − rate before the activation.
    sums_divided_by_the_rate: (w * x) / (1 - rate) → (w * x) / rate
    # Divides by the rate, not by 1 − rate. Except at 0.5 the sums' mean is no longer S.
    scales_after_the_activation: (w * x) / (1 - rate) → (w * x); activation(sums)
        → activation(sums) / (1 - rate)
    # Scales after the activation. Dropout stands before the sum: divide first.
    activation_before_the_sum: masks @ (w * x) / (1 - rate)
        → activation(masks * w * x / (1 - rate)).sum(1); activation(sums) → sums
    # The activation is applied to each term. It stands behind the sum: one activation a mask.
    activates_single_terms: … → return (1 - rate) * activation(w * x / (1 - rate)).sum()
    # The activation is applied to each kept term. It stands behind the sum: one for each mask.
    forgets_the_empty_mask: torch.arange(2**n) → torch.arange(1, 2**n)
    # Drops the empty mask. It has probability rateⁿ and the sum 0, where f may not be 0.
    forgets_the_full_mask: torch.arange(2**n) → torch.arange(2**n - 1)
    # The mask that keeps every unit is missing: there are 2ⁿ masks.
    adds_without_weights: probability * activation → activation
    # Adds up over the masks without their probabilities: a mean needs weights that add up to 1.
    leaves_out_the_weights: (w * x) → x
    # The sums lack the weights: Σ mᵢ·wᵢ·xᵢ.
    multiplies: (w * x) / (1 - rate) → (w * x) * (1 - rate)
    # Multiplies the sums by 1 − rate. Units are missing, so the others count more: divide.
    divides_by_the_observed_share: (w * x) / (1 - rate) → (w * x) * n / kept.clamp(min=1)
    # Divides by the share that each mask keeps. The factor is 1/(1 − rate) for every mask.
    divides_by_the_masks: (probability * activation(sums)).sum()
        → (probability * activation(sums)).mean()
    # Divides by the number of masks as well. The probabilities add up to 1, so a sum is enough.
    divides_twice: (w * x) / (1 - rate) → (w * x) / (1 - rate) ** 2
    # Divides by 1 − rate twice. Each term has one mask entry, so it is divided once.
    probability_of_the_count: (1 - rate) ** kept * rate ** (n - kept)
        → torch.distributions.Binomial(n, torch.tensor(1 - rate).to(x)).log_prob(kept).exp()
    # How probable it is that any k units are kept. One mask lacks the binomial coefficient.
    by_the_curvature: … → total, variance = w @ x, rate / (1 - rate) * ((w * x) **
        2).sum()\n    return activation(total) + torch.func.hessian(activation)(total) * variance /
        2
    # This is f(S) + f″(S)/2 · Var S̃, an estimate. Asked for is the mean itself, over all masks.
    activates_the_inputs: … → return w @ activation(x)
    # Applies the activation to the inputs. It is applied to each mask's whole sum.
    one_sum_for_each_count: masks @ (w * x) → w @ x * kept / n
    # One mean sum for all masks that keep k units. `activation` comes before any mean.
    drops_all_or_none: (probability * activation(sums)).sum()
        → (1 - rate) * activation(sums[-1]) + rate * activation(sums[0])
    # Knows two masks only, the full one and the empty one. Units are dropped one by one: 2ⁿ masks.
    keeps_a_fixed_number: (probability * activation(sums)).sum()
        → activation(sums)[kept == round((1 - rate) * n)].mean()
    # Only uses masks that keep the share 1 − rate. Any number of units may be kept.
""")


# 4 · diagnose

IN_TRAINING, IN_EVALUATION = {"inverted", "scaled twice", "left on"}, {"classic", "scaled twice"}


def rectified():
    """A ReLU's output: about half of it is 0."""
    return normal(15, seed=7).relu()


def seen(fault, rate, x=None, seed=1):
    """The arguments of `diagnose` for a layer that makes this fault."""
    x = normal(12, seed=seed) if x is None else x
    mask, again = (uniform(2, len(x), seed=seed + 1) >= rate).double()
    factor = 1 / (1 - rate) if fault in IN_TRAINING else 1.0
    training, evaluation = mask * x * factor, (1 - rate) * x if fault in IN_EVALUATION else x
    if fault == "left on":
        evaluation = again * x * factor
    if fault == "keep as rate":
        training = (uniform(len(x), seed=seed + 1) >= 1 - rate) * x * (1 / rate)
    return x, training, evaluation, rate


@exercise(
    cases={
        "values": {
            "inverted, rate 0.2": lambda: seen("inverted", 0.2),
            "inverted, rate 0.7": lambda: seen("inverted", 0.7),
            "classic, rate 0.2": lambda: seen("classic", 0.2),
            "classic, rate 0.7": lambda: seen("classic", 0.7),
            "scaled twice, rate 0.2": lambda: seen("scaled twice", 0.2),
            "scaled twice, rate 0.7": lambda: seen("scaled twice", 0.7),
            "never scaled, rate 0.2": lambda: seen("never scaled", 0.2),
            "never scaled, rate 0.7": lambda: seen("never scaled", 0.7),
            "left on, rate 0.2": lambda: seen("left on", 0.2),
            "left on, rate 0.7": lambda: seen("left on", 0.7),
            "keep as rate, rate 0.2": lambda: seen("keep as rate", 0.2),
            "keep as rate, rate 0.7": lambda: seen("keep as rate", 0.7),
        },
        "shapes": {"three entries": lambda: seen("scaled twice", 0.4, tensor(3.0, -1.0, 2.0))},
        "edges": {
            "a ReLU's output, inverted": lambda: seen("inverted", 0.3, rectified(), 8),
            "a ReLU's output, classic": lambda: seen("classic", 0.3, rectified(), 8),
            "a ReLU's output, left on": lambda: seen("left on", 0.3, rectified(), 8),
            "negative entries": lambda: seen("inverted", 0.3, tensor(-2.0, -0.5, -3, -1)),
            "one of four kept": lambda: seen("inverted", 0.3, tensor(2.0, 0.5, 3, 1), 2),
            # What evaluation drops was dropped in training as well.
            "left on, the same units": lambda: seen("left on", 0.2, seed=8),
        },
    },
    hints=[
        "Divide what comes out by what went in. Which two numbers do you see in training, and which "
        "one in evaluation?",
        "Only entries that were kept tell the factor of training: leave out the zeros.",
        "A zero in x is a zero in every output. It says nothing, so leave it out as well. And two "
        "ways of computing x/(1 − rate) may differ in the last digit: `torch.allclose`.",
    ],
    level=2,
    minutes=10,
)
def diagnose(x, training, evaluation, rate):
    """Say what a dropout layer does, from what comes out of it.

    x: float64 tensor (n,), the input, zeros allowed; training, evaluation: its
    outputs in the two modes (training: one mask); rate: how probable a drop
    should be, in (0, 1), not 0.5. Returns "inverted" or "classic" if it is
    right, else "scaled twice" (in both modes), "never scaled", "left on"
    (evaluation drops, too) or "keep as rate" (a share `rate` kept, divided by
    `rate`). A unit other than 0 was kept; if left on, one was dropped.
    Example: [1, 2], [0, 2.5], [0.8, 1.6] and 0.2 → "scaled twice".
    """
    alive = x != 0
    if (evaluation[alive] == 0).any():
        return "left on"
    kept = training != 0
    if torch.allclose(training[kept], x[kept] / rate):
        return "keep as rate"
    scaled = torch.allclose(training[kept], x[kept] / (1 - rate))
    shrunk = torch.allclose(evaluation, x * (1 - rate))
    if scaled:
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


diagnose.slips(r"""
    takes_zeros_for_dropped: evaluation[alive] == 0 → evaluation == 0
    # Takes each zero for a dropped unit. Where x is 0 every output is 0: leave it out.
    compares_dropped_units: kept = training != 0 → kept = alive
    # Compares the dropped units, too: in training they are 0 in every layer. Leave them out.
    ignores_evaluation: "scaled twice" if shrunk else "inverted" → "inverted";
        "classic" if shrunk else "never scaled" → "classic"
    # The output in evaluation is not used. A layer may scale in both modes, or in neither.
    ignores_training: torch.allclose(training[kept], x[kept] / (1 - rate))
        → not torch.allclose(evaluation, x * (1 - rate))
    # The factor of training is not used. A layer may scale in both modes, or in neither.
    shrinks_by_the_rate: x * (1 - rate) → x * rate
    # The factor of evaluation is 1 − rate, the share that is kept.
    expects_equal_digits: torch.allclose → torch.equal
    # x/(1 − rate) and x·(1/(1 − rate)) differ in the last digit: use `torch.allclose`.
    never_left_on: if (evaluation[alive] == 0).any():\n        return "left on"\n    kept → kept
    # A layer that still drops units in evaluation is not found.
    knows_one_right_layer: return "classic" if shrunk else "never scaled" → return "never scaled"
    # The classic layer is right, too: unscaled in training, times 1 − rate in evaluation.
    overlooks_the_swapped_rate: if torch.allclose(training[kept], x[kept] / rate):\n        return
        "keep as rate"\n    scaled → scaled
    # The factor 1/rate is not found: it says that the rate was taken for the share that is kept.
    counts_the_kept: torch.allclose(training[kept], x[kept] / rate)
        → abs(kept[alive].double().mean() - rate) < abs(kept[alive].double().mean() - (1 - rate))
    # Counts how many units are kept. That number is random; the factor of the kept ones is not.
    kept_means_positive: kept = training != 0 → kept = training > 0
    # Takes only positive outputs for kept. A kept unit may be negative: kept is what is not 0.
    looks_where_training_kept: (evaluation[alive] == 0).any()
        → (evaluation[training != 0] == 0).any()
    # Looks for drops in evaluation only where training kept a unit. Both may drop the same ones.
    every_change_is_a_drop: (evaluation[alive] == 0).any() → not torch.allclose(evaluation, x)
    # Calls every change in evaluation a drop. The factor 1 − rate makes no unit 0.
    swaps_the_two_conventions: else "inverted" → else "classic"; return "classic" if
        → return "inverted" if
    # The two names are swapped: inverted dropout scales in training, the classic one in evaluation.
    calls_the_right_one_never_scaled: return "classic" if shrunk else "never scaled"
        → return "never scaled" if shrunk else "classic"
    # Two words are exchanged. The classic layer is right: it shrinks all units in evaluation.
    divides_by_zero: alive = x
        → training, evaluation, x = training / x, evaluation / x, x / x\n    alive = x
    # Divides by x where x is 0. That gives NaN, close to no number. Leave these entries out.
    asks_for_drops_last: (evaluation[alive] == 0).any() → False; "scaled twice" if shrunk else
        "inverted" → "inverted" if torch.allclose(evaluation, x) else "scaled twice";
        return "classic" if shrunk else "never scaled" → return "never scaled" if
        torch.allclose(evaluation, x) else "classic" if shrunk else "left on"
    # A layer that is left on looks right in training. Ask for drops in evaluation first.
    compares_means: torch.allclose(training[kept], x[kept] / rate) → False;
        torch.allclose(training[kept], x[kept] / (1 - rate)) → abs(training.mean() - x.mean())
        < abs(training.mean() - (1 - rate) * x.mean());
        torch.allclose(evaluation, x * (1 - rate)) → abs(evaluation.mean() - x.mean()) > 1e-9
    # The mean of one mask's output is random. The factor of the kept entries is not: use that.
    looks_at_the_first_unit: training[kept], x[kept] → training[0] / x[0], x[0] / x[0]
    # Looks at the first unit only. It may be dropped, or be 0 from the start: look at kept ones.
    larger_means_scaled: evaluation[alive] → evaluation[x != 0];
        torch.allclose(training[kept], x[kept] / rate) → False;
        torch.allclose(training[kept], x[kept] / (1 - rate))
        → (training[kept].abs() > x[kept].abs()).all()
    # Only asks whether kept entries have grown. By how much? 1/(1 − rate) is right, 1/rate is not.
    takes_rate_for_keep: alive = x → rate = 1 - rate\n    alive = x
    # Takes the rate for the share that is kept. It is the share that is dropped: use 1 − rate.
""")


# 5 · dropout_backward


@exercise(
    cases={
        "values": {
            "four units, rate 0.2": lambda: (tensor(*GRADIENT), 0.2, tensor(*UNIFORMS)),
            "four units, rate 0.7": lambda: (tensor(*GRADIENT), 0.7, tensor(*UNIFORMS)),
        },
        "shapes": {
            "a batch of 3, rate 0.4": lambda: (spread(3, 5), 0.4, uniform(3, 5, seed=4)),
            "float32": lambda: (spread(3, 5, **SINGLE), 0.3, uniform(3, 5, seed=5, **SINGLE)),
        },
        "edges": {
            "rate 1": lambda: (tensor(*GRADIENT), 1.0, tensor(*UNIFORMS)),
            "a uniform equal to the rate": lambda: (tensor(*GRADIENT), 0.25, tensor(*EQUAL)),
        },
    },
    guards={"rate 1": "at rate 1 nothing has come through, and 1 − rate is 0: return zeros there"},
    hints=[
        "In training the layer multiplies each entry by a number that does not depend on the "
        "input. What is the derivative of c·x?",
        "Which two things made up that number in the forward pass? Both come back.",
    ],
    level=2,
    minutes=6,
)
def dropout_backward(grad_output, rate, uniforms):
    """The loss's gradient by the input of a dropout layer in training.

    grad_output: the gradient by the layer's output, a floating-point tensor;
    rate, uniforms: those of the forward pass in `inverted_dropout`. Returns a
    tensor like grad_output.
    Example: grad_output = [3, 4], rate = 0.2, uniforms = [0.1, 0.6] → [0, 5].
    """
    if rate == 1:
        return torch.zeros_like(grad_output)
    mask = (uniforms >= rate).to(grad_output.dtype)
    return grad_output * mask / (1 - rate)


dropout_backward.slips(
    MASK,
    FACTOR,
    """
    undoes_the_scaling: / (1 - rate) → * (1 - rate)
    # Multiplies by 1 − rate, as if backward undid forward. The derivative of c·x is c, not 1/c.
    forgets_the_factor: mask / (1 - rate) → mask
    # Forgets the factor: kept units were multiplied by 1/(1 − rate), and so is the gradient.
    forgets_the_mask: * mask → * 1
    # Forgets the mask. A dropped unit has sent 0 whatever its input was: its gradient is 0.
    passes_it_on: grad_output * mask / (1 - rate) → grad_output * 1
    # Passes the gradient on, as evaluation does. In training mask and factor come back.
    forgets_grad_output: return grad_output * mask → return mask
    # This is the output's derivative by the input. The chain rule multiplies it by `grad_output`.
    divides_by_the_multiplier: grad_output * mask / (1 - rate) → grad_output / (mask / (1 - rate))
    # Divides by what the layer has multiplied by. The derivative of c·x is c, so multiply again.
    keeps_the_dropped: grad_output * mask / (1 - rate)
        → torch.where(mask > 0, grad_output / (1 - rate), grad_output)
    # A dropped unit has sent 0 whatever its input was: its gradient is 0.
    drops_by_torch: … → return torch.dropout(grad_output, rate, True)
    # torch's dropout draws a mask of its own. Use the forward pass's mask, which `uniforms` tells.
""",
)
