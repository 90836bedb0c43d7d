"""The live figures of the notebook about backpropagation through local response normalisation."""

import itertools

import numpy as np
import torch
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from helpers.lrn_backprop import formulas
from helpers.teaching import style
from helpers.teaching.data import china
from helpers.teaching.figure import Choice, LogSlider, Slider, figure

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


def signed(value, digits=3):
    """A number in print, with a true minus sign and no negative zero."""
    return f"{value + 0.0:.{digits}f}".replace("-", "−").replace(
        f"−{0:.{digits}f}", f"{0:.{digits}f}"
    )


def short(value):
    """A number in print, to three digits; powers of ten as 3.16·10⁻⁵."""
    digits, _, power = f"{value:.3g}".partition("e")
    if power:
        power = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        digits = f"10{power}" if digits == "1" else f"{digits}·10{power}"
    return digits.replace("-", "−")


def row(*values):
    return torch.tensor([values], dtype=torch.float64)


def set_bars(bars, values):
    for bar, value in zip(bars, values, strict=True):
        bar.set_height(float(value))


def animated(bars):
    for bar in bars:
        bar.set_animated(True)
    return bars


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

    OTHERS = (2.0, 1.0, 3.0, 0.5)

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1.35, 1])
        left.set(xlabel="channel", xlim=(0.4, 5.6), ylim=(0, 14.2), yticks=range(0, 11, 2))
        left.set_title("grey: a, blue: b, numbers: s")
        left.grid(visible=False, axis="x")
        at = np.arange(1, 6)
        self.before = animated(left.bar(at - 0.2, 0 * at, 0.36, color="#B8B8B8"))
        self.after = animated(left.bar(at + 0.2, 0 * at, 0.36, color=style.BLUE))
        self.scales = [left.text(i, 13.2, "", ha="center", va="center", animated=True) for i in at]
        right.set(
            xlabel="a of the middle channel", xlim=(0, HIGHEST), ylim=(0, TALLEST), yticks=range(4)
        )
        right.set_title("b of the middle channel")
        (self.curve,) = right.plot([], [], color=style.BLUE, animated=True)
        (self.dot,) = right.plot(
            [], [], "o", color=style.BLUE, markersize=8, animated=True, clip_on=False
        )
        self.text = right.text(0.97, 0.96, "", ha="right", va="top", transform=right.transAxes)
        self.text.set(animated=True, bbox=PAPER, linespacing=1.4)
        self.grid = torch.linspace(0, HIGHEST, 101, dtype=torch.float64)

    @classmethod
    def channels(cls, a):
        """Rows of five channels with the middle one at a."""
        a = torch.as_tensor(a, dtype=torch.float64).reshape(-1, 1)
        others = torch.tensor(cls.OTHERS, dtype=torch.float64).expand(len(a), 4)
        return torch.cat([others[:, :2], a, others[:, 2:]], 1)

    def update(self, a, n, alpha, beta, k):
        rows = self.channels(a)
        s, b = formulas.lrn_scale(rows, n, alpha, k)[0], formulas.lrn(rows, n, alpha, beta, k)[0]
        set_bars(self.before, rows[0])
        set_bars(self.after, b)
        for text, scale in zip(self.scales, s, strict=True):
            text.set_text(f"{scale:.3g}")
        curve = formulas.lrn(self.channels(self.grid), n, alpha, beta, k)[:, 2]
        inside = torch.where(curve <= TALLEST, curve, torch.nan)
        self.curve.set_data(self.grid.numpy(), inside.numpy())
        self.dot.set_data([a], [min(float(b[2]), TALLEST)])
        self.dot.set_marker("o" if b[2] <= TALLEST else "^")
        self.text.set_text(f"α = {short(alpha)}, n = {n}\nβ = {beta:g}, k = {k:g}\nb = {b[2]:.3f}")

    def describe(self, a, n, alpha, beta, k):
        rows = self.channels(a)
        s, b = formulas.lrn_scale(rows, n, alpha, k)[0], formulas.lrn(rows, n, alpha, beta, k)[0]
        curve = formulas.lrn(self.channels(torch.arange(0, 10.01, 0.5)), n, alpha, beta, k)[:, 2]
        top = int(curve.argmax())
        shape = "rises all the way" if top == 20 else f"is highest at a = {top / 2:g}, then falls"
        return (
            f"With n = {n}, α = {short(alpha)}, β = {beta:g} and k = {k:g} the activations "
            f"2, 1, {a:g}, 3, 0.5 have the scales {', '.join(f'{v:.3g}' for v in s)} and become "
            f"{', '.join(f'{v:.3f}' for v in b)}. As the middle input grows from 0 to 10, in steps "
            f"of 0.5, its output {shape}."
        )


