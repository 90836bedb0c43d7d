"""Exercises with a diagnosis: a reference, its cases, and the mistakes that people make.

A topic declares them with `exercise`; a notebook calls `check`, which says not attempted, right, or
wrong and how. outcome.py runs a function and records what it did, compare.py says how two records
differ and within which tolerance; here they are judged and shown.
"""

import ast
import contextlib
import functools
import html
import inspect
import re
import textwrap
from dataclasses import dataclass, field, replace

import torch

from helpers.teaching.compare import TOLERANCE, alike, brief, difference
from helpers.teaching.markup import rich
from helpers.teaching.outcome import Other, isolated, leaves_of, observe, tensors_of

GROUPS = ("values", "shapes", "gradient", "edges")


def exercise(*, cases, hints, detached=False):
    """Declare the decorated function, with its docstring, as the reference of an exercise.

    cases: group ("values", "shapes", "gradient", "edges") → label → builder, which returns a fresh
    tuple of arguments each time. hints: texts, each stronger than the one before. detached: whether
    a result that hangs on a graph is wrong where the reference's does not.
    Raises TypeError or ValueError for a declaration that can't work.
    """
    if isinstance(hints, str) or not hints or not all(isinstance(h, str) and h for h in hints):
        raise TypeError("The hints of an exercise are a list of at least one text.")
    return lambda function: Exercise(function, cases, tuple(hints), detached)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give, and the hint that says which one it is."""

    function: object
    hint: str


class Exercise:
    """A reference to be called, with its cases, hints and known mistakes. Made by `exercise`."""

    def __init__(self, function, cases, hints, detached):
        functools.update_wrapper(self, function)
        self.function, self.cases, self.hints, self.detached = function, cases, hints, detached
        self.name = function.__name__
        self.parameters = list(inspect.signature(function).parameters)
        self.mistakes = {}
        if not (function.__doc__ or "").strip():
            raise ValueError(f"{self.name} needs a docstring: what the learner must return.")
        if not cases:
            raise ValueError(f"{self.name} needs cases.")
        for group, labelled in cases.items():
            if group not in GROUPS:
                raise ValueError(f"{self.name}: no group {group!r}; use {', '.join(GROUPS)}.")
            if not labelled or not all(callable(build) for build in labelled.values()):
                raise TypeError(f"{self.name}: the group {group!r} maps labels to builders.")

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def __repr__(self):
        return f"<exercise {self.name}>"

    def mistake(self, hint):
        """Declare the decorated function as a known mistake, which `hint` explains."""
        if not isinstance(hint, str) or not hint.strip():
            raise TypeError(f'{self.name}: write @{self.name}.mistake("the hint").')

        def declare(function):
            if function.__name__ in self.mistakes:
                raise ValueError(f"{self.name} has two mistakes named {function.__name__}.")
            self.mistakes[function.__name__] = Mistake(function, hint)
            return function

        return declare

    @property
    def builders(self):
        """(group, label) → builder, in the order of declaration."""
        return {
            (g, label): build for g, some in self.cases.items() for label, build in some.items()
        }

    @property
    def solution(self):
        """The reference's source without its decorator; empty where no source is to be had."""
        with contextlib.suppress(OSError, SyntaxError):
            source = textwrap.dedent(inspect.getsource(self.function))
            return "\n".join(source.splitlines()[ast.parse(source).body[0].lineno - 1 :])
        return ""

    def expected(self):
        """The Outcome of the reference in each case, a list in the order of `builders`."""
        return list(self.observe(self.function))

    def mistaken(self, name):
        """Yield the Outcome of the known mistake `name` in each case, in the order of `builders`."""
        return self.observe(self.mistakes[name].function)

    def observe(self, function, seed=0):
        """Yield the Outcome of `function` in each case, in the order of `builders`."""
        for case, build in self.builders.items():
            try:
                outcome = observe(function, build, self.parameters, seed)
            except Exception as error:
                error.add_note(f"in the exercise {self.name}, case {' · '.join(case)}")
                raise
            yield outcome


