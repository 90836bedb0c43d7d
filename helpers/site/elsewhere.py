"""Where a page can be run: its addresses elsewhere, and the copies of notebooks for Colab."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, urlencode

WHEELS = "wheel"
"""The folder of the site that holds the project's wheel."""

BRANCH = "colab"
"""The branch that holds Colab's copies: the workflow that publishes the site writes it."""

INSTALL = """\
# For Colab: this installs the notebooks' helpers. Colab's own torch and numpy stay as they are.
%pip install --quiet --no-deps {wheel} {needs}"""

NEEDS = ("anywidget", "psygnal")  # what the helpers import and Colab has not


def ways(stem: str, places: dict[str, str], wheel: str) -> list[tuple[str, str]]:
    """Where the notebook `stem` can be run: pairs of a label and an address.

    `places`: the table of pyproject.toml. An empty address offers nothing; the notebook and `wheel`,
    the file with what it imports, are always there.
    """
    found = [
        ("download the notebook", f"notebooks/{stem}.ipynb"),
        ("download its helpers, for pip install", f"{WHEELS}/{wheel}"),
    ]
    repository, file = places["repository"].rstrip("/"), f"notebooks/{stem}.ipynb"
    if not repository:
        return found
    branch, host, path = places["branch"], *_host_and_path(repository)
    found.append(("read it in the repository", f"{repository}/blob/{branch}/{file}"))
    if places["binder"] and host == "github.com":
        query = urlencode({"labpath": file}, quote_via=quote)
        address = f"{places['binder'].rstrip('/')}/v2/gh/{path}/{branch}?{query}"
        found.append(("run it on Binder", address))
    if places["hub"]:
        name = path.rpartition("/")[2]
        query = urlencode(
            {"repo": repository, "branch": branch, "urlpath": f"lab/tree/{name}/{file}"},
            quote_via=quote,
        )
        address = f"{places['hub'].rstrip('/')}/hub/user-redirect/git-pull?{query}"
        found.append(("run it on your course's hub", address))
    if places["site"] and host == "github.com":
        address = f"https://colab.research.google.com/github/{path}/blob/{BRANCH}/{stem}.ipynb"
        found.append(("run it in Colab", address))
    return found


def _host_and_path(repository):
    host, _, path = repository.partition("://")[2].partition("/")
    return host, path.removesuffix(".git")


def colab(folder: Path, wheel: str, notebooks: Sequence[Path], site: str) -> None:
    """Put into `folder` copies of the notebooks that install the project's wheel.

    `site`: the site's address; the copies take `wheel`, a file's name, from there, and their links
    to other notebooks lead to the pages there.
    """
    folder.mkdir(parents=True)
    site = site.rstrip("/")
    wheel = f"{site}/{WHEELS}/{wheel}"
    for path in notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        copy = json.dumps(colab_copy(notebook, wheel, site), ensure_ascii=False, indent=1)
        (folder / path.name).write_text(copy + "\n", encoding="utf-8")


def colab_copy(notebook: dict, wheel: str, site: str) -> dict:
    """A notebook with a first cell that installs `wheel`, its links leading to pages of `site`."""
    needs = " ".join(f"{name}=={version(name)}" for name in NEEDS)
    install = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install-for-colab",
        "metadata": {},
        "outputs": [],
        "source": INSTALL.format(wheel=wheel, needs=needs),
    }
    cells = [_with_links(cell, site) for cell in notebook["cells"]]
    return notebook | {"cells": [install, *cells]}


def _with_links(cell, site):
    if cell["cell_type"] != "markdown":
        return cell
    source = re.sub(
        r"\]\((\d\d_\w+)\.ipynb(?:#cell-id=|(?=#)|(?=\)))",
        lambda link: f"]({site}/{link[1]}.html" + "#" * link[0].endswith("="),
        "".join(cell["source"]),
    )
    return cell | {"source": source}


def build_wheel(project: Path, site: Path) -> str:
    """Build the wheel of `project` into the site's folder; returns the file's name."""
    folder = site / WHEELS
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-build-isolation", "--wheel-dir", folder, project]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl")).name
