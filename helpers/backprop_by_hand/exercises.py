"""The exercises of 09_backprop_by_hand, in the order of the page. They are written in numpy."""

import numpy as np

from helpers.teaching.cases import array, normal_array
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022
    "deltas",
    "linear_backward",
    "binary_cross_entropy",
    "sgd_epoch",
    "redundant_biases",
]


@exercise(
    cases={
        "values": {
            "squared error": lambda: (0.8, 0.5, -1.0, 1.0, "squared error"),
            "cross-entropy": lambda: (0.8, 0.5, -1.0, 1.0, "cross-entropy"),
            "squared error, target 0": lambda: (2.0, 0.5, -1.5, 0.0, "squared error"),
            "cross-entropy, target 0.3": lambda: (-1.2, 0.7, 2.0, 0.3, "cross-entropy"),
        },
        "edges": {
            "w2 is 0": lambda: (0.8, 0.5, 0.0, 1.0, "squared error"),
            "the output is the target": lambda: (0.8, 0.5, 0.0, 0.5, "cross-entropy"),
        },
    },
    hints=[
        "Write the loss as a function of a₂, a₂ as a function of z₂, and multiply the derivatives.",
        "The slope of a sigmoid is a·(1 − a). The derivative of (a₂ − y)² by a₂ is 2·(a₂ − y). For "
        "the cross-entropy, the slope of the sigmoid cancels.",
        "δ₁ = δ₂·w₂·a₁·(1 − a₁), for both losses.",
    ],
    level=2,
    minutes=8,
)
def deltas(x, w1, w2, y, loss):
    """The deltas of both units, dL/dz1 and dL/dz2.

    All but loss are floats; z1 = w1·x, a1 = σ(z1), z2 = w2·a1, a2 = σ(z2).
    loss: "cross-entropy", or "squared error", which is (a2 − y)², without ½.
    Returns the pair (delta1, delta2) of floats.
    Example: deltas(0, 1, 0, 1, "squared error") → (0, −0.25).
    """
    a1 = 1 / (1 + np.exp(-w1 * x))
    a2 = 1 / (1 + np.exp(-w2 * a1))
    delta2 = a2 - y
    if loss == "squared error":
        delta2 = 2 * delta2 * a2 * (1 - a2)
    return delta2 * w2 * a1 * (1 - a1), delta2


