"""Attempts run in a process of their own: what it lets through, what it stops, what it says."""

import itertools
import json
import math
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import courses
import numpy
import psutil
import pytest
import torch
from classes import STEMS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from topics import ROOT

from helpers.coursework import calls, course, landlock, worker
from helpers.coursework.page import judged
from helpers.coursework.run import Cell
from helpers.coursework.sandbox import Sandbox
from helpers.dropout_scaling import exercises
from helpers.teaching.compare import alike
from helpers.teaching.exercise import exercise
from helpers.teaching.graded import earn
from helpers.teaching.judge import judge
from helpers.teaching.observe import observe
from helpers.teaching.outcome import Outcome
from helpers.teaching.record import decode, encode

DROPOUT = exercises.inverted_dropout
HEAD = "def inverted_dropout(x, rate, uniforms, training):\n"


@pytest.fixture(scope="module")
def box():
    with Sandbox(seconds=3.0, patience=100) as box:
        yield box


@pytest.fixture(scope="module")
def hasty():
    """A sandbox that gives an attempt a second to compute."""
    with Sandbox(seconds=1.0, patience=100) as box:
        yield box


@pytest.fixture
def crowded(hasty):
    """The same, its attempts on one processor with two processes that never rest."""
    run(hasty, body("return x"))  # starts the worker
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    worker = psutil.Process(hasty.process.pid)

    def workers():
        return [worker.pid, *(inner.pid for inner in worker.children(recursive=True))]

    all_, one = os.sched_getaffinity(0), {min(os.sched_getaffinity(0))}
    for pid in (*workers(), *(loop.pid for loop in loops)):
        os.sched_setaffinity(pid, one)
    yield hasty
    for loop in loops:
        loop.kill()
        loop.wait()
    for pid in workers():
        os.sched_setaffinity(pid, all_)


def run(box, *cells):
    """The Result of these cells for inverted_dropout."""
    return judge(DROPOUT, box.observe(DROPOUT, list(cells)))


def body(*lines):
    return HEAD + "\n".join(f"    {line}" for line in lines)


NO_FILE = "FileNotFoundError", "PermissionError"  # in bubblewrap's jail; by Landlock alone


@pytest.mark.parametrize("stem", STEMS)
def test_it_sees_what_the_check_sees(box, stem):
    """For the reference, another right answer and every mistake of every exercise.

    So what tests/pages/test_exercises.py proves of the check on the page holds in grading as well.
    Each page that is run holds one attempt at each exercise of its topic.
    """
    exercises = course.exercises_of(stem)
    attempts = {
        name: [one.function, courses.rewrite(stem, name)]
        + [mistake.function for mistake in one.mistakes.values()]
        for name, one in exercises.items()
    }
    for tried in itertools.zip_longest(*attempts.values()):
        here = {name: f for name, f in zip(exercises, tried, strict=True) if f}
        assert_alike(box, {name: exercises[name] for name in here}, here)
    right = {name: one.function for name, one in exercises.items()}
    assert_alike(box, exercises, right, torch.float64)


def assert_alike(box, exercises, functions, dtype=torch.float32):
    """Each function does in the sandbox what it does here."""
    cells = [Cell(courses.as_source(f, name), answer=name) for name, f in functions.items()]
    there = box.run(cells, exercises, wide=dtype == torch.float64)
    for name, one in exercises.items():
        here = list(one.observe(functions[name], dtype=dtype))
        assert all(map(alike, one.expected(), here, there[name].outcomes)), functions[name]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["while True: pass"], "TimeoutError (it computed for more than 3 seconds)"),
        (["return bytearray(2 << 30)"], "MemoryError"),
        (
            ["import torch", "return torch.ones(2 << 28, dtype=torch.float64)"],
            "can't allocate memory",
        ),
        (["import os; os._exit(0)"], "ChildProcessError (it ended its process"),
        (["import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"], "ChildProcessError"),
        (["import sys; sys.exit()"], "calls `sys.exit`"),
        (["return inverted_dropout(x, rate, uniforms, training)"], "RecursionError"),
        (["return formulas.masked_sums(x, x, rate)"], "is not there in grading"),
        ([f"return open({__file__!r}).read()"], NO_FILE),
        (["return open('/etc/passwd').read()"], NO_FILE),
        (["open('/tmp/' + 'left-behind', 'w')"], "PermissionError"),
        (["import os; os.listdir('/')"], "PermissionError"),
        (["import socket; socket.create_connection(('127.0.0.1', 9))"], "PermissionError"),
        (["with open('large', 'wb') as f:", "    f.write(bytes(64 << 20))"], "File too large"),
    ],
)
def test_what_it_stops_is_told(box, lines, says):
    imports = "from helpers.dropout_scaling import formulas"
    result = run(box, imports, body(*lines))
    some = says if isinstance(says, tuple) else (says,)
    assert result.status == "wrong" and any(text in result.message for text in some)


