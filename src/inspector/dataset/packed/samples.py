"""Paths of unpacked images, SPLIT/CLASS/NAME, and what names their split."""

import re
from collections.abc import Mapping
from pathlib import Path

from inspector.dataset.formats import sniff
from inspector.dataset.layouts.words import split_of
from inspector.dataset.names import parse_relative_path, shown, why_no_name, why_no_path
from inspector.dataset.packed.model import PackedMember, PassedOver
from inspector.errors import DatasetError

NO_CLASS = PassedOver("no class")
NO_IMAGE = PassedOver("no image")
_ENDINGS = {
    "JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "BMP": ".bmp", "TIFF": ".tif", "WEBP": ".webp",
    "AVIF": ".avif", "JPEG2000": ".jp2", "ICO": ".ico", "PPM": ".ppm", "HEIF": ".heic",
    "QOI": ".qoi",
}  # fmt: skip
_NUMBERED = re.compile(r"[-_.]?\d+(-of-\d+)?$")


class SampleNames:
    """Gives each image of one packed file a unique name.

    Args:
        file: The packed file; names without a hint start with its name.
        split: Split of its images, "" for none.
    """

    def __init__(self, file: Path, split: str) -> None:
        self._file = file
        self._split = split
        self._stem = re.split(r"\.(?:tfrecord|parquet|tar|npz)", file.name)[0]
        self._count = 0

    def place(self, data: bytes, label: str | None, hint: str = "") -> PackedMember | PassedOver:
        """Return an encoded image as a member, or why it is none.

        Args:
            data: The encoded image.
            label: Its class, or None.
            hint: Its name in the file, or a path from another machine.

        Raises:
            DatasetError: The class can't be a folder.
        """
        self._count += 1
        ending = _ENDINGS.get(sniff(data[:4096]), "")
        if not ending:
            return NO_IMAGE
        if label is None:
            return NO_CLASS
        folder = label.strip().replace("/", "_").replace("\\", "_")
        if why := why_no_name(folder):
            raise DatasetError(
                f'{self._file.name}: the class "{shown(label)}" can\'t be a folder: {why}',
                "Name another column with --label-column.",
            )
        name = self._name(hint, ending)
        path = f"{self._split}/{folder}/{name}" if self._split else f"{folder}/{name}"
        return PackedMember(parse_relative_path(path, where=self._file.name), data)

    def _name(self, hint: str, ending: str) -> str:
        """Return a name that no image of any shard shares: shard, number, hint."""
        base = re.split(r"[/\\]", hint)[-1]
        stem = base.rpartition(".")[0] or base
        number = f"{self._stem}-{self._count:06}"
        name = f"{stem}-{number}{ending}" if stem else f"{number}{ending}"
        return f"{number}{ending}" if why_no_path(name) else name


def split_of_file(file: Path, root: Path) -> str:
    """Return the split named by a file, or by a folder between it and `root`, or ""."""
    parts = file.relative_to(root).parts if file.is_relative_to(root) else (file.name,)
    own = re.split(r"\.(?:tfrecord|parquet|tar|npz)", parts[-1])[0]
    names = [_NUMBERED.sub("", own), *reversed(parts[:-1])]
    return next((split for name in names if (split := split_of(name))), "")


def read_class_names(folder: Path, *names: str) -> Mapping[int, str]:
    """Return the class names of a text file beside a packed one, by line; {} without one."""
    from inspector.input_files import read_text

    for name in names:
        file = folder / name
        if file.is_file():
            lines = read_text(file, what="class names", advice="One name per line.").splitlines()
            return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    return {}
