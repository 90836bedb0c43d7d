"""The live figures of 07_minibatch_gradients, in the order of the page."""

import math
from functools import cache

import numpy as np

from helpers.minibatch_gradients import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.parts import set_heights, set_lines, set_texts, ticks
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
        mean = formulas.gradient_of_batches(size, AVERAGES[average]).tolist()
        return {
            "parts": parts,
            "gradients": [formulas.line_gradient(x, t)[:, None] for x, t in parts],
            "sizes": [str(len(x)) for x, _ in parts],
            "mean": mean,
            "words": f"({', '.join(fixed(entry, 2) for entry in mean)})",
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="seven points", xlabel="x", ylabel="t", xlim=(0.4, 7.6), ylim=(-0.3, 10.8))
        left.plot([0.4, 7.6], [0.3, 3.9], color=style.BLACK, lw=1.2)
        looks = list(zip("osD^vPX", (*style.COLOURS, style.BLACK), strict=True))
        self.groups = [left.plot([], [], m, color=c, ms=9)[0] for m, c in looks]
        left.text(7.5, 0.1, "the line now: 0.5·x + 0.1", ha="right")
        right.set(title="gradients", xlabel="by slope", ylabel="by constant")
        right.set(xlim=(-86, 12), ylim=(-14.5, 3))
        ticks(right, x=[-80, -60, -40, -20, 0], y=[-12, -8, -4, 0])
        self.rays = [right.plot([], [], m, color=c, ms=7, alpha=0.9)[0] for m, c in looks]
        full = formulas.line_gradient(formulas.X7, formulas.T7).tolist()
        (self.ring,) = right.plot(*full, "o", ms=15, mfc="none", mec=style.BLACK, mew=1.5)
        (self.arrow,) = right.plot([], [], color=style.BLACK, lw=1.5)
        (self.tip,) = right.plot([], [], "*", ms=11, color=style.BLACK)
        right.text(-84, 1.4, "○ all seven    ★ average of the batches", va="bottom")
        self.words = right.text(11, -14.2, "", ha="right", va="bottom")

    def update(self, now):
        empty = [([], [])] * (7 - len(now.parts))
        for marks, places in ((self.groups, now.parts), (self.rays, now.gradients)):
            for mark, place in zip(marks, places + empty, strict=True):
                mark.set_data(*place)
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
SMALL_KEY = {"loc": "upper right", "fontsize": style.points(12), "labelspacing": 0.2}
SHOWN = {"epochs": 3, "updates": 192}  # of one run


@figure(
    size=Choice("batch size", SIZES, "4"),
    rate=Choice("rate", RATES, "0.05"),
    count=Choice("compared at the same number of", ["epochs", "updates"], "epochs"),
)
class EpochsAndUpdates:
    """Descent on 64 points with batches of seven sizes, counted in epochs or in updates."""

    def measure(self, size, rate, count):
        b, r = int(size), float(rate)
        steps = formulas.N // b  # in an epoch
        shown = SHOWN[count] * (steps if count == "epochs" else 1)
        path = formulas.descend(b, r, math.ceil(shown / steps), seed=2)[: shown + 1, 0]
        excess = {n: formulas.mean_excess(r, n) for n in formulas.SIZES}
        few, many = (excess[b][formulas.EPOCHS.index(epochs)] for epochs in (3, 300))
        return {"path": path, "excess": excess, "few": few, "many": many}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="w, one run", xlim=(-0.02, 1.02), ylim=(-0.1, 2.9), xticks=[], xlabel=" ")
        left.axhline(formulas.best(), color=style.BLACK, lw=1.2)
        left.text(1, 0.02, "line: the best w", ha="right", va="bottom")
        (self.path,) = left.plot([], [], color=style.BLUE, lw=1.5)
        (self.dots,) = left.plot([], [], "o", color=style.BLUE, ms=5)
        self.below = left.text(0.5, -0.03, "", ha="center", va="top", transform=left.transAxes)
        right.set(title="excess loss, mean of 100 runs", xscale="log", yscale="log")
        right.set(xlim=(0.8, 2.5e4), ylim=(3e-9, 3e3), xlabel=" ")
        ticks(right, x=[1, 10, 100, 1000, 1e4], y=[1e-8, 1e-6, 1e-4, 0.01, 1])
        looks = {1: (style.VERMILION, "--", "batch size 1"), formulas.N: (style.GREEN, ":", "64")}
        self.lines = {}
        right.plot([], [], color=PALE, lw=1.2, label="2 to 32")
        for n in formulas.SIZES:
            colour, dash, label = looks.get(n, (PALE, "-", None))
            wide = 2 if n in looks else 1.2
            (self.lines[n],) = right.plot([], [], dash, color=colour, lw=wide, label=label)
        (self.bold,) = right.plot([], [], color=style.BLUE, lw=3.5, label="the chosen one")
        right.legend(**SMALL_KEY)
        self.beside = right.text(0.5, -0.1, "", ha="center", va="top", transform=right.transAxes)

    def update(self, now):
        along = np.linspace(0, 1, len(now.path))
        self.path.set_data(along, now.path)
        self.dots.set_data(along, now.path if len(along) < 60 else np.full_like(along, np.nan))
        for n, line in self.lines.items():
            in_epoch = 1 if now.count == "epochs" else formulas.N // n
            line.set_data(np.array(formulas.EPOCHS) * in_epoch, now.excess[n])
        self.bold.set_data(*self.lines[int(now.size)].get_data())
        self.below.set_text(f"0 to {SHOWN[now.count]} {now.count}")
        self.beside.set_text(now.count)

    def describe(self, now):
        return (
            f"Batches of {now.size}, rate {now.rate}, counted in {now.count}: one run has "
            f"{len(now.path) - 1} updates in its first {SHOWN[now.count]} {now.count}. The mean "
            f"excess loss of 100 runs is {brief(now.few, 2)} after 3 epochs and "
            f"{brief(now.many, 2)} after 300."
        )


