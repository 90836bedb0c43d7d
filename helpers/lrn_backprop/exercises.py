"""The exercises of 05_lrn_backprop, in the order of the page."""

import torch
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

# The order of the page.
__all__ = ["lrn", "lrn_jacobian", "rms_backward", "diagnose", "lrn_backward"]  # noqa: RUF022

SINGLE, GRAD = {"dtype": torch.float32}, {"grad": True}


# No two channels alike, both signs; the two samples differ as well.
def rows(**how):
    return tensor([1.0, -2.0, 3.0, 0.5, 4.0, -1.5], [0.25, 1.5, -1.0, 2.5, -3.0, 2.0], **how)


def errors(**how):
    return tensor([0.5, 1.0, -2.0, 0.75, 0.0, 1.5], [-1.0, 0.25, 2.0, 0.0, 1.25, -0.5], **how)


def in_channel_2():
    """Activations, and an error in the second channel alone."""
    return tensor([1.0, 2, 3, 4]), tensor([0.0, 1, 0, 0])


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
# Slips in the window, and in what the denominator adds to a derivative.
WINDOW = f"""
    leans_right: {TORCHS} → left, right = (size - 1) // 2, size // 2
    # Your even windows lean to the right, as ONNX's do. Reach size // 2 to the left, as torch does.
    papers_window: (size - 1) // 2 → size // 2
    # Your even windows hold size + 1 channels, as the paper's do. To the right go (size − 1) // 2.
    one_short: (size - 1) // 2 → (size - 1) // 2 - 1
    # Your window ends one channel too early: a Python slice leaves its end out, so add + 1 there.
"""
SECOND_PART = """
    leaves_out_n: beta / size → beta
    # The second part is n times too large: ∂s_i/∂a_j is (2α/n)·a_j.
    leaves_out_the_two: 2 * alpha → alpha
    # The second part is half of what it should be: the derivative of a_j² is 2·a_j.
    leaves_out_alpha: 2 * alpha * beta → 2 * beta
    # The second part lacks the factor α: ∂s_i/∂a_j is (2α/n)·a_j.
    leaves_out_beta: alpha * beta → alpha
    # The second part lacks the factor β of the power rule.
    papers_alpha: alpha / size → alpha; beta / size → beta
    # α must be divided by n here, in the scale and in its derivative. AlexNet's paper doesn't.
    adds_the_second_part: - 2 * alpha → + 2 * alpha
    # The sign of the second part: a larger a_i makes denominators larger, so it is subtracted.
"""


@exercise(
    cases={
        "values": {
            "size 3, β = 0.75": lambda: (rows(), 3, 0.6, 0.75, 1.5),
            "size 2, β = 0.5": lambda: (rows(), 2, 0.6, 0.5, 2.0),
            "size 5, β = 1, float32": lambda: (rows(**SINGLE), 5, 2.0, 1.0, 1.5),
            "size 1": lambda: (rows(), 1, 0.5, 0.75, 2.0),
        },
        "shapes": {
            "maps of 4×5, size 4": lambda: (maps(), 4, 1.5, 0.75, 1.0),
            "size 9, three channels": lambda: (maps(), 9, 2.0, 0.75, 1.0),
            "not contiguous": lambda: (strided(), 3, 0.7, 0.75, 1.0),
        },
        "gradient": {"in a": lambda: (rows(**GRAD), 3, 0.6, 0.75, 1.0)},
    },
    hints=[
        "Square, add up over the window, α/n and k, the power: which step needs the neighbours?",
        "Put zeros around the channels first, size // 2 in front and (size − 1) // 2 behind. Then "
        "each window has `size` entries, at the ends as well.",
        "`F.pad` puts zeros around the last dimension, `movedim` brings the channels there and "
        "back, and `unfold` shows all windows. Or add `size` shifted slices in a loop.",
    ],
    minutes=10,
)
def lrn(a, size, alpha, beta, k):
    """The output b of LRN, equations (1.1) and (1.2), with torch's window.

    a: a floating-point tensor (batch, channels, …).
    size: the window n, a whole number from 1. alpha, beta, k: floats; k > 0.
    What lies beyond the ends counts as 0. Returns a tensor like a, which
    autograd can differentiate.
    Example: a = [[1, 2, 3]], size = 3, alpha = 3, beta = 0.5, k = 1
    → [[0.41, 0.52, 0.80]].
    """
    left, right = size // 2, (size - 1) // 2
    squares = F.pad((a * a).movedim(1, -1), (left, right))
    s = k + alpha / size * squares.unfold(-1, left + right + 1, 1).sum(-1).movedim(-1, 1)
    return a * s**-beta


