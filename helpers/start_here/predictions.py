"""The prediction of the start page."""

from helpers.teaching.predict import question

__all__ = ["closest_step"]

closest_step = question(
    "(sin(1 + h) − sin(1)) / h in float64: which step h comes closest to cos 1?",
    {
        "h = 0.01": "This step is too long: the slope of the secant misses cos 1 by about "
        "h/2·sin 1, which is 0.004.",
        "h = 10⁻⁸": "The quotient misses by about h/2, and rounding adds about 10⁻¹⁶/h. "
        "The two errors are equally large near 10⁻⁸.",
        "h = 10⁻¹²": "The secant is close to the tangent now. But rounding adds an error of the order "
        "of 10⁻¹⁶/h, which is 10⁻⁴.",
        "h = 10⁻¹⁶": "Here 1 + h is rounded to 1, so the quotient is 0. It misses all of "
        "cos 1 = 0.54.",
    },
    right="h = 10⁻⁸",
)
