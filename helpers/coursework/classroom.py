"""Grades a whole class: all cores at once, and where it was interrupted it goes on."""

import contextlib
import logging
import os
import shutil
import time
import traceback
import warnings
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy.exc import SAWarning
from traitlets.config import PyFileConfigLoader

from helpers.coursework import bounded, intake, longest, reference, state
from helpers.coursework.convert import Careful
from helpers.coursework.processes import Processes
from helpers.coursework.records import (
    ascii_name,
    digest_of,
    failed,
    is_graded,
    locked,
    record,
    stored,
)
from helpers.coursework.unpack import FREE

REFERENCE = "the reference"
UNCHECKED = "Nothing is graded, as the process that checks the course's own solution was ended."
UNFORESEEN = "It could not be graded: {!r}"
NOT_CHECKED = "Nothing is graded, as the course's own solution could not be checked: {!r}"
CRASHED = "Its grading ended the process, twice: a person must look at it."
FULL = "Less than {} million bytes are free on the disk of the course: nothing more is graded."
SLOW = "Its grading took more than 5 minutes and was ended: a person must look at it."
SECONDS, MEMORY = 300, 4 << 30  # what grading one submission may cost, beside what attempts may


def grade(folder, assignments=(), jobs=None, begin=None):
    """Autograde what was submitted in a course and isn't graded yet; nbgrader does each submission.

    folder: the course's. assignments: names; all that were submitted by default. jobs: processes;
    as many as there are cores by default. begin: what takes a sentence before it starts, about how
    much there is to do. Yields (assignment, student, error) as they end, the
    error a sentence or None. A submission counts as graded once it is, to the end, and as long as
    neither it nor its assignment changes: call this again after a crash, or when others have handed
    in. Where the reference doesn't get all points, its assignment is not graded.
    Raises FileNotFoundError if the folder is no course, LookupError for an unknown assignment.
    """
    folder = Path(folder).resolve()
    if not (folder / "nbgrader_config.py").is_file():
        raise FileNotFoundError(f"There is no course in {folder}: make one with `make course`.")
    known = state.assignments(folder)
    for name in assignments:
        if name not in known:
            raise LookupError(f"There is no assignment {name!r}; there are {', '.join(known)}.")
    waiting, states = [], {}
    for path in sorted(folder.glob("submitted/*/*"), key=os.fsencode):
        assignment, student = path.name, path.parent.name
        other = assignments and assignment in known and assignment not in assignments
        if other or assignment.startswith("."):
            continue
        try:
            intake.name_of(student)
            if assignment not in known:
                raise intake.Refused(f"There is no such assignment; there are {', '.join(known)}.")
            if assignment not in states:
                states[assignment] = state.of(folder, api(folder), assignment)
            if not is_graded(folder, assignment, student, states[assignment]):
                waiting.append((assignment, student))
        except (intake.Refused, LookupError) as error:
            failed(folder, assignment, student, str(error))
            yield ascii_name(assignment), ascii_name(student), str(error)
    if not waiting:
        return
    with api(folder).gradebook as gradebook:  # two processes may not add the same student
        for student in sorted({student for _, student in waiting}):
            with contextlib.suppress(ValueError):  # another grader was first
                gradebook.update_or_create_student(student)
    jobs = min(jobs or os.cpu_count(), len(waiting))
    if begin:
        begin(longest.sentence(api(folder), [name for name, _ in waiting], jobs, SECONDS))
    yield from _in_processes(folder, waiting, states, jobs)


def _in_processes(folder, waiting, states, jobs):
    """Grade the pairs in `waiting`. Who ends the process is tried once more, alone, at the end."""
    broken, again = set(), []
    with Processes(jobs) as processes:
        threads = processes.threads
        checked = {name: threads.submit(_checked, processes, folder, name) for name in states}
        for assignment, found in checked.items():
            if said := found.result():
                broken.add(assignment)
                yield assignment, REFERENCE, said
        started = {
            threads.submit(_tried, processes, folder, *pair, states[pair[0]]): pair
            for pair in waiting
            if pair[0] not in broken
        }
        for ended in as_completed(started):
            try:
                error = ended.result()
            except BrokenProcessPool:
                again.append(started[ended])
            else:
                yield *started[ended], error
        for pair in again:
            try:
                error = _tried(processes, folder, *pair, states[pair[0]])
            except BrokenProcessPool:
                error = failed(folder, *pair, CRASHED)
            yield *pair, error


def _checked(processes, folder, assignment):
    """What reference.check says; if its process dies, a sentence about that."""
    try:
        return processes.run(reference.check, folder, assignment)
    except BrokenProcessPool:
        return UNCHECKED
    except Exception as error:  # it costs the other assignments nothing, whatever it is
        return NOT_CHECKED.format(error)


def _tried(processes, folder, *arguments):
    """What _grade says. Raises BrokenProcessPool where another try may help."""
    began = time.monotonic()
    try:
        return processes.run(_limited, folder, *arguments)
    except BrokenProcessPool:
        if time.monotonic() - began < SECONDS:
            raise
        return failed(folder, *arguments[:2], SLOW)
    except Exception as error:  # it costs the others nothing, whatever it is
        log = "".join(traceback.format_exception(error))
        return failed(folder, *arguments[:2], UNFORESEEN.format(error), log)


def _limited(*arguments):
    """The same as _grade, in a process that is ended if one submission costs too much."""
    bounded.limit_to(SECONDS, MEMORY)
    return _grade(*arguments)


def _grade(folder, assignment, student, known=None, again=False):
    """Grade one submission; returns None, or what went wrong.

    known: the assignment's state. again: whether to grade also what is graded.
    """
    known = known or state.of(folder, api(folder), assignment)
    if shutil.disk_usage(folder).free < FREE:
        return failed(folder, assignment, student, FULL.format(FREE >> 20))
    with locked(folder, assignment, student):
        digest = digest_of(folder, assignment, student, known)
        if not again and stored(folder, assignment, student).get("digest") == digest:
            return None  # another grader did it
        nbgrader = api(folder)
        with temp_attrs(nbgrader.coursedir, assignment_id=assignment, student_id=student):
            app = Careful(coursedir=nbgrader.coursedir, parent=nbgrader)
            app.force, app.only = True, student
            found = capture_log(app)
        if not found["success"]:
            log = found.get("log") or found.get("error") or ""
            return failed(folder, assignment, student, _why(app, student, log), log)
        record(folder, assignment, student, {"digest": digest, "said": app.said[student]})
    return None


def _why(app, student, log):
    """One sentence for what went wrong."""
    last = next((line for line in reversed(log.splitlines()) if line.strip()), "no word")
    return app.refused.get(student) or f"It could not be graded: {app.reason or last}"


@cache
def api(folder):
    """nbgrader's own interface, with the configuration of the course in `folder` (a Path)."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    nbgrader = NbGraderAPI(CourseDirectory(config=config), config=config)
    nbgrader.log_level = logging.ERROR
    warnings.simplefilter("ignore", SAWarning)  # nbgrader's way with its own objects
    return nbgrader
