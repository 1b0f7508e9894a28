"""Slices such as "train[:80%]" of tensorflow_datasets and of Hugging Face datasets.

The arithmetic is exact. The order of files in a prepared TFDS dataset depends on a hash of its keys
and is unknown here.

Source: tensorflow_datasets/core/splits.py of 4.9.10, datasets/arrow_reader.py of 5.2.0.
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inspector.errors import UsageError
from inspector.splits.replayed import (
    Assumption,
    Items,
    ReplayedSplit,
    ReplayGap,
    UnreplayableError,
    split_of,
)


class SliceLibrary(StrEnum):
    """The library of a slice: the two reject different things."""

    TFDS = "tensorflow_datasets"
    HUGGING_FACE = "datasets"


class Rounding(StrEnum):
    """How a percentage becomes a position."""

    CLOSEST = "closest"
    DROP_REMAINDER = "pct1_dropremainder"


@dataclass(frozen=True, slots=True)
class SliceParams:
    """The `split=` of one or several loads.

    Attributes:
        specs: One per part, such as ("train[:80%]", "train[80%:]").
        split: Split that the items make up.
        rounding: As in ReadInstruction; a Hugging Face spec may name its own in parentheses.
    """

    specs: tuple[str, ...]
    library: SliceLibrary = SliceLibrary.TFDS
    split: str = "train"
    rounding: Rounding = Rounding.CLOSEST


@dataclass(frozen=True, slots=True)
class Slice:
    """A run of items of a split: start <= position < stop."""

    split: str
    start: int
    stop: int


_SPECS = {
    SliceLibrary.TFDS: re.compile(
        r"(?P<split>[\w-]+)"
        r"(?P<slice>\[(?P<start>-?[\d_.]+)?(?P<start_unit>%|shard)?"
        r":(?P<stop>-?[\d_.]+)?(?P<stop_unit>%|shard)?\])?"
    ),
    SliceLibrary.HUGGING_FACE: re.compile(
        r"(?P<split>\w+(?:\.\w+)*)"
        r"(?P<slice>\[(?P<start>-?[\d_]+)?(?P<start_unit>%)?"
        r":(?P<stop>-?[\d_]+)?(?P<stop_unit>%)?\])?(?:\((?P<rounding>[^)]*)\))?"
    ),
}


def slice_items(items: Items, params: SliceParams) -> ReplayedSplit:
    """Cut one split by slices, one part per spec.

    Raises:
        UsageError: The library rejects a spec.
        UnreplayableError: It counts shards, or names a split whose items are not given.
    """
    parts = []
    for spec in params.specs:
        runs = [np.zeros(0, np.int64)]
        for run in slices(
            spec, {params.split: len(items)}, params.library, rounding=params.rounding
        ):
            runs.append(np.arange(run.start, run.stop))
        parts.append(np.concatenate(runs))
    tfds = params.library is SliceLibrary.TFDS
    return split_of(items, *parts, assumptions=(Assumption.PREPARED_ORDER,) if tfds else ())


def slices(
    spec: str,
    counts: dict[str, int],
    library: SliceLibrary,
    *,
    rounding: Rounding = Rounding.CLOSEST,
) -> tuple[Slice, ...]:
    """Return the runs of items of a spec; "+" joins several.

    Args:
        spec: Such as "train[:80%]+test".
        counts: Number of items per split.
        library: The library whose rules apply.
        rounding: For percentages, where the spec names none.

    Raises:
        UsageError: The library rejects it.
        UnreplayableError: It counts shards.
    """
    parsed = [_parsed(part, library, rounding) for part in re.split(r"\s*\+\s*", spec.strip())]
    for other in parsed[1:]:
        if parsed[0].unit and other.unit and parsed[0].rounding is not other.rounding:
            raise UsageError(
                f'"{spec}" adds slices of different roundings', "The library raises ValueError."
            )
    return tuple(_slice(part, counts, library) for part in parsed)


@dataclass(frozen=True, slots=True)
class _Spec:
    """A spec as it is written; `unit` is "%" or ""."""

    text: str
    split: str
    start: str | None
    stop: str | None
    unit: str
    rounding: Rounding


def _parsed(text: str, library: SliceLibrary, rounding: Rounding) -> _Spec:
    match = _SPECS[library].fullmatch(text)
    fields = match.groupdict() if match else {}
    empty = bool(fields.get("slice")) and not fields["start"] and not fields["stop"]
    orphan = any(fields.get(f"{end}_unit") and not fields[end] for end in ("start", "stop"))
    if not match or orphan or (empty and library is SliceLibrary.TFDS):
        raise UsageError(f'"{text}" is not a slice of {library}', 'Write it as "train[:80%]".')
    unit = fields["start_unit"] or fields["stop_unit"] or ""
    if unit == "shard":
        raise UnreplayableError(ReplayGap.UNSUPPORTED, f'"{text}" counts shards of stored files')
    if fields.get("rounding"):
        rounding = _rounding(text, fields["rounding"], unit)
    return _Spec(text, fields["split"], fields["start"], fields["stop"], unit, rounding)


def _slice(spec: _Spec, counts: dict[str, int], library: SliceLibrary) -> Slice:
    if spec.split not in counts:
        raise UsageError(
            f'there is no split "{spec.split}", only {", ".join(counts)}', "Check the spec."
        )
    count = counts[spec.split]
    start = 0 if spec.start is None else _position(spec.start, count, spec)
    stop = count if spec.stop is None else _position(spec.stop, count, spec)
    if library is SliceLibrary.TFDS and max(abs(start), abs(stop)) > count:
        raise UsageError(
            f'"{spec.text}" reaches beyond the {count} items',
            "tensorflow_datasets raises ValueError.",
        )
    start, stop = (min(max(count + end, 0) if end < 0 else end, count) for end in (start, stop))
    return Slice(spec.split, start, max(start, stop))


def _position(text: str, count: int, spec: _Spec) -> int:
    """Return one boundary in items; negative ones count from the end."""
    try:
        number = float(text) if spec.unit else int(text)
    except ValueError:
        raise UsageError(
            f'"{text}" is not a position', "Write whole numbers or per cent."
        ) from None
    if not spec.unit:
        return int(number)
    if abs(number) > 100:
        raise UsageError(f"{text}% is not in -100 % to 100 %", "The library refuses it too.")
    if spec.rounding is Rounding.CLOSEST:
        return round(number * count / 100.0)
    if count < 100:
        raise UsageError(
            f"pct1_dropremainder needs 100 items or more, and there are {count}",
            "The library refuses it too.",
        )
    return int(number * math.trunc(count / 100.0))


def _rounding(spec: str, name: str, unit: str) -> Rounding:
    if not unit or name not in tuple(Rounding):
        raise UsageError(
            f'"{spec}" names a rounding that datasets refuses',
            "closest and pct1_dropremainder go with per cent.",
        )
    return Rounding(name)
