"""What a page says of its exercises when a real kernel runs it from top to bottom."""

import copy
import json

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from helpers.collection import NOTEBOOKS
from helpers.coursework.page import SHOWN

RECORD = """
import json as _json, helpers.teaching as _teaching
_last, _check = {}, _teaching.check
def _recording(exercise, attempt):
    _last[exercise.name] = result = _check(exercise, attempt)
    return result
_teaching.check = _recording
"""
# An answer that the page was not asked to check is checked in its place.
TELL = """
if {name!r} not in _last and {name!r} in globals():
    from helpers.{topic} import exercises as _exercises
    _recording(_exercises.{name}, {name})
if {name!r} in _last and {name!r} in globals():
    print(_json.dumps([_last[{name!r}].status, _last[{name!r}].groups, str(_last[{name!r}])]))
"""


def kernel_results(notebook, stem, names, figures=False):
    """name → (status, groups, text) by the page's own check; None if it was never reached.

    figures: whether the page's untouched figures and predictions are run as well.
    """
    page, told = copy.deepcopy(notebook), {}
    cells = [new_code_cell(RECORD)]
    for cell in page.cells:
        if cell.cell_type != "code" or (SHOWN.match(cell.source) and not figures):
            continue
        said = cell.metadata.get("nbgrader", {})
        name = said["grade_id"] if said.get("solution") else None
        if name in names:
            cells.append(new_code_cell(f"_last.pop({name!r}, None)"))  # what an older answer gave
        cells.append(cell)
        if name in names:
            told[name] = new_code_cell(TELL.format(name=name, topic=stem.partition("_")[2]))
            cells.append(told[name])
    page.cells = cells
    client = NotebookClient(page, kernel_name="python3", timeout=600, allow_errors=True)
    client.resources = {"metadata": {"path": str(NOTEBOOKS)}}
    client.execute()
    return {name: _read(told[name]) if name in told else None for name in names}


def _read(cell):
    printed = "".join(output.get("text", "") for output in cell.outputs)
    if not printed:
        return None
    status, groups, text = json.loads(printed.splitlines()[-1])
    return status, {group: tuple(counts) for group, counts in groups.items()}, text
