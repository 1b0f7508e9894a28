"""An audit as a report page."""

import time
from collections.abc import Callable, Iterator

from inspector import __version__
from inspector.project.review.audit_result import AuditPair, DatasetAudit
from inspector.project.review.duplicates import Level, PairKind
from inspector.project.review.image_collection import CollectedImage
from inspector.reports.html import ImagePair, ReportPage, ReportTable
from inspector.similarity.fingerprint_file import Detail

PAIR_FIELDS = ("a", "b", "kind", "level", "transform", "similarity", "split_a", "split_b")
_SHOWN_PAIRS = 24
FindThumbnail = Callable[[CollectedImage], bytes | None]
_KINDS = {
    PairKind.BYTES: "identical file",
    PairKind.PIXELS: "identical pixels",
    PairKind.TRANSFORMED: "flipped or rotated",
    PairKind.NEAR: "near",
}


def audit_page(audit: DatasetAudit, of_a: FindThumbnail, of_b: FindThumbnail) -> ReportPage:
    """Return the report page of an audit.

    Args:
        audit: The audit.
        of_a: Returns the JPEG thumbnail of an image of the first dataset, or None.
        of_b: The same for the second one.
    """
    a, b = audit.a, audit.b
    lists = {
        "Confirmed pairs": [_line(pair) for pair in audit.confirmed],
        "Candidates": [_line(pair) for pair in audit.pairs if pair.level is not Level.SURE],
    }
    return ReportPage(
        f"Leakage between {a.name} and {b.name}",
        f"{time.strftime('%Y-%m-%d %H:%M')} · {audit.compared:,} pairs of images compared",
        audit.summary,
        _limits(audit),
        (),
        (_splits(audit), _by_kind(audit)),
        tuple(_pairs(audit, of_a, of_b)),
        lists=lists,
        methods=(
            "Identical file: the same SHA-256; identical pixels: the same decoded pixels; flipped"
            f" or rotated and near: the content agrees at similarity {audit.threshold:g} or more"
            " after alignment, at 64x64 pixels.",
            f"Dataset Inspector {__version__}.",
        ),
        pairs_title="Closest pairs",
    )


def pair_rows(audit: DatasetAudit) -> Iterator[tuple[object, ...]]:
    """Yield every pair in the order of `PAIR_FIELDS`, strongest first."""
    for pair in audit.pairs:
        similarity = "" if pair.similarity is None else pair.similarity
        yield (
            pair.a.path, pair.b.path, pair.kind.value, pair.level.value, pair.transform,
            similarity, pair.a.split, pair.b.split,
        )  # fmt: skip


def _limits(audit: DatasetAudit) -> tuple[str, ...]:
    lines = []
    if audit.detail is Detail.HASHES:
        lines.append(
            f"{audit.b.name} was compared by hashes alone: identical files and pixels are certain,"
            " everything else is a candidate that only its owner can confirm."
        )
    flat = audit.a.flat + audit.b.flat
    if flat:
        lines.append(
            f"{flat:,} nearly constant images have nothing to compare: only identical files are"
            " found among them."
        )
    return tuple(lines)


def _splits(audit: DatasetAudit) -> ReportTable:
    rows = tuple(
        (f"{side.name}: {split}" if split else side.name, leaked, images)
        for side in (audit.a, audit.b)
        for split, (leaked, images) in side.by_split.items()
    )
    return ReportTable(
        "Images with a near-duplicate in the other dataset", ("", "leaked", "of"), rows
    )


def _by_kind(audit: DatasetAudit) -> ReportTable:
    rows = tuple((_KINDS[kind], audit.a.by_kind[kind], audit.b.by_kind[kind]) for kind in PairKind)
    return ReportTable("By strongest kind", ("", audit.a.name, audit.b.name), rows)


def _pairs(audit: DatasetAudit, of_a: FindThumbnail, of_b: FindThumbnail) -> list[ImagePair]:
    pairs = []
    for pair in audit.pairs[:_SHOWN_PAIRS]:
        one = of_a(pair.a)
        if one:
            # A fingerprint file has no images.
            two = b"" if audit.from_file else of_b(pair.b) or b""
            text = (
                f"{_KINDS[pair.kind]}, {_similarity(pair)}",
                f"{audit.a.name}: {pair.a.path}",
                f"{audit.b.name}: {pair.b.path}",
            )
            pairs.append(ImagePair(one, two, text))
    return pairs


def _similarity(pair: AuditPair) -> str:
    return "by hash" if pair.similarity is None else f"similarity {pair.similarity:.3f}"


def _line(pair: AuditPair) -> str:
    return f"{pair.a.path}\t{_KINDS[pair.kind]}\t{_similarity(pair)}\t{pair.b.path}"
