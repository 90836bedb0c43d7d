"""Wrong answers as people write them, in other words than the declarations of the mistakes."""

import numpy as np
import pytest
import torch
from attempts import Attempts
from torch.nn import functional as F

from helpers.autograd_interfaces import exercises

attempt = Attempts(exercises)
pytestmark = pytest.mark.filterwarnings("ignore")


@attempt("sgd_step", "runs_the_training_loop")
def with_an_optimiser(loss, parameters, rate):
    optimizer = torch.optim.SGD(parameters, lr=rate)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return parameters


@attempt("sgd_step", "runs_the_training_loop_and_zeroes")
def textbook(loss, parameters, rate):
    loss.backward()
    with torch.no_grad():
        for param in parameters:
            param -= rate * param.grad
            param.grad.zero_()
    return parameters


@attempt("sgd_step", "runs_the_training_loop")
def by_data(loss, parameters, rate):
    for p in parameters:
        if p.grad is not None:
            p.grad.zero_()
    loss.backward()
    out = []
    for p in parameters:
        p.data = p.data - rate * p.grad.data
        out.append(p.data)
    return out


@attempt("sgd_step", "steps_in_place")
def subtracts_from_data(loss, parameters, rate):
    grads = torch.autograd.grad(loss, parameters, create_graph=False)
    for i in range(len(parameters)):
        parameters[i].data.sub_(rate * grads[i])
    return [p.detach() for p in parameters]


@attempt("sgd_step", "steps_on_a_leaf")
def in_place(loss, parameters, rate):
    loss.backward()
    new_params = []
    for w in parameters:
        w -= rate * w.grad
        new_params.append(w)
    return new_params


@attempt("sgd_step", "gives_the_name_a_new_value")
def names_only(loss, parameters, rate):
    for param, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        param = param - rate * g
    return parameters


@attempt("sgd_step", "adds_the_gradient")
def uphill(loss, parameters, rate):
    grads = torch.autograd.grad(loss, parameters, retain_graph=True)
    return [torch.add(p, g, alpha=rate).detach() for p, g in zip(parameters, grads, strict=True)]


@attempt("sgd_step", None)
def without_grad_of_each(loss, parameters, rate):
    with torch.no_grad():
        return [p * (1 - rate) for p in parameters]


@attempt("accumulate_and_step", "zeroes_at_the_end")
def ready_for_the_next_round(losses, sizes, parameters, rate):
    pairs = zip(sizes, losses, strict=True)
    (sum(n * loss for n, loss in pairs) / sum(sizes)).backward()
    for p in parameters:
        p.data -= rate * p.grad
        p.grad.zero_()
    return parameters


@attempt("accumulate_and_step", "divides_in_the_step")
def shares_last(losses, sizes, parameters, rate):
    for p in parameters:
        p.grad = None
    for i, loss in enumerate(losses):
        (sizes[i] * loss).backward()
    with torch.no_grad():
        for p in parameters:
            p -= rate / sum(sizes) * p.grad
    return parameters


@attempt("jacobian", "calls_backward_for_each_row")
def fills_a_matrix(outputs, inputs):
    J = torch.zeros(outputs.numel(), inputs.numel(), dtype=inputs.dtype)
    for i, y in enumerate(outputs.reshape(-1)):
        y.backward(retain_graph=True)
        J[i] = inputs.grad.view(-1)
    return J


@attempt("jacobian", "adds_up_the_rows")
def with_ones(outputs, inputs):
    (g,) = torch.autograd.grad(outputs, inputs, grad_outputs=torch.ones_like(outputs))
    return g.reshape(-1)


@attempt("jacobian", "transposes")
def columns(outputs, inputs):
    flat = outputs.flatten()
    J = torch.empty(inputs.numel(), flat.numel(), dtype=inputs.dtype)
    for j in range(len(flat)):
        J[:, j] = torch.autograd.grad(flat[j], inputs, create_graph=True)[0].flatten()
    return J


@attempt("jacobian", "keeps_the_shapes")
def batched(outputs, inputs):
    eye = torch.eye(outputs.numel(), dtype=outputs.dtype).view(-1, *outputs.shape)
    (rows,) = torch.autograd.grad(outputs, inputs, eye, is_grads_batched=True)
    return rows.view(outputs.shape + inputs.shape)


@attempt("jacobian", "returns_a_list")
def list_of_rows(outputs, inputs):
    result = []
    for y in outputs.flatten():
        result.append(torch.autograd.grad(y, inputs, retain_graph=True)[0].reshape(-1))
    return result


