"""The exercises of 01_autograd_interfaces, in the order of the page."""

import torch
from torch.autograd import grad

from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "sgd_step",
    "jacobian",
    "finish_backward",
    "weighted_gradient",
    "residual_loss",
]

FLOAT = torch.float64


def leaf(values, dtype=FLOAT, stale=None):
    """A leaf of these values; with `stale`, its .grad already holds that number everywhere."""
    made = torch.tensor(values, dtype=dtype, requires_grad=True)
    if stale is not None:
        made.grad = torch.full_like(made, stale)
    return made


# sgd_step


def slope_and_offset(stale=None, dtype=FLOAT):
    m, c = leaf([0.5, -1.0], dtype, stale), leaf(0.25, dtype, stale)
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]], dtype=dtype)
    t = torch.tensor([2.0, 1.0, -3.0], dtype=dtype)
    return ((x @ m + c - t) ** 2).mean(), [m, c]


def one_matrix():
    weight = leaf([[0.2, -0.4, 0.1], [0.7, 0.3, -0.6]])
    x = torch.tensor([[1.0, -2.0, 0.5], [0.3, 1.5, 2.0]], dtype=FLOAT)
    return torch.tanh(x @ weight.T).square().sum(), [weight]


def mixed_shapes():
    a, b, c = leaf([1.5, -0.5]), leaf([[2.0], [-1.0]]), leaf(0.8)
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
            ".grad holds 7 from an earlier pass": lambda: (*slope_and_offset(stale=7.0), 0.1),
            "rate 0": lambda: (*slope_and_offset(), 0.0),
        },
    },
    hints=[
        "One of the two interfaces returns the gradients and leaves every `.grad` alone.",
        "`torch.autograd.grad(loss, parameters)` returns a tuple, one gradient a parameter, in "
        "their order. Make a new list from it with `zip`, and `detach` what goes into it.",
    ],
)
def sgd_step(loss, parameters, rate):
    """The new values of the parameters after one step of gradient descent.

    loss: a scalar tensor; parameters: a list of leaves; rate: a float. Returns a list of tensors
    of the parameters' shapes. The parameters and every `.grad` stay as they were.
    """
    gradients = torch.autograd.grad(loss, parameters)
    return [
        (p - rate * gradient).detach() for p, gradient in zip(parameters, gradients, strict=True)
    ]


@sgd_step.mistake("This walks uphill: the gradient points to larger losses. Subtract it.")
def adds_the_gradient(loss, parameters, rate):
    gradients = grad(loss, parameters)
    return [(p + rate * g).detach() for p, g in zip(parameters, gradients, strict=True)]


@sgd_step.mistake("The step lacks the rate: it is the rate times the gradient.")
def forgets_the_rate(loss, parameters, rate):
    gradients = grad(loss, parameters)
    return [(p - g).detach() for p, g in zip(parameters, gradients, strict=True)]


@sgd_step.mistake(
    "These are the gradients themselves. Asked for are the new values: each parameter less rate "
    "times its gradient."
)
def returns_the_gradients(loss, parameters, rate):
    return list(grad(loss, parameters))


@sgd_step.mistake(
    "`.grad` is read, but no pass has filled it: it is None, or holds what an earlier pass left. "
    "Let `torch.autograd.grad(loss, parameters)` return the gradients."
)
def reads_grad_without_a_pass(loss, parameters, rate):
    return [(p - rate * p.grad).detach() for p in parameters]


@sgd_step.mistake(
    "`backward` adds to `.grad`: what an earlier pass left there is in your step, and what you "
    "leave there will be in the next one. Let `torch.autograd.grad` return the gradients."
)
def calls_backward(loss, parameters, rate):
    loss.backward()
    return [(p - rate * p.grad).detach() for p in parameters]


@sgd_step.mistake(
    "Clearing first gives the right step, but somebody's `.grad` is gone: it must stay as it was. "
    "`torch.autograd.grad` never touches it."
)
def clears_and_calls_backward(loss, parameters, rate):
    for p in parameters:
        p.grad = None
    loss.backward()
    return [(p - rate * p.grad).detach() for p in parameters]


@sgd_step.mistake(
    "This moves the parameters themselves. Leave them and return new tensors: `p - rate * gradient` "
    "in place of `p -= …`."
)
def steps_in_place(loss, parameters, rate):
    gradients = grad(loss, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, gradients, strict=True):
            p -= rate * g
    return list(parameters)


# jacobian


