"""What a student may put into a folder: graded, or refused with one sentence; others go on."""

import base64
import json
import os
import socket

import courses
import nbformat
import pytest
import yaml
from click.testing import CliRunner
from nbgrader.api import Gradebook

from helpers.coursework import classroom, course, intake, reading, records
from helpers.coursework.__main__ import main

STEM, NAME = "06_dropout_scaling", "dropout_backward"
OTHER = "13_variational_bounds"
NAMES = {STEM: [NAME, "diagnose"], OTHER: ["diagnose", "effective_beta", "importance_bound"]}
FULL = course.read()[STEM]["points"][NAME] * len(course.exercises_of(STEM)[NAME].cases)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return courses.small_course(tmp_path_factory.mktemp("intake"), STEM, [NAME])


@pytest.fixture(scope="module")
def right(folder):
    return courses.solved(folder, STEM, courses.references(STEM))


def score(folder, student):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return gradebook.find_submission(STEM, student).score


def place(folder, student):
    """The folder in which a student hands in, made."""
    path = folder / "submitted" / student / STEM
    path.mkdir(parents=True)
    return path


def writes(notebook):
    return nbformat.writes(notebook)


@pytest.mark.parametrize(
    "name",
    [
        f"{STEM}-Copy1.ipynb",
        f"{STEM} (1).ipynb",
        f"{STEM}.ipynb.txt",
        "homework.IPYNB",
        f"inner folder/{STEM}.ipynb",
        "Lösung [1]*.ipynb",
    ],
)
def test_a_renamed_notebook_is_graded(folder, right, name):
    path = place(folder, f"renamed {name.replace('/', '-')}") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(writes(right), encoding="utf-8")
    student = path.relative_to(folder / "submitted").parts[0]
    assert classroom._grade(folder, STEM, student) is None
    assert score(folder, student) == FULL
    if name != f"inner folder/{STEM}.ipynb":
        assert records.said(folder, STEM, student) == [f"The notebook is `{name}`."]


def test_the_solved_copy_counts_beside_the_untouched_original(folder, right):
    path = place(folder, "both")
    (path / f"{STEM}.ipynb").write_text(writes(courses.released(folder, STEM)), encoding="utf-8")
    (path / f"{STEM}-Copy1.ipynb").write_text(writes(right), encoding="utf-8")
    assert classroom._grade(folder, STEM, "both") is None
    assert score(folder, "both") == FULL


def test_two_notebooks_with_other_answers_are_for_a_person(folder, right):
    path = place(folder, "two")
    wrong = courses.solved(folder, STEM, courses.bodies(STEM, "return 0"))
    (path / f"{STEM}.ipynb").write_text(writes(wrong), encoding="utf-8")
    (path / f"{STEM}-Copy1.ipynb").write_text(writes(right), encoding="utf-8")
    said = classroom._grade(folder, STEM, "two")
    assert said.startswith("There are several notebooks with answers, ")
    assert (folder / "failed" / STEM / "two").read_text("utf-8").startswith(said)


@pytest.mark.parametrize("student", ["team 1 [A]", "*", "a?b", "Ünï ço", "x+y", "o'neil; drop"])
def test_odd_names_of_folders_are_names(folder, right, student):
    courses.hand_in(folder, student, STEM, right)
    assert classroom._grade(folder, STEM, student) is None
    assert score(folder, student) == FULL


def test_a_student_whose_name_stands_for_all_keeps_nobody_from_feedback(folder, right):
    for student in ("*", "beside a star"):
        courses.hand_in(folder, student, STEM, right)
        assert classroom._grade(folder, STEM, student) is None
    assert classroom.api(folder).generate_feedback(STEM)["success"]
    for student in ("*", "beside a star"):
        assert (folder / "feedback" / student / STEM / f"{STEM}.html").is_file()


def linked(path, right, folder):
    (path / f"{STEM}.ipynb").symlink_to(folder / "source" / STEM / f"{STEM}.ipynb")


def pipe(path, right, folder):
    os.mkfifo(path / f"{STEM}.ipynb")


