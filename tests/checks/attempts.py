"""Wrong answers as people write them: how a topic's tests note them, and try what check says."""

import pytest

from helpers.teaching import check


class Attempts:
    """Decorates wrong answers to a topic's exercises: `@attempt("sgd_step", "steps_in_place")`.

    First the exercise's name, then the mistake by which check must know the answer: its name, two
    joined by " + " for two slips at once, or None for an answer that has no name.
    """

    def __init__(self, exercises):
        self.exercises, self.noted = exercises, []

    def __call__(self, exercise, mistake):
        def note(function):
            self.noted.append((exercise, mistake, function))
            return function

        return note

    def test_of_each(self):
        """A test that check accepts none and names each as said; make it after the last of them."""

        @pytest.mark.parametrize(
            ("exercise", "mistake", "function"),
            self.noted,
            ids=[f"{exercise}-{mistake}" for exercise, mistake, _ in self.noted],
        )
        def test(exercise, mistake, function):
            result = check(getattr(self.exercises, exercise), function)
            told = f"{result.status}, {result.mistake}, not wrong, {mistake}:\n{result}"
            assert (result.status, result.mistake) == ("wrong", mistake), told

        return test

    def test_that_most_are_known(self):
        """A test that at least 65 of 100 have a name."""

        def test():
            known = sum(mistake is not None for _, mistake, _ in self.noted)
            assert known >= 0.65 * len(self.noted), f"{known} of {len(self.noted)} have a name"

        return test
