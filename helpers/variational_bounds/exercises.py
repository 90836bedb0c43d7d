"""The exercises of 13_variational_bounds, in the order of the page."""

import torch
from torch.nn import functional as F

from helpers.teaching.cases import normal, tensor
from helpers.teaching.exercise import exercise

__all__ = ["gaussian_kl", "effective_beta", "elbo", "diagnose", "importance_bound"]  # noqa: RUF022


@exercise(
    cases={
        "values": {
            "three pictures, two latents": lambda: (
                tensor([0.5, -1.0], [0.0, 2.0], [1.5, 0.3]),
                tensor([-1.0, 0.5], [0.0, -2.0], [0.7, -0.4]),
            ),
            "one picture, one latent": lambda: (tensor([0.5]), tensor([-1.0])),
            "the prior itself": lambda: (tensor([0.0, 0.0]), tensor([0.0, 0.0])),
        },
        "shapes": {
            "five pictures, four latents": lambda: (normal(5, 4, seed=3), normal(5, 4, seed=4))
        },
        "gradient": {
            "by mean and log-variance": lambda: (
                normal(2, 3, seed=5, grad=True),
                normal(2, 3, seed=6, grad=True),
            )
        },
    },
    hints=[
        "Write down the two log-densities at z, and take the mean of their difference for z from q.",
        "E[z²] = μ² + σ², and E[(z − μ)²]/σ² = 1. The constants with 2π cancel.",
        "logvar is ln σ², so σ² is its exponential. Latents are added, pictures are not.",
    ],
    level=2,
    minutes=8,
)
def gaussian_kl(mu, logvar):
    """KL(q ‖ prior) of each picture, in nats: q is normal, the prior standard.

    mu, logvar: float tensors (N, latents), mean and ln σ² of each latent of q.
    Returns a tensor (N,): the divergence, added over the latents.
    Example: mu [[1, 0]], logvar [[0, 0]] → [0.5].
    """
    return (mu**2 + logvar.exp() - 1 - logvar).sum(1) / 2


gaussian_kl.slips("""
    turned_sign: (mu**2 + logvar.exp() - 1 - logvar).sum(1)
        → (1 + logvar - mu**2 - logvar.exp()).sum(1)
    # The sign is turned. A KL divergence is never below 0: (μ, ln σ²) = (1, 0) gives +0.5.
    log_of_sigma: logvar.exp() → (2 * logvar).exp(); - logvar) → - 2 * logvar)
    # You take logvar for ln σ. It is ln σ², so σ² is exp(logvar), without the 2.
    variance_not_exponentiated: logvar.exp() → logvar
    # σ² is missing: exp(logvar), not logvar. Then the two cancel, and σ has no say.
    mean_over_latents: .sum(1) → .mean(1)
    # The latents are averaged. They are independent under q, so their divergences add up.
    adds_the_pictures: .sum(1) → .sum()
    # The pictures are added as well. One number for each picture is asked for.
    mean_over_pictures: .sum(1) / 2 → .sum(1).mean() / 2
    # That is the mean over the pictures. One number for each picture is asked for.
    wrong_axis: .sum(1) → .sum(0)
    # You add over the pictures. Latents are dimension 1.
    without_the_half: / 2 →
    # The factor ½ is missing.
    without_the_one: - 1 - logvar → - logvar
    # The −1 is missing. At the prior itself, (0, 0), the divergence must be 0.
    mean_not_squared: mu**2 → mu
    # The mean is not squared: −1 must cost as much as +1.
    sigma_for_variance: logvar.exp() → (logvar / 2).exp()
    # exp(logvar/2) is σ. The formula has σ².
    log_of_sigma_inside: - 1 - logvar → - 1 - logvar / 2
    # Inside the ½ stands ln σ², which is logvar. You have its half, ln σ.
    log_outside_the_half: - 1 - logvar → - 1 - 2 * logvar
    # ln σ² is halved as well: ½·logvar, which is ln σ. You take all of it.
    log_with_the_other_sign: - 1 - logvar → - 1 + logvar
    # The logarithm has the wrong sign: the narrower q is, the *more* −ln σ² must cost.
    variance_for_its_log: logvar.exp() → logvar; - logvar) → - logvar.log())
    # You take logvar for σ². It is ln σ², which may be below 0.
    without_the_variance: mu**2 + logvar.exp() - 1 → mu**2 - 1
    # σ² is missing: E z² = μ² + σ².
    log_of_sigma_in_the_exponential: logvar.exp() → (2 * logvar).exp()
    # In the exponential you take logvar for ln σ. It is ln σ² already, without the 2.
    other_way_round: (mu**2 + logvar.exp() - 1 - logvar)
        → (logvar + (1 + mu**2) / logvar.exp() - 1)
    # That is KL(prior ‖ q). Here the mean is taken over z from q, not from the prior.
""")


