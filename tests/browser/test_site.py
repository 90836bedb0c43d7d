"""The website in a real browser: its figures, predictions, search, and what it asks of its host."""

import gzip
import io
import json
import random
import re
import subprocess
import sys
from urllib.parse import urljoin

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.firefox import ARROW_RIGHT, PROGRAM, running_firefox
from browser.host import Host
from PIL import Image
from topics import ROOT, TOPICS
from undrawn import build_undrawn

from helpers.site import build, pages
from helpers.site.__main__ import BUILD
from helpers.site.figures import figure_of

DRAFT = ("00", "07")


def built(folder, *arguments):
    # The command itself: the processes that draw must not be those of the tests.
    command = [sys.executable, "-m", "helpers.site", "--to", folder, *arguments]
    subprocess.run(command, check=True, cwd=ROOT)
    return Host(folder)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host of the draft."""
    host = built(tmp_path_factory.mktemp("site") / "a site", "--draft", *DRAFT)
    yield host
    host.server.shutdown()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A host of the whole site, for tests that run once a week: its pictures take long to draw."""
    host = built(tmp_path_factory.mktemp("site") / "a site")
    yield host
    host.server.shutdown()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A host of all pages, without their pictures."""
    folder, cache = tmp_path_factory.mktemp("site") / "site", tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        build_undrawn(folder, cache, patch)
    host = Host(folder)
    yield host
    host.server.shutdown()


@pytest.fixture
def visit(lab, host):
    """Open a page of the draft; at the end no script has failed and no other host was asked."""
    yield from visiting(lab, host)


@pytest.fixture
def visit_whole(lab, whole):
    """The same for all pages, without their pictures."""
    yield from visiting(lab, whole)


@pytest.fixture
def visit_full(lab, full):
    """The same for the whole site."""
    yield from visiting(lab, full)


def visiting(lab, host):
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
    host.answers.set()
    for context in contexts:
        context.close()
    assert faults == []
    assert [url for url in asked if not url.startswith(host.address)] == []


def cards(page):
    return page.locator("[data-figure]")


FIGURES = [
    pytest.param(
        path.stem,
        at,
        name,
        id=f"{path.stem[:2]}-{name}",
        marks=() if path.stem[:2] in DRAFT else pytest.mark.weekly,
    )
    for path in build.collection()
    for at, name in enumerate(pages.shown_figures(pages.read(path)))
]


def likeness(page, card, figure, values):
    """How far the card's picture is from what `render` draws: mean of 255, share of pixels."""
    expected = Image.open(io.BytesIO(figure.render(**values))).convert("L")
    shot = Image.open(io.BytesIO(card.locator("svg").screenshot())).convert("L")
    one, other = (np.asarray(image.resize((300, 180)), float) for image in (expected, shot))
    gap = np.abs(one - other)
    return gap.mean(), (gap > 80).mean()


@pytest.mark.parametrize(("stem", "at", "name"), FIGURES)
def test_a_figure_shows_what_render_draws_at_any_setting(request, stem, at, name):
    visit = request.getfixturevalue("visit" if stem[:2] in DRAFT else "visit_full")
    page, figure = visit(f"{stem}.html"), figure_of(stem[3:], name)
    card, rng = cards(page).nth(at), random.Random(name)
    fields, controls = card.locator("input, select"), list(figure.controls.values())
    texts = card.evaluate("card => JSON.parse(card.dataset.figure).texts")  # fewer if thinned
    settings = [[kept.index(c.text(c.default)) for c, kept in zip(controls, texts, strict=True)]]
    settings += [[rng.randrange(len(kept)) for kept in texts] for _ in range(3)]
    for places in settings:
        for i, place in enumerate(places):
            field = fields.nth(i)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(index=place)
            else:
                field.fill(str(place))
        values = {
            name: next(v for v in control.values() if control.text(v) == kept[place])
            for (name, control), kept, place in zip(
                figure.controls.items(), texts, places, strict=True
            )
        }
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


def test_a_page_is_light_until_it_is_used(visit, host):
    host.asked.clear()
    page = visit("07_minibatch_gradients.html")
    page.wait_for_load_state("networkidle")
    files = {host.folder / path.partition("?")[0].lstrip("/") for path in host.asked}
    weight = sum(len(gzip.compress(path.read_bytes())) for path in files)
    # A third of what Sphinx, MyST-NB and its book theme send for it: see benchmarks/README.md.
    assert len(host.asked) <= 15 and weight < 420_000, (len(host.asked), weight)


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


def words(**moved):
    """What the first figure of the draft says where these controls have moved: name → index."""
    figure = figure_of("start_here", "StepOfDerivative")
    values = {name: figure.controls[name].values()[index] for name, index in moved.items()}
    return figure.describe(**values)


