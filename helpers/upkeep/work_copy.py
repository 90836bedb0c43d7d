"""Fill work/ with the learner's own copies of the notebooks: `python -m helpers.upkeep.work_copy`.

A page that is opened and run changes its file. In a copy that git ignores this is no change to the
project, so `git pull` always works. Nothing that a learner wrote is overwritten or removed:

- A page that is missing in work/ is copied.
- A page that has changed since it was copied replaces a copy in which the learner wrote nothing.
- Where both have changed, the new page comes beside the copy, as NN_topic_new.ipynb.

A copy is written in when the text of a cell differs: outputs come back when the page is run.
work/.copied.json remembers what was copied. Where it is lost, every difference is the learner's.
"""

import hashlib
import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path

from helpers.collection import NOTEBOOKS, WORK, collection


def fill(source=NOTEBOOKS, work=WORK):
    """Bring the copies in `work` up to date with the notebooks in `source`, both folders.

    Returns sentences for the learner: what came beside their copies, what can't be read, and what
    has left the collection. Called again after an interruption, it finishes what was begun.
    """
    source, work = Path(source), Path(work)
    work.mkdir(parents=True, exist_ok=True)
    memory = work / ".copied.json"
    copied, beside = _remembered(memory)
    said, edited = [], _edited(source)
    for page in collection(source):
        new, copy = page.read_bytes(), work / page.name
        if _text(new) is None:
            said.append(f"{page.name} can't be read in {source.name}/, so it was not copied.")
            continue
        if copy.exists() and _text(copy.read_bytes()) is None:
            said.append(
                f"{work.name}/{page.name} can't be read, and is left as it is. "
                "Rename it, and the page is copied again."
            )
        target = _target(copy, new, copied.get(page.name, {}), beside)
        if target and not (target.exists() and target.read_bytes() == new):
            _write(target, new)
        if target and target != copy:
            beside[target.name] = _sums(new)
            said.append(
                f"{page.name} has changed, and you have written in your copy. "
                f"Yours stays, and the new page is {work.name}/{target.name}."
            )
        copied[page.name] = _sums(new)
        if page.name in edited:  # what it holds may be the learner's words: so is the copy
            copied[page.name]["text"] = None
        _write(memory, json.dumps({"copied": copied, "beside": beside}, indent=1).encode())
    for name in copied.keys() - {page.name for page in source.iterdir()}:
        del copied[name]
        if (work / name).exists():
            said.append(f"{name} has left the collection; your copy stays in {work.name}/.")
    _write(memory, json.dumps({"copied": copied, "beside": beside}, indent=1).encode())
    return said


def _target(copy, new, last, beside):
    """Where the page with the bytes `new` goes: over `copy`, beside it, or nowhere (None).

    last: the sums of the page that was copied before, {} if unknown; beside: those of the pages
    that came beside copies, by name.
    """
    if not copy.exists():
        return copy
    sums = _sums(new)
    if sums["bytes"] == last.get("bytes"):
        return None
    mine = _text(copy.read_bytes())
    if mine is not None and mine in (last.get("text"), sums["text"]):
        return copy
    if sums["text"] == last.get("text"):  # other outputs only
        return None
    for number in count(1):
        name = f"{copy.stem}_new{'' if number == 1 else f'_{number}'}.ipynb"
        there = copy.with_name(name)
        if not there.exists() or there.read_bytes() == new:
            return there
        if name in beside and _text(there.read_bytes()) == beside[name]["text"]:
            return there


def _sums(page):
    """What is remembered of a page: the sum of its bytes, and that of what is written in it."""
    return {"bytes": hashlib.sha256(page).hexdigest(), "text": _text(page)}


def _text(page):
    """The sum of what is written in a page's cells, outputs apart; None if it can't be read."""
    try:
        cells = json.loads(page)["cells"]
        written = [
            (cell["cell_type"], "".join(cell["source"]), cell.get("attachments"))
            for cell in cells
            if "".join(cell["source"]).strip()  # running the last cell adds an empty one
        ]
    except (ValueError, KeyError, TypeError):
        return None
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def _remembered(memory):
    """The two tables of `memory`, empty where it is missing or torn."""
    try:
        tables = json.loads(memory.read_bytes())
        return dict(tables["copied"]), dict(tables["beside"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}, {}


def _edited(source):
    """Names of pages in `source` that differ from git's, empty where there is no git."""
    command = ["git", "status", "--porcelain", "-z", "--", "."]
    try:
        done = subprocess.run(command, cwd=source, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return set()
    return {Path(os.fsdecode(line[3:])).name for line in done.stdout.split(b"\0")}


def _write(path, content):
    """Write a file at once: an interruption leaves the old one."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)


if __name__ == "__main__":
    if not collection():
        sys.exit(f"There are no notebooks in {NOTEBOOKS}: call this in a clone of the project.")
    for sentence in fill():
        print(sentence)
