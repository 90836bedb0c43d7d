"""The exercises of 01_autograd_interfaces, in the order of the page."""

import torch
from torch.autograd import grad

from helpers.teaching.cases import normal, scalar, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "sgd_step",
    "jacobian",
    "finish_backward",
    "residual_loss",
]

LEFT_ALONE = {
    ".grad holds 7 from an earlier pass": "what an earlier pass left in `.grad` must not count, and "
    "must stay"
}


def leaf(*values, stale=False, dtype=torch.float64):
    """A leaf of these values; if `stale`, its .grad already holds 7 everywhere."""
    made = tensor(*values, dtype=dtype, grad=True)
    if stale:
        made.grad = torch.full_like(made, 7.0)
    return made


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
        "shapes": {"a vector, a column and a number": lambda: (*mixed_shapes(), 0.2)},
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

    loss: a tensor with one number; parameters: a list of leaves; rate: a float, 0 or more.
    Returns a list of tensors of the parameters' shapes. The parameters and every .grad stay as
    they were. Example: loss = p², p = 3, rate = 0.1 → [2.4], since 3 − 0.1·6 = 2.4.
    """
    gradients = torch.autograd.grad(loss, parameters)
    return [(p - rate * g).detach() for p, g in zip(parameters, gradients, strict=True)]


sgd_step.slips(
    adds_the_gradient=(
        "p - rate → p + rate",
        "This walks uphill: the gradient points to larger losses. Subtract it.",
    ),
    forgets_the_rate=(
        "rate * g → g",
        "The step lacks the rate: it is the rate times the gradient.",
    ),
    returns_the_gradients=(
        "(p - rate * g) → (g)",
        "These are the gradients themselves. Asked for are the new values of the parameters.",
    ),
    returns_the_steps=(
        "(p - rate * g) → (rate * g)",
        "These are the steps alone. Asked for are the new values: each parameter less its step.",
    ),
)


@sgd_step.mistake
def reads_grad_without_a_pass(loss, parameters, rate):
    """`.grad` is read, but no pass has filled it: it is None, or holds what an earlier pass left."""
    return [(p - rate * p.grad).detach() for p in parameters]


def train(loss, parameters, rate):
    """One round of the usual training loop."""
    loss.backward()
    for p in parameters:
        p.data = p - rate * p.grad
    return parameters


@sgd_step.mistake
def frees_the_graph(loss, parameters, rate):
    """The first call frees the graph, and the second one fails. One call takes all parameters."""
    return [(p - rate * grad(loss, p)[0]).detach() for p in parameters]


@sgd_step.mistake
def returns_nothing(loss, parameters, rate):
    """This usual training loop returns nothing, moves the parameters and fills `.grad`. Let both
    stay, and return a list of new tensors."""
    train(loss, parameters, rate)


@sgd_step.mistake
def calls_backward(loss, parameters, rate):
    """`backward` adds to `.grad`: what an earlier pass left there is in your step, and what you
    leave there will be in the next one. `torch.autograd.grad` returns the gradients instead."""
    loss.backward()
    return [(p - rate * p.grad).detach() for p in parameters]


@sgd_step.mistake
def runs_the_training_loop(loss, parameters, rate):
    """This is the usual training loop: it fills `.grad` and moves the parameters themselves. Both
    must stay. Let `torch.autograd.grad` return the gradients, and return new tensors."""
    return train(loss, parameters, rate)


@sgd_step.mistake
def runs_the_training_loop_and_zeroes(loss, parameters, rate):
    """This is the usual training loop: it moves the parameters themselves, and leaves zeros in
    `.grad`. Both must stay. Let `torch.autograd.grad` return the gradients; return new tensors."""
    train(loss, parameters, rate)
    for p in parameters:
        p.grad.zero_()
    return parameters


@sgd_step.mistake
def steps_on_a_leaf(loss, parameters, rate):
    """torch forbids to change a leaf in place, and here the parameters must stay as they were.
    Return new tensors: `p - …` in place of `p -= …`."""
    loss.backward()
    for p in parameters:
        p -= rate * p.grad


@sgd_step.mistake
def steps_in_place(loss, parameters, rate):
    """This moves the parameters themselves. Leave them, and return new tensors: `p - …` in place of
    `p -= …`."""
    with torch.no_grad():
        for p, g in zip(parameters, grad(loss, parameters), strict=True):
            p -= rate * g
    return parameters


@sgd_step.mistake
def gives_the_name_a_new_value(loss, parameters, rate):
    """The parameters come back unchanged: `p = …` in a loop gives a new value to the name p, and
    the list still holds the old tensors. Put the new ones into a list of your own."""
    return parameters


@sgd_step.mistake
def gives_the_name_a_new_value_after_backward(loss, parameters, rate):
    """The parameters come back unchanged: `p = …` in a loop gives a new value to the name p only.
    Besides, `backward` fills `.grad`, which must stay as it was."""
    loss.backward()
    return parameters


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

    outputs: a tensor of m entries in any shape; inputs: a tensor of n entries that it depends on.
    Row i belongs to entry i of outputs.flatten(), column j to entry j of inputs.flatten(). Every
    .grad stays as it was. Example: outputs = x², x = (1, 2) → [[2, 0], [0, 4]].
    """
    rows = [
        torch.autograd.grad(output, inputs, retain_graph=True)[0].flatten()
        for output in outputs.flatten()
    ]
    return torch.stack(rows)


