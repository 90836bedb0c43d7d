"""The live figures of 16_loss_coordinates, in the order of the page."""

import math

import numpy as np
import torch

from helpers.loss_coordinates import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import set_lines, set_texts
from helpers.teaching.words import brief, fixed

__all__ = [  # noqa: RUF022
    "TurnedErrors",
    "StretchedDescent",
    "CarriedCovariance",
    "FrameThatMoves",
    "FarFromZero",
    "QuakesInTwoFrames",
]

AROUND = torch.linspace(0, 2 * math.pi, 121, dtype=torch.float64)
CIRCLE = torch.stack([AROUND.cos(), AROUND.sin()], 1)
SMALL = {"fontsize": style.points(12)}


def _bare(axes, limits, title):
    """Equal scale on both axes, no numbers."""
    axes.set(title=title, xlim=(-limits, limits), ylim=(-limits, limits), aspect="equal")
    axes.tick_params(labelleft=False, labelbottom=False, length=0)


def _segments(start, end):
    """x and y of separate lines from each row of `start` to that of `end`, for one plot."""
    gap = torch.full_like(start, math.nan)
    return torch.stack([start, end, gap], 1).reshape(-1, 2).T.numpy()


def _two_frames(canvas, limits):
    """The axes of the old and the turned frame, their lines (true, predicted), and a text in each."""
    both = canvas.subplots(1, 2)
    parts, values = [], []
    for axes, name in zip(both, ("old frame", "turned frame"), strict=True):
        _bare(axes, limits, name)
        lines = axes.plot([], [], "x", color=style.BLACK, ms=8, mew=2)
        parts.append(lines + axes.plot([], [], "o", color=style.BLUE, ms=6))
        values.append(axes.text(0.03, 0.04, "", transform=axes.transAxes))
    axes.text(0.97, 0.04, "× true  ● predicted", transform=axes.transAxes, ha="right", **SMALL)
    return both, parts, values


@figure(
    angle=Slider("angle", 0, 90, step=5, default=30, unit="°"),
    loss=Choice("loss", list(formulas.LOSSES), default="L1"),
)
class TurnedErrors:
    """Three points in two frames at one scale; curves of equal cost, and the steps of descent."""

    def measure(self, angle, loss):
        A, way = formulas.turning(angle), formulas.LOSSES[loss]
        p, y = formulas.PREDICTED, formulas.TRUE
        before, old = formulas.value_and_gradient(way, torch.eye(2).double())
        after, back = formulas.value_and_gradient(way, A)
        error, turned = (p - y)[0], ((p - y) @ A.T)[0]
        return {
            "A": A,
            "values": (before, after),
            "apart": (back - old).norm().item() / old.norm().item(),
            "steps": (-old, -back @ A.T),
            "rings": (
                formulas.equal_cost(loss, error, CIRCLE) + y[0],
                formulas.equal_cost(loss, turned, CIRCLE) + (y @ A.T)[0],
            ),
        }

    def draw(self, canvas):
        both, self.parts, self.values = _two_frames(canvas, 6.6)
        for axes, lines in zip(both, self.parts, strict=True):
            lines += axes.plot([], [], color=style.ORANGE, lw=4, alpha=0.8)
            lines += axes.plot([], [], color=style.BLUE, lw=1.4, ls="--")

    def update(self, now):
        for i, A in enumerate((torch.eye(2).double(), now.A)):
            p, y = formulas.PREDICTED @ A.T, formulas.TRUE @ A.T
            curves = y.T, p.T, _segments(p, p + 3 * now.steps[i]), now.rings[i].T
            for line, curve in zip(self.parts[i], curves, strict=True):
                line.set_data(*np.asarray(curve))
        set_texts(self.values, (f"loss {fixed(value)}" for value in now.values))

    def describe(self, now):
        return (
            f"{now.loss}, turned by {now.angle}°: {fixed(now.values[0], 6)} in the old frame, "
            f"{fixed(now.values[1], 6)} in the turned one. Turned back, the gradient differs by "
            f"{100 * now.apart:.0f} %."
        )