@attempt("jacobian", None)
def as_an_array(outputs, inputs):
    rows = []
    for y in outputs.flatten():
        (g,) = torch.autograd.grad(y, inputs, retain_graph=True)
        rows.append(g.flatten().numpy())
    return np.stack(rows)


def each_clipped(loss, w, x, t, factor):
    w = w.detach().clone().requires_grad_()
    each = [torch.autograd.grad(loss(w, x[i], t[i]), w)[0] for i in range(len(x))]
    return torch.stack([g * factor(g.norm()) for g in each])


@attempt("clipped_gradient", "averages_the_entries_too")
def one_mean_of_all(loss, w, x, t, limit):
    return each_clipped(loss, w, x, t, lambda n: limit / n if n > limit else 1).mean()


@attempt("clipped_gradient", "turns_the_factor_round")
def length_over_limit(loss, w, x, t, limit):
    return each_clipped(loss, w, x, t, lambda n: n / limit if n > limit else 1).mean(0)


@attempt("residual_loss", "adds_a_row_to_a_column")
def squeezed(network, t):
    t = t.clone().requires_grad_(True)
    u = network(t)
    du = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0].squeeze()
    return torch.mean((du + u) ** 2)


@attempt("residual_loss", "takes_t_without_grad")
def forgot_requires_grad(network, t):
    u = network(t)
    dudt = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    return ((dudt + u) ** 2).mean()


@attempt("residual_loss", "marks_the_callers_t")
def sets_requires_grad(network, t):
    t.requires_grad = True
    u = network(t)
    u_t = torch.autograd.grad(u, t, grad_outputs=torch.ones_like(u), create_graph=True)[0]
    return F.mse_loss(u_t, -u)


@attempt("residual_loss", "retains_without_creating")
def as_numbers(network, t):
    x = t.detach().clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0].detach()
    return torch.square(du + u).mean()


@attempt("residual_loss", "has_the_other_sign + takes_the_sum")
def growth_and_sum(network, t):
    x = t.detach().clone().requires_grad_()
    u = network(x)
    (du,) = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)
    return torch.sum((u - du) ** 2)


@attempt("residual_loss", "calls_backward_inside")
def inner_backward(network, t):
    x = t.clone().detach().requires_grad_(True)
    u = network(x)
    u.backward(torch.ones_like(u), create_graph=True)
    residual = x.grad + u
    return (residual**2).mean()


@attempt("residual_loss", None)
def by_differences(network, t):
    h = 0.01
    slope = (network(t + h) - network(t)) / h
    return ((slope + network(t)) ** 2).mean()


@attempt("sgd_step", "returns_nothing")
def loop_without_return(loss, parameters, rate):
    loss.backward()
    for p in parameters:
        p.data -= rate * p.grad
    return None


@attempt("sgd_step", None)
def mean_gradient(loss, parameters, rate):
    g = torch.autograd.grad(loss, parameters)
    return [p - rate * gg.mean() for p, gg in zip(parameters, g, strict=True)]


@attempt("sgd_step", "frees_the_graph")
def one_call_each(loss, parameters, rate):
    out = []
    for p in parameters:
        out.append((p - rate * torch.autograd.grad(loss, p)[0]).detach())
    return out


@attempt("sgd_step", None)
def grad_none_at_the_end(loss, parameters, rate):
    for p in parameters:
        p.grad = None
    loss.backward()
    out = [(p - rate * p.grad).detach() for p in parameters]
    for p in parameters:
        p.grad = None
    return out


@attempt("sgd_step", None)
def unit_step(loss, parameters, rate):
    with torch.no_grad():
        g = torch.autograd.grad(loss, parameters)
    return [p - rate * gg / torch.norm(gg) for p, gg in zip(parameters, g, strict=True)]


