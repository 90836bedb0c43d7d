"""The exercises of 14_detection_pooling, in the order of the page."""

import torch

from helpers.teaching.cases import normal, tensor, uniform
from helpers.teaching.exercise import exercise

__all__ = ["detect_pool", "z_b", "deletion_curve", "pool_backward", "audit"]  # noqa: RUF022


def layer(rows, inputs, units, seed, grad=False):
    """x, W and b of these sizes."""
    x = normal(rows, inputs, seed=seed, grad=grad)
    return x, normal(inputs, units, seed=seed + 1), normal(units, seed=seed + 2)


@exercise(
    cases={
        "values": {
            "x @ W + b is 3, −1, 2, −5 and 0.5, 0.5, −4, 1": lambda: (
                tensor([1, 2]),
                tensor(
                    [1, 1, -2, -3, 0.5, -1.5, -2, 3],
                    [1, -1, 2, -1, -0.5, 0.5, -1, -1],
                ),
                tensor(0, 0, 0, 0, 1, 1, 0, 0),
                4,
            ),
            "one group": lambda: (tensor([1]), tensor([2, -2, 3, -4]), tensor(1, 1, -1, -1), 4),
            "five rows, six units, groups of 3": lambda: (*layer(5, 4, 6, seed=0), 3),
        },
        "shapes": {
            "groups of 2": lambda: (*layer(3, 2, 8, seed=3), 2),
            "groups of 1": lambda: (*layer(2, 3, 4, seed=6), 1),
        },
        "gradient": {"by x": lambda: (*layer(2, 3, 4, seed=9, grad=True), 2)},
    },
    hints=[
        "First each of the numbers x @ W + b goes through its own ReLU. Then each group has one sum.",
        "`reshape(len(x), -1, group)` puts neighbours into the last dimension.",
    ],
    level=1,
    minutes=5,
)
def detect_pool(x, W, b, group):
    """A detection layer, followed by a sum over groups of neighbours.

    x: float tensor (N, d); W: (d, H); b: (H,); group: an int that divides H.
    The first `group` units make the first sum, the next ones the second.
    Returns a tensor (N, H / group).
    Example: x @ W + b = (3, −1, 2, −5) and group 2 → (3, 2).
    """
    a = (x @ W + b).relu()
    return a.reshape(len(x), -1, group).sum(-1)


detect_pool.slips("""
    no_relu: (x @ W + b).relu() → x @ W + b
    # The ReLU is missing, so that units below 0 are subtracted. A detection unit gives 0 there.
    pools_first: (x @ W + b).relu() → x @ W + b; .sum(-1) → .sum(-1).relu()
    # You add first and rectify then. Each unit has a ReLU of its own, in front of the sum.
    average: .sum(-1) → .mean(-1)
    # That is the average of a group, not the sum.
    maximum: .sum(-1) → .amax(-1)
    # That is the largest of a group: max pooling.
    not_neighbours: reshape(len(x), -1, group).sum(-1) → reshape(len(x), group, -1).sum(1)
    # You add units that stand H / group apart. Neighbours belong to the same group.
    no_bias: x @ W + b → x @ W
    # The biases are missing.
    bias_after_the_relu: (x @ W + b).relu() → (x @ W).relu() + b
    # The bias is added in front of the ReLU, to x @ W.
    number_of_groups: reshape(len(x), -1, group).sum(-1) → reshape(len(x), group, -1).sum(-1)
    # You make `group` groups. `group` says how many units each group has.
    not_added: .sum(-1) →
    # The units stand in groups now, but they are not added.
    root_of_squares: .sum(-1) → .norm(dim=-1)
    # That is the root of the sum of squares, `LPPool1d` with exponent 2. Add the units.
    one_sum: reshape(len(x), -1, group).sum(-1) → sum(-1, keepdim=True)
    # You add all units. There is one sum for each group.
    adds_across_groups: reshape(len(x), -1, group).sum(-1) → reshape(len(x), -1, group).sum(1)
    # You add the first units of all groups, and so on. Add inside each group: the last dimension.
    overlapping_groups: reshape(len(x), -1, group) → unfold(1, group, 1)
    # Your groups overlap: they move on by one unit. They should move on by a whole group.
""")


