"""The maths of batch normalisation, against torch, autograd, Keras and ONNX Runtime.

Every figure that the page's prose names is asserted here or printed by a cell of the page.
"""

import json
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch
from closeness import close
from data_scripts import script
from torch import nn
from torch.optim.swa_utils import update_bn

from helpers.batch_norm_statistics import exercises, figures, formulas

FLOAT = torch.float64
PARAMETERS = {"weight", "bias"}
BUFFERS = {"running_mean", "running_var", "num_batches_tracked"}


def normal(*shape, seed=0):
    return torch.randn(shape, dtype=FLOAT, generator=torch.Generator().manual_seed(seed))


def layer_of(count, seed=0, eps=1e-5):
    """A layer of `count` features in evaluation mode, all of whose tensors are random."""
    norm = nn.BatchNorm1d(count, eps=eps, dtype=FLOAT).eval()
    with torch.no_grad():
        for name in ("weight", "bias", "running_mean"):
            getattr(norm, name).copy_(normal(count, seed=seed + ord(name[0])))
        norm.running_var.copy_(normal(count, seed=seed).square() + 0.1)
    return norm


# 1 · Who moves what


@pytest.mark.parametrize("mode", formulas.MODES)
@pytest.mark.parametrize("event", formulas.EVENTS)
def test_who_moves_at_which_event(event, mode):
    before, after = formulas.happen(event, mode)
    wanted = set()
    if mode == "train" and event.startswith("forward"):
        wanted = BUFFERS
    if event == "step":
        wanted = PARAMETERS
    assert {name for name in before if before[name] != after[name]} == wanted


def test_what_the_page_says_of_the_five_tensors():
    for event in formulas.EVENTS[:3]:
        after = formulas.happen(event, "train")[1]
        assert (round(after["running_mean"], 2), round(after["running_var"], 2)) == (0.4, 2.57)
        assert after["num_batches_tracked"] == 1


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_no_guard_stops_the_buffers_but_eval(guard):
    norm = nn.BatchNorm1d(1, dtype=FLOAT)
    means = []
    with guard():
        for training in (True, True, False):
            norm.train(training)(formulas.X)
            means.append(norm.running_mean.item())
    assert means == pytest.approx([0.4, 0.76, 0.76])


def test_a_layer_is_told_by_its_state_dicts():
    norm = nn.BatchNorm1d(1, dtype=FLOAT)
    optimiser = torch.optim.SGD(norm.parameters(), lr=0.1)

    def look():
        return {name: value.clone() for name, value in norm.state_dict().items()}

    looks, words = [look()], []
    for training, step in ((True, True), (True, False), (False, True), (False, False)):
        optimiser.zero_grad()
        norm.train(training)(formulas.X)[-1].sum().backward()
        if step:
            optimiser.step()
        looks.append(look())
    words = [exercises.diagnose(*pair) for pair in pairwise(looks)]
    assert words == ["trained", "only watched", "trained in eval", "nothing"]


# 2 · What is remembered


@pytest.mark.parametrize("seed", range(3))
def test_the_forward_pass_is_that_of_torch(seed):
    for shape, kind in (((7, 3), nn.BatchNorm1d), ((4, 3, 2, 5), nn.BatchNorm2d)):
        norm = kind(3, eps=0.01, dtype=FLOAT)
        with torch.no_grad():
            norm.weight.copy_(normal(3, seed=seed))
            norm.bias.copy_(normal(3, seed=seed + 1))
        x = 3 * normal(*shape, seed=seed + 2) + 1
        close(exercises.batch_norm(x, norm.weight, norm.bias, norm.eps), norm(x))
    close(
        formulas.normalised(formulas.X, 4, 12.5),
        nn.BatchNorm1d(1, dtype=FLOAT)(formulas.X).detach(),
    )


