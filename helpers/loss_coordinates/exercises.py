"""The exercises of 16_loss_coordinates, in the order of the page."""

import math

import torch
from torch.nn import functional as F

from helpers.teaching.cases import normal, scalar, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022
    "radial_huber",
    "gradient_in_other_frame",
    "carry_covariance",
    "transformed_gaussian_nll",
    "changed_nll",
    "frame_loss",
    "squared_km",
    "may_compare",
]


STRETCH, FULL = [[2, 0], [0, 0.5]], [[2, 1], [-0.5, 3]]
SHEAR, TURN = [[1, 0.7], [0, 1]], [[0.6, -0.8], [0.8, 0.6]]
SPACE = [[1, 2, 0], [0, 3, 1], [1, 0, 1]]
single = torch.float32


def errors(*prediction, grad=False):
    return tensor(*prediction, grad=grad), tensor([2, 2.5], [0, 0])


@exercise(
    cases={
        "values": {
            "short and long errors": lambda: errors([3, 1], [0.3, 0.4]),
            "long ones": lambda: (4 * normal(5, 2, seed=1), tensor(*[[0.5, -1]] * 5)),
            "short ones": lambda: (0.2 * normal(4, 2, seed=2), tensor(*[[0.0, 0.1]] * 4)),
        },
        "shapes": {
            "three coordinates": lambda: (2 * normal(4, 3, seed=3), normal(4, 3, seed=4)),
        },
        "gradient": {
            "by the prediction": lambda: errors([3, 1], [0.3, 0.4], grad=True),
        },
        "edges": {
            "an error of 0": lambda: (tensor([1, 2], [3, 4], grad=True), tensor([1, 2], [0, 0])),
        },
    },
    guards={"an error of 0": "where the error is 0, its gradient must be 0, not NaN"},
    hints=[
        "What of an error does a turn leave alone? Let the Huber function see only that.",
        "The length r = `(prediction - truth).norm(dim=1)` is one number a point; the Huber function "
        "is r²/2 up to r = 1, and r − ½ beyond.",
    ],
    level=2,
    minutes=6,
)
def radial_huber(prediction, truth):
    """A Huber loss that no rotation changes.

    prediction, truth: float tensors (n, d), a point a row. With the length r
    of a point's error, its loss is r²/2 where r ≤ 1 and r − ½ beyond.
    Returns the mean over the points, shape ().
    Example: prediction [[3., 4.]], truth [[0., 0.]] → 4.5.
    """
    r = (prediction - truth).norm(dim=1)
    return F.huber_loss(r, torch.zeros_like(r))


ERROR = "(prediction - truth)"
HUBER = "F.huber_loss(r, torch.zeros_like(r))"
radial_huber.slips(f"""
    coordinate_by_coordinate: {ERROR}.norm(dim=1) → {ERROR}
    # This is torch's own Huber loss: it looks at each coordinate alone, and a turn changes it.
    sums_the_coordinates: {ERROR}.norm(dim=1) → {ERROR}.abs().sum(dim=1)
    # |x| + |y| is not the length of an error. It changes when the error is turned.
    length_of_all: norm(dim=1) → norm(dim=0)
    # dim=0 runs over the points. The length of one point's error runs over its coordinates.
    squared_length: {ERROR}.norm(dim=1) → {ERROR}.square().sum(dim=1)
    # The Huber function gets the squared length. It squares short errors itself.
    sums_the_points: {HUBER} → {HUBER} * len(r)
    # That is the sum over the points; the mean is asked for.
    no_half: {HUBER} → torch.where(r <= 1, r * r, r).mean()
    # The ½ is missing: r²/2 up to 1, and r − ½ beyond, so that both meet with one slope.
    only_a_distance: {HUBER} → r.mean()
    # That is the mean distance. A Huber loss squares the short errors.
    only_a_square: {HUBER} → (r * r / 2).mean()
    # Every error is squared, however long. Beyond 1 the loss is r − ½.
    square_not_halved: {HUBER} → torch.where(r <= 1, r * r, r - 0.5).mean()
    # The square is not halved: up to 1 the loss is r²/2.
    branches_swapped: {HUBER} → torch.where(r > 1, r * r / 2, r - 0.5).mean()
    # The two parts are swapped: r²/2 is for r ≤ 1, and r − ½ for longer errors.
    one_length_for_all: norm(dim=1) → norm()
    # This is one length for all the points together. Each point's error has its own.
    over_all_numbers: {HUBER} → {HUBER} * len(r) / prediction.numel()
    # This divides by the number of all coordinates. Each point has one loss.
    half_not_subtracted: {HUBER} → torch.where(r <= 1, r * r / 2, r).mean()
    # Beyond 1 the loss is r − ½, so that it meets r²/2 at r = 1.
    one_subtracted: {HUBER} → torch.where(r <= 1, r * r / 2, r - 1).mean()
    # Beyond 1 the loss is r − ½, not r − 1: both parts are ½ at r = 1.
    cut_off: {HUBER} → (r.clamp(max=1) ** 2 / 2).mean()
    # Beyond 1 this loss stays at ½. It must go on growing, as r − ½.
    a_mean_for_each_part: {HUBER} → (r[r <= 1] ** 2 / 2).mean() + (r[r > 1] - 0.5).mean()
    # Short and long errors get a mean each. Take every point's loss, then one mean.
    length_of_the_losses: {HUBER}
        → F.huber_loss(prediction, truth, reduction="none").norm(dim=1).mean()
    # The length is taken after the Huber function. Take it before, of the error.
    mean_too_early: norm(dim=1) → norm(dim=1).mean()
    # The mean of the lengths comes too early. Take each point's loss first, then the mean.
    distances_from_the_origin: {ERROR}.norm(dim=1) → prediction.norm(dim=1) - truth.norm(dim=1)
    # Two points equally far from the origin can be far apart. Take their difference's length.
    mean_over_the_coordinates: {ERROR}.norm(dim=1) → {ERROR}.square().mean(dim=1).sqrt()
    # The root of the mean over the coordinates. An error's length is the root of their sum.
    pseudo_huber: {HUBER} → ((1 + r * r).sqrt() - 1).mean()
    # That is the smooth pseudo-Huber loss, √(1 + r²) − 1. The one asked for has two pieces.
    root_of_a_sum: {ERROR}.norm(dim=1) → {ERROR}.square().sum(1).sqrt()
    # The root has no derivative at 0, and the gradient is NaN there. `norm` gives 0.
""")


