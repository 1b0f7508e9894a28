"""Detailed comparison of confirmed pairs that may be pages of one template."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.contents import Contents
from inspector.similarity.levels import MIN_PAGE_PX, SURE
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskRunner
from inspector.work.tasks import CandidateResult, ComparePages

CHUNK_PAIRS = 64
# Pairs among so many files and so many others come together: a chunk reads each of them once.
_FILES_TOGETHER = 8
# A page is mostly empty. Source: drawn forms have 1.7 bits, letters 2, windows with a table 4 (at
# most 5.1); photos about 7, MRI slices 4 to 7.
MAX_PAGE_BITS = 5.2


def compare_pages(
    pairs: CandidateResult,
    contents: Contents,
    root: Path,
    pool: TaskRunner,
    *,
    stop: Stop,
    progress: Progress,
) -> CandidateResult | None:
    """Return the pairs with the similarity of documents corrected by their print.

    Args:
        pairs: Verified pairs of contents.
        contents: The contents.
        root: Dataset folder.

    Returns:
        None if stopped. A pair whose file can't be read keeps its similarity.
    """
    assert pairs.similarity is not None
    page = _may_be_pages(contents)
    if not page.any():
        return pairs
    rows = np.flatnonzero((pairs.similarity >= SURE) & page[pairs.a] & page[pairs.b])
    one, two = pairs.a[rows] // _FILES_TOGETHER, pairs.b[rows] // _FILES_TOGETHER
    rows = rows[np.lexsort((two, one))]
    # As text: creating a Path takes longer than comparing names.
    above = str(root / "_")[:-1]
    tasks = [
        ComparePages(
            row, above + contents.path(pairs.a[row]), above + contents.path(pairs.b[row]),
            int(pairs.transform[row]), float(pairs.similarity[row]),
        )
        for row in rows.tolist()
    ]  # fmt: skip
    progress.start("documents", len(tasks))
    similarity = pairs.similarity.copy()
    chunks = (tasks[i : i + CHUNK_PAIRS] for i in range(0, len(tasks), CHUNK_PAIRS))
    for answer in pool.map(chunks, stop=stop):
        if isinstance(answer, TaskDone):
            for pair, after in answer.result:
                similarity[pair] = after
            progress.advance(len(answer.items))
    return None if stop.is_set() else replace(pairs, similarity=similarity)


def _may_be_pages(contents: Contents) -> NDArray[np.bool_]:
    images, first = contents.images, contents.first
    side = np.minimum(images.number("width"), images.number("height"))[first]
    pages: NDArray[np.bool_] = (side >= MIN_PAGE_PX) & (
        images.measure("entropy")[first] <= MAX_PAGE_BITS
    )
    return pages