def two_of_three():
    x = leaf([1.0, -0.5, 2.0])
    return torch.stack([x[0] * x[1] ** 2, torch.sin(x[2]) + 3 * x[0]]), x


def three_of_two():
    x = leaf([0.4, -1.2])
    matrix = torch.tensor([[1.0, 2.0], [-3.0, 0.5], [0.0, 4.0]], dtype=FLOAT)
    return torch.tanh(matrix @ x), x


def elementwise(stale=None, dtype=FLOAT):
    x = leaf([1.0, 2.0, 4.0], dtype, stale)
    return x**2, x


def matrix_of_matrix():
    x = leaf([[1.0, 2.0, -1.0], [0.5, -2.0, 3.0]])
    left = torch.tensor([[1.0, -1.0], [2.0, 0.5]], dtype=FLOAT)
    return left @ x**2, x


def scalar_of_vector():
    x = leaf([3.0, -1.0])
    return (x**3).sum(), x


def intermediate():
    w = leaf([0.3, -0.7])
    h = torch.exp(w)
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
            ".grad holds 7 from an earlier pass": lambda: elementwise(stale=7.0),
            "the inputs are no leaf": lambda: intermediate(),
        },
    },
    hints=[
        "`grad_outputs` = (0, …, 1, …, 0) picks one row of the Jacobian. So does the gradient of "
        "one entry of `outputs.flatten()`.",
        "A call a row, each with `retain_graph=True`, since the graph is needed for the next; "
        "`flatten` each gradient, and `torch.stack` the rows.",
    ],
)
def jacobian(outputs, inputs):
    """The matrix of all ∂outputs/∂inputs, shape (m, n).

    outputs: a tensor of m entries in any shape that depends on inputs, a tensor of n entries in
    any shape. Row i belongs to entry i of `outputs.flatten()`, column j to entry j of
    `inputs.flatten()`. Every `.grad` stays as it was.
    """
    rows = [
        torch.autograd.grad(output, inputs, retain_graph=True)[0].flatten()
        for output in outputs.flatten()
    ]
    return torch.stack(rows)


@jacobian.mistake(
    "The graph is gone after the first row. Keep it for the next one with `retain_graph=True`."
)
def frees_the_graph(outputs, inputs):
    return torch.stack([grad(output, inputs)[0].flatten() for output in outputs.flatten()])


@jacobian.mistake(
    "This is the transpose: a row belongs to an output, a column to an input. Stack along "
    "dimension 0."
)
def transposes(outputs, inputs):
    rows = [grad(o, inputs, retain_graph=True)[0].flatten() for o in outputs.flatten()]
    return torch.stack(rows, dim=1)


@jacobian.mistake(
    "This is one gradient, that of the sum of all outputs: the rows of the Jacobian added up. One "
    "call with `outputs.sum()` can't tell them apart."
)
def adds_up_the_rows(outputs, inputs):
    return grad(outputs.sum(), inputs)[0].flatten()


@jacobian.mistake(
    "The gradient of the sum, written on the diagonal: right only if output i depends on input i "
    "alone."
)
def puts_the_sum_on_the_diagonal(outputs, inputs):
    return torch.diag(grad(outputs.sum(), inputs)[0].flatten())


@jacobian.mistake(
    "`backward` adds each row to the rows before it, and leaves them all in `.grad`. Let "
    "`torch.autograd.grad` return each row."
)
def calls_backward_for_each_row(outputs, inputs):
    inputs.retain_grad()
    rows = []
    for output in outputs.flatten():
        output.backward(retain_graph=True)
        rows.append(inputs.grad.flatten().clone())
    return torch.stack(rows)


@jacobian.mistake(
    "The numbers are right, the shape is (*outputs.shape, *inputs.shape), as "
    "`torch.autograd.functional.jacobian` has it. Flatten both sides: (m, n)."
)
def keeps_the_shapes(outputs, inputs):
    rows = [grad(o, inputs, retain_graph=True)[0] for o in outputs.flatten()]
    return torch.stack(rows).reshape(*outputs.shape, *inputs.shape)


# finish_backward


def tanh_layer(gradient, dtype=FLOAT, stale=None):
    weight = leaf([[0.5, -0.3], [0.2, 0.4]], dtype, stale)
    x = torch.tensor([[1.0, 0.0], [2.0, 1.0], [-1.0, 3.0]], dtype=dtype)
    return torch.tanh(x @ weight.T), [weight], torch.tensor(gradient, dtype=dtype)


EDITED = [[0.3, -1.0], [2.0, 0.7], [-0.4, 1.1]]


