"""The duplicate search at the end of a scan: describe, propose, verify, store."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.audit.false_pairs import POSSIBLE_BIN, ScoreCounts, confirmed_level, counted
from inspector.project.catalog.known_search import KnownSearch, SearchedImages, SearchUpdate
from inspector.project.catalog.page_comparison import compare_pages
from inspector.project.catalog.pair_search import MAYBE_SAME_PIXELS, PairSearch
from inspector.project.catalog.pair_stream import PairStream, StreamedPair
from inspector.project.catalog.verified_pairs import VerifiedPairs, joined_in_order
from inspector.project.context import ProjectContext
from inspector.similarity.embedding import DIMENSIONS, VERSION
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.orientations import INVERSE
from inspector.store.duplicates import EqualMember, StoredPair
from inspector.store.records import COMPARED_PAIRS, ComparedPairsRecord
from inspector.store.samples import ContentShape
from inspector.work.jobs import Progress, Stop
from inspector.work.tasks import CandidateResult, Space

# A file that can't be embedded keeps no other from it.
MIN_EMBEDDED_SHARE = 0.9


class DuplicateSearch:
    """Finds duplicates among all contents that a scan has read, and stores them.

    Args:
        context: Project context.
        stop: Set from any thread to end soon; nothing is stored then.
        progress: Reports the phases "candidates", "near-duplicates", "documents" and "pixels".
        stream: Receives each confirmed pair across splits at once.
    """

    def __init__(
        self, context: ProjectContext, stop: Stop, progress: Progress, stream: PairStream
    ) -> None:
        self._context = context
        self._stream = stream
        self._stop, self._progress = stop, progress
        self._search = PairSearch(context, stop, progress)
        self._known = KnownSearch(context.cache.path.parent, context.file)
        self._embedded = 0

    def run(self) -> bool:
        """Search; return False if stopped.

        Raises:
            CacheError: There is no space beside the cache.
            ProcessError: A worker failed.
        """
        context = self._context
        by_content: dict[bytes, list[int]] = {}
        paths: dict[bytes, str] = {}
        for sample, path, sha256, _ in context.store.samples.known_contents():
            by_content.setdefault(sha256, []).append(sample)
            paths.setdefault(sha256, path)
        contents = sorted(by_content, key=lambda sha: paths[sha])
        with self._search.folder() as folder:
            images, update = self._prepare(folder, contents)
            contents = list(images.contents)
            verified = self._verified(folder, images, update, by_content)
        if verified is None:
            return False
        compared = self._counted(verified, contents, by_content)
        # As text: creating a Path per image took a tenth of a rescan.
        above = str(context.absolute("_"))[:-1]
        files = [above + paths[sha256] for sha256 in contents]
        known = context.store.samples.shapes()
        shapes = [known[sha256] for sha256 in contents]
        pairs = compare_pages(
            _similar(verified),
            files,
            shapes,
            context.pool(),
            stop=self._stop,
            progress=self._progress,
        )
        if pairs is None:
            return False
        same = self._same_pixels(pairs, contents, files, shapes)
        if same is None:
            return False
        sets, canonical = _equal_sets(by_content, same)
        assert pairs.similarity is not None
        rows: dict[tuple[int, int], StoredPair] = {}
        for a, b, turn, similarity in zip(
            pairs.a.tolist(), pairs.b.tolist(), pairs.transform.tolist(),
            pairs.similarity.tolist(), strict=True,
        ):  # fmt: skip
            one, two = canonical[contents[a]], canonical[contents[b]]
            transform = turn if one < two else INVERSE[turn]
            one, two = min(one, two), max(one, two)
            best = rows.get((one, two))
            if one != two and (best is None or similarity > best.similarity):
                rows[one, two] = StoredPair(one, two, transform, similarity)
        self._remember(compared, list(rows.values()))
        context.store.duplicates.replace(sets, rows.values())
        return True

    def _counted(
        self,
        verified: CandidateResult,
        contents: Sequence[bytes],
        samples: Mapping[bytes, Sequence[int]],
    ) -> ScoreCounts:
        """Count the compared pairs by similarity, of one label and of two."""
        labels = self._context.store.samples.labels()
        names = [labels.get(samples[sha256][0], "") for sha256 in contents]
        numbers = np.unique(names, return_inverse=True)[1]
        assert verified.similarity is not None
        return counted(verified.similarity, numbers[verified.a] != numbers[verified.b])

    def _remember(self, compared: ScoreCounts, pairs: Sequence[StoredPair]) -> None:
        """Store how similar the compared pairs are, and the confirmed level that follows."""
        store = self._context.store
        labels = store.samples.labels()
        two_labels = np.array([labels.get(p.a) != labels.get(p.b) for p in pairs], np.bool_)
        similarity = np.array([p.similarity for p in pairs], np.float64)
        # What is reported may have been lowered by its print, or joined with what equals it.
        reported = counted(similarity, two_labels)
        for counts, now in zip(compared, reported, strict=True):
            counts[POSSIBLE_BIN:] = now[POSSIBLE_BIN:]
        store.records.put(
            COMPARED_PAIRS,
            ComparedPairsRecord(
                tuple(compared.same.tolist()), tuple(compared.other.tolist()),
                confirmed_level(compared, similarity, two_labels, SURE), self._embedded,
            ),
        )  # fmt: skip

    def _prepare(
        self, folder: Path, contents: list[bytes]
    ) -> tuple[SearchedImages, SearchUpdate | None]:
        """Begin a search in a folder.

        Returns:
            The images that have a fingerprint, and the earlier search that this one updates.
        """
        rows = np.array(list(self._context.cache.places(contents)), np.int64)
        contents = [sha256 for sha256, row in zip(contents, rows.tolist(), strict=True) if row >= 0]
        split_of = self._context.store.samples.splits()
        splits = [split_of[sha256] for sha256 in contents]
        np.save(folder / "chosen.npy", rows[rows >= 0])
        numbers = np.unique(splits, return_inverse=True)[1]
        np.save(folder / "splits.npy", numbers.astype(np.int32))
        known = self._context.cache.embedded(VERSION)
        embedded = np.array([sha256 in known for sha256 in contents], np.bool_)
        if not is_mostly_embedded(int(embedded.sum()), len(contents)):
            embedded[:] = False
        self._embedded = int(embedded.sum())
        images = SearchedImages(contents, splits, embedded if self._embedded else None)
        update = None if self._context.on_cluster else self._known.update_for(images)
        if self._embedded:
            np.save(folder / "embedded.npy", embedded)
            self._write_vectors(folder, contents, None if update is None else update.new)
        return images, update

    def _write_vectors(
        self, folder: Path, contents: Sequence[bytes], rows: NDArray[np.int32] | None
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
        samples: Mapping[bytes, Sequence[int]],
    ) -> CandidateResult | None:
        """Return every compared pair of contents with its similarity; None if stopped.

        Pairs that an earlier search verified are not verified again.

        Args:
            folder: Of the search.
            images: Its images.
            update: The earlier search that it updates.
            samples: The samples of each content.
        """
        contents = images.contents
        splits = np.load(folder / "splits.npy")
        cache, embedded = self._context.cache, self._embedded > 0
        result = (
            self._search.proposed(str(folder), cache.records, len(contents), embedded=embedded)
            if update is None
            else self._search.updated(str(folder), cache.records, update, embedded=embedded)
        )
        if result is None:
            return None
        proposed = result.pairs

        def tell(part: CandidateResult) -> None:
            assert part.similarity is not None
            rows = np.flatnonzero((part.similarity >= SURE) & (splits[part.a] != splits[part.b]))
            self._stream.add(
                StreamedPair(
                    samples[contents[part.a[row]]][0], samples[contents[part.b[row]]][0],
                    int(part.transform[row]), float(part.similarity[row]),
                )
                for row in rows.tolist()
            )  # fmt: skip

        before = VerifiedPairs(cache.path.parent, self._context.file)
        known = before.compared(contents, proposed)
        tell(known.verified)
        unknown = known.unknown
        if update is not None:
            compared = np.unique(np.concatenate([unknown.a, unknown.b]))
            self._search.unpack(str(folder), cache.records, compared[update.old[compared] >= 0])
        # Those across splits first.
        order = np.argsort(splits[unknown.a] == splits[unknown.b], kind="stable")
        unknown = CandidateResult(unknown.a[order], unknown.b[order], unknown.transform[order])
        fresh = self._search.verified(str(folder), unknown, tell, least=0.0)
        if fresh is None:
            return None
        verified = joined_in_order(known.verified, fresh)
        if cache.refusal is None:
            if len(unknown.a):
                before.keep(contents, proposed, verified)
            if not self._context.on_cluster:
                added = 0 if update is None else update.added
                self._known.keep(folder, images, result.by_hashes, added)
        return verified

    def _same_pixels(
        self,
        pairs: CandidateResult,
        contents: Sequence[bytes],
        files: Sequence[str],
        shapes: Sequence[ContentShape],
    ) -> dict[bytes, bytes] | None:
        """Return the pixel digest of each content that may equal another."""
        assert pairs.similarity is not None
        near = (pairs.similarity >= MAYBE_SAME_PIXELS) & (pairs.transform == 0)
        candidates: set[int] = set()
        for a, b in zip(pairs.a[near].tolist(), pairs.b[near].tolist(), strict=True):
            if shapes[a][:2] == shapes[b][:2]:
                candidates |= {a, b}
        return self._search.digests({contents[i]: Path(files[i]) for i in candidates})


def _similar(compared: CandidateResult) -> CandidateResult:
    """Return the pairs whose similarity is at least that of a candidate."""
    assert compared.similarity is not None
    rows = compared.similarity >= POSSIBLE
    return CandidateResult(
        compared.a[rows], compared.b[rows], compared.transform[rows], compared.similarity[rows]
    )


def is_mostly_embedded(embedded: int, contents: int) -> bool:
    """Tell whether so many contents have a vector that their neighbours are candidates."""
    return contents > 0 and embedded >= MIN_EMBEDDED_SHARE * contents


def _equal_sets(
    by_content: dict[bytes, list[int]], digests: dict[bytes, bytes]
) -> tuple[list[EqualMember], dict[bytes, int]]:
    """Join contents of equal pixels; return set rows and each content's canonical sample."""
    first_of_pixels: dict[bytes, bytes] = {}
    joined: dict[bytes, list[bytes]] = {}
    for sha in by_content:
        lead = first_of_pixels.setdefault(digests.get(sha, sha), sha)
        joined.setdefault(lead, []).append(sha)
    rows: list[EqualMember] = []
    canonical: dict[bytes, int] = {}
    for lead, members in joined.items():
        head = by_content[lead][0]
        for sha in members:
            canonical[sha] = head
            kind = "bytes" if sha == lead else "pixels"
            if len(members) > 1 or len(by_content[sha]) > 1:
                rows += [EqualMember(sample, head, kind) for sample in by_content[sha]]
    return rows, canonical