def test_a_slow_host_is_waited_for_and_the_newest_wish_is_shown(visit, host):
    page = visit("00_start_here.html")
    host.answers.clear()
    card = cards(page).first
    field, note = card.locator("input").first, card.locator("[role=status]")
    field.press("Home")
    note.wait_for(state="visible")
    assert card.locator("output").first.inner_text() == field.get_attribute("aria-valuetext")
    field.press("ArrowRight")
    host.answers.set()
    note.wait_for(state="hidden")
    card.get_by_label(words(h=1), exact=True).wait_for()
    assert field.input_value() == "1"


def test_without_connection_the_page_stays_and_goes_on_when_it_is_back(visit):
    page = visit("00_start_here.html")
    page.wait_for_load_state("networkidle")
    # Its next try would come too late for any test: the connection's return must wake it.
    page.evaluate(
        "() => { const later = setTimeout; window.setTimeout = (f, t) => later(f, t * (t > 1000 ? 1e4 : 1)); }"
    )
    page.context.set_offline(True)
    card = cards(page).first
    field, note = card.locator("input").first, card.locator("[role=status]")
    field.press("End")
    note.wait_for(state="visible")
    assert "connection" in note.inner_text()
    page.context.set_offline(False)
    note.wait_for(state="hidden")
    assert card.locator("svg").get_attribute("aria-label") == words(h=-1)


def test_what_was_fetched_needs_no_connection(visit):
    page = visit("00_start_here.html")
    card = cards(page).first
    field = card.locator("input").first
    now = int(field.input_value())
    field.press("ArrowRight")
    card.get_by_label(words(h=now + 1), exact=True).wait_for()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    field.press("ArrowRight")
    card.get_by_label(words(h=now + 2), exact=True).wait_for()


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
    assert page.get_by_text("The controls need JavaScript").count() == cards(page).count() >= 4
    page.locator("[data-predict] summary").first.click()
    assert page.locator("[data-predict] [data-reply]").first.is_visible()


