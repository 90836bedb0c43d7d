"""Wrong answers as people write them, in other words than the declarations of the mistakes."""

import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.sign_aware_loss import exercises

attempt = Attempts(exercises)


@attempt("paraboloid_minimum", "swaps_the_constants")
def by_shares(truth, c_diff_sign, c_same_sign):
    total = c_diff_sign + c_same_sign
    return truth * c_same_sign / total - truth * c_diff_sign / total


@attempt("paraboloid_minimum", "pulls_towards_zero")
def weighted_mean(truth, c_diff_sign, c_same_sign):
    return (truth / c_same_sign) / (1 / c_same_sign + 1 / c_diff_sign)


@attempt("paraboloid_minimum", None)
def by_search(truth, c_diff_sign, c_same_sign):
    x = torch.linspace(-4, 4, 801, dtype=truth.dtype)
    t = truth[..., None]
    loss = (x + t) ** 2 / c_diff_sign + (x - t) ** 2 / c_same_sign
    return x[loss.argmin(-1)]


@attempt("sign_penalty_gradient", "forgets_the_inner_derivative")
def step_function(prediction, truth, weight):
    wrong = torch.heaviside(-prediction * truth, torch.zeros((), dtype=prediction.dtype))
    return 2 * (prediction - truth) - weight * wrong


@attempt("sign_penalty_gradient", "pushes_away")
def other_sign(prediction, truth, weight):
    slope = 2 * prediction - 2 * truth
    return torch.where(prediction * truth < 0, slope + weight * truth, slope)


@attempt("sign_penalty_gradient", "acts_at_the_kink")
def unequal_signs(prediction, truth, weight):
    wrong = torch.sign(prediction) != torch.sign(truth)
    return 2 * (prediction - truth) - weight * truth * wrong.to(truth.dtype)


@attempt("sign_penalty_gradient", "pushes_away + forgets_the_two")
def two_slips(prediction, truth, weight):
    mask = prediction * truth < 0
    return (prediction - truth) + weight * truth * mask


@attempt("sign_penalty_gradient", None)
def by_autograd(prediction, truth, weight):
    x = prediction.detach().clone().requires_grad_()
    loss = (x - truth) ** 2 + weight * torch.relu(-x * truth)
    return torch.autograd.grad(loss.sum(), x)[0]


@attempt("sign_penalty_gradient", "multiplies_the_error")
def steeper(prediction, truth, weight):
    error = prediction - truth
    return torch.where(prediction * truth < 0, weight * 2 * error, 2 * error)


@attempt("sign_penalty_gradient", "keeps_the_value_of_relu")
def relu_in_the_slope(prediction, truth, weight):
    return 2 * (prediction - truth) - weight * truth * torch.relu(-prediction * truth)


@attempt("sign_penalty_gradient", "forgets_the_inner_derivative")
def chain_rule(prediction, truth, weight):
    return 2 * (prediction - truth) + weight * torch.where(-prediction * truth > 0, -1.0, 0.0)


@attempt("sign_penalty_gradient", None)
def times_the_prediction(prediction, truth, weight):
    return 2 * (prediction - truth) * prediction - weight * truth * (prediction * truth < 0)


@attempt("sign_penalty_gradient", "turns_the_error_round")
def truth_less_prediction(prediction, truth, weight):
    return 2 * (truth - prediction) - weight * truth * (prediction * truth < 0)


@attempt("sign_penalty_gradient", "forgets_the_inner_derivative + acts_at_the_kink")
def bare_mask(prediction, truth, weight):
    return 2 * (prediction - truth) - weight * (torch.sign(prediction) != torch.sign(truth))


@attempt("sign_penalty_gradient", None)
def backward_for_it(prediction, truth, weight):
    x = prediction.clone().requires_grad_()
    ((x - truth) ** 2 + weight * torch.relu(-x * truth)).sum().backward()
    return x.grad


@attempt("paraboloid_minimum", "divides_by_the_product")
def over_the_product(truth, c, d):
    return truth * (c - d) / (c * d)


@attempt("paraboloid_minimum", "turns_the_fraction")
def upside_down(truth, c, d):
    return (c + d) / (c - d) * truth


