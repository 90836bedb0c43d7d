"""What check says about every kind of attempt, and that it neither wrongs a learner nor leaks."""

import math
import os
import pickle
import random
import re
import sys
import warnings
from html.parser import HTMLParser

import numpy
import pytest
import torch
from exercise_checks import validate

from helpers.teaching.exercise import exercise
from helpers.teaching.judge import Result, check, judge
from helpers.teaching.observe import PRINTED, observe
from helpers.teaching.outcome import flatten
from helpers.teaching.values import TOLERANCE, compare


def _known(exercise, hint, function):
    """Declare `function` as a mistake of `exercise` with this hint."""
    function.__doc__ = hint
    return exercise.mistake(function)


def _row(*numbers, dtype=torch.float64, grad=False):
    return torch.tensor(numbers, dtype=dtype, requires_grad=grad)


def _step():
    w, b = _row(1.0, -2.0, 0.5, grad=True), _row(0.25, grad=True)
    return (w**2).sum() + 3 * b.sum(), [w, b], 0.1


@exercise(
    cases={
        "values": {
            "two numbers": lambda: (_row(1.0, 3.0), 0.5),
            "five numbers": lambda: (_row(0.5, -1.0, 2.0, 4.0, -0.25), 3.0),
        },
        "shapes": {"a table": lambda: (_row([1.0, 2.0], [3.0, 5.0]), 0.1)},
        "gradient": {"a leaf": lambda: (_row(1.0, -2.0, 7.0, grad=True), 0.2)},
        "edges": {
            "float32": lambda: (_row(1.0, 3.0, dtype=torch.float32), 0.5),
            "negative scale": lambda: (_row(1.0, 3.0), -1.0),
        },
    },
    hints=["Multiply `x` & scale.", "x < scale * x <b>bold</b>"],
    level=2,
    minutes=4,
)
def scaled(x, scale):
    """x times scale, of x's shape and dtype; ValueError for a scale below 0."""
    if scale < 0:
        raise ValueError("scale must not be negative")
    return x * scale


@scaled.mistake
def divides(x, scale):
    """That divides by `scale` <instead>."""
    if scale < 0:
        raise ValueError("scale must not be negative")
    return x / scale


@scaled.mistake
def takes_any_scale(x, scale):
    """A negative scale must be refused."""
    return x * scale


@scaled.mistake
def cuts_the_graph(x, scale):
    """The graph is cut."""
    return scaled.function(x.detach(), scale)


@exercise(cases={"values": {"two": _step}}, hints=["hint"])
def step(loss, parameters, rate):
    """The new values of the parameters; nothing else changes."""
    with torch.no_grad():
        gradients = torch.autograd.grad(loss, parameters)
        return [p - rate * g for p, g in zip(parameters, gradients, strict=True)]


@exercise(
    cases={"values": {"a pair": lambda: (2.0, 3), "zero": lambda: (0.0, 4)}},
    hints=["hint"],
)
def numbers(x, n):
    """The float x·n, the int n + 1, and whether x is positive."""
    return x * n, n + 1, x > 0


@exercise(cases={"values": {"one": lambda: ([_row(1.0, 2.0)],)}}, hints=["hint"])
def halve(tensors):
    """Halve each tensor in place; return None."""
    for tensor in tensors:
        tensor /= 2


def _wrong(exercise, attempt):
    result = check(exercise, attempt)
    assert result.status == "wrong", result
    assert not result
    assert result.message.startswith("Wrong: ")
    return result


# Right


def test_the_reference_is_right():
    result = check(scaled, scaled.function)
    assert result and result.status == "right"
    assert result.message == (
        "Right: 6 of 6 cases, float64 within 1e−9 relative + 1e−11 absolute; "
        "float32 within 1e−4 relative + 1e−6 absolute."
    )
    assert result.groups == {
        "values": (2, 2),
        "shapes": (1, 1),
        "gradient": (1, 1),
        "edges": (2, 2),
    }
    assert result.mistake is None and result.largest_error is None and result.case == ()


@pytest.mark.parametrize(
    ("exercise", "within"),
    [(step, "float64 within"), (numbers, "float64 within"), (halve, "compared exactly.")],
)
def test_every_reference_here_is_right(exercise, within):
    result = check(exercise, exercise)
    assert result and f" cases, {within}" in result.message


def _refuses(function):
    def attempt(x, scale):
        if scale < 0:
            raise ValueError
        return function(x, scale)

    return attempt


@pytest.mark.parametrize(
    "rewrite",
    [
        _refuses(lambda x, scale: x * scale),
        _refuses(lambda x, scale: scale * x + 0.0),
        _refuses(lambda x, scale: x / (1 / scale)),
        _refuses(lambda x, scale: torch.stack([row * scale for row in x])),
        _refuses(lambda x, scale: (x * scale).T.contiguous().T),
        _refuses(lambda x, scale: x.mul(7).mul(scale).div(7)),
        _refuses(lambda x, scale: torch.exp(torch.log(x * x * scale * scale) / 2) * x.sign()),
        _refuses(lambda x, scale: x.clone().mul_(scale)),
    ],
)
def test_a_rewrite_is_right(rewrite):
    assert check(scaled, rewrite), check(scaled, rewrite)


def _sum_case(dtype, size=4000):
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(size, generator=generator, dtype=torch.float64).to(dtype)
    return lambda: (x.clone().requires_grad_(),)


@exercise(
    cases={
        "values": {
            "float64": _sum_case(torch.float64),
            "float32": _sum_case(torch.float32),
            "float16": _sum_case(torch.float16, 40),
            "bfloat16": _sum_case(torch.bfloat16, 40),
        }
    },
    hints=["hint"],
)
def log_sum_exp(x):
    """Log of the sum of exp x."""
    return torch.logsumexp(x, 0)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda x: x.exp().sum().log(),
        lambda x: x.exp().flip(0).cumsum(0)[-1].log(),
        lambda x: (x - x.max()).exp().sum().log() + x.max(),
        lambda x: x.reshape(8, -1).logsumexp(1).logsumexp(0),
    ],
)
def test_another_order_of_operations_is_right(rewrite):
    assert check(log_sum_exp, rewrite), check(log_sum_exp, rewrite)


def test_a_tuple_is_as_good_as_a_list():
    assert check(step, lambda *arguments: tuple(step(*arguments)))


