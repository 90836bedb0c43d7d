"""The exercises of 04_sign_aware_loss, in the order of the page."""

import math

import torch

from helpers.teaching.cases import tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "fines_wrong_signs",
    "paraboloid_minimum",
    "sign_penalty_gradient",
    "even_push_loss",
    "best_prediction",
    "better_method",
]


# Signs that agree and differ, truths of both signs, no two errors alike.
def predictions(dtype=torch.float64, grad=False):
    return tensor(-1.0, 3.0, 2.5, -0.5, -3.0, 0.25, dtype=dtype, grad=grad)


def truths(dtype=torch.float64):
    return tensor(1.0, 1.0, -2.0, 0.75, -1.0, -0.5, dtype=dtype)


def column():
    return tensor([-1.5], [0.5], [2.0])


def squared(x, t):
    return (x - t) ** 2


def fines_negative_predictions(x, t):
    return (x - t) ** 2 + 3 * torch.relu(-x)


def fines_wrong_products(x, t):
    return (x - t) ** 2 + 3 * torch.relu(-x * t)


def fines_small_predictions(x, t):
    return (x - t) ** 2 / (1 + x**2)


def fines_beyond_three(x, t):
    return (x - t) ** 2 + 9 * torch.relu(x.abs() - 3)


def jumps_at_minus_one(x, t):
    return (x - t) ** 2 + (x * t.sign() <= -1)


@exercise(
    cases={
        "values": {
            "relu(−x), truths of both signs": lambda: (fines_negative_predictions, truths()),
            "relu(−x·t)": lambda: (fines_wrong_products, truths()),
            "squared error": lambda: (squared, tensor(2.5, -2.0, 0.75)),
            "small predictions cost more": lambda: (fines_small_predictions, truths()),
            "predictions beyond 3 cost more": lambda: (fines_beyond_three, truths()),
            "a fine from −1 on": lambda: (jumps_at_minus_one, truths()),
        },
        "shapes": {
            "one truth": lambda: (fines_negative_predictions, tensor(-4.0)),
        },
    },
    hints=[
        "Which prediction misses t by as much as −t does, but on the other side?",
        "−t misses by 2|t|. So does t + 2t = 3t, and it has the sign of t.",
        "`loss` works elementwise: ask it for all truths at once, and compare with `>`.",
    ],
    level=1,
    minutes=5,
)
def fines_wrong_signs(loss, truths):
    """Does −t cost more than the right sign at the same distance from t?

    loss: a function of two tensors, loss(x, t), elementwise;
    truths t: a float tensor (N,), no 0. Returns a bool tensor (N,): whether
    −t costs more, strictly, than the prediction that misses t by as much and
    has its sign.
    Example: squared error and truths (1, −2) → (False, False).
    """
    return loss(-truths, truths) > loss(3 * truths, truths)


fines_wrong_signs.slips(r"""
    tests_only_the_truth_one: -truths, truths) → -torch.ones_like(truths), truths);
        3 * truths, truths) → 3 * torch.ones_like(truths), truths)
    # −1 and 3 are the two predictions for a truth of 1. For a truth t they are −t and 3t.
    misses_by_two: -truths, truths) → truths - 2, truths); 3 * truths, truths)
        → truths + 2, truths)
    # t − 2 has the wrong sign only for 0 < t < 2. Take −t, and what misses t by as much.
    turns_round_for_negative_truths: -truths, truths) → truths - 2 * truths.abs(), truths);
        3 * truths, truths) → truths + 2 * truths.abs(), truths)
    # For a negative truth t − 2|t| is 3t, and t + 2|t| is −t: the two are exchanged.
    goes_two_beyond: 3 * truths, truths) → truths + 2, truths)
    # t + 2 misses by 2, but −t misses by 2|t|: the distances must be the same.
    doubles_the_truth: 3 * truths, truths) → 2 * truths, truths)
    # 2t misses by |t|, but −t misses by 2|t|: the distances must be the same.
    compares_with_the_truth: 3 * truths, truths) → truths, truths)
    # That compares −t with a perfect prediction. Take one that misses by as much as −t does.
    swaps_the_arguments: -truths, truths) → truths, -truths); 3 * truths, truths)
        → truths, 3 * truths)
    # The loss takes the prediction first and the truth second; yours are exchanged.
    turns_the_comparison: > → <
    # The comparison is turned round: −t must cost more.
    accepts_equal_costs: > → >=
    # Equal costs are no fine, as with squared error: compare with > and not ≥.
    answers_for_all: return → return torch.all(; loss(3 * truths, truths)
        → loss(3 * truths, truths))
    # One answer for each truth is asked for, and not one for all of them.
    uses_the_size: -truths, truths) → -truths.abs(), truths); 3 * truths, truths)
        → 3 * truths.abs(), truths)
    # For a negative truth −|t| is the truth itself. Leave the sign: −t and 3t.
    compares_the_slopes: … → x = torch.stack([-truths, 3 * truths]).requires_grad_()
        \n    (slopes,) = torch.autograd.grad(loss(x, truths).sum(), x)
        \n    return slopes[0].abs() > slopes[1].abs()
    # Slopes say how hard a prediction is pushed. A fine is in the cost: compare the losses.
""")


