"""Train Keras on the digits, a ReLU before its cross-entropy; write rows of data/keras_digits.csv.

`KERAS_BACKEND=tensorflow python data/keras_digits.py`, the same with torch and jax, and once more
with tensorflow and the word `xla` behind it. Keras 3.15.0 with torch 2.13.0, tensorflow-cpu 2.21.0,
jax 0.10.2; float32 on a CPU, some seconds each. A row a start: "nan_loss" is the first step whose
printed loss is NaN, "nan_weights" the first before which a weight is; best and last accuracy are
those of 201 measurements on 797 unseen digits.
"""

import csv
import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix(".csv")
STARTS = (1, 2, 3)
COLUMNS = ("backend", "start", "nan_loss", "nan_weights", "best_accuracy", "last_accuracy")


def train(keras, start, steps=200, jit="auto"):
    """A network 64–32–10 with a ReLU behind both layers, Adam at 0.01 on 1000 digits at once.

    Returns the row of COLUMNS as a dict but for "backend"; a step that never comes is "".
    """
    chance = np.random.default_rng(start)
    with np.load(FILE.with_name("digits.npz")) as digits:
        x, y = digits["images"].astype("float32") / 16, digits["labels"]
    order = chance.permutation(len(y))
    x, y = x[order], y[order]
    layers = [keras.layers.Dense(width, activation="relu") for width in (32, 10)]
    model = keras.Sequential([keras.Input((64,)), *layers])
    shapes = [(64, (64, 32)), (64, (32,)), (32, (32, 10)), (32, (10,))]
    model.set_weights([chance.uniform(-1, 1, shape) / fan**0.5 for fan, shape in shapes])
    adam = keras.optimizers.Adam(0.01)
    model.compile(optimizer=adam, loss="categorical_crossentropy", jit_compile=jit)
    one_hot = np.eye(10, dtype="float32")[y[:1000]]
    accuracy, row = [], {"start": start, "nan_loss": "", "nan_weights": ""}
    for step in range(steps + 1):
        guess = np.asarray(model.predict_on_batch(x[1000:])).argmax(1)
        accuracy.append((guess == y[1000:]).mean())
        if row["nan_weights"] == "" and any(np.isnan(w).any() for w in model.get_weights()):
            row["nan_weights"] = step
        if np.isnan(model.train_on_batch(x[:1000], one_hot)) and row["nan_loss"] == "":
            row["nan_loss"] = step
    measured = {"best_accuracy": max(accuracy), "last_accuracy": accuracy[-1]}
    return row | {name: f"{value:.4f}" for name, value in measured.items()}


def store(backend, rows):
    """Write `rows` as those of `backend`, the others' as they were."""
    table = []
    if FILE.exists():
        with FILE.open(encoding="utf-8", newline="") as file:
            table = [row for row in csv.DictReader(file) if row["backend"] != backend]
    table += [{"backend": backend} | row for row in rows]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(table, key=lambda row: (row["backend"], int(row["start"]))))


if __name__ == "__main__":
    import keras

    xla = "xla" in sys.argv
    name = keras.backend.backend() + (" with XLA" if xla else "")
    store(name, [train(keras, start, jit=True if xla else "auto") for start in STARTS])
