"""A JupyterLab of its own in a Chromium of its own, driven by Playwright as a learner would."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
from nbformat.sign import NotebookNotary

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NO_BROWSER = (
    "The browser tests need Chromium: install it with `apt-get install chromium` (Debian, Ubuntu) "
    "or `.venv/bin/python -m playwright install chromium`."
)

SETTINGS = {
    # A fresh JupyterLab asks whether to fetch news, and the question takes the focus.
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

# Seconds on the clock until something that should happen counts as a fault: many, since the machine
# may be busy. A test that passes never waits as long.
PATIENCE = 180

WINDOW = {"width": 1280, "height": 1000}  # CSS pixels


@contextmanager
def running_lab(folder, **environment):
    """A JupyterLab server on a free loopback port that shows the notebooks copied into `folder`.

    `folder`: an empty Path, which holds its settings, signatures and workspaces as well, so that a
    JupyterLab that the user has open shares nothing with it. The server is configured by the
    environment that it runs in, as under `make lab`. `environment` adds variables. Yields the
    server's address; on leaving, the server and all that it started are gone.
    """
    (folder / "notebooks").mkdir()
    for name, settings in SETTINGS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    own = {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={folder / 'notebooks'}", "--LabApp.news_url="]
    command += ["--LabApp.expose_app_in_browser=True"]
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(
        command, env=os.environ | own | environment, stdout=log, stderr=log, cwd=folder
    )
    try:
        yield address(server, folder)
    finally:
        stop(server.pid)
        server.wait()
        log.close()


def address(server, folder, seconds=PATIENCE):
    """The server's URL, once it answers. Raises RuntimeError with the end of its log."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        for path in (folder / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(path.read_text())["url"]
                urllib.request.urlopen(f"{url}api", timeout=seconds).close()
                return url
            except (OSError, ValueError):
                pass
        time.sleep(0.1)
    raise RuntimeError((folder / "server.log").read_text()[-3000:])


def stop(pid):
    """End a process, which ends its children (a server its kernels); then whatever is left."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        family[0].terminate()
    except psutil.NoSuchProcess:
        return
    _, left = psutil.wait_procs(family, timeout=PATIENCE)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=PATIENCE)


def launch(playwright):
    """Chromium: the system's where there is one, else Playwright's own."""
    system = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        return playwright.chromium.launch(executable_path=system, args=FLAGS)
    except Exception as error:
        raise RuntimeError(NO_BROWSER) from error


# What a page's script can see of the notebook that it shows
PANEL = "jupyterapp.shell.currentWidget"
SCRIPT = f"""
window.lab = {{
  panel: () => {PANEL},
  cells: () => [...{PANEL}.content.widgets],
  cell: (id) => lab.cells().find((cell) => cell.model.id === id),
  kernel: () => {PANEL}.sessionContext.session?.kernel,
  ready: () => {PANEL}?.content?.widgets?.length && {PANEL}.context.isReady &&
    lab.kernel()?.status === "idle" && lab.cells().every((cell) => cell.isAttached) &&
    [...document.images].every((image) => image.complete),
  frame: async (image) => {{
    const buffer = await (await fetch(image.src)).arrayBuffer();
    return btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  }},
}};
"""


class Lab:
    """A server, a browser and the pages opened in it.

    address: the server's URL; folder: where its notebooks lie; browser: a Playwright browser.
    """

    def __init__(self, address, folder, browser):
        self.address, self.folder, self.browser = address, folder / "notebooks", browser

    def write(self, name, notebook, trusted=True):
        """Store a notebook (a NotebookNode) among the server's, signed if `trusted`; its Path."""
        path = self.folder / name
        nbformat.write(notebook, path)
        if trusted:
            notary = NotebookNotary(data_dir=str(self.folder.parent / "data"))
            notary.sign(nbformat.read(path, as_version=4))
            notary.store.close()
        return path

    @contextmanager
    def open(self, source, viewport=WINDOW, script=""):
        """Open a copy of the notebook `source` (a Path) and wait until it is shown. Yields a Page.

        `script` is run before the page's own. The kernel is ended with the page.
        """
        name = source.name
        if source.parent != self.folder:
            shutil.copy(source, self.folder / name)
        # Side bars that another test has opened would be open here, too.
        shutil.rmtree(self.folder.parent / "workspaces", ignore_errors=True)
        context = self.browser.new_context(viewport=viewport)
        context.add_init_script(SCRIPT + script)
        try:
            page = Page(context.new_page(), f"{self.address}doc/tree/{name}")
            page.load()
            yield page
            page.shut_down()
        finally:
            context.close()


