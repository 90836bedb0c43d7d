"""What a page calls to show a live figure; the widget's libraries come with the first one."""

from typing import TYPE_CHECKING

from helpers.teaching.figure import LiveFigure

if TYPE_CHECKING:
    from helpers.teaching.widget import Live


def live(figure: LiveFigure) -> "Live":
    """Show a figure with its controls; run again, a cell lets go of what it showed before.

    Two pages of one kernel, such as a notebook in two tabs, each keep what they show.
    """
    from helpers.teaching.widget import show

    return show(figure)
