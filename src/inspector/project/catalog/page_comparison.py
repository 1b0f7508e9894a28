"""Detailed comparison of confirmed pairs that may be pages of one template."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from inspector.similarity.levels import MIN_PAGE_PX, SURE
from inspector.store.samples import ContentShape
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import Pool, TaskDone
from inspector.work.tasks import CandidateResult, ComparePages

CHUNK_PAGES = 32
# A page is mostly paper. Source: drawn forms have 1.7 bits, photos about 7, MRI slices 4 to 6.
MAX_PAGE_BITS = 4.5


def compare_pages(
    pairs: CandidateResult,
    files: Sequence[str],
    shapes: Sequence[ContentShape],
    pool: Pool,
    *,
    stop: Stop,
    progress: Progress,
) -> CandidateResult | None:
    """Return the pairs with the similarity of documents corrected by their print.

    Args:
        pairs: Verified pairs, as indices into `files`.
        files: Image paths.
        shapes: Shape of each.

    Returns:
        None if stopped. A pair whose file can't be read keeps its similarity.
    """
    assert pairs.similarity is not None
    page = np.array([_may_be_page(shape) for shape in shapes], np.bool_)
    if not page.any():
        return pairs
    rows = np.flatnonzero((pairs.similarity >= SURE) & page[pairs.a] & page[pairs.b])
    tasks = [
        ComparePages(
            row, files[pairs.a[row]], files[pairs.b[row]], int(pairs.transform[row]),
            float(pairs.similarity[row]),
        )
        for row in rows.tolist()
    ]  # fmt: skip
    progress.start("documents", len(tasks))
    similarity = pairs.similarity.copy()
    chunks = (tasks[i : i + CHUNK_PAGES] for i in range(0, len(tasks), CHUNK_PAGES))
    for answer in pool.map(chunks, stop=stop):
        if isinstance(answer, TaskDone):
            for pair, after in answer.result:
                similarity[pair] = after
            progress.advance(len(answer.items))
    return None if stop.is_set() else replace(pairs, similarity=similarity)


def _may_be_page(shape: ContentShape) -> bool:
    return min(shape.width, shape.height) >= MIN_PAGE_PX and shape.entropy <= MAX_PAGE_BITS