def socketed(path, right, folder):
    here = os.getcwd()
    os.chdir(path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{STEM}.ipynb")
    os.chdir(here)


def linked_folder(path, right, folder):
    path.rmdir()
    path.symlink_to(folder / "source" / STEM)


def empty(path, right, folder):
    pass


def other_files(path, right, folder):
    (path / "answers.zip").write_bytes(b"PK")


def another_notebook(path, right, folder):
    path.joinpath(f"{STEM}.ipynb").write_text(
        writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")]))
    )


def folder_for_a_file(path, right, folder):
    (path / f"{STEM}.ipynb").mkdir()


def very_many(path, right, folder):
    for number in range(2100):
        (path / f"{number}").touch()


def very_large(path, right, folder):
    """Files that take no place on a student's disk, and hours to read."""
    for number in range(6):
        with (path / f"{number}").open("wb") as file:
            file.truncate(100 << 20)


REFUSED = {
    linked: f"`{STEM}.ipynb` is a link: hand in the notebook itself.",
    pipe: f"`{STEM}.ipynb` is a special file: hand in the notebook itself.",
    socketed: f"`{STEM}.ipynb` is a special file: hand in the notebook itself.",
    linked_folder: f"The folder `{STEM}` is a link: copy what it leads to.",
    empty: "The folder is empty.",
    other_files: "There is no notebook in the folder; it holds `answers.zip`.",
    another_notebook: f"`{STEM}.ipynb` holds no exercise of {STEM}: is it another notebook?",
    folder_for_a_file: "The folder is empty.",
    very_many: "The folder holds more than 2000 files.",
    very_large: "The files in the folder have more than 500 million bytes.",
}


@pytest.mark.parametrize("make", REFUSED)
def test_what_is_refused_is_told_in_a_sentence(folder, right, make):
    """Nothing of it comes into the gradebook: it is no 0."""
    make(place(folder, make.__name__), right, folder)
    assert classroom._grade(folder, STEM, make.__name__) == REFUSED[make]
    with pytest.raises(ValueError, match="No such submission"):
        score(folder, make.__name__)


@pytest.fixture(scope="module")
def two_assignments(tmp_path_factory):
    """A course of two assignments that have an exercise of the same name, and a question each."""
    folder = tmp_path_factory.mktemp("two")
    said = {stem: course.read()[stem] for stem in NAMES}
    for stem, names in NAMES.items():
        said[stem]["points"] = {name: said[stem]["points"][name] for name in names}
    (folder / "settings.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    course.build_sources(folder, folder / "settings.yaml")
    for stem in NAMES:
        courses.release(folder, stem)
    return folder


@pytest.mark.parametrize("marks", [True, False])
def test_the_notebook_of_another_assignment_is_no_0(two_assignments, marks):
    """Also where it has lost nbgrader's marks, and is known by its checks."""
    made = courses.solved(two_assignments, OTHER, courses.references(OTHER))
    if not marks:
        for cell in made.cells:
            if name := cell.metadata.pop("nbgrader", {}).get("grade_id"):
                cell.source += (
                    f"\n\n\ncheck(exercises.{name}, {name})" if name in NAMES[OTHER] else ""
                )
    path = courses.hand_in(two_assignments, f"mixed up {marks}", STEM, made)
    said = f"`{STEM}.ipynb` holds the exercises of {OTHER}, not those of {STEM}."
    assert classroom._grade(two_assignments, STEM, path.parents[1].name) == said


def test_the_notebooks_of_all_assignments_may_be_handed_in(two_assignments):
    """The one that is asked for counts."""
    for stem in NAMES:
        made = courses.solved(two_assignments, stem, courses.references(stem))
        path = courses.hand_in(two_assignments, "all", STEM, made)
        path.rename(path.with_name(f"my {stem}.ipynb"))
    assert classroom._grade(two_assignments, STEM, "all") is None
    assert records.said(two_assignments, STEM, "all") == [f"The notebook is `my {STEM}.ipynb`."]


def test_a_sentence_holds_no_control_characters(folder):
    """A file's name may hold what a terminal obeys."""
    (place(folder, "escapes") / "\x1b[2Jwork\nhome.pdf").write_text("x")
    said = classroom._grade(folder, STEM, "escapes")
    assert said == r"There is no notebook in the folder; it holds `\x1b[2Jwork\nhome.pdf`."
    noted = (folder / "failed" / STEM / "escapes").read_text(encoding="utf-8")
    assert noted.startswith(f"{said}\n\n")


def test_links_beside_the_notebook_are_left_out(folder, right, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the teacher's")
    path = courses.hand_in(folder, "beside", STEM, right).parent
    (path / "notes.txt").symlink_to(secret)
    (path / "plain.html").write_text("<script>alert(1)</script>")
    os.mkfifo(path / "pipe")
    assert classroom._grade(folder, STEM, "beside") is None
    assert score(folder, "beside") == FULL
    assert records.said(folder, STEM, "beside") == [
        "Left out: `notes.txt`, a link.",
        "Left out: `pipe`, a special file.",
    ]
    names = {p.name for p in (folder / "autograded" / "beside" / STEM).iterdir()}
    assert names == {f"{STEM}.ipynb"}


def cells(*cells):
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


MALFORMED = {
    "utf-16": "{}".encode("utf-16"),
    "latin-1": b'{"cells": ["\xff"]}',
    "deep": b"[" * 100_000,
    "deep-cells": b'{"nbformat": 4, "nbformat_minor": 5, "cells": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "number": b'{"nbformat": 4, "cells": 1e999}',
    "huge-number": b'{"nbformat": ' + b"9" * 5000 + b"}",
    "no-cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "cells-of-text": cells("x").encode(),
    "no-source": cells({"cell_type": "code", "metadata": {}}).encode(),
    "source-of-numbers": cells({"cell_type": "code", "source": [1], "metadata": {}}).encode(),
    "odd-kind": cells({"cell_type": "video", "source": "x", "metadata": {}}).encode(),
    "version-9": b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}',
    "many-cells": cells(*[{"cell_type": "raw", "source": "x", "metadata": {}}] * 6000).encode(),
    "long-cells": cells(
        *[{"cell_type": "raw", "source": "x" * (1 << 20), "metadata": {}}] * 9
    ).encode(),
    "nul": b"\0" * 100,
    "conflict": b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_no_notebook_gets_a_page_and_a_person(folder, kind):
    (place(folder, kind) / f"{STEM}.ipynb").write_bytes(MALFORMED[kind])
    assert classroom._grade(folder, STEM, kind) is None
    assert "It could not be read as a notebook: " in records.said(folder, STEM, kind)[0]
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade("explain", STEM, STEM, kind).needs_manual_grade
    path = folder / "autograded" / kind / STEM / f"{STEM}.ipynb"
    first, *_, answer = nbformat.read(path, as_version=4).cells
    assert first.source.startswith("**This file could not be read as a notebook**, so nothing ")
    assert answer.metadata.nbgrader.grade_id == "explain" and answer.source == first.source


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"\0" * 100, "it is empty"),
        (b"PK\3\4xx", "it is a zip archive, or a document of an office program"),
        (b"%PDF-1.7", "it is a PDF"),
        (MALFORMED["conflict"], "it is a file in which git left a conflict"),
        (b"<!DOCTYPE html>", "it is a web page"),
        (b"# %%\nx = 1", "it is a program's text, not a notebook"),
        (b'{"cells": [\n"x",', "its text is damaged, or was never that of a notebook"),
        (b"\x93\x02\xc3\x28" * 9, "its text is damaged, or was never that of a notebook"),
        (b"[1, 2]", "its text is JSON, but not that of a notebook"),
        (b"null", "its text is JSON, but not that of a notebook"),
        (MALFORMED["version-9"], "its text is JSON, but not that of a notebook"),
        (MALFORMED["deep"], "its parts are nested too deeply"),
    ],
)
def test_why_it_is_no_notebook_is_told_in_plain_words(data, said):
    with pytest.raises(reading.Unreadable) as caught:
        reading.parsed(data)
    assert str(caught.value).startswith(said)


