"""The exercises of 03_loss_scaling_and_mape, in the order of the page."""

import torch

from helpers.loss_scaling_and_mape import formulas
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "original_unit_report",
    "mape_gradient",
    "best_constant_for_mape",
    "full_gradient",
    "transformed_gaussian_nll",
]

FLOAT = torch.float64


def numbers(*values, dtype=FLOAT, requires_grad=False):
    """A new tensor of these values."""
    return torch.tensor(values, dtype=dtype, requires_grad=requires_grad)


def drawn(*shape, seed=0, dtype=FLOAT):
    """Standard normal numbers, the same at every call."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=FLOAT).to(dtype)


# 1 · original_unit_report

TRUTHS = (2.0, 5.0, 9.0, 7.0, 10.0, -5.0, -2.0, 2.0)
SCORES = (-0.1, 0.1, 0.7, 1.1, 0.9, -1.3, -1.1, -0.5)


@exercise(
    cases={
        "values": {
            "the page's targets": lambda: (numbers(*TRUTHS), numbers(*SCORES), 3.5, 4.92443),
            "three houses": lambda: (
                numbers(210e3, 320e3, 455e3),
                numbers(-1.0, 0.5, 1.0),
                300e3,
                9e4,
            ),
            "one prediction for all": lambda: (numbers(1, 4, 2.5), numbers(0.3, 0.3, 0.3), 2, 1.5),
        },
        "shapes": {
            "50 pairs": lambda: (5 * drawn(50, seed=1) + 8, drawn(50, seed=2), 7.0, 4.0),
            "float32": lambda: (
                (3 * drawn(9, seed=3) + 1).float(),
                drawn(9, seed=4).float(),
                0.5,
                2.5,
            ),
        },
        "edges": {
            "no error at all": lambda: (numbers(1, 3, 7), numbers(-1, 0, 2), 3.0, 2.0),
            "mean 0": lambda: (numbers(-4, 1, 5), numbers(-1, 0.5, 1), 0.0, 3.0),
        },
    },
    hints=[
        "Bring the predictions to the unit of the targets first; then nothing else needs to know "
        "about mean and std.",
        "`prediction = mean + std * z_pred`. The RMSE is the root of the mean squared error; R² is "
        "1 − Σ(y − p)²/Σ(y − ȳ)², with the *targets'* mean ȳ.",
    ],
)
def original_unit_report(y_true, z_pred, mean, std):
    """The pair (RMSE in the unit of y_true, R²), two tensors of shape ().

    y_true: targets (n,) in their own unit; z_pred: predictions (n,) of a model that was trained on
    (y − mean)/std; mean, std: the two numbers, taken from the training part.
    Raises TypeError for integer tensors; ValueError for empty tensors, NaN, different lengths, or
    targets that are all equal, for which there is no R².
    """
    formulas.check_pair(y_true, z_pred, ("y_true", "z_pred"))
    if (y_true == y_true[0]).all():
        raise ValueError("The targets are all equal; R² compares errors with how they differ.")
    error = y_true - (mean + std * z_pred)
    spread = y_true - y_true.mean()
    return error.square().mean().sqrt(), 1 - error.square().sum() / spread.square().sum()


def _report(y, p):
    return formulas.rmse(y, p), formulas.r_squared(y, p)


@original_unit_report.mistake(
    "The RMSE is that of the standardised values: a number without a unit, and never to be compared "
    "with one that has it. Bring the predictions back first (R² does not mind)."
)
def rmse_of_standardised_values(y_true, z_pred, mean, std):
    return _report((y_true - mean) / std, z_pred)


@original_unit_report.mistake(
    "Compares standardised predictions with targets in their unit. First `mean + std * z_pred`."
)
def mixes_the_units(y_true, z_pred, mean, std):
    return _report(y_true, z_pred)


@original_unit_report.mistake(
    "Adds the mean and forgets std. What was divided by std must be multiplied by it again."
)
def adds_the_mean_only(y_true, z_pred, mean, std):
    return _report(y_true, z_pred + mean)


@original_unit_report.mistake(
    "Multiplies by std and forgets the mean. What was subtracted must be added again."
)
def multiplies_by_std_only(y_true, z_pred, mean, std):
    return _report(y_true, z_pred * std)


@original_unit_report.mistake(
    "Undoes the two steps in the wrong order: `(z + mean) * std`. The last step was the division, so "
    "it is undone first: `z * std + mean`."
)
def undoes_in_the_wrong_order(y_true, z_pred, mean, std):
    return _report(y_true, (z_pred + mean) * std)


@original_unit_report.mistake(
    "Treats the error like a target: `rmse * std + mean`. An error is a difference; the mean has "
    "cancelled, and only std comes back."
)
def adds_the_mean_to_an_error(y_true, z_pred, mean, std):
    error, r2 = _report((y_true - mean) / std, z_pred)
    return error * std + mean, r2


@original_unit_report.mistake(
    "Uses mean and std of the targets at hand, not those that the model was trained with. They are "
    "arguments because they come from the training part."
)
def takes_mean_and_std_from_y_true(y_true, z_pred, mean, std):
    return _report(y_true, y_true.mean() + y_true.std(correction=0) * z_pred)


@original_unit_report.mistake(
    "The first number is the mean squared error, in the unit squared. The root is missing."
)
def forgets_the_root(y_true, z_pred, mean, std):
    error, r2 = _report(y_true, mean + std * z_pred)
    return error**2, r2


@original_unit_report.mistake(
    "The first number is the mean absolute error: the root of each square is taken before the mean."
)
def reports_the_mae(y_true, z_pred, mean, std):
    p = mean + std * z_pred
    return formulas.mae(y_true, p), formulas.r_squared(y_true, p)


@original_unit_report.mistake(
    "R² has the spread of the predictions below the line. It asks how much of the *targets'* spread "
    "is explained; for constant predictions yours divides by 0."
)
def divides_by_the_spread_of_predictions(y_true, z_pred, mean, std):
    p = mean + std * z_pred
    return formulas.rmse(y_true, p), 1 - (y_true - p).square().sum() / (p - p.mean()).square().sum()


@original_unit_report.mistake(
    "The second number is the squared correlation. It is R² only for a least-squares fit on its own "
    "training data, and forgives any wrong unit: use 1 − Σ(y − p)²/Σ(y − ȳ)²."
)
def squares_the_correlation(y_true, z_pred, mean, std):
    p = mean + std * z_pred
    a, b = y_true - y_true.mean(), p - p.mean()
    return formulas.rmse(y_true, p), (a @ b) ** 2 / ((a @ a) * (b @ b))


@original_unit_report.mistake("R² lacks the 1 −: this is the share that is *not* explained.")
def reports_the_unexplained_share(y_true, z_pred, mean, std):
    error, r2 = _report(y_true, mean + std * z_pred)
    return error, 1 - r2


@original_unit_report.mistake(
    "R² mixes sums and means: Σ(y − p)² over a variance that was divided by n or n − 1. Take sums in "
    "both places, or means in both."
)
def divides_a_sum_by_a_variance(y_true, z_pred, mean, std):
    error = y_true - (mean + std * z_pred)
    return error.square().mean().sqrt(), 1 - error.square().sum() / y_true.var(correction=0)


@original_unit_report.mistake(
    "`y_true.var()` divides by n − 1, the mean squared error by n. Take sums in both places."
)
def divides_by_n_minus_1(y_true, z_pred, mean, std):
    error = y_true - (mean + std * z_pred)
    return error.square().mean().sqrt(), 1 - error.square().mean() / y_true.var()


@original_unit_report.mistake("The right two numbers in the wrong order: (RMSE, R²).")
def returns_them_the_other_way_round(y_true, z_pred, mean, std):
    return _report(y_true, mean + std * z_pred)[::-1]


# 2 · mape_gradient


@exercise(
    cases={
        "values": {
            "three targets, one guess": lambda: (numbers(1, 2, 10), numbers(3, 3, 3)),
            "both signs": lambda: (numbers(2, -5, 0.5, -4), numbers(1, -7, 0.8, 3)),
        },
        "shapes": {
            "40 pairs": lambda: (drawn(40, seed=5) * 3 + 0.2, drawn(40, seed=6)),
            "float32": lambda: (
                numbers(0.3, -2, 7, dtype=torch.float32),
                numbers(0.7, 1, 2, dtype=torch.float32),
            ),
            "one pair": lambda: (numbers(0.25), numbers(1)),
        },
        "edges": {
            "a prediction that is exact": lambda: (numbers(2, -3, 4), numbers(2, -1, 5)),
            "a prediction of 0": lambda: (numbers(2, -3, 4, 5), numbers(0, 0, 5, 1)),
        },
    },
    hints=[
        "|y − p| has slope +1 or −1 in p, by which side p lies on. What is it multiplied by before "
        "the mean?",
        "`(y_pred - y_true).sign() / y_true.abs() / n`. The sign is 0 where they are equal: a kink, "
        "at which 0 is torch's choice, and ours.",
    ],
)
def mape_gradient(y_true, y_pred):
    """The gradient of the mean of |y − p|/|y| with respect to the predictions: a tensor (n,).

    y_true: targets (n,), none of them 0; y_pred: predictions (n,). 0 where they are equal.
    Raises TypeError for integer tensors; ValueError for empty tensors, NaN, different lengths, or a
    target of 0.
    """
    formulas.check_pair(y_true, y_pred)
    formulas.check_no_zero(y_true)
    return (y_pred - y_true).sign() / y_true.abs() / len(y_true)


@mape_gradient.mistake(
    "The sign is turned round: a prediction above its target costs more when it rises, so its slope "
    "is positive. Descent subtracts the gradient; don't do it here."
)
def points_downhill(y_true, y_pred):
    return (y_true - y_pred).sign() / y_true.abs() / len(y_true)


@mape_gradient.mistake("Forgets that it is a mean: every slope is divided by n.")
def forgets_the_mean(y_true, y_pred):
    return (y_pred - y_true).sign() / y_true.abs()


@mape_gradient.mistake(
    "This is the gradient of the mean absolute error. Each error is divided by |y|, and so is its "
    "slope."
)
def is_that_of_the_mae(y_true, y_pred):
    return (y_pred - y_true).sign() / len(y_true)


@mape_gradient.mistake(
    "Divides by y in place of |y|: for negative targets the slope then points the wrong way."
)
def divides_by_signed_targets(y_true, y_pred):
    return (y_pred - y_true).sign() / y_true / len(y_true)


@mape_gradient.mistake("Divides by the predictions. The percentages are those of the targets, |y|.")
def divides_by_predictions(y_true, y_pred):
    return (y_pred - y_true).sign() / y_pred.abs() / len(y_true)


@mape_gradient.mistake(
    "Keeps the size of the error, as a squared loss would. |y − p| has slope ±1, however far p lies."
)
def keeps_the_size(y_true, y_pred):
    return (y_pred - y_true) / y_true.abs() / len(y_true)


@mape_gradient.mistake(
    "This is the gradient of the squared relative errors. |y − p|/|y| is not squared: its slope is "
    "±1/|y|."
)
def squares_the_percentages(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true**2 / len(y_true)


@mape_gradient.mistake("In per cent: 100 times too large. Here 0.1 stands for ten per cent.")
def counts_in_per_cent(y_true, y_pred):
    return 100 * (y_pred - y_true).sign() / y_true.abs() / len(y_true)


@mape_gradient.mistake(
    "0 divided by 0 where prediction and target are equal: NaN. `sign()` gives 0 there."
)
def divides_error_by_its_size(y_true, y_pred):
    error = y_pred - y_true
    return error / error.abs() / y_true.abs() / len(y_true)


@mape_gradient.mistake(
    "An exact prediction gets a slope, as if it were too high or too low. 0 is asked for there: "
    "`sign()` has three values."
)
def two_signs_only(y_true, y_pred):
    return torch.where(y_pred >= y_true, 1.0, -1.0).to(y_true.dtype) / y_true.abs() / len(y_true)


@mape_gradient.mistake(
    "An exact prediction gets a slope, as if it were too low. 0 is asked for there: `sign()` has "
    "three values."
)
def two_signs_the_other_way(y_true, y_pred):
    return torch.where(y_pred > y_true, 1.0, -1.0).to(y_true.dtype) / y_true.abs() / len(y_true)


@mape_gradient.mistake(
    "Adds the slopes up. The predictions are n numbers, and each has a slope of its own."
)
def adds_them_up(y_true, y_pred):
    return ((y_pred - y_true).sign() / y_true.abs() / len(y_true)).sum()


# 3 · best_constant_for_mape


@exercise(
    cases={
        "values": {
            "the page's targets": lambda: (numbers(1, 2, 10),),
            "not in order": lambda: (numbers(9, 4, 7, 3, 12, 5),),
            "the smallest is outvoted": lambda: (numbers(6, 4, 5, 7, 5.5),),
            "both signs": lambda: (numbers(-3, 1.5, 4, -2.5, 2),),
        },
        "shapes": {
            "41 targets": lambda: (drawn(41, seed=7).exp(),),
            "float32": lambda: (numbers(0.7, 3, 2.2, 8, dtype=torch.float32),),
            "one target": lambda: (numbers(-4),),
        },
        "edges": {
            "exactly half of the weight": lambda: (numbers(2, 1, 2),),
            "all negative": lambda: (numbers(-1, -2, -10),),
            "many times the same": lambda: (numbers(5, 5, 5, 40, 40, 60),),
        },
    },
    hints=[
        "Raise the guess a little: what do the targets below it cost more, what do those above it "
        "cost less? Each speaks with the weight 1/|y|.",
        "Sort the targets; add up their weights 1/|y| in that order. The answer is the first target "
        "at which the sum reaches half of the total.",
    ],
)
def best_constant_for_mape(y_true):
    """The constant c that minimises the mean of |y − c|/|y|: a tensor of shape ().

    y_true: targets (n,) of any sign, in any order, none of them 0. Where a whole interval is best,
    its lower end. Raises TypeError for integer tensors; ValueError for empty tensors, NaN, more
    than one dimension, or a target of 0.
    """
    formulas.check_pair(y_true, y_true, ("y_true", "the constant"))
    formulas.check_no_zero(y_true)
    y = y_true.sort().values
    reached = (1 / y.abs()).cumsum(0)
    return y[(reached >= reached[-1] / 2).int().argmax()]


@best_constant_for_mape.mistake(
    "This is the median: the best constant for the mean *absolute* error. Here a target counts 1/|y|."
)
def takes_the_median(y_true):
    return y_true.median()


@best_constant_for_mape.mistake("This is the mean: the best constant for the *squared* error.")
def takes_the_mean(y_true):
    return y_true.mean()


@best_constant_for_mape.mistake(
    "This is the weighted *mean*, with weights 1/|y| (for positive targets: the harmonic mean). An "
    "absolute error is minimised by a median."
)
def takes_the_weighted_mean(y_true):
    return (y_true / y_true.abs()).sum() / (1 / y_true.abs()).sum()


@best_constant_for_mape.mistake(
    "The weights are upside down: with |y| large targets speak loudest. MAPE divides by |y|."
)
def weighs_by_size(y_true):
    return formulas.weighted_median(y_true, y_true.abs())


@best_constant_for_mape.mistake(
    "The weights 1/y lack the absolute value: negative targets would count less than nothing."
)
def weighs_by_signed_targets(y_true):
    y = y_true.sort().values
    reached = (1 / y).cumsum(0)
    return y[(reached >= reached[-1] / 2).int().argmax()]


@best_constant_for_mape.mistake(
    "Sorts by size, not by value: −3 lies below 1.5, though |−3| is larger."
)
def sorts_by_size(y_true):
    y = y_true[y_true.abs().argsort()]
    reached = (1 / y.abs()).cumsum(0)
    return y[(reached >= reached[-1] / 2).int().argmax()]


@best_constant_for_mape.mistake(
    "Adds up the weights in the order given. Below and above mean something only once the targets "
    "are sorted, and their weights with them."
)
def does_not_sort(y_true):
    reached = (1 / y_true.abs()).cumsum(0)
    return y_true[(reached >= reached[-1] / 2).int().argmax()]


@best_constant_for_mape.mistake(
    "Sorts the targets, but leaves their weights in the old order: each must move with its target."
)
def leaves_the_weights_behind(y_true):
    reached = (1 / y_true.abs()).cumsum(0)
    return y_true.sort().values[(reached >= reached[-1] / 2).int().argmax()]


@best_constant_for_mape.mistake(
    "The target of the smallest size is the best guess for (1, 2, 10), but not always: several "
    "larger ones can outvote it."
)
def takes_the_target_nearest_to_zero(y_true):
    return y_true[y_true.abs().argmin()]


@best_constant_for_mape.mistake(
    "The smallest target is the best guess for (1, 2, 10), but not always: several larger ones can "
    "outvote it."
)
def takes_the_smallest_target(y_true):
    return y_true.min()


@best_constant_for_mape.mistake(
    "With exactly half of the weight reached, you go on to the next target. Both ends of the "
    "interval are best; the lower one is asked for: `>=`, not `>`."
)
def waits_for_more_than_half(y_true):
    y = y_true.sort().values
    reached = (1 / y.abs()).cumsum(0)
    return y[(reached > reached[-1] / 2).int().argmax()]


@best_constant_for_mape.mistake(
    "The weights are squared: those of a squared relative error. MAPE divides by |y| once."
)
def squares_the_weights(y_true):
    return formulas.weighted_median(y_true, 1 / y_true**2)


# 4 · full_gradient


@exercise(
    cases={
        "values": {
            "batches of 3, 3 and 1": lambda: (
                [numbers(-10.0, -4.2), numbers(-41.2, -8.0), numbers(-56.0, -6.5)],
                [3, 3, 1],
            ),
            "batches of 8 and 5": lambda: ([numbers(1, -2, 0.5), numbers(4, 3, -1)], [8, 5]),
        },
        "shapes": {
            "four batches of a matrix": lambda: (
                list(drawn(4, 2, 3, seed=8)),
                [10, 10, 10, 7],
            ),
            "a single number": lambda: ([numbers(2.0)[0], numbers(-3.0)[0]], [2, 1]),
            "float32": lambda: (list(drawn(3, 4, seed=9).float()), [6, 6, 1]),
        },
        "edges": {
            "one batch": lambda: ([numbers(3, -1)], [5]),
            "equal batches": lambda: (list(drawn(3, 2, seed=10)), [4, 4, 4]),
        },
    },
    hints=[
        "A gradient of a mean, times the size of its batch, is the gradient of the *sum* over that "
        "batch. Sums may be added.",
        "`sum(size * gradient for …) / sum(batch_sizes)`.",
    ],
)
def full_gradient(batch_gradients, batch_sizes):
    """The gradient of the mean loss over all samples: a tensor of the gradients' shape.

    batch_gradients: list of tensors of one shape, each the gradient of the mean loss over its
    batch, all taken at the same parameters; batch_sizes: list of ints, how many samples each has.
    Raises TypeError for integer tensors; ValueError for no batch, NaN, different lengths or shapes,
    or a size below 1.
    """
    if not batch_gradients or len(batch_gradients) != len(batch_sizes):
        raise ValueError(
            "Each batch needs a gradient and a size; "
            f"got {len(batch_gradients)} gradients and {len(batch_sizes)} sizes."
        )
    for gradient in batch_gradients:
        formulas.check_numbers(batch_gradients=gradient)
        if gradient.shape != batch_gradients[0].shape:
            raise ValueError("The gradients must have one shape, that of the parameter.")
    if min(batch_sizes) < 1:
        raise ValueError("Every batch size must be at least 1.")
    total = sum(n * gradient for n, gradient in zip(batch_sizes, batch_gradients, strict=True))
    return total / sum(batch_sizes)


@full_gradient.mistake(
    "Averages the averages: the one sample of a small last batch counts as much as a whole batch. "
    "Weigh each gradient by its batch's size."
)
def averages_the_averages(batch_gradients, batch_sizes):
    return sum(batch_gradients) / len(batch_gradients)


@full_gradient.mistake(
    "Adds the batches' means up, as `backward` does when it is called once a batch. Weigh each by "
    "its size, and divide by the number of samples."
)
def adds_the_means(batch_gradients, batch_sizes):
    return sum(batch_gradients) + 0


@full_gradient.mistake("This is the gradient of the sum over all samples. Divide by their number.")
def stops_at_the_sum(batch_gradients, batch_sizes):
    return sum(n * g for n, g in zip(batch_sizes, batch_gradients, strict=True))


@full_gradient.mistake(
    "The weights are right, but the sum is divided by the number of batches: it is `sum(batch_sizes)` "
    "samples that the mean is over."
)
def divides_by_the_number_of_batches(batch_gradients, batch_sizes):
    total = sum(n * g for n, g in zip(batch_sizes, batch_gradients, strict=True))
    return total / len(batch_sizes)


@full_gradient.mistake(
    "The weights are upside down: dividing by the size makes the smallest batch the loudest. The "
    "gradients are means already; multiply them by their sizes."
)
def divides_each_by_its_size(batch_gradients, batch_sizes):
    return sum(g / n for n, g in zip(batch_sizes, batch_gradients, strict=True))


@full_gradient.mistake(
    "Divides by the number of samples, but forgets to multiply each mean by its batch's size first."
)
def divides_means_by_all_samples(batch_gradients, batch_sizes):
    return sum(batch_gradients) / sum(batch_sizes)


@full_gradient.mistake("Only the last batch is left, as after `zero_grad` inside the loop.")
def keeps_the_last(batch_gradients, batch_sizes):
    return batch_gradients[-1].clone()


@full_gradient.mistake(
    "Takes every batch to be as large as the first. The last one often is not: use `batch_sizes`."
)
def takes_the_first_size_for_all(batch_gradients, batch_sizes):
    return sum(batch_gradients) * batch_sizes[0] / sum(batch_sizes)


@full_gradient.mistake(
    "Leaves an incomplete last batch out, as `drop_last=True` does: its samples belong to the mean."
)
def drops_the_last_if_smaller(batch_gradients, batch_sizes):
    keep = [n == batch_sizes[0] for n in batch_sizes]
    kept = [g for g, k in zip(batch_gradients, keep, strict=True) if k]
    return sum(kept) / len(kept)


# 5 · transformed_gaussian_nll


def matrix(*rows, dtype=FLOAT):
    """A new square matrix of these rows."""
    return torch.tensor(rows, dtype=dtype)


@exercise(
    cases={
        "values": {
            "a stretch by 2 in two dimensions": lambda: (
                numbers(1.5, 0.2, 3),
                matrix((2, 0), (0, 2)),
            ),
            "a full matrix": lambda: (numbers(0.7, 2.5), matrix((2, 1), (-0.5, 3))),
            "it shrinks": lambda: (numbers(0.7, 2.5, -1), matrix((0.5, 0.1), (0.3, 0.4))),
        },
        "shapes": {
            "three dimensions, float32": lambda: (
                drawn(4, seed=11).float(),
                matrix((1, 2, 0), (0, 3, 1), (1, 0, 1), dtype=torch.float32),
            ),
            "one dimension": lambda: (numbers(0.3, 1.1), matrix((2.54,))),
        },
        "gradient": {
            "through the NLL": lambda: (
                numbers(0.4, 1.3, requires_grad=True),
                matrix((1, 1), (0, 3)),
            )
        },
        "edges": {
            "a rotation by 30°": lambda: (
                numbers(1, 2),
                matrix((0.75**0.5, -0.5), (0.5, 0.75**0.5)),
            ),
            "a mirror that stretches": lambda: (numbers(1, 2), matrix((3, 0), (0, -2))),
            "a shear": lambda: (numbers(1, 2), matrix((1, 0.7), (0, 1))),
        },
    },
    hints=[
        "A density has a unit: probability per area. When A makes areas |det A| times as large, what "
        "becomes of the density, and of minus its logarithm?",
        "`nll + torch.linalg.slogdet(A).logabsdet`. The quadratic form is the same in both systems.",
    ],
)
def transformed_gaussian_nll(nll, A):
    """The NLL per point after y ↦ A·y, mean and covariance carried along: a tensor (n,).

    nll: negative log-likelihoods (n,) in the old system, of d-dimensional points under normals N(μ,
    Σ); A: matrix (d, d), invertible. In the new system the normals are N(A·μ, A·Σ·Aᵀ).
    Raises TypeError for integer tensors; ValueError for empty tensors, NaN, an nll that is no
    vector, or an A that is no invertible square matrix.
    """
    formulas.check_numbers(nll=nll, A=A)
    if nll.ndim != 1:
        raise ValueError(f"nll must be a vector, one number a point; got {tuple(nll.shape)}.")
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A must be a square matrix; got the shape {tuple(A.shape)}.")
    logabsdet = torch.linalg.slogdet(A).logabsdet
    if logabsdet.isinf():
        raise ValueError("A is singular: it flattens areas to nothing, and densities to infinity.")
    return nll + logabsdet


@transformed_gaussian_nll.mistake(
    "Leaves the NLL as it is. That is right for rotations, shears and mirrors, which keep areas; in "
    "general the density is divided by |det A|."
)
def leaves_it(nll, A):
    return nll.clone()


@transformed_gaussian_nll.mistake(
    "Subtracts. A that makes areas larger thins the density out: the NLL *rises* by log|det A|."
)
def subtracts(nll, A):
    return nll - torch.linalg.slogdet(A).logabsdet


@transformed_gaussian_nll.mistake(
    "The determinant may be negative, as a mirror's: log of it is NaN. Areas grow by |det A|."
)
def forgets_the_absolute_value(nll, A):
    return nll + torch.logdet(A)


@transformed_gaussian_nll.mistake(
    "Half of it: in ½·log det(A·Σ·Aᵀ) the matrix stands twice, so that the ½ is used up."
)
def adds_half(nll, A):
    return nll + torch.linalg.slogdet(A).logabsdet / 2


@transformed_gaussian_nll.mistake(
    "Twice too much: A stands twice in log det(A·Σ·Aᵀ), but the NLL has only half of that."
)
def adds_twice(nll, A):
    return nll + 2 * torch.linalg.slogdet(A).logabsdet


@transformed_gaussian_nll.mistake(
    "Adds |det A| itself. The density is divided by it; the NLL gets its *logarithm*."
)
def adds_the_determinant(nll, A):
    return nll + torch.linalg.det(A).abs()


@transformed_gaussian_nll.mistake(
    "Multiplies by |det A|. A density is divided by it, and minus its logarithm is *added* to."
)
def multiplies_by_the_determinant(nll, A):
    return nll * torch.linalg.det(A).abs()


@transformed_gaussian_nll.mistake(
    "Takes the product of the diagonal for the determinant. So it is for triangular matrices only."
)
def looks_at_the_diagonal(nll, A):
    return nll + A.diagonal().abs().log().sum()


@transformed_gaussian_nll.mistake(
    "Spreads log|det A| over the points. Every point's density is divided by |det A|."
)
def spreads_it_over_the_points(nll, A):
    return nll + torch.linalg.slogdet(A).logabsdet / len(nll)


@transformed_gaussian_nll.mistake(
    "Divides log|det A| by the number of dimensions. The determinant has counted them already."
)
def divides_by_the_dimensions(nll, A):
    return nll + torch.linalg.slogdet(A).logabsdet / len(A)


@transformed_gaussian_nll.mistake("Returns the mean. One number a point is asked for.")
def takes_the_mean_over_points(nll, A):
    return (nll + torch.linalg.slogdet(A).logabsdet).mean()
