"""Wrong answers as people write them: `check` accepts none, and names the mistake in most.

Two names joined by " + " are two slips at once; None stands for an answer that has no name.
"""

import math

import torch
from attempts import Attempts
from torch import nn
from torch.nn import functional as F

from helpers.log_of_zero import exercises
from helpers.teaching import check

wrong = Attempts(exercises)


# lowest_mean_loss


@wrong("lowest_mean_loss", "forgets_the_true_class")
def every_class_ahead_alike(accuracy, k):
    p = 1 / k
    return (1 - accuracy) * -math.log(p)


@wrong("lowest_mean_loss", "as_for_one")
def bound_4_1(accuracy, k):
    return -(1 - accuracy) * math.log(0.5)


@wrong("lowest_mean_loss", "log_of_accuracy")
def plain_log(accuracy, k):
    return -math.log(accuracy)


@wrong("lowest_mean_loss", "entropy_of_the_accuracy")
def binary_entropy(accuracy, k):
    p = torch.tensor([accuracy, 1 - accuracy], dtype=torch.float64)
    return torch.special.entr(p).sum().item()


@wrong("lowest_mean_loss", "in_bits")
def with_log2(accuracy, k):
    return (accuracy - 1) * math.log2(1 / (1 + k))


@wrong("lowest_mean_loss", "mean_probability")
def log_of_the_mean(accuracy, k):
    return math.log(k + 1) - math.log(1 + accuracy * k)


@wrong("lowest_mean_loss", None)
def nearly_its_share(accuracy, k):
    return -(1 - accuracy) * math.log(1 / (k + 1) - 0.001)


@wrong("lowest_mean_loss", "right_answers_pay_too")
def right_ones_share_among_k(accuracy, k):
    return accuracy * math.log(k) + (1 - accuracy) * math.log(k + 1)


@wrong("lowest_mean_loss", "log_of_what_is_left")
def what_is_left(accuracy, k):
    return -(1 - accuracy) * math.log(1 - 1 / (k + 1))


@wrong("lowest_mean_loss", "share_of_wrong_answers")
def share_among_wrong(accuracy, k):
    if accuracy == 1:
        return 0.0
    return -(1 - accuracy) * math.log((1 - accuracy) / k)


@wrong("lowest_mean_loss", "to_base_ten")
def base_ten(accuracy, k):
    return (1 - accuracy) * math.log10(k + 1)


# clipped_cross_entropy


@wrong("clipped_cross_entropy", "not_normalised + mean_of_rows")
def numpy_style(outputs, one_hot, epsilon):
    y_pred = torch.clamp(outputs, epsilon, 1.0 - epsilon)
    samples = len(outputs)
    return -torch.sum(one_hot * torch.log(y_pred)) / samples


@wrong("clipped_cross_entropy", "not_normalised + adds_an_epsilon_of_its_own")
def log_plus_small(outputs, one_hot, epsilon):
    return -torch.sum(one_hot * torch.log(outputs + 1e-9), dim=1)


@wrong("clipped_cross_entropy", "not_normalised + adds_epsilon")
def log_plus_epsilon(outputs, one_hot, epsilon):
    return torch.sum(-one_hot * torch.log(outputs + epsilon), dim=1)


@wrong("clipped_cross_entropy", "mean_over_classes")
def mean_of_products(outputs, one_hot, epsilon):
    p = outputs / outputs.sum(dim=1, keepdim=True)
    p = torch.clamp(p, epsilon, 1 - epsilon)
    return torch.mean(-one_hot * torch.log(p), dim=1)


@wrong("clipped_cross_entropy", "softmax_first")
def softmax_and_nll(outputs, one_hot, epsilon):
    p = F.softmax(outputs, dim=1).clamp(epsilon, 1 - epsilon)
    return F.nll_loss(torch.log(p), one_hot.argmax(dim=1), reduction="none")


@wrong("clipped_cross_entropy", "clips_below_only")
def only_from_below(outputs, one_hot, epsilon):
    p = outputs / outputs.sum(1, keepdim=True)
    p = torch.maximum(p, torch.full_like(p, epsilon))
    return -torch.log(p[torch.arange(len(p)), one_hot.argmax(1)])


