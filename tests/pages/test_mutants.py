"""Every function that is one small edit away from a reference is wrong, or is known to be right."""

import pytest
from mutants import mutants
from topics import TOPICS

from helpers.teaching.compare import difference
from helpers.teaching.judge import judge

EXERCISES = [
    (topic, name)
    for topic in TOPICS
    if topic.module("exercises")
    for name in topic.module("exercises").__all__
]


def accepted(exercise):
    """The edits, in words, of the mutants that `exercise` takes for right: a set."""
    expected, found = exercise.expected(), set()
    for edit, source in mutants(exercise.solution):
        scope = dict(exercise.function.__globals__)
        exec(compile(source, "<mutant>", "exec"), scope)
        outcomes = []
        for want, got in zip(expected, exercise.observe(scope[exercise.name]), strict=True):
            if difference(want, got, exercise.detached):
                break
            outcomes.append(got)
        if len(outcomes) == len(expected) and judge(exercise, outcomes):
            found.add(edit)
    return found


@pytest.mark.parametrize(
    ("home", "name"), EXERCISES, ids=[f"{topic.name}.{name}" for topic, name in EXERCISES]
)
def test_one_edit_makes_it_wrong(home, name):
    """Edits that change nothing are listed in tests/<topic>/rewrites.py, as SAME."""
    same = home.same.get(name, ())
    assert accepted(getattr(home.module("exercises"), name)) == set(same)
