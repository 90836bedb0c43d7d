"""A new topic passes the tests at once, and nothing is ever written over."""

import os
import shutil
import subprocess
import sys

import nbformat
import notebook_checks
import pytest
from topics import ROOT

from helpers.upkeep import new_topic

GENERAL = ["tests/pages", "tests/upkeep/test_layout.py", "tests/upkeep/test_readme.py"]


@pytest.fixture
def copy(tmp_path):
    """A copy of the project's files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder, *arguments):
    """Python in `folder`, with the helpers of that folder. Returns the finished process."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )  # fmt: skip


@pytest.mark.weekly
def test_a_new_topic_passes_the_tests_at_once(copy):
    made = run(copy, "helpers.upkeep.new_topic", "weight_decay")
    assert made.returncode == 0, made.stderr
    assert "_weight_decay.ipynb" in (copy / "README.md").read_text(encoding="utf-8")
    tests = [*GENERAL, "tests/weight_decay", "tests/coursework/test_docs.py"]
    done = run(
        copy, "pytest", *tests, "-q", "-p", "no:cacheprovider",
        "-k", "weight_decay or every_claim or every_notebook or readme or all_lists or place or way",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    assert "weight_decay" in run(copy, "pytest", *GENERAL, "--collect-only", "-q").stdout
    for check in (("check",), ("format", "--check")):
        assert run(copy, "ruff", *check, ".").returncode == 0


def test_each_file_has_its_place_and_no_mark_is_left(copy):
    path = new_topic.create("weight_decay", copy)
    stem = path.stem
    assert stem.endswith("_weight_decay") and (copy / f"data/claims/{stem}.yaml").is_file()
    for target in new_topic.targets("weight_decay", stem).values():
        text = (copy / target).read_text(encoding="utf-8")
        assert not any(mark in text for mark in ("TOPIC", "STEM", "NUMBER", "TITLE", "STUB"))


def test_a_long_name_makes_no_wide_cell(copy):
    path = new_topic.create("a_topic_with_a_rather_long_name", copy)
    check = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", path], cwd=copy, capture_output=True
    )
    assert check.returncode == 0, check.stdout
    assert notebook_checks.rhythm(nbformat.read(path, as_version=4)) == []


def test_nothing_is_written_over(copy):
    (copy / "tests" / "weight_decay").mkdir()
    before = sorted(copy.rglob("*"))
    with pytest.raises(FileExistsError, match="tests/weight_decay is there already"):
        new_topic.create("weight_decay", copy)
    assert sorted(copy.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["", "Weight", "weight-decay", "07_weight", "weight__decay", "../x"]
)
def test_a_name_that_is_none_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="lower-case words joined by _"):
        new_topic.create(name, tmp_path)
