"""The live figures of the page on scaling a loss, scaling a target, and MAPE."""

import math
from typing import ClassVar

import numpy as np
import torch

from helpers.loss_scaling_and_mape import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "UnitOfMetrics",
    "ConstantGuess",
    "TargetUnit",
    "LogOfTarget",
    "SunspotScores",
]


def in_words(number):
    """A metric to three digits; in words where it is not finite."""
    text = brief(number)
    return {"NaN": "undefined (0/0)", "∞": "infinite"}.get(text, text)


# 1 · What a unit does to a metric


@figure(
    s=Slider("factor s", 0.1, 10.0, step=0.1, default=0.3),
    c=Slider("shift c", -4.0, 20.0, step=0.5, default=6.0),
)
class UnitOfMetrics:
    """Four metrics of eight pairs after y ↦ s·y + c, as multiples of what they were."""

    LOW, HIGH = 0.02, 40

    def measure(self, s, c):
        y, p = formulas.rescale(formulas.Y, s, c), formulas.rescale(formulas.P, s, c)
        after = [float(metric(y, p)) for metric in formulas.METRICS.values()]
        before = [float(metric(formulas.Y, formulas.P)) for metric in formulas.METRICS.values()]
        return {"after": after, "ratios": [a / b for a, b in zip(after, before, strict=True)]}

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
        level = {"color": style.BLACK, "ms": 44, "mew": 2.5}
        (self.levels,) = axes.plot([], [], "_", **level)
        (self.beyond,) = axes.plot([], [], "^", color=style.BLACK, ms=9)
        self.words = [axes.text(i, 75, "", ha="center", linespacing=1.4) for i in range(4)]
        self.change = axes.text(3, 0.05, "", ha="center", va="center")

    def update(self, now):
        ratios, levels = np.array(now.ratios), []
        for bar, words, value, ratio in zip(self.bars, self.words, now.after, ratios, strict=True):
            top = 1 if math.isnan(ratio) else min(max(ratio, self.LOW), self.HIGH)
            levels.append(math.nan if math.isnan(ratio) else top)
            bar.set(y=min(top, 1), height=abs(top - 1))
            times = f"\n×{ratio:.3g}" if math.isfinite(ratio) else ""
            words.set_text(in_words(value).replace(" (", "\n(") + times)
        self.levels.set_data(range(4), levels)
        (beyond,) = np.nonzero((ratios > self.HIGH) & np.isfinite(ratios))
        self.beyond.set_data(beyond, [self.HIGH * 1.25] * len(beyond))
        sign = "−" if now.c < 0 else "+"
        self.change.set_text(f"{now.s:g}·y {sign} {abs(now.c):g}")

    def describe(self, now):
        told = ", ".join(
            f"{name} {in_words(value)}" + (f" (×{ratio:.3g})" if math.isfinite(ratio) else "")
            for name, value, ratio in zip(formulas.METRICS, now.after, now.ratios, strict=True)
        )
        return f"Targets and predictions times {now.s:g}, plus {fixed(now.c, 1)}: {told}."


# 2 · MAPE near zero

LOSSES = {"MSE": (style.BLUE, "-"), "MAE": (style.GREEN, "--"), "MAPE": (style.VERMILION, "-.")}


