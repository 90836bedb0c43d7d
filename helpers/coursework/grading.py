"""What nbgrader's autograding does in a course of this collection.

The submitted notebook is not executed. Each exercise's function is run in a process of its own
(sandbox.py), what it did is judged here, and the points and the diagnosis become the outputs of the
notebook's cells, from which nbgrader takes grades and feedback as it always does.
"""

import functools
import os
import sys
from dataclasses import replace
from pathlib import Path

from nbformat.v4 import new_output
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.preprocessors import (
    ClearOutput,
    DeduplicateIds,
    Execute,
    NbGraderPreprocessor,
    SaveCells,
)
from traitlets import Float, Integer, Unicode

from helpers.coursework import convert
from helpers.coursework.answers import grade_id_of
from helpers.coursework.cells import needed
from helpers.coursework.course import ANSWER, STUB, exercises_of
from helpers.coursework.feedback import Hide, shown
from helpers.coursework.late import Late
from helpers.coursework.restore import Restore, read
from helpers.coursework.sandbox import UNREAD, Sandbox
from helpers.coursework.save import Save
from helpers.teaching.graded import earn
from helpers.teaching.judge import judge


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
    convert.install()
    c.GenerateAssignment.preprocessors = [
        Save if step is SaveCells else step for step in c.GenerateAssignment.preprocessors
    ]
    told = _default(GenerateFeedback, "preprocessors")
    c.GenerateFeedback.preprocessors = [told[0], Hide, *told[1:]]
    c.GenerateFeedback.exporter_class = "helpers.coursework.clean.Clean"
    c.AssignLatePenalties.plugin_class = Late
    c.ExportApp.plugin_class = "helpers.coursework.table.Table"
    c.ZipCollectApp.collector_plugin = "helpers.coursework.collect.Platform"
    for name in ("sanitize_preprocessors", "autograde_preprocessors"):
        c.Autograde[name] = [OURS.get(step, step) for step in _default(Autograde, name)]
    c.Restore.source = c.Grade.source = c.Save.source = str(root / "source")


def _default(converter, name):
    """The steps that nbgrader's converter takes by itself."""
    return converter.class_traits()[name].default()


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
            name = grade_id_of(cell)
            if name in exercises:
                cells = needed(sources, at + 1, name)
                again = functools.partial(box.observe, exercises[name], cells, wide=True)
                results[name] = judged(exercises[name], box.observe(exercises[name], cells), again)
                data = shown(results[name], exercises[name])._repr_mimebundle_()
                cell.outputs = [new_output("display_data", data)]
        for cell in codes:
            name, _, group = (grade_id_of(cell) or "").partition("-")
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
