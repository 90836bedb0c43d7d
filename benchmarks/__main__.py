"""Measure the tables named on the command line and store them in README.md.

By default all but `setup`, which installs the environment six times, `course`, which grades a
class of 60 and needs what `make course` installs, and `gpu`, which needs a CUDA device.
"""

import argparse
import importlib
import time

from benchmarks.measure import store, table

TABLES = ["nbval_time", "kernel_memory", "import_time", "render_time", "interface_time", "lrn"]


def measure(name):
    """The table `name` as Markdown."""
    module = importlib.import_module(f"benchmarks.{name}")
    if name == "setup":
        return table(["", "time", "against", "ratio", "aim"], module.rows())
    return module.main()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [*TABLES, "setup", "course", "gpu"]
    parser.add_argument("tables", nargs="*", metavar="table", help=f"of {', '.join(names)}")
    chosen = parser.parse_args().tables or TABLES
    if unknown := set(chosen) - set(names):
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    for name in chosen:
        start = time.perf_counter()
        text = measure(name)
        store(name, text)
        print(f"{name} ({time.perf_counter() - start:.0f} s)\n\n{text}\n")
