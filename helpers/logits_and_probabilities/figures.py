"""The live figures of 08_logits_and_probabilities."""

from functools import cache

import numpy as np
import torch

from helpers.logits_and_probabilities import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.parts import corner, set_heights, set_lines, set_texts
from helpers.teaching.words import brief, fixed

__all__ = ["PullOfALoss", "SoftmaxTwice", "DigitsByPair", "RowOfPixels", "CurveFromLabels"]  # noqa: RUF022

# What the first figure shows besides: the commonest slip. No training of it is stored.
PUSHES = formulas.PAIRS | {"scores → nll_loss": ("logits", "nll_loss")}


@figure(
    first=Slider("score of class 0", -4.0, 12.0, step=0.5, default=2.0),
    third=Slider("score of class 2, the true one", -4.0, 12.0, step=0.5, default=0.5),
    pair=Choice("output → loss", list(PUSHES), default="scores → cross_entropy"),
)
class PullOfALoss:
    """Three scores, and where one step of gradient descent pushes each of them."""

    def measure(self, first, third, pair):
        scores = torch.tensor([[first, -1.0, third]], dtype=torch.float64)
        loss, gradient = formulas.pull(scores, torch.tensor([2]), *PUSHES[pair])
        push = -gradient[0].numpy()
        words = [fixed(entry, 3, sign=True) for entry in push]
        return {"scores": scores[0], "loss": loss, "push": push, "words": words}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        names = ["class 0", "class 1", "class 2\n(true)"]
        left.set(title="the scores", ylim=(-5, 15), xlim=(-0.6, 2.6))
        right.set(title="push on each score", ylim=(-1.3, 1.3), xlim=(-0.6, 2.6))
        for axes in (left, right):
            axes.set_xticks(range(3), names)
            axes.axhline(0, color=style.GREY, lw=0.8)
        self.bars = left.bar(range(3), [1, 1, 1], width=0.5, color=style.SKY)
        look = {"color": style.VERMILION, "lw": 4, "solid_capstyle": "butt"}
        self.arrows = [right.plot([], [], **look)[0] for _ in range(3)]
        (self.heads,) = right.plot([], [], "o", color=style.VERMILION, ms=8)
        self.numbers = [right.text(k, 0, "", ha="center", va="bottom") for k in range(3)]
        self.loss = left.text(1, 13.4, "", ha="center")

    def update(self, now):
        set_heights(self.bars, now.scores)
        set_texts(self.numbers, now.words)
        for k, push in enumerate(now.push):
            self.arrows[k].set_data([k, k], [0, push])
            self.numbers[k].set_y(push + 0.07 if push >= 0 else push - 0.17)
        self.heads.set_data(range(3), now.push)
        self.loss.set_text(f"loss {fixed(now.loss, 3)}")

    def describe(self, now):
        return (
            f"{now.pair}, scores ({fixed(now.first, 1)}, −1, {fixed(now.third, 1)}), the last class "
            f"true: loss {fixed(now.loss, 3)}; the pushes on the three scores are {', '.join(now.words)}."
        )


GAPS = torch.linspace(-10, 10, 81, dtype=torch.float64)


def losses_and_pushes(gaps, classes):
    """Loss and push behind one softmax, then loss and push behind two; four tensors."""
    found = []
    for softmaxes in (1, 2):
        loss, slope = formulas.loss_of_gap(gaps, classes, softmaxes)
        found += [loss, -slope]
    return found


@cache
def curves(classes):
    return losses_and_pushes(GAPS, classes)