lrn.slips(
    WINDOW,
    rf"""
    k_is_1: s = k + → s = 1 +
    # The constant k is an argument; here it is always 1.
    own_channel_only: {TORCHS} → left = right = 0
    # There is no window: the scale of channel i holds the squares of its neighbours as well.
    all_channels: {TORCHS} → left = right = len(a.T)
    # You add up all channels. Add only the window's: size // 2 to the left, (size − 1) // 2 right.
    k_in_the_sum: k + alpha → alpha / size * k + alpha
    # α/n multiplies k as well. It belongs to the sum of squares alone; add k afterwards.
    papers_alpha: alpha / size → alpha
    # α is the factor of every square here, as in AlexNet's paper. torch divides it by n first.
    without_squares: (a * a) → a
    # The window adds up a² and not a: a channel of −2 counts for 4.
    divides_by_n_twice: alpha / size → alpha / size**2
    # You divide by n twice: a window's mean is divided already. Add up, or leave out the n below α.
    power_of_the_quotient: a * s**-beta → (a / s) ** beta
    # The power reaches a too, and a negative number has no power 0.75. Raise only the scale s to β.
    power_of_the_sum_alone: .movedim(-1, 1) → .movedim(-1, 1) ** beta; s**-beta → s**-1
    # Only the sum of squares is raised to β. The power belongs to all of s, with k and α/n.
    leaves_itself_out: .sum(-1).movedim(-1, 1) → .sum(-1).movedim(-1, 1) - alpha / size * a * a
    # Your windows hold the neighbours alone. Channel i is in its own window too.
    leaves_out_k: k + alpha → alpha
    # The constant k is missing: add it to the sum.
    squares_the_sum: (a * a) → a; .sum(-1).movedim → .sum(-1).square().movedim
    # You square the sum of the window. Square each activation first, then add up.
    along_the_last_dimension: movedim(1, -1) → movedim(-1, -1); movedim(-1, 1) → movedim(-1, -1)
    # Your window runs along the last dimension. The channels are in dimension 1.
    along_the_batch: movedim(1, -1) → movedim(0, -1); movedim(-1, 1) → movedim(-1, 0)
    # Your window runs over the samples, dimension 0. Channels are in dimension 1.
    multiplies: s**-beta → s**beta
    # The exponent's sign: a large scale must make the output small. It is s to the power −β.
    divides_by_the_scale: s**-beta → s**-1.0
    # The exponent β is missing: you divide by s itself, which is right only for β = 1.
    takes_the_root: s**-beta → s**-0.5
    # You divide by the square root of s, which is right only for β = 0.5.
    always_075: s**-beta → s**-0.75
    # The exponent β is an argument; here it is always 0.75.
    returns_the_factor: a * s → s
    # This is s^(−β), what the activation is multiplied by. Multiply a by it.
    returns_the_scale: return a * s**-beta → return s
    # This is the scale s. The output is a times its power −β.
    k_after_the_power: s = k + alpha → s = alpha; a * s**-beta → a / (k + s**beta)
    # You add k to the power of the sum. It belongs inside: the power of k plus the sum.
    divides_by_what_is_there: alpha / size → alpha / slices(torch.ones_like(a), size)
    # Near the ends you divide by the channels that are there. Divide by n: missing ones count as 0.
    adds_up_the_samples: … → others = [d for d in range(a.dim()) if d != 1]\n    return a * (k +
        alpha / size * slices(a * a, size).sum(others, keepdim=True)) ** -beta
    # A plain `.sum()` adds up samples and positions too. Add up the channels only: `.sum(1)`.
    goes_round: … → shifts = range(-((size - 1) // 2), size // 2 + 1)\n    return a * (k + alpha /
        size * sum(torch.roll(a * a, shift, 1) for shift in shifts)) ** -beta
    # Your window is a ring: the first channel gets the last as neighbours. Beyond the ends is 0.
    starts_below_0: … → return a * (k + alpha / size * slices(a * a, size, -size)) ** -beta
    # A slice's negative start counts from the end. Begin at `max(0, i - size // 2)`.
    reads_its_own_outputs: … → left, right, b = size // 2, (size - 1) // 2, a.clone()
        \n    for i in range(a.shape[1]): b[:, i] = b[:, i] * (k + alpha / size *
        b[:, max(0, i - left) : i + right + 1].square().sum(1)) ** -beta\n    return b
    # You write into the tensor that you read: later windows hold outputs. Write into another one.
""",
)


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
        "Multiply along each of the two ways from a_j to b_i. For which j is there a direct way, "
        "and for which one through s_i?",
        "Which scale stands in row i? Output i was divided by its own.",
        "With `i = torch.arange(len(a))[:, None]` and `j = torch.arange(len(a))` a comparison like "
        "`j >= i - left` is a whole matrix. Or fill an empty matrix in two loops.",
    ],
    level=2,
    minutes=10,
)
def lrn_jacobian(a, size, alpha, beta, k):
    """The Jacobian of LRN at one position: ∂b_i/∂a_j in row i, column j.

    a: a floating-point tensor (channels,).
    size: the window n, a whole number from 1. alpha, beta, k: floats; k > 0.
    Returns a tensor (channels, channels) of a's dtype.
    Example: a = [1, 2], size = alpha = beta = k = 1 → [[0, 0], [0, −0.12]].
    """
    left, right = size // 2, (size - 1) // 2
    i, j = torch.arange(len(a))[:, None], torch.arange(len(a))
    window = ((j >= i - left) & (j <= i + right)).to(a.dtype)
    s = k + alpha / size * window @ (a * a)
    shared = window * a[:, None] * a * s[:, None] ** (-beta - 1)
    return torch.diag(s**-beta) - 2 * alpha * beta / size * shared


