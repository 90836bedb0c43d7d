"""The palette: told apart with every kind of colour vision, and texts that stand out."""

import itertools
import re

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from figure_checks import CONTRAST, contrast
from matplotlib import colors

from helpers.teaching import style

# In CAM02-UCS a distance of 1 is just noticeable side by side; lines on a chart need far more.
DISTANCE = 10

PALETTE = {
    name: getattr(style, name)
    for name in ("BLUE", "VERMILION", "GREEN", "ORANGE", "PURPLE", "SKY", "GREY", "BLACK")
}


def seen(colour, deficiency):
    """An sRGB colour as someone with the deficiency (Machado et al. 2009) sees it."""
    rgb = np.array(colors.to_rgb(colour))
    if deficiency is None:
        return rgb
    space = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
    return np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1)


def closest(palette, deficiency):
    """(distance, name, name) of the two colours that look most alike."""
    rgb = {name: seen(colour, deficiency) for name, colour in palette.items()}
    return min(
        (float(deltaE(rgb[a], rgb[b], input_space="sRGB1")), a, b)
        for a, b in itertools.combinations(palette, 2)
    )


@pytest.mark.parametrize("deficiency", [None, "deuteranomaly", "protanomaly", "tritanomaly"])
def test_any_two_colours_look_different(deficiency):
    distance, one, other = closest(PALETTE, deficiency)
    assert distance >= DISTANCE, f"{one} and {other} look alike: {distance:.1f}"


def test_the_measure_finds_a_pair_that_is_hard_to_tell_apart():
    mixed_up = {"red": "#B04A3A", "green": "#6E6E2E"}
    assert closest(mixed_up, None)[0] > 2 * DISTANCE
    assert closest(mixed_up, "deuteranomaly")[0] < DISTANCE


def test_the_cycle_is_made_of_the_palette_and_starts_with_what_differs_most():
    assert len(set(style.COLOURS)) == len(style.COLOURS)
    assert set(style.COLOURS) <= set(PALETTE.values())
    first = {colour: colour for colour in style.COLOURS[:2]}
    for deficiency in ("deuteranomaly", "protanomaly", "tritanomaly"):
        assert closest(first, deficiency)[0] >= 3 * DISTANCE


def test_texts_are_black_or_grey_and_stand_out_from_the_paper():
    words = re.compile("(label|title|tick|text).*color")
    texts = {key: colour for key, colour in style.rc().items() if words.search(key)}
    assert len(texts) >= 5
    assert set(texts.values()) <= {style.BLACK, style.GREY}
    for colour in texts.values():
        assert contrast(colors.to_rgba(colour), (1, 1, 1, 1)) >= CONTRAST


def test_text_sizes_are_at_least_twelve_pixels():
    sizes = {
        key: size
        for key, size in style.rc().items()
        if key.endswith("size") and "marker" not in key
    }
    assert sizes and all(size / style.POINTS_PER_PIXEL >= 12 - 1e-9 for size in sizes.values())
    assert style.points(100) == pytest.approx(72)
