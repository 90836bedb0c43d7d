"""One course for all tests of a process: made once, copied where a test changes it."""

import shutil

import courses
import pytest


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A course with all assignments released, for tests that change nothing in it: its folder."""
    return courses.make_course(tmp_path_factory.mktemp("a course"))


@pytest.fixture
def own(made, tmp_path):
    """A copy of it, for the test alone."""
    return shutil.copytree(made, tmp_path / "a course")
