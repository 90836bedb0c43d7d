"""The exercises of 03_loss_scaling_and_mape, in the order of the page."""

import numpy as np  # noqa: F401 (a slip interpolates)
import torch

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "original_unit_report",
    "mape_gradient",
    "best_constant_for_mape",
    "largest_rate",
    "lasso_weight",
    "mean_of_log_fit",
    "judge_report",
]

single = torch.float32


# 1 · original_unit_report

TRUTHS = (2.0, 5.0, 9.0, 7.0, 10.0, -5.0, -2.0, 2.0)
SCORES = (-0.1, 0.1, 0.7, 1.1, 0.9, -1.3, -1.1, -0.5)


@exercise(
    cases={
        "values": {
            "eight pairs": lambda: (tensor(*TRUTHS), tensor(*SCORES), 3.5, 4.92443),
            "three houses": lambda: (tensor(210e3, 320e3, 455e3), tensor(-1, 0.5, 1), 300e3, 9e4),
            "one prediction for all": lambda: (tensor(1, 4, 2.5), tensor(0.3, 0.3, 0.3), 2, 1.5),
        },
        "shapes": {
            "50 pairs": lambda: (5 * normal(50, seed=1) + 8, normal(50, seed=2), 7.0, 4.0),
            "float32": lambda: (normal(9, seed=3, dtype=single), normal(9, dtype=single), 0.5, 2.5),
        },
        "edges": {
            "no error at all": lambda: (tensor(1, 3, 7), tensor(-1.0, 0, 2), 3.0, 2.0),
            "mean 0": lambda: (tensor(-4.0, 1, 5), tensor(-1, 0.5, 1), 0.0, 3.0),
        },
    },
    hints=[
        "Bring the predictions to the unit of the targets first; then nothing else needs to know "
        "about mean and std.",
        "Which was done last, the subtraction or the division? It is undone first.",
        "R² compares Σ(y − p)² with the same sum for a model that always says the mean of y.",
    ],
    minutes=6,
)
def original_unit_report(y_true, z_pred, mean, std):
    """RMSE in the unit of y_true, and R².

    The model was trained on (y − mean)/std. y_true: float tensor (n,), targets
    in their own unit, not all equal; z_pred: (n,), the model's predictions;
    mean, std: floats, taken from the training part. Returns a pair of tensors
    ().
    Example: y_true [1., 3.], z_pred [-1., 0.], mean 2., std 1. → (0.7071,
    0.5).
    """
    error = y_true - (mean + std * z_pred)
    spread = y_true - y_true.mean()
    return error.square().mean().sqrt(), 1 - error.square().sum() / spread.square().sum()


original_unit_report.slips(r"""
    rmse_of_standardised_values: .mean().sqrt() → .mean().sqrt() / std
    # This RMSE is that of standardised values. Bring the predictions back first.
    mixes_the_units: (mean + std * z_pred) → z_pred
    # Standardised predictions against targets in their unit: scale them back first.
    adds_the_mean_only: std * z_pred → z_pred
    # Adds the mean and forgets std: what was divided must be multiplied again.
    multiplies_by_std_only: mean + std * z_pred → std * z_pred
    # Multiplies by std and forgets the mean: what was subtracted is added again.
    undoes_in_the_wrong_order: mean + std * z_pred → (mean + z_pred) * std
    # The wrong order. The division was the last step, so it is undone first.
    adds_the_mean_to_an_error: .mean().sqrt() → .mean().sqrt() + mean
    # An error is a difference: the mean has cancelled, and only std comes back.
    takes_mean_and_std_from_y_true: mean + std * z_pred
        → y_true.mean() + y_true.std(correction=0) * z_pred
    # Takes mean and std of these targets. The training part's are the arguments.
    forgets_the_root: .mean().sqrt() → .mean()
    # The first number is the mean squared error, in the unit squared: take the root.
    reports_the_mae: error.square().mean().sqrt() → error.abs().mean()
    # The first number is the mean absolute error. Square, take the mean, then the root.
    divides_by_the_spread_of_predictions: y_true - y_true.mean() → std * (z_pred - z_pred.mean())
    # R² has the spread of the *targets* below the line, not of the predictions.
    squares_the_correlation: 1 - error.square().sum() / spread.square().sum()
        → torch.corrcoef(torch.stack([y_true, z_pred]))[0, 1] ** 2
    # The squared correlation is R² for a least-squares fit on its own data only.
    leaves_out_the_mean_error: 1 - error.square().sum() / spread.square().sum()
        → 1 - error.var() / y_true.var()
    # The variance of the errors leaves out their mean. Square the errors themselves.
    standardises_once_more: mean + std * z_pred → (z_pred - mean) / std
    # Standardises the predictions once more. Undo it: multiply, then add.
    reports_the_unexplained_share: 1 - error → error
    # R² lacks the 1 −: this is the share that is *not* explained.
    divides_a_sum_by_a_variance: spread.square().sum() → spread.square().mean()
    # R² mixes a sum above the line with a mean below it: sums in both places.
    divides_by_n_minus_1: error.square().sum() / spread.square().sum()
        → error.square().mean() / y_true.var()
    # `var()` divides by n − 1, the mean squared error by n: sums in both places.
    returns_them_the_other_way_round: return error → rmse, r2 = error; spread.square().sum()
        → spread.square().sum()\n    return r2, rmse
    # The right two numbers in the wrong order: (RMSE, R²).
    compares_with_the_training_mean: y_true - y_true.mean() → y_true - mean
    # R² compares with the mean of *these* targets. The training part has another mean.
    takes_the_training_variance: error.square().sum() / spread.square().sum()
        → error.square().mean() / std**2
    # R² has the spread of *these* targets below the line, not that of the training part.
    forgets_the_mean_of_the_targets: spread = y_true - y_true.mean() → spread = y_true
    # Below the line of R² stand the squares of y − ȳ, not those of y.
    takes_a_root_in_r2: 1 - error.square().sum() / spread.square().sum()
        → 1 - (error.square().sum() / spread.square().sum()).sqrt()
    # R² compares *squared* errors. Take no root in it.
    takes_the_spread_of_forecasts_over_that_of_targets: 1 - error.square().sum() / spread.square().sum()
        → (mean + std * z_pred - y_true.mean()).square().sum() / spread.square().sum()
    # You compare the spread of the forecasts. R² compares the *errors* with the spread of y.
    mixes_the_units_in_r2: 1 - error.square() → 1 - (error / std).square()
    # R² has standardised errors above the line, and targets in their unit below it.
    takes_the_root_of_a_sum: .mean().sqrt() → .sum().sqrt()
    # The first number is the root of a sum, which grows with n. Take the mean before the root.
    takes_the_spread_of_the_errors: error.square().mean().sqrt() → error.std(correction=0)
    # The standard deviation of the errors leaves out their mean. Square the errors themselves.
    multiplies_by_std_twice: .mean().sqrt() → .mean().sqrt() * std
    # The RMSE is multiplied by std twice. Once brings it back to the unit of y.
    takes_mean_and_sample_std_from_y_true: mean + std * z_pred
        → y_true.mean() + y_true.std() * z_pred
    # Takes mean and sample std of these targets. The training part's are the arguments.
""")


