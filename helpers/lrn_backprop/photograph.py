"""The photograph of notebook 05, through edge filters and through random ones."""

from functools import cache

import torch
from torch.nn import functional as F

from helpers.teaching.data import china

ORIENTATIONS = 8
REACH, WAVELENGTH, SPREAD = 5, 8.0, (1.8, 3.2)  # pixels; spread across and along the edge


@cache
def edge_filters():
    """Odd Gabor filters for edges in 8 orientations, (8, 1, 11, 11) float32.

    Each answers a step of height h along its edge with h.
    """
    at = torch.arange(-REACH, REACH + 1, dtype=torch.float64)
    y, x = torch.meshgrid(-at, at, indexing="ij")  # y upwards
    angle = torch.arange(ORIENTATIONS, dtype=torch.float64)[:, None, None] * torch.pi / ORIENTATIONS
    along = x * angle.cos() + y * angle.sin()
    across = y * angle.cos() - x * angle.sin()
    envelope = torch.exp(-((across / SPREAD[0]) ** 2 + (along / SPREAD[1]) ** 2) / 2)
    wave = torch.sin(2 * torch.pi * across / WAVELENGTH) * envelope
    return (wave / (wave * (across > 0)).sum((1, 2), keepdim=True)).float()[:, None]


@cache
def photo_activations():
    """|edge filter| of the photograph with pixels from 0 to 255: (1, 8, 132, 203) float32."""
    return F.conv2d(china().float()[None, None], edge_filters()).abs()


@cache
def random_filter_activations(seed=0):
    """|random filter| of the same photograph: (1, 8, 132, 203) float32.

    The weights of each of the eight filters add up to 0, so that none answers to brightness alone.
    """
    filters = torch.randn(8, 1, 11, 11, generator=torch.Generator().manual_seed(seed)) / 20
    filters -= filters.mean((2, 3), keepdim=True)
    return F.conv2d(china().float()[None, None], filters).abs()
