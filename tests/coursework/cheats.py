"""Attempts at `inverted_dropout` that want points without an answer.

Each is a cell's source, formatted with `root`, the checkout, and `course`, the course's folder.
None may get a point.
"""

CHEATS = [
    # replaces what judges
    """
import helpers.teaching.judge as judging
judging.check = judging.judge = lambda *args: "right"
def inverted_dropout(x, rate, uniforms, training): return x
""",
    # replaces the reference
    """
from helpers.dropout_scaling import exercises
exercises.inverted_dropout.function = lambda x, *others: x
def inverted_dropout(x, rate, uniforms, training): return x
""",
    # makes everything equal to everything
    """
import torch
torch.allclose = torch.equal = torch.isclose = lambda *args, **kwargs: True
torch.Tensor.__eq__ = torch.Tensor.__le__ = lambda self, other: torch.ones((), dtype=torch.bool)
def inverted_dropout(x, rate, uniforms, training): return x
""",
    """
import builtins
builtins.isinstance = lambda *args: True
builtins.len = lambda *args: 0
builtins.all = builtins.any = lambda *args: True
def inverted_dropout(x, rate, uniforms, training): return x
""",
    # a tensor that agrees with all others
    """
import torch
class Agreeable(torch.Tensor):
    def __eq__(self, other): return True
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return Agreeable([1.0])
def inverted_dropout(x, rate, uniforms, training): return Agreeable([1.0])
""",
    # calls the reference: by its name, from the disk, from a copy in the course
    """
from helpers.dropout_scaling import exercises
def inverted_dropout(*args): return exercises.inverted_dropout(*args)
""",
    """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "Finder"]
sys.path.insert(0, "{root}")
for name in [n for n in sys.modules if n.startswith("helpers")]: del sys.modules[name]
def inverted_dropout(*args):
    from helpers.dropout_scaling import exercises
    return exercises.inverted_dropout(*args)
""",
    """
def inverted_dropout(*args):
    names = {{}}
    source = open("{root}/helpers/dropout_scaling/exercises.py").read()
    exec(source, names)
    return names["inverted_dropout"].function(*args)
""",
    """
import glob, json
def inverted_dropout(*args):
    (path,) = glob.glob("{course}/source/06*/*.ipynb")
    names = {{}}
    for cell in json.load(open(path))["cells"]:
        source = "".join(cell["source"])
        if "def inverted_dropout" in source: exec(source.split("check(")[0], names)
    return names["inverted_dropout"](*args)
""",
    # looks for expected values in whoever calls
    """
import inspect, torch
def inverted_dropout(x, rate, uniforms, training):
    for frame in inspect.stack():
        for value in list(frame.frame.f_locals.values()) + list(frame.frame.f_globals.values()):
            if isinstance(value, torch.Tensor) and value.shape == x.shape and value is not x:
                return value
    return x
""",
    """
import gc, torch
def inverted_dropout(x, rate, uniforms, training):
    for value in gc.get_objects():
        if type(value).__name__ == "Exercise": return value.function(x, rate, uniforms, training)
    return x
""",
    # leaves at the right moment
    """
def inverted_dropout(*args): raise SystemExit(0)
""",
    """
import os
def inverted_dropout(*args): os._exit(0)
""",
    """
raise SystemExit(0)
""",
    # ends whoever waits
    """
import os, signal
def inverted_dropout(x, *others):
    for pid in (os.getppid(), -1):
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
    return x
""",
    # answers in the sandbox's place: as if all were well, and as if it were broken
    """
import os
LINE = (b'{{"before": {{}}, "changed": {{}}, "lost": [], "value": {{"": 0}}, "attached": [],'
        b' "gradients": [], "raised": null, "printed": ""}}')
for descriptor in range(3, 64):
    try: os.write(descriptor, b"\\n".join([LINE] * 9 + [b"done", b""]))
    except OSError: pass
os._exit(0)
""",
    """
import os
for descriptor in range(3, 64):
    try: os.write(descriptor, b'right\\n{{"value": 1}}\\n[[[[\\n' + b'[' * 100000 + b"\\n")
    except OSError: pass
def inverted_dropout(x, *others): return x
""",
    # writes to the gradebook
    """
import sqlite3
def inverted_dropout(x, *others):
    gradebook = sqlite3.connect("{course}/gradebook.db")
    gradebook.execute("update grade set auto_score = 100, manual_score = 100")
    gradebook.commit()
    return x
""",
    # asks somebody else
    """
import socket
def inverted_dropout(x, *others):
    socket.create_connection(("127.0.0.1", 80), timeout=1)
    return x
""",
]