deltas.slips("""
    no_slope_of_the_output: 2 * delta2 * a2 * (1 - a2) → 2 * delta2
    # For the squared error, the slope a₂·(1 − a₂) of the output's sigmoid is missing. It cancels
    # for the cross-entropy only.
    always_the_error: 2 * delta2 * a2 * (1 - a2) → delta2
    # a₂ − y is the delta of the cross-entropy. The squared error has another one: its derivative
    # by a₂, times the slope of the sigmoid.
    half_squared: 2 * delta2 * a2 → delta2 * a2
    # That is the delta of *half* the squared error. Without the ½ the 2 stays.
    slope_for_both: delta2 = a2 - y
        → delta2 = (a2 - y) * (a2 * (1 - a2) if loss != 'squared error' else 1)
    # For the cross-entropy, the derivative by a₂ is (a₂ − y)/(a₂·(1 − a₂)). The slope of the
    # sigmoid cancels the denominator.
    always_squared: if loss == "squared error": → if True:
    # The cross-entropy gets the delta of the squared error. Look at `loss`: they have different
    # deltas.
    by_the_outputs: delta2 = a2 - y → delta2 = (a2 - y) / (a2 * (1 - a2))
    # That is the derivative by a₂. A delta is the derivative by z₂: times a₂·(1 − a₂).
    sign_of_the_delta: a2 - y → y - a2
    # The sign: a delta is the derivative, and descent subtracts it.
    slope_at_the_input: a1 * (1 - a1), → w1 * x * (1 - w1 * x),
    # a·(1 − a) takes the *output* of the sigmoid, a₁. You put z₁ in.
    slope_of_sigma_at_an_output: a1 * (1 - a1), → np.exp(-a1) / (1 + np.exp(-a1)) ** 2,;
        a2 * (1 - a2) → np.exp(-a2) / (1 + np.exp(-a2)) ** 2
    # A sigmoid was taken once more: σ′(z) = a·(1 − a), and you put the output a in for z.
    weight_forgotten: delta2 * w2 → delta2
    # Between z₁ and z₂ stands w₂: a delta is passed back *times* it.
    cross_entropy_by_the_output: delta2 = a2 - y
        → delta2 = (a2 - y) / (1 if loss == 'squared error' else a2 * (1 - a2))
    # For the cross-entropy, this is the derivative by a₂. A delta is the derivative by z₂: times
    # a₂·(1 − a₂).
    zeros_cost_nothing: delta2 = a2 - y
        → delta2 = a2 - y if loss == 'squared error' else -y * (1 - a2)
    # The cross-entropy has a second term, −(1 − y)·ln(1 − a₂). Its derivative is missing.
    other_weight: delta2 * w2 → delta2 * w1
    # Between z₁ and z₂ stands w₂: z₂ = w₂·a₁. The weight w₁ lies in front of z₁.
    hidden_slope_missing: delta2 * w2 * a1 * (1 - a1) → delta2 * w2
    # This is the derivative by a₁. From a₁ to z₁ the slope a₁·(1 − a₁) is missing.
    slope_of_the_other_unit: w2 * a1 * (1 - a1) → w2 * a2 * (1 - a2)
    # The hidden delta needs the slope of the *hidden* unit, a₁·(1 − a₁).
    error_in_place_of_delta: return delta2 * w2 → return (a2 - y) * w2
    # What is passed back is the delta of the output, with its slope, and not the error a₂ − y.
    gradients_of_the_weights: (1 - a1), delta2 → (1 - a1) * x, delta2 * a1
    # Those are the gradients of w₁ and w₂: a delta times the weight's input. The deltas are asked
    # for.
    other_order: return delta2 * w2 * a1 * (1 - a1), delta2
        → return delta2, delta2 * w2 * a1 * (1 - a1)
    # The hidden unit comes first: (delta1, delta2).
    gradient_of_the_first_weight: (1 - a1), delta2 → (1 - a1) * x, delta2
    # The first number is the gradient of w₁: the delta times its input. The delta itself is asked
    # for.
    hidden_output_not_squashed: np.exp(-w2 * a1) → np.exp(-w2 * w1 * x)
    # w₂ multiplies the hidden unit's output: z₂ = w₂·a₁, and a₁ is σ(z₁). You put z₁ in.
    square_kept: 2 * delta2 * a2 → 2 * delta2**2 * a2
    # The derivative of (a₂ − y)² by a₂ is 2·(a₂ − y). The square is gone in it.
    slope_of_a_tanh: a1 * (1 - a1) → (1 - a1**2)
    # 1 − a² is the slope of a tanh. That of a sigmoid is another product of a₁.
""")


def layer(units, features, m, seed=0, dtype=np.float64):
    """dZ, A_prev and W of a layer; all sizes differ where the caller says so."""
    shapes = (units, m), (features, m), (units, features)
    return tuple(normal_array(*s, seed=seed + i).astype(dtype) for i, s in enumerate(shapes))


@exercise(
    cases={
        "values": {
            "2 units, 3 features, 5 examples": lambda: layer(2, 3, 5),
            "4 units, 2 features, 3 examples": lambda: layer(4, 2, 3, seed=5),
        },
        "shapes": {
            "one unit": lambda: layer(1, 2, 4, seed=9),
            "one feature, float32": lambda: layer(3, 1, 2, seed=12, dtype=np.float32),
        },
        "edges": {"one example": lambda: layer(2, 3, 1, seed=3)},
    },
    hints=[
        "Which of the three results is a sum over the examples, and which has a column for each one?",
        "Write the shapes beside the products: dW has the shape of W, (units, features).",
        "dW and db are means over the m columns. dA_prev is `W.T @ dZ`: it has one column an "
        "example, as dZ has, and no mean.",
    ],
    level=2,
    minutes=8,
)
def linear_backward(dZ, A_prev, W):
    """The backward pass of Z = W·A_prev + b, for a mean cost.

    dZ: float array (units, m), each column the derivative of *its own*
    example's loss, not of the mean; A_prev (features, m); W (units, features).
    Returns (dW, db, dA_prev), of dZ's type: the gradients of the mean cost by
    W, (units, features), and b, (units, 1); the derivative of each example's
    own loss by its column of A_prev, (features, m).
    Example: dZ [[1., 3.]], A_prev [[2., 1.]], W [[4.]] → [[2.5]], [[2.]],
    [[4., 12.]].
    """
    m = dZ.shape[1]
    dW = dZ @ A_prev.T / m
    db = dZ.sum(axis=1, keepdims=True) / m
    return dW, db, W.T @ dZ


