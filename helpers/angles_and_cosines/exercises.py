"""The exercises of 10_angles_and_cosines, in the order of the page."""

import torch
from torch.nn import functional as F  # noqa: F401 (in slips)

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

__all__ = ["angle_error", "circular_mean", "diagnose", "cosine_loss", "histogram_loss"]  # noqa: RUF022


@exercise(
    cases={
        "values": {
            "on both sides of the seam": lambda: (
                tensor(359, 1, 30, 350, 200),
                tensor(1, 359, 50, 20, 10),
            ),
            "some more": lambda: (tensor(90.0, 10.0, 181.0), tensor(100.0, 200.0, 0.0)),
            "below 0": lambda: (tensor(-170.0, -10.0, 0.0), tensor(170.0, 10.0, -179.0)),
            "several turns": lambda: (tensor(725.0, -700.0, 1090.0), tensor(0.0, 30.0, -365.0)),
        },
        "shapes": {
            "a table": lambda: (360 * normal(2, 3), 360 * normal(2, 3, seed=1)),
            "one angle": lambda: (tensor(300.0), tensor(20.0)),
        },
        "gradient": {
            "by a": lambda: (tensor(359.0, 20.0, grad=True), tensor(1.0, 50.0)),
            "by b": lambda: (tensor(10.0, 300.0), tensor(350.0, 20.0, grad=True)),
        },
        "edges": {
            "half a turn apart": lambda: (tensor(200.0, 10.0), tensor(20.0, 190.0)),
        },
    },
    guards={"half a turn apart": "an error of exactly half a turn must be −180"},
    hints=[
        "Two differences that differ by 360 are the same error.",
        "`d % 360` brings any difference into 0 … 360. You want −180 … 180.",
        "Shift by 180 before the remainder, and back after it.",
    ],
    level=1,
    minutes=5,
)
def angle_error(a, b):
    """How far the angle a lies from the angle b, with a sign.

    a, b: float tensors of one shape, in degrees, any numbers. Returns a tensor
    of that shape with a gradient: a − b plus or minus full turns, from −180 to
    below 180.
    Example: a = (359, 1), b = (1, 359) → (−2, 2).
    """
    return (a - b + 180) % 360 - 180


angle_error.slips(r"""
    plain_difference: (a - b + 180) % 360 - 180 → a - b
    # 359 − 1 is 358, and the two angles are 2° apart. Full turns must go.
    absolute_difference: (a - b + 180) % 360 - 180 → (a - b).abs()
    # 359 − 1 is 358, and the two angles are 2° apart. The sign is lost, too.
    remainder_only: (a - b + 180) % 360 - 180 → (a - b) % 360
    # The remainder goes from 0 to 360, so that −2 becomes 358. It must go from −180 to 180.
    without_a_sign: (a - b + 180) % 360 - 180 → ((a - b + 180) % 360 - 180).abs()
    # This is how far the angles lie apart. Whether a is ahead of b or behind it is lost.
    turned_round: a - b + → b - a +
    # The sign is turned: the error is a − b.
    half_a_turn_away: a - b + 180 → a - b
    # The shift by 180 before the remainder is missing, so every error is 180° off.
    never_shifted_back: % 360 - 180 → % 360
    # The shift by 180 is not taken back after the remainder.
    half_turns: % 360 → % 180
    # A full turn has 360°. With 180 an opposite direction counts as the same one.
    radians: a - b + 180) % 360 - 180 → a - b + torch.pi) % (2 * torch.pi) - torch.pi
    # The angles are in degrees, and this wraps at 2π.
    remainder_of_c: (a - b + 180) % 360 → torch.fmod(a - b + 180, 360)
    # fmod keeps the sign of a negative number, so these errors are not wrapped. Take `%`.
    degrees_into_the_sine: (a - b + 180) % 360 - 180
        → torch.rad2deg(torch.atan2((a - b).sin(), (a - b).cos()))
    # `sin` and `cos` take radians, and a − b is in degrees.
    half_turns_throughout: (a - b + 180) % 360 - 180 → (a - b + 90) % 180 - 90
    # This takes half a turn for a whole one, so opposite directions count as the same.
    each_remainder: (a - b + 180) % 360 - 180 → a % 360 - b % 360
    # Each angle is brought into one turn, but their difference is not: 359 − 1 is still 358.
    shorter_way_unsigned: … → d = a - b\n    return torch.where(d.abs() > 180, 360 - d.abs(), d)
    # 360 − |d| is how long the shorter way is, and its sign is lost: a = 359, b = 1 gives −2.
    one_side_only: … → d = a - b\n    return torch.where(d > 180, d - 360, d)
    # Only differences above 180 are brought back; those below −180 are not.
    wraps_once: … → d = a - b
        \n    return torch.where(d >= 180, d - 360, torch.where(d < -180, d + 360, d))
    # One full turn at most is taken off. Angles such as 725° need two.
""")


