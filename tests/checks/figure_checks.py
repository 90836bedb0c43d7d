"""What must be true of every live figure, as functions that return complaints (a list of sentences).

An empty list is a pass. test_figures.py applies them to all figures, test_the_checks.py to figures
that are wrong on purpose.
"""

import io
import itertools
import random
import re
from contextlib import contextmanager

import numpy as np
from matplotlib import colors, rc_context
from matplotlib.text import Text
from PIL import Image

from helpers.teaching import style
from helpers.teaching.figure import LiveFigure, kept_artists

RANDOM_SETTINGS = 10
TEXT_PIXELS = 12  # smallest text, in CSS pixels
CONTRAST = 4.5  # WCAG 2, level AA, for texts
SIZE = (round(style.WIDTH * style.PIXEL_RATIO), round(style.HEIGHT * style.PIXEL_RATIO))


# The settings at which figures are looked at


def extremes(figure):
    """Values at which all controls stand at their default, at their minimum, at their maximum."""
    ends = [
        {name: control.values()[end] for name, control in figure.controls.items()}
        for end in (0, -1)
    ]
    return _unique([figure.defaults, *ends])


def corners(figure):
    """Values at each control's minimum, middle and maximum, the others at their defaults."""
    found = []
    for name, control in figure.controls.items():
        values = control.values()
        for value in (values[0], values[len(values) // 2], values[-1]):
            found.append(figure.defaults | {name: value})
    return _unique(found)


def scattered(figure, count=RANDOM_SETTINGS):
    """`count` random settings, the same ones at every call."""
    chance = random.Random(figure.name)
    return [
        {name: chance.choice(control.values()) for name, control in figure.controls.items()}
        for _ in range(count)
    ]


def neighbours(figure, settings):
    """For each of `settings` the one a step on, or back, on one of the controls."""
    chance = random.Random(figure.name)
    for values in settings:
        name, control = chance.choice(list(figure.controls.items()))
        at = control.index(values[name])
        beside = [i for i in (at - 1, at + 1) if 0 <= i < len(control.values())]
        yield values | {name: control.values()[chance.choice(beside)]}


def sweeps(figure):
    """Every setting of each control, the others at their defaults."""
    for name, control in figure.controls.items():
        for value in control.values():
            yield figure.defaults | {name: value}


def _unique(settings):
    return list({tuple(values.items()): values for values in settings}.values())


def at(values):
    """How complaints write a setting."""
    return "at " + ", ".join(f"{name}={value!r}" for name, value in values.items())


# What a learner sees and hears


class Samples:
    """Pictures and words of a figure at all settings that are looked at, and what failed there.

    With `thorough`, neighbours of random settings are looked at as well, which takes longer.
    """

    def __init__(self, figure, thorough=False):
        settings = [*sweeps(figure), *extremes(figure), *scattered(figure)]
        if thorough:
            more = scattered(figure, 25)
            settings += [*more, *neighbours(figure, more)]
        self.figure = figure
        self.pictures, self.words, self.failures = [], [], []  # (values, PNG | text | sentence)
        for values in _unique(settings):
            try:
                picture, words = figure.render(**values), figure.describe(**values)
            except Exception as error:  # whatever a learner could meet on moving a slider
                self.failures.append(f"fails {at(values)}: {type(error).__name__}: {error}")
                continue
            self.pictures.append((values, picture))
            self.words.append((values, words))


def declared(figure):
    """The figure says in a sentence what it shows; its controls have labels and a choice."""
    complaints = []
    if not (figure.__doc__ or "").strip():
        complaints.append("has no docstring that says what it shows")
    for name, control in figure.controls.items():
        if not control.label.strip():
            complaints.append(f"{name} has no label")
        if len(set(control.values())) < max(2, len(control.values())):
            complaints.append(f"{name} has fewer than two settings, or one twice")
    return complaints


def valid_pictures(samples):
    """Every picture is a PNG of the right size that shows something."""
    complaints = list(samples.failures)
    for values, png in samples.pictures:
        try:
            image = Image.open(io.BytesIO(png))
            histogram = np.array(image.convert("L").histogram())
        except OSError as error:
            complaints.append(f"is no picture {at(values)}: {error}")
            continue
        if image.format != "PNG" or image.size != SIZE:
            complaints.append(f"is {image.format} of {image.size} {at(values)}, not PNG of {SIZE}")
        if (histogram > 0).sum() < 3 or histogram[:250].sum() < 0.01 * histogram.sum():
            complaints.append(f"is blank {at(values)}")
    return complaints


def distinct(found, what):
    """No two settings have the same picture, or the same words. `found`: (values, it) pairs."""
    first, complaints = {}, []
    for values, it in found:
        if it in first:
            complaints.append(f"has the same {what} {at(first[it])} and {at(values)}")
        first.setdefault(it, values)
    return complaints


def valid_words(samples):
    """Every alt text is a sentence with finite figures.

    Python writes what is not finite as nan or inf, and what is missing as None: these are slips.
    A text that means them says so in a reader's words: NaN, infinite, ∞, none.
    """
    complaints = []
    for values, words in samples.words:
        if not (isinstance(words, str) and words.strip().endswith(".")):
            complaints.append(f"has no sentence for a description {at(values)}: {words!r}")
        elif slip := re.search(r"\b(nan|inf|None)\b|[{}]|tensor\(|array\(|np\.", words):
            complaints.append(f"says {slip[0]!r} {at(values)}: {words}")
    return complaints


def repeatable(samples, redrawn):
    """The same values give the same bytes, whatever was rendered before."""
    first = {tuple(values.items()): png for values, png in samples.pictures}
    return [
        f"is drawn otherwise {at(values)} when other settings came before"
        for values, png in redrawn.pictures
        if first.get(tuple(values.items()), png) != png
    ]


# How it is drawn


class Redrawn:
    """A figure at some settings: as the page shows it, drawn anew in full, and its texts.

    Five settings are drawn anew, and with `thorough` each end of each control, which takes longer.
    This looks inside LiveFigure: its canvas, the background drawn once, and what moves on it.
    """

    def __init__(self, figure, thorough=False):
        self.figure = figure
        self.canvas, _, self.moving = figure._stage
        self.pictures, self.texts = [], []  # (values, PNG | [Drawn…])
        self.stale, self.wrong = [], []  # settings
        settings = [
            *extremes(figure),
            *scattered(figure, 2),
            *(corners(figure) if thorough else ()),
        ]
        still = self._draw()
        for values in _unique(settings):
            try:
                self.pictures.append((values, figure.render(**values)))
            except Exception:  # valid_pictures tells
                continue
            shown = self._pixels()
            with self._everything_still(), recorded_texts() as texts:
                anew = self._draw()
                self.texts.append((values, [Drawn(text) for text in texts]))
            if (np.abs(anew.astype(int) - shown) > 2).any():
                (self.stale if (self._draw() != still).any() else self.wrong).append(values)

        self.unkept = [artist for _, artist in self.moving if artist not in self._kept()]

    def _kept(self):
        return set(kept_artists(vars(self.figure._drawing).values()))

    def _pixels(self):
        return np.asarray(self.canvas.buffer_rgba()).copy()

    def _draw(self):
        """Draw everything that is not animated."""
        with rc_context(style.rc()):
            self.canvas.draw()
        return self._pixels()

    @contextmanager
    def _everything_still(self):
        """Nothing is animated; what was lies on top, as on the page."""
        moving = [artist for artist in self.canvas.figure.findobj() if artist.get_animated()]
        heights = [artist.get_zorder() for artist in moving]
        for artist, height in zip(moving, heights, strict=True):
            artist.set(animated=False, zorder=1000 + height)
        yield
        for artist, height in zip(moving, heights, strict=True):
            artist.set(animated=True, zorder=height)


class Drawn:
    """A text as it was drawn: words, box in image pixels, size in CSS pixels, contrast."""

    def __init__(self, text):
        self.words = text.get_text()
        self.box = text.get_window_extent()
        clip = text.get_clip_box() if text.get_clip_on() else None
        self.clip = clip.frozen() if clip else None
        self.size = text.get_fontsize() / style.POINTS_PER_PIXEL
        patch = text.get_bbox_patch()
        paper = colors.to_rgba(patch.get_facecolor() if patch else "white")
        self.contrast = contrast(colors.to_rgba(text.get_color(), text.get_alpha()), paper)


@contextmanager
def recorded_texts():
    """Collect the Text artists that are drawn inside the `with` block."""
    drawn, draw = [], Text.draw

    def record(text, renderer, *args, **kwargs):
        if text.get_visible() and text.get_text().strip():
            drawn.append(text)
        return draw(text, renderer, *args, **kwargs)

    Text.draw = record
    try:
        yield drawn
    finally:
        Text.draw = draw


def contrast(ink, paper):
    """WCAG 2 contrast ratio (1 to 21) of two RGBA colours; both may let white shine through."""

    def luminance(rgba):
        rgb = np.array(rgba[:3]) * rgba[3] + 1 - rgba[3]
        return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ (
            0.2126,
            0.7152,
            0.0722,
        )

    dark, light = sorted([luminance(ink), luminance(paper)])
    return (light + 0.05) / (dark + 0.05)


def blitted(redrawn):
    """The page's picture is that of a full redraw: nothing that stands still was changed."""
    return [
        f"`update` changes something that `draw` does not keep {at(values)}"
        for values in redrawn.stale
    ] + [f"shows something else than a full redraw {at(values)}" for values in redrawn.wrong]


def kept(redrawn):
    """What moves is what `draw` keeps in self: nothing is marked as animated elsewhere."""
    return [f"moves {artist}, which `draw` does not keep in self" for artist in redrawn.unkept]


def told_alone(figure):
    """The words do not need the picture: a figure that was never drawn says the same."""
    fresh = LiveFigure(type(figure._drawing), figure.controls)
    try:
        words = fresh.describe()
    except Exception as error:
        return [f"can't be described before it is drawn: {type(error).__name__}: {error}"]
    return [] if words == figure.describe() else ["is described otherwise before it is drawn"]


def legible(redrawn):
    """Texts lie inside the picture, apart from each other, large and dark enough."""
    complaints = []
    for values, texts in redrawn.texts:
        for text in texts:
            inside = [-1, -1, SIZE[0] + 1, SIZE[1] + 1]
            if text.clip is not None:
                inside = [
                    *np.maximum(inside[:2], text.clip.min - 1),
                    *np.minimum(inside[2:], text.clip.max + 1),
                ]
            x0, y0, x1, y1 = text.box.extents
            if x0 < inside[0] or y0 < inside[1] or x1 > inside[2] or y1 > inside[3]:
                complaints.append(f"cuts off “{text.words}” {at(values)}")
            if text.size < TEXT_PIXELS - 1e-6:
                complaints.append(f"writes “{text.words}” in {text.size:.1f} px; at least 12")
            if text.contrast < CONTRAST:
                complaints.append(f"writes “{text.words}” with contrast {text.contrast:.1f}")
        for one, other in itertools.combinations(texts, 2):
            if one.box.padded(-2).overlaps(other.box.padded(-2)):
                complaints.append(f"writes “{one.words}” over “{other.words}” {at(values)}")
    return list(dict.fromkeys(complaints))
