"""The website in a real browser: its figures, predictions, search, and what it asks of its host."""

import functools
import http.server
import io
import random
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from topics import ROOT

from helpers.site import build, pages
from helpers.site.__main__ import BUILD, Handler
from helpers.site.figures import figure_of

DRAFT = ("00", "07")


class Host:
    """A careful host of the site, which can be slow or fail."""

    def __init__(self, folder):
        host = self

        class Watched(Handler):
            def do_GET(self):
                host.asked.append(self.path)
                if host.fails and self.path.endswith(".pack"):
                    return self.send_error(503)
                return super().do_GET()

        self.folder, self.fails, self.asked = folder, False, []
        handler = functools.partial(Watched, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "a site"
    # The command itself: the processes that draw must not be those of the tests.
    command = [sys.executable, "-m", "helpers.site", "--to", folder, "--draft", *DRAFT]
    subprocess.run(command, check=True, cwd=ROOT)
    host = Host(folder)
    yield host
    host.server.shutdown()


@pytest.fixture
def visit(lab, host):
    """Open a page of the site; at the end no script has failed and no other host was asked."""
    contexts, faults, asked = [], [], []

    def visit(name, **options):
        context = lab.browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: "Security" in m.text and faults.append(m.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(host.address + name)
        return page

    yield visit
    host.fails = False
    for context in contexts:
        context.close()
    assert faults == []
    assert [url for url in asked if not url.startswith(host.address)] == []


def cards(page):
    return page.locator("[data-figure]")


def pages_with_figures():
    for path in sorted(build.collection()):
        if path.stem[:2] in DRAFT:
            yield path.stem, pages.shown_figures(pages.read(path))


FIGURES = [
    (stem, at, name) for stem, names in pages_with_figures() for at, name in enumerate(names)
]


def likeness(page, card, figure, values):
    """How far the card's picture is from what `render` draws: mean of 255, share of pixels."""
    expected = Image.open(io.BytesIO(figure.render(**values))).convert("L")
    shot = Image.open(io.BytesIO(card.locator("svg").screenshot())).convert("L")
    one, other = (np.asarray(image.resize((300, 180)), float) for image in (expected, shot))
    gap = np.abs(one - other)
    return gap.mean(), (gap > 80).mean()


@pytest.mark.parametrize(("stem", "at", "name"), FIGURES, ids=[name for *_, name in FIGURES])
def test_a_figure_shows_what_render_draws_at_any_setting(visit, stem, at, name):
    page, figure = visit(f"{stem}.html"), figure_of(stem[3:], name)
    card, rng = cards(page).nth(at), random.Random(name)
    fields = card.locator("input, select")
    controls = list(figure.controls.values())
    settings = [[c.index(c.default) for c in controls]]
    settings += [[rng.randrange(len(c.values())) for c in controls] for _ in range(3)]
    for indices in settings:
        for i, (control, index) in enumerate(zip(controls, indices, strict=True)):
            field = fields.nth(i)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(index=index)
            else:
                texts = card.evaluate("(card, i) => JSON.parse(card.dataset.figure).texts[i]", i)
                field.fill(str(texts.index(control.text(control.values()[index]))))
        values = figure.values_at(indices)
        svg = card.locator("svg")
        svg.and_(page.get_by_label(figure.describe(**values), exact=True)).wait_for()
        mean, share = likeness(page, card, figure, values)
        assert mean < 9 and share < 0.03, (values, mean, share)


def test_a_key_moves_the_picture_and_nothing_is_fetched_before(visit, host):
    host.asked.clear()
    page = visit("00_start_here.html")
    page.wait_for_load_state("networkidle")
    assert not [path for path in host.asked if path.endswith(".pack")]
    card = cards(page).first
    before = card.locator("svg").get_attribute("aria-label")
    card.locator("input").first.press("ArrowRight")
    page.wait_for_function(
        "([svg, alt]) => svg.ariaLabel !== alt", arg=[card.locator("svg").element_handle(), before]
    )
    assert [path for path in host.asked if path.endswith(".pack")]


def test_a_failing_host_is_waited_for_and_the_wish_is_kept(visit, host):
    page = visit("00_start_here.html")
    host.fails = True
    card = cards(page).first
    card.locator("input").first.press("End")
    note = card.locator("[role=status]")
    note.wait_for(state="visible")
    assert "has not arrived yet" in note.inner_text()
    host.fails = False
    note.wait_for(state="hidden")
    figure = figure_of("start_here", "StepOfDerivative")
    name, control = next(iter(figure.controls.items()))
    wanted = figure.describe(**{name: control.values()[-1]})
    assert card.locator("svg").get_attribute("aria-label") == wanted


def test_a_prediction_answers(visit):
    page = visit("07_minibatch_gradients.html")
    box = page.locator("[data-predict]").first
    box.locator("summary").first.click()
    reply = box.locator("[data-reply]:visible")
    assert re.match(r"[✓✗] (Yes|No)\.", reply.inner_text())
    assert "(your choice)" in box.locator("summary").first.inner_text()


def test_without_javascript_text_formulas_pictures_and_replies_are_there(visit):
    page = visit("07_minibatch_gradients.html", java_script_enabled=False)
    assert page.locator(".katex-html").count() >= 2
    assert page.locator("[data-figure] svg path").count() > 10
    assert page.get_by_text("The controls need JavaScript").count() == len(FIGURES) - 1
    page.locator("[data-predict] summary").first.click()
    assert page.locator("[data-predict] [data-reply]").first.is_visible()


def test_the_page_fits_a_phone_and_numbers_stand_beside_their_formula(visit):
    page = visit("07_minibatch_gradients.html", viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for equation in page.locator(".equation:has(.number)").all():
        formula, number = (
            equation.locator(part).bounding_box() for part in (".formula", ".number")
        )
        assert formula["x"] + formula["width"] <= number["x"]
        assert number["x"] + number["width"] <= 390


def test_known_mistakes_are_told(visit):
    page = visit("07_minibatch_gradients.html")
    page.get_by_text("Which mistake is this?").first.click()
    shown = page.locator(".mistakes li")
    assert shown.count() >= 4
    assert shown.first.get_by_text("Wrong:").is_visible()


def test_the_search_finds_a_section_and_leads_there(visit, host):
    page = visit("index.html")
    field = page.get_by_role("searchbox")
    field.fill("unequal batches")
    field.press("Enter")
    link = page.locator("#found a").first
    link.wait_for()
    assert "section" in page.locator("#status").inner_text()
    link.click()
    assert "_minibatch_gradients.html#" in page.url
    assert page.locator(f"[id='{page.url.partition('#')[2]}']").is_visible()


def test_the_claims_can_be_searched_by_their_words(visit):
    page = visit("ledger.html")
    rows = page.locator("[data-ledger] tbody tr")
    count = rows.count()
    page.locator("[data-ledger] input").fill("batches")
    page.wait_for_function("document.querySelectorAll('[data-ledger] tbody tr[hidden]').length > 0")
    assert 0 < page.locator("[data-ledger] tbody tr:visible").count() < count


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["index.html", "07_minibatch_gradients.html", "ledger.html", "search.html?q=loss"]
)
def test_axe_finds_nothing_serious(visit, scheme, name):
    page = visit(name, color_scheme=scheme)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page).response
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert found["passes"] and [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


def test_links_within_the_draft_lead_somewhere(host):
    ids, links = {}, []
    for path in Path(host.folder).glob("*.html"):
        html = path.read_text(encoding="utf-8")
        ids[path.name] = set(re.findall(r'\bid="([^"]+)"', html))
        links += [(path.name, link) for link in re.findall(r'<a [^>]*href="([^"]+)"', html)]
    assert links
    for name, link in links:
        target, anchor = urldefrag(urljoin(name, link))
        if target.startswith("http") or (target not in ids and re.match(r"\d\d_", target)):
            continue  # another host, or a page that the draft leaves out
        assert (host.folder / target).exists(), (name, link)
        if anchor and target in ids:
            assert anchor in ids[target], (name, link)


def test_no_page_needs_what_a_strict_host_forbids(host):
    for path in Path(host.folder).glob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<script(?![^>]*src=)|\son\w+=|=\"data:", html), path.name


def test_the_builds_folder_is_made_anew(host, tmp_path):
    shutil.copytree(host.folder, tmp_path / "site")
    (tmp_path / "site" / "old.html").touch()
    build.build(tmp_path / "site", BUILD / "cache", DRAFT)
    assert not (tmp_path / "site" / "old.html").exists()
    assert (tmp_path / "site" / "index.html").read_bytes() == (
        host.folder / "index.html"
    ).read_bytes()
