"""How two values differ, in words."""

import math
from dataclasses import dataclass, replace

import numpy
import torch

from helpers.teaching.outcome import Container, Other
from helpers.teaching.shown import SHOWN, brief, dtype_of, inside, name, nested, number, wanted

# dtype → (relative, absolute): |got − expected| ≤ absolute + relative·|expected|, entry by entry.
# Wide enough for another order of operations, so that a small mistake must show in a float64 case.
# A Python float counts as float64, a complex number as its two parts; all else must be equal.
TOLERANCE = {
    torch.float64: (1e-9, 1e-11),
    torch.float32: (1e-4, 1e-6),
    torch.float16: (1e-2, 1e-3),
    torch.bfloat16: (5e-2, 1e-2),
}

# Of these it may be told what kind they are; anything else, such as None, would be told whole.
KINDS = (torch.Tensor, numpy.ndarray, bool, int, float, complex, str, Container)
ELSE = "something else than is expected"


@dataclass(frozen=True)
class Difference:
    """What a function does that another does not, and the figures, if there are any.

    kind: the same as `text`, made without the value, shape, length or figures that are expected;
    for somebody who must not learn them. Where they are no part of the text, it is the text.
    """

    text: str
    kind: str
    expected: str
    got: str
    absolute: float | None = None  # largest errors; None if there are no numbers to compare
    relative: float | None = None
    rule: bool = False  # whether the values are right, and only how they came about is wrong

    def after(self, words):
        """The same Difference, its words put after these."""
        return replace(self, text=words + self.text, kind=words + self.kind)


def compare(expected: dict, got: dict, loose: float = 0.0) -> Difference | None:
    """The first Difference between two flat values, or None. Its words are what `got` has instead."""
    for path, want in expected.items():
        have, at = got.get(path, Other("nothing")), in_result(path)
        text = kind = found = None
        if _type(want) is float and _type(have) in (int, float):
            numbers = [torch.tensor(float(x), dtype=torch.float64) for x in (want, have)]
            found = _errors(*numbers, at, loose)
        elif _type(want) is float and isinstance(have, numpy.ndarray):
            text = kind = f"{_no_number(have)}{at} where one number is expected"
        elif _type(want) != _type(have):
            text = f"{name(have)}{at} where {wanted(want)} is expected"
            kind = f"{name(have)}{at} where {name(want)} is expected"
            kind = kind if isinstance(want, KINDS) else ELSE
        elif isinstance(want, Container) and want != have:
            pair = wanted(want) == "a pair"
            text = f"{inside(have)}{at} where {'a pair' if pair else inside(want)} is expected"
            kind = f"{want.kind} with other items{at} than are expected"
            if want.kind == "a list":
                kind = f"a list of another length{at} than is expected"
        elif not isinstance(want, (torch.Tensor, numpy.ndarray)):
            text = f"{have!r}{at} where {want!r} is expected" if want != have else None
            kind = ELSE
        elif tuple(want.shape) != tuple(have.shape):
            text = f"the shape {tuple(have.shape)}{at} where {tuple(want.shape)} is expected"
            kind = f"another shape{at} than is expected"
        elif want.dtype != have.dtype:
            text = kind = f"{dtype_of(have)}{at} where {dtype_of(want)} is expected"
        else:
            pair = [torch.as_tensor(leaf) for leaf in (want, have)]
            found = _errors(*pair, at, loose)
        if text or found:
            return found or Difference(text, kind, brief(expected, path), brief(got, path))
    return None


def _errors(want, have, at, loose):
    """The Difference of two tensors of one shape and dtype, or None within the tolerance."""
    want, have = want.to_dense(), have.to_dense()
    if want.is_complex():
        want, have = torch.view_as_real(want), torch.view_as_real(have)
    relative, absolute = TOLERANCE.get(want.dtype, (0, 0))
    if loose and want.is_floating_point():
        absolute = max(absolute, loose * _largest(want))
    wide = torch.float64 if want.is_floating_point() else torch.int64
    a, b = want.to(wide), have.to(wide)
    equal = (a == b) | (a.isnan() & b.isnan())
    error = torch.where(equal, 0, (a - b).abs().to(torch.float64).nan_to_num(math.inf, math.inf))
    if bool((equal | (error <= absolute + relative * a.abs().nan_to_num(0, 0))).all()):
        return None
    share = torch.where(equal, 0, (error / a.abs()).nan_to_num(math.inf, math.inf))
    lost = a.isfinite() & ~b.isfinite()
    if bool(lost.any()):
        what = "NaN" if bool(b[lost].isnan().all()) else "infinity"
        count = f" in {int(lost.sum())} of {lost.numel()} places" if lost.numel() > 1 else ""
        text, kind = (f"{what}{at}{n} where a finite number is expected" for n in (count, ""))
        place = tuple(lost.nonzero()[0].tolist())
    else:
        kind = f"other values{at}"
        text = f"{kind}: off by up to {error.max():.3g}, relative {share.max():.3g}"
        place = tuple(map(int, numpy.unravel_index(int(error.argmax()), tuple(error.shape))))
    sides = _pair(want, have, place)
    return Difference(text, kind, *sides, float(error.max()), float(share.max()))


def _largest(tensor):
    finite = tensor[tensor.isfinite()].abs()
    return float(finite.max()) if finite.numel() else 0.0


def _pair(want, have, place):
    """Both tensors as short aligned texts; of large ones the entry at `place` only."""
    end = ""
    if want.numel() > SHOWN:
        want, have, end = want[place], have[place], f"  at {list(place)}"
    for digits in (6, 9, 17):  # as many as it takes to see a difference
        sides = [[number(x, digits) for x in t.flatten().tolist()] for t in (want, have)]
        if sides[0] != sides[1]:
            break
    width = max(len(text) for side in sides for text in side)
    return [nested([text.rjust(width) for text in side], want.shape) + end for side in sides]


def _no_number(array):
    """What an array is that stands for a float64 number."""
    if array.ndim == 0:
        return f"a number of {array.dtype}"
    how = ", whose one entry `.item()` gives," if array.size == 1 else ""
    return f"an array of shape {array.shape}{how}"


def _type(leaf):
    """What two leaves must share to be compared. A bool is no int, and np.float64 is a float."""
    if isinstance(leaf, (Container, Other)):
        return leaf.kind
    kinds = (torch.Tensor, numpy.ndarray, bool, int, float)
    return next((kind for kind in kinds if isinstance(leaf, kind)), type(leaf))


def in_result(path: str) -> str:
    """Where in a result a path leads, in words; empty for the whole."""
    return f" in result{path}" if path else ""