linear_backward.slips("""
    m_is_the_features: dZ.shape[1] → A_prev.shape[0]
    # `A_prev.shape[0]` counts features. An example is a column here, so m is `shape[1]`.
    m_is_the_units: dZ.shape[1] → dZ.shape[0]
    # `dZ.shape[0]` counts units. An example is a column here, so m is `shape[1]`.
    no_mean: / m →
    # These are sums over the examples. The cost is a mean, and dZ does not hold its 1/m yet.
    mean_of_all_entries: dZ.shape[1] → dZ.size
    # `size` counts units as well. The mean runs over the examples alone.
    divided_everywhere: W.T @ dZ → W.T @ dZ / m
    # dA_prev must not be divided, nor dZ in front of it: the layer before divides its own dW and
    # db by m, so that m would come in twice.
    divided_twice: m = dZ.shape[1] → m = dZ.shape[1] ** 2
    # The 1/m comes in twice. Each column of dZ belongs to one example's own loss.
    divided_in_dZ_and_again: m = dZ.shape[1] → m, dZ = dZ.shape[1], dZ / dZ.shape[1]
    # The 1/m comes in twice: once in dZ, and once more in dW and db. And dA_prev must not get it.
    bias_not_averaged: keepdims=True) / m → keepdims=True)
    # db is a mean over the examples as well: the 1/m is missing there.
    weights_not_averaged: A_prev.T / m → A_prev.T
    # dW is a sum over the examples here: the 1/m is missing there.
    flat_bias: axis=1, keepdims=True → axis=1
    # db has lost its axis: (units,) in place of (units, 1). Subtracted from b, it would broadcast
    # to a square. `keepdims=True` keeps it.
    bias_over_the_units: axis=1, keepdims=True → axis=0, keepdims=True
    # axis=0 adds over the units. The bias of a unit gets the sum over the examples, axis=1.
    one_bias_for_all: axis=1, keepdims=True →
    # `sum()` adds over everything. Each unit has a bias of its own.
    one_mean_for_all: dZ.sum(axis=1, keepdims=True) / m → dZ.mean()
    # `mean()` runs over everything. Each unit has a bias of its own.
    transposed: dZ @ A_prev.T → A_prev @ dZ.T
    # This is dW transposed: W has a row for a unit.
    not_transposed: W.T @ dZ → W @ dZ
    # Back through the layer goes Wᵀ: (features, units) times (units, m).
    passed_back_as_rows: W.T @ dZ → dZ.T @ W
    # dA_prev is transposed: it has a column for an example, as A_prev has.
    slope_of_a_sigmoid: W.T @ dZ → (W.T @ dZ) * A_prev * (1 - A_prev)
    # The slope of a sigmoid came in. dA_prev is the derivative by A_prev, not by the
    # pre-activation in front of it.
    slope_of_a_relu: W.T @ dZ → (W.T @ dZ) * (A_prev > 0)
    # The slope of a ReLU came in. dA_prev is the derivative by A_prev, not by the pre-activation
    # in front of it.
    passes_dZ_on: W.T @ dZ → dZ
    # dA_prev is Wᵀ·dZ: each feature collects from all units.
    one_mean_for_all_units: dZ.sum(axis=1, keepdims=True) / m → np.full((len(dZ), 1), dZ.mean())
    # All biases get one and the same mean. Each unit has a bias of its own, so the mean runs over
    # its row alone.
    weights_divided_twice: A_prev.T / m → A_prev.T / m**2
    # dW is divided by m twice. The cost is a mean over the examples, and that is one 1/m.
""")


