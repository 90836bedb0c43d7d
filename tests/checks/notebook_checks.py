"""What must be true of every notebook, as functions that return complaints (a list of sentences).

An empty list is a pass. test_notebooks.py applies them to the collection, test_the_checks.py to
notebooks that are wrong on purpose.
"""

import ast
import base64
import itertools
import re
import statistics
import symtable
from urllib.parse import unquote

from helpers.upkeep.pictures import EMBEDDED_PNG, same_picture
from helpers.upkeep.refresh import METADATA, WIDGET_VIEW

CELL_LINES, MEDIAN_LINES, IMPORTS, BLOCK_LINES = 15, 8, 6, 10
WIDTH = 79  # what a window of 800 pixels shows of a code cell
PLOTTING = {"matplotlib", "seaborn", "plotly", "bokeh"}


# Reading a notebook


def code_cells(notebook):
    """The code cells, the import cell first."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def name(cell):
    """How complaints call a cell: its id and its first line."""
    lines = [line for line in cell.source.splitlines() if line.strip()]
    return f"cell {cell.get('id', '?')} (“{lines[0] if lines else ''}”)"


def tree(cell):
    """The cell's syntax tree; an empty one if it is not plain Python (a magic, say)."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.parse("")


def calls(cell, function):
    """All calls of the bare name `function` in a code cell."""
    nodes = (node for node in ast.walk(tree(cell)) if isinstance(node, ast.Call))
    return [call for call in nodes if isinstance(call.func, ast.Name) and call.func.id == function]


def members(cells, function, module):
    """The X of all calls `function(module.X, …)`, in the order of the cells."""
    first = (call.args[0] for cell in cells for call in calls(cell, function) if call.args)
    return [
        argument.attr
        for argument in first
        if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) == module
    ]


