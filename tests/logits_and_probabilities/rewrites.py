"""Other right answers to the exercises of 08_logits_and_probabilities; check must accept them."""

import math

import torch
from rewriting import rewrite
from torch.nn import functional as F

SAME = {
    # The last of two dimensions is dimension 1; no sum is exactly 10⁻⁶ off.
    "diagnose": [
        "1 → -1",
        # A sum is far from 1 or next to it, however its distance is measured.
        "(outputs.exp().sum(1) - 1).abs() → (outputs.exp().sum(1) - 1).square()",
        "(outputs.exp().sum(1) - 1).abs().max() → (outputs.exp().sum(1) - 1).abs().sum()",
        "(outputs.exp().sum(1) - 1).abs().max() < 1e-06 → "
        "(outputs.exp().sum(1) - 1).abs().max() <= 1e-06",
    ],
    "cross_entropy": ["1 → -1"],
    "segmentation_loss": ["1 → -1"],
}


@rewrite("diagnose")
def by_logsumexp(outputs, loss):
    if loss == "nll_loss":
        if outputs.max() > 0:
            return "no logarithm"
        normalised = torch.allclose(outputs.logsumexp(1), torch.zeros(len(outputs)).double())
        return "fine" if normalised else "no normaliser"
    return "fine" if outputs.min() < 0 or outputs.max() > 1 else "probabilities"


@rewrite("cross_entropy")
def through_nll_loss(scores, target, from_probabilities=False):
    if from_probabilities:
        return F.nll_loss(scores.log(), target)
    return F.cross_entropy(scores, target)


@rewrite("cross_entropy")
def logarithms_are_scores(scores, target, from_probabilities=False):
    return F.cross_entropy(scores.log() if from_probabilities else scores, target)


@rewrite("lowest_loss")
def from_the_best_outputs(classes, head):
    best = torch.zeros(1, classes, dtype=torch.float64)
    best[0, 0] = math.inf if head == "logits" else 1.0
    if head == "logits":
        return 0.0
    return F.cross_entropy(best, torch.tensor([0])).item()


@rewrite("segmentation_loss")
def with_ignore_index(scores, target):
    return F.cross_entropy(scores, target, ignore_index=-1)


@rewrite("nll_gradient")
def one_product(b0, b1, x, y):
    rows = torch.stack([torch.ones_like(x), x])
    return rows @ (1 / (1 + (-(b0 + b1 * x)).exp()) - y)


@rewrite("multi_label_loss")
def by_torch(scores, targets, pos_weight):
    return F.binary_cross_entropy_with_logits(scores, targets, pos_weight=pos_weight)
