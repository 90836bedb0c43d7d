"""Live figures without a browser: controls, frames, words, faults, memory."""

import gc
import io
import random
import re
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from helpers.teaching import live, style
from helpers.teaching.figure import Choice, LiveFigure, LogSlider, Slider, figure
from helpers.teaching.widget import PAGES, Live
from helpers.upkeep.refresh import WIDGET_VIEW


@figure(
    height=Slider("height", -1.0, 1.0, step=0.1, default=0.5, unit="m"),
    where=Choice("where", ["left", "right"], default="left"),
)
class Bar:
    """One bar that moves."""

    def draw(self, canvas):
        self.axes = canvas.subplots()
        self.axes.set(xlim=(0, 3), ylim=(-1.2, 1.2), title="height")
        (self.line,) = self.axes.plot([], [], linewidth=20)

    def measure(self, height, where):
        return {"x": {"left": 1, "right": 2}[where]}

    def update(self, now):
        if now.height == 0:
            raise ZeroDivisionError("no bar of height 0 <here>")
        self.line.set_data([now.x, now.x], [0, now.height])

    def describe(self, now):
        return f"A bar of height {now.height} on the {now.where}."


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


class TestControls:
    def test_slider_has_clean_decimals_and_both_ends(self):
        assert Slider("r", 0.0, 0.9, step=0.1, default=0.3).values() == (
            *(0.0, 0.1, 0.2, 0.3, 0.4),
            *(0.5, 0.6, 0.7, 0.8, 0.9),
        )

    def test_slider_of_ints_keeps_ints(self):
        assert Slider("n", 1, 7, step=2, default=3).values() == (1, 3, 5, 7)
        assert all(type(n) is int for n in Slider("n", 1, 7, step=2, default=3).values())

    def test_slider_whose_steps_miss_the_end_is_refused(self):
        with pytest.raises(ValueError, match=r"steps of 0.4 do not lead from 0.0 to 1.0"):
            Slider("r", 0.0, 1.0, step=0.4, default=0.4)

    def test_log_slider_goes_through_the_decades(self):
        values = LogSlider("h", -3, 0, per_decade=2, default=0.1).values()
        assert values == (0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0)

    def test_a_value_that_is_no_setting_is_refused(self):
        with pytest.raises(ValueError, match=r"'r' has no setting 0.25; its 10 settings"):
            Slider("r", 0.0, 0.9, step=0.1, default=0.3).index(0.25)

    def test_default_must_be_a_setting(self):
        with pytest.raises(ValueError, match="no setting 'middle'"):
            Choice("where", ["left", "right"], default="middle")

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (-0.5, "−0.5 m"),
            (1e-5, "10⁻⁵ m"),
            (3.16e-12, "3.16·10⁻¹² m"),
            (-3, "−3 m"),
            (1e3, "1000 m"),
        ],
    )
    def test_text_of_a_value_has_unit_and_true_minus(self, value, text):
        assert Slider("x", 0, 1, step=1, default=0, unit="m").text(value) == text


class TestPicture:
    def test_a_missing_value_is_the_default(self):
        assert Bar.render() == Bar.render(height=0.5, where="left")
        assert Bar.describe() == "A bar of height 0.5 on the left."

    def test_the_same_values_give_the_same_bytes_whatever_came_before(self):
        settings = [(h, w) for h in (-1.0, -0.3, 0.2, 1.0) for w in ("left", "right")]
        first = {s: Bar.render(height=s[0], where=s[1]) for s in settings}
        random.Random(0).shuffle(settings)
        assert all(Bar.render(height=h, where=w) == first[h, w] for h, w in settings)
        assert len(set(first.values())) == len(settings)

    def test_png_of_the_documented_size(self):
        ratio = style.PIXEL_RATIO
        expected = (style.HEIGHT * ratio, style.WIDTH * ratio, 3)
        assert pixels(Bar.render()).shape == expected

    def test_unknown_control_is_refused(self):
        with pytest.raises(TypeError, match="Bar has no control 'width'; it has"):
            Bar.render(width=1)

    def test_a_value_between_the_settings_is_refused(self):
        with pytest.raises(ValueError, match=r"'height' has no setting 0\.25"):
            Bar.render(height=0.25)

    def test_a_failed_frame_leaves_no_trace(self):
        before = Bar.render(height=-0.4)
        with pytest.raises(ZeroDivisionError):
            Bar.render(height=0.0)
        assert Bar.render(height=-0.4) == before


def decorated(drawing):
    """A drawing with one control, k, of five settings."""
    return figure(k=Slider("k", 0, 4, step=1, default=2))(drawing)


