"""Verbs for leakage between two datasets: audit, fingerprints."""

import argparse
from pathlib import Path

from inspector.cli.options import Need, add_verb, named_path, open_project, scan
from inspector.cli.output import Bar, human_bytes, print_json, print_lines, print_table
from inspector.cli.pair_output import pair_json, pair_line
from inspector.project.project import Project
from inspector.project.review.audit_result import DatasetAudit, LeakedImages
from inspector.project.review.duplicates import PairKind
from inspector.project.review.image_collection import ImageCollection, collection_of
from inspector.similarity.fingerprint_file import (
    ENDING,
    Detail,
    is_fingerprint_file,
    read_fingerprints,
)
from inspector.work.jobs import Progress

_PRINTED = 20
_NO_SPLIT = "(no split)"


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    audit = add_verb(verbs, "audit", _audit, "leakage between two datasets, by kind")
    audit.add_argument(
        "--against", type=named_path, required=True, metavar="B",
        help="another dataset's folder or project, or a fingerprint file",
    )  # fmt: skip
    audit.add_argument(
        "--against-manifest", type=named_path, metavar="FILE",
        help="CSV with the paths and labels of B, if its folders are not classes",
    )  # fmt: skip
    audit.add_argument(
        "-o",
        "--output",
        type=named_path,
        metavar="FILE",
        help="write a page too (.html), or a list of all pairs (.csv)",
    )
    fingerprints = add_verb(
        verbs, "fingerprints", _fingerprints, "a file that others can audit against, without images"
    )
    fingerprints.add_argument(
        "-o",
        "--output",
        type=named_path,
        required=True,
        metavar="FILE",
        help=f"such as test{ENDING}",
    )
    fingerprints.add_argument(
        "--hashes-only", action="store_true",
        help="omit data that could reveal a small image; near pairs are then unverified",
    )  # fmt: skip
    fingerprints.add_argument(
        "--anonymous",
        action="store_true",
        help="numbers instead of paths, which may reveal classes",
    )


def _audit(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        # Report an unreadable file before a scan that takes minutes.
        other: ImageCollection | None = None
        if is_fingerprint_file(arguments.against):
            other = collection_of(read_fingerprints(arguments.against))
        scan(project, arguments)
        if other is None:
            other = _other_dataset(arguments)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            audit = project.audits.against(other, progress=progress)
        assert audit is not None
        if arguments.output:
            project.audits.write_report(audit, arguments.output, root=other.root)
        if arguments.json:
            print_json(_audit_json(audit, arguments.output))
        else:
            _print_audit(audit, arguments.output)


def _other_dataset(arguments: argparse.Namespace) -> ImageCollection:
    """Scan the other dataset with its own project, and return its images."""
    other = Project(arguments.against, manifest=arguments.against_manifest, jobs=arguments.jobs)
    try:
        scan(other, arguments)
        return other.fingerprints.collection()
    finally:
        other.close()


def _fingerprints(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments, Need.ANSWER)
        detail = Detail.HASHES if arguments.hashes_only else Detail.FULL
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            images = project.fingerprints.write(
                arguments.output, detail=detail, anonymous=arguments.anonymous, progress=progress
            )
        size = arguments.output.stat().st_size
        if arguments.json:
            print_json(
                {"path": str(arguments.output), "images": images, "bytes": size,
                 "detail": detail.value, "anonymous": arguments.anonymous}
            )  # fmt: skip
        else:
            print(f"{images:,} fingerprints, {human_bytes(size)}: {arguments.output}")


def _audit_json(audit: DatasetAudit, report: Path | None) -> dict[str, object]:
    return {
        "threshold": audit.threshold,
        "against": "fingerprints" if audit.from_file else "dataset",
        "detail": audit.detail.value,
        "compared": audit.compared,
        "a": _side_json(audit.a),
        "b": _side_json(audit.b),
        "pairs": [pair_json(pair) for pair in audit.pairs],
        "summary": audit.summary,
        "report": str(report) if report else None,
    }


def _side_json(side: LeakedImages) -> dict[str, object]:
    return {
        "name": side.name,
        "images": side.images,
        "leaked": side.leaked,
        "share": round(side.share, 6),
        "by_kind": {kind.value: n for kind, n in side.by_kind.items()},
        "splits": {
            split: {"leaked": leaked, "images": images}
            for split, (leaked, images) in side.by_split.items()
        },
        "flat": side.flat,
    }


def _print_audit(audit: DatasetAudit, report: Path | None) -> None:
    print(audit.summary)
    if audit.pairs:
        print_table(
            [
                (side.name, split or _NO_SPLIT, leaked, images)
                for side in (audit.a, audit.b)
                for split, (leaked, images) in side.by_split.items()
            ],
            ("dataset", "split", "near-duplicates", "images"),
        )
        by_kind = ", ".join(f"{kind.value} {audit.b.by_kind[kind]:,}" for kind in PairKind)
        print(f"images of {audit.b.name} by their strongest kind: {by_kind}")
    print_lines(pair_line(pair) for pair in audit.pairs[:_PRINTED])
    if len(audit.pairs) > _PRINTED:
        print(f"… and {len(audit.pairs) - _PRINTED:,} more pairs: --json or -o FILE.html lists all")
    if audit.detail is Detail.HASHES:
        print("candidates are by hashes alone: without the images, none can be confirmed")
    print(
        f"{audit.compared:,} pairs of images compared; confirmed at similarity"
        f" {audit.threshold:g} or more"
    )
    if report:
        print(f"report: {report}")
