"""The exercises of 11_stable_norms, in the order of the page."""

import torch

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022
    "log_squared_norm",
    "safe_norm",
    "huber",
    "clip_by_norm",
    "which_clipping",
]

single = torch.float32


def entries(*values, dtype=torch.float64):
    return (tensor(*values, dtype=dtype, grad=True),)


@exercise(
    cases={
        "values": {
            "a zero entry": lambda: entries(0.0, 3, -4),
            "no zero": lambda: entries(0.5, -2),
            "10²⁰ in float32": lambda: entries(3e20, -4e20, dtype=single),
            "10⁻³⁰ in float32": lambda: entries(3e-30, -4e-30, dtype=single),
        },
        "shapes": {
            "a single entry": lambda: entries(-3.0),
            "100 entries": lambda: (normal(100, grad=True),),
        },
        "edges": {
            "a zero beside 3·10²⁰ in float32": lambda: entries(0.0, 3e20, dtype=single),
            "a zero beside 3·10⁻³⁰ in float32": lambda: entries(0.0, 3e-30, dtype=single),
            "all but one are 0": lambda: entries(0.0, 0, -0.5, 0),
        },
    },
    hints=[
        "A zero entry adds nothing to the sum. Its logarithm need not be taken at all.",
        "`d[d != 0]` leaves the other entries. What is left out gets the gradient 0.",
        "`torch.logsumexp(2 * d[d != 0].abs().log(), 0)`.",
    ],
    level=2,
    minutes=6,
)
def log_squared_norm(d):
    """ln(d₁² + … + dₙ²), whose gradient is finite where entries are 0, too.

    d: float tensor (n,), its entries not all 0. In float32 they may be as
    large as 10³⁰ and as small as 10⁻³⁰. Returns a tensor of shape ().
    Example: d = (0, 2) → ln 4 = 1.3863, with the gradient (0, 1).
    """
    return torch.logsumexp(2 * d[d != 0].abs().log(), 0)


log_squared_norm.slips(r"""
    logarithm_of_zero: d[d != 0] → d
    # ln 0 is −∞, and its gradient NaN. Leave the zeros out first: a `where` after it is too late.
    epsilon_in_the_logarithm: d[d != 0].abs() → (d.abs() + EPS)
    # You add an ε inside the logarithm: it replaces the answer where entries are as small as ε.
    clamped_logarithm: d[d != 0].abs() → d.abs().clamp(min=EPS)
    # You clamp inside the logarithm. Where entries are smaller than that, it replaces the answer.
    zeros_become_ones: d[d != 0] → d.where(d != 0, 1)
    # You put a 1 for each zero: ln 1 = 0, and e⁰ = 1 is added to the sum. A zero adds nothing.
    two_outside: torch.logsumexp(2 * d[d != 0].abs().log(), 0)
        → 2 * torch.logsumexp(d[d != 0].abs().log(), 0)
    # The 2 stands outside: this is twice the logarithm of |d₁| + … + |dₙ|.
    largest_entry_alone: torch.logsumexp(2 * d[d != 0].abs().log(), 0) → 2 * d.abs().max().log()
    # That is 2·ln of the largest |dᵢ| alone. The others count as well.
    no_square: 2 * d → d
    # The 2 is missing: this is the logarithm of |d₁| + … + |dₙ|.
    of_the_norm: torch.logsumexp → 0.5 * torch.logsumexp
    # That is ln |d|, half of what is asked for.
    squares_first: torch.logsumexp(2 * d[d != 0].abs().log(), 0) → (d * d).sum().log()
    # The squares come first: in float32 that of 3·10²⁰ is infinite, and that of 3·10⁻³⁰ is 0.
    squares_before_the_logarithm: 2 * d[d != 0].abs().log() → (d[d != 0] ** 2).log()
    # You square before the logarithm: (3·10²⁰)² is infinite in float32. Take ln |d|, twice.
    of_a_plain_norm: torch.logsumexp(2 * d[d != 0].abs().log(), 0)
        → 2 * torch.linalg.vector_norm(d).log()
    # `vector_norm` squares the entries: in float32 it is ∞ at 3·10²⁰ and 0 at 3·10⁻³⁰.
    negative_entries_left_out: d[d != 0] → d[d > 0]
    # `d > 0` leaves out the negative entries as well.
    logarithm_of_a_negative: .abs().log() → .log()
    # The logarithm of a negative entry is NaN: take its absolute value first.
    log1p_of_squares: torch.logsumexp(2 * d[d != 0].abs().log(), 0) → (d * d).sum().log1p()
    # log1p adds a 1 to the squared norm.
    adds_the_logarithms: torch.logsumexp(2 * d[d != 0].abs().log(), 0)
        → (2 * d[d != 0].abs().log()).sum()
    # A sum of logarithms is the logarithm of a product. The squares are to be added.
    no_logarithm: torch.logsumexp(2 * d[d != 0].abs().log(), 0) → (d * d).sum()
    # That is the squared norm itself; its logarithm is asked for.
    scale_added_once: … → m = d.detach().abs().max()
        \n    return m.log() + ((d / m) ** 2).sum().log()
    # You divide by m, so the sum of squares is m² times too small: add 2·ln m, not ln m.
    where_with_a_zero: 2 * d[d != 0].abs().log() → torch.where(d != 0, 2 * d.abs().log(), 0)
    # The 0 that you put for ln 0 adds e⁰ = 1. And what `where` leaves out still gets 0·∞ = NaN.
""")


