"""When work was handed in, and what being late costs."""

import csv
import math
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float


class Late(LateSubmissionPlugin):
    """Takes a share of the score for each day, begun or whole, after the assignment's due date."""

    percent_per_day = Float(0.0, help="Percent of the score that a day takes.").tag(config=True)
    grace_minutes = Float(0.0, help="Minutes after the due date that cost nothing.").tag(
        config=True
    )

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        days = math.ceil((total_seconds_late - 60 * self.grace_minutes) / 86400)
        return score * min(1.0, max(0, days) * self.percent_per_day / 100) or None


def settle(gradebook, assignment, config):
    """Reckon the penalties of an assignment anew: marks of a person may have come since."""
    plugin = Late(config=config)
    for submission in gradebook.assignment_submissions(assignment):
        for notebook in submission.notebooks:
            seconds = submission.total_seconds_late
            notebook.late_submission_penalty = (
                plugin.late_submission_penalty(submission.student.id, notebook.score, seconds)
                if seconds > 0
                else None
            )
    gradebook.db.commit()


def times(root, assignment):
    """student → when it was handed in, a text, from received/ASSIGNMENT.csv; {} without that file.

    The table has the columns student and time. Raises LookupError for another.
    """
    path = Path(root, "received", f"{assignment}.csv")
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            return {row["student"]: row["time"] for row in csv.DictReader(file)}
        except KeyError:
            raise LookupError(f"{path.name} needs the columns student and time.") from None
