"""Train networks of several widths on the digits, with and without biases; write an npz.

`python data/backprop_digits.py` (about two minutes on one core). Numpy, one hidden layer of ReLUs,
1000 full-batch steps on the first 1000 digits; the accuracy on the last 797 every 50 steps. Both
networks of a seed start from the same weights.
"""

import sys
from pathlib import Path

import numpy as np

from helpers.backprop_by_hand import formulas


def accuracies():
    """(widths, without and with biases, seeds, steps)."""
    return np.array(
        [
            [
                [formulas.train_digits(width, bias, seed) for seed in formulas.SEEDS]
                for bias in (False, True)
            ]
            for width in formulas.WIDTHS
        ]
    )


def main():
    stored = accuracies().astype(np.float32)
    np.savez_compressed(Path(__file__).with_suffix(".npz"), accuracy=stored)


if __name__ == "__main__":
    sys.exit(main())
