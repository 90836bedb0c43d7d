"""What is noted of each submission: which version is graded, what was said, and why it failed."""

import contextlib
import fcntl
import hashlib
import json
import os
from pathlib import Path

from helpers.coursework import intake

LOG = 100_000  # characters of a log that are kept


def is_graded(folder, assignment, student, known):
    digest = stored(folder, assignment, student).get("digest")
    return digest is not None and digest == digest_of(folder, assignment, student, known)


def said(folder, assignment, student):
    """What was noticed when a submission was taken in, sentences."""
    return stored(Path(folder), assignment, student).get("said", [])


def failed(folder, assignment, student, sentence, log=""):
    """Note that a submission could not be graded, and why; returns the sentence."""
    sentence = printable(sentence)
    path = folder / "failed" / ascii_name(assignment) / ascii_name(student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{sentence}\n\n{log[-LOG:]}", encoding="utf-8", errors="backslashreplace")
    (folder / "graded" / assignment / student).unlink(missing_ok=True)
    return sentence


def ascii_name(name):
    """A name that may be no text, as one that can be printed."""
    return name if name.isprintable() else ascii(name)[1:-1]


def printable(text):
    """A text that may hold a student's names of files, as one that can be printed."""
    return "".join(map(ascii_name, text))


@contextlib.contextmanager
def locked(folder, assignment, student):
    """Hold a submission, so that no other grader writes to its folders meanwhile."""
    path = folder / "locks" / assignment / student
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go when the process ends
        yield


def record(folder, assignment, student, noted):
    """Write down which version of a submission is graded."""
    path = folder / "graded" / assignment / student
    path.parent.mkdir(parents=True, exist_ok=True)
    new = folder / "locks" / f"{os.getpid()}.new"
    new.write_text(json.dumps(noted), encoding="utf-8")
    new.replace(path)
    (folder / "failed" / assignment / student).unlink(missing_ok=True)


def stored(folder, assignment, student):
    try:
        noted = json.loads((folder / "graded" / assignment / student).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def digest_of(folder, assignment, student, known):
    """A hash of the submission, and of the assignment that it is held against."""
    digest = hashlib.sha256(known.encode())
    try:
        files, others = intake.walk(folder / "submitted" / student / assignment)
        for path in files:
            digest.update(os.fsencode(path) + b"\0" + intake.contents(path))
    except (intake.Refused, OSError) as error:
        others = [str(error)]
    digest.update(repr(others).encode("utf-8", "replace"))
    return digest.hexdigest()
