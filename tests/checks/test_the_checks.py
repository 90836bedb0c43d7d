"""The tests of the tests: a page, a figure or a ledger with one fault, and the check that names it.

Every fault is made on a copy of a good page or figure, on which no check has a complaint.
"""

import copy
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import figure_checks
import layout_checks
import nbformat
import notebook_checks
import pytest
from attempts import Attempts
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.start_here import exercises
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.upkeep.refresh import METADATA, execute, normalise

# Figures: a good one, and each fault as a variation of it


def decorated(drawing):
    return figure(
        k=Slider("slope k", 0, 10, step=1, default=2),
        dash=Choice("line", ["solid", "dashed"], default="solid"),
    )(drawing)


def other(now, **values):
    """Another setting in place of `now`, as a fault of a figure would have it."""
    return SimpleNamespace(**(vars(now) | values))


class Line:
    """A line through the origin."""

    def draw(self, canvas):
        self.axes = canvas.subplots()
        self.axes.set(xlim=(0, 1), ylim=(0, 11), title="A line", xlabel="x")
        (self.line,) = self.axes.plot([], [])
        self.readout = self.axes.text(0.1, 9, "")

    def update(self, now):
        self.line.set(data=([0, 1], [0, now.k]), linestyle=now.dash)
        self.readout.set_text(f"k = {now.k}, {now.dash}")

    def describe(self, now):
        return f"A {now.dash} line of slope {now.k}."


