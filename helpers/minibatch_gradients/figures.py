"""The live figures of 07_minibatch_gradients, in the order of the page."""

import math
from functools import lru_cache
from typing import ClassVar

import numpy as np

from helpers.minibatch_gradients import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022
    "UnequalBatches",
    "EpochsAndUpdates",
    "NoiseOfABatch",
    "FloorOfAStep",
    "DrawnWeights",
    "LearningCurve",
]


AVERAGES = {"plain mean": False, "weighted by size": True}


@figure(
    size=Slider("batch size", 1, 7, step=1, default=3),
    average=Choice("means of batches", list(AVERAGES), "plain mean"),
)
class UnequalBatches:
    """Seven points in batches: each batch's gradient, their average, and that of all seven."""

    def measure(self, size, average):
        parts = formulas.chunks(size)
        slope, constant = formulas.gradient_of_batches(size, AVERAGES[average]).tolist()
        return {
            "parts": parts,
            "gradients": [formulas.line_gradient(x, t).tolist() for x, t in parts],
            "sizes": [str(len(x)) for x, _ in parts],
            "mean": (slope, constant),
            "words": f"({fixed(slope, 2)}, {fixed(constant, 2)})",
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="seven points", xlabel="x", ylabel="t", xlim=(0.4, 7.6), ylim=(-0.3, 10.8))
        grid = np.array([0.4, 7.6])
        left.plot(grid, 0.5 * grid + 0.1, color=style.BLACK, lw=1.2)
        looks = list(zip("osD^vPX", (*style.COLOURS, style.BLACK), strict=True))
        self.groups = [left.plot([], [], m, color=colour, ms=9)[0] for m, colour in looks]
        left.text(7.5, 0.1, "the line now: 0.5·x + 0.1", ha="right")
        right.set(title="gradients", xlabel="by slope", ylabel="by constant")
        right.set(xlim=(-86, 12), ylim=(-14.5, 3))
        right.set_xticks([-80, -60, -40, -20, 0], ["−80", "−60", "−40", "−20", "0"])
        right.set_yticks([-12, -8, -4, 0], ["−12", "−8", "−4", "0"])
        self.rays = [
            right.plot([], [], m, color=colour, ms=7, mfc=colour, alpha=0.9)[0]
            for m, colour in looks
        ]
        full = formulas.line_gradient(formulas.X7, formulas.T7).tolist()
        (self.ring,) = right.plot(*full, "o", ms=15, mfc="none", mec=style.BLACK, mew=1.5)
        (self.arrow,) = right.plot([], [], color=style.BLACK, lw=1.5)
        (self.tip,) = right.plot([], [], "*", ms=11, color=style.BLACK)
        right.text(-84, 1.4, "○ all seven    ★ average of the batches", va="bottom")
        self.words = right.text(11, -14.2, "", ha="right", va="bottom")

    def update(self, now):
        empty = [([], [])] * (7 - len(now.parts))
        for group, (x, t) in zip(self.groups, now.parts + empty, strict=True):
            group.set_data(x, t)
        for ray, (x, y) in zip(self.rays, now.gradients + empty, strict=True):
            ray.set_data(np.atleast_1d(x), np.atleast_1d(y))
        slope, constant = now.mean
        self.arrow.set_data([0, slope], [0, constant])
        self.tip.set_data([slope], [constant])
        sizes = " + ".join(now.sizes) if now.size > 1 else "1 + … + 1"
        self.words.set_text(f"{sizes}, {now.average}\n{now.words}")

    def describe(self, now):
        return (
            f"Batches of {', '.join(now.sizes)}, {now.average}: the gradient is {now.words}; "
            "that of all seven points is (−24.34, −4.94)."
        )


SIZES = [str(size) for size in formulas.SIZES]
RATES = [str(rate) for rate in formulas.RATES]
PALE = "#B0B0B0"