@exercise(
    cases={
        "values": {
            "a shear": lambda: (normal(3, 2, seed=1), tensor(*SHEAR)),
            "a stretch": lambda: (normal(3, 2, seed=2), tensor(*STRETCH)),
            "a full matrix": lambda: (normal(4, 2, seed=3), tensor(*FULL)),
        },
        "shapes": {
            "three coordinates, float32": lambda: (
                normal(5, 3, seed=4, dtype=single),
                tensor(*SPACE, dtype=single),
            ),
        },
        "edges": {
            "a rotation": lambda: (normal(2, 2, seed=5), tensor(*TURN)),
        },
    },
    hints=[
        "The loss is a function of p through z = A·p. Write the chain rule: which of the two "
        "gradients is Aᵀ times the other one?",
        "The gradient by p is Aᵀ times that by z. You know the first. Solve for the second; then write "
        "it for rows.",
    ],
    level=3,
    minutes=9,
)
def gradient_in_other_frame(gradient, A):
    """The gradient by the new coordinates z = A·p, from that by the old ones.

    gradient: float tensor (n, d), the gradient of a loss by the points p, a
    point a row; A: (d, d), invertible.
    Returns a tensor (n, d): the gradient of the same loss by z.
    Example: gradient [[1., 1.]], A [[2., 0.], [0., 1.]] → [[0.5, 1.]].
    """
    return gradient @ torch.linalg.inv(A)


gradient_in_other_frame.slips("""
    turned_like_a_point: torch.linalg.inv(A) → A.T
    # That moves the gradient as a point is moved. It is right for a rotation only.
    the_other_way: torch.linalg.inv(A) → A
    # That leads from the new gradient to the old one, by (2.1). The other way is asked for.
    inverse_of_a_point: torch.linalg.inv(A) → torch.linalg.inv(A).T
    # That moves it as A⁻¹ moves a point. For columns the matrix is (Aᵀ)⁻¹; for rows, A⁻¹.
    unchanged: gradient @ torch.linalg.inv(A) → gradient
    # The gradient is not the same in both systems: one unit of z is not one unit of p.
    divided_by_the_determinant: gradient @ torch.linalg.inv(A) → gradient / torch.linalg.det(A)
    # The determinant is about areas and densities. A gradient goes through the matrix itself.
    only_the_diagonal: gradient @ torch.linalg.inv(A) → gradient / A.diagonal()
    # Only A's diagonal is used. That is right for a stretch along the axes, and for no shear.
    entry_by_entry_inverse: torch.linalg.inv(A) → (1 / A)
    # 1 / A divides entry by entry. The inverse of a matrix is `torch.linalg.inv(A)`.
    inverse_of_the_square: torch.linalg.inv(A) → torch.linalg.inv(A.T @ A)
    # The inverse of AᵀA is one matrix too many. The chain rule has A once.
    both_matrices_at_once: torch.linalg.inv(A) → A.T @ A
    # AᵀA belongs to the squared error's gradient by p. Here the chain rule has one matrix.
    divides_by_the_points: torch.linalg.inv(A) → torch.linalg.inv(A) / len(gradient)
    # You divide by the number of points. The loss is the same in both frames: leave that out.
    turns_the_sign: gradient @ → -gradient @
    # The sign is turned. Descent goes against the gradient, but the gradient itself is asked for.
""")


def covariances(*, dtype=torch.float64):
    """Two of them, neither a multiple of the unit matrix."""
    return tensor([[0.8, 0.3], [0.3, 0.5]], [[2, -0.4], [-0.4, 0.3]], dtype=dtype)


@exercise(
    cases={
        "values": {
            "a turn": lambda: (covariances(), tensor(*TURN)),
            "a shear": lambda: (covariances(), tensor(*SHEAR)),
            "a full matrix": lambda: (covariances(), tensor(*FULL)),
        },
        "shapes": {
            "three coordinates, one point": lambda: (
                tensor([[2, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 0.7]]),
                tensor(*SPACE),
            ),
            "float32": lambda: (
                covariances(dtype=single),
                tensor(*SHEAR, dtype=single),
            ),
        },
        "gradient": {
            "by A": lambda: (covariances(), tensor(*FULL, grad=True)),
        },
    },
    hints=[
        "A covariance is the mean of e·eᵀ over the errors e. What becomes of e·eᵀ if e becomes A·e?",
        "A·e·(A·e)ᵀ = A·e·eᵀ·Aᵀ. `@` takes a batch of matrices on one side.",
    ],
    level=1,
    minutes=4,
)
def carry_covariance(cov, A):
    """The covariances after y ↦ A·y.

    cov: float tensor (n, d, d), one covariance a point; A: (d, d).
    Returns a tensor (n, d, d).
    Example: cov [[[1., 0.], [0., 4.]]], A [[0., −1.], [1., 0.]] → [[[4., 0.],
    [0., 1.]]].
    """
    return A @ cov @ A.T


