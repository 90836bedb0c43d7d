"""The maths of sample weights, against independent oracles."""

import itertools

import numpy as np
import pytest
import torch
from closeness import close
from torch import tensor
from torch.autograd import grad
from torch.nn import functional as F

from helpers.sample_weights import exercises, figures, formulas, tumours
from helpers.teaching.data import breast_cancer

FLOAT = torch.float64
BATCH = 32


def leaf(*values):
    values = values[0] if len(values) == 1 else values
    return tensor(values, dtype=FLOAT, requires_grad=True)


def _many_batches(pooling, weight):
    """The two estimators with numpy's generator: an implementation of its own."""
    random = np.random.default_rng(7)
    gradient, weights = (
        part.numpy() for part in (formulas.rare_gradients(), formulas.rare_weights(weight))
    )
    share = weights / weights.sum() if pooling == "sampler" else None
    drawn = random.choice(len(gradient), size=(100_000, BATCH), p=share)
    factor = 1 if pooling == "sampler" else weights[drawn] / weights.mean()
    return (factor * gradient[drawn]).mean(1)


@pytest.mark.parametrize("pooling", formulas.POOLINGS[:2])
@pytest.mark.parametrize("weight", [10, 100])
def test_both_ways_agree_on_average(pooling, weight):
    gradient, weights = formulas.rare_gradients(), formulas.rare_weights(weight)
    expected = float((weights * gradient).sum() / weights.sum())
    estimates = _many_batches(pooling, weight)
    error = estimates.std() / np.sqrt(len(estimates))
    assert estimates.mean() == pytest.approx(expected, abs=4 * error)
    assert formulas.weighted_mean(gradient, weights).item() == pytest.approx(expected)


@pytest.mark.parametrize("pooling", formulas.POOLINGS[:2])
@pytest.mark.parametrize("weight", [10, 100])
def test_eq_3_1_but_not_in_their_spread(pooling, weight):
    estimates = _many_batches(pooling, weight)
    variances = formulas.draw_variances(formulas.rare_gradients(), formulas.rare_weights(weight))
    variance = variances[formulas.POOLINGS.index(pooling)].item() / BATCH
    assert estimates.var() == pytest.approx(variance, rel=0.02)


def test_the_page_s_batches_follow_the_exact_moments():
    for pooling, weight in itertools.product(formulas.POOLINGS[:2], [1, 10, 100]):
        estimates = formulas.batch_gradients(pooling, weight)
        variances = formulas.draw_variances(
            formulas.rare_gradients(), formulas.rare_weights(weight)
        )
        spread = (variances[formulas.POOLINGS.index(pooling)] / BATCH).sqrt()
        exact = formulas.weighted_mean(formulas.rare_gradients(), formulas.rare_weights(weight))
        assert (estimates.mean() - exact).abs() < 4 * spread / formulas.BATCHES**0.5
        assert estimates.std() == pytest.approx(spread.item(), rel=0.06)


def test_sampler_and_weights_together_square_the_weights():
    gradient, weights = formulas.rare_gradients(), formulas.rare_weights(10)
    both = formulas.batch_gradients("sampler and weights", 10).mean()
    squared = formulas.weighted_mean(gradient, weights**2)
    once = formulas.weighted_mean(gradient, weights)
    assert (both - squared).abs() < 0.5 < (both - once).abs()


def test_weights_of_four_points():
    w, x, t = leaf(0.5), torch.arange(1.0, 5, dtype=FLOAT), tensor([2.0, 1, 5, 3], dtype=FLOAT)
    weights = tensor([1, 3, 0.5, 2], dtype=FLOAT)

    def losses():
        return (w * x - t) ** 2

    close(grad(losses(), w, grad_outputs=weights)[0], -29.5)
    close(grad((weights * F.mse_loss(w * x, t, reduction="none")).sum(), w)[0], -29.5)
    close(grad((weights * losses()).mean(), w)[0], -7.375)
    close(grad((weights * losses()).sum() / weights.sum(), w)[0], -29.5 / 6.5)
    close(grad(losses().mean(), w)[0], -8)
    close(F.mse_loss(w * x, t, weight=weights), (weights * losses()).sum() / weights.sum())
    repeated = [0, 1, 1, 1, 3, 3]
    close(grad(((w * x - t) ** 2)[repeated].sum(), w)[0], -19)
    close(grad(losses(), w, grad_outputs=tensor([1, 3, 0, 2], dtype=FLOAT))[0], -19)


