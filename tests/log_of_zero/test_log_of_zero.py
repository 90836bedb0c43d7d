"""Formulas and equations of 02_log_of_zero against mpmath with 50 digits, torch's losses and Keras.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import csv
import io
import math

import mpmath
import numpy as np
import pytest
import torch
from data_scripts import script
from matplotlib.colors import to_rgb
from PIL import Image
from torch.nn import functional as F

from helpers.log_of_zero import exercises, figures, formulas
from helpers.teaching import style

# Keras hands torch's tensors to numpy in a way that numpy 2 calls old.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ impl:DeprecationWarning")

CASES = 1000


@pytest.fixture(autouse=True)
def fifty_digits():
    with mpmath.workdps(50):
        yield


@pytest.fixture
def chance():
    return torch.Generator().manual_seed(2)


@pytest.fixture(scope="module")
def keras(tmp_path_factory):
    """Keras on its torch backend; its settings in a folder of the test's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "torch")
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        keras = pytest.importorskip("keras")
    assert keras.backend.backend() == "torch" and keras.config.epsilon() == formulas.EPSILON
    return keras


@pytest.fixture(scope="module")
def keras_script():
    return script("keras_losses")


@pytest.fixture(scope="module")
def keras_digits_script():
    return script("keras_digits")


def normal(*shape, chance, scale=1.0, dtype=torch.float64):
    return (scale * torch.randn(shape, generator=chance, dtype=torch.float64)).to(dtype)


def positive(*shape, chance, dtype=torch.float64):
    """Outputs of many magnitudes, a tenth of them exactly 0."""
    outputs = normal(*shape, chance=chance, scale=4).exp()
    return (outputs * (torch.rand(shape, generator=chance) > 0.1)).to(dtype)


def classes(n, count, chance):
    return torch.randint(count, (n,), generator=chance)


def leaf(*values, dtype=torch.float64):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def close(got, expected, rtol=1e-12, atol=1e-14):
    got = torch.as_tensor(got).double()
    expected = torch.as_tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(got, expected, rtol=rtol, atol=atol, equal_nan=True)


def exact(function, rows):
    """`function` of each row's mpmath numbers, as float64."""
    numbers = ([mpmath.mpf(x) for x in row] for row in rows.double().tolist())
    return torch.tensor([float(function(row)) for row in numbers], dtype=torch.float64)


def exact_losses(outputs, target, rule):
    """What `row_losses` approximates, from the same doubles."""
    limits = torch.tensor([formulas.EPSILON, 1 - formulas.EPSILON], dtype=outputs.dtype)
    epsilon, upper = map(mpmath.mpf, limits.tolist())

    def loss(row):
        y, row = int(row[-1]), row[:-1]
        if rule == "from scores":
            return mpmath.log(sum(mpmath.exp(z - row[y]) for z in row))
        p = row[y]
        if rule == "normalise, clip":
            if not sum(row):
                return mpmath.nan
            p /= sum(row)
        if "clip" in rule:
            p = min(max(p, epsilon), upper)
        if "+ ε" in rule:
            p += epsilon
        return -mpmath.log(p) if p else mpmath.inf

    return exact(loss, torch.cat([outputs.double(), target[:, None].double()], dim=1))


# 1 · Where the zero hurts


@pytest.mark.parametrize("rule", formulas.RULES)
@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-14), (torch.float32, 2e-6, 3e-7)]
)
def test_row_losses_of_random_rows(rule, dtype, rtol, atol, chance):
    make = normal if rule == "from scores" else positive
    outputs = make(CASES, 4, chance=chance, dtype=dtype)
    if rule == "from scores":
        outputs = outputs * 10
    target = classes(CASES, 4, chance)
    losses = formulas.row_losses(outputs, target, rule)
    assert losses.dtype == dtype
    close(losses, exact_losses(outputs, target, rule), rtol, atol)


@pytest.mark.parametrize("rule", formulas.RULES[:-1])
@pytest.mark.parametrize(
    "row",
    [
        [0.0, 1, 1],
        [1.0, 0, 0],
        [0.0, 0, 0],
        [5e-324, 1, 0],
        [5e-324, 0, 0],
        [1e300, 1e-300, 0],
        [3.0],
    ],
    ids=str,
)
def test_row_losses_at_the_edges(rule, row):
    outputs, target = torch.tensor([row], dtype=torch.float64), torch.tensor([0])
    close(formulas.row_losses(outputs, target, rule), exact_losses(outputs, target, rule))


def test_row_losses_of_what_is_no_number_and_of_infinities():
    def losses(*row):
        outputs, target = torch.tensor([row], dtype=torch.float64), torch.tensor([0])
        return [formulas.row_losses(outputs, target, rule).item() for rule in formulas.RULES]

    sure, capped = 1.0000000500000025e-07, 16.11809565095832
    nan, inf = math.nan, math.inf
    for row, expected in (
        ((inf, 1.0), [-inf, -inf, sure, nan, 0.0, nan]),
        ((1.0, inf), [0.0, -1e-7, sure, capped, 0.0, nan]),
        ((1.0, -inf), [0.0, -1e-7, sure, capped, 0.0, 0.0]),
        ((-inf, 1.0), [nan, nan, capped, nan, 15.424948470398375, inf]),
        ((nan, 1.0), [nan] * 6),
    ):
        assert losses(*row) == pytest.approx(expected, rel=1e-7, nan_ok=True), row