@exercise(
    cases={
        "values": {
            "across the seam": lambda: (tensor(350.0, 10.0, 40.0), tensor(1.0, 2.0, 0.5)),
            "in the third quadrant": lambda: (tensor(200.0, 220.0, 250.0), tensor(1.0, 1.0, 3.0)),
            "in the second quadrant": lambda: (tensor(100.0, 170.0), tensor(0.3, 0.2)),
            "with turns": lambda: (tensor(370.0, -30.0, 700.0), tensor(1.0, 0.5, 2.0)),
        },
        "shapes": {
            "one angle": lambda: (tensor(305.0), tensor(2.0)),
            "five angles": lambda: (40 * normal(5) + 90, normal(5, seed=1).square()),
        },
    },
    hints=[
        "Take the mean of points, not of numbers.",
        "Each angle is the point (cos, sin). Add them up with their weights; the sum need not be "
        "divided, since its direction is all that counts.",
        "`torch.atan2(y, x)` takes y first and returns radians from −π to π.",
    ],
    level=2,
    minutes=7,
)
def circular_mean(angles, weights):
    """The direction of the weighted mean of the points (cos, sin).

    angles: float tensor (n,), in degrees, any numbers; weights: float tensor
    (n,), none below 0. The points do not cancel. Returns a tensor of shape (),
    in degrees from 0 to 360.
    Example: angles (350, 20), weights (1, 1) → 5.
    """
    radians = torch.deg2rad(angles)
    x, y = (weights * radians.cos()).sum(), (weights * radians.sin()).sum()
    return torch.rad2deg(torch.atan2(y, x)) % 360


