"""Make the photograph of 05_lrn_backprop small and grey; write data/china.npz.

`python data/china.py`, with scikit-learn, a second. Brightness is 0.299 R + 0.587 G + 0.114 B
(ITU-R BT.601), averaged over 3×3 pixels and rounded; the last row and column are left out.
"""

from pathlib import Path

import numpy as np


def grey():
    """The picture as it is stored, (142, 213) uint8."""
    from sklearn.datasets import load_sample_image

    bright = load_sample_image("china.jpg")[:426, :639] @ np.array([0.299, 0.587, 0.114])
    return bright.reshape(142, 3, 213, 3).mean((1, 3)).round().astype(np.uint8)


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).with_suffix(".npz"), grey=grey())
