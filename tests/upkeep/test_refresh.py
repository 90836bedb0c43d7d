"""Refresh stores outputs, nothing else, and the second time the same bytes."""

import base64
import io

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from helpers.upkeep import pictures, refresh

# Shows itself as a live figure does: a widget with a new id each time, a card, a PNG, words.
FIGURE = """\
import base64, io, random
from PIL import Image

class Figure:
    def _repr_mimebundle_(self, **_):
        file = io.BytesIO()
        image = Image.new("RGB", (60, 36), "white")
        image.paste("black", (10, 10, 30, 20))
        image.save(file, "png")
        picture = base64.b64encode(file.getvalue()).decode()
        return {
            "application/vnd.jupyter.widget-view+json": {"model_id": str(random.random())},
            "text/html": f'<img alt="a box" src="data:image/png;base64,{picture}">',
            "image/png": picture,
            "text/plain": "a box",
        }, {"image/png": {"alt": "a box", "width": 60, "height": 36}}

Figure()"""


def png(colour=(0, 0, 0), box=(10, 10, 30, 20)):
    """FIGURE's picture, or a variation of it, in another file format variant of PNG."""
    image = Image.new("RGB", (60, 36), "white")
    image.paste(colour, box)
    file = io.BytesIO()
    image.save(file, "png", compress_level=1)
    return file.getvalue()


def text(picture):
    return base64.b64encode(picture).decode()


def page(*sources):
    """A notebook as JupyterLab leaves it: versions, timings and widget state included."""
    cells = [new_code_cell(source, id=f"code-{i}") for i, source in enumerate(sources)]
    for cell in cells:
        cell.metadata = {"execution": {"iopub.execute_input": "now"}, "tags": ["kept"]}
    notebook = new_notebook(cells=[new_markdown_cell("# Title", id="title"), *cells])
    notebook.metadata = {
        "checked_gradients": {"question": "Why?", "minutes": 5},
        "kernelspec": {"name": "python3", "display_name": "My own", "language": "python"},
        "language_info": {"name": "python", "version": "3.9.1"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
    }
    return nbformat.from_dict(notebook)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "01_page.ipynb"


def test_two_runs_store_the_same_bytes_and_no_noise(path):
    nbformat.write(page(FIGURE, "print('one')\nprint('two')", "6 * 7"), path)
    assert refresh.main([str(path)]) == 0
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0
    assert path.read_bytes() == first

    stored = nbformat.reads(first.decode(), as_version=4)
    nbformat.validate(stored)
    assert first.endswith(b"}\n") and b"\r" not in first
    assert stored.metadata == refresh.METADATA | {
        "checked_gradients": {"question": "Why?", "minutes": 5}
    }
    figure, printed, result = stored.cells[1:]
    assert [cell.execution_count for cell in (figure, printed, result)] == [1, 2, 3]
    assert all(cell.metadata == {"tags": ["kept"]} for cell in (figure, printed, result))
    assert set(figure.outputs[0].data) == {"text/html", "image/png", "text/plain"}
    assert figure.outputs[0].metadata["image/png"] == {"alt": "a box", "width": 60, "height": 36}
    assert printed.outputs == [new_output("stream", name="stdout", text="one\ntwo\n")]
    assert result.outputs[0].execution_count == 3


def test_what_a_learner_wrote_stays(path):
    before = page("def step(w):\n    # mine\n    return  w - 1\n\nstep( 3 )")
    nbformat.write(before, path)
    refresh.main([str(path)])
    after = nbformat.read(path, as_version=4)
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    assert after.cells[1].outputs[0].data["text/plain"] == "2"


def test_an_error_is_told_in_one_line_and_leaves_the_file(path, capfd):
    nbformat.write(page("6 * 7", "# divide\n1 / 0"), path)
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    message = capfd.readouterr().err.splitlines()[0]
    assert message == (
        "01_page.ipynb: cell 3 (id code-1, “# divide”): ZeroDivisionError: division by zero"
    )


def test_a_page_saved_meanwhile_is_not_overwritten(path, capfd):
    save = f"from pathlib import Path\nPath({str(path)!r}).write_text('mine')"
    nbformat.write(page(save), path)
    assert refresh.main([str(path)]) == 1
    assert path.read_text() == "mine"
    assert "saved" in capfd.readouterr().err


def test_a_file_that_is_no_notebook_is_told_in_one_line(path, capfd):
    path.write_text("<<<<<<< merge")
    assert refresh.main([str(path)]) == 1
    assert path.read_text() == "<<<<<<< merge"
    assert "01_page.ipynb: is no notebook" in capfd.readouterr().err


def test_a_name_that_is_no_file_stops_before_anything_runs(tmp_path, capsys):
    with pytest.raises(SystemExit):
        refresh.main([str(tmp_path / "99_none.ipynb")])
    assert "no such notebook" in capsys.readouterr().err


def test_copies_and_other_files_are_not_the_collections(tmp_path):
    for name in ("01_b.ipynb", "00_a.ipynb", "01_b-Copy1.ipynb", "mine.ipynb", "02_notes.md"):
        (tmp_path / name).touch()
    assert [path.name for path in refresh.collection(tmp_path)] == ["00_a.ipynb", "01_b.ipynb"]


@pytest.mark.parametrize(
    ("stored", "same"),
    [
        (png(), True),
        (png(colour=(40, 20, 0)), True),  # the palette was rounded otherwise
        (png(box=(10, 10, 30, 21)), False),  # an edge that moved
        (png(colour=(90, 0, 0)), False),  # another colour
        (b"no picture", False),
    ],
)
def test_a_picture_keeps_its_bytes_if_only_rounding_differs(stored, same):
    fresh = png()
    assert pictures.same_picture(stored, fresh) is same
    outputs = [
        new_output(
            "display_data",
            {
                "image/png": text(picture),
                "text/html": f'<p>words</p><img src="data:image/png;base64,{text(picture)}">',
            },
        )
        for picture in (stored, fresh)
    ]
    pictures.keep_pictures(outputs[1], outputs[0])
    kept = text(stored if same else fresh)
    assert outputs[1].data["image/png"] == kept
    assert kept in outputs[1].data["text/html"]


def test_pictures_of_another_size_differ():
    file = io.BytesIO()
    Image.new("RGB", (61, 36), "white").save(file, "png")
    assert not pictures.same_picture(file.getvalue(), png())
