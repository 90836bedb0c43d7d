"""Bounds of K samples on the solvable model; write variational_curves.npz.

`python data/variational_curves.py` (some ten seconds). "bounds": for each of formulas.SAMPLES and of
formulas.WIDTHS the K-sample bound, Σ w̃ ln w and the effective sample size, means of formulas.ROWS
rows of noise; K = 1 in closed form.
"""

import sys
from pathlib import Path

import numpy as np

from helpers.variational_bounds import formulas


def curve(samples, rows=formulas.ROWS):
    """(widths, 3) for one number of samples."""
    mean = formulas.POSTERIOR[0]
    if samples == 1:
        exact = [formulas.elbo(mean, width) for width in formulas.WIDTHS]
        return np.array([(value, value, 1.0) for value in exact])
    noise = np.random.default_rng(samples).standard_normal((rows, samples))
    return np.array(
        [formulas.bounds(formulas.log_weights(mean, width, noise)) for width in formulas.WIDTHS]
    )


def main():
    found = np.array([curve(samples) for samples in formulas.SAMPLES])
    np.savez_compressed(Path(__file__).with_suffix(".npz"), bounds=found)


if __name__ == "__main__":
    sys.exit(main())
