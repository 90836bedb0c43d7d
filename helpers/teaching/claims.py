"""The ledger: what is said about losses and gradients, and what measuring it showed.

`verdict` compares what a cell has just measured with the ledger (data/claims/, a file for each
notebook) and stops the page if they disagree; ledger.py shows all of it.
"""

import difflib
from dataclasses import dataclass
from functools import lru_cache

from helpers.teaching import style
from helpers.teaching.data import DATA
from helpers.teaching.html import box
from helpers.teaching.markup import rich

LEDGER = DATA / "claims"

VERDICTS = {
    "true": "True",
    "false": "False",
    "partly": "Partly true",
    "outdated": "Outdated",
}

FIELDS = ("id", "claim", "verdict", "because")  # all texts
SETTINGS = "settings"  # optional: a list of texts


class LedgerError(ValueError):
    """The ledger can't be read as it stands, or holds no such claim."""


class Contradiction(AssertionError):
    """A measurement and the ledger disagree."""


@dataclass(frozen=True)
class Claim:
    """One line of the ledger; shows itself as verdict, claim and reason."""

    id: str
    notebook: str
    claim: str
    verdict: str
    because: str
    settings: tuple = ()  # the settings that were tried, a text each

    def _repr_html_(self):
        text = (
            f'<p style="margin:0"><strong>{VERDICTS[self.verdict]}.</strong> '
            f"<em>“{rich(self.claim)}”</em> {rich(self.because)}</p>"
        )
        return box(text, line=style.GREY, attributes="data-verdict")

    def __repr__(self):
        return f"{VERDICTS[self.verdict]}. “{self.claim}” {self.because}"


def verdict(id, *, holds=None, fails=None):
    """Settle the claim `id` with what was measured, and show it.

    `holds`: whether the claim held where that was tried; `fails`: whether it failed where that was
    tried; bool (also numpy's and torch's), at least one of them. A claim that the ledger calls
    partly true needs both. Raises LedgerError for an unknown id, TypeError for anything but bools,
    Contradiction if the ledger says otherwise.
    """
    claim = find(id)
    measured = _measured(_bool("holds", holds), _bool("fails", fails))
    recorded = "false" if claim.verdict == "outdated" else claim.verdict
    if measured != recorded:
        raise Contradiction(
            f"{id}: measured {_outcome(measured)} (holds={holds}, fails={fails}), "
            f"but the ledger holds “{claim.verdict}”: {claim.claim}"
        )
    return claim


def _bool(name, value):
    if value is None:
        return None
    kind = str(getattr(value, "dtype", type(value).__name__))  # numpy's and torch's bools, too
    if not kind.endswith("bool") or getattr(value, "ndim", 0):
        raise TypeError(f"{name} must be one True or False, as measured; got {value!r}.")
    return bool(value)


def _measured(holds, fails):
    if holds is None and fails is None:
        raise TypeError("A verdict needs holds=…, fails=…, or both, as measured.")
    if holds is None:
        return "false" if fails else "true"
    if fails is None:
        return "true" if holds else "false"
    return {(True, True): "partly", (True, False): "true", (False, True): "false"}.get(
        (holds, fails), "neither"
    )


def _outcome(measured):
    return {"neither": "neither case"}.get(measured, f"“{measured}”")


def find(id):
    """The claim of this id. Raises LedgerError that names the nearest ids if there is none."""
    claims = read()
    if id not in claims:
        near = difflib.get_close_matches(id, claims, n=3, cutoff=0.4)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        raise LedgerError(f"The ledger has no claim {id!r}{hint}.")
    return claims[id]


def read(folder=LEDGER):
    """All claims by id, notebook by notebook. Raises LedgerError with the line that is wrong."""
    paths = sorted(folder.glob("*.yaml"))
    return _read(tuple((path, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=2)
def _read(paths):
    import yaml  # by the cell that needs it, not by the import cell

    claims = {}
    for path, _changed in paths:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if getattr(root, "id", None) != "sequence":
            raise LedgerError(f"{path.name}: expected a list of claims.")
        for node in root.value:
            claim = _claim(path, node)
            if claim.id in claims:
                raise _wrong(path, node, f"a second claim {claim.id!r}")
            claims[claim.id] = claim
    return claims


def _claim(path, node):
    if node.id != "mapping":
        raise _wrong(path, node, "expected a claim with " + ", ".join(FIELDS))
    fields = {key.value: value for key, value in node.value}
    for field in FIELDS:
        if field not in fields or not str(fields[field].value).strip():
            raise _wrong(path, node, f"a claim without {field!r}")
    for field, value in fields.items():
        if field not in (*FIELDS, SETTINGS):
            raise _wrong(path, value, f"an unknown field {field!r}")
        # An unquoted true is a bool to other readers of YAML.
        if field != SETTINGS and not _is_text(value):
            raise _wrong(path, value, f"{field!r} must be a text, in quotes")
    settings = fields.pop(SETTINGS, None)
    if settings is not None and not (
        settings.id == "sequence" and all(map(_is_text, settings.value))
    ):
        raise _wrong(path, settings, f"{SETTINGS!r} must be a list of texts")
    if fields["verdict"].value not in VERDICTS:
        raise _wrong(
            path,
            fields["verdict"],
            f"the verdict {fields['verdict'].value!r}, which is none of {', '.join(VERDICTS)}",
        )
    texts = {field: " ".join(fields[field].value.split()) for field in FIELDS}
    tried = tuple(" ".join(node.value.split()) for node in (settings.value if settings else ()))
    return Claim(notebook=path.stem, settings=tried, **texts)


def _is_text(node):
    return node.id == "scalar" and node.tag == "tag:yaml.org,2002:str"


def _wrong(path, node, what):
    return LedgerError(f"{path.name}, line {node.start_mark.line + 1}: {what}.")
