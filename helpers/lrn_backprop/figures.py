"""The live figures of the notebook about backpropagation through local response normalisation."""

from functools import lru_cache

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from helpers.lrn_backprop import formulas, photograph
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
    "PixelBlame",
]

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
# Light enough for black numbers: vermilion below 0, blue above.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#EFA073", "#FFFFFF", "#7DBBE3"])


def shade(values):
    """Values from −1 to 1, spread so that ±0.05 is a colour as well: the sign, times a root."""
    return np.sign(values) * np.abs(values) ** 0.4


def entry(value, digits):
    """An entry of a Jacobian in words; what is no part of the window is a plain 0."""
    return "0" if value == 0 else fixed(value, digits)


def set_bars(bars, values):
    for bar, value in zip(bars, values, strict=True):
        bar.set_height(float(value))


HIGHEST = 10.0
TALLEST = 1.5  # the largest output of the middle channel that is drawn


@figure(
    a=Slider("middle channel a", 0.0, HIGHEST, step=0.5, default=4.0),
    n=Slider("window n", 1, 5, step=1, default=3),
    alpha=LogSlider("α", -4, 1, per_decade=2, default=1.0),
    beta=Slider("β", 0.25, 1.0, step=0.25, default=0.75),
)
class Competition:
    """Five channels, what LRN leaves of each, and the middle one's output as its input grows."""

    GRID = torch.linspace(0, HIGHEST, 101, dtype=torch.float64)

    def measure(self, a, n, alpha, beta):
        rows = self.channels(torch.cat([torch.tensor([a]), self.GRID]))
        s, b = formulas.lrn_scale(rows, n, alpha, 1.0), formulas.lrn(rows, n, alpha, beta, 1.0)
        shares = s[0] ** -beta
        return {"before": rows[0], "s": s[0], "b": b[0], "shares": shares, "curve": b[1:, 2]}

    @staticmethod
    def channels(a):
        """Rows of five channels with the middle one at each of a."""
        others = torch.tensor([2.0, 1.0, 3.0, 0.5], dtype=torch.float64).expand(len(a), 4)
        return torch.cat([others[:, :2], a[:, None], others[:, 2:]], 1)

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1.25, 1])
        upper, lower = canvas.add_subplot(grid[0, 0]), canvas.add_subplot(grid[1, 0])
        right = canvas.add_subplot(grid[:, 1])
        upper.set(ylim=(0, 13), yticks=(0, 5, 10), title="activations a")
        lower.set(ylim=(0, 1.3), yticks=(0, 0.5, 1), title="share b/a that LRN leaves")
        lower.set_xlabel("channel")
        at = np.arange(1, 6)
        for axes in (upper, lower):
            axes.set(xlim=(0.4, 5.6), xticks=at)
            axes.grid(visible=False, axis="x")
        upper.set_xticklabels([])
        self.before = upper.bar(at, 0 * at, 0.6, color="#B8B8B8")
        self.after = lower.bar(at, 0 * at, 0.6, color=style.BLUE)
        self.numbers = [lower.text(i, 0, "", ha="center", va="bottom") for i in at]
        right.set(
            xlabel="a of the middle channel",
            xlim=(0, HIGHEST),
            ylim=(0, TALLEST),
            yticks=(0, 0.5, 1, 1.5),
        )
        right.set_title("b of the middle channel")
        (self.curve,) = right.plot([], [], color=style.BLUE)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=8, clip_on=False)
        self.text = canvas.suptitle("n = 3, α = 1, β = 0.75, k = 1")

    def update(self, now):
        set_bars(self.before, now.before)
        set_bars(self.after, now.shares)
        for text, share in zip(self.numbers, now.shares, strict=True):
            text.set_text(f"{share:.3f}")
            text.set_y(float(share) + 0.02)
        inside = torch.where(now.curve <= TALLEST, now.curve, torch.nan)
        self.curve.set_data(self.GRID.numpy(), inside.numpy())
        self.dot.set_data([now.a], [min(float(now.b[2]), TALLEST)])
        self.dot.set_marker("o" if now.b[2] <= TALLEST else "^")
        constants = f"n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g}, k = 1"
        self.text.set_text(f"{constants}; a = {now.a:g} gives b = {now.b[2]:.3f}")

    def describe(self, now):
        top = int(now.curve[::5].argmax())
        shape = "rises all the way" if top == 20 else f"is highest at a = {top / 2:g}, then falls"
        return (
            f"With n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g} and k = 1 the activations "
            f"2, 1, {now.a:g}, 3, 0.5 have the scales {', '.join(f'{v:.3g}' for v in now.s)} and "
            f"become {', '.join(f'{v:.3f}' for v in now.b)}: LRN leaves the shares "
            f"{', '.join(f'{v:.3f}' for v in now.shares)}. As the middle input grows from 0 to 10, "
            f"in steps of 0.5, its output {shape}."
        )