def pixels(rows, inputs, units, seed, low, high):
    """x, W and R of these sizes, and the box that x is in."""
    x = low + (high - low) * uniform(rows, inputs, seed=seed)
    return x, normal(inputs, units, seed=seed + 1), uniform(rows, units, seed=seed + 2), low, high


def in_box(x, W, R):
    """These x, W and R, and the box from white to black."""
    return tensor(*x), tensor(*W), tensor(*R), -0.5, 1.5


@exercise(
    cases={
        "values": {
            "one unit, two inputs, from −0.5 to 1.5": lambda: in_box(
                [[0.5, -0.25], [1, 0.5]], [[2, 1], [-1, 3]], [[1.25, 0.5], [2, 4]]
            ),
            "an input at the lower bound": lambda: in_box([[-0.5, 0.5]], [[2], [3]], [[0.5]]),
            "three rows, five inputs, four units": lambda: pixels(3, 5, 4, 0, -0.5, 1.5),
            "from −2 to 1": lambda: pixels(2, 4, 3, 4, -2, 1),
        },
        "shapes": {
            "from 0 to 255": lambda: pixels(2, 3, 5, 8, 0, 255),
            "one unit": lambda: pixels(4, 3, 1, 12, -1, 1),
        },
        "edges": {
            "a unit without relevance": lambda: in_box([[0.5, 0]], [[1, 2], [-1, 1]], [[0, 3]]),
            "a unit whose weights are all 0": lambda: in_box(
                [[0.5, 0]], [[0, 2], [0, 1]], [[0, 3]]
            ),
        },
    },
    guards={"a unit whose weights are all 0": "a unit whose shares are all 0 passes on 0, not NaN"},
    hints=[
        "Write down the corner of the box at which the unit is lowest: `low` where its weight is "
        "positive, `high` where it is negative.",
        "The share of an input is its weight times its distance from that corner: "
        "x·w − low·w⁺ − high·w⁻, for each input and unit a number (N, d, H).",
        "Divide the shares of each unit by their sum over the inputs, multiply by the unit's R, and "
        "add over the units.",
    ],
    level=3,
    minutes=12,
)
def z_b(x, W, R, low, high):
    """The relevance of the inputs by the rule for inputs in a box.

    x: float tensor (N, d), all entries from low to high (floats); W: (d, H);
    R: (N, H), the relevance of the units, at least 0.
    Returns a tensor (N, d). Its rows add up to those of R. A unit whose shares
    are all 0 passes nothing on (its R is 0).
    Example: x = (0.5, −0.5), W = (2, −1)ᵀ, R = 1.25, from −0.5 to 1.5 →
    (0.625, 0.625).
    """
    corner = torch.where(W > 0, low, high)
    shares = W * (x[:, :, None] - corner)
    total = shares.sum(1, keepdim=True)
    return (shares / torch.where(total == 0, 1, total) * R[:, None, :]).sum(-1)


