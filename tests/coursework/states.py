"""What a kernel remembers from cell to cell: for each kind, cells, and what then holds.

Each kind has names of its own, so that all of them fit above one answer.
"""

STATES = {
    "items of a dict": (["cfg = {}", 'cfg["one"] = 1'], 'cfg == {"one": 1}'),
    "a list that grows": (["ones = []", "ones.append(1)", "ones.append(1)"], "ones == [1, 1]"),
    "a function that sets a global": (
        ["RATE = 1\ndef choose():\n    global RATE\n    RATE = 2", "choose()"],
        "RATE == 2",
    ),
    "a star import": (["from math import *"], "floor(2.5) == 2"),
    "time": (["%%time\ntimed = 3"], "timed == 3"),
    "capture": (["%%capture said\nprint('x')\ncaptured = 4"], "captured == 4 and said.stdout == 'x\\n'"),
    "a line magic": (["%matplotlib inline\n%time quick = 5"], "quick == 5"),
    "future": (
        ["from __future__ import annotations", "def later(x: NotDefinedYet):\n    return x"],
        "later(1) == 1",
    ),
    "a decorator": (
        ["def twice(f):\n    return lambda *a: f(*a) * 2", "@twice\ndef two():\n    return 1"],
        "two() == 2",
    ),
    "classes": (
        ["class Base:\n    def say(self):\n        return 6", "class Derived(Base):\n    pass"],
        "Derived().say() == 6",
    ),
    "a class that is changed": (
        ["class Changed:\n    kind = 0", "Changed.kind = 7"],
        "Changed.kind == 7",
    ),
    "names made by code": (
        ["globals()['made'] = 8", "exec('executed = 9')"],
        "made == 8 and executed == 9",
    ),
    "a cell that fails half-way": (["half = 1\n1 / 0\nhalf = 2"], "half == 1"),
    "a cell that is no Python": (["whole = 1", "whole = 2\ndef ("], "whole == 1"),
    "a deleted name": (["gone = 1", "del gone"], "'gone' not in globals()"),
    "a name used before it is bound anew": (["first = 1", "kept = first", "first = 5"], "kept == 1"),
    "dtypes": (
        ["import torch", "torch.set_default_dtype(torch.float64)\nmade_wide = torch.ones(1)",
         "torch.set_default_dtype(torch.float32)"],
        "made_wide.dtype == torch.float64",
    ),
    "modules that are changed": (["import math", "math.my_own = 11"], "math.my_own == 11"),
}  # fmt: skip

# What is handed in for an exercise: (cells above its answer, the answer, cells below). In it NAME is
# the exercise's name and RIGHT the source of a function `right` that is a right answer.
HANDED_IN = {
    "helpers of one name": (
        ["def factor():\n    return 1", "RIGHT"],
        "def NAME(*a):\n    return right(*a) * factor()",
        ["def factor():\n    return 0"],
    ),
    "a helper that is changed below": (
        ["def factor():\n    return 0", "RIGHT", "def factor():\n    return 1"],
        "def NAME(*a):\n    return right(*a) if factor() else None\n\n\ncheck(exercises.NAME, NAME)",
        ["NAME = None"],
    ),
    "a number": ([], "NAME = 3\ncheck(exercises.NAME, 3)", []),
    "nothing": ([], "NAME = None", ["NAME = lambda *a: a[0]"]),
    "a failing import": (["import nump as np"], "def NAME(*a):\n    return np.ones(3)", []),
    "a helper that comes too late": (
        [],
        "def NAME(*a):\n    return below(a)\n\n\ncheck(exercises.NAME, NAME)",
        ["def below(a):\n    return a[0]"],
    ),
    "a function that counts its calls": (
        ["calls = []", "RIGHT"],
        "def NAME(*a):\n    calls.append(1)\n    return right(*a) if len(calls) < 3 else 0\n\n\n"
        "check(exercises.NAME, NAME)",
        [],
    ),
    "a question to nobody": ([], "x = input()\ndef NAME(*a):\n    return a[0]", []),
    "no Python": ([], "def NAME(*a):\n    return (", []),
    "an exit": (["raise SystemExit", "NAME = lambda *a: a[0]"], "NAME = NAME", []),
    "an error": ([], "def NAME(*a):\n    raise KeyError('x')", []),
    "a class": ([], "class NAME:\n    def __init__(self, *a):\n        self.a = a", []),
    "a generator": ([], "def NAME(*a):\n    yield a[0]", []),
    "a float32": (["RIGHT"], "def NAME(*a):\n    return right(*a) * 1", []),
    "too few parameters": ([], "def NAME():\n    return 1", []),
    "an older attempt": (["def NAME(*a):\n    return a[0]"], "nothing", ["RIGHT"]),
}
