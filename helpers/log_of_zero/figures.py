"""The live figures of 02_log_of_zero, in the order of the page."""

import math

import numpy as np
import torch

from helpers.log_of_zero import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure

__all__ = [  # noqa: RUF022 (the order of the page)
    "OneRow",
    "EpsilonCeilings",
    "ScoreGap",
    "LowestLoss",
    "DigitTraining",
    "UnusedBranch",
]

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value, digits=4):
    """A number in print: significant digits, a true minus sign, ∞ and NaN by name, 10⁷ for 1e7."""
    value = float(value) + 0.0  # no negative zero
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    if power:
        power = f"10{str(int(power)).translate(SUPERSCRIPT)}"
        mantissa = {"1": power, "-1": f"-{power}"}.get(mantissa, f"{mantissa}·{power}")
    return mantissa.replace("-", "−")


def floats(values):
    """The values of a control as a float64 tensor."""
    return torch.tensor(values, dtype=torch.float64)


A = Slider("score a", -2.0, 5.0, step=0.05, default=-0.5)


@figure(
    a=A,
    rule=Choice("curve of", list(formulas.RULES), default="clip"),
    layer=Choice("layer between a and the loss", list(formulas.LAYERS), default="ReLU"),
)
class OneRow:
    """Six losses of the row (a, 1, 1), true class first, and how hard each pushes a up."""

    INFINITE = 20

    def draw(self, canvas):
        self.table = {
            (layer, rule): [
                v.numpy() for v in formulas.first_entry(floats(A.values()), layer, rule)
            ]
            for layer in formulas.LAYERS
            for rule in formulas.RULES
        }
        left, right = canvas.subplots(1, 2, width_ratios=[3, 4])
        left.set(title="loss", xlabel="a", xlim=(-2.3, 5.3), ylim=(-3, self.INFINITE + 1))
        left.set_yticks([0, 5, 10, 15, self.INFINITE], ["0", "5", "10", "15", "∞"])
        look = {"animated": True}
        (self.curve,) = left.plot([], [], color=style.BLUE, **look)
        (self.infinite,) = left.plot([], [], color=style.VERMILION, ls=":", lw=3, **look)
        (self.undefined,) = left.plot([], [], "x", color=style.VERMILION, ms=5, **look)
        (self.here,) = left.plot([], [], "o", color=style.BLACK, ms=8, **look)
        self.legend = left.text(5.2, 2.6, "", ha="right", **look)

        right.set(xlim=(0, 1), ylim=(-1.5, 7.2))
        right.axis("off")
        heads = (0.02, "loss by", "left"), (0.7, "loss", "right"), (0.99, "push on a", "right")
        for x, head, side in heads:
            right.text(x, 6.7, head, ha=side, color=style.GREY)
        right.axhline(6.45, color=style.GREY, lw=0.8)
        for i, rule in enumerate(formulas.RULES):
            right.text(0.02, 5.9 - i, rule, va="center")
        self.marker = right.axhspan(0, 0, facecolor="none", edgecolor=style.BLUE, lw=1.5, **look)
        self.cells = [
            [right.text(x, 5.9 - i, "", ha="right", va="center", **look) for x in (0.7, 0.99)]
            for i in range(len(formulas.RULES))
        ]
        right.text(0.02, -0.3, "push = −dloss/da;  ε = 10⁻⁷", va="center", color=style.GREY)
        self.row = right.text(0.02, -1.1, "", va="center", **look)

    def update(self, a, rule, layer):
        at, x = A.index(a), np.array(A.values())
        loss, _ = self.table[layer, rule]
        infinite, undefined = np.isposinf(loss), np.isnan(loss)
        shown = np.where(infinite, self.INFINITE, np.where(undefined, 0, loss))
        self.curve.set_data(x, np.where(infinite | undefined, np.nan, loss))
        self.infinite.set_data(x[infinite], shown[infinite])
        self.undefined.set_data(x[undefined][::2], shown[undefined][::2])
        self.here.set_data([a], [shown[at]])
        self.legend.set_text("×: NaN" if undefined.any() else "")
        for i, (other, cells) in enumerate(zip(formulas.RULES, self.cells, strict=True)):
            for cell, values in zip(cells, self.table[layer, other], strict=True):
                cell.set_text(number(values[at]))
            if other == rule:
                self.marker.set(y=5.45 - i, height=0.9)
        through = "ReLU" if layer == "ReLU" else "no ReLU"
        first = max(a, 0) if layer == "ReLU" else a
        self.row.set_text(f"row with {through}: ({number(first)}, 1, 1)")

    def describe(self, a, rule, layer):
        parts = []
        for other in formulas.RULES:
            loss, push = formulas.first_entry(floats([a]), layer, other)
            parts.append(f"{other} {number(loss)}, push {number(push)}")
        through = "through a ReLU" if layer == "ReLU" else "as it is"
        return (
            f"The row (a, 1, 1) with a = {number(a)} {through}; loss and push on a: "
            f"{'; '.join(parts)}. Drawn is the loss “{rule}” against a."
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

    def draw(self, canvas):
        self.table = {
            (guard, dtype): [
                v.numpy() for v in formulas.guarded_ends(floats(EPSILONS.values()), guard, dtype)
            ]
            for guard in formulas.GUARDS
            for dtype in formulas.DTYPES
        }
        axes, side = canvas.subplots(1, 2, width_ratios=[3, 2])
        axes.set(title="loss of a sure and wrong answer", xlabel="ε", xscale="log")
        axes.set(xlim=(3e-19, 0.4), ylim=(0, self.INFINITE + 3))
        axes.set_xticks([1e-18, 1e-14, 1e-10, 1e-6, 1e-2])
        axes.set_yticks([0, 10, 20, 30, 40, self.INFINITE], ["0", "10", "20", "30", "40", "∞"])
        look = {"animated": True}
        side.axis("off")
        side.set(xlim=(0, 1), ylim=(0, 10))
        self.curves, self.texts = [], []
        for (colour, dash, width, head), y in zip(self.LOOKS, (9.4, 5.6), strict=True):
            finite, infinite, dot = (
                axes.plot([], [], color=colour, ls=dash, lw=width, **look)[0],
                axes.plot([], [], color=colour, ls=dash, lw=width, **look)[0],
                axes.plot([], [], "o", color=colour, mec="white", ms=13 - width, **look)[0],
            )
            self.curves.append((finite, infinite, dot))
            side.plot([0, 0.18], [y, y], color=colour, ls=dash, lw=width)
            side.text(0.26, y, head, va="center")
            self.texts.append(side.text(0.26, y - 0.6, "", va="top", linespacing=1.5, **look))
        self.note = side.text(0.26, 1.6, "", va="top", linespacing=1.4, **look)

    def update(self, epsilon, guard, dtype):
        x, at = np.array(EPSILONS.values()), EPSILONS.index(epsilon)
        losses, slopes = self.table[guard, dtype]
        for i, (finite, infinite, dot) in enumerate(self.curves):
            lost = np.isinf(losses[i])
            finite.set_data(x[~lost], losses[i, ~lost])
            infinite.set_data(x[lost], np.full(lost.sum(), self.INFINITE))
            dot.set_data([epsilon], [self.INFINITE if lost[at] else losses[i, at]])
            self.texts[i].set_text(
                f"loss {number(losses[i, at], 6)}\ngradient {number(slopes[i, at], 3)}"
            )
        self.note.set_text(f"in {dtype}:\n{self._lost(epsilon, dtype)}")

    @staticmethod
    def _lost(epsilon, dtype):
        small = floats([epsilon])
        small, rest = (float(v.to(formulas.DTYPES[dtype])) for v in (small, 1 - small))
        if small == 0:
            return "ε = 0, 1 − ε = 1"
        return "ε > 0, but 1 − ε = 1" if rest == 1 else "ε > 0, 1 − ε < 1"

    def describe(self, epsilon, guard, dtype):
        losses, slopes = formulas.guarded_ends(floats([epsilon]), guard, dtype)
        return (
            f"{guard} with ε = {number(epsilon)} in {dtype}, where {self._lost(epsilon, dtype)}: "
            f"p = 0 with truth 1 costs {number(losses[0, 0], 6)}, gradient "
            f"{number(slopes[0, 0], 3)}; p = 1 with truth 0 costs {number(losses[1, 0], 6)}, "
            f"gradient {number(slopes[1, 0], 3)}."
        )


GAPS = Slider("gap between the two scores", 0, 200, step=1, default=95)


@figure(
    gap=GAPS,
    dtype=Choice("number format", list(formulas.DTYPES), default="float32"),
)
class ScoreGap:
    """The loss of two scores, by way of probabilities and straight from the scores."""

    LOOKS = (
        ("from probabilities", style.VERMILION, "--", {"marker": "s", "mfc": "none", "ms": 11}),
        ("from scores", style.BLUE, "-", {"marker": "o", "ms": 8}),
        ("log1p", style.GREEN, ":", {"marker": "D", "ms": 5, "mec": "white"}),
    )
    INFINITE, ZERO = 240, 1e-98

    def draw(self, canvas):
        gaps = floats(GAPS.values())
        self.table = {
            (dtype, side, way): [v.numpy() for v in formulas.two_class_loss(gaps, side, way, dtype)]
            for dtype in formulas.DTYPES
            for side in formulas.SIDES
            for way in formulas.WAYS
        }
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
            for side in formulas.SIDES:
                look = {"color": colour, "ls": dash, "lw": 1.8, "animated": True}
                self.curves[side, way] = [
                    axes[side].plot([], [], **look)[0],
                    axes[side].plot([], [], **look)[0],
                    axes[side].plot([], [], **(look | marker))[0],
                ]

        text = axes["text"]
        text.axis("off")
        text.set(xlim=(0, 1), ylim=(0, 4))
        columns = ((0.52, "loss, behind"), (0.76, "its gradient"), (1, "loss, ahead"))
        for x, head in columns:
            text.text(x, 3.5, head, ha="right", va="center", color=style.GREY)
        self.cells = {}
        for i, (way, colour, dash, marker) in enumerate(self.LOOKS):
            y = 2.5 - i
            text.plot([0, 0.08], [y, y], color=colour, ls=dash, lw=1.8)
            text.plot([0.04], [y], color=colour, **marker)
            text.text(0.1, y, way, va="center")
            self.cells[way] = [
                text.text(x, y, "", ha="right", va="center", animated=True) for x, _ in columns
            ]

    def update(self, gap, dtype):
        x, at = np.array(GAPS.values()), GAPS.index(gap)
        for way, *_ in self.LOOKS:
            for side, limit, place in (("behind", np.inf, self.INFINITE), ("ahead", 0, self.ZERO)):
                loss, _ = self.table[dtype, side, way]
                lost = loss == limit
                good, bad, dot = self.curves[side, way]
                good.set_data(x[~lost], loss[~lost])
                bad.set_data(x[lost], np.full(lost.sum(), place))
                dot.set_data([gap], [place if lost[at] else loss[at]])
            behind, gradient = self.table[dtype, "behind", way]
            ahead, _ = self.table[dtype, "ahead", way]
            texts = number(behind[at], 6), number(gradient[at]), number(ahead[at])
            for cell, text in zip(self.cells[way], texts, strict=True):
                cell.set_text(text)

    def describe(self, gap, dtype):
        parts = []
        for way, *_ in self.LOOKS:
            loss, gradient = formulas.two_class_loss(floats([gap]), "behind", way, dtype)
            ahead, _ = formulas.two_class_loss(floats([gap]), "ahead", way, dtype)
            parts.append(
                f"{way} {number(loss, 6)} with gradient {number(gradient)}, and {number(ahead)} "
                "with the true class ahead"
            )
        return f"True class {gap} behind, {dtype}: the loss is {'; '.join(parts)}."


TOKENS = LogSlider("tokens in an answer", 0, 5, per_decade=4, default=1.0)


@figure(
    percent=Slider("answers that are right", 0, 100, step=1, default=33, unit="%"),
    tokens=TOKENS,
)
class LowestLoss:
    """The lowest mean loss per token that a share of right answers allows."""

    LOSS, BOTTOM = 1e-5, 2e-8

    def draw(self, canvas):
        axes = canvas.subplots()
        self.share = np.linspace(0, 100, 401)
        axes.set(xlabel="answers that are right", title="mean loss per token", yscale="log")
        axes.set(xlim=(-1, 101), ylim=(self.BOTTOM, 30))
        axes.set_xticks([0, 20, 40, 60, 80, 100], [f"{x} %" for x in (0, 20, 40, 60, 80, 100)])
        axes.minorticks_off()
        look = {"animated": True}
        self.shade = axes.fill_between(
            [0, 100], 1e-9, color=style.VERMILION, alpha=0.15, lw=0, **look
        )
        (self.curve,) = axes.plot([], [], color=style.VERMILION, **look)
        axes.axhline(self.LOSS, color=style.BLUE, lw=1.5, ls="--")
        axes.text(0, self.LOSS * 1.3, "a printed loss of 10⁻⁵", va="bottom")
        axes.text(99, 4e-8, "no softmax, however good, gets in here", ha="right")
        (self.here,) = axes.plot([], [], "o", color=style.BLACK, ms=9, clip_on=False, **look)
        self.readout = axes.text(0, 12, "", va="top", **look)

    def update(self, percent, tokens):
        floor = np.maximum(formulas.lowest_mean_loss(self.share / 100, tokens), 1e-9)
        self.curve.set_data(self.share, floor)
        ends = np.array([[0.0, 1e-9]]), np.array([[100.0, 1e-9]])
        self.shade.set_verts([np.concatenate([ends[0], np.stack([self.share, floor], 1), ends[1]])])
        here = float(formulas.lowest_mean_loss(percent / 100, tokens))
        self.here.set_data([percent], [max(here, self.BOTTOM)])
        self.readout.set_text(f"{percent} % right, {self._count(tokens)}: at least {number(here)}")

    @staticmethod
    def _count(tokens):
        return "1 token an answer" if tokens == 1 else f"{number(tokens)} tokens an answer"

    def describe(self, percent, tokens):
        here = float(formulas.lowest_mean_loss(percent / 100, tokens))
        verb = "is impossible" if here > self.LOSS else "is possible"
        return (
            f"With {percent} % of the answers right and {self._count(tokens)}, the mean "
            f"loss per token is at least {number(here)}; a loss of 10⁻⁵ {verb}."
        )


STEP = Slider("step", 0, 200, step=2, default=100)


@figure(
    step=STEP,
    run=Choice("loss", list(formulas.RUNS), default="normalise, clip"),
    start=Slider("start", 1, 3, step=1, default=2),
)
class DigitTraining:
    """Accuracy on the digits over 200 steps with each loss, and the rows whose true class is dead."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True)
        left.set(title="797 unseen digits: right", xlabel="step", xlim=(-6, 206))
        left.set(ylim=(-0.03, 1.38), yticks=[0, 0.25, 0.5, 0.75, 1])
        left.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
        right.set(title="1000 learnt: true class at 0", xlabel="step", xlim=(-6, 206))
        left.text(204, 0.985, "from scores", ha="right", va="bottom", color=style.GREY)
        self.panels = []
        for axes, name in ((left, "accuracy"), (right, "dead")):
            others = [
                axes.plot([], [], color="#B8B8B8", lw=1, animated=True)[0] for _ in formulas.RUNS
            ]
            (chosen,) = axes.plot([], [], color=style.BLUE, lw=2.5, animated=True)
            (dot,) = axes.plot([], [], "o", color=style.BLACK, ms=8, animated=True)
            text = axes.text(0, 1.36, "", va="top", linespacing=1.4, animated=True)
            self.panels.append((name, others, chosen, dot, text))

    def update(self, step, run, start):
        stored = formulas.stored_training()
        i, j = formulas.STARTS.index(start), formulas.RUNS.index(run)
        steps = np.arange(0, formulas.STEPS + 1, 2)
        for name, others, chosen, dot, text in self.panels:
            for curve, values in zip(others, stored[name][i], strict=True):
                curve.set_data(steps, values[steps])
            values = stored[name][i, j]
            chosen.set_data(steps, values[steps])
            dot.set_data([step], [values[step]])
            share = f"step {step}: {100 * values[step]:.1f} %"
            loss = f"\nprinted loss {number(stored['loss'][i, j, step])}"
            text.set_text(share + (loss if name == "accuracy" else f"\n{run}"))

    def describe(self, step, run, start):
        stored = formulas.stored_training()
        i, j = formulas.STARTS.index(start), formulas.RUNS.index(run)
        accuracy, dead, empty, loss = (
            stored[name][i, j, step] for name in ("accuracy", "dead", "empty", "loss")
        )
        return (
            f"Start {start}, loss “{run}”, step {step}: {100 * accuracy:.1f} % of the unseen digits "
            f"right, printed loss {number(loss, 5)}; the true class's output is 0 in "
            f"{100 * dead:.1f} % of the rows, all ten are 0 in {100 * empty:.1f} %."
        )


X = Slider("x", -1.0, 1.5, step=0.1, default=0.0)


@figure(
    x=X,
    function=Choice("where x > 0", list(formulas.BRANCHES), default="log x"),
    wheres=Choice("written with", list(formulas.WHERES), default="one where"),
)
class UnusedBranch:
    """A function that torch.where guards, and the gradient that comes back through it."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="value", xlabel="x", xlim=(-1.1, 1.6), ylim=(-2.6, 2))
        right.set(title="gradient", xlabel="x", xlim=(-1.1, 1.6), ylim=(-2.6, 11.5))
        self.settings = floats(X.values())
        look = {"animated": True}
        self.panels = []
        for axes, top in ((left, 1.9), (right, 11.2)):
            axes.axvline(0, color=style.GREY, lw=0.8)
            (good,) = axes.plot([], [], "o", color=style.BLUE, ms=5, **look)
            (bad,) = axes.plot([], [], "x", color=style.VERMILION, ms=7, mew=2, **look)
            (here,) = axes.plot([], [], "o", color=style.BLACK, ms=13, mfc="none", mew=2, **look)
            text = axes.text(-1.05, top, "", va="top", linespacing=1.4, **look)
            self.panels.append((good, bad, here, text))

    def update(self, x, function, wheres):
        at = X.index(x)
        both = formulas.branch_slope(self.settings, function, wheres)
        for (good, bad, here, text), values in zip(self.panels, both, strict=True):
            lost = values.isnan()
            good.set_data(self.settings[~lost], values[~lost])
            bad.set_data(self.settings[lost], torch.zeros(int(lost.sum())))
            here.set_data([x], [0 if lost[at] else values[at]])
            text.set_text(
                f"at {number(x, 2)}: {number(values[at])}" + ("\n×: NaN" if lost.any() else "")
            )

    def describe(self, x, function, wheres):
        both = formulas.branch_slope(floats([x]), function, wheres)
        value, slope = (number(v) for v in both)
        lost = int(formulas.branch_slope(floats(X.values()), function, wheres)[1].isnan().sum())
        count = f"NaN at {lost} of the 26 points" if lost else "finite at all 26 points"
        return (
            f"{function} where x > 0, else 0, with {wheres}: at x = {number(x, 2)} the value is "
            f"{value} and the gradient {slope}. The gradient is {count}."
        )
