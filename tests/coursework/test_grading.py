"""Whole classes through the real nbgrader: what each submission gets, and what it is told."""

import hashlib
import html
import re
import shutil

import courses
import nbformat
import pytest
from cheats import CHEATS
from classes import ALL, BODIES, NO_NOTEBOOKS, ODD, STEMS, odd_submissions, said_of, submissions
from nbgrader.api import Gradebook

from helpers.coursework import classroom, course
from helpers.teaching.judge import judge
from helpers.teaching.markup import rich


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
def term(made, tmp_path_factory):
    """A course whose classes have handed in everything: graded."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("term") / "a course")
    earned, hashes = {}, {}
    classes = [(stem, *handed_in) for stem in STEMS for handed_in in submissions(folder, stem)]
    classes += [(ODD, *handed_in) for handed_in in odd_submissions(folder)]
    for stem, student, notebook, points in classes:
        path = courses.hand_in(folder, student, stem, notebook)
        earned[stem, student] = points
        hashes[path] = hashlib.sha256(path.read_bytes()).digest()
    errors = [found for found in classroom.grade(folder) if found[2]]
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
    """A student's feedback page, its characters written out."""
    done = classroom.api(term[0]).generate_feedback(stem, student)
    assert done["success"], done
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
def test_the_feedback_names_mistakes_with_their_hints(term, stem):
    exercises, page = course.exercises_of(stem), feedback(term, stem, "mistakes")
    for name, mistake in courses.mistakes(stem).items():
        assert html.unescape(rich(exercises[name].mistakes[mistake].hint)) in page, mistake


def test_the_feedback_says_what_happened(term):
    for number, said in enumerate(BODIES.values()):
        page = feedback(term, ODD, f"body-{number}")
        assert page.count(said) >= len(course.exercises_of(ODD)), said
    for student in NO_NOTEBOOKS:
        assert "could not be read as a notebook" in feedback(term, ODD, student)
    assert "no cell defines" in feedback(term, ODD, "renamed")


def test_what_was_handed_in_is_never_changed(term):
    for path, digest in term[2].items():
        assert hashlib.sha256(path.read_bytes()).digest() == digest, path


def test_no_cheat_gets_a_point(term, points):
    for number, cheat in enumerate(CHEATS):
        got = points[ODD, f"cheat-{number:02}"]
        assert not any(got.values()), (cheat, got)


def test_grades_come_out_as_a_table(term):
    courses.nbgrader(term[0], "export")
    table = (term[0] / "grades.csv").read_text(encoding="utf-8")
    said = course.read()[STEMS[0]]
    right = sum(said["points"].values())
    (line,) = re.findall(rf"^{STEMS[0]},.*,reference,.*$", table, re.M)
    reached, most = (float(value) for value in line.strip().split(",")[-2:])
    assert most - reached == said["explain"]["points"] and reached > right, line


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
