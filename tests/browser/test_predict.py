"""Predictions in the browser: by keyboard, beside JupyterLab's shortcuts, and without trust."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.teaching.predict import number, question
from helpers.upkeep.refresh import METADATA

CHOICE = question(
    "Which one?",
    {"the first": "It is too small.", "the second": "It fits.", "the third": "It is too large."},
    right="the second",
)
NUMBER = number("What is 3 × 4?", answer=12, tolerance=0.5, because="Three fours.")
SHARE = number("Which share?", answer=70, tolerance=2, because="Most of it.", unit="%")


@pytest.fixture(scope="module")
def notebook():
    """A page that stores a prediction of each kind."""
    cells = [new_markdown_cell("# A page", id="title")]
    for id, prediction in (("choice", CHOICE), ("number", NUMBER)):
        data = {"text/html": prediction._repr_html_(), "text/plain": repr(prediction)}
        stored = new_output("execute_result", data, execution_count=1)
        cells += [
            new_code_cell("1 + 1", id=id, outputs=[stored], execution_count=1),
            new_markdown_cell("Below.", id=f"below-{id}"),
        ]
    notebook = new_notebook(metadata=METADATA, cells=cells)
    nbformat.validate(notebook)
    return notebook


@pytest.fixture
def page(lab, notebook):
    """The page in JupyterLab, fresh for each test: a choice can't be taken back."""
    with lab.open(lab.write("predictions.ipynb", notebook)) as page:
        yield page


@pytest.fixture
def sheet(lab):
    """Predictions on a bare page of their own: a function from a prediction to its box."""
    tab = lab.browser.new_page()

    def show(prediction):
        tab.set_content(prediction._repr_html_())
        return tab.locator("[data-predict]")

    yield show
    tab.close()


def choose(box, option):
    summary = box.locator("summary", has_text=option)
    summary.focus()
    summary.press("Enter")
    return summary.locator("..").locator("p")


class TestChoice:
    def test_the_first_choice_is_kept_and_only_it_is_praised(self, sheet):
        box = sheet(CHOICE)
        wrong = choose(box, "the first")
        assert wrong.inner_text() == "✗ No. The answer is “the second”. It is too small."
        assert choose(box, "the second").inner_text() == "This is the answer. It fits."
        assert choose(box, "the third").inner_text() == "This is not the answer. It is too large."
        assert choose(box, "the first").inner_text() == wrong.inner_text()
        assert box.locator("summary").all_inner_texts() == [
            "the first (your choice)",
            "the second",
            "the third",
        ]
        assert box.locator("details[open]").count() == 1

    def test_a_right_first_choice_stays_right(self, sheet):
        box = sheet(CHOICE)
        choose(box, "the second")
        choose(box, "the third")
        assert choose(box, "the second").inner_text() == "✓ Yes. It fits."

    def test_each_reply_is_read_out(self, sheet):
        box = sheet(CHOICE)
        status = box.get_by_role("status")
        assert status.text_content() == ""
        choose(box, "the third")
        assert status.text_content() == "No. The answer is “the second”. It is too large."
        choose(box, "the third")  # closes it again
        assert status.text_content() == ""


NUMBERS = {
    "12": 12,
    " 12.40 ": 12.4,
    "0,935": 0.935,
    "4,33": 4.33,
    "93.5%": 0.935,
    "93,5 %": 0.935,
    "93.5 per cent": 0.935,
    "784*128": 100352,
    "784 · 128": 100352,
    "784x128": 100352,
    "3/4": 0.75,
    "100 352": 100352,
    "1,234,567": 1234567,
    "1.000.000": 1000000,
    "1.234,5": 1234.5,
    "1,234.5": 1234.5,
    "10^-8": 1e-8,
    "10⁻⁸": 1e-8,
    "2**10": 1024,
    "1.2·10^-3": 0.0012,
    "1e5": 100000,
    "−0.5": -0.5,
    "-2^2": -4,
    ".5": 0.5,
}
REFUSED = [
    "",
    "  ",
    "abc",
    "half",
    "1 2",
    "1..2",
    "12,34,5",
    "1-0.05",
    "5e",
    "1/0",
    "1e400",
    "0x10",
]


@pytest.fixture(scope="module")
def field(lab):
    """A field that tells how it understands a text."""
    tab = lab.browser.new_page()
    tab.set_content(NUMBER._repr_html_())
    yield tab.get_by_label("Your number")
    tab.close()


