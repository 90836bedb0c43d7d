"""The live figures of 15_sample_weights, in the order of the page."""

import numpy as np
import torch
from matplotlib.lines import Line2D

from helpers.sample_weights import formulas, tumours
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "WeightedLine",
    "EveryBatch",
    "RareSamples",
    "RareClass",
    "ShiftedPopulation",
    "PriceOfAMiss",
]

CENTRE = {"ha": "center", "va": "center"}


@figure(
    weight=Slider("weight of point 3", 0.0, 4.0, step=0.5, default=0.5),
    factor=Choice("all weights times", ["½", "1", "2"], default="1"),
    division=Choice("weighted sum divided", list(formulas.DIVISIONS), default="by nothing"),
)
class WeightedLine:
    """Four weighted points: the best line, one step towards it, and the gradient of that step."""

    ENDS = np.array([0.0, 4.4])

    def measure(self, weight, factor, division):
        times = 0.5 if factor == "½" else float(factor)
        weights = times * torch.tensor([1.0, 3.0, weight, 2.0], dtype=torch.float64)
        gradients = [formulas.slope_gradient(weights, d).item() for d in formulas.DIVISIONS]
        gradient = gradients[formulas.DIVISIONS.index(division)]
        return {
            "weights": weights.numpy(),
            "best": formulas.fitted_slope(weights).item(),
            "gradients": gradients,
            "gradient": gradient,
            "stepped": formulas.SLOPE - 0.015 * gradient,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="the line through 0", xlabel="x", xlim=(0, 4.4), ylim=(0, 13.5))
        left.plot(self.ENDS, formulas.SLOPE * self.ENDS, color=style.GREY, lw=1.5, label="start")
        (self.best,) = left.plot([], [], "--", color=style.GREEN, label="best line")
        (self.step,) = left.plot([], [], color=style.VERMILION, lw=3, label="after one step")
        self.points = left.scatter(formulas.X, formulas.T, color=style.BLUE, zorder=3)
        left.legend(loc="upper left")
        right.set(title="−gradient", ylim=(0, 225), xlim=(-0.6, 2.6))
        right.set_xticks(range(3), [d.removeprefix("by ") for d in formulas.DIVISIONS])
        right.set_xlabel("divided by")
        self.bars = right.bar(range(3), [1, 1, 1], width=0.6)
        self.numbers = [right.text(k, 0, "", ha="center", va="bottom") for k in range(3)]

    def update(self, now):
        self.best.set_data(self.ENDS, now.best * self.ENDS)
        self.step.set_data(self.ENDS, now.stepped * self.ENDS)
        self.points.set_sizes(25 + 40 * now.weights)
        for k, (name, gradient) in enumerate(zip(formulas.DIVISIONS, now.gradients, strict=True)):
            self.bars[k].set_height(-gradient)
            self.bars[k].set_facecolor(style.VERMILION if name == now.division else style.SKY)
            self.numbers[k].set_text(fixed(-gradient, 2))
            self.numbers[k].set_y(-gradient + 2)

    def describe(self, now):
        weights = ", ".join(brief(w) for w in now.weights)
        return (
            f"Weights ({weights}), the weighted sum divided {now.division}: gradient "
            f"{fixed(now.gradient, 2)}; a step at rate 0.015 takes the slope from 0.5 to "
            f"{fixed(now.stepped, 3)}. The best slope is {fixed(now.best, 3)}."
        )


