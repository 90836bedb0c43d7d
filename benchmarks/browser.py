"""What a learner waits for: from a key to the picture, in a real browser, side by side.

`python -m benchmarks.browser` measures the live figures, a bare echo through the kernel, and the
same picture by `interact` and by ipympl (which is installed for the run alone), all in one
JupyterLab; then a slider that never rests, and how long a notebook takes to open and to run.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError, sync_playwright

from benchmarks.measure import ROOT, store, table
from helpers.collection import collection
from helpers.start_here.figures import StepOfDerivative
from helpers.upkeep.refresh import METADATA

sys.path.insert(0, str(ROOT / "tests"))
from browser.lab import Lab, launch, running_lab

PRESSES = 64
PAUSE = 50  # ms between a picture and the next key, about a held key's pace
SLIDING, STEPS = 10, 30  # seconds, steps a second
OPENINGS = 5

SETUP = """\
from types import SimpleNamespace
import ipywidgets, matplotlib.pyplot as plt
from helpers.start_here.figures import StepOfDerivative
from helpers.teaching import live
VALUES = StepOfDerivative.controls["h"].values()
last = len(VALUES) - 1

drawing = type(StepOfDerivative._drawing)()

def move(i):
    values = {"h": VALUES[i], "scheme": "forward", "dtype": "float64"}
    drawing.update(SimpleNamespace(**values, **drawing.measure(**values)))
"""

ECHO = """\
slider, label = ipywidgets.IntSlider(0, 0, last), ipywidgets.Label("0")
slider.observe(lambda change: setattr(label, "value", f"value {change.new}"), "value")
ipywidgets.VBox([slider, label])
"""

INTERACT = """\
%matplotlib inline
def show(i):
    canvas = plt.figure(figsize=(6, 3.6), dpi=150, layout="constrained")
    drawing.draw(canvas)
    move(i)
    plt.show()

ipywidgets.interact(show, i=ipywidgets.IntSlider(0, 0, last));
"""

IPYMPL = """\
%matplotlib ipympl
canvas = plt.figure(figsize=(6, 3.6), dpi=150, layout="constrained")
drawing.draw(canvas)

def show(i):
    move(i)
    canvas.canvas.draw_idle()

