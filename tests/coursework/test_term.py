"""A teacher's term, small: from the students' list to the table, with all that comes between."""

import csv
import io
import shutil
import zipfile

import courses
import pytest
import yaml
from classes import said_of
from nbgrader.api import Gradebook

from helpers.coursework import course
from helpers.coursework.late import Late

STEM, FIRST, SECOND = "06_dropout_scaling", "inverted_dropout", "dropout_backward"
GROUPS = {name: len(course.exercises_of(STEM)[name].cases) for name in (FIRST, SECOND)}
ROSTER = """id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@example.org,4711
emmy,Emmy,Noether,emmy@example.org,4712
sofja,Sofja,Kowalewskaja,sofja@example.org,4713
"""
MOODLE = "{name}_{number}_assignsubmission_file/{file}"
CANVAS = "{name}_{number}_99_{file}"


class Term:
    """A course, and what a teacher does with it."""

    def __init__(self, folder):
        self.folder = folder

    def gradebook(self):
        return Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}")

    def grade(self):
        """Grade what waits, in this process; returns student → error."""
        return courses.grade(self.folder, STEM)

    def hand_in(self, student, **answers):
        courses.hand_in(self.folder, student, STEM, courses.solved(self.folder, STEM, answers))

    def mark(self, student, points):
        """A person's mark for the words."""
        with self.gradebook() as gradebook:
            grade = gradebook.find_grade("explain", STEM, STEM, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.db.commit()

    def open_marks(self):
        """The students whose words wait for a person."""
        with self.gradebook() as gradebook:
            found = gradebook.assignment_submissions(STEM)
            return {s.student.id for s in found if s.needs_manual_grade}

    def rebuild(self, **points):
        path = self.folder / "settings.yaml"
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        said[STEM]["points"] = points
        path.write_text(yaml.safe_dump(said), encoding="utf-8")
        course.build_sources(self.folder, path)
        courses.release(self.folder, STEM)

    def table(self):
        assert f"The table is in {self.folder / 'grades.csv'}" in courses.nbgrader(
            self.folder, "export"
        )
        with open(self.folder / "grades.csv", encoding="utf-8", newline="") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A released course with its students' list."""
    folder = courses.small_course(tmp_path_factory.mktemp("begun"), STEM, [FIRST, SECOND])
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    courses.nbgrader(folder, "db", "student", "import", "roster.csv")
    return folder


@pytest.fixture
def term(begun, tmp_path):
    return Term(shutil.copytree(begun, tmp_path / "a course"))


@pytest.mark.parametrize("pattern", [MOODLE, CANVAS])
def test_an_archive_of_a_learning_platform_is_collected(term, tmp_path, pattern):
    """By numbers, by names, and under the platform's name where the list knows nobody."""
    archive = term.folder / "downloaded" / STEM / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as packed:
        text = courses.nbformat.writes(courses.released(term.folder, STEM))
        for name, number, file in (
            ("Somebody Else", 4711, f"{STEM}.ipynb"),
            ("Noether Emmy", 99, f"{STEM}-1.ipynb"),
            ("Hilbert David", 98, f"{STEM}.ipynb"),
            ("Hilbert David", 98, "notes.txt"),
        ):
            packed.writestr(pattern.format(name=name, number=number, file=file), text)
    courses.nbgrader(term.folder, "zip_collect", STEM, "--force")
    found = sorted(
        p.relative_to(term.folder).as_posix() for p in term.folder.glob("submitted/*/*/*")
    )
    assert found == [
        f"submitted/Hilbert David/{STEM}/{STEM}.ipynb",
        f"submitted/ada/{STEM}/{STEM}.ipynb",
        f"submitted/emmy/{STEM}/{STEM}-1.ipynb",
    ]


@pytest.mark.parametrize("pattern", [MOODLE, CANVAS])
def test_who_handed_in_no_notebook_is_told_so(term, pattern):
    """In the table: not as somebody who handed in nothing. A notebook may be named in capitals."""
    archive = term.folder / "downloaded" / STEM / "archive"
    archive.mkdir(parents=True)
    right = courses.solved(term.folder, STEM, courses.references(STEM))
    text = courses.nbformat.writes(right)
    with zipfile.ZipFile(archive / "all.zip", "w") as packed:
        for name, number, file, data in (
            ("Ada Lovelace", 4711, "work.pdf", "%PDF"),
            ("Emmy Noether", 4712, "mine.zip", mine("a/work.py")[:-30]),
            ("Sofja Kowalewskaja", 4713, f"{STEM}.IPYNB", text),
            ("Sofja Kowalewskaja", 4713, "notes.txt", "x"),
            ("Hilbert David", 98, "mine.zip", mine("a/work.py")),
        ):
            packed.writestr(pattern.format(name=name, number=number, file=file), data)
        if pattern is MOODLE:
            packed.writestr("Anna X_9_assignsubmission_onlinetext/onlinetext.html", "<p>x</p>")
    courses.nbgrader(term.folder, "zip_collect", STEM, "--force")
    found = sorted(p.name for p in term.folder.glob(f"submitted/sofja/{STEM}/*"))
    assert found == [f"{STEM}.IPYNB"]
    term.grade()
    said = {student: row["status"] for student, row in term.table().items()}
    nothing = "failed: There is no notebook in the folder; it holds `{}`."
    assert said["ada"] == nothing.format("work.pdf")
    assert said["emmy"] == nothing.format("mine.zip")
    assert said["sofja"] == "graded"
    assert said["Hilbert David"] == nothing.format("work.py")
    if pattern is MOODLE:
        assert said["Anna X"] == nothing.format("onlinetext.html")


def test_a_folder_whose_name_cannot_be_printed_stands_in_the_table(term):
    courses.hand_in(term.folder, "new\nline", STEM, courses.released(term.folder, STEM))
    term.grade()
    row = term.table()[r"new\nline"]
    assert row["status"].startswith("failed: The folder's name, ") and row["score"] == ""
    shutil.rmtree(term.folder / "submitted" / "new\nline")
    assert r"new\nline" not in term.table()


def test_a_file_that_is_no_notebook_is_no_0(term):
    """The table says why, until a person has marked it."""
    courses.hand_in(term.folder, "ada", STEM, "%PDF-1.7")
    assert term.grade() == {"ada": None}
    row = term.table()["ada"]
    assert row["status"] == "failed: It could not be read as a notebook: it is a PDF."
    assert row["score"] == row["raw_score"] == ""
    term.mark("ada", 3)
    row = term.table()["ada"]
    assert row["status"] == "graded" and float(row["score"]) == 3


def mine(*names):
    """The bytes of a student's own archive of empty files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in names:
            packed.writestr(name, name)
    return made.getvalue()


@pytest.mark.parametrize("pattern", [MOODLE, CANVAS])
def test_whose_a_file_is_the_platform_says(term, pattern):
    """Not a name inside a student's folder or archive; and a name twice stops nobody's collection."""
    archive = term.folder / "downloaded" / STEM / "archive"
    archive.mkdir(parents=True)
    forged = [
        form.format(name="Noether Emmy", number=99, file="x.ipynb") for form in (MOODLE, CANVAS)
    ]
    with zipfile.ZipFile(archive / "all.zip", "w") as packed:
        for name, number, file, data in (
            ("Noether Emmy", 99, "x.ipynb", "hers"),
            ("Hilbert David", 98, "mine.zip", mine("a/x.ipynb", "b/x.ipynb", *forged)),
            ("Hilbert David", 98, "mine.ipynb", "his"),
            ("Schmidt Anna", 1, "x.ipynb", "one"),
            ("Schmidt Anna", 2, "x.ipynb", "the other"),
        ):
            packed.writestr(pattern.format(name=name, number=number, file=file), data)
        for part in ("file", "onlinetext"):  # of one student, two files of one name
            packed.writestr(f"Curie Marie_5_assignsubmission_{part}/x.ipynb", "twice")
    courses.nbgrader(term.folder, "zip_collect", STEM, "--force")
    submitted = term.folder / "submitted"
    found = {p.relative_to(submitted).as_posix(): p.read_text() for p in submitted.rglob("*.ipynb")}
    assert found == {
        f"emmy/{STEM}/x.ipynb": "hers",
        f"Hilbert David/{STEM}/mine.ipynb": "his",
        **{
            f"Hilbert David/{STEM}/mine/{name}": name
            for name in ("a/x.ipynb", "b/x.ipynb", *forged)
        },
        f"Curie Marie/{STEM}/x.ipynb": "twice",
        f"Curie Marie/{STEM}/again/x.ipynb": "twice",
        f"Schmidt Anna 1/{STEM}/x.ipynb": "one",
        f"Schmidt Anna 2/{STEM}/x.ipynb": "the other",
    }


def test_a_term(term):
    right = courses.references(STEM)
    term.hand_in("ada", **right, explain="Because of the mask.")
    term.hand_in("emmy", **courses.bodies(STEM, "return 0"))
    # failed, missing and 0 are three things
    courses.hand_in(term.folder, "broken", STEM, "").unlink()
    assert term.grade() == {"ada": None, "emmy": None, "broken": "The folder is empty."}
    full = 2 * GROUPS[FIRST] + 2 * GROUPS[SECOND]
    table = term.table()
    assert table["ada"]["status"] == "to be marked by a person"
    assert (table["emmy"]["status"], table["emmy"]["score"]) == ("graded", "0.0")
    assert (table["sofja"]["status"], table["sofja"]["score"]) == ("missing", "")
    assert table["ada"]["email"] == "ada@example.org" and table["ada"]["last_name"] == "Lovelace"
    # a person marks the words; regrading keeps the mark, until the words change
    term.mark("ada", 3)
    assert term.grade() == {"broken": "The folder is empty."}
    term.rebuild(**{FIRST: 5, SECOND: 2})
    assert set(term.grade()) == {"ada", "emmy", "broken"} and term.open_marks() == set()
    table = term.table()
    assert float(table["ada"]["score"]) == 5 * GROUPS[FIRST] + 2 * GROUPS[SECOND] + 3
    # an exercise that turned out broken is removed after the release, and put back
    term.rebuild(**{FIRST: 5})
    assert set(term.grade()) >= {"ada", "emmy"} and term.open_marks() == set()
    row = term.table()["ada"]
    assert (
        float(row["score"]) == 5 * GROUPS[FIRST] + 3
        and float(row["max_score"]) == 5 * GROUPS[FIRST] + 4
    )
    term.rebuild(**{FIRST: 2, SECOND: 2})
    assert set(term.grade()) >= {"ada", "emmy"} and term.open_marks() == set()
    assert float(term.table()["ada"]["score"]) == full + 3
    # a resubmission with other words is read again, one with the same words isn't
    term.hand_in("ada", **right, explain="Because of the mask, and the bend.")
    assert term.grade()["ada"] is None and term.open_marks() == {"ada"}
    # an empty folder that gets a notebook is graded
    term.hand_in("broken", **right)
    assert term.grade() == {"broken": None}
    assert term.table()["broken"]["status"] == "graded"


def test_a_mark_given_after_the_feedback_reaches_it(term):
    """Feedback that is made again is new, though nothing was graded again. A file beside it stays."""
    term.hand_in("ada", explain="Because of the mask.")
    assert term.grade() == {"ada": None}
    courses.nbgrader(term.folder, "generate_feedback", STEM)
    letter = term.folder / "feedback" / "ada" / STEM / "letter.txt"
    letter.write_text("Dear Ada")
    term.mark("ada", 3)
    with term.gradebook() as gradebook:
        gradebook.find_comment("explain", STEM, STEM, "ada").manual_comment = "Which mask?"
        gradebook.db.commit()
    courses.nbgrader(term.folder, "generate_feedback", STEM)
    page = (term.folder / "feedback" / "ada" / STEM / f"{STEM}.html").read_text(encoding="utf-8")
    assert "Written response</a> (Score: 3.0 / 4.0)" in page and "Which mask?" in page
    assert letter.read_text() == "Dear Ada"


def test_being_late_costs_what_was_set_also_after_grading(term):
    """And a student's own timestamp.txt changes nothing."""
    term.hand_in("ada", **courses.references(STEM), explain="Because.")
    path = term.folder / "submitted" / "ada" / STEM / "timestamp.txt"
    path.write_text("2000-01-01 00:00:00 UTC")
    assert term.grade() == {"ada": None}
    full = 2 * GROUPS[FIRST] + 2 * GROUPS[SECOND]
    assert float(term.table()["ada"]["score"]) == full
    courses.nbgrader(term.folder, "db", "assignment", "add", STEM, "--duedate=2030-01-01 12:00 UTC")
    courses.configure(term.folder, "Late.percent_per_day = 10")
    (term.folder / "received").mkdir()
    (term.folder / "received" / f"{STEM}.csv").write_text(
        "student,time\nada,2030-01-02 13:00 UTC\n"
    )
    assert term.grade() == {"ada": None}
    row = term.table()["ada"]
    assert float(row["late_submission_penalty"]) == pytest.approx(0.2 * full)
    # a mark that comes later counts as well
    term.mark("ada", 4)
    row = term.table()["ada"]
    assert float(row["raw_score"]) == full + 4
    assert float(row["score"]) == pytest.approx(0.8 * (full + 4))


@pytest.mark.parametrize(("hours", "costs"), [(1, 1), (24, 1), (25, 2), (24 * 20, 10), (0.4, None)])
def test_late_days_that_have_begun_count(hours, costs):
    late = Late(percent_per_day=10, grace_minutes=30)
    assert (
        late.late_submission_penalty("ada", 10, (hours + (0.5 if hours > 1 else 0)) * 3600) == costs
    )


def test_the_marking_guide_is_for_markers(begun):
    (asked,) = (
        c
        for c in courses.released(begun, STEM).cells
        if said_of(c).get("grade_id") == "explain-question"
    )
    assert "MARK SCHEME" not in asked.source
