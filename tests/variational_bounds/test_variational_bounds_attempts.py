"""Wrong answers that people write, and the names by which they are known."""

import math

import torch
from attempts import Attempts
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from helpers.variational_bounds import exercises

wrong = Attempts(exercises)


@wrong("gaussian_kl", "turned_sign")
def without_the_minus(mu, logvar):
    return 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)


@wrong("gaussian_kl", "adds_the_pictures")
def the_usual_line(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


@wrong("gaussian_kl", "log_of_sigma")
def logvar_as_log_sigma(mu, logvar):
    return kl_divergence(Normal(mu, logvar.exp()), Normal(0.0, 1.0)).sum(1)


@wrong("gaussian_kl", "other_way_round")
def arguments_exchanged(mu, logvar):
    q = Normal(mu, torch.exp(0.5 * logvar))
    return kl_divergence(Normal(torch.zeros_like(mu), torch.ones_like(mu)), q).sum(-1)


@wrong("gaussian_kl", "mean_over_latents")
def averaged(mu, logvar):
    return torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)), dim=1)


@wrong("gaussian_kl", "turned_sign + mean_over_latents")
def averaged_and_turned(mu, logvar):
    return 0.5 * torch.mean(1 + logvar - mu**2 - torch.exp(logvar), dim=1)


@wrong("gaussian_kl", "log_of_sigma_inside")
def half_of_the_log(mu, logvar):
    return (mu**2 + logvar.exp() - 1 - 0.5 * logvar).sum(1) / 2


@wrong("gaussian_kl", "log_outside_the_half")
def all_of_the_log(mu, logvar):
    return ((mu**2 + logvar.exp() - 1) / 2 - logvar).sum(dim=1)


@wrong("gaussian_kl", "variance_for_its_log")
def logvar_as_variance(mu, logvar):
    return 0.5 * (mu.pow(2) + logvar - torch.log(logvar) - 1).sum(dim=1)


@wrong("gaussian_kl", None)
def variance_in_the_place_of_its_log(mu, logvar):
    return (-0.5 * (1 + logvar.exp() - mu**2 - logvar.exp().exp())).sum(1)


@wrong("effective_beta", "one_after_all")
def by_kind(reconstruction, divergence, batch, pixels, latents):
    if reconstruction == divergence:
        return 1
    n = {"sum": 1, "batch mean": batch}
    return n.get(reconstruction, batch * pixels) / n.get(divergence, batch * latents)


@wrong("effective_beta", "ratio_of_sizes")
def pixels_over_latents(reconstruction, divergence, batch, pixels, latents):
    beta = pixels
    beta /= latents
    return beta


@wrong("effective_beta", "upside_down")
def the_other_ratio(reconstruction, divergence, batch, pixels, latents):
    a = {"sum": 1, "batch mean": 1 / batch, "mean": 1 / (batch * pixels)}[reconstruction]
    b = {"sum": 1, "batch mean": 1 / batch, "mean": 1 / (batch * latents)}[divergence]
    return a / b


@wrong("effective_beta", "batch_forgotten_in_both")
def means_of_a_row(reconstruction, divergence, batch, pixels, latents):
    a = {"sum": 1, "batch mean": batch, "mean": pixels}[reconstruction]
    b = {"sum": 1, "batch mean": batch, "mean": latents}[divergence]
    return a / b


@wrong("effective_beta", "batch_mean_as_mean")
def every_mean_divides_by_all(reconstruction, divergence, batch, pixels, latents):
    def n(reduction, entries):
        return 1 if reduction == "sum" else batch * entries

    return n(reconstruction, pixels) / n(divergence, latents)


@wrong("effective_beta", "pixels_in_both")
def one_table(reconstruction, divergence, batch, pixels, latents):
    n = {"sum": 1, "batch mean": batch, "mean": batch * pixels}
    return n[reconstruction] / n[divergence]


@wrong("effective_beta", None)
def only_the_errors(reconstruction, divergence, batch, pixels, latents):
    return {"sum": 1, "batch mean": batch, "mean": batch * pixels}[reconstruction]


@wrong("elbo", "the_loss")
def the_training_loss(logits, x, mu, logvar, beta):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=1)
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)
    return (bce + beta * kld).mean()


