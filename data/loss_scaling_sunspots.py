"""Foretell sunspots with the target in many units; write data/loss_scaling_sunspots.npz.

`python data/loss_scaling_sunspots.py`, with scikit-learn (about half a minute on one core).
The inputs are the nine numbers before a year, standardised; the target is its number times each of
fifteen factors, or standardised. Networks 9–16–1 with ReLU, and linear models 9–1, take 1000 steps
on the squared error of all 192 years up to 1900, by SGD and Adam, at each of nine rates. A network
starts as torch starts it, with seed 0, and a linear model at 0. All are one batch of tensors, so a
part can be recomputed alone. Forests of 100 trees see the same targets. What is stored is the root
of the mean squared error on 1901 to 2008, in the original unit.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from helpers.loss_scaling_and_mape import formulas

BETAS, EPSILON = (0.9, 0.999), 1e-8  # torch's defaults for Adam


def start(hidden, units):
    """Parameters of units × 1 models: (units, inputs, outputs) and (units, 1, outputs) a layer."""
    one = [p.detach() for p in formulas.network(hidden).parameters()]
    shaped = [p.T if p.dim() == 2 else p[None] for p in one]
    return [p.repeat(units, 1, 1).requires_grad_() for p in shaped]


def train(model, targets, rates, steps=formulas.STEPS[-1]):
    """Predictions for the new years at the STEPS up to `steps`.

    targets: (units, 192), what is fitted; result: (units, rates, steps, 108) in that unit.
    """
    hidden, optimiser = formulas.MODELS[model]
    (x, _), (x_new, _) = formulas.inputs()
    units = (len(targets), len(rates))
    parameters = start(hidden, units[0] * units[1])
    rate = torch.tensor(rates, dtype=torch.float64).expand(units).reshape(-1, 1, 1)
    y = targets[:, None].expand(*units, -1).reshape(-1, targets.shape[1], 1)

    def predict(x):
        a, b, *rest = parameters
        return torch.relu(x @ a + b) @ rest[0] + rest[1] if rest else x @ a + b

    found = []
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(steps + 1):
        if step in formulas.STEPS:
            found.append(predict(x_new).detach()[..., 0].unflatten(0, units))
        losses = (predict(x) - y).square().mean((1, 2))
        gradients = torch.autograd.grad(losses.sum(), parameters)
        with torch.no_grad():
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                if optimiser == "Adam":
                    m.mul_(BETAS[0]).add_(g, alpha=1 - BETAS[0])
                    v.mul_(BETAS[1]).addcmul_(g, g, value=1 - BETAS[1])
                    root = (v / (1 - BETAS[1] ** (step + 1))).sqrt() + EPSILON
                    g = m / (1 - BETAS[0] ** (step + 1)) / root
                p -= rate * g
    return torch.stack(found, 2)


def measure(model, scales=formulas.SCALES, rates=formulas.RATES, **kwargs):
    """RMSE in the original unit, (scales, rates, steps); infinite where a model overflowed."""
    (_, y), (_, y_new) = formulas.inputs()
    factors = torch.tensor(scales, dtype=torch.float64)[:, None]
    predictions = train(model, factors * y, rates, **kwargs) / factors[..., None, None]
    return formulas.rmse(y_new, predictions).nan_to_num(nan=torch.inf)


def measure_standardised(model, rates=formulas.RATES, **kwargs):
    """The same for the standardised target, (rates, steps)."""
    (_, y), (_, y_new) = formulas.inputs()
    predictions = train(model, formulas.standardise(y, y)[None], rates, **kwargs)[0]
    predictions = y.mean() + y.std(correction=0) * predictions
    return formulas.rmse(y_new, predictions).nan_to_num(nan=torch.inf)


def forest(scale):
    """RMSE in the original unit of a random forest fitted to `scale` times the target."""
    from sklearn.ensemble import RandomForestRegressor

    (x, y), (x_new, y_new) = formulas.inputs()
    model = RandomForestRegressor(100, random_state=0).fit(x.numpy(), (scale * y).numpy())
    return float(formulas.rmse(y_new, torch.from_numpy(model.predict(x_new.numpy())) / scale))


def main():
    stored = {
        "units": [measure(name).numpy() for name in formulas.MODELS],
        "standardised": [measure_standardised(name).numpy() for name in formulas.MODELS],
        "forest": [forest(scale) for scale in formulas.SCALES],
    }
    stored = {name: np.array(values) for name, values in stored.items()}
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **stored)


if __name__ == "__main__":
    sys.exit(main())
