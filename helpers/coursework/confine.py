"""What an attempt gives up before it runs: files, network, memory, other processes."""

import ctypes
import math
import os
import resource
import signal
import sys
import tempfile

from helpers.coursework import calls, landlock

FILES = 16 << 20  # bytes of a file that an attempt may write, in its own folder
PROCESSES = 64  # and threads, where only the jail's own are counted
# Threads of its own gain an attempt nothing, and count as processes.
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def confine(request, folder):
    """Give up what an attempt has no use for."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.environ.clear()
    os.environ.update(HOME=folder, TMPDIR=folder, PATH=os.defpath, MPLBACKEND="agg", **THREADS)
    tempfile.tempdir = None  # it is looked up anew: libraries write there, as torch.optim does
    os.chdir(folder)
    sys.path.insert(0, "")  # as in a kernel: what it writes there it may import
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": FILES}
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # it ends with its parent
        limits["RLIMIT_DATA"] = held() + request["memory"]
        if request["jail"] and not request["calls"]:
            limits["RLIMIT_NPROC"] = PROCESSES
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (request["total"], request["total"]))
    if sys.platform == "linux":
        drop_capabilities()
    if request["landlock"]:
        landlock.restrict(folder)
    if request["calls"]:
        calls.restrict()


def drop_capabilities():
    """Keep none of root's rights: to raise limits, set the clock, restart the machine and others."""
    version_3, no_rights = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None).capset(version_3, no_rights):
        raise OSError("capset")


def more_time(seconds):
    """Let this process compute for `seconds` more before the system ends it.

    It may ignore the signal; what it may compute altogether is fixed.
    """
    _, total = resource.getrlimit(resource.RLIMIT_CPU)
    used = sum(os.times()[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (min(math.ceil(used + seconds), total), total))


def held():
    """Bytes of data that this process has mapped now: what RLIMIT_DATA counts."""
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmData:"))
    return int(line.split()[1]) << 10
