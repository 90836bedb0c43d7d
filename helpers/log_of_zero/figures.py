"""The live figures of 02_log_of_zero, in the order of the page."""

from functools import cache, partial

import numpy as np
import torch

from helpers.log_of_zero import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import key, set_lines, set_texts, ticks
from helpers.teaching.words import brief

__all__ = [  # noqa: RUF022 (the order of the page)
    "OneRow",
    "EpsilonBehindSoftmax",
    "ScoreGap",
    "LowestLoss",
    "DigitTraining",
    "UnusedBranch",
]

PALE = "#C4C4C4"  # of what is right, below the curves


def floats(values):
    """The values of a control as a float64 tensor."""
    return torch.tensor(values, dtype=torch.float64)


def split(parts, x, values, place, at):
    """Give a curve and its dot at x[at] the values; those that are not finite stand at `place`."""
    curve, rest, dot = parts
    lost = ~np.isfinite(values)
    curve.set_data(x[~lost], values[~lost])
    rest.set_data(x[lost], np.full(lost.sum(), place))
    dot.set_data([x[at]], [place if lost[at] else values[at]])


def apart(values, distance):
    """Places in the order of the values, none below 0, at least `distance` apart, near them."""
    order, steps = np.argsort(values, kind="stable"), distance * np.arange(len(values))
    free = values[order] - steps
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    places = np.empty(len(values))
    places[order] = np.maximum((up + down) / 2, 0) + steps  # half from pushing up, half down
    return places


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
            self.cells += [right.text(x, 5.9 - i, "", ha="right", va="center") for x in (0.7, 0.99)]
        right.text(0.02, -0.3, "push = −dloss/da;  ε = 10⁻⁷", va="center", color=style.GREY)
        self.row = right.text(0.02, -1.1, "", va="center")

    def update(self, now):
        x, loss = np.array(A.values()), now.curve
        infinite, undefined = np.isposinf(loss), np.isnan(loss)
        shown = np.nan_to_num(loss, nan=0, posinf=self.INFINITE)
        self.curve.set_data(x, np.where(np.isfinite(loss), loss, np.nan))
        self.infinite.set_data(x[infinite], shown[infinite])
        self.undefined.set_data(x[undefined][::2], shown[undefined][::2])
        self.here.set_data([now.a], [shown[now.at]])
        self.legend.set_text("×: NaN" if undefined.any() else "")
        set_texts(self.cells, (text for both in now.table.values() for text in both))
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


GAPS = Slider("gap", 0.0, 30.0, step=0.5, default=16.0)


@figure(
    gap=GAPS,
    guard=Choice("the loss takes", list(formulas.GUARDS), default="log(p + ε)"),
    epsilon=LogSlider("ε", -12, -3, per_decade=1, default=1e-7),
)
class EpsilonBehindSoftmax:
    """Loss and push of a true score that is behind, with an epsilon after the softmax."""

    def measure(self, gap, guard, epsilon):
        at, gaps = GAPS.index(gap), floats(GAPS.values())
        found = formulas.behind_softmax(gaps, guard, epsilon)
        exact = formulas.behind_softmax(gaps, "from scores", epsilon)
        here, right = ([brief(values[at]) for values in both] for both in (found, exact))
        return {"found": found, "at": at, "here": here, "right": right}

    def draw(self, canvas):
        exact = formulas.behind_softmax(floats(GAPS.values()), "from scores", 0)
        panels = canvas.subplots(1, 2)
        tops = ("loss", 38), ("push on the true score", 1.4)
        self.panels = []
        for axes, values, (title, top) in zip(panels, exact, tops, strict=True):
            axes.set(title=title, xlabel="gap", xlim=(-0.8, 30.8), ylim=(-0.03 * top, top))
            axes.plot(GAPS.values(), values, color=PALE, lw=7, solid_capstyle="butt")
            (curve,) = axes.plot([], [], color=style.VERMILION)
            (dot,) = axes.plot([], [], "o", color=style.BLACK, ms=8)
            self.panels.append((curve, dot, axes.text(0, 0.98 * top, "", va="top")))
        key(panels[0], {"from scores": {"color": PALE, "lw": 7}}, loc="lower right")

    def update(self, now):
        for i, (curve, dot, text) in enumerate(self.panels):
            curve.set_data(GAPS.values(), now.found[i])
            dot.set_data([now.gap], [now.found[i][now.at]])
            text.set_text(f"{now.here[i]}, from scores {now.right[i]}")

    def describe(self, now):
        return (
            f"Scores ({brief(-now.gap)}, 0, 0), {now.guard} with ε = {brief(now.epsilon)} behind a "
            f"softmax: loss {now.here[0]} and push {now.here[1]} on the true score; from scores "
            f"{' and '.join(now.right)}."
        )