def test_odd_metadata_cost_nothing(folder, right):
    """Lone surrogates, metadata of other kinds, marks that are no texts."""
    said = json.loads(writes(right))
    for number, cell in enumerate(said["cells"]):
        if cell["cell_type"] == "markdown" and number % 2:
            cell["source"] = "\ud800 text"
            cell["metadata"] = {"nbgrader": [1]} if number % 3 else {"nbgrader": {"grade_id": 5}}
    said["metadata"] = {"kernelspec": [], "widgets": {"x": float("nan")}}
    courses.hand_in(folder, "metadata", STEM, json.dumps(said))
    assert classroom._grade(folder, STEM, "metadata") is None
    assert score(folder, "metadata") == FULL


def without_metadata(text):
    said = json.loads(text)
    del said["metadata"]
    return json.dumps(said).encode()


SAVED = {  # by other programs: what they make of a notebook's text
    "utf-16": lambda text: text.encode("utf-16"),  # as PowerShell's `>` writes
    "byte-order-mark": lambda text: text.encode("utf-8-sig"),
    "cp1252": lambda text: text.encode("cp1252", "replace"),
    "no-metadata": without_metadata,
}


@pytest.mark.parametrize("kind", SAVED)
def test_what_another_program_saved_is_read(right, kind):
    made = nbformat.reads(writes(right), as_version=4)
    made.cells[0].source = "größer"
    text = json.dumps(made, ensure_ascii=False)
    read = reading.parsed(SAVED[kind](text))
    assert read.cells[0].source == "größer"
    assert [c.cell_type for c in read.cells] == [c.cell_type for c in made.cells]


