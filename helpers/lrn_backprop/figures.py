"""The live figures of the notebook about backpropagation through local response normalisation."""

import itertools
from functools import cached_property

import numpy as np
import torch
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from helpers.lrn_backprop import formulas
from helpers.teaching import style
from helpers.teaching.data import china
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "Competition",
    "Blame",
    "WrongWays",
    "Windows",
    "RunningSums",
    "Photo",
    "PixelBlame",
    "Axes",
]

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
# Light enough for black numbers: vermilion below 0, blue above.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#EFA073", "#FFFFFF", "#7DBBE3"])


def entry(value, digits):
    """An entry of a Jacobian in words; what is no part of the window is a plain 0."""
    return "0" if value == 0 else fixed(value, digits)


def set_bars(bars, values):
    for bar, value in zip(bars, values, strict=True):
        bar.set_height(float(value))


HIGHEST = 10.0
TALLEST = 3.4  # the largest output of the middle channel that is drawn


@figure(
    a=Slider("middle channel a", 0.0, HIGHEST, step=0.5, default=4.0),
    n=Slider("window n", 1, 5, step=1, default=3),
    alpha=LogSlider("α", -4, 1, per_decade=2, default=1.0),
    beta=Slider("β", 0.25, 1.0, step=0.25, default=0.75),
    k=Slider("k", 0.5, 2.0, step=0.5, default=1.0),
)
class Competition:
    """Five channels before and after LRN, and the middle one's output as its input grows."""

    GRID = torch.linspace(0, HIGHEST, 101, dtype=torch.float64)

    def measure(self, a, n, alpha, beta, k):
        rows = self.channels(torch.cat([torch.tensor([a]), self.GRID]))
        s, b = formulas.lrn_scale(rows, n, alpha, k), formulas.lrn(rows, n, alpha, beta, k)
        return {"before": rows[0], "s": s[0], "b": b[0], "curve": b[1:, 2]}

    @staticmethod
    def channels(a):
        """Rows of five channels with the middle one at each of a."""
        others = torch.tensor([2.0, 1.0, 3.0, 0.5], dtype=torch.float64).expand(len(a), 4)
        return torch.cat([others[:, :2], a[:, None], others[:, 2:]], 1)

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1.35, 1])
        left.set(xlabel="channel", xlim=(0.4, 5.6), ylim=(0, 14.2), yticks=range(0, 11, 2))
        left.set_title("grey: a, blue: b, numbers: s")
        left.grid(visible=False, axis="x")
        at = np.arange(1, 6)
        self.before = left.bar(at - 0.2, 0 * at, 0.36, color="#B8B8B8")
        self.after = left.bar(at + 0.2, 0 * at, 0.36, color=style.BLUE)
        self.scales = [left.text(i, 13.2, "", ha="center", va="center") for i in at]
        right.set(
            xlabel="a of the middle channel", xlim=(0, HIGHEST), ylim=(0, TALLEST), yticks=range(4)
        )
        right.set_title("b of the middle channel")
        (self.curve,) = right.plot([], [], color=style.BLUE)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=8, clip_on=False)
        self.text = right.text(0.97, 0.96, "", ha="right", va="top", transform=right.transAxes)
        self.text.set(bbox=PAPER, linespacing=1.4)

    def update(self, now):
        set_bars(self.before, now.before)
        set_bars(self.after, now.b)
        for text, scale in zip(self.scales, now.s, strict=True):
            text.set_text(f"{scale:.3g}")
        inside = torch.where(now.curve <= TALLEST, now.curve, torch.nan)
        self.curve.set_data(self.GRID.numpy(), inside.numpy())
        self.dot.set_data([now.a], [min(float(now.b[2]), TALLEST)])
        self.dot.set_marker("o" if now.b[2] <= TALLEST else "^")
        sizes = f"α = {brief(now.alpha)}, n = {now.n}\nβ = {now.beta:g}, k = {now.k:g}"
        self.text.set_text(f"{sizes}\nb = {now.b[2]:.3f}")

    def describe(self, now):
        top = int(now.curve[::5].argmax())
        shape = "rises all the way" if top == 20 else f"is highest at a = {top / 2:g}, then falls"
        return (
            f"With n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g} and k = {now.k:g} the "
            f"activations 2, 1, {now.a:g}, 3, 0.5 have the scales "
            f"{', '.join(f'{v:.3g}' for v in now.s)} and become "
            f"{', '.join(f'{v:.3f}' for v in now.b)}. As the middle input grows from 0 to 10, in "
            f"steps of 0.5, its output {shape}."
        )


