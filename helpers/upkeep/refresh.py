"""Execute the notebooks and store their outputs: `python -m helpers.upkeep.refresh [notebook …]`.

Only outputs and bookkeeping change, never a source. What is stored does not depend on the day or
the machine: no widget ids, no timings, no versions; a picture that equals the stored one within
rounding keeps the stored bytes. So a second run changes no byte.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.collection import collection
from helpers.upkeep import tables
from helpers.upkeep.pictures import keep_pictures

AT_ONCE = 2
CELL_SECONDS = 600  # many, since the machine may be busy

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
VOLATILE_CELL_METADATA = {"ExecuteTime", "collapsed", "execution", "scrolled", "trusted"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class RefreshError(Exception):
    """A notebook could not be executed or stored; the message names notebook, cell and error."""


def execute(notebook, folder, **environment):
    """Run all cells of `notebook` (a NotebookNode, changed in place) in a new kernel.

    The kernel starts in `folder`; `environment` adds variables for it. Returns `notebook`.
    Raises RefreshError at the first cell that fails.
    """
    return asyncio.run(_execute(notebook, folder, environment))


async def _execute(notebook, folder, environment):
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        store_widget_state=False,
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    reached = []
    client.on_cell_start = lambda cell, cell_index: reached.append(cell_index)
    try:
        await client.async_execute(env=os.environ | environment)
    except (
        Exception
    ) as error:  # a failing cell, one that takes too long, a kernel that died or never started
        what = (
            f"{error.ename}: {error.evalue}"
            if isinstance(error, CellExecutionError)
            else str(error)
        )
        where = "before the first cell"
        if reached:
            cell = notebook.cells[reached[-1]]
            first_line = next((line for line in cell.source.splitlines() if line.strip()), "")
            where = f"cell {reached[-1] + 1} (id {cell.get('id')}, “{first_line}”)"
        raise RefreshError(f"{where}: {what}") from error
    return notebook


def normalise(notebook, stored=None):
    """Remove from an executed notebook (changed in place) what differs between runs and machines.

    Pictures keep the bytes that `stored`, the notebook before it was executed, has for them.
    """
    kept = {key: value for key, value in notebook.metadata.items() if key == "checked_gradients"}
    notebook.metadata = nbformat.from_dict(kept | METADATA)
    before = {cell.get("id"): cell for cell in stored.cells} if stored else {}
    count = 0
    for cell in notebook.cells:
        for key in VOLATILE_CELL_METADATA & set(cell.metadata):
            del cell.metadata[key]
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
            if "data" in output:
                output.data.pop(WIDGET_VIEW, None)
                output.metadata.pop(WIDGET_VIEW, None)
                if "image/png" in output.data:
                    output.data["image/png"] = output.data["image/png"].strip()
        earlier = before.get(cell.get("id"), {}).get("outputs", [])
        if len(earlier) == len(cell.outputs):
            for new, old in zip(cell.outputs, earlier, strict=True):
                keep_pictures(new, old)
    return notebook


async def _refresh(path, environment):
    """Execute one notebook and store it if anything changed. Returns whether it did."""
    before = path.read_bytes()
    try:
        stored, notebook = (nbformat.reads(before.decode("utf-8"), as_version=4) for _ in range(2))
    except Exception as error:  # nbformat has no common class for what can be wrong with a file
        raise RefreshError(f"is no notebook that can be read: {error}".splitlines()[0]) from error
    await _execute(notebook, path.parent, environment)
    after = (nbformat.writes(normalise(notebook, stored)).rstrip("\n") + "\n").encode("utf-8")
    if after == before:
        return False
    if (
        path.read_bytes() != before
    ):  # someone saved it meanwhile: what they wrote is worth more than our outputs
        raise RefreshError(
            "was saved by someone else while it was executed; nothing is stored, run refresh again"
        )
    partial = path.with_suffix(".partial")
    partial.write_bytes(after)
    os.replace(partial, path)
    return True


async def _refresh_all(paths, environment):
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(path):
        async with turn:
            start = time.perf_counter()
            try:
                result = "stored anew" if await _refresh(path, environment) else "unchanged"
            except RefreshError as error:
                print(f"{path.name}: {error}\n{path.name}: left as it was", file=sys.stderr)
                return False
            print(f"{path.name}: {result} ({time.perf_counter() - start:.1f} s)")
            return True

    return all(await asyncio.gather(*map(one, paths)))


def refresh(paths):
    """Execute and store the notebooks at `paths`, a line for each; returns whether all ran."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The maintainer's IPython start-up files stay out; notebooks run at once share the cores.
        return asyncio.run(
            _refresh_all(
                [Path(path) for path in paths], {"IPYTHONDIR": folder, "OMP_NUM_THREADS": "1"}
            )
        )


def main(arguments=None):
    """The command line. Returns 0 if every notebook ran, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.upkeep.refresh",
        description="Store notebooks' outputs, and lists of them.",
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: the whole collection")
    chosen = parser.parse_args(arguments).notebooks
    missing = [path for path in chosen if not path.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(map(str, missing))}")
    done = refresh(chosen or collection())
    for name in [] if chosen else tables.write():
        print(f"{name}: its list of notebooks is written anew")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