# 2 · mape_gradient


@exercise(
    cases={
        "values": {
            "three targets, one guess": lambda: (tensor(1.0, 2, 10), tensor(3.0, 3, 3)),
            "both signs": lambda: (tensor(2, -5, 0.5, -4), tensor(1, -7, 0.8, 3)),
        },
        "shapes": {
            "40 pairs": lambda: (normal(40, seed=5) * 3 + 0.2, normal(40, seed=6)),
            "float32": lambda: (tensor(0.3, -2, 7, dtype=single), tensor(0.7, 1, 2, dtype=single)),
            "one pair": lambda: (tensor(0.25), tensor(1.0)),
        },
        "edges": {
            "a prediction that is exact": lambda: (tensor(2.0, -3, 4), tensor(2.0, -1, 5)),
            "a prediction of 0": lambda: (tensor(2.0, -3, 4, 5), tensor(0.0, 0, 5, 1)),
        },
    },
    guards={"a prediction that is exact": "where a prediction is exact, its slope is 0"},
    hints=[
        "|y − p| has slope +1 or −1 in p, by which side p lies on. What is it multiplied by before "
        "the mean?",
        "Each prediction stands in one of n terms. `sign()` has three values, and 0 is the third.",
    ],
    minutes=6,
)
def mape_gradient(y_true, y_pred):
    """The gradient of MAPE with respect to the predictions p.

    MAPE is the mean of |y − p|/|y|. y_true: float tensor (n,), none of them 0;
    y_pred: (n,). Returns a tensor (n,), with 0 where a prediction is exact.
    Example: y_true [1., 4.], y_pred [3., 2.] → [0.5, -0.125].
    """
    return (y_pred - y_true).sign() / y_true.abs() / len(y_true)


mape_gradient.slips(r"""
    points_downhill: y_pred - y_true → y_true - y_pred
    # The sign: a prediction above its target costs more when it rises. Descent comes later.
    forgets_the_mean: y_true.abs() / len(y_true) → y_true.abs()
    # Forgets that MAPE is a mean: every slope is divided by n.
    is_that_of_the_mae: sign() / y_true.abs() → sign()
    # The gradient of the MAE. Each error is divided by |y|, and so is its slope.
    divides_by_signed_targets: y_true.abs() → y_true
    # Divides by y, not |y|: for negative targets the slope points the wrong way.
    divides_by_predictions: y_true.abs() → y_pred.abs()
    # Divides by the predictions. The percentages are those of the targets, |y|.
    adds_epsilon_to_the_target: y_true.abs() → (y_true.abs() + EPS)
    # An ε is added to |y|, and every slope is a little off. No target is 0 here.
    keeps_the_size: (y_pred - y_true).sign() → (y_pred - y_true)
    # Keeps the size of the error. |y − p| has slope ±1, however far p lies.
    squares_the_percentages: (y_pred - y_true).sign() / y_true.abs()
        → 2 * (y_pred - y_true) / y_true**2
    # The gradient of squared percentages. |y − p|/|y| is not squared.
    counts_in_per_cent: (y_pred - y_true).sign() → 100 * (y_pred - y_true).sign()
    # In per cent: 100 times too large. Here 0.1 stands for ten per cent.
    divides_error_by_its_size: (y_pred - y_true).sign()
        → (y_pred - y_true) / (y_pred - y_true).abs()
    # 0 divided by 0 where prediction and target are equal; `sign()` gives 0.
    two_signs_only: (y_pred - y_true).sign() → torch.where(y_pred >= y_true, 1.0, -1.0)
    # An exact prediction gets a slope, as if it were too high. `sign()` gives 0 there.
    two_signs_the_other_way: (y_pred - y_true).sign() → torch.where(y_pred > y_true, 1.0, -1.0)
    # An exact prediction gets a slope, as if it were too low. `sign()` gives 0.
    adds_them_up: (y_pred - y_true).sign() / y_true.abs() / len(y_true)
        → ((y_pred - y_true).sign() / y_true.abs()).mean()
    # Adds the slopes up. The predictions are n numbers, each with a slope of its own.
    returns_the_loss: (y_pred - y_true).sign() / y_true.abs() / len(y_true)
        → ((y_pred - y_true) / y_true).abs().mean()
    # This is MAPE itself. Its derivative by each prediction is asked for.
    forgets_the_side: (y_pred - y_true).sign() → (y_pred - y_true).sign().abs()
    # Every slope is positive here. A prediction below its target costs *less* when it rises.
    counts_one_side_only: (y_pred - y_true).sign() → (y_pred > y_true) * torch.ones_like(y_pred)
    # A prediction below its target has slope −1 before the weights, not 0.
    is_that_of_wape: y_true.abs() / len(y_true) → y_true.abs().sum()
    # The gradient of WAPE: one sum for all. In MAPE each error is divided by its own |y|.
    divides_by_squares: y_true.abs() → y_true**2
    # Divides by y². Each error is divided by |y| once, and so is its slope.
    multiplies_by_targets: sign() / y_true.abs() → sign() * y_true.abs()
    # Multiplies by |y|. MAPE divides by it: small targets have the steepest slopes.
    adds_epsilon_to_the_error: (y_pred - y_true).sign()
        → (y_pred - y_true) / ((y_pred - y_true).abs() + EPS)
    # An ε is added to |y − p|, and every slope is a little off. `sign()` needs none.
    is_that_of_smape: … → p = y_pred.detach().requires_grad_()
        \n    loss = (2 * (y_true - p).abs() / (y_true.abs() + p.abs())).mean()
        \n    return torch.autograd.grad(loss, p)[0]
    # The gradient of sMAPE. MAPE divides by |y| alone, which does not move with p.
    differentiates_by_the_targets: … → y = y_true.detach().requires_grad_()
        \n    return torch.autograd.grad(((y - y_pred) / y).abs().mean(), y)[0]
    # The derivative by the true numbers. It is the predictions that a training moves.
""")