@exercise(
    cases={
        "values": {
            "10²⁰ in float32": lambda: entries(-3e20, -4e20, 0, dtype=single),
            "10⁻³⁰ in float32": lambda: entries(3e-30, -4e-30, dtype=single),
            "usual size": lambda: entries(3.0, -4, 12),
            "10²⁰⁰ in float64": lambda: entries(3e200, 4e200),
        },
        "shapes": {
            "a single entry": lambda: entries(-3.0),
            "100 entries": lambda: (normal(100, grad=True),),
        },
        "edges": {
            "all 0": lambda: entries(0.0, 0),
            "a single 0": lambda: entries(0.0),
        },
    },
    hints=[
        "Divide by the largest |dᵢ|, take the norm of what is left, multiply back.",
        "Where all entries are 0, the largest is 0. Divide by 1 there: `m.where(m > 0, 1)`.",
        "At 0 `.sqrt()` has the gradient NaN, and `torch.linalg.vector_norm` has 0.",
    ],
    level=2,
    minutes=8,
)
def safe_norm(d):
    """The norm √(d₁² + … + dₙ²), right for entries of any size.

    d: float tensor (n,) of finite entries, n at least 1. Returns a tensor of
    shape () in the dtype of d. Value and gradient must be right from 10⁻³⁰ to
    10³⁰ in float32, and at 10²⁰⁰ in float64. At d = 0 both are 0.
    Example: (3·10²⁰, 4·10²⁰) in float32 → 5·10²⁰, gradient (0.6, 0.8).
    """
    m = d.detach().abs().max()
    m = m.where(m > 0, 1)
    return m * torch.linalg.vector_norm(d / m)