@pytest.mark.parametrize(
    ("outputs", "target", "rule", "sentence"),
    [
        (torch.empty(0, 3), torch.empty(0).long(), "clip", "no loss of no outputs"),
        (torch.empty(2, 0), torch.zeros(2).long(), "clip", "no loss of no outputs"),
        (torch.ones(3), torch.tensor([0]), "clip", r"must have shape \(N, C\)"),
        (torch.ones(2, 3), torch.tensor([0]), "clip", r"target shape \(N,\)"),
        (torch.ones(1, 3), torch.tensor([0]), "cut", "rule must be one of"),
    ],
)
def test_row_losses_says_what_is_wrong(outputs, target, rule, sentence):
    with pytest.raises(ValueError, match=sentence):
        formulas.row_losses(outputs, target, rule)


def test_eq_1_1_only_the_true_class_counts(chance):
    p = positive(CASES, 5, chance=chance).softmax(-1)
    p[::3, 0] = 0
    target = 1 + classes(CASES, 4, chance)
    one_hot = F.one_hot(target, 5)

    def loss(row):
        y, p = row[:5], row[5:]
        return -sum(y * mpmath.log(p) for y, p in zip(y, p, strict=True) if y)

    close(
        formulas.row_losses(p, target, "raw log"),
        exact(loss, torch.cat([one_hot.double(), p], dim=1)),
    )
    close(-torch.xlogy(one_hot, p).sum(-1), formulas.row_losses(p, target, "raw log"))
    assert (-(one_hot * p.log()).sum(-1))[::3].isnan().all()


@pytest.mark.parametrize(("a", "s"), [(0.5, 2.0), (3.0, 1e-3), (1e-6, 2.0), (40.0, 7.0)])
def test_eq_1_2_normalise_then_clip(a, s):
    row = leaf([a, s / 4, 3 * s / 4])
    loss = formulas.row_losses(row, torch.tensor([0]), "normalise, clip")
    gradient = formulas.slope(loss, row)[0][0, 0]
    close(loss, [-float(mpmath.log(mpmath.mpf(a) / (mpmath.mpf(a) + s)))], 1e-11)
    slope = mpmath.diff(lambda x: -mpmath.log(x / (x + s)), a)
    close(gradient, float(slope), 1e-11)
    close(gradient, -s / (a * (a + s)))
    outside = leaf([1e-9, 1.0, 1.0], [-0.5, 1.0, 1.0], [1.0, 1e-9, 0.0])
    loss = formulas.row_losses(outside, torch.zeros(3).long(), "normalise, clip")
    assert (formulas.slope(loss, outside)[0] == 0).all()


def test_the_table_of_the_first_figure():
    a = torch.tensor([-0.5, 1.0, 5.0], dtype=torch.float64)
    push = {
        (layer, rule): formulas.first_entry(a, layer, rule)[1]
        for layer in formulas.LAYERS
        for rule in formulas.RULES
    }
    for rule in formulas.RULES[:-1]:
        assert push["ReLU", rule][0] == 0
        assert formulas.first_entry(a, "ReLU", rule)[0][0] > 15.42
    for rule in ("clip", "normalise, clip", "clip, + ε"):
        assert push["none", rule][0] == 0
    for rule in ("raw log", "log(p + ε)"):
        assert push["none", rule][0].item() == pytest.approx(-2, abs=1e-6)
        assert formulas.first_entry(a, "none", rule)[0][0].isnan()
    assert formulas.first_entry(a[:1] * 4, "none", "normalise, clip")[1].isnan()  # a = −2: sum 0
    for layer in formulas.LAYERS:
        close(push[layer, "from scores"][0], 0.8996324353165484)
        assert (push[layer, "clip"][1:] == 0).all()
        close(formulas.first_entry(a, layer, "clip")[0][1:], [1e-7, 1e-7], 1e-6)
    with pytest.raises(ValueError, match="layer must be one of"):
        formulas.first_entry(a, "relu", "clip")


def test_a_relu_replaces_what_it_masks():
    scores = leaf([-1.0, -2.0, -3.0])
    loss = formulas.row_losses(scores.relu(), torch.tensor([0]), "normalise, clip")
    assert loss.isnan() and (formulas.slope(loss, scores)[0] == 0).all()


# Keras itself


def test_keras_gives_what_is_stored(keras, keras_script):
    stored = formulas.keras_losses()
    asked = keras_script.measure(keras)
    assert set(asked) == set(stored)
    for key, number in asked.items():
        assert stored[key]["torch"] == pytest.approx(number, rel=1e-6, nan_ok=True), key


def test_only_tensorflow_sends_a_nan_through_a_relu():
    stored = formulas.keras_losses()
    backends = {"torch", "tensorflow", "jax"}  # NumPy has no gradients
    zeros = stored["gradient of relu", "-1 -2 -3"]
    assert {b for b, slope in zeros.items() if math.isnan(slope)} == {"tensorflow"}
    assert set(zeros) == backends and zeros["torch"] == zeros["jax"] == 0
    assert set(stored["gradient of relu", "-0.5 1 1"].values()) == {0}
    for slope in stored["gradient of relu", "1 2 3"].values():  # equation (1.2): −s/(a(a + s))
        assert slope == pytest.approx(-5 / 6, rel=1e-6)


