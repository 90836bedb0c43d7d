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
    """The widget of a live figure; `show(figure)` makes it."""

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
        """The widget, and what stands in for it where no kernel has run: card, PNG, words.

        Where nobody can answer, as under nbconvert --execute, the widget is left out: an export
        would load it from the network, and would not show what stands in for it.
        """
        data, metadata = super()._repr_mimebundle_()
        if not _page_is_there():
            data, metadata = {}, {}
        data |= {
            "text/html": self.card,
            "image/png": base64.b64encode(self._picture).decode(),
            "text/plain": self._alt,
        }
        size = {"width": style.WIDTH, "height": style.HEIGHT, "alt": self._alt}
        return data, metadata | {"image/png": size}


def _request():
    """The message that asked for the running cell; an empty dict outside a kernel."""
    shell = get_ipython()
    return shell.get_parent() if hasattr(shell, "get_parent") else {}


def _page_is_there():
    """Whether the cell was run from a page: pages let a cell ask for input, programs do not."""
    return _request().get("content", {}).get("allow_stdin", True)


def _complaint(figure, values, error):
    settings = ", ".join(
        f"{control.label} = {control.text(values[name])}"
        for name, control in figure.controls.items()
    )
    return f"This picture can't be drawn at {settings}: {type(error).__name__}: {error}"


PAGES = 3  # so many open pages can show what one cell of one kernel has made
_shown = {}  # cell id → {page: (execution count, the widgets that it shows)}, the newest last


def show(figure: LiveFigure) -> Live:
    """What `live` does: see helpers.teaching.live."""
    shell, request, widget = get_ipython(), _request(), Live(figure)
    cell = request.get("metadata", {}).get("cellId")
    if cell:
        pages, page = _shown.setdefault(cell, {}), request.get("header", {}).get("session")
        run, widgets = pages.pop(page, (None, []))
        if run != shell.execution_count:
            _close(widgets)
            widgets = []
        pages[page] = shell.execution_count, [*widgets, widget]
        if len(pages) > PAGES:
            _, oldest = pages.pop(next(iter(pages)))
            _close(oldest)
    return widget


def _close(widgets):
    for widget in widgets:
        widget.layout.close()  # a widget of its own, which `close` forgets
        widget.close()
