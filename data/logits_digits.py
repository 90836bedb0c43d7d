"""Train with every pair of output and loss on the digits, and heads on pixels; write an npz.

`python data/logits_digits.py` (about a minute and a half on one core). Six pairs of formulas.PAIRS,
three trainings of formulas.TRAININGS and five seeds, 300 full steps on the first 1000 digits;
measured on the last 797. Those of formulas.LONGER take 3000 steps as well. A pair starts from the
same weights as the others. Then linear heads for a row of pixels, for each number of classes, noise
and head. Everything is float32, as in most trainings.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from helpers.logits_and_probabilities import formulas


def digits():
    """(trainings, pairs, seeds, steps, measures)."""
    return np.array(
        [
            [[formulas.train_digits(t, p, s) for s in formulas.SEEDS] for p in formulas.PAIRS]
            for t in formulas.TRAININGS
        ]
    )


def longer():
    """(of formulas.LONGER, seeds, measures)."""
    return np.array(
        [
            [formulas.train_digits(t, p, s, steps=(3000,))[0] for s in formulas.SEEDS]
            for t, p in formulas.LONGER
        ]
    )


def pixel_heads(classes, noise, head):
    """(steps, 2, 8): weights and biases of the head at each of formulas.PIXEL_STEPS."""
    x, target = formulas.ramp(classes, noise, pixels=500, seed=1)
    kept = torch.full((len(formulas.PIXEL_STEPS), 2, max(formulas.CLASSES)), torch.nan)
    fits = formulas.fit_head(x[:, None], target, classes, head, formulas.PIXEL_STEPS)
    for i, model in enumerate(fits):
        kept[i, 0, :classes] = model.weight.detach()[:, 0]
        kept[i, 1, :classes] = model.bias.detach()
    return kept.numpy()


def pixels():
    """(classes, noises, heads, steps, 2, 8)."""
    return np.array(
        [
            [[pixel_heads(c, n, h) for h in formulas.HEADS] for n in formulas.NOISES]
            for c in formulas.CLASSES
        ]
    )


def main():
    parts = {"digits": digits(), "longer": longer(), "pixels": pixels()}
    stored = {name: part.astype(np.float32) for name, part in parts.items()}
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **stored)


if __name__ == "__main__":
    sys.exit(main())
