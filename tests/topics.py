"""The collection's topics, found by their notebooks."""

import importlib.util
import sys
from functools import cached_property
from pathlib import Path

import nbformat
import pytest
from rewriting import rewrites_in

from helpers.collection import collection

ROOT = Path(__file__).resolve().parents[1]


class Topic:
    """One notebook with what belongs to it: helpers/<topic>/ and tests/<topic>/."""

    def __init__(self, path):
        self.path, self.stem = path, path.stem  # 01_autograd_interfaces
        self.name = path.stem.partition("_")[2]  # autograd_interfaces

    @cached_property
    def notebook(self):
        """The stored notebook (a NotebookNode; treat it as read-only)."""
        return nbformat.read(self.path, as_version=4)

    def module(self, name):
        """helpers.<topic>.<name>, or None if the topic has no such module."""
        if not (ROOT / "helpers" / self.name / f"{name}.py").is_file():
            return None
        return importlib.import_module(f"helpers.{self.name}.{name}")

    @property
    def test_source(self):
        """The text of the topic's tests; empty if there are none."""
        paths = sorted((ROOT / "tests" / self.name).glob("test_*.py"))
        return "\n".join(path.read_text(encoding="utf-8") for path in paths)

    @cached_property
    def rewrites(self):
        """exercise's name → other right answers to it, from tests/<topic>/rewrites.py."""
        return rewrites_in(self._rewrites)

    @property
    def same(self):
        """exercise's name → edits of its reference that leave it right, in words."""
        return getattr(self._rewrites, "SAME", {})

    @cached_property
    def _rewrites(self):
        path = ROOT / "tests" / self.name / "rewrites.py"
        spec = importlib.util.spec_from_file_location(f"rewrites_{self.name}", path)
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


TOPICS = [Topic(path) for path in collection()]


def weekly_but_one():
    """TOPICS as pytest's parameters: the first is tested in every run, the others once a week."""
    return [
        pytest.param(topic, id=topic.stem, marks=[pytest.mark.weekly] if number else [])
        for number, topic in enumerate(TOPICS)
    ]


def choose(name):
    """Leave in TOPICS the topic of this name only. Raises pytest.UsageError if there is none."""
    names = [topic.name for topic in TOPICS]
    if name not in names:
        raise pytest.UsageError(f"There is no topic {name}; there are {', '.join(names)}.")
    TOPICS[:] = [topic for topic in TOPICS if topic.name == name]
