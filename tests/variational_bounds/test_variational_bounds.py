"""Notebook 13: the solvable model, the weight of the KL term, bounds of K samples, trainings."""

import math
from itertools import product

import mpmath
import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from helpers.variational_bounds import exercises, figures, formulas, vae

QS = [(0.0, 1.0), (0.2, 0.8), (0.8, 0.447214), (-1.3, 0.3), (2.0, 2.5)]


def expected(function, mu, sigma):
    """E function(z) for z from N(mu, sigma²), by quadrature."""
    low, high = mu - 12 * sigma, mu + 12 * sigma
    return quad(lambda z: function(z) * norm.pdf(z, mu, sigma), low, high, epsabs=1e-11)[0]


# 1 · The bound


def test_the_solvable_model_is_solved():
    evidence = quad(lambda z: norm.pdf(z) * norm.pdf(1, z, 0.5), -10, 10)[0]
    assert formulas.log_evidence() == pytest.approx(math.log(evidence), rel=1e-10)
    assert formulas.log_evidence() == pytest.approx(-1.430510, abs=5e-7)
    mean, width = formulas.POSTERIOR
    posterior = norm.pdf(0.3) * norm.pdf(1, 0.3, 0.5) / evidence
    assert formulas.density(0.3, mean, width) == pytest.approx(posterior, rel=1e-10)
    assert (mean, round(width, 6)) == (0.8, 0.447214)


@pytest.mark.parametrize(("mu", "sigma"), QS)
@pytest.mark.parametrize("x", [1.0, -2.0])
def test_eq_1_1_the_gap_is_the_divergence_from_the_posterior(mu, sigma, x):
    mean, width = x / 1.25, math.sqrt(0.2)
    gap = expected(lambda z: norm.logpdf(z, mu, sigma) - norm.logpdf(z, mean, width), mu, sigma)
    likelihood = expected(lambda z: norm.logpdf(x, z, 0.5), mu, sigma)
    prior = expected(lambda z: norm.logpdf(z, mu, sigma) - norm.logpdf(z), mu, sigma)
    assert likelihood - prior + gap == pytest.approx(formulas.log_evidence(x), abs=1e-7)
    assert formulas.elbo(mu, sigma, x) == pytest.approx(likelihood - prior, abs=1e-7)
    assert formulas.normal_kl(mu, sigma, mean, width) == pytest.approx(gap, abs=1e-7)


@pytest.mark.parametrize(("mu", "sigma"), QS)
def test_eq_1_2_the_divergence_of_two_normals(mu, sigma):
    with mpmath.workdps(30):
        m, s = mpmath.mpf(mu), mpmath.mpf(sigma)
        exact = float((m**2 + s**2 - 1 - mpmath.log(s**2)) / 2)
    assert formulas.normal_kl(mu, sigma) == pytest.approx(exact, rel=1e-12, abs=1e-13)
    q = Normal(torch.tensor([[mu]]).double(), torch.tensor([[sigma]]).double())
    theirs = kl_divergence(q, Normal(0.0, 1.0)).sum()
    mine = exercises.gaussian_kl(q.mean, 2 * q.stddev.log())
    assert mine.item() == pytest.approx(theirs.item(), rel=1e-12, abs=1e-14)


# 2 · The weight


@pytest.mark.parametrize(("batch", "pixels", "latents"), [(64, 64, 8), (128, 784, 20), (3, 5, 7)])
def test_the_weight_of_two_reductions(batch, pixels, latents):
    reduce = {
        "sum": torch.sum,
        "mean": torch.mean,
        "batch mean": lambda entries: entries.sum(1).mean(),
    }
    for one, other in product(reduce, reduce):
        errors = torch.ones(batch, pixels, dtype=torch.float64, requires_grad=True)
        divergences = torch.ones(batch, latents, dtype=torch.float64, requires_grad=True)
        loss = reduce[one](errors) + reduce[other](divergences)
        e, d = torch.autograd.grad(loss, (errors, divergences))
        beta = formulas.effective_beta(one, other, batch, pixels, latents)
        assert beta == pytest.approx((d[0, 0] / e[0, 0]).item(), rel=1e-12)
        assert exercises.effective_beta(one, other, batch, pixels, latents) == beta


