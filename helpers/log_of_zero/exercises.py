"""The exercises of 02_log_of_zero, in the order of the page."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.cases import leaf, normal, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "clipped_cross_entropy",
    "learning_rows",
    "stable_cross_entropy",
    "stable_binary_cross_entropy",
    "lowest_mean_loss",
    "read_the_log",
    "entropy",
]


def hot(*classes, count=3, dtype=torch.float64):
    """A one-hot row for each of these classes, of `count`."""
    return F.one_hot(torch.tensor(classes), count).to(dtype)


def behind():
    """Gaps from 8 to 108: their exponentials are smaller than any ε, one after the other."""
    return torch.arange(8.0, 109, 5, dtype=torch.float64)


@exercise(
    cases={
        "values": {
            "two rows, ε = 1e-3": lambda: (leaf([0.5, 2, 1], [3, 0.25, 0.75]), hot(2, 0), 1e-3),
            "0 at the true class, and at a wrong one": lambda: (
                leaf([0.0, 2, 2], [0, 0.5, 1.5]),
                hot(0, 2),
                1e-7,
            ),
        },
        "shapes": {
            "one row of five": lambda: (leaf([1, 4, 2, 0.5, 0.1]), hot(3, count=5), 1e-7),
            "two rows of two": lambda: (leaf([1, 3], [2, 0.5]), hot(0, 1, count=2), 1e-3),
        },
        "edges": {
            "sure and right, float32": lambda: (
                leaf([4.0, 0], [0, 3], dtype=torch.float32),
                hot(0, 1, count=2, dtype=torch.float32),
                1e-2,
            ),
            "outputs below 0": lambda: (leaf([-1.0, -2, 1]), hot(0), 1e-7),
            "a row of zeros": lambda: (tensor([0.0, 0, 0]), hot(1), 1e-7),
        },
    },
    guards={"a row of zeros": "a row of zeros is 0/0, and gives NaN as in Keras"},
    hints=[
        "Three steps and no more: make the row add up to 1, keep it away from 0 and from 1, take "
        "the logarithm of the true class.",
        "In which order? An output above 1 is no fault before the row is divided by its sum.",
    ],
    level=1,
    minutes=6,
)
def clipped_cross_entropy(outputs, one_hot, epsilon):
    """The categorical cross-entropy of each row, as Keras 3 has it.

    outputs: float tensor (N, C), whatever the last layer gave;
    one_hot: (N, C), 1 at the true class; epsilon: a float, probabilities are
    clipped to [ε, 1 − ε]. Returns a tensor (N,).
    Example: outputs [[1., 3.]], one_hot [[0., 1.]], epsilon 1e-7 → [0.2877],
    which is −ln ¾.
    """
    p = outputs / outputs.sum(-1, keepdim=True)
    p = p.clamp(epsilon, 1 - epsilon)
    return -(one_hot * p.log()).sum(-1)


clipped_cross_entropy.slips(r"""
    not_normalised: outputs / outputs.sum(-1, keepdim=True) → outputs
    # The row is not divided by its sum: any output above 1 − ε counts as certainty.
    softmax_first: outputs / outputs.sum(-1, keepdim=True) → outputs.softmax(-1)
    # Divide by the sum, no softmax: Keras takes outputs for probabilities by default.
    adds_epsilon: p = p.clamp(epsilon, 1 - epsilon) → p = p + epsilon
    # ε is added inside the logarithm. Keras 3 clips to [ε, 1 − ε] and adds nothing.
    adds_an_epsilon_of_its_own: p = p.clamp(epsilon, 1 - epsilon) → p = p + EPS
    # A fixed ε is added inside the logarithm. Clip instead, at the argument ε.
    clips_at_an_epsilon_of_its_own: (epsilon, 1 - epsilon) → (EPS, 1 - EPS)
    # The limits of the clip are fixed. They are ε and 1 − ε, an argument.
    clips_and_adds: p.log() → (p + epsilon).log()
    # Clipped, and ε added as well: that is the old binary loss, with ceiling −ln 2ε.
    clips_first: p = outputs / outputs.sum(-1, keepdim=True)
        → p = outputs.clamp(epsilon, 1 - epsilon); p = p.clamp(epsilon, 1 - epsilon)
        → p = p / p.sum(-1, keepdim=True)
    # The order is turned round: an output above 1 is cut before it is divided by the sum.
    clips_below_only: p.clamp(epsilon, 1 - epsilon) → p.clamp(min=epsilon)
    # Clipped from below only. Where the network is sure and right, 1 − ε is the limit.
    never_clips: p.clamp(epsilon, 1 - epsilon) → p
    # No clip at all: at a wrong class with output 0 this is 0 · (−∞), which is NaN.
    mean_of_rows: .sum(-1) → .sum(-1).mean()
    # One value a row is asked for, not their mean.
    sum_of_rows: p.log()).sum(-1) → p.log()).sum()
    # One value a row is asked for, not a sum.
    mean_over_classes: .sum(-1) → .mean(-1)
    # Not the mean over the classes, which is C times too small: their sum.
    sum_of_the_batch: outputs.sum(-1, keepdim=True) → outputs.sum()
    # Divided by the sum of the whole batch: each row is divided by its own.
    adds_the_other_classes: one_hot * p.log() → one_hot * p.log() + (1 - one_hot) * (1 - p).log()
    # That is the binary loss of each class. Here only the true class counts.
    renormalised: p = p.clamp(epsilon, 1 - epsilon)
        → p = p.clamp(epsilon, 1 - epsilon)\n    p = p / p.sum(-1, keepdim=True)
    # Divided once more behind the clip: then ε and 1 − ε are no limits any more.
    wrong_sign: -(one_hot → (one_hot
    # The sign: logarithms of probabilities are negative, a loss is not.
    divided_by_the_largest: outputs.sum(-1, keepdim=True) → outputs.amax(-1, keepdim=True)
    # The row is divided by its largest output. Divide by the sum, so that it adds up to 1.
    sums_of_the_columns: outputs.sum(-1, keepdim=True) → outputs.sum(0, keepdim=True)
    # The outputs are divided by sums over the rows (dim 0). Each row is divided by its own sum.
    a_value_for_each_class: -(one_hot * p.log()).sum(-1) → -(one_hot * p.log())
    # One value for each class. Add them up over the classes: one value a row is asked for.
    negative_outputs_cut: p = outputs / outputs.sum(-1, keepdim=True)
        → outputs = outputs.clamp(min=0)\n    p = outputs / outputs.sum(-1, keepdim=True)
    # Outputs below 0 are set to 0 first. Keras divides them by the sum as they are.
    takes_the_outputs_for_scores: … → return F.cross_entropy(outputs, one_hot)
    # `F.cross_entropy` takes a softmax and a mean, and no clip. Divide each row by its sum.
    epsilon_before_the_division: … → p = outputs + epsilon\n    p = p / p.sum(-1, keepdim=True)
        \n    return -(one_hot * p.log()).sum(-1)
    # ε is added to the outputs before the division. Keras adds nothing: divide, then clip.
""")


def scored(target, epsilon, *scores):
    """These scores, their true classes, and ε."""
    return tensor(*scores), torch.tensor(target), epsilon


@exercise(
    cases={
        "values": {
            "a true class below 0, one above": lambda: scored(
                [0, 0, 1], 1e-7, [-1.0, 2, 1], [1.0, 2, -1], [0.5, 0.25, 3]
            ),
            "shares of 0.01 and 0.2, ε = 0.05": lambda: scored(
                [0, 0], 0.05, [0.02, 0.98, 1.0], [0.4, 1.0, 0.6]
            ),
            "a share of 0.99, ε = 0.05": lambda: scored(
                [0, 0, 0], 0.05, [9.9, -1.0, 0.1], [3.0, 1.0, 1.0], [0.6, 0.3, -2]
            ),
            "the true class is the last one": lambda: scored(
                [2, 2], 1e-7, [3.0, 1, -2], [-1, 0.5, 2]
            ),
            "outputs above 1": lambda: scored([1, 0], 1e-3, [2.0, 3, 5], [4.0, 1, -7]),
            "below 0, and large in size": lambda: scored(
                [0, 0, 0, 0], 1e-7, [-4.0, 1, 1], [3.0, -9, 2], [1.0, -0.5, -0.25], [-1.0, 5, -2]
            ),
        },
        "shapes": {
            "one row of five": lambda: scored([3], 1e-7, [1.0, 4, -2, 0.5, 0.1]),
            "three rows of two": lambda: scored([0, 0, 1], 1e-7, [1.0, 4], [-2, 0.5], [3, -1]),
        },
        "edges": {
            "only the true class above 0": lambda: scored([0], 1e-7, [2.0, -1, -3]),
            "nothing above 0": lambda: scored([0], 1e-7, [-2.0, -1, -3]),
        },
    },
    guards={
        "only the true class above 0": "a share of exactly 1 lies outside the clip: no gradient",
        "nothing above 0": "a row of zeros has a loss of NaN, and its gradient ends at the ReLU",
    },
    hints=[
        "Where is the curve of the first figure flat for “normalise, clip”?",
        "Only the true class's share matters. The clip passes its gradient on between two limits.",
        "Compute the share with the ReLU and the division, then compare it with both limits.",
    ],
    level=2,
    minutes=8,
)
def learning_rows(scores, target, epsilon):
    """Which rows still teach: scores → ReLU → share of the sum → clip → −ln.

    scores: float64 tensor (N, C), what the last layer gives before its ReLU;
    target: int64 tensor (N,), the true classes; epsilon: a float, the clip is
    to [ε, 1 − ε]. No share equals ε or 1 − ε. Returns a bool tensor (N,): True
    where the loss of the row pushes at least one of its scores.
    Example: scores [[−1, 2, 1], [1, 2, −1]], target [0, 0], epsilon 1e-7
    → [False, True].
    """
    outputs = scores.relu()
    share = outputs.gather(1, target[:, None])[:, 0] / outputs.sum(1)
    return (share > epsilon) & (share < 1 - epsilon)


SHARES = "outputs.gather(1, target[:, None])[:, 0] / outputs.sum(1)"
SHARES += " → outputs / outputs.sum(1, keepdim=True)"
learning_rows.slips(f"""
    no_upper_limit: (share > epsilon) & (share < 1 - epsilon) → share > epsilon
    # The clip is flat above 1 − ε as well: a row that is right and sure teaches nothing.
    no_lower_limit: (share > epsilon) & (share < 1 - epsilon) → share < 1 - epsilon
    # The clip is flat below ε: the rows that are most wrong push nothing.
    clip_forgotten: (share > epsilon) & (share < 1 - epsilon) → (share > 0) & (share < 1)
    # A share between 0 and ε counts as ε, whatever it is. So the loss is flat there.
    not_normalised: / outputs.sum(1) →
    # The row is divided by its sum before the clip: compare the share, not the output.
    softmax_for_the_sum: outputs = scores.relu() → outputs = scores.exp()
    # That is a softmax. This network has a ReLU at its end, and the loss divides by the sum.
    relu_forgotten: scores.relu() → scores
    # The ReLU is missing: a score below 0 reaches the loss as 0, and gets no gradient.
    dead_rows: return (share > epsilon) & (share < 1 - epsilon)
        → return ~((share > epsilon) & (share < 1 - epsilon))
    # These are the rows that teach nothing. The others are asked for.
    true_class_above_zero: … → return scores.gather(1, target[:, None])[:, 0] > 0
    # A share of 1 or below ε teaches nothing, either. Compare the share with both limits.
    anything_above_zero: … → return (scores > 0).any(1)
    # Every share is above ε or below 1 − ε. A row teaches if the true class's share is both: `&`.
    any_class: {SHARES}; (share > → ((share >; 1 - epsilon) → 1 - epsilon)).any(1)
    # Some class has a share between the limits. Only that of the true class counts: `gather`.
    every_class: {SHARES}; (share > → ((share >; 1 - epsilon) → 1 - epsilon)).all(1)
    # All shares are compared with the limits. Only that of the true class counts: `gather`.
    right_answers: … → return scores.argmax(1) == target
    # These are the right answers. A wrong one teaches, too, if its true class's share is above ε.
    wrong_answers: … → return scores.argmax(1) != target
    # These are the wrong answers. A right one teaches, too, if its share is below 1 − ε.
""")


@exercise(
    cases={
        "values": {
            "three rows": lambda: (normal(3, 3, seed=1, grad=True), torch.tensor([0, 1, 2])),
            "true classes 8 to 108 behind": lambda: (
                torch.stack([-behind(), 0 * behind()], 1).requires_grad_(),
                torch.zeros(21).long(),
            ),
        },
        "shapes": {
            "one row of five": lambda: (leaf([1.0, 4.0, 2.0, 0.5, 0.1]), torch.tensor([3])),
            "four rows of two": lambda: (
                normal(4, 2, seed=2, grad=True),
                torch.tensor([1, 0, 0, 1]),
            ),
        },
        "edges": {
            "scores of ±1000": lambda: (
                leaf([1000.0, 0], [-1000, 3], [1000, 999]),
                torch.tensor([1, 0, 0]),
            ),
            "float32, 95 behind": lambda: (
                leaf([0.0, 95, 1], dtype=torch.float32),
                torch.tensor([0]),
            ),
            "a wrong class at −∞": lambda: (leaf([1, -math.inf, 0.5]), torch.tensor([0])),
        },
    },
    guards={
        "scores of ±1000": "scores of ±1000 must neither overflow nor vanish",
        "float32, 95 behind": "with the true class 95 behind, float32 must keep value and gradient",
        "a wrong class at −∞": "a wrong class at −∞ counts as nothing",
    },
    hints=[
        "Never make a probability. Write −log softmax as a difference: what remains of the "
        "quotient once its logarithm is taken?",
        "The softmax does not change if one number is subtracted from a whole row. Which number "
        "keeps every exponential at most 1, and their sum at least 1?",
        "`gather(1, target[:, None])` picks the true class's entry of each row.",
    ],
    level=2,
    minutes=12,
)
def stable_cross_entropy(scores, target):
    """The mean over the rows of −ln softmax(scores)[target], from scores.

    scores: float tensor (N, C), finite, or −∞ at a wrong class; ±1000 occurs.
    target: int64 tensor (N,), the true classes. Returns a tensor of shape ();
    value and gradient are right everywhere. Derive it from (3.1).
    Example: scores [[0., 0.]], target [1] → 0.6931.
    """
    shifted = scores - scores.detach().amax(1, keepdim=True)
    true = shifted.gather(1, target[:, None])[:, 0]
    return (shifted.exp().sum(1).log() - true).mean()


stable_cross_entropy.slips(r"""
    without_shift: scores - scores.detach().amax(1, keepdim=True) → scores
    # exp(1000) is infinite. Subtract each row's largest score first: the softmax stays.
    one_shift_for_all: scores.detach().amax(1, keepdim=True) → scores.detach().max()
    # One maximum for all rows: a row far below it vanishes. Each needs its own.
    epsilon_in_the_log: shifted.exp().sum(1).log() - true
        → -(true.exp() / shifted.exp().sum(1) + EPS).log()
    # An ε in the logarithm: no loss above −ln ε, and the gradient dies out there.
    clips_the_softmax: shifted.exp().sum(1).log() - true
        → -(true.exp() / shifted.exp().sum(1)).clamp(min=EPS).log()
    # The softmax is clipped: no loss above −ln ε, no gradient from the worst rows.
    softmax_twice: shifted = → scores = scores.softmax(1)\n    shifted =
    # A softmax in front of a loss that takes scores, and so has its own: that is twice.
    without_the_log: shifted.exp().sum(1).log() - true → -true.exp() / shifted.exp().sum(1)
    # Minus the probability itself, as `nll_loss` of a softmax is: the log is missing.
    scores_as_log_probabilities: scores - scores.detach().amax(1, keepdim=True) → scores;
        shifted.exp().sum(1).log() - true → -true
    # Scores are no log-probabilities: the log-sum-exp of the row is missing.
    wrong_sign: shifted.exp().sum(1).log() - true → true - shifted.exp().sum(1).log()
    # The sign: this is the mean of ln p, never above 0. The loss is minus that.
    shift_in_the_sum_only: scores.detach() → scores; shifted.gather → scores.gather
    # m is subtracted inside the sum only. Subtract it from the true score as well.
    log_of_the_sum_forgotten: scores.detach() → scores; shifted.exp().sum(1).log()
        → shifted.exp().sum(1)
    # The sum of the exponentials stands there itself; (3.1) has its logarithm.
    sum_of_rows: .mean() → .sum()
    # The rows are added up; their mean is asked for.
    each_row: true).mean() → true)
    # One value for each row; the mean of them is asked for.
    mean_over_all_entries: .mean() → .mean() / scores.shape[1]
    # Divided by N·C, as a mean of a one-hot product. The mean is over N rows.
    shift_by_the_average: scores.detach().amax(1, keepdim=True) → scores.mean(1, keepdim=True)
    # A score far above the mean overflows, and one of −∞ makes it −∞. Subtract the largest.
    shift_by_the_true_score: scores.detach().amax(1, keepdim=True)
        → scores.gather(1, target[:, None])
    # The true score is subtracted, so exp overflows for one far above it. Subtract the largest.
    multiplies_by_one_hot: … → one_hot = F.one_hot(target, scores.shape[1])
        \n    return -(one_hot * scores.log_softmax(1)).sum(1).mean()
    # A wrong class at −∞ gives 0 · (−∞), which is NaN. Pick the true class with `gather`.
    log_of_softmax: … → return -scores.softmax(1).gather(1, target[:, None]).log().mean()
    # Far behind, the probability is rounded to 0, and its log is −∞. Take the log of the sum.
    all_classes: … → return -scores.log_softmax(1).mean()
    # The mean over all classes: the target is not used. Pick the true class of each row.
    all_pairs: … → return -scores.log_softmax(1)[:, target].mean()
    # `[:, target]` picks N·N numbers. Each row needs its own target: `gather(1, target[:, None])`.
    sum_without_the_true_class: … → others = scores.scatter(1, target[:, None], -math.inf)
        \n    return (others.logsumexp(1) - scores.gather(1, target[:, None])[:, 0]).mean()
    # The sum in (3.1) runs over all classes. Without the true one the loss can be below 0.
    softmax_over_rows: … → return F.nll_loss(scores.log_softmax(0), target)
    # The softmax runs over the rows (dim 0). The classes lie along the last dimension.
    maximum_without_keepdim: … → largest = scores.amax(1)
        \n    total = (scores - largest).exp().sum(1).log() + largest
        \n    return (total - scores.gather(1, target[:, None])[:, 0]).mean()
    # The maxima are spread along the classes. With `keepdim=True` each row loses its own.
