"""What a check found, as a piece of a page that needs neither script nor style sheet."""

import html

from helpers.teaching.markup import rich
from helpers.teaching.shown import aligned

COLOUR = {"right": "#009E73", "wrong": "#D55E00", "not attempted": "#595959"}

BOX = """<div data-check="{status}" role="status" style="max-width:840px;padding:8px 16px;\
border-left:4px solid {colour};background:var(--jp-layout-color2,#eee);\
color:var(--jp-ui-font-color1,#1a1a1a)">
<p style="margin:0 0 4px"><strong>{word}:</strong>{text}</p>
{body}</div>"""

FOLD = """<details style="margin:4px 0">
<summary data-lm-suppress-shortcuts="true" style="cursor:pointer">{summary}</summary>
{body}</details>
"""

# Code that is too wide scrolls, by keyboard as well.
CODE = """<pre tabindex="0" data-lm-suppress-shortcuts="true" \
style="margin:4px 0;padding:4px 8px;white-space:pre;overflow-x:auto">{}</pre>
"""


def page(result) -> str:
    """The result as HTML that needs neither script nor style sheet: hints within hints."""
    folded = FOLD.format(summary="Solution", body=CODE.format(html.escape(result.solution)))
    folded = folded if result.solution else ""
    if result.status != "right":
        for i, hint in reversed(list(enumerate(result.hints, 1))):
            summary = f"Hint {i} of {len(result.hints)}"
            body = f'<p style="margin:4px 0">{rich(hint)}</p>\n{folded}'
            folded = FOLD.format(summary=summary, body=body)
    case = CODE.format(html.escape("\n".join(aligned(result.case)))) if result.case else ""
    if result.mistake and case:
        case = FOLD.format(summary="The first case that fails", body=case)
    word, _, text = result.message.partition(":")
    return BOX.format(
        status=result.status,
        colour=COLOUR[result.status],
        word=html.escape(word),
        text=rich(text),
        body=case + folded,
    )
