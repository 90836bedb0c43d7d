"""The live figures of 01_autograd_interfaces, in the order of the page."""

import itertools

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from helpers.autograd_interfaces import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.words import fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "KeptGradients",
    "WeightedRows",
    "ClippedGradients",
    "InnerDerivative",
    "DecayFit",
    "TwoWorkers",
    "DigitTraining",
]

THREE = (style.BLUE, style.VERMILION, style.GREEN)
CENTRE = {"ha": "center", "va": "center"}


def pair(values, digits=2):
    return f"({fixed(values[0], digits)}, {fixed(values[1], digits)})"


def angle(vector):
    """The direction of a vector of two numbers, in degrees."""
    return np.degrees(np.arctan2(float(vector[1]), float(vector[0])))


def arrows(axes, count, **options):
    """`count` arrows from (0, 0) in data units, moved by `set_UVC`."""
    zero = np.zeros(count)
    scale = {"angles": "xy", "scale_units": "xy", "scale": 1, "minlength": 0}
    return axes.quiver(zero, zero, zero, zero, **scale, **options)


@figure(
    calls=Slider("calls of backward", 1, 40, step=1, default=24),
    rate=Slider("rate", 0.02, 0.18, step=0.02, default=0.06),
    gradients=Choice(".grad before each call is", ["kept", "cleared"], default="kept"),
)
class KeptGradients:
    """Gradient descent on a bowl, with .grad cleared before each call of backward and never."""

    WAYS = (("kept", style.VERMILION, "o"), ("cleared", style.BLUE, "s"))

    def measure(self, calls, rate, gradients):
        paths = {way: formulas.descend(calls, rate, way) for way, *_ in self.WAYS}
        return {"paths": paths, "losses": {way: formulas.bowl(paths[way]) for way in paths}}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[4, 3])
        x1, x2 = np.meshgrid(np.linspace(-2.3, 2.3, 80), np.linspace(-1.5, 1.5, 60))
        surface = formulas.bowl(torch.tensor(np.stack([x1, x2], -1))).numpy()
        left.contour(x1, x2, surface, levels=[0.3, 1, 2, 4, 7, 11], colors="#C8C8C8", linewidths=1)
        left.set(title="the path over x1² + 5·x2²", xlabel="x1", ylabel="x2")
        left.set(xlim=(-2.3, 2.3), ylim=(-1.5, 1.5))
        left.plot(*formulas.START.numpy(), "x", color=style.BLACK)
        left.grid(False)
        right.set(title="the loss", xlabel="calls", yscale="log", xlim=(-1, 41), ylim=(5e-6, 60))
        right.set_yticks([1e-4, 1e-2, 1])
        right.minorticks_off()
        self.lines = {}
        for way, colour, marker in self.WAYS:
            (path,) = left.plot([], [], marker=marker, ms=3.5, color=colour)
            (end,) = left.plot([], [], marker=marker, ms=10, mec="white", color=colour)
            (loss,) = right.plot([], [], marker=marker, ms=3.5, color=colour)
            self.lines[way] = path, end, loss
        handles = [Line2D([], [], color=c, marker=m, label=way) for way, c, m in self.WAYS]
        canvas.legend(handles=handles, loc="outside upper right", ncols=2)

    def update(self, now):
        for way, lines in self.lines.items():
            path, end, loss = lines
            chosen = way == now.gradients
            for line in lines:
                line.set(lw=2 if chosen else 1, alpha=1 if chosen else 0.45)
            path.set_data(*now.paths[way].T.numpy())
            end.set_data(*now.paths[way][-1:].T.numpy())
            loss.set_data(range(now.calls + 1), now.losses[way].clamp(min=5e-6).numpy())

    def describe(self, now):
        other = "cleared" if now.gradients == "kept" else "kept"
        return (
            f"After {now.calls} calls at rate {now.rate:g}, gradients {now.gradients}: the path "
            f"stands at {pair(now.paths[now.gradients][-1], 4)} and the loss is "
            f"{now.losses[now.gradients][-1]:.3g}; "
            f"with gradients {other} it is {now.losses[other][-1]:.3g}."
        )


WEIGHT = {"start": -0.5, "stop": 1.5, "step": 0.25}


