"""The exercises of 08_logits_and_probabilities, in the order of the page."""

import torch
from torch.nn import functional as F

from helpers.teaching.cases import normal, scalar, tensor
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022
    "diagnose",
    "cross_entropy",
    "lowest_loss",
    "segmentation_loss",
    "nll_gradient",
    "multi_label_loss",
]

SCORES = [[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]]
CE, NLL = "cross_entropy", "nll_loss"


def scores(output=None, **options):
    rows = tensor(*SCORES, **options)
    return output(rows) if output else rows


def logs(*shares):
    """The logarithms of these rows, for nll_loss."""
    return tensor(*shares).log(), NLL


@exercise(
    cases={
        "values": {
            "log-sigmoid into nll_loss": lambda: (scores(F.logsigmoid), NLL),
            "softmax into nll_loss": lambda: (scores(lambda z: z.softmax(1)), NLL),
            "log-softmax into nll_loss": lambda: (scores(lambda z: z.log_softmax(1)), NLL),
            "sigmoid into nll_loss": lambda: (scores(torch.sigmoid), NLL),
            "scores into cross_entropy": lambda: (scores(), CE),
            "softmax into cross_entropy": lambda: (scores(lambda z: z.softmax(1)), CE),
            "log-softmax into cross_entropy": lambda: (scores(lambda z: z.log_softmax(1)), CE),
            "log-probabilities that mirror each other": lambda: logs([0.3, 0.7], [0.7, 0.3]),
            "shares that add up to a half, into nll_loss": lambda: logs([0.2, 0.3], [0.1, 0.4]),
            "scores from 0 to 1.5 into cross_entropy": lambda: (tensor([0.5, 1.5], [0.0, 1.0]), CE),
            "one row of shares, one of scores": lambda: (tensor([0.2, 0.8], [3.0, -1.0]), CE),
            "one row of log-softmax, one of log-sigmoid": lambda: logs([0.3, 0.7], [0.6, 0.9]),
            "shares that add up to 1 on average": lambda: logs([0.2, 0.3], [0.7, 0.8]),
            "scores all above 1 into cross_entropy": lambda: (scores() + 3, CE),
            "certain, log-softmax into nll_loss": lambda: (tensor([0.0, -800.0]), NLL),
            "log-softmax of forty rows into nll_loss": lambda: (
                (3 * normal(40, 7)).log_softmax(1),
                NLL,
            ),
            "scores into nll_loss": lambda: (scores(), NLL),
            "scores all below 0 into cross_entropy": lambda: (scores() - 7, CE),
        },
        "shapes": {
            "one row, two classes": lambda: (tensor([0.0, -40.0]), NLL),
            "one row, four classes": lambda: (tensor([3.0, 1.0, 0.5, -1.0]), NLL),
        },
        "edges": {
            "sigmoid into cross_entropy": lambda: (scores(torch.sigmoid), CE),
            "ones and zeros into cross_entropy": lambda: (tensor([1.0, 0.0], [0.0, 1.0]), CE),
        },
    },
    hints=[
        "For each of the two losses, write down what its input must be.",
        "`nll_loss`: logarithms, so nothing above 0, and their exponentials add up to 1 in a row. "
        "`cross_entropy`: any scores; numbers that all lie from 0 to 1 are suspicious.",
        "Allow a rounding error where the exponentials are added: `abs(total - 1) < 1e-6`.",
    ],
    level=2,
    minutes=8,
)
def diagnose(outputs, loss):
    """What is wrong with handing these outputs to this loss?

    outputs: float64 tensor (N, C), what the network returns; loss: "nll_loss"
    or "cross_entropy". Returns "no logarithm" (nll_loss of something above 0),
    "no normaliser" (nll_loss of logarithms whose exponentials do not add up to
    1), "probabilities" (cross_entropy of numbers that all lie from 0 to 1) or
    "fine".
    Example: outputs [[0.7, 0.3]] and "nll_loss" → "no logarithm".
    """
    if loss == "cross_entropy":
        return "probabilities" if ((outputs >= 0) & (outputs <= 1)).all() else "fine"
    if (outputs > 0).any():
        return "no logarithm"
    return "fine" if (outputs.exp().sum(1) - 1).abs().max() < 1e-6 else "no normaliser"