@exercise(
    cases={
        "values": {
            "three": lambda: (array([0.7, 0.4, 0.1]), array([1.0, 0.0, 1.0])),
            "five": lambda: (array([0.9, 0.2, 0.6, 0.3, 0.8]), array([0.0, 0.0, 1.0, 0.0, 1.0])),
            "a target between 0 and 1": lambda: (array([0.3, 0.8]), array([0.25, 1.0])),
        },
        "shapes": {
            "one example": lambda: (array([0.2]), array([1.0])),
        },
        "edges": {
            "all outputs are ½": lambda: (array([0.5, 0.5, 0.5]), array([1.0, 0.0, 0.0])),
        },
    },
    hints=[
        "Both terms have the same sign: a 1 costs −ln A, a 0 costs −ln(1 − A).",
        "The derivative of −ln A is −1/A, and that of −ln(1 − A) is +1/(1 − A).",
        "The cost is a mean over the m columns, so its derivative by *one* entry of A holds a 1/m.",
    ],
    level=2,
    minutes=8,
)
def binary_cross_entropy(A, Y):
    """The mean cross-entropy, and its derivative by the outputs.

    A, Y: float64 arrays (1, m); outputs 0 < A < 1, and targets 0 ≤ Y ≤ 1.
    Returns (cost, dA): a float, the mean over the m examples; and the
    derivative of this mean by each entry of A, (1, m).
    Example: A [[0.5, 0.5]], Y [[1., 0.]] → 0.6931 and [[−1., 1.]].
    """
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dA = ((1 - Y) / (1 - A) - Y / A) / m
    return cost, dA


binary_cross_entropy.slips("""
    sign_inside: np.log(A) + (1 - Y) → np.log(A) - (1 - Y)
    # The second term is subtracted. Both terms have one sign: at A = ½ the cost must be ln 2.
    sign_inside_both: np.log(A) + (1 - Y) → np.log(A) - (1 - Y); (1 - Y) / (1 - A) - Y / A
        → -(1 - Y) / (1 - A) - Y / A
    # The second term is subtracted, in the cost and in its derivative. Descent on it pushes every
    # output up, whatever the label. At A = ½ the cost must be ln 2.
    sign_of_the_derivative: (1 - Y) / (1 - A) - Y / A → Y / A - (1 - Y) / (1 - A)
    # The derivative has the wrong sign: a larger A makes a 1 cheaper, so there it is negative.
    same_sign_in_dA: (1 - Y) / (1 - A) - Y / A → -(1 - Y) / (1 - A) - Y / A
    # The inner derivative of 1 − A is −1: the term of the zeros is +(1 − Y)/(1 − A).
    dA_without_mean: - Y / A) / m → - Y / A)
    # The cost is a mean, so its derivative by one entry holds a 1/m.
    sum_of_examples: / m →
    # These are sums over the examples; the cost is their mean. (`shape[0]` is 1 here: examples are
    # columns.)
    cost_is_a_sum: np.log(1 - A)) / m → np.log(1 - A))
    # The cost is a sum over the examples; the mean is asked for.
    derivative_by_z: ((1 - Y) / (1 - A) - Y / A) / m → (A - Y) / m
    # A − Y is the derivative by z, in front of the sigmoid. By A it is that, divided by A·(1 − A).
    derivative_by_z_without_mean: ((1 - Y) / (1 - A) - Y / A) / m → A - Y
    # A − Y is the derivative of one example's loss by z, in front of the sigmoid. By A it is
    # divided by A·(1 − A), and the mean brings a 1/m.
    minus_missing: -np.sum → np.sum
    # The minus is missing: logarithms below 1 are negative.
    only_the_ones: + (1 - Y) * np.log(1 - A) →
    # Only the ones cost something here, and outputs of 1 everywhere would be free.
    dA_of_the_ones: (1 - Y) / (1 - A) - Y / A → -Y / A
    # The cost has two terms, and so has its derivative: that of the zeros is missing.
    labels_alone: Y * np.log(A) + (1 - Y) * np.log(1 - A)
        → np.where(Y == 1, np.log(A), np.log(1 - A)); (1 - Y) / (1 - A) - Y / A
        → np.where(Y == 1, -1 / A, 1 / (1 - A))
    # A target may lie between 0 and 1. Then both terms count; you take it for a 0.
    one_dA_for_all: ((1 - Y) / (1 - A) - Y / A) / m → np.mean((1 - Y) / (1 - A) - Y / A)
    # That is one number. The cost has a derivative by *each* entry of A.
    base_2: np.log( → np.log2(
    # That is in bits. The natural logarithm is `np.log`.
    base_10: np.log( → np.log10(
    # That is the logarithm of base 10. The natural one is `np.log`.
    epsilon_in_the_log: np.log(A) → np.log(A + EPS); np.log(1 - A) → np.log(1 - A + EPS)
    # An ε inside the logarithms changes the cost. Here 0 < A < 1, so none is needed.
    minus_missing_in_both: -np.sum → np.sum; (1 - Y) / (1 - A) - Y / A → Y / A - (1 - Y) / (1 - A)
    # The minus is missing, in the cost and in its derivative: logarithms below 1 are negative, and
    # a cost is not.
    outputs_taken_for_scores: m = Y.shape[1] → m, A = Y.shape[1], 1 / (1 + np.exp(-A));
        ((1 - Y) / (1 - A) - Y / A) / m → (A - Y) / m
    # A sigmoid is applied to A, as `with_logits` does. A holds outputs of a sigmoid already.
""")


