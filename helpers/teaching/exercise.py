"""How a topic declares an exercise: a reference, its cases, and the mistakes that people make.

The reference is the shortest right answer; learners see its source as the solution. A mistake is
an edit of that source (`slips`), or a function of its own (`mistake`). judge.py compares attempts
with them.
"""

import ast
import contextlib
import functools
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from helpers.teaching.mistakes import WHOLE, Mistake, edited, slips_in, written_out
from helpers.teaching.observe import observe
from helpers.teaching.outcome import Outcome

if TYPE_CHECKING:
    from helpers.teaching.graded import Points

GROUPS = ("values", "shapes", "gradient", "edges")
LEVELS = (1, 2, 3)


def exercise(
    *,
    cases: dict[str, dict[str, Callable]],
    hints: list[str],
    level: int = 1,
    minutes: int = 5,
    guards: dict[str, str] | None = None,
    detached: bool = False,
    without_autograd: bool = False,
    additions: Callable | None = None,
):
    """Declare the decorated function, with its docstring, as the reference of an exercise.

    cases: group ("values", "shapes", "gradient", "edges") → label → builder, which returns a fresh
    tuple of arguments each time. hints: texts, each stronger than the one before. level: 1 to 3;
    minutes: what a learner needs. guards: label of a case at the edge of the mathematics → what
    must happen there, a sentence that goes on after “Besides, ”; a known mistake may do there what
    it likes. detached: whether a result that hangs on a graph is wrong where the reference's does
    not. without_autograd: whether a call into autograd is wrong. additions: a function of a case's
    arguments, the largest number of additions that an attempt may make.
    Raises TypeError or ValueError for a declaration that can't work.
    """
    if isinstance(hints, str) or not hints or not all(isinstance(h, str) and h for h in hints):
        raise TypeError("The hints of an exercise are a list of at least one text.")
    if level not in LEVELS or not minutes > 0:
        raise ValueError("An exercise has a level from 1 to 3, and takes more than 0 minutes.")
    about = dict(hints=tuple(hints), level=level, minutes=minutes, guards=guards or {})
    rules = dict(detached=detached, without_autograd=without_autograd, additions=additions)
    return lambda function: Exercise(function, cases, **about, **rules)


