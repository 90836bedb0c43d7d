"""What a reader of the website waits for: from a key to the picture, beside a slider by hand; weights.

`python -m benchmarks.website` builds a draft of two pages, shows it on loopback, and presses keys in
Chromium. The slider by hand stands on the same page: a range input, an SVG and a few lines of script.
"""

import argparse
import gzip
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.measure import ROOT, store, table
from helpers.site.__main__ import BUILD
from helpers.site.build import build

sys.path.insert(0, str(ROOT / "tests"))
from browser.host import Host
from browser.lab import launch

PAGES = {"00": "00_start_here", "07": "07_minibatch_gradients"}
PRESSES = 64
OPENINGS = 8
PAUSE = 50  # ms between a picture and the next key

# A point on a curve that a slider moves, as one writes it for one page.
BY_HAND = """() => {
  const box = document.createElement("div");
  box.id = "by-hand";
  box.innerHTML = `<input type="range" min="0" max="32" value="9"><output></output>
    <svg viewBox="0 0 432 259.2"><path fill="none" stroke="black"/><circle r="4"/></svg>`;
  const [field, output, svg] = box.children, [path, point] = svg.children;
  field.addEventListener("input", () => {
    const rate = field.value / 32, at = [];
    for (let x = 0; x <= 100; x++) at.push(`${4 * x},${250 - 200 * (x / 100) ** (1 + rate)}`);
    path.setAttribute("d", `M${at.join("L")}`);
    point.setAttribute("cx", 400 * rate);
    point.setAttribute("cy", 250 - 200 * rate ** (1 + rate));
    output.textContent = rate.toFixed(2);
  });
  document.querySelector("article").prepend(box);
}"""

# When a key went down, and when the picture had changed and its layout was known.
WATCH = """(svg) => {
  window.watch = {down: 0, up: 0};
  addEventListener("keydown", (event) => { watch.down = event.timeStamp; watch.up = 0; }, true);
  new MutationObserver(() => {
    svg.getBoundingClientRect();
    if (!watch.up) watch.up = performance.now();
  }).observe(svg, {subtree: true, childList: true, attributes: true});
}"""


def press(page, field, key):
    """Milliseconds from the key to the picture."""
    field.press(key)
    for _ in range(1000):  # page.wait_for_function would need what the page forbids
        if page.evaluate("watch.up"):
            break
        page.wait_for_timeout(5)
    else:
        raise TimeoutError(f"{key} has changed nothing")
    milliseconds = page.evaluate("watch.up - watch.down")
    page.wait_for_timeout(PAUSE)
    return milliseconds


def keys(browser, address, card, presses, openings):
    """Times of the first key on a page, once an opening, and of the keys after it."""
    first, later = [], []
    for _ in range(openings):
        page = browser.new_page()
        page.goto(f"{address}{PAGES['00']}.html")
        page.wait_for_load_state("networkidle")
        page.evaluate(BY_HAND)
        field = page.locator(f"{card} input").first
        page.locator(f"{card} svg").first.evaluate(WATCH)
        first.append(press(page, field, "ArrowRight"))
        later += [press(page, field, "ArrowLeft") for _ in range(presses // openings)]
        page.close()
    return first, later


def weights(browser, host):
    """For each page: what is fetched before anything is touched, files and bytes."""
    rows = []
    for stem in PAGES.values():
        host.asked.clear()
        page = browser.new_page()
        page.goto(f"{host.address}{stem}.html")
        page.wait_for_load_state("networkidle")
        page.close()
        files = [(host.folder / path.lstrip("/")).read_bytes() for path in host.asked]
        packed = sum(len(gzip.compress(data)) for data in files)
        plain = sum(map(len, files))
        rows.append([stem, len(files), f"{plain / 1000:.0f} kB", f"{packed / 1000:.0f} kB"])
    return rows


def main(presses=PRESSES, openings=OPENINGS):
    """Measure everything; the tables as Markdown."""
    with tempfile.TemporaryDirectory() as parent, sync_playwright() as playwright:
        folder = Path(parent, "site")
        build(folder, BUILD / "cache", list(PAGES))
        host, browser = Host(folder), launch(playwright)
        hand = keys(browser, host.address, "#by-hand", presses, openings)
        ours = keys(browser, host.address, "[data-figure]", presses, openings)
        rows = weights(browser, host)
        browser.close()
        host.server.shutdown()
    floor = statistics.median(hand[1])
    times = {
        "a slider by hand, from the second key on": hand[1],
        "the website's figure, from the second key on": ours[1],
        "a slider by hand, the first key of a page": hand[0],
        "the website's figure, the first key: its file is fetched": ours[0],
    }
    latency = [
        [
            label,
            f"{statistics.median(values):.1f} ms",
            f"{sorted(values)[round(0.95 * (len(values) - 1))]:.1f} ms",
            f"{statistics.median(values) / floor:.2f}×",
        ]
        for label, values in times.items()
    ]
    head = ["from the key to the picture", "median", "95 of 100 within", "against by hand"]
    return "\n\n".join(
        [table(head, latency), table(["page, before a touch", "files", "bytes", "gzip"], rows)]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.website", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    text = main()
    if not options.dry:
        store("website", text)
    print(text)
