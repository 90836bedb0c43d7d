"""Wrong answers to the exercises of 06_dropout_scaling as people write them, and which mistake it is."""

import itertools
import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.dropout_scaling import exercises

attempt = Attempts(exercises)


# inverted_dropout


@attempt("inverted_dropout", "keeps_the_other_end")
def _(x, rate, uniforms, training):
    if training:
        keep = 1 - rate
        mask = (uniforms < keep).float()
        return torch.zeros_like(x) if keep == 0 else x * mask / keep
    return x


@attempt("inverted_dropout", "strictly_above")
def _(x, rate, uniforms, training):
    if rate == 0 or not training:
        return x
    return torch.where(uniforms > rate, x / (1 - rate), torch.zeros_like(x))


@attempt("inverted_dropout", "strictly_above + scales_twice")
def _(x, rate, uniforms, training):
    keep_prob = 1.0 - rate
    if not training:
        return x * keep_prob
    return (uniforms > rate) * x * (1.0 / keep_prob)


@attempt("inverted_dropout", "classic_dropout")
def _(x, rate, uniforms, training):
    if training:
        out = x.clone()
        out[uniforms < rate] = 0.0
        return out
    return (1.0 - rate) * x


@attempt("inverted_dropout", "strictly_above + classic_dropout")
def _(x, rate, uniforms, training):
    return torch.mul(x, uniforms.gt(rate)) if training else torch.mul(x, 1 - rate)


@attempt("inverted_dropout", "does_not_scale")
def _(x, rate, uniforms, training):
    return x.masked_fill(uniforms < rate, 0) if training else x


@attempt("inverted_dropout", "takes_rate_for_keep")
def _(x, rate, uniforms, training):
    return x / rate * (uniforms < rate) if training else x


@attempt("inverted_dropout", "keeps_below_the_rate")
def _(x, rate, uniforms, training):
    if not training:
        return x
    mask = torch.zeros_like(x)
    mask[uniforms < rate] = 1 / (1 - rate) if rate < 1 else 0.0
    return mask * x


@attempt("inverted_dropout", "divides_by_the_observed_share")
def _(x, rate, uniforms, training):
    if not training:
        return x
    kept = uniforms >= rate
    return x * kept * (kept.numel() / kept.sum())


@attempt("inverted_dropout", "only_masks")
def _(x, rate, uniforms, training):
    return x * (uniforms >= rate).to(x)


@attempt("inverted_dropout", "drops_in_evaluation")
def _(x, rate, uniforms, training):
    return x * torch.ceil(uniforms - rate + 1e-12).clamp(0, 1) / max(1 - rate, 1e-12)


@attempt("inverted_dropout", "multiplies")
def _(x, rate, uniforms, training):
    return x * (uniforms >= rate) * (1 - rate) if training else x


@attempt("inverted_dropout", "calls_torchs")
def _(x, rate, uniforms, training):
    layer = torch.nn.Dropout(p=rate)
    return layer.train(training)(x)


@attempt("inverted_dropout", None)
def _(x, rate, uniforms, training):
    mask = torch.bernoulli(torch.full_like(x, 1 - rate))
    return x * mask / (1 - rate) if training else x


@attempt("inverted_dropout", None)
def _(x, rate, uniforms, training):
    return x * (uniforms >= rate) / (1 - rate) if training else x


@attempt("inverted_dropout", "adds_the_rate")
def _(x, rate, uniforms, training):
    return torch.where(uniforms < rate, 0, x * (1 + rate)) if training else x


@attempt("inverted_dropout", "takes_the_root")
def _(x, rate, uniforms, training):
    kept = (uniforms >= rate).to(x)
    return x * kept / math.sqrt(1 - rate) if training and rate < 1 else x * (1 - training)


@attempt("inverted_dropout", "one_mask_for_all_rows")
def _(x, rate, uniforms, training):
    if not training:
        return x
    row = uniforms.reshape(-1, x.shape[-1])[0]
    return x * (row >= rate) / (1 - rate)


