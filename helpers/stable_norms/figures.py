"""The live figures of 11_stable_norms."""

import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from helpers.stable_norms import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import corner, in_sight, set_lines, set_texts
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022
    "LossesBySize",
    "FourDescents",
    "NormsBySize",
    "EpsilonAtZero",
    "OneOutlier",
    "ClippedTraining",
]

DASHES = ("-", "--", "-.", ":")


# 1 and 3 · Which formula survives which size


def sizes(default):
    """The controls of both pictures of sizes."""
    return {
        "power": Slider("log₁₀ d₂", -30.0, 30.0, step=0.5, default=default),
        "first": Choice("d₁", ["0", "the same as d₂"], default="the same as d₂"),
        "dtype": Choice("format", list(formulas.DTYPES), default="float32"),
    }


class Strips:
    """Five formulas, two bars each: what becomes of value and gradient, by the size of d."""

    # The same in the image and in its legend, also where the website is dark; the last is no colour.
    COLOURS = (style.SKY, style.ORANGE, "#666666", style.VERMILION, "#DDDDDD", "#FFFFFF00")
    LEGEND = ("right", "wrong", "∞", "NaN", "d does not fit")

    def measure(self, power, first, dtype):
        found = formulas.sweep(self.kind, first != "0", dtype)
        at = int(np.abs(formulas.EXPONENTS - power).argmin())
        rows, here = [], {}
        for name, (value, gradient, verdicts) in found.items():
            rows += [*verdicts, np.full(len(formulas.EXPONENTS), 5)]
            fits = verdicts[0, at] != formulas.UNFIT
            here[name] = (value[at], gradient[at]) if fits else None
        return {"rows": np.array(rows[:-1]), "here": here}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[5, 3], sharey=True)
        names = list({"losses": formulas.LOSSES, "norms": formulas.NORMS}[self.kind])
        self.image = left.imshow(
            np.zeros((14, 121)),
            cmap=ListedColormap(self.COLOURS),
            vmin=-0.5,
            vmax=5.5,
            extent=(-30.25, 30.25, 13.5, -0.5),
            aspect="auto",
            interpolation="nearest",
        )
        self.cursor = left.axvline(0, color=style.PURPLE, lw=3)
        left.set(xlabel="log₁₀ d₂", title="value above, gradient below")
        left.set_yticks([0.5 + 3 * k for k in range(5)], names)
        left.grid(False)
        patches = [Patch(color=colour) for colour in self.COLOURS[:5]]
        canvas.legend(patches, self.LEGEND, loc="outside lower left", ncols=5, handlelength=1)
        right.set(title="at the line", xlim=(0, 1))
        right.axis("off")
        lines = (y for k in range(5) for y in (3 * k, 3 * k + 1))
        self.texts = [right.text(0, y, "", va="center") for y in lines]

    def update(self, now):
        self.image.set_data(now.rows)
        self.cursor.set_xdata([now.power, now.power])
        words = []
        for found in now.here.values():
            words += ("d does not fit", "") if found is None else self._words(*found)
        set_texts(self.texts, words)

    def _words(self, value, gradient):
        return brief(value), f"({brief(gradient[0], 2)}, {brief(gradient[1], 2)})"

    def describe(self, now):
        start = f"10^{fixed(now.power, 1)}"
        d = f"d = ({'0' if now.first == '0' else start}, {start}) in {now.dtype}"
        if None in now.here.values():
            return f"{d}: it does not fit this format."
        found = (
            f"{name} {' with gradient '.join(self._words(*it))}" for name, it in now.here.items()
        )
        return f"{d}: {'; '.join(found)}."


@figure(**sizes(20.5))
class LossesBySize(Strips):
    """Five losses of d = (d₁, d₂): where value and gradient are right, wrong, infinite or NaN."""

    kind = "losses"


# 2 · Descent on four objectives


