"""Other right answers to the exercises of 04_sign_aware_loss; check must accept them."""

import math

import torch
from rewriting import rewrite

SAME = {
    # A quotient is negative where the product is; 1/0 is inf, and inf < 0 is False.
    "sign_penalty_gradient": ["prediction * truth → prediction / truth"],
    # A sign divides as it multiplies; the mean is never 0.
    "best_prediction": ["-truths * mean.sign() → -truths / mean.sign()"],
    # A sum of powers of ½ is never 0.05, and with as many wins as losses the chance is above it.
    "better_method": ["chance >= 0.05 → chance > 0.05", "wins > losses → wins >= losses"],
}


@rewrite("fines_wrong_signs")
def by_the_difference(loss, truths):
    miss = 2 * truths
    return (loss(truths - miss, truths) - loss(truths + miss, truths)) > 0


@rewrite("fines_wrong_signs")
def one_at_a_time(loss, truths):
    return torch.stack([loss(-t, t) > loss(t + 2 * t, t) for t in truths])


@rewrite("paraboloid_minimum")
def one_less_twice_the_share(truth, c_diff_sign, c_same_sign):
    return truth - truth * 2 * c_same_sign / (c_same_sign + c_diff_sign)


@rewrite("sign_penalty_gradient")
def where_the_signs_differ(prediction, truth, weight):
    smooth = 2 * prediction - 2 * truth
    return torch.where(prediction.sign() * truth.sign() == -1, smooth - weight * truth, smooth)


@rewrite("even_push_loss")
def by_the_size_of_the_prediction(prediction, truth, weight):
    wrong = prediction * truth < 0
    return torch.square(truth - prediction) + weight * prediction.abs() * wrong


@rewrite("even_push_loss")
def a_case_for_each_sign(prediction, truth, weight):
    push = torch.where(truth > 0, torch.relu(-prediction), torch.relu(prediction))
    return (prediction - truth) ** 2 + weight * torch.where(truth == 0, 0.0, push)


@rewrite("best_prediction")
def from_both_sides(truths, weight):
    n, mean = len(truths), truths.mean()
    below, above = -truths[truths < 0].sum() / n, truths[truths > 0].sum() / n
    if mean > 0:
        return torch.clamp(mean - weight * below / 2, min=0)
    return torch.clamp(mean + weight * above / 2, max=0)


@rewrite("better_method")
def by_listing_the_tosses(first_right, second_right):
    differ = first_right != second_right
    n, wins = int(differ.sum()), int(first_right[differ].sum())
    lead = abs(2 * wins - n)
    chance = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= lead) / 2**n
    if chance >= 0.05:
        return "undecided"
    return ["second", "first"][wins > n - wins]
