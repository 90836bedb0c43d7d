"""What a function did with one case, as plain data.

`observe` runs a function and knows nothing of what is expected of it, so it may run in a process of
its own: an `Outcome` can be pickled. How two outcomes differ is compare.py's matter.
"""

import contextlib
import inspect
import io
import linecache
import random
import re
import warnings
from dataclasses import dataclass, field

import numpy
import torch

PRINTED = 1000  # characters that are kept of what a function prints


@dataclass(frozen=True)
class Container:
    """A list or tuple (one is as good as the other), a dict or a module; its items follow it."""

    kind: str
    items: tuple[str, ...]  # what each item's path has after the container's own


@dataclass(frozen=True)
class Other:
    """A value that is not looked into, by what it is."""

    kind: str


@dataclass(frozen=True)
class Raised:
    """An exception: the names of its classes, its message's first line, and where it came from."""

    classes: tuple[str, ...]
    message: str
    line: str  # " in line 3, `return x / 0`", or empty

    def __str__(self):
        return f"{self.classes[0]}{self.message and f' ({self.message})'}{self.line}"


@dataclass(frozen=True)
class Outcome:
    """All that a function did with one case. Values are flat: dicts from a path to a leaf."""

    before: dict  # the arguments by name, and each tensor's .grad and requires_grad, …
    after: dict  # … and the same after the call
    value: dict = field(default_factory=dict)  # the result, its path empty; nothing if it raised
    attached: tuple = ()  # paths of the result's tensors that require grad
    gradients: dict = field(default_factory=dict)  # (result's path, leaf's path) → tensor or Raised
    raised: Raised | None = None
    printed: str = ""  # the start of what it printed and was warned of

    @property
    def changed(self):
        """Paths of what the call changed in its arguments."""
        paths = {**self.before, **self.after}
        return [path for path in paths if not _same(self.before.get(path), self.after.get(path))]

    @property
    def nothing(self):
        """Whether the function returned None or ..., as a stub does."""
        return not self.raised and (self.value[""] is None or self.value[""] is ...)


class WrongParameters(TypeError):
    """A function can't be called with the arguments of its exercise."""


def observe(function, build, names, seed=0):
    """The Outcome of `function` for the tuple of arguments that `build` returns.

    `names` are what the arguments are called. `seed`: where torch's, NumPy's and Python's global
    random numbers start. What the function raises is part of the outcome; KeyboardInterrupt passes.
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
        try:
            with contextlib.redirect_stdout(printed):
                _bind(function, named)
                seen = _returned(function(*arguments), leaves, function)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            seen = {"raised": _raised(error, function)}
        after = _state(named, {**tensors, **leaves})
    for warning in caught:
        printed.write(f"warning: {_first_line(warning.message)}\n")
    return Outcome(before, after, **seen, printed=printed.text)


@contextlib.contextmanager
def isolated():
    """Known global state inside, the caller's own afterwards: random numbers, grad mode, dtype."""
    grad, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    always = torch.is_warn_always_enabled()
    states = random.getstate(), numpy.random.get_state()  # noqa: NPY002 (an attempt may use it)
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False):
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_warn_always(True)  # a second check must not see less than the first
        try:
            yield
        finally:
            torch.set_grad_enabled(grad)
            torch.set_default_dtype(dtype)
            torch.set_warn_always(always)
            random.setstate(states[0])
            numpy.random.set_state(states[1])  # noqa: NPY002


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


def _items(value):
    """The items of a container, (the end of the path, item) each; None for anything else."""
    if isinstance(value, (list, tuple)):
        return [(f"[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return [(f"[{key!r}]", item) for key, item in value.items()]
    if isinstance(value, torch.nn.Module):
        named = [*value.named_parameters(), *value.named_buffers()]
        return [(f".{name}", item) for name, item in named]
    return None


def tensors_of(named):
    """Yield (path, tensor) for every tensor in these values: the tensors themselves, no copies."""
    for path, value in named.items():
        if isinstance(value, torch.Tensor):
            yield path, value
        else:
            yield from tensors_of({path + end: item for end, item in _items(value) or ()})


def flatten(named):
    """A dict from each path to its leaf: a number, a copy of a tensor, a Container, …"""
    flat = {}
    for path, value in named.items():
        items = _items(value)
        if isinstance(value, torch.Tensor):
            flat[path] = value.detach().as_subclass(torch.Tensor).clone()
        elif items is not None:
            kinds = {dict: "a dict", torch.nn.Module: "a module"}
            kind = next((kinds[k] for k in kinds if isinstance(value, k)), "a list")
            flat[path] = Container(kind, tuple(end for end, _ in items))
            flat.update(flatten({path + end: item for end, item in items}))
        elif value is None or value is ... or isinstance(value, (int, float, complex, str)):
            flat[path] = value
        else:
            flat[path] = Other(_kind(value))
    return flat


def _kind(value):
    """What a value is that is neither compared nor looked into."""
    named = {
        "ndarray": "a NumPy array",
        "generator": "a generator (it uses `yield`)",
        "coroutine": "a coroutine (it is `async`)",
    }
    if isinstance(value, numpy.generic):
        return "a NumPy number"
    if callable(value):
        name = getattr(value, "__name__", "<>")
        return "a function" if "<" in name else f"the function {name}"
    return named.get(type(value).__name__, f"a {type(value).__name__}")


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


def _same(a, b):
    """Whether two leaves are equal to the last bit, NaN being equal to itself."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        same = a.shape == b.shape and a.dtype == b.dtype
        return same and bool(((a == b) | ((a != a) & (b != b))).all())
    return type(a) is type(b) and (a == b or (a != a and b != b))
