"""The exercises of 04_sign_aware_loss, in the order of the page."""

import torch

from helpers.teaching.cases import tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "elliptic_paraboloid_loss",
    "paraboloid_minimum",
    "sign_penalty_loss",
    "sign_penalty_gradient",
    "noisy_optimum",
]


# Signs that agree and differ, truths of both signs, no two errors alike.
def predictions(dtype=torch.float64, grad=False):
    return tensor(-1.0, 3.0, 2.5, -0.5, -3.0, 0.25, dtype=dtype, grad=grad)


def truths(dtype=torch.float64):
    return tensor(1.0, 1.0, -2.0, 0.75, -1.0, -0.5, dtype=dtype)


def column():
    return tensor([-1.5], [0.5], [2.0])


@exercise(
    cases={
        "values": {
            "constants 4 and 2": lambda: (predictions(), truths(), 4.0, 2.0),
            "constants 0.5 and 3": lambda: (predictions(), truths(), 0.5, 3.0),
            "constants 3 and 0.5": lambda: (predictions(), truths(), 3.0, 0.5),
            "float32": lambda: (predictions(torch.float32), truths(torch.float32), 4.0, 2.0),
        },
        "shapes": {"a column against a row": lambda: (column(), tensor(1.0, -3.0), 4.0, 2.0)},
        "gradient": {"in the prediction": lambda: (predictions(grad=True), truths(), 4.0, 2.0)},
        "edges": {
            "c_diff_sign = 0": lambda: (predictions(), truths(), 0.0, 2.0),
            "c_same_sign = 0": lambda: (predictions(), truths(), 4.0, 0.0),
            "c_same_sign = −1": lambda: (predictions(), truths(), 4.0, -1.0),
            "both constants below 0": lambda: (predictions(), truths(), -4.0, -2.0),
        },
    },
    guards={
        "c_diff_sign = 0": "a c_diff_sign of 0 must raise a ValueError",
        "c_same_sign = 0": "a c_same_sign of 0 must raise a ValueError",
        "c_same_sign = −1": "one constant below 0 must raise a ValueError",
        "both constants below 0": "two constants below 0 must raise a ValueError",
    },
    hints=[
        "Turned by 45°, the two axes are (x + t) / √2 and (x − t) / √2. Where is each of them long?",
        "Each axis is squared and divided by its constant. Equation (1.1) says which constant "
        "belongs to which axis; the names mislead.",
        "Test both constants before you compute anything: `raise ValueError(…)`.",
    ],
    level=1,
    minutes=6,
)
def elliptic_paraboloid_loss(prediction, truth, c_diff_sign, c_same_sign):
    """The turned paraboloid of equation (1.1), one loss for each element.

    prediction x, truth t: tensors that broadcast; c_diff_sign, c_same_sign: floats.
    Returns a tensor of the broadcast shape. Raises ValueError if a constant is 0 or below.
    Example: x = 3, t = 1 and the constants 4 and 2 → 3.
    """
    if c_diff_sign <= 0 or c_same_sign <= 0:
        raise ValueError("Both constants must be above 0.")
    along = (prediction + truth) / 2**0.5
    across = (prediction - truth) / 2**0.5
    return along**2 / c_diff_sign + across**2 / c_same_sign


