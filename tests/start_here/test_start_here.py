"""The start page's maths: the numerical derivative of the sine."""

import mpmath
import numpy as np
import pytest

from helpers.start_here import formulas

U = 2.0**-53  # relative rounding error of a float64


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("h", [1e-1, 1e-2, 1e-3])
def test_eq_1_1_the_forward_quotient_misses_by_half_h_times_the_sine_between(x, h):
    with mpmath.workdps(50):
        exact = (mpmath.sin(mpmath.mpf(x) + h) - mpmath.sin(x)) / h
        sine = -2 / mpmath.mpf(h) * (exact - mpmath.cos(x))
        ends = sorted([mpmath.sin(x), mpmath.sin(x + h)])
        assert ends[0] <= sine <= ends[1]  # monotone there, so some ξ in between has this sine
        assert formulas.difference_quotient(np.sin, x, h) == pytest.approx(float(exact), rel=1e-12)


POINTS = (0.3, 1.0, 2.0, 3.1, 100.0)


def at(x):
    """x, and the sine with its two derivatives there."""
    return {"x": x, "f": np.sin(x), "slope": np.cos(x), "second": -np.sin(x), "u": U}


@pytest.mark.parametrize("x", POINTS)
def test_eq_1_2_bounds_the_error_of_every_step(x):
    h = 10 ** np.random.default_rng(0).uniform(-14, -9, 4000)
    error = formulas.sine_error(h, x=x)
    bound = formulas.error_bound(h, **at(x))
    assert (error <= bound).all()
    assert (error > bound / 4).any()  # and it is no idle bound


def test_rounding_of_x_plus_h_is_most_of_the_error_at_a_small_step():
    h = 1e-12
    exact_step = (1 + h) - 1  # what x + h is ahead of x after rounding
    error = abs((np.sin(1 + h) - np.sin(1)) / exact_step - np.cos(1))
    assert 5 * error < formulas.sine_error(h) < 1e-4


@pytest.mark.parametrize("x", POINTS)
def test_eq_1_3_the_best_step_minimises_the_bound(x):
    best = formulas.best_step(**at(x))
    grid = best * np.logspace(-3, 3, 6001)
    assert grid[formulas.error_bound(grid, **at(x)).argmin()] == pytest.approx(best, rel=2e-3)


def test_central_quotient_is_of_second_order():
    with mpmath.workdps(50):
        for h in (1e-1, 1e-2):
            exact = mpmath.sin(mpmath.mpf(1) + h) - mpmath.sin(mpmath.mpf(1) - h)
            expected = float(exact / (2 * mpmath.mpf(h)))
            quotient = formulas.difference_quotient(np.sin, 1.0, h, "central")
            assert quotient == pytest.approx(expected, rel=1e-12)
    assert formulas.sine_error(1e-2, "central") == pytest.approx(1e-4 / 6 * np.cos(1), rel=1e-3)


def test_what_the_page_says_of_the_picture():
    h = np.logspace(-16, 0, 161)
    forward, single = formulas.sine_error(h), formulas.sine_error(h, dtype=np.float32)
    central = formulas.sine_error(h, "central")
    # one decade of the step takes a decade off the error, down to about 1e-8
    assert formulas.sine_error(1e-2) / formulas.sine_error(1e-7) == pytest.approx(1e5, rel=0.1)
    assert 1e-9 < h[forward.argmin()] < 1e-7
    assert formulas.sine_error(1e-16) == np.cos(1.0)  # 1 + 1e-16 is 1: the secant lies flat
    notch = 10**-15.5
    assert (np.sin(1 + notch) - np.sin(1)) / notch == pytest.approx(0.35, abs=0.005)
    assert 1e-5 < formulas.sine_error(1e-12) / np.cos(1) < 1e-4  # about four right digits
    assert round(float(formulas.sine_error(1e-16)), 2) == 0.54
    # single precision: the tip is between 1e-4 and 1e-3, but for a lucky step (one of 161)
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(single, 9), axis=1)
    assert 1e-4 < h[4:-4][smooth.argmin()] < 1e-3
    # central: steeper on the right, deeper at the tip
    assert formulas.sine_error(1e-1, "central") / formulas.sine_error(
        1e-2, "central"
    ) == pytest.approx(100, rel=0.01)
    assert central.min() < forward.min() / 100
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(central, 9), axis=1)
    assert 1e-6 < h[4:-4][smooth.argmin()] < 1e-5


def test_error_is_measured_in_float64_whatever_the_format():
    assert formulas.sine_error(np.array([1e-3]), dtype=np.float32).dtype == np.float64


def test_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="one of forward, central; got 'backward'"):
        formulas.difference_quotient(np.sin, 1.0, 0.1, "backward")
