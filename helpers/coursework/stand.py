"""What stands for the collection where attempts run: its modules hold nothing to call."""

import importlib.util
import types

# What must not be an error: a page's own calls, which mean nothing in grading.
SILENT = "teaching"
OPERATORS = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "lt",
    "le",
    "gt",
    "ge",
    "neg",
    "abs",
    "iter",
    "len",
    "getitem",
    "setitem",
    "radd",
    "rsub",
    "rmul",
    "rtruediv",
    "rpow",
    "rmatmul",
    "float",
    "int",
    "index",
    "enter",
]


class NotThere:
    """Stands for whatever an attempt takes from the collection; says so when it is used."""

    def __init__(self, name):
        self._name = name

    def __call__(self, *args, **kwargs):
        if ".check_" in self._name:  # complains about bad input; no case of an exercise needs it
            return None
        # A cell that gives points, exercises.NAME.points(…), may have been merged with an answer.
        gives_points = self._name.split(".")[-3::2] == ["exercises", "points"]
        if self._name.partition(".")[0] == SILENT or gives_points:
            return Silent()
        return self._used()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return NotThere(f"{self._name}.{name}")

    def _used(self, *args):
        raise ImportError(
            f"`{self._name}` is not there in grading: write it with torch or NumPy alone"
        )


for operator in OPERATORS:
    setattr(NotThere, f"__{operator}__", NotThere._used)


class Silent:
    """What the page's own calls return, as `check`: whatever is done with it does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Stand(types.ModuleType):
    """A module that holds NotThere objects."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return NotThere(f"{self.__name__}.{name}".removeprefix("helpers."))


class Finder:
    """Finds a Stand for each module of the collection."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != "helpers":
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec):
        return Stand(spec.name)

    def exec_module(self, module):
        pass
