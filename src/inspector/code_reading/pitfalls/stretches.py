"""The range of a list or of a named split that a call reads, where the code tells."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.objects import DataSet, LoaderName
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.evaluation.values import MISSING

_NAMED: Final = (LoaderName.TFDS, LoaderName.HF_DATASET)
_PIECE: Final = re.compile(r"([\w-]+)\s*(?:\[\s*(-?\d*)(%?)\s*:\s*(-?\d*)(%?)\s*\])?$")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of something that is cut.

    Attributes:
        whole: What is cut; equal for comparable ranges.
        low: Its start: a share of the whole, or a number of items.
        high: Its end; infinity for an open one in items.
    """

    whole: object
    low: float
    high: float

    def common(self, other: "Stretch") -> float:
        """Return the share of this range that the other one covers; 0 for none.

        Infinity if they overlap but the end of this range is unknown.
        """
        shared = min(self.high, other.high) - max(self.low, other.low)
        if self.whole != other.whole or shared <= 1e-9:
            return 0.0
        size = self.high - self.low
        return size if math.isinf(size) else shared / size


def stretches(call: CodeCall) -> list[Stretch]:
    """Return the ranges that a call reads; [] where unknown."""
    data = call.data
    if data.source.loader is LoaderName.SLICES:
        return list(_of_slice(data))
    if data.source.loader in _NAMED and isinstance(data.part, str):
        return list(_of_name(data, data.part))
    return list(_of_cuts(data))


def _of_slice(data: DataSet) -> Iterator[Stretch]:
    """Yield the range of `items[:at]`, `items[at:]` or `items[at:to]`."""
    parent, given = data.source.parent, data.source.arguments
    if parent is None or len(data.membership) > 1:
        return
    order = tuple((s.name, s.values) for s in parent.steps if s.name in ("shuffle", "sorted"))
    ends = [given.get("at"), given.get("to", MISSING)]
    if data.part == 0:
        ends = [0, given.get("at")]
    yield from _stretch((parent.source, parent.membership, str(order)), *ends)


def _of_cuts(data: DataSet) -> Iterator[Stretch]:
    """Yield the range of take() and skip()."""
    cuts = data.membership
    if not cuts or any(s.name not in ("take", "skip") for s in cuts) or len(cuts) > 2:
        return
    counts = [s.values[0] if s.values else None for s in cuts]
    names = [s.name for s in cuts]
    low: object = 0
    high: object = MISSING
    if names == ["take"]:
        high = counts[0]
    elif names == ["skip"]:
        low = counts[0]
    elif names == ["skip", "take"]:
        low, length = counts
        if not (isinstance(low, int) and isinstance(length, int)):
            if not (isinstance(low, Size) and isinstance(length, Size)):
                return
            high = Size(low.share + length.share)
        else:
            high = low + length
    else:
        return
    yield from _stretch((data.source, "take"), low, high)


def _stretch(whole: object, low: object, high: object) -> Iterator[Stretch]:
    """Yield a range whose ends are both shares, or both non-negative numbers."""
    sizes = isinstance(low, Size) or isinstance(high, Size)
    if sizes:
        first = low.share if isinstance(low, Size) else 0.0 if low == 0 else None
        last = high.share if isinstance(high, Size) else 1.0 if high is MISSING else None
        if first is not None and last is not None and 0 <= first < last:
            yield Stretch((whole, "share"), first, min(last, 1.0))
        return
    end = float("inf") if high is MISSING else high
    if isinstance(low, int) and isinstance(end, int | float) and 0 <= low < end:
        yield Stretch((whole, "count"), low, end)


def _of_name(data: DataSet, text: str) -> Iterator[Stretch]:
    """Yield the ranges of "train[:80%]+test"."""
    given = data.source.arguments
    if data.source.open or len(data.membership) > 1:
        return
    where = tuple(shown(given.get(n)) for n in ("name", "path", "data_dir", "data_files"))
    for piece in text.split("+"):
        match = _PIECE.match(piece.strip())
        if match is None:
            return
        name, *ends = match.groups()
        low, percent, high, percent_too = ends
        whole = (data.source.loader, where, name)
        if low is None and high is None:
            yield Stretch((whole, "share"), 0.0, 1.0)
            yield Stretch((whole, "count"), 0, float("inf"))
        elif percent or percent_too:
            first, last = float(low or 0), float(high or 100)
            first, last = first + 100 * (first < 0), last + 100 * (last < 0)
            yield Stretch((whole, "share"), first / 100, last / 100)
        elif (low or "0")[0] != "-" and (high or "0")[0] != "-":
            yield Stretch((whole, "count"), int(low or 0), int(high) if high else float("inf"))
