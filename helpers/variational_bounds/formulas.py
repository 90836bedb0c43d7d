"""A model that can be solved, its bounds, and what the stored trainings on digits measured.

The model has one latent and one observation: z ~ N(0, 1), x|z ~ N(z, NOISE), observed X. An
approximate posterior q is N(mu, sigma²).
"""

import math
from functools import lru_cache

import numpy as np

from helpers.variational_bounds import vae

X, NOISE = 1.0, 0.25
POSTERIOR = X / (1 + NOISE), math.sqrt(NOISE / (1 + NOISE))
"""Mean and standard deviation of p(z|x): 0.8 and 0.4472."""

LOG_2PI = math.log(2 * math.pi)

# 1 · The bound


def log_evidence(x=X, noise=NOISE):
    """ln p(x), a float: x is normal with mean 0 and variance 1 + noise."""
    return -(LOG_2PI + math.log(1 + noise) + x**2 / (1 + noise)) / 2


def normal_kl(mu, sigma, mean=0.0, width=1.0):
    """KL(N(mu, sigma²) ‖ N(mean, width²)) in nats; floats or arrays."""
    return np.log(width / sigma) + (sigma**2 + (mu - mean) ** 2) / (2 * width**2) - 0.5


def likelihood_term(mu, sigma, x=X, noise=NOISE):
    """E ln p(x|z) for z from q, the first term of the ELBO; floats or arrays."""
    return -(LOG_2PI + math.log(noise) + ((x - mu) ** 2 + sigma**2) / noise) / 2


def elbo(mu, sigma, x=X, noise=NOISE):
    """The evidence lower bound of the solvable model, in nats; floats or arrays."""
    return likelihood_term(mu, sigma, x, noise) - normal_kl(mu, sigma)


def density(z, mu, sigma):
    """The density of N(mu, sigma²) at z, an array."""
    return np.exp(-(((z - mu) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))


# 2 · The weight

REDUCTIONS = ("sum", "batch mean", "mean")


def effective_beta(reconstruction, divergence, batch, pixels=vae.PIXELS, latents=vae.LATENTS):
    """The weight of the KL term, a float, that a pair of REDUCTIONS amounts to."""

    def divisor(reduction, entries):
        return {"sum": 1, "batch mean": batch, "mean": batch * entries}[reduction]

    return divisor(reconstruction, pixels) / divisor(divergence, latents)


def nearest(beta):
    """The stored weight above 0 that is nearest to beta, by their ratio."""
    return min(vae.WEIGHTS[1:], key=lambda weight: abs(math.log(weight / beta)))


def kept(group, setting, measure):
    """What the stored trainings measured, (seeds,): group "weights", "warmed", "squared", "bounds".

    setting: one of vae.WEIGHTS, WARMED, SQUARED or OBJECTIVES; measure: one of vae.MEASURES.
    """
    at = _settings(group).index(setting)
    return vae.stored()[f"{group}, measures"][at, :, vae.MEASURES.index(measure)]


def _settings(group):
    names = {"weights": vae.WEIGHTS, "warmed": vae.WARMED, "squared": vae.SQUARED}
    return names.get(group, vae.OBJECTIVES)


def kept_latents(weight):
    """KL of each latent at one of vae.WEIGHTS, (latents,), largest first; the first seed."""
    return np.sort(vae.stored()["weights, latents"][vae.WEIGHTS.index(weight), 0])[::-1]


def kept_pictures(weight):
    """Reconstructions and samples at one of vae.WEIGHTS, (2, 6, 8, 8), 0 to 1; the first seed."""
    found = vae.stored()["weights, pictures"][vae.WEIGHTS.index(weight)]
    return found.reshape(2, 6, 8, 8) / 255


@lru_cache(maxsize=1)
def originals():
    """The six test digits that are reconstructed, (6, 8, 8) numpy, zeros and ones."""
    return vae.pictures()[1][vae.SHOWN].reshape(6, 8, 8).numpy()


# 4 · The bound of K samples

SAMPLES = (1, 2, 5, 10, 20, 50)
WIDTHS = tuple(float(f"{10 ** (at / 20):.3g}") for at in range(-14, 27))  # 0.2 to 20
ROWS = 20_000


def log_weights(mu, sigma, noise, x=X):
    """ln w = ln p(x, z) − ln q(z) at z = mu + sigma·noise, like `noise` (numpy)."""
    z = mu + sigma * noise
    joint = -(2 * LOG_2PI + math.log(NOISE) + z**2 + (x - z) ** 2 / NOISE) / 2
    return joint + (LOG_2PI + noise**2) / 2 + math.log(sigma)


def log_mean_exp(log_w):
    """ln of the mean of exp(log_w) in each row, (rows,), for (rows, K).

    A row that is −∞ throughout gives −∞. Raises ValueError without dimension 1 or with K = 0.
    """
    log_w = np.asarray(log_w, float)
    if log_w.ndim != 2 or not log_w.shape[1]:
        raise ValueError(f"log_w must have shape (rows, K) with K ≥ 1; got {log_w.shape}.")
    top = log_w.max(1)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return shift + np.log(np.exp(log_w - shift[:, None]).mean(1))


def bounds(log_w):
    """Means over the rows of (rows, K): the bound, Σ w̃ ln w, and the effective sample size 1/Σw̃²."""
    each = log_mean_exp(log_w)
    share = np.exp(log_w - each[:, None]) / log_w.shape[1]
    posted = (share * log_w).sum(1)
    return each.mean(), posted.mean(), (1 / (share**2).sum(1)).mean()


def curves():
    """K of SAMPLES → (41, 3): `bounds` for each of WIDTHS at mu = 0.8, from ROWS rows of noise.

    data/variational_curves.py stores them; K = 1 is exact.
    """
    return dict(zip(SAMPLES, vae.stored_curves(), strict=True))


# 5 · Gradients of the weights


def gradients_of_weights(log_w):
    """Gradients of the bound and of Σ w̃ ln w by the log-weights, two arrays like log_w (K,)."""
    share = np.exp(log_w - np.max(log_w))
    share = share / share.sum()
    return share, share * (1 + log_w - (share * log_w).sum())
