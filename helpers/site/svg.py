"""A live figure as SVG: what stands still once, and for each setting the artists that move.

Matplotlib's own SVG renderer draws both, so a page shows what `render` shows. A fragment holds no
style attribute and no data: address: a page that allows nothing but its own files shows it.
"""

import base64
import hashlib
import io
import re
from functools import lru_cache
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_svg import RendererSVG

from helpers.teaching import style
from helpers.teaching.figure import LiveFigure

INCH = 72  # SVG units of matplotlib
SIZE = style.WIDTH / 100 * INCH, style.HEIGHT / 100 * INCH

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_DEFS = re.compile(r"<defs>(.*?)</defs>", re.S)
_DEFINED = re.compile(
    r"""<(path|clipPath|pattern|filter)\b[^>]*?\bid="([^"]+)"[^>]*?(?:/>|>.*?</\1>)""", re.S
)
_STYLE = re.compile(r'\s*style="([^"]*)"')
_DATA = re.compile(r'(?:xlink:)?href="data:image/png;base64,\s*([^"]+)"')
_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


class Drawing:
    """The SVG of `figure`. `name`: a prefix of its ids, no two of which may be equal on a page.

    Attributes: `defs` (id → element) what the drawn parts refer to, such as the shapes of letters;
    `images` (file name → PNG bytes) the pictures inside the picture. Both grow with each frame.
    """

    def __init__(self, figure: LiveFigure, name: str):
        self.figure, self.name = figure, name
        self.defs: dict[str, str] = {}
        self.images: dict[str, bytes] = {}
        # Much of a picture is as it was at another setting: that is cleaned once.
        self._cleaned = lru_cache(1024)(self._clean)

    def background(self) -> str:
        """What stands still, as SVG elements."""
        picture, _ = self.figure.artists()
        return self._draw(picture, [picture])[0]

    def frame(self, **values: Any) -> tuple[str, ...]:
        """What moves, at these values: from back to front, an SVG text each."""
        return self._draw(*self.figure.artists(**values))

    def _draw(self, picture, artists):
        out, dpi = io.StringIO(), picture.dpi
        picture.dpi = INCH
        try:
            with rc_context({"svg.fonttype": "path", "svg.hashsalt": self.name}):
                renderer = RendererSVG(*SIZE, out, image_dpi=100 * style.PIXEL_RATIO)
                _take(out)  # the head of a file
                drawn = [artist.draw(renderer) or _take(out) for artist in artists]
                renderer._write_clips()
                renderer._write_hatches()
        finally:
            picture.dpi = dpi
        self._cleaned(_take(out))  # nothing but definitions
        return tuple(map(self._cleaned, drawn))

    def _clean(self, text):
        text = _COMMENT.sub("", text)
        text = _STYLE.sub(_attributes, text)
        text = _DATA.sub(self._image, text)
        text = _NUMBER.sub(_rounded, text).replace("xlink:href", "href")
        text = re.sub(r"\s*\n\s*", " ", text)
        text = re.sub(r'(?<=[\s"(])(id="|href="#|url\(#)', rf"\1{self.name}-", text)
        text = _DEFS.sub(self._defined, text)
        return re.sub(r"> +<", "><", re.sub(r' id="[^"]*"', "", text)).strip()

    def _defined(self, match):
        for element in _DEFINED.finditer(match[1]):
            self.defs.setdefault(element[2], re.sub(r"> +<", "><", element[0]))
        return ""

    def _image(self, match):
        data = base64.b64decode(match[1])
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        self.images[name] = data
        return f'href="@{name}"'


def _take(out):
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _attributes(match):
    """CSS as the attributes that say the same: style="fill: red" → fill="red"."""
    pairs = (part.split(":", 1) for part in match[1].split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def _rounded(match):
    number = float(match[0])
    digits = 2 if abs(number) >= 1 else 5  # a scale of 0.13 needs more digits than a position
    return f"{number:.{digits}f}".rstrip("0").rstrip(".").replace("-0", "0", number == 0) or "0"