@exercise(
    cases={
        "values": {
            "both averaged over all": lambda: ("mean", "mean", 128, 784, 20),
            "error averaged over all, KL added over all": lambda: ("mean", "sum", 128, 784, 20),
            "both added over all": lambda: ("sum", "sum", 128, 784, 20),
            "KL averaged over all, error added over all": lambda: ("sum", "mean", 32, 64, 8),
        },
        "edges": {
            "KL a batch mean, error averaged over all": lambda: ("mean", "batch mean", 64, 64, 8),
            "KL averaged over all, error a batch mean": lambda: ("batch mean", "mean", 64, 64, 8),
            "both batch means": lambda: ("batch mean", "batch mean", 100, 64, 8),
            "error added over all, KL a batch mean": lambda: ("sum", "batch mean", 32, 64, 8),
            "KL added over all, error a batch mean": lambda: ("batch mean", "sum", 50, 10, 2),
        },
    },
    hints=[
        "Each reduction divides the sum over everything by some number. By which?",
        "`sum` by 1, `batch mean` by the batch size, `mean` by the number of all entries.",
        "Divide the loss by the factor of the reconstruction. What then stands before the KL?",
    ],
    level=2,
    minutes=6,
)
def effective_beta(reconstruction, divergence, batch, pixels, latents):
    """The weight of the KL term that a pair of reductions amounts to.

    reconstruction, divergence: how each term is reduced, over a batch of
    (batch, pixels) errors and of (batch, latents) divergences: "sum" (over
    everything), "mean" (over everything) or "batch mean" (added over pixels or
    latents, averaged over the batch). batch, pixels, latents: ints.
    Returns a float: β, so that the loss is proportional to
    "sum of the errors + β · sum of the divergences".
    Example: "mean", "batch mean", 32, 64, 8 → 64.
    """
    errors = {"sum": 1, "batch mean": batch, "mean": batch * pixels}[reconstruction]
    divergences = {"sum": 1, "batch mean": batch, "mean": batch * latents}[divergence]
    return errors / divergences


effective_beta.slips("""
    upside_down: errors / divergences → divergences / errors
    # Upside down. Averaging the errors makes *them* small, so the KL term weighs more.
    one_after_all: errors / divergences
        → 1.0 if reconstruction == divergence else errors / divergences
    # Equal words, other divisors: there are batch · pixels errors and batch · latents divergences.
    pixels_forgotten: batch * pixels → batch
    # `mean` divides the errors by batch · pixels. You divide by the batch only.
    latents_forgotten: batch * latents → batch
    # `mean` divides the divergences by batch · latents. You divide by the batch only.
    batch_forgotten_in_the_errors: batch * pixels → pixels
    # `mean` runs over the pictures of the batch as well: it divides by batch · pixels.
    batch_forgotten_in_the_divergences: batch * latents → latents
    # `mean` runs over the pictures of the batch as well: it divides by batch · latents.
    batch_mean_of_errors_as_sum: batch, "mean": batch * pixels → 1, "mean": batch * pixels
    # `batch mean` of the errors divides by the batch size.
    batch_mean_of_divergences_as_sum: batch, "mean": batch * latents → 1, "mean": batch * latents
    # `batch mean` of the divergences divides by the batch size.
    batch_mean_as_mean: batch, "mean": batch * pixels → batch * pixels, "mean": batch * pixels;
        batch, "mean": batch * latents → batch * latents, "mean": batch * latents
    # A `batch mean` *adds* within a picture. It divides by the batch size and by nothing else.
    batch_mean_over_entries: batch, "mean": batch * pixels → pixels, "mean": batch * pixels;
        batch, "mean": batch * latents → latents, "mean": batch * latents
    # A `batch mean` adds over pixels or latents and averages over the batch, not the reverse.
    pixels_in_both: batch * latents → batch * pixels
    # There are batch · latents divergences. You divide them by batch · pixels.
    rounded_down: errors / divergences → errors // divergences
    # β need not be a whole number.
    batch_forgotten_in_both: batch * pixels → pixels; batch * latents → latents
    # `mean` runs over the pictures as well, in both terms: it divides by the batch size, too.
    ratio_of_sizes: errors / divergences → pixels / latents
    # This is right where both are averaged over all. Look at each reduction for itself.
""")


