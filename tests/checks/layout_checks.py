"""What must be true of the project's files, as functions that return complaints.

An empty list is a pass. test_layout.py applies them, test_the_checks.py shows them faults.
"""

import ast
import re

INSIDE = (".internal", ".local", ".lan", ".corp", ".intranet")
INDEXES = {"pypi.org", "download.pytorch.org"}


def imports(source):
    """The dotted names of all modules that `source` (Python) imports."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def directions(package, source):
    """Imports point one way: notebook → topic → teaching. And nothing imports pyplot.

    `package`: the folder of helpers that `source` belongs to.
    """
    complaints = []
    for name in imports(source):
        home = name.split(".")[1] if name.startswith("helpers.") else None
        if home not in (None, "collection", "teaching", package):
            complaints.append(f"{package} imports {name}; what two topics share goes to teaching")
        if name.startswith("matplotlib.pyplot"):
            complaints.append(f"{package} imports pyplot, which keeps every figure alive")
    return complaints


def asserts(source):
    """Lines with an `assert`: under PYTHONOPTIMIZE=1 Python leaves out its work."""
    found = [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    return [f"line {line} asserts; raise an error instead" for line in sorted(found)]


def machine_traces(text, *folders):
    """Paths in someone's home or in `folders`, hosts inside a network, private package indexes."""
    traces = [str(folder) for folder in folders if str(folder) in text]
    traces += re.findall(r"(?<![\w.])/(?:home|Users|root)/\w[\w.-]*|\b[A-Z]:\\+Users\\+\w+", text)
    text = re.sub(r"\bexample\.(org|com|net)\b", "pypi.org", text)  # names reserved for examples
    hosts = set(re.findall(r"\bhttps?://(?:[^/\s@]*@)?([\w.-]+)", text)) - {"localhost"}
    traces += [host for host in hosts if re.fullmatch(r"[\d.]+", host) and host[:4] != "127."]
    traces += [host for host in hosts if "." not in host or host.endswith(INSIDE)]
    indexes = re.findall(r"index[_-]url\W+https?://(?:[^/\s@]*@)?([\w.-]+)", text, re.I)
    return sorted({*traces, *(set(indexes) - INDEXES)})
