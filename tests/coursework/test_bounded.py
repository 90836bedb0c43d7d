"""What a student made is looked at within limits: one bad submission costs nobody else a point."""

import os
import resource
import shutil
import time

import courses
import pytest
from classes import said_of
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback

from helpers.coursework import bounded, classroom, convert, course, diagnosis, page, restore
from helpers.coursework.bounded import Costly, in_a_child
from helpers.coursework.confine import held
from helpers.coursework.run import Cell
from helpers.coursework.sandbox import Sandbox
from helpers.dropout_scaling import exercises

STEM, FIRST, SECOND = "06_dropout_scaling", "inverted_dropout", "dropout_backward"
DROPOUT = exercises.inverted_dropout


def endless():
    while True:
        pass


def deep(depth=0):
    return deep(depth + 1)


@pytest.mark.parametrize(
    "work",
    [endless, deep, lambda: len(bytearray(400 << 20)), lambda: "x" * 2000, lambda: os._exit(0)],
)
def test_work_that_costs_too_much_is_ended(work):
    with pytest.raises(Costly):
        in_a_child(work, seconds=1, memory=200 << 20, largest=1000)


def test_work_that_never_ends_without_computing_is_ended(monkeypatch):
    monkeypatch.setattr(bounded, "WAIT", 0.2)
    with pytest.raises(Costly):
        in_a_child(lambda: time.sleep(10_000))


