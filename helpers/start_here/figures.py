"""The live figure of the start page."""

import numpy as np

from helpers.start_here import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, figure
from helpers.teaching.words import brief

__all__ = ["StepOfDerivative"]

X = 1.0
FLOOR = 1e-13  # an error below this is drawn at the lower edge
DTYPES = {"float64": np.float64, "float32": np.float32}


@figure(
    h=LogSlider("step h", -16, 0, per_decade=2, default=1e-2),
    scheme=Choice("quotient", list(formulas.SCHEMES), default="forward"),
    dtype=Choice("number format", list(DTYPES), default="float64"),
)
class StepOfDerivative:
    """A secant of the sine at 1, and the error of its slope against the step."""

    H = np.logspace(-16, 0, 161)

    def measure(self, h, scheme, dtype):
        number = DTYPES[dtype]
        return {
            "slope": formulas.difference_quotient(np.sin, number(X), number(h), scheme),
            "error": formulas.sine_error(h, scheme, number),
            "errors": formulas.sine_error(self.H, scheme, number),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[2, 3])
        x = np.linspace(-0.3, 2.4, 200)
        left.plot(x, np.sin(x), color=style.GREY)
        left.set(title="sin x and its secant", xlabel="x", xlim=(-0.3, 2.4), ylim=(-0.5, 1.6))
        (self.secant,) = left.plot([], [], color=style.BLUE)
        (self.ends,) = left.plot([], [], "o", color=style.BLUE)

        right.set(title="error of the slope", xlabel="step h", xscale="log", yscale="log")
        right.set(xlim=(3e-17, 3), ylim=(FLOOR / 3, 3))
        (self.curve,) = right.plot([], [], color=style.GREY, lw=1.2)
        (self.here,) = right.plot([], [], "o", color=style.BLUE, markersize=9)
        self.readout = right.text(0.98, 0.03, "", ha="right", transform=right.transAxes)

    def update(self, now):
        start, end = X - now.h if now.scheme == "central" else X, X + now.h
        x = np.array([-0.3, 2.4])
        self.secant.set_data(x, np.sin(start) + now.slope * (x - start))
        self.ends.set_data([start, end], np.sin([start, end]))
        self.curve.set_data(self.H, np.maximum(now.errors, FLOOR))
        self.here.set_data([now.h], [max(now.error, FLOOR)])
        self.readout.set_text(f"error {brief(now.error, 2)}")

    def describe(self, now):
        return (
            f"The {now.scheme} quotient of sin at 1 with step {brief(now.h)} in {now.dtype} misses "
            f"cos 1 by {brief(now.error)}. Its error against the step has the shape of a V."
        )
