"""Grading that is killed goes on where it was: nothing is lost, nothing is done twice."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import courses
from nbgrader.api import Gradebook
from topics import ROOT

from helpers.coursework import course

STEM = "06_dropout_scaling"
KILLS = 10


def grade(folder):
    """Start the grading of a course, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.coursework", "grade", folder],
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
        if marker.suffix != ".new"
    }


def test_ten_kills_at_random_moments(tmp_path):
    folder = courses.make_course(tmp_path, only=[STEM])
    right = courses.solved(folder, STEM, courses.references(STEM))
    wrong = courses.solved(folder, STEM, courses.bodies(STEM, "return 0"))
    for number in range(24):
        courses.hand_in(folder, f"student-{number:02}", STEM, wrong if number % 3 else right)
    chance, done = random.Random(0), {}
    for _ in range(KILLS):
        running, before = grade(folder), set((folder / "autograded").glob("*"))
        while running.poll() is None and before == set((folder / "autograded").glob("*")):
            time.sleep(0.02)  # until it has begun with a submission
        time.sleep(chance.uniform(0, 0.7))
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        found = graded(folder)
        assert {student: found[student] for student in done} == done, "graded twice"
        done = found
    assert 0 < len(done) < 24, "the kills came while it was at work"
    last = grade(folder)
    assert f"Graded: {24 - len(done)}. Failed: 0." in last.communicate(timeout=300)[0]
    assert {student: graded(folder)[student] for student in done} == done
    assert len(graded(folder)) == 24
    said = course.read()[STEM]["points"]
    full = sum(said[name] * len(one.cases) for name, one in course.exercises_of(STEM).items())
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for number in range(24):
            score = gradebook.find_submission(STEM, f"student-{number:02}").score
            assert score == (0 if number % 3 else full)
    with sqlite3.connect(folder / "gradebook.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    again = grade(folder)
    assert "Graded: 0. Failed: 0." in again.communicate(timeout=300)[0]


def test_what_is_handed_in_again_is_graded_again(tmp_path):
    folder = courses.make_course(tmp_path, only=[STEM])
    for answers in ({}, courses.references(STEM)):
        courses.hand_in(folder, "ada", STEM, courses.solved(folder, STEM, answers))
        assert "Graded: 1. Failed: 0." in grade(folder).communicate(timeout=300)[0]
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(STEM, "ada").score > 0


def test_a_folder_that_is_no_course_is_told(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "helpers.coursework", "grade", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"There is no course in {tmp_path}: make one with `make course`." in done.stderr
