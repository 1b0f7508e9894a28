"""The verb unpack: write the images of a packed dataset into a folder."""

import argparse
import dataclasses

from inspector.cli.options import add_output, named_path
from inspector.cli.output import Bar, human_bytes, print_json
from inspector.dataset.packed.model import PackedChoice
from inspector.work.jobs import Progress
from inspector.work.unpacking import unpack


def add_verbs(verbs: object) -> None:
    """Add this module's verb to the parser."""
    assert isinstance(verbs, argparse._SubParsersAction)
    summary = "unpack zip, tar, Parquet, NumPy or TFRecord files into a new folder"
    parser = verbs.add_parser("unpack", help=summary, description=summary)
    parser.set_defaults(run=_unpack)
    parser.add_argument(
        "source", metavar="FILE", type=named_path, help="a file, or a folder of such files"
    )
    parser.add_argument("--to", type=named_path, required=True, metavar="DIR")
    parser.add_argument("--image-column", default="", metavar="NAME", help="column with the images")
    parser.add_argument("--label-column", default="", metavar="NAME", help="column with the class")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted unpacking")
    add_output(parser)


def _unpack(arguments: argparse.Namespace) -> None:
    progress = Progress()
    choice = PackedChoice(arguments.image_column, arguments.label_column)
    with Bar(progress, quiet=arguments.quiet):
        result = unpack(
            arguments.source, arguments.to, choice, progress=progress, resume=arguments.resume
        )
    if arguments.json:
        print_json(dataclasses.asdict(result))
        return
    print(f"{result.files} files, {human_bytes(result.bytes)}: {result.target}")
    for reason, count in sorted(result.left_out.items()):
        print(f"{count} left out: {reason}")
    print(f"opens as: {result.opened_as or 'nothing names the class of its images'}")
