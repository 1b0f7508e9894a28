"""The verb code: how a script or notebook is read, without a dataset."""

import argparse
import sys
from typing import TextIO

from inspector.cli.code_options import add_answer_option, add_role_option, given_answers
from inspector.cli.options import named_path
from inspector.cli.output import print_json, print_table
from inspector.code_reading.program import load_code
from inspector.code_reading.reading import CodeReading, read_code

_HEADS = ("line", "role", "loader", "folder", "split", "subset", "seed", "shuffle")


def add_verbs(verbs: object) -> None:
    """Add this module's verb to the parser."""
    assert isinstance(verbs, argparse._SubParsersAction)
    summary = "how a script or notebook is read: datasets, augmentation, pitfalls"
    parser = verbs.add_parser("code", help=summary, description=summary)
    parser.set_defaults(run=_code)
    parser.add_argument("file", metavar="FILE", type=named_path, help="a .py or .ipynb file")
    parser.add_argument("--keras-version", default="", metavar="V")
    add_answer_option(parser)
    add_role_option(parser)
    parser.add_argument(
        "--serve", type=named_path, metavar="FILE",
        help="inference code: what it gives the model is compared with what training gave it",
    )  # fmt: skip
    parser.add_argument(
        "--dataset",
        type=named_path,
        metavar="DATASET",
        help="measure on its files: what a split of the code leaks, and with --serve how far"
        " the model's input changes and what accuracy its newest run loses",
    )
    parser.add_argument("--project", type=named_path, metavar="FILE", help="of --dataset")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")


def _code(arguments: argparse.Namespace) -> None:
    reading = read_code(
        load_code(arguments.file), keras_version=arguments.keras_version,
        answers=given_answers(arguments),
    )  # fmt: skip
    if arguments.serve is None and arguments.dataset is None:
        more = None
    else:
        # Imported late: reading code needs neither images nor a project.
        from inspector.cli.code_checks import check_code

        more = check_code(arguments, reading)
    if arguments.json:
        print_json(reading.document() | (more.document() if more is not None else {}))
        return
    print_reading(reading, sys.stdout)
    measured = set() if more is None else more.measured
    for finding in reading.findings:
        if finding.code in measured:
            continue
        print(f"{finding.severity.value}: {finding.place.text}: {finding.text} ({finding.code})")
    if not reading.calls and not reading.policies:
        print("no dataset and no augmentation was found")
    if more is not None:
        more.print(sys.stdout)


def print_reading(reading: CodeReading, out: TextIO) -> None:
    """Print how code was read: a table of calls, and what was not read."""
    if reading.calls:
        print_table([_row(c.document()) for c in reading.calls], _HEADS, out)
    for place, text in reading.notes:
        print(f"note: {place.text}: {text}", file=out)
    for lack in reading.unread:
        fill_in = f" (--answer {lack.expression!r}=...)" if lack.expression else ""
        print(f"not read: {lack.place.text}: {lack.what}: {lack.why}{fill_in}", file=out)


def _row(call: dict[str, object]) -> tuple[object, ...]:
    names = ("role", "loader", "folder", "validation_split", "subset", "seed", "shuffle")
    shown = tuple("-" if call[name] is None else call[name] for name in names)
    cell = "" if call["cell"] is None else f"{call['cell']}:"
    return (f"{cell}{call['line']}", *shown)