@attempt("inverted_dropout", "drops_a_fixed_number")
def _(x, rate, uniforms, training):
    if not training:
        return x
    kept = torch.ones(x.numel(), dtype=x.dtype)
    kept[torch.argsort(uniforms.flatten())[: round(rate * x.numel())]] = 0
    return x * kept.reshape(x.shape) / (1 - rate)


@attempt("inverted_dropout", "compares_the_inputs")
def _(x, rate, uniforms, training):
    return torch.where(x >= rate, x / (1 - rate), 0.0) if training else x


@attempt("inverted_dropout", "removes_the_dropped")
def _(x, rate, uniforms, training):
    return x[uniforms >= rate] / (1 - rate) if training else x


@attempt("inverted_dropout", "keeps_the_dropped")
def _(x, rate, uniforms, training):
    return torch.where(uniforms >= rate, x / (1 - rate), x) if training else x


@attempt("inverted_dropout", None)
def _(x, rate, uniforms, training):
    if not training:
        return x
    out = torch.tensor(x.detach().numpy())
    out[uniforms < rate] = 0
    return out / (1 - rate)


@attempt("inverted_dropout", None)
def _(x, rate, uniforms, training):
    return x * torch.where(uniforms >= rate, uniforms, 0) / (1 - rate) if training else x


# dropout_backward


@attempt("dropout_backward", "forgets_grad_output")
def _(grad_output, rate, uniforms):
    return (uniforms >= rate).to(grad_output) / (1 - rate)


@attempt("dropout_backward", "divides_by_the_multiplier")
def _(grad_output, rate, uniforms):
    multiplier = (uniforms >= rate).to(grad_output) / (1 - rate)
    return grad_output / multiplier


@attempt("dropout_backward", "keeps_the_dropped")
def _(grad_output, rate, uniforms):
    return torch.where(uniforms >= rate, grad_output / (1 - rate), grad_output)


@attempt("dropout_backward", "undoes_the_scaling + forgets_the_mask")
def _(grad_output, rate, uniforms):
    return grad_output * (1 - rate)


@attempt("dropout_backward", None)
def _(grad_output, rate, uniforms):
    grad_output[uniforms < rate] = 0
    return grad_output / (1 - rate)


@attempt("dropout_backward", "forgets_the_mask")
def _(grad_output, rate, uniforms):
    mask = grad_output != 0
    return torch.zeros_like(grad_output) if rate == 1 else grad_output * mask / (1 - rate)


@attempt("dropout_backward", "forgets_the_factor")
def _(grad_output, rate, uniforms):
    grad_input = grad_output.clone()
    grad_input[uniforms < rate] = 0
    return grad_input


@attempt("dropout_backward", "strictly_above + forgets_the_factor")
def _(grad_output, rate, uniforms):
    return grad_output * (uniforms > rate)


@attempt("dropout_backward", "strictly_above")
def _(grad_output, rate, uniforms):
    keep = 1 - rate
    if keep == 0:
        return grad_output * 0.0
    return torch.where(uniforms > rate, grad_output / keep, torch.tensor(0.0).to(grad_output))


@attempt("dropout_backward", "divides_twice")
def _(grad_output, rate, uniforms):
    scaled_mask = (uniforms >= rate).to(grad_output) / (1 - rate)
    return grad_output * scaled_mask / (1 - rate)


@attempt("dropout_backward", "undoes_the_scaling")
def _(grad_output, rate, uniforms):
    return torch.where(uniforms >= rate, (1 - rate) * grad_output, 0.0)


@attempt("dropout_backward", "forgets_the_mask")
def _(grad_output, rate, uniforms):
    return grad_output.div(1 - rate)


@attempt("dropout_backward", "keeps_the_other_end")
def _(grad_output, rate, uniforms):
    return grad_output * ((uniforms < 1 - rate) / (1 - rate))


@attempt("dropout_backward", "drops_by_torch")
def _(grad_output, rate, uniforms):
    return F.dropout(grad_output, rate, training=True)


# best_weights


@attempt("best_weights", "plain_least_squares")
def _(inputs, targets, rate):
    return torch.linalg.pinv(inputs) @ targets


