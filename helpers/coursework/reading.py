"""Reads bytes that should be a notebook, whatever they are. What that may cost, intake.py limits."""

import base64
import contextlib
import json
import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

LARGEST = 200 << 20  # bytes of a file that is read at all
CELLS, CHARACTERS = 5000, 1 << 20  # that a notebook, and one of its cells, may have
ALTOGETHER = 8 << 20  # characters of all cells
PICTURES = ("image/png", "image/jpeg", "image/gif")
INLINE = re.compile(rf"data:({'|'.join(PICTURES)});base64,([A-Za-z0-9+/]+=*)")
NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}

UNREAD = "unreadable"  # in the metadata of the page that stands for such a file
PAGE = """**This file could not be read as a notebook**, so nothing in it could be graded: {}.

What was handed in is kept as it is. Please talk to your teacher."""


KINDS = {  # how files begin that are handed in for a notebook
    b"PK": "a zip archive, or a document of an office program",
    b"\x1f\x8b": "a packed file",
    b"Rar!": "a RAR archive",
    b"7z": "a 7z archive",
    b"%PDF": "a PDF",
    b"<<<<<<<": "a file in which git left a conflict",
    b"<": "a web page",
    b"\x89PNG": "a picture",
    b"\xff\xd8": "a picture",
    b"import ": "a program's text, not a notebook",
    b"#": "a program's text, not a notebook",
}

LONG = "This cell was left out: it has more than a million characters."


class Unreadable(ValueError):
    """Says why bytes are no notebook."""


def unreadable(reason):
    """The notebook that stands for a file that could not be read."""
    page = new_markdown_cell(PAGE.format(reason))
    return new_notebook(cells=[page], metadata={UNREAD: True})


def parsed(data):
    """The notebook that `data`, bytes, hold: its cells with sources and nbgrader's names of them.

    Outputs, widgets and all other metadata are left out. Raises Unreadable.
    """
    if len(data) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST >> 20} million bytes")
    cells = _cells(data)
    notebook = new_notebook()
    for kind, source, grade_id, attachments in cells:
        cell = NEW[kind](source)
        if grade_id is not None:
            cell.metadata.nbgrader = nbformat.from_dict({"grade_id": grade_id})
        if attachments:
            cell.attachments = nbformat.from_dict(attachments)
        notebook.cells.append(cell)
    return notebook


def _cells(data):
    """(kind, source, grade id or None, pictures) of each cell."""
    try:
        cells = [_cell(cell) for cell in _notebook(data)["cells"]]
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # nbformat raises whatever odd data lead to
        raise Unreadable(_reason(data, error)) from None
    if len(cells) > CELLS:
        raise Unreadable(f"it has more than {CELLS} cells")
    if sum(len(source) for _, source, *_ in cells) > ALTOGETHER:
        raise Unreadable(f"its cells have more than {ALTOGETHER >> 20} million characters")
    return cells


def _reason(data, error):
    """What bytes are that led to this error, in words."""
    start = data.lstrip(b"\xef\xbb\xbf \r\n\t\0")
    if not start:
        return "it is empty"
    for mark, kind in KINDS.items():
        if start.startswith(mark):
            return f"it is {kind}"
    if isinstance(error, RecursionError):
        return "its parts are nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        at = f"line {error.lineno}, column {error.colno}"
        return f"its text is damaged, or was never that of a notebook (no JSON at {at})"
    return "its text is JSON, but not that of a notebook in a format that is known"


def _notebook(data):
    """What nbformat makes of bytes, whatever program has written them."""
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        return nbformat.reads(text, as_version=4)
    except Exception:
        said = json.loads(text)
        if not isinstance(said, dict) or "metadata" in said:
            raise
    return nbformat.reads(json.dumps(said | {"metadata": {}}), as_version=4)


def _cell(cell):
    kind, source = cell["cell_type"], cell["source"]
    if isinstance(source, list):
        source = "".join(source)
    if kind not in NEW or not isinstance(source, str):
        raise Unreadable("a cell has no text")
    pictures = _pictures(cell.get("attachments"))
    if kind == "markdown":
        source = _attached(source, pictures)
    if len(source) > CHARACTERS:  # it costs the others nothing
        source = f"# {LONG}" if kind == "code" else f"*{LONG}*"
    source = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    said = cell.get("metadata")
    said = said.get("nbgrader") if isinstance(said, dict) else None
    grade_id = said.get("grade_id") if isinstance(said, dict) else None
    grade_id = grade_id if isinstance(grade_id, str) and grade_id.isprintable() else None
    return kind, source, grade_id, pictures


def _pictures(attachments):
    """The pictures that a student pasted into a cell; nothing else is kept."""
    kept = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, text in bundle.items() if isinstance(bundle, dict) else ():
            if kind in PICTURES and isinstance(text, str) and name.isprintable():
                with contextlib.suppress(ValueError):  # it is no picture
                    picture = base64.b64decode(text)
                    kept[name] = {kind: base64.b64encode(picture).decode()}
    return kept


def _attached(source, pictures):
    """The source with the pictures that stand in it, as Colab writes them, put into `pictures`."""

    def put(found):
        name = f"pasted-{len(pictures) + 1}"
        pictures[name] = {found[1]: found[2]}
        return f"attachment:{name}"

    return INLINE.sub(put, source)
