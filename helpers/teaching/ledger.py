"""The ledger as tables: symptoms and claims, where they are settled, and a field to search them."""

import json
import re
from collections.abc import Callable

from helpers.collection import collection
from helpers.teaching import claims
from helpers.teaching.html import script, table
from helpers.teaching.markup import rich
from helpers.teaching.symptoms import symptoms


class Ledger:
    """All symptoms and claims as two tables with a field to search both; each row leads to its page.

    `cells`: claim's id → id of the cell that begins the section; a link to `cell-id=…` is followed
    by JupyterLab and by pages that nbconvert makes. `symptoms`: of the pages' last tables.
    """

    def __init__(self, entries, cells, symptoms=()):
        self.entries, self.cells, self.symptoms = entries, cells, symptoms

    def claims_table(self, address: Callable, where: str = "Notebook") -> str:
        """The claims as a table. `address`: claim → where its link leads; `where`: the last head."""
        rows = (
            (
                claims.VERDICTS[claim.verdict],
                f'<a href="{address(claim)}">{rich(claim.claim)}</a>',
                rich(claim.because),
                claim.notebook[:2],
            )
            for claim in self.entries
        )
        return table(("Verdict", "Claim", "Because", where), rows, "Claims: what people say")

    def symptoms_table(self, address: Callable, where: str = "Notebook") -> str:
        """The symptoms as a table. `address`: symptom → where its link leads."""
        rows = (
            (
                f'<a href="{address(s)}">{rich(s.sees)}</a>',
                rich(s.means),
                rich(s.do),
                s.notebook[:2],
            )
            for s in self.symptoms
        )
        return table(("What you see", "What it means", "Do this", where), rows, "Symptoms")

    def _repr_html_(self):
        shown = self.symptoms_table(lambda s: f"{s.notebook}.ipynb#cell-id={s.cell}")
        shown += self.claims_table(self._address)
        return f"<div data-ledger>{shown}{script('keys.js', 'words.js', 'ledger.js')}</div>"

    def _address(self, claim):
        cell = self.cells.get(claim.id)
        return f"{claim.notebook}.ipynb" + (f"#cell-id={cell}" if cell else "")

    def __repr__(self):
        seen = [f"{s.notebook[:2]}  {s.sees}: {s.means}" for s in self.symptoms]
        return "\n".join(seen + [f"{claim.notebook[:2]}  {claim!r}" for claim in self.entries])


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
    cells, seen = {}, []
    for path in collection():
        page = json.loads(path.read_text(encoding="utf-8"))
        cells |= sections(page)
        seen += symptoms(path.stem, page)
    return Ledger(list(claims.read().values()), cells, seen)
