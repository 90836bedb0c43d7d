"""What cases are built of: small tensors and arrays, seeded. Holds no answers."""

import numpy as np
import torch


def tensor(*values, dtype: torch.dtype = torch.float64, grad: bool = False) -> torch.Tensor:
    """These numbers, or rows of numbers, as a tensor; `grad`: whether it requires grad."""
    return torch.tensor(values, dtype=dtype, requires_grad=grad)


def scalar(value: float, dtype: torch.dtype = torch.float64, grad: bool = False) -> torch.Tensor:
    """One number as a tensor without dimensions."""
    return torch.tensor(value, dtype=dtype, requires_grad=grad)


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
