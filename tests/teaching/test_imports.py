"""What an import cell does without: libraries that a page needs later, or never."""

import json
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
