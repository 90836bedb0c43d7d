"""What a student gets: everything to work with, and no answer."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import courses
import nbformat
import pytest
from classes import STEMS, said_of
from click.testing import CliRunner
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from topics import ROOT

from helpers.coursework import course, release
from helpers.coursework.__main__ import main
from helpers.coursework.answers import exercise_in
from helpers.coursework.release import cases_source, visible
from helpers.teaching.exercise import exercise
from helpers.teaching.graded import record


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory):
    """A course with its assignments released; environment/ unpacked into site/."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("handed out") / "a course")
    (wheel,) = (folder / "environment").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder


def cut(notebook):
    """The page without what is neither its imports nor graded (changed in place)."""
    notebook.cells = [c for c in notebook.cells if c.id == "imports" or said_of(c)]
    return notebook


@pytest.fixture(scope="module")
def handed_out(folder):
    """All that a student gets, as one text a file, code written in one way."""
    files = [*(folder / "site").rglob("*"), *(folder / "release").rglob("*.ipynb")]
    texts = {}
    for path in files:
        if path.suffix == ".py":
            texts[path] = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
        elif path.suffix == ".ipynb":
            cells = nbformat.read(path, as_version=4).cells
            texts[path] = "\n\n".join(cell.source for cell in cells)
        elif path.suffix in (".json", ".md", ".txt", ""):
            texts[path] = path.read_text(encoding="utf-8") if path.is_file() else ""
    return texts


def body_of(function_source):
    """The statements of a function, without its docstring, as `ast.unparse` has them."""
    (function,) = ast.parse(function_source).body
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return "\n".join(map(ast.unparse, statements))


@pytest.mark.parametrize("stem", STEMS)
def test_no_answer_is_handed_out(handed_out, stem):
    for name, one in course.exercises_of(stem).items():
        answer = re.sub(r"\s+", " ", body_of(one.solution))
        for path, text in handed_out.items():
            if path.name != "formulas.py":  # the lecture, which grading does not offer
                assert answer not in re.sub(r"\s+", " ", text), f"{name} in {path}"
                for mistake in one.mistakes.values():
                    assert f"def {mistake.name}(" not in text
                assert f"{name}.slips(" not in text


@pytest.mark.parametrize("stem", STEMS)
def test_no_hidden_case_is_handed_out(folder, handed_out, stem):
    topic = stem.partition("_")[2]
    namespace = {}
    text = handed_out[folder / "site" / "helpers" / topic / "exercises.py"]
    exec(
        text.replace("from helpers.teaching.graded import exercise", ""),
        {"exercise": lambda **said: lambda f: namespace.update({f.__name__: said["cases"]})},
    )
    recorded = (folder / "site" / "helpers" / topic / "exercises.json").read_text(encoding="utf-8")
    for name, one in course.exercises_of(stem).items():
        told = json.loads(recorded)[name]["mistakes"]
        assert told, f"a student's copy knows usual mistakes of {name}"
        shown = [(group, label) for group, cases in namespace[name].items() for label in cases]
        assert shown == visible(one)
        assert len(shown) < len(one.builders), "some cases are for grading alone"
    page = handed_out[folder / "release" / stem / f"{stem}.ipynb"]
    for mark in ("HIDDEN TESTS", "SOLUTION", "MARK SCHEME", "Grading adds"):
        assert mark not in page
    assert course.read()[stem]["explain"]["guide"][0] not in page


@pytest.mark.parametrize("stem", STEMS)
def test_no_points_hang_on_visible_cases_alone(stem):
    """What was recorded of the visible cases, played back, gets no group's points."""
    alone = [
        (name, group)
        for name in course.read()[stem]["points"]
        for group, cases in course.exercises_of(stem)[name].cases.items()
        if {(group, label) for label in cases} <= set(visible(course.exercises_of(stem)[name]))
    ]
    assert not alone


