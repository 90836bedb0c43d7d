"""The live figures of 09_backprop_by_hand."""

from functools import lru_cache

import numpy as np

from helpers.backprop_by_hand import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import corner, set_heights
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022
    "DeltasAsSlopes",
    "RepeatedBatch",
    "TwoCosts",
    "FaultyDescent",
    "UnitWithBias",
    "DigitsByWidth",
]


@figure(
    w2=Slider("w₂", -3.0, 3.0, step=0.5, default=-1.0),
    y=Slider("target y", 0.0, 1.0, step=0.25, default=1.0),
    x=Slider("input x", -2.0, 2.0, step=0.4, default=0.8),
    loss=Choice("loss", formulas.LOSSES, default="cross-entropy"),
)
class DeltasAsSlopes:
    """The loss against each pre-activation; a delta is the slope of its curve."""

    Z = np.linspace(-4, 4, 161)

    def measure(self, w2, y, x, loss):
        seen = formulas.backward(x, formulas.START[0], w2, y, loss)
        outputs = formulas.sigmoid(w2 * formulas.sigmoid(self.Z)), formulas.sigmoid(self.Z)
        curves = [formulas.loss_of_output(a, y, loss) for a in outputs]
        return {"seen": seen, "curves": curves}

    def draw(self, canvas):
        panels = canvas.subplots(1, 2, sharey=True)
        self.curves, self.tangents, self.dots, self.texts = [], [], [], []
        for k, axes in enumerate(panels):
            name = "hidden, z₁" if k == 0 else "output, z₂"
            axes.set(title=f"loss against {name}", xlabel="z₁z₂"[2 * k : 2 * k + 2])
            axes.set(xlim=(-4, 4), ylim=(0, 3))
            self.curves += axes.plot([], [], color=style.SKY)
            self.tangents += axes.plot([], [], color=style.VERMILION, lw=3)
            self.dots += axes.plot([], [], "o", color=style.BLACK, markersize=8)
            self.texts.append(axes.text(0.5, 0.95, "", ha="center", transform=axes.transAxes))

    def update(self, now):
        seen = now.seen
        for k in (0, 1):
            z, delta = seen[f"z{k + 1}"], seen[f"delta{k + 1}"]
            reach = np.array([-1.2, 1.2])
            self.curves[k].set_data(self.Z, now.curves[k])
            self.tangents[k].set_data(z + reach, seen["loss"] + delta * reach)
            self.dots[k].set_data([z], [seen["loss"]])
            self.texts[k].set_text(f"δ{'₁₂'[k]} = {fixed(delta, 3, sign=True)}")

    def describe(self, now):
        seen = now.seen
        return (
            f"x = {fixed(now.x, 1)}, w₁ = 0.5, w₂ = {fixed(now.w2, 1)}, target {fixed(now.y, 2)}: the "
            f"output is {fixed(seen['a2'], 3)}, the {now.loss} {fixed(seen['loss'], 3)}. The slope of "
            f"the loss is δ₁ = {fixed(seen['delta1'], 3)} against z₁ and δ₂ = "
            f"{fixed(seen['delta2'], 3)} against z₂."
        )