carry_covariance.slips("""
    inverse_turn: A @ cov @ A.T → A.T @ cov @ A
    # Aᵀ·Σ·A turns the other way. The A stands on the left, as in A·e.
    one_side: A @ cov @ A.T → A @ cov
    # Only one side: A·Σ is not symmetric, so no covariance.
    other_side: A @ cov @ A.T → cov @ A.T
    # Only the right side: Σ·Aᵀ is not symmetric, so no covariance.
    by_the_inverse: A @ cov @ A.T → A @ cov @ torch.linalg.inv(A)
    # A·Σ·A⁻¹ is how a *linear map* is written in another frame. It is right for a rotation only.
    by_the_inverse_first: A @ cov @ A.T → torch.linalg.inv(A) @ cov @ A
    # A⁻¹·Σ·A is how a *linear map* is written in another frame, and turns back besides.
    both_transposed: A @ cov @ A.T → A.T @ cov @ A.T
    # Only the A on the right is transposed: (A·e)·(A·e)ᵀ = A·e·eᵀ·Aᵀ.
    left_behind: A @ cov @ A.T → cov
    # The covariance stays as it was: its axes do not turn.
    twice_the_same: A @ cov @ A.T → A @ cov @ A
    # The second A must be transposed: (A·e)ᵀ = eᵀ·Aᵀ.
    only_variances: A @ cov @ A.T → torch.diag_embed((A @ cov @ A.T).diagonal(dim1=1, dim2=2))
    # Only the variances are kept. A turn makes correlations, and they count.
    variances_as_points: A @ cov @ A.T
        → torch.diag_embed(cov.diagonal(dim1=1, dim2=2) @ A.T.square())
    # This carries the variances and drops the correlations, on the way in and on the way out.
    carried_back: A @ cov @ A.T → torch.linalg.inv(A) @ cov @ torch.linalg.inv(A).T
    # With A⁻¹ on both sides a covariance is carried back, from A·y to y.
    like_its_inverse: A @ cov @ A.T → torch.linalg.inv(A).T @ cov @ torch.linalg.inv(A)
    # That is how the inverse of a covariance is carried. The covariance itself goes with A.
    both_on_the_right: A @ cov @ A.T → cov @ A @ A.T
    # Both matrices stand on the right. One stands on each side of Σ.
    both_on_the_left: A @ cov @ A.T → A @ A.T @ cov
    # Both matrices stand on the left. One stands on each side of Σ.
    entry_by_entry: A @ cov @ A.T → cov * A.square()
    # This multiplies entry by entry. A covariance goes through products of matrices.
    all_entry_by_entry: A @ cov @ A.T → A * cov * A.T
    # `*` multiplies entry by entry. A covariance goes through products of matrices.
    keeps_the_area: A @ cov @ A.T → A @ cov @ A.T / torch.linalg.det(A).abs()
    # This divides by |det A|, as a density is. A covariance grows with the map.
""")


@exercise(
    cases={
        "values": {
            "a stretch by 2": lambda: (tensor(1.5, 0.2, 3), tensor([2.0, 0], [0, 2])),
            "a full matrix": lambda: (tensor(0.7, 2.5), tensor(*FULL)),
            "it shrinks": lambda: (tensor(0.7, 2.5, -1), tensor([0.5, 0.1], [0.3, 0.4])),
        },
        "shapes": {
            "three dimensions, float32": lambda: (
                normal(4, seed=11, dtype=single),
                tensor(*SPACE, dtype=single),
            ),
            "one dimension": lambda: (tensor(0.3, 1.1), tensor([2.54])),
        },
        "gradient": {
            "by the NLL and by A": lambda: (
                tensor(0.4, 1.3, grad=True),
                tensor([1.0, 1], [0, 3], grad=True),
            ),
        },
        "edges": {
            "a rotation": lambda: (tensor(1.0, 2), tensor(*TURN)),
            "a mirror that stretches": lambda: (tensor(1.0, 2), tensor([3.0, 0], [0, -2])),
            "a shear": lambda: (tensor(1.0, 2), tensor(*SHEAR)),
        },
    },
    guards={"a mirror that stretches": "a mirror's determinant is negative; areas grow by |det A|"},
    hints=[
        "A density has a unit: probability per area. When A makes areas |det A| times as large, what "
        "becomes of the density, and of minus its logarithm?",
        "The quadratic form is the same in both systems; look at what stands in front of the "
        "exponential. `torch.linalg` has the logarithm of a determinant's size.",
    ],
    level=2,
    minutes=6,
)
def transformed_gaussian_nll(nll, A):
    """The NLL of each point after y ↦ A·y, covariance carried along.

    A normal N(μ, Σ) becomes N(A·μ, A·Σ·Aᵀ).
    nll: float tensor (n,), the negative log-likelihoods in the old system of
    points with d coordinates; A: (d, d), invertible.
    Returns a tensor (n,), through which nll and A get their gradients.
    Example: nll [1., 2.], A [[2., 0.], [0., 2.]] → [2.3863, 3.3863].
    """
    return nll + torch.linalg.slogdet(A).logabsdet


