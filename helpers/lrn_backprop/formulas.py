"""Local response normalisation (LRN): forward, backward, what libraries make of it, and a fast one.

Everywhere a is the input, s the scale and b = a·s^(−β) the output; g_b is the gradient in b, ∂L/∂b,
and g_a the gradient in a. Tensors are (batch, channels, …), floating point. n is called `size`, and α
is divided by it, as in torch. The window of channel i are the channels i − n//2 … i + (n − 1)//2,
zeros beyond the ends.
"""

from functools import cache

import torch
from torch.nn import functional as F

from helpers.lrn_backprop.photograph import (
    photo_activations,
    random_filter_activations,  # noqa: F401 (the page takes it from here)
)


def _valid(a, size):
    """Raise TypeError or ValueError for what LRN is not defined for."""
    if not a.is_floating_point():
        raise TypeError(f"LRN needs a floating-point tensor; got {a.dtype}.")
    if a.dim() < 2:
        raise ValueError(f"LRN needs (batch, channels, …); got the shape {tuple(a.shape)}.")
    if not isinstance(size, int) or size < 1:
        raise ValueError(f"size must be a whole number from 1; got {size!r}.")


def _positive(s):
    """`s`, unless its power −β does not exist: then ValueError."""
    if (s <= 0).any():
        least = float(s.min())
        raise ValueError(f"The scale must be above 0, but its least value is {least:g}: raise k.")
    return s


# 1 · What the layer does


def sides(size):
    """How many channels a window reaches to the left and to the right of its own."""
    return size // 2, (size - 1) // 2


def _add_window(x, left, right, out):
    """Add x_{i − left} + … + x_{i + right} but x_i to out_i, along the first dimension; 0 beyond."""
    for distance in range(1, min(left, len(x) - 1) + 1):
        out[distance:] += x[:-distance]
    for distance in range(1, min(right, len(x) - 1) + 1):
        out[:-distance] += x[distance:]


def window_sums(x, size, mirrored=False):
    """Sum over the window of each channel, or over the mirrored window; added up anew for each.

    Same shape and dtype as x. Raises ValueError for size < 1 and for fewer than two dimensions.
    """
    if x.dim() < 2 or size < 1:
        raise ValueError(f"Needs (batch, channels, …) and size ≥ 1; got {tuple(x.shape)}, {size}.")
    left, right = sides(size)[::-1] if mirrored else sides(size)
    total = x.clone()
    _add_window(x.movedim(1, 0), left, right, out=total.movedim(1, 0))
    return total


def lrn_scale(a, size, alpha, k):
    """s_i = k + (α/n)·Σ a_j² over the window of i. Raises as in `window_sums`, and for integers."""
    _valid(a, size)
    return window_sums(a * a, size).mul_(alpha / size).add_(k)


def lrn(a, size, alpha, beta, k):
    """b_i = a_i·s_i^(−β). Raises ValueError besides where a scale is 0 or below."""
    return a * _positive(lrn_scale(a, size, alpha, k)) ** -beta


def response(x, size, alpha, beta, k):
    """Output of a channel that is x while all the others are 0; x a tensor of any shape."""
    return x * (k + alpha / size * x**2) ** -beta


def turning_point(size, alpha, beta, k):
    """Where `response` is largest: beyond, it falls. Infinite for β ≤ ½."""
    return (size * k / (alpha * (2 * beta - 1))) ** 0.5 if beta > 0.5 else float("inf")


# 2 · Does the error pass through unchanged?


def lrn_jacobian(a, size, alpha, beta, k):
    """∂b_i/∂a_j at one position: a is (channels,), the result (channels, channels), row i, column j."""
    if a.dim() != 1:
        raise ValueError(f"One position has the shape (channels,); got {tuple(a.shape)}.")
    s = _positive(lrn_scale(a[None], size, alpha, k)[0])
    window = window_matrix(len(a), size).to(a)
    own = torch.diag(s**-beta)
    return own - 2 * alpha * beta / size * window * torch.outer(a * s ** (-beta - 1), a)


def window_matrix(channels, size):
    """W[i, j] = 1 where channel j is in the window of channel i, else 0; float64."""
    i, j = torch.arange(channels)[:, None], torch.arange(channels)
    left, right = sides(size)
    return ((j >= i - left) & (j <= i + right)).double()


