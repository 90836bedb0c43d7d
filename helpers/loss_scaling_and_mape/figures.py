"""The live figures of 03_loss_scaling_and_mape: sunspot numbers, forecasts of them, and metrics."""

import math
from typing import ClassVar

import numpy as np
import torch

from helpers.loss_scaling_and_mape import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = ["UnitOfMetrics", "ConstantGuess", "TargetUnit", "LogOfTarget", "Leads"]  # noqa: RUF022


def in_words(number):
    """A metric to three digits; in words where it is not finite."""
    text = brief(number)
    return {"NaN": "undefined (0/0)", "∞": "infinite"}.get(text, text)


def years(count):
    """ "1 year", "3 years"."""
    return f"{count} year{'s' if count > 1 else ''}"


# 1 · What a unit does to a metric


@figure(
    s=Slider("factor s", 0.1, 1.2, step=0.1, default=0.5),
    c=Slider("shift c", -50, 50, step=1, default=40),
)
class UnitOfMetrics:
    """Forecasts against truths after y ↦ s·y + c, and four metrics as multiples of what they were."""

    LOW, HIGH = 0.03, 30

    def measure(self, s, c):
        y, p = formulas.one_year_ahead()
        new = formulas.rescale(y, s, c), formulas.rescale(p, s, c)
        after = [float(metric(*new)) for metric in formulas.METRICS.values()]
        before = [float(metric(y, p)) for metric in formulas.METRICS.values()]
        ratios = [a / b for a, b in zip(after, before, strict=True)]
        return {"pairs": new, "after": after, "ratios": ratios}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1, 1])
        left.set(title="forecast against truth", xlabel="true number", xlim=(-60, 290))
        left.set(ylim=(-60, 290))
        left.set_xticks([0, 100, 200])
        left.set_yticks([0, 100, 200])
        left.set_aspect("equal")
        left.plot([-60, 290], [-60, 290], color=style.BLACK, lw=1)
        left.plot(*formulas.one_year_ahead(), "o", color="#B0B0B0", ms=3.5)
        (self.dots,) = left.plot([], [], "o", color=style.BLUE, ms=3.5)
        self.change = left.text(-50, 265, "", va="center")
        left.text(284, -40, "grey: as they were", ha="right", va="center")
        right.set_yscale("log")
        right.set(title="metric ÷ the same metric before", xlim=(-0.6, 3.6), ylim=(self.LOW, 160))
        ticks = [0.03, 0.1, 0.3, 1, 3, 10, 30]
        right.set_yticks(ticks, [f"×{tick:g}" for tick in ticks])
        right.minorticks_off()
        right.grid(False, axis="x")
        right.set_xticks(range(4), formulas.METRICS)
        right.axhline(1, color=style.BLACK, lw=1.2)
        self.bars = right.bar(range(4), 1, 0.5, color=[*style.COLOURS[:4]])
        (self.levels,) = right.plot([], [], "_", color=style.BLACK, ms=34, mew=2.5)
        (self.beyond,) = right.plot([], [], "^", color=style.BLACK, ms=9)
        self.words = [right.text(i, 70, "", ha="center", linespacing=1.4) for i in range(4)]

    def update(self, now):
        ratios, levels = np.array(now.ratios), []
        for bar, words, value, ratio in zip(self.bars, self.words, now.after, ratios, strict=True):
            top = 1 if math.isnan(ratio) else min(max(ratio, self.LOW), self.HIGH)
            levels.append(top)
            bar.set(y=min(top, 1), height=abs(top - 1))
            words.set_text(in_words(value) + (f"\n×{brief(ratio)}" if math.isfinite(ratio) else ""))
        self.levels.set_data(range(4), levels)
        (beyond,) = np.nonzero(ratios > self.HIGH)
        self.beyond.set_data(beyond, [self.HIGH * 1.25] * len(beyond))
        self.dots.set_data(*(values.numpy() for values in now.pairs))
        self.change.set_text(f"{now.s:g}·y {'−' if now.c < 0 else '+'} {abs(now.c):g}")

    def describe(self, now):
        told = ", ".join(
            f"{name} {in_words(value)}" + (f" (×{brief(ratio)})" if math.isfinite(ratio) else "")
            for name, value, ratio in zip(formulas.METRICS, now.after, now.ratios, strict=True)
        )
        return (
            f"Sunspot numbers of 1901 to 2008 and their forecasts, times {now.s:g}, plus "
            f"{fixed(now.c, 0)}: {told}."
        )


# 2 · The guess that a metric rewards

LOSSES = {"MSE": (style.BLUE, "-"), "MAE": (style.GREEN, "--"), "MAPE": (style.VERMILION, "-.")}