LOG = "torch.linalg.slogdet(A).logabsdet"
transformed_gaussian_nll.slips(f"""
    leaves_it: {LOG} → 0
    # Leaves the NLL as it is: right for maps that keep areas, and for no others.
    subtracts: nll + → nll -
    # Subtracts. A that makes areas larger thins the density out, and the NLL rises.
    forgets_the_absolute_value: {LOG} → torch.logdet(A)
    # A mirror's determinant is negative, and its log NaN. Areas grow by |det A|.
    keeps_the_sign: slogdet(A).logabsdet → slogdet(A).sign * {LOG}
    # The determinant's sign does not count: a mirror thins out like any map.
    adds_half: logabsdet → logabsdet / 2
    # Half of it: A stands twice in ½·log det(A·Σ·Aᵀ), so that the ½ is used up.
    adds_twice: nll + → nll + 2 *
    # Twice too much: A stands twice in log det(A·Σ·Aᵀ), of which the NLL has half.
    adds_the_determinant: slogdet(A).logabsdet → det(A).abs()
    # Adds |det A| itself. The density is divided by it; the NLL gets its logarithm.
    multiplies_by_the_determinant: nll + {LOG} → nll * torch.linalg.det(A).abs()
    # Multiplies by |det A|. The density is divided by it, its log shifts.
    divides_by_the_determinant: nll + {LOG} → nll / torch.linalg.det(A).abs()
    # Divides by |det A|, as a density is. Minus its logarithm is added to.
    looks_at_the_diagonal: {LOG} → A.diagonal().abs().log().sum()
    # The product of the diagonal is the determinant of a triangular matrix only.
    takes_the_norm: {LOG} → A.norm().log()
    # The norm says how long A makes vectors. Areas grow by the determinant.
    spreads_it_over_the_points: logabsdet → logabsdet / len(nll)
    # Spreads log|det A| over the points. Each point's density is divided by |det A|.
    takes_the_mean_over_points: nll + → nll.mean() +
    # Returns the mean. One number a point is asked for.
    determinant_detached: slogdet(A) → slogdet(A.detach())
    # The value is right, but A is detached. If A is learnt, the determinant has a gradient.
    logs_of_the_entries: {LOG} → A.abs().log().sum()
    # The logarithms of A's entries are added. The logarithm of its determinant is asked for.
    logarithm_to_base_10: {LOG} → torch.linalg.det(A).abs().log10()
    # The logarithm to base 10. An NLL has the natural one.
    density_in_its_place: nll + {LOG} → (-nll).exp() / torch.linalg.det(A).abs()
    # This is the new density. Its minus logarithm is asked for.
    takes_the_sign: logabsdet → sign
    # slogdet returns the sign first. The logarithm is the second of the two.
    times_the_dimension: logabsdet → logabsdet * len(A)
    # Multiplies by the number of coordinates. |det A| is already the factor of the whole area.
    size_of_the_logarithm: logabsdet → logabsdet.abs()
    # You take the size of the logarithm, not of det A. Where areas shrink, the NLL falls.
    multiplies_by_the_logarithm: nll + → nll *
    # Multiplies by the logarithm. The log of a product is a sum.
    takes_the_trace: {LOG} → torch.trace(A).abs().log()
    # That is the logarithm of the trace, the sum of the diagonal. Areas grow by the determinant.
""")


@exercise(
    cases={
        "values": {
            "depths in km": lambda: (tensor(1.2, 0.9, 2.4), tensor(562.0, 40, 680)),
            "below 1": lambda: (tensor(0.3, -0.5), tensor(0.2, 0.05)),
            "around 1": lambda: (tensor(1.0, 2, 0.5), tensor(1.0, 2.5, 0.7)),
        },
        "shapes": {
            "one value, float32": lambda: (
                tensor(1.5, dtype=single),
                tensor(3.0, dtype=single),
            ),
        },
        "gradient": {
            "by the NLL": lambda: (tensor(1.2, 0.9, grad=True), tensor(5.0, 0.4)),
        },
    },
    hints=[
        "Take an interval around y of width w. How wide is it in log y? The probability in it is the "
        "same, so the densities differ by the ratio of the widths.",
        "d(log y)/dy = 1/y. So the density of y is that of log y, divided by y.",
    ],
    level=2,
    minutes=5,
)
def changed_nll(nll_log, y):
    """The NLL of y, from the NLL of log y under a model of log y.

    nll_log, y: float tensors (n,), y positive.
    Returns a tensor (n,).
    Example: nll_log [1.], y [10.] → [3.3026].
    """
    return nll_log + y.log()


changed_nll.slips("""
    unchanged: nll_log + y.log() → nll_log * 1
    # Left as it is: that is the NLL of log y. A density of y is one per unit of y.
    subtracts: nll_log + y.log() → nll_log - y.log()
    # The sign. Large values of y are spread out, so their density is lower and the NLL higher.
    adds_y: y.log() → y
    # Adds y. The density is divided by y; the NLL gets its logarithm.
    divides: nll_log + y.log() → nll_log / y
    # Divides the NLL. It is the density that is divided by y.
    multiplies: nll_log + y.log() → nll_log * y
    # Multiplies the NLL by y. The density is divided.
    mean_of_the_logs: y.log() → y.log().mean()
    # Every value has a logarithm of its own; the mean is right for the mean NLL only.
    exponential: y.log() → y.exp()
    # The derivative of log y is 1/y; its minus logarithm is log y.
    log_of_the_sum: y.log() → y.sum().log()
    # One logarithm for all values. Each value has its own.
    sum_of_the_logs: y.log() → y.log().sum()
    # Each value gets the sum of all logarithms. It needs only its own.
    size_of_log_y: y.log() → y.log().abs()
    # The size of log y is added. Below y = 1 it is negative, and the NLL falls.
    exp_of_the_nll: nll_log + y.log() → nll_log.exp()
    # exp leads from log y to y, not from one NLL to the other.
    nll_taken_for_a_density: nll_log + y.log() → -(nll_log / y).log()
    # nll_log is minus a logarithm already. It is the density that is divided by y.
    divides_by_the_log: nll_log + y.log() → nll_log / y.log()
    # Divides by log y. The log of a quotient is a difference, so log y is added.
    base_10: y.log() → y.log10()
    # The logarithm to base 10. An NLL has the natural one, `log`.
    adds_the_derivative: y.log() → 1 / y
    # Adds 1/y itself. Its minus logarithm is added, which is log y.
    multiplies_by_the_log: nll_log + y.log() → nll_log * y.log()
    # Multiplies by log y. The log of a quotient is a difference, so log y is added.
    returns_the_density: nll_log + y.log() → (-nll_log).exp() / y
    # This is the density of y. Its minus logarithm is asked for.
    log_of_1_more: y.log() → y.log1p()
    # `log1p` is the logarithm of 1 + y. The model is one of log y, and y is above 0.
""")


