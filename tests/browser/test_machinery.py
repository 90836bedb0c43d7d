"""What can go wrong around a live figure, on a page of its own: kernels that die or are busy, pages
that are saved, opened again, not trusted, scrolled, shown twice."""

import copy
import os

import nbformat
import pytest
from browser.lab import WINDOW
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.start_here.figures import StepOfDerivative
from helpers.teaching.widget import Live
from helpers.upkeep.refresh import METADATA, WIDGET_VIEW

IMPORTS = """\
import time
from helpers.start_here.figures import StepOfDerivative
from helpers.teaching import live
from helpers.teaching.figure import Choice, figure
"""

MODE = """(mode) => {
  const notebook = lab.panel().content;
  notebook.notebookConfig = {...notebook.notebookConfig, windowingMode: mode};
}"""

# JupyterLab may undo one scrolling while it measures cells that come into sight: until it is done.
SCROLL_AWAY = """() => {
  const pages = document.querySelector(".jp-WindowedPanel-outer");
  pages.scrollTop = pages.scrollHeight;
  const field = document.querySelector("[data-live] input");
  return !field?.checkVisibility() || field.getBoundingClientRect().bottom < 0;
}"""

FRAGILE = '''\
@figure(size=Choice("size", ["small", "large", "none"], default="small"))
class Fragile:
    """A bar that can't be drawn at one setting."""

    def draw(self, canvas):
        axes = canvas.subplots()
        (self.line,) = axes.plot([0, 1], [0, 0])

    def update(self, now):
        self.line.set_ydata([0, {"small": 1, "large": 2}[now.size]])

    def describe(self, now):
        return f"A {now.size} bar."


live(Fragile)
'''

# Opens a pipe, which waits for who writes, and keeps Python's lock: nothing else can run.
# The kernel says that it begins, then opens a pipe and keeps Python's lock: nothing of it answers.
BUSY = "import ctypes; open({0!r} + '.begun', 'w'); ctypes.PyDLL(None).open({0!r}.encode(), 0)"
WAITING = """\
from pathlib import Path
while not Path({!r}).exists():
    time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def notebook():
    """A page with a stored live figure, and one with a fault."""
    data, metadata = Live(StepOfDerivative)._repr_mimebundle_()
    data.pop(WIDGET_VIEW)
    stored = new_output("execute_result", data, metadata=metadata, execution_count=2)
    notebook = new_notebook(
        metadata=METADATA,
        cells=[
            new_markdown_cell("# A page", id="title"),
            new_code_cell(IMPORTS, id="imports"),
            new_code_cell("live(StepOfDerivative)", id="figure", outputs=[stored]),
            new_markdown_cell("Below the figure.", id="below"),
            new_code_cell(FRAGILE, id="fragile"),
            new_code_cell("", id="scratch"),
        ],
    )
    nbformat.validate(notebook)
    return notebook


@pytest.fixture(scope="module")
def shared(lab, notebook):
    """One page for all tests here that leave it as they found it."""
    with lab.open(lab.write("machinery.ipynb", notebook)) as page:
        yield page


@pytest.fixture
def page(shared):
    """The page, its kernel alive; fails a test that leaves errors on the console."""
    shared.run_all()
    shared.live(StepOfDerivative).wait()
    shared.messages.clear()
    yield shared
    assert shared.messages == []


@pytest.fixture
def view(page):
    """The page's live figure."""
    return page.live(StepOfDerivative)


def press(view, *keys, control="h"):
    """Press keys on a control."""
    view.field(control).focus()
    for key in keys:
        view.page.tab.keyboard.press(key)


def slide(view, *keys):
    """Press keys one by one and wait for each frame. Returns the values passed through."""
    passed = []
    for key in keys:
        press(view, key)
        passed.append(view.values())
        view.wait(**passed[-1])
    return passed


def expect_note(view, text):
    """A note that begins with `text` stands in place of the picture."""
    view.page.wait(
        """([status, text]) => status.innerText.startsWith(text) && status.checkVisibility()""",
        [view.status.element_handle(), text],
    )
    assert view.image.evaluate("(image) => getComputedStyle(image).visibility") == "hidden"
    status, image = view.status.bounding_box(), view.image.bounding_box()
    assert all(status[side] == pytest.approx(image[side], abs=1) for side in status)


def expect_known(view, passed):
    """The frames passed through before are still shown, the newest first."""
    for values in reversed(passed):
        press(view, "ArrowLeft")
        assert view.values() == values
        view.wait(**values)
        assert view.frame() == view.figure.render(**values)


