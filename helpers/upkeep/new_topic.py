"""Start a notebook on a new topic: `make new-topic NAME=weight_decay`.

It writes the notebook with the next free number and all that belongs to it, from the small example
in topic/, and stores the page's outputs. The tests accept what it writes; then every part of it is
to be replaced. It never writes over anything.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.collection import collection
from helpers.upkeep import refresh, tables

EXAMPLE = Path(__file__).with_name("topic")


def targets(topic: str, stem: str) -> dict[str, str]:
    """Name of a file of the example → where a new topic has it."""
    helpers = ("formulas.py", "figures.py", "exercises.py", "predictions.py", "course.yaml")
    return {f"{name}.txt": f"helpers/{topic}/{name}" for name in helpers} | {
        "claims.yaml.txt": f"data/claims/{stem}.yaml",
        "test_TOPIC.py.txt": f"tests/{topic}/test_{topic}.py",
        "rewrites.py.txt": f"tests/{topic}/rewrites.py",
        "page.md": f"notebooks/{stem}.ipynb",
    }


def create(topic: str, root: Path = tables.ROOT) -> Path:
    """Write the files of a new topic below `root`; returns the path of its notebook.

    `topic`: lower-case words joined by _. Raises ValueError for another name, FileExistsError if
    one of the folders or files is there; then nothing is written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", topic):
        raise ValueError(f"A topic's name is lower-case words joined by _; got {topic!r}.")
    number = f"{int(collection(root / 'notebooks')[-1].stem[:2]) + 1:02}"
    stem, title = f"{number}_{topic}", topic.replace("_", " ").capitalize()
    files = targets(topic, stem)
    for path in (
        root / "helpers" / topic,
        root / "tests" / topic,
        *map(root.joinpath, files.values()),
    ):
        if path.exists():
            raise FileExistsError(f"{path.relative_to(root)} is there already; nothing is written.")
    words = {"TOPIC": topic, "STEM": stem, "NUMBER": number, "TITLE": title}
    for name, target in files.items():
        text = (EXAMPLE / name).read_text(encoding="utf-8")
        for mark, word in words.items():
            text = text.replace(mark, word)
        # The order of imports depends on the topic's name.
        text = re.sub(r"(^from helpers\..*\n)+", lambda run: in_order(run[0]), text, flags=re.M)
        if name == "page.md":
            text = re.sub(r"^from (\S+) import (.*)$", in_79, text, flags=re.M)
            text = notebook(text.replace("STUB", _stub()))
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        (root / target).write_text(text, encoding="utf-8", newline="\n")
    (root / "helpers" / topic / "__init__.py").write_text(f'"""{title}."""\n', encoding="utf-8")
    return root / files["page.md"]


def in_order(imports: str) -> str:
    """Lines of imports in the order of their modules."""
    return "".join(sorted(imports.splitlines(keepends=True), key=lambda line: line.split()[1]))


def in_79(line: re.Match) -> str:
    """An import as ruff writes it in a cell of 79 characters: perhaps with a name a line."""
    names = "".join(f"    {name},\n" for name in line[2].split(", "))
    return line[0] if len(line[0]) <= 79 else f"from {line[1]} import (\n{names})"


def _stub():
    """The example's exercise without its answer, as a page has it."""
    source = (EXAMPLE / "exercises.py.txt").read_text(encoding="utf-8")
    return re.search(r'^def .*?""".*?"""', source, re.M | re.S)[0] + "\n    ..."


def notebook(text: str) -> str:
    """A page, written as Markdown, as a notebook: each ```python NAME block is the code cell NAME."""
    parts = re.split(r"^```python (\S+)\n(.*?)\n```$", text, flags=re.M | re.S)
    cells = [new_markdown_cell(parts[0].strip(), id="title")]
    for name, code, prose in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        cells.append(new_code_cell(code, id=name))
        if prose.strip():
            cells.append(new_markdown_cell(prose.strip(), id=f"after-{name}"))
    question, minutes = (
        re.search(r"^\*(.*)\*$", text, re.M)[1],
        re.search(r"(\d+) minutes", text)[1],
    )
    about = {"checked_gradients": {"minutes": int(minutes), "question": question}}
    page = new_notebook(cells=cells, metadata=about | refresh.METADATA)
    return nbformat.writes(page).rstrip("\n") + "\n"


def main(arguments=None) -> int:
    """The command line. Returns 0 if the page is written and has run, else 1."""
    parser = argparse.ArgumentParser(prog="make new-topic NAME=…", description="Start a notebook.")
    parser.add_argument("topic", help="the topic, such as weight_decay")
    try:
        path = create(parser.parse_args(arguments).topic)
    except (ValueError, FileExistsError) as error:
        parser.error(str(error))
    done = refresh.refresh([path])
    tables.write()
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
