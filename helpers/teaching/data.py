"""The stored data sets; data/README.md names their sources and licences."""

from pathlib import Path

import numpy as np
import torch

# Beside the package in a checkout, inside it in a wheel.
DATA = next(
    folder
    for folder in (Path(__file__).parents[1] / "data", Path(__file__).parents[2] / "data")
    if folder.is_dir()
)


def digits():
    """Handwritten digits, 8×8 pixels each, as `(images, labels)`.

    images: (1797, 64) uint8, ink from 0 (white) to 16 (black), rows of the image one after
    another; labels: (1797,) int64, the digit from 0 to 9. New tensors at every call.
    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, 1998, the test
    part, as scikit-learn bundles it.
    """
    with np.load(DATA / "digits.npz") as stored:
        return torch.from_numpy(stored["images"]), torch.from_numpy(stored["labels"]).long()


def sunspots():
    """Yearly sunspot numbers 1700 to 2008, as `(years, numbers)`: numpy, (309,) int64 and float64.

    Source: US National Geophysical Data Center, as statsmodels bundles it.
    """
    years, numbers = np.loadtxt(DATA / "sunspots.csv", delimiter=",", skiprows=1, unpack=True)
    return years.astype(np.int64), numbers


def china():
    """A Chinese temple, grey, (142, 213) uint8: black 0, white 255. A new tensor at every call.

    Source: photograph by danielbuechele, CC BY 2.0, as scikit-learn bundles it; made smaller.
    """
    with np.load(DATA / "china.npz") as stored:
        return torch.from_numpy(stored["grey"])


def breast_cancer():
    """Tumours, measured under a microscope, as `(measured, malignant)`.

    measured: (569, 10) float32, the mean over the cell nuclei of a picture of radius, texture,
    perimeter, area, smoothness, compactness, concavity, concave points, symmetry and fractal
    dimension; malignant: (569,) int64, 1 for 212 malignant tumours and 0 for 357 benign ones. New
    tensors at every call.
    Source: W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin
    (Diagnostic), 1993, as scikit-learn bundles it; the first ten of its columns.
    """
    with np.load(DATA / "breast_cancer.npz") as stored:
        measured, malignant = (torch.from_numpy(stored[name]) for name in ("measured", "malignant"))
    return measured, malignant.long()


def diabetes():
    """Patients with diabetes, as `(measured, progression)`.

    measured: (442, 10) float32: age (years), sex (1 or 2), body mass index, mean blood pressure
    and six blood values; progression: (442,) float32, the disease a year later, 25 to 346. New
    tensors at every call.
    Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, 2004, as
    scikit-learn bundles it.
    """
    with np.load(DATA / "diabetes.npz") as stored:
        return torch.from_numpy(stored["measured"]), torch.from_numpy(stored["progression"])


def quakes():
    """1000 earthquakes off Fiji, as five float64 numpy arrays (1000,).

    latitude and longitude (degrees; east of the date line above 180), depth (km), magnitude,
    stations (how many reported it).
    Source: J. Woodhouse and the PRIM-H project, Harvard University, as R and pydataset bundle it.
    """
    columns = np.loadtxt(DATA / "quakes.csv", delimiter=",", skiprows=1, unpack=True)
    return tuple(np.ascontiguousarray(column) for column in columns)
