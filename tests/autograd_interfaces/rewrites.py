"""Other right answers to the exercises of 01_autograd_interfaces; check must accept them."""

import torch
from rewriting import rewrite
from torch.nn import functional as F


@rewrite("sgd_step")
def with_an_optimizer_of_copies(loss, parameters, rate):
    copies = [p.detach().clone() for p in parameters]
    for copy, p in zip(copies, parameters, strict=True):
        copy.grad = torch.autograd.grad(loss, p, retain_graph=True)[0]
    torch.optim.SGD(copies, lr=rate).step()
    return copies


@rewrite("sgd_step")
def as_a_tuple_that_still_hangs_on_the_graph(loss, parameters, rate):
    gradients = torch.autograd.grad(loss * -rate, parameters)
    return tuple(map(torch.add, parameters, gradients))


@rewrite("sgd_step")
def puts_every_grad_back(loss, parameters, rate):
    kept = [p.grad for p in parameters]
    for p in parameters:
        p.grad = None
    loss.backward()
    new = [torch.sub(p.data, p.grad, alpha=rate) for p in parameters]
    for p, grad in zip(parameters, kept, strict=True):
        p.grad = grad
    return new


@rewrite("jacobian")
def all_rows_in_one_batch(outputs, inputs):
    n = outputs.numel()
    rows = torch.eye(n, dtype=outputs.dtype).reshape(n, *outputs.shape)
    (batch,) = torch.autograd.grad(outputs, inputs, rows, is_grads_batched=True)
    return batch.reshape(n, -1)


@rewrite("jacobian")
def entry_by_entry(outputs, inputs):
    result = torch.zeros(outputs.numel(), inputs.numel(), dtype=inputs.dtype)
    for i in range(outputs.numel()):
        one = torch.zeros_like(outputs)
        one.view(-1)[i] = 1
        (row,) = torch.autograd.grad(outputs, inputs, one, create_graph=True)
        result[i] = row.reshape(-1)
    return result


@rewrite("accumulate_and_step")
def of_one_total(losses, sizes, parameters, rate):
    optimiser = torch.optim.SGD(parameters, lr=rate)
    optimiser.zero_grad()
    total = sum(loss * n for loss, n in zip(losses, sizes, strict=True))
    (total / sum(sizes)).backward()
    optimiser.step()
    return parameters


@rewrite("accumulate_and_step")
def with_grad_and_a_weight_for_each_loss(losses, sizes, parameters, rate):
    share = [losses[0].new_tensor(n / sum(sizes)) for n in sizes]
    for p, g in zip(parameters, torch.autograd.grad(losses, parameters, share), strict=True):
        p.grad = g
        p.data = p.data - rate * g
    return list(parameters)


@rewrite("clipped_gradient")
def gradient_by_gradient(loss, w, x, t, limit):
    w = w.detach().requires_grad_()
    total = torch.zeros_like(w)
    for xi, ti in zip(x, t, strict=True):
        (g,) = torch.autograd.grad(loss(w, xi, ti), w)
        length = g.norm()
        total = total + (g * limit / length if length > limit else g)
    return total / len(x)


@rewrite("clipped_gradient")
def with_a_mask_of_the_long_ones(loss, w, x, t, limit):
    each = torch.func.vmap(torch.func.grad(loss), (None, 0, 0))(w, x, t)
    length = each.flatten(1).norm(dim=1) if w.ndim else each.abs()
    factor = torch.where(length > limit, limit / length, 1.0)
    return torch.einsum("n,n...->...", factor.to(each.dtype), each) / len(x)


@rewrite("diagnose")
def one_question_after_the_other(a, seen):
    slope, through_u = 14.5 * a + 9, 5.5 * a + 3
    if torch.allclose(seen, slope):
        return "right"
    if torch.allclose(seen, slope + 1.5):
        return "inner backward"
    return "retain_graph" if torch.allclose(seen, through_u) else "never cleared"


@rewrite("residual_loss")
def with_grad_outputs_and_a_loss_of_torch(network, t):
    t = t.clone().requires_grad_()
    u = network(t)
    (slope,) = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)
    return F.mse_loss(slope, -u)


@rewrite("residual_loss")
def forward_mode(network, t):
    u, slope = torch.func.jvp(network, (t,), (torch.ones_like(t),))
    return (u + slope).square().sum() / len(t)


@rewrite("residual_loss")
def time_by_time(network, t):
    total = 0
    for one in t.detach().unbind():
        one = one.requires_grad_()
        u = network(one[None])
        (slope,) = torch.autograd.grad(u.sum(), one, create_graph=True)
        total = total + (slope + u.squeeze()) ** 2
    return total.sum() / t.shape[0]


SAME = {
    # The rows have two dimensions, so the last one is dimension 1.
    "clipped_gradient": ["1 → -1"],
    "diagnose": ["1 → -1"],
}