@figure(
    stretch=Slider("stretch", 0.5, 2.5, step=0.25, default=2.0),
    shear=Slider("shear", -1.0, 1.0, step=0.25, default=0.0),
)
class StretchedDescent:
    """One point's way by the old squared error and by the new one, and both losses by step."""

    def measure(self, stretch, shear):
        A = formulas.stretching(stretch, shear)
        e = formulas.PREDICTED[0] - formulas.TRUE[0]
        ring = formulas.TRUE[0] + (A @ e).norm() * CIRCLE @ torch.linalg.inv(A).T
        ways = [formulas.descent(m) for m in (torch.eye(2).double(), A)]
        return {"ring": ring, "ways": ways}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(
            xlim=(-1.5, 5.5), ylim=(-1, 6), aspect="equal", title="the point's way (old frame)"
        )
        left.tick_params(labelleft=False, labelbottom=False, length=0)
        right.set(title="loss by step", yscale="log", ylim=(1e-8, 60), xlim=(-1, 41))
        left.plot(*formulas.TRUE[0].numpy(), "x", color=style.BLACK, ms=9, mew=2)
        ring = formulas.TRUE[0] + (formulas.PREDICTED[0] - formulas.TRUE[0]).norm() * CIRCLE
        left.plot(*ring.T.numpy(), color=style.BLUE, lw=1.2, ls="--")
        (self.ring,) = left.plot([], [], color=style.VERMILION, lw=1.2, ls="--")
        self.ways, self.losses = [], []
        for colour, mark, name in ((style.BLUE, "o", "old"), (style.VERMILION, "s", "new")):
            self.ways += left.plot([], [], "-", marker=mark, color=colour, ms=4)
            self.losses += right.plot([], [], color=colour, label=f"{name} squared error")
        right.legend(loc="upper right")

    def update(self, now):
        self.ring.set_data(*now.ring.T.numpy())
        for way, (path, _) in zip(self.ways, now.ways, strict=True):
            way.set_data(*path.T.numpy())
        set_lines(self.losses, range(41), (losses.clamp(min=1e-9) for _, losses in now.ways))

    def describe(self, now):
        (old, a), (new, b) = now.ways
        away = (old[1] - new[1]).norm().item()
        return (
            f"Stretch {now.stretch:g}, shear {fixed(now.shear, 2)}: the loss starts at "
            f"{brief(a[0])} in the old frame and at {brief(b[0])} in the new one. The first steps "
            f"end {fixed(away, 2)} apart. After 40 steps the losses are {brief(a[-1])} and "
            f"{brief(b[-1])}."
        )


@figure(
    angle=Slider("angle", 0, 90, step=5, default=30, unit="°"),
    correlation=Slider("correlation", -0.8, 0.8, step=0.2, default=0.6),
    what=Choice("what of the covariance is turned", list(formulas.CARRIED), default="nothing"),
)
class CarriedCovariance:
    """Three predictions with ellipses of their covariance in both frames, and both mean NLLs."""

    def measure(self, angle, correlation, what):
        A, cov = formulas.turning(angle), formulas.covariance(correlation)
        new = formulas.carried(cov, A, what)
        p, y = formulas.PREDICTED, formulas.TRUE
        values = [
            formulas.gaussian_nll(p @ m.T, y @ m.T, c).mean().item()
            for m, c in ((torch.eye(2).double(), cov), (A, new))
        ]
        return {"A": A, "covs": (cov, new), "values": values}

    def draw(self, canvas):
        both, self.parts, self.values = _two_frames(canvas, 5.2)
        for axes, lines in zip(both, self.parts, strict=True):
            lines += axes.plot([], [], color=style.VERMILION, lw=1.6)

    def update(self, now):
        for i, A in enumerate((torch.eye(2).double(), now.A)):
            p, y = formulas.PREDICTED @ A.T, formulas.TRUE @ A.T
            ring = 1.5 * CIRCLE @ torch.linalg.cholesky(now.covs[i]).T
            gap = torch.full((1, 2), math.nan).double()
            rings = torch.cat([part for q in p for part in (q + ring, gap)])
            for line, curve in zip(self.parts[i], (y.T, p.T, rings.T), strict=True):
                line.set_data(*curve.numpy())
        set_texts(self.values, (f"NLL {fixed(value)}" for value in now.values))

    def describe(self, now):
        return (
            f"Turned by {now.angle}°, correlation {fixed(now.correlation, 1)}, of the covariance "
            f"{now.what} is turned along: mean NLL {fixed(now.values[0])} in the old frame, "
            f"{fixed(now.values[1])} in the turned one."
        )


