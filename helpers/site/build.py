"""Builds the website from the notebooks as stored."""

import functools
import json
import re
import shutil
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from helpers.collection import NOTEBOOKS, collection
from helpers.site import elsewhere, figures, npm, pages
from helpers.site.markdown import Texts, linked
from helpers.site.mathematics import rendered
from helpers.site.styles import Styles
from helpers.teaching.ledger import ledger
from helpers.teaching.markup import rich

HERE = Path(__file__).parent
ROOT = NOTEBOOKS.parent
NAME = "Checked Gradients"
DOCUMENTS = {  # folders whose README.md the pages name
    "data": "The data sets of these pages: where they come from, and their licences.",
    "benchmarks": "What these pages say about speed, measured side by side.",
}
CODE = {"light": "a11y-light", "dark": "a11y-dark"}


def build(
    folder: Path, cache: Path, only: Sequence[str] = (), draw: Callable = figures.made
) -> list[str]:
    """Build the site in `folder`; returns the names of its pages.

    `only`: numbers of notebooks, such as "06"; none means all. `cache`: where figures and npm's
    packages are kept for the next build. `draw`: what makes the figures, see `figures.made`.
    What was in `folder` before is gone. Raises ValueError for a number that no notebook has.
    """
    paths = [path for path in collection() if not only or path.stem[:2] in only]
    missing = set(only) - {path.stem[:2] for path in paths}
    if missing:
        raise ValueError(f"No notebook has the number {min(missing)}.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    packages = npm.packages(cache)
    notebooks = {path.stem: pages.read(path) for path in paths}
    made = draw(_wanted(notebooks), cache / "figures")
    if not only:
        _forget(cache / "figures", made)
    texts, styles = Texts(), Styles()
    places, wheel = _places(), elsewhere.build_wheel(ROOT, folder)
    ways = functools.partial(elsewhere.ways, places=places, wheel=wheel)
    builder = pages.Builder(made, texts, styles, ways)
    built = [builder.page(stem, notebook) for stem, notebook in notebooks.items()]
    documents = {folder: _document(folder, texts) for folder in DOCUMENTS}
    formulas = rendered(texts.formulas, packages)
    formulas = [styles.moved(formula) for formula in formulas]
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    environment.globals |= {"name": NAME, "rich": lambda text: Markup(rich(text))}
    write = _writer(environment, folder)
    for page, before, after in zip(built, [None, *built], [*built[1:], None], strict=False):
        body = Markup(texts.filled(page.body, formulas))
        write(
            "page.html",
            f"{page.stem}.html",
            page=page,
            body=body,
            before=before,
            after=after,
            title=page.title,
            description=page.question.replace("`", ""),
        )
    known = ledger()
    found = Markup(styles.moved(linked(_tables(known))))
    counts = {"claims": len(known.entries), "symptoms": len(known.symptoms)}
    for where, title in {
        "index": NAME,
        "ledger": "Symptoms and claims",
        "search": "Search",
    }.items():
        write(
            f"{where}.html",
            f"{where}.html",
            title=title,
            pages=built,
            table=found,
            **counts,
        )
    for where, body in documents.items():
        body = Markup(styles.moved(texts.filled(body, formulas)))
        title, about = where.capitalize(), DOCUMENTS[where]
        write("document.html", f"{where}.html", body=body, title=title, description=about)
    _files(folder, packages, styles, paths)
    _words(folder, built, known.symptoms)
    if places["site"]:
        elsewhere.colab(folder / "colab", wheel, paths, places["site"])
    for shown in made.values():
        shutil.copytree(cache / "figures" / shown.folder, folder / "figures" / shown.folder)
    return [page.stem for page in built]


def _forget(cache, made):
    """Remove the figures of earlier builds that no page shows any more."""
    shown = {one.folder for one in made.values()}
    for folder in cache.iterdir():
        if folder.name not in shown:
            shutil.rmtree(folder)


def _wanted(notebooks):
    return {
        (stem.partition("_")[2], name): text
        for stem, notebook in notebooks.items()
        for name, text in pages.shown_figures(notebook).items()
    }


def _writer(environment, folder):
    def write(template, name, **values):
        html = environment.get_template(template).render(values)
        (folder / name).write_text(html, encoding="utf-8")

    return write


def _places():
    """The addresses that pyproject.toml names, of repository, site, Binder and hub."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["checked-gradients"]["site"]


def _document(folder, texts):
    """A README.md as HTML. Links to files that the site has not become plain words."""
    html = texts.html((ROOT / folder / "README.md").read_text(encoding="utf-8"))
    return re.sub(r'<a href="(?!https?:|#|\w+\.html)[^"]*">(.*?)</a>', r"\1", html)


def _tables(found):
    """Symptoms and claims as tables; site.js puts a field above them, and two lists that filter."""
    seen = found.symptoms_table(lambda s: f"{s.notebook}.html#{s.cell}", "Page")
    said = found.claims_table(lambda claim: f"{claim.notebook}.html#{claim.id}", "Page")
    need = pages.needed(found.symptoms)
    return f'{need}<div data-ledger="Verdict Page">{seen}{said}</div>'


def _files(folder, packages, styles, paths):
    """Scripts, styles, fonts, and the notebooks themselves."""
    for path in (HERE / "assets").iterdir():
        shutil.copy(path, folder)
    teaching = HERE.parent / "teaching"
    shutil.copy(teaching / "live.js", folder)
    scripts = [teaching / name for name in ("keys.js", "words.js", "predict.js", "ledger.js")]
    scripts.append(HERE / "copy.js")
    text = "\n".join(path.read_text(encoding="utf-8") for path in scripts)
    text += "\nexport { everyWord, stem }; // for search.js\n"
    (folder / "site.js").write_text(text, encoding="utf-8")
    katex = packages / "katex" / "dist"
    (folder / "katex" / "fonts").mkdir(parents=True)
    shutil.copy(katex / "katex.min.css", folder / "katex")
    for font in (katex / "fonts").glob("*.woff2"):
        shutil.copy(font, folder / "katex" / "fonts")
    shutil.copy(packages / "minisearch" / "dist" / "es" / "index.js", folder / "minisearch.js")
    light, dark = (HtmlFormatter(style=CODE[theme]).get_style_defs(".python") for theme in CODE)
    dark = f"@media (prefers-color-scheme: dark) {{\n{dark}\n}}"
    (folder / "styles.css").write_text("\n".join((styles.sheet(), light, dark)), encoding="utf-8")
    (folder / "notebooks").mkdir()
    for path in paths:
        shutil.copy(path, folder / "notebooks")


def _words(folder, built, symptoms):
    """What the search finds: the sections of all pages, and their symptoms."""
    titles = {page.stem: page.title for page in built}
    found = [
        {
            "page": page.title,
            "title": section.title,
            "address": f"{page.stem}.html#{section.anchor}",
            "text": " ".join(" ".join(section.words).split()),
        }
        for page in built
        for section in page.sections
        if section.title != "Sources"  # other people's titles, not ours
    ] + [
        {
            "page": titles[symptom.notebook],
            "title": re.sub(r"[`*]", "", symptom.sees),
            "means": re.sub(r"[`*]", "", symptom.means),
            "address": f"{symptom.notebook}.html#{symptom.cell}",
            "text": f"{symptom.means} {symptom.do}",
        }
        for symptom in symptoms
        if symptom.notebook in titles
    ]
    words = json.dumps(found, ensure_ascii=False)
    (folder / "search.json").write_text(words, encoding="utf-8")
