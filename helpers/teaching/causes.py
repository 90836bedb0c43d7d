"""What the numbers of an unknown wrong answer show: a factor, a sign, a place."""

import math

import torch

from helpers.teaching.outcome import Raised
from helpers.teaching.result import Telling


def causes(exercise, expected, outcomes) -> str | Telling:
    """A sentence on what the wrong values have in common, or an empty text if nothing shows.

    It is a Telling where it holds figures, or the place or sign of right values.
    """
    pairs = {}
    for case, want, got in zip(exercise.builders, expected, outcomes, strict=True):
        if case not in exercise.guarded:
            if want.raised or got.raised:
                return ""
            pairs[case] = _pair(want.value, got.value)
    if not pairs or any(a is None or b is None for a, b in pairs.values()):
        return ""
    if any(a.shape != b.shape for a, b in pairs.values()):
        return _of_shapes(pairs.values())
    wrong = {case: pair for case, pair in pairs.items() if not _close(*pair)}
    if not wrong:
        return ""
    return _in_common(wrong) or _of_place(wrong)


def _pair(want, got):
    """The numbers of both; a bare number has no shape that could be wrong."""
    a, b = _numbers(want), _numbers(got)
    bare = [isinstance(value.get(""), (int, float)) for value in (want, got)]
    if any(bare) and a is not None and b is not None:
        return a.flatten(), b.flatten()
    return a, b


def _numbers(value):
    """All numbers of a flat value in one float64 tensor, or None if it holds something else."""
    if set(value) == {""} and hasattr(value[""], "shape"):
        leaf = torch.as_tensor(value[""])
        return None if leaf.is_complex() else leaf.to_dense().to(torch.float64)
    parts = []
    for leaf in value.values():
        if isinstance(leaf, (bool, int, float)) or hasattr(leaf, "shape"):
            parts.append(torch.as_tensor(leaf).to_dense().flatten())
        elif isinstance(leaf, (str, Raised)) or leaf is None:
            return None
    if not parts or any(part.is_complex() for part in parts):
        return None
    return torch.cat([part.to(torch.float64) for part in parts])


def _close(a, b):
    return torch.allclose(a, b, 1e-5, 1e-7, equal_nan=True)


def _in_common(wrong):
    """What turns all wrong results into the right ones."""
    pairs = wrong.values()
    if all(_close(a, -b) for a, b in pairs):
        return "Every number has the wrong sign."
    if all(_close(a.abs(), b.abs()) for a, b in pairs):
        return "The sizes are right; some signs are wrong."
    factors = {case: _factor(*pair) for case, pair in wrong.items()}
    if all(factors.values()):
        return _of_factors({case: _words(factor) for case, factor in factors.items()})
    shifts = [_shift(a, b) for a, b in pairs]
    if all(shift is not None for shift in shifts):
        return "All numbers of a case are off by the same amount: is a term missing or too much?"
    if all(a.dim() == 2 and a.shape[0] == a.shape[1] and _close(a, b.T) for a, b in pairs):
        return "This is the transpose: rows and columns are exchanged."
    if all(a.numel() > 1 and _close(a.flatten(), b.flatten().flip(0)) for a, b in pairs):
        return "The numbers are right and stand in the opposite order."
    if all(
        a.numel() > 1 and _close(*(t.flatten().sort().values for t in (a, b))) for a, b in pairs
    ):
        return "The numbers are right and stand in another order."
    return ""


def _of_factors(words):
    """words: case → the factor by which all its numbers are off."""
    first, *others = words
    other = next((case for case in others if words[case] != words[first]), None)
    if other is None:
        text, kind = (
            f"Every number is {how}: is a factor too much or missing?"
            for how in (f"{words[first]} times the right one", "off by the same factor")
        )
        return Telling(text, kind, (first,))
    text, kind = (
        f"Within a case all numbers are off by one factor{figures}: is it the "
        "number of entries, the number of samples, or an argument of the function?"
        for figures in (f" ({words[first]}, then {words[other]})", "")
    )
    return Telling(text, kind, (first, other))


def _factor(a, b):
    """The one number that b is of a, entry by entry, to six digits; None if there is none."""
    usable = a.isfinite() & b.isfinite() & (a.abs() > 1e-9)
    if not usable.any() or not (b.isfinite() == a.isfinite()).all():
        return None
    factor = float((b[usable] / a[usable]).flatten()[0])
    if factor == 0 or not _close(a * factor, b) or (a.numel() == 1 and not _plain(factor)):
        return None
    return float(f"{factor:.6g}")


def _plain(factor):
    """Whether a factor is a small whole number or one over it: one entry alone shows no other."""
    return any(
        math.isclose(x, round(x), rel_tol=1e-6) and abs(x) < 100 for x in (factor, 1 / factor)
    )


def _shift(a, b):
    difference = (b - a).flatten()
    if a.numel() < 2 or not bool(difference.isfinite().all()):
        return None
    return (
        float(difference[0]) if _close(difference, difference[:1].expand_as(difference)) else None
    )


def _words(factor):
    if abs(factor) < 1 and math.isclose(1 / factor, round(1 / factor), rel_tol=1e-5):
        return f"1/{round(1 / factor)}".replace("/-", "/−")
    return f"{factor:.4g}".replace("-", "−")


def _of_shapes(pairs):
    a, b = next((a, b) for a, b in pairs if a.shape != b.shape)
    if b.dim() == 0 and a.numel() > 1:
        for how, value in (("sum", a.sum()), ("mean", a.mean())):
            if _close(value, b):
                return f"This is the {how} of what is asked for: leave it out."
    if a.dim() == 0 and b.numel() > 1:
        for how, value in (("sum", b.sum()), ("mean", b.mean())):
            if _close(value, a):
                return f"Take the {how} of what you return."
    if a.dim() == b.dim() == 2 and a.shape == b.T.shape and _close(a, b.T):
        return "This is the transpose: rows and columns are exchanged."
    if a.numel() == b.numel() and _close(a.flatten(), b.flatten()):
        return "The numbers are right, and only the shape is not: use `reshape`."
    return ""


def _of_place(wrong):
    """Where the wrong entries stand, if some are right."""
    case, (a, b) = next(iter(wrong.items()))
    if a.numel() < 2:
        return ""
    bad = ~torch.isclose(a, b, 1e-5, 1e-7, equal_nan=True)
    count = int(bad.sum())
    if count == bad.numel():
        return "No entry is right."
    first = bad.nonzero()[0].tolist()
    place = f"[{', '.join(map(str, first))}]"
    text = (
        f"{count} of {bad.numel()} entries are wrong, the first at {place}; the others are right."
    )
    for name, subset in (("negative", a < 0), ("positive", a > 0), ("zero", a == 0)):
        if bool((bad == subset).all()):
            text = f"It is wrong exactly where the right value is {name}."
            break
    return Telling(text, "Some entries are wrong; the others are right.", (case,))