@dataclass(frozen=True)
class Result:
    """What a check found; true if the attempt is right. Shows itself, and can be pickled."""

    exercise: str
    status: str  # "right", "wrong" or "not attempted"
    message: str
    mistake: str | None = None  # the name of the known mistake that behaves as the attempt does
    largest_error: float | None = None  # absolute, in the first failing case, if it has numbers
    groups: dict = field(default_factory=dict)  # group → (cases passed, cases)
    case: tuple = field(default=(), repr=False)  # the first failing case, pairs of label and text
    hints: tuple = field(default=(), repr=False)
    solution: str = field(default="", repr=False)

    def __bool__(self):
        return self.status == "right"

    def __str__(self):
        return "\n".join([self.message, *_aligned(self.case)])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": _page(self)}


def check(exercise, attempt):
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
        return judge(exercise, list(exercise.observe(attempt)))
    blank = judge(exercise, list(exercise.observe(lambda *args: ...)))
    if attempt is None or attempt is ...:
        return blank
    message = (
        f"Wrong: check needs the function `{exercise.name}` itself, not what it returns; "
        f"got {type(attempt).__name__}."
    )
    return replace(blank, status="wrong", message=message)


def judge(exercise, outcomes):
    """The Result for an attempt whose `outcomes`, one a case, are known. Runs no attempt."""
    expected = exercise.expected()
    found = [difference(e, o, exercise.detached) for e, o in zip(expected, outcomes, strict=True)]
    cases = list(exercise.builders)
    groups = {group: (0, 0) for group in exercise.cases}
    for (group, _), wrong in zip(cases, found, strict=True):
        groups[group] = (groups[group][0] + (not wrong), groups[group][1] + 1)
    result = functools.partial(
        Result, exercise.name, groups=groups, hints=exercise.hints, solution=exercise.solution
    )
    failing = [i for i, wrong in enumerate(found) if wrong]
    if not failing:
        count = f"{len(cases)} of {len(cases)} cases"
        return result("right", f"Right: {count}, {_tolerances(expected)}.")
    if _is_stub(outcomes):
        message = f"`{exercise.name}` returns nothing yet. Write its body; it ends with `return`."
        return result("not attempted", f"Not attempted: {message}")
    first = failing[0]
    mistake = _recognise(exercise, expected, outcomes)
    if mistake:
        message = exercise.mistakes[mistake].hint
    else:
        group, label = cases[first]
        text = found[first].text
        if outcomes[first].nothing and not all(o.nothing or o.raised for o in outcomes):
            text = "returns None in some cases: every way through it needs a `return`"
        count = f"{len(failing)} of {len(cases)} cases"
        message = f"`{exercise.name}` {text}. Fails in {count}, first in “{label}” ({group})."
    return result(
        "wrong",
        f"Wrong: {message}",
        mistake,
        found[first].absolute,
        case=_case(cases[first], outcomes[first], found[first]),
    )


def validate(exercise):
    """Raise ValueError if `exercise` could wrong a learner; for the tests of a topic.

    Its cases must build fresh and equal arguments each time, its reference must give the same
    whatever the global random numbers, its mistakes must be recognised, each as itself, and a stub
    must count as not attempted.
    """
    for case, build in exercise.builders.items():
        with isolated():
            pair = [dict(tensors_of({"": build()})) for _ in range(2)]
        pair = [{**tensors, **leaves_of(tensors)}.values() for tensors in pair]
        memory = [{t.untyped_storage().data_ptr() for t in tensors} for tensors in pair]
        if (memory[0] & memory[1]) - {0}:
            raise ValueError(f"{exercise.name}: {' · '.join(case)} returns the same tensor again.")
    runs = [list(exercise.observe(exercise.function, seed)) for seed in (1, 2)]
    if not all(map(alike, runs[0], *runs)):
        raise ValueError(f"{exercise.name}: the reference gives other results when called again.")
    if any(isinstance(leaf, Other) for outcome in runs[0] for leaf in outcome.value.values()):
        raise ValueError(f"{exercise.name}: the reference returns what check can't compare.")
    if judge(exercise, list(exercise.observe(lambda *_: None))).status != "not attempted":
        raise ValueError(f"{exercise.name}: a stub would be right in the first case.")
    for name in exercise.mistakes:
        result = judge(exercise, list(exercise.mistaken(name)))
        if result.mistake != name:
            found = f"found {result.status}, as {result.mistake}"
            raise ValueError(f"{exercise.name}: the mistake {name} is not recognised, but {found}.")


