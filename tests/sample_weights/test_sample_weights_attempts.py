"""Wrong answers that people write, and the names by which they are known."""

import math

import pytest
import torch
from attempts import Attempts

from helpers.sample_weights import exercises

attempt = Attempts(exercises)
pytestmark = pytest.mark.filterwarnings("ignore")


@attempt("weighted_gradient", "takes_the_mean_over_samples")
def mean_of_products(losses, weights, parameters):
    loss = torch.mean(losses * weights)
    return list(torch.autograd.grad(loss, parameters))


@attempt("weighted_gradient", "divides_by_the_weights")
def weighted_average(losses, weights, parameters):
    total = sum(w * loss for w, loss in zip(weights, losses, strict=True))
    return torch.autograd.grad(total / sum(weights), parameters)


@attempt("weighted_gradient", "calls_backward_with_weights")
def by_backward(losses, weights, parameters):
    (losses * weights).sum().backward()
    return [p.grad for p in parameters]


@attempt("weighted_gradient", "adds_up_before_weighting")
def outer_product(losses, weights, parameters):
    total = (weights.view(-1, 1) * losses.view(1, -1)).sum()
    return list(torch.autograd.grad(total, parameters))


@attempt("weighted_gradient", "takes_the_size_of_the_weights")
def absolute(losses, weights, parameters):
    return torch.autograd.grad(torch.dot(losses, torch.abs(weights)), parameters)


@attempt("weighted_gradient", "lets_no_weight_be_negative")
def clamped(losses, weights, parameters):
    loss = (losses * torch.relu(weights)).sum()
    return torch.autograd.grad(loss, parameters)


@attempt("weighted_gradient", "starts_without_weights")
def unweighted_vector(losses, weights, parameters):
    return [torch.autograd.grad(losses, p, retain_graph=True)[0] for p in parameters]


@attempt("weighted_gradient", "scales_the_weights_to_mean_1")
def normalised(losses, weights, parameters):
    weights = weights * len(weights) / weights.sum()
    return torch.autograd.grad((weights * losses).sum(), parameters)


@attempt("weighted_gradient", "weighs_the_parameters")
def zip_of_weights(losses, weights, parameters):
    g = torch.autograd.grad(losses.sum(), parameters)
    return [w * gi for w, gi in zip(weights, g, strict=False)]


@attempt("weighted_gradient", "takes_the_mean_over_samples + ignores_the_weights")
def plain_mean(losses, weights, parameters):
    return torch.autograd.grad(losses.mean(), parameters)


@attempt("weighted_gradient", "calls_backward_on_the_mean")
def backward_of_the_mean(losses, weights, parameters):
    loss = (losses * weights).mean()
    loss.backward()
    return [p.grad for p in parameters]


@attempt("weighted_gradient", None)
def softmax_of_weights(losses, weights, parameters):
    loss = (losses * torch.softmax(weights, 0)).sum()
    return torch.autograd.grad(loss, parameters)


@attempt("weighted_gradient", "frees_the_graph_of_the_losses")
def sample_by_sample(losses, weights, parameters):
    total = [0 for _ in parameters]
    for loss, w in zip(losses, weights, strict=True):
        for i, g in enumerate(torch.autograd.grad(loss, parameters)):
            total[i] += w * g
    return total


@attempt("weighted_gradient", "fills_grad_of_the_parameters")
def backward_of_the_sum(losses, weights, parameters):
    (weights * losses).sum().backward()


@attempt("weighted_loss", "divides_by_the_batch_s_weights")
def normalised_in_the_batch(losses, weights, data_mean_weight):
    return (losses * weights / weights.mean()).mean()


@attempt("weighted_loss", "forgets_the_mean_weight")
def plain_weighted_mean(losses, weights, data_mean_weight):
    return torch.mean(weights * losses)


@attempt("weighted_loss", "adds_up")
def dot_product(losses, weights, data_mean_weight):
    return weights @ losses / data_mean_weight


@attempt("weighted_loss", "averages_before_weighting")
def a_column_meets_a_row(losses, weights, data_mean_weight):
    return (weights[:, None] * losses).mean() / data_mean_weight


@attempt("weighted_loss", "multiplies_by_the_mean_weight")
def upside_down(losses, weights, data_mean_weight):
    return data_mean_weight * torch.mean(weights * losses)


@attempt("weighted_loss", "forgets_the_mean_weight + adds_up")
def plain_sum(losses, weights, data_mean_weight):
    return (weights * losses).sum()


