"""The exercises of 01_autograd_interfaces, in the order of the page."""

import torch
from torch.autograd import grad

from helpers.teaching.cases import LEFT_ALONE, leaf, normal, scalar, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "sgd_step",
    "accumulate_and_step",
    "jacobian",
    "clipped_gradient",
    "residual_loss",
    "diagnose",
]


def slope_and_offset(stale=False, dtype=torch.float64):
    m, c = leaf(0.5, -1.0, stale=stale, dtype=dtype), scalar(0.25, dtype, grad=True)
    x = tensor([1.0, 2.0], [3.0, -1.0], [0.5, 4.0], dtype=dtype)
    return ((x @ m + c - tensor(2.0, 1.0, -3.0, dtype=dtype)) ** 2).mean(), [m, c]


def one_matrix():
    weight = leaf([0.2, -0.4, 0.1], [0.7, 0.3, -0.6])
    return torch.tanh(tensor([1.0, -2.0, 0.5], [0.3, 1.5, 2.0]) @ weight.T).square().sum(), [weight]


def mixed_shapes():
    a, b, c = leaf(1.5, -0.5), leaf([2.0], [-1.0]), scalar(0.8, grad=True)
    return (a * b).sum() ** 2 + torch.exp(c) * a.sum(), [a, b, c]


@exercise(
    cases={
        "values": {
            "a line, rate 0.1": lambda: (*slope_and_offset(), 0.1),
            "a matrix, rate 0.03": lambda: (*one_matrix(), 0.03),
            "float32, rate 0.5": lambda: (*slope_and_offset(dtype=torch.float32), 0.5),
        },
        "shapes": {
            "a vector, a column and a number": lambda: (*mixed_shapes(), 0.2),
            "the same, rate 0.7": lambda: (*mixed_shapes(), 0.7),
        },
        "edges": {
            "rate 0": lambda: (*slope_and_offset(), 0.0),
            ".grad holds 7 from an earlier pass": lambda: (*slope_and_offset(stale=True), 0.1),
        },
    },
    guards=LEFT_ALONE,
    hints=[
        "One of the two interfaces returns the gradients and leaves every `.grad` alone.",
        "`torch.autograd.grad` returns a tuple: one gradient for each parameter, in their order. "
        "Leave the parameters as they are, and make a new list.",
    ],
    level=1,
    minutes=6,
)
def sgd_step(loss, parameters, rate):
    """The parameters after one step of gradient descent, as new tensors.

    loss: a tensor with one number; parameters: a list of leaves; rate: a
    float, 0 or more.
    Returns a list of tensors of the parameters' shapes. The parameters and
    every .grad stay as they were. Example: loss = p², p = 3, rate = 0.1 →
    [2.4], since 3 − 0.1·6 = 2.4.
    """
    gradients = torch.autograd.grad(loss, parameters)
    return [(p - rate * g).detach() for p, g in zip(parameters, gradients, strict=True)]


PAIRS = "p, g in zip(parameters, gradients, strict=True)"
LOOP = r"loss.backward()\n    with torch.no_grad():\n        for p in parameters:"
LOOP += r"\n            p -= rate * p.grad"
sgd_step.slips(rf"""
    adds_the_gradient: p - rate → p + rate
    # This walks uphill: the gradient points to larger losses. Subtract it.
    forgets_the_rate: rate * g → g
    # The step lacks the rate: it is the rate times the gradient.
    returns_only_the_change: p - rate * g → -rate * g
    # This is only the change. Add it to the parameters: they are to come back after the step.
    returns_the_gradients: (p - rate * g).detach() → g
    # These are the gradients. Asked for are the parameters after a step along them.
    calls_backward: gradients = torch.autograd.grad(loss, parameters) → loss.backward()
        \n    gradients = [p.grad for p in parameters]
    # `backward` adds to `.grad`, which is to stay. `torch.autograd.grad` returns the gradients.
    gives_the_name_a_new_value: return [(p - rate * g).detach() for {PAIRS}]
        → for {PAIRS}:\n        p = p - rate * g\n    return parameters
    # `p = …` in a loop only gives the name p a new value. Put the new tensors into a list.
    reads_grad_that_grad_left_empty: rate * g → rate * p.grad
    # `torch.autograd.grad` returns the gradients and leaves `.grad` empty. Use what it returns.
    differentiates_by_copies: gradients = → copies = [p.detach().clone().requires_grad_() for p in
        parameters]\n    gradients =; (loss, parameters) → (loss, copies)
    # The loss came from the parameters, not from your copies. Differentiate by the parameters.
    lets_an_optimiser_move_copies: … → copies = [p.detach().clone() for p in parameters]
        \n    loss.backward()\n    torch.optim.SGD(copies, lr=rate).step()\n    return copies
    # The loss came from the parameters: `backward` fills their `.grad`, and no copy moves.
    multiplies_a_tuple: … → return [p - rate * grad(loss, p, retain_graph=True) for p in parameters]
    # `torch.autograd.grad` returns a tuple, even for one parameter. Its gradient is entry 0.
    frees_the_graph: torch.autograd.grad(loss, parameters)
        → [torch.autograd.grad(loss, p)[0] for p in parameters]
    # The first call frees the graph, and the second one fails. One call takes all parameters.
    returns_nothing: … → {LOOP}
    # This changes the parameters and `.grad`, and returns nothing. Leave both; return new tensors.
    runs_the_training_loop: … → {LOOP}\n    return parameters
    # The training loop changes the parameters and `.grad`. Use `torch.autograd.grad`: both stay.
    runs_the_training_loop_and_zeroes: … → {LOOP}\n            p.grad.zero_()\n    return parameters
    # This moves the parameters and leaves zeros in `.grad`. Use `torch.autograd.grad`: both stay.
    steps_on_a_leaf: … → loss.backward()\n    for p in parameters:\n        p -= rate * p.grad
        \n    return parameters
    # torch forbids to change a leaf in place, and the parameters must stay. Return new tensors.
    steps_in_place: (p - rate * g).detach() → p.data.sub_(rate * g)
    # This moves the parameters themselves. Return new tensors: `p - …` in place of `p -= …`.
    leaves_zeros_in_grad: … → loss.backward()
        \n    new = [(p - rate * p.grad).detach() for p in parameters]
        \n    for p in parameters:\n        p.grad.zero_()\n    return new
    # This changes `.grad`, and leaves zeros there. It is to stay: use `torch.autograd.grad`.
""")


