"""Pages of a submission in which nothing of the student's runs: for Formgrader and for feedback.

Two walls: what a student wrote is cleaned when it becomes HTML, and each page carries a content
security policy that lets only the template's own scripts run.
"""

import re
import secrets

from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter

# MathJax 2 compiles its settings; what the template loads may load further parts of itself.
POLICY = (
    "default-src 'self'; script-src 'nonce-{0}' 'strict-dynamic' 'unsafe-eval'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-src 'none'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline' https:; font-src 'self' data: https:"
)
TAGS = {"details", "summary", "section"}  # beside those that nh3 allows by itself
ATTRIBUTES = {"*": {"class", "id", "title", "role", "style"}}
CODE = r"highlight( hl-\w+)?|[a-z]{1,2}\d?|hll|linenos|language-\w+"  # Pygments' classes
STYLES = {
    "margin", "padding", "max-width", "border-left", "background", "color", "white-space",
    "overflow-x", "cursor", "text-align",
}  # fmt: skip
# Formgrader waits for MathJax, from another host, before its keys and its help work.
WITHOUT_MATHJAX = """if (!window.MathJax) {
  window.MathJax = {Hub: {Startup: {signal: {Interest: (then) => then("End")}}}};
}"""
SUMMARY = "summary { display: list-item; cursor: pointer; }"  # Bootstrap hides its triangle


def cleaned(html, styles=frozenset()):
    """HTML without scripts, forms, frames, handlers, foreign pictures and addresses that run.

    styles: the properties of CSS that may stay.
    """
    import nh3  # here: where it is missing no page is shown, rather than one that runs

    return nh3.clean(
        html,
        tags=(nh3.ALLOWED_TAGS | TAGS) - {"area", "map"},
        attributes=nh3.ALLOWED_ATTRIBUTES | ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        attribute_filter=_harmless,
        filter_style_properties=set(styles),
    )


def _harmless(tag, attribute, value):
    """The value, or None. The template's scripts look for classes and ids: those are theirs."""
    if attribute == "src":  # fetching a picture would tell who reads the page, and when
        return value if re.match(r"data:image/(png|jpeg|gif);base64,", value) else None
    if attribute == "class":
        return value if re.fullmatch(CODE, value) else None
    if attribute == "id":
        return value if re.fullmatch("h[1-6]", tag) else None
    return None if value.strip().lower().startswith("data:") else value


class Clean(HTMLExporter):
    """nbconvert's HTML, cleaned."""

    @pass_context
    def markdown2html(self, context, source):
        return cleaned(super().markdown2html(context, source))

    def from_notebook_node(self, nb, resources=None, **kw):
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                if "text/html" in output.get("data", {}):
                    text = output.data["text/html"]
                    output.data["text/html"] = cleaned(text, STYLES)
        html, resources = super().from_notebook_node(nb, resources, **kw)
        return guarded(html), resources


def guarded(html):
    """A page with its policy; its scripts stand outside of the notebook that it shows.

    What its list of contents leads to is named, and what is folded shows that it is.
    """
    page, nonce = BeautifulSoup(html, features="html.parser"), secrets.token_urlsafe(16)
    for inside in page.select("#notebook-container"):
        for script in inside.find_all("script"):
            script.decompose()
    if page.select("script[src$='/formgrade.js']"):
        page.body.append(page.new_tag("script", string=WITHOUT_MATHJAX))
    page.head.append(page.new_tag("style", string=SUMMARY))
    for link in page.select("#toc a"):
        exercise, _, group = link["href"].removeprefix("#").removeprefix("comment-").partition("-")
        if link.string == "Test cell":
            link.string = f"{exercise}: {group}"
        elif link.string == "Comment":
            link.string = f"Comment on {exercise}"
    for script in page.find_all("script"):
        script["nonce"] = nonce
    calls = {}
    for element in page.select("[onclick]"):  # the template's: the policy lets no attribute run
        calls.setdefault(element["onclick"], []).append(element)
        element["data-click"] = list(calls).index(element["onclick"])
        del element["onclick"]
    if calls:
        script = page.new_tag("script", nonce=nonce)
        script.string = "".join(
            f'$("[data-click={i}]").on("click", function() {{ {call} }});'
            for i, call in enumerate(calls)
            if re.fullmatch(r"\w+\((true|false)?\);?", call)
        )
        page.body.append(script)
    policy = {"http-equiv": "Content-Security-Policy", "content": POLICY.format(nonce)}
    page.head.insert(0, page.new_tag("meta", attrs=policy))
    return str(page)