@figure(
    size=Choice("batch size", SIZES, "4"),
    rate=Choice("rate", RATES, "0.05"),
    count=Choice("compared at the same number of", ["epochs", "updates"], "epochs"),
)
class EpochsAndUpdates:
    """Descent on 64 points with batches of seven sizes, counted in epochs or in updates."""

    SHOWN: ClassVar = {"epochs": 3, "updates": 192}  # in the left part

    def measure(self, size, rate, count):
        b, r, counts = int(size), float(rate), np.array(formulas.EPOCHS)
        steps = formulas.N // b
        epochs = 3 if count == "epochs" else math.ceil(192 / steps)
        path = formulas.descend(b, r, epochs, seed=2)[: 3 * steps + 1 if count == "epochs" else 193]
        curves = {
            n: (counts * (1 if count == "epochs" else formulas.N // n), formulas.mean_excess(r, n))
            for n in formulas.SIZES
        }
        few, many = (curves[b][1][formulas.EPOCHS.index(e)] for e in (3, 300))
        return {"path": path[:, 0], "curves": curves, "few": few, "many": many}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="w, one run", xlim=(-0.02, 1.02), ylim=(-0.1, 2.9), xticks=[])
        left.axhline(formulas.best(), color=style.BLACK, lw=1.2)
        left.text(1, 0.02, "line: the best w", ha="right", va="bottom")
        left.set_xlabel(" ")
        (self.path,) = left.plot([], [], color=style.BLUE, lw=1.5)
        (self.dots,) = left.plot([], [], "o", color=style.BLUE, ms=5)
        self.below = left.text(0.5, -0.03, "", ha="center", va="top", transform=left.transAxes)
        right.set(title="excess loss, mean of 100 runs", xscale="log", yscale="log")
        right.set(xlim=(0.8, 2.5e4), ylim=(3e-9, 3e3))
        right.set_xticks([1, 10, 100, 1000, 1e4], ["1", "10", "100", "1000", "10⁴"])
        right.set_yticks([1e-8, 1e-6, 1e-4, 0.01, 1], ["10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1"])
        right.minorticks_off()
        right.set_xlabel(" ")
        looks = {1: (style.VERMILION, "--", "batch size 1"), formulas.N: (style.GREEN, ":", "64")}
        self.lines = {}
        right.plot([], [], color=PALE, lw=1.2, label="2 to 32")
        for n in formulas.SIZES:
            colour, dash, label = looks.get(n, (PALE, "-", None))
            wide = 2 if n in looks else 1.2
            (self.lines[n],) = right.plot([], [], dash, color=colour, lw=wide, label=label)
        (self.bold,) = right.plot([], [], color=style.BLUE, lw=3.5, label="the chosen one")
        right.legend(loc="upper right", fontsize=style.points(12), labelspacing=0.2)
        self.beside = right.text(0.5, -0.1, "", ha="center", va="top", transform=right.transAxes)

    def update(self, now):
        along = np.linspace(0, 1, len(now.path))
        self.path.set_data(along, now.path)
        self.dots.set_data(along, now.path if len(now.path) < 60 else np.full(len(along), np.nan))
        for n, line in self.lines.items():
            line.set_data(*now.curves[n])
        self.bold.set_data(*now.curves[int(now.size)])
        self.below.set_text(f"0 to {self.SHOWN[now.count]} {now.count}")
        self.beside.set_text(now.count)

    def describe(self, now):
        return (
            f"Batches of {now.size}, rate {now.rate}, counted in {now.count}: one run has "
            f"{len(now.path) - 1} updates in its first {self.SHOWN[now.count]} {now.count}. The mean "
            f"excess loss of 100 runs is {brief(now.few, 2)} after 3 epochs and "
            f"{brief(now.many, 2)} after 300."
        )


DRAWN_SIZES = (1, 2, 4, 8, 16, 32, 48, 63, 64)
WAYS = {"without replacement": False, "with replacement": True}


@figure(
    size=Choice("batch size", [str(size) for size in DRAWN_SIZES], "8"),
    way=Choice("batches drawn", list(WAYS), "without replacement"),
)
class NoiseOfABatch:
    """The gradients of all batches of a size at w = 0, and their variance against the size."""

    EDGES = np.arange(-20.25, 6, 0.5)  # −3.04, of all points, is well inside a bar

    @lru_cache(maxsize=18)  # noqa: B019 (there is one such figure)
    def found(self, size, replacement):
        gradients, counted = formulas.batch_gradients(size, replacement)
        heights, _ = np.histogram(gradients, self.EDGES)
        return heights / heights.max(), gradients.var(), len(gradients), counted

    def measure(self, size, way):
        v = formulas.sample_gradients(0.0).var(correction=0).item()
        heights, variance, count, counted = self.found(int(size), WAYS[way])
        whose = f"all {count:,} batches" if counted else f"{count:,} random batches"
        whose = "the only batch" if count == 1 else whose
        formula = formulas.variance_of_mean(v, formulas.N, int(size), WAYS[way])
        return {"heights": heights, "variance": variance, "whose": whose, "formula": formula}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="gradients of the batches", xlim=(-20.5, 5.5), ylim=(0, 1.14))
        left.set(xlabel="gradient at w = 0", yticks=[], ylabel="how many")
        left.axvline(
            formulas.sample_gradients(0.0).mean().item(), color=style.VERMILION, lw=1.2, ls="--"
        )
        left.text(-3.4, 1.05, "dashed: all 64 points", ha="right")
        middles = (self.EDGES[1:] + self.EDGES[:-1]) / 2
        self.bars = left.bar(middles, np.ones(len(middles)), width=0.5, color=style.BLUE)
        self.words = left.text(-20, 0.97, "", va="top")
        sizes, v = np.arange(1, 65), formulas.sample_gradients(0.0).var(correction=0).item()
        right.set(title="variance", xlabel="batch size", xscale="log", yscale="log")
        right.set(xlim=(0.8, 90), ylim=(0.003, 60))
        right.set_xticks([1, 4, 16, 64], ["1", "4", "16", "64"])
        right.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        right.minorticks_off()
        looks = {"with": (style.ORANGE, "--"), "without": (style.BLUE, "-")}
        for name, (colour, dash) in looks.items():
            values = [formulas.variance_of_mean(v, 64, n, name == "with") or np.nan for n in sizes]
            right.plot(sizes, values, dash, color=colour, label=name)
        right.legend(loc="lower left", title="replacement", title_fontsize=style.points(13))
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, ms=9)

    def update(self, now):
        for bar, height in zip(self.bars, now.heights, strict=True):
            bar.set_height(height)
        self.dot.set_data([int(now.size)], [max(now.variance, 0.0034)])
        self.words.set_text(
            f"{now.way}\n{now.whose}\nvariance {fixed(now.variance, 4)}\nformula {fixed(now.formula, 4)}"
        )

    def describe(self, now):
        return (
            f"Batches of {now.size} drawn {now.way}, {now.whose}: the variance of their gradients at "
            f"w = 0 is {fixed(now.variance, 4)}; the formula gives {fixed(now.formula, 4)}."
        )


