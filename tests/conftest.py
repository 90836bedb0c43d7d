"""For all tests: which of them run, the topics, two threads for kernels, and no network."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis
import no_network
import pytest
import topics
from topics import ROOT, TOPICS
from xdist.scheduler import LoadScopeScheduling

from helpers.collection import NOTEBOOKS

# A test passes on a busy machine as well: none has a limit on the clock that it could meet.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

# Grading takes what Linux offers for keeping an attempt apart (docs/teaching.md).
collect_ignore_glob = [] if sys.platform == "linux" else ["coursework/test_*.py"]


def pytest_addoption(parser):
    parser.addoption("--weekly", action="store_true", help="also run what runs once a week")
    parser.addoption("--topic", metavar="NAME", help="run only what concerns this topic")


def pytest_generate_tests(metafunc):
    if "topic" in metafunc.fixturenames:
        stems = [topic.stem for topic in TOPICS]
        metafunc.parametrize("topic", TOPICS, ids=stems, indirect=True)


@pytest.fixture
def topic(request):
    """Each topic in turn; with --topic that one."""
    return request.param


def pytest_ignore_collect(collection_path, config):
    """With --topic: leave out the tests of other topics, and those of what all topics share."""
    if not config.option.topic or (ROOT / "tests") not in collection_path.parents:
        return None
    folder = collection_path.relative_to(ROOT / "tests").parts[0]
    return folder not in (config.option.topic, "pages", "browser") or None


def pytest_collection_modifyitems(config, items):
    """Leave out what runs once a week, and with --topic what looks at the whole collection."""
    name = config.option.topic
    chosen = [
        item
        for item in items
        if (config.option.weekly or not item.get_closest_marker("weekly"))
        and (not name or name in item.nodeid)
    ]
    left_out = [item for item in items if item not in set(chosen)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = chosen


def _must_run(report):
    """The report of a test, or of a file, that was skipped: a failure where all can run.

    On the machine that judges a change nothing may be missing: no browser, no git, no library.
    """
    skipped = report.outcome == "skipped" and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("CI") and sys.platform == "linux":
        report.outcome, report.longrepr = "failed", f"skipped: {report.longrepr[-1]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _must_run((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _must_run((yield))


class Quarantine:
    """Pytest plugin for all items, notebook cells included: fail what tries to use the network.

    Kernels get the guard, and none of the user's own settings, from an IPython folder made here.
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="checked-gradients-"))
        self.log = self.folder / "network.log"
        startup = self.folder / "profile_default" / "startup"
        startup.mkdir(parents=True)
        guard = str(ROOT / "tests" / "checks" / "no_network.py")
        (startup / "00-no-network.py").write_text(
            f"__import__('runpy').run_path({guard!r})['install']()\n", encoding="utf-8"
        )
        os.environ["IPYTHONDIR"] = str(self.folder)
        os.environ[no_network.LOG] = str(self.log)
        no_network.install()

    def attempts(self):
        """What was noted since the last call."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8").splitlines()
        self.log.unlink()
        return lines

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        try:
            return (yield)
        finally:
            attempts = self.attempts()
            if attempts:
                pytest.fail(f"tried to use the network: {', '.join(attempts)}", pytrace=False)

    def pytest_ignore_collect(self, collection_path):
        """A learner's copies of notebooks are not the collection's."""
        if collection_path.suffix == ".ipynb" and collection_path.parent == NOTEBOOKS:
            return collection_path not in [topic.path for topic in TOPICS] or None
        return None

    def pytest_unconfigure(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def pytest_configure(config):
    if config.option.topic:
        topics.choose(config.option.topic)
    # nbval's kernels may use two threads; test_notebooks.py runs each page with one.
    os.environ["OMP_NUM_THREADS"] = "2"
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # else a thread that waits takes a core of the others
    config.pluginmanager.register(Quarantine())


class Sharing(LoadScopeScheduling):
    """For `pytest -n 2`: what shares a kernel, a figure or other set-up stays in one process."""

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        if file.endswith(("test_figures.py", "test_notebooks.py")):
            return f"{file} {test.partition('[')[2]}"  # the figure, or the notebook
        if "/browser/" in file:  # a notebook's page is opened once
            return next((topic.stem for topic in TOPICS if topic.stem in test), file)
        if "/coursework/" in file and not file.endswith("test_sandbox.py"):
            return "coursework"  # one course for all
        return file


def pytest_xdist_make_scheduler(config, log):
    return Sharing(config, log)
