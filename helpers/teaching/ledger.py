"""The ledger as a table: every claim, where it is settled, and a field to search by words."""

import json
import re

from helpers.collection import collection
from helpers.teaching import claims
from helpers.teaching.html import script, table
from helpers.teaching.markup import rich


class Ledger:
    """All claims as a table with a field to search it; each row leads to the section of its claim.

    `cells`: claim's id → id of the cell that begins the section; a link to `cell-id=…` is followed
    by JupyterLab and by pages that nbconvert makes.
    """

    def __init__(self, entries, cells):
        self.entries, self.cells = entries, cells

    def _repr_html_(self):
        rows = (
            (
                claims.VERDICTS[claim.verdict],
                f'<a href="{self._address(claim)}">{rich(claim.claim)}</a>',
                rich(claim.because),
                claim.notebook[:2],
            )
            for claim in self.entries
        )
        shown = table(("Verdict", "Claim", "Because", "Notebook"), rows)
        return f"<div data-ledger>{shown}{script('keys.js', 'ledger.js')}</div>"

    def _address(self, claim):
        cell = self.cells.get(claim.id)
        return f"{claim.notebook}.ipynb" + (f"#cell-id={cell}" if cell else "")

    def __repr__(self):
        return "\n".join(f"{claim.notebook[:2]}  {claim!r}" for claim in self.entries)


def sections(page: dict) -> dict:
    """Claim's id → id of the cell with the heading above its verdict. `page`: a notebook's JSON."""
    found, section = {}, None
    for cell in page["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and re.search(r"^## ", source, re.M):
            section = cell["id"]
        elif cell["cell_type"] == "code" and section:
            found |= dict.fromkeys(re.findall(r"""\bverdict\(\s*["']([^"']+)""", source), section)
    return found


def ledger() -> Ledger:
    """The whole ledger, ready to be shown."""
    cells = {}
    for path in collection():
        cells |= sections(json.loads(path.read_text(encoding="utf-8")))
    return Ledger(list(claims.read().values()), cells)