@figure(
    gap=Slider("gap", -10.0, 10.0, step=0.5, default=-4.0),
    classes=Choice("classes", ["2", "10", "1000"], default="10"),
)
class SoftmaxTwice:
    """Loss and push on the true score, behind one softmax and behind two, against the gap."""

    def measure(self, gap, classes):
        at = torch.tensor([gap], dtype=torch.float64)
        here = [value.item() for value in losses_and_pushes(at, int(classes))]
        return {"curves": curves(int(classes)), "here": here}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="loss", xlabel="gap", xlim=(-10.3, 10.3), ylim=(-0.5, 17.5))
        right.set(title="push on the true score", xlabel="gap", xlim=(-10.3, 10.3))
        right.set_ylim(-0.05, 1.15)
        self.lines, self.dots = [], []
        looks = (("one softmax", style.BLUE, "-"), ("two", style.VERMILION, "--"))
        for label, colour, dash in looks:
            for axes in (left, right):
                self.lines += axes.plot([], [], dash, color=colour, label=label)
                self.dots += axes.plot([], [], "o", color=colour, ms=8)
        left.legend(loc="upper right")
        self.readout = right.text(0.05, 0.55, "", va="center", transform=right.transAxes)

    def update(self, now):
        set_lines(self.lines, GAPS, now.curves)
        for dot, value in zip(self.dots, now.here, strict=True):
            dot.set_data([now.gap], [value])
        _, once, _, twice = now.here
        self.readout.set_text(f"once {fixed(once, 3)}\ntwice {fixed(twice, 3)}")

    def describe(self, now):
        loss, push, second_loss, second_push = map(brief, now.here)
        return (
            f"{now.classes} classes, the true score {fixed(now.gap, 1)} above the others: loss {loss} "
            f"and push {push} behind one softmax, loss {second_loss} and push {second_push} behind two."
        )


@figure(
    step=Slider("step", 0, 300, step=10, default=300),
    pair=Choice("output → loss", list(formulas.PAIRS), default="sigmoid → nll_loss"),
    training=Choice("training", list(formulas.TRAININGS), default="hidden layer, Adam"),
)
class DigitsByPair:
    """Accuracy on held-out digits by step, for six pairs; mean outputs of the chosen one."""

    def measure(self, step, pair, training):
        at = formulas.STEPS.index(step)
        runs = {name: formulas.digit_run(training, name) for name in formulas.PAIRS}
        accuracy, loss, true, other, _, classes, _ = runs[pair][at].tolist()
        return {
            "accuracies": {name: run[:, 0] for name, run in runs.items()},
            "accuracy": accuracy,
            "loss": loss,
            "outputs": (true, other),
            "classes": round(classes),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="accuracy, held-out digits", xlabel="step", xlim=(-5, 305), ylim=(0, 1.03))
        right.set(title="mean output", ylim=(0, 1.4), xlim=(-0.6, 1.6))
        right.set_xticks(range(2), ["true\nclass", "other\nclasses"])
        self.others = [left.plot([], [], color="#B0B0B0", lw=1.2)[0] for _ in formulas.PAIRS]
        self.others[0].set_label("thin: the other pairs")
        (self.bold,) = left.plot([], [], color=style.BLUE, lw=3)
        (self.dot,) = left.plot([], [], "o", color=style.BLUE, markersize=9)
        left.legend(handles=[self.others[0]], loc="lower right")
        self.bars = right.bar(range(2), [1, 1], width=0.5, color=[style.BLUE, style.ORANGE])
        self.numbers = [right.text(k, 0, "", ha="center", va="bottom") for k in range(2)]
        self.loss = corner(right, 0.03)

    def update(self, now):
        set_lines(self.others, formulas.STEPS, now.accuracies.values())
        self.bold.set_data(formulas.STEPS, now.accuracies[now.pair])
        self.dot.set_data([now.step], [now.accuracy])
        set_heights(self.bars, now.outputs)
        for number, output in zip(self.numbers, now.outputs, strict=True):
            number.set_text(fixed(output, 2))
            number.set_y(output + 0.01)
        self.loss.set_text(f"loss {fixed(now.loss, 3)}\ndigits named: {now.classes}")

    def describe(self, now):
        true, other = (fixed(output, 3) for output in now.outputs)
        return (
            f"{now.training}, {now.pair}, step {now.step}: accuracy {fixed(now.accuracy, 3)}, loss "
            f"{fixed(now.loss, 3)}, mean output {true} for the true class and {other} for each other "
            f"one; the answers, by the largest score, name {now.classes} of 10 classes. Thin: the "
            "accuracy of the other pairs. First of five random starts."
        )


