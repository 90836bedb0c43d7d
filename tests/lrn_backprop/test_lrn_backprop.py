"""Notebook 05: its equations, formulas and figures against torch, ONNX and gradcheck."""

import io
import json
import math
import random
from functools import cache

import numpy as np
import pytest
import torch
from data_scripts import script
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from topics import ROOT
from torch.nn import functional as F

from helpers.lrn_backprop import exercises, figures, formulas, photograph
from helpers.teaching import style
from helpers.teaching.data import china

FLOAT = torch.float64
FEW = settings(max_examples=60)
SIZE = st.integers(1, 8)
CONSTANTS = (1.0, 0.75, 1.0)  # α, β, k
ONE_TO_SEVEN = torch.arange(1, 8, dtype=FLOAT).reshape(1, 7, 1, 1)
gradcheck, gradgradcheck = torch.autograd.gradcheck, torch.autograd.gradgradcheck


def draws(*shape, seed=0, dtype=FLOAT):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=dtype)


def by_autograd(layer, a, grad_b, *constants):
    """Gradient in a of a layer written as (a, …) → b, as torch's autograd finds it."""
    a = a.detach().clone().requires_grad_()
    return torch.autograd.grad(layer(a, *constants), a, grad_b)[0]


def torch_lrn(a, *constants):
    """F.local_response_norm for (batch, channels), too."""
    return F.local_response_norm(a[..., None], *constants)[..., 0]


def jacobian_by_autograd(a, *constants):
    return torch.autograd.functional.jacobian(lambda a: torch_lrn(a[None], *constants)[0], a)


def members(i, size, channels):
    """The window of channel i by its definition: a list of channels."""
    return [j for j in range(channels) if i - size // 2 <= j <= i + (size - 1) // 2]


def scale_by_loops(a, size, alpha, k):
    channels = len(a)
    return [
        k + alpha / size * sum(a[j] ** 2 for j in members(i, size, channels))
        for i in range(channels)
    ]


# 1 · What the layer does


@FEW
@given(st.integers(1, 7), SIZE, st.floats(1e-5, 10), st.floats(0.1, 3))
def test_eq_1_1_is_the_scale(channels, size, alpha, k):
    a = draws(2, channels, seed=channels)
    found = formulas.lrn_scale(a, size, alpha, k)
    for row, expected in zip(found.tolist(), a.tolist(), strict=True):
        assert row == pytest.approx(scale_by_loops(expected, size, alpha, k), rel=1e-12)


@FEW
@given(st.integers(1, 7), SIZE, st.floats(1e-5, 10), st.floats(0.1, 1.5), st.floats(0.1, 3))
def test_eq_1_2_is_torchs_output(channels, size, alpha, beta, k):
    a = draws(2, channels, 3, seed=channels)
    found = formulas.lrn(a, size, alpha, beta, k)
    torch.testing.assert_close(found, F.local_response_norm(a, size, alpha, beta, k))
    torch.testing.assert_close(found, exercises.lrn(a, size, alpha, beta, k))
    s = scale_by_loops(a[0, :, 0].tolist(), size, alpha, k)
    by_hand = [x / v**beta for x, v in zip(a[0, :, 0].tolist(), s, strict=True)]
    assert found[0, :, 0].tolist() == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("size", [1, 3, 4])
@pytest.mark.parametrize("alpha", [0.01, 1.0])
@pytest.mark.parametrize(("beta", "k"), [(0.75, 1.0), (1.0, 2.0)])
def test_the_turning_point_is_where_a_lone_channel_turns(size, alpha, beta, k):
    turn = formulas.turning_point(size, alpha, beta, k)
    x = torch.linspace(0.5 * turn, 2 * turn, 30001, dtype=FLOAT)
    b = formulas.response(x, size, alpha, beta, k)
    assert float(x[b.argmax()]) == pytest.approx(turn, rel=1e-4)
    rows = torch.zeros(len(x), 5, dtype=FLOAT)
    rows[:, 2] = x
    torch.testing.assert_close(b, torch_lrn(rows, size, alpha, beta, k)[:, 2])


def test_up_to_one_half_a_lone_channel_never_turns():
    x = torch.logspace(-3, 6, 1000, dtype=FLOAT)
    for beta in (0.25, 0.5):
        assert formulas.turning_point(3, 1.0, beta, 1.0) == math.inf
        assert (formulas.response(x, 3, 1.0, beta, 1.0).diff() >= -1e-12).all()


def onnx_lrn(a, size, alpha, beta, k, runtime=True):
    """ONNX's LRN operator: by ONNX Runtime, or by the reference evaluator; float32."""
    import onnx  # here, since most tests do without

    node = onnx.helper.make_node("LRN", ["x"], ["y"], size=size, alpha=alpha, beta=beta, bias=k)
    sides = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, list(a.shape))
        for name in ("x", "y")
    ]
    graph = onnx.helper.make_graph([node], "lrn", sides[:1], sides[1:])
    opset = onnx.helper.make_opsetid("", 13)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    feed = {"x": a.float().numpy()}
    if not runtime:
        from onnx.reference import ReferenceEvaluator

        return torch.from_numpy(ReferenceEvaluator(model).run(None, feed)[0])
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what is refused on purpose needs no line on stderr
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return torch.from_numpy(session.run(None, feed)[0])