def test_every_page_fits_a_phone(visit_whole):
    stems = [topic.stem for topic in TOPICS]
    page = visit_whole("index.html", viewport={"width": 390, "height": 800})
    for stem in ("index", "ledger", "search", "data", "benchmarks", *stems):
        page.goto(urljoin(page.url, f"{stem}.html"))
        page.locator(".copy, #status, footer").first.wait_for(state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, stem


@pytest.mark.parametrize("name", ["12_batch_norm_statistics.html", "ledger.html"])
def test_on_a_phone_a_short_call_in_a_table_stays_on_one_line(visit_whole, name):
    page = visit_whole(name, viewport={"width": 390, "height": 800})
    calls = page.locator("td:nth-child(3) code", has_text=re.compile(r"^model\.eval\(\)$")).all()
    assert calls
    for call in calls:
        assert call.evaluate("code => code.getClientRects().length") == 1


@pytest.mark.weekly
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(visit_whole, scheme):
    page = visit_whole("index.html", color_scheme=scheme)
    for topic in TOPICS:
        page.goto(urljoin(page.url, f"{topic.stem}.html"))
        page.wait_for_load_state("networkidle")
        assert serious(page) == [], topic.stem


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


def test_a_typed_number_is_judged(visit_whole):
    page = visit_whole("02_log_of_zero.html")
    box = page.locator("[data-predict][data-answer]").first
    box.get_by_label("Your number").fill(box.get_attribute("data-answer"))
    box.get_by_role("button").click()
    assert "✓ Yes." in box.get_by_role("status").inner_text()


def test_code_can_be_copied(visit):
    page = visit("07_minibatch_gradients.html", permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".cell > .code").first
    button = block.get_by_role("button")
    button.press("Enter")
    block.get_by_text("Copied").wait_for()
    read = page.evaluate("navigator.clipboard.readText()")
    assert read.strip() == block.locator("code").text_content().strip()
    assert page.locator("#remember td code + .copy").count() > 3
    # Heard as well as seen: its name was “Copy this code” before.
    assert block.get_by_role("button", name="Copied").count() == 1
    assert page.locator("[aria-live]").text_content() == "Copied"


def test_where_copying_is_forbidden_the_code_is_selected(visit):
    page = visit("07_minibatch_gradients.html")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    block = page.locator(".cell > .code").first
    block.get_by_role("button").press("Enter")
    block.get_by_text("Selected: press Ctrl+C").wait_for()
    code = block.locator("code").text_content()
    assert page.evaluate("String(getSelection())").split() == code.split()


def test_what_is_more_than_a_name_can_be_copied_from_a_table(visit_whole):
    page = visit_whole("ledger.html")
    cells = page.locator("[data-ledger] td:nth-child(3)")
    with_button = cells.locator("code:has(+ .copy)").all_inner_texts()
    assert "F.cross_entropy(scores, y)" in with_button
    assert "retain_graph" not in with_button and "raw" not in with_button
    assert cells.locator("code", has_text="retain_graph").count()


def test_on_paper_a_page_is_black_on_white_and_nothing_is_cut_off(visit):
    page = visit(
        "07_minibatch_gradients.html", color_scheme="dark", viewport={"width": 700, "height": 900}
    )
    page.get_by_text("Solution", exact=True).first.click()
    page.emulate_media(media="print", color_scheme="dark")
    for gone in ("header", ".contents", ".neighbours", "[data-figure] input", ".copy"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("details[open] pre").first.is_visible()
    assert not page.locator("details:not([open])").first.is_visible()
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    wide = """[...document.querySelectorAll("pre, table, figure")]
      .filter((part) => part.scrollWidth > part.clientWidth + 1)
      .map((part) => part.textContent.slice(0, 60))"""
    assert page.evaluate(wide) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 700


@pytest.mark.parametrize("width", [390, 1280])
def test_the_address_of_a_verdict_takes_no_room_from_its_code(visit, width):
    page = visit("07_minibatch_gradients.html", viewport={"width": width, "height": 900})
    with_address, without = (
        {block.bounding_box()["width"] for block in page.locator(cells).all()}
        for cells in (".cell:has(> .address) > .code pre", ".cell:not(:has(.address)) > .code pre")
    )
    assert with_address == without and len(without) == 1
    for address in page.locator(".address").all():
        assert 0 <= address.bounding_box()["x"] < 390


def test_in_a_wide_window_an_output_is_as_wide_as_code(visit):
    page = visit("07_minibatch_gradients.html", viewport={"width": 1280, "height": 900})
    shown = page.locator(".cell:has(> .code):has(> pre.plain)").first
    code, output = (shown.locator(part).first.bounding_box() for part in (".code pre", "pre.plain"))
    assert abs(code["x"] + code["width"] - output["x"] - output["width"]) < 1


def test_the_ledger_uses_a_wide_window(visit):
    page = visit("ledger.html", viewport={"width": 1280, "height": 900})
    assert page.locator("[data-ledger] table").first.bounding_box()["width"] > 900
    page.get_by_text("What these lines of code need").click()
    box = page.locator(".folded .copy").bounding_box()
    assert box["x"] + box["width"] <= 1280


def test_a_finger_finds_what_moves(visit):
    page = visit(
        "07_minibatch_gradients.html",
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
    )
    slider = cards(page).locator("input").first
    slider.scroll_into_view_if_needed()
    box, before = slider.bounding_box(), slider.input_value()
    assert box["height"] >= 24  # what WCAG asks for
    x = box["x"] + box["width"] * (
        0.2 if 2 * int(before) > int(slider.get_attribute("max")) else 0.8
    )
    page.touchscreen.tap(x, box["y"] + box["height"] / 2)
    assert slider.input_value() != before


MEASURE = """() => {
  const lines = [];
  for (const text of document.querySelectorAll(".text > p")) {
    if (text.querySelector(".katex") || text.textContent.length < 250) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const height = parseFloat(getComputedStyle(text).lineHeight);
    const box = text.getBoundingClientRect();
    const count = Math.round(box.height / height);
    const last = [...range.getClientRects()].filter((piece) => piece.bottom > box.bottom - height / 2);
    const share = (Math.max(...last.map((piece) => piece.right)) - box.left) / box.width;
    lines.push(text.textContent.length / (count - 1 + share));
  }
  return lines;
}"""


def test_a_line_of_text_holds_75_to_90_characters(visit):
    page = visit("07_minibatch_gradients.html", viewport={"width": 1280, "height": 900})
    # Of a paragraph's last line only the share that is written counts.
    lines = sorted(page.evaluate(MEASURE))
    assert len(lines) > 3 and lines[len(lines) // 2] >= 75 and lines[-1] <= 92, lines


def test_the_search_finds_a_section_and_leads_there(visit, host):
    page = visit("index.html")
    field = page.get_by_role("searchbox")
    field.fill("unequal batches")
    field.press("Enter")
    link = page.locator("#found a").first
    link.wait_for()
    assert "all words" in page.locator("#status").inner_text()
    link.click()
    assert "_minibatch_gradients.html#" in page.url
    assert page.locator(f"[id='{page.url.partition('#')[2]}']").is_visible()


def found_for(page, words):
    """The search's status and results for these words, typed on the start page."""
    page.goto(urljoin(page.url, "index.html"))
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/search.html?*")
    page.locator("#found a").first.wait_for()
    return page.locator("#status").inner_text(), page.locator("#found li").all_inner_texts()


def test_the_search_finds_symptoms_and_what_they_mean(visit_whole):
    page = visit_whole("index.html")
    status, found = found_for(page, "loss is NaN")
    assert re.fullmatch(r"\d+ places have all words of “loss is NaN”.", status)
    symptom = next(text for text in found[:3] if text.startswith("the loss is NaN"))
    assert "weights are NaN too" in symptom and "02 · The log of zero" in symptom
    page.get_by_role("link", name="the loss is NaN", exact=True).click()
    assert re.search("/02_log_of_zero.html#.", page.url)


def test_the_search_reads_words_as_the_symptoms_do(visit_whole):
    page = visit_whole("index.html")
    assert ".grad is None" in found_for(page, "gradient is None")[1][0]
    status, found = found_for(page, "MAPE prefers low predictions xyzzy")
    assert status.startswith("No place has all words") and "MAPE" in found[0]
    assert not any(text.startswith("Sources") for text in found_for(page, "accumulate")[1])


def test_the_claims_can_be_searched_by_their_words(visit):
    page = visit("ledger.html")
    rows = page.locator("[data-ledger] tbody tr")
    count = rows.count()
    page.locator("[data-ledger] input").fill("batches")
    page.wait_for_function("document.querySelectorAll('[data-ledger] tbody tr[hidden]').length > 0")
    assert 0 < page.locator("[data-ledger] tbody tr:visible").count() < count


def test_the_claims_can_be_filtered_by_verdict_and_page(visit):
    page = visit("ledger.html")
    for name in ("Symptoms", "Claims: what people say"):
        assert page.get_by_role("table", name=name, exact=True).count() == 1
    offered = page.get_by_label("Page").locator("option").all_inner_texts()
    assert offered == ["all", *sorted(offered[1:])] and "00" in offered
    rows, status = page.locator("[data-ledger] tbody tr:visible"), page.locator("[role=status]")
    page.get_by_label("Verdict").select_option("False")
    some = rows.count()
    assert set(rows.locator("td:first-child").all_inner_texts()) == {"False"}
    page.get_by_label("Page").select_option("07")
    assert set(rows.locator("td:last-child").all_inner_texts()) == {"07"}
    assert 0 < rows.count() < some
    assert status.inner_text().startswith(f"{rows.count()} of ")
    page.get_by_label("What do you see?").fill("quaternion")
    assert rows.count() == 0
    page.get_by_label("What do you see?").fill("")
    page.get_by_label("Verdict").select_option("all")
    page.get_by_label("Page").select_option("all")
    assert page.locator("[data-ledger] tbody tr[hidden]").count() == 0
    link = page.locator("[data-ledger] a[href^='07']").first
    target = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**/{target}")
    page.locator(f"[id='{target.partition('#')[2]}']").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "00_start_here.html",
        "ledger.html",
        "search.html?q=loss",
        "data.html",
    ],
)
def test_axe_finds_nothing_serious(visit, scheme, name):
    page = visit(name, color_scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert serious(page) == []


def serious(page):
    """What axe finds that keeps people out."""
    found = Axe().run(page).response
    assert found["passes"]
    grave = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in grave]


def test_the_builds_folder_is_made_anew(host, tmp_path):
    folder, name = tmp_path / "site", "00_start_here.html"
    folder.mkdir()
    (folder / "old.html").touch()
    build.build(folder, BUILD / "cache", ["00"])
    assert not (folder / "old.html").exists()
    one, other = (
        (path / name).read_text(encoding="utf-8").partition('class="neighbours"')[0]
        for path in (folder, host.folder)
    )
    assert one == other and len(one) > 10_000


@pytest.mark.skipif(not PROGRAM, reason="Firefox is not installed")
def test_figures_predictions_and_the_search_work_in_firefox(host, tmp_path):
    with running_firefox(tmp_path) as firefox:
        firefox.open(f"{host.address}00_start_here.html")
        field, label = "[data-figure] input", "[data-figure] svg').getAttribute('aria-label')"
        now = int(firefox.value(f"document.querySelector('{field}').value"))
        firefox.type(field, ARROW_RIGHT)
        firefox.wait(f"document.querySelector('{label} === {json.dumps(words(h=now + 1))}")
        firefox.open(f"{host.address}07_minibatch_gradients.html")
        firefox.value("document.querySelector('[data-predict] summary').click()")
        firefox.wait("document.querySelector('[data-predict] [open] [data-reply]') !== null")
        firefox.open(f"{host.address}search.html?q=unequal+batches")
        firefox.wait("document.querySelector('#found a') !== null")
        assert firefox.faults == []