@figure(
    v1=Slider("v1", **WEIGHT, default=1.0),
    v2=Slider("v2", **WEIGHT, default=1.5),
    v3=Slider("v3", **WEIGHT, default=0.5),
)
class WeightedRows:
    """The rows of a Jacobian, each times its entry of grad_outputs, and their sum."""

    ENDS = np.array([-1.7, 2.7])

    def measure(self, v1, v2, v3):
        v = np.array([v1, v2, v3])
        rows = v[:, None] * formulas.line_jacobian(formulas.LINE_THETA).numpy()
        total = rows.sum(0)
        return {
            "v": v,
            "rows": rows,
            "total": total,
            "line": formulas.LINE_THETA.numpy() - 0.1 * total,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[5, 4])
        left.set(title="rows of J times v, and their sum", xlabel="∂/∂m", ylabel="∂/∂c")
        left.set(xlim=(-5, 6), ylim=(-6, 4.8), aspect="equal", xticks=[-4, 0, 4], yticks=[-4, 0, 4])
        self.rows = arrows(left, 3, color=THREE, width=0.011)
        (self.chain,) = left.plot([], [], ":", color=style.GREY, lw=1.2)
        self.sum = arrows(left, 1, color=style.BLACK, width=0.016)
        self.names = [left.text(0, 0, str(i), **CENTRE) for i in (1, 2, 3)]
        left.text(-4.8, 4.6, "vᵀJ =", va="top")
        self.readout = left.text(-3.3, 4.6, "", va="top")

        x, t = formulas.LINE_X.numpy(), formulas.LINE_T.numpy()
        right.set(title="one step of 0.1 against it", xlabel="x", xlim=(-1.7, 2.7), ylim=(-2.6, 3))
        slope, start = formulas.LINE_THETA.numpy()
        right.plot(self.ENDS, slope * self.ENDS + start, color=style.GREY, lw=1.2)
        right.vlines(x, slope * x + start, t, color=style.GREY, lw=1, ls=":")
        for i in range(3):
            right.text(x[i] + 0.38, t[i], str(i + 1), **CENTRE)
        (self.line,) = right.plot([], [], color=style.BLACK, lw=2.5)
        self.points = right.scatter(x, t, marker="o", linewidths=1.5, zorder=3)
        self.points.set_edgecolor(THREE)
        right.text(2.6, -2.5, "area of a point: |v|\nhollow: v below 0", ha="right", va="bottom")

    def update(self, now):
        self.rows.set_UVC(*now.rows.T)
        self.chain.set_data(*np.vstack([[0, 0], now.rows.cumsum(0)]).T)
        self.sum.set_UVC(*now.total[:, None])
        self.readout.set_text(pair(now.total, 3))
        for name, row in zip(self.names, now.rows, strict=True):
            length = np.hypot(*row)
            name.set_visible(length > 0)
            name.set_position(row * (max(length, 0.9) + 0.55) / max(length, 1e-9))
        slope, start = now.line
        self.line.set_data(self.ENDS, slope * self.ENDS + start)
        self.points.set_sizes(20 + 130 * np.abs(now.v))
        faces = [edge if w > 0 else "white" for edge, w in zip(THREE, now.v, strict=True)]
        self.points.set_facecolor(faces)

    def describe(self, now):
        return (
            f"With v = ({', '.join(fixed(w, 2) for w in now.v)}) the weighted rows add up to "
            f"{pair(now.total, 4)}; a step of 0.1 against it gives the line "
            f"of slope {fixed(now.line[0], 3)} and offset {fixed(now.line[1], 3)}."
        )


