"""The live figures of the notebook about backpropagation through local response normalisation."""

from typing import ClassVar

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from helpers.lrn_backprop import formulas, photograph
from helpers.teaching import style
from helpers.teaching.data import china
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import in_sight, set_heights, set_mark, set_texts, ticks
from helpers.teaching.words import brief, fixed

# The order of the page.
__all__ = ["Competition", "Blame", "WrongWays", "Windows", "RunningSums", "PixelBlame"]  # noqa: RUF022

PALE = "#B8B8B8"
PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
# Light enough for black numbers: vermilion below 0, blue above.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#EFA073", "#FFFFFF", "#7DBBE3"])
CONSTANTS = {
    "n": Slider("window n", 1, 5, step=1, default=3),
    "alpha": LogSlider("α", -4, 1, per_decade=2, default=1.0),
    "beta": Slider("β", 0.25, 1.0, step=0.25, default=0.75),
}
ALPHAS = LogSlider("α", -5, 1, per_decade=2, default=1e-4)
ANGLES = [f"{180 * i / photograph.ORIENTATIONS:g}°" for i in range(photograph.ORIENTATIONS)]
POINTS = {
    "roof's ridge": (33, 96),
    "column": (81, 117),
    "roof's edge": (41, 94),
    "treetop": (94, 14),
    "sky": (6, 30),
}


def shade(values):
    """Values from −1 to 1, spread so that ±0.05 is a colour as well: the sign, times a root."""
    return np.sign(values) * np.abs(values) ** 0.4


def entry(value, digits=6):
    """An entry of a Jacobian in words; what is no part of the window is a plain 0."""
    return "0" if value == 0 else fixed(value, digits)


def listed(values, written=brief):
    return ", ".join(written(value) for value in values)


def constants(now):
    return f"n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g}"


def channel_bars(axes, count, shift=0.0, **look):
    """A bar for each channel on an axis that names them. Its height comes later."""
    at = np.arange(1, count + 1)
    axes.set(xlim=(0.4, count + 0.6), xticks=at)
    axes.grid(visible=False, axis="x")
    return axes.bar(at + shift, 0 * at, **look)


def channel_map(axes, count, **look):
    """A picture of a number for each two channels. The numbers come later."""
    channels = {at: at + 1 for at in range(count)}
    picture = axes.imshow(np.zeros((count, count)), aspect="auto", **look)
    ticks(axes, x=channels, y=channels)
    axes.grid(visible=False)
    return picture


def set_signed(bars, values):
    """Give each bar its height, and the colour of its sign."""
    set_heights(bars, values)
    for bar, value in zip(bars, values, strict=True):
        bar.set_color(style.BLUE if value > 0 else style.VERMILION)


