"""Formulas and equations of 01_autograd_interfaces against autograd, numpy and torch's own tools.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import io
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from closeness import close
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import tensor
from torch.autograd import grad
from torch.nn import functional as F

from helpers.autograd_interfaces import figures, formulas, predictions
from helpers.teaching.data import digits

FLOAT = torch.float64
ROOT = Path(__file__).parents[2]


def leaf(*values):
    values = values[0] if len(values) == 1 else values
    return tensor(values, dtype=FLOAT, requires_grad=True)


# 1 · Same numbers, different places


def test_what_three_calls_leave():
    seen = formulas.after_calls(["backward()", "grad(…)", "backward()"])
    assert seen == [(None, 6), (6, 6), (None, 12)]
    assert formulas.after_calls(["backward()"] * 3)[-1] == (None, 18)
    assert formulas.after_calls(["backward()", "clear", "backward()"])[-1] == (None, 6)
    with pytest.raises(ValueError, match="No call is named"):
        formulas.after_calls(["step"])


def test_hooks_after_accumulation_run_with_backward_only():
    runs = []
    b = leaf(3.0, 4.0)
    b.register_post_accumulate_grad_hook(lambda b: runs.append(b))
    grad((b**2).sum(), b)
    assert not runs
    (b**2).sum().backward()
    assert len(runs) == 1


def test_inputs_of_grad():
    b, unused = leaf(3.0, 4.0), leaf(1.0)
    h = 2 * b
    close(grad((h**2).sum(), h)[0], [12, 16])
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        grad((b**2).sum(), unused)
    assert grad((b**2).sum(), unused, allow_unused=True) == (None,)
    close(grad((b**2).sum(), unused, materialize_grads=True)[0], 0)


def test_what_is_left_in_grad_of_no_leaf():
    x = leaf(0.3939, 0.7965)
    x1, x2 = x
    (x1**2 + 5 * x2).backward()
    with warnings.catch_warnings(), formulas.quiet():
        assert x1.grad is None
    close(x.grad, [0.7878, 5])
    h = leaf(2.0) ** 2
    h.retain_grad()
    (3 * h).backward()
    assert h.grad == 3


def test_the_same_pass_whoever_starts_it():
    network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    parameters, x = list(network.parameters()), torch.ones(5, 4)
    runs = []
    for call in (lambda loss: loss.backward(), lambda loss: grad(loss, parameters)):
        loss, names = network(x).square().sum(), []
        todo, seen = [loss.grad_fn], set()
        while todo:
            node = todo.pop()
            if node is not None and node not in seen:
                seen.add(node)
                node.register_prehook(lambda _, node=node, names=names: names.append(node.name()))
                todo += [parent for parent, _ in node.next_functions]
        call(loss)
        runs.append(sorted(name for name in names if "AccumulateGrad" not in name))
    assert runs[0] == runs[1]


def test_complaints():
    assert formulas.complaint(lambda: 1) is None
    assert formulas.complaint(leaf(1.0, 2.0).backward) == (
        "grad can be implicitly created only for scalar outputs"
    )


def test_a_pass_frees_only_what_it_went_through():
    """Also in three layers: a backward may go on from where a grad stopped, once."""
    for depth in (1, 3):
        layers = [torch.nn.Linear(4, 4) for _ in range(depth)]
        h = torch.nn.Sequential(*layers)(torch.ones(5, 4))
        (g,) = grad(torch.tanh(h).square().sum(), h)
        h.backward(g)
        assert layers[0].weight.grad is not None
        with pytest.raises(RuntimeError, match="second time"):
            h.backward(g)


def test_a_sum_saves_nothing_and_may_be_passed_twice():
    total = (w := leaf(1.0, 2.0)).sum()
    grad(total, w)
    total.backward()
    assert w.grad.tolist() == [1, 1]


def test_cells_of_the_first_section_may_run_again():
    """In any order after the imports and the data, and the hook is gone afterwards."""
    page = nbformat.read(ROOT / "notebooks/01_autograd_interfaces.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in page.cells}
    names, found = {}, []
    exec(cells["imports"], names)
    names["verdict"] = lambda claim, holds=None, fails=None: found.append((claim, holds, fails))
    try:
        for cell in ("load", "digits", *2 * ("verdict-same", "verdict-replaces", "digits")):
            exec(cells[f"s1-{cell}"], names)
            assert names.get("same") in (None, [True, True])
        names["seen"].clear()
        names["network"](names["x"]).sum().backward()
    finally:
        torch.set_default_dtype(torch.float32)  # the page sets float64
    assert not names["seen"] and len(found) == 4
    for claim, holds, fails in found:
        assert fails and (holds or claim == "autograd.backward-replaces")


# 2 · Why backward adds


def test_one_pass_adds_to_grad_once_and_sums_the_ways_itself():
    w, runs = leaf(3.0), []
    w.register_post_accumulate_grad_hook(runs.append)
    (w * w + w).backward()
    assert len(runs) == 1 and w.grad == 7
    assert grad(w * w + w, w)[0] == 7


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.17])
def test_kept_gradients_are_summed(rate):
    x = formulas.START.clone().requires_grad_()
    gradients = []
    for _ in range(25):
        (gradient,) = grad(formulas.bowl(x), x)
        gradients.append(gradient)
        with torch.no_grad():
            x -= rate * torch.stack(gradients).sum(0)
    close(formulas.descend(25, rate, "kept")[-1], x.detach())


@pytest.mark.parametrize("curvature", [(2.0, 10.0), (0.3, 1.0), (50.0, 7.0)])
@pytest.mark.parametrize("rate", [0.001, 0.02, 0.1])
def test_the_swing_is_never_lost(rate, curvature):
    """Also where the path flies away, as at rate · curvature = 5."""
    bowl = tensor(curvature, dtype=FLOAT)

    def swing(path):  # the energy
        v, s = path.diff(dim=0), rate * bowl
        return v**2 + s * path[1:] * (path[1:] - v)

    kept = swing(formulas.descend(30, rate, "kept", bowl))
    expected = rate * np.array(curvature) * np.array([1.8, 0.9]) ** 2
    scale = formulas.descend(30, rate, "kept", bowl).abs().max().item() ** 2
    np.testing.assert_allclose(
        kept, np.broadcast_to(expected, kept.shape), rtol=1e-9, atol=1e-12 * scale
    )
    if rate * max(curvature) < 1:
        cleared = swing(formulas.descend(60_000, rate, "cleared", bowl))
        assert (cleared[-1] < 1e-6).all()


@pytest.mark.parametrize("gradients", ["cleared", "kept"])
def test_descent_is_what_backward_does(gradients):
    x = formulas.START.clone().requires_grad_()
    path = [x.detach().clone()]
    for _ in range(30):
        if gradients == "cleared":
            x.grad = None
        formulas.bowl(x).backward()
        with torch.no_grad():
            x -= 0.07 * x.grad
        path.append(x.detach().clone())
    close(formulas.descend(30, 0.07, gradients), torch.stack(path))


def test_kept_gradients_are_momentum_without_friction():
    x = formulas.START.clone().requires_grad_()
    optimiser = torch.optim.SGD([x], lr=0.07, momentum=1.0)
    for _ in range(30):
        optimiser.zero_grad()
        formulas.bowl(x).backward()
        optimiser.step()
    close(formulas.descend(30, 0.07, "kept")[-1], x.detach())


def test_what_the_page_says_of_the_bowl():
    words = figures.KeptGradients.describe()
    assert "After 24 calls at rate 0.06" in words and "loss is 4.38;" in words
    assert "cleared it is 0.00701" in words


def by_hand(way, split, steps, batch=1000):
    """Equation of a linear layer with softmax and cross-entropy, in numpy; weights and losses."""
    (x, y), (x_new, y_new) = formulas.digit_data(split)
    start = formulas.digit_classifier(split)
    weight, bias = start.weight.detach().numpy().copy(), start.bias.detach().numpy().copy()
    x, y, x_new, y_new = x.numpy(), y.numpy(), x_new.numpy(), y_new.numpy()
    grad_w, grad_b = 0, 0
    for step in range(steps):
        rows = np.arange(step * batch, (step + 1) * batch) % 1000
        scores = x[rows] @ weight.T + bias
        p = np.exp(scores - scores.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[range(batch), y[rows]] -= 1
        keep = way == "kept"
        grad_w, grad_b = p.T @ x[rows] / batch + keep * grad_w, p.mean(0) + keep * grad_b
        weight, bias = weight - 0.5 * grad_w, bias - 0.5 * grad_b
    scores = x_new @ weight.T + bias
    top = scores.max(1, keepdims=True)
    log_p = scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))
    loss = -log_p[range(len(y_new)), y_new].mean()
    wrong = scores.argmax(1) != y_new
    return weight, loss, (~wrong).mean(), np.exp(log_p.max(1))[wrong].mean()


@pytest.mark.parametrize("split", [0, 1])
@pytest.mark.parametrize("way", ["kept", "cleared"])
@pytest.mark.parametrize("batch", [1000, 32])
def test_the_digits_are_trained_as_the_page_says(way, split, batch):
    _, loss, right, _ = by_hand(way, split, 50, batch)
    seen = formulas.train_digits(way, batch, split)[10, 1:].tolist()
    assert seen == pytest.approx([loss, right])


def test_never_clearing_looks_like_progress_until_one_looks_elsewhere():
    kept, cleared = formulas.train_digits("kept"), formulas.train_digits("cleared")
    close(kept[[10, 60]], [[0.0914, 0.702, 0.902], [0.00196, 3.44, 0.905]], 5e-3)
    close(cleared[[10, 60], :2], [[0.606, 0.694], [0.188, 0.328]], 5e-3)
    close(cleared[[10, 60], 2], [0.896, 0.917], 5e-4)
    close(kept[[10, 60], 2], [0.902, 0.905], 5e-4)
    assert kept[:, 1].argmin() == 3 and (kept[10:, 1].diff() > 0).all()  # rising from step 15 on
    assert (cleared[1:, 1].diff() < 0).all()


@pytest.mark.parametrize("split", range(6))
def test_which_losses_tell_that_nobody_clears(split):
    kept, cleared = (formulas.train_digits(way, split=split) for way in ("kept", "cleared"))
    assert kept[10, 0] < cleared[10, 0] / 2 and kept[60, 0] < cleared[60, 0] / 2
    assert kept[60, 1] > 3 * cleared[60, 1]
    assert (kept[60, 2] - cleared[60, 2]).abs() < 0.02
    kept, cleared = (formulas.train_digits(way, 32, split) for way in ("kept", "cleared"))
    assert (kept[40:, 0] > cleared[40:, 0]).all() and kept[60, 1] > 3 * cleared[60, 1]
    assert (kept[40:, 0].diff().sign().diff() != 0).sum() > 2  # it swings
    assert kept[40:, 0].max() > 1.7 * kept[40:, 0].min()


@pytest.mark.parametrize("split", [1, 2, 3])
def test_at_a_smaller_rate_no_loss_is_higher(split):
    kept, cleared = (formulas.train_digits(way, 1000, split, 0.05) for way in ("kept", "cleared"))
    assert (kept[60, :2] < 0.9 * cleared[60, :2]).all()
    kept, cleared = (formulas.train_digits(way, split=split) for way in ("kept", "cleared"))
    assert kept[60, 1] > 3 * cleared[60, 1]


def test_the_weights_grow_and_the_network_gets_too_sure():
    kept, cleared = (by_hand(way, 0, 300) for way in ("kept", "cleared"))
    assert np.abs(kept[0]).max() > 5 * np.abs(cleared[0]).max()
    assert kept[3] > 0.9 > cleared[3] + 0.2  # mean largest probability of the wrong answers


@pytest.mark.parametrize("split", range(3))
def test_the_sum_of_all_gradients_grows_for_about_20_steps_and_then_stays(split):
    (x, target), _ = formulas.digit_data(split)
    network, speeds = formulas.digit_classifier(split), []
    for _ in range(300):
        F.cross_entropy(network(x), target).backward()
        squares = [p.grad.square().sum() for p in network.parameters()]
        speeds.append(torch.stack(squares).sum().sqrt().item())
        with torch.no_grad():
            for p in network.parameters():
                p -= 0.5 * p.grad
    assert speeds[0] < 0.2 * speeds[20]
    assert 0.99 * speeds[20] < min(speeds[20:]) and max(speeds[20:]) < 1.06 * speeds[20]


def test_a_linear_layer_separates_the_training_digits():
    (x, target), _ = formulas.digit_data()
    network = formulas.digit_classifier()
    for _ in range(266):
        F.cross_entropy(network(x), target).backward()
        with torch.no_grad():
            for p in network.parameters():
                p -= 0.5 * p.grad
    assert (network(x).argmax(1) == target).all()


# 3 · Accumulation


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_the_mean_is_a_weighted_sum_of_means(sizes):
    values = torch.sin(torch.arange(sum(sizes), dtype=FLOAT))
    parts = [len(part) / sum(sizes) * part.mean() for part in values.split(sizes)]
    close(sum(parts), values.mean(), 1e-13)


def softmax_gradients(weight, bias, x, y):
    """The gradient of each sample by the weights of a linear layer, (n, 10, 64), in numpy."""
    scores = x @ weight.T + bias
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[range(len(y)), y] -= 1
    return p[:, :, None] * x[:, None, :]


def test_how_far_the_parts_are_off():
    """Plain sums, equal parts, shares; then normalised parts with the factors that fit best."""
    (x, y), _ = formulas.digit_data()
    network = formulas.digit_classifier()
    x, y, weight, bias = x.numpy(), y.numpy(), *(p.detach().numpy() for p in network.parameters())

    def means(size, norm):
        parts = [slice(at, min(at + size, 1000)) for at in range(0, 1000, size)]
        each = [softmax_gradients(weight, bias, norm(x[part]), y[part]).mean(0) for part in parts]
        return np.stack(each, -1).reshape(640, -1), [part.stop - part.start for part in parts]

    def off(sum_of_parts, whole):
        return np.linalg.norm(sum_of_parts - whole) / np.linalg.norm(whole)

    def normed(x):
        return (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)

    found, best = [], []
    for size in (125, 300):
        parts, sizes = means(size, lambda x: x)
        whole = means(1000, lambda x: x)[0][:, 0]
        found += [off(parts.sum(1), whole), off(parts.mean(1), whole)]
        assert off(parts @ sizes / 1000, whole) < 1e-12
        parts, whole = means(size, normed)[0], means(1000, normed)[0][:, 0]
        best.append(off(parts @ np.linalg.pinv(parts) @ whole, whole))
    assert found == pytest.approx([7, 0, 3.047, 0.132], abs=5e-4)
    assert best == pytest.approx([0.071, 0.050], abs=5e-4)


def test_a_step_of_adam_does_not_notice_a_factor():
    ends = []
    for factor in (1, 8):
        w = leaf(1.0, -2.0)
        optimiser = torch.optim.Adam([w], lr=0.1)
        (factor * w**2).sum().backward()
        optimiser.step()
        ends.append(w.detach())
    close(ends[0], ends[1], 1e-6)


# 4 · grad_outputs, and stopping half-way


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_eq_4_1_grad_outputs_weighs_the_losses(v):
    w, v = formulas.WEIGHTS.clone().requires_grad_(), tensor(v, dtype=FLOAT)

    def losses(w):
        return (torch.tanh(formulas.INPUTS @ w) - formulas.TARGETS) ** 2

    rows = torch.autograd.functional.jacobian(losses, w)
    close(grad(losses(w), w, grad_outputs=v)[0], sum(v[i] * rows[i] for i in range(3)))
    close(grad((v * losses(w)).sum(), w)[0], v @ rows)


def test_finishing_from_h():
    w = formulas.WEIGHTS.clone().requires_grad_()
    h = formulas.hidden(w)
    loss = ((h - formulas.TARGETS) ** 2).sum()
    (at_h,) = grad(loss, h, retain_graph=True)
    close(at_h, formulas.gradient_at_hidden(h.detach()))
    (whole,) = grad(loss, w, retain_graph=True)
    close(formulas.finish(at_h, w.detach()).sum(0), whole)
    for i, row in enumerate(torch.eye(3, dtype=FLOAT)):
        (part,) = grad(h, w, grad_outputs=at_h * row, retain_graph=True)
        close(formulas.finish(at_h, w.detach())[i], part)


def test_four_ways_to_go_on_with_another_gradient():
    new = tensor([0.3, -2.0, 0.7], dtype=FLOAT)

    def fresh():
        w = formulas.WEIGHTS.clone().requires_grad_()
        return w, formulas.hidden(w)

    w, h = fresh()
    by_grad = grad(h, w, grad_outputs=new)[0]
    w, h = fresh()
    h.backward(new)
    assert torch.equal(w.grad, by_grad)
    w, h = fresh()
    h.register_hook(lambda _: new)
    assert torch.equal(grad((h**2).sum(), w)[0], by_grad)
    w, h = fresh()
    close(grad((h * new).sum(), w)[0], by_grad)
    close(formulas.finish(new, formulas.WEIGHTS).sum(0), by_grad)


@given(st.floats(0.05, 5), st.sampled_from(formulas.CLIPPED))
def test_clipping(limit, where):
    at_h, parts, pooled = formulas.clipped(where, limit)
    free_at_h = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    free = formulas.finish(free_at_h, formulas.WEIGHTS)
    if where == "each entry at h":
        close(at_h, np.clip(free_at_h.numpy(), -limit, limit))
        close(parts, at_h[:, None] / free_at_h[:, None] * free)
    elif where == "each sample's gradient":
        assert parts.norm(dim=1).max() <= limit * (1 + 1e-12)
        close(parts.sum(0), pooled)
    else:
        theirs = torch.zeros(2, dtype=FLOAT, requires_grad=True)
        theirs.grad = free.sum(0)
        torch.nn.utils.clip_grad_norm_([theirs], limit)
        close(pooled, theirs.grad, 1e-5)  # torch divides by the norm + 1e-6


def test_where_one_clips_turns_the_gradient():
    angle = {
        where: torch.atan2(*formulas.clipped(where, 1.0)[2].flip(0)).rad2deg().item()
        for where in formulas.CLIPPED
    }
    assert angle["their sum"] == pytest.approx(-27.3, abs=0.05)
    assert angle["each sample's gradient"] == pytest.approx(13.3, abs=0.05)
    assert angle["each entry at h"] == pytest.approx(29.1, abs=0.05)


def test_clipping_before_the_sum_gives_another_length_and_direction():
    sums = [formulas.clipped(where, 1.0)[2] for where in formulas.CLIPPED[1:]]
    assert [s.norm().item() for s in sums] == pytest.approx([1.55, 1], abs=0.005)
    each = formulas.finish(
        formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS)), formulas.WEIGHTS
    )
    close(each, [[1.52, 0.76], [1.00, 2.00], [0.74, -4.44]], 0.005)
    close(each.norm(dim=1), [1.7, 2.2, 4.5], 0.05)
    told = "(1.52, 0.76), (1.00, 2.00) and (0.74, −4.44), of lengths 1.7, 2.2 and 4.5"
    assert told in predictions.clip_or_add_first.text


def test_how_far_clipping_turns_the_sum():
    """The page's 41° for three samples; 39° and 3° for the digits after 50 steps."""

    def turned(rows, limit):
        rows = rows.reshape(len(rows), -1)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        one, other = rows.sum(0), (rows * np.minimum(1, limit / lengths)).sum(0)
        return np.degrees(np.arccos(one @ other / np.linalg.norm(one) / np.linalg.norm(other)))

    (x, y), _ = formulas.digit_data()
    x, y, weight = x.numpy(), y.numpy(), np.zeros((10, 64))
    for _ in range(50):
        weight -= 0.5 * softmax_gradients(weight, 0, x, y).mean(0)
    each = softmax_gradients(weight, 0, x, y)
    at_h = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    three = formulas.finish(at_h, formulas.WEIGHTS).numpy()
    angles = turned(three, 1), turned(each, 0.5), turned(each, 3)
    assert [round(angle) for angle in angles] == [41, 39, 3]