circular_mean.slips(r"""
    swapped: torch.atan2(y, x) → torch.atan2(x, y)
    # `atan2` takes y (the sine) first. Swapped, 20° becomes 70°; only 45° and 225° stay.
    two_quadrants: torch.atan2(y, x) → torch.atan(y / x)
    # y/x is the same for opposite points, so 200° becomes 20°. `torch.atan2(y, x)` sees both.
    weights_ignored: weights * radians → radians
    # The weights are not used.
    degrees_into_the_sine: torch.deg2rad(angles) → angles
    # `cos` and `sin` take radians, and these are degrees.
    radians_out: torch.rad2deg(torch.atan2(y, x)) % 360 → torch.atan2(y, x)
    # `atan2` returns radians. Degrees from 0 to 360 are asked for.
    radians_wrapped: torch.rad2deg(torch.atan2(y, x)) % 360 → torch.atan2(y, x) % (2 * torch.pi)
    # These are radians from 0 to 2π. Degrees are asked for.
    remainder_of_radians: torch.rad2deg(torch.atan2(y, x)) % 360
        → torch.rad2deg(torch.atan2(y, x) % 360)
    # `% 360` is taken of radians here. Turn them into degrees first.
    below_zero: % 360 →
    # `atan2` gives −180 to 180. From 0 to 360 is asked for: 220 in place of −140.
    sign_dropped: torch.rad2deg(torch.atan2(y, x)) % 360 → torch.rad2deg(torch.atan2(y, x)).abs()
    # Without its sign −140° becomes 140°, another direction. It is 220°: add a full turn.
    half_a_turn_added: torch.rad2deg(torch.atan2(y, x)) % 360
        → torch.rad2deg(torch.atan2(y, x)) + 180
    # Adding 180 turns every direction round. Only the negative ones need a turn, of 360.
    shares_of_the_angles: torch.deg2rad(angles) → torch.deg2rad(angles * weights / weights.sum());
        weights * radians → radians
    # Each angle is multiplied by its share, which turns its arrow. Give the points their weights.
    mean_of_numbers: … → return (weights * angles).sum() / weights.sum()
    # That is the mean of the numbers. For 350° and 10° it is 180°, the opposite direction.
    mean_within_a_turn: … → return (weights * angles).sum() / weights.sum() % 360
    # That is the mean of the numbers; a remainder after it only moves it by full turns.
    mean_of_remainders: … → return (weights * (angles % 360)).sum() / weights.sum()
    # Within one turn they are still numbers: the mean of 350 and 10 is 180, the opposite.
    weighted_angles: torch.deg2rad(angles) → torch.deg2rad(weights * angles);
        weights * radians → radians
    # The weights multiply the angles here, which turns the arrows. They belong to the points.
    mean_of_wrapped_numbers: … → wrapped = (angles + 180) % 360 - 180
        \n    return (weights * wrapped).sum() / weights.sum() % 360
    # The numbers are wrapped first, which only moves the seam. Take the mean of the points.
    plain_mean: … → return angles.mean()
    # That is the mean of the numbers, and the weights are not used.
""")


def outputs(*degrees):
    """Rows (cos, sin) at these angles."""
    radians = torch.deg2rad(tensor(*degrees))
    return torch.stack([radians.cos(), radians.sin()], 1)


def corners(*degrees):
    return outputs(*degrees).sign() * 0.998


TRUE = (20.0, 100.0, 350.0, 200.0)
LENGTHS = tensor([0.5], [3.0], [1.0], [7.0])


@exercise(
    cases={
        "values": {
            "upside down, and long": lambda: (-9 * outputs(60.0, 310.0), tensor(60.0, 310.0)),
            "all in corners": lambda: (corners(*TRUE), tensor(*TRUE)),
            "two numbers in the wrong order": lambda: (outputs(*TRUE).flip(1), tensor(*TRUE)),
            "upside down, of any length": lambda: (-LENGTHS * outputs(*TRUE), tensor(*TRUE)),
            "right, of any length": lambda: (LENGTHS * outputs(*TRUE), tensor(*TRUE)),
            "right, on both sides of the seam": lambda: (outputs(355, 9, 182), tensor(4, 1, 178)),
            "right, in the first quadrant": lambda: (outputs(20.0, 60.0), tensor(22.0, 60.0)),
            "one in a corner that is near": lambda: (corners(45, 100, 300), tensor(46, 100, 300)),
            "swapped, and more than 90° off": lambda: (
                outputs(100, 110, 350).flip(1),
                tensor(100, 110, 350),
            ),
            "opposite corners": lambda: (corners(45.0, 225.0), tensor(225.0, 45.0)),
            "opposite diagonals": lambda: (-3 * outputs(45, 135, 315), tensor(45, 135, 315)),
        },
        "shapes": {
            "two rows, in corners": lambda: (corners(45.0, 225.0), tensor(48.0, 220.0)),
            "two rows, swapped, at the seam": lambda: (outputs(10, 95).flip(1), tensor(10, 95)),
        },
        "edges": {
            "9.5° off": lambda: (outputs(359.5, 90.5), tensor(350.0, 100.0)),
            "a corner 10.5° off": lambda: (corners(45.0, 135.0), tensor(55.5, 130.0)),
            "0.05 off a corner, turned by 180°": lambda: (tensor([-1.05, -0.95]), tensor(42.0)),
        },
    },
    hints=[
        "Turn each output into an angle first, and compare it with the true one by the wrapped "
        "error.",
        "Try the readings one after the other: as they are, both signs turned, both numbers "
        "swapped. Which one makes all rows right?",
        "Test “fine” first: 45° may be the truth. Corners have both numbers near 1 or −1; a long "
        "output is no corner.",
    ],
    level=3,
    minutes=10,
)
def diagnose(outputs, angles):
    """What is wrong with these predictions?

    outputs: float64 tensor (n, 2), a (cos, sin) of any length a row; angles:
    float64 tensor (n,), true, in degrees. Right is what is at most 10° off.
    Returns "fine" (all rows are right), else "corners" (all outputs are
    within 0.01 of (±1, ±1)), else "opposite" (all are right once turned by
    180°) or "swapped" (all are right once the two numbers change places).
    One of the four holds.
    Example: outputs [[−2., 0.]], angles [0.] → "opposite".
    """

    def right(x, y):
        off = torch.rad2deg(torch.atan2(y, x)) - angles
        return ((off + 180) % 360 - 180).abs().max() <= 10

    x, y = outputs.T
    if right(x, y):
        return "fine"
    if ((outputs.abs() - 1).abs() < 0.01).all():
        return "corners"
    return "opposite" if right(-x, -y) else "swapped"