def test_a_number_may_be_an_int_for_a_float_or_come_from_numpy():
    assert check(numbers, lambda x, n: [numpy.float64(x * n), n + 1, x > 0])
    assert check(numbers, lambda x, n: [0 if x == 0 else x * n, n + 1, x > 0])


def test_printing_is_no_mistake(capsys):
    def talks(x, scale):
        print("x is", x)
        return scaled(x, scale)

    assert check(scaled, talks)
    assert capsys.readouterr().out == ""


def test_a_result_on_the_graph_is_right_unless_it_must_be_detached():
    def attached(loss, parameters, rate):
        gradients = torch.autograd.grad(loss, parameters)
        return [p - rate * g for p, g in zip(parameters, gradients, strict=True)]

    assert check(step, attached)
    strict = exercise(cases=step.cases, hints=step.hints, detached=True)(step.function)
    assert check(strict, step.function)
    result = _wrong(strict, attached)
    assert "returns the right values in result[0], but still on the graph" in result.message
    both = _wrong(strict, lambda loss, parameters, rate: [p * 1.5 for p in parameters])
    assert "returns other values in result[0]" in both.message


# Not attempted


def _not_implemented(x, scale):
    raise NotImplementedError


@pytest.mark.parametrize(
    "stub", [lambda x, scale: None, lambda x, scale: ..., _not_implemented, None, ...]
)
def test_a_stub_is_not_attempted(stub):
    result = check(scaled, stub)
    assert result.status == "not attempted" and not result
    assert result.message == (
        "Not attempted: `scaled` returns nothing yet. Write its body; it ends with `return`. "
        "Difficulty 2 of 3, about 4 minutes."
    )
    assert str(result) == result.message
    assert result.groups["values"] == (0, 2)


def _with_words(x, scale): raise NotImplementedError("later")  # fmt: skip


def test_only_what_the_learner_raises_says_that_nothing_is_written():
    """torch raises the same error where a dtype has no such operation."""
    assert check(scaled, _with_words).status == "not attempted"
    result = _wrong(scaled, lambda x, scale: torch.as_tensor(x).long().softmax(0))
    assert "raises NotImplementedError (" in result.message and "softmax" in result.message


def test_a_stub_is_not_attempted_where_none_is_right():
    assert check(halve, lambda tensors: None).status == "not attempted"

    @exercise(cases={"edges": {"zero": lambda: (0,), "one": lambda: (1,)}}, hints=["h"])
    def inverse(n):
        """1/n, or None for 0."""
        return 1 / n if n else None

    assert check(inverse, lambda n: None).status == "not attempted"
    assert "returns a Python float where None is expected" in _wrong(inverse, lambda n: 2.0).message


# Wrong: one sentence each


def test_wrong_values():
    result = _wrong(scaled, _refuses(lambda x, scale: x * scale + 0.125))
    assert result.message == (
        "Wrong: `scaled` returns other values: off by up to 0.125, relative 0.25. "
        "Fails in 5 of 6 cases, first in “two numbers” (values)."
    )
    assert result.largest_error == 0.125
    assert result.mistake is None
    assert result.groups == {
        "values": (0, 2),
        "shapes": (0, 1),
        "gradient": (0, 1),
        "edges": (1, 2),
    }
    assert str(result).splitlines()[1:] == [
        "case      values · two numbers",
        "x         [1, 3]  float64 (2,)",
        "scale     0.5",
        "expected  [  0.5,   1.5]",
        "got       [0.625, 1.625]",
        "error     0.125 absolute, 0.25 relative",
    ]


def test_the_first_case_that_fails_is_shown():
    result = _wrong(scaled, _refuses(lambda x, scale: x * scale + (x.dim() == 2)))
    assert "Fails in 1 of 6 cases, first in “a table” (shapes)." in result.message
    assert result.case[0] == ("case", "shapes · a table")


def test_errors_are_those_of_the_entries_that_differ():
    def off(x, scale):
        return x * scale + torch.tensor([0.0, 0.25], dtype=x.dtype) if len(x) == 2 else x * scale

    result = _wrong(scaled, _refuses(off))
    assert "off by up to 0.25, relative 0.167." in result.message
    assert result.largest_error == 0.25


def test_a_small_difference_is_shown_with_enough_digits():
    result = _wrong(scaled, _refuses(lambda x, scale: x * scale * (1 + 1e-8)))
    rows = dict(result.case)
    assert rows["expected"] != rows["got"]
    assert max(map(len, rows.values())) < 80


def test_of_a_large_tensor_the_worst_entry_is_shown():
    @exercise(
        cases={"values": {"large": lambda: (torch.arange(600.0).reshape(20, 30),)}}, hints=["h"]
    )
    def same(x):
        """x"""
        return x

    def off(x):
        y = x.clone()
        y[3, 4] += 2
        return y

    rows = dict(_wrong(same, off).case)
    assert rows["x"] == "[0, 1, 2, 3, …]  float32 (20, 30)"
    assert (rows["expected"], rows["got"]) == ("94  at [3, 4]", "96  at [3, 4]")


def test_none_in_some_cases():
    result = _wrong(scaled, lambda x, scale: x * scale if scale > 1 else None)
    assert "returns None in some cases: every way through it needs a `return`" in result.message


def test_none_after_printing():
    result = _wrong(scaled, lambda x, scale: print(x * scale))
    assert "prints and returns None: end it with `return`" in result.message
    assert dict(result.case)["printed"].startswith("tensor([0.5000, 1.5000]")


def test_none_after_changing_an_argument_is_an_attempt():
    result = _wrong(
        scaled, lambda x, scale: x.mul_(scale) if scale > 9 else [x.mul_(scale), None][1]
    )
    assert "returns None where a torch tensor is expected" in result.message


