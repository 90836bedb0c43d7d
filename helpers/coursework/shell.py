"""The shell that a student's cells run in: IPython's own, as in a kernel, with nobody before it."""

import builtins
import getpass
import sys
import tempfile

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

SCRIPTS = [
    "script",
    "bash",
    "sh",
    "perl",
    "ruby",
    "python",
    "python2",
    "python3",
    "pypy",
    "system",
    "sx",
    "!",
]
INSTALLERS = ["pip", "conda", "mamba", "micromamba", "uv"]
LONGEST = 200  # characters of a line or a message that are told


class Quiet(DisplayHook):
    """Keeps `_` and `Out` as a kernel does, and shows nothing."""

    def compute_format_data(self, result):
        return {}, {}

    def write_output_prompt(self):
        pass


class Compiler(CachingCompiler):
    """Remembers which cell a file name stands for, and how many lines stand above it there."""

    def __init__(self):
        super().__init__()
        self.places, self.running, self.sources = {}, 0, {}

    def run(self, number, source):
        self.running = number
        self.sources[number] = source

    def get_code_name(self, raw_code, transformed_code, number):
        name = super().get_code_name(raw_code, transformed_code, number)
        above, inside, _ = self.sources.get(self.running, "").rpartition(raw_code.strip())
        # %%capture runs what stands below it as a cell of its own; empty lines above are left out.
        self.places[name] = self.running, above.count("\n") if inside else 0
        return name


class Shell(InteractiveShell):
    """Runs cells and notes what goes wrong in them."""

    def run(self, number, source):
        """Run a cell; returns its errors, a list of (cell, line, the line's text, kind, message).

        cell: the number of the one in which it happened, which may have been run before.
        """
        self.compile.run(number, source)
        self.noted = []
        try:
            self.run_cell(source, store_history=True)
        except BaseException as error:  # IPython's own, on odd characters for example
            self.note(error)
        return self.noted

    def note(self, error):
        """Note an error and where it happened: the last line that lies in a cell."""
        places, message = self.compile.places, _text(error)
        cell, above, line = self.compile.running, 0, None
        if isinstance(error, SyntaxError) and error.filename in places:
            (cell, above), line, message = places[error.filename], error.lineno, str(error.msg)
        trace = error.__traceback__
        while trace:
            if (name := trace.tb_frame.f_code.co_filename) in places:
                (cell, above), line = places[name], trace.tb_lineno
            trace = trace.tb_next
        line = line and line + above
        lines = self.compile.sources[cell].splitlines()
        text = lines[line - 1].strip() if line and line <= len(lines) else ""
        message = (message.strip().splitlines() or [""])[0]
        told = (text, type(error).__name__, message)
        self.noted.append((cell, line, *(part[:LONGEST] for part in told)))

    def showtraceback(self, exc_tuple=None, **how):
        self.note(exc_tuple[1] if exc_tuple else sys.exc_info()[1])

    def showsyntaxerror(self, *args, **how):
        self.note(sys.exc_info()[1])

    def showindentationerror(self):
        self.note(sys.exc_info()[1])

    def _format_exception_for_storage(self, exception, *args, **how):
        return ""

    def system(self, command):
        """Stands for `!command`, which does nothing: the cell goes on."""
        self.note(RuntimeWarning(f"`!{command}` is not run in grading"))

    def getoutput(self, command, *args, **how):
        self.system(command)
        return []

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        pass

    system_piped = system_raw = system


def _text(error):
    try:
        return str(error)
    except BaseException:  # a student's own class may fail even in this
        return ""


def make():
    """The shell of this process, with nothing in it yet."""
    config = Config()
    config.HistoryManager.enabled = False  # else a thread writes all cells to a database
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # for its profile
        shell = Shell.instance(
            config=config,
            ipython_dir=folder,
            displayhook_class=Quiet,
            compiler_class=Compiler,
            colors="nocolor",
        )
    _refuse(shell)
    shell.run_cell("None", silent=True)  # what is imported late is imported now
    return shell


def _refuse(shell):
    """Let `shell` refuse what needs a person, a shell of the system, or a package index."""
    builtins.input = getpass.getpass = _unanswered

    def refuse(name, kind):
        shown = f"`%{'%' * (kind == 'cell')}{name}` is not run in grading"
        shell.register_magic_function(
            lambda line, cell=None: shell.note(RuntimeWarning(shown)), kind, name
        )

    for name in SCRIPTS:
        refuse(name, "cell")
    for name in (*INSTALLERS, "system", "sx", "sc"):
        refuse(name, "line")
    shell.register_magic_function(lambda line: None, "line", "matplotlib")  # nothing is shown


def _unanswered(*args, **kwargs):
    raise EOFError(
        "nobody answers `input()` in grading: give your function its values as arguments"
    )
