"""Parquet with a column of encoded images, as written by Hugging Face."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector.dataset.formats import sniff
from inspector.dataset.packed.model import (
    MAX_MEMBER_BYTES,
    GrowthLimit,
    PackedChoice,
    PackedMember,
    PackedReader,
    PassedOver,
    damaged,
)
from inspector.dataset.packed.samples import NO_IMAGE, SampleNames
from inspector.errors import ColumnError

_ROWS = 32
_LABELS = ("label", "labels", "class", "category", "target", "class_name", "label_name")
_IMAGES = ("image", "img", "images", "picture", "jpg", "png")


def open_parquet(file: Path, choice: PackedChoice, split: str) -> PackedReader:
    """Open a Parquet file with encoded images.

    Raises:
        DatasetError: It is damaged, or no column holds images or the class.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as table:
            schema, total = table.schema_arrow, table.metadata.num_rows
            groups = [table.metadata.row_group(n) for n in range(table.num_row_groups)]
            first = next(table.iter_batches(batch_size=1), None)
            row = first.to_pylist()[0] if first is not None and first.num_rows else {}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(file, error) from None
    GrowthLimit(file).check(sum(group.total_byte_size for group in groups))
    features = _features(schema.metadata)
    image = _image_column(file, schema.names, row, choice)
    label = _label_column(file, [n for n in schema.names if n != image], features, choice)
    names = _class_names(features.get(label))
    return PackedReader(
        total, lambda: _members(file, image, label, names, SampleNames(file, split))
    )


def _members(
    file: Path, image: str, label: str, names: Sequence[str], places: SampleNames
) -> Iterator[PackedMember | PassedOver]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(batch_size=_ROWS, columns=[image, label]):
                for row in batch.to_pylist():
                    data, hint = _encoded(row[image])
                    if len(data) > MAX_MEMBER_BYTES:
                        yield NO_IMAGE
                    else:
                        yield places.place(data, _text(row[label], names), hint)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(file, error) from None


def _encoded(value: Any) -> tuple[bytes, str]:
    """Return an image's bytes and its name, from a cell of either form."""
    if isinstance(value, dict):
        data, hint = value.get("bytes"), value.get("path")
        return (
            data if isinstance(data, bytes) else b"",
            hint if isinstance(hint, str) else "",
        )
    return (value, "") if isinstance(value, bytes) else (b"", "")


def _text(value: Any, names: Sequence[str]) -> str | None:
    """Return the class of a cell: -1 and null are none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, str):
        return value.strip() or None
    if names:
        return names[value] if 0 <= value < len(names) else None
    return str(value) if value >= 0 else None


def _features(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    """Return the features that Hugging Face describes in the schema, or none."""
    try:
        document = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        features = document["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, dict) else {}


def _class_names(feature: Any) -> Sequence[str]:
    names = feature.get("names") if isinstance(feature, dict) else None
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    return ()


def _image_column(
    file: Path, columns: Sequence[str], row: Mapping[str, Any], choice: PackedChoice
) -> str:
    holds = [name for name in columns if sniff(_encoded(row.get(name))[0][:4096])]
    return one_of(file, columns, choice.image_column, (holds, _IMAGES), "--image-column")


def _label_column(
    file: Path, columns: Sequence[str], features: Mapping[str, Any], choice: PackedChoice
) -> str:
    numbered = [name for name in columns if _class_names(features.get(name))]
    return one_of(
        file, columns, choice.label_column, (numbered or list(columns), _LABELS), "--label-column"
    )


def one_of(
    file: Path,
    columns: Sequence[str],
    choice: str,
    likely: tuple[Sequence[str], Sequence[str]],
    option: str,
) -> str:
    """Return the column that the user named, the only candidate, or the one with a usual name.

    Args:
        file: For errors.
        columns: All columns.
        choice: The user's choice, or "".
        likely: Candidates and usual names, likeliest first.
        option: Option that names the column.

    Raises:
        ColumnError: There is none, or there are several.
    """
    if choice and choice in columns:
        return choice
    candidates, usual = likely
    named = [name for name in usual if name in candidates]
    if not choice and (named or len(candidates) == 1):
        return named[0] if named else candidates[0]
    what = "images" if "image" in option else "the class"
    wrong = f"has no column {choice}" if choice else f"does not say which column holds {what}"
    there = ", ".join(list(columns)[:12]) or "none"
    advice = f"Name it with {option}. Columns: {there}."
    raise ColumnError(f"{file.name} {wrong}", advice, option, tuple(columns))