diagnose.slips(r"""
    adds_up_wrong_way: sum(1) → sum(0)
    # The probabilities of one picture stand in a row: add along dimension 1.
    logarithms_unchecked: return "fine" if (outputs.exp().sum(1) - 1).abs().max() < 1e-6 else "no normaliser"
        → return "fine"
    # Below 0 is not enough: the exponentials of log-sigmoids do not add up to 1. Check the sum.
    only_sums_to_one: ((outputs >= 0) & (outputs <= 1)).all()
        → ((outputs.sum(1) - 1).abs() < 1e-6).all()
    # That finds a softmax. Sigmoids lie from 0 to 1 as well, but do not add up to 1.
    logs_are_suspicious: ((outputs >= 0) & (outputs <= 1)).all() → (outputs <= 1).all()
    # Log-probabilities lie below 0 and are valid scores. Ask for numbers from 0 to 1.
    no_exponential: outputs.exp().sum(1) → outputs.sum(1)
    # The outputs are logarithms here; it is their exponentials that add up to 1.
    no_tolerance: .max() < 1e-6 → .max() == 0
    # A sum of exponentials is rounded, so it is seldom exactly 1. Allow a small error.
    one_number_from_0_to_1: ((outputs >= 0) & (outputs <= 1)).all()
        → ((outputs >= 0) & (outputs <= 1)).any()
    # A single score may lie from 0 to 1 by chance. It is suspicious if all of them do.
    ends_left_out: (outputs >= 0) & (outputs <= 1) → (outputs > 0) & (outputs < 1)
    # 0 and 1 are probabilities, too: a softmax that is certain is rounded to them.
    zero_is_no_logarithm: outputs > 0 → outputs >= 0
    # 0 is the logarithm of 1: a network that is certain returns it.
    all_above_zero: (outputs > 0).any() → (outputs > 0).all()
    # One number above 0 is enough: the logarithm of a probability is never above 0.
    upper_end_left_out: ((outputs >= 0) & (outputs <= 1)).all() → (outputs >= 0).all()
    # Scores may all lie above 0. They look like probabilities only if none is above 1.
    one_row_will_do: .max() < 1e-6 → .min() < 1e-6
    # Every row must add up to 1. Here one row is enough.
    rows_cancel: (outputs.exp().sum(1) - 1).abs().max() → (outputs.exp().sum(1) - 1).mean().abs()
    # Each row must add up to 1 by itself. In a sum or mean of the rows, errors cancel.
    adds_up_first: if (outputs > 0) → if (outputs.exp().sum(1) - 1).abs().max() > 1e-6:\n        return
        "no normaliser"\n    if (outputs > 0)
    # Look for numbers above 0 first: these are no logarithms, and their sum means nothing.
    loss_not_asked: if loss → if ((outputs >= 0) & (outputs <= 1)).all():\n        return
        "probabilities"\n    if loss
    # Ask first which loss it is. Into nll_loss, numbers from 0 to 1 lack their logarithm.
    scores_must_add_up: .all() else "fine"
        → .all() else "fine" if (outputs.exp().sum(1) - 1).abs().max() < 1e-6 else "no normaliser"
    # cross_entropy has the normaliser inside, so any scores will do.
""")


def target(*classes):
    return torch.tensor(classes)


def first_of(*scores):
    """One row of scores in float32; the first class is true."""
    return tensor(scores, dtype=torch.float32), target(0), False


@exercise(
    cases={
        "values": {
            "scores": lambda: (scores(), target(2, 0), False),
            "probabilities": lambda: (scores(lambda z: z.softmax(1)), target(2, 0), True),
            "five rows": lambda: (3 * normal(5, 4), target(0, 3, 1, 1, 2), False),
            "a very unlikely class": lambda: (tensor([1 - 1e-12, 1e-12]), target(1), True),
        },
        "gradient": {
            "by the scores": lambda: (scores(grad=True), target(2, 0), False),
            "by the scores of three rows": lambda: (
                2 * normal(3, 4, seed=1, grad=True),
                target(3, 0, 1),
                False,
            ),
        },
        "edges": {
            "a gap of 110 in float32": lambda: first_of(0.0, 110.0, 0.0),
            "a gap of 300 in float32": lambda: first_of(-100.0, 200.0),
        },
    },
    guards={
        f"a gap of {gap} in float32": f"scores {gap} apart in float32 must give the loss {gap}"
        for gap in (110, 300)
    },
    hints=[
        "Both ways lead to log-probabilities. What remains is the same for both.",
        "From scores: `log_softmax`. From probabilities: `log`, and nothing else.",
        "`gather` picks one entry a row: its index needs the shape (N, 1).",
    ],
    level=1,
    minutes=6,
)
def cross_entropy(scores, target, from_probabilities=False):
    """The mean cross-entropy, from scores or from probabilities.

    scores: float tensor (N, C); with from_probabilities its rows are
    probabilities already. target: int64 tensor (N,), the true class of each
    row. Returns a tensor of shape ().
    Examples: scores [[0, 0]], target [1] → ln 2;
    probabilities [[0.2, 0.8]], target [1] → 0.2231.
    """
    logs = scores.log() if from_probabilities else scores.log_softmax(1)
    return -logs.gather(1, target[:, None]).mean()


