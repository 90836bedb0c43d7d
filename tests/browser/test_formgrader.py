"""nbgrader's Formgrader and feedback in a real browser: a student's words run nothing there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from browser.lab import PATIENCE, ROOT, address, stop

sys.path.append(str(Path(__file__).parents[1] / "coursework"))

import courses
import test_clean
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from helpers.coursework import course
from helpers.coursework.clean import guarded

STEM = test_clean.STEM


def grade(folder):
    """Grade what waits, by the command."""
    grading = [sys.executable, "-m", "helpers.coursework", "grade", folder, "--jobs", "1"]
    subprocess.run(grading, cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A graded course behind a Jupyter server: (folder, URL)."""
    home = tmp_path_factory.mktemp("formgrader")
    folder = courses.small_course(home / "course", STEM, [test_clean.NAME])
    notebook = courses.solved(folder, STEM, {"explain": "Words. " + "\n\n".join(test_clean.RUNS)})
    notebook.cells += [new_markdown_cell(text) for text in test_clean.RUNS]
    courses.hand_in(folder, "ada", STEM, notebook)
    grade(folder)
    courses.nbgrader(folder, "generate_feedback", STEM)
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token="]
    own = {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    own |= {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data")}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={folder}"],
            env=os.environ | own,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            yield folder, address(server, home)
        finally:
            stop(server.pid)


@pytest.fixture
def tab(lab):
    """A page of the browser; what a script of the student's sets is looked for in it."""
    context = lab.browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    context.close()


def test_formgrader_shows_words_and_saves_marks(served, tab):
    folder, url = served
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(STEM, STEM, "ada").id
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{url}formgrader/submissions/{submission}/")
    mark = tab.locator("input#explain")
    mark.wait_for()
    assert "Words." in tab.locator("#notebook-container").first.inner_text()
    for link in tab.locator(".rendered_html a", has_text="link").all():
        link.click()
    with tab.expect_response(lambda r: r.request.method == "PUT" and "/api/grade/" in r.url):
        mark.fill("3")
        mark.press("Tab")
    assert tab.evaluate("window.owned") is None
    assert not [address for address in asked if "elsewhere" in address]
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade("explain", STEM, STEM, "ada").manual_score == 3


def test_the_keys_work_without_another_host(served, tab):
    """Also where MathJax's host can't be reached: help, and the same field of the next student."""
    folder, url = served
    courses.hand_in(folder, "bob", STEM, courses.solved(folder, STEM, {"explain": "Other words."}))
    grade(folder)
    tab.route("**/*mathjax*/**", lambda route: route.abort())
    tab.goto(f"{url}formgrader/gradebook/{STEM}/{STEM}")
    tab.locator("a.name-hidden").first.click()
    mark = tab.locator("input#explain")
    mark.wait_for()
    tab.locator(".help").click()
    tab.locator(".modal", has_text="Move to the same score or comment input").wait_for()
    tab.get_by_role("button", name="Close").last.click()
    tab.locator(".modal").wait_for(state="detached")
    mark.click()
    here = tab.url.partition("?")[0]
    tab.keyboard.press("Control+.")
    tab.wait_for_url(lambda there: "/submissions/" in there and here not in there)
    tab.wait_for_function("document.activeElement.id === 'explain'")


def test_the_button_grades(served, tab):
    """The button beside a submission grades it as the command does, and says so."""
    folder, url = served
    right = courses.solved(folder, STEM, courses.references(STEM))
    courses.hand_in(folder, "emmy", STEM, right)
    tab.goto(f"{url}formgrader/manage_submissions/{STEM}")
    row = tab.locator("tr", has=tab.locator(".student-id", has_text="emmy"))
    with tab.expect_response(lambda r: r.request.method == "POST" and "/emmy/" in r.url) as answer:
        row.locator(".autograde a").click()
    assert answer.value.json()["success"], answer.value.json()
    tab.locator(".modal", has_text="Successfully autograded").wait_for()
    worth = courses.exercises_in(folder, STEM)[test_clean.NAME]
    groups = len(course.exercises_of(STEM)[test_clean.NAME].cases)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(STEM, "emmy").score == worth * groups


def test_feedback_runs_nothing(served, tab):
    page = served[0] / "feedback" / "ada" / STEM / f"{STEM}.html"
    tab.goto(page.as_uri())
    assert "Words." in tab.locator("#notebook-container").first.inner_text()
    assert tab.evaluate("window.owned") is None


def test_the_policy_alone_stops_what_would_run(tab):
    """The second wall: the same page with a student's HTML as it is."""
    body = "".join(test_clean.RUNS[:5])
    html = f"<html><head><script>window.ours = 1</script></head><body><p>{body}</p></body></html>"
    tab.set_content(html)
    tab.wait_for_function("window.owned === 1")
    tab.goto("about:blank")
    tab.set_content(guarded(html).replace("<p><script nonce", "<p><script data-nonce"))
    assert tab.evaluate("[window.ours, window.owned]") == [1, None]
