"""Losses in two coordinate systems, and what becomes of a fit in each. Tensors are torch's, float64.

Points have shape (n, 2), in units of 100 km: east, north. A frame is a matrix A (2, 2), and
perhaps a shift: z = A·x + shift.
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.data import DATA, quakes

# 1 · Turn and shift

PREDICTED = torch.tensor([[3, 1], [-1, 2], [0.5, -2]], dtype=torch.float64)
TRUE = torch.tensor([[2, 2.5], [-0.5, 1], [1.5, -2.5]], dtype=torch.float64)
LOSSES = {
    "MSE": F.mse_loss,
    "mean distance": lambda p, y: (p - y).norm(dim=1).mean(),
    "L1": F.l1_loss,
    "Huber": F.huber_loss,
}
# What one error (n, 2) costs, up to a factor: the levels of these are the curves of equal cost.
COSTS = {
    "MSE": lambda e: e.square().sum(-1),
    "mean distance": lambda e: e.norm(dim=-1),
    "L1": lambda e: e.abs().sum(-1),
    "Huber": lambda e: F.huber_loss(e, torch.zeros_like(e), reduction="none").sum(-1),
}


def turning(degrees):
    """The matrix (2, 2) that turns a point by this angle, counter-clockwise."""
    a = math.radians(degrees)
    rows = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
    return torch.tensor(rows, dtype=torch.float64)


MAPS = {
    "turn": turning(30),
    "mirror": torch.tensor([[1, 0], [0, -1]], dtype=torch.float64),
    "shear": torch.tensor([[1, 0.7], [0, 1]], dtype=torch.float64),
    "stretch": torch.tensor([[2, 0], [0, 1]], dtype=torch.float64),
}


def value_and_gradient(loss, A, p=PREDICTED, y=TRUE, shift=0.0):
    """The loss (a float) taken after x ↦ A·x + shift, and its gradient by p, before the map."""
    p = p.clone().requires_grad_()
    value = loss(p @ A.T + shift, y @ A.T + shift)
    return value.item(), torch.autograd.grad(value, p)[0]


def equal_cost(loss, error, directions):
    """Points (k, 2) that cost as much as `error` (2,), in these directions (k, 2), by bisection."""
    cost, wanted = COSTS[loss], COSTS[loss](error)
    low, high = torch.zeros(len(directions)).double(), torch.full((len(directions),), 20.0).double()
    for _ in range(40):
        middle = (low + high) / 2
        short = cost(middle[:, None] * directions) < wanted
        low, high = torch.where(short, middle, low), torch.where(short, high, middle)
    return high[:, None] * directions


# 2 · Stretch and shear


def stretching(stretch, shear):
    """The matrix (2, 2) that shears by `shear` and stretches the first coordinate by `stretch`."""
    return torch.tensor([[stretch, shear], [0, 1]], dtype=torch.float64)


def descent(A, rate=0.1, steps=40):
    """The path (steps + 1, 2) of one point by gradient descent on |A·(x − y)|², and the losses.

    It starts at the first of PREDICTED and aims at the first of TRUE. The steps are taken in the
    old coordinates; the losses (steps + 1,) are those of the new ones.
    """
    x, y = PREDICTED[0].clone(), TRUE[0]
    path = [x]
    for _ in range(steps):
        x = x - rate * 2 * A.T @ A @ (x - y)
        path.append(x)
    path = torch.stack(path)
    return path, ((path - y) @ A.T).square().sum(1)


# 3 · Likelihoods

VARIANCES = torch.tensor([[0.5, 2], [1, 0.3], [0.2, 1.5]], dtype=torch.float64)  # of PREDICTED
CARRIED = ("all of it", "only the diagonal", "nothing")


def covariance(correlation):
    """The covariance (2, 2) with the variances 0.8 and 0.5."""
    both = correlation * math.sqrt(0.8 * 0.5)
    return torch.tensor([[0.8, both], [both, 0.5]], dtype=torch.float64)


def gaussian_nll(p, y, cov):
    """Negative log-likelihood (n,) of the points y under normals around p.

    cov: (2, 2), or (n, 2, 2) for one a point. torch raises a ValueError unless it is positive
    definite.
    """
    return -torch.distributions.MultivariateNormal(p, cov).log_prob(y)


def carried(cov, A, what):
    """What becomes of `cov` in the frame A, if `what` of CARRIED is carried along."""
    if what == "nothing":
        return cov
    moved = A @ cov @ A.mT
    return moved if what == "all of it" else torch.diag_embed(moved.diagonal(dim1=-2, dim2=-1))


def normal_nll(values):
    """The mean NLL (a float) of `values` (n,) under the normal that fits them best."""
    return math.log(2 * math.pi * math.e * values.var(correction=0).item()) / 2


# The quakes, in kilometres


@lru_cache(maxsize=1)
def tonga():
    """The 797 quakes east of 174° E, as (features, positions).

    features: (797, 3), 1, depth and its square, in units of 100 km; positions: (797, 2) from their
    mean.
    """
    latitude, longitude, depth, *_ = (torch.from_numpy(column) for column in quakes())
    east = longitude > 174
    phi, lam, d = (v[east] for v in (latitude, longitude, depth / 100))
    unit = 6371 * math.pi / 180 / 100  # a degree of latitude
    shrink = math.cos(math.radians(phi.mean().item()))
    places = torch.stack([shrink * (lam - lam.mean()), phi - phi.mean()], 1) * unit
    return torch.stack([torch.ones_like(d), d, d.square()], 1), places


@lru_cache(maxsize=1)
def tonga_errors():
    """The errors (797, 2) of the linear model that fits the quakes' positions with the MSE."""
    x, y = tonga()
    return x @ torch.linalg.lstsq(x, y).solution - y