cross_entropy.slips(r"""
    softmax_of_probabilities: scores.log() if → scores.log_softmax(1) if
    # You put a softmax behind probabilities: two softmaxes. Take their logarithm alone.
    softmax_twice: else scores.log_softmax(1) → else scores.softmax(1).log_softmax(1)
    # The scores go through two softmaxes: log_softmax has one inside, as F.cross_entropy has.
    probabilities_without_a_logarithm: scores.log() if → scores if
    # The logarithm of the probabilities is missing. F.nll_loss does not take it either.
    every_target_of_every_row: logs.gather(1, target[:, None]) → logs[:, target]
    # `[:, target]` takes all true classes from each row. Take one from each, with `gather`.
    no_logarithm: else scores.log_softmax(1) → else scores.softmax(1)
    # The logarithm is missing: this is minus the probability, which is never above 0.
    raw_scores: else scores.log_softmax(1) → else scores
    # This is minus the score itself. A cross-entropy needs the normaliser, ln Σ exp(score).
    wrong_dimension: log_softmax(1) → log_softmax(0)
    # The softmax runs over the rows. The classes are dimension 1.
    epsilon_in_the_log: scores.log() → (scores + EPS).log()
    # An ε inside the logarithm caps the loss and changes the gradient of every unlikely class.
    log_of_softmax: scores.log_softmax(1) → scores.softmax(1).log()
    # In float32 a softmax rounds to 0 from a gap of about 104. log_softmax avoids that.
    sums_the_rows: .mean() → .sum()
    # That is the sum over the rows; the mean is asked for.
    sigmoid_for_softmax: else scores.log_softmax(1) → else F.logsigmoid(scores)
    # Log-sigmoids do not compete: the scores of the wrong classes are never read.
    sign_lost: -logs → logs
    # The loss is minus the logarithm of the probability.
    every_class_in_the_mean: logs.gather(1, target[:, None]).mean()
        → (F.one_hot(target, scores.shape[1]) * logs).mean()
    # The zeros of the one-hot targets count in this mean. Divide by the number of rows alone.
    the_other_way_round: if from_probabilities → if not from_probabilities
    # The two branches are exchanged: scores need log_softmax, and probabilities only log.
    scores_taken_for_probabilities: else scores.log_softmax(1) → else scores.log()
    # Scores may be below 0, and then they have no logarithm. They need log_softmax.
    one_normaliser_for_all_rows: else scores.log_softmax(1)
        → else scores - scores.exp().sum().log()
    # `sum()` adds over all rows. Each row has a normaliser of its own: add along dimension 1.
    mean_before_the_logarithm: -logs.gather(1, target[:, None]).mean()
        → -logs.gather(1, target[:, None]).exp().mean().log()
    # This is the logarithm of the mean probability. Each row needs its logarithm first.
    entropy_of_the_answer: -logs.gather(1, target[:, None]).mean()
        → -(logs.exp() * logs).sum(1).mean()
    # That is the entropy of the probabilities. The true class is not used.
    one_minus_p: -logs.gather(1, target[:, None]).mean()
        → -(1 - logs.gather(1, target[:, None]).exp()).log().mean()
    # The true class costs −ln p. −ln(1 − p) is what a wrong class costs in a binary loss.
    in_bits: scores.log() → scores.log2(); scores.log_softmax(1) → scores.softmax(1).log2()
    # That is in bits, with `log2`. The loss takes the natural logarithm.
    binary_losses: … → p = scores if from_probabilities else scores.softmax(1)\n    return
        F.binary_cross_entropy(p, F.one_hot(target, scores.shape[1]).to(p))
    # A binary cross-entropy makes the wrong classes cost as well. Only the true class costs.
    binary_losses_added_up: … → p = scores if from_probabilities else scores.softmax(1)\n    one_hot =
        F.one_hot(target, scores.shape[1]).to(p)\n    return
        F.binary_cross_entropy(p, one_hot, reduction="sum") / len(scores)
    # This adds up binary losses, so the wrong classes cost as well. Only the true class costs.
""")


