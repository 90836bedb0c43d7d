"""How every notebook looks, in both themes, on a wide and a narrow screen; and to axe-core."""

import contextlib
import re

import figure_checks
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.lab import WINDOW
from playwright.sync_api import TimeoutError

from helpers.teaching import style

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
OURS = ["[data-live]", "[data-predict]", "[data-check]", "[data-verdict]"]
TEXT_PIXELS = 9

# The cells from the heading above the first live figure to the next heading, as a rectangle that
# begins at the window's upper edge.
SECTION = """() => {
  const cells = lab.cells().map((cell) => cell.node);
  const at = cells.findIndex((cell) => cell.querySelector("[data-live]"));
  if (at < 0) return null;
  const heading = (cell) => cell.querySelector("h2");
  const first = cells[Math.max(cells.slice(0, at + 1).findLastIndex(heading), 0)];
  const next = cells.findIndex((cell, index) => index > at && heading(cell));
  first.scrollIntoView({block: "start"});
  const {top} = first.getBoundingClientRect();
  const {bottom} = cells.at(next < 0 ? -1 : next - 1).getBoundingClientRect();
  return {x: 0, y: top, width: innerWidth, height: bottom - top};
}"""

# Whatever a learner would have to scroll sideways for, or can't see whole.
CUT_OFF = """(ours) => {
  const faults = [];
  const tell = (what, node) => faults.push(`${what}: ${node.outerHTML.slice(0, 120)}`);
  const wide = ".jp-WindowedPanel-outer, .jp-Notebook, .jp-RenderedMarkdown, .jp-OutputArea-output";
  for (const node of document.querySelectorAll(`${wide}, pre:not([tabindex="0"])`))
    if (node.scrollWidth > node.clientWidth + 1 && node.checkVisibility())
      tell(`${node.scrollWidth} px in ${node.clientWidth}`, node);
  for (const box of document.querySelectorAll(ours)) {
    if (!box.checkVisibility()) continue;
    const {left, right} = box.getBoundingClientRect();
    for (const node of box.querySelectorAll(":not(pre *)")) {
      const inner = node.getBoundingClientRect();
      if (inner.width && (inner.right > right + 1 || inner.left < left - 1))
        tell("beyond its box", node);
    }
  }
  return faults;
}"""


@pytest.fixture(scope="module", params=THEMES)
def theme(request, alive):
    """The page in each theme; light again afterwards."""
    alive.theme(THEMES[request.param])
    yield request.param
    alive.theme(THEMES["light"])


@pytest.fixture(params=[1280, 800])
def width(request, alive):
    """The page on screens of these widths (CSS pixels)."""
    alive.tab.set_viewport_size(WINDOW | {"width": request.param})
    yield request.param
    alive.tab.set_viewport_size(WINDOW)


def test_first_live_section_has_its_picture_taken(alive, topic, theme, width, artifacts):
    clip = alive.do(SECTION)
    if not clip:  # no live figure on this page
        return
    alive.tab.set_viewport_size({"width": width, "height": int(clip["y"] + clip["height"]) + 100})
    clip = alive.do(SECTION)
    path = artifacts / f"{topic.stem}-{theme}-{width}.png"
    alive.tab.screenshot(path=path, clip=clip)
    assert path.stat().st_size > 10_000


def test_nothing_is_cut_off_and_nothing_scrolls_sideways(alive, width):
    alive.do("() => document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    with contextlib.suppress(TimeoutError):  # JupyterLab lays the page out anew, in steps
        alive.wait(f"(ours) => ({CUT_OFF})(ours).length === 0", ", ".join(OURS), seconds=30)
    assert alive.do(CUT_OFF, ", ".join(OURS)) == []


def test_text_in_pictures_is_large_enough_on_the_screen(alive, figures, width):
    for figure in figures:
        shown = alive.live(figure).image.bounding_box()["width"] / style.WIDTH
        assert figure_checks.TEXT_PIXELS * shown >= TEXT_PIXELS, figure.name


def test_controls_stand_out_from_their_background(alive, theme):
    """axe-core does not look into native controls."""
    colours = alive.do(
        """() => [...document.querySelectorAll("[data-live] select, [data-predict] input, "
                                              + "[data-predict] button")]
          .map((field) => getComputedStyle(field))
          .map(({color, backgroundColor}) => [color, backgroundColor])"""
    )
    for pair in colours:
        ink, paper = (
            [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]] + [1.0]
            for colour in pair
        )
        assert figure_checks.contrast(ink, paper) >= 4.5, pair


def test_axe_finds_nothing_serious(alive, theme):
    alive.do("() => document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    ours = [part for part in OURS if alive.tab.locator(part).count()]
    found = Axe().run(alive.tab, {"include": [[part] for part in ours]}).response
    serious = [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert serious == []
    assert found["passes"], "axe looked at something"