@exercise(
    cases={
        "values": {
            "truth 3, constants 4 and 2": lambda: (tensor(3.0), 4.0, 2.0),
            "several truths, constants 100 and 1": lambda: (truths(), 100.0, 1.0),
            "several truths, constants 2 and 4": lambda: (truths(), 2.0, 4.0),
            "float32, constants 0.5 and 3": lambda: (truths(torch.float32), 0.5, 3.0),
        },
        "shapes": {
            "a column of truths": lambda: (column(), 4.0, 2.0),
            "a row of truths": lambda: (tensor([1.0, -3.0]), 1.0, 3.0),
        },
        "edges": {
            "equal constants": lambda: (truths(), 5.0, 5.0),
            "truth 0": lambda: (tensor(0.0), 4.0, 2.0),
        },
    },
    guards={"equal constants": "equal constants pull equally: the minimum is at 0"},
    hints=[
        "At the minimum the derivative in x is 0. Equation (2.1) says what that means.",
        "Multiply (x + t) / c_d + (x − t) / c_s = 0 by c_d·c_s, and collect the terms with x.",
        "x·(c_s + c_d) = t·(c_d − c_s): two pulls, one towards t and one towards −t.",
    ],
    level=2,
    minutes=7,
)
def paraboloid_minimum(truth, c_diff_sign, c_same_sign):
    """The prediction at which the turned paraboloid is least, for each truth.

    truth: a tensor; c_diff_sign, c_same_sign: floats above 0.
    Returns a tensor of truth's shape.
    Example: truth 3 and the constants 4 and 2 → 1.
    """
    return (c_diff_sign - c_same_sign) / (c_diff_sign + c_same_sign) * truth


KAPPA = "(c_diff_sign - c_same_sign) / (c_diff_sign + c_same_sign)"
paraboloid_minimum.slips(f"""
    believes_it_is_the_truth: {KAPPA} * truth → 1.0 * truth
    # That is where the minimum should be. The part (x + t)² pulls towards −t, so it is elsewhere.
    swaps_the_constants: (c_diff_sign - c_same_sign) → (c_same_sign - c_diff_sign)
    # The sign of κ is turned round: it is a *small* c_same_sign that pulls hard towards t.
    turns_the_fraction: {KAPPA} → (c_diff_sign + c_same_sign) / (c_diff_sign - c_same_sign)
    # The fraction stands upside down: the minimum is nearer to 0 than the truth.
    stays_at_the_lowest_point: {KAPPA} → 0
    # The surface is lowest at the origin, but t is given: search along one slice.
    takes_the_ratio: {KAPPA} → c_diff_sign / c_same_sign
    # The minimum is at κ·t, and κ is no ratio of the two constants: solve the equation again.
    copies_the_example: {KAPPA} * truth → truth / 3
    # A third is right for the constants 4 and 2. Solve the equation for any two.
    does_not_divide: / (c_diff_sign + c_same_sign) * truth → * truth
    # A factor is left on the side of x: x·(c_s + c_d) = t·(c_d − c_s). Divide by it.
    divides_by_one_of_them: / (c_diff_sign + c_same_sign) → / c_diff_sign
    # Both parts of the derivative contain x, so x is multiplied by the sum of both constants.
    squares_the_constants: c_diff_sign → c_diff_sign**2; c_same_sign → c_same_sign**2
    # The constants divide the squares, they are not squared themselves.
    divides_by_the_product: / (c_diff_sign + c_same_sign) → / (c_diff_sign * c_same_sign)
    # The product cancels when both sides are multiplied by it; what is left is the sum.
    pulls_towards_zero: (c_diff_sign - c_same_sign) → c_diff_sign
    # This weighs t against 0. The other pull is towards −t: its share counts negative.
    takes_the_share_of_c_same_sign: (c_diff_sign - c_same_sign) → c_same_sign
    # This share belongs to the pull towards −t. Subtract it from c_diff_sign's, which pulls to t.
    returns_the_least_loss: {KAPPA} * truth → 2 * truth**2 / (c_diff_sign + c_same_sign)
    # That is the least loss, 2t² / (c_d + c_s). Asked for is the x at which it is reached.
    drops_the_sign: (c_diff_sign - c_same_sign) → abs(c_diff_sign - c_same_sign)
    # For c_diff_sign < c_same_sign the minimum has the sign of −t: take no absolute value.
    keeps_a_two: * truth → / 2 * truth
    # This is half of the minimum. The 2 of both squares is in both derivatives, and cancels.
""")


