"""The file that carries decisions from one project to another: by content hash, as JSON."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from inspector.dataset.names import parse_label
from inspector.input_files import read_json

_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class ImageDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of the images with one content.

    Attributes:
        label: Another class, or "".
        together: The content of the image that stands for its group, or "".
    """

    sha256: _Sha256
    path: _Text
    mark: Literal["", "keep", "drop"] = ""
    label: _Text = ""
    reason: _Text = ""
    together: Literal[""] | _Sha256 = ""
    reviewed: bool = False


class DecisionsFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of decisions; `decisions` is the version of its form."""

    decisions: Literal[1]
    images: tuple[ImageDecision, ...]
    not_alike: tuple[tuple[_Sha256, _Sha256], ...]


def read_decisions(file: Path) -> DecisionsFile:
    """Read a file of decisions.

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
