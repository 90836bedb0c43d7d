"""One JupyterLab and one Chromium for all browser tests, and one page a notebook.

A notebook's tests use its page in the order of the files and of the tests in them: first as it is
stored (test_pages.py), then run, then tried, and last looked at (test_pages_look.py).
"""

import os
import signal
from pathlib import Path

import psutil
import pytest
from browser.lab import Lab, launch, running_lab
from playwright.sync_api import sync_playwright

ARTIFACTS = Path(__file__).with_name("artifacts")


@pytest.fixture(scope="session")
def topic(request):
    """Each topic in turn; all tests of one come together, so that its page is opened once."""
    return request.param


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The server and the browser that all tests share; afterwards none of their processes runs."""
    # Told to end, pytest ends the server and the browser first.
    former = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))
    before = set(psutil.Process().children(recursive=True))
    folder = tmp_path_factory.mktemp("lab")
    guard = {"IPYTHONDIR": os.environ["IPYTHONDIR"]}  # keeps kernels off the network
    with running_lab(folder, **guard) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        yield Lab(address, folder, browser)
        browser.close()
    signal.signal(signal.SIGTERM, former)
    left = set(psutil.Process().children(recursive=True)) - before
    assert not left, f"still running: {left}"


@pytest.fixture(scope="session")
def page(lab, topic):
    """The topic's notebook in the browser. Tests that come before `alive` see it as stored."""
    with lab.open(topic.path) as page:
        yield page


@pytest.fixture(scope="session")
def alive(page):
    """The topic's notebook after Run All."""
    page.run_all()
    return page


@pytest.fixture(scope="session")
def figures(topic):
    """The topic's live figures, in the order of the page."""
    module = topic.module("figures")
    return [getattr(module, name) for name in getattr(module, "__all__", ())]


@pytest.fixture(scope="session")
def exercises(topic):
    """The topic's exercises, in the order of the page."""
    module = topic.module("exercises")
    return [getattr(module, name) for name in getattr(module, "__all__", ())]


@pytest.fixture(scope="session")
def artifacts():
    """Folder for screenshots, which git ignores."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS
