"""Values in one short line, for the words of a check."""

import re

import numpy
import torch

from helpers.teaching.outcome import Container, Other

SHOWN = 8  # entries of a tensor, or items of a list, that are shown


def aligned(rows: tuple[tuple[str, str], ...]) -> list[str]:
    """Rows as lines, their texts below each other."""
    width = max((len(label) for label, _ in rows), default=0) + 2
    return [label.ljust(width) + text.replace("\n", "\n" + " " * width) for label, text in rows]


def brief(flat: dict, path: str = "") -> str:
    """The value at `path` in one short line, the same each time: `[1, 2.5]  float64 (2,)`."""
    value = flat.get(path, Other("nothing"))
    if isinstance(value, numpy.ndarray):
        return brief({"": torch.from_numpy(value)})
    if isinstance(value, torch.Tensor):
        texts = [number(x, 6) for x in value.to_dense().flatten()[:SHOWN].tolist()]
        cut = value.numel() > SHOWN
        shown = f"[{', '.join(texts[:4])}, …]" if cut else nested(texts, value.shape)
        return f"{shown}  {dtype_of(value)} {tuple(value.shape)}"
    if isinstance(value, Container) and value.kind != "a module":
        texts = [brief(flat, path + end) for end in value.items[:SHOWN]]
        texts += ["…"] * (len(value.items) > SHOWN)
        return _cut("; ".join(texts).join("[]"), 300)
    if isinstance(value, (int, float, complex, str)):
        return _cut(number(value, 6) if isinstance(value, float) else repr(value), 80)
    return _cut(name(value), 80)


def name(leaf: object) -> str:
    """What a leaf is, in words."""
    if isinstance(leaf, (Container, Other)):
        return leaf.kind
    if leaf is None or leaf is ...:
        return "None" if leaf is None else "..."
    if isinstance(leaf, numpy.generic):
        return "a NumPy number"
    if isinstance(leaf, numpy.ndarray):
        return "a NumPy array" if leaf.ndim else "a NumPy number"
    return "a torch tensor" if isinstance(leaf, torch.Tensor) else f"a Python {type(leaf).__name__}"


def wanted(leaf: object) -> str:
    """What a leaf is that should be there, in words: two values are a pair, as pages say."""
    pair = isinstance(leaf, Container) and leaf.kind == "a list" and len(leaf.items) == 2
    return "a pair" if pair else name(leaf)


def inside(container: Container) -> str:
    """A container and what is in it, in words."""
    if container.kind == "a list":
        return f"a list of {len(container.items)}"
    return f"{container.kind} with {', '.join(container.items) or 'nothing'}"


def dtype_of(tensor: torch.Tensor) -> str:
    """`float64` for torch.float64."""
    return str(tensor.dtype).removeprefix("torch.")


def number(x: complex, digits: int) -> str:
    """A number with so many significant digits; whole numbers as they are."""
    return f"{x:.{digits}g}" if isinstance(x, float) else str(x)


def nested(texts: list[str], shape: tuple[int, ...]) -> str:
    """Numbers of a tensor in its brackets, in one line."""
    if 0 in shape:
        return "[]"
    for size in reversed(shape):
        texts = [", ".join(texts[i : i + size]).join("[]") for i in range(0, len(texts), size)]
    return texts[0]


def _cut(text, length):
    text = re.sub(r"0x[0-9a-fA-F]+", "0x…", text)
    return text if len(text) <= length else text[: length - 1] + "…"
