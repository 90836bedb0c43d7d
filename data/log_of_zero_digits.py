"""Train on the digits with each loss of 02_log_of_zero; write data/log_of_zero_digits.npz.

`python data/log_of_zero_digits.py`, under a minute on one core. Three starts × seven losses × 201
measurements of accuracy, dead and empty rows and mean loss, as `formulas.train` gives them.
"""

import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from helpers.log_of_zero import formulas

    runs = [formulas.train(start) for start in formulas.STARTS]
    np.savez_compressed(
        Path(__file__).with_suffix(".npz"),
        **{name: np.stack([run[name].numpy() for run in runs]) for name in runs[0]},
    )