class FailsAtTheTop(Line):
    """A line."""

    def update(self, now):
        super().update(other(now, k=100 // (10 - now.k)))


class Blank(Line):
    """A line."""

    def draw(self, canvas):
        super().draw(canvas)
        self.axes.set_axis_off()
        self.axes.set_title("")

    def update(self, now):
        pass


class IgnoresALastStep(Line):
    """A line."""

    def update(self, now):
        super().update(other(now, k=min(now.k, 9)))

    def describe(self, now):
        return super().describe(other(now, k=max(now.k, 1)))


class SaysNaN(Line):
    """A line."""

    def describe(self, now):
        return (
            f"A {now.dash} line of slope {now.k}, angle {float('nan') if now.k == 10 else now.k}."
        )


class Remembers(Line):
    """A line."""

    def update(self, now):
        super().update(now)
        self.line.set_linewidth(self.line.get_linewidth() % 5 + 1)


class MovesItsTitle(Line):
    """A line."""

    def update(self, now):
        super().update(now)
        self.axes.set_title(f"A line of slope {now.k}")


class AnimatesAnInset(Line):
    """A line; what moves in an inset is no child of the figure's axes and is never drawn."""

    def draw(self, canvas):
        super().draw(canvas)
        self.inset = self.axes.inset_axes([0.6, 0.1, 0.3, 0.3]).plot([0, 1], [1, 0])


class MarksByItself(Line):
    """A line."""

    def draw(self, canvas):
        super().draw(canvas)
        self.axes.plot([0, 1], [1, 0], animated=True)


class NeedsItsPicture(Line):
    """A line."""

    def describe(self, now):
        return super().describe(now).replace(".", f", {self.line.get_linestyle()}.")


class CutsOff(Line):
    """A line."""

    def update(self, now):
        super().update(now)
        self.readout.set_x(0.1 + now.k / 10)


class WritesSmall(Line):
    """A line."""

    def draw(self, canvas):
        super().draw(canvas)
        self.readout.set_fontsize(style.points(11))


class WritesPale(Line):
    """A line."""

    def draw(self, canvas):
        super().draw(canvas)
        self.readout.set_color(style.ORANGE)


class WritesOver(Line):
    """A line."""

    def draw(self, canvas):
        super().draw(canvas)
        self.axes.text(0.1, 9.1, "another text")


@cache
def complaints_about(drawing):
    """Everything that the checks say of a figure."""
    live = decorated(drawing)
    samples, redrawn = figure_checks.Samples(live), figure_checks.Redrawn(live)
    return (
        figure_checks.declared(live)
        + figure_checks.valid_pictures(samples)
        + figure_checks.distinct(samples.pictures, "picture")
        + figure_checks.distinct(samples.words, "description")
        + figure_checks.valid_words(samples)
        + figure_checks.repeatable(samples, redrawn)
        + figure_checks.told_alone(live)
        + figure_checks.blitted(redrawn)
        + figure_checks.kept(redrawn)
        + figure_checks.legible(redrawn)
    )


def test_a_good_figure_passes():
    assert complaints_about(Line) == []


@pytest.mark.parametrize(
    ("drawing", "complaint"),
    [
        (FailsAtTheTop, "fails at k=10, dash='solid': ZeroDivisionError"),
        (Blank, "is blank at k=2"),
        (IgnoresALastStep, "the same picture at k=9, dash='solid' and at k=10, dash='solid'"),
        (IgnoresALastStep, "the same description at k=0, dash='solid' and at k=1, dash='solid'"),
        (SaysNaN, "says 'nan' at k=10"),
        (Remembers, "is drawn otherwise"),
        (MovesItsTitle, "changes something that `draw` does not keep at k=10"),
        (AnimatesAnInset, "shows something else than a full redraw"),
        (MarksByItself, "which `draw` does not keep in self"),
        (NeedsItsPicture, "can't be described before it is drawn: AttributeError"),
        (CutsOff, "cuts off “k = 10, dashed”"),
        (WritesSmall, "in 11.0 px; at least 12"),
        (WritesPale, "with contrast 2."),
        (WritesOver, "“another text” over “k = 2, solid”"),
    ],
)
def test_a_faulty_figure_is_caught(drawing, complaint):
    found = complaints_about(drawing)
    assert any(complaint in sentence for sentence in found), found


# Pages: a good one, and each fault as a change of it

FIGURES = SimpleNamespace(__all__=["Line"], Line=decorated(Line))
LEDGER = {"line.slope": SimpleNamespace(notebook="01_line")}
TESTS = "def test_eq_1_1_slope():\n    pass\n"


def good_page():
    """A page of one section, stored as make refresh stores it."""
    imports = (
        "from helpers.line import exercises, figures\nfrom helpers.teaching import check, live"
    )
    live = figures_output(FIGURES.Line)
    cells = [
        new_markdown_cell("# 01 · A line\n\n*How steep is it?*\n\nIn 5 minutes.", id="title"),
        new_code_cell(imports, id="imports"),
        new_markdown_cell(
            "## 1 · Slope\n\nLook at it. See [above](01_line.ipynb#cell-id=slope).", id="slope"
        ),
        new_code_cell("predict(predictions.steep)", id="ask", outputs=[shown("How steep?")]),
        new_markdown_cell("Now look.", id="look"),
        new_code_cell("live(figures.Line)", id="live", outputs=[live]),
        new_markdown_cell("It is $$y = kx. \\tag{1.1}$$", id="maths"),
        new_code_cell("verdict('line.slope', holds=True)", id="settle", outputs=[shown("True")]),
        new_markdown_cell("So it is.\n\n## Exercises\n\nYours.", id="exercises"),
        new_code_cell(
            "def slope(x):\n    # your code\n    ...\n\ncheck(exercises.slope, slope)",
            id="exercise",
            outputs=[shown("Not attempted.")],
        ),
        new_markdown_cell("That was it.", id="end"),
    ]
    page = new_notebook(cells=cells, metadata={"checked_gradients": FACTS} | METADATA)
    return nbformat.from_dict(normalise(nbformat.from_dict(page)))


FACTS = {"question": "How steep is it?", "minutes": 5}


def shown(text):
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def figures_output(live):
    """A live figure's stored output, made by running its cell."""
    from helpers.teaching.widget import Live

    data, metadata = Live(live)._repr_mimebundle_()
    return new_output("execute_result", data, metadata=metadata, execution_count=1)


def complaints_on(page, ledger=LEDGER, tests=TESTS, folder=None):
    """Everything that the checks say of a page; `folder`: an empty one, for what it links to."""
    stored = new_notebook(cells=[new_markdown_cell("## 1 · Slope", id="slope")])
    nbformat.write(stored, folder / "01_line.ipynb")
    return (
        notebook_checks.rhythm(page)
        + notebook_checks.outline(page, "01_line")
        + notebook_checks.storage(page)
        + notebook_checks.pictures(page, FIGURES)
        + notebook_checks.lists(page, "figures", "live", FIGURES.__all__)
        + notebook_checks.lists(page, "exercises", "check", ["slope"])
        + notebook_checks.stubs(page)
        + notebook_checks.names(page)
        + notebook_checks.equations(page, tests)
        + notebook_checks.claims({"01_line": page}, ledger)
        + notebook_checks.links(page, folder)
    )


def test_a_good_page_passes(tmp_path):
    assert complaints_on(good_page(), folder=tmp_path) == []


def source(id, text):
    """A change of a page: another source for the cell `id`; "…" stands for the old one."""

    def change(page):
        cell = next(cell for cell in page.cells if cell.id == id)
        cell.source = text.replace("…", cell.source)

    return change


def output(id, change_output):
    """A change of a page: something done to the first output of the cell `id`."""

    def change(page):
        change_output(next(cell for cell in page.cells if cell.id == id).outputs[0])

    return change


def without(*ids):
    """A change of a page: these cells are gone."""

    def change(page):
        page.cells = [cell for cell in page.cells if cell.id not in ids]

    return change


def stale_picture(stored):
    stored.data["image/png"] = figures_output(decorated(CutsOff)).data["image/png"]


def stale_card(stored):
    stored.data["text/html"] = figures_output(decorated(CutsOff)).data["text/html"]


def mutate(*path, value):
    """A change of an output: `value` at `path`."""

    def change(stored):
        *outer, last = path
        for key in outer:
            stored = stored[key]
        stored[last] = value

    return change


LONG = "\n".join(f"a{i} = {i}" for i in range(16))
WIDE = f'title = "{"x" * 70}"'
FUNCTION = "def f(x):\n" + "    x += 1\n" * 10
LOOP = "for i in range(3):\n" + "    x += 1\n" * 10
STUB = 'def slope(x):\n    """' + "A line.\n" * 10 + '    """\n\n\ncheck(exercises.slope, slope)'


def nine_lines(page):
    for cell in ("live", "settle"):
        source(cell, "x = 1\n" * 9)(page)


TRACEBACK = nbformat.from_dict(
    {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
)


def test_the_lines_of_an_exercise_are_no_code_to_read():
    page = good_page()
    for cell, text in (("live", "x = 1\n" * 7), ("settle", "x = 1\n" * 10), ("exercise", STUB)):
        source(cell, text)(page)
    assert notebook_checks.rhythm(page) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        # rhythm
        (source("settle", LONG), "has 16 lines; at most 15"),
        (source("settle", WIDE), "has a line of 80 characters; at most 79"),
        (nine_lines, "the median code cell has 9 lines; under 8"),
        (source("settle", "x = 0\n" + FUNCTION), "a def of 11 lines; at most 10"),
        (source("settle", "x = 0\n" + LOOP), "a loop of 11 lines; at most 10"),
        (source("settle", "%matplotlib inline"), "is not plain Python"),
        (source("settle", "import math"), "all imports stand in the import cell"),
        (source("imports", "import matplotlib.pyplot as plt"), "imports a plotting library"),
        (source("imports", "from matplotlib import pyplot"), "imports a plotting library"),
        (source("imports", "…\nx = 1"), "holds more than imports"),
        (source("imports", "import math\n" * 7), "import cell has 7 imports"),
        (without("imports"), "the second cell is not the import cell"),
        (without("look"), "(“live(figures.Line)”) has no sentence before it"),
        (source("look", "## 2 · Look"), "has no sentence after it"),
        (without("end"), "has no sentence after it"),
        # outline
        (source("title", "# A line\n\n…"), "is not “# 01 · Title”"),
        (source("title", "# 01 · A line\n\n5 minutes"), "does not ask the metadata's question"),
        (
            source("title", "# 01 · A line\n\n*How steep is it?*\n\n7 minutes"),
            "does not say “5 minutes”",
        ),
        (source("look", "# Once more\n\n…"), "more than one heading of level 1"),
        (source("look", "#### Deep\n\n…"), "a heading skips a level"),
        (source("look", "## 3 · Look\n\n…"), "the sections are numbered [1, 3]"),
        (lambda page: page.metadata.pop("checked_gradients"), "has no question"),
        # storage
        (lambda page: page.metadata.pop("kernelspec"), "not those that make refresh writes"),
        (lambda page: page.cells[4].update(id="live"), "two cells have the same one"),
        (lambda page: page.cells[3].update(execution_count=None), "has the count None, not 2"),
        (lambda page: page.cells[7].update(outputs=[]), "has no stored output"),
        (lambda page: page.cells[7].update(outputs=[TRACEBACK]), "stores an error: ValueError"),
        (source("ask", "x = 2\n…"), "holds more than predict("),
        (source("ask", "predict('How steep?', answer=2)"), "holds more than predict("),
        (
            lambda page: page.cells[5].metadata.update(jupyter={"source_hidden": True}),
            "is hidden; nothing on a page needs to be",
        ),
        (
            output("live", mutate("data", "application/vnd.jupyter.widget-view+json", value={})),
            "stores a widget's id",
        ),
        (output("live", mutate("metadata", value={})), "a picture without alt text"),
        (output("live", mutate("data", "text/html", value='<img src="a">')), "has no alt text"),
        (output("ask", mutate("data", "text/plain", value="VBox(children=())")), "bare widget"),
        (output("ask", mutate("data", "text/plain", value="<f at 0x7f01ab>")), "an address in"),
        # pictures
        (output("live", stale_picture), "a stale picture of Line"),
        (output("live", stale_card), "a stale picture of Line"),
        (output("live", mutate("data", "text/plain", value="A line.")), "stale words for Line"),
        (
            output("live", mutate("metadata", "image/png", "alt", value="A line.")),
            "a stale alt text for Line",
        ),
        # one to one
        (without("live", "look"), "figures.__all__ is ['Line'], but the page has live(…) of []"),
        (without("exercise"), "exercises.__all__ is ['slope'], but"),
        (
            source("exercise", "def slope(x):\n    return x\n\ncheck(exercises.slope, slope)"),
            "a solution of slope in place of the stub",
        ),
        (source("exercise", "check(exercises.slope, slope)"), "which it does not define"),
        (source("settle", "check = 1"), "gives check another value, which cell imports"),
        (
            source("settle", "def slope(x):\n    return x"),
            "gives slope another value, which cell ex",
        ),
        (source("maths", "…\n\n$$y\\tag{1.2}$$"), "equation (1.2) has no test_eq_1_2"),
        (source("maths", "No equation."), "test_eq_1_1 tests no equation"),
        (source("maths", "…\n\n…"), "two equations are numbered (1.1)"),
        (source("maths", "$$y\\tag{2.1}$$"), "equation (2.1) stands in section 1"),
        (source("maths", "$$y\\tag{1.3}$$"), "equation (1.3) has no predecessor"),
        (without("settle", "maths"), "line.slope is settled by no cell"),
        (source("ask", "verdict('line.slope', holds=True)"), "line.slope is settled by 2 cells"),
        (source("settle", "verdict('line.flat', fails=True)"), "has no claim 'line.flat'"),
        (source("settle", "verdict(claim, holds=True)"), "a verdict whose id is not written out"),
        # links
        (source("look", "See [next](02_next.ipynb)."), "link 02_next.ipynb leads to no file"),
        (source("look", "See [below](01_line.ipynb#cell-id=curve)."), "leads to no cell"),
        (source("look", "See [below](01_line.ipynb#2-·-Curve)."), "leads to no cell"),
        (source("look", "See [above](#cell-id=slope)."), "the notebook's own name before its #"),
        (source("look", "See [it](http://example.org)."), "is not https"),
    ],
)
def test_a_faulty_page_is_caught(change, complaint, tmp_path):
    page = good_page()
    change(page)
    found = complaints_on(page, folder=tmp_path)
    assert any(complaint in sentence for sentence in found), found


def test_a_claim_of_another_notebook_is_caught():
    ledger = {"line.slope": SimpleNamespace(notebook="02_other")}
    found = notebook_checks.claims({"01_line": good_page()}, ledger)
    assert "line.slope is settled in 01_line; the ledger says 02_other" in found


def test_claims_out_of_order_are_caught():
    page = good_page()
    source("ask", "verdict('line.second', holds=True)")(page)
    ledger = LEDGER | {"line.second": SimpleNamespace(notebook="01_line")}
    (complaint,) = notebook_checks.claims({"01_line": page}, ledger)
    assert "the ledger lists 01_line's claims as ['line.slope', 'line.second']" in complaint


def test_an_output_that_a_second_run_does_not_give_is_caught(tmp_path):
    page = new_notebook(
        cells=[
            new_code_cell("import os\nos.getcwd() == '/'", id="cell-a"),
            new_code_cell("os.environ['OMP_NUM_THREADS']", id="cell-b"),
        ]
    )
    first = normalise(execute(copy.deepcopy(page), tmp_path, OMP_NUM_THREADS="2"))
    second = normalise(execute(copy.deepcopy(page), tmp_path, OMP_NUM_THREADS="1"))
    (complaint,) = notebook_checks.differences(first, second)
    assert "cell-b" in complaint


def test_nbval_overlooks_a_picture_and_nothing_else(tmp_path):
    """Its sanitizer leaves pictures to `pictures` above; words around them must still agree."""
    html = '<img alt="steep" src="data:image/png;base64,{}">'
    cells = []
    for stored in (html.format("bmV3"), html.format("b2xk"), html.replace("steep", "flat")):
        source = f"from IPython.display import HTML\nHTML({html.format('bmV3')!r})"
        data = {"text/html": stored, "text/plain": "<IPython.core.display.HTML object>"}
        output = new_output("execute_result", data, execution_count=1)
        cells.append(new_code_cell(source, outputs=[output], execution_count=1))
    nbformat.write(new_notebook(cells=cells), tmp_path / "page.ipynb")
    sanitize = Path(__file__).parents[1] / "nbval_sanitize.cfg"
    options = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={sanitize}"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "page.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "page.ipynb ..F" in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /" + "home/somebody/notes", 1),
        ("C:" + r"\Users\somebody", 1),
        ("/somewhere/checkout/data", 1),
        ("--index-url https:" + "//packages.acme.dev/simple", 1),
        ("http:" + "//10.1.2.3:8080/simple", 1),
        ("https:" + "//mirror.internal/x", 1),
        ("https://pypi.org/simple, http://localhost:8888, http://127.0.0.1/, data/claims.yaml", 0),
        ("--extra-index-url https://download.pytorch.org/whl/cpu", 0),
    ],
)
def test_traces_of_a_machine_are_caught(text, found):
    assert len(layout_checks.machine_traces(text, "/somewhere/checkout")) == found


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("from helpers.parabola import formulas", "line imports helpers.parabola.formulas"),
        ("def f():\n    import helpers.parabola.figures", "line imports helpers.parabola.figures"),
        ("from matplotlib import pyplot as plt", "imports pyplot"),
    ],
)
def test_an_import_in_the_wrong_direction_is_caught(source, complaint):
    good = "import torch\nfrom helpers.line import formulas\nfrom helpers.teaching import style\n"
    assert layout_checks.directions("line", good) == []
    (found,) = layout_checks.directions("line", good + source)
    assert complaint in found


def test_an_assert_outside_the_tests_is_seen():
    assert layout_checks.asserts("def f(x):\n    assert x\n") == [
        "line 2 asserts; raise an error instead"
    ]
    assert layout_checks.asserts("def f(x):\n    return x\n") == []


def test_an_attempt_that_is_not_known_as_said_is_caught():
    attempt = Attempts(exercises)

    @attempt("central_difference", "turned_round")
    def other_way_round(f, x, h):
        return (f(x - h) - f(x + h)) / 2 / h

    def right(f, x, h):
        return (f(x + h) - f(x - h)) / 2 / h

    test_of_each, test_most = attempt.test_of_each(), attempt.test_that_most_are_known()
    (parametrized,) = test_of_each.pytestmark
    assert parametrized.args[1] == [("central_difference", "turned_round", other_way_round)]
    test_of_each("central_difference", "turned_round", other_way_round)
    for mistake, function in (
        ("divides_by_h", other_way_round), (None, other_way_round), (None, right),
    ):  # fmt: skip
        with pytest.raises(AssertionError, match="not wrong, "):
            test_of_each("central_difference", mistake, function)
    test_most()
    attempt("central_difference", None)(right)
    with pytest.raises(AssertionError, match="1 of 2 have a name"):
        test_most()