@binary_cross_entropy.mistake
def one_by_one(A, Y):
    """The cost has the shape (1, 1), since a product of matrices made it. Sum up with `np.sum`."""
    cost = -(Y @ np.log(A).T + (1 - Y) @ np.log(1 - A).T) / Y.shape[1]
    return cost, ((1 - Y) / (1 - A) - Y / A) / Y.shape[1]


@exercise(
    cases={
        "values": {
            "two points": lambda: (array(1.0, 2.0), array(5.0, 6.0), 0.5, -1.0, 0.1),
            "y = 3x for x = 0 … 30": lambda: (
                np.arange(31.0),
                3 * np.arange(31.0),
                0.5,
                -0.5,
                5e-4,
            ),
            "not on a line": lambda: (array(-3, -1, 2), array(-6.8, -1, 11.3), 1.0, 0.0, 0.02),
        },
        "shapes": {"one point": lambda: (array(2.0), array(6.0), 0.0, 0.0, 0.1)},
        "edges": {
            "the right line already": lambda: (array(1, 2, 4), array(5, 8, 14), 3.0, 2.0, 0.1)
        },
    },
    hints=[
        "Differentiate (y − w·x − b)² by w and by b. Mind the inner derivatives.",
        "By w it is −2·x·error, by b −2·error, with error = y − (w·x + b).",
        "Compute the error once a point, and move both parameters with it.",
    ],
    level=2,
    minutes=7,
)
def sgd_epoch(xs, ys, w, b, rate):
    """One pass of gradient descent over the points, a step a point, in order.

    The line is w·x + b, and the loss of a point (y − w·x − b)², without ½.
    Both parameters move at once, along minus the gradient, times rate.
    xs, ys: arrays (n,); w, b, rate: floats. Returns the pair (w, b).
    Example: xs [1.], ys [2.], w = b = 0, rate 0.1 → (0.4, 0.4).
    """
    for x, y in zip(xs, ys, strict=True):
        error = y - (w * x + b)
        w, b = w + 2 * rate * error * x, b + 2 * rate * error
    return w, b