# 3 · best_constant_for_mape


@exercise(
    cases={
        "values": {
            "1, 2 and 10": lambda: (tensor(1.0, 2, 10),),
            "not in order": lambda: (tensor(9.0, 4, 7, 3, 12, 5),),
            "the smallest is outvoted": lambda: (tensor(6, 4, 5, 7, 5.5),),
            "both signs": lambda: (tensor(-3, 1.5, 4, -2.5, 2),),
            "targets below 1": lambda: (tensor(0.2, 0.15, 0.4, 0.3, 0.25, 0.35),),
        },
        "shapes": {
            "41 targets": lambda: (normal(41, seed=7).exp(),),
            "float32": lambda: (tensor(0.7, 3, 2.2, 8, dtype=single),),
            "one target": lambda: (tensor(1.5),),
        },
        "edges": {
            "exactly half of the weight": lambda: (tensor(2.0, 1, 2),),
            "all negative": lambda: (tensor(-1.0, -2, -10),),
            "many times the same": lambda: (tensor(5.0, 5, 5, 40, 40, 60),),
        },
    },
    guards={"exactly half of the weight": "where a whole interval is best, its lower end is asked"},
    hints=[
        "Raise the guess a little: what do the targets below it cost more, what do those above it "
        "cost less? Each speaks with the weight 1/|y|.",
        "The slope changes its sign where the targets below outweigh those above. Go through the "
        "targets in order, and keep count of the weight.",
    ],
    level=3,
    minutes=12,
)
def best_constant_for_mape(y_true):
    """The constant c with the smallest MAPE, the mean of |y − c|/|y|.

    y_true: float tensor (n,), of any sign, in any order, none of them 0.
    Returns a tensor of shape (); where a whole interval is best, its lower
    end. Example: y_true [10., 1., 2.] → 1.
    """
    y = y_true.sort().values
    reached = (1 / y.abs()).cumsum(0)
    return y[(reached >= reached[-1] / 2).int().argmax()]


