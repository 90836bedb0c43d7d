"""Train a network with batch normalisation on the digits; write batch_norm_digits.npz.

`python data/batch_norm_digits.py` (about half a minute on one idle core). "lag": for each of
formulas.SIZES, seeds, formulas.STEPS and formulas.MOMENTA the accuracy on the last 797 digits, in
training mode (one batch) and in evaluation mode. "networks": parameters and buffers of five networks
after 200 steps in batches of 32, momentum 0.1. "contrasts": for each of formulas.SOURCES and
formulas.CONTRASTS the accuracy of the first of them, with its own statistics and with new ones.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from helpers.batch_norm_statistics import formulas


def lag(size, seed, momentum, last=formulas.STEPS[-1]):
    """(accuracies (steps, 2) up to the step `last`, the network then)."""
    images, labels = formulas.data()[1]
    network, found = formulas.new_network(seed, momentum), []
    for done in formulas.train(network, size, last):
        if done in formulas.STEPS:
            modes = network.train, network.eval
            found.append([formulas.accuracy(mode(), images, labels) for mode in modes])
            network.train()
    return np.array(found), network


def main():
    places = [(b, s, m) for b in formulas.SIZES for s in formulas.SEEDS for m in formulas.MOMENTA]
    runs = {place: lag(*place) for place in places}
    # (sizes, seeds, momenta, steps, 2)
    shape = len(formulas.SIZES), len(formulas.SEEDS), len(formulas.MOMENTA), -1, 2
    table = np.array([runs[place][0] for place in places]).reshape(shape)
    states = [runs[32, s, 0.1][1].state_dict().values() for s in formulas.SEEDS]
    flat = [torch.cat([value.flatten().double() for value in state]).numpy() for state in states]
    first = runs[32, 0, 0.1][1].eval()
    contrasts = [formulas.measured_by_contrast(first, source) for source in formulas.SOURCES]
    np.savez_compressed(
        Path(__file__).with_suffix(".npz"),
        lag=table.astype(np.float32),
        networks=np.array(flat).astype(np.float32),
        contrasts=np.array(contrasts).astype(np.float32),
    )


if __name__ == "__main__":
    sys.exit(main())