@figure(a=Slider("middle channel a", 0.0, 10.0, step=0.5, default=4.0), **CONSTANTS)
class Competition:
    """Five channels, what LRN leaves of each, and the middle one's output as its input grows."""

    GRID = torch.linspace(0, 10, 101, dtype=torch.float64)
    HIGHEST = 1.5  # the largest output of the middle channel that is drawn

    def measure(self, a, n, alpha, beta):
        rows = torch.tensor([[2.0, 1.0, a, 3.0, 0.5]], dtype=torch.float64).repeat(102, 1)
        rows[1:, 2] = self.GRID
        s, b = formulas.lrn_scale(rows, n, alpha, 1.0), formulas.lrn(rows, n, alpha, beta, 1.0)
        shares = s[0] ** -beta
        return {"before": rows[0], "s": s[0], "b": b[0], "shares": shares, "curve": b[1:, 2]}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1.25, 1])
        upper, lower = canvas.add_subplot(grid[0, 0]), canvas.add_subplot(grid[1, 0])
        right = canvas.add_subplot(grid[:, 1])
        self.before = channel_bars(upper, 5, width=0.6, color=PALE)
        self.after = channel_bars(lower, 5, width=0.6, color=style.BLUE)
        self.numbers = [lower.text(i, 0, "", ha="center", va="bottom") for i in range(1, 6)]
        upper.set(ylim=(0, 13), yticks=(0, 5, 10), title="activations a", xticklabels=[])
        lower.set(ylim=(0, 1.3), yticks=(0, 0.5, 1), title="share b/a that LRN leaves")
        lower.set_xlabel("channel")
        right.set(title="b of the middle channel", ylim=(0, self.HIGHEST), yticks=(0, 0.5, 1, 1.5))
        right.set(xlabel="a of the middle channel", xlim=(0, 10))
        (self.curve,) = right.plot([], [], color=style.BLUE)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=8, clip_on=False)
        self.text = canvas.suptitle("n = 3, α = 1, β = 0.75, k = 1")

    def update(self, now):
        set_heights(self.before, now.before)
        set_heights(self.after, now.shares)
        for text, share in zip(self.numbers, now.shares, strict=True):
            text.set(text=f"{share:.3f}", y=float(share) + 0.02)
        self.curve.set_data(self.GRID, in_sight(now.curve.numpy(), 0, self.HIGHEST))
        set_mark(self.dot, now.a, float(now.b[2]), 0, self.HIGHEST, "o")
        self.text.set_text(f"{constants(now)}, k = 1; a = {now.a:g} gives b = {now.b[2]:.3f}")

    def describe(self, now):
        top = int(now.curve[::5].argmax())
        shape = "rises all the way" if top == 20 else f"is highest at a = {top / 2:g}, then falls"
        return (
            f"With {constants(now)} and k = 1 the activations {listed(now.before)} have the "
            f"scales {listed(now.s)} and become {listed(now.b, fixed)}: LRN leaves the shares "
            f"{listed(now.shares, fixed)}. As the middle input grows from 0 to 10, in steps of "
            f"0.5, its output {shape}."
        )


@figure(
    frame=Choice("frame", ["row", "column"], default="row"),
    channel=Slider("channel", 1, 4, step=1, default=2),
    **CONSTANTS,
)
class Blame:
    """The Jacobian of LRN at a = (1, 2, 3, 4).

    Framed is what the error of one output reaches (a row), or what one input collects (a column).
    """

    def measure(self, frame, channel, n, alpha, beta):
        a = torch.arange(1, 5, dtype=torch.float64)
        jacobian = formulas.lrn_jacobian(a, n, alpha, beta, 1.0)
        framed = jacobian[channel - 1] if frame == "row" else jacobian[:, channel - 1]
        return {"jacobian": jacobian, "framed": framed.tolist()}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1, 1.05])
        left.set(xlabel="input channel j", ylabel="output channel i", title="∂bᵢ/∂aⱼ")
        self.map = channel_map(left, 4, cmap=SIGNED, vmin=-1, vmax=1)
        middle = {"ha": "center", "va": "center", "color": style.ON_IMAGE}
        self.numbers = [left.text(j, i, "", **middle) for i in range(4) for j in range(4)]
        look = {"fill": False, "edgecolor": style.ON_IMAGE, "lw": 2}
        # Above the axes' lines, which it touches.
        self.frame = left.add_patch(Rectangle((0, 0), 1, 1, zorder=4, **look))
        self.bars = channel_bars(right, 4, width=0.6, color=style.BLUE)
        right.set(xlabel="channel", ylim=(-0.75, 1.4), yticks=[-0.5, 0, 0.5, 1])
        right.axhline(0, color=style.GREY, lw=0.8)
        self.title = right.set_title("title")
        self.heights = [right.text(i, 0, "", ha="center") for i in range(1, 5)]
        self.text = right.text(0.5, 0.985, "", ha="center", va="top", transform=right.transAxes)

    def update(self, now):
        self.map.set_data(shade(now.jacobian.numpy()))
        set_texts(self.numbers, [entry(value, 2) for value in now.jacobian.flatten()])
        start = now.channel - 1.48
        if now.frame == "row":
            self.frame.set(xy=(-0.48, start), width=3.96, height=0.96)
            self.title.set_text(f"from output {now.channel} to each input")
        else:
            self.frame.set(xy=(start, -0.48), width=0.96, height=3.96)
            self.title.set_text(f"from each output to input {now.channel}")
        set_signed(self.bars, now.framed)
        for text, value in zip(self.heights, now.framed, strict=True):
            va, gap = ("bottom", 0.03) if value >= 0 else ("top", -0.03)
            text.set(text=entry(value, 3), va=va, y=value + gap)
        self.text.set_text(f"{constants(now)}, k = 1")

    def describe(self, now):
        what = f"an error of 1 in channel {now.channel} reaches the four inputs as"
        if now.frame == "column":
            what = f"errors of 1 in the four outputs reach input {now.channel} as"
        return (
            f"At a = (1, 2, 3, 4) with {constants(now)} and k = 1 {what} "
            f"{listed(now.framed, entry)}. The diagonal of the Jacobian is "
            f"{listed(now.jacobian.diag(), fixed)}."
        )


