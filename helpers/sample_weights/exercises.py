"""The exercises of 15_sample_weights, in the order of the page."""

import torch

from helpers.teaching.cases import LEFT_ALONE, leaf, normal, tensor, uniform
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "weighted_gradient",
    "weighted_loss",
    "sampler_probabilities",
    "corrected_probability",
    "effective_sample_size",
    "diagnose",
]


def four_points(*weights, dtype=torch.float64, stale=False):
    w = leaf(0.5, stale=stale, dtype=dtype)
    x, t = tensor(1.0, 2.0, 3.0, 4.0, dtype=dtype), tensor(2.0, 1.5, 5.0, 3.0, dtype=dtype)
    return (w * x - t) ** 2, tensor(*weights, dtype=dtype), [w]


def five_rows():
    weight, bias = leaf([0.3, -0.2], [0.5, 0.1], [-0.4, 0.6]), leaf(0.1, -0.3, 0.2)
    scores = normal(5, 2) @ weight.T + bias
    target = torch.tensor([0, 2, 1, 1, 0])
    losses = torch.nn.functional.cross_entropy(scores, target, reduction="none")
    return losses, tensor(0.5, 2.0, 1.0, 0.25, 3.0), [weight, bias]


def one_sample():
    w = leaf(1.0, -2.0)
    return (w * tensor(3.0, 0.5)).sum().reshape(1) ** 2, tensor(4.0), [w]


@exercise(
    cases={
        "values": {
            "four points": lambda: four_points(1.0, 3.0, 0.5, 2.0),
            "five rows, weight and bias": lambda: five_rows(),
            "float32": lambda: four_points(1.0, 3.0, 0.5, 2.0, dtype=torch.float32),
        },
        "shapes": {"a single loss": lambda: one_sample()},
        "edges": {
            "a weight of 0": lambda: four_points(1.0, 3.0, 0.0, 2.0),
            "a weight below 0": lambda: four_points(1.0, -3.0, 0.5, 2.0),
            ".grad holds 7 from an earlier pass": lambda: four_points(1, 3, 0.5, 2, stale=True),
        },
    },
    guards=LEFT_ALONE,
    hints=[
        "Σ wᵢ·ℓᵢ has the gradient Σ wᵢ·∇ℓᵢ: a weight for each row of the Jacobian of the losses.",
        "Which argument of `torch.autograd.grad` weighs the rows? It takes the losses as they are.",
    ],
    level=1,
    minutes=5,
)
def weighted_gradient(losses, weights, parameters):
    """The gradient of Σ wᵢ·ℓᵢ in each parameter.

    losses ℓ, weights w: tensors of shape (n,), weights of any sign;
    parameters: a list of leaves. Returns a list of gradients, one for each
    parameter. Every .grad stays as it was.
    Example: ℓ = (p, p²), p = 3, w = (2, 10) → [2·1 + 10·6] = [62].
    """
    return list(torch.autograd.grad(losses, parameters, grad_outputs=weights))