def drawn(rows, seed, angle, grad=False):
    """A prediction and a truth of so many points, and an angle."""
    prediction = normal(rows, 2, seed=seed, grad=grad)
    return prediction, normal(rows, 2, seed=seed + 1), scalar(angle, grad=grad)


@exercise(
    cases={
        "values": {
            "one angle": lambda: drawn(4, 1, 0.6),
            "a steep angle": lambda: drawn(3, 3, -2.0),
            "far from 0": lambda: (normal(3, 2, seed=5) + 4, normal(3, 2, seed=6) - 3, scalar(1.1)),
        },
        "gradient": {
            "by prediction and angle": lambda: drawn(3, 7, 0.6, grad=True),
        },
        "edges": {
            "a quarter turn": lambda: (
                tensor([3.0, 1]),
                tensor([1.0, 0]),
                scalar(math.pi / 2, grad=True),
            ),
        },
    },
    hints=[
        "The direction of the angle is (cos, sin); along is the error times this. Across is the error "
        "times (−sin, cos).",
        "Keep the angle a tensor: `angle.cos()`, `angle.sin()`. No `.item()` and no `.detach()`.",
    ],
    level=2,
    minutes=7,
)
def frame_loss(prediction, truth, angle):
    """The loss in the predicted frame, with the angle's derivative.

    prediction, truth: float64 tensors (n, 2); angle: float64 tensor of shape
    (), in radians from the first axis, counter-clockwise. An error has a part
    along the direction of the angle and a part across it.
    Returns the mean of along² + 4·across², shape (), through which the angle
    gets its gradient.
    Example: prediction [[2., 1.]], truth [[0., 0.]], angle 0 → 8.
    """
    error = prediction - truth
    along = error[:, 0] * angle.cos() + error[:, 1] * angle.sin()
    across = error[:, 1] * angle.cos() - error[:, 0] * angle.sin()
    return (along**2 + 4 * across**2).mean()


frame_loss.slips(r"""
    from_the_second_axis: error = prediction - truth
        → error = prediction - truth\n    angle = math.pi / 2 - angle
    # Sine and cosine are swapped: the angle counts from the first axis, so (cos, sin) is along.
    detached: angle.cos() → angle.detach().cos(); angle.sin() → angle.detach().sin()
    # The value is right, but the angle is detached: its gradient is missing.
    turns_the_other_way: + error[:, 1] * angle.sin() → - error[:, 1] * angle.sin();
        - error[:, 0] * angle.sin() → + error[:, 0] * angle.sin()
    # This turns by the angle. To write an error in a frame, turn it back by the frame's angle.
    weights_swapped: along**2 + 4 * across**2 → 4 * along**2 + across**2
    # The weights are swapped: errors across the direction count four times.
    weight_squared: 4 * across**2 → (4 * across) ** 2
    # The 4 is squared with the error: 16 times in place of 4.
    weight_missing: 4 * across**2 → across**2
    # Without the 4 this is the squared length, and the angle does not matter.
    sums: .mean() → .sum()
    # That is the sum over the points; the mean is asked for.
    in_degrees: angle.cos() → angle.deg2rad().cos(); angle.sin() → angle.deg2rad().sin()
    # The angle is in radians already.
    sign_of_a_sine: - error[:, 0] * angle.sin() → + error[:, 0] * angle.sin()
    # A sign: across is the error times (−sin, cos).
    only_the_prediction_turned: error[:, 0] * angle.cos() + error[:, 1] * angle.sin()
        → prediction[:, 0] * angle.cos() + prediction[:, 1] * angle.sin() - truth[:, 0];
        error[:, 1] * angle.cos() - error[:, 0] * angle.sin()
        → prediction[:, 1] * angle.cos() - prediction[:, 0] * angle.sin() - truth[:, 1]
    # Only the prediction is turned. Prediction and truth must stand in one frame.
    mean_over_both_parts: .mean() → .mean() / 2
    # Half of it: this is the mean over the parts as well. Add a point's two parts.
    sizes_in_place_of_squares: along**2 + 4 * across**2 → along.abs() + 4 * across.abs()
    # Absolute values stand where squares are asked for.
    square_of_the_sum: along**2 + 4 * across**2 → (along + 2 * across) ** 2
    # The parts are added before the square. Square each of them.
    weighted_length: along**2 + 4 * across**2 → (along**2 + 4 * across**2).sqrt()
    # This takes a root for each point. The squares themselves are asked for.
    mean_before_the_square: (along**2 + 4 * across**2).mean()
        → along.mean() ** 2 + 4 * across.mean() ** 2
    # The mean comes before the square, so that errors of opposite signs cancel.
    not_squared: along**2 + 4 * across**2 → along + 4 * across
    # The parts are not squared.
    lengths_subtracted: error[:, 1] * angle.cos() - error[:, 0] * angle.sin()
        → error.norm(dim=1) - along
    # Lengths do not subtract: across² is the squared length less along².
    takes_the_angle_for_the_error_s: error[:, 0] * angle.cos() + error[:, 1] * angle.sin()
        → error.norm(dim=1) * angle.cos(); error[:, 1] * angle.cos() - error[:, 0] * angle.sin()
        → error.norm(dim=1) * angle.sin()
    # The angle is the frame's, and an error has its own direction: along is e₁·cos + e₂·sin.
    cosine_and_sine_swapped: error[:, 1] * angle.cos() - error[:, 0] * angle.sin()
        → error[:, 0] * angle.cos() - error[:, 1] * angle.sin()
    # Cosine and sine are swapped: across is the error times (−sin, cos).
    one_coordinate_each: + error[:, 1] * angle.sin() → ;
        error[:, 1] * angle.cos() - error[:, 0] * angle.sin() → error[:, 1] * angle.sin()
    # Each part has one coordinate only. In a turned frame both coordinates count in each.
    converted_to_degrees: angle.cos() → angle.rad2deg().cos(); angle.sin() → angle.rad2deg().sin()
    # `cos` and `sin` take radians, and the angle has them already.
""")