WAYS = {"without replacement": False, "with replacement": True}


def bars(axes, edges):
    """Blue bars between these edges; `set_heights` gives them their heights."""
    middles = (edges[1:] + edges[:-1]) / 2
    return axes.bar(middles, 1, width=edges[1] - edges[0], color=style.BLUE)


def heights(values, edges):
    """How many values lie between each two edges; the most are 1."""
    counts, _ = np.histogram(values, edges)
    return counts / counts.max()


@figure(
    size=Choice("batch size", ["1", "2", "4", "8", "16", "32", "48", "63", "64"], "8"),
    way=Choice("batches drawn", list(WAYS), "without replacement"),
)
class NoiseOfABatch:
    """The gradients of all batches of a size at w = 0, and their variance against the size."""

    EDGES = np.arange(-20.25, 6, 0.5)  # −3.04, of all points, is well inside a bar
    SINGLE = formulas.sample_gradients(0.0)

    def formula(self, size, replacement):
        variance = self.SINGLE.var(correction=0).item()
        return formulas.variance_of_mean(variance, formulas.N, size, replacement)

    def measure(self, size, way):
        gradients, counted = formulas.batch_gradients(int(size), WAYS[way])
        count = f"{len(gradients):,}"
        whose = f"all {count} batches" if counted else f"{count} random batches"
        return {
            "heights": heights(gradients, self.EDGES),
            "variance": gradients.var(),
            "whose": "the only batch" if count == "1" else whose,
            "formula": self.formula(int(size), WAYS[way]),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="gradients of the batches", xlim=(-20.5, 5.5), ylim=(0, 1.14))
        left.set(xlabel="gradient at w = 0", yticks=[], ylabel="how many")
        left.axvline(self.SINGLE.mean().item(), color=style.VERMILION, lw=1.2, ls="--")
        left.text(-3.4, 1.05, "dashed: all 64 points", ha="right")
        self.bars = bars(left, self.EDGES)
        self.words = left.text(-20, 0.97, "", va="top")
        right.set(title="variance", xlabel="batch size", xscale="log", yscale="log")
        right.set(xlim=(0.8, 90), ylim=(0.003, 60))
        ticks(right, x=[1, 4, 16, 64], y=[0.01, 0.1, 1, 10])
        sizes = range(1, formulas.N + 1)
        for name, dash, colour in (("with", "--", style.ORANGE), ("without", "-", style.BLUE)):
            variances = [self.formula(n, name == "with") or np.nan for n in sizes]
            right.plot(sizes, variances, dash, color=colour, label=name)
        right.legend(loc="lower left", title="replacement", title_fontsize=style.points(13))
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, ms=9)

    def update(self, now):
        set_heights(self.bars, now.heights)
        self.dot.set_data([int(now.size)], [max(now.variance, 0.0034)])
        values = f"variance {fixed(now.variance, 4)}\nformula {fixed(now.formula, 4)}"
        self.words.set_text(f"{now.way}\n{now.whose}\n{values}")

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
    SOME = formulas.SIZES[:-1]  # with all points in a batch there is no noise

    def measure(self, size, rate, scheme):
        b, r = int(size), float(rate)
        epochs = math.ceil(self.STEPS * b / formulas.N)
        path = formulas.descend(b, r, epochs, shuffled=SCHEMES[scheme], seed=3)
        measured = [
            [formulas.measured_floor(r, n, way) for n in self.SOME] for way in (False, True)
        ]
        return {
            "path": path[: self.STEPS + 1, 0],
            "floors": [[formulas.floor(r, n) for n in self.SOME], *measured],
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
        ticks(right, x=self.SOME, y=[1e-6, 1e-4, 0.01, 1])
        self.floors = [
            *right.plot([], [], color=PALE, lw=4, label="(4.1)"),
            *right.plot([], [], "o", color=style.BLUE, ms=7, label="afresh"),
            *right.plot([], [], "s", color=style.ORANGE, ms=7, label="shuffled"),
        ]
        right.legend(loc="lower left", labelspacing=0.2)
        (self.ring,) = right.plot([], [], "o", ms=16, mfc="none", mec=style.BLACK, mew=2)

    def update(self, now):
        self.path.set_data(range(len(now.path)), now.path)
        set_lines(self.floors, self.SOME, now.floors)
        self.ring.set_data([int(now.size)], [now.here or np.nan])
        self.words.set_text(f"{now.scheme}, excess loss\nin the long run: {brief(now.here)}")

    def describe(self, now):
        where = f"Batches of {now.size}, rate {now.rate}, {now.scheme}"
        if not now.here:
            return f"{where}: all points in one batch, no noise; the excess loss goes on to 0."
        derived = "" if SCHEMES[now.scheme] else f"; (4.1) gives {brief(now.derived)}"
        return f"{where}: in the long run the mean excess loss is {brief(now.here)}{derived}."


@cache
def drawn_variances(by):
    """How the exact variance of each estimator depends on the number of samples."""
    return {
        name: [formulas.drawn_variance(name, by, *formulas.layer(n)) for n in formulas.COUNTS]
        for name in formulas.ESTIMATORS
    }


@figure(
    count=Choice("samples in the batch", [str(n) for n in formulas.COUNTS], "10"),
    estimator=Choice("draws", list(formulas.ESTIMATORS), "one draw a batch"),
    by=Choice("gradient by", ["μ", "σ"], "μ"),
)
class DrawnWeights:
    """A layer whose weights are drawn: 300 gradients of one entry, and the variance by samples."""

    EDGES = np.arange(-5, 5.1, 0.2)

    def measure(self, count, estimator, by):
        n, curves = int(count), drawn_variances(by)
        draws = formulas.drawn_gradients(estimator, *formulas.layer(n), draws=300)
        entry = draws[:, "μσ".index(by), 0].numpy()
        return {
            "curves": curves.values(),
            "heights": heights(entry, self.EDGES),
            "variance": curves[estimator][formulas.COUNTS.index(n)],
            "sd": entry.std(),
            "beyond": (abs(entry) > 5).sum(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="300 draws of one entry", xlim=(-5, 5), ylim=(0, 1.4))
        left.set(xlabel="gradient", yticks=[], ylabel="how many")
        self.bars = bars(left, self.EDGES)
        self.words = left.text(-4.85, 1.37, "", va="top")
        right.set(title="variance", xlabel="samples in the batch", xscale="log", yscale="log")
        right.set(xlim=(0.8, 1300), ylim=(0.004, 900))
        ticks(right, x=[1, 10, 100, 1000], y=[0.01, 0.1, 1, 10, 100])
        looks = (("-", style.VERMILION), ("--", style.ORANGE), (":", style.BLUE))
        self.lines = [right.plot([], [], dash, color=c, lw=2.5)[0] for dash, c in looks]
        right.legend(self.lines, formulas.ESTIMATORS, **SMALL_KEY)
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, ms=9)

    def update(self, now):
        set_heights(self.bars, now.heights)
        set_lines(self.lines, formulas.COUNTS, now.curves)
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
        return {"train": train, "test": test, "updates": [f"{count:.0f}" for count in updates]}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="accuracy, mean of five seeds", xlabel="training images", xscale="log")
        axes.set(xlim=(33, 980), ylim=(0.1, 1.17))
        axes.set_yticks([0.2, 0.4, 0.6, 0.8, 1.0])
        ticks(axes, x=formulas.IMAGES)
        self.lines = [
            *axes.plot([], [], "-o", color=style.BLUE, label="training images"),
            *axes.plot([], [], "--s", color=style.ORANGE, label="other images"),
        ]
        axes.legend(loc="lower right")
        axes.text(34, 1.12, "updates:", ha="left")
        self.updates = [
            axes.text(n, 1.05, "", ha="left" if n == 40 else "center") for n in formulas.IMAGES
        ]

    def update(self, now):
        set_lines(self.lines, formulas.IMAGES, (now.train, now.test))
        set_texts(self.updates, now.updates)

    def describe(self, now):
        train, test = (", ".join(fixed(share, 2) for share in row) for row in (now.train, now.test))
        return (
            f"batch_size {now.size}, {now.budget}, labels {now.labels}; 40, 100, 200, 400 and 800 "
            f"images: {', '.join(now.updates)} updates, accuracy {train} on the training images and "
            f"{test} on others."
        )