weighted_gradient.slips(r"""
    takes_the_mean_over_samples: =weights → =weights / len(losses)
    # This is divided by the number of samples. Σ wᵢ·ℓᵢ is a sum, and `mean` divides it by n.
    divides_by_the_weights: =weights → =weights / weights.sum()
    # This is divided by Σ wᵢ. The plain weighted sum is asked for.
    scales_the_weights_to_mean_1: =weights → =weights / weights.mean()
    # The weights are scaled to a mean of 1. Take them as they are.
    adds_up_before_weighting: =weights → =weights.sum() * torch.ones_like(losses)
    # The losses are added up before the weights come, or a column meets a row. Weigh each first.
    averages_before_weighting: =weights → =weights.mean() * torch.ones_like(losses)
    # Averaged before the weights come: every sample has the same weight, the mean of all.
    weights_twice: =weights → =weights**2
    # The weights count twice, squared: once in the loss and once in `grad_outputs`.
    ignores_the_weights: =weights → =torch.ones_like(losses)
    # The weights are not used: this is the gradient of the plain sum.
    lets_no_weight_be_negative: =weights → =weights.clamp(min=0)
    # A weight below 0 counts as well: its sample is moved away from. Don't clamp it.
    takes_the_size_of_the_weights: =weights → =weights.abs()
    # A weight below 0 counts with its sign: its sample is moved away from.
    starts_without_weights: , grad_outputs=weights →
    # These are n losses, and torch can't guess how much each counts. Say so with `grad_outputs`.
    takes_roots_of_the_weights: =weights → =weights.sqrt()
    # The roots of the weights are used. A weight multiplies its loss as it is.
    scales_by_the_largest: =weights → =weights / weights.max()
    # The largest weight is scaled to 1. Take the weights as they are.
    adds_up_and_gives_weights: losses, → losses.sum(),
    # After `sum()` one number is left, and n weights do not fit it. Give the losses as they are.
    gives_a_column_of_weights: =weights → =weights[:, None]
    # `grad_outputs` needs the shape of the losses, (n,), and this is a column (n, 1).
    forgets_to_add_up: losses, parameters, grad_outputs=weights → weights * losses, parameters
    # `weights * losses` are still n numbers, and torch differentiates one: add them up.
    frees_the_graph_of_the_losses: …
        → rows = [torch.autograd.grad(loss, parameters) for loss in losses]
        \n    return [sum(w * g for w, g in zip(weights, each)) for each in zip(*rows)]
    # The first sample's call frees the graph: `retain_graph=True`, or weigh all in one call.
    frees_the_graph_between_parameters: … → loss = weights @ losses
        \n    return [torch.autograd.grad(loss, p)[0] for p in parameters]
    # The first parameter's call frees the graph. `grad` takes the whole list in one call.
    keeps_the_last_sample: losses, parameters, grad_outputs=weights
        → weights[-1] * losses[-1], parameters
    # Each turn of the loop replaces the gradient of the turn before. Add them up.
    keeps_the_samples_apart: … → pairs = zip(weights, losses)
        \n    return [torch.autograd.grad(w * loss, parameters, retain_graph=True)
        for w, loss in pairs]
    # This is a gradient for each sample. Add them up over the samples, for each parameter.
    leaves_the_list_out: … → return torch.autograd.grad(weights @ losses, parameters)[0]
    # `[0]` keeps the gradient of the first parameter alone. Return them all, as a list.
    makes_new_losses: losses, → losses.detach().requires_grad_(),
    # `.item()`, `.detach()` and `torch.tensor(…)` cut the graph. Calculate with the losses given.
    weighs_the_parameters: … → gradients = torch.autograd.grad(losses.sum(), parameters)
        \n    return [w * g for w, g in zip(weights, gradients)]
    # A weight belongs to a sample, and not to a parameter: weigh before the losses are added.
    fills_grad_of_the_parameters: … → losses.backward(weights)
    # `backward` adds to `.grad` and returns nothing. Return what `torch.autograd.grad` gives.
    calls_backward_on_the_mean: … → (weights * losses).mean().backward()
        \n    return [p.grad for p in parameters]
    # The mean divides by n, and `backward` adds to `.grad`. Use the sum and `torch.autograd.grad`.
    calls_backward_with_weights: … → losses.backward(weights)
        \n    return [p.grad for p in parameters]
    # `backward` adds to `.grad`, which must stay. Let `torch.autograd.grad` return the gradients.
""")


def some_losses(n, grad=False):
    return (uniform(n, seed=n) + 0.2).requires_grad_(grad)


@exercise(
    cases={
        "values": {
            "four losses": lambda: (tensor(1, 4, 9, 16), tensor(1, 1, 1, 10), 2.125),
            "a batch without a heavy sample": lambda: (some_losses(3), tensor(1.0, 1.0, 1.0), 1.8),
            "weights of mean 1 over the data": lambda: (
                some_losses(5),
                tensor(0.5, 0.5, 5.5, 0.5, 0.5),
                1.0,
            ),
        },
        "shapes": {"a batch of one": lambda: (tensor(3.0), tensor(9.0), 1.8)},
        "gradient": {
            "by the losses": lambda: (some_losses(4, grad=True), tensor(1.0, 9.0, 1.0, 1.0), 1.8)
        },
        "edges": {
            "all weights of the batch are 0": lambda: (some_losses(3), tensor(0.0, 0.0, 0.0), 0.5)
        },
    },
    hints=[
        "The mean over all batches must be the weighted loss of all data. So what you divide by "
        "must be the same for each batch.",
        "Divide the sum by the number of samples in the batch, and by the mean weight of the data.",
    ],
    level=1,
    minutes=5,
)
def weighted_loss(losses, weights, data_mean_weight):
    """The weighted loss of a batch, right on average over the batches.

    losses, weights: float tensors (n,), those of the batch; data_mean_weight:
    a float above 0, the mean weight of all the data. Returns a scalar tensor.
    Example: losses (2, 4), weights (1, 3), mean weight 1.4 → 7 / 1.4 = 5.
    """
    return (weights * losses).mean() / data_mean_weight


