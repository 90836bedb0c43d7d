"""The live figures of the dropout page."""

from functools import lru_cache

import numpy as np
import torch
from matplotlib.lines import Line2D

from helpers.dropout_scaling import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure

__all__ = [  # noqa: RUF022 (the order of the page)
    "EveryMask",
    "AfterActivation",
    "OrderMatters",
    "TwoConventions",
    "QuotientsUnderMasks",
    "DigitsByRate",
    "MonteCarloDigit",
]


def _moving(axes, *args, **kwargs):
    """A text that `update` may change."""
    text = axes.text(*args, **kwargs)
    text.set_animated(True)
    return text


def _signed(number, digits=3):
    text = f"{number:+.{digits}f}".replace("-", "−")
    return text.lstrip("+−") if float(f"{number:.{digits}f}") == 0 else text


def _plain(number, digits=3):
    return _signed(number, digits).removeprefix("+")


KEPT_UNITS = {"divided by 1 − rate": "÷ (1 − rate)", "left alone": "none"}


@figure(
    rate=Slider("rate", 0.0, 0.9, step=0.1, default=0.2),
    scaling=Choice("kept units are", list(KEPT_UNITS), "divided by 1 − rate"),
)
class EveryMask:
    """All 16 masks of four inputs: the sum that each gives, and the mean over all."""

    def draw(self, canvas):
        self.masks = formulas.all_masks(4)
        self.kept = self.masks.sum(1).numpy()
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
        self.dots.set_animated(True)
        (self.spread,) = axes.plot([], [], color=style.VERMILION, animated=True)
        (self.mean,) = axes.plot([], [], "D", color=style.VERMILION, ms=9, animated=True)
        self.words = _moving(axes, 0, -1.45, "", ha="center")

    def update(self, rate, scaling):
        sums, p = formulas.masked_sums(formulas.X, formulas.W, rate, KEPT_UNITS[scaling])
        mean, variance = (float(m) for m in formulas.moments(sums, p))
        self.dots.set_offsets(np.column_stack([sums, self.kept]))
        self.dots.set_sizes(np.where(p > 0, 6 + 1300 * p, 0))
        sd = max(variance, 0) ** 0.5
        self.spread.set_data([mean - sd, mean + sd], [-0.7, -0.7])
        self.mean.set_data([mean], [-0.7])
        self.words.set_position((mean, -1.45))
        how = f"divided by {1 - rate:.1f}" if scaling != "left alone" else scaling
        self.words.set_text(f"{how}: mean {_plain(mean)}, sd {_plain(sd)}")

    def describe(self, rate, scaling):
        sums, p = formulas.masked_sums(formulas.X, formulas.W, rate, KEPT_UNITS[scaling])
        mean, variance = (float(m) for m in formulas.moments(sums, p))
        return (
            f"Rate {rate:g}, kept units {scaling}: over the 16 masks the sum has mean "
            f"{_plain(mean)}, against S = −1 without dropout, and variance {_plain(variance)}. "
            f"The sums reach from {_plain(float(sums.min()), 2)} to {_plain(float(sums.max()), 2)}."
        )


NUMBERS = (4, 16, 64, 256, 1024)
FLOOR = 1e-4


@lru_cache(maxsize=512)
def _biases(activation, rate, total):
    """Bias and spread for NUMBERS inputs, weights of either size: two arrays (2, 5)."""
    found = np.array(
        [
            [formulas.bias_after(activation, n, total, rate, size) for n in NUMBERS]
            for size in formulas.SIZES
        ]
    )
    return found[..., 0], found[..., 1]