@figure(
    alpha=ALPHAS,
    n=Slider("window n", 1, 7, step=1, default=5),
    activations=Choice("activations", list(formulas.ACTIVATIONS), default="photograph"),
)
class WrongWays:
    """How far three wrong backward passes are off, at every α, on 1000 rows of eight channels."""

    WAYS: ClassVar = {
        "passed on": (style.VERMILION, "-", "s"),
        "frozen denominator": (style.ORANGE, "--", "o"),
        "own output only": (style.BLUE, "-.", "D"),
    }
    LEAST, MOST = 1e-6, 1e3

    def measure(self, alpha, n, activations):
        ways = [formulas.WRONG[name] for name in self.WAYS]
        curves = np.array(
            [[formulas.wrong_by(way, n, a, activations) for a in ALPHAS.values()] for way in ways]
        )
        here = curves[:, ALPHAS.index(alpha)]
        sizes = ["exact" if e < 1e-12 else f"{e:.6f}" if e < 0.01 else f"{e:.3f}" for e in here]
        return {"curves": curves, "here": here, "sizes": sizes}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xscale="log", yscale="log", xlim=(7e-6, 14), ylim=(self.LEAST, self.MOST))
        axes.set(xlabel="α", title="largest error, relative to the largest gradient")
        axes.axhline(1e-3, color=style.GREY, lw=1.2, ls=":")
        axes.text(1.2, 8e-4, "0.001 of the largest", va="top", ha="center", color=style.GREY)
        (self.now,) = axes.plot([], [], color=style.GREY, lw=1.2)
        words = {"va": "center", "bbox": PAPER, "transform": axes.transAxes, "zorder": 4}
        self.texts = [axes.text(0.02, 0.94, "", **words)]
        self.curves, self.marks, self.keys = [], [], []
        for i, (colour, line, marker) in enumerate(self.WAYS.values(), 1):
            y = 0.94 - 0.085 * i
            self.curves += axes.plot([], [], line, color=colour)
            self.marks += axes.plot([], [], marker, color=colour, ms=8)
            inside = {"transform": axes.transAxes, "zorder": 5}
            self.keys += axes.plot([0.03], [y], marker, color=colour, ms=7, **inside)
            self.texts.append(axes.text(0.05, y, "", **words))

    def update(self, now):
        self.now.set_data([now.alpha, now.alpha], [self.LEAST, self.MOST])
        words = [f"{name}: {size}" for name, size in zip(self.WAYS, now.sizes, strict=True)]
        set_texts(self.texts, [f"{now.activations}, n = {now.n}, α = {brief(now.alpha)}", *words])
        for i, (*_, marker) in enumerate(self.WAYS.values()):
            errors, here = now.curves[i], now.here[i]
            self.curves[i].set_data(ALPHAS.values(), in_sight(errors, self.LEAST, self.MOST))
            self.marks[i].set_data([now.alpha], [max(here, 1.3 * self.LEAST)])
            for mark in (self.marks[i], self.keys[i]):
                mark.set_marker(marker if here > self.LEAST else "v")

    def describe(self, now):
        errors = [f"{name} {size}" for name, size in zip(self.WAYS, now.sizes, strict=True)]
        kind = {"photograph": "at random pixels of the photograph"}
        return (
            f"With n = {now.n}, α = {brief(now.alpha)}, β = 0.75 and k = 1 on 1000 rows of eight "
            f"activations ({kind.get(now.activations, now.activations)}), the largest error in a "
            f"row relative to its largest gradient is on average: {', '.join(errors)}."
        )