@figure(
    error=Slider("channel with the error", 1, 4, step=1, default=2),
    n=Slider("window n", 1, 5, step=1, default=3),
    alpha=LogSlider("α", -4, 1, per_decade=2, default=1.0),
    beta=Slider("β", 0.25, 1.0, step=0.25, default=0.75),
)
class Blame:
    """The Jacobian of LRN at a = (1, 2, 3, 4), and the gradient for an error in one channel."""

    def measure(self, error, n, alpha, beta):
        a = torch.arange(1, 5, dtype=torch.float64)
        jacobian = formulas.lrn_jacobian(a, n, alpha, beta, 1.0)
        return {"jacobian": jacobian, "gradient": jacobian[error - 1].tolist()}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1, 1.05])
        left.set(xlabel="input channel j", ylabel="output channel i")
        left.set_title("∂bᵢ/∂aⱼ")
        left.grid(visible=False)
        self.map = left.imshow(np.zeros((4, 4)), cmap=SIGNED, vmin=-1, vmax=1, aspect="auto")
        left.set(xticks=range(4), yticks=range(4))
        left.set(xticklabels=range(1, 5), yticklabels=range(1, 5))
        self.numbers = [
            [left.text(j, i, "", ha="center", va="center") for j in range(4)] for i in range(4)
        ]
        self.frame = Rectangle((-0.48, 0), 3.96, 0.96, fill=False, edgecolor=style.BLACK, lw=2)
        left.add_patch(self.frame)
        right.set(
            xlabel="input channel",
            xlim=(0.4, 4.6),
            ylim=(-0.75, 1.4),
            yticks=[-0.5, 0, 0.5, 1],
            xticks=range(1, 5),
        )
        right.set_title("the gradient that arrives")
        right.grid(visible=False, axis="x")
        right.axhline(0, color=style.GREY, lw=0.8)
        at = np.arange(1, 5)
        self.bars = right.bar(at, 0 * at, 0.6, color=style.BLUE)
        self.heights = [right.text(i, 0, "", ha="center") for i in at]
        self.text = right.text(0.5, 0.985, "", ha="center", va="top", transform=right.transAxes)

    def update(self, now):
        self.map.set_data(now.jacobian.numpy())
        for texts, values in zip(self.numbers, now.jacobian.tolist(), strict=True):
            for text, value in zip(texts, values, strict=True):
                text.set_text(entry(value, 2))
        self.frame.set_y(now.error - 1.48)
        set_bars(self.bars, now.gradient)
        for bar, text, value in zip(self.bars, self.heights, now.gradient, strict=True):
            bar.set_color(style.BLUE if value > 0 else style.VERMILION)
            text.set_text(entry(value, 3))
            text.set_y(value + (0.03 if value >= 0 else -0.03))
            text.set_va("bottom" if value >= 0 else "top")
        self.text.set_text(f"n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g}, k = 1")

    def describe(self, now):
        return (
            f"At a = (1, 2, 3, 4) with n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g} and "
            f"k = 1 an error of 1 in channel {now.error} reaches the four inputs as "
            f"{', '.join(entry(value, 6) for value in now.gradient)}. The diagonal of the Jacobian "
            f"is {', '.join(fixed(value) for value in now.jacobian.diag())}."
        )


ALPHAS = LogSlider("α", -5, 1, per_decade=2, default=1e-4)