safe_norm.slips(r"""
    plain_root: m * torch.linalg.vector_norm(d / m) → (d * d).sum().sqrt()
    # The squares overflow and vanish, and at d = 0 the root's gradient is NaN.
    squares_as_they_are: m * torch.linalg.vector_norm(d / m) → ((d * d).sum() + EPS).sqrt()
    # The squares overflow at 3·10²⁰ and vanish at 3·10⁻³⁰. An ε under the root mends only d = 0.
    in_float64: m * torch.linalg.vector_norm(d / m)
        → torch.linalg.vector_norm(d, dtype=torch.float64).to(d.dtype)
    # float64 is wide enough for numbers from float32. In float64 itself 3·10²⁰⁰ still overflows.
    no_guard: m.where(m > 0, 1) → m
    # Where all entries are 0 you divide 0 by 0, which is NaN.
    root_after_scaling: torch.linalg.vector_norm(d / m) → ((d / m) ** 2).sum().sqrt()
    # Scaled rightly. But at d = 0 `.sqrt()` has the slope ∞, so that the gradient is NaN there.
    not_multiplied_back: m * torch → torch
    # You divide by the largest entry and do not multiply back.
    signed_maximum: .detach().abs().max() → .detach().max()
    # Your m is not the largest |dᵢ|. Take the absolute values first, then the maximum.
    largest_only: m * torch.linalg.vector_norm(d / m) → d.abs().max()
    # That is the largest |dᵢ| alone. The others count as well.
    multiplied_under_the_root: m * torch.linalg.vector_norm(d / m)
        → (m * m * ((d / m) ** 2).sum()).sqrt()
    # Under the root you multiply by m², which overflows as well. Multiply by m after the root.
    squared: m * torch.linalg.vector_norm(d / m) → (d * d).sum()
    # That is the squared norm, and it overflows.
    epsilon_in_the_divisor: m.where(m > 0, 1) → m + EPS
    # With an ε in the divisor far smaller entries are hardly scaled: their squares vanish again.
    epsilon_under_the_scaled_root: m * torch.linalg.vector_norm(d / m)
        → m * (((d / m) ** 2).sum() + EPS).sqrt()
    # The ε under the root is in the result; at d = 0 it is all of it. `vector_norm` needs none.
    scaled_by_a_plain_norm: d.detach().abs().max() → torch.linalg.vector_norm(d.detach())
    # Your m is a plain norm, which itself overflows or vanishes. Take the largest |dᵢ|.
    sum_of_sizes: m * torch.linalg.vector_norm(d / m) → d.abs().sum()
    # That is |d₁| + … + |dₙ|. It does not overflow, but it is another norm.
    mean_of_the_squares: torch.linalg.vector_norm(d / m) → ((d / m) ** 2).mean().sqrt()
    # You take the mean of the squares. A norm adds them up.
    m_under_the_root: m * torch.linalg.vector_norm(d / m) → (m * ((d / m) ** 2).sum()).sqrt()
    # Under the root only the root of m is left of m. Multiply by m after the root.
    signed_maximum_as_it_is: .detach().abs().max() → .detach().max(); m = m.where(m > 0, 1)
        → if m == 0:\n        return (d * 0).sum()
    # Your m is the largest entry with its sign: 0 or below, however large the others' sizes are.
    through_logarithms: m * torch.linalg.vector_norm(d / m)
        → (0.5 * torch.logsumexp(2 * d.abs().log(), 0)).exp()
    # exp(½·logsumexp(2·log|d|)) is right in value, but an entry of 0 has a NaN gradient.
""")


@exercise(
    cases={
        "values": {
            "both sides of δ": lambda: (tensor(0.5, -3, 2), 1.5),
            "δ is 0.1": lambda: (tensor(0.04, -0.3, 7), 0.1),
            "δ is 1": lambda: (tensor(0.6, -2.0), 1.0),
        },
        "shapes": {
            "100 entries": lambda: (2 * normal(100), 0.7),
            "a single entry": lambda: (tensor(-5.0), 2.0),
        },
        "edges": {
            "3·10²⁰ in float32": lambda: (tensor(3e20, -4e20, 0.5, dtype=single), 2.0),
            "all inside": lambda: (tensor(0.5, -0.25, 0), 3.0),
        },
    },
    hints=[
        "Inside δ: half of the square. Its slope is d. So outside the slope stays at δ.",
        "Outside: a line of slope δ that meets ½d² at δ. Which constant does it need?",
        "δ·(|d| − δ/2), and `d.clamp(-delta, delta)` is the gradient.",
    ],
    level=1,
    minutes=6,
    without_autograd=True,
)
def huber(d, delta):
    """Huber's loss, summed, and its gradient, without autograd.

    d: float tensor (n,); delta: a float above 0. Up to |dᵢ| = delta the loss
    is ½·dᵢ². Beyond, a line goes on, so that value and slope do not jump.
    Returns a pair: the sum over all entries, of shape (), and the gradient by
    d, of shape (n,).
    Example: d = (1, 5), delta = 2 → (8.5, (1, 2)).
    """
    size = d.abs()
    each = torch.where(size <= delta, size**2 / 2, delta * (size - delta / 2))
    return each.sum(), d.clamp(-delta, delta)