@figure(
    layer=Choice("layer", list(formulas.LAYERS), default="nn.CrossMapLRN2d"),
    size=Slider("size n", 1, 7, step=1, default=3),
)
class Windows:
    """Which channels a layer uses in its forward and in its backward pass, for seven channels."""

    PANELS = (
        {"title": "forward: whose a²", "xlabel": "is in the sum …", "ylabel": "… of channel"},
        {"title": "backward: whose error", "xlabel": "is charged …", "ylabel": "… to channel"},
    )

    def measure(self, layer, size):
        forward, backward = formulas.measured_windows(layer, 7, size)
        raises = backward is None
        backward = torch.zeros(7, 7) if raises else backward
        wrong = forward != formulas.window_matrix(7, size), (backward != forward.T) & (not raises)
        counts = [int(entries.sum()) for entries in wrong]
        windows = forward, backward
        return {"raises": raises, "windows": windows, "wrong": wrong, "counts": counts}

    def draw(self, canvas):
        self.maps, self.lines, self.crosses, self.texts = [], [], [], []
        for panel, words in zip(canvas.subplots(1, 2), self.PANELS, strict=True):
            self.maps.append(channel_map(panel, 7, cmap="Blues", vmin=0, vmax=1.7))
            panel.set(ylim=(7.7, -0.5), **words)
            for lines in (panel.hlines, panel.vlines):
                self.lines.append(lines(np.arange(-0.5, 7), -0.5, 6.5, color=PALE, lw=0.8))
            self.crosses += panel.plot([], [], "x", color=style.VERMILION, mew=2.5, ms=9)
            self.texts.append(panel.text(3, 7.12, "", ha="center", va="center"))
        self.name = canvas.suptitle("nn.CrossMapLRN2d, size 3")

    def update(self, now):
        self.name.set_text(f"{now.layer}, size {now.size}")
        off, unlike = now.counts
        mirrored = "raises an error" if now.raises else f"× not the mirror image: {unlike}"
        set_texts(self.texts, (f"× not torch's window: {off}", mirrored))
        for i in range(2):
            self.maps[i].set_data(now.windows[i].numpy())
            rows, columns = now.wrong[i].nonzero().T.numpy()
            self.crosses[i].set_data(columns, rows)

    def describe(self, now):
        sums = now.windows[0] @ torch.arange(1, 8).double() ** 2
        off, unlike = now.counts
        back = f"In {unlike} entries its backward pass is not the mirror image of that"
        if now.raises:
            back = "Its backward pass raises an error"
        return (
            f"{now.layer} of size {now.size}, seven channels: for a = 1 … 7 the window sums are "
            f"{listed(sums)}; {off} entries differ from torch's functional form. {back}."
        )


@figure(
    big=LogSlider("second channel", 1, 5, per_decade=4, default=1e4),
    k=LogSlider("k", -4, 0, per_decade=1, default=1e-3),
)
class RunningSums:
    """The scales of six channels in float32, added up anew and by a running sum."""

    def measure(self, big, k):
        a = torch.tensor([[3.3, big, 0.1, 0.0, 0.0, 0.0]])
        both = formulas.window_sums, formulas.running_sums
        anew, running = (k + sums(a * a, 3)[0] / 3 for sums in both)
        return {"anew": anew, "running": running, "b": a[0] * running**-0.75}

    def draw(self, canvas):
        axes, at = canvas.subplots(), np.arange(1, 7)
        axes.set_yscale("symlog", linthresh=1e-4, linscale=0.6)
        axes.set(xlabel="channel", xlim=(0.5, 6.5), ylim=(-3e7, 1e15))
        ticks(axes, x=at, y=[-1e6, -1, 0, 1, 1e6, 1e12])
        axes.axhline(0, color=style.GREY, lw=1)
        axes.set_title("scale s; numbers: output b of the running sum")
        (self.anew,) = axes.plot(at, 0 * at, "o", color=style.BLUE, ms=11, mfc="none", mew=2)
        (self.running,) = axes.plot(at, 0 * at, "x", color=style.VERMILION, ms=9, mew=2.5)
        self.outputs = [axes.text(i, 2e13, "", ha="center") for i in at]
        axes.text(0.62, -4e2, "○ added up anew\n× running sum", va="top", linespacing=1.4)
        self.text = axes.text(6.4, -4e2, "", ha="right", va="top")

    def update(self, now):
        self.anew.set_ydata(now.anew.numpy())
        self.running.set_ydata(now.running.numpy())
        set_texts(self.outputs, [brief(value) for value in now.b])
        self.text.set_text(f"a = (3.3, {brief(now.big)}, 0.1, 0, 0, 0), k = {brief(now.k)}")

    def describe(self, now):
        return (
            f"For a = (3.3, {brief(now.big)}, 0.1, 0, 0, 0) with n = 3, α = 1 and k = "
            f"{brief(now.k)} in float32 the last two scales should be {brief(now.anew[4])} and "
            f"{brief(now.anew[5])}; a running sum makes them {brief(now.running[4])} and "
            f"{brief(now.running[5])}, and {int(now.b.isnan().sum())} outputs are NaN."
        )


