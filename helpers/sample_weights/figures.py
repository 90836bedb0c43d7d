"""The live figures of 15_sample_weights, in the order of the page."""

from functools import cache

import numpy as np
import torch

from helpers.sample_weights import formulas, tumours
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.parts import corner, histogram, key, set_lines, set_texts, shares
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "WeightedLine",
    "EveryBatch",
    "RareSamples",
    "RareClass",
    "ShiftedPopulation",
    "PriceOfAMiss",
]

EXACT = {"color": style.BLACK}
MEAN = {"color": style.VERMILION, "ls": "--", "lw": 2.5}


def bell(x, mean=0.0):
    """The density of normal numbers of this mean, with the standard deviation 1."""
    return torch.exp(-((x - mean) ** 2) / 2) / (2 * np.pi) ** 0.5


def spread_out(estimates):
    """Estimates with their mean and their spread."""
    return {"estimates": estimates, "mean": estimates.mean(), "spread": estimates.std()}


def set_upright(lines, places, height):
    """Let each line stand at its place, from 0 up to `height`."""
    for line, x in zip(lines, places, strict=True):
        line.set_data([x, x], [0, height])


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
        gradients = {d: formulas.slope_gradient(weights, d).item() for d in formulas.DIVISIONS}
        return {
            "weights": weights.numpy(),
            "best": formulas.fitted_slope(weights).item(),
            "gradients": gradients,
            "stepped": formulas.SLOPE - 0.015 * gradients[division],
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="the line through 0", xlabel="x", xlim=(0, 4.4), ylim=(0, 13.5))
        left.plot(self.ENDS, formulas.SLOPE * self.ENDS, color=style.GREY, lw=1.5, label="start")
        self.lines = left.plot([], [], "--", color=style.GREEN, label="best line")
        self.lines += left.plot([], [], color=style.VERMILION, lw=3, label="after one step")
        self.points = left.scatter(formulas.X, formulas.T, color=style.BLUE, zorder=3)
        left.legend(loc="upper left")
        right.set(title="−gradient", ylim=(0, 225), xlim=(-0.6, 2.6), xlabel="divided by")
        right.set_xticks(range(3), [d.removeprefix("by ") for d in formulas.DIVISIONS])
        self.bars = right.bar(range(3), [1, 1, 1], width=0.6)
        self.numbers = [right.text(k, 0, "", ha="center", va="bottom") for k in range(3)]

    def update(self, now):
        set_lines(self.lines, self.ENDS, (now.best * self.ENDS, now.stepped * self.ENDS))
        self.points.set_sizes(25 + 40 * now.weights)
        for k, (name, gradient) in enumerate(now.gradients.items()):
            colour = style.VERMILION if name == now.division else style.SKY
            self.bars[k].set(height=-gradient, facecolor=colour)
            self.numbers[k].set(text=fixed(-gradient, 2), y=-gradient + 2)

    def describe(self, now):
        weights = ", ".join(brief(w) for w in now.weights)
        return (
            f"Weights ({weights}), the weighted sum divided {now.division}: gradient "
            f"{fixed(now.gradients[now.division], 2)}; a step at rate 0.015 takes the slope from 0.5 to "
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
            **spread_out(values),
            "heavy": holds.numpy() > 1 if weight > 1 else np.zeros(len(values), bool),
            "exact": formulas.weighted_mean(formulas.LOSSES, weights).item(),
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(-2, 265), ylim=(0, 1.05), yticks=[], xlabel="loss of a batch")
        axes.set(title="every batch of the eight samples, a dot each")
        self.light = axes.scatter([], [], s=45, color=style.SKY, edgecolor=style.BLUE)
        self.heavy = axes.scatter([], [], s=45, color=style.ORANGE, edgecolor=style.VERMILION)
        self.lines = [axes.plot([], [], **look)[0] for look in (EXACT, MEAN)]
        looks = {"weighted loss of all eight": EXACT, "mean of all batches": MEAN}
        looks["with the last sample"] = {"ls": "", "marker": "o", "color": style.ORANGE}
        looks["without it"] = {"ls": "", "marker": "o", "color": style.SKY}
        key(axes, looks, loc="upper right")
        self.readout = corner(axes, 0.985, 0.5)

    def update(self, now):
        height = 0.08 + 0.84 * (np.arange(len(now.estimates)) + 0.5) / len(now.estimates)
        for dots, chosen in ((self.light, ~now.heavy), (self.heavy, now.heavy)):
            dots.set_offsets(np.column_stack([now.estimates[chosen], height[chosen]]))
        set_upright(self.lines, (now.exact, now.mean), 1.05)
        self.readout.set_text(
            f"all eight {fixed(now.exact, 2)}\nmean {fixed(now.mean, 2)}\n"
            f"spread {fixed(now.spread, 2)}\n÷ {now.normaliser}"
        )

    def describe(self, now):
        return (
            f"{len(now.estimates)} batches of {now.size}, the last sample of weight {now.weight}, "
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
        estimates = formulas.batch_gradients(pooling, weight, size)
        # Where batches with no, one and two rare samples lie, if they lie apart.
        rare = weight * gradients[-formulas.RARE :].mean().item()
        whole = size * weights.mean().item()
        return {
            **spread_out(estimates.numpy()),
            "exact": formulas.weighted_mean(gradients, weights).item(),
            "clumps": [(2 * (k - size) + k * rare) / whole for k in range(3)],
            "apart": pooling == formulas.POOLINGS[0] and -rare / whole > 9,
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(-46, 2), ylim=(0, 0.75), ylabel="share of batches")
        axes.set(xlabel="a batch's estimate of the gradient", title="1000 batches")
        self.bars = histogram(axes, self.BINS)
        self.lines = [axes.plot([], [], **look)[0] for look in ({**EXACT, "lw": 1.8}, MEAN)]
        looks = {"weighted gradient of all 1000:": EXACT, "mean of the batches:": MEAN}
        key(axes, {**looks, "their spread:": {"ls": ""}}, loc="upper left")
        heights = enumerate((0.56, 0.06, 0.06))
        self.clumps = [axes.text(0, y, f"{k} rare", ha="center") for k, y in heights]
        place = {"ha": "right", "va": "center", "transform": axes.transAxes}
        self.readouts = [axes.text(0.56, y, "", **place) for y in (0.942, 0.872, 0.803)]

    def update(self, now):
        self.bars.set_data(shares(now.estimates, self.BINS))
        set_upright(self.lines, (now.exact, now.mean), 0.75)
        for text, x in zip(self.clumps, now.clumps, strict=True):
            text.set(x=x, visible=now.apart)
        set_texts(self.readouts, (fixed(x, 2) for x in (now.exact, now.mean, now.spread)))

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
        density = (1 - pi) * bell(self.X), pi * bell(self.X, formulas.GAP)
        return {
            "p": p,
            "q": q,
            "cut": cut,
            "density": density,
            "truth": float(np.interp(cut, self.X, p)),
            "mean": (q * sum(density)).sum().item() * 0.025,
            "people": formulas.found_and_alarms(cut, pi),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="healthy and sick people", xlabel="measurement x", xlim=(-3, 5))
        left.set(ylim=(0, 0.62), yticks=[])
        groups = (("healthy", style.BLUE), ("sick", style.VERMILION))
        self.groups = [left.plot([], [], color=c, label=group)[0] for group, c in groups]
        (self.cut,) = left.plot([], [], "--", color=style.BLACK, lw=1.8)
        left.legend(loc="upper left")
        self.counts = corner(left, 0.98)
        right.set(title="what an output is worth", xlabel="output", xlim=(0, 1), ylim=(0, 1))
        right.set(ylabel="share that is sick", aspect="equal")
        right.plot([0, 1], [0, 1], ":", color=style.GREY, lw=1.5)
        (self.curve,) = right.plot([], [], color=style.VERMILION, lw=3)
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, markersize=9)
        self.readout = corner(right, 0.03)

    def update(self, now):
        set_lines(self.groups, self.X, now.density)
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

    X = torch.linspace(-3.5, 6.5, 301, dtype=torch.float64)
    BINS = np.linspace(0.15, 1.0, 69)

    def measure(self, shift, clip):
        estimates, sizes = formulas.shifted_risks(shift, clip)
        x = formulas.old_people()[0]
        weights = formulas.importance(x, shift, clip)
        weights = weights / weights.sum()
        return {
            **spread_out(estimates.numpy()),
            "dots": np.column_stack([x, 1.6 * weights]),
            "largest": weights.max(),
            "size": sizes[0],
            "middle": sizes.median(),
            "true": formulas.true_risk(shift),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="500 people, dots: weights", xlabel="x", xlim=(-3.5, 6.5), yticks=[])
        left.set_ylim(0, 0.8)
        left.plot(self.X, bell(self.X), color=style.GREY, label="old population")
        (self.new,) = left.plot([], [], color=style.GREEN, label="new population")
        left.legend(loc="upper left")
        self.people = left.scatter([], [], s=18, color=style.BLUE, alpha=0.5)
        self.ess = corner(left, 0.98, 0.72)
        right.set(title="400 estimates of the risk", xlabel="weighted mean risk")
        right.set(xlim=(0.15, 1.0), ylim=(0, 0.62), ylabel="share of estimates")
        self.bars = histogram(right, self.BINS)
        self.lines = [right.plot([], [], **look)[0] for look in (EXACT, MEAN)]
        self.readout = corner(right, 0.03)

    def update(self, now):
        self.new.set_data(self.X, bell(self.X, now.shift))
        self.people.set_offsets(now.dots)
        self.ess.set_text(
            f"effective size {fixed(now.size, 0)}\nmiddle of 400: {fixed(now.middle, 0)}\n"
            f"largest weight {fixed(100 * now.largest, 1)} %\nclipped: {now.clip}"
        )
        self.bars.set_data(shares(now.estimates, self.BINS))
        set_upright(self.lines, (now.true, now.mean), 0.45)
        self.readout.set_text(
            f"true (solid) {fixed(now.true)}\nmean (dashed) {fixed(now.mean)}\n"
            f"spread {fixed(now.spread)}"
        )

    def describe(self, now):
        return (
            f"The new population lies {fixed(now.shift, 2)} further right; weights clipped: "
            f"{now.clip}. The first 500 people count as much as {fixed(now.size, 0)}, and one of "
            f"them has {fixed(100 * now.largest, 1)} % of the weight; of 400 such samples the middle "
            f"one counts as much as {fixed(now.middle, 0)} people. The 400 estimates of the "
            f"risk have the mean {fixed(now.mean)} and the spread {fixed(now.spread, 4)}; "
            f"true is {fixed(now.true)}."
        )


