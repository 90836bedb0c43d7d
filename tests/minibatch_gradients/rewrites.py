"""Other right answers to the exercises of 07_minibatch_gradients; check must accept them."""

import math
from fractions import Fraction

import torch
from rewriting import rewrite

SAME = {
    # A line has two parameters, and a batch of rows two dimensions: the last one is 1.
    "accumulate": ["1 → -1"],
    "anomaly_scores": ["1 → -1"],
    # No difference of accuracies lies exactly on a limit.
    "diagnose": [
        "longer_train - train > 0.02 → longer_train - train >= 0.02",
        "longer_train < 0.95 → longer_train <= 0.95",
        "longer_train - longer_test > 0.05 → longer_train - longer_test >= 0.05",
    ],
}


@rewrite("full_gradient")
def as_a_matrix_product(batch_gradients, batch_sizes):
    stacked = torch.stack(list(batch_gradients))
    weights = torch.tensor(batch_sizes, dtype=stacked.dtype)
    return torch.tensordot(weights / weights.sum(), stacked, 1)


@rewrite("full_gradient")
def as_a_running_mean(batch_gradients, batch_sizes):
    mean, seen = torch.zeros_like(batch_gradients[0]), 0
    for gradient, size in zip(batch_gradients, batch_sizes, strict=True):
        seen += size
        mean = mean + (gradient - mean) * size / seen
    return mean


@rewrite("accumulate")
def means_weighted_by_size(chunks, line):
    total = sum(x.numel() for x, _ in chunks)
    line.grad = None
    for x, t in chunks:
        loss = torch.nn.functional.mse_loss(line[0] * x + line[1], t)
        (loss * x.numel() / total).backward()
    return line.grad


@rewrite("accumulate")
def divided_at_the_end(chunks, line):
    line.grad = torch.zeros_like(line)
    seen = 0
    for x, t in chunks:
        (line[0] * x + line[1] - t).square().sum().backward()
        seen += len(x)
    line.grad /= seen
    return line.grad


@rewrite("n_updates")
def rounded(n, batch_size, epochs, drop_last):
    exact = Fraction(n, batch_size)
    return epochs * (math.floor(exact) if drop_last else math.ceil(exact))


@rewrite("n_updates")
def by_a_loop(n, batch_size, epochs, drop_last):
    steps = 0
    for _ in range(epochs):
        for start in range(0, n, batch_size):
            steps += start + batch_size <= n or not drop_last
    return steps


@rewrite("batch_gradient_variance")
def with_the_sample_variance(per_sample_gradients, batch_size):
    return per_sample_gradients.var(0) / batch_size * (1 - batch_size / len(per_sample_gradients))


@rewrite("batch_gradient_variance")
def by_all_batches(per_sample_gradients, batch_size):
    at = torch.combinations(torch.arange(len(per_sample_gradients)), batch_size)
    return per_sample_gradients[at].mean(1).var(0, correction=0)


@rewrite("smallest_batch")
def solved_for_the_size(rate, v, n, floor):
    exact = [Fraction(value) for value in (rate, v, floor)]
    c = exact[0] * exact[1] / 4
    return min(n, math.ceil(c * n / (exact[2] * (n - 1) + c)))


@rewrite("local_reparameterisation")
def entry_by_entry(x, mu, sigma, noise):
    variance = (x[:, :, None] * sigma).square().sum(1)
    return (x[:, :, None] * mu).sum(1) + noise * torch.sqrt(variance)


@rewrite("estimator_variance")
def in_one_pass(sample_gradient, draws):
    mean, squares = 0, 0
    for k in range(1, draws + 1):
        gradient = sample_gradient()
        step = gradient - mean
        mean = mean + step / k
        squares = squares + step * (gradient - mean)
    return squares / (draws - 1)


@rewrite("diagnose")
def with_the_gap_first(train, test, longer_train, longer_test):
    settled, fits = longer_train - train <= 0.02, longer_train >= 0.95
    if not settled:
        return "under-trained"
    if fits:
        return "fine" if longer_train - longer_test <= 0.05 else "high variance"
    return "high bias"


@rewrite("anomaly_scores")
def row_after_row(model, x, batch_size):
    mode = model.training
    model.train(False)
    found = torch.empty(len(x), dtype=x.dtype)
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            rows = x[start : start + batch_size]
            error = torch.nn.functional.mse_loss(model(rows), rows, reduction="none")
            found[start : start + batch_size] = error.mean(dim=-1)
    model.train(mode)
    return found