def test_which_of_torch_s_losses_divide_by_the_weights():
    weights, t = tensor([1, 3, 0.5, 2], dtype=FLOAT), tensor([2, 0, 1, 1])
    z = torch.sin(torch.arange(12, dtype=FLOAT)).reshape(4, 3)
    by_class = tensor([1, 3, 0.5], dtype=FLOAT)
    losses = F.cross_entropy(z, t, reduction="none")
    divided = (by_class[t] * losses).sum() / by_class[t].sum()
    close(F.cross_entropy(z, t, weight=by_class), divided)
    p, truth = torch.sigmoid(z[:, 0]), (t == 1).double()
    losses = F.binary_cross_entropy(p, truth, reduction="none")
    close(F.binary_cross_entropy(p, truth, weight=weights), (weights * losses).mean())


def test_what_the_page_says_of_the_thousand_batches():
    estimates = {
        pooling: formulas.batch_gradients(pooling, 100).numpy() for pooling in formulas.POOLINGS
    }
    weighted, sampled, _, both = estimates.values()
    exact = formulas.weighted_mean(formulas.rare_gradients(), formulas.rare_weights(100)).item()
    assert exact == pytest.approx(-5.02, abs=0.005)
    assert (np.abs(weighted - exact) > 1).all()
    without = weighted > -4
    assert without.mean() == pytest.approx(0.72, abs=0.005)
    assert weighted[without].mean() == pytest.approx(-1, abs=0.05)
    assert weighted.std() == pytest.approx(7.18, abs=0.006)
    assert sampled.std() == pytest.approx(0.63, abs=0.006)
    assert both.mean() == pytest.approx(-7.95, abs=0.006)
    large = formulas.batch_gradients("sampler and weights", 100, 512)
    assert large.mean().item() == pytest.approx(-7.95, abs=0.02)  # it does not help


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([0.0, 0.0], "All weights are 0"),
        ([1.0, -2.0], "not below 0"),
        ([1.0, float("nan")], "a finite number"),
        ([1.0, float("inf")], "a finite number"),
        ([1.0, 2.0, 3.0], "3 weights for 2 values"),
    ],
)
def test_weights_that_cannot_weigh_are_refused_in_a_sentence(weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        formulas.weighted_mean(tensor([1.0, 2.0]), tensor(weights))
    if len(weights) == 2:
        with pytest.raises(ValueError, match=sentence):
            formulas.effective_size(tensor(weights))


# The data


def test_the_tumours_are_those_of_scikit_learn():
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    measured, malignant = breast_cancer()
    np.testing.assert_array_equal(measured, bunch.data[:, :10].astype(np.float32))
    np.testing.assert_array_equal(malignant, bunch.target == 0)
    names = [bunch.feature_names[i] for i in tumours.FEATURES]
    assert names == ["mean texture", "mean smoothness", "mean symmetry"]
    others = [bunch.feature_names[i] for i in (5, 8, 9)]
    assert others == ["mean compactness", "mean symmetry", "mean fractal dimension"]


@pytest.mark.parametrize("seed", [0, 7])
def test_a_split_has_a_tenth_of_malignant_tumours_in_both_parts(seed):
    (x, y), (held, truth, count) = tumours.split(seed)
    assert (len(y), int(y.sum()), len(truth)) == (200, 20, 369)
    assert count.sum().item() == pytest.approx(1)
    assert (count * truth).sum().item() == pytest.approx(0.1)
    rows = {tuple(row) for row in torch.cat([x, held]).tolist()}
    assert rows == {tuple(row) for row in tumours.all_tumours()[0].tolist()}


# 1 · Three ways


@pytest.mark.parametrize("weights", [(1.0, 3.0, 0.5, 2.0), (0.0, -1.0, 2.0, 5.0)])
def test_the_gradient_of_a_weighted_sum_is_the_weighted_sum_of_gradients(weights):
    x, t = formulas.X.numpy(), formulas.T.numpy()
    v = np.array(weights)

    def loss(w):
        return (v * (w * x - t) ** 2).sum()

    slope = (loss(0.5 + 1e-6) - loss(0.5 - 1e-6)) / 2e-6
    assert (v * 2 * (0.5 * x - t) * x).sum() == pytest.approx(slope, rel=1e-8)
    mine = formulas.slope_gradient(tensor(weights, dtype=FLOAT), "by nothing")
    assert mine.item() == pytest.approx(slope, rel=1e-8)


def test_the_best_line_is_that_of_statsmodels():
    from statsmodels.regression.linear_model import WLS

    for weights in ([1.0, 3.0, 0.5, 2.0], [1.0, 3.0, 4.0, 2.0]):
        fit = WLS(formulas.T.numpy(), formulas.X.numpy(), weights=weights).fit()
        mine = formulas.fitted_slope(tensor(weights, dtype=FLOAT))
        assert mine.item() == pytest.approx(fit.params[0])


def test_what_the_page_says_of_the_line():
    def gradient(**values):
        words = figures.WeightedLine.describe(**values)
        return float(words.split("gradient −")[1].split(";")[0])

    seen = [[gradient(factor=k, division=d) for k in ("½", "2")] for d in formulas.DIVISIONS[::2]]
    assert seen == [[14.75, 59.0], [4.54, 4.54]]  # by nothing, by Σw
    now = figures.WeightedLine._now({"weight": 0.5, "factor": "2", "division": "by nothing"})
    half = figures.WeightedLine._now({"weight": 0.5, "factor": "½", "division": "by nothing"})
    assert half.stepped < half.best - 0.05
    assert now.stepped > now.best + 0.5
    assert now.best == pytest.approx(half.best)
    heavier = figures.WeightedLine._now({"weight": 4.0, "factor": "2", "division": "by nothing"})
    assert 5 / 3 > heavier.best > now.best + 0.2


def test_pos_weight_divides_by_n_as_weight_does():
    z, y = torch.linspace(-2, 3, 7, dtype=FLOAT), tensor([0, 1, 0, 0, 1, 0, 0.0], dtype=FLOAT)
    by_sample = F.binary_cross_entropy_with_logits(z, y, weight=1 + 8 * y)
    by_class = F.binary_cross_entropy_with_logits(z, y, pos_weight=tensor(9.0, dtype=FLOAT))
    losses = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    close(by_sample, ((1 + 8 * y) * losses).sum() / 7)
    close(by_class, by_sample)


def test_doubled_weights_hardly_change_the_steps_of_adam():
    ends = []
    for factor in (1, 2):
        w = leaf(0.5).requires_grad_()
        adam = torch.optim.Adam([w], lr=0.01)
        for _ in range(20):
            adam.zero_grad()
            (factor * (w * formulas.X - formulas.T) ** 2).sum().backward()
            adam.step()
        ends.append(w.item())
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)
    assert ends[0] > 0.6


