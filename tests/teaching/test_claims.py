"""The ledger and its verdicts."""

import itertools
import re
from textwrap import dedent

import nbformat
import numpy as np
import pytest
import torch

from helpers.collection import NOTEBOOKS
from helpers.teaching import claims, ledger, verdict
from helpers.teaching.claims import Contradiction, LedgerError
from helpers.teaching.ledger import Ledger, sections
from helpers.teaching.markup import rich
from helpers.teaching.symptoms import Symptom, symptoms

ENTRY = """
- id: {id}
  claim: "It is {verdict}."
  verdict: "{verdict}"
  because: "We tried <it>."
"""


@pytest.fixture
def example(tmp_path, monkeypatch):
    """A ledger with one claim of each verdict: example.true, example.false, …"""
    path = tmp_path / "00_example.yaml"
    path.write_text("".join(ENTRY.format(id=f"example.{v}", verdict=v) for v in claims.VERDICTS))
    real = claims.read
    monkeypatch.setattr(claims, "read", lambda: real(tmp_path))
    return path


def load(tmp_path, text):
    (tmp_path / "00_example.yaml").write_text(dedent(text))
    return claims.read(tmp_path)


AGREE = [
    ("true", {"holds": True}),
    ("true", {"holds": True, "fails": False}),
    ("true", {"fails": False}),
    ("false", {"fails": True}),
    ("false", {"holds": False}),
    ("false", {"holds": False, "fails": True}),
    ("outdated", {"fails": True}),
    ("partly", {"holds": True, "fails": True}),
]


@pytest.mark.parametrize(("word", "measured"), AGREE)
def test_agreement_shows_the_claim(example, word, measured):
    claim = verdict(f"example.{word}", **measured)
    assert claim.verdict == word
    assert claims.VERDICTS[word] in claim._repr_html_()
    assert "We tried &lt;it&gt;." in claim._repr_html_()
    assert repr(claim) == f"{claims.VERDICTS[word]}. “It is {word}.” We tried <it>."


@pytest.mark.parametrize(
    ("word", "measured", "said"),
    [
        ("true", {"holds": False}, "“false”"),
        ("true", {"holds": True, "fails": True}, "“partly”"),
        ("false", {"holds": True}, "“true”"),
        ("outdated", {"fails": False}, "“true”"),
        ("partly", {"holds": True}, "“true”"),
        ("partly", {"fails": True}, "“false”"),
        ("partly", {"holds": True, "fails": False}, "“true”"),
        ("true", {"holds": False, "fails": False}, "neither case"),
    ],
)
def test_contradiction_says_what_was_measured_and_what_is_recorded(example, word, measured, said):
    with pytest.raises(Contradiction) as stop:
        verdict(f"example.{word}", **measured)
    assert f"measured {said}" in str(stop.value)
    assert f"the ledger holds “{word}”" in str(stop.value)


@pytest.mark.parametrize("yes", [np.True_, torch.tensor(True), np.array(True)])
def test_bools_of_numpy_and_torch_count(example, yes):
    assert verdict("example.true", holds=yes)


@pytest.mark.parametrize("value", [1.0, "yes", np.array([True, True]), torch.tensor(1.0), 1])
def test_anything_but_a_bool_is_refused(example, value):
    with pytest.raises(TypeError, match="holds must be one True or False"):
        verdict("example.true", holds=value)


def test_a_verdict_needs_a_measurement(example):
    with pytest.raises(TypeError, match="needs holds=…, fails=…, or both"):
        verdict("example.true")


def test_unknown_id_names_the_nearest(example):
    with pytest.raises(LedgerError, match=r"no claim 'exampel.true'; the nearest are example.true"):
        verdict("exampel.true", holds=True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1", "expected a list of claims"),
        ("- 3", "line 1: expected a claim with id, claim"),
        (ENTRY.format(id="a.b", verdict="maybe"), "line 4: the verdict 'maybe', which is none of"),
        (ENTRY.format(id="a.b", verdict="true") * 2, "line 7: a second claim 'a.b'"),
        ("- id: a.b\n  claim: c", "line 1: a claim without 'verdict'"),
        (ENTRY.format(id="''", verdict="true"), "line 2: a claim without 'id'"),
        (ENTRY.format(id="a.b", verdict="true") + "  why: 1", "line 6: an unknown field 'why'"),
        (ENTRY.format(id="[a]", verdict="true"), "line 2: 'id' must be a text"),
        ("- {id: a.b, claim: c, verdict: true, because: d}", "'verdict' must be a text, in quotes"),
        ("- {id: a.b, claim: c, verdict: 'true', because: d, settings: e}", "must be a list of"),
    ],
)
def test_ledger_is_validated_with_line_numbers(tmp_path, text, complaint):
    with pytest.raises(LedgerError) as stop:
        load(tmp_path, text)
    assert complaint in str(stop.value)


