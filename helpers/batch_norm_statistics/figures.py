"""The live figures of 12_batch_norm_statistics, in the order of the page."""

import numpy as np
import torch

from helpers.batch_norm_statistics import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.parts import (
    corner,
    histogram,
    set_dots,
    set_heights,
    set_lines,
    shares,
    ticks,
)
from helpers.teaching.words import fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "FiveTensors",
    "RunningStatistics",
    "NeighbourSlopes",
    "SpreadByCompanions",
    "LaggingStatistics",
    "NewCamera",
]


def two_curves(axes, *names):
    """The lines and dots of two curves, with a key: dashed and black, solid and green."""
    looks = [{"color": style.BLACK, "ls": "--"}, {"color": style.GREEN, "ls": "-"}]
    lines = [axes.plot([], [], label=names[i], **look)[0] for i, look in enumerate(looks)]
    dots = [axes.plot([], [], "o", color=look["color"], ms=9)[0] for look in looks]
    axes.legend(loc="upper left")
    return lines, dots


@figure(
    event=Choice("event", formulas.EVENTS, default="forward"),
    mode=Choice("mode", formulas.MODES, default="train"),
)
class FiveTensors:
    """The five tensors of a batch norm layer, before and after one event."""

    ROWS = range(5, 0, -1)

    def measure(self, event, mode):
        before, after = formulas.happen(event, mode)
        return {"before": list(before.values()), "after": list(after.values())}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="value before (ring) and after (dot)", xlim=(-1.5, 5.3), ylim=(0.4, 6.5))
        ticks(axes, x=range(-1, 4), y=dict(zip(self.ROWS, formulas.TENSORS, strict=True)))
        axes.plot([0] * 5, self.ROWS, ".", color=style.GREY, ms=3)
        self.moves = [axes.plot([], [], color=style.ORANGE, lw=4)[0] for _ in self.ROWS]
        (self.rings,) = axes.plot([], [], "o", ms=13, mfc="none", mec=style.BLACK, mew=1.5)
        (self.dots,) = axes.plot([], [], "o", ms=8, color=style.BLUE)
        self.words = [axes.text(3.15, row, "", va="center") for row in self.ROWS]
        self.head = axes.text(-1.4, 6.0, "", va="center")

    def update(self, now):
        self.rings.set_data(now.before, self.ROWS)
        self.dots.set_data(now.after, self.ROWS)
        for k, row in enumerate(self.ROWS):
            old, new = now.before[k], now.after[k]
            self.moves[k].set_data([old, new], [row, row])
            self.words[k].set_text("stays" if old == new else f"{fixed(old, 2)} → {fixed(new, 2)}")
        self.head.set_text(f"{now.event}; {now.mode} mode")

    def describe(self, now):
        rows = zip(formulas.TENSORS, now.before, now.after, strict=True)
        moved = [f"{n} {fixed(a, 2)} → {fixed(b, 2)}" for n, a, b in rows if a != b]
        return f"{now.event}, {now.mode} mode: {', '.join(moved) or 'nothing'} moved."


SHOWN = 60


@figure(
    forwards=Slider("forwards", 1, SHOWN, step=1, default=40),
    momentum=Choice("momentum", ["0.01", "0.1", "0.3", "0.9"], default="0.1"),
    size=Choice("batch size", ["2", "4", "8", "16", "32"], default="4"),
)
class RunningStatistics:
    """Running mean and variance as one batch is fed again, and its last output in both modes."""

    def measure(self, forwards, momentum, size):
        x = formulas.batch_of(int(size))
        biased, unbiased = x.var(correction=0).item(), x.var().item()
        mean, var = formulas.running(x, float(momentum), SHOWN)
        curves = var, mean, formulas.normalised(10, mean, var)
        trained = formulas.normalised(10, x.mean().item(), biased)
        here = [curve[forwards] for curve in curves]
        return {"curves": curves, "here": here, "levels": (biased, unbiased, trained)}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="remembered", xlabel="forwards", xlim=(-1, SHOWN + 1), ylim=(0, 66))
        black = {"color": style.BLACK, "lw": 1.5}
        self.levels = left.plot([], [], ":", label="variance, ÷ N", **black)
        self.levels += left.plot([], [], "--", label="variance, ÷ (N − 1)", **black)
        self.curves = left.plot([], [], color=style.VERMILION, label="running_var")
        self.curves += left.plot([], [], color=style.BLUE, label="running_mean")
        self.dots = [left.plot([], [], "o", color=c)[0] for c in (style.VERMILION, style.BLUE)]
        left.legend(loc="upper right")
        right.set(title="output for the number 10", xlabel="forwards", xlim=(-1, SHOWN + 1))
        right.set_ylim(-0.5, 3.2)
        self.levels += right.plot([], [], "--", color=style.BLACK, label="train mode")
        self.curves += right.plot([], [], color=style.GREEN, label="eval mode")
        self.dots += right.plot([], [], "o", color=style.GREEN, ms=8)
        right.legend(loc="upper right")
        self.words = right.text(0.97, 0.03, "", ha="right", transform=right.transAxes)

    def update(self, now):
        set_lines(self.curves, np.arange(SHOWN + 1), now.curves)
        set_lines(self.levels, [0, SHOWN], [(level, level) for level in now.levels])
        set_dots(self.dots, now.forwards, now.here)
        *_, train = now.levels
        *_, found = now.here
        ratio = fixed(found / train)
        self.words.set_text(f"train {fixed(train)}\neval {fixed(found)}\nratio {ratio}")

    def describe(self, now):
        var, mean, found = now.here
        return (
            f"{now.forwards} forwards of a batch of {now.size}, momentum {now.momentum}: running "
            f"mean {fixed(mean)}, running variance {fixed(var)}. The number 10 becomes "
            f"{fixed(now.levels[2])} in training mode and {fixed(found, 4)} in evaluation mode."
        )


