"""Which of the listed files take() and skip() leave, where the order is the same on each pass."""

from dataclasses import replace
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.objects import DataSet, DatasetStep, LoaderName
from inspector.code_reading.evaluation.sizes import Size
from inspector.errors import UsageError
from inspector.splits.replayed import ReplayGap, UnreplayableError

_CUTS: Final = ("take", "skip")
_SAME_FILES: Final = (
    "map", "prefetch", "cache", "with_options", "part", "sorted", "loader", "ignore_errors", "of",
    "repeat", "suffix",
)  # fmt: skip
_ONE_ORDER: Final = (
    "Load with shuffle=False, or split by validation_split and subset: both are replayed."
    " `inspector code FILE --dataset DATASET` counts what the cut does on your files."
)


def is_cut_in_order(call: CodeCall) -> bool:
    """Tell whether a call is a loader of Keras whose batches are cut by take() and skip()."""
    return call.loader is LoaderName.DATASET and call.data.has(*_CUTS)


def uncut(call: CodeCall) -> CodeCall:
    """Return the call before take() and skip()."""
    steps = tuple(s for s in call.data.steps if s.name == "part")
    lacks = tuple(u for u in call.unread if u.what != "validation_split")
    whole = replace(call.data, steps=steps)
    share = call.source.arguments.get("validation_split")
    return replace(
        call, data=whole, unread=lacks,
        validation_split=float(share) if isinstance(share, int | float) else None,
    )  # fmt: skip


def held_files(data: DataSet, count: int) -> tuple[int, int]:
    """Return the first and the last but one of the files that a cut dataset holds.

    Args:
        data: With its steps.
        count: Of the files that are listed.

    Raises:
        UsageError: The order changes from pass to pass or is not known, or a count is not known.
    """
    given = data.source.arguments.get("batch_size", 32)
    batch = given if data.source.loader is LoaderName.DATASET else None
    _refuse_shuffle(data)
    if not isinstance(batch, int | None):
        raise UsageError(
            f"{data.source.place.text}: take() and skip() count batches, and batch_size is not in"
            " the code",
            "Write the value of batch_size there.",
        )
    start, stop, seen = 0, count, replace(data, steps=())
    for step in data.steps:
        length = stop - start
        if step.name == "batch":
            batch = _whole(step, seen, length)
        elif step.name == "unbatch":
            batch = None
        elif step.name in _CUTS:
            parts = length if batch is None else -(-length // batch)
            size = _whole(step, seen, -(-count // batch) if batch else count)
            end = stop if size < 0 or size >= parts else start + size * (batch or 1)
            start, stop = (start, end) if step.name == "take" else (end, stop)
        elif step.name == "shuffle":
            break
        elif step.name not in _SAME_FILES:
            raise UnreplayableError(
                ReplayGap.UNSUPPORTED, f"{_where(step)}{step.name} is not followed before a cut"
            )
        seen = replace(seen, steps=(*seen.steps, step))
    return start, stop


def _refuse_shuffle(data: DataSet) -> None:
    """Refuse a dataset whose order before the last cut is not that of the listing."""
    last = max(i for i, s in enumerate(data.steps) if s.name in _CUTS)
    cut = next(s for s in data.steps if s.name in _CUTS)
    shuffles = [s for s in data.steps[:last] if s.name == "shuffle"]
    shuffled = data.source.loader is LoaderName.DATASET and (
        data.source.arguments.get("shuffle") is not False
    )
    if not shuffles and not shuffled:
        return
    place = _where(shuffles[0]) if shuffles else f"{data.source.place.text}: "
    again = shuffled or any(len(s.values) > 1 and s.values[1] is True for s in shuffles)
    before = data.steps[: data.steps.index(cut)]
    if again and not any(s.name == "cache" for s in before):
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED,
            f"{place}the dataset is shuffled anew on every pass and cut after that"
            f" ({_where(cut).removesuffix(': ') or 'take() and skip()'}), so each epoch has other"
            " files on either side: there is no one split",
            _ONE_ORDER,
        )
    raise UnreplayableError(
        ReplayGap.UNSUPPORTED,
        f"{place}tf.data shuffles before take() and skip() cut, and its order is known only to a"
        " run of TensorFlow",
    )


def _whole(step: DatasetStep, seen: DataSet, length: int) -> int:
    """Return the count of a step; a share is of the dataset that it was computed from."""
    count = step.values[0] if step.values else None
    if isinstance(count, Size) and count.datasets <= {_bare(seen).number}:
        return int(count.of(length))
    if isinstance(count, int) and not isinstance(count, bool):
        return count
    raise UsageError(
        f"{_where(step)}how much {step.name}() counts is not in the code",
        "Write the number there, or paste the lines that it is computed in.",
    )


def _bare(data: DataSet) -> DataSet:
    return replace(data, steps=tuple(s for s in data.steps if s.name not in _CUTS))


def _where(step: DatasetStep) -> str:
    return f"line {step.line}: " if step.line else ""