@pytest.mark.parametrize("momentum", [0.01, 0.1, 0.9, 1.0])
def test_eq_2_1_the_running_statistics_are_those_of_torch(momentum):
    norm = nn.BatchNorm1d(3, momentum=momentum, dtype=FLOAT)
    for seed in range(4):
        x = 2 * normal(5, 3, seed=seed) - seed
        wanted = exercises.updated_statistics(norm.running_mean, norm.running_var, x, momentum)
        norm(x)
        close(norm.running_mean, wanted[0])
        close(norm.running_var, wanted[1])


@pytest.mark.parametrize("size", [2, 4, 8, 16, 32])
@pytest.mark.parametrize("momentum", [0.01, 0.1, 0.9])
def test_one_batch_again_and_again(size, momentum):
    x = formulas.batch_of(size)
    assert len(x) == size
    norm = nn.BatchNorm1d(1, momentum=momentum, dtype=FLOAT)
    mean, var = formulas.running(x, momentum, 50)
    for k in range(1, 51):
        norm(x)
        assert norm.running_mean.item() == pytest.approx(mean[k], rel=1e-12)
        assert norm.running_var.item() == pytest.approx(var[k], rel=1e-12)


def test_what_the_notes_say_of_running_statistics():
    mean, var = formulas.running(formulas.X, 0.1, 22)
    for k, m, v in ((1, 0.4, 2.56667), (2, 0.76, 3.97667), (10, 2.60529, 11.2040)):
        assert (mean[k], var[k]) == (pytest.approx(m, abs=5e-6), pytest.approx(v, abs=5e-5))
    assert (mean[22], var[22]) == (pytest.approx(3.60609, abs=5e-6), pytest.approx(15.1239, 1e-5))


def test_what_the_page_says_of_running_statistics():
    for size, momentum in ((2, 0.3), (4, 0.1), (32, 0.3)):
        x = formulas.batch_of(size)
        trained = formulas.normalised(10, x.mean().item(), x.var(correction=0).item())
        mean, var = formulas.running(x, momentum, 200)
        end = formulas.normalised(10, mean[200], var[200]) / trained
        assert end == pytest.approx(((size - 1) / size) ** 0.5, 1e-5)
    mean, var = formulas.running(formulas.X, 0.1, 60)
    passed = formulas.normalised(10, mean, var)
    assert passed[5] > 1.697 > passed[40] and round(passed[60], 2) == 1.47
    assert 0.9**200 < 1e-9


KERAS = """
import json, keras, numpy
x = numpy.array([[1.0], [2.0], [3.0], [10.0]])
found = []
for momentum in (0.99, 0.9):
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=1e-3, dtype="float64")
    y = keras.ops.convert_to_numpy(layer(x, training=True))
    memory = [keras.ops.convert_to_numpy(part) for part in layer.non_trainable_variables]
    z = keras.ops.convert_to_numpy(layer(x, training=False))
    found.append([y.ravel().tolist(), *(part.ravel().tolist() for part in memory), z.ravel().tolist()])
print(json.dumps(found))
"""


def test_keras_weighs_the_old_value_and_remembers_the_biased_variance():
    done = subprocess.run(
        [sys.executable, "-c", KERAS],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"KERAS_BACKEND": "torch"},
    )
    one, zero = torch.ones(1, dtype=FLOAT), torch.zeros(1, dtype=FLOAT)
    runs = zip((0.99, 0.9), json.loads(done.stdout.splitlines()[-1]), strict=True)
    for momentum, (y, mean, var, z) in runs:
        close(exercises.batch_norm(formulas.X, one, zero, 1e-3)[:, 0], y, 1e-6)
        assert mean == pytest.approx([4 * (1 - momentum)], rel=1e-6)
        assert var == pytest.approx([momentum + 12.5 * (1 - momentum)], rel=1e-6)
        close(formulas.normalised(formulas.X[:, 0], mean[0], var[0], 1e-3), z, 1e-6)


