"""What a saved notebook keeps of a live figure: its picture and words, not a reference to a kernel.

JupyterLab writes into the file the id of each widget on the page. Opened again without that
kernel, the page would show "Error displaying widget: model not found" in place of the picture
stored beside the id. So a Jupyter server of this environment saves notebooks without the ids.

The module stands outside helpers.teaching since the server imports it: it must not bring torch.
"""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def pre_save_hook(model, **_):
    """Prepare a notebook for its file: a contents manager calls this before it saves `model`.

    Changed in place: an output that has another representation than plain text (a picture, HTML)
    loses its widget view; once no view is left, the notebook's stored widget state goes as well.
    A bare widget keeps both: it has nothing else to show. Other files are left alone.
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


def _jupyter_server_extension_points():
    return [{"module": "helpers.saving"}]


def _load_jupyter_server_extension(server):
    server.contents_manager.register_pre_save_hook(pre_save_hook)