@figure(
    activation=Choice("activation", list(formulas.ACTIVATIONS), "ReLU"),
    rate=Slider("rate", 0.0, 0.8, step=0.1, default=0.2),
    total=Slider("S, nothing dropped", -2.0, 2.0, step=0.5, default=0.0),
    inputs=Choice("inputs n", [str(n) for n in NUMBERS], "16"),
)
class AfterActivation:
    """An activation behind a scaled dropout: its mean over masks, and what more inputs change."""

    EDGES = np.linspace(-4.25, 4.25, 18)

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1, 1], height_ratios=[3, 2])
        curve, below = canvas.add_subplot(grid[0, 0]), canvas.add_subplot(grid[1, 0])
        bias, sd = canvas.add_subplot(grid[0, 1]), canvas.add_subplot(grid[1, 1])
        self.z = torch.linspace(-4.25, 4.25, 341, dtype=torch.float64)
        curve.set(title="activation f", xlim=(-4.25, 4.25), ylim=(-1.3, 2.6))
        (self.curve,) = curve.plot([], [], color=style.GREY, lw=1.5, animated=True)
        (self.point,) = curve.plot(
            [], [], "o", mfc="white", mec=style.BLACK, ms=8, mew=1.5, animated=True
        )
        (self.mean,) = curve.plot([], [], "D", color=style.VERMILION, ms=7, animated=True)
        self.words = _moving(curve, 0.5, -1.2, "", va="bottom", linespacing=1.4)

        below.set(
            xlabel="sum under dropout", xlim=(-4.25, 4.25), ylim=(0, 1.05), yticks=[0, 0.5, 1]
        )
        below.set_ylabel("probability")
        self.bars = below.stairs(self.EDGES[1:], self.EDGES, fill=True, color=style.BLUE)
        self.bars.set_animated(True)
        self.beyond = _moving(below, 4.2, 0.72, "", ha="right")

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
            kwargs = {"ls": style_of, "color": colour, "marker": "s", "ms": 4, "animated": True}
            self.biases += bias.plot(n, n, **kwargs)
            self.sds += sd.plot(n, n, **kwargs)
        self.here = bias.plot([], [], "D", color=style.VERMILION, ms=9, animated=True)
        self.here += sd.plot([], [], "D", color=style.VERMILION, ms=9, animated=True)
        bias.plot([], [], "-s", ms=4, color=style.VERMILION, label="weights 1/√n")
        bias.plot([], [], "--s", ms=4, color=style.PURPLE, label="weights 1/n")
        canvas.legend(loc="outside lower right", ncols=2, handlelength=2)

    def update(self, activation, rate, total, inputs):
        f, n = formulas.ACTIVATIONS[activation], int(inputs)
        values, p = formulas.sum_distribution(n, total, rate)
        heights, _ = np.histogram(values.clamp(-4.2, 4.2), self.EDGES, weights=p)
        self.bars.set_data(heights)
        outside = float(p[values.abs() > 4.25].sum())
        self.beyond.set_text(f"{outside:.1%} further out" if outside > 5e-4 else "")

        at = float(f(torch.tensor(total, dtype=torch.float64)))
        biases, sds = _biases(activation, rate, total)
        here = NUMBERS.index(n)
        mean = at + biases[0, here]
        self.curve.set_data(self.z.numpy(), f(self.z).numpy())
        self.point.set_data([total], [at])
        self.mean.set_data([total], [mean])
        self.words.set_text(f"◆ mean {_plain(mean)}\n○ f(S) {_plain(at)}")
        for line, bias in zip(self.biases, biases, strict=True):
            line.set_ydata(np.maximum(abs(bias), FLOOR))
        for line, sd in zip(self.sds, sds, strict=True):
            line.set_ydata(sd)
        self.here[0].set_data([n], [max(abs(biases[0, here]), FLOOR)])
        self.here[1].set_data([n], [sds[0, here]])

    def describe(self, activation, rate, total, inputs):
        biases, sds = _biases(activation, rate, total)
        here = NUMBERS.index(int(inputs))
        at = float(formulas.ACTIVATIONS[activation](torch.tensor(total, dtype=torch.float64)))
        return (
            f"{activation} after dropout at rate {rate:g} on {inputs} inputs with sum "
            f"S = {_plain(total, 1)}: the mean over masks is {_plain(at + biases[0, here], 4)}, "
            f"f(S) is {_plain(at, 4)}. From 4 to 1024 inputs the bias goes from "
            f"{_signed(biases[0, 0], 4)} to {_signed(biases[0, -1], 4)} with weights 1/√n and to "
            f"{_signed(biases[1, -1], 4)} with weights 1/n; the sum's sd is "
            f"{_plain(sds[0, here], 2)} here."
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

    def draw(self, canvas):
        self.z = torch.linspace(-3, 3, 241, dtype=torch.float64)
        self.lines = []
        for axes, order in zip(canvas.subplots(1, 2, sharey=True), formulas.ORDERS, strict=True):
            axes.set(title=order.replace(", then", " →"), xlabel="pre-activation z")
            axes.set(xlim=(-3, 3), ylim=(-1.6, 3.4))
            for look in self.LOOKS:
                self.lines += axes.plot(self.z.numpy(), 0 * self.z.numpy(), animated=True, **look)
                axes.plot([], [], **look)  # for the legend, which stands still
        handles = axes.lines[1::2]
        canvas.legend(handles=handles, loc="outside lower center", ncols=4, handlelength=2.2)

    def update(self, activation, rate):
        lines = iter(self.lines)
        for order in formulas.ORDERS:
            outcomes = formulas.unit_outcomes(order, activation, self.z, rate)
            for values in (*outcomes, formulas.ACTIVATIONS[activation](self.z)):
                next(lines).set_ydata(values.numpy())

    def describe(self, activation, rate):
        one = torch.ones(1, dtype=torch.float64)
        first, second = (
            [float(v) for v in formulas.unit_outcomes(order, activation, one, rate)]
            for order in formulas.ORDERS
        )
        return (
            f"{activation} at rate {rate:g}, z = 1. Dropout first: the unit sends "
            f"{_plain(first[0])} when kept, {_plain(first[1])} when dropped, {_plain(first[2])} in "
            f"the mean. Activation first: {_plain(second[0])}, {_plain(second[1])}, "
            f"{_plain(second[2])}; evaluation gives {_plain(second[2])}."
        )


@figure(
    program=Choice("program", list(formulas.PROGRAMS), "scaled twice"),
    rate=Slider("rate", 0.1, 0.8, step=0.1, default=0.2),
)
class TwoConventions:
    """Six programs: a layer's output in training and in evaluation, and the digits' loss."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="one sum, S = −1", xlim=(-0.6, 1.6), ylim=(-6.2, 4.9))
        left.set_xticks([0, 1], ["training", "evaluation"])
        left.axhline(-1, color=style.BLACK, ls="--", lw=1.2)
        (self.spread,) = left.plot([], [], color=style.BLUE, lw=3, animated=True)
        (self.training,) = left.plot([], [], "o", color=style.BLUE, ms=9, animated=True)
        (self.output,) = left.plot([], [], "D", color=style.VERMILION, ms=9, animated=True)
        self.words = [_moving(left, x, 4.2, "", ha="center", va="center") for x in (0.05, 1.1)]

        right.set(title="digits held out: cross-entropy", xlabel="rate", yscale="log")
        right.set(xlim=(0.05, 0.85), ylim=(0.15, 9))
        right.set_yticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
        right.minorticks_off()
        self.rates = list(formulas.RATES[1:9])
        for program in formulas.PROGRAMS:
            right.plot(self.rates, self._losses(program), color="#B8B8B8", lw=1)
        (self.reference,) = right.plot(
            self.rates, self._losses("inverted"), "--", color=style.BLACK, lw=1.5
        )
        right.legend([self.reference], ["inverted"], loc=(0.01, 0.77), borderaxespad=0)
        (self.losses,) = right.plot([], [], color=style.VERMILION, animated=True)
        (self.here,) = right.plot([], [], "D", color=style.VERMILION, ms=9, animated=True)
        self.readout = _moving(right, 0.07, 6.6, "", va="center")

    @staticmethod
    def _losses(program):
        rates = formulas.RATES[1:9]
        return [float(formulas.program_measures(program, rate)[:, 1].mean()) for rate in rates]

    def update(self, program, rate):
        mean, sd, output = formulas.layer_outputs(program, rate)
        self.spread.set_data([0, 0], [mean - sd, mean + sd])
        self.training.set_data([0], [mean])
        self.output.set_data([1], [output])
        self.words[0].set_text(f"{_plain(mean, 2)} ± {_plain(sd, 2)}")
        self.words[1].set_text(_plain(output, 2))
        losses = self._losses(program)
        self.losses.set_data(self.rates, losses)
        here = self.rates.index(rate)
        self.here.set_data([rate], [losses[here]])
        self.readout.set_text(f"{program}: {losses[here]:.2f}")

    def describe(self, program, rate):
        mean, sd, output = formulas.layer_outputs(program, rate)
        accuracy, loss, _ = formulas.program_measures(program, rate).mean(0).tolist()
        right = float(formulas.program_measures("inverted", rate)[:, 1].mean())
        return (
            f"{program.capitalize()} at rate {rate:g}: a sum of −1 is {_plain(mean, 2)} ± "
            f"{_plain(sd, 2)} in training and {_plain(output, 2)} in evaluation. The digits' "
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
        self.words = _moving(axes, 24.6, -9e6, "", ha="right", va="center")
        (self.slopes,) = axes.plot([], [], "o", animated=True, label="backward", **hollow)
        (self.quotients,) = axes.plot(
            [],
            [],
            "D",
            color=style.VERMILION,
            ms=5,
            animated=True,
            label="difference of two evaluations / 2h",
        )
        canvas.legend(loc="outside lower center", ncols=2, handletextpad=0.2)

    def update(self, step, rate, masks):
        quotients, slopes = formulas.difference_quotients(step, rate, masks)
        self.slopes.set_data(self.calls, slopes.numpy())
        self.quotients.set_data(self.calls, quotients.numpy())
        self.words.set_text(f"largest gap {float((quotients - slopes).abs().max()):.1e}")

    def describe(self, step, rate, masks):
        quotients, slopes = formulas.difference_quotients(step, rate, masks)
        gap = (quotients - slopes).abs()
        return (
            f"Step {step:.3g}, rate {rate:g}, mask of the second evaluation {masks}: the quotient "
            f"misses backward's slope by at most {float(gap.max()):.2e}, and by more than 0.01 "
            f"in {int((gap > 0.01).sum())} of 24 calls; the slopes reach {float(slopes.max()):.2f}."
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

    def draw(self, canvas):
        self.rates = np.array(formulas.RATES[:9])
        self.panels = canvas.subplots(1, 3)
        self.lines, self.words, self.here = [], [], []
        for panel, name, (low, high, ticks) in zip(
            self.panels, formulas.MEASURES, DIGIT_TICKS, strict=True
        ):
            panel.set_title(name, pad=style.points(24))
            panel.set(xlabel="rate", xlim=(-0.04, 0.87))
            panel.set(yscale="linear" if name == "accuracy" else "log", ylim=(low, high))
            panel.set_xticks([0, 0.4, 0.8], ["0", "0.4", "0.8"])
            panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
            panel.minorticks_off()
            for label, (colour, dashes, way) in DIGIT_LOOKS.items():
                moves = label == "evaluation, as chosen"
                low, high, mean = self._range("inverted", way)[..., len(self.words)]
                band = panel.fill_between(
                    self.rates, low, high, color=colour, alpha=0.25, lw=0, animated=moves
                )
                (line,) = panel.plot(self.rates, mean, color=colour, ls=dashes, animated=moves)
            self.lines.append((line, band))
            self.here += panel.plot([], [], "D", color=style.VERMILION, ms=7, animated=True)
            self.words.append(_moving(panel, 0, 1.03, "", transform=panel.transAxes))
        handles = [
            Line2D([], [], color=colour, ls=dashes, label=label)
            for label, (colour, dashes, _) in DIGIT_LOOKS.items()
        ]
        canvas.legend(handles=handles, loc="outside lower center", ncols=3, columnspacing=1.2)

    @staticmethod
    @lru_cache(maxsize=16)
    def _range(program, way=None):
        """Lowest, highest and mean over the seeds, (3, rates, measures)."""
        found = torch.stack(
            [formulas.program_measures(program, r, way) for r in formulas.RATES[:9]]
        )
        return torch.stack([found.amin(1), found.amax(1), found.mean(1)]).numpy()

    def update(self, scaling, rate):
        low, high, mean = self._range(SCALINGS[scaling])
        at = formulas.RATES.index(rate)
        for i, (line, band) in enumerate(self.lines):
            line.set_ydata(mean[:, i])
            band.set_data(self.rates, low[:, i], high[:, i])
            self.here[i].set_data([rate], [mean[at, i]])
            self.words[i].set_text(f"{mean[at, i]:.3f} at {rate:g}")

    def describe(self, scaling, rate):
        at = formulas.RATES.index(rate)
        (a, loss, gap), (a1, loss1, gap1), (a2, loss2, _) = (
            self._range(program, way)[2, at]
            for program, way in (
                (SCALINGS[scaling], None),
                ("inverted", None),
                ("inverted", "dropout on"),
            )
        )
        return (
            f"{scaling.capitalize()}, rate {rate:g}: accuracy {a:.3f}, cross-entropy {loss:.3f}, "
            f"calibration error {gap:.3f} on held-out digits, means of eight seeds. Scaled once: "
            f"{a1:.3f}, {loss1:.3f}, {gap1:.3f}; with inverted dropout left on: accuracy {a2:.3f}, "
            f"cross-entropy {loss2:.3f}."
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

    def draw(self, canvas):
        for rate in formulas.stored()[1]:  # before the learner moves anything
            self._answers(rate)
        left, right = canvas.subplots(1, 2, width_ratios=[1, 2.2])
        left.set(title="held-out digit", xticks=[], yticks=[])
        left.grid(False)
        self.image = left.imshow(np.zeros((8, 8)), cmap="Greys", vmin=0, vmax=1, animated=True)
        right.set(title="probability of each digit", xlim=(-0.6, 9.6), ylim=(0, 1.16))
        right.set(xticks=range(10), yticks=[0, 0.5, 1])
        self.words = _moving(right, 9.5, 1.14, "", ha="right", va="top")
        self.bars = right.bar(range(10), 0, width=0.7, color=style.SKY)
        self.bars[0].set_label("mean over masks")
        for bar in self.bars:
            bar.set_animated(True)
        self.whiskers = right.vlines(range(10), 0, 0, color=style.BLUE, lw=2.5, animated=True)
        right.vlines([], 0, 0, color=style.BLUE, lw=2.5, label="80 % of masks")
        (self.marks,) = right.plot(
            range(10), [0] * 10, "D", color=style.VERMILION, ms=6, animated=True, label="evaluation"
        )
        canvas.legend(loc="outside lower right", ncols=3, columnspacing=1.5, handlelength=1.4)

    @staticmethod
    @lru_cache(maxsize=2)
    def _answers(rate):
        """Probabilities (passes, digits, 10) with dropout on and (digits, 10) in evaluation."""
        chosen = tuple(CHOSEN.values())
        (_, _), (x, _) = formulas.digit_parts()
        network = formulas.stored()[1][rate]
        evaluation = formulas.digit_network(network, x[list(chosen)]).softmax(-1)
        return formulas.monte_carlo(rate, 1000, chosen), evaluation

    def _shown(self, digit, rate, passes):
        """Mean (10,), tenth and ninetieth percentile (2, 10), evaluation (10,)."""
        answers, evaluation = self._answers(float(rate))
        at = list(CHOSEN).index(digit)
        seen = answers[: round(passes), at]
        return seen.mean(0), np.quantile(seen, [0.1, 0.9], axis=0), evaluation[at]

    def update(self, digit, rate, passes):
        (_, _), (x, _) = formulas.digit_parts()
        mean, (low, high), evaluation = self._shown(digit, rate, passes)
        self.image.set_data(x[CHOSEN[digit]].view(8, 8).numpy())
        for bar, height in zip(self.bars, mean, strict=True):
            bar.set_height(float(height))
        self.whiskers.set_segments([[(i, low[i]), (i, high[i])] for i in range(10)])
        self.marks.set_ydata(evaluation.numpy())
        self.words.set_text(f"{round(passes)} mask{'s' * (passes > 1)}")

    def describe(self, digit, rate, passes):
        mean, (low, high), evaluation = self._shown(digit, rate, passes)
        top = int(mean.argmax())
        return (
            f"Digit “{digit}”, rate {rate}, masks: {round(passes)}. {top} has mean probability "
            f"{float(mean[top]):.3f}, from {low[top]:.2f} to {high[top]:.2f} in the middle 80 % of "
            f"masks; evaluation mode gives it {float(evaluation[top]):.3f}."
        )
