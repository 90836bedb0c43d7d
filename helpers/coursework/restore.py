"""Reads what a student submits, and gives it the graded cells of its assignment again."""

import copy
import functools
import io
import re
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from helpers.coursework import answers

QUESTION = "explain-question"
# What graders alone see of a cell: hidden tests and the marking guide.
GRADERS = re.compile(
    r"\n*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS"
    r"|\n*=== BEGIN MARK SCHEME ===.*?=== END MARK SCHEME ===",
    re.S,
)
LARGEST = 200 << 20  # bytes of a submitted notebook that is read


class Forgiving(NotebookExporter):
    """Reads what students submit; a file that is no notebook becomes one that says so."""

    def from_file(self, file_stream, resources=None, **kwargs):
        try:
            text = file_stream.read(LARGEST + 1)
            if len(text) > LARGEST:
                raise ValueError(f"it has more than {LARGEST >> 20} million characters")
            notebook = nbformat.read(io.StringIO(text), as_version=4)
            for cell in notebook.cells:
                if not isinstance(cell.source, str) or not isinstance(cell.metadata, dict):
                    raise ValueError("a cell has no text")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            reason = str(error).strip().partition("\n")[0][:200]
            notebook = new_notebook(cells=[new_markdown_cell(UNREADABLE.format(reason))])
        return self.from_notebook_node(notebook, resources=resources, **kwargs)


UNREADABLE = """**This file could not be read as a notebook**, so nothing in it could be graded: {}

What was handed in is kept as it is. Please talk to your teacher."""


class Restore(NbGraderPreprocessor):
    """Gives a submission the graded cells of its assignment, each once, as the course has them.

    answers.py says which cells count; the others become plain cells. A missing cell comes back
    where it was. Words that stand beside the placeholder come into it, so that a person reads them.
    """

    source = Unicode(help="The course's folder of source notebooks.").tag(config=True)

    def preprocess(self, nb, resources):
        said, page = resources["nbgrader"], read(self.source, resources).cells
        original = {answers.grade_id_of(c): c for c in page if "nbgrader" in c.metadata}
        with Gradebook(said["db_url"]) as gradebook:
            found = gradebook.find_notebook(said["notebook"], said["assignment"]).source_cells
            stored = {c.name: c.source for c in found}
        texts = {name: stored[name] for name in original if name in stored}
        released = {name: GRADERS.sub("", text) for name, text in texts.items()}
        marks = {name: original[name].metadata.nbgrader for name in texts}
        exercises = {name for name, said in marks.items() if said.solution and not said.grade}
        chosen = answers.choose(nb.cells, released, exercises)
        counting = {id(cell) for cell in chosen.values()}
        nb.cells = [  # a second stub would undo the answer
            cell
            for cell in nb.cells
            if id(cell) in counting or not answers.handed_out_as(cell, released)
        ]
        (asked,) = (name for name, said in marks.items() if said.solution and said.grade)
        add_words(nb, chosen, asked, released, [c.source for c in page])
        put_back(nb, chosen, texts, original)
        nb.nbformat, nb.nbformat_minor = 4, 5
        for number, cell in enumerate(nb.cells):
            cell.id = f"cell-{number}"
        return nb, resources


def add_words(nb, chosen, asked, released, page):
    """Put what was written elsewhere into the cell `asked`, unless that was written in."""
    answer, question = chosen.get(asked), chosen.get(QUESTION)
    if answer and answer.source.strip() and not answers.same(answer.source, released[asked]):
        return
    used = {id(cell) for name, cell in chosen.items() if name != QUESTION}
    others = [cell for cell in nb.cells if id(cell) not in used]
    found = answers.words(others, [*page, *released.values()], question, released[QUESTION])
    if answer is None and found:
        at = next((i + 1 for i, c in enumerate(nb.cells) if c is question), len(nb.cells))
        answer = chosen[asked] = new_markdown_cell()
        nb.cells.insert(at, answer)
    if answer is not None:
        answer.source = released[asked] + (f"\n\n{answers.NOTE}\n\n{found}" if found else "")


def put_back(nb, chosen, texts, original):
    """Insert the missing cells, and set nbgrader's marks and the locked texts."""
    at = 0 if chosen else len(nb.cells)
    for cell in nb.cells:
        cell.metadata.pop("nbgrader", None)
    for grade_id, text in texts.items():
        cell = original[grade_id]
        if grade_id in chosen:
            at = next(i for i, c in enumerate(nb.cells) if c is chosen[grade_id]) + 1
        else:
            new = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
            nb.cells.insert(at, new(text))
            chosen[grade_id] = nb.cells[at]
            at += 1
        chosen[grade_id].metadata.nbgrader = copy.deepcopy(cell.metadata.nbgrader)
        if cell.metadata.nbgrader.locked:
            chosen[grade_id].source = text


def read(source, resources):
    """The source notebook, in the course's folder `source`, of what is being graded.

    It is read once, until it is written anew: treat it as read-only.
    """
    said = resources["nbgrader"]
    path = Path(source, said["assignment"], f"{said['notebook']}.ipynb")
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(16)
def _read(path, written):
    return nbformat.read(path, as_version=4)