def test_gradients_of_single_samples_in_one_pass():
    w = formulas.WEIGHTS.clone().requires_grad_()

    def loss(w, x, t):
        return (torch.tanh(x @ w) - t) ** 2

    losses = loss(w, formulas.INPUTS, formulas.TARGETS)
    at_once = grad(losses, w, grad_outputs=torch.eye(3, dtype=FLOAT), is_grads_batched=True)[0]
    functional = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(
        w.detach(), formulas.INPUTS, formulas.TARGETS
    )
    close(at_once, functional)
    at_h = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    close(at_once, formulas.finish(at_h, formulas.WEIGHTS))


def test_clipping_samples_is_weighting_them():
    """A scalar cost does give the clipped sum, with weights that are taken for constants."""
    w = formulas.WEIGHTS.clone().requires_grad_()
    _, parts, pooled = formulas.clipped("each sample's gradient", 0.5)
    losses = (formulas.hidden(w) - formulas.TARGETS) ** 2
    at_h = formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    shrunk = parts.norm(dim=1) / formulas.finish(at_h, formulas.WEIGHTS).norm(dim=1)
    close(grad((shrunk * losses).sum(), w)[0], pooled)


# 5 · A loss that contains a derivative


def _literally(a, inner):
    """The page's three programs with autograd; what they leave in a.grad."""
    a = leaf(a)
    t = formulas.TIMES.clone().requires_grad_()
    u = 1 + a * t
    if inner == "backward":
        u.sum().backward(create_graph=True)
        slope = t.grad
    else:
        keyword = {inner.split()[-1]: True}
        (slope,) = grad(u.sum(), t, **keyword)
    loss = ((slope + u) ** 2).sum()
    loss.backward()
    return loss.item(), a.grad.item()


