"""The exercises of 05_lrn_backprop, in the order of the page."""

import functools

import torch
from torch.nn import functional as F

from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "lrn_scale",
    "lrn",
    "lrn_jacobian",
    "lrn_backward",
    "window_sums",
]

FLOAT = torch.float64


def some(*values, dtype=FLOAT, grad=False):
    return torch.tensor(values, dtype=dtype, requires_grad=grad)


# No two channels alike, both signs; the two samples differ as well.
def rows(dtype=FLOAT, grad=False):
    values = [[1.0, -2.0, 3.0, 0.5, 4.0, -1.5], [0.25, 1.5, -1.0, 2.5, -3.0, 2.0]]
    return torch.tensor(values, dtype=dtype, requires_grad=grad)


def errors(dtype=FLOAT, grad=False):
    values = [[0.5, 1.0, -2.0, 0.75, 0.0, 1.5], [-1.0, 0.25, 2.0, 0.0, 1.25, -0.5]]
    return torch.tensor(values, dtype=dtype, requires_grad=grad)


def maps(seed=1):
    """(2, 3, 4, 5): fewer channels than positions."""
    return torch.randn(2, 3, 4, 5, dtype=FLOAT, generator=torch.Generator().manual_seed(seed))


def strided(seed=1):
    """(2, 4, 3), a view that is not contiguous."""
    return maps(seed)[:, :, :, 0].transpose(1, 2)


def summed(x, left, right):
    """Sum of the channels from `left` before to `right` behind each, for the mistakes."""
    moved = F.pad(x.movedim(1, -1), (left, right))
    return moved.unfold(-1, left + right + 1, 1).sum(-1).movedim(-1, 1)


