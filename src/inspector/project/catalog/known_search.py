"""What a search for duplicates leaves for the next one: a rescan then looks for new images."""

import hashlib
import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.stored_arrays import DAMAGED, open_array, stored_arrays
from inspector.similarity.orientations import INVERSE
from inspector.similarity.pairs import candidates_of, numbers_of
from inspector.store.columns import HashColumn, TextColumn, rows_of_words
from inspector.work.array_files import read_header
from inspector.work.tasks import SEARCH, Space

# The components of descriptors stay those of the last full search, until so many images are new.
MAX_NEW_SHARE = 0.2
# Of so few, each is a neighbour of every other. Source: similarity.proposals.FEW; a test checks
# that they agree.
FEW = 1_000
# Of more, memory would come from the system anew each time: five times slower.
_POINTS_AT_ONCE = 2_048
_ARRAYS = ("points", "projection", "rows", "cosines")
# Where neighbours were looked for in cells.
_CELLS = ("centres", "probed")


@dataclass(frozen=True)
class SearchedImages:
    """The images of a search, in its order.

    Attributes:
        contents: SHA-256 of each.
        splits: Split of each.
        embedded: (n,) which have a vector; None if the search doesn't use the embedding.
    """

    contents: HashColumn
    splits: TextColumn
    embedded: NDArray[np.bool_] | None = None

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """(n, 2) what an image shares with one of an earlier search if it is the same."""
        circumstances = np.frombuffer(
            b"".join(
                hashlib.blake2b(b"%d%b" % (known, os.fsencode(split)), digest_size=16).digest()
                for split in self.splits.values
                for known in (False, True)
            ),
            np.uint64,
        ).reshape(-1, 2)
        embedded = self.embedded if self.embedded is not None else False
        keys: NDArray[np.uint64] = (
            self.contents.words[:, :2] ^ circumstances[2 * self.splits.codes + embedded]
        )
        return keys


@dataclass(frozen=True, slots=True)
class SearchUpdate:
    """How a search updates an earlier one.

    Attributes:
        known: File of the earlier search.
        old: (n,) row of each image there, -1 for a new one.
        places: (n,) row of each image in the file of records, -1 where that is not known.
        by_hashes: The candidates by hashes among images that are not new, as numbers.
        added: Images that are new since the last full search.
        cells: Number of cells in which that looked for neighbours; 0 if it compared all.
    """

    known: Path
    old: NDArray[np.int64]
    places: NDArray[np.int64]
    by_hashes: NDArray[np.uint64]
    added: int
    cells: int

    @property
    def new(self) -> NDArray[np.int32]:
        """Return the new images."""
        return np.flatnonzero(self.old < 0).astype(np.int32)