@attempt("sgd_step", "steps_in_place")
def optimiser_and_clear(loss, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    loss.backward()
    opt.step()
    opt.zero_grad()
    return parameters


@attempt("jacobian", "differentiates_a_function")
def functional(outputs, inputs):
    return torch.autograd.functional.jacobian(lambda x: outputs, inputs)


@attempt("jacobian", "calls_backward_once")
def one_backward(outputs, inputs):
    outputs.backward(torch.ones_like(outputs))
    return inputs.grad


@attempt("jacobian", "starts_without_weights")
def plain_grad(outputs, inputs):
    return torch.autograd.grad(outputs, inputs)[0]


@attempt("jacobian", None)
def float32_zeros(outputs, inputs):
    n = inputs.numel()
    J = torch.zeros(outputs.numel(), n)
    for i in range(outputs.numel()):
        J[i] = torch.autograd.grad(outputs.flatten()[i], inputs, retain_graph=True)[0].flatten()
    return J


@attempt("residual_loss", "averages_before_squaring")
def mean_first(network, t):
    t.requires_grad_(True)
    u = network(t)
    du = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    r = (du + u).mean()
    t.requires_grad_(False)
    return r**2


@attempt("residual_loss", "calls_a_plain_backward_inside")
def backward_then_residual(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    u.sum().backward()
    return ((x.grad + u) ** 2).mean()


@attempt("residual_loss", "forgets_the_sum")
def no_sum_and_no_mean(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u, x, create_graph=True)[0]
    return ((du + u) ** 2).sum()


@attempt("residual_loss", "computes_u_from_another_t")
def copy_too_late(network, t):
    u = network(t)
    x = t.clone().requires_grad_()
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return ((du + u) ** 2).mean()


@attempt("residual_loss", "returns_a_plain_number")
def item(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return ((du + u) ** 2).mean().item()


@attempt("residual_loss", None)
def difference_quotients(network, t):
    u = network(t)
    du = (u[1:] - u[:-1]) / (t[1:] - t[:-1])
    return ((du + u[1:]) ** 2).mean()


@attempt("residual_loss", "adds_a_row_to_a_column")
def one_squeezed(network, t):
    x = t.clone().requires_grad_()
    u = network(x).squeeze()
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return F.mse_loss(du, -u)


@attempt("accumulate_and_step", "adds_up_the_means")
def sums_the_losses(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    for loss in losses:
        loss.backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "takes_the_mean_of_the_means")
def divides_by_the_number_of_batches(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    torch.stack(losses).mean().backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "clears_before_each_batch")
def zeroes_in_the_loop(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    for loss, n in zip(losses, sizes, strict=True):
        opt.zero_grad()
        (loss * n / sum(sizes)).backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "never_clears")
def no_zero_grad(losses, sizes, parameters, rate):
    for loss, n in zip(losses, sizes, strict=True):
        (loss * (n / sum(sizes))).backward()
    torch.optim.SGD(parameters, lr=rate).step()
    return parameters


@attempt("accumulate_and_step", "sums_over_the_samples")
def total(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    sum(n * loss for n, loss in zip(sizes, losses, strict=True)).backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "adds_up_the_means")
def the_loop_as_it_comes(losses, sizes, parameters, rate):
    for loss in losses:
        loss.backward()
    with torch.no_grad():
        for p in parameters:
            p -= rate * p.grad
    return parameters


@attempt("accumulate_and_step", "returns_new_tensors")
def functional_step(losses, sizes, parameters, rate):
    mean = sum(n * loss for n, loss in zip(sizes, losses, strict=True)) / sum(sizes)
    grads = torch.autograd.grad(mean, parameters)
    return [(p - rate * g).detach() for p, g in zip(parameters, grads, strict=True)]


@attempt("clipped_gradient", "clips_after_the_mean")
def by_clip_grad_norm(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    torch.stack([loss(w, x[i], t[i]) for i in range(len(x))]).mean().backward()
    norm = w.grad.norm()
    return w.grad * (limit / norm) if norm > limit else w.grad


@attempt("clipped_gradient", "takes_the_sum")
def adds_clipped(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    total = torch.zeros_like(w)
    for i in range(len(x)):
        (g,) = torch.autograd.grad(loss(w, x[i], t[i]), w)
        total = total + g * min(1.0, limit / max(g.norm().item(), 1e-12))
    return total


@attempt("clipped_gradient", "scales_every_gradient")
def normalised_gradients(loss, w, x, t, limit):
    g = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, t)
    norms = g.reshape(len(g), -1).norm(dim=1)
    return torch.stack([limit * gi / n for gi, n in zip(g, norms, strict=True)]).mean(0)


@attempt("clipped_gradient", "clips_each_entry")
def clamps(loss, w, x, t, limit):
    g = torch.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, t)
    return torch.clamp(g, -limit, limit).mean(dim=0)


@attempt("clipped_gradient", "one_length_for_all")
def one_norm(loss, w, x, t, limit):
    g = torch.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, t)
    n = torch.linalg.vector_norm(g)
    return (g * min(1.0, limit / n)).mean(0)


@attempt("diagnose", "looks_at_the_first_step_only")
def first_numbers(a, seen):
    a, seen = a[0].item(), seen[0].item()
    for name, value in (("right", 14.5 * a + 9), ("inner backward", 14.5 * a + 10.5)):
        if abs(seen - value) < 1e-6:
            return name
    return "retain_graph"


@attempt("diagnose", "takes_any_excess_for_an_inner_backward")
def larger_or_smaller(a, seen):
    right = 14.5 * a + 9
    if torch.allclose(seen, right):
        return "right"
    return "retain_graph" if torch.allclose(seen, 5.5 * a + 3) else "inner backward"


@attempt("diagnose", None)
def by_the_loss(a, seen):
    t = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    loss = ((a[:, None] * (1 + t) + 1) ** 2).sum(1)
    return "right" if (loss.diff() < 0).all() else "never cleared"


@attempt("clipped_gradient", "adds_a_little_to_the_length")
def against_zero(loss, w, x, t, limit):
    g = torch.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, t)
    norms = g.reshape(len(g), -1).norm(dim=1)
    factor = (limit / (norms + 1e-6)).clamp(max=1)
    return torch.stack([gi * f for gi, f in zip(g, factor, strict=True)]).mean(0)


@attempt("accumulate_and_step", "takes_the_mean_of_the_means + clears_at_the_end")
def usual_order(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    for loss in losses:
        (loss / len(losses)).backward()
    opt.step()
    opt.zero_grad()
    return parameters


@attempt("jacobian", "weighs_every_output_with_one")
def ones_as_outputs(outputs, inputs):
    (g,) = torch.autograd.grad(outputs, inputs, grad_outputs=torch.ones_like(outputs))
    return g


@attempt("jacobian", "goes_through_the_first_dimension")
def row_by_row(outputs, inputs):
    return torch.stack([torch.autograd.grad(o, inputs, retain_graph=True)[0] for o in outputs])


@attempt("jacobian", "counts_the_first_dimension")
def row_by_number(outputs, inputs):
    rows = []
    for k in range(len(outputs)):
        rows.append(torch.autograd.grad(outputs[k], inputs, create_graph=True)[0].reshape(-1))
    return torch.stack(rows)


@attempt("jacobian", "adds_up_each_row_of_a_matrix + leaves_the_shape_of_the_inputs")
def row_sums(outputs, inputs):
    return torch.stack(
        [torch.autograd.grad(o.sum(), inputs, retain_graph=True)[0] for o in outputs]
    )


@attempt("clipped_gradient", "takes_w_without_grad")
def w_as_it_comes(loss, w, x, t, limit):
    rows = [torch.autograd.grad(loss(w, x[i], t[i]), w)[0] for i in range(len(x))]
    return torch.stack([g * min(1, limit / g.norm()) for g in rows]).mean(0)


@attempt("clipped_gradient", "takes_w_without_grad")
def backward_and_clip_grad_norm(loss, w, x, t, limit):
    total = torch.zeros_like(w)
    for xi, ti in zip(x, t, strict=True):
        w.grad = None
        loss(w, xi, ti).backward()
        torch.nn.utils.clip_grad_norm_([w], limit)
        total += w.grad
    return total / len(x)


@attempt("clipped_gradient", "marks_the_callers_w")
def w_on_the_spot(loss, w, x, t, limit):
    w.requires_grad = True
    rows = [torch.autograd.grad(loss(w, x[i], t[i]), w)[0] for i in range(len(x))]
    return torch.stack([g * (limit / g.norm().clamp(min=limit)) for g in rows]).mean(0)


@attempt("accumulate_and_step", "divides_by_the_1000_of_the_page")
def line_3_of_the_page(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / 1000).backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "returns_detached_tensors_after_backward")
def backward_and_new_tensors(losses, sizes, parameters, rate):
    torch.optim.SGD(parameters).zero_grad()
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / sum(sizes)).backward()
    return [(p - rate * p.grad).detach() for p in parameters]