jacobian.slips(
    frees_the_graph=(
        "(output, inputs, retain_graph=True) → (output, inputs)",
        "The graph is gone after the first row. Keep it for the next one with `retain_graph=True`.",
    ),
    transposes=(
        "torch.stack(rows) → torch.stack(rows, dim=1)",
        "This is the transpose: a row belongs to an output, a column to an input.",
    ),
    adds_up_the_rows=(
        "torch.stack(rows) → sum(rows)",
        "This is one gradient, that of the sum of all outputs: the rows of the Jacobian added up. One "
        "call with `outputs.sum()` or with ones can't tell them apart.",
    ),
    puts_the_sum_on_the_diagonal=(
        "torch.stack(rows) → torch.diag(sum(rows))",
        "The gradient of the sum, written on the diagonal: right only if output i depends on input i "
        "alone.",
    ),
    puts_the_rows_in_line=(
        "torch.stack(rows) → torch.cat(rows)",
        "`cat` puts the rows one behind the other, into m·n numbers. `stack` makes a matrix of them.",
    ),
    returns_a_list=("torch.stack(rows) → rows", "This is a list of rows. Make one tensor of them."),
    leaves_the_shape_of_the_inputs=(
        "[0].flatten() → [0]",
        "Each gradient has the shape of `inputs`: flatten it, so that it is one row.",
    ),
    goes_through_the_outputs_unflattened=(
        "in outputs.flatten() → in outputs",
        "A loop over `outputs` goes through its first dimension only. Go through its entries.",
    ),
    keeps_the_shapes=(
        "torch.stack(rows) → torch.stack(rows).reshape(*outputs.shape, *inputs.shape)",
        "The numbers are right, the shape is (*outputs.shape, *inputs.shape), as "
        "`torch.autograd.functional.jacobian` has it. Flatten both sides: (m, n).",
    ),
)


@jacobian.mistake
def starts_without_weights(outputs, inputs):
    """torch won't guess which output is meant: take one entry of `outputs` after the other."""
    return grad(outputs, inputs)[0]


@jacobian.mistake
def differentiates_a_function(outputs, inputs):
    """`functional.jacobian` differentiates a function that it calls itself. These outputs are
    computed already, and do not depend on its own copy of the inputs: all zeros."""
    return torch.autograd.functional.jacobian(lambda _: outputs, inputs)


@jacobian.mistake
def calls_backward_once(outputs, inputs):
    """This is one gradient, that of the sum of all outputs, and `backward` leaves it in `.grad`.
    Let `torch.autograd.grad` return a row for each output."""
    outputs.sum().backward()
    return inputs.grad


@jacobian.mistake
def calls_backward_for_each_row(outputs, inputs):
    """`backward` adds each row to the rows before it, and leaves their sum in `.grad`. Let
    `torch.autograd.grad` return each row."""
    rows = []
    for output in outputs.flatten():
        output.backward(retain_graph=True)
        rows.append(inputs.grad.flatten().clone())
    return torch.stack(rows)


@jacobian.mistake
def keeps_one_tensor_for_all_rows(outputs, inputs):
    """All rows are the same tensor, `.grad`, in which `backward` adds everything up. Let
    `torch.autograd.grad` return each row."""
    for output in outputs.flatten():
        output.backward(retain_graph=True)
    return torch.stack([inputs.grad.flatten()] * outputs.numel())


@jacobian.mistake
def calls_backward_and_clears(outputs, inputs):
    """The rows are right, but `backward` leaves something in `.grad`, which must stay as it was.
    `torch.autograd.grad` never touches it."""
    rows = []
    for output in outputs.flatten():
        inputs.grad = None
        output.backward(retain_graph=True)
        rows.append(inputs.grad.flatten().clone())
    return torch.stack(rows)