SCHEMES = {"each batch afresh": False, "shuffled epochs": True}


@figure(
    size=Choice("batch size", SIZES, "4"),
    rate=Choice("rate", RATES, "0.1"),
    scheme=Choice("batches", list(SCHEMES), "each batch afresh"),
)
class FloorOfAStep:
    """Where descent with a constant step ends: a path of w, and the excess loss by batch size."""

    STEPS = 400

    def measure(self, size, rate, scheme):
        b, r = int(size), float(rate)
        epochs = math.ceil(self.STEPS * b / formulas.N)
        path = formulas.descend(b, r, epochs, shuffled=SCHEMES[scheme], seed=3)
        some = formulas.SIZES[:-1]
        return {
            "path": path[: self.STEPS + 1, 0],
            "formula": [formulas.floor(r, n) for n in some],
            "fresh": [formulas.measured_floor(r, n, False) for n in some],
            "shuffled": [formulas.measured_floor(r, n, True) for n in some],
            "here": formulas.measured_floor(r, b, SCHEMES[scheme]) if b < formulas.N else 0.0,
            "derived": formulas.floor(r, b),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="w, one run", xlabel="update", xlim=(-5, 405), ylim=(-0.1, 5.4))
        left.axhline(formulas.best(), color=style.BLACK, lw=1.2)
        left.text(400, 0.05, "line: the best w", ha="right")
        (self.path,) = left.plot([], [], color=style.BLUE, lw=1.2)
        self.words = left.text(400, 5.3, "", ha="right", va="top")
        right.set(title="excess loss, long run", xlabel="batch size", xscale="log", yscale="log")
        right.set(xlim=(0.7, 45), ylim=(1e-6, 3))
        right.set_xticks([1, 2, 4, 8, 16, 32], ["1", "2", "4", "8", "16", "32"])
        right.set_yticks([1e-6, 1e-4, 0.01, 1], ["10⁻⁶", "10⁻⁴", "0.01", "1"])
        right.minorticks_off()
        (self.line,) = right.plot([], [], color=PALE, lw=4, label="(4.1)")
        (self.fresh,) = right.plot([], [], "o", color=style.BLUE, ms=7, label="afresh")
        (self.epochs,) = right.plot([], [], "s", color=style.ORANGE, ms=7, label="shuffled")
        right.legend(loc="lower left", labelspacing=0.2)
        (self.ring,) = right.plot([], [], "o", ms=16, mfc="none", mec=style.BLACK, mew=2)

    def update(self, now):
        self.path.set_data(range(len(now.path)), now.path)
        some = formulas.SIZES[:-1]
        self.line.set_data(some, now.formula)
        self.fresh.set_data(some, now.fresh)
        self.epochs.set_data(some, now.shuffled)
        self.ring.set_data([int(now.size)], [now.here or np.nan])
        none = "0" if int(now.size) == formulas.N else brief(now.here)
        self.words.set_text(f"{now.scheme}, excess loss\nin the long run: {none}")

    def describe(self, now):
        where = f"Batches of {now.size}, rate {now.rate}, {now.scheme}"
        if int(now.size) == formulas.N:
            return f"{where}: all points in one batch, no noise; the excess loss goes on to 0."
        derived = "" if SCHEMES[now.scheme] else f"; (4.1) gives {brief(now.derived)}"
        return f"{where}: in the long run the mean excess loss is {brief(now.here)}{derived}."


