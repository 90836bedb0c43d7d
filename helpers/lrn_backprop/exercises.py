"""The exercises of 05_lrn_backprop, in the order of the page."""

import torch
from torch.nn import functional as F

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

# The order of the page.
__all__ = ["lrn_scale", "lrn", "lrn_jacobian", "lrn_backward", "window_sums"]  # noqa: RUF022

SINGLE, GRAD = {"dtype": torch.float32}, {"grad": True}


# No two channels alike, both signs; the two samples differ as well.
def rows(**how):
    return tensor([1.0, -2.0, 3.0, 0.5, 4.0, -1.5], [0.25, 1.5, -1.0, 2.5, -3.0, 2.0], **how)


def errors(**how):
    return tensor([0.5, 1.0, -2.0, 0.75, 0.0, 1.5], [-1.0, 0.25, 2.0, 0.0, 1.25, -0.5], **how)


def maps(seed=1):
    """(2, 3, 4, 5): fewer channels than positions."""
    return normal(2, 3, 4, 5, seed=seed)


def strided(seed=1):
    """(2, 4, 3), a view that is not contiguous."""
    return maps(seed)[:, :, :, 0].transpose(1, 2)


def slices(x, size, least=0):
    """Window sums, each added up anew, for the mistakes; `least`: where a slice may start."""
    left, right = size // 2, (size - 1) // 2
    ends = [(max(least, i - left), i + right + 1) for i in range(x.shape[1])]
    return torch.stack([x[:, start:stop].sum(1) for start, stop in ends], 1)


TORCHS = "left, right = size // 2, (size - 1) // 2"
LEANS = (
    f"{TORCHS} → left, right = (size - 1) // 2, size // 2",
    "Right for odd sizes. For even ones your window leans to the right, as ONNX's does: torch's "
    "reaches size // 2 to the left and (size − 1) // 2 to the right.",
)
PAPERS = (
    "(size - 1) // 2 → size // 2",
    "For an even size your window holds size + 1 channels: size // 2 to both sides is the paper's "
    "rule. To the right torch takes (size − 1) // 2.",
)
WINDOW = {
    "leans_right": LEANS,
    "papers_window": PAPERS,
    "one_short": (
        "(size - 1) // 2 → (size - 1) // 2 - 1",
        "Your window ends one channel too early. A Python slice leaves its end out, so the channel "
        "(size − 1) // 2 to the right needs a + 1 there.",
    ),
    # 0 for a row of zeros, where lrn has a guard
    "k_is_1": (
        "s = k + → s = bool(a.any()) +",
        "The constant k is an argument; here it is always 1.",
    ),
}
SCALE = {  # slips in the scale
    **WINDOW,
    "own_channel_only": (
        f"{TORCHS} → left = right = 0",
        "There is no window: the scale of channel i holds the squares of its neighbours as well.",
    ),
    "all_channels": (
        f"{TORCHS} → left = right = len(a.T)",
        "The sum runs over all channels. Only those of the window count: size // 2 to the left, "
        "(size − 1) // 2 to the right, and the channel itself.",
    ),
    "k_in_the_sum": (
        "k + alpha → alpha / size * k + alpha",
        "α/n multiplies k as well. It belongs to the sum of squares alone; add k afterwards.",
    ),
    "papers_alpha": (
        "alpha / size → alpha",
        "Here α is the factor of every square, as in AlexNet's paper. torch, Caffe and ONNX divide "
        "it by n first.",
    ),
    "without_squares": (
        "(a * a) → a",
        "The window adds up a² and not a: a channel of −2 counts for 4.",
    ),
}
SECOND_PART = {  # slips in what the denominator adds to a derivative
    **WINDOW,
    "frozen": (
        "- 2 * alpha → - 0 * alpha",
        "The denominator is frozen: only s^(−β) is left. But s depends on a, too, and every channel "
        "whose window holds a_i has a_i in its denominator.",
    ),
    "leaves_out_n": (
        "beta / size → beta",
        "The second part is n times too large: ∂s_i/∂a_j is (2α/n)·a_j.",
    ),
    "leaves_out_the_two": (
        "2 * alpha → alpha",
        "The second part is half of what it should be: the derivative of a_j² is 2·a_j.",
    ),
    "leaves_out_beta": (
        "alpha * beta → alpha",
        "The second part lacks the factor β of the power rule.",
    ),
    "papers_alpha": (
        "alpha / size → alpha; beta / size → beta",
        "α must be divided by n here, in the scale and in its derivative. AlexNet's paper doesn't.",
    ),
    "adds_the_second_part": (
        "- 2 * alpha → + 2 * alpha",
        "The sign of the second part: a larger a_i makes denominators larger, so it is subtracted.",
    ),
}


