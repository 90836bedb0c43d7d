"""What feedback tells: of a visible case all, of a hidden one only of what kind it is."""

import re
from dataclasses import replace

from nbgrader.preprocessors import NbGraderPreprocessor

from helpers.coursework.release import visible
from helpers.coursework.restore import GRADERS


def shown(result, exercise):
    """A Result as a student is shown it: a hidden case's inputs and expected values are left out."""
    if not result.case:
        return result
    group, _, label = dict(result.case)["case"].partition(" · ")
    if (group, label) in visible(exercise):
        return result
    hidden = f"first in a case of “{group}” that grading adds."
    message = re.sub(r"first in “.*?” \(\w+\)\.", lambda _: hidden, result.message, flags=re.S)
    message = message.replace(f"“{label}”", "a hidden case")  # a hint may hold the same words
    return replace(result, message=message, case=())


class Hide(NbGraderPreprocessor):
    """Takes what is for graders, the marking guide and lists of hidden cases, out of feedback."""

    def preprocess_cell(self, cell, resources, cell_index):
        cell.source = GRADERS.sub("", cell.source)
        return cell, resources