PRICES = np.arange(1, 31)
RULES = {
    "above ½": "½",
    "above 1/(1 + price)": "price",
    "corrected, above 1/(1 + price)": "corrected",
}


@cache
def costs(cure, rule):
    """What 1000 tumours cost at each price, in each of the 20 splits."""
    return np.array([tumours.costs(cure, int(price), rule).numpy() for price in PRICES])


@figure(
    price=Slider("price of a missed tumour", 1, 30, step=1, default=9),
    cure=Choice("trained with", list(tumours.CURES), default="weights"),
    rule=Choice("called malignant", list(RULES), default="above ½"),
)
class PriceOfAMiss:
    """Cost per 1000 tumours by price, mean of 20 splits, for the chosen training and for none."""

    def measure(self, price, cure, rule):
        curve = costs(cure, RULES[rule])
        mine, plain = curve[price - 1], costs("none", "price")[price - 1]
        return {
            "curve": curve.mean(1),
            "cost": mine.mean(),
            "plain": plain.mean(),
            "wins": (mine < plain).sum(),
            "losses": (mine > plain).sum(),
        }

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="cost for 1000 tumours, mean of 20 splits", xlim=(0.5, 30.5))
        axes.set(xlabel="price of a missed tumour", ylim=(0, 2000))
        half, own = (costs("none", rule).mean(1) for rule in ("½", "price"))
        axes.plot(PRICES, half, ":", color=style.GREY, label="no remedy, above ½")
        axes.plot(PRICES, own, "--", color=style.GREY, label="no remedy, above 1/(1 + price)")
        (self.line,) = axes.plot([], [], color=style.VERMILION, lw=3, label="as chosen")
        (self.dot,) = axes.plot([], [], "o", color=style.BLACK, markersize=9)
        axes.legend(loc="upper left")
        self.readout = axes.text(0.98, 0.04, "", ha="right", transform=axes.transAxes)

    def update(self, now):
        self.line.set_data(PRICES, now.curve)
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