class TestNumber:
    @pytest.mark.parametrize(("typed", "value"), NUMBERS.items())
    def test_a_number_is_shown_as_it_was_understood_before_it_is_judged(self, field, typed, value):
        field.fill(typed)
        echo = field.page.get_by_text("Your number is read as").inner_text()
        shown = echo.removeprefix("Your number is read as ").removesuffix(".")
        assert float(shown.replace("−", "-")) == value
        assert field.page.get_by_role("status").inner_text() == ""

    @pytest.mark.parametrize("typed", REFUSED)
    def test_what_is_no_number_is_refused_with_a_sentence(self, field, typed):
        field.fill(typed)
        field.press("Enter")
        status = field.page.get_by_role("status").inner_text()
        assert status.startswith("This is not read as a number" if typed.strip() else "Type a")
        assert field.is_editable()

    def test_what_may_be_two_numbers_is_asked_back(self, field):
        field.fill("100,352")
        field.press("Enter")
        status = field.page.get_by_role("status").inner_text()
        assert status == "“100,352” may mean 100352 or 100.352. Write 100352 or 100.352."

    def test_the_unit_may_be_typed_as_well(self, sheet):
        box = sheet(SHARE)
        for typed in ("70", "70%", "70 %"):
            box.get_by_label("Your number").fill(typed)
            assert box.get_by_text("Your number is read as 70 %.").is_visible()

    def test_the_first_number_is_judged_and_kept(self, sheet):
        for typed, words in [
            ("12,4", "Your number: 12.4. ✓ Yes. Three fours."),
            ("4*4", "Your number: 16. ✗ No. The answer is 12. Three fours."),
        ]:
            box = sheet(NUMBER)
            field = box.get_by_label("Your number")
            field.fill(typed)
            box.get_by_role("button").press("Enter")
            assert box.get_by_role("status").inner_text() == words
            assert not field.is_editable() and not box.get_by_role("button").is_visible()

    def test_a_reader_without_a_number_can_open_the_answer(self, sheet):
        assert (
            choose(sheet(NUMBER), "show the answer").inner_text()
            == "The answer is 12. Three fours."
        )


class TestShortcuts:
    """The keys that a control does not use itself are JupyterLab's."""

    @pytest.fixture(params=["choice", "field", "button"])
    def focused(self, page, request):
        """The page, with the focus on each kind of control."""
        controls = {
            "choice": page.tab.locator("[data-predict] summary").first,
            "field": page.tab.get_by_label("Your number"),
            "button": page.tab.get_by_role("button", name="That is my prediction"),
        }
        controls[request.param].focus()
        return page

    def test_the_side_bar_can_be_opened(self, focused):
        collapsed = focused.do("() => jupyterapp.shell.leftCollapsed")
        focused.tab.keyboard.press("Control+b")
        focused.wait("(before) => jupyterapp.shell.leftCollapsed !== before", collapsed)

    def test_the_page_can_be_saved(self, focused):
        focused.do("() => { lab.panel().context.model.dirty = true; }")
        focused.tab.keyboard.press("Control+s")
        focused.wait("() => !lab.panel().context.model.dirty")

    def test_the_cell_can_be_run(self, focused):
        focused.tab.keyboard.press("Shift+Enter")
        focused.wait(
            "() => lab.cells().some((cell) => cell.model.executionCount > 1 || "
            "cell.outputArea?.model.toJSON()[0]?.data['text/plain'] === '2')"
        )

    def test_escape_gives_the_focus_back_to_the_page(self, focused):
        focused.tab.keyboard.press("Escape")
        count = len(focused.cells())
        focused.tab.keyboard.press("b")  # inserts a cell below: a shortcut of the command mode
        focused.wait("(count) => lab.cells().length === count + 1", count)


def test_typing_into_the_field_is_no_shortcut(page):
    count = len(page.cells())
    field = page.tab.get_by_label("Your number")
    field.focus()
    page.tab.keyboard.type("dd00ab")
    page.tab.keyboard.press("Control+a")
    page.tab.keyboard.type("12")
    assert field.input_value() == "12" and len(page.cells()) == count


def test_without_trust_every_reply_still_opens_by_keyboard(lab, notebook):
    foreign = copy.deepcopy(notebook)
    foreign.cells[0].source = "# Another page"  # with the same cells it would be trusted, too
    path = lab.write("foreign_predictions.ipynb", foreign, trusted=False)
    with lab.open(path) as page:
        assert page.tab.locator("[data-predict] :is(input, button, [role=status])").count() == 0
        for option, words in [
            ("the first", "✗ No. The answer is “the second”. It is too small."),
            ("the second", "✓ Yes. It fits."),
            ("show the answer", "The answer is 12. Three fours."),
        ]:
            assert choose(page.tab, option).inner_text() == words