z_b.slips("""
    z_plus_instead: shares = W * (x[:, :, None] - corner) → shares = W.clamp(min=0) * x[:, :, None]
    # This is the z⁺ rule, for inputs of at least 0. Measure each from the corner of the box.
    goes_to_zero: corner = torch.where(W > 0, low, high) → corner = 0.0
    # You measure each input from 0. Measure it from the corner where the unit is lowest.
    low_for_all: torch.where(W > 0, low, high) → torch.full_like(W, low)
    # You go to `low` with every input. Where the weight is negative the unit is lowest at `high`.
    high_for_all: torch.where(W > 0, low, high) → torch.full_like(W, high)
    # You go to `high` with every input. Where the weight is positive the unit is lowest at `low`.
    corner_by_the_input: torch.where(W > 0, low, high) → torch.where(x[:, :, None] > 0, low, high)
    # The sign of the weight decides between `low` and `high`, not the sign of the input.
    corners_swapped: torch.where(W > 0, low, high) → torch.where(W > 0, high, low)
    # There the unit is highest. `low` belongs to the positive weights, `high` to the negative.
    sign_of_high: W * (x[:, :, None] - corner)
        → W * x[:, :, None] - low * W.clamp(min=0) + high * W.clamp(max=0)
    # The term with `high` has the wrong sign: w⁻ is min(0, w), at most 0, and it is subtracted.
    only_the_positive_weight: W * (x[:, :, None] - corner)
        → W.clamp(min=0) * x[:, :, None] - low * W.clamp(min=0) - high * W.clamp(max=0)
    # x is multiplied by its whole weight, w⁺ + w⁻.
    only_positive_products: shares = W * (x[:, :, None] - corner)
        → shares = (W * x[:, :, None]).clamp(min=0)
    # You measure x·w from 0, and keep what is above 0. Measure from the corner of the box.
    distance_without_weight: W * (x[:, :, None] - corner) → (x[:, :, None] - corner).abs()
    # These are distances from the corner. A share is the weight times the distance.
    not_shared_out: shares / torch.where(total == 0, 1, total) * R[:, None, :] → shares
    # The shares are not scaled to the relevance of each unit.
    not_divided: shares / torch.where(total == 0, 1, total) * R → shares * R
    # Divide the shares of each unit by their sum, so that they add up to 1.
    divided_by_the_products: total = shares.sum(1, keepdim=True) → total = (x @ W)[:, None]
    # You divide by x·w. Divide by the sum of the unit's shares, so that they add up to 1.
    adds_over_inputs: R[:, None, :]).sum(-1) → R[:, None, :]).sum(1)
    # You add over the inputs. An input adds up what all units give it: the last dimension.
    relevance_not_used: * R[:, None, :] →
    # The shares of a unit add up to 1 here. Multiply them by the unit's relevance R.
    sums_over_units: shares.sum(1, keepdim=True) → shares.sum(2, keepdim=True)
    # The shares of one *unit* must add up to 1, so sum over the inputs, dimension 1.
    one_total_for_all_units: shares.sum(1, keepdim=True) → shares.sum((1, 2), keepdim=True)
    # One sum for all units mixes them. Each unit shares out its own relevance.
    epsilon_in_the_total: torch.where(total == 0, 1, total) → (total + EPS)
    # An ε keeps a little of each relevance back: the sums differ. Replace only a total of 0.
    nan_without_shares: torch.where(total == 0, 1, total) → total
    # 0/0 is NaN. A unit whose shares are all 0 has nothing to pass on.
    absolute_weights: shares = W * (x[:, :, None] - corner) → shares = (W * x[:, :, None]).abs()
    # Absolute values make every credit positive, but they come from no root point.
    mixes_the_units: shares = W * (x[:, :, None] - corner)
        → shares = (W * (x[:, :, None] - corner)).sum(-1)
        ; R[:, None, :]).sum(-1) → R.sum(1, keepdim=True))
    # You share out the relevance of all units at once. Each unit shares out its own.
""")


def bent(x):
    return x.relu().sum(1) + x[:, 0] * x[:, 1]


def ramp(x):
    return x @ torch.arange(1, x.shape[1] + 1, dtype=x.dtype)


def hiding(f, x, places, baseline):
    """The arguments of a curve that hides the pixels at these places."""
    return f, x, torch.tensor(places), float(baseline)


