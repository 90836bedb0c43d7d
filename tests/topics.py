"""The collection's topics, found by their notebooks."""

import importlib
from functools import cached_property
from pathlib import Path

import nbformat

from helpers.teaching.refresh import collection

ROOT = Path(__file__).resolve().parents[1]


class Topic:
    """One notebook with what belongs to it: helpers/<topic>/ and tests/test_<topic>.py."""

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
        """The text of tests/test_<topic>.py; empty if there is none."""
        path = ROOT / "tests" / f"test_{self.name}.py"
        return path.read_text(encoding="utf-8") if path.is_file() else ""


TOPICS = [Topic(path) for path in collection()]
