"""Every live figure of every topic, at its controls' ends, in between, and at random settings."""

import figure_checks
import pytest
from topics import TOPICS

FIGURES = {
    f"{topic.name}.{name}": getattr(module, name)
    for topic in TOPICS
    if (module := topic.module("figures"))
    for name in module.__all__
}


@pytest.fixture(scope="module", params=FIGURES)
def figure(request):
    return FIGURES[request.param]


@pytest.fixture(scope="module")
def samples(figure, request):
    return figure_checks.Samples(figure, thorough=request.config.option.weekly)


@pytest.fixture(scope="module")
def redrawn(figure, samples, request):
    return figure_checks.Redrawn(figure, thorough=request.config.option.weekly)


def test_says_what_it_shows_and_has_controls(figure):
    assert figure_checks.declared(figure) == []


def test_draws_a_picture_at_every_setting(samples):
    assert figure_checks.valid_pictures(samples) == []


def test_no_two_settings_look_the_same(samples):
    assert figure_checks.distinct(samples.pictures, "picture") == []


def test_describes_every_setting_with_finite_figures(samples):
    assert figure_checks.valid_words(samples) == []


def test_no_two_settings_are_described_the_same(samples):
    assert figure_checks.distinct(samples.words, "description") == []


def test_a_setting_gives_the_same_bytes_whatever_came_before(samples, redrawn):
    assert figure_checks.repeatable(samples, redrawn) == []


def test_is_described_without_a_picture(figure):
    assert figure_checks.told_alone(figure) == []


def test_moves_only_what_it_keeps_and_equals_a_full_redraw(redrawn):
    assert figure_checks.blitted(redrawn) == []
    assert figure_checks.kept(redrawn) == []


def test_texts_are_whole_apart_large_and_dark_enough(redrawn):
    assert figure_checks.legible(redrawn) == []
