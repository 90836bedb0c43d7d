"""The inputs of a live figure. Each has finitely many settings, so that a page can keep them all."""

import copy
import math
from collections.abc import Iterable
from typing import Any

from helpers.teaching.words import brief


class Control:
    """One input of a figure, with finitely many settings.

    Attributes: `label` (visible), `unit` (written behind a value), `default` (one of `values()`).
    """

    def __init__(self, label: str, values: Iterable, default: Any, unit: str = ""):
        self.label, self.unit, self._values = label, unit, tuple(values)
        self.default = self._values[self.index(default)]

    def values(self) -> tuple:
        """All settings in the order of the control."""
        return self._values

    def index(self, value: Any) -> int:
        """Position of `value` among the settings. Raises ValueError if it is none of them."""
        for index, setting in enumerate(self._values):
            if setting == value or _close(setting, value):
                return index
        first, last = self._values[0], self._values[-1]
        raise ValueError(
            f"{self.label!r} has no setting {value!r}; "
            f"its {len(self._values)} settings go from {first!r} to {last!r}."
        )

    def only(self, indices: Iterable[int]) -> "Control":
        """The same control with these of its settings; the default must be one of them."""
        fewer = copy.copy(self)
        fewer._values = tuple(self._values[index] for index in indices)
        return fewer

    def text(self, value: Any) -> str:
        """The setting as the page writes it, with its unit."""
        number = brief(value, 6) if isinstance(value, float) else str(value).replace("-", "−")
        return f"{number} {self.unit}".strip()


class Slider(Control):
    """Evenly spaced numbers from `start` to `stop`, both included; ints if all three are ints.

    Raises ValueError if steps of `step` do not lead from `start` to `stop`.
    """

    def __init__(
        self,
        label: str,
        start: float,
        stop: float,
        *,
        step: float,
        default: float,
        unit: str = "",
    ):
        count = round((stop - start) / step)
        if count < 1 or not math.isclose(start + count * step, stop, abs_tol=1e-9):
            raise ValueError(f"{label!r}: steps of {step} do not lead from {start} to {stop}.")
        values = [start + i * step for i in range(count + 1)]
        if not all(isinstance(v, int) for v in (start, stop, step)):
            values = [round(v, 10) for v in values]
        super().__init__(label, values, default, unit)


class LogSlider(Control):
    """Powers of ten from 10**`start` to 10**`stop`, `per_decade` steps each, to three digits."""

    def __init__(
        self,
        label: str,
        start: float,
        stop: float,
        *,
        per_decade: int = 1,
        default: float,
        unit: str = "",
    ):
        count = round((stop - start) * per_decade)
        values = [float(f"{10 ** (start + i / per_decade):.3g}") for i in range(count + 1)]
        super().__init__(label, values, default, unit)


class Choice(Control):
    """One of several words."""

    def __init__(self, label: str, options: Iterable[str], default: str):
        super().__init__(label, options, default)

    def text(self, value: str) -> str:
        """The word itself."""
        return value


def _close(a, b):
    return (
        not isinstance(a, (str, bool))
        and not isinstance(b, (str, bool))
        and math.isclose(a, b, rel_tol=1e-9)
    )