BEHIND = Slider("gap between the two scores", 0, 120, step=1, default=95)
loss_and_slope = cache(partial(formulas.two_class_loss, floats(BEHIND.values())))
WAYS = {
    "cross_entropy": {"color": PALE, "lw": 7, "solid_capstyle": "butt"},
    "log of softmax": {"color": style.VERMILION},
}


@figure(gap=BEHIND, dtype=Choice("number format", list(formulas.DTYPES), default="float32"))
class ScoreGap:
    """Loss and gradient of two scores, by log(softmax) and by cross_entropy, against their gap."""

    INFINITE, UNDEFINED = 140, 0.2

    def measure(self, gap, dtype):
        at = BEHIND.index(gap)
        curves = {way: [v.numpy() for v in loss_and_slope(way, dtype)] for way in WAYS}
        loss, slope = curves["log of softmax"]
        silent = np.flatnonzero(np.isnan(slope) & np.isfinite(loss))
        table = {way: [brief(v[at], 6) for v in both] for way, both in curves.items()}
        return {"at": at, "curves": curves, "table": table, "silent": silent}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="loss", ylim=(-6, self.INFINITE + 44))
        left.set_yticks([0, 50, 100, self.INFINITE], ["0", "50", "100", "∞"])
        right.set(title="its gradient by the true score", ylim=(-1.15, 0.72))
        right.set_yticks([-1, -0.5, 0, self.UNDEFINED], ["−1", "−0.5", "0", "NaN"])
        self.panels = []
        for axes in (left, right):
            axes.set(xlim=(-3, 123), xlabel="gap")
            shade = axes.axvspan(0, 1, color=style.ORANGE, alpha=0.35, lw=0)
            parts = {}
            for way, look in WAYS.items():
                parts[way] = axes.plot([], [], **look)
                parts[way] += axes.plot([], [], ":", color=look["color"], lw=4)
                parts[way] += axes.plot([], [], "o", color=style.BLACK, ms=8, zorder=4)
            self.panels.append((shade, parts, axes.text(-1, axes.get_ylim()[1], "", va="top")))
        key(left, WAYS, loc="lower right")

    def update(self, now):
        x = np.array(BEHIND.values())
        for i, (shade, parts, text) in enumerate(self.panels):
            shade.set_visible(len(now.silent) > 0)
            if len(now.silent):
                shade.set(x=now.silent[0] - 0.5, width=now.silent[-1] - now.silent[0] + 1)
            for way, lines in parts.items():
                split(lines, x, now.curves[way][i], (self.INFINITE, self.UNDEFINED)[i], now.at)
            text.set_text("\n".join(f"{way}: {both[i]}" for way, both in now.table.items()))

    def describe(self, now):
        parts = [f"{way} {loss} with gradient {slope}" for way, (loss, slope) in now.table.items()]
        window = "At no gap up to 120 is the loss finite and its gradient NaN."
        if len(now.silent):
            window = f"Shaded are the gaps {now.silent[0]} to {now.silent[-1]}, where the loss of "
            window += "log of softmax is finite and its gradient NaN."
        return f"True class {now.gap} behind, {now.dtype}: {'; '.join(parts)}. {window}"


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
        ticks(axes, x={x: f"{x} %" for x in range(0, 101, 20)})
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
        self.readout.set_text(f"{now.percent} % right, {now.count}: at least {brief(now.here, 4)}")

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
    """Accuracy on the digits and the printed loss over 200 steps, for each of seven losses."""

    STEPS = np.arange(0, formulas.STEPS + 1, 2)
    INFINITE, UNDEFINED = 8.5, 10.5

    def measure(self, step, run, start):
        stored = formulas.stored_training()
        i, chosen = formulas.STARTS.index(start), formulas.RUNS.index(run)
        runs = {name: stored[name][i] for name in ("accuracy", "loss")}
        here = {name: stored[name][i, chosen, step] for name in ("accuracy", "dead", "loss")}
        return {"runs": runs, "chosen": chosen} | here

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[8, 5])
        left.set(title="797 unseen digits: right", ylim=(-0.03, 1.25), xticks=range(0, 201, 50))
        left.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        right.set(title="printed loss", ylim=(-6.2, 14.5))
        right.set_yticks([-5, 0, 5, self.INFINITE, self.UNDEFINED], ["−5", "0", "5", "∞", "NaN"])
        self.panels = {}
        for axes, name, top, end in ((left, "accuracy", 1.22, 365), (right, "loss", 14.1, 206)):
            axes.set(xlabel="step", xlim=(-6, end))
            others = [axes.plot([], [], color="#B8B8B8", lw=1)[0] for _ in formulas.RUNS]
            (chosen,) = axes.plot([], [], color=style.BLUE, lw=2.5)
            (nan,) = axes.plot([], [], "x", color=style.VERMILION, ms=5)
            (dot,) = axes.plot([], [], "o", color=style.BLACK, ms=8)
            text = axes.text(0, top, "", va="top", linespacing=1.4)
            self.panels[name] = others, chosen, nan, dot, text
        look = {"va": "center", "fontsize": style.points(12)}
        self.names = [left.text(226, 0, name, **look) for name in formulas.RUNS]
        self.leaders = [left.plot([], [], color=style.GREY, lw=0.8)[0] for _ in formulas.RUNS]

    def update(self, now):
        lost = np.isnan(now.runs["loss"][now.chosen][self.STEPS])
        for name, (others, chosen, nan, dot, _) in self.panels.items():
            runs = now.runs[name][:, self.STEPS]
            runs = np.nan_to_num(runs, nan=self.UNDEFINED, posinf=self.INFINITE)
            set_lines(others, self.STEPS, runs)
            shown = runs[now.chosen]
            chosen.set_data(self.STEPS, np.where(lost & (name == "loss"), np.nan, shown))
            nan.set_data(self.STEPS[lost], shown[lost])
            dot.set_data([now.step], shown[now.step == self.STEPS])
        ends = now.runs["accuracy"][:, -1]
        for i, y in enumerate(apart(ends, 0.075)):
            self.names[i].set(y=y, color=style.GREY, weight="normal")
            self.leaders[i].set_data([201, 223], [ends[i], y])
        self.names[now.chosen].set(color=style.BLACK, weight="bold")
        self.panels["accuracy"][-1].set_text(f"step {now.step}: {100 * now.accuracy:.1f} %")
        dead = f"true output 0: {100 * now.dead:.1f} %"
        self.panels["loss"][-1].set_text(f"step {now.step}: {brief(now.loss, 5)}\n{dead}")

    def describe(self, now):
        return (
            f"Start {now.start}, loss “{now.run}”, step {now.step}: {100 * now.accuracy:.1f} % of "
            f"the unseen digits right, printed loss {brief(now.loss, 5)}; the true class's output "
            f"is 0 for {100 * now.dead:.1f} % of the learnt digits. Crosses mark steps with a loss "
            "of NaN; the six other losses are grey."
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
        self.panels = []
        panels = ("value", 2, 1.9), ("gradient", 11.5, 11.2)
        for axes, (title, end, top) in zip(canvas.subplots(1, 2), panels, strict=True):
            axes.set(title=title, xlabel="x", xlim=(-1.1, 1.6), ylim=(-2.6, end))
            axes.axvline(0, color=style.GREY, lw=0.8)
            parts = axes.plot([], [], "o", color=style.BLUE, ms=5)
            parts += axes.plot([], [], "x", color=style.VERMILION, ms=7, mew=2)
            parts += axes.plot([], [], "o", color=style.BLACK, ms=13, mfc="none", mew=2)
            self.panels.append((parts, axes.text(-1.05, top, "", va="top", linespacing=1.4)))

    def update(self, now):
        for (parts, text), values in zip(self.panels, now.both, strict=True):
            split(parts, np.array(X.values()), values, 0, now.at)
            crosses = "\n×: NaN" if np.isnan(values).any() else ""
            text.set_text(f"at {brief(now.x, 2)}: {brief(values[now.at], 4)}{crosses}")

    def describe(self, now):
        value, slope = (brief(values[now.at], 4) for values in now.both)
        lost = np.isnan(now.both[1]).sum()
        count = f"NaN at {lost} of the 26 points" if lost else "finite at all 26 points"
        return (
            f"{now.function} where x > 0, else 0, with {now.wheres}: at x = {brief(now.x, 2)} the "
            f"value is {value} and the gradient {slope}. The gradient is {count}."
        )
