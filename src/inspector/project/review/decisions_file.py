"""The file of decisions, keyed by content hash so that another project can import it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from inspector.dataset.names import parse_label
from inspector.dataset.user_files import user_file
from inspector.input_files import read_json
from inspector.store.decisions import Change, DecisionField
from inspector.store.samples import Sample

_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Sha256OrNothing = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
_Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class Mark(StrEnum):
    """The decision on an image as a whole."""

    NONE = ""
    KEEP = "keep"
    DROP = "drop"


class DecidedImage(msgspec.Struct, frozen=True):
    """The decisions on one content.

    Attributes:
        path: Path at export; tells copies of one content apart.
        label: New class, or "".
        together: Content that must stay in the same split, or "".
    """

    sha256: _Sha256
    path: _Text
    mark: Mark = Mark.NONE
    label: _Text = ""
    reason: _Text = ""
    together: _Sha256OrNothing = ""
    reviewed: bool = False


class DecisionsFile(msgspec.Struct, frozen=True):
    """A file of decisions; `decisions` is its format version."""

    decisions: Literal[1]
    images: tuple[DecidedImage, ...]
    not_alike: tuple[tuple[_Sha256, _Sha256], ...]


def write_decisions(document: DecisionsFile, file: Path, root: Path) -> None:
    """Write decisions as JSON, replacing an existing file.

    Raises:
        ExportError: The file lies inside the dataset `root`, or can't be written.
    """
    plain = msgspec.to_builtins(document)
    with user_file(file, root, what="file of decisions", replace=True) as stream:
        json.dump(plain, stream, indent=1, ensure_ascii=False)


def read_decisions(file: Path) -> DecisionsFile:
    """Read a file that `write_decisions` wrote.

    Raises:
        DatasetError: The file can't be read or is no file of decisions; the message names the
            place.
    """
    document = read_json(
        file, DecisionsFile, what="file of decisions",
        advice="Import a file that `decisions --export` wrote.",
    )  # fmt: skip
    for number, image in enumerate(document.images):
        if image.label:
            parse_label(image.label, where=f"{file.name}, images[{number}].label")
    return document


def document_of(samples: Sequence[Sample], not_alike: Iterable[tuple[int, int]]) -> DecisionsFile:
    """Return the active decisions on samples with a known content.

    Args:
        not_alike: Ids of the pairs that are no duplicates.
    """
    by_id = {s.id: s for s in samples}
    contents = [
        (by_id[a].sha256.hex(), by_id[b].sha256.hex())
        for a, b in not_alike
        if a in by_id and b in by_id
    ]
    pairs = [(min(pair), max(pair)) for pair in contents if all(pair)]
    images = tuple(
        DecidedImage(
            s.sha256.hex(), s.path, Mark(s.mark), s.new_label, s.reason_decided,
            by_id[s.bound].sha256.hex() if s.bound in by_id else "", bool(s.reviewed),
        )
        for s in samples
        if s.sha256 and (s.mark or s.new_label or s.bound or s.reviewed)
    )  # fmt: skip
    return DecisionsFile(1, images, tuple(sorted(pairs)))


def changes_of(document: DecisionsFile, samples: Sequence[Sample]) -> list[Change]:
    """Return the changes that apply a document to samples of the same content.

    Of several files with one content, the file with the same path gets the decision, else all do.
    """
    holders: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.sha256:
            holders.setdefault(sample.sha256.hex(), []).append(sample)
    changes: list[Change] = []
    for image in document.images:
        same = holders.get(image.sha256, [])
        for sample in [s for s in same if s.path == image.path] or same:
            changes += _changes_to(sample, image, holders)
    for one, two in document.not_alike:
        for a in holders.get(one, [])[:1]:
            for b in holders.get(two, [])[:1]:
                changes.append(
                    Change(min(a.id, b.id), DecisionField.NOT_ALIKE, "1", max(a.id, b.id))
                )
    return changes


def _changes_to(
    sample: Sample, image: DecidedImage, holders: Mapping[str, list[Sample]]
) -> list[Change]:
    together = holders.get(image.together, [])
    values = {
        DecisionField.MARK: image.mark,
        DecisionField.REASON: image.reason,
        DecisionField.LABEL: image.label,
        DecisionField.REVIEWED: "1" if image.reviewed else "",
        DecisionField.BOUND: str(together[0].id) if together else "",
    }
    return [Change(sample.id, field, value) for field, value in values.items()]
