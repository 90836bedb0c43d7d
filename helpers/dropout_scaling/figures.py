"""The live figures of the dropout page."""

import itertools

import numpy as np
import torch
from matplotlib.lines import Line2D

from helpers.dropout_scaling import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "EveryMask",
    "AfterActivation",
    "OrderMatters",
    "TwoConventions",
    "QuotientsUnderMasks",
    "DigitsByRate",
    "MonteCarloDigit",
]


ORDERS = formulas.ORDERS
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
    rate=Slider("rate", 0.0, 0.8, step=0.1, default=0.2),
    total=Slider("S, nothing dropped", -2.0, 2.0, step=0.5, default=0.0),
    inputs=Choice("inputs n", [str(n) for n in NUMBERS], "16"),
)
class AfterActivation:
    """An activation behind a scaled dropout: its mean over masks, and what more inputs change."""

    EDGES = np.linspace(-4.25, 4.25, 18)
    Z = torch.linspace(-4.25, 4.25, 341, dtype=torch.float64)

    def measure(self, activation, rate, total, inputs):
        found = [
            [formulas.bias_after(activation, n, total, rate, size) for n in NUMBERS]
            for size in formulas.SIZES
        ]
        biases, sds = np.moveaxis(np.array(found), 2, 0)  # (sizes, numbers) each
        at = float(formulas.ACTIVATIONS[activation](torch.tensor(total, dtype=torch.float64)))
        here = NUMBERS.index(int(inputs))
        return {"biases": biases, "sds": sds, "at": at, "here": here, "n": int(inputs)}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1, 1], height_ratios=[3, 2])
        curve, below = canvas.add_subplot(grid[0, 0]), canvas.add_subplot(grid[1, 0])
        bias, sd = canvas.add_subplot(grid[0, 1]), canvas.add_subplot(grid[1, 1])
        curve.set(title="activation f", xlim=(-4.25, 4.25), ylim=(-1.3, 2.6))
        (self.curve,) = curve.plot([], [], color=style.GREY, lw=1.5)
        (self.point,) = curve.plot([], [], "o", mfc="white", mec=style.BLACK, ms=8, mew=1.5)
        (self.mean,) = curve.plot([], [], "D", color=style.VERMILION, ms=7)
        self.words = curve.text(0.5, -1.2, "", va="bottom", linespacing=1.4)

        below.set(
            xlabel="sum under dropout", xlim=(-4.25, 4.25), ylim=(0, 1.05), yticks=[0, 0.5, 1]
        )
        below.set_ylabel("probability")
        self.bars = below.stairs(self.EDGES[1:], self.EDGES, fill=True, color=style.BLUE)
        self.beyond = below.text(4.2, 0.72, "", ha="right")

        n = np.array(NUMBERS)
        bias.set(title="bias |E f − f(S)|", xscale="log", yscale="log")
        bias.set(xlim=(3, 1500), ylim=(FLOOR / 2, 3))
        bias.set_yticks([1e-4, 1e-2, 1], ["<10⁻⁴", "0.01", "1"])
        sd.set(title="sd of the sum", xscale="log", xlim=(3, 1500), ylim=(-0.2, 3.4))
        sd.set(xlabel="inputs n")
        for axes in (bias, sd):
            axes.set_xticks(NUMBERS, NUMBERS if axes is sd else [""] * len(NUMBERS))
            axes.minorticks_off()
        self.biases, self.sds = [], []
        for style_of, colour in (("-", style.VERMILION), ("--", style.PURPLE)):
            kwargs = {"ls": style_of, "color": colour, "marker": "s", "ms": 4}
            self.biases += bias.plot(n, n, **kwargs)
            self.sds += sd.plot(n, n, **kwargs)
        self.here = bias.plot([], [], "D", color=style.VERMILION, ms=9)
        self.here += sd.plot([], [], "D", color=style.VERMILION, ms=9)
        bias.plot([], [], "-s", ms=4, color=style.VERMILION, label="weights 1/√n")
        bias.plot([], [], "--s", ms=4, color=style.PURPLE, label="weights 1/n")
        canvas.legend(loc="outside lower right", ncols=2, handlelength=2)

    def update(self, now):
        values, p = formulas.sum_distribution(now.n, now.total, now.rate)
        heights, _ = np.histogram(values.clamp(-4.2, 4.2), self.EDGES, weights=p)
        self.bars.set_data(heights)
        outside = float(p[values.abs() > 4.25].sum())
        self.beyond.set_text(f"{outside:.1%} further out" if outside > 5e-4 else "")
        bias, sd = now.biases[0, now.here], now.sds[0, now.here]
        self.curve.set_data(self.Z.numpy(), formulas.ACTIVATIONS[now.activation](self.Z).numpy())
        self.point.set_data([now.total], [now.at])
        self.mean.set_data([now.total], [now.at + bias])
        self.words.set_text(f"◆ mean {fixed(now.at + bias)}\n○ f(S) {fixed(now.at)}")
        for lines, sizes in (
            (self.biases, np.maximum(abs(now.biases), FLOOR)),
            (self.sds, now.sds),
        ):
            for line, size in zip(lines, sizes, strict=True):
                line.set_ydata(size)
        self.here[0].set_data([now.n], [max(abs(bias), FLOOR)])
        self.here[1].set_data([now.n], [sd])

    def describe(self, now):
        first, last, average = (
            fixed(bias, 4, sign=True) for bias in (*now.biases[0, [0, -1]], now.biases[1, -1])
        )
        return (
            f"{now.activation} after dropout at rate {now.rate:g} on {now.inputs} inputs with sum "
            f"S = {fixed(now.total, 1)}: the mean over masks is "
            f"{fixed(now.at + now.biases[0, now.here], 4)}, f(S) is {fixed(now.at, 4)}. From 4 to "
            f"1024 inputs the bias goes from {first} to {last} with weights 1/√n and to {average} "
            f"with weights 1/n; the sum's sd is {fixed(now.sds[0, now.here], 2)} here."
        )