# 3 · The backward pass, and what it is mistaken for


def lrn_backward(a, g_b, size, alpha, beta, k):
    """g_a, equation (3.2): the sum runs over the outputs whose windows hold the input."""
    s = _positive(lrn_scale(a, size, alpha, k))
    own = s**-beta * g_b
    charges = window_sums(own * a / s, size, mirrored=True)
    return own - 2 * alpha * beta / size * a * charges


def frozen(a, g_b, size, alpha, beta, k):
    """Wrong: the denominator taken for a constant, so that the error is scaled like the activation."""
    return g_b * lrn_scale(a, size, alpha, k) ** -beta


def own_output(a, g_b, size, alpha, beta, k):
    """Wrong: differentiates output i by all its inputs, and multiplies by its own error.

    A row of the Jacobian in place of a column.
    """
    s = lrn_scale(a, size, alpha, k)
    both = 2 * alpha * beta / size * a * window_sums(a, size)
    return g_b * (s**-beta - both * s ** (-beta - 1))


WRONG = {
    "passed on": lambda a, g_b, *constants: g_b.clone(),
    "frozen denominator": frozen,
    "own output only": own_output,
}
ACTIVATIONS = "standard normal", "photograph"


@cache
def sample(activations="standard normal", rows=1000):
    """a and g_b, (rows, 8) each, float64, always the same; g_b is standard normal.

    activations: "standard normal", or "photograph" for edges at pixels chosen at random.
    """
    generator = torch.Generator().manual_seed(5)
    a, g_b = torch.randn(2, rows, 8, generator=generator, dtype=torch.float64).unbind()
    if activations == "photograph":
        pixels = photo_activations()[0].flatten(1).T
        a = pixels[torch.randint(len(pixels), (rows,), generator=generator)].double()
    return a, g_b


@cache
def wrong_by(backward, size, alpha, activations="standard normal", beta=0.75, k=1.0):
    """Mean over the rows of `sample` of the largest error, relative to the row's largest gradient."""
    a, g_b = sample(activations)
    right = lrn_backward(a, g_b, size, alpha, beta, k)
    off = (backward(a, g_b, size, alpha, beta, k) - right).abs().amax(1)
    return float((off / right.abs().amax(1)).mean())


# 4 · Even windows and what the libraries do

# Each layer as a function of (a, size, alpha, beta, k). That of ONNX is written after its standard.
LAYERS = {
    "F.local_response_norm": F.local_response_norm,
    "ONNX standard": lambda a, size, alpha, beta, k: (
        a * (k + alpha / size * window_sums(a * a, size, mirrored=True)) ** -beta
    ),
    "nn.CrossMapLRN2d": lambda a, size, alpha, beta, k: torch.nn.CrossMapLRN2d(
        size, alpha, beta, k
    )(a),
}


def summed(layer, a, size):
    """The window sums that `layer` uses, read off its output: with k = 0, α = n, β = 1 b is a/Σ."""
    return a / layer(a, size, float(size), 1.0, 0.0)


@cache
def measured_windows(name, channels, size):
    """Which channels a layer uses, measured from outside: (forward, backward), float64 each.

    forward[i, j]: how often a_j² is in the sum of channel i. backward[i, j]: how often the error of
    channel j is charged to channel i; None if the backward pass raises an error.
    """
    layer = LAYERS[name]
    a = torch.ones(1 + channels, channels, 1, 1, dtype=torch.float64)
    a[1:, :, 0, 0] += (2**0.5 - 1) * torch.eye(channels)  # a_j² = 2 in row j + 1
    with torch.no_grad():
        sums = summed(layer, a, size)[:, :, 0, 0]
    forward = (sums[1:] - sums[0]).T.round()
    # Large k: s is k nearly everywhere, and what is charged to others is −2αβ/n·a_i·b_j/s_j.
    k, ones = 1e6, torch.ones(channels, channels, 1, 1, dtype=torch.float64, requires_grad=True)
    errors = torch.eye(channels, dtype=torch.float64)[:, :, None, None]
    try:
        b = layer(ones, size, float(size), 1.0, k)
        (blame,) = torch.autograd.grad(b, ones, errors)
    except RuntimeError:
        return forward, None
    s = ones.detach() / b.detach()
    charged = (errors / s - blame) * s * s / 2
    return forward, charged[:, :, 0, 0].T.round()


