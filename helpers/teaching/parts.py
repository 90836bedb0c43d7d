"""Parts that pictures share: keys, named ticks, texts, heights of bars, and marks in sight."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.text import Text

from helpers.teaching import style
from helpers.teaching.words import tick


def key(owner: Figure | Axes, looks: dict[str, dict], **place: Any) -> None:
    """A legend that stands still while its lines move. `looks`: label → how its line is drawn."""
    handles = [Line2D([], [], label=label, **look) for label, look in looks.items()]
    owner.legend(handles=handles, **place)


def ticks(axes: Axes, x: Iterable | None = None, y: Iterable | None = None) -> None:
    """Name these places of the axes, and no others. A dict says how: {800: "∞"}."""
    for set_ticks, places in ((axes.set_xticks, x), (axes.set_yticks, y)):
        if places is not None:
            named = places if isinstance(places, dict) else {at: tick(at) for at in places}
            set_ticks(list(named), list(named.values()))
    axes.minorticks_off()


def corner(axes: Axes, x: float = 0.97, y: float = 0.97) -> Text:
    """An empty text in the upper right corner of the axes, or in the left one if x is small."""
    side = "left" if x < 0.5 else "right"
    return axes.text(x, y, "", ha=side, va="top", transform=axes.transAxes)


def set_heights(bars: Iterable[Artist], heights: Iterable) -> None:
    """Give each bar its height."""
    for bar, height in zip(bars, heights, strict=True):
        bar.set_height(float(height))


def set_texts(texts: Iterable[Text], words: Iterable[str]) -> None:
    """Give each text its words."""
    for text, its_words in zip(texts, words, strict=True):
        text.set_text(its_words)


def set_lines(lines: Iterable[Line2D], x: Any, curves: Iterable) -> None:
    """Give each line its curve over the same `x`."""
    for line, curve in zip(lines, curves, strict=True):
        line.set_data(x, curve)


def set_dots(dots: Iterable[Line2D], x: float, values: Iterable[float]) -> None:
    """Put each dot at `x`, at the height of its own value."""
    for dot, value in zip(dots, values, strict=True):
        dot.set_data([x], [value])


def histogram(axes: Axes, edges: np.ndarray) -> StepPatch:
    """A histogram without values; `set_data` gives it the `shares` of its bars."""
    look = {"fill": True, "facecolor": style.SKY, "edgecolor": style.BLUE}
    return axes.stairs(np.zeros(len(edges) - 1), edges, **look)


def shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Which share of the values lies between each two edges."""
    counts, _ = np.histogram(values, edges)
    return counts / len(values)


def in_sight(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The values of a curve, with a gap where they lie below `low` or above `high`."""
    return np.where((values >= low) & (values <= high), values, np.nan)


def set_mark(mark: Line2D, x: float, y: float, low: float, high: float, shape: str) -> None:
    """Put a mark at (x, y). Where y is out of sight, it is an arrowhead at `low` or `high`."""
    mark.set_data([x], [min(max(y, low), high)])
    mark.set_marker("v" if y < low else "^" if y > high else shape)