diagnose.slips(r"""
    no_wrap: ((off + 180) % 360 - 180).abs() → off.abs()
    # 355° and 4° are 9° apart, and their numbers 351. Wrap the error before you judge it.
    sees_half_the_circle: torch.atan2(y, x) → torch.atan(y / x)
    # y/x is the same for opposite points. `torch.atan2(y, x)` tells them apart.
    decodes_swapped: torch.atan2(y, x) → torch.atan2(x, y)
    # The rows are (cos, sin), and `atan2` takes the sine first.
    radians_beside_degrees: torch.rad2deg(torch.atan2(y, x)) → torch.atan2(y, x)
    # `atan2` returns radians, and the true angles are degrees.
    large_is_a_corner: (outputs.abs() - 1).abs() < 0.01 → outputs.abs() > 0.99
    # An output without tanh may be longer than 1. That is no corner.
    one_corner_is_enough: < 0.01).all() → < 0.01).any()
    # A single number near 1 is no corner: (1, 0) is 0°.
    right_on_average: .max() <= 10 → .mean() <= 10
    # The mean error hides rows that are wrong. All must be right.
    right_in_one_row: .max() <= 10 → .min() <= 10
    # One row that is right is not enough. All must be right.
    right_on_one_side: .abs().max() <= 10 → .max() <= 10
    # The error has a sign: −170° is far off, and it is below 10. Take its size.
    one_corner_of_four: (outputs.abs() - 1) → (outputs - 1)
    # This is the corner (1, 1) alone. There are four: (±1, ±1).
    turns_one_number: right(-x, -y) → right(-x, y)
    # With one sign turned an arrow is mirrored. Half a turn turns both signs.
    corners_before_truth: if right(x, y):
        → if ((outputs.abs() - 1).abs() < 0.01).all():\n        return "corners"\n    if right(x, y):
    # 45° may be the truth. Ask first whether all rows are right.
    opposite_before_corners: if ((outputs → if right(-x, -y):\n        return "opposite"\n    if ((outputs
    # Outputs in a corner may lie opposite to the truth as well. The corners come before that.
    by_right_angles: return "opposite" if right(-x, -y) → radians = torch.deg2rad(angles)
        \n    return "opposite" if (x * radians.cos() + y * radians.sin()).max() < 0
    # Swapped numbers can be more than 90° off, too. Turn by 180° and ask if all rows are right.
    by_multiples_of_45: if ((outputs.abs() - 1).abs() < 0.01).all():
        → degrees = torch.rad2deg(torch.atan2(y, x))
        \n    if (((degrees + 22.5) % 45 - 22.5).abs() < 6).all():
    # A direction of 45° is no corner by itself: a corner also has both numbers near 1 or −1.
    by_the_mean_cosine: return "opposite" if right(-x, -y) → radians = torch.deg2rad(angles)
        \n    truth = torch.stack([radians.cos(), radians.sin()], 1)
        \n    return "opposite" if F.cosine_similarity(outputs, truth).mean() < 0.5
    # A low mean cosine doesn't say why: swapped numbers give it, too. Ask if all rows are right.
""")