@attempt("best_weights", "same_penalty_for_all")
def _(inputs, targets, rate):
    d = inputs.shape[1]
    return (
        (inputs.T @ inputs + rate / (1 - rate) * torch.eye(d).double()).inverse()
        @ inputs.T
        @ targets
    )


@attempt("best_weights", "squares_the_sum")
def _(inputs, targets, rate):
    return torch.linalg.pinv(inputs) @ targets * (1 - rate)


@attempt("best_weights", "takes_the_rate")
def _(inputs, targets, rate):
    squares = (inputs**2).sum(0)
    return torch.linalg.solve(inputs.T @ inputs + rate * torch.diag(squares), inputs.T @ targets)


@attempt("best_weights", "penalty_of_one_example")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag((inputs**2).mean(0))
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", None)
def _(inputs, targets, rate):
    torch.manual_seed(0)
    copies = inputs.repeat(5000, 1)
    copies = F.dropout(copies, rate)
    return torch.linalg.lstsq(copies, targets.repeat(5000)[:, None]).solution[:, 0]


@attempt("best_weights", None)
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag(inputs.abs().sum(0))
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", "half_the_penalty")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag((inputs**2).sum(0))
    return torch.linalg.solve(2 * inputs.T @ inputs + penalty, 2 * inputs.T @ targets)


@attempt("best_weights", "twice_the_penalty")
def _(inputs, targets, rate):
    penalty = 2 * rate / (1 - rate) * torch.diag((inputs**2).sum(0))
    return torch.linalg.inv(inputs.T @ inputs + penalty) @ inputs.T @ targets


@attempt("best_weights", "mean_of_the_square")
def _(inputs, targets, rate):
    squares = inputs.square().sum(0) / (1 - rate)
    return torch.linalg.solve(inputs.T @ inputs + torch.diag(squares), inputs.T @ targets)


@attempt("best_weights", "subtracts_the_penalty")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag(inputs.square().sum(0))
    return torch.linalg.solve(inputs.T @ inputs - penalty, inputs.T @ targets)


@attempt("best_weights", "sums_before_squaring")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * torch.diag(inputs.sum(0) ** 2)
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", "penalty_in_every_row")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * (inputs**2).sum(0)
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", "size_of_all_inputs")
def _(inputs, targets, rate):
    penalty = rate / (1 - rate) * (inputs**2).sum() * torch.eye(inputs.shape[1])
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", "subtracts_the_means")
def _(inputs, targets, rate):
    spread = inputs.var(0, correction=0) * len(inputs)
    penalty = rate / (1 - rate) * torch.diag(spread)
    return torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)


@attempt("best_weights", "shrinks_the_weights")
def _(inputs, targets, rate):
    return (1 - rate) * exercises.best_weights(inputs, targets, rate)


@attempt("best_weights", None)
def _(inputs, targets, rate):
    w, squares = torch.zeros(inputs.shape[1]).double(), (inputs**2).sum(0)
    for _ in range(100):
        slope = inputs.T @ (inputs @ w - targets) + rate / (1 - rate) * squares * w
        w = w - 0.02 * slope
    return w


# expected_output


@attempt("expected_output", "activation_of_the_mean")
def _(x, w, rate, activation):
    return activation(torch.dot(w, x))


@attempt("expected_output", "unscaled_sums")
def _(x, w, rate, activation):
    total = torch.zeros((), dtype=x.dtype)
    for mask in itertools.product([0, 1], repeat=len(x)):
        m = torch.tensor(mask, dtype=x.dtype)
        total += math.prod(1 - rate if b else rate for b in mask) * activation((m * w * x).sum())
    return total


@attempt("expected_output", "swapped_probability")
def _(x, w, rate, activation):
    total = 0
    for mask in itertools.product([0, 1], repeat=len(x)):
        m, k = torch.tensor(mask, dtype=x.dtype), sum(mask)
        p = rate**k * (1 - rate) ** (len(x) - k)
        total = total + p * activation(m @ (w * x) / (1 - rate))
    return total


