"""Compares the open dataset with another one, and reads pairs of both, off the GUI thread."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from inspector.app.threads.images import from_pixels
from inspector.app.widgets.pairs.compare_view import StageImage
from inspector.app.widgets.sample_image import LONGEST_PX
from inspector.dataset.decoding import read_pixels
from inspector.errors import DatasetError, InspectorError
from inspector.project.project import Project
from inspector.project.review.audit_result import AuditPair, DatasetAudit
from inspector.project.review.image_collection import (
    CollectedImage,
    ImageCollection,
    collection_of,
)
from inspector.similarity.difference import ImageDifference, aligned_difference, difference
from inspector.similarity.fingerprint_file import is_fingerprint_file, read_fingerprints
from inspector.similarity.orientations import NAMES
from inspector.work.jobs import Progress, Stop

_NO_IMAGES = "a fingerprint file holds no images"


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """An audit, with the folder of the other dataset; None for a fingerprint file."""

    audit: DatasetAudit
    root: Path | None


def compare_with(
    project: Project, other: Path, *, stop: Stop, progress: Progress
) -> AuditAnswer | None:
    """Scan another dataset if needed, and compare both; None when stopped.

    Args:
        project: The open project, whose scan is complete.
        other: A dataset folder, a project file or a fingerprint file.
        stop: Set from any thread to end soon.
        progress: Reports phase and counts.

    Raises:
        DatasetError: The scan is not complete, or there is nothing to compare with.
        InspectorError: The other one can't be read.
    """
    if not project.scans.is_complete():
        raise DatasetError("this dataset is still being scanned", "Compare when the scan is done.")
    collection = _collection(other, stop, progress)
    if collection is None:
        return None
    audit = project.audits.against(collection, stop=stop, progress=progress)
    return None if audit is None else AuditAnswer(audit, collection.root)


def _collection(other: Path, stop: Stop, progress: Progress) -> ImageCollection | None:
    if not other.exists():
        raise DatasetError(f"there is no {other}", "Choose a folder or a fingerprint file.")
    if is_fingerprint_file(other):
        return collection_of(read_fingerprints(other))
    opened = Project(other, window=True)
    try:
        opened.scans.scan(stop=stop, progress=progress)
        return None if stop.is_set() else opened.fingerprints.collection()
    finally:
        opened.close()


def stage_images(
    project: Project, answer: AuditAnswer, pair: AuditPair
) -> tuple[StageImage, StageImage]:
    """Return both images of a pair with the name of their dataset."""
    audit = answer.audit
    return (
        _stage_image(project.root, pair.a, audit.a.name),
        _stage_image(answer.root, pair.b, audit.b.name),
    )


def pair_difference(
    project: Project, answer: AuditAnswer, pair: AuditPair, *, align: bool
) -> ImageDifference:
    """Return where both images differ.

    Raises:
        DatasetError: A file can't be read, or there is none.
    """
    if answer.root is None:
        raise DatasetError(_NO_IMAGES, "Ask its owner for the images of this pair.")
    one = read_pixels(str(project.absolute(pair.a.path)))
    two = read_pixels(str(answer.root / pair.b.path))
    if not align:
        return difference(one, two)
    return aligned_difference(one, two, NAMES.index(pair.transform), None)


def _stage_image(root: Path | None, image: CollectedImage, dataset: str) -> StageImage:
    if root is None:
        return StageImage(None, image.path, f"{dataset} · {_NO_IMAGES}", image.split)
    shown: QImage | None = None
    facts = dataset
    try:
        pixels = read_pixels(str(root / image.path))
        shown = from_pixels(pixels, LONGEST_PX)
        facts = f"{dataset} · {pixels.shape[1]} × {pixels.shape[0]}"
    except InspectorError as error:
        facts = f"{dataset} · {error.message}"
    return StageImage(shown, image.path, facts, image.split)
