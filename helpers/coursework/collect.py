"""What `nbgrader zip_collect` needs for the archives of learning platforms."""

import re
from functools import cached_property
from pathlib import PurePath

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

# Moodle: a folder a student, "Ada Lovelace_4711_assignsubmission_file/page.ipynb", or that flat.
MOODLE = r"(?P<name>[^_/]+)_(?P<number>\d+)_assignsubmission_file_?/?(?P<file_id>[^/]+)$"
# Canvas: "lovelaceada_LATE_4711_123456_page-1.ipynb".
CANVAS = r"(?P<name>[^_/]+)(?:_LATE)?_(?P<number>\d+)_\d+_(?P<file_id>[^/]+)$"


class Platform(FileNameCollectorPlugin):
    """Tells from a file's name in Moodle's or Canvas's archive whose it is.

    The students' list (`nbgrader db student import`) is asked: a number that is somebody's
    lms_user_id, or a name that is somebody's. Without it the platform's name is the student's.
    `FileNameCollectorPlugin.named_regexp` in the configuration takes the place of both patterns.
    """

    def _match(self, filename):
        if self.named_regexp:
            return super()._match(filename)
        for pattern in (MOODLE, CANVAS):
            if found := re.search(pattern, PurePath(filename).as_posix()):
                said = found.groupdict()
                name, number = said.pop("name"), said.pop("number")
                student = self.students.get(number) or self.students.get(letters(name))
                return said | {"student_id": student or name}
        self.log.warning("%s is named neither as in Moodle nor as in Canvas.", filename)
        return None

    @cached_property
    def students(self):
        """What a platform may call a student → the student's id."""
        with Gradebook(self.parent.coursedir.db_url) as gradebook:
            found = {}
            for student in gradebook.students:
                first, last = student.first_name or "", student.last_name or ""
                for name in (student.lms_user_id, letters(first + last), letters(last + first)):
                    if name:
                        found[name] = (
                            student.id if found.get(name, student.id) == student.id else None
                        )
            return found


def letters(name):
    """A name without what platforms change in it: case, spaces, dots."""
    return "".join(c for c in name.casefold() if c.isalnum())