A = [[3.0, 1.0, 0.5], [-1.0, 2.0, 0.2]]
B = [[1.0, 2.0, -1.0], [0.5, 0.1, 4.0]]


@exercise(
    cases={
        "values": {
            "two rows": lambda: (tensor(*A), tensor(*B), 1e-8),
            "one row, opposite": lambda: (tensor([1.0, -2.0]), tensor([-2.0, 4.1]), 1e-8),
            "a row shorter than eps": lambda: (
                tensor([0.03, 0.01], [2, 1]),
                tensor([5, 1], [0, 3]),
                0.1,
            ),
            "five rows": lambda: (normal(5, 4), normal(5, 4, seed=1), 1e-6),
        },
        "gradient": {
            "by a": lambda: (tensor(*A, grad=True), tensor(*B), 1e-8),
            "by a, of five rows": lambda: (normal(5, 4, grad=True), normal(5, 4, seed=1), 1e-8),
        },
        "edges": {
            "a row of zeros": lambda: (tensor([0, 0], [1, 3]), tensor([1, 2], [2, 1]), 1e-8),
            "a short target": lambda: (tensor([1.0, 2.0]), tensor([0.01, 0.03]), 0.1),
        },
    },
    guards={"a row of zeros": "a row of zeros must cost 1, which is what eps is for"},
    hints=[
        "Each row has a cosine of its own: dot product divided by the two lengths.",
        "`(a * b).sum(1)` has one number a row, and so has `a.norm(dim=1)`.",
        "`.clamp(min=eps)` keeps each length from falling below eps. Then the mean over rows.",
    ],
    level=2,
    minutes=7,
)
def cosine_loss(a, b, eps):
    """The mean over rows of 1 − cos, each row of a against that row of b.

    a, b: float tensors (n, d). eps: a float above 0; a length below eps
    counts as eps, so that a row of zeros costs 1. Returns shape ().
    Example: a [[3., 0.]], b [[1., 1.]], eps 1e−8 → 0.2929.
    """
    lengths = a.norm(dim=1).clamp(min=eps) * b.norm(dim=1).clamp(min=eps)
    return (1 - (a * b).sum(1) / lengths).mean()