@figure(
    copies=Slider("copies of the batch", 1, 8, step=1, default=3),
    program=Choice("program", formulas.PROGRAMS, default="m = shape[0]"),
)
class RepeatedBatch:
    """The gradient of a batch of three that is put in several times, in four programs."""

    COPIES = np.arange(1, 9)

    def measure(self, copies, program):
        dW, db = formulas.batch_gradient(copies, program)
        right = formulas.batch_gradient(1, "mean over m")
        return {"gradient": [*dW, db], "right": [*right[0], right[1]]}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        left.set(title="the gradient", ylim=(-20, 20), xlim=(-0.6, 2.6))
        left.set_yscale("symlog", linthresh=0.1)
        left.set_yticks([-10, -1, -0.1, 0, 0.1, 1, 10], ["−10", "−1", "−.1", "0", ".1", "1", "10"])
        left.set_xticks(range(3), ["dW\nfirst", "dW\nsecond", "db"])
        exact = formulas.batch_gradient(1, "mean over m")
        left.plot(range(3), [*exact[0], exact[1]], "_", color=style.BLACK, ms=34, mew=2)
        corner(left).set_text("—  right")
        self.bars = left.bar(range(3), [1, 1, 1], width=0.5, color=style.SKY)
        right.set(title="times the right gradient", xlabel="copies", xlim=(0.7, 8.3))
        right.set(yscale="log", ylim=(0.02, 50))
        right.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        for name in formulas.PROGRAMS:
            right.plot(self.COPIES, self.factors(name), color="#B0B0B0", lw=1.2)
        (self.line,) = right.plot([], [], color=style.BLUE, lw=3)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=9)
        self.text = corner(right, 0.03, 0.95)

    def factors(self, program):
        exact = formulas.batch_gradient(1, "mean over m")[1]
        return [formulas.batch_gradient(k, program)[1] / exact for k in self.COPIES]

    def update(self, now):
        set_heights(self.bars, now.gradient)
        self.line.set_data(self.COPIES, self.factors(now.program))
        factor = now.gradient[2] / now.right[2]
        self.dot.set_data([now.copies], [factor])
        self.text.set_text(f"{now.program}: {brief(factor)}")

    def describe(self, now):
        values = [fixed(value, 3) for value in now.gradient]
        return (
            f"Three examples, put in {now.copies} times, {now.program}: dW = ({values[0]}, "
            f"{values[1]}) and db = {values[2]}, {brief(now.gradient[2] / now.right[2])} times the "
            "gradient of the mean cost. Thin lines: the other programs."
        )


@figure(
    step=Slider("step", 0, 100, step=5, default=40),
    descended=Choice("gradient of", formulas.DESCENDED, default="the right cost"),
)
class TwoCosts:
    """A logistic unit on nine points, trained on the right cost or on the one with the slip."""

    @lru_cache  # noqa: B019 (there is one such figure)
    def history(self, descended):
        return list(formulas.train_unit(formulas.NINE, formulas.FOUR_ONES, descended, 100))

    def measure(self, step, descended):
        seen = self.history(descended)
        right, slip, outputs = seen[step]
        kept = np.array([pair[:2] for pair in seen[: step + 1]])
        return {"kept": kept, "right": right, "slip": slip, "outputs": outputs[0]}

    def draw(self, canvas):
        parts = canvas.subplot_mosaic([["points", "right"], ["points", "slip"]])
        points, right, slip = parts["points"], parts["right"], parts["slip"]
        points.set(title="labels, and outputs", xlabel="x", xlim=(-2.2, 2.2), ylim=(-0.1, 1.9))
        points.set_yticks([0, 0.5, 1])
        points.plot(formulas.NINE[0], formulas.FOUR_ONES[0], "o", color=style.BLACK, label="label")
        (self.outputs,) = points.plot([], [], "s", color=style.ORANGE, ms=9, label="output")
        points.legend(loc=(0, 0.69), ncols=2, columnspacing=1, handletextpad=0.2)
        self.which = corner(points, 0.02)
        right.set(title="the right cost", xlim=(0, 100), ylim=(0, 1.5), xticklabels=[])
        slip.set(title="the cost with the slip", xlabel="step", xlim=(0, 100), ylim=(-0.3, 0.05))
        (self.right,) = right.plot([], [], color=style.BLUE)
        (self.slip,) = slip.plot([], [], color=style.VERMILION)
        self.texts = [
            axes.text(0.98, 0.72, "", ha="right", transform=axes.transAxes)
            for axes in (right, slip)
        ]

    def update(self, now):
        self.outputs.set_data(formulas.NINE[0], now.outputs)
        self.which.set_text(f"downhill on\n{now.descended}")
        for k, line in enumerate((self.right, self.slip)):
            line.set_data(range(now.step + 1), now.kept[:, k])
            self.texts[k].set_text(fixed((now.right, now.slip)[k], 3))

    def describe(self, now):
        right = int(((now.outputs > 0.5) == (formulas.FOUR_ONES[0] > 0.5)).sum())
        return (
            f"Nine points, step {now.step} of descent on {now.descended}: the right cost is "
            f"{fixed(now.right, 3)}, the cost with the slip {fixed(now.slip, 3)}, and {right} of 9 "
            f"points are right; {int((now.outputs > 0.9).sum())} outputs lie above 0.9."
        )


