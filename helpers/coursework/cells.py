"""Which pieces of source need which, read without running them: cells, or statements."""

import symtable
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager


def needed(sources, at, name):
    """The sources of the cells that must run so that `name`, defined in cell `at`, can be called.

    sources: the notebook's code cells, texts in their order. Besides cell `at` these are the cells
    that bind a name which it, or they in turn, take from outside; whatever else is on the page
    does not run. IPython's own syntax is written out as Python. Returns a list in the page's order.
    """
    sources = [_python(source) for source in sources]
    wanted = {name, *names(sources[at])[1]}
    return [sources[i] for i in sorted({at} | reach(sources, wanted))]


def reach(sources, wanted):
    """The indices of the sources that bind a wanted name, or one that those take from outside."""
    tables, chosen, wanted = [names(source) for source in sources], set(), set(wanted)
    while more := {i for i, (bound, _) in enumerate(tables) if wanted & bound} - chosen:
        chosen |= more
        wanted.update(*(tables[i][1] for i in more))
    return chosen


@lru_cache(4096)
def _python(source):
    return TransformerManager().transform_cell(source)


@lru_cache(4096)
def names(source):
    """The names that a piece of source binds, and those that it takes from outside: two sets.

    Both are empty for what is no Python.
    """
    try:
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError):  # ValueError: a null character
        return set(), set()
    symbols = table.get_symbols()
    bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    taken = {s.get_name() for s in symbols if s.is_referenced()}
    inner = list(table.get_children())
    while inner:
        table = inner.pop()
        inner += table.get_children()
        taken |= {s.get_name() for s in table.get_symbols() if s.is_global()}
    return bound, taken - bound
