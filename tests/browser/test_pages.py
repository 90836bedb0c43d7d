"""Every notebook as a learner meets it: opened, run, its controls moved, its exercises tried.

The tests of a notebook share one page and stand in the order in which they use it. Every figure
answers once; that keys, mouse and drag reach each setting is shown on three figures (SWEPT), whose
pages are also run again in a fresh kernel. A page shows the hint of one mistake an exercise, and
takes the solution of its first one and an exception in it. Once a week it is all of them.
"""

import itertools
import random

import notebook_checks
import pytest
from topics import TOPICS

SWEPT = {"start_here.StepOfDerivative", "log_of_zero.OneRow", "lrn_backprop.Competition"}
PROBLEM = "VBox\\(|Error displaying|Error creating|model not found|Traceback|Javascript Error"


def cells_with(topic, function):
    """Ids of the code cells that call `function`."""
    cells = notebook_checks.code_cells(topic.notebook)
    return [cell.id for cell in cells if notebook_checks.calls(cell, function)]


def problems(page):
    """Outputs that a learner should never see, as texts."""
    return page.do(
        """(problem) => [...document.querySelectorAll(".jp-OutputArea-output")]
          .filter((output) => output.dataset.mimeType === "application/vnd.jupyter.stderr" ||
                              RegExp(problem).test(output.innerText))
          .map((output) => output.innerText.slice(0, 500))""",
        PROBLEM,
    )


def heights(page):
    """Height in CSS pixels of each cell, by id."""
    return page.do(
        """() => Object.fromEntries(lab.cells().map(
          (cell) => [cell.model.id, cell.node.getBoundingClientRect().height]))"""
    )


class TestBeforeAnyCellIsRun:
    def test_no_output_is_broken(self, page):
        assert problems(page) == []

    def test_every_figure_shows_its_picture_and_says_what_it_shows(self, page, figures):
        for figure in figures:
            view = page.live(figure)
            view.wait()
            assert view.box.is_visible() and not view.status.is_visible()
            assert view.values() == figure.defaults

    def test_controls_wait_for_a_kernel(self, page):
        fields = "[data-live] :is(input, select)"
        assert page.tab.locator(f"{fields}:not(:disabled)").count() == 0

    def test_every_prediction_shows_its_question(self, page, topic):
        ids = cells_with(topic, "predict")
        assert page.tab.locator("[data-predict]").count() == len(ids)
        for id in ids:
            assert page.outputs(id).query_selector("[data-predict] p").is_visible()

    def test_every_image_is_whole_and_has_an_alt_text(self, page):
        faults = page.do(
            """() => [...document.querySelectorAll(".jp-Notebook img")]
              .filter((image) => !image.naturalWidth || image.alt.trim().length < 20)
              .map((image) => image.outerHTML.slice(0, 200))"""
        )
        assert faults == []

    def test_headings_are_in_order(self, page):
        levels = page.do(
            """() => [...document.querySelectorAll(".jp-Notebook :is(h1, h2, h3, h4, h5, h6)")]
              .map((heading) => +heading.tagName[1])"""
        )
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(deep - level <= 1 for level, deep in itertools.pairwise(levels)), levels

    def test_nothing_is_said_on_the_console(self, page):
        assert page.messages == []


@pytest.fixture(scope="module")
def stored_heights(page):
    """The cells' heights before any is run."""
    return heights(page)


class TestRunAll:
    def test_without_an_error_and_again_in_a_fresh_kernel(
        self, page, stored_heights, alive, figures, swept
    ):
        for again in (False, True) if swept else (False,):
            if again:
                alive.restart()
                alive.run_all()
            for figure in figures:
                alive.live(figure).wait()
            assert problems(alive) == []
            fields = alive.tab.locator("[data-live] :is(input, select)")
            assert all(field.is_enabled() for field in fields.all())
        assert alive.messages == []

    def test_nothing_moves_on_the_page(self, topic, stored_heights, alive):
        now = heights(alive)
        for id in cells_with(topic, "live") + cells_with(topic, "predict"):
            assert now[id] == pytest.approx(stored_heights[id], abs=2), id
        assert sum(now.values()) == pytest.approx(sum(stored_heights.values()), abs=2)

    def test_a_live_cell_that_is_run_again_keeps_its_height_all_the_time(self, topic, alive):
        for id in cells_with(topic, "live"):
            alive.record_heights(id)
            alive.rerun(id)
            alive.wait(
                "(id) => lab.cell(id).node.querySelector('input:enabled, select:enabled')", id
            )
            seen = alive.recorded_heights()
            assert max(seen) - min(seen) <= 2, (id, seen)


