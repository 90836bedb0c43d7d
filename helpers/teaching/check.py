"""The old place of `exercise`, `check` and `judge`."""

from helpers.teaching.exercise import exercise
from helpers.teaching.judge import Result, check, judge

__all__ = ["Result", "check", "exercise", "judge"]