@figure(
    limit=Slider("limit", 0.1, 4.0, step=0.1, default=1.0),
    where=Choice("clip", list(formulas.CLIPPED), default="each sample's gradient"),
)
class ClippedGradients:
    """Gradients of three samples, clipped at h, at the parameters, or after they are added."""

    AT_H = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    FREE = formulas.finish(AT_H, formulas.WEIGHTS).sum(0).numpy()  # nothing is clipped

    def measure(self, limit, where):
        at_h, parts, pooled = (part.numpy() for part in formulas.clipped(where, limit))
        return {"at_h": at_h, "parts": parts, "pooled": pooled}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 5])
        at_h, free, places = self.AT_H.numpy(), self.FREE, np.arange(1, 4)
        left.set(title="gradient at h", xlabel="sample", xticks=places, ylim=(0, 4.2))
        left.set(xlim=(0.4, 3.6))
        left.grid(axis="x", visible=False)
        left.bar(places, at_h, width=0.7, fill=False, edgecolor=style.GREY, ls=":")
        self.bars = left.bar(places, at_h, width=0.7, color=THREE)
        (self.level,) = left.plot([], [], "--", color=style.BLACK, lw=1.5)

        right.set(title="gradient of w, by sample and added up", xlabel="∂/∂w1", ylabel="∂/∂w2")
        right.set(xlim=(-2.3, 5.2), ylim=(-4.95, 2.9), aspect="equal")
        right.plot([0, free[0]], [0, free[1]], ":", color=style.GREY)
        right.plot(*free, "o", mfc="white", color=style.GREY)
        right.text(free[0] + 0.2, free[1] - 0.2, "unclipped", va="top")
        self.parts = arrows(right, 3, color=THREE, width=0.01)
        self.pooled = arrows(right, 1, color=style.BLACK, width=0.014)
        self.circle = right.add_patch(Circle((0, 0), 1, fill=False, ls="--", lw=1.5))
        self.names = [right.text(0, 0, str(i), **CENTRE) for i in places]
        right.text(1.7, -4.75, "sum")
        self.readouts = [right.text(5.0, y, "", ha="right") for y in (-4.75, -4.15)]

    def update(self, now):
        at_rows = now.where == "each row at h"
        for bar, height in zip(self.bars, now.at_h, strict=True):
            bar.set_height(height)
        self.level.set_data([0.4, 3.6], [now.limit, now.limit])
        self.level.set_visible(at_rows)
        self.circle.set(radius=now.limit, visible=not at_rows)
        self.parts.set_UVC(*now.parts.T)
        self.pooled.set_UVC(*now.pooled[:, None])
        for name, part in zip(self.names, now.parts, strict=True):
            along = part / np.hypot(*part)
            tip = along * max(np.hypot(*part), 0.5)
            name.set_position(tip + 0.25 * along + 0.25 * np.array([-along[1], along[0]]))
        self.readouts[0].set_text(pair(now.pooled))
        self.readouts[1].set_text(f"at {fixed(angle(now.pooled), 0)}°")

    def describe(self, now):
        return (
            f"Clipping {now.where} to {fixed(now.limit, 1)} gives the gradient "
            f"{pair(now.pooled, 4)}, at {fixed(angle(now.pooled), 1)} degrees; unclipped it is "
            f"{pair(self.FREE)}, at {fixed(angle(self.FREE), 1)} degrees."
        )


INNER_LOOKS = dict(zip(formulas.INNER, zip(THREE, ("-", "--", "-."), strict=True), strict=True))


