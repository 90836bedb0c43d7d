"""What a function did with one case, as plain data, and how two such outcomes differ.

`observe` runs a function and knows nothing of what is expected; `difference` compares and runs
nothing. So the two may live in different processes: an `Outcome` can be pickled.
"""

import contextlib
import inspect
import io
import linecache
import math
import random
import re
import warnings
from dataclasses import dataclass, field, replace
from functools import partial

import numpy
import torch

# dtype → (relative, absolute): |got − expected| ≤ absolute + relative·|expected| in every place.
# Wide enough for another order of operations, so a mistake must show in a float64 case. A Python
# float counts as float64, a complex number as its parts; integers and bools must be equal.
TOLERANCE = {
    torch.float64: (1e-9, 1e-11),
    torch.float32: (1e-4, 1e-6),
    torch.float16: (1e-2, 1e-3),
    torch.bfloat16: (5e-2, 1e-2),
}
REAL = {torch.complex128: torch.float64, torch.complex64: torch.float32}

OTHERS = {
    "ndarray": "a NumPy array",
    "generator": "a generator (it uses `yield`)",
    "coroutine": "a coroutine (it is `async`)",
}
PRINTED = 1000  # characters that are kept of what a function prints
SHOWN = 8  # entries of a tensor that are shown in full


@dataclass(frozen=True)
class Container:
    """A list (a tuple is as good), a dict or a module in a flattened value."""

    kind: str
    size: int


@dataclass(frozen=True)
class Other:
    """A value of a type that is not compared, by its type's name."""

    kind: str


@dataclass(frozen=True)
class Raised:
    """An exception: the names of its classes, its message's first line, the line that raised it."""

    classes: tuple[str, ...]
    message: str
    line: str

    def __str__(self):
        return f"{self.classes[0]}{f' ({self.message})' if self.message else ''}{self.line}"


@dataclass(frozen=True)
class Outcome:
    """All that a function did with one case. Flattened values are dicts from a path to a leaf."""

    arguments: dict  # name → short text, for the learner to read
    before: dict  # the flattened arguments, with their .grad and requires_grad …
    after: dict  # … and the same after the call
    value: dict = field(default_factory=dict)  # the flattened result, empty if it raised
    attached: tuple = ()  # paths of the result's tensors that require grad
    gradients: dict = field(default_factory=dict)  # (result's path, leaf's path) → tensor or Raised
    raised: Raised | None = None
    printed: str = ""

    @property
    def changed(self):
        """Paths of what the call changed in its arguments."""
        paths = {**self.before, **self.after}
        return [p for p in paths if not _same(self.before.get(p), self.after.get(p))]

    @property
    def nothing(self):
        """Whether the function returned None or ..., as a stub does."""
        return not self.raised and (self.value[""] is None or self.value[""] is ...)


@dataclass(frozen=True)
class Difference:
    """How an outcome differs from another: what the function does, and the figures, if any."""

    text: str
    expected: str
    got: str
    absolute: float | None = None  # largest errors; None if there is nothing to measure
    relative: float | None = None


