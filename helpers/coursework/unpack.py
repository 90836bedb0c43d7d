"""Unpacks the archives of a learning platform, and those in them, within limits."""

import os
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from nbgrader.plugins import ExtractorPlugin
from traitlets import Integer, List

ALONE = 100 << 20  # bytes that a student's own archive may unpack to, or a file in an archive
RATIO, SMALL = 200, 10 << 20  # how much larger a file may become, beyond these bytes


class Refused(ValueError):
    """An archive that is not unpacked; the text says why, in one sentence."""


class Unpack(ExtractorPlugin):
    """Unpacks zip archives; one that is refused is left out, and a line of the log says why.

    An archive inside an archive is a student's: it is unpacked into a folder of its name, once. What
    is refused there costs no other student anything.
    """

    zip_ext = List([".zip"], help="How an archive's name ends.").tag(config=True)
    most_files = Integer(20_000, help="Files that an archive may hold.").tag(config=True)
    most_bytes = Integer(4 << 30, help="Bytes that an archive may unpack to.").tag(config=True)

    def extract(self, archive_path, extracted_path):
        for folder, _, names in os.walk(archive_path):
            to = Path(extracted_path, os.path.relpath(folder, archive_path))
            to.mkdir(parents=True, exist_ok=True)
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix.lower() in self.zip_ext:
                    self.unpack(path, to / path.stem, self.most_files, self.most_bytes)
                else:
                    shutil.copy(path, to)

    def unpack(self, path, to, files, size, inner=False):
        """Unpack the archive at `path` into the folder `to`, unless it is refused."""
        try:
            with _opened(path) as archive:
                entries = _entries(archive, files, size)
                for entry, place in entries:
                    _write(archive, entry, to / place)
        except Refused as error:
            shutil.rmtree(to, ignore_errors=True)
            self.log.error("`%s` is left out: %s.", path.name, error)
            return
        for _, place in entries:
            if place.suffix.lower() in self.zip_ext and not inner:
                there = to / place
                self.unpack(there, there.with_suffix(""), files, ALONE, inner=True)


def _opened(path):
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        raise Refused("it is no zip archive that can be read; unpack it by hand") from None


def _entries(archive, files, size):
    """The archive's files with their places, safe Paths. Raises Refused."""
    found, total = [], 0
    if len(archive.infolist()) > files:
        raise Refused(f"it holds more than {files} files")
    for entry in archive.infolist():
        place, kind = PurePosixPath(entry.filename.replace("\\", "/")), entry.external_attr >> 16
        if entry.is_dir():
            continue
        if place.is_absolute() or ".." in place.parts or not place.name:
            raise Refused("a file in it lies outside")
        if stat.S_IFMT(kind) not in (0, stat.S_IFREG):
            raise Refused("it holds a link or a special file")
        if entry.flag_bits & 1:
            raise Refused("it needs a password")
        total += entry.file_size
        packed = max(entry.compress_size, 1)
        if entry.file_size > SMALL and entry.file_size > RATIO * packed:
            raise Refused(f"a file in it would become more than {RATIO} times as large")
        if total > size:
            raise Refused(f"it would become larger than {size >> 20} million bytes")
        found.append((entry, Path(place)))
    return found


def _write(archive, entry, path):
    """Write a file of the archive; zipfile reads no more than was said of its size."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, path.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    except Exception as error:  # zlib, lzma and others have errors of their own
        raise Refused(f"a file in it can't be read ({type(error).__name__})") from None