@attempt("accumulate_and_step", "returns_new_tensors_after_backward")
def one_backward_and_new_tensors(losses, sizes, parameters, rate):
    sum(n / sum(sizes) * loss for n, loss in zip(sizes, losses, strict=True)).backward()
    return [p - rate * p.grad for p in parameters]


@attempt("residual_loss", "takes_the_mean_of_u")
def mean_of_u(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    (du,) = torch.autograd.grad(u.mean(), x, create_graph=True)
    return F.mse_loss(du, -u)


@attempt("diagnose", "adds_the_inner_backward_up")
def sums_the_excess(a, seen):
    right = 14.5 * a + 9
    programs = {
        "right": right,
        "never cleared": right.cumsum(0),
        "retain_graph": 5.5 * a + 3,
        "inner backward": (right + 1.5).cumsum(0),
    }
    for name, numbers in programs.items():
        if torch.allclose(numbers, seen):
            return name


TIMES = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)


@attempt("sgd_step", "calls_backward")
def cleared_before(loss, parameters, rate):
    for p in parameters:
        p.grad = None
    loss.backward()
    return [(p - rate * p.grad).detach() for p in parameters]


@attempt("sgd_step", "multiplies_a_tuple")
def a_tuple_for_each(loss, parameters, rate):
    return [p - rate * torch.autograd.grad(loss, p, retain_graph=True) for p in parameters]