PLACES = ("first", "second", "third", "last")


@figure(
    value=Slider("last number", 4.0, 20.0, step=0.5, default=10.0),
    output=Choice("output of", PLACES, default="first"),
    mode=Choice("mode", formulas.MODES, default="train"),
)
class NeighbourSlopes:
    """How one output depends on each of the four numbers of its batch."""

    def measure(self, value, output, mode):
        x = torch.tensor([1.0, 2.0, 3.0, value], dtype=torch.float64)
        outputs = (x - x.mean()) / (x.var(correction=0) + formulas.EPS).sqrt()
        slopes = formulas.slopes(x, mode)[PLACES.index(output)]
        return {"outputs": outputs.tolist(), "slopes": slopes.tolist()}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="normalised outputs", ylim=(-2.4, 2.9), xlim=(-0.6, 3.6))
        right.set(title="slope of the chosen output by …", ylim=(-0.52, 1.22), xlim=(-0.6, 3.6))
        for axes in (left, right):
            axes.axhline(0, color=style.GREY, lw=0.8)
            axes.set_xticks(range(4), PLACES)
        self.outputs = left.bar(range(4), [1] * 4, width=0.55, color=style.SKY)
        self.slopes = right.bar(range(4), [1] * 4, width=0.55, color=style.ORANGE)
        self.numbers = [right.text(k, 0, "", ha="center", va="bottom") for k in range(4)]
        self.values = left.text(-0.5, 2.4, "")
        self.sum = right.text(3.5, 1.1, "", ha="right")

    def update(self, now):
        set_heights(self.outputs, now.outputs)
        set_heights(self.slopes, now.slopes)
        for k, slope in enumerate(now.slopes):
            self.outputs[k].set_facecolor(style.BLUE if PLACES[k] == now.output else style.SKY)
            self.numbers[k].set_text(fixed(slope))
            self.numbers[k].set_y(slope + 0.02 if slope >= 0 else slope - 0.1)
        self.values.set_text(f"numbers 1, 2, 3, {fixed(now.value, 1)}; {now.mode}")
        self.sum.set_text(f"sum {fixed(sum(now.slopes))}")

    def describe(self, now):
        slopes = ", ".join(fixed(slope) for slope in now.slopes)
        return (
            f"Numbers 1, 2, 3, {fixed(now.value, 1)}, {now.mode} mode: the slopes of the "
            f"{now.output} output are {slopes}; their sum is {fixed(sum(now.slopes))}."
        )


SAMPLES = {"a 4": 53, "a 2": 31, "a 7": 46}