@pytest.mark.parametrize("weight", [1.0, 9.0])
def test_a_fit_is_that_of_scikit_learn(weight):
    from sklearn.linear_model import LogisticRegression

    (x, y), _ = tumours.split(3)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    model.fit(x.numpy(), y.numpy(), sample_weight=np.where(y == 1, weight, 1.0))
    mine = formulas.fit(x, y, torch.where(y == 1, weight, 1.0))
    theirs = [model.intercept_[0], *model.coef_[0]]
    assert mine.tolist() == pytest.approx(theirs, abs=1e-4)


# 2 · What divides by what


@pytest.mark.parametrize("size", [1, 2, 4, 7, 8])
def test_a_fixed_divisor_is_right_on_average(size):
    losses, weights = np.arange(1, 9.0) ** 2, np.array([1.0] * 7 + [10.0])
    whole = (weights * losses).sum() / weights.sum()
    batches = [list(b) for b in itertools.combinations(range(8), size)]
    fixed = [(weights[b] * losses[b]).sum() / size / weights.mean() for b in batches]
    assert np.mean(fixed) == pytest.approx(whole)
    own = [(weights[b] * losses[b]).sum() / weights[b].sum() for b in batches]
    for values, normaliser in zip((own, fixed), formulas.NORMALISERS, strict=True):
        mine = formulas.all_batches(formulas.last_weight(10), size, normaliser)
        np.testing.assert_allclose(mine, values)
    two = formulas.mean_of_batch_ratios(formulas.LOSSES, formulas.last_weight(10), size)
    assert two.item() == pytest.approx(np.mean(own))


def test_what_the_page_says_of_every_batch():
    def seen(**values):
        return figures.EveryBatch.describe(**values)

    assert "mean is 30.00 with the spread 19.60" in seen()
    assert "all eight is 45.88" in seen()
    assert "mean is 36.92" in seen(size=4)
    assert "mean is 45.88 with the spread 0.00" in seen(size=8)
    assert "mean is 45.88 with the spread 63.34" in seen(normaliser=formulas.NORMALISERS[1])


