"""The live figures of 15_sample_weights, in the order of the page."""

import numpy as np
from matplotlib.lines import Line2D

from helpers.sample_weights import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.words import fixed

__all__ = ["RareSamples"]


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
