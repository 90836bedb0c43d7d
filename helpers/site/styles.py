"""Style attributes as classes of one style sheet, for pages that allow no inline style."""

import re

from bs4 import BeautifulSoup

# Where JupyterLab has a variable of its theme, the site has one of its own.
VARIABLES = {
    "--jp-layout-color1": "--paper",
    "--jp-layout-color2": "--pale",
    "--jp-ui-font-color1": "--ink",
}


class Styles:
    """Collects style attributes; `sheet` gives them back as classes."""

    def __init__(self):
        self._classes: dict[str, str] = {}

    def moved(self, html: str) -> str:
        """`html` without style attributes and scripts; its elements have classes instead."""
        soup = BeautifulSoup(html, "html.parser")
        for script in soup("script"):
            script.decompose()
        for element in soup.find_all(style=True):
            style = re.sub(r"\s*;\s*", ";", element["style"].strip().rstrip(";"))
            del element["style"]
            if style:
                name = self._classes.setdefault(style, f"s{len(self._classes)}")
                element["class"] = [*element.get("class", []), name]
        for element in soup.find_all(attrs={"data-lm-suppress-shortcuts": True}):
            del element["data-lm-suppress-shortcuts"]
        return str(soup)

    def sheet(self) -> str:
        """The rules of all styles so far."""
        text = "".join(f".{name}{{{style}}}\n" for style, name in self._classes.items())
        for theirs, ours in VARIABLES.items():
            text = re.sub(rf"var\({theirs},\s*[^)]*\)", f"var({ours})", text)
        return text
