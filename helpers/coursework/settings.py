"""What a teacher sets for graded coursework: points, questions, what is left out."""

import textwrap
from pathlib import Path

import yaml

from helpers.collection import collection

HELPERS = Path(__file__).parents[1]

HEAD = """\
# What a teacher sets for graded coursework, one block for each topic, by its notebook's name.
# prerequisites: what a learner must know before. points: what each group of cases (values, shapes,
# gradient, edges) of an exercise is worth, 1 for an easy one to 3 for a hard one.
# explain: a question that a person marks, its points, and a marking guide whose lines add up to them.
"""


def read(settings=None):
    """What a teacher has set: notebook's stem → its block, a dict.

    settings: the path of a YAML file; by default helpers/<topic>/course.yaml of each notebook.
    """
    if settings is not None:
        return yaml.safe_load(Path(settings).read_text(encoding="utf-8"))
    return {stem: yaml.safe_load(text) for stem, text in _blocks().items()}


def settings_text():
    """All settings as one YAML file, for a teacher to change."""
    return HEAD + "".join(
        f"\n{stem}:\n{textwrap.indent(text, '  ')}" for stem, text in _blocks().items()
    )


def _blocks():
    """Notebook's stem → the text of its topic's course.yaml, for topics that have one."""
    paths = {
        page.stem: HELPERS / page.stem.partition("_")[2] / "course.yaml" for page in collection()
    }
    return {
        stem: path.read_text(encoding="utf-8") for stem, path in paths.items() if path.is_file()
    }