def batch(latents, seed, beta, grad=False):
    """Two pictures of three pixels: logits, pixels, mu, logvar, and the weight."""
    logits = normal(2, 3, seed=seed, grad=grad)
    mu, logvar = (normal(2, latents, seed=seed + k, grad=grad) for k in (1, 2))
    return logits, tensor([1.0, 0.0, 1.0], [0.0, 0.0, 1.0]), mu, logvar, beta


def single(*rows):
    return [tensor(row, dtype=torch.float32) for row in rows]


@exercise(
    cases={
        "values": {
            "three pictures": lambda: (
                tensor([2.0, -1.0, 0.5], [-3.0, 1.0, 4.0], [0.1, 0.2, -0.3]),
                tensor([1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]),
                tensor([0.5, -1.0], [1.5, 0.0], [-0.4, 0.2]),
                tensor([-1.0, 0.5], [0.3, -2.0], [0.1, -0.6]),
                0.7,
            ),
            "weight 1": lambda: (
                2 * normal(3, 5, seed=1),
                (normal(3, 5, seed=2) > 0).double(),
                normal(3, 2, seed=3),
                normal(3, 2, seed=4),
                1.0,
            ),
            "weight 0": lambda: batch(4, seed=5, beta=0.0),
        },
        "gradient": {"by all": lambda: batch(2, seed=8, beta=1.5, grad=True)},
        "edges": {
            "logits of ±200 in float32": lambda: (*single([200, -200], [0, 1], [0], [0]), 1.0)
        },
    },
    guards={"logits of ±200 in float32": "logits of ±200 must give −400, not −∞"},
    hints=[
        "Two sums for each picture: over its pixels, and over its latents. Then one mean.",
        "`F.binary_cross_entropy_with_logits(…, reduction='none')` is −ln p of each pixel.",
        "The ELBO is minus the reconstruction, minus β times the KL: higher is better.",
    ],
    level=2,
    minutes=8,
)
def elbo(logits, x, mu, logvar, beta):
    """The mean over a batch of ln p(x|z) − β·KL(q ‖ prior), one z a picture.

    logits: float tensor (N, pixels), from the decoder; x: float tensor of
    zeros and ones, (N, pixels); mu, logvar: float tensors (N, latents), mean
    and ln σ² of q; beta: a float. Returns a tensor of shape (): the higher,
    the better. Both terms are added within a picture.
    Example: logits and x zeros (1, 2), mu and logvar zeros, beta 1 → −2·ln 2.
    """
    error = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kl = (mu**2 + logvar.exp() - 1 - logvar).sum(1) / 2
    return -(error + beta * kl).mean()


