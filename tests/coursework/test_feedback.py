"""What feedback tells of a failing case: of a visible one all, of a hidden one only its kind."""

import ast
import inspect
import itertools
import sys
from dataclasses import replace

import numpy
import pytest
import torch

from helpers.backprop_by_hand.exercises import redundant_biases
from helpers.coursework.feedback import displayed, shown
from helpers.coursework.release import visible
from helpers.dropout_scaling import exercises
from helpers.minibatch_gradients.exercises import n_updates
from helpers.teaching import compare, values
from helpers.teaching.exercise import exercise
from helpers.teaching.judge import check


def test_of_a_hidden_case_only_its_kind_is_told():
    exercise = exercises.inverted_dropout
    hidden = [case for case in exercise.builders if case not in visible(exercise)]
    seen = 0
    for mistake in exercise.mistakes.values():
        result = check(exercise, mistake.function)
        told, case = shown(result, exercise), dict(result.case).get("case", "")
        if tuple(case.split(" · ", 1)) in hidden:
            seen += 1
            assert told.case == () and case.split(" · ", 1)[1] not in told.message
        else:
            assert told.message == result.message and told.case == result.case
            assert replace(told, said=(), others=()) == replace(result, said=(), others=())
    assert seen < len(exercise.mistakes)


def test_a_wrong_answer_in_a_hidden_case_is_told_by_its_kind():
    exercise = exercises.inverted_dropout
    cases = list(exercise.builders)
    at = next(i for i, case in enumerate(cases) if case not in visible(exercise))
    calls = iter(range(10**6))

    def attempt(x, rate, uniforms, training):
        right = exercise.function(x, rate, uniforms, training)
        return right + 1 if next(calls) % len(cases) == at else right

    result = check(exercise, attempt)
    told = shown(result, exercise)
    assert result.case and told.case == () and cases[at][1] not in told.message
    assert result.largest_error and told.largest_error is None
    assert told.groups == result.groups and told.status == "wrong"


def test_a_known_mistake_in_a_hidden_case_has_no_empty_box():
    """Its box would hold the first case that fails."""
    exercise = exercises.expected_output
    for mistake in exercise.mistakes.values():
        result = check(exercise, mistake.function)
        page = displayed(result, exercise)["text/html"]
        assert ("The first case that fails" in page) == bool(shown(result, exercise).case)
        assert "<pre" in page or "<details" not in page


def plus_one(x):
    return x + 1


NOT_TOLD = {  # a wrong answer in hidden cases, and what is said of it
    "numbers": (exercises.inverted_dropout, plus_one, "returns other values."),
    "zeros": (exercises.expected_output, torch.zeros_like, "returns other values."),
    "a shape": (exercises.best_weights, lambda x: x[:1], "returns another shape than is expected."),
    "a word": (
        exercises.diagnose,
        lambda word: f"{word}? where a list is expected",
        "returns something else than is expected.",
    ),
    "a whole number": (n_updates, plus_one, "returns something else than is expected."),
    "a list": (
        redundant_biases,
        lambda found: [*found, 7],
        "returns a list of another length than is expected.",
    ),
    "a tensor's word": (exercises.best_weights, str, "where a torch tensor is expected."),
}


@pytest.mark.parametrize("kind", NOT_TOLD)
def test_what_a_hidden_case_expects_is_not_told(kind):
    """Else a student could learn it: by answering 0, and reading how far that is off."""
    exercise, change, said = NOT_TOLD[kind]
    cases, calls = list(exercise.builders), itertools.count()

    def attempt(*arguments):
        right = exercise.function(*arguments)
        seen = cases[next(calls) % len(cases)] in visible(exercise)
        return right if seen else change(right)

    result = check(exercise, attempt)
    told = shown(result, exercise)
    assert said in told.message and "first in a case of" in told.message
    assert dict(result.case)["expected"] not in told.message
    assert "off by up to" not in told.message


def test_feedback_shows_every_visible_case_that_fails():
    """In full, also below a first failing case that is hidden; of hidden ones nothing."""
    exercise = exercises.inverted_dropout
    told = displayed(check(exercise, lambda x, rate, uniforms, training: x + 1), exercise)
    for text in told.values():
        for group, label in exercise.builders:
            assert (f"{group} · {label}" in text) == ((group, label) in visible(exercise)), label
    cases = list(exercise.builders)
    calls = iter(range(10**6))
    seen = visible(exercise)[-1]
    at = {
        next(i for i, case in enumerate(cases) if case not in visible(exercise)),
        cases.index(seen),
    }
    assert min(at) != cases.index(seen)

    def attempt(x, rate, uniforms, training):
        right = exercise.function(x, rate, uniforms, training)
        return right + 1 if next(calls) % len(cases) in at else right

    text = displayed(check(exercise, attempt), exercise)["text/plain"]
    assert f"Another visible case fails:\ncase      {' · '.join(seen)}" in text
    assert cases[min(at)][1] not in text