JACOBIAN = "torch.diag(s**-beta) - 2 * alpha * beta / size * shared"
lrn_jacobian.slips(
    WINDOW,
    SECOND_PART,
    rf"""
    k_is_1: s = k + → s = 1 +
    # The constant k is an argument; here it is always 1.
    freezes_the_denominator: {JACOBIAN} → torch.diag(s**-beta)
    # Only s^(−β) is left. But a_i is also in the denominator of each window that holds it.
    one_on_the_diagonal: torch.diag(s**-beta) → torch.eye(len(a), dtype=a.dtype)
    # The direct part is 1 on your diagonal. Output i is a_i times s_i^(−β), so it is s_i^(−β).
    takes_b_i_for_a_i: a[:, None] * a * s → (a * s**-beta)[:, None] * a * s
    # The second part has −β twice: b_i holds it already, so b_i goes with s_i^(−1).
    takes_b_j_for_a_j: a[:, None] * a * s[:, None] ** (-beta - 1)
        → (a * s**-beta)[:, None] * (a * s**-beta) / s[:, None]
    # The second part has b_j for a_j: s_i holds the inputs' squares, and a_j² gives 2·a_j.
    diagonal_alone: size * shared → size * torch.diag(shared.diag())
    # Only the diagonal is filled. Row i has an entry for every channel in the window of i.
    adds_up_the_columns: {JACOBIAN} → ({JACOBIAN}).sum(0)
    # Added up over the outputs this is a gradient, for errors of 1. Return the whole matrix.
    mirrors_the_window: shared = window * → shared = window.T *
    # Even windows are mirrored here. Row i goes from i − size // 2 to i + (size − 1) // 2.
    transposed: size * shared → size * shared.T
    # This is the transpose: row i must say how the output i depends on all the inputs.
    leaves_the_diagonal_out: torch.diag(s**-beta) - → -
    # Only what the denominator adds is here. On the diagonal a_i stands in front as well: s_i^(−β).
    spares_the_diagonal: shared = window → shared = (i != j) * window
    # The diagonal holds s_i^(−β) alone. Channel i is in its own window: add its second part.
    keeps_the_exponent: (-beta - 1) → -beta
    # The power rule lowers the exponent by one: in the second part it is s to the power −β − 1.
    raises_the_exponent: (-beta - 1) → (1 - beta)
    # The exponent −β is lowered by one, not raised: −β − 1 in the second part.
    takes_the_columns_scale: s[:, None] ** → s **
    # The second part has the column's scale. Output i was divided by the row's own s_i.
    leaves_out_a_i: a[:, None] * a → a
    # The second part lacks the factor a_i, which stays when the power is differentiated.
    leaves_out_a_j: a[:, None] * a → a[:, None]
    # In the second part the factor a_j is missing: the derivative of a_j² is 2·a_j.
    squares_a_j: a[:, None] * a → a * a
    # In the second part stands a_j². One factor is the output's own a_i, the other the a_j of s_i.
    starts_below_0: window @ (a * a) → slices((a * a)[None], size, -size)[0]
    # A slice that starts at a negative index counts from the end. Begin at `max(0, i - size // 2)`.
    forgets_the_window: shared = window * → shared =
    # Here every channel depends on every other. Outside the window of i, row i is 0.
    softmaxs: return {JACOBIAN} → b = a * s**-beta\n    return torch.diag(b) - torch.outer(b, b)
    # That is softmax's Jacobian. LRN's b_i is a_i times a power of s_i: differentiate that.
    column_sums_on_the_diagonal: {JACOBIAN} → torch.diag(({JACOBIAN}).sum(0))
    # Your diagonal holds the gradient of the outputs' sum. Give each output a row of its own.
""",
)


