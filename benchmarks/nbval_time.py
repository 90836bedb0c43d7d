"""`pytest --nbval` on all notebooks, and on as many that only import torch, numpy and pyplot."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.measure import ROOT, ratio, side_by_side, spread, table
from helpers.collection import collection

FLOOR = "import torch\nimport numpy\nfrom matplotlib import pyplot"
ROUNDS = 3


def main():
    notebooks = collection()
    with tempfile.TemporaryDirectory() as folder:
        floors = [Path(folder, f"{i:02}.ipynb") for i in range(len(notebooks))]
        for path in floors:
            cell = new_code_cell(FLOOR, execution_count=1)
            nbformat.write(new_notebook(cells=[cell]), path)
        seconds = side_by_side(
            {"floor": lambda: run(floors), "ours": lambda: run(notebooks)}, ROUNDS
        )
    floor, ours = seconds["floor"], seconds["ours"]
    return table(
        ["`pytest --nbval`", "time", "against the floor (aim: 2×)"],
        [
            [f"{len(floors)} notebooks of imports", spread(floor, "s"), "1×"],
            [
                f"{len(notebooks)} notebooks of the collection",
                spread(ours, "s"),
                ratio(ours, floor),
            ],
        ],
    )


def run(paths):
    """Seconds that nbval takes for these notebooks. Raises RuntimeError if a cell fails."""
    options = ["--nbval", "--nbval-current-env", "--noconftest", "-p", "no:cacheprovider"]
    sanitize = f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, *options, sanitize, *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - start
    if result.returncode:
        raise RuntimeError(f"nbval fails, so its time means nothing:\n{result.stdout[-2000:]}")
    return seconds