@figure(
    count=Choice("samples in the batch", [str(n) for n in formulas.COUNTS], "10"),
    estimator=Choice("draws", list(formulas.ESTIMATORS), "one draw a batch"),
    by=Choice("gradient by", ["μ", "σ"], "μ"),
)
class DrawnWeights:
    """A layer whose weights are drawn: 300 gradients of one entry, and the variance by samples."""

    EDGES = np.arange(-5, 5.1, 0.2)

    @lru_cache(maxsize=2)  # noqa: B019 (there is one such figure)
    def curves(self, by):
        return {
            name: [formulas.drawn_variance(name, by, *formulas.layer(n)) for n in formulas.COUNTS]
            for name in formulas.ESTIMATORS
        }

    def measure(self, count, estimator, by):
        n, curves = int(count), self.curves(by)
        draws = formulas.drawn_gradients(estimator, *formulas.layer(n), draws=300)
        entry = draws[:, "μσ".index(by), 0].numpy()
        heights, _ = np.histogram(entry, self.EDGES)
        return {
            "curves": curves,
            "heights": heights / heights.max(),
            "variance": curves[estimator][formulas.COUNTS.index(n)],
            "sd": entry.std(),
            "beyond": 300 - heights.sum(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="300 draws of one entry", xlim=(-5, 5), ylim=(0, 1.4))
        left.set(xlabel="gradient", yticks=[], ylabel="how many")
        middles = (self.EDGES[1:] + self.EDGES[:-1]) / 2
        self.bars = left.bar(middles, np.ones(len(middles)), width=0.2, color=style.BLUE)
        self.words = left.text(-4.85, 1.37, "", va="top")
        right.set(title="variance", xlabel="samples in the batch", xscale="log", yscale="log")
        right.set(xlim=(0.8, 1300), ylim=(0.004, 900))
        right.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
        right.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
        right.minorticks_off()
        looks = dict(
            zip(
                formulas.ESTIMATORS,
                ((style.VERMILION, "-"), (style.ORANGE, "--"), (style.BLUE, ":")),
                strict=True,
            )
        )
        self.lines = {
            name: right.plot([], [], dash, color=colour, lw=2.5, label=name)[0]
            for name, (colour, dash) in looks.items()
        }
        right.legend(loc="upper right", fontsize=style.points(12), labelspacing=0.2)
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, ms=9)

    def update(self, now):
        for bar, height in zip(self.bars, now.heights, strict=True):
            bar.set_height(height)
        for name, line in self.lines.items():
            line.set_data(formulas.COUNTS, now.curves[name])
        self.dot.set_data([int(now.count)], [now.variance])
        beyond = f"\n{now.beyond} beyond the frame" if now.beyond else ""
        self.words.set_text(f"{now.estimator}\nstandard deviation {fixed(now.sd, 2)}{beyond}")

    def describe(self, now):
        return (
            f"{now.count} samples, {now.estimator}, gradient by {now.by}: the exact variance, summed "
            f"over five inputs, is {brief(now.variance)}; 300 draws of its first entry have the "
            f"standard deviation {brief(now.sd)}."
        )