elbo.slips("""
    the_loss: -(error → (error
    # That is minus the ELBO, the loss. The ELBO itself is asked for: higher is better.
    rewards_divergence: error + beta * kl → error - beta * kl
    # The KL term has the wrong sign: a q far from the prior is rewarded.
    mean_over_pixels: reduction="none").sum(1) → reduction="none").mean(1)
    # The pixels are averaged, so the KL weighs as many times too much as there are pixels.
    mean_over_latents: - logvar).sum(1) / 2 → - logvar).mean(1) / 2
    # The latents are averaged; their divergences add up.
    mean_over_both: reduction="none").sum(1) → reduction="none").mean(1); - logvar).sum(1) / 2
        → - logvar).mean(1) / 2
    # Both terms are averaged within a picture. That is not β = 1 but pixels/latents.
    kl_of_the_whole_batch: - logvar).sum(1) / 2 → - logvar).sum() / 2
    # The KL is added over the batch, and the error is averaged over it: β grows with the batch.
    sum_over_the_batch: .mean() → .sum()
    # That is the sum over the batch, not the mean.
    weight_on_the_error: error + beta * kl → beta * error + kl
    # β stands before the wrong term: it weighs the KL.
    weight_on_both: error + beta * kl → beta * (error + kl)
    # β weighs both terms here, so that it changes nothing but the scale. It weighs the KL.
    beta_as_a_share: error + beta * kl → (1 - beta) * error + beta * kl
    # β is no share of 1: the error keeps its weight, whatever β is.
    averaged_twice: beta * kl → beta * kl / len(x)
    # The KL is averaged over the batch twice.
    error_of_the_whole_batch: reduction="none").sum(1) → reduction="none").sum()
    # The error is added over the batch, and the KL averaged: β shrinks as the batch grows.
    black_pixels_only: F.binary_cross_entropy_with_logits(logits, x, reduction="none")
        → (-x * F.logsigmoid(logits))
    # Only the black pixels count. A white one has ln p = ln(1 − σ(logit)).
    weight_forgotten: beta * kl → kl
    # β is not used.
    log_of_sigma: logvar.exp() → (2 * logvar).exp(); - logvar) → - 2 * logvar)
    # You take logvar for ln σ. It is ln σ².
    without_the_half: - logvar).sum(1) / 2 → - logvar).sum(1)
    # The KL lacks its factor ½.
    sigmoid_twice: _with_logits(logits → _with_logits(logits.sigmoid()
    # Two sigmoids: the loss with logits has one inside.
    squared_difference: F.binary_cross_entropy_with_logits(logits, x, reduction="none")
        → (logits.sigmoid() - x).square()
    # A squared error is not −ln p of a black-or-white pixel.
    log_of_a_sigmoid: binary_cross_entropy_with_logits(logits
        → binary_cross_entropy(logits.sigmoid()
    # A sigmoid first: in float32 σ(200) is 1, and the true cost of 200 is lost.
""")


def encoder(mu, logvar):
    """mu and logvar of these pictures; one row of logvar is that of all pictures."""
    mu = tensor(*mu)
    return mu, tensor(*logvar).expand_as(mu).clone()