def test_a_group_of_one_case_is_for_grading_alone():
    source = (
        "@exercise(cases={'values': {'a': lambda: (1,), 'b': lambda: (2,)}, 'edges': {'c': "
        "lambda: (0,)}}, hints=['h'])\ndef g(x):\n    'Doc.'\n    return x\n"
    )
    kept = cases_source(source, ["g"], lambda name, group, label: label == "a")
    assert "'a'" in kept and "'b'" not in kept and "edges" not in kept

    @exercise(
        cases={
            "values": {"a": lambda: (1.0,), "b": lambda: (2.0,)},
            "edges": {"c": lambda: (0.0,)},
        },
        hints=["h"],
    )
    def double(x):
        """2·x."""
        return 2 * x

    assert visible(double) == [("values", "a")]
    student = exercise(cases={"values": {"a": lambda: (1.0,)}}, hints=["h"])(double.function)
    right = student.points(lambda x: x + x, "edges", 3)
    assert (right, student.points(lambda x: x, "edges", 3)) == (3, 0)
    assert right.text == "edges: its case is kept for grading, which gives up to 3 points."


def test_the_grader_and_the_tests_stay_here(handed_out):
    assert not any("coursework" in path.parts or "tests" in path.parts for path in handed_out)


@pytest.mark.parametrize("stem", STEMS)
def test_the_release_keeps_the_page(folder, stem):
    """All that is no exercise stands in the release as in the notebook, stored outputs included."""
    practice = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    there = {cell.id: cell for cell in courses.released(folder, stem).cells}
    for cell in practice.cells:
        handed = there[cell.id]
        if cell.id == "imports":
            assert handed.source.startswith(cell.source)
        else:
            assert handed.source == cell.source
        if cell.cell_type == "code" and not exercise_in(cell):
            assert handed.outputs == cell.outputs


@pytest.fixture(scope="module")
def kernel(folder, tmp_path_factory):
    """A kernel that has the students' wheel, for one page after another."""
    manager = KernelManager()
    env = os.environ | {"PYTHONPATH": str(folder / "site")}
    manager.start_kernel(env=env, cwd=str(tmp_path_factory.mktemp("kernel")))
    yield manager
    manager.shutdown_kernel(now=True)


def execute(kernel, notebook):
    """Run a notebook in a kernel that goes on; names of the page before are gone."""
    notebook.cells.insert(0, new_code_cell("%reset -f"))
    client = NotebookClient(notebook, km=kernel, timeout=None)
    client.execute()
    client.kc.stop_channels()


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.weekly)])
@pytest.mark.parametrize("stem", STEMS)
def test_a_student_can_work_with_it(folder, kernel, stem, whole):
    """The released notebook runs to its end with the wheel alone, and knows a mistake by name."""
    exercises = course.exercises_of(stem)
    first = next(iter(exercises))
    recorded = record(exercises[first], visible(exercises[first]))["mistakes"]
    mistake = next(iter(recorded))
    answers = courses.references(stem)
    answers = {
        name: f"{source}\n\n\ncheck(exercises.{name}, {name})" for name, source in answers.items()
    }
    answers[first] = (
        courses.as_source(exercises[first].mistakes[mistake].function, first)
        + f"\n\n\ncheck(exercises.{first}, {first})"
    )
    notebook = courses.solved(folder, stem, answers)
    if whole:  # what a whole page sets in torch must not meet the next one
        kernel.restart_kernel(now=True)
    else:
        notebook = cut(notebook)
    (imports,) = (cell for cell in notebook.cells if cell.id == "imports")
    imports.source += "\nimport helpers; print(helpers.__file__)"
    execute(kernel, notebook)
    cells = {c.metadata.get("nbgrader", {}).get("grade_id", c.id): c for c in notebook.cells}
    assert str(folder / "site") in cells["imports"].outputs[0].text
    texts = {name: cells[name].outputs[-1].data["text/plain"] for name in exercises}
    assert texts.pop(first).startswith(f"Wrong: {recorded[mistake]['hint']}")
    assert all(text.startswith("Right:") for text in texts.values()), texts
    worth = course.read()[stem]["points"]
    for name in texts:
        for group in exercises[name].cases:
            earned = cells[f"{name}-{group}"].outputs[-1].data["text/plain"]
            assert float(earned) == worth[name]