@figure(
    activation=Choice("activation", list(formulas.ACTIVATIONS), "sigmoid"),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.2),
)
class OrderMatters:
    """What a unit sends when dropout stands before its activation, and when it stands behind it."""

    LOOKS = (
        {"color": style.BLUE, "ls": "-", "label": "kept"},
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
            axes.set(xlim=(-3, 3), ylim=(-1.6, 3.4))
            for look in self.LOOKS:
                self.lines += axes.plot(z, 0 * z, **look)
                axes.plot([], [], **look)  # for the legend, which stands still
        handles = axes.lines[1::2]
        canvas.legend(handles=handles, loc="outside lower center", ncols=4, handlelength=2.2)

    def update(self, now):
        for line, values in zip(self.lines, itertools.chain(*now.outcomes), strict=True):
            line.set_ydata(values.numpy())

    def describe(self, now):
        one = torch.ones(1, dtype=torch.float64)
        first, second = (
            [fixed(v) for v in self._outcomes(order, now.activation, one, now.rate)]
            for order in ORDERS
        )
        return (
            f"{now.activation} at rate {now.rate:g}, z = 1. Dropout first: the unit sends {first[0]} "
            f"when kept, {first[1]} when dropped, {first[2]} in the mean. Activation first: "
            f"{second[0]}, {second[1]}, {second[2]}; evaluation gives {second[3]}."
        )


RATES = list(formulas.RATES[1:9])


@figure(
    program=Choice("program", list(formulas.PROGRAMS), "scaled twice"),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.2),
)
class TwoConventions:
    """Six programs: a layer's output in training and in evaluation, and the digits' loss."""

    def measure(self, program, rate):
        mean, sd, output = formulas.layer_outputs(program, rate)
        return {"mean": mean, "sd": sd, "output": output, "losses": self._losses(program)}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="one sum, S = −1", xlim=(-0.6, 1.6), ylim=(-6.2, 4.9))
        left.set_xticks([0, 1], ["training", "evaluation"])
        left.axhline(-1, color=style.BLACK, ls="--", lw=1.2)
        (self.spread,) = left.plot([], [], color=style.BLUE, lw=3)
        (self.training,) = left.plot([], [], "o", color=style.BLUE, ms=9)
        (self.output,) = left.plot([], [], "D", color=style.VERMILION, ms=9)
        self.words = [left.text(x, 4.2, "", ha="center", va="center") for x in (0.05, 1.1)]

        right.set(title="digits held out: cross-entropy", xlabel="rate", yscale="log")
        right.set(xlim=(0.05, 0.85), ylim=(0.15, 9))
        right.set_yticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
        right.minorticks_off()
        for program in formulas.PROGRAMS:
            right.plot(RATES, self._losses(program), color="#B8B8B8", lw=1)
        (reference,) = right.plot(RATES, self._losses("inverted"), "--", color=style.BLACK, lw=1.5)
        right.legend([reference], ["inverted"], loc=(0.01, 0.77), borderaxespad=0)
        (self.losses,) = right.plot([], [], color=style.VERMILION)
        (self.here,) = right.plot([], [], "D", color=style.VERMILION, ms=9)
        self.readout = right.text(0.07, 6.6, "", va="center")

    @staticmethod
    def _losses(program):
        return [float(formulas.program_measures(program, rate)[:, 1].mean()) for rate in RATES]

    def update(self, now):
        self.spread.set_data([0, 0], [now.mean - now.sd, now.mean + now.sd])
        self.training.set_data([0], [now.mean])
        self.output.set_data([1], [now.output])
        self.words[0].set_text(f"{fixed(now.mean, 2)} ± {fixed(now.sd, 2)}")
        self.words[1].set_text(fixed(now.output, 2))
        self.losses.set_data(RATES, now.losses)
        loss = now.losses[RATES.index(now.rate)]
        self.here.set_data([now.rate], [loss])
        self.readout.set_text(f"{now.program}: {loss:.2f}")

    def describe(self, now):
        accuracy, loss, _ = formulas.program_measures(now.program, now.rate).mean(0).tolist()
        right = float(formulas.program_measures("inverted", now.rate)[:, 1].mean())
        return (
            f"{now.program.capitalize()} at rate {now.rate:g}: a sum of −1 is {fixed(now.mean, 2)} ± "
            f"{fixed(now.sd, 2)} in training and {fixed(now.output, 2)} in evaluation. The digits' "
            f"cross-entropy in evaluation is {loss:.3f}, against {right:.3f} for inverted dropout; "
            f"accuracy {accuracy:.3f}."
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
        self.words.set_text(f"largest gap {float(now.gap.max()):.1e}")

    def describe(self, now):
        return (
            f"Step {now.step:.3g}, rate {now.rate:g}, mask of the second evaluation {now.masks}: the "
            f"quotient misses backward's slope by at most {float(now.gap.max()):.2e}, and by more "
            f"than 0.01 in {int((now.gap > 0.01).sum())} of 24 calls; the slopes reach "
            f"{float(now.slopes.max()):.2f}."
        )


SCALINGS = {
    "scaled once": "inverted",
    "scaled twice": "scaled twice",
    "never scaled": "never scaled",
}
DIGIT_LOOKS = {
    "evaluation, scaled once": (style.BLUE, "-", "× 1"),
    "dropout left on": (style.GREEN, ":", "dropout on"),
    "evaluation, as chosen": (style.VERMILION, "--", None),
}
DIGIT_TICKS = (
    (0.0, 1.0, [0.2, 0.4, 0.6, 0.8, 1]),
    (0.15, 9.0, [0.2, 0.5, 1, 2, 5]),
    (0.008, 0.8, [0.01, 0.03, 0.1, 0.3]),
)


@figure(
    scaling=Choice("scaling", list(SCALINGS), "scaled twice"),
    rate=Slider("rate", 0.0, 0.8, step=0.1, default=0.2),
)
class DigitsByRate:
    """Networks for handwritten digits: three measures by dropout rate, the range of eight seeds."""

    def measure(self, scaling, rate):
        low, high, mean = self._range(SCALINGS[scaling])
        return {"low": low, "high": high, "mean": mean, "at": formulas.RATES.index(rate)}

    def draw(self, canvas):
        self.rates = np.array(formulas.RATES[:9])
        self.lines, self.words, self.here = [], [], []
        for panel, name, (low, high, ticks) in zip(
            canvas.subplots(1, 3), formulas.MEASURES, DIGIT_TICKS, strict=True
        ):
            panel.set_title(name, pad=style.points(24))
            panel.set(xlabel="rate", xlim=(-0.04, 0.87))
            panel.set(yscale="linear" if name == "accuracy" else "log", ylim=(low, high))
            panel.set_xticks([0, 0.4, 0.8], ["0", "0.4", "0.8"])
            panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
            panel.minorticks_off()
            for colour, dashes, way in DIGIT_LOOKS.values():
                low, high, mean = self._range("inverted", way)[..., len(self.words)]
                band = panel.fill_between(self.rates, low, high, color=colour, alpha=0.25, lw=0)
                (line,) = panel.plot(self.rates, mean, color=colour, ls=dashes)
            self.lines.append((line, band))  # the last of the looks moves
            self.here += panel.plot([], [], "D", color=style.VERMILION, ms=7)
            self.words.append(panel.text(0, 1.03, "", transform=panel.transAxes))
        handles = [
            Line2D([], [], color=colour, ls=dashes, label=label)
            for label, (colour, dashes, _) in DIGIT_LOOKS.items()
        ]
        canvas.legend(handles=handles, loc="outside lower center", ncols=3, columnspacing=1.2)

    @staticmethod
    def _range(program, way=None):
        """Lowest, highest and mean over the seeds, (3, rates, measures)."""
        found = torch.stack(
            [formulas.program_measures(program, r, way) for r in formulas.RATES[:9]]
        )
        return torch.stack([found.amin(1), found.amax(1), found.mean(1)]).numpy()

    def update(self, now):
        for i, (line, band) in enumerate(self.lines):
            line.set_ydata(now.mean[:, i])
            band.set_data(self.rates, now.low[:, i], now.high[:, i])
            self.here[i].set_data([now.rate], [now.mean[now.at, i]])
            self.words[i].set_text(f"{now.mean[now.at, i]:.3f} at {now.rate:g}")

    def describe(self, now):
        a, loss, gap = now.mean[now.at]
        a1, loss1, gap1 = self._range("inverted")[2, now.at]
        a2, loss2, _ = self._range("inverted", "dropout on")[2, now.at]
        return (
            f"{now.scaling.capitalize()}, rate {now.rate:g}: accuracy {a:.3f}, cross-entropy "
            f"{loss:.3f}, calibration error {gap:.3f} on held-out digits, means of eight seeds. "
            f"Scaled once: {a1:.3f}, {loss1:.3f}, {gap1:.3f}; with inverted dropout left on: "
            f"accuracy {a2:.3f}, cross-entropy {loss2:.3f}."
        )


CHOSEN = {
    "8, hard to read": 529,
    "3, or a 7": 712,
    "1, read as a 9": 288,
    "8, or a 5": 571,
    "0, clear": 317,
}


@figure(
    digit=Choice("digit", list(CHOSEN), "8, hard to read"),
    rate=Choice("rate", ["0.2", "0.5"], "0.2"),
    passes=LogSlider("masks", 0, 3, per_decade=2, default=1000.0),
)
class MonteCarloDigit:
    """One digit under many masks: the spread of a network's answers, their mean, evaluation mode."""

    POSITIONS = tuple(CHOSEN.values())

    def measure(self, digit, rate, passes):
        at = list(CHOSEN).index(digit)
        (_, _), (x, _) = formulas.digit_parts()
        x = x[list(self.POSITIONS)]
        answers = formulas.monte_carlo(float(rate), 1000, self.POSITIONS)[: round(passes), at]
        low, high = np.quantile(answers, [0.1, 0.9], axis=0)
        evaluation = formulas.digit_network(formulas.stored()[1][float(rate)], x).softmax(-1)[at]
        found = {"image": x[at].view(8, 8), "mean": answers.mean(0), "evaluation": evaluation}
        return {**found, "low": low, "high": high}

    def draw(self, canvas):
        for rate in formulas.stored()[1]:  # before the learner moves anything
            formulas.monte_carlo(rate, 1000, self.POSITIONS)
        left, right = canvas.subplots(1, 2, width_ratios=[1, 2.2])
        left.set(title="held-out digit", xticks=[], yticks=[])
        left.grid(False)
        self.image = left.imshow(np.zeros((8, 8)), cmap="Greys", vmin=0, vmax=1)
        right.set(title="probability of each digit", xlim=(-0.6, 9.6), ylim=(0, 1.16))
        right.set(xticks=range(10), yticks=[0, 0.5, 1])
        self.words = right.text(9.5, 1.14, "", ha="right", va="top")
        self.bars = right.bar(range(10), 0, width=0.7, color=style.SKY)
        self.bars[0].set_label("mean over masks")
        self.whiskers = right.vlines(range(10), 0, 0, color=style.BLUE, lw=2.5)
        right.vlines([], 0, 0, color=style.BLUE, lw=2.5, label="80 % of masks")
        (self.marks,) = right.plot(
            range(10), [0] * 10, "D", color=style.VERMILION, ms=6, label="evaluation"
        )
        canvas.legend(loc="outside lower right", ncols=3, columnspacing=1.5, handlelength=1.4)

    def update(self, now):
        self.image.set_data(now.image.numpy())
        for bar, height in zip(self.bars, now.mean, strict=True):
            bar.set_height(float(height))
        ends = zip(now.low, now.high, strict=True)
        self.whiskers.set_segments([[(i, low), (i, high)] for i, (low, high) in enumerate(ends)])
        self.marks.set_ydata(now.evaluation.numpy())
        self.words.set_text(f"{round(now.passes)} mask{'s' * (now.passes > 1)}")

    def describe(self, now):
        top = int(now.mean.argmax())
        return (
            f"Digit “{now.digit}”, rate {now.rate}, masks: {round(now.passes)}. {top} has mean "
            f"probability {float(now.mean[top]):.3f}, from {now.low[top]:.2f} to "
            f"{now.high[top]:.2f} in the middle 80 % of masks; evaluation mode gives it "
            f"{float(now.evaluation[top]):.3f}."
        )