@figure(
    rate=LogSlider("rate", -5, -2, per_decade=8, default=1e-3),
    slip=Choice("slip", formulas.SLIPS, default="none"),
)
class FaultyDescent:
    """A line on y = 3x by one step a point, in a program with a slip: lines, and the error."""

    SHOWN = (0, 1, 10, 100, 400)

    def measure(self, rate, slip):
        history = formulas.descend(rate, slip, 400)
        return {"history": history, "errors": formulas.mean_error(*history.T)}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="the points, and the line", xlabel="x", xlim=(-1, 31), ylim=(-40, 130))
        left.plot(formulas.LINE, 3 * formulas.LINE, ".", color=style.BLACK)
        shades = ("#C8C8C8", "#A8D0E6", style.SKY, style.BLUE, style.VERMILION)
        self.lines = []
        for epoch, shade in zip(self.SHOWN, shades, strict=True):
            label = f"epoch {epoch}" if epoch else "start"
            self.lines += left.plot([], [], color=shade, label=label)
        left.legend(loc="upper left", labelspacing=0.2)
        right.set(title="mean squared error", xlabel="epoch", xlim=(-5, 405), yscale="log")
        right.set_ylim(1e-5, 1e8)
        (self.error,) = right.plot([], [], color=style.BLUE)
        self.text = corner(right, y=0.95)

    def update(self, now):
        for line, epoch in zip(self.lines, self.SHOWN, strict=True):
            w, b = now.history[epoch]
            ends = np.array([-1.0, 31.0])
            with np.errstate(invalid="ignore", over="ignore"):  # it may be infinite, or NaN
                if abs(w) > 100:  # matplotlib can't draw to where such a line leaves x
                    ends = (np.array([-500.0, 500.0]) - b) / w
                line.set_data(ends, w * ends + b)
        shown = np.where(now.errors < 1e12, now.errors, np.nan)
        self.error.set_data(range(len(shown)), np.maximum(shown, 1e-30))
        self.text.set_text(f"rate {brief(now.rate)}\nat the end {self.words(now.errors[-1])}")

    @staticmethod
    def words(error):
        return brief(error) if error < 1e12 else "above 10¹²"

    def describe(self, now):
        said = [self.words(now.errors[epoch]) for epoch in (1, 100, 400)]
        slip = "the right program" if now.slip == "none" else f"the slip “{now.slip}”"
        return (
            f"y = 3x, {slip}, rate {brief(now.rate)}: the mean squared error is {said[0]} after one "
            f"epoch, {said[1]} after 100 and {said[2]} after 400 (at the start 1944)."
        )


