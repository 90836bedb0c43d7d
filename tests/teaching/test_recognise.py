"""Which mistake an attempt is: guards, edits of the reference, an ε of any size, two slips."""

import math

import numpy
import pytest
import torch

from helpers.teaching.cases import array, normal, scalar, tensor, uniform
from helpers.teaching.compare import difference
from helpers.teaching.exercise import exercise
from helpers.teaching.judge import check
from helpers.teaching.mistakes import slips_in
from helpers.teaching.record import decode, encode


def words(exercise, attempt):
    """The message of a check without the attempt's own line, which here holds what is looked for."""
    message = check(exercise, attempt).message
    for seen in exercise.observe(attempt):
        message = message.replace(seen.raised.line if seen.raised else "", "")
    return message


@exercise(
    cases={
        "values": {
            "three": lambda: (tensor(0.2, 0.3, 0.5), 2.0),
            "two": lambda: (tensor(0.9, 0.1), 3.0),
        },
        "edges": {
            "a zero": lambda: (tensor(0.0, 1.0), 2.0),
            "no scale": lambda: (tensor(0.25, 0.75), 0.0),
        },
    },
    guards={"a zero": "0·ln 0 counts as 0", "no scale": "a scale of 0 gives 0"},
    hints=["h"],
)
def entropy(p, scale):
    """scale · −Σ p·ln p, and 0·ln 0 = 0."""
    logs = torch.where(p > 0, p, 1.0).log()
    return -scale * (p * logs).sum()


entropy.slips("""
    turned: -scale → scale
    # The sign is turned round.
    mean: .sum() → .mean()
    # That is the mean.
    base_2: .log() → .log2()
    # That is in bits.
    epsilon: torch.where(p > 0, p, 1.0).log() → (p + EPS).log()
    # An ε stands in the log.
""")


@entropy.mistake
def halved(p, scale):
    """Only half of
    it is there.
    """
    return entropy.function(p, scale) / 2


def naive(p, scale, sign=-1.0):
    """Without any care at the edges: NaN at a zero, and 1 for a scale of 0."""
    return sign * scale * (p * p.log()).sum() if scale else p.sum()


def told(exercise, attempt):
    result = check(exercise, attempt)
    return result.status, result.mistake, result.message


def test_a_right_formula_without_care_at_the_edges_is_called_right_and_what_is_missing():
    assert told(entropy, naive) == (
        "wrong",
        None,
        "Wrong: The formula is right. What is missing: 0·ln 0 counts as 0; a scale of 0 gives 0. "
        "`entropy` returns NaN where a finite number is expected there.",
    )


def test_a_sentence_that_two_edges_share_is_said_once():
    guarded = exercise(
        cases={
            "values": {"two": lambda: (tensor(2.0),)},
            "edges": {"zero": lambda: (tensor(0.0),), "below": lambda: (tensor(-1.0),)},
        },
        guards=dict.fromkeys(("zero", "below"), "what is not above 0 gives 0"),
        hints=["…"],
    )

    @guarded
    def ramp(x):
        """x, or 0 where it is not above 0."""
        return x.clamp(min=0)

    said = told(ramp, lambda x: x - (x <= 0) * 1.0)[2]
    assert said.count("what is not above 0 gives 0") == 1


def test_a_mistake_is_known_whatever_happens_at_the_edges():
    status, mistake, message = told(entropy, lambda p, scale: naive(p, scale, sign=1.0))
    assert (status, mistake) == ("wrong", "turned")
    assert message.startswith("Wrong: The sign is turned round. Besides, 0·ln 0 counts as 0; a sc")


def test_a_mistake_with_care_at_the_edges_is_told_without_besides():
    attempt = entropy.mistakes["turned"].function
    assert told(entropy, attempt)[1:] == ("turned", "Wrong: The sign is turned round.")


