"""What nbgrader's autograding does in a course of this collection.

The student's cells are run from top to bottom in a process of their own (page.py, sandbox.py). What
each exercise's function did there is judged in another one (diagnosis.py). The points and the
diagnosis become the outputs of the notebook's cells, from which nbgrader takes grades and feedback
as it always does.
"""

import atexit
import functools
import os
import sys
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
from traitlets import Bool, Float, Integer, Unicode

from helpers.coursework import convert
from helpers.coursework.answers import grade_id_of
from helpers.coursework.course import ANSWER, STUB, exercises_of
from helpers.coursework.diagnosis import diagnoses
from helpers.coursework.feedback import Hide
from helpers.coursework.late import Late
from helpers.coursework.page import cells_of
from helpers.coursework.restore import Restore, read
from helpers.coursework.sandbox import Sandbox
from helpers.coursework.save import Save


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
    c.ZipCollectApp.extractor_plugin = "helpers.coursework.unpack.Unpack"
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
    unconfined = Bool(False, help="Run attempts where nothing keeps them apart.").tag(config=True)

    def preprocess(self, nb, resources):
        exercises = exercises_of(resources["nbgrader"]["notebook"])
        box = sandbox(self.seconds, self.memory, self.user, self.unconfined)
        codes = [cell for cell in nb.cells if cell.cell_type == "code"]
        cells = cells_of(nb, read(self.source, resources), exercises)
        graded = {grade_id_of(cell): cell for cell in codes if grade_id_of(cell)}
        worth = {
            name: cell.metadata.nbgrader.points
            for name, cell in graded.items()
            if name.partition("-")[2]
        }
        found = diagnoses(box, cells, exercises, worth)
        for cell in codes:
            cell.outputs = []
        for name, cell in graded.items():
            if name in worth:  # without an output nbgrader would give all points
                data, kind = found[name], {"output_type": "execute_result", "execution_count": 1}
                cell.outputs = [new_output(**kind, data=data)]
            elif name in found:
                cell.outputs = [new_output("display_data", found[name])]
        return nb, resources


@functools.cache
def sandbox(*settings):
    """One sandbox for all that this process grades; its worker ends with this process."""
    seconds, memory, user, unconfined = settings
    box = Sandbox(seconds, memory, user, unconfined=unconfined)
    atexit.register(box.close)  # in time: later Python warns of a process that still runs
    return box


OURS = {DeduplicateIds: Restore, Execute: Grade}  # what stands in for a step of nbgrader's
