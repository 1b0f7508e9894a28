"""Options that many verbs share, and the project they name."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

from inspector.cli.output import Bar, print_warning
from inspector.dataset.layouts import Role
from inspector.errors import CacheError, InspectorError, UnwritableError, UsageError
from inspector.project.catalog.scans import Scanned
from inspector.project.project import Project
from inspector.work.jobs import Progress

READER_PATIENCE_SECONDS = 1.0
Run = Callable[[argparse.Namespace], int | None]


def add_verb(verbs: object, name: str, run: Run, summary: str) -> argparse.ArgumentParser:
    """Add a verb of a dataset with the options that all of them have."""
    assert isinstance(verbs, argparse._SubParsersAction)
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument("dataset", metavar="DATASET", type=Path, help="the dataset's folder")
    parser.add_argument("--project", type=Path, metavar="FILE", help="the project file")
    parser.add_argument(
        "--relocate", action="store_true", help="the dataset moved here with the same files"
    )
    parser.add_argument(
        "--folders",
        choices=[r.value for r in Role if r is not Role.MANIFEST],
        help="what the folders at the top are, where the guess is wrong",
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="CSV: path, label, maybe split, group"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: cores)")
    add_output(parser)
    return parser


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --json and --quiet."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")


@contextmanager
def open_project(arguments: argparse.Namespace) -> Iterator[Project]:
    """Open the project that the arguments name, and close it at the end."""
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError("--jobs must be 1 or more", "Leave it out to use all cores.")
    project = Project(
        arguments.dataset,
        arguments.project,
        relocate=arguments.relocate,
        role=Role(arguments.folders) if arguments.folders else None,
        manifest=arguments.manifest,
        jobs=arguments.jobs,
    )
    try:
        yield project
    finally:
        project.close()


class Need(Enum):
    """What a verb needs of a scan."""

    ALL = auto()
    """Every file read, and that kept."""
    ANSWER = auto()
    """Up to date where that is possible; else what was known before serves."""
    NAMES = auto()
    """The project can be written, and has the names of all files."""


def scan(project: Project, arguments: argparse.Namespace, need: Need = Need.ANSWER) -> Scanned:
    """Bring the project up to date, with progress on stderr.

    Where that can't be done but what the verb needs is there, a warning says what is in the way.

    Raises:
        UnwritableError: The project can't be written, and the verb can't go on without.
        CacheError: The cache can't be written, and the verb can't go on without.
    """
    progress = Progress()
    try:
        if need is Need.ANSWER:
            # Who only asks does not wait for another program.
            project.context.database.check_writable(READER_PATIENCE_SECONDS)
        with Bar(progress, quiet=arguments.quiet):
            return project.scans.scan(progress=progress)
    except UnwritableError as error:
        if need is not Need.ANSWER or not project.samples.everything():
            raise
        refusal: InspectorError = error
    except CacheError as error:
        if need is Need.ALL:
            raise
        project.scans.index()
        if need is Need.ANSWER and not project.samples.counts().images:
            raise
        refusal = error
    if not arguments.quiet:
        print_warning(f"{refusal.message}; new and changed files were not read")
    return Scanned(0, len(project.samples.everything()), 0, 0, 0.0, complete=False)
