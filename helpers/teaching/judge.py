"""Judges an attempt by what it did: right, not attempted, or wrong and which mistake it is."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace

import torch

from helpers.teaching.causes import causes
from helpers.teaching.compare import difference
from helpers.teaching.exercise import Exercise
from helpers.teaching.outcome import Outcome
from helpers.teaching.recognise import NEARLY, missing, nearly_right, recognise
from helpers.teaching.result import Result, Telling
from helpers.teaching.shown import brief
from helpers.teaching.values import TOLERANCE, Difference

ROUNDED = (
    "A float32 arises on the way, so these values have only 7 digits: torch makes one of a bool "
    "divided by a number, for example. `mask.to(x.dtype)` keeps all digits."
)


def judge(
    exercise: Exercise,
    outcomes: Iterable[Outcome],
    again: Callable[[], Iterable[Outcome]] | None = None,
) -> Result:
    """The Result for an attempt whose `outcomes`, one a case, are known. Runs no attempt itself.

    again: gives the outcomes of the same attempt where torch's default dtype is float64. It is
    asked for where an attempt is right to about 7 digits: if rounding was all, it is right.
    """
    outcomes, expected, remark = list(outcomes), exercise.expected(), ""
    found = _differences(exercise, expected, outcomes)
    if again and any(found) and nearly_right(exercise, expected, outcomes, NEARLY, guards=True):
        wide = list(again())
        other = _differences(exercise, expected, wide)
        if not any(a and b for a, b in zip(found, other, strict=True)):
            found, remark = [None] * len(found), f" {ROUNDED}"
    cases = list(exercise.builders)
    groups = dict.fromkeys(exercise.cases, (0, 0))
    for (group, _), wrong in zip(cases, found, strict=True):
        groups[group] = (groups[group][0] + (not wrong), groups[group][1] + 1)
    result = functools.partial(
        Result, exercise.name, groups=groups, hints=exercise.hints, solution=exercise.solution
    )
    failing = [i for i, wrong in enumerate(found) if wrong]
    if not failing:
        count = f"{len(cases)} of {len(cases)} cases"
        return result("right", (f"Right: {count}, {_tolerances(expected)}.{remark}",))
    if _is_stub(outcomes):
        text = f"`{exercise.name}` returns nothing yet. Write its body; it ends with `return`."
        effort = f"Difficulty {exercise.level} of 3, about {exercise.minutes} minutes."
        return result("not attempted", (f"Not attempted: {text} {effort}",))
    first, mistake = failing[0], None
    shown = [_case(cases[i], outcomes[i], found[i]) for i in failing]
    if all(found[i].rule for i in failing):
        said = f"`{exercise.name}` ", _what(found[first], cases[first]), "."
    elif known := recognise(exercise, expected, outcomes):
        mistake, said = known
    else:
        said = _unknown(exercise, expected, outcomes, found, failing)
    return result(
        "wrong",
        ("Wrong: ", *said),
        mistake,
        found[first].absolute,
        case=shown[0],
        others=tuple(shown[1:]),
    )


def _differences(exercise, expected, outcomes):
    """What is wrong in each case: a list of Difference or None."""
    found = []
    for build, want, got in zip(exercise.builders.values(), expected, outcomes, strict=True):
        wrong = difference(want, got, exercise.detached)
        found.append(wrong or _broken_rule(exercise, build, got))
    return found


def _broken_rule(exercise, build, got):
    """The Difference for right values that came about in a way that the exercise forbids."""
    rule = functools.partial(Difference, rule=True)
    if exercise.without_autograd and got.autograd:
        text = "is right, but it has autograd compute the derivative: write the formula yourself"
        return rule(text, text, "no call of autograd", f"{got.autograd} of them")
    if exercise.additions and got.additions is not None:
        most = exercise.additions(*build())
        if got.additions > most:
            text = f"is right, but it adds up {got.additions} numbers where {most} are enough"
            kind = "is right, but it adds up more numbers than are needed"
            return rule(text, kind, f"at most {most} additions", f"{got.additions}")
    return None


def _unknown(exercise, expected, outcomes, found, failing):
    """What is said of an attempt that is no known mistake: where it fails, and why if that shows."""
    first, cases = failing[0], list(exercise.builders)
    group, label = cases[first]
    what = _what(found[first], cases[first])
    if outcomes[first].nothing and not all(o.nothing or o.raised for o in outcomes):
        what = "returns None in some cases: every way through it needs a `return`"
    count = f"{len(failing)} of {len(cases)} cases"
    secret = f"a case of “{group}” that grading adds"
    where = Telling(f"“{label}” ({group})", secret, (cases[first],))
    cause = causes(exercise, expected, outcomes)
    edge = missing(exercise, found)
    if all(cases[i] in exercise.guarded for i in failing):
        said = f"The formula is right. What is missing: {edge}. `{exercise.name}` "
        return said, what, " there."
    causing = (" ", cause) if cause else ()
    return f"`{exercise.name}` ", what, ".", *causing, f" Fails in {count}, first in ", where, "."


def _what(wrong, case):
    return Telling(wrong.text, wrong.kind, (case,))


def _is_stub(outcomes):
    """Whether these are a stub's: nothing returned, printed or changed; or not implemented."""
    first = outcomes[0]
    if first.raised:
        written = "raise " in first.raised.line or not first.raised.message
        return first.raised.classes[0] == "NotImplementedError" and written  # torch raises it, too
    untouched = not first.changed and not first.printed
    return untouched and all(outcome.nothing or outcome.raised for outcome in outcomes)


