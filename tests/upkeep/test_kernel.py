"""A cell that is run before the cells that it needs: one sentence says which."""

import atexit
import json
import shutil
import tomllib

import pytest
from IPython.core.interactiveshell import InteractiveShell
from topics import ROOT, TOPICS

from helpers import kernel

PAGE = TOPICS[0].path
BROUGHT = "Run the import cell at the top of the page first: it brings “{}”."


@pytest.fixture
def shell(monkeypatch):
    """A shell with the extension, on the start page; the lines that it shows are collected."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(PAGE))
    shell = InteractiveShell()
    kernel.load_ipython_extension(shell)
    shell.shown = []
    shell._showtraceback = lambda kind, error, lines: shell.shown.extend(lines)
    yield shell
    atexit.unregister(shell.atexit_operations)


def said(shell, source):
    shell.shown.clear()
    assert not shell.run_cell(source, store_history=False).success
    return "\n".join(shell.shown)


def test_a_cell_before_the_imports_is_told_to_run_them(shell):
    for name in ("live", "check", "figures", "np"):
        assert said(shell, f"{name}.x") == BROUGHT.format(name)
    assert said(shell, "live(figures.StepOfDerivative)") == BROUGHT.format("live")


def test_a_name_of_a_cell_further_up_leads_to_that_cell(shell):
    assert said(shell, "best + 1") == (
        "Run the cell that begins with “for h in (1e-2, 1e-8, 1e-12, 1e-16):” first: "
        "it makes “best”."
    )


def test_other_errors_keep_their_traceback(shell):
    assert "NameError" in said(shell, "nobody_makes_this")
    assert "ZeroDivisionError" in said(shell, "1 / 0")
    assert "UnboundLocalError" in said(shell, "def f():\n    live\n    live = 1\nf()")


def test_on_other_pages_nothing_changes(shell, monkeypatch, tmp_path):
    page = json.loads(PAGE.read_text(encoding="utf-8"))
    del page["metadata"]["checked_gradients"]
    other = tmp_path / "other.ipynb"
    other.write_text(json.dumps(page), encoding="utf-8")
    for path in (other, tmp_path / "none.ipynb", tmp_path):
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))
        assert "NameError" in said(shell, "live")
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert "NameError" in said(shell, "live")


def test_a_copy_of_a_page_is_helped_as_well(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("JPY_SESSION_NAME", str(shutil.copy(PAGE, tmp_path / "mine.ipynb")))
    assert said(shell, "live") == BROUGHT.format("live")


def test_every_kernel_of_the_environment_loads_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    files = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert files["helpers/kernel.json"] == "etc/ipython/ipython_kernel_config.json"
    config = json.loads((ROOT / "helpers/kernel.json").read_text(encoding="utf-8"))
    assert config["InteractiveShellApp"]["extra_extensions"] == [kernel.__name__]