def test_keras_and_torch_remember_different_things():
    """After one batch Keras's default has 0.04 and 1.115 (12.5, a weight of 0.01)."""
    _, var = formulas.running(formulas.X, 0.01, 1)
    assert var[1] == pytest.approx(0.99 + 0.01 * 50 / 3) != pytest.approx(1.115)


# 3 · The gradient


@pytest.mark.parametrize("seed", range(3))
def test_eq_3_1_how_outputs_depend_on_inputs(seed):
    x = 3 * normal(6, seed=seed)

    def outputs(x):
        return nn.functional.batch_norm(x[:, None], None, None, training=True)[:, 0]

    close(formulas.slopes(x, "train"), torch.autograd.functional.jacobian(outputs, x), 1e-10)
    mean, var = x.mean()[None], x.var(correction=0)[None]

    def fixed(x):
        return nn.functional.batch_norm(x[:, None], mean, var)[:, 0]

    close(formulas.slopes(x, "eval"), torch.autograd.functional.jacobian(fixed, x), 1e-10)


def backward_of_torch(g, x, gamma, eps):
    x, gamma = x.clone().requires_grad_(), gamma.clone().requires_grad_()
    beta = torch.zeros_like(gamma, requires_grad=True)
    y = nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    return torch.autograd.grad(y, (x, gamma, beta), g)


@pytest.mark.parametrize("seed", range(3))
def test_eq_3_2_gradients_by_weight_bias_and_inputs(seed):
    g, x, gamma = (normal(*shape, seed=seed + k) for k, shape in enumerate(((5, 3), (5, 3), (3,))))
    wanted = backward_of_torch(g, x, gamma, 0.01)
    for found, right in zip(exercises.batch_norm_backward(g, x, gamma, 0.01), wanted, strict=True):
        close(found, right)
    close(wanted[0].sum(0), torch.zeros(3), 1e-12)
    for k in range(3):  # the sum as it stands on the page
        slopes = formulas.slopes(x[:, k], "train", 0.01)
        close(gamma[k] * (g[:, k, None] * slopes).sum(0), wanted[0][:, k])


def test_first_and_second_derivatives_are_those_of_differences():
    x, gamma, beta = normal(4, 2).requires_grad_(), *normal(2, 2, seed=1).requires_grad_()

    def function(x, gamma, beta):
        return exercises.batch_norm(x, gamma, beta, 0.1)

    assert torch.autograd.gradcheck(function, (x, gamma, beta))
    assert torch.autograd.gradgradcheck(function, (x, gamma, beta))


def test_what_the_page_says_of_slopes():
    slopes = formulas.slopes(formulas.X[:, 0], "train")[0]
    assert [round(value, 3) for value in slopes.tolist()] == [0.161, -0.105, -0.088, 0.031]


# 4 · Small batches


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_a_batch_of_two(eps):
    for a, b in ((-3.0, 250.0), (0.5, 0.2), (1.0, 1.001)):
        norm = nn.BatchNorm1d(1, eps=eps, dtype=FLOAT)
        d = (a - b) / 2
        out = norm(torch.tensor([[a], [b]], dtype=FLOAT)).detach()[:, 0]
        close(out, [d / (d * d + eps) ** 0.5, -d / (d * d + eps) ** 0.5])


@pytest.mark.parametrize("images", [1, 2])
def test_one_or_two_images_keep_more_than_signs(images):
    out = nn.BatchNorm2d(1, dtype=FLOAT)(normal(images, 1, 4, 4))
    assert ((out.abs() - 1).abs() > 0.1).double().mean() > 0.5