def window(x, size):
    return summed(x, size // 2, (size - 1) // 2)


def mirrored(x, size):
    return summed(x, (size - 1) // 2, size // 2)


# lrn_scale


@exercise(
    cases={
        "values": {
            "size 3": lambda: (rows(), 3, 0.6, 1.0),
            "size 1": lambda: (rows(), 1, 0.5, 2.0),
            "size 2": lambda: (rows(), 2, 0.6, 0.5),
            "size 4, float32": lambda: (rows(torch.float32), 4, 1.2, 1.5),
        },
        "shapes": {
            "maps of 4×5, size 2": lambda: (maps(), 2, 0.5, 1.0),
            "size 9, three channels": lambda: (maps(), 9, 2.0, 1.0),
            "not contiguous": lambda: (strided(), 3, 0.7, 1.0),
        },
        "gradient": {"in a": lambda: (rows(grad=True), 3, 0.6, 1.0)},
        "edges": {
            "whole numbers": lambda: (some([1, 2, 3], dtype=torch.int64), 3, 0.6, 1.0),
            "size 0": lambda: (rows(), 0, 0.6, 1.0),
        },
    },
    hints=[
        "Test the arguments first. Then square, and add up `size` shifted copies along dimension 1; "
        "what lies beyond the ends counts as 0.",
        "`F.pad(squares.movedim(1, -1), (size // 2, (size - 1) // 2))` puts the channels last, with "
        "zeros around; `.unfold(-1, size, 1).sum(-1)` adds up each window.",
    ],
)
def lrn_scale(a, size, alpha, k):
    """s_i = k + (α/n)·Σ a_j² with torch's window, i − n//2 … i + (n − 1)//2, in dimension 1.

    a: floating point, (batch, channels, …), else TypeError; size ≥ 1, else ValueError. Returns a
    new tensor of the shape and dtype of a.
    """
    if not a.is_floating_point():
        raise TypeError(f"a must be floating point; got {a.dtype}.")
    if size < 1:
        raise ValueError(f"size must be at least 1; got {size}.")
    squares = F.pad((a * a).movedim(1, -1), (size // 2, (size - 1) // 2))
    return k + alpha / size * squares.unfold(-1, size, 1).sum(-1).movedim(-1, 1)


def scale_mistake(hint):
    """Declare a mistake in the formula twice: with and without tests of the arguments."""

    def declare(function):
        @functools.wraps(function)
        def tested(a, size, alpha, k):
            if not a.is_floating_point():
                raise TypeError("a must be floating point.")
            if size < 1:
                raise ValueError("size must be at least 1.")
            return function(a, size, alpha, k)

        lrn_scale.mistake(hint)(tested)

        @functools.wraps(function)
        def untested(a, size, alpha, k):
            alpha / size
            return function(a, size, alpha, k)

        untested.__name__ += "_untested"
        more = " Besides, whole numbers must raise a TypeError and a size below 1 a ValueError."
        lrn_scale.mistake(hint + more)(untested)
        return function

    return declare


@lrn_scale.mistake(
    "The formula is right. What is missing are two tests: a tensor of whole numbers must raise a "
    "TypeError, and a size below 1 a ValueError."
)
def takes_anything(a, size, alpha, k):
    return k + alpha / size * window(a * a, size)


@scale_mistake(
    "Here α is the factor of every square, as in AlexNet's paper. torch, Caffe and ONNX divide it "
    "by n first: `alpha / size`."
)
def forgets_to_divide(a, size, alpha, k):
    return k + alpha * window(a * a, size)


@scale_mistake(
    "Right for odd sizes. For even ones your window leans to the right, as ONNX's does: torch's "
    "reaches size // 2 to the left and (size − 1) // 2 to the right."
)
def leans_right(a, size, alpha, k):
    return k + alpha / size * mirrored(a * a, size)


@scale_mistake("The window adds up a² and not a: a channel of −2 counts for 4.")
def adds_without_squares(a, size, alpha, k):
    return k + alpha / size * window(a, size)


@scale_mistake(
    "Near the ends you divide by the number of channels that are there. The rule is α/n everywhere: "
    "missing channels count as zeros."
)
def divides_by_what_is_there(a, size, alpha, k):
    return k + alpha * window(a * a, size) / window(torch.ones_like(a), size)


@scale_mistake(
    "Your window runs along the last dimension. Channels are in dimension 1, and each position has "
    "sums of its own."
)
def along_the_last_dimension(a, size, alpha, k):
    return k + alpha / size * window((a * a).movedim(-1, 1), size).movedim(1, -1)


@scale_mistake(
    "For an even size your window holds size + 1 channels: size // 2 to both sides is the paper's "
    "rule. To the right torch takes (size − 1) // 2."
)
def one_too_many(a, size, alpha, k):
    return k + alpha / size * summed(a * a, size // 2, size // 2)


@scale_mistake(
    "Your window is closed to a ring: the first channel gets the last ones as neighbours. Beyond the "
    "ends there are zeros."
)
def goes_round(a, size, alpha, k):
    shifts = range(-((size - 1) // 2), size // 2 + 1)
    squares = sum(torch.roll(a * a, shift, 1) for shift in shifts)
    return k + alpha / size * squares


# lrn


@exercise(
    cases={
        "values": {
            "size 3, β = 0.75": lambda: (rows(), 3, 0.6, 0.75, 1.0),
            "size 2, β = 0.5": lambda: (rows(), 2, 0.6, 0.5, 2.0),
            "size 5, β = 1, float32": lambda: (rows(torch.float32), 5, 2.0, 1.0, 1.5),
        },
        "shapes": {
            "maps of 4×5, size 4": lambda: (maps(), 4, 1.5, 0.75, 1.0),
            "not contiguous": lambda: (strided(), 3, 0.7, 0.75, 1.0),
        },
        "gradient": {"in a": lambda: (rows(grad=True), 3, 0.6, 0.75, 1.0)},
        "edges": {
            "k = 0 and a window of zeros": lambda: (some([0, 0, 0, 2.0]), 3, 1.0, 0.75, 0.0),
            "k = 0 without such a window": lambda: (rows(), 2, 1.0, 0.75, 0.0),
        },
    },
    hints=[
        "Take the scale of exercise 1. The output is the activation times the scale to the power −β.",
        "A scale of 0 or below has no power −β: look for one, `(s <= 0).any()`, and raise a ValueError.",
    ],
)
def lrn(a, size, alpha, beta, k):
    """b_i = a_i·s_i^(−β), with s as in exercise 1; a is floating point and size ≥ 1 here.

    Raises ValueError where a scale is 0 or below. Returns a new tensor like a.
    """
    squares = F.pad((a * a).movedim(1, -1), (size // 2, (size - 1) // 2))
    s = k + alpha / size * squares.unfold(-1, size, 1).sum(-1).movedim(-1, 1)
    if (s <= 0).any():
        raise ValueError(f"The scale must be above 0; its least value is {float(s.min())}.")
    return a * s**-beta


def lrn_mistake(hint):
    """Declare a mistake in the formula twice: with and without a test of the scale."""

    def declare(function):
        @functools.wraps(function)
        def tested(a, size, alpha, beta, k):
            if (k + alpha / size * window(a * a, size) <= 0).any():
                raise ValueError("The scale must be above 0.")
            return function(a, size, alpha, beta, k)

        lrn.mistake(hint)(tested)

        @functools.wraps(function)
        def untested(*arguments):
            return function(*arguments)

        untested.__name__ += "_untested"
        lrn.mistake(hint + " Besides, a scale of 0 must raise a ValueError.")(untested)
        return function

    return declare


@lrn.mistake(
    "The formula is right, but where k is 0 and a window holds only zeros it returns nan: 0 to the "
    "power −β. Raise a ValueError there."
)
def takes_any_scale(a, size, alpha, beta, k):
    return a * (k + alpha / size * window(a * a, size)) ** -beta


@lrn_mistake(
    "The exponent's sign: a large scale must make the output small. It is s to the power −β."
)
def multiplies(a, size, alpha, beta, k):
    return a * (k + alpha / size * window(a * a, size)) ** beta


@lrn_mistake("The activation is multiplied by s^(−β), not added to it.")
def adds(a, size, alpha, beta, k):
    return a + (k + alpha / size * window(a * a, size)) ** -beta


@lrn_mistake("The exponent β is missing: you divide by s itself, which is right only for β = 1.")
def divides_by_the_scale(a, size, alpha, beta, k):
    return a / (k + alpha / size * window(a * a, size))


@lrn_mistake("α must be divided by n here: `alpha / size`. AlexNet's paper doesn't, torch does.")
def with_the_papers_alpha(a, size, alpha, beta, k):
    return a * (k + alpha * window(a * a, size)) ** -beta


@lrn_mistake(
    "Right for odd sizes. For even ones your window leans to the right; torch's reaches size // 2 "
    "to the left and (size − 1) // 2 to the right."
)
def with_a_window_that_leans_right(a, size, alpha, beta, k):
    return a * (k + alpha / size * mirrored(a * a, size)) ** -beta


# lrn_jacobian


@exercise(
    cases={
        "values": {
            "(1, 2, 3, 4), size 3, α = 1": lambda: (some(1, 2, 3, 4), 3, 1.0, 0.75, 1.0),
            "both signs, size 2, β = 0.5": lambda: (rows()[0], 2, 0.6, 0.5, 2.0),
            "size 5, float32": lambda: (rows(torch.float32)[1], 5, 2.0, 1.0, 1.5),
        },
        "shapes": {"size 1": lambda: (rows()[0], 1, 0.5, 0.75, 1.0)},
        "edges": {
            "a zero among them": lambda: (some(1.0, 0.0, -2.0), 3, 1.0, 0.75, 1.0),
            "one channel, size 4": lambda: (some(1.5), 4, 1.0, 0.75, 1.0),
        },
    },
    hints=[
        "Two parts: s_i^(−β) on the diagonal, and what the denominator adds wherever j is in the "
        "window of i.",
        "With `i = torch.arange(len(a))[:, None]` and `j = torch.arange(len(a))` the window is "
        "`(j >= i - size // 2) & (j <= i + (size - 1) // 2)`. s belongs to the row.",
    ],
)
def lrn_jacobian(a, size, alpha, beta, k):
    """∂b_i/∂a_j in row i and column j, equation (2.1), for one position: a is (channels,).

    Returns (channels, channels), of the dtype of a.
    """
    i, j = torch.arange(len(a))[:, None], torch.arange(len(a))
    window = ((j >= i - size // 2) & (j <= i + (size - 1) // 2)).to(a.dtype)
    s = k + alpha / size * window @ (a * a)
    shared = 2 * alpha * beta / size * window * torch.outer(a * s ** (-beta - 1), a)
    return torch.diag(s**-beta) - shared


def jacobian_parts(a, size, alpha, k):
    """(window matrix, s) for the mistakes."""
    i, j = torch.arange(len(a))[:, None], torch.arange(len(a))
    inside = ((j >= i - size // 2) & (j <= i + (size - 1) // 2)).to(a.dtype)
    return inside, k + alpha / size * inside @ (a * a)


@lrn_jacobian.mistake(
    "This is the transpose: row i must say how the output i depends on all the inputs."
)
def transposed(a, size, alpha, beta, k):
    inside, s = jacobian_parts(a, size, alpha, k)
    shared = 2 * alpha * beta / size * inside * torch.outer(a * s ** (-beta - 1), a)
    return (torch.diag(s**-beta) - shared).T


@lrn_jacobian.mistake(
    "The denominator is frozen: only s_i^(−β) on the diagonal. It depends on every a_j of the "
    "window, and on a_i."
)
def frozen(a, size, alpha, beta, k):
    return torch.diag(jacobian_parts(a, size, alpha, k)[1] ** -beta)


@lrn_jacobian.mistake(
    "Everything is right but a factor 2 in the second part: the derivative of a_j² is 2·a_j."
)
def forgets_the_two(a, size, alpha, beta, k):
    inside, s = jacobian_parts(a, size, alpha, k)
    return torch.diag(s**-beta) - alpha * beta / size * inside * torch.outer(
        a * s ** (-beta - 1), a
    )


@lrn_jacobian.mistake("The second part is n times too large: ∂s_i/∂a_j is (2α/n)·a_j.")
def forgets_n(a, size, alpha, beta, k):
    inside, s = jacobian_parts(a, size, alpha, k)
    return torch.diag(s**-beta) - 2 * alpha * beta * inside * torch.outer(a * s ** (-beta - 1), a)


@lrn_jacobian.mistake(
    "The power rule lowers the exponent by one: in the second part it is s to the power −β − 1."
)
def keeps_the_exponent(a, size, alpha, beta, k):
    inside, s = jacobian_parts(a, size, alpha, k)
    return torch.diag(s**-beta) - 2 * alpha * beta / size * inside * torch.outer(a * s**-beta, a)


@lrn_jacobian.mistake(
    "The scale in the second part is that of the column. Output i was divided by its own s_i, so "
    "the power belongs to the row."
)
def takes_the_columns_scale(a, size, alpha, beta, k):
    inside, s = jacobian_parts(a, size, alpha, k)
    shared = 2 * alpha * beta / size * inside * torch.outer(a, a * s ** (-beta - 1))
    return torch.diag(s**-beta) - shared


@lrn_jacobian.mistake(
    "Every channel depends on every other. Only the channels in the window of i are in s_i; the "
    "rest of the row is 0."
)
def forgets_the_window(a, size, alpha, beta, k):
    _, s = jacobian_parts(a, size, alpha, k)
    return torch.diag(s**-beta) - 2 * alpha * beta / size * torch.outer(a * s ** (-beta - 1), a)


# lrn_backward


@exercise(
    cases={
        "values": {
            "(1, 2, 3, 4), error in channel 2, size 3": lambda: (
                some([1, 2, 3, 4]),
                some([0, 1, 0, 0]),
                3,
                1.0,
                0.75,
                1.0,
            ),
            "errors everywhere, size 5": lambda: (rows(), errors(), 5, 2.0, 0.75, 1.0),
            "size 4, β = 0.5": lambda: (rows(), errors(), 4, 0.8, 0.5, 2.0),
            "size 2, float32": lambda: (
                rows(torch.float32),
                errors(torch.float32),
                2,
                1.5,
                1.0,
                1.0,
            ),
            "size 1": lambda: (rows(), errors(), 1, 0.5, 0.75, 1.0),
        },
        "shapes": {
            "maps of 4×5, size 4": lambda: (maps(), maps(2), 4, 1.5, 0.75, 1.0),
            "size 9, three channels": lambda: (maps(), maps(2), 9, 2.0, 0.75, 1.0),
            "not contiguous": lambda: (strided(), strided(2), 3, 0.7, 0.75, 1.0),
        },
        "gradient": {
            "in a and in the error": lambda: (rows(grad=True), errors(grad=True), 2, 0.6, 0.75, 1.0)
        },
    },
    hints=[
        "Two parts, equation (3.4). The first is s^(−β) times the error. For the second, make the "
        "tensor be·b/s and add it up over the right window.",
        "The sum runs over the channels j whose windows hold i: the mirror image of the forward "
        "window, (size − 1) // 2 to the left and size // 2 to the right.",
        "`ae = p * be - 2 * alpha * beta / size * a * mirrored_sums(be * b / s)` with `p = s**-beta` "
        "and `b = a * p`.",
    ],
)
def lrn_backward(a, grad_b, size, alpha, beta, k):
    """The gradient in a, given the gradient in b = lrn(a, size, alpha, beta, k): equation (3.4).

    a and grad_b: (batch, channels, …) of equal shapes, floating point; odd and even sizes, with
    torch's window forward. Written out in tensor operations, so that it can be differentiated again.
    """
    left, right = size // 2, (size - 1) // 2

    def sums(x, left, right):
        return F.pad(x.movedim(1, -1), (left, right)).unfold(-1, size, 1).sum(-1).movedim(-1, 1)

    s = k + alpha / size * sums(a * a, left, right)
    own = s**-beta * grad_b
    return own - 2 * alpha * beta / size * a * sums(own * a / s, right, left)


def forward_parts(a, size, alpha, beta, k):
    """(s, b) for the mistakes."""
    s = k + alpha / size * window(a * a, size)
    return s, a * s**-beta


@lrn_backward.mistake(
    "The error is handed on as it came. That LRN has no parameters only means that it has none to "
    "learn: its outputs depend on its inputs in another way than by identity."
)
def hands_on(a, grad_b, size, alpha, beta, k):
    return grad_b.clone()


@lrn_backward.mistake(
    "The denominator is frozen: s^(−β)·be is the first part only. s depends on a, too, and every "
    "channel whose window holds a_i charges it for that."
)
def freezes_the_denominator(a, grad_b, size, alpha, beta, k):
    return grad_b * forward_parts(a, size, alpha, beta, k)[0] ** -beta


@lrn_backward.mistake(
    "Only the channel's own error is here. a_i stands in its neighbours' denominators as well, so "
    "their errors come back: sum be_j·b_j/s_j over them."
)
def hears_only_its_own_error(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - 2 * alpha * beta / size * a * grad_b * b / s


@lrn_backward.mistake("The second part is n times too large: its factor is 2αβ/n.")
def leaves_out_n(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - 2 * alpha * beta * a * mirrored(grad_b * b / s, size)


@lrn_backward.mistake(
    "The second part is half of what it should be: the derivative of a² is 2a, so its factor is 2αβ/n."
)
def leaves_out_the_two(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - alpha * beta / size * a * mirrored(grad_b * b / s, size)


@lrn_backward.mistake("The factor β of the power rule is missing in the second part: 2αβ/n.")
def leaves_out_beta(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - 2 * alpha / size * a * mirrored(grad_b * b / s, size)


@lrn_backward.mistake(
    "Right for odd sizes. For even ones the sum must run over the mirrored window: j hears of i if "
    "i is in the window of j, so (size − 1) // 2 to the left and size // 2 to the right."
)
def sums_over_the_forward_window(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - 2 * alpha * beta / size * a * window(grad_b * b / s, size)


@lrn_backward.mistake(
    "In the sum stands a_j where b_j belongs: the derivative of s_j^(−β) leaves s_j^(−β − 1), and "
    "a_j·s_j^(−β − 1) is b_j / s_j."
)
def takes_a_for_b(a, grad_b, size, alpha, beta, k):
    s, _ = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - 2 * alpha * beta / size * a * mirrored(grad_b * a / s, size)


@lrn_backward.mistake(
    "The scale stands outside the sum, as s_i. Each neighbour j divided by its own s_j: divide "
    "before you add up."
)
def divides_after_the_sum(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b - 2 * alpha * beta / size * a / s * mirrored(grad_b * b, size)


@lrn_backward.mistake(
    "The sign of the second part: a larger a_i makes the outputs smaller, so it is subtracted."
)
def adds_the_blame(a, grad_b, size, alpha, beta, k):
    s, b = forward_parts(a, size, alpha, beta, k)
    return s**-beta * grad_b + 2 * alpha * beta / size * a * mirrored(grad_b * b / s, size)


# window_sums


@exercise(
    cases={
        "values": {
            "1 … 7, size 3": lambda: (torch.arange(1, 8, dtype=FLOAT)[None], 3),
            "size 5": lambda: (rows(), 5),
            "size 2": lambda: (rows(), 2),
            "size 4, float32": lambda: (rows(torch.float32), 4),
        },
        "shapes": {
            "maps of 4×5, size 2": lambda: (maps(), 2),
            "not contiguous": lambda: (strided(), 3),
            "one channel": lambda: (rows()[:, :1], 3),
        },
        "edges": {
            "size 1": lambda: (rows(), 1),
            "size 9, three channels": lambda: (maps(), 9),
            "whole numbers stay whole": lambda: (torch.tensor([[2**53 + 1, 3, -1, 5]]), 2),
        },
    },
    hints=[
        "Keep one sum. From channel to channel add the one that enters, i + (size − 1) // 2, if there "
        "is one, and take away the one that leaves, i − size // 2 − 1, if there is one.",
        "Before channel 0 the sum holds the channels 0 … (size − 1) // 2 − 1. `torch.empty_like(x)` "
        "keeps the dtype.",
    ],
)
def window_sums(x, size):
    """The sum over i − size//2 … i + (size − 1)//2 for each channel i, in dimension 1.

    With one addition and one subtraction a channel, whatever the size. x: (batch, channels, …).
    Returns a new tensor of the shape and dtype of x.
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


@window_sums.mistake(
    "What has entered never leaves: from the second half on take away the channel that falls out of "
    "the window, i − size // 2 − 1."
)
def never_lets_go(x, size):
    return summed(x, x.shape[1], (size - 1) // 2)


@window_sums.mistake(
    "One channel stays in for ever: the first one. `if i - left - 1 > 0` misses 0, which is a "
    "channel. It is the slip of torch's CrossMapLRN2d."
)
def keeps_the_first(x, size):
    result = window(x, size)
    result[:, size // 2 + 1 :] += x[:, :1]
    return result


@window_sums.mistake(
    "Negative indices count from the end: near channel 0 you take away channels that were never "
    "added. Take one away only if its index is at least 0."
)
def takes_from_the_end(x, size):
    left, right = size // 2, (size - 1) // 2
    sums, held = torch.empty_like(x), x[:, :right].sum(1)
    for i in range(x.shape[1]):
        if i + right < x.shape[1]:
            held = held + x[:, i + right]
        held = held - x[:, i - left - 1]
        sums[:, i] = held
    return sums


@window_sums.mistake(
    "Right for odd sizes. For even ones your window leans to the right; torch's reaches size // 2 "
    "to the left and (size − 1) // 2 to the right."
)
def leans_to_the_right(x, size):
    return mirrored(x, size)


@window_sums.mistake(
    "The window starts empty: what lies to the right of channel 0 is missing from every sum. Begin "
    "with the channels 0 … (size − 1) // 2 − 1."
)
def starts_empty(x, size):
    return window(x, size) - x[:, : (size - 1) // 2].sum(1, keepdim=True)


@window_sums.mistake(
    "Your window ends at its channel, i − size + 1 … i. It should reach (size − 1) // 2 channels "
    "beyond it."
)
def looks_back_only(x, size):
    return summed(x, size - 1, 0)


@window_sums.mistake("Asked for is the sum; this is the mean over the window.")
def averages(x, size):
    return window(x, size) / size


@window_sums.mistake("Add up x itself: the squares belong to the scale of LRN.")
def squares_first(x, size):
    return window(x * x, size)


@window_sums.mistake(
    "Your window runs along the last dimension. Channels are in dimension 1, and each position has "
    "sums of its own."
)
def runs_along_the_last_dimension(x, size):
    return window(x.movedim(-1, 1), size).movedim(1, -1)
