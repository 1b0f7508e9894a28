"""Verbs of augmentation: policy lint, convert, preview."""

import argparse
import dataclasses
import sys
from pathlib import Path

from inspector.augmentation.dialects import to_code
from inspector.augmentation.policy import Policy
from inspector.cli.code import print_reading
from inspector.cli.options import add_output, named_path
from inspector.cli.output import print_json, print_lines
from inspector.code_reading.program import load_code
from inspector.errors import UsageError
from inspector.project.augment.code_advice import advise_code
from inspector.project.augment.image_previews import SIDE_PX, advise, preview
from inspector.project.augment.policies import load_policy, policy_of_code

_CODE_FILES = (".py", ".ipynb")
_MAX_PATH = 4_096


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    assert isinstance(verbs, argparse._SubParsersAction)
    policy = verbs.add_parser("policy", help="what an augmentation does, as code and as images")
    kinds = policy.add_subparsers(dest="kind", required=True, metavar="lint|convert|preview")
    check = kinds.add_parser("lint", help="check a policy: parameters that do nothing or do harm")
    check.set_defaults(run=_lint)
    check.add_argument("--image", nargs="+", type=named_path, default=[], metavar="P")
    convert = kinds.add_parser("convert", help="a policy as code or JSON")
    convert.set_defaults(run=_convert)
    convert.add_argument("--to", required=True, choices=["idg", "layers", "function", "json"])
    show = kinds.add_parser("preview", help="the images that training will read")
    show.set_defaults(run=_preview)
    show.add_argument("--image", type=named_path, required=True, metavar="P")
    show.add_argument("--seed", type=int, default=0, metavar="N")
    show.add_argument("--epoch", type=int, default=0, metavar="E")
    show.add_argument("-n", type=int, default=1, metavar="K", dest="count")
    show.add_argument("-o", "--output", type=named_path, required=True, metavar="DIR")
    show.add_argument("--image-size", type=int, default=SIDE_PX, metavar="PX")
    for parser in (check, convert, show):
        parser.add_argument("file", nargs="?", type=named_path, metavar="FILE")
        parser.add_argument("--code", metavar="EXPR", help="code, or a .py or .ipynb file")
        parser.add_argument("--keras-version", default="", metavar="V")
        add_output(parser)


def policy_of(arguments: argparse.Namespace) -> Policy:
    """Return the policy that the arguments name.

    Raises:
        UsageError: They name none, or two, or one that can't be read.
    """
    if (arguments.file is None) == (arguments.code is None):
        raise UsageError("name a policy FILE or --code EXPR", "One of the two.")
    code = _code_of(arguments)
    if code is not None:
        return policy_of_code(code, arguments.keras_version)
    return load_policy(arguments.file)


def _code_of(arguments: argparse.Namespace) -> str | None:
    """Return the code that the arguments name: an expression, or the text of a file.

    Raises:
        UsageError: The file can't be read.
    """
    if arguments.code is not None:
        named = len(arguments.code) < _MAX_PATH and arguments.code.endswith(_CODE_FILES)
        return load_code(Path(arguments.code)) if named else str(arguments.code)
    if arguments.file is not None and arguments.file.suffix.lower() in _CODE_FILES:
        return load_code(arguments.file)
    return None


def _lint(arguments: argparse.Namespace) -> None:
    if (arguments.file is None) == (arguments.code is None):
        raise UsageError("name a policy FILE or --code EXPR", "One of the two.")
    code = _code_of(arguments)
    if code is None:
        advice = advise(policy_of(arguments), arguments.image, arguments.keras_version)
    else:
        reading, advice = advise_code(code, arguments.image, arguments.keras_version)
        if not arguments.quiet:
            print_reading(reading, sys.stderr)
    if arguments.json:
        print_json([dataclasses.asdict(a) for a in advice])
    elif advice:
        print_lines(f"{a.severity}: {a.parameter}: {a.message} ({a.rule})" for a in advice)
    else:
        print("nothing to report about this policy")


def _convert(arguments: argparse.Namespace) -> None:
    print(to_code(policy_of(arguments), arguments.to, arguments.keras_version or "3"), end="")


def _preview(arguments: argparse.Namespace) -> None:
    # Imported late: lint and conversion need no project.
    from inspector.project.context import known_datasets

    written = preview(
        policy_of(arguments), arguments.image, arguments.output, seed=arguments.seed,
        epoch=arguments.epoch, count=arguments.count, side_px=arguments.image_size,
        datasets=known_datasets(),
    )  # fmt: skip
    if arguments.json:
        print_json([str(p) for p in written])
    else:
        print_lines(str(p) for p in written)
