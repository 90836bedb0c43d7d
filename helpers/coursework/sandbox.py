"""Runs a student's page in a process of its own (worker.py)."""

import contextlib
import json
import math
import os
import pwd
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.coursework import bounded, jail, worker
from helpers.coursework.confine import THREADS
from helpers.coursework.run import Cell, Run, described

HELPERS = Path(__file__).parents[1]
DIED = {"refused": None, "lines": [], "end": "died", "used": 0, "passed": 0, "ends": False}
GRACE = 120  # seconds on the clock that the worker itself may take, with torch's import


@dataclass
class Sandbox:
    """A place to run attempts in, to be used with `with`.

    seconds: how long an attempt may compute for one cell, or one exercise with all its cases;
    rounded up to whole seconds. On a busy machine more time passes on the clock: up to `patience`
    times as much, after which an attempt that only waits is stopped. memory: bytes that an attempt
    may hold beyond Python and torch (Linux). user: a user's name to run attempts as; only root can. unconfined:
    whether to run attempts where nothing keeps them apart (jail.py).
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    user: str | None = None
    patience: float = 6.0
    unconfined: bool = False
    process, given_up, lasting = None, None, True

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End the worker; the next attempt starts another."""
        if self.process:
            if self.process.returncode is None:  # by its number: it may be another's child
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        self.process = None

    def in_a_child(self, work, **limits):
        """What bounded.in_a_child makes of `work`, which may run attempts in this sandbox.

        Raises Costly or RuntimeError as it does.
        """
        self._start()
        worker = self.process.pid
        try:
            value, left = bounded.in_a_child(
                lambda: [work(), self.process and self.process.pid], **limits
            )
        except BaseException:
            self.close()  # it may be in the midst of an attempt
            raise
        if left != worker:  # the child has ended it
            self.close()
        return value

    def observe(self, exercise, cells, wide=False):
        """The Outcomes of the function that `cells` define, one for each case of `exercise`.

        cells: sources of code cells, run in this order. For the rest see `run`.
        """
        page = [Cell(source) for source in cells] or [Cell("")]
        page[-1].answer = exercise.name
        return self.run(page, {exercise.name: exercise}, wide)[exercise.name].outcomes

    def run(self, cells, exercises, wide=False):
        """What running a page from top to bottom makes of exercises: name → Attempt.

        cells: Cells in the page's order, one of them with each exercise's answer. exercises: name →
        exercise. wide: whether torch's default dtype is float64 while their functions run. A cell
        that ends its process, or is not done in time, is left out, and the page is run once more.
        What was not finished has raised TimeoutError or ChildProcessError.
        Raises RuntimeError if attempts can't be run at all.
        """
        run = Run(cells, exercises)
        seconds = math.ceil(self.seconds)
        total, lost = self.longest(len(exercises)) / self.patience, False
        while not run.done:
            request = {
                "cells": [asdict(cell) for cell in cells],
                "exercises": {name: described(one) for name, one in exercises.items()},
                "skip": list(run.skipped),
                "answered": list(run.attempts),
                "wide": wide,
                "seconds": seconds,
                "total": math.ceil(total - run.used),
                "wait": self.patience * seconds,
                "total_wait": self.patience * total - run.passed,
                "memory": self.memory,
                **self._start(),
            }
            answer = self._ask(request)
            if answer is None and not lost:  # of an earlier attempt's doing, perhaps
                lost = True
                continue
            answer = answer or DIED
            if answer["ends"]:
                self.close()
            if answer["refused"]:
                raise RuntimeError(f"Attempts can't be run here: {answer['refused']}.")
            run.read(answer, request)
            if run.used >= total:
                run.give_up("time", request)
            if run.passed >= self.patience * total:
                run.give_up("wait", request)
        if not self.lasting:
            self.close()
        return run.attempts

    def longest(self, count):
        """Seconds on the clock that running a page with `count` exercises may take.

        Divided by `patience`: that it may compute for.
        """
        return self.patience * (math.ceil(self.seconds) + 1) * (count + 1)

    def _ask(self, request):
        """The worker's answer; None if it has ended. It is replaced at the next call."""
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            return self._line(request["total_wait"] + GRACE)
        except TimeoutError:
            self.close()
            return DIED
        except (OSError, EOFError):
            self.close()
            return None

    def _start(self):
        """See that a worker runs; returns what attempts in it give up, a part of a request."""
        if self.process:
            return self.given_up
        try:
            user = self.user and pwd.getpwnam(self.user).pw_uid
            before, self.given_up, self.lasting = jail.choose(user, self.unconfined)
            command = [*before, sys.executable, "-I", "-B", worker.__file__, HELPERS]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            env = {"PATH": os.defpath, **THREADS}
            self.process = subprocess.Popen(command, **pipes, env=env, **jail.as_user(user))
        except OSError as error:
            raise RuntimeError(f"Attempts can't be run here: {error}.") from None
        try:
            ready = self._line(GRACE) == worker.READY
        except (OSError, EOFError):
            ready = False
        if not ready:
            self.close()
            raise RuntimeError("The process that runs attempts does not start.")
        return self.given_up

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