weighted_loss.slips("""
    divides_by_the_batch_s_weights: .mean() / data_mean_weight → .sum() / weights.sum()
    # Divided by its own weights, a heavy sample counts for too little. Take the data's mean weight.
    forgets_the_mean_weight: / data_mean_weight →
    # Weights of mean 1.8 make this 1.8 times as large. Divide by the mean weight of the data.
    adds_up: (weights * losses).mean() → (weights * losses).sum()
    # The sum grows with the batch. Divide by the number of samples as well.
    averages_before_weighting: (weights * losses).mean() → losses.mean() * weights.mean()
    # The losses are averaged first, or a column meets a row. Multiply each loss by its own weight.
    averages_the_losses_and_adds_up_the_weights: (weights * losses).mean()
        → losses.mean() * weights.sum()
    # The losses are averaged first. Multiply each by its own weight, and average the products.
    multiplies_by_the_mean_weight: / data_mean_weight → * data_mean_weight
    # The mean weight is multiplied. Larger weights in the data must make each share smaller.
    weighs_twice: (weights * losses) → (weights**2 * losses)
    # The weights count twice, squared.
    ignores_the_weights: weights * losses → losses
    # The weights of the batch are not used.
    normalises_first: (weights * losses).mean() → (weights / weights.sum() * losses).mean()
    # The weights are divided by their sum in the batch, and by n once more. Divide by n alone.
    divides_twice: .mean() → .sum() / weights.sum()
    # This divides by the weights of the batch as well. Divide by n and the data's mean weight only.
    takes_roots: weights * losses → weights.sqrt() * losses
    # The roots of the weights are used. A weight multiplies the loss as it is.
    divides_by_n_twice: / data_mean_weight → / data_mean_weight / len(losses)
    # This divides by the number of samples twice: `mean` does it already.
    sums_over_the_batch_s_mean_weight: .mean() / data_mean_weight → .sum() / weights.mean()
    # The mean weight of the batch changes. Divide the mean loss by the mean weight of the data.
    scales_by_the_largest: (weights * losses).mean() / data_mean_weight
        → (weights / weights.max() * losses).mean()
    # The largest weight differs from batch to batch. Divide by the mean weight of the data.
    counts_the_heavy_samples: .mean() → .sum() / (weights > 0).sum()
    # Samples of weight 0 belong to the batch as well: divide by all n.
    returns_a_loss_for_each_sample: .mean() →
    # These are n weighted losses. Average them to one number.
    returns_a_number: .mean() → .mean().item()
    # `.item()` and `float` return a number without a gradient. Return the tensor.
    makes_a_new_tensor: (weights * losses).mean() / data_mean_weight
        → torch.tensor((weights * losses).mean().item() / data_mean_weight)
    # `torch.tensor(…)` makes a new tensor without a gradient. Return the one you calculated.
    guards_the_batch_s_weights: .mean() / data_mean_weight → .sum() / weights.sum().clamp(min=1e-8)
    # The weights of the batch are the wrong divisor. The data's mean weight needs no guard.
""")


LABELS = torch.tensor([0, 0, 1, 0, 2, 0, 1, 0])


