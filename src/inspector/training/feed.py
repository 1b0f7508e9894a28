"""Batches for training, in the epoch's order, augmented by threads while TensorFlow trains."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.apply import augment
from inspector.augmentation.policy_json import Policy
from inspector.dataset.training_decode import Pixels
from inspector.training.pictures import TrainingImages
from inspector.training_protocol.run_spec import SampleColumns

_AHEAD = 4
"""Batches prepared ahead: enough to keep two threads busy."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to `batch_size` samples.

    Attributes:
        pictures: uint8 (n, side, side, 3).
        labels: int32 (n,).
        rows: int64 (n,), indices into the sample list.
    """

    pictures: Pixels
    labels: NDArray[np.int32]
    rows: NDArray[np.int64]


def augmenting(threads: int) -> int:
    """Return how many of a run's threads augment: half, at most two.

    More threads wait for the GIL and take processor time from the training step. Source:
    bench/training.py on two cores: 0.82 to 0.90 of the speed of ready arrays with one thread, 0.74
    to 0.76 with two.
    """
    return min(2, max(1, threads // 2))


def sample_order(count: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of `count` samples in an epoch; it depends on the arguments alone.

    Source: Philox, a counter-based generator (Salmon et al. 2011), keyed by seed and epoch.
    """
    key = np.array([seed % 2**64, epoch % 2**64], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).permutation(count)


class Feed:
    """The training list as batches.

    Args:
        pictures: Must hold all samples of the list.
        samples: The list. The `image_id` of an augmentation is the file's SHA-256 in hex, or its
            path where the hash is unknown; epochs count from 1, as in `EpochDone`.
        seed: Seed of order and augmentation.
        batch_size: The last batch of an epoch may be smaller.
        threads: Number of augmenting threads.
        policy: None for no augmentation.
    """

    def __init__(
        self, pictures: TrainingImages, samples: SampleColumns, *, seed: int, batch_size: int,
        threads: int, policy: Policy | None,
    ) -> None:  # fmt: skip
        # A plain view: each slice of a memmap would be a memmap itself, which costs time.
        self._pixels = np.asarray(pictures.pixels)
        self._at = pictures.find(samples)
        self._labels = np.array(samples.labels, dtype=np.int32)
        self._ids = [
            digest or path for path, digest in zip(samples.paths, samples.sha256, strict=True)
        ]
        self._seed = seed
        self._batch_size = batch_size
        self._policy = policy if policy is not None and policy.changes_pixels else None
        self._pool = ThreadPoolExecutor(threads, "augment")

    @property
    def augments(self) -> bool:
        """Tell whether images change from epoch to epoch."""
        return self._policy is not None

    @property
    def steps(self) -> int:
        """Batches per full epoch."""
        return -(-len(self._at) // self._batch_size)

    def epoch(self, epoch: int, *, steps: int) -> Generator[Batch]:
        """Yield the first `steps` batches of an epoch, preparing the next ones meanwhile."""
        order = sample_order(len(self._at), seed=self._seed, epoch=epoch)
        starts = range(0, len(order), self._batch_size)[:steps]
        calls = (
            partial(self._make, order[start : start + self._batch_size], epoch) for start in starts
        )
        yield from self._run_ahead(calls)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run_ahead(self, calls: Iterator[Callable[[], Batch]]) -> Iterator[Batch]:
        waiting: deque[Future[Batch]] = deque()
        try:
            for call in calls:
                waiting.append(self._pool.submit(call))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _make(self, rows: NDArray[np.int64], epoch: int) -> Batch:
        places = self._at[rows]
        if self._policy is None:
            return Batch(self._pixels[places], self._labels[rows], rows)
        pictures = np.empty((len(rows), *self._pixels.shape[1:]), np.uint8)
        for number, (place, row) in enumerate(zip(places, rows, strict=True)):
            pictures[number] = augment(
                self._pixels[place], self._policy, seed=self._seed, epoch=epoch,
                image_id=self._ids[row],
            )  # fmt: skip
        return Batch(pictures, self._labels[rows], rows)