@figure(
    error=Slider("channel with the error", 1, 4, step=1, default=2),
    n=Slider("window n", 1, 5, step=1, default=3),
    alpha=LogSlider("α", -4, 1, per_decade=2, default=1.0),
    beta=Slider("β", 0.25, 1.0, step=0.25, default=0.75),
)
class Blame:
    """The Jacobian of LRN at a = (1, 2, 3, 4), and the gradient for an error in one channel."""

    A = (1.0, 2.0, 3.0, 4.0)

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1, 1.05])
        left.set(xlabel="input channel j", ylabel="output channel i")
        left.set_title("∂bᵢ/∂aⱼ")
        left.grid(visible=False)
        self.map = left.imshow(
            np.zeros((4, 4)), cmap=SIGNED, vmin=-1, vmax=1, animated=True, aspect="auto"
        )
        left.set(xticks=range(4), yticks=range(4))
        left.set(xticklabels=range(1, 5), yticklabels=range(1, 5))
        self.numbers = [
            [left.text(j, i, "", ha="center", va="center", animated=True) for j in range(4)]
            for i in range(4)
        ]
        self.frame = Rectangle(
            (-0.48, 0), 3.96, 0.96, fill=False, edgecolor=style.BLACK, lw=2, animated=True
        )
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
        self.bars = animated(right.bar(at, 0 * at, 0.6, color=style.BLUE))
        self.heights = [right.text(i, 0, "", ha="center", animated=True) for i in at]
        self.text = right.text(0.5, 0.985, "", ha="center", va="top", transform=right.transAxes)
        self.text.set(animated=True)

    def update(self, error, n, alpha, beta):
        jacobian = formulas.lrn_jacobian(row(*self.A)[0], n, alpha, beta, 1.0)
        self.map.set_data(jacobian.numpy())
        for texts, values in zip(self.numbers, jacobian.tolist(), strict=True):
            for text, value in zip(texts, values, strict=True):
                text.set_text("0" if value == 0 else signed(value, 2))
        self.frame.set_y(error - 1.48)
        gradient = jacobian[error - 1].tolist()
        set_bars(self.bars, gradient)
        for bar, text, value in zip(self.bars, self.heights, gradient, strict=True):
            bar.set_color(style.BLUE if value > 0 else style.VERMILION)
            text.set_text("0" if value == 0 else signed(value, 3))
            text.set_y(value + (0.03 if value >= 0 else -0.03))
            text.set_va("bottom" if value >= 0 else "top")
        self.text.set_text(f"n = {n}, α = {short(alpha)}, β = {beta:g}, k = 1")

    def describe(self, error, n, alpha, beta):
        jacobian = formulas.lrn_jacobian(row(*self.A)[0], n, alpha, beta, 1.0)
        gradient = ", ".join(
            "0" if value == 0 else signed(value, 6) for value in jacobian[error - 1].tolist()
        )
        own = ", ".join(signed(value) for value in jacobian.diag().tolist())
        return (
            f"At a = (1, 2, 3, 4) with n = {n}, α = {short(alpha)}, β = {beta:g} and k = 1 an error "
            f"of 1 in channel {error} reaches the four inputs as {gradient}. The diagonal of the "
            f"Jacobian is {own}."
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

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xscale="log", yscale="log", xlim=(7e-6, 14), ylim=(self.LEAST, 30))
        axes.set(xlabel="α", title="largest error, relative to the largest gradient")
        axes.axhline(1e-3, color=style.GREY, lw=1.2, ls=":")
        axes.text(9e-6, 1.25e-3, "a test's tolerance, 0.001", va="bottom", color=style.GREY)
        (self.now,) = axes.plot([], [], color=style.GREY, lw=1.2, animated=True)
        self.curves, self.marks = [], []
        for name, colour, line, marker in self.LINES:
            self.curves.append(axes.plot([], [], color=colour, ls=line, animated=True)[0])
            self.marks.append(
                axes.plot([], [], marker, color=colour, markersize=8, animated=True, label=name)[0]
            )
        self.texts = [
            axes.text(0.6, 0.32 - 0.085 * i, "", va="center", transform=axes.transAxes)
            for i in range(4)
        ]
        for text in self.texts:
            text.set(animated=True, bbox=PAPER, zorder=4)
        self.keys = [
            axes.plot(
                [0.6],
                [0.32 - 0.085 * (i + 1)],
                marker,
                color=colour,
                markersize=7,
                transform=axes.transAxes,
                zorder=5,
            )[0]
            for i, (_, colour, _, marker) in enumerate(self.LINES)
        ]
        for text in self.texts[1:]:
            text.set_x(0.62)
        for key in self.keys:
            key.set_animated(True)
        alphas = ALPHAS.values()
        self.errors = {
            n: np.array(
                [
                    [
                        float(formulas.wrong_by(formulas.WRONG[line[0]], n, alpha))
                        for alpha in alphas
                    ]
                    for line in self.LINES
                ]
            )
            for n in range(1, 8)
        }

    def update(self, alpha, n):
        at = ALPHAS.index(alpha)
        self.now.set_data([alpha, alpha], [self.LEAST, 30])
        self.texts[0].set_text(f"n = {n}, α = {short(alpha)}")
        for i, (name, _, _, marker) in enumerate(self.LINES):
            errors = self.errors[n][i]
            self.curves[i].set_data(ALPHAS.values(), np.where(errors > self.LEAST, errors, np.nan))
            seen = errors[at] > self.LEAST
            self.marks[i].set_data([alpha], [max(errors[at], 1.3 * self.LEAST)])
            self.marks[i].set_marker(marker if seen else "v")
            self.texts[i + 1].set_text(f"{name}: {self._size(errors[at])}")

    @staticmethod
    def _size(error):
        return "exact" if error < 1e-12 else f"{error:.6f}" if error < 0.01 else f"{error:.3f}"

    def describe(self, alpha, n):
        errors = [
            f"{name} {self._size(float(formulas.wrong_by(wrong, n, alpha)))}"
            for name, wrong in formulas.WRONG.items()
        ]
        return (
            f"With n = {n}, α = {short(alpha)}, β = 0.75 and k = 1 on 1000 rows of eight random "
            "activations, the largest error in a row relative to its largest gradient is on "
            f"average: {', '.join(errors)}."
        )