def test_an_exception_is_named_with_its_line():
    def divides_by_nothing(x, scale):
        zero = int(scale) * 0
        return x / (1 // zero)

    message = _wrong(scaled, divides_by_nothing).message
    line = divides_by_nothing.__code__.co_firstlineno + 2
    assert "raises ZeroDivisionError (" in message
    assert f") in line {line}, `return x / (1 // zero)`. Fails in" in message


def test_an_exception_inside_a_library_is_placed_in_the_learners_line():
    def mismatched(x, scale):
        return x @ torch.ones(11, 2, dtype=x.dtype)

    message = _wrong(scaled, mismatched).message
    assert "raises RuntimeError (" in message
    assert "`return x @ torch.ones(11, 2, dtype=x.dtype)`" in message


def test_a_function_without_source_may_raise():
    message = _wrong(scaled, torch.dot).message
    assert "raises TypeError (dot()" in message and "in line" not in message


def test_a_long_message_is_cut_and_addresses_are_hidden():
    def raises(x, scale):
        raise KeyError(f"{object()!r} {'long ' * 100}\nsecond line")

    message = _wrong(scaled, raises).message
    assert "object at 0x…" in message and len(message) < 400 and "\n" not in message


def test_not_implemented_later_is_wrong():
    def half_done(x, scale):
        if x.dim() == 2:
            raise NotImplementedError("tables")
        return scaled(x, scale)

    assert "raises NotImplementedError (tables)" in _wrong(scaled, half_done).message


def test_the_wrong_exception():
    def looks_up(x, scale):
        if scale < 0:
            raise LookupError
        return x * scale

    message = _wrong(scaled, looks_up).message
    assert "raises LookupError in line" in message
    assert "`raise LookupError` where ValueError must be raised" in message


def test_a_more_special_exception_is_right():
    class Negative(ValueError):
        pass

    def special(x, scale):
        if scale < 0:
            raise Negative(scale)
        return x * scale

    assert check(scaled, special)


def test_no_exception_where_one_is_due():
    message = _wrong(scaled, lambda x, scale: x * max(scale, 0)).message
    assert "returns a torch tensor where ValueError must be raised" in message


def test_leaving_python():
    message = _wrong(scaled, lambda x, scale: sys.exit(1)).message
    assert "calls `sys.exit` in line" in message and "leave a function with `return`" in message


def test_endless_recursion():
    def again(x, scale):
        return again(x, scale)

    result = _wrong(scaled, again)
    assert "calls itself without end (RecursionError) in line" in result.message


def test_other_base_exceptions_are_caught_but_an_interrupt_passes():
    def raises(kind):
        def attempt(x, scale):
            torch.set_grad_enabled(False)
            raise kind

        return attempt

    assert "raises GeneratorExit" in _wrong(scaled, raises(GeneratorExit)).message
    with pytest.raises(KeyboardInterrupt):
        check(scaled, raises(KeyboardInterrupt))
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (numpy.ones(2), "a NumPy array"),
        (numpy.float64(2), "a NumPy number"),
        (numpy.float32(2), "a NumPy number"),
        ([1.0, 2.0], "a list"),
        ((1.0, 2.0), "a list"),
        ({"a": 1}, "a dict"),
        (2.5, "a Python float"),
        (3, "a Python int"),
        (True, "a Python bool"),
        ("text", "a Python str"),
        ((i for i in range(2)), "a generator (it uses `yield`)"),
        (map(int, ()), "a map"),
        (torch.sin, "the function sin"),
        (torch.nn.Linear(1, 1), "a module"),
    ],
)
def test_another_type_than_a_tensor(value, kind):
    message = _wrong(scaled, lambda x, scale: value).message
    assert f"`scaled` returns {kind} where a torch tensor is expected. Fails in" in message


def test_a_generator_function():
    def yields(x, scale):
        yield x * scale

    assert "returns a generator (it uses `yield`) where" in _wrong(scaled, yields).message


def test_a_coroutine_function():
    async def waits(x, scale):
        return x * scale

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # never awaited
        assert "returns a coroutine (it is `async`) where" in _wrong(scaled, waits).message


def test_a_value_that_cannot_be_looked_into():
    def endless(x, scale):
        items = []
        items.append(items)
        return items

    assert "RecursionError" in _wrong(scaled, endless).message


def test_the_wrong_shape():
    message = _wrong(scaled, _refuses(lambda x, scale: (x * scale)[None])).message
    assert "returns the shape (1, 2) where (2,) is expected" in message


def test_the_wrong_dtype():
    message = _wrong(scaled, _refuses(lambda x, scale: (x * scale).float())).message
    assert "returns float32 where float64 is expected" in message


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda loss, p, rate: p[0], "returns a torch tensor where a pair is expected"),
        (lambda loss, p, rate: {}, "returns a dict where a pair is expected"),
        (lambda loss, p, rate: p[:1], "returns a list of 1 where a pair is expected"),
        (lambda loss, p, rate: [], "returns a list of 0 where a pair is expected"),
        (lambda loss, p, rate: [1.0, 2.0], "a Python float in result[0] where a torch tensor is"),
        (lambda loss, p, rate: [step(loss, p, rate)[0], None], "None in result[1] where a torch"),
        (lambda loss, p, rate: [..., 1.0], "returns ... in result[0] where a torch tensor"),
    ],
)
def test_the_wrong_container(attempt, says):
    assert says in _wrong(step, attempt).message


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (
            lambda x, n: (torch.tensor(x * n), n + 1, x > 0),
            "a torch tensor in result[0] where a Python float",
        ),
        (lambda x, n: (x * n, n + 1.0, x > 0), "a Python float in result[1] where a Python int"),
        (lambda x, n: (x * n, n + 1, 1), "a Python int in result[2] where a Python bool"),
        (lambda x, n: (x * n, n, x > 0), "returns 3 in result[1] where 4 is expected"),
        (lambda x, n: (True, n + 1, x > 0), "a Python bool in result[0] where a Python float"),
        (
            lambda x, n: (x * n + 1e-3, n + 1, x > 0),
            "other values in result[0]: off by up to 0.001,",
        ),
    ],
)
def test_numbers_of_another_type_or_value(attempt, says):
    assert says in _wrong(numbers, attempt).message


def test_nan_and_infinity():
    result = _wrong(scaled, _refuses(lambda x, scale: x * scale * math.nan))
    assert "returns NaN in 2 of 2 places where a finite number is expected" in result.message
    assert result.largest_error == math.inf
    message = _wrong(scaled, _refuses(lambda x, scale: x * scale / (x != 1))).message
    assert "returns infinity in 1 of 2 places where a finite number is expected" in message
    message = _wrong(numbers, lambda x, n: (math.nan, n + 1, x > 0)).message
    assert "returns NaN in result[0] where a finite number is expected" in message


