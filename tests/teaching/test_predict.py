"""Predictions: nothing before a choice, a reply of its own after each."""

import html
import re

import pytest

from helpers.teaching import predict
from helpers.teaching.predict import number, question

CHOICE = question(
    "Which of <these>?",
    {
        "the & first": "It's larger: x < y.",
        "the `second`": "No more than `y`.",
        "the third": "It is 3.",
    },
    right="the `second`",
)
NUMBER = number("How much?", answer=-0.5, tolerance=0.01, because='It is "half".', unit="px")


def outside_details(page):
    return re.sub(r"<details.*?</details>|<script>.*?</script>", "", page, flags=re.S)


def text_of(fragment):
    return html.unescape(re.sub(r"<[^>]+>", "", fragment))


def test_each_choice_gets_its_own_reply_and_a_wrong_one_the_answer():
    assert CHOICE.reply("the `second`") == "Yes. No more than `y`."
    assert CHOICE.reply("the third") == "No. The answer is “the `second`”. It is 3."


@pytest.mark.parametrize(("guess", "right"), [(-0.5, True), (-0.491, True), (-0.48, False)])
def test_a_number_is_right_within_the_tolerance(guess, right):
    start = 'Yes. It is "half".' if right else 'No. The answer is −0.5 px. It is "half".'
    assert NUMBER.reply(guess) == start


def test_page_shows_question_and_options_and_hides_every_reply():
    page = CHOICE._repr_html_()
    replies = re.findall(
        r"<details.*?<summary[^>]*>(.*?)</summary>\s*<p[^>]*>(.*?)</p>", page, re.S
    )
    assert [tuple(map(text_of, reply)) for reply in replies] == [
        ("the & first", "✗ No. The answer is “the second”. It's larger: x < y."),
        ("the second", "✓ Yes. No more than y."),
        ("the third", "✗ No. The answer is “the second”. It is 3."),
    ]
    assert not re.search("<details[^>]* open", page)
    assert html.escape(CHOICE.text) in outside_details(page)
    assert "second" not in outside_details(page)


def test_right_and_wrong_differ_by_sign_word_and_line():
    page = CHOICE._repr_html_()
    right, wrong = (
        re.search(rf'<p data-reply="{kind}".*?</p>', page)[0] for kind in ("right", "wrong")
    )
    assert "✓" in right and "Yes." in right and "solid" in right
    assert "✗" in wrong and "No." in wrong and "dashed" in wrong


def test_a_new_choice_closes_the_former_one():
    (name,) = set(re.findall(r'<details name="([^"]*)"', CHOICE._repr_html_()))
    assert html.unescape(name) == CHOICE.text


def test_number_can_be_answered_without_its_script():
    page = NUMBER._repr_html_()
    (reply,) = re.findall(r"<p data-reply.*?</p>", page)
    assert text_of(reply) == 'The answer is −0.5 px. It is "half".'
    assert "half" not in outside_details(page)
    assert "<input" not in outside_details(page), "a field that nothing reads"


def test_text_of_a_prediction_gives_nothing_away():
    assert repr(CHOICE) == "Which of <these>?\n( ) the & first\n( ) the `second`\n( ) the third"
    assert repr(NUMBER) == "How much?"


@pytest.mark.parametrize(
    ("options", "right", "sentence"),
    [
        ({"a": "A."}, "a", "at least two options; got 1"),
        ({"a": "A.", "b": "B."}, "c", "must be one of the options; got 'c'"),
        ({"a": "A.", "b": " "}, "a", "'b' has no reply"),
        ({"a": "A.", " ": "B."}, "a", "An option without a text"),
        ({"a": "A.", "b": "A. "}, "a", "Two options have the same reply"),
        ({"a": "Yes, it is.", "b": "B."}, "a", "repeats the Yes or No"),
        ({"a": "A.", "b": "No: not this."}, "a", "repeats the Yes or No"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(options, right, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        question("Which?", options, right=right)


def test_a_question_needs_a_text_and_a_number_a_tolerance_and_a_reason():
    with pytest.raises(ValueError, match="needs a question"):
        question(" ", {"a": "A.", "b": "B."}, right="a")
    with pytest.raises(ValueError, match="above 0; got 0"):
        number("How much?", answer=0.3, tolerance=0, because="So.")
    with pytest.raises(ValueError, match="needs a question and a reason"):
        number("How much?", answer=0.3, tolerance=0.1, because="")


@pytest.mark.parametrize("wrong", [None, "Which?", 3, {"a": "A."}])
def test_predict_shows_predictions_and_nothing_else(wrong):
    assert predict(CHOICE) is CHOICE and predict(NUMBER) is NUMBER
    with pytest.raises(TypeError, match=f"predictions.name; got {type(wrong).__name__}"):
        predict(wrong)
