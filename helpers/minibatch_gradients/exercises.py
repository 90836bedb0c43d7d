"""The exercises of 07_minibatch_gradients, in the order of the page."""

import torch
from torch import nn

from helpers.teaching.cases import normal, scalar, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022
    "full_gradient",
    "accumulate",
    "n_updates",
    "batch_gradient_variance",
    "smallest_batch",
    "local_reparameterisation",
    "estimator_variance",
    "diagnose",
    "anomaly_scores",
]

single = torch.float32


@exercise(
    cases={
        "values": {
            "batches of 3, 3 and 1": lambda: (list(normal(3, 2, seed=7)), [3, 3, 1]),
            "batches of 8 and 5": lambda: ([tensor(1, -2, 0.5), tensor(4.0, 3, -1)], [8, 5]),
        },
        "shapes": {
            "four batches of a matrix": lambda: (list(normal(4, 2, 3, seed=8)), [10, 10, 10, 7]),
            "a single number": lambda: ([scalar(2.0), scalar(-3.0)], [2, 1]),
            "float32": lambda: (list(normal(3, 4, seed=9, dtype=single)), [6, 6, 1]),
        },
        "edges": {
            "one batch": lambda: ([tensor(3.0, -1)], [5]),
            "equal batches": lambda: (list(normal(3, 2, seed=10)), [4, 4, 4]),
        },
    },
    hints=[
        "A gradient of a mean, times the size of its batch, is the gradient of the *sum* over that "
        "batch. Sums may be added.",
        "How many samples are there in all?",
    ],
    minutes=4,
)
def full_gradient(batch_gradients, batch_sizes):
    """The gradient of the mean loss over all samples, from those of batches.

    batch_gradients: list of float tensors of one shape, each the gradient of
    the mean loss over its batch, at the same parameters; batch_sizes: list of
    ints. Returns a tensor of that shape.
    Example: [tensor([1., 0.]), tensor([4., 3.])], [2, 1] → [2., 1.].
    """
    pairs = zip(batch_sizes, batch_gradients, strict=True)
    return sum(size * gradient for size, gradient in pairs) / sum(batch_sizes)


full_gradient.slips(r"""
    averages_the_averages: size * gradient → gradient; / sum(batch_sizes) → / len(batch_sizes)
    # A small last batch counts as much as a whole one. Weigh each by its size.
    adds_the_means: size * gradient → gradient; / sum(batch_sizes) → * 1
    # Adds the batches' means up, as `backward` once a batch does. Weigh, and divide by n.
    stops_at_the_sum: / sum(batch_sizes) → * 1
    # This is the gradient of the sum over all samples. Divide by their number.
    divides_by_the_number_of_batches: / sum(batch_sizes) → / len(batch_sizes)
    # The weights are right, but the mean is over samples, not over batches.
    divides_each_by_its_size: size * gradient → gradient / size; / sum(batch_sizes) → * 1
    # The weights are upside down: the gradients are means already, so multiply.
    weighs_by_one_over_the_size: size * gradient → gradient / size; / sum(batch_sizes)
        → / sum(1 / size for size in batch_sizes)
    # Weights 1/size make the smallest batch loudest. The largest has most samples.
    divides_means_by_all_samples: size * gradient → gradient
    # Divides by all samples, but does not multiply each mean by its size first.
    takes_the_first_size_for_all: size * gradient → batch_sizes[0] * gradient
    # Takes every batch to be as large as the first. The last often is not.
    keeps_the_last: … → return batch_gradients[-1]
    # Only the last batch is left, as after `zero_grad` inside the loop.
    takes_all_batches_as_full: / sum(batch_sizes) → / (batch_sizes[0] * len(batch_sizes))
    # The number of samples is taken as if the last batch were full. Add up the sizes.
    mean_of_weighted_gradients: / sum(batch_sizes) → / sum(batch_sizes) / len(batch_sizes)
    # The weights size/n add up to 1 already. Add the weighted gradients, without another mean.
    one_number_for_all_parameters: size * gradient for → (size * gradient).sum() for
    # This adds up the parameters, too. Each parameter has a gradient of its own.
    overwrites_the_sum: sum(size * gradient for size, gradient in pairs)
        → batch_sizes[-1] * batch_gradients[-1]
    # Each round overwrites what was there, so only the last batch is left. Use `+=`.
    halves_again_and_again: … → mean = batch_gradients[0]\n    for gradient in
        batch_gradients[1:]:\n        mean = (mean + gradient) / 2\n    return mean
    # The mean of the mean so far and the next batch: the last batch counts half. Collect a sum.
    drops_the_last_if_smaller: size * gradient for size, gradient in pairs
        → gradient for size, gradient in pairs if size == batch_sizes[0]; / sum(batch_sizes)
        → / batch_sizes.count(batch_sizes[0])
    # Leaves an incomplete last batch out, as `drop_last=True` does. It belongs to the mean.
    softmax_of_the_sizes: zip(batch_sizes, → zip(torch.tensor(batch_sizes).double().softmax(0),;
        / sum(batch_sizes) →
    # A softmax changes the ratios: a batch twice as large must count twice as much.
""")


def points(count, seed=0, dtype=torch.float64):
    x = 3 * normal(count, seed=seed, dtype=dtype)
    return x, 2 * x - 1 + normal(count, seed=seed + 1, dtype=dtype)


def pieces(count, size, seed=0, dtype=torch.float64):
    return list(zip(*(part.split(size) for part in points(count, seed, dtype)), strict=True))


def line(*values, dtype=torch.float64, old=None):
    parameters = tensor(*values, dtype=dtype, grad=True)
    parameters.grad = None if old is None else tensor(*old, dtype=dtype)
    return parameters