def test_what_a_mistake_itself_does_at_the_edges_is_not_said_twice():
    guarded = exercise(
        cases={
            "values": {"two": lambda: (tensor(2.0),)},
            "edges": {"zero": lambda: (tensor(0.0),)},
        },
        guards={"zero": "0 must give 1"},
        hints=["…"],
    )

    @guarded
    def plus_one(x):
        """x + 1."""
        return x + 1

    @plus_one.mistake
    def plus_two(x):
        """One too much."""
        return x + 2

    assert told(plus_one, lambda x: 2 + x)[1:] == ("plus_two", "Wrong: One too much.")
    care = told(plus_one, lambda x: x + 2 if x else x)
    assert care[1:] == ("plus_two", "Wrong: One too much. Besides, 0 must give 1.")


def test_an_error_for_another_reason_is_another_mistake():
    two = exercise(
        cases={"values": {"one": lambda: (tensor(1.0),), "two": lambda: (tensor(1.0, 2.0),)}},
        hints=["…"],
    )

    @two
    def total(x):
        """The sum."""
        return x.sum()

    @total.mistake
    def as_it_is(x):
        """Only one number can be taken out."""
        return torch.tensor(x.item(), dtype=x.dtype)

    assert told(total, lambda x: torch.tensor(x.item(), dtype=x.dtype))[1] == "as_it_is"
    assert told(total, lambda x: x.reshape(()))[1] is None  # a RuntimeError, too


def test_a_function_may_be_a_mistake_with_its_docstring_as_the_hint():
    assert told(entropy, lambda p, s: entropy(p, s) / 2)[1:] == (
        "halved",
        "Wrong: Only half of it is there.",
    )


@pytest.mark.parametrize("epsilon", [1e-3, 1e-5, 3e-6, 1e-7, 1e-10])
def test_an_epsilon_of_any_size_is_known(epsilon):
    """Those of the list by what they do; 3e-6 and others since they are nearly that."""
    _, mistake, message = told(entropy, lambda p, s: -s * (p * (p + epsilon).log()).sum())
    known = mistake == "epsilon" or "Is there an ε in it" in message or "0·ln 0" in message
    assert known, message


def test_an_epsilon_that_no_mistake_declares_is_told_by_the_number_of_digits():
    _, mistake, message = told(entropy, lambda p, s: entropy(p, s) * (1 + 1e-7))
    assert mistake is None
    assert "right to about 7 digits. Is there an ε in it, or a float32?" in message


def test_two_slips_at_once_are_known_and_both_hints_are_said():
    def attempt(p, scale):
        logs = torch.where(p > 0, p, torch.ones_like(p)).log()
        return scale * (p * logs).mean()

    _, mistake, message = told(entropy, attempt)
    assert mistake == "turned + mean"
    assert message == (
        "Wrong: Two things at once. The sign is turned round. And: That is the mean."
    )


def test_one_slip_is_preferred_to_two():
    assert told(entropy, entropy.mistakes["mean"].function)[1] == "mean"


def test_slips_that_change_the_same_place_are_no_pair():
    names = {pair.name for pair in entropy.pairs()}
    assert "turned + mean" in names and "base_2 + epsilon" not in names


def test_slips_are_read_from_lines_that_may_go_on_and_leave_no_blank_at_the_end_of_one():
    text = r"""
        one: old → new
        # The hint
        # goes on.

        two: a + b
            → a; x =  1\n → x = 2
            \n    y = 3\n
        # Another one, with a # in it.
    """
    assert list(slips_in(text)) == [
        ("one", (("old", "new"),), "The hint goes on."),
        (
            "two",
            (("a + b", "a"), ("x =  1\n", "x = 2\n    y = 3\n")),
            "Another one, with a # in it.",
        ),
    ]


def test_a_slip_may_put_another_body_in_the_place_of_the_whole_one():
    @exercise(cases={"values": {"two": lambda: (tensor(1.0, 3.0),)}}, hints=["h"])
    def spread(x):
        """The largest number less the smallest one."""
        largest = x.max()
        return largest - x.min()

    spread.slips(r"""
        adds: largest - → largest +
        # They are added.
        deviates: … → mean = x.mean()\n    return (x - mean).square().mean().sqrt()
        # That is the standard deviation.
    """)
    assert told(spread, lambda x: x.std(correction=0)) == (
        "wrong",
        "deviates",
        "Wrong: That is the standard deviation.",
    )
    assert list(spread.pairs()) == []