cosine_loss.slips(r"""
    columns: dim=1 → dim=0; sum(1) → sum(0)
    # These are the cosines of columns. An example stands in a row: dimension 1.
    one_long_arrow: a.norm(dim=1) → a.norm(); b.norm(dim=1) → b.norm(); .sum(1) → .sum()
    # The whole batch is read as one long arrow. Each row has a cosine of its own.
    lengths_of_the_whole: a.norm(dim=1) → a.norm(); b.norm(dim=1) → b.norm()
    # `norm()` without a dimension is the length of the whole batch, not of a row.
    squared: (a * b).sum(1) / lengths → ((a * b).sum(1) / lengths).square()
    # Squared, the opposite direction costs as little as the right one.
    minus_cosine: (1 - → (-
    # That is minus the cosine. Its gradient is the same, but the lowest value is −1.
    similarity: 1 - (a * b).sum(1) / lengths → (a * b).sum(1) / lengths
    # That is the cosine itself: largest for the right direction. A loss must be lowest there.
    sums_rows: .mean() → .sum()
    # That is the sum over the rows; the mean is asked for.
    eps_added: a.norm(dim=1).clamp(min=eps) * b.norm(dim=1).clamp(min=eps)
        → a.norm(dim=1) * b.norm(dim=1) + eps
    # An eps that is added changes every row a little. It should only replace lengths below it.
    eps_for_the_product: a.norm(dim=1).clamp(min=eps) * b.norm(dim=1).clamp(min=eps)
        → (a.norm(dim=1) * b.norm(dim=1)).clamp(min=eps)
    # eps is compared with the product of the lengths here. It is a limit for each length.
    squared_lengths: a.norm(dim=1) → a.square().sum(1); b.norm(dim=1) → b.square().sum(1)
    # The root is missing: these are squared lengths.
    eps_added_to_each: clamp(min=eps) → add(eps)
    # Adding eps makes every length a little larger. It should only replace lengths below it.
    dot_products_of_all_rows: (a * b).sum(1) → (a @ b.T).sum(1)
    # a @ b.T holds the products of every pair of rows, and its row sums mix them.
    ratio_of_means: (1 - (a * b).sum(1) / lengths).mean()
        → 1 - (a * b).sum(1).mean() / lengths.mean()
    # The means are divided, so that long rows count more. Divide in each row, then take the mean.
    one_length: * b.norm(dim=1).clamp(min=eps) →
    # Only the length of a is divided by. The length of b counts as well.
    gram_matrices_for_the_lengths: a.norm(dim=1) → (a @ a.T).sum(1).sqrt(); b.norm(dim=1)
        → (b @ b.T).sum(1).sqrt()
    # a·aᵀ holds the products of all pairs of rows. Only its diagonal belongs to single rows.
    no_eps: .clamp(min=eps) →
    # eps is not used: a row shorter than eps counts with its own length, and zeros give NaN.
    eps_under_the_root: a.norm(dim=1).clamp(min=eps) → (a.square().sum(1) + eps).sqrt();
        b.norm(dim=1).clamp(min=eps) → (b.square().sum(1) + eps).sqrt()
    # An eps under the root changes every length. It should only replace lengths below it.
    gram_matrix: a.norm(dim=1).clamp(min=eps) * b.norm(dim=1).clamp(min=eps)
        → ((a @ a.T).sum(1).sqrt() * (b @ b.T).sum(1).sqrt()).clamp(min=eps)
    # a·aᵀ multiplies every row with every other. Its row sums mix rows, and their roots can be NaN.
    every_pair: … → rows = [x / x.norm(dim=1, keepdim=True).clamp(min=eps) for x in (a, b)]
        \n    return (1 - rows[0] @ rows[1].T).mean()
    # This compares every row of a with every row of b: n² cosines. Row i belongs to row i.
""")


LOGITS = [[2.0, -1.0, 0.5, 0.0], [0.0, 1.0, 3.0, -2.0]]
HISTOGRAMS = [[0.1, 0.2, 0.3, 0.4], [0.6, 0.3, 0.1, 0.0]]


@exercise(
    cases={
        "values": {
            "two rows": lambda: (tensor(*LOGITS), tensor(*HISTOGRAMS)),
            "all in one bin": lambda: (tensor([9.0, 0.0, 0.0, 1.0]), tensor([0.0, 0.0, 0.0, 1.0])),
            "four rows": lambda: (2 * normal(4, 6), normal(4, 6, seed=1).softmax(1)),
        },
        "gradient": {
            "by the logits": lambda: (tensor(*LOGITS, grad=True), tensor(*HISTOGRAMS)),
            "by the logits of one row": lambda: (
                tensor([0.5, 1, -1], grad=True),
                tensor([0.2, 0.2, 0.6]),
            ),
        },
        "edges": {
            "logits of ±1000": lambda: (tensor([1000.0, -1000.0, 0.0]), tensor([0.0, 0.5, 0.5]))
        },
    },
    guards={"logits of ±1000": "logits of ±1000 must give a finite loss"},
    hints=[
        "First make histograms of the logits: a softmax along each row.",
        "`cumsum(1)` gives, for each bin, the share up to it. Do it with both histograms.",
        "Square the differences, add over the bins, take the mean over the rows.",
    ],
    level=2,
    minutes=7,
)
def histogram_loss(logits, target):
    """The squared difference of two cumulative histograms, added over bins.

    logits: float tensor (n, bins), whose softmax is the predicted histogram;
    target: float tensor (n, bins), its rows add up to 1. Returns a tensor of
    shape (): the mean over rows.
    Example: logits [[0., 0.]], target [[1., 0.]] → 0.25.
    """
    gap = logits.softmax(1).cumsum(1) - target.cumsum(1)
    return gap.square().sum(1).mean()