def test_nbgraders_own_check_before_handing_in(folder, tmp_path):
    """A student's `nbgrader validate` passes what is right, and counts what is missing or wrong."""
    stem = "06_dropout_scaling"
    right = courses.references(stem) | {"explain": "It has no graph."}
    exercises = course.exercises_of(stem)
    groups = sum(len(one.cases) for one in exercises.values())
    wrong = courses.bodies(stem, "return 0")
    some = {name: wrong[name] for name in list(wrong)[::2]}  # the others are missing
    env = os.environ | {"PYTHONPATH": str(folder / "site")}
    for answers, says in (
        (right, "Success! Your notebook passes all the tests."),
        (some, f"VALIDATION FAILED ON {groups + 1} CELL(S)!"),
    ):
        text = nbformat.writes(cut(courses.solved(folder, stem, answers)))
        (tmp_path / "page.ipynb").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "nbgrader", "validate", "page.ipynb"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert says in done.stdout


def test_a_released_exercise_can_be_neither_called_nor_solved(folder):
    code = (
        "from helpers.dropout_scaling import exercises as e; one = e.inverted_dropout\n"
        "variants = [v for mistake in one.mistakes.values() for v in mistake.variants()]\n"
        "print(repr(one.solution), one.hints, len(variants) > 0, any(map(callable, variants)))\n"
        "try: one(1, 2, 3, 4)\n"
        "except NotImplementedError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder / "site",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "'' () True False",
        "inverted_dropout is for you to write; there is none to call here.",
    ]


# What is said of an exercises.py or of settings that can't be used


def test_cases_that_need_another_module_are_refused():
    source = (
        "from helpers.topic import formulas\n"
        "@exercise(cases={'values': {'a': lambda: (formulas.f(1),)}}, hints=['h'])\n"
        "def g(x):\n    'Doc.'\n    return x\n"
    )
    with pytest.raises(ValueError, match=r"The cases need helpers\.topic"):
        cases_source(source, ["g"])


def test_cases_that_are_computed_are_refused():
    source = "@exercise(cases=make(), hints=['h'])\ndef g(x):\n    'Doc.'\n    return x\n"
    with pytest.raises(ValueError, match="g: write its cases as group → label → lambda"):
        cases_source(source, ["g"])


def test_only_what_the_cases_need_is_kept():
    source = (
        "import torch, math\n"
        "ONE = {'values': {'a': lambda: (two(),), 'b': lambda: (3,)}}\n"
        "def two():\n    return torch.ones(2)\n"
        "def answer():\n    return 42\n"
        "@exercise(cases=ONE, hints=['h'])\n"
        "def g(x):\n    'Doc.'\n    return answer()\n"
        "@g.mistake\n"
        "def wrong(x):\n    'No.'\n    return two()\n"
    )
    kept = cases_source(source, ["g"], lambda name, group, label: label == "a")
    assert "two" in kept and "Doc." in kept
    for gone in ("answer", "wrong", "hints", "'b'", "42"):
        assert gone not in kept


def test_mistakes_that_the_visible_cases_cannot_tell_apart_are_left_out():
    @exercise(cases={"values": {"one": lambda: (1.0,), "two": lambda: (2.0,)}}, hints=["h"])
    def inverse(x):
        """1/x."""
        return 1 / x

    inverse.slips("""
        doubled: 1 / x → 2 / x
        # Two.
        turned: 1 / x → -1 / x
        # Sign.
        squared: 1 / x → 2 / x**2
        # Two over the square.
    """)
    names = {"doubled", "turned", "squared"}
    assert names <= set(record(inverse, list(inverse.builders))["mistakes"])
    seen = record(inverse, [("values", "one")])
    assert names & set(seen["mistakes"]) == {"turned"}, "of two hints one would be wrong"


