"""Takes in what a student submitted: finds the notebook, and makes a copy that is safe to go on with.

Whatever a student may put into a folder is met here: links, special files, other names, files that
are no notebooks. The copy holds the sources of cells and nbgrader's names of them, nothing else.
"""

import itertools
import os
import stat
from pathlib import Path

import nbformat

from helpers.coursework import answers, bounded
from helpers.coursework.reading import LARGEST, Unreadable, parsed, unreadable

SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git", "__pycache__"}
DEEPEST, MOST = 8, 2000  # folders in each other, and files, that a submission may have
BYTES = 500 << 20  # that its files may have
SECONDS, MEMORY = 60, 3 << 30  # of computing, and bytes: what reading all its notebooks may cost
COSTLY = "reading it takes too much time or memory"
NO_NOTEBOOK = "It could not be read as a notebook"
SEVERAL = "Reading the {} notebooks in the folder takes too much time or memory: leave one of them."


class Refused(ValueError):
    """A submission that is not graded; the text says why, in one sentence."""


def name_of(student):
    """Check a student's name, that of a folder. Raises Refused for one that no gradebook takes."""
    if not student.isprintable():  # control characters, and bytes that are no UTF-8
        raise Refused(f"The folder's name, {student!a}, can't be printed: rename it.")


def is_notebook(name):
    """Whether a file is taken for a notebook by its name, whatever was added to that."""
    return ".ipynb" in name.lower() and not name.startswith("._")  # macOS's notes about a file


def take(submitted, assignment, released, exercises, others):
    """The notebook that counts of those in the folder `submitted`, and what to say about it.

    submitted: a Path, …/STUDENT/ASSIGNMENT. released, exercises: as answers.choose takes them.
    others: the grade ids that other assignments have, each with its assignment. Returns a notebook
    and a list of sentences. Raises Refused where there is none to grade.
    """
    files, odd = walk(submitted)
    said = [f"Left out: `{name}`, {what}." for name, what in odd]
    found = [path for path in files if is_notebook(path.name)]
    if not found:
        raise Refused(_nothing(files, odd))
    about = submitted / f"{assignment}.ipynb", released, exercises, others
    path, notebook, wrong = _within_limits(found, lambda: _chosen(found, *about))
    if path.name != f"{assignment}.ipynb" or len(found) > 1:
        said.append(f"The notebook is `{path.relative_to(submitted)}`.")
    if wrong:
        said.append(f"{NO_NOTEBOOK}: {wrong}.")
        return unreadable(wrong), said
    return nbformat.from_dict(notebook), said


def _within_limits(found, choose):
    """What `choose` returns or refuses, a look at the files `found`, in a process with limits."""

    def work():
        try:
            return [*choose(), None]
        except Refused as error:
            return [None, None, None, str(error)]

    try:
        place, notebook, wrong, refused = bounded.in_a_child(work, SECONDS, MEMORY, LARGEST)
    except bounded.Costly:
        if len(found) > 1:
            raise Refused(SEVERAL.format(len(found))) from None
        return found[0], None, COSTLY
    if refused:
        raise Refused(refused)
    return found[place], notebook, wrong


def _chosen(found, usual, released, exercises, others):
    """(the number of the path in `found` that counts, its notebook or None, why it is none)."""
    read = {path: _read(path) for path in found}
    elsewhere = {
        path: answers.elsewhere(notebook.cells, released, others)
        for path, notebook in read.items()
        if not isinstance(notebook, Unreadable)
    }
    own = {path: notebook for path, notebook in read.items() if not elsewhere.get(path)}
    path = _counting(own or read, usual, released, exercises)
    notebook, place = read[path], found.index(path)
    if isinstance(notebook, Unreadable):
        return place, None, str(notebook)
    if other := elsewhere.get(path):
        raise Refused(f"`{path.name}` holds the exercises of {other}, not those of {usual.stem}.")
    if not answers.belongs(notebook.cells, released, exercises):
        raise Refused(f"`{path.name}` holds no exercise of {usual.stem}: is it another notebook?")
    return place, notebook, None


def walk(folder):
    """The regular files in a folder, and what else there is, as (name, kind). Follows no link.

    Raises Refused if the folder is itself a link, or is too full.
    """
    folder, files, others, size = Path(folder), [], [], 0
    for place in (folder.parent, folder):
        if place.is_symlink():
            raise Refused(f"The folder `{place.name}` is a link: copy what it leads to.")
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            raise Refused(f"`{place.name}` can't be read as a folder: {error.strerror}.") from None
        for entry in entries:
            name = ascii(entry.name)[1:-1] if not entry.name.isprintable() else entry.name
            if entry.is_symlink():
                others.append((name, "a link"))
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED and depth < DEEPEST:
                    waiting.append((Path(entry.path), depth + 1))
            elif not entry.is_file(follow_symlinks=False):
                others.append((name, "a special file"))
            elif not entry.name.startswith("._"):  # macOS's notes about a file
                files.append(Path(entry.path))
                size += entry.stat(follow_symlinks=False).st_size
            if len(files) + len(others) + len(waiting) > MOST:
                raise Refused(f"The folder holds more than {MOST} files.")
            if size > BYTES:
                raise Refused(
                    f"The files in the folder have more than {BYTES >> 20} million bytes."
                )
    return sorted(files, key=lambda path: (len(path.parts), os.fsencode(path))), others


def contents(path):
    """The bytes of a regular file. Raises Refused for a link or special file put there meanwhile."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Refused(f"`{path.name}` can't be opened: {error.strerror}.") from None
    with open(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise Refused(f"`{path.name}` is no ordinary file.")
        return file.read(LARGEST + 1)


def _nothing(files, others):
    """Why there is nothing to grade."""
    for name, what in others:
        if ".ipynb" in name.lower():
            return f"`{name}` is {what}: hand in the notebook itself."
    if not files:
        return "The folder is empty."
    names = ", ".join(f"`{path.name}`" for path in itertools.islice(files, 3))
    return f"There is no notebook in the folder; it holds {names}."


def _read(path):
    """The notebook in a file, or the Unreadable that says why there is none."""
    try:
        return parsed(contents(path))
    except Unreadable as error:
        return error


def _counting(read, usual, released, exercises):
    """The path of the notebook that counts: the one with answers; the usual name if that's open."""
    first = usual if usual in read else next(iter(read))
    if len(read) == 1:
        return first
    readable = {p: n for p, n in read.items() if not isinstance(n, Unreadable)}
    answered = {path: answers.given(n.cells, released, exercises) for path, n in readable.items()}
    answered = {path: found for path, found in answered.items() if found}
    if not answered:
        return first if first in readable else next(iter(readable), first)
    if any(found != next(iter(answered.values())) for found in answered.values()):
        names = ", ".join(f"`{path.name}`" for path in answered)
        raise Refused(f"There are several notebooks with answers, {names}: leave one of them.")
    return usual if usual in answered else next(iter(answered))


def write(notebook, path):
    """Write the copy, so that it is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(nbformat.writes(notebook), encoding="utf-8")
    new.replace(path)