@attempt("sgd_step", "returns_only_the_change")
def the_change(loss, parameters, rate):
    grads = torch.autograd.grad(loss, parameters)
    return [-rate * g for g in grads]


@attempt("sgd_step", "returns_the_gradients")
def gradients_alone(loss, parameters, rate):
    return list(torch.autograd.grad(loss, parameters))


@attempt("sgd_step", "reads_grad_that_grad_left_empty")
def throws_the_gradients_away(loss, parameters, rate):
    torch.autograd.grad(loss, parameters)
    return [(p - rate * p.grad).detach() for p in parameters]


@attempt("sgd_step", "leaves_zeros_in_grad")
def zeroed_in_the_loop(loss, parameters, rate):
    loss.backward()
    new = []
    for p in parameters:
        new.append((p - rate * p.grad).detach())
        p.grad.zero_()
    return new


@attempt("sgd_step", "differentiates_by_copies")
def clones_first(loss, parameters, rate):
    new = [p.clone().detach().requires_grad_() for p in parameters]
    grads = torch.autograd.grad(loss, new)
    return [p - rate * g for p, g in zip(new, grads, strict=True)]


@attempt("sgd_step", None)
def plain_numbers(loss, parameters, rate):
    grads = torch.autograd.grad(loss, parameters)
    return [p.item() - rate * g.item() for p, g in zip(parameters, grads, strict=True)]


@attempt("accumulate_and_step", "clears_at_the_end")
def grad_and_in_place(losses, sizes, parameters, rate):
    total = sum(n * loss for loss, n in zip(losses, sizes, strict=True)) / sum(sizes)
    grads = torch.autograd.grad(total, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, grads, strict=True):
            p -= rate * g
    return parameters


@attempt("accumulate_and_step", "divides_by_the_size")
def each_by_its_size(losses, sizes, parameters, rate):
    for p in parameters:
        p.grad = None
    for loss, n in zip(losses, sizes, strict=True):
        (loss / n).backward()
    with torch.no_grad():
        for p in parameters:
            p -= rate * p.grad
    return parameters


@attempt("accumulate_and_step", "steps_on_leaves")
def on_the_leaves(losses, sizes, parameters, rate):
    for p in parameters:
        p.grad = None
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / sum(sizes)).backward()
    for p in parameters:
        p -= rate * p.grad
    return parameters


@attempt("accumulate_and_step", "leaves_the_parameters")
def a_new_value_for_p(losses, sizes, parameters, rate):
    for p in parameters:
        p.grad = None
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / sum(sizes)).backward()
    for p in parameters:
        p = p - rate * p.grad
    return parameters


@attempt("accumulate_and_step", "zeroes_what_is_not_there")
def zeroes_none(losses, sizes, parameters, rate):
    for p in parameters:
        p.grad.zero_()
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / sum(sizes)).backward()
    with torch.no_grad():
        for p in parameters:
            p -= rate * p.grad
    return parameters


@attempt("accumulate_and_step", "divides_by_the_batches_too")
def divided_twice(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / sum(sizes) / len(losses)).backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "steps_after_each_mean")
def the_loop_of_an_epoch(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    for loss in losses:
        opt.zero_grad()
        loss.backward()
        opt.step()
    return parameters


@attempt("accumulate_and_step", None)
def shares_of_the_largest(losses, sizes, parameters, rate):
    opt = torch.optim.SGD(parameters, lr=rate)
    opt.zero_grad()
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / max(sizes)).backward()
    opt.step()
    return parameters


