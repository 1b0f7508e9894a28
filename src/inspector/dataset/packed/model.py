"""What every kind of packed file has in common: members, choices, limits and errors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inspector.dataset.names import RelativePath, parse_relative_path, shown
from inspector.errors import DatasetError

MAX_MEMBER_BYTES: Final = 512_000_000
MAX_MEMBERS: Final = 5_000_000
# Images hardly shrink in an archive; what grows more than this is made to fill a disk.
MAX_GROWTH: Final = 200
ALWAYS_ALLOWED_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PackedMember:
    """One file that unpacking writes."""

    path: RelativePath
    data: bytes


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something in a packed file that is not written, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class PackedChoice:
    """What a person says of a table of images.

    Attributes:
        image_column: Column or feature that holds the encoded image; "" to find it.
        label_column: Column or feature that holds the class; "" to find it.
    """

    image_column: str = ""
    label_column: str = ""


@dataclass(frozen=True, slots=True)
class PackedReader:
    """An open packed file.

    Attributes:
        total: How many members it has; 0 where only reading it tells.
        members: Reads them, one after the other.
        samples: They are images as SPLIT/CLASS/NAME, not files under names of their own.
    """

    total: int
    members: Callable[[], Iterator[PackedMember | PassedOver]]
    samples: bool = True


class GrowthLimit:
    """Adds up what comes out of a packed file, and refuses what is made to fill a disk.

    Args:
        file: The packed file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._limit = max(ALWAYS_ALLOWED_BYTES, MAX_GROWTH * file.stat().st_size)

    def check(self, total_bytes: int) -> None:
        """Check how much has come out.

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
    """Return the name of a member of an archive as a path inside of a folder.

    Raises:
        DatasetError: It could lead out of the folder, or no file can have it.
    """
    try:
        return parse_relative_path(name.replace("\\", "/").removeprefix("./"), where=file.name)
    except DatasetError as error:
        raise DatasetError(error.message, "Nothing was made: do not trust this archive.") from None


def refused(file: Path, name: str, why: str) -> DatasetError:
    """Return the error of an archive with a member that is not taken."""
    return DatasetError(
        f'{file.name}: "{shown(name)}" {why}',
        "Nothing was made. If you trust it, unpack it with another program.",
    )


def damaged(file: Path, error: object) -> DatasetError:
    """Return the error of a file that ends early or can't be understood."""
    text = shown(str(error)) or type(error).__name__
    return DatasetError(
        f"{file.name} is cut off or damaged: {text}", "Download it again, then try once more."
    )
