"""Other right answers to the exercises of 02_log_of_zero; check must accept them."""

import math

import torch
from rewriting import rewrite
from torch.nn import functional as F

SAME = {
    # Of two dimensions the last one is number 1, too.
    "clipped_cross_entropy": ["-1 → 1", "1 → -1"],
    "stable_cross_entropy": ["1 → -1"],
    # No share equals ε or 1 − ε, says the stub.
    "learning_rows": [
        "1 → -1",
        "share < 1 - epsilon → share <= 1 - epsilon",
        "share > epsilon → share >= epsilon",
    ],
    # No loss equals its bound; a standstill is longer than ten steps; the last steps are alike.
    "read_the_log": [
        "loss[-1] < (1 - accuracy[-1]) * np.log(2) → loss[-1] <= (1 - accuracy[-1]) * np.log(2)",
        "10 → 9",
        "10 → 11",
        "1 → 2",
    ],
}


@rewrite("lowest_mean_loss")
def log_of_its_share(accuracy, k):
    cheapest = -math.log(1 / (k + 1))
    return cheapest - accuracy * cheapest


@rewrite("clipped_cross_entropy")
def picks_the_true_class(outputs, one_hot, epsilon):
    p = outputs / outputs.sum(dim=1, keepdim=True)
    p = torch.clamp(p, min=epsilon, max=1.0 - epsilon)
    return F.nll_loss(p.log(), one_hot.argmax(1), reduction="none")


@rewrite("clipped_cross_entropy")
def as_a_product_of_matrices(outputs, one_hot, epsilon):
    p = torch.einsum("ij,i->ij", outputs, 1 / outputs.sum(1))
    return torch.einsum("ij,ij->i", -one_hot, p.clamp(epsilon, 1 - epsilon).log())


@rewrite("entropy")
def fills_a_mask(probabilities):
    log = probabilities.masked_fill(probabilities == 0, 1.0).log()
    return torch.einsum("...c,...c->...", probabilities, -log)


@rewrite("entropy")
def divides_by_ln_2_and_back(probabilities):
    safe = torch.where(probabilities == 0, torch.ones_like(probabilities), probabilities)
    return -(probabilities * (torch.log2(safe) * math.log(2))).sum(dim=-1)


@rewrite("stable_cross_entropy")
def of_torch(scores, target):
    return F.cross_entropy(scores, target)


@rewrite("stable_cross_entropy")
def row_by_row(scores, target):
    losses = [row.logsumexp(0) - row[t] for row, t in zip(scores, target, strict=True)]
    return sum(losses) / len(losses)


@rewrite("stable_binary_cross_entropy")
def of_torch_with_logits(score, target):
    return F.binary_cross_entropy_with_logits(score, target)


@rewrite("stable_binary_cross_entropy")
def as_two_classes(score, target):
    log = torch.stack([torch.zeros_like(score), score], -1).log_softmax(-1)
    return -(torch.stack([1 - target, target], -1) * log).sum(-1).mean()


@rewrite("stable_binary_cross_entropy")
def softplus_minus_product(score, target):
    return (F.softplus(score) - target * score).mean()


@rewrite("learning_rows")
def asks_autograd(scores, target, epsilon):
    z = scores.detach().clone().requires_grad_()
    outputs = z.relu()
    p = (outputs / outputs.sum(1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    loss = F.nll_loss(p.log(), target, reduction="sum")
    return (torch.autograd.grad(loss, z)[0] != 0).any(1)


@rewrite("learning_rows")
def compares_before_dividing(scores, target, epsilon):
    outputs = scores.clamp(min=0)
    total, true = outputs.sum(1), outputs[range(len(target)), target]
    return (true > epsilon * total) & (true < (1 - epsilon) * total)


@rewrite("read_the_log")
def asks_in_another_order(loss, accuracy):
    five, share = loss[-5:], accuracy[-5:]
    if float(loss[-1]) / math.log(2) < 1 - float(share[-1]):
        return "two sources"
    if len(set(five.tolist())) == 1:
        return "no gradient"
    if not loss[-20:].isnan().any():
        return "nothing"
    return "NaN weights" if share.max() == share.min() else "NaN rows"


@rewrite("read_the_log")
def all_the_steps_of_nan(loss, accuracy):
    unknown = loss.isnan()
    if unknown[-1]:
        return "NaN weights" if accuracy[unknown].unique().numel() == 1 else "NaN rows"
    if (loss < (1 - accuracy) * math.log(2)).any():
        return "two sources"
    return "no gradient" if bool((loss[-3:] == loss[-1]).all()) else "nothing"
