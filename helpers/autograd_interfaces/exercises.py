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


def train(loss, parameters, rate):
    """The parameters after one round of the usual training loop, which moves them."""
    loss.backward()
    for p in parameters:
        p.data = p - rate * p.grad
    return parameters


def cleared(parameters, to_zero=False):
    """The same parameters; every .grad is None, or holds zeros if it is to be cleared to zero."""
    for p in parameters:
        p.grad = torch.zeros_like(p) if to_zero else None
    return parameters


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


sgd_step.slips(r"""
    adds_the_gradient: p - rate → p + rate
    # This walks uphill: the gradient points to larger losses. Subtract it.
    forgets_the_rate: rate * g → g
    # The step lacks the rate: it is the rate times the gradient.
    returns_only_the_change: p - rate * g → -rate * g
    # This is only the change. Add it to the parameters: they are to come back after the step.
    returns_the_gradients: (p - rate * g).detach() → g
    # These are the gradients. Asked for are the parameters after a step along them.
    calls_backward: torch.autograd.grad(loss, parameters)
        → loss.backward() or [p.grad for p in parameters]
    # `backward` writes into `.grad`, and adds to what an earlier pass left there. `.grad` is to
    # stay: `torch.autograd.grad` returns the gradients instead.
    gives_the_name_a_new_value: … → return parameters
    # The parameters come back unchanged: `p = …` in a loop gives a new value to the name p, and the
    # list still holds the old tensors. Put the new ones into a list of your own.
    reads_grad_that_grad_left_empty: … → grad(loss, parameters)\n    return [(p - rate *
        p.grad).detach() for p in parameters]
    # `torch.autograd.grad` returns the gradients and leaves `.grad` empty. Use what it returns.
    differentiates_by_copies: … → copies = [p.detach().clone().requires_grad_() for p in
        parameters]\n    return [p - rate * g for p, g in zip(copies, grad(loss, copies),
        strict=True)]
    # The loss was computed from the parameters, not from your copies of them. Differentiate it by
    # the parameters themselves.
    lets_an_optimiser_move_copies: … → loss.backward()\n    return [p.detach().clone() for p in
        parameters]
    # The loss was computed from the parameters, not from your copies of them. So `backward` fills
    # the parameters' `.grad`, and your copies come back as they were.
    multiplies_a_tuple: … → return [p - rate * grad(loss, p, retain_graph=True) for p in parameters]
    # `torch.autograd.grad` returns a tuple, even for one parameter, and a tuple times the rate is
    # no step. Take its gradients one by one.
    frees_the_graph: torch.autograd.grad(loss, parameters)
        → [torch.autograd.grad(loss, p)[0] for p in parameters]
    # The first call frees the graph, and the second one fails. One call takes all parameters.
    returns_nothing: … → train(loss, parameters, rate)
    # This usual training loop returns nothing, moves the parameters and fills `.grad`. Let both
    # stay, and return a list of new tensors.
    runs_the_training_loop: … → return train(loss, parameters, rate)
    # This is the usual training loop: it fills `.grad` and moves the parameters. Both must stay.
    # Let `torch.autograd.grad` return the gradients, and return new tensors.
    runs_the_training_loop_and_zeroes: … → return cleared(train(loss, parameters, rate), True)
    # This is the usual training loop: it moves the parameters, and leaves zeros in `.grad`. Both
    # must stay. Let `torch.autograd.grad` return the gradients, and return new tensors.
    steps_on_a_leaf: … → loss.backward()\n    return [p.sub_(rate * p.grad) for p in parameters]
    # torch forbids to change a leaf in place, and here the parameters must stay as they were.
    # Return new tensors: `p - …` in place of `p -= …`.
    steps_in_place: (p - rate * g).detach() → p.data.sub_(rate * g)
    # This moves the parameters themselves. Return new tensors: `p - …` in place of `p -= …`.
    leaves_zeros_in_grad: … → loss.backward()
        \n    new = [(p - rate * p.grad).detach() for p in parameters]
        \n    return cleared(parameters, True) and new
    # `backward` adds to what `.grad` held, and then you leave zeros there. Every `.grad` is to stay
    # as it was: let `torch.autograd.grad` return the gradients.
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


SHARE, STEP = "(loss * size / sum(sizes)).backward()", "p -= rate * p.grad"
NEW = "[p - rate * p.grad for p in parameters]"
accumulate_and_step.slips(rf"""
    adds_up_the_means: loss * size / sum(sizes) → loss
    # The batches' means added up: with k equal batches the step is k times too long.
    takes_the_mean_of_the_means: loss * size / sum(sizes) → loss / len(losses)
    # Every batch counts the same here, so a sample of a small batch counts more than one of a
    # large batch. Weigh a batch by its size.
    divides_by_the_1000_of_the_page: / sum(sizes) → / 1000
    # On the page there are 1000 samples, here there are sum(sizes).
    sums_over_the_samples: loss * size / sum(sizes) → loss * size
    # This is the gradient of the sum over all samples. Asked for is their mean.
    never_clears: p.grad = None → pass
    # Nothing clears `.grad` first: what an earlier pass left there is in your step.
    clears_before_each_batch: {SHARE} → cleared(parameters) and {SHARE}
    # `.grad` is cleared before each batch, so only the last batch is in the step.
    walks_uphill: p -= rate → p += rate
    # This walks uphill. Subtract the gradient.
    forgets_the_rate: rate * p.grad → p.grad
    # The step is the rate times the gradient.
    returns_nothing: return parameters → return
    # The step is right. Return the parameters.
    clears_at_the_end: return parameters → return cleared(parameters)
    # The step is right. But at the end `.grad` is to hold the gradient that the step used, and it
    # holds none. Let `backward` fill it, and clear it first, not at the end.
    zeroes_at_the_end: return parameters → return cleared(parameters, True)
    # The step is right. But at the end `.grad` is to hold the gradient that the step used, and you
    # set it to zero. Clear it before the first `backward`, not at the end.
    divides_in_the_step: loss * size / sum(sizes) → loss * size;
        rate * p.grad → rate * p.grad / sum(sizes)
    # You divide by the number of all samples in the step only, so `.grad` holds the sum over the
    # samples. It is to hold their mean: divide each loss before its `backward`.
    divides_by_the_size: loss * size / sum(sizes) → loss / size
    # Each loss is a mean already, so it has been divided by the size. Multiply it by the size, and
    # divide by the number of all samples.
    divides_by_the_batches_too: sum(sizes) → sum(sizes) / len(losses)
    # The shares of the batches add up to 1 already: don't divide by the number of batches as well.
    leaves_the_parameters: p -= rate * p.grad → pass
    # `.grad` is right, but the parameters are where they were. A line `p = …` only gives a new
    # value to the name p: write `p -= …` under `torch.no_grad()`.
    zeroes_what_is_not_there: p.grad = None → p.grad.zero_()
    # Before the first pass `.grad` is None, and None can't be set to zero. Write `p.grad = None`.
    returns_new_tensors: … → total = sum(loss * size for loss, size in zip(losses, sizes,
        strict=True)) / sum(sizes)\n    return [(p - rate * g).detach() for p, g in zip(parameters,
        grad(total, parameters), strict=True)]
    # The parameters themselves stay as they were. Here they are to change in place, and `.grad` is
    # to hold the gradient: `p -= …` under `torch.no_grad()`.
    steps_after_each_batch: {SHARE} → train(loss * size / sum(sizes), cleared(parameters), rate);
        {STEP} → pass
    # That is one step a batch. The losses were all computed at the old parameters: add the
    # gradients of all batches up, and step once.
    steps_while_it_adds: {SHARE} → train(loss, parameters, rate); {STEP} → pass
    # You step after each batch and never clear: the first batch is in every step. Let all batches
    # add their share first, and step once.
    returns_new_tensors_after_backward: {STEP} → pass; return parameters → return {NEW}
    # `.grad` is right. But the parameters themselves stay as they were, and here they are to change
    # in place: `p -= …` under `torch.no_grad()`.
    returns_detached_tensors_after_backward: {STEP} → pass;
        return parameters → return [p.detach() for p in {NEW}]
    # These are new tensors beside the parameters, which stay as they were. They are to change in
    # place: `p -= …` under `torch.no_grad()`. `.grad` is right.
    steps_on_leaves: torch.no_grad → torch.enable_grad
    # torch forbids to change a leaf in place while it records. Step under `torch.no_grad()`.
    steps_after_each_mean: {SHARE} → train(loss, cleared(parameters), rate); {STEP} → pass
    # That is one whole step for each batch. Asked for is one step on all samples: let each batch
    # add its share to `.grad`, and step once, at the end.
    scales_what_was_added_before: {SHARE} → loss.backward()
        \n        for p in parameters: p.grad *= size / sum(sizes)
    # You scale `.grad` after each batch, and with it what the earlier batches have added. Scale
    # each loss before its `backward`.
""")


def two_of_three():
    x = leaf(1.0, -0.5, 2.0)
    return torch.stack([x[0] * x[1] ** 2, torch.sin(x[2]) + 3 * x[0]]), x


def three_of_two():
    x = leaf(0.4, -1.2)
    return torch.tanh(tensor([1.0, 2.0], [-3.0, 0.5], [0.0, 4.0]) @ x), x


def elementwise(stale=False, dtype=torch.float64):
    x = leaf(1.0, 2.0, 4.0, stale=stale, dtype=dtype)
    return x**2, x


def matrix_of_matrix():
    x = leaf([1.0, 2.0, -1.0], [0.5, -2.0, 3.0])
    return tensor([1.0, -1.0], [2.0, 0.5]) @ x**2, x


def scalar_of_vector():
    x = leaf(3.0, -1.0)
    return (x**3).sum(), x


def intermediate_value():
    h = torch.exp(leaf(0.3, -0.7))
    return torch.stack([h[0] * h[1], h[0] - h[1] ** 2, 5 * h[1]]), h


@exercise(
    cases={
        "values": {
            "2 outputs of 3 inputs": lambda: two_of_three(),
            "3 outputs of 2 inputs": lambda: three_of_two(),
            "float32": lambda: elementwise(dtype=torch.float32),
        },
        "shapes": {
            "a (2, 3) matrix of a (2, 3) matrix": lambda: matrix_of_matrix(),
            "a scalar of 2 inputs": lambda: scalar_of_vector(),
        },
        "edges": {
            "the square of each entry": lambda: elementwise(),
            ".grad holds 7 from an earlier pass": lambda: elementwise(stale=True),
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
ROW = "grad(y, inputs, retain_graph=True)[0].flatten()"
jacobian.slips(rf"""
    frees_the_graph: (y, inputs, retain_graph=True) → (y, inputs)
    # The graph is gone after the first row. Keep it for the next one with `retain_graph=True`.
    transposes: torch.stack(rows) → torch.stack(rows, dim=1)
    # This is the transpose: a row belongs to an output, a column to an input.
    adds_up_the_rows: torch.stack(rows) → sum(rows)
    # This is one gradient, that of the sum of all outputs: the rows of the Jacobian added up. One
    # call with `outputs.sum()` or with ones can't tell them apart.
    goes_through_the_first_dimension: in outputs.flatten() → in outputs
    # This goes through the first dimension of `outputs`. But `outputs` may be a matrix, or one
    # number: go through outputs.flatten(), entry by entry.
    adds_up_each_row_of_a_matrix: (y, inputs → (y.sum(), inputs;
        in outputs.flatten() → in outputs
    # Where `outputs` is a matrix, its rows are summed up here, and their entries can't be told
    # apart. Don't sum: go through outputs.flatten(), entry by entry.
    leaves_the_shape_of_the_inputs: [0].flatten() → [0]
    # Each gradient has the shape of `inputs` here. A row has one dimension: flatten it.
    returns_a_list: torch.stack(rows) → rows
    # This is a list of rows. Make one tensor of them.
    keeps_the_shapes: torch.stack(rows) → torch.stack(rows).reshape(*outputs.shape, *inputs.shape)
    # The numbers are right, the shape is (*outputs.shape, *inputs.shape), as
    # `torch.autograd.functional.jacobian` has it. Flatten both sides: (m, n).
    joins_the_rows_end_to_end: torch.stack(rows) → torch.cat(rows)
    # `torch.cat` joins the rows end to end. `torch.stack` puts them below each other.
    keeps_the_tuples: retain_graph=True)[0].flatten() → retain_graph=True)
    # `torch.autograd.grad` returns a tuple, even for one input. Its gradient is entry 0.
    makes_a_tensor_of_tensors: torch.stack(rows) → torch.tensor(rows)
    # `torch.tensor` takes plain numbers. Tensors of one shape are put together by `torch.stack`.
    repeats_the_sum_of_the_rows: torch.stack(rows) → sum(rows).repeat(len(rows), 1)
    # All your rows are the gradient of the sum of all outputs. Each output has its own row.
    counts_the_first_dimension: … → return torch.stack([grad(outputs[i], inputs,
        retain_graph=True)[0] for i in range(len(outputs))])
    # `len(outputs)` counts rows, and fails for one number: go through outputs.flatten().
    starts_without_weights: … → return grad(outputs, inputs)[0]
    # torch won't guess which output is meant: take one entry of `outputs` after the other.
    weighs_every_output_with_one: … → return grad(outputs, inputs, torch.ones_like(outputs))[0]
    # This is one gradient, that of the sum of all outputs: the rows of the Jacobian added up.
    calls_backward_once: … → outputs.sum().backward()\n    return inputs.grad
    # This is one gradient, that of the sum of all outputs, and `backward` leaves it in `.grad`. Let
    # `torch.autograd.grad` return a row for each output.
    differentiates_by_an_entry: … → return torch.stack([grad(y, inputs.flatten()[0])[0] for y in
        outputs.flatten()])
    # An entry of `inputs` that you pick now is a new tensor, and the outputs were not computed from
    # it. Differentiate by the whole of `inputs`: that gives a whole row.
    gives_all_weights_at_once: … → return grad(outputs, inputs, torch.eye(outputs.numel(),
        dtype=outputs.dtype))[0]
    # `grad_outputs` has the shape of `outputs`, so one call takes the weights of one row. Give it
    # one row of the identity after the other, or pass `is_grads_batched=True`.
    puts_the_sums_on_the_diagonal: … → return torch.diag(grad(outputs.sum(), inputs)[0].flatten())
    # A diagonal is right only where output i depends on input i alone. In general each output has a
    # whole row of derivatives: one call for each row.
    differentiates_a_function: … → return {FUNCTIONAL}
    # `functional.jacobian` differentiates a function that it calls itself. These outputs are
    # computed already, and do not depend on its own copy of the inputs: all zeros.
    differentiates_a_function_and_flattens: …
        → return {FUNCTIONAL}.reshape(outputs.numel(), inputs.numel())
    # All zeros. `functional.jacobian` calls your function with its own copy of the inputs, and
    # these outputs are computed already: they do not depend on that copy.
    calls_backward_for_each_row: {ROW} → y.backward(retain_graph=True) or inputs.grad.flatten().clone()
    # `backward` adds each row to the rows before it, and leaves their sum in `.grad`. Let
    # `torch.autograd.grad` return each row.
    clears_before_each_row: {ROW}
        → cleared([inputs]) and y.backward(retain_graph=True) or inputs.grad.flatten()
    # The rows may be right, but `backward` leaves the last one in `.grad`, and what was there
    # before is lost. Let `torch.autograd.grad` return each row.
    keeps_views_of_grad: {ROW} → [inputs.grad is None or inputs.grad.zero_()]
        and y.backward(retain_graph=True) or inputs.grad.flatten()
    # All your rows are one and the same memory, that of `.grad`, so the last row overwrites the
    # others. Let `torch.autograd.grad` return each row: it also leaves `.grad` alone.
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
    # Here w requires no grad, so nothing can be differentiated by it. Start with a copy that does:
    # `w = w.detach().requires_grad_()`.
    marks_the_callers_w: w.detach().requires_grad_() → w.requires_grad_()
    # This makes the caller's own w require grad. Work on `w.detach()`, which is another tensor.
    takes_the_sum: .mean(0) → .sum(0)
    # This is the sum over the samples; the mean is asked for.
    averages_the_entries_too: .mean(0).reshape(w.shape) → .mean()
    # This mean runs over the entries of w, too, and one number is left. Take it over the samples
    # only: `.mean(0)`.
    turns_the_factor_round: limit / rows.norm(dim=1, keepdim=True).clamp(min=limit)
        → rows.norm(dim=1, keepdim=True).clamp(min=limit) / limit
    # The factor is turned round: the long gradients grow. It is limit/length.
    measures_along_the_samples: dim=1, → dim=0,
    # This norm runs over the samples: one length for each entry of w. A sample's length runs over
    # its own entries, dimension 1.
    one_length_for_all: rows.norm(dim=1, keepdim=True) → rows.norm()
    # One length for all samples together. Each sample has its own.
    forgets_the_root: rows.norm(dim=1, keepdim=True) → rows.square().sum(1, keepdim=True)
    # That is the squared length: the root is missing.
    adds_a_little_to_the_length: .clamp(min=limit) → .add(1e-6).clamp(min=limit)
    # Something small is added to each length, so the gradient comes out a little too short. Where
    # the factor is never above 1, a length of 0 does no harm: `limit / length.clamp(min=limit)`.
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
    # You clip the mean of the gradients, all at once. Then one long gradient decides the direction.
    # Clip each sample's gradient before the mean.
    fits_the_factors_to_vectors: .reshape(len(x), -1) → ;
        rows.norm → rows.reshape(len(x), -1).norm; .reshape(w.shape) →
    # `factor[:, None]` fits where w is a vector. But w may be a matrix, or one number: flatten each
    # gradient to a row, and give the mean the shape of w.
    flattens_one_number: .reshape(len(x), -1) → .flatten(1)
    # Where w is one number, there is no dimension 1 to flatten from or to measure along. A row for
    # each sample is `each.reshape(len(x), -1)`, whatever w is.
    measures_the_last_dimension: .reshape(len(x), -1) → ; dim=1 → dim=-1
    # This norm runs over the last dimension: each row of a matrix w gets a length of its own, and
    # a number w has one for all samples. A length runs over all dimensions but the first.
    clips_what_has_piled_up: grad(loss(w, x[i], t[i]), w)[0] → loss(w, x[i], t[i]).backward() or
        torch.nn.utils.clip_grad_norm_([w], limit); rows = → return w.grad / len(x)\n    rows =
    # `.grad` still holds the samples before, so you clip their sum each time. Clear it before each
    # sample, and add up what you have clipped.
    clips_the_losses: t[i]) → t[i]).clamp(max=limit); factor * rows → rows
    # You limit the losses. What is to be limited is the length of each sample's gradient.
    gives_the_loss_the_whole_batch: [grad(loss(w, x[i], t[i]), w)[0] for i in range(len(x))]
        → grad(loss(w, x, t).mean(), w); .reshape(len(x), -1) → .reshape(1, -1)
    # The loss is made for one sample, and you call it with the whole batch. Call it with x[i] and
    # t[i], clip that gradient, and take the mean last.
    forgets_the_root_of_flat_rows: .reshape(len(x), -1) → .flatten(1);
        rows.norm(dim=1, keepdim=True) → rows.square().sum(1, keepdim=True)
    # That is the squared length: the root is missing. Besides, where w is one number, the gradients
    # have no dimension 1 that could be flattened.
