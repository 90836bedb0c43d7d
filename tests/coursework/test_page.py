"""What is said of a page's errors: which cell, which line, the first one."""

import pytest

from helpers.coursework.page import results
from helpers.coursework.run import Cell
from helpers.coursework.sandbox import Sandbox
from helpers.dropout_scaling import exercises

DROPOUT = exercises.inverted_dropout
NAME = DROPOUT.name
SOLUTION = f"import torch\n{DROPOUT.solution}"
HEAD = f"def {NAME}(x, rate, uniforms, training):\n"
COMPUTES = "it computed for more than 1 seconds"


@pytest.fixture(scope="module")
def box():
    with Sandbox(seconds=1.0, patience=100) as box:
        yield box


def said(box, *sources):
    """The first line of the Result for cells, of which the last holds the answer."""
    cells = [Cell(source) for source in sources]
    cells[-1].answer = NAME
    return results(box, cells, {NAME: DROPOUT})[NAME].message


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (  # an import fails, and the function shows it later
            ["import nump as np", HEAD + "    return np.ones(3)"],
            "the cell that begins `import nump as np`, line 1, `import nump as np`: "
            "ModuleNotFoundError (No module named 'nump').",
        ),
        (  # the first of two; it lies in a function of an earlier cell
            ["def f():\n\n    return 1 / 0", "y = f()", "nothing", HEAD + "    return y"],
            "the cell that begins `def f():`, line 3, `return 1 / 0`: "
            "ZeroDivisionError (division by zero).",
        ),
        (
            [f"# mine\nrate = input()\n{SOLUTION}"],
            f"the cell of `{NAME}`, line 2, `rate = input()`: EOFError (nobody answers 'input()' "
            "in grading: give your function its values as arguments).",
        ),
        (
            ["x = 1\nx = (", f"{HEAD}    return ("],
            f"the cell of `{NAME}`, line 2, `return (`: SyntaxError (incomplete input).",
        ),
        (
            ["%%capture\n\n\n1 / 0", HEAD + "    return missing"],
            "the cell that begins `%%capture`, line 4, `1 / 0`: ZeroDivisionError",
        ),
        (["while True: pass\n" + SOLUTION], f"the cell of `{NAME}`: TimeoutError ({COMPUTES})."),
        (["import os\nos._exit(0)\n" + SOLUTION], "ChildProcessError (it ended its process"),
        (
            ["!pip install nump", HEAD + "    return nump.ones(3)"],
            "begins `!pip install nump`: RuntimeWarning ('!pip install nump' is not run in grading)",
        ),
        (
            ["from helpers.dropout_scaling import formulas\nformulas.apply()\n" + SOLUTION],
            "`formulas.apply()`: ImportError ('dropout_scaling.formulas.apply' is not there in grading",
        ),
        (  # a page's own points, which are no exercise's
            ["from helpers.minibatch_gradients import formulas\nformulas.points()\n" + SOLUTION],
            "`formulas.points()`: ImportError ('minibatch_gradients.formulas.points' is not there in",
        ),
    ],
)
def test_the_error_is_told_at_its_place(box, cells, told):
    message = said(box, *cells)
    assert message.startswith("Wrong: ") and "The first error stands in " in message
    assert told in message


@pytest.mark.parametrize(
    "cell",
    [
        "nothing",
        "1 / 0",
        "def (",
        "input()",
        "!ls",
        "listed = !ls",
        "%%bash\nls",
        "%pip install nothing",
        "%load_ext nothing",
        "exit()",
        "raise KeyboardInterrupt",
        "while True: pass",
        "import os\nos._exit(1)",
        "x = bytearray(2 << 30)",
        "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd",
        "import sys\nsys.stdout.close()",
        "print('x' * (20 << 20))",
    ],
)
def test_a_cell_that_fails_costs_no_right_answer_its_points(box, cell):
    assert said(box, cell, SOLUTION).startswith("Right")
    assert said(box, SOLUTION, cell, "check").startswith("Right")


def test_a_cell_that_sleeps_costs_no_right_answer_its_points():
    cell = "import time\ntime.sleep(100)"
    with Sandbox(seconds=3.0, patience=4) as box:
        assert said(box, cell, SOLUTION).startswith("Right")
        assert said(box, SOLUTION, cell, "check").startswith("Right")


def test_a_cell_with_points_that_was_merged_with_an_answer_costs_nothing(box):
    call = f'exercises.{NAME}.points({NAME}, "values", worth=2)'
    source = f"from helpers.dropout_scaling import exercises\n{NAME} = None\n{call}\n{SOLUTION}"
    assert said(box, f"{source}\n{call}").startswith("Right")


def test_a_cell_of_the_page_that_fails_takes_only_names_that_it_binds(box):
    """Not those of its functions and comprehensions: such a name may be the student's."""
    head = "from helpers.dropout_scaling import formulas\n"
    failing = f"{head}x = formulas.f()\ndef g():\n    step = 0\nkept = [row for row in ()]"
    own = "step, row, kept = 1, 2, 3"
    cells = [Cell(own), Cell(failing, page=True), Cell("", answer=NAME)]
    for name, right in (("step", True), ("row", True), ("kept", False)):
        cells[-1].source = SOLUTION.replace("    if not", f"    {name} + 1\n    if not", 1)
        found = results(box, cells, {NAME: DROPOUT})[NAME]
        assert bool(found) == right and (right or "`kept` is not there" in found.message), name


def test_who_is_merely_wrong_is_told_no_error(box):
    assert "first error" not in said(box, "nothing", HEAD + "    return x")


def test_many_cells_that_never_end_take_no_more_than_their_share(box):
    """Two exercises' worth of seconds, not one for each cell."""
    cells = ["while True: pass"] * 30
    result = said(box, *cells, SOLUTION)
    assert COMPUTES in result
