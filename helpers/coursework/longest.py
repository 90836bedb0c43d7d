"""How long grading could take at most, to be said before it starts."""

import math

from helpers.coursework import diagnosis, grading, intake
from helpers.coursework.restore import released_texts
from helpers.coursework.sandbox import Sandbox


def sentence(nbgrader, names, jobs, besides):
    """What is to be graded, with how many processes, and the most time that it could take.

    nbgrader: the course's, with its configuration. names: the assignment of each submission.
    besides: seconds that one may compute for beside its attempts and its reading.
    """
    box = Sandbox(grading.Grade(config=nbgrader.config).seconds)
    each = {}
    for name in set(names):
        _, exercises = released_texts(nbgrader.coursedir, name)
        each[name] = diagnosis.clock(box, len(exercises)) + intake.SECONDS + besides
    last = max(each.values())
    seconds = (sum(each[name] for name in names) - last) / jobs + last
    return (
        f"To be graded: {_count(len(names), 'submission')}, with {_count(jobs, 'process', 'es')}. "
        f"If all used up their limits, it would take at most {_time(seconds)}."
    )


def _count(number, what, more="s"):
    return f"{number} {what}{more if number > 1 else ''}"


def _time(seconds):
    """In minutes up to two hours, then in hours, rounded up."""
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes <= 120 else f"{math.ceil(minutes / 60)} hours"
