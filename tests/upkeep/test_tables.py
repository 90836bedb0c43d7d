"""The lists of notebooks in README and docs/teaching.md."""

import json
import shutil

import pytest
from topics import ROOT

from helpers.collection import collection
from helpers.upkeep import tables
from helpers.upkeep.tables import END, START


@pytest.fixture
def copy(tmp_path):
    """What the lists are made of, and the two pages that hold them."""
    for path in [*collection(), *(ROOT / "helpers").glob("*/course.yaml")]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "docs/teaching.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def change_minutes(path):
    page = json.loads(path.read_text(encoding="utf-8"))
    page["metadata"]["checked_gradients"]["minutes"] = 77
    path.write_text(json.dumps(page), encoding="utf-8")


def test_the_lists_are_those_of_today(copy):
    assert tables.write(copy) == []


def test_a_changed_page_changes_its_line_once_and_nothing_else(copy):
    change_minutes(collection(copy / "notebooks")[3])
    before = (copy / "README.md").read_text(encoding="utf-8").splitlines()
    assert tables.write(copy) == ["README.md", "docs/teaching.md"]
    after = (copy / "README.md").read_text(encoding="utf-8").splitlines()
    (changed,) = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed.endswith(" | 77 |")
    assert "\n77 minutes. Needed before: " in (copy / "docs/teaching.md").read_text("utf-8")
    assert tables.write(copy) == []


def test_a_new_page_is_listed(copy):
    last = collection(copy / "notebooks")[-1]
    new = f"{int(last.stem[:2]) + 1:02}_{last.stem[3:]}"
    shutil.copy(last, last.with_stem(new))
    assert tables.write(copy) == ["README.md", "docs/teaching.md"]
    for name in ("README.md", "docs/teaching.md"):
        assert f"notebooks/{new}.ipynb" in (copy / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", START, f"{START}\na\n{END}\n{START}\na\n{END}\n"])
def test_a_page_without_its_marks_is_refused(text):
    with pytest.raises(ValueError, match=r"README.md must hold .* once"):
        tables.between_marks(text, "x", "README.md")
