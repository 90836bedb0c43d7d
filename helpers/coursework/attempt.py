"""Runs a student's page from top to bottom, and each exercise's function where its cell has run.

What is found is written line by line, JSON: a list for what is being done, an object for the
recorded outcome of a case.
"""

import ast
import json
import os
import symtable

import torch

from helpers.coursework.stand import NotThere
from helpers.teaching.observe import observe
from helpers.teaching.record import encode

ABSENT = object()
LONGEST, ROWS = 4 << 20, 2000  # characters of a recorded outcome, and values in it
LARGE = '["large"]'


def run(request, shell, writable, more_time):
    """Run the cells of `request` in `shell`, in their order, and write what comes of them.

    more_time: is called before each cell and each answer, which all have the same limit.
    Written: ["cell", number] before each; ["error", cell, line, text, kind, message] for each
    error of the student's; ["answer", name, kind] where an exercise's cell has run, with kind
    "function", "missing", "nothing" or, for something else, "a " and its type; then its outcomes,
    with ["large"] for one that is too long; ["done"] at the end.
    """

    def tell(*event):
        write(writable, json.dumps(event))

    for number, cell in enumerate(request["cells"]):
        answer = cell["answer"]
        if number not in request["skip"]:
            tell("cell", number)
            more_time()
            run_cell(shell, number, cell, tell)
        if answer in request["exercises"] and answer not in request["answered"]:
            value = shell.user_ns.get(answer, ABSENT)
            tell("answer", answer, kind_of(value))
            more_time()
            if callable(value):
                exercise = request["exercises"][answer]
                for outcome in outcomes(answer, value, exercise, request["wide"]):
                    write(writable, recorded(outcome))
    tell("done")


def run_cell(shell, number, cell, tell):
    """Run one cell; tell its errors, or, if it is the page's own, stand in for what it lacks."""
    errors = shell.run(number, cell["source"])
    if not cell["page"]:
        for error in errors:
            tell("error", *error)
        return
    for _, line, *_ in errors[:1]:
        for name in bound(cell["source"], line or 1):
            shell.user_ns[name] = NotThere(name)


def bound(source, line):
    """The names that `source`, a cell of the page's, binds from the statement at `line` on."""
    rest = [one for one in ast.parse(source).body if one.end_lineno >= line]
    table = symtable.symtable(ast.unparse(ast.Module(rest, [])), "<cell>", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() and not s.is_imported()}


def kind_of(value):
    """What an exercise's name holds, in a word."""
    if value is ABSENT:
        return "missing"
    if callable(value):
        return "function"
    return "nothing" if value is None or value is ... else f"a {type(value).__name__[:100]}"


def outcomes(name, function, exercise, wide):
    """Yield the Outcome of `function` in each case. wide: torch's default dtype is float64."""
    declared = {}
    scope = {"exercise": lambda **said: lambda f: declared.setdefault(f.__name__, said["cases"])}
    exec(compile(exercise["cases"], "<cases>", "exec"), scope)
    state = {"count": exercise["count"], "dtype": torch.float64 if wide else torch.float32}
    for labelled in declared[name].values():
        for build in labelled.values():
            yield observe(function, build, exercise["parameters"], **state)


def recorded(outcome):
    """An Outcome as a line; what is too large, too deep or no text in the end is only named."""
    if len(outcome.before) + len(outcome.after) + len(outcome.value) > ROWS:
        return LARGE
    try:
        text = encode(outcome)
    except Exception:
        return LARGE
    return text if len(text) <= LONGEST else LARGE


def write(writable, line):
    line = line.encode() + b"\n"
    while line:
        line = line[os.write(writable, line) :]