def headings(notebook):
    """(level, text) of all headings outside code blocks."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"^```.*?^```", "", cell.source, flags=re.M | re.S)
            found += [(len(h[1]), h[2].strip()) for h in re.finditer(r"^(#+) (.*)$", prose, re.M)]
    return found


def is_stub(function):
    """Whether the body is only a docstring, `...`, `pass` or `return None`."""
    rest = [node for node in function.body if not isinstance(node, ast.Pass)]
    return all(
        (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Return) and ast.unparse(node) in ("return", "return None"))
        for node in rest
    )


# The rhythm of a page


def rhythm(notebook):
    """Size of cells, one import cell, a sentence before and after each, no plotting code."""
    complaints = []
    cells = notebook.cells
    for at, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        lines = len(cell.source.splitlines())
        if lines > CELL_LINES:
            complaints.append(f"{name(cell)} has {lines} lines; at most {CELL_LINES}")
        widest = max(map(len, cell.source.splitlines()), default=0)
        if widest > WIDTH:
            complaints.append(f"{name(cell)} has a line of {widest} characters; at most {WIDTH}")
        for neighbour, where in ((at - 1, "before"), (at + 1, "after")):
            if not (0 <= neighbour < len(cells) and _has_prose(cells[neighbour])):
                complaints.append(f"{name(cell)} has no sentence {where} it")
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            complaints.append(f"{name(cell)} is not plain Python: {error}")
        complaints += _blocks(cell)
    # An exercise's cell is its specification: sentences, not code.
    read = [cell for cell in code_cells(notebook)[1:] if not any(calls(cell, "check"))]
    lengths = [len(cell.source.splitlines()) for cell in read]
    if lengths and statistics.median(lengths) >= MEDIAN_LINES:
        median = statistics.median(lengths)
        complaints.append(f"the median code cell has {median:g} lines; under {MEDIAN_LINES}")
    return complaints + _imports(notebook)


def _has_prose(cell):
    prose = re.sub(r"^#+ .*$", "", cell.source, flags=re.M)
    return cell.cell_type == "markdown" and bool(re.search(r"\w", prose))


def _blocks(cell):
    """Complaints about loops and functions that are too long to read on a page."""
    stubs = {ast.unparse(call.args[1]) for call in calls(cell, "check") if len(call.args) > 1}
    kinds = {ast.FunctionDef: "def", ast.For: "loop", ast.While: "loop", ast.ClassDef: "class"}
    complaints = []
    for node in ast.walk(tree(cell)):
        lines = getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0) + 1
        if type(node) in kinds and lines > BLOCK_LINES and getattr(node, "name", None) not in stubs:
            complaints.append(
                f"{name(cell)} has a {kinds[type(node)]} of {lines} lines; at most {BLOCK_LINES}"
            )
    return complaints


def _imports(notebook):
    """Complaints about the import cell, and about imports anywhere else."""
    cells = notebook.cells
    if len(cells) < 2 or cells[1].cell_type != "code":
        return ["the second cell is not the import cell"]
    complaints = []
    count = len(tree(cells[1]).body)
    if count > IMPORTS:
        complaints.append(f"the import cell has {count} imports; at most {IMPORTS}")
    if not all(isinstance(node, ast.Import | ast.ImportFrom) for node in tree(cells[1]).body):
        complaints.append("the import cell holds more than imports")
    for cell in code_cells(notebook):
        for node in ast.walk(tree(cell)):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            if cell is not cells[1]:
                complaints.append(f"{name(cell)} imports; all imports stand in the import cell")
            modules = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            if any(module.split(".")[0] in PLOTTING for module in modules):
                complaints.append(f"{name(cell)} imports a plotting library; figures.py draws")
    return complaints


def outline(notebook, stem):
    """Title, opening, numbered sections, closing parts, the page's metadata."""
    complaints = []
    found = headings(notebook)
    number = stem[:2]
    if not found or found[0][0] != 1 or not found[0][1].startswith(f"{number} · "):
        complaints.append(f"the first heading is not “# {number} · Title”")
    if sum(level == 1 for level, _ in found) != 1:
        complaints.append("there is more than one heading of level 1")
    if any(deep - level > 1 for (level, _), (deep, _) in itertools.pairwise(found)):
        complaints.append("a heading skips a level")
    numbers = [
        int(n[1]) for level, text in found if level == 2 and (n := re.match(r"(\d+) ·", text))
    ]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        complaints.append(f"the sections are numbered {numbers}, not 1, 2, 3 …")
    opening = notebook.cells[0].source if notebook.cells else ""
    facts = notebook.metadata.get("checked_gradients", {})
    question, minutes = facts.get("question"), facts.get("minutes")
    if not (isinstance(question, str) and question.strip()):
        complaints.append("metadata.checked_gradients has no question")
    elif f"*{question}*" not in opening:
        complaints.append("the first cell does not ask the metadata's question, in italics")
    if not (isinstance(minutes, int) and minutes > 0):
        complaints.append("metadata.checked_gradients has no minutes (a whole number)")
    elif not re.search(rf"\b({minutes}|[a-z-]+) minutes", opening, re.I):
        complaints.append(f"the first cell does not say “{minutes} minutes”, as the metadata do")
    return complaints


# What is stored


def storage(notebook):
    """Ids, metadata, nothing hidden, and outputs that a page shows before any cell is run."""
    complaints = []
    kept = {key: value for key, value in notebook.metadata.items() if key != "checked_gradients"}
    if kept != METADATA:
        complaints.append("the notebook's metadata are not those that make refresh writes")
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or len(set(ids)) < len(ids):
        complaints.append("a cell has no id, or two cells have the same one")
    for count, cell in enumerate(code_cells(notebook), 1):
        if cell.execution_count != count:
            complaints.append(f"{name(cell)} has the count {cell.execution_count}, not {count}")
        if count > 1 and not cell.outputs:
            complaints.append(f"{name(cell)} has no stored output")
        if calls(cell, "predict") and not re.fullmatch(r"predict\(predictions\.\w+\)", cell.source):
            complaints.append(f"{name(cell)} holds more than predict(predictions.…)")
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            complaints.append(f"{name(cell)} is hidden; nothing on a page needs to be")
        for output in cell.outputs:
            complaints += [f"{name(cell)} stores {fault}" for fault in _output(output)]
    return complaints


