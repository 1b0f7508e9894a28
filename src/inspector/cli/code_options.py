"""Options of every verb that reads code: values it does not tell, and roles that are wrong."""

import argparse

from inspector.code_reading.reading import answers_of
from inspector.code_reading.role_corrections import role_answers


def add_answer_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that fills in what the code does not tell."""
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="EXPR=VALUE",
        help='the value of an expression that the code does not tell: "args.seed=42"',
    )


def add_role_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that corrects the role of a dataset."""
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="LINE=ROLE",
        help="correct what a dataset of the code is: 12=validation; 3:12 is line 12 of cell 3,"
        " 12#2 the second dataset of line 12",
    )


def given_answers(arguments: argparse.Namespace) -> dict[str, str]:
    """Return what --answer and --role say.

    Raises:
        UsageError: One of them can't be read.
    """
    return answers_of(arguments.answer) | role_answers(arguments.role)
