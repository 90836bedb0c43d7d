"""Runs work on what a student made in a child process, which may only use so much."""

import contextlib
import json
import math
import os
import resource
import select
import signal
import time

from helpers.coursework.confine import held

SECONDS, MEMORY, LARGEST = 60, 1 << 30, 32 << 20  # of computing; bytes beside what is held; of JSON
WAIT = 3600  # seconds on the clock: it may wait for attempts, which have limits of their own


class Costly(Exception):
    """The work took too much time or memory, or what it made is too large."""


def in_a_child(work, seconds=SECONDS, memory=MEMORY, largest=LARGEST, wait=None):
    """What `work`, a function without arguments, returns: something that JSON can hold.

    seconds: that it may compute for; memory: bytes that it may hold beyond this process's;
    largest: bytes of its result as JSON; wait: seconds that may pass on the clock, by default WAIT.
    Raises Costly where that is not enough, and RuntimeError,
    with the same text, for whatever else `work` raises.
    """
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(readable)
            _answer(work, writable, seconds, memory)
        finally:
            os._exit(0)
    os.close(writable)
    answer = bytearray()
    try:
        end = time.monotonic() + (WAIT if wait is None else wait)
        while len(answer) <= largest and (part := _part(readable, end)):
            answer += part
    finally:
        os.close(readable)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    try:
        kind, value = json.loads(answer) if len(answer) <= largest else ["costly", None]
    except ValueError:  # it was ended half-way
        kind, value = "costly", None
    if kind == "error":
        raise RuntimeError(value)
    if kind == "costly":
        raise Costly
    return value


def _part(readable, end):
    """What can be read next: nothing where the other side has closed, or the time `end` has come."""
    ready, _, _ = select.select([readable], [], [], max(0.0, end - time.monotonic()))
    return os.read(readable, 1 << 20) if ready else b""


def _answer(work, writable, seconds, memory):
    """Do the work within its limits, and write what comes of it."""
    limit_to(seconds, memory)
    try:
        text = json.dumps(["done", work()])
    except (MemoryError, RecursionError):
        text = '["costly", null]'
    except Exception as error:
        plain = type(error) is RuntimeError
        text = json.dumps(["error", str(error) if plain else f"{type(error).__name__}: {error}"])
    with open(writable, "w") as file:
        file.write(text)


def limit_to(seconds, memory):
    """Let this process compute for `seconds` more and hold `memory` bytes more, no core dumped.

    A process that it starts may raise both again: what holds a student's code has limits of its own.
    """
    used = sum(os.times()[:2])
    _limit(resource.RLIMIT_CPU, math.ceil(used + seconds))
    _limit(resource.RLIMIT_DATA, held() + memory)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind, limit):
    _, most = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit if most < 0 else min(limit, most), most))
