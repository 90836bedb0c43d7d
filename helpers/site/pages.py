"""A stored notebook as the body of a web page: nothing is run, all is read from its file."""

import ast
import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from helpers.site import exercises, figures, needs
from helpers.site.markdown import Texts, linked, plain, python
from helpers.site.styles import Styles
from helpers.teaching.markup import rich
from helpers.teaching.symptoms import Symptom, symptoms

HIDDEN = {"live", "predict", "contents", "ledger"}
"""Calls that show something and compute nothing: the page shows the thing alone."""

ADDRESS = '<a class="address" id="{0}" href="#{0}" aria-label="Address of this claim">#</a>'

NEEDS = "What these lines of code need"

FOLDED = '<details class="folded"><summary>{}</summary>\n{}\n</details>\n'


@dataclass
class Section:
    """A heading with its number in the page's list of contents, and its words for the search."""

    anchor: str
    title: str
    words: list[str] = field(default_factory=list)


@dataclass
class Page:
    """A notebook on the site: file stem, title, question, minutes, HTML, its sections, and where it
    can be run: pairs of a label and an address.
    """

    stem: str
    title: str
    question: str
    minutes: int
    body: str
    sections: list[Section]
    ways: list[tuple[str, str]]


def read(path: Path) -> dict:
    """The notebook's JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell: dict) -> str:
    """A cell's text."""
    return "".join(cell["source"])


def shown_figures(notebook: dict) -> dict[str, str]:
    """The figures that the page shows, in order: name → all Markdown of the section around it."""
    texts, shown = [], {}
    for cell in notebook["cells"]:
        markdown = cell["cell_type"] == "markdown"
        if not texts or (markdown and re.search(r"^## ", source(cell), re.M)):
            texts.append("")
        if markdown:
            texts[-1] += source(cell) + "\n"
        else:
            found = re.findall(r"^live\(figures\.(\w+)\)", source(cell), re.M)
            shown |= dict.fromkeys(found, len(texts) - 1)
    return {name: texts[at] for name, at in shown.items()}


def needed(found: list[Symptom]) -> str:
    """What the code in these symptoms' lines needs, as HTML to be opened; nothing if it has none."""
    lines = needs.imports(line for symptom in found for line in needs.lines(symptom.do))
    if not lines:
        return ""
    own = "<p>Every other name is your own, or stands on the page.</p>"
    return FOLDED.format(NEEDS, python("\n".join(lines)) + own)


class Builder:
    """Makes the bodies of pages. `made`: (topic, figure's name) → Shown; `texts`, `styles`: what
    the pages share; `ways`: a notebook's stem → where it can be run (see elsewhere.py).
    """

    def __init__(self, made: dict, texts: Texts, styles: Styles, ways: Callable):
        self.made, self.texts, self.styles, self.ways = made, texts, styles, ways

    def page(self, stem: str, notebook: dict) -> Page:
        """The page of a notebook, a mark in place of each formula (see Texts)."""
        sections, ways = [], self.ways(stem)
        body = "".join(self._cell(stem, cell, sections) for cell in notebook["cells"])
        about = notebook["metadata"].get("checked_gradients", {})
        title = source(notebook["cells"][0]).splitlines()[0].lstrip("# ")
        question, minutes = about.get("question", ""), about.get("minutes", 0)
        return Page(stem, title, question, minutes, body, sections, ways)

    def _cell(self, stem, cell, sections):
        if cell["cell_type"] == "markdown":
            return self._markdown(cell, sections)
        parts, name = self._code(stem, cell), escape(cell["id"])
        found = re.search(r"\bverdict\(\s*[\"']([^\"']+)", source(cell))
        claim = ADDRESS.format(found[1]) if found else ""
        if found and sections:
            shown = (output.get("data", {}).get("text/plain", "") for output in cell["outputs"])
            sections[-1].words += map("".join, shown)
        return f'<div class="cell" id="{name}">{claim}{parts}</div>\n'

    def _markdown(self, cell, sections):
        for level, title in re.findall(r"^(#{1,3}) (.+)$", source(cell), re.M):
            if len(level) <= 2:
                sections.append(Section(cell["id"], re.sub(r"[`*$]", "", title)))
        if sections:
            sections[-1].words.append(re.sub(r"[#*`$|]", " ", source(cell)))
        html = self.texts.html(source(cell))
        html = html.replace("</table>", "</table>" + needed(symptoms("", {"cells": [cell]})), 1)
        return f'<div class="text" id="{escape(cell["id"])}">{html}</div>\n'

    def _code(self, stem, cell):
        code, topic = source(cell), stem.partition("_")[2]
        calls = _calls(code)
        if "check" in calls:
            return self._exercise(topic, code, self.ways(stem))
        if found := re.fullmatch(r"live\(figures\.(\w+)\)", code.strip()):
            return self._figure(topic, found[1])
        shown = (
            "" if calls and calls[-1] in HIDDEN and len(code.splitlines()) == 1 else python(code)
        )
        if re.match(r"(import|from) ", code):
            shown = FOLDED.format("Imports", shown)
        return shown + "".join(map(self._output, cell["outputs"]))

    def _figure(self, topic, name):
        shown = self.made[topic, name]
        return self.styles.moved(
            figures.card(figures.figure_of(topic, name), shown, f"figures/{shown.folder}")
        )

    def _output(self, output):
        if output["output_type"] == "stream":
            return plain("".join(output["text"]).rstrip("\n"))
        data = output.get("data", {})
        if "text/html" in data:
            return self.styles.moved(linked("".join(data["text/html"])))
        return plain("".join(data.get("text/plain", "")))

    def _exercise(self, topic, code, ways):
        stub = code[: code.rindex("check(")].strip()
        name = re.search(r"check\(exercises\.(\w+)", code)[1]
        exercise = getattr(importlib.import_module(f"helpers.{topic}.exercises"), name)
        hints = "".join(
            FOLDED.format(f"Hint {i} of {len(exercise.hints)}", f"<p>{rich(hint)}</p>")
            for i, hint in enumerate(exercise.hints, 1)
        )
        solution = FOLDED.format("Solution", python(exercises.solution(exercise)))
        known = "".join(
            f"<li>{python(mistake)}<p>{rich(sentence)}</p></li>"
            for mistake, sentence in exercises.mistakes(exercise)
        )
        which = FOLDED.format(
            "Which mistake is this?",
            "<p>The notebook's check knows these wrong answers, and says of each:</p>"
            f'<ul class="mistakes">{known}</ul>',
        )
        links = " · ".join(f'<a href="{escape(where)}">{label}</a>' for label, where in ways)
        note = (
            "<p>Write your answer in the notebook: there a check runs it, and names the mistake. "
            f'<span class="run">You can {links}.</span></p>'
        )
        return f'{python(stub)}<div class="exercise">{note}{hints}{solution}{which}</div>'


def _calls(code):
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []
    nodes = (n.value for n in tree.body if isinstance(n, ast.Expr))
    return [n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