class TestMeasurement:
    def test_a_setting_is_measured_once_for_picture_and_words(self):
        measured = []

        class Counts:
            def measure(self, k):
                measured.append(k)
                return {"square": k**2}

            def draw(self, canvas):
                self.text = canvas.text(0.5, 0.5, "")

            def update(self, now):
                self.text.set_text(str(now.square))

            def describe(self, now):
                return f"{now.k}² is {now.square}."

        counts = decorated(Counts)
        counts.render(), counts.describe()
        assert measured == [2]
        assert counts.describe(k=4) == "4² is 16."  # words first, as nbconvert asks for them
        counts.render(k=4), counts.describe(k=4), counts.render(k=4)
        assert measured == [2, 4]

    def test_words_need_no_picture(self):
        fresh = LiveFigure(type(Bar._drawing), Bar.controls)
        assert fresh.describe(height=-1.0) == "A bar of height -1.0 on the left."
        assert "_stage" not in vars(fresh), "nothing was drawn"

    def test_a_measurement_that_fails_is_told_each_time_and_leaves_no_trace(self):
        class Fails(type(Bar._drawing)):
            def measure(self, k):
                return {"x": 1 / (k - 1), "height": k, "where": "left"}

        fails = decorated(Fails)
        before = fails.render(k=2)
        for asked in (fails.render, fails.describe, fails.render):
            with pytest.raises(ZeroDivisionError):
                asked(k=1)
        assert fails.render(k=2) == before

    def test_a_measurement_may_not_take_a_controls_name(self):
        class Doubled(type(Bar._drawing)):
            def measure(self, k):
                return {"k": 2 * k}

        with pytest.raises(TypeError, match="'k'"):
            decorated(Doubled).describe()


class TestWhatDrawKeeps:
    def test_moves_and_the_rest_stays(self):
        class Keeps:
            def draw(self, canvas):
                self.axes, other = canvas.subplots(1, 2)
                self.numbers = np.arange(3)
                (self.line,) = self.axes.plot([0, 1], [0, 1])
                self.bars = self.axes.bar([0, 1], [1, 1])
                self.spread = self.axes.errorbar([0], [1], yerr=[1], capsize=3)
                self.names = {"all": [(other.text(0, 0, "a"), None)], "none": []}
                self.title = canvas.text(0.5, 0.5, "b")
                (self.still,) = [other.plot([0, 1], [0, 1])[0].get_xdata()]
                other.text(0, 1, "c")

            def update(self, now):
                pass

            def describe(self, now):
                return "."

        keeps = decorated(Keeps)
        canvas, _, moving = keeps._stage
        drawing = keeps._drawing
        spread, caps, ends = drawing.spread
        kept = [drawing.line, *drawing.bars, spread, *caps, *ends, drawing.title]
        kept.append(drawing.names["all"][0][0])
        assert {artist for _, artist in moving} == set(kept)
        assert all(artist.get_animated() for artist in kept)
        assert not any(axes.get_animated() for axes in canvas.figure.axes)


@pytest.fixture
def widget(monkeypatch):
    """A widget of Bar whose messages to the page are collected in `sent`."""
    widget = Live(Bar)
    widget.sent = []
    monkeypatch.setattr(
        widget, "send", lambda content, buffers=(): widget.sent.append((content, buffers))
    )
    yield widget
    widget.close()