BATCHES = {
    "values": {
        "weight 3": lambda: (predictions(), truths(), 3.0),
        "weight 0.5": lambda: (predictions(), truths(), 0.5),
        "float32": lambda: (predictions(torch.float32), truths(torch.float32), 3.0),
    },
    "shapes": {
        "a column against a row": lambda: (column(), tensor(1.0, -3.0), 2.0),
        "a row against a column": lambda: (tensor(0.5, -1.5, 2.0), column(), 0.5),
    },
    "edges": {
        "weight 0": lambda: (predictions(), truths(), 0.0),
        "zeros": lambda: (tensor(0.0, 0.0, 1.5, -2.0), tensor(2.0, -1.0, 0.0, 0.0), 3.0),
    },
}


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
    """The derivative in x of (x − t)² + λ·relu(−x·t), without autograd.

    prediction x, truth t: tensors that broadcast; weight λ: a float, 0 or
    more. Returns a tensor of the broadcast shape, one derivative for each
    element. At x·t = 0 the penalty's derivative counts as 0.
    Example: x = −1, t = 1, λ = 3 → −4 − 3 = −7.
    """
    return 2 * (prediction - truth) - weight * truth * (prediction * truth < 0)


MASK = "(prediction * truth < 0)"
sign_penalty_gradient.slips(f"""
    forgets_the_inner_derivative: weight * truth * → weight *
    # The chain rule is missing: the derivative of relu(−x·t) in x is not −1 but −t where x·t < 0.
    turns_the_error_round: 2 * (prediction - truth) → 2 * (truth - prediction)
    # The derivative of (x − t)² in x is 2·(x − t), and not 2·(t − x).
    keeps_the_value_of_relu: {MASK} → torch.relu(-prediction * truth)
    # relu itself is no factor of its derivative: that is 1 or 0, a mask.
    differentiates_in_the_truth: weight * truth * → weight * prediction *
    # The penalty's part is its derivative in t. In x its factor is −t, not −x.
    does_not_differentiate_the_penalty: - weight * truth * {MASK}
        → + weight * torch.relu(-prediction * truth)
    # This adds the penalty itself. Take its derivative in x: the factor x drops out.
    subtracts_the_penalty: - weight * truth * {MASK} → - weight * torch.relu(-prediction * truth)
    # This subtracts the penalty itself. Take its derivative in x: the factor x drops out.
    replaces_the_slope_of_the_error: 2 * (prediction - truth) - weight * truth * {MASK}
        → torch.where({MASK}, -weight * truth, 2 * (prediction - truth))
    # Where the sign is wrong, the squared error is still there: add both slopes.
    looks_at_the_truth_alone: truth * {MASK} → truth * (truth < 0)
    # The mask must compare the two signs: x·t < 0, and not t < 0.
    pushes_with_the_size_of_the_truth: weight * truth * → weight * truth.abs() *
    # The push must point towards the truth's sign: −λ·t, without the absolute value.
    pushes_with_the_sign_of_the_truth: weight * truth * → weight * truth.sign() *
    # That is the derivative of λ·relu(−x·sign t). Here the push grows with the truth: λ·t.
    pushes_away: - weight → + weight
    # The penalty's sign is turned round: descent would push x further to the wrong side.
    masks_the_other_half: truth < 0 → truth > 0
    # The penalty acts where the signs differ, x·t < 0. This mask is the other half.
    looks_at_the_prediction_alone: prediction * truth < 0 → prediction < 0
    # The mask must compare the two signs: x·t < 0, and not x < 0.
    forgets_the_mask: * {MASK} → * torch.ones_like(prediction)
    # The mask is missing: where the signs agree, relu is 0 and so is its derivative.
    leaves_the_penalty_out: - weight * truth * {MASK} → * 1
    # That is the squared error's derivative alone. Where x·t < 0 the penalty has a slope, too.
    multiplies_the_error: - weight * truth * {MASK}
        → * torch.where(prediction * truth < 0, weight, 1.0)
    # You multiply the error by λ where the sign is wrong. Here a penalty is added: add its slope.
    multiplies_the_error_by_one_more: - weight * truth * {MASK} → * (1 + weight * {MASK})
    # You multiply the error by 1 + λ at wrong signs. Here a penalty is added: add its slope.
    forgets_the_two: 2 * (prediction → (prediction
    # The derivative of (x − t)² is 2·(x − t); the 2 is missing.
    averages: 2 * → 2 / prediction.numel() *; * {MASK} → / prediction.numel() * {MASK}
    # One derivative for each element is asked for: nothing is divided by their number.
    acts_at_the_kink: truth < 0 → truth <= 0
    # Right except at the kink: at x = 0 relu's derivative counts as 0, so the mask is < and not ≤.
""")


