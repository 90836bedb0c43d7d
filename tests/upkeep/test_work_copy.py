"""work/: the learner's copies of the notebooks follow the project, and nothing written is lost."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from topics import ROOT, TOPICS

from helpers.collection import NOTEBOOKS, WORK, collection
from helpers.upkeep import work_copy

PAGE = "01_one.ipynb"


class Folders:
    """A project's folder of notebooks and the learner's work, which both can write in."""

    def __init__(self, folder):
        self.source, self.work = folder / "notebooks", folder / "work"
        self.source.mkdir()
        self.publish("x = 1")
        self.publish("y = 1", name="02_two.ipynb")

    def fill(self):
        return work_copy.fill(self.source, self.work)

    def publish(self, *sources, name=PAGE, output="1"):
        write(self.source / name, *sources, output=output)

    def learner(self, *sources, name=PAGE):
        """The learner runs the page (other outputs, a kernel's metadata), with these sources."""
        write(
            self.work / name,
            *sources,
            output="of today",
            kernelspec={"name": "mine", "display_name": "Mine"},
        )

    def pages(self):
        """What is written in each page of work/."""
        return {path.name: written(path) for path in sorted(self.work.glob("*.ipynb"))}


def write(path, *sources, output="1", **metadata):
    outputs = [new_output("stream", text=output)]
    cells = [new_code_cell(source, id=f"c{i}", outputs=outputs) for i, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# One", id="t"), *cells],
                                metadata=metadata), path)  # fmt: skip


def written(path):
    return [cell.source for cell in nbformat.read(path, 4).cells[1:]]


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path)


def test_the_first_start_copies_every_page_and_the_second_nothing(folders):
    (folders.source / "scratch.ipynb").write_text("{}")
    assert folders.fill() == []
    assert folders.pages() == {PAGE: ["x = 1"], "02_two.ipynb": ["y = 1"]}
    times = {path: path.stat().st_mtime_ns for path in folders.work.glob("*.ipynb")}
    assert folders.fill() == []
    assert {path: path.stat().st_mtime_ns for path in times} == times


@pytest.mark.parametrize("run", [False, True])
def test_a_page_that_changed_renews_a_copy_with_nothing_written_in_it(folders, run):
    folders.fill()
    if run:
        folders.learner("x = 1", "")  # Shift+Enter in the last cell adds an empty one
    folders.publish("x = 2")
    assert folders.fill() == []
    assert folders.pages()[PAGE] == ["x = 2"]
    folders.publish("x = 2", output="another")
    folders.fill()
    assert (folders.work / PAGE).read_bytes() == (folders.source / PAGE).read_bytes()


def test_where_both_changed_the_new_page_comes_beside_once(folders):
    folders.fill()
    folders.learner("x = 1", "my words")
    folders.publish("x = 2")
    (sentence,) = folders.fill()
    assert PAGE in sentence and "work/01_one_new.ipynb" in sentence
    expected = {PAGE: ["x = 1", "my words"], "01_one_new.ipynb": ["x = 2"]}
    assert folders.pages() == expected | {"02_two.ipynb": ["y = 1"]}
    assert folders.fill() == []
    (folders.work / "01_one_new.ipynb").unlink()
    assert folders.fill() == [] and PAGE in folders.pages(), "what was deleted there stays away"


@pytest.mark.parametrize("wrote", [False, True])
def test_the_page_after_the_next_renews_the_one_beside_unless_it_was_written_in(folders, wrote):
    folders.fill()
    folders.learner("my words")
    folders.publish("x = 2")
    folders.fill()
    folders.learner(*(["x = 2"] + ["more words"] * wrote), name="01_one_new.ipynb")
    folders.publish("x = 3")
    folders.fill()
    pages = folders.pages()
    assert pages[PAGE] == ["my words"]
    if wrote:
        assert pages["01_one_new.ipynb"] == ["x = 2", "more words"]
        assert pages["01_one_new_2.ipynb"] == ["x = 3"]
    else:
        assert pages["01_one_new.ipynb"] == ["x = 3"] and len(pages) == 3


def test_a_page_with_other_outputs_only_leaves_a_written_copy_alone(folders):
    folders.fill()
    folders.learner("my words")
    folders.publish("x = 1", output="another")
    assert folders.fill() == []
    assert folders.pages() == {PAGE: ["my words"], "02_two.ipynb": ["y = 1"]}


def test_a_copy_that_was_deleted_comes_back_fresh(folders):
    folders.fill()
    (folders.work / PAGE).unlink()
    assert folders.fill() == [] and folders.pages()[PAGE] == ["x = 1"]


def test_a_page_that_left_the_collection_stays(folders):
    folders.fill()
    (folders.source / PAGE).unlink()
    (sentence,) = folders.fill()
    assert "has left" in sentence and folders.pages()[PAGE] == ["x = 1"]
    assert folders.fill() == []


def test_the_learners_own_files_stay_even_under_a_pages_name(folders):
    folders.work.mkdir()
    own = {"notes.txt": b"mine", "scratch.ipynb": b"torn {", "03_later.ipynb": b"{}"}
    for name, content in own.items():
        (folders.work / name).write_bytes(content)
    folders.learner("my words")
    folders.fill()
    folders.publish("z = 1", name="03_later.ipynb")
    folders.fill()
    assert {name: (folders.work / name).read_bytes() for name in own} == own
    assert written(folders.work / PAGE) == ["my words"]
    assert written(folders.work / "01_one_new.ipynb") == ["x = 1"]
    assert written(folders.work / "03_later_new.ipynb") == ["z = 1"]


