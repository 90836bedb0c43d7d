"""What an import cell does without: libraries that a page needs later, or never."""

import json
import os
import subprocess
import sys

from topics import TOPICS

LATER = {"anywidget", "ipywidgets", "yaml"}  # with the first figure, with the first verdict
NEVER = {"nbformat", "pandas", "pytest", "scipy", "sklearn", "statsmodels"}
CODE = """
import json, sys
for cell in json.load(sys.stdin):
    exec(cell)
print(*sys.modules)
"""


def test_an_import_cell_imports_nothing_that_it_does_not_need():
    cells = [
        next(cell.source for cell in topic.notebook.cells if cell.cell_type == "code")
        for topic in TOPICS
    ]
    done = subprocess.run(
        [sys.executable, "-c", CODE], input=json.dumps(cells), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & (LATER | NEVER)


COUNTED = """
import sys
from helpers.teaching import check
from helpers.teaching.cases import normal
from helpers.teaching.exercise import exercise

cases = {"values": {"four numbers": lambda: (normal(1, 4),)}}

@exercise(cases=cases, hints=["Add."], additions=lambda x: x.numel())
def total(x):
    "The sum of all numbers."
    return x.sum()

assert check(total, total.function)
print(*sys.modules)
"""


def test_counting_additions_does_without_torchs_compiler():
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "torch._dynamo" not in done.stdout.split()


def test_a_page_computes_with_one_thread_however_many_there_are():
    code = "import torch; from helpers.teaching import live; print(torch.get_num_threads())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "1", done.stderr