@exercise(
    cases={
        "values": {
            "5 classes, sigmoid": lambda: (5, "sigmoid"),
            "2 classes, logits": lambda: (2, "logits"),
            "2 classes, softmax": lambda: (2, "softmax"),
            "2 classes, sigmoid": lambda: (2, "sigmoid"),
            "5 classes, logits": lambda: (5, "logits"),
            "5 classes, softmax": lambda: (5, "softmax"),
            "21 classes, logits": lambda: (21, "logits"),
            "21 classes, softmax": lambda: (21, "softmax"),
            "21 classes, sigmoid": lambda: (21, "sigmoid"),
        }
    },
    hints=[
        "What are the best outputs that each head can hand to the loss, for the true class and for "
        "the others?",
        "A softmax and a sigmoid give at most 1 to the true class and at least 0 to the others. "
        "Put these into the cross-entropy.",
        "−ln(e / (e + classes − 1)).",
    ],
    level=2,
    minutes=6,
)
def lowest_loss(classes, head):
    """The lowest cross-entropy that a perfect network can reach.

    A limit counts as reached.
    classes: an int, at least 2; head: what stands between the last layer and
    F.cross_entropy: "logits" (nothing), "softmax" or "sigmoid". Returns a
    float.
    Example: 2 classes behind a softmax → 0.3133.
    """
    import math  # the page does not

    if head == "logits":
        return 0.0
    return math.log(math.e + classes - 1) - 1


lowest_loss.slips(r"""
    always_zero: math.log(math.e + classes - 1) - 1 → 0.0
    # 0 needs a probability of 1. An output of 0 still weighs exp(0) = 1 in the loss's softmax.
    without_end: return 0.0 → return -math.inf
    # A cross-entropy is −ln p, and p is at most 1. So it can't fall below 0.
    as_if_it_guessed: math.log(math.e + classes - 1) - 1 → math.log(classes)
    # ln C is the loss of a network that knows nothing. Its outputs can be better than equal.
    counts_the_true_class_twice: math.e + classes - 1 → math.e + classes
    # The sum in the softmax has C terms: e for the true class and C − 1 ones.
    gives_the_probability: math.log(math.e + classes - 1) - 1 → math.e / (math.e + classes - 1)
    # That is the largest probability. The loss is minus its logarithm.
    two_classes_always: math.e + classes - 1 → math.e + 1
    # That is the floor for two classes. Each further class adds a 1 to the sum.
    forgets_the_true_score: math.log(math.e + classes - 1) - 1 → math.log(math.e + classes - 1)
    # That is the logarithm of the sum. The best score of the true class, 1, is subtracted.
    ratio_turned_round: math.log(math.e + classes - 1) - 1 → math.log(1 + (classes - 1) * math.e)
    # The weights are exchanged: the true class has e¹ in the sum, and a wrong one e⁰ = 1.
    true_class_left_out: math.e + classes - 1 → classes - 1
    # The true class is missing in the sum: it adds e.
    one_minus_p: math.log(math.e + classes - 1) - 1 → 1 - math.e / (math.e + classes - 1)
    # The loss is −ln p, and not 1 − p.
    minus_the_probability: math.log(math.e + classes - 1) - 1 → -math.e / (math.e + classes - 1)
    # The loss is −ln p, and not −p.
    lowest_of_nll_loss: math.log(math.e + classes - 1) - 1 → -1.0
    # −1 is the lowest value of nll_loss. cross_entropy has a softmax and a logarithm inside.
    a_gain: math.log(math.e + classes - 1) - 1 → 1 - math.log(math.e + classes - 1)
    # That is ln p. The loss is −ln p.
    guesses_from_logits: return 0.0 → return math.log(classes)
    # ln C is for a network that knows nothing. The true score may rise without end: p goes to 1.
    same_floor_for_logits: return 0.0 → return math.log(math.e + classes - 1) - 1
    # Logits are not limited to 0 to 1: the true score may rise without end, and p goes to 1.
    only_the_softmax: head == "logits" → head != "softmax"
    # The sigmoid has the same floor as the softmax: its outputs lie from 0 to 1, too.
    only_the_sigmoid: head == "logits" → head != "sigmoid"
    # A softmax has the same floor as the sigmoid: its outputs lie from 0 to 1, too.
    one_class_more_behind_a_sigmoid: math.e + classes - 1
        → math.e + (classes - 1 if head == "softmax" else classes)
    # Behind a sigmoid the sum has C terms as well: e for the true class and C − 1 ones.
    sigmoids_down_to_minus_one: return math.log(math.e + classes - 1) - 1
        → lowest = 0 if head == "softmax" else -1\n    return math.log(1 + (classes - 1) *
        math.exp(lowest - 1))
    # A sigmoid gives 0 at the least, not −1; that would be a tanh.
    sigmoids_stay_at_a_half: return math.log(math.e + classes - 1) - 1
        → lowest = 0 if head == "softmax" else 0.5\n    return math.log(1 + (classes - 1) *
        math.exp(lowest - 1))
    # A sigmoid is ½ for a score of 0. Far below 0 it is nearly 0, and wrong classes can be there.
    nll_of_the_sigmoid: return math → return -1.0 if head == "sigmoid" else math
    # −1 is the lowest value of nll_loss behind a sigmoid. cross_entropy has a softmax inside.
""")


