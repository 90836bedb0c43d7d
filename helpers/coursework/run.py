"""What a student's page did, read from what its process wrote: attempt.py says in which form."""

import functools
import inspect
import json
from dataclasses import dataclass
from pathlib import Path

from helpers.coursework.release import cases_source
from helpers.teaching.exercise import Exercise
from helpers.teaching.observe import observe
from helpers.teaching.outcome import Outcome, Raised
from helpers.teaching.record import decode

LINE, ROWS = 5 << 20, 6000  # characters of a line that is read, and values in it
FORMS = {  # what a line may say, by its first word
    "cell": [(str, int)],
    "error": [(str, int, int, str, str, str), (str, int, type(None), str, str, str)],
    "answer": [(str, str, str)],
    "large": [(str,)],
}
UNREAD = Outcome({}, {}, raised=Raised(("ValueError",), "its answer can't be read", ""))
WHY = {
    "time": (TimeoutError, "it computed for more than {seconds} seconds"),
    "wait": (TimeoutError, "it was not done when {wait:g} seconds had passed"),
    "size": (OverflowError, "its answer is too large"),
    "died": (ChildProcessError, "it ended its process, or held too much memory"),
}


@dataclass
class Cell:
    """A code cell of a page. page: whether it is the page's own, as it was handed out; answer: the
    name of the exercise whose answer it holds, or None."""

    source: str
    page: bool = False
    answer: str | None = None


@dataclass(frozen=True)
class Trouble:
    """An error in a student's cell. cell: its number; line: in it, or None; text: that line."""

    cell: int
    line: int | None
    text: str
    kind: str
    message: str


@dataclass
class Attempt:
    """What a page made of an exercise.

    kind: what its name held when its cell had run, "function", "missing", "nothing" or "a " and a
    type; outcomes: one a case; troubles: the errors in the student's cells until then.
    """

    exercise: Exercise
    kind: str
    outcomes: list
    troubles: list


class Run:
    """A page that is being run, perhaps several times. attempts: name → Attempt."""

    def __init__(self, cells, exercises):
        self.cells, self.exercises = cells, exercises
        self.place = {cell.answer: number for number, cell in enumerate(cells) if cell.answer}
        self.attempts, self.skipped = {}, {}
        self.used = self.passed = 0.0  # seconds: computed, and on the clock

    @property
    def done(self):
        return len(self.attempts) == len(self.exercises)

    def read(self, answer, limits):
        """Take in what one run wrote, and what ended it."""
        before = len(self.attempts) + len(self.skipped)
        self.used += answer["used"]
        self.passed += answer["passed"]
        cell, attempt, errors = None, None, []
        for line in answer["lines"]:
            event = _event(line)
            if event and event[0] == "cell":
                cell, attempt = event[1], None
            elif event and event[0] == "error":
                if {cell, event[1]} <= set(range(len(self.cells))):
                    errors.append((cell, Trouble(*map(_clean, event[1:]))))
            elif event and event[0] == "answer":
                cell, attempt = None, self._begun(*event[1:], errors)
            elif attempt:
                attempt.outcomes.append(self._outcome(attempt, line, event, limits))
        end = answer["end"]
        if end != "done" and cell in range(len(self.cells)):
            kind, text = WHY[end]
            stop = Trouble(cell, None, "", kind.__name__, text.format(**limits))
            self.skipped.setdefault(cell, stop)
        if end == "done" or len(self.attempts) + len(self.skipped) == before:  # as it never is
            self.give_up("died" if end == "done" else end, limits)
        for attempt in self.attempts.values():
            self._complete(attempt, "died" if end == "done" else end, limits)

    def _begun(self, name, kind, errors):
        """A new Attempt, or None for what was not asked for."""
        if name not in self.exercises or name in self.attempts:
            return None
        until = self.place[name]
        skipped = [pair for pair in self.skipped.items() if pair[0] <= until]
        found = sorted([*errors, *skipped], key=lambda pair: pair[0])
        attempt = Attempt(self.exercises[name], kind, [], [trouble for _, trouble in found])
        self.attempts[name] = attempt
        return attempt

    def _outcome(self, attempt, line, event, limits):
        """The Outcome that a line holds."""
        number = len(attempt.outcomes)
        builders = list(attempt.exercise.builders.values())
        if event == ["large"] and number < len(builders):
            return stopped(attempt.exercise, builders[number], "size", limits)
        try:
            outcome = decode(line) if len(line) <= LINE else UNREAD
        except (ValueError, RecursionError):
            return UNREAD
        rows = len(outcome.after) + len(outcome.value) + len(outcome.gradients)
        return outcome if rows <= ROWS else UNREAD

    def _complete(self, attempt, end, limits):
        """Give an attempt an Outcome for each case that it has not finished, and no more."""
        exercise = attempt.exercise
        stand_in = {
            "function": lambda build: stopped(exercise, build, end, limits),
            "missing": lambda build: observe(
                Raising(NameError(f"no cell defines `{exercise.name}`")), build, exercise.parameters
            ),
        }.get(attempt.kind, lambda build: observe(_nothing, build, exercise.parameters))
        builders = list(exercise.builders.values())
        del attempt.outcomes[len(builders) :]
        attempt.outcomes += [stand_in(build) for build in builders[len(attempt.outcomes) :]]

    def give_up(self, end, limits):
        """Count what was not begun as stopped."""
        for name in self.exercises:
            if name not in self.attempts:
                self._complete(self._begun(name, "function", []), end, limits)


@functools.cache
def described(exercise):
    """What attempt.py must know of an exercise: nothing of its answer, and no other's cases."""
    source = Path(inspect.getfile(exercise.function)).read_text(encoding="utf-8")
    return {
        "cases": cases_source(source, [exercise.name]),
        "parameters": exercise.parameters,
        "count": exercise.additions is not None,
    }


def stopped(exercise, build, end, limits):
    """The Outcome of a case that was not finished; its arguments are those of the case."""
    kind, text = WHY[end]
    return observe(Raising(kind(text.format(**limits))), build, exercise.parameters)


class Raising:
    """A function that raises an error: it has no line that could be told."""

    def __init__(self, error):
        self.error = error

    def __call__(self, *arguments):
        raise self.error


def _nothing(*arguments):
    """What the page's check takes in place of something that is no function."""
    return ...


def _clean(said):
    """What can be written to a file, and is not long: an attempt may have said anything."""
    return said[:200].encode("utf-8", "replace").decode() if isinstance(said, str) else said


def _event(line):
    """The list that a line holds, if it has one of the forms that attempt.py writes; else None."""
    try:
        event = json.loads(line) if line.startswith("[") and len(line) < 4000 else []
    except (ValueError, RecursionError):
        return None
    known = event and isinstance(event[0], str) and FORMS.get(event[0], ())
    return event if known and tuple(map(type, event)) in known else None