def test_the_weights_of_the_thread():
    assert formulas.effective_beta("mean", "sum", 128, 784, 20) == 100352
    assert formulas.effective_beta("mean", "sum", 100) == 6400
    assert 1e-4 * formulas.effective_beta("mean", "sum", 64, 784, 20) == pytest.approx(5.0176)
    assert formulas.effective_beta("mean", "mean", 128, 784, 30) == pytest.approx(26.1333, abs=5e-5)
    assert [formulas.nearest(beta) for beta in (1e-3, 1, 1000, 60)] == [0.01, 1, 6400, 8]


@pytest.mark.parametrize("s2", [0.25, 0.5, 2.0])
def test_a_summed_squared_error_is_a_likelihood_of_one_noise(s2):
    generator = np.random.default_rng(0)
    x, outputs = generator.standard_normal((3, 5)), generator.standard_normal((3, 5))
    squares = ((x - outputs) ** 2).sum(1)
    logs = norm.logpdf(x, outputs, math.sqrt(s2)).sum(1)
    constant = squares + 2 * s2 * logs  # the same in each row
    np.testing.assert_allclose(constant, constant[0], rtol=1e-12)
    if s2 == 0.5:
        np.testing.assert_allclose(squares, -logs - 2.5 * math.log(2 * math.pi * s2), rtol=1e-12)


def test_beside_a_squared_error_of_noise_a_quarter_the_divergence_weighs_twice():
    """What the page says of β/(2s²): its q has the highest likelihood − 2·KL, not − KL/2."""
    grid = [(2 / 3 + a, math.sqrt(1 / 3) + b) for a in (-0.01, 0, 0.01) for b in (-0.01, 0, 0.01)]
    for weight, best in ((1 / (2 * formulas.NOISE), True), (1, False), (0.5, False)):
        values = [formulas.likelihood_term(*q) - weight * formulas.normal_kl(*q) for q in grid]
        assert (np.argmax(values) == 4) == best


# 2, 3 and 6 · Trainings on digits


def test_a_part_of_the_trainings_is_made_again():
    x, unseen = vae.pictures()
    parameters = vae.train([(0.3, 1, False), (8.0, 0, False)], x)
    again = vae.measure(parameters, x, unseen)["measures"][:, :5]
    stored = vae.stored()["weights, measures"]
    for row, weight, seed in ((again[0], 0.3, 1), (again[1], 8.0, 0)):
        kept = stored[vae.WEIGHTS.index(weight), seed, :5]
        np.testing.assert_allclose(row, kept, rtol=0.05, atol=2e-3)
    # What the page says of samples, another way: from test digits to the nearest of 300.
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        z = torch.randn(1, 300, vae.LATENTS, generator=generator).expand(2, -1, -1)
        drawn = vae.decode(parameters, z).sigmoid()
    bits = (torch.rand(drawn.shape, generator=generator) < drawn).float()
    off = [torch.cdist(unseen, each).amin(1).square().mean().item() for each in bits]
    assert [round(pixels) for pixels in off] == [6, 9]
    rounded = (drawn[1] > 0.5).float()
    assert torch.cdist(rounded, x).amin(1).square().mean() < 4


def test_the_first_steps_do_not_depend_on_the_other_runs():
    x, _ = vae.pictures()
    alone = vae.train([(1.0, 2, False)], x, steps=5)
    among = vae.train([(0.0, 0, True), (1.0, 2, False)], x, steps=5)
    for name in alone:
        torch.testing.assert_close(alone[name][0], among[name][1], rtol=1e-4, atol=1e-6)


def test_a_weight_that_rises_starts_at_0():
    x, _ = vae.pictures()
    runs = [(4.0, 0, True), (0.0, 0, False), (4.0, 0, False)]
    first = vae.train(runs, x, steps=1)["logvar, bias"]
    assert torch.equal(first[0], first[1])
    assert not torch.equal(first[0], first[2])


