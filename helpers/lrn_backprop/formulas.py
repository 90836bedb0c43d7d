"""Local response normalisation (LRN): forward, backward, what libraries make of it, and a fast one.

Everywhere a is the input, s the scale, b = a·s^(−β) the output and be the error ∂L/∂b; tensors are
(batch, channels, …), floating point. n is called `size`, and α is divided by it, as in torch. The
window of channel i are the channels i − n//2 … i + (n − 1)//2, zeros beyond the ends.
"""

from functools import cache

import torch
from torch.nn import functional as F

from helpers.teaching.data import china


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
    return k + alpha / size * window_sums(a * a, size)


def lrn(a, size, alpha, beta, k):
    """b_i = a_i·s_i^(−β). Raises ValueError besides where a scale is 0 or below."""
    return a * _positive(lrn_scale(a, size, alpha, k)) ** -beta


def response(x, size, alpha, beta, k):
    """Output of a channel that is x while all the others are 0; x a tensor of any shape."""
    return x * (k + alpha / size * x**2) ** -beta


def turning_point(size, alpha, beta, k):
    """Where `response` is largest: beyond, it falls. Infinite for β ≤ ½."""
    return (size * k / (alpha * (2 * beta - 1))) ** 0.5 if beta > 0.5 else float("inf")


# 2 · Who gets the blame


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


# 3 · The derivation


def lrn_backward(a, grad_b, size, alpha, beta, k):
    """ae_i = s_i^(−β)·be_i − (2αβ/n)·a_i·Σ be_j·b_j/s_j, the sum over the j whose windows hold i."""
    s = _positive(lrn_scale(a, size, alpha, k))
    own = s**-beta * grad_b
    blame = window_sums(own * a / s, size, mirrored=True)
    return own - 2 * alpha * beta / size * a * blame


def frozen(a, grad_b, size, alpha, beta, k):
    """Wrong: the denominator taken for a constant, so that the error is scaled like the activation."""
    return grad_b * lrn_scale(a, size, alpha, k) ** -beta


def own_error(a, grad_b, size, alpha, beta, k):
    """Wrong: quotient rule, but only with the channel's own error."""
    s = lrn_scale(a, size, alpha, k)
    return grad_b * (s**-beta - 2 * alpha * beta / size * a**2 * s ** (-beta - 1))


def same_window(a, grad_b, size, alpha, beta, k):
    """Wrong for even sizes: the sum runs over the forward window."""
    s = lrn_scale(a, size, alpha, k)
    own = s**-beta * grad_b
    return own - 2 * alpha * beta / size * a * window_sums(own * a / s, size)


WRONG = {
    "passed on": lambda a, grad_b, *constants: grad_b.clone(),
    "frozen denominator": frozen,
    "own error only": own_error,
}


@cache
def sample(channels=8, rows=1000):
    """Activations and errors, (rows, channels) of a standard normal each, float64, always the same."""
    generator = torch.Generator().manual_seed(5)
    return torch.randn(2, rows, channels, generator=generator, dtype=torch.float64).unbind()


def wrong_by(backward, size, alpha, beta=0.75, k=1.0):
    """Mean over the rows of `sample` of the largest error, relative to the row's largest gradient."""
    a, grad_b = sample()
    right = lrn_backward(a, grad_b, size, alpha, beta, k)
    off = (backward(a, grad_b, size, alpha, beta, k) - right).abs().amax(1)
    return (off / right.abs().amax(1)).mean()


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


def _power(s, beta):
    """s^(−β), from roots where these suffice: they are many times cheaper than a power."""
    if beta == 0.75:
        root = s.rsqrt()
        return root.sqrt().mul_(root)
    if beta == 0.5:
        return s.rsqrt()
    return s**-beta


