"""Reads what a student submits, and gives it the graded cells of its assignment again."""

import copy
import functools
import io
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

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

    Of several cells with one id the last that was written in counts, as when a notebook is run from
    top to bottom; the others become plain cells. A missing cell comes back where it was.
    """

    source = Unicode(help="The course's folder of source notebooks.").tag(config=True)

    def preprocess(self, nb, resources):
        said = resources["nbgrader"]
        original = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in read(self.source, resources).cells
            if "nbgrader" in cell.metadata
        }
        with Gradebook(said["db_url"]) as gradebook:
            found = gradebook.find_notebook(said["notebook"], said["assignment"]).source_cells
            sources = {cell.name: cell.source for cell in found}
        chosen, kept = {}, []
        for cell in nb.cells:
            grade_id = grade_id_of(cell)
            cell.metadata.pop("nbgrader", None)
            untouched = grade_id in original and cell.source.strip() == sources[grade_id].strip()
            if untouched and grade_id in chosen:  # a second stub would undo the answer
                continue
            kept.append(cell)
            if grade_id in original:
                chosen[grade_id] = cell
        nb.cells = kept
        at = 0 if chosen else len(nb.cells)
        for grade_id, cell in original.items():
            if grade_id in chosen:
                at = next(i for i, c in enumerate(nb.cells) if c is chosen[grade_id]) + 1
            else:
                new = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
                nb.cells.insert(at, new(sources[grade_id]))
                chosen[grade_id] = nb.cells[at]
                at += 1
            chosen[grade_id].metadata.nbgrader = copy.deepcopy(cell.metadata.nbgrader)
            if cell.metadata.nbgrader.locked:
                chosen[grade_id].source = sources[grade_id]
        nb.nbformat, nb.nbformat_minor = 4, 5
        for number, cell in enumerate(nb.cells):
            cell.id = f"cell-{number}"
        return nb, resources


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


def grade_id_of(cell):
    said = cell.metadata.get("nbgrader")
    grade_id = said.get("grade_id") if isinstance(said, dict) else None
    return grade_id if isinstance(grade_id, str) else None
