"""docs/teaching.md: its commands are run, its list of notebooks is compared."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from classes import STEMS
from topics import ROOT

from helpers.coursework import course
from helpers.upkeep import tables

TEXT = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
COMMANDS = "".join(re.findall(r"^    (.*\n)", TEXT, re.M))


@pytest.fixture
def clone(tmp_path):
    """A copy of the tracked files, with this environment in it, so that nothing is installed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    clone = tmp_path / "a clone"
    for name in filter(None, listed.stdout.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, clone / name)
    environment = clone / ".venv"
    environment.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name != "ready":
            (environment / part.name).symlink_to(part)
    # What setup.sh noted of this environment, at the clone's place.
    _, *noted = (Path(sys.prefix) / "ready").read_text(encoding="utf-8").splitlines()
    text = "\n".join([str(clone.resolve()), *noted])
    (environment / "ready").write_text(f"{text}\n", encoding="utf-8")
    return clone


@pytest.mark.weekly
def test_the_commands_lead_from_a_clone_to_grades(clone):
    assert COMMANDS.startswith("make course\n") and "nbgrader export" in COMMANDS
    done = subprocess.run(
        ["bash", "-euxc", COMMANDS], cwd=clone, capture_output=True, text=True,
        env={k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Installing" not in done.stdout and "Building .venv" not in done.stdout
    made = clone / "build" / "course"
    assert "06_dropout_scaling" in (made / "grades.csv").read_text(encoding="utf-8")
    page = made / "feedback" / "trial" / "06_dropout_scaling" / "06_dropout_scaling.html"
    assert "returns nothing yet" in page.read_text(encoding="utf-8")
    assert (clone / "my_course.yaml").is_file()
    (wheel,) = (made / "environment").glob("*.whl")
    assert f"- ./{wheel.name}" in (made / "environment" / "environment.yml").read_text()


def test_every_notebook_is_listed_with_its_goals():
    """In order: title and link, minutes, what is needed before, the goals of the page."""
    listed = TEXT[TEXT.index(tables.START) : TEXT.index(tables.END)].split("\n### ")[1:]
    for stem, part in zip(STEMS, listed, strict=True):
        notebook = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
        first = notebook.cells[0].source
        needed = course.read()[stem]["prerequisites"].strip()
        minutes = notebook.metadata.checked_gradients.minutes
        assert part.strip().splitlines() == [
            f"[{first.splitlines()[0][2:]}](../notebooks/{stem}.ipynb)",
            "",
            f"{minutes} minutes. Needed before: {needed}",
            "",
            *re.findall(r"^- .*$", first, re.M),
        ]


def test_the_course_sets_what_it_says():
    """Every notebook has its block, every exercise its points, every guide adds up."""
    settings = course.read()
    assert list(settings) == STEMS
    for stem, said in settings.items():
        assert list(said["points"]) == list(course.exercises_of(stem))
        assert set(said["points"].values()) <= {1, 2, 3}
        assert "sentences" in said["explain"]["question"] and "sentence" not in course.ANSWER
        lines = [re.match(r"(\d+) points?[: ]", line) for line in said["explain"]["guide"]]
        assert sum(int(line[1]) for line in lines) == said["explain"]["points"]
