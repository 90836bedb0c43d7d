"""What the pages say of symptoms: the table at the end of each one, for the ledger to be searched."""

import re
from dataclasses import dataclass

HEAD = "what you see"


@dataclass(frozen=True)
class Symptom:
    """One line of a page's last table: what one sees, what it means, what to do; texts.

    `notebook`: its stem; `cell`: the id of the cell to open, the section that a line names in
    brackets, “(section 3)” or “(sections 3, 4)”, or else the table's own.
    """

    notebook: str
    sees: str
    means: str
    do: str
    cell: str


def symptoms(stem: str, page: dict) -> list[Symptom]:
    """The lines of the tables whose first column is “what you see”. `page`: a notebook's JSON."""
    cells = [
        (cell["id"], "".join(cell["source"]))
        for cell in page["cells"]
        if cell["cell_type"] == "markdown"
    ]
    numbered = {
        found[1]: id for id, text in cells for found in re.finditer(r"^## (\d+) ·", text, re.M)
    }
    lines = []
    for id, text in cells:
        rows = [_columns(line) for line in text.splitlines() if line.startswith("|")]
        if not rows or rows[0][0].lower() != HEAD:
            continue
        for row in rows[2:]:  # a line of dashes follows the head
            section = re.search(r"\(sections? (\d+)\b", " ".join(row))
            cell = numbered.get(section[1], id) if section else id
            lines.append(Symptom(stem, *row[:3], cell))
    return lines


def _columns(line):
    """The texts between the bars of a line in Markdown; `\\|` is no bar, a link is its text."""
    parts = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    plain = (re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", part) for part in parts)
    return [part.replace("\\|", "|").strip() for part in plain]
