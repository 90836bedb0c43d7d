"""Parts that pictures share, on axes of their own."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.teaching import parts


@pytest.fixture
def axes():
    return Figure().subplots()


def names(axis):
    """Where the ticks of an axis are, and what they are called."""
    return list(axis.get_ticklocs()), [label.get_text() for label in axis.get_ticklabels()]


def test_a_key_shows_the_looks_with_their_labels_and_leaves_the_axes_without_lines(axes):
    parts.key(axes, {"loss": {"color": "red", "ls": "--"}, "push": {"marker": "o"}}, title="by")
    loss, push = axes.get_legend().get_lines()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["loss", "push"]
    assert (loss.get_color(), loss.get_linestyle(), push.get_marker()) == ("red", "--", "o")
    assert axes.get_legend().get_title().get_text() == "by"
    assert not axes.lines


def test_ticks_are_named_and_no_others_are_left(axes):
    axes.set(xscale="log", yscale="log", xlim=(1e-5, 1e5), ylim=(1, 1000))
    parts.ticks(axes, x=[1e-4, 0.01, 1e4], y={10: "10", 800: "∞"})
    assert names(axes.xaxis) == ([1e-4, 0.01, 1e4], ["10⁻⁴", "0.01", "10⁴"])
    assert names(axes.yaxis) == ([10, 800], ["10", "∞"])
    assert not len(axes.xaxis.get_minorticklocs()) and not len(axes.yaxis.get_minorticklocs())


def test_one_axis_alone_is_named(axes):
    before = list(axes.get_yticks())
    parts.ticks(axes, x=[-1, 0])
    assert names(axes.xaxis) == ([-1, 0], ["−1", "0"])
    assert list(axes.get_yticks()) == before


@pytest.mark.parametrize(("x", "side"), [(0.98, "right"), (0.03, "left")])
def test_a_text_in_a_corner_stays_there_whatever_the_limits(axes, x, side):
    text = parts.corner(axes, x, 0.9)
    before = text.get_window_extent().get_points().tolist()
    axes.set(xlim=(3, 4), ylim=(-80, 5))
    assert text.get_window_extent().get_points().tolist() == before
    assert (*text.get_position(), text.get_ha(), text.get_va()) == (x, 0.9, side, "top")


def test_heights_texts_curves_and_dots_go_to_their_own_and_none_is_left_over(axes):
    bars = axes.bar([0, 1], [1, 1])
    texts = [axes.text(0, 0, ""), axes.text(0, 0, "")]
    lines = [axes.plot([], [])[0] for _ in range(2)]
    parts.set_heights(bars, [2, -3])
    parts.set_texts(texts, ["two", "minus three"])
    parts.set_lines(lines, [0, 1], [[2, 3], [4, 5]])
    dots = [axes.plot([], [], "o")[0] for _ in range(2)]
    parts.set_dots(dots, 7, [8, 9])
    assert [dot.get_xydata().tolist() for dot in dots] == [[[7, 8]], [[7, 9]]]
    assert [bar.get_height() for bar in bars] == [2, -3]
    assert [text.get_text() for text in texts] == ["two", "minus three"]
    assert [line.get_xydata().tolist() for line in lines] == [[[0, 2], [1, 3]], [[0, 4], [1, 5]]]
    for leave, *rest in ((parts.set_heights, bars), (parts.set_texts, texts)):
        with pytest.raises(ValueError, match="zip"):
            leave(*rest, [1])
    with pytest.raises(ValueError, match="zip"):
        parts.set_lines(lines, [0, 1], [[2, 3]])
    with pytest.raises(ValueError, match="zip"):
        parts.set_dots(dots, 7, [8])


def test_a_histogram_takes_the_shares_of_all_values_also_of_those_outside(axes):
    edges = np.array([0.0, 1.0, 2.0])
    bars = parts.histogram(axes, edges)
    assert bars.get_data().values.tolist() == [0, 0]
    bars.set_data(parts.shares(np.array([0.5, 1.2, 1.5, 7.0]), edges))
    assert bars.get_data().values.tolist() == [0.25, 0.5]


def test_a_curve_out_of_sight_leaves_a_gap():
    seen = parts.in_sight(np.array([-1.0, 0.0, np.nan, 5.0, 8.0, 8.1]), 0, 8)
    np.testing.assert_array_equal(seen, [np.nan, 0, np.nan, 5, 8, np.nan])


@pytest.mark.parametrize(("y", "at", "shape"), [(5, 5, "o"), (9, 8, "^"), (-1, 0, "v")])
def test_a_mark_out_of_sight_is_an_arrowhead_at_the_edge(axes, y, at, shape):
    (mark,) = axes.plot([], [], "s")
    parts.set_mark(mark, 3, y, 0, 8, "o")
    assert mark.get_xydata().tolist() == [[3, at]]
    assert mark.get_marker() == shape
