"""Text for a page."""

import html
import re


def rich(text):
    """`text` as HTML: escaped, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
