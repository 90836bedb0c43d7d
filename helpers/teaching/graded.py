"""Exercises for grading: what is right and what the known mistakes do is recorded, not present.

An exercise that is handed out for marks keeps its statement and some of its cases. Neither its
reference nor its mistakes come with it: only what they did in those cases, as data.
"""

import inspect
import json
from functools import cached_property
from pathlib import Path

from helpers.teaching.check import Exercise, Mistake, check
from helpers.teaching.compare import difference
from helpers.teaching.markup import rich
from helpers.teaching.record import decode, encode


def record(exercise, cases=None):
    """What the reference and the mistakes of `exercise` do, as a dict that JSON can hold.

    cases: the (group, label) pairs to record; all of them by default. Of mistakes that these cases
    don't tell apart, only one is kept, whose hint says what all of them have in common, if any.
    """
    chosen = [i for i, case in enumerate(exercise.builders) if cases is None or case in cases]
    right = exercise.expected()
    expected = [right[i] for i in chosen]
    same = {}  # what a mistake does → the mistakes that do it
    for name, mistake in exercise.mistakes.items():
        done = list(exercise.mistaken(name))
        done = [done[i] for i in chosen]
        if any(difference(e, o, exercise.detached) for e, o in zip(expected, done, strict=True)):
            same.setdefault(tuple(map(encode, done)), []).append((name, mistake.hint))
    mistakes = {}
    for texts, found in same.items():
        name, hint = min(found, key=lambda pair: len(pair[1]))
        if all(other.startswith(hint) for _, other in found):
            mistakes[name] = {"hint": hint, "outcomes": list(texts)}
    return {"expected": list(map(encode, expected)), "mistakes": mistakes}


def exercise(*, cases, detached=False):
    """Declare the decorated function, an empty one, as an exercise recorded beside its file.

    The record is looked for in a JSON file of the same stem, under the function's name.
    """
    return lambda function: Graded(function, cases, detached)


class Graded(Exercise):
    """An exercise that knows its reference and its mistakes by their recorded outcomes."""

    solution = ""

    def __init__(self, function, cases, detached=False, record=None):
        super().__init__(function, cases, (), detached)
        del self.mistakes  # they are in the record
        if record is not None:
            self.record = record

    @classmethod
    def of(cls, exercise):
        """`exercise` with all its cases, recorded now, so that it need not be run again."""
        return cls(exercise.function, exercise.cases, exercise.detached, record(exercise))

    def __call__(self, *args, **kwargs):
        raise NotImplementedError(f"{self.name} is for you to write; there is none to call here.")

    @cached_property
    def record(self):
        path = Path(inspect.getfile(self.function)).with_suffix(".json")
        return json.loads(path.read_text(encoding="utf-8"))[self.name]

    @cached_property
    def mistakes(self):
        """Known mistake → its hint; there is no function to it."""
        return {name: Mistake(None, m["hint"]) for name, m in self.record["mistakes"].items()}

    def expected(self):
        return [decode(text) for text in self.record["expected"]]

    def mistaken(self, name):
        return (decode(text) for text in self.record["mistakes"][name]["outcomes"])


class Points(float):
    """Points that a group of cases gives. Shows itself; as text it is the number alone."""

    def __new__(cls, points, text):
        self = super().__new__(cls, points)
        self.text = text
        return self

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": repr(float(self)), "text/html": f"<p>{rich(self.text)}</p>"}


def earn(result, group, worth, so_far=False):
    """The Points of a Result for one group of cases: `worth` if all are right, else 0."""
    passed, count = result.groups[group]
    earned = worth if passed == count else 0
    cases = f"{passed} of {count} cases pass"
    if so_far and count == 1:
        cases = "the case passes" if passed else "the case fails"
    return Points(earned, f"{group}: {cases}. {earned} of {worth} points{' so far' * so_far}.")


def points(exercise, attempt, group, worth):
    """The Points of `attempt` for the cases of one `group`.

    On a learner's machine these are the cases that were handed out; grading has more.
    """
    return earn(check(exercise, attempt), group, worth, so_far=True)
