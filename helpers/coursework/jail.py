"""What keeps attempts apart from the machine, chosen by what it offers.

bubblewrap gives the worker namespaces of its own: it sees Python and its libraries to read, an
empty folder to write, no network, no other processes. Inside, each attempt gives up what is left,
by seccomp (calls.py) and Landlock (landlock.py). Either bubblewrap or both of these must be there.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpers.coursework import calls, landlock

HELPERS = Path(__file__).parents[1]
# All that the worker reads of the collection; none of it holds an answer.
TEACHING = ("cases", "counting", "isolated", "observe", "outcome", "record")
COURSEWORK = ("attempt", "calls", "confine", "landlock", "shell", "stand", "worker")
DISK = 64 << 20  # bytes in the jail's folder
REFUSAL = (
    "Attempts can't be kept apart here. Install bubblewrap (Debian, Ubuntu: `apt-get install "
    "bubblewrap`), or use Linux 5.13 or newer with libseccomp. `c.Grade.unconfined = True` in "
    "nbgrader_config.py runs them all the same: they may then do whatever you may."
)

ROOT = (
    "As root, attempts could start processes without end: install libseccomp (Debian, Ubuntu: "
    "`apt-get install libseccomp2`), or name an ordinary user in `c.Grade.user` in "
    "nbgrader_config.py, or grade as one."
)


@functools.cache
def bubblewrap(user=None):
    """What to put before a command so that it runs in a jail; None if it can't.

    user: the number of the user who runs it, if another one.
    """
    program = shutil.which("bwrap")
    if not program:
        return None
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--chdir", "/"]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(DISK), "--tmpfs", "/tmp"]
    for path in landlock.places():
        command += ["--ro-bind-try", path, path]
    for folder, names in (("teaching", TEACHING), ("coursework", COURSEWORK)):
        for name in names:
            path = str(HELPERS / folder / f"{name}.py")
            command += ["--ro-bind", path, path]
    tried = [*command, sys.executable, "-I", "-c", ""]
    done = subprocess.run(tried, capture_output=True, **as_user(user))
    return None if done.returncode else command


def as_user(user):
    """What subprocess needs to start a command as the user of this number; None: as one is."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def choose(user=None, unconfined=False):
    """(what to put before the worker's command, what keeps attempts apart, whether it lasts).

    The last says whether one worker may serve several students: where an attempt can't reach it.
    Raises RuntimeError where nothing keeps attempts apart or bounds their processes, unless
    `unconfined`.
    """
    jail = bubblewrap(user)
    given_up = {"landlock": landlock.version() > 0, "calls": calls.offered()}
    if not (jail or all(given_up.values()) or unconfined):
        raise RuntimeError(REFUSAL)
    as_root = (os.geteuid() if user is None else user) == 0
    if as_root and not (given_up["calls"] or unconfined):  # no limit on processes binds root
        raise RuntimeError(ROOT)
    return jail or [], {"jail": bool(jail), **given_up}, all(given_up.values())
