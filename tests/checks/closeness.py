"""How the topics' tests hold two results against each other."""

import torch


def close(a, b, tolerance=1e-12):
    """Raise AssertionError unless `a` and `b` agree as float64, absolutely or relatively."""
    torch.testing.assert_close(
        torch.as_tensor(a, dtype=torch.float64),
        torch.as_tensor(b, dtype=torch.float64),
        rtol=tolerance,
        atol=tolerance,
    )