LONG = "x" * (2 << 20)
PICTURE = base64.b64encode(b"\x89PNG" + bytes(2 << 20)).decode()
ODD_CELLS = {  # a cell → what is read of it
    "data that were pasted": (
        nbformat.v4.new_code_cell(f"data = '{LONG}'"),
        (f"# {reading.LONG}", {}),
    ),
    "words without end": (nbformat.v4.new_raw_cell(LONG), (f"*{reading.LONG}*", {})),
    "a picture in the text, as Colab writes it": (
        nbformat.v4.new_markdown_cell(f"See ![x](data:image/png;base64,{PICTURE})!"),
        ("See ![x](attachment:pasted-1)!", {"pasted-1": {"image/png": PICTURE}}),
    ),
    "a picture that is none": (
        nbformat.v4.new_markdown_cell("See", attachments={"x.png": {"image/png": "abcde"}}),
        ("See", {}),
    ),
}


@pytest.mark.parametrize("kind", ODD_CELLS)
def test_an_odd_cell_costs_the_others_nothing(right, kind):
    cell, expected = ODD_CELLS[kind]
    made = nbformat.reads(writes(right), as_version=4)
    made.cells.append(cell)
    *others, read = reading.parsed(writes(made).encode()).cells
    assert (read.source, read.get("attachments", {})) == expected
    assert [c.source for c in others] == [c.source for c in right.cells]


COSTLY = {  # small text that costs much to read: which limit to lower, and the text
    "memory": ("MEMORY", 100 << 20, "[" + "{}," * (8 << 20) + "{}]"),
    "time": ("SECONDS", 1, cells(*[{"cell_type": "raw", "source": "", "metadata": {}}] * 70_000)),
}


@pytest.mark.parametrize("kind", COSTLY)
def test_what_is_costly_to_read_ends_in_its_own_process(folder, monkeypatch, kind):
    """Alone it is a file that can't be read; several together are refused."""
    name, limit, text = COSTLY[kind]
    monkeypatch.setattr(intake, name, limit)
    student = f"costly-{kind}"
    path = courses.hand_in(folder, student, STEM, text)
    assert classroom._grade(folder, STEM, student) is None
    (said,) = records.said(folder, STEM, student)
    assert said == f"It could not be read as a notebook: {intake.COSTLY}."
    (path.parent / "more.ipynb").write_bytes(path.read_bytes())
    assert classroom._grade(folder, STEM, student) == intake.SEVERAL.format(2)


def test_the_notebooks_of_one_submission_are_read_within_one_limit(folder, right, monkeypatch):
    """Each costs much less than is allowed; all of them cost more."""
    monkeypatch.setattr(intake, "SECONDS", 5)
    text = cells(*[{"cell_type": "raw", "source": "x", "metadata": {}}] * 4000)
    for count, said in ((1, None), (100, intake.SEVERAL.format(101))):
        path = courses.hand_in(folder, f"many-{count}", STEM, right)
        for number in range(count):
            (path.parent / f"{number}.ipynb").write_text(text)
        assert classroom._grade(folder, STEM, f"many-{count}") == said


def run(folder, *arguments):
    return CliRunner().invoke(main, ["grade", str(folder), *arguments])


def test_a_mistyped_assignment_is_an_error(folder):
    result = run(folder, "06_dropuot_scaling")
    assert result.exit_code == 1
    assert f"There is no assignment '06_dropuot_scaling'; there are {STEM}." in result.output


def test_a_class_goes_on_beside_what_is_refused(tmp_path, right, caplog):
    """By the command: a link, a name that is no UTF-8, a mistyped folder, and a right answer."""
    own = courses.small_course(tmp_path / "course", STEM, [NAME])
    linked(place(own, "linker"), right, own)
    courses.hand_in(own, "ada", STEM, right)
    courses.hand_in(own, "bob", "06_dropuot_scaling", right)
    os.makedirs(os.fsencode(own / "submitted") + b"/caf\xe9/" + STEM.encode())
    (place(own, "escape") / "\x1b[2J\n.ipynb").write_text(writes(right), encoding="utf-8")
    courses.hand_in(own, "pdf", STEM, "%PDF-1.7")
    result = run(own, "--jobs", "1")
    assert result.exit_code == 1 and result.output.endswith("Graded: 2. Failed: 4.\n")
    lines = dict(line.split("  ")[1:] for line in result.output.splitlines() if "  " in line)
    assert lines["ada"] == "graded."
    assert lines["pdf"] == "It could not be read as a notebook: it is a PDF."
    assert lines["escape"] == r"graded. The notebook is `\x1b[2J\n.ipynb`."
    assert lines["linker"] == REFUSED[linked]
    assert lines["bob"] == f"There is no such assignment; there are {STEM}."
    assert "can't be printed" in lines["caf\\udce9"]
    assert score(own, "ada") == FULL
    again = courses.grade(own, STEM)
    assert again["linker"] == REFUSED[linked] and "ada" not in again
    assert "can't be printed" in caplog.text and caplog.text.encode(), "a log can be written"