def two_layers():
    first, second = leaf([[0.4, -0.2], [0.1, 0.9], [-0.5, 0.3]]), leaf([0.7, -1.1, 0.2])
    x = torch.tensor([1.0, -2.0], dtype=FLOAT)
    return torch.sigmoid(first @ x) * second, [first, second], leaf([1.0, -2.0, 0.5]).detach()


def still_on_the_graph():
    """The gradient was computed from h itself, as h's own loss would give it."""
    h, parameters, _ = tanh_layer(EDITED)
    return h, parameters, 2 * h


@exercise(
    cases={
        "values": {
            "another gradient at h": lambda: tanh_layer(EDITED),
            "row 2 doubled, row 3 dropped": lambda: tanh_layer([[1, 1], [2, 2], [0, 0]]),
            "float32": lambda: tanh_layer(EDITED, torch.float32),
        },
        "shapes": {"two parameters of different shapes": lambda: two_layers()},
        "edges": {
            "the gradient hangs on the graph of h": lambda: still_on_the_graph(),
            ".grad holds 7 from an earlier pass": lambda: tanh_layer(EDITED, stale=7.0),
            "a gradient of zeros": lambda: tanh_layer([[0, 0], [0, 0], [0, 0]]),
        },
    },
    hints=[
        "The backward pass can start at any tensor, not only at a loss, if you say which gradient "
        "it starts with.",
        "`torch.autograd.grad(intermediate, parameters, grad_outputs=…)`.",
    ],
)
def finish_backward(intermediate, parameters, gradient):
    """The backward pass from `intermediate` on, if the loss had the gradient `gradient` there.

    intermediate: a tensor of any shape; gradient: a tensor of the same shape, to be taken as given
    numbers; parameters: a list of leaves. Returns a list of gradients, one a parameter, of their
    shapes. Every `.grad` stays as it was.
    """
    return list(torch.autograd.grad(intermediate, parameters, grad_outputs=gradient))


@finish_backward.mistake(
    "The gradient that came in is not used: this is the gradient of `intermediate.sum()`, as if it "
    "were all ones."
)
def ignores_the_gradient(intermediate, parameters, gradient):
    return list(grad(intermediate.sum(), parameters))


@finish_backward.mistake(
    "As a stand-in for a loss, `(intermediate * gradient).sum()` is right as long as the gradient "
    "is only numbers. Where it hangs on the graph itself, its own derivative is added: `detach` it."
)
def leaves_the_gradient_on_the_graph(intermediate, parameters, gradient):
    return list(grad((intermediate * gradient).sum(), parameters))


@finish_backward.mistake(
    "`intermediate * gradient` is a tensor of many entries, and torch won't guess how to weigh them: "
    "add them up, or leave the product and give `gradient` to `grad_outputs`."
)
def forgets_to_add_up(intermediate, parameters, gradient):
    return list(grad(intermediate * gradient, parameters))


@finish_backward.mistake(
    "`mean` divides by the number of entries; each entry's gradient counts in full. Use the sum, "
    "or `grad_outputs`."
)
def takes_the_mean(intermediate, parameters, gradient):
    return list(grad((intermediate * gradient.detach()).mean(), parameters))


@finish_backward.mistake(
    "Weighting after the backward pass is too late: there the entries are already added up. The "
    "gradient goes in at `intermediate`, through `grad_outputs`."
)
def weights_afterwards(intermediate, parameters, gradient):
    return [g * gradient.sum().detach() for g in grad(intermediate.sum(), parameters)]


@finish_backward.mistake(
    "`intermediate.backward(gradient)` gives the right gradients to `.grad`, on top of what is "
    "there. Asked for are the gradients themselves, with every `.grad` as it was."
)
def calls_backward_from_there(intermediate, parameters, gradient):
    intermediate.backward(gradient)
    return [p.grad.clone() for p in parameters]


# weighted_gradient


def four_points(weights, dtype=FLOAT, stale=None):
    w = leaf(0.5, dtype, stale)
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=dtype)
    t = torch.tensor([2.0, 1.0, 5.0, 3.0], dtype=dtype)
    return (w * x - t) ** 2, torch.tensor(weights, dtype=dtype), [w]


def five_rows():
    weight, bias = leaf([[0.3, -0.2], [0.5, 0.1], [-0.4, 0.6]]), leaf([0.1, -0.3, 0.2])
    x = torch.tensor([[1.0, 2], [0.5, -1], [3, 0.2], [-2, 1], [0.1, 4]], dtype=FLOAT)
    target = torch.tensor([0, 2, 1, 1, 0])
    losses = torch.nn.functional.cross_entropy(x @ weight.T + bias, target, reduction="none")
    return losses, torch.tensor([0.5, 2.0, 1.0, 0.25, 3.0], dtype=FLOAT), [weight, bias]


