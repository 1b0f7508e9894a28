"""Random streams with their state: the real generators of Python and numpy."""

import random
from collections.abc import Sequence
from typing import Final

import numpy as np

from inspector.splits.generators import TorchGenerator

_MAX_SIZE: Final = 1_000_000
_PYTHON_NUMBERS: Final = (
    "random", "randint", "randrange", "uniform", "gauss", "normalvariate", "getrandbits",
    "betavariate", "expovariate", "triangular",
)  # fmt: skip
_NUMPY_NUMBERS: Final = (
    "rand", "randn", "random", "random_sample", "uniform", "normal", "standard_normal", "randint",
    "integers", "binomial", "beta",
)  # fmt: skip


class StreamLostError(Exception):
    """What a stream gives is not known."""


class PythonStream:
    """Python's Mersenne twister."""

    def __init__(self, seed: "int | str | float | bytes") -> None:
        self._source = random.Random(seed)

    def shuffled(self, count: int, *, array: bool = False) -> list[int]:
        """Return the order of `shuffle`."""
        order = list(range(count))
        self._source.shuffle(order)
        return order

    def sampled(self, count: int, size: int) -> list[int]:
        """Return the positions of `sample`."""
        return self._source.sample(range(count), size)

    def chosen(self, count: int, size: int | None) -> list[int]:
        """Return the positions of `choice`, or of `choices` with a size."""
        if size is None:
            return [self._source.choice(range(count))]
        return self._source.choices(range(count), k=size)

    def number(self, name: str, places: Sequence[object], names: dict[str, object]) -> object:
        """Return a number.

        Raises:
            StreamLostError: It is a method that is not modelled.
        """
        if name not in _PYTHON_NUMBERS:
            raise StreamLostError
        value: object = getattr(self._source, name)(*places, **names)
        return value


class NumpyStream:
    """numpy's RandomState or Generator."""

    def __init__(self, source: "np.random.RandomState | np.random.Generator") -> None:
        self.source = source

    def shuffled(self, count: int, *, array: bool = False) -> list[int]:
        """Return the order of `shuffle`, of a list or of an array."""
        if not array:
            order = list(range(count))
            self.source.shuffle(order)
            return order
        positions = np.arange(count)
        self.source.shuffle(positions)
        return [int(i) for i in positions]

    def permuted(self, count: int) -> list[int]:
        """Return the order of `permutation`."""
        return [int(i) for i in self.source.permutation(count)]

    def drawn(
        self, count: int, size: int | None, *, replace: bool, chances: list[float] | None
    ) -> list[int]:
        """Return the positions of `choice`."""
        picked = self.source.choice(count, size, replace, chances)
        return [int(i) for i in np.atleast_1d(picked)]

    def number(self, name: str, places: Sequence[object], names: dict[str, object]) -> object:
        """Return a number, or a list of them.

        Raises:
            StreamLostError: It is a method that is not modelled, or makes more than a list.
        """
        if name not in _NUMPY_NUMBERS or not hasattr(self.source, name):
            raise StreamLostError
        for value in (*places, *names.values()):
            if not isinstance(value, int | float) or abs(value) > _MAX_SIZE:
                raise StreamLostError
        result = getattr(self.source, name)(*places, **names)
        if isinstance(result, np.ndarray):
            if result.ndim != 1:
                raise StreamLostError
            return result.tolist()
        return result.item() if isinstance(result, np.generic) else result


class TorchStream:
    """torch's Mersenne twister."""

    def __init__(self, seed: int) -> None:
        self._source = TorchGenerator(seed)

    def permuted(self, count: int) -> list[int]:
        """Return `randperm(count)`."""
        return [int(i) for i in self._source.randperm(count)]


Stream = PythonStream | NumpyStream | TorchStream