@figure(
    a=Slider("a", -1.5, 0.5, step=0.05, default=-0.2),
    inner=Choice("u′ by", list(formulas.INNER), default="grad, retain_graph"),
)
class InnerDerivative:
    """The residual loss of u = 1 + a·t, and what three programs find in a.grad."""

    ENDS = torch.tensor([-1.5, 0.5], dtype=torch.float64)

    def measure(self, a, inner):
        rest = formulas.resting_point(inner)
        loss, lowest = (formulas.residual_loss(at).item() for at in (a, rest))
        slope = formulas.residual_slope(a, inner).item()
        line = formulas.residual_slope(self.ENDS, inner).numpy()
        return {"loss": loss, "slope": slope, "line": line, "rest": rest, "lowest": lowest}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 4])
        a = torch.linspace(-1.5, 0.5, 201, dtype=torch.float64)
        left.plot(a.numpy(), formulas.residual_loss(a).numpy(), color=style.GREY)
        left.set(title="loss, and where descent rests", xlabel="a")
        left.set(xlim=(-1.75, 0.75), ylim=(-0.8, 10.7))
        (self.tangent,) = left.plot([], [], lw=2.5)
        (self.here,) = left.plot([], [], "o", ms=9, color=style.BLACK)
        (self.rest,) = left.plot([], [], "^", ms=10, mec="white")

        right.axhline(0, color=style.GREY, lw=1)
        right.set(title="what lands in a.grad", xlabel="a", xlim=(-1.6, 0.6), ylim=(-15, 20))
        for inner, (colour, dashes) in INNER_LOOKS.items():
            line = formulas.residual_slope(self.ENDS, inner).numpy()
            right.plot(self.ENDS.numpy(), line, dashes, color=colour, lw=1.2)
        right.text(0.02, 12.6, "backward", ha="right", va="center")
        right.text(-1.33, -12.8, "create_graph", ha="left", va="center")
        right.text(0.58, 1.3, "retain_graph", ha="right", va="center")
        (self.line,) = right.plot([], [], lw=3)
        (self.found,) = right.plot([], [], "o", ms=9, color=style.BLACK)
        (self.zero,) = right.plot([], [], "^", ms=10, mec="white")
        right.text(-1.5, 18.4, "a.grad:", va="center")
        right.text(-1.5, 16.2, "at rest at a =", va="center")
        self.readouts = [right.text(-0.17, y, "", ha="right", va="center") for y in (18.4, 16.2)]

    def update(self, now):
        colour, dashes = INNER_LOOKS[now.inner]
        reach = min(0.22, 1.2 / max(abs(now.slope), 1e-9))
        rise = reach * now.slope
        self.tangent.set_data([now.a - reach, now.a + reach], [now.loss - rise, now.loss + rise])
        self.here.set_data([now.a], [now.loss])
        self.rest.set_data([now.rest], [now.lowest])
        self.line.set_data(self.ENDS.numpy(), now.line)
        self.found.set_data([now.a], [now.slope])
        self.zero.set_data([now.rest], [0])
        for artist in (self.tangent, self.rest, self.line, self.zero):
            artist.set_color(colour)
        self.line.set_linestyle(dashes)
        for artist in (self.rest, self.zero):
            artist.set_markeredgecolor("white")
        self.readouts[0].set_text(fixed(now.slope, 2))
        self.readouts[1].set_text(fixed(now.rest, 4))

    def describe(self, now):
        return (
            f"At a = {fixed(now.a, 2)} the loss is {fixed(now.loss, 4)}; with u′ by {now.inner}, "
            f"a.grad is {fixed(now.slope, 4)}, and descent rests at {fixed(now.rest, 6)}, where "
            f"the loss is {fixed(now.lowest, 6)}."
        )


@figure(
    steps=Slider("steps of training", 10, formulas.EPOCHS, step=formulas.EVERY, default=150),
    inner=Choice("u′ by", list(formulas.INNER), default="grad, retain_graph"),
)
class DecayFit:
    """A small network fitted to u′ = −u, with three ways of taking u′ in the loss."""

    EXACT = torch.exp(-formulas.GRID)

    def measure(self, steps, inner):
        u = formulas.fit_decay()[steps // formulas.EVERY, formulas.INNER.index(inner)]
        return {"u": u, "error": (u - self.EXACT).abs().max().item()}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[4, 4])
        left.plot(formulas.GRID.numpy(), self.EXACT.numpy(), color=style.BLACK, lw=1.2)
        left.text(1.25, 0.45, "exp(−t)", va="bottom")
        left.set(title="the network's u(t)", xlabel="t", xlim=(0, 2.05), ylim=(-5.6, 1.5))
        (self.curve,) = left.plot([], [], marker="o", ms=4)

        right.set(title="its largest error", xlabel="steps", yscale="log")
        right.set(xlim=(0, 310), ylim=(1e-3, 20))
        right.minorticks_off()
        steps = range(0, formulas.EPOCHS + 1, formulas.EVERY)
        errors = (formulas.fit_decay() - self.EXACT).abs().amax(-1).numpy()
        for (colour, dashes), error in zip(INNER_LOOKS.values(), errors.T, strict=True):
            right.plot(steps, error, dashes, color=colour, lw=1.5)
        right.text(300, 6.5, "backward", ha="right", va="bottom")
        right.text(165, 0.1, "retain_graph", ha="left", va="bottom")
        right.text(20, 0.004, "create_graph", ha="left", va="top")
        (self.here,) = right.plot([], [], "o", ms=10, mec="white")

    def update(self, now):
        colour, dashes = INNER_LOOKS[now.inner]
        self.curve.set_data(formulas.GRID.numpy(), now.u.numpy())
        self.curve.set(color=colour, linestyle=dashes)
        self.here.set_data([now.steps], [now.error])
        self.here.set_markerfacecolor(colour)

    def describe(self, now):
        return (
            f"After {now.steps} steps with u′ by {now.inner}, the network's u(2) is "
            f"{fixed(now.u[-1], 4)} where exp(−2) is 0.1353; its largest error on 0 … 2 is "
            f"{now.error:.3g}."
        )


