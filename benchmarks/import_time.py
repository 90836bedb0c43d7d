"""What a notebook's import cell costs a new kernel, and what torch, numpy and pyplot cost."""

import subprocess
import sys

import nbformat

from benchmarks.measure import quickest, side_by_side, spread, table
from helpers.collection import NOTEBOOKS, collection

FLOOR = "import torch, numpy, matplotlib.pyplot"
ROUNDS = 5
# A kernel has imported this before it runs a cell.
TIMED = """
import ipykernel.kernelapp, os, sys
start = os.times().user
exec(sys.argv[1])
print(os.times().user - start)
"""


def main():
    tasks = {f"`{FLOOR}`": lambda: seconds(FLOOR)}
    for path in collection():
        cells = nbformat.read(path, as_version=4).cells
        source = next(cell.source for cell in cells if cell.cell_type == "code")
        tasks[f"the import cell of {path.stem}"] = lambda source=source: seconds(source)
    results = side_by_side(tasks, ROUNDS)
    floor = next(iter(results.values()))
    return table(
        ["in a new process", "CPU time", "quickest against the first row (aim: 1.15×)"],
        [
            [label, spread(values, "s"), quickest(values, floor)]
            for label, values in results.items()
        ],
    )


def seconds(source):
    """CPU seconds that a new process takes for these imports, its own start not counted."""
    arguments = [sys.executable, "-c", TIMED, source]
    return float(subprocess.run(arguments, cwd=NOTEBOOKS, capture_output=True, check=True).stdout)
