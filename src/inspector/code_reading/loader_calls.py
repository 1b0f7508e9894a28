"""Calls of Keras loaders in code, ready to be replayed on a folder."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from inspector.code_reading.call_arguments import are_folder_names
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.objects import SPLIT_LOADERS, LoaderName, Source
from inspector.code_reading.evaluation.values import ListBox, Unknown, is_known
from inspector.code_reading.policy_findings import augments
from inspector.code_reading.reading import CodeReading, read_code
from inspector.code_reading.roles import DatasetRole
from inspector.errors import UsageError
from inspector.splits.keras_replay import Call, Loader
from inspector.splits.replayed import SAVE_LIST

KERAS_LOADERS: Final = {
    LoaderName.DATASET: Loader.DATASET,
    LoaderName.GENERATOR: Loader.GENERATOR,
    LoaderName.SPLIT_DATASET: Loader.SPLIT_DATASET,
}
"""Loaders that are replayed with nothing but the folder."""

_CUTS: Final = ("take", "skip", "shard", "filter", "slice", "concatenate")
_NO_DATASET: Final = UsageError(
    "the code makes no dataset from a folder",
    "Paste the lines with image_dataset_from_directory, flow_from_directory or split_dataset.",
)


@dataclass(frozen=True, slots=True)
class LoaderCall:
    """One dataset that pasted code makes with Keras.

    Attributes:
        line: Line of the call, from 1.
        name: Variable that it is assigned to, or "".
        directory: The folder as far as the code tells, with a name for unknown parts.
        generator: Line of the ImageDataGenerator that it comes from, or 0.
        augments: True if it changes images at random.
        normalises: Steps of its generator on values: "rescale", "samplewise", "featurewise".
        label_name: Variable of a list of labels, or "".
        reading: The reading of the code.
        within: The split_dataset and its side that this one splits again.
    """

    line: int
    name: str
    directory: str
    call: Call
    generator: int = 0
    augments: bool = False
    normalises: tuple[str, ...] = ()
    label_name: str = ""
    reading: CodeCall | None = None
    within: tuple[Call, int] | None = None


def read_loader_calls(text: str, *, keras: str = "") -> tuple[LoaderCall, ...]:
    """Return the calls of Keras loaders in code, in line order.

    Raises:
        UsageError: It is not Python, makes no dataset, or hides a value that decides the files.
    """
    reading = read_code(text, keras_version=keras)
    calls: list[LoaderCall] = []
    seen: set[int] = set()
    for call in reading.calls:
        if call.loader not in KERAS_LOADERS:
            continue
        keras_call = loader_call(call, keras)
        if call.loader is LoaderName.SPLIT_DATASET:
            if id(call.source.node) in seen:
                continue
            seen.add(id(call.source.node))
            sides = [c.name for c in reading.calls if c.source is call.source and c.name]
            keras_call = replace(keras_call, name=", ".join(sides))
        calls.append(keras_call)
    if not calls:
        raise nothing_read(reading)
    return tuple(calls)


def nothing_read(reading: CodeReading) -> UsageError:
    """Return the error of code that makes no dataset that can be replayed."""
    for lack in reading.unread:
        if "nested" in lack.why or "than can be followed" in lack.why:
            return UsageError(f"{lack.place.text}: {lack.why}", "Paste the loading part.")
    if reading.unread and not reading.calls:
        lack = reading.unread[0]
        return UsageError(
            f"{lack.place.text}: {lack.what} is not read: {lack.why}",
            "Paste the lines that load training and validation.",
        )
    return _NO_DATASET


def loader_call(call: CodeCall, keras: str = "") -> LoaderCall:
    """Return a Keras call with what decides its files.

    Raises:
        UsageError: A deciding value is not in the code, or can't be replayed.
    """
    lack = next((u for u in call.unread if u.what != "folder"), None)
    if lack is not None:
        raise UsageError(
            f"{lack.place.text}: {lack.what} {_after(lack.why)}",
            f"Paste the line that sets it too, or write the value of {lack.what} there.",
        )
    if any(s.name in _CUTS for s in call.data.membership):
        raise UsageError(
            f"{call.place.text}: take() and skip() cut batches of this dataset, so its files can't"
            " be told from the code",
            "Split by validation_split and subset instead; `inspector code` says what the cut"
            " does.",
        )
    keras_call = {
        LoaderName.DATASET: _dataset, LoaderName.GENERATOR: _flow,
        LoaderName.SPLIT_DATASET: _split,
    }[call.loader](call)  # fmt: skip
    maker = call.maker
    return replace(
        keras_call,
        call=replace(keras_call.call, keras=keras),
        generator=maker.place.line if maker else 0,
        augments=augments(call),
        normalises=_normalises(call),
        reading=call,
        directory=_directory(call),
    )


def _directory(call: CodeCall) -> str:
    where = call.source.arguments.get("directory")
    if call.folder is None and isinstance(where, Unknown):
        return where.text
    return (call.folder or "").replace("{", "").replace("}", "")


def _after(why: str) -> str:
    return why.removeprefix("it ")


def _normalises(call: CodeCall) -> tuple[str, ...]:
    given = call.maker.arguments if call.maker else {}
    kinds = ("rescale", "samplewise", "featurewise")
    return tuple(
        k for k in kinds
        if any(n.startswith(k) and v not in (None, False) for n, v in given.items())
    )  # fmt: skip


def _dataset(call: CodeCall) -> LoaderCall:
    given = call.source.arguments
    labels = given.get("labels", "inferred")
    by_list = isinstance(labels, ListBox | tuple)
    unread = not (by_list and is_known(labels)) and not isinstance(labels, str | None)
    items = labels.data if isinstance(labels, ListBox) else labels
    numbers = (
        tuple(v for v in items if isinstance(v, int)) if isinstance(items, list | tuple) else ()
    )
    kind = "unread" if unread else "list" if by_list else labels or "none"
    if given.get("label_mode", "int") is None:
        kind = "none"  # Keras then lists from the root, too.
    if kind not in ("list", "unread", "none", "inferred"):
        raise UsageError(
            f"{call.place.text}: labels is {labels!r}", 'Keras takes "inferred", None, or a list.'
        )
    expression = call.source.sources.get("labels")
    named = kind in ("list", "unread") and isinstance(expression, ast.Name)
    replayed = Call(
        Loader.DATASET,
        call.validation_split or 0.0,
        call.seed,
        bool(call.shuffle),
        call.subset or "",
        _names(call, "class_names"),
        str(kind),
        numbers if kind == "list" else (),
        bool(given.get("follow_links", False)),
    )
    label_name = expression.id if named and isinstance(expression, ast.Name) else ""
    return LoaderCall(
        call.place.line, call.name, call.folder or "", replayed, label_name=label_name
    )


def _flow(call: CodeCall) -> LoaderCall:
    replayed = Call(
        Loader.GENERATOR,
        call.validation_split or 0.0,
        call.seed,
        bool(call.shuffle),
        call.subset or "",
        _names(call, "classes"),
        follow_links=bool(call.source.arguments.get("follow_links", False)),
    )
    return LoaderCall(call.place.line, call.name, call.folder or "", replayed)


def _split(call: CodeCall) -> LoaderCall:
    parent = call.source.parent
    within: tuple[Call, int] | None = None
    if parent is not None and parent.source.loader is LoaderName.SPLIT_DATASET:
        given = parent.source.arguments
        outer = _size_call(call, parent.source, given.get("seed"), given.get("shuffle", False))
        within = outer, int(str(parent.part))
        parent = parent.source.parent
    if parent is not None and parent.source.loader in SPLIT_LOADERS:
        raise UsageError(
            f"{call.place.text}: split_dataset splits one side of another split, which is not"
            " replayed",
            SAVE_LIST,
        )
    if parent is not None and parent.source.loader is LoaderName.DATASET:
        given = parent.source.arguments
        if given.get("shuffle", True) is not False or given.get("batch_size", 32) is not None:
            raise UsageError(
                f"{call.place.text}: split_dataset is given shuffled files or whole batches, so"
                " the files of a side can't be told from the code",
                "Load with shuffle=False and batch_size=None before split_dataset, or give"
                " validation_split and subset to image_dataset_from_directory.",
            )
    if call.validation_split is None:
        raise UsageError(
            f"{call.place.text}: split_dataset has no size that can be read",
            "Write the sizes as shares, such as left_size=0.8.",
        )
    replayed = _size_call(call, call.source, call.seed, bool(call.shuffle))
    return LoaderCall(call.place.line, call.name, call.folder or "", replayed, within=within)


def _size_call(call: CodeCall, source: Source, seed: object, shuffle: object) -> Call:
    """Return one split_dataset as it is replayed.

    Raises:
        UsageError: It shuffles without a seed that is known.
    """
    if not isinstance(shuffle, bool) or (shuffle and not isinstance(seed, int)):
        raise UsageError(
            f"{call.place.text}: split_dataset shuffles without a seed",
            "Each run makes another split, so there is none to look at: give it a seed.",
        )
    left, right = source.arguments.get("left_size"), source.arguments.get("right_size")
    return Call(
        Loader.SPLIT_DATASET,
        right if isinstance(right, float) else 0.0,
        seed if isinstance(seed, int) else None,
        shuffle,
        left_size=left if isinstance(left, float) else None,
    )


def _names(call: CodeCall, name: str) -> tuple[str, ...] | None:
    value = call.source.arguments.get(name)
    if value is None or are_folder_names(value):
        return None
    if not is_known(value) or not isinstance(value, ListBox | tuple):
        raise UsageError(
            f"{call.place.text}: {name} is not a list that is written in the code",
            f"Paste the line that sets it too, or write the value of {name} there.",
        )
    items: Sequence[object] = value.data if isinstance(value, ListBox) else value
    return tuple(str(v) for v in items)


def is_held_out(call: CodeCall) -> bool:
    """Tell whether a call makes the data that a model is judged by."""
    return call.role in (DatasetRole.VALIDATION, DatasetRole.TEST)
