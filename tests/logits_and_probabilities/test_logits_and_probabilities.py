"""Formulas and equations of 08_logits_and_probabilities against torch, mpmath, SciPy, scikit-learn.

Every figure that the page's prose names is asserted here or by a cell of the page.
"""

import math

import mpmath
import numpy as np
import pytest
import torch
from data_scripts import script
from torch import nn
from torch.nn import functional as F

from helpers.logits_and_probabilities import exercises, figures, formulas
from helpers.teaching.judge import check

Z = torch.tensor([[2.0, -1.0, 0.5]], dtype=torch.float64)
Y = torch.tensor([2])


def mp_softmax(row):
    weights = [mpmath.e ** mpmath.mpf(float(z)) for z in row]
    return [w / mpmath.fsum(weights) for w in weights]


# 1 · Pairs


def test_nll_loss_picks_one_output():
    rows = torch.randn(6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    target = torch.tensor([0, 3, 2, 1, 1, 0])
    picked = [-rows[i, k] for i, k in enumerate(target)]
    assert nn.NLLLoss(reduction="none")(rows, target).tolist() == [p.item() for p in picked]


def test_cross_entropy_against_fifty_digits():
    with mpmath.workdps(50):
        exact = -mpmath.log(mp_softmax(Z[0].tolist())[2])
        assert float(exact) == pytest.approx(1.74131, abs=5e-6)
        assert F.cross_entropy(Z, Y).item() == pytest.approx(float(exact), rel=1e-14)
        assert (-Z[0, 2] + Z.logsumexp(1)).item() == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize("loss", formulas.LOSSES)
@pytest.mark.parametrize("output", formulas.OUTPUTS)
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_lowest_value_of_a_pair_is_a_limit_that_nothing_goes_below(output, loss, classes):
    lowest, target = formulas.lowest(output, loss, classes), torch.tensor([0])
    best = torch.full((1, classes), -600.0, dtype=torch.float64)
    best[0, 0] = 600.0
    if math.isnan(lowest):
        with pytest.raises(RuntimeError, match="between 0 and 1"):
            formulas.pair_loss(best, target, output, loss)
        return
    generator = torch.Generator().manual_seed(0)
    for size in (0.1, 1.0, 10.0, 100.0):
        for row in size * torch.randn(50, 1, classes, dtype=torch.float64, generator=generator):
            assert formulas.pair_loss(row, target, output, loss) >= lowest - 1e-12
    reached = formulas.pair_loss(best, target, output, loss).item()
    assert reached == -600 if lowest == -math.inf else reached == pytest.approx(lowest, abs=1e-9)


def test_the_gradients_of_the_thread():
    def gradient(output, loss):
        return formulas.pull(Z, Y, output, loss)[1][0].tolist()

    assert gradient("logits", "cross_entropy") == pytest.approx(
        [0.785597, 0.0391126, -0.824710], abs=1e-6
    )
    assert gradient("sigmoid", "nll_loss") == pytest.approx([0, 0, -0.235004], abs=1e-6)
    assert gradient("sigmoid", "BCELoss") == pytest.approx(
        [0.880797 / 3, 0.268941 / 3, -0.377541 / 3], abs=1e-6
    )
    rows = {(o, lo): who for o, lo, _, _, who in formulas.table(Z, Y)}
    only = {pair for pair, who in rows.items() if who == "true"}
    assert only == {(o, "nll_loss") for o in ("logits", "sigmoid", "log-sigmoid")}
    right = {
        loss: (v, low) for o, loss, v, low, _ in formulas.table(Z, Y) if (o, loss) in formulas.RIGHT
    }
    binary = F.softplus(Z * torch.tensor([1, 1, -1])).mean().item()
    for loss, (value, lowest) in right.items():
        assert lowest == 0
        assert value == pytest.approx(binary if "BCE" in loss else 1.741311, abs=1e-6)


@pytest.mark.parametrize(
    ("scores", "target", "message"),
    [
        (torch.zeros(2, 3), torch.tensor([0]), "target shape"),
        (torch.zeros(1, 3), torch.tensor([[0]]), "target shape"),
        (torch.zeros(1, 3), torch.tensor([3]), "from 0 to 2"),
        (torch.zeros(1, 3), torch.tensor([-1]), "from 0 to 2"),
        (torch.zeros(1, 3), torch.tensor([1.0]), "int64"),
    ],
)
def test_what_would_broadcast_or_be_read_wrongly_is_refused(scores, target, message):
    with pytest.raises((ValueError, TypeError), match=message):
        formulas.pair_loss(scores, target, "logits", "cross_entropy")


# 2 · Softmax twice


@pytest.mark.parametrize(
    ("classes", "floor"),
    [(2, 0.313262), (3, 0.551445), (5, 0.904832), (10, 1.46115), (1000, 5.90947)],
)
def test_eq_2_1_the_floor_of_two_softmaxes(classes, floor):
    with mpmath.workdps(30):
        exact = float(mpmath.log(1 + (classes - 1) / mpmath.e))
    assert formulas.floor(classes) == pytest.approx(exact, rel=1e-14)
    assert exact == pytest.approx(floor, rel=1e-5)
    gap = torch.tensor([700.0], dtype=torch.float64)
    assert formulas.loss_of_gap(gap, classes, 2)[0].item() == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("row", [[2.0, -1.0, 0.5], [0.5, 2.0, 0.0], [-4.0, 0, 0, 0]])
@pytest.mark.parametrize("true", [0, 2])
def test_eq_2_2_the_gradient_behind_two_softmaxes(row, true):
    with mpmath.workdps(40):
        p = mp_softmax(row)
        q = mp_softmax([float(x) for x in p])
        r = [q[k] - (k == true) for k in range(len(row))]
        mean = mpmath.fsum(a * b for a, b in zip(p, r, strict=True))
        formula = [float(p[k] * (r[k] - mean)) for k in range(len(row))]
    scores = torch.tensor([row], dtype=torch.float64)
    found = formulas.pull(scores, torch.tensor([true]), "softmax", "cross_entropy")[1][0]
    assert found.tolist() == pytest.approx(formula, abs=1e-14)


def test_what_the_page_says_of_the_gap():
    gap = torch.tensor([-4.0], dtype=torch.float64)
    once, twice = (formulas.loss_of_gap(gap, 10, times)[1].item() for times in (1, 2))
    assert (round(-once, 3), round(-twice, 3)) == (0.998, 0.002)
    far = torch.tensor([10.0], dtype=torch.float64)
    assert formulas.loss_of_gap(far, 10, 2)[0].item() == pytest.approx(1.461, abs=0.001)


# 3 · Digits


def test_sigmoid_and_nll_loss_move_one_score():
    with mpmath.workdps(30):
        sigma = 1 / (1 + mpmath.e ** mpmath.mpf("-0.5"))
        exact = float(-sigma * (1 - sigma))
    gradient = formulas.pull(Z, Y, "sigmoid", "nll_loss")[1][0]
    assert gradient[2].item() == pytest.approx(exact, rel=1e-14)
    assert not gradient[:2].any()


@pytest.mark.parametrize("training", formulas.TRAININGS)
@pytest.mark.parametrize("pair", ["softmax → cross_entropy", "sigmoid → nll_loss"])
def test_the_stored_trainings_are_those_of_the_script(training, pair):
    again = formulas.train_digits(training, pair, seed=1, steps=(0, 10, 20))
    stored = formulas.digit_run(training, pair, seed=1)[:3]
    np.testing.assert_allclose(again, stored, atol=2e-3)


@pytest.mark.parametrize("pair", formulas.PAIRS)
def test_every_pair_is_measured_as_it_was_stored(pair):
    (again,) = formulas.train_digits("linear, rate 1", pair, seed=2, steps=(0,))
    np.testing.assert_allclose(again, formulas.digit_run("linear, rate 1", pair, 2)[0], atol=2e-3)


def test_the_stored_heads_are_those_of_the_script():
    again = script("logits_digits").pixel_heads(5, 0.05, "sigmoid")
    place = formulas.CLASSES.index(5), formulas.NOISES.index(0.05), 1
    np.testing.assert_allclose(again, formulas.stored()["pixels"][place], rtol=1e-3, atol=1e-3)


def test_what_the_page_says_of_the_digits():
    def last(training, pair, column=0):
        return [formulas.digit_run(training, pair, s)[-1, column] for s in formulas.SEEDS]

    adam, slow = "hidden layer, Adam", "linear, rate 0.1"
    assert round(float(last(adam, "sigmoid → nll_loss")[0]), 3) == 0.359
    assert min(last(adam, "sigmoid → nll_loss", 3)) > 0.999
    assert round(float(last(adam, "sigmoid → BCELoss")[0]), 3) == 0.946
    assert round(float(last(slow, "scores → cross_entropy")[0]), 3) == 0.903
    twice = last(slow, "softmax → cross_entropy")
    assert (round(float(min(twice)), 2), round(float(max(twice)), 2)) == (0.38, 0.59)
    lost = [
        b - a
        for a, b in zip(
            last(adam, "softmax → cross_entropy"), last(adam, "scores → cross_entropy"), strict=True
        )
    ]
    assert sum(abs(x) < 0.01 for x in lost) == 2  # seeds that lose nothing
    assert sum(0.06 < x < 0.1 for x in lost) == 3
    classes = last(adam, "softmax → cross_entropy", 5)
    assert [abs(x) < 0.01 for x in lost] == [n == 10 for n in classes]  # the others lack a class
    assert all(
        (n == 0) == (k == 9)
        for n, k in zip(last(adam, "softmax → cross_entropy", 6), classes, strict=True)
    )
    for pair, best in (("sigmoid → nll_loss", 0.43), ("log-sigmoid → nll_loss", 0.39)):
        scores = last(adam, pair)
        assert (round(float(min(scores)), 2), round(float(max(scores)), 2)) == (0.10, best)
    outputs = last(adam, "sigmoid → nll_loss", 4)
    assert all(0.09 < x < 0.12 for x in outputs)
    binary = last(slow, "sigmoid → BCELoss")
    assert (round(float(min(binary)), 2), round(float(max(binary)), 2)) == (0.73, 0.82)
    for training in formulas.TRAININGS:
        behind = np.subtract(
            last(training, "scores → cross_entropy"), last(training, "sigmoid → nll_loss")
        )
        assert behind.min() > 0.06
    alone = last(adam, "softmax → nll_loss")
    assert sum(0.84 < x < 0.86 for x in alone) == 4
    assert max(alone) > 0.93
    eights = last(adam, "softmax → nll_loss", 6)
    assert [x < 0.9 for x in alone] == [n == 0 for n in eights]  # those miss the eights
    assert min(last(adam, "log-sigmoid → nll_loss", 3)) > 0.999
    assert max(last(adam, "log-sigmoid → nll_loss", 1)) < 0.0005
    alone = last(slow, "softmax → nll_loss")
    assert [round(float(f(alone)), 2) for f in (min, np.mean, max)] == [0.34, 0.39, 0.52]
    assert round(float(np.mean(last(adam, "sigmoid → BCELoss"))), 2) == 0.94


@pytest.mark.parametrize("seed", formulas.SEEDS)
def test_where_the_eights_are_lost_their_probability_was_tiny_early(seed):
    x, target = formulas.digit_parts()[0]
    model = formulas.network("hidden", seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(50):
        optimiser.zero_grad()
        F.cross_entropy(model(x).softmax(1), target).backward()
        optimiser.step()
    median = model(x).detach().softmax(1)[target == 8, 8].median()
    found = formulas.over_seeds("hidden layer, Adam", "softmax → cross_entropy", "eights")[seed]
    assert (median < 1e-5) == (found == 0)


@pytest.mark.parametrize("seed", [0, 1])
def test_line_a_is_less_far_behind_where_pixels_may_be_negative(monkeypatch, seed):
    (x, target), (unseen, truth) = formulas.digit_parts()
    centred = (x - x.mean(0), target), (unseen - x.mean(0), truth)
    monkeypatch.setattr(formulas, "digit_parts", lambda: centred)
    right, wrong = (
        formulas.train_digits("linear, rate 1", pair, seed, steps=(300,))[0]
        for pair in ("scores → cross_entropy", "sigmoid → nll_loss")
    )
    assert right[0] - wrong[0] == pytest.approx(0.03, abs=0.01)


@pytest.mark.parametrize("rate", [0.1, 1])
def test_what_raises_a_score_for_one_picture_raises_it_for_all(rate):
    """Line a, a linear model, pixels from 0 to 1: every score of every picture rises."""
    (x, target), (unseen, _) = formulas.digit_parts()
    model = formulas.network("linear", 0)
    optimiser = torch.optim.SGD(model.parameters(), lr=rate)
    before = model(unseen).detach()
    for _ in range(5):
        optimiser.zero_grad()
        F.nll_loss(model(x).sigmoid(), target).backward()
        optimiser.step()
        after = model(unseen).detach()
        assert (after > before).all()
        before = after


def test_an_answer_is_the_largest_score_also_where_outputs_are_equal():
    model = nn.Linear(64, 10)
    with torch.no_grad():
        model.weight.zero_()
        model.bias.copy_(40.0 + torch.arange(10))  # float32 rounds each sigmoid to 1
    target = formulas.digit_parts()[1][1]
    measured = dict(
        zip(formulas.MEASURES, formulas.measure_digits(model, "sigmoid → nll_loss"), strict=True)
    )
    assert measured["accuracy"] == pytest.approx((target == 9).float().mean().item())
    assert measured["by outputs"] == pytest.approx((target == 0).float().mean().item())
    assert (measured["classes"], measured["eights"]) == (1, 0)


def test_the_longer_trainings_are_stored_in_their_order():
    assert formulas.stored()["longer"].shape == (len(formulas.LONGER), 5, len(formulas.MEASURES))
    (later,) = formulas.train_digits(*formulas.LONGER[1], seed=2, steps=(3000,))
    stored = [formulas.over_seeds(*formulas.LONGER[1], m, step=3000)[2] for m in formulas.MEASURES]
    np.testing.assert_allclose(later[:2], stored[:2], atol=5e-3)


# 4 · Heads


@pytest.mark.parametrize(
    ("classes", "cap"), [(2, 0.731059), (3, 0.576117), (5, 0.404610), (21, 0.119652)]
)
def test_no_probability_goes_above_the_cap(classes, cap):
    with mpmath.workdps(30):
        exact = float(mpmath.e / (mpmath.e + classes - 1))
    assert exact == pytest.approx(cap, abs=1e-6)
    generator = torch.Generator().manual_seed(classes)
    scores = 1000 * torch.randn(2000, classes, dtype=torch.float64, generator=generator)
    scores[0] = -1000
    scores[0, 0] = 1000
    p = formulas.through(scores, "sigmoid").softmax(1)
    assert p.max().item() == pytest.approx(exact, rel=1e-12)


def test_a_convolution_of_one_pixel_is_a_linear_layer():
    conv = nn.Conv2d(3, 5, 1)
    picture = torch.randn(2, 3, 4, 6, generator=torch.Generator().manual_seed(0))
    rows = F.linear(picture.movedim(1, -1), conv.weight[:, :, 0, 0], conv.bias)
    torch.testing.assert_close(conv(picture), rows.movedim(-1, 1))


@pytest.mark.parametrize(("head", "push"), [("none", 0.8), ("sigmoid", 0.2)])
def test_the_push_through_a_sigmoid_is_weaker(head, push):
    start = torch.zeros(1, 5, requires_grad=True)
    F.cross_entropy(formulas.through(start, head), torch.tensor([0])).backward()
    assert -start.grad[0, 0].item() == pytest.approx(push)


def test_what_the_page_says_of_the_pixels():
    def seen(**values):
        return figures.RowOfPixels.describe(noise="0.05", step=300, **values)

    assert "40 % of the pixels" in seen(classes=5, head="sigmoid")
    x, _ = formulas.ramp(5, 0.05)
    weight, bias = formulas.pixel_head(5, 0.05, "sigmoid", 300)
    assert set((x[:, None] * weight + bias).argmax(1).tolist()) == {1, 3}
    assert "83 % of the pixels" in seen(classes=5, head="none")
    assert all("95 % of the pixels" in seen(classes=2, head=head) for head in formulas.HEADS)


@pytest.mark.parametrize(("head", "right"), [("none", 0.88), ("sigmoid", 0.48)])
def test_more_steps_do_not_repair_the_head(head, right):
    x, target = formulas.ramp(5, 0.05, pixels=500, seed=1)
    row, classes = formulas.ramp(5, 0.05)
    (model,) = formulas.fit_head(x[:, None], target, 5, head, steps=(3000,))
    found, _ = formulas.accuracy_and_confidence(model(row[:, None]).detach(), classes, head)
    assert found == pytest.approx(right, abs=0.02)


# 5 · Curves


def test_the_log_loss_is_minus_the_log_of_the_probability_of_the_labels():
    with mpmath.workdps(30):
        likelihood = mpmath.mpf(1)
        for x, y in zip(formulas.X.tolist(), formulas.Y.tolist(), strict=True):
            p = 1 / (1 + mpmath.e ** -(mpmath.mpf(0.8) + mpmath.mpf(0.4) * x))
            likelihood *= p if y else 1 - p
        exact = float(-mpmath.log(likelihood))
    line = torch.tensor([0.8, 0.4], dtype=torch.float64)
    assert formulas.curve_cost(*line, "log-loss").item() == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("b", [(0.0, 0.0), (0.3, -2.0), (0.0, -20.0)])
def test_eq_5_1_the_gradient_of_the_log_loss(b):
    from scipy.optimize import approx_fprime

    x, y = formulas.X.numpy(), formulas.Y.numpy()

    def loss(b):
        z = b[0] + b[1] * x
        return np.sum(np.logaddexp(0, z) - y * z)

    p = 1 / (1 + np.exp(-(b[0] + b[1] * x)))
    formula = [np.sum(p - y), np.sum(x * (p - y))]
    assert formula == pytest.approx(approx_fprime(np.array(b), loss, 1e-7), abs=1e-4)
    tensors = [torch.tensor(value, dtype=torch.float64) for value in b]
    mine = exercises.nll_gradient(*tensors, formulas.X, formulas.Y)
    assert mine.tolist() == pytest.approx(formula, rel=1e-12)


def test_the_best_curve_is_that_of_statsmodels():
    from statsmodels.discrete.discrete_model import Logit

    x, y = formulas.X.numpy(), formulas.Y.numpy()
    fit = Logit(y, np.column_stack([np.ones(10), x])).fit(disp=False, tol=1e-12)
    best, cost = formulas.fit_curve("log-loss")
    assert best.tolist() == pytest.approx(list(fit.params), abs=1e-6)
    assert best.tolist() == pytest.approx([-0.286755, 1.06562], abs=5e-6)
    assert cost == pytest.approx(-fit.llf, rel=1e-10)
    p = (best[0] + best[1] * formulas.X).sigmoid()
    assert p.sum().item() == pytest.approx(5, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "penalty"),
    [
        (dict(C=np.inf), (0, 0)),
        (dict(C=1.0), (0, 1)),
        (dict(C=1.0, solver="liblinear"), (1, 1)),
    ],
)
def test_penalised_curves_are_those_of_scikit_learn(options, penalty):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(tol=1e-10, max_iter=10_000, **options)
    model.fit(formulas.X.numpy()[:, None], formulas.Y.numpy())
    theirs = [model.intercept_[0], model.coef_[0, 0]]
    assert formulas.fit_curve("log-loss", penalty=penalty)[0].tolist() == pytest.approx(
        theirs, abs=2e-4
    )


def test_what_the_page_says_of_the_curve():
    def costs(b0, b1):
        words = figures.CurveFromLabels.describe(b0=b0, b1=b1)
        return [
            float(part.rsplit(" ", 1)[1]) for part in words.rstrip(".").split(": ")[1].split(", ")
        ]

    assert costs(-0.3, 1.0) == [4.912, 1.654, 3.322]
    assert costs(-3.0, 12.0) == [24.097, 2.004, 2.095]
    assert 2 < costs(-3.0, 40.0)[2] < 2.06
    assert formulas.fit_curve("log-loss")[1] > 4.9  # hardly lower anywhere
    assert formulas.fit_curve("squared error")[0][1] == pytest.approx(0.95, abs=0.005)
    free, usual, liblinear = (
        formulas.fit_curve("log-loss", penalty=p)[0] for p in ((0, 0), (0, 1), (1, 1))
    )
    assert (round(free[1].item(), 2), round(usual[1].item(), 2)) == (1.07, 0.78)
    assert abs(liblinear[0]) < 0.7 * abs(usual[0])  # its b0 is shrunk as well


# 6 · Several labels


def test_pairs_of_digits_have_two_labels_each():
    for unseen, count in ((False, 909), (True, 723)):
        x, targets = formulas.digit_pairs(unseen)
        assert x.shape == (count, 64)
        assert (targets.sum(1) == 2).all()
        assert x.min() >= 0 and x.max() <= 1


def best_threshold(loss, shares, seed, steps):
    """The best threshold on the trained pairs; two shares of the unseen ones.

    Namely those with an exact set, and those whose two largest scores are the right ones.
    """
    (x, targets), (unseen, truth) = formulas.digit_pairs(), formulas.digit_pairs(unseen=True)
    model = formulas.network("linear", seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(model(x), targets).backward()
        optimiser.step()
    scores = model(unseen).detach()
    p, new = shares(model(x).detach()), shares(scores)
    exact = {k / 20: ((p > k / 20) == targets).all(1).double().mean() for k in range(1, 20)}
    best = max(exact, key=exact.get)
    two = truth.gather(1, scores.topk(2).indices).all(1).double().mean().item()
    return best, ((new > best) == truth).all(1).double().mean().item(), two


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("loss", "shares", "best"),
    [
        (F.cross_entropy, lambda z: z.softmax(1), 0.15),
        (F.binary_cross_entropy_with_logits, torch.sigmoid, 0.4),
    ],
)
def test_the_best_thresholds_on_the_trained_pairs(loss, shares, best, seed):
    found, exact, two = best_threshold(loss, shares, seed, steps=100)
    assert found == best
    assert exact == pytest.approx(0.35, abs=0.015)  # about as many behind both
    assert two == pytest.approx(0.55, abs=0.015)


@pytest.mark.parametrize("seed", [0, 1])
def test_after_more_steps_sigmoids_find_more_exact_sets(seed):
    softmax = best_threshold(F.cross_entropy, lambda z: z.softmax(1), seed, steps=1000)
    sigmoid = best_threshold(F.binary_cross_entropy_with_logits, torch.sigmoid, seed, steps=1000)
    assert softmax[1] == pytest.approx(0.31, abs=0.01)
    assert sigmoid[1] == pytest.approx(0.35, abs=0.01)


# What people write, and no declaration knows


def softmax_by_hand(scores, target, from_probabilities=False):
    if from_probabilities:
        return -torch.log(scores[range(len(target)), target]).mean()
    e = torch.exp(scores)
    return -torch.log((e / e.sum(1, keepdim=True))[range(len(target)), target]).mean()


def probabilities_again(scores, target, from_probabilities=False):
    return F.cross_entropy(scores, target)


def log_with_epsilon(scores, target, from_probabilities=False):
    p = scores if from_probabilities else scores.softmax(dim=1)
    return F.nll_loss(torch.log(p + 1e-8), target)


def head_with_sigmoid(scores, target):
    return F.cross_entropy(torch.sigmoid(scores), target, ignore_index=-1)


def void_counts(scores, target):
    return F.cross_entropy(scores, target, ignore_index=-1, reduction="sum") / target.numel()


def squared(b0, b1, x, y):
    p = torch.sigmoid(b0 + b1 * x)
    d = 2 * (p - y) * p * (1 - p)
    return torch.stack([d.sum(), (d * x).sum()])


def mean_gradient(b0, b1, x, y):
    e = torch.sigmoid(b0 + b1 * x) - y
    return torch.stack([e.mean(), (e * x).mean()])


def categorical(scores, targets, pos_weight):
    logs = torch.log_softmax(scores, dim=1)
    return -(pos_weight * targets * logs + (1 - targets) * F.logsigmoid(-scores)).mean()


def bce_of_sigmoid(scores, targets, pos_weight):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(scores), targets, pos_weight=pos_weight)


