"""What cases are built of: small tensors and arrays, seeded. Holds no answers."""

import numpy as np
import torch

LEFT_ALONE = {
    ".grad holds 7 from an earlier pass": "what an earlier pass left in `.grad` must not count, and "
    "must stay"
}
"""The guard of a case whose leaves are made with `stale=True`: its label → what it guards."""


def tensor(*values, dtype: torch.dtype = torch.float64, grad: bool = False) -> torch.Tensor:
    """These numbers, or rows of numbers, as a tensor; `grad`: whether it requires grad."""
    return torch.tensor(values, dtype=dtype, requires_grad=grad)


def scalar(value: float, dtype: torch.dtype = torch.float64, grad: bool = False) -> torch.Tensor:
    """One number as a tensor without dimensions."""
    return torch.tensor(value, dtype=dtype, requires_grad=grad)


def leaf(*values, stale: bool = False, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """A leaf of these numbers, or rows of them; if `stale`, its .grad holds 7 everywhere."""
    made = tensor(*values, dtype=dtype, grad=True)
    if stale:
        made.grad = torch.full_like(made, 7.0)
    return made


def normal(
    *shape: int, seed: int = 0, dtype: torch.dtype = torch.float64, grad: bool = False
) -> torch.Tensor:
    """Standard normal numbers of this shape, the same for the same seed."""
    drawn = torch.randn(shape, dtype=torch.float64, generator=_generator(seed))
    return drawn.to(dtype).requires_grad_(grad)


def uniform(
    *shape: int, seed: int = 0, dtype: torch.dtype = torch.float64, grad: bool = False
) -> torch.Tensor:
    """Numbers from 0 to 1 of this shape, the same for the same seed."""
    drawn = torch.rand(shape, dtype=torch.float64, generator=_generator(seed))
    return drawn.to(dtype).requires_grad_(grad)


def array(*values, dtype=np.float64) -> np.ndarray:
    """These numbers, or rows of numbers, as a NumPy array."""
    return np.array(values, dtype)


def normal_array(*shape: int, seed: int = 0) -> np.ndarray:
    """Standard normal numbers as a float64 array of this shape, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(shape)


def _generator(seed):
    return torch.Generator().manual_seed(seed)