@exercise(
    cases={
        "values": {
            "three pixels, one after the other": lambda: hiding(
                ramp, tensor(4, 1, 2), [2, 0, 1], -0.5
            ),
            "a function with products": lambda: hiding(
                bent, tensor(1, -2, 0.5, 3), [3, 1, 0, 2], 0.25
            ),
            "five pixels": lambda: hiding(bent, normal(5, seed=3), [1, 4, 0, 3, 2], -1),
        },
        "shapes": {
            "one pixel": lambda: hiding(ramp, tensor(3), [0], 1),
            "eight pixels": lambda: hiding(ramp, normal(8, seed=4), [5, 2, 7, 0, 1, 6, 3, 4], 0),
        },
        "edges": {
            "a pixel that has the baseline already": lambda: hiding(
                ramp, tensor(-0.5, 2), [0, 1], -0.5
            ),
            "in order": lambda: hiding(bent, tensor(2, 1, -1), [0, 1, 2], 0.5),
        },
    },
    hints=[
        "Begin with the output for x as it is. After that one more pixel is hidden at each step, and "
        "those before it stay hidden.",
        "Work on a copy of x: `hidden = x.clone()`. And f wants rows: `f(hidden[None])`.",
    ],
    level=2,
    minutes=7,
)
def deletion_curve(f, x, order, baseline):
    """The output while the pixels of a picture are hidden one after another.

    f: a function of a float tensor (n, d) that returns (n,); x: (d,), a
    picture; order: int64 tensor (d,), the positions in the order of hiding;
    baseline: a float, the value of a hidden pixel. A hidden pixel stays
    hidden, and x itself is not changed.
    Returns a tensor (d + 1,); its first entry is the output for x.
    Example: f = the sum, x = (4, 1), order (1, 0), baseline 0 → (5, 4, 0).
    """
    hidden = x.clone()
    outputs = [f(hidden[None])]
    for place in order:
        hidden[place] = baseline
        outputs.append(f(hidden[None]))
    return torch.cat(outputs)


deletion_curve.slips(r"""
    one_at_a_time: hidden[place] = baseline → hidden = x.clone()\n        hidden[place] = baseline
    # Each pixel comes back before the next is hidden: that is occlusion. Here they stay hidden.
    without_the_start: outputs = [f(hidden[None])] → outputs = []
    # The output of the whole picture is missing: there are d + 1 entries.
    least_first: for place in order → for place in order.flip(0)
    # You hide in the opposite order, the last position first.
    hides_with_zero: hidden[place] = baseline → hidden[place] = 0.0
    # A hidden pixel becomes `baseline`. 0 is a grey here, if white is −0.5.
    order_as_scores: for place in order → for place in order.argsort()
    # `order` holds positions already. Its argsort says at which step a pixel is hidden.
    from_the_left: for place in order → for place in range(len(x))
    # The pixels are hidden from left to right; `order` is not used.
    changes_the_picture: hidden = x.clone() → hidden = x
    # This writes into x itself, so that the caller's picture is gone. Work on a copy.
    up_to_the_place: hidden[place] = baseline → hidden[: place + 1] = baseline
    # You hide all pixels up to this position. Only this one is to be hidden now.
    position_of_a_position: hidden[place] = baseline → hidden[order[place]] = baseline
    # `place` comes from `order`, so it is a position already.
    darkest_first: for place in order → for place in x.argsort(descending=True)
    # You hide the largest values first; `order` is not used.
    subtracts: hidden[place] = baseline → hidden[place] -= baseline
    # The baseline is subtracted from the pixel. The pixel should be replaced by it.
    multiplies: hidden[place] = baseline → hidden[place] *= baseline
    # The pixel is multiplied by the baseline. It should be replaced by it.
    puts_pixels_in: hidden = x.clone() → hidden = torch.full_like(x, baseline)
        ; hidden[place] = baseline → hidden[place] = x[place]
    # You begin with an empty picture and put the pixels in: that is an insertion curve.
    one_tensor_many_times: f(hidden[None]) → hidden; torch.cat(outputs) → f(torch.stack(outputs))
    # Your list holds one tensor many times: in the end all is hidden. Keep `hidden.clone()`.
    without_the_end: torch.cat(outputs) → torch.cat(outputs)[:-1]
    # The last entry is missing: the output when every pixel is hidden.
    drops: torch.cat(outputs) → outputs[0] - torch.cat(outputs)
    # These are the drops from the first output. The outputs themselves are asked for.
""")


