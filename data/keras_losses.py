"""Ask Keras for the losses of 02_log_of_zero; write one backend's column of data/keras_losses.csv.

`KERAS_BACKEND=torch python data/keras_losses.py`, and the same with tensorflow, jax and numpy.
Keras 3.15.0 with torch 2.13.0, tensorflow-cpu 2.21.0, jax 0.10.2, numpy 2.4.6; float32 on a CPU.
"""

import csv
from pathlib import Path

FILE = Path(__file__).with_suffix(".csv")
BACKENDS = ("torch", "tensorflow", "jax", "numpy")
ROWS = (
    (1, 2, 3),
    (1, 0, 0),
    (0, 2, 2),
    (1e-8, 1, 1),
    (-0.5, 1, 1),
    (-1, -2, 1),
    (0, 0, 0),
)
SCORES = (-20, 0, 0)
BINARY = ((0, 1), (1, 0), (1, 1))


def measure(keras):
    """(input, value) → loss of Keras; in all rows the first class is the true one."""
    import numpy as np

    def number(loss):
        return float(keras.ops.convert_to_numpy(loss).squeeze())

    def tensor(values):
        return keras.ops.convert_to_tensor(np.array(values, dtype="float32"))

    def categorical(row, **options):
        return number(keras.ops.categorical_crossentropy(tensor([[1, 0, 0]]), row, **options))

    def text(values):
        return " ".join(f"{value:g}" for value in values)

    losses = {("outputs", text(row)): categorical(tensor([row])) for row in ROWS}
    scores = tensor([SCORES])
    losses["softmax of", text(SCORES)] = categorical(keras.activations.softmax(scores))
    losses["scores", text(SCORES)] = categorical(scores, from_logits=True)
    for p, y in BINARY:
        losses["binary p, y", text((p, y))] = number(
            keras.ops.binary_crossentropy(tensor([y]), tensor([p]))
        )
    return losses


def store(backend, losses):
    """Write `losses` as the column of `backend`, the others' as they were."""
    table = {key: {} for key in losses}
    if FILE.exists():
        with FILE.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                table[row.pop("input"), row.pop("value")] = row
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["input", "value", *BACKENDS], lineterminator="\n")
        writer.writeheader()
        for key, loss in losses.items():
            row = table[key] | {backend: f"{loss:.9g}"}
            writer.writerow(dict(zip(("input", "value"), key, strict=True)) | row)


if __name__ == "__main__":
    import keras

    store(keras.backend.backend(), measure(keras))
