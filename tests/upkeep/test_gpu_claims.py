"""The claims that a GPU could change are measured as the ledger says, here on the CPU."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import gpu, gpu_numbers, measure

ROOT = Path(__file__).parents[2]
KNOWN = "norm.nan-at-zero"


def test_on_the_cpu_every_claim_comes_out_as_the_ledger_says():
    result = gpu.measure("cpu")
    claims = [row["claim"] for row in result["rows"]]
    assert len(set(claims)) > 40  # and all of them are in the ledger, or measure had complained
    assert [row for row in result["rows"] if row["holds"] != ["holds", "holds"]] == []
    assert f"Of {len(claims)} checks {len(claims)} hold on both, 0 differ." in gpu.text(result)


def test_a_claim_that_fails_differs_and_the_rest_goes_on():
    def fails():
        raise RuntimeError("no such kernel")

    chosen = [(KNOWN, "", lambda: {"norm": (1.0, 2)}), (KNOWN, "", fails)]
    chosen += [(KNOWN, "", lambda: {"norm": (torch.tensor([1.0]), 1)})]
    result = gpu.measure("cpu", chosen)
    outcomes = [row["holds"] for row in result["rows"]]
    assert outcomes == [["differs", "differs"], ["differs", "differs"], ["holds", "holds"]]
    text = gpu.text(result)
    assert "1 hold on both, 2 differ" in text and "| **1** |" in text
    assert "RuntimeError: no such kernel" in text


def test_only_the_gpu_differs():
    def check():
        return {"where": (gpu_numbers.HERE["device"], "cpu")}

    (row,) = gpu.measure("meta", [(KNOWN, "", check)])["rows"]
    assert row["holds"] == ["holds", "differs"]
    assert gpu.line(row) == [f"`{KNOWN}`", "where", "cpu", "**meta**", "differs"]


def test_a_claim_that_the_ledger_lacks_is_refused():
    with pytest.raises(ValueError, match=r"no claim 'norm\.gone'"):
        gpu.measure("cpu", [("norm.gone", "", dict)])


@pytest.mark.parametrize(
    ("found", "wanted", "agree"),
    [
        (1.004, 1, True),
        (1.006, 1, False),
        (1e-30, 0, False),
        (-0.0, 0, True),
        (float("nan"), float("nan"), True),
        (1.0, float("nan"), False),
        (float("nan"), 1, False),
        (float("inf"), float("inf"), True),
        (float("-inf"), float("inf"), False),
        (float("nan"), (0, 1), False),
        (0.5, (0, 1), True),
        (2.0, (0, 1), False),
        (True, True, True),
        (1, True, False),
        ([1.0, 2.0], [1, (1, 3)], True),
        ([1.0, 2.0], [1], False),
        ([1.0, 2.0], 1, False),
        ("RuntimeError", "none", False),
    ],
)
def test_agrees(found, wanted, agree):
    assert gpu.agrees(found, wanted) is agree


def test_without_a_gpu_it_says_so(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="no CUDA device"):
        gpu.main()


def test_the_table_names_the_machine_that_measured(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    monkeypatch.setattr(measure, "README", readme)
    for text in ("Measured with a GPU.\n\n| a |", "| a |"):
        readme.write_text("<!-- gpu -->\n<!-- end of gpu -->\n", encoding="utf-8")
        measure.store("gpu", text)
        stored = readme.read_text(encoding="utf-8")
        assert stored.count("Measured with") == 1 and "\n\n| a |\n<!-- end" in stored


def test_it_runs_where_only_torch_numpy_and_yaml_are_installed():
    code = (
        "import sys\n"
        "for name in ('ipywidgets', 'anywidget', 'nbformat', 'jupyterlab', 'IPython', 'nbval',\n"
        "             'matplotlib', 'helpers'):\n"
        "    sys.modules[name] = None\n"
        "from benchmarks import gpu\n"
        "claim, remark, check = next(gpu.checks())\n"
        "print(gpu.measure('cpu', [(claim, remark, check)])['rows'][0]['holds'])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "['holds', 'holds']\n", run.stderr