@exercise(
    cases={
        "values": BATCHES["values"],
        "shapes": BATCHES["shapes"],
        "gradient": {
            "in x": lambda: (predictions(grad=True), truths(), 3.0),
            "in x, weight 0.5": lambda: (predictions(grad=True), truths(), 0.5),
        },
        "edges": {
            "weight 0": BATCHES["edges"]["weight 0"],
            "truths of a hundredth": lambda: (
                tensor(-2.0, 2.0, 2.0, -2.0),
                tensor(0.01, -0.01, 0.01, -0.01),
                3.0,
            ),
            "a truth of 0": lambda: (tensor(1.5, -2.0, 0.0), tensor(0.0, 0.0, 0.0), 3.0),
        },
    },
    guards={"a truth of 0": "for a truth of 0 the penalty is 0, since no sign is wrong"},
    hints=[
        "Draw the penalty for one truth t > 0. It is 0 for x ≥ 0. Which line goes on from there to "
        "the left, with a slope of −λ?",
        "For t > 0 it is λ·relu(−x), for t < 0 it is λ·relu(x). One expression gives both.",
        "Multiply x by something that has the sign of t, but not its size.",
    ],
    level=2,
    minutes=9,
)
def even_push_loss(prediction, truth, weight):
    """Squared error plus a penalty of your own design, for each element.

    prediction x, truth t: tensors that broadcast; weight λ: a float, 0 or
    more. Returns (x − t)² + P, a tensor of the broadcast shape. What the
    penalty P must do: it is 0 where the signs of x and t agree, and where
    t = 0; it does not jump as x changes; where the signs differ, its slope in
    x has the size λ for every t, however small, and one step of gradient
    descent on P moves x towards zero.
    """
    return (prediction - truth) ** 2 + weight * torch.relu(-prediction * truth.sign())


