"""What is shown of a submission: nothing in it runs, nothing in it is for graders alone."""

import itertools
import re
from dataclasses import replace

import courses
import pytest
import torch
from bs4 import BeautifulSoup
from classes import said_of
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.backprop_by_hand.exercises import redundant_biases
from helpers.coursework import classroom, course
from helpers.coursework.clean import STYLES, cleaned, guarded
from helpers.coursework.feedback import Hide, displayed, shown
from helpers.coursework.release import visible
from helpers.dropout_scaling import exercises
from helpers.minibatch_gradients.exercises import n_updates
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


def test_of_a_hidden_case_only_its_kind_is_told():
    exercise = exercises.inverted_dropout
    hidden = [case for case in exercise.builders if case not in visible(exercise)]
    seen = 0
    for mistake in exercise.mistakes.values():
        result = check(exercise, mistake.function)
        told, case = shown(result, exercise), dict(result.case).get("case", "")
        if tuple(case.split(" · ", 1)) in hidden:
            seen += 1
            assert told.case == () and case.split(" · ", 1)[1] not in told.message
        else:
            assert replace(told, others=()) == replace(result, others=())
    assert not said_of(new_markdown_cell()) and seen < len(exercise.mistakes)


def test_a_wrong_answer_in_a_hidden_case_is_told_by_its_kind():
    exercise = exercises.inverted_dropout
    cases = list(exercise.builders)
    at = next(i for i, case in enumerate(cases) if case not in visible(exercise))
    calls = iter(range(10**6))

    def attempt(x, rate, uniforms, training):
        right = exercise.function(x, rate, uniforms, training)
        return right + 1 if next(calls) % len(cases) == at else right

    result = check(exercise, attempt)
    told = shown(result, exercise)
    assert result.case and told.case == () and cases[at][1] not in told.message
    assert told.groups == result.groups and told.status == "wrong"


def plus_one(x):
    return x + 1


NOT_TOLD = {  # a wrong answer in hidden cases, and what is said of it
    "numbers": (exercises.inverted_dropout, plus_one, "returns other values."),
    "zeros": (exercises.expected_output, torch.zeros_like, "returns other values."),
    "a shape": (exercises.best_weights, lambda x: x[:1], "returns another shape than is expected."),
    "a word": (
        exercises.diagnose,
        lambda word: f"{word}? where a list is expected",
        "returns something else than is expected.",
    ),
    "a whole number": (n_updates, plus_one, "returns something else than is expected."),
    "a list": (
        redundant_biases,
        lambda found: [*found, 7],
        "returns a list of another length than is expected.",
    ),
    "a tensor's word": (exercises.best_weights, str, "where a torch tensor is expected."),
}


@pytest.mark.parametrize("kind", NOT_TOLD)
def test_what_a_hidden_case_expects_is_not_told(kind):
    """Else a student could learn it: by answering 0, and reading how far that is off."""
    exercise, change, said = NOT_TOLD[kind]
    cases, calls = list(exercise.builders), itertools.count()

    def attempt(*arguments):
        right = exercise.function(*arguments)
        seen = cases[next(calls) % len(cases)] in visible(exercise)
        return right if seen else change(right)

    result = check(exercise, attempt)
    told = shown(result, exercise)
    assert said in told.message and "first in a case of" in told.message
    assert dict(result.case)["expected"] not in told.message
    assert "off by up to" not in told.message


def test_feedback_shows_every_visible_case_that_fails():
    """In full, also below a first failing case that is hidden; of hidden ones nothing."""
    exercise = exercises.inverted_dropout
    told = displayed(check(exercise, lambda x, rate, uniforms, training: x + 1), exercise)
    for text in told.values():
        for group, label in exercise.builders:
            assert (f"{group} · {label}" in text) == ((group, label) in visible(exercise)), label
    cases = list(exercise.builders)
    calls = iter(range(10**6))
    seen = visible(exercise)[-1]
    at = {
        next(i for i, case in enumerate(cases) if case not in visible(exercise)),
        cases.index(seen),
    }
    assert min(at) != cases.index(seen)

    def attempt(x, rate, uniforms, training):
        right = exercise.function(x, rate, uniforms, training)
        return right + 1 if next(calls) % len(cases) in at else right

    text = displayed(check(exercise, attempt), exercise)["text/plain"]
    assert f"Another visible case fails:\ncase      {' · '.join(seen)}" in text
    assert cases[min(at)][1] not in text