IMPORTS = "import torch\nfrom helpers.dropout_scaling import formulas"


def test_a_right_answer_keeps_its_points_on_a_busy_machine(crowded):
    """It computes for half a second, while more than one passes on the clock."""
    working = "import time\nwhile time.process_time() < 0.5: pass"
    assert run(crowded, working, IMPORTS, DROPOUT.solution)


def test_a_right_answer_may_wait(hasty):
    assert run(hasty, "import time\ntime.sleep(1.5)", IMPORTS, DROPOUT.solution)


def test_who_waits_for_ever_is_stopped():
    with Sandbox(seconds=0.5, patience=2) as box:
        result = run(box, body("import time; time.sleep(10000)"))
    assert "TimeoutError (it was not done when 2 seconds had passed)" in result.message


@pytest.mark.parametrize(
    "trick",
    [
        "signal.signal(signal.SIGXCPU, signal.SIG_IGN)",
        "resource.setrlimit(resource.RLIMIT_CPU, (2, 2))",
    ],
)
def test_an_endless_loop_ends_whatever_it_tries(hasty, trick):
    result = run(hasty, body(f"import resource, signal; {trick}", "while True: pass"))
    assert "TimeoutError (it computed for more than 1 seconds)" in result.message


def test_the_worker_outlives_who_would_end_it(box):
    """Where the signal can't be forbidden, another worker takes its place."""
    result = run(box, body("import os, signal; os.kill(os.getppid(), signal.SIGKILL)"))
    forbidden = calls.offered() or landlock.version() >= 6
    assert ("PermissionError" if forbidden else "ChildProcessError") in result.message
    assert run(box, body("return x")).groups["values"] == (1, 3)


def test_what_was_done_before_it_was_stopped_counts(box):
    result = run(
        box,
        body(
            "if rate == 1: raise SystemExit",
            "return x * (uniforms >= rate) / (1 - rate) if training else x",
        ),
    )
    assert result.groups["values"] == (3, 3)
    looping = body(
        "while rate == 1: pass", "return x * (uniforms >= rate) / (1 - rate) if training else x"
    )
    result = run(box, looping)
    assert result.groups["values"] == (3, 3) and result.groups["edges"] == (0, 3)


def test_a_grader_that_ends_says_nothing():
    """Its worker is ended first; Python would warn of a process that still runs."""
    lines = "from helpers.coursework.grading import sandbox; sandbox(1.0, 1 << 30, None, False)._start()"
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", lines]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "still running" not in done.stderr


def test_one_attempt_leaves_nothing_to_the_next(box):
    spoil = "import torch, builtins\ntorch.relu = None\nbuiltins.len = None\ntorch.set_default_dtype(torch.float16)\n"
    assert not run(box, spoil + body("return x"))
    assert run(box, IMPORTS, DROPOUT.solution)


SEARCH = """
import ctypes, gc, os
write = ctypes.CDLL(None).write
write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]

def behind(text):
    "What stands behind a text, wherever it stands in this process's memory, near Python's objects."
    near = {id(x) >> 24 for x in gc.get_objects()} | {id(bytes(3000 + n)) >> 24 for n in range(99)}
    found, copy = set(), os.open("copy", os.O_RDWR | os.O_CREAT)
    for place in (place for part in near for place in range(part << 24, (part + 1) << 24, 1 << 16)):
        os.lseek(copy, 0, os.SEEK_SET)
        if (size := write(copy, place, 1 << 16)) > 0:  # no error where nothing is mapped
            data = os.pread(copy, size, 0)
            found |= {part[:16] for part in data.split(text)[1:]}
    return found
"""


