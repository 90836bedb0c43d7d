"""`python -m helpers.coursework`: a course for nbgrader, and its grading."""

import sys
from pathlib import Path

import click

from helpers.coursework import course
from helpers.coursework.release import ROOT
from helpers.coursework.settings import settings_text

COURSE = click.argument(
    "folder", type=click.Path(path_type=Path), default=ROOT / "build" / "course"
)


@click.group(help=__doc__)
def main():
    if sys.platform != "linux":
        raise click.ClickException("Coursework needs Linux, which keeps attempts apart.")


@main.command()
@COURSE
@click.option("--settings", type=click.Path(exists=True), help="Made with `settings`.")
def build(folder, settings):
    """Build the course in FOLDER: source notebooks, configuration, the students' wheel."""
    click.echo("Building the course; this takes a minute or two.")
    try:
        course.build(folder, settings)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The course is in {folder}.")


@main.command()
def settings():
    """Print points and questions of all assignments, as a file to change and to build from."""
    click.echo(settings_text(), nl=False)


@main.command()
@COURSE
@click.argument("assignments", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), help="Processes; as many as cores by default.")
def grade(folder, assignments, jobs):
    """Autograde what was submitted to the course in FOLDER and isn't graded yet."""
    from helpers.coursework import classroom, intake, records  # nbgrader takes 2 s to import

    count, failed = 0, 0
    try:
        for assignment, student, error in classroom.grade(folder, assignments, jobs, click.echo):
            notes = [error] if error else records.said(folder, assignment, student)
            wrong = error or any(note.startswith(intake.NO_NOTEBOOK) for note in notes)
            count, failed = count + 1, failed + bool(wrong)
            said = " ".join(notes if wrong else ["graded.", *notes])
            click.echo(records.printable(f"{assignment}  {student}  {said}"))
    except (FileNotFoundError, LookupError) as error:
        raise click.ClickException(error.args[0]) from None
    rest = "" if count else " What lies in submitted/ is graded already, or there is nothing."
    click.echo(f"Graded: {count - failed}. Failed: {failed}.{rest}")
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
