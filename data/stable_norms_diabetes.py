"""Train linear models on the diabetes data with one spoiled row; write an npz.

`python data/stable_norms_diabetes.py` (a few seconds). All factors, sizes of batch, ways of
clipping and rows of helpers.stable_norms.formulas, in float32, as in most trainings.
"""

import sys
from pathlib import Path

import numpy as np

from helpers.stable_norms import formulas


def main():
    shape = [formulas.FACTORS, formulas.BATCHES, formulas.CLIPPINGS, formulas.SEEDS]
    sizes = tuple(map(len, shape))
    losses = np.empty((*sizes, formulas.CLIPPED_STEPS + 1), np.float32)
    zeros = np.empty(sizes, np.int16)
    for at in np.ndindex(sizes):
        factor, batch, how, seed = (list(s)[i] for s, i in zip(shape, at, strict=True))
        losses[at], zeros[at] = formulas.train(how, factor, formulas.BATCHES[batch], seed)
    np.savez_compressed(Path(__file__).with_suffix(".npz"), losses=losses, zeros=zeros)


if __name__ == "__main__":
    sys.exit(main())
