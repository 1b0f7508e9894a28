"""Parses a command line, runs its verb, and prints errors as one line and one advice."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from inspector import __version__
from inspector.cli.output import plain_output, print_error
from inspector.errors import InspectorError, UsageError

VERBS = {
    "code": ("code",),
    "dataset": ("demo", "scan", "problems", "quality", "duplicates"),
    "splits": ("split", "leaks", "freeze"),
    "groups": ("groups",),
    "audit": ("audit", "fingerprints"),
    "shortcuts": ("shortcuts",),
    "influence": ("borrowed", "crossvalidate"),
    "diagnosis": ("diagnose", "labels", "report"),
    "images": ("map", "similar"),
    "clean_up": ("fix",),
    "curate": ("decide", "undo", "redo", "decisions", "export", "script"),
    "policies": ("policy",),
    "training": ("train", "runs"),
    "comparisons": ("compare",),
    "unpacking": ("unpack",),
    "machine": ("projects", "backups", "caches", "doctor", "desktop"),
}
"""The verbs of each module of this package; only the module of the given verb is imported."""


class _Parser(argparse.ArgumentParser):
    """Raises our own error instead of printing a usage block."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"See `{self.prog} --help`.")


def build_parser(verb: str = "") -> argparse.ArgumentParser:
    """Return the parser of one verb, or of all; each sets `run`, a function of the arguments."""
    parser = _Parser(
        prog="inspector",
        description="Why the validation accuracy of an image classifier is misleading, and how to"
        " fix it. "
        "Without a verb, or with `open [DATASET|PROJECT]`, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"inspector {__version__}")
    verbs = parser.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    verbs.add_parser("open", help="open the window on a dataset or project file")
    known = [module for module, names in VERBS.items() if verb in names]
    for module in known or VERBS:
        import_module(f"inspector.cli.{module}").add_verbs(verbs)
    return parser


def run(words: Sequence[str]) -> int:
    """Run one verb and return its exit status."""
    try:
        arguments = build_parser(words[0] if words else "").parse_args(words)
        verb: Callable[[argparse.Namespace], int | None] = arguments.run
        with plain_output():
            return verb(arguments) or 0
    except InspectorError as error:
        print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped: finished work is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        # A disk or a folder failed where no part has a sentence of its own.
        what = f"{error.filename} can't be used" if error.filename else "the system refuses"
        advice = "Check the disk, the name and the permissions."
        print_error(InspectorError(f"{what}: {error.strerror or error}", advice))
        return InspectorError.exit_code
    except SystemExit as end:
        return int(end.code or 0)
