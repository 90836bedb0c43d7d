"""What feedback tells: of a visible case all, of a hidden one only of what kind it is."""

import html

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from helpers.coursework.release import visible
from helpers.coursework.restore import GRADERS
from helpers.teaching.result_page import CODE, FOLD
from helpers.teaching.shown import aligned


def shown(result, exercise):
    """A Result as a student is shown it: of a hidden case neither inputs nor what was expected."""
    return result.seen_by(visible(exercise))


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


class Hide(Preprocessor):
    """Takes what is for graders, the marking guide and lists of hidden cases, out of feedback."""

    enabled = Bool(True)

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.metadata.get("nbgrader", {}).get("locked"):  # a student's text may cost hours
            cell.source = GRADERS.sub("", cell.source)
        return cell, resources
