"""The start page's links, and its ledger, which is searched without a kernel."""

import copy
import re

import pytest
from nbformat.v4 import new_output
from topics import TOPICS

from helpers.teaching import ledger

START = TOPICS[0]
SMALL = {"width": 1280, "height": 700}


@pytest.fixture
def table(lab):
    """The ledger on a bare page: its box."""
    tab = lab.browser.new_page()
    tab.set_content(ledger()._repr_html_())
    yield tab.locator("[data-ledger]")
    tab.close()


@pytest.fixture
def page(lab):
    """The start page in JupyterLab, with today's ledger stored on it and no cell run."""
    notebook = copy.deepcopy(START.notebook)
    (cell,) = (cell for cell in notebook.cells if cell.id == "ledger")
    data = {"text/html": ledger()._repr_html_(), "text/plain": "The ledger"}
    cell.outputs = [new_output("execute_result", data, execution_count=1)]
    with lab.open(lab.write(START.path.name, notebook), viewport=SMALL) as page:
        yield page


def rows(table):
    return table.locator("tbody tr:visible").all_inner_texts()


def test_words_leave_the_claims_about_them(table):
    everything = rows(table)
    table.get_by_label("What do you see?").fill("my loss is NaN")
    found = rows(table)
    assert 0 < len(found) < len(everything) / 4
    assert all("nan" in row.lower() and "loss" in row.lower() for row in found)
    assert table.get_by_role("status").inner_text() == f"{len(found)} of {len(everything)} lines."
    table.get_by_label("What do you see?").fill("")
    assert rows(table) == everything


def test_a_word_is_found_in_another_form_and_0_as_zero(table):
    field = table.get_by_label("What do you see?")
    field.fill("clips")
    assert rows(table) and all("clip" in row.lower() for row in rows(table))
    field.fill("predictions shrink zero")
    assert any("predictions shrink to 0" in row for row in rows(table))


def test_the_first_word_of_each_cell_is_found_and_what_does_not_go_down_stands_still(table):
    field = table.get_by_label("What do you see?")
    field.fill("overfitting")  # stands first in its cell
    assert any("loss on new ones rising" in row for row in rows(table))
    field.fill("loss does not go down")
    assert any("a loss that stands still" in row for row in rows(table))


def test_of_words_that_no_line_has_together_the_rare_one_counts(table):
    table.get_by_label("What do you see?").fill("negative loss")
    found = rows(table)
    assert any("a negative cross-entropy" in row for row in found)
    assert len(found) < 15 and all("negativ" in row.lower() for row in found)


def test_words_that_no_claim_has_together_are_said_so(table):
    field, status = table.get_by_label("What do you see?"), table.get_by_role("status")
    field.fill("nan dropout xyzzy")
    assert status.inner_text().startswith("No line has all of these words.") and rows(table)
    field.fill("xyzzy")
    assert status.inner_text() == "No line has any of these words." and not rows(table)
    assert table.locator("table:visible").count() == 0  # not even the heads


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("loss is NaN after one step", "the loss"),
        ("MAPE prefers low predictions", "the model with the best MAPE forecasts too low"),
        ("gradient is None", ".grad is None"),
        ("the gradient is NaN where torch.where picks the other branch", "a torch.where"),
        ("cross entropy is negative", "a negative cross-entropy"),
        ("validation is worse than training with batch norm", "eval is worse than train"),
        ("model.eval() is far worse", "eval is far worse on the same images"),
        ("RuntimeError: Expected more than 1 value per channel when training", "Expected more"),
        ("optimizer.step() with grad", "an optimiser is to use gradients"),
    ],
)
def test_a_sentence_as_people_write_it_has_its_symptom_among_the_first(table, typed, first):
    table.get_by_label("What do you see?").fill(typed)
    found = rows(table)
    assert any(first in row for row in found[:2]), found[:4]
    assert len(found) <= 12


def test_where_few_lines_have_all_words_those_with_most_follow(table):
    field, status = table.get_by_label("What do you see?"), table.get_by_role("status")
    field.fill("loss is NaN after one step")
    found = rows(table)
    assert any(row.startswith("the loss is NaN") for row in found)
    counts = re.fullmatch(
        r"(\d+) lines have all of these words. (\d+) lines have some of them.", status.inner_text()
    )
    assert sum(map(int, counts.groups())) == len(found)


def test_of_lines_that_say_the_same_words_the_shorter_comes_first(table):
    table.get_by_label("What do you see?").fill("loss NaN")
    assert rows(table)[0].startswith("the loss is NaN")


def test_the_field_is_used_by_keyboard_and_leaves_shortcuts_alone(page):
    page.do("() => lab.panel().content.scrollToCell(lab.cell('ledger'))")
    field = page.tab.get_by_label("What do you see?")
    field.focus()
    page.tab.keyboard.type("dropout bias")
    assert field.input_value() == "dropout bias"
    collapsed = page.do("() => jupyterapp.shell.leftCollapsed")
    page.tab.keyboard.press("Control+b")
    page.wait("(before) => jupyterapp.shell.leftCollapsed !== before", collapsed)


SHOWN = """(id) => {
  const cell = lab.cells().find((cell) => cell.model.id === id);
  if (!cell?.isAttached) return false;
  const {top, bottom} = cell.node.getBoundingClientRect();
  return top < innerHeight && bottom > 0;
}"""


def test_each_internal_link_of_the_start_page_shows_the_cell_that_it_names(page):
    links = [
        link
        for cell in START.notebook.cells
        if cell.cell_type == "markdown"
        for link in re.findall(r"\[([^]]+)\]\(\S+#cell-id=(\S+)\)", cell.source)
    ]
    assert links
    for text, id in links:
        page.do("() => lab.panel().content.scrollToItem(0)")
        page.wait(f"(id) => !({SHOWN})(id)", id)
        page.tab.get_by_role("link", name=text, exact=True).click()
        page.wait(SHOWN, id)


def test_a_row_of_the_ledger_opens_its_notebook_at_the_section(lab, page):
    other, entry = TOPICS[2], ledger()
    claim = [claim for claim in entry.entries if claim.notebook == other.stem][-1]
    lab.write(other.path.name, other.notebook)
    row = page.tab.locator("[data-ledger] tbody tr", has_text=claim.claim)
    page.do("() => lab.panel().content.scrollToCell(lab.cell('ledger'))")
    row.get_by_role("link").click()
    page.wait("(name) => lab.panel()?.context?.path === name && lab.ready()", other.path.name)
    page.wait(SHOWN, entry.cells[claim.id])
