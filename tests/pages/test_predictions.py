"""Every prediction of every topic: on its page, with no answer above it, the right option anywhere."""

import importlib
from collections import Counter

import notebook_checks
import pytest
from topics import ROOT

from helpers.teaching.predict import Prediction, Question

FOLDERS = sorted(path.parent.name for path in (ROOT / "helpers").glob("*/predictions.py"))
MODULES = {folder: importlib.import_module(f"helpers.{folder}.predictions") for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_lists_exactly_the_predictions(folder):
    declared = [
        name for name, value in vars(MODULES[folder]).items() if isinstance(value, Prediction)
    ]
    assert list(MODULES[folder].__all__) == declared


def test_no_page_holds_the_words_of_a_reply(topic):
    sources = "\n".join(cell.source for cell in notebook_checks.code_cells(topic.notebook))
    for name in MODULES[topic.name].__all__:
        prediction = getattr(MODULES[topic.name], name)
        replies = getattr(prediction, "options", None) or {"": prediction.because}
        for text in (prediction.text, *replies.values()):
            assert text not in sources, name


def test_the_right_option_stands_at_any_place():
    questions = [
        value for module in MODULES.values() for value in vars(module).values()
        if isinstance(value, Question)
    ]  # fmt: skip
    places = Counter(list(asked.options).index(asked.right) for asked in questions)
    assert set(places) >= set(range(max(len(asked.options) for asked in questions)))
    assert max(places.values()) <= len(questions) / 2, places