LANES = {"A": (3.0, "#CDE4F2"), "B": (2.0, "#F8DDCB")}  # height, paper


@figure(
    backward=Slider("operations of A before B's backward", 0, 3, step=1, default=2),
    step=Choice("B's step", list(formulas.STEPS_OF_B), default="after A's clear"),
    gradients=Choice("gradients in", list(formulas.GRADIENTS), default="one shared .grad"),
)
class TwoWorkers:
    """Two workers on one parameter: the order of their operations and the value that comes out."""

    def measure(self, backward, step, gradients):
        order = formulas.interleaved(backward, step)
        p, grads = zip(*formulas.run_interleaved(order, gradients), strict=True)
        used = formulas.times_used(order, gradients)
        return {"order": order, "p": [0.0, *p], "grads": grads, "used": used}

    def draw(self, canvas):
        top, bottom = canvas.subplots(2, 1, height_ratios=[5, 4], sharex=True)
        top.set(ylim=(0.5, 3.6), yticks=[3, 2, 1], title="who does what, in order:")
        top.set_yticklabels(["A", "B", ""], color=style.BLACK)
        top.tick_params(length=0, labelbottom=False)
        top.grid(False)
        top.spines[["left", "bottom"]].set_visible(False)
        lanes = [lane for lane in LANES.values() for _ in formulas.OPERATIONS]
        self.papers = LineCollection([], colors=[paper for _, paper in lanes], linewidths=18)
        self.papers.set(capstyle="round")
        top.add_collection(self.papers, autolim=False)
        self.words = [
            top.text(0, height, operation, **CENTRE)
            for (height, _), operation in zip(lanes, 2 * formulas.OPERATIONS, strict=True)
        ]
        self.grads = [top.text(slot, 1, "", **CENTRE) for slot in range(1, 7)]
        self.place = top.text(0.2, 1, "", ha="right", va="center")
        self.late = top.text(6.7, 3.9, "", ha="right", va="center")

        bottom.set(xlim=(0.3, 6.7), xticks=range(1, 7), ylim=(-0.25, 3.3), yticks=[0, 1, 2])
        bottom.set(ylabel="p", xlabel="operation")
        bottom.axhline(1.16, color=style.GREY, ls="--", lw=1.2)
        bottom.text(0.35, 1.22, "1.16: first A, then B", va="bottom")
        (self.p,) = bottom.plot([], [], color=style.BLACK, ds="steps-post")
        (self.end,) = bottom.plot([], [], "o", ms=9, color=style.BLACK)
        self.readouts = []
        for x, label in ((1.95, "uses of A's gradient:"), (4.4, "of B's:"), (6.2, "p ends at")):
            bottom.text(x, 2.9, label, ha="right", va="center")
            self.readouts.append(bottom.text(x + 0.1, 2.9, "", ha="left", va="center"))

    def update(self, now):
        done = itertools.product("AB", formulas.OPERATIONS)
        slots = [1 + now.order.index(operation) for operation in done]
        heights = [word.get_position()[1] for word in self.words]
        for word, slot in zip(self.words, slots, strict=True):
            word.set_x(slot)
        self.papers.set_segments(
            [[(x - 0.3, y), (x + 0.3, y)] for x, y in zip(slots, heights, strict=True)]
        )
        for text, grad in zip(self.grads, now.grads, strict=True):
            text.set_text(fixed(grad, 1))
        self.p.set_data(range(7), now.p)
        self.end.set_data([6], now.p[-1:])
        self.place.set_text(".grad" if now.gradients == formulas.GRADIENTS[0] else "own")
        self.late.set_text(f"B steps {now.step}")
        outcome = (now.used["A"], now.used["B"], fixed(now.p[-1], 2))
        for text, value in zip(self.readouts, outcome, strict=True):
            text.set_text(str(value))

    def describe(self, now):
        words = ", ".join(f"{worker} {operation}" for worker, operation in now.order)
        return (
            f"Gradients in {now.gradients}, B's step {now.step}. In order: {words}. A's gradient "
            f"is used {now.used['A']} times, B's {now.used['B']} times, and p ends at "
            f"{fixed(now.p[-1], 2)}; one worker after the other gives 1.16."
        )


