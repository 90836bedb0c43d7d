"""A course made and released with nbgrader, and answers to its exercises."""

import base64
import os
import pickle
import sys
import tempfile
import traceback
from types import SimpleNamespace

import cloudpickle
import nbformat
import yaml
from nbgrader.apps.nbgraderapp import NbGraderApp
from topics import TOPICS

from helpers.coursework import classroom, course, records
from helpers.teaching.exercise import Exercise

LOOP_SECONDS = 2


def make_course(folder):
    """Build a course in `folder` and release its assignments, all in this process."""
    course.build(folder)
    configure(folder, f"Grade.seconds = {LOOP_SECONDS}")
    api = classroom.api(folder)
    for source in sorted((folder / "source").iterdir()):
        done = api.generate_assignment(source.name)
        assert done["success"], done
    return folder


def small_course(folder, stem, names=None, db_url=None):
    """A course of one assignment, with some of its exercises: quick to build and to grade."""
    said = course.read()[stem]
    said["points"] = {name: said["points"][name] for name in names or said["points"]}
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(yaml.safe_dump({stem: said}), encoding="utf-8")
    course.build_sources(folder, folder / "settings.yaml")
    if db_url:
        configure(folder, f"CourseDirectory.db_url = {db_url!r}")
    release(folder, stem)
    return folder


def configure(folder, line):
    """Set something in a course's configuration, as "Grade.seconds = 2"."""
    with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"get_config().{line}\n")
    classroom.api.cache_clear()


def exercises_in(folder, stem):
    """The exercises that a course sets: name → points of each group."""
    path = folder / "settings.yaml"
    return course.read(path if path.is_file() else None)[stem]["points"]


def release(folder, stem):
    """(Re)build the release of an assignment, as `nbgrader generate_assignment --force` does."""
    done = classroom.api(folder).generate_assignment(stem)
    assert done["success"], done


def grade(folder, stem):
    """Grade what waits of an assignment, in this process; returns student → error."""
    known = classroom.state.of(folder, classroom.api(folder), stem)
    students = [path.parent.name for path in sorted(folder.glob(f"submitted/*/{stem}"))]
    waiting = [s for s in students if not records.is_graded(folder, stem, s, known)]
    return {student: classroom._grade(folder, stem, student, known) for student in waiting}


def nbgrader(folder, *arguments):
    """Run a command of nbgrader's in a course; returns what it said.

    It runs in a fork of this process, which has imported nbgrader and torch already. Raises
    AssertionError if it fails.
    """
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for stream in (1, 2):
                    os.dup2(said.fileno(), stream)
                sys.stdout = sys.stderr = os.fdopen(1, "w", closefd=False)
                os.chdir(folder)
                NbGraderApp.launch_instance(list(arguments))
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        text = said.read().decode()
    assert status == 0, text
    return text


def released(folder, stem):
    """The released notebook, a fresh copy."""
    return nbformat.read(folder / "release" / stem / f"{stem}.ipynb", as_version=4)


def hand_in(folder, student, stem, notebook):
    """Put a notebook, or the text of a file, where nbgrader collects it; returns its path."""
    path = folder / "submitted" / student / stem / f"{stem}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
    path.write_text(text, encoding="utf-8")
    return path


def solved(folder, stem, answers):
    """The released notebook with cells replaced: grade id → source."""
    notebook = released(folder, stem)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    return notebook


def as_source(function, name):
    """A cell that binds `name` to this function, wherever it comes from."""
    module = sys.modules[getattr(function, "func", function).__module__]  # it may be a partial
    packed = [module]
    if formulas := getattr(module, "formulas", None):  # a module can't be packed by value
        packed.append(formulas)
        module.formulas = SimpleNamespace(
            **{
                k: v
                for k, v in vars(formulas).items()
                if getattr(v, "__module__", "") == formulas.__name__
                and not hasattr(v, "cache_info")
            }
        )
    exercises = {k: v for k, v in vars(module).items() if isinstance(v, Exercise)}
    vars(module).update({k: v.function for k, v in exercises.items()})  # a mistake may call one
    for one in packed:
        cloudpickle.register_pickle_by_value(one)
    try:
        data = base64.b64encode(cloudpickle.dumps(function, pickle.DEFAULT_PROTOCOL)).decode()
    finally:
        for one in packed:
            cloudpickle.unregister_pickle_by_value(one)
        vars(module).update(exercises)
        if formulas:
            module.formulas = formulas
    return f'import base64, pickle\n\n{name} = pickle.loads(base64.b64decode("{data}"))'


def rewrite(stem, name):
    """Another right answer to an exercise: a function."""
    (topic,) = (topic for topic in TOPICS if topic.stem == stem)
    return topic.rewrites[name][0]


def rewrites(stem):
    """Another right answer to each exercise of a topic: name → source."""
    return {name: as_source(rewrite(stem, name), name) for name in course.exercises_of(stem)}


def references(stem):
    """The reference of each exercise of a topic: name → source."""
    return {name: exercise.solution for name, exercise in course.exercises_of(stem).items()}


def mistakes(stem):
    """The first mistake of each exercise of a topic: name → mistake's name."""
    return {name: next(iter(one.mistakes)) for name, one in course.exercises_of(stem).items()}


def mistaken(stem, chosen):
    """What makes these mistakes (name → mistake's name): name → source."""
    exercises = course.exercises_of(stem)
    return {
        name: as_source(exercises[name].mistakes[mistake].function, name)
        for name, mistake in chosen.items()
    }


def bodies(stem, body):
    """A function with this body for each exercise of a topic: name → source."""
    return {
        name: f"def {name}({', '.join(exercise.parameters)}):\n    {body}"
        for name, exercise in course.exercises_of(stem).items()
    }