def test_nan_and_infinity_may_be_expected():
    @exercise(
        cases={"edges": {"all": lambda: (_row(0.0, -1.0, 2.0, math.inf, math.nan),)}}, hints=["h"]
    )
    def logarithm(x):
        """Log, -inf at 0 and NaN below."""
        return x.log()

    assert check(logarithm, lambda x: x.log2() * math.log(2))
    assert (
        "other values: off by up to inf"
        in _wrong(logarithm, lambda x: x.clamp(min=1).log()).message
    )


def test_a_detached_result():
    def detached(x, scale):
        return scaled(x, scale).clone().detach()

    bare = exercise(cases=scaled.cases, hints=scaled.hints)(scaled.function)
    result = _wrong(bare, detached)
    assert "returns the right values without a graph: no gradient can flow back" in result.message
    assert result.groups["gradient"] == (0, 1)


def test_a_wrong_gradient_below_right_values():
    def straight_through(x, scale):
        y = scaled(x, scale)
        return x * 2 + (y - x * 2).detach()

    result = _wrong(scaled, straight_through)
    assert "but their gradient with respect to `x` has other values: off by up to" in result.message


def test_a_gradient_that_is_partly_cut():
    @exercise(
        cases={"gradient": {"two": lambda: (_row(2.0, grad=True), _row(3.0, grad=True))}},
        hints=["h"],
    )
    def product(a, b):
        """a·b"""
        return a * b

    message = _wrong(product, lambda a, b: a * b.detach()).message
    assert "gradient with respect to `b` has other values" in message


def test_a_backward_pass_that_raises():
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(context, x, scale):
            return x * scale

        @staticmethod
        def backward(context, gradient):
            return gradient * undefined_name, None  # noqa: F821

    message = _wrong(scaled, _refuses(Cube.apply)).message
    assert "returns the right values, but their backward pass raises NameError" in message


def test_gradients_reach_a_modules_parameters_and_leaves_below_an_argument():
    def network():
        with torch.random.fork_rng():
            torch.manual_seed(1)
            return torch.nn.Linear(2, 1, dtype=torch.float64), _row([1.0, 2.0])

    @exercise(cases={"gradient": {"network": network}}, hints=["h"])
    def output(net, x):
        """The sum of net(x)."""
        return net(x).sum()

    frozen = _wrong(output, lambda net, x: (x @ net.weight.T.detach() + net.bias).sum())
    assert "gradient with respect to `net.weight` has other values" in frozen.message
    assert dict(frozen.case)["net"] == "a module"

    def hidden():
        leaf = _row(2.0, 3.0, grad=True)
        return ((leaf**2).sum(),)

    @exercise(cases={"gradient": {"hidden": hidden}}, hints=["h"])
    def double(loss):
        """2·loss"""
        return loss * 2

    assert check(double, lambda loss: loss + loss)
    message = _wrong(double, lambda loss: loss + loss.detach()).message
    assert "gradient with respect to `leaf 1, below loss` has other values" in message
    message = _wrong(double, lambda loss: [loss.backward(retain_graph=True), loss * 2][1]).message
    assert "changes `leaf 1, below loss.grad`" in message


def test_a_graph_that_the_attempt_has_freed():
    def frees(x, scale):
        y = scaled(x, scale) ** 1.0
        if y.requires_grad:
            torch.autograd.grad(y.sum(), x)
        return y

    assert "backward pass raises RuntimeError" in _wrong(scaled, frees).message


def test_an_argument_changed_in_place():
    message = _wrong(scaled, _refuses(lambda x, scale: x.data.mul_(scale))).message
    assert "changes its argument `x` in place: leave it as it was" in message

    def in_list(loss, parameters, rate):
        new = step(loss, parameters, rate)
        parameters[1].data += 1
        return new

    assert "changes its argument `parameters[1]` in place" in _wrong(step, in_list).message

    def the_list_itself(loss, parameters, rate):
        new = step(loss, parameters, rate)
        parameters.pop()
        return new

    assert "changes its argument `parameters` in place" in _wrong(step, the_list_itself).message

    def an_item(loss, parameters, rate):
        new = step(loss, parameters, rate)
        parameters[0] = new[0]
        return new

    assert "changes its argument `parameters[0]` in place" in _wrong(step, an_item).message


def test_an_argument_changed_before_the_exception_that_is_due():
    def spoils(x, scale):
        if scale < 0:
            x.zero_()
            raise ValueError
        return x * scale

    message = _wrong(scaled, spoils).message
    assert "changes its argument `x` in place" in message and "(edges)" in message


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.unsqueeze_(0),
        lambda x: setattr(x, "data", x.data.float()),
        lambda x: x.resize_(1),
    ],
)
def test_a_changed_shape_or_dtype_is_a_change_in_place(change):
    def reshapes(x, scale):
        y = x * scale
        if not x.requires_grad:
            change(x)
        return y

    assert "changes its argument `x` in place" in _wrong(scaled, _refuses(reshapes)).message


def test_a_grad_that_was_cleared():
    def stale():
        loss, parameters, rate = _step()
        parameters[0].grad = torch.ones(3, dtype=torch.float64)
        return loss, parameters, rate

    bare = exercise(cases={"edges": {"stale": stale}}, hints=["h"])(step.function)

    def clears(loss, parameters, rate):
        parameters[0].grad = None
        return step(loss, parameters, rate)

    assert "changes `parameters[0].grad`" in _wrong(bare, clears).message


def test_a_change_in_place_is_named_before_wrong_values():
    result = _wrong(scaled, _refuses(lambda x, scale: x.data.mul_(scale) + 1))
    assert "changes its argument `x` in place" in result.message
    assert result.groups["values"] == (0, 2)


def test_a_flag_may_be_set_where_the_reference_sets_it():
    @exercise(cases={"values": {"one": lambda: (_row(1.0, 2.0),)}}, hints=["h"])
    def cubes(x):
        """x³; x may be made to require grad."""
        return x.requires_grad_().detach() ** 3

    assert check(cubes, lambda x: x**3)
    assert check(cubes, lambda x: x.requires_grad_().detach() ** 3)


def test_a_change_that_is_undone_is_none():
    def undone(x, scale):
        y = scaled(x, scale)
        with torch.no_grad():
            x.neg_().neg_()
        return y if not y.requires_grad else x * scale

    assert check(scaled, undone)


