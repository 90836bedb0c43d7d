"""The live figures of 16_loss_coordinates, in the order of the page."""

import math

import torch

from helpers.loss_coordinates import formulas
from helpers.teaching import style
from helpers.teaching.figure import Slider, figure
from helpers.teaching.words import fixed

__all__ = ["TurnedCoordinates"]


@figure(
    angle=Slider("angle", 0, 90, step=5, default=30, unit="°"),
    shear=Slider("shear", -0.6, 0.6, step=0.1, default=0.0),
    stretch=Slider("stretch", 0.5, 1.5, step=0.1, default=1.0),
    shift=Slider("shift", 0.0, 2.0, step=0.5, default=1.0),
)
class TurnedCoordinates:
    """Predictions and truths in two coordinate systems: four losses and the gradients of MSE."""

    def measure(self, angle, shear, stretch, shift):
        A = formulas.turning(angle, shear, stretch)
        before, after = formulas.losses_in(formulas.turning(0)), formulas.losses_in(A, shift)
        losses = {name: (float(before[name]), float(after[name])) for name in before}
        return {"A": A, "losses": losses}

    def draw(self, canvas):
        grid = canvas.add_gridspec(1, 3, width_ratios=[1, 1, 1])
        old, new, right = (canvas.add_subplot(grid[0, i]) for i in range(3))
        old.set(title="old system", xlim=(-2.7, 5.6), ylim=(-6.2, 6.2))
        new.set(title="new system", xlim=(-5.4, 7.6), ylim=(-8, 11.4))
        for axes in (old, new):
            axes.set_aspect("equal")
            axes.tick_params(labelleft=False, labelbottom=False, length=0)
        self.parts = []
        for axes in (old, new):
            lines = axes.plot([], [], "x", color=style.BLACK, ms=7, mew=2)  # the truths
            lines += axes.plot([], [], "o", color=style.BLUE, ms=5)  # the predictions
            lines += axes.plot([], [], color=style.BLUE, lw=5, alpha=0.55)  # their steps
            lines += axes.plot([], [], color=style.BLUE, lw=1.2, ls="--")  # equally wrong points
            self.parts.append(lines)
        (self.back,) = old.plot([], [], color=style.VERMILION, lw=2)
        (self.ellipse,) = old.plot([], [], color=style.VERMILION, lw=1.5)
        small = {"ha": "center", "fontsize": style.points(12)}
        words = "broad: descent by old MSE\nthin: by new MSE"
        old.text(0.5, 0.02, words, transform=old.transAxes, **small)
        new.text(0.5, 0.02, "× truth   ● prediction", transform=new.transAxes, **small)
        right.set(title="loss: ○ old  ◆ new", xlim=(0.3, 40), xscale="log", ylim=(-0.7, 3.8))
        right.set_xticks([0.5, 2, 10], ["0.5", "2", "10"])
        right.minorticks_off()
        right.set_yticks([])
        self.dots, self.lines, self.words = [], [], []
        for i, (name, value) in enumerate(formulas.losses_in(formulas.turning(0)).items()):
            height, small = 3 - i, {"va": "center", "fontsize": style.points(12)}
            right.text(0.33, height + 0.3, name, va="center")
            self.lines += right.plot([], [], color=style.GREY, lw=2)
            right.plot(value, height, "o", ms=11, mfc="none", mec=style.BLUE, mew=2)
            self.dots += right.plot([], [], "D", ms=6, color=style.VERMILION)
            self.words.append(right.text(0.33, height - 0.27, "", **small))

    def update(self, now):
        A, p, y = now.A, formulas.PREDICTED, formulas.TRUE
        around = torch.linspace(0, 2 * math.pi, 61, dtype=torch.float64)
        circle = torch.stack([around.cos(), around.sin()], 1)
        direct, back = (y - p), (y - p) @ (A.T @ A)
        ring = y[0] + direct[0].norm() * circle
        # points that the new MSE charges as much as the first prediction: |A·d| = |A·(p − y)|
        ellipse = y[0] + (A @ direct[0]).norm() * circle @ torch.linalg.inv(A).T
        for lines, change in zip(
            self.parts, (lambda z: z, lambda z: formulas.transform(z, A, now.shift)), strict=True
        ):
            steps = _segments(change(p), change(p + 0.4 * direct))
            curves = change(y).T.numpy(), change(p).T.numpy(), steps, change(ring).T.numpy()
            for line, curve in zip(lines, curves, strict=True):
                line.set_data(*curve)
        self.ellipse.set_data(*ellipse.T.numpy())
        self.back.set_data(*_segments(p, p + 0.4 * back))
        for i, (before, after) in enumerate(now.losses.values()):
            self.dots[i].set_data([after], [3 - i])
            self.lines[i].set_data([before, after], [3 - i] * 2)
            self.words[i].set_text(f"{before:.3f} → {after:.3f}")

    def describe(self, now):
        told = ", ".join(f"{name} {a:.3f} → {b:.3f}" for name, (a, b) in now.losses.items())
        return (
            f"Turned by {now.angle}°, shear {fixed(now.shear, 1)}, stretch {now.stretch:g}, "
            f"shift {now.shift:g}: {told}."
        )


def _segments(start, end):
    """x and y of separate lines from each row of `start` to that of `end`, for one plot."""
    gap = torch.full_like(start, math.nan)
    return torch.stack([start, end, gap], 1).reshape(-1, 2).T.numpy()
