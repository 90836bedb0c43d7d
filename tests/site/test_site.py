"""The website's parts: frames as SVG, packs, formulas, styles, exercises, and a page's links."""

import gzip
import json
import re
import xml.etree.ElementTree as ET
from itertools import product
from math import prod

import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.text import Text
from topics import TOPICS

from helpers.log_of_zero import exercises as log_exercises
from helpers.log_of_zero import figures as log_figures
from helpers.logits_and_probabilities import figures as logits_figures
from helpers.site import build, exercises, figures, markdown, packs, pages
from helpers.site.styles import Styles
from helpers.site.svg import Drawing
from helpers.start_here import figures as start_figures
from helpers.teaching.exercise import exercise
from helpers.teaching.figure import Choice, LogSlider, Slider, figure


@figure(
    height=Slider("height", 0, 40, step=1, default=7),
    width=Slider("width", 0.0, 2.0, step=0.1, default=0.3),
    side=Choice("side", ["left", "right"], default="right"),
)
class Point:
    """A point."""

    def draw(self, canvas):
        axes = canvas.subplots()
        axes.set(xlim=(0, 3), ylim=(0, 50))
        (self.point,) = axes.plot([], [], "o")

    def update(self, now):
        self.point.set_data([now.width], [now.height])

    def describe(self, now):
        return f"({now.width}, {now.height}), {now.side}"


# Frames


@pytest.mark.parametrize(
    "drawn", [start_figures.StepOfDerivative, log_figures.LowestLoss, logits_figures.RowOfPixels]
)
def test_a_frame_is_xml_without_style_and_data(drawn):
    drawing = Drawing(drawn, "f")
    parts = [drawing.background(), *drawing.frame()]
    whole = "".join((*parts, *drawing.defs.values()))
    ET.fromstring(f"<svg>{whole}</svg>")
    assert not re.search(r"style=|data:|xlink", whole)
    ids = re.findall(r'\bid="([^"]+)"', whole)
    assert len(ids) == len(set(ids)) and all(name.startswith("f-") for name in ids)
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', whole)) <= {
        pair for name in ids for pair in ((name, ""), ("", name))
    }
    images = set(re.findall(r'href="@([^"]+)"', whole))
    assert images == drawing.images.keys()
    assert all(data.startswith(b"\x89PNG") for data in drawing.images.values())


def test_the_same_values_give_the_same_frame_and_others_another():
    drawing = Drawing(Point, "p")
    first = drawing.frame(height=3)
    assert drawing.frame(height=4) != first
    assert drawing.frame(height=3) == first


THEMED = set(
    re.findall(
        r'\[(?:fill|stroke)="(#\w{6})"\]',
        (build.HERE / "assets" / "site.css").read_text(encoding="utf-8"),
    )
)
"""The colours that the dark theme changes. It changes no image."""


@pytest.mark.parametrize("of", TOPICS, ids=[topic.stem for topic in TOPICS])
def test_what_stands_on_an_image_keeps_its_colour_in_the_dark(of):
    for name in pages.shown_figures(pages.read(of.path)):
        picture, _ = figures.figure_of(of.name, name).artists()
        for text in picture.findobj(Text):  # a black line is white there
            assert "black" not in text.get_text(), (name, text.get_text())
        for axes in picture.axes:
            for image in axes.images:
                left, right, *ends = image.get_extent()
                for text in axes.texts:
                    x, y = text.get_position()
                    inside = left < x < right and min(ends) < y < max(ends)
                    if inside and text.get_transform() == axes.transData:
                        assert to_hex(text.get_color()) not in THEMED, (name, text.get_text())
                colours = getattr(image.cmap, "colors", ())
                if len(colours) < 20:  # a legend beside the image names them
                    seen = {to_hex(colour) for colour in colours if to_rgba(colour)[3]}
                    assert not THEMED & seen, name


# Packs


