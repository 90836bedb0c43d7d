"""The maths of minibatch gradients, against independent oracles."""

import pytest
import torch
from closeness import close
from torch import nn

from helpers.minibatch_gradients import exercises, formulas

FLOAT = torch.float64


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
    plain = formulas.gradient_of_batches(size, weighted=False)
    close(plain, torch.stack(gradients).mean(0))
    assert ((plain - full).abs().max() < 1e-9) == (size in (1, 7))


def test_figures_of_the_seven_points():
    full = formulas.line_gradient(formulas.X7, formulas.T7)
    close(full, [-24.342857, -4.942857], 1e-6)
    close(formulas.gradient_of_batches(3, False), [-35.733333, -6.244444], 1e-6)
    away = [float((formulas.gradient_of_batches(n, False) - full).norm()) for n in range(1, 8)]
    assert max(away) == away[5]


@pytest.mark.parametrize("batch", [4, 16])
def test_eq_2_1_the_effective_weight_of_the_kl_term(batch):
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape):
        return torch.randn(shape, generator=generator, dtype=FLOAT)

    pixels, latents = formulas.PIXELS, formulas.LATENTS
    logits, x, mu, logvar = (
        drawn(batch, pixels),
        drawn(batch, pixels).sigmoid(),
        drawn(batch, latents),
        drawn(batch, latents),
    )
    bce = nn.functional.binary_cross_entropy_with_logits
    normal = torch.distributions.Normal
    kl = torch.distributions.kl_divergence(normal(mu, (logvar / 2).exp()), normal(0.0, 1.0))
    right = bce(logits, x, reduction="sum") / batch, kl.sum() / batch
    reconstructions = {"sum": right[0], "mean": bce(logits, x)}
    terms = {"batch": right[1], "sum": kl.sum(), "mean": kl.mean()}
    for reconstruction, first in reconstructions.items():
        for divergence, second in terms.items():
            # how many times as heavy, against the first term, as in the right quotient
            beta = (second / first) / (right[1] / right[0])
            close(formulas.effective_weight(reconstruction, divergence, batch), beta, 1e-9)


def test_figures_of_the_kl_term():
    weight = formulas.effective_weight
    assert [weight("mean", "sum", b) for b in (16, 128, 256)] == [12544, 100352, 200704]
    assert round(weight("mean", "sum", 16, 1e-4), 3) == 1.254
    assert round(weight("mean", "sum", 256, 1e-4), 2) == 20.07
    assert {round(weight("mean", "mean", b), 6) for b in formulas.BATCHES} == {39.2}