show(0)
slider = ipywidgets.IntSlider(0, 0, last)
slider.observe(lambda change: show(change.new), "value")
display(slider)
plt.show()
"""

# In the page: when a key went down, and when what it asked for was ready to be seen.
STOPWATCH = """
window.watch = {
  down: 0, up: 0,
  done() { if (!watch.up) watch.up = performance.now(); },
  label(box) {
    watch.on([...box.querySelectorAll(".widget-label")].at(-1), () => watch.done());
  },
  picture(box) {
    watch.on(box, async (changes) => {
      for (const {target, addedNodes} of changes) {
        const images = [target, ...addedNodes].flatMap((node) =>
          node.tagName === "IMG" ? [node] : [...(node.querySelectorAll?.("img") ?? [])]);
        for (const image of images) { await image.decode(); watch.done(); }
      }
    });
  },
  canvas() { // ipympl's pictures are drawn on one
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...args) {
      draw.apply(this, args);
      watch.done();
    };
  },
  on(box, look) {
    new MutationObserver(look).observe(
      box, {subtree: true, childList: true, characterData: true, attributeFilter: ["src"]});
  },
};
addEventListener("keydown", (event) => { watch.down = event.timeStamp; watch.up = 0; }, true);
"""

# Moves a slider at a steady pace, to and fro, and notes each wish and each picture shown.
SLIDE = """async ([seconds, steps]) => {
  const box = document.querySelector("[data-live]");
  const field = box.querySelector("input"), image = box.querySelector("img");
  const wishes = [], shown = [];
  const observer = new MutationObserver(async () => {
    const text = image.alt;
    await image.decode();
    shown.push([text, wishes.length]);
  });
  observer.observe(image, {attributeFilter: ["src"]});
  const last = +field.max;
  let at = 0, way = 1;
  const start = performance.now();
  for (let count = 1; count <= seconds * steps; count++) {
    if (at + way < 0 || at + way > last) way = -way;
    at += way;
    field.value = at;
    wishes.push(at);
    field.dispatchEvent(new Event("input", {bubbles: true}));
    const rest = start + 1000 * count / steps - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)));
  }
  const took = performance.now() - start;
  observer.disconnect();
  return {wishes, shown, took};
}"""

ASK = """(code) => new Promise((resolve) => {
  let text = "";
  const reply = lab.kernel().requestExecute({code});
  reply.onIOPub = (message) => { text += message.content.text ?? ""; };
  reply.done.then(() => resolve(text));
})"""

# Runs from the first moment of a page: when was the first picture, or the first cell, to be seen?
FIRST = """
const look = () => {
  const wanted = document.querySelector(window.bare ? ".jp-Cell .cm-line"
                                                               : "[data-live] img");
  if (wanted && (wanted.complete ?? true)) window.first = performance.now();
  else requestAnimationFrame(look);
};
look();
"""


def cells(*sources):
    """A notebook of these cells."""
    return new_notebook(
        metadata=METADATA,
        cells=[new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)],
    )


def middle(times):
    """Median and 95th percentile of times in ms."""
    return statistics.median(times), sorted(times)[round(0.95 * (len(times) - 1))]


class Keys:
    """Presses keys on a control and measures."""

    def __init__(self, page, cell, control, kind):
        self.page, self.tab = page, page.tab
        area = page.outputs(cell)
        self.field = area.wait_for_selector(control)
        page.do(f"(area) => watch.{kind}(area)", area)
        self.field.evaluate("(field) => { field.dataset.lmSuppressShortcuts = 'true'; }")
        self.press("ArrowRight")  # the first answer warms the path up
        self.press("Home")

    def press(self, key):
        """Milliseconds from the key to what it asked for."""
        self.field.focus()
        self.tab.keyboard.press(key)
        self.page.wait("() => watch.up")
        milliseconds = self.page.do("() => watch.up - watch.down")
        self.tab.wait_for_timeout(PAUSE)
        return milliseconds

    def sweep(self, key, count):
        """The times of `count` presses."""
        return [self.press(key) for _ in range(count)]


HANDLE = ".noUi-handle"
LAST = len(StepOfDerivative.controls["h"].values()) - 1


@contextmanager
def opened(lab, *sources):
    """A page of these cells, run."""
    with lab.open(lab.write("benchmark.ipynb", cells(SETUP, *sources))) as page:
        page.do(f"() => {{ {STOPWATCH} }}")
        page.run_all()
        yield page


def baseline(lab, source, kind, presses):
    """The times of `presses` keys, to and fro, on a slider of ipywidgets."""
    times = []
    with opened(lab, source) as page:
        keys = Keys(page, "c1", HANDLE, kind)
        while len(times) < presses:
            times += keys.sweep("ArrowRight", LAST) + keys.sweep("ArrowLeft", LAST)
    return times[:presses]


def ours(lab, presses):
    """The times of keys on the live figure: at settings never seen, and at settings seen before."""
    first, seen = [], []
    with opened(lab, "live(StepOfDerivative)") as page:
        while len(first) < presses:
            page.rerun("c1")  # a new widget has seen nothing
            page.live(StepOfDerivative).wait()
            page.wait("() => document.querySelector('[data-live] input:enabled')")
            keys = Keys(page, "c1", "[data-live] input", "picture")
            first += keys.sweep("ArrowRight", LAST)[1:]  # the warm-up has seen one
            seen += keys.sweep("ArrowLeft", LAST)
    return first[:presses], seen[:presses]


def sliding(lab, seconds):
    """What a slider shows that is moved without rest: rows of the table."""
    with opened(lab, "live(StepOfDerivative)") as page:
        page.live(StepOfDerivative).wait()
        page.wait("() => document.querySelector('[data-live] input:enabled')")
        rss = "import psutil; print(psutil.Process().memory_info().rss)"
        page.do(SLIDE, [1, STEPS])
        before = int(page.do(ASK, rss))
        page.rerun("c1")
        page.live(StepOfDerivative).wait()
        page.wait("() => document.querySelector('[data-live] input:enabled')")
        run = page.do(SLIDE, [seconds, STEPS])
        after = int(page.do(ASK, rss))
    texts = {StepOfDerivative.describe(h=h): i for i, h in enumerate(h_values())}
    older, newest = 0, 0
    for text, asked in run["shown"]:
        matches = [n for n, wish in enumerate(run["wishes"][:asked]) if wish == texts[text]]
        if not matches or matches[-1] < newest:
            older += 1
        else:
            newest = next(n for n in matches if n >= newest)
    return [
        ["pictures a second", f"{1000 * len(run['shown']) / run['took']:.1f}", "25 or more"],
        ["older pictures after newer ones", older, "0"],
        ["growth of the kernel's memory", f"{(after - before) / 1e6:.1f} MB", "flat"],
    ]


def h_values():
    return StepOfDerivative.controls["h"].values()


def openings(lab, rounds):
    """Seconds to open and to run: the empty notebook and every page, in turns."""
    empty = lab.write("empty.ipynb", cells("0"))
    results = {}
    for _ in range(rounds):
        for path in [empty, *collection()]:
            try:
                shown, run = opening(lab, path, bare=path == empty)
            except TimeoutError as error:
                raise TimeoutError(f"{path.name} was not opened or run in time") from error
            opens, runs = results.setdefault(path.stem, ([], []))
            opens.append(shown)
            runs.append(run)
    return results


def opening(lab, path, bare):
    """Seconds until the first picture (of a bare notebook: its cell), and Run All to the end."""
    with lab.open(path, script=f"window.bare = {int(bare)};{FIRST}") as page:
        page.wait("() => window.first", seconds=60)
        shown = page.do("() => first / 1000")
        run = page.do(
            """async (live) => {
              const start = performance.now();
              await jupyterapp.commands.execute("notebook:run-all-cells");
              const waiting = () => [...document.querySelectorAll("[data-live]")]
                .some((box) => box.querySelector(":disabled"));
              while (waiting()) await new Promise(requestAnimationFrame);
              return (performance.now() - start) / 1000;
            }"""
        )
    return shown, run


@contextmanager
def ipympl(folder):
    """Install ipympl into `folder`; yields the environment that makes a server and kernels find it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = project["optional-dependencies"]["bench"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    subprocess.run([*map(str, command), *pins], check=True)
    yield {"PYTHONPATH": str(folder), "JUPYTER_PATH": str(Path(folder) / "share" / "jupyter")}


def latency(lab, presses):
    """The table of key presses."""
    times = {"slider → label, through the kernel": baseline(lab, ECHO, "label", presses)}
    first, seen = ours(lab, presses)
    times["live figure, settings seen before"] = seen
    times["live figure, first visits"] = first
    times["`interact`, the same picture inline"] = baseline(lab, INTERACT, "picture", presses)
    times["ipympl, the same picture"] = baseline(lab, IPYMPL, "canvas", presses)
    echo = statistics.median(times["slider → label, through the kernel"])
    return table(
        ["from the key to the picture", "median", "95 of 100 within", "against the echo"],
        [
            [label, f"{median:.1f} ms", f"{p95:.1f} ms", f"{median / echo:.2f}×"]
            for label, (median, p95) in ((label, middle(values)) for label, values in times.items())
        ],
    )


def main(presses=PRESSES, seconds=SLIDING, rounds=OPENINGS):
    """Measure everything; the tables as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        site, server = Path(folder, "site"), Path(folder, "lab")
        server.mkdir()
        with (
            ipympl(site) as environment,
            running_lab(server, **environment) as address,
            sync_playwright() as playwright,
        ):
            lab = Lab(address, server, launch(playwright))
            keys = latency(lab, presses)
            slid = sliding(lab, seconds)
            opened = openings(lab, rounds)
            lab.browser.close()
    aim = f"moved {STEPS} times a second for {seconds} s"
    rows = [
        [name, f"{statistics.median(opens):.2f} s", f"{statistics.median(runs):.2f} s"]
        for name, (opens, runs) in opened.items()
    ]
    return "\n\n".join(
        [
            keys,
            table([aim, "measured", "aim"], slid),
            table(["notebook", "open → first picture", "Run All → last figure alive"], rows),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--presses", type=int, default=PRESSES, help="keys for each row")
    parser.add_argument("--seconds", type=int, default=SLIDING, help="of sliding without rest")
    parser.add_argument(
        "--rounds", type=int, default=OPENINGS, help="times each notebook is opened"
    )
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    text = main(options.presses, options.seconds, options.rounds)
    if not options.dry:
        store("browser", text)
    print(text)