class Page:
    """A notebook in the browser. `tab`: the Playwright page below it."""

    def __init__(self, tab, url):
        self.tab, self.url = tab, url
        self.messages = []  # errors on the console, scripts that failed, what came from elsewhere
        tab.on("console", self._console)
        tab.on("pageerror", self._page_error)
        tab.on("request", self._request)
        self.do = tab.evaluate
        tab.set_default_timeout(1000 * PATIENCE)

    def _console(self, message):
        if message.type == "error":
            self.messages.append(f"{message.text} ({message.location.get('url', '')})")

    def _page_error(self, error):
        # JupyterLab asks a kernel who it is, and says this if the kernel is restarted meanwhile.
        if not str(error).startswith("Canceled future for kernel_info_request"):
            self.messages.append(str(error))

    def _request(self, request):
        local = ("data:", "blob:", "http://127.0.0.1:", "ws://127.0.0.1:", "chrome")
        if not request.url.startswith(local):
            self.messages.append(f"{request.url} is not on this machine")

    def load(self, ready=True):
        """Open or open again; wait until every cell is shown and the kernel idle."""
        self.tab.goto(self.url)
        self.wait("() => window.jupyterapp?.shell?.currentWidget?.context?.isReady")
        if ready:
            self.wait("lab.ready")

    def wait(self, script, argument=None, seconds=PATIENCE):
        """Wait until `script`, a JavaScript function of `argument`, gives something true."""
        return self.tab.wait_for_function(script, arg=argument, timeout=1000 * seconds)

    def command(self, name, **arguments):
        """Run one of JupyterLab's commands to its end."""
        script = "async ([name, args]) => { await jupyterapp.commands.execute(name, args); }"
        self.do(script, [name, arguments])

    def run_all(self):
        """Run every cell, and wait for the last."""
        self.command("notebook:run-all-cells")

    def restart(self):
        """A fresh kernel for the same page."""
        self.do("() => lab.panel().sessionContext.restartKernel()")
        self.wait("() => lab.kernel()?.status === 'idle'")

    def save(self):
        """Store the page in its file."""
        self.command("docmanager:save")

    def shut_down(self):
        """End the kernel."""
        self.do("() => lab.panel().sessionContext.shutdown()")

    def theme(self, name):
        """Switch JupyterLab's theme and wait until it is there."""
        self.command("apputils:change-theme", theme=name)
        self.wait("(name) => document.body.dataset.jpThemeName === name && lab.ready()", name)

    def kernel(self, code):
        """Run `code` in the page's kernel, outside any cell; do not wait."""
        self.do("(code) => void lab.kernel().requestExecute({code})", code)

    def cells(self):
        """(id, type) of every cell."""
        return self.do("() => lab.cells().map((cell) => [cell.model.id, cell.model.type])")

    def cell(self, id):
        """The element of the cell `id`."""
        return self.tab.evaluate_handle("(id) => lab.cell(id).node", id).as_element()

    def outputs(self, id):
        """The element that holds a cell's outputs."""
        return self.cell(id).query_selector(".jp-OutputArea")

    def type(self, id, source, run=True):
        """Replace a cell's source as a learner would; run it, and wait until it has run."""
        self.cell(id).query_selector(".cm-content").click()
        self.tab.keyboard.press("Control+A")
        self.tab.keyboard.insert_text(source)
        if run:
            self._run(id)

    def rerun(self, id):
        """Run a cell by keyboard and wait until it has run."""
        self.cell(id).query_selector(".cm-content").click()
        self._run(id)

    def _run(self, id):
        before = self.do("(id) => lab.cell(id).model.executionCount", id)
        self.tab.keyboard.press("Shift+Enter")
        self.wait(
            """([id, before]) => {
              const model = lab.cell(id).model;
              return model.executionCount !== before && model.executionState === "idle";
            }""",
            [id, before],
        )

    def record_heights(self, id):
        """From now on, note the height of a cell in every frame of the screen."""
        self.do(
            """(id) => {
              const node = lab.cell(id).node;
              const heights = new Set();
              const look = () => {
                heights.add(node.getBoundingClientRect().height);
                lab.looking = requestAnimationFrame(look);
              };
              lab.heights = heights;
              look();
            }""",
            id,
        )

    def recorded_heights(self):
        """The heights (CSS pixels) that the cell has had; stops noting them."""
        return self.do("() => { cancelAnimationFrame(lab.looking); return [...lab.heights]; }")

    def live(self, figure, nth=0):
        """The live figure `figure` as the page shows it: a View of its card number `nth`."""
        title = figure.__doc__ or figure.name
        boxes = self.tab.get_by_role("group", name=title, exact=True)
        return View(self, boxes.nth(nth), figure)


class View:
    """A live figure on a page. `box`: a locator of its card."""

    def __init__(self, page, box, figure):
        self.page, self.box, self.figure = page, box, figure
        self.image = box.locator("img")
        self.status = box.locator("[role=status]")

    def field(self, name):
        """The locator of the control `name`."""
        return self.box.locator("input, select").nth(list(self.figure.controls).index(name))

    def frame(self):
        """The PNG that the page shows, as bytes."""
        import base64

        return base64.b64decode(self.image.evaluate("lab.frame"))

    def alt(self):
        """What the page says of it."""
        return self.image.get_attribute("alt")

    def values(self):
        """The values at which the controls stand, by keyword."""
        indices = self.box.evaluate(
            """(box) => [...box.querySelectorAll("input, select")].map(
              (field) => field.tagName === "SELECT" ? field.selectedIndex : +field.value)"""
        )
        return self.figure.values_at(indices)

    def wait(self, **values):
        """Wait until picture and words are those of `values` and no note lies on them."""
        expected = self.figure.describe(**values)
        self.page.wait(
            """([image, alt]) => image.alt === alt && image.complete && image.naturalWidth &&
              getComputedStyle(image).visibility === "visible" """,
            [self.image.element_handle(), expected],
        )
