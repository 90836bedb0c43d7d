"""The commands and what they install: setup.sh, the locks, environment.yml.

The mechanics run in a small project with a stand-in for Python whose "pip" makes a folder a
package; `.ci/run` installs the real thing.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from topics import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = {  # what pyproject.toml asks for, by lock
    "requirements": PROJECT["dependencies"],
    **{
        part: PROJECT["dependencies"] + PROJECT["optional-dependencies"][part]
        for part in ("test", "coursework", "site")
    },
}


def locked(part):
    """The text of a lock, and its lines as requirements."""
    text = (ROOT / f"{part}.lock").read_text(encoding="utf-8")
    return text, [Requirement(line) for line in text.splitlines() if re.match(r"[a-z0-9]", line)]


# Whatever interpreter it stands for, the stand-in is this one with another version; as .venv's
# python its pip "installs" each line of the lock in two steps, and stops between them if told to.
# (For a shell its first lines run the interpreter, whose path may hold spaces; for Python they are
# a string.)
STAND_IN = """#!/bin/sh
''':'
exec "{real}" -I -S "$0" "$@"
'''
import os, pathlib, shutil, signal, sys
sys.version_info, sys._base_executable = ({version}, 0), __file__
{also}
arguments = sys.argv[1:]
if arguments[0] == "-c":
    exec(arguments[1])
elif arguments[:2] == ["-m", "venv"]:
    os.makedirs(arguments[2] + "/bin")
    shutil.copy2(__file__, arguments[2] + "/bin/python")
elif arguments[:2] == ["-m", "pip"]:
    print("pip", *arguments[2:])
    signal.signal(signal.SIGINT, lambda *_: sys.exit("pip: Operation cancelled by user"))
    if os.environ.get("OFFLINE"):
        sys.exit("pip: no network")
    lock = arguments[arguments.index("--requirement") + 1]
    for line in pathlib.Path(lock).read_text().split():
        package = pathlib.Path(".venv", line)
        if not package.exists():  # like pip, which looks no further
            package.mkdir()
            if os.environ.get("KILLED") == line:
                os.kill(0, signal.SIGKILL)
            if os.environ.get("STOPPED") == line:
                os.killpg(0, signal.SIGINT)
            (package / "complete").touch()
else:
    print("ran", *arguments)
"""


class Checkout:
    """A folder with the project's Makefile and setup.sh, and a path with no Python on it yet."""

    def __init__(self, folder):
        self.folder, self.path = folder / "a ü b", folder / "path"
        self.folder.mkdir()
        self.path.mkdir()
        for name in ("Makefile", "setup.sh"):
            shutil.copy(ROOT / name, self.folder)
        self.lock("one==1\ntwo==1\n")
        self.lock("one==1\ntwo==1\ntools==1\n", "test.lock")
        self.lock("one==1\ntwo==1\nthree==1\n", "coursework.lock")
        self.lock("one==1\ntwo==1\npages==1\n", "site.lock")
        for tool in (
            "make",
            "sh",
            "cat",
            "cksum",
            "dirname",
            "expand",
            "head",
            "mv",
            "rm",
            "sed",
            "uname",
        ):
            (self.path / tool).symlink_to(shutil.which(tool))

    def lock(self, text, name="requirements.lock"):
        (self.folder / name).write_text(text)

    def python(self, name="python3", version="3, 12", also=""):
        """Put a stand-in on the path."""
        file = self.path / name
        file.write_text(STAND_IN.format(real=sys.executable, version=version, also=also))
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def make(self, *arguments, **environment):
        """Run make in a process group of its own. Returns its status and what it printed."""
        done = subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.path), "LC_ALL": "C"} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            timeout=600,
        )
        return done.returncode, done.stdout

    def complete(self):
        """The packages that are whole."""
        return sorted(path.parent.name for path in self.folder.glob(".venv/*/complete"))


@pytest.fixture
def checkout(tmp_path):
    if os.name == "nt":
        pytest.skip("Windows has no make: the commands there are `python -m …`")
    return Checkout(tmp_path)


def test_the_first_call_installs_and_the_second_does_nothing(checkout):
    checkout.python()
    status, output = checkout.make("test", "ARGS=-k 'this one'")
    assert status == 0 and "--requirement requirements.lock --editable ." in output
    assert re.search("ran -m pytest .* -k this one", output)
    assert checkout.complete() == ["one==1", "pages==1", "three==1", "tools==1", "two==1"]
    status, output = checkout.make("test")
    assert status == 0 and "pip" not in output and "ran -m pytest" in output
    assert checkout.make("test", OFFLINE="1")[0] == 0