@figure(
    rate=Slider("rate", 0.05, 0.4, step=0.05, default=0.1),
    start=Choice("|d| at the start", ["5", "30"], default="5"),
    step=Slider("step", 0, 200, step=10, default=200),
)
class FourDescents:
    """The size of the error by step, for gradient descent on four objectives."""

    def measure(self, rate, start, step):
        paths = {name: formulas.descent(name, rate, float(start)) for name in formulas.OBJECTIVES}
        return {"paths": paths, "here": {name: path[step] for name, path in paths.items()}}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 1.3])
        left.set(title="|d|", xlabel="step", yscale="log", xlim=(-4, 204), ylim=(1e-20, 1e4))
        right.axis("off")
        right.set(xlim=(0, 1), ylim=(0, 4))
        self.lines, self.dots, self.texts = [], [], []
        for k, (name, dash) in enumerate(zip(formulas.OBJECTIVES, DASHES, strict=True)):
            look = dict(color=style.COLOURS[k], ls=dash)
            self.lines += left.plot([], [], **look)
            self.dots += left.plot([], [], "o", color=style.COLOURS[k], markersize=8)
            right.plot([0, 0.25], [3.7 - k, 3.7 - k], **look)
            right.text(0.33, 3.7 - k, name, va="center")
            self.texts.append(right.text(0.33, 3.3 - k, "", va="center"))

    def update(self, now):
        set_lines(self.lines, range(201), now.paths.values())
        set_lines(self.dots, [now.step], ([here] for here in now.here.values()))
        set_texts(self.texts, (brief(here, 2) for here in now.here.values()))

    def describe(self, now):
        ends = "; ".join(f"{name} {brief(here)}" for name, here in now.here.items())
        return (
            f"Gradient descent at rate {brief(now.rate)} from |d| = {now.start}. Size of d after "
            f"{now.step} steps: {ends}."
        )


@figure(**sizes(-25.0))
class NormsBySize(Strips):
    """Five ways to a norm of d = (d₁, d₂): where value and gradient are right."""

    kind = "norms"


# 4 · The norm at zero


