"""How long each live figure takes for a picture, at settings all over its controls."""

import importlib
import random
import statistics
import time

from benchmarks.measure import ROOT, table

SETTINGS = 200


def main():
    rows = []
    for path in sorted((ROOT / "helpers").glob("*/figures.py")):
        module = importlib.import_module(f"helpers.{path.parent.name}.figures")
        for name in module.__all__:
            rows.append([f"{path.parent.name}.{name}", *measured(getattr(module, name))])
    return table(
        ["figure", "first picture", "median (aim: 10 ms)", "95 of 100 within", "worst"], rows
    )


def measured(figure):
    """First, median, 95th percentile and worst of the times to render, as texts."""
    chance = random.Random(0)
    first = seconds(figure, {})
    times = sorted(
        seconds(figure, {name: chance.choice(c.values()) for name, c in figure.controls.items()})
        for _ in range(SETTINGS)
    )
    figures = first, statistics.median(times), times[int(0.95 * SETTINGS)], times[-1]
    return [f"{1000 * value:.1f} ms" for value in figures]


def seconds(figure, values):
    """Seconds that one picture takes."""
    start = time.perf_counter()
    figure.render(**values)
    return time.perf_counter() - start
