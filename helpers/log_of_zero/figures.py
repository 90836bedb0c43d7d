"""The live figures of 02_log_of_zero, in the order of the page."""

from functools import cache, partial
from typing import ClassVar

import numpy as np
import torch

from helpers.log_of_zero import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief

# In the order of the page.
__all__ = ["OneRow", "EpsilonCeilings", "ScoreGap", "LowestLoss", "DigitTraining", "UnusedBranch"]  # noqa: RUF022


def floats(values):
    """The values of a control as a float64 tensor."""
    return torch.tensor(values, dtype=torch.float64)


def split(parts, x, values, lost, place, at):
    """Give a curve and its dot at x[at] the values; those that are `lost` stand at `place`."""
    curve, rest, dot = parts
    curve.set_data(x[~lost], values[~lost])
    rest.set_data(x[lost], np.full(lost.sum(), place))
    dot.set_data([x[at]], [place if lost[at] else values[at]])


A = Slider("score a", -2.0, 5.0, step=0.05, default=-0.5)
entry = cache(partial(formulas.first_entry, floats(A.values())))  # the same curve for every a


@figure(
    a=A,
    rule=Choice("curve of", list(formulas.RULES), default="clip"),
    layer=Choice("layer between a and the loss", list(formulas.LAYERS), default="ReLU"),
)
class OneRow:
    """Six losses of the row (a, 1, 1), true class first, and how hard each pushes a up."""

    INFINITE = 20

    def measure(self, a, rule, layer):
        found, at = {other: entry(layer, other) for other in formulas.RULES}, A.index(a)
        table = {other: [brief(v[at], 4) for v in both] for other, both in found.items()}
        return {"curve": found[rule][0].numpy(), "at": at, "table": table}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 4])
        left.set(title="loss", xlabel="a", xlim=(-2.3, 5.3), ylim=(-3, self.INFINITE + 1))
        left.set_yticks([0, 5, 10, 15, self.INFINITE], ["0", "5", "10", "15", "∞"])
        (self.curve,) = left.plot([], [], color=style.BLUE)
        (self.infinite,) = left.plot([], [], color=style.VERMILION, ls=":", lw=3)
        (self.undefined,) = left.plot([], [], "x", color=style.VERMILION, ms=5)
        (self.here,) = left.plot([], [], "o", color=style.BLACK, ms=8)
        self.legend = left.text(5.2, 2.6, "", ha="right")

        right.set(xlim=(0, 1), ylim=(-1.5, 7.2))
        right.axis("off")
        right.text(0.02, 6.7, "loss by", color=style.GREY)
        for x, head in (0.7, "loss"), (0.99, "push on a"):
            right.text(x, 6.7, head, ha="right", color=style.GREY)
        right.axhline(6.45, color=style.GREY, lw=0.8)
        self.marker = right.axhspan(0, 0, facecolor="none", edgecolor=style.BLUE, lw=1.5)
        self.cells = []
        for i, rule in enumerate(formulas.RULES):
            right.text(0.02, 5.9 - i, rule, va="center")
            look = {"ha": "right", "va": "center"}
            self.cells.append([right.text(x, 5.9 - i, "", **look) for x in (0.7, 0.99)])
        right.text(0.02, -0.3, "push = −dloss/da;  ε = 10⁻⁷", va="center", color=style.GREY)
        self.row = right.text(0.02, -1.1, "", va="center")

    def update(self, now):
        x, loss = np.array(A.values()), now.curve
        infinite, undefined = np.isposinf(loss), np.isnan(loss)
        shown = np.where(infinite, self.INFINITE, np.where(undefined, 0, loss))
        self.curve.set_data(x, np.where(infinite | undefined, np.nan, loss))
        self.infinite.set_data(x[infinite], shown[infinite])
        self.undefined.set_data(x[undefined][::2], shown[undefined][::2])
        self.here.set_data([now.a], [shown[now.at]])
        self.legend.set_text("×: NaN" if undefined.any() else "")
        for cells, texts in zip(self.cells, now.table.values(), strict=True):
            for cell, text in zip(cells, texts, strict=True):
                cell.set_text(text)
        self.marker.set(y=5.45 - formulas.RULES.index(now.rule), height=0.9)
        relu = now.layer == "ReLU"
        first = brief(max(now.a, 0) if relu else now.a, 4)
        self.row.set_text(f"row with {'' if relu else 'no '}ReLU: ({first}, 1, 1)")

    def describe(self, now):
        parts = [f"{rule} {loss}, push {push}" for rule, (loss, push) in now.table.items()]
        through = "through a ReLU" if now.layer == "ReLU" else "as it is"
        return (
            f"The row (a, 1, 1) with a = {brief(now.a, 4)} {through}; loss and push on a: "
            f"{'; '.join(parts)}. Drawn is the loss “{now.rule}” against a."
        )


