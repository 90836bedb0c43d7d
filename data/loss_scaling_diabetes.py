"""Fit the diabetes data with the target in many units; write data/loss_scaling_diabetes.npz.

`python data/loss_scaling_diabetes.py`, with scikit-learn (about half a minute on one core).
Networks 10–16–1 with ReLU, trained on the squared error in 200 epochs of batches of 38 of 342
patients, by SGD and Adam, at each of nine rates, on the target times each of fifteen factors and on
the standardised target. All are one batch of tensors with the same start and the same batches, so a
part can be recomputed alone. Forests of 100 trees see the same targets. What is stored is the root
of the mean squared error on 100 other patients, in the original unit.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from helpers.loss_scaling_and_mape import formulas

HIDDEN, BATCH = 16, 38
BETAS, EPSILON = (0.9, 0.999), 1e-8  # torch's defaults for Adam


def train(optimiser, targets, rates, epochs=formulas.CHECKPOINTS[-1]):
    """Predictions for the held-out patients at the checkpoints up to `epochs`.

    targets: (units, 342), what is fitted; result: (units, rates, checkpoints, 100) in that unit.
    """
    (x, _), (x_new, _) = formulas.diabetes_parts()
    units = (len(targets), len(rates))
    generator = torch.Generator().manual_seed(0)
    parameters = []
    for fan_in, fan_out in ((10, HIDDEN), (HIDDEN, 1)):  # torch's default for nn.Linear
        for size in ((fan_in, fan_out), (1, fan_out)):
            draw = 2 * torch.rand(size, generator=generator, dtype=torch.float64) - 1
            many = (draw / fan_in**0.5).expand(*units, *size).reshape(-1, *size).clone()
            parameters.append(many.requires_grad_())
    rate = torch.tensor(rates, dtype=torch.float64).expand(units).reshape(-1, 1, 1)
    y = targets[:, None].expand(*units, -1).reshape(-1, targets.shape[1], 1)

    def predict(x):
        a, b, c, d = parameters
        return torch.relu(x @ a + b) @ c + d

    found, step = [], 0
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for epoch in range(epochs + 1):
        if epoch in formulas.CHECKPOINTS:
            found.append(predict(x_new).detach()[..., 0].unflatten(0, units))
        if epoch == epochs:
            return torch.stack(found, 2)
        for index in torch.randperm(len(x), generator=generator).split(BATCH):
            step += 1
            losses = (predict(x[index]) - y[:, index]).square().mean((1, 2))
            gradients = torch.autograd.grad(losses.sum(), parameters)
            with torch.no_grad():
                for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                    if optimiser == "Adam":
                        m.mul_(BETAS[0]).add_(g, alpha=1 - BETAS[0])
                        v.mul_(BETAS[1]).addcmul_(g, g, value=1 - BETAS[1])
                        root = (v / (1 - BETAS[1] ** step)).sqrt() + EPSILON
                        g = m / (1 - BETAS[0] ** step) / root
                    p -= rate * g


def measure(optimiser, scales=formulas.SCALES, rates=formulas.LEARNING_RATES, **kwargs):
    """RMSE in the original unit, (scales, rates, checkpoints); infinite where a network overflowed."""
    (_, y), (_, y_new) = formulas.diabetes_parts()
    factors = torch.tensor(scales, dtype=torch.float64)[:, None]
    predictions = train(optimiser, factors * y, rates, **kwargs) / factors[..., None, None]
    return formulas.rmse(y_new, predictions).nan_to_num(nan=torch.inf)


def measure_standardised(optimiser, rates=formulas.LEARNING_RATES, **kwargs):
    """The same for the standardised target, (rates, checkpoints)."""
    (_, y), (_, y_new) = formulas.diabetes_parts()
    predictions = train(optimiser, formulas.standardise(y, y)[None], rates, **kwargs)[0]
    predictions = y.mean() + y.std(correction=0) * predictions
    return formulas.rmse(y_new, predictions).nan_to_num(nan=torch.inf)


def forest(scale):
    """RMSE in the original unit of a random forest fitted to `scale` times the target."""
    from sklearn.ensemble import RandomForestRegressor

    (x, y), (x_new, y_new) = formulas.diabetes_parts()
    model = RandomForestRegressor(100, random_state=0).fit(x.numpy(), (scale * y).numpy())
    return float(formulas.rmse(y_new, torch.from_numpy(model.predict(x_new.numpy())) / scale))


def main():
    stored = {
        "networks": [measure(name).numpy() for name in formulas.OPTIMISERS],
        "standardised": [measure_standardised(name).numpy() for name in formulas.OPTIMISERS],
        "forest": [forest(scale) for scale in formulas.SCALES],
    }
    stored = {name: np.array(values) for name, values in stored.items()}
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **stored)


if __name__ == "__main__":
    sys.exit(main())