@pytest.mark.parametrize("size", [1, 3, 5, 7])
@pytest.mark.parametrize("beta", [0.5, 0.75, 1.0])
def test_onnx_runtime_divides_alpha_as_torch_does(size, beta):
    a = draws(2, 6, 3, 4, dtype=torch.float32)
    expected = formulas.lrn(a, size, 1.0, beta, 1.5)
    torch.testing.assert_close(onnx_lrn(a, size, 1.0, beta, 1.5), expected)
    torch.testing.assert_close(F.local_response_norm(a, size, 1.0, beta, 1.5), expected)


def paper(a, n, alpha, beta, k):
    """AlexNet's formula in loops: α is not divided, the window n/2 to both sides."""
    squares = [x * x for x in a]
    return [
        x / (k + alpha * sum(squares[max(0, i - n // 2) : i + n // 2 + 1])) ** beta
        for i, x in enumerate(a)
    ]


# name → (whether α is divided by n, left and right of the window at size 4), as each one says
CONVENTIONS = {
    "AlexNet's paper (2012)": (False, (2, 2)),  # n/2 to both sides: five channels
    "Caffe": (True, None),  # refuses even sizes
    "torch": (True, (2, 1)),
    "ONNX": (True, (1, 2)),
    "ONNX Runtime": (True, None),
}


def test_the_table_of_conventions_says_what_was_run():
    a = (3 * draws(1, 9, 1, 1)).float()
    plain = a[0, :, 0, 0].tolist()
    for alpha, same in ((5e-4, True), (1e-4, False)):
        expected = pytest.approx(paper(plain, 5, 1e-4, 0.75, 2.0), rel=1e-6)
        for layer in (F.local_response_norm, onnx_lrn):
            assert (layer(a, 5, alpha, 0.75, 2.0).flatten().tolist() == expected) is same
    for name in ("torch", "ONNX", "ONNX Runtime"):
        assert CONVENTIONS[name][0]
    forward = formulas.measured_windows("F.local_response_norm", 7, 4)[0]
    left, right = CONVENTIONS["torch"][1]
    assert forward[3].nonzero().flatten().tolist() == list(range(3 - left, 3 + right + 1))
    # The standard's text: floor((size − 1)/2) to the left, ceil((size − 1)/2) to the right.
    assert CONVENTIONS["ONNX"][1] == (math.floor(3 / 2), math.ceil(3 / 2))


def test_figure_1_says_what_prose_says():
    rises = figures.Competition.describe()
    assert "0.958, 0.210, 0.730, 0.558, 0.174" in rises and "highest at a = 5" in rises
    assert "shares 0.479, 0.210," in rises
    assert "shares 0.479, 0.479," in figures.Competition.describe(a=0.0)
    assert "rises all the way" in figures.Competition.describe(beta=0.5)
    assert "rises all the way" in figures.Competition.describe(alpha=1e-4)
    for a in (0.0, 4.0, 10.0):
        shares = figures.Competition.describe(alpha=1e-4, a=a).split("shares ")[1].split(".  ")[0]
        assert min(float(share) for share in shares.split(". As")[0].split(", ")) > 0.99


def pixels(figure, colour, left, right, **values):
    """Where a figure has this colour between these columns: the rows, in pixels of the page."""
    picture = np.array(Image.open(io.BytesIO(figure.render(**values))).convert("RGB"), dtype=int)
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    near = np.abs(picture - wanted).max(axis=2) < 40
    scale = picture.shape[1] / style.WIDTH
    return np.flatnonzero(near[:, int(left * scale) : int(right * scale)].any(axis=1)) / scale


def test_a_neighbours_share_is_seen_to_shrink():
    """Channel 2's bar, by at least 12 pixels; channel 1's stays as it is."""
    bars = {
        (a, channel): np.ptp(pixels(figures.Competition, style.BLUE, *columns, a=a))
        for a in (0.0, 4.0)
        for channel, columns in (("1", (60, 80)), ("2", (120, 145)))
    }
    assert bars[0.0, "2"] - bars[4.0, "2"] > 12
    assert bars[0.0, "1"] == bars[4.0, "1"]


def test_the_fall_of_the_curve_is_seen():
    """From its top to the right edge, at least 12 pixels."""
    top, end = (
        pixels(figures.Competition, style.BLUE, *columns, a=0.0).min()
        for columns in ((465, 477), (580, 584))
    )
    assert end - top > 12


# 2 · Does the error pass through unchanged?


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_eq_2_1_is_the_direct_way(size):
    """With the scale held fast, an output depends on its own input alone."""
    a = draws(5, seed=1)
    s = formulas.lrn_scale(a[None], size, 0.7, 1.5)[0]
    found = torch.autograd.functional.jacobian(lambda a: a * s**-0.75, a)
    torch.testing.assert_close(found, torch.diag(s**-0.75))


@pytest.mark.parametrize("beta", [0.25, 0.75, 1.2])
def test_eq_2_2_is_the_derivative_by_the_scale(beta):
    a, s = draws(5, seed=1), 0.5 + draws(5, seed=2).abs()
    found = torch.autograd.functional.jacobian(lambda s: a * s**-beta, s)
    torch.testing.assert_close(found, torch.diag(-beta * a * s ** (-beta - 1)))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_eq_2_3_is_the_derivative_of_the_scale(size):
    a = draws(5, seed=1)
    found = torch.autograd.functional.jacobian(
        lambda a: formulas.lrn_scale(a[None], size, 0.7, 1.0)[0], a
    )
    for i in range(5):
        for j in range(5):
            printed = 2 * 0.7 / size * float(a[j]) * (j in members(i, size, 5))
            assert float(found[i, j]) == pytest.approx(printed, abs=1e-12)


@FEW
@given(st.integers(1, 7), SIZE, st.floats(1e-5, 10), st.floats(0.1, 1.5), st.floats(0.5, 3))
def test_the_two_ways_together_are_the_jacobian(channels, size, alpha, beta, k):
    a = draws(channels, seed=size)
    expected = jacobian_by_autograd(a, size, alpha, beta, k)
    torch.testing.assert_close(formulas.lrn_jacobian(a, size, alpha, beta, k), expected)
    torch.testing.assert_close(exercises.lrn_jacobian(a, size, alpha, beta, k), expected)


def test_beyond_its_turning_point_a_lone_channels_derivative_is_negative():
    for size in (1, 3, 4):
        turn = formulas.turning_point(size, *CONSTANTS)
        for factor in (0.9, 1.1):
            a = torch.tensor([0, 0, factor * turn, 0, 0], dtype=FLOAT)
            assert (jacobian_by_autograd(a, size, *CONSTANTS)[2, 2] < 0) == (factor > 1)


def test_a_diagonal_is_negative_where_the_own_square_is_most_of_the_scale():
    """More than 1/(2β) of it; to be much stronger than the neighbours is not enough."""
    generator = torch.Generator().manual_seed(0)
    signs = set()
    for size in (1, 2, 3, 4):
        for alpha in (1e-2, 0.1, 1.0, 10.0):
            for beta in (0.4, 0.75, 1.0):
                a = 3 * torch.randn(6, generator=generator, dtype=FLOAT)
                diagonal = jacobian_by_autograd(a, size, alpha, beta, 1.0).diag()
                scale = torch.tensor(scale_by_loops(a.tolist(), size, alpha, 1.0), dtype=FLOAT)
                own = alpha / size * a**2 / scale
                assert torch.equal(diagonal < 0, own > 1 / (2 * beta))
                signs |= set((diagonal < 0).tolist())
    assert signs == {True, False}
    strong = torch.tensor([0.1, 3, 0.1], dtype=FLOAT)
    assert jacobian_by_autograd(strong, 3, 0.1, 0.75, 1.0)[1, 1] > 0.5


def test_the_reference_figures():
    a = torch.tensor([[1.0, 2, 3, 4]], dtype=FLOAT)
    for size, error, expected in (
        (3, (0, 1, 0, 0), (-0.0480481, 0.176177, -0.144144, 0)),
        (3, (1, -1, 2, 0.5), (0.437404, -0.451181, 0.279848, -0.177227)),
        (4, (1, -1, 2, 0.5), (0.454379, -0.540916, 0.348042, -0.184683)),
        (2, (0, 1, 0, 0), (-0.167484, 0.0558279, 0, 0)),
    ):
        error = torch.tensor([error], dtype=FLOAT)
        found = formulas.lrn_backward(a, error, size, *CONSTANTS)
        assert found[0].tolist() == pytest.approx(expected, abs=1e-6)
        torch.testing.assert_close(found, by_autograd(torch_lrn, a, error, size, *CONSTANTS))


def test_figure_2_says_what_prose_says():
    assert "−0.048048, 0.176177, −0.144144, 0." in figures.Blame.describe()
    column = figures.Blame.describe(frame="column")
    assert "reach input 2 as −0.179703, 0.176177, −0.047651, 0." in column
    alone = figures.Blame.describe(n=1)
    assert "is 0.149, −0.060, −0.062, −0.049." in alone
    # Up to β = ½ no output turns: all are positive.
    assert "−" not in figures.Blame.describe(n=1, beta=0.5).split("Jacobian")[1]
    small = formulas.lrn_jacobian(torch.arange(1, 5).double(), 3, 1e-4, 0.75, 1.0)
    assert small.diag().min() > 0.99 and (small - torch.diag(small.diag())).abs().max() < 1e-3


def test_entries_near_0_have_a_colour():
    """±0.05 in the Jacobian is seen beside a 0: a tenth of the way from white to its end."""
    colours = figures.SIGNED(0.5 + figures.shade(np.array([-0.1, -0.048, 0.0, 0.048, 0.1])) / 2)
    apart = np.abs(colours[:, :3] - 1).max(axis=1)
    assert apart[2] == pytest.approx(0, abs=0.01) and apart[[0, 1, 3, 4]].min() > 0.1


# 3 · The backward pass, and what it is mistaken for


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_eq_3_1_collects_the_errors(size):
    a, g_b = draws(5, seed=1), draws(5, seed=2)
    jacobian = jacobian_by_autograd(a, size, *CONSTANTS)
    expected = by_autograd(torch_lrn, a[None], g_b[None], size, *CONSTANTS)[0]
    for j in range(5):
        collected = sum(float(g_b[i] * jacobian[i, j]) for i in range(5))
        assert collected == pytest.approx(float(expected[j]), rel=1e-12)


def random_configurations(count=500):
    """(a, error, size, alpha, beta, k) of all kinds, among them what breaks simple code."""
    chance = random.Random(8)
    for seed in range(count):
        dtype = chance.choice([torch.float64, torch.float32])
        rest = chance.choice([(3,), (2, 3), (1,), (2, 1, 3)])
        shape = chance.choice([0, 1, 2, 3]), chance.randint(1, 9), *rest
        a, error = draws(*shape, seed=seed, dtype=dtype), draws(*shape, seed=-seed, dtype=dtype)
        layout = chance.choice(["plain", "strided", "expanded error"])
        if layout == "strided":
            a, error = (x.transpose(0, -1).contiguous().transpose(0, -1) for x in (a, error))
        elif layout == "expanded error":
            error = error[..., :1].expand(shape)
        alpha = 10 ** chance.uniform(-5, 1)
        yield (
            a,
            error,
            chance.randint(1, 12),
            alpha,
            chance.choice([0.5, 0.75, 1.0]),
            chance.choice([0.5, 1.0, 2.0]),
        )


def written_backward(a, g_b, *constants):
    """The reference of the last exercise, for a and g_b."""
    g_a, *rest = exercises.lrn_backward(exercises.Context(a, *constants), g_b)
    assert rest == [None] * 4
    return g_a


def test_eq_3_2_is_torchs_gradient_in_500_configurations():
    for a, error, *constants in random_configurations():
        plain = a.contiguous()
        expected = by_autograd(F.local_response_norm, plain, error, *constants)
        label = f"{tuple(a.shape)}, {a.dtype}, {constants}"
        for backward in (formulas.lrn_backward, written_backward):
            found = backward(a, error, *constants)
            torch.testing.assert_close(
                found, expected, msg=lambda text, label=label: f"{label}: {text}"
            )
        b = formulas.LRN.apply(a, *constants)
        torch.testing.assert_close(b, F.local_response_norm(plain, *constants))
        torch.testing.assert_close(by_autograd(formulas.LRN.apply, a, error, *constants), expected)
        assert b.dtype == found.dtype == a.dtype


def test_without_positions_a_row_of_channels_will_do():
    a, error = draws(3, 5), draws(3, 5, seed=1)
    torch.testing.assert_close(formulas.lrn(a, 4, *CONSTANTS), torch_lrn(a, 4, *CONSTANTS))
    expected = by_autograd(torch_lrn, a, error, 4, *CONSTANTS)
    torch.testing.assert_close(by_autograd(formulas.LRN.apply, a, error, 4, *CONSTANTS), expected)


@pytest.mark.parametrize("function", [formulas.lrn, formulas.LRN.apply])
def test_bad_input_gets_a_clear_error(function):
    with pytest.raises(TypeError, match=r"floating-point.*int64"):
        function(torch.ones(1, 3, 2, dtype=torch.int64), 3, *CONSTANTS)
    with pytest.raises(ValueError, match=r"\(batch, channels"):
        function(torch.ones(3), 3, *CONSTANTS)
    for size in (0, -1, 2.5):
        with pytest.raises(ValueError, match="size must be"):
            function(torch.ones(1, 3, 2), size, *CONSTANTS)
    for k in (0.0, -1.0):
        with pytest.raises(ValueError, match="scale must be above 0"):
            function(torch.zeros(1, 3, 2), 3, 1.0, 0.75, k)
    with pytest.raises(ValueError, match=r"\(channels,\)"):
        formulas.lrn_jacobian(torch.ones(1, 3), 3, *CONSTANTS)
    with pytest.raises(ValueError, match="size ≥ 1"):
        formulas.window_sums(torch.ones(1, 3), 0)


def test_the_wrong_ways_are_wrong_as_the_page_says():
    found = {name: formulas.wrong_by(wrong, 5, 1e-4) for name, wrong in formulas.WRONG.items()}
    assert found["frozen denominator"] == pytest.approx(6.8e-5, abs=5e-7)
    assert max(found.values()) < 1.5e-4
    described = figures.WrongWays.describe(alpha=1.0, activations="standard normal")
    assert "frozen denominator 0.344" in described
    assert "frozen denominator 0.019" in figures.WrongWays.describe()
    a, g_b = formulas.sample()
    right = by_autograd(torch_lrn, a, g_b, 5, 1e-4, 0.75, 1.0)
    wrong = formulas.frozen(a, g_b, 5, 1e-4, 0.75, 1.0)
    off = (wrong - right).abs().amax(1) / right.abs().amax(1)
    assert float(off.max()) == pytest.approx(5e-4, abs=5e-5)  # half the tolerance, at worst


def test_ten_times_the_activations_show_the_frozen_denominator():
    """The figure in a reply: 96 % of the rows."""
    a, g_b = formulas.sample()
    right = by_autograd(torch_lrn, 10 * a, g_b, 5, 1e-4, 0.75, 1.0)
    wrong = formulas.frozen(10 * a, g_b, 5, 1e-4, 0.75, 1.0)
    off = (wrong - right).abs().amax(1) / right.abs().amax(1)
    assert float((off > 1e-3).double().mean()) == pytest.approx(0.96, abs=0.005)


def test_the_own_output_alone_is_exact_at_n_1_only():
    for kind, least in (("standard normal", 0.3), ("photograph", 0.7)):
        errors = [formulas.wrong_by(formulas.own_output, n, 1.0, kind) for n in (1, 3, 5, 7)]
        assert errors[0] < 1e-12 and min(errors[1:]) > least
    normal = [formulas.wrong_by(formulas.own_output, n, 1.0) for n in (3, 5, 7)]
    assert normal == pytest.approx([0.35, 0.34, 0.31], abs=0.005)
    for kind in formulas.ACTIVATIONS:
        assert "own output only exact" in figures.WrongWays.describe(n=1, activations=kind)


def test_on_the_photograph_a_small_alpha_hides_nothing():
    assert formulas.wrong_by(formulas.frozen, 5, 1e-4, "photograph") == pytest.approx(
        0.019, abs=5e-4
    )


def test_gradcheck_tells_the_wrong_ways_from_the_right_one():
    right = formulas.layer(formulas.lrn, formulas.lrn_backward)
    for seed in range(2):
        a = draws(1, 8, 1, seed=seed).requires_grad_()
        for backward in formulas.WRONG.values():
            wrong = formulas.layer(formulas.lrn, backward)
            for alpha in (1e-4, 1.0):
                assert not gradcheck(wrong, (a, 5, alpha, 0.75, 1.0), raise_exception=False)
            # Only an α that is smaller still hides all of them.
            assert gradcheck(wrong, (a, 5, 1e-6, 0.75, 1.0), raise_exception=False)
        assert gradcheck(right, (a, 5, 1e-4, 0.75, 1.0)) and gradcheck(right, (a, 5, *CONSTANTS))


@pytest.mark.parametrize("k", [1e-6, 0.5])
def test_rms_norm_is_torchs(k):
    a, g_b = draws(3, 5, 2).requires_grad_(), draws(3, 5, 2, seed=1)
    b = F.rms_norm(a.movedim(1, -1), (5,), eps=k).movedim(-1, 1)
    (expected,) = torch.autograd.grad(b, a, g_b)
    torch.testing.assert_close(exercises.rms_backward(a.detach(), g_b, k), expected)


# 4 · My test passes: is the gradient right?


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("channels", [1, 3, 8])
def test_who_hears_of_a_channel_is_the_mirrored_window(size, channels):
    for i in range(channels):
        heard = [j for j in range(channels) if i in members(j, size, channels)]
        printed = range(max(0, i - (size - 1) // 2), min(channels - 1, i + size // 2) + 1)
        assert heard == list(printed)
    x = draws(1, channels)
    torch.testing.assert_close(
        formulas.window_sums(x, size, mirrored=True)[0],
        formulas.window_matrix(channels, size).T @ x[0],
    )


def test_the_forward_window_will_do_for_odd_sizes_only():
    a, error = draws(4, 8), draws(4, 8, seed=1)
    for size in range(2, 8):
        right = formulas.lrn_backward(a, error, size, *CONSTANTS)
        off = (page()["forward_window"](a, error, size, *CONSTANTS) - right).abs().max()
        assert (off < 1e-15) == (size % 2 == 1)
        assert (off > 0.1) == (size % 2 == 0)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7])
def test_torchs_functional_form_passes_gradcheck(size):
    a = draws(2, 6, 2).requires_grad_()
    assert gradcheck(lambda a: F.local_response_norm(a, size, *CONSTANTS), a)


def test_cross_map_lrn_2d_is_still_wrong_in_both_passes():
    """If this fails, torch has mended CrossMapLRN2d: rewrite section 4 and its claim."""
    sums = formulas.summed(formulas.LAYERS["nn.CrossMapLRN2d"], ONE_TO_SEVEN, 3).flatten()
    assert sums.tolist() == pytest.approx([5, 14, 30, 51, 78, 111, 86]), torch.__version__
    right = formulas.summed(F.local_response_norm, ONE_TO_SEVEN, 3).flatten()
    assert right.tolist() == pytest.approx([5, 14, 29, 50, 77, 110, 85])
    for size, gradient, output in ((3, 2, 3), (5, 3, 4)):  # from how many channels it is wrong
        layer = torch.nn.CrossMapLRN2d(size, *CONSTANTS)
        for channels in range(1, 6):
            a = draws(1, channels, 1, 2).requires_grad_()
            assert gradcheck(layer, a, raise_exception=False) == (channels < gradient)
            same = torch.allclose(layer(a), F.local_response_norm(a, size, *CONSTANTS))
            assert same == (channels < output)
    assert formulas.measured_windows("nn.CrossMapLRN2d", 7, 1)[1] is None


@pytest.mark.parametrize("size", range(1, 8))
def test_measured_windows_are_those_that_gave_the_output(size):
    for name in ("F.local_response_norm", "ONNX standard"):
        forward, backward = formulas.measured_windows(name, 7, size)
        window = formulas.window_matrix(7, size)
        assert torch.equal(forward, window if name[0] == "F" else window.T)
        assert torch.equal(backward, forward.T)
    layer = formulas.LAYERS["nn.CrossMapLRN2d"]
    forward, backward = formulas.measured_windows("nn.CrossMapLRN2d", 7, size)
    a, error = draws(1, 7, 1, 1), draws(1, 7, 1, 1, seed=1)
    torch.testing.assert_close(
        formulas.summed(layer, a, size).flatten(), forward @ a.flatten() ** 2
    )
    if backward is None:
        return
    s = 1 + 1 / size * forward @ a.flatten() ** 2
    own = s**-0.75 * error.flatten()
    printed = own - 1.5 / size * a.flatten() * (backward @ (own * a.flatten() / s))
    found = by_autograd(lambda a: layer(a, size, *CONSTANTS), a, error).flatten()
    torch.testing.assert_close(printed, found)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_onnx_standard_mirrors_even_windows(size):
    """onnx's reference evaluator sums for as many channels as there are samples: give it as many."""
    a = draws(6, 6, 1, 2).float()
    expected = formulas.LAYERS["ONNX standard"](a, size, *CONSTANTS)
    torch.testing.assert_close(onnx_lrn(a, size, *CONSTANTS, runtime=False), expected)
    same = torch.allclose(expected, F.local_response_norm(a, size, *CONSTANTS))
    assert same == (size % 2 == 1)


@pytest.mark.parametrize("size", [2, 4])
def test_onnx_runtime_refuses_even_sizes(size):
    with pytest.raises(Exception, match=r"size_ % 2 == 1"):
        onnx_lrn(ONE_TO_SEVEN, size, *CONSTANTS)


def test_onnx_sums_of_size_2_are_those_on_the_page():
    mirrored = formulas.summed(formulas.LAYERS["ONNX standard"], ONE_TO_SEVEN, 2).flatten()
    assert mirrored.tolist() == pytest.approx([5, 13, 25, 41, 61, 85, 49])
    torchs = formulas.summed(F.local_response_norm, ONE_TO_SEVEN, 2).flatten()
    assert torchs.tolist() == pytest.approx([1, 5, 13, 25, 41, 61, 85])


def test_the_page_names_the_versions_that_are_pinned():
    from importlib.metadata import version

    page = (ROOT / "notebooks" / "05_lrn_backprop.ipynb").read_text(encoding="utf-8")
    for package in ("torch", "onnx", "onnxruntime"):
        name = {"onnx": "onnx", "onnxruntime": "ONNX Runtime", "torch": "torch"}[package]
        assert f"{name} {version(package).partition('+')[0]}" in page


# 5 · Making it fast


@FEW
@given(st.integers(1, 9), st.integers(1, 12))
def test_one_in_and_one_out_moves_the_window_on(channels, size):
    x = torch.randint(-50, 50, (2, channels, 3), generator=torch.Generator().manual_seed(channels))
    expected = formulas.window_sums(x, size)
    assert torch.equal(formulas.running_sums(x, size), expected)
    left, right = formulas.sides(size)
    for i in range(1, channels):
        entered = x[:, i + right] if i + right < channels else 0
        left_behind = x[:, i - left - 1] if i - left - 1 >= 0 else 0
        assert torch.equal(expected[:, i], expected[:, i - 1] + entered - left_behind)


def test_the_pages_running_sum_is_that_of_the_figure():
    for x in (draws(20, 7, dtype=torch.float32), torch.randint(-50, 50, (20, 7))):
        for size in range(1, 10):
            found = page()["running_sums"](x, size)
            torch.testing.assert_close(found, formulas.running_sums(x, size), atol=1e-6, rtol=0)


def test_a_running_sum_in_float32_loses_what_was_small():
    a = torch.tensor([[3.3, 1e4, 0.1, 0, 0, 0]])
    for sums, healthy in ((formulas.window_sums, True), (formulas.running_sums, False)):
        s = 1e-3 + sums(a * a, 3) / 3
        assert bool((s > 0).all()) == healthy
        assert (a * s**-0.75).isfinite().all() == healthy
    s = 1e-3 + formulas.running_sums(a * a, 3) / 3
    assert s[0, 4:].tolist() == pytest.approx([-0.00233] * 2, abs=5e-6)
    assert "2 outputs are NaN" in figures.RunningSums.describe()
    assert "0 outputs are NaN" in figures.RunningSums.describe(k=1.0)
    s = 1e-3 + formulas.running_sums((a * a).double(), 3) / 3  # float64 holds it
    assert (s > 0).all()


def test_a_running_sum_of_whole_numbers_is_exact_in_an_integer_format_only():
    squares = torch.tensor([[3, 10000, 1, 0, 0, 0]]) ** 2
    exact = formulas.window_sums(squares, 3)
    assert torch.equal(formulas.running_sums(squares, 3), exact)
    assert formulas.running_sums(squares.float(), 3)[0, -1] == -1 < exact[0, -1] == 0


def test_how_often_a_running_sum_falls_below_0():
    for seed in (0, 1, 2):
        assert 0.003 < formulas.rows_below_zero(1e-3, seed=seed) < 0.006
        assert formulas.rows_below_zero(1.0, seed=seed) < 1e-4
        assert 0.003 < formulas.rows_below_zero(1.0, (-2, 4), seed=seed) < 0.006
        assert formulas.rows_below_zero(1e-3, (-1, 1), seed=seed) == 0


def test_a_safe_k_grows_with_alpha():
    """k is compared with α·10⁻⁷ times the largest square, not with 10⁻⁷ times it."""
    a = 10 ** (-2 + 5 * torch.rand(20000, 16, generator=torch.Generator().manual_seed(0)))
    noise = 1e-7 * float((a * a).max())
    for alpha in (1.0, 100.0):
        sums = alpha / 5 * formulas.running_sums(a * a, 5)
        assert (10 * alpha * noise + sums > 0).all()
        assert bool((10 * noise + sums > 0).all()) == (alpha == 1.0)


PAGE_CELLS = (
    "c-window",
    "c-backward",
    "v-window",
    "c-running-sum",
    "c-forward",
    "c-fast",
    "c-saves",
)


@cache
def page():
    """What the page's own functions and classes are: names → objects."""
    notebook = json.loads((ROOT / "notebooks" / "05_lrn_backprop.ipynb").read_text("utf-8"))
    names = {"torch": torch, "F": F}
    for cell in notebook["cells"]:
        if cell["id"] in PAGE_CELLS:
            exec("".join(cell["source"]).partition("\n\n\n")[0], names)
    return names


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("beta", [0.5, 0.75, 1.0])
def test_the_fast_layers_are_right_in_both_derivatives(size, beta):
    a = draws(2, 5, 2).requires_grad_()
    for layer in (formulas.LRN, page()["FastLRN"]):
        assert gradcheck(layer.apply, (a, size, 1.0, beta, 1.0))
        assert gradgradcheck(layer.apply, (a, size, 1.0, beta, 1.0))


@pytest.mark.parametrize("shape", [(7, 3, 4, 5), (1, 40, 30, 30), (3, 6), (300, 2, 1)])
def test_in_parts_or_at_once_is_the_same(shape, monkeypatch):
    a, g_b = draws(*shape), draws(*shape, seed=1)
    expected = by_autograd(formulas.lrn, a, g_b, 4, *CONSTANTS)
    for numbers in (1, 50, 2**18):
        monkeypatch.setattr(formulas, "CACHED", numbers)
        torch.testing.assert_close(
            formulas.LRN.apply(a, 4, *CONSTANTS), formulas.lrn(a, 4, *CONSTANTS)
        )
        torch.testing.assert_close(by_autograd(formulas.LRN.apply, a, g_b, 4, *CONSTANTS), expected)
    torch.testing.assert_close(
        by_autograd(page()["FastLRN"].apply, a, g_b, 4, *CONSTANTS), expected
    )


def test_small_maps_are_taken_many_at_a_time(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert len(formulas.chunks(torch.empty(1024, 32, 4, 4))) == 2
    assert len(formulas.chunks(torch.empty(16, 96, 55, 55))) == 16
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert len(formulas.chunks(torch.empty(1024, 32, 4, 4))) == 1


def test_a_saved_scale_breaks_the_second_derivative_only():
    a = draws(1, 4, 1).requires_grad_()
    layer = page()["SavesScale"].apply
    assert gradcheck(layer, a)
    assert not gradgradcheck(layer, a, raise_exception=False)


def test_what_is_saved_stays_connected_if_it_is_an_output():
    """An exp that saves its output; and the layer, if it returns the scale that it saves."""

    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(y := x.exp())
            return y

        @staticmethod
        def backward(ctx, g_y):
            return g_y * ctx.saved_tensors[0]

    class ReturnsScale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a, s := formulas.lrn_scale(a, 3, 1.0, 1.0))
            return a * s**-0.75, s

        @staticmethod
        def backward(ctx, g_b, g_s):
            a, s = ctx.saved_tensors
            charges = formulas.window_sums(g_s - 0.75 * g_b * a * s**-1.75, 3)
            return s**-0.75 * g_b + 2 / 3 * a * charges

    assert gradgradcheck(Exp.apply, draws(4).requires_grad_())
    assert gradgradcheck(ReturnsScale.apply, draws(1, 4, 1).requires_grad_())


def test_a_window_of_zeros_without_k_is_nan():
    """A row of what to remember: 0 times an infinite power."""
    b = F.local_response_norm(torch.tensor([2.0, 1, 0, 0]).reshape(1, 4, 1), 3, 1.0, 0.75, 0.0)
    assert b.isnan().flatten().tolist() == [False, False, False, True]


def test_what_the_layers_keep_for_the_backward_pass():
    a = draws(4, 96, 8, 8, dtype=torch.float32).requires_grad_()
    layers = F.local_response_norm, formulas.lrn, formulas.LRN.apply, page()["FastLRN"].apply
    kept = [formulas.kept_arrays(layer, a, 5, *CONSTANTS) for layer in layers]
    assert kept[0] == pytest.approx(4.04, abs=0.005)
    assert kept[1:] == [3, 1, 1]


# 6 · Is LRN still of any use?


def test_the_photograph_is_scikit_learns():
    pytest.importorskip("sklearn")
    stored = china().numpy()
    assert stored.shape == (142, 213) and stored.dtype == np.uint8
    assert np.array_equal(stored, script("china").grey())


def test_an_edge_filter_answers_a_step_with_its_height():
    at = torch.arange(11) - 5.0
    y, x = torch.meshgrid(-at, at, indexing="ij")
    filters = photograph.edge_filters()[:, 0]
    for i in range(8):
        angle = math.pi * i / 8
        across = y * math.cos(angle) - x * math.sin(angle)
        step = torch.sign(across.where(across.abs() > 1e-6, torch.zeros(()))) / 2 * 100
        answers = (filters * step).sum((1, 2)).abs()
        assert answers.argmax() == i
        assert float(answers[i]) == pytest.approx(100, abs=0.5)
    assert filters.sum((1, 2)).abs().max() < 1e-5


@FEW
@given(SIZE, st.floats(1e-4, 10), st.floats(0.1, 20))
def test_a_factor_of_the_input_is_a_factor_of_alpha(size, alpha, c):
    a = draws(2, 6, 3)
    left = F.local_response_norm(c * a, size, alpha, 0.75, 1.0)
    torch.testing.assert_close(left, c * F.local_response_norm(a, size, c**2 * alpha, 0.75, 1.0))


def test_figure_6_says_what_prose_says():
    y, x = figures.POINTS["roof's edge"]
    a = photograph.photo_activations()[:, :, y, x].double()
    b = torch_lrn(a, 5, 1e-2, 0.75, 1.0)
    assert (int(a.argmax()), int(b.argmax())) == (2, 7)
    assert b[0, 7] > 2 * b[0, :7].max()  # far ahead
    small = torch_lrn(a, 5, 1e-6, 0.75, 1.0)
    torch.testing.assert_close(a / a.max(), small / small.max(), atol=0.01, rtol=0)
    direct = formulas.lrn_scale(a, 5, 1e-6, 1.0)[0, 2] ** -0.75
    row = formulas.lrn_jacobian(a[0], 5, 1e-6, 0.75, 1.0)[2]
    torch.testing.assert_close(row / direct, torch.eye(8, dtype=FLOAT)[2], atol=0.01, rtol=0)


def flips(a, size, ring=False, alpha=1e-2):
    """(share of pixels with another winner, share of the new winners at the ends), by loops."""
    channels, scales = a.shape[1], []
    for i in range(channels):
        held = range(i - size // 2, i + (size - 1) // 2 + 1)
        held = [j % channels for j in held] if ring else [j for j in held if 0 <= j < channels]
        scales.append(1 + alpha / size * (a[:, held].double() ** 2).sum(1))
    after = (a.double() / torch.stack(scales, 1) ** 0.75).argmax(1)
    changed = after != a.argmax(1)
    ends = torch.isin(after[changed], torch.tensor([0, channels - 1]))
    return float(changed.double().mean()), float(ends.double().mean())


def test_who_wins_after_lrn():
    edges = photograph.photo_activations()
    share, ends = flips(edges, 5)
    assert share == pytest.approx(0.295, abs=5e-4) and ends == pytest.approx(0.88, abs=0.005)
    assert flips(edges, 5, ring=True)[0] == pytest.approx(0.105, abs=5e-4)
    assert flips(edges, 5, alpha=5e-4)[0] == pytest.approx(0.048, abs=5e-4)
    assert flips(edges, 16)[0] == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_who_wins_after_lrn_of_random_filters(seed):
    a = photograph.random_filter_activations(seed)
    assert flips(a, 5)[0] == pytest.approx(0.2, abs=0.01)
    assert flips(a, 5, ring=True)[0] == pytest.approx(0.125, abs=0.015)
    assert flips(a, 5, alpha=5e-4)[0] < 0.02 and flips(a, 16)[0] == 0


def test_a_random_filter_answers_no_brightness():
    """Otherwise one bright filter wins nearly everywhere, and its windows press all others down."""
    for seed in (0, 1):
        a = photograph.random_filter_activations(seed)
        winners = a.argmax(1).flatten().bincount(minlength=8) / a[:, 0].numel()
        assert winners.max() < 0.5


def test_how_much_the_papers_layer_lowers_an_edge():
    """With k = 2, beside k^(−β), which all get."""
    a = photograph.photo_activations().double()
    for c, most in ((1 / 255, 0.00004), (1.0, 0.66)):
        s = formulas.lrn_scale(c * a, 5, 5e-4, 2.0)
        lowered = (1 - (s / 2) ** -0.75)[a > 1]
        assert float(lowered.max()) == pytest.approx(most, rel=0.1)
    assert float(lowered.median()) == pytest.approx(0.021, abs=5e-4)


@FEW
@given(st.floats(0.1, 50), SIZE, st.sampled_from([0.5, 0.75, 1.0]))
def test_without_k_a_factor_comes_out_as_a_power(c, size, beta):
    a = 1 + draws(2, 6, 3).abs()
    left = F.local_response_norm(c * a, size, 1.0, beta, 0.0)
    torch.testing.assert_close(
        left, c ** (1 - 2 * beta) * F.local_response_norm(a, size, 1.0, beta, 0.0)
    )
