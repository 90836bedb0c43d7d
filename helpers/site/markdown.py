"""Markdown cells and code as HTML, the links between pages turned from notebooks to web pages."""

import re
from html import escape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_FORMATTER = HtmlFormatter(nowrap=True)
_MARK = "\ue000{}\ue001"
_MARKED = re.compile(r"\ue000(\d+)\ue001")
_PAGE = re.compile(r'href="(?:\./)?(\d\d_\w+)\.ipynb(?:#cell-id=([\w-]+))?(#[^"]*)?"')


class Texts:
    """Turns Markdown into HTML. `formulas` collects what KaTeX is to render, pairs (TeX, display);
    `filled` puts the results in place.
    """

    def __init__(self):
        self.formulas: list[tuple[str, bool]] = []
        self._markdown = MarkdownWithMath(renderer=_Renderer(self.formulas, escape=False))

    def html(self, markdown: str) -> str:
        """HTML of a Markdown cell, a mark in place of each formula."""
        return linked(self._markdown.render(markdown))

    @staticmethod
    def filled(html: str, formulas: list[str]) -> str:
        """`html` with the rendered formulas in place of their marks."""
        return _MARKED.sub(lambda mark: formulas[int(mark[1])], html)


class _Renderer(IPythonRenderer):
    def __init__(self, formulas, **options):
        super().__init__(exclude_anchor_links=True, **options)
        self.formulas = formulas

    def _mark(self, tex, display):
        self.formulas.append((tex.strip(), display))
        return _MARK.format(len(self.formulas) - 1)

    def block_math(self, body):
        return self._mark(body, True)

    def inline_math(self, body):
        return self._mark(body, False)

    def multiline_math(self, text):
        return self._mark(text, True)

    def latex_environment(self, name, body):
        return self._mark(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def block_code(self, code, info=None):
        return python(code) if info in ("python", "py") else plain(code)


def python(code: str) -> str:
    """Highlighted Python; what is too wide scrolls, by keyboard as well."""
    shown = highlight(code, PythonLexer(stripnl=False), _FORMATTER).rstrip("\n")
    return f'<pre class="python" tabindex="0"><code>{shown}</code></pre>'


def plain(text: str) -> str:
    """Text in the letters of code."""
    return f'<pre class="plain" tabindex="0">{escape(text, quote=False)}</pre>'


def linked(html: str) -> str:
    """`html` with links to notebooks, to their cells, and to a folder's README.md turned into links
    to web pages.
    """
    html = re.sub(r'href="\.\./(\w+)/README\.md"', r'href="\1.html"', html)
    return _PAGE.sub(lambda m: f'href="{m[1]}.html{"#" + m[2] if m[2] else m[3] or ""}"', html)