@exercise(
    cases={
        "values": {
            "batches of 3, 3 and 1": lambda: (pieces(7, 3), line(0.5, 0.1)),
            "batches of 5, 5 and 2": lambda: (pieces(12, 5, seed=3), line(-1, 2.0)),
        },
        "shapes": {
            "float32": lambda: (pieces(9, 4, 5, single), line(0.3, -0.2, dtype=single)),
            "equal batches": lambda: (pieces(8, 4, seed=7), line(0.2, 0.4)),
        },
        "edges": {
            "one batch": lambda: (pieces(4, 4, seed=9), line(1.0, 0.5)),
            "an old gradient is still there": lambda: (
                pieces(7, 3),
                line(0.5, 0.1, old=(100, -100)),
            ),
        },
    },
    hints=[
        "`backward` adds to `line.grad`. So the losses of the batches must add up to the loss of all "
        "points.",
        "The mean over all points is a sum of squares divided by the number of *all* points. How "
        "many are there?",
        "`loss = squares.sum() / n`, with n counted before the loop. And clear the gradient once, "
        "before the loop.",
    ],
    level=2,
    minutes=6,
)
def accumulate(chunks, line):
    """The gradient of the mean squared error, collected batch by batch.

    chunks: list of pairs (x, t) of float tensors of one length a pair; line:
    leaf tensor (2,) of slope and constant, with requires_grad. The points are
    predicted by line[0]·x + line[1]. Leaves the gradient in line.grad, also if
    an old one was there, and returns line.grad.
    Example: one batch x = (1), t = (2) and the line (0, 0) → (−4, −4).
    """
    n = sum(len(x) for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        squares = (line[0] * x + line[1] - t) ** 2
        (squares.sum() / n).backward()
    return line.grad


accumulate.slips(r"""
    mean_of_the_means: squares.sum() / n → squares.mean() / len(chunks)
    # A point of the small last batch counts more here. Divide sums by the number of all points.
    adds_the_means: squares.sum() / n → squares.mean()
    # Each batch adds a whole mean. Three batches make a gradient about three times too long.
    sum_of_all: squares.sum() / n → squares.sum()
    # This is the gradient of the sum over all points; the mean is asked for.
    weighs_by_the_first_size: sum(len(x) for x, _ in chunks) → len(chunks[0][0]) * len(chunks)
    # Counts as if every batch were as large as the first. The last may be smaller.
    keeps_the_old_gradient: line.grad = None → pass
    # `backward` adds to what is there. Clear `line.grad` once, before the loop.
    mean_and_then_n: squares.sum() / n → squares.mean() / n
    # Divides twice: the mean over a batch divides by its size already.
    half_of_the_squares: squares.sum() / n → squares.sum() / (2 * n)
    # The mean squared error has no factor ½.
    slope_and_constant_swapped: line[0] * x + line[1] → line[1] * x + line[0]
    # The slope is line[0] and the constant is line[1].
    sums_over_the_number_of_batches: squares.sum() / n → squares.sum() / len(chunks)
    # The mean is over points, not over batches. Divide by the number of all points.
    sum_weighed_by_its_size: squares.sum() / n → squares.sum() * len(x) / n
    # A sum over the batch counts its points already. Only a mean needs the size as weight.
    root_of_each_batch: squares.sum() / n → squares.mean().sqrt() * len(x) / n
    # The mean squared error has no root.
    absolute_values: (line[0] * x + line[1] - t) ** 2 → (line[0] * x + line[1] - t).abs()
    # This is the mean absolute error. Square the differences.
    sign_of_the_gradient: (squares → (-squares
    # The gradient has the wrong sign. Its factor is the error, prediction − target.
    counts_while_it_goes: sum(len(x) for x, _ in chunks) → 0; in chunks:\n
        → in chunks:\n        n += len(x)\n
    # Divides by the points so far: the first batches count too much. Count all before the loop.
    adds_the_sum_so_far: line.grad = None → line.grad, total = None, 0; (squares.sum() / n).backward()
        → total = total + squares.sum() / n\n        total.backward(retain_graph=True)
    # `backward` on the sum so far adds the first batches again. Call it on one batch's loss.
    clears_in_the_loop: line.grad = None\n    for x, t in chunks:\n
        → for x, t in chunks:\n        line.grad = None\n
    # Clears the gradient in the loop, so only the last batch is left. Clear it before the loop.
    mean_of_the_last: line.grad = None\n    for x, t in chunks:\n
        → for x, t in chunks:\n        line.grad = None\n; squares.sum() / n → squares.mean()
    # Only the last batch's mean is left: clear before the loop, and divide sums by all points.
""")


@exercise(
    cases={
        "values": {
            "100 samples by 32": lambda: (100, 32, 5, False),
            "100 samples by 32, the rest dropped": lambda: (100, 32, 5, True),
            "107 samples by 10": lambda: (107, 10, 4, False),
            "101 samples by 10": lambda: (101, 10, 20, False),
            "107 samples by 10, the rest dropped": lambda: (107, 10, 4, True),
            "batches that fit": lambda: (64, 8, 3, False),
            "batches that fit, the rest dropped": lambda: (64, 8, 3, True),
        },
        "edges": {
            "a batch larger than the data": lambda: (40, 200, 20, False),
            "a batch larger than the data, dropped": lambda: (40, 200, 20, True),
            "single samples": lambda: (7, 1, 2, False),
        },
    },
    hints=[
        "Count the batches of one epoch first. An epoch starts anew: what is left over does not go "
        "on into the next one.",
        "Without drop_last the incomplete batch counts as a step: round up. With it, round down.",
    ],
    level=1,
    minutes=4,
)
def n_updates(n, batch_size, epochs, drop_last):
    """How many steps an optimiser makes, one a batch.

    n, batch_size, epochs: ints from 1; drop_last: whether a last batch that is
    not full is left out, as in PyTorch's DataLoader. Returns an int.
    Example: 7 samples in batches of 3, 10 epochs → 30 steps; with drop_last
    20.
    """
    batches = n // batch_size if drop_last else (n + batch_size - 1) // batch_size
    return epochs * batches


n_updates.slips("""
    always_rounds_down: (n + batch_size - 1) // batch_size → n // batch_size
    # The incomplete last batch is a step, too, unless it is dropped. Round up.
    always_rounds_up: n // batch_size if drop_last else (n → (n
    # With drop_last the incomplete batch makes no step. Round down then.
    one_batch_too_many: (n + batch_size - 1) // batch_size → n // batch_size + 1
    # If the batches fit, nothing is left over, and there is no batch more.
    counts_one_epoch: epochs * batches → batches
    # These are the steps of one epoch.
    not_a_whole_number: (n + batch_size - 1) // batch_size → n / batch_size
    # A step is whole: the incomplete batch makes one step, as a full one does.
    rounds_to_the_nearest: (n + batch_size - 1) // batch_size → round(n / batch_size)
    # `round` goes down where less than half a batch is left. It is a step all the same.
    at_least_one: n // batch_size if → max(1, n // batch_size) if
    # With drop_last a batch larger than the data is never full, so that no step is made.
    the_other_way_round: if drop_last → if not drop_last
    # The two cases are swapped: with drop_last the incomplete batch makes no step.
    one_step_a_sample: epochs * batches → epochs * n
    # This counts samples. The optimiser makes one step a batch.
    each_sample_left_is_a_step: (n + batch_size - 1) // batch_size
        → n // batch_size + n % batch_size
    # What is left over makes one batch together, so one step and not one a sample.
    drops_a_full_batch: n // batch_size if → (n + batch_size - 1) // batch_size - 1 if
    # If the batches fit, the last is full, and drop_last drops nothing.
    drops_once_in_all: n // batch_size if drop_last else (n → (n; epochs * batches
        → epochs * batches - (drop_last and n % batch_size > 0)
    # Drops one batch at the very end. Each epoch drops its own incomplete batch.
    cuts_the_product: epochs * batches → int(n / batch_size * epochs)
    # Rounds once, after the epochs, and always down. Round the batches of one epoch.
    adds_one_in_all: epochs * batches → epochs * (n // batch_size) + (0 if drop_last else 1)
    # Adds one step at the very end. Each epoch has its own incomplete batch, if one is left.
    carries_the_rest_over: n // batch_size → n * epochs // batch_size; (n + → (n * epochs +;
        epochs * batches → batches
    # Cuts all epochs as one long row. Each epoch has an incomplete batch of its own.
""")


@exercise(
    cases={
        "values": {
            "6 samples by 2": lambda: (normal(6, 3, seed=1) + 1, 2),
            "10 samples by 4": lambda: (3 * normal(10, 2, seed=2) - 2, 4),
            "5 samples by 3": lambda: (tensor([1.0, 2], [0, -1], [3, 5], [-2, 0], [4, 4]), 3),
        },
        "shapes": {
            "one parameter": lambda: (normal(7, 1, seed=3), 3),
            "as many parameters as samples": lambda: (normal(4, 4, seed=5) + 2, 3),
            "float32": lambda: (normal(9, 2, seed=4, dtype=single), 5),
        },
        "edges": {
            "single samples": lambda: (normal(5, 2, seed=6) + 3, 1),
            "all samples in the batch": lambda: (normal(5, 2, seed=7), 5),
            "all samples alike": lambda: (torch.ones(4, 2, dtype=torch.float64), 2),
        },
    },
    hints=[
        "Start with batches of one sample: what is the variance then? And for all n in one batch?",
        "The population variance divides by n: `var(0, correction=0)`.",
        "Multiply it by (n − B)/(B·(n − 1)).",
    ],
    level=2,
    minutes=6,
)
def batch_gradient_variance(per_sample_gradients, batch_size):
    """The variance of the mean gradient of a random batch, for each parameter.

    per_sample_gradients: float tensor (n, p) with n at least 2, a row a
    sample: all the samples that there are. batch_size: an int from 1 to n. The
    batch is drawn without replacement, and all batches are equally likely.
    Returns a tensor (p,).
    Example: gradients [[0], [2]] → [1] in batches of 1, and [0] in batches of
    2.
    """
    n = len(per_sample_gradients)
    v = per_sample_gradients.var(0, correction=0)
    return v / batch_size * (n - batch_size) / (n - 1)


batch_gradient_variance.slips(r"""
    with_replacement: * (n - batch_size) / (n - 1) →
    # v/B holds if a sample may come twice. Without replacement a batch of all n has no variance.
    unbiased_and_corrected: var(0, correction=0) → var(0)
    # `var(0)` divides by n − 1, and the factor does so again. Take `var(0, correction=0)`.
    sample_variance_over_b: var(0, correction=0) → var(0);  * (n - batch_size) / (n - 1) →
    # That is for draws from an endless supply. Here all n samples are known, and none comes twice.
    divides_by_n: (n - 1) → n
    # Try B = 1: the factor must be 1 there, so it is (n − B)/(n − 1).
    root_of_b: v / batch_size → v / batch_size**0.5
    # √B belongs to the standard deviation. The variance falls by B.
    standard_deviation: var(0, correction=0) → std(0, correction=0)
    # This starts with the standard deviation; the variance is its square.
    all_entries_together: var(0, correction=0) → var(correction=0)
    # This mixes the parameters. Take the variance of each column: dimension 0.
    across_the_parameters: var(0, correction=0) → var(1, correction=0)
    # That is the variance across the parameters of one sample. The samples are dimension 0.
    not_centred: var(0, correction=0) → square().mean(0)
    # This is the mean square. For a variance, subtract the mean gradient first.
    not_divided: v / batch_size * → v *
    # The mean of B samples varies B times less than one of them.
    root_at_the_end: v / batch_size * (n - batch_size) / (n - 1)
        → (v / batch_size * (n - batch_size) / (n - 1)).sqrt()
    # That is the standard deviation. The variance has no root.
    factor_upside_down: * (n - batch_size) / (n - 1) → * (n - 1) / (n - batch_size)
    # The factor is upside down: larger batches must vary less, and a batch of all n not at all.
    square_of_b: v / batch_size → v / batch_size**2
    # The sum of B samples varies as B, and its mean as B/B² = 1/B.
    root_of_the_factor: * (n - batch_size) / (n - 1) → * ((n - batch_size) / (n - 1)) ** 0.5
    # The root of this factor belongs to the standard deviation.
    all_samples_for_b: v / batch_size → v / n
    # The mean is over the batch_size samples of a batch, not over all n.
    within_the_first_batch: per_sample_gradients.var → per_sample_gradients[:batch_size].var;
        * (n - batch_size) / (n - 1) →
    # Looks at the first rows only. All batches are possible: use the variance of all n rows.
    batches_of_one_epoch: … → means = [rows.mean(0) for rows in
        per_sample_gradients.split(batch_size)]\n    return torch.stack(means).var(0, correction=0)
    # Compares the few batches of one split. All batches are possible, so use the formula.
    variance_of_the_norm: .var(0, → .norm(dim=1).var(
    # The variance of the gradients' lengths is one number, and it does not see directions.
""")


@exercise(
    cases={
        "values": {
            "a usual case": lambda: (0.05, 8.0, 64, 0.01),
            "a lower floor": lambda: (0.05, 8.0, 64, 0.001),
            "a larger rate": lambda: (0.2, 8.0, 64, 0.01),
            "more samples": lambda: (0.05, 8.0, 6400, 0.001),
            "a little noise": lambda: (0.01, 0.6, 50, 0.0001),
            "few samples": lambda: (0.1, 4.0, 11, 0.025),
        },
        "edges": {
            "one sample is enough": lambda: (0.01, 1.0, 100, 0.5),
            "a tiny floor": lambda: (0.05, 8.0, 64, 1e-9),
            "exactly at the limit": lambda: (0.5, 8.0, 5, 1.0),
        },
    },
    hints=[
        "Solve (4.2) for B, or try B = 1, 2, 3, … up to n.",
        "With c = rate·v/4 the condition is c·(n − B) ≤ floor·B·(n − 1).",
        "A B that is not whole must be rounded up, since a smaller batch has a higher floor.",
    ],
    level=2,
    minutes=7,
)
def smallest_batch(rate, v, n, floor):
    """The smallest batch whose floor is at most `floor`, by (4.2).

    rate: the learning rate; v: variance of the samples' gradients at the best
    parameter; n: number of samples; floor: the excess loss that is allowed,
    above 0. Each batch is drawn afresh, without replacement. Returns an int
    from 1 to n.
    Example: rate 0.1, v = 4, n = 11, floor 0.02 → 4.
    """
    for size in range(1, n):
        if rate * v / (4 * size) * (n - size) / (n - 1) <= floor:
            return size
    return n


smallest_batch.slips(r"""
    with_replacement: * (n - size) / (n - 1) →
    # (n − B)/(n − 1) is missing, the factor of drawing without replacement. For large B it counts.
    rate_squared: rate * v → rate**2 * v
    # One step adds rate²·v/B, but the next steps keep most of it: the floor grows as the rate.
    no_quarter: (4 * size) → size
    # The factor ¼ of (4.2) is missing, so the batch is four times as large as it must be.
    root_of_b: (4 * size) → (4 * size**0.5)
    # The floor falls as 1/B. The root belongs to the standard deviation.
    standard_deviation: rate * v → rate * v**0.5
    # v is a variance already: no root of it.
    strictly_below: <= floor → < floor
    # A floor of exactly the limit is allowed: at most means ≤.
    largest_that_fails: return size → return max(1, size - 1)
    # This is one too small: its floor still lies above the limit. Round up.
    ignores_the_rate: rate * v → v
    # The rate is missing. Half the rate has half the floor.
    half_for_a_quarter: (4 * size) → (2 * size)
    # The factor of (4.2) is ¼.
    n_for_n_minus_one: / (n - 1) <= → / n <=
    # The factor is (n − B)/(n − 1): it must be 1 for a batch of one sample.
    one_too_large: return size → return size + 1
    # This is one too large: the batch before fits already.
    multiplies_by_the_size: (4 * size) → 4 * size
    # `/ 4 * B` divides by 4 and multiplies by B. Write `/ (4 * B)`.
    factor_upside_down: (n - size) / (n - 1) → (n - 1) / (n - size)
    # The factor is upside down: without replacement, a batch of all n samples has no noise.
    b_with_a_plus: (n - size) / (n - 1) → (n + size) / (n - 1)
    # This holds for n + B. If you solved for B, its term lost the minus.
    b_lost: (n - size) / (n - 1) → n / (n - 1)
    # This holds for n in place of n − B. If you solved for B, one of its terms was lost.
    to_the_nearest: … → c = rate * v / 4\n    return max(1, round(c * n / (floor * (n - 1) + c)))
    # Rounds B to the nearest whole number. A smaller batch has a higher floor: round up.
    largest_that_fits: range(1, n) → range(1, n + 1); return size → fits = size; return n
        → return fits
    # Keeps the last size that fits, and all larger ones fit as well. Return the first.
    doubles_the_size: … → size = 1\n    while size < n and rate * v / (4 * size) * (n - size)
        / (n - 1) > floor:\n        size *= 2\n    return min(size, n)
    # Tries powers of two only, and so jumps over the smallest batch. Try every size.
    solves_for_v_over_b: … → import math\n    return math.ceil(rate * v / (4 * floor))
    # Solves rate·v/(4B) = floor, without (n − B)/(n − 1). That can ask for more than n samples.
    rounds_down: … → c = rate * v / 4\n    return max(1, int(c * n / (floor * (n - 1) + c)))
    # Solves (4.2) for B and rounds down. A smaller batch has a higher floor: round up.
    never_above_half: range(1, n) → range(1, n // 2 + 1); return n → return n // 2
    # Stops at n/2. A batch may be larger: with all n samples there is no noise at all.
""")


def layer(samples, inputs, outputs, seed, spread=1, dtype=torch.float64, grad=False):
    """x, mu, sigma and noise, each with a seed of its own."""
    sigma = spread * (normal(inputs, outputs, seed=seed + 2, dtype=dtype).abs() + 0.1)
    return (
        normal(samples, inputs, seed=seed, dtype=dtype),
        normal(inputs, outputs, seed=seed + 1, dtype=dtype, grad=grad),
        sigma.requires_grad_(grad),
        normal(samples, outputs, seed=seed + 3, dtype=dtype),
    )


@exercise(
    cases={
        "values": {
            "inputs of both signs": lambda: layer(4, 3, 2, seed=1),
            "one input, one output": lambda: (
                tensor([-1.0], [2.0]),
                tensor([3.0]),
                tensor([0.5]),
                tensor([1.0], [-2.0]),
            ),
        },
        "gradient": {
            "by mu and sigma": lambda: layer(5, 3, 2, seed=5, grad=True),
        },
        "shapes": {
            "float32": lambda: layer(3, 4, 5, seed=9, dtype=single),
            "as many samples as inputs and outputs": lambda: layer(3, 3, 3, seed=17),
        },
        "edges": {
            "no spread": lambda: layer(2, 3, 2, seed=13, spread=0),
        },
    },
    hints=[
        "A pre-activation is a sum of inputs times independent weights. What are its mean and its "
        "variance?",
        "The variance of x·w is x² times the variance of w. Variances of independent terms add up.",
        "mean `x @ mu`, variance `x**2 @ sigma**2`; the noise has standard deviation 1.",
    ],
    level=2,
    minutes=8,
)
def local_reparameterisation(x, mu, sigma, noise):
    """Pre-activations of a layer with random weights, drawn directly.

    The weight from input k to output j is normal with mean mu[k, j] and
    standard deviation sigma[k, j], all independent, and drawn anew for each
    sample. x: float tensor (N, D); mu, sigma: (D, K), sigma at least 0; noise:
    (N, K), standard normal. Returns a tensor (N, K) that is distributed as x
    times such weights, and through which gradients reach mu and sigma.
    Example: x = [[−2]], mu = [[1]], sigma = [[0.5]], noise = [[1]] → [[−1]].
    """
    mean = x @ mu
    variance = x**2 @ sigma**2
    return mean + variance.sqrt() * noise


local_reparameterisation.slips("""
    variance_of_x_itself: x**2 @ → x @
    # The variance of x·w is x²·σ²: square x, too. With a negative x the root is NaN.
    sigma_not_squared: @ sigma**2 → @ sigma
    # sigma is a standard deviation. Variances add up, so square it first.
    adds_standard_deviations: x**2 @ sigma**2 → (x.abs() @ sigma) ** 2
    # Adds up standard deviations. For independent weights the variances add up.
    signed_standard_deviations: variance.sqrt() → (x @ sigma)
    # x @ sigma gives all weights one noise. They are independent, so take √(x² @ σ²).
    variance_for_the_deviation: variance.sqrt() → variance
    # Noise of standard deviation s is s·noise. Here the variance is multiplied: take its root.
    one_noise_for_all: * noise → * noise[:1]
    # All samples share one row of noise. Then it doesn't average out over the batch.
    detached: variance.sqrt() → variance.sqrt().detach()
    # No gradient reaches sigma. The noise is a constant, its size is not.
    noise_of_width_one: variance.sqrt() * noise → noise
    # The noise has standard deviation 1 here. It must have that of z, from x and sigma.
    width_without_x: x**2 @ sigma**2 → (sigma**2).sum(0)
    # The variance of x·w is x²·σ², so it depends on the sample.
    noise_of_its_own: * noise → * torch.randn_like(noise)
    # Draws new noise. The argument noise has been drawn already: use it.
    log_of_the_variance: sigma**2 → sigma.exp()
    # That is for a logarithm of σ². Here sigma is the standard deviation itself.
    without_noise: mean + variance.sqrt() * noise → mean
    # This is the mean alone. Add the noise, with its standard deviation.
    mean_times_noise: mean + variance.sqrt() * noise → (mean + variance.sqrt()) * noise
    # The noise must not multiply the mean. Only the standard deviation is multiplied.
    size_of_the_signed_sum: variance.sqrt() → (x @ sigma).abs()
    # √((x·σ)²) is |x·σ|: terms of opposite sign cancel. Square x and σ before the sum.
    softplus_of_sigma: sigma**2 → nn.functional.softplus(sigma) ** 2
    # sigma is the standard deviation itself: at least 0 already, so no softplus.
    mean_square_of_the_weight: sigma**2 → (sigma**2 + mu**2)
    # σ² + μ² is a weight's mean square. Its variance is σ² alone.
    size_for_the_square: x**2 @ → x.abs() @
    # The variance of x·w is x²·σ². Here stands |x|, which is right only for inputs of size 1.
    one_weight_matrix_for_all: mean + variance.sqrt() * noise
        → x @ (mu + sigma * torch.randn_like(mu))
    # Here one matrix serves the batch. Each sample has weights of its own, and noise is given.
    drawn_without_a_gradient: return mean + variance.sqrt() * noise
        → return torch.normal(mean.detach(), variance.sqrt().detach())
    # No gradient goes through a draw to mu and sigma. Scale and shift the noise that is given.
""")


def drawn(*rows):
    """A function that returns these gradients one after another, and starts again at the end."""
    turn = iter(range(10**9))
    return lambda: tensor(*rows[next(turn) % len(rows)])


@exercise(
    cases={
        "values": {
            "two parameters": lambda: (drawn((1, 0), (3, -1), (2, 5), (6, 0)), 4),
            "three parameters": lambda: (drawn((1, 9, 2), (4, 9, 0), (1, 8, 7), (0, 0, 3)), 3),
            "far from 0": lambda: (drawn((101, -50), (102, -53), (99, -51)), 3),
        },
        "shapes": {
            "one parameter": lambda: (drawn((2,), (5,), (-1,), (4,), (0,)), 5),
        },
        "edges": {
            "two draws": lambda: (drawn((1, 4), (2, 0)), 2),
            "no noise": lambda: (drawn((3, -2, 1)), 4),
        },
    },
    hints=[
        "Each call of sample_gradient is one draw. Collect `draws` of them.",
        "`torch.stack` makes a tensor (draws, p) of them. Which dimension holds the draws?",
        "`.var(0)` divides by draws − 1.",
    ],
    level=1,
    minutes=5,
)
def estimator_variance(sample_gradient, draws):
    """How noisy a gradient is: its variance over repeated draws, for each
    parameter.

    sample_gradient: a function without arguments; each call draws anew (the
    batch, or the noise) and returns the gradient, a float tensor (p,). draws:
    an int from 2, how often to call it. Returns the unbiased variance (divided
    by draws − 1), a tensor (p,).
    Example: gradients (1, 0) and (3, 0) in two draws → (2, 0).
    """
    gradients = torch.stack([sample_gradient() for _ in range(draws)])
    return gradients.var(0)


estimator_variance.slips("""
    across_the_parameters: gradients.var(0) → gradients.var(1)
    # That is the variance across the parameters of one draw. The draws are dimension 0.
    biased: gradients.var(0) → gradients.var(0, correction=0)
    # This divides by the number of draws. The mean is estimated, too, so divide by draws − 1.
    not_centred: gradients.var(0) → gradients.square().mean(0)
    # This is the mean square. It is large where the gradient is large, even without any noise.
    not_centred_unbiased: gradients.var(0) → gradients.square().sum(0) / (draws - 1)
    # The mean is not subtracted: this is large where the gradient is large, even without noise.
    standard_deviation: gradients.var(0) → gradients.std(0)
    # That is the standard deviation, the root of the variance.
    of_the_mean: gradients.var(0) → gradients.var(0) / draws
    # That is the variance of the mean of all these draws. A training step uses one draw.
    of_the_norm: gradients.var(0) → gradients.norm(dim=1).var()
    # The variance of the lengths is one number and misses changes of direction.
    everything_together: gradients.var(0) → gradients.var()
    # This mixes the parameters: a gradient with entries of different size looks noisy.
    total: gradients.var(0) → gradients.var(0).sum()
    # The sum over the parameters hides which of them are noisy. Return one number for each.
    mean_over_parameters: gradients.var(0) → gradients.var(0).mean()
    # The mean over the parameters hides which of them are noisy. Return one number for each.
    one_mean_for_all: gradients.var(0)
        → (gradients - gradients.mean()).square().sum(0) / (draws - 1)
    # Subtracts one mean for all parameters. Each parameter has its own: `mean(0)`.
    sum_of_squares: gradients.var(0) → gradients.var(0) * (draws - 1)
    # The sum of the squared deviations still has to be divided by draws − 1.
    around_the_first: gradients.var(0) → (gradients - gradients[0]).square().sum(0) / (draws - 1)
    # Compares with the first draw. Compare with the mean of all draws.
    one_draw_too_few: range(draws) → range(draws - 1)
    # There must be `draws` draws. Only the sum of squares is divided by draws − 1.
    whole_covariance: gradients.var(0) → torch.cov(gradients.T)
    # This is the covariance matrix. The variances are its diagonal.
    absolute_deviation: gradients.var(0) → (gradients - gradients.mean(0)).abs().mean(0)
    # This is the mean absolute deviation. A variance squares the deviations.
    beside_the_mean: gradients.var(0) → gradients.var(0) / gradients.mean(0) ** 2
    # This is the variance beside the squared mean. The variance itself is asked for.
    square_of_the_sum: gradients.var(0)
        → (gradients.square().sum(0) - gradients.sum(0) ** 2) / (draws - 1)
    # Subtract the square of the *mean*, once a draw, not the square of the whole sum.
    draws_anew_for_the_mean: gradients.var(0) → sum((sample_gradient() - gradients.mean(0)) ** 2
        for _ in range(draws)) / (draws - 1)
    # The mean comes from other draws than the deviations. Keep the draws and use them twice.
    one_draw_copied: [sample_gradient() for _ in range(draws)] → [sample_gradient()] * draws
    # No variance is left: one draw is repeated, or the deviations are added before squaring.
    spread_within_one_draw: torch.stack([sample_gradient() for _ in range(draws)])
        → sample_gradient()
    # Draws only once. What differs inside one draw is not the noise of the gradient.
""")


class Coder(nn.Module):
    """Reconstructs rows of four numbers; it notes in a buffer whether it is in training mode."""

    def __init__(self, training, dtype=torch.float64):
        super().__init__()
        self.register_buffer("training_mode", scalar(1.0))
        self.code, self.norm = nn.Linear(4, 2, dtype=dtype), nn.BatchNorm1d(2, dtype=dtype)
        self.back = nn.Linear(2, 4, dtype=dtype)
        with torch.no_grad():
            for i, parameter in enumerate(self.parameters()):
                parameter.copy_(normal(*parameter.shape, seed=i))
            self.norm.running_mean.copy_(tensor(0.5, -1))
            self.norm.running_var.copy_(tensor(2.0, 0.5))
        self.train(training)

    def train(self, mode=True):
        self.training_mode.fill_(float(mode))
        return super().train(mode)

    def forward(self, x):
        return self.back(self.norm(self.code(x)).tanh())


@exercise(
    cases={
        "values": {
            "10 rows by 4": lambda: (Coder(True), normal(10, 4, seed=20), 4),
            "an outlier": lambda: (Coder(True), normal(9, 4, seed=21) * tensor([9] + [1] * 8).T, 3),
        },
        "shapes": {
            "batches that fit": lambda: (Coder(True), normal(6, 4, seed=22), 3),
            "float32": lambda: (Coder(True, single), normal(8, 4, seed=23, dtype=single), 5),
        },
        "edges": {
            "a batch for all": lambda: (Coder(True), normal(5, 4, seed=24), 100),
            "already in evaluation mode": lambda: (Coder(False), normal(7, 4, seed=25), 3),
        },
    },
    hints=[
        "One score a row: take the mean over the numbers of a row only, and join the batches with "
        "`torch.cat`.",
        "`model.training` says in which mode the model is; `model.train(mode)` restores it.",
        "`with torch.no_grad():` around the forward passes keeps no graph.",
    ],
    level=3,
    minutes=10,
    detached=True,
)
def anomaly_scores(model, x, batch_size):
    """How badly an autoencoder reconstructs each row.

    model: a module that maps rows (B, D) to reconstructions (B, D), with batch
    normalisation inside; x: float tensor (N, D); batch_size: how many rows at
    a time, an int from 1. Returns a tensor (N,): for each row the mean squared
    error over its D numbers. The model runs in evaluation mode and is left in
    the mode in which it was; the result carries no graph.
    Example: a model that returns its input → zeros.
    """
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = [(model(rows) - rows).square().mean(1) for rows in x.split(batch_size)]
    model.train(mode)
    return torch.cat(scores)


anomaly_scores.slips("""
    left_in_evaluation: model.train(mode) → pass
    # The model stays in evaluation mode: training that goes on is not the same any more.
    always_back_to_training: model.train(mode) → model.train()
    # `model.train()` switches training mode on also where it was off. Restore what was.
    in_training_mode: model.eval() → pass
    # In training mode a score depends on its batch, and batch norm's running averages move.
    with_a_graph: torch.no_grad() → torch.enable_grad()
    # The scores hang on the graph, and with it every activation stays in memory.
    mean_of_the_batch: .square().mean(1) → .square().mean().reshape(1)
    # One number a batch: an outlier hides in its mean. Take the mean over a row only.
    mean_of_the_batch_for_each: .square().mean(1) → .square().mean().expand(len(rows))
    # Each row has the mean of its batch: an outlier hides in it. Take the mean over a row only.
    mean_of_the_columns: .square().mean(1) → .square().mean(0)
    # The mean runs over the rows: this is an error for each column. Rows are dimension 0.
    sum_over_the_row: .square().mean(1) → .square().sum(1)
    # That is the sum over a row; the mean is asked for.
    absolute_error: .square().mean(1) → .abs().mean(1)
    # That is the mean absolute error. Square the differences.
    root_of_the_mean: .square().mean(1) → .square().mean(1).sqrt()
    # That is the root of the mean squared error.
    whole_batches_only: x.split(batch_size)
        → x[: max(1, len(x) // batch_size) * batch_size].split(batch_size)
    # The rows of the incomplete last batch have no score. Each row needs one.
    length_of_the_error: .square().mean(1) → .norm(dim=1)
    # That is the length of the error, the root of the sum of squares.
    largest_error: .square().mean(1) → .square().amax(1)
    # This is the largest squared error of a row; the mean over the row is asked for.
    squares_the_mean_error: .square().mean(1) → .mean(1).square()
    # Errors of opposite sign cancel in this mean. Square them first.
    whole_batches_in_a_loop: x.split(batch_size)
        → [x[i * batch_size : (i + 1) * batch_size] for i in range(len(x) // batch_size)]
    # `len(x) // batch_size` counts whole batches: the rows after them have no score.
    not_averaged: .square().mean(1) → .square()
    # One number for each entry (N, D). A row's score is the mean over its numbers.
    mean_of_everything: torch.cat(scores) → torch.cat(scores).mean()
    # One number for all rows. It tells how good the model is, and not which row is odd.
""")


@exercise(
    cases={
        "values": {
            "still rising": lambda: (0.62, 0.40, 1.00, 0.78),
            "hardly rising": lambda: (0.50, 0.45, 0.515, 0.46),
            "fits nothing": lambda: (0.71, 0.69, 0.72, 0.70),
            "learnt by heart": lambda: (0.99, 0.80, 1.00, 0.80),
            "good": lambda: (0.97, 0.95, 0.98, 0.95),
            "rising, with a gap": lambda: (0.85, 0.60, 0.97, 0.75),
            "rising, and still low": lambda: (0.55, 0.50, 0.80, 0.70),
        },
        "edges": {
            "rising, near the target": lambda: (0.96, 0.94, 0.99, 0.96),
            "low and far apart": lambda: (0.88, 0.70, 0.88, 0.71),
            "on other data worse by longer training": lambda: (0.97, 0.85, 0.98, 0.80),
            "below the target, nothing between": lambda: (0.93, 0.93, 0.93, 0.93),
            "above the target on other data only": lambda: (0.94, 0.96, 0.94, 0.96),
            "the gap comes late": lambda: (0.98, 0.95, 0.99, 0.91),
            "a small gap": lambda: (0.99, 0.96, 1.00, 0.97),
            "only other data still gain": lambda: (0.97, 0.85, 0.98, 0.89),
            "rising while other data lose": lambda: (0.90, 0.80, 0.97, 0.78),
            "fits its data only at the end": lambda: (0.94, 0.93, 0.955, 0.952),
            "a small gap below the target": lambda: (0.97, 0.94, 0.975, 0.935),
            "worse after more updates": lambda: (0.97, 0.95, 0.94, 0.93),
            "the last updates open the gap": lambda: (0.96, 0.93, 0.975, 0.915),
        },
    },
    hints=[
        "Before anything else: has the training ended? Compare the training accuracy with that after "
        "ten times the updates.",
        "If it has, the training accuracy itself says whether the model can fit the data at all.",
        "Only then look at the gap between training and other data.",
    ],
    level=2,
    minutes=6,
)
def diagnose(train, test, longer_train, longer_test):
    """What a point of a learning curve shows, and so what to change.

    Four accuracies from 0 to 1: on the training data and on other data, and
    both again after ten times the updates. Returns one of four words.
    "under-trained": more updates still help, that is, they raise the training
    accuracy by more than 0.02. Only a model for which they don't has the
    others: "high bias" cannot reach 0.95 on its own data; "high variance" can,
    and is more than 0.05 worse on other data; "fine" is none of these.
    Example: 0.62, 0.40, then 1.00, 0.78 → "under-trained".
    """
    if longer_train - train > 0.02:
        return "under-trained"
    if longer_train < 0.95:
        return "high bias"
    if longer_train - longer_test > 0.05:
        return "high variance"
    return "fine"


diagnose.slips(r"""
    bias_first: if longer_train - train > 0.02:\n        return "under-trained"
        → if train < 0.95:\n        return "high bias"; if longer_train < 0.95:\n        return "high bias"
        → if longer_train - train > 0.02:\n        return "under-trained"
    # A low accuracy that still rises is no bias. Ask first whether the training has ended.
    bias_of_the_longer_first: if longer_train - train
        → if longer_train < 0.95:\n        return "high bias"\n    if longer_train - train
    # An accuracy that is low and still rises is no bias yet. Ask first whether it still rises.
    bias_and_variance_swapped: "high bias" → "bias"; "high variance" → "high bias"; "bias"
        → "high variance"
    # The two words are swapped: who can't fit their own data has high bias.
    any_change: longer_train - train > 0.02 → abs(longer_train - train) > 0.02
    # A fall counts as a rise here. If the training accuracy falls, more updates don't help.
    best_of_both_trainings: longer_train < 0.95 → max(train, longer_train) < 0.95
    # This takes the better of the two trainings. The longer one is asked for.
    never_under_trained: longer_train - train > 0.02 → False
    # Compare the trainings: a model that still learns shows neither its bias nor its variance.
    in_per_cent_of_itself: longer_train - train > 0.02 → longer_train > 1.02 * train
    # This is 2 % of what it was. The gain itself must be above 0.02.
    watches_the_other_data: longer_train - train > 0.02 → longer_test - test > 0.02
    # Whether training has ended shows on the training data. Others may get worse meanwhile.
    bias_by_the_other_data: longer_train < 0.95 → longer_test < 0.95
    # Low accuracy on other data alone is no bias. Can the model fit its own data?
    any_gap: longer_train - longer_test > 0.05 → longer_train > longer_test
    # A small gap is usual. Here it counts above 0.05.
    variance_before_bias: if longer_train < 0.95
        → if longer_train - longer_test > 0.05:\n        return "high variance"\n    if longer_train < 0.95
    # The order is another one: a model that can't fit its own data comes before the gap.
    bias_in_both: longer_train < 0.95 → max(longer_train, longer_test) < 0.95
    # Whether it can fit its own data shows on its own data alone.
    limits_in_per_cent: > 0.02 → > 2; < 0.95 → < 95; > 0.05 → > 5
    # The accuracies go from 0 to 1, not to 100.
    gap_of_the_short_training: longer_train - longer_test > 0.05 → train - test > 0.05
    # This takes the gap of the shorter training; the longer one is asked for.
    never_high_bias: longer_train < 0.95 → False
    # A model that can't reach 0.95 on its own data has high bias, whatever the gap.
    gap_before_all: if longer_train - train
        → if longer_train - longer_test > 0.05:\n        return "high variance"\n    if longer_train - train
    # The gap comes last. As long as the training accuracy rises, it says nothing yet.
    either_still_rises: longer_train - train > 0.02
        → max(longer_train - train, longer_test - test) > 0.02
    # Only the training accuracy tells whether the training has ended.
    both_still_rise: longer_train - train > 0.02
        → longer_train - train > 0.02 and longer_test > test
    # It is enough that the training accuracy rises. Other data may get worse meanwhile.
    any_rise: longer_train - train > 0.02 → longer_train > train
    # A small rise is usual. Here it counts above 0.02.
    settled_at_the_target: longer_train - train > 0.02
        → longer_train - train > 0.02 and train < 0.95
    # A model above 0.95 can be under-trained, too, if it still rises by more than 0.02.
    good_on_other_data_first: if longer_train - train > 0.02
        → if longer_test >= 0.95:\n        return "fine"\n    if longer_train - train > 0.02
    # Good accuracy on other data does not come first. Ask first whether training still helps.
    bias_of_the_short_training: longer_train < 0.95 → train < 0.95
    # Whether the model can fit its data shows after the longer training.
    variance_by_the_level: longer_train - longer_test > 0.05 → longer_test < 0.95
    # High variance is a gap of more than 0.05. A low level on other data alone is none.
    bias_turned_round: longer_train < 0.95 → longer_train > 0.95
    # The comparison is turned round: high bias is to stay *below* 0.95 on its own data.
    words_of_another_book: "high bias" → "underfitting"; "high variance" → "overfitting"
    # The cases are told apart. Here the words are “high bias” and “high variance”.
    from_the_short_training: … → if train < 0.95:\n        return "high bias"\n    return
        "high variance" if train - test > 0.05 else "fine"
    # Judges by the short training alone. Only the longer one tells whether it had ended.
""")