@exercise(
    cases={
        "values": {
            "an error in channel 2": lambda: (*in_channel_2(), 0.5),
            "errors everywhere": lambda: (rows(), errors(), 2.0),
            "float32": lambda: (rows(**SINGLE), errors(**SINGLE), 1.0),
        },
        "shapes": {
            "maps of 4×5": lambda: (maps(), maps(2), 0.25),
            "one channel": lambda: (tensor([1.5], [-0.5]), tensor([2.0], [1.0]), 1.0),
            "not contiguous": lambda: (strided(), strided(2), 0.7),
        },
    },
    without_autograd=True,
    hints=[
        "Draw the graph: a → r → b, and a → b. Here one r serves all channels of a position.",
        "The local derivatives: ∂b_i/∂r = a_i, and ∂r/∂a_j = −r³·a_j/C with C channels. Which of "
        "the two has to be added up over i?",
        "Each output charges the same r: add up g_b·a over all channels first, then multiply by "
        "−r³·a_j/C.",
    ],
    level=2,
    minutes=10,
)
def rms_backward(a, g_b, k):
    """The gradient in a, given g_b in b, of another layer; no autograd.

    The layer is RMSNorm: b = a·r. Here r is m to the power −½, and m is k plus
    the mean of a² over all channels. a, g_b: floating-point tensors
    (batch, channels, …) of one shape; k: a float above 0.
    Returns a tensor like a.
    Example: a = [[1, 2]], g_b = [[1, 0]], k = 0.5 → [[0.4811, −0.1925]].
    """
    r = (k + (a * a).mean(1, keepdim=True)).rsqrt()
    return r * g_b - r**3 * a * (g_b * a).mean(1, keepdim=True)


rms_backward.slips(r"""
    freezes_the_denominator: - r**3 * a * (g_b * a).mean(1, keepdim=True) →
    # The denominator is frozen: only r·g_b is left. But r depends on a, too.
    hands_on: r * g_b - r**3 * a * (g_b * a).mean(1, keepdim=True) → g_b.clone()
    # The error is handed on as it came. Each output is a times r, and r is not 1.
    own_error_only: (g_b * a).mean(1, keepdim=True) → g_b * a / a.shape[1]
    # Each channel hears its own error only. All outputs share r: add up g_b·a over the channels.
    own_output_only: (g_b * a).mean(1, keepdim=True) → g_b * a.mean(1, keepdim=True)
    # Each input hears its own error only. All errors come back to a_j: put g_b inside the sum.
    sums_for_means: (g_b * a).mean(1, keepdim=True) → (g_b * a).sum(1, keepdim=True)
    # The second part is C times too large, for C channels: the mean of a² gives 2·a_j/C.
    leaves_out_a: r**3 * a * → r**3 *
    # In the second part the factor a_j is missing: the derivative of a_j² is 2·a_j.
    leaves_out_a_in_the_sum: (g_b * a).mean(1, keepdim=True) → g_b.mean(1, keepdim=True)
    # In the sum the activation of the output is missing: ∂b_i/∂r is a_i.
    multiplies_two_means: (g_b * a).mean(1, keepdim=True)
        → g_b.mean(1, keepdim=True) * a.mean(1, keepdim=True)
    # You multiply two means. Multiply each error by its own activation first, then take the mean.
    takes_b_for_a: (g_b * a).mean → (g_b * a * r).mean
    # In the mean stands b where a belongs: ∂b_i/∂r is a_i.
    keeps_the_power: r**3 → r
    # The power of r: (…)^(−½) gives −½·r³. With a factor r taken out, both a become b.
    one_power_short: r**3 → r**2
    # r² is one power short: (…)^(−½) has the derivative −½·(…)^(−3/2), and that holds r³.
    forgets_the_half: - r**3 → - 2 * r**3
    # The 2 of a_j² and the ½ of the root cancel: the second part is twice too large.
    leaves_the_two_out: - r**3 → - 0.5 * r**3
    # The second part is half of what it should be: the derivative of a_j² is 2·a_j.
    adds: r * g_b - → r * g_b +
    # The sign of the second part: a larger a_j makes r smaller, so it is subtracted.
    k_is_0: (k + (a * a) → ((a * a)
    # The constant k is missing under the root.
    k_outside_the_root: (k + (a * a).mean(1, keepdim=True)).rsqrt()
        → 1 / (k + (a * a).mean(1, keepdim=True).sqrt())
    # You add k after the root. It belongs under it: m is k plus the mean of a².
    no_root: .rsqrt() → .reciprocal()
    # Your r is 1/m. It is m to the power −½: the root is missing.
    sums_in_both: mean(1, keepdim=True) → sum(1, keepdim=True)
    # You add up where the layer takes a mean, in r as well: both are means over the channels.
    one_mean_for_all: mean(1, keepdim=True) → mean()
    # A plain `.mean()` runs over samples and positions too. Write `.mean(1, keepdim=True)`.
    along_the_last_dimension: mean(1, → mean(-1,
    # The mean runs along the last dimension. The channels are in dimension 1.
    over_the_samples: mean(1, keepdim=True) → mean(0, keepdim=True)
    # The mean runs over the samples, dimension 0. Channels are in dimension 1.
    layer_norms: r = (k → a = a - a.mean(1, keepdim=True)\n    r = (k; return r * g_b -
        → return r * (g_b - g_b.mean(1, keepdim=True)) -
    # That is layer norm's backward pass, which subtracts the channels' mean. RMSNorm does not.
""")


