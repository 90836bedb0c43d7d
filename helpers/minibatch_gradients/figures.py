"""The live figures of 07_minibatch_gradients, in the order of the page."""

import numpy as np

from helpers.minibatch_gradients import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [
    "UnequalBatches",
    "WeightOfKL",
]


AVERAGES = {"plain mean": False, "weighted by size": True}


@figure(
    size=Slider("batch size", 1, 7, step=1, default=3),
    average=Choice("means of batches", list(AVERAGES), "plain mean"),
)
class UnequalBatches:
    """Seven points in batches: each batch's gradient, their average, and that of all seven."""

    def measure(self, size, average):
        parts = formulas.chunks(size)
        slope, constant = formulas.gradient_of_batches(size, AVERAGES[average]).tolist()
        return {
            "parts": parts,
            "gradients": [formulas.line_gradient(x, t).tolist() for x, t in parts],
            "sizes": [str(len(x)) for x, _ in parts],
            "mean": (slope, constant),
            "words": f"({fixed(slope, 2)}, {fixed(constant, 2)})",
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="seven points", xlabel="x", ylabel="t", xlim=(0.4, 7.6), ylim=(-0.3, 10.8))
        grid = np.array([0.4, 7.6])
        left.plot(grid, 0.5 * grid + 0.1, color=style.BLACK, lw=1.2)
        looks = list(zip("osD^vPX", (*style.COLOURS, style.BLACK), strict=True))
        self.groups = [left.plot([], [], m, color=colour, ms=9)[0] for m, colour in looks]
        left.text(7.5, 0.1, "the line now: 0.5·x + 0.1", ha="right")
        right.set(title="gradients", xlabel="by slope", ylabel="by constant")
        right.set(xlim=(-86, 12), ylim=(-14.5, 3))
        right.set_xticks([-80, -60, -40, -20, 0], ["−80", "−60", "−40", "−20", "0"])
        right.set_yticks([-12, -8, -4, 0], ["−12", "−8", "−4", "0"])
        self.rays = [
            right.plot([], [], m, color=colour, ms=7, mfc=colour, alpha=0.9)[0]
            for m, colour in looks
        ]
        full = formulas.line_gradient(formulas.X7, formulas.T7).tolist()
        (self.ring,) = right.plot(*full, "o", ms=17, mfc="none", mec=style.BLACK, mew=2)
        (self.arrow,) = right.plot([], [], color=style.VERMILION, lw=3)
        (self.tip,) = right.plot([], [], "*", ms=15, color=style.VERMILION, mec="white")
        right.text(-84, 1.4, "○ all seven    ★ average of the batches", va="bottom")
        self.words = right.text(11, -14.2, "", ha="right", va="bottom")

    def update(self, now):
        empty = [([], [])] * (7 - len(now.parts))
        for group, (x, t) in zip(self.groups, now.parts + empty, strict=True):
            group.set_data(x, t)
        for ray, (x, y) in zip(self.rays, now.gradients + empty, strict=True):
            ray.set_data(np.atleast_1d(x), np.atleast_1d(y))
        slope, constant = now.mean
        self.arrow.set_data([0, slope], [0, constant])
        self.tip.set_data([slope], [constant])
        self.words.set_text(f"{' + '.join(now.sizes)}, {now.average}\n{now.words}")

    def describe(self, now):
        return (
            f"Batches of {', '.join(now.sizes)}, {now.average}: the gradient is {now.words}; "
            "that of all seven points is (−24.34, −4.94)."
        )


@figure(
    reconstruction=Choice("reconstruction", list(formulas.RECONSTRUCTIONS), "mean over everything"),
    divergence=Choice("KL term", list(formulas.DIVERGENCES), "sum over everything"),
    factor=LogSlider("KL term times", -4, 0, per_decade=1, default=1.0),
)
class WeightOfKL:
    """What weight the KL term of a VAE really has, by the reductions of its two terms."""

    def measure(self, reconstruction, divergence, factor):
        names = formulas.RECONSTRUCTIONS[reconstruction], formulas.DIVERGENCES[divergence]
        weights = [formulas.effective_weight(*names, batch, factor) for batch in formulas.BATCHES]
        texts = [f"{w:,.0f}" if w >= 100 else brief(w, 4) for w in weights]
        return {"weights": weights, "texts": texts}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xscale="log", yscale="log", xlim=(11, 600), ylim=(1e-6, 4e6))
        axes.set(title="weight of the KL term, against 1 if both are summed over their dimensions")
        axes.set(xlabel="batch size B")
        axes.set_xticks(formulas.BATCHES, formulas.BATCHES)
        axes.set_yticks([1e-4, 1e-2, 1, 100, 1e4], ["10⁻⁴", "0.01", "1", "100", "10⁴"])
        axes.minorticks_off()
        axes.axhline(1, color=style.BLACK, lw=1.2)
        axes.text(590, 1.4, "a VAE's own", va="bottom", ha="right")
        (self.line,) = axes.plot([], [], "-D", color=style.VERMILION)
        self.labels = [axes.text(b, 1, "", ha="center") for b in formulas.BATCHES]

    def update(self, now):
        self.line.set_data(formulas.BATCHES, now.weights)
        for label, weight, text in zip(self.labels, now.weights, now.texts, strict=True):
            label.set_y(weight * 2.2)
            label.set_text(text)

    def describe(self, now):
        return (
            f"Reconstruction: {now.reconstruction}; KL term: {now.divergence}, times "
            f"{now.factor:g}: its weight is {now.texts[0]} in batches of 16 and {now.texts[-1]} in "
            "batches of 256."
        )