class LRN(torch.autograd.Function):
    """`LRN.apply(a, size, alpha, beta, k)`: both passes in closed form, one sample after another.

    A sample's intermediate results stay in the processor's cache; a and s are all that is kept.
    Derivatives of any order are right: under `create_graph` the backward pass starts again from a.
    """

    @staticmethod
    def forward(ctx, a, size, alpha, beta, k):
        _valid(a, size)
        s, b = (torch.empty(a.shape, dtype=a.dtype, device=a.device) for _ in range(2))
        squares = None
        for a_1, s_1, b_1 in zip(a, s, b, strict=True):
            squares = torch.mul(a_1, a_1, out=squares)
            _add_window(squares, *sides(size), out=s_1.copy_(squares))
            s_1.mul_(alpha / size).add_(k)
            torch.mul(a_1, _power(s_1, beta), out=b_1)
        if k <= 0 or alpha < 0:  # else no scale can be 0 or below, and looking costs time
            _positive(s)
        ctx.save_for_backward(a, s)
        ctx.constants = size, alpha, beta, k
        return b

    @staticmethod
    def backward(ctx, grad_b):
        a, s = ctx.saved_tensors
        size, alpha, beta, k = ctx.constants
        if torch.is_grad_enabled():  # a derivative of this derivative is wanted; s depends on a
            return lrn_backward(a, grad_b, size, alpha, beta, k), None, None, None, None
        grad_a = torch.empty(a.shape, dtype=a.dtype, device=a.device)
        blame = torch.empty_like(grad_a[0]) if len(a) else None
        for a_1, s_1, grad_b_1, grad_a_1 in zip(a, s, grad_b, grad_a, strict=True):
            own = _power(s_1, beta).mul_(grad_b_1)
            charges = (own * a_1).div_(s_1)
            _add_window(charges, *reversed(sides(size)), out=blame.copy_(charges))
            torch.addcmul(own, a_1, blame, value=-2 * alpha * beta / size, out=grad_a_1)
        return grad_a, None, None, None, None


class SavesScale(torch.autograd.Function):
    """Wrong from the second derivative on: keeps s, but not that s depends on a."""

    @staticmethod
    def forward(ctx, a, size, alpha, beta, k):
        s = lrn_scale(a, size, alpha, k)
        ctx.save_for_backward(a, s)
        ctx.constants = size, alpha, beta
        return a * s**-beta

    @staticmethod
    def backward(ctx, grad_b):
        a, s = ctx.saved_tensors
        size, alpha, beta = ctx.constants
        own = s**-beta * grad_b
        blame = window_sums(own * a / s, size, mirrored=True)
        return own - 2 * alpha * beta / size * a * blame, None, None, None, None


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


# 6 · On real data

ORIENTATIONS = 8
REACH, WAVELENGTH, SPREAD = 5, 8.0, (1.8, 3.2)  # pixels; spread across and along the edge


@cache
def edge_filters():
    """Odd Gabor filters for edges in 8 orientations, (8, 1, 11, 11) float32.

    Each answers a step of height h along its edge with h.
    """
    at = torch.arange(-REACH, REACH + 1, dtype=torch.float64)
    y, x = torch.meshgrid(-at, at, indexing="ij")  # y upwards
    angle = torch.arange(ORIENTATIONS, dtype=torch.float64)[:, None, None] * torch.pi / ORIENTATIONS
    along = x * angle.cos() + y * angle.sin()
    across = y * angle.cos() - x * angle.sin()
    envelope = torch.exp(-((across / SPREAD[0]) ** 2 + (along / SPREAD[1]) ** 2) / 2)
    wave = torch.sin(2 * torch.pi * across / WAVELENGTH) * envelope
    return (wave / (wave * (across > 0)).sum((1, 2), keepdim=True)).float()[:, None]


@cache
def photo_activations():
    """|edge filter| of the photograph with pixels from 0 to 255: (1, 8, 132, 203) float32."""
    return F.conv2d(china().float()[None, None], edge_filters()).abs()


# 7 · Then and now


def normalisers(channels):
    """Name → layer without parameters, as a function of (batch, channels, height, width)."""
    return {
        "batch": lambda a: F.batch_norm(a, None, None, training=True),
        "layer": lambda a: F.layer_norm(a, a.shape[1:]),
        "instance": F.instance_norm,
        "group": lambda a: F.group_norm(a, channels // 2),
        "local response": lambda a: lrn(a, 3, 1.0, 0.75, 1.0),
    }


@cache
def probe(shape, method, channel):
    """Which inputs a normalised value depends on: a bool tensor of `shape`, found by autograd.

    shape: (batch, channels, height, width); the value is the one at (1, channel, 1, 2).
    """
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
    b = normalisers(shape[1])[method](a)
    (gradient,) = torch.autograd.grad(b[1, channel, 1, 2], a)
    return gradient.abs() > 1e-12
