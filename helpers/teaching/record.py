"""What functions did, as text: Outcomes that were recorded elsewhere, or at another time.

The format is JSON and holds no code, so what a stranger's process wrote can be read without harm;
and an exercise whose outcomes were recorded needs neither its reference nor its mistakes.
"""

import base64
import json

import numpy
import torch

from helpers.teaching.outcome import Container, Other, Outcome, Raised

NAMES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128"
DTYPES = {name: getattr(torch, name) for name in NAMES.split()}
LONGEST = 2000  # characters of a text that are kept


def encode(outcome):
    """An Outcome as a text of one line, JSON."""
    changed = {
        path: _encoded(leaf)
        for path, leaf in outcome.after.items()
        if path in outcome.changed or path not in outcome.before
    }
    return json.dumps(
        {
            "before": {path: _encoded(leaf) for path, leaf in outcome.before.items()},
            "changed": changed,
            "lost": [path for path in outcome.before if path not in outcome.after],
            "value": {path: _encoded(leaf) for path, leaf in outcome.value.items()},
            "attached": list(outcome.attached),
            "gradients": [[*pair, _encoded(g)] for pair, g in outcome.gradients.items()],
            "raised": _encoded(outcome.raised),
            "printed": outcome.printed,
            "autograd": outcome.autograd,
            "additions": outcome.additions,
        }
    )


def decode(text):
    """The Outcome that `encode` wrote. Raises ValueError for anything else, whoever wrote it."""
    try:
        raw = json.loads(text)
        before = _leaves(raw["before"])
        lost = set(raw["lost"])
        after = {path: leaf for path, leaf in before.items() if path not in lost}
        raised = _decoded(raw["raised"])
        if not (raised is None or isinstance(raised, Raised)):
            raise ValueError("raised")
        value = _leaves(raw["value"])
        if not raised and "" not in value:
            raise ValueError("value")
        return Outcome(
            before,
            after | _leaves(raw["changed"]),
            value,
            tuple(map(_text, raw["attached"])),
            {(_text(a), _text(b)): _gradient(g) for a, b, g in raw["gradients"]},
            raised,
            _text(raw["printed"]),
            int(_number(raw.get("autograd", 0))),
            None if raw.get("additions") is None else int(_number(raw["additions"])),
        )
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
    ) as error:
        raise ValueError(f"This is no recorded outcome ({type(error).__name__}).") from None


def _encoded(leaf):
    if isinstance(leaf, torch.Tensor):
        dense = leaf.detach().to_dense()
        # One number that was expanded has the stride 0, and counts as contiguous: copy it.
        flat = dense.reshape(-1).clone(memory_format=torch.contiguous_format)
        raw = flat.view(torch.uint8).numpy().tobytes() if dense.numel() else b""
        dtype = str(dense.dtype).removeprefix("torch.")
        if dtype not in DTYPES:
            return {"other": f"a tensor of {dtype}"}
        return {"tensor": [dtype, list(dense.shape), base64.b64encode(raw).decode()]}
    if isinstance(leaf, numpy.ndarray):
        return {"array": _encoded(torch.from_numpy(leaf))["tensor"]}
    if isinstance(leaf, Container):
        return {"container": [leaf.kind, list(leaf.items)]}
    if isinstance(leaf, Other):
        return {"other": leaf.kind}
    if isinstance(leaf, Raised):
        return {"raised": [list(leaf.classes), leaf.message, leaf.line]}
    if leaf is ...:
        return {"ellipsis": 0}
    if isinstance(leaf, complex):
        return {"complex": [isinstance(leaf, numpy.generic), float(leaf.real), float(leaf.imag)]}
    if isinstance(leaf, numpy.generic):  # numpy.float64 is a float, too
        return {"numpy": float(leaf)}
    return leaf


def _decoded(raw):
    if not isinstance(raw, dict):
        if raw is None or isinstance(raw, (bool, int, float)):
            return raw
        return _text(raw)
    ((kind, held),) = raw.items()
    if kind == "tensor":
        dtype, shape, data = held
        data = bytearray(base64.b64decode(data, validate=True))
        empty = torch.empty(0, dtype=DTYPES[dtype])
        return (torch.frombuffer(data, dtype=DTYPES[dtype]) if data else empty).reshape(shape)
    if kind == "array":
        return _decoded({"tensor": held}).numpy()
    if kind == "container":
        return Container(_text(held[0]), tuple(map(_text, held[1])))
    if kind == "other":
        return Other(_text(held))
    if kind == "raised":
        classes, message, line = held
        return Raised(tuple(map(_text, classes)), _text(message), _text(line))
    if kind == "ellipsis":
        return ...
    if kind == "numpy":
        return numpy.float64(_number(held))
    if kind == "complex":
        of_numpy, real, imag = held
        return (numpy.complex128 if of_numpy else complex)(complex(_number(real), _number(imag)))
    raise ValueError(kind)


def _leaves(raw):
    return {_text(path): _decoded(leaf) for path, leaf in raw.items()}


def _gradient(raw):
    gradient = _decoded(raw)
    if not isinstance(gradient, (torch.Tensor, Raised)):
        raise ValueError("gradient")
    return gradient


def _number(raw):
    if not isinstance(raw, (int, float)):
        raise ValueError("number")
    return raw


def _text(raw):
    if not isinstance(raw, str):
        raise ValueError("text")
    return raw[:LONGEST].encode("utf-8", "replace").decode()  # without halves of characters
