"""Known mistakes: functions of their own, or edits of a reference's source."""

import ast
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch

WHOLE = "…"
"""What stands in an edit for the whole body below the docstring."""
EPS = "EPS"
"""The name that stands in a mistake for an ε of any size."""
EPSILONS = (1e-7, 1e-8, 1e-12, 1e-10, 1e-6, 1e-5, 1e-9, 1e-15, 1e-16, 1e-4, 1e-3, 1e-20, 1e-30)
EPSILONS += (torch.finfo(torch.float32).eps, torch.finfo(torch.float64).eps, 1e-45)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give, and the hint that says which one it is."""

    name: str
    hint: str
    variants: Callable = field(repr=False)  # → functions: the same mistake, with another ε
    edits: tuple = ()  # (old, new) pairs that make it of the reference; none if it is no slip

    @property
    def function(self) -> Callable:
        """The mistake in its usual form."""
        return next(iter(self.variants()))


def written_out(exercise: str, function: Callable) -> Mistake:
    """The mistake that a function of its own makes; its docstring is the hint.

    A keyword `EPS` of the function stands for an ε of any size.
    Raises TypeError if there is no docstring.
    """
    hint = inspect.getdoc(function) if inspect.isfunction(function) else None
    if not hint:
        raise TypeError(f"{exercise}: a mistake is a function whose docstring is its hint.")
    variants = [function]
    if EPS in inspect.signature(function).parameters:
        variants = [functools.partial(function, **{EPS: epsilon}) for epsilon in EPSILONS]
    return Mistake(function.__name__, " ".join(hint.split()), lambda: variants)


def slips_in(text: str) -> Iterator[tuple[str, tuple, str]]:
    """Yield (name, its (old, new) edits, the hint) of each entry of a text.

    An entry is a line “name: old → new; old → new”, which may go on in the next, and the hint under
    it in lines that begin with #. A line break in an edit is written \\n, which may begin a line.
    Raises ValueError.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#") and found:
            found[-1][1].append(line.lstrip("# "))
        elif found and not found[-1][1]:
            found[-1][0].append(line)
        else:
            found.append(([line], []))
    for lines, hint in found:
        whole = " ".join(lines).replace(r" \n", "\n").replace(r"\n", "\n")
        name, _, edits = whole.partition(": ")
        edits = tuple(
            tuple(side.strip(" ") for side in edit.split("→")) for edit in edits.split("; ")
        )
        if not (name.isidentifier() and hint and all(len(edit) == 2 and edit[0] for edit in edits)):
            raise ValueError(f"Write the slip {name} as “name: old → new”, and “# hint” under it.")
        yield name, edits, " ".join(hint)


def edited_text(source: str, edits: tuple[tuple[str, str], ...]) -> str:
    """The source of a function with these edits of its body; an old text “…” is all of it.

    Raises ValueError for an edit whose old text isn't there.
    """
    function = ast.parse(source).body[0]
    lines = source.splitlines(keepends=True)
    end = function.body[0].end_lineno  # of the docstring
    head, body = "".join(lines[:end]), "".join(lines[end:])
    for old, new in edits:
        if old == WHOLE:
            old, new = body, f"    {new}\n"
        if old not in body:
            raise ValueError(f"{function.name} has no {old!r} to change.")
        body = body.replace(old, new)
    return head + body


def edited(source: str, scope: dict, edits: tuple[tuple[str, str], ...]) -> list[Callable]:
    """The function that `source` defines with these edits of its body, once for each ε.

    scope: the globals that it needs. Empty where there is no source.
    Raises ValueError for an edit whose old text isn't there, or that leaves no Python.
    """
    if not source:
        return []
    text, name = edited_text(source, edits), ast.parse(source).body[0].name
    try:
        code = compile(text, f"<a slip in {name}>", "exec")
    except SyntaxError as error:
        raise ValueError(f"{name}: {error.msg} with the edits {edits}.") from None
    found = []
    for epsilon in EPSILONS if any(EPS in new for _, new in edits) else EPSILONS[:1]:
        names = {**scope, EPS: epsilon}
        exec(code, names)
        found.append(names[name])
    return found