def arriving(rows, groups, group, seed):
    """A gradient by each sum, the outputs of the ReLUs, and the size of a group."""
    units = normal(rows, groups * group, seed=seed + 1).relu()
    return normal(rows, groups, seed=seed), units, group


@exercise(
    cases={
        "values": {
            "units 3, 0, 2, 0 and 0.5, 0.5, 0, 1": lambda: (
                tensor([1, -2]),
                tensor([3, 0, 2, 0, 0.5, 0.5, 0, 1]),
                4,
            ),
            "three rows, groups of 2": lambda: arriving(3, 3, 2, seed=1),
        },
        "shapes": {
            "groups of 3": lambda: arriving(2, 2, 3, seed=3),
            "groups of 1": lambda: arriving(2, 4, 1, seed=5),
        },
        "edges": {
            "a group of which no unit is on": lambda: (tensor([2, 3]), tensor([0, 0, 1, 0]), 2),
            "all units on": lambda: (tensor([1.5, -1]), tensor([1, 2, 3, 4]), 2),
        },
    },
    hints=[
        "If one unit that is on grows by 1, by how much does its sum grow?",
        "The gradient of a sum is handed to each of its units: `repeat_interleave(group, dim=1)`.",
        "The ReLU lets it through where its output is above 0.",
    ],
    without_autograd=True,
    level=2,
    minutes=6,
)
def pool_backward(grad_output, activations, group):
    """The backward pass of a sum over groups of ReLU units, without autograd.

    grad_output: float tensor (N, H / group), the gradient by the sums;
    activations: (N, H), the outputs of the ReLUs; group: how many neighbours
    make a sum. Returns a tensor (N, H): the gradient by the inputs of the
    ReLUs (0 where a ReLU gives 0).
    Example: grad_output (5), activations (3, 0), group 2 → (5, 0).
    """
    return grad_output.repeat_interleave(group, dim=1) * (activations > 0)


pool_backward.slips(r"""
    no_relu: * (activations > 0) →
    # The sum hands its gradient to all units, but a ReLU that gives 0 stops it.
    divides_by_the_group: * (activations > 0) → * (activations > 0) / group
    # That is the backward pass of an average. In a sum each unit counts in full.
    tiles: repeat_interleave(group, dim=1) → repeat(1, group)
    # `repeat` puts whole rows side by side. Neighbours share a sum: `repeat_interleave`.
    times_the_activation: (activations > 0) → activations
    # The derivative of a ReLU is 1 where it is on, not its output.
    times_the_group: * (activations > 0) → * (activations > 0) * group
    # Each unit counts once in its sum: no factor `group`.
    only_positive_gradients: grad_output.repeat → grad_output.clamp(min=0).repeat
    # You drop negative gradients. The ReLU looks at its own output, not at the gradient's sign.
    mask_alone: grad_output.repeat_interleave(group, dim=1) * (activations > 0)
        → (activations > 0).to(grad_output.dtype)
    # This is the derivative of the ReLU. The gradient that arrives must be multiplied by it.
    only_the_ones_off: activations > 0 → activations == 0
    # Turned round: the units that are on get the gradient.
    average_without_relu: * (activations > 0) → / group
    # This is the backward pass of an average, without the ReLU. Here a sum follows a ReLU.
    mask_by_group: … → on = activations.reshape(len(activations), -1, group).sum(-1) > 0
        \n    return (grad_output * on).repeat_interleave(group, dim=1)
    # You ask whether the sum of a group is above 0. Each unit has a ReLU of its own.
    only_the_largest: … → parts = activations.reshape(len(activations), -1, group)
        \n    largest = (parts == parts.amax(-1, keepdim=True)) & (parts > 0)
        \n    return (largest * grad_output[..., None]).flatten(1)
    # That is max pooling. In a sum each unit that is on gets the gradient, not only the largest.
    in_proportion: … → parts = activations.reshape(len(activations), -1, group)
        \n    shares = parts / parts.sum(-1, keepdim=True).clamp(min=1e-9)
        \n    return (shares * grad_output[..., None]).flatten(1)
    # You share it out in proportion, as relevance is. Each unit that is on gets the whole gradient.
    shared_among_those_on: … → parts = (activations > 0).reshape(len(activations), -1, group)
        \n    shares = parts / parts.sum(-1, keepdim=True).clamp(min=1)
        \n    return (shares * grad_output[..., None]).flatten(1)
    # You divide among the units that are on. Each of them gets the whole gradient of the sum.
""")