def weight_for_all(scores, targets, pos_weight):
    return F.binary_cross_entropy_with_logits(scores, targets, weight=pos_weight)


def chance(classes, head):
    return 0.0 if head == "logits" else -math.log(1 / classes)


def only_sums(outputs, loss):
    if loss == "nll_loss":
        if (outputs > 0).any():
            return "no logarithm"
        return (
            "fine"
            if torch.allclose(outputs.exp().sum(1), torch.ones(1).double())
            else "no normaliser"
        )
    ones = torch.ones(len(outputs), dtype=torch.float64)
    return "probabilities" if torch.allclose(outputs.sum(1), ones) else "fine"


def first_row_only(outputs, loss):
    return exercises.diagnose(outputs[:1], loss)


def one_row_is_enough(outputs, loss):
    if loss == "nll_loss" and (outputs <= 0).all():
        normalised = (outputs.exp().sum(1) - 1).abs() < 1e-6
        return "fine" if normalised.any() else "no normaliser"
    return exercises.diagnose(outputs, loss)


def total_of_all_rows(outputs, loss):
    if loss == "nll_loss" and (outputs <= 0).all():
        total = outputs.exp().sum() - len(outputs)
        return "fine" if total.abs() < 1e-6 else "no normaliser"
    return exercises.diagnose(outputs, loss)