def batches(*sizes, stale=False, dtype=torch.float64):
    """Mean squared errors of a line in batches of these sizes, the sizes, and its parameters."""
    m, c = (scalar(value, dtype, grad=True) for value in (0.5, -0.25))
    if stale:
        m.grad, c.grad = torch.full_like(m, 7.0), torch.full_like(c, 7.0)
    x, noise = normal(sum(sizes), dtype=dtype), normal(sum(sizes), seed=1, dtype=dtype)
    parts = zip(x.split(sizes), (2 * x + 1 + noise).split(sizes), strict=True)
    return [((m * x + c - y) ** 2).mean() for x, y in parts], list(sizes), [m, c]


@exercise(
    cases={
        "values": {
            "batches of 5, 3 and 2": lambda: (*batches(5, 3, 2), 0.1),
            "batches of 1 and 7": lambda: (*batches(1, 7), 0.03),
            "float32": lambda: (*batches(4, 3, dtype=torch.float32), 0.2),
        },
        "shapes": {
            "a single batch": lambda: (*batches(6), 0.1),
            "a single sample": lambda: (*batches(1), 0.3),
        },
        "edges": {
            ".grad holds 7 from an earlier pass": lambda: (*batches(4, 2, stale=True), 0.1),
            "rate 0": lambda: (*batches(3, 1), 0.0),
        },
    },
    guards={
        ".grad holds 7 from an earlier pass": "what an earlier pass left in `.grad` must not count"
    },
    hints=[
        "Write the mean over all samples as a sum over the batches. How much does each batch count?",
        "`backward` adds. So let each batch add its own share, and step once, at the end.",
        "A batch's share is its mean loss times its size, divided by the number of all samples.",
    ],
    level=2,
    minutes=8,
)
def accumulate_and_step(losses, sizes, parameters, rate):
    """One step of gradient descent on the mean loss over all samples.

    losses: a list of tensors with one number, the mean loss of each batch;
    sizes: a list of ints, the samples in each batch; parameters: a list of
    leaves; rate: a float, 0 or more. Changes the parameters in place, as an
    optimiser would, and leaves in every .grad the gradient that the step used,
    without anything from earlier passes. Returns the parameters.
    Example: losses 3·p and p, sizes 1 and 3, p = 2, rate 0.1
    → .grad = (1·3 + 3·1)/4 = 1.5, p = 1.85.
    """
    for p in parameters:
        p.grad = None
    for loss, size in zip(losses, sizes, strict=True):
        (loss * size / sum(sizes)).backward()
    with torch.no_grad():
        for p in parameters:
            p -= rate * p.grad
    return parameters


