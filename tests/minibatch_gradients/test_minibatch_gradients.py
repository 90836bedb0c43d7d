"""The maths of minibatch gradients, against enumeration, torch, scikit-learn and Monte Carlo.

Every figure that the page's prose names is asserted here or printed by a cell of the page.
"""

import itertools
import math

import numpy as np
import pytest
import torch
from closeness import close
from data_scripts import script
from torch import nn
from torch.utils.data import DataLoader

from helpers.minibatch_gradients import exercises, formulas

FLOAT = torch.float64


# 1 · A mean of means


def torch_gradient(x, t):
    line = formulas.LINE.clone().requires_grad_()
    loss = nn.functional.mse_loss(line[0] * x + line[1], t)
    return torch.autograd.grad(loss, line)[0]


@pytest.mark.parametrize("size", range(1, 8))
def test_eq_1_1_gradients_of_batches_weighted_by_size(size):
    full = torch_gradient(formulas.X7, formulas.T7)
    close(formulas.line_gradient(formulas.X7, formulas.T7), full)
    close(formulas.gradient_of_batches(size, weighted=True), full)
    parts = formulas.chunks(size)
    gradients, sizes = [torch_gradient(*part) for part in parts], [len(x) for x, _ in parts]
    close(exercises.full_gradient(gradients, sizes), full)
    line = formulas.LINE.clone().requires_grad_()
    close(exercises.accumulate(parts, line), full)
    plain = formulas.gradient_of_batches(size, weighted=False)
    close(plain, torch.stack(gradients).mean(0))
    assert ((plain - full).abs().max() < 1e-9) == (size in (1, 7))


def test_what_the_page_says_of_seven_points():
    full = formulas.line_gradient(formulas.X7, formulas.T7)
    close(full, [-24.342857, -4.942857], 1e-6)
    close(formulas.gradient_of_batches(3, False), [-35.733333, -6.244444], 1e-6)


def test_the_gradient_of_the_digits_is_that_of_autograd():
    weight = torch.zeros(10, 64, dtype=FLOAT, requires_grad=True)
    images, labels = formulas.digit_data()
    for at in (0, 1000):
        loss = formulas.digit_loss(weight, images[at : at + 1], labels[at : at + 1])
        (gradient,) = torch.autograd.grad(loss, weight)
        close(formulas.digit_gradients()[at], gradient.flatten())


