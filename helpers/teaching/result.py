"""What a check found, and what may be told of it to somebody who must not know all cases."""

from collections.abc import Container
from dataclasses import dataclass, field, replace

from helpers.teaching.result_page import page
from helpers.teaching.shown import aligned


@dataclass(frozen=True)
class Telling:
    """A part of a message that tells of some cases, (group, label) each.

    kind: what is said in its place where one of them is kept secret.
    """

    text: str
    kind: str
    cases: tuple

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Result:
    """What a check found; true if the attempt is right. Shows itself, and can be pickled."""

    exercise: str
    status: str  # "right", "wrong" or "not attempted"
    said: tuple = ()  # the message's parts: texts, and a Telling where it tells of cases
    mistake: str | None = None  # the known mistake that it is; two are joined by " + "
    largest_error: float | None = None  # absolute, in the first failing case, if it has numbers
    groups: dict = field(default_factory=dict)  # group → (cases passed, cases)
    case: tuple = field(default=(), repr=False)  # the first failing case, pairs of label and text
    others: tuple = field(default=(), repr=False)  # the other failing cases, which feedback shows
    hints: tuple = field(default=(), repr=False)
    solution: str = field(default="", repr=False)

    def __bool__(self):
        return self.status == "right"

    def __str__(self):
        return "\n".join([self.message, *aligned(self.case)])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": page(self)}

    @property
    def message(self) -> str:
        return "".join(map(str, self.said))

    def seen_by(self, cases: Container) -> "Result":
        """The same for somebody who knows these cases, (group, label) each, and no others.

        Of another one no inputs are told, and nothing of what is expected there. A known mistake's
        hint and a guard's sentence are told: they are the same texts whatever a case holds.
        """

        def known(row):
            return place(row) in cases

        said = tuple(
            part.kind
            if isinstance(part, Telling) and not all(one in cases for one in part.cases)
            else str(part)
            for part in self.said
        )
        told = replace(self, said=said, others=tuple(filter(known, self.others)))
        if self.case and not known(self.case):
            return replace(told, case=(), largest_error=None)
        return told


def place(rows: tuple) -> tuple[str, str]:
    """The (group, label) of a failing case, which is its first row."""
    group, _, label = dict(rows)["case"].partition(" · ")
    return group, label