SHARE = "(loss * size / sum(sizes))"
CLEAR = r"for p in parameters:\n            p.grad = None\n        "
STEP = r"with torch.no_grad():\n        for p in parameters:\n            p -="
END = r"rate * p.grad\n    return parameters"
AFTER = rf".backward()\n    {STEP}"
INSIDE = AFTER.replace(r"\n", r"\n    ")  # the same, for each batch
accumulate_and_step.slips(rf"""
    adds_up_the_means: loss * size / sum(sizes) → loss
    # The batches' means added up: with k equal batches the step is k times too long.
    takes_the_mean_of_the_means: loss * size / sum(sizes) → loss / len(losses)
    # Every batch counts the same here, the small ones too. Weigh a batch by its size.
    divides_by_the_1000_of_the_page: / sum(sizes) → / 1000
    # On the page there are 1000 samples, here there are sum(sizes).
    sums_over_the_samples: loss * size / sum(sizes) → loss * size
    # This is the gradient of the sum over all samples. Asked for is their mean.
    never_clears: p.grad = None → pass
    # Nothing clears `.grad` first: what an earlier pass left there is in your step.
    clears_before_each_batch: {SHARE} → {CLEAR}{SHARE}
    # `.grad` is cleared before each batch, so only the last batch is in the step.
    walks_uphill: p -= rate → p += rate
    # This walks uphill. Subtract the gradient.
    forgets_the_rate: rate * p.grad → p.grad
    # The step is the rate times the gradient.
    returns_nothing: return parameters → return
    # The step is right. Return the parameters.
    clears_at_the_end: return parameters → for p in parameters:\n        p.grad = None
        \n    return parameters
    # The step is right. But at the end `.grad` is to hold the step's gradient: clear it first.
    zeroes_at_the_end: return parameters → for p in parameters:\n        p.grad.zero_()
        \n    return parameters
    # The step is right. But `.grad` is to hold the step's gradient, not zeros: clear it first.
    divides_in_the_step: loss * size / sum(sizes) → loss * size;
        rate * p.grad → rate * p.grad / sum(sizes)
    # `.grad` is to hold the gradient of the mean, too: divide each loss before its `backward`.
    divides_by_the_size: loss * size / sum(sizes) → loss / size
    # Each loss is a mean already. Multiply it by the size, and divide by the sum of the sizes.
    divides_by_the_batches_too: sum(sizes) → sum(sizes) / len(losses)
    # The shares of the batches add up to 1 already: don't divide by the number of batches as well.
    leaves_the_parameters: p -= rate * p.grad → p = p - rate * p.grad
    # `p = …` only gives the name p a new value. Write `p -= …` under `torch.no_grad()`.
    zeroes_what_is_not_there: p.grad = None → p.grad.zero_()
    # Before the first pass `.grad` is None, and None can't be set to zero. Write `p.grad = None`.
    returns_new_tensors: … → total = sum(l * n for l, n in zip(losses, sizes)) / sum(sizes)
        \n    return [(p - rate * g).detach() for p, g in zip(parameters, grad(total, parameters))]
    # The parameters and `.grad` are to change: `backward`, then `p -= …` under `torch.no_grad()`.
    steps_after_each_batch: {SHARE} → {CLEAR}{SHARE}; {AFTER} → {INSIDE}
    # That is one step a batch. Add up the gradients of all batches, and step once, at the end.
    steps_while_it_adds: {SHARE} → loss; {AFTER} → {INSIDE}
    # You step after each batch and never clear. Let all batches add their share, and step once.
    returns_new_tensors_after_backward: {STEP} {END} → return [p - rate * p.grad for p in parameters]
    # `.grad` is right. But the parameters are to change: `p -= …` under `torch.no_grad()`.
    returns_detached_tensors_after_backward: {STEP} {END}
        → return [(p - rate * p.grad).detach() for p in parameters]
    # `.grad` is right. But these are new tensors: write `p -= …` under `torch.no_grad()`.
    steps_on_leaves: {STEP} → for p in parameters:\n        p -=
    # torch forbids to change a leaf in place while it records. Step under `torch.no_grad()`.
    steps_after_each_mean: {SHARE} → {CLEAR}loss; {AFTER} → {INSIDE}
    # That is a whole step a batch. Let each batch add its share to `.grad`, and step once.
    scales_what_was_added_before: {SHARE}.backward() → loss.backward()
        \n        for p in parameters:\n            p.grad *= size / sum(sizes)
    # You scale what the earlier batches have added, too. Scale each loss before its `backward`.
""")


def made(function, *values, **options):
    """What the function makes of a leaf of these values, and the leaf."""
    x = leaf(*values, **options)
    return function(x), x


def intermediate_value():
    h = torch.exp(leaf(0.3, -0.7))
    return torch.stack([h[0] * h[1], h[0] - h[1] ** 2, 5 * h[1]]), h


@exercise(
    cases={
        "values": {
            "2 outputs of 3 inputs": lambda: made(
                lambda x: torch.stack([x[0] * x[1] ** 2, torch.sin(x[2]) + 3 * x[0]]), 1, -0.5, 2
            ),
            "3 outputs of 2 inputs": lambda: made(
                lambda x: torch.tanh(tensor([1, 2], [-3, 0.5], [0, 4]) @ x), 0.4, -1.2
            ),
            "float32": lambda: made(torch.square, 1, 2, 4, dtype=torch.float32),
        },
        "shapes": {
            "a (2, 3) matrix of a (2, 3) matrix": lambda: made(
                lambda x: tensor([1, -1], [2, 0.5]) @ x**2, [1, 2, -1], [0.5, -2, 3]
            ),
            "a scalar of 2 inputs": lambda: made(lambda x: (x**3).sum(), 3, -1),
        },
        "edges": {
            "the square of each entry": lambda: made(torch.square, 1, 2, 4),
            ".grad holds 7 from an earlier pass": lambda: made(torch.square, 1, 2, 4, stale=True),
            "the inputs are no leaf": lambda: intermediate_value(),
        },
    },
    guards=LEFT_ALONE
    | {"the inputs are no leaf": "inputs in the middle of a graph have no `.grad`"},
    hints=[
        "`grad_outputs` = (0, …, 1, …, 0) picks one row of the Jacobian. So does the gradient of "
        "one entry of `outputs.flatten()`.",
        "Each row is a call of its own, and the graph is needed for the next one. Each gradient has "
        "the shape of `inputs`, and a row has one dimension.",
    ],
    level=2,
    minutes=10,
)
def jacobian(outputs, inputs):
    """The matrix of all derivatives ∂outputs/∂inputs, shape (m, n).

    outputs: a tensor of m entries in any shape; inputs: a tensor of n entries
    that it depends on. Row i belongs to entry i of outputs.flatten(), column j
    to entry j of inputs.flatten(). Every .grad stays as it was. Example:
    outputs = x², x = (1, 2) → [[2, 0], [0, 4]].
    """
    rows = [grad(y, inputs, retain_graph=True)[0].flatten() for y in outputs.flatten()]
    return torch.stack(rows)


