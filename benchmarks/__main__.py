"""Measure the tables named on the command line (default: all) and store them in README.md."""

import argparse
import importlib
import time

from benchmarks.measure import store

TABLES = ["nbval_time", "kernel_memory", "import_time", "render_time"]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="table", help=f"of {', '.join(TABLES)}")
    names = parser.parse_args().tables or TABLES
    if unknown := set(names) - set(TABLES):
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    for name in names:
        start = time.perf_counter()
        text = importlib.import_module(f"benchmarks.{name}").main()
        store(name, text)
        print(f"{name} ({time.perf_counter() - start:.0f} s)\n\n{text}\n")
