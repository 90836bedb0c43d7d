"""How the project's files hang together, and what none of them may hold."""

import shutil
import subprocess

import layout_checks
import pytest
from topics import ROOT, TOPICS

MODULES = sorted((ROOT / "helpers").glob("*/*.py"))
LINES = 200  # of a module: one idea; a topic's three large ones hold several figures or exercises
LARGE = {"exercises.py", "figures.py", "formulas.py"}


def test_every_folder_of_helpers_belongs_to_a_notebook_or_serves_all():
    serving = {"teaching", "coursework", "site", "upkeep"}
    assert {path.parent.name for path in MODULES} <= {topic.name for topic in TOPICS} | serving


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_point_one_way(path):
    source = path.read_text(encoding="utf-8")
    assert layout_checks.directions(path.parent.name, source) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_lost_under_python_optimize(path):
    assert layout_checks.asserts(path.read_text(encoding="utf-8")) == []


def test_a_module_is_one_idea():
    small = [path for path in MODULES if path.name not in LARGE]
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in small}
    assert [str(path) for path, count in lines.items() if count > LINES] == []


def test_notebooks_import_their_own_topic(topic):
    source = topic.notebook.cells[1].source
    assert layout_checks.directions(topic.name, source) == []


def test_no_file_names_the_machine_that_it_was_written_on():
    git = shutil.which("git")
    listing = git and subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    if not listing or listing.returncode:
        pytest.skip("not a git checkout")
    complaints = []
    for name in filter(None, listing.stdout.split("\0")):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):  # deleted, or no text
            continue
        complaints += [f"{name}: {trace}" for trace in layout_checks.machine_traces(text, ROOT)]
    assert complaints == []
