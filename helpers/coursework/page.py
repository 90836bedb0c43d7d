"""A submission as its own kernel would run it: which cells, and what is said of each exercise."""

import re
from dataclasses import replace

from helpers.coursework.run import UNREAD, Cell
from helpers.teaching.judge import judge, no_function

SHOWN = re.compile(r"(live|predict|verdict)\(")  # a page's own cell that only shows something
ABSENT, REFUSED = "is not there in grading", "is not run in grading"  # stand.py and shell.py


def cells_of(notebook, original, exercises):
    """The Cells of a submission that are run, in its order; the page's imports come first.

    original: the course's notebook. What stands there in the same words is the page's own. Of that,
    what only shows something is left out, and so are the cells that give points.
    """
    codes = [cell for cell in original.cells if cell.cell_type == "code"]
    own = {cell.source.strip() for cell in codes if not _said(cell).get("solution")}
    cells = [Cell(codes[0].source, page=True)]  # a submission may have lost them
    for cell in notebook.cells:
        said = _said(cell)
        if cell.cell_type != "code" or (said.get("grade") and not said.get("solution")):
            continue
        name = said.get("grade_id") if said.get("solution") else None
        page = cell.source.strip() in own
        if not (page and SHOWN.match(cell.source)):
            cells.append(Cell(cell.source, page, name if name in exercises else None))
    return cells


def _said(cell):
    return cell.metadata.get("nbgrader", {})


def results(box, cells, exercises):
    """The Result of each of `exercises`, by name, when `cells` have run in `box`, a Sandbox."""
    answered = [cell.answer for cell in cells if cell.answer in exercises]
    wanted = {name: exercises[name] for name in answered}
    done = box.run(cells, wanted)
    return {name: _result(box, cells, attempt) for name, attempt in done.items()}


def _result(box, cells, attempt):
    exercise, again = attempt.exercise, None
    if attempt.kind == "function":

        def again():
            return box.run(cells, {exercise.name: exercise}, wide=True)[exercise.name].outcomes

    result = judged(exercise, attempt.outcomes, again)
    if attempt.kind.startswith("a "):
        result = no_function(result, attempt.kind.removeprefix("a "))
    if attempt.kind == "missing":
        result = replace(result, said=(f"Wrong: no cell defines `{exercise.name}`.",), case=())
    trouble = any(outcome.raised for outcome in attempt.outcomes) and _to_blame(cells, attempt)
    if result or not trouble:
        return result
    return replace(result, said=(*result.said, f" {told(cells, trouble)}"))


def judged(exercise, outcomes, again=None):
    """The Result for outcomes that an attempt may have forged: what can't be judged is wrong."""
    try:
        result = judge(exercise, outcomes, again)
    except Exception:
        result = judge(exercise, [UNREAD] * len(outcomes))
    return replace(result, hints=(), solution="")  # a grade is no place for answers


def _to_blame(cells, attempt):
    """The error to tell: the answer's own where that left no function, else the first; or None."""
    own = [one for one in attempt.troubles if cells[one.cell].answer == attempt.exercise.name]
    others = [one for one in attempt.troubles if ABSENT not in one.message]
    found = own + others if attempt.kind == "missing" else others + own
    errors = [one for one in found if REFUSED not in one.message]
    return next(iter(errors + found), None)


def told(cells, trouble):
    """A sentence that says which error happened where, as a student sees the page."""
    cell = cells[trouble.cell]
    lines = [line for line in cell.source.splitlines() if line.strip()] or [""]
    where = (
        f"the cell of `{cell.answer}`"
        if cell.answer
        else f"the cell that begins {_quoted(lines[0])}"
    )
    line = f", line {trouble.line}, {_quoted(trouble.text)}" if trouble.line else ""
    message = f" ({trouble.message.replace('`', chr(39))})" if trouble.message else ""
    return f"The first error stands in {where}{line}: {trouble.kind}{message}."


def _quoted(text):
    text = text.strip().replace("`", "'")
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"