elliptic_paraboloid_loss.slips(
    follows_the_names=(
        "along**2 / c_diff_sign + across**2 → across**2 / c_diff_sign + along**2",
        "The constants stand with the wrong axes. As posted, c_diff_sign divides the part along the "
        "diagonal, (x + t)², where the signs are the same.",
    ),
    multiplies=(
        "**2 / c_diff_sign → **2 * c_diff_sign; **2 / c_same_sign → **2 * c_same_sign",
        "The constants divide: a larger one makes its axis flatter. Yours multiply.",
    ),
    squares_the_constants=(
        "/ c_diff_sign → / c_diff_sign**2; / c_same_sign → / c_same_sign**2",
        "In (1.1) the constants divide as they are. They are no half-axes, to be squared.",
    ),
    forgets_the_root=(
        "/ 2**0.5 → / 1",
        "Twice too large: turning the axes keeps lengths only with the factor 1/√2 in each of them.",
    ),
    halves_the_axes=(
        "/ 2**0.5 → / 2",
        "Half as large as it should be: the factor of each axis is 1/√2, whose square is 1/2.",
    ),
    does_not_turn=(
        "(prediction + truth) / 2**0.5 → prediction; (prediction - truth) / 2**0.5 → truth",
        "This bowl is not turned: its axes are x and t themselves. Use (x + t) / √2 and (x − t) / √2.",
    ),
    has_a_case_for_each_sign=(
        "along**2 / c_diff_sign + across**2 / c_same_sign → across**2 * 2 / torch.where("
        "prediction * truth > 0, c_same_sign, c_diff_sign)",
        "The surface has no cases for the signs: both squares are added everywhere, as in (1.1).",
    ),
    subtracts=("+ across → - across", "The two squares are added: this surface is a saddle."),
    takes_the_root=(
        "return along → return torch.sqrt(along; / c_same_sign → / c_same_sign)",
        "Equation (1.1) has no root: the loss is the sum of the two squares itself.",
    ),
    averages=(
        "return → return torch.mean(; across**2 / c_same_sign → across**2 / c_same_sign)",
        "Return one loss for each element; this one is averaged over all of them.",
    ),
    adds_up=(
        "return → return torch.sum(; across**2 / c_same_sign → across**2 / c_same_sign)",
        "Return one loss for each element; this one is added up over all of them.",
    ),
)


@exercise(
    cases={
        "values": {
            "truth 3, constants 4 and 2": lambda: (tensor(3.0), 4.0, 2.0),
            "several truths, constants 100 and 1": lambda: (truths(), 100.0, 1.0),
            "several truths, constants 2 and 4": lambda: (truths(), 2.0, 4.0),
            "float32, constants 0.5 and 3": lambda: (truths(torch.float32), 0.5, 3.0),
        },
        "shapes": {"a column of truths": lambda: (column(), 4.0, 2.0)},
        "edges": {
            "equal constants": lambda: (truths(), 5.0, 5.0),
            "truth 0": lambda: (tensor(0.0), 4.0, 2.0),
        },
    },
    hints=[
        "Differentiate (x + t)² / (2·c_d) + (x − t)² / (2·c_s) in x and set it to 0.",
        "(x + t) / c_d + (x − t) / c_s = 0. Multiply by c_d·c_s and collect the x.",
    ],
    level=1,
    minutes=5,
)
def paraboloid_minimum(truth, c_diff_sign, c_same_sign):
    """The prediction at which the turned paraboloid is least, for each truth.

    truth: a tensor; c_diff_sign, c_same_sign: floats above 0. Returns a tensor of truth's shape.
    Example: truth 3 and the constants 4 and 2 → 1.
    """
    return (c_diff_sign - c_same_sign) / (c_diff_sign + c_same_sign) * truth


KAPPA = "(c_diff_sign - c_same_sign) / (c_diff_sign + c_same_sign)"
paraboloid_minimum.slips(
    believes_it_is_the_truth=(
        f"{KAPPA} * truth → 1.0 * truth",
        "That is where the minimum should be. The part (x + t)² pulls towards −t, so it is elsewhere.",
    ),
    swaps_the_constants=(
        "(c_diff_sign - c_same_sign) → (c_same_sign - c_diff_sign)",
        "The sign of κ is turned round. (x − t)² is divided by c_same_sign, so a *small* c_same_sign "
        "pulls hard towards t.",
    ),
    turns_the_fraction=(
        f"{KAPPA} → (c_diff_sign + c_same_sign) / (c_diff_sign - c_same_sign)",
        "The fraction stands upside down: the minimum is nearer to 0 than the truth.",
    ),
    stays_at_the_lowest_point=(
        f"{KAPPA} → 0",
        "The surface is lowest at the origin, but t is given: search along one slice.",
    ),
    takes_the_ratio=(
        f"{KAPPA} → c_diff_sign / c_same_sign",
        "The minimum is at κ·t, and κ is no ratio of the two constants: solve the equation again.",
    ),
    divides_by_the_product=(
        "/ (c_diff_sign + c_same_sign) → / (c_diff_sign * c_same_sign)",
        "The product cancels when both sides are multiplied by it; what is left is the sum.",
    ),
    pulls_towards_zero=(
        "(c_diff_sign - c_same_sign) → c_diff_sign",
        "This weighs t against 0. The other pull is towards −t: its share counts negative.",
    ),
    takes_the_share_of_c_same_sign=(
        "(c_diff_sign - c_same_sign) → c_same_sign",
        "This is the share of c_same_sign alone. One pull is towards t, the other towards −t: the "
        "minimum is t times the difference of two shares.",
    ),
    returns_the_least_loss=(
        f"{KAPPA} * truth → 2 * truth**2 / (c_diff_sign + c_same_sign)",
        "That is the loss at the minimum, 2t² / (c_d + c_s). Asked for is the x at which it is reached.",
    ),
    drops_the_sign=(
        "(c_diff_sign - c_same_sign) → abs(c_diff_sign - c_same_sign)",
        "For c_diff_sign < c_same_sign the minimum has the opposite sign of the truth: no absolute "
        "value.",
    ),
)


