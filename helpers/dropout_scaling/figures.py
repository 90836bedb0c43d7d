"""The live figures of the dropout page."""

import itertools

import numpy as np
import torch

from helpers.dropout_scaling import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "LossByStep",
    "EveryMask",
    "AfterActivation",
    "OrderMatters",
    "TwoConventions",
    "QuotientsUnderMasks",
]

LOWEST = 0.05  # of the losses that LossByStep draws
LOSS_TICKS = ([0.05, 0.1, 0.2, 0.5, 1, 2], ["≤ 0.05", "0.1", "0.2", "0.5", "1", "2"])


@figure(
    rate=Slider("rate", 0.0, 0.8, step=0.1, default=0.3),
    setup=Choice("hidden layers, training", list(formulas.SETUPS), "64 units, 1000 digits"),
)
class LossByStep:
    """The loss on trained and on new digits while networks learn, and where it ends by rate."""

    def measure(self, rate, setup):
        finals = formulas.finals(setup)[..., 3]  # (rates, seeds)
        return {
            "curve": formulas.curve(setup, rate).numpy(),
            "without": formulas.curve(setup, 0.0)[:, 1].numpy(),
            "low": finals.amin(1).numpy(),
            "high": finals.amax(1).numpy(),
            "mean": finals.mean(1).numpy(),
            "lower": int((finals[formulas.RATES.index(rate)] < finals[0]).sum()),
        }

    def draw(self, canvas):
        self.rates = np.array(formulas.RATES[:9])
        left, right = canvas.subplots(1, 2, width_ratios=[5, 4], sharey=True)
        left.set(title="loss while training", xlabel="step", xlim=(-8, 608), yscale="log")
        left.set_ylim(LOWEST * 0.9, 2.6)
        left.set_yticks(*LOSS_TICKS)
        left.minorticks_off()
        right.set(title="after 600 steps", xlabel="rate", xlim=(-0.04, 0.84))
        looks = (
            {"color": style.BLUE, "ls": "-", "label": "trained digits"},
            {"color": style.VERMILION, "ls": "-", "label": "new digits"},
            {"color": style.GREY, "ls": ":", "label": "new digits, rate 0"},
        )
        self.lines = [left.plot([], [], **look)[0] for look in looks]
        self.band = right.fill_between(
            self.rates, 1, 2, color=style.VERMILION, alpha=0.25, lw=0, label="8 starts"
        )
        (self.line,) = right.plot([], [], color=style.VERMILION)
        (self.here,) = right.plot([], [], "D", color=style.VERMILION, ms=9)
        handles = [left.plot([], [], **look)[0] for look in looks]
        handles.append(
            right.fill_between([], [], color=style.VERMILION, alpha=0.25, lw=0, label="8 starts")
        )
        canvas.legend(handles=handles, loc="outside lower center", ncols=4, columnspacing=1.2)
        self.words = right.text(0, 0.055, "", va="bottom", linespacing=1.4)

    def update(self, now):
        shown = (now.curve[:, 0], now.curve[:, 1], now.without)
        for line, losses in zip(self.lines, shown, strict=True):
            line.set_data(formulas.STEPS, np.maximum(losses, LOWEST))
        self.band.set_data(self.rates, now.low, now.high)
        self.line.set_data(self.rates, now.mean)
        self.here.set_data([now.rate], [now.mean[formulas.RATES.index(now.rate)]])
        trained, new = now.curve[-1]
        self.words.set_text(f"trained digits {fixed(trained)}\nnew digits {fixed(new)}")

    def describe(self, now):
        trained, new = now.curve[-1]
        return (
            f"{now.setup.capitalize()}, rate {now.rate:g}: after 600 steps the loss is {fixed(trained)} "
            f"on the trained digits and {fixed(new)} on new ones; without dropout it is "
            f"{fixed(now.without[-1])} on new ones. It is lower with dropout in {now.lower} of 8 random "
            "starts."
        )


KEPT_UNITS = {"divided by 1 − rate": "÷ (1 − rate)", "left alone": "none"}