def test_an_attempt_finds_no_other_page_in_its_memory(box):
    """Neither another student's nor the reference's, which is graded first by the same worker."""
    one, other = (secrets.token_hex(8) for _ in range(2))
    for _ in range(3):
        page = f"kept = 1  # {f'{one}{other} ' * 40}"
        run(box, *[page] * 40, body("return x"))
    found = box.observe(DROPOUT, [SEARCH, body(f"return repr(behind({one.encode()}))")])[0]
    assert not found.raised and other not in found.value[""]
    assert box.process, "the same worker has done it"


def test_a_module_that_a_page_writes_can_be_imported(box):
    written = ["%%writefile my_module.py\nRATE = 1", "from my_module import RATE"]
    right = DROPOUT.solution.replace("rate == 1", "rate == RATE")
    assert right != DROPOUT.solution and run(box, *written, IMPORTS, right)


@pytest.mark.skipif(not calls.offered(), reason="needs libseccomp")
@pytest.mark.parametrize(
    "trick",
    [
        "mmap.mmap(-1, 1 << 20)",
        "os.memfd_create('x')",
        "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 1 << 20)",
    ],
)
def test_memory_that_no_limit_counts_is_refused(box, trick):
    assert "PermissionError" in run(box, body("import mmap, os", f"return {trick}")).message


def test_what_an_attempt_leaves_is_removed_whatever_its_modes_are(tmp_path):
    """A link in it that leads outside is not followed."""
    outside = tmp_path / "outside"
    outside.mkdir(0o500)
    folder = tmp_path / "attempt"
    (folder / "shut").mkdir(parents=True)
    (folder / "shut" / "link").symlink_to(outside)
    (folder / "shut" / "file").touch()
    (folder / "shut").chmod(0o300)
    worker.remove(folder)
    assert not folder.exists() and outside.stat().st_mode & 0o777 == 0o500


DEEP = "import os\nfor _ in range(2500): os.mkdir('d', 0o300); os.chdir('d')"


def test_folders_of_any_depth_are_removed(tmp_path):
    folder = tmp_path / "attempt"
    folder.mkdir()
    subprocess.run([sys.executable, "-c", DEEP], cwd=folder, check=True)
    worker.remove(folder)
    gone = not folder.exists()
    subprocess.run(["rm", "-rf", folder], check=True)  # pytest could not remove it, either
    assert gone


UNREMOVED = """
import sys
from helpers.coursework import worker
worker.remove, worker.supervise = lambda folder: None, lambda request, folder, *rest: {"in": folder}
sys.exit(worker.answer(None, None))
"""


def test_a_worker_that_could_not_remove_what_an_attempt_left_says_so_and_ends():
    done = subprocess.run(
        [sys.executable, "-c", UNREMOVED], input="{}\n", capture_output=True, text=True, cwd=ROOT
    )
    told = json.loads(done.stdout)
    Path(told["in"]).rmdir()
    assert told["ends"] is True and done.returncode == 1


def test_a_worker_that_ended_costs_the_next_student_nothing(monkeypatch):
    right = f"import torch\n{DROPOUT.solution}"
    with Sandbox(seconds=3.0, patience=100) as box:
        assert run(box, right)
        os.kill(box.process.pid, signal.SIGKILL)
        assert run(box, DEEP, right) and run(box, right)
        ask = box._ask
        # it says so where it could not remove what an attempt left
        monkeypatch.setattr(box, "_ask", lambda request: ask(request) | {"ends": True})
        first = box.process
        assert run(box, right) and box.process is None and first.returncode is not None


def test_processes_that_an_attempt_starts_end_with_it(box):
    name = f"left-over-{os.getpid()}"
    run(
        box,
        body(
            "import os, sys, time",
            "if os.fork() == 0:",
            "    os.setsid()",
            f"    os.execv(sys.executable, [{name!r}, '-c', 'import time; time.sleep(60)'])",
            "return x",
        ),
    )
    running = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not any(name in command for command in running)


def test_the_folder_of_an_attempt_is_its_own_and_goes(box):
    result = run(box, body("open('note', 'w').write('x')", "import os", "return os.getcwd()"))
    place = next(text for label, text in result.case if label == "got").strip("'")
    assert "attempt-" in place and not Path(place).exists()


