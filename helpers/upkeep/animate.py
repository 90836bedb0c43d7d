"""An animated picture for the README: a live figure's slider being moved, made of real frames.

`python -m helpers.upkeep.animate start_here.StepOfDerivative h images/step.gif` stores the
picture and prints its alt text.
"""

import argparse
import importlib
import io
from pathlib import Path

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from helpers.teaching import style

ROW = 36  # CSS pixels below the picture, for the slider
NAME, VALUE, MARGIN = 96, 104, 16  # CSS pixels for the slider's name, its value, and beside them
STEP, REST = 120, 1500  # ms for a frame, and for the first and the last one
ROUNDS = 3  # then it stands still, so that nobody has to read beside something that moves
COLOURS = 32


def frames(figure, name):
    """The figure with its slider `name` below it, at every setting: a list of Images, 600 wide.

    The other controls stand at their defaults. Raises KeyError if there is no such control.
    """
    control = figure.controls[name]
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 13)
    last = len(control.values()) - 1
    left, right = MARGIN + NAME, style.WIDTH - MARGIN - VALUE
    y = style.HEIGHT + ROW // 2
    pages = []
    for index, value in enumerate(control.values()):
        picture = Image.open(io.BytesIO(figure.render(**{name: value}))).convert("RGB")
        page = Image.new("RGB", (style.WIDTH, style.HEIGHT + ROW), "white")
        page.paste(picture.resize((style.WIDTH, style.HEIGHT), Image.Resampling.LANCZOS))
        x = left + (right - left) * index / last
        draw = ImageDraw.Draw(page)
        draw.line([(left, y), (right, y)], "#D0D0D0", 6)
        draw.line([(left, y), (x, y)], style.BLUE, 6)
        draw.ellipse([x - 8, y - 8, x + 8, y + 8], style.BLUE)
        draw.text((MARGIN, y), control.label, style.BLACK, font, anchor="lm")
        draw.text((right + MARGIN, y), control.text(value), style.BLACK, font, anchor="lm")
        pages.append(page)
    return pages


def store(pages, path):
    """Write Images as a GIF that plays them backwards and forwards, three times."""
    # One palette for all, so that what stands still is the same in every frame and costs nothing.
    palette = pages[len(pages) // 2].quantize(COLOURS, dither=Image.Dither.NONE)
    pages = [page.quantize(palette=palette, dither=Image.Dither.NONE) for page in pages]
    tour = [*pages[::-1], *pages[1:-1]]
    durations = [STEP] * len(tour)
    durations[0] = durations[len(pages) - 1] = REST
    path.parent.mkdir(parents=True, exist_ok=True)
    tour[0].save(path, save_all=True, append_images=tour[1:], duration=durations, loop=ROUNDS - 1)


def words(figure, name):
    """The alt text: what is moved, and what the picture shows at both ends."""
    control = figure.controls[name]
    first, last = (figure.describe(**{name: control.values()[i]}) for i in (0, -1))
    return f"The slider “{control.label}” is moved from end to end. At first: {last} Then: {first}"


def main():
    parser = argparse.ArgumentParser(
        prog="python -m helpers.upkeep.animate", description="Make an animated picture."
    )
    parser.add_argument("figure", help="topic.Figure, as in start_here.StepOfDerivative")
    parser.add_argument("control", help="the name of the slider to be moved")
    parser.add_argument("path", type=Path, help="the GIF to write")
    options = parser.parse_args()
    topic, name = options.figure.split(".")
    figure = getattr(importlib.import_module(f"helpers.{topic}.figures"), name)
    store(frames(figure, options.control), options.path)
    print(words(figure, options.control))


if __name__ == "__main__":
    main()
