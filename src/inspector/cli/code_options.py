"""Options of every verb that reads code: missing values, and corrected roles."""

import argparse

from inspector.code_reading.reading import answers_of
from inspector.code_reading.role_corrections import role_answers


def add_answer_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for values that the code does not contain."""
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
    """Return the values of --answer and --role.

    Raises:
        UsageError: One of them can't be parsed.
    """
    return answers_of(arguments.answer) | role_answers(arguments.role)
