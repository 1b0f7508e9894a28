"""Samples of a project: listed, filled by the scan, and read from memory while unchanged."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future

from inspector.dataset.file_facts import FileFacts
from inspector.dataset.listing import Entry
from inspector.store import record_repository, samples
from inspector.store.database import Database
from inspector.store.records import LISTING, SAMPLE_REVISION, SCAN, ListingRecord, ScanRecord
from inspector.store.sample_cache import SampleCache
from inspector.store.sample_table import SampleTable
from inspector.store.samples import FileContent, Sample, StatusCount


class SampleRepository:
    """Query samples, and write the results of listings and scans; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._everything = SampleCache()

    def everything(self) -> SampleTable:
        """Return every present sample, ordered by path."""
        return self._everything.table(self._database.read())

    def by_ids(self, ids: Iterable[int]) -> list[Sample]:
        """Return the present samples among `ids`, ordered by path."""
        return samples.by_ids(self._database.read(), ids)

    def by_paths(self, paths: Sequence[str]) -> list[Sample]:
        """Return the present samples with these paths."""
        return samples.by_paths(self._database.read(), paths)

    def content(self, sample: int) -> tuple[str, bytes]:
        """Return the path and the SHA-256 of a sample, "" and b"" where unknown."""
        return samples.content(self._database.read(), sample)

    def is_outdated(self, version: int) -> bool:
        """Tell whether a present file was read with another feature version."""
        return samples.is_outdated(self._database.read(), version)

    def withheld(self) -> set[int]:
        """Return the files of known content that no search has compared, for their names' sake."""
        return samples.withheld(self._database.read())

    def known_contents(self) -> Iterator[FileContent]:
        """Yield every present image, ordered by path."""
        return samples.known_contents(self._database.read())

    def revision(self) -> int:
        """Return a number that grows with each change of the files or of what is known of them."""
        return record_repository.read(self._database.read(), SAMPLE_REVISION).number

    def identical_across_splits(self, most: int, since: int = -1) -> list[tuple[int, int]]:
        """Return at most `most` pairs of identical images in two splits.

        Args:
            since: Revision; only of files that changed after it. -1 for all.
        """
        return samples.identical_across_splits(self._database.read(), most, since)

    def count_rows(self) -> list[StatusCount]:
        """Count present samples by status, split and label."""
        return samples.count_rows(self._database.read())

    def present_and_missing(self) -> tuple[int, int]:
        """Count present and missing files."""
        return samples.present_and_missing(self._database.read())

    def begin_listing(self) -> int:
        """Return the number of a new listing, for `add_entries` and `end_listing`."""

        def work(connection: sqlite3.Connection) -> int:
            last = record_repository.read(connection, LISTING)
            record_repository.write(connection, LISTING, ListingRecord(last.number + 1, last.names))
            return last.number + 1

        # A reader would leave a connection open in each thread that lists.
        return self._database.write(work)

    def add_entries(
        self, entries: Sequence[Entry], *, listing: int, version: int, racy_ns: int | None
    ) -> tuple[int, list[FileContent]]:
        """Add or update files as listed on disk.

        Args:
            listing: Number of the listing.
            version: Feature version.
            racy_ns: As in `samples.unscanned`; None where nothing will be read.

        Returns:
            The number of new files, and the files to read.
        """

        def work(connection: sqlite3.Connection) -> tuple[int, list[FileContent]]:
            new = samples.add_entries(connection, entries, listing)
            if racy_ns is None:
                return new, []
            unread = samples.unscanned(connection, version, racy_ns)
            if unread:
                _reopen(connection)
            return new, unread

        return self._database.write(work)

    def end_listing(self, listing: int, names: Sequence[str]) -> int:
        """Mark files that a listing did not see as missing; return their number.

        Args:
            listing: Number of the listing.
            names: Some paths by which the dataset is recognised elsewhere.
        """

        def work(connection: sqlite3.Connection) -> int:
            record_repository.write(connection, LISTING, ListingRecord(listing, tuple(names)))
            return samples.mark_missing(connection, listing)

        return self._database.write(work)

    def reread(self, ids: Set[int]) -> list[FileContent]:
        """Return the images among `ids`, to be read again; the scan counts as incomplete."""

        def work(connection: sqlite3.Connection) -> list[FileContent]:
            _reopen(connection)
            return [row for row in samples.known_contents(connection) if row.id in ids]

        return self._database.write(work)

    def fill(self, rows: Sequence[FileFacts], known: Mapping[int, bytes]) -> Future[None]:
        """Write what the scan read, without waiting; `known` is the content before, by id."""
        return self._database.submit(lambda c: samples.fill(c, rows, known))

    def follow_moves(self) -> int:
        """Give missing rows the new path of their content; return the number of moved files.

        The scan counts as incomplete where any moved: their pairs are to be looked at.
        """

        def work(connection: sqlite3.Connection) -> int:
            moved = samples.follow_moves(connection)
            if moved:
                _reopen(connection)
            return moved

        return self._database.write(work)

    def end_scan(self, scan: ScanRecord) -> None:
        """Record how the last scan ended."""
        self._database.write(lambda c: record_repository.write(c, SCAN, scan))


def _reopen(connection: sqlite3.Connection) -> None:
    last = record_repository.read(connection, SCAN)
    record_repository.write(connection, SCAN, ScanRecord(last.began_ns, complete=False))