@exercise(
    cases={
        "values": {
            "three classes": lambda: (LABELS.clone(), tensor(0.5, 0.3, 0.2)),
            "two classes, half and half": lambda: (torch.tensor([0, 0, 0, 1]), tensor(0.5, 0.5)),
            "the shares of the data": lambda: (LABELS.clone(), tensor(0.625, 0.25, 0.125)),
        },
        "shapes": {"one class": lambda: (torch.tensor([0, 0, 0]), tensor(1.0))},
        "edges": {
            "a class that is not to be drawn": lambda: (LABELS.clone(), tensor(0.0, 0.9, 0.1))
        },
    },
    hints=[
        "The samples of one class share its target share equally.",
        "`torch.bincount(labels)` counts each class.",
        "`values[labels]` picks, for each sample, the value of its class.",
    ],
    level=2,
    minutes=6,
)
def sampler_probabilities(labels, target_shares):
    """How likely each sample must be drawn, to reach the target shares.

    labels: int64 tensor (n,), classes from 0 to C − 1, each at least once;
    target_shares: float64 tensor (C,), the share of draws that each class is
    to have; they add up to 1. Returns a tensor (n,) that adds up to 1.
    Example: labels (0, 0, 0, 1), shares (½, ½) → (1/6, 1/6, 1/6, 1/2).
    """
    return (target_shares / torch.bincount(labels))[labels]


sampler_probabilities.slips(r"""
    forgets_the_counts: (target_shares / torch.bincount(labels)) → target_shares
    # Each sample gets the whole share of its class. Divide it among the samples of the class.
    share_of_the_whole_normalised: … → return target_shares[labels] / target_shares[labels].sum()
    # The sum is 1, but large classes come too often. The samples of a class share its target share.
    ignores_the_targets: target_shares / torch.bincount(labels)
        → 1 / torch.bincount(labels).double() / len(target_shares)
    # One over the count gives all classes equal shares. Asked for are the target shares.
    one_over_the_count: target_shares / torch.bincount(labels) → 1 / torch.bincount(labels).double()
    # One over the count makes all classes equally common. Divide the target shares by the counts.
    relative_weights: torch.bincount(labels) → (torch.bincount(labels) / len(labels))
    # These add up to n: target share over share in the data. Divide by the count of the class.
    one_for_each_class: [labels] →
    # That is one number for each class. The sampler needs one for each sample: `[labels]`.
    divides_by_all_samples: torch.bincount(labels) → len(labels)
    # The share is divided among all n samples. It belongs to the samples of its class alone.
    in_units_of_the_largest: [labels] → [labels] / (target_shares / torch.bincount(labels)).max()
    # Divided by the largest one: these are relative weights. Probabilities add up to 1.
    softmax_of_the_shares: … → return target_shares[labels].softmax(0)
    # A softmax adds up to 1, but changes all ratios. Divide each share by the size of its class.
    multiplied_and_normalised: … → shares = (target_shares * torch.bincount(labels))[labels]
        \n    return shares / shares.sum()
    # The sum is 1 now, but multiplied by the counts a large class is drawn even more often.
    multiplies_by_the_counts: / torch.bincount → * torch.bincount
    # Multiplied by the counts: a large class is drawn even more often. Divide.
    multiplies_by_the_shares: / torch.bincount(labels) → * torch.bincount(labels) / len(labels)
    # The target share is multiplied by the share in the data. Divide it by the count of the class.
    all_but_the_class: … → others = (len(labels) - torch.bincount(labels)).double()[labels]
        \n    return others / others.sum()
    # One minus the share in the data ignores the target shares. Divide those by the counts.
    divides_by_the_classes: torch.bincount(labels) → len(target_shares)
    # The share is divided by the number of classes. Divide it by the count of its class.
    normalises_before_the_labels: [labels]
        → [labels] / (target_shares / torch.bincount(labels)).sum()
    # This adds up to 1 over the classes, not over the samples. Share over count is enough.
    normalises_the_inverse_counts: … → inverse = 1 / torch.bincount(labels).double()
        \n    return (inverse / inverse.sum())[labels]
    # One over the count, scaled to 1, ignores the target shares. Divide those by the counts.
    as_the_counts: … → counts = torch.bincount(labels).double()[labels]
        \n    return counts / counts.sum()
    # The larger a class, the more often its samples are drawn here. Divide target share by count.
    count_over_share: … → ratio = (torch.bincount(labels) / target_shares)[labels]
        \n    return ratio / ratio.sum()
    # This is upside down, count over share: divide the share by the count.
    as_often_as_they_are: … → return torch.ones(len(labels)).double() / len(labels)
    # All samples are equally likely, so that the classes keep their shares of the data.
    softmax_of_the_weights: [labels] → [labels].softmax(0)
    # A softmax changes all ratios. Share over count adds up to 1 as it is.
    takes_the_root_of_the_counts: torch.bincount(labels) → torch.bincount(labels).double().sqrt()
    # You divide by the root of the count. A class has as many samples as its count.
    assumes_sorted_labels: [labels] → .repeat_interleave(torch.bincount(labels))
    # The right numbers in the order of the classes. Pick one for each sample, by `[labels]`.
""")