huber.slips(r"""
    jump_at_delta: (size - delta / 2) → size
    # The line must meet the parabola at δ: ½·δ² there. Yours gives δ².
    line_from_zero: (size - delta / 2) → (size - delta)
    # The line must meet the parabola at δ: ½·δ² there. Yours gives 0.
    flat_loss: delta * (size - delta / 2) → 0 * size + delta**2 / 2
    # Outside δ your loss stays at ½·δ². It must go on as a line of slope δ.
    sizes_forgotten: d.abs() → d
    # A large negative error lies outside δ, too: compare its size |d| with δ.
    twice: each.sum(), d.clamp(-delta, delta) → 2 * each.sum(), 2 * d.clamp(-delta, delta)
    # That is twice the loss: the parabola is ½·d².
    no_half: size**2 / 2 → size**2
    # The parabola is ½·d². With d² its slope at δ is 2δ, and the line has δ.
    smooth_l1: each.sum(), d.clamp(-delta, delta)
        → each.sum() / delta, d.clamp(-delta, delta) / delta
    # That is the smooth L1 loss: Huber's divided by δ.
    slope_one: d.clamp(-delta, delta) → torch.where(size <= delta, d, d.sign())
    # Outside δ the slope is ±δ. The sign alone is right only for δ = 1.
    line_of_slope_one: delta * (size - delta / 2) → size - delta / 2
    # Outside δ the line has the slope δ, not 1.
    half_delta: delta * (size - delta / 2) → delta * size - delta / 2
    # The constant of the line is ½·δ², so that it meets the parabola at δ. Yours is ½·δ.
    slope_of_the_square: d.clamp(-delta, delta) → d
    # That is the gradient of ½·d². Outside δ it must stop growing.
    slope_without_sign: d.clamp(-delta, delta) → size.clamp(max=delta)
    # A negative error has a negative slope.
    always_plus_delta: d.clamp(-delta, delta) → torch.where(size <= delta, d, delta)
    # Outside δ the slope is δ with the sign of d. A large negative error has the slope −δ.
    slope_cut_above_only: d.clamp(-delta, delta) → d.clamp(max=delta)
    # A large negative error has the slope −δ: cut at both ends.
    flat_outside: d.clamp(-delta, delta) → torch.where(size <= delta, d, 0 * d)
    # A gradient of 0 outside δ ignores the outliers. Huber's loss still pulls with δ.
    mean: each.sum() → each.mean()
    # That is the mean; the sum is asked for.
    mean_with_its_gradient: each.sum(), d.clamp(-delta, delta)
        → each.mean(), d.clamp(-delta, delta) / len(d)
    # That is the mean with its gradient; the sum is asked for.
    line_without_the_size: delta * (size - delta / 2) → delta * (d - delta / 2)
    # A large negative error lies on the line, too, and has a loss above 0: take the size |d|.
    branches_swapped: size <= delta → size > delta; d.clamp(-delta, delta)
        → torch.where(size > delta, d, delta * d.sign())
    # The two parts are swapped: the parabola is for sizes up to δ, and the line beyond.
    of_the_norm: … → norm = torch.linalg.vector_norm(d)\n    if norm <= delta:
        \n        return (d * d).sum() / 2, d
        \n    return delta * (norm - delta / 2), delta * d / norm
    # You compare the norm |d| with δ. Huber's loss decides for each entry by itself.
    pseudo_huber: … → root = (1 + (d / delta) ** 2).sqrt()
        \n    return (delta**2 * (root - 1)).sum(), d / root
    # That is the smooth pseudo-Huber loss, δ²·(√(1 + (d/δ)²) − 1). Huber's has two pieces.
""")


