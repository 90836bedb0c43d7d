"""The gradebook in SQLite and on a PostgreSQL server: two graders at once, one of them killed."""

import os
import signal
import time

import courses
import databases
import pytest
from nbgrader.api import Gradebook
from test_resume import grade, graded

from helpers.coursework import classroom, course

STEM, NAME, CLASS = "06_dropout_scaling", "dropout_backward", 4


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """A released course with its gradebook in a database of this kind: (folder, URL)."""
    folder = tmp_path / "a course"
    if request.param == "sqlite":
        yield courses.small_course(folder, STEM, [NAME]), f"sqlite:///{folder / 'gradebook.db'}"
        return
    if not databases.programs():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with databases.server() as url:
        yield courses.small_course(folder, STEM, [NAME], db_url=url), url
        assert not (folder / "gradebook.db").exists()


def test_two_graders_at_once_and_one_killed(place):
    folder, url = place
    right = courses.solved(folder, STEM, courses.references(STEM))
    wrong = courses.solved(folder, STEM, courses.bodies(STEM, "return 0"))
    for number in range(CLASS):
        courses.hand_in(folder, f"student-{number}", STEM, wrong if number % 3 else right)
    one, other = grade(folder, "--jobs", "1"), grade(folder, "--jobs", "1")
    while one.poll() is None and not graded(folder):
        time.sleep(0.02)  # until something is graded, and both are at work
    os.killpg(one.pid, signal.SIGKILL)
    one.communicate()
    said = other.communicate()[0]
    assert other.returncode == 0 and "Failed: 0." in said, said
    assert len(graded(folder)) == CLASS
    full = course.read()[STEM]["points"][NAME] * len(course.exercises_of(STEM)[NAME].cases)
    with Gradebook(url) as gradebook:
        for number in range(CLASS):
            submission = gradebook.find_submission(STEM, f"student-{number}")
            assert submission.score == (0 if number % 3 else full)
    assert list(classroom.grade(folder)) == []
    courses.nbgrader(folder, "generate_feedback", STEM)
    courses.nbgrader(folder, "export")
    assert f"student-0,,,,graded,{full:.1f},0.0,{full:.1f}" in (folder / "grades.csv").read_text(
        "utf-8"
    )
