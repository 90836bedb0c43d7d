"""The turned paraboloid as a bowl in space, and what is seen of it from one side.

A point is (t, x, loss); the constants are those of the paraboloid, c_diff_sign and c_same_sign.
"""

import numpy as np

from helpers.sign_aware_loss.formulas import elliptic_paraboloid

RIM, RADIUS = 6.0, 4.0  # the bowl ends at this loss, or at this distance from the middle
RISE = 0.75  # how high one unit of loss is, beside one of t
TILT = np.radians(28)  # how far one looks from above


def points(t, x, constants):
    """Points of the surface above t and x, arrays of one shape; (…, 3)."""
    return np.stack([t, x, elliptic_paraboloid(x, t, *constants)], -1)


def level(constants):
    """The line of loss 1 on the plane of t and x; (121, 2). That of loss L is √L times as large."""
    angle = np.linspace(0, 2 * np.pi, 121)
    along, across = np.sqrt(constants)[:, None] * [np.cos(angle), np.sin(angle)]
    return np.stack([along - across, along + across], 1) / np.sqrt(2)


def surface(constants):
    """A grid of points, from the middle to the rim and once around; (9, 41, 3)."""
    angle = np.linspace(0, 2 * np.pi, 41)
    t, x = np.cos(angle), np.sin(angle)
    reach = np.minimum(RADIUS, np.sqrt(RIM / elliptic_paraboloid(x, t, *constants)))
    ring = np.linspace(0, 1, 9)[:, None] * reach
    return points(ring * t, ring * x, constants)


def diagonal(constants):
    """Points of the surface where x = t, from rim to rim; (41, 3)."""
    reach = min(RADIUS, np.sqrt(RIM * constants[0])) / np.sqrt(2)
    along = np.linspace(-1, 1, 41) * reach
    return points(along, along, constants)


def seen(points, view):
    """Points in parallel rays, from `view` degrees: how far right, up, and back; (…, 3)."""
    t, x, loss = np.moveaxis(np.asarray(points), -1, 0)
    turn = np.radians(view)
    right = t * np.cos(turn) - x * np.sin(turn)
    back = t * np.sin(turn) + x * np.cos(turn)
    up = back * np.sin(TILT) + RISE * loss * np.cos(TILT)
    return np.stack([right, up, back], -1)


def patches(constants, view):
    """The surface in 320 patches, from back to front: four corners (right, up), and mean loss."""

    def corners(grid):
        around = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
        return np.stack(around, 2).reshape(-1, 4, 3)

    grid = surface(constants)
    places, losses = corners(seen(grid, view)), corners(grid)[..., 2].mean(1)
    order = np.argsort(-places[..., 2].sum(1), kind="stable")
    return places[order, :, :2], losses[order]