def one_sample():
    w = leaf([1.0, -2.0])
    return (
        (w * torch.tensor([3.0, 0.5], dtype=FLOAT)).sum().reshape(1) ** 2,
        leaf([4.0]).detach(),
        [w],
    )


@exercise(
    cases={
        "values": {
            "four points": lambda: four_points([1.0, 3.0, 0.5, 2.0]),
            "five rows, weight and bias": lambda: five_rows(),
            "float32": lambda: four_points([1.0, 3.0, 0.5, 2.0], torch.float32),
        },
        "shapes": {"a single loss": lambda: one_sample()},
        "edges": {
            "a weight of 0": lambda: four_points([1.0, 3.0, 0.0, 2.0]),
            "a weight below 0": lambda: four_points([1.0, -3.0, 0.5, 2.0]),
            ".grad holds 7 from an earlier pass": lambda: four_points([1, 3, 0.5, 2], stale=7.0),
        },
    },
    hints=[
        "Σ wᵢ·ℓᵢ has the gradient Σ wᵢ·∇ℓᵢ: a weight for each row of the Jacobian of the losses.",
        "That is what `grad_outputs` is for. It takes the losses as they are, unreduced.",
    ],
)
def weighted_gradient(losses, weights, parameters):
    """The gradient of Σ wᵢ·ℓᵢ.

    losses, weights: tensors of shape (n,); parameters: a list of leaves. Returns a list of
    gradients, one a parameter, of their shapes. Every `.grad` stays as it was.
    """
    return list(torch.autograd.grad(losses, parameters, grad_outputs=weights))


@weighted_gradient.mistake(
    "This is divided by the number of samples. Σ wᵢ·ℓᵢ is a sum; `mean` makes the step n times "
    "shorter."
)
def takes_the_mean_over_samples(losses, weights, parameters):
    return list(grad((weights * losses).mean(), parameters))


@weighted_gradient.mistake(
    "This is divided by Σ wᵢ, so that doubling all weights changes nothing. Asked for is the plain "
    "weighted sum."
)
def divides_by_the_weights(losses, weights, parameters):
    return list(grad((weights * losses).sum() / weights.sum(), parameters))


@weighted_gradient.mistake(
    "The losses are added up before the weights come: then every sample has the same weight, Σ wᵢ. "
    "(A column times a row does that too: every weight meets every loss.)"
)
def adds_up_before_weighting(losses, weights, parameters):
    return list(grad(losses.sum() * weights.sum(), parameters))


@weighted_gradient.mistake(
    "Averaged before the weights come: every sample has the same weight, Σ wᵢ divided by n."
)
def averages_before_weighting(losses, weights, parameters):
    return list(grad((losses.mean() * weights).sum(), parameters))


@weighted_gradient.mistake(
    "The weights count twice, squared: once in the loss and once in `grad_outputs` (or in a "
    "sampler). Once is enough."
)
def weights_twice(losses, weights, parameters):
    return list(grad(weights * losses, parameters, grad_outputs=weights))


@weighted_gradient.mistake("The weights are not used: this is the gradient of the plain sum.")
def ignores_the_weights(losses, weights, parameters):
    return list(grad(losses.sum(), parameters))


@weighted_gradient.mistake(
    "`losses.backward(weights)` computes the right thing and adds it to `.grad`. Asked for are the "
    "gradients themselves, with every `.grad` as it was."
)
def calls_backward_with_weights(losses, weights, parameters):
    losses.backward(weights)
    return [p.grad.clone() for p in parameters]


# residual_loss


class Line(torch.nn.Module):
    """u(t) = 1 + a·t, the one-parameter model of the page."""

    def __init__(self, a):
        super().__init__()
        self.a = torch.nn.Parameter(torch.tensor(a, dtype=FLOAT))

    def forward(self, t):
        return 1 + self.a * t


class Parabola(torch.nn.Module):
    """u(t) = b·t² + c·t."""

    def __init__(self, b, c):
        super().__init__()
        self.b = torch.nn.Parameter(torch.tensor(b, dtype=FLOAT))
        self.c = torch.nn.Parameter(torch.tensor(c, dtype=FLOAT))

    def forward(self, t):
        return self.b * t**2 + self.c * t


