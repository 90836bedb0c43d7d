"""The map of the collection, read from the notebooks themselves."""

import json
import re
from dataclasses import dataclass

from helpers.collection import NOTEBOOKS, collection
from helpers.teaching.html import escape, table
from helpers.teaching.markup import rich

NONE = (
    "The notebooks can't be listed here: only their helpers are installed, without the notebooks."
)


@dataclass(frozen=True)
class Notebook:
    """One notebook: file stem, title, the question that it answers, and the minutes it takes.

    `minutes`: for reading and playing; `practice`: for the exercises.
    """

    stem: str
    title: str
    question: str
    minutes: int
    practice: int


def read(folder=NOTEBOOKS):
    """The collection's notebooks in order, without the start page: a list of Notebook.

    Title: the notebook's first heading; question and minutes: its metadata `checked_gradients`;
    the minutes of an exercise stand beside its difficulty.
    """
    return [_notebook(path) for path in collection(folder)[1:]]


def _notebook(path):
    page = json.loads(path.read_text(encoding="utf-8"))
    title = "".join(page["cells"][0]["source"]).splitlines()[0].lstrip("# ")
    about = page["metadata"]["checked_gradients"]
    text = "\n".join("".join(cell["source"]) for cell in page["cells"])
    said = re.findall(r"\(difficulty \d of \d, about (.*?) minutes", text)  # “12 and 8” for two
    practice = sum(int(number) for words in said for number in re.findall(r"\d+", words))
    return Notebook(path.stem, title, about["question"], about["minutes"], practice)


class Contents:
    """The notebooks as a table with links."""

    def __init__(self, notebooks):
        self.notebooks = notebooks

    def _repr_html_(self):
        if not self.notebooks:
            return f"<p>{NONE}</p>"
        rows = (
            (
                f'<a href="{n.stem}.ipynb">{escape(n.title)}</a>',
                rich(n.question),
                f"{n.minutes} + {n.practice}",
            )
            for n in self.notebooks
        )
        return table(("Notebook", "The question", "Minutes"), rows)

    def __repr__(self):
        lines = (
            f"{n.title} ({n.minutes} + {n.practice} min): {n.question}" for n in self.notebooks
        )
        return "\n".join(lines) or NONE


def contents():
    """The map of all notebooks, ready to be shown."""
    return Contents(read())
