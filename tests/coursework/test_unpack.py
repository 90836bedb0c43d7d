"""Archives of a learning platform: what would fill the disk or lie outside is refused."""

import io
import logging
import shutil
import stat
import zipfile

import pytest

from helpers.coursework import unpack
from helpers.coursework.unpack import Unpack

PAGE = b'{"cells": []}'


def packed(files, method=zipfile.ZIP_DEFLATED):
    """The bytes of an archive of these files: name (or ZipInfo) → bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def link(name):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def unpacked(tmp_path, caplog, files, **limits):
    """Unpack archives (name → bytes); returns name → size of what came out, and what was said."""
    there, to = tmp_path / "archive", tmp_path / "extracted"
    there.mkdir()
    for name, data in files.items():
        (there / name).write_bytes(data)
    with caplog.at_level(logging.ERROR):
        plugin = Unpack(**limits)
        plugin.log = logging.getLogger("unpack")
        plugin.extract(str(there), str(to))
    found = {p.relative_to(to).as_posix(): p.stat().st_size for p in to.rglob("*") if p.is_file()}
    return found, [record.getMessage() for record in caplog.records]


def test_an_archive_and_what_students_packed_is_unpacked(tmp_path, caplog):
    inner = packed({"folder/page.ipynb": PAGE})
    outer = packed({"Ada_1_file/page.ipynb": PAGE, "Emmy_2_file/mine.zip": inner})
    found, said = unpacked(tmp_path, caplog, {"all.zip": outer, "note.txt": b"x"})
    assert said == [] and set(found) == {
        "all/Ada_1_file/page.ipynb",
        "all/Emmy_2_file/mine.zip",
        "all/Emmy_2_file/mine/folder/page.ipynb",
        "note.txt",
    }


BOMB = packed({"zeros": bytes(11 << 20)})
FULL = {  # refused as a whole
    "many": (packed({f"{n}": b"" for n in range(30)}), "it holds more than 20 files"),
    "large": (
        packed({f"{n}": bytes(700_000) for n in range(3)}),
        "it would become larger than 2 million bytes",
    ),
    "broken": (b"PK", "it is no zip archive that can be read; unpack it by hand"),
    "cut": (packed({"page.ipynb": PAGE})[:-10], "it is no zip archive that can be read"),
}


@pytest.mark.parametrize("kind", FULL)
def test_what_is_refused_is_told_and_costs_no_other_archive(tmp_path, caplog, kind):
    data, why = FULL[kind]
    files = {"a.zip": data, "b.zip": packed({"page.ipynb": PAGE})}
    size = (2 << 20) if kind == "large" else (1 << 30)
    found, said = unpacked(tmp_path, caplog, files, most_files=20, most_bytes=size)
    assert found == {"b/page.ipynb": len(PAGE)}
    assert len(said) == 1 and said[0].startswith(f"`a.zip` is left out: {why}")


LONG = "x" * 300 + ".ipynb"
ONE = {  # a file that is refused alone: (its name or ZipInfo, its bytes), why
    "ratio": (("Ada_1_file/page.ipynb", bytes(11 << 20)), "it would become more than 200 times"),
    "outside": (("../../outside", PAGE), "it lies outside"),
    "absolute": (("/tmp/outside", PAGE), "it lies outside"),
    "windows": (("..\\outside", PAGE), "it lies outside"),
    "link": ((link("page.ipynb"), b"/etc/passwd"), "it is a link or a special file"),
    "long": ((f"Ada_1_file/{LONG}", PAGE), "it can't be read or written (OSError)"),
    "a-folder-as-well": (("Emmy_2_file", PAGE), "it can't be read or written (IsADirectoryError)"),
}


@pytest.mark.parametrize("kind", ONE)
def test_a_file_that_is_refused_costs_no_other_student_of_the_archive(tmp_path, caplog, kind):
    """A student chose it: its name, or what is printed in a notebook ten thousand times."""
    (name, data), why = ONE[kind]
    files = {"all.zip": packed({"Emmy_2_file/page.ipynb": PAGE, name: data})}
    found, said = unpacked(tmp_path, caplog, files)
    assert found == {"all/Emmy_2_file/page.ipynb": len(PAGE)}
    assert len(said) == 1 and f"in `all.zip` is left out: {why}" in said[0]


def test_an_archive_of_the_name_of_a_folder_changes_nothing_in_it(tmp_path, caplog):
    outer = packed(
        {"Ada_1_file/x/page.ipynb": PAGE, "Ada_1_file/x.zip": packed({"page.ipynb": b""})}
    )
    found, said = unpacked(tmp_path, caplog, {"all.zip": outer})
    assert found["all/Ada_1_file/x/page.ipynb"] == len(PAGE) and not said
    assert found["all/Ada_1_file/x_/page.ipynb"] == 0


def test_a_disk_that_would_be_full_is_told(tmp_path, caplog, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=unpack.FREE + 5)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    found, said = unpacked(tmp_path, caplog, {"a.zip": packed({"page.ipynb": PAGE})})
    assert found == {} and said == ["`a.zip` is left out: the disk has too little room for it."]


def test_a_students_bomb_costs_no_other_student(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(unpack, "ALONE", 1 << 20)
    deep = packed({"more.zip": packed({"page.ipynb": PAGE})})
    outer = packed(
        {
            "Ada_1_file/page.ipynb": PAGE,
            "Emmy_2_file/mine.zip": BOMB,
            "Sofja_3_file/mine.zip": packed({"page": bytes(2 << 20)}, zipfile.ZIP_STORED),
            "David_4_file/mine.zip": deep,  # unpacked once, no further
        }
    )
    found, said = unpacked(tmp_path, caplog, {"all.zip": outer})
    assert {name for name in found if not name.endswith("zip")} == {"all/Ada_1_file/page.ipynb"}
    assert "all/David_4_file/mine/more.zip" in found and len(said) == 2
    assert all("`mine.zip` is left out: " in text for text in said)


def test_a_size_that_is_a_lie_is_met_by_what_is_read(tmp_path, caplog):
    """The directory says 10 bytes; what is packed has more."""
    data = packed({"page.ipynb": bytes(5 << 20)})
    at = data.rindex(b"PK\x01\x02") + 24
    data = data[:at] + (10).to_bytes(4, "little") + data[at + 4 :]
    found, said = unpacked(tmp_path, caplog, {"a.zip": data})
    assert sum(found.values()) <= 10 and (found or said)