BATCHES = {
    "values": {
        "weight 3": lambda: (predictions(), truths(), 3.0),
        "weight 0.5": lambda: (predictions(), truths(), 0.5),
        "float32": lambda: (predictions(torch.float32), truths(torch.float32), 3.0),
    },
    "shapes": {"a column against a row": lambda: (column(), tensor(1.0, -3.0), 2.0)},
    "edges": {
        "weight 0": lambda: (predictions(), truths(), 0.0),
        "zeros": lambda: (tensor(0.0, 0.0, 1.5, -2.0), tensor(2.0, -1.0, 0.0, 0.0), 3.0),
    },
}


@exercise(
    cases={
        "values": BATCHES["values"],
        "shapes": BATCHES["shapes"],
        "gradient": {"in x": lambda: (predictions(grad=True), truths(), 3.0)},
        "edges": {"weight 0": BATCHES["edges"]["weight 0"]},
    },
    hints=[
        "When do two numbers differ in sign? When their product is negative.",
        "`torch.relu` of minus the product is 0 where the signs agree. The weight belongs to this "
        "part alone, and nothing is averaged.",
    ],
    level=1,
    minutes=5,
)
def sign_penalty_loss(prediction, truth, weight):
    """(x − t)² + λ·relu(−x·t), one loss for each element.

    prediction x, truth t: tensors that broadcast; weight λ: a float, 0 or more.
    Returns a tensor of the broadcast shape. Example: x = −1, t = 1, λ = 3 → 4 + 3 = 7.
    """
    return (prediction - truth) ** 2 + weight * torch.relu(-prediction * truth)


