"""Decisions as a file: by content hash, so that another project of the same images takes them."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from inspector.dataset.names import parse_label
from inspector.dataset.user_files import user_file
from inspector.input_files import read_json

_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Sha256OrNothing = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
_Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class Mark(StrEnum):
    """What was decided of an image as a whole."""

    NONE = ""
    KEEP = "keep"
    DROP = "drop"


class DecidedImage(msgspec.Struct, frozen=True):
    """What was decided of one content.

    Attributes:
        path: Where it was; it tells copies apart.
        label: The class that it was given, or "".
        together: The content that it has to stay with, or "".
    """

    sha256: _Sha256
    path: _Text
    mark: Mark = Mark.NONE
    label: _Text = ""
    reason: _Text = ""
    together: _Sha256OrNothing = ""
    reviewed: bool = False


class DecisionsFile(msgspec.Struct, frozen=True):
    """The whole file; `decisions` is the version of its form."""

    decisions: Literal[1]
    images: tuple[DecidedImage, ...]
    not_alike: tuple[tuple[_Sha256, _Sha256], ...]


def write_decisions(document: DecisionsFile, file: Path, root: Path) -> None:
    """Write decisions as JSON; a file of the same name is replaced.

    Raises:
        ExportError: The file lies inside the dataset `root`, or can't be written.
    """
    plain = msgspec.to_builtins(document)
    with user_file(file, root, what="file of decisions", replace=True) as stream:
        json.dump(plain, stream, indent=1, ensure_ascii=False)


def read_decisions(file: Path) -> DecisionsFile:
    """Read what `write_decisions` wrote.

    Raises:
        DatasetError: It can't be read, or holds something else; the message names the place.
    """
    document = read_json(
        file, DecisionsFile, what="file of decisions",
        advice="Import a file that `decisions --export` wrote.",
    )  # fmt: skip
    for number, image in enumerate(document.images):
        if image.label:
            parse_label(image.label, where=f"{file.name}, images[{number}].label")
    return document
