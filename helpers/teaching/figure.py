"""A live figure: a picture as a pure function of its controls.

A figure is a class that is decorated with its controls:

    @figure(rate=Slider("rate", 0.0, 0.9, step=0.1, default=0.2))
    class DropoutMoments:
        def measure(self, rate): ...    # once a setting: a dict of what picture and words need
        def draw(self, canvas): ...     # once: axes and artists; what it keeps in self, moves
        def update(self, now): ...      # moves these artists
        def describe(self, now): ...    # says in words what the picture then shows

`now.rate` is the control's value, and `now.mean` what `measure` returned as "mean". `measure` may
be left out. It must not use what `draw` makes, since words are asked for without a picture too.

What stands still is drawn once and kept; a frame restores it and draws the rest.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from helpers.teaching import style
from helpers.teaching.controls import Choice, Control, LogSlider, Slider
from helpers.teaching.raster import Canvas, Still

__all__ = ["Choice", "LiveFigure", "LogSlider", "Slider", "figure"]


def figure(**controls: Control) -> Callable[[type], "LiveFigure"]:
    """Class decorator: makes a live figure of a class with `draw`, `update` and `describe`."""

    def decorate(drawing):
        return LiveFigure(drawing, controls)

    return decorate


# JupyterLab may answer a control in a thread of its own while a cell runs.
_drawing = threading.RLock()


class LiveFigure:
    """A picture as a pure function of its controls.

    Attributes: `controls` (dict from keyword to Control), `name`.
    """

    def __init__(self, drawing: type, controls: dict[str, Control]):
        self.name = drawing.__name__
        self.controls = controls
        self.__doc__ = drawing.__doc__
        self.__module__ = drawing.__module__
        self._drawing = drawing()
        self._newest = None  # values, and the namespace that was made of them

    @property
    def defaults(self) -> dict[str, Any]:
        """The values that the picture starts with, by keyword."""
        return {name: control.default for name, control in self.controls.items()}

    def values_at(self, indices: Iterable[int]) -> dict[str, Any]:
        """The values at these positions of the controls, in order, by keyword."""
        return {
            name: control.values()[index]
            for (name, control), index in zip(self.controls.items(), indices, strict=True)
        }

    def render(self, **values: Any) -> bytes:
        """The picture as PNG bytes, 900×540 pixels; a missing value is its control's default.

        The same values give the same bytes. Raises ValueError for a value that is no setting,
        TypeError for a name that is no control, and whatever the figure itself raises.
        """
        values = self._complete(values)
        _, still, moving = self._stage
        with _drawing:
            still.restore()
            self._drawing.update(self._now(values))
            for owner, artist in moving:
                owner.draw_artist(artist)
            return still.png()

    def describe(self, **values: Any) -> str:
        """The alt text: what the picture shows at these values. Raises as `render` does."""
        values = self._complete(values)
        with _drawing:
            return self._drawing.describe(self._now(values))

    def artists(self, **values: Any) -> tuple[Figure, list[Artist]]:
        """Matplotlib's figure at these values, and what moves in it, from back to front.

        Raises as `render` does.
        """
        canvas, _, moving = self._stage
        with _drawing:
            self._drawing.update(self._now(self._complete(values)))
        return canvas.figure, [artist for _, artist in moving]

    def _complete(self, values):
        unknown = values.keys() - self.controls.keys()
        if unknown:
            raise TypeError(
                f"{self.name} has no control {sorted(unknown)[0]!r}; it has {list(self.controls)}."
            )
        return {
            name: control.values()[control.index(values.get(name, control.default))]
            for name, control in self.controls.items()
        }

    def _now(self, values):
        """The values and what is measured there; the newest are remembered, and measured once."""
        if self._newest is None or self._newest[0] != values:
            measure = getattr(self._drawing, "measure", None)
            measured = measure(**values) if measure else {}
            # Twice the same name is a TypeError.
            self._newest = values, SimpleNamespace(**values, **measured)
        return self._newest[1]

    @cached_property
    def _stage(self):
        """Canvas, what stands still on it, and moving artists, drawn once with the default values."""
        with _drawing, rc_context(style.rc()):
            picture = Figure(
                figsize=(style.WIDTH / 100, style.HEIGHT / 100),
                dpi=100 * style.PIXEL_RATIO,
                layout="constrained",
            )
            canvas = Canvas(picture)
            self._drawing.draw(picture)
            for artist in kept_artists(vars(self._drawing).values()):
                artist.set_animated(True)
            self._drawing.update(self._now(self.defaults))
            if picture.axes:  # without any there is nothing to lay out
                picture.get_layout_engine().execute(picture)
            picture.set_layout_engine("none")
            canvas.draw()
        moving = [
            (owner, artist)
            for owner in (*picture.axes, picture)
            for artist in sorted(owner.get_children(), key=lambda artist: artist.zorder)
            if artist.get_animated()
        ]
        return canvas, Still(canvas), moving


def kept_artists(kept: Iterable) -> Iterator[Artist]:
    """The artists in `kept`, those in lists, tuples (so containers of bars) and dicts as well.

    Axes and figures are left out: they are where artists move, and stand still themselves.
    """
    for item in kept:
        if isinstance(item, dict):
            yield from kept_artists(item.values())
        elif isinstance(item, (list, tuple)):
            yield from kept_artists(item)
        elif isinstance(item, Artist) and not isinstance(item, (Axes, FigureBase)):
            yield item