@figure(
    weight=Slider("weight of the last sample", 1, 10, step=1, default=10),
    size=Slider("batch size", 2, 8, step=1, default=2),
    normaliser=Choice("divided by", list(formulas.NORMALISERS), default=formulas.NORMALISERS[0]),
)
class EveryBatch:
    """The weighted loss of every batch of eight samples, and the mean of all these batches."""

    def measure(self, weight, size, normaliser):
        weights = formulas.last_weight(weight)
        values = formulas.all_batches(weights, size, normaliser).numpy()
        holds = formulas.all_batches(weights * 0 + 1, size, formulas.NORMALISERS[1], weights)
        return {
            "values": values,
            "heavy": holds.numpy() > 1 if weight > 1 else np.zeros(len(values), bool),
            "mean": values.mean(),
            "spread": values.std(),
            "exact": formulas.weighted_mean(formulas.LOSSES, weights).item(),
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(-2, 265), ylim=(0, 1.05), yticks=[], xlabel="loss of a batch")
        axes.set(title="every batch of the eight samples, a dot each")
        self.light = axes.scatter([], [], s=45, color=style.SKY, edgecolor=style.BLUE)
        self.heavy = axes.scatter([], [], s=45, color=style.ORANGE, edgecolor=style.VERMILION)
        (self.exact,) = axes.plot([], [], color=style.BLACK, lw=2)
        (self.mean,) = axes.plot([], [], "--", color=style.VERMILION, lw=2.5)
        handles = [
            Line2D([], [], color=style.BLACK, label="weighted loss of all eight"),
            Line2D([], [], color=style.VERMILION, ls="--", lw=2.5, label="mean of all batches"),
            Line2D([], [], ls="", marker="o", color=style.ORANGE, label="with the last sample"),
            Line2D([], [], ls="", marker="o", color=style.SKY, label="without it"),
        ]
        axes.legend(handles=handles, loc="upper right")
        self.readout = axes.text(0.985, 0.5, "", ha="right", va="top", transform=axes.transAxes)

    def update(self, now):
        height = 0.08 + 0.84 * (np.arange(len(now.values)) + 0.5) / len(now.values)
        for dots, chosen in ((self.light, ~now.heavy), (self.heavy, now.heavy)):
            dots.set_offsets(np.column_stack([now.values[chosen], height[chosen]]))
        self.exact.set_data([now.exact] * 2, [0, 1.05])
        self.mean.set_data([now.mean] * 2, [0, 1.05])
        self.readout.set_text(
            f"all eight {fixed(now.exact, 2)}\nmean {fixed(now.mean, 2)}\n"
            f"spread {fixed(now.spread, 2)}\n÷ {now.normaliser}"
        )

    def describe(self, now):
        return (
            f"{len(now.values)} batches of {now.size}, the last sample of weight {now.weight}, "
            f"divided by {now.normaliser}: their mean is {fixed(now.mean, 2)} with the spread "
            f"{fixed(now.spread, 2)}; the weighted loss of all eight is {fixed(now.exact, 2)}."
        )


@figure(
    pooling=Choice("estimate by", list(formulas.POOLINGS), default="weights in the loss"),
    weight=Slider("weight of each rare sample", 5, 100, step=5, default=100),
    batch=Choice("batch size", ["32", "128", "512"], default="32"),
)
class RareSamples:
    """What 1000 batches take for the weighted mean gradient of 1000 samples, ten of them rare."""

    BINS = np.linspace(-46, 2, 97)

    def measure(self, pooling, weight, batch):
        size = int(batch)
        gradients, weights = formulas.rare_gradients(), formulas.rare_weights(weight)
        estimates = formulas.batch_gradients(pooling, weight, size).numpy()
        # Where batches with no, one and two rare samples lie, if they lie apart.
        rare = weight * gradients[-formulas.RARE :].mean().item()
        whole = size * weights.mean().item()
        return {
            "estimates": estimates,
            "mean": estimates.mean(),
            "spread": estimates.std(),
            "exact": formulas.weighted_mean(gradients, weights).item(),
            "clumps": [(2 * (k - size) + k * rare) / whole for k in range(3)],
            "apart": pooling == formulas.POOLINGS[0] and -rare / whole > 9,
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(-46, 2), ylim=(0, 0.75), ylabel="share of batches")
        axes.set(xlabel="a batch's estimate of the gradient", title="1000 batches")
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
        self.exact.set_data([now.exact, now.exact], [0, 0.75])
        self.mean.set_data([now.mean, now.mean], [0, 0.75])
        for text, x in zip(self.clumps, now.clumps, strict=True):
            text.set(x=x, visible=now.apart)
        for text, value in zip(self.readouts, (now.exact, now.mean, now.spread), strict=True):
            text.set_text(fixed(value, 2))

    def describe(self, now):
        return (
            f"Ten samples of weight {now.weight} among 1000, estimated by {now.pooling}: the "
            f"gradients of batches of {now.batch} have the mean {fixed(now.mean)} and the spread "
            f"{fixed(now.spread)}, from {fixed(now.estimates.min(), 2)} to "
            f"{fixed(now.estimates.max(), 2)}; over all samples it is {fixed(now.exact)}."
        )