@pytest.mark.parametrize("torn", ["", "{", '{"copied": []}', "[]", None])
def test_without_its_memory_no_difference_is_overwritten(folders, torn):
    folders.fill()
    folders.learner("my words")
    memory = folders.work / ".copied.json"
    memory.unlink() if torn is None else memory.write_text(torn)
    folders.publish("y = 2", name="02_two.ipynb")
    assert len(folders.fill()) == 2
    pages = folders.pages()
    assert pages[PAGE] == ["my words"] and pages["02_two.ipynb"] == ["y = 1"]
    assert pages["01_one_new.ipynb"] == ["x = 1"] and pages["02_two_new.ipynb"] == ["y = 2"]


def test_an_interruption_at_any_point_is_finished_by_the_next_start(folders, monkeypatch):
    """Each of the files that are put in place is once the last one."""
    folders.fill()
    folders.learner("my words")
    folders.publish("x = 2")
    folders.publish("y = 2", name="02_two.ipynb")
    replace = os.replace
    for last in range(6):
        done = []

        def interrupted(*paths, done=done, last=last):
            if len(done) == last:
                raise KeyboardInterrupt
            done.append(replace(*paths))

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", interrupted)
            try:
                folders.fill()
            except KeyboardInterrupt:
                assert folders.pages()[PAGE] == ["my words"]
    folders.fill()
    expected = {PAGE: ["my words"], "01_one_new.ipynb": ["x = 2"], "02_two.ipynb": ["y = 2"]}
    assert folders.pages() == expected
    assert not list(folders.work.glob("*.ipynb.partial"))


@pytest.mark.parametrize("content", ["<<<<<<< ours", "[]", '{"cells": [{}]}', ""])
def test_a_page_that_cannot_be_read_is_neither_copied_nor_overwritten(folders, content):
    folders.fill()
    (folders.source / PAGE).write_text(content)
    (sentence,) = folders.fill()
    assert "can't be read in notebooks/" in sentence and folders.pages()[PAGE] == ["x = 1"]
    (folders.work / PAGE).write_text(content)
    folders.publish("x = 2")
    sentences = folders.fill()
    assert "work/01_one.ipynb can't be read" in sentences[0]
    assert (folders.work / PAGE).read_text() == content
    assert written(folders.work / "01_one_new.ipynb") == ["x = 2"]


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_git_pull_works_after_work_and_words_in_the_notebooks_themselves_are_kept(tmp_path):
    """A learner of before work/ wrote in notebooks/: the copy of that page is theirs, too."""
    upstream, clone = tmp_path / "upstream", tmp_path / "a clone"
    upstream.mkdir()
    git(upstream, "init", "-q", "-b", "main")
    (upstream / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    folders = Folders(upstream)
    git(upstream, "add", ".")
    git(upstream, "commit", "-q", "-m", "one")
    git(tmp_path, "clone", "-q", str(upstream), str(clone))
    mine = Folders.__new__(Folders)
    mine.source, mine.work = clone / "notebooks", clone / "work"
    mine.publish("written in notebooks/")
    mine.fill()
    git(clone, "checkout", "-q", ".")
    mine.learner("written in work/", name="02_two.ipynb")
    folders.publish("x = 2")
    folders.publish("y = 2", name="02_two.ipynb")
    git(upstream, "commit", "-q", "-a", "-m", "two")
    git(clone, "pull", "-q")
    assert len(mine.fill()) == 2
    assert mine.pages() == {
        PAGE: ["written in notebooks/"],
        "01_one_new.ipynb": ["x = 2"],
        "02_two.ipynb": ["written in work/"],
        "02_two_new.ipynb": ["y = 2"],
    }


def test_every_link_of_a_page_leads_to_the_same_file_from_its_copy(tmp_path):
    """work/ stands beside notebooks/, and holds all of its pages and nothing else is linked."""
    assert WORK.parent == NOTEBOOKS.parent == ROOT
    work_copy.fill(work=tmp_path)
    for topic in TOPICS:
        prose = [cell.source for cell in topic.notebook.cells if cell.cell_type == "markdown"]
        text = "\n".join(prose)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            target = (NOTEBOOKS / link).resolve()
            assert target.exists(), link
            if target.parent == NOTEBOOKS:
                assert (tmp_path / link).exists(), link
            else:
                assert link.startswith("../"), link


def test_the_command_says_where_there_are_no_notebooks():
    code = (
        "import pathlib, runpy, helpers.collection as c;"
        "c.NOTEBOOKS = pathlib.Path('nowhere'); c.collection.__defaults__ = (c.NOTEBOOKS,);"
        "runpy.run_module('helpers.upkeep.work_copy', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "no notebooks in nowhere" in done.stderr
    assert "Traceback" not in done.stderr and not Path("work").exists()


def test_the_memory_is_not_a_page(folders):
    folders.fill()
    assert [path.name for path in collection(folders.work)] == [PAGE, "02_two.ipynb"]
    assert set(json.loads((folders.work / ".copied.json").read_text())) == {"copied", "beside"}
