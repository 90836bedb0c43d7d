"""What a Jupyter server of this environment does for the notebooks: it trusts them, and opens and
saves them so that a live figure's picture and words are what the page shows.

Installed with the project as a server extension, so that it works under `make lab`, on Binder and
on a JupyterHub alike. It stands outside helpers.teaching because a server must not import torch.
"""

import contextlib
import functools
import inspect

import nbformat

from helpers.collection import NOTEBOOKS, WORK, collection

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def pre_save_hook(model, **_):
    """Prepare a notebook for its file: the contents manager calls this before it saves `model`.

    JupyterLab stores the id of each widget on the page; opened again without that kernel, the page
    would show "Error displaying widget: model not found" in place of the picture stored beside it.
    So an output that has more to show than plain text loses its widget view, and a notebook without
    any view its widget state (`model` is changed in place). A bare widget keeps both.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    notebook = model["content"]
    needs_state = False
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if data.keys() - {WIDGET_VIEW, "text/plain"}:
                data.pop(WIDGET_VIEW, None)
                output.get("metadata", {}).pop(WIDGET_VIEW, None)
            needs_state = needs_state or WIDGET_VIEW in data
    if not needs_state:
        notebook.get("metadata", {}).pop("widgets", None)


def open_without_dead_views(manager):
    """Have a contents manager drop the same when it reads a notebook.

    VS Code or another server may have saved widget views, and their kernels are not this server's.
    """
    read = manager.get

    def cleaned(model):
        pre_save_hook(model=model)
        return model

    if inspect.iscoroutinefunction(read):

        async def get(*args, **kwargs):
            return cleaned(await read(*args, **kwargs))
    else:

        def get(*args, **kwargs):
            return cleaned(read(*args, **kwargs))

    manager.get = functools.wraps(read)(get)


def trust(notary, folder, warn):
    """Sign the collection's notebooks in `folder`, as `jupyter trust` does; others are left alone.

    Without it JupyterLab shows neither a stored figure's controls nor runs their JavaScript.
    `warn` is called with a sentence for a notebook that can't be read.
    """
    for path in collection(folder):
        try:
            notary.sign(nbformat.read(path, as_version=4))
        except Exception as error:  # conflict markers, half a file: the others still open
            warn(f"{path.name} is not trusted, since it can't be read: {error}")


def clean_formgrader():
    """Have nbgrader's Formgrader, where it is installed, show submissions without what runs."""
    with contextlib.suppress(ImportError):  # the students' wheel has no grader
        from nbgrader.server_extensions.formgrader import formgrader

        from helpers.coursework.clean import Clean

        formgrader.HTMLExporter = Clean


def _jupyter_server_extension_points():
    return [{"module": "helpers.server"}]


def _load_jupyter_server_extension(server):
    manager = server.contents_manager
    manager.register_pre_save_hook(pre_save_hook)
    open_without_dead_views(manager)
    clean_formgrader()
    for folder in (NOTEBOOKS, WORK):
        trust(manager.notary, folder, server.log.warning)