def _output(output):
    """What is wrong with one stored output."""
    if output.output_type == "error":
        return [f"an error: {output.ename}: {output.evalue}"]
    if output.output_type == "stream":
        return ["a warning or an error message (stderr)"] if output.name == "stderr" else []
    faults = []
    data, metadata = output.data, output.metadata
    if WIDGET_VIEW in data:
        faults.append("a widget's id, which no other kernel knows")
    if "image/png" in data and not metadata.get("image/png", {}).get("alt", "").strip():
        faults.append("a picture without alt text in its metadata")
    for image in re.findall(r"<img\b[^>]*>", data.get("text/html", "")):
        if not re.search(r'\balt="[^"]*\w', image):
            faults.append("HTML with a picture that has no alt text")
    text = data.get("text/plain", "")
    if re.fullmatch(r"\w+\(.*children=.*\)", text, re.S):
        faults.append("a bare widget's name in place of what it shows")
    if re.search(r"\bat 0x[0-9a-f]{4,}", text):
        faults.append("an address in memory, which changes with every run")
    return faults


def pictures(notebook, figures):
    """Every live figure's stored picture, words and card are those of its defaults now."""
    complaints = []
    for cell in code_cells(notebook):
        for figure_name in members([cell], "live", "figures"):
            figure = getattr(figures, figure_name)
            stored = [output for output in cell.outputs if "image/png" in output.get("data", {})]
            if not stored:
                complaints.append(f"{name(cell)} has no stored picture")
            for output in stored:
                page = EMBEDDED_PNG.findall(output.data.get("text/html", ""))
                for png in [output.data["image/png"], *page]:
                    if not same_picture(base64.b64decode(png), figure.render()):
                        complaints.append(f"{name(cell)} stores a stale picture of {figure_name}")
                        break
                if not page:
                    complaints.append(f"{name(cell)} stores no HTML with the picture in it")
                if output.data.get("text/plain") != figure.describe():
                    complaints.append(f"{name(cell)} stores stale words for {figure_name}")
                if output.metadata.get("image/png", {}).get("alt") != figure.describe():
                    complaints.append(f"{name(cell)} stores a stale alt text for {figure_name}")
    return complaints


def differences(stored, fresh):
    """Where the outputs of a second run (normalised) are not the stored ones."""
    return [
        f"{name(old)} does not give its stored output again"
        for old, new in zip(code_cells(stored), code_cells(fresh), strict=True)
        if old.outputs != new.outputs
    ]


# One to one


def lists(notebook, module, function, names):
    """`names` (a module's __all__) are what the notebook gives to `function`, in that order.

    `module`: the name that the notebook imports it by ("figures", "exercises", "predictions").
    """
    used = members(code_cells(notebook), function, module)
    if used == list(names):
        return []
    return [f"{module}.__all__ is {list(names)}, but the page has {function}(…) of {used}"]


def stubs(notebook):
    """Every checked function is still a stub: what is stored is the page, not a solution."""
    complaints = []
    for cell in code_cells(notebook):
        attempts = {ast.unparse(call.args[1]) for call in calls(cell, "check") if call.args[1:]}
        functions = {node.name: node for node in tree(cell).body if hasattr(node, "name")}
        for attempt in sorted(attempts):
            if attempt not in functions:
                complaints.append(f"{name(cell)} checks {attempt}, which it does not define")
            elif not is_stub(functions[attempt]):
                complaints.append(f"{name(cell)} has a solution of {attempt} in place of the stub")
    return complaints


def names(notebook):
    """No cell gives another value to what the import cell imports, or to a learner's answer."""
    cells, owners = code_cells(notebook), {}
    for cell in cells:
        answers = [ast.unparse(call.args[1]) for call in calls(cell, "check") if call.args[1:]]
        owners |= dict.fromkeys(_bound(cell) if cell is cells[0] else answers, cell)
    return [
        f"{name(cell)} gives {bound} another value, which {name(owners[bound])} has given it"
        for cell in cells
        for bound in sorted(_bound(cell))
        if owners.get(bound, cell) is not cell
    ]


