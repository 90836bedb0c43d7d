"""Ask Keras for losses and gradients of 02_log_of_zero; write one backend's column of the csv.

`KERAS_BACKEND=torch python data/keras_losses.py`, and the same with tensorflow, jax and numpy.
Keras 3.15.0 with torch 2.13.0, tensorflow-cpu 2.21.0, jax 0.10.2, numpy 2.4.6; float32 on a CPU.
TensorFlow runs without XLA, as Keras lets it on a CPU. NumPy has no gradients: its cells are empty.
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
BEFORE_RELU = ((1, 2, 3), (-0.5, 1, 1), (-1, -2, -3))
BINARY = ((0, 1), (1, 0), (1, 1))


def measure(keras):
    """(input, value) → a number of Keras, None without one; the first class is the true one.

    All are losses, but for "gradient of relu": the derivative by the first score, where a ReLU
    stands between the scores and the loss.
    """
    import numpy as np

    def number(loss):
        return float(keras.ops.convert_to_numpy(loss).squeeze())

    def tensor(values):
        return keras.ops.convert_to_tensor(np.array(values, dtype="float32"))

    def categorical(row, as_number=True, **options):
        loss = keras.ops.categorical_crossentropy(tensor([[1, 0, 0]]), row, **options)
        return number(loss) if as_number else loss

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
    for row in BEFORE_RELU:
        losses["gradient of relu", text(row)] = slope(
            keras, tensor([row]), lambda z: categorical(keras.activations.relu(z), as_number=False)
        )
    return losses


def slope(keras, scores, loss):
    """d loss/d scores[0, 0] by the backend's own autograd; None if it has none."""
    backend = keras.backend.backend()
    if backend == "torch":
        import torch

        leaf = scores.detach().requires_grad_()
        return torch.autograd.grad(loss(leaf).sum(), leaf)[0][0, 0].item()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(scores)
            value = loss(scores)
        return float(tape.gradient(value, scores)[0, 0])
    if backend == "jax":
        import jax

        return float(jax.grad(lambda z: loss(z).sum())(scores)[0, 0])
    return None


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
            row = table[key] | {backend: "" if loss is None else f"{loss:.9g}"}
            writer.writerow(dict(zip(("input", "value"), key, strict=True)) | row)


if __name__ == "__main__":
    import keras

    store(keras.backend.backend(), measure(keras))
