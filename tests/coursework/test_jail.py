"""What keeps an attempt from the machine, by each way that the machine offers."""

import ctypes
import os
import select
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from topics import ROOT

from helpers.coursework import calls, jail, landlock
from helpers.coursework.page import results
from helpers.coursework.run import Cell
from helpers.coursework.sandbox import Sandbox
from helpers.dropout_scaling import exercises

DROPOUT = exercises.inverted_dropout
HEAD = "def inverted_dropout(x, rate, uniforms, training):\n"
USER = 65533
# A class with this has nothing that ever ends.
ENDLESS = "dict.fromkeys('__repr__ __str__ __eq__ __len__ __iter__ __bool__ __lt__'.split(), lambda *a: all(map(lambda n: True, iter(int, 1))))"
BOTH, JAIL, FILTERS = "both", "bubblewrap alone", "seccomp and Landlock"


@pytest.fixture(scope="module", params=[BOTH, *([JAIL] if os.geteuid() else []), FILTERS])
def box(request):
    """A sandbox for each way to keep attempts apart, that this user may take."""
    with pytest.MonkeyPatch.context() as patch, Sandbox(seconds=3.0, patience=100) as box:
        if request.param == JAIL:
            patch.setattr(calls, "offered", lambda: False)
        if request.param == FILTERS:
            patch.setattr(jail, "bubblewrap", lambda user: None)
        box.way = request.param
        yield box


def got(box, *lines):
    """What a function with these lines returns or raises, as text; `found` is what it returns."""
    source = "\n".join(["import ctypes, os, socket", HEAD.rstrip(), *(f"    {x}" for x in lines)])
    outcome = box.observe(DROPOUT, [source + "\n    return repr(found)"])[0]
    return str(outcome.raised) if outcome.raised else outcome.value[""]


def limits(pid):
    return psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE), psutil.Process(pid).nice()


def test_other_processes_keep_their_limits_and_priorities(box):
    """Neither the worker nor a process of the same user outside is reached."""
    victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    before = limits(victim.pid)
    said = got(
        box,
        "import resource, signal",
        "found = []",
        f"for pid in [{victim.pid}, 1, 2, os.getppid()]:",
        "    for call in (",
        "        lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3)),",
        "        lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),",
        "        lambda: os.sched_setaffinity(pid, {0}),",
        "        lambda: os.kill(pid, signal.SIGSTOP),",
        "    ):",
        "        try: call(); found.append(pid)",
        "        except OSError: pass",
    )
    after = limits(victim.pid)
    victim.kill()
    victim.communicate()
    assert before == after
    assert said == "[]" or box.way == JAIL  # its worker serves nobody else
    assert box.run([], {}) == {} and got(box, "found = 1") == "1"


def test_an_attempt_has_none_of_roots_rights(box):
    """It raises no limit of its own; the call to restart the machine ends before it is read."""
    said = got(
        box,
        "import errno, resource",
        "found = []",
        "for limit in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):",
        "    try: resource.setrlimit(limit, (-1, -1)); found.append(limit)",
        "    except ValueError: pass",
        "libc = ctypes.CDLL(None, use_errno=True)",
        f"libc.syscall({169 if os.uname().machine == 'x86_64' else 142}, 0, 0, 0, 0)",
        "found += [] if ctypes.get_errno() == errno.EPERM else ['reboot']",
    )
    assert said == "[]"


def test_no_process_outlives_the_run(box):
    """Not even one that keeps forking: root is not bound by a limit on processes."""
    name = f"fork-{os.getpid()}"
    got(
        box,
        "import sys",
        "if os.fork() == 0:",
        "    for _ in range(20):",  # a bound: were it to escape, it must not take the machine with it
        "        os.setsid() if os.fork() == 0 else os._exit(0)",
        "        if os.fork() == 0:",
        f"            os.execv(sys.executable, [{name!r}, '-c', 'import time; time.sleep(60)'])",
        "    os._exit(0)",
        "found = 1",
    )

    def running():
        found = psutil.process_iter(["cmdline"])
        return any(name in (process.info["cmdline"] or []) for process in found)

    for _ in range(600):  # the system ends them all, one after another
        if not running():
            break
        time.sleep(0.1)
    assert not running()