@attempt("weighted_loss", "returns_a_loss_for_each_sample")
def no_reduction(losses, weights, data_mean_weight):
    return losses * (weights / data_mean_weight)


@attempt("weighted_loss", "normalises_first")
def shares_of_the_batch(losses, weights, data_mean_weight):
    return ((weights / weights.sum()) * losses).mean() / data_mean_weight


@attempt("sampler_probabilities", "forgets_the_counts")
def share_of_the_class(labels, target_shares):
    return torch.stack([target_shares[label] for label in labels])


@attempt("sampler_probabilities", "share_of_the_whole_normalised")
def normalised_shares(labels, target_shares):
    weights = target_shares[labels]
    return weights / weights.sum()


@attempt("sampler_probabilities", "one_over_the_count")
def textbook_inverse_frequency(labels, target_shares):
    return 1.0 / torch.bincount(labels).double()[labels]


@attempt("sampler_probabilities", "ignores_the_targets")
def textbook_balanced(labels, target_shares):
    w = 1.0 / torch.bincount(labels).double()[labels]
    return w / w.sum()


@attempt("sampler_probabilities", "relative_weights")
def ratio_of_shares(labels, target_shares):
    share = torch.bincount(labels).double() / labels.numel()
    return (target_shares / share)[labels]


@attempt("sampler_probabilities", "one_for_each_class")
def a_number_a_class(labels, target_shares):
    return target_shares / torch.unique(labels, return_counts=True)[1]


@attempt("corrected_probability", "only_scales")
def scaled(p, train_share, true_share):
    return p * (true_share / train_share)


@attempt("corrected_probability", "wrong_way_round")
def odds_the_wrong_way(p, train_share, true_share):
    odds = p / (1 - p) * train_share / (1 - train_share) * (1 - true_share) / true_share
    return odds / (1 + odds)


@attempt("corrected_probability", "leaves_the_other_class")
def half_of_bayes(p, train_share, true_share):
    a = p * true_share / train_share
    return a / (a + (1 - p))


@attempt("corrected_probability", "forgets_the_share_in_training")
def true_prior_only(p, train_share, true_share):
    return p * true_share / (p * true_share + (1 - p) * (1 - true_share))


@attempt("corrected_probability", "gives_the_odds")
def odds(p, train_share, true_share):
    return p / (1 - p) * true_share / (1 - true_share) * (1 - train_share) / train_share


@attempt("corrected_probability", "subtracts")
def moved(p, train_share, true_share):
    return p + true_share - train_share


@attempt("corrected_probability", "leaves_the_class")
def other_half_of_bayes(q, train_share, true_share):
    no = (1 - q) * (1 - true_share) / (1 - train_share)
    return q / (q + no)


@attempt("effective_sample_size", "divides_by_n_less_1")
def by_the_sample_variance(weights):
    return len(weights) / (1 + torch.var(weights) / torch.mean(weights) ** 2)


@attempt("effective_sample_size", "forgets_both_squares")
def sum_over_norm(weights):
    return weights.sum() / weights.norm()


@attempt("effective_sample_size", "expects_normalised_weights")
def textbook_without_normalising(weights):
    return 1 / torch.sum(weights**2)


@attempt("effective_sample_size", "upside_down")
def sum_of_squared_shares(weights):
    return ((weights / weights.sum()) ** 2).sum()


@attempt("effective_sample_size", "divides_by_the_largest")
def in_units_of_the_largest(weights):
    return (weights / weights.max()).sum()


@attempt("effective_sample_size", "by_the_entropy")
def perplexity(weights):
    q = weights[weights > 0] / weights.sum()
    return torch.exp(-(q * q.log()).sum())


@attempt("effective_sample_size", "counts_the_samples")
def how_many(weights):
    return torch.count_nonzero(weights).double()


@attempt("diagnose", "compares_outputs_with_the_data")
def both_against_the_data(data_share, batch_share, mean_output):
    sampler = abs(batch_share - data_share) > 0.02
    weights = abs(mean_output - data_share) > 0.02
    if sampler and weights:
        return "twice"
    return "sampler" if sampler else "weights" if weights else "none"


@attempt("diagnose", "nothing_is_chance")
def exact(data_share, batch_share, mean_output):
    sampler, weights = batch_share > data_share, mean_output > batch_share
    if sampler and weights:
        return "twice"
    return "sampler" if sampler else "weights" if weights else "none"


