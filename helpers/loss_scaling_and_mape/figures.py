"""The live figures of the page on scaling a loss, scaling a target, and MAPE."""

import math
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch

from helpers.loss_scaling_and_mape import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure

__all__ = [  # noqa: RUF022 (the order of the page)
    "UnitOfMetrics",
    "ConstantGuess",
    "TargetUnit",
    "LogOfTarget",
    "UnequalBatches",
    "WeightOfKL",
    "TurnedCoordinates",
    "SunspotScores",
]


def _moving(axes, *args, **kwargs):
    """A text that `update` may change."""
    text = axes.text(*args, **kwargs)
    text.set_animated(True)
    return text


def _plain(number, digits=3):
    """A number with so many decimals, a true minus sign, and no −0."""
    text = f"{number:.{digits}f}".replace("-", "−")
    return text.lstrip("−") if float(f"{number:.{digits}f}") == 0 else text


def _short(number):
    """A positive number to three digits; in words where it is not finite."""
    if math.isnan(number):
        return "undefined (0/0)"
    if math.isinf(number):
        return "infinite"
    if number >= 1e5:
        digits, _, power = f"{number:.1e}".partition("e")
        return f"{digits}·10{str(int(power)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return f"{number:.3g}" if number < 1000 else f"{number:.0f}"


def _weight(number):
    """A positive number that may be very small or very large."""
    if number >= 100:
        return f"{number:,.0f}"
    if number >= 1e-3:
        return f"{number:.4g}"
    digits, _, power = f"{number:.1e}".replace(".0e", "e").partition("e")
    power = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{power}" if digits == "1" else f"{digits}·10{power}"


# 1 · What a unit does to a metric