# Layers to be diagnosed. They need nothing of formulas.py, which a release for students leaves out.


def scale(a, size, alpha, k):
    return k + alpha / size * slices(a * a, size)


def mirrored(x, size):
    """`slices` over the mirrored windows."""
    return slices(x.flip(1), size).flip(1)


def first_never_leaves(a, n):
    """As in a running sum that tests `> 0`: from where it should have left, a_1² stays in the sum."""
    late = torch.arange(a.shape[1])[:, None] > n // 2
    return slices(a * a, n) + late * a[:, :1] ** 2


FORWARD = {  # what is multiplied by α/n
    "leans right": lambda a, n: mirrored(a * a, n),
    "never leaves": first_never_leaves,
    "paper": lambda a, n: n * slices(a * a, n),
    "no squares": lambda a, n: slices(a.abs(), n),
    # range(i - n // 2, i + n // 2) is right for even sizes alone.
    "one short": lambda a, n: slices(a * a, n // 2 * 2) if n > 1 else 0 * a,
}


def with_forward(name):
    """A layer that adds up what this name in FORWARD says, and that autograd differentiates."""
    sums = FORWARD[name]
    return lambda a, size, alpha, beta, k: a * (k + alpha / size * sums(a, size)) ** -beta


def in_other_steps(a, size, alpha, beta, k):
    return a / (scale(a, size, alpha, k).log() * beta).exp()


def with_backward(name, saved=False):
    """A layer with the right output and the backward pass of this name in BACKWARD.

    saved: whether s is a constant there.
    """

    class Layer(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, size, alpha, beta, k):
            ctx.save_for_backward(a, scale(a, size, alpha, k))
            ctx.constants = size, alpha, beta, k
            return F.local_response_norm(a, size, alpha, beta, k)

        @staticmethod
        def backward(ctx, g_b):
            (a, s), (size, alpha, beta, k) = ctx.saved_tensors, ctx.constants
            s = s if saved else scale(a, size, alpha, k)
            g_a = BACKWARD[name](a, s, s**-beta, g_b, size, 2 * alpha * beta / size)
            return g_a, None, None, None, None

    return Layer.apply


BACKWARD = {  # s^(−β) is p, and s^(−β − 1) is p/s; f is 2αβ/n
    "handed on": lambda a, s, p, g_b, n, f: g_b.clone(),
    "frozen": lambda a, s, p, g_b, n, f: g_b * p,
    "own output": lambda a, s, p, g_b, n, f: g_b * (p - f * a * slices(a, n) * p / s),
    "forward window": lambda a, s, p, g_b, n, f: g_b * p - f * a * slices(g_b * a * p / s, n),
    "not lowered": lambda a, s, p, g_b, n, f: g_b * p - f * a * mirrored(g_b * a * p, n),
    "right": lambda a, s, p, g_b, n, f: g_b * p - f * a * mirrored(g_b * a * p / s, n),
}


@exercise(
    cases={
        "values": {
            "torch's own": lambda: (F.local_response_norm,),
            "a derivative by its own output": lambda: (with_backward("own output"),),
            "frozen denominator": lambda: (with_backward("frozen"),),
            "the error handed on": lambda: (with_backward("handed on"),),
            "the sum over the forward window": lambda: (with_backward("forward window"),),
            "s saved as a constant": lambda: (with_backward("right", True),),
            "windows that lean to the right": lambda: (with_forward("leans right"),),
            "the first channel never leaves": lambda: (with_forward("never leaves"),),
            "α not divided by n": lambda: (with_forward("paper"),),
            "the closed form": lambda: (with_backward("right"),),
            "the power not lowered": lambda: (with_backward("not lowered"),),
            "the forward window, and s saved": lambda: (with_backward("forward window", True),),
            "one channel short at odd sizes": lambda: (with_forward("one short"),),
            "without squares": lambda: (with_forward("no squares"),),
            "right, in other steps": lambda: (in_other_steps,),
        },
    },
    hints=[
        "gradcheck compares a layer's two passes. What does it say if the forward pass is wrong?",
        "Which sizes? Windows of one channel hide most mistakes, and odd ones hide one more.",
        "In this order: the output at an odd and at an even size, gradcheck at an odd size from 3, "
        "gradcheck at an even size, gradgradcheck. Take α around 1.",
    ],
    level=3,
    minutes=15,
)
def diagnose(layer):
    """What is wrong with an LRN layer that somebody else wrote?

    layer: a function (a, size, alpha, beta, k) → b that should equal
    F.local_response_norm; a: float64 (batch, channels, positions). Returns
    what is true first: "forward" (wrong output), "backward" (wrong gradient at
    an odd size), "even sizes" (wrong gradient at even sizes only),
    "second derivative" (only that), "right". gradcheck(layer, (a, …, k),
    raise_exception=False) is True or False, as is gradgradcheck.
    Example: F.local_response_norm → "right".
    """
    a = torch.tensor([[1.0, -2.0, 3.0, 0.5, 2.5]], dtype=torch.float64)[..., None].requires_grad_()
    odd, even = (a, 3, 1.0, 0.75, 1.0), (a, 4, 1.0, 0.75, 1.0)
    for arguments in (odd, even):
        if not torch.allclose(layer(*arguments), F.local_response_norm(*arguments)):
            return "forward"
    if not gradcheck(layer, odd, raise_exception=False):
        return "backward"
    if not gradcheck(layer, even, raise_exception=False):
        return "even sizes"
    twice = gradgradcheck(layer, odd, raise_exception=False)
    return "right" if twice else "second derivative"


diagnose.slips(r"""
    weak_alpha: (a, 3, 1.0, 0.75 → (a, 3, 1e-4, 0.75; (a, 4, 1.0, 0.75 → (a, 4, 1e-4, 0.75
    # With so small an α or a, all scales are nearly k, and mistakes don't show: take both around 1.
    compares_bits: torch.allclose( → torch.equal(
    # torch.equal wants the same last digit, but right layers may round: use torch.allclose.
    even_outputs_alone: in (odd, even) → in (even,)
    # You compare outputs at an even size only. Windows can be one short at odd sizes: try one too.
    all_ones: [[1.0, -2.0, 3.0, 0.5, 2.5]] → [[1.0, 1.0, 1.0, 1.0, 1.0]]
    # All your activations are 1, which is its own square: a forgotten square is hidden. Vary them.
    compares_with_defaults: norm(*arguments)) → norm(*arguments[:2]))
    # F.local_response_norm takes its own α, β and k here. Give it those that the layer got.
    nothing_to_differentiate: .requires_grad_() → .clone()
    # gradcheck needs an input that requires a gradient: end a with `.requires_grad_()`.
    lets_gradcheck_raise: raise_exception=False → raise_exception=True
    # gradcheck raises an error for a wrong gradient. With raise_exception=False it returns False.
    size_1: (a, 3, → (a, 1,
    # With size 1 no channel has a neighbour to be charged. Take an odd size from 3.
    odd_only: (a, 4, → (a, 5,
    # All your sizes are odd. Their windows are their own mirror image; try an even size as well.
    odd_outputs: in (odd, even) → in (odd,)
    # You compare outputs at an odd size only. Even windows can lean to the wrong side: try one too.
    even_outputs: return "forward" → return "forward" if arguments is odd else "even sizes"
    # “even sizes” is for a wrong gradient. An output wrong at even sizes alone is “forward”.
    trusts_the_output: for arguments in (odd, even):\n        if not torch.allclose(layer(*arguments),
        F.local_response_norm(*arguments)):\n            return "forward"\n    if not → if not
    # gradcheck passes a layer whose output is wrong. Compare that with F.local_response_norm first.
    trusts_the_gradient: if not gradcheck(layer, odd, raise_exception=False):\n        return
        "backward"\n    if not gradcheck(layer, even, raise_exception=False):\n        return
        "even sizes"\n    twice → twice
    # The gradients are not compared. With the right output a backward pass can be wrong.
    one_derivative: twice = gradgradcheck(layer, odd, raise_exception=False) → twice = True
    # A backward pass can be right and its own derivative wrong: ask gradgradcheck as well.
    single_precision: dtype=torch.float64 → dtype=torch.float32
    # gradcheck's steps are mostly rounding in float32, so right layers fail: use float64.
    two_channels: [[1.0, -2.0, 3.0, 0.5, 2.5]] → [[1.0, -2.0]]
    # With two channels nothing ever leaves a window. Take more channels than the window has.
    two_channels_at_size_2: [[1.0, -2.0, 3.0, 0.5, 2.5]] → [[1.0, -2.0]]; (a, 4, → (a, 2,
    # With two channels even a window of two never loses its first channel. Take more channels.
    backward_at_any_size: return "even sizes" → return "backward"
    # A gradient that is wrong at even sizes alone has a word of its own.
    takes_a_wrong_gradient_for_a_wrong_output: if not torch.allclose(layer(*arguments),
        F.local_response_norm(*arguments)) → if not (gradcheck(layer, odd, raise_exception=False)
        or gradcheck(layer, even, raise_exception=False))
    # gradcheck says nothing about the output. Compare that with F.local_response_norm.
    second_derivative_first: for arguments in (odd, even):
        → if not gradgradcheck(layer, odd, raise_exception=False): return "second derivative"
        \n    for arguments in (odd, even):
    # You ask gradgradcheck first. A layer with a wrong gradient can fail it too: ask it last.
""")


class Context(torch.nn.Module):
    """What torch hands to a backward method, with the tensors that forward saved."""

    def __init__(self, a, size, alpha, beta, k):
        super().__init__()
        self.register_buffer("a", a)
        with torch.no_grad():
            b = F.local_response_norm(a[..., None], size, alpha, 1.0, k)[..., 0]
            self.register_buffer("s", a / b)  # with β = 1 the output is a/s
        self.saved_tensors, self.constants = (self.a, self.s), (size, alpha, beta, k)


def saved(a, g_b, size, alpha, beta=0.75, k=1.0):
    return Context(a, size, alpha, beta, k), g_b


@exercise(
    cases={
        "values": {
            "an error in channel 2, size 3": lambda: saved(*in_channel_2(), 3, 1.0),
            "errors everywhere, size 5": lambda: saved(rows(), errors(), 5, 2.0),
            "size 4, β = 0.5": lambda: saved(rows(), errors(), 4, 0.8, 0.5, 2.0),
            "size 2, float32": lambda: saved(rows(**SINGLE), errors(**SINGLE), 2, 1.5, 1.0),
            "size 1": lambda: saved(rows(), errors(), 1, 0.5, 0.75, 1.5),
        },
        "shapes": {
            "maps of 4×5, size 4": lambda: saved(maps(), maps(2), 4, 1.5),
            "size 9, three channels": lambda: saved(maps(), maps(2), 9, 2.0),
            "not contiguous": lambda: saved(strided(), strided(2), 3, 0.7),
        },
        "gradient": {"in a and in the error": lambda: saved(rows(**GRAD), errors(**GRAD), 2, 0.6)},
    },
    without_autograd=True,
    hints=[
        "How many arguments did forward have, after ctx? backward returns one value for each.",
        "Add up the outputs' charges in the mirrored window: it goes size // 2 to the right.",
        "For the second derivative s must be a function of a: compute it again. The saved s is no "
        "input and no output of forward, so for torch it is a constant.",
    ],
    level=2,
    minutes=10,
)
def lrn_backward(ctx, g_b):
    """The backward method of an autograd.Function for LRN; no autograd.

    ctx.saved_tensors is (a, s), as forward saved them: floating-point tensors
    (batch, channels, …). ctx.constants is (size, alpha, beta, k), size odd or
    even. g_b: the gradient in the output, like a. Returns what torch wants for
    forward(ctx, a, size, alpha, beta, k): the gradient in a, and None for each
    constant. It must be right if torch differentiates it again, by a and g_b.
    Example: a = [[1, 2]], size = alpha = beta = k = 1, g_b = [[1, 0]]
    → [[0, 0]], None, None, …
    """
    (a, _), (size, alpha, beta, k) = ctx.saved_tensors, ctx.constants
    left, right = size // 2, (size - 1) // 2

    def sums(x, left, right):
        padded = F.pad(x.movedim(1, -1), (left, right))
        return padded.unfold(-1, left + right + 1, 1).sum(-1).movedim(-1, 1)

    s = k + alpha / size * sums(a * a, left, right)
    own = s**-beta * g_b
    g_a = own - 2 * alpha * beta / size * a * sums(own * a / s, right, left)
    return g_a, None, None, None, None


CHARGES = "sums(own * a / s, right, left)"
G_A = f"own - 2 * alpha * beta / size * a * {CHARGES}"
lrn_backward.slips(
    # These two come first: together they look like a window of s that leans to the right.
    """
    sums_over_the_forward_window: right, left → left, right
    # For even sizes, mirror the window: (size − 1) // 2 to the left and size // 2 to the right.
    s_is_a_constant: s = k + alpha / size * sums(a * a, left, right) → s = ctx.saved_tensors[1]
    # The values are right, but torch can't see that the saved s depends on a: compute it again.
""",
    WINDOW,
    SECOND_PART,
    rf"""
    gradient_alone: return g_a, None, None, None, None → return g_a
    # The gradient is right, but torch wants four more values, None for each constant of forward.
    none_for_the_context: return g_a, → return g_a, None,
    # One None too many: ctx is no argument that gets a gradient.
    one_none_short: return g_a, None, None, None, None → return g_a, None, None, None
    # One None is missing: forward has four constants after a.
    zeros_for_none: return g_a, None, None, None, None → return g_a, 0, 0, 0, 0
    # A constant has no gradient, and torch wants None for it. 0 is a value.
    cuts_the_graph: left, right = size → a = a.detach()\n    left, right = size
    # The values are right, but detach cuts a off from the graph. Use a as it was saved.
    along_the_last_dimension: movedim(1, -1) → movedim(-1, -1); movedim(-1, 1) → movedim(-1, -1)
    # Your window runs along the last dimension. The channels are in dimension 1.
    all_channels: {CHARGES} → (own * a / s).sum(1, keepdim=True)
    # Your sum runs over all channels. Only the mirrored window of j charges it.
    takes_b_in_front: size * a * sums → size * a * s**-beta * sums
    # In front of the sum stands b where a belongs: the derivative of a_j² is 2·a_j.
    raises_the_exponent: own * a / s → own * a * s
    # The exponent −β is lowered by one, not raised: divide by s inside the sum.
    freezes_the_denominator: {G_A} → own
    # Only s^(−β) is left. But a_i is also in the denominator of each window that holds it.
    hands_on: {G_A} → g_b.clone()
    # The error is handed on as it came. LRN has nothing to learn, but b isn't a: use its Jacobian.
    hears_only_its_own_error: {CHARGES} → own * a / s
    # Only the channel's own error is here. Its neighbours' come back too: sum g_b·b/s over them.
    takes_the_error_out_of_the_sum: {CHARGES} → g_b * sums(s**-beta * a / s, right, left)
    # The sum has the input channel's error. Each output charges with its own: put g_b in the sum.
    a_row_for_a_column: {CHARGES} → own / s * sums(a, left, right)
    # You added up a row: one output by all inputs. Add up a column: all outputs by one input.
    multiplies_by_the_jacobian: {CHARGES} → s**-beta / s * sums(g_b * a, left, right)
    # You multiply by the Jacobian itself. Its transpose has the outputs' scales in the sum.
    takes_a_for_b: own * a / s → g_b * a / s
    # In the sum stands a where b belongs: s^(−β) leaves s^(−β − 1), and a·s^(−β − 1) is b/s.
    forgets_to_divide_by_s: own * a / s → own * a
    # In the sum the division by s is missing: the power rule lowers the exponent by one.
    leaves_out_b: own * a / s → own / s
    # In the sum the output's own activation is missing: it charges g_b·b/s.
    leaves_out_a: size * a * sums → size * sums
    # The second part lacks the factor a_j in front of the sum: the derivative of a_j² is 2·a_j.
    divides_after_the_sum: a * sums(own * a / s, → a / s * sums(own * a,
    # You divide by the input channel's scale. Each output has its own: divide before you add up.
    without_a_graph: return g_a, → return g_a.detach(),
    # The result hangs on no graph, so no second derivative is possible. Write the formula itself.
""",
)