@attempt("diagnose", "looks_for_a_half")
def half_of_the_draws(data_share, batch_share, mean_output):
    sampler, weights = batch_share >= 0.5, mean_output > batch_share + 0.02
    if sampler and weights:
        return "twice"
    return "sampler" if sampler else "weights" if weights else "none"


@attempt("diagnose", "outputs_above_a_half_mean_twice")
def a_high_output(data_share, batch_share, mean_output):
    if batch_share - data_share > 0.02:
        return "twice" if mean_output > 0.6 else "sampler"
    return "weights" if mean_output - batch_share > 0.02 else "none"


@attempt("weighted_gradient", "takes_roots_of_the_weights")
def roots(losses, weights, parameters):
    return list(torch.autograd.grad((weights.sqrt() * losses).sum(), parameters))


@attempt("weighted_gradient", "scales_by_the_largest")
def at_most_1(losses, weights, parameters):
    return torch.autograd.grad(losses, parameters, grad_outputs=weights / weights.max())


@attempt("weighted_gradient", "leaves_the_list_out")
def the_first_of_them(losses, weights, parameters):
    return torch.autograd.grad(losses @ weights, parameters)[0]


@attempt("weighted_gradient", "makes_new_losses")
def list_of_items(losses, weights, parameters):
    parts = [w * loss.item() for w, loss in zip(weights, losses, strict=True)]
    return list(torch.autograd.grad(torch.tensor(parts, requires_grad=True).sum(), parameters))


@attempt("weighted_gradient", "frees_the_graph_between_parameters")
def parameter_by_parameter(losses, weights, parameters):
    loss = torch.dot(weights, losses)
    return [torch.autograd.grad(loss, p)[0] for p in parameters]


@attempt("weighted_gradient", "keeps_the_last_sample")
def replaced_in_the_loop(losses, weights, parameters):
    for w, loss in zip(weights, losses, strict=True):
        g = torch.autograd.grad(w * loss, parameters, retain_graph=True)
    return list(g)


@attempt("weighted_gradient", "keeps_the_samples_apart")
def one_for_each_sample(losses, weights, parameters):
    return [torch.autograd.grad(part, parameters, retain_graph=True) for part in weights * losses]


@attempt("weighted_gradient", "averages_before_weighting")
def mean_times_all_weights(losses, weights, parameters):
    return list(torch.autograd.grad(losses.mean() * weights.sum(), parameters))


@attempt("weighted_gradient", None)
def shares_of_the_sizes(losses, weights, parameters):
    return torch.autograd.grad(losses @ (weights / weights.abs().sum()), parameters)


@attempt("weighted_loss", "sums_over_the_batch_s_mean_weight")
def sum_over_mean(losses, weights, data_mean_weight):
    return (weights * losses).sum() / weights.mean()


@attempt("weighted_loss", "makes_a_new_tensor")
def tensor_of_the_item(losses, weights, data_mean_weight):
    return torch.tensor((weights * losses).mean().item() / data_mean_weight)


@attempt("weighted_loss", "returns_a_number")
def as_a_float(losses, weights, data_mean_weight):
    return float((weights * losses).mean()) / data_mean_weight


@attempt("weighted_loss", "scales_by_the_largest")
def largest_weight_1(losses, weights, data_mean_weight):
    return torch.mean(losses * (weights / weights.max()))


@attempt("weighted_loss", "divides_by_n_twice")
def mean_over_n(losses, weights, data_mean_weight):
    return (weights * losses).mean() / (len(losses) * data_mean_weight)


@attempt("weighted_loss", "guards_the_batch_s_weights")
def nothing_if_no_weight(losses, weights, data_mean_weight):
    if weights.sum() == 0:
        return losses.sum() * 0
    return (weights * losses).sum() / weights.sum()


@attempt("weighted_loss", None)
def weights_about_0(losses, weights, data_mean_weight):
    return ((weights - data_mean_weight) * losses).mean()


@attempt("sampler_probabilities", "normalises_the_inverse_counts")
def inverse_counts_of_the_classes(labels, target_shares):
    inverse = 1 / torch.bincount(labels).double()
    return (inverse / inverse.sum())[labels]


@attempt("sampler_probabilities", "normalises_before_the_labels")
def scaled_for_the_classes(labels, target_shares):
    each = target_shares / torch.bincount(labels)
    each /= each.sum()
    return torch.stack([each[label] for label in labels])