def test_residual_of_the_line():
    for a in (-1.3, -0.2, 0.4):
        assert formulas.residual_loss(a).item() == pytest.approx(
            sum((a + 1 + a * t) ** 2 for t in (0, 0.5, 1)), abs=1e-14
        )


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("inner", formulas.INNER)
@pytest.mark.parametrize("a", [-1.3, -0.2, 0.0, 0.4])
def test_eq_5_1_what_each_inner_derivative_leaves(a, inner):
    loss, slope = _literally(a, inner)
    assert formulas.residual_loss(a).item() == pytest.approx(loss, abs=1e-14)
    assert formulas.residual_slope(a, inner).item() == pytest.approx(slope, abs=1e-13)


def test_an_inner_backward_needs_a_fresh_t():
    """With one t for two steps, t.grad still holds the first step's graph; a new one is right."""
    for fresh in (True, False):
        t = formulas.TIMES.clone().requires_grad_()
        for step in range(2):
            a = leaf(-0.2)
            u = 1 + a * t
            with formulas.quiet():
                u.sum().backward(create_graph=True, inputs=[t])
            loss = ((t.grad + u) ** 2).sum()
            if step == 0 or fresh:
                loss.backward()
                assert a.grad.item() == pytest.approx(14.5 * -0.2 + 9)
            else:
                with pytest.raises(RuntimeError, match="second time"):
                    loss.backward()
            if fresh:
                t = formulas.TIMES.clone().requires_grad_()


