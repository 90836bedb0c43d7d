"""The live figures of 10_angles_and_cosines."""

from functools import lru_cache

import numpy as np
import torch

from helpers.angles_and_cosines import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022
    "TwoAngles",
    "CornersOfTanh",
    "PushOfCosine",
    "MixedRows",
    "MovedHistogram",
    "TurnedDigits",
]

CIRCLE = np.linspace(0, 2 * np.pi, 121)


def plane(axes, title, limit=1.3):
    """Prepare `axes` for points (cos, sin), with the unit circle."""
    axes.set(title=title, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    axes.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes.plot(np.cos(CIRCLE), np.sin(CIRCLE), color="#B0B0B0", lw=1)


def ray(degrees, length=1.0):
    """x and y of a line from the centre in a direction."""
    angle = np.deg2rad(degrees)
    return [0, length * np.cos(angle)], [0, length * np.sin(angle)]


@figure(
    true=Slider("true angle", 0, 350, step=10, default=350, unit="°"),
    guess=Slider("predicted angle", 0, 350, step=10, default=20, unit="°"),
)
class TwoAngles:
    """A true and a predicted angle, and what the prediction costs by two codes."""

    GRID = torch.arange(0, 360, 2, dtype=torch.float64)

    def measure(self, true, guess):
        a, b = (torch.tensor(float(angle), dtype=torch.float64) for angle in (true, guess))
        number, point = formulas.CODES.values()
        return {
            "costs": (number(a, b).item(), point(a, b).item()),
            "curves": (number(a, self.GRID), point(a, self.GRID)),
            "wrong": formulas.wrapped(b - a).item(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        plane(left, "long: true, short: predicted")
        (self.true,) = left.plot([], [], color=style.BLACK, lw=3)
        (self.guess,) = left.plot([], [], color=style.BLUE, lw=3)
        right.set(title="what each prediction costs", xlabel="predicted angle", xlim=(-5, 365))
        right.set(ylim=(-0.05, 3.1), xticks=[0, 90, 180, 270, 360])
        looks = ((style.VERMILION, "--", "one number (turns)"), (style.BLUE, "-", "(cos, sin)"))
        self.curves = [right.plot([], [], d, color=c, label=n)[0] for c, d, n in looks]
        self.dots = [right.plot([], [], "o", color=c, markersize=9)[0] for c, _, _ in looks]
        self.truth = right.axvline(0, color=style.BLACK, lw=1, ymax=0.66)
        right.legend(loc="upper left")

    def update(self, now):
        self.true.set_data(*ray(now.true))
        self.guess.set_data(*ray(now.guess, 0.8))
        self.truth.set_xdata([now.true, now.true])
        for curve, dot, costs, cost in zip(
            self.curves, self.dots, now.curves, now.costs, strict=True
        ):
            curve.set_data(self.GRID, costs)
            dot.set_data([now.guess], [cost])

    def describe(self, now):
        return (
            f"True angle {now.true}°, predicted {now.guess}°: wrapped error "
            f"{fixed(now.wrong, 0, sign=True)}°. As one number it costs {brief(now.costs[0])}, as "
            f"(cos, sin) {brief(now.costs[1])}."
        )


@figure(
    size=Choice("both logits start at", ["0.25", "0.5", "1", "2", "4", "8"], default="4"),
    target=Slider("target", 0, 340, step=20, default=20, unit="°"),
    output=Choice("output", list(formulas.ACTIVATIONS), default="tanh"),
    steps=Slider("steps", 0, 1000, step=100, default=1000),
)
class CornersOfTanh:
    """Two logits, their output in the plane, and its angle by step of descent on a cosine loss."""

    def measure(self, size, target, output, steps):
        start = (float(size), float(size))
        path = formulas.descend(start, target, output)
        degrees = formulas.output_angles(path, output)
        shown = formulas.ACTIVATIONS[output](path)
        if output == "linear":
            shown = shown / shown.norm(dim=1, keepdim=True)
        return {
            "slope": formulas.pull(start, target, output)[1].norm().item(),
            "places": shown[: steps + 1].numpy(),
            "degrees": (45 + formulas.wrapped(degrees - 45))[: steps + 1].numpy(),
            "aim": 45
            + formulas.wrapped(torch.tensor(float(target - 45), dtype=torch.float64)).item(),
            "angle": torch.remainder(degrees[steps], 360).item(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        plane(left, "the output, and the target")
        left.plot([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1], ":", color=style.GREY, lw=1.2)
        (self.aim,) = left.plot([], [], "--", color=style.BLACK, lw=1.5)
        (self.way,) = left.plot([], [], color=style.SKY, lw=3)
        (self.end,) = left.plot([], [], "o", color=style.BLUE, markersize=9)
        right.set(title="angle of the output", xlabel="step", xlim=(-20, 1020), ylim=(-140, 305))
        right.set_yticks(range(-135, 226, 45))
        (self.line,) = right.plot([], [], color=style.BLUE)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=8)
        self.goal = right.axhline(0, ls="--", color=style.BLACK, lw=1.5)
        self.readout = right.text(0.03, 0.98, "", va="top", transform=right.transAxes)

    def update(self, now):
        self.aim.set_data(*ray(now.target, 1.25))
        self.way.set_data(now.places[:, 0], now.places[:, 1])
        self.end.set_data(now.places[-1:, 0], now.places[-1:, 1])
        self.line.set_data(range(len(now.degrees)), now.degrees)
        self.dot.set_data([now.steps], now.degrees[-1:])
        self.goal.set_ydata([now.aim, now.aim])
        self.readout.set_text(
            f"first gradient {brief(now.slope)}\nnow {fixed(now.degrees[-1], 2)}°"
        )

    def describe(self, now):
        return (
            f"{now.output}, logits start at ({now.size}, {now.size}), which is 45°; target "
            f"{now.target}°. The first gradient has the length {brief(now.slope)}. After "
            f"{now.steps} steps the angle is {fixed(now.angle, 2)}°."
        )


@figure(
    between=Slider("angle between z and b", 20, 160, step=20, default=60, unit="°"),
    length=LogSlider("length of z", -3, 1, per_decade=2, default=1.0),
    loss=Choice("loss", ["1 − cos", "1 − cos²"], default="1 − cos"),
)
class PushOfCosine:
    """An arrow z beside b: the way a cosine loss turns it, and how long one step makes it."""

    LENGTHS = np.logspace(-3.2, 1.2, 45)

    def measure(self, between, length, loss):
        cos, sin = np.cos(np.deg2rad(between)), np.sin(np.deg2rad(between))
        squared = loss == "1 − cos²"
        turn = sin * (2 * cos if squared else 1)  # |g|·|z|, positive towards b
        return {
            "turn": turn,
            "cost": 1 - cos**2 if squared else 1 - cos,
            "slope": abs(turn) / length,
            "after": np.hypot(length, turn / length),
            "curve": np.hypot(self.LENGTHS, turn / self.LENGTHS),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        plane(left, "blue: z, red: a step's way", limit=1.6)
        left.plot([0, 1], [0, 0], color=style.BLACK, lw=3)
        left.text(1.12, 0, "b", va="center")
        (self.arrow,) = left.plot([], [], color=style.BLUE, lw=3)
        (self.push,) = left.plot([], [], color=style.VERMILION, lw=3)
        (self.head,) = left.plot([], [], "o", color=style.VERMILION, markersize=8)
        right.set(title="length of z after one step", xlabel="length of z", xscale="log")
        right.set(yscale="log", xlim=(6e-4, 20), ylim=(0.05, 3e5))
        right.plot([6e-4, 20], [6e-4, 20], ":", color=style.GREY, lw=1.2)
        (self.curve,) = right.plot([], [], color=style.BLUE)
        (self.dot,) = right.plot([], [], "o", color=style.BLUE, markersize=9)
        self.readout = right.text(0.97, 0.97, "", ha="right", va="top", transform=right.transAxes)

    def update(self, now):
        x, y = (end[1] for end in ray(now.between))
        u, v = (end[1] for end in ray(now.between - 90, now.turn * 0.6))  # no step's own length
        self.arrow.set_data([0, x], [0, y])
        self.push.set_data([x, x + u], [y, y + v])
        self.head.set_data([x + u], [y + v])
        self.curve.set_data(self.LENGTHS, now.curve)
        self.dot.set_data([now.length], [now.after])
        self.readout.set_text(
            f"loss {fixed(now.cost)}\ngradient {brief(now.slope)}\nlength after {brief(now.after)}"
        )

    def describe(self, now):
        side = "towards b" if now.turn > 0 else "away from b"
        return (
            f"{now.loss}, z of length {brief(now.length)} at {now.between}° from b: loss "
            f"{fixed(now.cost)}, gradient of length {brief(now.slope)}, a step turns z {side}. One "
            f"step at the rate 1 makes z {brief(now.after)} long."
        )


@lru_cache(maxsize=32)
def weights_by_step(cosine, batch, seed):
    """The lengths of the weights in a training of section 4, (31,) numpy."""
    return formulas.rows_training(cosine, batch, seed).numpy()


@figure(
    batch=Choice("rows in a batch", ["1", "2", "8", "32"], default="2"),
    step=Slider("step", 1, 30, step=1, default=30),
    seed=Choice("seed", ["0", "1", "2"], default="0"),
)
class MixedRows:
    """The length of a model's weights by step, with a right cosine and one that mixes rows."""

    def measure(self, batch, step, seed):
        mixed, right = (
            weights_by_step(name, int(batch), int(seed)) for name in formulas.ROW_COSINES
        )
        lost = np.flatnonzero(np.isnan(mixed))
        first = int(lost[0]) if len(lost) else None
        return {"mixed": mixed[: step + 1], "right": right[: step + 1], "first": first}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="length of the weights", xlabel="step", xlim=(-0.7, 30.7), ylim=(0, 2.2))
        (self.right,) = axes.plot([], [], color=style.BLUE, lw=5, label="row by row")
        (self.mixed,) = axes.plot([], [], "--", color=style.ORANGE, label="matrix products")
        (self.dot,) = axes.plot([], [], "o", color=style.BLUE, markersize=9)
        (self.cross,) = axes.plot([], [], "X", color=style.VERMILION, markersize=14)
        self.readout = axes.text(0.98, 0.04, "", ha="right", transform=axes.transAxes)
        axes.legend(loc="upper left")

    def _ended(self, now):
        return now.first is not None and now.first <= now.step

    def update(self, now):
        self.right.set_data(range(now.step + 1), now.right)
        self.mixed.set_data(range(now.step + 1), now.mixed)
        self.dot.set_data([now.step], now.right[-1:])
        gone = self._ended(now)
        self.cross.set_data(*([now.first - 1], now.mixed[[now.first - 1]]) if gone else ([], []))
        words = f"NaN at step {now.first}" if gone else f"length {fixed(now.mixed[-1])}"
        self.readout.set_text(
            f"matrix products: {words}\nrow by row: length {fixed(now.right[-1])}"
        )

    def describe(self, now):
        words = (
            f"NaN since step {now.first}"
            if self._ended(now)
            else f"of length {fixed(now.mixed[-1])}"
        )
        return (
            f"Batches of {now.batch}, seed {now.seed}, step {now.step}: with matrix products the "
            f"weights are {words}; row by row they are of length {fixed(now.right[-1])}."
        )


@figure(
    shift=Slider("shift", 0, 10, step=1, default=6, unit="bins"),
    width=Slider("width of the prediction", 0.5, 3.0, step=0.5, default=1.0, unit="bins"),
)
class MovedHistogram:
    """A true and a predicted histogram, and four losses against the shift."""

    NAMES = tuple(formulas.HISTOGRAM_LOSSES)
    TRUE = formulas.bump(3, 1.0)

    def measure(self, shift, width):
        shown = [formulas.bump(3 + k, width) for k in range(11)]
        curves = [
            [formulas.HISTOGRAM_LOSSES[name](p, self.TRUE).item() for p in shown]
            for name in self.NAMES
        ]
        return {"shown": shown[shift].numpy(), "curves": curves}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(
            title="blue: predicted, line: true", xlabel="bin", ylim=(0, 0.85), xlim=(-0.7, 15.7)
        )
        self.bars = left.bar(range(16), [0.1] * 16, width=0.9, color=style.SKY)
        left.step(np.arange(17) - 0.5, [*self.TRUE, self.TRUE[-1]], where="post", color=style.BLACK)
        right.set(title="share of the loss at shift 10", xlabel="shift", xlim=(-0.4, 10.4))
        right.set_ylim(-0.03, 1.75)
        dashes = ("-", "--", ":", "-")
        colours = (style.BLUE, style.VERMILION, style.PURPLE, style.GREEN)
        looks = list(zip(self.NAMES, dashes, colours, strict=True))
        self.lines = [right.plot([], [], d, color=c, label=n)[0] for n, d, c in looks]
        self.dots = [right.plot([], [], "o", color=c, markersize=7)[0] for _, _, c in looks]
        right.legend(loc="upper left")

    def update(self, now):
        for bar, height in zip(self.bars, now.shown, strict=True):
            bar.set_height(height)
        for line, dot, curve in zip(self.lines, self.dots, now.curves, strict=True):
            shares = np.array(curve) / curve[-1]
            line.set_data(range(11), shares)
            dot.set_data([now.shift], [shares[now.shift]])

    def describe(self, now):
        losses = ", ".join(
            f"{name} {fixed(curve[now.shift])} ({fixed(100 * curve[now.shift] / curve[-1], 0)} %)"
            for name, curve in zip(self.NAMES, now.curves, strict=True)
        )
        return (
            f"Predicted {now.shift} bins too far right, width {fixed(now.width, 1)}. Losses, and "
            f"their share of that at a shift of 10: {losses}."
        )


@figure(
    output=Choice("output, loss", list(formulas.OUTPUTS), default="tanh, cosine"),
    rate=Choice("learning rate", [f"{rate:g}" for rate in formulas.RATES], default="0.1"),
    digit=Choice("digit", [str(digit) for digit in formulas.DIGITS], default="3"),
)
class TurnedDigits:
    """Predicted against true angle of unseen turned digits, and the mean error of five outputs."""

    SHORT = ("tanh\ncosine", "linear\ncosine", "tanh\nMSE", "linear\nMSE", "number\nMSE")

    def measure(self, output, rate, digit):
        at = int(digit), output, float(rate)
        errors = [
            formulas.over_seeds(int(digit), name, float(rate), "error").mean().item()
            for name in formulas.OUTPUTS
        ]
        return {
            "guess": formulas.guesses(*at) % 360,
            "true": formulas.rotated_digits(int(digit))[1][1].numpy(),
            "errors": errors,
            "error": errors[list(formulas.OUTPUTS).index(output)],
            "stuck": 100 * formulas.over_seeds(*at, "stuck").mean().item(),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="predicted angle", xlabel="true angle", xlim=(0, 360), ylim=(-5, 365))
        left.set(xticks=range(0, 361, 90), yticks=range(0, 361, 45))
        (self.dots,) = left.plot([], [], ".", color=style.BLUE, markersize=4)
        right.set(title="mean error in degrees, 5 seeds", xlim=(0, 150), ylim=(4.6, -0.6))
        right.set(xticks=[0, 45, 90])
        right.set_yticks(range(5), self.SHORT)
        self.bars = right.barh(range(5), [1] * 5, height=0.5, color=style.GREY)
        self.numbers = [right.text(0, k, "", va="center") for k in range(5)]

    def update(self, now):
        self.dots.set_data(now.true, now.guess)
        for k, (name, error) in enumerate(zip(formulas.OUTPUTS, now.errors, strict=True)):
            self.bars[k].set_width(error)
            self.bars[k].set_facecolor(style.BLUE if name == now.output else "#B0B0B0")
            self.numbers[k].set_text(f"{fixed(error, 1)}°")
            self.numbers[k].set_x(error + 3)

    def describe(self, now):
        return (
            f"Digit {now.digit}, {now.output}, rate {now.rate}: the mean error is "
            f"{fixed(now.error, 1)}° over five seeds, and {fixed(now.stuck, 0)} % of the predictions "
            f"lie within 3° of a multiple of 45°. Mean errors of all five outputs: "
            f"{', '.join(f'{fixed(error, 1)}°' for error in now.errors)}."
        )
