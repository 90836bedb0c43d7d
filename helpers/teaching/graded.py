"""Exercises for grading: what is right and what the known mistakes do is recorded, not present.

An exercise that is handed out for marks keeps its statement and some of its cases. Neither its
reference nor its mistakes come with it: only what they did in those cases, as data.
"""

import inspect
import json
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from helpers.teaching.compare import difference
from helpers.teaching.exercise import Exercise
from helpers.teaching.judge import check
from helpers.teaching.markup import rich
from helpers.teaching.mistakes import Mistake
from helpers.teaching.record import decode, encode
from helpers.teaching.result import Result


def record(exercise: Exercise, cases: list[tuple[str, str]]) -> dict:
    """What the reference and the mistakes of `exercise` do, as a dict that JSON can hold.

    cases: the (group, label) pairs to record. Mistakes that these cases don't tell apart are left
    out: nobody could say which one an attempt is.
    """
    chosen = [i for i, case in enumerate(exercise.builders) if case in cases]

    def recorded(function):
        done = list(exercise.known(function))
        return tuple(encode(done[i]) for i in chosen)

    right, known = recorded(exercise.function), {}
    for mistake in exercise.mistakes.values():
        for variant in mistake.variants():
            known.setdefault(recorded(variant), []).append(mistake)
    for pair in exercise.pairs():
        known.setdefault(recorded(pair.function), []).append(pair)
    mistakes = {}
    for texts, found in known.items():
        one = found[0]
        alone = [mistake for mistake in found if mistake.name in exercise.mistakes]
        if texts != right and len(alone or found) == 1 and _wrong(exercise, right, texts):
            one = (alone or found)[0]
            entry = mistakes.setdefault(one.name, {"hint": one.hint, "outcomes": []})
            entry["outcomes"].append(list(texts))
    return {"expected": list(right), "mistakes": mistakes}


def _wrong(exercise, right, texts):
    pairs = zip(map(decode, right), map(decode, texts), strict=True)
    return any(difference(*pair, exercise.detached) for pair in pairs)


def exercise(*, cases: dict, **about) -> Callable:
    """Declare the decorated function, an empty one, as an exercise recorded beside its file.

    The record is looked for in a JSON file of the same stem, under the function's name. `about`:
    what exercise.py's `exercise` takes, but for the hints.
    """
    return lambda function: Graded(function, cases, **about)


class Graded(Exercise):
    """An exercise that knows its reference and its mistakes by their recorded outcomes."""

    solution = ""

    def __init__(self, function, cases, guards=None, **about):
        here = {label for labelled in cases.values() for label in labelled}
        guards = {label: text for label, text in (guards or {}).items() if label in here}
        super().__init__(function, cases, guards=guards, **about)
        del self.mistakes  # they are in the record

    def __call__(self, *args, **kwargs):
        raise NotImplementedError(f"{self.name} is for you to write; there is none to call here.")

    @cached_property
    def record(self):
        path = Path(inspect.getfile(self.function)).with_suffix(".json")
        return json.loads(path.read_text(encoding="utf-8"))[self.name]

    @cached_property
    def mistakes(self):
        """name → Mistake, whose variants are recorded texts and no functions."""
        return {
            name: Mistake(name, said["hint"], partial(map, tuple, said["outcomes"]))
            for name, said in self.record["mistakes"].items()
        }

    def pairs(self):
        return iter(())  # they are among the recorded mistakes

    def known(self, texts):
        texts = self.record["expected"] if texts is self.function else texts
        return map(decode, texts)


class Points(float):
    """Points that a group of cases gives. Shows itself; as text it is the number alone."""

    def __new__(cls, points, text):
        self = super().__new__(cls, points)
        self.text = text
        return self

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": repr(float(self)), "text/html": f"<p>{rich(self.text)}</p>"}


def earn(result: Result, group: str, worth: float, so_far: bool = False) -> Points:
    """The Points of a Result for one group of cases: `worth` if all are right, else 0."""
    passed, count = result.groups[group]
    earned = worth if passed == count else 0
    cases = f"{passed} of {count} cases pass"
    if so_far and count == 1:
        cases = "the case passes" if passed else "the case fails"
    return Points(earned, f"{group}: {cases}. {earned} of {worth} points{' so far' * so_far}.")


def points(exercise: Exercise, attempt: Callable, group: str, worth: float) -> Points:
    """The Points of `attempt` for the cases of one `group`.

    On a learner's machine these are the cases that were handed out; grading has more. Of a group
    that grading alone has, the points depend on the other groups so far.
    """
    result = check(exercise, attempt)
    if group in result.groups:
        return earn(result, group, worth, so_far=True)
    text = f"{group}: its case is kept for grading, which gives up to {worth} points."
    return Points(worth if result else 0, text)