@attempt("expected_output", "equal_probabilities")
def _(x, w, rate, activation):
    masks = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=x.dtype)] * len(x))
    return activation((masks.reshape(-1, len(x)) * w * x).sum(1) / (1 - rate)).mean()


@attempt("expected_output", "activation_of_the_mean + unscaled_sums")
def _(x, w, rate, activation):
    return activation((1 - rate) * (w * x).sum())


@attempt("expected_output", "scales_after_the_activation")
def _(x, w, rate, activation):
    total = 0
    for bits in range(2 ** len(x)):
        m = torch.tensor([bits >> i & 1 for i in range(len(x))], dtype=x.dtype)
        p = (1 - rate) ** m.sum() * rate ** (1 - m).sum()
        total = total + p * activation(m @ (w * x))
    return total / (1 - rate)


@attempt("expected_output", None)
def _(x, w, rate, activation):
    masks = torch.rand(10000, len(x), dtype=x.dtype) >= rate
    return activation((masks * x / (1 - rate)) @ w).mean()


@attempt("expected_output", "by_the_curvature")
def _(x, w, rate, activation):
    S, variance = w @ x, rate / (1 - rate) * ((w * x) ** 2).sum()
    h = 1e-4
    curvature = (activation(S + h) - 2 * activation(S) + activation(S - h)) / h**2
    return activation(S) + curvature * variance / 2


@attempt("expected_output", None)  # was accepted without a case at rate 0
def _(x, w, rate, activation):
    total = 0
    for mask in itertools.product([0.0, 1.0], repeat=len(x)):
        m = torch.tensor(mask, dtype=x.dtype)
        log_p = (m * math.log(1 - rate) + (1 - m) * torch.tensor(rate, dtype=x.dtype).log()).sum()
        total = total + log_p.exp() * activation(m @ (w * x) / (1 - rate))
    return total


@attempt("expected_output", "multiplies")
def _(x, w, rate, activation):
    total = 0
    for mask in itertools.product([0.0, 1.0], repeat=len(x)):
        m, p = (
            torch.tensor(mask, dtype=x.dtype),
            math.prod(rate if b == 0 else 1 - rate for b in mask),
        )
        total = total + p * activation((1 - rate) * (m * w * x).sum())
    return total


@attempt("expected_output", "divides_by_the_observed_share")
def _(x, w, rate, activation):
    n, total = len(x), 0
    for mask in itertools.product([0.0, 1.0], repeat=n):
        m, k = torch.tensor(mask, dtype=x.dtype), sum(mask)
        inside = (m * w * x).sum() / (k / n) if k else torch.zeros_like(x[0])
        total = total + (1 - rate) ** k * rate ** (n - k) * activation(inside)
    return total


@attempt("expected_output", "divides_by_the_masks")
def _(x, w, rate, activation):
    masks = torch.tensor(list(itertools.product([0.0, 1.0], repeat=len(x)))).to(x)
    p = torch.where(masks == 1, 1 - rate, rate).prod(1)
    return torch.mean(p * activation(masks @ (w * x) / (1 - rate)))


@attempt("expected_output", "divides_twice")
def _(x, w, rate, activation):
    masks = torch.tensor(list(itertools.product([0.0, 1.0], repeat=len(x)))).to(x)
    p = torch.where(masks == 1, 1 - rate, rate).prod(1)
    sums = (masks * x / (1 - rate)) @ (w / (1 - rate))
    return (p * activation(sums)).sum()


@attempt("expected_output", "probability_of_the_count")
def _(x, w, rate, activation):
    n, total = len(x), 0
    for mask in itertools.product([0, 1], repeat=n):
        k = sum(mask)
        p = math.comb(n, k) * (1 - rate) ** k * rate ** (n - k)
        total = total + p * activation(torch.tensor(mask).to(x) @ (w * x) / (1 - rate))
    return total


@attempt("expected_output", "one_sum_for_each_count")
def _(x, w, rate, activation):
    n, total = len(x), 0
    for k in range(n + 1):
        p = math.comb(n, k) * (1 - rate) ** k * rate ** (n - k)
        total = total + p * activation(k * (w * x).mean() / (1 - rate))
    return total