def test_what_the_page_says_of_losses_that_are_no_mean():
    """Other weights than the sizes put the batches together, unless samples meet in the model."""
    full = formulas.line_gradient(formulas.X7, formulas.T7)
    plain = formulas.gradient_of_batches(3, False)
    assert round((plain.norm() / full.norm()).item(), 2) == 1.46
    line = formulas.LINE.clone().requires_grad_()
    x, t = formulas.X7, formulas.T7

    def weighted(x, t):
        return (x * (line[0] * x + line[1] - t) ** 2).sum() / x.sum()

    def rmse(x, t):
        return nn.functional.mse_loss(line[0] * x + line[1], t).sqrt()

    weights = {weighted: lambda x, t: x.sum(), rmse: lambda x, t: len(x) * rmse(x, t).detach()}
    for loss, weight in weights.items():
        found = 0
        for at in (slice(0, 4), slice(4, 7)):
            (part,) = torch.autograd.grad(loss(x[at], t[at]), line)
            found = found + weight(x[at], t[at]) / weight(x, t) * part
        close(found, torch.autograd.grad(loss(x, t), line)[0], 1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_last_batch_decides_how_far_off_a_mean_of_means_is(seed):
    order = torch.randperm(1797, generator=torch.Generator().manual_seed(seed))
    each = formulas.digit_gradients()[order]
    gap = {}
    for size in (500, 449):
        plain = torch.stack([part.mean(0) for part in each.split(size)]).mean(0)
        gap[size] = ((plain - each.mean(0)).norm() / each.mean(0).norm()).item()
    assert 0.02 < gap[500] < 0.1 and gap[449] > 1


# 2 · Epochs and updates


@pytest.mark.parametrize("n", [1, 7, 40, 64, 100])
@pytest.mark.parametrize("size", [1, 3, 32, 200])
def test_updates_are_those_of_a_loader(n, size):
    for drop_last in (False, True):
        loader = DataLoader(range(n), batch_size=size, drop_last=drop_last)
        assert exercises.n_updates(n, size, 5, drop_last) == 5 * len(loader)
    assert formulas.updates(n, size, 5) == exercises.n_updates(n, size, 5, False)


@pytest.mark.parametrize("shuffled", [True, False])
def test_descent_is_that_of_torch(shuffled):
    w = torch.zeros((), dtype=FLOAT, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=0.1)
    path = [0.0]
    for at in formulas.batches(16, 2, 1, shuffled, seed=5):
        optimiser.zero_grad()
        nn.functional.mse_loss(w * formulas.X[at[0]], formulas.T[at[0]]).backward()
        optimiser.step()
        path.append(w.item())
    mine = formulas.descend(16, 0.1, 2, shuffled=shuffled, seed=5)[:, 0]
    assert mine.tolist() == pytest.approx(path, rel=1e-12)


def test_batches_are_drawn_as_they_say():
    epoch = np.concatenate(list(formulas.batches(8, 1, 3, True, 0)), axis=1)
    assert (np.sort(epoch, axis=1) == np.arange(64)).all()
    fresh = list(formulas.batches(8, 40, 3, False, 0))
    assert len(fresh) == 40 * 8
    assert all(len(set(row)) == 8 for batch in fresh for row in batch.tolist())
    counts = np.bincount(np.concatenate(fresh, axis=None), minlength=64)
    assert 70 < counts.min() < counts.max() < 170  # 120 each on average, no two epochs alike


def test_the_stored_lines_are_those_of_the_script():
    for rate, size in ((0.05, 8), (0.2, 64)):
        path = formulas.descend(size, rate, 3, 100, True, seed=1)
        mean = formulas.excess(path).mean(1)[:: 64 // size]
        np.testing.assert_allclose(mean[1:], formulas.mean_excess(rate, size)[:3], rtol=1e-5)


def test_what_the_page_says_of_the_curves():
    def excess(size, epochs, rate=0.05):
        return formulas.mean_excess(rate, size)[formulas.EPOCHS.index(epochs)]

    assert all(0.016 < loss < 0.03 for loss in formulas.mean_excess(0.05, 1))
    assert (round(excess(4, 3), 4), round(excess(64, 3), 2)) == (0.0013, 1.64)
    at_three = [excess(size, 3) for size in formulas.SIZES]
    assert formulas.SIZES[at_three.index(min(at_three))] == 4
    # As many updates bring about as much while a curve still descends: 16 of them each.
    early = [excess(size, size // 4) for size in (4, 8, 16, 32, 64)]
    assert max(early) < 1.1 * min(early)
    for size in (1, 2, 4, 8):
        assert excess(size, 300, rate=0.2) > 3 * excess(size, 300)


@pytest.mark.parametrize("seed", [1, 2])
def test_other_points_have_the_same_order_of_batch_sizes(seed):
    x, t = formulas.points(seed=seed)
    ends = [
        formulas.excess(formulas.descend(b, 0.05, 3, 40, True, 5, x, t)[-1], x, t).mean()
        for b in formulas.SIZES
    ]
    assert formulas.SIZES[int(np.argmin(ends))] == 4


@pytest.mark.parametrize("seed", range(6))
def test_single_points_lead_after_one_epoch_at_a_small_rate(seed):
    x, t = formulas.points(seed=seed)
    ends = [
        formulas.excess(formulas.descend(b, 0.02, 1, 100, True, 5, x, t)[-1], x, t).mean()
        for b in formulas.SIZES
    ]
    assert ends == sorted(ends)


# 3 · The noise of a batch


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_eq_3_1_the_variance_over_all_batches(size):
    g = formulas.sample_gradients(0.3)[:6]
    v = g.var(correction=0).item()
    for replacement, kind in ((True, itertools.product), (False, itertools.combinations)):
        batches = kind(range(6), repeat=size) if replacement else kind(range(6), size)
        means = torch.stack([g[list(batch)].mean() for batch in batches])
        close(formulas.variance_of_mean(v, 6, size, replacement), means.var(correction=0), 1e-12)
    close(
        exercises.batch_gradient_variance(g[:, None], size),
        [formulas.variance_of_mean(v, 6, size)],
        1e-12,
    )


@pytest.mark.parametrize("size", [0, 65, -1])
def test_a_batch_that_there_is_not_is_refused(size):
    with pytest.raises(ValueError, match="from 1 to 64"):
        formulas.variance_of_mean(1.0, 64, size)


def test_a_variance_that_there_is_not_is_refused():
    for v in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="0 or more"):
            formulas.variance_of_mean(v, 64, 8)
    assert formulas.variance_of_mean(0.0, 1, 1) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigma": -0.5}, "above 0"),
        ({"sigma": float("nan")}, "above 0"),
        ({"count": 0}, "no sample"),
        ({"hole": float("nan")}, "finite"),
    ],
)
def test_weights_that_cannot_be_drawn_are_refused(change, message):
    x, mu, t = formulas.layer(change.get("count", 3))
    mu[0] = change.get("hole", mu[0])
    sigma = change.get("sigma", formulas.SIGMA)
    with pytest.raises(ValueError, match=message):
        formulas.drawn_gradients("pre-activations", x, mu, t, 2, sigma)
    with pytest.raises(ValueError, match=message):
        formulas.drawn_variance("pre-activations", "μ", x, mu, t, sigma)


def test_all_batches_are_counted_where_they_are_few():
    v = formulas.sample_gradients(0.0).var(correction=0).item()
    for size, replacement in ((1, False), (2, False), (63, False), (64, False), (2, True)):
        gradients, counted = formulas.batch_gradients(size, replacement)
        count = 64**size if replacement else math.comb(64, size)
        assert counted and len(gradients) == count
        assert gradients.var() == pytest.approx(
            formulas.variance_of_mean(v, 64, size, replacement), abs=1e-12
        )


def test_what_the_page_says_of_the_noise():
    v = formulas.sample_gradients(0.0).var(correction=0).item()
    assert v == pytest.approx(18.9607, abs=5e-5)
    wanted = {(8, False): 2.10674, (8, True): 2.37008, (32, False): 0.300963, (32, True): 0.592520}
    for (size, replacement), variance in wanted.items():
        assert formulas.variance_of_mean(v, 64, size, replacement) == pytest.approx(
            variance, abs=1e-5
        )
        gradients, _ = formulas.batch_gradients(size, replacement)
        # Of 20,000 draws the variance is right within 4 %, four standard errors.
        assert gradients.var() == pytest.approx(variance, rel=0.04)


# 4 · The floor


@pytest.mark.parametrize(("rate", "size"), [(0.1, 1), (0.2, 8), (0.05, 32), (0.08, 4)])
@pytest.mark.parametrize("seed", [0, 1])
def test_eq_4_1_the_floor_of_a_constant_step(rate, size, seed):
    x, t = formulas.points(seed=seed)
    start = math.ceil(60 * size / 64)
    path = formulas.descend(size, rate, start * 12, 400 // size + 60, False, 3, x, t)
    late = formulas.excess(path[len(path) // 4 :], x, t).mean()
    assert late == pytest.approx(formulas.floor(rate, size, x, t), rel=0.12)


def test_eq_4_2_the_floor_at_a_small_rate():
    noise = formulas.sample_gradients(formulas.best())
    v = noise.var(correction=0).item()
    for size in (1, 4, 32):
        near = 1e-4 * v / (4 * size) * (64 - size) / 63
        assert formulas.floor(1e-4, size) == pytest.approx(near, rel=1e-3)
    size = exercises.smallest_batch(1e-4, v, 64, 2e-5)
    assert formulas.floor(1e-4, size) <= 2e-5 * 1.001 < formulas.floor(1e-4, size - 1)


def test_a_floor_needs_points_that_disagree_and_a_rate_that_is_not_too_large():
    exact = formulas.points(noise=0.0)
    assert formulas.floor(0.1, 1, *exact) == pytest.approx(0, abs=1e-25)
    assert formulas.floor(0.1, 64) == pytest.approx(0, abs=1e-25)
    limit = 1 / (formulas.X**2).mean().item()
    assert limit == pytest.approx(1.2, abs=0.01)
    assert math.isinf(formulas.floor(1.01 * limit, 64))
    assert formulas.excess(formulas.descend(64, 1.01 * limit, 500)[-1, 0]) > 10


def test_what_the_page_says_of_the_floor():
    def fresh(rate, size):
        return formulas.measured_floor(rate, size, False)

    assert [round(fresh(0.1, n), 3) for n in (1, 4)] == [0.071, 0.015]
    assert [round(fresh(0.05, n), 3) for n in (1, 4)] == [0.031, 0.007]
    assert all(fresh(0.05, n) < fresh(0.1, n) / 2 for n in (1, 4))
    assert round(fresh(0.1, 8), 4) == 0.0067
    assert round(formulas.measured_floor(0.1, 8, True), 4) == 0.0028
    for rate in formulas.RATES:
        gain = [
            fresh(rate, n) / formulas.measured_floor(rate, n, True) for n in formulas.SIZES[:-1]
        ]
        assert gain == sorted(gain) and gain[0] > 1
        for size in formulas.SIZES[:-1]:
            assert fresh(rate, size) == pytest.approx(formulas.floor(rate, size), rel=0.12)


# 5 · Drawn weights


@pytest.mark.parametrize("estimator", formulas.ESTIMATORS)
@pytest.mark.parametrize(("count", "seed", "sigma"), [(1, 0, 0.5), (10, 1, 2.0), (30, 2, 0.5)])
def test_the_variance_of_a_mean_of_gradients_with_drawn_weights(estimator, count, seed, sigma):
    x, mu, t = formulas.layer(count, seed, inputs=3)
    draws = formulas.drawn_gradients(estimator, x, mu, t, draws=20_000, sigma=sigma, seed=4)
    for by, entry in (("μ", 0), ("σ", 1)):
        exact = formulas.drawn_variance(estimator, by, x, mu, t, sigma)
        # The standard error is below 2 % of the variance, tails of products included.
        assert draws[:, entry].var(0).sum().item() == pytest.approx(exact, rel=0.08)
    # V/B + (1 − 1/B)·C itself, for the gradient by μ with one draw for all: covariances σ²(xᵢ·xⱼ)² and so on.
    if estimator == "one draw a batch":
        inner = (x @ x.T).square() * sigma**2
        v, c = inner.diag().mean(), (inner.sum() - inner.trace()) / max(1, count * (count - 1))
        mixed = v / count + (1 - 1 / count) * c
        close(formulas.drawn_variance(estimator, "μ", x, mu, t, sigma), mixed, 1e-10)


@pytest.mark.parametrize("estimator", formulas.ESTIMATORS)
def test_gradients_of_drawn_weights_are_those_of_autograd(estimator):
    x, mu, t = formulas.layer(4, 3, inputs=2)
    found = formulas.drawn_gradients(estimator, x, mu, t, draws=1, seed=7)[0]
    generator = torch.Generator().manual_seed(7)
    mu, sigma = mu.clone().requires_grad_(), torch.full((2,), 0.5, dtype=FLOAT, requires_grad=True)
    if estimator == "pre-activations":
        noise = torch.randn(1, 4, dtype=FLOAT, generator=generator)
        z = exercises.local_reparameterisation(x, mu[:, None], sigma[:, None], noise.T)[:, 0]
    else:
        rows = 1 if estimator == "one draw a batch" else 4
        noise = torch.randn(1, rows, 2, dtype=FLOAT, generator=generator)[0]
        z = (x * (mu + sigma * noise)).sum(1)
    gradients = torch.autograd.grad((0.5 * (z - t) ** 2).mean(), (mu, sigma))
    close(found, torch.stack(gradients), 1e-12)


def test_pre_activations_are_distributed_as_with_drawn_weights():
    x, mu, _ = formulas.layer(3, 5, inputs=4)
    generator = torch.Generator().manual_seed(0)
    sigma = 0.5 * torch.ones(4, dtype=FLOAT)
    w = mu + sigma * torch.randn(20_000, 1, 4, dtype=FLOAT, generator=generator)
    noise = torch.randn(3, 1, dtype=FLOAT, generator=generator)
    mean = exercises.local_reparameterisation(x, mu[:, None], sigma[:, None], 0 * noise)[:, 0]
    width = exercises.local_reparameterisation(x, 0 * mu[:, None], sigma[:, None], noise / noise)
    z = (x * w).sum(2)
    close(z.mean(0), mean, 0.05)
    close(z.std(0), width[:, 0], 0.05)


def expected_spread(estimator, x, mu, t, sigma=formulas.SIGMA):
    """Mean, over draws, of the variance across the samples of one batch of their gradients by mu."""
    n, squares = len(x), x.square()
    still = ((x @ mu - t)[:, None] * x).var(0).sum().item()  # as if no weight were drawn
    each = (squares.sum(1) * sigma**2 * squares.sum(1)).sum().item()
    return still + (each - n * formulas.drawn_variance(estimator, "μ", x, mu, t, sigma)) / (n - 1)


def test_the_spread_inside_a_draw_goes_the_other_way():
    for seed in range(4):
        layer = formulas.layer(10, seed)
        spread = [expected_spread(name, *layer) for name in formulas.ESTIMATORS]
        noise = [formulas.drawn_variance(name, "μ", *layer) for name in formulas.ESTIMATORS]
        assert noise[0] > noise[1] and spread[0] < spread[1]
        # What the one loses the other gains.
        assert spread[1] - spread[0] == pytest.approx(10 / 9 * (noise[0] - noise[1]))


def test_means_have_one_average_but_not_one_length():
    each = formulas.digit_gradients()
    torch.manual_seed(0)
    batches = torch.stack([each[torch.randperm(1797)[:8]].mean(0) for _ in range(500)])
    whole = each.mean(0)
    assert (batches.mean(0) - whole).norm() < 0.2 * whole.norm()
    assert batches.norm(dim=1).mean() > 2.5 * whole.norm()


def test_what_the_page_says_of_drawn_weights():
    def variance(count, estimator, by="μ"):
        return formulas.drawn_variance(estimator, by, *formulas.layer(count))

    shared, own, local = formulas.ESTIMATORS
    assert [round(variance(n, shared), 1) for n in (10, 100, 1000)] == [2.6, 1.3, 1.3]
    assert round(variance(1000, own), 3) == 0.009
    for count in formulas.COUNTS:
        assert variance(count, own) == pytest.approx(variance(count, local))
        assert 0.35 < variance(count, local, "σ") / variance(count, own, "σ") < 0.6
    x, one = torch.tensor([[1.0], [2], [3]], dtype=FLOAT), torch.ones(1, dtype=FLOAT)
    for copies in (1, 100):
        batch = x.repeat(copies, 1), one, x[:, 0].repeat(copies)
        assert formulas.drawn_variance(shared, "μ", *batch) == pytest.approx(5.44444, abs=1e-5)
        found = formulas.drawn_variance(own, "μ", *batch)
        assert found == pytest.approx(2.72222 / copies, rel=1e-5)


# 6 · Digits


def test_the_stored_digits_are_those_of_scikit_learn():
    for labels, size, budget, seed, n in (
        ("as they are", 200, "20 epochs", 1, 100),
        ("one in ten random", 32, "20 epochs", 3, 40),
    ):
        again = script("minibatch_gradients").digit_run(labels, size, budget, seed, n)
        stored = formulas.learning_curve(size, budget, labels)[seed, formulas.IMAGES.index(n)]
        np.testing.assert_allclose(again, stored, atol=0.03)
        assert again[2] == stored[2]


def test_updates_of_scikit_learn():
    from sklearn.neural_network import MLPClassifier

    x = np.random.default_rng(0).normal(size=(50, 3))
    model = MLPClassifier((2,), batch_size=20, max_iter=4, tol=0, n_iter_no_change=100)
    with pytest.warns(UserWarning, match="hasn't converged"):
        model.fit(x, x[:, 0] > 0)
    assert model._optimizer.t == exercises.n_updates(50, 20, 4, False) == 12
    assert (model.n_iter_, model.t_) == (4, 200)  # t_ counts samples
    for size in formulas.BATCHES:
        for labels in formulas.LABELS:
            counts = formulas.learning_curve(size, "20 epochs", labels)[:, :, 2]
            wanted = [formulas.updates(n, min(size, n), 20) for n in formulas.IMAGES]
            assert (counts == wanted).all()


def test_a_larger_rate_needs_fewer_updates():
    from sklearn.neural_network import MLPClassifier

    images, labels = (part.numpy() for part in formulas.digit_data())
    for seed in range(3):
        seen = np.random.default_rng(seed).permutation(1797)[:40]
        model = MLPClassifier((32,), max_iter=20, random_state=seed, learning_rate_init=0.01)
        with pytest.warns(UserWarning):  # that it stops, and that the batch size is clipped
            model.fit(images[seen], labels[seen])
        assert model.score(images[seen], labels[seen]) >= 0.9


def test_what_the_page_says_of_the_learning_curve():
    def train(size, budget):
        return formulas.learning_curve(size, budget).mean(0)[:, 0].round(2).tolist()

    assert train(200, "20 epochs") == [0.31, 0.3, 0.3, 0.48, 0.76]
    assert train(200, "1000 updates")[:4] == [1, 1, 1, 1]
    for labels in formulas.LABELS:  # each of the five seeds has learnt the 40 images
        assert (formulas.learning_curve(200, "1000 updates", labels)[:, 0, 0] == 1).all()
    rising, falling = train(8, "20 epochs"), train(8, "1000 updates")
    assert rising == sorted(rising) and falling == sorted(falling, reverse=True)
    assert (falling[0], falling[-1], rising[-1]) == (1, 0.95, 0.98)
    assert formulas.learning_curve(8, "20 epochs")[0, -1, 2] == 2000
