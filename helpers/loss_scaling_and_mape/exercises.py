"""The exercises of 03_loss_scaling_and_mape, in the order of the page."""

import numpy as np
import torch

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "original_unit_report",
    "mape_gradient",
    "best_constant_for_mape",
]

single = torch.float32


# 1 · original_unit_report

TRUTHS = (2.0, 5.0, 9.0, 7.0, 10.0, -5.0, -2.0, 2.0)
SCORES = (-0.1, 0.1, 0.7, 1.1, 0.9, -1.3, -1.1, -0.5)


@exercise(
    cases={
        "values": {
            "the page's targets": lambda: (tensor(*TRUTHS), tensor(*SCORES), 3.5, 4.92443),
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
    """RMSE in the unit of y_true, and R², of a model that was trained on (y − mean)/std.

    y_true: float tensor (n,), targets in their own unit, not all equal; z_pred: (n,), the model's
    predictions; mean, std: floats, taken from the training part. Returns a pair of tensors ().
    Example: y_true [1., 3.], z_pred [-1., 0.], mean 2., std 1. → (0.7071, 0.5).
    """
    error = y_true - (mean + std * z_pred)
    spread = y_true - y_true.mean()
    return error.square().mean().sqrt(), 1 - error.square().sum() / spread.square().sum()


original_unit_report.slips(
    rmse_of_standardised_values=(
        ".mean().sqrt() → .mean().sqrt() / std",
        "This RMSE is that of standardised values. Bring the predictions back first.",
    ),
    mixes_the_units=(
        "(mean + std * z_pred) → z_pred",
        "Standardised predictions against targets in their unit: scale them back first.",
    ),
    adds_the_mean_only=(
        "std * z_pred → z_pred",
        "Adds the mean and forgets std: what was divided must be multiplied again.",
    ),
    multiplies_by_std_only=(
        "mean + std * z_pred → std * z_pred",
        "Multiplies by std and forgets the mean: what was subtracted is added again.",
    ),
    undoes_in_the_wrong_order=(
        "mean + std * z_pred → (mean + z_pred) * std",
        "The wrong order. The division was the last step, so it is undone first.",
    ),
    adds_the_mean_to_an_error=(
        ".mean().sqrt() → .mean().sqrt() + mean",
        "An error is a difference: the mean has cancelled, and only std comes back.",
    ),
    takes_mean_and_std_from_y_true=(
        "mean + std * z_pred → y_true.mean() + y_true.std(correction=0) * z_pred",
        "Takes mean and std of these targets. The training part's are the arguments.",
    ),
    forgets_the_root=(
        ".mean().sqrt() → .mean()",
        "The first number is the mean squared error, in the unit squared: take the root.",
    ),
    reports_the_mae=(
        "error.square().mean().sqrt() → error.abs().mean()",
        "The first number is the mean absolute error. Square, take the mean, then the root.",
    ),
    divides_by_the_spread_of_predictions=(
        "y_true - y_true.mean() → std * (z_pred - z_pred.mean())",
        "R² has the spread of the *targets* below the line, not of the predictions.",
    ),
    squares_the_correlation=(
        "1 - error.square().sum() / spread.square().sum() → "
        "torch.corrcoef(torch.stack([y_true, z_pred]))[0, 1] ** 2",
        "The squared correlation is R² for a least-squares fit on its own data only.",
    ),
    reports_the_unexplained_share=(
        "1 - error → error",
        "R² lacks the 1 −: this is the share that is *not* explained.",
    ),
    divides_a_sum_by_a_variance=(
        "spread.square().sum() → spread.square().mean()",
        "R² mixes a sum above the line with a mean below it: sums in both places.",
    ),
    divides_by_n_minus_1=(
        "error.square().sum() / spread.square().sum() → error.square().mean() / y_true.var()",
        "`var()` divides by n − 1, the mean squared error by n: sums in both places.",
    ),
    returns_them_the_other_way_round=(
        "return error → rmse, r2 = error; "
        "spread.square().sum() → spread.square().sum()\n    return r2, rmse",
        "The right two numbers in the wrong order: (RMSE, R²).",
    ),
)


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
    """The gradient of MAPE, the mean of |y − p|/|y|, with respect to the predictions p.

    y_true: float tensor (n,), none of them 0; y_pred: (n,). Returns a tensor (n,), with 0 where a
    prediction is exact. Example: y_true [1., 4.], y_pred [3., 2.] → [0.5, -0.125].
    """
    return (y_pred - y_true).sign() / y_true.abs() / len(y_true)


mape_gradient.slips(
    points_downhill=(
        "y_pred - y_true → y_true - y_pred",
        "The sign: a prediction above its target costs more when it rises. Descent comes later.",
    ),
    forgets_the_mean=(
        "y_true.abs() / len(y_true) → y_true.abs()",
        "Forgets that MAPE is a mean: every slope is divided by n.",
    ),
    is_that_of_the_mae=(
        "sign() / y_true.abs() → sign()",
        "The gradient of the MAE. Each error is divided by |y|, and so is its slope.",
    ),
    divides_by_signed_targets=(
        "y_true.abs() → y_true",
        "Divides by y, not |y|: for negative targets the slope points the wrong way.",
    ),
    divides_by_predictions=(
        "y_true.abs() → y_pred.abs()",
        "Divides by the predictions. The percentages are those of the targets, |y|.",
    ),
    adds_epsilon_to_the_target=(
        "y_true.abs() → (y_true.abs() + EPS)",
        "An ε is added to |y|, and every slope is a little off. No target is 0 here.",
    ),
    keeps_the_size=(
        "(y_pred - y_true).sign() → (y_pred - y_true)",
        "Keeps the size of the error. |y − p| has slope ±1, however far p lies.",
    ),
    squares_the_percentages=(
        "(y_pred - y_true).sign() / y_true.abs() → 2 * (y_pred - y_true) / y_true**2",
        "The gradient of squared percentages. |y − p|/|y| is not squared.",
    ),
    counts_in_per_cent=(
        "(y_pred - y_true).sign() → 100 * (y_pred - y_true).sign()",
        "In per cent: 100 times too large. Here 0.1 stands for ten per cent.",
    ),
    divides_error_by_its_size=(
        "(y_pred - y_true).sign() → (y_pred - y_true) / (y_pred - y_true).abs()",
        "0 divided by 0 where prediction and target are equal; `sign()` gives 0.",
    ),
    two_signs_only=(
        "(y_pred - y_true).sign() → torch.where(y_pred >= y_true, 1.0, -1.0)",
        "An exact prediction gets a slope, as if it were too high. `sign()` gives 0 there.",
    ),
    two_signs_the_other_way=(
        "(y_pred - y_true).sign() → torch.where(y_pred > y_true, 1.0, -1.0)",
        "An exact prediction gets a slope, as if it were too low. `sign()` gives 0.",
    ),
    adds_them_up=(
        "(y_pred - y_true).sign() / y_true.abs() / len(y_true) → "
        "((y_pred - y_true).sign() / y_true.abs()).mean()",
        "Adds the slopes up. The predictions are n numbers, each with a slope of its own.",
    ),
    returns_the_loss=(
        "(y_pred - y_true).sign() / y_true.abs() / len(y_true) → "
        "((y_pred - y_true) / y_true).abs().mean()",
        "This is MAPE itself. Its derivative by each prediction is asked for.",
    ),
)


# 3 · best_constant_for_mape


@exercise(
    cases={
        "values": {
            "the page's targets": lambda: (tensor(1.0, 2, 10),),
            "not in order": lambda: (tensor(9.0, 4, 7, 3, 12, 5),),
            "the smallest is outvoted": lambda: (tensor(6, 4, 5, 7, 5.5),),
            "both signs": lambda: (tensor(-3, 1.5, 4, -2.5, 2),),
            "targets below 1": lambda: (tensor(0.2, 0.15, 0.4, 0.3, 0.25, 0.35),),
        },
        "shapes": {
            "41 targets": lambda: (normal(41, seed=7).exp(),),
            "float32": lambda: (tensor(0.7, 3, 2.2, 8, dtype=single),),
            "one target": lambda: (tensor(-1.5),),
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

    y_true: float tensor (n,), of any sign, in any order, none of them 0. Returns a tensor of shape
    (); where a whole interval is best, its lower end. Example: y_true [10., 1., 2.] → 1.
    """
    y = y_true.sort().values
    reached = (1 / y.abs()).cumsum(0)
    return y[(reached >= reached[-1] / 2).int().argmax()]


best_constant_for_mape.slips(
    takes_the_median=(
        "1 / y.abs() → torch.ones_like(y)",
        "The median is best for the mean *absolute* error. Here a target counts 1/|y|.",
    ),
    takes_the_mean=(
        "y = y_true.sort().values → return y_true.mean()",
        "This is the mean: the best constant for the *squared* error.",
    ),
    takes_the_weighted_mean=(
        "y = y_true.sort().values → return y_true.sign().sum() / (1 / y_true.abs()).sum()",
        "The mean weighted by 1/|y|. An absolute error is minimised by a median.",
    ),
    weighs_by_size=(
        "1 / y.abs() → y.abs()",
        "The weights are upside down: large targets speak loudest. MAPE divides by |y|.",
    ),
    weighs_by_signed_targets=(
        "1 / y.abs() → 1 / y",
        "The weights lack the absolute value: negative targets count less than nothing.",
    ),
    squares_the_weights=(
        "1 / y.abs() → 1 / y**2",
        "The weights are those of a squared relative error. MAPE divides by |y| once.",
    ),
    sorts_by_size=(
        "y_true.sort().values → y_true[y_true.abs().argsort()]",
        "Sorts by size, not by value: −3 lies below 1.5, though |−3| is larger.",
    ),
    does_not_sort=(
        "y_true.sort().values → y_true",
        "Adds the weights up in the order given. Sort the targets first, weights with them.",
    ),
    leaves_the_weights_behind=(
        "1 / y.abs() → 1 / y_true.abs()",
        "The targets are sorted, their weights are not: each moves with its target.",
    ),
    half_of_1=(
        "reached[-1] / 2 → 0.5",
        "Looks for ½, but the weights do not add up to 1: it is half of their total.",
    ),
    one_too_early=(
        "(reached >= reached[-1] / 2).int().argmax() → "
        "((reached < reached[-1] / 2).sum() - 1).clamp(min=0)",
        "One target too early: the last one before half of the weight is reached.",
    ),
    takes_the_target_nearest_to_zero=(
        "y = y_true.sort().values → return y_true[y_true.abs().argmin()]",
        "Right for (1, 2, 10), but several larger targets can outvote the nearest to 0.",
    ),
    takes_the_smallest_target=(
        "y = y_true.sort().values → return y_true.min()",
        "Right for (1, 2, 10), but several larger targets can outvote the smallest.",
    ),
    waits_for_more_than_half=(
        "reached >= → reached >",
        "At exactly half you go on to the next target: the upper end, not the lower.",
    ),
)


@best_constant_for_mape.mistake
def takes_the_midpoint(y_true):
    """With exactly half of the weight reached, you take the middle of the interval, as a median of
    an even number of values does. Each point of it is best; the lower end is asked for."""
    y = y_true.sort().values
    reached = (1 / y.abs()).cumsum(0)
    ends = [(reached >= reached[-1] / 2), (reached > reached[-1] / 2)]
    return sum(y[found.int().argmax()] for found in ends) / 2


@best_constant_for_mape.mistake
def interpolates(y_true):
    """Interpolates between two targets. The loss has its kinks, and so its minimum, at a target."""
    y = y_true.sort().values
    reached = (1 / y.abs()).cumsum(0)
    return torch.tensor(np.interp(reached[-1] / 2, reached, y), dtype=y.dtype)


# 4 · full_gradient


# 5 · transformed_gaussian_nll