def small_network(dtype=FLOAT):
    """A network 1–3–1 with fixed weights."""
    layers = torch.nn.Linear(1, 3, dtype=dtype), torch.nn.Linear(3, 1, dtype=dtype)
    with torch.no_grad():
        for k, parameter in enumerate(p for layer in layers for p in layer.parameters()):
            values = torch.arange(1, parameter.numel() + 1, dtype=FLOAT)
            parameter.copy_(torch.sin(values * (k + 1.3)).reshape(parameter.shape))
    return torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])


def times(*values, dtype=FLOAT):
    return torch.tensor(values, dtype=dtype)[:, None]


@exercise(
    cases={
        "values": {
            "u = 1 − 0.2·t at three times": lambda: (Line(-0.2), times(0, 0.5, 1)),
            "u = 0.7·t² − 1.5·t": lambda: (Parabola(0.7, -1.5), times(-1, 0.3, 2)),
            "a network": lambda: (small_network(), times(0, 0.4, 1.1, 2)),
        },
        "gradient": {
            "u = 1 at three times": lambda: (Line(0.0), times(0, 0.5, 1)),
            "a network in float32": lambda: (
                small_network(torch.float32),
                times(0, 0.5, 1.5, dtype=torch.float32),
            ),
        },
        "shapes": {"seven times": lambda: (Parabola(0.2, 0.4), times(*range(7)))},
        "edges": {"a single time": lambda: (Line(-0.2), times(0.5))},
    },
    hints=[
        "Two derivatives are at work: u′ with respect to t inside the loss, which you take, and "
        "the one with respect to the weights, which your caller takes. The inner one must leave "
        "every `.grad` alone and must itself be differentiable.",
        "Work on `t.detach().requires_grad_()`. Row i of u depends on row i of t only, so the "
        "gradient of `u.sum()` holds each row's own derivative; `create_graph=True` keeps it on "
        "the graph.",
    ],
)
def residual_loss(network, t):
    """The mean over all times of (u′ + u)², where u = network(t) and u′ = du/dt.

    network: a module that maps each row of t (N, 1) by itself to a row of u (N, 1); t: does not
    require grad, and stays so. Returns a scalar that the network's parameters can be trained with:
    its gradient must include the way through u′. Every `.grad` stays as it was.
    """
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
    return ((slope + u) ** 2).mean()


@residual_loss.mistake(
    "The value is right, but u′ is only a number in it: the loss's gradient lacks the way through "
    "u′. `retain_graph=True` silences the error and keeps the wrong gradient; `create_graph=True` "
    "is what is needed."
)
def retains_without_creating(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u.sum(), t, retain_graph=True)
    return ((slope + u) ** 2).mean()


@residual_loss.mistake(
    "The inner derivative has freed the graph, and u′ is only a number: the loss can't be "
    "differentiated. `create_graph=True` keeps both."
)
def frees_the_graph_of_u(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u.sum(), t)
    return ((slope + u) ** 2).mean()


@residual_loss.mistake(
    "The inner `backward` has written ∂(Σ u)/∂θ into the parameters' `.grad`, where the outer pass "
    "will add to it. Take u′ with `torch.autograd.grad(…, t, create_graph=True)`."
)
def calls_backward_inside(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    u.sum().backward(create_graph=True)
    return ((t.grad + u) ** 2).mean()


@residual_loss.mistake(
    "u has several rows, so `grad(u, t)` doesn't know how to weigh them. Give it `u.sum()`, or "
    "`grad_outputs=torch.ones_like(u)`."
)
def forgets_the_sum(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u, t, create_graph=True)
    return ((slope + u) ** 2).mean()


@residual_loss.mistake(
    "This is the residual of u′ = u, of growth. For u′ = −u it is u′ + u: its zero must be the "
    "equation."
)
def has_the_other_sign(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u.sum(), t, create_graph=True)
    return ((slope - u) ** 2).mean()


@residual_loss.mistake("This is the sum of the squares; asked for is their mean over all times.")
def takes_the_sum(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u.sum(), t, create_graph=True)
    return ((slope + u) ** 2).sum()


@residual_loss.mistake(
    "The mean is divided by N once more inside: the derivative of `u.mean()` is u′/N. Take that of "
    "`u.sum()`."
)
def takes_the_derivative_of_the_mean(network, t):
    t = t.detach().requires_grad_()
    u = network(t)
    (slope,) = grad(u.mean(), t, create_graph=True)
    return ((slope + u) ** 2).mean()