best_constant_for_mape.slips(r"""
    takes_the_median: 1 / y.abs() → torch.ones_like(y)
    # The median is best for the mean *absolute* error. Here a target counts 1/|y|.
    takes_the_mean: … → return y_true.mean()
    # This is the mean: the best constant for the *squared* error.
    takes_the_weighted_mean: … → return y_true.sign().sum() / (1 / y_true.abs()).sum()
    # The mean weighted by 1/|y|. An absolute error is minimised by a median.
    weighs_by_size: 1 / y.abs() → y.abs()
    # The weights are upside down: large targets speak loudest. MAPE divides by |y|.
    weighs_by_signed_targets: 1 / y.abs() → 1 / y
    # The weights lack the absolute value: negative targets count less than nothing.
    squares_the_weights: 1 / y.abs() → 1 / y**2
    # The weights are those of a squared relative error. MAPE divides by |y| once.
    sorts_by_size: y_true.sort().values → y_true[y_true.abs().argsort()]
    # Sorts by size, not by value: −3 lies below 1.5, though |−3| is larger.
    does_not_sort: y_true.sort().values → y_true
    # Adds the weights up in the order given. Sort the targets first, weights with them.
    leaves_the_weights_behind: y.abs() → y_true.abs()
    # The targets are sorted, their weights are not: each moves with its target.
    half_of_1: reached[-1] / 2 → 0.5
    # Looks for ½, but the weights do not add up to 1: it is half of their total.
    one_too_early: (reached >= reached[-1] / 2).int().argmax()
        → ((reached < reached[-1] / 2).sum() - 1).clamp(min=0)
    # One target too early: the last one before half of the weight is reached.
    takes_the_target_nearest_to_zero: … → return y_true[y_true.abs().argmin()]
    # Right for (1, 2, 10), but several larger targets can outvote the nearest to 0.
    takes_the_smallest_target: … → return y_true.min()
    # Right for (1, 2, 10), but several larger targets can outvote the smallest.
    waits_for_more_than_half: reached >= → reached >
    # At exactly half you go on to the next target: the upper end, not the lower.
    looks_up_in_the_unsorted_targets: return y[ → return y_true[
    # The place was counted in the sorted targets. Look it up there, not in y_true.
    takes_the_place_nearest_to_half: (reached >= reached[-1] / 2).int().argmax()
        → (reached - reached[-1] / 2).abs().argmin()
    # Takes the sum nearest to half. Half of the weight must be *reached*.
    takes_the_middle_of_two: … → return torch.quantile(y_true, 0.5)
    # The middle of the two middle targets. But each target counts 1/|y|, not 1.
    squares_the_percentages: … → return (1 / y_true).sum() / (1 / y_true**2).sum()
    # The best constant for *squared* percentages. MAPE does not square them.
    takes_the_harmonic_mean: … → return len(y_true) / (1 / y_true).sum()
    # The harmonic mean. An absolute error is minimised by a median, here a weighted one.
    always_says_0: … → return torch.zeros_like(y_true[0])
    # A guess of 0 costs 100 % for each target. One of the targets costs less.
    takes_the_midpoint: return y[(reached >= reached[-1] / 2).int().argmax()]
        → low, high = (reached >= reached[-1] / 2), (reached > reached[-1] / 2)
        \n    return (y[low.int().argmax()] + y[high.int().argmax()]) / 2
    # A whole interval is best here. Its lower end is asked for, not its middle.
    interpolates: return y[(reached >= reached[-1] / 2).int().argmax()]
        → return torch.tensor(np.interp(reached[-1] / 2, reached, y), dtype=y.dtype)
    # Interpolates between two targets. The loss has its kinks, and so its minimum, at a target.
    divides_by_the_guess: reached = (1 / y.abs()).cumsum(0)
        → losses = ((y[:, None] - y) / y[:, None]).abs().mean(1);
        (reached >= reached[-1] / 2).int().argmax() → losses.argmin()
    # You divide by the guess. MAPE divides by the true number: large guesses are not excused.
""")


# 4 · largest_rate


@exercise(
    cases={
        "values": {
            "one layer": lambda: (2.0, 100.0, 1),
            "two layers": lambda: (1.0, 100.0, 2),
            "two layers, another input": lambda: (0.5, 100.0, 2),
            "three layers": lambda: (2.0, 60.0, 3),
            "five layers": lambda: (1.5, 0.3, 5),
        },
        "edges": {"y = x": lambda: (3.0, 3.0, 4)},
    },
    hints=[
        "At the minimum p = y. What is then left of the second derivative of (p − y)² by two of the "
        "weights?",
        "Only 2·(∂p/∂wᵢ)·(∂p/∂wⱼ). All these slopes are equal. What is the product of all weights "
        "but one?",
        "A matrix of L × L equal entries a has the largest eigenvalue L·a. The rate is 2 divided by "
        "it.",
    ],
    level=3,
    minutes=12,
)
def largest_rate(x, y, layers):
    """The largest rate at which gradient descent stays near a minimum.

    The loss is (p − y)². The model is p = w₁·w₂·…·x with as many weights as
    there are layers, and at the minimum all weights are equal. x, y: floats
    above 0; layers: an int, at least 1. The rate is 2 divided by the largest
    eigenvalue of the second derivatives at the minimum. Returns a float.
    Example: x 1., y 100., two layers → 0.005.
    """
    others = (y / x) ** ((layers - 1) / layers)
    return 1 / (layers * (x * others) ** 2)


