"""Answers that lost their marks, or stand beside their place: found, or read by a person."""

import copy

import courses
import nbformat
import pytest
from classes import said_of
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.api import Gradebook

from helpers.coursework import answers, classroom, course

STEM = "06_dropout_scaling"
NAMES = ["inverted_dropout", "dropout_backward"]
WORDS = "The graph of the mask is missing."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return courses.small_course(tmp_path_factory.mktemp("words"), STEM, NAMES)


def graded(folder, student, notebook):
    """Grade a notebook; returns (points of code, whether a person is asked, its graded copy)."""
    courses.hand_in(folder, student, STEM, notebook)
    assert classroom._grade(folder, STEM, student) is None
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(STEM, STEM, student)
        points = submission.code_score
        asked = gradebook.find_grade("explain", STEM, STEM, student).needs_manual_grade
    path = folder / "autograded" / student / STEM / f"{STEM}.ipynb"
    return points, asked, nbformat.read(path, as_version=4)


def solved(folder):
    checked = {
        n: f"{s}\n\n\ncheck(exercises.{n}, {n})" for n, s in courses.references(STEM).items()
    }
    return courses.solved(folder, STEM, checked)


def full():
    said, exercises = course.read()[STEM]["points"], course.exercises_of(STEM)
    return sum(said[name] * len(exercises[name].cases) for name in NAMES)


def below(notebook, *cells):
    at = next(i for i, c in enumerate(notebook.cells) if said_of(c).get("grade_id") == "explain")
    notebook.cells[at + 1 : at + 1] = cells


def in_the_question(notebook):
    (asked,) = (c for c in notebook.cells if said_of(c).get("grade_id") == "explain-question")
    asked.source += f"\n\n{WORDS}"


def instead(notebook):
    """The placeholder is deleted, and the answer is a new cell."""
    below(notebook, new_markdown_cell(WORDS))
    notebook.cells = [c for c in notebook.cells if said_of(c).get("grade_id") != "explain"]


BESIDE = {
    "below": lambda notebook: below(notebook, new_markdown_cell(WORDS)),
    "raw": lambda notebook: below(notebook, new_raw_cell(WORDS)),
    "a-comment": lambda notebook: below(notebook, new_code_cell(f"# {WORDS}")),
    "no-python": lambda notebook: below(notebook, new_code_cell(WORDS)),
    "at-the-top": lambda notebook: notebook.cells.insert(0, new_markdown_cell(WORDS)),
    "in-the-question": in_the_question,
    "instead": instead,
}


@pytest.mark.parametrize("place", BESIDE)
def test_words_beside_their_place_reach_a_person(folder, place):
    notebook = solved(folder)
    BESIDE[place](notebook)
    points, asked, shown = graded(folder, place, notebook)
    assert (points, asked) == (full(), True)
    (answer,) = (c for c in shown.cells if said_of(c).get("grade_id") == "explain")
    assert WORDS in answer.source and answer.cell_type == "markdown"


def test_a_picture_beside_its_place_comes_along(folder):
    picture = {"image.png": {"image/png": "iVBORw0KGgo="}}
    notebook = solved(folder)
    text = f"{WORDS} ![sketch](attachment:image.png)"
    below(notebook, new_markdown_cell(text, attachments=picture))
    *_, shown = graded(folder, "a-picture", notebook)
    (answer,) = (c for c in shown.cells if said_of(c).get("grade_id") == "explain")
    assert text in answer.source and answer.attachments == picture


def nothing(notebook):
    pass


def emptied(notebook):
    for cell in notebook.cells:
        if said_of(cell).get("grade_id") == "explain":
            cell.source = " \n"


def code_below(notebook):
    below(notebook, new_code_cell("x = 1"), new_code_cell("%timeit x"))


@pytest.mark.parametrize("change", [nothing, emptied, code_below])
def test_who_wrote_nothing_needs_no_person(folder, change):
    notebook = solved(folder)
    change(notebook)
    points, asked, _ = graded(folder, change.__name__, notebook)
    assert (points, asked) == (full(), False)


def into_a_new_notebook(notebook):
    """Sources alone, as when cells are copied by hand."""
    kinds = {"code": new_code_cell, "markdown": new_markdown_cell}
    return new_notebook(cells=[kinds[c.cell_type](c.source) for c in notebook.cells])


