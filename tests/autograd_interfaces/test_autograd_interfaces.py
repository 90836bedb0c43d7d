"""Formulas and equations of 01_autograd_interfaces against autograd, numpy and torch's own tools.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
import torch
from closeness import close
from hypothesis import given
from hypothesis import strategies as st
from torch import tensor
from torch.autograd import grad
from torch.nn import functional as F

from helpers.autograd_interfaces import formulas
from helpers.teaching.data import digits

FLOAT = torch.float64


def leaf(*values):
    values = values[0] if len(values) == 1 else values
    return tensor(values, dtype=FLOAT, requires_grad=True)


# 1 · Same numbers, different places


def test_eq_1_3_gradient_of_the_example():
    x1, x2 = leaf(0.3939), leaf(0.7965)
    y = x1**2 + 5 * x2
    close(grad(y, (x1, x2)), [0.7878, 5.0])
    h = 1e-6
    quotient = ((0.3939 + h) ** 2 - (0.3939 - h) ** 2) / (2 * h)
    assert quotient == pytest.approx(2 * 0.3939, abs=1e-9)
    assert y.item() == pytest.approx(4.13765721, abs=1e-12)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.17])
def test_eq_1_1_kept_gradients_are_summed(rate):
    x = formulas.START.clone().requires_grad_()
    gradients = []
    for _ in range(25):
        (gradient,) = grad(formulas.bowl(x), x)
        gradients.append(gradient)
        with torch.no_grad():
            x -= rate * torch.stack(gradients).sum(0)
    close(formulas.descend(25, rate, "kept")[-1], x.detach())


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.18])
def test_eq_1_2_the_swing_is_never_lost(rate):
    swing = formulas.swing(formulas.descend(500, rate, "kept"), rate)
    expected = rate * np.array([2, 10]) * np.array([1.8, 0.9]) ** 2
    np.testing.assert_allclose(swing, np.broadcast_to(expected, swing.shape), rtol=1e-10)
    cleared = formulas.swing(formulas.descend(500, rate, "cleared"), rate)
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


def test_backward_and_grad_run_the_same_nodes():
    network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    parameters = list(network.parameters())
    x = torch.ones(5, 4)

    def loss():
        return network(x).square().sum()

    backward = formulas.nodes_run(lambda loss: loss.backward(), loss())
    by_grad = formulas.nodes_run(lambda loss: grad(loss, parameters), loss())
    last = formulas.nodes_run(lambda loss: grad(loss, parameters[3:]), loss())
    assert [name for name in backward if name != "AccumulateGrad"] == by_grad
    assert backward.count("AccumulateGrad") == len(parameters) == 4
    assert len(last) < len(by_grad)


def test_inputs_of_grad():
    b, unused = leaf(3.0, 4.0), leaf(1.0)
    h = 2 * b
    close(grad((h**2).sum(), h)[0], [12, 16])
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        grad((b**2).sum(), unused)
    assert grad((b**2).sum(), unused, allow_unused=True) == (None,)
    close(grad((b**2).sum(), unused, materialize_grads=True)[0], 0)


def test_what_stays_in_grad():
    x = leaf(0.3939, 0.7965)
    x1, x2 = x
    (x1**2 + 5 * x2).backward()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert formulas.left_in(x1) is None
    close(formulas.left_in(x), [0.7878, 5])


def test_complaints():
    assert formulas.complaint(lambda: 1) is None
    assert formulas.complaint(leaf(1.0, 2.0).backward) == (
        "grad can be implicitly created only for scalar outputs"
    )


def test_hooks_after_accumulation_run_with_backward_only():
    runs = []
    b = leaf(3.0, 4.0)
    b.register_post_accumulate_grad_hook(lambda b: runs.append(b))
    grad((b**2).sum(), b)
    assert not runs
    (b**2).sum().backward()
    assert len(runs) == 1


# 2 · What grad_outputs is


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_eq_2_1_grad_outputs_combines_the_rows_of_the_jacobian(v):
    theta = leaf(0.5, 0.0)
    jacobian = torch.autograd.functional.jacobian(formulas.line_losses, theta)
    close(formulas.line_jacobian(theta.detach()), jacobian)
    v = tensor(v, dtype=FLOAT)
    (combined,) = grad(formulas.line_losses(theta), theta, grad_outputs=v)
    close(combined, sum(v[i] * jacobian[i] for i in range(3)))
    (of_weighted_sum,) = grad((v * formulas.line_losses(theta)).sum(), theta)
    close(combined, of_weighted_sum)


def test_the_jacobian_on_the_page():
    close(formulas.line_jacobian(formulas.LINE_THETA), [[2, -2], [0.75, 1.5], [-2, -1]])


# 3 · Stopping half-way


def test_eq_3_1_finishing_from_h():
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


def test_eq_3_2_pooling_means_before_or_after():
    generator = torch.Generator().manual_seed(3)
    draws = torch.randn(50, 3, generator=generator, dtype=FLOAT)
    w = formulas.WEIGHTS.clone().requires_grad_()
    before = grad(formulas.hidden(w), w, grad_outputs=draws.mean(0))[0]
    finished = torch.stack([grad(formulas.hidden(w), w, grad_outputs=g)[0] for g in draws])
    close(before, finished.mean(0))


def test_pooling_by_median_depends_on_the_place():
    draws = (
        3
        * torch.eye(3, dtype=FLOAT)
        * formulas.gradient_at_hidden(formulas.hidden(formulas.WEIGHTS))
    )
    before = formulas.finish(draws.median(0).values, formulas.WEIGHTS).sum(0)
    after = torch.stack([formulas.finish(g, formulas.WEIGHTS).sum(0) for g in draws])
    close(before, [0, 0])
    assert after.median(0).values.abs().min() > 1


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
    if where == "each row at h":
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
        where: torch.atan2(*formulas.clipped(where, 0.5)[2].flip(0)).rad2deg().item()
        for where in formulas.CLIPPED
    }
    assert angle["their sum"] == pytest.approx(-27.3, abs=0.05)
    assert angle["each sample's gradient"] == pytest.approx(13.3, abs=0.05)
    assert angle["each row at h"] == pytest.approx(29.1, abs=0.05)


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


# 4 · A loss that contains a derivative


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


def test_eq_4_1_residual_of_the_line():
    for a in (-1.3, -0.2, 0.4):
        assert formulas.residual_loss(a).item() == pytest.approx(
            sum((a + 1 + a * t) ** 2 for t in (0, 0.5, 1)), abs=1e-14
        )


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("inner", formulas.INNER)
@pytest.mark.parametrize("a", [-1.3, -0.2, 0.0, 0.4])
def test_eq_4_2_what_each_inner_derivative_leaves(a, inner):
    loss, slope = _literally(a, inner)
    assert formulas.residual_loss(a).item() == pytest.approx(loss, abs=1e-14)
    assert formulas.residual_slope(a, inner).item() == pytest.approx(slope, abs=1e-13)


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
@pytest.mark.parametrize("way", range(3))
def test_the_batch_of_three_networks_trains_each_as_its_program_does(way):
    parameters = [p[0].detach().clone().requires_grad_() for p in formulas.decay_parameters(1)]
    optimiser = torch.optim.Adam(parameters, lr=0.02, betas=(0.9, 0.99))
    for _ in range(40):
        optimiser.zero_grad(set_to_none=True)
        t = formulas.GRID[:, None].clone().requires_grad_()
        u = formulas.decay_network(parameters, t)
        if formulas.INNER[way] == "backward":
            u.sum().backward(create_graph=True)
            slope = t.grad
        else:
            keyword = {formulas.INNER[way].split()[-1]: True}
            (slope,) = grad(u.sum(), t, **keyword)
        ((slope + u) ** 2).mean().backward()
        optimiser.step()
    final = formulas.decay_network(parameters, formulas.GRID[:, None]).detach()[:, 0]
    close(formulas.fit_decay()[4, way], final, 1e-9)


def test_an_inner_backward_is_right_if_one_clears():
    for a in (-1.3, 0.0, 0.4):
        right = formulas.residual_slope(a, formulas.INNER[0]).item()
        assert formulas.inner_backward(a, clear=True) == pytest.approx(right, abs=1e-13)
        assert formulas.inner_backward(a, clear=False) == pytest.approx(right + 1.5, abs=1e-13)


def test_a_rich_model_hides_the_missing_graph():
    error = (formulas.fit_decay() - torch.exp(-formulas.GRID)).abs().amax(-1)
    half = error[150 // formulas.EVERY]
    assert half[1] / half[0] == pytest.approx(13, abs=0.5)
    right, constant, polluted = error[-1].tolist()
    assert right == pytest.approx(2.5e-3, rel=0.03)
    assert constant == pytest.approx(4.3e-3, rel=0.03)
    assert polluted == pytest.approx(5.29, abs=0.02)


def test_the_sum_trick_needs_rows_of_their_own():
    norm = torch.nn.BatchNorm1d(1, dtype=FLOAT)
    x = leaf([[0.0], [1.0], [3.0]])
    (by_sum,) = grad(norm(x).sum(), x)
    close(by_sum, torch.zeros(3, 1), 1e-12)
    jacobian = torch.autograd.functional.jacobian(norm, x)[:, 0, :, 0]
    close(jacobian.diagonal(), [0.2291, 0.5154, 0.0573], 5e-5)


# 5 · Threads


@pytest.mark.parametrize("gradients", formulas.GRADIENTS)
@pytest.mark.parametrize("step", formulas.STEPS_OF_B)
@pytest.mark.parametrize("backward", range(4))
def test_eq_5_1_how_often_each_gradient_is_used(backward, step, gradients):
    order = formulas.interleaved(backward, step)
    p, own, read = leaf(0.0), {}, {}
    for worker, operation in order:  # the same with autograd
        if operation == "backward":
            read[worker] = p.item()
            loss = (p - formulas.GOALS[worker]) ** 2
            if gradients == formulas.GRADIENTS[0]:
                loss.backward()
            else:
                (own[worker],) = grad(loss, p)
        elif operation == "step":
            g = own.get(worker) if gradients != formulas.GRADIENTS[0] else p.grad
            if g is not None:
                with torch.no_grad():
                    p -= formulas.RATE * g
        elif gradients == formulas.GRADIENTS[0]:
            p.grad = None
    result = formulas.run_interleaved(order, gradients)[-1][0]
    assert result == pytest.approx(p.item(), abs=1e-14)
    used = formulas.times_used(order, gradients)
    expected = sum(
        -formulas.RATE * used[worker] * 2 * (read[worker] - formulas.GOALS[worker])
        for worker in "AB"
    )
    assert result == pytest.approx(expected, abs=1e-14)


def test_outcomes_that_the_page_names():
    def outcomes(step, gradients):
        return [
            round(formulas.run_interleaved(formulas.interleaved(b, step), gradients)[-1][0], 10)
            for b in range(4)
        ]

    shared, own = formulas.GRADIENTS
    at_once, late = formulas.STEPS_OF_B
    assert outcomes(at_once, shared) == [2.0, 2.4, 1.36, 1.16]
    assert outcomes(late, shared) == [1.2, 1.2, 0.2, 1.16]
    assert outcomes(at_once, own) == [1.0, 1.2, 1.16, 1.16]
    assert outcomes(late, own) == [1.2, 1.2, 1.16, 1.16]


def test_additions_of_several_threads_are_all_kept():
    assert formulas.race(calls=500, workers=3) == 1500
    p = torch.zeros(50_000, requires_grad=True)  # long enough to be added in parts
    threads = [
        threading.Thread(target=lambda: [p.sum().backward() for _ in range(100)]) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert p.grad.unique().tolist() == [200]


def test_accumulated_adds_in_order():
    gradients = [0.1, 0.3, 0.7] * 50
    total = 0.0
    for gradient in gradients:
        total += gradient
    assert formulas.accumulated(gradients) == total


# 6 · On real data


def softmax_gradient(weight, bias, x, target):
    """Equation (6.1): gradients (10, 64) and (10,) of the mean cross-entropy of x·weightᵀ + bias."""
    surplus = torch.softmax(x @ weight.T + bias, dim=1) - F.one_hot(target, 10)
    return surplus.T @ x / len(x), surplus.mean(0)


def test_eq_6_1_gradient_of_the_digit_classifier():
    network = formulas.digit_classifier()
    (x, target), _ = formulas.digit_data()
    expected = grad(F.cross_entropy(network(x), target), list(network.parameters()))
    found = softmax_gradient(network.weight.detach(), network.bias.detach(), x, target)
    for a, b in zip(found, expected, strict=True):
        close(a, b)


def test_both_ways_train_the_same_network():
    by_backward, by_grad, kept = map(formulas.train_digits, formulas.TRAININGS)
    assert torch.equal(by_backward[0], by_grad[0])
    assert torch.equal(by_backward[1], by_grad[1])
    assert by_grad[2] is None
    summed = by_backward[2].new_zeros(10, 64)
    for step in range(3):  # what is never cleared is the sum of what was used
        summed = (
            summed
            + softmax_gradient(kept[1][step], _bias_of(kept, step), *formulas.digit_data()[0])[0]
        )
        close(kept[2][step], summed, 1e-10)


def _bias_of(training, step):
    """The bias after `step` steps of the never-cleared run, from its own gradients."""
    bias, total = torch.zeros(10, dtype=FLOAT), torch.zeros(10, dtype=FLOAT)
    for k in range(step):
        total = total + softmax_gradient(training[1][k], bias, *formulas.digit_data()[0])[1]
        bias = bias - formulas.TRAINING_RATE * total
    return bias


def test_never_clearing_looks_like_progress_until_one_looks_elsewhere():
    cleared, _, kept = (formulas.train_digits(training) for training in formulas.TRAININGS)
    close(cleared[0][[50, 100]], [[0.606, 0.694], [0.378, 0.488]], 5e-4)
    close(kept[0][[50, 100]], [[0.091, 0.702], [0.068, 1.172]], 6e-4)
    held_out = kept[0][:, 1]
    assert held_out.argmin() == 15
    later = held_out > cleared[0][:, 1]
    assert later.nonzero()[0] == 50 and later[50:].all()
    assert kept[1][100, 3].abs().max() == pytest.approx(17, abs=0.1)
    assert cleared[1][100, 3].abs().max() == pytest.approx(1, abs=0.1)
    new = kept[2].diff(dim=0).flatten(1)  # what each step added to the sum before it
    before = kept[2][:-1].flatten(1)
    assert (F.cosine_similarity(new, before)[:49] > 0).all()


def test_a_linear_layer_separates_the_training_digits():
    (x, target), _ = formulas.digit_data()
    network = formulas.digit_classifier()
    for _ in range(266):
        F.cross_entropy(network(x), target).backward()
        with torch.no_grad():
            for p in network.parameters():
                p -= formulas.TRAINING_RATE * p.grad
    assert (network(x).argmax(1) == target).all()


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


# What the predictions' replies say beyond the page


def test_a_zero_of_the_wrong_gradient_need_not_attract():
    """With u′ = u, the retain_graph bug leaves the network more than 8 away after 300 steps."""
    parameters = formulas.decay_parameters(1)
    optimiser = torch.optim.Adam(parameters, lr=0.02, betas=(0.9, 0.99))
    for _ in range(300):
        t = formulas.GRID[None, :, None].clone().requires_grad_()
        u = formulas.decay_network(parameters, t)
        (slope,) = grad(u.sum(), t, retain_graph=True)
        optimiser.zero_grad()
        ((slope - u) ** 2).mean().backward()
        optimiser.step()
    found = formulas.decay_network(parameters, formulas.GRID[None, :, None]).detach()[0, :, 0]
    assert (found - torch.exp(formulas.GRID)).abs().max() > 8


def test_clipping_before_the_sum_gives_another_length_and_direction():
    sums = [formulas.clipped(where, 1.0)[2] for where in formulas.CLIPPED[1:]]
    assert [s.norm().item() for s in sums] == pytest.approx([1.55, 1], abs=0.005)
    angles = [torch.atan2(s[1], s[0]).rad2deg().item() for s in sums]
    assert angles[0] - angles[1] == pytest.approx(40.6, abs=0.05)