class TestKernel:
    def test_dies_while_sliding(self, page, view):
        passed = slide(view, *["ArrowRight"] * 3)
        slide(view, "ArrowRight")
        page.kernel("import os; os._exit(1)")
        press(view, "Home")
        expect_note(view, "The kernel that drew this picture is gone.")
        dialog = page.tab.locator(".jp-Dialog")
        dialog.wait_for()  # JupyterLab's own: the kernel will restart
        dialog.get_by_role("button", name="Ok").click()
        press(view, "End")
        expect_known(view, passed)
        page.wait("() => lab.kernel()?.status === 'idle'")
        page.run_all()
        slide(page.live(StepOfDerivative), "Home")

    def test_is_restarted(self, page, view):
        passed = slide(view, *["ArrowRight"] * 3)
        slide(view, "ArrowRight")
        page.restart()
        press(view, "Home")
        expect_note(view, "The kernel that drew this picture is gone.")
        press(view, "End")
        expect_known(view, passed)
        page.run_all()
        slide(page.live(StepOfDerivative), "Home")

    def test_is_blocked_by_a_cell_and_goes_on_by_itself(self, page, view, tmp_path):
        passed = slide(view, *["ArrowRight"] * 3)
        slide(view, "ArrowRight")
        pipe = str(tmp_path / "pipe")
        os.mkfifo(pipe)
        page.kernel(BUSY.format(pipe))
        try:
            while not os.path.exists(f"{pipe}.begun"):
                page.tab.wait_for_timeout(50)
            press(view, "Home")
            expect_note(view, "The kernel has not answered yet")
            press(view, "End")
            expect_known(view, passed)
            press(view, "Home")
        finally:
            os.close(os.open(pipe, os.O_WRONLY))  # the cell ends
        view.wait(**view.values())
        assert view.frame() == view.figure.render(**view.values())

    def test_answers_while_a_cell_sleeps(self, page, view, tmp_path):
        slide(view, "ArrowRight")
        signal = tmp_path / "go on"
        page.type("scratch", WAITING.format(str(signal)), run=False)
        page.tab.keyboard.press("Control+Enter")
        page.wait("() => lab.cell('scratch').model.executionState === 'running'")
        slide(view, "Home", "ArrowRight")
        assert page.do("() => lab.cell('scratch').model.executionState") == "running"
        signal.touch()
        page.wait("() => lab.cell('scratch').model.executionState === 'idle'")

    def test_a_setting_that_fails_is_said_in_place_of_the_picture(self, page):
        box = page.tab.locator("[data-live]").nth(1)
        note, image = box.locator("[role=status]"), box.locator("img")
        choice = box.locator("select")
        choice.select_option("none")
        page.wait("(note) => note.checkVisibility()", note.element_handle())
        assert note.inner_text() == ("This picture can't be drawn at size = none: KeyError: 'none'")
        choice.select_option("large")
        page.wait("(image) => image.alt === 'A large bar.'", image.element_handle())
        assert not note.is_visible() and image.is_visible()


# Each script waits two seconds before it runs: the page is slow to show a widget.
SLOW_SCRIPTS = """
const made = URL.createObjectURL;
URL.createObjectURL = (blob) => made.call(URL, blob.type !== "text/javascript" ? blob : new Blob(
  ["await new Promise((done) => setTimeout(done, 2000));\\n", blob], { type: blob.type }));
"""


class TestHeight:
    @pytest.mark.parametrize("script", ["", SLOW_SCRIPTS], ids=["fast", "slow"])
    def test_a_cell_keeps_it_when_the_widget_replaces_the_stored_picture(
        self, lab, notebook, script
    ):
        with lab.open(lab.write("steady.ipynb", notebook), script=script) as page:
            page.rerun("imports")
            page.record_heights("figure")
            page.rerun("figure")
            self.live_at(page)
            heights = page.recorded_heights()
            assert max(heights) - min(heights) <= 2, heights
            # Another output needs no more place than it has.
            page.type("figure", "print('small')")
            page.wait("() => lab.cell('figure').node.getBoundingClientRect().height < 100")

    def test_a_cell_keeps_it_when_it_is_run_twice_at_once(self, lab, notebook):
        with lab.open(lab.write("steady.ipynb", notebook)) as page:
            page.rerun("imports")
            page.record_heights("figure")
            page.rerun("figure")
            page.kernel("time.sleep(2)")  # so long the cell is without an output
            page.rerun("figure")
            self.live_at(page)
            heights = page.recorded_heights()
            assert max(heights) - min(heights) <= 2, heights

    def live_at(self, page):
        page.live(StepOfDerivative).wait()
        page.wait("() => document.querySelector('[data-live] input:enabled')")


