"""The website with all its pages and without its pictures, which take minutes to draw."""

from helpers.site import build, exercises, figures, npm
from helpers.site.__main__ import BUILD
from helpers.site.packs import Shown


def build_undrawn(folder, cache, patch):
    """Build the site into `folder`; returns the stems of its pages. `cache`: a folder without
    npm's packages; `patch`: pytest's MonkeyPatch.
    """
    (cache / "figures").mkdir(exist_ok=True)
    fetched = npm.packages(BUILD / "cache").parent  # once, for all builds of this checkout
    (cache / fetched.name).symlink_to(fetched, target_is_directory=True)
    # What each mistake is told is tested with its topic; here it would take half a minute.
    patch.setattr(exercises, "sentence", lambda exercise, mistake: "Wrong: a mistake.")
    return build.build(folder, cache, draw=_undrawn)


def _undrawn(wanted, folder):
    made = {}
    for topic, name in wanted:
        controls = figures.figure_of(topic, name).controls.values()
        kept = tuple(tuple(range(len(control.values()))) for control in controls)
        home = f"{topic}-{name}".lower()
        (folder / home).mkdir(exist_ok=True)
        made[topic, name] = Shown(home, kept, (0,), "", (), {}, "A picture")
    return made