""")


@exercise(
    cases={
        "values": {
            "four scores": lambda: (leaf(0.5, -1.5, 2.0, -3.0), tensor(1.0, 0.0, 0.0, 1.0)),
            "wrong by 8 to 108": lambda: ((-behind()).requires_grad_(), 0 * behind() + 1),
            "soft targets": lambda: (leaf(1.25, -0.75, 3.0), tensor(0.25, 0.9, 0.5)),
        },
        "shapes": {
            "(2, 2)": lambda: (leaf([0.25, -2.0], [1.0, 4.0]), tensor([0.0, 1.0], [1.0, 0.0])),
            "(1, 3)": lambda: (leaf([1.5, -0.5, 3.0]), tensor([1.0, 1.0, 0.0])),
        },
        "gradient": {
            "a score of exactly 0": lambda: (leaf(0.0, 1.0), tensor(1.0, 0.0)),
            "three scores from 0 on": lambda: (leaf(0.0, 0.5, 2.0), tensor(0.0, 1.0, 0.3)),
        },
        "edges": {
            "±40": lambda: (leaf(40.0, -40.0, 40.0), tensor(0.0, 1.0, 1.0)),
            "±10 000, float32": lambda: (
                leaf(1e4, -1e4, 1e4, dtype=torch.float32),
                tensor(0.0, 1.0, 1.0, dtype=torch.float32),
            ),
        },
    },
    guards={
        "three scores from 0 on": "at a score of 0 the gradient is ½ − t, over the number of scores",
        "a score of exactly 0": "at a score of 0 the gradient is ½ − t, over the number of scores",
        "±40": "at ±40 a sigmoid is rounded to 1, and the loss must not be",
        "±10 000, float32": "at ±10 000 in float32 value and gradient are finite and right",
    },
    hints=[
        "1 − σ(s) = σ(−s). So both terms are logarithms of a sigmoid.",
        "σ(s) itself is rounded to 0 or 1. Which of torch's functions has its logarithm without "
        "ever making it?",
    ],
    level=2,
    minutes=8,
)
def stable_binary_cross_entropy(score, target):
    """The mean of −[t·ln σ(s) + (1 − t)·ln(1 − σ(s))], from the scores s.

    score: float tensor of any shape, up to ±10⁴ in float32; target: the same
    shape and dtype, from 0 to 1. Returns a tensor of shape (), the mean over
    all entries; its gradient is right everywhere, also at s = 0.
    Example: score [0.], target [1.] → 0.6931, and the gradient in s is −0.5.
    """
    positive, negative = F.logsigmoid(score), F.logsigmoid(-score)
    return -(target * positive + (1 - target) * negative).mean()


stable_binary_cross_entropy.slips(r"""
    log_of_sigmoid: F.logsigmoid(score), F.logsigmoid(-score)
        → score.sigmoid().log(), (1 - score.sigmoid()).log()
    # The sigmoid is rounded to 0 or 1, and its logarithm is −∞: use `F.logsigmoid`.
    epsilon_in_both_logs: F.logsigmoid(score), F.logsigmoid(-score)
        → (score.sigmoid() + EPS).log(), (1 - score.sigmoid() + EPS).log()
    # An ε in both logarithms: no loss above −ln ε, and each value a little off.
    clips_the_sigmoid: positive, negative = F.logsigmoid(score), F.logsigmoid(-score)
        → p = score.sigmoid().clamp(EPS, 1 - EPS)\n    positive, negative = p.log(), (1 - p).log()
    # The sigmoid is clipped: no loss above −ln ε, no gradient from the worst scores.
    overflows: F.logsigmoid(score), F.logsigmoid(-score)
        → -(1 + (-score).exp()).log(), -(1 + score.exp()).log()
    # For large s, σ(−s) is rounded to 0 or 1 + eˢ overflows; 0 · ∞ is NaN. Use `F.logsigmoid`.
    sigmoid_twice: positive, negative → score = score.sigmoid()\n    positive, negative
    # A sigmoid in front of a loss that takes scores: it is applied twice.
    swapped: target * positive + (1 - target) * negative
        → target * negative + (1 - target) * positive
    # The two targets are swapped: ln σ(s) belongs to target 1, ln σ(−s) to target 0.
    only_the_ones: target * positive + (1 - target) * negative → target * positive
    # A target of 0 costs nothing here: (1 − t)·ln σ(−s) is missing.
    complement_of_the_log: F.logsigmoid(-score) → 1 - F.logsigmoid(score)
    # 1 − ln σ(s) is not ln(1 − σ(s)): use 1 − σ(s) = σ(−s) inside the logarithm.
    complement_of_the_score: F.logsigmoid(-score) → F.logsigmoid(1 - score)
    # 1 − σ(s) is σ(−s), and not σ(1 − s).
    wrong_sign: -(target → (target
    # The sign: logarithms of probabilities are negative.
    sum_of_losses: .mean() → .sum()
    # The losses are added up; their mean is asked for.
    each_loss: negative).mean() → negative)
    # One value an entry; their mean is asked for.
    one_cost_for_both: F.logsigmoid(-score) → F.logsigmoid(score)
    # Both targets cost −ln σ(s) here. A target of 0 costs −ln(1 − σ(s)): another sigmoid.
    signed_score: … → return -F.logsigmoid((2 * target - 1) * score).mean()
    # That is right for targets 0 and 1 only. 0.25 takes ¼ of one loss and ¾ of the other.
    one_of_two: … → return -F.logsigmoid(torch.where(target == 1, score, -score)).mean()
    # This chooses one of two losses. A target of 0.25 takes a quarter of one and ¾ of the other.
    bce_of_sigmoid: … → return F.binary_cross_entropy(score.sigmoid(), target)
    # torch cuts this logarithm off: the worst scores push too little, or not. Use `F.logsigmoid`.
    softplus_overflows: … → return (score.exp().log1p() - target * score).mean()
    # log1p(exp(s)) overflows for large s. `F.softplus(s)` is the same without the overflow.
    where_over_branches: … → above, below = score + (-score).exp().log1p(), score.exp().log1p()
        \n    return (torch.where(score > 0, above, below) - target * score).mean()
    # The gradient is NaN: the branch not taken overflows, and 0 · ∞ comes back. Use `F.logsigmoid`.
    kink_of_relu: … → return (score.relu() - target * score + (-score.abs()).exp().log1p()).mean()
    # The value is right. At s = 0 torch's gradient is −t, not ½ − t: `F.logsigmoid` has no kink.
    kink_of_clamp: … → size = score.abs()
        \n    return (score.clamp(min=0) - target * score + (-size).exp().log1p()).mean()
    # The value is right. At s = 0 torch's gradient is 1 − t, not ½ − t: `F.logsigmoid` has no kink.
    minus_s_for_the_size: … → return (score.relu() - target * score + (-score).exp().log1p()).mean()
    # log1p(exp(−|s|)) belongs here. With −s a score below 0 costs |s| too much, and overflows.
    softplus_of_minus_s: … → return (F.softplus(-score) - target * score).mean()
    # softplus(−s) takes (1 − t)·s besides, and softplus(s) takes −t·s: this mixes the two.
    squares_of_the_error: … → return (score.sigmoid() - target).square().mean()
    # This is the squared error of σ(s). Take logarithms: a sure wrong answer costs more and more.