largest_rate.slips("""
    is_that_of_one_layer: (layers * (x * others) ** 2) → x**2
    # This is the rate for one layer, 1/x². With more layers each slope holds the other weights.
    leaves_the_other_weights_out: x * others → x
    # The slope of p by one weight is x times *all the other weights*.
    multiplies_all_weights: ((layers - 1) / layers) → 1.0
    # The slope by one weight holds the product of the others, without that weight.
    counts_one_direction: layers * (x → (x
    # All weights move at once: the largest eigenvalue adds the equal entries of a row.
    takes_one_weight_only: ((layers - 1) / layers) → (1 / layers)
    # This is one weight. The slope holds all weights *but* one: their product.
    forgets_the_square: (x * others) ** 2 → (x * others)
    # The second derivative holds the slope twice: by one weight and by another one.
    takes_one_over_the_eigenvalue: return 1 / → return 0.5 /
    # This is 1 divided by the eigenvalue. A step may be twice as long before descent moves away.
    forgets_the_2_of_the_square: return 1 / → return 2 /
    # The second derivative of (p − y)² is *twice* the product of the slopes.
    returns_the_eigenvalue: 1 / (layers * (x * others) ** 2) → 2 * layers * (x * others) ** 2
    # This is the largest eigenvalue. The rate is 2 divided by it.
    forgets_the_input: x * others → others
    # The input x is missing from the slope of p by one weight.
    goes_on_from_one_and_two: 1 / (layers * (x * others) ** 2) → 1 / (layers * x * y)
    # A guess from (3.1), right for two layers only. Derive the product of all weights but one.
    takes_y_for_the_product: (y / x) ** → y **
    # The weights times x make y, so that the product of all weights is y/x.
    is_always_that_of_two: 1 / (layers * (x * others) ** 2) → 1 / (2 * x * y)
    # Right for two layers only. Derive the product of all weights but one for any number.
    adds_up_the_whole_matrix: layers * → layers**2 *
    # This adds up all entries of the matrix. The eigenvalue adds those of one row.
    takes_a_square_root_always: ((layers - 1) / layers) → ((layers - 1) / 2)
    # √(y/x) is the weight of two layers. With L layers it is the L-th root.
    takes_no_root: ((layers - 1) / layers) → (layers - 1)
    # y/x is the product of *all* weights. One weight is its L-th root.
    divides_in_place_of_a_root: (y / x) ** ((layers - 1) / layers)
        → (y / x / layers) ** (layers - 1)
    # One weight is the L-th root of y/x. In Python, `a ** 1 / L` is a/L: write `a ** (1 / L)`.
    squares_the_input_only: (x * others) ** 2 → (x**2 * others)
    # The slope x · (the other weights) is squared as a whole: the other weights as well.
    squares_the_weights_only: (x * others) ** 2 → (x * others**2)
    # The slope x · (the other weights) is squared as a whole: the input as well.
    leaves_two_weights_out: (layers - 1) / layers → (layers - 2) / layers
    # The slope of p by one weight holds all weights but that one. Here two of them are missing.
    goes_on_from_two: return 1 / (layers * (x * others) ** 2)
        → return 1 / (x**2 if layers == 1 else layers * x * y)
    # Right for one and two layers only. With each further layer *all* weights change.
    knows_one_and_two: return 1 / (layers * (x * others) ** 2)
        → return 1 / x**2 if layers == 1 else 1 / (2 * x * y)
    # (3.1) knows one and two layers only. Derive the product of all weights but one.
""")


# 5 · lasso_weight


@exercise(
    cases={
        "values": {
            "above and below": lambda: (tensor(3.0, -2, 0.4, -0.3), 0.5),
            "a small alpha": lambda: (tensor(0.2, -0.25, 1.5), 0.1),
            "alpha above 1": lambda: (tensor(5.0, -1.5, -7), 2.0),
        },
        "shapes": {
            "50 weights": lambda: (2 * normal(50, seed=15), 0.7),
            "a matrix, float32": lambda: (normal(3, 4, seed=16, dtype=single), 0.5),
        },
        "edges": {
            "exactly alpha": lambda: (tensor(0.5, -0.5, 0), 0.5),
            "no penalty": lambda: (tensor(1.0, -2, 0), 0.0),
        },
    },
    hints=[
        "For w > 0 the slope of the sum is w − v + alpha. Where is it 0, and when is that w above 0?",
        "For w < 0 it is w − v − alpha. What is best if neither w has the right sign?",
    ],
    level=2,
    minutes=6,
)
def lasso_weight(v, alpha):
    """The weight w that minimises (w − v)²/2 + alpha·|w|.

    v: float tensor of any shape, the best weights without a penalty, each for
    itself; alpha: a float, at least 0. Returns a tensor of that shape.
    Example: v [3., -0.2], alpha 0.5 → [2.5, 0.].
    """
    return v.sign() * (v.abs() - alpha).clamp(min=0)


lasso_weight.slips("""
    raises_all_below_alpha: v.sign() * (v.abs() - alpha).clamp(min=0)
        → torch.where(v > alpha, v - alpha, torch.where(v < alpha, v + alpha, 0.0))
    # Every v below alpha is raised here. Only what is below −alpha comes nearer to 0 by alpha; what
    # lies between −alpha and alpha becomes 0.
    shrinks_as_ridge_does: v.sign() * (v.abs() - alpha).clamp(min=0) → v / (1 + alpha)
    # That is a penalty on w²/2: it shrinks in proportion and sets nothing to 0.
    shrinks_as_ridge_with_2: v.sign() * (v.abs() - alpha).clamp(min=0) → v / (1 + 2 * alpha)
    # That is a penalty on w²: it shrinks in proportion and sets nothing to 0.
    cuts_without_shrinking: (v.abs() - alpha).clamp(min=0) → v.abs() * (v.abs() > alpha)
    # Small weights become 0, but the others must come nearer to 0 by alpha.
    goes_through_zero: .clamp(min=0) →
    # A small v is pushed through 0 to the other side. There the penalty pushes back: w is 0.
    forgets_the_sign: return v.sign() * → return
    # The sign of v is lost: a negative weight stays negative, nearer to 0.
    subtracts_from_v: v.sign() * (v.abs() - alpha) → (v - alpha)
    # Right for positive v only. For negative v the slope of |w| is −1.
    subtracts_from_large_negative_ones: v.sign() * (v.abs() - alpha).clamp(min=0)
        → (v - alpha) * (v.abs() > alpha)
    # Right for positive v and near 0. A negative v must come nearer to 0: v + alpha.
    moves_away_from_zero: v.abs() - alpha → v.abs() + alpha
    # The penalty pulls towards 0. This moves away from it.
    takes_half: - alpha → - alpha / 2
    # The 2 of the square cancels the ½ in front of it: alpha itself is subtracted.
    takes_twice: - alpha → - 2 * alpha
    # The square has a ½ in front of it, so that its slope is w − v, not 2(w − v).
    leaves_it: v.sign() * (v.abs() - alpha).clamp(min=0) → v.clone()
    # This is the best weight without a penalty.
    limits_to_alpha: v.sign() * (v.abs() - alpha).clamp(min=0) → v.clamp(-alpha, alpha)
    # This keeps what the penalty takes away. It is v minus the answer.
    knows_two_cases_only: … → return torch.where(v > 0, v - alpha, v + alpha)
    # There is a third case. If |v| is at most alpha, neither w has the right sign: w is 0.
    cuts_after_the_sign: v.sign() * (v.abs() - alpha) → (v.sign() * (v.abs() - alpha))
    # The cut at 0 comes too late: it hits all negative weights. Cut first, then give the sign.
    leaves_small_ones: … → return torch.where(v.abs() > alpha, v - alpha * v.sign(), v)
    # Where |v| is at most alpha, v stays as it is. The penalty pulls it to exactly 0.
    moves_the_large_ones_away: … → return torch.where(v.abs() > alpha, v + alpha * v.sign(), 0 * v)
    # The penalty pulls towards 0. Large weights move away from it here.
    shrinks_by_a_share: (v.abs() - alpha) → (v.abs() * (1 - alpha))
    # This shrinks in proportion. The slope of alpha·|w| is alpha for large and small weights.
    shrinks_by_a_share_without_a_limit: v.sign() * (v.abs() - alpha).clamp(min=0) → v * (1 - alpha)
    # This shrinks in proportion, and beyond 0 if alpha is above 1. The penalty subtracts alpha.
    always_takes_one_half: v.abs() - alpha → v.abs() - 0.5
    # alpha is not used: without its second argument, `softshrink` takes 0.5.
    divides_by_the_weight: … → return v * (1 - alpha / v.abs()).clamp(min=0)
    # Where v and alpha are 0, this is 0 divided by 0. `v.sign()` needs no division.
    returns_the_smallest_loss: v.sign() * (v.abs() - alpha).clamp(min=0)
        → (v.abs().clamp(max=alpha) ** 2) / 2 + alpha * (v.abs() - alpha).clamp(min=0)
    # This is the smallest value of the sum. The w that has it is asked for.
    multiplies_by_v: v.sign() * → v *
    # The size is multiplied by v itself, so it counts twice. Only the sign of v is to come back.
""")


