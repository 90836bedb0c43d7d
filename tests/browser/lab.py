"""A JupyterLab of its own in a Chromium of its own, driven by Playwright."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

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


@contextmanager
def running_lab(folder):
    """A JupyterLab server on a free loopback port that shows a copy of the notebooks in `folder`.

    `folder`: an empty Path, which holds its settings, trust and workspaces as well, so that a
    JupyterLab that the user has open shares nothing with it. Yields the server's address.
    """
    notebooks = folder / "notebooks"
    shutil.copytree(ROOT / "notebooks", notebooks, ignore=shutil.ignore_patterns(".*"))
    environment = {
        **os.environ,
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    quietly(["trust", *map(str, sorted(notebooks.glob("*.ipynb")))], environment)
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={notebooks}", "--LabApp.expose_app_in_browser=True"]
    command += [
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        yield address(server, folder)
    finally:
        server.terminate()  # shuts its kernels down as well
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def quietly(arguments, environment):
    command = [sys.executable, "-m", "jupyter", *arguments]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def address(server, folder, seconds=60):
    """The server's URL, once it answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        for path in (folder / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(path.read_text())["url"]
                urllib.request.urlopen(f"{url}api", timeout=2).close()
                return url
            except (OSError, ValueError):
                pass
        time.sleep(0.1)
    raise RuntimeError((folder / "server.log").read_text()[-3000:])


def launch(playwright):
    """Chromium: the system's where there is one, else Playwright's own."""
    system = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        return playwright.chromium.launch(executable_path=system, args=FLAGS)
    except Exception as error:
        raise RuntimeError(NO_BROWSER) from error