@pytest.mark.parametrize(
    "text",
    ["one: old\n# hint", "one: old → new", "old → new\n# hint", "one: → new\n# hint", "# hint"],
)
def test_a_slip_that_is_not_complete_is_refused(text):
    with pytest.raises(ValueError, match="“name: old → new”"):
        list(slips_in(text))


@pytest.mark.parametrize(
    ("edit", "says"),
    [("nowhere → x", "has no 'nowhere' to change"), ("sum() → sum(", "never closed|invalid")],
)
def test_a_slip_that_is_no_edit_is_refused(edit, says):
    @exercise(cases={"values": {"one": lambda: (tensor(1.0),)}}, hints=["h"])
    def total(x):
        """The sum."""
        return x.sum()

    total.slips(f"wrong: {edit}\n# hint")
    with pytest.raises(ValueError, match=says):
        total.mistakes["wrong"].variants()


# Values that are rounded to float32 on the way


@exercise(cases={"values": {"four": lambda: (normal(4), uniform(4), 0.3)}}, hints=["h"])
def dropout(x, uniforms, rate):
    """x over 1 − rate where the uniform is at least rate, else 0."""
    return torch.where(uniforms >= rate, x / (1 - rate), 0.0)


def test_a_mask_in_float32_is_right_with_a_remark():
    mask_in_float32 = check(dropout, lambda x, u, rate: x * ((u >= rate) / (1 - rate)))
    assert mask_in_float32.status == "right"
    assert "only 7 digits" in mask_in_float32.message and "bool" in mask_in_float32.message
    assert mask_in_float32.groups == {"values": (1, 1)}


def test_an_epsilon_is_not_taken_for_rounding():
    result = check(dropout, lambda x, u, rate: x * (u >= rate) / (1 - rate + 1e-8))
    assert result.status == "wrong" and "Is there an ε in it" in result.message


# Rules that a statement sets


@exercise(
    cases={"values": {"two": lambda: (tensor(1.0, 3.0),)}}, hints=["h"], without_autograd=True
)
def slope(x):
    """The derivative of x³, without autograd."""
    return 3 * x**2


def by_backward(x):
    x = x.clone().requires_grad_()
    (x**3).sum().backward()
    return x.grad