def test_a_grad_that_was_touched():
    def backward(loss, parameters, rate):
        loss.backward()
        with torch.no_grad():
            return [p - rate * p.grad for p in parameters]

    message = _wrong(step, backward).message
    assert "changes `parameters[0].grad`: leave every `.grad` as it was" in message


def test_a_flag_that_was_touched():
    def flagged(x, scale):
        return scaled(x.requires_grad_(), scale)

    message = _wrong(scaled, flagged).message
    assert "changes `x.requires_grad`: work on a copy, `x.detach().clone()`" in message


def test_changes_in_place_may_be_what_is_asked():
    def by_a_copy(tensors):
        for i, tensor in enumerate(tensors):
            tensors[i] = tensor / 2

    def too_far(tensors):
        tensors[0].div_(4)

    message = _wrong(halve, lambda tensors: print("done")).message
    assert "leaves `tensors[0]` as it was, where a change in place is expected" in message
    assert "leaves `tensors[0]` with other values: off by" in _wrong(halve, too_far).message
    assert check(halve, lambda tensors: print(tensors[0].mul_(0.5)))


def test_not_a_function():
    message = _wrong(scaled, torch.ones(2)).message
    assert message == (
        "Wrong: check needs the function `scaled` itself, not what it returns; got Tensor."
    )


@pytest.mark.parametrize("attempt", [lambda x: x, lambda x, scale, more: x, lambda *, x, scale: x])
def test_the_wrong_parameters(attempt):
    message = _wrong(scaled, attempt).message
    assert "`scaled` takes the parameters (" in message
    assert "), but is called with (x, scale). Fails in 6 of 6 cases" in message


def test_a_type_error_of_its_own_is_not_taken_for_wrong_parameters():
    assert "raises TypeError (" in _wrong(scaled, lambda x, scale: len(scale)).message


def test_other_names_and_more_parameters_with_defaults_are_fine():
    assert check(scaled, _refuses(lambda a, b, verbose=False: a * b))


def test_the_first_argument_must_be_an_exercise():
    with pytest.raises(TypeError, match=r"check\(exercises.NAME, NAME\).*type function"):
        check(divides, scaled)


# Known mistakes


@pytest.mark.parametrize("name", scaled.mistakes)
def test_a_known_mistake_is_named_by_its_hint(name):
    result = _wrong(scaled, scaled.mistakes[name].function)
    assert result.mistake == name
    assert result.message == f"Wrong: {scaled.mistakes[name].hint}"
    assert result.case


def test_a_rewrite_of_a_known_mistake_is_recognised():
    assert _wrong(scaled, _refuses(lambda x, s: x * s**-1)).mistake == "divides"
    assert _wrong(scaled, lambda x, s: s * x).mistake == "takes_any_scale"


def test_whether_a_mistake_is_on_the_graph_counts_only_where_the_result_should_be():
    bare = exercise(cases=step.cases, hints=step.hints)(step.function)

    @bare.mistake
    def adds(loss, parameters, rate):
        """Uphill."""
        return step(loss, parameters, -rate)

    def adds_on_the_graph(loss, parameters, rate):
        gradients = torch.autograd.grad(loss, parameters)
        return [p + rate * g for p, g in zip(parameters, gradients, strict=True)]

    assert _wrong(bare, adds_on_the_graph).mistake == "adds"
    other_way_round = exercise(cases=step.cases, hints=step.hints)(step.function)
    _known(other_way_round, "Uphill.", adds_on_the_graph)
    assert _wrong(other_way_round, adds).mistake == "adds_on_the_graph"
    strict = exercise(cases=step.cases, hints=step.hints, detached=True)(step.function)
    _known(strict, "Uphill.", adds)
    assert _wrong(strict, adds_on_the_graph).mistake is None


def test_a_mistake_whose_backward_pass_raises_is_recognised():
    @exercise(cases={"gradient": {"leaf": lambda: (_row(2.0, 3.0, grad=True),)}}, hints=["h"])
    def square(x):
        """x²"""
        return x**2

    @square.mistake
    def frees(x):
        """The graph is freed."""
        y = x**2
        torch.autograd.grad(y.sum(), x)
        return y

    def frees_in_other_words(x):
        y = x * x
        torch.autograd.grad((3 * y).mean(), [x])
        return y

    assert _wrong(square, frees_in_other_words).mistake == "frees"


def test_a_known_mistake_must_agree_in_all_cases():
    assert _wrong(scaled, _refuses(lambda x, s: x / s if s != 3 else x * s)).mistake is None


def test_a_mistake_that_raises_is_recognised_by_what_it_raises():
    @exercise(cases={"values": {"table": lambda: (_row([1.0, 2.0], [3.0, 4.0]),)}}, hints=["h"])
    def trace(x):
        """The sum of the diagonal."""
        return x.diagonal().sum()

    @trace.mistake
    def too_far(x):
        """An index too far."""
        return x[0, 0] + x[2, 2]

    assert _wrong(trace, lambda x: x[2, 2] + x[0, 0]).mistake == "too_far"
    assert _wrong(trace, lambda x: [][2]).mistake is None  # also an IndexError, another reason
    assert _wrong(trace, lambda x: {}["a"]).mistake is None


def test_the_reason_of_an_error_that_says_enough_does_not_count():
    @exercise(
        cases={
            "values": {"two": lambda: (_row(1.0, 2.0),), "three": lambda: (_row(1.0, 2.0, 4.0),)},
            "edges": {"empty": lambda: (_row(),)},
        },
        hints=["h"],
    )
    def last(x):
        """The last entry; ValueError if there is none."""
        if not len(x):
            raise ValueError("empty")
        return x[-1]

    @last.mistake
    def third(x):
        """Always the third."""
        if not len(x):
            raise ValueError("empty")
        return x[2]

    @last.mistake
    def too_far(x):
        """One too far."""
        if not len(x):
            raise ValueError("empty")
        return x[len(x)]

    def third_in_other_words(x):
        if not len(x):
            raise ValueError("nothing there")
        return x.tolist()[2] * torch.ones((), dtype=x.dtype)

    def too_far_with_other_words_for_empty(x):
        if not len(x):
            raise ValueError("nothing there")
        return x[len(x)]

    assert _wrong(last, third_in_other_words).mistake == "third"
    assert _wrong(last, too_far_with_other_words_for_empty).mistake == "too_far"