def test_a_changed_ledger_is_read_again(example):
    assert verdict("example.true", holds=True)
    example.write_text(ENTRY.format(id="example.new", verdict="true") + " " * 40)
    assert verdict("example.new", holds=True)


def test_every_row_leads_to_the_section_that_settles_its_claim():
    shown, entries = ledger(), claims.read().values()
    page = shown._repr_html_()
    assert page.count("<tr>") == len(entries) + len(shown.symptoms) + 2
    for claim in entries:
        (id,) = set(
            re.findall(rf'href="{claim.notebook}.ipynb#cell-id=([^"]+)">{_start(claim)}', page)
        )
        cells = nbformat.read(NOTEBOOKS / f"{claim.notebook}.ipynb", as_version=4).cells
        at = next(i for i, cell in enumerate(cells) if cell.id == id)
        assert re.search("^## ", cells[at].source, re.M)
        section = list(
            itertools.takewhile(
                lambda cell: not re.search("^## ", cell.source, re.M), cells[at + 1 :]
            )
        )
        assert any(f'"{claim.id}"' in cell.source for cell in section), claim.id


def _start(claim):
    """The first letters of a claim, as a pattern."""
    return re.escape(rich(claim.claim)[:30])


def test_a_claim_whose_cell_is_not_found_leads_to_its_notebook(example):
    table = Ledger(list(claims.read().values()), {})._repr_html_()
    assert 'href="00_example.ipynb"' in table


def test_sections_are_the_cells_with_the_heading_above():
    page = {
        "cells": [
            {"id": "a", "cell_type": "markdown", "source": ["Text.\n", "\n", "## 1 · One"]},
            {
                "id": "b",
                "cell_type": "code",
                "source": ["verdict(\n", "    'x.one',\n", "fails=a)"],
            },
            {"id": "c", "cell_type": "markdown", "source": "### Below"},
            {"id": "d", "cell_type": "code", "source": 'verdict("x.two", holds=b)'},
            {"id": "e", "cell_type": "markdown", "source": "## 2 · Two"},
            {"id": "f", "cell_type": "code", "source": 'verdict("x.three", holds=c)'},
        ]
    }
    assert sections(page) == {"x.one": "a", "x.two": "a", "x.three": "e"}


PAGE = {
    "cells": [
        {
            "id": "one",
            "cell_type": "markdown",
            "source": "## 1 · One\n\n| a | b |\n|---|---|\n| c | d |",
        },
        {"id": "two", "cell_type": "markdown", "source": ["## 2 · Two"]},
        {
            "id": "end",
            "cell_type": "markdown",
            "source": [
                "## What to remember\n\n",
                "| What you see | what it means | do this |\n|---|---|---|\n",
                "| the loss is NaN | a log of 0 | `F.cross_entropy(scores, y)` |\n",
                "| \\|t\\| is small | [why](x.ipynb) (section 2) | nothing |\n",
                "| t is large | a reason (sections 1 and 2; a third is another case) | - |\n",
            ],
        },
    ]
}


def test_symptoms_are_the_lines_of_a_page_s_last_table():
    assert symptoms("09_x", PAGE) == [
        Symptom("09_x", "the loss is NaN", "a log of 0", "`F.cross_entropy(scores, y)`", "end"),
        Symptom("09_x", "|t| is small", "why (section 2)", "nothing", "two"),
        Symptom(
            "09_x",
            "t is large",
            "a reason (sections 1 and 2; a third is another case)",
            "-",
            "one",
        ),
    ]


def test_every_symptom_leads_to_a_section_and_not_back_to_the_table():
    assert [s for s in ledger().symptoms if s.cell == "remember"] == []


def test_every_symptom_leads_to_a_cell_of_its_page():
    seen = ledger().symptoms
    assert any("NaN" in symptom.sees for symptom in seen)
    page = ledger()._repr_html_()
    for symptom in seen:
        notebook = nbformat.read(NOTEBOOKS / f"{symptom.notebook}.ipynb", as_version=4)
        assert symptom.cell in {cell.id for cell in notebook.cells}
        assert f'href="{symptom.notebook}.ipynb#cell-id={symptom.cell}"' in page
        assert symptom.sees and symptom.means and symptom.do