@figure(
    share=Choice("share of the sick", ["1 %", "2 %", "5 %", "10 %", "20 %"], default="10 %"),
    remedy=Choice("remedy", list(formulas.REMEDIES), default="weights"),
    threshold=Slider("call sick above", 0.05, 0.95, step=0.05, default=0.5),
)
class RareClass:
    """Healthy and sick by one measurement, the answers, and what a model's output is worth."""

    X = torch.linspace(-4, 6, 401, dtype=torch.float64)

    def measure(self, share, remedy, threshold):
        pi = float(share.removesuffix(" %")) / 100
        p = formulas.posterior(self.X, pi)
        q = formulas.outputs(p, pi, remedy)
        cut = float(np.interp(threshold, q, self.X))
        density = [
            s * torch.exp(-((self.X - m) ** 2) / 2) / (2 * np.pi) ** 0.5
            for m, s in ((0, 1 - pi), (formulas.GAP, pi))
        ]
        truth = float(np.interp(cut, self.X, p))
        mean = (q * sum(density)).sum().item() * 0.025
        return {
            "p": p.numpy(),
            "q": q.numpy(),
            "cut": cut,
            "density": [d.numpy() for d in density],
            "truth": truth,
            "mean": mean,
            "people": formulas.found_and_alarms(cut, pi),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="healthy and sick people", xlabel="measurement x", xlim=(-3, 5))
        left.set(ylim=(0, 0.62), yticks=[])
        (self.healthy,) = left.plot([], [], color=style.BLUE, label="healthy")
        (self.sick,) = left.plot([], [], color=style.VERMILION, label="sick")
        (self.cut,) = left.plot([], [], "--", color=style.BLACK, lw=1.8)
        left.legend(loc="upper left")
        self.counts = left.text(0.98, 0.97, "", ha="right", va="top", transform=left.transAxes)
        right.set(title="what an output is worth", xlabel="output", xlim=(0, 1), ylim=(0, 1))
        right.set(ylabel="share that is sick", aspect="equal")
        right.plot([0, 1], [0, 1], ":", color=style.GREY, lw=1.5)
        (self.curve,) = right.plot([], [], color=style.VERMILION, lw=3)
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, markersize=9)
        self.readout = right.text(0.03, 0.97, "", va="top", transform=right.transAxes)

    def update(self, now):
        self.healthy.set_data(self.X, now.density[0])
        self.sick.set_data(self.X, now.density[1])
        self.cut.set_data([now.cut, now.cut], [0, 0.42])
        sick, found, alarms = now.people
        self.counts.set_text(
            f"of 1000: {fixed(sick, 0)} sick\n{fixed(found, 1)} found\n{fixed(alarms, 1)} false alarms"
        )
        self.curve.set_data(now.q, now.p)
        self.dot.set_data([now.threshold], [now.truth])
        self.readout.set_text(f"{now.remedy}\nmean output {fixed(now.mean, 3)}")

    def describe(self, now):
        sick, found, alarms = now.people
        return (
            f"A share of {now.share} is sick; remedy: {now.remedy}. The mean output is "
            f"{fixed(now.mean, 3)}. Above the output {fixed(now.threshold, 2)}, where "
            f"{fixed(100 * now.truth, 1)} % are sick, lie {fixed(found, 1)} of {fixed(sick, 0)} "
            f"sick people in 1000 and {fixed(alarms, 1)} healthy ones."
        )