def test_gradcheck_finds_the_slip_except_near_one_point():
    def passes(a, sign, **keyword):
        def loss(a):
            t = formulas.TIMES.clone().requires_grad_()
            u = 1 + a * t
            (slope,) = grad(u.sum(), t, **keyword)
            return ((slope - sign * u) ** 2).sum()

        return torch.autograd.gradcheck(loss, leaf(a), raise_exception=False)

    for sign in formulas.EQUATIONS.values():
        for a in (-0.5, 0.3):
            assert passes(a, sign, create_graph=True)
            assert not passes(a, sign, retain_graph=True)
    wrong, right = (formulas.residual_slope(-0.675, inner) for inner in formulas.INNER[1::-1])
    assert right < 0 and abs(wrong - right) < 0.1  # "nearly a tangent"


def test_resting_points():
    rest = [formulas.resting_point(inner) for inner in formulas.INNER]
    assert rest == pytest.approx([-18 / 29, -6 / 11, -21 / 29], abs=1e-15)
    loss = formulas.residual_loss(tensor(rest, dtype=FLOAT))
    close(loss, [0.206897, 0.247934, 0.284483], 1e-6)
    at_zero = [formulas.residual_slope(0.0, inner).item() for inner in formulas.INNER]
    assert at_zero == pytest.approx([9, 3, 10.5])
    h = 1e-5
    numeric = (formulas.residual_loss(rest[0] + h) - formulas.residual_loss(rest[0] - h)) / (2 * h)
    assert abs(numeric) < 1e-9


