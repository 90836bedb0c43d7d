"""The scripts in data/ that made what the helpers read, for tests that make a part of it again."""

import importlib.util

from helpers.teaching.data import DATA


def script(name):
    """The script data/`name`.py as a module, run anew; its `main` is not called."""
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