def test_keras_on_torch_trains_as_stored(keras, keras_digits_script):
    row = keras_digits_script.train(keras, start=2, steps=12)
    stored = formulas.keras_digits()["torch", 2]
    assert row["nan_loss"] == stored["nan_loss"] == 8 and row["nan_weights"] == ""


def test_where_keras_loses_its_weights():
    runs = formulas.keras_digits()
    kinds = {"torch", "jax", "tensorflow", "tensorflow with XLA"}
    assert set(runs) == {(kind, start) for kind in kinds for start in (1, 2, 3)}
    for (kind, _), run in runs.items():
        assert (run["nan_weights"] is not None) == (kind == "tensorflow")
        if kind == "tensorflow":
            assert run["nan_weights"] == run["nan_loss"] + 1 and run["last_accuracy"] < 0.11
        else:
            assert run["best_accuracy"] > 0.59 and run["last_accuracy"] > 0.3


def test_storing_a_training_keeps_the_others(keras_digits_script, tmp_path, monkeypatch):
    file = tmp_path / "keras_digits.csv"
    file.write_bytes(keras_digits_script.FILE.read_bytes())
    monkeypatch.setattr(keras_digits_script, "FILE", file)
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["backend"] == "tensorflow"]
    for row in rows:
        del row["backend"]
    keras_digits_script.store("tensorflow", rows)
    assert file.read_bytes() == (formulas.DATA / "keras_digits.csv").read_bytes()


def test_storing_a_backend_keeps_the_others(keras_script, tmp_path, monkeypatch):
    file = tmp_path / "keras_losses.csv"
    file.write_bytes(keras_script.FILE.read_bytes())
    monkeypatch.setattr(keras_script, "FILE", file)
    for backend in ("torch", "numpy"):
        numbers = {key: row.get(backend) for key, row in formulas.keras_losses().items()}
        keras_script.store(backend, numbers)
    assert file.read_bytes() == (formulas.DATA / "keras_losses.csv").read_bytes()


@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [("float64", 1e-12, 1e-14), ("float32", 1e-6, 1e-7)]
)
def test_random_rows_as_keras_has_them(keras, dtype, rtol, atol, chance):
    outputs = positive(CASES, 4, chance=chance, dtype=formulas.DTYPES[dtype])
    outputs[0] = 0
    target = classes(CASES, 4, chance)
    one_hot = F.one_hot(target, 4).to(outputs.dtype)
    theirs = keras.ops.categorical_crossentropy(one_hot, outputs).detach().double()
    assert theirs[0].isnan()
    close(formulas.row_losses(outputs, target, "normalise, clip"), theirs, rtol, atol)
    close(exercises.clipped_cross_entropy(outputs, one_hot, 1e-7), theirs, rtol, atol)


@pytest.mark.parametrize(
    "row", [[-1, -2, 1], [-0.5, 1, 1], [math.inf, 1, 1], [1, math.inf, 1], [5e-324, 0, 0], [3]]
)
def test_the_exercise_at_keras_edges(keras, row):
    outputs = torch.tensor([row], dtype=torch.float64)
    one_hot = torch.eye(len(row), dtype=torch.float64)[:1]
    theirs = keras.ops.categorical_crossentropy(one_hot, outputs)
    close(exercises.clipped_cross_entropy(outputs, one_hot, 1e-7), theirs.detach())


def test_what_keras_gave_is_a_clip_and_not_a_sum():
    stored = formulas.keras_losses()
    assert set(stored["outputs", "0 0 0"]) == {"torch", "tensorflow", "jax", "numpy"}
    assert all(math.isnan(loss) for loss in stored["outputs", "0 0 0"].values())
    assert -math.log(1e-8 / 2 + 1e-7) == pytest.approx(16.0693, abs=5e-5)
    for backend, loss in stored["softmax of", "-20 0 0"].items():
        expected = 20.6931 if backend == "tensorflow" else 16.1181
        assert loss == pytest.approx(expected, abs=5e-5)
    asked = torch.tensor([[1.0, 2, 3], [0, 2, 2], [1e-8, 1, 1], [-0.5, 1, 1], [-1, -2, 1]])
    ours = formulas.row_losses(asked, torch.zeros(5).long(), "normalise, clip")
    theirs = [
        stored["outputs", row]["torch"]
        for row in ("1 2 3", "0 2 2", "1e-08 1 1", "-0.5 1 1", "-1 -2 1")
    ]
    close(ours, theirs, 1e-6)


# 2 · An epsilon


@pytest.mark.parametrize("epsilon", [1e-3, 1e-7, 1e-12])
def test_the_push_that_an_added_epsilon_leaves(epsilon):
    gap = torch.linspace(0, 30, 61, dtype=torch.float64)
    loss, push = formulas.behind_softmax(gap, "log(p + ε)", epsilon)

    def exact_loss(z):
        return -mpmath.log(mpmath.exp(z) / (mpmath.exp(z) + 2) + epsilon)

    close(loss, [float(exact_loss(-g)) for g in gap.tolist()], 1e-12)
    close(push, [float(-mpmath.diff(exact_loss, -g)) for g in gap.tolist()], 1e-9, 1e-20)
    p = torch.stack([-gap, 0 * gap, 0 * gap], 1).softmax(1)[:, 0]
    close(push, (1 - p) * p / (p + epsilon), 1e-12)


