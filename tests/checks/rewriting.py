"""Other right answers to exercises: how tests/<topic>/rewrites.py notes them."""


def rewrite(exercise):
    """Note the decorated function as a right answer to the exercise of this name."""

    def note(function):
        function.rewrites = exercise
        return function

    return note


def rewrites_in(module):
    """exercise's name → the functions of `module` that are noted as its right answers."""
    found = {}
    for value in vars(module).values():
        if hasattr(value, "rewrites"):
            found.setdefault(value.rewrites, []).append(value)
    return found
