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

__all__ = [  # noqa: RUF022 (the order of the page)
    "KeptGradients",
    "WeightedRows",
    "RareSamples",
    "ClippedGradients",
    "InnerDerivative",
    "DecayFit",
    "TwoWorkers",
    "DigitTraining",
]


def number(value, digits=2):
    """A number in print, with a true minus sign and no negative zero."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "−")


def pair(values, digits=2):
    return "({}, {})".format(*(number(value, digits) for value in values))


def arrows(axes, count, **options):
    """`count` arrows from (0, 0) in data units, moved by `set_UVC`."""
    zero = np.zeros(count)
    scale = {"angles": "xy", "scale_units": "xy", "scale": 1, "minlength": 0}
    return axes.quiver(zero, zero, zero, zero, animated=True, **scale, **options)


@figure(
    calls=Slider("calls of backward", 1, 40, step=1, default=24),
    rate=Slider("rate", 0.02, 0.18, step=0.02, default=0.06),
    gradients=Choice(".grad before each call is", ["kept", "cleared"], default="kept"),
)
class KeptGradients:
    """Gradient descent on a bowl, with .grad cleared before each call of backward and never."""

    WAYS = (("kept", style.VERMILION, "o"), ("cleared", style.BLUE, "s"))

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
        self.paths, self.losses, self.ends = {}, {}, {}
        for way, colour, marker in self.WAYS:
            look = {"color": colour, "animated": True}
            (self.paths[way],) = left.plot([], [], marker=marker, ms=3.5, **look)
            (self.ends[way],) = left.plot([], [], marker=marker, ms=10, mec="white", **look)
            (self.losses[way],) = right.plot([], [], marker=marker, ms=3.5, **look)
        handles = [Line2D([], [], color=c, marker=m, label=way) for way, c, m in self.WAYS]
        canvas.legend(handles=handles, loc="outside upper right", ncols=2)

    def update(self, calls, rate, gradients):
        for way, _, _ in self.WAYS:
            path = formulas.descend(calls, rate, way)
            chosen = way == gradients
            for line in (self.paths[way], self.losses[way]):
                line.set(lw=2 if chosen else 1, alpha=1 if chosen else 0.45)
            self.paths[way].set_data(*path.T.numpy())
            self.ends[way].set_data(*path[-1:].T.numpy())
            self.ends[way].set(alpha=1 if chosen else 0.45)
            loss = formulas.bowl(path).clamp(min=5e-6).numpy()
            self.losses[way].set_data(range(calls + 1), loss)

    def describe(self, calls, rate, gradients):
        loss = {w: formulas.bowl(formulas.descend(calls, rate, w)[-1]) for w, *_ in self.WAYS}
        other = "cleared" if gradients == "kept" else "kept"
        end = formulas.descend(calls, rate, gradients)[-1]
        return (
            f"After {calls} calls at rate {rate:g}, gradients {gradients}: the path stands at "
            f"{pair(end, 4)} and the loss is {loss[gradients]:.3g}; "
            f"with gradients {other} it is {loss[other]:.3g}."
        )


WEIGHT = {"start": -0.5, "stop": 1.5, "step": 0.25}


@figure(
    v1=Slider("v1", **WEIGHT, default=1.0),
    v2=Slider("v2", **WEIGHT, default=1.5),
    v3=Slider("v3", **WEIGHT, default=0.5),
)
class WeightedRows:
    """The rows of a Jacobian, each times its entry of grad_outputs, and their sum."""

    STEP = 0.1

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[5, 4])
        left.set(title="rows of J times v, and their sum", xlabel="∂/∂m", ylabel="∂/∂c")
        left.set(xlim=(-5, 6), ylim=(-6, 4.8), aspect="equal", xticks=[-4, 0, 4], yticks=[-4, 0, 4])
        self.rows = arrows(left, 3, color=[style.BLUE, style.VERMILION, style.GREEN], width=0.011)
        (self.chain,) = left.plot([], [], ":", color=style.GREY, lw=1.2, animated=True)
        self.sum = arrows(left, 1, color=style.BLACK, width=0.016)
        centre = {"ha": "center", "va": "center", "animated": True}
        self.names = [left.text(0, 0, str(i), **centre) for i in (1, 2, 3)]
        left.text(-4.8, 4.6, "vᵀJ =", va="top")
        self.readout = left.text(-3.3, 4.6, "", va="top", animated=True)

        x, t = formulas.LINE_X.numpy(), formulas.LINE_T.numpy()
        right.set(title="one step of 0.1 against it", xlabel="x", xlim=(-1.7, 2.7), ylim=(-2.6, 3))
        self.ends = np.array([-1.7, 2.7])
        slope, start = formulas.LINE_THETA.numpy()
        right.plot(self.ends, slope * self.ends + start, color=style.GREY, lw=1.2)
        right.vlines(x, slope * x + start, t, color=style.GREY, lw=1, ls=":")
        for i in range(3):
            right.text(x[i] + 0.38, t[i], str(i + 1), ha="center", va="center")
        (self.line,) = right.plot([], [], color=style.BLACK, lw=2.5, animated=True)
        self.points = right.scatter(x, t, marker="o", linewidths=1.5, animated=True, zorder=3)
        self.points.set_edgecolor([style.BLUE, style.VERMILION, style.GREEN])
        right.text(2.6, -2.5, "area of a point: |v|\nhollow: v below 0", ha="right", va="bottom")

    def update(self, v1, v2, v3):
        v = np.array([v1, v2, v3])
        rows = v[:, None] * formulas.line_jacobian(formulas.LINE_THETA).numpy()
        total = rows.sum(0)
        self.rows.set_UVC(*rows.T)
        self.chain.set_data(*np.vstack([[0, 0], rows.cumsum(0)]).T)
        self.sum.set_UVC(*total[:, None])
        self.readout.set_text(pair(total, 3))
        for name, row in zip(self.names, rows, strict=True):
            length = np.hypot(*row)
            name.set_visible(length > 0)
            name.set_position(row * (max(length, 0.9) + 0.55) / max(length, 1e-9))
        slope, start = formulas.LINE_THETA.numpy() - self.STEP * total
        self.line.set_data(self.ends, slope * self.ends + start)
        self.points.set_sizes(20 + 130 * np.abs(v))
        edges = [style.BLUE, style.VERMILION, style.GREEN]
        self.points.set_facecolor([e if w > 0 else "white" for e, w in zip(edges, v, strict=True)])

    def describe(self, v1, v2, v3):
        v = torch.tensor([v1, v2, v3], dtype=torch.float64)
        total = v @ formulas.line_jacobian(formulas.LINE_THETA)
        slope, start = formulas.LINE_THETA - self.STEP * total
        return (
            f"With v = ({number(v1)}, {number(v2)}, {number(v3)}) the weighted rows add up to "
            f"{pair(total, 4)}; a step of 0.1 against it gives the line "
            f"of slope {number(slope, 3)} and offset {number(start, 3)}."
        )


@figure(
    pooling=Choice("estimate by", list(formulas.POOLINGS), default="weights in the loss"),
    weight=Slider("weight of each rare sample", 5, 100, step=5, default=100),
)
class RareSamples:
    """What 1000 batches of 32 take for the weighted mean gradient of 1000 samples, ten rare."""

    BINS = np.linspace(-46, 2, 97)

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(-46, 2), ylim=(0, 0.62), ylabel="share of batches")
        axes.set(xlabel="a batch's estimate of the gradient", title="1000 batches of 32")
        self.bars = axes.stairs(
            np.zeros(96), self.BINS, fill=True, facecolor=style.SKY, edgecolor=style.BLUE
        )
        self.bars.set_animated(True)
        (self.exact,) = axes.plot([], [], color=style.BLACK, lw=1.8, animated=True)
        (self.mean,) = axes.plot([], [], "--", color=style.VERMILION, lw=2.5, animated=True)
        handles = [
            Line2D([], [], color=style.BLACK, label="weighted gradient of all 1000:"),
            Line2D([], [], color=style.VERMILION, ls="--", lw=2.5, label="mean of the batches:"),
            Line2D([], [], ls="", label="their spread:"),
        ]
        axes.legend(handles=handles, loc="upper left")
        centre = {"ha": "center", "animated": True}
        self.clumps = [axes.text(0, 0.56 if k == 0 else 0.06, "", **centre) for k in range(3)]
        at = {"ha": "right", "va": "center", "transform": axes.transAxes, "animated": True}
        self.readouts = [axes.text(0.56, height, "", **at) for height in (0.942, 0.872, 0.803)]

    def update(self, pooling, weight):
        estimates, exact = self._measure(pooling, weight)
        share, _ = np.histogram(estimates, self.BINS)
        self.bars.set_data(share / len(estimates))
        self.exact.set_data([exact, exact], [0, 0.62])
        mean, spread = estimates.mean(), estimates.std()
        self.mean.set_data([mean, mean], [0, 0.62])
        self._name_clumps(pooling, weight)
        for text, value in zip(self.readouts, (exact, mean, spread), strict=True):
            text.set_text(number(value))

    def _name_clumps(self, pooling, weight):
        """Where batches with no, one and two rare samples lie, if they lie apart."""
        rare = weight * formulas.rare_gradients()[-formulas.RARE :].mean().item()
        mean = formulas.BATCH * formulas.rare_weights(weight).mean().item()
        for count, text in enumerate(self.clumps):
            text.set_text(f"{count} rare")
            text.set_x((2 * (count - formulas.BATCH) + count * rare) / mean)
            text.set_visible(pooling == formulas.POOLINGS[0] and -rare / mean > 9)

    def describe(self, pooling, weight):
        estimates, exact = self._measure(pooling, weight)
        return (
            f"Ten samples of weight {weight} among 1000, estimated by {pooling}: the batches' "
            f"gradients have the mean {number(estimates.mean(), 3)} and the spread "
            f"{number(estimates.std(), 3)}, from {number(estimates.min())} to "
            f"{number(estimates.max())}; over all samples it is {number(exact, 3)}."
        )

    def _measure(self, pooling, weight):
        weights = formulas.rare_weights(weight)
        exact = formulas.weighted_mean(formulas.rare_gradients(), weights)
        return formulas.batch_gradients(pooling, weight).numpy(), exact.item()


@figure(
    limit=Slider("limit", 0.1, 4.0, step=0.1, default=1.0),
    where=Choice("clip", list(formulas.CLIPPED), default="each sample's gradient"),
)
class ClippedGradients:
    """Gradients of three samples, clipped at h, at the parameters, or after they are added."""

    COLOURS = (style.BLUE, style.VERMILION, style.GREEN)

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 5])
        free_at_h = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
        free = formulas.finish(free_at_h, formulas.WEIGHTS).sum(0).numpy()
        at_h = free_at_h.numpy()
        places = np.arange(1, 4)
        left.set(title="gradient at h", xlabel="sample", xticks=places, ylim=(0, 4.2))
        left.set(xlim=(0.4, 3.6))
        left.grid(axis="x", visible=False)
        left.bar(places, at_h, width=0.7, fill=False, edgecolor=style.GREY, ls=":")
        self.bars = left.bar(places, at_h, width=0.7, color=self.COLOURS, animated=True)
        (self.level,) = left.plot([], [], "--", color=style.BLACK, lw=1.5, animated=True)

        right.set(title="gradient of w, by sample and added up", xlabel="∂/∂w1", ylabel="∂/∂w2")
        right.set(xlim=(-2.3, 5.2), ylim=(-4.95, 2.9), aspect="equal")
        right.plot([0, free[0]], [0, free[1]], ":", color=style.GREY)
        right.plot(*free, "o", mfc="white", color=style.GREY)
        right.text(free[0] + 0.2, free[1] - 0.2, "unclipped", va="top")
        self.parts = arrows(right, 3, color=self.COLOURS, width=0.01)
        self.pooled = arrows(right, 1, color=style.BLACK, width=0.014)
        self.circle = right.add_patch(Circle((0, 0), 1, fill=False, ls="--", lw=1.5, animated=True))
        centre = {"ha": "center", "va": "center", "animated": True}
        self.names = [right.text(0, 0, str(i), **centre) for i in places]
        right.text(1.7, -4.75, "sum")
        at = {"ha": "right", "animated": True}
        self.readouts = [right.text(5.0, height, "", **at) for height in (-4.75, -4.15)]

    def update(self, limit, where):
        at_h, parts, pooled = (part.numpy() for part in formulas.clipped(where, limit))
        at_rows = where == "each row at h"
        for bar, height in zip(self.bars, at_h, strict=True):
            bar.set_height(height)
        self.level.set_data([0.4, 3.6], [limit, limit])
        self.level.set_visible(at_rows)
        self.circle.set_radius(limit)
        self.circle.set_visible(not at_rows)
        self.parts.set_UVC(*parts.T)
        self.pooled.set_UVC(*pooled[:, None])
        for name, part in zip(self.names, parts, strict=True):
            along = part / np.hypot(*part)
            tip = along * max(np.hypot(*part), 0.5)
            name.set_position(tip + 0.25 * along + 0.25 * np.array([-along[1], along[0]]))
        self.readouts[0].set_text(pair(pooled))
        self.readouts[1].set_text(f"at {number(self._angle(pooled), 0)}°")

    def describe(self, limit, where):
        _, _, pooled = formulas.clipped(where, limit)
        free = formulas.finish(
            formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS)), formulas.WEIGHTS
        ).sum(0)
        return (
            f"Clipping {where} to {number(limit, 1)} gives the gradient {pair(pooled, 4)}, at "
            f"{number(self._angle(pooled), 1)} degrees; unclipped it is {pair(free)}, at "
            f"{number(self._angle(free), 1)} degrees."
        )

    @staticmethod
    def _angle(vector):
        return np.degrees(np.arctan2(float(vector[1]), float(vector[0])))


INNER_LOOKS = dict(
    zip(
        formulas.INNER,
        [(style.BLUE, "-"), (style.VERMILION, "--"), (style.GREEN, "-.")],
        strict=True,
    )
)


@figure(
    a=Slider("a", -1.5, 0.5, step=0.05, default=-0.2),
    inner=Choice("u′ by", list(formulas.INNER), default="grad, retain_graph"),
)
class InnerDerivative:
    """The residual loss of u = 1 + a·t, and what three programs find in a.grad."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 4])
        a = torch.linspace(-1.5, 0.5, 201, dtype=torch.float64)
        left.plot(a.numpy(), formulas.residual_loss(a).numpy(), color=style.GREY)
        left.set(title="loss, and where descent rests", xlabel="a")
        left.set(xlim=(-1.75, 0.75), ylim=(-0.8, 10.7))
        (self.tangent,) = left.plot([], [], lw=2.5, animated=True)
        (self.here,) = left.plot([], [], "o", ms=9, color=style.BLACK, animated=True)
        (self.rest,) = left.plot([], [], "^", ms=10, mec="white", animated=True)

        right.axhline(0, color=style.GREY, lw=1)
        right.set(title="what lands in a.grad", xlabel="a", xlim=(-1.6, 0.6), ylim=(-15, 20))
        self.ends = torch.tensor([-1.5, 0.5], dtype=torch.float64)
        self.slopes = {
            inner: formulas.residual_slope(self.ends, inner).numpy() for inner in INNER_LOOKS
        }
        for inner, (colour, dashes) in INNER_LOOKS.items():
            right.plot(self.ends.numpy(), self.slopes[inner], dashes, color=colour, lw=1.2)
        right.text(0.02, 12.6, "backward", ha="right", va="center")
        right.text(-1.33, -12.8, "create_graph", ha="left", va="center")
        right.text(0.58, 1.3, "retain_graph", ha="right", va="center")
        (self.line,) = right.plot([], [], lw=3, animated=True)
        (self.found,) = right.plot([], [], "o", ms=9, color=style.BLACK, animated=True)
        (self.zero,) = right.plot([], [], "^", ms=10, mec="white", animated=True)
        right.text(-1.5, 18.4, "a.grad:", va="center")
        right.text(-1.5, 16.2, "at rest at a =", va="center")
        at = {"ha": "right", "va": "center", "animated": True}
        self.readouts = [right.text(-0.17, height, "", **at) for height in (18.4, 16.2)]

    def update(self, a, inner):
        colour, dashes = INNER_LOOKS[inner]
        loss, slope = formulas.residual_loss(a).item(), formulas.residual_slope(a, inner).item()
        rest = formulas.resting_point(inner)
        reach = min(0.22, 1.2 / max(abs(slope), 1e-9))
        self.tangent.set_data([a - reach, a + reach], [loss - reach * slope, loss + reach * slope])
        self.here.set_data([a], [loss])
        self.rest.set_data([rest], [formulas.residual_loss(rest).item()])
        self.line.set_data(self.ends.numpy(), self.slopes[inner])
        self.found.set_data([a], [slope])
        self.zero.set_data([rest], [0])
        for artist in (self.tangent, self.rest, self.line, self.zero):
            artist.set_color(colour)
        self.line.set_linestyle(dashes)
        for artist in (self.rest, self.zero):
            artist.set_markeredgecolor("white")
        for text, value, digits in zip(self.readouts, (slope, rest), (2, 4), strict=True):
            text.set_text(number(value, digits))

    def describe(self, a, inner):
        rest = formulas.resting_point(inner)
        return (
            f"At a = {number(a)} the loss is {number(formulas.residual_loss(a), 4)}; with u′ by "
            f"{inner}, a.grad is {number(formulas.residual_slope(a, inner), 4)}, and descent rests "
            f"at {number(rest, 6)}, where the loss is {number(formulas.residual_loss(rest), 6)}."
        )


