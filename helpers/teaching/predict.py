"""Ask first, explain after: a question whose reply opens only with a choice.

A topic writes its predictions in helpers/<topic>/predictions.py, so that no page shows an answer
above its question; the page says `predict(predictions.NAME)`. A shown prediction needs no kernel.
Without script (an untrusted page, a code host) every reply is a native disclosure element, closed
until it is chosen. With script (predict.js) the first choice is kept and marked, replies are read
out, and a number can be typed.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.teaching.markup import rich

BOX = """<div data-predict role="group" aria-label="Prediction"{facts} \
style="box-sizing:border-box;max-width:600px;padding:12px 16px;border-left:4px solid #0072B2;\
background:var(--jp-layout-color2,#eee);color:var(--jp-ui-font-color1,#1a1a1a)">
<p style="margin:0 0 8px;font-weight:600">{question}</p>
{answers}<script>
{script}</script></div>"""

# The page's script takes the attribute away and stops only the keys that the element itself uses.
ANSWER = """<details{group} style="margin:4px 0">
<summary data-lm-suppress-shortcuts="true" style="cursor:pointer;padding:4px 8px;border-radius:4px;\
background:var(--jp-layout-color1,#fff)">{answer}</summary>
<p data-reply="{kind}" style="margin:4px 8px 8px;padding-left:8px;border-left:4px {line}">\
<strong>{opening}</strong> {reply}</p>
</details>
"""

LINES = {"right": "solid #009E73", "wrong": "dashed #D55E00", "answer": "solid #595959"}
SIGNS = {"right": "✓", "wrong": "✗"}


@cache
def _script():
    return Path(__file__).with_name("predict.js").read_text(encoding="utf-8")


class Prediction:
    """A question with its answer; shows itself closed. Made by `question` or `number`."""

    def _box(self, answers, facts=""):
        return BOX.format(question=rich(self.text), answers=answers, facts=facts, script=_script())


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
        # One name for all answers of a question: a new choice closes the former one.
        group = f' name="{html.escape(self.text)}"'
        answers = ""
        for option, reply in self.options.items():
            kind = "right" if option == self.right else "wrong"
            opening = f'<span aria-hidden="true">{SIGNS[kind]} </span>{rich(self._opening(option))}'
            answers += ANSWER.format(
                group=group,
                answer=rich(option),
                kind=kind,
                line=LINES[kind],
                opening=opening,
                reply=rich(reply),
            )
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
        return f"Yes. {self.because}" if right else f"No. {self._answer()} {self.because}"

    def _answer(self):
        shown = f"{self.answer:.12g}".replace("-", "−")
        return f"The answer is {shown}{' ' if self.unit else ''}{self.unit}."

    def _repr_html_(self):
        facts = (
            f' data-answer="{self.answer!r}" data-tolerance="{self.tolerance!r}"'
            f' data-unit="{html.escape(self.unit)}"'
        )
        answer = ANSWER.format(
            group="",
            answer="I have a number in mind: show the answer",
            kind="answer",
            line=LINES["answer"],
            opening=self._answer(),
            reply=rich(self.because),
        )
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


def predict(prediction: Prediction, **former) -> Prediction:
    """Show `prediction`, which `question` or `number` made. Raises TypeError for anything else."""
    if isinstance(prediction, str) and "answer" in former:
        return _former(prediction, **former)
    if not isinstance(prediction, Prediction) or former:
        raise TypeError(
            "predict(…) shows a prediction of the topic's predictions.py, "
            f"such as predictions.name; got {type(prediction).__name__}."
        )
    return prediction


def _former(text, *, answer, because, options=(), tolerance=None):
    """The form in which a page named the answer itself; goes when no page uses it."""
    if options:
        return Question(text, {option: because for option in options}, options[answer])
    return Number(text, answer, tolerance, because)