@pytest.mark.parametrize("kind", formulas.KINDS)
@pytest.mark.parametrize("size", [2, 16])
def test_the_drawn_outputs_are_those_of_torch(kind, size):
    sample, z = 53, formulas.units()
    found = formulas.outputs(kind, size, sample)
    if kind == "batch norm, train":
        others = np.delete(np.arange(797), sample)
        at = np.argsort(np.random.default_rng(size).random((formulas.DRAWS, 796)), axis=1)
        for row in (0, 7):
            batch = z[[sample, *others[at[row, : size - 1]]]]
            close(found[row], nn.BatchNorm1d(32, dtype=FLOAT)(batch)[0, 0].item(), 1e-9)
        return
    norm = {
        "batch norm, eval": formulas.network()[1],
        "group norm": nn.GroupNorm(4, 32, dtype=FLOAT),
        "layer norm": nn.LayerNorm(32, dtype=FLOAT),
    }[kind]
    wanted = norm(z[sample][None])[0, 0]
    if kind == "batch norm, eval":  # the figure leaves weight and bias out
        wanted = (wanted - norm.bias[0]) / norm.weight[0]
    assert np.ptp(found) == 0 and len(found) == formulas.DRAWS
    close(found[0], wanted.item(), 1e-9)


def test_what_the_page_says_of_companions():
    four, many, two = (formulas.outputs("batch norm, train", n, 53) for n in (4, 64, 2))
    assert (round(four.min(), 1), round(four.max(), 1)) == (-1.4, 1.7)
    assert (four > 0.3).mean() > 0.9 and four.std() > 1.9 * many.std()
    assert (np.abs(np.abs(two) - 1) < 1e-3).mean() > 0.99
    assert [round(float(v.mean()), 2) for v in (many, two)] == [1.6, 0.83]


def test_what_torch_refuses():
    norm = nn.BatchNorm1d(2)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        norm(torch.ones(1, 2))
    norm.eval()(torch.ones(1, 2))
    nn.BatchNorm2d(2)(torch.rand(1, 2, 3, 3))  # one image has many values a channel
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm2d(2)(torch.rand(1, 2, 1, 1))
    with pytest.raises(RuntimeError):
        norm.train()(torch.ones(4, 3))
    with pytest.raises(RuntimeError):
        norm(torch.ones(4, 2, dtype=torch.int64))


def test_what_is_no_statistic_is_refused():
    for x in (formulas.X[:1], formulas.X.repeat(1, 2), formulas.X.long()):
        with pytest.raises(ValueError, match="One feature of two or more"):
            formulas.running(x, 0.1, 3)
    with pytest.raises(ValueError, match="from 0 to 1"):
        formulas.running(formulas.X, 1.5, 3)
    for var in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="0 or more"):
            formulas.normalised(formulas.X, 0.0, var)


# 5 · Evaluation


def test_the_stored_accuracies_are_those_of_the_script():
    for size, seed, momentum in ((32, 0, 0.1), (8, 3, 0.9)):
        found, _ = script("batch_norm_digits").lag(size, seed, momentum, last=20)
        np.testing.assert_allclose(found, formulas.lag(size, momentum)[seed, :7], atol=0.02)


def test_the_stored_network_is_that_of_the_script():
    _, network = script("batch_norm_digits").lag(32, 1, 0.1)
    stored = formulas.network(1)
    assert not stored.training
    for name, value in network.state_dict().items():
        torch.testing.assert_close(stored.state_dict()[name], value, rtol=1e-3, atol=1e-3)


def test_momentum_changes_nothing_but_the_buffers():
    runs = []
    for momentum in (0.01, 0.9):
        network = formulas.new_network(3, momentum)
        for _ in formulas.train(network, 32, 5):
            pass
        runs.append(network)
    for (name, one), other in zip(runs[0].named_parameters(), runs[1].parameters(), strict=True):
        assert torch.equal(one, other), name
    assert not torch.equal(runs[0][1].running_mean, runs[1][1].running_mean)