PENALTY = "torch.relu(-prediction * truth.sign())"
RISES = "Leave the squared error as it is, and add a penalty that is 0 where the signs agree."
even_push_loss.slips(f"""
    pushes_with_the_size_of_the_truth: -prediction * truth.sign() → -prediction * truth
    # This push is λ·|t|, so it is weak for small truths. Asked for is a push of λ for every truth.
    has_a_flat_penalty: {PENALTY} → (prediction * truth < 0)
    # A fixed fine jumps at 0 and has no slope. Let it rise as x goes further to the wrong side.
    has_a_penalty_of_the_truth: {PENALTY} → truth.abs() * (prediction * truth < 0)
    # This depends on t alone: no slope in x. Let it rise as x goes further to the wrong side.
    squares_the_penalty: {PENALTY} → {PENALTY} ** 2
    # A square is flat near zero, so its slope is not λ there. Use a straight line.
    looks_at_the_prediction_alone: -prediction * truth.sign() → -prediction
    # relu(−x) charges a negative x for a negative truth, too. The penalty must compare the signs.
    looks_at_the_truth_alone: -prediction * truth.sign() → -truth
    # relu(−t) holds no prediction: it adds a constant, and its slope in x is 0.
    charges_equal_signs: -prediction * truth.sign() → prediction * truth.sign()
    # This charges predictions whose sign is right. A minus sign is missing.
    has_a_margin: -prediction * truth.sign() → 1 - prediction * truth.sign()
    # A hinge with a margin of 1 charges right signs, too, where |x| < 1, and moves the minimum.
    charges_the_error: {PENALTY} → (prediction - truth).abs() * (prediction * truth < 0)
    # The slope is right, but this penalty jumps where x crosses 0: there |x − t| is |t| and not 0.
    pays_right_signs: {PENALTY} → (-prediction * truth.sign())
    # Without relu the penalty is negative where the signs agree, and 0 is asked for there.
    forgets_the_size_of_the_prediction: {PENALTY} → -prediction * (prediction * truth < 0)
    # Right for truths above 0. For a negative truth −x is negative where x is wrong: take |x|.
    takes_a_root: {PENALTY} → torch.sqrt(torch.relu(-prediction * truth))
    # A root is steep near 0 and flat further out. Asked for is the slope λ everywhere.
    multiplies_the_error: + weight * {PENALTY} → * torch.where(prediction * truth < 0, weight, 1.0)
    # This multiplies the error by λ where the sign is wrong, so that the loss jumps. {RISES}
    multiplies_the_error_by_one_more: + weight * {PENALTY}
        → * (1 + weight * (prediction * truth < 0))
    # This multiplies the error by 1 + λ where the sign is wrong, so that it jumps. {RISES}
    multiplies_by_the_sign: + weight * {PENALTY} → * -torch.sign(prediction * truth)
    # A factor −sign(x·t) makes the loss negative where the signs agree: the larger the error, the
    # better. {RISES}
    weighs_everything: (prediction - truth) ** 2 → weight * (prediction - truth) ** 2
    # The weight belongs to the penalty alone; here it scales the squared error as well.
    forgets_the_weight: weight * torch → torch
    # The weight λ of the penalty is missing.
    is_the_penalty_alone: (prediction - truth) ** 2 + weight → weight
    # This is the penalty alone: it asks for the sign, and not for the size. Add the squared error.
    halves_the_error: (prediction - truth) ** 2 → (prediction - truth) ** 2 / 2
    # The squared error counts in full, without a half.
    shares_the_weight: (prediction - truth) ** 2 → (1 - weight) * (prediction - truth) ** 2
    # λ is no share: the squared error counts in full, whatever the weight.
    averages_the_error: (prediction - truth) ** 2 → ((prediction - truth) ** 2).mean()
    # Return one loss for each element; the squared error is averaged over all of them.
    adds_up: return → return torch.sum(; {PENALTY} → {PENALTY})
    # Return one loss for each element; this one is added up over all of them.
    averages: return → return torch.mean(; {PENALTY} → {PENALTY})
    # Return one loss for each element; this one is averaged over all of them.
    takes_the_absolute_error: (prediction - truth) ** 2 → (prediction - truth).abs()
    # The first part is the squared error, (x − t)², and not |x − t|.
    divides_by_the_truth: truth.sign() → truth / truth.abs()
    # t/|t| is the sign of t, but 0/0 for t = 0. `truth.sign()` is 0 there.
""")


def scattered():
    return tensor(3.0, -1.0, 2.0, -2.5, 1.5)


@exercise(
    cases={
        "values": {
            "a mean above 0, weight 1": lambda: (scattered(), 1.0),
            "a mean below 0, weight 0.5": lambda: (-scattered() + 0.1, 0.5),
            "two truths, weight 1": lambda: (tensor(2.0, -1.0), 1.0),
            "float32": lambda: (scattered().float(), 0.5),
        },
        "edges": {
            "a weight so large that 0 is best": lambda: (scattered(), 10.0),
            "weight 0": lambda: (scattered(), 0.0),
            "no wrong side": lambda: (tensor(1.0, 2.0, 4.5), 6.0),
        },
    },
    hints=[
        "Look at x > 0 first. Which truths make the penalty rise there, and how steep is it in the "
        "mean?",
        "For x > 0 the mean slope is 2(x − m) + λ·A. Here m is the mean of the truths, and A the mean "
        "of max(−t, 0). Where is it 0, and what if that x is below 0?",
        "If m < 0 everything is mirrored: work with |m|, and with max(t, 0) in place of max(−t, 0).",
    ],
    level=3,
    minutes=12,
)
def best_prediction(truths, weight):
    """The x with the least mean of (x − t)² + λ·relu(−x·t) over the truths t.

    truths: a float tensor (N,), all equally likely, with a mean above or
    below 0; weight λ: a float, 0 or more. Returns a tensor of shape ().
    Example: truths (2, −1) and λ = 1 → 0.25.
    """
    mean = truths.mean()
    wrong = torch.relu(-truths * mean.sign()).mean()
    return mean.sign() * torch.relu(mean.abs() - weight / 2 * wrong)