def maps(outputs, *credits):
    """The credits of pictures, a row each, and the outputs."""
    return tensor(*credits), tensor(*outputs)


@exercise(
    cases={
        "values": {
            "the second row is 10 % too low": lambda: maps([6, 2], [1, 2, 3], [0.5, 0, 1.3]),
            "two good maps": lambda: maps([6, 2], [1, 2, 3], [0.5, 0, 1.5]),
            "the second row is 10 % too high": lambda: maps([6, 2], [1, 2, 3], [0.5, 0, 1.7]),
            "one row too high, one too low": lambda: maps([6, 2], [2, 2, 3], [0.5, -1, 1.5]),
            "sums are right, a share is not": lambda: maps([6, 2], [1, 2, 3], [-1, 1.5, 1.5]),
            "two flat maps": lambda: maps([6, 1.5], [2, 2, 2], [0.5, 0.5, 0.5]),
            "one flat map of two": lambda: maps([6, 2], [2, 2, 2], [0.5, 0, 1.5]),
            "every picture gets the same map, which is not flat": lambda: maps(
                [4, 4], [1, 3], [1, 3]
            ),
            "columns are equal, sums are not": lambda: maps([5, 3], [1, 3], [1, 3]),
            "half a per cent off": lambda: maps([100, 1], [50, 50.5], [1, 0]),
            "a small output, 5 % off": lambda: maps([100, 0.01], [60, 40], [0.005, 0.0055]),
            "one picture of four 2 % off": lambda: maps(
                [10, 10, 10, 10], [5, 5.2], [4, 6], [3, 7], [0, 10]
            ),
            "maps that are nearly flat": lambda: maps([6.1, 1.6], [2, 2, 2.1], [0.5, 0.5, 0.6]),
            "off, and negative": lambda: maps([2, 2], [3, -2], [1, 1]),
            "the first negative, the second off": lambda: maps([2, 2], [3, -1], [1, 1.5]),
        },
        "shapes": {
            "three flat maps": lambda: maps([0.4, 2, 6], [0.2, 0.2], [1, 1], [3, 3]),
            "one picture": lambda: maps([1], [1, -0.5, 0.5]),
            "four pictures, flat": lambda: maps([1] * 4, *[[0.2] * 5] * 4),
        },
        "edges": {
            "a map with zeros": lambda: maps([4], [0, 0, 4]),
            "flat, and off": lambda: maps([3], [1, 1]),
        },
    },
    hints=[
        "Ask in the order of the docstring. Each question is about every picture: one bad picture is "
        "enough.",
        "`R.sum(1)` has one sum a picture. The error counts beside that picture's own output.",
        "A map is flat if its largest and its smallest credit agree. It says nothing only if all maps "
        "are flat.",
    ],
    level=2,
    minutes=8,
)
def audit(R, outputs):
    """What can you say about these credits, before you look at a single map?

    R: float64 tensor (N, d), the credits of N pictures, by a rule that
    promises to add up to the output and to give no negative credit;
    outputs: (N,), all above 0. Returns the first that is true:
    "does not add up" (for some picture the sum is off by more than 1 % of its
    output), "negative credit" (some credit is below 0), "says nothing" (in
    each picture all credits are equal), or else "no objection".
    Example: R [[1, 2]], outputs [3] → "no objection".
    """
    if ((R.sum(1) - outputs).abs() > 0.01 * outputs).any():
        return "does not add up"
    if (R < 0).any():
        return "negative credit"
    return "says nothing" if (R.amax(1) == R.amin(1)).all() else "no objection"


