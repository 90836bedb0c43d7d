"""Where a page can be run elsewhere; Colab's copies run with the wheel alone."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from topics import ROOT, TOPICS

from helpers.site import elsewhere

NOWHERE = {"repository": "", "branch": "main", "site": "", "binder": "", "hub": ""}
PLACES = {
    "repository": "https://github.com/some/project",
    "branch": "main",
    "site": "https://some.github.io/project/",
    "binder": "https://mybinder.org",
    "hub": "https://hub.example.org/",
}


def test_without_addresses_a_page_can_be_downloaded():
    downloads = [
        ("download the notebook", "notebooks/06_x.ipynb"),
        ("download its helpers, for pip install", "wheel/w.whl"),
    ]
    assert elsewhere.ways("06_x", NOWHERE, "w.whl") == downloads
    # Whatever else is known: without the repository nobody knows what to run.
    assert elsewhere.ways("06_x", PLACES | {"repository": ""}, "w.whl") == downloads


def test_each_place_has_its_address():
    ways = dict(elsewhere.ways("06_x", PLACES, "w.whl"))
    assert ways == {
        "download the notebook": "notebooks/06_x.ipynb",
        "download its helpers, for pip install": "wheel/w.whl",
        "read it in the repository": "https://github.com/some/project/blob/main/notebooks/06_x.ipynb",
        "run it on Binder": "https://mybinder.org/v2/gh/some/project/main?labpath=notebooks%2F06_x.ipynb",
        "run it on your course's hub": "https://hub.example.org/hub/user-redirect/git-pull"
        "?repo=https%3A%2F%2Fgithub.com%2Fsome%2Fproject&branch=main"
        "&urlpath=lab%2Ftree%2Fproject%2Fnotebooks%2F06_x.ipynb",
        "run it in Colab": "https://colab.research.google.com/github/some/project/blob/colab/06_x.ipynb",
    }


def test_binder_and_colab_are_offered_for_github_only():
    ways = dict(
        elsewhere.ways("06_x", PLACES | {"repository": "https://git.example.org/a/b"}, "w.whl")
    )
    assert list(ways)[2:] == ["read it in the repository", "run it on your course's hub"]


def test_the_published_branch_is_the_one_that_links_name():
    workflow = (ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8")
    assert f"git switch --orphan {elsewhere.BRANCH}" in workflow
    assert f"git push --force origin {elsewhere.BRANCH}" in workflow


def test_a_copys_links_lead_to_the_sites_pages():
    source = "[a](02_b.ipynb), [c](02_b.ipynb#cell-id=d), [e](02_b.ipynb#f), [g](#h), [i](j.ipynb)"
    notebook = {"cells": [{"cell_type": "markdown", "id": "x", "source": source}], "nbformat": 4}
    install, cell = elsewhere.colab_copy(notebook, "https://s.example/w.whl", "https://s.example")[
        "cells"
    ]
    assert cell["source"] == (
        "[a](https://s.example/02_b.html), [c](https://s.example/02_b.html#d), [e](https://s.example/02_b.html#f), "
        "[g](#h), [i](j.ipynb)"
    )
    assert install["source"].count("https://s.example/w.whl") == 1


# What the copies do


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """Colab's copies of all notebooks; the wheel comes from this folder in place of a web host."""
    folder = tmp_path_factory.mktemp("a-site")
    wheel = elsewhere.build_wheel(ROOT, folder)
    elsewhere.colab(folder / "colab", wheel, [topic.path for topic in TOPICS], folder.as_uri())
    return folder / "colab"


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """The Python of an environment that has the libraries, as Colab has, but not the project."""
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder, symlinks=os.name != "nt")
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    # A path in a .pth file: the .pth files of that folder, such as the project's own, are not read.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = Path(sysconfig.get_path("scripts", "venv", paths)) / Path(sys.executable).name
    missing = subprocess.run(
        [python, "-c", "import torch, helpers"],
        cwd=folder,
        env=clean(),
        capture_output=True,
        text=True,
    )
    assert "No module named 'helpers'" in missing.stderr
    return python


def clean():
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


ONE = "06_dropout_scaling"


@pytest.mark.parametrize(
    "stem",
    [
        pytest.param(topic.stem, marks=() if topic.stem == ONE else pytest.mark.weekly)
        for topic in TOPICS
    ],
)
def test_a_copy_runs_with_the_wheel_alone(copies, colab, stem, tmp_path):
    command = [colab, "-m", "nbconvert", "--to", "notebook", "--execute", "--log-level", "ERROR"]
    command += ["--output-dir", tmp_path, copies / f"{stem}.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, env=clean(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / f"{stem}.ipynb").read_text(encoding="utf-8"))
    stored = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))
    assert len(run["cells"]) == len(stored["cells"]) + 1
    assert all(cell["execution_count"] for cell in run["cells"] if cell["cell_type"] == "code")