@figure(
    size=Choice("batch_size", [str(size) for size in formulas.BATCHES], "200"),
    budget=Choice("training", list(formulas.BUDGETS), "20 epochs"),
    labels=Choice("labels", list(formulas.LABELS), "as they are"),
)
class LearningCurve:
    """Accuracy on digits by number of training images, and how many updates each point had."""

    def measure(self, size, budget, labels):
        runs = formulas.learning_curve(int(size), budget, labels)
        train, test, updates = runs.mean(0).T
        return {"train": train, "test": test, "updates": updates}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="accuracy, mean of five seeds", xlabel="training images", xscale="log")
        axes.set(xlim=(33, 980), ylim=(0.1, 1.17))
        axes.set_xticks(formulas.IMAGES, [str(n) for n in formulas.IMAGES])
        axes.set_yticks([0.2, 0.4, 0.6, 0.8, 1.0])
        axes.minorticks_off()
        (self.train,) = axes.plot([], [], "-o", color=style.BLUE, label="training images")
        (self.test,) = axes.plot([], [], "--s", color=style.ORANGE, label="other images")
        axes.legend(loc="lower right")
        axes.text(34, 1.12, "updates:", ha="left")
        self.updates = [
            axes.text(n, 1.05, "", ha="left" if n == 40 else "center") for n in formulas.IMAGES
        ]

    def update(self, now):
        self.train.set_data(formulas.IMAGES, now.train)
        self.test.set_data(formulas.IMAGES, now.test)
        for text, count in zip(self.updates, now.updates, strict=True):
            text.set_text(f"{count:.0f}")

    def describe(self, now):
        def row(values, form=lambda value: fixed(value, 2)):
            return ", ".join(form(value) for value in values)

        return (
            f"batch_size {now.size}, {now.budget}, labels {now.labels}; 40, 100, 200, 400 and 800 "
            f"images: {row(now.updates, lambda count: f'{count:.0f}')} updates, accuracy "
            f"{row(now.train)} on the training images and {row(now.test)} on others."
        )