@attempt("paraboloid_minimum", "takes_the_ratio")
def ratio(truth, c, d):
    return truth * c / d


@attempt("paraboloid_minimum", "stays_at_the_lowest_point")
def origin(truth, c, d):
    return torch.zeros_like(truth)


@attempt("even_push_loss", "multiplies_the_error")
def where_wrong(prediction, truth, weight):
    error = F.mse_loss(prediction, truth, reduction="none")
    wrong = torch.sign(prediction) != torch.sign(truth)
    return torch.where(wrong, weight * error, error)


@attempt("even_push_loss", "multiplies_the_error_by_one_more")
def factor(prediction, truth, weight):
    penalty = torch.ones_like(prediction * truth)
    penalty[prediction * truth < 0] = 1 + weight
    return torch.square(truth - prediction) * penalty


@attempt("even_push_loss", "has_a_flat_penalty")
def signs_that_differ(prediction, truth, weight):
    wrong = (torch.sign(prediction) != torch.sign(truth)).float()
    return (truth - prediction).pow(2) + weight * wrong


@attempt("even_push_loss", "has_a_flat_penalty")
def signs_halved(prediction, truth, weight):
    differ = (prediction.sign() - truth.sign()).abs() / 2
    return (prediction - truth) ** 2 + weight * differ


@attempt("even_push_loss", "pushes_with_the_size_of_the_truth")
def grows_with_the_truth(prediction, truth, weight):
    return (prediction - truth).square() + weight * F.relu(-truth * prediction)


@attempt("even_push_loss", "has_a_margin + is_the_penalty_alone")
def hinge(prediction, truth, weight):
    return weight * torch.clamp(1 - truth.sign() * prediction, min=0)


@attempt("even_push_loss", "averages_the_error")
def library_mse(prediction, truth, weight):
    prediction, truth = torch.broadcast_tensors(prediction, truth)
    return F.mse_loss(prediction, truth) + weight * F.relu(-prediction * truth.sign())


@attempt("even_push_loss", "averages")
def both_averaged(prediction, truth, weight):
    mse = torch.mean((prediction - truth) ** 2)
    return mse + weight * torch.mean(torch.relu(-(prediction * truth.sign())))