@figure(
    guess=Slider("guess", 0, 100, step=2, default=48),
    shift=Slider("added to every number", 0, 200, step=5, default=0),
)
class ConstantGuess:
    """One guess for 108 years: three losses, their minima, and which years decide for MAPE."""

    GRID = torch.linspace(0, 100, 201, dtype=torch.float64)

    def measure(self, guess, shift):
        y = formulas.one_year_ahead()[0].sort().values
        best, here = formulas.best_constants(y, shift), torch.tensor([guess], dtype=torch.float64)
        least = {n: formulas.constant_losses(y, best[n][None], shift)[n] for n in best}
        weights = 1 / (y + shift)
        return {
            "best": {name: float(c) for name, c in best.items()},
            "least": least,
            "losses": formulas.constant_losses(y, self.GRID, shift),
            "at": formulas.constant_losses(y, here, shift),
            "heights": (weights / weights.sum()).numpy(),
            "half": int((y <= best["MAPE"]).sum()),
        }

    def draw(self, canvas):
        top, below = canvas.subplots(2, 1, height_ratios=[3, 2])
        top.set(title="loss ÷ its smallest value", xlim=(-2, 115), ylim=(0.9, 4.4))
        top.set(xlabel="guess")
        top.set_yticks([1, 2, 3, 4])
        top.set_xticks(range(0, 101, 20))
        (self.here,) = top.plot([], [], color=style.GREY, lw=1)
        self.curves, self.minima, self.points, self.names = {}, {}, {}, {}
        for name, (colour, ls) in LOSSES.items():
            (self.curves[name],) = top.plot([], [], color=colour, ls=ls)
            (self.minima[name],) = top.plot([], [], "D", color=colour, ms=8)
            (self.points[name],) = top.plot([], [], "o", mfc="white", mec=colour, mew=2, ms=7)
            self.names[name] = top.text(101, 1, name, va="center")
        top.text(0, 4.05, "◆ minimum    ○ at the guess", va="center")
        below.set(title="weight of each year in MAPE, quietest year first", xlim=(-1, 108))
        below.set(ylim=(0, 0.14))
        below.set_yticks([0, 0.05, 0.1], ["0", "5 %", "10 %"])
        below.set_xticks([])
        self.bars = below.bar(range(108), 0.01, 0.8, color=style.SKY)
        (self.border,) = below.plot([], [], color=style.BLACK, ls="--", lw=1.5)
        self.words = below.text(106, 0.115, "", ha="right", va="center")

    def update(self, now):
        self.here.set_data([now.guess] * 2, [0.9, 3.8])
        last = 0
        for name in sorted(LOSSES, key=lambda n: float(now.losses[n][-1] / now.least[n])):
            ratio = (now.losses[name] / now.least[name]).numpy()
            self.curves[name].set_data(self.GRID.numpy(), ratio)
            self.minima[name].set_data([now.best[name]], [1])
            self.points[name].set_data([now.guess], [float(now.at[name] / now.least[name])])
            last = max(float(ratio[-1]), last + 0.42)  # labels keep their distance
            self.names[name].set_y(min(last, 4.1))
        for bar, height in zip(self.bars, now.heights, strict=True):
            bar.set_height(height)
        self.border.set_data([now.half - 0.5] * 2, [0, 0.095])
        self.words.set_text(f"half of the weight lies in the {now.half} quietest of 108 years")

    def describe(self, now):
        told = ", ".join(
            f"{name} {brief(now.at[name])} (least at {brief(now.best[name])})" for name in LOSSES
        )
        return (
            f"The guess {now.guess} for every year from 1901 to 2008, MAPE after adding "
            f"{now.shift} to all numbers: {told}. Half of MAPE's weight lies in the {now.half} "
            "quietest of 108 years."
        )


# 3 · Does the unit of the target change the model?

OVERFLOW = 800  # where the picture puts what has overflowed