@figure(
    rate=Slider("rate", 0.0, 0.9, step=0.1, default=0.2),
    scaling=Choice("kept units are", list(KEPT_UNITS), "divided by 1 − rate"),
)
class EveryMask:
    """All 16 masks of four inputs: the sum that each gives, and the mean over all."""

    def measure(self, rate, scaling):
        sums, p = formulas.masked_sums(formulas.X, formulas.W, rate, KEPT_UNITS[scaling])
        mean, variance = map(float, formulas.moments(sums, p))
        return {"sums": sums, "p": p, "mean": mean, "variance": variance}

    def draw(self, canvas):
        self.kept = formulas.all_masks(4).sum(1).numpy()
        axes = canvas.subplots()
        axes.set_xscale("symlog", linthresh=2, linscale=1.6)
        axes.set(title="16 masks: a dot each, its area the mask's probability")
        axes.set(xlabel="sum over the inputs (logarithmic beyond ±2)", ylabel="inputs kept")
        axes.set(xlim=(-26, 14), ylim=(-1.7, 5.1), yticks=range(5))
        ticks = [-20, -5, -2, -1, 0, 1, 2, 5, 10]
        axes.set_xticks(ticks, [f"{tick}".replace("-", "−") for tick in ticks])
        axes.minorticks_off()
        axes.axvline(-1, ymin=0.2, ymax=0.93, color=style.BLACK, ls="--", lw=1.2)
        axes.text(-1, 4.72, "S = −1, nothing dropped", ha="center")
        self.dots = axes.scatter([0] * 16, self.kept, color=style.BLUE, alpha=0.75, lw=0)
        (self.spread,) = axes.plot([], [], color=style.VERMILION)
        (self.mean,) = axes.plot([], [], "D", color=style.VERMILION, ms=9)
        self.words = axes.text(0, -1.45, "", ha="center")

    def update(self, now):
        self.dots.set_offsets(np.column_stack([now.sums, self.kept]))
        self.dots.set_sizes(np.where(now.p > 0, 6 + 1300 * now.p, 0))
        sd = max(now.variance, 0) ** 0.5
        self.spread.set_data([now.mean - sd, now.mean + sd], [-0.7, -0.7])
        self.mean.set_data([now.mean], [-0.7])
        self.words.set_position((now.mean, -1.45))
        how = f"divided by {1 - now.rate:.1f}" if now.scaling != "left alone" else now.scaling
        self.words.set_text(f"{how}: mean {fixed(now.mean)}, sd {fixed(sd)}")

    def describe(self, now):
        return (
            f"Rate {now.rate:g}, kept units {now.scaling}: over the 16 masks the sum has mean "
            f"{fixed(now.mean)}, against S = −1 without dropout, and variance {fixed(now.variance)}. "
            f"The sums reach from {fixed(now.sums.min(), 2)} to {fixed(now.sums.max(), 2)}."
        )


NUMBERS = (4, 16, 64, 256, 1024)
FLOOR = 1e-4


@figure(
    activation=Choice("activation", list(formulas.ACTIVATIONS), "ReLU"),
    rate=Slider("rate", 0.0, 0.8, step=0.1, default=0.6),
    total=Slider("S, nothing dropped", -2.0, 2.0, step=0.5, default=0.0),
    inputs=Choice("inputs n", [str(n) for n in NUMBERS], "16"),
)
class AfterActivation:
    """An activation behind a scaled dropout: its mean over masks, and what more inputs change."""

    EDGES = np.linspace(-4.25, 4.25, 18)
    Z = torch.linspace(-4.25, 4.25, 341, dtype=torch.float64)

    def measure(self, activation, rate, total, inputs):
        biases = [
            [formulas.bias_after(activation, n, total, rate, size)[0] for n in NUMBERS]
            for size in formulas.SIZES
        ]
        at = float(formulas.ACTIVATIONS[activation](torch.tensor(total, dtype=torch.float64)))
        here = NUMBERS.index(int(inputs))
        return {"biases": np.array(biases), "at": at, "here": here, "n": int(inputs)}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[4, 3], height_ratios=[4, 1])
        curve, below = canvas.add_subplot(grid[0, 0]), canvas.add_subplot(grid[1, 0])
        gaps = canvas.add_subplot(grid[:, 1])
        curve.set(title="activation f", xlim=(-4.25, 4.25), ylim=(-1.05, 2.2))
        (self.curve,) = curve.plot([], [], color=style.GREY, lw=1.5)
        (self.gap,) = curve.plot([], [], color=style.VERMILION, lw=1.5)
        (self.point,) = curve.plot([], [], "o", mfc="white", mec=style.BLACK, ms=7, mew=1.5)
        (self.mean,) = curve.plot([], [], "D", color=style.VERMILION, ms=6)
        self.words = curve.text(-4.1, 2.15, "", va="top", linespacing=1.4)
        below.set(xlabel="sum under dropout", xlim=(-4.25, 4.25), ylim=(0, 1.05), yticks=[0, 1])
        below.set_ylabel("share")
        self.bars = below.stairs(self.EDGES[1:], self.EDGES, fill=True, color=style.BLUE)

        gaps.set(title="gap |mean − f(S)|", xlabel="inputs n", xscale="log", yscale="log")
        gaps.set(xlim=(3, 1500), ylim=(FLOOR / 2, 3))
        gaps.set_yticks([1e-4, 1e-3, 1e-2, 0.1, 1], ["<10⁻⁴", "0.001", "0.01", "0.1", "1"])
        gaps.set_xticks(NUMBERS, NUMBERS)
        gaps.minorticks_off()
        self.biases = []
        looks = (("-", style.VERMILION, "weights 1/√n"), ("--", style.PURPLE, "weights 1/n"))
        for dashes, colour, label in looks:
            look = {"ls": dashes, "color": colour, "marker": "s", "ms": 4}
            self.biases += gaps.plot(NUMBERS, NUMBERS, **look)
            gaps.plot([], [], **look, label=label)
        (self.here,) = gaps.plot([], [], "D", color=style.VERMILION, ms=9)
        canvas.legend(loc="outside lower right", ncols=2, handlelength=2)

    def update(self, now):
        values, p = formulas.sum_distribution(now.n, now.total, now.rate)
        heights, _ = np.histogram(values.clamp(-4.2, 4.2), self.EDGES, weights=p)
        self.bars.set_data(heights)
        mean = now.at + now.biases[0, now.here]
        self.curve.set_data(self.Z.numpy(), formulas.ACTIVATIONS[now.activation](self.Z).numpy())
        self.gap.set_data([now.total] * 2, [now.at, mean])
        self.point.set_data([now.total], [now.at])
        self.mean.set_data([now.total], [mean])
        self.words.set_text(f"◆ mean {fixed(mean)}\n○ f(S) {fixed(now.at)}")
        for line, sizes in zip(self.biases, np.maximum(abs(now.biases), FLOOR), strict=True):
            line.set_ydata(sizes)
        self.here.set_data([now.n], [max(abs(now.biases[0, now.here]), FLOOR)])

    def describe(self, now):
        first, last, average = (
            fixed(bias, 4, sign=True) for bias in (*now.biases[0, [0, -1]], now.biases[1, -1])
        )
        return (
            f"{now.activation} after dropout at rate {now.rate:g} on {now.inputs} inputs with sum "
            f"S = {fixed(now.total, 1)}: the mean over masks is "
            f"{fixed(now.at + now.biases[0, now.here], 4)}, f(S) is {fixed(now.at, 4)}. From 4 to "
            f"1024 inputs the gap goes from {first} to {last} with weights 1/√n and to {average} "
            "with weights 1/n."
        )


ORDERS = formulas.ORDERS


