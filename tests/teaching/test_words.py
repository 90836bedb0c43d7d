"""Numbers in print: decimals, significant digits, signs, and what is no number."""

import math

import numpy as np
import pytest
import torch

from helpers.teaching.words import brief, fixed, tick


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (0.5, 3, "0.500"),
        (-0.5, 1, "−0.5"),
        (-0.0004, 3, "0.000"),
        (-0.0, 2, "0.00"),
        (-0.6, 0, "−1"),
        (-0.4, 0, "0"),
        (2.675, 2, "2.67"),  # the float lies below 2.675
        (1e20, 1, "100000000000000000000.0"),
        (3, 2, "3.00"),
        (math.nan, 2, "NaN"),
        (math.inf, 2, "∞"),
        (-math.inf, 2, "−∞"),
    ],
)
def test_decimals(number, digits, text):
    assert fixed(number, digits) == text
    assert fixed(torch.tensor(number, dtype=torch.float64), digits) == text
    assert fixed(np.float64(number), digits) == text


@pytest.mark.parametrize(("number", "text"), [(1.25, "+1.2"), (-1.0, "−1.0"), (-0.01, "0.0")])
def test_a_sign_where_it_is_asked_for_and_none_on_zero(number, text):
    assert fixed(number, 1, sign=True) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.123456, "0.123"),
        (-12, "−12"),
        (1234.5, "1.23·10³"),
        (1e5, "10⁵"),
        (-1e7, "−10⁷"),
        (-3e-12, "−3·10⁻¹²"),
        (-0.0, "0"),
        (math.nan, "NaN"),
        (-math.inf, "−∞"),
    ],
)
def test_significant_digits(number, text):
    assert brief(number) == text
    assert brief(torch.tensor(number, dtype=torch.float64)) == text


def test_more_digits():
    assert brief(1234.5, 6) == "1234.5"
    assert brief(1e-5 / 3, 2) == "3.3·10⁻⁶"


@pytest.mark.parametrize(
    ("number", "text"),
    [(-80, "−80"), (0, "0"), (0.01, "0.01"), (1e-4, "10⁻⁴"), (1000, "1000"), (-1e6, "−10⁶")],
)
def test_powers_of_ten_beside_an_axis_are_short(number, text):
    assert tick(number) == text
