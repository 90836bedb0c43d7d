"""nbgrader's autograding, of a copy that intake.py has made; marks that a person gave stay."""

import fnmatch
import functools
import os
import shutil
from pathlib import Path

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.apps.generatefeedbackapp
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import parse_utc
from traitlets import Bool

from helpers.coursework import bounded, intake, late
from helpers.coursework.answers import grade_id_of
from helpers.coursework.records import ascii_name
from helpers.coursework.restore import ids_of_others, released_texts

INTAKE = "intake"
SECONDS, MEMORY = 60, 1 << 30  # of computing, and bytes: what a page of feedback may cost
COSTLY = "Its page takes too much time or memory to make."


class Careful(Autograde):
    """Grades the copies in intake/; a submission that is refused doesn't stop the others.

    only: the one student to grade, by the folder's very name; else nbgrader's patterns choose.
    refused: student → why, for those that were not graded. said: student → sentences.
    """

    only = None
    timestamps = Bool(
        False, help="Whether a timestamp.txt beside the notebook says when it was handed in."
    ).tag(config=True)

    @property
    def _input_directory(self):
        return INTAKE if self._sanitizing else self.coursedir.autograded_directory

    def init_notebooks(self):
        self.assignments, self.refused, self.said, self.reason = {}, {}, {}, None
        assignment = self.coursedir.assignment_id
        for submitted in self.submitted(assignment):
            student = submitted.parent.name
            try:
                intake.name_of(student)
                taken, self.said[student] = intake.take(
                    submitted, assignment, *self.about(assignment)
                )
            except intake.Refused as error:
                self.refused[student] = str(error)
                self.log.error("%s, %s: %s", ascii_name(student), assignment, error)
                continue
            copy = Path(self._format_source(assignment, student))
            shutil.rmtree(copy, ignore_errors=True)
            intake.write(taken, copy / f"{assignment}.ipynb")
            if when := self.received(assignment).get(student) or self.stamped(submitted):
                (copy / "timestamp.txt").write_text(when, encoding="utf-8")
            self.assignments[str(copy)] = [str(copy / f"{assignment}.ipynb")]
        if not self.assignments:
            raise NbGraderException(f"Nothing of {assignment} can be graded.")

    def submitted(self, assignment):
        """The folders to grade, Paths."""
        found = folders(self.coursedir, self.coursedir.submitted_directory, assignment)
        return [path for path in found if self.only in (None, path.parent.name)]

    def stamped(self, submitted):
        """What a timestamp.txt says, if it is to be believed: a student may have written it."""
        path = submitted / "timestamp.txt"
        if not self.timestamps or not path.exists():
            return ""
        text = intake.contents(path)[:100].decode("utf-8", "replace").strip()
        try:
            parse_utc(text)
        except ValueError:
            raise intake.Refused(f"timestamp.txt holds no time: {text!r}.") from None
        return text

    @functools.cache  # noqa: B019 (a converter is made for one run)
    def received(self, assignment):
        return late.times(self.coursedir.root, assignment)

    @functools.cache  # noqa: B019
    def about(self, assignment):
        released, exercises = released_texts(self.coursedir, assignment)
        return released, exercises, ids_of_others(self.coursedir, assignment)

    def init_destination(self, assignment_id, student_id):
        path = Path(self._format_dest(assignment_id, student_id), f"{assignment_id}.ipynb")
        self.before, self.closed = marked(path), set()
        if self.before:
            with Gradebook(self.coursedir.db_url) as gradebook:
                self.closed = {
                    grade.name
                    for grade in grades(gradebook, assignment_id, student_id)
                    if grade.manual_score is not None and not grade.needs_manual_grade
                }
        return super().init_destination(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename):
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
            raise
        self.keep_closed(Path(notebook_filename))

    def keep_closed(self, path):
        """Let a person's mark stand as it was, where what it was given for is the same."""
        assignment, student = path.stem, path.parent.parent.name
        after = marked(Path(self._format_dest(assignment, student), path.name))
        same = {name for name in self.closed if self.before.get(name) == after[name]}
        with Gradebook(self.coursedir.db_url) as gradebook:
            for grade in grades(gradebook, assignment, student) if same else ():
                if grade.name in same:
                    grade.needs_manual_grade = False
            gradebook.db.commit()


class Told(GenerateFeedback):
    """Makes feedback; nbgrader takes some students' names for patterns, this doesn't."""

    def init_notebooks(self):
        assignment = self.coursedir.assignment_id
        found = folders(self.coursedir, self.coursedir.autograded_directory, assignment)
        self.assignments = {str(path): [str(path / f"{assignment}.ipynb")] for path in found}
        if not found:
            raise NbGraderException(f"Nothing of {assignment!r} is graded yet.")

    def init_destination(self, assignment_id, student_id):
        """Write each page anew, for a mark may be new. What a teacher has put beside it stays."""
        return student_id not in self.coursedir.student_id_exclude.split(",")

    def init_assignment(self, assignment_id, student_id):
        """Copy nothing: in a folder with brackets nbgrader takes the notebook, guide and all, too."""

    def convert_notebooks(self):
        """Where a page can't be made, nbgrader removes the old one. With a name set, only that."""
        before = self.coursedir.notebook_id
        self.coursedir.notebook_id = self.coursedir.assignment_id
        try:
            super().convert_notebooks()
        finally:
            self.coursedir.notebook_id = before

    def convert_single_notebook(self, notebook_filename):
        """In a process with limits, as words can be costly to show; the others' pages are made."""
        work = functools.partial(super().convert_single_notebook, notebook_filename)
        try:
            bounded.in_a_child(work, SECONDS, MEMORY)
        except bounded.Costly:
            raise NbGraderException(COSTLY) from None


def folders(coursedir, step, assignment):
    """The students' folders of an assignment in a step's folder: of all, or of the one chosen.

    "*" stands for all, also where a student is called that.
    """
    found = sorted(Path(coursedir.root, step).glob(f"*/{assignment}"), key=os.fsencode)
    wanted = coursedir.student_id
    exact = [path for path in found if path.parent.name == wanted != "*"]
    return exact or [path for path in found if fnmatch.fnmatchcase(path.parent.name, wanted)]


def marked(path):
    """grade id → what a mark was given for: the answer's text, or the points that grading gave."""
    if not path.is_file():
        return {}
    cells = nbformat.read(path, as_version=4).cells
    return {
        grade_id_of(cell): (
            cell.metadata.nbgrader.get("points"),
            cell.source if cell.metadata.nbgrader.solution else str(cell.get("outputs")),
        )
        for cell in cells
        if grade_id_of(cell)
    }


def grades(gradebook, assignment, student):
    """The gradebook's Grades of a submission; none if there isn't one."""
    try:
        return gradebook.find_submission_notebook(assignment, assignment, student).grades
    except ValueError:  # nbgrader's MissingEntry
        return []


def install():
    """Let nbgrader's commands and Formgrader's buttons work in the same way."""
    nbgrader.apps.api.Autograde = nbgrader.apps.autogradeapp.Autograde = Careful
    nbgrader.apps.api.GenerateFeedback = Told
    nbgrader.apps.generatefeedbackapp.GenerateFeedback = Told