def test_nothing_outside_is_reached_by_a_socket(box, tmp_path):
    """Servers of each family outside hear nothing."""
    servers, tried = (
        [],
        [("AF_NETLINK", socket.SOCK_RAW, (0, 0)), ("AF_PACKET", socket.SOCK_RAW, ("lo", 0))],
    )
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for family, here in {
            "AF_UNIX": str(tmp_path / f"socket-{kind:d}"),
            "AF_INET": ("127.0.0.1", 0),
            "AF_INET6": ("::1", 0),
        }.items():
            server = socket.socket(getattr(socket, family), kind)
            server.bind(here)
            if kind == socket.SOCK_STREAM:
                server.listen()
            servers.append(server)
            tried.append((family, int(kind), server.getsockname()))
    said = got(
        box,
        "found = []",
        f"for family, kind, there in {[(f, int(k), t) for f, k, t in tried]!r}:",
        "    try:",
        "        one = socket.socket(getattr(socket, family), kind)",
        "        one.connect(there)",
        "        one.send(b'x')",
        "        found.append(family)",
        "    except OSError: pass",
    )
    heard, _, _ = select.select(servers, [], [], 0.2)
    for server in servers:
        server.close()
    assert not heard
    assert "AF_UNIX" not in said
    if box.way != JAIL:  # which has a network of its own, with nobody else in it
        assert "AF_INET" not in said and "AF_PACKET" not in said


def test_shared_memory_is_not_shared(box):
    """A segment of System V that lies outside is not there inside."""
    libc = ctypes.CDLL(None)
    segment = libc.shmget(os.getpid(), 4096, 0o1000 | 0o666)
    assert segment >= 0
    said = got(box, f"found = ctypes.CDLL(None).shmget({os.getpid()}, 4096, 0o666)")
    libc.shmctl(segment, 0, None)
    assert said == "-1"


def test_metadata_of_files_outside_stays(box, tmp_path):
    """Owned by the same user, and in a folder that attempts can read."""
    outside = tmp_path / "note"
    outside.write_text("x")
    library = Path(jail.__file__)
    before = [(stat.S_IMODE(p.stat().st_mode), p.stat().st_mtime_ns) for p in (outside, library)]
    paths = [str(path) for path in (outside, library, Path(sys.executable).resolve())]
    said = got(
        box,
        "found = []",
        f"for path in {paths}:",
        "    for call in (",
        "        lambda: os.chmod(path, 0o777),",
        "        lambda: os.utime(path, (1, 1)),",
        "        lambda: os.setxattr(path, 'user.mark', b'x'),",
        "        lambda: os.chown(path, 0, 0),",
        "    ):",
        "        try: call(); found.append(path)",
        "        except OSError: pass",
    )
    assert said == "[]"
    after = [(stat.S_IMODE(p.stat().st_mode), p.stat().st_mtime_ns) for p in (outside, library)]
    assert before == after


def test_libraries_of_threads_work(box):
    """scipy, scikit-learn, NumPy's linear algebra, and a thread of one's own."""
    said = got(
        box,
        "import numpy, scipy.optimize, threading",
        "from sklearn.linear_model import LinearRegression",
        "a = numpy.random.default_rng(0).normal(size=(200, 200))",
        "seen = []",
        "thread = threading.Thread(target=seen.append, args=(1,)); thread.start(); thread.join()",
        "fit = LinearRegression().fit(a[:, :2], a[:, 2])",
        "root = scipy.optimize.brentq(lambda x: x - 1, 0, 3)",
        "found = [numpy.linalg.inv(a).shape, fit.coef_.shape, float(root), seen]",
    )
    assert said == "[(200, 200), (2,), 1.0, [1]]"


