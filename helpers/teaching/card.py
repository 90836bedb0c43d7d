"""The HTML of a live figure: its picture and its controls, which wait for the page's script."""

import base64
import html
from pathlib import Path

from helpers.teaching import style
from helpers.teaching.controls import Choice, Control
from helpers.teaching.figure import LiveFigure

CARD = """<div data-live role="group" aria-label="{title}" \
style="width:{width}px;max-width:100%;background:#fff;color:#1a1a1a;color-scheme:light;\
font:13px/20px sans-serif;margin:0;padding-bottom:8px;overflow:hidden">
<div style="position:relative">
<img alt="{alt}" src="data:image/png;base64,{picture}" width="{width}" height="{height}" \
onload="{steady}" \
style="display:block;width:100%;max-width:100%;height:auto;aspect-ratio:{width}/{height}">
<div role="status" style="display:none;position:absolute;top:0;right:0;bottom:0;left:0;\
background:#fff;padding:4%;overflow:auto"></div>
</div>
{controls}<p data-wake style="margin:0;padding:4px 16px 0">\
To use the controls, run the import cell and then this cell (Shift+Enter).</p>
</div>"""

# Where the page is narrow, as at 400 % zoom, name, slider and value take a line each.
ROW = """<label style="display:flex;flex-wrap:wrap;align-items:center;min-height:28px;padding:0 16px;\
column-gap:12px"><span style="flex:0 1 auto;min-width:8em">{label}</span>{control}</label>
"""

RANGE = """<input type="range" min="0" max="{last}" value="{index}" aria-valuetext="{text}" \
disabled style="flex:1 1 6em;min-width:0;margin:0">\
<output style="flex:0 0 auto;min-width:6em;white-space:nowrap">{text}</output>"""

SELECT = """<select disabled style="font:inherit;color:inherit;min-width:0;max-width:100%">\
{options}</select>"""


def script(name: str) -> str:
    """A script of this folder as the value of an HTML attribute: in one line, without comments."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    code = " ".join(line.strip() for line in lines if not line.lstrip().startswith("//"))
    return html.escape(code)


STEADY = script("steady.js")


def card(figure: LiveFigure, picture: bytes, alt: str) -> str:
    """The HTML of `picture` (a PNG) with `alt` as its words, and the figure's controls below."""
    return CARD.format(
        title=html.escape(figure.__doc__ or figure.name),
        alt=html.escape(alt),
        picture=base64.b64encode(picture).decode(),
        steady=STEADY,
        controls="".join(row(control) for control in figure.controls.values()),
        width=style.WIDTH,
        height=style.HEIGHT,
    )


def row(control: Control) -> str:
    """The HTML of one control: its name, its slider or list, and the value of a slider."""
    if isinstance(control, Choice):
        options = "".join(
            f"<option{' selected' * (value == control.default)}>{html.escape(value)}</option>"
            for value in control.values()
        )
        field = SELECT.format(options=options)
    else:
        field = RANGE.format(
            last=len(control.values()) - 1,
            index=control.index(control.default),
            text=html.escape(control.text(control.default)),
        )
    return ROW.format(label=html.escape(control.label), control=field)