@exercise(
    cases={
        "values": {
            "a degree north and east": lambda: (
                tensor([-19.0, 180], [-38, 178]),
                tensor([-20.0, 180], [-38, 177]),
            ),
            "far south": lambda: (tensor([-38.0, 178.5]), tensor([-38.6, 177])),
            "far from the truth": lambda: (tensor([-20.0, 180.0]), tensor([-38.0, 177])),
        },
        "gradient": {
            "by the prediction": lambda: (tensor([-30.0, 178.5], grad=True), tensor([-31.0, 177])),
        },
        "edges": {
            "over the date line": lambda: (tensor([-20.0, 179.5]), tensor([-20.0, -179.5])),
            "over it, the other way": lambda: (tensor([-20.0, -178.0]), tensor([-20.0, 179.0])),
            "over Greenwich": lambda: (tensor([51.0, 0.5]), tensor([51.0, -0.5])),
        },
    },
    guards={
        "over the date line": "179.5° and −179.5° are one degree apart",
        "over it, the other way": "−178° and 179° are three degrees apart",
        "over Greenwich": "0.5° and −0.5° are one degree apart",
    },
    hints=[
        "Turn both differences into km first: how long is a degree of latitude, and how long is one "
        "of longitude at the latitude of the truth?",
        "A degree is 6371·π/180 km; of longitude, times the cosine of the latitude (in radians). A "
        "difference of longitudes is brought between −180 and 180 by `(d + 180) % 360 - 180`.",
    ],
    level=2,
    minutes=8,
)
def squared_km(prediction, truth):
    """The mean squared distance in km² of places in degrees.

    prediction, truth: float64 tensors (n, 2), rows of latitude and longitude
    in degrees. A degree of latitude is 6371·π/180 km long; one of longitude is
    shorter, by the cosine of the *true* latitude. Longitudes may lie on both
    sides of the date line (±180).
    Returns shape ().
    Example: prediction [[60., 11.]], truth [[60., 10.]] → 3091 (a degree of
    55.6 km).
    """
    import math  # the page does not

    degree = 6371 * math.pi / 180
    north = prediction[:, 0] - truth[:, 0]
    east = (prediction[:, 1] - truth[:, 1] + 180) % 360 - 180
    return ((degree * north) ** 2 + (degree * east * truth[:, 0].deg2rad().cos()) ** 2).mean()


COSINE = "truth[:, 0].deg2rad().cos()"
WRAPPED = "(prediction[:, 1] - truth[:, 1] + 180) % 360 - 180"
SQUARES = f"(degree * north) ** 2 + (degree * east * {COSINE}) ** 2"
squared_km.slips(rf"""
    degree_is_a_degree: * {COSINE} →
    # A degree of longitude counts as much as one of latitude. That is so at the equator only.
    cosine_of_degrees: {COSINE} → truth[:, 0].cos()
    # The cosine gets degrees. torch wants radians: `deg2rad`.
    cosine_of_longitude: {COSINE} → truth[:, 1].deg2rad().cos()
    # The cosine of the longitude. It is the latitude that makes a degree of longitude shorter.
    latitude_of_the_prediction: {COSINE} → prediction[:, 0].deg2rad().cos()
    # The *predicted* latitude: a model can shorten its errors by predicting nearer to a pole.
    ignores_the_date_line: {WRAPPED} → prediction[:, 1] - truth[:, 1]
    # 179.5 and −179.5 are one degree apart, not 359.
    shortens_the_latitude: {SQUARES} → (degree * north * {COSINE}) ** 2 + (degree * east) ** 2
    # The cosine stands at the wrong difference: a degree of latitude is equally long everywhere.
    cosine_unsquared: (degree * east * {COSINE}) ** 2 → (degree * east) ** 2 * {COSINE}
    # The cosine belongs inside the square.
    sums: ).mean() → ).sum()
    # That is the sum over the places; the mean is asked for.
    mean_of_coordinates: ).mean() → ).mean() / 2
    # Half of it: the mean over both coordinates, as mse_loss takes it. A distance adds them.
    jump_moved_to_greenwich: {WRAPPED} → prediction[:, 1] % 360 - truth[:, 1] % 360
    # This moves the jump from ±180° to 0°, where it is met again. Wrap the difference.
    wraps_each_longitude: {WRAPPED} → (prediction[:, 1] + 180) % 360 - (truth[:, 1] + 180) % 360
    # Each longitude is wrapped, and the difference can still be 359°. Wrap the difference.
    mean_latitude: {COSINE} → truth[:, 0].mean().deg2rad().cos()
    # One latitude for all. Each place has a cosine of its own.
    degree_like_a_radian: 6371 * math.pi / 180 → 6371
    # 6371 km is the length of one radian. A degree is π/180 of it.
    rounded_degree: 6371 * math.pi / 180 → 111.2
    # 111.2 km is rounded. Compute it: 6371·π/180.
    rounded_to_111: 6371 * math.pi / 180 → 111
    # 111 km is rounded. Compute it: 6371·π/180.
    another_radius: 6371 → 6378
    # 6378 km is the radius at the equator. Take 6371 km.
    sum_squared: {SQUARES} → (degree * north + degree * east * {COSINE}) ** 2
    # North and east are added before the square. Square each of them.
    wrapped_by_360: + 180) % 360 - 180 → + 360) % 360 - 180
    # The wrap is off by half a circle: add 180, take the remainder by 360, subtract 180.
    square_of_the_mean: ).mean() → ).sqrt().mean() ** 2
    # The mean distance is squared. Square each distance, then take the mean.
    degree_unsquared: ).mean() → ).mean() / degree
    # The length of a degree is not squared. It belongs inside the square.
    mean_distance: ).mean() → ).sqrt().mean()
    # The mean distance. Its square is asked for.
    sine_of_latitude: deg2rad().cos() → deg2rad().sin()
    # The sine is 0 at the equator, where a degree of longitude is longest. Take the cosine.
    divides_by_the_cosine: * {COSINE} → / {COSINE}
    # Divides by the cosine. A degree of longitude is shorter away from the equator.
    cosine_at_both: degree * north → degree * north * {COSINE}
    # The cosine stands at both differences. A degree of latitude is equally long everywhere.
    columns_swapped: north = → prediction, truth = prediction.flip(1), truth.flip(1)\n    north =
    # The columns are swapped: latitude is the first one, longitude the second.
    great_circle: … → p, t = prediction.deg2rad(), truth.deg2rad()
        \n    half = ((p - t) / 2).sin().square()
        \n    h = half[:, 0] + p[:, 0].cos() * t[:, 0].cos() * half[:, 1]
        \n    return (2 * 6371 * h.sqrt().asin()).square().mean()
    # That is the way along a great circle. The two lengths of a degree, squared, are asked for.
""")


