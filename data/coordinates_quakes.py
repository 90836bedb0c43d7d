"""Fit the quakes' positions in seven frames with six losses; write an npz.

`python data/coordinates_quakes.py` (about two minutes on one core). The 797 quakes of
formulas.tonga(), a linear model of depth and its square. Fitted to all of them, and to 20 random
halves; measured on the other halves. Everything is float64.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from helpers.loss_coordinates import formulas


def halves(split):
    """Two halves of 0 … 796, the same for the same split."""
    order = torch.randperm(797, generator=torch.Generator().manual_seed(split))
    return order[:398], order[398:]


def measured(split, angles=formulas.ANGLES, fits=formulas.FITS):
    """(moved, error, nll), each (angles, fits), on the half that is not fitted; angles from 0."""
    x, y = formulas.tonga()
    seen, unseen = halves(split)
    found, start = np.full((3, len(angles), len(fits)), np.nan), {}
    for a, degrees in enumerate(angles):
        for f, loss in enumerate(fits):
            weights, nll = formulas.fit_in_frame(x[seen], y[seen], loss, degrees)
            p = x[unseen] @ weights
            start.setdefault(loss, p)
            found[0, a, f] = 100 * (p - start[loss]).norm(dim=1).mean()
            found[1, a, f] = 100 * (p - y[unseen]).norm(dim=1).mean()
            if nll:
                found[2, a, f] = nll(x[unseen], y[unseen]).mean()
    return found


def weights():
    """(angles, fits, 3, 2), of the fits to all quakes."""
    x, y = formulas.tonga()
    fitted = [
        [formulas.fit_in_frame(x, y, loss, degrees)[0].numpy() for loss in formulas.FITS]
        for degrees in formulas.ANGLES
    ]
    return np.array(fitted)


if __name__ == "__main__":
    target = sys.argv[1] if sys.argv[1:] else Path(__file__).with_name("coordinates_quakes.npz")
    measures = np.stack([measured(split) for split in range(formulas.SPLITS)], 1)
    names = dict(zip(("moved", "error", "nll"), measures, strict=True))
    np.savez_compressed(target, weights=weights(), **names)
