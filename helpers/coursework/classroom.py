"""Grades a whole class: all cores at once, and where it was interrupted it goes on."""

import hashlib
import logging
import multiprocessing
import os
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import PyFileConfigLoader


def grade(folder, assignments=(), jobs=None):
    """Autograde what was submitted in a course and isn't graded yet; nbgrader does each submission.

    folder: the course's. assignments: names; all that were submitted by default. jobs: processes;
    as many as there are cores by default. Yields (assignment, student, error) as they end, the
    error a text or None. A submission counts as graded once it is, to the end, and as long as it
    does not change: call this again after a crash, or when others have handed in.
    Raises FileNotFoundError if the folder is no course.
    """
    folder = Path(folder).resolve()
    if not (folder / "nbgrader_config.py").is_file():
        raise FileNotFoundError(f"There is no course in {folder}: make one with `make course`.")
    waiting = [
        (path.name, path.parent.name)
        for path in sorted(folder.glob("submitted/*/*"))
        if path.is_dir() and (not assignments or path.name in assignments)
    ]
    waiting = [pair for pair in waiting if not _is_graded(folder, *pair)]
    if not waiting:
        return
    with api(folder).gradebook as gradebook:  # two processes may not add the same student
        for student in {student for _, student in waiting}:
            gradebook.update_or_create_student(student)
    # Not forked: a thread of this process may hold a lock.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs or os.cpu_count(), len(waiting)), context) as pool:
        started = {pool.submit(_grade, folder, *pair): pair for pair in waiting}
        for ended in as_completed(started):
            yield *started[ended], ended.result()


def _grade(folder, assignment, student):
    """Grade one submission; returns None, or what went wrong."""
    digest = _digest(folder, assignment, student)
    found = api(folder).autograde(assignment, student, force=True)
    if not found["success"]:
        return found.get("log") or found["error"]
    marker = _marker(folder, assignment, student)
    marker.parent.mkdir(parents=True, exist_ok=True)
    new = marker.with_name(f"{student}.new")
    new.write_text(digest)
    new.replace(marker)
    return None


@cache
def api(folder):
    """nbgrader's own interface, with the configuration of the course in `folder` (a Path)."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    nbgrader = NbGraderAPI(CourseDirectory(config=config), config=config)
    nbgrader.log_level = logging.ERROR
    warnings.simplefilter("ignore", SAWarning)  # nbgrader's way with its own objects
    return nbgrader


def _is_graded(folder, *pair):
    marker = _marker(folder, *pair)
    return marker.is_file() and marker.read_text() == _digest(folder, *pair)


def _marker(folder, assignment, student):
    """The file that says which version of a submission is graded."""
    return folder / "graded" / assignment / student


def _digest(folder, assignment, student):
    """A hash of the submission, and of the assignment that it is held against."""
    digest = hashlib.sha256()
    for root in (folder / "submitted" / student / assignment, folder / "source" / assignment):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