@figure(
    steps=Slider("steps of training", 10, formulas.EPOCHS, step=formulas.EVERY, default=150),
    inner=Choice("u′ by", list(formulas.INNER), default="grad, retain_graph"),
)
class DecayFit:
    """A small network fitted to u′ = −u, with three ways of taking u′ in the loss."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[4, 4])
        t, exact = formulas.GRID.numpy(), torch.exp(-formulas.GRID)
        left.plot(t, exact.numpy(), color=style.BLACK, lw=1.2)
        left.text(1.25, 0.45, "exp(−t)", va="bottom")
        left.set(title="the network's u(t)", xlabel="t", xlim=(0, 2.05), ylim=(-5.6, 1.5))
        (self.curve,) = left.plot([], [], marker="o", ms=4, animated=True)

        right.set(title="its largest error", xlabel="steps", yscale="log")
        right.set(xlim=(0, 310), ylim=(1e-3, 20))
        right.minorticks_off()
        steps = range(0, formulas.EPOCHS + 1, formulas.EVERY)
        self.error = (formulas.fit_decay() - exact).abs().amax(-1).numpy()
        for inner, error in zip(formulas.INNER, self.error.T, strict=True):
            colour, dashes = INNER_LOOKS[inner]
            right.plot(steps, error, dashes, color=colour, lw=1.5)
        right.text(300, 6.5, "backward", ha="right", va="bottom")
        right.text(165, 0.1, "retain_graph", ha="left", va="bottom")
        right.text(20, 0.004, "create_graph", ha="left", va="top")
        (self.here,) = right.plot([], [], "o", ms=10, mec="white", animated=True)

    def update(self, steps, inner):
        way = formulas.INNER.index(inner)
        colour, dashes = INNER_LOOKS[inner]
        u = formulas.fit_decay()[steps // formulas.EVERY, way]
        self.curve.set_data(formulas.GRID.numpy(), u.numpy())
        self.curve.set(color=colour, linestyle=dashes)
        self.here.set_data([steps], [self.error[steps // formulas.EVERY, way]])
        self.here.set_markerfacecolor(colour)

    def describe(self, steps, inner):
        u = formulas.fit_decay()[steps // formulas.EVERY, formulas.INNER.index(inner)]
        error = (u - torch.exp(-formulas.GRID)).abs().max()
        return (
            f"After {steps} steps with u′ by {inner}, the network's u(2) is {number(u[-1], 4)} "
            f"where exp(−2) is 0.1353; its largest error on 0 … 2 is {error:.3g}."
        )


LANES = {"A": (3.0, "#CDE4F2"), "B": (2.0, "#F8DDCB")}  # height, paper


@figure(
    backward=Slider("operations of A before B's backward", 0, 3, step=1, default=2),
    step=Choice("B's step", list(formulas.STEPS_OF_B), default="after A's clear"),
    gradients=Choice("gradients in", list(formulas.GRADIENTS), default="one shared .grad"),
)
class TwoWorkers:
    """Two workers on one parameter: the order of their operations and the value that comes out."""

    def draw(self, canvas):
        top, bottom = canvas.subplots(2, 1, height_ratios=[5, 4], sharex=True)
        top.set(ylim=(0.5, 3.6), yticks=[3, 2, 1], title="who does what, in order:")
        top.set_yticklabels(["A", "B", ""], color=style.BLACK)
        top.tick_params(length=0, labelbottom=False)
        top.grid(False)
        top.spines[["left", "bottom"]].set_visible(False)
        centre = {"ha": "center", "va": "center", "animated": True}
        lanes = [lane for lane in LANES.values() for _ in formulas.OPERATIONS]
        self.papers = LineCollection([], colors=[paper for _, paper in lanes], linewidths=18)
        self.papers.set(capstyle="round", animated=True)
        top.add_collection(self.papers, autolim=False)
        self.words = [
            top.text(0, height, operation, **centre)
            for (height, _), operation in zip(lanes, 2 * formulas.OPERATIONS, strict=True)
        ]
        self.grads = [top.text(slot, 1, "", **centre) for slot in range(1, 7)]
        self.place = top.text(0.2, 1, "", ha="right", va="center", animated=True)
        self.late = top.text(6.7, 3.9, "", ha="right", va="center", animated=True)

        bottom.set(xlim=(0.3, 6.7), xticks=range(1, 7), ylim=(-0.25, 3.3), yticks=[0, 1, 2])
        bottom.set(ylabel="p", xlabel="operation")
        bottom.axhline(1.16, color=style.GREY, ls="--", lw=1.2)
        bottom.text(0.35, 1.22, "1.16: first A, then B", va="bottom")
        self.slots = np.arange(7)
        (self.p,) = bottom.plot([], [], color=style.BLACK, ds="steps-post", animated=True)
        (self.end,) = bottom.plot([], [], "o", ms=9, color=style.BLACK, animated=True)
        self.readouts = []
        for x, label in ((1.95, "uses of A's gradient:"), (4.4, "of B's:"), (6.2, "p ends at")):
            bottom.text(x, 2.9, label, ha="right", va="center")
            text = bottom.text(x + 0.1, 2.9, "", ha="left", va="center", animated=True)
            self.readouts.append(text)

    def update(self, backward, step, gradients):
        order = formulas.interleaved(backward, step)
        after = formulas.run_interleaved(order, gradients)
        slots = [1 + order.index(done) for done in itertools.product("AB", formulas.OPERATIONS)]
        for word, slot in zip(self.words, slots, strict=True):
            word.set_x(slot)
        self.papers.set_segments(
            [
                [(slot - 0.3, word.get_position()[1]), (slot + 0.3, word.get_position()[1])]
                for word, slot in zip(self.words, slots, strict=True)
            ]
        )
        for text, (_, grad) in zip(self.grads, after, strict=True):
            text.set_text(number(grad, 1))
        values = [0.0, *(p for p, _ in after)]
        self.p.set_data(self.slots, values)
        self.end.set_data([6], values[-1:])
        self.place.set_text(".grad" if gradients == formulas.GRADIENTS[0] else "own")
        self.late.set_text(f"B steps {step}")
        used = formulas.times_used(order, gradients)
        outcome = (used["A"], used["B"], number(values[-1]))
        for text, value in zip(self.readouts, outcome, strict=True):
            text.set_text(str(value))

    def describe(self, backward, step, gradients):
        order = formulas.interleaved(backward, step)
        p = formulas.run_interleaved(order, gradients)[-1][0]
        used = formulas.times_used(order, gradients)
        words = ", ".join(f"{worker} {operation}" for worker, operation in order)
        return (
            f"Gradients in {gradients}, B's step {step}. In order: {words}. A's gradient is used "
            f"{used['A']} times, B's {used['B']} times, and p ends at {number(p)}; one worker "
            f"after the other gives 1.16."
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

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[5, 2])
        left = canvas.add_subplot(grid[:, 0])
        left.set(title="loss", xlabel="steps", xlim=(0, 103), ylim=(0, 2.4))
        self.runs = {training: formulas.train_digits(training) for training in formulas.TRAININGS}
        for training in ("backward, cleared", "backward, never cleared"):
            losses = self.runs[training][0].numpy()
            colour = TRAINING_LOOKS[training][0]
            left.plot(losses[:, 0], color=colour)
            left.plot(losses[:, 1], "--", color=colour, lw=1.5)
        left.text(101, 0.30, "cleared, or grad", ha="right", va="top")
        left.text(101, 1.22, "never cleared", ha="right", va="bottom")
        left.legend(
            handles=[
                Line2D([], [], color=style.GREY, label="training digits"),
                Line2D([], [], color=style.GREY, ls="--", lw=1.5, label="held-out digits"),
            ],
            loc="upper right",
        )
        (self.here,) = left.plot([], [], ls="", ms=10, mec="white", animated=True)

        self.images, self.sizes = [], []
        for row in range(2):
            axes = canvas.add_subplot(grid[row, 1])
            axes.set(xticks=[], yticks=[])
            axes.set_title(("weights", "left in weight.grad")[row])
            axes.spines[:].set_visible(True)
            image = axes.imshow(np.zeros((8, 8)), cmap=INK, vmin=-1, vmax=1, animated=True)
            self.images.append(image)
            size = axes.text(0.5, -0.04, "", ha="center", va="top", transform=axes.transAxes)
            size.set_animated(True)
            self.sizes.append(size)

    def update(self, steps, training, digit):
        losses, weights, left = self.runs[training]
        colour, marker = TRAINING_LOOKS[training]
        self.here.set_data([steps, steps], losses[steps].numpy())
        self.here.set(marker=marker, markerfacecolor=colour)
        shown = (weights[steps, digit], left[steps - 1, digit] if left is not None else None)
        for image, size, values in zip(self.images, self.sizes, shown, strict=True):
            largest = 0 if values is None else values.abs().max().item()
            empty = values is None
            image.set_data(np.zeros((8, 8)) if empty else (values / largest).view(8, 8).numpy())
            size.set_text("nothing: None" if values is None else f"up to ±{largest:.3g}")

    def describe(self, steps, training, digit):
        losses, weights, left = formulas.train_digits(training)
        size = weights[steps, digit].abs().max()
        rest = "nothing is left in weight.grad"
        if left is not None:
            rest = (
                f"what is left in weight.grad goes up to {left[steps - 1, digit].abs().max():.4g}"
            )
        return (
            f"After {steps} steps by {training}, the loss is {number(losses[steps, 0], 4)} on the "
            f"training digits and {number(losses[steps, 1], 4)} on the held-out ones; the weights "
            f"of digit {digit} go up to {size:.4g}, and {rest}."
        )