@figure(
    frame=Choice("frame", ["row", "column"], default="row"),
    channel=Slider("channel", 1, 4, step=1, default=2),
    n=Slider("window n", 1, 5, step=1, default=3),
    alpha=LogSlider("α", -4, 1, per_decade=2, default=1.0),
    beta=Slider("β", 0.25, 1.0, step=0.25, default=0.75),
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
        left.set(xlabel="input channel j", ylabel="output channel i")
        left.set_title("∂bᵢ/∂aⱼ")
        left.grid(visible=False)
        self.map = left.imshow(np.zeros((4, 4)), cmap=SIGNED, vmin=-1, vmax=1, aspect="auto")
        left.set(xticks=range(4), yticks=range(4))
        left.set(xticklabels=range(1, 5), yticklabels=range(1, 5))
        self.numbers = [
            [left.text(j, i, "", ha="center", va="center", color=style.ON_IMAGE) for j in range(4)]
            for i in range(4)
        ]
        self.frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=style.ON_IMAGE, lw=2)
        self.frame.set_zorder(4)  # above the axes' lines, which it touches
        left.add_patch(self.frame)
        right.set(
            xlabel="channel",
            xlim=(0.4, 4.6),
            ylim=(-0.75, 1.4),
            yticks=[-0.5, 0, 0.5, 1],
            xticks=range(1, 5),
        )
        self.title = right.set_title("title")
        right.grid(visible=False, axis="x")
        right.axhline(0, color=style.GREY, lw=0.8)
        at = np.arange(1, 5)
        self.bars = right.bar(at, 0 * at, 0.6, color=style.BLUE)
        self.heights = [right.text(i, 0, "", ha="center") for i in at]
        self.text = right.text(0.5, 0.985, "", ha="center", va="top", transform=right.transAxes)

    def update(self, now):
        self.map.set_data(shade(now.jacobian.numpy()))
        for texts, values in zip(self.numbers, now.jacobian.tolist(), strict=True):
            for text, value in zip(texts, values, strict=True):
                text.set_text(entry(value, 2))
        start, row = now.channel - 1.48, now.frame == "row"
        self.frame.set_xy((-0.48, start) if row else (start, -0.48))
        self.frame.set_width(3.96 if row else 0.96)
        self.frame.set_height(0.96 if row else 3.96)
        ways = f"output {now.channel} to each input", f"each output to input {now.channel}"
        self.title.set_text(f"from {ways[0] if row else ways[1]}")
        set_bars(self.bars, now.framed)
        for bar, text, value in zip(self.bars, self.heights, now.framed, strict=True):
            bar.set_color(style.BLUE if value > 0 else style.VERMILION)
            text.set_text(entry(value, 3))
            text.set_y(value + (0.03 if value >= 0 else -0.03))
            text.set_va("bottom" if value >= 0 else "top")
        self.text.set_text(f"n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g}, k = 1")

    def describe(self, now):
        what = f"an error of 1 in channel {now.channel} reaches the four inputs as"
        if now.frame == "column":
            what = f"errors of 1 in the four outputs reach input {now.channel} as"
        return (
            f"At a = (1, 2, 3, 4) with n = {now.n}, α = {brief(now.alpha)}, β = {now.beta:g} and "
            f"k = 1 {what} {', '.join(entry(value, 6) for value in now.framed)}. The diagonal of "
            f"the Jacobian is {', '.join(fixed(value) for value in now.jacobian.diag())}."
        )


ALPHAS = LogSlider("α", -5, 1, per_decade=2, default=1e-4)


@figure(
    alpha=ALPHAS,
    n=Slider("window n", 1, 7, step=1, default=5),
    activations=Choice("activations", list(formulas.ACTIVATIONS), default="photograph"),
)
class WrongWays:
    """How far three wrong backward passes are off, at every α, on 1000 rows of eight channels."""

    LINES = (
        ("passed on", style.VERMILION, "-", "s"),
        ("frozen denominator", style.ORANGE, "--", "o"),
        ("own output only", style.BLUE, "-.", "D"),
    )
    LEAST, MOST = 1e-6, 1e3

    @lru_cache(maxsize=14)  # noqa: B019 (there is one such figure)
    def errors(self, n, activations):
        """Errors (wrong ways, αs)."""
        ways = [formulas.WRONG[name] for name, *_ in self.LINES]
        return np.array(
            [[formulas.wrong_by(way, n, a, activations) for a in ALPHAS.values()] for way in ways]
        )

    def measure(self, alpha, n, activations):
        curves = self.errors(n, activations)
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
        self.curves, self.marks = [], []
        for _, colour, line, marker in self.LINES:
            self.curves.append(axes.plot([], [], color=colour, ls=line)[0])
            self.marks.append(axes.plot([], [], marker, color=colour, markersize=8)[0])
        self.texts = []
        for i in range(4):
            at = (0.05 if i else 0.02, 0.94 - 0.085 * i)
            text = axes.text(*at, "", va="center", transform=axes.transAxes, bbox=PAPER, zorder=4)
            self.texts.append(text)
        self.keys = []
        for i, (_, colour, _, marker) in enumerate(self.LINES, 1):
            look = {"color": colour, "ms": 7, "transform": axes.transAxes, "zorder": 5}
            self.keys += axes.plot([0.03], [0.94 - 0.085 * i], marker, **look)

    def update(self, now):
        self.now.set_data([now.alpha, now.alpha], [self.LEAST, self.MOST])
        self.texts[0].set_text(f"{now.activations}, n = {now.n}, α = {brief(now.alpha)}")
        for i, (name, _, _, marker) in enumerate(self.LINES):
            errors, here = now.curves[i], now.here[i]
            self.curves[i].set_data(ALPHAS.values(), np.where(errors > self.LEAST, errors, np.nan))
            self.marks[i].set_data([now.alpha], [max(here, 1.3 * self.LEAST)])
            for mark in (self.marks[i], self.keys[i]):
                mark.set_marker(marker if here > self.LEAST else "v")
            self.texts[i + 1].set_text(f"{name}: {now.sizes[i]}")

    def describe(self, now):
        errors = [f"{line[0]} {size}" for line, size in zip(self.LINES, now.sizes, strict=True)]
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


