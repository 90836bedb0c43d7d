"""Numbers as the pages and pictures print them: a true minus sign, no −0, 3·10⁻⁵ for 3e-05."""

import math
from typing import SupportsFloat

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(number: SupportsFloat, digits: int = 3, sign: bool = False) -> str:
    """`number` with `digits` decimals: fixed(-0.5) is "−0.500".

    `number`: a number, or a tensor or an array that holds one. With `sign` a positive number has
    its plus sign; what is rounded to zero has no sign. NaN, ∞ and −∞ are written so.
    """
    value = round(float(number), digits) + 0.0  # −0.0 + 0.0 is 0.0
    if not math.isfinite(value):
        return _not_finite(value)
    plus = "+" if sign and value else ""
    return f"{value:{plus}.{digits}f}".replace("-", "−")


def brief(number: SupportsFloat, digits: int = 3) -> str:
    """`number` with `digits` significant digits: brief(3e-5) is "3·10⁻⁵", brief(1e7) is "10⁷".

    `number`: a number, or a tensor or an array that holds one. NaN, ∞ and −∞ are written so.
    """
    value = float(number) + 0.0
    if not math.isfinite(value):
        return _not_finite(value)
    return _written(f"{value:.{digits}g}")


def tick(value: float) -> str:
    """`value` beside an axis, where powers of ten are short: −80, 0.01, 10⁻⁴, 1000, 10⁴."""
    return _written(f"{value:.0e}" if 0 < abs(value) < 1e-3 else f"{value:.4g}")


def _written(text):
    """Python's text of a number, such as 3e-05, as pages print it."""
    mantissa, _, power = text.partition("e")
    if power:
        ten = f"10{str(int(power)).translate(SUPERSCRIPT)}"
        mantissa = {"1": ten, "-1": f"-{ten}"}.get(mantissa, f"{mantissa}·{ten}")
    return mantissa.replace("-", "−")


def _not_finite(value):
    return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