""")


@exercise(
    cases={
        "values": {
            "60 % among the first 5": lambda: (0.6, 5),
            "a third among the first 2": lambda: (1 / 3, 2),
            "a quarter right, k = 1": lambda: (0.25, 1),
        },
        "edges": {
            "none among the first 3": lambda: (0.0, 3),
            "all among the first 4": lambda: (1.0, 4),
        },
    },
    guards={"none among the first 3": "with an accuracy of 0 the bound is ln 4, a finite number"},
    hints=[
        "For k = 1 it is (4.1). What does the cheapest answer cost that counts as wrong?",
        "Wrong means that k other classes have at least as much probability as the true one. How "
        "much can the true one have at most?",
    ],
    level=2,
    minutes=8,
)
def lowest_mean_loss(accuracy, k):
    """The greatest lower bound of the mean cross-entropy, for top-k accuracy.

    Each answer is one token. It counts as right if its true class is among
    the k most probable ones. accuracy: the share of right answers, a float
    from 0 to 1; k: an int of at least 1, and there are more classes than k.
    Returns a float; natural logarithms.
    Example: lowest_mean_loss(0.33, 1) → 0.4644, as in (4.1).
    """
    return (1 - accuracy) * np.log(k + 1)


lowest_mean_loss.slips(r"""
    as_for_one: np.log(k + 1) → np.log(2)
    # ln 2 is what k = 1 costs. If k classes are ahead, the true one can't have ½.
    forgets_the_true_class: np.log(k + 1) → np.log(k)
    # k classes are ahead of the true one. Together with it k + 1 share the probability.
    halves_k_times: np.log(k + 1) → k * np.log(2)
    # Not one half for each class ahead: all may have as much as the true one.
    takes_the_rest: np.log(k + 1) → np.log(2) / k
    # More classes ahead leave less to the true one, so that it costs more, not less.
    always_zero: (1 - accuracy) * np.log(k + 1) → 0.0
    # 0 is for right answers only: a wrong one leaves the true class 1/(k + 1) at most.
    in_bits: np.log(k + 1) → np.log2(k + 1)
    # That counts in bits. The loss is in nats, with the natural logarithm.
    right_answers_pay: (1 - accuracy) → accuracy
    # It is the wrong answers that cost something, a share of 1 − accuracy.
    all_answers_pay: (1 - accuracy) * → 1.0 *
    # That is what a wrong answer costs. Right ones may cost nothing; take the mean.
    below_zero: (1 - accuracy) → (accuracy - 1)
    # The sign: a cross-entropy is never below 0.
    right_answers_pay_too: (1 - accuracy) * np.log(k + 1)
        → accuracy * np.log(k) + (1 - accuracy) * np.log(k + 1)
    # A right answer need not share with the k best: it may be sure, and then costs nearly 0.
    log_of_what_is_left: np.log(k + 1) → np.log((k + 1) / k)
    # The true class has at most 1/(k + 1), and its logarithm counts, not that of the rest.
    to_base_ten: np.log(k + 1) → np.log10(k + 1)
    # That is the logarithm to base 10. The loss takes the natural logarithm.
    mean_probability: … → return -math.log(accuracy + (1 - accuracy) / (k + 1))
    # The logarithm of a mean probability. The mean loss is the mean of the logarithms.
    log_of_accuracy: … → return -math.log(accuracy) if accuracy else math.inf
    # That holds if each true class has this probability. Right answers may be surer, and cost 0.
    share_of_wrong_answers: … → wrong = 1 - accuracy
        \n    return -wrong * math.log(wrong / k) if wrong else 0.0
    # However rare wrong answers are: in each, the true class has at most 1/(k + 1).
    entropy_of_the_accuracy: … → return -sum(p * math.log(p) for p in (accuracy, 1 - accuracy) if p)
    # A model that is sure where it is right pays less: there the loss is nearly 0.