class Exercise:
    """A reference to be called, with its cases, hints and known mistakes. Made by `exercise`."""

    def __init__(
        self,
        function,
        cases,
        hints=(),
        guards=None,
        level=1,
        minutes=5,
        detached=False,
        without_autograd=False,
        additions=None,
    ):
        functools.update_wrapper(self, function)
        self.function, self.cases, self.hints = function, cases, hints
        self.level, self.minutes, self.guards = level, minutes, guards or {}
        self.detached, self.additions = detached, additions
        self.without_autograd = without_autograd
        self.name = function.__name__
        self.parameters = list(inspect.signature(function).parameters)
        self.mistakes = {}
        self._seen = {}
        if not (function.__doc__ or "").strip():
            raise ValueError(f"{self.name} needs a docstring: what the learner must return.")
        if not cases:
            raise ValueError(f"{self.name} needs cases.")
        for group, labelled in cases.items():
            if group not in GROUPS:
                raise ValueError(f"{self.name}: no group {group!r}; use {', '.join(GROUPS)}.")
            if not labelled or not all(callable(build) for build in labelled.values()):
                raise TypeError(f"{self.name}: the group {group!r} maps labels to builders.")
        unknown = set(self.guards) - {label for _, label in self.builders}
        if unknown:
            raise ValueError(f"{self.name}: no case is labelled {min(unknown)!r}, as a guard is.")
        if not set(self.builders) - set(self.guarded):
            raise ValueError(f"{self.name} needs a case that is no guard.")

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def __repr__(self):
        return f"<exercise {self.name}>"

    def mistake(self, function: Callable) -> Callable:
        """Declare the decorated function as a known mistake; its docstring is the hint.

        A keyword `EPS` without default stands for an ε of any size.
        """
        self._declare(written_out(self.name, function))
        return function

    def slips(self, *texts: str) -> None:
        """Declare known mistakes as edits of the reference, in lines “name: old → new” and “# hint”.

        Each place that holds the old text is changed; "…" is the whole body; "; " separates several
        edits. `EPS` in a new text stands for an ε of any size. Two slips that can be made together
        are recognised, whole bodies apart. Raises ValueError for an entry that isn't complete.
        """
        for name, edits, hint in slips_in("\n".join(texts)):
            self._declare(Mistake(name, hint, functools.partial(self._edited, edits), edits))

    def _declare(self, mistake):
        if not mistake.hint.strip():
            raise ValueError(f"{self.name}: the mistake {mistake.name} has no hint.")
        if mistake.name in self.mistakes:
            raise ValueError(f"{self.name} has two mistakes named {mistake.name}.")
        self.mistakes[mistake.name] = mistake

    @functools.cache  # noqa: B019 (an exercise lives as long as its module)
    def _edited(self, edits):
        return edited(self.solution, self.function.__globals__, edits)

    def pairs(self) -> Iterator[Mistake]:
        """Yield two slips at once, for each two that can be made together."""
        some = (mistake for mistake in self.mistakes.values() if mistake.edits)
        slips = [mistake for mistake in some if WHOLE not in dict(mistake.edits)]
        for one, other in itertools.combinations(slips, 2):
            edits = one.edits + other.edits
            with contextlib.suppress(ValueError):
                self._edited(edits)
                variants = functools.partial(self._edited, edits)
                hint = f"Two things at once. {one.hint} And: {other.hint}"
                yield Mistake(f"{one.name} + {other.name}", hint, variants, edits)

    def points(self, attempt: Callable, group: str, worth: float) -> "Points":
        """The Points of `attempt` for the cases of one `group`: see helpers.teaching.graded."""
        from helpers.teaching.graded import points

        return points(self, attempt, group, worth)

    @property
    def builders(self) -> dict[tuple[str, str], Callable]:
        """(group, label) → builder, in the order of declaration."""
        return {
            (g, label): build for g, some in self.cases.items() for label, build in some.items()
        }

    @property
    def guarded(self) -> dict[tuple[str, str], str]:
        """(group, label) of each guard → what must happen there."""
        cases = self.builders
        return {case: self.guards[case[1]] for case in cases if case[1] in self.guards}

    @functools.cached_property
    def solution(self) -> str:
        """The reference's source without its decorator; empty where no source is to be had."""
        with contextlib.suppress(OSError, SyntaxError):
            source = textwrap.dedent(inspect.getsource(self.function))
            return "\n".join(source.splitlines()[ast.parse(source).body[0].lineno - 1 :])
        return ""

    def expected(self) -> list[Outcome]:
        """The Outcome of the reference in each case, in the order of `builders`."""
        return list(self.known(self.function))

    def known(self, function: Callable) -> Iterator[Outcome]:
        """Like `observe`, for a function of this exercise's own: each case is run only once."""
        for case, build in self.builders.items():
            if (function, case) not in self._seen:
                self._seen[function, case] = self._run(function, case, build)
            yield self._seen[function, case]

    def mistaken(self, name: str) -> Iterator[Outcome]:
        """Yield the Outcome of the known mistake `name` in each case, in the order of `builders`."""
        return self.known(self.mistakes[name].function)

    def observe(self, function: Callable, seed: int = 0, **state) -> Iterator[Outcome]:
        """Yield the Outcome of `function` in each case, in the order of `builders`."""
        for case, build in self.builders.items():
            yield self._run(function, case, build, seed, **state)

    def _run(self, function, case, build, seed=0, **state):
        count = self.additions is not None
        try:
            return observe(function, build, self.parameters, seed, count=count, **state)
        except Exception as error:
            error.add_note(f"in the exercise {self.name}, case {' · '.join(case)}")
            raise
