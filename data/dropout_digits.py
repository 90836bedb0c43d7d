"""Train small networks on the digits at many dropout rates; write data/dropout_digits.npz.

`python data/dropout_digits.py` (about ten minutes on one core). Networks of 64 inputs, two hidden
layers with ReLU and dropout behind both, ten outputs; 600 batches of 100 of the first 1000 digits.
They are measured on the last 797 digits, with functions of `formulas`. Three things are stored:

- table: 64 hidden units, two optimisers × two trainings ("inverted": kept units are divided by
  1 − rate; "classic": they are not) × rates 0, 0.1 … 1 × 8 seeds;
- curves and finals: inverted dropout and Adam, four sizes (formulas.SETUPS) × rates 0 … 0.8; the
  means over 8 seeds after each of formulas.STEPS, and what each seed has reached at the end;
- two of the networks (inverted, Adam, seed 0).

All networks of one size are one batch of tensors. Networks of one seed start from the same weights,
see the same batches and the same uniforms, whatever their rate; so a part can be recomputed alone.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from helpers.dropout_scaling import formulas

TRAININGS, RATES, STEPS = formulas.TRAININGS, formulas.RATES, formulas.STEPS
SEEDS = tuple(range(8))
BATCH = 100
OPTIMISERS = {"Adam": (torch.optim.Adam, 3e-3), "SGD": (torch.optim.SGD, 0.3)}
PASSES = 20  # masks per digit for what is measured with dropout on
KEPT = (0.2, 0.5)  # rates of which one network is stored


def train(
    trainings=TRAININGS,
    rates=RATES,
    seeds=SEEDS,
    steps=(600,),
    optimiser="Adam",
    width=64,
    count=1000,
):
    """Yield the parameters of all networks after each of `steps`.

    `width`: units of a hidden layer; `count`: how many digits are trained on. Weights and biases
    have the shape (trainings, rates, seeds, fan in | 1, fan out).
    """
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    shape = (len(trainings), len(rates), len(seeds))

    def uniform(*size):  # one draw a seed, shared by all trainings and rates
        draw = [torch.rand(size, generator=g, dtype=torch.float64) for g in generators]
        return torch.stack(draw).expand(*shape, *size).reshape(-1, *size)

    parameters = []
    for fan_in, fan_out in ((64, width), (width, width), (width, 10)):  # nn.Linear's default
        for size in ((fan_in, fan_out), (1, fan_out)):
            parameters.append(((2 * uniform(*size) - 1) / fan_in**0.5).requires_grad_())
    rate = torch.tensor(rates, dtype=torch.float64)[:, None].expand(shape).reshape(-1, 1, 1)
    inverted = torch.tensor([t == "inverted" for t in trainings])[:, None, None].expand(shape)
    scale = torch.where(inverted.reshape(-1, 1, 1), 1 / (1 - rate), 1.0)
    scale[rate == 1] = 0  # everything is dropped

    (x, target), _ = formulas.digit_parts()
    kind, learning_rate = OPTIMISERS[optimiser]
    descent = kind(parameters, learning_rate)
    for step in range(max(steps) + 1):
        if step in steps:
            yield [p.detach().reshape(*shape, *p.shape[1:]) for p in parameters]
        index = (uniform(BATCH) * count).long()
        masks = [(uniform(BATCH, width) >= rate) * scale for _ in range(2)]
        logits = formulas.digit_network(parameters, x[index], masks)
        losses = F.cross_entropy(logits.mT, target[index], reduction="none").mean(1)
        descent.zero_grad()
        losses.sum().backward()
        descent.step()


def measure(parameters, rates=RATES, trainings=TRAININGS):
    """What the table stores, (trainings, rates, seeds, ways of formulas.EVALUATIONS, measures)."""
    table = []
    for t, training in enumerate(trainings):
        for r, rate in enumerate(rates):
            networks = [p[t, r] for p in parameters]
            table.append(formulas.measure_digits(networks, training, rate, PASSES))
    return torch.stack(table).unflatten(0, (len(trainings), len(rates)))


def watch(setup, rates=RATES[:9], seeds=SEEDS, steps=STEPS):
    """formulas.WATCHED of the networks of a setup after each of `steps`, (rates, seeds, steps, 4)."""
    width, count = formulas.SETUPS[setup]
    parts = formulas.digit_parts()
    trained, new = [part[:count] for part in parts[0]], parts[1]
    found = []
    for parameters in train(("inverted",), rates, seeds, steps, width=width, count=count):
        at_rates = [[p[0, r] for p in parameters] for r in range(len(rates))]
        found.append(
            torch.stack(
                [
                    torch.cat(
                        [
                            formulas.measures(formulas.digit_network(networks, x), y)[:, :2]
                            for x, y in (trained, new)
                        ],
                        -1,
                    )
                    for networks in at_rates
                ]
            )
        )
    return torch.stack(found, 2)


def main():
    tables, stored = [], {}
    for optimiser in OPTIMISERS:
        (parameters,) = train(optimiser=optimiser)
        tables.append(measure(parameters))
        for rate in KEPT if optimiser == "Adam" else ():
            network = [p[TRAININGS.index("inverted"), RATES.index(rate), 0] for p in parameters]
            for i, p in enumerate(network):
                stored[f"network_{rate}_{i}"] = p.numpy().astype(np.float32)
    watched = torch.stack([watch(setup) for setup in formulas.SETUPS])
    stored["table"] = torch.stack(tables).numpy().astype(np.float32)
    stored["curves"] = watched.mean(2).numpy().astype(np.float32)
    stored["finals"] = watched[:, :, :, -1].numpy().astype(np.float32)
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **stored)


if __name__ == "__main__":
    sys.exit(main())