@figure(
    start=Slider("first angle", 0, 150, step=10, default=20, unit="°"),
    costly=Choice("costly errors", list(formulas.COSTLY), default="along"),
    program=Choice("program", ["not detached", "detached"], default="not detached"),
)
class FrameThatMoves:
    """The quakes' errors with the frame where descent ends, and the frame's angle by step."""

    def measure(self, start, costly, program):
        return {"angles": formulas.angle_by_step(start, costly, program == "detached")}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(xlim=(-13, 13), ylim=(-16, 16), aspect="equal", title="errors, in 100 km")
        left.plot(*formulas.tonga_errors().T.numpy(), ".", color=style.SKY, ms=3)
        right.set(xlim=(-4, 204), ylim=(-35, 180), title="angle in degrees by step")
        right.axhline(formulas.REPORTED, color=style.GREY, ls="--", lw=1.2)
        right.text(200, formulas.REPORTED + 4, "the chart: 70°", ha="right", **SMALL)
        right.set_yticks([0, 45, 90, 135, 180])
        (self.along,) = left.plot([], [], color=style.VERMILION, lw=3, label="along")
        (self.across,) = left.plot([], [], color=style.BLACK, lw=3, ls=":", label="across")
        left.legend(loc="lower right")
        (self.line,) = right.plot([], [], color=style.VERMILION)
        (self.dot,) = right.plot([], [], "o", color=style.VERMILION, ms=8)

    def update(self, now):
        end = math.radians(now.angles[-1])
        along = 11 * np.array([math.cos(end), math.sin(end)])
        self.along.set_data(*np.stack([-along, along]).T)
        self.across.set_data(*np.stack([-along, along])[:, ::-1].T * [[-1], [1]])
        self.line.set_data(range(len(now.angles)), now.angles)
        self.dot.set_data([len(now.angles) - 1], [now.angles[-1]])

    def describe(self, now):
        return (
            f"Errors {now.costly} the frame cost four times as much, {now.program}: from "
            f"{now.start}° the angle goes to {fixed(now.angles[-1], 1)}° in 200 steps. The chart "
            "says 70°."
        )


