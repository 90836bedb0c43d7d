"""A whole class through the real nbgrader: what each submission gets, and what it is told."""

import copy
import hashlib
import html
import re
from concurrent.futures import ThreadPoolExecutor

import courses
import nbformat
import pytest
from cheats import CHEATS
from nbformat.v4 import new_code_cell, new_output
from nbgrader.api import Gradebook
from topics import ROOT

from helpers.coursework import classroom, course
from helpers.teaching.check import judge
from helpers.teaching.markup import rich

STEMS = sorted(path.stem for path in (ROOT / "notebooks").glob("0[1-9]_*.ipynb"))
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
    notebook.cells = [twin for c in notebook.cells for twin in (c, copy.deepcopy(c))]
    for cell in notebook.cells[1::2]:
        if said_of(cell).get("solution"):
            cell.source = notebook.stubs[cell.metadata.nbgrader.grade_id]


def an_older_attempt_above(notebook):
    """A copy of each cell stands above the one in which the learner went on."""
    notebook.cells = [twin for c in notebook.cells for twin in (copy.deepcopy(c), c)]
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

# Attempts of which each exercise gets one: body of the function → a part of what is said of it.
BODIES = {
    "...": "returns nothing yet",
    "return (": "SyntaxError",
    "raise KeyError('no')": "raises KeyError ('no')",
    "while True: pass": "TimeoutError (it ran for more than 2 seconds)",
    "return bytearray(2 << 30)": "raises MemoryError",
    "print('x' * (100 << 20))": "prints and returns None",
}
NO_NOTEBOOKS = {"no-json": "{ this is no notebook", "nothing": "", "a-list": "[1, 2, 3]"}


def submissions(folder, stem):
    """Yield (student, notebook or text, what it earns) for one assignment."""
    exercises, right = course.exercises_of(stem), courses.references(stem)
    yield "reference", courses.solved(folder, stem, right), ALL
    yield "rewrite", courses.solved(folder, stem, courses.rewrites(stem)), ALL
    for number, mistakes in enumerate(courses.mistaken(stem)):
        answers = {
            name: courses.as_source(exercises[name].mistakes[mistake].function, name)
            for name, mistake in mistakes.items()
        }
        yield f"mistakes-{number:02}", courses.solved(folder, stem, answers), mistakes
    for number, body in enumerate(BODIES):
        yield f"body-{number}", courses.solved(folder, stem, courses.bodies(stem, body)), NONE
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
    if stem == STEMS[0]:
        large = courses.solved(folder, stem, right)
        outputs_of_50_mb(large)
        yield "large", large, ALL


def expected_points(stem, earned):
    """grade id → points, by what the practice check finds."""
    points = {}
    for name, worth in course.read()[stem]["points"].items():
        exercise = course.exercises_of(stem)[name]
        groups = dict.fromkeys(exercise.cases, (earned == ALL, 1))
        if isinstance(earned, dict):
            groups = judge(exercise, list(exercise.mistaken(earned[name]))).groups
        for group, (passed, count) in groups.items():
            points[f"{name}-{group}"] = worth if passed == count else 0
    return points


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """A course whose class has handed in everything: graded, with feedback."""
    folder = courses.make_course(tmp_path_factory.mktemp("a course"))
    earned, hashes = {}, {}
    for stem in STEMS:
        for student, notebook, points in submissions(folder, stem):
            path = courses.hand_in(folder, student, stem, notebook)
            earned[stem, student] = points
            hashes[path] = hashlib.sha256(path.read_bytes()).digest()
    for number, cheat in enumerate(CHEATS):
        answers = {"inverted_dropout": cheat.format(root=ROOT, course=folder)}
        notebook = courses.solved(folder, STEMS[-1], answers)
        courses.hand_in(folder, f"cheat-{number:02}", STEMS[-1], notebook)
        earned[STEMS[-1], f"cheat-{number:02}"] = NONE
    errors = [found for found in classroom.grade(folder) if found[2]]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda stem: courses.nbgrader(folder, "generate_feedback", stem), STEMS))
    return folder, earned, hashes, errors


@pytest.fixture(scope="module")
def points(term):
    """(assignment, student) → grade id → points, from the gradebook."""
    found = {}
    with Gradebook(f"sqlite:///{term[0] / 'gradebook.db'}") as gradebook:
        for stem, student in term[1]:
            grades = gradebook.find_submission_notebook(stem, stem, student).grades
            found[stem, student] = {grade.name: grade.score for grade in grades}
    return found


def feedback(term, stem, student):
    """A feedback page, its characters written out."""
    page = term[0] / "feedback" / student / stem / f"{stem}.html"
    return html.unescape(page.read_text(encoding="utf-8"))


def test_no_submission_stops_the_run(term):
    assert term[3] == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_submission_gets_its_points(term, points, stem):
    wrong = {}
    for (other, student), earned in term[1].items():
        if other == stem:
            got = dict(points[stem, student])
            assert got.pop("explain") == 0  # nothing was answered
            if got != expected_points(stem, earned):
                wrong[student] = got
    assert not wrong, wrong


@pytest.mark.parametrize("stem", STEMS)
def test_the_feedback_names_every_mistake_with_its_hint(term, stem):
    exercises, told = course.exercises_of(stem), set()
    for (other, student), earned in term[1].items():
        if other == stem and isinstance(earned, dict):
            page = feedback(term, stem, student)
            for name, mistake in earned.items():
                assert html.unescape(rich(exercises[name].mistakes[mistake].hint)) in page, (
                    student,
                    mistake,
                )
                told.add(mistake)
    assert told == {mistake for exercise in exercises.values() for mistake in exercise.mistakes}


@pytest.mark.parametrize("stem", STEMS)
def test_the_feedback_says_what_happened(term, stem):
    for number, said in enumerate(BODIES.values()):
        page = feedback(term, stem, f"body-{number}")
        assert page.count(said) >= len(course.exercises_of(stem)), said
    for student in NO_NOTEBOOKS:
        assert "could not be read as a notebook" in feedback(term, stem, student)
    assert "is not defined" in feedback(term, stem, "renamed")


def test_what_was_handed_in_is_never_changed(term):
    for path, digest in term[2].items():
        assert hashlib.sha256(path.read_bytes()).digest() == digest, path


def test_no_cheat_gets_a_point(term, points):
    for number, cheat in enumerate(CHEATS):
        got = points[STEMS[-1], f"cheat-{number:02}"]
        assert not any(got.values()), (cheat, got)


def test_grades_come_out_as_a_table(term):
    courses.nbgrader(term[0], "export")
    table = (term[0] / "grades.csv").read_text(encoding="utf-8")
    assert re.search(rf"^{STEMS[0]},.*,reference,.*,30\.0,34\.0\r?$", table, re.M), table[:1000]


def test_an_answer_in_words_waits_for_a_person(term, tmp_path):
    folder, stem = term[0], STEMS[0]
    notebook = courses.solved(folder, stem, {"explain": "The graph is missing."})
    courses.hand_in(folder, "writer", stem, notebook)
    assert [error for *_, error in classroom.grade(folder)] == [None]
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("explain", stem, stem, "writer")
        assert grade.needs_manual_grade and grade.auto_score is None
    shown = nbformat.read(folder / "autograded" / "writer" / stem / f"{stem}.ipynb", as_version=4)
    (asked,) = (c for c in shown.cells if said_of(c).get("grade_id") == "explain-question")
    assert course.read()[stem]["explain"]["guide"][0] in asked.source
