"""Pieces of a page: safe, readable without script, in the colours of the theme."""

import re
from importlib import import_module

from helpers.teaching import contents, html, style


def test_code_is_escaped_and_scrolls_by_keyboard():
    assert "<b>" not in html.code("<b>") and 'tabindex="0"' in html.code("x")


def test_a_box_follows_the_theme_and_falls_back_without_one():
    page = html.box("<p>x</p>", line=style.BLUE, attributes='data-x role="group"')
    assert page.startswith('<div data-x role="group"') and f"solid {style.BLUE}" in page
    colours = re.findall(r"(?:background|color):([^;\"]+)", page)
    assert all(re.fullmatch(r"var\(--jp-[\w-]+,#\w+\)", colour) for colour in colours), colours


def test_of_the_folds_of_a_group_one_is_open():
    assert '<details name="a &lt; b"' in html.fold("x", "y", group="a < b")
    assert "name=" not in html.fold("x", "y")


def test_a_table_has_a_head_that_names_its_columns():
    page = html.table(("One", "T<o"), [("<em>a</em>", 2)], caption="Both")
    assert page.count('<th scope="col"') == 2 and "T&lt;o" in page
    assert "<em>a</em>" in page and ">2<" in page and "<caption>Both</caption>" in page
    assert contents()._repr_html_().count("<tr>") > 6


def test_the_map_adds_the_minutes_of_each_notebook_s_exercises():
    for notebook in contents().notebooks:
        exercises = import_module(f"helpers.{notebook.stem[3:]}.exercises")
        practice = sum(getattr(exercises, name).minutes for name in exercises.__all__)
        assert notebook.practice == practice, notebook.stem
        assert f">{notebook.minutes} + {practice}<" in contents()._repr_html_()


def test_a_script_is_one_element_without_comments_and_keeps_to_itself():
    page = html.script("keys.js", "predict.js")
    assert page.count("<script>") == page.count("</script>") == 1
    assert not re.search("^\\s*//|^ ", page, re.M)
    assert page.index("function keepKeys") < page.index("function wakeOptions")
    assert page.startswith("<script>(() => {") and page.endswith("})();</script>")
