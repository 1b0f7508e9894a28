"""What all kinds of packed files share: members, choices, limits and errors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inspector.dataset.names import RelativePath, parse_relative_path, shown
from inspector.errors import DatasetError

MAX_MEMBER_BYTES: Final = 512_000_000
MAX_MEMBERS: Final = 5_000_000
# Images hardly shrink in an archive; anything that grows more is meant to fill a disk.
MAX_GROWTH: Final = 200
ALWAYS_ALLOWED_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PackedMember:
    """One file that unpacking writes."""

    path: RelativePath
    data: bytes


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A member of a packed file that is not written, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class PackedChoice:
    """What the user says about a table of images.

    Attributes:
        image_column: Column or feature with the encoded image; "" to find it.
        label_column: Column or feature with the class; "" to find it.
    """

    image_column: str = ""
    label_column: str = ""


@dataclass(frozen=True, slots=True)
class PackedReader:
    """An open packed file.

    Attributes:
        total: Number of members; 0 if only reading it tells.
        members: Reads them, one after the other.
        samples: True if members are images as SPLIT/CLASS/NAME rather than files under their own
            names.
    """

    total: int
    members: Callable[[], Iterator[PackedMember | PassedOver]]
    samples: bool = True


class GrowthLimit:
    """Adds up the size of unpacked data, and refuses files made to fill a disk.

    Args:
        file: The packed file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._limit = max(ALWAYS_ALLOWED_BYTES, MAX_GROWTH * file.stat().st_size)

    def check(self, total_bytes: int) -> None:
        """Check the size unpacked so far.

        Raises:
            DatasetError: It is too much for the size of the file.
        """
        if total_bytes > self._limit:
            raise DatasetError(
                f"{self._file.name} grows to more than {self._limit / 1e9:,.1f} GB, over"
                f" {MAX_GROWTH} times its size: it may be made to fill the disk",
                "Nothing was made. If you trust it, unpack it with another program.",
            )


def archived_path(name: str, file: Path) -> RelativePath:
    """Return the name of an archive's member as a path inside a folder.

    Raises:
        DatasetError: It could lead outside the folder, or no file can have it.
    """
    try:
        return parse_relative_path(name.replace("\\", "/").removeprefix("./"), where=file.name)
    except DatasetError as error:
        raise DatasetError(error.message, "Nothing was made: do not trust this archive.") from None


def refused(file: Path, name: str, why: str) -> DatasetError:
    """Return the error of an archive with a member that is refused."""
    return DatasetError(
        f'{file.name}: "{shown(name)}" {why}',
        "Nothing was made. If you trust it, unpack it with another program.",
    )


def damaged(file: Path, error: object) -> DatasetError:
    """Return the error of a file that ends early or can't be parsed."""
    text = shown(str(error)) or type(error).__name__
    return DatasetError(
        f"{file.name} is cut off or damaged: {text}", "Download it again, then try once more."
    )
