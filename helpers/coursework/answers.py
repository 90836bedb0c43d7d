"""Which cells of a submission are the answers, also where nbgrader's marks are lost or doubled."""

import ast
import re

LONGEST = 5000  # characters of a code cell that is tried for words
NOTE = "*These words stood elsewhere in the notebook:*"


def choose(cells, released, exercises):
    """grade id → the cell that counts for it; an id that no cell answers is left out.

    cells: those of the submission. released: grade id → text of the cell as it was handed out.
    exercises: the ids that are exercises. Of several marked cells the last that was written in
    counts, as when a notebook is run from top to bottom, or a better version below it (`again`).
    Where none was, an exercise's answer is the last cell that checks it, or else the last that
    defines its function; these may be another exercise's cell, into which it was merged.
    """
    marked, chosen, keys = {}, {}, []
    for cell in cells:
        grade_id = grade_id_of(cell)
        keys.append(grade_id if grade_id in released else handed_out_as(cell, released))
        marked.setdefault(keys[-1], []).append(cell)
    plain = marked.pop(None, [])
    others = [
        cell
        for cell, key in zip(cells, keys, strict=True)
        if key in exercises and not same(cell.source, released[key])
    ]
    for grade_id, text in released.items():
        here = marked.get(grade_id, [])
        written = [cell for cell in here if not same(cell.source, text)]
        if grade_id in exercises:
            if any(named(grade_id, c.source) for c in written):
                written += again(cells, keys, written[-1], grade_id)
            else:
                written = unmarked(plain, grade_id) or unmarked(others, grade_id) or written
        if written or here:
            chosen[grade_id] = written[-1] if written else here[0]
    return chosen


def again(cells, keys, answer, name):
    """The plain cells below `answer` that define its function anew, and so are what gets points.

    They stand above the cells that give its points; where these are lost, they check it. keys: the
    grade id of each cell.
    """
    at = next(i for i, cell in enumerate(cells) if cell is answer) + 1
    points = [i for i in range(at, len(cells)) if (keys[i] or "").startswith(f"{name}-")]
    below = [cells[i] for i in range(at, min(points, default=len(cells))) if keys[i] is None]
    return [
        cell
        for cell in below
        if (binds(cell, name) and name in checked_in(cell))
        or (points and binds(cell, name, "lambda"))
    ]


def unmarked(cells, name):
    """The cells that stand for an answer by what they say."""
    checking = [cell for cell in cells if name in checked_in(cell)]
    defining = [cell for cell in cells if binds(cell, name)]
    return checking or defining


def given(cells, released, exercises):
    """grade id → what was answered, without its white space."""
    found = {n: squeezed(c.source) for n, c in choose(cells, released, exercises).items()}
    asked = {n: squeezed(t) for n, t in released.items() if n in exercises or n == "explain"}
    return {n: text for n, text in found.items() if n in asked and text != asked[n]}


def belongs(cells, released, exercises):
    """Whether a notebook is one of this assignment, by its marks, its checks or its functions."""
    return any(
        grade_id_of(cell) in released
        or exercise_in(cell) in exercises
        or any(binds(cell, name) for name in exercises)
        for cell in cells
    )


def elsewhere(cells, released, others):
    """The other assignment of which a notebook has more cells than of this one, or None.

    others: the grade ids that other assignments have, each with its assignment.
    """
    named = {name for cell in cells for name in (grade_id_of(cell), *checked_in(cell))}
    theirs = [others[name] for name in named if name in others]
    return max(theirs, key=theirs.count) if len(theirs) > len(named & released.keys()) else None


def words(cells, known, question, released):
    """What a student wrote beside the placeholder, one text; empty if there is nothing.

    cells: those that are no answer. known: whether a text is one that was handed out. question: the
    cell with the question (or None), and `released` its text: who answers in it is read as well.
    """
    texts, below = [], False
    for cell in cells:
        if cell is question:
            lines = set(released.splitlines())
            texts.append("\n".join(x for x in cell.source.splitlines() if x not in lines))
            below = True
        elif not known(cell.source) and (
            cell.cell_type != "code" or (below and is_prose(cell.source))
        ):
            texts.append(cell.source)
    return "\n\n".join(text.strip() for text in texts if text.strip())


def is_prose(source):
    """Whether a code cell holds words: no Python, or nothing but comments and texts."""
    if len(source) > LONGEST or not re.search(r"\w+\W+\w+\W+\w+", source):
        return False
    try:
        body = ast.parse(source).body
    except Exception:  # deep or broken
        return not re.match(r"\s*[%!?]", source)
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def handed_out_as(cell, released):
    """The grade id of a cell that lost its mark and is as it was handed out, or None."""
    return next((i for i, text in released.items() if same(cell.source, text)), None)


def grade_id_of(cell):
    """nbgrader's name of a cell, or None."""
    said = cell.metadata.get("nbgrader")
    grade_id = said.get("grade_id") if isinstance(said, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def exercise_in(cell):
    """The name of the first exercise that a cell checks, or None."""
    return next(iter(checked_in(cell)), None)


def checked_in(cell):
    """The names of the exercises that a code cell checks."""
    found = re.findall(r"^check\(\s*exercises\.(\w+)\s*,", cell.source, re.M)
    return found if cell.cell_type == "code" else []


def binds(cell, name, value=""):
    """Whether a code cell defines `name`, as far as its lines show.

    value: how what is assigned must begin; anything by default.
    """
    pattern = rf"^(?:(?:async +)?def|class) +{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)\s*{value}"
    return cell.cell_type == "code" and bool(re.search(pattern, cell.source, re.M))


def named(name, source):
    return re.search(rf"\b{name}\b", source)


def same(one, other):
    return squeezed(one) == squeezed(other)


def squeezed(text):
    """The text without its white space: what a round trip through another program may change."""
    return "".join(text.split())