@pytest.mark.parametrize(("size", "acts_like"), [(8, 5.11), (32, 7.95)])
def test_in_small_batches_of_tumours_weight_9_acts_like_less(size, acts_like):
    random, malignant = np.random.default_rng(size), np.arange(200) < 20
    weights = np.where(malignant, 9.0, 1.0)
    batches = random.permuted(np.tile(np.arange(200), (40_000, 1)), axis=1)[:, :size]
    shares = (weights * malignant)[batches].sum(1) / weights[batches].sum(1)
    share, error = shares.mean(), shares.std() / 200
    exact = acts_like / (acts_like + 9)  # there are nine benign ones for each malignant one
    assert share == pytest.approx(exact, abs=4 * error)
    (_, y), _ = tumours.split(0)
    mine = formulas.mean_of_batch_ratios(y, torch.where(y == 1, 9.0, 1.0).double(), size)
    assert mine.item() == pytest.approx(exact, abs=2e-4)


def test_where_the_heavy_loss_is_small_the_mean_is_too_high_and_a_fixed_divisor_is_calmer():
    losses, weights = formulas.LOSSES.flip(0), formulas.last_weight(10)
    own, fixed = (formulas.all_batches(weights, 2, n, losses) for n in formulas.NORMALISERS)
    whole = formulas.weighted_mean(losses, weights)
    close(fixed.mean(), whole)
    assert own.mean() > whole + 10
    assert fixed.std() < own.std() / 2


def test_without_weights_the_two_programs_of_one_model_agree():
    z, k = torch.sin(torch.arange(6, dtype=FLOAT)), tensor([0, 0, 1, 0, 1, 1])
    scores = torch.stack([torch.zeros_like(z), z], dim=1)
    close(F.cross_entropy(scores, k), F.binary_cross_entropy_with_logits(z, k.double()))


def test_with_probabilities_as_targets_cross_entropy_divides_by_n():
    z = torch.sin(torch.arange(8, dtype=FLOAT)).reshape(4, 2)
    target, w = z.cos().softmax(1), tensor([1.0, 9.0], dtype=FLOAT)
    each = -(w * target * z.log_softmax(1)).sum(1)
    close(F.cross_entropy(z, target, weight=w), each.mean())


def test_each_loss_of_torch_has_its_divisor():
    assert formulas.divisors(3) == {
        "binary_cross_entropy": "n",
        "binary_cross_entropy_with_logits": "n",
        "cross_entropy": "Σw",
        "nll_loss": "Σw",
        "mse_loss": "Σw",
        "l1_loss": "Σw",
        "huber_loss": "n",
    }


# 3 · Samplers


@pytest.mark.parametrize("seed", [0, 1, 7])  # at 7 by less than a factor of 2
def test_on_the_tumours_a_sampler_is_calmer_at_the_start(seed):
    (x, y), _ = tumours.split(seed, columns=tuple(range(10)))
    gradients = (0.5 - y)[:, None] * torch.cat([torch.ones(200, 1), x], 1)
    weights = torch.where(y == 1, 9.0, 1.0).double()
    in_loss, sampler = formulas.draw_variances(gradients, weights)
    assert (in_loss > 1.8 * sampler).all()
    share = (weights / weights.sum()).numpy()
    drawn = np.random.default_rng(seed).choice(200, size=400_000, p=share)
    np.testing.assert_allclose(gradients.numpy()[drawn].var(0), sampler, rtol=0.03)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_at_the_end_of_the_training_neither_way_is_calmer_everywhere(seed):
    from sklearn.linear_model import LogisticRegression

    (x, y), _ = tumours.split(seed, columns=tuple(range(10)))
    w = np.where(y == 1, 9.0, 1.0)
    model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=20_000).fit(x, y, sample_weight=w)
    p = model.predict_proba(x)[:, 1]
    assert (p[y == 1] > 0.5).mean() > 0.8  # most malignant ones are fitted
    g = (p - y.numpy())[:, None] * np.column_stack([np.ones(200), x])
    share = (w / w.sum())[:, None]
    whole = (share * g).sum(0)
    in_loss = ((w[:, None] / w.mean() * g - whole) ** 2).mean(0)
    sampler = (share * (g - whole) ** 2).sum(0)
    assert 1 <= (in_loss < sampler).sum() <= 5


