"""Grading that is killed goes on where it was: nothing is lost, nothing is done twice."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool

import courses
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from topics import ROOT

from helpers.coursework import classroom, course, longest
from helpers.coursework.__main__ import main

STEM = "06_dropout_scaling"
NAMES = ["inverted_dropout", "dropout_backward"]
KILLS, CLASS = 2, 6


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return courses.small_course(tmp_path_factory.mktemp("released"), STEM, NAMES)


@pytest.fixture
def own(released, tmp_path):
    return shutil.copytree(released, tmp_path / "a course")


def grade(folder, *options):
    """Start the grading of a course, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.coursework", "grade", folder, *options],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
    )


def graded(folder):
    """student → when the graded notebook was written, for those that count as graded."""
    return {
        marker.name: (folder / "autograded" / marker.name / STEM / f"{STEM}.ipynb")
        .stat()
        .st_mtime_ns
        for marker in (folder / "graded" / STEM).glob("*")
    }


def test_kills_at_random_moments(own):
    right = courses.solved(own, STEM, courses.references(STEM))
    wrong = courses.solved(own, STEM, courses.bodies(STEM, "return 0"))
    for number in range(CLASS):
        courses.hand_in(own, f"student-{number}", STEM, wrong if number % 3 else right)
    chance, done, killed = random.Random(0), {}, 0
    for _ in range(KILLS):
        running = grade(own)
        while running.poll() is None and len(graded(own)) == len(done):
            time.sleep(0.02)  # until it has graded one more, and is at work on others
        time.sleep(chance.uniform(0, 0.3))
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            killed += 1
        running.communicate()
        found = graded(own)
        assert {student: found[student] for student in done} == done, "graded twice"
        done = found
    assert killed and done, "the kills came while it was at work"
    last = grade(own)
    assert f"Graded: {CLASS - len(done)}. Failed: 0." in last.communicate()[0]
    assert {student: graded(own)[student] for student in done} == done
    assert len(graded(own)) == CLASS
    said, exercises = course.read()[STEM]["points"], course.exercises_of(STEM)
    full = sum(said[name] * len(exercises[name].cases) for name in NAMES)
    with Gradebook(f"sqlite:///{own / 'gradebook.db'}") as gradebook:
        for number in range(CLASS):
            score = gradebook.find_submission(STEM, f"student-{number}").score
            assert score == (0 if number % 3 else full)
    with sqlite3.connect(own / "gradebook.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    assert "Graded: 0. Failed: 0. What lies in submitted/ is graded" in grade(own).communicate()[0]


DYING = """
import os, signal, time
from pathlib import Path
from helpers.coursework.convert import Careful

usual = Careful.init_notebooks

def begun(student):
    return Path({begun!r}).read_text().split().count(student)

def init_notebooks(self):
    with open({begun!r}, "a") as file:
        file.write(f"{{self.only}}\\n")
    tries = begun(self.only)
    if self.only == "1-always-dies":
        wait_for("2-waits-for-4")
    if self.only == "1-always-dies" or (self.only == "3-dies-once" and tries == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if self.only == "2-waits-for-4":
        assert tries == 1, "its process was ended with another's"
        wait_for("4")
    usual(self)

def wait_for(student):
    for _ in range(6000):  # five minutes, if it never comes
        if begun(student):
            return
        time.sleep(0.05)
    raise TimeoutError(student)

Careful.init_notebooks = init_notebooks
"""


def test_a_process_that_is_killed_takes_no_other_with_it(own):
    """The others go on beside each other, and who was being graded is tried once more."""
    text, begun = courses.solved(own, STEM, courses.references(STEM)), own / "begun"
    students = ["1-always-dies", "2-waits-for-4", "3-dies-once", "4"]
    for student in students:
        courses.hand_in(own, student, STEM, text)
    with (own / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(DYING.format(begun=str(begun)))
    said = grade(own, "--jobs", "2").communicate()[0]
    lines = dict(line.split("  ")[1:] for line in said.splitlines() if "  " in line)
    assert lines == dict.fromkeys(students, "graded.") | {students[0]: classroom.CRASHED}
    assert begun.read_text().split()[-2:] == ["1-always-dies", "3-dies-once"], "at the end"
    assert sorted(begun.read_text().split()) == sorted([*students, students[0], students[2]])


class Dying:
    """A process that dies whatever it is to do."""

    def run(self, *arguments):
        raise BrokenProcessPool


def test_what_used_up_its_time_is_not_tried_again(own, monkeypatch):
    with pytest.raises(BrokenProcessPool):
        classroom._tried(Dying(), own, STEM, "ada")
    monkeypatch.setattr(classroom, "SECONDS", 0)
    assert classroom._tried(Dying(), own, STEM, "ada") == classroom.SLOW
    assert (own / "failed" / STEM / "ada").read_text("utf-8").startswith(classroom.SLOW)


def test_where_checking_the_reference_ends_the_process_it_is_told(own):
    assert classroom._checked(Dying(), own, STEM) == classroom.UNCHECKED


def test_what_is_handed_in_again_is_graded_again(own):
    for answers in ({}, courses.references(STEM)):
        courses.hand_in(own, "ada", STEM, courses.solved(own, STEM, answers))
        assert courses.grade(own, STEM) == {"ada": None}
    with Gradebook(f"sqlite:///{own / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(STEM, "ada").score > 0


def test_a_folder_that_is_no_course_is_told(tmp_path):
    done = CliRunner().invoke(main, ["grade", str(tmp_path)])
    assert done.exit_code == 1
    assert f"There is no course in {tmp_path}: make one with `make course`." in done.output


def test_before_it_starts_it_says_how_long_it_could_take(own, monkeypatch):
    """Two exercises, of 1 second: 12·2·3 seconds, and 6 minutes, for each of two after another."""
    courses.configure(own, "Grade.seconds = 1")
    for student in ("ada", "bob", "eve"):
        courses.hand_in(own, student, STEM, courses.released(own, STEM))
    monkeypatch.setattr(classroom, "_in_processes", lambda *a: [(STEM, "ada", None)])
    said = CliRunner().invoke(main, ["grade", str(own), "--jobs", "2"]).output.splitlines()
    assert 2 * (12 * 2 * 3 + 360) / 60 == 14.4
    assert said[0] == (
        "To be graded: 3 submissions, with 2 processes. "
        "If all used up their limits, it would take at most 15 minutes."
    )
    api, names = classroom.api(own), [STEM] * 200
    assert longest.sentence(api, names, 1, 300).endswith("at most 24 hours.")
    assert longest.sentence(api, names[:1], 1, 300).startswith(
        "To be graded: 1 submission, with 1 process. "
    )


def test_changed_points_grade_again(own):
    """Old marks never stay beside new points; before the new release, it says what to do."""
    courses.hand_in(own, "ada", STEM, courses.solved(own, STEM, courses.references(STEM)))
    assert courses.grade(own, STEM) == {"ada": None}
    settings = own / "settings.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace("inverted_dropout: 2", "inverted_dropout: 7")
    )
    course.build_sources(own, settings)
    ((assignment, student, said),) = classroom.grade(own)
    assert (assignment, student) == (STEM, "ada")
    assert f"The points of {STEM} changed since its release: run `nbgrader generate" in said
    courses.release(own, STEM)
    assert courses.grade(own, STEM) == {"ada": None}
    groups = {name: len(course.exercises_of(STEM)[name].cases) for name in NAMES}
    with Gradebook(f"sqlite:///{own / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission(STEM, "ada")
        assert submission.score == 7 * groups[NAMES[0]] + 2 * groups[NAMES[1]]
        assert submission.max_score == submission.score + course.read()[STEM]["explain"]["points"]


def test_where_the_reference_fails_nobody_is_graded(own):
    courses.hand_in(own, "ada", STEM, courses.solved(own, STEM, courses.references(STEM)))
    source = own / "source" / STEM / f"{STEM}.ipynb"
    text = source.read_text("utf-8")
    assert "grad_output * (uniforms >= rate)" in text or "uniforms >= rate" in text
    source.write_text(text.replace("uniforms >= rate", "uniforms <= rate"), encoding="utf-8")
    ((_, who, said),) = classroom.grade(own)
    assert who == classroom.REFERENCE and not (own / "autograded").exists()
    assert "Nothing is graded, as the course's own solution fails inverted_dropout-values" in said
