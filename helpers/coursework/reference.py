"""Grades the reference before anybody else: a course that can't grade itself grades nobody."""

import copy
from pathlib import Path

import nbformat

from helpers.coursework.answers import grade_id_of


def check(folder, assignment):
    """None if the assignment's own solutions get all points; else a sentence that says what fails.

    folder: the course's, a Path.
    """
    from helpers.coursework import classroom, grading  # in the process that grades

    path = Path(folder, "source", assignment, f"{assignment}.ipynb")
    notebook = copy.deepcopy(nbformat.read(path, as_version=4))
    said = {"assignment": assignment, "notebook": assignment, "student": "", "db_url": ""}
    step = grading.Grade(config=classroom.api(folder).config)
    try:
        step.preprocess(notebook, {"nbgrader": said})
    except RuntimeError as error:  # attempts can't be run at all
        return f"Nothing is graded: {error}"
    wrong = [
        grade_id_of(cell)
        for cell in notebook.cells
        if cell.cell_type == "code" and grade_id_of(cell) and cell.metadata.nbgrader.grade
        if float(cell.outputs[0].data["text/plain"]) != cell.metadata.nbgrader.points
    ]
    if wrong:
        return f"Nothing is graded, as the course's own solution fails {', '.join(wrong)}."
    return None