@exercise(
    cases={
        "values": {
            "two tensors, too long": lambda: ([tensor(3.0, 0), tensor(-4.0)], 2.0),
            "short enough": lambda: ([tensor(0.3, 0.4), tensor(-0.1)], 2.0),
            "10²⁰ in float32": lambda: (
                [tensor(-3e20, 1, dtype=single), tensor(-4e20, 1, dtype=single)],
                0.5,
            ),
            "10²⁰⁰ in float64": lambda: ([tensor(3e200, -4e200)], 3.0),
        },
        "shapes": {
            "a matrix and a vector": lambda: ([normal(3, 4), normal(3, seed=1)], 0.5),
            "three vectors": lambda: ([normal(5, seed=s) for s in range(3)], 1.5),
        },
        "edges": {
            "all 0": lambda: ([tensor(0.0, 0), tensor(0.0)], 1.0),
            "one of two is 0": lambda: (
                [tensor(0.0, 0, dtype=single), tensor(3e20, -4e20, dtype=single)],
                1.0,
            ),
            "the largest entry is below the limit": lambda: ([tensor(3.0), tensor(-4.0)], 4.5),
            "exactly the limit": lambda: ([tensor(3.0), tensor(4.0)], 5.0),
        },
    },
    hints=[
        "One number m for all tensors: the largest |entry| of any of them. If it is 0, take 1.",
        "The norm of all entries together is m·s, where s is the norm of the tensors divided by m.",
        "Too long? Then return g/m · limit/s for each g. No large number is squared.",
    ],
    level=3,
    minutes=12,
)
def clip_by_norm(gradients, limit):
    """Shorten gradients to a norm of at most `limit`; their direction stays.

    gradients: a list of float tensors of one dtype and any shapes, with finite
    entries; limit: a float above 0. The norm is that of all entries of all
    tensors together. Entries of 10²⁰ in float32 and of 10²⁰⁰ in float64 must
    do no harm. Returns a pair: a list of new tensors, and the norm before, of
    shape ().
    Example: gradients [(3, 0), (4)], limit 1 → [(0.6, 0), (0.8)] and 5.
    """
    m = max(g.abs().max() for g in gradients)
    m = m.where(m != 0, 1)
    unit = [g / m for g in gradients]
    s = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(u) for u in unit]))
    if m * s > limit:
        return [u * (limit / s) for u in unit], m * s
    return [g.clone() for g in gradients], m * s


TOGETHER = "torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(u) for u in unit]))"
PLAIN = "torch.cat([g.flatten() for g in gradients]).square().sum().sqrt()"
WIDE = "torch.cat([g.flatten() for g in gradients]).double().square().sum().sqrt()"
clip_by_norm.slips(rf"""
    always_that_long: m * s > limit → s > 0
    # Gradients that are short enough must stay as they are.
    never_clips: m * s > limit → limit < 0
    # Nothing is shortened.
    by_the_largest_entry: u * (limit / s) → u * limit
    # You divide by the largest entry. The norm of all entries is longer than that.
    of_length_one: u * (limit / s) → u / s
    # The result has length 1 in place of the limit.
    norm_after: for u in unit], m * s → for u in unit], torch.as_tensor(limit, dtype=m.dtype)
    # Return the norm before clipping: it is what one wants to log.
    squared_norm: for u in unit], m * s → for u in unit], (m * s) ** 2; for g in gradients], m * s
        → for g in gradients], (m * s) ** 2; m * s > limit → (m * s) ** 2 > limit; limit / s
        → limit / (m * s**2)
    # The root is missing: that is the squared norm.
    scale_left_out: u * (limit / s) → u * m * (limit / s)
    # s is the norm of the gradients divided by m. Scale g/m by limit/s, or g by limit/(m·s).
    norm_of_the_scaled: m * s → s
    # s is the norm after the division by m. The norm of the gradients is m·s.
    no_guard_at_zero: m.where(m != 0, 1) → m
    # Where all gradients are 0 you divide 0 by 0.
    sum_of_norms: {TOGETHER} → sum(torch.linalg.vector_norm(u) for u in unit)
    # The norms of the tensors are not added up: it is their squares that add up.
    in_place: u * (limit / s) for u in unit → g.mul_(limit / (m * s)) for g in gradients
    # This changes the caller's gradients. Return new tensors.
    overflowing_norm: … → norm = {PLAIN}
        \n    scale = (limit / (norm + EPS)).clamp(max=1)
        \n    return [g * scale for g in gradients], norm
    # The squares overflow: the norm is ∞, and limit/∞ turns every gradient into 0.
    in_float64: … → norm = {WIDE}
        \n    scale = (limit / (norm + EPS)).clamp(max=1)
        \n    return [(g * scale).to(g.dtype) for g in gradients], norm.to(gradients[0].dtype)
    # float64 is wide enough for numbers that come from float32. In float64 10²⁰⁰ overflows.
    squares_of_norms_overflow: {TOGETHER}
        → torch.linalg.vector_norm(torch.stack([m * torch.linalg.vector_norm(u) for u in unit])) / m
    # Each tensor's norm is right. But their norm squares them: ∞ once they are above 10¹⁹.
    largest_of_the_norms: {TOGETHER} → max(torch.linalg.vector_norm(u) for u in unit)
    # The norm of all tensors together is not the largest of their norms: the others count, too.
    largest_entry_for_the_norm: … → m = max(g.abs().max() for g in gradients)
        \n    return [g * (limit / m).clamp(max=1) for g in gradients], m
    # You take the largest |entry| for the norm. The norm of all entries is longer than that.
    signed_maximum: g.abs().max() → g.max(); m != 0 → m > 0
    # Your m is not the largest |entry|. Take the absolute values first, then the maximum.
    scaled_norm_compared: m * s > limit → s > limit
    # You compare s, the norm after the division by m, with the limit. Compare m·s.
    factor_above_one: if m * s > limit:\n        return [u → return [u; for u in unit], m * s
        \n    return [g.clone() for g in gradients], m * s → for u in unit], m * s
    # The factor limit/norm is above 1 for short gradients, which become longer; at 0 it is ∞.
    tensor_by_tensor: u * (limit / s) → u * min(m, limit / torch.linalg.vector_norm(u))
    # Each tensor is shortened for itself, so their common direction changes. One norm for all.
    by_value: u * (limit / s) for u in unit → g.clamp(-limit, limit) for g in gradients
    # Each entry is cut at ±limit, which changes the direction.
    overflowing_norm_as_a_number: … → norm = {PLAIN}
        \n    scale = min(1.0, limit / norm.item())
        \n    return [g * scale for g in gradients], norm
    # The squares overflow to ∞, and limit/∞ is 0. Where all gradients are 0, you divide by 0.
    tensor_by_tensor_in_float64: … → norms = [g.double().square().sum().sqrt() for g in gradients]
        \n    scales = [(limit / norm).clamp(max=1) for norm in norms]
        \n    clipped = [(g * scale).to(g.dtype) for g, scale in zip(gradients, scales)]
        \n    return clipped, torch.stack(norms).norm().to(gradients[0].dtype)
    # Each tensor is shortened for itself: take one norm. And in float64 10²⁰⁰ squared overflows.
    by_value_in_float64: … → norm = {WIDE}.to(gradients[0].dtype)
        \n    return [g.clamp(-limit, limit) for g in gradients], norm
    # Each entry is cut at ±limit: the direction changes. And in float64 10²⁰⁰ squared overflows.
""")