def settings_of(figure, name):
    """Minimum, maximum and three random settings of a control, as indices."""
    count = len(figure.controls[name].values())
    chance = random.Random(f"{figure.name}.{name}")
    return [0, count - 1, *(chance.randrange(count) for _ in range(3))]


def each_setting(alive, figures):
    """(view, control name, its field, index) for all controls of all figures."""
    for figure in figures:
        view = alive.live(figure)
        for name in figure.controls:
            for index in settings_of(figure, name):
                yield view, name, view.field(name), index


def expect_frame(view, name, index):
    """The page shows the picture and says the words of the values at which the controls stand."""
    values = view.values()
    assert values[name] == view.figure.controls[name].values()[index]
    view.wait(**values)
    assert view.frame() == view.figure.render(**values), values
    field = view.field(name)
    if field.get_attribute("type") == "range":
        text = view.figure.controls[name].text(values[name])
        assert field.get_attribute("aria-valuetext") == text
        assert field.locator("xpath=following-sibling::output").inner_text() == text


@pytest.fixture(scope="module")
def swept(topic, figures, request):
    """The topic's figures whose controls are moved to many settings."""
    names = [figure for figure in figures if f"{topic.name}.{figure.name}" in SWEPT]
    return figures if request.config.option.weekly else names


def test_the_figures_to_sweep_are_there():
    names = {
        f"{topic.name}.{name}"
        for topic in TOPICS
        for name in getattr(topic.module("figures"), "__all__", ())
    }
    assert names >= SWEPT


class TestControls:
    def test_every_figure_answers(self, alive, figures):
        for figure in figures:
            view, (name, control) = alive.live(figure), next(iter(figure.controls.items()))
            last = len(control.values()) - 1
            index = 0 if control.index(figure.defaults[name]) == last else last
            view.field(name).focus()
            alive.tab.keyboard.press("End" if index else "Home")
            expect_frame(view, name, index)

    def test_by_keyboard(self, alive, swept):
        for view, name, field, index in each_setting(alive, swept):
            last = len(view.figure.controls[name].values()) - 1
            field.focus()
            if index in (0, last):
                alive.tab.keyboard.press("Home" if index == 0 else "End")
            else:  # as if the keys before this one had come here
                field.evaluate(
                    """(field, index) => {
                      field[field.tagName === "SELECT" ? "selectedIndex" : "value"] = index;
                    }""",
                    index - 1,
                )
                alive.tab.keyboard.press("ArrowRight")
            expect_frame(view, name, index)
            outline = field.evaluate(
                """(field) => document.activeElement === field &&
                  field.matches(":focus-visible") && getComputedStyle(field).outline"""
            )
            assert outline and "solid 3px" in outline, (view.figure.name, name)

    def test_by_mouse(self, alive, swept):
        for view, name, field, index in each_setting(alive, swept):
            if field.evaluate("(field) => field.tagName") == "SELECT":
                field.select_option(index=index)
            else:
                box = field.bounding_box()
                thumb, last = 16, len(view.figure.controls[name].values()) - 1
                at = int(field.input_value())
                x0, x1 = (
                    box["x"] + thumb / 2 + (box["width"] - thumb) * i / last for i in (at, index)
                )
                y = box["y"] + box["height"] / 2
                alive.tab.mouse.move(x0, y)
                alive.tab.mouse.down()
                alive.tab.mouse.move((x0 + x1) / 2, y)
                alive.tab.mouse.move(x1, y)
                alive.tab.mouse.up()
                index = int(field.input_value())
                assert abs(index - at) <= last
            expect_frame(view, name, index)

    def test_a_fast_drag_shows_frames_in_order_and_ends_on_the_last(self, alive, swept):
        for figure in swept:
            view = alive.live(figure)
            sliders = [n for n in figure.controls if view.field(n).evaluate("f => f.max")]
            for name in sliders[:1]:
                field, control = view.field(name), figure.controls[name]
                field.focus()
                alive.tab.keyboard.press("Home")
                view.wait(**view.values())
                view.image.evaluate(
                    """(image) => {
                      window.alts = [];
                      window.watch = new MutationObserver(() => alts.push(image.alt));
                      watch.observe(image, {attributeFilter: ["alt"]});
                    }"""
                )
                box = field.bounding_box()
                y = box["y"] + box["height"] / 2
                alive.tab.mouse.move(box["x"] + 8, y)
                alive.tab.mouse.down()
                alive.tab.mouse.move(box["x"] + box["width"] - 4, y, steps=20)
                alive.tab.mouse.up()
                expect_frame(view, name, len(control.values()) - 1)
                alts = alive.do("() => { watch.disconnect(); return alts; }")
                others = {k: v for k, v in view.values().items() if k != name}
                order = {
                    figure.describe(**others, **{name: value}): i
                    for i, value in enumerate(control.values())
                }
                shown = [order[alt] for alt in alts]
                assert shown == sorted(shown), (figure.name, name)