@exercise(
    cases={
        "values": {
            "one latent is used, one is not": lambda: encoder(
                [[1, 0], [-1, 0], [0.8, 0], [-0.8, 0]], [[-1.5, 0]]
            ),
            "all used, as wide as the prior": lambda: encoder(
                [[1, -0.7], [-1, 0.7], [0.8, 0.9], [-0.8, -0.9]], [[-1.5, -0.9]]
            ),
            "all means 0, all variances 1": lambda: encoder([[0.01, 0]] * 3, [[0, 0.02]]),
            "means near 1, small variances": lambda: encoder([[1.2, -1], [1, -1.1]], [[-2, -1.5]]),
        },
        "edges": {
            "means far apart, small variances": lambda: encoder(
                [[6, 1], [-6, -1], [5, 0.9], [-5, -0.9]], [[-6, -2]]
            ),
            "means close together, small variances": lambda: encoder(
                [[0.2, 1], [-0.2, -1], [0.1, 1], [-0.1, -1]], [[-4, -2]]
            ),
            "means that do not change, variances that are not 1": lambda: encoder(
                [[0, 0]] * 3, [[-0.3, 0.3]]
            ),
            "a used latent that is too wide, and an unused one": lambda: encoder(
                [[3, 0], [-3, 0]], [[-1, 0]]
            ),
            "means that balance to the prior's spread": lambda: encoder([[0.8], [-0.8]], [[-1]]),
            "a mean KL of 0.007, in one picture 0.02": lambda: encoder(
                [[0]] * 3, [[0], [0], [-0.3]]
            ),
            "one picture in three moves": lambda: encoder([[0], [0], [0.4]], [[0]]),
            "a mean KL of 0.004 in four pictures": lambda: encoder([[0.09]] * 4, [[0]]),
            "a mean KL of 0.012": lambda: encoder([[0.155]] * 2, [[0]]),
            "a little too wide": lambda: encoder([[1.5], [-1.5]], [[-1.9]]),
            "a mean KL of 0.012 in one latent of three": lambda: encoder(
                [[0.155, 0, 0]] * 2, [[0, 0, 0]]
            ),
            "variances that differ from picture to picture": lambda: encoder(
                [[0]] * 2, [[-4], [0.9]]
            ),
            "one latent of three is too wide": lambda: encoder(
                [[1.5, 0.5, -0.5], [-1.5, -0.5, 0.5]], [[-1, -1, -1]]
            ),
            "a mean KL of 0.009 in each of three": lambda: encoder(
                [[0.134, 0.134, -0.134]] * 2, [[0, 0, 0]]
            ),
            "one of two latents is too narrow": lambda: encoder(
                [[0.3, 0.3], [-0.3, -0.3]], [[0.18, -2.3]]
            ),
        },
    },
    hints=[
        "First the KL of each latent, averaged over the pictures: which latents say anything?",
        "What the decoder gets in training is z from all the q together: its variance is the mean "
        "of σ² plus the variance of μ.",
        "`mu.var(0, correction=0) + logvar.exp().mean(0)`; compare with ½ and 2.",
    ],
    level=3,
    minutes=10,
)
def diagnose(mu, logvar):
    """What is wrong with an encoder that returns this for N pictures?

    mu, logvar: float64 tensors (N, latents), mean and ln σ² of each q. A
    latent is unused if its KL, averaged over the pictures, is below 0.01.
    Returns the first that holds: "collapsed" (all are unused), "off the prior"
    (over all pictures together, the z of some latent has a variance below ½ or
    above 2), "unused latents" (some are), "fine".
    Example: mu [[0], [0]], logvar [[0], [0]] → "collapsed".
    """
    used = (mu**2 + logvar.exp() - 1 - logvar).mean(0) / 2 >= 0.01
    spread = mu.var(0, correction=0) + logvar.exp().mean(0)
    if not used.any():
        return "collapsed"
    if ((spread < 0.5) | (spread > 2)).any():
        return "off the prior"
    return "fine" if used.all() else "unused latents"