def test_a_learner_gets_nothing_that_only_tests_or_coursework_need(checkout):
    checkout.python()
    checkout.make("lab")
    assert checkout.complete() == ["one==1", "two==1"]
    assert "--requirement coursework.lock" in checkout.make("course")[1]
    assert checkout.complete() == ["one==1", "three==1", "two==1"]
    assert "--requirement test.lock" in checkout.make("lint")[1]
    assert checkout.complete() == ["one==1", "three==1", "tools==1", "two==1"]
    assert "--requirement site.lock" in checkout.make("site")[1]
    for command in ("lab", "course", "lint", "site", "test"):
        assert "pip" not in checkout.make(command)[1]


@pytest.mark.parametrize(
    ("command", "torn"), [("lab", "one==1"), ("lab", "two==1"), ("course", "three==1")]
)
@pytest.mark.parametrize(
    ("how", "shell"), [("KILLED", "sh"), ("STOPPED", "sh"), ("STOPPED", "bash")]
)
def test_an_interrupted_install_is_repaired(checkout, how, shell, command, torn):
    """Ctrl+C as well: pip answers it by failing, and some shells then go on."""
    (checkout.path / "sh").unlink()
    (checkout.path / "sh").symlink_to(shutil.which(shell) or pytest.skip(f"there is no {shell}"))
    checkout.python()
    assert checkout.make(command, **{how: torn})[0] != 0
    assert torn not in checkout.complete()
    status, output = checkout.make(command)
    assert status == 0 and "Building .venv" in output
    assert torn in checkout.complete()


def test_a_failed_install_of_a_part_leaves_the_rest_alone(checkout):
    checkout.python()
    checkout.make("lab")
    for command in ("course", "test"):
        assert checkout.make(command, OFFLINE="1")[0] != 0
        assert checkout.make("lab", OFFLINE="1")[0] == 0


def test_a_changed_lock_of_a_part_updates_it(checkout):
    checkout.python()
    checkout.make("course")
    checkout.lock("one==1\nfour==1\n", "coursework.lock")
    assert checkout.make("course")[0] == 0 and "four==1" in checkout.complete()
    assert "pip" not in checkout.make("course")[1] + checkout.make("lab")[1]


def test_changed_settings_for_jupyter_are_installed_again(checkout):
    """pip copies them into .venv, where a pull does not reach them."""
    (checkout.folder / "helpers/lab/static").mkdir(parents=True)
    settings = checkout.folder / "helpers/lab.json"
    checkout.python()
    for text in ("{}", '{"windowingMode": "none"}'):
        settings.write_text(text)
        assert "pip" in checkout.make("test")[1]
        assert "pip" not in checkout.make("test")[1]
    for name in ("static/page.css", "package.json"):
        (checkout.folder / "helpers/lab" / name).write_text("{}")
        assert "pip" in checkout.make("lab")[1]


def test_lab_passes_its_arguments_on(checkout):
    checkout.python()
    status, output = checkout.make("lab", "ARGS=--no-browser --port 9000")
    assert status == 0
    assert re.search(
        r"ran -m helpers\.upkeep\.work_copy\n.*"
        r"ran -m jupyterlab .*/work/00_start_here\.ipynb --no-browser --port 9000",
        output,
        re.DOTALL,
    )
    assert "work" not in checkout.make("edit")[1]


def test_torch_comes_from_the_index_that_is_named(checkout):
    checkout.python()
    _, output = checkout.make("setup", "TORCH_INDEX=https://example.org/a b")
    assert "--extra-index-url https://example.org/a b --requirement" in output


def test_the_smaller_torch_is_named_before_anything_is_downloaded(checkout):
    checkout.python()
    uname = checkout.path / "uname"
    uname.unlink()
    uname.write_text("#!/bin/sh\necho Linux\n")
    uname.chmod(0o755)
    before, _, _ = checkout.make("lab")[1].partition("pip install")
    assert "README" in before and "Ctrl+C" in before
    assert "Ctrl+C" not in checkout.make("lab")[1]
    shutil.rmtree(checkout.folder / ".venv")
    assert "Ctrl+C" not in checkout.make("lab", "TORCH_INDEX=file:///x")[1]
    shutil.rmtree(checkout.folder / ".venv")
    uname.write_text("#!/bin/sh\necho Darwin\n")
    assert "Ctrl+C" not in checkout.make("lab")[1]