@wrong("clipped_cross_entropy", "softmax_first")
def of_torch_by_row(outputs, one_hot, epsilon):
    return nn.CrossEntropyLoss(reduction="none")(outputs, one_hot)


@wrong("clipped_cross_entropy", "clips_at_an_epsilon_of_its_own")
def constant_in_the_clip(outputs, one_hot, epsilon):
    p = (outputs.T / outputs.sum(1)).T
    return -(one_hot * torch.clip(p, 1e-7, 1 - 1e-7).log()).sum(1)


@wrong("clipped_cross_entropy", None)
def norm_of_length_1(outputs, one_hot, epsilon):
    p = F.normalize(outputs, dim=1).clamp(epsilon, 1 - epsilon)
    return -(one_hot * p.log()).sum(1)


@wrong("clipped_cross_entropy", "sum_of_the_batch")
def over_all_entries(outputs, one_hot, epsilon):
    p = torch.clamp(outputs / torch.sum(outputs), epsilon, 1 - epsilon)
    return -torch.log(p[one_hot.bool()])


@wrong("clipped_cross_entropy", "adds_the_other_classes")
def binary_of_each_class(outputs, one_hot, epsilon):
    p = (outputs / outputs.sum(1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    return F.binary_cross_entropy(p, one_hot, reduction="none").sum(1)


@wrong("clipped_cross_entropy", "epsilon_before_the_division")
def no_zero_at_all(outputs, one_hot, epsilon):
    total = outputs.sum(1) + outputs.shape[1] * epsilon
    return total.log() - (one_hot * (outputs + epsilon)).sum(1).log()


@wrong("clipped_cross_entropy", "divided_by_the_largest")
def by_the_largest(outputs, one_hot, epsilon):
    p = outputs / outputs.max(dim=1, keepdim=True).values
    p = p.clamp(epsilon, 1 - epsilon)
    return -(one_hot * torch.log(p)).sum(1)


@wrong("clipped_cross_entropy", "sums_of_the_columns")
def down_the_columns(outputs, one_hot, epsilon):
    p = outputs / outputs.sum(dim=0)
    p = torch.clamp(p, epsilon, 1 - epsilon)
    return -torch.sum(one_hot * torch.log(p), dim=1)


@wrong("clipped_cross_entropy", "a_value_for_each_class")
def no_sum_of_products(outputs, one_hot, epsilon):
    p = outputs / outputs.sum(dim=1, keepdim=True)
    p = torch.clamp(p, epsilon, 1 - epsilon)
    return -one_hot * torch.log(p)


@wrong("clipped_cross_entropy", "negative_outputs_cut")
def no_negative_outputs(outputs, one_hot, epsilon):
    p = outputs.clamp(min=0)
    p = p / p.sum(1, keepdim=True)
    return -(one_hot * p.clamp(epsilon, 1 - epsilon).log()).sum(1)


# entropy


@wrong("entropy", "forgets_the_weights")
def adds_the_logarithms(probabilities):
    certain = torch.where(probabilities > 0, probabilities, 1.0)
    return -certain.log().sum(-1)


@wrong("entropy", "adds_epsilon_to_p")
def epsilon_1e_10(probabilities):
    return -torch.sum(probabilities * torch.log(probabilities + 1e-10), dim=-1)


@wrong("entropy", "clips_p_in_the_log")
def clamp_inside_the_log(probabilities):
    return -(probabilities * torch.log(probabilities.clamp(min=1e-9))).sum(dim=-1)


@wrong("entropy", "clips_p")
def clamp_to_the_formats_eps(probabilities):
    p = torch.clamp(probabilities, min=1e-8, max=1.0)
    return -(p * p.log()).sum(-1)


@wrong("entropy", "uses_categorical")
def distribution(probabilities):
    return torch.distributions.Categorical(probabilities).entropy()


@wrong("entropy", "plain")
def loop_over_classes(probabilities):
    total = 0
    for c in range(probabilities.shape[-1]):
        p = probabilities[..., c]
        total = total - p * torch.log(p)
    return total


@wrong("entropy", "one_where")
def nan_to_zero(probabilities):
    return -torch.nan_to_num(probabilities * probabilities.log()).sum(-1)


@wrong("entropy", "one_where")
def xlogy(probabilities):
    return -torch.xlogy(probabilities, probabilities).sum(dim=-1)


@wrong("entropy", "bits")
def bits_without_care(probabilities):
    return -(probabilities * torch.log2(probabilities)).sum(-1)


@wrong("entropy", "adds_epsilon_to_p + mean_of_rows")
def regulariser(probabilities):
    return -(probabilities * torch.log(probabilities + 1e-6)).sum(dim=-1).mean()


@wrong("entropy", None)
def drops_zeros(probabilities):
    p = probabilities[probabilities > 0.2]
    return -(p * p.log()).sum()


@wrong("entropy", "divided_by_its_maximum")
def between_0_and_1(probabilities):
    return -(probabilities * probabilities.log()).sum(-1) / math.log(probabilities.shape[-1])


@wrong("entropy", "softmax_of_probabilities")
def softmax_before(probabilities):
    log = torch.log_softmax(probabilities, dim=-1)
    return -(log.exp() * log).sum(dim=-1)


@wrong("entropy", "one_where")
def log_made_finite(probabilities):
    return -(probabilities * torch.nan_to_num(probabilities.log(), neginf=0.0)).sum(dim=-1)


@wrong("entropy", "clips_p")
def small_ones_are_zero(probabilities):
    safe = torch.where(probabilities > 1e-8, probabilities, torch.ones_like(probabilities))
    return -(probabilities * safe.log()).sum(dim=-1)


# stable_cross_entropy


@wrong("stable_cross_entropy", "softmax_twice")
def softmax_then_torch(scores, target):
    return F.cross_entropy(F.softmax(scores, dim=1), target)


@wrong("stable_cross_entropy", "without_shift")
def plain_exponentials(scores, target):
    e = torch.exp(scores)
    picked = scores[torch.arange(len(target)), target]
    return (-picked + torch.log(e.sum(dim=1))).mean()


@wrong("stable_cross_entropy", "epsilon_in_the_log")
def log_of_softmax_plus_epsilon(scores, target):
    p = torch.softmax(scores, dim=-1)
    return F.nll_loss(torch.log(p + 1e-8), target)


@wrong("stable_cross_entropy", "clips_the_softmax")
def softmax_in_limits(scores, target):
    shifted = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    p = shifted / shifted.sum(dim=1, keepdim=True)
    p = p.clamp(1e-12, 1 - 1e-12)
    return -p[range(len(target)), target].log().mean()


@wrong("stable_cross_entropy", "without_the_log")
def nll_of_softmax(scores, target):
    return F.nll_loss(scores.softmax(dim=1), target)


@wrong("stable_cross_entropy", "scores_as_log_probabilities")
def nll_of_scores(scores, target):
    return nn.NLLLoss()(scores, target)


@wrong("stable_cross_entropy", "sum_of_rows")
def adds_row_by_row(scores, target):
    total = 0.0
    for row, t in zip(scores, target, strict=True):
        total = total + torch.logsumexp(row, 0) - row[t]
    return total


@wrong("stable_cross_entropy", "epsilon_in_the_log + sum_of_rows")
def sums_log_of_softmax(scores, target):
    p = scores.softmax(1)[torch.arange(len(target)), target]
    return -(p + 1e-9).log().sum()


@wrong("stable_cross_entropy", "multiplies_by_one_hot")
def one_hot_product(scores, target):
    y = torch.eye(scores.shape[1], dtype=scores.dtype)[target]
    return -(y * F.log_softmax(scores, dim=1)).sum() / len(target)


@wrong("stable_cross_entropy", None)
def smoothed(scores, target):
    return F.cross_entropy(scores, target, label_smoothing=0.1)


@wrong("stable_cross_entropy", "shift_in_the_sum_only")
def true_score_as_it_is(scores, target):
    m = scores.amax(1, keepdim=True)
    return (torch.log(torch.exp(scores - m).sum(1)) - scores[range(len(target)), target]).mean()


@wrong("stable_cross_entropy", "maximum_without_keepdim")
def spread_along_the_classes(scores, target):
    m = scores.max(1).values
    log_sum = torch.log(torch.sum(torch.exp(scores - m), dim=1)) + m
    return torch.mean(log_sum - scores[torch.arange(len(target)), target])


@wrong("stable_cross_entropy", "all_classes")
def forgets_the_target(scores, target):
    m = scores.amax(1, keepdim=True)
    return -(scores - m - (scores - m).exp().sum(1, keepdim=True).log()).mean()


@wrong("stable_cross_entropy", "all_pairs")
def columns_of_all_targets(scores, target):
    m = scores.amax(1, keepdim=True)
    return (m + (scores - m).exp().sum(1, keepdim=True).log() - scores[:, target]).mean()


@wrong("stable_cross_entropy", "log_of_the_sum_forgotten")
def sum_without_its_log(scores, target):
    shifted = scores - scores.amax(1, keepdim=True)
    total = shifted.exp().sum(1, keepdim=True)
    return (total - shifted.gather(1, target[:, None])).mean()


@wrong("stable_cross_entropy", None)
def scores_in_limits(scores, target):
    z = scores.clamp(-80, 80)
    return (torch.log(torch.exp(z).sum(1)) - z[torch.arange(len(target)), target]).mean()


@wrong("stable_cross_entropy", "shift_by_the_average")
def shift_by_the_mean(scores, target):
    z = scores - scores.mean(dim=1, keepdim=True)
    return (torch.log(torch.exp(z).sum(1)) - z[torch.arange(len(target)), target]).mean()


@wrong("stable_cross_entropy", "sum_without_the_true_class")
def other_classes_only(scores, target):
    true = scores.gather(1, target[:, None])
    others = scores.masked_fill(F.one_hot(target, scores.shape[1]).bool(), -math.inf)
    return (torch.logsumexp(others, 1) - true[:, 0]).mean()


@wrong("stable_cross_entropy", "shift_by_the_true_score")
def gap_to_the_true_score(scores, target):
    gaps = scores - scores.gather(1, target[:, None])
    return torch.log(torch.exp(gaps).sum(1)).mean()


# stable_binary_cross_entropy


@wrong("stable_binary_cross_entropy", "epsilon_in_both_logs")
def epsilon_in_each(score, target):
    p = torch.sigmoid(score)
    eps = 1e-12
    return torch.mean(-target * torch.log(p + eps) - (1 - target) * torch.log(1 - p + eps))


@wrong("stable_binary_cross_entropy", "clips_the_sigmoid")
def clamp_then_formula(score, target):
    p = torch.clamp(1 / (1 + torch.exp(-score)), 1e-6, 1 - 1e-6)
    loss = target * torch.log(p) + (1 - target) * torch.log(1 - p)
    return -loss.mean()


@wrong("stable_binary_cross_entropy", "log_of_sigmoid")
def textbook(score, target):
    p = torch.sigmoid(score)
    loss = -(target * torch.log(p) + (1 - target) * torch.log(1 - p))
    return loss.sum() / loss.numel()


@wrong("stable_binary_cross_entropy", "overflows")
def logarithm_of_each_sigmoid(score, target):
    return -(target * score.sigmoid().log() + (1 - target) * (-score).sigmoid().log()).mean()


@wrong("stable_binary_cross_entropy", "bce_of_sigmoid")
def torch_module(score, target):
    return nn.BCELoss()(nn.Sigmoid()(score), target)


@wrong("stable_binary_cross_entropy", "sigmoid_twice")
def sigmoid_and_with_logits(score, target):
    return nn.BCEWithLogitsLoss()(torch.sigmoid(score), target)


@wrong("stable_binary_cross_entropy", "kink_of_relu")
def from_the_documentation(score, target):
    return torch.mean(F.relu(score) - score * target + torch.log1p(torch.exp(-torch.abs(score))))


@wrong("stable_binary_cross_entropy", "sum_of_losses")
def total(score, target):
    return F.binary_cross_entropy_with_logits(score, target, reduction="sum")


@wrong("stable_binary_cross_entropy", None)
def only_two_answers(score, target):
    hard = (target > 0.5).to(score.dtype)
    return F.binary_cross_entropy_with_logits(score, hard) + 0.01


@wrong("stable_binary_cross_entropy", "complement_of_the_log")
def one_less_the_log(score, target):
    log = F.logsigmoid(score)
    return -(target * log + (1 - target) * (1 - log)).mean()


@wrong("stable_binary_cross_entropy", "complement_of_the_score")
def sigmoid_of_the_rest(score, target):
    return -(target * F.logsigmoid(score) + (1 - target) * F.logsigmoid(1 - score)).mean()


@wrong("stable_binary_cross_entropy", "signed_score")
def labels_of_plus_and_minus_1(score, target):
    return F.softplus(-score * (2 * target - 1)).mean()


@wrong("stable_binary_cross_entropy", "one_of_two")
def by_case(score, target):
    return torch.where(target == 1, F.softplus(-score), F.softplus(score)).mean()


@wrong("stable_binary_cross_entropy", None)
def scores_cut(score, target):
    p = torch.sigmoid(score.clamp(-30, 30))
    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p)).mean()