class TestKeys:
    """With the focus on a control JupyterLab's shortcuts work, but for the control's own keys."""

    @pytest.fixture(params=["h", "scheme"])
    def control(self, request, page, view):
        press(view, "Home", control=request.param)
        yield request.param
        page.do("() => { lab.panel().content.mode = 'command'; }")

    def test_own_keys_move_the_control_and_no_cell(self, page, view, control):
        before = page.do("() => lab.panel().content.activeCellIndex")
        for key, index in [("ArrowDown", None), ("End", -1), ("Home", 0), ("PageDown", None)]:
            press(view, key, control=control)
            place = view.figure.controls[control].index(view.values()[control])
            count = len(view.figure.controls[control].values())
            assert index is None or place == index % count
        assert page.do("() => lab.panel().content.activeCellIndex") == before
        assert view.field(control).evaluate("(field) => field === document.activeElement")

    def test_shortcuts_are_jupyterlabs(self, page, view, control):
        page.do(
            """() => {
              lab.saved = 0;
              lab.panel().context.saveState.connect((_, state) => {
                lab.saved += state === "completed";
              });
            }"""
        )
        press(view, "Control+S", control=control)
        page.wait("() => lab.saved")
        left = "() => jupyterapp.shell.leftCollapsed"
        before = page.do(left)
        for collapsed in (not before, before):
            press(view, "Control+B", control=control)
            page.wait(f"(collapsed) => ({left})() === collapsed", collapsed)
        press(view, "Escape", control=control)
        page.wait("() => document.activeElement === lab.cell('figure').node")
        count = "() => lab.cell('figure').model.executionCount"
        before = page.do(count)
        press(view, "Shift+Enter", control=control)
        page.wait(f"(before) => ({count})() !== before", before)
        page.wait("() => lab.cell('figure').model.executionState === 'idle'")


class TestNarrow:
    @pytest.mark.parametrize("width", [400, 320])  # 1280 at 320 and 400 % zoom
    def test_controls_are_whole(self, page, view, width):
        try:
            page.tab.set_viewport_size(WINDOW | {"width": width})
            page.wait(
                "([card, width]) => card.offsetWidth < width", [view.box.element_handle(), width]
            )
            cut = view.box.evaluate(
                """(card) => [...card.querySelectorAll("label > *")].filter((part) => {
                  const [box, frame] = [part, card].map((it) => it.getBoundingClientRect());
                  return box.right > frame.right || box.left < frame.left || box.width < 40 ||
                         part.scrollWidth > part.clientWidth + 1 && part.tagName !== "SELECT";
                }).map((part) => part.outerHTML)"""
            )
            assert cut == []
        finally:
            page.tab.set_viewport_size(WINDOW)


