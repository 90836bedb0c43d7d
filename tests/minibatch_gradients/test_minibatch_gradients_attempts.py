"""Wrong answers that people write, and the names by which they are known."""

import math

import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.minibatch_gradients import exercises

wrong = Attempts(exercises)


@wrong("full_gradient", "averages_the_averages")
def mean_of_a_stack(batch_gradients, batch_sizes):
    return torch.stack(batch_gradients).mean(dim=0)


@wrong("full_gradient", "adds_the_means")
def accumulates(batch_gradients, batch_sizes):
    total = torch.zeros_like(batch_gradients[0])
    for gradient in batch_gradients:
        total += gradient
    return total


@wrong("full_gradient", "stops_at_the_sum")
def weighted_and_not_divided(batch_gradients, batch_sizes):
    total = 0
    for i in range(len(batch_sizes)):
        total = total + batch_gradients[i] * batch_sizes[i]
    return total


@wrong("full_gradient", "weighs_by_one_over_the_size")
def inverse_weights(batch_gradients, batch_sizes):
    w = 1 / torch.tensor(batch_sizes, dtype=batch_gradients[0].dtype)
    w = w / w.sum()
    return sum(a * g for a, g in zip(w, batch_gradients, strict=True))


@wrong("full_gradient", "softmax_of_the_sizes")
def softmax_of_sizes(batch_gradients, batch_sizes):
    w = torch.tensor(batch_sizes, dtype=batch_gradients[0].dtype).softmax(0)
    return sum(a * g for a, g in zip(w, batch_gradients, strict=True))


@wrong("accumulate", "mean_of_the_means")
def the_usual_loop(chunks, line):
    line.grad = torch.zeros_like(line)
    for x, t in chunks:
        loss = F.mse_loss(line[0] * x + line[1], t) / len(chunks)
        loss.backward()
    return line.grad


@wrong("accumulate", "adds_the_means")
def forgets_to_divide(chunks, line):
    line.grad = None
    total = 0
    for x, t in chunks:
        total = total + torch.mean((t - line[0] * x - line[1]) ** 2)
    total.backward()
    return line.grad


@wrong("accumulate", "mean_of_the_last")
def zero_grad_in_the_loop(chunks, line):
    optimiser = torch.optim.SGD([line], lr=0.1)
    for x, t in chunks:
        optimiser.zero_grad()
        F.mse_loss(line[0] * x + line[1], t).backward()
    return line.grad


@wrong("accumulate", "mean_of_the_means + keeps_the_old_gradient")
def two_slips(chunks, line):
    for x, t in chunks:
        (F.mse_loss(line[0] * x + line[1], t) / len(chunks)).backward()
    return line.grad


@wrong("accumulate", None)  # “leaves `line.grad` as it was” says what to do
def without_backward(chunks, line):
    loss = torch.cat([line[0] * x + line[1] - t for x, t in chunks]).square().mean()
    return torch.autograd.grad(loss, line)[0]