def tanh_layer(*gradient, dtype=torch.float64, stale=False):
    weight = leaf([0.5, -0.3], [0.2, 0.4], stale=stale, dtype=dtype)
    x = tensor([1.0, 0.0], [2.0, 1.0], [-1.0, 3.0], dtype=dtype)
    return torch.tanh(x @ weight.T), [weight], tensor(*gradient, dtype=dtype)


EDITED = [0.3, -1.0], [2.0, 0.7], [-0.4, 1.1]


def two_layers():
    first, second = leaf([0.4, -0.2], [0.1, 0.9], [-0.5, 0.3]), leaf(0.7, -1.1, 0.2)
    h = torch.sigmoid(first @ tensor(1.0, -2.0)) * second
    return h, [first, second], tensor(1.0, -2.0, 0.5)


def still_on_the_graph():
    """The gradient was computed from h itself, as h's own loss would give it."""
    h, parameters, _ = tanh_layer(*EDITED)
    return h, parameters, 2 * h


@exercise(
    cases={
        "values": {
            "another gradient at h": lambda: tanh_layer(*EDITED),
            "row 2 doubled, row 3 dropped": lambda: tanh_layer([1, 1], [2, 2], [0, 0]),
            "float32": lambda: tanh_layer(*EDITED, dtype=torch.float32),
        },
        "shapes": {"two parameters of different shapes": lambda: two_layers()},
        "edges": {
            "a gradient of zeros": lambda: tanh_layer([0, 0], [0, 0], [0, 0]),
            "the gradient hangs on the graph of h": lambda: still_on_the_graph(),
            ".grad holds 7 from an earlier pass": lambda: tanh_layer(*EDITED, stale=True),
        },
    },
    guards=LEFT_ALONE
    | {
        "the gradient hangs on the graph of h": "the gradient is to be taken as given numbers, also "
        "where it hangs on the graph itself: `detach` it"
    },
    hints=[
        "The backward pass can start at any tensor, not only at a loss, if you say which gradient "
        "it starts with.",
        "`torch.autograd.grad` takes this gradient as an argument of its own, next to what is to be "
        "differentiated.",
    ],
    level=1,
    minutes=5,
)
def finish_backward(intermediate, parameters, gradient):
    """The backward pass from `intermediate` on, if the loss had this gradient there.

    intermediate: a tensor of any shape; parameters: a list of leaves; gradient: a tensor of the
    shape of intermediate, taken as given numbers. Returns a list of gradients, one for each
    parameter. Every .grad stays as it was. Example: h = p², p = 3, gradient 10 → [60].
    """
    return list(torch.autograd.grad(intermediate, parameters, grad_outputs=gradient))


FINISH = "(intermediate, parameters, grad_outputs=gradient)"
finish_backward.slips(
    ignores_the_gradient=(
        "=gradient → =torch.ones_like(intermediate)",
        "The gradient that came in is not used: this is the gradient of `intermediate.sum()`, as if it "
        "were all ones.",
    ),
    starts_without_a_gradient=(
        f"{FINISH} → (intermediate, parameters)",
        "This starts from a tensor of many entries, and torch won't guess how to weigh them. Say so "
        "with `grad_outputs`, or add the weighted entries up.",
    ),
    takes_the_mean=(
        "=gradient → =gradient / gradient.numel()",
        "`mean` divides by the number of entries; each entry's gradient counts in full.",
    ),
    squares_the_distance_to_a_target=(
        "=gradient → =2 * (intermediate.detach() - gradient)",
        "This is the gradient of (h − g)², as if g were a target for h. It is ∂L/∂h itself.",
    ),
)


@finish_backward.mistake
def weighs_afterwards(intermediate, parameters, gradient):
    """Weighting after the backward pass is too late: there the entries are already added up. The
    gradient goes in at `intermediate`."""
    return [g * gradient.sum().detach() for g in grad(intermediate.sum(), parameters)]


@finish_backward.mistake
def frees_the_graph_of_h(intermediate, parameters, gradient):
    """The first call frees the graph, and the second one fails. One call takes all parameters."""
    return [grad(intermediate, p, gradient)[0] for p in parameters]


@finish_backward.mistake
def fills_grad_and_returns_nothing(intermediate, parameters, gradient):
    """`backward` returns nothing: it adds to `.grad`, which must stay as it was. Let
    `torch.autograd.grad` return the gradients."""
    intermediate.backward(gradient)