# 4 · A frame that depends on the prediction

REPORTED = 70.0  # where the trench runs, in degrees from east, as a chart says
COSTLY = {"across": (1.0, 4.0), "along": (4.0, 1.0)}  # → weights along, across


def framed_loss(errors, angle, weights):
    """The mean of w₁·along² + w₂·across², of errors (n, 2) in the frame of `angle` (radians, ())."""
    along = errors @ torch.stack([angle.cos(), angle.sin()])
    across = errors @ torch.stack([-angle.sin(), angle.cos()])
    return (weights[0] * along.square() + weights[1] * across.square()).mean()


def angle_by_step(start, costly, detached, errors=None, pull=5.0, rate=0.002, steps=200):
    """The angle in degrees (steps + 1,) by gradient descent on framed_loss + pull·(angle − reported)².

    With `detached`, framed_loss gives the angle no gradient.
    """
    errors = tonga_errors() if errors is None else errors
    second = errors.T @ errors / len(errors)  # all that the loss needs to know of the errors
    w, reported = COSTLY[costly], math.radians(REPORTED)
    angle, found = math.radians(start), []
    for _ in range(steps + 1):
        found.append(math.degrees(angle))
        c, s = math.cos(angle), math.sin(angle)
        a, b, both = second[0, 0].item(), second[1, 1].item(), second[0, 1].item()
        product = (b - a) * c * s + both * (c * c - s * s)  # the mean of along·across
        slope = 0.0 if detached else 2 * (w[0] - w[1]) * product
        angle -= rate * (slope + 2 * pull * (angle - reported))
    return np.array(found)


# 5 · Numbers far from 0

ERRORS = 0.01 * (PREDICTED - TRUE)


def shifted(shift, dtype):
    """Relative errors of the MSE and of its gradient, of three points 0.01 apart, after a shift.

    The numbers are rounded to `dtype` after the shift; gradients are compared as vectors.
    """
    p, y = ((TRUE + move + shift).to(dtype) for move in (ERRORS, 0))
    e = (p - y).double()
    exact = ERRORS.square().mean()
    loss = ((e.square().mean() - exact) / exact).abs().item()
    return loss, ((e - ERRORS).norm() / ERRORS.norm()).item()