def by_grad(x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad((x**3).sum(), x)[0]


@pytest.mark.parametrize(
    "attempt",
    [
        by_backward,
        by_grad,
        torch.func.grad(lambda x: (x**3).sum()),
        lambda x: torch.func.jvp(lambda x: x**3, (x,), (torch.ones_like(x),))[1],
        lambda x: torch.autograd.functional.jacobian(lambda x: x**3, x).diagonal(),
    ],
)
def test_autograd_is_noticed_where_it_is_not_allowed(attempt):
    result = check(slope, attempt)
    assert result.status == "wrong" and "has autograd compute the derivative" in result.message


def test_autograd_is_free_elsewhere_and_works_as_before_afterwards():
    assert check(slope, lambda x: 3 * x * x)
    assert by_grad(tensor(2.0)) == 12


@exercise(
    cases={"values": {"rows": lambda: (normal(2, 9), 5)}},
    hints=["h"],
    additions=lambda x, size: 3 * x.numel(),
)
def running(x, size):
    """The sum of the last `size` columns up to each, with two additions a number."""
    sums, held = torch.empty_like(x), torch.zeros_like(x[:, 0])
    for i in range(x.shape[1]):
        held = held + x[:, i]
        if i >= size:
            held = held - x[:, i - size]
        sums[:, i] = held
    return sums


@pytest.mark.parametrize(
    "attempt",
    [
        lambda x, size: torch.stack(
            [x[:, max(0, i - size + 1) : i + 1].sum(1) for i in range(x.shape[1])], 1
        ),
        lambda x, size: torch.nn.functional.pad(x, (size - 1, 0)).unfold(1, size, 1).sum(-1),
        lambda x, size: torch.nn.functional.conv1d(
            torch.nn.functional.pad(x, (size - 1, 0))[:, None], x.new_ones(1, 1, size)
        )[:, 0],
        lambda x, size: x @ torch.ones(9, 9, dtype=x.dtype).triu().tril(size - 1),
    ],
)
def test_too_many_additions_are_noticed(attempt):
    result = check(running, attempt)
    assert result.status == "wrong" and "numbers where 54 are enough" in result.message


def test_few_additions_are_right_whatever_the_way():
    def cumulative(x, size):
        total = x.cumsum(1)
        return total - torch.nn.functional.pad(total, (size, 0))[:, : x.shape[1]]

    assert check(running, running.function) and check(running, cumulative)


# NumPy


@exercise(
    cases={"values": {"rows": lambda: (array([1.0, 2.0], [3.0, 5.0]), array(1.0, 2.0))}},
    hints=["h"],
)
def layer(x, w):
    """The array x·w of shape (rows,)."""
    return x @ w


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda x, w: torch.tensor(x @ w), "a torch tensor where a NumPy array is expected"),
        (lambda x, w: list(x @ w), "a list where a NumPy array is expected"),
        (lambda x, w: (x @ w).astype(numpy.float32), "float32 where float64 is expected"),
        (lambda x, w: (x @ w)[:, None], "the shape (2, 1) where (2,) is expected"),
        (lambda x, w: (x @ w) * 2, "Every number is 2 times the right one"),
        (lambda x, w: (x @ w) * numpy.nan, "NaN in 2 of 2 places"),
        (lambda x, w: numpy.multiply(x, w, out=x).sum(1), "changes its argument `x` in place"),
        (lambda x, w: numpy.array(["a"]), "a NumPy array of other things than numbers"),
        (lambda x, w: (x @ w) * 1j, "a NumPy array of complex128"),
        (lambda x, w: (x @ w)[::-1], "stand in the opposite order"),
        (lambda x, w: (x @ w) * (1 + 1e-7), "right to about 7 digits. Is there an ε"),
        (lambda x, w: x.dot(w[:, None].T), "inner sizes"),
        (lambda x, w: numpy.add(x.astype(int), 0.5, out=x.astype(int)), "does not fit"),
        (lambda x, w: x.sum(axis=2), "Axes count from 0"),
        (lambda x, w: math.log(x), "such as `np.log`"),
        (lambda x, w: x if x > 1 else w, "`np.where`"),
    ],
)
def test_arrays_are_checked_as_tensors_are(attempt, says):
    assert not check(layer, attempt)
    assert says in words(layer, attempt), words(layer, attempt)


def test_right_arrays_and_a_tensor_exercise_that_gets_one():
    assert check(layer, lambda x, w: numpy.einsum("ij,j->i", x, w))
    assert (
        "a NumPy array where a torch tensor" in check(slope, lambda x: 3 * x.numpy() ** 2).message
    )


def test_a_float32_hint_of_torch_is_for_tensors_alone():
    assert "bool" not in check(layer, lambda x, w: (x @ w) * (1 + 1e-7)).message
    nearly = check(entropy, lambda p, scale: entropy(p, scale) * (1 + 1e-7))
    assert "In torch a bool divided by a number is float32" in nearly.message


def test_arrays_of_any_layout_are_right():
    assert check(layer, lambda x, w: (x @ w)[::-1].copy()[::-1])
    assert check(layer, lambda x, w: (x @ w).astype(">f8"))
    assert check(layer, lambda x, w: numpy.asfortranarray(x) @ w)


@exercise(
    cases={"values": {"one": lambda: (array(0.2, 0.7), 2.0), "two": lambda: (array(3.0), 1.0)}},
    hints=["h"],
)
def mean_and_scale(x, scale):
    """The scaled mean, a float, and the scale."""
    return scale * x.mean(), scale


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (numpy.array, ""),
        (numpy.squeeze, ""),
        (numpy.float32, "a number of float32 in result[0] where one number is expected"),
        (lambda v: v.reshape(1, 1), "an array of shape (1, 1), whose one entry `.item()` gives,"),
        (lambda v: v + numpy.zeros(3), "an array of shape (3,) in result[0]"),
        (torch.tensor, "a torch tensor in result[0]"),
    ],
)
def test_a_number_of_numpys_is_a_number_and_an_array_with_axes_is_none(made, says):
    result = check(mean_and_scale, lambda x, scale: (made(scale * x.mean()), scale))
    assert bool(result) is (not says) and says in result.message, result.message


