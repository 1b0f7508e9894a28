"""Labels that the loss of the model does not take."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import Action, Event, LoaderName, StackBox
from inspector.code_reading.evaluation.values import Ref, Unknown
from inspector.code_reading.finding import HIGH, MIDDLE, CodeFinding
from inspector.code_reading.roles import DatasetRole
from inspector.code_reading.split_findings import classes_of, outputs_of

_MODES: Final = {
    LoaderName.DATASET: ("label_mode", "int"),
    LoaderName.GENERATOR: ("class_mode", "categorical"),
    LoaderName.DATAFRAME: ("class_mode", "categorical"),
}
_NUMBERS: Final = ("int", "sparse")
_ONE_HOT: Final = "categorical_crossentropy"
_BY_NUMBER: Final = "sparse_categorical_crossentropy"
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def loss_findings(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Yield what the labels of training lack for the loss that the model is compiled with."""
    for call in calls:
        if call.role is not DatasetRole.TRAINING or call.loader not in _MODES:
            continue
        if call.source.open or call.data.has("map"):
            continue
        name, default = _MODES[call.loader]
        mode = call.source.arguments.get(name, default)
        for event in _fits(followed, call):
            finding = _misfit(call, event, name, mode)
            if finding is not None:
                yield finding
                break


def _fits(followed: Followed, call: CodeCall) -> Iterator[Event]:
    for number in dict.fromkeys(call.fit_numbers):
        event = followed.events[number]
        if event.action is Action.FIT and isinstance(event.model, StackBox):
            yield event


def _misfit(call: CodeCall, event: Event, name: str, mode: object) -> CodeFinding | None:
    assert isinstance(event.model, StackBox)
    loss, units = _loss_name(event.model.loss), outputs_of(event.model)
    classes = classes_of(call)
    if loss == "binary_crossentropy" and units == 1 and mode in _NUMBERS:
        if classes is not None and len(classes) > 2:
            return CodeFinding(
                "binary_with_many_classes", HIGH,
                f"The model has one output and binary_crossentropy, but {name}="
                f'"{mode}" numbers {len(classes)} classes: it can learn two. Give the last layer'
                f" {len(classes)} outputs with softmax and use {_BY_NUMBER}.",
                call.place, name,
            )  # fmt: skip
        return None
    wrong = (loss == _ONE_HOT and mode in _NUMBERS) or (
        loss == _BY_NUMBER and mode == "categorical"
    )
    if not wrong or units in (None, 1):
        return None
    takes, other = ("one-hot labels", _BY_NUMBER) if loss == _ONE_HOT else ("numbers", _ONE_HOT)
    return CodeFinding(
        "labels_do_not_fit_loss", MIDDLE,
        f'{loss} takes {takes}, but {name}="{mode}" makes'
        f" {'numbers' if mode in _NUMBERS else 'one-hot labels'}: Keras stops with an error. Use"
        f" {other}, or another {name}.",
        call.place, name,
    )  # fmt: skip


def _loss_name(loss: object) -> str:
    """Return the name of a loss as Keras writes it; "" where it is not known."""
    if isinstance(loss, str):
        return loss
    text = loss.name if isinstance(loss, Ref) else loss.why if isinstance(loss, Unknown) else ""
    if isinstance(loss, Unknown) and "(" in loss.text:
        text = loss.text
    last = text.removeprefix("it is ").partition("(")[0].rpartition(".")[2]
    return _CAPITAL.sub("_", last).lower().replace("cross_entropy", "crossentropy")