@figure(
    layer=Choice("layer", list(formulas.LAYERS), default="nn.CrossMapLRN2d"),
    size=Slider("size n", 1, 7, step=1, default=3),
)
class Windows:
    """Which channels a layer uses in its forward and in its backward pass, for seven channels."""

    CHANNELS = 7

    def draw(self, canvas):
        self.maps, self.crosses, self.texts = [], [], []
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
                panel.imshow(
                    np.zeros((7, 7)), cmap="Blues", vmin=0, vmax=1.7, animated=True, aspect="auto"
                )
            )
            panel.set(xticks=range(7), yticks=range(7), ylim=(7.7, -0.5))
            panel.set(xticklabels=range(1, 8), yticklabels=range(1, 8))
            for lines in (panel.hlines, panel.vlines):
                lines(np.arange(-0.5, 7), -0.5, 6.5, color="#B8B8B8", lw=0.8).set_animated(True)
            self.crosses.append(
                panel.plot([], [], "x", color=style.VERMILION, mew=2.5, ms=9, animated=True)[0]
            )
            text = panel.text(3, 7.12, "", ha="center", va="center", animated=True)
            self.texts.append(text)
        self.name = canvas.suptitle("nn.CrossMapLRN2d, size 3")
        self.name.set_animated(True)

    @classmethod
    def wrong(cls, layer, size):
        """(forward, where it differs from torch's window, backward, where not its mirror image)."""
        forward, backward = formulas.measured_windows(layer, cls.CHANNELS, size)
        off = forward != formulas.window_matrix(cls.CHANNELS, size)
        return forward, off, backward, None if backward is None else backward != forward.T

    def update(self, layer, size):
        forward, off, backward, unlike = self.wrong(layer, size)
        self.name.set_text(f"{layer}, size {size}")
        if backward is None:
            backward, unlike = torch.zeros(7, 7), torch.zeros(7, 7, dtype=torch.bool)
            self.texts[1].set_text("raises an error")
        else:
            self.texts[1].set_text(f"× not the mirror image: {int(unlike.sum())}")
        self.texts[0].set_text(f"× not torch's window: {int(off.sum())}")
        for picture, cross, matrix, mark in zip(
            self.maps, self.crosses, (forward, backward), (off, unlike), strict=True
        ):
            picture.set_data(matrix.numpy())
            i, j = mark.nonzero().T
            cross.set_data(j.numpy(), i.numpy())

    def describe(self, layer, size):
        forward, off, backward, unlike = self.wrong(layer, size)
        sums = ", ".join(f"{value:.0f}" for value in (forward @ torch.arange(1, 8).double() ** 2))
        back = (
            "Its backward pass raises an error"
            if backward is None
            else f"In {int(unlike.sum())} entries its backward pass is not the mirror image of that"
        )
        return (
            f"{layer} of size {size}, seven channels: for a = 1 … 7 the window sums are {sums}; "
            f"{int(off.sum())} entries differ from torch's functional form. {back}."
        )


