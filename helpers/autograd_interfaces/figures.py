"""The live figures of 01_autograd_interfaces, in the order of the page."""

import numpy as np
import torch
from matplotlib.patches import Circle

from helpers.autograd_interfaces import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.parts import key, set_dots, set_heights, set_lines, set_texts
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "CallByCall",
    "KeptGradients",
    "DigitTraining",
    "ClippedGradients",
    "InnerDerivative",
    "NetworkFit",
]

THREE = (style.BLUE, style.VERMILION, style.GREEN)
WAYS = (("kept", style.VERMILION, "o"), ("cleared", style.BLUE, "s"))


def pair(values, digits=2):
    return f"({fixed(values[0], digits)}, {fixed(values[1], digits)})"


def angle(vector):
    """The direction of a vector of two numbers, in degrees."""
    return np.degrees(np.arctan2(float(vector[1]), float(vector[0])))


def arrows(axes, count, **options):
    """`count` arrows from (0, 0) in data units, moved by `set_UVC`."""
    zero = np.zeros(count)
    scale = {"angles": "xy", "scale_units": "xy", "scale": 1, "minlength": 0}
    return axes.quiver(zero, zero, zero, zero, **scale, **options)


@figure(
    first=Choice("first call", list(formulas.CALLS), default="backward()"),
    second=Choice("second call", list(formulas.CALLS), default="grad(…)"),
    third=Choice("third call", list(formulas.CALLS), default="backward()"),
)
class CallByCall:
    """The loss x² at x = 3: what each of three calls returns, and what is in x.grad after it."""

    SIDES = (
        ("what the call returns", -0.2, style.BLUE),
        ("what x.grad holds after it", 0.2, style.VERMILION),
    )

    def measure(self, first, second, third):
        calls = (first, second, third)
        return {"calls": calls, "seen": formulas.after_calls(calls)}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(0.4, 3.6), ylim=(0, 22.5), yticks=[0, 6, 12, 18])
        axes.set_xticks([1, 2, 3], ["first call", "second call", "third call"])
        axes.grid(axis="x", visible=False)
        self.bars, self.numbers, self.names = [], [], []
        for at in (1, 2, 3):
            self.names.append(axes.text(at, 20.8, "", ha="center"))
            for _, shift, colour in self.SIDES:
                self.bars += axes.bar([at + shift], [1], width=0.34, color=colour)
                self.numbers.append(axes.text(at + shift, 0, "", ha="center", va="bottom"))
        looks = {label: {"color": colour, "lw": 8} for label, _, colour in self.SIDES}
        key(canvas, looks, loc="outside upper center", ncols=2)

    def update(self, now):
        values = [value for pair in now.seen for value in pair]
        for bar, number, value in zip(self.bars, self.numbers, values, strict=True):
            bar.set_height(value or 0)
            number.set_text("None" if value is None else fixed(value, 0))
            number.set_y((value or 0) + 0.2)
        calls = ("x.grad = None" if call == "clear" else call for call in now.calls)
        set_texts(self.names, calls)

    def describe(self, now):
        steps = [
            f"{call} returns {'nothing' if value is None else fixed(value, 0)}, then x.grad holds "
            f"{'nothing' if held is None else fixed(held, 0)}"
            for call, (value, held) in zip(now.calls, now.seen, strict=True)
        ]
        return f"The loss x² at x = 3. {'; '.join(steps)}."


