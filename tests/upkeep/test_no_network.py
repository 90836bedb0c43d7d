"""The guard against network use is in force in this process and in kernels."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import nbformat
import no_network
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.upkeep.refresh import RefreshError, execute

TESTS = Path(__file__).resolve().parents[1]
OUTSIDE = "192.0.2.1"  # a documentation address (RFC 5737): nobody answers there
SWALLOWED = f"""
import socket
try:
    socket.create_connection(("{OUTSIDE}", 80), timeout=0.1)
except Exception:
    pass
"""


@pytest.fixture
def log(tmp_path, monkeypatch):
    """A log of its own: these attempts are on purpose and fail no test."""
    path = tmp_path / "network.log"
    monkeypatch.setenv(no_network.LOG, str(path))
    return path


def test_a_connection_to_the_outside_raises_and_is_noted(log):
    with pytest.raises(RuntimeError, match="network use"):
        socket.create_connection((OUTSIDE, 80), timeout=0.1)
    with pytest.raises(RuntimeError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)
    assert [line.split()[-1] for line in log.read_text().splitlines()] == [OUTSIDE, "example.org"]


def test_this_machine_may_be_connected_to(log):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=60).close()
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=60).close()
    assert not log.exists()


def test_a_notebook_cell_that_connects_outside_fails(log, tmp_path):
    cell = new_code_cell(f"import urllib.request\nurllib.request.urlopen('http://{OUTSIDE}/')")
    with pytest.raises(RefreshError, match="network use in a test"):
        execute(new_notebook(cells=[cell]), tmp_path)


def test_a_notebook_cell_that_hides_its_attempt_is_noted(log, tmp_path):
    execute(new_notebook(cells=[new_code_cell(SWALLOWED)]), tmp_path)
    assert OUTSIDE in log.read_text()


def test_a_test_and_a_cell_that_hide_their_attempt_fail(tmp_path):
    """The whole way, with this folder's conftest as the only configuration."""
    (tmp_path / "test_quiet.py").write_text(f"def test_quiet():{indent(SWALLOWED, '    ')}")
    page = new_notebook(cells=[new_code_cell(SWALLOWED, execution_count=1)])
    nbformat.write(page, tmp_path / "page.ipynb")
    options = ["-p", "conftest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", tmp_path]
    result = subprocess.run(
        # -rN: with CI in the environment, the summary at the end would say every failure again.
        [
            sys.executable,
            "-m",
            "pytest",
            "-rN",
            "--nbval",
            "--nbval-current-env",
            *options,
            tmp_path,
        ],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(map(str, [TESTS, TESTS / "checks", TESTS.parent]))},
        capture_output=True,
        text=True,
    )
    assert "2 failed" in result.stdout, result.stdout + result.stderr
    assert result.stdout.count(f"tried to use the network: socket.getaddrinfo {OUTSIDE}") == 2
