"""Claims of the ledger whose truth could depend on the backend, on a CPU and on a GPU.

    make bench ARGS="gpu"                                       measure, and write the table
    python3 -m benchmarks.gpu --device cuda --json gpu.json     measure on a machine that has less
    python -m benchmarks.gpu --store gpu.json                   write the table of such a file

The second needs torch, numpy and PyYAML only. No result depends on the time, nor on the numbers of
a random generator of the GPU.
"""

import argparse
import json
import math
import platform
from pathlib import Path

import torch
import yaml

from benchmarks import gpu_autograd, gpu_layers, gpu_numbers
from benchmarks.measure import store, table

CLAIMS = Path(__file__).resolve().parents[1] / "data/claims"
NO_GPU = "torch finds no CUDA device here, so nothing was measured and the table stays as it is."


def checks():
    """All checks: (claim's id, remark, function) each."""
    for module in (gpu_numbers, gpu_autograd, gpu_layers):
        for key, check in module.CHECKS.items():
            claim, _, remark = key.partition(" · ")
            yield claim, remark, check


def ids():
    """The ids of the ledger's claims."""
    files = CLAIMS.glob("*.yaml")
    return {claim["id"] for f in files for claim in yaml.safe_load(f.read_text(encoding="utf-8"))}


def plain(value):
    """Tensors and tuples as flat lists; what has one entry as that entry."""
    if isinstance(value, torch.Tensor):
        value = value.detach().flatten().tolist()
    if isinstance(value, (list, tuple)):
        value = [entry for part in value for entry in entries(plain(part))]
        return value[0] if len(value) == 1 else value
    return value


def entries(value):
    return value if isinstance(value, list) else [value]


def agrees(found, wanted):
    """Whether `found`, a result of `plain`, is what a claim says; see gpu_numbers.py."""
    if isinstance(wanted, list):
        found = entries(found)
        return len(found) == len(wanted) and all(map(agrees, found, wanted))
    if isinstance(found, (list, str, bool)) or isinstance(wanted, (str, bool)):
        return type(found) is type(wanted) and found == wanted
    if isinstance(wanted, tuple):
        return wanted[0] <= found <= wanted[1]
    if math.isnan(wanted):
        return math.isnan(found)
    return math.isclose(found, wanted, rel_tol=0.005)


def measured(check, device):
    """name → (number, bool, word or list, whether the claim says so), of `check` on `device`."""
    gpu_numbers.HERE["device"] = device
    try:
        rows = {n: (plain(found), wanted) for n, (found, wanted) in check().items()}
    except Exception as error:  # the other checks go on
        return {"error": (f"{type(error).__name__}: {error}"[:300], False)}
    finally:
        gpu_numbers.HERE["device"] = "cpu"
    return {name: (found, agrees(found, wanted)) for name, (found, wanted) in rows.items()}


def measure(device, chosen=None):
    """The checks `chosen`, or all, on the CPU and on `device`: what is stored and shown.

    Raises ValueError for a check of a claim that the ledger does not have.
    """
    rows, known = [], ids()
    for claim, remark, check in chosen or checks():
        if claim not in known:
            raise ValueError(f"The ledger has no claim {claim!r}.")
        columns = [measured(check, place) for place in ("cpu", device)]
        holds = ["holds" if all(ok for _, ok in c.values()) else "differs" for c in columns]
        rows.append({"claim": claim, "remark": remark, "measured": columns, "holds": holds})
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    if device == "cuda":
        versions += f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
        versions += f", {torch.cuda.get_device_name()}"
    return {"with": versions, "rows": rows}


def shown(value):
    if isinstance(value, list):
        return f"({', '.join(map(shown, value))})"
    text = f"{value + 0.0:.5g}" if isinstance(value, float) else str(value)
    return text.replace("inf", "∞").replace("nan", "NaN").replace("|", "\\|")


def line(row):
    """A row of the table. What the claim does not say is bold."""
    names = list(dict.fromkeys(name for column in row["measured"] for name in column))
    cells = []
    for column in row["measured"]:
        found = [column.get(name, ("–", True)) for name in names]
        cells.append("<br>".join(shown(v) if ok else f"**{shown(v)}**" for v, ok in found))
    claim = " · ".join(filter(None, (f"`{row['claim']}`", row["remark"])))
    names = "<br>".join(names).replace("torch.", "").replace("|", "\\|")
    cpu, gpu = row["holds"]
    return [claim, names, *cells, gpu if cpu == "holds" else f"CPU: {cpu}, GPU: {gpu}"]


def text(result):
    """The table as Markdown, below what it was measured with and how many claims differ."""
    rows = result["rows"]
    differ = sum(row["holds"] != ["holds", "holds"] for row in rows)
    return (
        f"Measured with {result['with']}. Of {len(rows)} checks {len(rows) - differ} hold on both, "
        f"{differ} differ.\n\n"
        + table(["claim", "what", "CPU", "GPU", "outcome"], [line(row) for row in rows])
    )


def main(device="cuda", path=None):
    """Measure, keep that as JSON in `path` if given, and return the table.

    Raises SystemExit if `device` is "cuda" and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise SystemExit(NO_GPU)
    result = measure(device)
    if path:
        path.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    return text(result)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--device", default="cuda", help="the second column's; cpu for a trial")
    parser.add_argument("--json", type=Path, help="a file for what was measured")
    parser.add_argument(
        "--store", type=Path, help="write the table of such a file; measure nothing"
    )
    options = parser.parse_args()
    if options.store:
        store("gpu", text(json.loads(options.store.read_text(encoding="utf-8"))))
    else:
        print(main(options.device, options.json))