def test_without_either_flag_the_second_pass_raises():
    a, t = leaf(0.0), formulas.TIMES.clone().requires_grad_()
    u = 1 + a * t
    (slope,) = grad(u.sum(), t)
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        ((slope + u) ** 2).sum().backward()


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("equation", formulas.EQUATIONS)
@pytest.mark.parametrize("way", range(3))
def test_the_batch_of_three_networks_trains_each_as_its_program_does(way, equation):
    parameters = [p[0].detach().clone().requires_grad_() for p in formulas.start_of_networks(1)]
    optimiser = torch.optim.Adam(parameters, lr=0.02, betas=(0.9, 0.99))
    for _ in range(40):
        optimiser.zero_grad(set_to_none=True)
        t = formulas.GRID[:, None].clone().requires_grad_()
        u = formulas.networks(parameters, t)
        if formulas.INNER[way] == "backward":
            u.sum().backward(create_graph=True)
            slope = t.grad
        else:
            keyword = {formulas.INNER[way].split()[-1]: True}
            (slope,) = grad(u.sum(), t, **keyword)
        ((slope - formulas.EQUATIONS[equation] * u) ** 2).mean().backward()
        optimiser.step()
    final = formulas.networks(parameters, formulas.GRID[:, None]).detach()[:, 0]
    close(formulas.fit_network(equation)[4, way], final, 1e-8)