@figure(
    size=Choice("batch size", [str(size) for size in formulas.COMPANIONS], default="4"),
    kind=Choice("normalisation", formulas.KINDS, default="batch norm, train"),
    sample=Choice("image", list(SAMPLES), default="a 4"),
)
class SpreadByCompanions:
    """One unit of one digit, normalised in 2000 batches with other companions each time."""

    BINS = np.linspace(-3.6, 3.6, 73)

    def measure(self, size, kind, sample):
        values = formulas.outputs(kind, int(size), SAMPLES[sample])
        share = shares(values, self.BINS)
        return {"share": share, "mean": values.mean(), "sd": values.std()}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="one normalised unit of one image, 2000 batches", xlabel="value")
        axes.set(xlim=(-3.6, 3.6), ylim=(0, 1.14), ylabel="share of batches")
        self.bars = histogram(axes, self.BINS)
        (self.mean,) = axes.plot([], [], "--", color=style.VERMILION)
        self.words = axes.text(-3.5, 1.09, "", va="top")

    def update(self, now):
        self.bars.set_data(now.share)
        self.mean.set_data([now.mean] * 2, [0, 0.75])
        self.words.set_text(
            f"{now.kind}, batches of {now.size}, {now.sample}\n"
            f"mean {fixed(now.mean, 2)} (dashed), spread {fixed(now.sd, 2)}"
        )

    def describe(self, now):
        return (
            f"{now.kind}, batches of {now.size}, {now.sample}: the unit's mean value is "
            f"{fixed(now.mean, 2)}, its standard deviation {fixed(now.sd, 2)}."
        )


@figure(
    step=Choice("training steps", [str(step) for step in formulas.STEPS], default="20"),
    momentum=Choice("momentum", [str(m) for m in formulas.MOMENTA], default="0.01"),
    size=Choice("batch size", [str(size) for size in formulas.SIZES], default="32"),
)
class LaggingStatistics:
    """Accuracy on other digits by training step: in training mode and in evaluation mode."""

    def measure(self, step, momentum, size):
        curves = formulas.lag(int(size), float(momentum)).mean(0)
        here = curves[formulas.STEPS.index(int(step))].tolist()
        start = (1 - float(momentum)) ** int(step)
        return {"curves": curves.T, "here": here, "start": start}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="accuracy on the same 797 digits, mean of five seeds", xscale="log")
        axes.set(xlabel="training steps", xlim=(0.9, 230), ylim=(0, 1.02))
        ticks(axes, x=[1, 3, 10, 30, 100, 200])
        self.lines, self.dots = two_curves(axes, "train mode", "eval mode")
        self.words = axes.text(0.98, 0.04, "", ha="right", transform=axes.transAxes)

    def update(self, now):
        set_lines(self.lines, formulas.STEPS, now.curves)
        set_dots(self.dots, int(now.step), now.here)
        train, evaluated = now.here
        self.words.set_text(
            f"momentum {now.momentum}, batches of {now.size}, step {now.step}\n"
            f"train mode {fixed(train, 2)}, eval mode {fixed(evaluated, 2)}\n"
            f"weight of the starting values: {fixed(100 * now.start, 0)} %"
        )

    def describe(self, now):
        train, evaluated = now.here
        return (
            f"After {now.step} steps in batches of {now.size}, momentum {now.momentum}: accuracy "
            f"{fixed(train)} in training mode, {fixed(evaluated)} in evaluation mode; the "
            f"starting values weigh {fixed(100 * now.start, 1)} % in the running statistics."
        )


@figure(
    contrast=Slider("contrast", -1.0, 1.0, step=0.05, default=0.3),
    source=Choice("new statistics from", formulas.SOURCES, default="all 797 images"),
)
class NewCamera:
    """A digit at another contrast, and the accuracy with old and with new statistics."""

    def measure(self, contrast, source):
        curves = formulas.by_contrast(source)
        here = curves[formulas.CONTRASTS.index(contrast)].tolist()
        image = formulas.camera(formulas.data()[1][0][3], contrast).view(8, 8).numpy()
        return {"curves": curves.T, "here": here, "image": image}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1, 2])
        left.set(title="one of the images", xticks=[], yticks=[])
        left.grid(False)
        self.image = left.imshow(np.zeros((8, 8)), cmap="gray_r", vmin=0, vmax=16)
        right.set(title="accuracy on 797 digits", xlabel="contrast", ylim=(-0.04, 1.42))
        right.set(xlim=(-1.08, 1.08), yticks=[0, 0.25, 0.5, 0.75, 1])
        ticks(right, x=[-1, -0.5, 0, 0.5, 1])
        self.lines, self.dots = two_curves(right, "old statistics", "new statistics")
        self.words = corner(right, 0.98)

    def update(self, now):
        self.image.set_data(now.image)
        set_lines(self.lines, formulas.CONTRASTS, now.curves)
        set_dots(self.dots, now.contrast, now.here)
        old, new = now.here
        self.words.set_text(f"old {fixed(old, 2)}\nnew {fixed(new, 2)}")

    def describe(self, now):
        old, new = now.here
        return (
            f"Contrast {fixed(now.contrast, 2)}, new statistics from {now.source}: accuracy "
            f"{fixed(old)} with the old statistics, {fixed(new)} with the new ones."
        )
