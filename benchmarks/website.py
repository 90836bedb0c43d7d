"""What a reader of the website waits for: from a key to the picture, and until a page is there.

`python -m benchmarks.website` builds a draft of two pages, shows it on loopback, and presses keys in
Chromium. The slider by hand stands on the same page: a range input, an SVG and a few lines of script.
Then it opens both pages in turn with the same notebooks as Sphinx shows them (see book_theme.py).
"""

import argparse
import gzip
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks import book_theme
from benchmarks.measure import ROOT, spread, store, table
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


# When the last figure of a page had its controls: milliseconds since the page was asked for.
ALIVE = """new MutationObserver(() => {
  if (document.readyState !== "loading" && !document.querySelector("[data-asleep]"))
    window.alive ??= performance.now();
}).observe(document, {subtree: true, childList: true});"""

# First paint; the site's figures, or the load event of a page that has no live figures.
TIMES = """() => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const [load] = performance.getEntriesByType("navigation");
  const figures = document.querySelector("[data-figure]");
  return [paint.startTime, figures ? window.alive : load.loadEventEnd];
}"""


def opening(browser, host, stem):
    """Open a page with nothing kept from before: its two times, and the files that it asked for."""
    host.asked.clear()
    context = browser.new_context()
    context.add_init_script(ALIVE)
    page, asked = context.new_page(), []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{host.address}{stem}.html")
    page.wait_for_load_state("networkidle")
    times = page.evaluate(TIMES)
    context.close()
    far = [u for u in asked if u.startswith("http") and not u.startswith(host.address)]
    if far:
        raise RuntimeError(f"The page asked other hosts, which the times would depend on: {far}")
    files = [host.folder / path.partition("?")[0].lstrip("/") for path in host.asked]
    return times, [file for file in files if file.is_file()]


def beside_sphinx(browser, hosts, openings):
    """A row for each page and each of `hosts` (label → Host); the first of these is the measure."""
    rows = []
    for stem in PAGES.values():
        times, sent = {label: [] for label in hosts}, {}
        for _ in range(openings):
            for label, host in hosts.items():
                seconds, sent[label] = opening(browser, host, stem)
                times[label].append(seconds)
        floor = None
        for label in hosts:
            paint, ready = zip(*times[label], strict=True)
            files = [path.read_bytes() for path in sent[label]]
            plain, packed = sum(map(len, files)), sum(len(gzip.compress(data)) for data in files)
            floor = floor or (packed, statistics.median(paint), statistics.median(ready))
            against = zip((packed, *map(statistics.median, (paint, ready))), floor, strict=True)
            by = [f"{value / ours:.1f}×" for value, ours in against]
            rows.append(
                [
                    f"{stem[:2]}, {label}",
                    len(files),
                    f"{plain / 1000:.0f} kB",
                    f"{packed / 1000:.0f} kB, {by[0]}",
                    f"{spread(paint, 'ms', digits=0)}, {by[1]}",
                    f"{spread(ready, 'ms', digits=0)}, {by[2]}",
                ]
            )
    return rows


def main(presses=PRESSES, openings=OPENINGS):
    """Measure everything; the tables as Markdown."""
    with tempfile.TemporaryDirectory() as parent, sync_playwright() as playwright:
        folder = Path(parent, "site")
        build(folder, BUILD / "cache", list(PAGES))
        host, browser = Host(folder), launch(playwright)
        other = Path(parent, "sphinx")
        other.mkdir()
        sphinx = Host(book_theme.build(other, PAGES.values()), policy="")  # it needs inline scripts
        hand = keys(browser, host.address, "#by-hand", presses, openings)
        ours = keys(browser, host.address, "[data-figure]", presses, openings)
        hosts = {"this website": host, "Sphinx, MyST-NB": sphinx}
        rows = beside_sphinx(browser, hosts, openings)
        browser.close()
        for each in hosts.values():
            each.server.shutdown()
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
    pages = ["page, before a touch", "files", "bytes", "gzip", "first paint", "ready"]
    return "\n\n".join([table(head, latency), table(pages, rows)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.website", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    text = main()
    if not options.dry:
        store("website", text)
    print(text)
