"""Every notebook: how it reads, what it stores, and that all of it is covered by something.

That its cells give what is stored is tested twice: by nbval (with two threads, see conftest.py) and
here (with one thread, started from another folder). Here all pages but one run once a week; make
refresh, which .ci/run compares, executes them all with one thread.
"""

import copy
import itertools

import nbformat
import notebook_checks
import pytest
from topics import TOPICS, weekly_but_one

from helpers.collection import collection
from helpers.teaching import claims
from helpers.upkeep.refresh import execute, normalise

SHOWN = [("figures", "live"), ("exercises", "check"), ("predictions", "predict")]


def test_the_page_is_in_rhythm(topic):
    assert notebook_checks.rhythm(topic.notebook) == []


def test_the_page_has_its_parts(topic):
    assert notebook_checks.outline(topic.notebook, topic.stem) == []


def test_what_is_stored_can_be_read_without_a_kernel(topic):
    assert notebook_checks.storage(topic.notebook) == []


def test_stored_pictures_are_those_of_today(topic):
    assert notebook_checks.pictures(topic.notebook, topic.module("figures")) == []


@pytest.mark.parametrize(("module", "function"), SHOWN)
def test_the_page_shows_all_that_its_topic_declares_in_order(topic, module, function):
    names = getattr(topic.module(module), "__all__", ())
    assert notebook_checks.lists(topic.notebook, module, function, names) == []


def test_exercises_are_not_solved_yet(topic):
    assert notebook_checks.stubs(topic.notebook) == []


def test_no_cell_gives_another_value_to_a_name_that_others_use(topic):
    assert notebook_checks.names(topic.notebook) == []


def test_every_numbered_equation_has_its_test(topic):
    assert notebook_checks.equations(topic.notebook, topic.test_source) == []


def test_links_lead_somewhere(topic):
    assert notebook_checks.links(topic.notebook, topic.path.parent) == []


def test_a_page_ends_with_the_next_one(topic):
    first, *others = (path.stem for path in collection())
    following = dict(itertools.pairwise([first, *others, first]))[topic.stem]
    end = topic.notebook.cells[-1].source.rpartition("**Next:** ")[2]
    assert f"]({following}.ipynb)" in end or f"]({first}.ipynb)" in end


@pytest.mark.parametrize("page", weekly_but_one())
def test_another_folder_and_one_thread_give_what_is_stored(page, tmp_path):
    fresh = execute(copy.deepcopy(page.notebook), tmp_path, OMP_NUM_THREADS="1")
    normalise(fresh, page.notebook)
    assert notebook_checks.differences(page.notebook, fresh) == []
    # The rest of the file, too, is as make refresh writes it.
    assert nbformat.writes(fresh).rstrip("\n") + "\n" == page.path.read_text(encoding="utf-8")


def test_every_claim_is_settled_once_and_no_other():
    notebooks = {topic.stem: topic.notebook for topic in TOPICS}
    ledger = claims.read() if claims.LEDGER.exists() else {}
    assert notebook_checks.claims(notebooks, ledger) == []
