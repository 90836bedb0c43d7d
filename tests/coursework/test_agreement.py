"""Grading finds what the page shows when a real kernel runs it from top to bottom."""

import copy
import shutil

import courses
import nbformat
import pytest
from classes import ODD, STEMS, odd_submissions, said_of, submissions
from kernels import kernel_results
from nbformat.v4 import new_code_cell
from states import HANDED_IN, STATES

from helpers.collection import collection
from helpers.coursework import classroom, course
from helpers.coursework.page import cells_of, results
from helpers.coursework.sandbox import Sandbox
from helpers.teaching.judge import Result

# Grading runs imports that were deleted, and takes the filled one of two copies. A kernel can't.
UNLIKE = ("all_but_answers_deleted", "every_graded_cell_twice")
TOLD = " The first error stands in"  # what grading adds to what the page says


@pytest.fixture(scope="module")
def box():
    with Sandbox(seconds=10.0, patience=100) as box:
        yield box


@pytest.fixture(scope="module")
def original():
    """The course's notebook of one topic, solved; of its page the imports and the exercises."""
    (path,) = (path for path in collection() if path.stem == ODD)
    notebook = course.assignment(nbformat.read(path, as_version=4), ODD, course.read()[ODD])
    notebook.cells = [c for c in notebook.cells if c.id == "imports" or said_of(c)]
    return notebook


def page(original, answers):
    """A submission: exercise → (cells above its answer, the answer, cells below)."""
    notebook = copy.deepcopy(original)
    cells, notebook.cells = notebook.cells, []
    for cell in cells:
        above, answer, below = answers.get(said_of(cell).get("grade_id"), ([], cell.source, []))
        cell.source = answer
        sources = [new_code_cell(source) for source in above], [new_code_cell(s) for s in below]
        notebook.cells += [*sources[0], cell, *sources[1]]
    return notebook


def graded(box, original, notebook):
    """name → Result of grading."""
    exercises = course.exercises_of(ODD)
    return results(box, cells_of(notebook, original, exercises), exercises)


def assert_agreement(notebook, stem, found):
    """found: name → a Result, or its text, by grading."""
    shown = kernel_results(notebook, stem, list(found))
    for name, result in found.items():
        text = str(result).replace(str(result).partition("\n")[0], _without(result), 1)
        if shown[name] is None:
            assert "Right" not in text and "no cell defines" in text, (name, text)
        elif isinstance(result, Result):
            assert text == shown[name][2], name
            assert (result.status, result.groups) == shown[name][:2], name
        else:  # feedback keeps hidden cases to itself
            said, there = (one.partition("\n")[0] for one in (text, shown[name][2]))
            assert said.partition(":")[0] == there.partition(":")[0], name
            assert said == there or "hidden" in said or "grading adds" in said, name
    return shown


def _without(result):
    """The first line of a Result without what grading adds."""
    return str(result).partition("\n")[0].partition(TOLD)[0]


def needing(name, conditions, solution):
    """An answer that is right only while these conditions hold."""
    own = solution.replace(f"def {name}(", f"def own_{name}(", 1)
    lines = "".join(f"    assert {condition}\n" for condition in conditions)
    call = f"def {name}(*arguments):\n{lines}    return own_{name}(*arguments)"
    return f"{own}\n\n\n{call}\n\n\ncheck(exercises.{name}, {name})"


def test_what_a_kernel_remembers_grading_remembers(box, original):
    """All kinds on one page, some above each answer; the answers need them all."""
    answers, kinds = {}, list(STATES.values())
    solutions = courses.references(ODD)
    for number, (name, solution) in enumerate(solutions.items()):
        some = kinds[number :: len(solutions)]
        above = [cell for cells, _ in some for cell in cells]
        answers[name] = above, needing(name, [holds for _, holds in some], solution), []
    notebook = page(original, answers)
    found = graded(box, original, notebook)
    assert all(found.values()), [str(result) for result in found.values()]
    assert all(result[0] == "right" for result in assert_agreement(notebook, ODD, found).values())


@pytest.mark.parametrize("turn", range(-(-len(HANDED_IN) // len(course.exercises_of(ODD)))))
def test_grading_says_what_the_page_says(box, original, turn):
    """Each kind at one exercise, as many on a page as it has exercises."""
    solutions, answers = courses.references(ODD), {}
    kinds = list(HANDED_IN.values())[turn * len(solutions) :]
    for (name, solution), (above, answer, below) in zip(solutions.items(), kinds, strict=False):
        right = solution.replace(f"def {name}(", "def right(", 1)

        def written(source, name=name, right=right):
            return source.replace("RIGHT", right).replace("NAME", name)

        answers[name] = list(map(written, above)), written(answer), list(map(written, below))
    assert answers
    notebook = page(original, answers)
    assert_agreement(notebook, ODD, graded(box, original, notebook))


@pytest.mark.weekly
@pytest.mark.parametrize("stem", STEMS)
def test_every_class_gets_what_its_pages_show(made, tmp_path, stem):
    """Through nbgrader, with all cells of the page; but what would end the kernel, or never end."""
    own = shutil.copytree(made, tmp_path / "a course")
    classes = list(submissions(own, stem))
    if stem == ODD:
        classes += [
            (student, notebook, earned)
            for student, notebook, earned in odd_submissions(own)
            if student not in UNLIKE
            and not student.startswith(("cheat", "bodies", "no", "a-list", "large", "tampered"))
        ]
    for student, notebook, _ in classes:
        if isinstance(notebook, str):
            notebook = nbformat.reads(notebook, as_version=4)
        courses.hand_in(own, student, stem, notebook)
        assert [error for *_, error in classroom.grade(own, [stem])] == [None]
        path = own / "autograded" / student / stem / f"{stem}.ipynb"
        found = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if said_of(cell).get("solution") and cell.cell_type == "code":
                (output,) = cell.outputs
                found[said_of(cell)["grade_id"]] = output.data["text/plain"]
        assert_agreement(notebook, stem, found)