@figure(
    s=Slider("factor s", 0.1, 10.0, step=0.1, default=0.3),
    c=Slider("shift c", -4.0, 20.0, step=0.5, default=6.0),
)
class UnitOfMetrics:
    """Four metrics of eight pairs after y ↦ s·y + c, as multiples of what they were."""

    LOW, HIGH = 0.02, 40

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set_yscale("log")
        axes.set(title="metric of the rescaled pairs ÷ metric of the eight pairs")
        axes.set(xlim=(-0.6, 3.6), ylim=(self.LOW, 220))
        ticks = [0.03, 0.1, 0.3, 1, 3, 10, 30]
        axes.set_yticks(ticks, [f"×{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.grid(False, axis="x")
        axes.set_xticks(range(4), formulas.METRICS)
        axes.axhline(1, color=style.BLACK, lw=1.2)
        self.bars = axes.bar(range(4), 1, 0.5, color=[*style.COLOURS[:4]])
        for bar in self.bars:
            bar.set_animated(True)
        level = {"color": style.BLACK, "ms": 44, "mew": 2.5, "animated": True}
        (self.levels,) = axes.plot([], [], "_", **level)
        (self.beyond,) = axes.plot([], [], "^", color=style.BLACK, ms=9, animated=True)
        self.words = [_moving(axes, i, 75, "", ha="center", linespacing=1.4) for i in range(4)]
        self.change = _moving(axes, 3, 0.05, "", ha="center", va="center")

    @staticmethod
    @lru_cache(maxsize=4096)
    def values(s, c):
        """The four metrics after the change, and their ratios to those before."""
        y, p = formulas.rescale(formulas.Y, s, c), formulas.rescale(formulas.P, s, c)
        after = [float(metric(y, p)) for metric in formulas.METRICS.values()]
        before = [float(metric(formulas.Y, formulas.P)) for metric in formulas.METRICS.values()]
        return after, [a / b for a, b in zip(after, before, strict=True)]

    def update(self, s, c):
        after, ratios = self.values(s, c)
        outside, levels = [], []
        for i, (value, ratio) in enumerate(zip(after, ratios, strict=True)):
            top = self.HIGH if not math.isfinite(ratio) else min(max(ratio, self.LOW), self.HIGH)
            if math.isnan(ratio):
                top = 1
            elif ratio > self.HIGH:
                outside.append(i)
            levels.append(math.nan if math.isnan(ratio) else top)
            self.bars[i].set_y(min(top, 1))
            self.bars[i].set_height(abs(top - 1))
            times = "" if not math.isfinite(ratio) else f"\n×{ratio:.3g}"
            self.words[i].set_text(_short(value).replace(" (", "\n(") + times)
        self.levels.set_data(range(4), levels)
        sign = "−" if c < 0 else "+"
        self.change.set_text(f"{s:g}·y {sign} {abs(c):g}")
        self.beyond.set_data(outside, [self.HIGH * 1.25] * len(outside))

    def describe(self, s, c):
        after, ratios = self.values(s, c)
        told = ", ".join(
            f"{name} {_short(value)}" + (f" (×{ratio:.3g})" if math.isfinite(ratio) else "")
            for name, value, ratio in zip(formulas.METRICS, after, ratios, strict=True)
        )
        return f"Targets and predictions times {s:g}, plus {_plain(c, 1)}: {told}."


# 2 · MAPE near zero

LOSSES = {"MSE": (style.BLUE, "-"), "MAE": (style.GREEN, "--"), "MAPE": (style.VERMILION, "-.")}


@figure(
    guess=Slider("guess", 0.0, 12.0, step=0.25, default=5.0),
    smallest=Slider("smallest target", 0.1, 1.9, step=0.1, default=1.0),
)
class ConstantGuess:
    """One constant guess for three targets: three losses, their minima, and who pulls how hard."""

    def draw(self, canvas):
        top, below = canvas.subplots(2, 1, height_ratios=[4, 1])
        top.set_yscale("log")
        top.set(title="loss ÷ its smallest value", xlim=(-0.3, 14.5), ylim=(0.8, 110))
        top.set(xlabel="guess")
        top.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
        top.set_xticks(range(0, 13, 2))
        top.minorticks_off()
        self.grid = torch.linspace(0, 12, 481, dtype=torch.float64)
        self.here = top.axvline(5, 0, 0.82, color=style.GREY, lw=1, animated=True)
        self.curves, self.minima, self.points, self.names = {}, {}, {}, {}
        for name, (colour, ls) in LOSSES.items():
            (self.curves[name],) = top.plot([], [], color=colour, ls=ls, animated=True)
            (self.minima[name],) = top.plot([], [], "D", color=colour, ms=8, animated=True)
            (self.points[name],) = top.plot(
                [], [], "o", mfc="white", mec=colour, mew=2, ms=7, animated=True
            )
            self.names[name] = _moving(top, 12.2, 1, name, va="center")
        self.targets = top.plot([], [], "|", color=style.BLACK, ms=11, mew=2, animated=True)[0]
        top.text(0, 72, "| targets    ◆ minimum    ○ at the guess", va="center")
        below.set(title="weight in MAPE's median: 1/|y|", xlim=(0, 1), ylim=(-0.5, 0.5), yticks=[])
        below.set_xticks([0, 0.5, 1], ["0", "half", "all of it"])
        below.grid(False)
        self.bars = below.barh([0] * 3, 1, 0.7, color=[style.VERMILION, style.SKY, style.ORANGE])
        self.labels = [_moving(below, 0, 0, "", ha="center", va="center") for _ in range(3)]
        for bar in self.bars:
            bar.set_animated(True)
        self.half = below.axvline(0.5, color=style.BLACK, ls="--", lw=1.5, animated=True)

    @staticmethod
    def values(guess, smallest):
        y = formulas.TARGETS.clone()
        y[0] = smallest
        best = formulas.best_constants(y)
        least = {name: formulas.constant_losses(y, best[name][None])[name] for name in best}
        at = formulas.constant_losses(y, torch.tensor([guess], dtype=torch.float64))
        return y, best, least, at

    def update(self, guess, smallest):
        y, best, least, at = self.values(guess, smallest)
        losses = formulas.constant_losses(y, self.grid)
        self.here.set_xdata([guess, guess])
        ends = {}
        for name in LOSSES:
            ratio = (losses[name] / least[name]).numpy()
            self.curves[name].set_data(self.grid.numpy(), ratio)
            self.minima[name].set_data([float(best[name])], [1])
            self.points[name].set_data([guess], [float(at[name] / least[name])])
            ends[name] = ratio[-1]
        last = 0
        for name in sorted(ends, key=ends.get):  # labels keep their distance
            last = max(ends[name], last * 1.55)
            self.names[name].set_y(last)
        self.targets.set_data(y.numpy(), [0.86] * 3)
        share = (1 / y / (1 / y).sum()).tolist()
        start = 0
        for bar, label, part, target in zip(self.bars, self.labels, share, y.tolist(), strict=True):
            bar.set_x(start)
            bar.set_width(part)
            label.set_x(start + part / 2)
            label.set_text(f"{target:g}" if part > 0.03 else "")
            start += part

    def describe(self, guess, smallest):
        y, best, _, at = self.values(guess, smallest)
        told = ", ".join(
            f"{name} {float(at[name]):.3f} (least at {float(best[name]):.3g})" for name in LOSSES
        )
        share = float(1 / y[0] / (1 / y).sum())
        return (
            f"Guess {guess:g} for the targets {smallest:g}, 2 and 10: {told}. "
            f"The target {smallest:g} has {share:.0%} of the weight in MAPE."
        )


# 3 · Does scaling the target change the model?

DIVERGED = 3500  # where the picture puts what has overflowed


@figure(
    scale=LogSlider("target times", -4, 3, per_decade=2, default=1.0),
    optimiser=Choice("optimiser", list(formulas.OPTIMISERS), "SGD"),
    rate=LogSlider("rate", -4, 0, per_decade=2, default=1e-2),
)
class TargetUnit:
    """Small networks on the diabetes data, their target in many units: error in the original unit."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True, width_ratios=[3, 2])
        left.set(title="error on new patients, original unit", xlabel="target times")
        left.set(xscale="log", yscale="log", xlim=(5e-5, 2e3), ylim=(36, 9500))
        left.set_xticks([1e-4, 1e-2, 1, 100], ["10⁻⁴", "0.01", "1", "100"])
        left.set_yticks(
            [50, 100, 200, 500, 1000, DIVERGED], ["50", "100", "200", "500", "1000", "∞"]
        )
        left.minorticks_off()
        self.table = formulas.stored()
        self.linear = float(formulas.fit_in_unit(formulas.least_squares, 1.0))
        (_, y), (_, y_new) = formulas.diabetes_parts()
        self.mean = float(formulas.rmse(y_new, y.mean()))
        left.plot(formulas.SCALES, self.table["forest"], ":", color=style.GREEN, lw=2.5)
        left.axhline(self.linear, color=style.BLACK, lw=1)
        left.text(6e-5, 41.5, "linear regression, and (dotted) forest")
        left.axhline(self.mean, color=style.GREY, ls="--", lw=1)
        (self.curve,) = left.plot([], [], "-s", ms=5, color=style.BLUE, animated=True)
        (self.here,) = left.plot([], [], "D", ms=10, color=style.VERMILION, animated=True)
        self.words = _moving(left, 0.3, 5900, "", ha="center", va="center")
        right.set(title="by epoch", xlabel="epoch", xscale="symlog", xlim=(-0.15, 260))
        right.set_xscale("symlog", linthresh=1, linscale=0.5)
        right.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
        right.minorticks_off()
        mean = right.axhline(self.mean, color=style.GREY, ls="--", lw=1)
        mean.set_label("always the mean")
        right.axhline(self.linear, color=style.BLACK, lw=1)
        (self.epochs,) = right.plot([], [], "-D", ms=5, color=style.VERMILION, animated=True)
        (self.standard,) = right.plot([], [], "--o", ms=4, color=style.PURPLE, animated=True)
        right.plot([], [], "-D", ms=5, color=style.VERMILION, label="this unit")
        right.plot([], [], "--o", ms=4, color=style.PURPLE, label="standardised")
        handles = [line for line in right.lines if not line.get_label().startswith("_")]
        canvas.legend(handles=handles, loc="outside lower center", ncols=3, handlelength=2)

    def values(self, scale, optimiser, rate):
        """Errors by unit, by epoch, and by epoch for the standardised target."""
        o, r = formulas.OPTIMISERS.index(optimiser), formulas.LEARNING_RATES.index(rate)
        networks = formulas.stored()["networks"][o, :, r]
        at = formulas.SCALES.index(scale)
        return networks[:, -1], networks[at], formulas.stored()["standardised"][o, r], at

    def update(self, scale, optimiser, rate):
        by_unit, by_epoch, standard, at = self.values(scale, optimiser, rate)
        told = self.told(by_epoch[-1])
        by_unit, by_epoch, standard = (
            values.clamp(max=DIVERGED).numpy() for values in (by_unit, by_epoch, standard)
        )
        self.curve.set_data(formulas.SCALES, by_unit)
        self.here.set_data([scale], [by_unit[at]])
        self.epochs.set_data(formulas.CHECKPOINTS, by_epoch)
        self.standard.set_data(formulas.CHECKPOINTS, standard)
        self.words.set_text(f"{optimiser}, rate {rate:g}: {told}")

    @staticmethod
    def told(error):
        return "overflow" if error > 1e6 else f"{error:.1f}"

    def describe(self, scale, optimiser, rate):
        by_unit, by_epoch, standard, _ = self.values(scale, optimiser, rate)
        failed = int((by_unit > 1e6).sum())
        return (
            f"{optimiser}, rate {rate:g}, target times {scale:g}: after 200 epochs the error on new "
            f"patients is {self.told(by_epoch[-1])}, in the original unit; with the standardised "
            f"target {self.told(standard[-1])}. Of 15 units {failed} end in an overflow."
        )


# 4 · log1p changes the question


@figure(sigma=Slider("noise σ of log(1 + y)", 0.1, 1.5, step=0.1, default=0.9))
class LogOfTarget:
    """A line fitted to log(1 + y) and taken back, with and without the factor exp(σ²/2)."""

    LOOKS: ClassVar = {
        "line": ("line through y", style.GREY, ":"),
        "log": ("log1p, taken back", style.BLUE, "-"),
        "corrected": ("… × exp(σ²/2)", style.VERMILION, "--"),
    }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="400 of 4000 pairs, y ≤ 45", xlabel="x", xlim=(-0.1, 4.1), ylim=(-6, 58))
        left.set_yticks([0, 15, 30, 45])
        self.x, self.noise = formulas.skewed_sample()
        self.grid = torch.linspace(0, 4, 101, dtype=torch.float64)
        (self.dots,) = left.plot([], [], ".", color="#9A9A9A", ms=4, animated=True)
        self.curves = {}
        for name, (label, colour, ls) in self.LOOKS.items():
            (self.curves[name],) = left.plot([], [], color=colour, ls=ls, lw=2.5, animated=True)
            left.plot([], [], color=colour, ls=ls, lw=2.5, label=label)
        left.legend(loc="upper left", handlelength=2.2)
        right.set(title="mean prediction ÷ mean y", xlabel="noise σ", xlim=(0, 1.6), ylim=(0, 1.3))
        right.set_yticks([0, 0.5, 1])
        right.axhline(1, color=style.BLACK, lw=1)
        for name, (_, colour, ls) in self.LOOKS.items():
            ratios = [formulas.log_study(sigma)[name][2] for sigma in formulas.SIGMAS]
            right.plot(formulas.SIGMAS, ratios, color=colour, ls=ls)
        self.points = right.plot([], [], "D", ms=8, color=style.BLUE, animated=True)[0]
        self.words = _moving(right, 0.08, 0.06, "", va="bottom", linespacing=1.4)

    @lru_cache(maxsize=32)  # noqa: B019 (one drawing, 15 settings)
    def fitted(self, sigma):
        """The first 400 targets, and the three curves on the grid, by name."""
        y = formulas.skewed(self.x, self.noise, sigma)
        line, fit = formulas.least_squares(self.x[:, None], y), formulas.log_fit(self.x, y)
        return y[:400], {
            "line": line[0] + line[1] * self.grid,
            "log": formulas.back_transformed(fit, self.grid),
            "corrected": formulas.back_transformed(fit, self.grid, corrected=True),
        }

    def update(self, sigma):
        y, curves = self.fitted(sigma)
        self.dots.set_data(self.x[:400][y <= 45].numpy(), y[y <= 45].numpy())
        for name, values in curves.items():
            self.curves[name].set_data(self.grid.numpy(), values.numpy())
        study = formulas.log_study(sigma)
        self.points.set_data([sigma], [study["log"][2]])
        self.words.set_text(
            "        RMSE    MAE\n"
            + "\n".join(
                f"{short}  {study[name][0]:.2f}   {study[name][1]:.2f}"
                for name, short in (("line", "line"), ("log", "log1p"), ("corrected", "× exp"))
            )
        )

    def describe(self, sigma):
        study = formulas.log_study(sigma)
        told = "; ".join(
            f"{label} RMSE {study[name][0]:.2f}, MAE {study[name][1]:.2f}, mean prediction "
            f"{study[name][2]:.2f} of the mean target"
            for name, label in (
                ("line", "a line through y"),
                ("log", "the log fit taken back"),
                ("corrected", "times exp(σ²/2)"),
            )
        )
        return f"Noise {sigma:g} in log(1 + y), 20,000 new pairs: {told}."


# 5 · Sum, mean, and unequal batches

AVERAGES = {"plain mean": False, "weighted by size": True}


@figure(
    size=Slider("batch size", 1, 7, step=1, default=3),
    average=Choice("means of batches", list(AVERAGES), "plain mean"),
)
class UnequalBatches:
    """Seven points in batches: each batch's gradient, their average, and that of all seven."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="seven points", xlabel="x", ylabel="t", xlim=(0.4, 7.6), ylim=(-0.3, 10.8))
        grid = np.array([0.4, 7.6])
        left.plot(grid, 0.5 * grid + 0.1, color=style.BLACK, lw=1.2)
        self.groups = []
        for marker, colour in zip("osD^vPX", (*style.COLOURS, style.BLACK), strict=True):
            self.groups += left.plot([], [], marker, color=colour, ms=9, animated=True)
        left.text(7.5, 0.1, "the line now: 0.5·x + 0.1", ha="right")
        right.set(title="gradients", xlabel="by slope", ylabel="by constant")
        right.set(xlim=(-86, 12), ylim=(-14.5, 3))
        right.set_xticks([-80, -60, -40, -20, 0], ["−80", "−60", "−40", "−20", "0"])
        right.set_yticks([-12, -8, -4, 0], ["−12", "−8", "−4", "0"])
        self.rays = []
        for marker, colour in zip("osD^vPX", (*style.COLOURS, style.BLACK), strict=True):
            self.rays += right.plot(
                [], [], marker, color=colour, ms=7, mfc=colour, alpha=0.9, animated=True
            )
        full = formulas.line_gradient(formulas.X7, formulas.T7).tolist()
        (self.ring,) = right.plot(
            *full, "o", ms=17, mfc="none", mec=style.BLACK, mew=2, animated=True
        )
        (self.arrow,) = right.plot([], [], color=style.VERMILION, lw=3, animated=True)
        (self.tip,) = right.plot(
            [], [], "*", ms=15, color=style.VERMILION, mec="white", animated=True
        )
        right.text(-84, 1.4, "○ all seven    ★ average of the batches", va="bottom")
        self.words = _moving(right, 11, -14.2, "", ha="right", va="bottom")

    @staticmethod
    def values(size, average):
        return formulas.gradient_of_batches(size, AVERAGES[average]).tolist()

    def update(self, size, average):
        parts = formulas.chunks(size)
        for i, (group, ray) in enumerate(zip(self.groups, self.rays, strict=True)):
            if i < len(parts):
                x, t = parts[i]
                gradient = formulas.line_gradient(x, t).tolist()
                group.set_data(x.numpy(), t.numpy())
                ray.set_data([gradient[0]], [gradient[1]])
            else:
                group.set_data([], [])
                ray.set_data([], [])
        slope, constant = self.values(size, average)
        self.arrow.set_data([0, slope], [0, constant])
        self.tip.set_data([slope], [constant])
        sizes = " + ".join(str(len(x)) for x, _ in parts)
        self.words.set_text(f"{sizes}, {average}\n({_plain(slope, 2)}, {_plain(constant, 2)})")

    def describe(self, size, average):
        slope, constant = self.values(size, average)
        sizes = ", ".join(str(len(x)) for x, _ in formulas.chunks(size))
        return (
            f"Batches of {sizes}, {average}: the gradient is ({_plain(slope, 2)}, "
            f"{_plain(constant, 2)}); that of all seven points is (−24.34, −4.94)."
        )


@figure(
    reconstruction=Choice("reconstruction", list(formulas.RECONSTRUCTIONS), "mean over everything"),
    divergence=Choice("KL term", list(formulas.DIVERGENCES), "sum over everything"),
    factor=LogSlider("KL term times", -4, 0, per_decade=1, default=1.0),
)
class WeightOfKL:
    """What weight the KL term of a VAE really has, by the reductions of its two terms."""

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
        (self.line,) = axes.plot([], [], "-D", color=style.VERMILION, animated=True)
        self.labels = [_moving(axes, b, 1, "", ha="center") for b in formulas.BATCHES]

    @staticmethod
    def values(reconstruction, divergence, factor):
        names = formulas.RECONSTRUCTIONS[reconstruction], formulas.DIVERGENCES[divergence]
        return [formulas.effective_weight(*names, batch, factor) for batch in formulas.BATCHES]

    def update(self, reconstruction, divergence, factor):
        weights = self.values(reconstruction, divergence, factor)
        self.line.set_data(formulas.BATCHES, weights)
        for label, weight in zip(self.labels, weights, strict=True):
            label.set_y(weight * 2.2)
            label.set_text(_weight(weight))

    def describe(self, reconstruction, divergence, factor):
        first, *_, last = self.values(reconstruction, divergence, factor)
        return (
            f"Reconstruction: {reconstruction}; KL term: {divergence}, times {factor:g}: its weight "
            f"is {_weight(first)} in batches of 16 and {_weight(last)} in batches of 256."
        )


# 6 · Turning the coordinates


@figure(
    angle=Slider("angle", 0, 90, step=5, default=30, unit="°"),
    shear=Slider("shear", -0.6, 0.6, step=0.1, default=0.0),
    stretch=Slider("stretch", 0.5, 1.5, step=0.1, default=1.0),
    shift=Slider("shift", 0.0, 2.0, step=0.5, default=1.0),
)
class TurnedCoordinates:
    """Predictions and truths in two coordinate systems: four losses and the gradients of MSE."""

    MARKERS = "osD"

    def draw(self, canvas):
        grid = canvas.add_gridspec(1, 3, width_ratios=[1, 1, 1])
        old, new, right = (canvas.add_subplot(grid[0, i]) for i in range(3))
        old.set(title="old system", xlim=(-2.7, 5.6), ylim=(-6.2, 6.2))
        new.set(title="new system", xlim=(-5.4, 7.6), ylim=(-8, 11.4))
        for axes in (old, new):
            axes.set_aspect("equal")
            axes.tick_params(labelleft=False, labelbottom=False, length=0)
        self.parts = []
        for axes in (old, new):
            artists = {
                "truth": axes.plot([], [], "x", color=style.BLACK, ms=7, mew=2, animated=True)[0],
                "prediction": axes.plot([], [], "o", color=style.BLUE, ms=5, animated=True)[0],
                "step": axes.plot([], [], color=style.BLUE, lw=5, alpha=0.55, animated=True)[0],
                "ring": axes.plot([], [], color=style.BLUE, lw=1.2, ls="--", animated=True)[0],
            }
            self.parts.append(artists)
        (self.back,) = old.plot([], [], color=style.VERMILION, lw=2, animated=True)
        (self.ellipse,) = old.plot([], [], color=style.VERMILION, lw=1.5, animated=True)
        old.text(
            0.5,
            0.02,
            "broad: descent by old MSE\nthin: by new MSE",
            ha="center",
            transform=old.transAxes,
            fontsize=style.points(12),
        )
        new.text(
            0.5,
            0.02,
            "× truth   ● prediction",
            ha="center",
            transform=new.transAxes,
            fontsize=style.points(12),
        )
        right.set(title="loss: ○ old  ◆ new", xlim=(0.3, 40), xscale="log", ylim=(-0.7, 3.8))
        right.set_xticks([0.5, 2, 10], ["0.5", "2", "10"])
        right.minorticks_off()
        right.set_yticks([])
        self.start = {name: float(v) for name, v in formulas.losses_in(formulas.turning(0)).items()}
        self.dots, self.lines, self.words = [], [], []
        for i, (name, value) in enumerate(self.start.items()):
            height = 3 - i
            right.text(0.33, height + 0.3, name, va="center")
            self.lines += right.plot([], [], color=style.GREY, lw=2, animated=True)
            right.plot(value, height, "o", ms=11, mfc="none", mec=style.BLUE, mew=2)
            self.dots += right.plot([], [], "D", ms=6, color=style.VERMILION, animated=True)
            self.words.append(
                _moving(right, 0.33, height - 0.27, "", va="center", fontsize=style.points(12))
            )

    def update(self, angle, shear, stretch, shift):
        A = formulas.turning(angle, shear, stretch)
        p, y = formulas.PREDICTED, formulas.TRUE
        around = torch.linspace(0, 2 * math.pi, 61, dtype=torch.float64)
        circle = torch.stack([around.cos(), around.sin()], 1)
        first = y[0]
        direct, back = (y - p), (y - p) @ (A.T @ A)
        radius = direct[0].norm()
        ring = first + radius * circle
        # points that the new MSE charges as much as the first prediction: |A·d| = |A·(p − y)|
        inverse = torch.linalg.inv(A)
        ellipse = first + (A @ direct[0]).norm() * circle @ inverse.T
        moved = formulas.transform
        for artists, change in zip(
            self.parts, (lambda z: z, lambda z: moved(z, A, shift)), strict=True
        ):
            artists["truth"].set_data(*change(y).T.numpy())
            artists["prediction"].set_data(*change(p).T.numpy())
            artists["ring"].set_data(*change(ring).T.numpy())
            artists["step"].set_data(*_segments(change(p), change(p + 0.4 * direct)))
        self.ellipse.set_data(*ellipse.T.numpy())
        self.back.set_data(*_segments(p, p + 0.4 * back))
        for i, (name, value) in enumerate(formulas.losses_in(A, shift).items()):
            value, height = float(value), 3 - i
            self.dots[i].set_data([value], [height])
            self.lines[i].set_data([self.start[name], value], [height] * 2)
            self.words[i].set_text(f"{self.start[name]:.3f} → {value:.3f}")

    def describe(self, angle, shear, stretch, shift):
        found = formulas.losses_in(formulas.turning(angle, shear, stretch), shift)
        told = ", ".join(
            f"{name} {self_start:.3f} → {float(value):.3f}"
            for (name, value), self_start in zip(
                found.items(),
                (float(v) for v in formulas.losses_in(formulas.turning(0)).values()),
                strict=True,
            )
        )
        return (
            f"Turned by {angle}°, shear {_plain(shear, 1)}, stretch {stretch:g}, shift {shift:g}: "
            f"{told}."
        )


def _segments(start, end):
    """x and y of separate lines from each row of `start` to that of `end`, for one plot."""
    gap = torch.full_like(start, math.nan)
    return torch.stack([start, end, gap], 1).reshape(-1, 2).T.numpy()


# 7 · On real data


@figure(
    factor=Slider("low guess: forecast times", 0.3, 1.0, step=0.05, default=0.7),
    part=Choice("years", list(formulas.PARTS), "1901–2008"),
)
class SunspotScores:
    """Sunspots foretold a year ahead, by three forecasts, and how six metrics rank them."""

    LOOKS: ClassVar = {
        "last year": (style.GREEN, "s"),
        "autoregression": (style.BLUE, "o"),
        "low guess": (style.VERMILION, "D"),
    }

    def draw(self, canvas):
        top, below = canvas.subplots(2, 1, height_ratios=[1, 1])
        top.set(title="sunspot numbers, and forecasts", xlim=(1798, 2011), ylim=(-8, 215))
        top.set_yticks([0, 100, 200])
        (self.truth,) = top.plot([], [], color="#9A9A9A", lw=3, animated=True)
        self.curves = {}
        for name in ("autoregression", "low guess"):
            colour, _ = self.LOOKS[name]
            (self.curves[name],) = top.plot([], [], color=colour, lw=1.1, animated=True)
        below.set(title="score ÷ that of “last year”", xlim=(-0.5, 5.5), ylim=(0.35, 2.25))
        below.set_xticks(range(6), formulas.SCORES)
        below.set_yticks([0.5, 1, 1.5, 2])
        below.axhline(1, color=style.GREEN, lw=1)
        self.dots = {}
        for name, (colour, marker) in self.LOOKS.items():
            (self.dots[name],) = below.plot([], [], marker, color=colour, ms=8, animated=True)
            below.plot([], [], marker, color=colour, ms=8, label=name)
        canvas.legend(loc="outside lower center", ncols=3, handlelength=1.2)
        self.infinite = _moving(below, 2, 1.95, "", ha="center", va="center")

    @staticmethod
    @lru_cache(maxsize=64)
    def values(factor, part):
        years, y, found = formulas.sunspot_forecasts(part, factor)
        return years, y, found, {name: formulas.scores(y, p) for name, p in found.items()}

    def update(self, factor, part):
        years, y, found, scores = self.values(factor, part)
        self.truth.set_data(years, y.numpy())
        for name, curve in self.curves.items():
            curve.set_data(years, found[name].numpy())
        for name, dots in self.dots.items():
            ratio = [scores[name][m] / scores["last year"][m] for m in formulas.SCORES]
            dots.set_data(range(6), ratio)
        infinite = math.isinf(scores["last year"]["MAPE"])
        self.infinite.set_text("∞, all three" if infinite else "")

    def describe(self, factor, part):
        *_, scores = self.values(factor, part)
        told = "; ".join(
            f"{name} RMSE {s['RMSE']:.1f}, MAE {s['MAE']:.1f}, MAPE "
            f"{_short(s['MAPE'])}, sMAPE {s['sMAPE']:.3f}, MASE {s['MASE']:.2f}"
            for name, s in scores.items()
        )
        return f"{part}, low guess = {factor:g} × the autoregression: {told}."