@attempt("expected_output", "activates_the_inputs")
def _(x, w, rate, activation):
    total = torch.zeros((), dtype=x.dtype)
    for xi, wi in zip(x, w, strict=True):
        total = total + (1 - rate) * wi * activation(xi) / (1 - rate)
    return total


@attempt("expected_output", "drops_all_or_none")
def _(x, w, rate, activation):
    total = (x * w).sum()
    kept, dropped = activation(total / (1 - rate)), activation(torch.zeros_like(total))
    return (1 - rate) * kept + rate * dropped


@attempt("expected_output", "keeps_a_fixed_number")
def _(x, w, rate, activation):
    found = []
    for kept in itertools.combinations(range(len(x)), round(len(x) * (1 - rate))):
        found.append(activation(w[list(kept)] @ x[list(kept)] / (1 - rate)))
    return sum(found) / len(found)


@attempt("expected_output", None)
def _(x, w, rate, activation):
    total = 0
    for i in range(len(x)):
        without = (w @ x - w[i] * x[i]) / (1 - rate)
        total += (1 - rate) * activation(w @ x / (1 - rate)) + rate * activation(without)
    return total / len(x)


# diagnose


@attempt("diagnose", "takes_zeros_for_dropped")
def _(x, training, evaluation, rate):
    if (evaluation == 0).any():
        return "left on"
    return exercises.diagnose(x, training, evaluation, rate)


@attempt("diagnose", "expects_equal_digits")
def _(x, training, evaluation, rate):
    alive, kept = x != 0, training != 0
    if (evaluation[alive] == 0).any():
        return "left on"
    if (training[kept] == x[kept] / rate).all():
        return "keep as rate"
    scaled = (training[kept] == x[kept] / (1 - rate)).all()
    if (evaluation == x * (1 - rate)).all():
        return "scaled twice" if scaled else "classic"
    return "inverted" if scaled else "never scaled"


@attempt("diagnose", "divides_by_zero")
def _(x, training, evaluation, rate):
    factors, after = training / x, evaluation / x
    if (after == 0).any():
        return "left on"
    factor = factors[factors != 0].mean()
    if abs(factor - 1 / rate) < 1e-6:
        return "keep as rate"
    shrunk = abs(after.mean() - (1 - rate)) < 1e-6
    if abs(factor - 1 / (1 - rate)) < 1e-6:
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", "never_left_on")
def _(x, training, evaluation, rate):
    factor = training.sum() / x[training != 0].sum()
    shrunk = torch.allclose(evaluation, (1 - rate) * x)
    if torch.isclose(factor, torch.tensor(1 / rate).double()):
        return "keep as rate"
    if torch.isclose(factor, torch.tensor(1 / (1 - rate)).double()):
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", "asks_for_drops_last")
def _(x, training, evaluation, rate):
    kept = training != 0
    factor = (training[kept] / x[kept]).mean().item()
    if math.isclose(factor, 1 / rate):
        return "keep as rate"
    if math.isclose(factor, 1 / (1 - rate)):
        return "inverted" if torch.allclose(evaluation, x) else "scaled twice"
    if torch.allclose(evaluation, x):
        return "never scaled"
    return "classic" if torch.allclose(evaluation, x * (1 - rate)) else "left on"


@attempt("diagnose", "compares_means")
def _(x, training, evaluation, rate):
    if (evaluation[x != 0] == 0).any():
        return "left on"
    nearer = (training.mean() - x.mean()).abs() < (training.mean() - (1 - rate) * x.mean()).abs()
    same = torch.isclose(evaluation.mean(), x.mean())
    if nearer:
        return "inverted" if same else "scaled twice"
    return "never scaled" if same else "classic"


@attempt("diagnose", None)
def _(x, training, evaluation, rate):
    return "inverted" if torch.equal(evaluation, x) else "classic"


