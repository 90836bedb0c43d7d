"""Ask first, explain after: a question whose reply opens only with a choice.

A topic writes its predictions in helpers/<topic>/predictions.py, so that no page shows an answer
above its question; the page says `predict(predictions.NAME)`. A shown prediction needs no kernel.
Without script (an untrusted page, a code host) every reply is a native disclosure element, closed
until it is chosen. With script (predict.js) the first choice is kept and marked, replies are read
out, and a number can be typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpers.teaching import style
from helpers.teaching.html import box, escape, fold, script
from helpers.teaching.markup import rich

MARKS = {"right": ("✓", "solid", style.GREEN), "wrong": ("✗", "dashed", style.VERMILION)}
PLAIN = ("", "solid", style.GREY)


class Prediction:
    """A question with its answer; shows itself closed. Made by `question` or `number`."""

    def _box(self, answers, facts=""):
        asked = f'<p style="margin:0 0 8px;font-weight:600">{rich(self.text)}</p>\n'
        attributes = f'data-predict role="group" aria-label="Prediction"{facts}'
        body = asked + answers + script("keys.js", "predict.js")
        return box(body, line=style.BLUE, attributes=attributes)

    def _answer(self, summary, opening, reply, kind="", group=""):
        sign, kind_of_line, colour = MARKS.get(kind, PLAIN)
        shown = f'<span aria-hidden="true">{sign} </span>' if sign else ""
        paragraph = (
            f'<p data-reply="{kind}" style="margin:4px 8px 8px;padding-left:8px;'
            f'border-left:4px {kind_of_line} {colour}">'
            f"<strong>{shown}{rich(opening)}</strong> {rich(reply)}</p>\n"
        )
        return fold(rich(summary), paragraph, group=group)


@dataclass(frozen=True, repr=False)
class Question(Prediction):
    """A prediction with options. `options`: option → reply; `right`: the right option."""

    text: str
    options: dict
    right: str

    def reply(self, option: str) -> str:
        """What a learner reads after choosing `option`."""
        return f"{self._opening(option)} {self.options[option]}"

    def _opening(self, option):
        return "Yes." if option == self.right else f"No. The answer is “{self.right}”."

    def _repr_html_(self):
        answers = ""
        for option, reply in self.options.items():
            kind = "right" if option == self.right else "wrong"
            answers += self._answer(option, self._opening(option), reply, kind, group=self.text)
        return self._box(answers)

    def __repr__(self):
        return "\n".join([self.text, *(f"( ) {option}" for option in self.options)])


@dataclass(frozen=True, repr=False)
class Number(Prediction):
    """A prediction of a number; right within `tolerance` of `answer`, which has the unit `unit`."""

    text: str
    answer: float
    tolerance: float
    because: str
    unit: str = ""

    def reply(self, guess: float) -> str:
        """What a learner reads after typing the number `guess`."""
        right = abs(guess - self.answer) <= self.tolerance
        return f"Yes. {self.because}" if right else f"No. {self._right()} {self.because}"

    def _right(self):
        shown = f"{self.answer:.12g}".replace("-", "−")
        return f"The answer is {shown}{' ' if self.unit else ''}{self.unit}."

    def _repr_html_(self):
        facts = (
            f' data-answer="{self.answer!r}" data-tolerance="{self.tolerance!r}"'
            f' data-unit="{escape(self.unit)}"'
        )
        summary = "I have a number in mind: show the answer"
        answer = self._answer(summary, self._right(), self.because)
        return self._box(answer, facts)

    def __repr__(self):
        return self.text


def question(text: str, options: Mapping[str, str], right: str) -> Prediction:
    """A question with options.

    `options`: at least two, each with the reply to a learner who chose it; no two replies are
    equal, and none says “Yes.” or “No.”, which stands before it anyway. `right`: the right option.
    Backticks in a text mark code. Raises ValueError with a sentence if one of these is missing.
    """
    if not text.strip():
        raise ValueError("A prediction needs a question.")
    if len(options) < 2:
        raise ValueError(f"A question needs at least two options; got {len(options)}: {text}")
    if right not in options:
        raise ValueError(f"The right option must be one of the options; got {right!r}: {text}")
    for option, reply in options.items():
        if not option.strip():
            raise ValueError(f"An option without a text: {text}")
        if not reply.strip():
            raise ValueError(f"The option {option!r} has no reply: {text}")
        if re.match(r"(yes|no)\b\s*[.,:;!]", reply.strip(), re.I):
            raise ValueError(f"The reply to {option!r} repeats the Yes or No before it: {text}")
    if len({reply.strip() for reply in options.values()}) < len(options):
        raise ValueError(f"Two options have the same reply; each needs its own: {text}")
    return Question(text, dict(options), right)


def number(
    text: str, *, answer: float, tolerance: float, because: str, unit: str = ""
) -> Prediction:
    """A question for a number.

    Right is what lies within `tolerance` (absolute, above 0) of `answer`, both in `unit` (such as
    "%" or "px"). `because`: the reason, shown after any answer. Raises ValueError with a sentence
    if the question or the reason is empty, or the tolerance is not above 0.
    """
    if not text.strip() or not because.strip():
        raise ValueError(f"A number to predict needs a question and a reason: {text}")
    if not tolerance > 0:
        raise ValueError(
            f"The tolerance of a prediction must be above 0; got {tolerance!r}: {text}"
        )
    return Number(text, answer, tolerance, because, unit)


def predict(prediction: Prediction) -> Prediction:
    """Show `prediction`, which `question` or `number` made. Raises TypeError for anything else."""
    if not isinstance(prediction, Prediction):
        raise TypeError(
            "predict(…) shows a prediction of the topic's predictions.py, "
            f"such as predictions.name; got {type(prediction).__name__}."
        )
    return prediction
