"""What `make setup` costs: from nothing beside a bare pip install of the same lock, and when called
again. Each round installs twice, about a minute or two each; the caches of pip are as they are.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, ratio, side_by_side, spread

ROUNDS = 3


def seconds(folder, *commands):
    """How long the commands take, one after another, in `folder`. Raises if one fails."""
    environment = os.environ | {"PYTHON": sys.executable}
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def checkout(folder):
    """What `make setup` needs, in a new folder."""
    folder.mkdir()
    for name in ("Makefile", "setup.sh", "pyproject.toml", "requirements.lock", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "helpers", folder / "helpers")
    return folder


def rows():
    """Rows of the table: what, time, against, ratio, aim."""
    install = [".venv/bin/python", "-m", "pip", "install", "-r", "requirements.lock"]
    commands = {
        "pip": ([sys.executable, "-m", "venv", ".venv"], install),
        "make": (["make", "setup"],),
    }
    again = []

    def task(label):
        with tempfile.TemporaryDirectory() as scratch:
            folder = checkout(Path(scratch, "checkout"))
            once = seconds(folder, *commands[label])
            if label == "make":
                again.extend(seconds(folder, *commands[label]) for _ in range(5))
            return once

    times = side_by_side({label: lambda label=label: task(label) for label in commands}, ROUNDS)
    floor = f"`pip install -r requirements.lock` in a fresh venv: {spread(times['pip'], 's')}"
    return [
        [
            "`make setup`",
            spread(times["make"], "s"),
            floor,
            ratio(times["make"], times["pip"]),
            "1.15×",
        ],
        ["`make setup` again", spread(again, "s"), "", "", "2 s"],
    ]