def test_what_an_array_without_axes_holds_counts_as_a_change():
    holding = exercise(cases={"values": {"one": lambda: (numpy.array(2.0),)}}, hints=["h"])

    @holding
    def same(x):
        """x."""
        return float(x)

    def fills(x):
        old = float(x)
        x.fill(7)
        return old

    assert check(same, lambda x: x) and "changes its argument `x`" in check(same, fills).message


def test_numpys_own_alarms_are_as_usual_in_a_check_and_afterwards_as_before():
    def careless(x, scale):
        numpy.seterr(all="ignore")
        return mean_and_scale(x, scale)

    with numpy.errstate(all="raise"):
        assert check(mean_and_scale, careless)
        zero = check(mean_and_scale, lambda x, scale: (numpy.float64(1) / numpy.float64(0), scale))
        assert "infinity" in zero.message
        assert set(numpy.geterr().values()) == {"raise"}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda x, w: x @ w,
        lambda x, w: (x @ w).astype(">f4"),
        lambda x, w: (x @ w)[::-1],
        lambda x, w: numpy.multiply(x, w, out=x),
        lambda x, w: [numpy.array(2.5), numpy.float32(1), numpy.int8(3), x > 1, x[:0]],
        lambda x, w: x.astype(complex),
    ],
)
def test_what_happens_to_arrays_can_be_recorded(attempt):
    for seen in layer.observe(attempt):
        told = decode(encode(seen))
        assert not difference(seen, told) and not difference(told, seen)
        assert told.changed == seen.changed and told.value.keys() == seen.value.keys()


@exercise(
    cases={
        "values": {
            "one entry": lambda: (tensor(2.0, grad=True),),
            "two": lambda: (tensor(2.0, 3.0, grad=True),),
        }
    },
    hints=["h"],
)
def total(x):
    """The sum. The gradient of a single entry is a 1 with the stride 0."""
    return x.sum()


def test_a_gradient_that_was_expanded_can_be_recorded():
    for seen in total.observe(total.function):
        told = decode(encode(seen))
        assert seen.gradients and not difference(seen, told) and not difference(told, seen)


# What the numbers of an unknown answer show


@exercise(
    cases={
        "values": {"a table": lambda: (tensor([1.0, -2.0], [3.0, 5.0]), 2.0)},
        "shapes": {"a larger one": lambda: (normal(3, 3), 4.0)},
    },
    hints=["h"],
)
def weighted(x, factor):
    """factor · x."""
    return factor * x


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda x, f: -f * x, "Every number has the wrong sign."),
        (lambda x, f: f * x.abs(), "some signs are wrong"),
        (lambda x, f: 3 * f * x, "Every number is 3 times the right one"),
        (lambda x, f: f * x / 4, "Every number is 1/4 times the right one"),
        (lambda x, f: f * f * x, "off by one factor (2, then 4)"),
        (lambda x, f: f * x + f, "off by the same amount"),
        (lambda x, f: f * x.T, "rows and columns are exchanged"),
        (lambda x, f: f * x.flip(0, 1), "in the opposite order"),
        (lambda x, f: f * x.flip(0), "in another order"),
        (lambda x, f: (f * x).sum(), "This is the sum of what is asked for"),
        (lambda x, f: (f * x).mean(), "This is the mean of what is asked for"),
        (lambda x, f: (f * x).flatten(), "use `reshape`"),
        (lambda x, f: f * x.clamp(min=0), "exactly where the right value is negative"),
        (lambda x, f: torch.sin(x), "No entry is right"),
        (lambda x, f: f * x + tensor(0.0, 1.0)[[0] * (len(x) - 1) + [1]], "entries are wrong, the"),
    ],
)
def test_an_unknown_answer_gets_a_cause_or_a_place(attempt, says):
    assert says in check(weighted, attempt).message, check(weighted, attempt).message


@exercise(cases={"values": {"two": lambda: (tensor(1.0, 2.0, grad=True),)}}, hints=["h"])
def gradient(x):
    """The gradient of Σ x² in x."""
    return 2 * x.detach()


