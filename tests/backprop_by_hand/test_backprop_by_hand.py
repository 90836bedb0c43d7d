"""The maths of Backprop by hand."""

import pytest
import torch

from helpers.backprop_by_hand import formulas


@pytest.mark.parametrize("p", [-2.0, 0.5, 3.0])
def test_eq_1_1_slope_of_the_squared_error(p):
    leaf = torch.tensor(p, dtype=torch.float64, requires_grad=True)
    (expected,) = torch.autograd.grad((leaf - 1) ** 2, leaf)
    assert formulas.slope(p, 1.0) == expected.item()
