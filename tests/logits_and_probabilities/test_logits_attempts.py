"""More wrong answers to the exercises of 08_logits_and_probabilities, as people write them."""

import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.logits_and_probabilities import exercises

attempt = Attempts(exercises)


def normalised(outputs):
    return torch.allclose(outputs.exp().sum(1), torch.ones(len(outputs)).double())


@attempt("diagnose", "no_tolerance")
def exactly_one(outputs, loss):
    if loss == "nll_loss":
        if (outputs > 0).any():
            return "no logarithm"
        return "fine" if (outputs.exp().sum(1) == 1).all() else "no normaliser"
    return "probabilities" if outputs.min() >= 0 and outputs.max() <= 1 else "fine"


@attempt("diagnose", "all_above_zero")
def every_number_above_zero(outputs, loss):
    if loss == "nll_loss":
        if (outputs > 0).all():
            return "no logarithm"
        return "fine" if normalised(outputs) else "no normaliser"
    return "probabilities" if outputs.min() >= 0 and outputs.max() <= 1 else "fine"


@attempt("diagnose", "one_number_from_0_to_1")
def any_from_0_to_1(outputs, loss):
    if loss == "nll_loss":
        if (outputs > 0).any():
            return "no logarithm"
        return "fine" if normalised(outputs) else "no normaliser"
    return "probabilities" if ((outputs >= 0) & (outputs <= 1)).any() else "fine"


@attempt("diagnose", "ends_left_out")
def between_0_and_1(outputs, loss):
    if loss == "nll_loss":
        if (outputs > 0).any():
            return "no logarithm"
        return "fine" if normalised(outputs) else "no normaliser"
    return "probabilities" if ((outputs > 0) & (outputs < 1)).all() else "fine"


@attempt("diagnose", "zero_is_no_logarithm")
def zero_or_above(outputs, loss):
    if loss == "nll_loss":
        if (outputs >= 0).any():
            return "no logarithm"
        return "fine" if normalised(outputs) else "no normaliser"
    return "probabilities" if ((outputs >= 0) & (outputs <= 1)).all() else "fine"


@attempt("diagnose", "all_above_zero")
def probabilities_into_nll_loss(outputs, loss):
    if loss == "nll_loss":
        if ((outputs >= 0) & (outputs <= 1)).all():
            return "no logarithm"
        return "fine" if normalised(outputs) else "no normaliser"
    return "probabilities" if ((outputs >= 0) & (outputs <= 1)).all() else "fine"


@attempt("diagnose", "adds_up_first")
def sum_before_sign(outputs, loss):
    if loss == "nll_loss":
        if not normalised(outputs):
            return "no normaliser"
        return "no logarithm" if (outputs > 0).any() else "fine"
    return "probabilities" if ((outputs >= 0) & (outputs <= 1)).all() else "fine"


@attempt("diagnose", None)
def logarithms_into_cross_entropy(outputs, loss):
    if loss == "nll_loss":
        return exercises.diagnose(outputs, loss)
    if (outputs <= 0).all():
        return "no logarithm"
    return "probabilities" if ((outputs >= 0) & (outputs <= 1)).all() else "fine"


@attempt("cross_entropy", "every_class_in_the_mean")
def one_hot_times_logarithms(scores, target, from_probabilities=False):
    logs = scores.log() if from_probabilities else scores.log_softmax(1)
    return -(F.one_hot(target, scores.shape[1]) * logs).mean()


@attempt("cross_entropy", "sign_lost")
def logarithm_without_minus(scores, target, from_probabilities=False):
    logs = scores.log() if from_probabilities else scores.log_softmax(1)
    return logs[range(len(target)), target].mean()


@attempt("cross_entropy", "the_other_way_round")
def flag_read_wrongly(scores, target, from_probabilities=False):
    logs = scores.log_softmax(1) if from_probabilities else scores.log()
    return -logs[range(len(target)), target].mean()


@attempt("cross_entropy", "mean_before_the_logarithm")
def log_of_the_mean(scores, target, from_probabilities=False):
    p = scores if from_probabilities else scores.softmax(1)
    return -p[range(len(target)), target].mean().log()


@attempt("cross_entropy", "binary_losses")
def bce_of_the_softmax(scores, target, from_probabilities=False):
    y = F.one_hot(target, scores.shape[1]).to(scores.dtype)
    p = scores if from_probabilities else scores.softmax(1)
    return F.binary_cross_entropy(p, y)


@attempt("cross_entropy", None)
def bce_of_the_scores(scores, target, from_probabilities=False):
    y = F.one_hot(target, scores.shape[1]).to(scores.dtype)
    if from_probabilities:
        return F.binary_cross_entropy(scores, y, reduction="sum") / len(target)
    return F.binary_cross_entropy_with_logits(scores, y, reduction="sum") / len(target)


