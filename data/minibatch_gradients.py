"""Train with batches of several sizes, on a line and on the digits; write minibatch_gradients.npz.

`python data/minibatch_gradients.py` (about three minutes on one idle core). "line": 100 runs of
descent on the 64 points of formulas.points, shuffled epochs, four rates, seven batch sizes: mean
excess loss after each of formulas.EPOCHS. "floor": the mean over the last 100 of 300 epochs, with
batches drawn afresh and with shuffled epochs. "digits": scikit-learn's MLPClassifier with 32 hidden
units and Adam, for each number of training images, batch size, budget and seed; with the labels as
they are, and with one in ten replaced by a random class.
"""

import math
import sys
import warnings
from pathlib import Path

import numpy as np

from helpers.minibatch_gradients import formulas
from helpers.teaching.data import digits

RUNS = 100


def line(rate, size, shuffled):
    """(mean excess loss after each of EPOCHS epochs, mean over the last 100 epochs)."""
    last = formulas.EPOCHS[-1]
    path = formulas.descend(size, rate, last, RUNS, shuffled, seed=1)
    mean = formulas.excess(path).mean(1)
    steps = formulas.N // size
    return mean[[epochs * steps for epochs in formulas.EPOCHS]], mean[-100 * steps :].mean()


def digit_run(labels, size, budget, seed, images):
    """(training accuracy, accuracy on the other digits, updates)."""
    from sklearn.neural_network import MLPClassifier

    x, y = (part.numpy() for part in digits())
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(x))
    noisy = y.copy()
    if labels == "one in ten random":
        wrong = generator.random(len(y)) < 0.1
        noisy[wrong] = generator.integers(0, 10, wrong.sum())
    epochs = 20 if budget == "20 epochs" else math.ceil(1000 / math.ceil(images / size))
    model = MLPClassifier(
        (32,), batch_size=size, max_iter=epochs, random_state=seed, tol=0, n_iter_no_change=10**6
    )
    seen, unseen = order[:images], order[1200:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it stops, and that the batch size is clipped
        model.fit(x[seen] / 16, noisy[seen])
    scores = [model.score(x[at] / 16, noisy[at]) for at in (seen, unseen)]
    return *scores, model._optimizer.t


def main():
    rates, sizes = formulas.RATES, formulas.SIZES
    runs = [[[line(r, b, shuffled) for shuffled in (False, True)] for b in sizes] for r in rates]
    found = {
        "line": np.array([[pair[1][0] for pair in row] for row in runs]),
        "floor": np.array([[[one[1] for one in pair] for pair in row] for row in runs]),
    }
    found["digits"] = np.array(
        [
            [
                [
                    [[digit_run(ls, b, u, s, n) for n in formulas.IMAGES] for s in formulas.SEEDS]
                    for u in formulas.BUDGETS
                ]
                for b in formulas.BATCHES
            ]
            for ls in formulas.LABELS
        ]
    )
    np.savez_compressed(
        Path(__file__).with_suffix(".npz"),
        **{name: part.astype(np.float32) for name, part in found.items()},
    )


if __name__ == "__main__":
    sys.exit(main())