diagnose.slips(r"""
    one_is_enough: not used.any() → not used.all()
    # One unused latent is no collapse: the others may carry all that is needed.
    means_only: mu.var(0, correction=0) + logvar.exp().mean(0) → mu.var(0, correction=0)
    # The variance of z has two parts: that of the means, and the mean of σ².
    log_for_variance: mu.var(0, correction=0) + logvar.exp().mean(0)
        → mu.var(0, correction=0) + logvar.mean(0)
    # logvar is ln σ². The variance of z needs σ² itself, exp(logvar).
    noise_only: mu.var(0, correction=0) + logvar.exp().mean(0) → logvar.exp().mean(0)
    # σ² is the width of *one* q. Over all pictures the means add their variance.
    mean_not_subtracted: mu.var(0, correction=0) → (mu**2).mean(0)
    # That is the mean of z². For the variance, subtract the square of the mean of z.
    no_look_at_the_prior: ((spread < 0.5) | (spread > 2)).any() → False
    # A used latent may still lie where the prior puts nothing. Samples show it.
    off_in_every_latent: ((spread < 0.5) | (spread > 2)).any()
        → ((spread < 0.5) | (spread > 2)).all()
    # One latent that is off the prior is enough. You ask that all are.
    mean_of_the_logs_of_variance: logvar.exp().mean(0) → logvar.mean(0).exp()
    # exp before the mean: the mean of σ², not exp of the mean of ln σ².
    deviations_added: mu.var(0, correction=0) + logvar.exp().mean(0)
        → (mu.std(0, correction=0) + (logvar / 2).exp().mean(0)) ** 2
    # Variances add up, and standard deviations do not.
    deviation_compared: mu.var(0, correction=0) + logvar.exp().mean(0)
        → (mu.var(0, correction=0) + logvar.exp().mean(0)).sqrt()
    # You compare the standard deviation. The limits ½ and 2 are for the variance.
    only_too_wide: (spread < 0.5) | (spread > 2) → spread > 2
    # Too narrow is off, too.
    only_too_narrow: (spread < 0.5) | (spread > 2) → spread < 0.5
    # Too wide is off, too.
    wrong_order: return "fine" if used.all() else "unused latents" → return "fine"
    # Unused latents are never named.
    added_over_latents: .mean(0) / 2 >= 0.01 → .mean(0).sum(0, keepdim=True) / 2 >= 0.01
    # The KL of all latents together hides an unused one. Look at each for itself.
    wrong_axis: .mean(0) / 2 >= 0.01 → .mean(1) / 2 >= 0.01
    # You average over the latents. Average over the pictures, dimension 0.
    added_over_pictures: .mean(0) / 2 >= 0.01 → .sum(0) / 2 >= 0.01
    # You add over the pictures. Average over them, or many pictures make every latent “used”.
    without_the_half: .mean(0) / 2 >= 0.01 → .mean(0) >= 0.01
    # The factor ½ of the KL is missing, so that 0.006 counts as 0.012.
    picture_by_picture: .mean(0) / 2 >= 0.01 → / 2 >= 0.01
    # A used latent may say nothing of some pictures. Average its KL over the pictures first.
    latents_pooled: mu.var(0, correction=0) + logvar.exp().mean(0)
        → mu.var(correction=0) + logvar.exp().mean()
    # One variance for all latents hides one that is off the prior. Look at each for itself.
    of_the_mean_picture: (mu**2 + logvar.exp() - 1 - logvar).mean(0)
        → (mu.mean(0) ** 2 + logvar.mean(0).exp() - 1 - logvar.mean(0))
    # Average the KL, not what goes into it: means of +1 and −1 cancel, and their KL do not.
    by_the_means_alone: (mu**2 + logvar.exp() - 1 - logvar).mean(0) / 2 → mu.var(0, correction=0)
    # Equal means are not enough for “unused”: σ may differ from 1. The KL has both.
    unused_first: if ((spread → if not used.all():\n        return "unused latents"\n    if ((spread
    # Samples suffer from a latent that is off the prior. Look for that before the unused ones.
    averaged_over_latents: not used.any()
        → (mu**2 + logvar.exp() - 1 - logvar).mean() / 2 < 0.01
    # An average over the latents hides one that is in use. “Collapsed” asks each for itself.
""")


@exercise(
    cases={
        "values": {
            "two pictures, three samples": lambda: (tensor([0.0, -1.0, -3.0], [2.0, 1.5, -4.0]),),
            "one picture": lambda: (tensor([0.0, -1.0, -3.0]),),
            "one sample": lambda: (tensor([-2.0], [1.0]),),
        },
        "shapes": {"four pictures, fifty samples": lambda: (3 * normal(4, 50, seed=1),)},
        "gradient": {
            "by the log-weights": lambda: (tensor([0.0, -1.0, -3.0], [2.0, 1.5, -4.0], grad=True),),
            "by five log-weights": lambda: (2 * normal(1, 5, seed=2, grad=True),),
        },
        "edges": {
            "log-weights near −1000": lambda: (tensor([-1000.0, -1001.0, -1003.0]),),
            "log-weights near 900 and near −1000": lambda: (
                tensor([900.0, 899.0, 890.0], [-1000.0, -1001.0, -1003.0]),
            ),
            "weights that are all 0": lambda: (tensor([-torch.inf, -torch.inf], [0.0, -1.0]),),
        },
    },
    guards={
        "log-weights near −1000": "log-weights near −1000 must give about 1001, not ∞",
        "log-weights near 900 and near −1000": "log-weights near 900 must not overflow",
        "weights that are all 0": "weights that are all 0 must give ∞, not NaN",
    },
    hints=[
        "Average the weights of one picture, not their logarithms: ln of a mean of exp.",
        "ln(mean) = ln(sum) − ln K. `logsumexp` is the ln(sum) that does not overflow.",
        "`log_w.logsumexp(1) - math.log(log_w.shape[1])`, then the mean and the sign.",
    ],
    level=2,
    minutes=6,
)
def importance_bound(log_w):
    """Minus the K-sample bound, averaged over a batch: the loss of an IWAE.

    log_w: float tensor (B, K), K ≥ 1: ln of the K weights of each picture.
    Returns a tensor of shape (), whose gradient is used for training. If all
    K weights of a picture are 0 (ln 0 = −∞), the loss is ∞.
    Example: log_w [[0, 0]] → 0; [[0, −∞]] → ln 2.
    """
    import math  # the page does not

    return -(log_w.logsumexp(1) - math.log(log_w.shape[1])).mean()