def _tolerances(outcomes):
    """The tolerance of each dtype that these outcomes hold, in words."""
    leaves = [leaf for outcome in outcomes for leaf in outcome.value.values()]
    dtypes = {str(leaf.real.dtype) for leaf in leaves if hasattr(leaf, "dtype")}
    dtypes = {name.removeprefix("torch.") for name in dtypes}
    if any(isinstance(leaf, float) for leaf in leaves):
        dtypes.add("float64")
    parts = [
        f"{name} within {relative:.0e} relative + {absolute:.0e} absolute".replace("e-0", "e−")
        for dtype, (relative, absolute) in TOLERANCE.items()
        if (name := str(dtype).removeprefix("torch.")) in dtypes
    ]
    return "; ".join(parts).replace("e-", "e−") or "compared exactly"


def _case(case, outcome, wrong):
    """The rows that describe a failing case: what went in, what was expected, what came out."""
    names = [path for path in outcome.before if path.isidentifier()]
    rows = [("case", " · ".join(case)), *((name, brief(outcome.before, name)) for name in names)]
    rows += [("expected", wrong.expected), ("got", wrong.got)]
    if wrong.absolute is not None:
        rows += [("error", f"{wrong.absolute:.3g} absolute, {wrong.relative:.3g} relative")]
    if outcome.printed:
        rows += [("printed", outcome.printed.rstrip("\n"))]
    return tuple(rows)


def check(exercise: Exercise, attempt: Callable) -> Result:
    """Run the learner's function `attempt` on the cases of `exercise`; the Result says what it did.

    Every call gets freshly built arguments. Whatever the attempt raises (KeyboardInterrupt apart),
    prints or changes ends in the Result; random numbers, grad mode and default dtype are as before.
    Raises TypeError if `exercise` is no exercise.
    """
    if not isinstance(exercise, Exercise):
        raise TypeError(
            "check needs an exercise and your function, check(exercises.NAME, NAME); "
            f"the first is of type {type(exercise).__name__}."
        )
    if callable(attempt):
        again = functools.partial(exercise.observe, attempt, dtype=torch.float64)
        return judge(exercise, exercise.observe(attempt), again)
    blank = judge(exercise, exercise.observe(lambda *args: ...))
    return (
        blank if attempt is None or attempt is ... else no_function(blank, type(attempt).__name__)
    )


def no_function(blank: Result, kind: str) -> Result:
    """The Result for something of a type named `kind`; blank: the Result for a stub."""
    message = f"Wrong: check needs the function `{blank.exercise}` itself, not what it returns; got {kind}."
    return replace(blank, status="wrong", said=(message,))