@attempt("cross_entropy", "scores_taken_for_probabilities")
def log_of_everything(scores, target, from_probabilities=False):
    return F.nll_loss(scores.log(), target)


@attempt("cross_entropy", "one_normaliser_for_all_rows")
def exponentials_of_all_rows(scores, target, from_probabilities=False):
    if from_probabilities:
        return F.nll_loss(scores.log(), target)
    return (-scores[range(len(target)), target] + scores.exp().sum().log()).mean()


@attempt("lowest_loss", "forgets_the_true_score")
def log_of_the_sum(classes, head):
    return 0.0 if head == "logits" else math.log(math.e + classes - 1)


@attempt("lowest_loss", "sigmoids_stay_at_a_half")
def sigmoids_of_zero(classes, head):
    if head == "logits":
        return 0.0
    return (
        math.log1p((classes - 1) / math.e)
        if head == "softmax"
        else math.log1p((classes - 1) * math.exp(-0.5))
    )


@attempt("lowest_loss", "guesses_from_logits")
def logits_guess(classes, head):
    return math.log(classes) if head == "logits" else math.log1p((classes - 1) / math.e)


@attempt("lowest_loss", "a_gain")
def log_of_the_largest_probability(classes, head):
    return 0.0 if head == "logits" else math.log(math.e / (math.e + classes - 1))


@attempt("lowest_loss", "nll_of_the_sigmoid")
def minus_one_behind_a_sigmoid(classes, head):
    if head == "logits":
        return 0.0
    return math.log1p((classes - 1) / math.e) if head == "softmax" else -1.0


@attempt("lowest_loss", "same_floor_for_logits")
def one_floor_for_all(classes, head):
    return math.log1p((classes - 1) / math.e)


@attempt("lowest_loss", None)
def decimal_logarithm(classes, head):
    return 0.0 if head == "logits" else -math.log10(math.e / (math.e + classes - 1))


@attempt("segmentation_loss", None)
def minus_one_as_a_class(scores, target):
    return F.cross_entropy(scores, target)


@attempt("segmentation_loss", "sum_of_the_pixels")
def sum_with_ignore_index(scores, target):
    return F.cross_entropy(scores, target, ignore_index=-1, reduction="sum")


@attempt("segmentation_loss", "raw_scores_picked")
def nll_of_scores(scores, target):
    return F.nll_loss(scores, target, ignore_index=-1)


@attempt("segmentation_loss", "pictures_compete")
def softmax_over_the_batch(scores, target):
    return F.nll_loss(scores.log_softmax(0), target, ignore_index=-1)


@attempt("segmentation_loss", "turned_picture")
def columns_first(scores, target):
    rows = scores.transpose(1, 3).reshape(-1, scores.shape[1])
    return F.cross_entropy(rows, target.reshape(-1), ignore_index=-1)


@attempt("segmentation_loss", "scores_set_to_zero")
def scores_times_mask(scores, target):
    m = target >= 0
    return F.cross_entropy(scores * m[:, None], target.clamp(min=0))


@attempt("segmentation_loss", "divided_by_pictures")
def sum_by_pictures(scores, target):
    return F.cross_entropy(scores, target, ignore_index=-1, reduction="sum") / len(scores)


@attempt("nll_gradient", "order_exchanged")
def b1_first(b0, b1, x, y):
    e = torch.sigmoid(b0 + b1 * x) - y
    return torch.stack([(x * e).sum(), e.sum()])


@attempt("nll_gradient", "straight_line")
def without_the_sigmoid(b0, b1, x, y):
    e = b0 + b1 * x - y
    return torch.stack([e.sum(), (x * e).sum()])


@attempt("nll_gradient", "stops_at_p")
def derivative_by_p(b0, b1, x, y):
    p = torch.sigmoid(b0 + b1 * x)
    g = -y / p + (1 - y) / (1 - p)
    return torch.stack([g.sum(), (x * g).sum()])


@attempt("nll_gradient", "product_of_sums")
def sums_multiplied(b0, b1, x, y):
    e = torch.sigmoid(b0 + b1 * x) - y
    return torch.stack([e.sum(), x.sum() * e.sum()])


@attempt("nll_gradient", "factor_b1")
def b1_in_place_of_x(b0, b1, x, y):
    e = torch.sigmoid(b0 + b1 * x) - y
    return torch.stack([e.sum(), (b1 * e).sum()])


@attempt("nll_gradient", "falls_for_rises")
def sigmoid_of_minus_z(b0, b1, x, y):
    e = torch.sigmoid(-(b0 + b1 * x)) - y
    return torch.stack([e.sum(), (x * e).sum()])


