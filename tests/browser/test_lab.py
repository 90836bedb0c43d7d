"""The browser tests leave nothing behind: no process, no file, no trace in the user's folders."""

import http.cookiejar
import os
import urllib.request

import psutil
import pytest
from browser.lab import NO_BROWSER, NOTEBOOKS, ROOT, launch, running_lab

KERNEL = b'{"path": "x.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}}'
CACHES = {".venv", ".git", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis"}


def files():
    """Names of the project's files, caches apart, and the notebooks' contents."""
    names = set()
    for folder, folders, here in os.walk(ROOT):
        folders[:] = set(folders) - CACHES
        names |= {os.path.join(folder, name) for name in here}
    return names, {path: path.read_bytes() for path in NOTEBOOKS.glob("*.ipynb")}


def start_kernel(address):
    """Start a kernel as a page does."""
    cookies = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    opener.open(f"{address}lab").close()
    (token,) = (cookie.value for cookie in cookies if cookie.name == "_xsrf")
    opener.open(urllib.request.Request(f"{address}api/sessions", KERNEL, {"X-XSRFToken": token}))


def test_server_and_kernels_end_and_the_project_is_as_before(tmp_path, monkeypatch):
    home, folder = tmp_path / "home", tmp_path / "lab"
    home.mkdir()
    folder.mkdir()
    monkeypatch.setenv("HOME", str(home))  # stands for the user's, where their JupyterLab runs
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
    before, children = files(), set(psutil.Process().children(recursive=True))
    with running_lab(folder) as address:
        assert address.startswith("http://127.0.0.1:")
        start_kernel(address)
        started = set(psutil.Process().children(recursive=True)) - children
        assert any("ipykernel" in " ".join(process.cmdline()) for process in started)
    assert [process for process in started if process.is_running()] == []
    assert list(home.iterdir()) == []
    assert files() == before


def test_two_run_side_by_side(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    with running_lab(one) as first, running_lab(other) as second:
        assert first != second
        for address in (first, second):
            urllib.request.urlopen(f"{address}api").close()


def test_a_missing_browser_is_told_in_one_sentence():
    class Nothing:
        class chromium:
            @staticmethod
            def launch(**_):
                raise OSError("no such file")

    with pytest.raises(RuntimeError) as told:
        launch(Nothing)
    assert str(told.value) == NO_BROWSER and "apt-get install chromium" in NO_BROWSER