@figure(
    activation=Choice("activation", list(formulas.ACTIVATIONS), "sigmoid"),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.5),
)
class OrderMatters:
    """What a unit sends when dropout stands before its activation, and when it stands behind it."""

    LOOKS = (
        {"color": style.BLUE, "ls": "-", "lw": 1, "label": "kept"},
        {"color": style.ORANGE, "ls": "-.", "label": "dropped"},
        {"color": style.VERMILION, "ls": "-", "lw": 3, "label": "mean in training"},
        {"color": style.BLACK, "ls": ":", "lw": 2.2, "label": "evaluation, f(z)"},
    )
    Z = torch.linspace(-3, 3, 241, dtype=torch.float64)

    def measure(self, activation, rate):
        return {"outcomes": [self._outcomes(order, activation, self.Z, rate) for order in ORDERS]}

    @staticmethod
    def _outcomes(order, activation, z, rate):
        """What the unit sends for each of LOOKS."""
        outcomes = formulas.unit_outcomes(order, activation, z, rate)
        return *outcomes, formulas.ACTIVATIONS[activation](z)

    def draw(self, canvas):
        z = self.Z.numpy()
        self.lines = []
        for axes, order in zip(canvas.subplots(1, 2, sharey=True), ORDERS, strict=True):
            axes.set(title=order.replace(", then", " →"), xlabel="pre-activation z")
            axes.set(xlim=(-3, 3), ylim=(-1.1, 1.6))
            for look in self.LOOKS:
                self.lines += axes.plot(z, 0 * z, **look)
                axes.plot([], [], **look)  # for the legend, which stands still
        handles = axes.lines[1::2]
        canvas.legend(handles=handles, loc="outside lower center", ncols=4, handlelength=2.2)

    def update(self, now):
        for line, values in zip(self.lines, itertools.chain(*now.outcomes), strict=True):
            line.set_ydata(values.numpy())

    def describe(self, now):
        two = torch.full((1,), 2.0, dtype=torch.float64)
        first, second = (
            [fixed(v) for v in self._outcomes(order, now.activation, two, now.rate)]
            for order in ORDERS
        )
        return (
            f"{now.activation} at rate {now.rate:g}, z = 2. Dropout first: the unit sends {first[0]} "
            f"when kept, {first[1]} when dropped, {first[2]} in the mean. Activation first: "
            f"{second[0]}, {second[1]}, {second[2]}. Evaluation gives {second[3]}."
        )


PLOTTED = list(formulas.RATES[1:9])
PANELS = (  # title, scale, what is subtracted first (it stretches the small losses), limits, ticks
    ("cross-entropy", "log", 0.15, (0.18, 7), [0.2, 0.25, 0.3, 0.5, 1, 2, 5]),
    ("accuracy", "linear", 0, (0, 1.02), [0, 0.2, 0.4, 0.6, 0.8, 1]),
)


@figure(
    program=Choice("program", list(formulas.PROGRAMS), "scaled twice"),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.2),
    optimiser=Choice("trained with", list(formulas.OPTIMISERS), "Adam"),
)
class TwoConventions:
    """Six programs: a layer's output in training and in evaluation, and the measures of digits."""

    def measure(self, program, rate, optimiser):
        mean, sd, output = formulas.layer_outputs(program, rate)
        found = {name: self._means(name, optimiser) for name in formulas.PROGRAMS}
        return {"mean": mean, "sd": sd, "output": output, "found": found}

    @staticmethod
    def _means(program, optimiser):
        """Means of the seeds, (rates, measures)."""
        every = [formulas.program_measures(program, r, None, optimiser).mean(0) for r in PLOTTED]
        return torch.stack(every).numpy()

    def draw(self, canvas):
        left, *panels = canvas.subplots(1, 3, width_ratios=[3, 4, 4])
        left.set(xlim=(-0.6, 1.6), ylim=(-5.6, 3.6))
        left.set_title("one sum, S = −1", pad=style.points(24))
        left.set_xticks([0, 1], ["training", "eval."])
        left.axhline(-1, color=style.BLACK, ls="--", lw=1.2)
        (self.spread,) = left.plot([], [], color=style.BLUE, lw=3)
        (self.training,) = left.plot([], [], "o", color=style.BLUE, ms=9)
        (self.output,) = left.plot([], [], "D", color=style.VERMILION, ms=9)
        self.words = [left.text(x, 3.86, "", ha="center") for x in (0, 1)]
        self.others, self.inverted, self.chosen, self.here, self.values = [], [], [], [], []
        looks = (
            {"color": style.VERMILION, "label": "chosen program"},
            {"color": style.BLACK, "ls": "--", "lw": 1.5, "label": "inverted"},
            {"color": "#A0A0A0", "lw": 1, "label": "the others"},
        )
        for panel, (title, scale, less, limits, ticks) in zip(panels, PANELS, strict=True):
            panel.set_title(title, pad=style.points(24))
            panel.set(xlabel="rate", xlim=(0.05, 0.85), yscale=scale)
            panel.set_ylim(limits[0] - less, limits[1] - less)
            panel.set_yticks(np.array(ticks) - less, [f"{tick:g}" for tick in ticks])
            panel.minorticks_off()
            self.others.append([panel.plot([], [], **looks[2])[0] for _ in formulas.PROGRAMS])
            self.inverted += panel.plot([], [], **looks[1])
            self.chosen += panel.plot([], [], **looks[0])
            self.here += panel.plot([], [], "D", color=style.VERMILION, ms=8)
            self.values.append(panel.text(0, 1.03, "", transform=panel.transAxes))
        handles = [left.plot([], [], **look)[0] for look in looks]
        canvas.legend(handles=handles, loc="outside lower right", ncols=3)

    def update(self, now):
        self.spread.set_data([0, 0], [now.mean - now.sd, now.mean + now.sd])
        self.training.set_data([0], [now.mean])
        self.output.set_data([1], [now.output])
        self.words[0].set_text(fixed(now.mean, 2))
        self.words[1].set_text(fixed(now.output, 2))
        at = PLOTTED.index(now.rate)
        for panel, column in enumerate((1, 0)):
            less = PANELS[panel][2]
            for line, values in zip(self.others[panel], now.found.values(), strict=True):
                line.set_data(PLOTTED, values[:, column] - less)
            chosen = now.found[now.program][:, column]
            self.inverted[panel].set_data(PLOTTED, now.found["inverted"][:, column] - less)
            self.chosen[panel].set_data(PLOTTED, chosen - less)
            self.here[panel].set_data([now.rate], [chosen[at] - less])
            self.values[panel].set_text(f"{fixed(chosen[at])} at {now.rate:g}")

    def describe(self, now):
        at = PLOTTED.index(now.rate)
        accuracy, loss = now.found[now.program][at]
        right = now.found["inverted"][at]
        return (
            f"{now.program.capitalize()} at rate {now.rate:g}: a sum of −1 is {fixed(now.mean, 2)} ± "
            f"{fixed(now.sd, 2)} in training and {fixed(now.output, 2)} in evaluation. On new digits, "
            f"trained with {now.optimiser}: cross-entropy {fixed(loss)} and accuracy "
            f"{fixed(accuracy)}, against {fixed(right[1])} and {fixed(right[0])} for inverted dropout."
        )