SWAP, TWICE, MIRROR = [[0.0, 1], [1, 0]], [[2.0, 0], [0, 2]], [[1.0, 0], [0, -1]]
ROUNDED_TURN = [[0.6 + 1e-13, -0.8], [0.8, 0.6]]
QUARTER_TURN = [[math.cos(math.pi / 2), -1.0], [1, math.cos(math.pi / 2)]]  # 6e-17, not 0


@exercise(
    cases={
        "values": {
            "MSE, twice as large": lambda: ("mse", tensor(*TWICE)),
            "MSE, a shear": lambda: ("mse", tensor(*SHEAR)),
            "MSE, a turn": lambda: ("mse", tensor(*TURN)),
            "L1, a turn": lambda: ("l1", tensor(*TURN)),
            "L1, axes swapped": lambda: ("l1", tensor(*SWAP)),
            "L1, twice as large": lambda: ("l1", tensor(*TWICE)),
            "NLL, a turn": lambda: ("nll", tensor(*TURN)),
            "NLL, a shear": lambda: ("nll", tensor(*SHEAR)),
            "NLL, a stretch": lambda: ("nll", tensor([2.0, 0], [0, 1])),
            "NLL, a stretch that keeps areas": lambda: ("nll", tensor(*STRETCH)),
            "MSE, a stretch that keeps areas": lambda: ("mse", tensor(*STRETCH)),
            "L1, a shear": lambda: ("l1", tensor(*SHEAR)),
            "NLL, a mirror": lambda: ("nll", tensor(*MIRROR)),
            "MSE, a mirror": lambda: ("mse", tensor(*MIRROR)),
            "L1, half a turn": lambda: ("l1", tensor([-1.0, 0], [0, -1])),
            "L1, a mirror": lambda: ("l1", tensor(*MIRROR)),
            "MSE, a turn and twice as large": lambda: ("mse", 2 * tensor(*TURN)),
            "L1, a turn and twice as large": lambda: ("l1", 2 * tensor(*TURN)),
            "NLL, a turn and twice as large": lambda: ("nll", 2 * tensor(*TURN)),
            "MSE, columns of length 1 that are not square": lambda: (
                "mse",
                tensor([1.0, 0.6], [0, 0.8]),
            ),
            "MSE, a stretch of one axis": lambda: ("mse", tensor([2.0, 0], [0, 1])),
            "L1, another stretch of each axis": lambda: ("l1", tensor([2.0, 0], [0, 1])),
            "L1, a stretch that keeps areas": lambda: ("l1", tensor(*STRETCH)),
            "MSE, a rounded turn": lambda: ("mse", tensor(*ROUNDED_TURN)),
            "MSE, three times a rounded turn": lambda: ("mse", 3 * tensor(*ROUNDED_TURN)),
            "NLL, a rounded turn": lambda: ("nll", tensor(*ROUNDED_TURN)),
            "L1, a rounded quarter turn": lambda: ("l1", tensor(*QUARTER_TURN)),
        },
    },
    guards={
        "MSE, a rounded turn": "AᵀA has rounding errors: compare with `torch.allclose`",
        "MSE, three times a rounded turn": "AᵀA has rounding errors: compare with `torch.allclose`",
        "NLL, a rounded turn": "a determinant has rounding errors: compare with `torch.isclose`",
        "L1, a rounded quarter turn": "cos 90° is computed as 6·10⁻¹⁷: compare with "
        "`torch.allclose`",
    },
    hints=[
        "Ask for each loss: is there one number that leads from every loss in one frame to the loss "
        "in the other? For the squared error it is a factor, and AᵀA shows it.",
        "MSE: AᵀA must be c²·I. L1: each row of A may have only one entry that is not 0, and all of "
        "these one size. NLL: log|det A| is added, whatever A is.",
        "Compare with a rounding error allowed: `torch.allclose`.",
    ],
    level=3,
    minutes=10,
)
def may_compare(loss, A):
    """May two models' losses be compared, one in x and one in z = A·x?

    loss: "mse", "l1" (both over all coordinates) or "nll" (Gaussian,
    covariance carried along); A: float64 tensor (2, 2), invertible.
    Returns "yes" if a point's loss is the same number in both frames, whatever
    the errors; "after a correction" if one known factor or summand, the same
    for all errors, leads from one to the other; "no" if none does.
    Example: "mse" and A [[3., 0.], [0., 3.]] → "after a correction" (divide by
    9).
    """
    if loss == "nll":
        change, fits = torch.linalg.det(A).abs(), True
    elif loss == "mse":
        change = (A.T @ A)[0, 0]
        fits = torch.allclose(A.T @ A / change, torch.eye(2, dtype=A.dtype))
    else:
        change = A.abs().max()
        fits = torch.allclose(A.abs().sort(1).values / change, torch.tensor([0.0, 1]).to(A))
    if not fits:
        return "no"
    return "yes" if torch.isclose(change, torch.ones_like(change)) else "after a correction"