@attempt("accumulate_and_step", "scales_what_was_added_before")
def scales_grad(losses, sizes, parameters, rate):
    for p in parameters:
        p.grad = None
    for loss, n in zip(losses, sizes, strict=True):
        loss.backward()
        for p in parameters:
            p.grad *= n / sum(sizes)
    with torch.no_grad():
        for p in parameters:
            p -= rate * p.grad
    return parameters


@attempt("jacobian", "gives_all_weights_at_once")
def all_weights(outputs, inputs):
    eye = torch.eye(outputs.numel(), dtype=outputs.dtype)
    return torch.autograd.grad(outputs, inputs, grad_outputs=eye)[0]


@attempt("jacobian", "differentiates_by_an_entry")
def two_loops(outputs, inputs):
    J = torch.zeros(outputs.numel(), inputs.numel(), dtype=inputs.dtype)
    for i, o in enumerate(outputs.flatten()):
        for j, x in enumerate(inputs.flatten()):
            J[i, j] = torch.autograd.grad(o, x, retain_graph=True)[0]
    return J


@attempt("jacobian", "clears_before_each_row")
def cleared_each_time(outputs, inputs):
    rows = []
    for o in outputs.flatten():
        inputs.grad = None
        o.backward(retain_graph=True)
        rows.append(inputs.grad.flatten())
    return torch.stack(rows)


@attempt("jacobian", "joins_the_rows_end_to_end")
def cat_for_stack(outputs, inputs):
    return torch.cat(
        [torch.autograd.grad(o, inputs, retain_graph=True)[0].flatten() for o in outputs.flatten()]
    )


@attempt("jacobian", "keeps_the_tuples")
def stacks_tuples(outputs, inputs):
    return torch.stack(
        [torch.autograd.grad(o, inputs, retain_graph=True) for o in outputs.flatten()]
    )


@attempt("jacobian", "makes_a_tensor_of_tensors")
def tensor_of_a_list(outputs, inputs):
    return torch.tensor(
        [torch.autograd.grad(o, inputs, retain_graph=True)[0].flatten() for o in outputs.flatten()]
    )


@attempt("jacobian", "puts_the_sums_on_the_diagonal")
def diagonal(outputs, inputs):
    (g,) = torch.autograd.grad(outputs.sum(), inputs)
    return torch.diag(g.flatten())


@attempt("jacobian", None)
def counts_the_inputs(outputs, inputs):
    rows = []
    for i in range(inputs.numel()):
        e = torch.zeros_like(outputs).flatten()
        e[i] = 1
        rows.append(
            torch.autograd.grad(outputs, inputs, e.reshape(outputs.shape), retain_graph=True)[
                0
            ].flatten()
        )
    return torch.stack(rows)


@attempt("jacobian", "keeps_views_of_grad")
def zeroed_each_time(outputs, inputs):
    J = []
    for o in outputs.flatten():
        if inputs.grad is not None:
            inputs.grad.zero_()
        o.backward(retain_graph=True)
        J.append(inputs.grad.flatten())
    return torch.stack(J)


@attempt("clipped_gradient", "fits_the_factors_to_vectors")
def factors_with_none(loss, w, x, t, limit):
    g = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, t)
    n = g.reshape(len(x), -1).norm(dim=1)
    f = (limit / n).clamp(max=1)
    return (f[:, None] * g).mean(0)


@attempt("clipped_gradient", "measures_the_last_dimension")
def norm_of_the_last(loss, w, x, t, limit):
    g = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, t)
    n = g.norm(dim=-1, keepdim=True)
    return (g * limit / n.clamp(min=limit)).mean(0)


@attempt("clipped_gradient", "drops_the_long_ones")
def leaves_out(loss, w, x, t, limit):
    w = w.clone().requires_grad_()
    out = torch.zeros_like(w)
    for xi, ti in zip(x, t, strict=True):
        (g,) = torch.autograd.grad(loss(w, xi, ti), w)
        if g.norm() <= limit:
            out = out + g
    return out / len(x)


@attempt("clipped_gradient", "flattens_one_number")
def rows_by_flatten(loss, w, x, t, limit):
    g = torch.func.vmap(torch.func.grad(loss), (None, 0, 0))(w, x, t)
    factor = (limit / g.flatten(1).norm(dim=1)).clamp(max=1)
    return (g * factor.view(-1, *[1] * (g.dim() - 1))).mean(0)