def only_answers(notebook):
    return new_notebook(
        cells=[new_code_cell(c.source) for c in notebook.cells if answers.exercise_in(c)]
    )


def checks_deleted_too(notebook):
    made = only_answers(notebook)
    for cell in made.cells:
        cell.source = cell.source.partition("\n\n\ncheck(")[0]
    return made


def beside_untouched_stubs(notebook):
    """Each answer stands in a cell below the stub, which is as it was."""
    stubs = {c.metadata.nbgrader.grade_id: c for c in notebook.stubs if said_of(c)}
    cells = []
    for cell in notebook.cells:
        name = said_of(cell).get("grade_id")
        if name in NAMES:
            cells += [copy.deepcopy(stubs[name]), new_code_cell(cell.source)]
        else:
            cells.append(cell)
    return new_notebook(cells=cells)


def in_one_cell(notebook):
    """The answers were copied into one cell, with the calls that give points."""
    code = [c.source for c in notebook.cells if c.cell_type == "code" and said_of(c)]
    return new_notebook(cells=[new_code_cell("\n\n\n".join(code))])


def merged(notebook, into):
    """The cells of both answers were made one, as by Shift-M: of the marks one is left."""
    cells = [c for c in notebook.cells if said_of(c).get("grade_id") in NAMES]
    kept, other = cells[into], cells[1 - into]
    kept.source = f"{cells[0].source}\n\n\n{cells[1].source}"
    notebook.cells = [c for c in notebook.cells if c is not other]
    return notebook


def merged_into_the_first(notebook):
    return merged(notebook, 0)


def merged_into_the_last(notebook):
    return merged(notebook, 1)


NO_WORDS = [only_answers, checks_deleted_too, in_one_cell]
MOVED = [into_a_new_notebook, beside_untouched_stubs, merged_into_the_first, merged_into_the_last]


@pytest.mark.parametrize("change", NO_WORDS + MOVED)
def test_answers_without_marks_are_found(folder, change):
    notebook = solved(folder)
    for cell in notebook.cells:
        if said_of(cell).get("grade_id") == "explain":
            cell.source = WORDS
    notebook.stubs = courses.released(folder, STEM).cells
    points, asked, _ = graded(folder, change.__name__, change(notebook))
    assert points == full()
    assert asked == (change not in NO_WORDS)


def test_a_marked_answer_counts_before_a_try_elsewhere(folder):
    """A worse version that was tried in a cell below changes nothing."""
    notebook = solved(folder)
    notebook.cells.append(new_code_cell(courses.bodies(STEM, "return 0")[NAMES[0]]))
    released = {
        said_of(c)["grade_id"]: c.source for c in courses.released(folder, STEM).cells if said_of(c)
    }
    chosen = answers.choose(notebook.cells, released, NAMES)
    assert said_of(chosen[NAMES[0]]) and chosen[NAMES[0]] is not notebook.cells[-1]


BELOW = {  # below a wrong answer, above the cells with its points; which points that gives
    "a-better-version": ("{0}\n\n\ncheck(exercises.{1}, {1})", True),
    "nothing-checks-it": ("{0}", True),
    "a-lambda": ("{2}\n{1} = lambda *arguments: mine(*arguments)", True),
    "a-result": ("{1} = 3", False),
    "another-function": ("{2}", False),
}


@pytest.mark.parametrize("kind", BELOW)
def test_a_version_above_the_points_counts_as_it_does_on_the_page(folder, kind):
    notebook, name = solved(folder), NAMES[0]
    at = next(i for i, c in enumerate(notebook.cells) if said_of(c).get("grade_id") == name)
    right = courses.references(STEM)[name]
    notebook.cells[at].source = courses.bodies(STEM, "return 0")[name]
    text, counts = BELOW[kind]
    own = right.replace(f"def {name}(", "def mine(")
    notebook.cells.insert(at + 1, new_code_cell(text.format(right, name, own)))
    points, *_ = graded(folder, kind, notebook)
    assert (points == full()) == counts


def test_changed_ids_are_no_matter_for_the_build():
    practice = nbformat.read(course.collection()[6], as_version=4)
    for number, cell in enumerate(practice.cells):
        cell.id = f"cell-{number}"
    assert course.collection()[6].stem == STEM
    made = course.assignment(practice, STEM, course.read()[STEM])
    set_ = course.read()[STEM]["points"]
    assert sum("BEGIN SOLUTION" in cell.source for cell in made.cells) == len(set_)
