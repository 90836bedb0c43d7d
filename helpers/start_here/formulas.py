"""Numerical derivatives: what the step takes away and what rounding puts back."""

import numpy as np

SCHEMES = ("forward", "central")


def difference_quotient(f, x, h, scheme="forward"):
    """Slope of a secant of `f` at `x`, an estimate of f′(x).

    x, h: floats or arrays that broadcast; the arithmetic is done in their dtype. `scheme`:
    "forward" for (f(x + h) − f(x)) / h, "central" for (f(x + h) − f(x − h)) / 2h. Raises ValueError
    for another scheme. Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
    """
    if scheme == "forward":
        return (f(x + h) - f(x)) / h
    if scheme == "central":
        return (f(x + h) - f(x - h)) / (2 * h)
    raise ValueError(f"The scheme must be one of {', '.join(SCHEMES)}; got {scheme!r}.")


def sine_error(h, scheme="forward", dtype=np.float64, x=1.0):
    """|difference quotient of sin at x − cos x| for steps `h` (float or array), as float64.

    The quotient is computed in `dtype` (a numpy float type), the difference to cos x in float64.
    """
    x, h = dtype(x), np.asarray(h, dtype)
    quotient = difference_quotient(np.sin, x, h, scheme)
    return np.abs(quotient.astype(np.float64) - np.cos(np.float64(x)))


def exp_error(h, x=2.0):
    """|forward quotient of exp at x − exp x| for a float64 step `h` (float or array)."""
    return np.abs(difference_quotient(np.exp, x, h) - np.exp(x))


def error_bound(h, x, f, slope, second, u):
    """What the error of the forward quotient with step `h` stays below, for a small step.

    h/2·|f″| from the secant, and u·(2|f| + |x·f′|)/h from rounding both values of f and x + h.
    f, slope, second: f, f′ and f″ at x; u: the relative rounding error.
    """
    return h / 2 * np.abs(second) + u * (2 * np.abs(f) + np.abs(x * slope)) / h


def best_step(x, f, slope, second, u):
    """The step for which `error_bound` is smallest."""
    return np.sqrt(2 * u * (2 * np.abs(f) + np.abs(x * slope)) / np.abs(second))