def test_what_the_second_figure_shows():
    gap = torch.tensor([10.0, 15, 15.5, 16, 20, 27], dtype=torch.float64)
    added = formulas.behind_softmax(gap, "log(p + ε)", 1e-7)[1]
    clipped = formulas.behind_softmax(gap, "clip", 1e-7)[1]
    scores = formulas.behind_softmax(gap, "from scores", 0)
    close(added[[0, 3, 4]], [0.9956, 0.3601, 0.0102], atol=5e-5)
    assert (clipped[:2] > 0.9999).all() and (clipped[2:] == 0).all()
    close(scores[1], 1 - torch.stack([-gap, 0 * gap, 0 * gap], 1).softmax(1)[:, 0])
    close(scores[0], gap + torch.log(2 + torch.exp(-gap)))
    low = formulas.behind_softmax(gap, "log(p + ε)", 1e-12)[1]
    assert low[4] > 0.99 and 0.3 < low[5] < 0.7
    assert formulas.behind_softmax(gap, "clip", 1e-7)[0].max().item() == pytest.approx(
        16.1181, abs=5e-5
    )
    with pytest.raises(ValueError, match="guard must be one of"):
        formulas.behind_softmax(gap, "cut", 1e-7)


def test_where_the_upper_limit_of_a_clip_is_rounded_to_1():
    def lost(epsilon, dtype):
        return bool((1 - torch.ones(1, dtype=dtype).clamp(epsilon, 1 - epsilon) == 0).all())

    assert lost(2.9e-8, torch.float32) and not lost(3.1e-8, torch.float32)
    assert lost(1e-7, torch.float16) and not lost(1e-8, torch.float64)
    assert torch.tensor(1e-8, dtype=torch.float16) == 0 < torch.tensor(1e-7, dtype=torch.float16)


def test_a_sum_in_the_logarithm_makes_losses_below_0():
    outputs, target = torch.tensor([[1.0, 0], [5, 1]], dtype=torch.float64), torch.tensor([0, 0])
    losses = formulas.row_losses(outputs, target, "log(p + ε)")
    close(losses, [-1e-7, -1.6094379324341], 1e-6)


def test_torchs_binary_loss_is_cut_at_100():
    p = leaf(0.0)
    loss = F.binary_cross_entropy(p, torch.ones(1, dtype=torch.float64))
    assert loss.item() == 100
    close(formulas.slope(loss, p)[0], [-1e12], 1e-8)


# 3 · log-sum-exp


def log_softmax_of_3_1(z):
    m = z.amax(-1, keepdim=True)
    return z - m - (z - m).exp().sum(-1, keepdim=True).log()


def exact_log_softmax(row):
    total = mpmath.log(sum(mpmath.exp(z) for z in row))
    return [z - total for z in row]


@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-14), (torch.float32, 1e-6, 2e-6)]
)
def test_eq_3_1_log_softmax(dtype, rtol, atol, chance):
    z = normal(CASES, 4, chance=chance, scale=20, dtype=dtype)
    expected = [
        [float(x) for x in exact_log_softmax(list(map(mpmath.mpf, row)))]
        for row in z.double().tolist()
    ]
    close(log_softmax_of_3_1(z), expected, rtol, atol * 100 if dtype == torch.float32 else 1e-13)
    close(log_softmax_of_3_1(z), z.log_softmax(-1).double(), rtol, atol)


def test_where_two_scores_lose_their_loss():
    gap = torch.arange(800, dtype=torch.float64)

    def first(found):
        return int(found.nonzero()[0])

    seen = {}
    for dtype in formulas.DTYPES:
        loss, slope = formulas.two_class_loss(gap, "log of softmax", dtype)
        seen[dtype] = first(slope.isnan()), first(loss.isinf())
        loss, slope = formulas.two_class_loss(gap, "cross_entropy", dtype)
        exact_loss = gap + torch.log1p(torch.exp(-gap))
        close(loss, exact_loss, {"float16": 2e-3, "float32": 1e-6, "float64": 1e-14}[dtype])
        assert slope.isfinite().all() and (slope < -0.49).all()
    assert seen == {"float16": (12, 18), "float32": (89, 104), "float64": (710, 746)}
    loss, slope = formulas.two_class_loss(gap, "log of softmax", "float32")
    assert loss[95].item() == pytest.approx(95, abs=1e-4) and slope[95].isnan() and slope[88] == -1
    p = torch.tensor([0.0, 89.0], dtype=torch.float64).softmax(0)[0].item()
    assert p == pytest.approx(2e-39, rel=0.15) and 1 / p > torch.finfo(torch.float32).max
    for words in (("somehow", "float32"), ("cross_entropy", "float8")):
        with pytest.raises(ValueError, match="must be one of"):
            formulas.two_class_loss(gap, *words)


