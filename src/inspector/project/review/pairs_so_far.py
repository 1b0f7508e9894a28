"""Pairs across splits while a scan still runs, marked as unfinished."""

from collections.abc import Iterator, Mapping

from inspector.project.catalog.pair_stream import MAX_PAIRS, StreamedPair
from inspector.project.catalog.samples import Samples
from inspector.project.catalog.scans import Scans
from inspector.project.context import ProjectContext
from inspector.project.review.copies import EVALUATION, CopyPair
from inspector.project.review.duplicates import PairKind
from inspector.store.samples import Sample

_ORDER = {name: place for place, name in enumerate((*EVALUATION, "training"))}


class PairsSoFar:
    """Returns the pairs across splits that a running scan has found."""

    def __init__(self, context: ProjectContext, samples: Samples, scans: Scans) -> None:
        self._context = context
        self._samples = samples
        self._scans = scans
        # Identical ones of this revision: a look at a million files takes seconds.
        self._identical: list[tuple[int, int]] = []
        self._revision = -1

    def pairs(self) -> tuple[CopyPair, ...]:
        """Return the pairs, identical files first; none is decided."""
        rows, since = self._context.store.samples, self._revision
        revision = rows.revision()
        more = rows.identical_across_splits(MAX_PAIRS, since) if revision != since else []
        known = dict.fromkeys((*more, *self._identical))
        streamed = [p for p in self._scans.stream.pairs() if tuple(sorted(p[:2])) not in known]
        streamed.sort(key=lambda p: -p.similarity)
        ids = {i for ends in known for i in ends} | {i for p in streamed for i in (p.a, p.b)}
        samples = {s.id: s for s in self._samples.by_ids(sorted(ids))}
        # What was looked at again has its pairs among the new ones.
        again = {samples[i].sha256 for ends in more for i in ends if i in samples}
        self._identical = [
            ends for place, ends in enumerate(known)
            if _are_identical(ends, samples)
            and (place < len(more) or samples[ends[0]].sha256 not in again)
        ][:MAX_PAIRS]  # fmt: skip
        self._revision = revision
        return tuple(self._made(self._identical, streamed, samples))

    def _made(
        self,
        identical: list[tuple[int, int]],
        streamed: list[StreamedPair],
        samples: dict[int, Sample],
    ) -> Iterator[CopyPair]:
        rows = [
            *((a, b, PairKind.BYTES, 1.0) for a, b in identical),
            *(
                (a, b, PairKind.TRANSFORMED if transform else PairKind.NEAR, similarity)
                for a, b, transform, similarity in streamed
            ),
        ]
        for a, b, kind, similarity in rows:
            if not _are_across((a, b), samples):
                continue
            stays, goes = sorted(
                (samples[a], samples[b]), key=lambda s: (_ORDER.get(s.split, len(_ORDER)), s.path)
            )
            yield CopyPair(
                goes, stays, (stays.split, goes.split), kind, similarity,
                certain=False, ticked=False,
            )  # fmt: skip


def _are_across(ends: tuple[int, int], samples: Mapping[int, Sample]) -> bool:
    """Tell whether both images are still there, and in two splits."""
    one, two = (samples.get(i) for i in ends)
    return one is not None and two is not None and one.split != two.split


def _are_identical(ends: tuple[int, int], samples: Mapping[int, Sample]) -> bool:
    """Tell whether two images in two splits have the same bytes, now."""
    if not _are_across(ends, samples):
        return False
    one, two = (samples[i] for i in ends)
    return one.status == two.status == "image" and one.sha256 == two.sha256