@figure(
    calls=Slider("calls of backward", 1, 40, step=1, default=24),
    rate=Slider("rate", 0.02, 0.18, step=0.02, default=0.06),
    gradients=Choice(".grad before each call is", ["kept", "cleared"], default="kept"),
)
class KeptGradients:
    """Gradient descent on a bowl, with .grad cleared before each call of backward and never."""

    def measure(self, calls, rate, gradients):
        paths = {way: formulas.descend(calls, rate, way) for way, *_ in WAYS}
        return {"paths": paths, "losses": {way: formulas.bowl(paths[way]) for way in paths}}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[4, 3])
        x1, x2 = np.meshgrid(np.linspace(-2.3, 2.3, 80), np.linspace(-1.5, 1.5, 60))
        surface = formulas.bowl(torch.tensor(np.stack([x1, x2], -1))).numpy()
        left.contour(x1, x2, surface, levels=[0.3, 1, 2, 4, 7, 11], colors="#C8C8C8", linewidths=1)
        left.set(title="the path over x1² + 5·x2²", xlabel="x1", ylabel="x2")
        left.set(xlim=(-2.3, 2.3), ylim=(-1.5, 1.5))
        left.plot(*formulas.START.numpy(), "x", color=style.BLACK)
        left.grid(False)
        right.set(title="the loss", xlabel="calls", yscale="log", xlim=(-1, 41), ylim=(5e-6, 60))
        right.set_yticks([1e-4, 1e-2, 1])
        right.minorticks_off()
        self.lines = {}
        for way, colour, marker in WAYS:
            (path,) = left.plot([], [], marker=marker, ms=3.5, color=colour)
            (end,) = left.plot([], [], marker=marker, ms=10, mec="white", color=colour)
            (loss,) = right.plot([], [], marker=marker, ms=3.5, color=colour)
            self.lines[way] = path, end, loss
        looks = {way: {"color": colour, "marker": marker} for way, colour, marker in WAYS}
        key(canvas, looks, loc="outside upper right", ncols=2)

    def update(self, now):
        for way, lines in self.lines.items():
            path, end, loss = lines
            chosen = way == now.gradients
            for line in lines:
                line.set(lw=2 if chosen else 1, alpha=1 if chosen else 0.45)
            path.set_data(*now.paths[way].T.numpy())
            end.set_data(*now.paths[way][-1:].T.numpy())
            loss.set_data(range(now.calls + 1), now.losses[way].clamp(min=5e-6).numpy())

    def describe(self, now):
        other = "cleared" if now.gradients == "kept" else "kept"
        return (
            f"After {now.calls} calls at rate {now.rate:g}, gradients {now.gradients}: the path "
            f"stands at {pair(now.paths[now.gradients][-1], 4)} and the loss is "
            f"{now.losses[now.gradients][-1]:.3g}; "
            f"with gradients {other} it is {now.losses[other][-1]:.3g}."
        )