def test_what_the_page_says_of_statistics_that_lag():
    def at(size, momentum, step):
        both = formulas.lag(size, momentum)[:, formulas.STEPS.index(step)].mean(0)
        return [round(float(value), 2) for value in both]

    assert at(32, 0.01, 20) == [0.8, 0.68] and at(8, 0.9, 200) == [0.91, 0.87]
    late, early = at(32, 0.01, 200), at(32, 0.1, 12)
    assert abs(late[0] - late[1]) <= 0.011 and abs(early[0] - early[1]) <= 0.011
    assert round(0.99**20, 2) == 0.82
    for one, other in ((0.01, 0.1), (0.1, 0.9)):
        pair = [formulas.lag(32, momentum)[:, :, 0] for momentum in (one, other)]
        assert np.array_equal(*pair), "the training itself is the same"


@pytest.mark.parametrize("seed", formulas.SEEDS)
def test_training_mode_depends_on_the_batch(seed):
    """Ahead of evaluation where each batch holds all digits; behind it in shuffled batches of 32."""
    images, labels = formulas.data()[1]
    order = labels.argsort(stable=True)
    network = formulas.network(seed)
    usual = formulas.accuracy(network, images, labels)
    network.train()
    before = network[1].running_mean.clone()
    assert formulas.accuracy(network, images, labels, 32) > usual
    generator = torch.Generator().manual_seed(seed)
    mixed = [torch.randperm(len(labels), generator=generator) for _ in range(20)]
    shuffled = [formulas.accuracy(network, images[at], labels[at], 32) for at in mixed]
    assert usual - 0.015 < np.mean(shuffled) < usual - 0.003  # about a percent
    assert formulas.accuracy(network, images[order], labels[order], 32) < 0.3
    assert formulas.accuracy(network, images[mixed[0]], labels[mixed[0]], 2) < 0.6
    assert torch.equal(network[1].running_mean, before)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_training_in_pairs_stays_behind_one_in_eights_and_layer_norm_does_not(seed):
    """2000 images each. Momentum 0.01, so that the statistics are not those of the last pairs."""
    found = []
    for size, steps, layer_norm in ((2, 1000, False), (8, 250, False), (2, 1000, True)):
        network = formulas.new_network(seed, 0.01)
        if layer_norm:
            network[1] = nn.LayerNorm(32, dtype=FLOAT)
        for _ in formulas.train(network, size, steps):
            pass
        found.append(formulas.accuracy(network.eval(), *formulas.data()[1]))
    assert found[0] < 0.8 and found[1] > 0.85 and found[2] > 0.9


