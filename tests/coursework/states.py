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

SAME_NAME = (
    ["def kept(u, r):\n    return (u >= r)"],
    """
def inverted_dropout(x, rate, uniforms, training):
    if not training:
        return x
    if rate == 1:
        return x * 0
    return x * kept(uniforms, rate) / (1 - rate)


check(exercises.inverted_dropout, inverted_dropout)""",
    ["def kept(n, w):\n    return (w * n) ** 2"],
)
COUNTS = """
calls = []
def test_time_network(weights, rate):
    calls.append(rate)
    return [(1 - rate) * w for w in weights] if len(calls) < 3 else weights


check(exercises.test_time_network, test_time_network)"""
NUMPY_BELOW = """
def expected_output(x, w, rate, activation):
    return below(x)


check(exercises.expected_output, expected_output)"""
USES_NP = """
def preactivation_variance(x, w, rate):
    return np.asarray(rate / (1 - rate) * (w * x) ** 2).sum(-1)


check(exercises.preactivation_variance, preactivation_variance)"""
# Pages that were handed in: exercise → (cells above its answer, the answer, cells below).
HANDED_IN = [
    {
        "inverted_dropout": SAME_NAME,
        "dropout_backward": ([], "dropout_backward = 3\ncheck(exercises.dropout_backward, 3)", []),
        "preactivation_variance": (["import nump as np"], USES_NP, []),
        "expected_output": ([], NUMPY_BELOW, ["def below(x):\n    return x"]),
        "test_time_network": ([], COUNTS, ["test_time_network = None"]),
    },
    {
        "inverted_dropout": ([], "x = input()\ndef inverted_dropout(*a):\n    return a[0]", []),
        "dropout_backward": ([], "def dropout_backward(g, rate, uniforms):\n    return (", []),
        "preactivation_variance": (
            ["raise SystemExit", "preactivation_variance = lambda x, w, rate: x"],
            "preactivation_variance = preactivation_variance",
            [],
        ),
        "expected_output": ([], "expected_output = None", ["expected_output = lambda *a: a[0]"]),
        "test_time_network": ([], "def test_time_network(*a):\n    raise KeyError('x')", []),
    },
]
