"""Every exercise of every topic: its reference, its mistakes, its solution, and its page."""

import ast
import copy
import inspect

import notebook_checks
import pytest
from exercise_checks import validate
from topics import TOPICS

from helpers.teaching.exercise import Exercise
from helpers.teaching.judge import check

MODULES = {topic.name: topic.module("exercises") for topic in TOPICS if topic.module("exercises")}
FOLDERS = list(MODULES)
NAMES = [(folder, name) for folder in FOLDERS for name in MODULES[folder].__all__]
MISTAKES = [
    (folder, name, mistake)
    for folder, name in NAMES
    for mistake in getattr(MODULES[folder], name).mistakes
]
INTRODUCTION = "start_here"


def _topic(folder):
    return next(topic for topic in TOPICS if topic.name == folder)


def _check_cells(notebook):
    """(exercise's name, attempt's name, syntax tree) of every check(exercises.X, Y), in order."""
    return [
        (call.args[0].attr, ast.unparse(call.args[1]), notebook_checks.tree(cell))
        for cell in notebook_checks.code_cells(notebook)
        for call in notebook_checks.calls(cell, "check")
    ]


def _imported(notebook):
    """What a learner has at hand: the names of the page's import cell."""
    namespace = {}
    exec(notebook_checks.code_cells(notebook)[0].source, namespace)
    return namespace


@pytest.fixture(params=NAMES, ids=".".join)
def pair(request):
    """Each exercise in turn, and its topic's folder."""
    folder, name = request.param
    return getattr(MODULES[folder], name), folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_lists_exactly_the_exercises(folder):
    declared = [
        name for name, value in vars(MODULES[folder]).items() if isinstance(value, Exercise)
    ]
    assert sorted(MODULES[folder].__all__) == sorted(declared)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_page_checks_its_exercises_in_order(folder):
    cells = _check_cells(_topic(folder).notebook)
    assert [(name, attempt) for name, attempt, _ in cells] == [
        (name, name) for name in MODULES[folder].__all__
    ]


def test_it_is_sound(pair):
    validate(pair[0])


def test_the_reference_is_right(pair):
    result = check(pair[0], pair[0].function)
    assert result, str(result)
    assert all(passed == cases > 0 for passed, cases in result.groups.values())


def test_it_accepts_other_right_answers(pair):
    exercise, folder = pair
    rewrites = _topic(folder).rewrites.get(exercise.name, [])
    assert rewrites, f"tests/{folder}/rewrites.py has no other right answer to {exercise.name}"
    for rewrite in rewrites:
        result = check(exercise, rewrite)
        assert result, f"{rewrite.__name__}: {result}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_rewrite_belongs_to_an_exercise(folder):
    assert set(_topic(folder).rewrites) <= set(MODULES[folder].__all__)


def test_it_says_what_to_return_and_has_cases_hints_and_mistakes(pair):
    exercise, folder = pair
    assert exercise.__doc__.strip()
    assert "values" in exercise.cases and all(exercise.cases.values())
    assert len(exercise.builders) >= 3
    assert exercise.hints
    assert len(exercise.mistakes) >= (1 if folder == INTRODUCTION else 4)
    hints = [mistake.hint for mistake in exercise.mistakes.values()]
    assert len(set(hints)) == len(hints)


def test_a_stub_is_not_attempted(pair):
    for stub in (lambda *_: None, lambda *_: ...):
        assert check(pair[0], stub).status == "not attempted"


def test_the_stub_on_the_page_has_the_parameters_of_the_reference(pair):
    exercise, folder = pair
    trees = [
        tree for name, _, tree in _check_cells(_topic(folder).notebook) if name == exercise.name
    ]
    stubs = [node for node in trees[0].body if getattr(node, "name", None) == exercise.name]
    namespace = _imported(_topic(folder).notebook)
    exec(compile(ast.Module(copy.deepcopy(stubs), []), "<stub>", "exec"), namespace)
    stub = namespace[exercise.name]
    assert inspect.getdoc(stub) == inspect.getdoc(exercise.function)
    assert list(inspect.signature(stub).parameters) == exercise.parameters
    assert check(exercise, stub).status == "not attempted"


def test_the_solution_runs_with_what_the_page_imports(pair):
    exercise, folder = pair
    namespace = _imported(_topic(folder).notebook)
    assert exercise.solution.startswith("def ")
    exec(exercise.solution, namespace)
    result = check(exercise, namespace[exercise.name])
    assert result, str(result)


@pytest.mark.parametrize(("folder", "name", "mistake"), MISTAKES)
def test_each_mistake_is_met_with_its_own_hint(folder, name, mistake):
    exercise = getattr(MODULES[folder], name)
    result = check(exercise, exercise.mistakes[mistake].function)
    assert (result.status, result.mistake) == ("wrong", mistake), str(result)
    assert result.message == f"Wrong: {exercise.mistakes[mistake].hint}"
    assert result.case