EPSILONS = LogSlider("ε", -18, -1, per_decade=2, default=1e-7)


@figure(
    epsilon=EPSILONS,
    guard=Choice("what ε does", list(formulas.GUARDS), default="clip"),
    dtype=Choice("number format", list(formulas.DTYPES), default="float32"),
)
class EpsilonCeilings:
    """Loss and gradient of a probability that is exactly 0 or 1 and wrong, against epsilon."""

    INFINITE = 50
    LOOKS = ((style.BLUE, "-", 5, "p = 0, truth 1"), (style.VERMILION, "--", 2, "p = 1, truth 0"))

    def measure(self, epsilon, guard, dtype):
        every, at = floats(EPSILONS.values()), EPSILONS.index(epsilon)
        losses, slopes = (v.numpy() for v in formulas.guarded_ends(every, guard, dtype))
        small, rest = (v[at].to(formulas.DTYPES[dtype]) for v in (every, 1 - every))
        rounded = "ε > 0, but 1 − ε = 1" if rest == 1 else "ε > 0, 1 − ε < 1"
        values = [(brief(losses[i, at], 6), brief(slopes[i, at], 3)) for i in (0, 1)]
        rounded = "ε = 0, 1 − ε = 1" if small == 0 else rounded
        return {"losses": losses, "at": at, "values": values, "rounded": rounded}

    def draw(self, canvas):
        axes, side = canvas.subplots(1, 2, width_ratios=[3, 2])
        axes.set(title="loss of a sure and wrong answer", xlabel="ε", xscale="log")
        axes.set(xlim=(3e-19, 0.4), ylim=(0, self.INFINITE + 3))
        axes.set_xticks([1e-18, 1e-14, 1e-10, 1e-6, 1e-2])
        axes.set_yticks([0, 10, 20, 30, 40, self.INFINITE], ["0", "10", "20", "30", "40", "∞"])
        side.axis("off")
        side.set(xlim=(0, 1), ylim=(0, 10))
        self.curves, self.texts = [], []
        for (colour, dash, width, head), y in zip(self.LOOKS, (9.4, 5.6), strict=True):
            look = {"color": colour, "ls": dash, "lw": width}
            parts = [axes.plot([], [], **look)[0] for _ in range(2)]
            self.curves.append(
                parts + axes.plot([], [], "o", color=colour, mec="white", ms=13 - width)
            )
            side.plot([0, 0.18], [y, y], **look)
            side.text(0.26, y, head, va="center")
            self.texts.append(side.text(0.26, y - 0.6, "", va="top", linespacing=1.5))
        self.note = side.text(0.26, 1.6, "", va="top", linespacing=1.4)

    def update(self, now):
        x = np.array(EPSILONS.values())
        for losses, parts in zip(now.losses, self.curves, strict=True):
            split(parts, x, losses, np.isinf(losses), self.INFINITE, now.at)
        for text, (loss, slope) in zip(self.texts, now.values, strict=True):
            text.set_text(f"loss {loss}\ngradient {slope}")
        self.note.set_text(f"in {now.dtype}:\n{now.rounded}")

    def describe(self, now):
        at_0, at_1 = (f"costs {loss}, gradient {slope}" for loss, slope in now.values)
        return (
            f"{now.guard} with ε = {brief(now.epsilon, 4)} in {now.dtype}, where {now.rounded}: "
            f"p = 0 with truth 1 {at_0}; p = 1 with truth 0 {at_1}."
        )


