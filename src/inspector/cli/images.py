"""Verbs of the embedding: map, similar."""

import argparse
import math

from inspector.cli.options import add_verb, named_path, open_project, scan
from inspector.cli.output import Bar, print_json, print_table
from inspector.errors import UsageError
from inspector.project.diagnosis.image_map import SIMILAR
from inspector.project.diagnosis.labels import current_label
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    layout = add_verb(verbs, "map", _map, "all images as points, similar ones close together")
    layout.add_argument("-o", "--output", type=named_path, required=True, metavar="FILE.csv")
    layout.add_argument(
        "--pca",
        action="store_true",
        help="principal components only, even if openTSNE is installed",
    )
    similar = add_verb(verbs, "similar", _similar, "the images most similar to one")
    similar.add_argument("image", metavar="IMAGE", help="its path below DATASET")
    similar.add_argument("-n", type=int, default=SIMILAR, metavar="N", help="how many")


def _map(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            data = project.image_map.write(
                arguments.output, tsne=not arguments.pca, progress=progress
            )
        assert data is not None
        assert data.near is not None
        mixing = data.near.split_mixing
        among = data.among_others()
        if arguments.json:
            print_json(
                {
                    "path": str(arguments.output), "images": len(data.samples),
                    "method": data.method,
                    "split_mixing": None if math.isnan(mixing) else round(mixing, 4),
                    "among_others": [s.path for s in among],
                }
            )  # fmt: skip
            return
        print(f"{len(data.samples):,} images by {data.method}: {arguments.output}")
        print(f"{len(among):,} lie within another class")


def _similar(arguments: argparse.Namespace) -> None:
    if arguments.n < 1:
        raise UsageError("-n must be 1 or more", f"{SIMILAR} is the default.")
    with open_project(arguments) as project:
        scan(project, arguments)
        rows = project.samples.by_paths([arguments.image])
        if not rows:
            raise UsageError(
                f"there is no image {arguments.image}", "Write its path below DATASET."
            )
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            answer = project.image_map.similar(rows[0], arguments.n, progress=progress)
        assert answer is not None
        if arguments.json:
            print_json(
                [
                    {"path": one.sample.path, "similarity": one.similarity,
                     "split": one.sample.split, "label": current_label(one.sample)}
                    for one in answer
                ]
            )  # fmt: skip
            return
        print_table(
            [
                (one.sample.path, f"{one.similarity:.3f}", one.sample.split,
                 current_label(one.sample)) for one in answer
            ],
            ("file", "similarity", "split", "label"),
        )  # fmt: skip