FUNCTIONAL = "torch.autograd.functional.jacobian(lambda _: outputs, inputs)"
ROWS = "rows = [grad(y, inputs, retain_graph=True)[0].flatten() for y in outputs.flatten()]"
EACH = r"rows = []\n    for y in outputs.flatten():\n        "
BACK = r"y.backward(retain_graph=True)\n        rows.append(inputs.grad.flatten()"
jacobian.slips(rf"""
    frees_the_graph: (y, inputs, retain_graph=True) → (y, inputs)
    # The graph is gone after the first row. Keep it for the next one with `retain_graph=True`.
    transposes: torch.stack(rows) → torch.stack(rows, dim=1)
    # This is the transpose: a row belongs to an output, a column to an input.
    adds_up_the_rows: torch.stack(rows) → sum(rows)
    # These are all rows added up, the gradient of the sum. Differentiate one output at a time.
    goes_through_the_first_dimension: in outputs.flatten() → in outputs
    # `outputs` may be a matrix, or one number: go through outputs.flatten(), entry by entry.
    adds_up_each_row_of_a_matrix: (y, inputs → (y.sum(), inputs; in outputs.flatten() → in outputs
    # The rows of a matrix are summed up here. Go through outputs.flatten(), entry by entry.
    leaves_the_shape_of_the_inputs: [0].flatten() → [0]
    # Each gradient has the shape of `inputs` here. A row has one dimension: flatten it.
    returns_a_list: torch.stack(rows) → rows
    # This is a list of rows. Make one tensor of them.
    keeps_the_shapes: torch.stack(rows) → torch.stack(rows).reshape(*outputs.shape, *inputs.shape)
    # The numbers are right, the shape is not. Flatten the outputs and the inputs: (m, n).
    joins_the_rows_end_to_end: torch.stack(rows) → torch.cat(rows)
    # `torch.cat` joins the rows end to end. `torch.stack` puts them below each other.
    keeps_the_tuples: retain_graph=True)[0].flatten() → retain_graph=True)
    # `torch.autograd.grad` returns a tuple, even for one input. Its gradient is entry 0.
    makes_a_tensor_of_tensors: torch.stack(rows) → torch.tensor(rows)
    # `torch.tensor` takes plain numbers. Tensors of one shape are put together by `torch.stack`.
    repeats_the_sum_of_the_rows: torch.stack(rows) → sum(rows).repeat(len(rows), 1)
    # All your rows are the gradient of the sum of all outputs. Each output has its own row.
    counts_the_first_dimension: (y, → (outputs[i],; y in outputs.flatten() → i in range(len(outputs))
    # `len(outputs)` counts rows, and fails for one number: go through outputs.flatten().
    starts_without_weights: … → return grad(outputs, inputs)[0]
    # torch won't guess which output is meant: take one entry of `outputs` after the other.
    weighs_every_output_with_one: … → return grad(outputs, inputs, torch.ones_like(outputs))[0]
    # With ones as weights all rows are added up. Differentiate one output at a time.
    calls_backward_once: … → outputs.sum().backward()\n    return inputs.grad
    # This is the gradient of the sum, in `.grad`. Let `torch.autograd.grad` return each row.
    differentiates_by_an_entry: (y, inputs, retain_graph=True)[0].flatten() → (y, inputs[0])[0]
    # An entry that you pick now is a new tensor: no output came from it. Differentiate by `inputs`.
    gives_all_weights_at_once: … → eye = torch.eye(outputs.numel(), dtype=outputs.dtype)
        \n    return grad(outputs, inputs, eye)[0]
    # One call takes the weights of one row. Give it one row of the identity after the other.
    puts_the_sums_on_the_diagonal: … → return torch.diag(grad(outputs.sum(), inputs)[0].flatten())
    # That is right only where output i depends on input i alone. Make one call for each row.
    differentiates_a_function: … → return {FUNCTIONAL}
    # All zeros: `functional.jacobian` must call a function. Your outputs are there: use `grad`.
    differentiates_a_function_and_flattens: …
        → return {FUNCTIONAL}.reshape(outputs.numel(), inputs.numel())
    # All zeros: these outputs are there, and `functional.jacobian` calls a function. Use `grad`.
    calls_backward_for_each_row: {ROWS} → {EACH}{BACK}.clone())
    # `backward` adds each row to those before it. Let `torch.autograd.grad` return each row.
    clears_before_each_row: {ROWS} → {EACH}inputs.grad = None\n        {BACK})
    # The rows may be right, but `.grad` has changed. Let `torch.autograd.grad` return each row.
    keeps_views_of_grad: {ROWS}
        → {EACH}if inputs.grad is not None:\n            inputs.grad.zero_()\n        {BACK})
    # All your rows share the memory of `.grad`. Let `torch.autograd.grad` return each row.
""")


def squared_error(w, x, t):
    return (torch.tanh(x @ w) - t) ** 2


def cross_entropy(w, x, t):
    scores = w @ x
    return scores.logsumexp(0) - scores.gather(0, t.reshape(1)).squeeze()


def three_samples(limit, dtype=torch.float64):
    w, t = tensor(0.5, -0.25, dtype=dtype), tensor(0, -0.5, -1, dtype=dtype)
    return squared_error, w, tensor([2.0, 1.0], [1.0, 2.0], [0.5, -3.0], dtype=dtype), t, limit


def three_numbers(limit):
    x, t = tensor(1.0, 3.0, -2.0), tensor(0.0, 1.0, 4.0)
    return lambda w, x, t: (w * x - t) ** 2, scalar(0.5), x, t, limit


def one_of_length_0(limit):
    return squared_error, tensor(0.0, 0.0), tensor([1.0, 2.0], [0.5, -3.0]), tensor(0.0, 2.0), limit


