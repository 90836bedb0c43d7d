"""Wrong answers to the exercises of 05_lrn_backprop as people write them, and which mistake it is."""

import pytest
import torch
from torch.nn import functional as F

from helpers.lrn_backprop import exercises
from helpers.teaching.judge import check

ATTEMPTS = []


def attempt(exercise, mistake):
    """Note a wrong answer, and the name of the known mistake that it is (None: no known one)."""
    return lambda function: ATTEMPTS.append((exercise, mistake, function))


# lrn_scale


@attempt("lrn_scale", "papers_window")
def _(a, size, alpha, k):
    channels, half, squared = a.shape[1], size // 2, a.pow(2)
    scale = torch.full_like(a, k)
    for i in range(channels):
        lo, hi = max(0, i - half), min(channels - 1, i + half)
        scale[:, i] += alpha / size * squared[:, lo : hi + 1].sum(dim=1)
    return scale


@attempt("lrn_scale", "papers_window + papers_alpha")
def _(a, size, alpha, k):
    out = []
    for i in range(a.shape[1]):
        total = 0
        for j in range(max(0, i - size // 2), min(a.shape[1], i + size // 2 + 1)):
            total = total + a[:, j] ** 2
        out.append(k + alpha * total)
    return torch.stack(out, 1)


@attempt("lrn_scale", "papers_alpha")
def _(a, size, alpha, k):
    x = a.reshape(a.shape[0], 1, a.shape[1], -1).square()
    x = F.pad(x, (0, 0, size // 2, (size - 1) // 2))
    return (k + alpha * size * F.avg_pool2d(x, (size, 1), stride=1)).reshape(a.shape)


@attempt("lrn_scale", "along_the_last_dimension")
def _(a, size, alpha, k):
    padded = F.pad(a**2, (size // 2, (size - 1) // 2))
    return k + alpha / size * padded.unfold(-1, size, 1).sum(-1)


@attempt("lrn_scale", "starts_below_0")
def _(a, size, alpha, k):
    s = torch.zeros_like(a)
    for c in range(a.size(1)):
        s[:, c] = (a[:, c - size // 2 : c + (size - 1) // 2 + 1] ** 2).sum(1)
    return k + s * alpha / size


@attempt("lrn_scale", "one_short")
def _(a, size, alpha, k):
    s = torch.zeros_like(a)
    for c in range(a.size(1)):
        s[:, c] = (a[:, max(c - size // 2, 0) : c + (size - 1) // 2] ** 2).sum(1)
    return k + s * alpha / size


@attempt("lrn_scale", "divides_by_what_is_there")
def _(a, size, alpha, k):
    means = []
    for c in range(a.size(1)):
        means.append((a[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1] ** 2).mean(1))
    return k + alpha * torch.stack(means, dim=1)


@attempt("lrn_scale", "all_channels")
def _(a, size, alpha, k):
    return k + alpha / size * (a * a).sum(1, keepdim=True).expand_as(a)


@attempt("lrn_scale", "k_in_the_sum")
def _(a, size, alpha, k):
    s = torch.full_like(a, k)
    for offset in range(-(size // 2), (size - 1) // 2 + 1):
        for c in range(a.size(1)):
            if 0 <= c + offset < a.size(1):
                s[:, c] = s[:, c] + a[:, c + offset] ** 2
    return s * (alpha / size)


@attempt("lrn_scale", "leans_right + papers_alpha")
def _(a, size, alpha, k):
    left = (size - 1) // 2
    squares = torch.cat([torch.zeros_like(a[:, :1])] * left + [a * a], 1)
    return k + alpha * torch.stack([squares[:, i : i + size].sum(1) for i in range(a.shape[1])], 1)


@attempt("lrn_scale", "without_squares")
def _(a, size, alpha, k):
    padded = F.pad(a.transpose(1, -1), (size // 2, (size - 1) // 2)).transpose(1, -1)
    return k + alpha / size * sum(padded[:, i : i + a.shape[1]] for i in range(size))


@attempt("lrn_scale", None)
def _(a, size, alpha, k):
    padded = F.pad(a.transpose(1, -1).abs(), (size // 2, (size - 1) // 2)).transpose(1, -1)
    return k + alpha / size * sum(padded[:, i : i + a.shape[1]] for i in range(size))


@attempt("lrn_scale", "own_channel_only")
def _(a, size, alpha, k):
    return k + alpha / size * a**2


# lrn


def _scale(a, size, alpha, k):
    s = torch.full_like(a, float(k))
    for i in range(a.shape[1]):
        window = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1]
        s[:, i] = s[:, i] + alpha * window.pow(2).sum(1) / size
    return s


@attempt("lrn", "divides_by_the_scale")
def _(a, size, alpha, beta, k):
    s = _scale(a, size, alpha, k)
    if not torch.all(s > 0):
        raise ValueError("scale")
    return torch.div(a, s)


@attempt("lrn", "multiplies")
def _(a, size, alpha, beta, k):
    return a * torch.pow(_scale(a, size, alpha, k), beta)


@attempt("lrn", "papers_window + papers_alpha")
def _(a, size, alpha, beta, k):
    b = torch.empty_like(a)
    for i in range(a.shape[1]):
        start, end = max(0, i - size // 2), min(a.shape[1], i + size // 2 + 1)
        b[:, i] = a[:, i] / (k + alpha * torch.sum(a[:, start:end] ** 2, 1)) ** beta
    return b


@attempt("lrn", "k_is_1")
def _(a, size, alpha, beta, k):
    flat = a.flatten(2) if a.dim() > 2 else a[..., None]
    return F.local_response_norm(flat, size, alpha, beta).reshape(a.shape)


@attempt("lrn", None)
def _(a, size, alpha, beta, k):
    flat = a.flatten(2) if a.dim() > 2 else a[..., None]
    return F.local_response_norm(flat, size, alpha, beta, k).reshape(a.shape)


@attempt("lrn", "always_075")
def _(a, size, alpha, beta, k):
    root = _scale(a, size, alpha, k).sqrt()
    return a / (root * root.sqrt())


# lrn_jacobian


@attempt("lrn_jacobian", "frozen")
def _(a, size, alpha, beta, k):
    s = _scale(a[None], size, alpha, k)[0]
    return torch.eye(len(a), dtype=a.dtype) * s.pow(-beta)


@attempt("lrn_jacobian", "transposed")
def _(a, size, alpha, beta, k):
    s, n = _scale(a[None], size, alpha, k)[0], len(a)
    jac = torch.zeros(n, n, dtype=a.dtype)
    for i in range(n):
        for j in range(n):
            if i - size // 2 <= j <= i + (size - 1) // 2:
                jac[j, i] -= 2 * alpha * beta / size * a[i] * a[j] * s[i] ** (-beta - 1)
        jac[i, i] += s[i] ** -beta
    return jac


@attempt("lrn_jacobian", "spares_the_diagonal")
def _(a, size, alpha, beta, k):
    s, n = _scale(a[None], size, alpha, k)[0], len(a)
    jac = torch.zeros(n, n, dtype=a.dtype)
    for i in range(n):
        for j in range(max(0, i - size // 2), min(n, i + (size - 1) // 2 + 1)):
            if i == j:
                jac[i, j] = s[i] ** -beta
            else:
                jac[i, j] = -2 * alpha * beta / size * a[i] * a[j] / s[i] ** (beta + 1)
    return jac


@attempt("lrn_jacobian", "leaves_out_n + leaves_out_the_two")
def _(a, size, alpha, beta, k):
    s, i = _scale(a[None], size, alpha, k)[0], torch.arange(len(a))
    near = (i >= i[:, None] - size // 2) & (i <= i[:, None] + (size - 1) // 2)
    outer = torch.einsum("i,j->ij", a * s ** (-beta - 1), a)
    return torch.diag(s**-beta) - alpha * beta * torch.where(near, outer, 0.0)


@attempt("lrn_jacobian", "papers_window")
def _(a, size, alpha, beta, k):
    i = torch.arange(len(a))
    near = ((i[:, None] - i).abs() <= size // 2).to(a.dtype)
    s = k + alpha / size * near @ a**2
    shared = near * torch.outer(a * s ** (-beta - 1), a)
    return (s**-beta).diag() - 2 * alpha * beta / size * shared


# lrn_backward


@attempt("lrn_backward", "frozen")
def _(a, grad_b, size, alpha, beta, k):
    return grad_b / _scale(a, size, alpha, k) ** beta


@attempt("lrn_backward", "sums_over_the_forward_window")
def _(a, grad_b, size, alpha, beta, k):
    s = _scale(a, size, alpha, k)
    charge, total = grad_b * a * s ** (-beta - 1), []
    for i in range(a.shape[1]):
        total.append(charge[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1].sum(1))
    return s**-beta * grad_b - 2 * alpha * beta / size * a * torch.stack(total, 1)


@attempt("lrn_backward", "hears_only_its_own_error")
def _(a, grad_b, size, alpha, beta, k):
    s = _scale(a, size, alpha, k)
    return grad_b * (s - 2 * alpha * beta / size * a * a) / s ** (beta + 1)


@attempt("lrn_backward", "multiplies_by_the_jacobian")
def _(a, grad_b, size, alpha, beta, k):
    s, ae = _scale(a, size, alpha, k), torch.zeros_like(a)
    for i in range(a.shape[1]):
        ae[:, i] = grad_b[:, i] * s[:, i] ** -beta
        for j in range(max(0, i - size // 2), min(a.shape[1], i + (size - 1) // 2 + 1)):
            factor = 2 * alpha * beta / size * a[:, i] * a[:, j] * s[:, i] ** (-beta - 1)
            ae[:, i] = ae[:, i] - factor * grad_b[:, j]
    return ae


@attempt("lrn_backward", "papers_window + leaves_out_the_two")
def _(a, grad_b, size, alpha, beta, k):
    half, c = size // 2, a.shape[1]
    s = k + alpha / size * torch.stack(
        [(a[:, max(0, i - half) : i + half + 1] ** 2).sum(1) for i in range(c)], 1
    )
    ratio = grad_b * a * s**-beta / s
    sums = [ratio[:, max(0, i - half) : i + half + 1].sum(1) for i in range(c)]
    return s**-beta * grad_b - alpha * beta / size * a * torch.stack(sums, 1)


@attempt("lrn_backward", None)
def _(a, grad_b, size, alpha, beta, k):
    x = a.detach().clone().requires_grad_()
    (x / _scale(x, size, alpha, k) ** beta).backward(grad_b)
    return x.grad


@attempt("lrn_backward", "a_row_for_a_column")
def _(a, grad_b, size, alpha, beta, k):
    s, rows = _scale(a, size, alpha, k), torch.zeros_like(a)
    for i in range(a.shape[1]):
        rows[:, i] = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1].sum(1)
    return grad_b * (s**-beta - 2 * alpha * beta / size * a * rows * s ** (-beta - 1))


@attempt("lrn_backward", None)
def _(a, grad_b, size, alpha, beta, k):  # the error's scale is left out of the first part
    s, total = _scale(a, size, alpha, k), torch.zeros_like(a)
    charge = grad_b * a / s ** (beta + 1)
    for i in range(a.shape[1]):
        total[:, i] = charge[:, max(0, i - (size - 1) // 2) : i + size // 2 + 1].sum(1)
    return grad_b - 2 * alpha * beta / size * a * total


# window_sums


@attempt("window_sums", None)
def _(x, size):  # begins with the whole of the first window, and then adds its end again
    left, right = size // 2, (size - 1) // 2
    held, out = x[:, : right + 1].sum(1), []
    for i in range(x.shape[1]):
        if i + right < x.shape[1]:
            held = held + x[:, i + right]
        if i > left:
            held = held - x[:, i - left - 1]
        out.append(held)
    return torch.stack(out, dim=1)


@attempt("window_sums", None)
def _(x, size):
    sums = torch.zeros_like(x)
    for i in range(x.shape[1]):
        sums[:, i] = x[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1].sum(1)
    return sums


@attempt("window_sums", "starts_empty")
def _(x, size):
    out, total = [], torch.zeros_like(x[:, 0])
    for i in range(x.shape[1]):
        new, old = i + (size - 1) // 2, i - size // 2 - 1
        total = total + (x[:, new] if new < x.shape[1] else 0)
        total = total - (x[:, old] if old >= 0 else 0)
        out.append(total)
    return torch.stack(out, 1)


@attempt("window_sums", "looks_back_only")
def _(x, size):
    total = x.cumsum(1)
    return total - torch.cat([torch.zeros_like(x[:, :1])] * size + [total], 1)[:, : x.shape[1]]


@attempt("window_sums", "keeps_the_first")
def _(x, size):
    sums, left, right = torch.zeros_like(x), size // 2, (size - 1) // 2
    sums[:, 0] = x[:, : right + 1].sum(1)
    for i in range(1, x.shape[1]):
        sums[:, i] = sums[:, i - 1]
        if i + right < x.shape[1]:
            sums[:, i] += x[:, i + right]
        if i - left - 1 > 0:
            sums[:, i] -= x[:, i - left - 1]
    return sums


@attempt("window_sums", "papers_window")
def _(x, size):
    half, total = size // 2, x.cumsum(1)
    upper = [min(i + half, x.shape[1] - 1) for i in range(x.shape[1])]
    out = total[:, upper]
    out[:, half + 1 :] -= total[:, : max(0, x.shape[1] - half - 1)]
    return out


def test_most_of_them_are_named():
    assert sum(mistake is not None for _, mistake, _ in ATTEMPTS) >= 0.65 * len(ATTEMPTS)


@pytest.mark.parametrize(("exercise", "mistake", "function"), ATTEMPTS)
def test_a_usual_wrong_answer_is_recognised(exercise, mistake, function):
    result = check(getattr(exercises, exercise), function)
    assert (result.status, result.mistake) == ("wrong", mistake), result.message