@figure(alpha=ALPHAS, n=Slider("window n", 1, 7, step=1, default=5))
class WrongWays:
    """How far three wrong backward passes are off, at every α, on random activations."""

    LINES = (
        ("passed on", style.VERMILION, "-", "s"),
        ("frozen denominator", style.ORANGE, "--", "o"),
        ("own error only", style.BLUE, "-.", "D"),
    )
    LEAST = 1e-6

    @cached_property
    def errors(self):
        """n → errors (wrong ways, αs)."""
        return {
            n: np.array(
                [
                    [float(formulas.wrong_by(formulas.WRONG[name], n, a)) for a in ALPHAS.values()]
                    for name, *_ in self.LINES
                ]
            )
            for n in range(1, 8)
        }

    def measure(self, alpha, n):
        here = self.errors[n][:, ALPHAS.index(alpha)]
        sizes = ["exact" if e < 1e-12 else f"{e:.6f}" if e < 0.01 else f"{e:.3f}" for e in here]
        return {"curves": self.errors[n], "here": here, "sizes": sizes}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xscale="log", yscale="log", xlim=(7e-6, 14), ylim=(self.LEAST, 30))
        axes.set(xlabel="α", title="largest error, relative to the largest gradient")
        axes.axhline(1e-3, color=style.GREY, lw=1.2, ls=":")
        axes.text(9e-6, 1.25e-3, "a test's tolerance, 0.001", va="bottom", color=style.GREY)
        (self.now,) = axes.plot([], [], color=style.GREY, lw=1.2)
        self.curves, self.marks = [], []
        for name, colour, line, marker in self.LINES:
            self.curves.append(axes.plot([], [], color=colour, ls=line)[0])
            self.marks.append(axes.plot([], [], marker, color=colour, markersize=8, label=name)[0])
        self.texts, self.keys = [], []
        for i in range(4):
            at = (0.62 if i else 0.6, 0.32 - 0.085 * i)
            text = axes.text(*at, "", va="center", transform=axes.transAxes, bbox=PAPER, zorder=4)
            self.texts.append(text)
        for i, (_, colour, _, marker) in enumerate(self.LINES, 1):
            look = {"color": colour, "ms": 7, "transform": axes.transAxes, "zorder": 5}
            self.keys += axes.plot([0.6], [0.32 - 0.085 * i], marker, **look)

    def update(self, now):
        self.now.set_data([now.alpha, now.alpha], [self.LEAST, 30])
        self.texts[0].set_text(f"n = {now.n}, α = {brief(now.alpha)}")
        for i, (name, _, _, marker) in enumerate(self.LINES):
            errors, here = now.curves[i], now.here[i]
            self.curves[i].set_data(ALPHAS.values(), np.where(errors > self.LEAST, errors, np.nan))
            self.marks[i].set_data([now.alpha], [max(here, 1.3 * self.LEAST)])
            self.marks[i].set_marker(marker if here > self.LEAST else "v")
            self.texts[i + 1].set_text(f"{name}: {now.sizes[i]}")

    def describe(self, now):
        errors = [f"{line[0]} {size}" for line, size in zip(self.LINES, now.sizes, strict=True)]
        return (
            f"With n = {now.n}, α = {brief(now.alpha)}, β = 0.75 and k = 1 on 1000 rows of eight "
            "random activations, the largest error in a row relative to its largest gradient is on "
            f"average: {', '.join(errors)}."
        )


