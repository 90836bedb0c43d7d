"""One course for all tests of a process: made once, and copied by tests that change it."""

import courses
import pytest


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A course with all assignments released, for tests that change nothing in it: its folder."""
    return courses.make_course(tmp_path_factory.mktemp("a course"))
