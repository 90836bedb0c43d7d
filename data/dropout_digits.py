"""Train small networks on the digits at many dropout rates; write data/dropout_digits.npz.

`python data/dropout_digits.py` (about three minutes on one core). Networks 64–64–64–10 with ReLU,
dropout after both hidden layers, Adam, 600 batches of 100 of the first 1000 digits. Two trainings
("inverted": kept units are divided by 1 − rate; "classic": they are not) × rates 0, 0.1 … 1 × 8
seeds. All are one batch of tensors: networks of one seed start from the same weights, see the same
batches and the same uniforms, whatever their rate; so a part can be recomputed alone. What is
stored is measured on the last 797 digits, with `formulas.measure_digits`.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from helpers.dropout_scaling import formulas

TRAININGS = formulas.TRAININGS
RATES = formulas.RATES
SEEDS = tuple(range(8))
STEPS, BATCH, LEARNING_RATE = 600, 100, 3e-3
PASSES = 20  # masks per digit for what is measured with dropout on
KEPT = (0.2, 0.5)  # rates of which one network (inverted, seed 0) is stored


def train(trainings=TRAININGS, rates=RATES, seeds=SEEDS, steps=STEPS):
    """Weights and biases of all networks, each (trainings, rates, seeds, fan in | 1, fan out)."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    shape = (len(trainings), len(rates), len(seeds))

    def uniform(*size):  # one draw a seed, shared by all trainings and rates
        draw = [torch.rand(size, generator=g, dtype=torch.float64) for g in generators]
        return torch.stack(draw).expand(*shape, *size).reshape(-1, *size)

    parameters = []
    for fan_in, fan_out in formulas.LAYERS:  # torch's default for nn.Linear
        for size in ((fan_in, fan_out), (1, fan_out)):
            parameters.append(((2 * uniform(*size) - 1) / fan_in**0.5).requires_grad_())
    rate = torch.tensor(rates, dtype=torch.float64)[:, None].expand(shape).reshape(-1, 1, 1)
    inverted = torch.tensor([t == "inverted" for t in trainings])[:, None, None].expand(shape)
    scale = torch.where(inverted.reshape(-1, 1, 1), 1 / (1 - rate), 1.0)
    scale[rate == 1] = 0  # everything is dropped

    (x, target), _ = formulas.digit_parts()
    optimiser = torch.optim.Adam(parameters, LEARNING_RATE)
    for _ in range(steps):
        index = (uniform(BATCH) * len(x)).long()
        masks = [(uniform(BATCH, width) >= rate) * scale for _, width in formulas.LAYERS[:-1]]
        logits = formulas.digit_network(parameters, x[index], masks)
        losses = F.cross_entropy(logits.mT, target[index], reduction="none").mean(1)
        optimiser.zero_grad()
        losses.sum().backward()
        optimiser.step()
    return [p.detach().reshape(*shape, *p.shape[1:]) for p in parameters]


def measure(parameters, rates=RATES, trainings=TRAININGS):
    """Stored table (trainings, rates, seeds, ways of formulas.EVALUATIONS, measures)."""
    table = []
    for t, training in enumerate(trainings):
        for r, rate in enumerate(rates):
            networks = [p[t, r] for p in parameters]
            table.append(formulas.measure_digits(networks, training, rate, PASSES))
    return torch.stack(table).unflatten(0, (len(trainings), len(rates)))


def main():
    parameters = train()
    stored = {"table": measure(parameters).numpy().astype(np.float32)}
    for rate in KEPT:
        network = [p[TRAININGS.index("inverted"), RATES.index(rate), 0] for p in parameters]
        for i, p in enumerate(network):
            stored[f"network_{rate}_{i}"] = p.numpy().astype(np.float32)
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **stored)


if __name__ == "__main__":
    sys.exit(main())