@figure(
    steps=Slider("steps", 0, formulas.STEPS, step=formulas.EVERY_STEPS, default=50),
    batch=Choice("digits in each step", ["1000", "32"], default="1000"),
)
class DigitTraining:
    """A linear classifier of digits, with .grad cleared before each step and never."""

    STEPS = range(0, formulas.STEPS + 1, formulas.EVERY_STEPS)

    def measure(self, steps, batch):
        runs = {way: formulas.train_digits(way, int(batch)) for way, *_ in WAYS}
        here = {way: run[steps // formulas.EVERY_STEPS].tolist() for way, run in runs.items()}
        return {"runs": {way: run.numpy() for way, run in runs.items()}, "here": here}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[4, 3])
        left.set(title="loss", xlabel="steps", yscale="log", xlim=(-8, 308), ylim=(0.0015, 20))
        right.set(title="held-out digits named rightly", xlabel="steps")
        right.set(xlim=(-8, 308), ylim=(0.7, 0.95))
        left.minorticks_off()
        self.lines, self.dots, self.texts = {}, {}, {}
        for at, (way, colour, _) in enumerate(WAYS):
            axes = ((left, "-"), (left, "--"), (right, "--"))
            self.lines[way] = [a.plot([], [], dash, color=colour)[0] for a, dash in axes]
            self.dots[way] = [a.plot([], [], "o", color=colour, ms=7)[0] for a, _ in axes]
            self.texts[way] = right.text(300, 0.725 - 0.018 * at, "", ha="right")
        looks = {way: {"color": colour, "lw": 4} for way, colour, _ in WAYS}
        looks["training digits"] = {"color": style.GREY}
        looks["held-out digits"] = {"color": style.GREY, "ls": "--"}
        key(canvas, looks, loc="outside upper center", ncols=4)

    def update(self, now):
        for way, here in now.here.items():
            set_lines(self.lines[way], self.STEPS, now.runs[way].T)
            set_dots(self.dots[way], now.steps, here)
            self.texts[way].set_text(f"{way}: {fixed(here[2], 3)}")

    def describe(self, now):
        parts = [
            f"{way}, the loss is {brief(training)} on the training digits and {brief(held_out)} on "
            f"the held-out ones, of which {fixed(100 * right, 1)} % are named rightly"
            for way, (training, held_out, right) in now.here.items()
        ]
        return f"After {now.steps} steps of {now.batch} digits, gradients {'; '.join(parts)}."


@figure(
    limit=Slider("limit", 0.1, 4.0, step=0.1, default=1.0),
    where=Choice("clip", list(formulas.CLIPPED), default="each sample's gradient"),
)
class ClippedGradients:
    """Gradients of three samples, clipped at h, at the parameters, or after they are added."""

    AT_H = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    FREE = formulas.finish(AT_H, formulas.WEIGHTS).sum(0).numpy()  # nothing is clipped

    def measure(self, limit, where):
        at_h, parts, pooled = (part.numpy() for part in formulas.clipped(where, limit))
        return {"at_h": at_h, "parts": parts, "pooled": pooled}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 5])
        at_h, free, places = self.AT_H.numpy(), self.FREE, np.arange(1, 4)
        left.set(title="gradient at h", xlabel="sample", xticks=places, ylim=(0, 4.2))
        left.set(xlim=(0.4, 3.6))
        left.grid(axis="x", visible=False)
        left.bar(places, at_h, width=0.7, fill=False, edgecolor=style.GREY, ls=":")
        self.bars = left.bar(places, at_h, width=0.7, color=THREE)
        (self.level,) = left.plot([], [], "--", color=style.BLACK, lw=1.5)

        right.set(title="gradient of w, by sample and added up", xlabel="∂/∂w1", ylabel="∂/∂w2")
        right.set(xlim=(-2.3, 5.2), ylim=(-4.95, 2.9), aspect="equal")
        right.plot([0, free[0]], [0, free[1]], ":", color=style.GREY)
        right.plot(*free, "o", mfc="white", color=style.GREY)
        right.text(free[0] + 0.2, free[1] - 0.2, "unclipped", va="top")
        self.parts = arrows(right, 3, color=THREE, width=0.01)
        self.pooled = arrows(right, 1, color=style.BLACK, width=0.014)
        self.circle = right.add_patch(Circle((0, 0), 1, fill=False, ls="--", lw=1.5))
        self.names = [right.text(0, 0, str(i), ha="center", va="center") for i in places]
        right.text(1.7, -4.75, "sum")
        self.readouts = [right.text(5.0, y, "", ha="right") for y in (-4.75, -4.15)]

    def update(self, now):
        at_rows = now.where == "each entry at h"
        set_heights(self.bars, now.at_h)
        self.level.set_data([0.4, 3.6], [now.limit, now.limit])
        self.level.set_visible(at_rows)
        self.circle.set(radius=now.limit, visible=not at_rows)
        self.parts.set_UVC(*now.parts.T)
        self.pooled.set_UVC(*now.pooled[:, None])
        for name, part in zip(self.names, now.parts, strict=True):
            along = part / np.hypot(*part)
            tip = along * max(np.hypot(*part), 0.5)
            name.set_position(tip + 0.25 * along + 0.25 * np.array([-along[1], along[0]]))
        set_texts(self.readouts, (pair(now.pooled), f"at {fixed(angle(now.pooled), 0)}°"))

    def describe(self, now):
        return (
            f"Clipping {now.where} to {fixed(now.limit, 1)} gives the gradient "
            f"{pair(now.pooled, 4)}, at {fixed(angle(now.pooled), 1)} degrees; unclipped it is "
            f"{pair(self.FREE)}, at {fixed(angle(self.FREE), 1)} degrees."
        )


INNER_LOOKS = {
    inner: {"color": colour, "ls": dashes}
    for inner, colour, dashes in zip(formulas.INNER, THREE, ("-", "--", "-."), strict=True)
}


