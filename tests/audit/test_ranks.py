"""Ranks equal those of scipy."""

import numpy as np
import pytest
from scipy.stats import rankdata

from inspector.audit.ranks import average_ranks


@pytest.mark.parametrize("shape", [(0,), (1,), (200,), (60, 5)])
@pytest.mark.parametrize("distinct", [3, 1000])
def test_ranks_equal_scipys(shape: tuple[int, ...], distinct: int) -> None:
    values = np.random.default_rng(7).integers(0, distinct, shape).astype(np.float64)
    assert np.array_equal(average_ranks(values), rankdata(values, axis=0))
