"""Predictions: nothing before a choice, the reason after any."""

import html
import re

import pytest

from helpers.teaching import predict

CHOICE = predict(
    "Which of <these>?",
    options=["the & first", "the second"],
    answer=1,
    because="It's the second: x < y.",
)
NUMBER = predict("How much?", answer=-0.5, tolerance=0.01, because='It is "half".')


def outside_details(page):
    return re.sub(r"<details.*?</details>", "", page, flags=re.S)


def test_a_choice_gets_the_reason_whether_right_or_wrong():
    assert CHOICE.reply(1) == "As predicted. It's the second: x < y."
    assert CHOICE.reply(0) == "Not so: “the second”. It's the second: x < y."


@pytest.mark.parametrize(("guess", "right"), [(-0.5, True), (-0.491, True), (-0.48, False)])
def test_a_number_is_right_within_the_tolerance(guess, right):
    assert NUMBER.reply(guess).startswith("As predicted." if right else "Not so: −0.5.")


def test_page_shows_question_and_options_and_hides_every_answer():
    page = CHOICE._repr_html_()
    replies = re.findall(
        r"<details.*?<summary[^>]*>(.*?)</summary>\s*<p[^>]*>(.*?)</p>", page, re.S
    )
    assert [tuple(map(html.unescape, reply)) for reply in replies] == [
        ("the & first", CHOICE.reply(0)),
        ("the second", CHOICE.reply(1)),
    ]
    assert " open" not in page
    assert html.escape(CHOICE.question) in outside_details(page)
    assert "second" not in outside_details(page)


def test_a_new_choice_closes_the_former_one():
    (name,) = set(re.findall(r'<details name="([^"]*)"', CHOICE._repr_html_()))
    assert html.unescape(name) == CHOICE.question


def test_number_can_be_answered_without_its_script():
    page = NUMBER._repr_html_()
    assert 'type="number"' in page
    assert html.escape("−0.5. It is") in page
    visible = re.sub(r'onclick="[^"]*"', "", outside_details(page))
    assert "half" not in visible


def test_text_of_a_prediction_gives_nothing_away():
    assert repr(CHOICE) == "Which of <these>?\n( ) the & first\n( ) the second"
    assert "0.5" not in repr(NUMBER)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"answer": 0}, "either options or a tolerance"),
        ({"answer": 0, "options": ["a", "b"], "tolerance": 1}, "either options or a tolerance"),
        ({"answer": 0, "options": ["a"]}, "at least two"),
        ({"answer": 2, "options": ["a", "b"]}, "got 2 options and the answer 2"),
        ({"answer": 0.3, "tolerance": 0.0}, "must be above 0; got 0.0"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        predict("?", because="", **arguments)
