"""The width of a page in JupyterLab: lines that can be read, beside figures of the same width."""

import copy

import pytest
from topics import TOPICS

from helpers.teaching.card import card

PAGE = TOPICS[0]

# A line of letters as a page's prose has them: its width, in characters.
CHARACTERS = """(paragraph) => {
  const style = getComputedStyle(paragraph);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const text = paragraph.textContent;
  return paragraph.getBoundingClientRect().width / (pen.measureText(text).width / text.length);
}"""


@pytest.fixture(scope="module")
def wide(lab):
    """The start page on a wide screen, as stored."""
    with lab.open(PAGE.path, viewport={"width": 1920, "height": 1000}) as page:
        page.wait("() => document.querySelector('.checked-gradients')")
        yield page


def test_a_line_of_prose_has_75_to_90_characters(wide):
    paragraph = wide.tab.get_by_role("paragraph").filter(has_text="Well-known answers")
    assert 75 <= paragraph.evaluate(CHARACTERS) <= 90


def test_prose_and_figures_end_at_the_same_edge(wide):
    parts = [".jp-RenderedMarkdown > p", "[data-live]", "[data-predict]", "[data-verdict]"]
    ends = {
        part: wide.do(
            """(part) => [...document.querySelectorAll(part)]
              .map((node) => Math.round(node.getBoundingClientRect().right))""",
            part,
        )
        for part in parts
    }
    assert all(ends.values())
    assert max(map(max, ends.values())) - min(map(min, ends.values())) <= 4, ends


def test_other_notebooks_keep_their_width(lab):
    notebook = copy.deepcopy(PAGE.notebook)
    del notebook.metadata["checked_gradients"]
    with lab.open(
        lab.write("other.ipynb", notebook), viewport={"width": 1920, "height": 900}
    ) as page:
        paragraph = page.tab.get_by_role("paragraph").filter(has_text="Well-known answers")
        assert paragraph.bounding_box()["width"] > 1000


def test_at_400_per_cent_zoom_sliders_and_their_values_are_whole(lab):
    """JupyterLab then leaves about 240 CSS pixels of a screen of 1280."""
    figure = PAGE.module("figures").StepOfDerivative
    tab = lab.browser.new_page(viewport={"width": 256, "height": 900})
    tab.set_content(card(figure, figure.render(), figure.describe()))
    cut = tab.evaluate(
        """() => [...document.querySelectorAll("[data-live] :is(input, select, output)")]
          .filter((node) => node.getBoundingClientRect().right > innerWidth)
          .map((node) => node.outerHTML)"""
    )
    assert tab.locator("[data-live] output").count() and cut == []
    tab.close()
