"""Wrong answers that people write, and the names by which they are known."""

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


@wrong("full_gradient", None)
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


test_each_is_known_as_said = wrong.test_of_each()
test_most_have_a_name = wrong.test_that_most_are_known()