def read(folder, shown):
    """What a page reads from the files: number of the setting → (words, parts)."""
    frames = []
    for place, start in enumerate(shown.starts):
        pack = json.loads(gzip.decompress((folder / f"{place}.pack").read_bytes()))
        assert start == len(frames)
        frames += [[pack["texts"][at] for at in frame] for frame in pack["frames"]]
        known = shown.defs.keys() | pack["defs"].keys()
        used = re.findall(r'(?:href="#|url\(#)([^")]+)', "".join(pack["texts"]))
        assert set(used) <= known
    return frames


def test_packs_hold_each_setting_once(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "PACK", 2000)
    shown = packs.write(Point, "point", tmp_path)
    frames, drawing = read(tmp_path, shown), Drawing(Point, "point")
    assert len(shown.starts) > 3
    assert len(frames) == prod(map(len, shown.kept)) == 41 * 21 * 2
    for number, indices in list(enumerate(product(*shown.kept)))[:: 7 * 13]:
        alt, *parts = frames[number]
        values = Point.values_at(indices)
        assert alt == Point.describe(**values)
        assert tuple(parts) == drawing.frame(**values)
    assert shown.alt == Point.describe()


def test_thinning_keeps_default_ends_choices_and_what_the_text_names():
    named = packs.numbers("At a width of 0.7 and 13, not at -8 or 3.16·10⁻³ or 10⁷ …")
    assert named == {"0.7", "13", "−8", "3.16·10⁻³", "10⁷"}
    kept = packs.thinned(Point, named, most=400)
    assert prod(map(len, kept)) <= 400
    heights, widths, sides = kept
    assert {0, 7, 13, 40} <= set(heights) and {0, 3, 7, 20} <= set(widths) and sides == (0, 1)
    assert packs.thinned(Point, most=10_000) == (tuple(range(41)), tuple(range(21)), (0, 1))
    # More may be named than may remain: then no more than these remain.
    everything = {
        control.text(value) for control in Point.controls.values() for value in control.values()
    }
    assert prod(map(len, packs.thinned(Point, everything, most=5))) == 41 * 21 * 2


def test_a_log_slider_can_be_thinned():
    @figure(x=LogSlider("x", -3, 3, per_decade=10, default=1.0))
    class Line:
        """A line."""

        def draw(self, canvas):
            pass

        def update(self, now):
            pass

        def describe(self, now):
            return "a line"

    (kept,) = packs.thinned(Line, most=12)
    assert len(kept) <= 12 and {0, 30, 60} <= set(kept)


def test_a_heavy_figure_is_thinned_until_it_weighs_little(tmp_path, monkeypatch):
    heavy = packs.write(Point, "point", tmp_path / "heavy", ["0.7"])
    monkeypatch.setattr(packs, "WEIGHT", 10_000)
    light = packs.write(Point, "point", tmp_path / "light", ["0.7"])
    weights = [
        sum(path.stat().st_size for path in (tmp_path / name).glob("*.pack"))
        for name in ("heavy", "light")
    ]
    assert weights[0] > 15_000 and weights[1] <= 10_000
    heights, widths, sides = light.kept
    assert {0, 7, 40} <= set(heights) and {0, 3, 7, 20} <= set(widths) and sides == (0, 1)
    count = prod(map(len, light.kept))
    assert count == len(read(tmp_path / "light", light)) < prod(map(len, heavy.kept))


def test_a_figure_is_kept_until_its_topics_modules_or_data_change():
    names = {path.name for path in figures.sources("lrn_backprop")}
    assert names >= {
        "photograph.py",
        "formulas.py",
        "figures.py",
        "figure.py",
        "parts.py",
        "svg.py",
    }
    assert "exercises.py" not in names and "dropout_digits.npz" not in names
    assert "dropout_digits.npz" in {path.name for path in figures.sources("dropout_scaling")}


def test_a_figure_keeps_what_its_own_section_names():
    cells = ["# Page, 1", "## A, 2", "live(figures.One)", "text 3", "## B, 4", "live(figures.Two)"]
    notebook = {
        "cells": [
            {"cell_type": "code" if text.startswith("live") else "markdown", "source": text}
            for text in cells
        ]
    }
    named = {name: packs.numbers(text) for name, text in pages.shown_figures(notebook).items()}
    assert named == {"One": {"2", "3"}, "Two": {"4"}}


