"""The exercises of 06_dropout_scaling, in the order of the page."""

import functools

import torch
from torch.nn import functional as F

from helpers.dropout_scaling import formulas
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "inverted_dropout",
    "dropout_backward",
    "preactivation_variance",
    "expected_output",
    "test_time_network",
]

FLOAT = torch.float64


def numbers(*values, dtype=FLOAT, requires_grad=False):
    """A new tensor of these values."""
    return torch.tensor(values, dtype=dtype, requires_grad=requires_grad)


def drawn(*shape, seed=0, dtype=FLOAT):
    """Uniform random numbers from 0 to 1, the same at every call."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=FLOAT).to(dtype)


def declare(exercise, hint, where, instead):
    """Declare a mistake twice: as it stands, and with the right answer where it would divide by 0.

    A careless and a careful learner make the same mistake, and each is told so. `where`: the rate,
    0 or 1; `instead`: what is right there, as a function of the first argument.
    """

    def twice(function):
        @functools.wraps(function)
        def careful(first, rate, *others):
            if rate == where and False not in others[1:]:
                return instead(first)
            return function(first, rate, *others)

        careful.__name__ = f"{function.__name__}_but_not_at_rate_{where}"
        exercise.mistake(f"{hint} Besides, at rate {where} this divides by 0.")(function)
        exercise.mistake(hint)(careful)
        return function

    return twice


# 1 · inverted_dropout

X = (0.9, -0.4, 0.7, -0.8)
UNIFORMS = (0.35, 0.1, 0.62, 0.95)


def batch(dtype=FLOAT):
    """A batch (3, 5) of both signs."""
    return 4 * drawn(3, 5, seed=1, dtype=dtype) - 2


@exercise(
    cases={
        "values": {
            "four inputs, rate 0.2": lambda: (numbers(*X), 0.2, numbers(*UNIFORMS), True),
            "four inputs, rate 0.7": lambda: (numbers(*X), 0.7, numbers(*UNIFORMS), True),
            "evaluation, rate 0.2": lambda: (numbers(*X), 0.2, numbers(*UNIFORMS), False),
        },
        "shapes": {
            "a batch of 3, rate 0.4": lambda: (batch(), 0.4, drawn(3, 5, seed=2), True),
            "float32": lambda: (
                batch(torch.float32),
                0.3,
                drawn(3, 5, seed=3, dtype=torch.float32),
                True,
            ),
        },
        "gradient": {
            "through the kept units, rate 0.2": lambda: (
                numbers(*X, requires_grad=True),
                0.2,
                numbers(*UNIFORMS),
                True,
            )
        },
        "edges": {
            "rate 1": lambda: (numbers(*X), 1.0, numbers(*UNIFORMS), True),
            "rate 0, a uniform of 0": lambda: (
                numbers(*X),
                0.0,
                numbers(0.0, 0.2, 0.5, 0.9),
                True,
            ),
            "a uniform equal to the rate": lambda: (
                numbers(*X),
                0.25,
                numbers(0.25, 0.2, 0.75, 0.5),
                True,
            ),
        },
    },
    hints=[
        "Three questions, one a line: is there anything to do outside training? Which units stay? "
        "By what is a unit that stays divided?",
        "`uniforms >= rate` is the mask, since a uniform number lies below `rate` with probability "
        "`rate`. What stays is divided by the share that stays on average, `1 - rate`; at rate 1 "
        "that is 0, so return zeros before you divide.",
    ],
)
def inverted_dropout(x, rate, uniforms, training):
    """What dropout makes of `x`: a tensor of its shape and dtype, `x` itself left as it was.

    rate: probability of dropping, from 0 to 1; uniforms: a tensor of x's shape, numbers in [0, 1);
    a unit is kept where its number is at least `rate`. In evaluation (`training` is False) nothing
    happens. At rate 1 nothing is kept: all zeros.
    Raises TypeError for integer tensors, ValueError for a rate outside [0, 1] or uniforms of
    another shape.
    """
    formulas.check_rate(rate)
    formulas.check_floating(x=x, uniforms=uniforms)
    formulas.check_uniforms(x, uniforms)
    if not training:
        return x
    if rate == 1:
        return x * 0
    mask = (uniforms >= rate).to(x.dtype)
    return x * mask / (1 - rate)


AT_1 = {"where": 1, "instead": lambda x: x * 0}
AT_0 = {"where": 0, "instead": lambda x: x * 1}


@declare(
    inverted_dropout,
    "Divides by the rate. At 0.5 nobody notices; in general the share that stays is `1 - rate`, "
    "and that is what to divide by.",
    **AT_0,
)
def divides_by_the_rate(x, rate, uniforms, training):
    return x * (uniforms >= rate) / rate if training else x


@declare(
    inverted_dropout,
    "Takes the rate for the share that is kept, in mask and factor alike: what should be dropped "
    "with probability 0.2 is kept with probability 0.2. Keep where `uniforms >= rate`, and divide "
    "by `1 - rate`.",
    **AT_0,
)
def takes_rate_for_keep(x, rate, uniforms, training):
    return x * (uniforms < rate) / rate if training else x


@declare(
    inverted_dropout,
    "Keeps what should be dropped: `uniforms < rate` is true with probability `rate`. Keep where "
    "`uniforms >= rate`.",
    **AT_1,
)
def keeps_below_the_rate(x, rate, uniforms, training):
    return x * (uniforms < rate) / (1 - rate) if training else x


@inverted_dropout.mistake(
    "Leaves the kept units as they are. Then the mean shrinks to `1 - rate` of what evaluation "
    "sends on; divide by `1 - rate`."
)
def does_not_scale(x, rate, uniforms, training):
    return x * (uniforms >= rate) if training else x


@inverted_dropout.mistake(
    "This is the classic convention: unscaled in training, `x * (1 - rate)` in evaluation. The "
    "inverted one divides by `1 - rate` in training, and evaluation returns `x` as it is."
)
def classic_dropout(x, rate, uniforms, training):
    return x * (uniforms >= rate) if training else x * (1 - rate)


@inverted_dropout.mistake(
    "Scales twice: in training and by `1 - rate` in evaluation. Without `training`, return `x` as "
    "it is."
)
def scales_twice(x, rate, uniforms, training):
    if not training:
        return x * (1 - rate)
    return x * 0 if rate == 1 else x * (uniforms >= rate) / (1 - rate)


@declare(
    inverted_dropout,
    "Scales in evaluation, too, where no unit is missing. Without `training`, return `x` as it is.",
    **AT_1,
)
def scales_in_evaluation(x, rate, uniforms, training):
    return (x * (uniforms >= rate) if training else x) / (1 - rate)


@declare(
    inverted_dropout,
    "Drops in evaluation, too: `training` is not used. Without it, return `x` as it is.",
    **AT_1,
)
def drops_in_evaluation(x, rate, uniforms, training):
    return x * (uniforms >= rate) / (1 - rate)


@declare(
    inverted_dropout,
    "Divides by the share that this mask happens to keep. One kept of four at rate 0.2 then counts "
    "4 times, not 1.25 times; divide by `1 - rate`, whatever the mask.",
    **AT_1,
)
def divides_by_the_observed_share(x, rate, uniforms, training):
    mask = (uniforms >= rate).to(x.dtype)
    return x * mask / mask.mean() if training else x


@declare(
    inverted_dropout,
    "Loses a unit whose number equals the rate: `>` where `>=` belongs. A uniform number can be "
    "exactly 0, and at rate 0 nothing may be dropped.",
    **AT_1,
)
def strictly_above(x, rate, uniforms, training):
    return x * (uniforms > rate) / (1 - rate) if training else x


@inverted_dropout.mistake(
    "At rate 1 this divides 0 by 0: NaN in place of zeros. Treat rate 1 before you divide."
)
def nan_at_rate_one(x, rate, uniforms, training):
    return x * (uniforms >= rate) / (1 - rate) if training else x


@inverted_dropout.mistake(
    "At rate 1, `1 / (1 - rate)` stops with a ZeroDivisionError. Nothing is kept there: return "
    "zeros before you divide."
)
def divides_by_zero(x, rate, uniforms, training):
    return x * (uniforms >= rate) * (1 / (1 - rate)) if training else x


@inverted_dropout.mistake(
    "Draws random numbers of its own. Here they are given, so that results can be compared: keep "
    "where `uniforms >= rate`."
)
def draws_its_own(x, rate, uniforms, training):
    return F.dropout(x, rate, training)


@inverted_dropout.mistake(
    "Writes the zeros into the caller's `x`. The product `x * mask` is a new tensor; no entry of "
    "`x` needs to change."
)
def writes_into_x(x, rate, uniforms, training):
    if not training:
        return x
    with torch.no_grad():
        x[uniforms < rate] = 0
    return x * 0 if rate == 1 else x / (1 - rate)


# 2 · dropout_backward

GRADIENT = (0.5, -1.5, 2.0, 0.25)


@exercise(
    cases={
        "values": {
            "four units, rate 0.2": lambda: (numbers(*GRADIENT), 0.2, numbers(*UNIFORMS)),
            "four units, rate 0.7": lambda: (numbers(*GRADIENT), 0.7, numbers(*UNIFORMS)),
        },
        "shapes": {
            "a batch of 3, rate 0.4": lambda: (batch(), 0.4, drawn(3, 5, seed=4)),
            "float32": lambda: (
                batch(torch.float32),
                0.3,
                drawn(3, 5, seed=5, dtype=torch.float32),
            ),
        },
        "edges": {
            "rate 0": lambda: (numbers(*GRADIENT), 0.0, numbers(0.0, 0.2, 0.5, 0.9)),
            "rate 1": lambda: (numbers(*GRADIENT), 1.0, numbers(*UNIFORMS)),
        },
    },
    hints=[
        "In training the layer multiplies each entry by a number that does not depend on the "
        "input. What is the derivative of c·x?",
        "The number is `mask / (1 - rate)`, with the mask of the forward pass: "
        "`uniforms >= rate`. At rate 1 it is 0.",
    ],
)
def dropout_backward(grad_output, rate, uniforms):
    """The loss's gradient with respect to the input of a dropout layer in training.

    grad_output: gradient with respect to the layer's output; rate and uniforms: those of the
    forward pass (`inverted_dropout`). Returns a new tensor of grad_output's shape and dtype. Raises
    as `inverted_dropout` does.
    """
    formulas.check_rate(rate)
    formulas.check_floating(grad_output=grad_output, uniforms=uniforms)
    formulas.check_uniforms(grad_output, uniforms)
    if rate == 1:
        return torch.zeros_like(grad_output)
    mask = (uniforms >= rate).to(grad_output.dtype)
    return grad_output * mask / (1 - rate)


@dropout_backward.mistake(
    "Forgets the factor. The layer has multiplied kept units by 1/(1 − rate), so the gradient is "
    "multiplied by it, too."
)
def forgets_the_factor(grad_output, rate, uniforms):
    return grad_output * (uniforms >= rate)


@declare(
    dropout_backward,
    "Forgets the mask. A dropped unit has sent 0 whatever its input was: its gradient is 0.",
    **AT_1,
)
def forgets_the_mask(grad_output, rate, uniforms):
    return grad_output / (1 - rate)


@dropout_backward.mistake(
    "Multiplies by `1 - rate`, as if backward undid the forward pass. The derivative of c·x is c, "
    "not 1/c: divide here as well."
)
def undoes_the_scaling(grad_output, rate, uniforms):
    return grad_output * (uniforms >= rate) * (1 - rate)


@declare(
    dropout_backward,
    "Sends the gradient through the dropped units. The mask is that of the forward pass, "
    "`uniforms >= rate`.",
    **AT_1,
)
def inverts_the_mask(grad_output, rate, uniforms):
    return grad_output * (uniforms < rate) / (1 - rate)


@declare(
    dropout_backward,
    "Divides by the rate. The factor of the forward pass is 1/(1 − rate).",
    **AT_0,
)
def backward_divides_by_the_rate(grad_output, rate, uniforms):
    return grad_output * (uniforms >= rate) / rate


@declare(
    dropout_backward,
    "Loses a unit whose number equals the rate. The mask is that of the forward pass, "
    "`uniforms >= rate`.",
    **AT_1,
)
def backward_strictly_above(grad_output, rate, uniforms):
    return grad_output * (uniforms > rate) / (1 - rate)


@dropout_backward.mistake(
    "Passes the gradient on as it is, as evaluation does. In training it meets the forward pass's "
    "mask and factor again."
)
def passes_it_on(grad_output, rate, uniforms):
    return grad_output.clone()


@dropout_backward.mistake(
    "At rate 1 this divides 0 by 0: NaN where every gradient is 0. Treat rate 1 before you divide."
)
def backward_nan_at_rate_one(grad_output, rate, uniforms):
    return grad_output * (uniforms >= rate) / (1 - rate)


@dropout_backward.mistake(
    "At rate 1, `1 / (1 - rate)` stops with a ZeroDivisionError. Nothing has come through there: "
    "return zeros before you divide."
)
def backward_divides_by_zero(grad_output, rate, uniforms):
    return grad_output * (uniforms >= rate) * (1 / (1 - rate))


# 3 · preactivation_variance

WEIGHTS = (1.0, 2.0, -1.0, 0.5)


@exercise(
    cases={
        "values": {
            "the page's vector, rate 0.2": lambda: (numbers(*X), numbers(*WEIGHTS), 0.2),
            "the page's vector, rate 0.8": lambda: (numbers(*X), numbers(*WEIGHTS), 0.8),
        },
        "shapes": {
            "a batch of 3 inputs": lambda: (batch(), numbers(0.3, -1.2, 2.0, 0.7, -0.5), 0.4),
            "one input": lambda: (numbers(1.5), numbers(-2.0), 0.3),
        },
        "edges": {
            "a sum of 0": lambda: (numbers(1.0, -1.0, 0.5, -0.5), numbers(1.0, 1, 1, 1), 0.2),
            "rate 0": lambda: (numbers(*X), numbers(*WEIGHTS), 0.0),
        },
    },
    hints=[
        "The units are dropped independently: the variance of the sum is the sum of the variances. "
        "So one unit is enough: it sends w·x/(1 − rate) with probability 1 − rate, else 0.",
        "A mask entry has variance `rate * (1 - rate)`; multiplied by `w * x / (1 - rate)` it has "
        "`rate / (1 - rate) * (w * x) ** 2`. Add these up over the last dimension.",
    ],
)
def preactivation_variance(x, w, rate):
    """Variance over masks of Σ wᵢ·xᵢ after inverted dropout on x.

    x: shape (n,) or (batch, n); w: shape (n,); rate: from 0 to below 1 (at 1 every mask gives 0, and
    so does the variance; that is not checked). Returns one variance per input: shape () or (batch,).
    Raises TypeError for integer tensors, ValueError for a rate outside [0, 1].
    """
    formulas.check_rate(rate)
    formulas.check_floating(x=x, w=w)
    squares = ((w * x) ** 2).sum(-1)
    if rate == 1:
        return squares * 0
    return rate / (1 - rate) * squares


@preactivation_variance.mistake(
    "This is the variance without the scaling. Each kept term is divided by 1 − rate, so the "
    "variance is divided by its square."
)
def leaves_the_scaling_out(x, w, rate):
    return rate * (1 - rate) * ((w * x) ** 2).sum(-1)


@preactivation_variance.mistake(
    "Squares the sum. The units are dropped one by one: square each term w·x, then add. A sum of 0 "
    "has a variance, too."
)
def squares_the_sum(x, w, rate):
    return rate / (1 - rate) * (w * x).sum(-1) ** 2


@preactivation_variance.mistake(
    "This is the standard deviation. The variance is its square: leave the root out."
)
def takes_the_root(x, w, rate):
    return (rate / (1 - rate) * ((w * x) ** 2).sum(-1)).sqrt()


@preactivation_variance.mistake(
    "Kept and dropped are swapped: the variance grows with the rate, `rate / (1 - rate)`."
)
def swaps_kept_and_dropped(x, w, rate):
    return (1 - rate) / rate * ((w * x) ** 2).sum(-1)


@preactivation_variance.mistake(
    "This is the mean of the squares; the variance is that less the square of the mean. A mask "
    "entry's mean of squares is 1 − rate, its variance rate·(1 − rate)."
)
def mean_of_the_squares(x, w, rate):
    return 1 / (1 - rate) * ((w * x) ** 2).sum(-1)


@preactivation_variance.mistake(
    "Divides by 1 − rate once too often. A mask entry has variance rate·(1 − rate), and the square "
    "of the factor is 1/(1 − rate)²: one power of 1 − rate cancels."
)
def divides_twice(x, w, rate):
    return rate / (1 - rate) ** 2 * ((w * x) ** 2).sum(-1)


@preactivation_variance.mistake(
    "Leaves the weights out: what is dropped from the sum is w·x, so square that."
)
def ignores_the_weights(x, w, rate):
    return rate / (1 - rate) * (x**2).sum(-1)


@preactivation_variance.mistake(
    "Sums over the batch, too. Each input has its own variance: sum over the last dimension only."
)
def sums_over_the_batch(x, w, rate):
    return rate / (1 - rate) * ((w * x) ** 2).sum()


# 4 · expected_output


def square(z):
    """z², an activation with a constant second derivative."""
    return z**2


@exercise(
    cases={
        "values": {
            "tanh, rate 0.2": lambda: (numbers(*X), numbers(*WEIGHTS), 0.2, torch.tanh),
            "ReLU, rate 0.7": lambda: (numbers(*X), numbers(*WEIGHTS), 0.7, torch.relu),
            "sigmoid, rate 0.5": lambda: (numbers(*X), numbers(*WEIGHTS), 0.5, torch.sigmoid),
        },
        "shapes": {
            "one input": lambda: (numbers(1.5), numbers(-2.0), 0.3, torch.tanh),
            "six inputs": lambda: (
                2 * drawn(6, seed=6) - 1,
                4 * drawn(6, seed=7) - 2,
                0.4,
                torch.sigmoid,
            ),
        },
        "edges": {
            "rate 0": lambda: (numbers(*X), numbers(*WEIGHTS), 0.0, torch.tanh),
            "a square": lambda: (numbers(0.5, -1.0, 2.0), numbers(1.0, 1.0, 1.0), 0.2, square),
        },
    },
    hints=[
        "There are 2ⁿ masks. For each one: its probability, its scaled sum, the activation of that "
        "sum. The expectation is the sum of probability times value.",
        "`itertools.product([0.0, 1.0], repeat=n)` gives all masks. One that keeps k of n has "
        "probability `(1 - rate)**k * rate**(n - k)`. The activation comes after the sum and before "
        "the weighting; the empty mask counts, too.",
    ],
)
def expected_output(x, w, rate, activation):
    """The mean over all masks of activation(Σ mᵢ·wᵢ·xᵢ/(1 − rate)), exactly.

    x, w: shape (n,), n at most 12; rate: from 0 to below 1 (at 1 only the empty mask is left; that is
    not checked); activation: a function of a tensor, entry by entry. Returns a tensor of shape ().
    Raises TypeError for integer tensors, ValueError for a rate outside [0, 1].
    """
    formulas.check_rate(rate)
    formulas.check_floating(x=x, w=w)
    n = len(x)
    masks = (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(x.dtype)
    kept = masks.sum(1)
    probability = (1 - rate) ** kept * rate ** (n - kept)
    factor = 1 / (1 - rate) if rate < 1 else 0
    return (probability * activation(factor * (masks @ (w * x)))).sum()


def by_masks(x, w, rate, value, probability=None):
    """Σ over masks of probability · value(mask), the page's probability unless another is given."""
    n = len(x)
    masks = (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(x.dtype)
    kept = masks.sum(1)
    p = (1 - rate) ** kept * rate ** (n - kept) if probability is None else probability(kept, n)
    return (p * value(masks)).sum()


def scaled_sums(masks, x, w, rate):
    """Σ mᵢ·wᵢ·xᵢ/(1 − rate) for each mask."""
    return masks @ (w * x) / (1 - rate)


@expected_output.mistake(
    "This is the activation of the mean, f(S). The mean of the activation is something else as "
    "soon as f is not a straight line: apply f to each mask's sum, then average."
)
def activation_of_the_mean(x, w, rate, activation):
    return activation(w @ x)


@expected_output.mistake(
    "Gives every mask the same weight. That is right at rate 0.5 only; a mask that keeps k of n "
    "has probability (1 − rate)^k · rate^(n − k)."
)
def equal_probabilities(x, w, rate, activation):
    return by_masks(
        x, w, rate, lambda m: activation(scaled_sums(m, x, w, rate)), lambda k, n: 0 * k + 0.5**n
    )


@expected_output.mistake(
    "Kept and dropped are swapped in the probability: it is (1 − rate) to the number of kept "
    "units, rate to the number of dropped ones."
)
def swapped_probability(x, w, rate, activation):
    return by_masks(
        x,
        w,
        rate,
        lambda m: activation(scaled_sums(m, x, w, rate)),
        lambda k, n: rate**k * (1 - rate) ** (n - k),
    )


@expected_output.mistake(
    "Leaves the scaling out: the sums are those of unscaled dropout. Divide each by 1 − rate before "
    "the activation."
)
def unscaled_sums(x, w, rate, activation):
    return by_masks(x, w, rate, lambda m: activation(m @ (w * x)))


@expected_output.mistake(
    "Divides by the rate in place of 1 − rate. At 0.5 nobody notices; elsewhere the sums' mean is "
    "no longer S."
)
def sums_divided_by_the_rate(x, w, rate, activation):
    return by_masks(x, w, rate, lambda m: activation(m @ (w * x) / rate))


@expected_output.mistake(
    "Scales after the activation. Here dropout stands before the sum: divide by 1 − rate inside "
    "`activation(…)`."
)
def scales_after_the_activation(x, w, rate, activation):
    return by_masks(x, w, rate, lambda m: activation(m @ (w * x)) / (1 - rate))


@expected_output.mistake(
    "Drops the empty mask. It is a mask like the others, with probability rateⁿ and the sum 0; an "
    "activation such as the sigmoid is not 0 there."
)
def forgets_the_empty_mask(x, w, rate, activation):
    return by_masks(
        x, w, rate, lambda m: activation(scaled_sums(m, x, w, rate)) * (m.sum(1) > 0).to(x.dtype)
    )


@expected_output.mistake(
    "Adds up over the masks without their probabilities: a mean needs weights that add up to 1."
)
def adds_without_weights(x, w, rate, activation):
    return by_masks(
        x, w, rate, lambda m: activation(scaled_sums(m, x, w, rate)), lambda k, n: 0 * k + 1
    )


@expected_output.mistake(
    "This is the activation of a mean, and of one without the factor. Divide each mask's sum by "
    "1 − rate, apply the activation to each, and average last."
)
def activation_of_the_unscaled_mean(x, w, rate, activation):
    return activation((1 - rate) * (w @ x))


# 5 · test_time_network


def matrices(dtype=FLOAT):
    """Three weight matrices, (3, 4), (2, 3) and (1, 2)."""
    shapes = ((3, 4), (2, 3), (1, 2))
    return [2 * drawn(*shape, seed=10 + i, dtype=dtype) - 1 for i, shape in enumerate(shapes)]


@exercise(
    cases={
        "values": {
            "three matrices, rate 0.2": lambda: (matrices(), 0.2),
            "three matrices, rate 0.7": lambda: (matrices(), 0.7),
        },
        "shapes": {
            "one matrix": lambda: (matrices()[:1], 0.4),
            "float32": lambda: (matrices(torch.float32), 0.3),
        },
        "edges": {
            "rate 0": lambda: (matrices(), 0.0),
            "rate 1": lambda: (matrices(), 1.0),
            "no matrix": lambda: ([], 0.2),
        },
    },
    hints=[
        "In training a matrix that follows a dropout has seen inputs of which the share 1 − rate "
        "was there, on average. At test time all are there.",
        "Each matrix stands behind one dropout, so each is multiplied once by `1 - rate`. Return a "
        "new list of new tensors.",
    ],
)
def test_time_network(weights, rate):
    """Weights for the test time of a network that was trained with classic, unscaled dropout.

    weights: a list of matrices, each behind one dropout of probability `rate`. Returns a list of
    new tensors of the same shapes, such that each layer's input to the next has at test time the
    mean that it had in training (exactly, where the layers are linear). Raises TypeError for
    integer matrices, ValueError for a rate outside [0, 1].
    """
    formulas.check_rate(rate)
    for i, weight in enumerate(weights):
        formulas.check_floating(**{f"weights[{i}]": weight})
    return [(1 - rate) * weight for weight in weights]


@test_time_network.mistake(
    "Divides. In training units were missing, so the sums were too small; at test time, with all "
    "of them, they are too large: multiply by `1 - rate`."
)
def divides_the_weights(weights, rate):
    return [weight / (1 - rate) if rate < 1 else weight * torch.inf for weight in weights]


@test_time_network.mistake(
    "Multiplies by the rate, the share that was dropped. What was there is `1 - rate`."
)
def multiplies_by_the_rate(weights, rate):
    return [rate * weight for weight in weights]


@test_time_network.mistake(
    "Returns the weights of training. Then each layer receives 1/(1 − rate) times what it is used "
    "to: multiply by `1 - rate`."
)
def changes_nothing(weights, rate):
    return [weight.clone() for weight in weights]


@test_time_network.mistake(
    "Scales the first matrix only. Each one stands behind a dropout of its own."
)
def scales_the_first(weights, rate):
    return [weight * (1 - rate) if i == 0 else weight.clone() for i, weight in enumerate(weights)]


@test_time_network.mistake(
    "Scales the last matrix only. Each one stands behind a dropout of its own."
)
def scales_the_last(weights, rate):
    last = len(weights) - 1
    return [
        weight * (1 - rate) if i == last else weight.clone() for i, weight in enumerate(weights)
    ]


@test_time_network.mistake(
    "Lets the factor pile up from layer to layer. The layers below are corrected already: each "
    "matrix is multiplied by `1 - rate` once."
)
def piles_up(weights, rate):
    return [(1 - rate) ** (i + 1) * weight for i, weight in enumerate(weights)]


@test_time_network.mistake(
    "Overwrites the weights of training. Training may go on after a test: return new tensors."
)
def overwrites_the_weights(weights, rate):
    for weight in weights:
        weight.mul_(1 - rate)
    return weights