@pytest.mark.parametrize(
    "value",
    [
        "[None] * 20_000",
        "{i: i for i in range(20_000)}",
        "(lambda f: f(f, 900))(lambda f, n: [f(f, n - 1)] if n else [])",
        "(lambda f: f(f, 90_000))(lambda f, n: [f(f, n - 1)] if n else [])",
        "torch.zeros(4_000_000)",
        "[torch.zeros(100)] * 1500",
        "10 ** 5000",
        "'\\udcff' * 10",
        "{'\\udcff': 1}",
        "type('\\udcff', (), {})()",
        f"type('Endless', (), {ENDLESS})()",
        f"type('Endless', (float,), {ENDLESS})(1.0)",
    ],
)
def test_an_answer_that_is_costly_to_read_is_cut(box, value):
    """What the grader itself does for it stays small, and what is said can be written."""
    if box.way != BOTH:
        return
    cells = [Cell(f"import torch\n{HEAD}    return {value}", answer=DROPOUT.name)]
    used = sum(os.times()[:2])
    result = results(box, cells, {DROPOUT.name: DROPOUT})[DROPOUT.name]
    assert result.status == "wrong" and sum(os.times()[:2]) - used < 5
    shown = result._repr_mimebundle_()
    assert all(len(text.encode()) < 50_000 for text in shown.values())


def test_costly_syntax_is_read_inside(box):
    """Hundreds of `!` lines, and an expression that is thousands deep."""
    if box.way != BOTH:
        return
    for cell in ("\n".join(["!ls"] * 400), "-" * 50_000 + "1", "(" * 5000, "x = '\udcff'"):
        used = sum(os.times()[:2])
        outcomes = box.observe(DROPOUT, [cell, f"import torch\n{DROPOUT.solution}"])
        assert not outcomes[0].raised and sum(os.times()[:2]) - used < 5


def test_where_nothing_keeps_attempts_apart_they_are_refused(monkeypatch):
    monkeypatch.setattr(jail, "bubblewrap", lambda user: None)
    monkeypatch.setattr(landlock, "version", lambda: 0)
    with Sandbox() as box, pytest.raises(RuntimeError, match="Install bubblewrap"):
        box.observe(DROPOUT, [DROPOUT.solution])
    with Sandbox(unconfined=True) as box:
        assert not box.observe(DROPOUT, [f"import torch\n{DROPOUT.solution}"])[0].raised


def test_root_needs_what_bounds_the_number_of_processes(monkeypatch):
    """The limit on processes binds every user but root; nothing is started here to try it."""
    monkeypatch.setattr(calls, "offered", lambda: False)
    monkeypatch.setattr(jail, "bubblewrap", lambda user: ["bwrap"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for user in (None, 0):
        with pytest.raises(RuntimeError, match=r"As root, .* libseccomp"):
            jail.choose(user)
        assert jail.choose(user, unconfined=True)[0] == ["bwrap"]
    assert jail.choose(1000)[0] == ["bwrap"]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert jail.choose()[0] == ["bwrap"]


def ordinary(command):
    """The command as a user without rights, who can read this Python and checkout."""
    outer = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
    places = [Path(path) for path in (sys.prefix, sys.base_prefix, ROOT)]
    places += [Path(path) for path in sys.path if path.endswith("-packages")]
    hidden = set()
    for place in places:
        folders = list(reversed(place.parents))
        closed = [folder for folder in folders if not folder.stat().st_mode & stat.S_IXOTH]
        if closed:  # an empty folder stands in its place, with a way to what is needed
            if closed[0] not in hidden:
                outer += ["--perms", "0755", "--tmpfs", str(closed[0])]
                hidden.add(closed[0])
            for folder in folders[folders.index(closed[0]) + 1 :]:
                outer += ["--perms", "0755", "--dir", str(folder)]
            outer += ["--ro-bind", str(place), str(place)]
    user = f"--reuid {USER} --regid {USER} --clear-groups --bounding-set -all --inh-caps -all"
    return [*outer, "setpriv", *user.split(), "--ambient-caps", "-all", *command]


@pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="it takes root")
def test_all_of_it_holds_for_an_ordinary_user():
    """This file's tests, run once more; and all that they need can be imported."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", __file__]
    done = subprocess.run(
        ordinary([*command, "--basetemp", f"/tmp/ordinary-{os.getpid()}", "-k", "not ordinary"]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": "/tmp"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "passed" in done.stdout
