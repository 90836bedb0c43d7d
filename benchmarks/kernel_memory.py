"""Resident memory of a kernel after Run All, and of one that only imported torch, numpy, pyplot."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.measure import ratio, side_by_side, spread, table
from benchmarks.nbval_time import FLOOR
from helpers.teaching.refresh import NOTEBOOKS, collection, execute

ROUNDS = 3
ASK = "import psutil\nprint(psutil.Process().memory_info().rss)"  # ipykernel needs psutil anyway


def main():
    tasks = {"imports only": lambda: memory(new_notebook(cells=[new_code_cell(FLOOR)]))}
    for path in collection():
        tasks[path.stem] = lambda path=path: memory(nbformat.read(path, as_version=4))
    results = side_by_side(tasks, ROUNDS)
    floor = results["imports only"]
    return table(
        ["kernel after Run All of", "memory", "against imports only (aim: 1.25×)"],
        [
            [label, spread(values, "MB", 1e-6, 0), ratio(values, floor)]
            for label, values in results.items()
        ],
    )


def memory(notebook):
    """Bytes that the kernel holds after all cells."""
    notebook.cells.append(new_code_cell(ASK))
    return int(execute(notebook, NOTEBOOKS).cells[-1].outputs[0].text)
