"""All settings of a figure as files that a page fetches: packs of frames, each frame in words too.

A pack holds the frames of consecutive settings, the last control running fastest:

    {"texts": [SVG or words, …], "defs": {id: element}, "frames": [[alt, part, part, …], …]}

where a frame is a list of positions in "texts", so that equal parts are stored once. A pack is
gzip-compressed JSON; the page unpacks it.
"""

import gzip
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

from helpers.site.svg import Drawing
from helpers.teaching.controls import Choice, Control
from helpers.teaching.figure import LiveFigure

PACK = 300_000  # bytes before compression, about 25 kB after it: a page waits for one when it jumps
MOST = 5_000  # settings of a figure
WEIGHT = 6_000_000  # bytes of a figure's packs


@dataclass(frozen=True)
class Shown:
    """What a page needs to show a figure before and after its packs arrive.

    `folder`: the name of the folder with its files; `kept`: for each control the indices of the
    settings that the packs hold; `starts`: the number of the first setting in each pack;
    `background`, `parts`: SVG of the default setting; `defs`: what they refer to; `alt`: the
    default's words.
    """

    folder: str
    kept: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]
    background: str
    parts: tuple[str, ...]
    defs: dict[str, str]
    alt: str


def thinned(figure: LiveFigure, named: Iterable[str] = (), most: int = MOST) -> tuple:
    """For each control the indices of settings to keep, so that at most `most` combinations remain.

    The default, both ends, the options of a choice, and each setting whose text is one of `named`
    always remain: `most` may then be exceeded. Other settings of the longest controls go, evenly.
    """
    controls, named = list(figure.controls.values()), set(named)
    strides = [1] * len(controls)
    while True:
        kept = tuple(_every(c, s, named) for c, s in zip(controls, strides, strict=True))
        if prod(map(len, kept)) <= most:
            return kept
        lengths = [
            0 if isinstance(c, Choice) else len(k) for c, k in zip(controls, kept, strict=True)
        ]
        longest = lengths.index(max(lengths))
        if strides[longest] >= len(controls[longest].values()):
            return kept
        strides[longest] += 1


def _every(control: Control, stride: int, named: set[str]):
    values = control.values()
    if isinstance(control, Choice):
        return tuple(range(len(values)))
    default = control.index(control.default)
    always = {0, default, len(values) - 1}
    always |= {i for i, value in enumerate(values) if control.text(value).split()[0] in named}
    return tuple(sorted(always | set(range(default % stride, len(values), stride))))


def numbers(text: str) -> set[str]:
    """The numbers that a text names, as a control writes them: "0.2", "−8", "10", "3.16·10⁻⁸"."""
    power = "(?:·10)?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+"
    return set(re.findall(rf"−?\d+(?:\.\d+)?(?:{power})?", text.replace("-", "−")))


def write(figure: LiveFigure, name: str, folder: Path, named: Iterable[str] = ()) -> Shown:
    """Write the packs of `figure` and its images into `folder`; returns what the page needs.

    `name`: the figure's name on its page, in lower case; `named`: see `thinned`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawing = Drawing(figure, name)
    background, parts = drawing.background(), drawing.frame()
    first = dict(drawing.defs)
    named, starts, count = set(named), [], 0
    kept = thinned(figure, named)
    kept = thinned(figure, named, min(MOST, int(WEIGHT / _bytes_a_frame(drawing, kept))))
    for pack in _packs(drawing, itertools.product(*kept), first):
        starts.append(count)
        count += len(pack["frames"])
        (folder / f"{len(starts) - 1}.pack").write_bytes(_compressed(pack))
    for file, data in drawing.images.items():
        (folder / file).write_bytes(data)
    return Shown(folder.name, kept, tuple(starts), background, parts, first, figure.describe())


def _bytes_a_frame(drawing, kept, sample=24):
    """About how many bytes a frame takes in a pack, from some that follow each other."""
    count = prod(map(len, kept))
    first = max(0, (count - sample) // 2)
    settings = itertools.islice(itertools.product(*kept), first, first + sample)
    weights = [len(_compressed(pack)) for pack in _packs(drawing, settings, {})]
    return sum(weights) / min(sample, count)


def _compressed(pack):
    data = json.dumps(pack, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(data, 9, mtime=0)


def _packs(drawing: Drawing, settings: Iterable[tuple], known: dict) -> Iterator[dict]:
    figure, pack, size = drawing.figure, _Pack(drawing, known), 0
    for indices in settings:
        values = figure.values_at(indices)
        size += pack.add(figure.describe(**values), drawing.frame(**values))
        if size >= PACK:
            yield pack.json()
            pack, size = _Pack(drawing, known), 0
    if pack.frames:
        yield pack.json()


class _Pack:
    def __init__(self, drawing, known):
        self.drawing, self.known = drawing, known
        self.texts, self.frames = {}, []

    def add(self, alt, parts):
        """Add a frame; returns by how many bytes the pack has grown."""
        before = len(self.texts)
        self.frames.append([self.texts.setdefault(t, len(self.texts)) for t in (alt, *parts)])
        return sum(len(text.encode()) for text in list(self.texts)[before:])

    def json(self):
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', "".join(self.texts)))
        defs = {i: self.drawing.defs[i] for i in sorted(used - self.known.keys())}
        return {"texts": list(self.texts), "defs": defs, "frames": self.frames}
