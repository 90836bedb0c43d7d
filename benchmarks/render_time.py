"""What a picture of each live figure costs, at settings all over its controls, as PNG and as SVG."""

import importlib
import random
import statistics
import time

from benchmarks.measure import ROOT, table
from helpers.site.svg import Drawing

SETTINGS = 60


def main():
    rows, pictures = [], []
    for path in sorted((ROOT / "helpers").glob("*/figures.py")):
        module = importlib.import_module(f"helpers.{path.parent.name}.figures")
        for name in getattr(module, "__all__", ()):
            figure = getattr(module, name)
            first, png, svg = measured(figure)
            pictures.append((png[0], svg[0], svg[0] / png[0]))
            row = [f"{path.parent.name}.{name}", f"{first:.0f} ms", *map(milliseconds, png[:2])]
            row += [milliseconds(svg[0]), f"{pictures[-1][2]:.2f}×"]
            rows.append([*row, f"{png[2]:.0f} kB", f"{svg[2]:.0f} kB"])
    png, svg, ratio = map(statistics.median, zip(*pictures, strict=True))
    middle = ["", milliseconds(png), "", milliseconds(svg), f"{ratio:.2f}×", "", ""]
    rows.append(["the median of all", *middle])
    return table(
        [
            "figure",
            "first picture",
            "PNG (aim: 10 ms)",
            "95 of 100 within",
            "SVG",
            "against PNG",
            "PNG",
            "SVG",
        ],
        rows,
    )


def measured(figure):
    """CPU ms of the first picture; of PNG and of SVG: the median, the 95th percentile, and kB."""
    first, _ = timed(figure.render)
    drawing = Drawing(figure, "f")
    drawing.frame()
    return (
        first,
        rounds(figure, figure.render),
        rounds(figure, lambda **values: "".join(drawing.frame(**values)).encode()),
    )


def rounds(figure, picture):
    chance = random.Random(0)
    times, weights = [], []
    for _ in range(SETTINGS):
        values = {name: chance.choice(c.values()) for name, c in figure.controls.items()}
        ms, made = timed(lambda values=values: picture(**values))
        times.append(ms)
        weights.append(len(made) / 1000)
    times.sort()
    return statistics.median(times), times[int(0.95 * SETTINGS)], statistics.median(weights)


def timed(task):
    """CPU ms that `task` takes, and what it returns."""
    start = time.process_time()
    made = task()
    return 1000 * (time.process_time() - start), made


def milliseconds(value):
    return f"{value:.1f} ms"