def test_the_sign_of_the_equation_decides_whether_the_slip_shows():
    """Five starts, the worst of twelve among them; also after 150 steps."""
    close(formulas.solution("u′ = +u"), torch.exp(formulas.GRID))
    falling, rising = (
        torch.stack([formulas.errors_of_fit(equation, seed) for seed in (0, 1, 2, 3, 10)])
        for equation in formulas.EQUATIONS
    )
    close(falling[0, 15, :2], [0.0068, 0.0864], 1e-2)
    close(falling[0, 30, :2], [0.0025, 0.0043], 2e-2)
    ends = [round(float(end(falling[:, 30, 1])), 3) for end in (torch.min, torch.max)]
    assert ends == [0.004, 0.066] and rising[:, 30, 1].min() > 5
    assert rising[0, 30, 1] == pytest.approx(9, abs=0.1)
    assert (rising[:, 30, 0] < 0.02).all() and (falling[:, 30, 0] < 0.01).all()
    assert falling[0, 30, 2] == pytest.approx(5.3, abs=0.02)
    assert rising[0, 30, 2] == pytest.approx(158, abs=1)


@pytest.mark.parametrize("sign", [-1, 1])
def test_on_the_solution_only_the_inner_backward_moves_on(sign):
    """u = exp(sign·t)·(1 + b·t) at b = 0; b stands for any parameter of a rich model."""
    b, t = leaf(0.0), formulas.GRID.clone().requires_grad_()
    u = torch.exp(sign * t) * (1 + b * t)
    (number,) = grad(u.sum(), t, retain_graph=True)
    (wrong,) = grad(((number - sign * u) ** 2).sum(), b, retain_graph=True)
    assert abs(wrong.item()) < 1e-12
    assert grad(u.sum(), b)[0].abs() > 1


