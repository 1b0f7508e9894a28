"""Detailed comparison of pairs whose files show more than their fingerprints."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.contents import Contents
from inspector.similarity.levels import MIN_FULL_PX, MIN_PAGE_PX, SURE
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


def compare_files(
    pairs: CandidateResult,
    contents: Contents,
    root: Path,
    pool: TaskRunner,
    *,
    stop: Stop,
    progress: Progress,
) -> CandidateResult | None:
    """Return the pairs with their similarity corrected by the pixels of their files.

    Confirmed documents may differ in their print, and candidates may agree in all that is finer.

    Args:
        pairs: Verified pairs of contents.
        contents: The contents.
        root: Dataset folder.

    Returns:
        None if stopped. A pair whose file can't be read keeps its similarity.
    """
    assert pairs.similarity is not None
    rows = np.concatenate([_documents(pairs, contents), _candidates(pairs, contents)])
    one, two = pairs.a[rows] // _FILES_TOGETHER, pairs.b[rows] // _FILES_TOGETHER
    rows = rows[np.lexsort((two, one))]
    # As text: creating a Path takes longer than comparing names.
    above = str(root / "_")[:-1]
    tasks = [
        CompareFiles(
            row, above + contents.path(pairs.a[row]), above + contents.path(pairs.b[row]),
            int(pairs.transform[row]), float(pairs.similarity[row]),
        )
        for row in rows.tolist()
    ]  # fmt: skip
    progress.start("files", len(tasks))
    similarity = pairs.similarity.copy()
    chunks = (tasks[i : i + CHUNK_PAIRS] for i in range(0, len(tasks), CHUNK_PAIRS))
    for answer in pool.map(chunks, stop=stop):
        if isinstance(answer, TaskDone):
            for pair, after in answer.result:
                similarity[pair] = after
            progress.advance(len(answer.items))
    return None if stop.is_set() else replace(pairs, similarity=similarity)


def _documents(pairs: CandidateResult, contents: Contents) -> NDArray[np.int64]:
    """Return the rows of confirmed pairs that may be pages of one template."""
    assert pairs.similarity is not None
    page = _smaller_side(contents) >= MIN_PAGE_PX
    page &= contents.images.measure("entropy")[contents.first] <= MAX_PAGE_BITS
    return np.flatnonzero((pairs.similarity >= SURE) & page[pairs.a] & page[pairs.b])


def _candidates(pairs: CandidateResult, contents: Contents) -> NDArray[np.int64]:
    """Return the rows of the candidates to read again."""
    assert pairs.similarity is not None
    large = _smaller_side(contents) >= MIN_FULL_PX
    rows = np.flatnonzero((pairs.similarity < SURE) & large[pairs.a] & large[pairs.b])
    order = np.lexsort((pairs.b[rows], pairs.a[rows], -pairs.similarity[rows]))
    return rows[order[: math.ceil(MAX_CANDIDATES * len(contents))]]


def _smaller_side(contents: Contents) -> NDArray[np.int64]:
    """Return the smaller side of each content, in pixels."""
    images = contents.images
    return np.minimum(images.number("width"), images.number("height"))[contents.first]