def test_it_is_told_apart_from_a_broken_grader(box, monkeypatch):
    monkeypatch.setattr(worker, "__file__", os.devnull)
    with pytest.raises(RuntimeError, match="does not start"), Sandbox() as broken:
        broken.observe(DROPOUT, [])
    monkeypatch.undo()
    with (
        pytest.raises(RuntimeError, match="can't be run here: "),
        Sandbox(memory=1 << 70) as broken,
    ):
        broken.observe(DROPOUT, [])


def test_another_user_can_be_named():
    """It needs a Python that this user can read; one that it can't is told, not run without it."""
    source = body("import os", "return float(os.geteuid())")
    library = Path(os.__file__).parent
    with Sandbox(user="nobody") as other:
        if os.geteuid() != 0:
            with pytest.raises(RuntimeError, match="Operation not permitted"):
                run(other, source)
        elif all(folder.stat().st_mode & 0o1 for folder in (library, *library.parents)):
            assert dict(run(other, source).case)["got"] == "65534"
        else:
            with pytest.raises(RuntimeError, match=r"can't be run here: .*Permission denied"):
                run(other, source)


# What comes back


def outcomes_of_all_kinds():
    """Outcomes whose leaves are of every kind."""
    values = [
        None, ..., True, 3, 2.5, math.nan, math.inf, 1 + 2j, "text", [1, (2.0, None)], {"a": 1},
        numpy.float64(0.5), numpy.complex128(1j), numpy.arange(3), torch.nn.Linear(2, 1),
        torch.zeros(0, 3), torch.tensor(1.5), torch.ones(2, 3).T, torch.ones(2).to_sparse(),
        *(torch.ones(3).to(kind) for kind in (torch.bfloat16, torch.float16, torch.int8, torch.bool, torch.complex64)),
    ]  # fmt: skip
    for value in values:
        yield observe(lambda x, value=value: value, lambda: (torch.ones(2),), ["x"])

    def changes(x, w):
        x[0] = 5
        print("said")
        return (x * w).sum()

    yield observe(changes, lambda: (torch.ones(2), torch.ones(2, requires_grad=True)), ["x", "w"])
    yield observe(lambda x: 1 / 0, lambda: (1,), ["x"])


def test_outcomes_survive_as_text():
    for outcome in outcomes_of_all_kinds():
        text = encode(outcome)
        again = decode(text)
        assert "\n" not in text and encode(again) == text
        assert alike(outcome, outcome, again, detached=True)
        assert again.changed == outcome.changed and again.printed == outcome.printed


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["", "x", "tensor", "container", "other", "raised", "numpy", "complex", "ellipsis"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
FIELDS = list(json.loads(encode(observe(lambda x: x, lambda: (torch.ones(2),), ["x"]))))


@settings(max_examples=200)
@example(changes={"raised": {"raised": [[], "", ""]}})
@given(changes=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4))
def test_a_forged_answer_is_refused_or_judged_but_never_raises(changes):
    """An attempt may write what it likes; it must not stop the grading of others."""
    honest = [encode(outcome) for outcome in DROPOUT.expected()]
    try:
        forged = decode(json.dumps(json.loads(honest[0]) | changes))
    except ValueError:
        return
    assert isinstance(forged, Outcome)
    result = judged(DROPOUT, [forged] * len(honest))
    assert earn(result, "edges", 2) in (0, 2)


@pytest.mark.parametrize("text", ["", "null", "[" * 100_000, "{}", '{"before": 1}', "\0", "🙂"])
def test_what_is_no_outcome_is_refused(text):
    with pytest.raises(ValueError, match="This is no recorded outcome"):
        decode(text)


def test_a_long_text_is_cut():
    long = json.loads(encode(DROPOUT.expected()[0])) | {"printed": "x" * 10**6}
    assert len(decode(json.dumps(long)).printed) == 2000


def test_points_need_all_cases_of_a_group():
    @exercise(cases={"values": {"one": lambda: (1.0,), "two": lambda: (2.0,)}}, hints=["h"])
    def double(x):
        """2·x."""
        return 2 * x

    some = judge(double, list(double.observe(lambda x: 2.0)))
    assert (
        earn(some, "values", 3) == 0
        and earn(some, "values", 3).text == "values: 1 of 2 cases pass. 0 of 3 points."
    )
    assert earn(judge(double, double.expected()), "values", 3) == 3
