"""The live figures of 10_angles_and_cosines."""

import numpy as np
import torch

from helpers.angles_and_cosines import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import corner, set_dots, set_heights, set_lines
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "TwoAngles",
    "CornersOfTanh",
    "PushOfCosine",
    "MixedRows",
    "MovedHistogram",
    "TurnedDigits",
]

PALE = "#B0B0B0"


def plane(axes, title, limit=1.3):
    """Prepare `axes` for points (cos, sin), with the unit circle."""
    axes.set(title=title, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    axes.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    turn = np.linspace(0, 2 * np.pi, 121)
    axes.plot(np.cos(turn), np.sin(turn), color=PALE, lw=1)


def ray(degrees, length=1.0):
    """x and y of a line from the centre in a direction."""
    angle = np.deg2rad(degrees)
    return [0, length * np.cos(angle)], [0, length * np.sin(angle)]


def around_45(degrees):
    """The same directions in degrees, at most half a turn from 45°: a tensor."""
    return 45 + formulas.wrapped(torch.as_tensor(degrees, dtype=torch.float64) - 45)


@figure(
    true=Slider("true angle", 0, 350, step=10, default=350, unit="°"),
    guess=Slider("predicted angle", 0, 350, step=10, default=20, unit="°"),
)
class TwoAngles:
    """A true and a predicted angle, and what the prediction costs by two codes."""

    GRID = torch.arange(0, 360, 2, dtype=torch.float64)

    def measure(self, true, guess):
        a, b = (torch.tensor(float(angle), dtype=torch.float64) for angle in (true, guess))
        costs = [cost(a, b).item() for cost in formulas.CODES.values()]
        curves = [cost(a, self.GRID) for cost in formulas.CODES.values()]
        return {"costs": costs, "curves": curves, "wrong": formulas.wrapped(b - a).item()}

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
        set_lines(self.curves, self.GRID, now.curves)
        set_dots(self.dots, now.guess, now.costs)

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
        path = formulas.descend(start, target, output)[: steps + 1]
        degrees = formulas.output_angles(path, output)
        shown = formulas.ACTIVATIONS[output](path)
        if output == "linear":
            shown = shown / shown.norm(dim=1, keepdim=True)
        return {
            "slope": formulas.pull(start, target, output)[1].norm().item(),
            "places": shown.numpy(),
            "degrees": around_45(degrees).numpy(),
            "aim": around_45(target).item(),
            "angle": degrees[-1].item() % 360,
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
        self.readout = corner(right, 0.03, 0.98)

    def update(self, now):
        self.aim.set_data(*ray(now.target, 1.25))
        self.way.set_data(*now.places.T)
        self.end.set_data(*now.places[-1:].T)
        self.line.set_data(range(len(now.degrees)), now.degrees)
        self.dot.set_data([now.steps], now.degrees[-1:])
        self.goal.set_ydata([now.aim, now.aim])
        now_at = fixed(now.degrees[-1], 2)
        self.readout.set_text(f"first gradient {brief(now.slope)}\nnow {now_at}°")

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
        self.readout = corner(right)

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


@figure(
    batch=Choice("rows in a batch", ["1", "2", "8", "32"], default="2"),
    step=Slider("step", 1, 30, step=1, default=30),
    seed=Choice("seed", ["0", "1", "2"], default="0"),
)
class MixedRows:
    """The length of a model's weights by step, with a right cosine and one that mixes rows."""

    def measure(self, batch, step, seed):
        mixed, right = (
            formulas.rows_training(name, int(batch), int(seed))[: step + 1].numpy()
            for name in formulas.ROW_COSINES
        )
        lost = np.isnan(mixed)
        first = int(lost.argmax()) if lost.any() else None
        return {"mixed": mixed, "right": right, "first": first}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(title="length of the weights", xlabel="step", xlim=(-0.7, 30.7), ylim=(0, 2.2))
        (self.right,) = axes.plot([], [], color=style.BLUE, lw=5, label="row by row")
        (self.mixed,) = axes.plot([], [], "--", color=style.ORANGE, label="matrix products")
        (self.dot,) = axes.plot([], [], "o", color=style.BLUE, markersize=9)
        (self.cross,) = axes.plot([], [], "X", color=style.VERMILION, markersize=14)
        self.readout = axes.text(0.98, 0.04, "", ha="right", transform=axes.transAxes)
        axes.legend(loc="upper left")

    def update(self, now):
        set_lines((self.right, self.mixed), range(now.step + 1), (now.right, now.mixed))
        self.dot.set_data([now.step], now.right[-1:])
        last = [] if now.first is None else [now.first - 1]
        self.cross.set_data(last, now.mixed[last])
        mixed, right = f"length {fixed(now.mixed[-1])}", f"length {fixed(now.right[-1])}"
        if now.first is not None:
            mixed = f"NaN at step {now.first}"
        self.readout.set_text(f"matrix products: {mixed}\nrow by row: {right}")

    def describe(self, now):
        words = f"of length {fixed(now.mixed[-1])}"
        if now.first is not None:
            words = f"NaN since step {now.first}"
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

    COLOURS = (style.BLUE, style.VERMILION, style.PURPLE, style.GREEN)
    TRUE = formulas.bump(3, 1.0)

    def measure(self, shift, width):
        shown = [formulas.bump(3 + k, width) for k in range(11)]
        curves = np.array(
            [[loss(p, self.TRUE) for p in shown] for loss in formulas.HISTOGRAM_LOSSES.values()]
        )
        shares = curves / curves[:, -1:]
        losses, here = curves[:, shift], shares[:, shift]
        return {"shown": shown[shift], "losses": losses, "curves": shares, "here": here}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="blue: predicted, line: true", xlabel="bin")
        left.set(ylim=(0, 0.85), xlim=(-0.7, 15.7))
        self.bars = left.bar(range(16), [0.1] * 16, width=0.9, color=style.SKY)
        left.step(np.arange(17) - 0.5, [*self.TRUE, self.TRUE[-1]], where="post", color=style.BLACK)
        right.set(title="share of the loss at shift 10", xlabel="shift", xlim=(-0.4, 10.4))
        right.set_ylim(-0.03, 1.75)
        looks = zip(formulas.HISTOGRAM_LOSSES, self.COLOURS, ("-", "--", ":", "-"), strict=True)
        self.lines = [right.plot([], [], d, color=c, label=name)[0] for name, c, d in looks]
        self.dots = [right.plot([], [], "o", color=c, markersize=7)[0] for c in self.COLOURS]
        right.legend(loc="upper left")

    def update(self, now):
        set_heights(self.bars, now.shown)
        set_lines(self.lines, range(11), now.curves)
        set_dots(self.dots, now.shift, now.here)

    def describe(self, now):
        losses = ", ".join(
            f"{name} {fixed(loss)} ({fixed(100 * share, 0)} %)"
            for name, loss, share in zip(
                formulas.HISTOGRAM_LOSSES, now.losses, now.here, strict=True
            )
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
        digit, rate = int(digit), float(rate)
        return {
            "guess": formulas.guesses(digit, output, rate) % 360,
            "true": formulas.rotated_digits(digit)[1][1].numpy(),
            "errors": {
                name: formulas.over_seeds(digit, name, rate, "error").mean().item()
                for name in formulas.OUTPUTS
            },
            "stuck": 100 * formulas.over_seeds(digit, output, rate, "stuck").mean().item(),
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
        for k, (name, error) in enumerate(now.errors.items()):
            self.bars[k].set_width(error)
            self.bars[k].set_facecolor(style.BLUE if name == now.output else PALE)
            self.numbers[k].set(text=f"{fixed(error, 1)}°", x=error + 3)

    def describe(self, now):
        return (
            f"Digit {now.digit}, {now.output}, rate {now.rate}: the mean error is "
            f"{fixed(now.errors[now.output], 1)}° over five seeds, and {fixed(now.stuck, 0)} % of the predictions "
            f"lie within 3° of a multiple of 45°. Mean errors of all five outputs: "
            f"{', '.join(f'{fixed(error, 1)}°' for error in now.errors.values())}."
        )