GAPS = Slider("gap between the two scores", 0, 200, step=1, default=95)
loss_and_slope = cache(partial(formulas.two_class_loss, floats(GAPS.values())))


@figure(gap=GAPS, dtype=Choice("number format", list(formulas.DTYPES), default="float32"))
class ScoreGap:
    """The loss of two scores, by way of probabilities and straight from the scores."""

    LOOKS = (
        ("from probabilities", style.VERMILION, "--", {"marker": "s", "mfc": "none", "ms": 11}),
        ("from scores", style.BLUE, "-", {"marker": "o", "ms": 8}),
        ("log1p", style.GREEN, ":", {"marker": "D", "ms": 5, "mec": "white"}),
    )
    INFINITE, ZERO = 240, 1e-98
    COLUMNS: ClassVar = {0.52: "loss, behind", 0.76: "its gradient", 1: "loss, ahead"}

    def measure(self, gap, dtype):
        at, curves, table = GAPS.index(gap), {}, {}
        for way in formulas.WAYS:
            behind, slope = loss_and_slope("behind", way, dtype)
            ahead, _ = loss_and_slope("ahead", way, dtype)
            curves |= {("behind", way): behind.numpy(), ("ahead", way): ahead.numpy()}
            table[way] = brief(behind[at], 6), brief(slope[at], 4), brief(ahead[at], 4)
        return {"at": at, "curves": curves, "table": table}

    def draw(self, canvas):
        gaps = floats(GAPS.values())
        axes = canvas.subplot_mosaic([["behind", "ahead"], ["text", "text"]], height_ratios=[5, 3])
        for side in formulas.SIDES:
            exact = formulas.exact_two_class_loss(gaps, side)
            axes[side].plot(gaps, exact, color="#C4C4C4", lw=7, solid_capstyle="butt")
            axes[side].set(xlim=(-7, 207), xlabel="gap", title=f"loss, true class {side}")
        axes["behind"].set(ylim=(-12, self.INFINITE + 15))
        axes["behind"].set_yticks([0, 100, 200, self.INFINITE], ["0", "100", "200", "∞"])
        axes["ahead"].set(yscale="log", ylim=(1e-104, 1e7))
        axes["ahead"].set_yticks([1, 1e-30, 1e-60, self.ZERO], ["1", "10⁻³⁰", "10⁻⁶⁰", "0"])
        axes["ahead"].minorticks_off()
        self.curves = {}
        for way, colour, dash, marker in self.LOOKS:
            look = {"color": colour, "ls": dash, "lw": 1.8}
            for side in formulas.SIDES:
                looks = look, look, look | marker
                self.curves[side, way] = [axes[side].plot([], [], **one)[0] for one in looks]

        text, right = axes["text"], {"ha": "right", "va": "center"}
        text.axis("off")
        text.set(xlim=(0, 1), ylim=(0, 4))
        for x, head in self.COLUMNS.items():
            text.text(x, 3.5, head, color=style.GREY, **right)
        self.cells = {}
        for i, (way, colour, dash, marker) in enumerate(self.LOOKS):
            y = 2.5 - i
            text.plot([0, 0.08], [y, y], color=colour, ls=dash, lw=1.8)
            text.plot([0.04], [y], color=colour, **marker)
            text.text(0.1, y, way, va="center")
            self.cells[way] = [text.text(x, y, "", **right) for x in self.COLUMNS]

    def update(self, now):
        x = np.array(GAPS.values())
        limits = {"behind": (np.inf, self.INFINITE), "ahead": (0, self.ZERO)}
        for (side, way), parts in self.curves.items():
            loss, (limit, place) = now.curves[side, way], limits[side]
            split(parts, x, loss, loss == limit, place, now.at)
        for way, cells in self.cells.items():
            for cell, text in zip(cells, now.table[way], strict=True):
                cell.set_text(text)

    def describe(self, now):
        parts = [
            f"{way} {loss} with gradient {slope}, and {ahead} with the true class ahead"
            for way, (loss, slope, ahead) in now.table.items()
        ]
        return f"True class {now.gap} behind, {now.dtype}: the loss is {'; '.join(parts)}."


