"""The duplicate search at the end of a scan: describe, propose, verify, store."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.audit.false_pairs import POSSIBLE_BIN, ScoreCounts, confirmed_level, counted
from inspector.project.catalog.contents import Contents, contents_of
from inspector.project.catalog.file_comparison import FileComparison
from inspector.project.catalog.known_search import KnownSearch, SearchedImages, SearchUpdate
from inspector.project.catalog.pair_search import MAYBE_SAME_PIXELS, PairSearch, joined
from inspector.project.catalog.pair_stream import PairStream, StreamedPair
from inspector.project.catalog.verified_pairs import PairTable, VerifiedPairs
from inspector.project.context import ProjectContext
from inspector.similarity.embedding import DIMENSIONS, VERSION
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.orientations import INVERSE
from inspector.store.columns import HashColumn
from inspector.store.duplicates import EqualMember, StoredPair
from inspector.store.records import COMPARED_PAIRS, ComparedPairsRecord
from inspector.work.jobs import Progress, Stop
from inspector.work.tasks import SEARCH_REVISION, CandidateResult, Space

# A file that can't be embedded keeps no other from it.
MIN_EMBEDDED_SHARE = 0.9
# Parts of the comparison, of some thousand pairs each, that are entered together.
_PARTS_AT_ONCE = 128


class DuplicateSearch:
    """Finds duplicates among all contents that a scan has read, and stores them.

    Args:
        context: Project context.
        stop: Set from any thread to end soon; nothing is stored then.
        progress: Reports the phases "candidates", "near-duplicates", "files" and "pixels".
        stream: Receives each confirmed pair across splits at once.

    Attributes:
        left_out: Contents without a fingerprint.
    """

    def __init__(
        self, context: ProjectContext, stop: Stop, progress: Progress, stream: PairStream
    ) -> None:
        self._context = context
        self._stream = stream
        self._stop, self._progress = stop, progress
        self._search = PairSearch(context, stop, progress)
        cache = context.cache.path.parent
        self._known = KnownSearch(cache, context.file)
        self._files = FileComparison(context.root, VerifiedPairs(cache, context.file, "files"))
        self._embedded = self.left_out = 0
        # Before anything is looked up in it.
        self._generation = context.cache.generation()

    def run(self) -> bool:
        """Search; return False if stopped.

        Raises:
            CacheError: There is no space beside the cache.
            ProcessError: A worker failed.
        """
        context = self._context
        everything = contents_of(context.store.samples.everything().images())
        with self._search.folder() as folder:
            images = self._images(everything)
            update = self._update_for(images)
            places = self._places(images, update)
            searched, contents = places >= 0, everything
            self.left_out = int(np.count_nonzero(~searched))
            if self.left_out:
                contents = everything.taken(searched)
                images = self._images(contents)
                update = self._update_for(images)
            np.save(folder / "chosen.npy", places[searched])
            self._write(folder, images, update)
            verified = self._verified(folder, images, update, contents)
        if verified is None:
            return False
        compared = self._counted(verified, contents)
        pairs = self._files.corrected(
            verified.similar(POSSIBLE),
            contents,
            context.pool(),
            stop=self._stop,
            progress=self._progress,
        )
        if pairs is None:
            return False
        same = self._same_pixels(pairs, contents)
        if same is None:
            return False
        sets, heads = _equal_sets(everything, searched, same)
        assert pairs.similarity is not None
        rows: dict[tuple[int, int], StoredPair] = {}
        for a, b, turn, similarity in zip(
            heads[pairs.a].tolist(), heads[pairs.b].tolist(), pairs.transform.tolist(),
            pairs.similarity.tolist(), strict=True,
        ):  # fmt: skip
            transform = turn if a < b else INVERSE[turn]
            one, two = min(a, b), max(a, b)
            best = rows.get((one, two))
            if one != two and (best is None or similarity > best.similarity):
                rows[one, two] = StoredPair(one, two, transform, similarity)
        context.store.duplicates.replace(sets, rows.values())
        # Last: it says that this search was made.
        self._remember(compared, list(rows.values()), everything)
        return True

    def _counted(self, verified: PairTable, contents: Contents) -> ScoreCounts:
        """Count the compared pairs by similarity, of one label and of two."""
        labels = contents.texts("label").codes
        # What can't be compared is unlike.
        similarity = np.nan_to_num(verified.similarity)
        return counted(similarity, labels[verified.a] != labels[verified.b])

    def _remember(
        self, compared: ScoreCounts, pairs: Sequence[StoredPair], contents: Contents
    ) -> None:
        """Store how similar the compared pairs are, and the confirmed level that follows."""
        store, images = self._context.store, contents.images
        labels = images.text("label").codes
        one, two = (images.rows_of([getattr(p, end) for p in pairs]) for end in ("a", "b"))
        two_labels = labels[one] != labels[two]
        similarity = np.array([p.similarity for p in pairs], np.float64)
        # Files may have shown another similarity, or equal ones were joined.
        reported = counted(similarity, two_labels)
        for counts, now in zip(compared, reported, strict=True):
            counts[POSSIBLE_BIN:] = now[POSSIBLE_BIN:]
        store.records.put(
            COMPARED_PAIRS,
            ComparedPairsRecord(
                tuple(compared.same.tolist()), tuple(compared.other.tolist()),
                confirmed_level(compared, similarity, two_labels, SURE), self._embedded,
                SEARCH_REVISION,
            ),
        )  # fmt: skip

    def _images(self, contents: Contents) -> SearchedImages:
        """Return what a search of some contents compares."""
        hashes = contents.hashes()
        known = self._context.cache.embedded(VERSION)
        embedded = np.array([sha256 in known for sha256 in hashes] if known else (), np.bool_)
        enough = is_mostly_embedded(int(embedded.sum()), len(hashes))
        self._embedded = int(embedded.sum()) if enough else 0
        return SearchedImages(hashes, contents.texts("split"), embedded if enough else None)

    def _update_for(self, images: SearchedImages) -> SearchUpdate | None:
        """Return the earlier search that this one updates."""
        on_cluster = self._context.on_cluster
        return None if on_cluster else self._known.update_for(images, self._generation)

    def _places(self, images: SearchedImages, update: SearchUpdate | None) -> NDArray[np.int64]:
        """Return the row (n,) of each image in the file of records, -1 where it has none."""
        places = np.full(len(images.contents), -1) if update is None else update.places.copy()
        asked = np.flatnonzero(places < 0)
        rows = self._context.cache.places(images.contents.taken(asked))
        places[asked] = np.fromiter(rows, np.int64, len(asked))
        return places

    def _write(self, folder: Path, images: SearchedImages, update: SearchUpdate | None) -> None:
        """Write what workers need to know of the images."""
        names = np.array(images.splits.values)
        numbers = np.unique(names, return_inverse=True)[1][images.splits.codes]
        np.save(folder / "splits.npy", numbers.astype(np.int32))
        if images.embedded is not None:
            np.save(folder / "embedded.npy", images.embedded)
            self._write_vectors(folder, images.contents, None if update is None else update.new)

    def _write_vectors(
        self, folder: Path, contents: HashColumn, rows: NDArray[np.int32] | None
    ) -> None:
        """Write the known vectors of some contents for a search, None for all; others stay zero."""
        cache = self._context.cache
        table = np.lib.format.open_memmap(
            folder / f"{Space.EMBEDDING}.npy", "w+", np.dtype(np.float16),
            (len(contents), DIMENSIONS),
        )  # fmt: skip
        places = np.arange(len(contents)) if rows is None else rows
        chosen = [contents[row] for row in places.tolist()]
        place_of = dict(zip(chosen, places.tolist(), strict=True))
        for stored in cache.embeddings(VERSION, chosen):
            for sha256, vector in stored.items():
                table[place_of[sha256]] = np.frombuffer(vector, np.float16)
        table.flush()

    def _verified(
        self,
        folder: Path,
        images: SearchedImages,
        update: SearchUpdate | None,
        contents: Contents,
    ) -> PairTable | None:
        """Return every candidate pair of contents with its similarity; None if stopped.

        Pairs that an earlier search verified are not verified again.

        Args:
            folder: Of the search.
            images: Its images.
            update: The earlier search that it updates.
            contents: Their files.
        """
        hashes = images.contents
        splits = np.load(folder / "splits.npy")
        cache, embedded = self._context.cache, self._embedded > 0
        result = (
            self._search.proposed(str(folder), cache.records, len(hashes), embedded=embedded)
            if update is None
            else self._search.updated(str(folder), cache.records, update, embedded=embedded)
        )
        if result is None:
            return None

        def tell(part: CandidateResult) -> None:
            assert part.similarity is not None
            rows = np.flatnonzero((part.similarity >= SURE) & (splits[part.a] != splits[part.b]))
            self._stream.add(
                StreamedPair(
                    contents.sample(part.a[row]), contents.sample(part.b[row]),
                    int(part.transform[row]), float(part.similarity[row]),
                )
                for row in rows.tolist()
            )  # fmt: skip

        before = VerifiedPairs(cache.path.parent, self._context.file)
        table, by_hashes = PairTable.of(result.numbers), result.by_hashes
        # Of a million images these are fifteen million.
        del result
        before.fill(hashes, table)
        tell(table.similar(SURE))
        unknown = _in_turn(table.uncompared(), splits, update)
        file = "" if update is None else str(cache.records)
        waiting: list[CandidateResult] = []
        for part in self._search.verified(str(folder), unknown, least=0.0, file=file):
            tell(part)
            waiting.append(part)
            if len(waiting) == _PARTS_AT_ONCE:
                table.fill(joined(waiting))
                waiting.clear()
        if self._stop.is_set():
            return None
        table.fill(joined(waiting))
        if cache.refusal is None:
            if len(unknown.a):
                before.keep(hashes, table)
            if not self._context.on_cluster:
                added = 0 if update is None else update.added
                self._known.keep(folder, images, by_hashes, added=added, cache=self._generation)
        return table

    def _same_pixels(self, pairs: CandidateResult, contents: Contents) -> dict[int, bytes] | None:
        """Return the pixel digest of each content that may equal another."""
        assert pairs.similarity is not None
        width, height = (
            contents.images.number(side)[contents.first] for side in ("width", "height")
        )
        near = (
            (pairs.similarity >= MAYBE_SAME_PIXELS) & (pairs.transform == 0)
            & (width[pairs.a] == width[pairs.b]) & (height[pairs.a] == height[pairs.b])
        )  # fmt: skip
        places = np.union1d(pairs.a[near], pairs.b[near])
        place_of = dict(zip(contents.hashes()[places], places.tolist(), strict=True))
        digests = self._search.digests(
            place_of, lambda sha256: self._context.absolute(contents.path(place_of[sha256]))
        )
        if digests is None:
            return None
        return {place_of[sha256]: digest for sha256, digest in digests.items()}


def _in_turn(
    pairs: CandidateResult, splits: NDArray[np.int32], update: SearchUpdate | None
) -> CandidateResult:
    """Return ordered candidates so that those across splits come first, then those of an image.

    Of a search that updates another these are new images, which are then unpacked once or twice.
    """
    of = pairs.a if update is None else np.where(update.old[pairs.a] < 0, pairs.a, pairs.b)
    order = np.lexsort((of, splits[pairs.a] == splits[pairs.b]))
    return CandidateResult(pairs.a[order], pairs.b[order], pairs.transform[order])


def is_mostly_embedded(embedded: int, contents: int) -> bool:
    """Tell whether so many contents have a vector that their neighbours are candidates."""
    return contents > 0 and embedded >= MIN_EMBEDDED_SHARE * contents


def _equal_sets(
    contents: Contents, searched: NDArray[np.bool_], digests: Mapping[int, bytes]
) -> tuple[list[EqualMember], NDArray[np.int64]]:
    """Join contents of equal pixels.

    Args:
        contents: All contents.
        searched: (n,) which of them were searched.
        digests: Pixel digest, by place among the searched ones, of those that may equal another.

    Returns:
        The rows of the sets, and the canonical sample of each searched content.
    """
    places = np.flatnonzero(searched)
    lead = np.arange(len(contents))
    first: dict[bytes, int] = {}
    for place, digest in sorted(digests.items()):
        lead[places[place]] = first.setdefault(digest, int(places[place]))
    files = contents.files
    several = np.bincount(lead, files, minlength=len(contents))[lead] > 1
    heads = contents.images.ids[contents.rows[contents.starts[lead]]]
    members = [
        EqualMember(sample, int(heads[content]), "bytes" if content == lead[content] else "pixels")
        for content in np.flatnonzero(several).tolist()
        for sample in contents.samples(content)
    ]
    return members, heads[places]