# 6 · mean_of_log_fit


@exercise(
    cases={
        "values": {
            "skewed residuals": lambda: (tensor(1.0, 3, 4.5), tensor(-1.2, 0.3, 0.4, 0.5)),
            "large noise": lambda: (tensor(0.2, 2), 1.2 * normal(50, seed=12)),
            "residuals with a mean": lambda: (tensor(2.0, 2.5), tensor(0.1, 0.9, -0.2)),
        },
        "shapes": {
            "one forecast": lambda: (tensor(1.3), tensor(-0.5, 0.5)),
            "as many forecasts as residuals": lambda: (normal(6, seed=13), normal(6, seed=14)),
            "float32": lambda: (tensor(1.0, 2, dtype=single), tensor(0.4, -0.4, dtype=single)),
        },
        "edges": {"no residual": lambda: (tensor(1.0, 2), tensor(0.0, 0, 0))},
    },
    hints=[
        "A new number is exp(log forecast + residual) − 1, with a residual that nobody knows yet. "
        "Each residual of the past is one example of it.",
        "Take each of these numbers first, and the mean last.",
    ],
    level=2,
    minutes=8,
)
def mean_of_log_fit(logs, residuals):
    """Forecasts of the mean of y from a fit of log(1 + y).

    The noise may have any shape. logs: float tensor (m,), forecasts of log(1 +
    y); residuals: (n,), log(1 + y) minus its fit in the years learnt from.
    Each forecast is the mean of the n numbers y that these residuals would
    make of it. Returns a tensor (m,).
    Example: logs [0.6931], residuals [-0.6931, 0.6931] → [1.5].
    """
    return torch.exp(logs) * torch.exp(residuals).mean() - 1


mean_of_log_fit.slips("""
    takes_it_back_only: * torch.exp(residuals).mean() - 1 → - 1
    # `expm1` of the forecast alone: the number in the middle, not the mean.
    multiplies_the_forecast: torch.exp(logs) → torch.expm1(logs); - 1 →
    # The factor belongs to 1 + y. Subtract the 1 after multiplying.
    assumes_normal_noise: torch.exp(residuals).mean() → torch.exp(residuals.square().mean() / 2)
    # exp(σ²/2) is the mean of exp(residual) for normal noise only. Take that mean itself.
    assumes_normal_noise_around_a_mean: torch.exp(residuals).mean()
        → torch.exp(residuals.var(correction=0) / 2)
    # exp(variance/2) is the mean of exp(residual) for normal noise around 0 only.
    assumes_normal_noise_with_n_minus_1: torch.exp(residuals).mean()
        → torch.exp(residuals.var() / 2)
    # exp(variance/2) is the mean of exp(residual) for normal noise only. Take that mean itself.
    averages_the_residuals_first: torch.exp(residuals).mean() → torch.exp(residuals.mean())
    # The mean is taken before the exponential. Make a number of each residual first.
    forgets_to_subtract_1: - 1 →
    # This is the mean of 1 + y: the 1 is still to be subtracted.
    takes_the_median: torch.exp(residuals).mean() → torch.exp(residuals).median()
    # The median of the examples. The mean is asked for.
    forgets_the_exponential: torch.exp(residuals).mean() → (1 + residuals.mean())
    # The residuals are those of logarithms. Their exponentials are factors of 1 + y.
    adds_the_residuals_in_the_unit_of_y: torch.exp(logs) * torch.exp(residuals).mean() - 1
        → torch.expm1(logs) + torch.expm1(residuals).mean()
    # A residual of the logarithm multiplies 1 + y; it adds nothing to y.
    adds_up_and_forgets_n: torch.exp(residuals).mean() → torch.exp(residuals).sum()
    # This is the sum over the residuals. Divide by their number.
    matches_them_one_to_one: … → return torch.expm1(logs + residuals).mean()
    # Each forecast goes with *every* residual, and each gets a mean of its own.
    subtracts_1_twice: torch.exp(logs) → torch.expm1(logs)
    # The 1 is subtracted twice. Multiply exp(logs), and subtract 1 at the end only.
    subtracts_1_from_each_factor: torch.exp(residuals) → torch.expm1(residuals)
    # exp(residual) is a factor of 1 + y: nothing is subtracted from it.
    turns_the_residuals_round: torch.exp(residuals) → torch.exp(-residuals)
    # A residual is log(1 + y) *minus* its fit, so it is added to the fit.
    forgets_the_half: torch.exp(residuals).mean() → torch.exp(residuals.square().mean())
    # Even for normal noise it is exp(σ²/2). For any noise, take the mean of exp(residual).
    stays_with_logarithms: … → return logs + torch.exp(residuals).mean().log()
    # These are logarithms of 1 + y. Take them back.
    makes_one_mean_of_all: … → return (torch.exp(logs) * torch.exp(residuals).mean() - 1).mean()
    # One mean over all forecasts. Each forecast keeps a mean of its own: `mean(1)`.
    takes_the_mean_over_the_forecasts: … → return torch.exp(logs).mean() * torch.exp(residuals) - 1
    # The mean is taken over the forecasts. Take it over the residuals, for each forecast.
    adds_up_the_forecasts: return torch → return len(residuals) * (torch; - 1 → - 1)
    # These are sums over the residuals. Each forecast is a mean: divide by their number.
""")