@figure(
    big=LogSlider("second channel", 1, 5, per_decade=4, default=1e4),
    k=LogSlider("k", -4, 0, per_decade=1, default=1e-3),
)
class RunningSums:
    """The scales of six channels in float32, added up anew and by a running sum."""

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
        self.at = at
        (self.anew,) = axes.plot(at, 0 * at, "o", color=style.BLUE, ms=11, mfc="none", mew=2)
        (self.running,) = axes.plot(at, 0 * at, "x", color=style.VERMILION, ms=9, mew=2.5)
        for artist in (self.anew, self.running):
            artist.set_animated(True)
        self.outputs = [axes.text(i, 2e13, "", ha="center", animated=True) for i in at]
        axes.text(0.62, -4e2, "○ added up anew\n× running sum", va="top", linespacing=1.4)
        self.text = axes.text(6.4, -4e2, "", ha="right", va="top", animated=True)

    @staticmethod
    def scales(big, k):
        a = torch.tensor([[3.3, big, 0.1, 0.0, 0.0, 0.0]])
        both = [k + sums(a * a, 3) / 3 for sums in (formulas.window_sums, formulas.running_sums)]
        return a[0], both[0][0], both[1][0]

    def update(self, big, k):
        a, anew, running = self.scales(big, k)
        self.anew.set_ydata(anew.numpy())
        self.running.set_ydata(running.numpy())
        for text, value in zip(self.outputs, a * running**-0.75, strict=True):
            text.set_text("NaN" if value.isnan() else short(float(value)))
        self.text.set_text(f"a = (3.3, {short(big)}, 0.1, 0, 0, 0), k = {short(k)}")

    def describe(self, big, k):
        a, anew, running = self.scales(big, k)
        lost = int((a * running**-0.75).isnan().sum())
        off = " and ".join(short(float(value)) for value in running[4:])
        return (
            f"For a = (3.3, {short(big)}, 0.1, 0, 0, 0) with n = 3, α = 1 and k = {short(k)} in "
            f"float32 the last two scales should be {short(float(anew[4]))} and "
            f"{short(float(anew[5]))}; a running sum makes them {off}, and "
            f"{lost} outputs are NaN."
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

    def draw(self, canvas):
        self.a = formulas.photo_activations()
        self.pictures, self.texts = [], []
        for panel, title in zip(canvas.subplots(1, 2), ("before", "after"), strict=True):
            panel.set(xticks=[], yticks=[], title=title)
            panel.grid(visible=False)
            self.pictures.append(
                panel.imshow(
                    np.zeros(self.a.shape[2:]),
                    cmap="gray",
                    vmin=0,
                    vmax=1,
                    animated=True,
                    interpolation="nearest",
                )
            )
            text = panel.text(0.5, -0.06, "", ha="center", va="top", transform=panel.transAxes)
            text.set(animated=True, linespacing=1.5)
            self.texts.append(text)

    def update(self, alpha, n, channel):
        for picture, text, (name, shown) in zip(
            self.pictures, self.texts, self.channels(alpha, n, channel).items(), strict=True
        ):
            picture.set_data((shown / shown.max()).numpy())
            faint = f"at least a quarter of it: {100 * self.bright(shown):.2f} %"
            text.set_text(f"{name}\nlargest: {shown.max():.4g}\n{faint}")

    def channels(self, alpha, n, channel):
        a = formulas.photo_activations()
        at = ANGLES.index(channel)
        b = formulas.lrn(a, n, alpha, 0.75, PHOTO_K)
        return {
            f"edges at {channel}": a[0, at],
            f"n = {n}, α = {short(alpha)}": b[0, at],
        }

    @staticmethod
    def bright(shown):
        """Share of the pixels that reach a quarter of the largest."""
        return float((shown >= shown.max() / 4).float().mean())

    def describe(self, alpha, n, channel):
        before, after = self.channels(alpha, n, channel).values()
        return (
            f"Edges at {channel} in the photograph of a temple, before and after LRN with n = {n}, "
            f"α = {short(alpha)}, β = 0.75 and k = 1. Before, the largest value is "
            f"{before.max():.4g} and {100 * self.bright(before):.2f} % of the pixels reach a quarter "
            f"of it; after, {after.max():.4g} and {100 * self.bright(after):.2f} %."
        )


@figure(
    place=Choice("place", list(POINTS), default="roof's ridge"),
    channel=Choice("error in channel", ANGLES, default="45°"),
    alpha=PHOTO_ALPHA,
    n=Slider("window n", 1, 8, step=1, default=5),
)
class PixelBlame:
    """The eight channels of one pixel, and the gradient for an error in one of them."""

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1.25, 1])
        picture = canvas.add_subplot(grid[:, 0])
        photo = china().numpy()[5:-5, 5:-5]
        picture.imshow(photo, cmap="gray", vmin=0, vmax=255)
        picture.set(xticks=[], yticks=[])
        picture.grid(visible=False)
        (self.spot,) = picture.plot([], [], "o", ms=13, mfc="none", mew=3, color=style.ORANGE)
        self.spot.set_animated(True)
        self.text = picture.text(0.5, -0.06, "", ha="center", va="top", linespacing=1.5)
        self.text.set(animated=True, transform=picture.transAxes)
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
        self.bars = animated(upper.bar(at, 0 * at, 0.65, color="#8C8C8C"))
        self.gradient = animated(lower.bar(at, 0 * at, 0.65, color=style.BLUE))
        (self.mark,) = lower.plot([], [], "v", color=style.BLACK, ms=8, animated=True)

    @staticmethod
    def values(place, channel, alpha, n):
        """Activations of the pixel, and ∂b/∂a_j of the channel as a share of its own part s^(−β)."""
        y, x = POINTS[place]
        a = formulas.photo_activations()[0, :, y, x].double()
        at = ANGLES.index(channel)
        s = formulas.lrn_scale(a[None], n, alpha, PHOTO_K)[0, at]
        return a, formulas.lrn_jacobian(a, n, alpha, 0.75, PHOTO_K)[at] * s**0.75

    def update(self, place, channel, alpha, n):
        a, gradient = self.values(place, channel, alpha, n)
        y, x = POINTS[place]
        self.spot.set_data([x], [y])
        set_bars(self.bars, a)
        set_bars(self.gradient, gradient)
        for bar, value in zip(self.gradient, gradient, strict=True):
            bar.set_color(style.BLUE if value > 0 else style.VERMILION)
        at = ANGLES.index(channel)
        self.mark.set_data([at], [1.12])
        least = int(gradient.argmin())
        blamed = f"{signed(float(gradient[least]), 4)} at {ANGLES[least]}"
        self.text.set_text(
            f"α = {short(alpha)}, n = {n}, error at {channel}\n"
            f"own channel: {signed(float(gradient[at]), 4)}\nlowest: {blamed}"
        )

    def describe(self, place, channel, alpha, n):
        a, gradient = self.values(place, channel, alpha, n)
        return (
            f"At the {place} the eight orientations have the activations "
            f"{', '.join(f'{v:.3g}' for v in a)}. With n = {n}, α = {short(alpha)}, β = 0.75 and "
            f"k = 1 an error at {channel} reaches them as "
            f"{', '.join(signed(float(v), 5) for v in gradient)} times the part that its own "
            "channel would get with a frozen denominator."
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

    SAMPLES, CHANNELS, SIDE = 3, 6, 4

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-3.6, 29.2), ylim=(16.6, -3.4), aspect="equal")
        for sample in range(self.SAMPLES):
            axes.text(-0.6, 5 * sample + 2, f"sample {sample + 1}", ha="right", va="center")
        places = itertools.product(*map(range, (self.SAMPLES, self.CHANNELS, self.SIDE, self.SIDE)))
        looks = {"edgecolors": "#8C8C8C", "linewidths": 0.8}
        axes.add_collection(
            PolyCollection([self.cell(place) for place in places], facecolors="white", **looks),
            autolim=False,
        )
        self.used, self.own = (
            PolyCollection([], facecolors=colour, animated=True, zorder=2, **looks)
            for colour in (style.SKY, style.BLUE)
        )
        for cells in (self.used, self.own):
            axes.add_collection(cells, autolim=False)
        for channel in range(self.CHANNELS):
            axes.text(5 * channel + 2, -0.5, str(channel + 1), ha="center", va="bottom")
        axes.text(-0.6, -0.5, "channel", ha="right", va="bottom")
        self.title = axes.text(-3.5, -2.3, "", animated=True, va="bottom", weight="bold")
        self.count = axes.text(-3.5, 16.2, "", animated=True, va="bottom")

    @staticmethod
    def cell(place):
        """The corners of the square that stands for (sample, channel, y, x)."""
        sample, channel, y, x = place
        left, top = 5 * channel + x, 5 * sample + y
        return [(left, top), (left + 1, top), (left + 1, top + 1), (left, top + 1)]

    @classmethod
    def members(cls, method, channel):
        """The places (sample, channel, y, x) that the value at (2, channel, 2, 3) is normalised over."""
        shape = (cls.SAMPLES, cls.CHANNELS, cls.SIDE, cls.SIDE)
        a = formulas.probe(shape, method, channel - 1)
        return {tuple(place) for place in a.nonzero().tolist()}

    def update(self, method, channel):
        members = self.members(method, channel)
        own = (1, channel - 1, 1, 2)
        self.used.set_verts([self.cell(place) for place in sorted(members - {own})])
        self.own.set_verts([self.cell(own)])
        self.title.set_text(f"{method}: {METHODS[method]}")
        self.count.set_text(
            f"The dark value of channel {channel} depends on {len(members)} of 288 values."
        )

    def describe(self, method, channel):
        count = len(self.members(method, channel))
        return (
            f"{method.capitalize()} normalisation: a value in channel {channel} of sample 2 is "
            f"normalised over {count} of 288 values: {METHODS[method]}."
        )