def test_a_mistake_in_side_effects_and_gradients_is_recognised():
    bare = exercise(cases=step.cases, hints=step.hints)(step.function)

    @bare.mistake
    def accumulates(loss, parameters, rate):
        """It accumulates."""
        loss.backward()
        return [p.detach() - rate * p.grad for p in parameters]

    def the_same(loss, parameters, rate):
        loss.backward()
        with torch.no_grad():
            return [p.sub(p.grad, alpha=rate) for p in parameters]

    assert _wrong(bare, the_same).mistake == "accumulates"

    def only_the_first(loss, parameters, rate):
        new = step(loss, parameters, rate)
        parameters[0].grad = torch.ones(3, dtype=torch.float64)
        return new

    assert _wrong(bare, only_the_first).mistake is None


# Global state


def test_the_callers_state_is_as_before():
    def careless(x, scale):
        torch.manual_seed(9), random.seed(9), numpy.random.seed(9)  # noqa: NPY002
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        return x * scale

    torch.manual_seed(4), random.seed(4), numpy.random.seed(4)  # noqa: NPY002
    expected = torch.rand(3), random.random(), numpy.random.rand()  # noqa: NPY002
    torch.manual_seed(4), random.seed(4), numpy.random.seed(4)  # noqa: NPY002
    out = sys.stdout
    assert "without a graph" in _wrong(scaled, careless).message
    assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32
    assert sys.stdout is out
    found = torch.rand(3), random.random(), numpy.random.rand()  # noqa: NPY002
    assert torch.equal(found[0], expected[0]) and found[1:] == expected[1:]


def test_the_callers_modes_do_not_change_the_result():
    expected = check(scaled, scaled.function)
    try:
        torch.set_default_dtype(torch.float64)
        with torch.no_grad():
            assert check(scaled, scaled.function) == expected
            assert not torch.is_grad_enabled()
        with torch.inference_mode():
            assert check(scaled, scaled.function) == expected
        assert torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_cases_are_built_the_same_whatever_the_callers_state():
    @exercise(
        cases={"values": {"random": lambda: (torch.rand(2), random.random(), numpy.random.rand())}},  # noqa: NPY002
        hints=["h"],
    )
    def total(x, a, b):
        """The sum."""
        return x.sum() + a + b

    expected = check(total, lambda x, a, b: x)
    assert dict(expected.case)["x"].endswith("float32 (2,)")
    torch.rand(3), random.random(), numpy.random.rand()  # noqa: NPY002
    try:
        torch.set_default_dtype(torch.float64)
        assert check(total, lambda x, a, b: x) == expected
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_detached_result_is_found_where_the_caller_has_switched_gradients_off():
    with torch.no_grad():
        assert check(scaled, _refuses(lambda x, scale: x.detach() * scale)).status == "wrong"
        assert check(scaled, scaled.function)


def test_a_warning_is_seen_each_time():
    def warned(x, scale):
        warnings.warn("careful", stacklevel=1)
        y = x.detach().requires_grad_()
        y.sum().backward(create_graph=True)  # torch warns of that once in a process
        return x

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(2):
            lines = dict(_wrong(scaled, warned).case)["printed"].splitlines()
            assert lines[0] == "warning: careful"
            assert lines[1].startswith("warning: Using backward() with create_graph=True")
    assert not torch.is_warn_always_enabled()


def test_a_deep_graph_is_walked_once():
    def deep():
        y = leaf = _row(1.0, grad=True)
        for _ in range(100):
            y = y + y
        return y, leaf

    @exercise(cases={"values": {"deep": deep}}, hints=["h"])
    def slope(y, leaf):
        """dy/dleaf"""
        return torch.autograd.grad(y, leaf)[0]

    assert check(slope, slope.function)


def test_every_run_gets_arguments_of_its_own():
    built = []

    def build():
        built.append((_row(1.0, 2.0), 0.5))
        return built[-1]

    bare = exercise(cases={"values": {"one": build}}, hints=["h"])(scaled.function)
    _known(bare, "Divides.", divides)
    check(bare, lambda x, scale: x.zero_())
    assert len(built) == 3  # the attempt, the reference, the mistake
    assert len({arguments[0].data_ptr() for arguments in built}) == 3


def test_mistakes_are_not_run_for_a_right_attempt():
    bare = exercise(cases=step.cases, hints=["h"])(step.function)
    ran = []
    _known(bare, "never", lambda *arguments: ran.append(1))
    assert check(bare, step.function) and not ran
    assert not check(bare, lambda *arguments: 1) and ran


def test_what_is_printed_is_kept_in_part_and_not_shown(capsys):
    def floods(x, scale):
        for _ in range(200):
            print("line " * 1000)
        warnings.warn("careful", stacklevel=1)
        return x

    result = _wrong(scaled, floods)
    assert len(dict(result.case)["printed"]) <= PRINTED
    assert capsys.readouterr() == ("", "")

    def warned(x, scale):
        warnings.warn("careful\nsecond line", stacklevel=1)
        return x

    assert dict(_wrong(scaled, warned).case)["printed"] == "warning: careful"


def test_two_checks_say_the_same():
    def unstable(x, scale):
        return x * scale + torch.rand(1, dtype=x.dtype) + random.random() + numpy.random.rand()  # noqa: NPY002

    assert check(scaled, unstable) == check(scaled, unstable)
    assert (
        check(scaled, unstable)._repr_mimebundle_() == check(scaled, unstable)._repr_mimebundle_()
    )


# Tolerance


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_the_tolerance_of_each_dtype(dtype):
    relative, absolute = TOLERANCE[dtype]
    for size in (0.0, 1.0, 300.0):
        for share, differs in ((0.7, False), (1.4, True), (-0.7, False), (-1.4, True)):
            other = size + share * (absolute + relative * size)
            want, got = (torch.tensor([x], dtype=dtype) for x in (size, other))
            assert bool(compare({"": want}, {"": got})) is differs, (size, share)


def test_the_tolerance_leaves_room_for_rounding_and_none_for_more():
    for dtype, (relative, absolute) in TOLERANCE.items():
        assert 4 * torch.finfo(dtype).eps < relative < 0.1
        assert 0 < absolute < relative


def test_integers_and_bools_are_compared_exactly():
    for a, b in (([2**60], [2**60 + 1]), ([True, False], [True, True])):
        found = compare({"": torch.tensor(a)}, {"": torch.tensor(b)})
        assert found and "other values" in found.text
        assert compare({"": torch.tensor(a)}, {"": torch.tensor(a)}) is None