# 6 · On real data

ANGLES, SPLITS = (0, 15, 30, 45, 60, 75, 90), 20
FITS = ("MSE", "mean distance", "L1", "Huber", "NLL, diagonal", "NLL, full")


def fit(x, y, loss):
    """The weights (3, 2) of the linear model with the lowest `loss` of FITS, and its covariance.

    x: (n, 3), y: (n, 2). The covariance is (2, 2), or None for what is no likelihood; of “NLL,
    diagonal” it is a function of x that gives (n, 2, 2), as the variances depend on the depth.
    """
    least = torch.linalg.lstsq(x, y).solution
    if loss == "MSE":
        return least, None
    if loss == "NLL, full":  # with one covariance for all, the best mean is that of the MSE
        return least, (y - x @ least).T.cov(correction=0)
    if loss == "L1":
        return torch.stack([_least_absolute(x, column) for column in y.T], 1), None
    if loss == "NLL, diagonal":
        spread = (y - x @ least).square().mean(0).log()
        start = torch.cat([least.T.flatten(), spread, torch.zeros(2).double()])

        def nll(v):
            e, log = y - x @ v[:6].reshape(2, 3).T, v[6:8] + x[:, 1:2] * v[8:]
            return (log + e.square() * (-log).exp()).sum(1).mean() / 2

        v = _lowest(nll, start)
        return v[:6].reshape(2, 3).T, lambda at: torch.diag_embed(
            (v[6:8] + at[:, 1:2] * v[8:]).exp()
        )
    return _lowest(lambda w: LOSSES[loss](x @ w, y), least), None


def _least_absolute(x, y):
    from scipy.optimize import linprog

    n, k = x.shape
    cost = np.concatenate([np.zeros(k), np.ones(2 * n)])
    equal = np.concatenate([x, np.eye(n), -np.eye(n)], 1)
    bounds = [(None, None)] * k + [(0, None)] * 2 * n
    return torch.from_numpy(linprog(cost, A_eq=equal, b_eq=y.numpy(), bounds=bounds).x[:k])


def _lowest(loss, start):
    at = start.clone(memory_format=torch.contiguous_format).requires_grad_()
    ends = dict(max_iter=500, tolerance_grad=1e-10, tolerance_change=1e-14)
    search = torch.optim.LBFGS([at], line_search_fn="strong_wolfe", **ends)

    def closure():
        search.zero_grad()
        value = loss(at)
        value.backward()
        return value

    search.step(closure)
    return at.detach()


def fit_in_frame(x, y, loss, degrees):
    """As `fit`, but trained on turned positions; weights (3, 2) in the old frame, and a function.

    The function gives the NLL (n,) of features and positions of the old frame; None for what is
    no likelihood.
    """
    A = turning(degrees)
    weights, cov = fit(x, y @ A.T, loss)

    def nll(x, y):
        return gaussian_nll(x @ weights, y @ A.T, cov(x) if callable(cov) else cov)

    return weights @ A, nll if cov is not None else None


@lru_cache(maxsize=1)
def stored():
    """What data/coordinates_quakes.py wrote: name → tensor.

    "weights": (angles, fits, 3, 2) of the fits to all 797 quakes, in the old frame; "moved" and
    "error": (splits, angles, fits), on the half that was not trained on, mean distances in km, to
    the predictions of the fit at 0° and to the truth; "nll": the same shape, NaN where no likelihood.
    """
    with np.load(DATA / "coordinates_quakes.npz") as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


def over_splits(measure, loss, degrees):
    """The 20 stored values of "moved", "error" or "nll" for one of FITS, trained at this angle."""
    return stored()[measure][:, ANGLES.index(degrees), FITS.index(loss)]
