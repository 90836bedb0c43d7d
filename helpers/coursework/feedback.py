"""What feedback tells: of a visible case all, of a hidden one only of what kind it is."""

import html
import re
from dataclasses import replace

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from helpers.coursework.release import visible
from helpers.coursework.restore import GRADERS
from helpers.teaching.result_page import CODE, FOLD
from helpers.teaching.shown import aligned

# What a sentence tells of the expected value → what it says of a hidden case.
FIGURES = {
    r": off by up to \S+, relative [\w+-]+(\.\d[\w+-]*)?": "",
    r"the shape \([\d, ]*\)( in result\S*)? where \([\d, ]*\) is expected": r"another shape\1 than is "
    "expected",
    r"a list of \d+( in result\S*)? where a list of \d+ is expected": r"a list of another length\1 "
    "than is expected",
    # A kind of value may be told, such as “a torch tensor”; it is the same in all cases.
    r"(returns|with) .* where (?!an? |one |None|float|int|bool|complex).* is expected": r"\1 something "
    "else than is expected",
}


def shown(result, exercise):
    """A Result as a student is shown it: of a hidden case neither inputs nor what was expected."""
    seen = tuple(case for case in result.others if _place(case) in visible(exercise))
    result = replace(result, others=seen)
    if not result.case or _place(result.case) in visible(exercise):
        return result
    group, label = _place(result.case)
    hidden = f"first in a case of “{group}” that grading adds."
    message = re.sub(r"first in “.*?” \(\w+\)\.", lambda _: hidden, result.message, flags=re.S)
    message = message.replace(f"“{label}”", "a hidden case")  # a hint may hold the same words
    for told, kind in FIGURES.items():
        message = re.sub(told, kind, message, flags=re.S)
    return replace(result, message=message, case=())


def displayed(result, exercise):
    """What is displayed of a Result, texts by MIME type: all visible cases that fail."""
    told = shown(result, exercise)
    data = told._repr_mimebundle_()
    if told.others:
        texts = ["\n".join(aligned(case)) for case in told.others]
        title = "Another visible case fails" if len(texts) == 1 else "Other visible cases that fail"
        body = "".join(CODE.format(html.escape(text)) for text in texts)
        data["text/html"] += FOLD.format(summary=title, body=body)
        data["text/plain"] += "".join(f"\n\n{title}:\n{text}" for text in texts)
    return data


def _place(case):
    """The (group, label) of a failing case."""
    group, _, label = dict(case)["case"].partition(" · ")
    return group, label


class Hide(Preprocessor):
    """Takes what is for graders, the marking guide and lists of hidden cases, out of feedback."""

    enabled = Bool(True)

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.metadata.get("nbgrader", {}).get("locked"):  # a student's text may cost hours
            cell.source = GRADERS.sub("", cell.source)
        return cell, resources