def test_points_are_a_number_with_a_sentence():
    @exercise(cases={"values": {"one": lambda: (1.0,), "two": lambda: (2.0,)}}, hints=["h"])
    def double(x):
        """2·x."""
        return 2 * x

    right, wrong = (
        double.points(lambda x: x + x, "values", 3),
        double.points(lambda x: 2.0, "values", 3),
    )
    assert (right, wrong) == (3, 0)
    assert right._repr_mimebundle_()["text/plain"] == "3.0"
    assert wrong._repr_mimebundle_()["text/html"] == (
        "<p>values: 1 of 2 cases pass. 0 of 3 points so far.</p>"
    )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            "09_nothing: {points: {}}",
            "there is no notebook 09_nothing; there are 00_start_here, 01_",
        ),
        (
            "06_dropout_scaling: {points: {dropuot: 1}}",
            "has no exercise dropuot; it has inverted_dropout,",
        ),
        (
            "06_dropout_scaling: {points: {}, explain: {question: a, points: 1, guide: []}, leave_out: [9]}",
            "has no section 9 to leave out",
        ),
    ],
)
def test_settings_that_do_not_fit_are_told(tmp_path, settings, says):
    own = tmp_path / "own.yaml"
    own.write_text(settings, encoding="utf-8")
    result = CliRunner().invoke(main, ["build", str(tmp_path / "course"), "--settings", str(own)])
    assert result.exit_code == 1 and says in result.output and "Traceback" not in result.output


def test_another_system_is_told(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    result = CliRunner().invoke(main, ["build"])
    assert result.exit_code == 1 and "Coursework needs Linux" in result.output


def test_another_wheel_has_another_version(tmp_path, monkeypatch):
    """Else pip would leave a repaired one out, where the older is installed."""
    names = []
    for text in ("1", "1", "2"):
        monkeypatch.setattr(release, "strip", lambda path, module, text=text: path.write_text(text))
        names.append(release.build_wheel(tmp_path).name)
    assert names[0] == names[1] != names[2]


def test_building_again_keeps_what_a_teacher_set(tmp_path, monkeypatch):
    """Without the records of all exercises in the wheel, which take their time."""
    monkeypatch.setattr(release, "strip", lambda path, module: path.write_text(""))
    stem = "06_dropout_scaling"
    own = courses.small_course(tmp_path / "a course", stem)
    courses.configure(own, "Grade.seconds = 2")
    text = (own / "nbgrader_config.py").read_text(encoding="utf-8")
    (own / "environment").mkdir()
    (own / "environment" / "checked_gradients-0.0-py3-none-any.whl").touch()
    course.build(own, own / "settings.yaml")
    assert (own / "nbgrader_config.py").read_text(encoding="utf-8") == text
    assert len(list((own / "environment").glob("*.whl"))) == 1
    assert (own / "gradebook.db").exists() and (own / "release" / stem).exists()


def test_points_sections_and_exercises_can_be_chosen():
    stem = "06_dropout_scaling"
    practice = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    said = {
        "points": {"inverted_dropout": 5, "expected_output": 1},
        "explain": {"question": "Why?", "points": 2, "guide": ["2 points: that."]},
        "leave_out": [4],
    }
    made = course.assignment(practice, stem, said)
    marked = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.get("points")
        for c in made.cells
        if "nbgrader" in c.metadata
    }
    assert [k for k in marked if "-" not in k] == ["inverted_dropout", "expected_output", "explain"]
    assert marked["inverted_dropout-edges"] == 5 and marked["explain"] == 2
    text = "\n".join(cell.source for cell in made.cells)
    assert "## 4 ·" not in text and "## 5 ·" in text and "**2.**" not in text


def test_cells_that_give_points_use_no_name_of_a_page_but_exercises_and_the_answer():
    for name, one in course.exercises_of("04_sign_aware_loss").items():
        for cell in course.tests(one, worth=1):
            nodes = ast.walk(ast.parse(cell.source))
            assert {node.id for node in nodes if isinstance(node, ast.Name)} == {"exercises", name}
