"""The README's animated picture is made of the figure's own frames, small, and the stored one."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.start_here.figures import StepOfDerivative
from helpers.teaching import style
from helpers.upkeep import animate

STORED = Path(__file__).parents[2] / "images" / "live_figure.gif"


@pytest.fixture(scope="module")
def pages():
    return animate.frames(StepOfDerivative, "h")


def test_every_setting_is_a_frame_that_differs_from_the_one_before(pages):
    assert len(pages) == len(StepOfDerivative.controls["h"].values())
    assert {page.size for page in pages} == {(style.WIDTH, style.HEIGHT + animate.ROW)}
    for one, next_one in itertools.pairwise(pages):
        difference = np.abs(np.asarray(one, int) - np.asarray(next_one, int)).max(axis=2)
        assert (difference[: style.HEIGHT] > 48).any() and (difference[style.HEIGHT :] > 48).any()


def test_stored_picture_is_small_and_comes_to_rest(pages, tmp_path):
    animate.store(pages, tmp_path / "new" / "a.gif")
    for path in (STORED, tmp_path / "new" / "a.gif"):
        assert path.stat().st_size < 400_000
        with Image.open(path) as picture:
            assert picture.n_frames == 2 * len(pages) - 2
            assert picture.info["loop"] == animate.ROUNDS - 1


def test_it_stands_in_the_readme_with_words(pages):
    words = animate.words(StepOfDerivative, "h")
    assert "step h" in words and "float64" in words
    readme = STORED.parents[1].joinpath("README.md").read_text(encoding="utf-8")
    alt = readme.partition("](images/live_figure.gif)")[0].rpartition("![")[2]
    assert len(alt) > 40
