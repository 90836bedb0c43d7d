"""A wheel that is built from the project works alone, without the folder that it comes from."""

import os
import subprocess
import sys
import zipfile

import pytest
from topics import ROOT

pytest.importorskip("hatchling")

USE = """
import importlib, pkgutil
import helpers
print(helpers.__file__)
for module in pkgutil.walk_packages(helpers.__path__, "helpers."):
    if not module.name.startswith("helpers.coursework."):  # a program of its own, with rlimits
        importlib.import_module(module.name)
from helpers.teaching import contents, data, ledger
print(*(len(load()[0]) for load in (data.digits, data.sunspots, data.china)))
from helpers.dropout_scaling import formulas
print(contents())
print(contents()._repr_html_())
print(len(str(ledger()).splitlines()) > 100)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def test_every_import_works_with_its_data_and_without_the_project(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    where, lengths, contents, page, ledger = done.stdout.splitlines()
    assert where.startswith(str(tmp_path))
    assert lengths == "1797 309 213"
    assert "can't be listed here" in contents and contents in page
    assert ledger == "True"


def test_it_holds_data_and_code_and_no_script_that_made_the_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    stored = {path.relative_to(ROOT).as_posix() for path in (ROOT / "data").rglob("*.*")}
    expected = {f"helpers/{name}" for name in stored if not name.endswith((".py", ".pyc"))}
    assert expected == {name for name in names if name.startswith("helpers/data/")}
    assert {name.split("/")[0] for name in names if ".dist-info" not in name and ".data/" not in name} == {"helpers"}  # fmt: skip