importance_bound.slips("""
    forgets_the_number: - math.log(log_w.shape[1]) →
    # −ln K is missing: this is ln of the *sum* of the weights, too good by ln K.
    adds_the_number: - math.log → + math.log
    # Add −ln K, not ln K: the sum is divided by K.
    turned_sign: -(log_w → (log_w
    # That is the bound itself; the loss is minus it.
    over_the_batch: logsumexp(1) → logsumexp(0)
    # The sum runs over the pictures. The samples of one picture are dimension 1.
    over_everything: log_w.logsumexp(1) → log_w.flatten().logsumexp(0)
    # All pictures share one sum here. Each picture has a bound of its own.
    averages_everything: log_w.logsumexp(1) - math.log(log_w.shape[1])
        → log_w.flatten().logsumexp(0) - math.log(log_w.numel())
    # All pictures share one mean here. Each picture has a bound of its own.
    divides_by_the_batch: log_w.shape[1] → log_w.shape[0]
    # shape[0] is the number of pictures. K is shape[1].
    adds_the_pictures: .mean() → .sum()
    # That is the sum over the batch, not the mean.
    mean_of_the_logs: log_w.logsumexp(1) - math.log(log_w.shape[1]) → log_w.mean(1)
    # You average the logarithms: that is the plain ELBO, estimated with K samples.
    log_of_exp: log_w.logsumexp(1) → log_w.exp().sum(1).log()
    # exp first: at −1000 every weight is rounded to 0. `logsumexp` shifts before it takes exp.
    largest_weight: log_w.logsumexp(1) → log_w.amax(1)
    # The largest weight alone gets all the gradient. The bound has them all.
    all_samples_of_the_batch: log_w.shape[1] → log_w.numel()
    # K is the number of samples of *one* picture, shape[1]. You have those of all pictures.
    no_logarithm: log_w.logsumexp(1) - math.log(log_w.shape[1]) → log_w.exp().mean(1)
    # The logarithm is missing: that is the mean weight itself.
    log_of_the_mean_log: log_w.logsumexp(1) - math.log(log_w.shape[1]) → log_w.mean(1).log()
    # log_w is a logarithm already. The mean is one of the weights, exp(log_w).
    shift_not_added_back: log_w.logsumexp(1) → (log_w - log_w.amax(1, keepdim=True)).logsumexp(1)
    # The largest log-weight is subtracted against overflow, and not added back.
    one_shift_for_all: log_w.logsumexp(1) → log_w.max() + (log_w - log_w.max()).exp().sum(1).log()
    # One shift for all pictures rounds some of them to 0. Subtract each picture's own largest.
    nan_without_weights: log_w.logsumexp(1)
        → log_w.amax(1) + (log_w - log_w.amax(1, keepdim=True)).exp().sum(1).log()
    # For weights that are all 0 you compute −∞ − (−∞), which is NaN. `logsumexp` gives −∞.
    mean_of_shares: (log_w.logsumexp(1) - math.log(log_w.shape[1]))
        → (log_w.softmax(1) * log_w).mean(1)
    # A weighted sum of the log-weights is no bound, and here it is divided by K as well.
    divides_the_log: - math.log(log_w.shape[1]) → / log_w.shape[1]
    # K divides the sum *inside* the logarithm, so subtract ln K.
    weights_that_move: … → return -(log_w.softmax(1) * log_w).sum(1).mean()
    # Weights that are not detached make another objective. It pulls towards one single sample.
    weights_held_fixed: … → return -(log_w.softmax(1).detach() * log_w).sum(1).mean()
    # The gradient is right, but this value is not the bound: take ln of the mean weight.
""")
