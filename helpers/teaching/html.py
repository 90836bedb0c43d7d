"""Pieces of a page: a box, a fold, code, a table, a script. All but the last need no script.

Colours follow JupyterLab's theme where there is one; the second colour of a var(…) is for a page
that has none, such as an export.
"""

import html
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

KEYS = 'data-lm-suppress-shortcuts="true"'
"""An attribute of a control: JupyterLab takes none of the keys while the control has the focus."""

INK = "color:var(--jp-ui-font-color1,#1a1a1a)"
PAPER = "background:var(--jp-layout-color2,#eee)"

escape = html.escape


def box(body: str, *, line: str, attributes: str = "", width: int = 600) -> str:
    """`body` (HTML) on a grey ground, `width` pixels wide at most.

    `line`: the colour of the line on its left, as in style.py; `attributes`: those of the element,
    such as 'role="status"'.
    """
    return (
        f'<div {attributes} style="box-sizing:border-box;max-width:{width}px;padding:8px 16px;'
        f'border-left:4px solid {line};{PAPER};{INK}">\n{body}</div>'
    )


def fold(summary: str, body: str, *, group: str = "") -> str:
    """`body` (HTML), closed until a reader opens `summary` (HTML). Works without script.

    Of the folds with one name `group` at most one is open.
    """
    name = f' name="{html.escape(group)}"' if group else ""
    return (
        f'<details{name} style="margin:4px 0">\n<summary {KEYS} style="cursor:pointer;'
        f"padding:4px 8px;border-radius:4px;background:var(--jp-layout-color1,#fff);{INK}"
        f'">{summary}</summary>\n{body}</details>\n'
    )


def code(text: str) -> str:
    """`text` in the letters of code. A line that is too wide scrolls, by keyboard as well."""
    return (
        f'<pre tabindex="0" {KEYS} style="margin:4px 0;padding:4px 8px;white-space:pre;'
        f'overflow-x:auto">{html.escape(text)}</pre>\n'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table of texts: `head` and `caption` are plain, the cells of `rows` are HTML.

    Code in a cell may break anywhere, or a long name would make the table wider than the page.
    """
    titles = "".join(
        f'<th scope="col" style="text-align:left">{escape(name)}</th>' for name in head
    )
    lines = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in row) + "</tr>"
        for row in rows
    ).replace("<code>", '<code style="overflow-wrap:anywhere">')
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"


@cache
def script(*names: str) -> str:
    """The scripts of this folder with these names, as one element of a page.

    Comments and indentation stay behind. What one script defines, the next ones can use.
    """
    lines = [
        line.strip()
        for name in names
        for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    ]
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return f"<script>(() => {{\n{kept}\n}})();</script>"
