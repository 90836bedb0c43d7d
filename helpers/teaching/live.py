"""Live figures: a picture with its controls, answered within one frame of the screen.

A figure is a class with `draw`, `update` and `describe`, decorated with its controls:

    @figure(rate=Slider("rate", 0.0, 0.9, step=0.1, default=0.2))
    class DropoutMoments:
        def draw(self, canvas): ...        # once: axes and artists; what moves is animated=True
        def update(self, rate): ...        # moves these artists
        def describe(self, rate): ...      # says in words what the picture then shows

Everything that is not animated is drawn once and kept; a frame restores it and draws the rest.
The controls have finitely many settings, so the page can keep every frame that it has seen.
"""

import base64
import html
import io
import math
import threading
from functools import cached_property
from pathlib import Path

import anywidget
import traitlets
from IPython import get_ipython
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from helpers.teaching import style


class Control:
    """One input of a figure, with finitely many settings.

    Attributes: `label` (visible), `unit` (written behind a value), `default` (one of `values()`).
    """

    def __init__(self, label, values, default, unit=""):
        self.label, self.unit, self._values = label, unit, tuple(values)
        self.default = self._values[self.index(default)]

    def values(self):
        """All settings in the order of the control, as a tuple."""
        return self._values

    def index(self, value):
        """Position of `value` among the settings. Raises ValueError if it is none of them."""
        for index, setting in enumerate(self._values):
            if setting == value or _close(setting, value):
                return index
        first, last = self._values[0], self._values[-1]
        raise ValueError(
            f"{self.label!r} has no setting {value!r}; "
            f"its {len(self._values)} settings go from {first!r} to {last!r}."
        )

    def text(self, value):
        """The setting as the page writes it, with its unit."""
        return f"{_number(value)} {self.unit}".strip()


class Slider(Control):
    """Evenly spaced numbers from `start` to `stop`, both included; ints if all three are ints."""

    def __init__(self, label, start, stop, *, step, default, unit=""):
        count = round((stop - start) / step)
        if count < 1 or not math.isclose(start + count * step, stop, abs_tol=1e-9):
            raise ValueError(f"{label!r}: steps of {step} do not lead from {start} to {stop}.")
        values = [start + i * step for i in range(count + 1)]
        if not all(isinstance(v, int) for v in (start, stop, step)):
            values = [round(v, 10) for v in values]
        super().__init__(label, values, default, unit)


class LogSlider(Control):
    """Powers of ten from 10**`start` to 10**`stop`, `per_decade` steps each, to three digits."""

    def __init__(self, label, start, stop, *, per_decade=1, default, unit=""):
        count = round((stop - start) * per_decade)
        values = [float(f"{10 ** (start + i / per_decade):.3g}") for i in range(count + 1)]
        super().__init__(label, values, default, unit)


class Choice(Control):
    """One of several words."""

    def __init__(self, label, options, default):
        super().__init__(label, options, default)


def _close(a, b):
    return (
        not isinstance(a, (str, bool))
        and not isinstance(b, (str, bool))
        and math.isclose(a, b, rel_tol=1e-9)
    )


def _number(value):
    """A number in print: a true minus sign, powers of ten as 3·10⁻⁵."""
    if not isinstance(value, float):
        return str(value).replace("-", "−") if isinstance(value, int) else str(value)
    digits, _, power = f"{value:.6g}".partition("e")
    if power:
        power = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        digits = f"10{power}" if digits == "1" else f"{digits}·10{power}"
    return digits.replace("-", "−")


def figure(**controls):
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

    def __init__(self, drawing, controls):
        self.name = drawing.__name__
        self.controls = controls
        self.__doc__ = drawing.__doc__
        self.__module__ = drawing.__module__
        self._drawing = drawing()

    @property
    def defaults(self):
        """The values that the picture starts with, by keyword."""
        return {name: control.default for name, control in self.controls.items()}

    def values_at(self, indices):
        """The values at these positions of the controls, in order, by keyword."""
        return {
            name: control.values()[index]
            for (name, control), index in zip(self.controls.items(), indices, strict=True)
        }

    def render(self, **values):
        """The picture as PNG bytes, 900×540 pixels; a missing value is its control's default.

        The same values give the same bytes. Raises ValueError for a value that is no setting,
        TypeError for a name that is no control, and whatever the figure's own `update` raises.
        """
        values = self._complete(values)
        canvas, background, moving = self._stage
        with _drawing:
            canvas.restore_region(background)
            self._drawing.update(**values)
            for owner, artist in moving:
                owner.draw_artist(artist)
            return _png(canvas)

    def describe(self, **values):
        """The alt text: what the picture shows at these values, with its figures."""
        return self._drawing.describe(**self._complete(values))

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

    @cached_property
    def _stage(self):
        """Canvas, background and moving artists, drawn once with the default values."""
        with _drawing, rc_context(style.rc()):
            picture = Figure(
                figsize=(style.WIDTH / 100, style.HEIGHT / 100),
                dpi=100 * style.PIXEL_RATIO,
                layout="constrained",
            )
            canvas = FigureCanvasAgg(picture)
            self._drawing.draw(picture)
            self._drawing.update(**self.defaults)
            canvas.draw()
            picture.set_layout_engine("none")
            canvas.draw()
        moving = [
            (owner, artist)
            for owner in (*picture.axes, picture)
            for artist in sorted(owner.get_children(), key=lambda artist: artist.zorder)
            if artist.get_animated()
        ]
        return canvas, canvas.copy_from_bbox(picture.bbox), moving


