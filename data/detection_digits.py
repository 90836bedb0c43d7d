"""Train detection-pooling networks on pairs of digits; write an npz.

`python data/detection_digits.py` (about four minutes on one core). The layouts and seeds are
formulas.LAYOUTS, the trainings formulas.TRAININGS, at each rate of formulas.RATES, 25 epochs in
float32; kept are the measures before the first step and after each epoch. Of the networks whose
biases stay at or below 0, at rate 10⁻³, the weights are kept as well, rounded to float16.
"""

import sys
from pathlib import Path

import numpy as np

from helpers.detection_pooling import formulas


def main():
    shape = len(formulas.LAYOUTS), len(formulas.TRAININGS), len(formulas.RATES)
    runs = np.full((*shape, formulas.EPOCHS + 1, len(formulas.MEASURES)), np.nan, np.float32)
    stored = {}
    for i, (units, seed) in enumerate(formulas.LAYOUTS):
        for j, training in enumerate(formulas.TRAININGS):
            for k, rate in enumerate(formulas.RATES):
                net, rows = formulas.train(training, rate, seed, units)
                runs[i, j, k] = rows
                print(units, seed, training, rate, rows[-1], flush=True)
                if training == "sum, b ≤ 0" and rate == 1e-3:
                    for name, part in net.items():
                        stored[f"{name}, {units} units, seed {seed}"] = part.half().numpy()
    np.savez_compressed(Path(__file__).with_suffix(".npz"), runs=runs, **stored)


if __name__ == "__main__":
    sys.exit(main())
