"""What the collection is: its notebooks. Imports nothing heavy, since a server asks as well."""

import re
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WORK = NOTEBOOKS.with_name("work")  # the learner's copies (helpers.upkeep.work_copy)


def collection(folder=NOTEBOOKS):
    """The collection's own notebooks, NN_topic.ipynb, in order; a learner's “…-Copy1” is not one."""
    return sorted(
        path for path in Path(folder).glob("*.ipynb") if re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem)
    )