def test_other_work_comes_back():
    assert in_a_child(lambda: {"a": [1, None, "ü"]}) == {"a": [1, None, "ü"]}
    with pytest.raises(RuntimeError, match="ZeroDivisionError: division by zero"):
        in_a_child(lambda: 1 / 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return courses.small_course(tmp_path_factory.mktemp("bounded"), STEM, [FIRST, SECOND])


def test_an_answer_that_costs_too_much_to_look_at_costs_no_other(folder, monkeypatch):
    """Neither the student's other exercise nor the student who comes next loses a point."""
    right, me, judge = courses.references(STEM), os.getpid(), page.judge

    def judging(exercise, *others):
        if exercise.name == FIRST and os.getpid() != me:
            endless()
        return judge(exercise, *others)

    courses.hand_in(folder, "costly", STEM, courses.solved(folder, STEM, right))
    with monkeypatch.context() as patched:
        patched.setattr(page, "judge", judging)
        patched.setattr(diagnosis, "SECONDS", 1)
        assert courses.grade(folder, STEM) == {"costly": None}
    courses.hand_in(folder, "next", STEM, courses.solved(folder, STEM, right))
    assert courses.grade(folder, STEM) == {"next": None}
    worth = courses.exercises_in(folder, STEM)
    full = {name: worth[name] * len(course.exercises_of(STEM)[name].cases) for name in worth}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(STEM, "costly").score == full[SECOND]
        assert gradebook.find_submission(STEM, "next").score == full[FIRST] + full[SECOND]
    copy = courses.nbformat.read(
        folder / "autograded" / "costly" / STEM / f"{STEM}.ipynb", as_version=4
    )
    (answer,) = (c for c in copy.cells if said_of(c).get("grade_id") == FIRST)
    assert "its answer takes too much to look at" in answer.outputs[0].data["text/plain"]


def test_a_submission_ends_when_its_time_on_the_clock_is_over(monkeypatch):
    """All of its exercises: what is not done then is wrong, and the next is graded."""
    right = Cell(f"import torch\n{DROPOUT.solution}", answer=FIRST)
    with Sandbox() as box:
        assert diagnosis.clock(box, 5) == 2 * box.longest(5) == 2 * 6 * (10 + 1) * (5 + 1)
        monkeypatch.setattr(diagnosis, "clock", lambda box, count: 0.0)
        told = diagnosis.diagnoses(box, [right], {FIRST: DROPOUT}, {})[FIRST]["text/plain"]
        assert "its answer takes too much to look at" in told
        monkeypatch.undo()
        told = diagnosis.diagnoses(box, [right], {FIRST: DROPOUT}, {})[FIRST]["text/plain"]
        assert told.startswith("Right")


def test_grading_one_submission_has_limits(monkeypatch):
    """Beside those of what a student's code does."""

    def limits(*arguments):
        return [
            resource.getrlimit(resource.RLIMIT_CPU)[0] - sum(os.times()[:2]),
            resource.getrlimit(resource.RLIMIT_DATA)[0] - held(),
        ]

    monkeypatch.setattr(classroom, "_grade", limits)
    seconds, memory = in_a_child(lambda: classroom._limited(), 10_000, 64 << 30)
    assert classroom.SECONDS - 2 < seconds <= classroom.SECONDS + 1
    assert abs(memory - classroom.MEMORY) < 64 << 20


def test_an_error_that_nobody_foresaw_is_told_of_its_submission(tmp_path, monkeypatch):
    """It ended the run for all: those behind it were not graded."""

    class Here:
        def run(self, function, *arguments):
            return function(*arguments)

    def broken(*arguments):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(classroom, "_grade", broken)
    monkeypatch.setattr(bounded, "limit_to", lambda *limits: None)
    told = classroom._tried(Here(), tmp_path, "losses", "ada", "state")
    assert told == "It could not be graded: OSError(5, 'Input/output error')"
    note = (tmp_path / "failed" / "losses" / "ada").read_text(encoding="utf-8")
    assert note.startswith(told) and "Traceback" in note
    monkeypatch.setattr(classroom.reference, "check", broken)
    told = classroom._checked(Here(), tmp_path, "losses")
    assert told.startswith("Nothing is graded") and "Input/output error" in told


def test_a_page_that_costs_too_much_to_make_costs_no_other_student(folder, monkeypatch):
    usual = GenerateFeedback.convert_single_notebook

    def converting(self, name):
        return endless() if "heavy" in name else usual(self, name)

    monkeypatch.setattr(GenerateFeedback, "convert_single_notebook", converting)
    monkeypatch.setattr(convert, "SECONDS", 3)
    for student in ("heavy", "light"):
        courses.hand_in(folder, student, STEM, courses.released(folder, STEM))
    assert courses.grade(folder, STEM) == {"heavy": None, "light": None}
    feedback = folder / "feedback" / "heavy" / STEM
    feedback.mkdir(parents=True)
    for name in (f"{STEM}.html", "a word from the teacher.txt"):
        (feedback / name).write_text("of last week", encoding="utf-8")
    done = classroom.api(folder).generate_feedback(STEM)
    assert not done["success"] and convert.COSTLY in done["log"]
    pages = {path.parts[-3] for path in folder.glob("feedback/*/*/*.html")}
    assert "light" in pages and "heavy" not in pages
    assert [path.name for path in feedback.iterdir()] == ["a word from the teacher.txt"]


def test_of_words_without_end_the_beginning_is_shown(folder):
    notebook = courses.solved(folder, STEM, {"explain": "word " * 20_000})
    courses.hand_in(folder, "endless", STEM, notebook)
    assert courses.grade(folder, STEM) == {"endless": None}
    copy = folder / "autograded" / "endless" / STEM / f"{STEM}.ipynb"
    (answer,) = (
        c
        for c in courses.nbformat.read(copy, as_version=4).cells
        if said_of(c).get("grade_id") == "explain"
    )
    assert answer.source == ("word " * 20_000)[: restore.LONGEST] + restore.CUT


def test_a_full_disk_is_told(folder, monkeypatch):
    courses.hand_in(folder, "last", STEM, courses.released(folder, STEM))
    usage = shutil.disk_usage(folder)._replace(free=100 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    said = "Less than 500 million bytes are free on the disk of the course: nothing more is graded."
    assert courses.grade(folder, STEM)["last"] == said
    assert not (folder / "autograded" / "last").exists()


def test_a_worker_that_ends_meanwhile_is_replaced():
    """By its number, as it is no child of the process that ends it; one in mid-attempt goes, too."""
    right = f"import torch\n{DROPOUT.solution}"
    with Sandbox() as box:
        assert box.in_a_child(lambda: box.close()) is None
        assert box.process is None
        assert not box.observe(DROPOUT, [right])[0].raised
        kept = box.process.pid
        assert box.in_a_child(lambda: len(box.observe(DROPOUT, [right]))) == len(DROPOUT.builders)
        assert box.process.pid == kept
        with pytest.raises(Costly):
            box.in_a_child(endless, seconds=1)
        assert box.process is None