@exercise(
    cases={
        "values": {
            "size 3": lambda: (rows(), 3, 0.6, 1.0),
            "size 1": lambda: (rows(), 1, 0.5, 2.0),
            "size 2": lambda: (rows(), 2, 0.6, 0.5),
            "size 4, float32": lambda: (rows(**SINGLE), 4, 1.2, 1.5),
        },
        "shapes": {
            "maps of 4×5, size 2": lambda: (maps(), 2, 0.5, 1.0),
            "size 9, three channels": lambda: (maps(), 9, 2.0, 1.0),
            "not contiguous": lambda: (strided(), 3, 0.7, 1.0),
        },
        "gradient": {"in a": lambda: (rows(**GRAD), 3, 0.6, 1.0)},
    },
    hints=[
        "Three steps: square, add up over the window, then α/n and k. Which of them needs to know "
        "the neighbours?",
        "Put zeros around the channels first, size // 2 in front and (size − 1) // 2 behind. Then "
        "each window has `size` entries, at the ends as well.",
        "`F.pad` puts zeros around the last dimension, `movedim` brings the channels there and "
        "back, and `unfold` shows all windows. Or add `size` shifted slices in a loop.",
    ],
    minutes=8,
)
def lrn_scale(a, size, alpha, k):
    """The scale s of each channel, equation (1.1), with torch's window.

    a: a floating-point tensor (batch, channels, …); size: the window n, a whole number from 1;
    alpha, k: floats. What lies beyond the ends counts as 0. Returns a tensor like a.
    Example: a = [[1, 2, 3]], size = 3, alpha = 3, k = 1 → [[6, 15, 14]].
    """
    left, right = size // 2, (size - 1) // 2
    squares = F.pad((a * a).movedim(1, -1), (left, right))
    s = k + alpha / size * squares.unfold(-1, left + right + 1, 1).sum(-1).movedim(-1, 1)
    return s


lrn_scale.slips(
    **SCALE,
    along_the_last_dimension=(
        "movedim(1, -1) → movedim(-1, -1); movedim(-1, 1) → movedim(-1, -1)",
        "Your window runs along the last dimension. Channels are in dimension 1, and each position "
        "has sums of its own.",
    ),
    along_the_batch=(
        "movedim(1, -1) → movedim(0, -1); movedim(-1, 1) → movedim(-1, 0)",
        "Your window runs over the samples, dimension 0. Channels are in dimension 1.",
    ),
)


@lrn_scale.mistake
def divides_by_what_is_there(a, size, alpha, k):
    """Near the ends you divide by the number of channels that are there. The rule is α/n everywhere:
    missing channels count as zeros."""
    return k + alpha * slices(a * a, size) / slices(torch.ones_like(a), size)


