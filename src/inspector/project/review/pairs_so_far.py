"""Pairs across splits while a scan still runs, marked as unfinished."""

from collections.abc import Iterator

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

    def pairs(self) -> tuple[CopyPair, ...]:
        """Return the pairs, identical files first; none is decided."""
        identical = self._context.store.samples.identical_across_splits(MAX_PAIRS)
        known = set(identical)
        streamed = [p for p in self._scans.stream.pairs() if tuple(sorted(p[:2])) not in known]
        streamed.sort(key=lambda p: -p.similarity)
        ids = {i for ends in identical for i in ends} | {i for p in streamed for i in (p.a, p.b)}
        samples = {s.id: s for s in self._samples.by_ids(sorted(ids))}
        return tuple(self._made(identical, streamed, samples))

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
            if a not in samples or b not in samples:
                continue
            stays, goes = sorted(
                (samples[a], samples[b]), key=lambda s: (_ORDER.get(s.split, len(_ORDER)), s.path)
            )
            yield CopyPair(
                goes, stays, (stays.split, goes.split), kind, similarity,
                certain=False, ticked=False,
            )  # fmt: skip
