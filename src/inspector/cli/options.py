"""Options that many verbs share, and the project that they open."""

import argparse
import contextlib
import math
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import TYPE_CHECKING

from inspector.cli.output import Bar, print_warning
from inspector.dataset.layouts import Choice, Kind, Role, normal_split
from inspector.dataset.names import shown
from inspector.dataset.user_files import why_no_place
from inspector.errors import CacheError, DatasetError, InspectorError, UnwritableError, UsageError
from inspector.work.jobs import Progress, Stop

if TYPE_CHECKING:
    from inspector.project.catalog.scans import Scanned
    from inspector.project.project import Project

READER_PATIENCE_SECONDS = 1.0
# Each is a training, or a split with its baseline models: more would take days.
MAX_SEEDS = 1_000
AUTO = "auto"
FOLDER_ROLES = ("training", "validation", "test", "class", "ignore")
Run = Callable[[argparse.Namespace], int | None]


def named_path(text: str) -> Path:
    """Return an argument as a path.

    Raises:
        DatasetError: No system could look it up.
    """
    path = Path(text)
    if why := why_no_place(path):
        raise DatasetError(f"{shown(text)} can't be used: {why}", "Name another file or folder.")
    return path


def seed_count(text: str) -> int:
    """Return an argument as a number of seeds.

    Raises:
        argparse.ArgumentTypeError: It is none, or more than can be run.
    """
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= MAX_SEEDS:
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a number from 1 to {MAX_SEEDS:,}")
    return int(text)


def finite(text: str) -> float:
    """Return an argument as a number that is not NaN or infinite, which no comparison would hold.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    with contextlib.suppress(ValueError):
        if math.isfinite(number := float(text)):
            return number
    raise argparse.ArgumentTypeError(f"{shown(text)} is not a number")


def add_verb(verbs: object, name: str, run: Run, summary: str) -> argparse.ArgumentParser:
    """Add a verb of a dataset with the common options."""
    assert isinstance(verbs, argparse._SubParsersAction)
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument("dataset", metavar="DATASET", type=named_path, help="the dataset's folder")
    parser.add_argument("--project", type=named_path, metavar="FILE", help="the project file")
    parser.add_argument(
        "--relocate", action="store_true", help="the dataset moved here with the same files"
    )
    _add_layout(parser)
    parser.add_argument(
        "--manifest", type=named_path, metavar="FILE", help="CSV: path, label, maybe split, group"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: cores)")
    parser.add_argument(
        "--read-only", action="store_true", help="read only: write nothing to the project"
    )
    add_output(parser)
    return parser


def _add_layout(parser: argparse.ArgumentParser) -> None:
    """Add the options that correct the layout; the project remembers them."""
    parser.add_argument(
        "--folders",
        choices=[Role.SPLITS.value, Role.CLASSES.value, Role.SOURCES.value],
        help="the role of the top folders, if they are read wrong",
    )
    kinds = [kind.option for kind in Kind if kind is not Kind.MANIFEST]
    parser.add_argument(
        "--layout",
        choices=[AUTO, *kinds],
        metavar="KIND",
        help=f"read the dataset as this kind: {', '.join(kinds)}; {AUTO} forgets earlier choices",
    )
    parser.add_argument("--root", metavar="FOLDER", help="the inner folder that is the dataset")
    parser.add_argument(
        "--split-role",
        action="append",
        default=[],
        metavar="FOLDER=ROLE",
        help="a folder's role: training, validation, test, class or ignore",
    )
    parser.add_argument("--label-column", metavar="NAME", help="the label table's class column")


def choice_of(arguments: argparse.Namespace) -> Choice | None:
    """Return the layout given by the options; None if they give none.

    Raises:
        UsageError: A --split-role has an unknown role.
    """
    roles: dict[str, str] = {}
    for text in arguments.split_role:
        folder, equals, word = text.rpartition("=")
        role = normal_split(word)
        if not equals or role not in FOLDER_ROLES:
            raise UsageError(
                f"--split-role {text} names no role",
                f"Write it as FOLDER=ROLE with a role of {', '.join(FOLDER_ROLES)}.",
            )
        roles[_inside(folder, "--split-role")] = role
    kind = next((k for k in Kind if k.option == arguments.layout), None)
    choice = Choice(
        kind,
        _inside(arguments.root or "", "--root"),
        roles,
        arguments.label_column or "",
        Role(arguments.folders) if arguments.folders else None,
    )
    return choice if choice or arguments.layout == AUTO else None


def _inside(folder: str, option: str) -> str:
    path = PurePosixPath(folder.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"{option} must name a folder inside DATASET", "Name it relative to it.")
    return "" if str(path) == "." else str(path)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --json and --quiet."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")


@contextmanager
def open_project(arguments: argparse.Namespace) -> "Iterator[Project]":
    """Open the project that the arguments name, and close it at the end."""
    # Imported late: verbs that open no project import this module too.
    from inspector.project.project import Project

    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError("--jobs must be 1 or more", "Leave it out to use all cores.")
    project = Project(
        arguments.dataset,
        arguments.project,
        relocate=arguments.relocate,
        choice=choice_of(arguments),
        manifest=arguments.manifest,
        jobs=arguments.jobs,
        read_only=arguments.read_only,
    )
    try:
        yield project
    finally:
        project.close()


class Need(Enum):
    """What a verb needs from a scan."""

    ALL = auto()
    """Every file is read, and the result is saved."""
    ANSWER = auto()
    """Up to date if possible; otherwise the last results are used."""
    NAMES = auto()
    """The project is writable, and lists all files."""


@contextmanager
def _stop_at_interrupt() -> Iterator[Stop]:
    """Yield what Ctrl+C sets, besides raising KeyboardInterrupt, which a library may swallow.

    Raises:
        KeyboardInterrupt: It was swallowed.
    """
    stop = Stop()
    here = threading.current_thread() is threading.main_thread()
    # Interrupts may be ignored, or handled already.
    if not here or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield stop
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if stop.is_set():
        raise KeyboardInterrupt


def scan(
    project: "Project",
    arguments: argparse.Namespace,
    need: Need = Need.ANSWER,
    *,
    embedding: bool = False,
) -> "Scanned":
    """Bring the project up to date, with progress on stderr.

    If that fails but the verb can run on the last results, a warning gives the reason.

    Raises:
        UnwritableError: The project can't be written, and the verb needs it.
        CacheError: The cache can't be written, and the verb needs it.
    """
    progress = Progress()
    try:
        if need is Need.ANSWER:
            # A verb that only reads does not wait for another program.
            project.context.store.database.check_writable(READER_PATIENCE_SECONDS)
        with Bar(progress, quiet=arguments.quiet), _stop_at_interrupt() as stop:
            return project.scans.scan(embedding=embedding, stop=stop, progress=progress)
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
    from inspector.project.catalog.scans import Scanned

    return Scanned(0, len(project.samples.everything()), 0, 0, 0.0, complete=False)
