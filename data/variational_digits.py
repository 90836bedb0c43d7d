"""Train small variational autoencoders on the digits; write variational_digits.npz.

`python data/variational_digits.py` (some ten minutes on one core). 1000 digits to train, 797 to
test; helpers/variational_bounds/vae.py has the network, the training and the measures. "weights":
black-and-white pixels, every weight of vae.WEIGHTS. "warmed": those of vae.WARMED with a weight that
rises during the first half. "squared": grey pixels and a summed squared error. "bounds": the
objectives of vae.OBJECTIVES; "bounds, checked": three estimates of ln p of some digits; "longer,
log p": ln p with 1 and 5 samples after 6000 steps in place of 2000. Each from
three starts, vae.SEEDS; arrays have the shape (settings, seeds, …).
"""

import sys
from pathlib import Path

import numpy as np

from helpers.variational_bounds import vae


def keep(found, name, settings, parameters, *data, **options):
    """Measure a group of runs, the seeds last, and put it into `found`."""
    for what, values in vae.measure(parameters, *data, **options).items():
        values = values.reshape(settings, len(vae.SEEDS), *values.shape[1:])
        found[f"{name}, {what}"] = values[:, 0] if what == "pictures" else values
    print(name, "\n", found[f"{name}, measures"].mean(1).round(4), flush=True)


def longer(x, unseen):
    """ln p(x) of test digits with 1 and 5 samples after vae.LONGER steps, (2, seeds)."""
    runs = [(1.0, seed, False) for seed in vae.SEEDS]
    rows = []
    for samples in (1, 5):
        options = {"objective": "right", "samples": samples, "steps": vae.LONGER}
        rows.append(vae.log_likelihood(vae.train(runs, x, **options), unseen).numpy())
    return np.stack(rows)


def main():
    checked = []
    found, data, grey = {}, vae.pictures(), vae.pictures(grey=True)
    for name, weights, options in (
        ("weights", vae.WEIGHTS, {}),
        ("warmed", vae.WARMED, {}),
        ("squared", vae.SQUARED, {"squared": True}),
    ):
        runs = [(w, seed, name == "warmed") for w in weights for seed in vae.SEEDS]
        x, unseen = grey if options else data
        parameters = vae.train(runs, x, **options)
        keep(found, name, len(weights), parameters, x, unseen, likelihood=0, **options)
    for objective, samples in vae.OBJECTIVES:
        runs = [(1.0, seed, False) for seed in vae.SEEDS]
        parameters = vae.train(runs, data[0], objective=objective, samples=samples)
        keep(found, f"{objective} {samples}", 1, parameters, *data, likelihood=vae.SAMPLES)
        some = data[1][: vae.CHECKED]
        again = [
            vae.log_likelihood(parameters, some, samples, 1, wider)
            for samples, wider in ((vae.SAMPLES, 1.0), (5000, 1.0), (5000, 1.3))
        ]
        checked.append(np.stack([values.numpy() for values in again], 1))
    for what in ("measures", "latents", "pictures"):
        parts = [found.pop(f"{o} {k}, {what}") for o, k in vae.OBJECTIVES]
        found[f"bounds, {what}"] = np.concatenate(parts)
    found["bounds, checked"] = np.stack(checked)  # (objectives, seeds, 3)
    found["longer, log p"] = longer(*data)
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **found)


if __name__ == "__main__":
    sys.exit(main())
