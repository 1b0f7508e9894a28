"""The random streams behind other libraries' splits, with numpy only.

Source: numpy's `RandomState` is frozen (NEP 19). torch's CPU generator seeds the same Mersenne
twister in the same way (c10's `mt19937`), so `RandomState` yields its words, too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.errors import UsageError
from inspector.splits.replayed import Assumption, Indices, ReplayGap, UnreplayableError

NUMPY_SEEDS = 2**32
# torch's bounds: a negative seed counts as its two's complement.
MIN_TORCH_SEED, MAX_TORCH_SEED = -(2**63), 2**64 - 1
# From here on torch permutes with 64-bit numbers. Source: ATen's randperm_cpu.
MAX_TORCH_ITEMS = (2**32 - 1) // 20


@dataclass(frozen=True, slots=True)
class RandomSource:
    """Where a split's random numbers come from.

    Attributes:
        seed: Seed of the generator; None where the script sets none.
        shared: True if the generator is the library's global one (`np.random.seed`,
            `torch.manual_seed`) or an object that other calls use: exact only if nothing else used
            it.
        earlier: Sizes of earlier splits that used the generator.
        used: True if something else used it before, such as a model's weights.
    """

    seed: int | None = None
    shared: bool = False
    earlier: tuple[int, ...] = ()
    used: bool = False

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What must hold for the stream to be known."""
        return (Assumption.FRESH_GENERATOR,) if self.shared else ()

    def known_seed(self, *, seeds: range) -> int:
        """Return the seed.

        Args:
            seeds: Seeds that the library accepts.

        Raises:
            UnreplayableError: There is none, or an unknown number of values was taken before.
            UsageError: It is out of range.
        """
        if self.seed is None:
            raise UnreplayableError(
                ReplayGap.NO_SEED,
                "the split has no seed, so each run of the script makes another one",
            )
        if self.used:
            raise UnreplayableError(
                ReplayGap.GENERATOR_USED,
                "other calls drew from the generator before the split, and how often is unknown",
            )
        if self.seed not in seeds:
            raise UsageError(
                f"the seed {self.seed} is not in {seeds.start}..{seeds.stop - 1}",
                "The library refuses it too. Use a smaller one.",
            )
        return self.seed


def numpy_stream(source: RandomSource) -> np.random.RandomState:
    """Return numpy's legacy generator after the permutations of earlier splits.

    Raises:
        UnreplayableError: The stream is unknown.
        UsageError: The seed is out of range.
    """
    stream = np.random.RandomState(source.known_seed(seeds=range(NUMPY_SEEDS)))
    for count in source.earlier:
        stream.permutation(count)
    return stream


class TorchGenerator:
    """torch's CPU generator, as far as permutations need it."""

    def __init__(self, seed: int) -> None:
        self._words = np.random.RandomState(seed % NUMPY_SEEDS)

    def words(self, count: int) -> NDArray[np.uint32]:
        """Return the next 32-bit words of the stream."""
        return self._words.randint(0, NUMPY_SEEDS, count, np.uint32)

    def randperm(self, count: int) -> Indices:
        """Return `torch.randperm(count)`.

        Step i swaps with i + word % (count - i): forwards, without rejection.

        Raises:
            UsageError: From 214,748,364 items on torch uses another algorithm.
        """
        if count >= MAX_TORCH_ITEMS:
            raise UsageError(
                f"{count:,} items are more than torch's usual permutation takes",
                f"Up to {MAX_TORCH_ITEMS - 1:,} can be replayed.",
            )
        order = list(range(count))
        if count < 2:
            return np.array(order, np.int64)
        steps = np.arange(count - 1)
        partners = steps + self.words(count - 1).astype(np.int64) % (count - steps)
        for step, partner in enumerate(partners.tolist()):
            order[step], order[partner] = order[partner], order[step]
        return np.array(order, np.int64)


def torch_stream(source: RandomSource) -> TorchGenerator:
    """Return torch's generator after the permutations of earlier splits.

    Raises:
        UnreplayableError: The stream is unknown.
        UsageError: The seed is out of range.
    """
    seed = source.known_seed(seeds=range(MIN_TORCH_SEED, MAX_TORCH_SEED + 1))
    stream = TorchGenerator(seed)
    for count in source.earlier:
        stream.randperm(count)
    return stream