@exercise(
    cases={
        "values": {
            "turned round": lambda: (tensor(3.0, 4), tensor(-0.6, -0.8), 1.0),
            "shortened": lambda: (tensor(3.0, -4), tensor(0.6, -0.8), 1.0),
            "cut at ±1": lambda: (tensor(0.5, -3), tensor(0.5, -1), 1.0),
            "bent": lambda: (tensor(3.0, 4), tensor(0.8, 0.6), 1.0),
            "the same": lambda: (tensor(0.3, 0.4), tensor(0.3, 0.4), 1.0),
            "both at the limit": lambda: (tensor(5.0, 4), tensor(1.0, 1), 1.0),
            "two answers fit": lambda: (tensor(3.0, -3), tensor(1.0, -1), 1.0),
            "longer than before": lambda: (tensor(0.3, 0.4), tensor(0.6, 0.8), 1.0),
            "too short": lambda: (tensor(3.0, 4), tensor(0.3, 0.4), 1.0),
        },
        "shapes": {
            "100 entries, shortened": lambda: (normal(100), normal(100) / 20, 10.0),
            "100 entries, cut": lambda: (normal(100), normal(100).clamp(-1, 1), 1.0),
        },
        "edges": {
            "10²⁰, all 0 after": lambda: (tensor(3e20, 4e20), tensor(0.0, 0), 1.0),
            "10²⁰⁰, shortened": lambda: (tensor(3e200, -4e200), tensor(0.6, -0.8), 1.0),
            "10²⁰⁰, one entry lost": lambda: (tensor(3e200, -4e200), tensor(0.0, -1), 1.0),
            "a 0 beside it, shortened": lambda: (tensor(0.0, -3), tensor(0.0, -0.5), 1.0),
            "a 0 that moved": lambda: (tensor(0.0, -3), tensor(0.3, -0.5), 1.0),
            "NaN after": lambda: (tensor(3.0, 4), tensor(torch.nan, 0.8), 1.0),
            "0 before and after": lambda: (tensor(0.0, 0), tensor(0.0, 0), 1.0),
        },
    },
    guards={
        "10²⁰⁰, shortened": "the plain norm of 10²⁰⁰ is infinite: make the entries smaller first"
    },
    hints=[
        "Go through the answers in the order of the docstring.",
        "Two gradients have one direction if they agree after each is divided by its largest size.",
        "`torch.allclose(a, b, atol=1e-9)`. NaN is close to nothing.",
    ],
    level=2,
    minutes=8,
)
def which_clipping(before, after, limit):
    """What was done to this gradient? The first of these answers that fits.

    before, after: float64 tensors (n,), before is finite, of any size; limit:
    a float above 0. Returns "untouched" (both are equal), "skipped" (all of
    `after` is 0, so the step was lost), "by value" (each entry was cut at
    ±limit), "by norm" (the direction is the same, whatever the length), or
    "something else".
    Example: before (3, 4), after (0.6, 0.8), limit 1 → "by norm".
    """
    if torch.equal(before, after):
        return "untouched"
    if (after == 0).all():
        return "skipped"
    if torch.allclose(after, before.clamp(-limit, limit), atol=1e-9):
        return "by value"
    one, other = (g / g.abs().max() for g in (before, after))
    return "by norm" if torch.allclose(one, other, atol=1e-9) else "something else"