@figure(
    percent=Slider("answers that are right", 0, 100, step=1, default=33, unit="%"),
    tokens=LogSlider("tokens in an answer", 0, 5, per_decade=4, default=1.0),
)
class LowestLoss:
    """The lowest mean loss per token that a share of right answers allows."""

    LOSS, BOTTOM = 1e-5, 2e-8
    SHARE = np.linspace(0, 100, 401)

    def measure(self, percent, tokens):
        count = "1 token" if tokens == 1 else f"{brief(tokens, 4)} tokens"
        here = float(formulas.lowest_mean_loss(percent / 100, tokens))
        curve = formulas.lowest_mean_loss(self.SHARE / 100, tokens)
        return {"curve": curve, "here": here, "count": f"{count} an answer"}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlabel="answers that are right", title="mean loss per token", yscale="log")
        axes.set(xlim=(-1, 101), ylim=(self.BOTTOM, 30))
        axes.set_xticks(range(0, 101, 20), [f"{x} %" for x in range(0, 101, 20)])
        axes.minorticks_off()
        self.shade = axes.fill_between([0, 100], 1e-9, color=style.VERMILION, alpha=0.15, lw=0)
        (self.curve,) = axes.plot([], [], color=style.VERMILION)
        axes.axhline(self.LOSS, color=style.BLUE, lw=1.5, ls="--")
        axes.text(0, self.LOSS * 1.3, "a printed loss of 10⁻⁵", va="bottom")
        axes.text(99, 4e-8, "no softmax, however good, gets in here", ha="right")
        (self.here,) = axes.plot([], [], "o", color=style.BLACK, ms=9, clip_on=False)
        self.readout = axes.text(0, 12, "", va="top")

    def update(self, now):
        curve = np.stack([self.SHARE, np.maximum(now.curve, 1e-9)], 1)
        self.curve.set_data(*curve.T)
        self.shade.set_verts([np.concatenate([[[0.0, 1e-9]], curve, [[100.0, 1e-9]]])])
        self.here.set_data([now.percent], [max(now.here, self.BOTTOM)])
        here = brief(now.here, 4)
        self.readout.set_text(f"{now.percent} % right, {now.count}: at least {here}")

    def describe(self, now):
        verb = "is impossible" if now.here > self.LOSS else "is possible"
        return (
            f"With {now.percent} % of the answers right and {now.count}, the mean "
            f"loss per token is at least {brief(now.here, 4)}; a loss of 10⁻⁵ {verb}."
        )