PENALTY = "torch.relu(-prediction * truth)"
RISES = "Leave the squared error as it is, and add a penalty that is 0 where the signs agree."
sign_penalty_loss.slips(
    looks_at_the_truth_alone=(
        "-prediction * truth → -truth",
        "relu(−t) holds no prediction: it adds a constant, and its gradient is 0. The penalty must "
        "compare the two signs.",
    ),
    looks_at_the_prediction_alone=(
        "-prediction * truth → -prediction",
        "relu(−x) fines every negative prediction, also where the truth is negative, and lets a "
        "positive one pass. The penalty must compare the two signs.",
    ),
    fines_equal_signs=(
        "-prediction * truth → prediction * truth",
        "The signs agree where x·t is positive; this fines those. A minus sign is missing.",
    ),
    adds_a_margin=(
        "-prediction * truth → 1 - prediction * truth",
        "This is a hinge with a margin of 1: it also fines right signs as long as x·t is below 1, and "
        "so moves the minimum for small truths. Asked for is relu(−x·t).",
    ),
    pushes_with_the_sign_of_the_truth=(
        "-prediction * truth → -prediction * truth.sign()",
        "This push is λ whatever the size of the truth. That is a design of its own; asked for is "
        "relu(−x·t), whose push is λ·|t|.",
    ),
    counts_wrong_signs=(
        f"{PENALTY} → (prediction * truth < 0)",
        "A fixed fine for each wrong sign: the loss rises, its gradient does not change, so nothing is "
        "pushed back across zero. Let the fine grow with −x·t.",
    ),
    fines_by_the_error=(
        f"{PENALTY} → (prediction - truth).abs() * (prediction * truth < 0)",
        "The fine grows with the distance from the truth and jumps where x crosses 0. relu(−x·t) "
        "starts from 0 there.",
    ),
    fines_without_relu=(
        f"{PENALTY} → (-prediction * truth)",
        "Without relu the penalty is negative where the signs agree: the larger the better.",
    ),
    squares_the_penalty=(
        f"{PENALTY} → {PENALTY} ** 2",
        "The penalty is not squared: λ·relu(−x·t).",
    ),
    multiplies_the_error=(
        f"+ weight * {PENALTY} → * torch.where(prediction * truth < 0, weight, 1.0)",
        f"This multiplies the error by λ where the sign is wrong, so that the loss jumps. {RISES}",
    ),
    multiplies_the_error_by_one_more=(
        f"+ weight * {PENALTY} → * (1 + weight * (prediction * truth < 0))",
        f"This multiplies the error by 1 + λ where the sign is wrong, so that it jumps. {RISES}",
    ),
    multiplies_by_the_sign=(
        f"+ weight * {PENALTY} → * -torch.sign(prediction * truth)",
        "A factor −sign(x·t) makes the loss negative where the signs agree: the larger the error, "
        f"the better. {RISES}",
    ),
    multiplies_by_the_sign_and_adds=(
        "** 2 + → ** 2 * -torch.sign(prediction * truth) +",
        "A factor −sign(x·t) makes the loss negative where the signs agree: the larger the error, "
        "the better. The penalty that you add is enough.",
    ),
    weighs_everything=(
        "(prediction - truth) ** 2 → weight * (prediction - truth) ** 2",
        "The weight belongs to the penalty alone; here it scales the squared error as well.",
    ),
    forgets_the_weight=("weight * torch → torch", "The weight λ of the penalty is missing."),
    is_the_penalty_alone=(
        "(prediction - truth) ** 2 + weight → weight",
        "This is the penalty alone: it asks for the sign, and not for the size. Add the squared error.",
    ),
    halves_the_error=(
        "(prediction - truth) ** 2 → (prediction - truth) ** 2 / 2",
        "The squared error counts in full, without a half.",
    ),
    shares_the_weight=(
        "(prediction - truth) ** 2 → (1 - weight) * (prediction - truth) ** 2",
        "λ is no share: the squared error counts in full, whatever the weight.",
    ),
    adds_up=(
        f"return → return torch.sum(; {PENALTY} → {PENALTY})",
        "Return one loss for each element; this one is added up over all of them.",
    ),
    averages_the_error=(
        "(prediction - truth) ** 2 → ((prediction - truth) ** 2).mean()",
        "Return one loss for each element; the squared error is averaged over all of them.",
    ),
    averages=(
        f"return → return torch.mean(; {PENALTY} → {PENALTY})",
        "Return one loss for each element; this one is averaged over all of them.",
    ),
    adds_before_relu=(
        "-prediction * truth → -(prediction * truth).sum()",
        "The products are added before relu, so right signs pay for wrong ones. relu comes first, "
        "element by element.",
    ),
    takes_the_absolute_error=(
        "(prediction - truth) ** 2 → (prediction - truth).abs()",
        "The first part is the squared error, (x − t)², and not |x − t|.",
    ),
)


@exercise(
    cases=BATCHES,
    hints=[
        "Two terms, two derivatives. What is the derivative of the penalty where x·t > 0?",
        "Where x·t < 0 the penalty is −λ·x·t, a line in x: what is its slope? A mask is a tensor of "
        "bools, `prediction * truth < 0`.",
    ],
    level=2,
    minutes=7,
    without_autograd=True,
)
def sign_penalty_gradient(prediction, truth, weight):
    """The derivative in x of (x − t)² + λ·relu(−x·t), one for each element, without autograd.

    prediction x, truth t: tensors that broadcast; weight λ: a float, 0 or more.
    Returns a tensor of the broadcast shape. At x·t = 0 the penalty's derivative counts as 0.
    Example: x = −1, t = 1, λ = 3 → −4 − 3 = −7.
    """
    return 2 * (prediction - truth) - weight * truth * (prediction * truth < 0)