@attempt("sampler_probabilities", "assumes_sorted_labels")
def class_after_class(labels, target_shares):
    counts = torch.bincount(labels).tolist()
    blocks = zip(target_shares, counts, strict=True)
    return torch.cat([(share / n).expand(n) for share, n in blocks])


@attempt("sampler_probabilities", "as_the_counts")
def forward_counts(labels, target_shares):
    counts = torch.bincount(labels).double()[labels]
    return counts / counts.sum()


@attempt("sampler_probabilities", "count_over_share")
def inverted(labels, target_shares):
    w = torch.bincount(labels)[labels] / target_shares[labels]
    return w / w.sum()


@attempt("sampler_probabilities", "divides_by_the_classes")
def share_over_the_classes(labels, target_shares):
    return target_shares[labels] / len(target_shares)


@attempt("sampler_probabilities", "softmax_of_the_weights")
def softmax_of_the_ratios(labels, target_shares):
    return torch.softmax((target_shares / torch.bincount(labels))[labels], 0)


@attempt("corrected_probability", "leaves_the_other_class")
def ratio_of_shares_as_v(q, train_share, true_share):
    v = train_share / true_share
    return q / (q + v * (1 - q))


@attempt("corrected_probability", "forgets_the_true_share")
def odds_of_the_training_as_v(q, train_share, true_share):
    v = train_share / (1 - train_share)
    return q / (q + v * (1 - q))


@attempt("corrected_probability", "normalises_over_the_samples")
def shares_of_all_samples(q, train_share, true_share):
    p = q * true_share / train_share
    return p / p.sum()


@attempt("corrected_probability", "matches_the_mean")
def mean_of_the_true_share(q, train_share, true_share):
    return q / q.mean() * true_share


@attempt("corrected_probability", "gives_the_other_class")
def no_in_place_of_yes(q, train_share, true_share):
    yes, no = q * true_share / train_share, (1 - q) * (1 - true_share) / (1 - train_share)
    return no / (yes + no)


@attempt("corrected_probability", "multiplies_by_both_shares")
def product_of_shares(q, train_share, true_share):
    a, b = train_share * true_share, (1 - train_share) * (1 - true_share)
    return q * a / (q * a + (1 - q) * b)


@attempt("corrected_probability", None)
def largest_number_for_infinite_odds(q, train_share, true_share):
    # Right where the class is rarer than in training. Otherwise the largest number overflows.
    odds = (q / (1 - q)).nan_to_num()
    odds = odds * true_share / (1 - true_share) * (1 - train_share) / train_share
    return odds / (1 + odds)


@attempt("corrected_probability", None)
def clamped_first(q, train_share, true_share):
    q = q.clamp(1e-3, 1 - 1e-3)
    odds = q / (1 - q) * true_share / (1 - true_share) * (1 - train_share) / train_share
    return odds / (1 + odds)


@attempt("effective_sample_size", "as_a_share_of_n")
def means_for_sums(weights):
    return weights.mean() ** 2 / (weights**2).mean()


@attempt("effective_sample_size", "upside_down + forgets_a_square")
def squares_over_sum(weights):
    return (weights**2).sum() / weights.sum()


@attempt("effective_sample_size", "squares_the_ratio")
def all_squared(weights):
    return (weights.sum() / (weights**2).sum()) ** 2


@attempt("effective_sample_size", "counts_those_of_weight_0")
def sum_over_mean_weight(weights):
    return weights.sum() / weights.mean()


@attempt("effective_sample_size", "gives_the_design_effect")
def n_times_squared_shares(weights):
    return len(weights) * ((weights / weights.sum()) ** 2).sum()


@attempt("effective_sample_size", "forgets_the_mean_weight")
def one_plus_variance(weights):
    return len(weights) / (1 + weights.var(unbiased=False))


@attempt("effective_sample_size", "forgets_to_square_the_spread")
def one_plus_relative_spread(weights):
    return len(weights) / (1 + weights.std(unbiased=False) / weights.mean())


@attempt("effective_sample_size", "softmax_of_the_weights")
def normalised_by_softmax(weights):
    p = torch.softmax(weights, dim=0)
    return 1 / p.square().sum()


@attempt("effective_sample_size", None)
def heavier_than_the_mean(weights):
    return (weights >= weights.mean()).sum().double()


