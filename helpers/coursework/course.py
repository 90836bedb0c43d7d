"""Builds an nbgrader course from the notebooks: one assignment a topic."""

import ast
import importlib
import re
import textwrap
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.collection import collection
from helpers.coursework.answers import exercise_in
from helpers.coursework.release import build_environment, visible
from helpers.coursework.settings import read

STUB = "..."
ANSWER = "*Write your answer here.*"  # the question says how long it should be

CONFIG = '''"""The course's nbgrader. What can be set: helpers/coursework/grading.py."""

from pathlib import Path

from helpers.coursework.grading import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821 (nbgrader provides it)
'''


def build(folder, settings=None):
    """Build a course into `folder`: nbgrader's configuration, its source/, and the students' wheel.

    settings: the path of a YAML file like the one that `settings` prints; by default what the
    topics say. An older configuration stays as it is, and so does what nbgrader made in the folder
    (release, submissions, grades).
    Raises ValueError for settings that don't fit the notebooks.
    """
    build_sources(folder, settings)
    build_environment(Path(folder) / "environment")


def build_sources(folder, settings=None):
    """Build the same, without what students install."""
    folder, pages = Path(folder), {path.stem: path for path in collection()}
    for stem, said in read(settings).items():
        if stem not in pages:
            names = ", ".join(pages)
            raise ValueError(
                f"{Path(settings or stem).name}: there is no notebook {stem}; there are {names}."
            )
        notebook = assignment(nbformat.read(pages[stem], as_version=4), stem, said)
        target = folder / "source" / stem / f"{stem}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    config = folder / "nbgrader_config.py"
    if not config.exists():  # a teacher may have set more in it
        config.write_text(CONFIG, encoding="utf-8")


def exercises_of(stem):
    """The exercises of a notebook, name → exercise, in the order of the page."""
    module = importlib.import_module(f"helpers.{stem.partition('_')[2]}.exercises")
    return {name: getattr(module, name) for name in module.__all__}


def assignment(notebook, stem, said):
    """The instructor's version of a notebook (changed in place), with what `said` sets for it.

    said: `points` (exercise → points of each of its groups), `explain` and `leave_out`, as
    settings_text explains them.
    """
    exercises = exercises_of(stem)
    unknown = set(said["points"]) - set(exercises)
    if unknown:
        have = ", ".join(exercises)
        raise ValueError(f"{stem} has no exercise {', '.join(sorted(unknown))}; it has {have}.")
    cells = _without_sections(notebook.cells, said.get("leave_out", ()), stem)
    cells = _without_exercises(cells, set(exercises) - set(said["points"]))
    graded = []
    for cell in cells:
        graded.append(cell)
        name = exercise_in(cell)
        if name:
            cell.source = with_solution(cell.source, exercises[name].solution)
            cell.outputs, cell.execution_count = [], None
            cell.metadata.nbgrader = marks(name, solution=True)
            graded += tests(exercises[name], said["points"][name])
    at = max(i for i, cell in enumerate(graded) if "nbgrader" in cell.metadata) + 1
    graded[at:at] = question(said["explain"])
    notebook.cells = graded
    return notebook


def tests(exercise, worth):
    """The cells that give points for an exercise: one a group of cases."""
    shown = visible(exercise)
    cells = []
    for group, labelled in exercise.cases.items():
        # Nothing that a page could give another value to: `points` is a name that pages use.
        call = f'exercises.{exercise.name}.points({exercise.name}, "{group}", worth={worth})'
        hidden = [label for label in labelled if (group, label) not in shown]
        if hidden:
            text = textwrap.fill("Grading adds: " + "; ".join(hidden) + ".", 96)
            comment = textwrap.indent(text, "# ")
            call = f"{call}\n### BEGIN HIDDEN TESTS\n{comment}\n### END HIDDEN TESTS"
        cell = new_code_cell(call, id=f"{exercise.name}-{group}".replace("_", "-"))
        cell.metadata.nbgrader = marks(
            f"{exercise.name}-{group}", grade=True, locked=True, points=worth
        )
        cells.append(cell)
    return cells


def question(explain):
    """The cells of the question that a person marks: the question with its guide, and the answer."""
    guide = "\n".join(f"- {line}" for line in explain["guide"])
    text = (
        f"**Explain.** {explain['question'].strip()} ({explain['points']} points)\n\n"
        f"=== BEGIN MARK SCHEME ===\n\n{guide}\n\n=== END MARK SCHEME ==="
    )
    asked = new_markdown_cell(text, id="explain-question")
    asked.metadata.nbgrader = marks("explain-question", locked=True)
    answer = new_markdown_cell(ANSWER, id="explain")
    answer.metadata.nbgrader = marks("explain", grade=True, solution=True, points=explain["points"])
    return [asked, answer]


def marks(grade_id, grade=False, solution=False, locked=False, points=None):
    """nbgrader's metadata of a cell, schema 3."""
    said = {"grade_id": grade_id, "grade": grade, "solution": solution, "locked": locked}
    said |= {"task": False, "schema_version": 3}
    return nbformat.from_dict(said | ({} if points is None else {"points": points}))


def _without_sections(cells, numbers, stem):
    """The cells but those of the sections of these numbers, `## 4 · …` up to the next `## `."""
    kept, leaving, left = [], False, set()
    for cell in cells:
        heading = (
            re.match(r"## (?:(\d+) ·)?", cell.source) if cell.cell_type == "markdown" else None
        )
        if heading:
            leaving = heading[1] is not None and int(heading[1]) in numbers
            left |= {int(heading[1])} if leaving else set()
        if not leaving:
            kept.append(cell)
    if left != set(numbers):
        missing = ", ".join(map(str, sorted(set(numbers) - left)))
        raise ValueError(f"{stem} has no section {missing} to leave out.")
    return kept


def _without_exercises(cells, names):
    """The cells but those of these exercises, each with the text right before it."""
    kept = []
    for cell in cells:
        if exercise_in(cell) in names:
            if kept[-1].source.startswith("**"):
                kept.pop()
        else:
            kept.append(cell)
    return kept


def with_solution(source, solution):
    """A stub's cell with the body of `solution`, a function's source, between nbgrader's marks.

    Raises ValueError unless the cell holds exactly one line of three dots.
    """
    lines = source.splitlines()
    places = [i for i, line in enumerate(lines) if line.strip() == STUB]
    if len(places) != 1:
        raise ValueError(f"The cell of an exercise needs one line that is `{STUB}`:\n{source}")
    body = ast.parse(solution).body[0].body[1]  # after the docstring
    written = solution.splitlines()[body.lineno - 1 :]
    region = ["    ### BEGIN SOLUTION", *written, "    ### END SOLUTION"]
    return "\n".join([*lines[: places[0]], *region, *lines[places[0] + 1 :]])