sgd_epoch.slips(r"""
    half_the_loss: 2 * rate → rate
    # That descends on *half* the squared error. Without the ½ a factor 2 stays.
    uphill: y - (w * x + b) → w * x + b - y
    # The steps go uphill: with the error prediction − target, both lines need a minus. No rate
    # repairs that.
    twice_for_the_slope_alone: b + 2 * rate → b + rate
    # The 2 of the square stands in both derivatives. In the step of b it is missing.
    slope_uphill: w + 2 * rate → w - 2 * rate
    # The step of w has the wrong sign: it goes uphill.
    mean_of_single_steps: 2 * rate → 2 * rate / len(xs)
    # Each step is divided by the number of points. The loss of *one* point has no mean.
    pair_turned_round: return w, b → return b, w
    # The slope comes first: (w, b).
    bias_stays: b + 2 * rate * error → b
    # b never moves. It has a gradient of its own.
    bias_uphill: b + 2 * rate → b - 2 * rate
    # The step of b has the wrong sign. The error often falls at first, and grows later, however
    # small the rate.
    brackets_missing: y - (w * x + b) → y - w * x + b
    # Brackets: y − w·x + b adds b. The prediction w·x + b is subtracted as a whole.
    input_missing: error * x, b → error, b
    # The derivative by w holds x as its inner derivative; you move w as if it were b.
    error_missing: w + 2 * rate * error * x, b + 2 * rate * error → w + 2 * rate * x, b + 2 * rate
    # The steps do not contain the error. At the right line the parameters must stay.
    square_kept: error * x, b + 2 * rate * error → error**2 * x, b + 2 * rate * error**2
    # The derivative of error² is 2·error times the inner derivative. The square is gone in it.
    sign_of_the_error: error * x, b + 2 * rate * error
        → np.sign(error) * x, b + 2 * rate * np.sign(error)
    # That is the gradient of the absolute error: it looks at the error's sign alone.
    errors_of_the_start: for x, y in zip(xs, ys, strict=True):\n        error = y - (w * x + b)
        → for x, error in zip(xs, ys - (w * xs + b), strict=True):
    # All errors were computed before the first step. Each point must see the newest line.
""")


@sgd_epoch.mistake
def error_computed_again(xs, ys, w, b, rate):
    """b moves with an error that the *new* w has made. Compute the error once a point."""
    for x, y in zip(xs, ys, strict=True):
        w = w + 2 * rate * (y - (w * x + b)) * x
        b = b + 2 * rate * (y - (w * x + b))
    return w, b


@sgd_epoch.mistake
def error_of_the_new_bias(xs, ys, w, b, rate):
    """w moves with an error that the *new* b has made. Compute the error once a point."""
    for x, y in zip(xs, ys, strict=True):
        b = b + 2 * rate * (y - (w * x + b))
        w = w + 2 * rate * (y - (w * x + b)) * x
    return w, b


@sgd_epoch.mistake
def only_the_first_point(xs, ys, w, b, rate):
    """Only one point is used. Does the `return` stand inside the loop?"""
    error = ys[0] - (w * xs[0] + b)
    return w + 2 * rate * error * xs[0], b + 2 * rate * error


@sgd_epoch.mistake
def one_step_for_all(xs, ys, w, b, rate):
    """That is one step on the mean of all points. Here each point makes a step of its own."""
    errors = ys - (w * xs + b)
    return w + 2 * rate * (errors * xs).mean(), b + 2 * rate * errors.mean()


ALL_KINDS = "linear, relu, linear, linear, layer norm, linear, batch norm, linear, relu"


@exercise(
    cases={
        "values": {
            "all four kinds": lambda: (ALL_KINDS.split(", "),),
            "one hidden layer": lambda: (["linear", "relu", "linear"],),
            "batch norm behind the activation": lambda: (
                ["linear", "relu", "batch norm", "linear"],
            ),
            "two linear layers, batch norm": lambda: (
                ["linear", "linear", "batch norm", "relu", "linear"],
            ),
            "layer norm": lambda: (["linear", "layer norm", "relu", "linear"],),
            "batch norm at both ends": lambda: (
                ["batch norm", "linear", "relu", "linear", "batch norm"],
            ),
        },
        "edges": {
            "one layer": lambda: (["linear"],),
            "no linear layer": lambda: (["batch norm", "relu"],),
        },
    },
    hints=[
        "A bias adds one number to a unit, the same for every example. What does the next layer do "
        "with a shift like that?",
        "Batch norm subtracts it with the mean. A linear layer turns it into another constant shift. "
        "A ReLU bends at another place because of it.",
        "Layer norm subtracts *one* mean from all units of an example, so that different biases of "
        "different units stay.",
    ],
    level=3,
    minutes=8,
)
def redundant_biases(layers):
    """Which biases of this network could be left out?

    layers: a list of "linear" (has a bias), "relu", "batch norm" (subtracts
    each unit's mean over the batch), "layer norm" (subtracts each example's
    mean over the units). Both norms then divide, and add a learnt shift to
    each unit. A bias is redundant if, whatever its values, the layers behind
    it can do the same without it, with other biases and shifts of their own.
    Returns the positions of the "linear" layers with a redundant bias.
    Example: ["linear", "batch norm", "relu", "linear"] → [0].
    """
    return [
        i
        for i in range(len(layers) - 1)
        if layers[i] == "linear" and layers[i + 1] in ("linear", "batch norm")
    ]