def observe(function, build, names, seed=0):
    """The Outcome of `function` for the tuple of arguments that `build` returns.

    `names` are the arguments' names. `seed` is what torch's, numpy's and Python's global random
    numbers start from. What the function raises is part of the outcome, but KeyboardInterrupt,
    which passes.
    """
    output = _Head()
    with isolated(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _seed(0)
        arguments = build()
        if not isinstance(arguments, tuple) or len(arguments) > len(names):
            expected = f"a tuple of the arguments {', '.join(names)}"
            raise TypeError(f"A case's builder must return {expected}; got {arguments!r}.")
        named = dict(zip(names, arguments, strict=False))
        tensors = dict(_tensors(named))
        leaves = _leaves(tensors)
        state = partial(_state, named, {**tensors, **leaves})
        seen = {"arguments": {name: brief(value) for name, value in named.items()}}
        seen["before"] = state()
        _seed(seed)
        try:
            _bind(function, named)
            with contextlib.redirect_stdout(output):
                result = function(*arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            seen["raised"] = _raised(error, function)
        seen["after"] = state()
        if "raised" not in seen:
            seen["value"] = flatten({"": result})
            attached = {p: t for p, t in _tensors({"": result}) if t.requires_grad}
            seen["attached"] = tuple(attached)
            seen["gradients"] = _gradients(attached, leaves, function)
    notes = [f"warning: {str(w.message).splitlines()[0]}\n" for w in caught]
    return Outcome(**seen, printed="".join([output.text, *notes])[:PRINTED])


@contextlib.contextmanager
def isolated():
    """Known global state inside, the caller's own afterwards: random numbers, grad mode, dtype."""
    grad, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    states = random.getstate(), numpy.random.get_state()  # noqa: NPY002 (learners use it)
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False):
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        try:
            yield
        finally:
            torch.set_grad_enabled(grad)
            torch.set_default_dtype(dtype)
            random.setstate(states[0])
            numpy.random.set_state(states[1])  # noqa: NPY002


def _seed(seed):
    torch.manual_seed(seed)
    numpy.random.seed(seed)  # noqa: NPY002
    random.seed(seed)


class _Head(io.TextIOBase):
    """A stream that keeps the first characters only, however much is printed."""

    text = ""

    def write(self, text):
        self.text += text[: PRINTED - len(self.text)]
        return len(text)


def _items(value):
    """The named items of a container, or None for anything else."""
    if isinstance(value, (list, tuple)):
        return [(f"[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return [(f"[{key!r}]", item) for key, item in value.items()]
    if isinstance(value, torch.nn.Module):
        named = [*value.named_parameters(), *value.named_buffers()]
        return [(f".{name}", item) for name, item in named]
    return None


def flatten(named):
    """A dict from each path to its leaf: a detached copy of a tensor, a number, a Container, …"""
    flat = {}
    for path, value in named.items():
        items = _items(value)
        if isinstance(value, torch.Tensor):
            flat[path] = value.detach().clone()
        elif items is not None:
            kinds = {dict: "a dict", torch.nn.Module: "a module"}
            kind = next((k for t, k in kinds.items() if isinstance(value, t)), "a list")
            flat[path] = Container(kind, len(items))
            flat.update(flatten({path + name: item for name, item in items}))
        elif value is None or value is ... or isinstance(value, (int, float, complex, str)):
            flat[path] = value
        else:
            flat[path] = Other(OTHERS.get(type(value).__name__, f"a {type(value).__name__}"))
    return flat


def _tensors(named):
    """(path, tensor) for every tensor in these values: the tensors themselves, not copies."""
    for path, value in named.items():
        if isinstance(value, torch.Tensor):
            yield path, value
        else:
            yield from _tensors({path + name: item for name, item in _items(value) or ()})


def _leaves(tensors):
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
                leaves[f"a leaf of {path} ({len(leaves) + 1})"] = leaf
            nodes.extend(parent for parent, _ in reversed(node.next_functions))
    return leaves


def _state(named, tensors):
    """The flattened arguments and, of each tensor, its .grad and requires_grad, as they are now."""
    state = flatten(tensors)
    for path, tensor in tensors.items():
        if tensor.is_leaf:
            state.update(flatten({f"{path}.grad": tensor.grad}))
        state[f"{path}.requires_grad"] = tensor.requires_grad
    return {**state, **flatten(named)}  # an item that was replaced shows as it is now


def _gradients(attached, leaves, function):
    """The gradient of each result, weighted unevenly, with respect to each leaf (0 if unused)."""
    gradients = {}
    for path, tensor in attached.items():
        real = torch.view_as_real(tensor) if tensor.is_complex() else tensor
        weights = 1.5 + torch.arange(real.numel(), dtype=torch.float64).sin()
        try:
            found = torch.autograd.grad(
                (real * weights.to(real.dtype).reshape(real.shape)).sum(),
                list(leaves.values()),
                retain_graph=True,
                allow_unused=True,
                materialize_grads=True,
            )
        except Exception as error:
            found = [_raised(error, function)] * len(leaves)
        gradients.update({(path, leaf): g for leaf, g in zip(leaves, found, strict=True)})
    return gradients


class WrongParameters(TypeError):
    """A function can't be called with the arguments of its exercise."""


def _bind(function, named):
    with contextlib.suppress(ValueError):  # a built-in function may not tell its parameters
        signature = inspect.signature(function)
        try:
            signature.bind(*named)
        except TypeError:
            text = f"takes the parameters {signature}, but is called with ({', '.join(named)})"
            raise WrongParameters(text) from None


def _raised(error, function):
    """`error` with the last line of the function's own file that it came through."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    line, trace = "", error.__traceback__
    while trace and code:
        if trace.tb_frame.f_code.co_filename == code.co_filename:
            text = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            line = f" in line {trace.tb_lineno}" + (f", `{text}`" if text else "")
        trace = trace.tb_next
    message = re.sub(r"0x[0-9a-fA-F]+", "0x…", (str(error).strip().splitlines() or [""])[0])
    return Raised(tuple(c.__name__ for c in type(error).__mro__), _cut(message, 160), line)


def difference(expected, got, detached=False):
    """How the outcome `got` differs from `expected`: a Difference, or None if it does not.

    detached: whether a result that requires grad where the expected one does not is a difference.
    """
    if expected.raised or got.raised:
        return _raise_difference(expected, got) or _argument_difference(expected, got)
    found = compare(expected.value, got.value)
    if found:
        prints = got.nothing and got.printed
        text = (
            "prints and returns None: end it with `return`" if prints else f"returns {found.text}"
        )
        found = replace(found, text=text)
    if found and found.absolute is None:  # a type, a length, a shape, a dtype: nothing to measure
        return found
    found = _argument_difference(expected, got) or found or _gradient_difference(expected, got)
    extra = set(got.attached) - set(expected.attached)
    if found or not (detached and extra):
        return found
    text = f"returns the right values{_at(min(extra))}, but still on the graph: detach them"
    return Difference(text, "requires_grad False", "requires_grad True")


def alike(expected, a, b, detached=False):
    """Whether two attempts at `expected` did the same in this case.

    Graphs count where they are expected, or everywhere if `detached`.
    """
    if not detached:
        a, b = (
            replace(x, attached=tuple(set(x.attached) & set(expected.attached))) for x in (a, b)
        )
    return not (difference(a, b, detached=True) or difference(b, a, detached=True))


def _raise_difference(expected, got):
    want, have = expected.raised, got.raised
    if want and have and want.classes[0] in have.classes:
        return None
    if not have:
        text = f"returns {name_of(got.value[''])} where {want.classes[0]} must be raised"
    elif "SystemExit" in have.classes:
        text = f"calls `sys.exit`{have.line}: leave a function with `return`"
    elif "RecursionError" in have.classes:
        text = f"calls itself without end (RecursionError){have.line}"
    elif "WrongParameters" in have.classes:
        text = have.message
    else:
        text = f"raises {have}" + (f" where {want.classes[0]} must be raised" if want else "")
    sides = [
        f"raises {one.raised.classes[0]}" if one.raised else brief(one.value[""])
        for one in (expected, got)
    ]
    return Difference(text, *sides)


def _argument_difference(expected, got):
    for path in [*got.changed, *expected.changed]:
        was, now, meant = got.before.get(path), got.after.get(path), expected.after.get(path)
        if path not in expected.changed:
            owner, _, what = path.rpartition(".")
            if what == "grad":
                text = f"changes `{path}`: leave every `.grad` as it was"
            elif what == "requires_grad":
                text = f"changes `{path}`: work on a copy, `{owner}.detach().clone()`"
            else:
                text = f"changes its argument `{path}` in place: leave it as it was"
            return Difference(text, brief(was), brief(now))
        if path not in got.changed and not path.endswith(".requires_grad"):
            text = f"leaves `{path}` as it was, where a change in place is expected"
            return Difference(text, brief(meant), brief(now))
        found = compare({"": meant}, {"": now})
        if found and path in got.changed:
            return replace(found, text=f"leaves `{path}` with {found.text}")
    return None


def _gradient_difference(expected, got):
    for path in expected.attached:
        if path not in got.attached:
            text = f"returns the right values{_at(path)} without a graph: no gradient can flow back"
            return Difference(text, "requires_grad True", "requires_grad False")
    for (path, leaf), want in expected.gradients.items():
        if path not in expected.attached:
            continue
        have = got.gradients[path, leaf]
        if isinstance(have, Raised) and not isinstance(want, Raised):
            text = f"returns the right values{_at(path)}, but their backward pass raises {have}"
            return Difference(text, brief(want), f"raises {have.classes[0]}")
        found = compare({"": want}, {"": have})
        if found:
            text = f"returns the right values{_at(path)}, but with respect to `{leaf}` the gradient"
            return replace(found, text=f"{text} has {found.text}")
    return None


def compare(expected, got):
    """The first Difference of two flattened values, or None. Its text is what `got` is instead."""
    for path, want in expected.items():
        have = got.get(path, Other("nothing"))
        text = found = None
        if _type(want) is float and _type(have) in (int, float):
            want, have = (torch.tensor(float(x), dtype=torch.float64) for x in (want, have))
        if _type(want) != _type(have):
            text = f"{name_of(have)}{_at(path)} where {name_of(want)} is expected"
        elif isinstance(want, torch.Tensor):
            for what, a, b in (
                ("shape", tuple(want.shape), tuple(have.shape)),
                ("dtype", _dtype(want), _dtype(have)),
            ):
                if a != b and not text:
                    text = f"the {what} {b}{_at(path)} where {a} is expected"
            found = None if text else _errors(want, have, _at(path))
        elif isinstance(want, Container) and want != have:
            text = f"{have.kind} of length {have.size}{_at(path)} where {want.size} is expected"
        elif want != have:
            text = f"{brief(have)}{_at(path)} where {brief(want)} is expected"
        if text or found:
            return found or Difference(text, brief(want), brief(have))
    return None


def _errors(want, have, at):
    """The Difference of two tensors of one shape and dtype, or None within the tolerance."""
    want, have = want.to_dense(), have.to_dense()
    if want.is_complex():
        want, have = torch.view_as_real(want), torch.view_as_real(have)
    relative, absolute = TOLERANCE.get(want.dtype, (0.0, 0.0))
    a, b = want.to(torch.float64), have.to(torch.float64)
    error = (a - b).abs()
    error[(a == b) | (a.isnan() & b.isnan())] = 0
    error = error.nan_to_num(math.inf, math.inf)
    if bool((error <= absolute + relative * a.abs().nan_to_num(0, 0, 0)).all()):
        return None
    share = torch.where(error == 0, 0, (error / a.abs()).nan_to_num(math.inf, math.inf))
    lost = a.isfinite() & ~b.isfinite()
    if bool(lost.any()):
        what = "NaN" if bool(b[lost].isnan().all()) else "infinity"
        places = f"in {int(lost.sum())} of {lost.numel()} places" if lost.numel() > 1 else ""
        text = f"{what}{at} {places} where a finite number is expected".replace("  ", " ")
        place = lost.nonzero()[0].tolist()
    else:
        text = f"other values{at}: largest error {error.max():.3g} absolute, {share.max():.3g} relative"
        place = numpy.unravel_index(int(error.argmax()), tuple(error.shape))
    return Difference(text, *_pair(want, have, place), float(error.max()), float(share.max()))


def _pair(want, have, place):
    """Both tensors as short aligned texts; of large ones the entry at `place` only."""
    end = ""
    if want.numel() > SHOWN:
        index = tuple(int(i) for i in place)
        want, have, end = want[index], have[index], f"  at {list(index)}"
    for digits in (6, 9, 17):
        sides = [[_number(x, digits) for x in t.flatten().tolist()] for t in (want, have)]
        if sides[0] != sides[1]:
            break
    width = max((len(text) for side in sides for text in side), default=0)
    return [_nested([text.rjust(width) for text in side], want.shape) + end for side in sides]


def brief(value):
    """A value in one short line, the same each time: `[1, 2.5]  float64 (2,)`."""
    items = _items(value)
    if isinstance(value, torch.Tensor):
        numbers = value.detach().to_dense().flatten()[:SHOWN].tolist()
        texts = [_number(x, 6) for x in numbers]
        cut = value.numel() > SHOWN
        shown = f"[{', '.join(texts[:4])}, …]" if cut else _nested(texts, value.shape)
        return f"{shown}  {_dtype(value)} {tuple(value.shape)}"
    if items is not None and not isinstance(value, torch.nn.Module):
        texts = [brief(item) for _, item in items[:SHOWN]] + ["…"] * (len(items) > SHOWN)
        return _cut(f"[{'; '.join(texts)}]" if texts else "[]", 300)
    if isinstance(value, float):
        return _number(value, 6)
    if isinstance(value, (Container, Other)):
        return name_of(value)
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    return _cut(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value)), 80)


def name_of(leaf):
    """What a flattened value's leaf is, in words."""
    if isinstance(leaf, (Container, Other)):
        return leaf.kind
    if leaf is None or leaf is ...:
        return str(leaf).replace("Ellipsis", "...")
    return "a torch tensor" if isinstance(leaf, torch.Tensor) else f"a Python {type(leaf).__name__}"


def _type(leaf):
    """What must agree before two leaves can be compared. A bool is no int; np.float64 is a float."""
    kinds = (torch.Tensor, bool, int, float)
    found = next((kind for kind in kinds if isinstance(leaf, kind)), type(leaf))
    return leaf.kind if isinstance(leaf, (Container, Other)) else found


def _same(a, b):
    """Whether two leaves are equal to the last bit, NaN being equal to itself."""
    if not isinstance(a, torch.Tensor) or not isinstance(b, torch.Tensor):
        return type(a) is type(b) and (a is b or a == b or (a != a and b != b))
    same = a.shape == b.shape and a.dtype == b.dtype
    return same and bool(((a == b) | ((a != a) & (b != b))).all())


def _at(path):
    return f" in result{path}" if path else ""


def _dtype(tensor):
    return str(tensor.dtype).removeprefix("torch.")


def _number(x, digits):
    return f"{x:.{digits}g}" if isinstance(x, float) else str(x)


def _nested(texts, shape):
    """Numbers of a tensor in its brackets, in one line."""
    for size in reversed(shape):
        if not size:
            return "[]"
        texts = [f"[{', '.join(texts[i : i + size])}]" for i in range(0, len(texts), size)]
    return texts[0]


def _cut(text, length):
    return text if len(text) <= length else text[: length - 1] + "…"