def digits_layer(loss_of, scale=1, rate=0.1, seed=0):
    """A linear layer after 200 steps: the share of right ones among 797 digits, the weights."""
    from helpers.teaching.data import digits

    images, labels = digits()
    torch.manual_seed(seed)
    layer, x = torch.nn.Linear(64, 10), images / scale
    optimiser = torch.optim.SGD(layer.parameters(), lr=rate)
    for _ in range(200):
        optimiser.zero_grad()
        loss_of(layer(x[:1000]), labels[:1000]).backward()
        optimiser.step()
    right = (layer(x[1000:]).argmax(1) == labels[1000:]).double().mean().item()
    return right, layer.weight.detach()


def of_softmax(guard):
    return lambda z, y: -guard(z.softmax(1).gather(1, y[:, None])).log().mean()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_losses_through_a_softmax_on_raw_digits(seed):
    ways = {
        "log": of_softmax(lambda p: p),
        "sum": of_softmax(lambda p: p + 1e-7),
        "clip": of_softmax(lambda p: p.clamp(1e-7, 1 - 1e-7)),
        "scores": F.cross_entropy,
    }
    raw = {way: digits_layer(loss, seed=seed) for way, loss in ways.items()}
    assert raw["log"][1].isnan().all() and raw["scores"][0] > 0.91
    for way in ("sum", "clip"):
        assert raw[way][1].isfinite().all() and raw[way][0] < 0.6
    for setting in ({"rate": 0.01}, {"scale": 16}):
        right = {digits_layer(loss, seed=seed, **setting)[0] for loss in ways.values()}
        assert min(right) > 0.89 and max(right) - min(right) < 0.002


def test_an_epsilon_on_raw_digits_from_ten_starts():
    loss = of_softmax(lambda p: p + 1e-7)
    right = [digits_layer(loss, seed=seed)[0] for seed in range(10)]
    assert 0.285 < min(right) < 0.3 and 0.57 < max(right) < 0.585
    assert right[0] == pytest.approx(0.49, abs=0.005)
    assert min(digits_layer(F.cross_entropy, seed=seed)[0] for seed in range(10)) > 0.91


@pytest.mark.parametrize(("gap", "lost"), [(81, False), (82, True)])
def test_with_1000_classes_the_gradient_is_lost_earlier(gap, lost):
    z = torch.zeros(1, 1000, dtype=torch.float32)
    z[0, 0] = -gap
    z.requires_grad_()
    loss = F.nll_loss(z.softmax(1).log(), torch.tensor([0]))
    assert loss.isfinite() and formulas.slope(loss, z)[0].isnan().any() == lost


@pytest.mark.parametrize("loss", ["nll_loss", "xlogy"])
@pytest.mark.parametrize(
    ("layer", "ahead", "lost"),
    [("softmax", 103.0, False), ("softmax", 104.0, True), ("ReLU", 104.0, False)],
)
def test_a_nan_at_a_wrong_class_passes_a_softmax_and_no_relu(loss, layer, ahead, lost):
    """The answer is right and sure; the output of the other class is 0."""
    scores = leaf([ahead, 0.0], dtype=torch.float32)
    p = scores.softmax(1) if layer == "softmax" else scores.relu()
    if loss == "nll_loss":
        value = F.nll_loss(p.log(), torch.tensor([0]))
    else:
        value = -torch.xlogy(hot_first(p), p).sum()
    assert value.isfinite() and formulas.slope(value, scores)[0].isnan().any() == lost