@attempt("even_push_loss", None)
def softplus(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * F.softplus(-prediction * truth)


@attempt("even_push_loss", None)
def an_error_of_its_own(prediction, truth, weight):
    return torch.where(
        torch.sign(prediction) == torch.sign(truth),
        (prediction - truth) ** 2,
        weight * (prediction - truth).abs(),
    )


@attempt("even_push_loss", None)
def adds_in_a_loop(prediction, truth, weight):
    loss = 0
    for x, t in zip(prediction, truth, strict=True):
        loss += (x - t) ** 2 + weight * max(0, -x * t.sign())
    return loss


@attempt("even_push_loss", None)
def one_side_only(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * F.relu(-prediction) * F.relu(truth)


@attempt("even_push_loss", None)
def exponential(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * torch.exp(-prediction * truth)


@attempt("even_push_loss", "has_a_flat_penalty + takes_the_absolute_error")
def absolute_and_count(prediction, truth, weight):
    return torch.abs(prediction - truth) + weight * (prediction * truth < 0)


@attempt("even_push_loss", "pays_right_signs")
def product(prediction, truth, weight):
    return (prediction - truth) ** 2 - weight * prediction * truth.sign()


@attempt("even_push_loss", "has_a_flat_penalty")
def relu_of_a_sign(prediction, truth, weight):
    return (prediction - truth) ** 2 + weight * torch.relu(-torch.sign(prediction * truth))


@attempt("even_push_loss", "adds_up")
def sum_of_all(prediction, truth, weight):
    return ((prediction - truth) ** 2 + weight * torch.relu(-prediction * truth.sign())).sum()


@attempt("even_push_loss", "halves_the_error")
def half_the_square(prediction, truth, weight):
    return 0.5 * (prediction - truth) ** 2 + weight * torch.relu(-prediction * truth.sign())


@attempt("even_push_loss", "shares_the_weight")
def mixed(prediction, truth, weight):
    return (1 - weight) * (prediction - truth) ** 2 + weight * torch.relu(
        -prediction * truth.sign()
    )


@attempt("even_push_loss", None)
def factor_and_mean(prediction, truth, weight):
    return torch.where(
        prediction * truth < 0, (1 + weight) * (prediction - truth) ** 2, (prediction - truth) ** 2
    ).mean()


@attempt("fines_wrong_signs", "tests_only_the_truth_one")
def the_two_cases_of_the_page(loss, truths):
    wrong = loss(torch.full_like(truths, -1.0), truths)
    return wrong > loss(torch.full_like(truths, 3.0), truths)


@attempt("fines_wrong_signs", "misses_by_two")
def two_away(loss, truths):
    return loss(truths - 2, truths) > loss(truths + 2, truths)


@attempt("fines_wrong_signs", "doubles_the_truth")
def twice(loss, truths):
    return torch.gt(loss(-truths, truths), loss(truths * 2, truths))


@attempt("fines_wrong_signs", "accepts_equal_costs")
def not_cheaper(loss, truths):
    return ~(loss(-truths, truths) < loss(3 * truths, truths))


@attempt("fines_wrong_signs", "answers_for_all")
def one_answer(loss, truths):
    return (loss(-truths, truths) > loss(3 * truths, truths)).all()


@attempt("fines_wrong_signs", "swaps_the_arguments")
def truth_first(loss, truths):
    return loss(truths, -truths) > loss(truths, 3 * truths)


@attempt("fines_wrong_signs", None)
def against_zero(loss, truths):
    return loss(-truths, truths) > loss(0 * truths, truths)


@attempt("best_prediction", "takes_the_whole_weight")
def whole_weight(truths, weight):
    m = truths.mean()
    wrong = torch.clamp(-truths * torch.sign(m), min=0).mean()
    return torch.sign(m) * torch.clamp(m.abs() - weight * wrong, min=0)


@attempt("best_prediction", "runs_past_zero")
def no_stop(truths, weight):
    m = truths.mean()
    if m > 0:
        return m - weight / 2 * torch.relu(-truths).mean()
    return m + weight / 2 * torch.relu(truths).mean()


@attempt("best_prediction", "forgets_negative_means")
def positive_only(truths, weight):
    return torch.relu(truths.mean() - weight * F.relu(-truths).mean() / 2)


@attempt("best_prediction", "counts_the_wrong_side")
def by_probability(truths, weight):
    m = truths.mean()
    share = (truths.sign() != m.sign()).double().mean().to(truths.dtype)
    return m.sign() * F.relu(m.abs() - weight / 2 * share)


@attempt("best_prediction", "averages_the_wrong_side_alone")
def mean_of_the_others(truths, weight):
    m = truths.mean()
    other = truths[truths * m < 0]
    reach = other.abs().mean() if len(other) else 0 * m
    return m.sign() * F.relu(m.abs() - weight / 2 * reach)


@attempt("best_prediction", "returns_the_mean")
def plain_mean(truths, weight):
    return torch.mean(truths)


@attempt("best_prediction", None)
def on_a_coarse_grid(truths, weight):
    x = torch.linspace(-4, 4, 81, dtype=truths.dtype)[:, None]
    cost = ((x - truths) ** 2 + weight * torch.relu(-x * truths)).mean(1)
    return x[cost.argmin(), 0]


@attempt("better_method", "looks_at_the_lead")
def more_right(first_right, second_right):
    a, b = first_right.sum(), second_right.sum()
    return "undecided" if a == b else "first" if a > b else "second"


@attempt("better_method", "looks_at_one_side")
def one_sided(first_right, second_right):
    n = int((first_right != second_right).sum())
    k = int((first_right & ~second_right).sum())
    most = max(k, n - k)
    chance = sum(math.comb(n, i) for i in range(most, n + 1)) / 2**n
    if chance >= 0.05:
        return "undecided"
    return "first" if k > n - k else "second"


@attempt("better_method", "by_a_normal_curve")
def mcnemar(first_right, second_right):
    b = (first_right & ~second_right).sum().item()
    c = (~first_right & second_right).sum().item()
    if b + c == 0 or (b - c) ** 2 / (b + c) < 3.84:
        return "undecided"
    return "first" if b > c else "second"


@attempt("better_method", "as_two_separate_shares")
def two_shares(first_right, second_right):
    a, b = first_right.double().mean(), second_right.double().mean()
    z = (a - b) / ((a * (1 - a) + b * (1 - b)) / len(first_right)).sqrt()
    if z.abs() < 1.96:
        return "undecided"
    return "first" if z > 0 else "second"


@attempt("better_method", "counts_the_lead_alone")
def a_lead_of_five(first_right, second_right):
    lead = int(first_right.sum()) - int(second_right.sum())
    return "undecided" if abs(lead) < 5 else "first" if lead > 0 else "second"


@attempt("fines_wrong_signs", "turns_round_for_negative_truths")
def both_sides(loss, truths):
    miss = torch.abs(2 * truths)
    return torch.gt(loss(truths - miss, truths), loss(truths + miss, truths))


@attempt("fines_wrong_signs", "goes_two_beyond")
def three_for_one(loss, truths):
    beyond = truths + 2.0
    return loss(-truths, truths) > loss(beyond, truths)


@attempt("paraboloid_minimum", "copies_the_example")
def a_third(truth, c_diff_sign, c_same_sign):
    return truth * (1 / 3)


@attempt("paraboloid_minimum", "does_not_divide")
def difference_of_the_constants(truth, c, d):
    return c * truth - d * truth


@attempt("paraboloid_minimum", "divides_by_one_of_them")
def one_less_the_ratio(truth, c, d):
    return truth * (1 - d / c)


@attempt("sign_penalty_gradient", "does_not_differentiate_the_penalty")
def slope_plus_penalty(prediction, truth, weight):
    return 2 * (prediction - truth) + weight * F.relu(-truth * prediction)


@attempt("sign_penalty_gradient", "replaces_the_slope_of_the_error")
def one_slope_or_the_other(prediction, truth, weight):
    smooth = 2 * prediction - 2 * truth
    return torch.where(prediction * truth < 0, -truth * weight, smooth)


@attempt("sign_penalty_gradient", "looks_at_the_truth_alone")
def relu_of_the_truth(prediction, truth, weight):
    return 2 * (prediction - truth) + weight * torch.relu(-truth)


@attempt("even_push_loss", "forgets_the_size_of_the_prediction")
def minus_the_prediction(prediction, truth, weight):
    wrong = prediction.sign() * truth.sign() < 0
    return (prediction - truth) ** 2 - weight * prediction * wrong


@attempt("best_prediction", "sets_the_slope_to_zero")
def solves_5_1(truths, weight):
    m, a = truths.mean(), truths.clamp(max=0).neg().mean()
    return m - weight * a / 2


@attempt("best_prediction", "adds_the_pull")
def pulled_outwards(truths, weight):
    m = truths.mean()
    if m > 0:
        return m + weight / 2 * F.relu(-truths).mean()
    return m - weight / 2 * F.relu(truths).mean()


@attempt("better_method", "tosses_a_coin_every_year")
def all_years(first_right, second_right):
    wins = int((first_right & ~second_right).sum())
    losses = int((second_right & ~first_right).sum())
    n = first_right.numel()
    chance = sum(math.comb(n, k) for k in range(min(wins, losses) + 1)) / 2 ** (n - 1)
    return "undecided" if chance >= 0.05 else "first" if wins > losses else "second"


@attempt("better_method", "counts_up_to_the_losses")
def tail_of_the_second(first_right, second_right):
    wins = int((first_right & ~second_right).sum())
    losses = int((second_right & ~first_right).sum())
    n = wins + losses
    chance = sum(math.comb(n, k) for k in range(losses + 1)) / 2**n * 2
    return "undecided" if chance >= 0.05 else "first" if wins > losses else "second"


test_each_is_known_as_said = attempt.test_of_each()
test_most_of_them_are_known = attempt.test_that_most_are_known()