PROBABILITIES = (0.02, 0.3, 0.5, 0.9)


@exercise(
    cases={
        "values": {
            "trained half and half, a tenth is true": lambda: (tensor(*PROBABILITIES), 0.5, 0.1),
            "trained on a tenth, a hundredth is true": lambda: (tensor(*PROBABILITIES), 0.1, 0.01),
            "more common than in training": lambda: (tensor(*PROBABILITIES), 0.1, 0.4),
            "the same share": lambda: (tensor(*PROBABILITIES), 0.2, 0.2),
        },
        "shapes": {"a table of probabilities": lambda: (uniform(2, 3), 0.5, 0.1)},
        "gradient": {"by q": lambda: (tensor(0.2, 0.7, grad=True), 0.5, 0.1)},
        "edges": {
            "probabilities of 0 and 1": lambda: (tensor(0.0, 1.0), 0.5, 0.1),
            "0 and 1, more common": lambda: (tensor(0.0, 1.0), 0.1, 0.4),
        },
    },
    guards=dict.fromkeys(
        ("probabilities of 0 and 1", "0 and 1, more common"),
        "what is certain must stay certain: 0 stays 0, and 1 stays 1",
    ),
    hints=[
        "Use Bayes' rule for each population. The two classes look the same in both, only their "
        "shares differ.",
        "So the probability of the class is multiplied by true_share / train_share. What is the "
        "factor of the other class?",
        "After that, divide by the sum of the two, since probabilities add up to 1.",
    ],
    level=2,
    minutes=8,
)
def corrected_probability(q, train_share, true_share):
    """The probability of the class where it has the share true_share.

    q: float tensor of any shape, probabilities of the class from a model. The
    class had the share train_share in its training, counted with the weights
    or drawn by the sampler. The two shares: floats between 0 and 1. Returns a
    tensor like q.
    Example: q = 0.5, trained at 0.5, true share 0.1 → 0.1.
    """
    yes = q * true_share / train_share
    no = (1 - q) * (1 - true_share) / (1 - train_share)
    return yes / (yes + no)


corrected_probability.slips(r"""
    wrong_way_round: true_share / train_share → train_share / true_share;
        (1 - true_share) / (1 - train_share) → (1 - train_share) / (1 - true_share)
    # The two shares are exchanged: a class that is rarer than in training must become less likely.
    only_scales: yes / (yes + no) → yes
    # This is half of Bayes' rule. Scale the other class, too, and divide by the sum of the two.
    scales_and_clips: yes / (yes + no) → yes.clamp(max=1)
    # Clipping hides that half of Bayes' rule is missing. Scale the other class, divide by the sum.
    leaves_the_other_class: (1 - q) * (1 - true_share) / (1 - train_share) → 1 - q
    # The other class has another share as well: times (1 − true_share) / (1 − train_share).
    forgets_the_share_in_training: / train_share → ; / (1 - train_share) →
    # The shares of the training are inside q already. Divide by them, too.
    gives_the_odds: yes / (yes + no) → yes / no
    # These are the odds, yes over no. The probability is yes / (yes + no).
    forgets_the_true_share: q * true_share / → q / ; * (1 - true_share) →
    # This gives the probabilities for equal shares. Multiply by the true ones as well.
    subtracts: yes / (yes + no) → q - (train_share - true_share)
    # A difference of shares moves even 0 and 1, which must stay. Multiply the odds.
    leaves_the_class: yes = q * true_share / train_share → yes = q
    # The class itself has another share as well: its factor is true_share / train_share.
    gives_the_other_class: yes / (yes + no) → no / (yes + no)
    # This is the probability of the other class.
    normalises_over_the_samples: yes / (yes + no) → yes / yes.sum()
    # The sum runs over the samples. Divide by the sum over the two classes, for each sample.
    matches_the_mean: yes / (yes + no) → q * true_share / q.mean()
    # Scaled to the mean true_share, a sample's probability depends on others. Use Bayes' rule.
    multiplies_by_both_shares: true_share / train_share → true_share * train_share;
        (1 - true_share) / (1 - train_share) → (1 - true_share) * (1 - train_share)
    # Both shares are multiplied. Those of the training are inside q already: divide by them.
    the_wrong_way_and_leaves_the_other_class: true_share / train_share → train_share / true_share;
        (1 - q) * (1 - true_share) / (1 - train_share) → 1 - q
    # The two shares are exchanged, and the other class, 1 − q, needs a factor as well.
    forgets_the_logit: yes / (yes + no) → torch.sigmoid(q + torch.logit(torch.tensor(true_share)) -
        torch.logit(torch.tensor(train_share)))
    # Log odds are added to a probability. Take the logit of q first, or multiply its odds.
    leaves_q: return yes / (yes + no) → return q * 1.0
    # This is q, for the shares of the training.
    leaves_the_other_share_in: (1 - q) * (1 - true_share) / (1 - train_share)
        → (1 - q) * (1 - true_share)
    # The other class still has its share of the training in it. Divide by 1 − train_share.
    divides_the_odds_without_brackets: …
        → v = (1 - true_share) / true_share / (1 - train_share) / train_share
        \n    return q / (q + v * (1 - q))
    # After the first `/` everything divides. Put the second odds in brackets.
    multiplies_the_odds: … → v = train_share / (1 - train_share) * (true_share / (1 - true_share))
        \n    return q / (q + v * (1 - q))
    # The odds of both shares are multiplied. v is those of the training over the true ones.
    subtracts_and_clips: yes / (yes + no) → (q - (train_share - true_share)).clamp(0, 1)
    # Subtracting a difference of shares leaves the range, and clipping hides it. Multiply the odds.
""")