histogram_loss.slips("""
    bin_by_bin: logits.softmax(1).cumsum(1) - target.cumsum(1) → logits.softmax(1) - target
    # Each bin is compared with itself, so it doesn't count how far a bump is off. Take `cumsum(1)`.
    logits_as_they_are: logits.softmax(1) → logits
    # The logits are no histogram yet: they need a softmax.
    sigmoids: logits.softmax(1) → logits.sigmoid()
    # Sigmoids do not add up to 1. A histogram needs a softmax.
    logarithms: logits.softmax(1) → logits.log_softmax(1)
    # The shares are added, not their logarithms.
    softmax_of_both: target.cumsum → target.softmax(1).cumsum
    # The target is a histogram already. A softmax would flatten it.
    softmax_last: logits.softmax(1).cumsum(1) → logits.cumsum(1).softmax(1)
    # The softmax comes first: the shares are added up, not the logits.
    softmax_down_the_rows: softmax(1) → softmax(0)
    # The softmax runs over the rows. The bins are dimension 1.
    adds_up_rows: cumsum(1) → cumsum(0)
    # The rows are added up. The bins are dimension 1.
    absolute: .square() → .abs()
    # That is the sum of absolute differences. Squares are asked for.
    mean_over_bins: .sum(1).mean() → .mean()
    # The mean over the bins is taken as well; their sum is asked for.
    sums_rows: .sum(1).mean() → .sum()
    # The sum over rows; their mean is asked for.
    not_squared: gap.square().sum(1) → gap.sum(1)
    # The differences are not squared, so those above 0 cancel those below.
    square_of_the_sum: .square().sum(1) → .sum(1).square()
    # The differences are added first, and cancel. Square each, then add.
    target_not_added_up: target.cumsum(1) → target
    # Only the prediction is added up. The target's cumulative sums are needed as well.
    prediction_not_added_up: logits.softmax(1).cumsum(1) → logits.softmax(1)
    # Only the target is added up. The prediction's cumulative sums are needed as well.
    softmax_of_the_whole_table: logits.softmax(1) → logits.flatten().softmax(0).view_as(logits)
    # One softmax runs over the whole table. Each row is a histogram of its own.
    squares_added_up: … → return (logits.softmax(1) - target).square().cumsum(1).sum(1).mean()
    # The bins are compared and squared first. Add up the shares first, then compare.
    mean_histogram: gap.square().sum(1).mean() → gap.mean(0).square().sum()
    # The mean over the rows is taken first, so that their differences cancel. Each row costs.
    root: .square().sum(1) → .square().sum(1).sqrt()
    # There is a root in it. The squares are added, and that is all.
    soft_cross_entropy: … → return F.cross_entropy(logits, target)
    # That is the cross-entropy. It looks at each bin for itself, and not at how far it is off.
    kl_of_bins: … → return F.kl_div(logits.log_softmax(1), target, reduction="batchmean")
    # That is the KL divergence. Like the cross-entropy, it compares each bin with itself.
    by_hand_exponentials: logits.softmax(1) → (logits.exp() / logits.exp().sum(1, keepdim=True))
    # exp overflows from about 710 on, and the loss is NaN. `softmax` subtracts the largest first.
""")
