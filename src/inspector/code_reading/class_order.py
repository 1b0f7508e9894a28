"""Whether inference code names the classes in the order of their numbers in training."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.class_names import ClassNames
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import LoaderName
from inspector.code_reading.evaluation.values import ListBox
from inspector.code_reading.finding import HIGH, MIDDLE
from inspector.code_reading.input_differences import Aspect, InputDifference
from inspector.code_reading.program import CodePlace

_BY_FOLDER: Final = (LoaderName.DATASET, LoaderName.GENERATOR, LoaderName.IMAGE_FOLDER)


def class_order(
    trained: Followed, calls: Sequence[CodeCall], served: Followed, class_names: Sequence[str]
) -> Iterator[InputDifference]:
    """Yield the mistakes in the class names of inference code.

    Args:
        trained: The training code.
        calls: Its datasets, validation first.
        served: The inference code.
        class_names: Class folders of the dataset; () without a dataset.
    """
    serving = _written(served)
    if serving is None:
        return
    names, place, certain = _trained_names(trained, calls, class_names)
    if names is None and place is None:
        return
    mine = [_plain(n) for n in serving.names]
    where = place or CodePlace(1)
    if names is None:
        if mine != sorted(mine) and list(serving.names) != sorted(serving.names):
            yield InputDifference(
                Aspect.CLASSES, MIDDLE,
                f"{serving.variable} is not in the order of its characters, by which training"
                " numbers class folders: a right prediction gets a wrong name where these are the"
                f" names of the folders. Training's order would be {_listed(sorted(mine))}.",
                serving.place, where, names=(tuple(sorted(serving.names)), serving.names),
            )  # fmt: skip
        return
    theirs = [_plain(n) for n in names]
    if mine == theirs:
        return
    if sorted(mine) == sorted(theirs):
        wrong = sum(a != b for a, b in zip(mine, theirs, strict=True))
        yield InputDifference(
            Aspect.CLASSES, HIGH,
            f"{wrong} of {len(names)} classes get another class's name: training numbers"
            f" {_listed(names)}, {serving.variable} is {_listed(serving.names)}.",
            serving.place, where, names=(tuple(names), serving.names),
        )  # fmt: skip
    elif len(mine) != len(theirs) and certain:
        yield InputDifference(
            Aspect.CLASSES, HIGH,
            f"Training has {len(theirs)} classes, and {serving.variable} has {len(mine)} names.",
            serving.place, where,
        )  # fmt: skip


def _written(followed: Followed) -> ClassNames | None:
    """Return the one list of class names that code contains; None if there are several."""
    images = followed.libraries.images
    assert images is not None
    lists = {c.names: c for c in reversed(images.class_names)}
    return next(iter(lists.values())) if len(lists) == 1 else None


def _trained_names(
    followed: Followed, calls: Sequence[CodeCall], class_names: Sequence[str]
) -> tuple[Sequence[str] | None, CodePlace | None, bool]:
    """Return the classes in number order, where that is decided, and whether it is certain.

    Names are None if only the rule is known: sorted by folder name.
    """
    calls = [c for c in calls if c.loader in _BY_FOLDER]
    for call in reversed(calls):
        given = call.source.arguments.get("class_names", call.source.arguments.get("classes"))
        items = given.data if isinstance(given, ListBox) else given
        if isinstance(items, list | tuple) and all(isinstance(n, str) for n in items) and items:
            return [str(n) for n in items], call.place, True
    if calls:
        return sorted(class_names) or None, calls[0].place, bool(class_names)
    written = _written(followed)
    return (written.names, written.place, True) if written else (None, None, False)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _listed(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > 5 else ""
    return ", ".join(f"{i} {name}" for i, name in enumerate(names[:5])) + more