@finish_backward.mistake
def calls_backward_from_there(intermediate, parameters, gradient):
    """`backward` adds the right gradients to `.grad`, which must stay as it was. Let
    `torch.autograd.grad(…, grad_outputs=…)` return them."""
    intermediate.backward(gradient)
    return [p.grad for p in parameters]


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
        },
        "shapes": {"seven times": lambda: (Polynomial(0.0, 0.4, 0.2), times(*range(7)))},
        "edges": {"a single time": lambda: (Polynomial(1.0, -0.2), times(0.5))},
    },
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
    """The mean over all times of (u′ + u)², where u = network(t) and u′ = du/dt.

    network: a module that maps each row of t (N, 1) by itself to a row of u (N, 1); t requires no
    grad, and stays so. Returns a tensor with one number, to train the network with: its gradient
    includes the way through u′. Every .grad stays as it was.
    Example: u = 1 + a·t with a = 0 at t = 0, 1 → 1, since u′ + u = 0 + 1.
    """
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
    return ((slope + u) ** 2).mean()


residual_loss.slips(
    retains_without_creating=(
        "create_graph → retain_graph",
        "The value is right, but u′ is only a number in it. `retain_graph=True` silences the error and "
        "keeps the wrong gradient; `create_graph=True` is what is needed.",
    ),
    frees_the_graph_of_u=(
        "(u.sum(), t, create_graph=True) → (u.sum(), t)",
        "The inner derivative has freed the graph, and u′ is only a number: the loss can't be "
        "differentiated. `create_graph=True` keeps both.",
    ),
    takes_u_for_a_number=(
        "slope + u → slope + u.detach()",
        "The value is right, but u is only a number in it: the loss's gradient lacks the way through u.",
    ),
    forgets_the_sum=(
        "u.sum() → u",
        "u has several rows, so `grad(u, t)` doesn't know how to weigh them. Give it `u.sum()`, or "
        "`grad_outputs=torch.ones_like(u)`.",
    ),
    has_the_other_sign=(
        "slope + u → slope - u",
        "This is the residual of u′ = u, of growth. For u′ = −u it is u′ + u: its zero must be the "
        "equation.",
    ),
    takes_the_sum=(
        "** 2).mean() → ** 2).sum()",
        "This is the sum of the squares; asked for is their mean over all times.",
    ),
    forgets_the_square=(
        "slope + u) ** 2 → slope + u)",
        "The residual u′ + u is to be squared first.",
    ),
    averages_before_squaring=(
        "((slope + u) ** 2).mean() → (slope + u).mean() ** 2",
        "Square first: in a mean of u′ + u, errors of both signs cancel.",
    ),
    returns_a_plain_number=(
        ".mean() → .mean().item()",
        "`.item()` makes a plain number, and nothing can be trained with it. Return the tensor.",
    ),
    computes_u_from_another_t=(
        "network(t) → network(t.detach())",
        "u was not computed from the t that you differentiate in: make the copy first, then u from it.",
    ),
    takes_the_derivative_of_the_mean=(
        "u.sum() → u.mean()",
        "The mean is divided by N once more inside: the derivative of `u.mean()` is u′/N.",
    ),
    adds_a_row_to_a_column=(
        "slope + u → slope.flatten() + u",
        "(N,) plus (N, 1) is (N, N): every u′ meets every u. Give both the shape (N, 1).",
    ),
    takes_t_without_grad=(
        "t.detach().requires_grad_() → t.detach()",
        "t does not require grad, so u can't be differentiated in it. Take a copy that does, and "
        "compute u from this copy.",
    ),
    marks_the_callers_t=(
        "t.detach().requires_grad_() → t.requires_grad_()",
        "This makes the caller's own t require grad. Work on `t.detach()`, which is another tensor.",
    ),
)


@residual_loss.mistake
def calls_backward_inside(network, t):
    """The inner `backward` has written ∂(Σ u)/∂θ into the parameters' `.grad`, where the outer pass
    will add to it. Take u′ with `torch.autograd.grad`."""
    t = t.detach().requires_grad_()
    u = network(t)
    u.sum().backward(create_graph=True)
    return ((t.grad + u) ** 2).mean()


@residual_loss.mistake
def calls_a_plain_backward_inside(network, t):
    """The inner `backward` fills the parameters' `.grad`, and u′ is only a number after it. Take u′
    with `torch.autograd.grad`, so that it stays on the graph."""
    t = t.detach().requires_grad_()
    u = network(t)
    u.sum().backward()
    return ((t.grad + u) ** 2).mean()