INK = LinearSegmentedColormap.from_list(
    "ink", [to_rgb(style.VERMILION), (1, 1, 1), to_rgb(style.BLUE)]
)
TRAINING_LOOKS = {
    "backward, cleared": (style.BLUE, "s"),
    "grad": (style.BLUE, "D"),
    "backward, never cleared": (style.VERMILION, "o"),
}


@figure(
    steps=Slider("steps", 1, formulas.TRAINING_STEPS, step=1, default=50),
    training=Choice("gradients by", list(formulas.TRAININGS), default="backward, never cleared"),
    digit=Slider("weights of digit", 0, 9, step=1, default=3),
)
class DigitTraining:
    """A linear classifier of digits, trained three ways, and what is left in its .grad."""

    def measure(self, steps, training, digit):
        losses, weights, left = formulas.train_digits(training)
        left = left if left is None else left[steps - 1, digit]
        return {"losses": losses[steps], "weights": weights[steps, digit], "left": left}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[5, 2])
        axes = canvas.add_subplot(grid[:, 0])
        axes.set(title="loss", xlabel="steps", xlim=(0, 103), ylim=(0, 2.4))
        for training in ("backward, cleared", "backward, never cleared"):
            losses, colour = formulas.train_digits(training)[0], TRAINING_LOOKS[training][0]
            axes.plot(losses[:, 0].numpy(), color=colour)
            axes.plot(losses[:, 1].numpy(), "--", color=colour, lw=1.5)
        axes.text(101, 0.30, "cleared, or grad", ha="right", va="top")
        axes.text(101, 1.22, "never cleared", ha="right", va="bottom")
        grey = {"color": style.GREY}
        handles = [
            Line2D([], [], label="training digits", **grey),
            Line2D([], [], ls="--", lw=1.5, label="held-out digits", **grey),
        ]
        axes.legend(handles=handles, loc="upper right")
        (self.here,) = axes.plot([], [], ls="", ms=10, mec="white")

        self.images, self.sizes = [], []
        for row, title in enumerate(("weights", "left in weight.grad")):
            axes = canvas.add_subplot(grid[row, 1])
            axes.set(xticks=[], yticks=[], title=title)
            axes.spines[:].set_visible(True)
            self.images.append(axes.imshow(np.zeros((8, 8)), cmap=INK, vmin=-1, vmax=1))
            below = {"ha": "center", "va": "top", "transform": axes.transAxes}
            self.sizes.append(axes.text(0.5, -0.04, "", **below))

    def update(self, now):
        colour, marker = TRAINING_LOOKS[now.training]
        self.here.set_data([now.steps, now.steps], now.losses.numpy())
        self.here.set(marker=marker, markerfacecolor=colour)
        for image, size, values in zip(
            self.images, self.sizes, (now.weights, now.left), strict=True
        ):
            if values is None:
                image.set_data(np.zeros((8, 8)))
                size.set_text("nothing: None")
            else:
                largest = values.abs().max().item()
                image.set_data((values / largest).view(8, 8).numpy())
                size.set_text(f"up to ±{largest:.3g}")

    def describe(self, now):
        rest = "nothing is left in weight.grad"
        if now.left is not None:
            rest = f"what is left in weight.grad goes up to {now.left.abs().max():.4g}"
        return (
            f"After {now.steps} steps by {now.training}, the loss is {fixed(now.losses[0], 4)} on "
            f"the training digits and {fixed(now.losses[1], 4)} on the held-out ones; the weights "
            f"of digit {now.digit} go up to {now.weights.abs().max():.4g}, and {rest}."
        )