@figure(
    layer=Choice("layer", list(formulas.LAYERS), default="nn.CrossMapLRN2d"),
    size=Slider("size n", 1, 7, step=1, default=3),
)
class Windows:
    """Which channels a layer uses in its forward and in its backward pass, for seven channels."""

    def measure(self, layer, size):
        forward, backward = formulas.measured_windows(layer, 7, size)
        off = forward != formulas.window_matrix(7, size)
        unlike = None if backward is None else backward != forward.T
        return {"forward": forward, "off": off, "backward": backward, "unlike": unlike}

    def draw(self, canvas):
        self.maps, self.lines, self.crosses, self.texts = [], [], [], []
        panels = canvas.subplots(1, 2)
        for panel, title, x, y in zip(
            panels,
            ("forward: whose a²", "backward: whose error"),
            ("is in the sum …", "is charged …"),
            ("… of channel", "… to channel"),
            strict=True,
        ):
            panel.set(xlabel=x, ylabel=y, title=title)
            panel.grid(visible=False)
            self.maps.append(
                panel.imshow(np.zeros((7, 7)), cmap="Blues", vmin=0, vmax=1.7, aspect="auto")
            )
            panel.set(xticks=range(7), yticks=range(7), ylim=(7.7, -0.5))
            panel.set(xticklabels=range(1, 8), yticklabels=range(1, 8))
            for lines in (panel.hlines, panel.vlines):
                self.lines.append(lines(np.arange(-0.5, 7), -0.5, 6.5, color="#B8B8B8", lw=0.8))
            self.crosses.append(panel.plot([], [], "x", color=style.VERMILION, mew=2.5, ms=9)[0])
            self.texts.append(panel.text(3, 7.12, "", ha="center", va="center"))
        self.name = canvas.suptitle("nn.CrossMapLRN2d, size 3")

    def update(self, now):
        backward, unlike = now.backward, now.unlike
        if backward is None:
            backward, unlike = torch.zeros(7, 7), torch.zeros(7, 7, dtype=torch.bool)
        self.name.set_text(f"{now.layer}, size {now.size}")
        self.texts[0].set_text(f"× not torch's window: {int(now.off.sum())}")
        mirrored = f"× not the mirror image: {int(unlike.sum())}"
        self.texts[1].set_text("raises an error" if now.backward is None else mirrored)
        for picture, matrix in zip(self.maps, (now.forward, backward), strict=True):
            picture.set_data(matrix.numpy())
        for cross, mark in zip(self.crosses, (now.off, unlike), strict=True):
            i, j = mark.nonzero().T
            cross.set_data(j.numpy(), i.numpy())

    def describe(self, now):
        squares = torch.arange(1, 8).double() ** 2
        back = "Its backward pass raises an error"
        if now.backward is not None:
            unlike = int(now.unlike.sum())
            back = f"In {unlike} entries its backward pass is not the mirror image of that"
        return (
            f"{now.layer} of size {now.size}, seven channels: for a = 1 … 7 the window sums are "
            f"{', '.join(f'{value:.0f}' for value in now.forward @ squares)}; "
            f"{int(now.off.sum())} entries differ from torch's functional form. {back}."
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
        axes = canvas.subplots()
        axes.set(xlabel="channel", xlim=(0.5, 6.5), yscale="symlog")
        axes.set_yscale("symlog", linthresh=1e-4, linscale=0.6)
        axes.set(ylim=(-3e7, 1e15), xticks=range(1, 7))
        ticks = [-1e6, -1, 0, 1, 1e6, 1e12]
        names = ["−10⁶", "−1", "0", "1", "10⁶", "10¹²"]
        axes.set_yticks(ticks, names)
        axes.set_yticks([], minor=True)
        axes.axhline(0, color=style.GREY, lw=1)
        axes.set_title("scale s; numbers: output b of the running sum")
        at = np.arange(1, 7)
        (self.anew,) = axes.plot(at, 0 * at, "o", color=style.BLUE, ms=11, mfc="none", mew=2)
        (self.running,) = axes.plot(at, 0 * at, "x", color=style.VERMILION, ms=9, mew=2.5)
        self.outputs = [axes.text(i, 2e13, "", ha="center") for i in at]
        axes.text(0.62, -4e2, "○ added up anew\n× running sum", va="top", linespacing=1.4)
        self.text = axes.text(6.4, -4e2, "", ha="right", va="top")

    def update(self, now):
        self.anew.set_ydata(now.anew.numpy())
        self.running.set_ydata(now.running.numpy())
        for text, value in zip(self.outputs, now.b, strict=True):
            text.set_text(brief(value))
        self.text.set_text(f"a = (3.3, {brief(now.big)}, 0.1, 0, 0, 0), k = {brief(now.k)}")

    def describe(self, now):
        return (
            f"For a = (3.3, {brief(now.big)}, 0.1, 0, 0, 0) with n = 3, α = 1 and k = "
            f"{brief(now.k)} in float32 the last two scales should be {brief(now.anew[4])} and "
            f"{brief(now.anew[5])}; a running sum makes them {brief(now.running[4])} and "
            f"{brief(now.running[5])}, and {int(now.b.isnan().sum())} outputs are NaN."
        )


ANGLES = [f"{180 * i / formulas.ORIENTATIONS:g}°" for i in range(formulas.ORIENTATIONS)]
PHOTO_ALPHA = LogSlider("α", -6, 1, per_decade=1, default=1e-2)
PHOTO_K = 1.0
POINTS = {"roof's ridge": (33, 96), "column": (81, 117), "treetop": (94, 14), "sky": (6, 30)}


@figure(
    alpha=PHOTO_ALPHA,
    n=Slider("window n", 1, 8, step=1, default=5),
    channel=Choice("edges at", ANGLES, default="0°"),
)
class Photo:
    """One orientation's edges in a photograph, before and after the others have inhibited it."""

    def measure(self, alpha, n, channel):
        a, at = formulas.photo_activations(), ANGLES.index(channel)
        shown = a[0, at], formulas.lrn(a, n, alpha, 0.75, PHOTO_K)[0, at]
        bright = [float((one >= one.max() / 4).float().mean()) for one in shown]
        return {"shown": shown, "largest": [float(one.max()) for one in shown], "bright": bright}

    def draw(self, canvas):
        size = formulas.photo_activations().shape[2:]
        self.pictures, self.texts = [], []
        for panel, title in zip(canvas.subplots(1, 2), ("before", "after"), strict=True):
            panel.set(xticks=[], yticks=[], title=title)
            panel.grid(visible=False)
            look = {"cmap": "gray", "vmin": 0, "vmax": 1, "interpolation": "nearest"}
            self.pictures.append(panel.imshow(np.zeros(size), **look))
            text = panel.text(0.5, -0.06, "", ha="center", va="top", transform=panel.transAxes)
            text.set(linespacing=1.5)
            self.texts.append(text)

    def update(self, now):
        names = f"edges at {now.channel}", f"n = {now.n}, α = {brief(now.alpha)}"
        for i, (picture, text) in enumerate(zip(self.pictures, self.texts, strict=True)):
            picture.set_data((now.shown[i] / now.shown[i].max()).numpy())
            faint = f"at least a quarter of it: {100 * now.bright[i]:.2f} %"
            text.set_text(f"{names[i]}\nlargest: {now.largest[i]:.4g}\n{faint}")

    def describe(self, now):
        return (
            f"Edges at {now.channel} in the photograph of a temple, before and after LRN with "
            f"n = {now.n}, α = {brief(now.alpha)}, β = 0.75 and k = 1. Before, the largest value is "
            f"{now.largest[0]:.4g} and {100 * now.bright[0]:.2f} % of the pixels reach a quarter of "
            f"it; after, {now.largest[1]:.4g} and {100 * now.bright[1]:.2f} %."
        )


@figure(
    place=Choice("place", list(POINTS), default="roof's ridge"),
    channel=Choice("error in channel", ANGLES, default="45°"),
    alpha=PHOTO_ALPHA,
    n=Slider("window n", 1, 8, step=1, default=5),
)
class PixelBlame:
    """The eight channels of one pixel, and the gradient for an error in one of them."""

    def measure(self, place, channel, alpha, n):
        y, x = POINTS[place]
        a = formulas.photo_activations()[0, :, y, x].double()
        at = ANGLES.index(channel)
        s = formulas.lrn_scale(a[None], n, alpha, PHOTO_K)[0, at]
        # As a share of the part s^(−β) that the channel itself has.
        gradient = formulas.lrn_jacobian(a, n, alpha, 0.75, PHOTO_K)[at] * s**0.75
        return {"a": a, "at": at, "gradient": gradient.tolist()}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1.25, 1])
        picture = canvas.add_subplot(grid[:, 0])
        photo = china().numpy()[5:-5, 5:-5]
        picture.imshow(photo, cmap="gray", vmin=0, vmax=255)
        picture.set(xticks=[], yticks=[])
        picture.grid(visible=False)
        (self.spot,) = picture.plot([], [], "o", ms=13, mfc="none", mew=3, color=style.ORANGE)
        self.text = picture.text(0.5, -0.06, "", ha="center", va="top", linespacing=1.5)
        self.text.set(transform=picture.transAxes)
        at = np.arange(formulas.ORIENTATIONS)
        upper, lower = canvas.add_subplot(grid[0, 1]), canvas.add_subplot(grid[1, 1])
        upper.set(xticks=at, xticklabels=[], ylim=(0, 150), title="activations a")
        lower.set(xticks=at, ylim=(-0.85, 1.35), title="gradient, times s^β")
        lower.set_xticklabels(
            [name.rstrip("°") if i % 2 == 0 else "" for i, name in enumerate(ANGLES)]
        )
        lower.set_xlabel("orientation in degrees")
        lower.axhline(0, color=style.GREY, lw=0.8)
        for axes in (upper, lower):
            axes.grid(visible=False, axis="x")
            axes.set_xlim(-0.6, 7.6)
        self.bars = upper.bar(at, 0 * at, 0.65, color="#8C8C8C")
        self.gradient = lower.bar(at, 0 * at, 0.65, color=style.BLUE)
        (self.mark,) = lower.plot([], [], "v", color=style.BLACK, ms=8)

    def update(self, now):
        y, x = POINTS[now.place]
        self.spot.set_data([x], [y])
        set_bars(self.bars, now.a)
        set_bars(self.gradient, now.gradient)
        for bar, value in zip(self.gradient, now.gradient, strict=True):
            bar.set_color(style.BLUE if value > 0 else style.VERMILION)
        self.mark.set_data([now.at], [1.12])
        least = int(np.argmin(now.gradient))
        self.text.set_text(
            f"α = {brief(now.alpha)}, n = {now.n}, error at {now.channel}\n"
            f"own channel: {fixed(now.gradient[now.at], 4)}\n"
            f"lowest: {fixed(now.gradient[least], 4)} at {ANGLES[least]}"
        )

    def describe(self, now):
        return (
            f"At the {now.place} the eight orientations have the activations "
            f"{', '.join(f'{v:.3g}' for v in now.a)}. With n = {now.n}, α = {brief(now.alpha)}, "
            f"β = 0.75 and k = 1 an error at {now.channel} reaches them as "
            f"{', '.join(fixed(v, 5) for v in now.gradient)} times the part that its own channel "
            "would get with a frozen denominator."
        )