@figure(
    guess=Slider("guess", 0.0, 12.0, step=0.25, default=5.0),
    smallest=Slider("smallest target", 0.1, 1.9, step=0.1, default=1.0),
)
class ConstantGuess:
    """One constant guess for three targets: three losses, their minima, and who pulls how hard."""

    GRID = torch.linspace(0, 12, 481, dtype=torch.float64)

    def measure(self, guess, smallest):
        y = torch.tensor([smallest, *formulas.TARGETS[1:]], dtype=torch.float64)
        best = formulas.best_constants(y)
        return {
            "y": y.tolist(),
            "best": {name: float(c) for name, c in best.items()},
            "least": {name: formulas.constant_losses(y, best[name][None])[name] for name in best},
            "losses": formulas.constant_losses(y, self.GRID),
            "at": formulas.constant_losses(y, torch.tensor([guess], dtype=torch.float64)),
            "share": (1 / y / (1 / y).sum()).tolist(),
        }

    def draw(self, canvas):
        top, below = canvas.subplots(2, 1, height_ratios=[4, 1])
        top.set_yscale("log")
        top.set(title="loss ÷ its smallest value", xlim=(-0.3, 14.5), ylim=(0.8, 110))
        top.set(xlabel="guess")
        top.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
        top.set_xticks(range(0, 13, 2))
        top.minorticks_off()
        self.here = top.axvline(5, 0, 0.82, color=style.GREY, lw=1)
        self.curves, self.minima, self.points, self.names = {}, {}, {}, {}
        for name, (colour, ls) in LOSSES.items():
            (self.curves[name],) = top.plot([], [], color=colour, ls=ls)
            (self.minima[name],) = top.plot([], [], "D", color=colour, ms=8)
            (self.points[name],) = top.plot([], [], "o", mfc="white", mec=colour, mew=2, ms=7)
            self.names[name] = top.text(12.2, 1, name, va="center")
        self.targets = top.plot([], [], "|", color=style.BLACK, ms=11, mew=2)[0]
        top.text(0, 72, "| targets    ◆ minimum    ○ at the guess", va="center")
        below.set(title="weight in MAPE's median: 1/|y|", xlim=(0, 1), ylim=(-0.5, 0.5), yticks=[])
        below.set_xticks([0, 0.5, 1], ["0", "half", "all of it"])
        below.grid(False)
        self.bars = below.barh([0] * 3, 1, 0.7, color=[style.VERMILION, style.SKY, style.ORANGE])
        self.labels = [below.text(0, 0, "", ha="center", va="center") for _ in range(3)]
        self.half = below.axvline(0.5, color=style.BLACK, ls="--", lw=1.5)

    def update(self, now):
        self.here.set_xdata([now.guess, now.guess])
        ends = {}
        for name in LOSSES:
            ratio = (now.losses[name] / now.least[name]).numpy()
            self.curves[name].set_data(self.GRID.numpy(), ratio)
            self.minima[name].set_data([now.best[name]], [1])
            self.points[name].set_data([now.guess], [float(now.at[name] / now.least[name])])
            ends[name] = ratio[-1]
        last = 0
        for name in sorted(ends, key=ends.get):  # labels keep their distance
            last = max(ends[name], last * 1.55)
            self.names[name].set_y(last)
        self.targets.set_data(now.y, [0.86] * 3)
        start = 0
        for bar, label, part, target in zip(self.bars, self.labels, now.share, now.y, strict=True):
            bar.set(x=start, width=part)
            label.set_x(start + part / 2)
            label.set_text(f"{target:g}" if part > 0.03 else "")
            start += part

    def describe(self, now):
        told = ", ".join(
            f"{name} {fixed(now.at[name])} (least at {brief(now.best[name])})" for name in LOSSES
        )
        return (
            f"Guess {now.guess:g} for the targets {now.smallest:g}, 2 and 10: {told}. "
            f"The target {now.smallest:g} has {now.share[0]:.0%} of the weight in MAPE."
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

    def measure(self, scale, optimiser, rate):
        o, r = formulas.OPTIMISERS.index(optimiser), formulas.LEARNING_RATES.index(rate)
        networks, at = formulas.stored()["networks"][o, :, r], formulas.SCALES.index(scale)
        standard = formulas.stored()["standardised"][o, r]
        ends = [
            "overflow" if error > 1e6 else fixed(error, 1)
            for error in (networks[at, -1], standard[-1])
        ]
        return {
            "by_unit": networks[:, -1],
            "by_epoch": networks[at],
            "standard": standard,
            "at": at,
            "ends": ends,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True, width_ratios=[3, 2])
        left.set(title="error on new patients, original unit", xlabel="target times")
        left.set(xscale="log", yscale="log", xlim=(5e-5, 2e3), ylim=(36, 9500))
        left.set_xticks([1e-4, 1e-2, 1, 100], ["10⁻⁴", "0.01", "1", "100"])
        left.set_yticks(
            [50, 100, 200, 500, 1000, DIVERGED], ["50", "100", "200", "500", "1000", "∞"]
        )
        left.minorticks_off()
        linear = float(formulas.fit_in_unit(formulas.least_squares, 1.0))
        (_, y), (_, y_new) = formulas.diabetes_parts()
        mean = float(formulas.rmse(y_new, y.mean()))
        left.plot(formulas.SCALES, formulas.stored()["forest"], ":", color=style.GREEN, lw=2.5)
        left.axhline(linear, color=style.BLACK, lw=1)
        left.text(6e-5, 41.5, "linear regression, and (dotted) forest")
        left.axhline(mean, color=style.GREY, ls="--", lw=1)
        (self.curve,) = left.plot([], [], "-s", ms=5, color=style.BLUE)
        (self.here,) = left.plot([], [], "D", ms=10, color=style.VERMILION)
        self.words = left.text(0.3, 5900, "", ha="center", va="center")
        right.set(title="by epoch", xlabel="epoch", xscale="symlog", xlim=(-0.15, 260))
        right.set_xscale("symlog", linthresh=1, linscale=0.5)
        right.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
        right.minorticks_off()
        right.axhline(mean, color=style.GREY, ls="--", lw=1, label="always the mean")
        right.axhline(linear, color=style.BLACK, lw=1)
        (self.epochs,) = right.plot([], [], "-D", ms=5, color=style.VERMILION)
        (self.standard,) = right.plot([], [], "--o", ms=4, color=style.PURPLE)
        right.plot([], [], "-D", ms=5, color=style.VERMILION, label="this unit")
        right.plot([], [], "--o", ms=4, color=style.PURPLE, label="standardised")
        handles = [line for line in right.lines if not line.get_label().startswith("_")]
        canvas.legend(handles=handles, loc="outside lower center", ncols=3, handlelength=2)

    def update(self, now):
        by_unit, by_epoch, standard = (
            values.clamp(max=DIVERGED).numpy()
            for values in (now.by_unit, now.by_epoch, now.standard)
        )
        self.curve.set_data(formulas.SCALES, by_unit)
        self.here.set_data([now.scale], [by_unit[now.at]])
        self.epochs.set_data(formulas.CHECKPOINTS, by_epoch)
        self.standard.set_data(formulas.CHECKPOINTS, standard)
        self.words.set_text(f"{now.optimiser}, rate {now.rate:g}: {now.ends[0]}")

    def describe(self, now):
        return (
            f"{now.optimiser}, rate {now.rate:g}, target times {now.scale:g}: after 200 epochs the "
            f"error on new patients is {now.ends[0]}, in the original unit; with the standardised "
            f"target {now.ends[1]}. Of 15 units {(now.by_unit > 1e6).sum()} end in an overflow."
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

    GRID = torch.linspace(0, 4, 101, dtype=torch.float64)

    def measure(self, sigma):
        x, noise = formulas.skewed_sample()
        y = formulas.skewed(x, noise, sigma)
        line, fit = formulas.least_squares(x[:, None], y), formulas.log_fit(x, y)
        curves = {
            "line": line[0] + line[1] * self.GRID,
            "log": formulas.back_transformed(fit, self.GRID),
            "corrected": formulas.back_transformed(fit, self.GRID, corrected=True),
        }
        return {"x": x[:400], "y": y[:400], "curves": curves, "study": formulas.log_study(sigma)}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="400 of 4000 pairs, y ≤ 45", xlabel="x", xlim=(-0.1, 4.1), ylim=(-6, 58))
        left.set_yticks([0, 15, 30, 45])
        (self.dots,) = left.plot([], [], ".", color="#9A9A9A", ms=4)
        self.curves = {}
        for name, (label, colour, ls) in self.LOOKS.items():
            (self.curves[name],) = left.plot([], [], color=colour, ls=ls, lw=2.5)
            left.plot([], [], color=colour, ls=ls, lw=2.5, label=label)
        left.legend(loc="upper left", handlelength=2.2)
        right.set(title="mean prediction ÷ mean y", xlabel="noise σ", xlim=(0, 1.6), ylim=(0, 1.3))
        right.set_yticks([0, 0.5, 1])
        right.axhline(1, color=style.BLACK, lw=1)
        for name, (_, colour, ls) in self.LOOKS.items():
            ratios = [formulas.log_study(sigma)[name][2] for sigma in formulas.SIGMAS]
            right.plot(formulas.SIGMAS, ratios, color=colour, ls=ls)
        self.points = right.plot([], [], "D", ms=8, color=style.BLUE)[0]
        self.words = right.text(0.08, 0.06, "", va="bottom", linespacing=1.4)

    def update(self, now):
        shown = now.y <= 45
        self.dots.set_data(now.x[shown].numpy(), now.y[shown].numpy())
        for name, values in now.curves.items():
            self.curves[name].set_data(self.GRID.numpy(), values.numpy())
        self.points.set_data([now.sigma], [now.study["log"][2]])
        names = {"line": "line", "log": "log1p", "corrected": "× exp"}
        rows = [f"{names[k]}  {rmse:.2f}   {mae:.2f}" for k, (rmse, mae, _) in now.study.items()]
        self.words.set_text("\n".join(["        RMSE    MAE", *rows]))

    def describe(self, now):
        names = ("a line through y", "the log fit taken back", "times exp(σ²/2)")
        told = "; ".join(
            f"{name} RMSE {rmse:.2f}, MAE {mae:.2f}, mean prediction {ratio:.2f} of the mean target"
            for name, (rmse, mae, ratio) in zip(names, now.study.values(), strict=True)
        )
        return f"Noise {now.sigma:g} in log(1 + y), 20,000 new pairs: {told}."


# 5 · Sum, mean, and unequal batches


# 6 · Turning the coordinates


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

    def measure(self, factor, part):
        years, y, found = formulas.sunspot_forecasts(part, factor)
        scores = {name: formulas.scores(y, p) for name, p in found.items()}
        return {"when": years, "y": y, "found": found, "scores": scores}

    def draw(self, canvas):
        top, below = canvas.subplots(2, 1, height_ratios=[1, 1])
        top.set(title="sunspot numbers, and forecasts", xlim=(1798, 2011), ylim=(-8, 215))
        top.set_yticks([0, 100, 200])
        (self.truth,) = top.plot([], [], color="#9A9A9A", lw=3)
        self.curves = {}
        for name in ("autoregression", "low guess"):
            colour, _ = self.LOOKS[name]
            (self.curves[name],) = top.plot([], [], color=colour, lw=1.1)
        below.set(title="score ÷ that of “last year”", xlim=(-0.5, 5.5), ylim=(0.35, 2.25))
        below.set_xticks(range(6), formulas.SCORES)
        below.set_yticks([0.5, 1, 1.5, 2])
        below.axhline(1, color=style.GREEN, lw=1)
        self.dots = {}
        for name, (colour, marker) in self.LOOKS.items():
            (self.dots[name],) = below.plot([], [], marker, color=colour, ms=8)
            below.plot([], [], marker, color=colour, ms=8, label=name)
        canvas.legend(loc="outside lower center", ncols=3, handlelength=1.2)
        self.infinite = below.text(2, 1.95, "", ha="center", va="center")

    def update(self, now):
        self.truth.set_data(now.when, now.y.numpy())
        for name, curve in self.curves.items():
            curve.set_data(now.when, now.found[name].numpy())
        base = now.scores["last year"]
        for name, dots in self.dots.items():
            dots.set_data(range(6), [now.scores[name][m] / base[m] for m in formulas.SCORES])
        self.infinite.set_text("∞, all three" if math.isinf(base["MAPE"]) else "")

    def describe(self, now):
        told = "; ".join(
            f"{name} RMSE {s['RMSE']:.1f}, MAE {s['MAE']:.1f}, MAPE "
            f"{in_words(s['MAPE'])}, sMAPE {s['sMAPE']:.3f}, MASE {s['MASE']:.2f}"
            for name, s in now.scores.items()
        )
        return f"{now.part}, low guess = {now.factor:g} × the autoregression: {told}."
