"""What must be true of every exercise; pages/test_exercises.py applies it to all."""

import numpy

from helpers.teaching.compare import alike, difference
from helpers.teaching.isolated import isolated
from helpers.teaching.judge import judge
from helpers.teaching.observe import leaves_of
from helpers.teaching.outcome import Other, items_of, tensors_of
from helpers.teaching.recognise import same


def validate(exercise):
    """Raise ValueError if `exercise` could tell a learner something wrong.

    Its cases must build fresh and equal arguments each time. Its reference must give the same
    whatever the global random numbers, and nothing that can't be compared. A stub must count as
    not attempted. Each mistake must be recognised as itself, and no two may be alike.
    """
    name = exercise.name
    for case, build in exercise.builders.items():
        with isolated():
            built = [build() for _ in range(2)]  # both are alive, so that no address is used again
            one, other = (memory({"": arguments}) for arguments in built)
        if (one & other) - {0}:
            raise ValueError(f"{name}: {' · '.join(case)} returns the same tensor again.")
    runs = [list(exercise.observe(exercise.function, seed)) for seed in (1, 2)]
    if not all(map(alike, runs[0], *runs)):
        raise ValueError(f"{name}: the reference gives other results when called again.")
    if any(isinstance(leaf, Other) for outcome in runs[0] for leaf in outcome.value.values()):
        raise ValueError(f"{name}: the reference returns what check can't compare.")
    if judge(exercise, exercise.observe(exercise.function)).status != "right":
        raise ValueError(f"{name}: the reference breaks a rule of the exercise.")
    if judge(exercise, exercise.observe(lambda *_: None)).status != "not attempted":
        raise ValueError(f"{name}: a stub would be right in the first case.")
    for mistake in exercise.mistakes.values():
        for number, variant in enumerate(mistake.variants()):
            result = judge(exercise, exercise.known(variant))
            # Of an ε of any size the smallest ones may do no harm in float64.
            if result.mistake != mistake.name and (number == 0 or result.mistake):
                found = f"found {result.status}, as {result.mistake}"
                raise ValueError(
                    f"{name}: the mistake {mistake.name} is not recognised, but {found}."
                )
    twice = doubled(exercise)
    if twice:
        raise ValueError(f"{name}: {' and '.join(twice)} are told apart by guards only.")


def memory(named):
    """Where the tensors and arrays of these values lie: a set of addresses."""
    tensors = dict(tensors_of(named))
    found = {
        t.untyped_storage().data_ptr() for t in [*tensors.values(), *leaves_of(tensors).values()]
    }
    values = list(named.values())
    while values:
        value = values.pop()
        if isinstance(value, numpy.ndarray):
            found.add(value.__array_interface__["data"][0])
        values += [item for _, item in items_of(value) or ()]
    return found


def doubled(exercise):
    """The names of two mistakes that do the same wherever no guard stands, or None."""
    open_cases = [i for i, case in enumerate(exercise.builders) if case not in exercise.guarded]
    expected, seen = exercise.expected(), []
    for name in exercise.mistakes:
        done = list(exercise.mistaken(name))
        if not any(difference(expected[i], done[i], exercise.detached) for i in open_cases):
            continue  # it is about a guard
        for other, known in seen:
            if all(same(exercise, expected[i], known[i], done[i]) for i in open_cases):
                return other, name
        seen.append((name, done))
    return None