# 5 · Making it fast


def running_sums(x, size):
    """`window_sums` with one addition and one subtraction a channel, whatever the size.

    In floating point what is added and later taken away leaves its rounding error behind.
    """
    left, right = sides(size)
    channels = x.shape[1]
    total = torch.empty_like(x)
    held = x[:, :right].sum(1)
    for i in range(channels):
        if i + right < channels:
            held = held + x[:, i + right]
        if i - left > 0:
            held = held - x[:, i - left - 1]
        total[:, i] = held
    return total


def rows_below_zero(k, exponents=(-2, 3), seed=0, rows=20000):
    """In which share of the rows a running sum makes a scale of 0 or below: n = 5, α = 1, float32.

    A row has 16 channels; the logarithm (to base 10) of their sizes is uniform between the two
    exponents.
    """
    generator = torch.Generator().manual_seed(seed)
    low, high = exponents
    a = 10 ** (low + (high - low) * torch.rand(rows, 16, generator=generator))
    s = k + running_sums(a * a, 5) / 5
    return float((s <= 0).any(1).double().mean())


def _power(s, beta):
    """s^(−β), from roots where these suffice: they are many times cheaper than a power."""
    if beta == 0.75:
        root = s.rsqrt()
        return root.sqrt().mul_(root)
    if beta == 0.5:
        return s.rsqrt()
    return s**-beta


CACHED = 2**18
"""How many numbers of an array one thread works on at a time, so that they stay in its cache."""


def chunks(a):
    """Slices of the first dimension of a: as many samples at a time as the caches hold, 1 or more."""
    step = max(1, CACHED * torch.get_num_threads() // max(1, a[:1].numel()))
    return [slice(start, start + step) for start in range(0, len(a), step)]


class LRN(torch.autograd.Function):
    """`LRN.apply(a, size, alpha, beta, k)`: the class of the page, with arrays that are used again.

    It keeps a, and computes s anew. Derivatives of any order are right.
    """

    @staticmethod
    def forward(ctx, a, size, alpha, beta, k):
        ctx.save_for_backward(a)
        ctx.constants = size, alpha, beta, k
        b = torch.empty(a.shape, dtype=a.dtype, device=a.device)
        for part in chunks(a):
            s = lrn_scale(a[part], size, alpha, k)
            if k <= 0 or alpha < 0:  # else no scale can be 0 or below, and looking costs time
                _positive(s)
            torch.mul(a[part], _power(s, beta), out=b[part])
        return b

    @staticmethod
    def backward(ctx, g_b):
        (a,), (size, alpha, beta, k) = ctx.saved_tensors, ctx.constants
        if torch.is_grad_enabled():  # this is to be differentiated again: nothing in place
            return lrn_backward(a, g_b, size, alpha, beta, k), None, None, None, None
        g_a = torch.empty(a.shape, dtype=a.dtype, device=a.device)
        for part in chunks(a):
            s = lrn_scale(a[part], size, alpha, k)
            own = _power(s, beta).mul_(g_b[part])
            charges = (own * a[part]).div_(s)
            _add_window(
                charges.movedim(1, 0), *sides(size)[::-1], out=s.copy_(charges).movedim(1, 0)
            )
            torch.addcmul(own, a[part], s, value=-2 * alpha * beta / size, out=g_a[part])
        return g_a, None, None, None, None


def layer(forward, backward):
    """A layer (a, size, alpha, beta, k) → b with this forward and backward pass, right or wrong."""

    class Layer(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, *constants):
            ctx.save_for_backward(a)
            ctx.constants = constants
            return forward(a, *constants)

        @staticmethod
        def backward(ctx, g_b):
            (a,) = ctx.saved_tensors
            return backward(a, g_b, *ctx.constants), None, None, None, None

    return Layer.apply


def kept_arrays(layer, a, *constants):
    """How many arrays of the size of a the autograd graph of layer(a, …) keeps for its backward pass."""
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        b = layer(a, *constants)
    del b
    return sum(kept.values()) / (a.numel() * a.element_size())
