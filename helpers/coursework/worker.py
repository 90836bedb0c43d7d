"""The process in which attempts run: `python -I -B worker.py FOLDER`, with FOLDER helpers.

A request is a line, JSON, and so is its answer. This process forks a child for each, which reads it
and forks once more: the grandchild gives up what it may do (confine.py) and runs a page (attempt.py).
So an attempt finds in its memory neither another student's page nor the reference's, which is graded
first. What comes back is text that the reader takes apart without running it.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types

READY, CONFINED = "ready", "confined"
PACKAGES = ("helpers", "helpers.teaching", "helpers.coursework")
BUILDERS = "helpers.teaching.cases"  # an attempt may use what builds the cases
ANSWER = 32 << 20  # bytes that an attempt may write
DONE = '["done"]'


def stock(folder):
    """Import all that an attempt needs, and leave nothing of the collection to import later.

    Returns (confine, run): what confines a process, and what runs a page in it.
    """
    for name in PACKAGES:  # without what the packages import by themselves
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = [os.path.join(folder, *name.split(".")[1:])]
    import torch

    from helpers.coursework import attempt, confine, shell, stand

    importlib.import_module(BUILDERS)
    made = shell.make()
    for name in [name for name in sys.modules if name.partition(".")[0] == "helpers"]:
        if name != BUILDERS:
            del sys.modules[name]
    sys.meta_path.insert(0, stand.Finder())
    torch.set_num_threads(1)
    x = torch.ones(2, requires_grad=True)  # what is imported late is imported now
    x.sum().backward()
    torch.autograd.grad(2 * x, x, grad_outputs=torch.ones(2))
    torch.optim.SGD([x], 0.1)

    def run(request, writable):
        attempt.run(request, made, writable, lambda: confine.more_time(request["seconds"]))

    return confine.confine, run


def serve(folder):
    """Have requests answered until the input ends, or what an attempt left can't be removed."""
    for kind in (resource.RLIMIT_CPU, resource.RLIMIT_DATA):  # not those of who started it
        resource.setrlimit(kind, (resource.getrlimit(kind)[1],) * 2)
    stocked = stock(folder)
    print(json.dumps(READY), flush=True)
    status = 0
    while status == 0:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = answer(*stocked)
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)


def answer(confine, run):
    """Answer one request; returns 0 if the next one may be answered here, too."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGKILL)  # it ends with its parent
        libc.prctl(36, 1)  # orphans of an attempt become children of this process
    line = sys.stdin.readline()
    if not line:
        return 1
    folder = tempfile.mkdtemp(prefix="attempt-")
    found = supervise(json.loads(line), folder, confine, run)
    remove(folder)
    found["ends"] = os.path.lexists(folder)
    print(json.dumps(found), flush=True)
    return int(found["ends"])


def remove(folder):
    """Remove a folder that nobody uses any more, whatever depth and modes are in it; follow no link."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if os.path.lexists(folder):
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, folder], stderr=subprocess.DEVNULL)


def supervise(request, folder, confine, run):
    """Fork a child for `request`, which works in `folder`, and return what it wrote.

    refused: what has prevented the attempt from being run, or None; lines: what attempt.py writes,
    but "done"; end: "done", "time" (it computed for too long), "wait" (too much passed on the
    clock), "size" or "died"; used and passed: seconds that it computed for, and on the clock.
    """
    begun = time.monotonic()
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(readable)
            begin(lambda: confine(request, folder), writable)
            run(request, writable)
        finally:
            os._exit(0)
    os.close(writable)
    try:
        written, end = collect(readable, request["wait"], request["total_wait"])
    finally:
        os.close(readable)
        ended_by, used = reap(child)
    *lines, _ = written.decode("utf-8", "replace").split("\n")
    if end == "ended":
        # An attempt may ignore the first signal, or set the limit of the second.
        late = ended_by == signal.SIGXCPU or (
            ended_by == signal.SIGKILL and used >= request["seconds"]
        )
        end = "done" if lines[-1:] == [DONE] else "time" if late else "died"
    refused = None if lines[:1] == [CONFINED] else "".join(lines[:1]) or "it ended at once"
    lines = lines[1 : -1 if end == "done" else None]
    passed = time.monotonic() - begun
    return {"refused": refused, "lines": lines, "end": end, "used": used, "passed": passed}


def begin(confine, writable):
    """Confine this process and write "confined"; what prevents it is written in its place."""
    try:
        confine()
    except BaseException as error:
        os.write(writable, f"{type(error).__name__}: {error}\n".encode())
        raise
    os.write(writable, f"{CONFINED}\n".encode())


def reap(child):
    """Kill `child` and all that it has started.

    Returns the signal that has ended it, 0 for none, and for how many seconds it has computed.
    """
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    while orphans := adopted():
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, used.ru_utime + used.ru_stime


def adopted():
    """Children of this process, where the system lists them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:
            return [int(pid) for pid in listed.read().split()]
    except FileNotFoundError:
        return []


def collect(readable, wait, total):
    """All bytes until the other end closes, and why that was all: "ended", "wait" or "size".

    wait: seconds that may pass between two lines that say what is done next; total: altogether.
    """
    written, end = bytearray(), time.monotonic() + total
    deadline = time.monotonic() + wait
    while (left := min(deadline, end) - time.monotonic()) > 0:
        if not select.select([readable], [], [], left)[0]:
            break
        part = os.read(readable, 1 << 20)
        if not part:
            return bytes(written), "ended"
        if b"\n[" in written[-1:] + part:
            deadline = time.monotonic() + wait
        written += part
        if len(written) > ANSWER:
            return bytes(written[:1000]), "size"
    return bytes(written), "wait"


if __name__ == "__main__":
    serve(sys.argv[1])