@figure(
    classes=Slider("classes", 2, 8, step=1, default=5),
    noise=Choice("noise", [str(noise) for noise in formulas.NOISES], default="0.05"),
    step=Slider("step", 0, 300, step=50, default=300),
    head=Choice("behind the head", list(formulas.HEADS), default="sigmoid"),
)
class RowOfPixels:
    """A row of pixels: brightness, true class, predicted class, and how sure the head is."""

    def measure(self, classes, noise, step, head):
        x, target = formulas.ramp(classes, float(noise))
        weight, bias = formulas.pixel_head(classes, float(noise), head, step)
        scores = x[:, None] * weight + bias
        accuracy, confidence = formulas.accuracy_and_confidence(scores, target, head)
        p = formulas.through(scores, head).softmax(1)
        return {
            "bright": x[None].numpy(),
            "rows": torch.stack([target, p.argmax(1)]).numpy(),
            "sure": p.amax(1),
            "accuracy": accuracy,
            "confidence": confidence,
            "cap": 1.0 if head == "none" else 1 / (1 + (classes - 1) / np.e),
        }

    def draw(self, canvas):
        top, middle, bottom = canvas.subplots(3, 1, sharex=True, height_ratios=[1, 2, 3])
        rows = np.zeros((2, formulas.PIXELS))
        look = {"cmap": "gray", "vmin": 0, "vmax": 1, "aspect": "auto"}
        self.bright = top.imshow(rows[:1], extent=(0, formulas.PIXELS, 0, 1), **look)
        look = {"cmap": "viridis", "interpolation": "nearest", "aspect": "auto"}
        self.rows = middle.imshow(rows, extent=(0, formulas.PIXELS, 0, 2), **look)
        top.set(title="brightness", yticks=[])
        middle.set_title("true class, predicted class")
        middle.set_yticks([1.5, 0.5], ["true", "predicted"])
        bottom.set(title="largest probability", xlabel="pixel", ylim=(0, 1.08), xlim=(0, 60))
        (self.sure,) = bottom.plot([], [], color=style.BLUE, drawstyle="steps-mid")
        (self.cap,) = bottom.plot([], [], "--", color=style.VERMILION)
        self.readout = bottom.text(1, 1.05, "", ha="right", transform=bottom.transAxes)
        for axes in (top, middle):
            axes.grid(False)

    def update(self, now):
        self.bright.set_data(now.bright)
        self.rows.set_data(now.rows)
        self.rows.set_clim(0, now.classes - 1)
        self.sure.set_data(np.arange(formulas.PIXELS) + 0.5, now.sure)
        self.cap.set_data([0, formulas.PIXELS], [now.cap, now.cap])
        self.readout.set_text(f"accuracy {fixed(now.accuracy, 2)}, limit {fixed(now.cap, 3)}")

    def describe(self, now):
        behind = "a sigmoid" if now.head == "sigmoid" else "nothing"
        return (
            f"{now.classes} classes, noise {now.noise}, step {now.step}, {behind} behind the head: "
            f"{fixed(100 * now.accuracy, 0)} % of the pixels are right, the mean of the largest "
            f"probability is {fixed(now.confidence, 3)}, and its limit {fixed(now.cap, 3)}."
        )


@figure(
    b0=Slider("b0", -3.0, 3.0, step=0.1, default=0.8),
    b1=Slider("b1", -1.0, 40.0, step=0.5, default=0.5),
)
class CurveFromLabels:
    """Ten labels of 0 and 1, an S through them, and three errors of it."""

    def measure(self, b0, b1):
        line = torch.tensor([b0, b1], dtype=torch.float64)
        costs = {name: formulas.curve_cost(*line, name).item() for name in formulas.ERRORS}
        return {"costs": costs}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(title="labels, and the curve", xlabel="x", xlim=(-2.4, 3.4), ylim=(-0.08, 1.08))
        left.plot(formulas.X, formulas.Y, "o", color=style.BLACK)
        (self.curve,) = left.plot([], [], color=style.BLUE)
        right.set(title="summed error, logarithmic", yscale="log", ylim=(1, 200), xlim=(-0.6, 2.6))
        right.set_xticks(range(3), ["log-\nloss", "squared", "abso-\nlute"])
        self.bars = right.bar(range(3), [2, 2, 2], width=0.5, color=style.COLOURS[:3])
        self.numbers = [right.text(k, 1, "", ha="center", va="bottom") for k in range(3)]

    def update(self, now):
        x = np.linspace(-2.4, 3.4, 300)
        self.curve.set_data(x, 1 / (1 + np.exp(-(now.b0 + now.b1 * x))))
        set_heights(self.bars, now.costs.values())
        for number, cost in zip(self.numbers, now.costs.values(), strict=True):
            number.set_text(fixed(cost, 2))
            number.set_y(cost * 1.03)

    def describe(self, now):
        costs = ", ".join(f"{name} {fixed(cost, 3)}" for name, cost in now.costs.items())
        return f"The curve of b0 = {fixed(now.b0, 1)} and b1 = {fixed(now.b1, 1)}: {costs}."