def _png(canvas):
    image = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    file = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE).save(file, "png", compress_level=4)
    return file.getvalue()


class Live(anywidget.AnyWidget):
    """The widget of a live figure; `live(figure)` makes it."""

    # The text, not the path: anywidget keeps every widget whose script is a file that it watches.
    _esm = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    _css = "[data-live] :is(input, select):focus-visible { outline: 3px solid #0072B2; }"

    card = traitlets.Unicode().tag(sync=True)
    start = traitlets.List(traitlets.Int()).tag(sync=True)
    texts = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)

    def __init__(self, figure):
        controls = figure.controls.values()
        self.figure = figure
        self._picture, self._alt = figure.render(), figure.describe()
        super().__init__(
            card=_card(figure, self._picture, self._alt),
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


def live(figure):
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


# JupyterLab's own shortcuts (arrows, Enter) stay away from what has the focus.
KEYS = 'data-lm-suppress-shortcuts="true"'

# JupyterLab empties a cell's outputs when it runs the cell. This keeps their place until the new
# card is there, so that the text below does not jump; another output (1 s) ends it as well.
STEADY = """this.onload = null; new ResizeObserver(() => { \
const cell = this.closest('.jp-Cell'), area = this.closest('.jp-OutputArea'); \
if (!cell || !area || !this.offsetHeight) return; \
cell.style.minHeight = ''; area.tall = getComputedStyle(cell).height; \
area.steady ??= new MutationObserver(() => { \
if (!area.querySelector('.jp-OutputArea-child')) cell.style.minHeight = area.tall; \
else setTimeout(() => area.querySelector('[data-live]') || (cell.style.minHeight = ''), 1000); }); \
area.steady.observe(area, {childList: true}); }).observe(this);"""

CARD = """<div data-live role="group" aria-label="{title}" \
style="width:{width}px;max-width:100%;background:#fff;color:#1a1a1a;color-scheme:light;\
font:13px/20px sans-serif;margin:0;padding-bottom:8px;overflow:hidden">
<div style="position:relative">
<img alt="{alt}" src="data:image/png;base64,{picture}" width="{width}" height="{height}" \
onload="{steady}" \
style="display:block;width:100%;max-width:100%;height:auto;aspect-ratio:{width}/{height}">
<div role="status" style="display:none;position:absolute;top:0;right:0;bottom:0;left:0;\
background:#fff;padding:24px"></div>
</div>
{controls}</div>"""

ROW = """<label style="display:flex;align-items:center;height:28px;padding:0 16px;gap:12px">\
<span style="flex:0 1 auto;min-width:8em;white-space:nowrap">{label}</span>{control}</label>
"""

RANGE = """<input type="range" min="0" max="{last}" value="{index}" aria-valuetext="{text}" \
disabled {keys} style="flex:1 1 auto;min-width:6em;margin:0">\
<output style="flex:0 0 auto;min-width:6em;white-space:nowrap">{text}</output>"""


def _card(figure, picture, alt):
    """The HTML of picture and controls; the page's script only brings it to life."""
    return CARD.format(
        title=html.escape(figure.__doc__ or figure.name),
        alt=html.escape(alt),
        picture=base64.b64encode(picture).decode(),
        steady=html.escape(STEADY),
        controls="".join(_row(control) for control in figure.controls.values()),
        width=style.WIDTH,
        height=style.HEIGHT,
    )


def _row(control):
    if isinstance(control, Choice):
        options = "".join(
            f"<option{' selected' * (value == control.default)}>{html.escape(value)}</option>"
            for value in control.values()
        )
        field = f'<select disabled {KEYS} style="font:inherit;color:inherit">{options}</select>'
    else:
        field = RANGE.format(
            keys=KEYS,
            last=len(control.values()) - 1,
            index=control.index(control.default),
            text=html.escape(control.text(control.default)),
        )
    return ROW.format(label=html.escape(control.label), control=field)