def four_pictures(limit):
    return cross_entropy, 0.3 * normal(3, 5), 2 * normal(4, 5, seed=1), torch.arange(4) % 3, limit


@exercise(
    cases={
        "values": {
            "three samples, limit 1.2": lambda: three_samples(1.2),
            "three samples, limit 0.5": lambda: three_samples(0.5),
            "a matrix, limit 2": lambda: four_pictures(2.0),
            "float32": lambda: three_samples(2.0, torch.float32),
        },
        "shapes": {
            "w is a number": lambda: three_numbers(2.5),
            "w is a number, limit 0.6": lambda: three_numbers(0.6),
        },
        "edges": {
            "a limit that nothing reaches": lambda: three_samples(50.0),
            "a gradient of length 0": lambda: one_of_length_0(0.5),
        },
    },
    guards={"a gradient of length 0": "a sample whose gradient is 0 must not give 0/0"},
    hints=[
        "First you need the gradients one by one: a tensor (n, …). Then a factor for each.",
        "Call `torch.autograd.grad` for one sample after the other and stack what it returns, or use "
        "`torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))`, which is faster.",
        "A length is a norm over all dimensions but the first. The factor is limit/length, but "
        "never above 1.",
    ],
    level=3,
    minutes=12,
)
def clipped_gradient(loss, w, x, t, limit):
    """The mean of the samples' gradients, each clipped to at most `limit`.

    loss: loss(w, x[i], t[i]) is the loss of sample i, one number; w: a tensor
    of any shape that requires no grad, and stays so; x, t: tensors whose first
    dimension counts the samples; limit: a float above 0. A gradient by w whose
    length, the root of the sum of its squared entries, is above `limit` is
    scaled down to that length. Returns a tensor of w's shape.
    Example: loss w·x·t, w = 1, x = (3, 1), t = (1, 1), limit 2
    → (2 + 1)/2 = 1.5.
    """
    w = w.detach().requires_grad_()
    each = [grad(loss(w, x[i], t[i]), w)[0] for i in range(len(x))]
    rows = torch.stack(each).reshape(len(x), -1)
    factor = limit / rows.norm(dim=1, keepdim=True).clamp(min=limit)
    return (factor * rows).mean(0).reshape(w.shape)


clipped_gradient.slips(r"""
    clips_the_mean: factor * rows → rows; .mean(0). → .mean(0, keepdim=True).
    # Nothing is clipped here: this is the plain mean of the gradients.
    scales_every_gradient: .clamp(min=limit) →
    # Every gradient gets the length `limit` here, the short ones too. Scale only the longer ones.
    clips_each_entry: factor * rows → rows.clamp(-limit, limit)
    # This clips each entry. That turns the gradient; asked for is one factor a sample.
    takes_w_without_grad: w.detach().requires_grad_() → w
    # w requires no grad here. Start with a copy that does: `w = w.detach().requires_grad_()`.
    marks_the_callers_w: w.detach().requires_grad_() → w.requires_grad_()
    # This makes the caller's own w require grad. Work on `w.detach()`, which is another tensor.
    takes_the_sum: .mean(0) → .sum(0)
    # This is the sum over the samples; the mean is asked for.
    averages_the_entries_too: .mean(0).reshape(w.shape) → .mean()
    # This mean runs over the entries of w, too. Take it over the samples only: `.mean(0)`.
    turns_the_factor_round: limit / rows.norm(dim=1, keepdim=True).clamp(min=limit)
        → rows.norm(dim=1, keepdim=True).clamp(min=limit) / limit
    # The factor is turned round: the long gradients grow. It is limit/length.
    measures_along_the_samples: dim=1, → dim=0,
    # This norm runs over the samples. A sample's length runs over its own entries, dimension 1.
    one_length_for_all: rows.norm(dim=1, keepdim=True) → rows.norm()
    # One length for all samples together. Each sample has its own.
    forgets_the_root: rows.norm(dim=1, keepdim=True) → rows.square().sum(1, keepdim=True)
    # That is the squared length: the root is missing.
    adds_a_little_to_the_length: .clamp(min=limit) → .add(1e-6).clamp(min=limit)
    # Each length is a little too large here. Add nothing: `limit / length.clamp(min=limit)`.
    lengthens_to_the_limit: min=limit → max=limit
    # The long gradients stay as they are here, and the short ones grow. It is the other way.
    drops_the_long_ones: factor * rows → (rows.norm(dim=1, keepdim=True) <= limit) * rows
    # The long gradients are left out here. Scale them down to the length `limit`.
    scales_to_length_1: factor * rows → torch.where(factor < 1, factor / limit, 1) * rows
    # The long gradients get the length 1 here. They are to get the length `limit`.
    clips_to_length_1: limit / rows → 1 / rows; min=limit → min=1
    # What is longer than 1 gets the length 1 here. Compare with `limit`, and scale down to `limit`.
    takes_the_largest_entry_for_the_length: rows.norm(dim=1, keepdim=True)
        → rows.abs().amax(1, keepdim=True)
    # That is the largest entry. The length is the root of the sum of the squared entries.
    maps_over_w_too: … → return torch.func.vmap(torch.func.grad(loss))(w, x, t)
    # `vmap` without `in_dims` splits w as well. All samples share w: `in_dims=(None, 0, 0)`.
    clips_after_the_mean: .reshape(len(x), -1) → .mean(0).reshape(1, -1)
    # You clip the mean, and one long gradient decides it. Clip each gradient before the mean.
    fits_the_factors_to_vectors: .reshape(len(x), -1) → ;
        rows.norm → rows.reshape(len(x), -1).norm; .reshape(w.shape) →
    # This fits where w is a vector. Flatten each gradient to a row, and give the mean w's shape.
    flattens_one_number: .reshape(len(x), -1) → .flatten(1)
    # Where w is one number, there is no dimension 1. Make rows with `each.reshape(len(x), -1)`.
    measures_the_last_dimension: .reshape(len(x), -1) → ; dim=1 → dim=-1
    # This norm runs over the last dimension only. A length runs over all but the first.
    clips_what_has_piled_up: … → w = w.detach().requires_grad_()\n    for i in range(len(x)):
        \n        loss(w, x[i], t[i]).backward()\n        torch.nn.utils.clip_grad_norm_(w, limit)
        \n    return w.grad / len(x)
    # `.grad` still holds the samples before. Clear it before each, and add up what you clipped.
    clips_the_losses: t[i]) → t[i]).clamp(max=limit); factor * rows → rows
    # You limit the losses. What is to be limited is the length of each sample's gradient.
    gives_the_loss_the_whole_batch: [grad(loss(w, x[i], t[i]), w)[0] for i in range(len(x))]
        → grad(loss(w, x, t).mean(), w); .reshape(len(x), -1) → .reshape(1, -1)
    # The loss is made for one sample, x[i] and t[i]. Clip each gradient, and take the mean last.
    forgets_the_root_of_flat_rows: .reshape(len(x), -1) → .flatten(1);
        rows.norm(dim=1, keepdim=True) → rows.square().sum(1, keepdim=True)
    # The root is missing: that is the squared length. And one number w has no dimension 1.
""")


