"""Verbs of augmentation: policy lint, convert, preview."""

import argparse
import dataclasses
from pathlib import Path

from inspector.augmentation.code_rules import lint_code
from inspector.augmentation.dialects import to_code
from inspector.augmentation.policy import Policy
from inspector.cli.options import add_output
from inspector.cli.output import print_json, print_lines
from inspector.errors import UsageError
from inspector.project.augment.policies import load_policy, policy_of_code
from inspector.project.augment.previews import SIDE_PX, advise, preview
from inspector.project.context import known_datasets


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    assert isinstance(verbs, argparse._SubParsersAction)
    policy = verbs.add_parser("policy", help="what an augmentation does, as code and as images")
    kinds = policy.add_subparsers(dest="kind", required=True, metavar="lint|convert|preview")
    check = kinds.add_parser("lint", help="what there is to say of a policy")
    check.set_defaults(run=_lint)
    check.add_argument("--image", nargs="+", type=Path, default=[], metavar="P")
    convert = kinds.add_parser("convert", help="a policy as code or JSON")
    convert.set_defaults(run=_convert)
    convert.add_argument("--to", required=True, choices=["idg", "layers", "function", "json"])
    show = kinds.add_parser("preview", help="the images that training will read")
    show.set_defaults(run=_preview)
    show.add_argument("--image", type=Path, required=True, metavar="P")
    show.add_argument("--seed", type=int, default=0, metavar="N")
    show.add_argument("--epoch", type=int, default=0, metavar="E")
    show.add_argument("-n", type=int, default=1, metavar="K", dest="count")
    show.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    show.add_argument("--image-size", type=int, default=SIDE_PX, metavar="PX")
    for parser in (check, convert, show):
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--code", metavar="EXPR", help="Keras code instead of a file")
        parser.add_argument("--keras-version", default="", metavar="V")
        add_output(parser)


def policy_of(arguments: argparse.Namespace) -> Policy:
    """Return the policy that the arguments name.

    Raises:
        UsageError: They name none, or two, or one that can't be read.
    """
    if (arguments.file is None) == (arguments.code is None):
        raise UsageError("name a policy FILE or --code EXPR", "One of the two.")
    if arguments.code is not None:
        return policy_of_code(arguments.code, arguments.keras_version)
    return load_policy(arguments.file)


def _lint(arguments: argparse.Namespace) -> None:
    found = advise(policy_of(arguments), arguments.image, arguments.keras_version)
    if arguments.code is not None:
        # The shifts of code are read as this Keras moves them, so the code is told of the exchange.
        found = [a for a in found if a.rule != "swapped-axes"]
        found += lint_code(arguments.code, arguments.keras_version or None)
    if arguments.json:
        print_json([dataclasses.asdict(a) for a in found])
    elif found:
        print_lines(f"{a.severity}: {a.parameter}: {a.message} ({a.rule})" for a in found)
    else:
        print("nothing to say of this policy")


def _convert(arguments: argparse.Namespace) -> None:
    print(to_code(policy_of(arguments), arguments.to, arguments.keras_version or "3"), end="")


def _preview(arguments: argparse.Namespace) -> None:
    written = preview(
        policy_of(arguments), arguments.image, arguments.output, seed=arguments.seed,
        epoch=arguments.epoch, count=arguments.count, side_px=arguments.image_size,
        datasets=known_datasets(),
    )  # fmt: skip
    if arguments.json:
        print_json([str(p) for p in written])
    else:
        print_lines(str(p) for p in written)
