"""What nbgrader's autograding does in a course of this collection.

The submitted notebook is not executed. Each exercise's function is run in a process of its own
(sandbox.py), what it did is judged here, and the points and the diagnosis become the outputs of the
notebook's cells, from which nbgrader takes grades and feedback as it always does.
"""

import copy
import functools
import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearOutput, DeduplicateIds, Execute, NbGraderPreprocessor
from traitlets import Float, Integer, Unicode

from helpers.coursework.cells import needed
from helpers.coursework.course import ANSWER, STUB, exercises_of
from helpers.coursework.sandbox import UNREAD, Sandbox
from helpers.teaching.graded import earn
from helpers.teaching.judge import judge

LARGEST = 200 << 20  # bytes of a submitted notebook that is read


def configure(c, root):
    """Set up `c`, nbgrader's configuration, for the course in the folder `root`."""
    root = Path(root).resolve()
    # For a new gradebook nbgrader calls `alembic`, which lies beside it, by name.
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = "checked-gradients"
    # Several processes may grade at once: each waits for the others' writes.
    c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}?timeout=60"
    # The stored pictures stay: a student sees them before any cell is run.
    released = _default(GenerateAssignment, "preprocessors")
    c.GenerateAssignment.preprocessors = [step for step in released if step is not ClearOutput]
    c.ClearSolutions.code_stub = {"python": STUB}
    c.ClearSolutions.text_stub = ANSWER
    # The marking guide stands in a locked cell, which comes back when it is graded.
    c.ClearMarkScheme.enforce_metadata = False
    c.Autograde.exporter_class = Forgiving
    for name in ("sanitize_preprocessors", "autograde_preprocessors"):
        c.Autograde[name] = [OURS.get(step, step) for step in _default(Autograde, name)]
    c.Restore.source = c.Grade.source = str(root / "source")


def _default(converter, name):
    """The steps that nbgrader's converter takes by itself."""
    return converter.class_traits()[name].default()


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
            grade_id = _grade_id(cell)
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


def _grade_id(cell):
    said = cell.metadata.get("nbgrader")
    grade_id = said.get("grade_id") if isinstance(said, dict) else None
    return grade_id if isinstance(grade_id, str) else None


class Grade(NbGraderPreprocessor):
    """Runs the exercises of a submission and writes points and diagnoses into its cells."""

    source = Unicode(help="The course's folder of source notebooks.").tag(config=True)
    seconds = Float(10.0, help="Time to compute one exercise, all its cases.").tag(config=True)
    memory = Integer(1 << 30, help="Bytes an attempt may hold beside torch.").tag(config=True)
    user = Unicode(None, allow_none=True, help="Whom attempts run as (needs root).").tag(
        config=True
    )

    def preprocess(self, nb, resources):
        exercises = exercises_of(resources["nbgrader"]["notebook"])
        box = sandbox(self.seconds, self.memory, self.user)
        codes = [cell for cell in nb.cells if cell.cell_type == "code"]
        # The page's own imports come first: a submission may have lost them.
        original = next(c for c in read(self.source, resources).cells if c.cell_type == "code")
        sources = [original.source, *(cell.source for cell in codes)]
        results = {}
        for at, cell in enumerate(codes):
            cell.outputs = []
            name = _grade_id(cell)
            if name in exercises:
                cells = needed(sources, at + 1, name)
                again = functools.partial(box.observe, exercises[name], cells, wide=True)
                results[name] = judged(exercises[name], box.observe(exercises[name], cells), again)
                shown = results[name]._repr_mimebundle_()
                cell.outputs = [new_output("display_data", shown)]
        for cell in codes:
            name, _, group = (_grade_id(cell) or "").partition("-")
            if group:
                earned = earn(results[name], group, cell.metadata.nbgrader.points)
                data = earned._repr_mimebundle_()
                cell.outputs = [new_output("execute_result", data, execution_count=1)]
        return nb, resources


def judged(exercise, outcomes, again=None):
    """The Result for outcomes that an attempt may have forged: what can't be judged is wrong."""
    try:
        result = judge(exercise, outcomes, again)
    except Exception:
        result = judge(exercise, [UNREAD] * len(outcomes))
    return replace(result, hints=(), solution="")  # a grade is no place for answers


@functools.cache
def sandbox(*settings):
    """One sandbox for all that this process grades; its worker ends with this process."""
    return Sandbox(*settings)


OURS = {DeduplicateIds: Restore, Execute: Grade}  # what stands in for a step of nbgrader's