@figure(
    step=LogSlider("step h", -6, 0, per_decade=2, default=1e-2),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.2),
    masks=Choice("mask of the second call", list(formulas.MASKS), "fresh"),
)
class QuotientsUnderMasks:
    """Numerical derivatives of a dropout layer, the mask held fixed or drawn again."""

    def measure(self, step, rate, masks):
        quotients, slopes = formulas.difference_quotients(step, rate, masks)
        return {"quotients": quotients, "slopes": slopes, "gap": (quotients - slopes).abs()}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set_yscale("symlog", linthresh=1, linscale=1.2)
        axes.set(title="∂L/∂x₁ of one program, 24 calls", xlabel="call", ylabel="slope")
        axes.set(xlim=(0, 25), ylim=(-4e7, 6e6))
        ticks = [-(10**6), -(10**4), -100, -1, 0, 1, 100, 10**4, 10**6]
        names = ["−10⁶", "−10⁴", "−100", "−1", "0", "1", "100", "10⁴", "10⁶"]
        axes.set_yticks(ticks, names)
        axes.minorticks_off()
        self.calls = np.arange(1, formulas.DRAWS + 1)
        hollow = {"mfc": "none", "mec": style.BLUE, "ms": 11, "mew": 1.8}
        self.words = axes.text(24.6, -9e6, "", ha="right", va="center")
        (self.slopes,) = axes.plot([], [], "o", label="backward", **hollow)
        name = "difference of two evaluations / 2h"
        (self.quotients,) = axes.plot([], [], "D", color=style.VERMILION, ms=5, label=name)
        canvas.legend(loc="outside lower center", ncols=2, handletextpad=0.2)

    def update(self, now):
        self.slopes.set_data(self.calls, now.slopes.numpy())
        self.quotients.set_data(self.calls, now.quotients.numpy())
        self.words.set_text(f"largest gap {brief(now.gap.max(), 2)}")

    def describe(self, now):
        return (
            f"Step {brief(now.step)}, rate {now.rate:g}, mask of the second evaluation {now.masks}: the "
            f"quotient misses backward's slope by at most {brief(now.gap.max(), 2)}, and by more "
            f"than 0.01 in {int((now.gap > 0.01).sum())} of 24 calls. Backward's slopes reach "
            f"from {fixed(now.slopes.min(), 2)} to {fixed(now.slopes.max(), 2)}."
        )