def pixels(**options):
    return 2 * normal(2, 3, 4, 5, **options)


def labels(void=True):
    place = torch.arange(40).reshape(2, 4, 5)
    label = place * 7 % 3
    return label - (label + 1) * ((place % 4 == 1) | (place > 30)) * void  # more in the second


@exercise(
    cases={
        "values": {
            "some pixels have none": lambda: (pixels(), labels()),
            "every pixel has a label": lambda: (pixels(), labels(False)),
            "one picture": lambda: (normal(1, 2, 2, 2, seed=3), target([[0, 1], [-1, 1]])),
        },
        "gradient": {
            "by the scores": lambda: (pixels(grad=True), labels()),
            "by the scores, every pixel has a label": lambda: (pixels(grad=True), labels(False)),
        },
    },
    hints=[
        "The classes are dimension 1. A pixel is a row of C scores. `F.cross_entropy` takes them so.",
        "Its `ignore_index` names the label that does not count. By hand: choose the pixels with a "
        "label first, `labelled = target >= 0`, and take the mean over these.",
        "`scores.movedim(1, -1)` has shape (B, H, W, C); indexed by `labelled`, it has one row a "
        "pixel.",
    ],
    level=2,
    minutes=8,
)
def segmentation_loss(scores, target):
    """The mean cross-entropy over all pixels that have a label.

    scores: float tensor (B, C, H, W), straight from a 1×1 convolution. target:
    int64 tensor (B, H, W), the class of each pixel, or −1 for a pixel without
    a label, which does not count. At least one pixel has a label. Returns a
    tensor of shape ().
    Example: scores zeros (1, 2, 1, 3), target [[[0, −1, 1]]] → ln 2.
    """
    logs = scores.log_softmax(1).movedim(1, -1)
    labelled = target >= 0
    return -logs[labelled].gather(1, target[labelled][:, None]).mean()


segmentation_loss.slips(r"""
    softmax_along_a_line: log_softmax(1) → log_softmax(-1)
    # dim=-1 is the width: pixels compete there, not classes. Classes are dimension 1.
    sigmoid_in_the_head: scores.log_softmax → scores.sigmoid().log_softmax
    # The softmax in the loss follows a sigmoid: no probability gets above e/(e + C − 1).
    softmax_in_the_head: scores.log_softmax → scores.softmax(1).log_softmax
    # A softmax stands before the softmax of the loss: two of them.
    no_competition: scores.log_softmax(1) → F.logsigmoid(scores)
    # Log-sigmoids do not compete: nothing lowers the scores of the wrong classes.
    no_logarithm: scores.log_softmax(1) → scores.softmax(1)
    # The logarithm is missing: this is minus the probability of the true class.
    all_pixels_in_the_mean: .mean() → .sum() / target.numel()
    # The sum is divided by all pixels; those without a label must not count.
    last_class_for_no_label: target >= 0 → target >= -1; target[labelled][:, None]
        → target[labelled][:, None] % scores.shape[1]
    # −1 is read as an index here, and means the last class. These pixels have no label.
    first_class_for_no_label: target >= 0 → target >= -1; target[labelled][:, None]
        → target[labelled][:, None].clamp(min=0)
    # Pixels without a label count as class 0 here.
    class_0_left_out: target >= 0 → target > 0
    # 0 is a class, too. Only −1 means that there is no label.
    raw_scores_picked: scores.log_softmax(1) → scores
    # This is minus the score of the true class. The normaliser, ln Σ exp(score), is missing.
    pictures_compete: log_softmax(1) → log_softmax(0)
    # dim=0 counts the pictures: these compete there, not the classes. Classes are dimension 1.
    softmax_down_a_column: log_softmax(1) → log_softmax(2)
    # dim=2 is the height: pixels compete there, not classes. Classes are dimension 1.
    zeros_in_the_mean: -logs[labelled].gather(1, target[labelled][:, None]).mean()
        → -(F.one_hot(target[labelled], scores.shape[1]) * logs[labelled]).mean()
    # The zeros of the one-hot labels count in this mean. Divide by the labelled pixels alone.
    binary_pixels: -logs[labelled].gather(1, target[labelled][:, None]).mean() →
        F.binary_cross_entropy_with_logits(scores.movedim(1, -1)[labelled],
        F.one_hot(target[labelled], scores.shape[1]).to(scores.dtype))
    # This judges each class for itself. A pixel's classes exclude each other: take a softmax.
    sum_of_the_pixels: .mean() → .sum()
    # That is the sum; the mean of the pixels is needed.
    divided_by_pictures: .mean() → .sum() / len(target)
    # The sum is divided by the number of pictures. Divide by the number of labelled pixels.
    mean_of_pictures: … → losses = [F.cross_entropy(s[None], t[None], ignore_index=-1)
        for s, t in zip(scores, target)]\n    return torch.stack(losses).mean()
    # That is the mean of the pictures' means. The mean over all labelled pixels is asked for.
    reshaped: … → rows = scores.reshape(-1, scores.shape[1])\n    return
        F.cross_entropy(rows, target.reshape(-1), ignore_index=-1)
    # reshape(-1, C) makes rows that mix pixels. Move the classes to the end first.
    turned_picture: … → rows = scores.permute(0, 3, 2, 1).reshape(-1, scores.shape[1])\n    return
        F.cross_entropy(rows, target.reshape(-1), ignore_index=-1)
    # The scores go column by column, the labels row by row. Take permute(0, 2, 3, 1).
    scores_set_to_zero: … → labelled = target >= 0\n    return
        F.cross_entropy(scores * labelled[:, None], target.clamp(min=0))
    # Scores of 0 still cost ln C. Leave the pixels without a label out of the mean.
""")


