"""Which pieces of source need which, read without running them."""

import symtable
from functools import lru_cache


def reach(sources, wanted):
    """The indices of the sources that bind a wanted name, or one that those take from outside."""
    tables, chosen, wanted = [names(source) for source in sources], set(), set(wanted)
    while more := {i for i, (bound, _) in enumerate(tables) if wanted & bound} - chosen:
        chosen |= more
        wanted.update(*(tables[i][1] for i in more))
    return chosen


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
