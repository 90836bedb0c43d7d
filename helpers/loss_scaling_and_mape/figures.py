"""The live figures of 03_loss_scaling_and_mape: sunspot numbers, forecasts of them, and metrics."""

import math

import numpy as np
import torch

from helpers.loss_scaling_and_mape import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import key, set_heights, set_lines, set_texts, ticks
from helpers.teaching.words import brief, fixed

__all__ = ["UnitOfMetrics", "ConstantGuess", "TargetUnit", "LogOfTarget", "Leads"]  # noqa: RUF022


def in_words(number):
    """A metric to three digits; in words where it is not finite."""
    text = brief(number)
    return {"NaN": "undefined (0/0)", "∞": "infinite"}.get(text, text)


def years(count):
    """ "1 year", "3 years"."""
    return f"{count} year{'s' if count > 1 else ''}"


def against_truth(axes):
    """Axes of forecasts against truths, and the line where the two are equal."""
    places = range(0, 201, 50)
    axes.set(title="forecast against truth", xlabel="true number", xticks=places, yticks=places)
    axes.set(xlim=(-8, 200), ylim=(-8, 225))
    axes.plot([0, 200], [0, 200], color=style.BLACK, lw=1)


# 1 · What a unit does to a metric
@figure(
    s=Slider("factor s", 0.1, 1.2, step=0.1, default=0.5),
    c=Slider("shift c", -50, 50, step=1, default=40),
)
class UnitOfMetrics:
    """Forecasts against truths after y ↦ s·y + c, and four metrics as multiples of what they were."""

    LOW, HIGH = 0.03, 30

    def measure(self, s, c):
        old = formulas.one_year_ahead()
        new = [formulas.rescale(values, s, c) for values in old]
        after = [float(metric(*new)) for metric in formulas.METRICS.values()]
        before = [float(metric(*old)) for metric in formulas.METRICS.values()]
        ratios = [a / b for a, b in zip(after, before, strict=True)]
        times = [f"×{brief(ratio)}" if math.isfinite(ratio) else "" for ratio in ratios]
        told = list(zip(map(in_words, after), times, strict=True))
        return {"pairs": new, "after": after, "ratios": ratios, "told": told}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="forecast against truth", xlabel="true number", aspect="equal")
        left.set(xlim=(-60, 290), ylim=(-60, 290), xticks=[0, 100, 200], yticks=[0, 100, 200])
        left.plot([-60, 290], [-60, 290], color=style.BLACK, lw=1)
        left.plot(*formulas.one_year_ahead(), "o", color="#B0B0B0", ms=3.5)
        (self.dots,) = left.plot([], [], "o", color=style.BLUE, ms=3.5)
        self.change = left.text(-50, 265, "", va="center")
        left.text(284, -40, "grey: as they were", ha="right", va="center")
        right.set(title="metric ÷ the same metric before", xlim=(-0.6, 3.6), ylim=(self.LOW, 160))
        right.set_yscale("log")
        levels = {level: f"×{level:g}" for level in (0.03, 0.1, 0.3, 1, 3, 10, 30)}
        ticks(right, x=dict(enumerate(formulas.METRICS)), y=levels)
        right.grid(False, axis="x")
        right.axhline(1, color=style.BLACK, lw=1.2)
        self.bars = right.bar(range(4), 1, 0.5, color=[*style.COLOURS[:4]])
        (self.levels,) = right.plot([], [], "_", color=style.BLACK, ms=34, mew=2.5)
        (self.beyond,) = right.plot([], [], "^", color=style.BLACK, ms=9)
        self.words = [right.text(i, 70, "", ha="center", linespacing=1.4) for i in range(4)]

    def update(self, now):
        levels = np.clip(np.nan_to_num(now.ratios, nan=1), self.LOW, self.HIGH)
        for bar, level in zip(self.bars, levels, strict=True):
            bar.set(y=min(level, 1), height=abs(level - 1))
        self.levels.set_data(range(4), levels)
        beyond = [i for i, ratio in enumerate(now.ratios) if ratio > self.HIGH]
        self.beyond.set_data(beyond, [self.HIGH * 1.25] * len(beyond))
        set_texts(self.words, ("\n".join(pair).strip() for pair in now.told))
        self.dots.set_data(*now.pairs)
        self.change.set_text(f"{now.s:g}·y {'−' if now.c < 0 else '+'} {abs(now.c):g}")

    def describe(self, now):
        told = ", ".join(
            f"{name} {value}" + (f" ({times})" if times else "")
            for name, (value, times) in zip(formulas.METRICS, now.told, strict=True)
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
        best = formulas.best_constants(y, shift)
        losses = formulas.constant_losses(y, self.GRID, shift)
        least = {n: formulas.constant_losses(y, best[n][None], shift)[n] for n in LOSSES}
        weights = 1 / (y + shift)
        return {
            "best": best,
            "ratios": {name: losses[name] / least[name] for name in LOSSES},
            "at": {name: losses[name][2 * guess] for name in LOSSES},
            "weights": weights / weights.sum(),
            "half": int((y <= best["MAPE"]).sum()),
        }

    def draw(self, canvas):
        top, below = canvas.subplots(2, 1, height_ratios=[3, 2])
        top.set(title="loss ÷ its smallest value", xlim=(-2, 115), ylim=(0.9, 4.4))
        top.set(xlabel="guess", xticks=range(0, 101, 20), yticks=[1, 2, 3, 4])
        (self.here,) = top.plot([], [], color=style.GREY, lw=1)
        self.curves, self.minima, self.points, self.names = {}, {}, {}, {}
        for name, (colour, ls) in LOSSES.items():
            (self.curves[name],) = top.plot([], [], color=colour, ls=ls)
            (self.minima[name],) = top.plot([], [], "D", color=colour, ms=8)
            (self.points[name],) = top.plot([], [], "o", mfc="white", mec=colour, mew=2, ms=7)
            self.names[name] = top.text(101, 1, name, va="center")
        top.text(0, 4.05, "◆ minimum    ○ at the guess", va="center")
        below.set(title="weight of each year in MAPE, quietest year first", xlim=(-1, 108))
        below.set_ylim(0, 0.14)
        ticks(below, x=[], y={0: "0", 0.05: "5 %", 0.1: "10 %"})
        self.bars = below.bar(range(108), 0.01, 0.8, color=style.SKY)
        (self.border,) = below.plot([], [], color=style.BLACK, ls="--", lw=1.5)
        self.words = below.text(106, 0.115, "", ha="right", va="center")

    def update(self, now):
        self.here.set_data([now.guess] * 2, [0.9, 3.8])
        last = 0
        for name, ratios in sorted(now.ratios.items(), key=lambda pair: pair[1][-1]):
            self.curves[name].set_data(self.GRID, ratios)
            self.minima[name].set_data([now.best[name]], [1])
            self.points[name].set_data([now.guess], [ratios[2 * now.guess]])
            last = max(float(ratios[-1]), last + 0.42)  # labels keep their distance
            self.names[name].set_y(min(last, 4.1))
        set_heights(self.bars, now.weights)
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
LINES = {
    "this unit": {"color": style.VERMILION, "marker": "D", "ms": 5},
    "standardised": {"color": style.PURPLE, "ls": "--", "marker": "o", "ms": 4},
    "always the mean": {"color": style.GREY, "ls": "--", "lw": 1},
}


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
        curves = units[:, -1], units[at], formulas.stored()["standardised"][m, r]
        return {
            "at": at,
            "curves": [errors.clamp(max=OVERFLOW) for errors in curves],
            "ends": ["overflow" if e[-1] > 1e6 else fixed(e[-1], 1) for e in curves[1:]],
            "overflows": int((units[:, -1] > 1e6).sum()),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, sharey=True, width_ratios=[3, 2])
        left.set(title="RMSE on the new years, original unit", xlabel="target times")
        left.set(xscale="log", yscale="log", xlim=(5e-5, 2e3), ylim=(9, 2600))
        errors = {10: "10", 20: "20", 50: "50", 100: "100", 200: "200", OVERFLOW: "∞"}
        ticks(left, x=[1e-4, 1e-2, 1, 100], y=errors)
        y, p = formulas.one_year_ahead()
        mean = float(formulas.rmse(y, formulas.parts()[0][1].mean()))
        for axes in (left, right):
            axes.axhline(mean, **LINES["always the mean"])
            axes.axhline(float(formulas.rmse(y, p)), color=style.BLACK, lw=1)
        left.plot(formulas.SCALES, formulas.stored()["forest"], ":", color=style.GREEN, lw=2.5)
        left.text(6e-5, 10.6, "least squares; dotted: a forest", va="center")
        (self.curve,) = left.plot([], [], "-s", ms=5, color=style.BLUE)
        (self.here,) = left.plot([], [], "D", ms=10, color=style.VERMILION)
        self.words = left.text(0.3, 1650, "", ha="center", va="center")
        right.set(title="step by step", xlabel="step", xscale="symlog", xlim=(-0.15, 1300))
        right.set_xscale("symlog", linthresh=1, linscale=0.5)
        ticks(right, x=[0, 1, 10, 100, 1000])
        (self.steps,) = right.plot([], [], **LINES["this unit"])
        (self.standard,) = right.plot([], [], **LINES["standardised"])
        key(canvas, LINES, loc="outside lower center", ncols=3, handlelength=2)

    def update(self, now):
        by_unit, *by_step = now.curves
        self.curve.set_data(formulas.SCALES, by_unit)
        self.here.set_data([now.scale], [by_unit[now.at]])
        set_lines((self.steps, self.standard), formulas.STEPS, by_step)
        self.words.set_text(f"{now.model}, rate {now.rate:g}: {now.ends[0]}")

    def describe(self, now):
        return (
            f"{now.model}, rate {now.rate:g}, target times {now.scale:g}. RMSE on 1901 to 2008 after "
            f"1000 steps, in the original unit: {now.ends[0]}; with the standardised target: "
            f"{now.ends[1]}. Of 15 units {now.overflows} end in an overflow."
        )


# 5 · log1p changes the question

PARTS = {"1901–2008, new": 1, "up to 1900, learnt from": 0}
NAMES = {"straight line": "line", "log1p, taken back": "log1p", "… times exp(σ²/2)": "times exp"}


@figure(
    ahead=Slider("years ahead", 1, 6, step=1, default=3),
    fit=Choice("fit", list(NAMES), "log1p, taken back"),
    part=Choice("years", list(PARTS), "up to 1900, learnt from"),
)
class LogOfTarget:
    """Forecasts against truths, by a line and by a log fit, and how high they are on average."""

    LOOKS = (("s", style.GREY, ":"), ("o", style.BLUE, "-"), ("D", style.VERMILION, "--"))

    def measure(self, ahead, fit, part):
        each = [formulas.three_fits(h)[PARTS[part]] for h in formulas.AHEAD]
        means = {n: [float(fits[n].mean() / y.mean()) for y, fits in each] for n in formulas.FITS}
        (y, fits), name = each[ahead - 1], NAMES[fit]
        return {
            "means": means,
            "mean": means[name][ahead - 1],
            "name": name,
            "pair": (y, fits[name]),
            "scores": [float(metric(y, fits[name])) for metric in (formulas.rmse, formulas.mae)],
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        against_truth(left)
        right.set(title="mean forecast ÷ mean number", xlabel="years ahead", xlim=(0.7, 6.3))
        right.set(ylim=(0.6, 1.3), yticks=[0.6, 0.8, 1, 1.2])
        right.axhline(1, color=style.BLACK, lw=1)
        self.dots, self.curves, looks = {}, [], {}
        for (label, name), (marker, colour, ls) in zip(NAMES.items(), self.LOOKS, strict=True):
            looks[label] = {"color": colour, "ls": ls, "lw": 2.5}
            (self.dots[name],) = left.plot([], [], marker, color=colour, ms=4)
            self.curves += right.plot([], [], **looks[label])
        self.words = left.text(0, 215, "", va="center")
        key(right, looks, loc="upper left", handlelength=2.2)
        (self.here,) = right.plot([], [], "o", ms=11, mfc="none", mec=style.BLACK, mew=2)

    def update(self, now):
        for name, dots in self.dots.items():
            dots.set_data(*(now.pair if name == now.name else ([], [])))
        set_lines(self.curves, formulas.AHEAD, now.means.values())
        self.here.set_data([now.ahead], [now.mean])
        self.words.set_text(f"RMSE {now.scores[0]:.1f}, MAE {now.scores[1]:.1f}")

    def describe(self, now):
        return (
            f"{now.fit}, {years(now.ahead)} ahead, {now.part}: RMSE {now.scores[0]:.2f}, MAE "
            f"{now.scores[1]:.2f}; the mean forecast is {fixed(now.mean, 3)} of the mean number."
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
        return {"y": y, "forecasts": (fits["line"], fits["log1p"]), "leads": leads}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        against_truth(left)
        self.forecasts, looks = [], {}
        two = (("straight line", "s", style.ORANGE), ("log1p", "o", style.BLUE))
        for name, marker, colour in two:
            looks[name] = {"marker": marker, "color": colour, "ls": "", "ms": 5}
            self.forecasts += left.plot([], [], marker, color=colour, ms=4)
        key(left, looks, loc="upper left", handlelength=1, ncols=2, columnspacing=1)
        right.set(title="score of log1p ÷ score of the line", xlim=(-0.5, 3.7), ylim=(0.4, 1.65))
        right.set(xticks=range(4), xticklabels=formulas.SCORES, yticks=[0.5, 1, 1.5])
        right.axhline(1, color=style.BLACK, lw=1.2)
        right.text(3.65, 1.6, "above 1: the line is better", ha="right", va="center")
        right.text(3.65, 0.44, "below 1: log1p is better", ha="right", va="center")
        bar = {"color": style.GREY, "lw": 5, "solid_capstyle": "butt"}
        self.bars = [right.plot([], [], **bar)[0] for _ in range(4)]
        (self.points,) = right.plot([], [], "D", ms=8, color=style.VERMILION)
        self.words = [right.text(i + 0.12, 1, "", va="center") for i in range(4)]

    def update(self, now):
        set_lines(self.forecasts, now.y, now.forecasts)
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