X = (-2.0, -1.0, 0.0, 1.5, 3.0)
Y = (0.0, 1.0, 0.0, 1.0, 1.0)


@exercise(
    cases={
        "values": {
            "five points": lambda: (scalar(0.3), scalar(0.8), tensor(*X), tensor(*Y)),
            "a falling curve": lambda: (scalar(-1.0), scalar(-0.5), tensor(*X), tensor(*Y)),
            "sure and wrong": lambda: (scalar(0.0), scalar(-20.0), tensor(*X), tensor(*Y)),
            "the flat start": lambda: (scalar(0.0), scalar(0.0), tensor(*X), tensor(*Y)),
        },
        "shapes": {
            "one point": lambda: (scalar(1.0), scalar(2.0), tensor(0.7), tensor(1.0)),
            "two points": lambda: (scalar(0.5), scalar(-1.0), tensor(0.7, -0.2), tensor(1.0, 0.0)),
        },
    },
    hints=[
        "Start with one point, y = 1: the derivative of −ln σ(z) by z is σ(z) − 1.",
        "For both labels it is p − y. Then use dz/db0 = 1 and dz/db1 = x.",
        "Sum over the points: (Σ(p − y), Σ x(p − y)).",
    ],
    level=2,
    minutes=8,
    without_autograd=True,
)
def nll_gradient(b0, b1, x, y):
    """The gradient of the log-loss of p = σ(b0 + b1·x), without autograd.

    The log-loss is summed over all points.
    b0, b1: float64 tensors of shape (); x, y: float64 tensors (N,), y holds
    labels 0 and 1.
    Returns a tensor (2,): the derivatives by b0 and by b1.
    Example: b0 = b1 = 0, x = (2), y = (1) → (−0.5, −1).
    """
    p = torch.sigmoid(b0 + b1 * x)
    return torch.stack([(p - y).sum(), (x * (p - y)).sum()])