@figure(
    scale=LogSlider("target times", -4, 3, per_decade=2, default=1.0),
    model=Choice("model", list(formulas.MODELS), "network, SGD"),
    rate=LogSlider("rate", -4, 0, per_decade=2, default=0.0316),
)
class TargetUnit:
    """Models of the sunspots, their target in many units: error in the original unit."""

    def measure(self, scale, model, rate):
        m, r = list(formulas.MODELS).index(model), formulas.RATES.index(rate)
        units, at = formulas.stored()["units"][m, :, r], formulas.SCALES.index(scale)
        standard = formulas.stored()["standardised"][m, r]
        ends = [
            "overflow" if error > 1e6 else fixed(error, 1)
            for error in (units[at, -1], standard[-1])
        ]
        return {
            "by_unit": units[:, -1],
            "by_step": units[at],
            "standard": standard,
            "at": at,
            "ends": ends,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True, width_ratios=[3, 2])
        left.set(title="RMSE on the new years, original unit", xlabel="target times")
        left.set(xscale="log", yscale="log", xlim=(5e-5, 2e3), ylim=(9, 2600))
        left.set_xticks([1e-4, 1e-2, 1, 100], ["10⁻⁴", "0.01", "1", "100"])
        left.set_yticks([10, 20, 50, 100, 200, OVERFLOW], ["10", "20", "50", "100", "200", "∞"])
        left.minorticks_off()
        y, p = formulas.one_year_ahead()
        mean = float(formulas.rmse(y, formulas.parts()[0][1].mean()))
        for axes in (left, right):
            axes.axhline(mean, color=style.GREY, ls="--", lw=1)
            axes.axhline(float(formulas.rmse(y, p)), color=style.BLACK, lw=1)
        left.plot(formulas.SCALES, formulas.stored()["forest"], ":", color=style.GREEN, lw=2.5)
        left.text(6e-5, 10.6, "least squares; dotted: a forest", va="center")
        (self.curve,) = left.plot([], [], "-s", ms=5, color=style.BLUE)
        (self.here,) = left.plot([], [], "D", ms=10, color=style.VERMILION)
        self.words = left.text(0.3, 1650, "", ha="center", va="center")
        right.set(title="step by step", xlabel="step", xscale="symlog", xlim=(-0.15, 1300))
        right.set_xscale("symlog", linthresh=1, linscale=0.5)
        right.set_xticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1000"])
        right.minorticks_off()
        (self.steps,) = right.plot([], [], "-D", ms=5, color=style.VERMILION)
        (self.standard,) = right.plot([], [], "--o", ms=4, color=style.PURPLE)
        handles = [
            *right.plot([], [], "-D", ms=5, color=style.VERMILION, label="this unit"),
            *right.plot([], [], "--o", ms=4, color=style.PURPLE, label="standardised"),
            *right.plot([], [], "--", lw=1, color=style.GREY, label="always the mean"),
        ]
        canvas.legend(handles=handles, loc="outside lower center", ncols=3, handlelength=2)

    def update(self, now):
        by_unit, by_step, standard = (
            values.clamp(max=OVERFLOW).numpy()
            for values in (now.by_unit, now.by_step, now.standard)
        )
        self.curve.set_data(formulas.SCALES, by_unit)
        self.here.set_data([now.scale], [by_unit[now.at]])
        self.steps.set_data(formulas.STEPS, by_step)
        self.standard.set_data(formulas.STEPS, standard)
        self.words.set_text(f"{now.model}, rate {now.rate:g}: {now.ends[0]}")

    def describe(self, now):
        return (
            f"{now.model}, rate {now.rate:g}, target times {now.scale:g}. RMSE on 1901 to 2008 after "
            f"1000 steps, in the original unit: {now.ends[0]}; with the standardised target: "
            f"{now.ends[1]}. Of 15 units {(now.by_unit > 1e6).sum()} end in an overflow."
        )


# 5 · log1p changes the question

PARTS = {"1901–2008, new": 1, "up to 1900, learnt from": 0}
NAMES = {
    "straight line": "line",
    "log1p, taken back": "log1p",
    "… times exp(σ²/2)": "times exp",
}


