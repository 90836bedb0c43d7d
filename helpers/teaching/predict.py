"""Ask first, explain after: a question whose reason opens only with a choice.

The page needs no kernel for it: every answer is a native disclosure element, closed until chosen.
"""

import html
import math
from dataclasses import dataclass

QUESTION = """<div data-predict role="group" \
aria-label="Prediction" style="box-sizing:border-box;max-width:600px;padding:12px 16px;border-left:4px solid #0072B2;\
background:var(--jp-layout-color2,#eee);color:var(--jp-ui-font-color1,#1a1a1a)">
<p style="margin:0 0 8px;font-weight:600">{question}</p>
{answers}</div>"""

ANSWER = """<details{group} style="margin:4px 0">
<summary data-lm-suppress-shortcuts="true" style="cursor:pointer;padding:4px 8px;border-radius:4px;\
background:var(--jp-layout-color1,#fff)">{answer}</summary>
<p style="margin:4px 8px 8px">{reply}</p>
</details>
"""

NUMBER = """<label>Your number: \
<input type="number" step="any" data-lm-suppress-shortcuts="true" style="width:8em;font:inherit"></label>
<button type="button" data-lm-suppress-shortcuts="true" style="font:inherit" onclick="{script}">That is my prediction</button>
<p role="status" style="margin:8px 0 0;display:none"></p>
"""

# Without trust the page drops the script; the disclosure element below it still answers.
COMPARE = """const box = this.closest('[data-predict]'); \
const status = box.querySelector('[role=status]'); \
const value = box.querySelector('input').valueAsNumber; if (Number.isNaN(value)) return; \
status.textContent = Math.abs(value - {answer!r}) <= {tolerance!r} ? {right} : {wrong}; \
status.style.display = 'block';"""


@dataclass(frozen=True)
class Prediction:
    """A question, its answer and the reason; shows itself closed. Made by `predict`."""

    question: str
    options: tuple
    answer: float | int
    tolerance: float | None
    because: str

    def reply(self, choice):
        """What a learner reads after choosing option number `choice`, or the number `choice`."""
        if self.options:
            right, answer = choice == self.answer, f"“{self.options[self.answer]}”"
        else:
            right = abs(choice - self.answer) <= self.tolerance
            answer = f"{self.answer:g}".replace("-", "−")
        return f"{'As predicted' if right else f'Not so: {answer}'}. {self.because}"

    def _repr_html_(self):
        if self.options:
            # One name for all answers of a question: a new choice closes the former one.
            group = f' name="{html.escape(self.question)}"'
            answers = "".join(
                ANSWER.format(
                    group=group, answer=html.escape(option), reply=html.escape(self.reply(i))
                )
                for i, option in enumerate(self.options)
            )
        else:
            answers = NUMBER.format(script=html.escape(self._script())) + ANSWER.format(
                group="", answer="I have one in mind: show it", reply=html.escape(self._plain())
            )
        return QUESTION.format(question=html.escape(self.question), answers=answers)

    def _script(self):
        right, wrong = self.reply(self.answer), self.reply(math.inf)
        return COMPARE.format(
            answer=self.answer, tolerance=self.tolerance, right=_quote(right), wrong=_quote(wrong)
        )

    def _plain(self):
        return f"{self.answer:g}. {self.because}".replace("-", "−")

    def __repr__(self):
        return "\n".join([self.question, *(f"( ) {option}" for option in self.options)])


def _quote(text):
    """`text` as a JavaScript string."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def predict(question, *, answer, because, options=(), tolerance=None):
    """A question that a learner answers before looking.

    Either `options` (two or more texts) and `answer`, the index of the right one, or a number
    `answer` with an absolute `tolerance` > 0. `because` is the reason, shown after any choice.
    Raises ValueError if the question has neither or both, or an answer that is no option.
    """
    options = tuple(options)
    if bool(options) == (tolerance is not None):
        raise ValueError("A prediction needs either options or a tolerance, and not both.")
    if options and (len(options) < 2 or answer not in range(len(options))):
        raise ValueError(
            f"A prediction with options needs at least two, and the right one's index as answer; "
            f"got {len(options)} options and the answer {answer!r}."
        )
    if tolerance is not None and not tolerance > 0:
        raise ValueError(f"The tolerance of a prediction must be above 0; got {tolerance!r}.")
    return Prediction(question, options, answer, tolerance, because)
