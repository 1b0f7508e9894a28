"""The duplicate search at the end of a scan: describe, propose, verify, store."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from inspector.audit.false_pairs import POSSIBLE_BIN, ScoreCounts, confirmed_level, counted
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
            contents = self._prepare(folder, contents)
            verified = self._verified(folder, contents, by_content)
        if verified is None:
            return False
        compared = self._counted(verified, contents, by_content)
        files = [str(context.absolute(paths[sha256])) for sha256 in contents]
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

    def _prepare(self, folder: Path, contents: list[bytes]) -> list[bytes]:
        """Begin a search in a folder; return the contents that have a fingerprint."""
        rows = np.array(list(self._context.cache.places(contents)), np.int64)
        contents = [sha256 for sha256, row in zip(contents, rows.tolist(), strict=True) if row >= 0]
        splits = self._context.store.samples.splits()
        names = sorted(set(splits.values()))
        numbers = [names.index(splits[sha256]) for sha256 in contents]
        np.save(folder / "chosen.npy", rows[rows >= 0])
        np.save(folder / "splits.npy", np.array(numbers, np.int32))
        self._embedded = self._write_vectors(folder, contents)
        return contents

    def _write_vectors(self, folder: Path, contents: list[bytes]) -> int:
        """Write the vectors that are known for a search; return how many, 0 for too few."""
        cache = self._context.cache
        known = cache.embedded(VERSION).intersection(contents)
        if not is_mostly_embedded(len(known), len(contents)):
            return 0
        table = np.lib.format.open_memmap(
            folder / f"{Space.EMBEDDING}.npy", "w+", np.dtype(np.float16),
            (len(contents), DIMENSIONS),
        )  # fmt: skip
        row = 0
        for stored in cache.embeddings(VERSION, contents):
            for sha256 in contents[row : row + cache.PART]:
                if sha256 in stored:
                    table[row] = np.frombuffer(stored[sha256], np.float16)
                row += 1
        table.flush()
        return len(known)

    def _verified(
        self, folder: Path, contents: Sequence[bytes], samples: Mapping[bytes, Sequence[int]]
    ) -> CandidateResult | None:
        """Return every compared pair of contents with its similarity; None if stopped.

        Pairs that an earlier search verified are not verified again.

        Args:
            samples: The samples of each content.
        """
        splits = np.load(folder / "splits.npy")
        cache = self._context.cache
        proposed = self._search.proposed(
            str(folder), cache.records, len(contents), embedded=self._embedded > 0
        )
        if proposed is None:
            return None

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
        # Those across splits first.
        order = np.argsort(splits[unknown.a] == splits[unknown.b], kind="stable")
        unknown = CandidateResult(unknown.a[order], unknown.b[order], unknown.transform[order])
        fresh = self._search.verified(str(folder), unknown, tell, least=0.0)
        if fresh is None:
            return None
        verified = joined_in_order(known.verified, fresh)
        if len(unknown.a) and cache.refusal is None:
            before.keep(contents, proposed, verified)
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
