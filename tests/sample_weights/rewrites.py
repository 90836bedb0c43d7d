"""Other right answers to the exercises of 15_sample_weights; check must accept them."""

import torch
from rewriting import rewrite

SAME = {
    # No case lies exactly 0.02 apart.
    "diagnose": [
        "batch_share - data_share > 0.02 → batch_share - data_share >= 0.02",
        "mean_output - batch_share > 0.02 → mean_output - batch_share >= 0.02",
    ],
}


@rewrite("weighted_gradient")
def of_the_dot_product(losses, weights, parameters):
    return torch.autograd.grad(losses @ weights, parameters)


@rewrite("weighted_gradient")
def sample_by_sample(losses, weights, parameters):
    gradients = [torch.autograd.grad(loss, parameters, retain_graph=True) for loss in losses]
    return [
        sum(w * g for w, g in zip(weights, column, strict=True))
        for column in zip(*gradients, strict=True)
    ]


@rewrite("weighted_loss")
def weights_of_mean_one(losses, weights, data_mean_weight):
    return torch.dot(weights / data_mean_weight, losses) / len(losses)


@rewrite("sampler_probabilities")
def class_by_class(labels, target_shares):
    p = torch.zeros(len(labels), dtype=torch.float64)
    for label, share in enumerate(target_shares):
        members = labels == label
        p[members] = share / members.sum()
    return p


@rewrite("sampler_probabilities")
def relative_weights_normalised(labels, target_shares):
    weights = target_shares[labels] / torch.bincount(labels, minlength=len(target_shares))[labels]
    return weights / weights.sum()


@rewrite("corrected_probability")
def by_the_odds(p, train_share, true_share):
    factor = true_share / (1 - true_share) * (1 - train_share) / train_share
    return p * factor / (p * factor + 1 - p)


@rewrite("corrected_probability")
def by_the_log_odds(p, train_share, true_share):
    shift = torch.logit(torch.tensor([true_share, train_share], dtype=p.dtype))
    return torch.sigmoid(torch.logit(p) + shift[0] - shift[1])


@rewrite("effective_sample_size")
def of_normalised_weights(weights):
    shares = weights / weights.sum()
    return 1 / shares.dot(shares)


@rewrite("effective_sample_size")
def by_mean_and_variance(weights):
    mean = weights.mean()
    return len(weights) / (1 + weights.var(correction=0) / mean**2)


@rewrite("diagnose")
def by_a_table(data_share, batch_share, mean_output):
    signs = batch_share > data_share + 0.02, mean_output > batch_share + 0.02
    return {
        (False, False): "none",
        (True, False): "sampler",
        (False, True): "weights",
        (True, True): "twice",
    }[signs]