@wrong("n_updates", "always_rounds_down")
def floors(n, batch_size, epochs, drop_last):
    return epochs * (n // batch_size)


@wrong("n_updates", "not_a_whole_number")
def divides(n, batch_size, epochs, drop_last):
    if drop_last:
        return n // batch_size * epochs
    return n / batch_size * epochs


@wrong("n_updates", "always_rounds_up")
def ceils(n, batch_size, epochs, drop_last):
    return -(-n // batch_size) * epochs


@wrong("n_updates", "carries_the_rest_over")
def one_long_row(n, batch_size, epochs, drop_last):
    full, rest = divmod(n * epochs, batch_size)
    return full + (rest > 0 and not drop_last)


@wrong("batch_gradient_variance", "with_replacement")
def textbook(g, batch_size):
    return ((g - g.mean(0)) ** 2).mean(0) / batch_size


@wrong("batch_gradient_variance", "sample_variance_over_b")
def default_var(g, batch_size):
    return torch.var(g, dim=0) / batch_size


@wrong("batch_gradient_variance", "unbiased_and_corrected")
def corrected_twice(g, batch_size):
    n = g.shape[0]
    return torch.var(g, dim=0) / batch_size * (n - batch_size) / (n - 1)


@wrong("batch_gradient_variance", "divides_by_n")
def other_factor(g, batch_size):
    return g.var(0, unbiased=False) / batch_size * (1 - batch_size / len(g))


@wrong("smallest_batch", "with_replacement")
def simple_quotient(rate, v, n, floor):
    size = 1
    while size < n and rate * v / (4 * size) > floor:
        size += 1
    return size


@wrong("smallest_batch", "no_quarter")
def without_the_quarter(rate, v, n, floor):
    for size in range(1, n + 1):
        if rate * v / size * (n - size) / (n - 1) <= floor:
            return size


@wrong("local_reparameterisation", "variance_of_x_itself")
def forgets_the_square(x, mu, sigma, noise):
    return torch.mm(x, mu) + torch.sqrt(torch.mm(x, sigma**2)) * noise


@wrong("local_reparameterisation", "adds_standard_deviations")
def absolute_values(x, mu, sigma, noise):
    return x @ mu + noise * (x.abs() @ sigma)


@wrong("local_reparameterisation", "signed_standard_deviations")
def one_noise(x, mu, sigma, noise):
    return x @ mu + (x @ sigma) * noise


@wrong("local_reparameterisation", "log_of_the_variance")
def from_logvar(x, mu, sigma, noise):
    return F.linear(x, mu.T) + F.linear(x.pow(2), sigma.exp().T).sqrt() * noise


@wrong("estimator_variance", "biased")
def numpy_habit(sample_gradient, draws):
    g = torch.stack([sample_gradient() for _ in range(draws)])
    return (g**2).mean(0) - g.mean(0) ** 2


@wrong("estimator_variance", "standard_deviation")
def a_spread(sample_gradient, draws):
    found = [sample_gradient() for _ in range(draws)]
    return torch.std(torch.stack(found), dim=0)


@wrong("estimator_variance", "total")
def one_number(sample_gradient, draws):
    g = torch.stack([sample_gradient() for _ in range(draws)])
    return (g - g.mean(0)).square().sum() / (draws - 1)


@wrong("diagnose", "never_under_trained")
def only_the_end(train, test, longer_train, longer_test):
    if longer_train < 0.95:
        return "high bias"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "bias_first")
def looks_at_the_level(train, test, longer_train, longer_test):
    if train < 0.95:
        return "high bias"
    if longer_train - train > 0.02:
        return "under-trained"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("anomaly_scores", "left_in_evaluation")
def forgets_to_restore(model, x, batch_size):
    model.eval()
    scores = []
    with torch.no_grad():
        for i in range(0, len(x), batch_size):
            b = x[i : i + batch_size]
            scores.append(((model(b) - b) ** 2).mean(dim=1))
    return torch.cat(scores)


@wrong("anomaly_scores", "always_back_to_training")
def back_to_training(model, x, batch_size):
    model.eval()
    with torch.no_grad():
        out = torch.cat([model(b) for b in x.split(batch_size)])
    model.train()
    return F.mse_loss(out, x, reduction="none").mean(1)


@wrong("anomaly_scores", "in_training_mode")
def no_eval(model, x, batch_size):
    with torch.no_grad():
        return torch.cat([(model(b) - b).pow(2).mean(1) for b in x.split(batch_size)])


@wrong("anomaly_scores", "mean_of_the_batch")
def one_score_a_batch(model, x, batch_size):
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = [F.mse_loss(model(b), b) for b in x.split(batch_size)]
    model.train(mode)
    return torch.stack(scores)


@wrong("full_gradient", "takes_all_batches_as_full")
def weights_up_to_one(batch_gradients, batch_sizes):
    largest = max(batch_sizes)
    total = sum(s / largest * g for s, g in zip(batch_sizes, batch_gradients, strict=True))
    return total / len(batch_sizes)


@wrong("full_gradient", "overwrites_the_sum")
def assigns_in_the_loop(batch_gradients, batch_sizes):
    for gradient, size in zip(batch_gradients, batch_sizes, strict=True):
        total = gradient * size
    return total / sum(batch_sizes)


@wrong("full_gradient", "halves_again_and_again")
def mean_of_two(batch_gradients, batch_sizes):
    mean = batch_gradients[0]
    for i in range(1, len(batch_sizes)):
        mean = 0.5 * mean + 0.5 * batch_gradients[i]
    return mean


@wrong("full_gradient", None)  # the message says that the argument is changed
def first_gradient_collects(batch_gradients, batch_sizes):
    total = batch_gradients[0]
    total *= batch_sizes[0]
    for gradient, size in zip(batch_gradients[1:], batch_sizes[1:], strict=True):
        total += gradient * size
    return total / sum(batch_sizes)


@wrong("accumulate", "half_of_the_squares")
def with_a_half(chunks, line):
    n = sum(len(x) for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        (0.5 * (line[0] * x + line[1] - t).square().sum() / n).backward()
    return line.grad


@wrong("accumulate", "slope_and_constant_swapped")
def constant_first(chunks, line):
    n = sum(len(x) for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        (F.mse_loss(line[0] + line[1] * x, t, reduction="sum") / n).backward()
    return line.grad


@wrong("accumulate", "counts_while_it_goes")
def counter_in_the_loop(chunks, line):
    line.grad, seen = None, 0
    for x, t in chunks:
        seen = seen + x.shape[0]
        loss = torch.sum((t - line[0] * x - line[1]) ** 2) / seen
        loss.backward()
    return line.grad


@wrong("accumulate", "sums_over_the_number_of_batches")
def usual_loop_with_sums(chunks, line):
    line.grad = None
    for x, t in chunks:
        loss = F.mse_loss(line[0] * x + line[1], t, reduction="sum")
        (loss / len(chunks)).backward()
    return line.grad


@wrong("accumulate", "sum_weighed_by_its_size")
def weighs_the_sum(chunks, line):
    n = sum(len(x) for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        loss = F.mse_loss(line[0] * x + line[1], t, reduction="sum")
        (loss * len(x) / n).backward()
    return line.grad


@wrong("accumulate", None)  # the message says that `line` is changed
def steps_in_the_loop(chunks, line):
    optimiser = torch.optim.SGD([line], lr=0.01)
    optimiser.zero_grad()
    n = sum(len(x) for x, _ in chunks)
    for x, t in chunks:
        ((line[0] * x + line[1] - t).square().sum() / n).backward()
        optimiser.step()
    return line.grad


@wrong("n_updates", "the_other_way_round")
def swapped(n, batch_size, epochs, drop_last):
    return epochs * (math.ceil(n / batch_size) if drop_last else n // batch_size)


@wrong("n_updates", "one_step_a_sample")
def one_a_sample(n, batch_size, epochs, drop_last):
    return n * epochs


@wrong("n_updates", "drops_a_full_batch")
def one_less(n, batch_size, epochs, drop_last):
    batches = math.ceil(n / batch_size)
    if drop_last:
        batches -= 1
    return batches * epochs


@wrong("n_updates", "drops_once_in_all")
def one_less_in_all(n, batch_size, epochs, drop_last):
    steps = math.ceil(n / batch_size) * epochs
    return steps - 1 if drop_last and n % batch_size else steps


@wrong("n_updates", "cuts_the_product")
def one_int_at_the_end(n, batch_size, epochs, drop_last):
    return n * epochs // batch_size


@wrong("n_updates", "each_sample_left_is_a_step")
def adds_the_rest(n, batch_size, epochs, drop_last):
    batches, rest = divmod(n, batch_size)
    return epochs * (batches if drop_last else batches + rest)


@wrong("batch_gradient_variance", "root_at_the_end")
def a_deviation(g, batch_size):
    n = len(g)
    return ((g.var(0, correction=0) / batch_size) * (n - batch_size) / (n - 1)) ** 0.5


@wrong("batch_gradient_variance", "within_the_first_batch")
def of_the_first_rows(g, batch_size):
    batch = g[:batch_size]
    return (batch - batch.mean(0)).square().mean(0) / batch_size


@wrong("batch_gradient_variance", "batches_of_one_epoch")
def of_one_split(g, batch_size):
    means = [g[i : i + batch_size].mean(0) for i in range(0, len(g), batch_size)]
    return torch.stack(means).var(0, unbiased=False)


@wrong("batch_gradient_variance", "factor_upside_down")
def inverse_factor(g, batch_size):
    n = len(g)
    return g.var(0, correction=0) / batch_size / ((n - batch_size) / (n - 1))


@wrong("batch_gradient_variance", "square_of_b")
def as_for_a_factor(g, batch_size):
    n = len(g)
    return g.var(0, correction=0) / batch_size**2 * (n - batch_size) / (n - 1)


@wrong("batch_gradient_variance", None)
def all_batches_as_a_sample(g, batch_size):
    at = torch.combinations(torch.arange(len(g)), batch_size)
    return g[at].mean(1).var(0)


@wrong("smallest_batch", "to_the_nearest")
def rounds(rate, v, n, floor):
    c = rate * v / 4
    return max(1, round(n / (1 + floor * (n - 1) / c)))


@wrong("smallest_batch", "half_for_a_quarter")
def with_one_half(rate, v, n, floor):
    for size in range(1, n + 1):
        if rate / 2 * v / size * (n - size) / (n - 1) <= floor:
            return size


@wrong("smallest_batch", "doubles_the_size")
def powers_of_two(rate, v, n, floor):
    size = 1
    while size < n and rate * v * (n - size) / (4 * size * (n - 1)) > floor:
        size = 2 * size
    return min(n, size)


@wrong("smallest_batch", "n_for_n_minus_one")
def share_that_is_left(rate, v, n, floor):
    for size in range(1, n + 1):
        if rate * v / (4 * size) * (1 - size / n) <= floor:
            return size


@wrong("smallest_batch", "strictly_below")
def cut_and_one_more(rate, v, n, floor):
    c = rate * v / 4
    return min(n, int(c * n / (floor * (n - 1) + c)) + 1)


@wrong("local_reparameterisation", "without_noise")
def the_mean_alone(x, mu, sigma, noise):
    return x @ mu


@wrong("local_reparameterisation", "size_of_the_signed_sum")
def squares_the_sum(x, mu, sigma, noise):
    return x @ mu + torch.sqrt((x @ sigma) ** 2) * noise


@wrong("local_reparameterisation", "mean_times_noise")
def bracket_too_wide(x, mu, sigma, noise):
    return noise * (x @ mu + (x**2 @ sigma**2).sqrt())


@wrong("local_reparameterisation", "noise_of_its_own")
def draws_its_noise(x, mu, sigma, noise):
    return torch.distributions.Normal(x @ mu, (x**2 @ sigma**2).sqrt() + 1e-9).rsample()


@wrong("estimator_variance", "one_mean_for_all")
def centred_by_one_number(sample_gradient, draws):
    g = torch.stack([sample_gradient() for _ in range(draws)])
    return ((g - torch.mean(g)) ** 2).sum(0) / (draws - 1)


@wrong("estimator_variance", "around_the_first")
def from_the_first(sample_gradient, draws):
    first = sample_gradient()
    return sum((sample_gradient() - first) ** 2 for _ in range(draws - 1)) / (draws - 1)


@wrong("estimator_variance", "draws_anew_for_the_mean")
def two_passes(sample_gradient, draws):
    mean = torch.stack([sample_gradient() for _ in range(draws)]).mean(0)
    again = torch.stack([sample_gradient() for _ in range(draws)])
    return (again - mean).square().sum(0) / (draws - 1)


@wrong("estimator_variance", "sum_of_squares")
def not_yet_divided(sample_gradient, draws):
    g = torch.stack([sample_gradient() for _ in range(draws)])
    return (g - g.mean(0)).square().sum(0)


@wrong("estimator_variance", "one_draw_too_few")
def from_one_on(sample_gradient, draws):
    return torch.stack([sample_gradient() for _ in range(1, draws)]).var(0)


@wrong("diagnose", "never_high_bias")
def without_bias(train, test, longer_train, longer_test):
    if longer_train - train > 0.02:
        return "under-trained"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "gap_before_all")
def starts_with_the_gap(train, test, longer_train, longer_test):
    if longer_train - longer_test > 0.05:
        return "high variance"
    if longer_train - train > 0.02:
        return "under-trained"
    return "high bias" if longer_train < 0.95 else "fine"


@wrong("diagnose", "either_still_rises")
def any_of_the_two(train, test, longer_train, longer_test):
    if longer_train - train > 0.02 or longer_test - test > 0.02:
        return "under-trained"
    if longer_train < 0.95:
        return "high bias"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "bias_of_the_short_training")  # was taken for right before
def level_before_the_longer(train, test, longer_train, longer_test):
    if longer_train - train > 0.02:
        return "under-trained"
    if train < 0.95:
        return "high bias"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "variance_by_the_level")  # was taken for right before
def low_on_other_data(train, test, longer_train, longer_test):
    if longer_train - train > 0.02:
        return "under-trained"
    if longer_train < 0.95:
        return "high bias"
    return "high variance" if longer_test < 0.95 else "fine"


@wrong("diagnose", None)  # was taken for right before
def gap_to_the_short_training(train, test, longer_train, longer_test):
    if longer_train - train > 0.02:
        return "under-trained"
    if longer_train < 0.95:
        return "high bias"
    return "high variance" if train - longer_test > 0.05 else "fine"


@wrong("diagnose", "any_rise")
def rises_at_all(train, test, longer_train, longer_test):
    if train < longer_train:
        return "under-trained"
    if longer_train < 0.95:
        return "high bias"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("anomaly_scores", "length_of_the_error")
def distances(model, x, batch_size):
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = [torch.linalg.norm(model(b) - b, dim=1) for b in x.split(batch_size)]
    model.train(mode)
    return torch.cat(scores)


@wrong("anomaly_scores", "left_in_evaluation + with_a_graph")
def only_eval(model, x, batch_size):
    model.eval()
    return torch.cat([(model(b) - b).pow(2).mean(1) for b in x.split(batch_size)])


@wrong("anomaly_scores", "whole_batches_in_a_loop")
def full_batches_by_index(model, x, batch_size):
    mode = model.training
    model.eval()
    with torch.no_grad():
        at = [slice(i * batch_size, (i + 1) * batch_size) for i in range(len(x) // batch_size)]
        scores = [(model(x[i]) - x[i]).square().mean(1) for i in at]
    model.train(mode)
    return torch.cat(scores)


@wrong("full_gradient", "mean_of_weighted_gradients")
def weights_and_then_a_mean(batch_gradients, batch_sizes):
    share = torch.tensor(batch_sizes) / sum(batch_sizes)
    weighted = [w.item() * g for w, g in zip(share, batch_gradients, strict=True)]
    return torch.stack(weighted).mean(0)


@wrong("full_gradient", None)  # the message gives both shapes
def one_mean_of_everything(batch_gradients, batch_sizes):
    return torch.stack(batch_gradients).mean()


@wrong("accumulate", "root_of_each_batch")
def with_a_root(chunks, line):
    n = sum(len(x) for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        loss = F.mse_loss(line[0] * x + line[1], t).sqrt()
        (loss * len(x) / n).backward()
    return line.grad


@wrong("accumulate", "adds_the_sum_so_far")
def backward_on_the_total(chunks, line):
    n, loss = sum(len(x) for x, _ in chunks), 0
    line.grad = None
    for x, t in chunks:
        loss += (t - line[0] * x - line[1]).square().sum() / n
        loss.backward(retain_graph=True)
    return line.grad


@wrong("accumulate", "absolute_values")
def l1(chunks, line):
    n = sum(len(x) for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        (F.l1_loss(line[0] * x + line[1], t, reduction="sum") / n).backward()
    return line.grad


@wrong("n_updates", "adds_one_in_all")
def one_more_at_the_end(n, batch_size, epochs, drop_last):
    steps = n // batch_size * epochs
    return steps if drop_last else steps + 1


@wrong("batch_gradient_variance", "root_of_the_factor")
def correction_of_a_deviation(g, batch_size):
    n = len(g)
    return g.var(0, correction=0) / batch_size * math.sqrt((n - batch_size) / (n - 1))


@wrong("batch_gradient_variance", "all_samples_for_b")
def over_all_samples(g, batch_size):
    n = len(g)
    return ((g - g.mean(0)) ** 2).sum(0) / n**2 * (n - batch_size) / (n - 1)


@wrong("smallest_batch", "multiplies_by_the_size")
def without_brackets(rate, v, n, floor):
    for size in range(1, n + 1):
        if rate * v / 4 * size * (n - size) / (n - 1) <= floor:
            return size


@wrong("smallest_batch", "largest_that_fits")
def keeps_the_last_size(rate, v, n, floor):
    for size in range(1, n + 1):
        if rate * v / (4 * size) * (n - size) / (n - 1) <= floor:
            found = size
    return found


@wrong("local_reparameterisation", "softplus_of_sigma")
def from_rho(x, mu, sigma, noise):
    return x @ mu + (x**2 @ F.softplus(sigma) ** 2).sqrt() * noise


@wrong("local_reparameterisation", "mean_square_of_the_weight")
def second_moments(x, mu, sigma, noise):
    return x @ mu + (x.square() @ (mu.square() + sigma.square())).sqrt() * noise


@wrong("estimator_variance", "whole_covariance")
def a_matrix(sample_gradient, draws):
    return torch.cov(torch.stack([sample_gradient() for _ in range(draws)], dim=1))


@wrong("estimator_variance", "absolute_deviation")
def absolute_deviations(sample_gradient, draws):
    g = torch.stack([sample_gradient() for _ in range(draws)])
    return sum(abs(row - g.mean(0)) for row in g) / draws


@wrong("estimator_variance", "one_draw_copied")
def squares_after_the_sum(sample_gradient, draws):
    g = torch.stack([sample_gradient() for _ in range(draws)])
    return (g - g.mean(0)).mean(0) ** 2


@wrong("diagnose", "bias_of_the_longer_first")  # was taken for right before
def level_of_the_longer(train, test, longer_train, longer_test):
    if longer_train < 0.95:
        return "high bias"
    if longer_train - train > 0.02:
        return "under-trained"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "any_change")  # was taken for right before
def a_change(train, test, longer_train, longer_test):
    if abs(longer_train - train) > 0.02:
        return "under-trained"
    if longer_train < 0.95:
        return "high bias"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "bias_and_variance_swapped")
def wrong_words(train, test, longer_train, longer_test):
    if longer_train - train > 0.02:
        return "under-trained"
    if longer_train >= 0.95:
        return "high bias" if longer_train - longer_test > 0.05 else "fine"
    return "high variance"


@wrong("diagnose", "bias_in_both")
def low_on_both(train, test, longer_train, longer_test):
    if longer_train - train > 0.02:
        return "under-trained"
    if longer_train < 0.95 and longer_test < 0.95:
        return "high bias"
    return "high variance" if longer_train - longer_test > 0.05 else "fine"


@wrong("diagnose", "limits_in_per_cent")
def per_cents(train, test, longer_train, longer_test):
    if longer_train < train + 2:
        if longer_train < 95:
            return "high bias"
        return "high variance" if longer_train > longer_test + 5 else "fine"
    return "under-trained"


@wrong("anomaly_scores", "largest_error")
def worst_entry(model, x, batch_size):
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = [(model(b) - b).pow(2).max(1).values for b in x.split(batch_size)]
    model.train(mode)
    return torch.cat(scores)


@wrong("anomaly_scores", "squares_the_mean_error")
def mean_and_then_square(model, x, batch_size):
    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = [(model(b) - b).mean(1) ** 2 for b in x.split(batch_size)]
    model.train(mode)
    return torch.cat(scores)


test_each_is_known_as_said = wrong.test_of_each()
test_most_have_a_name = wrong.test_that_most_are_known()
