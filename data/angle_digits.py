"""Train networks to say how far a digit is turned, with five outputs and losses; write an npz.

`python data/angle_digits.py` (a few minutes on one core). formulas.OUTPUTS at each of
formulas.RATES with Adam, for the digits 3 and 4 and five seeds, 300 steps on batches of 128
pictures; those with a cosine loss also by plain descent at formulas.SGD_RATES. Everything is
float32, as in most trainings.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from helpers.angles_and_cosines import formulas

COSINES = list(formulas.OUTPUTS)[:2]


def trained(digit, output, rate, seed, optimiser=torch.optim.Adam):
    """The measures of formulas.MEASURES, and the predicted angles (488,)."""
    network = formulas.angle_network(digit, output, rate, seed, optimiser)
    guess, length = formulas.predicted(network, digit, output)
    return [*formulas.measured(guess, formulas.rotated_digits(digit)[1][1]), length], guess


def series(outputs, rates, optimiser):
    """Measures (digits, outputs, rates, seeds, 4) and the angles of seed 0 (…, 488)."""
    shape = len(formulas.DIGITS), len(outputs), len(rates)
    measures, guesses = np.zeros((*shape, len(formulas.SEEDS), 4)), np.zeros((*shape, 488))
    for at in np.ndindex(shape):
        values = formulas.DIGITS[at[0]], outputs[at[1]], rates[at[2]]
        for seed in formulas.SEEDS:
            measures[*at, seed], guess = trained(*values, seed, optimiser)
            if seed == 0:
                guesses[at] = guess
    return measures.astype(np.float32), guesses.astype(np.float32)


def main():
    measures, guesses = series(list(formulas.OUTPUTS), formulas.RATES, torch.optim.Adam)
    sgd, _ = series(COSINES, formulas.SGD_RATES, torch.optim.SGD)
    target = Path(__file__).with_suffix(".npz")
    np.savez_compressed(target, measures=measures, guesses=guesses, sgd=sgd)


if __name__ == "__main__":
    sys.exit(main())