@figure(
    w=Slider("w", -2.0, 15.0, step=0.5, default=3.0),
    b=Slider("b", -16.0, 4.0, step=0.5, default=-1.0),
    bias=Choice("bias", ("on", "off"), default="on"),
)
class UnitWithBias:
    """A logistic unit on six points, with its bias or without, and its loss against w."""

    X, WEIGHTS = np.linspace(-0.2, 2.2, 241), np.linspace(-2, 15, 171)

    def measure(self, w, b, bias):
        used = b if bias == "on" else 0.0
        _, loss, right = formulas.unit_on_six(w, used)
        losses = [formulas.unit_on_six(value, used)[1] for value in self.WEIGHTS]
        return {"used": used, "loss": loss, "right": right, "losses": losses}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="labels, and σ(w·x + b)", xlabel="x", xlim=(-0.2, 2.2), ylim=(-0.08, 1.08))
        left.axhline(0.5, color=style.GREY, lw=0.8)
        left.plot(formulas.SIX[0], formulas.LARGE[0], "o", color=style.BLACK)
        (self.curve,) = left.plot([], [], color=style.BLUE)
        self.chosen = left.text(0.97, 0.12, "", ha="right", transform=left.transAxes)
        right.set(title="loss against w, for this b", xlabel="w", xlim=(-2, 15), ylim=(0, 2))
        (self.losses,) = right.plot([], [], color=style.SKY)
        (self.dot,) = right.plot([], [], "o", color=style.BLACK, markersize=8)
        self.text = corner(right, y=0.95)

    def update(self, now):
        self.curve.set_data(self.X, formulas.sigmoid(now.w * self.X + now.used))
        self.losses.set_data(self.WEIGHTS, now.losses)
        self.dot.set_data([now.w], [now.loss])
        self.text.set_text(f"loss {fixed(now.loss, 3)}\n{now.right} of 6 right")
        off = "" if now.bias == "on" else " (off)"
        self.chosen.set_text(f"w = {fixed(now.w, 1)}\nb = {fixed(now.b, 1)}{off}")

    def describe(self, now):
        bias = f"b = {fixed(now.b, 1)}" + (" switched off" if now.bias == "off" else "")
        return (
            f"w = {fixed(now.w, 1)}, {bias}: {now.right} of 6 points are right, loss "
            f"{fixed(now.loss, 3)}; the lowest loss over all w shown is {fixed(min(now.losses), 3)}."
        )


@figure(
    width=Choice("hidden units", [str(width) for width in formulas.WIDTHS], default="4"),
    step=Slider("step", 0, 1000, step=50, default=1000),
)
class DigitsByWidth:
    """Accuracy on unseen digits with and without biases: by step, and by width."""

    def measure(self, width, step):
        at = formulas.STEPS.index(step)
        by_step = formulas.stored()[formulas.WIDTHS.index(int(width))].mean(1)
        return {"by_step": by_step, "by_width": formulas.stored()[..., at]}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="accuracy, by step", xlabel="step", xlim=(-20, 1020), ylim=(0, 1.02))
        right.set(title="accuracy, by hidden units", xlim=(-0.5, 4.5), ylim=(0, 1.02))
        right.set_xticks(range(5), formulas.WIDTHS)
        self.lines, self.dots, self.clouds, self.means = [], [], [], []
        for k, colour in enumerate((style.VERMILION, style.BLUE)):
            label = ("no biases", "biases")[k]
            self.lines += left.plot([], [], color=colour, label=label)
            self.dots += left.plot([], [], "o", color=colour, markersize=8)
            self.clouds += right.plot([], [], ".", color=colour, markersize=5)
            self.means += right.plot([], [], "_", color=colour, ms=13, mew=3)
        left.legend(loc="lower right")

    def update(self, now):
        for k in (0, 1):
            self.lines[k].set_data(formulas.STEPS, now.by_step[k])
            at = now.by_step[k][formulas.STEPS.index(now.step)]
            self.dots[k].set_data([now.step], [at])
            places = np.arange(5) + (-0.15, 0.15)[k]
            self.clouds[k].set_data(np.repeat(places, 5), now.by_width[:, k].ravel())
            self.means[k].set_data(places, now.by_width[:, k].mean(1))

    def describe(self, now):
        at = formulas.WIDTHS.index(int(now.width))
        without, with_biases = now.by_width[at].mean(1)
        return (
            f"{now.width} hidden units, step {now.step}: mean accuracy of five starts on unseen digits "
            f"{fixed(with_biases, 3)} with biases and {fixed(without, 3)} without. On the right: a dot "
            "for each start, a bar for their mean."
        )
