"""Augmented copies that are made before the images are split."""

from collections.abc import Iterator, Mapping, Sequence

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.file_values import folder_of
from inspector.code_reading.evaluation.objects import (
    SPLIT_LOADERS,
    Action,
    DataSet,
    ImageCopy,
    Source,
    Tensor,
)
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.finding import HIGH, CodeFinding
from inspector.code_reading.pitfalls.overlaps import ancestors
from inspector.code_reading.program import CodePlace
from inspector.code_reading.roles import DatasetRole


def offline_findings(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Yield the findings about copies that were made before a split."""
    yield from _copies_before(calls, followed.libraries.parents)
    yield from _written_by_flow(calls)
    yield from _written_by_loop(followed, calls)


def _copies_before(
    calls: Sequence[CodeCall], parents: Mapping[Source, DataSet]
) -> Iterator[CodeFinding]:
    """Find a list of images with flipped or rotated copies of them that is split afterwards."""
    for call in calls:
        if call.role is DatasetRole.TRAINING or "Group" in call.loader.value:
            continue
        for data in ancestors(call.data, parents):
            drawn = call.shuffle is not False or data.has("shuffle")
            if data.has("copies") and drawn and call.source is not data.source:
                yield CodeFinding(
                    "augmented_before_split", HIGH,
                    "The list holds some images several times (over-sampled, flipped or rotated"
                    " copies) and is split afterwards, so copies of one image are in training and"
                    " in"
                    f" {call.role.value}. Split first, and augment the training images only.",
                    call.place,
                )  # fmt: skip
                return


def _written_by_flow(calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Find copies that a generator's flow writes into a folder that is split afterwards."""
    written = [(shown(c.source.arguments.get("save_to_dir")), c.place) for c in calls]
    for call in calls:
        if call.folder is None or not _held_out(call):
            continue
        place = next((p for folder, p in written if _is_in(folder, call.folder)), None)
        if place is not None:
            yield _finding(call, place)


def _written_by_loop(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Find copies that a loop over the images writes into a folder that is split afterwards."""
    events = followed.events[: followed.reached]
    for call in calls:
        if call.folder is None or not _held_out(call) or "Group" in call.loader.value:
            continue
        before = events[: _number_of(followed, call)]
        saves = [e for e in before if e.action is Action.SAVE and _is_in(e.name, call.folder)]
        copies = [e for e in saves if _is_augmented(e.options.get("image"))]
        beside = len(saves) > 1 or any(_is_beside(e.options.get("image"), call) for e in copies)
        if copies and beside:
            yield _finding(call, copies[0].place)
            return


def _is_in(folder: str, whole: str) -> bool:
    return f"{folder}/".startswith(f"{whole.rstrip('/')}/")


def _is_augmented(image: object) -> bool:
    return isinstance(image, ImageCopy) or (isinstance(image, Tensor) and bool(image.layers))


def _is_beside(image: object, call: CodeCall) -> bool:
    """Tell whether the image that a copy is made of lies in the folder that is split."""
    own = isinstance(image, ImageCopy) and shown(folder_of(image.of))
    return isinstance(own, str) and _is_in(own, call.folder or "")


def _number_of(followed: Followed, call: CodeCall) -> int:
    """Return the number of the first event about a dataset."""
    return next(
        (i for i, e in enumerate(followed.events) for d in data_sets(e.data)
         if d.source is call.source), len(followed.events),
    )  # fmt: skip


def _held_out(call: CodeCall) -> bool:
    cut = call.validation_split or call.loader in SPLIT_LOADERS
    return bool(cut) and call.role in (DatasetRole.VALIDATION, DatasetRole.TEST)


def _finding(call: CodeCall, place: CodePlace) -> CodeFinding:
    return CodeFinding(
        "augmented_before_split", HIGH,
        f"{call.folder} holds augmented copies (line {place.line}) and is split afterwards, so"
        f" copies of one image are in training and in {call.role.value}. Split first, and augment"
        " the training images only.",
        call.place,
    )  # fmt: skip
