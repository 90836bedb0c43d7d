"""The live figures of the dropout page."""

import numpy as np
import torch

from helpers.dropout_scaling import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import key, set_lines, set_texts, ticks
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "LossByStep",
    "EveryMask",
    "AfterActivation",
    "OrderMatters",
    "TwoConventions",
    "QuotientsUnderMasks",
]

RATES = formulas.RATES[:9]
LOWEST = 0.05  # of the losses that LossByStep draws


@figure(
    rate=Slider("rate", 0.0, 0.8, step=0.1, default=0.3),
    setup=Choice("hidden layers, training", list(formulas.SETUPS), "64 units, 1000 digits"),
)
class LossByStep:
    """The loss on trained and on new digits while networks learn, and where it ends by rate."""

    def measure(self, rate, setup):
        finals = formulas.finals(setup)[..., 3].numpy()  # (rates, seeds)
        curves = (*formulas.curve(setup, rate).T, formulas.curve(setup, 0.0)[:, 1])
        return {
            "curves": curves,
            "ends": [fixed(curve[-1]) for curve in curves],
            "band": (finals.min(1), finals.max(1)),
            "mean": finals.mean(1),
            "lower": (finals[formulas.RATES.index(rate)] < finals[0]).sum(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[5, 4], sharey=True)
        left.set(title="loss while training", xlabel="step", xlim=(-8, 608), yscale="log")
        left.set_ylim(LOWEST * 0.9, 2.6)
        ticks(left, y={LOWEST: "≤ 0.05", 0.1: "0.1", 0.2: "0.2", 0.5: "0.5", 1: "1", 2: "2"})
        right.set(title="after 600 steps", xlabel="rate", xlim=(-0.04, 0.84))
        looks = (
            {"color": style.BLUE, "ls": "-", "label": "trained digits"},
            {"color": style.VERMILION, "ls": "-", "label": "new digits"},
            {"color": style.GREY, "ls": ":", "label": "new digits, rate 0"},
        )
        self.lines = [left.plot([], [], **look)[0] for look in looks]
        band = {"color": style.VERMILION, "alpha": 0.25, "lw": 0, "label": "8 starts"}
        self.band = right.fill_between(RATES, 1, 2, **band)
        (self.line,) = right.plot([], [], color=style.VERMILION)
        (self.here,) = right.plot([], [], "D", color=style.VERMILION, ms=9)
        handles = [*self.lines, self.band]
        canvas.legend(handles=handles, loc="outside lower center", ncols=4, columnspacing=1.2)
        self.words = right.text(0, 0.055, "", va="bottom", linespacing=1.4)

    def update(self, now):
        set_lines(self.lines, formulas.STEPS, [curve.clamp(min=LOWEST) for curve in now.curves])
        self.band.set_data(RATES, *now.band)
        self.line.set_data(RATES, now.mean)
        self.here.set_data([now.rate], [now.mean[formulas.RATES.index(now.rate)]])
        trained, new, _ = now.ends
        self.words.set_text(f"trained digits {trained}\nnew digits {new}")

    def describe(self, now):
        trained, new, without = now.ends
        return (
            f"{now.setup.capitalize()}, rate {now.rate:g}: after 600 steps the loss is {trained} on "
            f"the trained digits and {new} on new ones; without dropout it is {without} on new ones. "
            f"It is lower with dropout in {now.lower} of 8 random starts."
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
        ticks(axes, x=[-20, -5, -2, -1, 0, 1, 2, 5, 10])
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
        def bias_after(n, size):
            return formulas.bias_after(activation, n, total, rate, size)[0]

        biases = np.array([[bias_after(n, size) for n in NUMBERS] for size in formulas.SIZES])
        f, bias = formulas.ACTIVATIONS[activation], biases[0, NUMBERS.index(int(inputs))]
        at = float(f(torch.tensor(total, dtype=torch.float64)))
        return {"f": f, "at": at, "mean": at + bias, "bias": bias, "biases": biases}

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
        ticks(gaps, x=NUMBERS, y={FLOOR: "<10⁻⁴", 1e-3: "0.001", 0.01: "0.01", 0.1: "0.1", 1: "1"})
        looks = {
            "weights 1/√n": {"color": style.VERMILION, "marker": "s", "ms": 4},
            "weights 1/n": {"color": style.PURPLE, "marker": "s", "ms": 4, "ls": "--"},
        }
        self.biases = [gaps.plot([], [], **look)[0] for look in looks.values()]
        (self.here,) = gaps.plot([], [], "D", color=style.VERMILION, ms=9)
        key(canvas, looks, loc="outside lower right", ncols=2, handlelength=2)

    def update(self, now):
        n = int(now.inputs)
        values, p = formulas.sum_distribution(n, now.total, now.rate)
        heights, _ = np.histogram(values.clamp(-4.2, 4.2), self.EDGES, weights=p)
        self.bars.set_data(heights)
        self.curve.set_data(self.Z, now.f(self.Z))
        self.gap.set_data([now.total] * 2, [now.at, now.mean])
        self.point.set_data([now.total], [now.at])
        self.mean.set_data([now.total], [now.mean])
        self.words.set_text(f"◆ mean {fixed(now.mean)}\n○ f(S) {fixed(now.at)}")
        set_lines(self.biases, NUMBERS, np.maximum(abs(now.biases), FLOOR))
        self.here.set_data([n], [max(abs(now.bias), FLOOR)])

    def describe(self, now):
        ends = (now.biases[0, 0], *now.biases[:, -1])
        first, last, average = (fixed(bias, 4, sign=True) for bias in ends)
        return (
            f"{now.activation} after dropout at rate {now.rate:g} on {now.inputs} inputs with sum "
            f"S = {fixed(now.total, 1)}: the mean over masks is {fixed(now.mean, 4)}, f(S) is "
            f"{fixed(now.at, 4)}. From 4 to 1024 inputs the gap goes from {first} to {last} with "
            f"weights 1/√n and to {average} with weights 1/n."
        )


ORDERS = formulas.ORDERS


@figure(
    activation=Choice("activation", list(formulas.ACTIVATIONS), "sigmoid"),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.5),
)
class OrderMatters:
    """What a unit sends when dropout stands before its activation, and when it stands behind it."""

    Z = torch.linspace(-3, 3, 241, dtype=torch.float64)

    def measure(self, activation, rate):
        evaluation = formulas.ACTIVATIONS[activation](self.Z)
        training = [formulas.unit_outcomes(order, activation, self.Z, rate) for order in ORDERS]
        return {"sent": [(*outcomes, evaluation) for outcomes in training]}

    def draw(self, canvas):
        looks = {
            "kept": {"color": style.BLUE, "lw": 1},
            "dropped": {"color": style.ORANGE, "ls": "-."},
            "mean in training": {"color": style.VERMILION, "lw": 3},
            "evaluation, f(z)": {"color": style.BLACK, "ls": ":", "lw": 2.2},
        }
        self.lines = []
        for axes, order in zip(canvas.subplots(1, 2, sharey=True), ORDERS, strict=True):
            axes.set(title=order.replace(", then", " →"), xlabel="pre-activation z")
            axes.set(xlim=(-3, 3), ylim=(-1.1, 1.6))
            self.lines += [axes.plot([], [], **look)[0] for look in looks.values()]
        key(canvas, looks, loc="outside lower center", ncols=4, handlelength=2.2)

    def update(self, now):
        first, second = now.sent
        set_lines(self.lines, self.Z, first + second)

    def describe(self, now):
        at = 200  # of Z, where z = 2
        first, second = ([fixed(values[at]) for values in sent] for sent in now.sent)
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
        drawn = (*formulas.PROGRAMS, "inverted", program)
        curves = torch.stack([self._means(name, optimiser) for name in drawn])
        mean, sd, output = formulas.layer_outputs(program, rate)
        here = curves[-2:, PLOTTED.index(rate)]  # of "inverted" and of the program
        return {"mean": mean, "sd": sd, "output": output, "curves": curves, "here": here}

    @staticmethod
    def _means(program, optimiser):
        """Means of the seeds, (rates, measures)."""
        every = [formulas.program_measures(program, r, None, optimiser).mean(0) for r in PLOTTED]
        return torch.stack(every)

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
        looks = {
            "chosen program": {"color": style.VERMILION},
            "inverted": {"color": style.BLACK, "ls": "--", "lw": 1.5},
            "the others": {"color": "#A0A0A0", "lw": 1},
        }
        drawn = ["the others"] * len(formulas.PROGRAMS) + ["inverted", "chosen program"]
        self.lines, self.here, self.values = [], [], []
        for panel, (title, scale, less, limits, places) in zip(panels, PANELS, strict=True):
            panel.set_title(title, pad=style.points(24))
            panel.set(xlabel="rate", xlim=(0.05, 0.85), yscale=scale)
            panel.set_ylim(limits[0] - less, limits[1] - less)
            ticks(panel, y={place - less: f"{place:g}" for place in places})
            self.lines.append([panel.plot([], [], **looks[name])[0] for name in drawn])
            self.here += panel.plot([], [], "D", color=style.VERMILION, ms=8)
            self.values.append(panel.text(0, 1.03, "", transform=panel.transAxes))
        key(canvas, looks, loc="outside lower right", ncols=3)

    def update(self, now):
        self.spread.set_data([0, 0], [now.mean - now.sd, now.mean + now.sd])
        self.training.set_data([0], [now.mean])
        self.output.set_data([1], [now.output])
        set_texts(self.words, (fixed(now.mean, 2), fixed(now.output, 2)))
        for panel, column in enumerate((1, 0)):
            less, here = PANELS[panel][2], now.here[1, column]
            set_lines(self.lines[panel], PLOTTED, now.curves[..., column] - less)
            self.here[panel].set_data([now.rate], [here - less])
            self.values[panel].set_text(f"{fixed(here)} at {now.rate:g}")

    def describe(self, now):
        right, chosen = ([fixed(value) for value in values] for values in now.here)
        return (
            f"{now.program.capitalize()} at rate {now.rate:g}: a sum of −1 is {fixed(now.mean, 2)} ± "
            f"{fixed(now.sd, 2)} in training and {fixed(now.output, 2)} in evaluation. On new digits, "
            f"trained with {now.optimiser}: cross-entropy {chosen[1]} and accuracy {chosen[0]}, "
            f"against {right[1]} and {right[0]} for inverted dropout."
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
        ticks(axes, y=[-(10**6), -(10**4), -100, -1, 0, 1, 100, 10**4, 10**6])
        self.words = axes.text(24.6, -9e6, "", ha="right", va="center")
        hollow = {"mfc": "none", "mec": style.BLUE, "ms": 11, "mew": 1.8, "label": "backward"}
        name = "difference of two evaluations / 2h"
        self.marks = [
            *axes.plot([], [], "o", **hollow),
            *axes.plot([], [], "D", color=style.VERMILION, ms=5, label=name),
        ]
        canvas.legend(loc="outside lower center", ncols=2, handletextpad=0.2)

    def update(self, now):
        calls = range(1, formulas.DRAWS + 1)
        set_lines(self.marks, calls, (now.slopes, now.quotients))
        self.words.set_text(f"largest gap {brief(now.gap.max(), 2)}")

    def describe(self, now):
        return (
            f"Step {brief(now.step)}, rate {now.rate:g}, mask of the second evaluation {now.masks}: the "
            f"quotient misses backward's slope by at most {brief(now.gap.max(), 2)}, and by more "
            f"than 0.01 in {int((now.gap > 0.01).sum())} of 24 calls. Backward's slopes reach "
            f"from {fixed(now.slopes.min(), 2)} to {fixed(now.slopes.max(), 2)}."
        )
