"""The live figures of 14_detection_pooling."""

import numpy as np
import torch

from helpers.detection_pooling import explain, formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import corner, set_heights, set_lines, ticks
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022
    "TwoDetectionUnits",
    "TrainingByPool",
    "CreditOfOneUnit",
    "HeatMap",
    "SoftPool",
    "FadedDigits",
]

FIVE = list(formulas.TRAININGS)[:5]
PALE = "#B0B0B0"  # of lines and bars that are there to be compared with
SIDES = ("left", "right")
INK = {"cmap": "gray_r", "vmin": formulas.LOW, "vmax": formulas.HIGH}


def picture(axes, **look):
    """An empty picture of two digits in a frame, and the text above it."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[:].set_visible(True)
    return axes.imshow(np.zeros((8, 16)), **look), axes.text(0, 1.06, "", transform=axes.transAxes)


def bars_of(axes, names, colours):
    """A bar with a number for each name."""
    axes.set(xlim=(-0.6, len(names) - 0.4))
    axes.set_xticks(range(len(names)), names)
    bars = axes.bar(range(len(names)), [1] * len(names), width=0.6, color=colours)
    return bars, [axes.text(k, 0, "", ha="center") for k in range(len(names))]


def set_bars(bars, numbers, heights, above, below=0, digits=2):
    """Give each bar its height. Its number stands so far above it, or `below` if it is negative."""
    set_heights(bars, heights)
    for number, height in zip(numbers, heights, strict=True):
        number.set_text(fixed(height, digits))
        number.set_y(height + (above if height >= 0 else below))


@figure(
    w1=Slider("w₁", -3.0, 3.0, step=1.0, default=1.0),
    b1=Slider("b₁", -2.0, 0.0, step=0.5, default=-0.5),
    w2=Slider("w₂", -3.0, 3.0, step=1.0, default=-2.0),
    b2=Slider("b₂", -2.0, 0.0, step=0.5, default=-1.0),
    relu=Choice("ReLU", ["on", "off"], default="on"),
    pool=Choice("pooling", ["sum", "average"], default="sum"),
)
class TwoDetectionUnits:
    """Two detection units of one number x, and their pooled output."""

    X = torch.linspace(-2, 2, 161, dtype=torch.float64)

    def measure(self, w1, b1, w2, b2, relu, pool):
        rectified = relu == "on"
        lines = [w * self.X + b for w, b in ((w1, b1), (w2, b2))]
        units = [line.relu() if rectified else line for line in lines]
        output = formulas.two_units(self.X, w1, b1, w2, b2, rectified, pool)
        return {"units": units, "lines": lines, "output": output}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True)
        for axes in (left, right):
            axes.set(xlabel="x", xlim=(-2, 2), ylim=(-8.5, 8.5))
        left.set_title("two units (dotted: without ReLU)")
        self.lines = [left.plot([], [], ":", lw=1.2, color=style.GREY)[0] for _ in range(2)]
        looks = (style.BLUE, "-", "unit 1"), (style.ORANGE, "--", "unit 2")
        self.units = [left.plot([], [], d, color=c, label=n)[0] for c, d, n in looks]
        left.legend(loc="lower center", ncols=2)
        (self.output,) = right.plot([], [], color=style.VERMILION, lw=3)
        self.title = right.text(0, 1.04, "", transform=right.transAxes, fontsize=style.points(14))

    def update(self, now):
        set_lines(self.lines, self.X, now.lines)
        set_lines(self.units, self.X, now.units)
        self.output.set_data(self.X, now.output)
        self.title.set_text(f"{now.pool} of the two, ReLU {now.relu}")

    def describe(self, now):
        at = [fixed(now.output[i], 2) for i in (0, 80, 160)]
        return (
            f"Units {fixed(now.w1, 0)}·x {fixed(now.b1, 1, sign=True)} and {fixed(now.w2, 0)}·x "
            f"{fixed(now.b2, 1, sign=True)}, ReLU {now.relu}, {now.pool}: the output is {at[0]} at "
            f"x = −2, {at[1]} at 0 and {at[2]} at 2."
        )


@figure(
    training=Choice("training", FIVE, default="average"),
    rate=Choice("rate", ["0.0001", "0.001", "0.01"], default="0.001"),
    layout=Choice("units, seed", ["400, 0", "100, 0", "100, 1"], default="400, 0"),
)
class TrainingByPool:
    """Squared error by epoch and final accuracy on unseen pictures, for five trainings."""

    def measure(self, training, rate, layout):
        place = tuple(map(int, layout.split(", ")))
        return {"runs": {name: formulas.run(name, float(rate), place) for name in FIVE}}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[4, 3])
        left.set(title="squared error, unseen pictures", xlabel="epoch", yscale="log")
        left.set(xlim=(-0.5, 25.5), ylim=(250, 12000))
        ticks(left, y={at: str(at) for at in (300, 1000, 3000, 10000)})
        right.set(title="accuracy at the end", xlim=(0, 1.3), ylim=(-0.6, 4.6))
        labels = ["sum", "average", "…, larger\nstart", "…, start\nand rate", "sum, no\nReLU"]
        right.set_yticks(range(5), labels)
        right.set(xticks=[0, 0.5, 1])
        right.invert_yaxis()
        self.others = [left.plot([], [], color=PALE, lw=1.2)[0] for _ in FIVE]
        (self.bold,) = left.plot([], [], color=style.BLUE, lw=3)
        self.start = corner(left)
        self.bars = right.barh(range(5), [1] * 5, height=0.6, color=PALE)
        self.numbers = [right.text(0, k, "", va="center") for k in range(5)]

    def update(self, now):
        for k, (name, rows) in enumerate(now.runs.items()):
            self.others[k].set_data(range(len(rows)), rows[:, 0])
            self.bars[k].set_width(rows[-1, 1])
            self.bars[k].set_color(style.BLUE if name == now.training else PALE)
            self.numbers[k].set_text(fixed(rows[-1, 1], 3))
            self.numbers[k].set_x(rows[-1, 1] + 0.03)
        rows = now.runs[now.training]
        self.bold.set_data(range(len(rows)), rows[:, 0])
        self.start.set_text(f"mean output at the start:\n{brief(rows[0, 2])}")

    def describe(self, now):
        rows = now.runs[now.training]
        return (
            f"{now.training}, rate {now.rate}, units and seed {now.layout}: mean output "
            f"{brief(rows[0, 2])} before training and {fixed(rows[-1, 2], 1)} after it; squared "
            f"error {fixed(rows[0, 0], 0)}, then {fixed(rows[-1, 0], 0)} after 25 epochs; accuracy "
            f"{fixed(rows[-1, 1], 3)}. Grey: the other trainings."
        )


@figure(
    x1=Slider("x₁", -0.5, 1.5, step=0.25, default=0.5),
    x2=Slider("x₂", -0.5, 1.5, step=0.25, default=-0.5),
    weights=Choice("weights", ["(2, −1)", "(2, 3)"], default="(2, −1)"),
    bias=Slider("bias", -1.0, 0.0, step=0.25, default=-0.25),
    rule=Choice("rule", ["gradient × input", "z⁺", "zᴮ"], default="gradient × input"),
)
class CreditOfOneUnit:
    """One ReLU unit of two inputs: from where a rule measures, and the credit of each input."""

    W = {"(2, −1)": (2.0, -1.0), "(2, 3)": (2.0, 3.0)}  # noqa: RUF012

    def measure(self, x1, x2, weights, bias, rule):
        x, w = (torch.tensor(v, dtype=torch.float64) for v in ((x1, x2), self.W[weights]))
        end, shares = formulas.credit_of_unit(x, w, bias, rule)
        output = (w @ x + bias).relu().item()
        return {"w": w, "output": output, "end": end, "shares": shares}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[5, 4])
        left.set(title="box of inputs", xlabel="x₁", ylabel="x₂", aspect="equal")
        left.set(xlim=(-1.3, 2.3), ylim=(-1.3, 2.3))
        corners = [formulas.LOW, formulas.HIGH, formulas.HIGH, formulas.LOW, formulas.LOW]
        left.plot(corners, np.roll(corners, 1), color=style.GREY, lw=1)
        right.set(title="credit", ylim=(-5.5, 9.5))
        right.axhline(0, color=style.GREY, lw=0.8)
        (self.edge,) = left.plot([], [], "--", color=style.GREY, lw=1.5, label="unit is 0")
        (self.way,) = left.plot([], [], color=style.VERMILION)
        (self.end,) = left.plot([], [], "s", color=style.VERMILION, markersize=9, label="from here")
        (self.here,) = left.plot([], [], "o", color=style.BLUE, markersize=9, label="x")
        left.legend(loc="upper left", ncols=3, columnspacing=0.8, handletextpad=0.3)
        colours = [style.SKY, style.SKY, style.BLUE, style.GREEN]
        self.bars, self.numbers = bars_of(right, ["x₁", "x₂", "sum", "output"], colours)
        self.rule = corner(right, 0.98)

    def update(self, now):
        t = np.array([-9.0, 9.0])
        self.edge.set_data(t, -(now.w[0].item() * t + now.bias) / now.w[1].item())
        self.here.set_data([now.x1], [now.x2])
        end = (now.x1, now.x2) if now.end is None else now.end.tolist()
        self.way.set_data([now.x1, end[0]], [now.x2, end[1]])
        self.end.set_data([end[0]], [end[1]])
        heights = [*now.shares, sum(now.shares), now.output]
        set_bars(self.bars, self.numbers, heights, above=0.2, below=-0.9)
        self.rule.set_text(f"rule: {now.rule}")

    def describe(self, now):
        x, bias = f"({fixed(now.x1, 2)}, {fixed(now.x2, 2)})", fixed(now.bias, 2)
        if now.output == 0:
            return (
                f"At x = {x} the unit with weights {now.weights} and bias {bias} is off, so the "
                f"rule {now.rule} has nothing to share out."
            )
        known = f"x = {x}, weights {now.weights}, bias {bias}: the output is "
        known += f"{fixed(now.output, 3)}. The rule {now.rule} "
        if now.end is None:
            return known + "finds no point where the unit is 0, and gives nothing."
        end = "({}, {})".format(*(fixed(v, 2) for v in now.end))
        first, second = (fixed(share, 3) for share in now.shares)
        total = fixed(sum(now.shares), 3)
        return known + f"measures from {end}: {first} for x₁, {second} for x₂, {total} in all."


@figure(
    picture=Slider("picture", 1, 12, step=1, default=1),
    rule=Choice("map", list(explain.MAPS), default="zᴮ"),
    fill=Choice("hidden pixels become", list(explain.FILLS), default="white"),
    hidden=Slider("pixels hidden", 0, 64, step=4, default=0),
)
class HeatMap:
    """A picture, the credit of its pixels, and the output while the most credited are hidden."""

    def measure(self, picture, rule, fill, hidden):
        known = explain.shown(picture)
        here = known["maps"][rule]
        left = torch.where(here["rank"] < hidden, explain.FILLS[fill], known["x"][0])
        now = {"x": left.reshape(8, 16).numpy(), "R": here["R"].reshape(8, 16).numpy()}
        now |= {name: known[name] for name in ("kind", "output", "side")}
        now["curves"] = {name: m["curves"][fill] for name, m in known["maps"].items()}
        return now | {"own": here["own"], "after": here["curves"][fill][hidden]}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1, 1])
        top, below = (canvas.add_subplot(grid[row, 0]) for row in (0, 1))
        right = canvas.add_subplot(grid[:, 1])
        self.x, self.title = picture(top, **INK)
        self.R, self.words = picture(below, cmap="RdBu_r", vmin=-1, vmax=1)
        right.set(title="output while pixels are hidden", xlabel="pixels hidden")
        right.set(xlim=(-1, 65), ylim=(-8, 220))
        self.others = [right.plot([], [], color=PALE, lw=1.2)[0] for _ in explain.MAPS]
        (self.bold,) = right.plot([], [], color=style.BLUE, lw=3)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=9)
        right.axhline(50, color=style.GREY, lw=0.8, ls="--")
        self.readout = corner(right)

    def update(self, now):
        self.x.set_data(now.x)
        self.R.set_data(now.R / np.abs(now.R).max())
        where = own = ""
        if now.kind != "false alarm":
            where = f", 0–3 on the {SIDES[now.side]}"
            own = f", own half {fixed(now.own, 1)}"
        self.title.set_text(f"picture {now.picture}: {now.kind}{where}")
        self.words.set_text(f"credit {fixed(now.R.sum(), 1)}{own}")
        set_lines(self.others, range(65), now.curves.values())
        self.bold.set_data(range(65), now.curves[now.rule])
        self.dot.set_data([now.hidden], [now.after])
        after = f" → {fixed(now.after, 1)}" if now.hidden else ""
        self.readout.set_text(f"{now.rule}, {now.fill}\noutput {fixed(now.output, 1)}{after}")

    def describe(self, now):
        own = "" if now.kind == "false alarm" else f"the half of the 0–3 gets {fixed(now.own, 1)}; "
        after = f"no pixel has become {now.fill} yet"
        if now.hidden:
            pixels = f"the {now.hidden} most credited pixels {now.fill}"
            after = f"with {pixels} the output is {fixed(now.after, 2)}"
        return (
            f"Picture {now.picture} ({now.kind}), map {now.rule}: output {fixed(now.output, 2)}, "
            f"credits {fixed(now.R.sum(), 2)} in all, from {fixed(now.R.min(), 2)} to "
            f"{fixed(now.R.max(), 2)}; {own}{after}."
        )


@figure(
    third=Slider("third entry", -5.0, 3.0, step=0.5, default=2.0),
    temperature=LogSlider("temperature", -2, 2, per_decade=4, default=1.0),
)
class SoftPool:
    """Four entries pooled by log-sum-exp: value and gradient against the temperature."""

    T = np.geomspace(0.01, 100, 81)

    def measure(self, third, temperature):
        a = torch.tensor([3.0, -1.0, third, -5.0], dtype=torch.float64)
        curve = [formulas.soft_pool(a, t).item() for t in self.T]
        value, gradient = formulas.soft_pool(a, temperature).item(), (a / temperature).softmax(0)
        return {"a": a.numpy(), "curve": curve, "value": value, "gradient": gradient.numpy()}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[5, 4])
        left.set(title="pooled value", xlabel="temperature", xscale="log", ylim=(-3, 4.2))
        ticks(left, [0.01, 0.1, 1, 10, 100])
        left.axhline(3, color=style.GREY, lw=1, ls=":")
        left.text(0.012, 3.15, "maximum")
        left.set_xlim(0.009, 110)
        (self.mean,) = left.plot([], [], "--", color=style.GREY, lw=1)
        self.mean_name = left.text(0.012, 0, "average")
        (self.curve,) = left.plot([], [], color=style.BLUE)
        (self.dot,) = left.plot([], [], "o", color=style.BLUE, markersize=9)
        right.set(title="gradient of each entry", ylim=(0, 1.25))
        self.bars, self.numbers = bars_of(right, ["1st", "2nd", "3rd", "4th"], style.SKY)
        self.entries = corner(right, 0.98)

    def update(self, now):
        self.curve.set_data(self.T, now.curve)
        self.dot.set_data([now.temperature], [now.value])
        self.mean.set_data([0.01, 100], [now.a.mean()] * 2)
        self.mean_name.set_y(now.a.mean() + 0.1)
        set_bars(self.bars, self.numbers, now.gradient, above=0.02)
        self.entries.set_text(f"({', '.join(brief(a) for a in now.a)})")

    def describe(self, now):
        shares = ", ".join(fixed(share, 3) for share in now.gradient)
        return (
            f"Entries (3, −1, {brief(now.third)}, −5), temperature {brief(now.temperature)}: the "
            f"pooled value is {fixed(now.value, 3)}, between the average {fixed(now.a.mean(), 3)} "
            f"and the maximum 3; the gradients are {shares}."
        )


@figure(
    picture=Slider("picture", 1, 6, step=1, default=1),
    mine=Slider("ink of the 0–3", 0, 100, step=10, default=100, unit="%"),
    other=Slider("ink of the other digit", 0, 100, step=10, default=0, unit="%"),
)
class FadedDigits:
    """Output and relevance of both halves, by zᴮ, while the ink of a digit fades."""

    def measure(self, picture, mine, other):
        known = explain.shown(picture)
        side = torch.tensor([known["side"]])
        now = explain.faded(known["x"], side, mine / 100, other / 100)
        net = formulas.network()
        output = formulas.forward(net, now).item()
        R = explain.MAPS["zᴮ"](net, now)
        own = explain.own(R, side).item()
        bars = [output, own, R.sum().item() - own]
        return {"x": now.reshape(8, 16).numpy(), "bars": bars, "side": known["side"]}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        self.x, self.title = picture(left, **INK)
        right.set(title="output, and relevance by zᴮ", ylim=(0, 330))
        names = ["output", "half of\nthe 0–3", "other\nhalf"]
        colours = [style.GREEN, style.BLUE, style.ORANGE]
        self.bars, self.numbers = bars_of(right, names, colours)

    def update(self, now):
        self.x.set_data(now.x)
        self.title.set_text(f"picture {now.picture}: the 0–3 is on the {SIDES[now.side]}")
        set_bars(self.bars, self.numbers, now.bars, above=5, digits=1)

    def describe(self, now):
        output, own, rest = (fixed(bar, 2) for bar in now.bars)
        return (
            f"Picture {now.picture} with {now.mine} % of the ink of its 0–3 and {now.other} % of the "
            f"other digit's: output {output}; relevance of the half of the 0–3 {own}, of the other "
            f"half {rest}."
        )
