"""Which known mistake an attempt is: the one that does what the attempt does."""

import math
import re

import torch

from helpers.teaching.compare import alike, difference
from helpers.teaching.result import Telling

NEARLY = 1e-6
"""Error, as a share of the largest number, of values that are right to 7 digits."""
CLOSE = 2e-4
"""Error, likewise, up to which an attempt is a formula with an ε in it, and no other formula."""

VAGUE = ("RuntimeError", "TypeError", "ValueError", "AttributeError")  # raised for any reason

TO_DIGITS = "right to {} digits"
OR = ". Is there an ε in it, or a float32?"
OF_BOOLS = " In torch a bool divided by a number is float32."


def recognise(exercise, expected, outcomes):
    """(name, said) of the known mistake that the attempt makes, or None. The name may be None.

    said: the parts of the message, as a Result has them.

    A mistake need not agree with the attempt where a guard stands: what the attempt leaves
    undone there is said besides, unless the mistake itself does the same there. Where no mistake
    agrees to the last digit, one that does so but for an ε counts, and then two slips at once.
    """
    found = [difference(*pair, exercise.detached) for pair in zip(expected, outcomes, strict=True)]
    cases = list(exercise.builders)
    open_cases = [i for i, case in enumerate(cases) if case not in exercise.guarded]
    if not any(found[i] for i in open_cases):
        known = _first(exercise, exercise.mistakes.values(), expected, outcomes, range(len(cases)))
        return known and (known[0].name, (known[0].hint,))

    def besides(found):
        text = missing(exercise, found)
        return f" Besides, {text}." if text else ""

    def named(mistakes, loose=0.0):
        known = _first(exercise, mistakes, expected, outcomes, open_cases, loose)
        if known is None:
            return None
        mistake, variant = known
        does = zip(found, expected, exercise.known(variant), outcomes, strict=True)
        left = [wrong and not alike(*other, exercise.detached, loose) for wrong, *other in does]
        return mistake.name, (mistake.hint, besides(left))

    known = named(exercise.mistakes.values())
    if known:
        return known
    if nearly_right(exercise, expected, outcomes, CLOSE):
        digits = _digits({cases[i]: found[i] for i in open_cases if found[i]})
        tensors = any(isinstance(x, torch.Tensor) for one in outcomes for x in one.value.values())
        return None, (f"`{exercise.name}` is ", digits, OR, OF_BOOLS * tensors, besides(found))
    pairs = list(exercise.pairs())
    return named(exercise.mistakes.values(), CLOSE) or named(pairs) or named(pairs, CLOSE)


def missing(exercise, found):
    """What is missing at the edges, in words: the sentences of the guards that fail."""
    cases = zip(exercise.builders, found, strict=True)
    said = (exercise.guarded[case] for case, wrong in cases if wrong and case in exercise.guarded)
    return "; ".join(dict.fromkeys(said))  # cases may share a sentence


def nearly_right(exercise, expected, outcomes, loose, guards=False):
    """Whether the attempt is right but for a relative error of at most `loose`."""
    cases = zip(exercise.builders, expected, outcomes, strict=True)
    return all(
        difference(want, got, exercise.detached, loose) is None
        for case, want, got in cases
        if guards or case not in exercise.guarded
    )


def _digits(wrong):
    """How many digits are right, by the largest relative error; at least 3, as CLOSE allows.

    wrong: case → Difference. Of the other cases it only tells that they are no worse. Where 0 is
    expected, no error has a size beside it: then no number of digits is told.
    """
    errors = {case: one.relative for case, one in wrong.items() if one.relative}
    worst = max(errors, key=errors.get, default=None)
    if errors.get(worst) == math.inf:
        return Telling(TO_DIGITS.format("some"), TO_DIGITS.format("some"), ())
    count = max(3, min(15, math.floor(-math.log10(errors.get(worst, CLOSE)) + 1e-6)))
    texts = (TO_DIGITS.format(n) for n in (f"about {count}", "some"))
    return Telling(*texts, () if worst is None else (worst,))


def _first(exercise, mistakes, expected, outcomes, places, loose=0.0):
    """The first of these mistakes that agrees with the attempt at `places`, and its variant."""
    only_raises = all(outcome.raised for outcome in outcomes)
    for mistake in mistakes:
        for variant in mistake.variants():
            # A mistake runs case by case, no further than they agree.
            done = enumerate(exercise.known(variant))
            if all(
                same(exercise, expected[i], known, outcomes[i], loose, only_raises)
                for i, known in done
                if i in places
            ):
                return mistake, variant
    return None


def same(exercise, right, known, attempt, loose=0.0, only_raises=False):
    """Whether an attempt did in a case what another one, `known`, did: Outcomes, as `right` is.

    A type like RuntimeError says little, so why it was raised must agree, too; of an attempt that
    only raises, whatever the type.
    """
    unclear = known.raised and (only_raises or known.raised.classes[0] in VAGUE)
    if unclear and attempt.raised and not right.raised:
        reasons = {re.sub(r"\d+", "", one.raised.message) for one in (known, attempt)}
        if len(reasons) > 1:
            return False
    return alike(right, known, attempt, exercise.detached, loose)