@figure(
    place=Choice("place", list(POINTS), default="roof's ridge"),
    channel=Choice("error in channel", ANGLES, default="45°"),
    alpha=LogSlider("α", -6, 1, per_decade=1, default=1e-2),
    n=Slider("window n", 1, 8, step=1, default=5),
)
class PixelBlame:
    """One pixel's eight edge channels before and after LRN, and the gradient for one error."""

    def measure(self, place, channel, alpha, n):
        y, x = POINTS[place]
        a = photograph.photo_activations()[0, :, y, x].double()
        at = ANGLES.index(channel)
        s = formulas.lrn_scale(a[None], n, alpha, 1.0)[0]
        # As a multiple of the direct part, s^(−β).
        gradient = formulas.lrn_jacobian(a, n, alpha, 0.75, 1.0)[at] * s[at] ** 0.75
        return {"a": a, "b": a * s**-0.75, "at": at, "gradient": gradient.tolist()}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1.15, 1])
        picture = canvas.add_subplot(grid[:, 0])
        picture.imshow(china().numpy()[5:-5, 5:-5], cmap="gray", vmin=0, vmax=255)
        picture.set(xticks=[], yticks=[])
        picture.grid(visible=False)
        (self.spot,) = picture.plot([], [], "o", ms=13, mfc="none", mew=3, color=style.ORANGE)
        below = {"ha": "center", "va": "top", "linespacing": 1.5, "transform": picture.transAxes}
        self.text = picture.text(0.5, -0.06, "", **below)
        upper, lower = canvas.add_subplot(grid[0, 1]), canvas.add_subplot(grid[1, 1])
        self.before = channel_bars(upper, 8, shift=-0.2, width=0.36, color=PALE)
        self.after = channel_bars(upper, 8, shift=0.2, width=0.36, color=style.BLUE)
        self.gradient = channel_bars(lower, 8, width=0.65, color=style.BLUE)
        (self.mark,) = lower.plot([], [], "v", color=style.BLACK, ms=8)
        upper.set(ylim=(0, 1.15), yticks=(0, 0.5, 1), title="a (grey), b (blue); largest = 1")
        upper.set_xticklabels([])
        lower.set(ylim=(-0.9, 1.35), yticks=(-0.5, 0, 0.5, 1))
        lower.set(title="gradient; the direct part = 1", xlabel="orientation in degrees")
        lower.set_xticklabels(["0", "", "45", "", "90", "", "135", ""])
        lower.axhline(0, color=style.GREY, lw=0.8)

    def update(self, now):
        y, x = POINTS[now.place]
        self.spot.set_data([x], [y])
        set_heights(self.before, now.a / now.a.max())
        set_heights(self.after, now.b / now.b.max())
        set_signed(self.gradient, now.gradient)
        self.mark.set_data([now.at + 1], [1.12])
        before, after = ANGLES[int(now.a.argmax())], ANGLES[int(now.b.argmax())]
        self.text.set_text(
            f"α = {brief(now.alpha)}, n = {now.n}, error at {now.channel}\n"
            f"strongest before {before}, after {after}\n"
            f"own gradient {fixed(now.gradient[now.at], 4)}"
        )

    def describe(self, now):
        return (
            f"At the {now.place} the eight orientations have the activations "
            f"{listed(now.a)}. LRN with n = {now.n}, α = {brief(now.alpha)}, β = 0.75 and k = 1 "
            f"makes {listed(now.b)} of them. An error at {now.channel} reaches them as "
            f"{listed(now.gradient, entry)} times the direct part of its own channel."
        )