# Whatever a hidden case expects, feedback says the same of a wrong answer: so it tells nothing.


def row(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def returns(value):
    return lambda n, x: value


def raises(error):
    def function(n, x):
        raise error

    return function


def changes(place, *numbers):
    """Has x, or an item of x, hold these numbers."""

    def function(n, x):
        with torch.no_grad():
            (x if place is None else x[place]).copy_(row(*numbers))
        return 0.0

    return function


def a_grad(number):
    def function(n, x):
        x.grad = row(number, number)
        return 0.0

    return function


def prints(n, x):
    print("text")


def resized(n, x):
    x.resize_(1)
    return 0.0


def by_autograd(n, x):
    return torch.autograd.grad((x**2).sum(), x)[0].detach()


class Broken(torch.autograd.Function):
    """The number itself; its backward pass raises."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("no way back")


def leaf():
    return row(1.0, 2.0).requires_grad_()


# What feedback says → what an attempt does in hidden cases, and two things that may be expected
# there, which feedback must not tell apart: functions of a case's number and of x. Then what makes
# x, and what else the exercise declares, perhaps another thing for each of the two.
SAID = {
    "other values": (returns(row(0, 0)), returns(row(5.25, 7.5)), returns(row(-123, 0.125))),
    "other values.": (returns(0.0), returns(41.5), returns(-0.375)),
    "other values in result[1]": (returns([1.0, 0.0]), returns([1.0, 41.0]), returns([1.0, 2.5])),
    "NaN where a finite number": (
        returns(row(torch.nan, torch.nan, 1)),
        returns(row(1, 2, 1)),
        returns(row(torch.nan, 2, 1)),
    ),
    "infinity where a finite": (returns(torch.inf), returns(41.5), returns(-0.375)),
    "shape (3,) where one number": (returns(numpy.zeros(3)), returns(41.5), returns(-0.375)),
    "number of float32 where one": (returns(numpy.float32(0)), returns(41.5), returns(0.5)),
    "a torch tensor where a list": (returns(row(0)), returns([1, 2]), returns([1, 2, 3])),
    "a torch tensor where a Python float": (returns(row(0)), returns(41.5), returns(-0.375)),
    "returns something else": (returns(1.0), returns(None), returns(...)),
    "something else": (returns("word"), returns("secret"), returns("other")),
    "something else than": (returns(0), returns(41), returns(97)),
    "a list of another length": (returns([1]), returns([1, 2]), returns([1, 2, 3])),
    "a list of another length in result[0]": (
        returns([[1], 2]),
        returns([[1, 2], 2]),
        returns([[1, 2, 3], 2]),
    ),
    "a dict with other items": (returns({}), returns({"secret": 1}), returns({"a": 1, "b": 2})),
    "another shape": (returns(row(0, 0)), returns(row(1, 2, 3)), returns(row([1], [2]))),
    "float32 where float64": (returns(row(1, 2).float()), returns(row(5, 7)), returns(row(3, 9))),
    "must be raised": (returns(0.0), raises(ValueError("secret")), raises(KeyError("other"))),
    "another exception must be": (
        raises(TypeError("mine")),
        raises(ValueError("secret")),
        raises(KeyError("other")),
    ),
    "raises TypeError (mine)": (raises(TypeError("mine")), returns(41), returns(row(1, 2, 3))),
    "calls `sys.exit`": (raises(SystemExit()), returns(41), returns(row(1, 2, 3))),
    "calls itself without end": (raises(RecursionError()), returns(41), returns(row(1, 2, 3))),
    "every way through it needs a `return`": (prints, returns(41), returns(row(1, 2, 3))),
    "takes the parameters ()": (lambda: 0, returns(41), returns(row(1, 2, 3))),
    "changes its argument `x` in place": (changes(None, 8, 9), returns(0.0), returns(0.0)),
    "leaves an argument as it was": (
        returns(0.0),
        changes(0, 8, 9),
        changes(1, 5, 7),
        lambda: [row(1, 2), row(3, 4)],
    ),
    "leaves `x` with other values": (
        changes(None, 0, 0),
        changes(None, 5.25, 7.5),
        changes(None, -123, 0.125),
    ),
    "leaves `x` with another shape": (resized, changes(None, 5, 7), changes(None, 1, 9)),
    "changes `x.grad`: leave": (a_grad(1), returns(0.0), returns(0.0), leaf),
    "leaves `x.grad` with other values": (a_grad(1), a_grad(41), a_grad(0.375), leaf),
    "changes `x.requires_grad`": (
        lambda n, x: x.requires_grad_().sum().item(),
        returns(3.0),
        returns(3.0),
    ),
    "still on the graph: detach": (
        lambda n, x: x * 1,
        lambda n, x: x.detach() * 1,
        lambda n, x: x.detach() * 1,
        leaf,
        {"detached": True},
    ),
    "no gradient can flow back": (
        lambda n, x: x.detach() * 1,
        lambda n, x: x * 1,
        lambda n, x: x.detach() + 3 * (x - x.detach()),
        leaf,
    ),
    "their gradient with respect to `x` has other values": (
        lambda n, x: x.detach() + 0 * x,
        lambda n, x: x * 1,
        lambda n, x: x.detach() + 3 * (x - x.detach()),
        leaf,
    ),
    "but their backward pass raises": (
        lambda n, x: Broken.apply(x),
        lambda n, x: x * 1,
        lambda n, x: x.detach() + 3 * (x - x.detach()),
        leaf,
    ),
    # What judge.py, causes.py and recognise.py say besides.
    "has autograd compute the derivative": (
        by_autograd,
        lambda n, x: 2 * x.detach(),
        lambda n, x: 2 * x.detach(),
        leaf,
        {"without_autograd": True},
    ),
    "adds up more numbers than are needed": (
        lambda n, x: x.sum(),
        lambda n, x: x.sum(),
        lambda n, x: x.sum(),
        lambda: torch.ones(500, dtype=torch.float64),
        {"additions": lambda n, x: 41},
        {"additions": lambda n, x: 97},
    ),
    "returns None in some cases": (returns(None), returns(41), returns(row(1, 2, 3))),
    "Every number is off by the same factor": (
        returns(row(1, 1)),
        returns(row(7, 7)),
        returns(row(41, 41)),
    ),
    "off by one factor:": (
        lambda n, x: row(1, 1),
        lambda n, x: row(7, 7) * n,
        lambda n, x: row(41, 41) * n**2,
    ),
    "off by one factor: is": (
        lambda n, x: 1,
        lambda n, x: 7 * n,
        lambda n, x: 41 * n,
    ),
    "Some entries are wrong; the others": (
        returns(row(1, 2, 3, 4)),
        returns(row(1, 2, -5, 6)),
        returns(row(9, -8, 3, 4)),
    ),
    "right to some digits": (
        returns(row(1, 2)),
        returns(row(1 + 1e-8, 2)),
        returns(row(1, 2 + 2e-7)),
    ),
    "What is missing: mind the edge. `task` returns other values there": (
        lambda n, x: row(1, 1) if n == 1 else row(n, n),
        lambda n, x: row(7, 8) if n == 1 else row(n, n),
        lambda n, x: row(-2, 0.5) if n == 1 else row(n, n),
        lambda: None,
        {"guarded": True},
    ),
}


def told(said, which, label, visible_first, visible_wrong):
    """(What feedback shows, the Result) where the first or the second thing is expected.

    which: 0 or 1. label: that of the hidden case. visible_first, visible_wrong: whether the visible
    case stands first, and whether the attempt fails there, too.
    """
    got, *rights = SAID[said][:3]
    build, *abouts = SAID[said][3:] or [lambda: row(1, 2)]
    about = {**abouts[which % len(abouts)]} if abouts else {}
    guards = {label: "mind the edge"} if about.pop("guarded", False) else {}
    cases = {
        "shapes": {"shown": lambda: (0, build()), "more": lambda: (2, build())},
        "values": {label: lambda: (1, build())},
    }
    if not visible_first:
        cases = dict(reversed(cases.items()))

    @exercise(cases=cases, hints=["hint"], guards=guards, **about)
    def task(n, x):
        """One thing or another."""
        return rights[which](n, x) if n else 0.5

    def attempt(n, x):
        return got(n, x) if n else (1.0 if visible_wrong else 0.5)

    result = check(task, attempt if inspect.signature(got).parameters else got)
    assert visible(task) == [("shapes", "shown")]
    return displayed(replace(result, hints=(), solution=""), task), result


@pytest.mark.parametrize("said", SAID)
def test_feedback_says_the_same_whatever_a_hidden_case_expects(said):
    for first, wrong in itertools.product((False, True), repeat=2):
        labels = "a label", "quite another"
        (one, result), (other, _) = (told(said, i, labels[i], first, wrong) for i in (0, 1))
        assert one == other, (first, wrong)
        assert labels[0] not in one["text/html"] and labels[0] not in one["text/plain"]
        if not first and not wrong:
            assert result.status == "wrong" and said in one["text/plain"], one["text/plain"]
            assert dict(result.case)["expected"] not in one["text/plain"]


def test_every_difference_that_can_be_made_is_tried_above():
    """By the lines that make its words: a new kind of difference needs an entry, too."""
    made = {
        (module.__file__, node.lineno): ast.unparse(node)
        for module in (compare, values)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("text", "kind"))
        or (isinstance(node, ast.Return) and "Difference(" in ast.unparse(node))
        or (isinstance(node, ast.Return) and ".after(" in ast.unparse(node))
    }
    assert len(made) > 30
    reached = set()

    def trace(frame, event, argument):
        if frame.f_code.co_filename not in (compare.__file__, values.__file__):
            return None
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    for said in SAID:
        sys.settrace(trace)
        try:
            told(said, 0, "a label", False, False)
        finally:
            sys.settrace(before)
    assert [text for line, text in made.items() if line not in reached] == []