""")


class Polynomial(torch.nn.Module):
    """u(t) = c[0] + c[1]·t + c[2]·t² …"""

    def __init__(self, *coefficients):
        super().__init__()
        self.c = torch.nn.Parameter(tensor(*coefficients))

    def forward(self, t):
        return sum(c * t**k for k, c in enumerate(self.c))


def small_network(dtype=torch.float64):
    """A network 1–3–1 with fixed weights."""
    layers = torch.nn.Linear(1, 3, dtype=dtype), torch.nn.Linear(3, 1, dtype=dtype)
    for seed, parameter in enumerate(p for layer in layers for p in layer.parameters()):
        parameter.data = normal(*parameter.shape, seed=seed, dtype=dtype)
    return torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])


def stale(network):
    """The network, with 7 in every .grad."""
    for parameter in network.parameters():
        parameter.grad = torch.full_like(parameter, 7.0)
    return network


def times(*values, dtype=torch.float64):
    return tensor(*values, dtype=dtype)[:, None]


@exercise(
    cases={
        "values": {
            "u = 1 − 0.2·t at three times": lambda: (Polynomial(1.0, -0.2), times(0, 0.5, 1)),
            "u = 0.7·t² − 1.5·t": lambda: (Polynomial(0.0, -1.5, 0.7), times(-1, 0.3, 2)),
            "a network": lambda: (small_network(), times(0, 0.4, 1.1, 2)),
        },
        "gradient": {
            "a network in float32": lambda: (
                small_network(torch.float32),
                times(0, 0.5, 1.5, dtype=torch.float32),
            ),
            "a network at two times": lambda: (small_network(), times(-0.4, 0.9)),
        },
        "shapes": {
            "seven times": lambda: (Polynomial(0.0, 0.4, 0.2), times(*range(7))),
            "two times": lambda: (Polynomial(0.3, 0.1, -0.2), times(0.5, 2)),
        },
        "edges": {
            "a single time": lambda: (Polynomial(1.0, -0.2), times(0.5)),
            "the start alone": lambda: (Polynomial(0.0, -1.5, 0.7), times(0)),
            ".grad holds 7 from an earlier pass": lambda: (
                stale(Polynomial(1.0, -0.2)),
                times(0, 0.5),
            ),
        },
    },
    guards=LEFT_ALONE,
    hints=[
        "Two derivatives are at work: u′ with respect to t inside the loss, which you take, and "
        "the one with respect to the weights, which your caller takes. The inner one must leave "
        "every `.grad` alone and must itself be differentiable.",
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
    # The value is right, but u′ is only a number in it. `retain_graph=True` silences the error and
    # keeps the wrong gradient; `create_graph=True` is what is needed.
    frees_the_graph_of_u: (u.sum(), t, create_graph=True) → (u.sum(), t)
    # The inner derivative has freed the graph, and u′ is only a number: the loss can't be
    # differentiated. `create_graph=True` keeps both.
    forgets_the_sum: u.sum() → u
    # u has several rows, so `grad(u, t)` doesn't know how to weigh them. Give it `u.sum()`, or
    # `grad_outputs=torch.ones_like(u)`.
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
    takes_a_difference_quotient: … → step, u = max(EPS, 1e-6), network(t)\n    return (((network(t +
        step) - u) / step + u) ** 2).mean()
    # A difference quotient is near to u′, and no more. Let `torch.autograd.grad` give u′ itself, by
    # a copy of t that requires grad.
    calls_backward_inside: {INNER} → u.sum().backward(create_graph=True); slope + u → t.grad + u
    # The inner `backward` has written ∂(Σ u)/∂θ into the parameters' `.grad`, where the outer pass
    # will add to it. Take u′ with `torch.autograd.grad`.
    calls_a_plain_backward_inside: {INNER} → u.sum().backward(); slope + u → t.grad + u
    # The inner `backward` fills the parameters' `.grad`, and u′ is only a number after it. Take u′
    # with `torch.autograd.grad`, so that it stays on the graph.
    clears_after_the_inner_backward: {INNER}
        → u.sum().backward(create_graph=True)\n    network.zero_grad(); slope + u → t.grad + u
    # Your caller may have something in `.grad`: the inner `backward` adds to it, and clearing loses
    # it. Take u′ with `torch.autograd.grad`, which leaves every `.grad` alone.
    takes_a_central_difference: … → step = max(EPS, 1e-6)
        \n    slope = (network(t + step) - network(t - step)) / (2 * step)
        \n    return ((slope + network(t)) ** 2).mean()
    # A difference quotient, also a central one, is near to u′, and no more. Let
    # `torch.autograd.grad` give u′ itself, by a copy of t that requires grad.
    calls_backward_on_the_loss: return → loss =;
        .mean() → .mean()\n    loss.backward()\n    return loss
    # The outer pass is your caller's: `backward` here fills the parameters' `.grad` and frees the
    # graph. Return the loss only.
    differentiates_by_the_weights: u.sum(), t → u.sum(), next(network.parameters())
    # This is a derivative of u by the first parameter. u′ is the derivative by t: take a copy of t
    # that requires grad, and differentiate by it.
    takes_the_difference_of_neighbours: {INNER}
        → slope, u = (u[1:] - u[:-1]) / (t[1:] - t[:-1]), u[:-1]
    # A difference between neighbouring times is near to u′, and no more. u′ is the derivative at
    # each time by itself, and it is there for a single time as well.
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


FOUND = "next(name for name, numbers in known.items() if torch.allclose(numbers, seen))"
diagnose.slips(f"""
    looks_at_the_first_step_only: (numbers, seen) → (numbers[0], seen[0])
    # You look at the first step only. There a sum of all gradients so far is the gradient itself.
    looks_at_the_last_step_only: (numbers, seen) → (numbers[-1], seen[-1])
    # You look at the last step only. At a = −⅔ two programs leave one number: compare all steps.
    writes_underscores: "never cleared": → "never_cleared":; "inner backward": → "inner_backward":
    # The programs are told apart. Write the two names with a space: never cleared, inner backward.
    one_step_is_enough: torch.allclose(numbers, seen) → torch.isclose(numbers, seen).any()
    # Several programs can leave the same number in one step: compare all steps.
    swaps_the_ways: "right": → "retain":; "retain_graph": → "right":; "retain": → "retain_graph":
    # The two are swapped. a acts through u′ and through u, with the factor 1 + t; what
    # retain_graph leaves is the way through u alone, with the factor t.
    never_finds_the_inner_backward: next(name
        → next("never cleared" if name == "inner backward" else name
    # An inner backward is not recognised. It leaves the derivative of Σ u by a, which is Σ t = 1.5
    # in every step, on top of the right gradient.
    adds_the_inner_backward_up: next(name → next(None if name == "inner backward" else name
    # An inner backward is taken for a sum that grows, and so isn't recognised. `.grad` is cleared
    # before each step, so every step has 1.5 too much, and no more.
    takes_any_excess_for_an_inner_backward: next(name
        → next("inner backward" if name == "never cleared" else name
    # More than the right gradient may be two things: 1.5 too much in every step, or a sum that
    # grows from step to step. Tell them apart.
    never_finds_it_right: next(name → next("never cleared" if name == "right" else name
    # A right program is not recognised. Compare with the derivative of Σ r² by a: 2·Σ r·(1 + t).
    never_finds_retain_graph: next(name → next("inner backward" if name == "retain_graph" else name
    # retain_graph is not recognised. It leaves the way through u alone: 2·Σ r·t.
    takes_any_rise_for_a_sum: {FOUND} → "right" if torch.allclose(seen, right) else
        "never cleared" if (seen.diff() > 0).all() else
        "retain_graph" if (seen < right).all() else "inner backward"
    # Numbers that rise need not be a sum, and a sum need not rise. Compare with the sum itself.
    judges_by_the_sign_of_the_difference: {FOUND} → "right" if torch.allclose(seen, right) else
        "never cleared" if torch.isclose(seen, right)[0] else
        "inner backward" if (seen > right).all() else "retain_graph"
    # You go by the sign of the difference from the right gradient. With retain_graph it is 0 at
    # a = −⅔, and changes there: compare the numbers themselves.
    never_finds_the_sum: next(name → next("retain_graph" if name == "never cleared" else name
    # A `.grad` that is never cleared is not recognised. What was seen is then a sum already:
    # compare it with the right gradients, added up.
    compares_the_slopes: next(name → next("right" if name == "inner backward" else name
    # An inner backward counts as right here. It adds 1.5 in every step, and so it doesn't change
    # how fast the numbers grow with a. Compare the numbers themselves.
""")