def _bound(cell):
    """The names to which a cell gives a value for the cells below it."""
    try:
        symbols = symtable.symtable(cell.source, name(cell), "exec").get_symbols()
    except SyntaxError:
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def equations(notebook, test_source):
    """Each \\tag{S.N} once, in section S, counted from 1, with a test_eq_S_N, and no other tests."""
    complaints = []
    tags, section = [], 0
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for found in re.finditer(r"^## (\d+) ·|\\tag\{(.*?)\}", cell.source, re.M):
            if found[1]:
                section = int(found[1])
            elif not re.fullmatch(rf"{section}\.\d+", found[2]):
                complaints.append(f"equation ({found[2]}) stands in section {section}")
            else:
                tags.append(tuple(map(int, found[2].split("."))))
    for tag in sorted(set(tags)):
        if tags.count(tag) > 1:
            complaints.append(f"two equations are numbered ({tag[0]}.{tag[1]})")
        if tag[1] > 1 and (tag[0], tag[1] - 1) not in tags:
            complaints.append(f"equation ({tag[0]}.{tag[1]}) has no predecessor")
    tests = re.findall(r"^\s*def test_eq_(\d+)_(\d+)(?=[_(])", test_source, re.M)
    tested = {(int(section), int(number)) for section, number in tests}
    complaints += [
        f"equation ({s}.{n}) has no test_eq_{s}_{n}" for s, n in sorted(set(tags) - tested)
    ]
    complaints += [f"test_eq_{s}_{n} tests no equation" for s, n in sorted(tested - set(tags))]
    return complaints


def claims(notebooks, ledger):
    """Every claim is settled by exactly one cell, of its own notebook, in the ledger's order.

    `notebooks`: stem → notebook; `ledger`: id → claim with its `notebook`.
    """
    complaints = []
    settled = []
    for stem, notebook in notebooks.items():
        for cell in code_cells(notebook):
            for call in calls(cell, "verdict"):
                if not (call.args and isinstance(call.args[0], ast.Constant)):
                    complaints.append(
                        f"{stem}, {name(cell)}: a verdict whose id is not written out"
                    )
                    continue
                claim = call.args[0].value
                settled.append((stem, claim))
                if claim not in ledger:
                    complaints.append(f"{stem}, {name(cell)}: the ledger has no claim {claim!r}")
                elif ledger[claim].notebook != stem:
                    home = ledger[claim].notebook
                    complaints.append(f"{claim} is settled in {stem}; the ledger says {home}")
    ids = [claim for _, claim in settled]
    for claim in ledger:
        if ids.count(claim) != 1:
            times = {0: "no cell"}.get(ids.count(claim), f"{ids.count(claim)} cells")
            complaints.append(f"{claim} is settled by {times}")
    for stem in notebooks:
        listed = [claim for claim, entry in ledger.items() if entry.notebook == stem]
        order = [claim for home, claim in settled if home == stem and claim in listed]
        if not complaints and listed != order:
            complaints.append(f"the ledger lists {stem}'s claims as {listed}, the page has {order}")
    return complaints


def links(notebook, folder):
    """Links to other pages, files and cells of the project lead somewhere.

    A link within the project names a cell, `03_topic.ipynb#cell-id=slope`: JupyterLab writes what
    is not ASCII in a heading's anchor in another way, and does not find it then.
    """
    import nbformat

    targets = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            targets += re.findall(r"\]\(([^)\s]+)", cell.source)
        for output in cell.get("outputs", []):
            targets += re.findall(r'href="([^"]+)"', output.get("data", {}).get("text/html", ""))
    complaints = []
    for target in targets:
        if re.match(r"[a-z]+:", target):
            if not target.startswith(("https://", "mailto:")):
                complaints.append(f"the link {target} is not https")
            continue
        file, _, anchor = unquote(target).partition("#")
        if file and not (folder / file).is_file():
            complaints.append(f"the link {target} leads to no file")
        elif anchor and (not file or file.endswith(".ipynb")):
            page = nbformat.read(folder / file, as_version=4) if file else notebook
            if anchor not in {f"cell-id={cell.get('id')}" for cell in page.cells}:
                complaints.append(f"the link {target} leads to no cell")
            elif not file:  # JupyterLab follows a cell's id only behind a file's name
                complaints.append(f"the link {target} needs the notebook's own name before its #")
    return complaints