@attempt("nll_gradient", "zeros_pull_upwards")
def both_terms_negative(b0, b1, x, y):
    p = torch.sigmoid(b0 + b1 * x)
    e = y * (p - 1) - (1 - y) * p
    return torch.stack([e.sum(), (x * e).sum()])


@attempt("multi_label_loss", "weighted_mean")
def divided_by_the_weights(scores, targets, pos_weight):
    weight = torch.where(targets > 0, pos_weight, torch.ones_like(pos_weight))
    each = F.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    return (weight * each).sum() / weight.sum()


@attempt("multi_label_loss", "one_minus_the_logarithm")
def one_minus_logsigmoid(scores, targets, pos_weight):
    ls = F.logsigmoid(scores)
    return -(pos_weight * targets * ls + (1 - targets) * (1 - ls)).mean()


@attempt("multi_label_loss", "absent_labels_forgotten + divided_by_present_labels")
def mean_of_the_present(scores, targets, pos_weight):
    each = F.binary_cross_entropy_with_logits(
        scores, targets, pos_weight=pos_weight, reduction="none"
    )
    return each[targets == 1].mean()


@attempt("multi_label_loss", "loses_the_minus")
def sum_of_logarithms(scores, targets, pos_weight):
    return (
        pos_weight * targets * F.logsigmoid(scores) + (1 - targets) * F.logsigmoid(-scores)
    ).mean()


@attempt("multi_label_loss", "weighted_targets")
def weights_on_targets(scores, targets, pos_weight):
    return F.binary_cross_entropy_with_logits(scores, targets * pos_weight)


@attempt("multi_label_loss", "weighted_scores")
def weights_on_scores(scores, targets, pos_weight):
    return F.binary_cross_entropy_with_logits(scores * pos_weight, targets)


@attempt("multi_label_loss", "minus_outside")
def minus_logsigmoid(scores, targets, pos_weight):
    return -(
        pos_weight * targets * F.logsigmoid(scores) - (1 - targets) * F.logsigmoid(scores)
    ).mean()


@attempt("diagnose", "loss_not_asked")
def range_before_loss(outputs, loss):
    if ((outputs >= 0) & (outputs <= 1)).all():
        return "probabilities"
    if loss == "cross_entropy":
        return "fine"
    if (outputs > 0).any():
        return "no logarithm"
    return "fine" if normalised(outputs) else "no normaliser"


@attempt("diagnose", "scores_must_add_up")
def cross_entropy_of_normalised_scores(outputs, loss):
    if loss == "nll_loss" and (outputs > 0).any():
        return "no logarithm"
    if loss == "cross_entropy" and ((outputs >= 0) & (outputs <= 1)).all():
        return "probabilities"
    return "fine" if normalised(outputs) else "no normaliser"


@attempt("cross_entropy", "log_of_softmax")
def exponentials_overflow(scores, target, from_probabilities=False):
    if from_probabilities:
        return F.nll_loss(scores.log(), target)
    return (-scores[range(len(target)), target] + scores.exp().sum(1).log()).mean()


@attempt("cross_entropy", "entropy_of_the_answer")
def p_log_p(scores, target, from_probabilities=False):
    p = scores if from_probabilities else scores.softmax(1)
    return -(p * p.log()).sum(1).mean()


@attempt("cross_entropy", "one_minus_p")
def log_of_the_rest(scores, target, from_probabilities=False):
    p = scores if from_probabilities else scores.softmax(1)
    return -(1 - p[range(len(target)), target]).log().mean()


@attempt("cross_entropy", None)
def squared_distance(scores, target, from_probabilities=False):
    p = scores if from_probabilities else scores.softmax(1)
    return ((p - F.one_hot(target, scores.shape[1])) ** 2).sum(1).mean()


@attempt("lowest_loss", "ratio_turned_round")
def e_for_the_wrong_classes(classes, head):
    return 0.0 if head == "logits" else math.log1p((classes - 1) * math.e)


@attempt("lowest_loss", "true_class_left_out")
def wrong_classes_alone(classes, head):
    return 0.0 if head == "logits" else math.log(classes - 1) - 1


@attempt("lowest_loss", "one_minus_p")
def what_is_missing_to_1(classes, head):
    return 0.0 if head == "logits" else 1 - 1 / (1 + (classes - 1) / math.e)


@attempt("lowest_loss", "minus_the_probability")
def as_nll_loss_does(classes, head):
    return 0.0 if head == "logits" else -1 / (1 + (classes - 1) / math.e)