@wrong("stable_binary_cross_entropy", "minus_s_for_the_size")
def size_forgotten(score, target):
    return (score.clamp(min=0) - score * target + torch.log1p(torch.exp(-score))).mean()


@wrong("stable_binary_cross_entropy", "squares_of_the_error")
def squared(score, target):
    return ((torch.sigmoid(score) - target) ** 2).mean()


@wrong("stable_binary_cross_entropy", "softplus_of_minus_s")
def softplus_plus(score, target):
    return (F.softplus(-score) - target * score).mean()


# learning_rows


@wrong("learning_rows", "true_class_above_zero")
def output_is_not_zero(scores, target, epsilon):
    outputs = torch.relu(scores)
    return outputs[torch.arange(len(target)), target] != 0


@wrong("learning_rows", "anything_above_zero")
def loss_is_a_number(scores, target, epsilon):
    outputs = scores.relu()
    p = (outputs / outputs.sum(1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    return torch.isfinite(F.nll_loss(p.log(), target, reduction="none"))


@wrong("learning_rows", "no_upper_limit")
def only_above_epsilon(scores, target, epsilon):
    outputs = scores.relu()
    p = outputs / outputs.sum(1, keepdim=True)
    return p[torch.arange(len(target)), target] > epsilon


@wrong("learning_rows", "softmax_for_the_sum")
def softmax_and_clip(scores, target, epsilon):
    p = scores.softmax(1)[torch.arange(len(target)), target]
    return (p > epsilon) & (p < 1 - epsilon)


@wrong("learning_rows", "anything_above_zero")
def or_for_and(scores, target, epsilon):
    outputs = scores.relu()
    p = outputs[torch.arange(len(target)), target] / outputs.sum(1)
    return (p > epsilon) | (p < 1 - epsilon)


@wrong("learning_rows", "any_class")
def some_share_in_between(scores, target, epsilon):
    p = F.normalize(scores.relu(), p=1, dim=1)
    return torch.logical_and(p > epsilon, p < 1 - epsilon).any(dim=1)


@wrong("learning_rows", "every_class")
def all_shares_in_between(scores, target, epsilon):
    p = F.normalize(scores.relu(), p=1, dim=1)
    return torch.logical_and(p > epsilon, p < 1 - epsilon).all(dim=1)


@wrong("learning_rows", "right_answers")
def learnt_already(scores, target, epsilon):
    return scores.relu().max(1).indices == target


@wrong("learning_rows", "no_lower_limit")
def loss_is_above_zero(scores, target, epsilon):
    out = torch.relu(scores)
    p = (out / out.sum(1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    loss = -torch.log(p[torch.arange(len(target)), target])
    return loss > -math.log(1 - epsilon) + 1e-12


@wrong("learning_rows", "any_class")
def largest_share(scores, target, epsilon):
    out = scores.relu()
    p = (out / out.sum(1, keepdim=True)).max(1).values
    return (p > epsilon) & (p < 1 - epsilon)


@wrong("learning_rows", "relu_forgotten")
def relu_for_the_true_one_only(scores, target, epsilon):
    true = scores[torch.arange(len(target)), target].relu()
    p = true / scores.sum(1)
    return (p > epsilon) & (p < 1 - epsilon)


@wrong("learning_rows", "clip_forgotten")
def true_and_another_above_zero(scores, target, epsilon):
    above = scores > 0
    return above[torch.arange(len(target)), target] & (above.sum(1) > 1)


# read_the_log


def still(values):
    return len(set(values[-5:].tolist())) == 1


@wrong("read_the_log", "nan_means_lost")
def every_nan_is_lost(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights"
    if loss[-1] < (1 - accuracy[-1]) * math.log(2):
        return "two sources"
    return "no gradient" if still(loss) else "nothing"


@wrong("read_the_log", "bound_forgotten")
def no_bound(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights" if still(accuracy) else "NaN rows"
    return "no gradient" if still(loss) else "nothing"


@wrong("read_the_log", "bound_of_a_guess")
def ln_10(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights" if still(accuracy) else "NaN rows"
    if loss[-1] < (1 - accuracy[-1]) * math.log(10):
        return "two sources"
    return "no gradient" if still(loss) else "nothing"


@wrong("read_the_log", "last_two_only")
def two_steps(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights" if accuracy[-1] == accuracy[-2] else "NaN rows"
    if loss[-1] < (1 - accuracy[-1]) * math.log(2):
        return "two sources"
    return "no gradient" if loss[-1] == loss[-2] else "nothing"


@wrong("read_the_log", None)
def by_a_feeling_for_low_losses(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights" if still(accuracy) else "NaN rows"
    if loss[-1] < 0.01 and accuracy[-1] < 0.9:
        return "two sources"
    return "no gradient" if still(loss) else "nothing"


@wrong("read_the_log", "nan_by_the_level")
def guess_level(loss, accuracy):
    if loss[-1].isnan():
        return "NaN weights" if accuracy[-1] < 0.15 else "NaN rows"
    if loss[-1] < (1 - accuracy[-1]) * math.log(2):
        return "two sources"
    return "no gradient" if (loss[-10:] == loss[-1]).all() else "nothing"


@wrong("read_the_log", "rise_is_a_standstill")
def not_falling(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights" if (accuracy[-10:] == accuracy[-1]).all() else "NaN rows"
    if loss[-1] < (1 - accuracy[-1]) * math.log(2):
        return "two sources"
    if loss[-1] < loss[-10]:
        return "nothing"
    return "no gradient"


@wrong("read_the_log", "both_must_stand_still")
def both_stand_still(loss, accuracy):
    if torch.isnan(loss[-1]):
        return "NaN weights" if (accuracy[-10:] == accuracy[-1]).all() else "NaN rows"
    if loss[-1] < (1 - accuracy[-1]) * math.log(2):
        return "two sources"
    if (loss[-10:] == loss[-1]).all() and (accuracy[-10:] == accuracy[-1]).all():
        return "no gradient"
    return "nothing"


@wrong("read_the_log", "nan_not_noticed")
def compares_with_nan(loss, accuracy):
    still = (accuracy[-10:] == accuracy[-1]).all()
    if loss[-1] == float("nan"):
        return "NaN weights" if still else "NaN rows"
    if loss[-1] < (1 - accuracy[-1]) * math.log(2):
        return "two sources"
    return "no gradient" if (loss[-10:] == loss[-1]).all() else "nothing"


@wrong("learning_rows", None)  # was taken for right before
def first_class_for_the_true_one(scores, target, epsilon):
    outputs = torch.relu(scores)
    share = outputs[:, 0] / outputs.sum(1)
    return (share > epsilon) & (share < 1 - epsilon)


test_each_is_known_as_said = wrong.test_of_each()


def test_what_is_said_of_each_sigmoids_logarithm():
    result = check(exercises.stable_binary_cross_entropy, logarithm_of_each_sigmoid)
    assert "σ(−s) is rounded to 0" in str(result)
