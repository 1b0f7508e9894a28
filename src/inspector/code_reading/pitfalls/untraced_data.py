"""What a model reads without the reader knowing which files it is: named, never left out."""

from collections.abc import Iterator, Sequence

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import Action, Event
from inspector.code_reading.evaluation.values import ListBox, Unknown
from inspector.code_reading.program import Unread
from inspector.code_reading.roles import DatasetRole

_LOOP = "the training loop"
_LONGEST = 60


def untraced_data(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[Unread]:
    """Yield what models are trained and evaluated on where it leads to no dataset.

    A role that another call has is left out: its files are known, whatever is made of them.
    """
    known = {call.role for call in calls}
    for event in followed.events:
        for what, value, roles in _parts(event):
            text = "" if known & roles else _lost(value)
            if text == _LOOP:
                text = f"what {text} goes through"
            if text:
                yield Unread(event.place, what, f"where {text} comes from is not followed")


def _parts(event: Event) -> Iterator[tuple[str, object, set[DatasetRole]]]:
    if event.action is Action.FIT:
        yield "the training data", event.data, {DatasetRole.TRAINING}
        yield "the validation data", event.validation, {DatasetRole.VALIDATION}
    elif event.action is Action.EVALUATE:
        roles = {DatasetRole.VALIDATION, DatasetRole.TEST}
        yield "the data that is evaluated", event.data, roles


def _lost(value: object) -> str:
    """Return the text of what leads to no dataset; "" if there is nothing to follow."""
    if isinstance(value, tuple) and value:
        # Images and labels.
        value = value[0]
    if data_sets(value):
        return ""
    match value:
        case Unknown():
            return value.text[:_LONGEST]
        case ListBox():
            return "the list"
        case _:
            return ""