def test_run_by_shift_and_enter_it_stays_in_sight(lab, notebook):
    """JupyterLab goes to the next cell, and would scroll the picture away."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source += "\n\nA long text." * 30
    whole = """(card) => {
      const [box, frame] = [card, lab.panel().content.viewportNode ?? lab.panel().content.node]
        .map((it) => it.getBoundingClientRect());
      return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    }"""
    path = lab.write("scrolled.ipynb", notebook)
    with lab.open(path, viewport={"width": 1280, "height": 720}) as page:
        page.rerun("imports")
        for _ in range(2):  # the stored picture gives way to the widget, and that to another
            page.rerun("figure")
            view = page.live(StepOfDerivative)
            view.wait()
            page.tab.wait_for_timeout(1000)  # JupyterLab may still be scrolling
            assert page.do("() => lab.panel().content.activeCell.model.id") == "below"
            assert view.box.evaluate(whole)
        slide(view, "Home")


class TestStored:
    def test_it_says_how_to_wake_it_until_a_kernel_lives(self, lab, notebook):
        with lab.open(lab.write("asleep.ipynb", notebook)) as page:
            words = page.tab.locator("[data-wake]").first
            assert words.is_visible() and "run the import cell" in words.inner_text()
            page.run_all()
            slide(page.live(StepOfDerivative), "Home")
            assert not words.is_visible()

    def test_saved_by_another_server_it_shows_its_picture(self, lab, notebook):
        notebook = copy.deepcopy(notebook)
        output = next(cell for cell in notebook.cells if cell.id == "figure").outputs[0]
        output.data[WIDGET_VIEW] = {"model_id": "0", "version_major": 2, "version_minor": 0}
        with lab.open(lab.write("elsewhere.ipynb", notebook)) as page:
            page.live(StepOfDerivative).wait()
            assert "Error" not in page.tab.locator(".jp-Notebook").inner_text()

    def test_saved_and_opened_without_that_kernel(self, lab, notebook):
        path = lab.write("saved.ipynb", notebook)
        with lab.open(path) as page:
            page.run_all()
            slide(page.live(StepOfDerivative), "End")
            page.save()
            page.shut_down()
            page.load()
            assert WIDGET_VIEW not in path.read_text(encoding="utf-8")
            view = page.live(StepOfDerivative)
            view.wait()
            assert view.frame() == StepOfDerivative.render()
            assert "Error" not in page.tab.locator(".jp-Notebook").inner_text()
            page.run_all()
            slide(page.live(StepOfDerivative), "Home")
            assert page.messages == []

    def test_opened_again_while_its_kernel_runs(self, lab, notebook):
        with lab.open(lab.write("again.ipynb", notebook)) as page:
            page.run_all()
            page.save()
            page.load()
            page.live(StepOfDerivative).wait()
            page.run_all()
            slide(page.live(StepOfDerivative), "Home")
            assert page.messages == []

    def test_not_trusted_it_says_in_words_what_the_picture_shows(self, lab, notebook):
        path = lab.write("foreign.ipynb", notebook, trusted=False)
        with lab.open(path) as page:
            output = page.outputs("figure")
            image = output.query_selector("img")
            assert image.get_attribute("alt") == StepOfDerivative.describe()
            assert image.is_visible()
            assert "Error" not in output.inner_text()
            assert page.messages == []
            page.run_all()
            slide(page.live(StepOfDerivative), "Home")


class TestViews:
    def test_a_second_view_of_the_output_follows_the_first(self, page, view):
        page.do(
            """() => {
              lab.panel().content.activeCellIndex = 2;
              return jupyterapp.commands.execute("notebook:create-output-view");
            }"""
        )
        page.wait("() => document.querySelectorAll('.jp-LinkedOutputView [data-live]').length")
        first, second = (page.live(StepOfDerivative, nth) for nth in range(2))
        for moved, key in [(first, "Home"), (second, "ArrowRight"), (first, "End")]:
            press(moved, key)
            values = moved.values()
            for one in (first, second):
                assert one.values() == values
                one.wait(**values)
                assert one.frame() == StepOfDerivative.render(**values)
        page.do("() => [...jupyterapp.shell.widgets('down')].at(-1).dispose()")

    def test_the_figure_in_two_cells_has_two_states(self, page, view):
        page.type("scratch", "live(StepOfDerivative)")
        other = page.live(StepOfDerivative, nth=1)
        other.wait()
        press(other, "Home")
        other.wait(**other.values())
        assert view.values() == StepOfDerivative.defaults
        view.wait()
        page.type("scratch", "")

    @pytest.mark.parametrize("mode", ["none", "contentVisibility", "full"])
    def test_scrolled_away_and_back_it_shows_what_it_showed(self, page, view, mode):
        """A server without this collection's settings need not draw what is out of sight."""
        (values,) = slide(view, "Home")
        page.do(MODE, mode)
        try:
            page.tab.set_viewport_size({"width": 1280, "height": 300})
            page.wait(SCROLL_AWAY)
            page.do("() => lab.panel().content.scrollToItem(2, 'start')")
            page.wait("() => document.querySelector('[data-live] input')?.checkVisibility()")
            back = page.live(StepOfDerivative)
            back.wait(**values)
            assert back.values() == values
            slide(back, "End")
        finally:
            page.do(MODE, "none")
            page.tab.set_viewport_size(WINDOW)


def test_two_tabs_of_a_kernel_do_not_take_each_others_figure(lab, notebook):
    path = lab.write("twice.ipynb", notebook)
    with lab.open(path) as one, lab.open(path) as other:
        for page in (one, other, one):
            page.run_all()
            slide(page.live(StepOfDerivative), "Home")
        for page, key in [(other, "End"), (one, "ArrowRight")]:
            slide(page.live(StepOfDerivative), key)