def no_upper_end(outputs, loss):
    if loss == "cross_entropy":
        return "probabilities" if outputs.min() >= 0 else "fine"
    return exercises.diagnose(outputs, loss)


def nll_of_probabilities(scores, target, from_probabilities=False):
    return F.nll_loss(scores if from_probabilities else scores.log_softmax(1), target)


def all_targets(scores, target, from_probabilities=False):
    logs = scores.log() if from_probabilities else scores.log_softmax(1)
    return -logs[:, target].mean()


def picture_by_picture(scores, target):
    each = [
        F.cross_entropy(scores[i : i + 1], target[i : i + 1], ignore_index=-1)
        for i in range(len(scores))
    ]
    return sum(each) / len(each)


def half_of_the_points(b0, b1, x, y):
    e = torch.sigmoid(b0 + b1 * x[y == 1]) - 1
    return torch.stack([e.sum(), (e * x[y == 1]).sum()])


def softmax_and_bce(scores, targets, pos_weight):
    p = scores.softmax(1)
    return -(pos_weight * targets * p.log() + (1 - targets) * (1 - p).log()).mean()


def one_softmax_for_all(scores, targets, pos_weight):
    return F.cross_entropy(scores, targets)


def nothing_is_lost(classes, head):
    return 0.0


def no_bottom(classes, head):
    return -math.inf if head == "logits" else math.log1p((classes - 1) / math.e)