@figure(
    ahead=Slider("years ahead", 1, 6, step=1, default=3),
    fit=Choice("fit", list(NAMES), "log1p, taken back"),
    part=Choice("years", list(PARTS), "up to 1900, learnt from"),
)
class LogOfTarget:
    """Forecasts against truths, by a line and by a log fit, and how high they are on average."""

    LOOKS: ClassVar = {
        "line": (style.GREY, ":", "s"),
        "log1p": (style.BLUE, "-", "o"),
        "times exp": (style.VERMILION, "--", "D"),
    }

    def measure(self, ahead, fit, part):
        at, name = PARTS[part], NAMES[fit]
        means = {}
        for other in formulas.FITS:
            each = [formulas.three_fits(h)[at] for h in formulas.AHEAD]
            means[other] = [float(fits[other].mean() / y.mean()) for y, fits in each]
        y, fits = formulas.three_fits(ahead)[at]
        scores = [float(metric(y, fits[name])) for metric in (formulas.rmse, formulas.mae)]
        return {"means": means, "y": y, "p": fits[name], "name": name, "scores": scores}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="forecast against truth", xlabel="true number", xlim=(-8, 200))
        left.set(ylim=(-8, 225))
        left.set_xticks([0, 50, 100, 150, 200])
        left.set_yticks([0, 50, 100, 150, 200])
        left.plot([0, 200], [0, 200], color=style.BLACK, lw=1)
        self.dots = {
            name: left.plot([], [], marker, color=colour, ms=4)[0]
            for name, (colour, _, marker) in self.LOOKS.items()
        }
        self.words = left.text(0, 215, "", va="center")
        right.set(title="mean forecast ÷ mean number", xlabel="years ahead", xlim=(0.7, 6.3))
        right.set(ylim=(0.6, 1.3))
        right.set_yticks([0.6, 0.8, 1, 1.2])
        right.axhline(1, color=style.BLACK, lw=1)
        self.curves = {}
        for name, label in zip(formulas.FITS, NAMES, strict=True):
            colour, ls, _ = self.LOOKS[name]
            (self.curves[name],) = right.plot([], [], color=colour, ls=ls, lw=2.5)
            right.plot([], [], color=colour, ls=ls, lw=2.5, label=label)
        right.legend(loc="upper left", handlelength=2.2)
        (self.here,) = right.plot([], [], "o", ms=11, mfc="none", mec=style.BLACK, mew=2)

    def update(self, now):
        for name, dots in self.dots.items():
            shown = name == now.name
            dots.set_data(now.y.numpy() if shown else [], now.p.numpy() if shown else [])
        for name, means in now.means.items():
            self.curves[name].set_data(formulas.AHEAD, means)
        self.here.set_data([now.ahead], [now.means[now.name][now.ahead - 1]])
        self.words.set_text(f"RMSE {now.scores[0]:.1f}, MAE {now.scores[1]:.1f}")

    def describe(self, now):
        return (
            f"{now.fit}, {years(now.ahead)} ahead, {now.part}: RMSE {now.scores[0]:.2f}, MAE "
            f"{now.scores[1]:.2f}; the mean forecast is "
            f"{fixed(now.means[now.name][now.ahead - 1], 3)} of the mean number."
        )


# 6 · Which forecast is better?


@figure(
    ahead=Slider("years ahead", 1, 6, step=1, default=3),
    block=Choice("drawn again in blocks of", [years(n) for n in formulas.BLOCKS], "11 years"),
)
class Leads:
    """Two forecasts against the truth, and their scores divided by each other, with intervals."""

    def measure(self, ahead, block):
        y, fits = formulas.three_fits(ahead)[1]
        leads = formulas.lead_of_log(ahead, int(block.split()[0]))
        return {"y": y, "line": fits["line"], "log": fits["log1p"], "leads": leads}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="forecast against truth", xlabel="true number", xlim=(-8, 200))
        left.set(ylim=(-8, 225))
        left.set_xticks([0, 50, 100, 150, 200])
        left.set_yticks([0, 50, 100, 150, 200])
        left.plot([0, 200], [0, 200], color=style.BLACK, lw=1)
        looks = {"straight line": ("s", style.ORANGE), "log1p": ("o", style.BLUE)}
        (self.line,), (self.log,) = (
            left.plot([], [], m, color=colour, ms=4) for m, colour in looks.values()
        )
        for name, (marker, colour) in looks.items():
            left.plot([], [], marker, color=colour, ms=5, label=name)
        left.legend(loc="upper left", handlelength=1, ncols=2, columnspacing=1)
        right.set(title="score of log1p ÷ score of the line", xlim=(-0.5, 3.7), ylim=(0.4, 1.65))
        right.set_xticks(range(4), formulas.SCORES)
        right.set_yticks([0.5, 1, 1.5])
        right.axhline(1, color=style.BLACK, lw=1.2)
        right.text(3.65, 1.6, "above 1: the line is better", ha="right", va="center")
        right.text(3.65, 0.44, "below 1: log1p is better", ha="right", va="center")
        self.bars = [
            right.plot([], [], color=style.GREY, lw=5, solid_capstyle="butt")[0] for _ in range(4)
        ]
        (self.points,) = right.plot([], [], "D", ms=8, color=style.VERMILION)
        self.words = [right.text(i + 0.12, 1, "", va="center") for i in range(4)]

    def update(self, now):
        self.line.set_data(now.y.numpy(), now.line.numpy())
        self.log.set_data(now.y.numpy(), now.log.numpy())
        for i, (value, low, high) in enumerate(now.leads.values()):
            self.bars[i].set_data([i, i], [low, high])
            self.words[i].set(text=f"{value:.2f}", y=value)
        self.points.set_data(range(4), [value for value, _, _ in now.leads.values()])

    def describe(self, now):
        told = ", ".join(
            f"{name} {value:.2f} ({low:.2f} to {high:.2f})"
            for name, (value, low, high) in now.leads.items()
        )
        return (
            f"{years(now.ahead)} ahead, 1901 to 2008, the score of the log fit divided by that of "
            f"the straight line, with a 95 % interval from blocks of {now.block}: {told}."
        )
