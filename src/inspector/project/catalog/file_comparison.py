"""Detailed comparison of pairs whose files show more than their fingerprints."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.contents import Contents
from inspector.project.catalog.verified_pairs import PairTable, VerifiedPairs
from inspector.similarity.levels import MIN_FULL_PX, MIN_PAGE_PX, SURE
from inspector.similarity.pairs import numbers_of
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskRunner
from inspector.work.tasks import CandidateResult, CompareFiles

CHUNK_PAIRS = 64
# Pairs among so many files and so many others come together: a chunk reads each of them once.
_FILES_TOGETHER = 8
# A page is mostly empty. Source: drawn forms have 1.7 bits, letters 2, windows with a table 4 (at
# most 5.1); photos about 7, MRI slices 4 to 7.
MAX_PAGE_BITS = 5.2
# Candidates per content that are read again, the most similar ones: sets of frames have many.
MAX_CANDIDATES = 0.125


class FileComparison:
    """Corrects the similarity of pairs by the pixels of their files.

    Args:
        root: Dataset folder.
        known: What an earlier search read.
    """

    def __init__(self, root: Path, known: VerifiedPairs) -> None:
        # As text: creating a Path takes longer than comparing names.
        self._above = str(root / "_")[:-1]
        self._known = known

    def corrected(
        self,
        pairs: CandidateResult,
        contents: Contents,
        pool: TaskRunner,
        *,
        stop: Stop,
        progress: Progress,
    ) -> CandidateResult | None:
        """Return the pairs with their similarity by their files.

        Confirmed documents may differ in their print, and candidates may agree in all that is
        finer. Pairs that an earlier search read are not read again.

        Args:
            pairs: Verified pairs of contents, ordered by pair.
            contents: The contents.
            pool: Reads the files.
            stop: Set from any thread to end soon.
            progress: Reports the phase "files".

        Returns:
            None if stopped. A pair whose file can't be read keeps its similarity.
        """
        assert pairs.similarity is not None
        chosen = _documents(pairs, contents) | _candidates(pairs, contents)
        rows = np.flatnonzero(chosen)
        numbers = numbers_of(pairs.a[rows], pairs.b[rows], pairs.transform[rows])
        table = PairTable.of(numbers)
        self._known.fill(contents.hashes(), table)
        similarity = pairs.similarity.copy()
        known = ~np.isnan(table.similarity)
        similarity[rows[known]] = table.similarity[known]
        tasks = self._tasks(pairs, rows[~known], contents)
        progress.start("files", len(tasks))
        chunks = (tasks[i : i + CHUNK_PAIRS] for i in range(0, len(tasks), CHUNK_PAIRS))
        for answer in pool.map(chunks, stop=stop):
            if isinstance(answer, TaskDone):
                for pair, after in answer.result:
                    if after is not None:
                        similarity[pair], known[np.searchsorted(rows, pair)] = after, True
                progress.advance(len(answer.items))
        if stop.is_set():
            return None
        if tasks:
            table.similarity[known] = similarity[rows[known]]
            self._known.keep(contents.hashes(), table)
        return replace(pairs, similarity=similarity)

    def _tasks(
        self, pairs: CandidateResult, rows: NDArray[np.int64], contents: Contents
    ) -> list[CompareFiles]:
        """Return the tasks for some rows, pairs of the same files near each other."""
        assert pairs.similarity is not None
        one, two = pairs.a[rows] // _FILES_TOGETHER, pairs.b[rows] // _FILES_TOGETHER
        rows = rows[np.lexsort((two, one))]
        return [
            CompareFiles(
                row, self._above + contents.path(pairs.a[row]),
                self._above + contents.path(pairs.b[row]), int(pairs.transform[row]),
                float(pairs.similarity[row]),
            )
            for row in rows.tolist()
        ]  # fmt: skip


def _documents(pairs: CandidateResult, contents: Contents) -> NDArray[np.bool_]:
    """Tell which pairs are confirmed and may be pages of one template."""
    assert pairs.similarity is not None
    page = _smaller_side(contents) >= MIN_PAGE_PX
    page &= contents.images.measure("entropy")[contents.first] <= MAX_PAGE_BITS
    documents: NDArray[np.bool_] = (pairs.similarity >= SURE) & page[pairs.a] & page[pairs.b]
    return documents


def _candidates(pairs: CandidateResult, contents: Contents) -> NDArray[np.bool_]:
    """Tell which candidates are read again: the most similar ones."""
    assert pairs.similarity is not None
    large = _smaller_side(contents) >= MIN_FULL_PX
    rows = np.flatnonzero((pairs.similarity < SURE) & large[pairs.a] & large[pairs.b])
    order = np.argsort(-pairs.similarity[rows], kind="stable")
    chosen = np.zeros(len(pairs.a), np.bool_)
    chosen[rows[order[: math.ceil(MAX_CANDIDATES * len(contents))]]] = True
    return chosen


def _smaller_side(contents: Contents) -> NDArray[np.int64]:
    """Return the smaller side of each content, in pixels."""
    images = contents.images
    return np.minimum(images.number("width"), images.number("height"))[contents.first]
