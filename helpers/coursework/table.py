"""The table of grades: with names, and with a word for what a number doesn't say."""

import csv
from pathlib import Path

from nbgrader.plugins import ExportPlugin

from helpers.coursework import late, records
from helpers.coursework.intake import NO_NOTEBOOK
from helpers.coursework.records import ascii_name

COLUMNS = [
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "status", "raw_score", "late_submission_penalty", "score", "max_score",
]  # fmt: skip


class Table(ExportPlugin):
    """Writes grades.csv. A score stands only where there is one: 0 is a 0 that was earned."""

    def export(self, gradebook):
        root = Path(self.parent.coursedir.root)
        path = Path(self.to or "grades.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in self.assignment:
                    continue
                late.settle(gradebook, assignment.name, self.config)
                for student in gradebook.students:
                    if not self.student or student.id in map(str, self.student):
                        row = self.row(gradebook, root, assignment, student)
                        writer.writerow({key: harmless(value) for key, value in row.items()})
                for row in () if self.student else strangers(gradebook, root, assignment):
                    writer.writerow({key: harmless(value) for key, value in row.items()})
        self.log.info("The table is in %s", path.resolve())

    def row(self, gradebook, root, assignment, student):
        row = about(assignment, student.id) | {
            "last_name": student.last_name,
            "first_name": student.first_name,
            "email": student.email,
        }
        place = (assignment.name, student.id)
        try:
            submission = gradebook.find_submission(*place)
        except ValueError:  # nbgrader's MissingEntry
            submission = None
        failure = root.joinpath("failed", *place)
        if failure.is_file():
            return row | {"status": failed(failure)}
        if submission is None or not root.joinpath("graded", *place).is_file():
            handed_in = root.joinpath("submitted", student.id, assignment.name).exists()
            if submission is None or handed_in:
                return row | {"status": "not graded yet" if handed_in else "missing"}
        if submission.needs_manual_grade and (sentence := unread(root, *place)):
            return row | {"status": f"failed: {sentence}"}
        penalty = submission.late_submission_penalty
        return row | {
            "timestamp": submission.timestamp,
            "status": "to be marked by a person" if submission.needs_manual_grade else "graded",
            "raw_score": submission.score,
            "late_submission_penalty": penalty,
            "score": max(0.0, submission.score - penalty),
        }


def about(assignment, student):
    """What a row says in any case. student: the id."""
    said = {"assignment": assignment.name, "duedate": assignment.duedate}
    return said | {"student_id": student, "max_score": assignment.max_score}


def failed(path):
    return f"failed: {path.read_text(encoding='utf-8').partition(chr(10))[0]}"


def unread(root, assignment, student):
    """The sentence that says why a file is no notebook; None if it is one."""
    said = records.said(root, assignment, student)
    return next((sentence for sentence in said if sentence.startswith(NO_NOTEBOOK)), None)


def strangers(gradebook, root, assignment):
    """Rows for folders that no gradebook takes as a student's, such as names that can't be printed."""
    known = {student.id for student in gradebook.students}
    there = {ascii_name(path.name) for path in root.glob("submitted/*")} - known
    for path in sorted(root.glob(f"failed/{assignment.name}/*")):
        if path.name in there:
            yield about(assignment, path.name) | {"status": failed(path)}


def harmless(value):
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