def hot_first(p):
    return F.one_hot(torch.tensor([0]), p.shape[1]).to(p.dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bce_has_a_right_loss_and_a_wrong_gradient_at_minus_30(dtype):
    slopes = []
    for score in (-27.0, -28.0, -30.0):
        s = torch.tensor(score, dtype=dtype, requires_grad=True)
        loss = F.binary_cross_entropy(s.sigmoid(), torch.ones((), dtype=dtype))
        assert loss.item() == pytest.approx(-score, rel=1e-6)
        slopes.append(formulas.slope(loss, s)[0].item())
    assert slopes == pytest.approx([-1, -0.6914, -0.0936], abs=5e-5)


def test_losses_that_are_negative_or_0_for_another_reason():
    first = torch.tensor([0])
    assert F.nll_loss(torch.tensor([[2.0, 0.0]]).softmax(1), first) < 0
    assert F.cross_entropy(torch.tensor([[-3.0], [2.0]]), torch.zeros(2).long()) == 0


def test_the_sigmoid_of_20_is_1_in_float32_only():
    assert torch.tensor(20.0).sigmoid() == 1 > torch.tensor(20.0, dtype=torch.float64).sigmoid()


# 4 · Loss and accuracy


def test_eq_4_1_no_softmax_gets_below_the_bound(chance):
    for case in range(CASES):
        count, tokens, width = (
            int(torch.randint(lo, hi, (1,), generator=chance))
            for lo, hi in ((1, 9), (1, 5), (2, 6))
        )
        z = normal(count, tokens, width, chance=chance, scale=float(10 ** (case % 4 - 1)))
        target = torch.randint(width, (count, tokens), generator=chance)
        loss = F.cross_entropy(z.reshape(-1, width), target.reshape(-1)).item()
        right = (z.argmax(-1) == target).all(-1).double().mean().item()
        assert loss >= formulas.lowest_mean_loss(right, tokens) - 1e-12


@pytest.mark.parametrize("width", [2, 3, 10])
def test_the_bound_is_reached(width):
    """Sure right answers, and wrong ones by a hair between two classes."""
    z = torch.full((6, 2, width), -800.0, dtype=torch.float64)
    z[:, :, 0] = 0
    z[:4, 0, 1] = 1e-9  # four of six answers are wrong, by their first token
    target = torch.zeros(12).long()
    loss = F.cross_entropy(z.reshape(12, width), target).item()
    assert (z.argmax(-1) == 0).all(-1).double().mean() == pytest.approx(1 / 3)
    assert loss == pytest.approx(float(formulas.lowest_mean_loss(1 / 3, tokens=2)), rel=1e-8)
    assert exercises.lowest_mean_loss(1 / 3, 1) == pytest.approx(2 * loss, rel=1e-8)


@pytest.mark.parametrize(("k", "width"), [(1, 2), (2, 3), (3, 10)])
def test_the_bound_of_a_top_k_accuracy(k, width, chance):
    """No softmax gets below it, and this one gets there: k others a hair ahead of the true class."""
    z = normal(4, width, chance=chance, scale=3.0)
    z = torch.cat([z, torch.full((6, width), -800.0, dtype=torch.float64)])
    z[4:, 0] = 0
    z[6:, 1 : k + 1] = 1e-9
    target = torch.zeros(10).long()
    losses = F.cross_entropy(z, target, reduction="none")
    right = (z.topk(k).indices == 0).any(1).double()
    assert (losses + 1e-12 >= (1 - right) * math.log(k + 1)).all()
    share, loss = right[4:].mean().item(), losses[4:].mean().item()
    assert share == pytest.approx(1 / 3)
    assert exercises.lowest_mean_loss(share, k) == pytest.approx(loss, rel=1e-8)


def test_lowest_mean_loss_says_what_is_wrong():
    for accuracy in (-0.1, 1.01, math.nan):
        with pytest.raises(ValueError, match="accuracy is a share"):
            formulas.lowest_mean_loss(accuracy)
    with pytest.raises(ValueError, match="at least one token"):
        formulas.lowest_mean_loss(0.5, 0)


def test_figures_of_the_fourth_section():
    assert formulas.lowest_mean_loss(0.33) == pytest.approx(0.4644, abs=5e-5)
    assert formulas.lowest_mean_loss(0.33, 56200) < 1e-5 < formulas.lowest_mean_loss(0.33, 31600)
    assert formulas.lowest_mean_loss(1.0) == 0


@pytest.mark.parametrize("dtype", formulas.ROUNDING)
@pytest.mark.parametrize("classes", [2, 3, 10, 100, 1000])
def test_eq_4_2_a_margin_that_makes_the_loss_exactly_0(dtype, classes):
    u = formulas.ROUNDING[dtype]
    assert u == torch.finfo(formulas.DTYPES[dtype]).eps / 2
    begins = [formulas.sure_from(classes, dtype, at) for at in (0, classes // 2, classes - 1)]
    assert min(begins) > math.log(1 / u) - 0.01
    assert max(begins) < math.log((classes - 1) / u) + 0.01
    assert max(begins) > math.log((classes - 1) / u) - 1.4  # and not much earlier


def test_the_margins_that_the_page_names():
    limits = [math.log((c - 1) / formulas.ROUNDING["float32"]) for c in (3, 1000)]
    assert limits == pytest.approx([17.33, 23.54], abs=0.005)
    last = [formulas.sure_from(3, "float32", position) for position in range(3)]
    assert 17.2 < max(last) < 17.4
    assert math.log(999 / formulas.ROUNDING["float64"]) == pytest.approx(43.64, abs=0.005)
    for margin, exact in ((last[0], True), (last[0] - 0.01, False)):
        row = torch.tensor([margin, 0.0, 0.0])
        assert (F.cross_entropy(row, torch.tensor(0)) == 0) == exact


# 5 · Digits


def test_training_begins_as_stored():
    stored = formulas.stored_training()
    for i, start in enumerate(formulas.STARTS):
        again = formulas.train(start, steps=10)
        for name in ("accuracy", "dead", "empty", "loss"):
            got = again[name]
            close(got, stored[name][i, :, :11], 1e-9, 1e-9)
        assert again["finite"].all()
    assert stored["loss"].shape == (3, 7, 201) and stored["finite"].all()


def test_training_equals_a_plain_loop():
    """One network, torch's modules and its own optimiser."""
    from helpers.teaching.data import digits

    images, labels = digits()
    generator = torch.Generator().manual_seed(1)
    order = torch.randperm(len(labels), generator=generator)
    x, y = images[order[:1000]].double() / 16, labels[order[:1000]]
    layers = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    layers.double()
    with torch.no_grad():
        for layer in (layers[0], layers[2]):
            shape = layer.weight.T.shape
            for parameter, size in ((layer.weight, shape), (layer.bias, (1, shape[1]))):
                values = torch.rand(size, generator=generator, dtype=torch.float64)
                values = (2 * values - 1) / shape[0] ** 0.5
                parameter.copy_(values.T if parameter.ndim == 2 else values[0])
    optimiser = torch.optim.Adam(layers.parameters(), lr=0.01)
    losses = []
    for _ in range(6):
        loss = F.cross_entropy(layers(x), y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    close(formulas.train(1, steps=5, runs=("from scores",))["loss"][0], losses, 1e-10)


def test_figures_of_the_fifth_section():
    stored = {name: values[1] for name, values in formulas.stored_training().items()}  # start 2
    at = {run: i for i, run in enumerate(formulas.RUNS)}

    def percent(name, run, step=200):
        return round(100 * stored[name][at[run], step], 1)

    keras, clip = at["normalise, clip"], at["clip"]
    lost = np.isnan(stored["loss"][keras])
    assert np.flatnonzero(np.diff(lost)).tolist() == [21, 37, 48, 67, 79] and lost[200]
    ups_and_downs = [percent("accuracy", "normalise, clip", step) for step in (22, 36, 78)]
    assert ups_and_downs == [72.8, 56.3, 83.4] and percent("accuracy", "normalise, clip") == 57.5
    assert percent("empty", "normalise, clip") == 40.3
    assert np.ptp(stored["loss"][clip, 11:]) == 0 < np.ptp(stored["loss"][clip, 10:])
    assert percent("accuracy", "clip", 11) == 9.8  # and 18.1 in the end: Adam's momentum
    assert stored["loss"][clip, 200] == pytest.approx(1.6763, abs=5e-5)
    assert (percent("accuracy", "clip"), percent("dead", "clip")) == (18.1, 10.4)
    assert percent("accuracy", "from scores, after ReLU") == 66.9
    assert percent("accuracy", "from scores") == 97.0
    assert stored["dead"][clip, 200] * 16.1181 == pytest.approx(1.6763, abs=5e-5)
    worst = formulas.stored_training()["accuracy"][:, : at["from scores"], 200].max()
    assert worst < 0.8 < formulas.stored_training()["accuracy"][:, -1, 200].min()


# 6 · where


BOTH_SIDES = torch.linspace(-2, 3, 51, dtype=torch.float64)


@pytest.mark.parametrize("function", formulas.BRANCHES)
def test_one_where_multiplies_by_what_it_did_not_choose(function):
    x = BOTH_SIDES.clone()
    x[20] = 0.0
    leaf_x = x.clone().requires_grad_()
    (derivative,) = formulas.slope(formulas.BRANCHES[function](leaf_x), leaf_x)
    product = ((x > 0) * 1.0) * derivative
    got = formulas.branch_slope(x, function, "one where")[1]
    close(got, product)
    assert got[20].isnan()
    assert got[:20].isnan().all() == (function != "log x")


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        ("log x", lambda x: 1 / x),
        ("√x", lambda x: 1 / (2 * mpmath.sqrt(x))),
        ("x·log x", lambda x: mpmath.log(x) + 1),
    ],
)
def test_two_wheres_are_finite_and_right(function, derivative):
    x = BOTH_SIDES.clone()
    x[20] = 0.0
    value, slope = formulas.branch_slope(x, function, "two wheres")
    close(slope, exact(lambda row: derivative(row[0]) if row[0] > 0 else 0, x[:, None]))
    close(value, formulas.branch_slope(x, function, "one where")[0])


def test_words_that_guarded_branch_does_not_know():
    for words in (("sin x", "one where"), ("log x", "no where")):
        with pytest.raises(ValueError, match="must be one of"):
            formulas.guarded_branch(BOTH_SIDES, *words)


def test_half_of_the_pixels_have_no_ink():
    from helpers.teaching.data import digits

    assert (digits()[0] == 0).double().mean().item() == pytest.approx(0.49, abs=0.005)


# What the pictures show


def seen(name, colour, near=12, **values):
    """Where the picture has this colour: a mask of its pixels, (540, 900)."""
    picture = Image.open(io.BytesIO(getattr(figures, name).render(**values))).convert("RGB")
    return (np.abs(np.array(picture).astype(int) - colour) <= near).all(-1)


@pytest.mark.parametrize(
    ("dtype", "pixels", "gaps"),
    [
        ("float32", 24, "Shaded are the gaps 89 to 103"),
        ("float16", 12, "Shaded are the gaps 12 to 17"),
        ("float64", 0, "At no gap"),
    ],
)
def test_the_gaps_with_a_healthy_loss_and_a_nan_gradient_are_shaded(dtype, pixels, gaps):
    assert gaps in figures.ScoreGap.describe(dtype=dtype)
    shade = (0.35 * np.array(to_rgb(style.ORANGE)) + 0.65) * 255
    mask = seen("ScoreGap", shade, gap=0, dtype=dtype)
    for half in (mask[:, :450], mask[:, 450:]):
        width = (half.mean(0) > 0.5).sum() / style.PIXEL_RATIO
        assert width >= pixels and (width > 0) == (pixels > 0)


def test_the_push_that_the_page_names_is_seen_to_fall():
    black = np.array(to_rgb(style.BLACK)) * 255
    rows = []
    for gap in (10.0, 16.0, 20.0):
        dot = seen("EpsilonBehindSoftmax", black, gap=gap)[60:480, 450:]
        rows.append(np.flatnonzero(dot.sum(1) >= 8).mean() / style.PIXEL_RATIO)
    assert rows[1] - rows[0] > 100 and rows[2] - rows[1] > 50


@pytest.mark.parametrize("start", [0, 1, 2])
def test_the_names_of_the_runs_stand_apart_and_in_order(start):
    ends = formulas.stored_training()["accuracy"][start, :, 200]
    places = figures.apart(ends, 0.075)
    order = np.argsort(ends, kind="stable")
    assert (np.diff(places[order]) > 0.0749).all()
    assert places.min() >= 0 and np.abs(places - ends).max() < 0.16
    assert figures.apart(np.array([0.5, 0.9, 0.5]), 0.1) == pytest.approx([0.45, 0.9, 0.55])


def test_a_loss_of_nan_is_marked():
    vermilion = np.array(to_rgb(style.VERMILION)) * 255
    marked = {
        run: seen("DigitTraining", vermilion, run=run).sum() for run in ("clip", "normalise, clip")
    }
    assert marked["clip"] == 0 and marked["normalise, clip"] > 2000


# The exercises' references


@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-14), (torch.float32, 2e-6, 2e-6)]
)
def test_stable_cross_entropy(dtype, rtol, atol, chance):
    for case in range(CASES):
        n, width = 1 + case % 4, 1 + case % 5
        scores = normal(n, width, chance=chance, scale=10 ** (case % 3), dtype=dtype)
        scores.requires_grad_()
        target = classes(n, width, chance)
        loss = exercises.stable_cross_entropy(scores, target)
        expected = exact_losses(scores.detach(), target, "from scores").mean()
        close(loss.detach(), expected, rtol, atol)
        theirs = F.cross_entropy(scores, target)
        close(
            formulas.slope(loss, scores)[0], formulas.slope(theirs, scores)[0].double(), rtol, atol
        )