@pytest.mark.parametrize(("equation", "grows"), [("u′ = −u", False), ("u′ = +u", True)])
def test_the_slip_shrinks_an_error_of_one_equation_and_enlarges_that_of_the_other(equation, grows):
    """An error e with e′ > e > 0: descent with u′ as a number moves u by ∓e′ − e, in each entry."""
    sign, t = formulas.EQUATIONS[equation], tensor([0.2, 0.5, 0.8], dtype=FLOAT, requires_grad=True)
    e = 0.01 * t**2 * torch.exp(t)
    u = torch.exp(sign * t) + e
    (slope,), (rise,) = grad(u.sum(), t, retain_graph=True), grad(e.sum(), t, retain_graph=True)
    step = -grad(((slope - sign * u) ** 2).sum(), u)[0] / 2
    close(step, sign * rise - e.detach(), 1e-12)
    assert (rise > e).all() and ((step > 0) == grows).all()


def test_the_sum_trick_needs_rows_of_their_own():
    norm = torch.nn.BatchNorm1d(1, dtype=FLOAT)
    x = leaf([[0.0], [1.0], [3.0]])
    (by_sum,) = grad(norm(x).sum(), x)
    close(by_sum, torch.zeros(3, 1), 1e-12)
    jacobian = torch.autograd.functional.jacobian(norm, x)[:, 0, :, 0]
    close(jacobian.diagonal(), [0.2291, 0.5154, 0.0573], 5e-5)
    network = torch.nn.Sequential(norm, torch.nn.Tanh())  # not zeros, and not right either
    (by_sum,) = grad(network(x).sum(), x)
    jacobian = torch.autograd.functional.jacobian(network, x)[:, 0, :, 0]
    close(by_sum[:, 0], jacobian.sum(0))
    assert ((by_sum[:, 0] - jacobian.diagonal()).abs() > 0.1).any() and by_sum.abs().max() > 0.01
    network.eval()
    (by_sum,) = grad(network(x).sum(), x)
    jacobian = torch.autograd.functional.jacobian(network, x)[:, 0, :, 0]
    close(by_sum[:, 0], jacobian.diagonal())


# 6 · Two workers


@pytest.mark.parametrize("shared", [True, False])
def test_every_order_of_two_workers_with_autograd(shared):
    orders = list(formulas.orders())
    assert len({tuple(order) for order in orders}) == 20
    for order in orders:
        p, own, read, places = leaf(0.0), {}, {}, []
        for worker, operation in order:
            if operation == "backward":
                read[worker] = p.item()
                loss = (p - formulas.GOALS[worker]) ** 2
                if shared:
                    loss.backward()
                else:
                    (own[worker],) = grad(loss, p)
            elif operation == "step":
                g = p.grad if shared else own.get(worker)
                if g is not None:
                    p.data -= formulas.RATE * g
            elif shared:
                p.grad = None
            places.append((worker, operation))
        assert [op for w, op in places if w == "A"] == ["backward", "step", "clear"]
        end, used = formulas.run_order(order, shared)
        assert end == pytest.approx(p.item(), abs=1e-14)
        steps = (n * 2 * (read[w] - formulas.GOALS[w]) for w, n in zip("AB", used, strict=True))
        assert end == pytest.approx(-formulas.RATE * sum(steps), abs=1e-14)