class Polynomial(torch.nn.Module):
    """u(t) = c[0] + c[1]·t + c[2]·t² …; if `stale`, 7 is in c.grad."""

    def __init__(self, *coefficients, stale=False):
        super().__init__()
        self.c = torch.nn.Parameter(tensor(*coefficients))
        if stale:
            self.c.grad = torch.full_like(self.c, 7.0)

    def forward(self, t):
        return sum(c * t**k for k, c in enumerate(self.c))


def times(*values, dtype=torch.float64):
    return tensor(*values, dtype=dtype)[:, None]


def small_network(*values, dtype=torch.float64):
    """A network 1–3–1 with fixed weights, and these times."""
    layers = torch.nn.Linear(1, 3, dtype=dtype), torch.nn.Linear(3, 1, dtype=dtype)
    for seed, parameter in enumerate(p for layer in layers for p in layer.parameters()):
        parameter.data = normal(*parameter.shape, seed=seed, dtype=dtype)
    network = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])
    return network, times(*values, dtype=dtype)


@exercise(
    cases={
        "values": {
            "u = 1 − 0.2·t at three times": lambda: (Polynomial(1, -0.2), times(0, 0.5, 1)),
            "u = 0.7·t² − 1.5·t": lambda: (Polynomial(0, -1.5, 0.7), times(-1, 0.3, 2)),
            "a network": lambda: small_network(0, 0.4, 1.1, 2),
        },
        "gradient": {
            "a network in float32": lambda: small_network(0, 0.5, 1.5, dtype=torch.float32),
            "a network at two times": lambda: small_network(-0.4, 0.9),
        },
        "shapes": {
            "seven times": lambda: (Polynomial(0, 0.4, 0.2), times(*range(7))),
            "two times": lambda: (Polynomial(0.3, 0.1, -0.2), times(0.5, 2)),
        },
        "edges": {
            "a single time": lambda: (Polynomial(1, -0.2), times(0.5)),
            "the start alone": lambda: (Polynomial(0, -1.5, 0.7), times(0)),
            ".grad holds 7 from an earlier pass": lambda: (
                Polynomial(1, -0.2, stale=True),
                times(0, 0.5),
            ),
        },
    },
    guards=LEFT_ALONE,
    hints=[
        "You take u′, by t, inside the loss. Your caller takes the derivative by the weights. So u′ "
        "must leave every `.grad` alone, and one must be able to differentiate it.",
        "Work on a copy of t that requires grad. Row i of u depends on row i of t only: what does the "
        "gradient of `u.sum()` then hold?",
        "Which keyword of `torch.autograd.grad` keeps the derivative itself on the graph?",
    ],
    level=3,
    minutes=12,
)
def residual_loss(network, t):
    """The mean over all times of (u′ + u)²; u = network(t) and u′ = du/dt.

    network: a module that maps each row of t (N, 1) by itself to a row of u
    (N, 1); t requires no grad, and stays so. Returns a tensor with one number,
    to train the network with: its gradient includes the way through u′. Every
    .grad stays as it was.
    Example: u = 1 + a·t with a = 0 at t = 0, 1 → 1, since u′ + u = 0 + 1.
    """
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u.sum(), t, create_graph=True)
    return ((slope + u) ** 2).mean()


