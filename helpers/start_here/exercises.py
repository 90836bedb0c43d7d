"""The exercise of the start page."""

import torch

from helpers.teaching.check import exercise

__all__ = ["central_difference"]


def _at(*x, dtype=torch.float64):
    return torch.tensor(x, dtype=dtype)


@exercise(
    cases={
        "values": {
            "sin at 1, h = 0.1": lambda: (torch.sin, _at(1.0), 0.1),
            "x³ at 2, h = 0.5": lambda: (lambda x: x**3, _at(2.0), 0.5),
            "exp at −1, 0 and 2, h = 0.01": lambda: (torch.exp, _at(-1.0, 0.0, 2.0), 0.01),
        },
        "edges": {
            "float32": lambda: (torch.sin, _at(0.5, -3.0, dtype=torch.float32), 0.25),
        },
    },
    hints=[
        "Look to both sides of x: one value of f at x + h, one at x − h.",
        "The two points are 2h apart, so that is what their difference is divided by.",
    ],
)
def central_difference(f, x, h):
    """Slope of the secant of f from x − h to x + h; f maps a tensor like x to one like it."""
    return (f(x + h) - f(x - h)) / (2 * h)


@central_difference.mistake("That is the forward quotient: it looks to one side of x only.")
def forward_quotient(f, x, h):
    return (f(x + h) - f(x)) / h


@central_difference.mistake("The two points are 2h apart, and you divide by h: twice the slope.")
def divides_by_h(f, x, h):
    return (f(x + h) - f(x - h)) / h


@central_difference.mistake(
    "Divided by 2, then multiplied by h: in Python a / 2 * h is (a / 2)·h. Put 2 * h in brackets."
)
def missing_brackets(f, x, h):
    return (f(x + h) - f(x - h)) / 2 * h


@central_difference.mistake(
    "The sign is turned round: it is the value further right that comes first."
)
def turned_round(f, x, h):
    return (f(x - h) - f(x + h)) / (2 * h)