@exercise(
    cases={
        "values": {
            "three weights": lambda: (tensor(1.0, 1.0, 4.0),),
            "equal weights": lambda: (tensor(2.5, 2.5, 2.5, 2.5),),
            "a hundred weights": lambda: (normal(100, seed=2).exp(),),
            "weights that add up to 1": lambda: (tensor(0.7, 0.1, 0.1, 0.1),),
        },
        "shapes": {"one sample": lambda: (tensor(3.0),)},
        "edges": {"weights of 0": lambda: (tensor(0.0, 2.0, 0.0, 2.0, 1.0),)},
    },
    hints=[
        "The variance of Σwf/Σw is that of f times Σw²/(Σw)², if the values f have nothing to do "
        "with the weights.",
        "The variance of a plain mean of N values is that of f divided by N. Which N gives the same?",
    ],
    level=1,
    minutes=5,
)
def effective_sample_size(weights):
    """How many equally weighted samples give a mean as precise as this.

    weights: float tensor (n,), none negative, not all 0; the values that are
    averaged have nothing to do with the weights. Returns a tensor of shape ().
    Example: weights (1, 1, 0) → 2; weights (1, 1, 2) → 16/6.
    """
    return weights.sum() ** 2 / (weights**2).sum()


effective_sample_size.slips("""
    upside_down: weights.sum() ** 2 / (weights**2).sum() → (weights**2).sum() / weights.sum() ** 2
    # This is the factor of the variance, 1 over the effective size.
    expects_normalised_weights: weights.sum() ** 2 / (weights**2).sum() → 1 / (weights**2).sum()
    # 1/Σw² is right where the weights add up to 1. In general divide them by their sum first.
    forgets_a_square: weights.sum() ** 2 → weights.sum()
    # The sum is not squared: doubling all weights would halve the effective size.
    counts_the_samples: weights.sum() ** 2 / (weights**2).sum() → (weights > 0).sum().double()
    # That is the number of samples with any weight. One heavy sample can outweigh all others.
    divides_by_n_less_1: … → return len(weights) / (1 + weights.var() / weights.mean() ** 2)
    # Nearly right: here the variance of the weights divides by n, not by n − 1 (`correction=0`).
    averages_the_squares: (weights**2).sum() → (weights**2).mean()
    # The squares are averaged, so this is n times too large. Add them up.
    forgets_both_squares: weights.sum() ** 2 → weights.sum();
        (weights**2).sum() → (weights**2).sum().sqrt()
    # This is the square root of the effective size.
    as_a_share_of_n: weights.sum() ** 2 / (weights**2).sum()
        → weights.sum() ** 2 / (weights**2).sum() / len(weights)
    # That is the effective size as a share of n. Multiply by n.
    divides_by_the_largest: weights.sum() ** 2 / (weights**2).sum() → weights.sum() / weights.max()
    # Σw over the largest weight looks at one sample only. The variance has the squares of all.
    gives_the_design_effect: weights.sum() ** 2 / (weights**2).sum()
        → len(weights) * (weights**2).sum() / weights.sum() ** 2
    # This is n over the effective size, by which the variance is larger than with equal weights.
    squares_the_ratio: weights.sum() ** 2 / (weights**2).sum()
        → (weights.sum() / (weights**2).sum()) ** 2
    # The whole ratio is squared. Square the sum above the line alone.
    counts_those_of_weight_0: weights.sum() ** 2 / (weights**2).sum()
        → torch.ones_like(weights).sum()
    # That is n, the number of samples. Unequal weights make them worth less.
    forgets_the_mean_weight: weights.sum() ** 2 / (weights**2).sum()
        → len(weights) / (1 + weights.var(correction=0))
    # The variance of the weights is to be divided by their squared mean, so that units cancel.
    forgets_to_square_the_spread: weights.sum() ** 2 / (weights**2).sum()
        → len(weights) / (1 + weights.std(correction=0) / weights.mean())
    # The spread over the mean weight is not squared.
    n_in_place_of_a_sum: weights.sum() ** 2 → len(weights) * weights.sum()
    # One of the two sums is n here. Square the sum of the weights, so that their unit cancels.
    forgets_to_square_the_mean: weights.sum() ** 2 / (weights**2).sum()
        → len(weights) / (1 + weights.var(correction=0) / weights.mean())
    # The variance is divided by the mean weight. Square the mean, so that the unit cancels.
    takes_the_norm: / (weights**2).sum() → / (weights**2).sum().sqrt()
    # The sum of squares has a root here, so that doubling all weights doubles the result.
    softmax_of_the_weights: weights.sum() ** 2 / (weights**2).sum()
        → 1 / (weights.softmax(0) ** 2).sum()
    # A softmax adds up to 1, but changes all ratios. Divide the weights by their sum.
    by_the_entropy: weights.sum() ** 2 / (weights**2).sum()
        → torch.special.entr(weights / weights.sum()).sum().exp()
    # The exponential of the entropy is another measure. The variance gives (Σw)²/Σw².
    adds_up: weights.sum() ** 2 / (weights**2).sum() → weights.sum()
    # Σw depends on the unit of the weights, and the effective size must not.
""")


