"""Grading a class of 60 in all topics: time, memory, cores; and against running the notebook.

The class hands in what the tests' classes do, each kind as often as any other; to one topic endless
loops and cheats, too.
"""

import itertools
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks.measure import ROOT, clock, side_by_side, spread, table

# What a class hands in.
sys.path.extend(str(ROOT / folder) for folder in ("tests", "tests/checks", "tests/coursework"))

import classes
import courses

from helpers.collection import NOTEBOOKS
from helpers.coursework import classroom
from helpers.upkeep.refresh import execute

STUDENTS, SOME, ROUNDS = 60, 24, 3


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = courses.make_course(Path(folder, "course"))
        rows = [*one_submission(folder), cores(folder), *everybody(folder)]
    return table(["", "measured", "aim"], rows)


def one_submission(folder):
    """Grading a right submission, against executing its notebook once, for each topic."""
    for stem in classes.STEMS:
        notebook = courses.solved(folder, stem, courses.references(stem))
        courses.hand_in(folder, "warm", stem, notebook)
        courses.hand_in(folder, "one", stem, notebook)
        classroom._grade(folder, stem, "warm")  # the process has read and recorded what it needs
        tasks = {
            "grade": lambda stem=stem: clock(
                lambda: classroom._grade(folder, stem, "one", again=True)
            ),
            "execute": lambda notebook=notebook: clock(lambda: execute(notebook, NOTEBOOKS)),
        }
        times = side_by_side(tasks, ROUNDS)
        share = statistics.median(times["grade"]) / statistics.median(times["execute"])
        yield [f"grading one {stem}", spread(times["grade"], "s"), ""]
        yield ["… against executing it once", f"{share:.2f}×", "1.5×"]


def cores(folder):
    """The speed-up of all cores, on a few right submissions."""
    stem, times = classes.STEMS[-1], {}
    notebook = courses.solved(folder, stem, courses.references(stem))
    for jobs in (1, psutil.cpu_count()):
        for number in range(SOME):
            path = courses.hand_in(folder, f"some-{number}", stem, notebook)
            path.with_name("jobs.txt").write_text(str(jobs))  # so that it is graded again
        times[jobs] = clock(lambda jobs=jobs: list(classroom.grade(folder, [stem], jobs)))
    one, all_ = times.values()
    return [
        f"{SOME} submissions, {psutil.cpu_count()} processes against 1",
        f"{one / all_:.2f}× as fast",
        "",
    ]


def everybody(folder):
    """The whole class."""
    for stem in classes.STEMS:
        kinds = [text for _, text, _ in classes.submissions(folder, stem)]
        if stem == classes.ODD:
            odd = classes.odd_submissions(folder)
            kinds += [text for student, text, _ in odd if student != "large"]
        for number, notebook in zip(range(STUDENTS), itertools.cycle(kinds), strict=False):
            courses.hand_in(folder, f"student-{number:03}", stem, notebook)
    peak = Peak()
    with peak:
        start = time.perf_counter()
        errors = [error for *_, error in classroom.grade(folder) if error]
        seconds = time.perf_counter() - start
    assert not errors, errors[:1]
    count = STUDENTS * len(classes.STEMS)
    yield [f"{count} submissions, all processes", f"{seconds:.0f} s", ""]
    yield ["… for each", f"{seconds / count:.2f} s", ""]
    yield ["… memory of all processes together, at most", f"{peak.bytes / 1e9:.1f} GB", ""]


class Peak(threading.Thread):
    """Watches the memory of this process's children; used with `with`."""

    bytes, running = 0, True

    def __enter__(self):
        self.start()

    def __exit__(self, *error):
        self.running = False
        self.join()

    def run(self):
        me = psutil.Process()
        while self.running:
            total = 0
            for process in me.children(recursive=True):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.bytes = max(self.bytes, total)
            time.sleep(0.5)