@figure(
    shift=LogSlider("shift", 0, 8, per_decade=1, default=1e6),
    dtype=Choice("dtype", ["float32", "float64"], default="float32"),
)
class FarFromZero:
    """Three errors near 0.01: relative errors of the MSE and its gradient after a shift."""

    SHIFTS = np.logspace(0, 8, 33)

    def measure(self, shift, dtype):
        kind = getattr(torch, dtype)
        curves = np.array([formulas.shifted(s, kind) for s in self.SHIFTS])
        return {"curves": curves, "here": formulas.shifted(shift, kind)}

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xscale="log", yscale="log", xlim=(0.7, 1.5e8), ylim=(1e-16, 1e5), xlabel="shift")
        axes.set(title="relative error (errors of 0.01)", yticks=[1e-15, 1e-10, 1e-5, 1])
        axes.axhline(1, color=style.GREY, lw=1)
        self.lines, self.dots = [], []
        for colour, dash, name in ((style.BLUE, "-", "loss"), (style.VERMILION, "--", "gradient")):
            self.lines += axes.plot([], [], dash, color=colour, label=name)
            self.dots += axes.plot([], [], "o", color=colour, ms=9)
        axes.legend(loc="upper left")
        self.text = axes.text(0.98, 0.05, "", transform=axes.transAxes, ha="right")

    def update(self, now):
        set_lines(self.lines, self.SHIFTS, now.curves.T.clip(1e-16))
        set_lines(self.dots, [now.shift], ([max(error, 1e-16)] for error in now.here))
        self.text.set_text(f"loss {brief(now.here[0], 2)}, gradient {brief(now.here[1], 2)}")

    def describe(self, now):
        return (
            f"{now.dtype}, shifted by {brief(now.shift)}: the relative error of the loss is "
            f"{brief(now.here[0], 2)}, that of the gradient {brief(now.here[1], 2)}."
        )


@figure(
    angle=Slider("angle", 0, 90, step=15, default=30, unit="°"),
    loss=Choice("loss", list(formulas.FITS), default="L1"),
)
class QuakesInTwoFrames:
    """Quakes from above, where a fit in each frame puts them by depth, and how far these differ."""

    def measure(self, angle, loss):
        place = formulas.FITS.index(loss)
        weights = formulas.stored()["weights"]
        d = torch.linspace(0.4, 6.8, 33, dtype=torch.float64)
        x = torch.stack([torch.ones_like(d), d, d.square()], 1)
        moved = [formulas.over_splits("moved", name, angle) for name in formulas.FITS]
        at = formulas.ANGLES.index(angle)
        return {
            "curves": [(x @ weights[a, place]).T.numpy() for a in (0, at)],
            "moved": [(m.min().item(), m.quantile(0.5).item(), m.max().item()) for m in moved],
            "place": place,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="from above (part), in 100 km", xlabel="east")
        left.set(xlim=(-5.5, 4.5), ylim=(-5, 7.5))
        left.plot(*formulas.tonga()[1].T.numpy(), ".", color="#BBBBBB", ms=3)
        (old,) = left.plot([], [], "-", color=style.BLUE, lw=3, label="fit, old frame")
        (turned,) = left.plot([], [], "--", color=style.VERMILION, lw=3, label="fit, turned frame")
        self.curves = old, turned
        left.legend(loc="lower left", frameon=True, edgecolor="none", framealpha=1)
        white = dict(facecolor="white", edgecolor="none", pad=1.5)
        self.angle = left.text(0.97, 0.94, "", transform=left.transAxes, ha="right", bbox=white)
        right.set(xlim=(-3, 75), ylim=(-0.7, 5.6), title="km moved by the turn")
        right.set_yticks(range(6), formulas.FITS)
        right.invert_yaxis()
        self.bars = [right.plot([], [], color=style.GREY, lw=3)[0] for _ in formulas.FITS]
        (self.dots,) = right.plot([], [], "o", color=style.GREY, ms=6)
        (self.chosen,) = right.plot([], [], "o", color=style.VERMILION, ms=10)

    def update(self, now):
        for line, curve in zip(self.curves, now.curves, strict=True):
            line.set_data(*curve)
        for i, (low, _, high) in enumerate(now.moved):
            self.bars[i].set_data([low, high], [i, i])
        middle = [m[1] for m in now.moved]
        self.dots.set_data(middle, range(6))
        self.chosen.set_data([middle[now.place]], [now.place])
        self.angle.set_text(f"turned by {now.angle}°")

    def describe(self, now):
        low, middle, high = now.moved[now.place]
        return (
            f"{now.loss}, trained in a frame turned by {now.angle}°: on unseen quakes the "
            f"predictions lie {middle:.1f} km from those of the old frame (median of 20 splits, "
            f"from {low:.1f} to {high:.1f} km)."
        )
