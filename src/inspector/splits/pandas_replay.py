"""`DataFrame.sample` and the remainder after `drop`, exact without pandas.

Source: pandas/core/sample.py and pandas/core/generic.py of 3.1.
"""

from dataclasses import dataclass, field

import numpy as np

from inspector.errors import UsageError
from inspector.splits.generators import RandomSource, numpy_stream
from inspector.splits.replayed import Items, ReplayedSplit, split_of


@dataclass(frozen=True, slots=True)
class SampleParams:
    """Arguments of `DataFrame.sample` without replacement or weights.

    Attributes:
        n: Number of rows; 1 if `frac` is not given either.
        frac: Share of the rows, rounded half to even.
        source: `random_state`; `shared` where it is None and `np.random.seed` was called.
    """

    n: int | None = None
    frac: float | None = None
    source: RandomSource = field(default_factory=RandomSource)


def sample(items: Items, params: SampleParams) -> ReplayedSplit:
    """Replay `train = df.sample(...)` and `df.drop(train.index)`: sampled rows and the rest.

    The index must be unique: `drop` removes all rows of a repeated value.

    Raises:
        UsageError: pandas rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    count = len(items)
    if params.n is not None and params.frac is not None:
        raise UsageError("sample takes n or frac, not both", "Leave out one of them.")
    if params.frac is not None:
        size = round(params.frac * count) if params.frac >= 0 else -1
    else:
        size = 1 if params.n is None else params.n
    if not 0 <= size <= count or (params.frac or 0) > 1:
        raise UsageError(
            f"sample cannot draw {size} of {count} rows without replacement",
            "pandas raises ValueError here. 0.8 is four fifths.",
        )
    drawn = numpy_stream(params.source).permutation(count)[:size]
    rest = np.setdiff1d(np.arange(count), drawn)
    return split_of(items, drawn, rest, assumptions=params.source.assumptions)
