"""The widget that shows a live figure on a page and answers its controls."""

import base64
from pathlib import Path

import anywidget
import traitlets
from IPython import get_ipython

from helpers.teaching import style
from helpers.teaching.card import card
from helpers.teaching.figure import LiveFigure


def _text(name):
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


class Live(anywidget.AnyWidget):
    """The widget of a live figure; `live(figure)` makes it."""

    # The text, not the path: anywidget keeps every widget whose script is a file that it watches.
    _esm = _text("live.js")
    _css = _text("live.css")

    card = traitlets.Unicode().tag(sync=True)
    start = traitlets.List(traitlets.Int()).tag(sync=True)
    texts = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)

    def __init__(self, figure: LiveFigure):
        controls = figure.controls.values()
        self.figure = figure
        self._picture, self._alt = figure.render(), figure.describe()
        super().__init__(
            card=card(figure, self._picture, self._alt),
            start=[control.index(control.default) for control in controls],
            texts=[[control.text(value) for value in control.values()] for control in controls],
        )
        self.on_msg(self._answer)

    def _answer(self, _, wish, buffers):
        """Send the frame at the indices that the page wishes, or why it can't be had."""
        values = self.figure.values_at(wish["indices"])
        try:
            picture, alt = self.figure.render(**values), self.figure.describe(**values)
        except Exception as error:
            self.send({**wish, "error": _complaint(self.figure, values, error)})
        else:
            self.send({**wish, "alt": alt}, [picture])

    def _repr_mimebundle_(self, **_):
        """The widget, and what stands in for it where no kernel has run: card, PNG, words."""
        data, _metadata = super()._repr_mimebundle_()
        data |= {
            "text/html": self.card,
            "image/png": base64.b64encode(self._picture).decode(),
            "text/plain": self._alt,
        }
        size = {"width": style.WIDTH, "height": style.HEIGHT, "alt": self._alt}
        return data, {"image/png": size}


def _complaint(figure, values, error):
    settings = ", ".join(
        f"{control.label} = {control.text(values[name])}"
        for name, control in figure.controls.items()
    )
    return f"This picture can't be drawn at {settings}: {type(error).__name__}: {error}"


_shown = {}  # cell id → (execution count, the widgets that it shows)


def live(figure: LiveFigure) -> Live:
    """Show a figure with its controls; run again, a cell lets go of what it showed before."""
    shell = get_ipython()
    widget = Live(figure)
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId")
    if cell:
        run, widgets = _shown.get(cell, (None, []))
        if run != shell.execution_count:
            for old in widgets:
                old.layout.close()  # a widget of its own, which `close` forgets
                old.close()
            widgets = []
        _shown[cell] = shell.execution_count, [*widgets, widget]
    return widget
