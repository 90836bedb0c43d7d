"""Whole classes through the real nbgrader: what each submission gets, and what it is told."""

import csv
import hashlib
import html
import shutil

import courses
import nbformat
import pytest
from cheats import CHEATS
from classes import (
    ALL,
    BODIES,
    NO_NOTEBOOKS,
    ODD,
    STEMS,
    mistakes,
    odd_bodies,
    odd_submissions,
    said_of,
)
from nbgrader.api import Gradebook

from helpers.coursework import classroom, course, reference
from helpers.coursework.clean import STYLES, cleaned
from helpers.teaching.judge import judge
from helpers.teaching.markup import rich

FEW = ["inverted_dropout", "dropout_backward"]  # the exercises of what is odd


def expected_points(folder, stem, earned):
    """grade id → points, by what the practice check finds."""
    points = {}
    for name, worth in courses.exercises_in(folder, stem).items():
        exercise = course.exercises_of(stem)[name]
        groups = dict.fromkeys(exercise.cases, (earned == ALL, 1))
        if isinstance(earned, dict):
            groups = judge(exercise, list(exercise.mistaken(earned[name]))).groups
        for group, (passed, count) in groups.items():
            points[f"{name}-{group}"] = worth if passed == count else 0
    return points


def points(folder, stem, student):
    """grade id → points, from the gradebook."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        grades = gradebook.find_submission_notebook(stem, stem, student).grades
        return {grade.name: grade.score for grade in grades}


def shown(folder, stem, student):
    """The exercises' outputs in the graded copy, cleaned as in feedback: name → HTML."""
    path = folder / "autograded" / student / stem / f"{stem}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return {
        said_of(cell)["grade_id"]: cleaned(cell.outputs[0].data["text/html"], STYLES)
        for cell in cells
        if said_of(cell).get("solution") and cell.cell_type == "code"
    }


def feedback(folder, stem, student):
    """A student's feedback page, its characters written out."""
    done = classroom.api(folder).generate_feedback(stem, student)
    assert done["success"], done
    page = folder / "feedback" / student / stem / f"{stem}.html"
    return html.unescape(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def everything(made, tmp_path_factory):
    """A course of all assignments."""
    return shutil.copytree(made, tmp_path_factory.mktemp("everything") / "a course")


@pytest.mark.parametrize("stem", STEMS)
def test_each_assignment_gives_right_answers_all_points_and_names_mistakes(everything, stem):
    """The solution gets all points; a mistake in each exercise gets those of the groups it passes,
    and its hint."""
    assert reference.check(everything, stem) is None
    student, notebook, wrong = mistakes(everything, stem)
    courses.hand_in(everything, student, stem, notebook)
    assert courses.grade(everything, stem) == {student: None}
    got = points(everything, stem, student)
    assert got.pop("explain") == 0  # nothing was answered
    assert got == expected_points(everything, stem, wrong)
    exercises, told = course.exercises_of(stem), shown(everything, stem, student)
    for name, mistake in wrong.items():
        hint = html.unescape(rich(exercises[name].mistakes[mistake].hint))
        assert hint in html.unescape(told[name]), mistake


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """A course of few exercises, to which whatever is odd was handed in: graded."""
    folder = courses.small_course(tmp_path_factory.mktemp("term"), ODD, FEW)
    courses.configure(folder, "Grade.seconds = 1")
    earned, hashes = {}, {}
    for student, notebook, worth in [*odd_submissions(folder), mistakes(folder, ODD)]:
        path = courses.hand_in(folder, student, ODD, notebook)
        earned[student], hashes[path] = worth, hashlib.sha256(path.read_bytes()).digest()
    return folder, earned, hashes, courses.grade(folder, ODD)


def test_no_submission_stops_the_run(term):
    assert term[3] == dict.fromkeys(term[1])


def test_every_submission_gets_its_points(term):
    wrong = {}
    for student, earned in term[1].items():
        got = points(term[0], ODD, student)
        assert got.pop("explain") == 0
        if got != expected_points(term[0], ODD, earned):
            wrong[student] = got
    assert not wrong, wrong


def test_the_feedback_says_what_happened(term):
    folder, exercises = term[0], course.exercises_of(ODD)
    for number, chosen in enumerate(odd_bodies(folder)):
        told = shown(folder, ODD, f"bodies-{number}")
        for name, body in chosen.items():
            assert BODIES[body] in html.unescape(told[name]), body
    for student in NO_NOTEBOOKS:
        assert "could not be read as a notebook" in feedback(folder, ODD, student)
    page = feedback(folder, ODD, "mistakes")
    for name in FEW:
        assert html.unescape(rich(exercises[name].mistakes[term[1]["mistakes"][name]].hint)) in page
    assert "no cell defines" in feedback(folder, ODD, "renamed")


def test_what_was_handed_in_is_never_changed(term):
    for path, digest in term[2].items():
        assert hashlib.sha256(path.read_bytes()).digest() == digest, path


def test_no_cheat_gets_a_point(term):
    for number, cheat in enumerate(CHEATS):
        got = points(term[0], ODD, f"cheat-{number:02}")
        assert not any(got.values()), (cheat, got)


def test_grades_come_out_as_a_table(term):
    courses.nbgrader(term[0], "export")
    with (term[0] / "grades.csv").open(encoding="utf-8", newline="") as file:
        (line,) = (row for row in csv.DictReader(file) if row["student_id"] == "rewrite")
    explain = course.read()[ODD]["explain"]["points"]
    assert float(line["max_score"]) - float(line["score"]) == explain
    assert float(line["score"]) == sum(expected_points(term[0], ODD, ALL).values())


def test_an_answer_in_words_waits_for_a_person(term):
    folder = term[0]
    notebook = courses.solved(folder, ODD, {"explain": "The graph is missing."})
    courses.hand_in(folder, "writer", ODD, notebook)
    assert courses.grade(folder, ODD) == {"writer": None}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("explain", ODD, ODD, "writer")
        assert grade.needs_manual_grade and grade.auto_score is None
    path = folder / "autograded" / "writer" / ODD / f"{ODD}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (asked,) = (c for c in cells if said_of(c).get("grade_id") == "explain-question")
    assert course.read()[ODD]["explain"]["guide"][0] in asked.source