def test_stable_cross_entropy_of_infinite_scores():
    inf, target = math.inf, torch.tensor([0])
    for row in ([1.0, -inf, 0.0], [-inf, 1.0, 0.0], [1.0, inf, 0.0], [5e-324, 0.0, -1e308]):
        scores = torch.tensor([row], dtype=torch.float64)
        ours = exercises.stable_cross_entropy(scores, target)
        if row[1] == inf:  # ∞ − ∞
            assert ours.isnan()
        else:
            close(ours, F.cross_entropy(scores, target))


@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-300), (torch.float32, 2e-6, 1e-38)]
)
def test_stable_binary_cross_entropy(dtype, rtol, atol, chance):
    for case in range(CASES):
        scale = float(10 ** (case % 5))
        score = normal(1 + case % 3, chance=chance, scale=scale, dtype=dtype).clamp(-700, 1e4)
        target = torch.rand(len(score), generator=chance, dtype=torch.float64).to(dtype)
        if case % 2:
            target = target.round()
        score.requires_grad_()
        loss = exercises.stable_binary_cross_entropy(score, target)
        expected = exact(
            lambda row: (
                row[1] * mpmath.log1p(mpmath.exp(-row[0]))
                + (1 - row[1]) * mpmath.log1p(mpmath.exp(row[0]))
            ),
            torch.stack([score.detach(), target], dim=1),
        ).mean()
        close(loss.detach(), expected, rtol, atol)
        theirs = F.binary_cross_entropy_with_logits(score, target)
        close(
            formulas.slope(loss, score)[0],
            formulas.slope(theirs, score)[0].double(),
            rtol,
            1e-7 if dtype == torch.float32 else 1e-14,
        )


