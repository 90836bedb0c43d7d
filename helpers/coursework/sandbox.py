"""Runs an attempt in a process of its own (worker.py) and returns what it did, case by case."""

import functools
import inspect
import json
import math
import os
import pwd
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from helpers.coursework import worker
from helpers.coursework.release import cases_source
from helpers.teaching.observe import observe
from helpers.teaching.outcome import Outcome, Raised
from helpers.teaching.record import decode

TEACHING = Path(inspect.getfile(Outcome)).parent
GRACE = 120  # seconds on the clock that the worker itself may take, with torch's import


@dataclass
class Sandbox:
    """A place to run attempts in, to be used with `with`.

    seconds: how long an attempt may compute for one exercise, all cases together; rounded up to
    whole seconds. On a busy machine more time passes on the clock: up to `patience` times as much,
    after which an attempt that only waits is stopped. memory: bytes that an attempt may hold beyond
    Python and torch (Linux). user: a user's name to run attempts as; only root can.
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    user: str | None = None
    patience: float = 6.0
    process = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End the worker; the next attempt starts another."""
        if self.process:
            self.process.kill()
            self.process.communicate()
        self.process = None

    @functools.cached_property
    def landlock(self):
        """Whether the system lets a process give up files and network."""
        return worker.landlock_version() > 0

    def observe(self, exercise, cells, wide=False):
        """The Outcomes of the function that `cells` define, one for each case of `exercise`.

        cells: sources of code cells, run in this order. wide: whether torch's default dtype is
        float64 meanwhile. What was not finished in time, or ended its process, has raised
        TimeoutError or ChildProcessError.
        Raises RuntimeError if attempts can't be run at all.
        """
        request = {
            "cases": cases_of(exercise),
            "name": exercise.name,
            "parameters": exercise.parameters,
            "cells": cells,
            "count": exercise.additions is not None,
            "wide": wide,
            "seconds": math.ceil(self.seconds),
            "wait": self.patience * math.ceil(self.seconds),
            "memory": self.memory,
            "user": self.user and pwd.getpwnam(self.user).pw_uid,
            "landlock": self.landlock,
        }
        answer = self._ask(request)
        if answer["refused"]:
            raise RuntimeError(f"Attempts can't be run here: {answer['refused']}.")
        builders = list(exercise.builders.items())
        outcomes = [_read(line) for line in answer["lines"][: len(builders)]]
        return outcomes + [
            stopped(build, exercise.parameters, answer["end"], request)
            for _, build in builders[len(outcomes) :]
        ]

    def _ask(self, request):
        """The worker's answer. One that has ended with the attempt is replaced at the next call."""
        if not self.process:
            self._start()
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            return self._line(request["wait"] + GRACE)
        except (OSError, EOFError):
            self.close()
            return {"refused": None, "lines": [], "end": "died"}

    def _start(self):
        command = [sys.executable, "-I", "-B", worker.__file__, TEACHING]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, **pipes, env={"PATH": os.defpath})
        try:
            ready = self._line(GRACE) == worker.READY
        except (OSError, EOFError):
            ready = False
        if not ready:
            self.close()
            raise RuntimeError("The process that runs attempts does not start.")

    def _line(self, seconds):
        """The next line from the worker, decoded. Raises TimeoutError or EOFError."""
        line, deadline = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            wait = max(0.0, deadline - time.monotonic())
            if not select.select([self.process.stdout], [], [], wait)[0]:
                raise TimeoutError
            part = os.read(self.process.stdout.fileno(), 1 << 20)
            if not part:
                raise EOFError
            line += part
        return json.loads(line)


@functools.cache
def cases_of(exercise):
    """The source that builds the inputs of `exercise`, and of no other."""
    source = Path(inspect.getfile(exercise.function)).read_text(encoding="utf-8")
    return cases_source(source, [exercise.name])


UNREAD = Outcome({}, {}, raised=Raised(("ValueError",), "its answer can't be read", ""))


def _read(line):
    try:
        return decode(line)
    except ValueError:
        return UNREAD


WHY = {
    "time": (TimeoutError, "it computed for more than {seconds} seconds"),
    "wait": (TimeoutError, "it was not done when {wait:g} seconds had passed"),
    "size": (OverflowError, "its answer is too large"),
    "died": (ChildProcessError, "it ended its process, or held too much memory"),
}


def stopped(build, names, end, limits):
    """The Outcome of a case that the attempt did not finish; its arguments are those of the case."""
    kind, text = WHY[end]
    return observe(worker.Missing(kind(text.format(**limits))), build, names)
