"""One hundred training steps on the digits with `loss.backward()`, and with `torch.autograd.grad`."""

import time

import torch
import torch.nn.functional as F

from benchmarks.measure import ratio, side_by_side, spread, table
from helpers.autograd_interfaces import formulas

ROUNDS, STEPS = 15, 100


def main():
    results = side_by_side(
        {"`loss.backward()`": lambda: seconds(False), "`autograd.grad`": lambda: seconds(True)},
        ROUNDS,
    )
    floor = next(iter(results.values()))
    return table(
        [f"{STEPS} steps with", "time", "against the first row"],
        [
            [label, spread(times, "ms", 1e3, 1), ratio(times, floor)]
            for label, times in results.items()
        ],
    )


def seconds(returned):
    """Seconds of a training whose gradients are returned, or else collected in `.grad`."""
    (x, target), _ = formulas.digit_data()
    network = formulas.digit_classifier()
    parameters = list(network.parameters())
    start = time.perf_counter()
    for _ in range(STEPS):
        loss = F.cross_entropy(network(x), target)
        if returned:
            gradients = torch.autograd.grad(loss, parameters)
        else:
            network.zero_grad()
            loss.backward()
            gradients = [p.grad for p in parameters]
        with torch.no_grad():
            for p, gradient in zip(parameters, gradients, strict=True):
                p -= formulas.TRAINING_RATE * gradient
    return time.perf_counter() - start