METHODS = {
    "batch": "one channel, all samples, all positions",
    "layer": "one sample, all channels, all positions",
    "instance": "one sample, one channel, all positions",
    "group": "one sample, a group of channels, all positions",
    "local response": "one sample, one position, the channels around",
}


@figure(
    method=Choice("normalisation", list(METHODS), default="local response"),
    channel=Slider("channel", 1, 6, step=1, default=3),
)
class Axes:
    """What one value is normalised over: three samples of six channels with 4×4 positions."""

    SHAPE = SAMPLES, CHANNELS, _, _ = 3, 6, 4, 4

    def measure(self, method, channel):
        used = formulas.probe(self.SHAPE, method, channel - 1)
        return {"members": {tuple(place) for place in used.nonzero().tolist()}}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-3.6, 29.2), ylim=(16.6, -3.4), aspect="equal")
        for sample in range(self.SAMPLES):
            axes.text(-0.6, 5 * sample + 2, f"sample {sample + 1}", ha="right", va="center")
        places = itertools.product(*map(range, self.SHAPE))
        looks = {"edgecolors": "#8C8C8C", "linewidths": 0.8}
        axes.add_collection(
            PolyCollection([self.cell(place) for place in places], facecolors="white", **looks),
            autolim=False,
        )
        self.used, self.own = (
            PolyCollection([], facecolors=colour, zorder=2, **looks)
            for colour in (style.SKY, style.BLUE)
        )
        for cells in (self.used, self.own):
            axes.add_collection(cells, autolim=False)
        for channel in range(self.CHANNELS):
            axes.text(5 * channel + 2, -0.5, str(channel + 1), ha="center", va="bottom")
        axes.text(-0.6, -0.5, "channel", ha="right", va="bottom")
        self.title = axes.text(-3.5, -2.3, "", va="bottom", weight="bold")
        self.count = axes.text(-3.5, 16.2, "", va="bottom")

    @staticmethod
    def cell(place):
        """The corners of the square that stands for (sample, channel, y, x)."""
        sample, channel, y, x = place
        left, top = 5 * channel + x, 5 * sample + y
        return [(left, top), (left + 1, top), (left + 1, top + 1), (left, top + 1)]

    def update(self, now):
        own = (1, now.channel - 1, 1, 2)
        self.used.set_verts([self.cell(place) for place in sorted(now.members - {own})])
        self.own.set_verts([self.cell(own)])
        self.title.set_text(f"{now.method}: {METHODS[now.method]}")
        self.count.set_text(
            f"The dark value of channel {now.channel} depends on {len(now.members)} of 288 values."
        )

    def describe(self, now):
        return (
            f"{now.method.capitalize()} normalisation: a value in channel {now.channel} of sample 2 "
            f"is normalised over {len(now.members)} of 288 values: {METHODS[now.method]}."
        )