def test_one_worker_after_the_other():
    orders = list(formulas.orders())
    first, last = ([w for w, _ in order] for order in (orders[0], orders[-1]))
    assert first == list("AAABBB") and last == list("BBBAAA")
    ends = [round(formulas.run_order(order, True)[0], 10) for order in (orders[0], orders[-1])]
    assert ends == [1.32, 1.2]


def test_additions_of_several_threads_are_all_kept():
    p = leaf(0.0)
    large = torch.zeros(50_000, requires_grad=True)  # long enough to be added in parts

    def work():
        for _ in range(1000):
            (1 * p).backward()
        for _ in range(100):
            large.sum().backward()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert p.grad == 2000 and large.grad.unique().tolist() == [200]


# The pictures


def colour(png, ink):
    """Where the picture (540, 900, 3) has nearly this colour: (rows, columns), in image pixels."""
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    rgb = [int(ink[k : k + 2], 16) for k in (1, 3, 5)]
    return np.nonzero(np.abs(image - rgb).max(2) < 40)


def test_the_wrong_place_of_rest_is_seen_beside_the_lowest_point():
    """At the figure's defaults the two triangles are more than 12 CSS pixels apart."""
    places = []
    for inner in formulas.INNER[:2]:
        now = figures.InnerDerivative
        now.render(inner=inner)
        rest = now._drawing.rest
        places.append(rest.axes.transData.transform(rest.get_xydata())[0])
    assert np.hypot(*(places[0] - places[1])) / 1.5 > 12
    _, columns = colour(figures.InnerDerivative.render(), figures.THREE[1])
    assert len(columns) > 500


def test_the_two_held_out_losses_are_seen_apart_at_the_end():
    now = figures.DigitTraining
    now.render(steps=300)
    dots = [now._drawing.dots[way][1] for way, *_ in figures.WAYS]
    heights = [dot.axes.transData.transform(dot.get_xydata())[0, 1] for dot in dots]
    assert abs(heights[0] - heights[1]) / 1.5 > 12


def test_the_two_programs_are_seen_apart_in_the_network_s_error():
    now = figures.NetworkFit
    for equation in formulas.EQUATIONS:
        now.render(equation=equation, steps=150)
        lines = now._drawing.lines[:2]
        heights = [line.axes.transData.transform(line.get_xydata())[15, 1] for line in lines]
        assert abs(heights[0] - heights[1]) / 1.5 > 12


# Data, and what the table at the end says


def test_an_optimiser_does_not_ask_who_wrote_grad():
    finals = []
    for by_hand in (False, True):
        network = formulas.digit_classifier()
        parameters = list(network.parameters())
        optimiser = torch.optim.Adam(parameters)
        (x, target), _ = formulas.digit_data()
        for _ in range(5):
            optimiser.zero_grad()
            loss = F.cross_entropy(network(x), target)
            if by_hand:
                for p, g in zip(parameters, grad(loss, parameters), strict=True):
                    p.grad = g
            else:
                loss.backward()
            optimiser.step()
        finals.append(network.weight.detach())
    assert torch.equal(*finals)


def test_digits_are_scikit_learn_s():
    datasets = pytest.importorskip("sklearn.datasets")
    bunch = datasets.load_digits()
    images, labels = digits()
    assert images.dtype == torch.uint8 and images.shape == (1797, 64)
    assert labels.dtype == torch.int64 and labels.shape == (1797,)
    np.testing.assert_array_equal(images.numpy(), bunch.data)
    np.testing.assert_array_equal(labels.numpy(), bunch.target)
    images += 1  # a copy of one's own
    assert digits()[0].max() == 16


def test_digits_do_not_need_scikit_learn():
    code = (
        "import sys; sys.modules['sklearn'] = None; from helpers.teaching.data import digits; "
        "digits(); print('fine')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "fine"


def test_a_shuffled_split_has_the_same_digits():
    (x, y), (x_new, y_new) = formulas.digit_data(split=1)
    images, labels = digits()
    assert x.shape == (1000, 64) and x_new.shape == (797, 64)
    both = torch.cat([x, x_new]) * 16
    assert torch.equal(both.sum(0), images.double().sum(0))
    assert torch.equal(torch.cat([y, y_new]).bincount(), labels.bincount())
    assert not torch.equal(x, formulas.digit_data()[0][0])