@exercise(
    cases={
        "values": {
            "a tenth is rare, half of the draws": lambda: (0.10, 0.50, 0.50),
            "half of the draws, outputs far above": lambda: (0.10, 0.50, 0.83),
            "drawn as they are, outputs far above": lambda: (0.10, 0.10, 0.36),
            "drawn as they are, outputs alike": lambda: (0.10, 0.10, 0.10),
            "a little of chance": lambda: (0.10, 0.11, 0.12),
            "a third, drawn half": lambda: (0.33, 0.50, 0.49),
            "a third, drawn half, outputs above": lambda: (0.33, 0.50, 0.62),
            "one in a hundred, drawn one in ten": lambda: (0.01, 0.10, 0.11),
            "one in a hundred, outputs far above": lambda: (0.01, 0.01, 0.20),
            "one in a hundred, drawn one in ten, outputs above": lambda: (0.01, 0.10, 0.35),
            "two in five, drawn a little more": lambda: (0.40, 0.44, 0.45),
        },
        "edges": {
            "slightly rarer in the draws": lambda: (0.10, 0.09, 0.10),
            "outputs slightly below": lambda: (0.40, 0.40, 0.395),
            "a small step each": lambda: (0.05, 0.08, 0.11),
            "two steps of chance": lambda: (0.05, 0.06, 0.075),
            "rarer in the draws": lambda: (0.40, 0.30, 0.30),
            "outputs below the draws": lambda: (0.40, 0.40, 0.30),
            "rarer in the draws, outputs far above": lambda: (0.40, 0.30, 0.45),
            "drawn more often, outputs below": lambda: (0.10, 0.50, 0.30),
        },
    },
    guards=dict.fromkeys(
        (
            "rarer in the draws",
            "outputs below the draws",
            "rarer in the draws, outputs far above",
            "drawn more often, outputs below",
        ),
        "a class that is held back, drawn or weighted less, is not favoured",
    ),
    hints=[
        "Two questions, one after the other. Does the class come more often in the batches than in "
        "the data?",
        "Without weights the mean output on the batches equals the share of the class in these "
        "batches. So which two of the three numbers tell about weights?",
    ],
    level=3,
    minutes=8,
)
def diagnose(data_share, batch_share, mean_output):
    """How does this training favour the rare class?

    Three floats from the report of a model with an intercept, trained by the
    log-loss: the share of the rare class in the data, its share in the batches
    that were drawn, and the mean output (the probability of the rare class)
    over these batches at the end of training. A difference of 0.02 or less is
    chance, and a class that is held back is not favoured. Returns "none",
    "weights" (in the loss), "sampler", or "twice".
    Example: 0.1, 0.5 and 0.5 → "sampler".
    """
    drawn = batch_share - data_share > 0.02
    weighted = mean_output - batch_share > 0.02
    if drawn:
        return "twice" if weighted else "sampler"
    return "weights" if weighted else "none"