def test_the_networks_log_weights_are_those_of_torch():
    x, _ = vae.pictures()
    parameters = {name: values.detach() for name, values in vae.start([0, 1]).items()}
    noise = torch.randn(1, 4, 3, vae.LATENTS, generator=torch.Generator().manual_seed(0))
    for wider in (1.0, 1.3):
        log_w = vae.log_weights(parameters, x[:4], noise, wider)
        mu, logvar = vae.encode(parameters, x[:4])
        q = Normal(mu.unsqueeze(2), wider * (logvar / 2).exp().unsqueeze(2))
        z = q.mean + q.stddev * noise
        logits = vae.decode(parameters, z.flatten(1, 2)).unflatten(1, (4, 3))
        pixels = torch.distributions.Bernoulli(logits=logits).log_prob(x[:4, None])
        theirs = pixels.sum(-1) + (Normal(0, 1).log_prob(z) - q.log_prob(z)).sum(-1)
        torch.testing.assert_close(log_w, theirs, rtol=1e-4, atol=1e-3)
    divergence = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(vae.divergence(mu, logvar), divergence, rtol=1e-4, atol=1e-6)


def test_what_the_page_says_of_the_weights():
    def mean(weight, measure):
        return formulas.kept("weights", weight, measure).mean()

    off = {weight: mean(weight, "distance") for weight in vae.WEIGHTS}
    assert [round(float(off[w]), 1) for w in (0.01, 0.3, 1.0)] == [11.8, 5.3, 5.4]
    assert [round(float(off[w])) for w in (0.0, 0.1)] == [14, 6]
    assert mean(0.3, "reconstruction") - mean(0.01, "reconstruction") < 0.2
    assert (formulas.kept_latents(2.0) < 0.01).sum() == 4
    assert formulas.kept_latents(8.0).max() < 0.01
    x, unseen = vae.pictures()
    assert round(torch.cdist(unseen, x).amin(1).square().mean().item(), 1) == 3.5
    blur = formulas.kept_pictures(8.0)[0, 0]
    assert abs(blur - x.mean(0).reshape(8, 8).numpy()).max() < 0.05
    warmed = formulas.kept("warmed", 4.0, "divergence").mean()
    assert [round(float(v), 2) for v in (warmed, mean(4.0, "divergence"))] == [0.36, 0.16]
    latents = vae.stored()["warmed, latents"][-1], vae.stored()["weights, latents"][-3]
    assert [set((each > 0.01).sum(1)) for each in latents] == [{3}, {2}]
    one = vae.stored()["weights, latents"][vae.WEIGHTS.index(1.0)]
    assert set((one > 0.01).sum(1)) == {7, 8}


def test_what_the_page_says_of_the_bounds():
    found = {way: formulas.kept("bounds", way, "log p") for way in vae.OBJECTIVES}
    plain, gains = found["right", 1], []
    for k in (5, 50):
        gains.append((found["right", k] - plain).mean())
    assert [round(float(gain), 1) for gain in gains] == [0.3, 0.4]
    assert (found["right", 50] > found["right", 5]).all()
    assert (found["right", 50] > found["posted", 50]).all()
    assert (found["posted", 50] > plain).all()
    longer = vae.stored()["longer, log p"]  # 1 and 5 samples, three starts
    assert (longer[1] > longer[0]).all()
    lead = float((longer[1] - longer[0]).mean())
    assert round(lead, 2) == 0.15


def test_the_estimate_of_the_likelihood_hardly_depends_on_how_it_is_made():
    checked = vae.stored()["bounds, checked"]
    assert checked.shape == (len(vae.OBJECTIVES), len(vae.SEEDS), 3)
    assert abs(checked - checked[:, :, :1]).max() < 0.1
    assert (checked[:, :, 2] > checked[:, :, 0]).all()
    assert (checked[1:].min((0, 2)) > checked[0].max(1)).all()
    assert (checked[2] > checked[1]).all()  # 50 samples and 5
    assert (checked[2] > checked[3]).all()  # the right loss and the posted one, 50 samples


# 4 · The bound of K samples


@pytest.mark.parametrize(("mu", "sigma"), [(0.8, 1.0), (0.3, 0.6)])
def test_eq_4_1_two_samples_by_quadrature(mu, sigma):
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    log_w = formulas.log_weights(mu, sigma, nodes)
    pairs = np.stack(np.broadcast_arrays(log_w[:, None], log_w[None]), -1).reshape(-1, 2)
    exact = (formulas.log_mean_exp(pairs).reshape(60, 60) * np.outer(weights, weights)).sum()
    assert formulas.elbo(mu, sigma) == pytest.approx((weights * log_w).sum(), abs=1e-9)
    noise = np.random.default_rng(0).standard_normal((200_000, 2))
    drawn = formulas.bounds(formulas.log_weights(mu, sigma, noise))[0]
    assert drawn == pytest.approx(exact, abs=0.02)
    assert formulas.elbo(mu, sigma) < exact < formulas.log_evidence()


