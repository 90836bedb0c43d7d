"""An exercise on the website: its hints, its solution, and every mistake that `check` knows."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Iterator

from helpers.teaching import check
from helpers.teaching.exercise import Exercise
from helpers.teaching.mistakes import EPS, EPSILONS, Mistake, edited_text


def mistakes(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """For each known mistake its code, and the sentence that `check` gives for it."""
    for mistake in exercise.mistakes.values():
        yield code_of(exercise, mistake), sentence(exercise, mistake)


def sentence(exercise: Exercise, mistake: Mistake) -> str:
    """What `check` says of a mistake."""
    return check(exercise, mistake.function).message


def solution(exercise: Exercise) -> str:
    """The reference without its docstring, which the page's stub already shows."""
    return _without_docstring(exercise.solution)


def code_of(exercise: Exercise, mistake: Mistake) -> str:
    """The mistake as somebody writes it: as a function of the exercise's name, without docstring."""
    if mistake.edits:
        text = edited_text(exercise.solution, mistake.edits)
    else:
        function = mistake.function
        if isinstance(function, functools.partial):
            function = function.func
        text = textwrap.dedent(inspect.getsource(function))
        first = ast.parse(text).body[0]
        text = "\n".join(text.splitlines()[first.lineno - 1 :])
        text = text.replace(f"def {first.name}(", f"def {exercise.name}(", 1)
        text = text.replace(f", *, {EPS}", "").replace(f", {EPS}", "")
    return _without_docstring(text).replace(EPS, f"{EPSILONS[0]:g}")


def _without_docstring(text):
    function, lines = ast.parse(text).body[0], text.splitlines()
    first = function.body[0]
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(line for line in lines if line.strip()).rstrip()