@pytest.mark.parametrize(
    ("exercise", "attempt", "mistake"),
    [
        ("cross_entropy", softmax_by_hand, None),  # right but for the guard
        ("cross_entropy", probabilities_again, "softmax_of_probabilities"),
        ("cross_entropy", log_with_epsilon, "epsilon_in_the_log"),
        ("segmentation_loss", head_with_sigmoid, "sigmoid_in_the_head"),
        ("segmentation_loss", void_counts, "all_pixels_in_the_mean"),
        ("nll_gradient", squared, "twice_the_squared_error"),
        ("nll_gradient", mean_gradient, "averaged"),
        ("multi_label_loss", categorical, "labels_compete"),
        ("multi_label_loss", bce_of_sigmoid, "sigmoid_twice"),
        ("multi_label_loss", weight_for_all, "weight_on_everything"),
        ("lowest_loss", chance, "as_if_it_guessed"),
        ("diagnose", only_sums, "only_sums_to_one"),
        ("diagnose", first_row_only, None),
        ("diagnose", one_row_is_enough, "one_row_will_do"),
        ("diagnose", total_of_all_rows, "rows_cancel"),
        ("diagnose", no_upper_end, "upper_end_left_out"),
        ("cross_entropy", nll_of_probabilities, "probabilities_without_a_logarithm"),
        ("cross_entropy", all_targets, "every_target_of_every_row"),
        ("segmentation_loss", picture_by_picture, "mean_of_pictures"),
        ("nll_gradient", half_of_the_points, "only_the_ones"),
        ("multi_label_loss", softmax_and_bce, "softmax_into_bce"),
        ("multi_label_loss", one_softmax_for_all, "cross_entropy_of_labels"),
        ("lowest_loss", nothing_is_lost, "always_zero"),
        ("lowest_loss", no_bottom, "without_end"),
    ],
)
def test_attempts_that_no_declaration_knows_are_named(exercise, attempt, mistake):
    result = check(getattr(exercises, exercise), attempt)
    assert result.status == "wrong"
    if mistake:
        assert result.mistake == mistake