def test_stable_binary_cross_entropy_is_finite_at_10_000():
    score = leaf(1e4, -1e4, 1e4, -1e4, 0.0, dtype=torch.float32)
    target = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])
    loss = exercises.stable_binary_cross_entropy(score, target)
    close(loss.detach(), (2e4 + math.log(2)) / 5, 1e-6)
    close(formulas.slope(loss, score)[0], [0.2, -0.2, 0, 0, -0.1], 1e-6)


@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-15), (torch.float32, 1e-6, 2e-6)]
)
def test_entropy(dtype, rtol, atol, chance):
    p = positive(CASES, 4, chance=chance).clamp(max=1e6)
    p[:, 0] += 1e-3
    p = (p / p.sum(-1, keepdim=True)).to(dtype)
    p[0] = torch.tensor([0.0, 1.0, 0.0, 0.0])
    p[1] = torch.tensor([1.0, torch.finfo(dtype).smallest_normal / 4, 0.0, 0.0])  # a denormal
    p.requires_grad_()
    value = exercises.entropy(p)
    expected = exact(lambda row: -sum(x * mpmath.log(x) for x in row if x), p.detach())
    close(value.detach(), expected, rtol, atol)
    close(value.detach(), torch.special.entr(p.detach()).sum(-1).double(), rtol, atol)
    slopes = exact(
        lambda row: -(mpmath.log(row[0]) + 1) if row[0] else 0, p.detach().reshape(-1, 1)
    )
    close(
        formulas.slope(value, p)[0].reshape(-1),
        slopes,
        rtol,
        1e-6 if dtype == torch.float32 else 1e-14,
    )
    one = exercises.entropy(torch.ones(1, dtype=dtype))
    assert one.shape == () and one == 0
