"""Text for a page."""

import html
import re


def rich(text: str) -> str:
    """`text` as HTML: escaped, what stands between backticks as code, between *stars* as stressed."""
    parts = re.split(r"`([^`]+)`", html.escape(text))
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f"<code>{part}</code>"
        else:
            parts[i] = re.sub(r"(?<![\w*])\*(\w[^*]*?)\*(?![\w*])", r"<em>\1</em>", part)
    return "".join(parts)