@wrong("elbo", "mean_over_pixels")
def default_reduction(logits, x, mu, logvar, beta):
    bce = F.binary_cross_entropy_with_logits(logits, x)
    kld = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
    return -(bce + beta * kld)


@wrong("elbo", "mean_over_both")
def means_everywhere(logits, x, mu, logvar, beta):
    bce = F.binary_cross_entropy_with_logits(logits, x)
    kld = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
    return -bce - beta * kld


@wrong("elbo", "sum_over_the_batch")
def sums_everywhere(logits, x, mu, logvar, beta):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return -bce - beta * kld


@wrong("elbo", "kl_of_the_whole_batch")
def posted_in_a_better_way(logits, x, mu, logvar, beta):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / x.shape[0]
    return -bce + beta * 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@wrong("elbo", "rewards_divergence")
def sign_of_the_kl(logits, x, mu, logvar, beta):
    logs = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kld = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)
    return torch.mean(logs + beta * kld)


@wrong("elbo", "beta_as_a_share")
def as_a_mixture(logits, x, mu, logvar, beta):
    logs = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kld = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)
    return torch.mean((1 - beta) * logs - beta * kld)


@wrong("elbo", "black_pixels_only")
def logs_of_the_ink(logits, x, mu, logvar, beta):
    kld = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)
    return ((x * F.logsigmoid(logits)).sum(1) - beta * kld).mean()


@wrong("elbo", "averaged_twice")
def divided_by_the_batch_again(logits, x, mu, logvar, beta):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    kld = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()
    return -bce - beta * kld / x.shape[0]


@wrong("elbo", None)
def of_the_first_picture(logits, x, mu, logvar, beta):
    return exercises.elbo(logits[:1], x[:1], mu[:1], logvar[:1], beta)


@wrong("diagnose", "one_is_enough")
def any_dead_latent(mu, logvar):
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean(0)
    if (kl < 0.01).any():
        return "collapsed"
    spread = logvar.exp().mean(0) + mu.var(0, unbiased=False)
    return "off the prior" if spread.min() < 0.5 or spread.max() > 2 else "fine"


@wrong("diagnose", "means_only")
def spread_of_the_means(mu, logvar):
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean(0)
    if (kl < 0.01).all():
        return "collapsed"
    spread = mu.var(0, unbiased=False)
    if spread.min() < 0.5 or spread.max() > 2:
        return "off the prior"
    return "unused latents" if (kl < 0.01).any() else "fine"


@wrong("diagnose", "mean_not_subtracted")
def mean_of_the_squares(mu, logvar):
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean(0)
    if (kl < 0.01).all():
        return "collapsed"
    spread = logvar.exp().mean(0) + mu.pow(2).mean(0)
    if (spread < 0.5).any() or (spread > 2).any():
        return "off the prior"
    return "unused latents" if (kl < 0.01).any() else "fine"


@wrong("diagnose", "unused_first")
def in_another_order(mu, logvar):
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean(0)
    spread = logvar.exp().mean(0) + mu.var(0, unbiased=False)
    if (kl < 0.01).all():
        return "collapsed"
    if (kl < 0.01).any():
        return "unused latents"
    return "off the prior" if ((spread < 0.5) | (spread > 2)).any() else "fine"


@wrong("diagnose", "added_over_latents")
def total_divergence(mu, logvar):
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()
    if kl < 0.01:
        return "collapsed"
    spread = logvar.exp().mean(0) + mu.var(0, unbiased=False)
    return "off the prior" if ((spread < 0.5) | (spread > 2)).any() else "fine"


def judged(kl, spread, unused):
    """The rest of `diagnose`: kl decides about "collapsed", `unused` about single latents."""
    if (kl < 0.01).all():
        return "collapsed"
    if spread.min() < 0.5 or spread.max() > 2:
        return "off the prior"
    return "unused latents" if (unused < 0.01).any() else "fine"