@attempt("clipped_gradient", "scales_to_length_1")
def to_unit_length(loss, w, x, t, limit):
    w = w.clone().requires_grad_()
    gs = []
    for xi, ti in zip(x, t, strict=True):
        (g,) = torch.autograd.grad(loss(w, xi, ti), w)
        if g.norm() > limit:
            g = g / g.norm()
        gs.append(g)
    return torch.stack(gs).mean(0)


@attempt("clipped_gradient", "clips_what_has_piled_up")
def backward_adds_up(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    for i in range(len(x)):
        loss(w, x[i], t[i]).backward()
        torch.nn.utils.clip_grad_norm_([w], limit)
    return w.grad / len(x)


@attempt("clipped_gradient", "clips_the_losses")
def clamps_the_losses(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    losses = torch.stack([loss(w, x[i], t[i]).clamp(max=limit) for i in range(len(x))])
    return torch.autograd.grad(losses.mean(), w)[0]


@attempt("clipped_gradient", "gives_the_loss_the_whole_batch")
def the_batch_at_once(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    g = torch.autograd.grad(loss(w, x, t).mean(), w)[0]
    return g * min(1, limit / g.norm())


@attempt("clipped_gradient", "maps_over_w_too")
def without_in_dims(loss, w, x, t, limit):
    g = torch.func.vmap(torch.func.grad(loss))(w, x, t)
    return g.mean(0)


@attempt("clipped_gradient", "takes_the_largest_entry_for_the_length")
def by_the_largest_entry(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    out = []
    for i in range(len(x)):
        (g,) = torch.autograd.grad(loss(w, x[i], t[i]), w)
        out.append(g * limit / g.abs().max() if g.abs().max() > limit else g)
    return torch.stack(out).mean(0)


@attempt("clipped_gradient", None)
def by_the_squared_length(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    out = []
    for i in range(len(x)):
        (g,) = torch.autograd.grad(loss(w, x[i], t[i]), w)
        out.append(g * min(1, limit / g.norm() ** 2) if g.norm() > limit else g)
    return torch.stack(out).mean(0)


@attempt("residual_loss", "differentiates_by_the_weights")
def by_the_parameters(network, t):
    u = network(t)
    du = torch.autograd.grad(u.sum(), network.parameters(), create_graph=True)[0]
    return ((du + u) ** 2).mean()


@attempt("residual_loss", "squares_the_sum")
def one_sum_squared(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return ((du + u).sum()) ** 2


@attempt("residual_loss", "detaches_u")
def u_as_numbers(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return ((du + u.detach()) ** 2).mean()


@attempt("residual_loss", "forgets_u")
def slope_alone(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return (du**2).mean()


@attempt("residual_loss", "squares_each_term")
def two_squares(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return (du**2 + u**2).mean()


@attempt("residual_loss", "takes_the_absolute_value")
def absolute(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return (du + u).abs().mean()


@attempt("residual_loss", "keeps_the_tuple")
def without_a_comma(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)
    return ((du + u) ** 2).mean()


@attempt("residual_loss", "clears_after_the_inner_backward")
def backward_and_zero_grad(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    u.sum().backward(create_graph=True)
    network.zero_grad()
    return ((x.grad + u) ** 2).mean()


@attempt("residual_loss", "calls_backward_on_the_loss")
def backward_at_the_end(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    loss = ((du + u) ** 2).mean()
    loss.backward()
    return loss


@attempt("residual_loss", "returns_one_number_for_each_time")
def no_mean(network, t):
    x = t.clone().requires_grad_()
    u = network(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    return (du + u) ** 2


@attempt("diagnose", "never_finds_retain_graph")
def through_the_slope(a, seen):
    r = a[:, None] * (1 + TIMES) + 1
    right = 2 * (r * (1 + TIMES)).sum(1)
    ret = 2 * r.sum(1)
    if torch.allclose(seen, right):
        return "right"
    if torch.allclose(seen, right.cumsum(0)):
        return "never cleared"
    if torch.allclose(seen, ret):
        return "retain_graph"
    return "inner backward"


@attempt("diagnose", None)
def means(a, seen):
    r = a[:, None] * (1 + TIMES) + 1
    right = 2 * (r * (1 + TIMES)).mean(1)
    if torch.allclose(seen, right):
        return "right"
    if torch.allclose(seen, right.cumsum(0)):
        return "never cleared"
    if torch.allclose(seen, 2 * (r * TIMES).mean(1)):
        return "retain_graph"
    return "inner backward"


@attempt("diagnose", "looks_at_the_last_step_only")
def last_numbers(a, seen):
    right = 14.5 * a + 9
    if torch.isclose(seen[-1], right[-1]):
        return "right"
    if torch.isclose(seen[-1], right.sum()):
        return "never cleared"
    if torch.isclose(seen[-1], 5.5 * a[-1] + 3):
        return "retain_graph"
    return "inner backward"


@attempt("diagnose", "takes_any_rise_for_a_sum")
def rising_or_falling(a, seen):
    right = 14.5 * a + 9
    if torch.allclose(seen, right):
        return "right"
    if (seen.diff() > 0).all():
        return "never cleared"
    if (seen < right).all():
        return "retain_graph"
    return "inner backward"


@attempt("diagnose", "writes_underscores")
def with_underscores(a, seen):
    right = 14.5 * a + 9
    for name, v in {
        "right": right,
        "never_cleared": right.cumsum(0),
        "retain_graph": 5.5 * a + 3,
        "inner_backward": right + 1.5,
    }.items():
        if torch.allclose(v, seen):
            return name


@attempt("diagnose", "judges_by_the_sign_of_the_difference")
def by_signs(a, seen):
    right = 14.5 * a + 9
    d = seen - right
    if d.abs().max() < 1e-6:
        return "right"
    if d[0].abs() < 1e-6:
        return "never cleared"
    if (d > 0).all():
        return "inner backward"
    return "retain_graph"


@attempt("diagnose", None)
def without_the_2(a, seen):
    r = a[:, None] * (1 + TIMES) + 1
    right = (r * (1 + TIMES)).sum(1)
    k = {
        "right": right,
        "never cleared": right.cumsum(0),
        "retain_graph": (r * TIMES).sum(1),
        "inner backward": right + 1.5,
    }
    for name, v in k.items():
        if torch.allclose(v, seen):
            return name
    return "right"


@attempt("sgd_step", "lets_an_optimiser_move_copies")
def an_optimiser_over_copies(loss, parameters, rate):
    new = [p.detach().clone().requires_grad_() for p in parameters]
    optimizer = torch.optim.SGD(new, lr=rate)
    loss.backward()
    optimizer.step()
    return new


@attempt("accumulate_and_step", "clears_at_the_end")
def cleared_after_the_step(losses, sizes, parameters, rate):
    optimizer = torch.optim.SGD(parameters, lr=rate)
    for loss, n in zip(losses, sizes, strict=True):
        (loss * n / sum(sizes)).backward()
    optimizer.step()
    optimizer.zero_grad()
    return parameters


@attempt("jacobian", None)
def rows_and_columns_by_reshape(outputs, inputs):
    m = outputs.numel()
    eye = torch.eye(m, dtype=outputs.dtype)
    (rows,) = torch.autograd.grad(outputs.flatten(), inputs, eye, is_grads_batched=True)
    return rows.reshape(inputs.numel(), m)


@attempt("clipped_gradient", "clips_to_length_1")
def never_longer_than_1(loss, w, x, t, limit):
    w = w.detach().clone().requires_grad_()
    out = []
    for i in range(len(x)):
        (g,) = torch.autograd.grad(loss(w, x[i], t[i]), w)
        out.append(g / max(1.0, g.norm().item()))
    return torch.stack(out).mean(0)


@attempt("residual_loss", "takes_a_difference_quotient")
def forward_differences(network, t):
    h = 1e-5
    u = network(t)
    return (((network(t + h) - u) / h + u) ** 2).mean()


@attempt("residual_loss", "takes_a_central_difference")
def central_differences(network, t):
    h = 1e-3
    du = (network(t + h) - network(t - h)) / (2 * h)
    return ((du + network(t)) ** 2).mean()


@attempt("diagnose", None)
def equal_to_the_last_bit(a, seen):
    right = 14.5 * a + 9
    programs = {"never cleared": right.cumsum(0), "retain_graph": 5.5 * a + 3}
    programs["inner backward"] = right + 1.5
    return next((name for name, v in programs.items() if torch.equal(v, seen)), "right")


test_each_is_known_as_said = attempt.test_of_each()
test_most_of_them_are_known = attempt.test_that_most_are_known()