def test_a_changed_lock_updates_the_environment(checkout):
    checkout.python()
    checkout.make("setup")
    (checkout.folder / ".venv/own").touch()
    checkout.lock("one==1\ntwo==2\n")
    assert checkout.make("setup", KILLED="two==2")[0] != 0
    assert checkout.make("setup")[0] == 0
    assert "two==2" in checkout.complete()
    (checkout.folder / ".venv/own").touch()
    checkout.lock("one==1\ntwo==2\nthree==3\n")
    assert checkout.make("setup")[0] == 0
    assert "three==3" in checkout.complete()
    assert (checkout.folder / ".venv/own").exists(), "an update keeps what the user has added"


def test_a_failed_install_is_not_taken_for_a_finished_one(checkout):
    checkout.python()
    status, output = checkout.make("test", OFFLINE="1")
    assert status != 0 and "pip: no network" in output and "ran" not in output
    assert checkout.make("test")[0] == 0


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_moved_or_copied_folder_gets_its_own_environment(checkout, move):
    checkout.python()
    checkout.make("setup")
    (checkout.folder / ".venv/stale").touch()
    other = checkout.folder.with_name("elsewhere")
    move(checkout.folder, other)
    checkout.folder = other
    status, output = checkout.make("setup")
    assert status == 0 and "Building .venv" in output
    assert not (other / ".venv/stale").exists() and checkout.complete() == ["one==1", "two==1"]


def test_another_interpreter_can_be_named(checkout):
    checkout.python()
    checkout.python("my python", version="3, 13")
    assert "Python 3.12" in checkout.make("setup")[1]
    assert "Python 3.13" in checkout.make("setup", "PYTHON=my python")[1]
    assert checkout.make("setup", "PYTHON=my python") == (0, "")
    assert checkout.make("setup") == (0, ""), "once built, it stays"


def test_a_vanished_interpreter_is_replaced(checkout):
    checkout.python()
    checkout.make("setup")
    (checkout.folder / ".venv/bin/python").unlink()
    (checkout.folder / ".venv/bin/python").symlink_to("/nowhere/python3")
    assert "Building .venv" in checkout.make("setup")[1]


def test_it_works_from_inside_the_activated_environment(checkout):
    checkout.python()
    checkout.make("setup")
    (checkout.folder / ".venv/ready").unlink()
    inside = f"{checkout.folder}/.venv/bin:{checkout.path}"
    # What a real interpreter says of itself there: its base is the one that built .venv.
    stand_in = checkout.folder / ".venv/bin/python"
    stand_in.write_text(
        stand_in.read_text().replace("), __file__", f"), {str(checkout.path / 'python3')!r}")
    )
    shutil.copy2(stand_in, stand_in.with_name("python3"))
    assert checkout.make("setup", PATH=inside)[0] == 0
    assert checkout.complete() == ["one==1", "two==1"]


@pytest.mark.parametrize(
    ("interpreters", "says"),
    [
        ({}, "but there is no python3:"),
        ({"python3": {"version": "3, 9"}}, "but python3 is Python 3.9"),
        ({"python": {"version": "2, 7"}}, "but python is Python 2.7"),
        ({"python3": {"also": "sys.modules['ensurepip'] = None"}}, "cannot make environments"),
        ({"python3": {"also": "sys.exit(127)"}}, "but there is no python3:"),
    ],
)
def test_an_unusable_python_is_told_in_one_sentence(checkout, interpreters, says):
    for name, properties in interpreters.items():
        checkout.python(name, **properties)
    status, output = checkout.make("lab")
    sentence, make = output.splitlines()
    assert status != 0 and make.startswith("make: ***")
    assert sentence.startswith("Checked Gradients needs Python 3.11 or newer, but ")
    assert says in sentence and sentence.endswith("name another one with PYTHON=/path/to/python3.")
    assert not (checkout.folder / ".venv").exists()


def test_an_old_python3_does_not_hide_a_newer_one(checkout):
    checkout.python("python3", version="3, 9")
    checkout.python("python3.12")
    assert "Python 3.12" in checkout.make("setup")[1]
    status, output = checkout.make("setup", "PYTHON=python3")
    assert status != 0 and "python3 is Python 3.9" in output
    assert checkout.complete(), "a refused interpreter leaves the environment alone"