@figure(
    a=Slider("a", -0.85, -0.4, step=0.025, default=-0.5),
    inner=Choice("u′ by", list(formulas.INNER), default="grad, retain_graph"),
)
class InnerDerivative:
    """The residual loss of u = 1 + a·t, and what three programs find in a.grad."""

    ENDS = torch.tensor([-0.85, -0.4], dtype=torch.float64)

    def measure(self, a, inner):
        rest = formulas.resting_point(inner)
        loss, lowest = (formulas.residual_loss(at).item() for at in (a, rest))
        slope = formulas.residual_slope(a, inner).item()
        line = formulas.residual_slope(self.ENDS, inner).numpy()
        return {"loss": loss, "slope": slope, "line": line, "rest": rest, "lowest": lowest}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        a = torch.linspace(-0.85, -0.4, 201, dtype=torch.float64)
        left.plot(a.numpy(), formulas.residual_loss(a).numpy(), color=style.GREY)
        left.set(title="the loss, near its lowest point", xlabel="a")
        left.set(xlim=(-0.87, -0.38), ylim=(0.17, 0.64))
        (self.tangent,) = left.plot([], [], lw=3)
        (self.here,) = left.plot([], [], "o", ms=9, color=style.BLACK)
        (self.rest,) = left.plot([], [], "^", ms=11, mec="white")

        right.axhline(0, color=style.GREY, lw=1)
        right.set(title="what lands in a.grad", xlabel="a", xlim=(-0.87, -0.38), ylim=(-4.2, 7.4))
        for inner, look in INNER_LOOKS.items():
            right.plot(self.ENDS, formulas.residual_slope(self.ENDS, inner), lw=1.2, **look)
        (self.line,) = right.plot([], [], lw=3)
        (self.found,) = right.plot([], [], "o", ms=9, color=style.BLACK)
        (self.zero,) = right.plot([], [], "^", ms=11, mec="white")
        for label, y in (("a.grad:", 6.6), ("zero at a =", 5.8)):
            right.text(-0.85, y, label, va="center")
        self.readouts = [right.text(-0.58, y, "", ha="right", va="center") for y in (6.6, 5.8)]
        key(canvas, INNER_LOOKS, loc="outside upper center", ncols=3)

    def update(self, now):
        reach = min(0.05, 0.1 / max(abs(now.slope), 1e-9))
        rise = reach * now.slope
        self.tangent.set_data([now.a - reach, now.a + reach], [now.loss - rise, now.loss + rise])
        self.here.set_data([now.a], [now.loss])
        self.rest.set_data([now.rest], [now.lowest])
        self.line.set_data(self.ENDS, now.line)
        self.found.set_data([now.a], [now.slope])
        self.zero.set_data([now.rest], [0])
        for artist in (self.tangent, self.rest, self.zero):
            artist.set_color(INNER_LOOKS[now.inner]["color"])
        self.line.set(**INNER_LOOKS[now.inner])
        set_texts(self.readouts, (fixed(now.slope, 3), fixed(now.rest, 3)))

    def describe(self, now):
        return (
            f"At a = {fixed(now.a, 3)} the loss is {fixed(now.loss, 4)}; with u′ by {now.inner}, "
            f"a.grad is {fixed(now.slope, 4)}, and descent rests at {fixed(now.rest, 6)}, where "
            f"the loss is {fixed(now.lowest, 6)}."
        )


@figure(
    steps=Slider("steps of training", 10, formulas.EPOCHS, step=formulas.EVERY, default=150),
    inner=Choice("u′ by", list(formulas.INNER), default="grad, retain_graph"),
    equation=Choice("equation", list(formulas.EQUATIONS), default="u′ = −u"),
)
class NetworkFit:
    """A small network fitted to u′ = −u or u′ = +u, with three ways of taking u′ in the loss."""

    def measure(self, steps, inner, equation):
        at, chosen = steps // formulas.EVERY, formulas.INNER.index(inner)
        u, true = formulas.fit_network(equation)[at, chosen], formulas.solution(equation)
        errors = formulas.errors_of_fit(equation).numpy()
        return {"u": u, "true": true, "errors": errors, "error": errors[at, chosen]}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="u(t)", xlabel="t", xlim=(0, 2.05), ylim=(-6.5, 8))
        (self.true,) = left.plot([], [], color=style.BLACK, lw=1.5)
        (self.curve,) = left.plot([], [], marker="o", ms=4)
        left.text(0.06, 7.2, "without dots: the solution", va="center")
        self.ending = left.text(0.06, -5.9, "", va="center")
        right.set(title="largest error, logarithmic", xlabel="steps", yscale="log")
        right.set(xlim=(0, 310), ylim=(1e-3, 400))
        right.minorticks_off()
        self.lines = [right.plot([], [], **look)[0] for look in INNER_LOOKS.values()]
        (self.here,) = right.plot([], [], "o", ms=10, mec="white")
        key(canvas, INNER_LOOKS, loc="outside upper center", ncols=3)

    def update(self, now):
        set_lines((self.true, self.curve), formulas.GRID, (now.true, now.u))
        self.curve.set(**INNER_LOOKS[now.inner])
        self.ending.set_text(f"u(2) = {fixed(now.u[-1], 2)}, true {fixed(now.true[-1], 2)}")
        steps = range(0, formulas.EPOCHS + 1, formulas.EVERY)
        for inner, line, errors in zip(formulas.INNER, self.lines, now.errors.T, strict=True):
            line.set_data(steps, errors)
            line.set_linewidth(3 if inner == now.inner else 1.2)
        self.here.set_data([now.steps], [now.error])
        self.here.set_markerfacecolor(INNER_LOOKS[now.inner]["color"])

    def describe(self, now):
        return (
            f"{now.equation}, after {now.steps} steps with u′ by {now.inner}: the network's u(2) is "
            f"{fixed(now.u[-1], 4)} where {fixed(now.true[-1], 4)} is right; its largest error on "
            f"0 … 2 is {brief(now.error)}."
        )
