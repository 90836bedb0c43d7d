"""Text for a page."""

import pytest

from helpers.teaching.markup import rich


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("a < b", "a &lt; b"),
        ("`x * y` and `a*b*c`", "<code>x * y</code> and <code>a*b*c</code>"),
        ("it *adds*, and *does not replace*", "it <em>adds</em>, and <em>does not replace</em>"),
        ("2 * x * y, 2*x*y, a ** b", "2 * x * y, 2*x*y, a ** b"),
        ("an open ` tick", "an open ` tick"),
    ],
)
def test_code_and_stress(text, page):
    assert rich(text) == page