def test_at_the_end_the_sampler_is_calmer_in_65_of_88_gradients():
    calmer = 0
    for seed in range(8):
        (x, y), _ = tumours.split(seed, columns=tuple(range(10)))
        x, y = np.column_stack([np.ones(200), x]), y.numpy()
        w, theta = 1 + 8 * y, np.zeros(11)
        for _ in range(30):  # Newton's method
            p = 1 / (1 + np.exp(-x @ theta))
            theta -= np.linalg.solve(x.T @ (x.T * (w * p * (1 - p))).T, x.T @ (w * (p - y)))
        assert (p[y == 1] > 0.5).mean() > 0.8  # most malignant ones are fitted
        g, share = (p - y)[:, None] * x, (w / w.sum())[:, None]
        whole = share.T @ g
        in_loss = ((w[:, None] / w.mean() * g - whole) ** 2).mean(0)
        calmer += (in_loss > share.T @ (g - whole) ** 2).sum()
    assert calmer == 65


@pytest.mark.parametrize("seed", [1, 2])
def test_with_fewer_draws_than_samples_heavy_ones_come_first(seed):
    generator = torch.Generator().manual_seed(seed)
    found = []
    for weight in (9.0, 1.0):
        weights = torch.where(torch.arange(200) < 20, weight, 1.0)
        sampler = torch.utils.data.WeightedRandomSampler(weights, 100, False, generator)
        drawn = list(sampler)
        assert len(set(drawn)) == 100
        found.append(sum(i < 20 for i in drawn))
    assert found[0] >= 18
    assert found[1] <= 16


# 4 · Rare classes


def test_a_fit_of_the_focal_loss_is_lowest():
    from scipy.optimize import minimize

    (x, y), _ = tumours.split(1)

    def loss(a):
        r = 1 / (1 + np.exp(-np.where(y == 1, 1, -1) * (a[0] + x.numpy() @ a[1:])))
        return -((1 - r) ** 2 * np.log(r)).sum()

    best = minimize(loss, np.zeros(4), tol=1e-10).x
    assert formulas.fit(x, y, gamma=2.0).tolist() == pytest.approx(best.tolist(), abs=1e-4)


@pytest.mark.parametrize(("share", "weight"), [(0.1, 9.0), (0.01, 1.0), (0.2, 3.0)])
def test_a_fitted_model_learns_the_odds_times_the_weight(share, weight):
    from scipy.stats import norm

    x = torch.linspace(-2, 4, 7, dtype=FLOAT)
    odds = weight * share * norm.pdf(x, 2.0) / ((1 - share) * norm.pdf(x))
    np.testing.assert_allclose(formulas.learnt(x, share, weight), odds / (1 + odds), atol=1e-6)


@pytest.mark.parametrize("columns", [tumours.FEATURES, (5, 8, 9)])
def test_corrected_outputs_of_the_tumours_are_near_a_tenth(columns):
    for cure in ("weights", "sampler"):
        means = []
        for seed in range(8):
            q, count = tumours.cured(cure, seed, columns), tumours.split(seed, columns)[1][2]
            assert q @ count > 0.13
            means.append((exercises.corrected_probability(q, 0.5, 0.1) @ count).item())
        assert np.mean(means) == pytest.approx(0.1, abs=0.015)


def test_the_mean_output_on_the_tumours_is_what_the_ledger_says():
    means = [(tumours.cured("weights", s) @ tumours.split(s)[1][2]).item() for s in tumours.SPLITS]
    assert (round(min(means), 2), round(max(means), 2)) == (0.30, 0.42)


@pytest.mark.parametrize(("share", "weight"), [(0.1, 9.0), (0.02, 49.0), (0.2, 2.0)])
def test_eq_4_1_weights_multiply_the_odds(share, weight):
    from scipy.optimize import minimize_scalar

    for p in (0.03, 0.4, 0.9):
        best = minimize_scalar(
            lambda q, p=p: -weight * p * np.log(q) - (1 - p) * np.log(1 - q),
            bounds=(1e-9, 1 - 1e-9),
            method="bounded",
            options={"xatol": 1e-10},
        ).x
        assert best / (1 - best) == pytest.approx(weight * p / (1 - p), rel=1e-4)
        mine = formulas.reweighted(tensor(p, dtype=FLOAT), weight)
        assert mine.item() == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("p", [0.02, 0.3, 0.5, 0.8])
