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


def best_step(f, second_derivative, epsilon):
    """Step of the forward quotient at which truncation and rounding weigh the same.

    Minimises h/2·|f″| + 2ε|f|/h, the bound for values `f` and `second_derivative` at the point and
    a relative rounding error `epsilon` of each value of f.
    """
    return 2 * np.sqrt(epsilon * np.abs(f / second_derivative))