# 7 · judge_report

NUMBERS = (10.0, 20.0, 60.0, 110.0)  # mean 50, standard deviation 39.37
FITTING = 15.748  # the RMSE that belongs to R² = 0.84


@exercise(
    cases={
        "values": {
            "standardised numbers": lambda: (tensor(*NUMBERS), 0.4, 0.2, 0.84, (-0.3, -0.1)),
            "a clear lead": lambda: (tensor(*NUMBERS), FITTING, 0.9, 0.84, (-9.0, -2.0)),
            "an interval around 0": lambda: (tensor(*NUMBERS), FITTING, 0.1, 0.84, (-9.0, 1.0)),
            "behind the baseline": lambda: (tensor(*NUMBERS), FITTING, 0.3, 0.84, (2.0, 9.0)),
            "more behind than ahead": lambda: (tensor(*NUMBERS), FITTING, 0.3, 0.84, (-2.0, 9.0)),
            "R² below 0, and no lead": lambda: (tensor(*NUMBERS), 43.128, 0.4, -0.2, (-9.0, 1.0)),
            "R² below 0": lambda: (tensor(*NUMBERS), 43.128, 0.4, -0.2, (-9.0, -2.0)),
            "ten times the unit": lambda: (tensor(*NUMBERS), 157.48, 0.5, 0.84, (-90.0, -20.0)),
            "three per cent too small": lambda: (tensor(*NUMBERS), 15.28, 0.2, 0.84, (-9.0, -2.0)),
            "another unit, R² below 0": lambda: (tensor(*NUMBERS), 1.0954, 0.2, -0.2, (-1.0, -0.2)),
            "as large as the spread": lambda: (tensor(*NUMBERS), 39.37, 0.4, 0.84, (-9.0, -2.0)),
            "n − 1 in place of n": lambda: (tensor(*NUMBERS), 18.184, 0.4, 0.84, (-9.0, -2.0)),
            "without the root": lambda: (tensor(*NUMBERS), 248.0, 0.4, 0.84, (-9.0, -2.0)),
            "numbers of spread 1": lambda: (tensor(1.0, 3), 0.5, 1.2, 0.75, (-0.5, -0.1)),
            "centre of the interval below 0": lambda: (tensor(1.0, 3), 0.5, 0.3, 0.75, (-2.0, 0.5)),
        },
        "edges": {
            "R² = 0": lambda: (tensor(*NUMBERS), 39.37, 0.4, 0.0, (-9.0, -2.0)),
            "an interval up to 0": lambda: (tensor(*NUMBERS), FITTING, 0.2, 0.84, (-9.0, 0.0)),
            "rounded to three digits": lambda: (tensor(*NUMBERS), 15.7, 0.2, 0.84, (-9.0, -2.0)),
            "1.4 per cent, small numbers": lambda: (tensor(1.0, 3), 0.507, 0.3, 0.75, (-0.5, -0.1)),
            "0.8 per cent too small": lambda: (tensor(*NUMBERS), 15.62, 0.2, 0.84, (-9.0, -2.0)),
            "no error at all": lambda: (tensor(*NUMBERS), 0.0, 0.0, 1.0, (-9.0, -2.0)),
        },
    },
    hints=[
        "RMSE and R² come from the same squared errors. Write R² with the mean of both sums: which "
        "RMSE belongs to it?",
        "R² = 1 − RMSE²/Var(y), so that RMSE = √((1 − R²)·Var(y)), where Var(y) divides by n.",
        "A lead is shown if the *whole* interval lies below 0.",
    ],
    guards={"no error at all": "without any error both RMSE are 0, and they agree"},
    level=2,
    minutes=10,
)
def judge_report(y, rmse, mape, r2, lead):
    """What is wrong with this report on forecasts of y, or may you trust it?

    y: float64 tensor (n,), true numbers in their own unit; rmse, mape, r2:
    floats, as reported; lead: (low, high), the 95 % interval of the MAE minus
    a baseline's MAE. Returns the first that applies: "another unit" (rmse is
    more than 1 % off the one that belongs to r2 and y), "worse than the mean"
    (r2 below 0), "no lead" (the interval reaches 0 or lies above it), or
    "trust".
    Example: y [1, 3], rmse .5, mape .3, r2 .75, lead (-.4, -.1) → "trust".
    """
    fitting = ((1 - r2) * y.var(correction=0)).sqrt()
    if abs(rmse - fitting) > 0.01 * fitting:
        return "another unit"
    if r2 < 0:
        return "worse than the mean"
    return "trust" if lead[1] < 0 else "no lead"


