"""Reads what a student submits, and gives it the graded cells of its assignment again."""

import copy
import functools
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Assignment, Gradebook, Notebook, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from helpers.coursework import answers, handed_out
from helpers.coursework.reading import UNREAD

QUESTION = "explain-question"
MERGED = "# This answer stands in the cell above, together with another one."
LONGEST = 30_000  # characters of a cell's words that are shown
CUT = "…\n\n*The rest is left out here; it stands in what was handed in.*"
# What graders alone see of a cell: hidden tests and the marking guide.
GRADERS = re.compile(
    r"\n*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS"
    r"|\n*=== BEGIN MARK SCHEME ===.*?=== END MARK SCHEME ===",
    re.S,
)


class Restore(NbGraderPreprocessor):
    """Gives a submission the graded cells of its assignment, each once, as the course has them.

    answers.py says which cells count; the others become plain cells. A missing cell comes back
    where it was. Words that stand beside the placeholder come into it, so that a person reads them.
    """

    source = Unicode(help="The course's folder of source notebooks.").tag(config=True)

    def preprocess(self, nb, resources):
        said, page = resources["nbgrader"], read(self.source, resources).cells
        original = {answers.grade_id_of(c): c for c in page if "nbgrader" in c.metadata}
        stored = texts_of(said["db_url"], said["assignment"])
        texts = {name: stored[name] for name in original if name in stored}
        released = {name: GRADERS.sub("", text) for name, text in texts.items()}
        marks = {name: original[name].metadata.nbgrader for name in texts}
        exercises = exercises_in(marks)
        chosen = answers.choose(nb.cells, released, exercises)
        part(nb, chosen, [name for name in texts if name in exercises])
        counting = {id(cell) for cell in chosen.values()}
        nb.cells = [  # a second stub would undo the answer
            cell
            for cell in nb.cells
            if id(cell) in counting or not answers.handed_out_as(cell, released)
        ]
        (asked,) = (name for name, said in marks.items() if said.solution and said.grade)
        texts_out = [*(c.source for c in page), *released.values()]
        known = handed_out.Known(self.source, said["assignment"], texts_out)
        unread = nb.metadata.pop(UNREAD, False)
        if not unread:
            add_words(nb, chosen, asked, released, known)
        for cell in nb.cells:
            if cell.cell_type != "code" and not known(cell.source):
                cell.source = plain(cell.source)
        put_back(nb, chosen, texts, original)
        if unread:  # no blank answer, so that a person looks at it
            chosen[asked].source = nb.cells[0].source
        nb.nbformat, nb.nbformat_minor = 4, 5
        for number, cell in enumerate(nb.cells):
            cell.id = f"cell-{number}"
        return nb, resources


def part(nb, chosen, exercises):
    """Where one cell answers several exercises, let it keep one; the others get cells below it."""
    for cell in list(nb.cells):
        names = [name for name in exercises if chosen.get(name) is cell]
        own = answers.grade_id_of(cell)
        kept = own if own in names else next(iter(names), None)
        at = next(i for i, one in enumerate(nb.cells) if one is cell) + 1
        for name in names:
            if name != kept:
                chosen[name] = new_code_cell(MERGED)
                nb.cells.insert(at, chosen[name])


def texts_of(db_url, assignment):
    """grade id → the text of each of nbgrader's cells, as the gradebook keeps it."""
    with Gradebook(db_url) as gradebook:
        return {
            c.name: c.source for c in gradebook.find_notebook(assignment, assignment).source_cells
        }


def exercises_in(marks):
    """The grade ids, of those with nbgrader's metadata in `marks`, that are exercises."""
    return {name for name, said in marks.items() if said.solution and not said.grade}


def released_texts(coursedir, assignment):
    """grade id → text as handed out, and the ids of the exercises, of an assignment."""
    texts = texts_of(coursedir.db_url, assignment)
    path = Path(coursedir.root, coursedir.source_directory, assignment, f"{assignment}.ipynb")
    cells = _read(path, path.stat().st_mtime_ns).cells
    marks = {answers.grade_id_of(c): c.metadata.get("nbgrader") for c in cells}
    marks = {name: said for name, said in marks.items() if name in texts}
    return {name: GRADERS.sub("", texts[name]) for name in marks}, exercises_in(marks)


def ids_of_others(coursedir, assignment):
    """grade id → assignment, of the released ones but this, without the ids that it has as well."""
    with Gradebook(coursedir.db_url) as gradebook:
        cells = gradebook.db.query(SourceCell.name, Assignment.name)
        cells = cells.join(SourceCell.notebook).join(Notebook.assignment).all()
    own = {name for name, home in cells if home == assignment}
    return {name: home for name, home in cells if name not in own}


def add_words(nb, chosen, asked, released, known):
    """Put what was written elsewhere into the cell `asked`, unless that was written in."""
    answer, question = chosen.get(asked), chosen.get(QUESTION)
    if answer and answer.source.strip() and not answers.same(answer.source, released[asked]):
        return
    used = {id(cell) for name, cell in chosen.items() if name != QUESTION}
    others = [cell for cell in nb.cells if id(cell) not in used]
    found = answers.words(others, known, question, released[QUESTION])
    if answer is None and found:
        at = next((i + 1 for i, c in enumerate(nb.cells) if c is question), len(nb.cells))
        answer = chosen[asked] = new_markdown_cell()
        nb.cells.insert(at, answer)
    if answer is not None:
        answer.source = released[asked] + (f"\n\n{answers.NOTE}\n\n{found}" if found else "")
    pictures = [pair for cell in others for pair in cell.get("attachments", {}).items()]
    if shown := {name: held for name, held in reversed(pictures) if f"attachment:{name}" in found}:
        answer.attachments = shown  # of two of one name the first


def plain(source):
    """Markdown in which no HTML is left: a `<` that would begin a tag is followed by a mark.

    Only its beginning is shown, as long text can be costly to show.
    """
    if len(source) > LONGEST:
        source = source[:LONGEST] + CUT
    return re.sub(r"<(?=[A-Za-z/!?])", "<\u200b", source)  # of no width, also in code


def put_back(nb, chosen, texts, original):
    """Insert the missing cells, and set nbgrader's marks and the locked texts."""
    at = 0 if chosen else len(nb.cells)
    for cell in nb.cells:
        cell.metadata.pop("nbgrader", None)
    for grade_id, text in texts.items():
        cell = original[grade_id]
        if grade_id in chosen:
            at = next(i for i, c in enumerate(nb.cells) if c is chosen[grade_id]) + 1
        else:
            new = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
            nb.cells.insert(at, new(text))
            chosen[grade_id] = nb.cells[at]
            at += 1
        chosen[grade_id].metadata.nbgrader = copy.deepcopy(cell.metadata.nbgrader)
        if cell.metadata.nbgrader.locked:
            chosen[grade_id].source = text


def read(source, resources):
    """The source notebook, in the course's folder `source`, of what is being graded.

    It is read once, until it is written anew: treat it as read-only.
    """
    said = resources["nbgrader"]
    path = Path(source, said["assignment"], f"{said['notebook']}.ipynb")
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(16)
def _read(path, written):
    return nbformat.read(path, as_version=4)