nll_gradient.slips("""
    of_the_squared_error: (p - y) → ((p - y) * p * (1 - p))
    # p(1 − p) belongs to the squared error. In the log-loss it cancels: leave it out.
    twice_the_squared_error: (p - y) → (2 * (p - y) * p * (1 - p))
    # That is the gradient of the squared error. The log-loss has no factor p(1 − p).
    uphill: p - y → y - p
    # The sign is turned: this is the direction in which the loss falls, not its gradient.
    only_the_ones: (p - y) → (y * (p - y))
    # Only the points with y = 1 count here. Those with y = 0 cost −ln(1 − p), and pull as well.
    rounded: torch.sigmoid(b0 + b1 * x) → torch.sigmoid(b0 + b1 * x).round()
    # You round p to a label first. Then a point on its right side pulls no more.
    penalised: (x * (p - y)).sum() → (x * (p - y)).sum() + b1
    # There is a penalty on b1 in it, as in scikit-learn's default. The log-loss has none.
    divided_by_zero: (p - y) → ((-y / p + (1 - y) / (1 - p)) * p * (1 - p))
    # Right on paper, but 0/0 where p is rounded to 0 or 1. Cancel the p and the 1 − p first.
    averaged: .sum() → .mean()
    # That is the gradient of the mean loss; the sum is asked for.
    x_left_out: (x * (p - y)).sum() → (p - y).sum()
    # z = b0 + b1·x changes by x when b1 changes by 1: the second sum needs the factor x.
    without_b0: b0 + b1 * x → b1 * x
    # The curve has lost its b0.
    straight_line: torch.sigmoid(b0 + b1 * x) → (b0 + b1 * x)
    # The sigmoid is missing: that is the gradient of a straight line with the squared error.
    parameters_exchanged: b0 + b1 * x → b1 + b0 * x
    # b0 and b1 are exchanged in the curve: the slope b1 multiplies x.
    falls_for_rises: torch.sigmoid(b0 + b1 * x) → torch.sigmoid(-(b0 + b1 * x))
    # σ(−z) is 1 − p, the probability of the label 0.
    stops_at_p: (p - y) → ((p - y) / (p * (1 - p)))
    # That is the derivative by p. The chain goes on: p changes by p(1 − p) when z changes by 1.
    zeros_pull_upwards: (p - y) → (y * (p - 1) - (1 - y) * p)
    # A label 0 costs −ln(1 − p). Its derivative by z is +p, not −p.
    product_of_sums: (x * (p - y)).sum() → x.sum() * (p - y).sum()
    # A sum of products is not the product of the sums: multiply point by point first.
    factor_b1: (x * (p - y)) → (b1 * (p - y))
    # z = b0 + b1·x is differentiated by b1, so the factor is x.
    order_exchanged: [(p - y).sum(), (x * (p - y)).sum()] → [(x * (p - y)).sum(), (p - y).sum()]
    # The two numbers are exchanged: the derivative by b0 comes first.
    x_in_both: [(p - y).sum(), → [(x * (p - y)).sum(),
    # The factor x belongs to b1 alone: z changes by 1 when b0 changes by 1.
    only_the_zeros: (p - y) → ((1 - y) * (p - y))
    # Only the points with y = 0 count here. Those with y = 1 cost −ln p, and pull as well.
    labels_left_out: (p - y) → p
    # The labels are missing: this is the gradient if every label were 0.
    absolute_values: (p - y) → (p - y).abs()
    # The sign is lost: labels 1 pull the curve up, and labels 0 pull it down.
""")


def labelled(scores, targets, weights):
    return scores, tensor(*targets), tensor(*weights)


def wrong(*scores):
    """One row of scores in float32, where the labels with scores below 0 are present."""
    row = tensor(scores, dtype=torch.float32)
    return row, (row < 0).to(row), torch.ones(len(scores))


@exercise(
    cases={
        "values": {
            "rare labels weigh more": lambda: labelled(scores(), [[1, 0, 1], [0, 0, 1]], [1, 5, 3]),
            "one picture, two labels": lambda: labelled(
                tensor([2, -1, 0.5]), [[1, 0, 1]], [1, 1, 1]
            ),
            "no label at all": lambda: labelled(scores(), [[0] * 3, [0] * 3], [2, 3, 4]),
        },
        "gradient": {
            "by the scores": lambda: labelled(scores(grad=True), [[1, 1, 0], [0, 1, 1]], [1, 2, 4]),
            "by the scores of one picture": lambda: labelled(
                tensor([0.5, -2], grad=True), [[0, 1]], [3, 0.5]
            ),
        },
        "edges": {
            "scores of ±200 in float32": lambda: wrong(200.0, -200.0),
            "scores of ±300 in float32": lambda: wrong(-300.0, 300.0),
        },
    },
    guards={
        f"scores of ±{size} in float32": f"scores of ±{size} in float32 must give the loss {size}"
        for size in (200, 300)
    },
    hints=[
        "Each score answers a question of its own: is this label there, yes or no?",
        "A label that is there costs −ln σ(z), one that is not −ln(1 − σ(z)) = −ln σ(−z).",
        "`pos_weight` multiplies the first of these only. `F.logsigmoid` is safe for large scores.",
    ],
    level=2,
    minutes=8,
)
def multi_label_loss(scores, targets, pos_weight):
    """The mean binary cross-entropy; present labels have a weight.

    scores, targets: float tensors (N, C), targets 1 where a label is present
    and 0 elsewhere. The mean is over all rows and labels. pos_weight: float
    tensor (C,), the factor of the loss of a present label. Returns shape ().
    Example: scores [[0, 0]], targets [[1, 0]], pos_weight [3, 3] → 2·ln 2.
    """
    present = pos_weight * targets * F.logsigmoid(scores)
    absent = (1 - targets) * F.logsigmoid(-scores)
    return -(present + absent).mean()


