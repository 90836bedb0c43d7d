"""What a kernel of this environment says when a cell is run before the cells that it needs.

Without it a learner who runs a cell in the middle of a page first reads Python's traceback of a
NameError. A page can't prevent that, since none of its cells has run by then. So IPython loads this
extension into every kernel of the environment; it acts only on pages of the collection.
"""

import ast
import json
import os


def load_ipython_extension(shell):
    """Called by IPython as the kernel starts."""
    shell.set_custom_exc((NameError,), _show)


def _show(shell, kind, error, trace, tb_offset=None):
    sentence = None
    if not isinstance(error, UnboundLocalError):
        path = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
        sentence = advice(getattr(error, "name", None), path)
    if sentence:
        lines = [sentence]
    else:
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    shell._showtraceback(kind, error, lines)


def advice(name: str | None, path: str | None) -> str | None:
    """Which cell to run, in one sentence, so that `name` is there; None if the page can't tell.

    `path`: the page's file, as the Jupyter server names it to its kernels.
    """
    try:
        with open(path, encoding="utf-8") as file:
            page = json.load(file)
        if "checked_gradients" not in page["metadata"]:
            return None
        cells = ["".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "code"]
    except (OSError, TypeError, ValueError, KeyError):  # no file, or no notebook
        return None
    for at, source in enumerate(cells):
        if name in _made_by(source):
            if at == 0:
                return f"Run the import cell at the top of the page first: it brings “{name}”."
            first = next(line for line in source.splitlines() if line.strip())
            return f"Run the cell that begins with “{first}” first: it makes “{name}”."
    return None


def _made_by(source):
    """The names that a cell imports, defines or assigns outside functions."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or half a line
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            names.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names
