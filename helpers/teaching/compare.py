"""How two outcomes differ, in words. Runs nothing that a learner wrote."""

from dataclasses import replace

from helpers.teaching.outcome import Outcome, Raised
from helpers.teaching.shown import brief, name
from helpers.teaching.torch_errors import in_plain_words
from helpers.teaching.values import Difference, compare, in_result


def difference(
    expected: Outcome, got: Outcome, detached: bool = False, loose: float = 0.0
) -> Difference | None:
    """How the Outcome `got` differs from `expected`: a Difference, or None if it does not.

    detached: whether a result that requires grad where the expected one does not is a difference.
    loose: an error that counts as none, as a share of the largest number of a result.
    """
    if expected.raised or got.raised:
        return _raise_difference(expected, got) or _argument_difference(expected, got, loose)
    found = compare(expected.value, got.value, loose)
    if found and got.nothing and got.printed:
        text = "prints and returns None: end it with `return`"
        found = replace(found, text=text, kind=text)
    elif found:
        found = found.after("returns ")
    if found and found.absolute is None:  # a type, a length, a shape, a dtype
        return found
    found = (
        _argument_difference(expected, got, loose)
        or found
        or _gradient_difference(expected, got, loose)
    )
    extra = set(got.attached) - set(expected.attached)
    if found or not (detached and extra):
        return found
    text = f"returns the right values{in_result(min(extra))}, but still on the graph: detach them"
    return Difference(text, text, "requires_grad False", "requires_grad True")


def alike(
    expected: Outcome, known: Outcome, got: Outcome, detached: bool = False, loose: float = 0.0
) -> bool:
    """Whether `got` did what `known`, another attempt, did where `expected` was to be done.

    Whether a result requires grad counts where it is expected to, or everywhere if `detached`.
    """
    if not detached:
        both = set(expected.attached)
        known, got = (
            replace(one, attached=tuple(path for path in one.attached if path in both))
            for one in (known, got)
        )
    return not difference(known, got, detached=True, loose=loose)


def _raise_difference(expected, got):
    want, have = expected.raised, got.raised
    if want and have and want.classes[0] in have.classes:
        return None
    due = want and f" where {want.classes[0]} must be raised"
    if not have:
        text = f"returns {name(got.value[''])}"
        kind, text = f"{text} where an exception must be raised", text + due
    elif "WrongParameters" in have.classes:
        return Difference(have.message, have.message, brief(expected.value), "no call")
    elif "SystemExit" in have.classes:
        text = kind = f"calls `sys.exit`{have.line}: leave a function with `return`"
    elif "RecursionError" in have.classes:
        text = kind = f"calls itself without end (RecursionError){have.line}"
    else:
        kind = " where another exception must be raised" if want else ""
        text, kind = (f"raises {have}{end}{in_plain_words(have)}" for end in (due or "", kind))
    sides = [
        brief(o.value) if not o.raised else f"raises {o.raised.classes[0]}" for o in (expected, got)
    ]
    return Difference(text, kind, *sides)


def _argument_difference(expected, got, loose):
    for path in dict.fromkeys([*got.changed, *expected.changed]):
        was, now = (state.get(path) for state in (got.before, got.after))
        meant = expected.after.get(path)
        owner, _, what = path.rpartition(".")
        if path not in expected.changed:
            text = f"changes its argument `{path}` in place: leave it as it was"
            if what == "grad":
                text = f"changes `{path}`: leave every `.grad` as it was"
            elif what == "requires_grad":
                text = f"changes `{path}`: work on a copy, `{owner}.detach().clone()`"
            return Difference(text, text, brief({"": was}), brief({"": now}))
        if path not in got.changed and what != "requires_grad":
            text = "leaves {} as it was, where a change in place is expected"
            text, kind = (text.format(what) for what in (f"`{path}`", "an argument"))
            return Difference(text, kind, brief({"": meant}), brief({"": now}))
        found = compare({"": meant}, {"": now}, loose) if path in got.changed else None
        if found:
            return found.after(f"leaves `{path}` with ")
    return None


def _gradient_difference(expected, got, loose):
    for path in expected.attached:
        if path not in got.attached:
            text = f"returns the right values{in_result(path)} without a graph: no gradient can flow back"
            return Difference(text, text, "requires_grad True", "requires_grad False")
    for (path, leaf), want in expected.gradients.items():
        have = got.gradients.get((path, leaf))
        if path not in expected.attached or (isinstance(want, Raised) and isinstance(have, Raised)):
            continue
        if isinstance(have, Raised):
            text = (
                f"returns the right values{in_result(path)}, but their backward pass raises {have}"
            )
            return Difference(text, text, brief({"": want}), f"raises {have.classes[0]}")
        found = compare({"": want}, {"": have}, loose)
        if found:
            text = f"returns the right values{in_result(path)}, but their gradient with respect to"
            return found.after(f"{text} `{leaf}` has ")
    return None
