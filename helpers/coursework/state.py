"""What the grading of an assignment hangs on, beside the submission: its source, points, deadline."""

import hashlib
from pathlib import Path

import nbformat

from helpers.coursework.answers import grade_id_of
from helpers.coursework.late import times


def assignments(folder):
    """The names of a course's assignments."""
    return sorted(path.parent.name for path in Path(folder).glob("source/*/*.ipynb"))


def of(folder, api, assignment):
    """A text that is another one whenever submissions of an assignment must be graded again.

    Raises LookupError where the assignment is not released as it stands in source/.
    """
    path = Path(folder, "source", assignment, f"{assignment}.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    source = {
        grade_id_of(cell): float(cell.metadata.nbgrader.points)
        for cell in cells
        if grade_id_of(cell) and cell.metadata.nbgrader.grade
    }
    release = f"run `nbgrader generate_assignment {assignment} --force` in the course's folder."
    with api.gradebook as gradebook:
        try:
            found = gradebook.find_notebook(assignment, assignment)
        except ValueError:  # nbgrader's MissingEntry
            raise LookupError(f"{assignment} is not released: {release}") from None
        points = {cell.name: float(cell.max_score) for cell in found.grade_cells}
        due = found.assignment.duedate
    if points != source:
        raise LookupError(f"The points of {assignment} changed since its release: {release}")
    late = api.config.get("Late"), times(folder, assignment)
    digest = hashlib.sha256(path.read_bytes())
    return f"{digest.hexdigest()} {sorted(points.items())} {due} {late}"