def _is_stub(outcomes):
    """Whether these are a stub's: nothing returned, printed or changed; or not implemented."""
    first = outcomes[0]
    if first.raised:
        return first.raised.classes[0] == "NotImplementedError"
    untouched = not first.changed and not first.printed
    return untouched and all(outcome.nothing or outcome.raised for outcome in outcomes)


def _recognise(exercise, expected, outcomes):
    """The name of the known mistake that does the same in every case, or None."""
    only_raises = all(outcome.raised for outcome in outcomes)

    def same(right, known, attempt):
        # A type like RuntimeError alone says little: where nothing else is known, why it was raised
        # must agree, too.
        if only_raises and known.raised and not right.raised:
            reasons = {re.sub(r"\d+", "", one.raised.message) for one in (known, attempt)}
            if len(reasons) > 1:
                return False
        return alike(right, known, attempt, exercise.detached)

    for name in exercise.mistakes:
        # The mistake runs case by case, no further than they agree.
        if all(map(same, expected, exercise.mistaken(name), outcomes)):
            return name
    return None


def _tolerances(outcomes):
    """The tolerance of each dtype that these outcomes hold, in words."""
    leaves = [leaf for outcome in outcomes for leaf in outcome.value.values()]
    dtypes = {leaf.real.dtype for leaf in leaves if isinstance(leaf, torch.Tensor)}
    if any(isinstance(leaf, float) for leaf in leaves):
        dtypes.add(torch.float64)
    parts = [
        f"{str(dtype).removeprefix('torch.')} within {relative:.0e} relative + {absolute:.0e} absolute"
        for dtype, (relative, absolute) in TOLERANCE.items()
        if dtype in dtypes
    ]
    return re.sub("e-0?", "e−", "; ".join(parts)) or "compared exactly"


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


def _aligned(rows):
    """Rows as lines, their texts below each other."""
    width = max((len(label) for label, _ in rows), default=0) + 2
    return [label.ljust(width) + text.replace("\n", "\n" + " " * width) for label, text in rows]


COLOUR = {"right": "#009E73", "wrong": "#D55E00", "not attempted": "#595959"}

BOX = """<div data-check="{status}" role="status" style="max-width:840px;padding:8px 16px;\
border-left:4px solid {colour};background:var(--jp-layout-color2,#eee);\
color:var(--jp-ui-font-color1,#1a1a1a)">
<p style="margin:0 0 4px"><strong>{word}:</strong>{text}</p>
{body}</div>"""

FOLD = """<details style="margin:4px 0">
<summary data-lm-suppress-shortcuts="true" style="cursor:pointer">{summary}</summary>
{body}</details>
"""

# Code that is too wide scrolls, by keyboard as well.
CODE = """<pre tabindex="0" data-lm-suppress-shortcuts="true" \
style="margin:4px 0;padding:4px 8px;white-space:pre;overflow-x:auto">{}</pre>
"""


def _page(result):
    """The result as HTML that needs neither script nor style sheet: hints within hints."""
    folded = FOLD.format(summary="Solution", body=CODE.format(html.escape(result.solution)))
    folded = folded if result.solution else ""
    if result.status != "right":
        for i, hint in reversed(list(enumerate(result.hints, 1))):
            summary = f"Hint {i} of {len(result.hints)}"
            body = f'<p style="margin:4px 0">{rich(hint)}</p>\n{folded}'
            folded = FOLD.format(summary=summary, body=body)
    case = CODE.format(html.escape("\n".join(_aligned(result.case)))) if result.case else ""
    if result.mistake:
        case = FOLD.format(summary="The first case that fails", body=case)
    word, _, text = result.message.partition(":")
    return BOX.format(
        status=result.status,
        colour=COLOUR[result.status],
        word=html.escape(word),
        text=rich(text),
        body=case + folded,
    )
