"""Frames become PNGs: lines of text as matplotlib draws them, few colours that stay true."""

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from helpers.teaching.raster import COLOURS, Canvas, Still, _line

LINES = ["mean 0.31", "0.812", "jgp_Äq", "line", "10⁻⁷ → ∞", "AV To fi, the second…"]


def drawn(canvas_class, where, words, **properties):
    """The ink of a text, 0 to 1 a pixel, and its box; some texts come before it and after it."""
    picture = Figure(figsize=(6, 3.6), dpi=150)
    canvas = canvas_class(picture)
    picture.text(0.02, 0.3, "turned before", rotation=60, color="#0072B2")
    text = picture.text(*where, words, color="red", **properties)
    picture.text(0.95, 0.3, "$\\sqrt{x}$", rotation=30, color="#0072B2")
    canvas.draw()
    colours = np.asarray(canvas.buffer_rgba())[..., :3].astype(float) / 255
    return colours[..., 0] - colours[..., 1], text.get_window_extent().bounds


def centre(ink):
    """Column and row at which the red ink's weight lies, and its amount."""
    ink = np.clip(ink, 0, None)
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]]
    return (ink * columns).sum() / ink.sum(), (ink * rows).sum() / ink.sum(), ink.sum()


class TestLineOfText:
    @pytest.mark.parametrize("words", [*LINES, "two\nlines"])
    @pytest.mark.parametrize("properties", [{}, {"alpha": 0.4}, {"fontsize": 7, "ha": "right"}])
    def test_lies_where_matplotlib_has_it_and_has_as_much_ink(self, words, properties):
        for where in [(0.3, 0.5), (0.501, 0.703), (0.3507, 0.2518)]:
            theirs, their_box = drawn(FigureCanvasAgg, where, words, **properties)
            ours, our_box = drawn(Canvas, where, words, **properties)
            assert our_box == their_box
            column, row, amount = np.subtract(centre(ours), centre(theirs))
            assert abs(column) < 0.55 and abs(row) < 0.55, "more than rounding to whole pixels"
            assert abs(amount) < 0.02 * centre(theirs)[2]

    @pytest.mark.parametrize("words", LINES)
    def test_at_whole_pixels_it_is_matplotlibs(self, words):
        theirs, _ = drawn(FigureCanvasAgg, (90 / 900, 270 / 540), words)
        ours, _ = drawn(Canvas, (90 / 900, 270 / 540), words)
        assert np.abs(ours - theirs).max() < 0.1

    @pytest.mark.parametrize(
        "where", [(-9 / 900, 0.5), (880 / 900, 0.5), (0.5, 530 / 540), (0.5, 0)]
    )
    def test_is_cut_off_at_the_edges(self, where):
        theirs, _ = drawn(FigureCanvasAgg, where, "jumps")
        ours, _ = drawn(Canvas, where, "jumps")
        assert np.abs(ours - theirs).max() < 0.1

    def test_turned_texts_and_formulas_are_matplotlibs(self):
        for words, turn in [("turned", 90), ("turned", 12), ("$x^2$ of $x$", 0)]:
            theirs, _ = drawn(FigureCanvasAgg, (0.3507, 0.5018), words, rotation=turn)
            ours, _ = drawn(Canvas, (0.3507, 0.5018), words, rotation=turn)
            assert np.array_equal(ours, theirs)

    def test_is_made_once_wherever_it_stands(self):
        before = _line.cache_info().misses
        for place in (0.2, 0.31):
            drawn(Canvas, (place, 0.5), "a line that no other test draws")
        assert _line.cache_info().misses == before + 1


@pytest.fixture
def canvas():
    """A picture of many colours, on which nothing moves yet."""
    picture = Figure(figsize=(3, 2), dpi=100)
    picture.figimage(np.random.default_rng(0).random((200, 300, 3)))
    canvas = Canvas(picture)
    canvas.draw()
    return canvas


def decoded(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def paint(canvas, row, columns, *rgb):
    np.asarray(canvas.buffer_rgba())[row, columns, :3] = rgb


class TestStill:
    def test_what_moves_has_colours_of_its_own(self, canvas):
        still = Still(canvas)
        paint(canvas, 20, slice(10, 15), 255, 0, 80)
        shown = decoded(still.png())
        assert np.abs(shown[20, 10:15] - (255, 0, 80)).max() <= 1
        assert len(np.unique(shown.reshape(-1, 3), axis=0)) <= COLOURS + 1

    def test_what_stands_still_keeps_its_colours(self, canvas):
        still = Still(canvas)
        before = decoded(still.png())
        assert np.abs(before - np.asarray(canvas.buffer_rgba())[..., :3]).max() < 64
        paint(canvas, slice(50, 150), slice(20, 200), 0, 114, 178)
        after = decoded(still.png())
        after[50:150, 20:200] = before[50:150, 20:200]
        assert np.array_equal(after, before)

    def test_restored_it_is_as_before_whatever_was_painted(self, canvas):
        still = Still(canvas)
        before = still.png()
        paint(canvas, slice(None), slice(None), 1, 2, 3)
        assert still.png() != before
        still.restore()
        assert still.png() == before
