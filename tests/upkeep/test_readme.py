"""README and CONTRIBUTING say what is there."""

import os
import re
from pathlib import Path

import pytest

from helpers.teaching import contents

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/teaching.md"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_table_lists_every_notebook_with_its_question_and_minutes():
    rows = [
        [f"[{n.title}](notebooks/{n.stem}.ipynb)", n.question, str(n.minutes)]
        for n in contents().notebooks
    ]
    table = [row for row in read("README.md").splitlines() if row.startswith("| [")]
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in table]  # a bar ends a cell, \| doesn't
    assert [[cell.strip().replace("\\|", "|") for cell in row] for row in cells] == rows


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    named = {
        target
        for line in re.findall(r"(?:`|^ {4})make ([^`\n]+)", read(page), re.M)
        for target in line.split()
        if re.fullmatch(r"[a-z][a-z-]*", target)
    }
    assert named and named <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_named_file_exists(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", read(page))
    named = re.findall(r"`((?:helpers|tests|data|benchmarks)/[\w./]+)`", read(page))
    links = [os.path.normpath(Path(page).parent / link) for link in links]
    missing = [name for name in [*links, *named] if not (ROOT / name).exists()]
    assert [name for name in missing if "weight_decay" not in name] == []  # the example of a topic


def test_every_command_of_help_is_explained():
    commands = re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.M)
    text = read("README.md") + read("CONTRIBUTING.md")
    assert [c for c in commands if f"make {c}" not in text] == []
