"""What the benchmarks share: side-by-side rounds, medians with spread, tables in README.md."""

import os
import platform
import re
import statistics
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = Path(__file__).with_name("README.md")


def side_by_side(tasks, rounds):
    """Run all tasks in turn, `rounds` times, so that they meet the same machine.

    `tasks`: label → function that returns a number. Returns label → list of numbers.
    """
    results = {label: [] for label in tasks}
    for _ in range(rounds):
        for label, task in tasks.items():
            results[label].append(task())
    return results


def clock(task):
    """Seconds that `task` takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def spread(values, unit, scale=1, digits=2):
    """Median and range: “1.23 s (1.20–1.31)”."""
    low, middle, high = (
        f"{scale * value:.{digits}f}"
        for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} {unit} ({low}–{high})"


def ratio(values, floor):
    """Median of `values` as a multiple of the median of `floor`: “1.08×”."""
    return f"{statistics.median(values) / statistics.median(floor):.2f}×"


def quickest(values, floor):
    """The same of the least: what fits CPU times, since other work can only lengthen them."""
    return f"{min(values) / min(floor):.2f}×"


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def machine():
    """The machine, no more exactly than a reader needs to judge the figures."""
    return (
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"torch {version('torch')}"
    )


def store(name, text):
    """Put `text` between the markers of the table `name` in README.md.

    What it was measured with stands above, unless `text` begins with it.
    """
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    readme = README.read_text(encoding="utf-8")
    if start not in readme or end not in readme:
        raise ValueError(f"benchmarks/README.md has no place for {name}: {start} … {end}")
    between = re.compile(f"(?<={re.escape(start)}).*?(?={re.escape(end)})", re.S)
    if not text.startswith("Measured with"):
        text = f"Measured with {machine()}.\n\n{text}"
    text = f"\n{text}\n"
    README.write_text(between.sub(lambda _: text, readme), encoding="utf-8", newline="\n")