ANGLES = [f"{180 * i / photograph.ORIENTATIONS:g}°" for i in range(photograph.ORIENTATIONS)]
POINTS = {
    "roof's ridge": (33, 96),
    "column": (81, 117),
    "roof's edge": (41, 94),
    "treetop": (94, 14),
    "sky": (6, 30),
}


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
        b = a * s**-0.75
        # As a multiple of the direct part, s^(−β).
        gradient = formulas.lrn_jacobian(a, n, alpha, 0.75, 1.0)[at] * s[at] ** 0.75
        return {"a": a, "b": b, "at": at, "gradient": gradient.tolist()}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1.15, 1])
        picture = canvas.add_subplot(grid[:, 0])
        photo = china().numpy()[5:-5, 5:-5]
        picture.imshow(photo, cmap="gray", vmin=0, vmax=255)
        picture.set(xticks=[], yticks=[])
        picture.grid(visible=False)
        (self.spot,) = picture.plot([], [], "o", ms=13, mfc="none", mew=3, color=style.ORANGE)
        self.text = picture.text(0.5, -0.06, "", ha="center", va="top", linespacing=1.5)
        self.text.set(transform=picture.transAxes)
        at = np.arange(photograph.ORIENTATIONS)
        upper, lower = canvas.add_subplot(grid[0, 1]), canvas.add_subplot(grid[1, 1])
        upper.set(xticks=at, xticklabels=[], ylim=(0, 1.15), yticks=(0, 0.5, 1))
        upper.set_title("a (grey), b (blue); largest = 1")
        lower.set(xticks=at, ylim=(-0.9, 1.35), yticks=(-0.5, 0, 0.5, 1))
        lower.set_title("gradient; the direct part = 1")
        lower.set_xticklabels(
            [name.rstrip("°") if i % 2 == 0 else "" for i, name in enumerate(ANGLES)]
        )
        lower.set_xlabel("orientation in degrees")
        lower.axhline(0, color=style.GREY, lw=0.8)
        for axes in (upper, lower):
            axes.grid(visible=False, axis="x")
            axes.set_xlim(-0.6, 7.6)
        self.before = upper.bar(at - 0.2, 0 * at, 0.36, color="#B8B8B8")
        self.after = upper.bar(at + 0.2, 0 * at, 0.36, color=style.BLUE)
        self.gradient = lower.bar(at, 0 * at, 0.65, color=style.BLUE)
        (self.mark,) = lower.plot([], [], "v", color=style.BLACK, ms=8)

    def update(self, now):
        y, x = POINTS[now.place]
        self.spot.set_data([x], [y])
        set_bars(self.before, now.a / now.a.max())
        set_bars(self.after, now.b / now.b.max())
        set_bars(self.gradient, now.gradient)
        for bar, value in zip(self.gradient, now.gradient, strict=True):
            bar.set_color(style.BLUE if value > 0 else style.VERMILION)
        self.mark.set_data([now.at], [1.12])
        winners = ANGLES[int(now.a.argmax())], ANGLES[int(now.b.argmax())]
        self.text.set_text(
            f"α = {brief(now.alpha)}, n = {now.n}, error at {now.channel}\n"
            f"strongest before {winners[0]}, after {winners[1]}\n"
            f"own gradient {fixed(now.gradient[now.at], 4)}"
        )

    def describe(self, now):
        return (
            f"At the {now.place} the eight orientations have the activations "
            f"{', '.join(f'{v:.3g}' for v in now.a)}. LRN with n = {now.n}, α = {brief(now.alpha)}, "
            f"β = 0.75 and k = 1 makes {', '.join(f'{v:.3g}' for v in now.b)} of them. An error at "
            f"{now.channel} reaches them as {', '.join(fixed(v, 5) for v in now.gradient)} times "
            "the direct part of its own channel."
        )
