"""What a student gets: the collection as a wheel without the answers of its exercises."""

import ast
import copy
import functools
import hashlib
import importlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.coursework import cells
from helpers.teaching.graded import record

ROOT = Path(__file__).resolve().parents[2]
# Two kinds of `exercise`, and what their cases may use: it holds no answers.
DECLARED, GRADED = "helpers.teaching.exercise", "helpers.teaching.graded"
BUILDERS = "helpers.teaching.cases"


def visible(exercise):
    """The (group, label) pairs of the cases that a student sees.

    It is the first of each group that has others: what gives points has a case that nobody sees.
    """
    first = {group: (group, next(iter(cases))) for group, cases in exercise.cases.items()}
    some = [case for group, case in first.items() if len(exercise.cases[group]) > 1]
    return some if set(some) - set(exercise.guarded) else list(first.values())


def cases_source(source, names, keep=lambda name, group, label: True):
    """The source of an exercises.py without references, mistakes, hints, and cases not to be kept.

    What is left declares the exercises of these names with their docstrings and cases, by a
    function `exercise` that it does not import. keep: called with a name, a group and a label.
    Raises ValueError where cases are not written as a dict of dicts, or need another module of the
    collection: it may hold answers.
    """
    tree = ast.parse(source)
    declarations = ((node, _declaration(node)) for node in tree.body)
    declared = {node.name: call for node, call in declarations if call and node.name in names}
    for name, call in declared.items():
        call.keywords = [k for k in call.keywords if k.arg != "hints"]
        (keyword,) = (k for k in call.keywords if k.arg == "cases")
        try:
            cases = keyword.value = _literal(keyword.value, tree)
            cases.values = [_literal(labelled, tree) for labelled in cases.values]
            groups = []
            for group, labelled in zip(cases.keys, cases.values, strict=True):
                pairs = zip(labelled.keys, labelled.values, strict=True)
                label = functools.partial(_label, tree=tree)
                kept = [(k, v) for k, v in pairs if keep(name, group.value, label(k))]
                if kept:
                    labelled.keys, labelled.values = map(list, zip(*kept, strict=True))
                    groups.append((group, labelled))
            cases.keys, cases.values = map(list, zip(*groups, strict=True))
        except (AttributeError, StopIteration):
            raise ValueError(f"{name}: write its cases as group → label → lambda.") from None
    for node in tree.body:
        if _declaration(node):
            node.body = node.body[:1]  # the docstring
    body = [node for node in tree.body if getattr(node, "module", "") != DECLARED]
    sources = [ast.unparse(node) for node in body]
    needed = sorted(cells.reach(sources, declared))
    for node in (body[i] for i in needed):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if module.startswith("helpers") and module != BUILDERS:
            raise ValueError(f"The cases need {module}, which may hold answers.")
    return "\n\n".join(sources[i] for i in needed) + "\n"


def _label(node, tree):
    """The text of a label, which may be written as a NAME."""
    if isinstance(node, ast.Name):
        node = _assigned(node.id, tree)
    return node.value


def _assigned(name, tree):
    """What this module binds `name` to, a node."""
    return next(n.value for n in tree.body if name in cells.names(ast.unparse(n))[0])


def _literal(node, tree):
    """A copy of a dict display, which may be written NAME or NAME["key"]."""
    if isinstance(node, ast.Name):
        node = _assigned(node.id, tree)
    elif isinstance(node, ast.Subscript):
        named = _literal(node.value, tree)
        items = zip(named.keys, named.values, strict=True)
        node = next(value for key, value in items if key.value == node.slice.value)
    return copy.deepcopy(node)


def _declaration(node):
    """The call of `exercise` that decorates this statement, or None."""
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "exercise":
            return decorator
    return None


def build_environment(folder):
    """Put into `folder` what students install: the wheel, and environment.yml, which names it."""
    wheel = build_wheel(folder)
    described = (ROOT / "environment.yml").read_text(encoding="utf-8")
    described = described.replace("- -e .", f"- ./{wheel.name}")
    (wheel.parent / "environment.yml").write_text(described, encoding="utf-8")


def build_wheel(folder):
    """Build the students' wheel into `folder` and return its path.

    It is the collection as it stands, data included, but without the exercises' answers: those are
    replaced by recorded outcomes on the visible cases. Its version tells what it holds: pip leaves a
    wheel out whose version is installed.
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for older in folder.glob("checked_gradients-*.whl"):
        older.unlink()
    with tempfile.TemporaryDirectory() as stage:
        stage = Path(stage)
        ignore = shutil.ignore_patterns("__pycache__", "coursework", "site")
        shutil.copytree(ROOT / "helpers", stage / "helpers", ignore=ignore)
        shutil.copytree(ROOT / "data", stage / "data")
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, stage)
        for path in stage.glob("helpers/*/exercises.py"):
            strip(path, importlib.import_module(f"helpers.{path.parent.name}.exercises"))
        held = hashlib.sha256()
        for path in sorted(path for path in stage.rglob("*") if path.is_file()):
            held.update(f"{path.relative_to(stage)}\0".encode() + path.read_bytes())
        marked = rf'\1+coursework.{held.hexdigest()[:8]}"'
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        project = re.sub(r'^(version = ".*)"', marked, project, count=1, flags=re.M)
        (stage / "pyproject.toml").write_text(project, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-build-isolation", "--wheel-dir", folder, stage]
        subprocess.run(command, check=True)
    (wheel,) = folder.glob("checked_gradients-*.whl")
    return wheel


def strip(path, module):
    """Replace the exercises.py at `path` by its visible part, with a record of the rest beside."""
    exercises = {name: getattr(module, name) for name in module.__all__}
    shown = {name: visible(exercise) for name, exercise in exercises.items()}
    source = cases_source(
        Path(module.__file__).read_text(encoding="utf-8"),
        exercises,
        lambda name, group, label: (group, label) in shown[name],
    )
    title = json.dumps(f"The exercises of {path.parent.name}, for marks.")
    path.write_text(f"{title}\n\nfrom {GRADED} import exercise\n\n{source}", encoding="utf-8")
    records = {name: record(exercise, shown[name]) for name, exercise in exercises.items()}
    path.with_suffix(".json").write_text(json.dumps(records), encoding="utf-8")