@attempt("diagnose", "counts_the_kept")
def _(x, training, evaluation, rate):
    there, kept = x != 0, training != 0
    if (evaluation[there] == 0).any():
        return "left on"
    share = kept.sum() / there.sum()
    if abs(share - rate) < abs(share - (1 - rate)):
        return "keep as rate"
    scaled = torch.allclose(training[kept], x[kept] / (1 - rate))
    if torch.allclose(evaluation, x):
        return "inverted" if scaled else "never scaled"
    return "scaled twice" if scaled else "classic"


@attempt("diagnose", "kept_means_positive")
def _(x, training, evaluation, rate):
    if (evaluation[x != 0] == 0).any():
        return "left on"
    kept = training > 0
    if torch.allclose(training[kept], x[kept] / rate):
        return "keep as rate"
    scaled = torch.allclose(training[kept] * (1 - rate), x[kept])
    if torch.allclose(evaluation, x):
        return "inverted" if scaled else "never scaled"
    return "scaled twice" if scaled else "classic"


@attempt("diagnose", "looks_where_training_kept")
def _(x, training, evaluation, rate):
    kept = training != 0
    first, later = training[kept] / x[kept], evaluation[kept] / x[kept]
    if (later == 0).any():
        return "left on"
    if torch.allclose(first * rate, torch.ones_like(first)):
        return "keep as rate"
    scaled = torch.allclose(first * (1 - rate), torch.ones_like(first))
    shrunk = torch.allclose(later / (1 - rate), torch.ones_like(later))
    if scaled:
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", "every_change_is_a_drop")
def _(x, training, evaluation, rate):
    kept = training != 0
    if not torch.allclose(evaluation, x):
        return "left on"
    for factor, name in ((1 / rate, "keep as rate"), (1 / (1 - rate), "inverted")):
        if torch.allclose(training[kept], factor * x[kept]):
            return name
    return "never scaled"


@attempt("diagnose", "swaps_the_two_conventions")
def _(x, training, evaluation, rate):
    names = {"classic": "inverted", "inverted": "classic"}
    answer = exercises.diagnose(x, training, evaluation, rate)
    return names.get(answer, answer)


@attempt("diagnose", "looks_at_the_first_unit")
def _(x, training, evaluation, rate):
    factor = (training[0] / x[0]).item()
    if (evaluation[x != 0] == 0).any():
        return "left on"
    shrunk = torch.allclose(evaluation, x * (1 - rate))
    if math.isclose(factor, 1 / rate):
        return "keep as rate"
    if math.isclose(factor, 1 / (1 - rate)):
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", "larger_means_scaled")
def _(x, training, evaluation, rate):
    kept = training != 0
    if (evaluation[x != 0] == 0).any():
        return "left on"
    grown = (training[kept].abs() > x[kept].abs()).all()
    smaller = (evaluation.abs() < x.abs()).any()
    if grown:
        return "scaled twice" if smaller else "inverted"
    return "classic" if smaller else "never scaled"


@attempt("diagnose", "takes_rate_for_keep")
def _(x, training, evaluation, rate):
    kept = training != 0
    if (evaluation[x != 0] == 0).any():
        return "left on"
    factor = (training[kept] / x[kept]).mean().item()
    shrunk = torch.allclose(evaluation, rate * x)
    if math.isclose(factor, 1 / (1 - rate)):
        return "keep as rate"
    if math.isclose(factor, 1 / rate):
        return "scaled twice" if shrunk else "inverted"
    return "classic" if shrunk else "never scaled"


@attempt("diagnose", None)
def _(x, training, evaluation, rate):
    return exercises.diagnose(x, training, evaluation, rate).replace(" ", "_")


@attempt("diagnose", "asks_for_drops_last")
def _(x, training, evaluation, rate):
    kept = training != 0
    if torch.allclose(training[kept], x[kept] / (1 - rate)):
        return "inverted" if torch.allclose(evaluation, x) else "scaled twice"
    if torch.allclose(training[kept], x[kept]):
        return "never scaled" if torch.allclose(evaluation, x) else "classic"
    return "keep as rate"


test_each_is_known_as_said = attempt.test_of_each()
test_most_of_them_are_known = attempt.test_that_most_are_known()