@figure(
    step=Slider("step", 0, 200, step=2, default=100),
    run=Choice("loss", list(formulas.RUNS), default="normalise, clip"),
    start=Slider("start", 1, 3, step=1, default=2),
)
class DigitTraining:
    """Accuracy on the digits over 200 steps with each loss, and the rows whose true class is dead."""

    STEPS = np.arange(0, formulas.STEPS + 1, 2)

    def measure(self, step, run, start):
        stored = formulas.stored_training()
        i, chosen = formulas.STARTS.index(start), formulas.RUNS.index(run)
        return {"runs": {name: stored[name][i] for name in stored}, "chosen": chosen} | {
            name: stored[name][i, chosen, step] for name in ("accuracy", "dead", "empty", "loss")
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True)
        left.set(title="797 unseen digits: right", xlabel="step", xlim=(-6, 206))
        left.set(ylim=(-0.03, 1.38))
        left.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        right.set(title="1000 learnt: true class at 0", xlabel="step", xlim=(-6, 206))
        left.text(204, 0.985, "from scores", ha="right", va="bottom", color=style.GREY)
        self.panels = {}
        for axes, name in ((left, "accuracy"), (right, "dead")):
            others = [axes.plot([], [], color="#B8B8B8", lw=1)[0] for _ in formulas.RUNS]
            (chosen,) = axes.plot([], [], color=style.BLUE, lw=2.5)
            (dot,) = axes.plot([], [], "o", color=style.BLACK, ms=8)
            text = axes.text(0, 1.36, "", va="top", linespacing=1.4)
            self.panels[name] = others, chosen, dot, text

    def update(self, now):
        below = {"accuracy": f"printed loss {brief(now.loss, 4)}", "dead": now.run}
        for name, (others, chosen, dot, text) in self.panels.items():
            runs, here = now.runs[name], getattr(now, name)
            for curve, values in zip(others, runs, strict=True):
                curve.set_data(self.STEPS, values[self.STEPS])
            chosen.set_data(self.STEPS, runs[now.chosen][self.STEPS])
            dot.set_data([now.step], [here])
            text.set_text(f"step {now.step}: {100 * here:.1f} %\n{below[name]}")

    def describe(self, now):
        return (
            f"Start {now.start}, loss “{now.run}”, step {now.step}: {100 * now.accuracy:.1f} % of "
            f"the unseen digits right, printed loss {brief(now.loss, 5)}; the true class's output "
            f"is 0 in {100 * now.dead:.1f} % of the rows, all ten are 0 in {100 * now.empty:.1f} %."
        )


X = Slider("x", -1.0, 1.5, step=0.1, default=0.0)


@figure(
    x=X,
    function=Choice("where x > 0", list(formulas.BRANCHES), default="log x"),
    wheres=Choice("written with", list(formulas.WHERES), default="one where"),
)
class UnusedBranch:
    """A function that torch.where guards, and the gradient that comes back through it."""

    def measure(self, x, function, wheres):
        values, slopes = formulas.branch_slope(floats(X.values()), function, wheres)
        return {"both": [values.numpy(), slopes.numpy()], "at": X.index(x)}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="value", xlabel="x", xlim=(-1.1, 1.6), ylim=(-2.6, 2))
        right.set(title="gradient", xlabel="x", xlim=(-1.1, 1.6), ylim=(-2.6, 11.5))
        self.panels = []
        for axes, top in ((left, 1.9), (right, 11.2)):
            axes.axvline(0, color=style.GREY, lw=0.8)
            parts = axes.plot([], [], "o", color=style.BLUE, ms=5)
            parts += axes.plot([], [], "x", color=style.VERMILION, ms=7, mew=2)
            parts += axes.plot([], [], "o", color=style.BLACK, ms=13, mfc="none", mew=2)
            self.panels.append((parts, axes.text(-1.05, top, "", va="top", linespacing=1.4)))

    def update(self, now):
        for (parts, text), values in zip(self.panels, now.both, strict=True):
            lost = np.isnan(values)
            split(parts, np.array(X.values()), values, lost, 0, now.at)
            crosses = "\n×: NaN" if lost.any() else ""
            text.set_text(f"at {brief(now.x, 2)}: {brief(values[now.at], 4)}{crosses}")

    def describe(self, now):
        value, slope = (brief(values[now.at], 4) for values in now.both)
        lost = np.isnan(now.both[1]).sum()
        count = f"NaN at {lost} of the 26 points" if lost else "finite at all 26 points"
        return (
            f"{now.function} where x > 0, else 0, with {now.wheres}: at x = {brief(now.x, 2)} the "
            f"value is {value} and the gradient {slope}. The gradient is {count}."
        )