def test_figures_are_made_again_only_when_something_has_changed(tmp_path, capsys):
    wanted = {("start_here", "StepOfDerivative"): "at 10"}
    shown = figures.made(wanted, tmp_path)["start_here", "StepOfDerivative"]
    assert "1 of 1 figures" in capsys.readouterr().out  # a first build takes minutes
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    again = figures.made(wanted, tmp_path)["start_here", "StepOfDerivative"]
    assert capsys.readouterr().out == ""
    assert again.folder == shown.folder and again.alt == shown.alt
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == files
    assert figures.home("start_here", "StepOfDerivative", "at 10") == shown.folder
    assert figures.home("start_here", "StepOfDerivative", "at 12") != shown.folder
    assert figures.home("log_of_zero", "StepOfDerivative", "at 10") != shown.folder


# Texts


def test_links_to_notebooks_become_links_to_pages():
    texts = markdown.Texts()
    html = texts.html(
        "See [02](02_log_of_zero.ipynb), [a](02_log_of_zero.ipynb#cell-id=v1) and [b](https://a.b/c.ipynb)."
    )
    assert 'href="02_log_of_zero.html"' in html and 'href="02_log_of_zero.html#v1"' in html
    assert 'href="https://a.b/c.ipynb"' in html


def test_formulas_leave_a_mark_and_come_back():
    texts = markdown.Texts()
    html = texts.html(
        "Inline $a_b*c*$ and\n\n$$\\begin{aligned} x &= 1 \\end{aligned} \\tag{1.1}$$"
    )
    assert [display for _, display in texts.formulas] == [False, True]
    assert texts.formulas[0][0] == "a_b*c*" and "\\tag{1.1}" in texts.formulas[1][0]
    assert re.search("Inline ONE and.*TWO", texts.filled(html, ["ONE", "TWO"]), re.S)


def test_style_attributes_become_classes_and_scripts_go():
    styles = Styles()
    one = styles.moved(
        '<p class="a" style="margin:0; color:var(--jp-ui-font-color1,#111)">x</p><script>1</script>'
    )
    two = styles.moved('<b style="margin:0;color:var(--jp-ui-font-color1,#111)">y</b>')
    assert one == '<p class="a s0">x</p>' and two == '<b class="s0">y</b>'
    assert styles.sheet() == ".s0{margin:0;color:var(--ink)}\n"


# Exercises


def test_a_mistake_is_shown_as_code_with_the_checks_sentence():
    known = dict(exercises.mistakes(log_exercises.entropy))
    assert len(known) == len(log_exercises.entropy.mistakes)
    for code, sentence in known.items():
        assert code.startswith("def entropy(") and '"""' not in code and "EPS" not in code
        compile(code, "mistake", "exec")
        assert sentence.startswith("Wrong:")
    assert any("log2" in code and "bits" in sentence for code, sentence in known.items())


def test_a_mistake_that_is_a_function_has_the_exercises_name():
    @exercise(cases={"values": {"of 1": lambda: (1.0,)}}, hints=["h"])
    def double(x):
        """2·x."""
        return 2 * x

    @double.mistake
    def adds_a_little(x, *, EPS):
        """Nothing is to be added."""
        return 2 * x + EPS

    code = exercises.code_of(double, double.mistakes["adds_a_little"])
    assert code == "def double(x):\n    return 2 * x + 1e-07"


def test_the_solution_stands_without_its_docstring():
    code = exercises.solution(log_exercises.entropy)
    assert code.startswith("def entropy(") and '"""' not in code


# The build


def test_a_number_that_no_notebook_has_is_refused(tmp_path):
    with pytest.raises(ValueError, match="No notebook has the number 99"):
        build.build(tmp_path / "site", tmp_path / "cache", ["99"])
    assert not (tmp_path / "site").exists()