def test_complex_numbers_and_empty_tensors():
    z = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128)
    assert compare({"": z}, {"": z + 1e-13j}) is None
    assert "other values" in compare({"": z}, {"": z + 1e-6j}).text
    assert compare({"": torch.ones(0, 2)}, {"": torch.ones(0, 2)}) is None
    assert "the shape (2, 0)" in compare({"": torch.ones(0, 2)}, {"": torch.ones(2, 0)}).text


def test_dicts_are_compared_by_key():
    expected = flatten({"": {"loss": 1.0, "error": 2.0}})
    assert compare(expected, flatten({"": {"loss": 1.0, "error": 2.0}})) is None
    assert compare(expected, flatten({"": {}})).text.startswith("a dict with nothing where")
    found = compare(expected, flatten({"": {"loss": 1.0, "err": 2.0}}))
    assert (
        found.text
        == "a dict with ['loss'], ['err'] where a dict with ['loss'], ['error'] is expected"
    )


# What is shown


class Outline(HTMLParser):
    """Checks that tags are closed in order; notes the texts by how many <details> are around."""

    def __init__(self, page):
        super().__init__()
        self.open, self.texts, self.attributes = [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.attributes.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            folded = self.open.count("details") - (self.open[-1] == "summary")
            self.texts.append((folded, data.strip()))

    def depth(self, text):
        return next(depth for depth, found in self.texts if text in found)


def _page(exercise, attempt):
    bundle = check(exercise, attempt)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    return bundle["text/html"]


def test_hints_open_one_by_one_and_the_solution_is_last():
    outline = Outline(_page(scaled, lambda x, scale: x))
    assert outline.depth("returns other values") == 0
    assert outline.depth("Hint 1 of 2") == 0
    assert outline.depth("Multiply") == outline.depth("Hint 2 of 2") == 1
    assert outline.depth("<b>bold</b>") == outline.depth("Solution") == 2
    assert outline.depth("return x * scale") == 3
    assert "return x * scale" in outline.texts[-1][1]


def test_a_right_attempt_is_shown_the_solution_and_no_hints():
    page = _page(scaled, scaled.function)
    assert "Hint" not in page and Outline(page).depth("return x * scale") == 1


def test_a_stub_is_shown_the_hints():
    outline = Outline(_page(scaled, lambda x, scale: ...))
    assert outline.depth("Hint 1 of 2") == 0 and outline.depth("Solution") == 2


def test_the_figures_of_a_known_mistake_are_folded():
    outline = Outline(_page(scaled, divides))
    assert outline.depth("That divides by") == 0
    assert outline.depth("expected") == 1
    assert Outline(_page(scaled, lambda x, scale: x)).depth("expected") == 0


def test_all_that_is_shown_is_escaped():
    def nasty(x, scale):
        print("<script>alert(1)</script>")
        raise RuntimeError("<img src=x onerror=alert(1)> & `code`")

    nasty_names = exercise(
        cases={"values": {"<i>label</i>": lambda: ("<u>", 1.0)}}, hints=["<h1>&`<a>`"]
    )(scaled.function)
    for page in (_page(scaled, nasty), _page(nasty_names, nasty), _page(scaled, divides)):
        tags = {tag for tag, _ in Outline(page).attributes}
        assert tags <= {"div", "p", "strong", "details", "summary", "pre", "code"}
    assert "&lt;instead&gt;" in _page(scaled, divides)
    assert "if scale &lt; 0:" in page


def test_the_page_needs_no_script_no_style_sheet_and_no_colour():
    for attempt, status, word in (
        (scaled.function, "right", "Right:"),
        (divides, "wrong", "Wrong:"),
        (lambda x, scale: None, "not attempted", "Not attempted:"),
    ):
        page = _page(scaled, attempt)
        outline = Outline(page)
        assert outline.attributes[0][1]["role"] == "status"
        assert outline.attributes[0][1]["data-check"] == status
        assert outline.texts[0] == (0, word)
        names = {name for _, attributes in outline.attributes for name in attributes}
        assert names <= {"role", "style", "tabindex", "data-check", "data-lm-suppress-shortcuts"}
        # Every colour of the theme has a fall-back for pages outside JupyterLab.
        assert re.findall(r"var\([^,)]*\)", page) == []


def test_the_solution_is_the_reference_without_its_decorator():
    assert scaled.solution.startswith('def scaled(x, scale):\n    """x times scale')
    assert scaled.solution.endswith("return x * scale")
    namespace = {}
    exec(scaled.solution, namespace)
    assert check(scaled, namespace["scaled"])


def test_plain_text_holds_the_message_and_the_case():
    result = check(scaled, lambda x, scale: x)
    assert result._repr_mimebundle_()["text/plain"] == str(result)
    assert str(result).startswith(result.message + "\ncase ")
    assert "Hint" not in str(result)
    for long in ("Multiply", "two numbers)", "return x * scale"):
        assert long not in repr(result)
    assert "case=" not in repr(result)


def test_inputs_are_short():
    @exercise(
        cases={
            "values": {
                "all": lambda: (
                    torch.ones(3, 40),
                    [_row(1.0)] * 20,
                    "text",
                    True,
                    None,
                    lambda: 1,
                    {"a": 1},
                )
            }
        },
        hints=["h"],
    )
    def first(a, b, c, d, e, f, g):
        """One."""
        return 1

    rows = dict(_wrong(first, lambda *arguments: 2).case)
    assert list(rows) == ["case", *"abcdefg", "expected", "got"]
    assert rows["a"] == "[1, 1, 1, 1, …]  float32 (3, 40)"
    assert rows["b"].endswith("; …]") and len(rows["b"]) < 301
    assert [rows[key] for key in "cdefg"] == ["'text'", "True", "None", "a function", "[1]"]
    assert (rows["expected"], rows["got"]) == ("1", "2")


# For graders


def test_results_and_outcomes_can_be_pickled():
    for attempt in (scaled.function, divides, lambda x, scale: 1 / 0, lambda x, scale: None):
        result = check(scaled, attempt)
        assert pickle.loads(pickle.dumps(result)) == result
        outcomes = pickle.loads(pickle.dumps(list(scaled.observe(attempt))))
        assert judge(scaled, outcomes) == result


def test_an_outcome_is_known_without_the_exercise():
    outcome = observe(lambda x: x * 2, lambda: (_row(1.0, grad=True),), ["x"])
    assert outcome.value[""].item() == 2 and outcome.attached == ("",)
    assert not outcome.value[""].requires_grad
    assert outcome.gradients["", "x"].item() == 3.0  # 2 times the weight 1.5
    assert outcome.changed == [] and outcome.raised is None and not outcome.nothing


def test_a_result_is_frozen_and_true_only_if_right():
    result = Result("name", "right", "Right.")
    assert result and not Result("name", "wrong", "Wrong.")
    for frozen, name in ((result, "status"), (scaled.mistakes["divides"], "hint")):
        with pytest.raises(AttributeError):
            setattr(frozen, name, "changed")


# Declarations


def test_an_exercise_is_its_reference():
    assert scaled(torch.tensor(2.0), 3) == 6
    assert scaled.name == "scaled" and scaled.__doc__.startswith("x times scale")
    assert scaled.parameters == ["x", "scale"]
    assert list(scaled.mistakes) == ["divides", "takes_any_scale", "cuts_the_graph"]
    assert scaled.mistakes["divides"].function is divides
    assert scaled.hints == ("Multiply `x` & scale.", "x < scale * x <b>bold</b>")
    assert list(scaled.cases) == ["values", "shapes", "gradient", "edges"]
    assert repr(scaled) == "<exercise scaled>"


CASES = {"values": {"one": lambda: (1.0,)}}


def _documented(x):
    """x"""
    return x


@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (lambda: exercise(cases={}, hints=["h"])(_documented), "_documented needs cases"),
        (
            lambda: exercise(cases={"more": {}}, hints=["h"])(_documented),
            "no group 'more'; use values",
        ),
        (lambda: exercise(cases={"values": {}}, hints=["h"])(_documented), "'values' maps labels"),
        (
            lambda: exercise(cases={"values": {"a": 1}}, hints=["h"])(_documented),
            "'values' maps labels",
        ),
        (lambda: exercise(cases=CASES, hints="h"), "list of at least one text"),
        (lambda: exercise(cases=CASES, hints=[]), "list of at least one text"),
        (lambda: exercise(cases=CASES, hints=["", "b"]), "list of at least one text"),
        (lambda: exercise(cases=CASES, hints=["h"])(lambda x: x), "needs a docstring"),
        (
            lambda: exercise(cases=CASES, hints=["h"])(_documented).mistake(lambda x: x),
            "docstring is its hint",
        ),
        (
            lambda: exercise(cases=CASES, hints=["h"])(_documented).slips("turned: x\n# h"),
            "Write the slip turned as",
        ),
        (lambda: exercise(cases=CASES, hints=["h"], level=4), "a level from 1 to 3"),
        (lambda: exercise(cases=CASES, hints=["h"], minutes=0), "more than 0 minutes"),
        (
            lambda: exercise(cases=CASES, hints=["h"], guards={"two": "x"})(_documented),
            "no case is labelled 'two'",
        ),
        (
            lambda: exercise(cases=CASES, hints=["h"], guards={"one": "x"})(_documented),
            "needs a case that is no guard",
        ),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(declare, says):
    with pytest.raises((TypeError, ValueError), match=says):
        declare()


def test_two_mistakes_of_one_name_are_refused():
    bare = exercise(cases=CASES, hints=["h"])(_documented)
    _known(bare, "one", divides)
    with pytest.raises(ValueError, match="two mistakes named divides"):
        _known(bare, "two", divides)


def test_a_builder_must_return_the_arguments():
    for wrong in (lambda: 1.0, lambda: (1.0, 2.0)):
        bare = exercise(cases={"edges": {"bad": wrong}}, hints=["h"])(_documented)
        with pytest.raises(
            TypeError, match=r"must return a tuple of the arguments \(x\)"
        ) as caught:
            check(bare, _documented)
        assert caught.value.__notes__ == ["in the exercise _documented, case edges · bad"]


# What a topic's tests refuse


def test_a_sound_exercise_is_valid():
    for sound in (scaled, step, numbers, halve, log_sum_exp):
        validate(sound)


def _invalid(says, function, cases=None, mistakes=()):
    function.__doc__ = "x"
    unsound = exercise(cases=cases or {"values": {"one": lambda: (_row(1.0, 2.0),)}}, hints=["h"])(
        function
    )
    for mistake in mistakes:
        _known(unsound, "hint", mistake)
    with pytest.raises(ValueError, match=says):
        validate(unsound)


@pytest.mark.parametrize(
    "noise",
    [
        lambda: torch.rand(()),
        lambda: random.random(),
        lambda: numpy.random.rand(),  # noqa: NPY002
        lambda: int.from_bytes(os.urandom(4), "big"),
    ],
)
def test_a_reference_that_is_left_to_chance_is_refused(noise):
    _invalid("gives other results when called again", lambda x: x + noise())


def test_cases_that_share_memory_are_refused():
    kept = _row(1.0, 2.0)
    _invalid(
        "values · kept returns the same tensor again",
        lambda x: x * 2,
        {"values": {"kept": lambda: (kept,)}},
    )
    leaf = _row(1.0, 2.0, grad=True)
    below = {"values": {"leaf": lambda: ((leaf**2).sum(),)}}
    _invalid("values · leaf returns the same tensor again", lambda x: x * 2, below)


def test_a_mistake_that_is_right_is_refused():
    def also_right(x):
        return x + x

    _invalid(
        "also_right is not recognised, but found right", lambda x: x * 2, mistakes=[also_right]
    )


def test_two_mistakes_alike_are_refused():
    def one(x):
        return x * 3

    def other(x):
        return x + 2 * x

    _invalid(
        "other is not recognised, but found wrong, as one", lambda x: x * 2, mistakes=[one, other]
    )


def test_a_mistake_that_looks_like_a_stub_is_refused():
    def nothing(x):
        return None

    _invalid(
        "nothing is not recognised, but found not attempted", lambda x: x * 2, mistakes=[nothing]
    )


def test_a_reference_that_a_stub_equals_is_refused():
    _invalid("a stub would be right", lambda x: None)


def test_a_reference_that_cannot_be_compared_is_refused():
    _invalid("what check can't compare", lambda x: {1, 2})
