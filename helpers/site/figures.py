"""The live figures of the site: their packs, kept until their code or data change, and their HTML."""

import hashlib
import importlib
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from helpers.site import packs, svg
from helpers.site.packs import Shown
from helpers.teaching.card import row
from helpers.teaching.data import DATA
from helpers.teaching.figure import LiveFigure

HELPERS = Path(__file__).resolve().parents[1]
NO_PICTURE = {"__init__", "exercises", "predictions"}

CARD = """<figure class="live" role="group" aria-label="{title}" data-figure="{about}">
<div class="picture"><svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{alt}">
<defs>{defs}</defs><g>{background}</g><g data-moving>{moving}</g></svg>
<div role="status" class="note"></div></div>
{controls}<p data-asleep>The controls need JavaScript. The picture shows their first settings.</p>
</figure>
"""


def made(wanted: dict[tuple[str, str], str], folder: Path) -> dict[tuple[str, str], Shown]:
    """The packs of figures, in two processes: (topic, figure's name) → what its page needs.

    `wanted`: (topic, figure's name) → the text around it, whose numbers stay settings. The files
    of a figure lie below `folder`, where `home` says. Those that are there are not made again.
    """
    jobs = [
        (topic, name, text, folder / home(topic, name, text))
        for (topic, name), text in wanted.items()
    ]
    missing = [job for job in jobs if not (job[-1] / "shown.json").exists()]
    if missing:
        drawn = f"{len(missing)} of {len(jobs)} figures are new, or have changed"
        print(f"{drawn}. Drawing them at all settings may take minutes.", flush=True)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            list(pool.map(_make, missing))
    return {job[:2]: _read(job[-1] / "shown.json") for job in jobs}


def home(topic: str, name: str, text: str) -> str:
    """The folder of a figure, named after its content: another picture lies in another folder."""
    numbers = " ".join(sorted(packs.numbers(text)))
    content = _content(topic) + name.encode() + numbers.encode()
    return f"{name.lower()}-{hashlib.sha256(content).hexdigest()[:12]}"


@cache
def _content(topic):
    versions = "".join(version(package) for package in ("matplotlib", "numpy", "torch"))
    return versions.encode() + b"".join(path.read_bytes() for path in sources(topic))


def sources(topic: str) -> list[Path]:
    """The files that the pictures of a topic come from: its modules and the data that they name."""
    own = [path for path in (HELPERS / topic).glob("*.py") if path.stem not in NO_PICTURE]
    shared = ("figure", "controls", "parts", "style", "words", "data")
    files = sorted(own) + [HELPERS / "teaching" / f"{name}.py" for name in shared]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    files += [Path(svg.__file__), Path(packs.__file__)]
    return files + sorted(path for path in DATA.iterdir() if f'"{path.name}"' in text)


def _make(job):
    topic, name, text, folder = job
    figure = figure_of(topic, name)
    shown = packs.write(figure, name.lower(), folder, packs.numbers(text))
    (folder / "shown.json").write_text(
        json.dumps(asdict(shown), ensure_ascii=False), encoding="utf-8"
    )


def _read(path):
    return Shown(**json.loads(path.read_text(encoding="utf-8")))


def figure_of(topic: str, name: str) -> LiveFigure:
    """The live figure `name` of a topic."""
    return getattr(importlib.import_module(f"helpers.{topic}.figures"), name)


def card(figure: LiveFigure, shown: Shown, address: str) -> str:
    """The HTML of a figure. `address`: the folder of its files, as seen from the page."""
    controls = [
        control.only(kept)
        for control, kept in zip(figure.controls.values(), shown.kept, strict=True)
    ]
    about = {
        "folder": address,
        "counts": [len(control.values()) for control in controls],
        "starts": list(shown.starts),
        "start": [control.index(control.default) for control in controls],
        "texts": [[control.text(value) for value in control.values()] for control in controls],
    }
    width, height = svg.SIZE
    html = CARD.format(
        title=escape(figure.__doc__ or figure.name),
        about=escape(json.dumps(about, ensure_ascii=False)),
        width=width,
        height=height,
        alt=escape(shown.alt),
        defs="".join(shown.defs.values()),
        background=shown.background,
        moving="".join(f"<g>{part}</g>" for part in shown.parts),
        controls="".join(map(row, controls)),
    )
    return html.replace('"@', f'"{address}/')