INNER = "(slope,) = grad(u.sum(), t, create_graph=True)"
residual_loss.slips(rf"""
    retains_without_creating: create_graph → retain_graph
    # The value is right, but u′ is only a number in it. `create_graph=True` keeps it on the graph.
    frees_the_graph_of_u: (u.sum(), t, create_graph=True) → (u.sum(), t)
    # The graph is gone, and u′ is only a number in the loss. `create_graph=True` keeps both.
    forgets_the_sum: u.sum() → u
    # u has several rows. Give `grad` their sum, `u.sum()`, or `grad_outputs=torch.ones_like(u)`.
    takes_the_mean_of_u: u.sum() → u.mean()
    # The gradient of `u.mean()` is u′ divided by the number of times. That of `u.sum()` is u′.
    has_the_other_sign: slope + u → slope - u
    # This is the residual of u′ = u, of growth. For u′ = −u it is u′ + u: its zero is the equation.
    takes_the_sum: ** 2).mean() → ** 2).sum()
    # This is the sum of the squares; asked for is their mean over all times.
    averages_before_squaring: ((slope + u) ** 2).mean() → (slope + u).mean() ** 2
    # Square first: in a mean of u′ + u, errors of both signs cancel.
    returns_a_plain_number: .mean() → .mean().item()
    # `.item()` makes a plain number, and nothing can be trained with it. Return the tensor.
    computes_u_from_another_t: network(t) → network(t.detach())
    # u was not computed from the t that you differentiate in: make the copy first, then u from it.
    adds_a_row_to_a_column: slope + u → slope.flatten() + u
    # (N,) plus (N, 1) is (N, N): every u′ meets every u. Give both the shape (N, 1).
    takes_t_without_grad: t.detach().requires_grad_() → t.detach()
    # t does not require grad. Take a copy that does, and compute u from this copy.
    marks_the_callers_t: t.detach().requires_grad_() → t.requires_grad_()
    # This makes the caller's own t require grad. Work on `t.detach()`, which is another tensor.
    squares_the_sum: ((slope + u) ** 2).mean() → (slope + u).sum() ** 2
    # Square at each time first, then take the mean: in a sum, errors of both signs cancel.
    detaches_u: slope + u → slope + u.detach()
    # The value is right, but the way through u is cut. The gradient needs both ways.
    forgets_u: slope + u → slope
    # The residual is u′ + u, and here it is u′ alone.
    squares_each_term: (slope + u) ** 2 → slope**2 + u**2
    # The square of a sum is not the sum of the squares. Add u′ and u first.
    takes_the_absolute_value: ((slope + u) ** 2) → (slope + u).abs()
    # This is the mean of the absolute values. Asked for are the squares.
    keeps_the_tuple: (slope,) = → slope =
    # `torch.autograd.grad` returns a tuple, even for one tensor. Its gradient is entry 0.
    returns_one_number_for_each_time: ** 2).mean() → ** 2)
    # This is one square for each time. Return their mean.
    takes_a_difference_quotient: … → step, u = max(EPS, 1e-6), network(t)
        \n    slope = (network(t + step) - u) / step\n    return ((slope + u) ** 2).mean()
    # That is only near to u′. Let `torch.autograd.grad` give it, by a copy of t with grad.
    takes_a_central_difference: … → step, u = max(EPS, 1e-6), network(t)
        \n    slope = (network(t + step) - network(t - step)) / (2 * step)
        \n    return ((slope + u) ** 2).mean()
    # A central difference is only near to u′. Let `torch.autograd.grad` give u′ itself.
    takes_the_difference_of_neighbours: {INNER}
        → slope, u = (u[1:] - u[:-1]) / (t[1:] - t[:-1]), u[:-1]
    # That is near to u′, and no more. u′ is a derivative, also at a single time: use `grad`.
    calls_backward_inside: {INNER} → u.sum().backward(create_graph=True); slope + u → t.grad + u
    # The inner `backward` also fills the parameters' `.grad`. Take u′ with `torch.autograd.grad`.
    calls_a_plain_backward_inside: {INNER} → u.sum().backward(); slope + u → t.grad + u
    # `backward` fills the parameters' `.grad`, and u′ is only a number. Use `torch.autograd.grad`.
    clears_after_the_inner_backward: {INNER}
        → u.sum().backward(create_graph=True)\n    network.zero_grad(); slope + u → t.grad + u
    # Your caller may have something in `.grad`, and it is lost. Take u′ with `torch.autograd.grad`.
    calls_backward_on_the_loss: return → loss =;
        .mean() → .mean()\n    loss.backward()\n    return loss
    # `backward` is your caller's: it fills `.grad` and frees the graph. Return the loss only.
    differentiates_by_the_weights: u.sum(), t → u.sum(), next(network.parameters())
    # This is a derivative by a parameter. u′ is the one by t: take a copy of t that requires grad.
""")


TIMES = tensor(0.0, 0.5, 1.0)


def log(factor, add=0.0, steps=4, kept=False, of=(-0.2, -0.5, -0.3, -0.6)):
    """Values of a, and 2·Σ rᵢ·factorᵢ + add at each, with r = a·(1 + t) + 1; added up if kept."""
    a = tensor(*of)[:steps]
    seen = (2 * (a[:, None] * (1 + TIMES) + 1) * factor).sum(1) + add
    return a, seen.cumsum(0) if kept else seen


