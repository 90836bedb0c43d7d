"""The live figures of 15_sample_weights, in the order of the page."""

import numpy as np
from matplotlib.lines import Line2D

from helpers.sample_weights import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.words import fixed

__all__ = ["WeightedRows", "RareSamples"]  # noqa: RUF022 (the order of the page)

THREE = (style.BLUE, style.VERMILION, style.GREEN)
CENTRE = {"ha": "center", "va": "center"}
ARROW = {"angles": "xy", "scale_units": "xy", "scale": 1, "minlength": 0}
WEIGHT = {"start": -0.5, "stop": 1.5, "step": 0.25}


@figure(
    v1=Slider("v1", **WEIGHT, default=1.0),
    v2=Slider("v2", **WEIGHT, default=1.5),
    v3=Slider("v3", **WEIGHT, default=0.5),
)
class WeightedRows:
    """Three samples' gradients, each times its weight, their sum, and a step against it."""

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
        left.set(title="gradients times v, and their sum", xlabel="∂/∂m", ylabel="∂/∂c")
        left.set(xlim=(-5, 6), ylim=(-6, 4.8), aspect="equal", xticks=[-4, 0, 4], yticks=[-4, 0, 4])
        self.rows = left.quiver(*np.zeros((4, 3)), color=THREE, width=0.011, **ARROW)
        (self.chain,) = left.plot([], [], ":", color=style.GREY, lw=1.2)
        self.sum = left.quiver(*np.zeros((4, 1)), color=style.BLACK, width=0.016, **ARROW)
        self.names = [left.text(0, 0, str(i), **CENTRE) for i in (1, 2, 3)]
        left.text(-4.8, 4.6, "sum:", va="top")
        self.readout = left.text(-3.0, 4.6, "", va="top")

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
        right.text(
            2.6, -2.5, "a larger point: a larger |v|\nhollow: v below 0", ha="right", va="bottom"
        )

    def update(self, now):
        self.rows.set_UVC(*now.rows.T)
        self.chain.set_data(*np.vstack([[0, 0], now.rows.cumsum(0)]).T)
        self.sum.set_UVC(*now.total[:, None])
        self.readout.set_text(f"({fixed(now.total[0])}, {fixed(now.total[1])})")
        for name, row in zip(self.names, now.rows, strict=True):
            length = np.hypot(*row)
            name.set_visible(length > 0)
            name.set_position(row * (max(length, 0.9) + 0.55) / max(length, 1e-9))
        slope, start = now.line
        self.line.set_data(self.ENDS, slope * self.ENDS + start)
        self.points.set_sizes(20 + 130 * np.abs(now.v))
        faces = [edge if w >= 0 else "white" for edge, w in zip(THREE, now.v, strict=True)]
        self.points.set_facecolor(faces)

    def describe(self, now):
        return (
            f"With v = ({', '.join(fixed(w, 2) for w in now.v)}) the weighted gradients add up to "
            f"({fixed(now.total[0], 4)}, {fixed(now.total[1], 4)}); a step of 0.1 against it gives the "
            f"line of slope {fixed(now.line[0], 3)} and offset {fixed(now.line[1], 3)}."
        )


@figure(
    pooling=Choice("estimate by", list(formulas.POOLINGS), default="weights in the loss"),
    weight=Slider("weight of each rare sample", 5, 100, step=5, default=100),
)
class RareSamples:
    """What 1000 batches of 32 take for the weighted mean gradient of 1000 samples, ten rare."""

    BINS = np.linspace(-46, 2, 97)

    def measure(self, pooling, weight):
        gradients, weights = formulas.rare_gradients(), formulas.rare_weights(weight)
        estimates = formulas.batch_gradients(pooling, weight).numpy()
        # Where batches with no, one and two rare samples lie, if they lie apart.
        rare = weight * gradients[-formulas.RARE :].mean().item()
        whole = formulas.BATCH * weights.mean().item()
        apart = pooling == formulas.POOLINGS[0] and -rare / whole > 9
        return {
            "estimates": estimates,
            "mean": estimates.mean(),
            "spread": estimates.std(),
            "exact": formulas.weighted_mean(gradients, weights).item(),
            "clumps": [(2 * (k - formulas.BATCH) + k * rare) / whole for k in range(3)],
            "apart": apart,
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(-46, 2), ylim=(0, 0.62), ylabel="share of batches")
        axes.set(xlabel="a batch's estimate of the gradient", title="1000 batches of 32")
        self.bars = axes.stairs(
            np.zeros(96), self.BINS, fill=True, facecolor=style.SKY, edgecolor=style.BLUE
        )
        (self.exact,) = axes.plot([], [], color=style.BLACK, lw=1.8)
        (self.mean,) = axes.plot([], [], "--", color=style.VERMILION, lw=2.5)
        handles = [
            Line2D([], [], color=style.BLACK, label="weighted gradient of all 1000:"),
            Line2D([], [], color=style.VERMILION, ls="--", lw=2.5, label="mean of the batches:"),
            Line2D([], [], ls="", label="their spread:"),
        ]
        axes.legend(handles=handles, loc="upper left")
        self.clumps = [
            axes.text(0, height, f"{k} rare", ha="center")
            for k, height in enumerate((0.56, 0.06, 0.06))
        ]
        at = {"ha": "right", "va": "center", "transform": axes.transAxes}
        self.readouts = [axes.text(0.56, height, "", **at) for height in (0.942, 0.872, 0.803)]

    def update(self, now):
        share, _ = np.histogram(now.estimates, self.BINS)
        self.bars.set_data(share / len(now.estimates))
        self.exact.set_data([now.exact, now.exact], [0, 0.62])
        self.mean.set_data([now.mean, now.mean], [0, 0.62])
        for text, x in zip(self.clumps, now.clumps, strict=True):
            text.set(x=x, visible=now.apart)
        for text, value in zip(self.readouts, (now.exact, now.mean, now.spread), strict=True):
            text.set_text(fixed(value, 2))

    def describe(self, now):
        return (
            f"Ten samples of weight {now.weight} among 1000, estimated by {now.pooling}: the "
            f"batches' gradients have the mean {fixed(now.mean)} and the spread "
            f"{fixed(now.spread)}, from {fixed(now.estimates.min(), 2)} to "
            f"{fixed(now.estimates.max(), 2)}; over all samples it is {fixed(now.exact)}."
        )