MASK = "(prediction * truth < 0)"
sign_penalty_gradient.slips(
    forgets_the_inner_derivative=(
        "weight * truth * → weight *",
        "The chain rule is missing: the derivative of relu(−x·t) in x is not −1 but −t where x·t < 0.",
    ),
    turns_the_error_round=(
        "2 * (prediction - truth) → 2 * (truth - prediction)",
        "The derivative of (x − t)² in x is 2·(x − t), and not 2·(t − x).",
    ),
    keeps_the_value_of_relu=(
        f"{MASK} → torch.relu(-prediction * truth)",
        "relu itself is no factor of its derivative: that is 1 or 0, a mask.",
    ),
    differentiates_in_the_truth=(
        "weight * truth * → weight * prediction *",
        "The penalty's part is its derivative in t. In x its factor is −t, not −x.",
    ),
    does_not_differentiate_the_penalty=(
        "weight * truth * → weight * -prediction * truth *",
        "This subtracts the penalty itself. Take its derivative in x: the factor x drops out.",
    ),
    pushes_with_the_size_of_the_truth=(
        "weight * truth * → weight * truth.abs() *",
        "The push must point towards the truth's sign: −λ·t, without the absolute value.",
    ),
    pushes_with_the_sign_of_the_truth=(
        "weight * truth * → weight * truth.sign() *",
        "That is the derivative of λ·relu(−x·sign t). Here the push grows with the truth: λ·t.",
    ),
    pushes_away=(
        "- weight → + weight",
        "The penalty's sign is turned round: descent would push x further to the wrong side.",
    ),
    masks_the_other_half=(
        "truth < 0 → truth > 0",
        "The penalty acts where the signs differ, x·t < 0. This mask is the other half.",
    ),
    looks_at_the_prediction_alone=(
        "prediction * truth < 0 → prediction < 0",
        "The mask must compare the two signs: x·t < 0, and not x < 0.",
    ),
    forgets_the_mask=(
        f"* {MASK} → * torch.ones_like(prediction)",
        "The mask is missing: where the signs agree, relu is 0 and so is its derivative.",
    ),
    leaves_the_penalty_out=(
        f"- weight * truth * {MASK} → * 1",
        "This is the derivative of the squared error alone. Where x·t < 0 the penalty has a slope, too.",
    ),
    multiplies_the_error=(
        f"- weight * truth * {MASK} → * torch.where(prediction * truth < 0, weight, 1.0)",
        "This is the derivative of an error that is multiplied by λ where the sign is wrong. Here a "
        "penalty is added, with a slope of its own.",
    ),
    multiplies_the_error_by_one_more=(
        f"- weight * truth * {MASK} → * (1 + weight * {MASK})",
        "This is the derivative of an error that is multiplied by 1 + λ where the sign is wrong. Here "
        "a penalty is added, with a slope of its own.",
    ),
    forgets_the_two=(
        "2 * (prediction → (prediction",
        "The derivative of (x − t)² is 2·(x − t); the 2 is missing.",
    ),
    averages=(
        f"2 * → 2 / prediction.numel() *; * {MASK} → / prediction.numel() * {MASK}",
        "One derivative for each element is asked for: nothing is divided by their number.",
    ),
    acts_at_the_kink=(
        "truth < 0 → truth <= 0",
        "Right except at the kink: at x = 0 relu's derivative counts as 0, so the mask is < and not ≤.",
    ),
)


def means():
    return tensor(0.3, 2.0, -0.8, 0.1, -1.5)