class TestPredictions:
    def test_nothing_of_the_reply_is_seen_before_a_choice(self, alive, topic):
        for id in cells_with(topic, "predict"):
            box = alive.outputs(id).query_selector("[data-predict]")
            replies = box.query_selector_all("[data-reply]")
            assert replies
            for reply in replies:
                assert not reply.evaluate("(reply) => reply.checkVisibility()")
            assert not alive.outputs(id).query_selector("pre")

    def test_exactly_one_option_is_right_and_a_choice_shows_its_reply(self, alive, topic):
        for id in cells_with(topic, "predict"):
            box = alive.outputs(id).query_selector("[data-predict]")
            if box.query_selector("input"):
                continue
            assert len(box.query_selector_all("[data-reply=right]")) == 1
            box.query_selector("summary").focus()
            alive.tab.keyboard.press("Enter")
            reply = box.query_selector("[data-reply]")
            assert reply.evaluate("(reply) => reply.checkVisibility()")
            assert reply.inner_text().startswith(("✓ Yes. ", "✗ No. The answer is “"))

    def test_a_number_is_judged_by_keyboard(self, alive, topic):
        for id in cells_with(topic, "predict"):
            box = alive.outputs(id).query_selector("[data-predict]")
            field = box.query_selector("input")
            if not field:
                continue
            field.focus()
            alive.tab.keyboard.type(box.get_attribute("data-answer"))
            alive.tab.keyboard.press("Enter")
            assert "✓ Yes." in box.query_selector("[role=status]").inner_text()


def check_cells(topic, exercises):
    """(exercise, id of the cell that checks it)."""
    for exercise in exercises:
        for cell in notebook_checks.code_cells(topic.notebook):
            if exercise.name in notebook_checks.members([cell], "check", "exercises"):
                yield exercise, cell.id


@pytest.fixture
def count(request):
    """How many of a kind are tried: one, and once a week all."""
    return None if request.config.option.weekly else 1


def attempt(alive, exercise, id, body):
    """Type `body` and the check into the cell; what the check then says: (status, text)."""
    call = f"check(exercises.{exercise.name}, {exercise.name})"
    alive.type(id, f"{body}\n\n\n{call}")
    box = alive.outputs(id).query_selector("[data-check]")
    assert box, alive.outputs(id).inner_text()
    assert box.is_visible()
    return box.get_attribute("data-check"), box.inner_text()


def plain(text):
    """Words as the page shows them: without the marks of code and of stress."""
    return " ".join(text.replace("`", "").replace("*", "").split())


class TestExercises:
    def test_the_stub_is_not_attempted_and_hints_open_one_by_one(self, alive, topic, exercises):
        for exercise, id in check_cells(topic, exercises):
            box = alive.outputs(id).query_selector("[data-check]")
            assert box.get_attribute("data-check") == "not attempted"
            wanted = [f"Hint {i + 1} of {len(exercise.hints)}" for i in range(len(exercise.hints))]
            for heading in [*wanted, "Solution"]:
                open_to_see = [
                    summary
                    for summary in box.query_selector_all("summary")
                    if summary.evaluate("(s) => s.checkVisibility() && !s.parentNode.open")
                ]
                assert [summary.inner_text() for summary in open_to_see] == [heading]
                assert plain(exercise.solution) not in plain(box.inner_text())
                open_to_see[0].focus()
                alive.tab.keyboard.press("Enter")
            shown = plain(box.inner_text())
            assert all(plain(hint) in shown for hint in exercise.hints)
            assert plain(exercise.solution) in shown

    def test_the_solution_is_right(self, alive, topic, exercises, count):
        for exercise, id in check_cells(topic, exercises[:count]):
            status, text = attempt(alive, exercise, id, exercise.solution)
            assert status == "right", text

    def test_a_known_mistake_is_recognised(self, alive, topic, exercises, count):
        for exercise, id in check_cells(topic, exercises):
            for name, mistake in list(exercise.mistakes.items())[:count]:
                body = f"{exercise.name} = exercises.{exercise.name}.mistakes[{name!r}].function"
                status, text = attempt(alive, exercise, id, body)
                assert status == "wrong" and plain(mistake.hint) in plain(text), (name, text)

    def test_an_exception_is_a_sentence(self, alive, topic, exercises, count):
        for exercise, id in check_cells(topic, exercises[:count]):
            body = f"{exercise.name} = lambda *arguments: arguments[1000]"
            status, text = attempt(alive, exercise, id, body)
            assert status == "wrong" and "IndexError" in text and "Traceback" not in text

    def test_no_error_came_up(self, alive):
        assert problems(alive) == [] and alive.messages == []