@exercise(
    cases={
        "values": {
            "never cleared": lambda: log(1 + TIMES, kept=True),
            "create_graph": lambda: log(1 + TIMES),
            "retain_graph": lambda: log(TIMES),
            "an inner backward": lambda: log(1 + TIMES, add=1.5),
        },
        "shapes": {
            "two steps, right": lambda: log(1 + TIMES, steps=2),
            "two steps, never cleared": lambda: log(1 + TIMES, steps=2, kept=True),
            "two steps, retain_graph": lambda: log(TIMES, steps=2),
        },
        "edges": {
            "an inner backward, from the lowest point": lambda: (
                tensor(-18 / 29, -0.7),
                tensor(1.5, 14.5 * -0.7 + 10.5),
            ),
            "an inner backward, three steps": lambda: log(1 + TIMES, add=1.5, steps=3),
            "an inner backward, rising": lambda: log(1 + TIMES, add=1.5, of=(-0.5, -0.3)),
            "never cleared, falling": lambda: log(1 + TIMES, kept=True, of=(-0.5, -0.9, -0.8)),
            # At a = −⅔ the way through u′ is 0: retain_graph and create_graph agree.
            "retain_graph, up to a = −⅔": lambda: log(TIMES, of=(-0.9, -2 / 3)),
            "retain_graph, down from a = −⅔": lambda: log(TIMES, of=(-2 / 3, -0.9)),
            "right, down to a = −⅔": lambda: log(1 + TIMES, of=(-0.3, -2 / 3)),
        },
    },
    hints=[
        "What should a.grad hold? Write it down, equation (5.1), and compare.",
        "Each slip leaves its own trace: a way that is missing, a constant too much, or a sum.",
        "Compute the four lists of numbers, and see which of them agrees: `torch.allclose`.",
    ],
    level=2,
    minutes=10,
)
def diagnose(a, seen):
    """Which program left these numbers in a.grad?

    The line u(t) = 1 + a·t is fitted to u′ = −u with the loss Σ (u′ + u)² over
    t = 0, ½ and 1. a: float64 tensor (K,), K ≥ 2, the parameter at each step;
    seen: (K,), a.grad just after each step's outer backward. Returns "right"
    (create_graph, cleared before each step), "never cleared" (create_graph),
    "retain_graph" (in place of create_graph; cleared) or "inner backward" (u′
    by u.sum().backward(create_graph=True); cleared before each step, not
    within). Example: a = (0, −0.1), seen = (9, 7.55) → "right".
    """
    t = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    r = a[:, None] * (1 + t) + 1
    right = (2 * r * (1 + t)).sum(1)
    known = {
        "right": right,
        "never cleared": right.cumsum(0),
        "retain_graph": (2 * r * t).sum(1),
        "inner backward": right + t.sum(),
    }
    return next(name for name, numbers in known.items() if torch.allclose(numbers, seen))


FOUND = "return next(name for name, numbers in known.items() if torch.allclose(numbers, seen))"
RIGHT = r'if torch.allclose(seen, right):\n        return "right"\n    if'
ELSE = "next(name → next((name; seen)) → seen)),"
diagnose.slips(rf"""
    looks_at_the_first_step_only: (numbers, seen) → (numbers[0], seen[0])
    # You look at the first step only. There a sum of all gradients so far is the gradient itself.
    looks_at_the_last_step_only: (numbers, seen) → (numbers[-1], seen[-1])
    # You look at the last step only. At a = −⅔ two programs leave one number: compare all steps.
    writes_underscores: "never cleared": → "never_cleared":; "inner backward": → "inner_backward":
    # The programs are told apart. Write the two names with a space: never cleared, inner backward.
    one_step_is_enough: torch.allclose(numbers, seen) → torch.isclose(numbers, seen).any()
    # Several programs can leave the same number in one step: compare all steps.
    swaps_the_ways: "right": → "retain":; "retain_graph": → "right":; "retain": → "retain_graph":
    # The two are swapped. retain_graph leaves the way through u alone, which has the factor t.
    never_finds_the_inner_backward: "inner backward": right + t.sum(), → ; {ELSE} "never cleared")
    # An inner backward is not recognised. It adds Σ t = 1.5 to the right gradient in every step.
    adds_the_inner_backward_up: right + t.sum() → (right + t.sum()).cumsum(0); {ELSE} None)
    # An inner backward is not recognised. It is no sum: every step has 1.5 too much, and no more.
    takes_any_excess_for_an_inner_backward: "never cleared": right.cumsum(0), → ;
        {ELSE} "inner backward")
    # Too much may be 1.5 in every step, or a sum that grows from step to step. Tell them apart.
    never_finds_it_right: "right": right, → ; {ELSE} "never cleared")
    # A right program is not recognised. Compare with the derivative of Σ r² by a: 2·Σ r·(1 + t).
    never_finds_retain_graph: "retain_graph": (2 * r * t).sum(1), → ; {ELSE} "inner backward")
    # retain_graph is not recognised. It leaves the way through u alone: 2·Σ r·t.
    never_finds_the_sum: "never cleared": right.cumsum(0), → ; {ELSE} "retain_graph")
    # A `.grad` that is never cleared is not recognised. Compare with the right ones, added up.
    takes_any_rise_for_a_sum: {FOUND} → {RIGHT} (seen.diff() > 0).all():
        \n        return "never cleared"
        \n    return "retain_graph" if (seen < right).all() else "inner backward"
    # Numbers that rise need not be a sum, and a sum need not rise. Compare with the sum itself.
    judges_by_the_sign_of_the_difference: {FOUND} → {RIGHT} torch.isclose(seen, right)[0]:
        \n        return "never cleared"
        \n    return "inner backward" if (seen > right).all() else "retain_graph"
    # At a = −⅔ retain_graph's difference from right changes its sign. Compare the numbers.
    compares_the_slopes: (numbers, seen) → (numbers.diff(), seen.diff())
    # An inner backward adds 1.5 in every step: differences don't show it. Compare the numbers.
""")
