"""The process in which attempts run: `python -I -B worker.py FOLDER`, with FOLDER helpers/teaching.

It reads a request a line, JSON, and answers each with a line. For a request it forks: the child
gives up what it may do (limits, files, network), builds the inputs of the cases, runs the attempt
and writes one recorded outcome a case. Nothing in here knows an expected value, and what comes back
is text that the reader takes apart without running it.
"""

import ast
import contextlib
import ctypes
import importlib.util
import json
import linecache
import os
import resource
import select
import signal
import struct
import sys
import tempfile
import time
import types

READY, CONFINED = "ready", "confined"
BUILDERS = "cases"
NEEDED = ("outcome", "counting", "observe", "record", BUILDERS)  # modules, each after what it needs
ANSWER = 64 << 20  # bytes that an attempt may write
FILES = 16 << 20  # bytes of a file that an attempt may write, in its own folder


def load(folder, name):
    """Import helpers/teaching/<name>.py without the package around it."""
    full = f"helpers.teaching.{name}"
    spec = importlib.util.spec_from_file_location(full, os.path.join(folder, f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[full] = module
    spec.loader.exec_module(module)
    return module


class NotThere:
    """Stands for whatever an attempt imports from the collection; says so when it is used."""

    def __init__(self, name):
        self._name = name

    def __call__(self, *args, **kwargs):
        if ".check_" in self._name:  # complains about bad input; no case of an exercise needs it
            return
        raise ImportError(f"`{self._name}` is not there in grading: write it with torch alone")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return NotThere(f"{self._name}.{name}")


class Stand(types.ModuleType):
    """A module that holds NotThere objects."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return NotThere(f"{self.__name__}.{name}".removeprefix("helpers."))


class Finder:
    """Finds a Stand for each module of the collection."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != "helpers":
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec):
        return Stand(spec.name)

    def exec_module(self, module):
        pass


def serve(folder):
    """Answer requests until the input ends. No attempt ever runs in this process."""
    import torch  # before the fork, so that every child has it for nothing

    for name in list(sys.modules):
        if name.partition(".")[0] == "helpers":
            del sys.modules[name]
    sys.modules["helpers"], sys.modules["helpers.teaching"] = (
        types.ModuleType("helpers"),
        types.ModuleType("helpers.teaching"),
    )
    loaded = {name: load(folder, name) for name in NEEDED}
    observe, encode = loaded["observe"].observe, loaded["record"].encode
    for name in [name for name in sys.modules if name.partition(".")[0] == "helpers"]:
        if name != f"helpers.teaching.{BUILDERS}":  # an attempt may use what builds the cases
            del sys.modules[name]
    sys.meta_path.insert(0, Finder())
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # orphans of an attempt become children of this process
    torch.set_num_threads(1)
    torch.ones(2, requires_grad=True).sum().backward()  # what is imported late is imported now
    print(json.dumps(READY), flush=True)
    for line in sys.stdin:
        print(json.dumps(supervise(json.loads(line), observe, encode)), flush=True)


def supervise(request, observe, encode):
    """Fork a child for `request` and return what it wrote.

    refused: what has prevented the attempt from being run, or None; lines: one a finished case;
    end: "done", "time" (it computed for too long), "wait" (too much passed on the clock), "size" or
    "died".
    """
    with tempfile.TemporaryDirectory("", "attempt-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o777)  # the child may be another user
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(readable)
                begin(request, folder, writable)
                attempt(request, observe, encode, writable)
            finally:
                os._exit(0)
        os.close(writable)
        try:
            written, end = collect(readable, time.monotonic() + request["wait"])
        finally:
            os.close(readable)
            computed_too_long = reap(child, request["seconds"])
    *lines, _ = written.decode("utf-8", "replace").split("\n")
    if end == "ended":
        end = "done" if lines[-1:] == ["done"] else "time" if computed_too_long else "died"
    refused = None if lines[:1] == [CONFINED] else "".join(lines[:1]) or "it ended at once"
    return {"refused": refused, "lines": lines[1 : -1 if end == "done" else None], "end": end}


def begin(request, folder, writable):
    """Confine this process and write "confined"; what prevents it is written in its place."""
    try:
        confine(request, folder)
    except BaseException as error:
        os.write(writable, f"{type(error).__name__}: {error}\n".encode())
        raise
    os.write(writable, f"{CONFINED}\n".encode())


def reap(child, seconds):
    """Kill `child` and all that it has started; returns whether it has computed for `seconds`."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    while orphans := adopted():
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)
    stopped = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
    return stopped or used.ru_utime + used.ru_stime >= seconds


def adopted():
    """Children of this process, where the system lists them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:
            return [int(pid) for pid in listed.read().split()]
    except FileNotFoundError:
        return []


def collect(readable, deadline):
    """All bytes until the other end closes, and why that was all: "ended", "wait" or "size"."""
    written = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([readable], [], [], left)[0]:
            break
        part = os.read(readable, 1 << 20)
        if not part:
            return bytes(written), "ended"
        written += part
        if len(written) > ANSWER:
            return bytes(written[:1000]), "size"
    return bytes(written), "wait"


def confine(request, folder):
    """Give up what an attempt has no use for: files, network, memory, other processes, the user."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.environ.clear()
    os.environ.update(HOME=folder, TMPDIR=folder, PATH=os.defpath)
    os.chdir(folder)
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": FILES}
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # it ends with its parent
        limits["RLIMIT_DATA"] = held() + request["memory"]
        limits["RLIMIT_NPROC"] = 0  # no further processes or threads; root is not bound by it
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    # An attempt may ignore the signal of the first limit.
    resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"], request["seconds"] + 1))
    if request["landlock"]:
        landlock(folder)
    if request["user"] is not None:
        os.setgroups([])
        os.setgid(request["user"])
        os.setuid(request["user"])
        os.listdir(os.path.dirname(os.__file__))  # an attempt may import; raises if it could not


def held():
    """Bytes of data that this process has mapped now: what RLIMIT_DATA counts."""
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmData:"))
    return int(line.split()[1]) << 10


# Landlock, linux/landlock.h: an unprivileged process gives up access to files and network for good.
CREATE, ADD_RULE, RESTRICT = 444, 445, 446  # system calls, the same on all architectures
READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, read a folder
PLACES = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo")
DEVICES += ("/sys/devices/system/cpu",)


def landlock_version():
    """The version of Landlock that the kernel offers; 0 or less where there is none."""
    if sys.platform != "linux":
        return 0
    return ctypes.CDLL(None).syscall(CREATE, None, ctypes.c_size_t(0), 1)


def landlock(folder):
    """Leave this process Python and its libraries to read, and `folder` to write.

    Raises OSError where the kernel refuses.
    """
    version = landlock_version()
    everything = (
        1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)
    ) - 1
    network = 0b11 if version >= 4 else 0  # bind and connect of TCP
    scope = 0b11 if version >= 6 else 0  # abstract sockets and signals outside
    rights = struct.pack("QQQ", everything, network, scope)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = call(CREATE, rights, ctypes.c_size_t(size), 0)
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    for path, access in (
        *((path, READ) for path in (*prefixes, *PLACES)),
        *((path, READ | 1 << 1) for path in DEVICES),
        (folder, everything),
    ):
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if not os.path.isdir(path):
            access &= ~(1 << 3)
        call(ADD_RULE, rules, 1, struct.pack("=Qi", access, opened), 0)
        os.close(opened)
    if ctypes.CDLL(None).prctl(38, 1, 0, 0, 0):  # no new privileges
        raise OSError("prctl")
    call(RESTRICT, rules, 0)
    os.close(rules)


def call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result


def attempt(request, observe, encode, writable):
    """Write the Outcome of the attempt in each case, a line each, then "done"."""
    declared = {}
    scope = {"exercise": lambda **said: lambda f: declared.setdefault(f.__name__, said["cases"])}
    exec(compile(request["cases"], "<cases>", "exec"), scope)
    cases, names = declared[request["name"]], request["parameters"]
    function = defined(request["cells"], request["name"])
    state = {"count": request["count"], "dtype": request_dtype(request)}
    for labelled in cases.values():
        for build in labelled.values():
            line = encode(observe(function, build, names, **state)).encode() + b"\n"
            while line:
                line = line[os.write(writable, line) :]
    os.write(writable, b"done\n")


def request_dtype(request):
    """torch's default dtype that the request asks for."""
    import torch

    return torch.float64 if request["wide"] else torch.float32


class NoIPython:
    """Stands for IPython, whose commands (`%timeit`, `!ls`) do nothing here."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class Missing:
    """A function that is not there: raises why."""

    def __init__(self, error):
        self.error = error

    def __call__(self, *arguments):
        raise self.error


def defined(cells, name):
    """What running `cells` binds to `name`; else a Missing, with what stopped them."""
    module = types.ModuleType("__main__")
    module.get_ipython = NoIPython
    sys.modules["__main__"] = module
    stopped = NameError(f"no cell defines `{name}`")
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (until the process ends)
    for number, source in enumerate(cells, 1):
        filename = f"<cell {number}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        try:
            for node in ast.parse(source, filename).body:
                exec(compile(ast.Module([node], []), filename, "exec"), module.__dict__)
        except BaseException as error:
            stopped = error
    return module.__dict__.get(name, Missing(stopped))


if __name__ == "__main__":
    serve(sys.argv[1])