@pytest.mark.parametrize("seed", range(5))
def test_eq_4_2_the_mean_of_all_weights_is_the_mean_of_those_that_leave_one_out(seed):
    log_w = 3 * np.random.default_rng(seed).standard_normal(6)
    w = np.exp(log_w)
    rest = np.array([np.delete(w, k).mean() for k in range(6)])
    assert rest.mean() == pytest.approx(w.mean(), rel=1e-12)
    less = np.mean([formulas.log_mean_exp(np.delete(log_w, k)[None])[0] for k in range(6)])
    assert formulas.log_mean_exp(log_w[None])[0] > less


@pytest.mark.parametrize("samples", [2, 50])
def test_the_weighted_sum_and_the_entropy(samples):
    log_w = torch.randn(30, samples, generator=torch.Generator().manual_seed(1)).double() * 4
    share = log_w.softmax(1)
    entropy = torch.distributions.Categorical(probs=share).entropy()
    right = log_w.logsumexp(1) - math.log(samples) + math.log(samples) - entropy
    torch.testing.assert_close((share * log_w).sum(1), right, rtol=1e-12, atol=1e-12)
    bound, posted, size = formulas.bounds(log_w.numpy())
    assert posted - bound == pytest.approx((math.log(samples) - entropy).mean().item(), abs=1e-12)
    assert size == pytest.approx((1 / (share**2).sum(1)).mean().item(), rel=1e-12)


def test_log_mean_exp_at_its_edges():
    assert formulas.log_mean_exp([[-1000.0, -1001.0, -1003.0]])[0] == pytest.approx(-1000.7496)
    inf = math.inf
    assert formulas.log_mean_exp([[-inf, -inf], [0.0, -inf]]).tolist() == [-inf, -math.log(2)]
    for wrong in (np.zeros((3, 0)), np.zeros(3), np.zeros((2, 3, 4))):
        with pytest.raises(ValueError, match="K ≥ 1"):
            formulas.log_mean_exp(wrong)


def test_a_part_of_the_curves_is_made_again():
    noise = np.random.default_rng(50).standard_normal((formulas.ROWS, 50))
    for width in (0.447, 14.1):
        log_w = formulas.log_weights(formulas.POSTERIOR[0], width, noise)
        kept = formulas.curves()[50][formulas.WIDTHS.index(width)]
        assert formulas.bounds(log_w) == pytest.approx(kept, rel=1e-9)
    assert formulas.curves()[1][20, 0] == pytest.approx(formulas.elbo(0.8, formulas.WIDTHS[20]))


def test_what_the_page_says_of_the_curves():
    words = figures.SamplesAndBounds.describe(samples="50", sigma=14.1)
    assert "bound −1.857, posted objective 1.108, effective sample size 2.5" in words
    for curve in formulas.curves().values():
        assert formulas.WIDTHS[curve[:, 0].argmax()] == 0.447


# 5 · Gradients