""")


def log_of(losses, accuracies, lost=0):
    """A usual training of 15 steps, then 20 of these numbers; one number stands for all 20.

    The loss is NaN in the first `lost` steps.
    """

    def twenty(values):
        return values if isinstance(values, list) else [values] * 20

    loss = [*down(2.3, 1.8, 12), 1.2, 1.9, 1.3, *twenty(losses)]
    loss[:lost] = [math.nan] * lost
    accuracy = [*down(0.1, 0.4, 12), 0.05, 0.5, 0.4, *twenty(accuracies)]
    return tensor(*loss), tensor(*accuracy)


def down(first, last, steps=20):
    return [first + (last - first) * i / (steps - 1) for i in range(steps)]


@exercise(
    cases={
        "values": {
            "falling loss": lambda: log_of(down(1.5, 0.6), down(0.5, 0.8)),
            "the loss stands still": lambda: log_of(1.6763, 0.18),
            "the loss stands still, accuracy moves": lambda: log_of(1.6763, down(0.17, 0.18)),
            "NaN, accuracy moves": lambda: log_of(math.nan, down(0.73, 0.84)),
            "NaN, accuracy pauses for a step": lambda: log_of(
                math.nan, [*down(0.73, 0.8375, 19), 0.8375]
            ),
            "NaN, accuracy stands still": lambda: log_of(math.nan, 0.0988),
            "NaN, accuracy stands still at a half": lambda: log_of(math.nan, 0.5),
            "NaN, accuracy moves, and is low": lambda: log_of(math.nan, down(0.13, 0.09)),
            "a loss of 1e-5 and a third right": lambda: log_of(down(3e-5, 1e-5), down(0.3, 0.33)),
            "a loss of 0.4 and a third right": lambda: log_of(down(0.6, 0.4), down(0.3, 0.33)),
            "a loss of 0.5 and a third right": lambda: log_of(down(0.7, 0.5), down(0.3, 0.33)),
            "falling loss, accuracy stands still": lambda: log_of(down(0.7, 0.5), 0.75),
            "rising loss, accuracy stands still": lambda: log_of(down(0.7, 0.9), 0.75),
            "NaN long ago, falling loss": lambda: log_of(down(1.2, 0.6), down(0.5, 0.8), lost=5),
            "accuracy falls, and the loss as well": lambda: log_of(down(0.7, 0.5), down(0.5, 0.2)),
        },
        "edges": {
            "all right, and the loss falls": lambda: log_of(down(1e-4, 1e-5), 1.0),
            "below 0": lambda: log_of(down(-1.0, -5.15), down(0.093, 0.095)),
        },
    },
    guards={
        "all right, and the loss falls": "if all answers are right, every loss above 0 is possible",
        "below 0": "a loss below 0 is below what (4.1) allows, too",
    },
    hints=[
        "A loss of NaN says nothing about the weights. What does a network answer whose weights are "
        "NaN?",
        "NaN weights give the same answer to every question, so the accuracy stands still.",
        "For the third, (4.1): each wrong answer costs at least ln 2. For the fourth, section 5: "
        "what does the loss do when no row pushes?",
    ],
    level=2,
    minutes=10,
)
def read_the_log(loss, accuracy):
    """What is wrong at the end of this training? A judgement by its log.

    loss, accuracy: float64 tensors (T,), T ≥ 30, one number a step: the mean
    cross-entropy of one-token answers, and the share of right ones. Returns
    "NaN weights": weights are NaN;
    "NaN rows": weights are finite, and the loss of some rows is NaN;
    "two sources": no softmax has this loss and this accuracy on the same rows;
    "no gradient": no row pushes any more; "nothing": none of these.
    Example: loss from 1.5 to 0.6, accuracy from 0.5 to 0.8 → "nothing".
    """
    if loss[-1].isnan():
        moves = accuracy[-10:].min() < accuracy[-10:].max()
        return "NaN rows" if moves else "NaN weights"
    if loss[-1] < (1 - accuracy[-1]) * np.log(2):
        return "two sources"
    return "no gradient" if loss[-10:].min() == loss[-10:].max() else "nothing"


read_the_log.slips(r"""
    nan_means_lost: "NaN rows" if moves else "NaN weights" → "NaN weights"
    # A NaN loss does not mean NaN weights. If the accuracy moves, something is still learnt.
    nan_is_in_the_rows: "NaN rows" if moves else "NaN weights" → "NaN rows"
    # If the accuracy stands still as well, the network gives the same answers at each step.
    nan_branches_swapped: "NaN rows" if moves else "NaN weights"
        → "NaN weights" if moves else "NaN rows"
    # The two are swapped: it is an accuracy that stands still which makes weights suspicious.
    bound_forgotten: loss[-1] < (1 - accuracy[-1]) * np.log(2) → False
    # A loss can be too low for its accuracy: (4.1) is missing.
    bound_by_the_right_ones: (1 - accuracy[-1]) → accuracy[-1]
    # It is the wrong answers that cost ln 2 each, a share of 1 − accuracy.
    bound_in_bits: np.log(2) → 1
    # That bound is in bits. The loss is in nats: ln 2 = 0.693.
    bound_of_a_guess: np.log(2) → np.log(10)
    # A wrong answer costs at least ln 2: two classes can share everything. Among ten it is more.
    stuck_by_the_accuracy: loss[-10:].min() == loss[-10:].max()
        → accuracy[-10:].min() == accuracy[-10:].max()
    # An accuracy can stand still while the loss falls. Look at the losses here.
    standstill_forgotten: loss[-10:].min() == loss[-10:].max() → False
    # No row pushes: then the loss stands still, to the last digit.
    last_two_only: accuracy[-10:] → accuracy[-2:]
    # An accuracy can stay for one step by chance. Look at more than two.
    nan_by_the_level: moves = accuracy[-10:].min() < accuracy[-10:].max()
        → moves = accuracy[-1] > 0.2
    # How high the accuracy is says little: one of two classes is right by chance. Does it move?
    nan_not_noticed: loss[-1].isnan() → False
    # A NaN is not noticed here. NaN equals nothing, not even itself: use `isnan` in place of `==`.
    nan_long_ago: loss[-1].isnan() → loss.isnan().any()
    # A NaN anywhere in the log is enough here. The question is about the end: the last steps.
    rise_is_a_standstill: loss[-10:].min() == loss[-10:].max() → loss[-1] >= loss[-10]
    # A loss that rises moves as well, so some row pushes. It stands still if no digit changes.
    both_must_stand_still: loss[-10:].min() == loss[-10:].max()
        → loss[-10:].min() == loss[-10:].max() and accuracy[-10:].min() == accuracy[-10:].max()
    # Momentum may still move the accuracy a little. It is the loss that must stand still.
    bound_turned_round: loss[-1] < (1 → loss[-1] > (1
    # The comparison is turned round. (4.1) is a lower bound: a loss below it can't be true.
    only_the_loss: … → if loss[-1].isnan():\n        return "NaN weights"
        \n    return "no gradient" if (loss[-10:] == loss[-1]).all() else "nothing"
    # Look at the accuracy, too: does it move, and can the loss be true with it?
""")


@exercise(
    cases={
        "values": {
            "two distributions": lambda: (leaf([0.5, 0.2, 0.3], [0.1, 0.8, 0.1]),),
            "shares down to 1e-44": lambda: ((-behind()).softmax(0).requires_grad_(),),
        },
        "shapes": {
            "a vector, float32": lambda: (leaf(0.4, 0.6, dtype=torch.float32),),
            "(2, 1, 4)": lambda: (leaf([[0.1, 0.2, 0.3, 0.4]], [[0.6, 0.2, 0.1, 0.1]]),),
        },
        "edges": {
            "with a 0, and certainty": lambda: (leaf([0.7, 0.3, 0.0], [0.0, 1.0, 0.0]),),
            "a 0 in each row": lambda: (leaf([0.0, 0.5, 0.5], [0.2, 0.8, 0.0]),),
        },
    },
    guards=dict.fromkeys(
        ("with a 0, and certainty", "a 0 in each row"),
        "a p of exactly 0 adds 0, and its gradient is 0, too",
    ),
    hints=[
        "A 0 contributes nothing. What comes back through a logarithm that has seen it?",
        "Keep the logarithm from ever seeing the 0: a `torch.where` in front of it, not behind.",
    ],
    level=2,
    minutes=8,
)
def entropy(probabilities):
    """The entropy −Σ p·ln p over the last dimension.

    probabilities: float tensor (…, C), each row adds up to 1. Returns a
    tensor (…). Where p is exactly 0, it adds 0, and its gradient is 0: a
    choice, since the true slope is infinite there.
    Example: entropy(torch.tensor([0.5, 0.5, 0.0])) → 0.6931, which is ln 2.
    """
    safe = torch.where(probabilities > 0, probabilities, 1.0)
    return -(probabilities * safe.log()).sum(-1)


entropy.slips(r"""
    plain: torch.where(probabilities > 0, probabilities, 1.0) → probabilities
    # At p = 0 this is 0 · (−∞), which is NaN. The logarithm must not see the 0.
    adds_epsilon_to_p: torch.where(probabilities > 0, probabilities, 1.0) → probabilities + EPS
    # The ε is felt everywhere, and the gradient at p = 0 is −ln ε: ε made it up.
    clips_p_in_the_log: torch.where(probabilities > 0, probabilities, 1.0)
        → probabilities.clamp(min=EPS)
    # The values are right, but the gradient at p = 0 is −ln ε: ε made it up.
    clips_p: safe = torch.where(probabilities > 0, probabilities, 1.0)
        → probabilities = safe = probabilities.clamp(min=EPS)
    # What is below ε counts as another number, so that the sum changes, and has no gradient.
    forgets_the_weights: probabilities * safe.log() → safe.log()
    # Each −ln p counts as often as it happens: multiply it by its p before you add.
    bits: safe.log() → safe.log2()
    # In bits: `log2`. The entropy in nats takes the natural logarithm, `log`.
    sums_everything: .sum(-1) → .sum()
    # Summed over all entries: each row of the last dimension has its own entropy.
    mean_of_rows: .sum(-1) → .sum(-1).mean()
    # The mean over all rows: each has its own value.
    mean_over_classes: .sum(-1) → .mean(-1)
    # Not the mean over the classes, which is C times too small: their sum.
    over_dim_1: .sum(-1) → .sum(1)
    # `dim=1` is not always the last dimension; `dim=-1` is.
    over_dim_0: .sum(-1) → .sum(0)
    # The sum runs over dim 0; the classes lie along the last.
    negative: -(probabilities → (probabilities
    # The sign: p·ln p is never above 0.
    divided_by_its_maximum: .sum(-1) → .sum(-1) / np.log(probabilities.shape[-1])
    # Divided by ln C, so that it reaches from 0 to 1. The entropy itself is asked for.
    softmax_of_probabilities: safe = torch.where(
        → probabilities = probabilities.softmax(-1)\n    safe = torch.where(
    # The rows are probabilities already: no softmax.
    one_where: … → terms = probabilities * probabilities.log()
        \n    return -torch.where(probabilities > 0, terms, 0.0).sum(-1)
    # The gradient is NaN: 0 · ∞ comes back through the logarithm. Replace p before it as well.
    uses_entr: … → return torch.special.entr(probabilities).sum(-1)
    # Its slope at p = 0 is +∞: one step, and every weight is lost. Here the gradient is 0 there.
    uses_categorical: … → return torch.distributions.Categorical(probs=probabilities).entropy()
    # `Categorical` divides by the sum and raises each p to eps: the gradient is another one.
""")
