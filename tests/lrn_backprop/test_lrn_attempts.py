"""Wrong answers to the exercises of 05_lrn_backprop as people write them, and which mistake it is."""

import torch
from attempts import Attempts
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from helpers.lrn_backprop import exercises

attempt = Attempts(exercises)


def scale(mistake):
    """The same for the scale alone, a part of lrn that people write as a function of its own."""

    def note(function):
        def lrn(a, size, alpha, beta, k):
            return a * function(a, size, alpha, k) ** -beta

        attempt("lrn", mistake)(lrn)

    return note


def method(mistake):
    """The same for lrn_backward, written as a function of a and the error."""

    def note(function):
        def lrn_backward(ctx, g_b):
            return function(ctx.saved_tensors[0], g_b, *ctx.constants), None, None, None, None

        attempt("lrn_backward", mistake)(lrn_backward)

    return note


# lrn: its scale


@scale("papers_window")
def _(a, size, alpha, k):
    channels, half, squared = a.shape[1], size // 2, a.pow(2)
    scale = torch.full_like(a, k)
    for i in range(channels):
        lo, hi = max(0, i - half), min(channels - 1, i + half)
        scale[:, i] += alpha / size * squared[:, lo : hi + 1].sum(dim=1)
    return scale


@scale("papers_window + papers_alpha")
def _(a, size, alpha, k):
    out = []
    for i in range(a.shape[1]):
        total = 0
        for j in range(max(0, i - size // 2), min(a.shape[1], i + size // 2 + 1)):
            total = total + a[:, j] ** 2
        out.append(k + alpha * total)
    return torch.stack(out, 1)


@scale("papers_alpha")
def _(a, size, alpha, k):
    x = a.reshape(a.shape[0], 1, a.shape[1], -1).square()
    x = F.pad(x, (0, 0, size // 2, (size - 1) // 2))
    return (k + alpha * size * F.avg_pool2d(x, (size, 1), stride=1)).reshape(a.shape)


@scale("along_the_last_dimension")
def _(a, size, alpha, k):
    padded = F.pad(a**2, (size // 2, (size - 1) // 2))
    return k + alpha / size * padded.unfold(-1, size, 1).sum(-1)


@scale("starts_below_0")
def _(a, size, alpha, k):
    s = torch.zeros_like(a)
    for c in range(a.size(1)):
        s[:, c] = (a[:, c - size // 2 : c + (size - 1) // 2 + 1] ** 2).sum(1)
    return k + s * alpha / size


@scale("one_short")
def _(a, size, alpha, k):
    s = torch.zeros_like(a)
    for c in range(a.size(1)):
        s[:, c] = (a[:, max(c - size // 2, 0) : c + (size - 1) // 2] ** 2).sum(1)
    return k + s * alpha / size


@scale("divides_by_what_is_there")
def _(a, size, alpha, k):
    means = []
    for c in range(a.size(1)):
        means.append((a[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1] ** 2).mean(1))
    return k + alpha * torch.stack(means, dim=1)


@scale("all_channels")
def _(a, size, alpha, k):
    return k + alpha / size * (a * a).sum(1, keepdim=True).expand_as(a)


@scale("k_in_the_sum")
def _(a, size, alpha, k):
    s = torch.full_like(a, k)
    for offset in range(-(size // 2), (size - 1) // 2 + 1):
        for c in range(a.size(1)):
            if 0 <= c + offset < a.size(1):
                s[:, c] = s[:, c] + a[:, c + offset] ** 2
    return s * (alpha / size)


@scale("leans_right + papers_alpha")
def _(a, size, alpha, k):
    left = (size - 1) // 2
    squares = torch.cat([torch.zeros_like(a[:, :1])] * left + [a * a], 1)
    return k + alpha * torch.stack([squares[:, i : i + size].sum(1) for i in range(a.shape[1])], 1)


@scale("without_squares")
def _(a, size, alpha, k):
    padded = F.pad(a.transpose(1, -1), (size // 2, (size - 1) // 2)).transpose(1, -1)
    return k + alpha / size * sum(padded[:, i : i + a.shape[1]] for i in range(size))


@scale(None)
def _(a, size, alpha, k):
    padded = F.pad(a.transpose(1, -1).abs(), (size // 2, (size - 1) // 2)).transpose(1, -1)
    return k + alpha / size * sum(padded[:, i : i + a.shape[1]] for i in range(size))


@scale("own_channel_only")
def _(a, size, alpha, k):
    return k + alpha / size * a**2


@scale("divides_by_n_twice")
def _(a, size, alpha, k):
    padded = F.pad((a**2).movedim(1, -1), (size // 2, (size - 1) // 2))
    return k + alpha / size * padded.unfold(-1, size, 1).mean(-1).movedim(-1, 1)


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


@attempt("lrn", "always_075")
def _(a, size, alpha, beta, k):
    root = _scale(a, size, alpha, k).sqrt()
    return a / (root * root.sqrt())


@attempt("lrn", "squares_the_sum")
def _(a, size, alpha, beta, k):
    b = torch.zeros_like(a)
    for i in range(a.shape[1]):
        window = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1]
        b[:, i] = a[:, i] / (k + alpha / size * window.sum(1) ** 2) ** beta
    return b


@attempt("lrn", "adds_up_the_samples")
def _(a, size, alpha, beta, k):
    b = torch.zeros_like(a)
    for i in range(a.shape[1]):
        window = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1]
        b[:, i] = a[:, i] / (k + alpha / size * (window**2).sum()) ** beta
    return b


@attempt("lrn", "power_of_the_quotient")
def _(a, size, alpha, beta, k):
    return (a / _scale(a, size, alpha, k)) ** beta


@attempt("lrn", "power_of_the_sum_alone")
def _(a, size, alpha, beta, k):
    return a / (k + alpha * _scale(a, size, 1.0, 0.0) ** beta * size ** (beta - 1))


@attempt("lrn", "reads_its_own_outputs")
def _(a, size, alpha, beta, k):
    b = a.clone()
    for i in range(a.shape[1]):
        window = b[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1]
        b[:, i] = b[:, i] / (k + alpha / size * (window**2).sum(1)) ** beta
    return b


@attempt("lrn", "leaves_itself_out")
def _(a, size, alpha, beta, k):
    b = torch.zeros_like(a)
    for i in range(a.shape[1]):
        near = range(max(0, i - size // 2), min(a.shape[1], i + (size - 1) // 2 + 1))
        total = sum(a[:, j] ** 2 for j in near if j != i)
        b[:, i] = a[:, i] / (k + alpha / size * total) ** beta
    return b


@attempt("lrn", "leaves_out_k")
def _(a, size, alpha, beta, k):
    return a / _scale(a, size, alpha, 0) ** beta


# lrn_jacobian


@attempt("lrn_jacobian", "freezes_the_denominator")
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


@attempt("lrn_jacobian", "mirrors_the_window")
def _(a, size, alpha, beta, k):
    s, n = _scale(a[None], size, alpha, k)[0], len(a)
    jac = torch.diag(s**-beta)
    for i in range(n):
        for j in range(n):
            if i - (size - 1) // 2 <= j <= i + size // 2:
                jac[i, j] -= 2 * alpha * beta / size * a[i] * a[j] * s[i] ** (-beta - 1)
    return jac


def _windows(a, size, alpha, k):
    """Which channels are in which window, as zeros and ones, and the scales."""
    i = torch.arange(len(a))
    near = (i >= i[:, None] - size // 2) & (i <= i[:, None] + (size - 1) // 2)
    return near.to(a.dtype), _scale(a[None], size, alpha, k)[0]


@attempt("lrn_jacobian", "one_on_the_diagonal")
def _(a, size, alpha, beta, k):
    near, s = _windows(a, size, alpha, k)
    shared = near * torch.outer(a * s ** (-beta - 1), a)
    return torch.eye(len(a), dtype=a.dtype) - 2 * alpha * beta / size * shared


@attempt("lrn_jacobian", "takes_b_i_for_a_i")
def _(a, size, alpha, beta, k):
    near, s = _windows(a, size, alpha, k)
    b = a * s**-beta
    shared = near * torch.outer(b * s ** (-beta - 1), a)
    return torch.diag(s**-beta) - 2 * alpha * beta / size * shared


@attempt("lrn_jacobian", "takes_b_j_for_a_j")
def _(a, size, alpha, beta, k):
    near, s = _windows(a, size, alpha, k)
    b = a * s**-beta
    return torch.diag(s**-beta) - 2 * alpha * beta / size * near * torch.outer(b / s, b)


@attempt("lrn_jacobian", "leaves_out_alpha")
def _(a, size, alpha, beta, k):
    near, s = _windows(a, size, alpha, k)
    shared = near * torch.outer(a * s ** (-beta - 1), a)
    return torch.diag(s**-beta) - 2 * beta / size * shared


@attempt("lrn_jacobian", "diagonal_alone")
def _(a, size, alpha, beta, k):
    s = _scale(a[None], size, alpha, k)[0]
    return torch.diag(s**-beta - 2 * alpha * beta / size * a**2 / s ** (beta + 1))


@attempt("lrn_jacobian", "adds_up_the_columns")
def _(a, size, alpha, beta, k):
    near, s = _windows(a, size, alpha, k)
    charges = near.T @ (a * s ** (-beta - 1))
    return s**-beta - 2 * alpha * beta / size * a * charges


# rms_backward


def _rms(a, k):
    return 1 / torch.sqrt(k + (a**2).mean(dim=1, keepdim=True))


@attempt("rms_backward", "freezes_the_denominator")
def _(a, g_b, k):
    return g_b * _rms(a, k)


@attempt("rms_backward", "own_error_only")
def _(a, g_b, k):
    r = _rms(a, k)
    return g_b * (r - a**2 * r**3 / a.size(1))


@attempt("rms_backward", "sums_for_means")
def _(a, g_b, k):
    r = _rms(a, k)
    return g_b * r - a * r**3 * torch.sum(g_b * a, dim=1, keepdim=True)


@attempt("rms_backward", "takes_b_for_a")
def _(a, g_b, k):
    r = _rms(a, k)
    b = a * r
    return r * g_b - r**3 * a * (g_b * b).mean(1, keepdim=True)


@attempt("rms_backward", "own_output_only")
def _(a, g_b, k):
    r = _rms(a, k)
    return g_b * (r - r**3 * a * a.mean(1, keepdim=True))


@attempt("rms_backward", "keeps_the_power")
def _(a, g_b, k):
    r = _rms(a, k)
    return r * (g_b - a * (g_b * a).mean(1, keepdim=True))


@attempt("rms_backward", "k_is_0")
def _(a, g_b, k):
    r = _rms(a, 0)
    b = a * r
    return r * (g_b - b * (g_b * b).mean(1, keepdim=True))


@attempt("rms_backward", None)
def _(a, g_b, k):  # the mean is taken away as well, as in a layer norm
    r = _rms(a, k)
    b = a * r
    return r * (g_b - g_b.mean(1, keepdim=True) - b * (g_b * b).mean(1, keepdim=True))


@attempt("rms_backward", None)
def _(a, g_b, k):
    x = a.detach().clone().requires_grad_()
    (x * _rms(x, k)).backward(g_b)
    return x.grad


@attempt("rms_backward", "one_mean_for_all")
def _(a, g_b, k):
    r = (k + (a**2).mean()) ** -0.5
    return r * g_b - r**3 * a * (g_b * a).mean()


@attempt("rms_backward", "k_outside_the_root")
def _(a, g_b, k):
    r = 1 / (a.square().mean(1, keepdim=True).sqrt() + k)
    return r * g_b - r**3 * a * (g_b * a).mean(1, keepdim=True)


@attempt("rms_backward", "no_root")
def _(a, g_b, k):
    r = 1 / (k + (a**2).mean(1, keepdim=True))
    return r * g_b - r**3 * a * (g_b * a).mean(1, keepdim=True)


@attempt("rms_backward", "sums_in_both")
def _(a, g_b, k):
    r = (k + (a**2).sum(1, keepdim=True)) ** -0.5
    return r * g_b - r**3 * a * (g_b * a).sum(1, keepdim=True)


@attempt("rms_backward", "along_the_last_dimension")
def _(a, g_b, k):
    r = (k + (a**2).mean(-1, keepdim=True)) ** -0.5
    return r * g_b - r**3 * a * (g_b * a).mean(-1, keepdim=True)


# diagnose


def _tests(layer, a, sizes, twice=True, alpha=1.0, outputs=None, same=torch.allclose, raises=False):
    for size in outputs or sizes:
        arguments = a, size, alpha, 0.75, 1.0
        if not same(layer(*arguments), F.local_response_norm(*arguments)):
            return "forward"
    for size in sizes:
        if not gradcheck(layer, (a, size, alpha, 0.75, 1.0), raise_exception=raises):
            return "backward" if size % 2 else "even sizes"
    done = not twice or gradgradcheck(layer, (a, 3, alpha, 0.75, 1.0), raise_exception=raises)
    return "right" if done else "second derivative"


def _random(channels=6, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(1, channels, 1, dtype=dtype, generator=generator).requires_grad_()


@attempt("diagnose", "size_1")
def _(layer):
    return _tests(layer, _random(), (1, 4))


@attempt("diagnose", "odd_only")
def _(layer):
    return _tests(layer, _random(), (3, 5))


@attempt("diagnose", "odd_outputs")
def _(layer):
    if not torch.allclose(
        layer(_random(), 3, 1.0, 0.75, 1.0), F.local_response_norm(_random(), 3, 1.0, 0.75, 1.0)
    ):
        return "forward"
    for size, name in ((3, "backward"), (4, "even sizes")):
        if not gradcheck(layer, (_random(), size, 1.0, 0.75, 1.0), raise_exception=False):
            return name
    twice = gradgradcheck(layer, (_random(), 3, 1.0, 0.75, 1.0), raise_exception=False)
    return "right" if twice else "second derivative"


@attempt("diagnose", "even_outputs")
def _(layer):
    for size, name in ((3, "backward"), (4, "even sizes")):
        arguments = _random(), size, 1.0, 0.75, 1.0
        if not torch.allclose(layer(*arguments), F.local_response_norm(*arguments)):
            return "forward" if size == 3 else name
        if not gradcheck(layer, arguments, raise_exception=False):
            return name
    twice = gradgradcheck(layer, (_random(), 3, 1.0, 0.75, 1.0), raise_exception=False)
    return "right" if twice else "second derivative"


@attempt("diagnose", "one_derivative")
def _(layer):
    return _tests(layer, _random(), (3, 4), twice=False)


@attempt("diagnose", "two_channels")
def _(layer):
    return _tests(layer, _random(2), (3, 4))


@attempt("diagnose", "trusts_the_output")
def _(layer):
    for size in (3, 4):
        if not gradcheck(layer, (_random(), size, 1.0, 0.75, 1.0), raise_exception=False):
            return "backward" if size == 3 else "even sizes"
    twice = gradgradcheck(layer, (_random(), 3, 1.0, 0.75, 1.0), raise_exception=False)
    return "right" if twice else "second derivative"


@attempt("diagnose", "weak_alpha")
def _(layer):
    a = torch.tensor([[1.3, -2.0, 0.7, 2.2, -0.4, 1.9]]).double()[..., None].requires_grad_()
    return _tests(layer, a, (3, 4), alpha=1e-4)


@attempt("diagnose", "weak_alpha")
def _(layer):  # activations of some hundredths
    a = (torch.arange(1, 6).double()[None, :, None] / 100).requires_grad_()
    return _tests(layer, a, (3, 4))


@attempt("diagnose", "compares_bits")
def _(layer):
    return _tests(layer, _random(), (3, 4), same=torch.equal)


@attempt("diagnose", "even_outputs_alone")
def _(layer):
    return _tests(layer, _random(), (3, 4), outputs=(4,))


@attempt("diagnose", "all_ones")
def _(layer):
    return _tests(layer, torch.ones(1, 5, 1).double().requires_grad_(), (3, 4))


@attempt("diagnose", "compares_with_defaults")
def _(layer):
    for size in (3, 4):
        b = layer(_random(), size, 1.0, 0.75, 1.0)
        if not torch.allclose(b, F.local_response_norm(_random(), size)):
            return "forward"
    return _tests(layer, _random(), (3, 4))


@attempt("diagnose", "nothing_to_differentiate")
def _(layer):
    return _tests(layer, _random().detach(), (3, 4))


@attempt("diagnose", "lets_gradcheck_raise")
def _(layer):
    return _tests(layer, _random(), (3, 4), raises=True)


@attempt("diagnose", "second_derivative_first")
def _(layer):
    if not gradgradcheck(layer, (_random(), 3, 1.0, 0.75, 1.0), raise_exception=False):
        return "second derivative"
    return _tests(layer, _random(), (3, 4), twice=False)


@attempt("diagnose", None)
def _(layer):  # even sizes come first, so that all that is wrong is wrong there
    return _tests(layer, _random(), (4, 3))


# lrn_backward


@method("freezes_the_denominator")
def _(a, g_b, size, alpha, beta, k):
    return g_b / _scale(a, size, alpha, k) ** beta


@method("sums_over_the_forward_window")
def _(a, g_b, size, alpha, beta, k):
    s = _scale(a, size, alpha, k)
    charge, total = g_b * a * s ** (-beta - 1), []
    for i in range(a.shape[1]):
        total.append(charge[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1].sum(1))
    return s**-beta * g_b - 2 * alpha * beta / size * a * torch.stack(total, 1)


@attempt("lrn_backward", "sums_over_the_forward_window + s_is_a_constant")
def _(ctx, g_b):
    (a, s), (size, alpha, beta, _) = ctx.saved_tensors, ctx.constants
    charge, total = g_b * a * s ** (-beta - 1), []
    for i in range(a.shape[1]):
        total.append(charge[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1].sum(1))
    g_a = s**-beta * g_b - 2 * alpha * beta / size * a * torch.stack(total, 1)
    return g_a, None, None, None, None


@method("hears_only_its_own_error")
def _(a, g_b, size, alpha, beta, k):
    s = _scale(a, size, alpha, k)
    return g_b * (s - 2 * alpha * beta / size * a * a) / s ** (beta + 1)


@method("multiplies_by_the_jacobian")
def _(a, g_b, size, alpha, beta, k):
    s, ae = _scale(a, size, alpha, k), torch.zeros_like(a)
    for i in range(a.shape[1]):
        ae[:, i] = g_b[:, i] * s[:, i] ** -beta
        for j in range(max(0, i - size // 2), min(a.shape[1], i + (size - 1) // 2 + 1)):
            factor = 2 * alpha * beta / size * a[:, i] * a[:, j] * s[:, i] ** (-beta - 1)
            ae[:, i] = ae[:, i] - factor * g_b[:, j]
    return ae


@method("papers_window + leaves_out_the_two")
def _(a, g_b, size, alpha, beta, k):
    half, c = size // 2, a.shape[1]
    s = k + alpha / size * torch.stack(
        [(a[:, max(0, i - half) : i + half + 1] ** 2).sum(1) for i in range(c)], 1
    )
    ratio = g_b * a * s**-beta / s
    sums = [ratio[:, max(0, i - half) : i + half + 1].sum(1) for i in range(c)]
    return s**-beta * g_b - alpha * beta / size * a * torch.stack(sums, 1)


@method("without_a_graph")
def _(a, g_b, size, alpha, beta, k):
    x = a.detach().clone().requires_grad_()
    (x / _scale(x, size, alpha, k) ** beta).backward(g_b)
    return x.grad


@method("a_row_for_a_column")
def _(a, g_b, size, alpha, beta, k):
    s, rows = _scale(a, size, alpha, k), torch.zeros_like(a)
    for i in range(a.shape[1]):
        rows[:, i] = a[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1].sum(1)
    return g_b * (s**-beta - 2 * alpha * beta / size * a * rows * s ** (-beta - 1))


@method(None)
def _(a, g_b, size, alpha, beta, k):  # the error's scale is left out of the first part
    s, total = _scale(a, size, alpha, k), torch.zeros_like(a)
    charge = g_b * a / s ** (beta + 1)
    for i in range(a.shape[1]):
        total[:, i] = charge[:, max(0, i - (size - 1) // 2) : i + size // 2 + 1].sum(1)
    return g_b - 2 * alpha * beta / size * a * total


def _gradient(a, g_b, size, alpha, beta, k, s=None):
    s, total = _scale(a, size, alpha, k) if s is None else s, []
    charge = g_b * a / s ** (beta + 1)
    for i in range(a.shape[1]):
        total.append(charge[:, max(0, i - (size - 1) // 2) : i + size // 2 + 1].sum(1))
    return g_b / s**beta - 2 * alpha * beta / size * a * torch.stack(total, 1)


@attempt("lrn_backward", "one_none_short")
def _(ctx, g_b):
    return _gradient(ctx.saved_tensors[0], g_b, *ctx.constants), None, None, None


@attempt("lrn_backward", "zeros_for_none")
def _(ctx, g_b):
    return _gradient(ctx.saved_tensors[0], g_b, *ctx.constants), 0, 0, 0, 0


@method("cuts_the_graph")
def _(a, *others):
    return _gradient(a.detach(), *others)


@method("s_is_a_constant")
def _(a, g_b, size, alpha, beta, k):
    with torch.no_grad():
        s = _scale(a, size, alpha, k)
    return _gradient(a, g_b, size, alpha, beta, k, s)


@method("along_the_last_dimension")
def _(a, g_b, size, alpha, beta, k):
    left, right = size // 2, (size - 1) // 2
    s = k + alpha / size * F.pad(a**2, (left, right)).unfold(-1, size, 1).sum(-1)
    charges = F.pad(g_b * a * s ** (-beta - 1), (right, left)).unfold(-1, size, 1).sum(-1)
    return g_b * s**-beta - 2 * alpha * beta / size * a * charges


@method("all_channels")
def _(a, g_b, size, alpha, beta, k):
    s = _scale(a, size, alpha, k)
    charges = (g_b * a * s ** (-beta - 1)).sum(1, keepdim=True)
    return g_b * s**-beta - 2 * alpha * beta / size * a * charges


@method("leaves_out_alpha")
def _(a, g_b, size, alpha, beta, k):
    direct = g_b * _scale(a, size, alpha, k) ** -beta
    return direct + (_gradient(a, g_b, size, alpha, beta, k) - direct) / alpha


@method("takes_b_in_front")
def _(a, g_b, size, alpha, beta, k):
    direct = g_b * _scale(a, size, alpha, k) ** -beta
    shared = _gradient(a, g_b, size, alpha, beta, k) - direct
    return direct + shared / _scale(a, size, alpha, k) ** beta


@method("raises_the_exponent")
def _(a, g_b, size, alpha, beta, k):
    s, total = _scale(a, size, alpha, k), []
    charge = g_b * a * s ** (1 - beta)
    for i in range(a.shape[1]):
        total.append(charge[:, max(0, i - (size - 1) // 2) : i + size // 2 + 1].sum(1))
    return g_b * s**-beta - 2 * alpha * beta / size * a * torch.stack(total, 1)


test_each_is_known_as_said = attempt.test_of_each()
test_most_of_them_are_known = attempt.test_that_most_are_known()
