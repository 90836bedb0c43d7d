"""What is shown of a submission: each exercise's diagnosis, and the points of its groups of cases.

What an attempt wrote is read, judged and rendered in a child process with limits of its own: that
costs nobody else anything, whatever it is.
"""

import functools
import time

import torch

from helpers.coursework.bounded import Costly
from helpers.coursework.feedback import displayed
from helpers.coursework.page import judged, results
from helpers.coursework.run import UNREAD, described
from helpers.teaching.graded import earn
from helpers.teaching.outcome import Outcome, Raised

SECONDS, MEMORY, LARGEST = 30, 1 << 30, 8 << 20  # of computing; bytes: to hold, of what is shown
TOO_COSTLY = Outcome(
    {}, {}, raised=Raised(("OverflowError",), "its answer takes too much to look at", "")
)


def diagnoses(box, cells, exercises, worth):
    """What is displayed of each exercise and of each group of its cases: name → texts by MIME type.

    box: a Sandbox. cells: as page.cells_of gives them. worth: "exercise-group" → its points, which
    is a name as well. Where looking at all exercises costs too much, each is looked at alone; what
    then still costs too much is wrong. It all ends within `clock` seconds.
    """
    names = [cell.answer for cell in cells if cell.answer]
    for name in names:
        prepare(exercises[name])
    end = time.monotonic() + clock(box, len(names))
    try:
        return _in_a_child(box, cells, {name: exercises[name] for name in names}, worth, end)
    except Costly:
        found = {}
    for name in names:
        try:
            found |= _in_a_child(box, cells, {name: exercises[name]}, worth, end)
        except Costly:
            outcomes = [TOO_COSTLY] * len(exercises[name].builders)
            found |= _displayed({name: judged(exercises[name], outcomes)}, exercises, worth)
    return found


def clock(box, count):
    """Seconds on the clock that looking at `count` exercises may take."""
    return 2 * box.longest(count)  # a page is run once more where a rounding error may be all


def _in_a_child(box, cells, exercises, worth, end):
    """The same for some exercises, until the clock's second `end`. Raises Costly."""

    def look():
        torch.set_num_threads(1)  # a fork has no others
        return _displayed(results(box, cells, exercises), exercises, worth)

    wait = max(0.0, end - time.monotonic())
    found = box.in_a_child(look, seconds=SECONDS, memory=MEMORY, largest=LARGEST, wait=wait)
    for name, one in exercises.items():
        if found[name]["text/plain"].startswith("Wrong"):
            recall(one)
    return found


def _displayed(found, exercises, worth):
    """found: name → Result."""
    bundles = {name: displayed(result, exercises[name]) for name, result in found.items()}
    for key, points in worth.items():
        name, _, group = key.partition("-")
        if name in found:
            bundles[key] = earn(found[name], group, points)._repr_mimebundle_()
    return bundles


@functools.cache
def prepare(exercise):
    """Have this process know what each of its children needs."""
    exercise.expected()
    described(exercise)


@functools.cache
def recall(exercise):
    """The same for what a wrong answer needs: what the known mistakes do."""
    judged(exercise, [UNREAD] * len(exercise.builders))
