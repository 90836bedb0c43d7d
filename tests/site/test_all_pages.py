"""All pages of the website, built without their figures: formulas, links, and the claims' places."""

import re
from urllib.parse import urldefrag, urljoin

import pytest
from topics import TOPICS
from undrawn import build_undrawn

from helpers.site import figures, packs, pages
from helpers.teaching import claims, ledger


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site's folder, and its pages: name → HTML."""
    folder, cache = tmp_path_factory.mktemp("site") / "site", tmp_path_factory.mktemp("cache")
    old = cache / "figures" / "of-an-earlier-build"
    old.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        built = build_undrawn(folder, cache, patch)
    assert built == [topic.stem for topic in TOPICS]
    assert not old.exists() and any(old.parent.iterdir())
    return folder, {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


def test_every_internal_link_leads_somewhere(site):
    folder, pages = site
    ids = {name: set(re.findall(r'\bid="([^"]+)"', html)) for name, html in pages.items()}
    links = [(name, link) for name in pages for link in re.findall(r'href="([^"]+)"', pages[name])]
    assert len(links) > 20 * len(pages)
    for name, link in links:
        target, anchor = urldefrag(urljoin(name, link))
        if re.match(r"https?:", target):
            continue
        assert (folder / target).exists(), (name, link)
        assert not anchor or anchor in ids.get(target, ()), (name, link)


def test_an_id_stands_once_on_a_page(site):
    for name, html in site[1].items():
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids)), name


def test_each_claim_has_an_address_and_the_ledger_leads_there(site):
    for claim in claims.read().values():
        address = f'id="{claim.id}" href="#{claim.id}"'
        assert address in site[1][f"{claim.notebook}.html"]
        assert f'href="{claim.notebook}.html#{claim.id}"' in site[1]["ledger.html"]


def test_each_page_says_what_to_do_about_its_symptoms(site):
    first, *_ = re.findall(r"<table>.*?</table>", site[1]["ledger.html"], re.S)
    assert "What you see" in first and "Do this" in first
    for topic in TOPICS[1:]:
        assert f'href="{topic.stem}.html#' in first, topic.stem


def test_below_its_symptoms_a_page_says_what_their_code_needs(site):
    for stem in {symptom.notebook for symptom in ledger().symptoms if "`F." in symptom.do}:
        after = site[1][f"{stem}.html"].rpartition("</table>")[2]
        assert "What these lines of code need" in after.partition("<h2")[0], stem
    first = site[1]["ledger.html"].partition("<table")[0]
    assert "torch.nn.functional" in first and "WeightedRandomSampler" in first


def test_each_exercise_says_where_it_can_be_done(site):
    for topic in TOPICS:
        html = site[1][f"{topic.stem}.html"]
        exercises = html.split('<div class="exercise">')[1:]
        assert exercises
        for text in exercises:
            note = text.partition("</p>")[0]
            assert f'href="notebooks/{topic.stem}.ipynb">download the notebook</a>' in note


def test_the_first_page_names_each_page_once_and_shows_its_code_as_code(site):
    html = site[1]["index.html"]
    shown = [re.sub("<[^>]*>", "", line) for line in re.findall("<li>.*", html)]
    assert [line[:5] for line in shown] == [f"{topic.stem[:2]} · " for topic in TOPICS]
    assert "<code>loss.backward()</code>" in html and "`" not in html
    for name, page in site[1].items():
        assert "`" not in re.search('<meta name="description".*', page)[0], name


def test_each_page_has_a_title_and_a_description_of_its_own_for_search_engines(site):
    titles, abouts = (
        {name: re.search(pattern, html)[1] for name, html in site[1].items()}
        for pattern in ("<title>(.+)</title>", '<meta name="description" content="([^"]+)">')
    )
    for found in (titles, abouts):
        assert len(set(found.values())) == len(site[1]), found
    assert min(map(len, abouts.values())) > 40
    shown = [name for name, html in site[1].items() if "noindex" in html]
    assert shown == ["search.html"]  # a page without results is no result


def test_the_first_page_leads_to_the_symptoms_before_its_list(site):
    first = site[1]["index.html"].partition("<li>")[0].partition("</header>")[2]
    assert 'href="ledger.html"' in first and re.search(r"\d{3} symptoms", first)


def test_a_page_says_first_what_works_here_and_where_its_code_runs(site):
    for topic in TOPICS:
        first = site[1][f"{topic.stem}.html"].partition("<h1")[0]
        assert "Its code runs in Jupyter" in first
        # Who comes from a search engine may want the answer alone.
        assert ("The answers in short" in first) == (topic is not TOPICS[0])
        assert f'href="notebooks/{topic.stem}.ipynb">download the notebook</a>' in first
        wheel = re.search('href="(wheel/[^"]+)">download its helpers', first)[1]
        assert (site[0] / wheel).is_file()


def test_a_thinned_figure_keeps_each_setting_that_its_section_names():
    checked = set()
    for topic in TOPICS:
        for name, text in pages.shown_figures(pages.read(topic.path)).items():
            figure = figures.figure_of(topic.name, name)
            kept = packs.thinned(figure, packs.numbers(text), most=1)
            for control, indices in zip(figure.controls.values(), kept, strict=True):
                for index, value in enumerate(control.values()):
                    number = re.escape(control.text(value).split()[0])
                    if re.search(rf"(?<![\w.⁻−-]){number}(?![\w⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|\.\d|·10)", text):
                        assert index in indices, (name, control.text(value))
                        checked.add((name, control.text(value)))
    assert len(checked) > 500 and ("EpsilonAtZero", "10⁻⁶") in checked


def test_no_formula_is_left_as_tex(site):
    for name, html in site[1].items():
        text = re.sub(r"<(pre|code|annotation|math)\b.*?</\1>", "", html, flags=re.S)
        assert not re.search(r"\$\$|\\frac|\\tag|[\ue000\ue001]", text), name


def test_no_page_needs_what_a_strict_host_forbids(site):
    for name, html in site[1].items():
        assert not re.search(r"\sstyle=|<script(?![^>]*src=)|\son\w+=|=\"data:", html), name
        elsewhere = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?//', html)
        assert elsewhere == [], name
