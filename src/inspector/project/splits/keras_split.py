"""Membership under Keras calls, given as such or in pasted code."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from inspector.audit.call_pitfalls import pitfalls
from inspector.audit.pitfalls import Replayed
from inspector.code_reading.loader_calls import LoaderCall
from inspector.code_reading.reading import CodeReading
from inspector.dataset.names import (
    RelativePath,
    Split,
    parse_listed_path,
    parse_listed_paths,
    parse_split,
)
from inspector.project.splits.code_consequences import code_pitfalls
from inspector.project.splits.code_split import (
    code_folders,
    is_keras,
    keras_pair,
    one_call_of,
    pair_of,
    reading_of,
)
from inspector.project.splits.library_split import LibrarySplit
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule, RuleKind, counts
from inspector.splits.keras_replay import Call, Loader, check, cut, list_call, replay


def call_sides(source: SplitSource, rule: Rule) -> Membership:
    """Replay one Keras call on the disk as it is now, and look at nothing else.

    Raises:
        DatasetError: Keras would raise on this folder.
        UsageError: Keras refuses the arguments.
    """
    folder = _folder(source, rule.folder)
    sides = replay(source.context.root / folder, _with_subset(rule.call, "training"))
    return Membership(
        rule, parse_listed_paths(sides.training, folder=folder),
        parse_listed_paths(sides.validation, folder=folder), {}, calls_to=folder,
    )  # fmt: skip


def by_call(source: SplitSource, rule: Rule) -> Membership:
    """Say who stands where under one or two Keras calls, on the disk as it is now.

    Raises:
        DatasetError: Keras would raise on this folder.
        UsageError: Keras refuses the arguments.
    """
    second = rule.second or rule.call
    return _by_calls(source, rule, rule.call, second, folders=(rule.folder, rule.folder))


def by_code(source: SplitSource, rule: Rule) -> Membership:
    """Say who stands where under the calls of pasted code, on the disk as it is now.

    Raises:
        DatasetError: The loader would raise on this folder.
        UsageError: The code can't be read, or reads another folder.
    """
    reading = reading_of(rule.code, rule.call.keras, rule.answers)
    pair = pair_of(reading)
    if not is_keras(pair):
        return _by_library(source, rule, reading)
    one, two = keras_pair(reading, rule.call.keras)
    folders = code_folders(source, one, two)
    calls = _by_calls(source, rule, one.call, two.call, folders=folders, code=(one, two))
    findings = (*calls.findings, *code_pitfalls(source, reading, calls.findings))
    return replace(calls, findings=findings)


def _by_library(source: SplitSource, rule: Rule, reading: CodeReading) -> Membership:
    one, two = pair_of(reading)
    split = LibrarySplit(source, one, two, reading.containers)
    taken = {*split.training, *split.validation}
    neither = tuple(p for p in split.every if p not in taken)
    findings = (*code_pitfalls(source, reading, split.findings), *split.findings)
    return Membership(
        rule, split.training, split.validation, elsewhere_by_folder(source, {*taken, *neither}),
        neither, findings, split.folder,
    )  # fmt: skip


def one_call(source: SplitSource, rule: Rule) -> Rule | None:
    """Return the single Keras call whose two subsets are the sides of a rule; None for others.

    Raises:
        UsageError: The code can't be read.
    """
    if rule.kind is RuleKind.KERAS and rule.second in (None, rule.call):
        return rule if _splits(rule.call) else None
    if rule.kind is not RuleKind.CODE:
        return None
    known = one_call_of(source, rule.code, rule.call.keras, rule.answers)
    if known is None or not _splits(known[0]):
        return None
    return Rule(RuleKind.KERAS, known[0], folder=known[1])


def _splits(call: Call) -> bool:
    return bool(call.validation_split) or call.left_size is not None


def _by_calls(
    source: SplitSource,
    rule: Rule,
    one: Call,
    two: Call,
    *,
    folders: tuple[str | None, str | None],
    code: tuple[LoaderCall, ...] = (),
) -> Membership:
    places = _folder(source, folders[0]), _folder(source, folders[1])
    if places[0] != places[1] and not two.validation_split:
        two = replace(two, subset="")
    training, listed, every = _side(source, places[0], one, 0)
    validation, _, other = _side(source, places[1], two, 1)
    dropped = frozenset(
        s.path.removeprefix(f"{places[0]}/") for s in source.samples.everything()
        if s.mark == "drop"
    )  # fmt: skip
    same = places[0] == places[1]
    pitfalls_found = pitfalls(
        Replayed(
            one, two, listed, _inside(training, places[0]), _inside(validation, places[1]),
            same, code, dropped,
        )
    )  # fmt: skip
    head = f"{places[0]}/" if places[0] else ""
    pitfalls_found = [replace(f, files=tuple(head + p for p in f.files)) for f in pitfalls_found]
    taken = {*training, *validation}
    neither = tuple(p for p in dict.fromkeys((*every, *other)) if p not in taken)
    return Membership(
        rule, training, validation, elsewhere_by_folder(source, {*taken, *neither}), neither,
        tuple(pitfalls_found), places[0],
    )  # fmt: skip


def _side(
    source: SplitSource, folder: str, call: Call, which: int
) -> tuple[tuple[RelativePath, ...], Any, tuple[RelativePath, ...]]:
    """Return one side's paths as Keras cuts them, what was listed, and all that was listed.

    An empty side is no error here: it is a finding with its own numbers.
    """
    if not call.validation_split and call.left_size is None:
        call = replace(call, subset="")
    else:
        call = _with_subset(call, call.subset or ("training", "validation")[which])
    check(call)
    listed = list_call(source.context.root / folder, call)
    positions = cut(listed, call)[which]
    paths = parse_listed_paths(listed.paths, folder=folder)
    return tuple(paths[i] for i in positions.tolist()), listed, paths


def _with_subset(call: Call, subset: str) -> Call:
    return call if call.subset or call.loader is not Loader.DATASET else replace(
        call, subset=subset
    )  # fmt: skip


def _inside(paths: tuple[RelativePath, ...], folder: str) -> tuple[str, ...]:
    return tuple(p.removeprefix(f"{folder}/") for p in paths) if folder else paths


def _folder(source: SplitSource, folder: str | None) -> str:
    if folder is not None:
        inside = folder.strip("/")
        return parse_listed_path(inside) if inside else ""
    top = [name for name, split in source.context.layout.splits.items() if split == "training"]
    return top[0] if top else source.context.layout.base


def elsewhere_by_folder(
    source: SplitSource, taken: set[RelativePath]
) -> dict[Split, tuple[RelativePath, ...]]:
    """Name the images that the calls do not touch by the folder they stand in."""
    elsewhere: dict[Split, list[RelativePath]] = {}
    for sample in source.samples.everything():
        if counts(sample) and sample.split and sample.path not in taken:
            name = parse_split(f"{sample.split} folder", where=sample.path)
            elsewhere.setdefault(name, []).append(sample.path)
    return {name: tuple(paths) for name, paths in elsewhere.items()}


def training_folder(source: SplitSource, folder: str | None) -> Path:
    """Return the folder that a call of this rule reads."""
    return source.context.root / _folder(source, folder)