SHRUNK = "torch.relu(mean.abs() - weight / 2 * wrong)"
best_prediction.slips(f"""
    returns_the_mean: {SHRUNK} → mean.abs()
    # That is the mean: right for squared error. Truths on the other side of 0 pull it towards 0.
    takes_the_median: mean.sign() * {SHRUNK} → truths.quantile(0.5)
    # The median belongs to the absolute error. Set the mean slope of this loss to 0.
    takes_the_whole_weight: weight / 2 → weight
    # Shrinks twice too far. The derivative of (x − m)² is 2(x − m), so λ/2 remains.
    runs_past_zero: torch.relu(mean.abs() → (mean.abs()
    # Runs past zero. There the penalty pushes to the other side: the best x is then 0.
    forgets_negative_means: * mean.sign()).mean() → ).mean(); mean.sign() * torch → torch;
        mean.abs() → mean
    # Right for a mean above 0. Below, all is mirrored: the wrong side is the positive one.
    sets_the_slope_to_zero: mean.sign() * torch.relu(mean.abs() → (mean; * mean.sign()).mean()
        → ).mean()
    # This is (5.1) set to 0, which holds for x > 0 only. If this x is below 0, the best one is 0;
    # and for a mean below 0 everything is mirrored.
    adds_the_pull: - weight / 2 → + weight / 2
    # The pull of the other side goes towards 0, so it makes |x| smaller: subtract it.
    forgets_the_sign: mean.sign() * torch → torch
    # This is |x|: give the result the sign of the mean.
    always_counts_negative_truths: -truths * mean.sign() → -truths
    # For a negative mean the wrong side is the positive one: take max(t, 0) there.
    counts_the_wrong_side: torch.relu(-truths * mean.sign()).mean()
        → (truths * mean.sign() < 0).to(truths.dtype).mean()
    # You count the truths on the other side. The penalty asks how far: the mean of max(−t, 0).
    averages_the_wrong_side_alone: torch.relu(-truths * mean.sign()).mean()
        → torch.relu(-truths * mean.sign()).sum() / (truths * mean.sign() < 0).sum().clamp(min=1)
    # That is the mean over the truths on the wrong side. The loss is a mean over all of them.
    adds_up_the_wrong_side: mean.sign()).mean() → mean.sign()).sum()
    # You add the wrong sides up; the loss is a mean over all truths.
    expects_the_right_side: -truths * mean.sign() → truths * mean.sign()
    # These are the truths on the right side. The penalty acts on those on the other side.
    measures_from_the_mean: torch.relu(-truths * mean.sign())
        → torch.relu((mean - truths) * mean.sign())
    # That is how far the truths lie below their mean. The penalty starts at 0: take max(−t, 0).
    takes_all_sizes: torch.relu(-truths * mean.sign()) → truths.abs()
    # Only truths on the wrong side push; this counts all of them.
""")


def years(text):
    return torch.tensor([mark == "+" for mark in text])


def pairs(both, first, second, neither):
    """Marks of two methods: right in so many years together, alone, and not at all."""
    return (
        years("+" * both + "+" * first + "-" * second + "-" * neither),
        years("+" * both + "-" * first + "+" * second + "-" * neither),
    )


