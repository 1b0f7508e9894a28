"""The calls that make datasets: their roles, and what decides the files they read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from inspector.code_reading.call_reading import CallReader
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets, dataset_uses, listed_uses
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import Action, LoaderName
from inspector.code_reading.evaluation.values import MISSING
from inspector.code_reading.program import Unread
from inspector.code_reading.roles import DatasetRole, role_of_name

_UNNAMED_PARTS: Final = (
    LoaderName.SLICES, LoaderName.FASTAI_RANDOM, LoaderName.FASTAI_FOLDERS,
    LoaderName.FASTAI_FROM_FOLDER,
)  # fmt: skip
"""Splits whose parts have no order that tells their role, or no names of their own."""


def code_calls(followed: Followed) -> tuple[CodeCall, ...]:
    """Return the calls in text order, each with its role."""
    uses = dataset_uses(followed.events)
    listed = listed_uses(uses, followed.libraries.parents)
    judged = any(u.validates or Action.EVALUATE in u.uses for u in listed if not u.fits)
    reader = CallReader(followed.libraries.parents, judged=judged)
    calls = [call for use in listed for call in reader.calls(use)]
    known = _without_uncalled(followed, _without_overwritten(followed, _settled(calls)))
    return tuple(_distinct(_without_bystanders(known)))


def _without_bystanders(calls: Sequence[CodeCall]) -> list[CodeCall]:
    """Drop training roles that only a folder or a position tells, beside a call that is trained."""
    trained = {c.folder for c in calls if c.role is DatasetRole.TRAINING and c.trained}

    used = [c for c in calls if c.role is DatasetRole.TRAINING and c.trained]
    whole = any(
        c.source is u.source and c.data == u.data and c is not u for c in calls for u in used
    )

    def is_bystander(call: CodeCall) -> bool:
        if whole and not call.read_by_model and call.folder is None and _is_order(call):
            return True
        positioned = call.data.part is not MISSING and call.loader not in _UNNAMED_PARTS
        guessed = not call.read_by_model and role_of_name(call.name) is DatasetRole.OTHER
        drops = call.role is DatasetRole.TRAINING or call.loader in _UNNAMED_PARTS[1:]
        return call.folder in trained and guessed and not positioned and drops

    return [replace(c, role=DatasetRole.OTHER) if is_bystander(c) else c for c in calls]


def _without_overwritten(followed: Followed, calls: Sequence[CodeCall]) -> list[CodeCall]:
    """Drop roles that only a name tells, where a model reads what has the name afterwards."""
    last = {
        event.name: data
        for event in followed.events
        if event.action is Action.NAME and "parameter" not in event.options
        for data in data_sets(event.data)
    }
    read = {(c.source, c.data.membership) for c in calls if c.read_by_model}

    def is_overwritten(call: CodeCall) -> bool:
        owner = last.get(call.name, call.data)
        named = role_of_name(call.name) is call.role and not call.read_by_model
        other = owner.source.node is not call.source.node
        return named and other and (owner.source, owner.membership) in read

    return [replace(c, role=DatasetRole.OTHER) if is_overwritten(c) else c for c in calls]


def _is_order(call: CodeCall) -> bool:
    """Tell whether a call holds positions that are taken out of nothing."""
    parent = call.source.parent
    whole = parent is not None and parent.has("indices") and call.data.container is None
    return whole and parent is not None and parent.container is None


def _without_uncalled(followed: Followed, calls: Sequence[CodeCall]) -> list[CodeCall]:
    """Drop the roles of calls in functions that nothing calls, beside a pair that runs."""
    run = {
        data.source
        for event in followed.events[: followed.reached]
        for data in (*data_sets(event.data), *data_sets(event.validation))
    }
    roles = {call.role for call in calls if call.source in run}
    if DatasetRole.TRAINING not in roles or not roles & {DatasetRole.VALIDATION, DatasetRole.TEST}:
        return list(calls)
    return [
        call if call.source in run else replace(call, role=DatasetRole.OTHER, trained=False)
        for call in calls
    ]


def _settled(calls: Sequence[CodeCall]) -> list[CodeCall]:
    """Merge alternative calls into one: what they differ in is unknown."""
    groups: dict[object, list[CodeCall]] = {}
    for i, call in enumerate(calls):
        key = (call.source.node, call.role) if call.source.choice else i
        groups.setdefault(key, []).append(call)
    return [_one_of(group) for group in groups.values()]


def _one_of(group: Sequence[CodeCall]) -> CodeCall:
    call = group[0]
    for name in ("folder", "validation_split", "subset", "seed", "shuffle"):
        if len({getattr(c, name) for c in group}) > 1:
            why = "it depends on what is only known when the code runs"
            lack = Unread(call.place, name, why)
            call = replace(call, **{name: None}, unread=(*call.unread, lack))  # type: ignore[arg-type]
    return call


def _distinct(calls: Sequence[CodeCall]) -> Iterator[CodeCall]:
    """Merge calls on one line that say the same."""
    known: dict[object, CodeCall] = {}
    for call in sorted(calls, key=lambda c: (c.place.cell or 0, c.place.line)):
        key = (
            id(call.source.node), call.role, call.folder, call.validation_split, call.subset,
            call.seed, call.shuffle, call.loader,
        )  # fmt: skip
        same = known.get(key)
        numbers = call.fit_numbers if same is None else (*same.fit_numbers, *call.fit_numbers)
        better = same is None or (call.read_by_model and not same.read_by_model)
        known[key] = replace(call if better or same is None else same, fit_numbers=numbers)
    yield from known.values()
