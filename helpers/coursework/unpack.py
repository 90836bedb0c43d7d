"""Unpacks the archives of a learning platform, and those in them, within limits."""

import contextlib
import os
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from nbgrader.plugins import ExtractorPlugin
from traitlets import Integer, List

from helpers.coursework.records import ascii_name

ALONE = 100 << 20  # bytes that a student's own archive may unpack to, or a file in an archive
FREE = 500 << 20  # bytes that stay free on the disk
RATIO, SMALL = 200, 10 << 20  # how much larger a file may become, beyond these bytes


class Refused(ValueError):
    """An archive, or a file in one, that is not unpacked; the text says why, in one sentence."""


class Unpack(ExtractorPlugin):
    """Unpacks zip archives; what is refused is left out, and a line of the log says why.

    A file is refused alone, since a student chose it: it costs no other student anything. An
    archive inside an archive is a student's: it is unpacked into a folder of its name, once.
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
        """Unpack the archive at `path` into the folder `to`; what is refused is left out."""
        places = []
        try:
            with _opened(path) as archive:
                room = shutil.disk_usage(path.parent).free - FREE
                for entry in _entries(archive, files, size, room):
                    try:
                        place = _place(entry)
                        _write(archive, entry, to / place)
                        places.append(place)
                    except Refused as error:
                        name = ascii_name(entry.filename)
                        self.log.error("`%s` in `%s` is left out: %s.", name, path.name, error)
        except Refused as error:
            self.log.error("`%s` is left out: %s.", path.name, error)
        for place in places:
            if place.suffix.lower() in self.zip_ext and not inner:
                there = to / place
                self.unpack(there, _free(there.with_suffix("")), files, ALONE, inner=True)


def _opened(path):
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        raise Refused("it is no zip archive that can be read; unpack it by hand") from None


def _entries(archive, files, size, room):
    """The files in an archive, ZipInfos. Raises Refused where there is too much of them."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > files:
        raise Refused(f"it holds more than {files} files")
    total = sum(entry.file_size for entry in entries if not _bomb(entry))
    if total > size:
        raise Refused(f"it would become larger than {size >> 20} million bytes")
    if total > room:
        raise Refused("the disk has too little room for it")
    return entries


def _place(entry):
    """Where a file of an archive comes to lie, a safe Path. Raises Refused."""
    place, kind = PurePosixPath(entry.filename.replace("\\", "/")), entry.external_attr >> 16
    if place.is_absolute() or ".." in place.parts or not place.name:
        raise Refused("it lies outside")
    if stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        raise Refused("it is a link or a special file")
    if entry.flag_bits & 1:
        raise Refused("it needs a password")
    if _bomb(entry):
        raise Refused(f"it would become more than {RATIO} times as large")
    return Path(place)


def _bomb(entry):
    return entry.file_size > SMALL and entry.file_size > RATIO * max(entry.compress_size, 1)


def _free(folder):
    """The folder, or one of a longer name if there is something in this place."""
    while folder.exists():
        folder = folder.with_name(f"{folder.name}_")
    return folder


def _write(archive, entry, path):
    """Write a file of the archive; zipfile reads no more than was said of its size."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, path.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    except Exception as error:  # zlib, lzma and others have errors of their own
        with contextlib.suppress(OSError):
            path.unlink()
        raise Refused(f"it can't be read or written ({type(error).__name__})") from None