def divergences(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


def variances(mu, logvar):
    return logvar.exp().mean(0) + mu.var(0, unbiased=False)


@wrong("diagnose", "averaged_over_latents")
def mean_of_everything(mu, logvar):
    kl = divergences(mu, logvar)
    return judged(kl.mean(), variances(mu, logvar), kl.mean(0))


@wrong("diagnose", "picture_by_picture")
def without_a_mean(mu, logvar):
    kl = divergences(mu, logvar)
    return judged(kl, variances(mu, logvar), kl)


@wrong("diagnose", "of_the_mean_picture")
def mean_first(mu, logvar):
    kl = divergences(mu.mean(0), logvar.mean(0))
    return judged(kl, variances(mu, logvar), kl)


@wrong("diagnose", "mean_of_the_logs_of_variance")
def exp_of_the_mean(mu, logvar):
    kl = divergences(mu, logvar).mean(0)
    return judged(kl, logvar.mean(0).exp() + mu.var(0, unbiased=False), kl)


@wrong("diagnose", "deviations_added")
def widths_added(mu, logvar):
    kl = divergences(mu, logvar).mean(0)
    width = mu.std(0, unbiased=False) + (logvar / 2).exp().mean(0)
    return judged(kl, width**2, kl)


@wrong("diagnose", "deviation_compared")
def width_compared(mu, logvar):
    kl = divergences(mu, logvar).mean(0)
    return judged(kl, variances(mu, logvar).sqrt(), kl)


@wrong("diagnose", "latents_pooled")
def one_variance(mu, logvar):
    kl = divergences(mu, logvar).mean(0)
    return judged(kl, mu.var(unbiased=False) + logvar.exp().mean(), kl)


@wrong("diagnose", None)  # was taken for right before
def one_variance_for_all_latents(mu, logvar):
    kl = divergences(mu, logvar).mean(0)
    return judged(kl, mu.var(0, unbiased=False) + logvar.exp().mean(), kl)


@wrong("diagnose", "off_in_every_latent")
def all_must_be_off(mu, logvar):
    kl, spread = divergences(mu, logvar).mean(0), variances(mu, logvar)
    off = (spread < 0.5) | (spread > 2)
    return judged(kl, spread if off.all() else torch.ones(1), kl)


@wrong("diagnose", None)
def by_the_spread_alone(mu, logvar):
    spread = mu.var(0, unbiased=False) + logvar.exp().mean(0)
    return "fine" if ((spread > 0.5) & (spread < 2)).all() else "off the prior"


@wrong("importance_bound", "weights_that_move")
def posted(log_w):
    w = torch.exp(log_w - log_w.max(1, keepdim=True)[0])
    w = w / w.sum(1, keepdim=True)
    return -torch.sum(w * log_w, 1).mean()


@wrong("importance_bound", "weights_held_fixed")
def posted_and_detached(log_w):
    w = F.softmax(log_w, dim=1).detach()
    return -(w * log_w).sum(dim=1).mean()


@wrong("importance_bound", "forgets_the_number")
def logsumexp_alone(log_w):
    return -torch.logsumexp(log_w, dim=1).mean()


@wrong("importance_bound", "mean_of_the_logs")
def the_vae(log_w):
    return -log_w.mean()


@wrong("importance_bound", "log_of_exp")
def as_the_formula_says(log_w):
    return -torch.log(torch.exp(log_w).mean(1)).mean()


@wrong("importance_bound", "forgets_the_number + turned_sign")
def bound_of_the_sum(log_w):
    return torch.logsumexp(log_w, 1).mean()


@wrong("importance_bound", "divides_by_the_batch")
def wrong_size(log_w):
    return (math.log(len(log_w)) - torch.logsumexp(log_w, 1)).mean()


@wrong("importance_bound", "log_of_the_mean_log")
def log_of_a_log(log_w):
    return -torch.log(log_w.mean(dim=1)).mean()


@wrong("importance_bound", "no_logarithm")
def mean_weight(log_w):
    return -torch.exp(log_w).mean()


@wrong("importance_bound", "shift_not_added_back")
def shifted(log_w):
    w = torch.exp(log_w - log_w.max(1, keepdim=True).values)
    return -torch.log(w.mean(1)).mean()


@wrong("importance_bound", "all_samples_of_the_batch")
def of_the_batch(log_w):
    return math.log(log_w.numel()) - log_w.logsumexp(1).mean()


@wrong("importance_bound", "mean_of_shares")
def posted_with_mean(log_w):
    return -(F.softmax(log_w, 1) * log_w).mean()


@wrong("importance_bound", None)
def log2_in_place_of_log(log_w):
    return (math.log2(log_w.shape[1]) - torch.logsumexp(log_w, 1)).mean()


test_attempts_are_named = wrong.test_of_each()
test_most_attempts_are_known = wrong.test_that_most_are_known()