@figure(
    place=Choice("formula", list(formulas.PLACES), default="√(|d|² + ε)"),
    epsilon=LogSlider("ε", -16, -2, default=1e-8),
    size=LogSlider("|d|", -10, 0, per_decade=2, default=1e-6),
)
class EpsilonAtZero:
    """A norm with an ε: its value and its slope, by the size of d."""

    SIZES = torch.logspace(-10, 0, 201, dtype=torch.float64)

    def measure(self, place, epsilon, size):
        values, slopes = formulas.with_epsilon(place, epsilon, self.SIZES)
        points = torch.tensor([size, 0.0], dtype=torch.float64)
        (value, _), (slope, slope_at_zero) = formulas.with_epsilon(place, epsilon, points)
        return {
            "values": values.numpy(),
            "slopes": slopes.numpy(),
            "value": value.item(),
            "slope": slope.item(),
            "error": value.item() / size - 1,
            "slope_at_zero": slope_at_zero.item(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        for axes in (left, right):
            axes.set(xlabel="|d|", xscale="log", xlim=(0.7e-10, 1.4))
            axes.set_xticks([1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1])
        left.set(title="value", yscale="log", ylim=(1e-10, 2))
        right.set(title="slope along d", ylim=(-0.06, 1.5))
        left.plot(self.SIZES, self.SIZES, "--", color=style.GREY, label="|d|")
        right.plot([1e-10, 1], [1, 1], "--", color=style.GREY)
        (self.value,) = left.plot([], [], color=style.BLUE)
        (self.slope,) = right.plot([], [], color=style.BLUE)
        (self.left_dot,) = left.plot([], [], "o", color=style.VERMILION, markersize=8)
        (self.right_dot,) = right.plot([], [], "o", color=style.VERMILION, markersize=8)
        left.legend(loc="lower right")
        self.numbers = corner(left, 0.04)
        self.at_zero = corner(right, 0.04)

    def update(self, now):
        self.value.set_data(self.SIZES, now.values)
        self.slope.set_data(self.SIZES, now.slopes)
        self.left_dot.set_data([now.size], [now.value])
        self.right_dot.set_data([now.size], [now.slope])
        self.numbers.set_text(f"{brief(now.value)}\nrelative error {brief(now.error, 2)}")
        self.at_zero.set_text(f"{brief(now.slope, 2)}; at d = 0: {brief(now.slope_at_zero)}")

    def describe(self, now):
        return (
            f"{now.place} with ε = {brief(now.epsilon)} at |d| = {brief(now.size)}: value "
            f"{brief(now.value)}, relative error {brief(now.error)}, slope {brief(now.slope)}. At d "
            f"= 0 the slope is {brief(now.slope_at_zero)}."
        )


# 5 · One outlier


@figure(
    outlier=Slider("fifth point", 1.0, 20.0, step=0.5, default=9.0),
    delta=Choice("δ of Huber", ["0.1", "1", "5"], default="1"),
)
class OneOutlier:
    """The centre of five points by four losses, as the fifth point moves away."""

    PLACES = np.arange(1, 20.5, 0.5)

    def measure(self, outlier, delta):
        curves = {
            name: [formulas.estimate(name, x, float(delta)) for x in self.PLACES.tolist()]
            for name in formulas.ROBUST
        }
        here = {name: formulas.estimate(name, outlier, float(delta)) for name in formulas.ROBUST}
        return {"curves": curves, "here": here}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="centre of the five points", xlabel="centre")
        left.set(xlim=(0.7, 5.6), ylim=(3.6, -0.6))
        left.set_yticks(range(4), list(formulas.ROBUST))
        for point in formulas.POINTS:
            left.axvline(point, color=style.GREY, lw=1, ls=":")
        right.set(title="centre, as it moves", xlabel="fifth point")
        right.set(xlim=(0.5, 20.5), ylim=(0.7, 5.3))
        self.marks, self.numbers, self.lines, self.dots = [], [], [], []
        for k, dash in enumerate(DASHES):
            look = dict(color=style.COLOURS[k])
            self.marks += left.plot([], [], "D", markersize=9, **look)
            self.numbers.append(left.text(0, k, "", va="center"))
            self.lines += right.plot([], [], dash, **look)
            self.dots += right.plot([], [], "o", markersize=7, **look)

    def update(self, now):
        set_lines(self.lines, self.PLACES, now.curves.values())
        for k, here in enumerate(now.here.values()):
            self.marks[k].set_data([here], [k])
            self.numbers[k].set_text(fixed(here, 2))
            self.numbers[k].set_x(here + 0.25 if here < 4 else here - 0.95)
            self.dots[k].set_data([now.outlier], [here])

    def describe(self, now):
        centres = ", ".join(f"{name} {fixed(here, 2)}" for name, here in now.here.items())
        return (
            f"Points 1, 1.2, 0.9, 1.1 and {brief(now.outlier)}; δ = {now.delta}. The centre of "
            f"least loss: {centres}."
        )


# 6 · Clipping on real data


@figure(
    factor=LogSlider("factor of the row", 0, 14, per_decade=0.5, default=1e12),
    batch=Choice("rows a step", list(formulas.BATCHES), default="all 442"),
    row=Choice("spoiled row", ["7", "107", "207"], default="7"),
)
class ClippedTraining:
    """Linear models on the diabetes data with one spoiled row, clipped in four ways."""

    def measure(self, factor, batch, row):
        setting = factor, batch, int(row) // 100
        return {"runs": {how: formulas.clipped_run(how, *setting) for how in formulas.CLIPPINGS}}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 1.5])
        left.set(title="loss on the other rows", xlabel="step", xlim=(-2, 102), ylim=(0.4, 1.65))
        right.axis("off")
        right.set(xlim=(0, 1), ylim=(0, 4))
        self.title = left.text(101, 1.63, "", ha="right", va="top")
        self.lines, self.texts = [], []
        for k, (how, dash) in enumerate(zip(formulas.CLIPPINGS, DASHES, strict=True)):
            look = dict(color=style.COLOURS[k], ls=dash)
            self.lines += left.plot([], [], lw=2.5 if k else 2, **look)
            right.plot([0, 0.2], [3.8 - k, 3.8 - k], **look)
            right.text(0.27, 3.8 - k, how, va="center")
            self.texts.append(right.text(0.27, 3.6 - k, "", va="top"))

    def update(self, now):
        self.title.set_text(f"row {now.row} times {brief(now.factor)}, {now.batch} a step")
        for k, (losses, zeros) in enumerate(now.runs.values()):
            self.lines[k].set_data(range(len(losses)), in_sight(losses, 0, 10))
            self.texts[k].set_text(f"{_loss(losses[-1])}\n{zeros} skipped")

    def describe(self, now):
        ends = "; ".join(
            f"{how} {_loss(losses[-1])}, {zeros} steps all zero"
            for how, (losses, zeros) in now.runs.items()
        )
        return (
            f"Row {now.row} times {brief(now.factor)}, {now.batch} rows a step. Loss on the other "
            f"rows after 100 steps: {ends}."
        )


def _loss(value):
    return fixed(value, 3) if value < 1000 else brief(value, 2)