def test_eq_5_1_detached_weights_give_the_gradient_of_the_bound():
    noise = torch.randn(6, 20, generator=torch.Generator().manual_seed(0)).double()
    gradients = []
    for detached in (False, True):
        mu, log_sigma = (torch.tensor(v).double().requires_grad_() for v in (0.3, -0.2))
        z = mu + log_sigma.exp() * noise
        log_w = -(z**2) / 2 - 2 * (1 - z) ** 2 + noise**2 / 2 + log_sigma
        weighted = (log_w.detach().softmax(1) * log_w).sum(1)
        value = weighted if detached else log_w.logsumexp(1)
        gradients.append(torch.stack(torch.autograd.grad(value.mean(), (mu, log_sigma))))
    torch.testing.assert_close(*gradients, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("logs", [(0.0, -1.0, -3.0), (2.0, -4.0, 2.5, 0.1)])
def test_eq_5_2_the_gradients_of_both_objectives(logs):
    log_w = torch.tensor(logs, dtype=torch.float64, requires_grad=True)
    (bound,) = torch.autograd.grad(log_w.logsumexp(0), log_w)
    (posted,) = torch.autograd.grad((log_w.softmax(0) * log_w).sum(), log_w)
    mine = formulas.gradients_of_weights(np.array(logs))
    np.testing.assert_allclose(mine[0], bound, rtol=1e-12)
    np.testing.assert_allclose(mine[1], posted, rtol=1e-12)
    if len(logs) == 3:
        assert mine[0] == pytest.approx([0.705385, 0.259496, 0.035119], abs=1e-6)
        assert mine[1] == pytest.approx([0.962747, 0.0946782, -0.0574248], abs=1e-6)


@pytest.mark.parametrize("samples", [1, 2])
def test_eq_5_3_the_doubly_reparameterised_gradient_has_the_same_mean(samples):
    """By quadrature: the mean of both estimators, and the slope of the bound by differences."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    grids = np.meshgrid(*[nodes] * samples, indexing="ij")
    noise = torch.from_numpy(np.stack(grids, -1).reshape(-1, samples))
    grid = np.meshgrid(*[weights / weights.sum()] * samples, indexing="ij")
    probability = torch.from_numpy(np.prod(grid, 0).reshape(-1))

    def log_weights(mu, inside, width=0.6):
        z = mu + width * noise
        return -(z**2) / 2 - 2 * (1 - z) ** 2 + (z - inside) ** 2 / (2 * width**2)

    mu = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    means = []
    for inside, power in ((mu, 1), (mu.detach(), 2)):
        log_w = log_weights(mu, inside)
        share = log_w.detach().softmax(1) ** power
        means.append(torch.autograd.grad((probability[:, None] * share * log_w).sum(), mu)[0])
    h = 1e-4
    ends = [(probability * log_weights(m, m).logsumexp(1)).sum() for m in (0.5 - h, 0.5 + h)]
    assert means[0].item() == pytest.approx(((ends[1] - ends[0]) / (2 * h)).item(), abs=1e-6)
    assert means[1].item() == pytest.approx(means[0].item(), abs=1e-3)


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_signal_and_the_noise_of_the_page_with_other_draws(seed):
    """The slope of ln w by hand, and the cell's signs; near the posterior a ratio is off by 0.02."""

    def ratio(mean, width, samples, doubly):
        noise = np.random.default_rng(seed).standard_normal((4000, samples))
        z = mean + width * noise
        w = np.exp(formulas.log_weights(mean, width, noise))
        share = w / w.sum(1, keepdims=True)
        g = (share**2 * (4 - 5 * z + noise / width) if doubly else share * (4 - 5 * z)).sum(1)
        return abs(g.mean()) / g.std()

    for q, falls in (((0.5, 0.6), True), ((1.2, 1.0), True), ((-1.0, 0.2), False)):
        assert (ratio(*q, 1, False) > ratio(*q, 100, False)) == falls
        assert (ratio(*q, 1, True) < ratio(*q, 100, True)) == falls
    assert ratio(0.5, 0.6, 1, False) == pytest.approx(0.50, abs=0.05)
    assert ratio(0.5, 0.6, 100, False) < 0.1


# 6 · A tiny constant


def test_a_tiny_constant_has_no_slope_where_it_is_alone():
    for logit, slope in ((16.0, -1.0), (17.0, 0.0), (20.0, 0.0)):
        z = torch.tensor(logit, requires_grad=True)
        (found,) = torch.autograd.grad((1 - z.sigmoid() + 1e-18).log(), z)
        assert found.item() == pytest.approx(slope, abs=1e-6)
        (right,) = torch.autograd.grad(F.logsigmoid(-z), z)
        assert right.item() == pytest.approx(-1, abs=1e-6)
    z = torch.tensor(20.0, dtype=torch.float16, requires_grad=True)
    value = (1 - z.sigmoid() + 1e-18).log()
    assert value == -math.inf and torch.autograd.grad(value, z)[0].isnan()


def test_all_weights_0_give_an_infinite_loss():
    assert exercises.importance_bound(torch.tensor([[-math.inf, -math.inf]])).item() == math.inf