judge_report.slips(r"""
    takes_the_spread_of_y_alone: ((1 - r2) * y.var(correction=0)) → y.var(correction=0)
    # The spread of y is the RMSE of “always the mean”. R² says by how much this one is lower.
    forgets_the_spread_of_y: ((1 - r2) * y.var(correction=0)) → torch.tensor(1.0 - r2)
    # √(1 − R²) is the RMSE of standardised numbers. It lacks the standard deviation of y.
    forgets_the_root: .sqrt() →
    # (1 − R²)·Var(y) is the *squared* RMSE: take the root.
    divides_by_n_minus_1: y.var(correction=0) → y.var()
    # `var()` divides by n − 1. The RMSE divides by n.
    takes_r2_for_the_error: (1 - r2) * → r2 *
    # R² is the share that is explained. The error is what is left, 1 − R².
    only_finds_what_is_too_small: abs(rmse - fitting) → fitting - rmse
    # An RMSE that is too large is in another unit as well.
    only_finds_what_is_too_large: abs(rmse - fitting) → rmse - fitting
    # An RMSE that is too small is in another unit as well: that is the usual trick.
    does_not_compare_the_unit: abs(rmse - fitting) > 0.01 * fitting → False
    # Nothing compares the RMSE with R² and y. The smallest RMSE may be one of scaled numbers.
    does_not_look_at_r2: r2 < 0 → False
    # An R² below 0 means that “always the mean” is better.
    asks_for_a_good_r2: r2 < 0 → r2 < 0.8
    # How good is good enough is another question. Only below 0 is it worse than the mean.
    looks_at_the_near_end: lead[1] < 0 → lead[0] < 0
    # The low end below 0 is not enough. The whole interval must lie below 0.
    takes_an_end_at_0_for_a_lead: lead[1] < 0 → lead[1] <= 0
    # An interval that reaches 0 shows no lead: its upper end must lie below 0.
    looks_at_the_centre: lead[1] < 0 → sum(lead) / 2 < 0
    # The centre of the interval is a guess. The whole interval must lie below 0.
    takes_above_0_for_a_lead: lead[1] < 0 → lead[0] > 0
    # An error minus the baseline's: a lead lies *below* 0.
    any_clear_difference: lead[1] < 0 → lead[0] * lead[1] > 0
    # An interval above 0 is clear as well: clearly behind the baseline.
    does_not_look_at_the_lead: lead[1] < 0 → True
    # Nothing looks at the interval. Without it, a lead may be luck.
    believes_the_mape: lead[1] < 0 → mape < 0.5
    # A low MAPE can come from low guesses. It is not what decides here.
    allows_too_little: 0.01 * fitting → 0.001 * fitting
    # Reports are rounded. Up to 1 % is allowed between the two RMSE.
    allows_1_per_cent_of_the_square: abs(rmse - fitting) > 0.01 * fitting
        → abs(rmse**2 - fitting**2) > 0.01 * fitting**2
    # 1 % of the squared RMSE is only half a per cent of the RMSE. Compare the roots.
    allows_a_hundredth_of_the_unit: 0.01 * fitting → 0.01
    # 1 % *of the fitting RMSE* is allowed, not 0.01 in the unit of y.
    compares_r2_with_r2: abs(rmse - fitting) > 0.01 * fitting
        → abs(1 - rmse**2 / y.var(correction=0) - r2) > 0.01
    # You compare two R². The 1 % is asked of the RMSE: near R² = 1 that is much stricter.
    leaves_no_room_at_0: > 0.01 * fitting → >= 0.01 * fitting
    # Without any error both RMSE are 0: they agree. More than 1 % off means >, not ≥.
    takes_no_root_of_the_share: ((1 - r2) * y.var(correction=0)).sqrt()
        → (1 - r2) * y.std(correction=0)
    # 1 − R² is a share of the *squared* errors. It needs the root as well.
    takes_the_squares_of_y: y.var(correction=0) → y.square().mean()
    # R² compares with the spread around the mean of y, so that y² alone is too large.
    takes_0_for_below_0: r2 < 0 → r2 <= 0
    # R² = 0 is as good as “always the mean”, not worse.
    looks_at_r2_before_the_unit: fitting = (
        → if r2 < 0:\n        return "worse than the mean"\n    fitting = (
    # You ask for R² first. The first that applies is asked for, and the unit comes first.
    looks_at_the_lead_before_r2: if r2 < 0 → if lead[1] >= 0:\n        return "no lead"\n    if r2 < 0
    # You ask for the lead before R². “Worse than the mean” comes before “no lead”.
    turns_the_order_round: fitting = (
        → if lead[1] >= 0:\n        return "no lead"
        \n    if r2 < 0:\n        return "worse than the mean"\n    fitting = (
    # You ask in the opposite order. The unit comes first, then R², then the lead.
""")
