"""What is shown of a submission: nothing in it runs, nothing in it is for graders alone."""

import re

import courses
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.coursework import classroom, course
from helpers.coursework.clean import STYLES, cleaned, guarded
from helpers.coursework.feedback import Hide
from helpers.dropout_scaling import exercises
from helpers.teaching.judge import check

STEM, NAME = "06_dropout_scaling", "inverted_dropout"
RUNS = [
    "<script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    "<svg onload='window.owned = 1'><circle r=3 /></svg>",
    "<iframe srcdoc='<script>parent.owned = 1</script>'></iframe>",
    "<details open ontoggle='window.owned = 1'>x</details>",
    "<a href='javascript:window.owned = 1'>link</a>",
    "[link](javascript:window.owned=1)",
    "[link](data:text/html,<script>window.owned=1</script>)",
    "<form action='//example.org'><input autofocus onfocus='window.owned = 1'></form>",
    "<object data='x'></object><embed src='x'><base href='//example.org/'>",
    "<style>@import '//example.org';</style><link rel=stylesheet href='//example.org'>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "![picture](http://example.org/seen.png)",
    "<math><mtext></p><style><img src=x onerror='window.owned = 1'></style></mtext></math>",
]
FORBIDDEN = [
    "script",
    "iframe",
    "svg",
    "form",
    "object",
    "embed",
    "base",
    "style",
    "link",
    "meta",
    "math",
]


def alive(html):
    """What of some HTML would run or be fetched: elements."""
    return [
        element
        for element in BeautifulSoup(html, "html.parser").find_all(True)
        if element.name in FORBIDDEN
        or any(name.startswith("on") for name in element.attrs)
        or str(element.get("href", "")).lower().startswith(("javascript", "data"))
        or (
            not str(element.get("src", "data:")).startswith("data:image/")
            and element.has_attr("src")
        )
    ]


@pytest.mark.parametrize("text", RUNS)
def test_what_runs_is_cleaned(text):
    assert not alive(cleaned(text))


def test_a_diagnosis_stays_as_it_is():
    html = check(exercises.inverted_dropout, lambda x, r, u, t: x)._repr_mimebundle_()["text/html"]
    before, after = (BeautifulSoup(text, "html.parser") for text in (html, cleaned(html, STYLES)))
    assert after.get_text() == before.get_text() and after.find("div")["style"]


def test_classes_and_ids_are_the_templates():
    assert cleaned('<p class="score" id="explain">x</p>') == "<p>x</p>"
    assert 'class="kn"' in cleaned('<span class="kn">import</span>')


def test_a_page_lets_only_its_own_scripts_run():
    page = guarded(
        "<html><head><script>a()</script></head><body><b onclick='toggle(true);'></b>"
        "<div id='notebook-container'><script>evil()</script></div></body></html>"
    )
    found = BeautifulSoup(page, "html.parser")
    policy = found.head.contents[0]["content"]
    nonces = {script["nonce"] for script in found.find_all("script")}
    assert len(nonces) == 1 and f"'nonce-{nonces.pop()}'" in policy
    assert "evil" not in page and "onclick" not in page and "unsafe-inline'; s" not in policy


def test_what_is_folded_shows_that_it_can_be_opened():
    page = guarded("<html><head><style>summary { display: block }</style></head></html>")
    last = BeautifulSoup(page, "html.parser").find_all("style")[-1].string
    assert "summary { display: list-item" in last


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course in which somebody handed in what would run, and a function that is wrong."""
    folder = courses.small_course(tmp_path_factory.mktemp("clean"), STEM, [NAME])
    wrong = courses.bodies(STEM, "raise ValueError('<img src=x onerror=owned>')")
    notebook = courses.solved(folder, STEM, wrong | {"explain": "Words. " + "\n\n".join(RUNS)})
    notebook.cells += [new_markdown_cell(text) for text in RUNS]
    courses.hand_in(folder, "team 1 [A]", STEM, notebook)
    assert classroom._grade(folder, STEM, "team 1 [A]") is None
    return folder


def test_the_copy_that_is_shown_holds_no_html_of_the_students(folder):
    original = (folder / "submitted" / "team 1 [A]" / STEM / f"{STEM}.ipynb").read_text("utf-8")
    copy = courses.nbformat.read(
        folder / "autograded" / "team 1 [A]" / STEM / f"{STEM}.ipynb", as_version=4
    )
    assert "window.owned" in original and "<script>" in original
    written = [c for c in copy.cells if c.cell_type == "markdown" and "owned" in c.source]
    assert written and not any(re.search("<[A-Za-z/!?]", c.source) for c in written)


def test_feedback_runs_nothing_and_keeps_the_guide(folder):
    assert "WARNING" not in courses.nbgrader(folder, "generate_feedback", STEM)
    (path,) = folder.glob(f"feedback/*/{STEM}/*")
    page = path.read_text("utf-8")
    whole = BeautifulSoup(page, "html.parser")
    listed = [link.string for link in whole.select("#toc a")]
    groups = [f"{NAME}: {group}" for group in course.exercises_of(STEM)[NAME].cases]
    assert listed == [*groups, "Written response"], "a student finds the points of each exercise"
    inside = whole.select_one("#notebook-container")
    assert not alive(str(inside)) and "Content-Security-Policy" in page
    assert "raises ValueError" in inside.get_text()
    for secret in ("MARK SCHEME", course.read()[STEM]["explain"]["guide"][0], "Grading adds"):
        assert secret not in page


def test_only_the_courses_own_cells_are_searched_for_what_graders_alone_see():
    """A million empty lines of a student's would take hours."""
    text = "1\n### BEGIN HIDDEN TESTS\n2\n### END HIDDEN TESTS"
    written, locked = new_code_cell(text), new_code_cell(text)
    locked.metadata.nbgrader = {"grade_id": "explain-question", "locked": True}
    sources = [Hide().preprocess_cell(cell, {}, 0)[0].source for cell in (written, locked)]
    assert sources == [text, "1"]
