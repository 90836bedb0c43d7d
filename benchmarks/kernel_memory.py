"""What Run All leaves in a kernel, and what it computes beyond the imports.

The memory is compared with that of a kernel which only imported torch, numpy and pyplot.
"""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.measure import ratio, side_by_side, spread, table
from benchmarks.nbval_time import FLOOR
from helpers.collection import NOTEBOOKS, collection
from helpers.upkeep.refresh import execute

ROUNDS = 2
STEP = "torch.optim.SGD([torch.zeros(1, requires_grad=True)]).step()"
START = "import time as _time; _start = _time.process_time()"
# ipykernel needs psutil, so it is there.
ASK = "import psutil; print(psutil.Process().memory_info().rss, _time.process_time() - _start)"


def main():
    floor = new_notebook(cells=[new_code_cell(FLOOR)])
    step = new_notebook(cells=[new_code_cell(FLOOR), new_code_cell(STEP)])
    tasks = {
        "imports only": lambda: measured(floor),
        "imports and an optimiser": lambda: measured(step),
    }
    for path in collection():
        tasks[path.stem] = lambda path=path: measured(nbformat.read(path, as_version=4))
    rows = []
    for label, values in side_by_side(tasks, ROUNDS).items():
        memory, seconds = zip(*values, strict=True)
        if not rows:
            floor = memory
        rows.append(
            [label, spread(memory, "MB", 1e-6, 0), ratio(memory, floor), spread(seconds, "s")]
        )
    return table(
        [
            "kernel after Run All of",
            "memory",
            "against imports only (aim: 1.25×)",
            "CPU time beyond imports (aim: 3 s)",
        ],
        rows,
    )


def measured(notebook):
    """Bytes that the kernel holds after all cells, and its CPU seconds since the import cell."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = [cells[0], new_code_cell(START), *cells[1:], new_code_cell(ASK)]
    page = execute(new_notebook(cells=cells), NOTEBOOKS)
    memory, seconds = page.cells[-1].outputs[0].text.split()
    return int(memory), float(seconds)
