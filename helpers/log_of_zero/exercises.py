"""The exercises of 02_log_of_zero, in the order of the page."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "lowest_mean_loss",
    "clipped_cross_entropy",
    "entropy",
    "stable_cross_entropy",
    "stable_binary_cross_entropy",
]


def _tensor(*rows, dtype=torch.float64, grad=True):
    return torch.tensor(rows, dtype=dtype, requires_grad=grad)


# lowest_mean_loss


@exercise(
    cases={
        "values": {
            "60 % right, 10 classes": lambda: (0.6, 10),
            "a third right, 3 classes": lambda: (1 / 3, 3),
        },
        "edges": {
            "nothing right, 5 classes": lambda: (0.0, 5),
            "all right, 4 classes": lambda: (1.0, 4),
            "two classes": lambda: (0.25, 2),
        },
    },
    hints=[
        "A right answer can cost as little as you like. What does the cheapest wrong answer cost?",
        "Wrong means that another class has at least as much probability as the true one; both "
        "together have at most 1. So the true one has at most ½, and all others may be 0.",
    ],
)
def lowest_mean_loss(accuracy, classes):
    """Greatest lower bound, in nats, of the mean cross-entropy of answers that argmax judges.

    accuracy: share of right answers, a float from 0 to 1; classes: their number, at least 2.
    """
    return float((1 - accuracy) * np.log(2))


@lowest_mean_loss.mistake(
    "ln C is what an evenly spread guess costs. A wrong answer can be cheaper: two classes share "
    "the probability and the others get none."
)
def even_guess(accuracy, classes):
    return (1 - accuracy) * math.log(classes)


@lowest_mean_loss.mistake(
    "0 is right for right answers only. With a wrong one the true class has at most ½, so that "
    "this answer costs at least ln 2."
)
def always_zero(accuracy, classes):
    return 0.0


@lowest_mean_loss.mistake(
    "That counts in bits: log₂ 2 = 1. The loss is in nats, with ln 2 = 0.693."
)
def in_bits(accuracy, classes):
    return 1 - accuracy


@lowest_mean_loss.mistake("It is the wrong answers that cost ln 2, a share of 1 − accuracy.")
def right_answers_pay(accuracy, classes):
    return accuracy * math.log(2)


@lowest_mean_loss.mistake(
    "−ln of the accuracy would be the loss if every true class had just that probability. Right "
    "answers may be surer than that, and cost nearly nothing."
)
def log_of_accuracy(accuracy, classes):
    return -math.log(accuracy) if accuracy else math.inf


# clipped_cross_entropy


@exercise(
    cases={
        "values": {
            "two rows, ε = 1e-3": lambda: (
                _tensor([0.5, 2.0, 1.0], [3.0, 0.25, 0.75]),
                _tensor([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], grad=False),
                1e-3,
            ),
            "a 0 at the true class, and at a wrong one": lambda: (
                _tensor([0.0, 2.0, 2.0], [0.0, 0.5, 1.5]),
                _tensor([1.0, 0.0, 0.0], [0.0, 0.0, 1.0], grad=False),
                1e-7,
            ),
        },
        "shapes": {
            "one row of five": lambda: (
                _tensor([1.0, 4.0, 2.0, 0.5, 0.1]),
                _tensor([0.0, 0.0, 0.0, 1.0, 0.0], grad=False),
                1e-7,
            ),
        },
        "edges": {
            "sure and right, float32": lambda: (
                _tensor([4.0, 0.0], [0.0, 3.0], dtype=torch.float32),
                _tensor([1.0, 0.0], [0.0, 1.0], dtype=torch.float32, grad=False),
                1e-2,
            ),
            "outputs below 0": lambda: (
                _tensor([-1.0, -2.0, 1.0]),
                _tensor([1.0, 0.0, 0.0], grad=False),
                1e-7,
            ),
            "a row of zeros": lambda: (
                _tensor([0.0, 0.0, 0.0], grad=False),
                _tensor([0.0, 1.0, 0.0], grad=False),
                1e-7,
            ),
        },
    },
    hints=[
        "Three steps and no more: divide by the row's sum, clip to [ε, 1 − ε], take −Σ one_hot·ln.",
        "`sum(-1, keepdim=True)` for the division; nothing is added inside the logarithm.",
    ],
)
def clipped_cross_entropy(outputs, one_hot, epsilon):
    """Categorical cross-entropy of each row as Keras 3 computes it from outputs, shape (N,).

    outputs: (N, C), whatever the last layer gave; one_hot: (N, C), 1 at the true class; epsilon:
    a float. A row of zeros gives NaN, as it does in Keras.
    """
    p = outputs / outputs.sum(-1, keepdim=True)
    p = p.clamp(epsilon, 1 - epsilon)
    return -(one_hot * p.log()).sum(-1)


@clipped_cross_entropy.mistake(
    "The row is not divided by its sum. Without that any output above 1 − ε counts as certainty."
)
def not_normalised(outputs, one_hot, epsilon):
    return -(one_hot * outputs.clamp(epsilon, 1 - epsilon).log()).sum(-1)


@clipped_cross_entropy.mistake(
    "ε is added inside the logarithm. Keras 3 adds nothing: it replaces what is below ε by ε, and "
    "what is above 1 − ε by 1 − ε."
)
def adds_epsilon(outputs, one_hot, epsilon):
    p = outputs / outputs.sum(-1, keepdim=True)
    return -(one_hot * (p + epsilon).log()).sum(-1)


@clipped_cross_entropy.mistake(
    "Clipped, and ε added as well: that is the old binary loss, with its ceiling −ln 2ε. Leave the "
    "addition out."
)
def clips_and_adds(outputs, one_hot, epsilon):
    p = (outputs / outputs.sum(-1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    return -(one_hot * (p + epsilon).log()).sum(-1)


@clipped_cross_entropy.mistake(
    "The order is turned round: divide by the sum first, clip then. Outputs above 1 must not be "
    "cut before they are compared with the rest of the row."
)
def clips_first(outputs, one_hot, epsilon):
    p = outputs.clamp(epsilon, 1 - epsilon)
    return -(one_hot * (p / p.sum(-1, keepdim=True)).log()).sum(-1)


@clipped_cross_entropy.mistake(
    "Clipped from below only. The upper limit 1 − ε shows where the network is sure and right: the "
    "loss is −ln(1 − ε) there, and its gradient 0."
)
def clips_below_only(outputs, one_hot, epsilon):
    p = (outputs / outputs.sum(-1, keepdim=True)).clamp(min=epsilon)
    return -(one_hot * p.log()).sum(-1)


@clipped_cross_entropy.mistake(
    "No clip at all: at a wrong class with output 0 this is 0 · (−∞), which is NaN."
)
def never_clips(outputs, one_hot, epsilon):
    return -(one_hot * (outputs / outputs.sum(-1, keepdim=True)).log()).sum(-1)


@clipped_cross_entropy.mistake(
    "The outputs are divided by their sum, not put through a softmax: Keras takes them for "
    "probabilities unless from_logits=True."
)
def softmax_first(outputs, one_hot, epsilon):
    return -(one_hot * outputs.softmax(-1).clamp(epsilon, 1 - epsilon).log()).sum(-1)


@clipped_cross_entropy.mistake("One value for each row is asked for, not their mean.")
def mean_of_rows(outputs, one_hot, epsilon):
    p = (outputs / outputs.sum(-1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    return -(one_hot * p.log()).sum(-1).mean()


@clipped_cross_entropy.mistake("The sign: logarithms of probabilities are negative, a loss is not.")
def wrong_sign(outputs, one_hot, epsilon):
    p = (outputs / outputs.sum(-1, keepdim=True)).clamp(epsilon, 1 - epsilon)
    return (one_hot * p.log()).sum(-1)


# entropy


@exercise(
    cases={
        "values": {
            "two distributions": lambda: (_tensor([0.5, 0.2, 0.3], [0.1, 0.8, 0.1]),),
            "one of them with a 0": lambda: (_tensor([0.7, 0.3, 0.0], [0.25, 0.25, 0.5]),),
        },
        "shapes": {
            "a vector": lambda: (torch.tensor([0.4, 0.6], dtype=torch.float64),),
            "(2, 1, 4)": lambda: (_tensor([[0.1, 0.2, 0.3, 0.4]], [[0.6, 0.2, 0.1, 0.1]]),),
        },
        "edges": {
            "certainty": lambda: (_tensor([0.0, 1.0, 0.0]),),
            "float32, 1e-30 beside 0": lambda: (_tensor([1.0, 1e-30, 0.0], dtype=torch.float32),),
        },
    },
    hints=[
        "A 0 contributes nothing. Keep the logarithm from ever seeing it: give it something else "
        "where p is 0.",
        "`safe = torch.where(p > 0, p, 1.0)` before the logarithm; then p·log safe is 0 there, and "
        "so is its derivative.",
    ],
)
def entropy(probabilities):
    """Entropy −Σ p·ln p over the last dimension, in nats; shape (…).

    probabilities: (…, C). A p that is exactly 0 adds 0, and the gradient there is 0.
    """
    safe = torch.where(probabilities > 0, probabilities, 1.0)
    return -(probabilities * safe.log()).sum(-1)


@entropy.mistake("At p = 0 this is 0 · (−∞), which is NaN. The logarithm must not see the 0.")
def plain(probabilities):
    return -(probabilities * probabilities.log()).sum(-1)


@entropy.mistake(
    "The value is right, the gradient NaN: a `torch.where` or `nan_to_num` behind the logarithm "
    "sends 0 back through it, and 0 · ∞ is NaN; `torch.xlogy` does no better. Replace p before "
    "the logarithm as well."
)
def one_where(probabilities):
    p = probabilities
    return -torch.where(p > 0, p * p.log(), 0.0).sum(-1)


@entropy.mistake(
    "`torch.special.entr` has the right value at 0 and the true slope of −p·ln p there, +∞. One "
    "step with it and every weight is lost; here the gradient at 0 is to be 0."
)
def uses_entr(probabilities):
    return torch.special.entr(probabilities).sum(-1)


@entropy.mistake(
    "Finite everywhere, but the ε is felt everywhere: each value is a little off, and the gradient "
    "at p = 0 is −ln ε = 16.1, a number that ε made up."
)
def adds_epsilon_to_p(probabilities):
    return -(probabilities * (probabilities + 1e-7).log()).sum(-1)


@entropy.mistake(
    "Clipping p to ε changes the sum: each 0 now adds −ε·ln ε. (It also sets p·ln p to a constant "
    "below ε.)"
)
def clips_p(probabilities):
    p = probabilities.clamp(min=1e-7)
    return -(p * p.log()).sum(-1)


@entropy.mistake("In bits: `log2`. The entropy in nats takes the natural logarithm, `log`.")
def bits(probabilities):
    safe = torch.where(probabilities > 0, probabilities, 1.0)
    return -(probabilities * safe.log2()).sum(-1)


@entropy.mistake("Summed over all entries: each distribution of the last dimension has its own.")
def sums_everything(probabilities):
    safe = torch.where(probabilities > 0, probabilities, 1.0)
    return -(probabilities * safe.log()).sum()


@entropy.mistake("The sign: p·ln p is never above 0, an entropy never below.")
def negative(probabilities):
    safe = torch.where(probabilities > 0, probabilities, 1.0)
    return (probabilities * safe.log()).sum(-1)


# stable_cross_entropy


@exercise(
    cases={
        "values": {
            "three rows": lambda: (
                _tensor([0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-2.0, 0.0, 1.0]),
                torch.tensor([0, 1, 2]),
            ),
            "the true class 20 and 40 behind": lambda: (
                _tensor([-20.0, 0.0, 0.0], [10.0, -30.0, 5.0]),
                torch.tensor([0, 1]),
            ),
        },
        "shapes": {
            "one row of five": lambda: (_tensor([1.0, 4.0, 2.0, 0.5, 0.1]), torch.tensor([3])),
            "one class": lambda: (_tensor([3.0], [-7.0]), torch.tensor([0, 0])),
        },
        "edges": {
            "scores of ±1000": lambda: (
                _tensor([1000.0, 0.0], [-1000.0, 3.0], [1000.0, 999.0]),
                torch.tensor([1, 0, 0]),
            ),
            "float32, 95 behind": lambda: (
                _tensor([0.0, 95.0, 1.0], dtype=torch.float32),
                torch.tensor([0]),
            ),
            "a wrong class at −∞": lambda: (
                _tensor([1.0, -math.inf, 0.5], [0.0, 2.0, -math.inf]),
                torch.tensor([0, 1]),
            ),
        },
    },
    hints=[
        "Never make a probability. Write −log softmax as a difference: what remains of the "
        "quotient is log Σ exp(scores) minus the true class's score.",
        "Subtract each row's largest score first, as in (3.1): then no exponential exceeds 1 and "
        "the sum is at least 1. `gather(1, target[:, None])` picks the true class's score.",
    ],
)
def stable_cross_entropy(scores, target):
    """Mean over the rows of −ln softmax(scores)[target], from the scores themselves; a scalar.

    scores: (N, C), finite, or −∞ at a wrong class; target: (N,) int64. N at least 1.
    """
    shifted = scores - scores.detach().amax(1, keepdim=True)
    true = shifted.gather(1, target[:, None])[:, 0]
    return (shifted.exp().sum(1).log() - true).mean()


def _true(values, target):
    return values.gather(1, target[:, None])[:, 0]


@stable_cross_entropy.mistake(
    "The exponentials overflow: exp(1000) is infinite, and ∞ − … or ∞ / ∞ follows. Subtract each "
    "row's largest score first; the softmax does not change."
)
def without_shift(scores, target):
    return (scores.exp().sum(1).log() - _true(scores, target)).mean()


@stable_cross_entropy.mistake(
    "One maximum is subtracted from all rows: a row that lies far below it vanishes as a whole, "
    "and log 0 is left. Each row needs its own: `amax(1, keepdim=True)`."
)
def one_shift_for_all(scores, target):
    shifted = scores - scores.max()
    return (shifted.exp().sum(1).log() - _true(shifted, target)).mean()


@stable_cross_entropy.mistake(
    "The log-probabilities are multiplied by a one-hot target: a wrong class at −∞ gives 0 · (−∞), "
    "which is NaN. Pick the true class with `gather` or an index."
)
def multiplies_by_one_hot(scores, target):
    one_hot = F.one_hot(target, scores.shape[1])
    return -(one_hot * scores.log_softmax(1)).sum(1).mean()


@stable_cross_entropy.mistake(
    "A softmax and then its logarithm: far behind, the probability is rounded to 0 and the loss is "
    "infinite; a little earlier its gradient is lost already. Take the logarithm of the sum."
)
def log_of_softmax(scores, target):
    return -_true(scores.softmax(1), target).log().mean()


@stable_cross_entropy.mistake(
    "The softmax is clipped: the loss can't rise above −ln ε = 16.1, and below the clip the "
    "gradient is 0: the worst rows learn nothing."
)
def clips_the_softmax(scores, target):
    return -_true(scores.softmax(1), target).clamp(1e-7, 1 - 1e-7).log().mean()


@stable_cross_entropy.mistake(
    "The softmax with an ε inside the logarithm: the loss can't rise above −ln ε = 16.1, and the "
    "gradient dies out with the probability."
)
def epsilon_in_the_log(scores, target):
    return -(_true(scores.softmax(1), target) + 1e-7).log().mean()


@stable_cross_entropy.mistake(
    "The softmax runs over the rows (dim 0). The classes lie along the last dimension."
)
def softmax_over_rows(scores, target):
    return -_true(scores.log_softmax(0), target).mean()


@stable_cross_entropy.mistake("The rows are added up; their mean is asked for.")
def sum_of_rows(scores, target):
    return -_true(scores.log_softmax(1), target).sum()


@stable_cross_entropy.mistake(
    "One value for each row; the mean of them is asked for.",
)
def each_row(scores, target):
    return -_true(scores.log_softmax(1), target)


@stable_cross_entropy.mistake(
    "These are scores, not log-probabilities: without the log-sum-exp of the row they can be "
    "anything. `nll_loss` of raw scores does the same."
)
def scores_as_log_probabilities(scores, target):
    return -_true(scores, target).mean()


# stable_binary_cross_entropy


@exercise(
    cases={
        "values": {
            "four scores": lambda: (
                _tensor(0.5, -1.5, 2.0, -3.0),
                _tensor(1.0, 0.0, 0.0, 1.0, grad=False),
            ),
            "soft targets": lambda: (
                _tensor(1.25, -0.75, 3.0),
                _tensor(0.25, 0.9, 0.5, grad=False),
            ),
        },
        "shapes": {
            "(2, 2)": lambda: (
                _tensor([0.25, -2.0], [1.0, 4.0]),
                _tensor([0.0, 1.0], [1.0, 0.0], grad=False),
            ),
        },
        "gradient": {
            "a score of exactly 0": lambda: (
                _tensor(0.0, 1.0),
                _tensor(1.0, 0.0, grad=False),
            ),
        },
        "edges": {
            "±40": lambda: (
                _tensor(40.0, -40.0, 40.0),
                _tensor(0.0, 1.0, 1.0, grad=False),
            ),
            "±200, float32": lambda: (
                _tensor(200.0, -200.0, -200.0, dtype=torch.float32),
                _tensor(0.0, 1.0, 0.0, dtype=torch.float32, grad=False),
            ),
            "±10 000, float32": lambda: (
                _tensor(1e4, -1e4, 1e4, dtype=torch.float32),
                _tensor(0.0, 1.0, 1.0, dtype=torch.float32, grad=False),
            ),
        },
    },
    hints=[
        "1 − σ(s) = σ(−s): both logarithms are logarithms of a sigmoid, and torch has one that "
        "never makes the sigmoid.",
        "`F.logsigmoid(score)` goes with the target, `F.logsigmoid(-score)` with 1 − target.",
    ],
)
def stable_binary_cross_entropy(score, target):
    """Mean of −[t·ln σ(s) + (1 − t)·ln(1 − σ(s))]; a scalar, finite for |s| up to 10⁴ in float32.

    score: any shape, floating point; target: the same shape and dtype, from 0 to 1.
    """
    positive, negative = F.logsigmoid(score), F.logsigmoid(-score)
    return -(target * positive + (1 - target) * negative).mean()


@stable_binary_cross_entropy.mistake(
    "The sigmoid is rounded to 0 or 1, its logarithm is −∞, and 0 · (−∞) is NaN. Use `F.logsigmoid`."
)
def log_of_sigmoid(score, target):
    p = score.sigmoid()
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean()


@stable_binary_cross_entropy.mistake(
    "`F.binary_cross_entropy` of a sigmoid: finite, since torch cuts the logarithm at −100, but a "
    "saturated sigmoid sends no gradient back."
)
def bce_of_sigmoid(score, target):
    return F.binary_cross_entropy(score.sigmoid(), target)


@stable_binary_cross_entropy.mistake(
    "The sigmoid is clipped: no loss above −ln ε = 16.1, and no gradient from the scores that need "
    "it most."
)
def clips_the_sigmoid(score, target):
    p = score.sigmoid().clamp(1e-7, 1 - 1e-7)
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean()


@stable_binary_cross_entropy.mistake(
    "log1p(exp(s)) overflows for large s. `F.softplus(s)` is the same without the overflow, and "
    "`-F.logsigmoid(-s)` too."
)
def overflows(score, target):
    return (score.exp().log1p() - target * score).mean()


@stable_binary_cross_entropy.mistake(
    "The values are right, the gradient is NaN: `torch.where` runs both branches, and the one that "
    "it does not take overflows: 0 · ∞. Use `F.logsigmoid`, or a second `where` before `exp`."
)
def where_over_branches(score, target):
    softplus = torch.where(score > 0, score + (-score).exp().log1p(), score.exp().log1p())
    return (softplus - target * score).mean()


@stable_binary_cross_entropy.mistake(
    "max(s, 0) − t·s + log1p(e^−|s|) has the right value everywhere, but at s = 0 torch takes both "
    "kinks' slopes as 0, so that the gradient is −t instead of ½ − t. A layer that starts at 0 "
    "sits just there. `F.logsigmoid` has no kink."
)
def kink_of_relu(score, target):
    return (score.relu() - target * score + (-score.abs()).exp().log1p()).mean()


@stable_binary_cross_entropy.mistake(
    "The right value everywhere, but at s = 0 clamp's slope is 1 and |s|'s is 0, so that the "
    "gradient is 1 − t instead of ½ − t. `F.logsigmoid` has no kink."
)
def kink_of_clamp(score, target):
    return (score.clamp(min=0) - target * score + (-score.abs()).exp().log1p()).mean()


@stable_binary_cross_entropy.mistake(
    "The two targets are swapped: ln σ(s) belongs to target 1, ln σ(−s) to target 0."
)
def swapped(score, target):
    return -(target * F.logsigmoid(-score) + (1 - target) * F.logsigmoid(score)).mean()


@stable_binary_cross_entropy.mistake(
    "Only the ones count: a target of 0 costs nothing here. Add (1 − t)·ln σ(−s)."
)
def only_the_ones(score, target):
    return -(target * F.logsigmoid(score)).mean()


@stable_binary_cross_entropy.mistake("The losses are added up; their mean is asked for.")
def sum_of_losses(score, target):
    return F.binary_cross_entropy_with_logits(score, target, reduction="sum")