@lrn_scale.mistake
def goes_round(a, size, alpha, k):
    """Your window is closed to a ring: the first channel gets the last ones as neighbours. Beyond the
    ends there are zeros."""
    shifts = range(-((size - 1) // 2), size // 2 + 1)
    return k + alpha / size * sum(torch.roll(a * a, shift, 1) for shift in shifts)


@lrn_scale.mistake
def starts_below_0(a, size, alpha, k):
    """A slice that starts at a negative index counts from the end, so the first channels lose their
    windows. Begin at `max(0, i - size // 2)`."""
    return k + alpha / size * slices(a * a, size, -size)


@exercise(
    cases={
        "values": {
            "size 3, β = 0.75": lambda: (rows(), 3, 0.6, 0.75, 1.0),
            "size 2, β = 0.5": lambda: (rows(), 2, 0.6, 0.5, 2.0),
            "size 5, β = 1, float32": lambda: (rows(**SINGLE), 5, 2.0, 1.0, 1.5),
        },
        "shapes": {
            "maps of 4×5, size 4": lambda: (maps(), 4, 1.5, 0.75, 1.0),
            "not contiguous": lambda: (strided(), 3, 0.7, 0.75, 1.0),
        },
        "gradient": {"in a": lambda: (rows(**GRAD), 3, 0.6, 0.75, 1.0)},
        "edges": {
            "k = 0 and zeros": lambda: (tensor([0.0, 0, 0, 0]), 3, 1.0, 0.75, 0.0),
            "k = 0 without zeros": lambda: (rows(), 2, 1.0, 0.75, 0.0),
        },
    },
    guards={"k = 0 and zeros": "a scale of 0 has no power −β: raise a ValueError there"},
    hints=[
        "What is large where the neighbourhood is loud, s or its power −β?",
        "Take the scale of exercise 1. Then look at its smallest entry before you take the power.",
    ],
    minutes=4,
)
def lrn(a, size, alpha, beta, k):
    """The output b of the layer, equation (1.2), with the scale of exercise 1.

    a: a floating-point tensor (batch, channels, …); size: a whole number from 1; alpha, beta, k:
    floats. Raises ValueError where a scale is 0 or below. Returns a tensor like a.
    Example: a = [[1, 2, 3]], size = 3, alpha = 3, beta = 0.5, k = 1 → [[0.41, 0.52, 0.80]].
    """
    left, right = size // 2, (size - 1) // 2
    squares = F.pad((a * a).movedim(1, -1), (left, right))
    s = k + alpha / size * squares.unfold(-1, left + right + 1, 1).sum(-1).movedim(-1, 1)
    if (s <= 0).any():
        raise ValueError("The scale must be above 0.")
    return a * s**-beta


lrn.slips(
    **SCALE,
    multiplies=(
        "s**-beta → s**beta",
        "The exponent's sign: a large scale must make the output small. It is s to the power −β.",
    ),
    adds=("a * s → a + s", "The activation is multiplied by s^(−β), not added to it."),
    divides_by_the_scale=(
        "s**-beta → s**-1.0",
        "The exponent β is missing: you divide by s itself, which is right only for β = 1.",
    ),
    takes_the_root=(
        "s**-beta → s**-0.5",
        "You divide by the square root of s, which is right only for β = 0.5.",
    ),
    always_075=("s**-beta → s**-0.75", "The exponent β is an argument; here it is always 0.75."),
    returns_the_factor=(
        "a * s → s",
        "This is s^(−β), what the activation is multiplied by. Multiply a by it.",
    ),
)


@lrn.mistake
def slices_from_below_0(a, size, alpha, beta, k):
    """A slice that starts at a negative index counts from the end, so the first channels lose their
    windows. Begin at `max(0, i - size // 2)`."""
    return a * (k + alpha / size * slices(a * a, size, -size)) ** -beta


@exercise(
    cases={
        "values": {
            "(1, 2, 3, 4), size 3, α = 1": lambda: (tensor(1.0, 2, 3, 4), 3, 1.0, 0.75, 1.0),
            "both signs, size 2, β = 0.5": lambda: (rows()[0], 2, 0.6, 0.5, 2.0),
            "size 5, float32": lambda: (rows(**SINGLE)[1], 5, 2.0, 1.0, 1.5),
        },
        "shapes": {"size 1": lambda: (rows()[0], 1, 0.5, 0.75, 1.0)},
        "edges": {
            "a zero among them": lambda: (tensor(1.0, 0.0, -2.0), 3, 1.0, 0.75, 1.0),
            "one channel, size 4": lambda: (tensor(1.5), 4, 1.0, 0.75, 1.0),
        },
    },
    hints=[
        "Two parts: s_i^(−β) on the diagonal, and what the denominator adds wherever j is in the "
        "window of i.",
        "Which scale stands in row i? Output i was divided by its own.",
        "With `i = torch.arange(len(a))[:, None]` and `j = torch.arange(len(a))` a comparison like "
        "`j >= i - left` is a whole matrix. Or fill an empty matrix in two loops.",
    ],
    level=2,
    minutes=10,
)
def lrn_jacobian(a, size, alpha, beta, k):
    """∂b_i/∂a_j in row i and column j, equation (2.1), at one position.

    a: a floating-point tensor (channels,); size: a whole number from 1; alpha, beta, k: floats.
    Returns a tensor (channels, channels) of a's dtype.
    Example: a = [1, 2], size = 1, alpha = 1, beta = 1, k = 1 → [[0, 0], [0, −0.12]].
    """
    left, right = size // 2, (size - 1) // 2
    i, j = torch.arange(len(a))[:, None], torch.arange(len(a))
    window = ((j >= i - left) & (j <= i + right)).to(a.dtype)
    s = k + alpha / size * window @ (a * a)
    shared = window * a[:, None] * a * s[:, None] ** (-beta - 1)
    return torch.diag(s**-beta) - 2 * alpha * beta / size * shared


lrn_jacobian.slips(
    **SECOND_PART,
    transposed=(
        "size * shared → size * shared.T",
        "This is the transpose: row i must say how the output i depends on all the inputs.",
    ),
    leaves_the_diagonal_out=(
        "torch.diag(s**-beta) - → -",
        "Only what the denominator adds is here. On the diagonal a_i stands in front as well: "
        "s_i^(−β).",
    ),
    spares_the_diagonal=(
        "shared = window → shared = (i != j) * window",
        "On the diagonal only s_i^(−β) is left. Channel i is in its own window too, so the second "
        "part belongs there as well.",
    ),
    keeps_the_exponent=(
        "(-beta - 1) → -beta",
        "The power rule lowers the exponent by one: in the second part it is s to the power −β − 1.",
    ),
    raises_the_exponent=(
        "(-beta - 1) → (1 - beta)",
        "The exponent −β is lowered by one, not raised: −β − 1 in the second part.",
    ),
    takes_the_columns_scale=(
        "s[:, None] ** → s ** ",
        "The scale in the second part is that of the column. Output i was divided by its own s_i, "
        "so the power belongs to the row.",
    ),
    leaves_out_a_i=(
        "a[:, None] * a → a",
        "In the second part the factor a_i is missing: b_i is a_i times a power of s_i, and a_i "
        "stays when the power is differentiated.",
    ),
    leaves_out_a_j=(
        "a[:, None] * a → a[:, None]",
        "In the second part the factor a_j is missing: the derivative of a_j² is 2·a_j.",
    ),
    forgets_the_window=(
        "shared = window * → shared = ",
        "Every channel depends on every other. Only the channels in the window of i are in s_i; the "
        "rest of the row is 0.",
    ),
)


@exercise(
    cases={
        "values": {
            "an error in channel 2, size 3": lambda: (
                tensor([1.0, 2, 3, 4]),
                tensor([0.0, 1, 0, 0]),
                3,
                1.0,
                0.75,
                1.0,
            ),
            "errors everywhere, size 5": lambda: (rows(), errors(), 5, 2.0, 0.75, 1.0),
            "size 4, β = 0.5": lambda: (rows(), errors(), 4, 0.8, 0.5, 2.0),
            "size 2, float32": lambda: (rows(**SINGLE), errors(**SINGLE), 2, 1.5, 1.0, 1.0),
            "size 1": lambda: (rows(), errors(), 1, 0.5, 0.75, 1.0),
        },
        "shapes": {
            "maps of 4×5, size 4": lambda: (maps(), maps(2), 4, 1.5, 0.75, 1.0),
            "size 9, three channels": lambda: (maps(), maps(2), 9, 2.0, 0.75, 1.0),
            "not contiguous": lambda: (strided(), strided(2), 3, 0.7, 0.75, 1.0),
        },
        "gradient": {
            "in a and in the error": lambda: (rows(**GRAD), errors(**GRAD), 2, 0.6, 0.75, 1.0)
        },
    },
    without_autograd=True,
    hints=[
        "Forward first: s, then b. Then the error of each output, scaled as its activation was.",
        "Each output j charges all inputs of its window with the same amount, be_j·b_j/s_j. What "
        "does input i pay in the end?",
        "The charges are added up like the squares in exercise 1, but over the mirrored window: "
        "(size − 1) // 2 to the left and size // 2 to the right.",
    ],
    level=3,
    minutes=15,
)
def lrn_backward(a, grad_b, size, alpha, beta, k):
    """The gradient in a, given the gradient grad_b in b = lrn(a, size, alpha, beta, k): (3.4).

    a, grad_b: floating-point tensors (batch, channels, …) of one shape; size: a whole number from
    1, even ones as well; alpha, beta, k: floats. Written out without autograd, in operations that
    autograd could differentiate again. Returns a tensor like a.
    Example: a = [[1, 2]], grad_b = [[1, 0]], size = 1, alpha = beta = k = 1 → [[0, 0]].
    """
    left, right = size // 2, (size - 1) // 2

    def sums(x, left, right):
        padded = F.pad(x.movedim(1, -1), (left, right))
        return padded.unfold(-1, left + right + 1, 1).sum(-1).movedim(-1, 1)

    s = k + alpha / size * sums(a * a, left, right)
    own = s**-beta * grad_b
    return own - 2 * alpha * beta / size * a * sums(own * a / s, right, left)


CHARGES = "sums(own * a / s, right, left)"
lrn_backward.slips(
    **SECOND_PART,
    hands_on=(
        f"return own - 2 * alpha * beta / size * a * {CHARGES} → return grad_b * 1",
        "The error is handed on as it came. That LRN has no parameters only means that it has none "
        "to learn: its outputs depend on its inputs in another way than by identity.",
    ),
    hears_only_its_own_error=(
        f"{CHARGES} → own * a / s",
        "Only the channel's own error is here. a_i stands in its neighbours' denominators as well, "
        "so their errors come back: sum be_j·b_j/s_j over them.",
    ),
    takes_the_error_out_of_the_sum=(
        f"{CHARGES} → grad_b * sums(s**-beta * a / s, right, left)",
        "The error in front of the sum is the channel's own, be_i. Each output j charges with its "
        "own error: be_j belongs inside the sum.",
    ),
    a_row_for_a_column=(
        f"{CHARGES} → own / s * sums(a, left, right)",
        "You have added up a row of the Jacobian: how output i depends on its inputs. Asked for is "
        "the column: how all outputs j depend on input i, each with its error be_j.",
    ),
    multiplies_by_the_jacobian=(
        f"{CHARGES} → s**-beta / s * sums(grad_b * a, left, right)",
        "The errors are multiplied by the Jacobian itself. Backward takes its transpose: the scales "
        "in the sum are those of the outputs j, not of i.",
    ),
    sums_over_the_forward_window=(
        "right, left → left, right",
        "Right for odd sizes. For even ones the sum must run over the mirrored window: j hears of i "
        "if i is in the window of j, so (size − 1) // 2 to the left and size // 2 to the right.",
    ),
    takes_a_for_b=(
        "own * a / s → grad_b * a / s",
        "In the sum stands a_j where b_j belongs: the derivative of s_j^(−β) leaves s_j^(−β − 1), "
        "and a_j·s_j^(−β − 1) is b_j / s_j.",
    ),
    forgets_to_divide_by_s=(
        "own * a / s → own * a",
        "In the sum the division by s_j is missing: the power rule lowers the exponent by one.",
    ),
    leaves_out_b=(
        "own * a / s → own / s",
        "In the sum the output's own activation a_j is missing: it charges be_j·b_j/s_j.",
    ),
    leaves_out_a=(
        "size * a * sums → size * sums",
        "The second part lacks the factor a_i in front of the sum: the derivative of a_i² is 2·a_i.",
    ),
    divides_after_the_sum=(
        "a * sums(own * a / s, → a / s * sums(own * a,",
        "The scale stands outside the sum, as s_i. Each neighbour j divided by its own s_j: divide "
        "before you add up.",
    ),
    s_is_a_constant=(
        "sums(a * a, left, right) → sums(a * a, left, right).detach()",
        "The values are right, but they can't be differentiated again: s hangs on a, and here it "
        "has been cut off.",
    ),
)


@exercise(
    cases={
        "values": {
            "1 … 7, size 3": lambda: (tensor([1.0, 2, 3, 4, 5, 6, 7]), 3),
            "size 5": lambda: (rows(), 5),
            "size 2": lambda: (rows(), 2),
            "size 4, float32": lambda: (rows(**SINGLE), 4),
            "40 channels, size 15": lambda: (normal(1, 40, seed=3), 15),
        },
        "shapes": {
            "maps of 4×5, size 2": lambda: (maps(), 2),
            "not contiguous": lambda: (strided(), 3),
            "one channel": lambda: (tensor([1.0], [0.25]), 3),
        },
        "edges": {
            "size 1": lambda: (rows(), 1),
            "size 9, three channels": lambda: (maps(), 9),
            "whole numbers stay whole": lambda: (
                tensor([2**53 + 1, 3, -1, 5], dtype=torch.int64),
                2,
            ),
        },
    },
    # Two a channel, the first window, and some room for sums of indices.
    additions=lambda x, size: 2 * x.numel() + size * x[:, 0].numel() + 8 * x.shape[1],
    hints=[
        "Two neighbouring windows have nearly all channels in common. Which one is new, which one "
        "is gone?",
        "Keep one sum and go from channel to channel. The new one is i + (size − 1) // 2, if there "
        "is one; the one that is gone is i − size // 2 − 1, if there is one.",
        "What is in the window of a channel before the first one? With that you begin.",
    ],
    level=2,
    minutes=10,
)
def window_sums(x, size):
    """The sum of x over the window of each channel, by (5.1): torch's window, in dimension 1.

    With one addition and one subtraction a channel, whatever the size. x: a tensor
    (batch, channels, …); size: a whole number from 1. Returns a new tensor like x.
    Example: x = [[1, 2, 3, 4]], size = 2 → [[1, 3, 5, 7]].
    """
    left, right = size // 2, (size - 1) // 2
    sums, held = torch.empty_like(x), x[:, :right].sum(1)
    for i in range(x.shape[1]):
        if i + right < x.shape[1]:
            held = held + x[:, i + right]
        if i - left - 1 >= 0:
            held = held - x[:, i - left - 1]
        sums[:, i] = held
    return sums


window_sums.slips(
    leans_right=LEANS,
    papers_window=PAPERS,
    never_lets_go=(
        "if i - left - 1 >= 0 → if False",
        "What has entered never leaves: from the second half on take away the channel that falls "
        "out of the window.",
    ),
    keeps_the_first=(
        "if i - left - 1 >= 0 → if i - left - 1 > 0",
        "One channel stays in for ever: the first one. A test like `> 0` misses the index 0, which "
        "is a channel. It is the slip of torch's CrossMapLRN2d.",
    ),
    takes_from_the_end=(
        "if i - left - 1 >= 0 → if True",
        "Negative indices count from the end: near channel 0 you take away channels that were never "
        "added. Take one away only if its index is at least 0.",
    ),
    lets_go_too_early=(
        "i - left - 1 → i - left",
        "A channel leaves one step too early. The window of i begins at i − size // 2, so the one "
        "that is gone is the one before that.",
    ),
    starts_empty=(
        "x[:, :right].sum(1) → torch.zeros_like(x[:, 0])",
        "The window starts empty: what lies to the right of channel 0 is missing from every sum.",
    ),
    looks_back_only=(
        f"{TORCHS} → left, right = size - 1, 0",
        "Your window ends at its channel, i − size + 1 … i. It should reach (size − 1) // 2 channels "
        "beyond it.",
    ),
    looks_ahead_only=(
        f"{TORCHS} → left, right = 0, size - 1",
        "Your window begins at its channel, i … i + size − 1. It should begin size // 2 channels "
        "before it.",
    ),
    all_before_it=(
        f"{TORCHS} → left, right = x.shape[1], 0",
        "These are the sums of all channels up to i. The channels left of the window must be taken "
        "away again.",
    ),
)


@window_sums.mistake
def averages(x, size):
    """Asked for is the sum; this is the mean over the window."""
    return slices(x, size) / size


@window_sums.mistake
def squares_first(x, size):
    """Add up x itself: the squares belong to the scale of LRN."""
    return slices(x * x, size)


@window_sums.mistake
def runs_along_the_last_dimension(x, size):
    """Your window runs along the last dimension. Channels are in dimension 1, and each position has
    sums of its own."""
    return slices(x.movedim(-1, 1), size).movedim(1, -1)


@window_sums.mistake
def sums_slices_from_below_0(x, size):
    """A slice that starts at a negative index counts from the end, so the first channels lose their
    windows. And asked for is a running sum: no window is added up anew."""
    return slices(x, size, -size)
