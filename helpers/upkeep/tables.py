"""The lists of notebooks in README.md and docs/teaching.md, written from the notebooks themselves.

Each list stands between two comments, which name it; what is outside them is written by hand.
"""

import json
import re
from pathlib import Path

import yaml

from helpers.collection import collection

ROOT = Path(__file__).resolve().parents[2]
START, END = "<!-- notebooks: written by make refresh -->", "<!-- end of notebooks -->"


def write(root: Path = ROOT) -> list[str]:
    """Write both lists anew. Returns the names of the files that changed."""
    pages = [(path.stem, _read(path)) for path in collection(root / "notebooks")[1:]]
    lists = {"README.md": _table(pages), "docs/teaching.md": _goals(pages, root / "helpers")}
    changed = []
    for name, lines in lists.items():
        before = (root / name).read_text(encoding="utf-8")
        after = between_marks(before, "\n".join(lines), name)
        if after != before:
            (root / name).write_text(after, encoding="utf-8", newline="\n")
            changed.append(name)
    return changed


def between_marks(text: str, part: str, name: str) -> str:
    """`text` with `part` between its marks. Raises ValueError if it does not have them once."""
    found = re.findall(f"({START}\n).*?(\n{END})", text, re.S)
    if len(found) != 1:
        raise ValueError(f"{name} must hold “{START}” and “{END}” once, each on a line of its own.")
    return re.sub(
        f"({START}\n).*?(\n{END})", lambda marks: marks[1] + part + marks[2], text, flags=re.S
    )


def _read(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    about = notebook["metadata"]["checked_gradients"]
    first = "".join(notebook["cells"][0]["source"])
    title = first.splitlines()[0].removeprefix("# ")
    return about | {"title": title, "goals": re.findall(r"^- .*$", first, re.M)}


def _table(pages):
    rows = [
        f"| [{_cell(page['title'])}](notebooks/{stem}.ipynb) | {_cell(page['question'])} "
        f"| {page['minutes']} |"
        for stem, page in pages
    ]
    return ["| | the question | minutes |", "|---|---|---|", *rows]


def _cell(text):
    return text.replace("|", "\\|")  # a bar would end the cell of a Markdown table


def _goals(pages, helpers):
    lines = []
    for stem, page in pages:
        settings = helpers / stem.partition("_")[2] / "course.yaml"
        needed = yaml.safe_load(settings.read_text(encoding="utf-8"))["prerequisites"].strip()
        lines += [f"### [{page['title']}](../notebooks/{stem}.ipynb)", ""]
        lines += [f"{page['minutes']} minutes. Needed before: {needed}", "", *page["goals"], ""]
    return lines[:-1]