@exercise(
    cases={
        "values": {
            "3 : 2, few others": lambda: pairs(1, 3, 2, 0),
            "9 : 2": lambda: pairs(86, 9, 2, 12),
            "14 : 2": lambda: pairs(84, 14, 2, 9),
            "3 : 0": lambda: pairs(88, 3, 0, 18),
            "1 : 9": lambda: pairs(60, 1, 9, 30),
            "8 : 1, few others": lambda: pairs(2, 8, 1, 1),
            "2 : 9": lambda: pairs(30, 2, 9, 20),
            "20 : 8": lambda: pairs(75, 20, 8, 6),
            "40 : 24": lambda: pairs(20, 40, 24, 10),
            "10 : 3": lambda: pairs(50, 10, 3, 20),
            "6 : 4": lambda: pairs(90, 6, 4, 9),
            "15 : 9": lambda: pairs(40, 15, 9, 12),
            "2 : 3, few others": lambda: pairs(0, 2, 3, 1),
        },
        "edges": {
            "they never differ": lambda: pairs(10, 0, 0, 3),
            "both are always wrong": lambda: pairs(0, 0, 0, 7),
        },
    },
    guards=dict.fromkeys(
        ("they never differ", "both are always wrong"),
        "with no year that tells them apart the answer is “undecided”",
    ),
    hints=[
        "In most years both are right or both are wrong. Which years say anything about which one is "
        "better?",
        "Count the years in which only the first is right, and those in which only the second is. If "
        "neither is better, each of these n years is the toss of a coin.",
        "Add `math.comb(n, k) / 2**n` for k from 0 to the smaller count, and double it.",
    ],
    level=3,
    minutes=12,
)
def better_method(first_right, second_right):
    """Which of two methods is better, or is that undecided?

    first_right, second_right: bool tensors (N,), in which years each method
    was right. Returns "first", "second" or "undecided". Suppose that in each
    year in which just one of them is right, either is equally likely to be
    that one. Undecided: a split at least as uneven as the one seen, to either
    side, then has a chance of 0.05 or more.
    Example: only the first is right in 3 years, only the second in none:
    chance 0.25 → "undecided".
    """
    wins = int((first_right & ~second_right).sum())
    losses = int((second_right & ~first_right).sum())
    n, fewer = wins + losses, min(wins, losses)
    chance = 2 * sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n
    if chance >= 0.05:
        return "undecided"
    return "first" if wins > losses else "second"


better_method.slips(r"""
    looks_at_one_side: chance = 2 * sum → chance = sum
    # That is one side's chance. Either method could have been ahead, so double it.
    tosses_a_coin_every_year: n, fewer = wins + losses → n, fewer = len(first_right)
    # A coin is tossed only in years in which just one is right: n is wins + losses.
    counts_up_to_the_wins: min(wins, losses) → wins
    # Up to the wins, a lead of the first never looks uneven. Add up to the smaller count.
    counts_up_to_the_losses: min(wins, losses) → losses
    # Up to the losses, a lead of the second never looks uneven. Add up to the smaller count.
    takes_this_split_alone: for k in range(fewer + 1) → for k in [fewer]
    # That is the chance of exactly this split. Splits that are even more uneven count as well.
    leaves_out_the_split_seen: range(fewer + 1) → range(fewer)
    # `range(fewer)` stops before the split that was seen. It counts as well.
    counts_the_lead_alone: sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n
        → 0.5 ** abs(wins - losses)
    # The lead alone does not decide: in how many years n just one is right counts as well.
    looks_at_the_lead: chance >= 0.05 → wins == losses
    # More right years are not enough: 3 : 0 is what coins give in a quarter of all cases.
    turns_the_answers: wins > losses → losses > wins
    # The answers are exchanged: the first is better if it alone is right more often.
    counts_all_right_years: (first_right & ~second_right) → first_right;
        (second_right & ~first_right) → second_right
    # Years in which both are right tell nothing. Count those in which just one of them is right.
    asks_for_one_per_cent: 0.05 → 0.01
    # The limit is 0.05, not 0.01.
    turns_the_comparison: chance >= 0.05 → chance < 0.05
    # A small chance says that coins seldom do that: it is a *large* one that means “undecided”.
    by_a_normal_curve: chance >= 0.05 → abs(wins - losses) <= 1.96 * math.sqrt(n)
    # The normal curve is only near to the coins when few years differ: count outcomes exactly.
    as_two_separate_shares: … → n = len(first_right)
        \n    a, b = first_right.double().mean(), second_right.double().mean()
        \n    if abs(a - b) <= 1.96 * math.sqrt((a * (1 - a) + b * (1 - b)) / n):
        \n        return "undecided"\n    return "first" if a > b else "second"
    # You compare two shares as if they came from different years. Both methods were tried on the
    # same years, so look at the years in which just one of them is right.
""")