diagnose.slips("""
    compares_outputs_with_the_data: mean_output - batch_share → mean_output - data_share
    # The model saw the batches, so compare its outputs with those. A sampler alone lifts both.
    looks_at_the_batches_only: mean_output - batch_share > 0.02 → False
    # Weights do not change the batches. They lift the outputs above the share in the batches.
    looks_at_the_outputs_only: batch_share - data_share > 0.02 → False
    # A sampler shows in the share of the class in the batches. Compare it with the data.
    looks_for_a_half: batch_share - data_share > 0.02 → batch_share > 0.45
    # A sampler need not make the classes equal. Compare its share with that of the data.
    nothing_is_chance: data_share > 0.02 → data_share > 0; batch_share > 0.02 → batch_share > 0
    # The share in some batches is never exactly that of the data. Up to 0.02 is chance.
    exchanges_the_two: else "sampler" → else "weights"; return "weights" → return "sampler"
    # The two are exchanged. A sampler changes the batches; weights change the outputs alone.
    high_outputs_are_twice: return "weights" if weighted → return "twice" if weighted
    # High outputs are a sign of weights. For “twice”, the batches must differ from the data, too.
    stops_at_the_sampler: return "twice" if weighted else "sampler" → return "sampler"
    # This never says “twice”. After a sampler is found, ask for weights as well.
    stops_at_the_weights: return "twice" if weighted → return "weights" if weighted
    # This never says “twice”. After weights are found, ask for a sampler as well.
    outputs_above_a_half_are_weights: mean_output - batch_share > 0.02 → mean_output > 0.5
    # Whether the mean output lies above ½ says little. Compare it with the share in the batches.
    takes_the_size_of_differences: batch_share - data_share > 0.02
        → abs(batch_share - data_share) > 0.02; mean_output - batch_share > 0.02
        → abs(mean_output - batch_share) > 0.02
    # A share that falls is held back, not favoured. The sign of a difference counts.
    any_sign_is_twice: return "twice" if weighted else "sampler" → return "twice"
    # A sampler alone is once. It is twice only if the outputs lie above the share in the batches.
    outputs_above_a_half_mean_twice: "twice" if weighted → "twice" if mean_output > 0.5
    # Outputs above ½ say little. Compare their mean with the share in the batches.
    a_sampler_alone_is_weights: else "sampler"
        → else "weights" if mean_output - data_share > 0.02 else "sampler";
        return "weights" if weighted → return "weights" if mean_output - data_share > 0.02
    # A sampler alone lifts the outputs above the share in the data. Compare them with the batches.
    two_steps_of_chance_are_weights: return "weights" if weighted
        → return "weights" if mean_output - data_share > 0.02
    # Without a sampler, too, compare the outputs with the batches: two steps of chance add up.
    any_difference_counts: batch_share - data_share > 0.02 → batch_share != data_share;
        mean_output - batch_share > 0.02 → mean_output > batch_share
    # A share may differ by chance, up or down. Up to 0.02 is chance.
""")