redundant_biases.slips("""
    only_batch_norm: in ("linear", "batch norm") → == "batch norm"
    # There is another kind: W₂·(W₁·x + b₁) + b₂ is W₂·W₁·x plus one constant, which b₂ alone can
    # make.
    only_linear: in ("linear", "batch norm") → == "linear"
    # Batch norm subtracts the mean over the batch, and a bias with it.
    layer_norm_as_well: "batch norm") → "batch norm", "layer norm")
    # Layer norm subtracts one mean over the units. Biases that differ from unit to unit stay.
    every_norm_and_no_linear: in ("linear", "batch norm") → in ("batch norm", "layer norm")
    # Layer norm subtracts one mean over the units, so that different biases stay. And two linear
    # layers in a row need one bias, not two.
    before_the_activation: in ("linear", "batch norm") → == "relu"
    # A bias in front of a ReLU says where it bends. Without it all bend at 0.
    every_bias: and layers[i + 1] in ("linear", "batch norm") →
    # A bias in front of a ReLU says where it bends, and nothing behind a ReLU can make up for it.
    second_of_two: range(len(layers) - 1) → range(len(layers));
        layers[i + 1] in ("linear", "batch norm")
        → ([*layers, ''][i + 1] == 'batch norm' or ['', *layers][i] == 'linear')
    # Of two linear layers in a row the *first* bias can go: the second layer makes up for it.
    both_of_two: range(len(layers) - 1) → range(len(layers));
        layers[i + 1] in ("linear", "batch norm")
        → ([*layers, ''][i + 1] in ('linear', 'batch norm') or ['', *layers][i] == 'linear')
    # Of two linear layers in a row the second needs its bias: with it, it makes up for the first.
    last_as_well: range(len(layers) - 1) → range(len(layers)); layers[i + 1] in
        → [*layers, 'linear'][i + 1] in
    # The last bias shifts the outputs, and no layer behind it can do that in its place.
    batch_norm_in_front: layers[i + 1] in ("linear", "batch norm") → layers[i - 1] == "batch norm"
    # What counts is what comes *behind* the bias. A batch norm in front of it removes nothing.
""")


@redundant_biases.mistake
def none_at_all(layers):
    """A batch norm subtracts the mean, and the bias with it: such a bias changes nothing."""
    return []


@redundant_biases.mistake
def batch_norm_anywhere_behind(layers):
    """A ReLU between the bias and the batch norm keeps the bias: it says where the ReLU bends."""
    return [i for i in range(len(layers)) if layers[i] == "linear" and "batch norm" in layers[i:]]


@redundant_biases.mistake
def linear_anywhere_behind(layers):
    """Between the bias and the linear layer stands a ReLU. The bias says where it bends."""
    return [i for i in range(len(layers)) if layers[i] == "linear" and "linear" in layers[i + 1 :]]


@redundant_biases.mistake
def counts_linear_layers(layers):
    """Positions count all layers of the list, from 0, and not only the linear ones."""
    linear = [i for i in range(len(layers)) if layers[i] == "linear"]
    found = [i for i in linear if layers[i + 1 : i + 2] in (["linear"], ["batch norm"])]
    return [linear.index(i) for i in found]


@redundant_biases.mistake
def through_activations(layers):
    """You look for the next layer behind the ReLU. A bias in front of a ReLU says where it bends, and
    nothing behind it can do that in its place."""
    kept = [i for i, layer in enumerate(layers) if layer != "relu"]
    return [kept[j] for j in redundant_biases([layers[i] for i in kept])]