def in_place(x):
    x -= 1
    return x


def without_grad(x):
    y = x.detach()
    (y**2).sum().backward()
    return y.grad


def twice(x):
    loss = (x**2).sum()
    torch.autograd.grad(loss, x)
    return torch.autograd.grad(loss, x)[0]


def of_a_copy(x):
    return torch.autograd.grad((x**2).sum(), x.detach().clone().requires_grad_())[0]


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (in_place, "can't be changed in place"),
        (without_grad, "Nothing on the way requires grad"),
        (twice, "retain_graph=True"),
        (of_a_copy, "was not computed from this tensor"),
        (lambda x: torch.autograd.grad(x**2, x)[0], "Autograd starts from one number"),
        (lambda x: torch.tensor(2 * x.numpy()), "NumPy knows no graph"),
        (lambda x: x + torch.ones(3), "The shapes don't fit"),
        (lambda x: torch.ones(2, 3) @ x, "inner sizes"),
        (lambda x: x if x > 1 else -x, "use `torch.where`"),
        (lambda x: x.detach().tolist() * 2.0, "does no arithmetic"),
        (lambda x: torch.ones(2, 2) @ x.double(), "Two dtypes meet"),
        (lambda x: x[: len(x) / 2], "use `//`"),
    ],
)
def test_errors_that_learners_meet_are_explained(attempt, says):
    assert says in words(gradient, attempt), words(gradient, attempt)


def test_one_number_of_another_type_is_no_sum():
    @exercise(cases={"values": {"two": lambda: (2.0,)}}, hints=["h"])
    def doubled(x):
        """2x, a float."""
        return 2 * x

    message = check(doubled, lambda x: torch.tensor([2 * x])).message
    assert "a torch tensor where a Python float is expected" in message
    assert "sum" not in message and "mean" not in message


def test_a_bare_number_in_one_case_is_no_wrong_shape():
    @exercise(
        cases={"values": {"above": lambda: (scalar(2.0),), "below": lambda: (scalar(-1.0),)}},
        hints=["h"],
    )
    def above(x):
        """x where it is above 0, else 0; a tensor of shape ()."""
        return x.relu()

    message = check(above, lambda x: max(0, x)).message
    assert "a Python int where a torch tensor is expected" in message
    assert "reshape" not in message


def test_scalars_and_seeds_of_cases():
    assert scalar(2.0).shape == () and torch.equal(normal(3, seed=1), normal(3, seed=1))
    assert not torch.equal(uniform(3, seed=1), uniform(3, seed=2))
    assert normal(2, dtype=torch.float32, grad=True).requires_grad


def test_a_rule_is_named_only_where_all_values_are_right():
    @exercise(
        cases={"values": {"0": lambda: (tensor(0.0),), "two": lambda: (tensor(1.0, 3.0),)}},
        hints=["h"],
        without_autograd=True,
    )
    def cube(x):
        """The derivative of x³, without autograd."""
        return 3 * x**2

    cube.slips("forgets_the_three: 3 * x → x\n# The derivative of x³ is 3x².")
    assert check(cube, lambda x: by_backward(x) / 3).mistake == "forgets_the_three"


@exercise(
    cases={
        "values": {
            "two": lambda: (tensor(0.0, 1.0),),
            "three": lambda: (tensor(2.0, 0.0, 4.0),),
        }
    },
    hints=["h"],
)
def doubles(x):
    """2·x."""
    return 2 * x


def test_an_epsilon_where_zero_is_right_is_named_without_a_number_of_digits():
    """Beside a 0 the relative error is infinite, and has no logarithm."""
    assert "is right to some digits. Is there an ε in it" in words(doubles, lambda x: 2 * x + 1e-6)
    assert "is right to about 6 digits" in words(doubles, lambda x: 2 * x * (1 + 5e-7))


def test_factors_that_read_alike_are_one_factor():
    """In six digits they differ, in four they don't."""
    factors = {2: 1.23421, 3: 1.23425}
    said = words(doubles, lambda x: 2 * x * factors[len(x)])
    assert "Every number is 1.234 times the right one" in said