@exercise(
    cases={
        "values": {
            "std 1, weight 1": lambda: (means(), tensor(1.0), 1.0),
            "std 1, weight 5": lambda: (means(), tensor(1.0), 5.0),
            "several stds, weight 3": lambda: (means(), tensor(0.5, 1.5, 2.0, 0.2, 3.0), 3.0),
            "float32": lambda: (means().float(), tensor(0.7, dtype=torch.float32), 2.0),
        },
        "shapes": {"a column against a row": lambda: (column(), tensor(0.5, 2.0), 2.0)},
        "edges": {
            "weight 0": lambda: (means(), tensor(1.0), 0.0),
            "no noise": lambda: (means(), tensor(0.0), 4.0),
            "mean 0": lambda: (tensor(0.0), tensor(1.0), 2.0),
        },
    },
    guards={"no noise": "for σ = 0 the result is the mean"},
    hints=[
        "By symmetry, work with |m| and give the result the sign of m.",
        "E[max(−t, 0)] stands in (4.2), with u = |m| / σ. φ(u) is exp(−u²/2) / √(2π), and Φ is "
        "`torch.special.ndtr`.",
        "Equation (4.1) subtracts a share of this expectation from |m|, and stops at 0.",
    ],
    level=3,
    minutes=12,
)
def noisy_optimum(mean, std, weight):
    """The x with the least expected loss (x − t)² + λ·relu(−x·t) for a Gaussian truth t.

    mean m, std σ ≥ 0: tensors that broadcast, never both 0; weight λ ≥ 0: a float.
    Returns a tensor of the broadcast shape: (4.1) with (4.2), and the mirror image for m < 0.
    Example: m = 0.3, σ = 1, λ = 1 → 0.1666.
    """
    size = mean.abs()
    u = size / std
    density = torch.exp(-(u**2) / 2) / (2 * torch.pi) ** 0.5
    wrong = std * density - size * torch.special.ndtr(-u)
    return torch.sign(mean) * torch.relu(size - weight / 2 * wrong)


WRONG = "std * density - size * torch.special.ndtr(-u)"
noisy_optimum.slips(
    returns_the_mean=(
        "torch.relu(size - weight / 2 * wrong) → (size + 0 * wrong)",
        "That is the mean: right for squared error, or without noise. Here truths on the other side of "
        "zero pull it towards 0.",
    ),
    takes_the_whole_weight=(
        "weight / 2 → weight",
        "Shrinks twice too far. The derivative of (x − m)² is 2(x − m), so half the weight remains: λ/2.",
    ),
    runs_past_zero=(
        "torch.relu(size - weight / 2 * wrong) → (size - weight / 2 * wrong)",
        "Runs past zero: a wrong sign is never the optimum. Stop at 0.",
    ),
    forgets_negative_means=(
        "mean.abs() → mean; torch.sign(mean) * torch.relu → torch.relu",
        "Right for positive means. A negative one is the mirror image: work with |m| and give the "
        "result the sign of m.",
    ),
    forgets_the_sign=(
        "torch.sign(mean) * torch.relu → torch.relu",
        "This is |x|: give the result the sign of the mean.",
    ),
    takes_the_probability=(
        f"{WRONG} → torch.special.ndtr(-u) + 0 * std",
        "P(t < 0) counts how often the truth is on the other side. The penalty also asks how far: "
        "E[max(−t, 0)].",
    ),
    keeps_the_density_alone=(
        f"{WRONG} → std * density + 0 * size",
        "The part |m|·Φ(−u) is missing: E[max(−t, 0)] = σ·φ(u) − |m|·Φ(−u); σ·φ(u) alone is too much.",
    ),
    expects_the_right_side=(
        "- size * torch.special.ndtr(-u) → + size * torch.special.ndtr(u)",
        "That is E[max(t, 0)], of truths on the right side. The penalty asks for E[max(−t, 0)].",
    ),
    takes_the_other_tail=(
        "ndtr(-u) → ndtr(u)",
        "Φ(u) is the probability of the right side. In (4.2) it is that of the wrong one, Φ(−u).",
    ),
    adds_the_two_parts=(
        "std * density - size → std * density + size",
        "The second part of (4.2) is subtracted: σ·φ(u) − |m|·Φ(−u).",
    ),
    forgets_the_spread=(
        "std * density → density",
        "φ(u) is the density of the standard normal; (4.2) has σ in front of it.",
    ),
    divides_by_the_variance=(
        "size / std → size / std**2",
        "u counts standard deviations: |m| / σ, and not |m| / σ².",
    ),
    forgets_the_half=("-(u**2) / 2 → -(u**2)", "The density is exp(−u²/2): the 2 is missing."),
    forgets_the_root=(
        "(2 * torch.pi) ** 0.5 → (2 * torch.pi)",
        "The density of the standard normal is divided by √(2π): the root is missing.",
    ),
)