MSE_FITS = "torch.allclose(A.T @ A / change, torch.eye(2, dtype=A.dtype))"
L1_FITS = "torch.allclose(A.abs().sort(1).values / change, torch.tensor([0.0, 1]).to(A))"
KEEPS = "torch.allclose(A.T @ A, torch.eye(2).to(A))"
may_compare.slips(rf"""
    one_factor_for_all: fits = {MSE_FITS} → fits = True
    # A shear changes the MSE of some errors more than that of others: no one factor does it.
    the_sign_of_the_determinant: torch.linalg.det(A).abs() → torch.linalg.det(A)
    # A mirror's determinant is −1. It is its size that counts.
    l1_like_a_length: change = A.abs().max() → change = (A.T @ A)[0, 0] ** 0.5;
        fits = {L1_FITS}
        → fits = torch.allclose(A.T @ A, change**2 * torch.eye(2, dtype=A.dtype))
    # L1 is no length: a turn keeps all lengths, and L1 changes with the direction of the error.
    l1_without_swapped_axes: A.abs().sort(1).values / change, torch.tensor([0.0, 1]).to(A)
        → A.abs() / change, torch.eye(2).to(A)
    # Swapped axes keep L1: |x| + |y| is |y| + |x|.
    l1_with_two_factors: fits = {L1_FITS}
        → fits = torch.allclose(A.abs().min(1).values, torch.zeros(2).to(A))
    # A stretch of one axis changes L1 by a factor that depends on the error's direction.
    nll_always_corrected: torch.linalg.det(A).abs(), True
        → torch.linalg.det(A).abs(), True\n        return "after a correction"
    # The NLL changes by log|det A|. For a map that keeps areas that is 0: nothing to correct.
    only_rotations: else "after a correction" → else "no"
    # Only what keeps everything counts here. A known factor or summand can be corrected.
    by_the_determinant_alone: … → det = torch.linalg.det(A).abs()
        \n    return "yes" if torch.isclose(det, torch.ones_like(det)) else "after a correction"
    # The determinant decides for the NLL. A shear has the determinant 1 and changes MSE and L1.
    linear_is_enough: … → return "yes"
    # That a map is linear is not enough: lengths and areas must stay, or change by one factor.
    likelihood_like_a_square: if loss == "nll":\n        change, fits =
        torch.linalg.det(A).abs(), True\n    elif → if loss == "nll" or
    # A likelihood with its covariance carried along changes by log|det A|, whatever the map is.
    tries_the_axes: {MSE_FITS} → torch.isclose(change, (A.T @ A)[1, 1]); {L1_FITS}
        → torch.isclose(change, A[:, 1].abs().sum()); A.abs().max() → A[:, 0].abs().sum()
    # Errors along the axes are not enough. Try (1, 1) and (1, −1) as well.
    nll_never_changes: torch.linalg.det(A).abs(), True → torch.tensor(1.0), True
    # Carrying the covariance along is not enough: the NLL still changes by log|det A|.
    nll_not_corrected: change, fits = torch.linalg.det(A).abs(), True
        → change = torch.linalg.det(A).abs()
        \n        fits = torch.isclose(change, torch.ones_like(change))
    # The NLL changes by log|det A|. That is one known number for all errors: subtract it.
    always_a_correction: return "no" → return "after a correction"
    # After a shear no single number leads from one loss to the other: it depends on the error.
    nll_like_a_turn: change, fits = torch.linalg.det(A).abs(), True → keeps = {KEEPS}
        \n        return "yes" if keeps else "after a correction"
    # A shear is no rotation, but keeps areas: |det A| is 1, and the NLL stays.
    only_multiples_of_the_unit_matrix: {MSE_FITS} → torch.allclose(A, A[0, 0] * torch.eye(2).to(A));
        {L1_FITS} → torch.allclose(A, A[0, 0] * torch.eye(2).to(A))
    # c·I is not the only map: a turn keeps the MSE, and swapped axes keep L1.
    turns_or_a_correction: … → return "yes" if {KEEPS} else "after a correction"
    # AᵀA = I is about the MSE. L1 and the NLL ask for other things, and “no” exists as well.
    no_factor_for_the_mse: {MSE_FITS} → {KEEPS}
    # AᵀA = c²·I multiplies every squared error by c². That is one known factor: correct it.
    two_factors_for_the_mse: {MSE_FITS} → (A.T @ A)[0, 1].abs() < 1e-6 * change
    # A diagonal AᵀA may stretch two axes differently. It must be c²·I.
    l1_never: {L1_FITS} → False
    # Some maps keep L1, or change it by one factor: swapped axes, mirrors, c·I.
    lengths_for_all_losses: … → factor = (A.T @ A)[0, 0]
        \n    if not torch.allclose(A.T @ A / factor, torch.eye(2).to(A)):
        \n        return "after a correction" if loss == "nll" else "no"
        \n    return "yes" if torch.isclose(factor, torch.ones_like(factor)) else "after a correction"
    # You ask every loss whether lengths stay. A turn changes L1; the NLL asks for areas alone.
    equal_areas_are_enough: … → det = torch.linalg.det(A).abs()
        \n    if torch.isclose(det, torch.ones_like(det)):\n        return "yes"
        \n    return "after a correction" if loss == "nll" else "no"
    # Equal areas are enough for the NLL alone. MSE and L1 change in a shear; and a map that makes
    # everything twice as large changes them by one known factor.
    every_map_can_be_corrected: …
        → return "yes" if torch.equal(A, torch.eye(2).to(A)) else "after a correction"
    # A turn keeps the MSE, too. And no single number corrects a shear: MSE and L1 then say “no”.
""")