class KnownSearch:
    """Keeps points, neighbours and hash pairs of the last search of a project; rebuildable.

    Args:
        folder: Cache folder.
        project: Project file.
    """

    def __init__(self, folder: Path, project: Path) -> None:
        name = hashlib.sha256(os.fsencode(os.path.realpath(project))).hexdigest()[:16]
        self._file = folder / f"search-{name}.npz"

    def update_for(self, images: SearchedImages, cache: str) -> SearchUpdate | None:
        """Return how a search of `images` updates the last one; None to search anew.

        Args:
            images: All images.
            cache: Generation of the cache.
        """
        try:
            with stored_arrays(self._file) as known:
                # Workers read the rest of it, and rely on it.
                return None if known.zip.testzip() else self._update(known, images, cache)
        except DAMAGED:
            return None

    def _update(self, known: Any, images: SearchedImages, cache: str) -> SearchUpdate | None:
        """Return how a search of `images` updates the one whose file is open."""
        keys = known["keys"]
        old = rows_of_words(keys, images.keys)
        added = int(known["added"]) + int(np.count_nonzero(old < 0))
        if (
            (f"{Space.EMBEDDING}-rows" in known) != (images.embedded is not None)
            or min(len(keys), len(old)) <= FEW
            or added > MAX_NEW_SHARE * len(old)
        ):
            return None
        centres = f"{Space.DESCRIPTORS}-centres"
        places = np.full(len(old), -1, np.int64)
        if cache and str(known["cache"]) == cache:
            places = np.where(old >= 0, known["places"][old], -1)
        return SearchUpdate(
            self._file, old, places, _carried(known["by-hashes"], old, len(keys)), added,
            len(known[centres]) if centres in known else 0,
        )  # fmt: skip

    def stamp(self) -> object:
        """Return what changes whenever a search replaces the last one."""
        try:
            facts = self._file.stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns

    def rows_of(self, contents: HashColumn, splits: TextColumn) -> NDArray[np.int64] | None:
        """Return the row (n,) that images have in the last search, -1 for those it does not have.

        None where no search left any.
        """
        try:
            with stored_arrays(self._file) as known:
                keys = known["keys"]
        except DAMAGED:
            return None
        rows = np.full(len(contents), -1, np.int64)
        for embedded in (False, True):
            images = SearchedImages(contents, splits, np.full(len(contents), embedded))
            rows = np.maximum(rows, rows_of_words(keys, images.keys))
        return rows

    def cosines_with(self, row: int) -> NDArray[np.float32] | None:
        """Return the cosine (m,) of each image of the last search with one of them.

        They are read a block at a time: the points of a million images take 190 MB. None where they
        can't be read any more.
        """
        try:
            name = f"{Space.DESCRIPTORS}-points"
            with (
                stored_arrays(self._file) as known,
                open_array(self._file, known, name) as (stream, size),
            ):
                (count, width), dtype = read_header(stream)
                begin, length = stream.tell(), width * dtype.itemsize
                if not 0 <= row < count or not 0 < count * length < size:
                    return None
                stream.seek(begin + row * length)
                own = np.frombuffer(stream.read(length), dtype).astype(np.float32)
                stream.seek(begin)
                cosines = np.empty(count, np.float32)
                for start in range(0, count, _POINTS_AT_ONCE):
                    part = slice(start, min(start + _POINTS_AT_ONCE, count))
                    data = stream.read((part.stop - start) * length)
                    points = np.frombuffer(data, dtype).reshape(-1, width).astype(np.float32)
                    # Those of a damaged file may be anything.
                    with np.errstate(all="ignore"):
                        cosines[part] = points @ own
        except DAMAGED:
            return None
        return cosines

    def keep(
        self, folder: Path, images: SearchedImages, by_hashes: NDArray[np.uint64], *,
        added: int, cache: str,
    ) -> None:  # fmt: skip
        """Store what the search in `folder` leaves, if the disk has space.

        Args:
            folder: Of the search; see `work.search`.
            images: Its images.
            by_hashes: All candidates by hashes.
            added: Images that are new since the last full search.
            cache: Generation of the cache before its records were looked up.
        """
        if len(images.contents) <= FEW:
            return
        small: dict[str, Any] = {
            "maker": np.array(SEARCH),
            "keys": images.keys,
            "added": np.array(added),
            "cache": np.array(cache),
            "by-hashes": by_hashes,
        }
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}.new")
        try:
            with partial.open("wb") as stream:
                np.savez(stream, **small)
            with zipfile.ZipFile(partial, "a") as archive:
                # From file to file: these are the large ones.
                archive.write(folder / "chosen.npy", "places.npy")
                archive.write(folder / "searched.npy", "searched.npy")
                for space in tuple(Space)[: 1 if images.embedded is None else 2]:
                    files = (folder / f"{space}-{name}.npy" for name in _ARRAYS + _CELLS)
                    for file in filter(Path.exists, files):
                        archive.write(file, file.name)
            partial.replace(self._file)
        except OSError:
            with suppress(OSError):
                partial.unlink()


def _carried(
    by_hashes: NDArray[np.uint64], old: NDArray[np.int64], images: int
) -> NDArray[np.uint64]:
    """Return candidates of an earlier search in the rows of this one, without those gone."""
    place = np.full(images, -1, np.int64)
    place[old[old >= 0]] = np.flatnonzero(old >= 0)
    pairs = candidates_of(by_hashes)
    a, b = place[pairs.a], place[pairs.b]
    still = (a >= 0) & (b >= 0)
    a, b, transform = a[still], b[still], pairs.transform[still]
    turned = np.where(a > b, np.array(INVERSE, np.uint8)[transform], transform)
    return numbers_of(np.minimum(a, b), np.maximum(a, b), turned)
