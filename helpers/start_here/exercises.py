"""The exercise of the start page."""

import torch

from helpers.teaching.cases import tensor
from helpers.teaching.exercise import exercise

__all__ = ["central_difference"]


@exercise(
    cases={
        "values": {
            "sin at 1, h = 0.1": lambda: (torch.sin, tensor(1.0), 0.1),
            "x³ at 2, h = 0.5": lambda: (lambda x: x**3, tensor(2.0), 0.5),
            "exp at −1, 0 and 2, h = 0.01": lambda: (torch.exp, tensor(-1.0, 0.0, 2.0), 0.01),
        },
        "shapes": {
            "float32": lambda: (torch.sin, tensor(0.5, -3.0, dtype=torch.float32), 0.25),
        },
    },
    hints=[
        "Look to both sides of x: one value of f at x + h, one at x − h.",
        "How far apart are these two points? The difference of the values is divided by that.",
    ],
    minutes=3,
)
def central_difference(f, x, h):
    """The slope of the secant of f from x − h to x + h.

    f: a function of a tensor, entry by entry; x: a tensor; h: a float above 0.
    Returns a tensor like x. Example: f(x) = x², x = 3, h = 0.5 → 6.
    """
    return (f(x + h) - f(x - h)) / (2 * h)


central_difference.slips("""
    forward_quotient: f(x - h) → f(x); (2 * h) → h
    # That is the forward quotient: it looks to one side of x only.
    backward_quotient: f(x + h) → f(x); (2 * h) → h
    # That is the backward quotient: it looks to one side of x only.
    half_the_step: x + h → x + h / 2; x - h → x - h / 2; (2 * h) → h
    # Your two points are x − h/2 and x + h/2. Here they are x − h and x + h.
    divides_by_h: (2 * h) → h
    # The two points are 2h apart, and you divide by h: twice the slope.
    missing_brackets: (2 * h) → 2 * h
    # Divided by 2, then multiplied by h: in Python a / 2 * h is (a / 2)·h. Put 2 * h in brackets.
    turned_round: f(x + h) - f(x - h) → f(x - h) - f(x + h)
    # The sign is turned round: the value further right comes first.
""")


@central_difference.mistake
def exact_derivative(f, x, h):
    """This is the derivative itself. What is asked for is the slope of the secant, which depends on h."""
    return torch.func.grad(lambda x: f(x).sum())(x)