class TestWidget:
    def test_answers_a_wish_with_frame_and_alt(self, widget):
        widget._answer(widget, {"indices": [0, 1]}, [])
        ((content, (png,)),) = widget.sent
        assert content == {"indices": [0, 1], "alt": "A bar of height -1.0 on the right."}
        assert png == Bar.render(height=-1.0, where="right")

    def test_an_error_in_update_comes_as_one_sentence_with_its_values(self, widget):
        widget._answer(widget, {"indices": [10, 0]}, [])
        widget._answer(widget, {"indices": [11, 0]}, [])
        (bad, none), (good, _) = widget.sent
        assert bad["error"] == (
            "This picture can't be drawn at height = 0 m, where = left: "
            "ZeroDivisionError: no bar of height 0 <here>"
        )
        assert not none
        assert "error" not in good

    def test_page_without_a_kernel_shows_the_defaults(self, widget):
        data, metadata = widget._repr_mimebundle_()
        assert data["text/plain"] == Bar.describe()
        assert metadata["image/png"] == {"width": 600, "height": 360, "alt": Bar.describe()}
        assert f'alt="{Bar.describe()}"' in data["text/html"]
        assert data["image/png"] in data["text/html"]
        labels = re.findall(r"<span[^>]*>([^<]+)</span>", data["text/html"])
        assert labels == ["height", "where"]
        assert data["text/html"].count("disabled") == 2

    def test_a_stored_figure_says_how_to_wake_it(self, widget):
        assert "run the import cell and then this cell (Shift+Enter)" in widget.card

    def test_run_by_a_program_it_stands_for_itself_without_the_network(self, widget, shell):
        shell.allow_stdin = False  # as nbconvert --execute, papermill and refresh run a cell
        data, metadata = widget._repr_mimebundle_()
        assert data.keys() == {"text/html", "image/png", "text/plain"}
        assert metadata.keys() == {"image/png"}
        shell.allow_stdin = True
        data, _ = widget._repr_mimebundle_()
        assert WIDGET_VIEW in data

    def test_colab_is_told_where_the_widgets_script_is(self, monkeypatch):
        url = "a page's own copy of the widget manager"
        output = SimpleNamespace(
            enable_custom_widget_manager=lambda: None, _widgets=SimpleNamespace(_installed_url=url)
        )
        for name in ("google", "google.colab"):
            monkeypatch.setitem(sys.modules, name, SimpleNamespace())
        monkeypatch.setitem(sys.modules, "google.colab.output", output)
        widget = Live(Bar)
        _, metadata = widget._repr_mimebundle_()
        widget.close()
        assert metadata[WIDGET_VIEW] == {"colab": {"custom_widget_manager": {"url": url}}}
        assert metadata["image/png"]["alt"] == Bar.describe()

    def test_words_of_a_figure_are_escaped(self):
        @figure(a=Choice("<a>", ["x<y", "z"], default="x<y"))
        class Sharp:
            """Sharp <b>."""

            def draw(self, canvas):
                canvas.subplots()

            def update(self, now):
                pass

            def describe(self, now):
                return f'"{now.a}" & <i>'

        card = Live(Sharp).card
        assert 'aria-label="Sharp &lt;b&gt;."' in card
        assert 'alt="&quot;x&lt;y&quot; &amp; &lt;i&gt;"' in card
        assert "<option selected>x&lt;y</option>" in card

    def test_texts_and_start_tell_the_page_all_settings(self, widget):
        assert widget.start == [15, 0]
        assert widget.texts[0][:2] == ["−1 m", "−0.9 m"]
        assert widget.texts[1] == ["left", "right"]


@pytest.fixture
def shell(monkeypatch):
    """Stands for a kernel that says which cell it runs, as JupyterLab's does."""
    shell = SimpleNamespace(cell="a", page="left", execution_count=1, allow_stdin=True)
    shell.get_parent = lambda: {
        "header": {"session": shell.page},
        "metadata": {"cellId": shell.cell},
        "content": {"allow_stdin": shell.allow_stdin},
    }
    module = sys.modules[Live.__module__]
    monkeypatch.setattr(module, "get_ipython", lambda: shell)
    monkeypatch.setattr(module, "_shown", {})
    return shell


class TestCell:
    def test_run_again_lets_go_of_the_former_widget(self, shell):
        shell.execution_count = 1
        first, second = live(Bar), live(Bar)
        assert first.comm is not None and second.comm is not None  # two views in one cell
        shell.execution_count = 2
        third = live(Bar)
        assert first.comm is None and second.comm is None and third.comm is not None

    def test_another_cell_keeps_its_widget(self, shell):
        shell.execution_count = 1
        first = live(Bar)
        shell.cell, shell.execution_count = "b", 2
        live(Bar)
        assert first.comm is not None

    def test_another_page_of_the_kernel_keeps_its_widget(self, shell):
        left = live(Bar)
        shell.page, shell.execution_count = "right", 2
        right = live(Bar)
        assert left.comm is not None, "run in one tab, it vanishes in the other"
        shell.page, shell.execution_count = "left", 3
        live(Bar)
        assert left.comm is None and right.comm is not None

    def test_pages_that_were_closed_are_let_go_of(self, shell):
        made = []
        for page in range(PAGES + 2):  # a page that is loaded again is another one
            shell.page, shell.execution_count = page, page
            made.append(live(Bar))
        assert [widget.comm is None for widget in made] == [True] * 2 + [False] * PAGES

    def test_memory_is_flat_over_fifty_runs(self, shell):
        def run(times):
            for _ in range(times):
                shell.execution_count += 1
                live(Bar)
            gc.collect()

        def kept():
            before, _ = tracemalloc.get_traced_memory()
            run(50)
            return tracemalloc.get_traced_memory()[0] - before

        run(5)
        tracemalloc.start()
        try:
            run(1)
            least = min(kept() for _ in range(3))  # once, a cache elsewhere may grow meanwhile
        finally:
            tracemalloc.stop()
        card = len(Live(Bar).card)
        assert least < 5 * card, "each run keeps a picture"
