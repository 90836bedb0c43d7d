"""The server extension: what a saved notebook keeps, and which notebooks are trusted."""

import asyncio
import copy
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.contents.largefilemanager import (
    AsyncLargeFileManager,
    LargeFileManager,
)
from jupyter_server.utils import ensure_async
from nbformat.v4 import new_code_cell, new_notebook, new_output
from topics import ROOT, TOPICS

from helpers import server

VIEW = {server.WIDGET_VIEW: {"model_id": "0123", "version_major": 2, "version_minor": 0}}
STATE = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}


def notebook(*bundles):
    """A notebook as JupyterLab sends it to be saved: one output for each MIME bundle."""
    outputs = [new_output("display_data", data=bundle | VIEW) for bundle in bundles]
    return new_notebook(
        cells=[new_code_cell("live(…)", outputs=outputs)], metadata={"widgets": STATE}
    )


def saved(tmp_path, content):
    """What a real contents manager with the hook writes for `content`."""
    manager = AsyncLargeFileManager(root_dir=str(tmp_path))
    manager.register_pre_save_hook(server.pre_save_hook)
    model = {"type": "notebook", "format": "json", "content": content}
    asyncio.run(ensure_async(manager.save(model, "page.ipynb")))
    return nbformat.read(tmp_path / "page.ipynb", as_version=4)


@pytest.mark.parametrize("bundle", [{"image/png": "aGk="}, {"text/html": "<p>", "text/plain": "p"}])
def test_a_figure_keeps_its_picture_and_loses_its_widget_view(tmp_path, bundle):
    page = saved(tmp_path, notebook(bundle))
    assert page.cells[0].outputs[0].data == bundle
    assert "widgets" not in page.metadata


def test_a_bare_widget_keeps_its_view_and_the_state(tmp_path):
    page = saved(tmp_path, notebook({"image/png": "aGk="}, {"text/plain": "IntSlider()"}))
    figure, slider = page.cells[0].outputs
    assert server.WIDGET_VIEW not in figure.data
    assert server.WIDGET_VIEW in slider.data
    assert page.metadata.widgets == STATE


@pytest.mark.parametrize("kind", [AsyncLargeFileManager, LargeFileManager])
def test_a_page_that_another_server_saved_opens_with_its_pictures(tmp_path, kind):
    nbformat.write(
        notebook({"image/png": "aGk="}, {"text/plain": "IntSlider()"}), tmp_path / "page.ipynb"
    )
    manager = kind(root_dir=str(tmp_path))
    server.open_without_dead_views(manager)
    opened = asyncio.run(ensure_async(manager.get("page.ipynb")))["content"]
    figure, slider = opened.cells[0].outputs
    assert figure.data == {"image/png": "aGk="}
    assert server.WIDGET_VIEW in slider.data
    assert asyncio.run(ensure_async(manager.get("", content=True)))["type"] == "directory"
    assert asyncio.run(ensure_async(manager.get("page.ipynb", content=False)))["content"] is None


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "content": "text"},
        {"type": "notebook"},
        {"type": "directory", "content": None},
        {"type": "notebook", "content": new_notebook(cells=[new_code_cell("1")])},
        {"type": "notebook", "content": {"nbformat": 3, "worksheets": [{"cells": []}]}},
    ],
)
def test_whatever_has_no_widget_is_left_alone(model):
    before = copy.deepcopy(model)
    server.pre_save_hook(model=model, path="x", contents_manager=None)
    assert model == before


def test_the_collection_is_trusted_and_nothing_else(tmp_path):
    pages = [tmp_path / name for name in ("01_one.ipynb", "scratch.ipynb", "01_one-Copy1.ipynb")]
    for number, page in enumerate(pages):
        nbformat.write(notebook({"image/png": f"aGk{number}"}), page)
    (tmp_path / "02_torn.ipynb").write_text("<<<<<<< ours", encoding="utf-8")
    notary = nbformat.sign.NotebookNotary(data_dir=str(tmp_path), db_file=":memory:")
    warnings = []
    server.trust(notary, tmp_path, warnings.append)
    assert [notary.check_signature(nbformat.read(page, 4)) for page in pages] == [
        True,
        False,
        False,
    ]
    assert len(warnings) == 1 and "02_torn.ipynb" in warnings[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's own extensions
def test_an_installed_server_loads_the_extension(tmp_path, monkeypatch):
    """With the configuration that was installed, and none of the user's."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    copies = tmp_path / "work"
    copies.mkdir()
    copy_ = copies / "01_one_new.ipynb"  # as helpers.upkeep.work_copy names a new page
    nbformat.write(notebook({"image/png": "aGk="}), copy_)
    monkeypatch.setattr(server, "WORK", copies)
    app = ServerApp(root_dir=str(tmp_path), open_browser=False, allow_root=True, log_level="ERROR")
    app.initialize(argv=[], find_extensions=True, new_httpserver=False)
    assert server.pre_save_hook in app.contents_manager._pre_save_hooks
    nbformat.write(notebook({"image/png": "aGk="}), tmp_path / "page.ipynb")
    opened = asyncio.run(ensure_async(app.contents_manager.get("page.ipynb")))["content"]
    assert server.WIDGET_VIEW not in opened.cells[0].outputs[0].data
    for topic in TOPICS:
        assert app.contents_manager.notary.check_signature(topic.notebook), topic.stem
    assert app.contents_manager.notary.check_signature(nbformat.read(copy_, 4))


def test_a_server_does_not_import_torch():
    code = (
        "import sys, helpers.server; print({'torch', 'matplotlib', 'numpy'} & sys.modules.keys())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_what_is_installed_for_jupyter_exists():
    """The build leaves out, without a word, a file that is not there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert all((ROOT / source).exists() for source in shared)
    installed = {
        Path(target).parts[1]: json.loads((ROOT / source).read_text(encoding="utf-8"))
        for source, target in shared.items()
        if Path(target).name == "checked_gradients.json"
    }
    assert installed["jupyter"]["ServerApp"]["jpserver_extensions"] == {server.__name__: True}
    assert server._jupyter_server_extension_points() == [{"module": server.__name__}]


def test_the_extension_of_jupyterlab_is_where_its_description_says():
    described = json.loads((ROOT / "helpers/lab/package.json").read_text(encoding="utf-8"))
    assert (ROOT / "helpers/lab" / described["jupyterlab"]["_build"]["load"]).is_file()
    script = (ROOT / "helpers/lab/static/remoteEntry.js").read_text(encoding="utf-8")
    assert f'_JUPYTERLAB["{described["name"]}"]' in script