multi_label_loss.slips("""
    labels_compete: F.logsigmoid(scores) → scores.log_softmax(1)
    # A softmax makes the labels compete: two of them can't both get more than ½.
    softmax_into_bce: F.logsigmoid(scores) → scores.softmax(1).log(); F.logsigmoid(-scores)
        → (1 - scores.softmax(1)).log()
    # A softmax makes the labels share a 1. Each label needs a sigmoid of its own.
    cross_entropy_of_labels: -(present + absent).mean() → F.cross_entropy(scores, targets)
    # F.cross_entropy has a softmax inside: two labels can't both get more than ½.
    weighted_cross_entropy: -(present + absent).mean()
        → F.cross_entropy(scores, targets, weight=pos_weight)
    # F.cross_entropy has a softmax inside, with a weight or without: the labels share a 1.
    absent_labels_forgotten: (present + absent) → present
    # Labels that are absent cost nothing here, so a network that always says yes is perfect.
    weight_on_everything: absent = (1 - targets) → absent = pos_weight * (1 - targets)
    # pos_weight multiplies present labels only; on both it is merely a weight of the class.
    weight_on_the_absent: pos_weight * targets → targets; absent = (1 - targets)
        → absent = pos_weight * (1 - targets)
    # pos_weight stands at the wrong half: it belongs to the labels that are present.
    no_weight: pos_weight * targets → targets
    # pos_weight is not used.
    sum_over_labels: .mean() → .sum(1).mean()
    # You add over the labels; the mean over rows and labels is asked for.
    sums_everything: .mean() → .sum()
    # That is the sum; the mean is asked for.
    divided_by_present_labels: .mean() → .sum() / targets.sum()
    # You divide by the number of present labels. The mean is over all labels, absent ones as well.
    sigmoid_twice: F.logsigmoid(scores) → F.logsigmoid(scores.sigmoid()); F.logsigmoid(-scores)
        → F.logsigmoid(-scores.sigmoid())
    # Two sigmoids: the scores went through one, and the loss has its own.
    log_of_sigmoid: F.logsigmoid(scores) → scores.sigmoid().log(); F.logsigmoid(-scores)
        → (1 - scores.sigmoid()).log()
    # A sigmoid and then log: in float32 σ(200) is 1 and σ(−200) is 0, so the loss is infinite.
    loses_the_minus: return - → return +
    # The loss has a minus in front.
    one_minus_the_logarithm: F.logsigmoid(-scores) → (1 - F.logsigmoid(scores))
    # 1 − ln σ(z) is not ln(1 − σ(z)). Take `F.logsigmoid(-scores)` for that.
    minus_outside: F.logsigmoid(-scores) → -F.logsigmoid(scores)
    # −ln σ(z) is not ln σ(−z): the minus belongs to the score.
    same_cost_for_both: F.logsigmoid(-scores) → F.logsigmoid(scores)
    # A label that is absent costs −ln(1 − σ(z)) = −ln σ(−z), not −ln σ(z).
    halves_exchanged: targets * F.logsigmoid(scores) → targets * F.logsigmoid(-scores);
        (1 - targets) * F.logsigmoid(-scores) → (1 - targets) * F.logsigmoid(scores)
    # The costs are exchanged: a present label costs −ln σ(z), an absent one −ln σ(−z).
    no_logarithm: F.logsigmoid(scores) → scores.sigmoid(); F.logsigmoid(-scores)
        → (1 - scores.sigmoid())
    # The logarithm is missing. A label that is there costs −ln σ(z).
    one_weight_for_all: pos_weight * targets → pos_weight.mean() * targets
    # Each label has a weight of its own, and you use the mean of them.
    weighted_mean: -(present + absent).mean()
        → -(present + absent).sum() / (pos_weight * targets + 1 - targets).sum()
    # You divide by the sum of the weights. Divide by the number of all labels.
    weighted_targets: -(present + absent).mean()
        → F.binary_cross_entropy_with_logits(scores, pos_weight * targets)
    # A target of 5 also makes 1 − target negative. Weight the loss of a present label instead.
    weighted_scores: pos_weight * targets → targets; (scores) → (pos_weight * scores); (-scores)
        → (-pos_weight * scores)
    # pos_weight multiplies the loss, not the score.
""")