def test_help_is_the_default_and_lists_the_commands(checkout):
    status, output = checkout.make()
    assert status == 0 and output == checkout.make("help")[1]
    listed = re.findall(r"^make (\S+) ", output, flags=re.MULTILINE)
    phony = re.search(r"\.PHONY: (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))[1].split()
    assert set(listed) == {name for name in phony if not name.startswith("setup")}


@pytest.mark.parametrize("part", PINS)
def test_a_lock_pins_every_dependency_once(part):
    text, lines = locked(part)
    pinned = {requirement.name: str(requirement.specifier) for requirement in lines}
    assert len(pinned) == len(lines)
    assert all(re.fullmatch(r"==[^*]+", version) for version in pinned.values())
    for pin in map(Requirement, PINS[part]):
        assert pinned[canonicalize_name(pin.name)] == str(pin.specifier), pin.name
    assert not [name for name in pinned if re.match("nvidia|cuda|triton", name)]
    assert not re.search(r"https?:|--|\.(org|com|net|io)\b", text)


def test_the_locks_agree_and_the_learners_is_the_smallest():
    """The parts add packages to the learner's; a package has one version in all of them."""
    versions = {}
    for part in PINS:
        for requirement in locked(part)[1]:
            assert versions.setdefault(requirement.name, requirement) == requirement, part
    learner = {requirement.name for requirement in locked("requirements")[1]}
    assert learner < {requirement.name for requirement in locked("test")[1]}
    assert learner < {requirement.name for requirement in locked("coursework")[1]}
    only_tests = {"pytest", "nbval", "playwright", "keras", "scikit-learn", "ruff", "nbgrader"}
    assert not learner & only_tests


def test_the_lock_covers_what_is_installed():
    """All that the pins lead to in this environment is locked, and installed at that version."""
    if not (ROOT / ".venv/ready").is_file() or Path(sys.prefix).resolve() != ROOT / ".venv":
        pytest.skip("this is not the environment that make builds")
    versions = {
        requirement.name: requirement
        for requirement in locked("test")[1]
        if not requirement.marker or requirement.marker.evaluate()
    }
    todo, seen = [Requirement(text) for text in PINS["test"]], set()
    while todo:
        wanted = todo.pop()
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key in seen or re.match("nvidia|cuda|triton", wanted.name):
            continue
        seen.add(key)
        version = metadata.version(wanted.name)
        assert wanted.specifier.contains(version), wanted
        assert versions[key[0]].specifier.contains(version), f"{wanted.name} {version}"
        for text in metadata.requires(wanted.name) or []:
            further = Requirement(text)
            extras = wanted.extras or {""}
            if not further.marker or any(
                further.marker.evaluate(default_environment() | {"extra": extra})
                for extra in extras
            ):
                todo.append(further)
    assert len(seen) > len(PINS["test"])


def test_python_starts_in_any_folder_and_locale():
    """Where text is ASCII, a .pth file with another letter in it keeps Python from starting."""
    files = metadata.files("checked-gradients")
    (pth,) = [file.locate() for file in files if file.suffix == ".pth"]
    assert pth.read_bytes().isascii() and pth.read_text().startswith("import ")


def test_conda_gets_the_same_versions():
    """environment.yml names pyproject.toml's dependencies by their names on conda-forge."""
    names = {"matplotlib-base": "matplotlib", "pytorch-cpu": "torch"}
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    found = dict(re.fullmatch(r"([a-z0-9-]+)(.*)", text).groups() for text in conda)
    python = found.pop("python").removeprefix("=")
    assert found.pop("pip") == "" and pip == {"pip": ["-e ."]}
    assert {names.get(name, name): version for name, version in found.items()} == {
        pin.name: str(pin.specifier) for pin in map(Requirement, PINS["requirements"])
    }
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)
    assert environment["channels"] == ["conda-forge"]


def test_the_workflow_runs_the_commands_on_three_systems():
    path = ROOT / ".github/workflows/test.yml"
    workflow = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    jobs = workflow["jobs"]
    for job in (jobs["make"], jobs["windows"]):
        assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert jobs["make"]["strategy"]["matrix"]["os"] == ["ubuntu-latest", "macos-latest"]
    weekly = "${{ env.WEEKLY }}"
    assert {"run": f"make test ARGS={weekly}"} in jobs["make"]["steps"]
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    test = re.search(r"\$\(python\) (-m pytest -n .*?) \$", make)[1]
    assert {"run": rf".venv\Scripts\python {test} {weekly}"} in jobs["windows"]["steps"]
    assert {"run": f"make test-browser ARGS={weekly}"} in jobs["browser"]["steps"]
    assert "schedule" in workflow["on"]
    assert workflow["env"]["WEEKLY"] == "${{ github.event_name == 'schedule' && '--weekly' || '' }}"
