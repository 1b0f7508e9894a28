"""Parse a command line, run its verb, and turn errors into one line and one advice."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from inspector import __version__
from inspector.cli import (
    clean_up,
    comparisons,
    curate,
    dataset,
    diagnosis,
    groups,
    machine,
    policies,
    splits,
    training,
)
from inspector.cli.output import print_error
from inspector.errors import InspectorError, UsageError


class _Parser(argparse.ArgumentParser):
    """Raise our own error instead of printing a usage block."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"See `{self.prog} --help`.")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every verb; each sets `run`, a function of the arguments."""
    parser = _Parser(
        prog="inspector",
        description="Why the validation accuracy of an image classifier is misleading, and how to"
        " fix it. "
        "Without a verb, or with `open [DATASET|PROJECT]`, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"inspector {__version__}")
    verbs = parser.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    verbs.add_parser("open", help="open the window on a dataset or project file")
    rooms = (
        dataset, splits, groups, diagnosis, clean_up, curate, policies, training, comparisons,
        machine,
    )  # fmt: skip
    for room in rooms:
        room.add_verbs(verbs)
    return parser


def run(words: Sequence[str]) -> int:
    """Run one verb and return its exit status."""
    try:
        arguments = build_parser().parse_args(words)
        verb: Callable[[argparse.Namespace], int | None] = arguments.run
        return verb(arguments) or 0
    except InspectorError as error:
        print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped: what was finished so far is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except SystemExit as end:
        return int(end.code or 0)
