"""Other right answers to the exercises of 04_sign_aware_loss; check must accept them."""

import math

import torch
from rewriting import rewrite

SAME = {
    # The root is squared, so its sign does not count.
    "elliptic_paraboloid_loss": ["2 → -2"],
    # A quotient is negative where the product is; 1/0 is inf, and inf < 0 is False.
    "sign_penalty_gradient": ["prediction * truth → prediction / truth"],
}


@rewrite("elliptic_paraboloid_loss")
def turned_by_a_matrix(prediction, truth, c_diff_sign, c_same_sign):
    if min(c_diff_sign, c_same_sign) <= 0:
        raise ValueError
    pair = torch.stack(torch.broadcast_tensors(prediction, truth), -1)
    cosine = math.cos(math.pi / 4)
    turn = torch.tensor([[cosine, -cosine], [cosine, cosine]], dtype=pair.dtype)
    scale = torch.tensor([c_diff_sign, c_same_sign], dtype=pair.dtype)
    return ((pair @ turn) ** 2 / scale).sum(-1)


@rewrite("paraboloid_minimum")
def one_less_twice_the_share(truth, c_diff_sign, c_same_sign):
    return truth - truth * 2 * c_same_sign / (c_same_sign + c_diff_sign)


@rewrite("sign_penalty_loss")
def with_a_clamp(prediction, truth, weight):
    product = prediction * truth
    return torch.square(truth - prediction) - weight * product.clamp(max=0)


@rewrite("sign_penalty_gradient")
def where_the_signs_differ(prediction, truth, weight):
    smooth = 2 * prediction - 2 * truth
    return torch.where(prediction.sign() * truth.sign() == -1, smooth - weight * truth, smooth)


@rewrite("noisy_optimum")
def with_a_normal_distribution(mean, std, weight):
    mean, std = torch.broadcast_tensors(mean, std)
    unit = torch.distributions.Normal(mean.new_zeros(()), mean.new_ones(()))
    u = mean.abs() / std
    wrong = std * unit.log_prob(u).exp() - mean.abs() * unit.cdf(-u)
    return torch.copysign((mean.abs() - weight * wrong / 2).clamp(min=0), mean)