@pytest.mark.parametrize("parts", [1, 4])
def test_new_statistics_are_those_of_update_bn(parts):
    images = formulas.data()[1][0][:400]
    mine, theirs = formulas.network(), formulas.network()
    update_bn(images.split(400 // parts), theirs)
    assert not theirs.training
    assert formulas.re_estimate(mine, images).training is False and mine[1].momentum == 0.1
    # Of four batches the variances are averaged, so that what their means differ by is missing.
    tolerance = 1e-10 if parts == 1 else 0.1
    close(mine[1].running_mean, theirs[1].running_mean, 1e-10)
    torch.testing.assert_close(
        mine[1].running_var, theirs[1].running_var, rtol=tolerance, atol=1e-9
    )


# 6 · Other images


@pytest.mark.parametrize("contrast", [0.3, -1.0])
def test_new_statistics_undo_a_contrast_but_not_its_sign(contrast):
    images, network = formulas.data()[1][0], formulas.network()
    new = formulas.camera(images, contrast)
    units = [network[0](batch) for batch in (images, new)]
    norm = nn.BatchNorm1d(32, eps=1e-12, affine=False, dtype=FLOAT)
    close(norm(units[1]), np.sign(contrast) * norm(units[0]), 1e-9)


@pytest.mark.parametrize("source", formulas.SOURCES)
def test_the_stored_accuracies_by_contrast_are_those_of_the_network(source):
    old, at = formulas.network(0), (-1.0, 0.05, 0.3, 1.0)
    before = old[1].running_var.clone()
    found = formulas.measured_by_contrast(old, source, at)
    stored = formulas.by_contrast(source)[[formulas.CONTRASTS.index(contrast) for contrast in at]]
    np.testing.assert_allclose(stored, found, atol=0.005)
    assert torch.equal(old[1].running_var, before)


def test_what_the_page_says_of_cameras():
    def at(source, contrast):
        both = formulas.by_contrast(source)[formulas.CONTRASTS.index(contrast)]
        return [round(float(value), 2) for value in both]

    assert at("all 797 images", 0.3) == [0.57, 0.92] and at("10 images", 0.3)[1] == 0.89
    assert at("only the 3s", 0.3)[1] == at("only the 3s", 1.0)[1] == 0.72
    curves = formulas.by_contrast("all 797 images")
    below = curves[: formulas.CONTRASTS.index(0.0)]
    assert below.max() < 0.105
    above = curves[formulas.CONTRASTS.index(0.05) :, 1]
    assert np.ptp(above) < 0.01


@pytest.mark.parametrize("seed", formulas.SEEDS)
def test_all_five_networks_agree_on_cameras(seed):
    for source, low, high in (
        ("all 797 images", 0.9, 1),
        ("10 images", 0.85, 1),
        ("only the 3s", 0, 0.8),
    ):
        images, labels = formulas.data()[1]
        new = formulas.camera(images, 0.3)
        network = formulas.network(seed)
        assert formulas.accuracy(network, new, labels) < 0.7
        fresh = formulas.re_estimate(network, new[formulas.sample_of(source)])
        assert low < formulas.accuracy(fresh, new, labels) < high


def test_a_folded_layer_is_that_of_torch_and_of_onnx_runtime():
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    for seed in (0, 5):
        first, norm = nn.Linear(3, 4, dtype=FLOAT), layer_of(4, seed, eps=1e-3)
        with torch.no_grad():
            first.weight.copy_(normal(4, 3, seed=seed + 1))
        x = normal(6, 3, seed=seed + 2)
        wanted = norm(first(x)).detach()
        tensors = [first.weight, first.bias, norm.weight, norm.bias]
        tensors = [part.detach() for part in (*tensors, norm.running_mean, norm.running_var)]
        weight, bias = exercises.fold_into_linear(*tensors, norm.eps)
        close(nn.functional.linear(x, weight, bias), wanted)

        names = ["w", "b", "gamma", "beta", "mean", "var"]
        nodes = [
            helper.make_node("Gemm", ["x", "w", "b"], ["z"], transB=1),
            helper.make_node("BatchNormalization", ["z", *names[2:]], ["y"], epsilon=norm.eps),
        ]
        kept = [
            helper.make_tensor(name, TensorProto.FLOAT, part.shape, part.flatten().tolist())
            for name, part in zip(names, tensors, strict=True)
        ]
        ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [6, width])
            for name, width in (("x", 3), ("y", 4))
        ]
        graph = helper.make_graph(nodes, "folded", ends[:1], ends[1:], kept)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        (found,) = session.run(None, {"x": x.numpy().astype(np.float32)})
        close(found, nn.functional.linear(x, weight, bias), 1e-4)


# The pictures


@pytest.mark.parametrize(
    ("name", "values", "axis", "low", "high"),
    [
        ("FiveTensors", {}, 0, (0, 1), (0.4, 1)),
        ("RunningStatistics", {}, 1, (0, 1.495), (0, 1.697)),
        ("NeighbourSlopes", {}, 1, (0, 0), (0, -0.088)),
        ("LaggingStatistics", {}, 0, (1, 0.682), (1, 0.801)),
        ("NewCamera", {}, 1, (0, 0.72), (0, 0.92)),
    ],
)
def test_what_the_prose_names_is_large_enough_to_be_seen(name, values, axis, low, high):
    picture, _ = getattr(figures, name).artists(**values)
    places = picture.axes[axis].transData.transform([low, high])
    assert np.abs(places[1] - places[0]).max() / 1.5 >= 12
