"""The search for duplicates at the end of a scan: described, proposed, verified, kept."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from inspector.project.catalog.page_comparison import compare_pages
from inspector.project.catalog.pair_search import MAYBE_SAME_PIXELS, PairSearch
from inspector.project.catalog.pair_stream import PairStream, StreamedPair
from inspector.project.catalog.verified_pairs import VerifiedPairs, joined_in_order
from inspector.project.context import ProjectContext
from inspector.similarity.levels import SURE
from inspector.similarity.orientations import INVERSE
from inspector.store.duplicates import EqualMember, StoredPair
from inspector.store.samples import ContentShape
from inspector.work.jobs import Progress, Stop
from inspector.work.tasks import CandidateResult


class DuplicateSearch:
    """Find duplicates among all contents that a scan has read, and keep them.

    Args:
        context: Of the project.
        stop: Set it from any thread to end soon; nothing is kept then.
        progress: Told the phases "candidates", "near-duplicates", "documents" and "pixels".
        stream: Told each confirmed pair across splits at once.
    """

    def __init__(
        self, context: ProjectContext, stop: Stop, progress: Progress, stream: PairStream
    ) -> None:
        self._context = context
        self._stream = stream
        self._stop, self._progress = stop, progress
        self._search = PairSearch(context, stop, progress)

    def run(self) -> bool:
        """Search, and tell whether it was finished.

        Raises:
            CacheError: Its files have no room beside the cache.
            ProcessError: A worker could not do its part.
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
            pairs = self._pairs(folder, contents, by_content)
        if pairs is None:
            return False
        files = [str(context.absolute(paths[sha256])) for sha256 in contents]
        known = context.store.samples.shapes()
        shapes = [known[sha256] for sha256 in contents]
        pairs = compare_pages(
            pairs, files, shapes, context.pool(), stop=self._stop, progress=self._progress
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
        context.store.duplicates.replace(sets, rows.values())
        return True

    def _prepare(self, folder: Path, contents: list[bytes]) -> list[bytes]:
        """Begin a search in a folder; return the contents that have a fingerprint."""
        rows = np.array(list(self._context.cache.places(contents)), np.int64)
        contents = [sha256 for sha256, row in zip(contents, rows.tolist(), strict=True) if row >= 0]
        splits = self._context.store.samples.splits()
        names = sorted(set(splits.values()))
        numbers = [names.index(splits[sha256]) for sha256 in contents]
        np.save(folder / "chosen.npy", rows[rows >= 0])
        np.save(folder / "splits.npy", np.array(numbers, np.int32))
        return contents

    def _pairs(
        self, folder: Path, contents: Sequence[bytes], samples: Mapping[bytes, Sequence[int]]
    ) -> CandidateResult | None:
        """Return the verified pairs of contents; None if stopped.

        Those that an earlier search has verified are not verified again.

        Args:
            samples: Of each content.
        """
        splits = np.load(folder / "splits.npy")
        cache = self._context.cache
        proposed = self._search.proposed(str(folder), cache.records, len(contents))
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
        fresh = self._search.verified(str(folder), unknown, tell)
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
        """Return the digest of decoded pixels of each content that may equal another."""
        assert pairs.similarity is not None
        near = (pairs.similarity >= MAYBE_SAME_PIXELS) & (pairs.transform == 0)
        candidates: set[int] = set()
        for a, b in zip(pairs.a[near].tolist(), pairs.b[near].tolist(), strict=True):
            if shapes[a][:2] == shapes[b][:2]:
                candidates |= {a, b}
        return self._search.digests({contents[i]: Path(files[i]) for i in candidates})


def _equal_sets(
    by_content: dict[bytes, list[int]], digests: dict[bytes, bytes]
) -> tuple[list[EqualMember], dict[bytes, int]]:
    """Join contents of equal pixels; return set rows and each content's representative sample."""
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