def test_the_focal_loss_is_lowest_where_the_curve_says(p):
    from scipy.optimize import minimize_scalar

    best = minimize_scalar(
        lambda q: -p * (1 - q) ** 2 * np.log(q) - (1 - p) * q**2 * np.log(1 - q),
        bounds=(1e-6, 1 - 1e-6),
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    mine = formulas.outputs(tensor([p], dtype=FLOAT), 0.1, "focal loss").item()
    assert mine == pytest.approx(best, abs=1e-5)
    assert (mine > 0.5) == (p > 0.5) or p == 0.5


def test_what_the_page_says_of_the_rare_class():
    def seen(**values):
        words = figures.RareClass.describe(**values)
        mean = words.split("output is ")[1].split(". Above")[0]
        return mean, words.split("lie ")[1].removesuffix(" healthy ones.")

    assert seen() == ("0.280", "84.1 of 100 sick people in 1000 and 142.8")
    assert seen(remedy="none") == ("0.100", "46.1 of 100 sick people in 1000 and 16.1")
    assert seen(remedy="none", threshold=0.1)[1] == seen()[1]
    assert seen(remedy="focal loss") == ("0.226", seen(remedy="none")[1])
    assert "10.0 % are sick" in figures.RareClass.describe()


def test_the_correction_gives_the_true_probabilities_back():
    for share in (0.01, 0.1, 0.2):
        p = formulas.posterior(torch.linspace(-4, 6, 21, dtype=FLOAT), share)
        q = formulas.outputs(p, share, "weights")
        close(exercises.corrected_probability(q, 0.5, share), p)


def test_a_threshold_may_do_the_same_for_a_model_that_is_too_simple():
    healthy, sick = torch.tensor([[800.0, 50, 50, 50], [20.0, 20, 20, 40]]).double()
    x, label = formulas.GROUPS.repeat(2, 1), torch.arange(8).ge(4).double()
    plain, weighted = (
        formulas.scores(formulas.fit(x, label, torch.cat([healthy, v * sick])), formulas.GROUPS)
        for v in (1, 9)
    )
    assert (plain.sigmoid() - sick / (healthy + sick)).abs().max() > 0.05  # too simple
    called = weighted > 0
    assert 0 < called.sum() < 4
    assert plain[called].min() > plain[~called].max()


# 5 · Importance weights


@pytest.mark.parametrize("shift", [0.5, 2.0])
def test_weights_lead_to_the_new_population(shift):
    from scipy.integrate import quad
    from scipy.stats import norm

    new = quad(lambda x: norm.pdf(x - shift) / (1 + np.exp(2 - 2 * x)), -10, 12)[0]

    def weighted(x):
        w = norm.pdf(x - shift) / norm.pdf(x)
        return norm.pdf(x) * w / (1 + np.exp(2 - 2 * x))

    assert quad(weighted, -10, 12)[0] == pytest.approx(new)
    assert formulas.true_risk(shift) == pytest.approx(new, abs=1e-9)
    x = tensor([0.3, -1.2], dtype=FLOAT)
    ratio = norm.pdf(x.numpy() - shift) / norm.pdf(x.numpy())
    np.testing.assert_allclose(formulas.importance(x, shift), ratio)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_effective_size_gives_the_variance(seed):
    random = np.random.default_rng(seed)
    w = random.exponential(size=30)
    values = random.standard_normal((40_000, 30))
    means = (w * values).sum(1) / w.sum()
    size = formulas.effective_size(torch.from_numpy(w)).item()
    assert means.var() == pytest.approx(1 / size, rel=0.03)
    assert size == pytest.approx(exercises.effective_sample_size(torch.from_numpy(w)).item())


def test_what_the_page_says_of_the_shift():
    def seen(shift, clip="no"):
        estimates, sizes = formulas.shifted_risks(shift, clip)
        return [round(v.item(), 3) for v in (estimates.mean(), estimates.std(), sizes.median())]

    assert seen(1.0)[1] == 0.028
    assert seen(2.0)[:2] == [0.763, 0.051]
    assert round(seen(2.0)[2]) == 32
    assert seen(2.0, "at 10")[:2] == [0.693, 0.025]
    assert [round(formulas.true_risk(shift), 3) for shift in (1.0, 2.0)] == [0.5, 0.775]
    people = formulas.old_people()
    own = formulas.risk(people + 2).mean(1).var()  # 500 of the new population
    assert round((500 * own / formulas.shifted_risks(2.0, "no")[0].var()).item()) == 24
    w = formulas.importance(people, 2.0)
    assert (w.amax(1) / w.sum(1)).median() > 0.1


def test_the_other_clinic_has_more_malignant_tumours_and_weights_know_it():
    measured, malignant = (part.numpy() for part in breast_cancer())
    x, y = measured[:, 1], malignant.astype(float)
    w = np.exp((x - x.mean()) / x.std())
    w /= w.mean()
    true, weighted, new, clipped = tumours.other_clinic(1.0)
    assert true.item() == pytest.approx((w * y).sum() / w.sum(), abs=1e-5)
    assert true > y.mean() + 0.1
    assert new.mean().item() == pytest.approx(true.item(), abs=0.003)
    assert weighted.mean().item() == pytest.approx(true.item(), abs=0.01)  # biased
    v = w.clip(max=3)
    assert clipped.mean().item() == pytest.approx((v * y).sum() / v.sum(), abs=0.005)


@pytest.mark.parametrize("seed", [3, 4])
def test_people_who_are_common_in_the_old_population_are_counted_well(seed):
    x = np.random.default_rng(seed).standard_normal((400, 500))
    w = np.exp(2 * x - 2)
    weighted = (w * (x < -1)).sum(1) / w.sum(1)
    assert weighted.std() < (x + 2 < -1).mean(1).std() / 3


# 6 · Prices


@pytest.mark.parametrize("price", [1, 9, 20])
def test_eq_6_1_the_price_sets_the_threshold(price):
    p = np.linspace(0.001, 0.999, 999)
    cheaper = 1 - p < p * price  # the alarm is cheaper on average
    np.testing.assert_array_equal(cheaper, p > 1 / (1 + price) + 1e-12)


@pytest.mark.parametrize("weight", [1.0, 9.0])
def test_weighted_errors_add_up_to_zero(weight):
    from sklearn.linear_model import LogisticRegression

    (x, y), _ = tumours.split(5)
    w = np.where(y == 1, weight, 1.0)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    p = model.fit(x.numpy(), y.numpy(), sample_weight=w).predict_proba(x.numpy())[:, 1]
    assert (w * (p - y.numpy())).sum() == pytest.approx(0, abs=1e-3)
    judged = exercises.diagnose(0.1, y.mean().item(), p.mean())
    assert judged == ("weights" if weight > 1 else "none")


def test_what_the_page_says_of_the_prices():
    def mean(*setting):
        return round(tumours.costs(*setting).mean().item())

    assert [mean("weights", c, "½") for c in (2, 9, 20)] == [273, 458, 748]
    assert [mean("none", c, "price") for c in (2, 9, 20)] == [171, 466, 615]
    for c in (2, 9, 20, 30):  # corrected outputs lie near the dashed curve
        assert abs(mean("weights", c, "corrected") - mean("none", c, "price")) < 40
    assert mean("none", 20, "½") == 1638
    assert mean("weights", 9, "price") == 686  # weights and threshold: the price twice
    missed = [
        (tumours.cured("none", s)[tumours.split(s)[1][1] == 1] <= 0.5) for s in tumours.SPLITS
    ]
    assert np.mean([m.double().mean() for m in missed]) == pytest.approx(0.81, abs=0.005)


@pytest.mark.parametrize("price", [2, 20])
def test_the_cost_is_that_of_a_count_by_hand(price):
    p, (_, y, count) = tumours.cured("none", 4), tumours.split(4)[1]
    total = 0.0
    for output, label, n in zip(p.tolist(), y.tolist(), count.tolist(), strict=True):
        alarm = output > 0.3
        total += 1000 * n * (price if label and not alarm else 1 if alarm and not label else 0)
    assert tumours.cost(p, y, count, price, 0.3) == pytest.approx(total)


def test_a_price_costs_the_same_whatever_the_usual_number_format():
    """The page computes in float64, the website and the tests in float32."""
    found = []
    for dtype in (torch.float32, torch.float64):
        usual = torch.get_default_dtype()
        torch.set_default_dtype(dtype)
        tumours.split.cache_clear()
        try:
            found.append(tumours.costs("none", 30, "½"))
        finally:
            torch.set_default_dtype(usual)
    assert torch.equal(*found)
