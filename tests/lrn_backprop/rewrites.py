"""Other right answers to the exercises of 05_lrn_backprop; check must accept them."""

import torch
from rewriting import rewrite

# A whole number is at least 1.5 where it is at least 2, so half a channel changes no window.
SAME = {"lrn_jacobian": ["size // 2 → size / 2", "(size - 1) // 2 → (size - 1) / 2"]}


def _reached(x, size, mirrored=False):
    """Window sums by a band matrix."""
    i, j = torch.arange(x.shape[1])[:, None], torch.arange(x.shape[1])
    band = ((j >= i - size // 2) & (j <= i + (size - 1) // 2)).to(x.dtype)
    return torch.einsum("ij,bj...->bi...", band.T if mirrored else band, x)


@rewrite("lrn_scale")
def by_a_band_matrix(a, size, alpha, k):
    return _reached(a.square(), size).mul(alpha).div(size).add(k)


@rewrite("lrn_scale")
def channel_by_channel(a, size, alpha, k):
    scales = []
    for i in range(a.shape[1]):
        held = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1]
        scales.append(k + alpha * (held**2).sum(dim=1) / size)
    return torch.stack(scales, dim=1)


@rewrite("lrn")
def divides_by_a_power(a, size, alpha, beta, k):
    s = k + _reached(a**2, size) * alpha / size
    if not (s > 0).all():
        raise ValueError("no power of 0")
    return a / torch.exp(beta * torch.log(s))


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


@rewrite("lrn_backward")
def with_the_transposed_band(a, grad_b, size, alpha, beta, k):
    s = k + alpha / size * _reached(a * a, size)
    charge = _reached(grad_b * a * s ** (-1 - beta), size, mirrored=True)
    return grad_b / s**beta - charge * a * (2 / size * alpha * beta)


@rewrite("lrn_backward")
def rows_of_the_transposed_jacobian(a, grad_b, size, alpha, beta, k):
    s = k + alpha / size * _reached(a * a, size)
    b, charges = a / s**beta, []
    for i in range(a.shape[1]):
        first, stop = max(0, i - (size - 1) // 2), i + size // 2 + 1
        charges.append((grad_b * b / s)[:, first:stop].sum(1))
    return grad_b / s**beta - 2 * alpha * beta * a * torch.stack(charges, 1) / size


@rewrite("window_sums")
def differences_of_cumulative_sums(x, size):
    at = torch.arange(x.shape[1])
    total = torch.cat([torch.zeros_like(x[:, :1]), x], 1).cumsum(1)
    last = (at + (size - 1) // 2 + 1).clamp(max=x.shape[1])
    return total[:, last] - total[:, (at - size // 2).clamp(min=0)]


@rewrite("window_sums")
def one_list_of_sums(x, size):
    channels = list(x.unbind(1))
    padded = [0] * (size // 2 + 1) + channels + [0] * size
    held, sums = sum(padded[:size]), []
    for i in range(len(channels)):
        held = held + padded[i + size] - padded[i]
        sums.append(held)
    return torch.stack(sums, 1)
