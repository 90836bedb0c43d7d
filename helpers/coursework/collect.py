"""What `nbgrader zip_collect` needs for the archives of learning platforms."""

import os
import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

from helpers.coursework.intake import is_notebook

PATTERNS = [
    # Moodle: a folder a student, "Ada Lovelace_4711_assignsubmission_file/page.ipynb", or that flat.
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<rest>.*))?",
    # Canvas: "lovelaceada_LATE_4711_123456_page-1.ipynb".
    r"(?P<name>[^_]+)(?:_LATE)?_(?P<number>\d+)_\d+_(?P<rest>.+)",
]


class Platform(FileNameCollectorPlugin):
    """Tells from a file's name in Moodle's or Canvas's archive whose it is.

    The students' list (`nbgrader db student import`) is asked: a number that is somebody's
    lms_user_id, or a name that is somebody's. Without it the platform's name is the student's; two
    students of one name are told apart by the platform's numbers.
    `FileNameCollectorPlugin.named_regexp` in the configuration takes the place of both patterns.
    """

    def collect(self, submitted_file):
        """A notebook; of who handed in none, whatever there is, so that grading can say what."""
        said = None if self.named_regexp else self.read(submitted_file)
        if said is None:
            return super().collect(submitted_file)
        path = Path(submitted_file)
        unpacked = path.suffix.lower() == ".zip" and path.with_suffix("").is_dir()
        if is_notebook(path.name) or not (unpacked or said[:2] in self.with_notebook):
            return self._match(submitted_file)
        return None

    def _match(self, filename):
        if self.named_regexp:
            return super()._match(filename)
        found = self.read(filename)
        if not found:
            self.log.warning("%s is named neither as in Moodle nor as in Canvas.", filename)
            return None
        name, number, file = found
        student = self.students.get(number)
        if not student:
            alone = len(self.numbers[letters(name)]) == 1
            student = (self.students.get(letters(name)) or name) if alone else f"{name} {number}"
        return {"student_id": student, "file_id": self.unique(student, file)}

    def read(self, filename):
        """(name, number, file) by what the platform wrote, the outermost part; or None.

        Whatever stands further inside was named by the student.
        """
        parts = Path(filename).relative_to(self.extracted).parts
        for at, part in enumerate(parts):
            for pattern in PATTERNS:
                if said := re.fullmatch(pattern, part, re.S):
                    inside = [said["rest"], *parts[at + 1 :]]
                    return said["name"], said["number"], "/".join(filter(None, inside))
        return None

    @cached_property
    def extracted(self):
        return self.parent._format_collect_path(self.parent.extracted_directory)

    @cached_property
    def files(self):
        """The (name, number, file) of all files that the platform wrote."""
        walked = os.walk(self.extracted)
        read = (
            self.read(os.path.join(folder, name)) for folder, _, names in walked for name in names
        )
        return [said for said in read if said]

    @cached_property
    def with_notebook(self):
        """The (name, number) of who handed in a notebook."""
        return {said[:2] for said in self.files if is_notebook(said[2].rpartition("/")[2])}

    @cached_property
    def numbers(self):
        """letters of a name → the numbers that the platform gave to whoever has it."""
        found = defaultdict(set)
        for name, number, _ in self.files:
            found[letters(name)].add(number)
        return found

    @cached_property
    def taken(self):
        return set()

    def unique(self, student, file):
        """The file's name, or another one if this student has handed in a file of that name."""
        while (student, file) in self.taken:
            file = f"again/{file}"
        self.taken.add((student, file))
        return file

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
