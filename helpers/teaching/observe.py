"""Runs a function on one case and notes all that it did.

It knows nothing of what is expected, so it may run in a process of its own.
"""

import contextlib
import inspect
import io
import linecache
import random
import re
import warnings
from collections.abc import Callable

import numpy
import torch

from helpers.teaching.counting import Additions, autograd_runs
from helpers.teaching.isolated import isolated
from helpers.teaching.outcome import Outcome, Raised, flatten, tensors_of

PRINTED = 1000  # characters that are kept of what a function prints


class WrongParameters(TypeError):
    """A function can't be called with the arguments of its exercise."""


def observe(
    function: Callable,
    build: Callable[[], tuple],
    names: list[str],
    seed: int = 0,
    *,
    dtype: torch.dtype = torch.float32,
    count: bool = False,
) -> Outcome:
    """The Outcome of `function` for the tuple of arguments that `build` returns.

    `names` are what the arguments are called. `seed`: where torch's, NumPy's and Python's global
    random numbers start. `dtype`: torch's default for floating-point numbers while the function
    runs. `count`: whether additions are counted. What the function raises is part of the outcome; KeyboardInterrupt passes.
    Raises TypeError if `build` returns no such tuple.
    """
    printed = _Head()
    with isolated(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _seed(0)
        arguments = build()
        if not isinstance(arguments, tuple) or len(arguments) > len(names):
            wanted = f"a tuple of the arguments ({', '.join(names)})"
            raise TypeError(f"A case's builder must return {wanted}; it returned {arguments!r}.")
        named = dict(zip(names, arguments, strict=False))
        tensors = dict(tensors_of(named))
        leaves = leaves_of(tensors)
        before = _state(named, {**tensors, **leaves})
        _seed(seed)
        torch.set_default_dtype(dtype)
        additions, runs = Additions() if count else None, []
        try:
            with contextlib.redirect_stdout(printed):
                _bind(function, named)
                with autograd_runs(runs), additions or contextlib.nullcontext():
                    result = function(*arguments)
                seen = _returned(result, leaves, function)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            seen = {"raised": _raised(error, function)}
        after = _state(named, {**tensors, **leaves})
    for warning in caught:
        printed.write(f"warning: {_first_line(warning.message)}\n")
    counted = {"autograd": len(runs), "additions": additions.count if additions else None}
    return Outcome(before, after, **seen, printed=printed.text, **counted)


def _seed(seed):
    torch.default_generator.manual_seed(seed)  # torch.manual_seed spends 2 ms on other devices
    numpy.random.seed(seed)  # noqa: NPY002
    random.seed(seed)


class _Head(io.TextIOBase):
    """A stream that keeps the first characters only, however much is printed."""

    text = ""

    def write(self, text):
        self.text += text[: PRINTED - len(self.text)]
        return len(text)


def _bind(function, named):
    """Raise WrongParameters if `function` can't take these arguments by position."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # a built-in function may not tell its parameters
        return
    try:
        signature.bind(*named.values())
    except TypeError:
        text = f"takes the parameters {signature}, but is called with ({', '.join(named)})"
        raise WrongParameters(text) from None


def _returned(result, leaves, function):
    """The part of an Outcome that a returned value makes."""
    attached = {path: t for path, t in tensors_of({"": result}) if t.requires_grad}
    gradients = {}
    for path, tensor in attached.items():
        found = _gradient(tensor, list(leaves.values()), function)
        gradients.update({(path, leaf): g for leaf, g in zip(leaves, found, strict=True)})
    return {
        "value": flatten({"": result}),
        "attached": tuple(attached),
        "gradients": gradients,
    }


def _gradient(tensor, leaves, function):
    """The gradient of `tensor`, its entries weighted unevenly, to each leaf (0 if unused)."""
    try:
        with torch.enable_grad():  # the function may have left it off
            real = torch.view_as_real(tensor) if tensor.is_complex() else tensor
            weights = 1.5 + torch.arange(real.numel(), dtype=torch.float64).sin()
            total = (real * weights.to(real.dtype).reshape(real.shape)).sum()
        if not leaves:
            return []
        return torch.autograd.grad(
            total, leaves, retain_graph=True, allow_unused=True, materialize_grads=True
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return [_raised(error, function)] * len(leaves)


def _raised(error, function):
    """`error` with the last line of the function's own file that it came through."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    line, trace = "", error.__traceback__
    while trace and code:
        if trace.tb_frame.f_code.co_filename == code.co_filename:
            text = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            line = f" in line {trace.tb_lineno}{text and f', `{text}`'}"
        trace = trace.tb_next
    return Raised(tuple(kind.__name__ for kind in type(error).__mro__), _first_line(error), line)


def _first_line(message):
    """The first line of an exception or a warning: short, and without addresses."""
    line = (str(message).strip().splitlines() or [""])[0]
    line = re.sub(r"0x[0-9a-fA-F]+", "0x…", line)  # it differs from run to run
    return line if len(line) <= 160 else line[:159] + "…"


def leaves_of(tensors):
    """The leaves that require grad among these tensors and in the graphs that they hang on."""
    leaves = {path: t for path, t in tensors.items() if t.is_leaf and t.requires_grad}
    known = {id(t) for t in leaves.values()}
    for path, tensor in tensors.items():
        nodes, seen = [tensor.grad_fn], set()
        while nodes:
            node = nodes.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            leaf = getattr(node, "variable", None)
            if leaf is not None and id(leaf) not in known:
                known.add(id(leaf))
                leaves[f"leaf {len(leaves) + 1}, below {path}"] = leaf
            nodes.extend(parent for parent, _ in reversed(node.next_functions))
    return leaves


def _state(named, tensors):
    """The flattened arguments, and each tensor's .grad and requires_grad, as they are now."""
    flat = flatten(named)
    state = {**flat, **flatten(tensors)}
    for path, tensor in tensors.items():
        if tensor.is_leaf:
            state.update(flatten({f"{path}.grad": tensor.grad}))
        state[f"{path}.requires_grad"] = tensor.requires_grad
    return {**state, **flat}  # an item that was replaced shows as it is now