@attempt("diagnose", "stops_at_the_weights")
def weights_first(data_share, batch_share, mean_output):
    if mean_output - batch_share > 0.02:
        return "weights"
    return "sampler" if batch_share - data_share > 0.02 else "none"


@attempt("diagnose", "stops_at_the_sampler")
def sampler_first(data_share, batch_share, mean_output):
    if batch_share - data_share > 0.02:
        return "sampler"
    return "weights" if mean_output - batch_share > 0.02 else "none"


@attempt("diagnose", "outputs_above_a_half_are_weights")
def more_likely_than_not(data_share, batch_share, mean_output):
    drawn = batch_share > data_share + 0.02
    if mean_output > 0.5:
        return "twice" if drawn else "weights"
    return "sampler" if drawn else "none"


@attempt("diagnose", "takes_the_size_of_differences")
def by_differences_of_either_sign(data_share, batch_share, mean_output):
    drawn = abs(batch_share - data_share) > 0.02
    weighted = abs(mean_output - batch_share) > 0.02
    return [["none", "weights"], ["sampler", "twice"]][drawn][weighted]


@attempt("diagnose", None)
def by_ratios(data_share, batch_share, mean_output):
    sampler, weights = batch_share / data_share > 1.2, mean_output / batch_share > 1.2
    if sampler and weights:
        return "twice"
    return "sampler" if sampler else "weights" if weights else "none"


@attempt("diagnose", None)
def another_tolerance(data_share, batch_share, mean_output):
    sampler, weights = batch_share - data_share > 0.1, mean_output - batch_share > 0.1
    if sampler and weights:
        return "twice"
    return "sampler" if sampler else "weights" if weights else "none"


@attempt("diagnose", "two_steps_of_chance_are_weights")
def one_after_the_other(data_share, batch_share, mean_output):
    if batch_share - data_share > 0.02 and mean_output - batch_share > 0.02:
        return "twice"
    if batch_share - data_share > 0.02:
        return "sampler"
    return "weights" if mean_output - data_share > 0.02 else "none"


@attempt("diagnose", None)
def size_of_the_first_difference(data_share, batch_share, mean_output):
    drawn, weighted = abs(batch_share - data_share) > 0.02, mean_output - batch_share > 0.02
    return [["none", "weights"], ["sampler", "twice"]][drawn][weighted]


@attempt("weighted_gradient", "adds_up_and_gives_weights")
def sum_with_grad_outputs(losses, weights, parameters):
    return torch.autograd.grad(losses.sum(), parameters, grad_outputs=weights)


@attempt("weighted_gradient", "gives_a_column_of_weights")
def column(losses, weights, parameters):
    return torch.autograd.grad(losses, parameters, grad_outputs=weights.reshape(-1, 1))


@attempt("weighted_loss", "averages_the_losses_and_adds_up_the_weights")
def mean_loss_times_all_weights(losses, weights, data_mean_weight):
    return losses.mean() * weights.sum() / data_mean_weight


@attempt("sampler_probabilities", "multiplies_by_the_shares")
def times_the_share_of_the_data(labels, target_shares):
    return (target_shares * torch.bincount(labels).double() / len(labels))[labels]


@attempt("sampler_probabilities", "all_but_the_class")
def one_minus_the_share(labels, target_shares):
    p = (1 - torch.bincount(labels).double() / len(labels))[labels]
    return p / p.sum()


@attempt("corrected_probability", "the_wrong_way_and_leaves_the_other_class")
def v_of_the_shares(q, train_share, true_share):
    v = train_share / true_share
    return v * q / (v * q + 1 - q)


@attempt("corrected_probability", "forgets_the_logit")
def log_odds_of_the_shares_added(q, train_share, true_share):
    added = math.log(true_share / (1 - true_share)) - math.log(train_share / (1 - train_share))
    return torch.sigmoid(q + added)


@attempt("effective_sample_size", "n_in_place_of_a_sum")
def n_times_sum_over_squares(weights):
    return weights.numel() * weights.sum() / weights.square().sum()


@attempt("effective_sample_size", "forgets_to_square_the_mean")
def variance_over_mean(weights):
    return len(weights) / (1 + torch.var(weights, correction=0) / torch.mean(weights))


@attempt("effective_sample_size", "takes_the_norm")
def squared_sum_over_norm(weights):
    return weights.sum() ** 2 / torch.linalg.norm(weights)


test_each_is_known_as_said = attempt.test_of_each()