@figure(
    shift=Slider("shift", 0.0, 3.0, step=0.25, default=1.0),
    clip=Choice("weights clipped", list(formulas.CLIPS), default="no"),
)
class ShiftedPopulation:
    """Two populations, the weights that lead from one to the other, and 400 weighted estimates."""

    X = np.linspace(-3.5, 6.5, 301)
    BINS = np.linspace(0.15, 1.0, 69)

    def measure(self, shift, clip):
        estimates, sizes = formulas.shifted_risks(shift, clip)
        x = formulas.old_people()[0]
        weights = formulas.importance(x, shift, clip)
        return {
            "estimates": estimates.numpy(),
            "x": x.numpy(),
            "weights": (weights / weights.sum()).numpy(),
            "largest": (weights.max() / weights.sum()).item(),
            "size": sizes[0].item(),
            "middle": sizes.median().item(),
            "true": formulas.true_risk(shift),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        bell = np.exp(-(self.X**2) / 2) / (2 * np.pi) ** 0.5
        left.set(title="500 people, dots: weights", xlabel="x", xlim=(-3.5, 6.5), yticks=[])
        left.set_ylim(0, 0.8)
        left.plot(self.X, bell, color=style.GREY, label="old population")
        (self.new,) = left.plot([], [], color=style.GREEN, label="new population")
        left.legend(loc="upper left")
        self.people = left.scatter([], [], s=18, color=style.BLUE, alpha=0.5)
        self.ess = left.text(0.98, 0.72, "", ha="right", va="top", transform=left.transAxes)
        right.set(title="400 estimates of the risk", xlabel="weighted mean risk")
        right.set(xlim=(0.15, 1.0), ylim=(0, 0.62), ylabel="share of estimates")
        self.bars = right.stairs(
            np.zeros(68), self.BINS, fill=True, facecolor=style.SKY, edgecolor=style.BLUE
        )
        (self.true,) = right.plot([], [], color=style.BLACK, lw=2)
        (self.mean,) = right.plot([], [], "--", color=style.VERMILION, lw=2.5)
        self.readout = right.text(0.03, 0.97, "", va="top", transform=right.transAxes)

    def update(self, now):
        self.new.set_data(self.X, np.exp(-((self.X - now.shift) ** 2) / 2) / (2 * np.pi) ** 0.5)
        self.people.set_offsets(np.column_stack([now.x, 1.6 * now.weights]))
        self.ess.set_text(
            f"effective size {fixed(now.size, 0)}\nmiddle of 400: {fixed(now.middle, 0)}\n"
            f"largest weight {fixed(100 * now.largest, 1)} %\nclipped: {now.clip}"
        )
        share, _ = np.histogram(now.estimates, self.BINS)
        self.bars.set_data(share / len(now.estimates))
        self.true.set_data([now.true] * 2, [0, 0.45])
        self.mean.set_data([now.estimates.mean()] * 2, [0, 0.45])
        self.readout.set_text(
            f"true (solid) {fixed(now.true, 3)}\nmean (dashed) {fixed(now.estimates.mean(), 3)}\n"
            f"spread {fixed(now.estimates.std(), 3)}"
        )

    def describe(self, now):
        return (
            f"The new population lies {fixed(now.shift, 2)} further right; weights clipped: "
            f"{now.clip}. The first 500 people count as much as {fixed(now.size, 0)}, and one of "
            f"them has {fixed(100 * now.largest, 1)} % of the weight; of 400 such samples the middle "
            f"one counts as much as {fixed(now.middle, 0)} people. The 400 estimates of the "
            f"risk have the mean {fixed(now.estimates.mean(), 3)} and the spread "
            f"{fixed(now.estimates.std(), 4)}; true is {fixed(now.true, 3)}."
        )


RULES = {
    "above ½": "½",
    "above 1/(1 + price)": "price",
    "corrected, above 1/(1 + price)": "corrected",
}


@figure(
    price=Slider("price of a missed tumour", 1, 30, step=1, default=9),
    cure=Choice("trained with", list(tumours.CURES), default="weights"),
    rule=Choice("called malignant", list(RULES), default="above ½"),
)
class PriceOfAMiss:
    """Cost per 1000 tumours by price, mean of 20 splits, for the chosen training and for none."""

    PRICES = np.arange(1, 31)

    def __init__(self):
        self._curves = {}

    def curve(self, cure, rule):
        if (cure, rule) not in self._curves:
            values = [tumours.costs(cure, int(p), rule).numpy() for p in self.PRICES]
            self._curves[cure, rule] = np.array(values)
        return self._curves[cure, rule]

    def measure(self, price, cure, rule):
        mine = self.curve(cure, RULES[rule])
        plain = self.curve("none", "price")
        here = mine[price - 1] - plain[price - 1]
        return {
            "mine": mine.mean(1),
            "low": mine.min(1),
            "high": mine.max(1),
            "cost": mine[price - 1].mean(),
            "plain": plain[price - 1].mean(),
            "wins": int((here < 0).sum()),
            "losses": int((here > 0).sum()),
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="cost for 1000 tumours, mean of 20 splits", xlim=(0.5, 30.5))
        axes.set(xlabel="price of a missed tumour", ylim=(0, 2000))
        half, own = (self.curve("none", rule).mean(1) for rule in ("½", "price"))
        axes.plot(self.PRICES, half, ":", color=style.GREY, label="no remedy, above ½")
        axes.plot(self.PRICES, own, "--", color=style.GREY, label="no remedy, above 1/(1 + price)")
        (self.line,) = axes.plot([], [], color=style.VERMILION, lw=3, label="as chosen")
        (self.dot,) = axes.plot([], [], "o", color=style.BLACK, markersize=9)
        axes.legend(loc="upper left")
        self.readout = axes.text(0.98, 0.04, "", ha="right", transform=axes.transAxes)

    def update(self, now):
        self.line.set_data(self.PRICES, now.mine)
        self.dot.set_data([now.price], [now.cost])
        self.readout.set_text(
            f"{now.cure}, {now.rule}: {fixed(now.cost, 0)}\n"
            f"dearer than the dashed line in {now.losses} splits, cheaper in {now.wins}"
        )

    def describe(self, now):
        return (
            f"A miss costs {now.price} false alarms. Trained with {now.cure}, called malignant "
            f"{now.rule}: {fixed(now.cost, 0)} for 1000 tumours; without a remedy and above "
            f"1/(1 + price) {fixed(now.plain, 0)}. Of 20 splits the first is dearer in "
            f"{now.losses} and cheaper in {now.wins}."
        )