SAME = "torch.allclose(one, other, atol=1e-9)"
CUT = "torch.allclose(after, before.clamp(-limit, limit), atol=1e-9)"
which_clipping.slips(rf"""
    zeros_are_a_direction: if (after == 0).all():\n        return "skipped"
        → if False:\n        return ""
    # All zeros are no direction. The step was lost: the norm was probably infinite.
    skipped_if_any_zero: (after == 0).all() → (after == 0).any()
    # A single 0 is no lost step. All entries must be 0.
    within_the_limit_is_by_value: {CUT} → (after.abs() <= limit).all()
    # A shortened gradient is within the limit, too. Compare with the entries cut at ±limit.
    maximum_at_the_limit: {CUT} → after.abs().max() == limit
    # A largest size at the limit is not enough. Each entry must be the old one, cut at ±limit.
    cut_above_only: before.clamp(-limit, limit) → before.clamp(max=limit)
    # Negative entries are cut as well, at −limit.
    length_is_no_direction: {SAME} → (after * after).sum().sqrt().sub(limit).abs() < 1e-9
    # A length at the limit is not enough: the direction must be the old one.
    sign_is_no_direction: g / g.abs().max() → (g / g.abs().max()).abs()
    # The sizes agree, but the direction may have turned round: mind the sign.
    signed_maximum: g.abs().max() → g.max()
    # The largest entry with its sign may be 0 or below. Divide by the largest size |entry|.
    squares_overflow: g / g.abs().max() → g / (g * g).sum().sqrt()
    # The plain norm of 10²⁰⁰ is ∞, and so a cosine is lost as well. Divide by the largest size.
    anything_else_is_by_norm: "by norm" if {SAME} else "something else" → "by norm"
    # What is left need not have the old direction: compare the two.
    order_of_signs: {SAME} → torch.equal(one.sign(), other.sign())
    # Equal signs are not yet one direction.
    zeros_by_the_sum: (after == 0).all() → after.sum() == 0
    # A sum of 0 is not enough, as entries of both signs cancel. A lost step has 0 in every entry.
    length_must_be_the_limit: {SAME} → {SAME} and abs(after.norm() - limit) < 1e-9
    # “By norm” asks for the direction only: a length below the limit is possible, too.
    never_longer: {SAME} → {SAME} and after.abs().max() <= before.abs().max()
    # “By norm” asks for the direction only. The length may grow, too.
    value_before_equality: if torch.equal(before, after):
        → if {CUT}:\n        return "by value"\n    if torch.equal(before, after):
    # A gradient within ±limit is cut nowhere. If both are equal, it is “untouched”.
    norm_before_value: if {CUT}: → one, other = (g / g.abs().max() for g in (before, after))
        \n    if {SAME}:\n        return "by norm"\n    if {CUT}:
    # Both answers can fit. Then the first of the docstring counts: “by value”.
    ratio_of_entries: one, other = (g / g.abs().max() for g in (before, after))
        → ratio = after / before; {SAME} → ratio.allclose(ratio[0])
    # Equal ratios are not enough: a negative one turns the gradient round, and 0/0 is NaN.
    zeros_left_out: (before, after)) → (before[before != 0], after[before != 0]))
    # Where `before` is 0, `after` must be 0 as well: look at these entries, too.
""")
