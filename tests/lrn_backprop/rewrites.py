"""Other right answers to the exercises of 05_lrn_backprop; check must accept them."""

import torch
from rewriting import rewrite
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

# A whole number is at least 1.5 where it is at least 2, so half a channel changes no window.
SAME = {"lrn_jacobian": ["size // 2 → size / 2", "(size - 1) // 2 → (size - 1) / 2"]}
# Other activations and other constants see the same.
NUMBERS = "1.0 → 0.0, 1.0 → 2.0, 1.0 → -1.0, -2.0 → 2.0, 2.0 → 1.0, 2.0 → 3.0, 2.0 → -2.0, "
NUMBERS += "3.0 → 2.0, 3.0 → 4.0, 3.0 → -3.0, 0.5 → 1.5, 0.5 → -0.5, 2.5 → 1.5, 2.5 → 3.5, "
NUMBERS += "2.5 → -2.5, 0.75 → 1.75, 0.75 → -0.75"
SAME["diagnose"] = NUMBERS.split(", ")


def _reached(x, size, mirrored=False):
    """Window sums by a band matrix."""
    i, j = torch.arange(x.shape[1])[:, None], torch.arange(x.shape[1])
    band = ((j >= i - size // 2) & (j <= i + (size - 1) // 2)).to(x.dtype)
    return torch.einsum("ij,bj...->bi...", band.T if mirrored else band, x)


@rewrite("lrn")
def by_a_band_matrix(a, size, alpha, beta, k):
    return a / _reached(a.square(), size).mul(alpha).div(size).add(k).pow(beta)


@rewrite("lrn")
def channel_by_channel(a, size, alpha, beta, k):
    scales = []
    for i in range(a.shape[1]):
        held = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1]
        scales.append(k + alpha * (held**2).sum(dim=1) / size)
    return a * torch.stack(scales, dim=1).log().mul(-beta).exp()


@rewrite("lrn")
def asks_torch(a, size, alpha, beta, k):
    flat = a.flatten(2) if a.dim() > 2 else a[..., None]
    return F.local_response_norm(flat, size, alpha, beta, k).reshape(a.shape)


@rewrite("lrn_jacobian")
def column_after_column(a, size, alpha, beta, k):
    s = k + alpha / size * _reached(a[None] ** 2, size)[0]
    result = torch.zeros(len(a), len(a), dtype=a.dtype)
    for i in range(len(a)):
        for j in range(max(0, i - size // 2), min(len(a), i + (size - 1) // 2 + 1)):
            result[i, j] = -2 * alpha * beta / size * a[i] * a[j] / s[i] ** (beta + 1)
        result[i, i] += s[i] ** -beta
    return result


@rewrite("lrn_jacobian")
def asks_autograd(a, size, alpha, beta, k):
    def output(a):
        return a / (k + alpha / size * _reached(a[None] ** 2, size)[0]) ** beta

    return torch.func.jacrev(output)(a)


@rewrite("rms_backward")
def from_the_output(a, g_b, k):
    square = k + a.pow(2).sum(1, keepdim=True) / a.shape[1]
    b = a / square.sqrt()
    return (g_b - b * (g_b * b).mean(1, keepdim=True)) / square.sqrt()


@rewrite("rms_backward")
def by_the_jacobian(a, g_b, k):
    channels, rows = a.shape[1], a.movedim(1, -1)
    r = (k + rows.square().mean(-1)) ** -0.5
    outer = torch.einsum("...,...i,...j->...ij", r**3 / channels, rows, rows)
    jacobian = r[..., None, None] * torch.eye(channels, dtype=a.dtype) - outer
    return torch.einsum("...i,...ij->...j", g_b.movedim(1, -1), jacobian).movedim(-1, 1)


@rewrite("diagnose")
def by_differences(layer):
    a = torch.randn(2, 6, 2, dtype=torch.float64, requires_grad=True)
    g_b = torch.randn(2, 6, 2, dtype=torch.float64)

    def gradients(layer, size, twice=False):
        (g_a,) = torch.autograd.grad(layer(a, size, 2.0, 0.75, 1.0), a, g_b, create_graph=twice)
        return torch.autograd.grad((g_a**2).sum(), a)[0] if twice else g_a

    def same(*arguments):
        return torch.allclose(gradients(layer, *arguments), gradients(torchs, *arguments))

    torchs = F.local_response_norm
    for size in (2, 3, 4, 5):
        if not torch.allclose(layer(a, size, 2.0, 0.75, 1.0), torchs(a, size, 2.0, 0.75, 1.0)):
            return "forward"
    if not (same(3) and same(5)):
        return "backward"
    if not (same(2) and same(4)):
        return "even sizes"
    return "right" if same(3, True) else "second derivative"


@rewrite("diagnose")
def all_questions_first(layer):
    torch.manual_seed(1)
    a = torch.randn(1, 8, 1).double().requires_grad_()
    checks = [(5, gradcheck, "backward"), (2, gradcheck, "even sizes")]
    checks += [(5, gradgradcheck, "second derivative")]
    found = "right"
    for size, test, name in reversed(checks):
        if not test(lambda a, size=size: layer(a, size, 0.9, 0.6, 1.0), a, raise_exception=False):
            found = name
    for size in range(1, 7):
        off = layer(a, size, 0.9, 0.6, 1.0) - F.local_response_norm(a, size, 0.9, 0.6, 1.0)
        if off.abs().max() > 1e-9:
            found = "forward"
    return found


@rewrite("lrn_backward")
def with_the_transposed_band(ctx, g_b):
    a, _ = ctx.saved_tensors
    size, alpha, beta, k = ctx.constants
    s = k + alpha / size * _reached(a * a, size)
    charge = _reached(g_b * a * s ** (-1 - beta), size, mirrored=True)
    return g_b / s**beta - charge * a * (2 / size * alpha * beta), None, None, None, None


@rewrite("lrn_backward")
def charge_by_charge(ctx, g_b):
    a = ctx.saved_tensors[0]
    size, alpha, beta, k = ctx.constants
    s = k + alpha / size * _reached(a * a, size)
    b, charges = a / s**beta, []
    for j in range(a.shape[1]):
        first, stop = max(0, j - (size - 1) // 2), j + size // 2 + 1
        charges.append((g_b * b / s)[:, first:stop].sum(1))
    g_a = g_b / s**beta - 2 * alpha * beta * a * torch.stack(charges, 1) / size
    return (g_a,) + (None,) * 4
