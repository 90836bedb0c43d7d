"""Which tests run: all but the weekly ones, all of them, or those of one topic."""

import subprocess
import sys
from types import SimpleNamespace

import hypothesis
import pytest
import topics
from topics import ROOT


def conftest(request):
    """The module tests/conftest.py."""
    return request.config.pluginmanager.get_plugin(str(ROOT / "tests" / "conftest.py"))


def test_one_topic_is_tested_alone():
    """Its tests, its notebook, its figures and exercises, and no module of another topic."""
    command = [sys.executable, "-X", "importtime", "-m", "pytest", "--collect-only", "-qs"]
    command += ["-p", "no:cacheprovider", "--topic", "start_here"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    tests = [line for line in done.stdout.splitlines() if "::" in line]
    assert tests and all("start_here" in test for test in tests)
    for part in (
        "notebooks/00_start_here.ipynb",
        "tests/start_here/",
        "tests/pages/test_notebooks.py",
        "tests/pages/test_figures.py",
        "tests/pages/test_exercises.py",
    ):
        assert any(test.startswith(part) for test in tests), part
    assert "helpers.start_here" in done.stderr, "the imports are listed"
    for module in ("helpers.log_of_zero", "sklearn", "keras", "onnxruntime"):
        assert module not in done.stderr


def test_a_topic_that_there_is_not_is_told():
    with pytest.raises(pytest.UsageError, match="no topic start_hear; there are start_here, "):
        topics.choose("start_hear")


@pytest.mark.parametrize("hook", ["pytest_runtest_makereport", "pytest_make_collect_report"])
@pytest.mark.parametrize(
    ("ci", "platform", "outcome"),
    [("true", "linux", "failed"), ("", "linux", "skipped"), ("true", "win32", "skipped")],
)
def test_where_all_can_run_a_skipped_test_fails(request, monkeypatch, hook, ci, platform, outcome):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys, "platform", platform)
    report = SimpleNamespace(outcome="skipped", longrepr=("a file", 1, "no git"))
    running = getattr(conftest(request), hook)()
    next(running)
    with pytest.raises(StopIteration):
        running.send(report)
    assert report.outcome == outcome and "no git" in str(report.longrepr)


def test_no_example_is_too_slow():
    """Hypothesis would fail an example that takes 200 ms on the clock."""
    assert hypothesis.settings().deadline is None


@pytest.mark.weekly
def test_a_weekly_test():
    """Stands for all of them in the next test."""


@pytest.mark.parametrize("weekly", [False, True])
def test_what_is_weekly_runs_only_when_it_is_asked_for(request, weekly):
    items = [
        request.node,
        pytest.Function.from_parent(request.node.parent, name="test_a_weekly_test"),
    ]
    left_out = []
    config = SimpleNamespace(
        option=SimpleNamespace(weekly=weekly, topic=None),
        hook=SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items)),
    )
    every, once_a_week = list(items), items[1:]
    conftest(request).pytest_collection_modifyitems(config, items)
    assert items == (every if weekly else every[:1])
    assert left_out == ([] if weekly else once_a_week)