@attempt("lowest_loss", "lowest_of_nll_loss")
def minus_one_behind_both(classes, head):
    return 0.0 if head == "logits" else -1.0


@attempt("lowest_loss", "only_the_sigmoid")
def softmax_does_no_harm(classes, head):
    return math.log1p((classes - 1) / math.e) if head == "sigmoid" else 0.0


@attempt("segmentation_loss", "softmax_down_a_column")
def dimension_2(scores, target):
    return F.nll_loss(scores.log_softmax(2), target, ignore_index=-1)


@attempt("segmentation_loss", "zeros_in_the_mean")
def one_hot_pixels(scores, target):
    rows, known = scores.permute(0, 2, 3, 1), target != -1
    one_hot = F.one_hot(target[known], scores.shape[1])
    return -(one_hot * rows[known].log_softmax(1)).mean()


@attempt("segmentation_loss", "binary_pixels")
def bce_of_the_pixels(scores, target):
    known = target >= 0
    rows = scores.permute(0, 2, 3, 1)[known]
    one_hot = F.one_hot(target[known], scores.shape[1]).to(rows.dtype)
    return F.binary_cross_entropy_with_logits(rows, one_hot)


@attempt("segmentation_loss", None)
def no_label_as_one_more_class(scores, target):
    return F.cross_entropy(F.pad(scores, (0, 0, 0, 0, 1, 0)), target + 1)


@attempt("nll_gradient", "x_in_both")
def factor_x_twice(b0, b1, x, y):
    e = x * (torch.sigmoid(b0 + b1 * x) - y)
    return torch.stack([e.sum(), e.sum()])


@attempt("nll_gradient", "only_the_zeros")
def zeros_alone(b0, b1, x, y):
    p = torch.sigmoid(b0 + b1 * x)[y == 0]
    return torch.stack([p.sum(), (x[y == 0] * p).sum()])


@attempt("nll_gradient", "labels_left_out")
def without_labels(b0, b1, x, y):
    p = torch.sigmoid(b0 + b1 * x)
    return torch.stack([p.sum(), x @ p])


@attempt("nll_gradient", "absolute_values")
def distances(b0, b1, x, y):
    e = (torch.sigmoid(b0 + b1 * x) - y).abs()
    return torch.stack([e.sum(), x @ e])


@attempt("nll_gradient", "divided_by_zero")
def chain_link_by_link(b0, b1, x, y):
    p = 1 / (1 + torch.exp(-(b0 + b1 * x)))
    by_z = (-(y / p) + (1 - y) / (1 - p)) * (p * (1 - p))
    return torch.stack([by_z.sum(), (by_z * x).sum()])


@attempt("nll_gradient", None)
def labels_of_plus_and_minus_1(b0, b1, x, y):
    e = torch.sigmoid(b0 + b1 * x) - (2 * y - 1)
    return torch.stack([e.sum(), x @ e])


@attempt("multi_label_loss", "same_cost_for_both")
def one_logarithm(scores, targets, pos_weight):
    weight = pos_weight * targets + 1 - targets
    return -(weight * F.logsigmoid(scores)).mean()


@attempt("multi_label_loss", "halves_exchanged")
def no_for_yes(scores, targets, pos_weight):
    each = torch.where(targets == 1, pos_weight * F.logsigmoid(-scores), F.logsigmoid(scores))
    return -each.mean()


@attempt("multi_label_loss", "no_logarithm")
def probabilities_alone(scores, targets, pos_weight):
    p = scores.sigmoid()
    return -(pos_weight * targets * p + (1 - targets) * (1 - p)).mean()


@attempt("multi_label_loss", "one_weight_for_all")
def mean_of_the_weights(scores, targets, pos_weight):
    bce = F.binary_cross_entropy_with_logits
    return bce(scores, targets, pos_weight=pos_weight.mean())


@attempt("multi_label_loss", None)
def mean_of_each_kind(scores, targets, pos_weight):
    each = F.binary_cross_entropy_with_logits(
        scores, targets, pos_weight=pos_weight, reduction="none"
    )
    return each[targets == 1].mean() + each[targets == 0].mean()


@attempt("nll_gradient", "parameters_exchanged")
def slope_first(b0, b1, x, y):
    e = torch.sigmoid(b1 + b0 * x) - y
    return torch.stack([e.sum(), (x * e).sum()])


@attempt("multi_label_loss", "divided_by_present_labels")
def sum_by_present_labels(scores, targets, pos_weight):
    yes, no = pos_weight * targets * F.logsigmoid(scores), (1 - targets) * F.logsigmoid(-scores)
    return -(yes + no).sum() / targets.sum()


test_each = attempt.test_of_each()
test_most_are_known = attempt.test_that_most_are_known()
