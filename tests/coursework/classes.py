"""What classes hand in: to each assignment right and wrong answers, to one whatever is odd."""

import copy
import re

import courses
import nbformat
from cheats import CHEATS
from nbformat.v4 import new_code_cell, new_output
from topics import ROOT

from helpers.collection import collection

STEMS = [path.stem for path in collection()[1:]]
ODD = "06_dropout_scaling"  # the assignment that gets odd files, odd bodies and cheats
ALL, NONE = "all points", "no points"  # else: exercise → the mistake that is made

# Submissions that differ from the solved notebook; each function changes a copy of it.


def outputs_of_50_mb(notebook):
    notebook.cells[1].outputs = [new_output("stream", text="0123456789abcde\n" * (50 << 16))]


def without_tests(notebook):
    notebook.cells = [c for c in notebook.cells if not said_of(c).get("grade")]


def all_but_answers_deleted(notebook):
    notebook.cells = [c for c in notebook.cells if said_of(c).get("solution")]


def every_graded_cell_twice(notebook):
    """The copy with the solution comes first, a stub after it."""
    notebook.cells = [twin for c in notebook.cells for twin in (c, copied(c))]
    for cell in notebook.cells[1::2]:
        if said_of(cell).get("solution"):
            cell.source = notebook.stubs[cell.metadata.nbgrader.grade_id]


def an_older_attempt_above(notebook):
    """A copy of each cell stands above the one in which the learner went on."""
    notebook.cells = [twin for c in notebook.cells for twin in (copied(c), c)]
    for cell in notebook.cells[::2]:
        if said_of(cell).get("solution"):
            cell.source = cell.source.replace("return", "return 0  #")


def helpers_of_ones_own(notebook):
    """Each answer calls a function that stands in a cell of the learner's, with a magic."""
    cells = []
    for cell in notebook.cells:
        name = said_of(cell).get("grade_id", "")
        if said_of(cell).get("solution") and cell.cell_type == "code":
            own = cell.source.replace(f"def {name}(", f"def own_{name}(")
            cells.append(new_code_cell("%matplotlib inline\n" + own))
            cell.source = f"def {name}(*arguments):\n    return own_{name}(*arguments)"
        cells.append(cell)
    notebook.cells = cells


def renamed(notebook):
    for cell in notebook.cells:
        if said_of(cell).get("solution"):
            cell.source = re.sub(r"^def (\w+)", r"def my_\1", cell.source, flags=re.M)


def format_4_2(notebook):
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        del cell["id"]


def format_3(notebook):
    old = nbformat.convert(copy.deepcopy(notebook), 3)
    notebook.clear()
    notebook.update(old)


def tampered(notebook):
    """Answers that are none, and points, locks and tests as a student would like them."""
    for cell in notebook.cells:
        if said_of(cell).get("solution"):
            cell.source = "nothing = 0"
        elif said_of(cell).get("grade"):
            cell.source = "100.0"
            cell.outputs = [
                new_output("execute_result", {"text/plain": "100.0"}, execution_count=1)
            ]
            cell.metadata.nbgrader.update(points=100, locked=False, grade=False)


def copied(cell):
    """A copy as JupyterLab makes it: with nbgrader's marks, and an id of its own."""
    twin = copy.deepcopy(cell)
    twin.id += "-copy"
    return twin


def said_of(cell):
    return cell.metadata.get("nbgrader", {})


CHANGES = {
    without_tests: ALL,
    all_but_answers_deleted: ALL,
    every_graded_cell_twice: ALL,
    an_older_attempt_above: ALL,
    helpers_of_ones_own: ALL,
    renamed: NONE,
    format_4_2: ALL,
    format_3: ALL,
    tampered: NONE,
}

# Bodies of functions → a part of what is said of them.
BODIES = {
    "...": "returns nothing yet",
    "return (": "SyntaxError",
    "raise KeyError('no')": "raises KeyError ('no')",
    "while True: pass": "raises TimeoutError",
    "return bytearray(2 << 30)": "raises MemoryError",
    "print('x' * (100 << 20))": "prints and returns None",
}
NO_NOTEBOOKS = {"no-json": "{ this is no notebook", "nothing": "", "a-list": "[1, 2, 3]"}


def submissions(folder, stem):
    """Yield (student, notebook or text, what it earns) for one assignment.

    Right answers, and one mistake in each exercise. That grading sees all mistakes as the check on
    the page does, test_sandbox.py shows.
    """
    yield "reference", courses.solved(folder, stem, courses.references(stem)), ALL
    yield mistakes(folder, stem)


def mistakes(folder, stem):
    """The second of them."""
    wrong = courses.mistakes(stem)
    return "mistakes", courses.solved(folder, stem, courses.mistaken(stem, wrong)), wrong


def odd_submissions(folder):
    """Yield the same for what is odd, all to one assignment."""
    stem, right = ODD, courses.references(ODD)
    yield "rewrite", courses.solved(folder, stem, courses.rewrites(stem)), ALL
    for number, chosen in enumerate(odd_bodies(folder)):
        answers = {name: courses.bodies(stem, body)[name] for name, body in chosen.items()}
        yield f"bodies-{number}", courses.solved(folder, stem, answers), NONE
    for change, earned in CHANGES.items():
        notebook = courses.solved(folder, stem, right)
        notebook.stubs = {
            said_of(c)["grade_id"]: c.source
            for c in courses.released(folder, stem).cells
            if said_of(c)
        }
        change(notebook)
        notebook.pop("stubs", None)
        yield change.__name__, nbformat.writes(notebook, version=nbformat.NO_CONVERT), earned
    for name, text in NO_NOTEBOOKS.items():
        yield name, text, NONE
    large = courses.solved(folder, stem, right)
    outputs_of_50_mb(large)
    yield "large", large, ALL
    for number, cheat in enumerate(CHEATS):
        answers = {"inverted_dropout": cheat.format(root=ROOT, course=folder)}
        yield f"cheat-{number:02}", courses.solved(folder, stem, answers), NONE


def odd_bodies(folder):
    """Each of BODIES once, as many in a submission as there are exercises: name → body."""
    names = list(courses.exercises_in(folder, ODD))
    for start in range(0, len(BODIES), len(names)):
        yield dict(zip(names, list(BODIES)[start:], strict=False))