audit.slips(r"""
    total_of_all: ((R.sum(1) - outputs).abs() > 0.01 * outputs).any()
        → abs(R.sum() - outputs.sum()) > 0.01 * outputs.sum()
    # Too much in one picture can hide too little in another one. Compare picture by picture.
    without_absolute: (R.sum(1) - outputs).abs() → (R.sum(1) - outputs)
    # A sum that is too low is wrong as well: take the absolute difference.
    all_pictures: 0.01 * outputs).any() → 0.01 * outputs).all()
    # One picture whose sum is off is enough.
    absolute_tolerance: > 0.01 * outputs → > 0.01
    # 1 % of the output, not 0.01: a small output needs a small error.
    rounding_only: ((R.sum(1) - outputs).abs() > 0.01 * outputs).any()
        → not torch.allclose(R.sum(1), outputs)
    # You allow rounding errors only. 1 % of the output is allowed.
    average_error: ((R.sum(1) - outputs).abs() > 0.01 * outputs).any()
        → (R.sum(1) - outputs).abs().mean() > 0.01 * outputs.mean()
    # You average the errors over the pictures. One picture that is off is enough.
    largest_output: > 0.01 * outputs → > 0.01 * outputs.max()
    # You allow each picture 1 % of the largest output. It is 1 % of its own.
    mean_credit: R.sum(1) - outputs → R.mean(1) - outputs
    # Add the credits; this is their mean.
    adds_pictures: (R.sum(1) - outputs) → (R.sum(0).sum() - outputs)
    # The credits of one picture stand in a row. Add along dimension 1.
    sums_unchecked: if ((R.sum(1) - outputs).abs() > 0.01 * outputs).any() → if False
    # The sums are not compared with the outputs.
    signs_unchecked: (R < 0).any() → False
    # A credit below 0 is not noticed.
    zero_is_negative: R < 0 → R <= 0
    # A credit of 0 is allowed: a pixel may count for nothing.
    flat_unchecked: return "says nothing" if (R.amax(1) == R.amin(1)).all() else "no objection"
        → return "no objection"
    # A map in which every pixel has the same credit adds up, too. It says nothing.
    one_flat_is_enough: R.amin(1)).all() → R.amin(1)).any()
    # One flat map among others is no proof that the rule says nothing.
    nearly_flat: R.amax(1) == R.amin(1) → R.amax(1) - R.amin(1) < 0.5
    # A map that differs a little says a little. It is flat only if all credits are equal.
    same_map_for_all: (R.amax(1) == R.amin(1)) → (R.amax(0) == R.amin(0))
    # You compare the pictures with each other. Compare the pixels of each picture: dimension 1.
    one_level_for_all: (R.amax(1) == R.amin(1)).all() → (R == R[0, 0]).all()
    # You ask if all numbers of all pictures are equal. Each picture may have a level of its own.
    signs_first: if ((R.sum → if (R < 0).any():\n        return "negative credit"\n    if ((R.sum
    # You ask for the sign first. The order of the docstring decides if both are true.
    picture_by_picture: … → for credits, output in zip(R, outputs):
        \n        if abs(credits.sum() - output) > 0.01 * output:\n            return "does not add up"
        \n        if (credits < 0).any():\n            return "negative credit"
        \n    return "says nothing" if (R == R[:, :1]).all() else "no objection"
    # Your first bad picture decides. Ask the first question of all pictures, then the second one.
    flat_first: if ((R.sum → if (R.amax(1) == R.amin(1)).all():\n        return "says nothing"
        \n    if ((R.sum
    # You ask first whether the maps are flat. The order of the docstring decides if more is true.
""")
