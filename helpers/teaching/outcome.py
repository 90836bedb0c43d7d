"""What a function did with one case, as plain data: it can be pickled and recorded.

observe.py makes an `Outcome`; how two of them differ is compare.py's matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy
import torch

# NumPy's dtypes that torch has as well.
ARRAYS = frozenset(
    ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
)


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
    autograd: int = 0  # how often it had autograd compute derivatives
    additions: int | None = None  # numbers that it added up; None where nobody counted

    @property
    def changed(self):
        """Paths of what the call changed in its arguments."""
        paths = {**self.before, **self.after}
        return [
            path for path in paths if not same_leaf(self.before.get(path), self.after.get(path))
        ]

    @property
    def nothing(self):
        """Whether the function returned None or ..., as a stub does."""
        return not self.raised and (self.value[""] is None or self.value[""] is ...)


def items_of(value):
    """The items of a container, (the end of the path, item) each; None for anything else."""
    if isinstance(value, (list, tuple)):
        return [(f"[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return [(f"[{key!r}]", item) for key, item in value.items()]
    if isinstance(value, torch.nn.Module):
        named = [*value.named_parameters(), *value.named_buffers()]
        return [(f".{name}", item) for name, item in named]
    return None


def tensors_of(named: dict) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (path, tensor) for every tensor in these values: the tensors themselves, no copies."""
    for path, value in named.items():
        if isinstance(value, torch.Tensor):
            yield path, value
        else:
            yield from tensors_of({path + end: item for end, item in items_of(value) or ()})


def flatten(named: dict) -> dict:
    """A dict from each path to its leaf: a number, a copy of a tensor, a Container, …"""
    flat = {}
    for path, value in named.items():
        if isinstance(value, numpy.ndarray) and value.ndim == 0:
            value = value[()]  # NumPy's own functions return a number there
        items = items_of(value)
        if isinstance(value, torch.Tensor):
            flat[path] = value.detach().as_subclass(torch.Tensor).clone()
        elif isinstance(value, numpy.ndarray) and value.dtype.name in ARRAYS:
            native = value.dtype.newbyteorder("=")  # torch knows no other order of bytes
            flat[path] = numpy.array(value, native)  # a copy, of a subclass as well
        elif isinstance(value, (numpy.bool_, numpy.integer)):
            flat[path] = value.item()  # a whole number of NumPy's counts as Python's
        elif isinstance(value, numpy.floating) and not isinstance(value, float):
            flat[path] = numpy.array(value)  # float32 keeps its dtype; float64 is a float anyway
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
    if isinstance(value, numpy.ndarray) and value.dtype.kind in "uifc":
        return f"a NumPy array of {value.dtype.name}"
    named = {
        "ndarray": "a NumPy array of other things than numbers",
        "generator": "a generator (it uses `yield`)",
        "coroutine": "a coroutine (it is `async`)",
    }
    if isinstance(value, numpy.generic):
        return "a NumPy number"
    if callable(value):
        name = getattr(value, "__name__", "<>")
        return "a function" if "<" in name else f"the function {name}"
    return named.get(type(value).__name__, f"a {type(value).__name__}")


def same_leaf(a, b):
    """Whether two leaves are equal to the last bit, NaN being equal to itself."""
    if isinstance(a, numpy.ndarray) and isinstance(b, numpy.ndarray):
        a, b = torch.from_numpy(a), torch.from_numpy(b)
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        same = a.shape == b.shape and a.dtype == b.dtype
        return same and bool(((a == b) | ((a != a) & (b != b))).all())
    return type(a) is type(b) and (a == b or (a != a and b != b))
