"""Membership under Keras calls, given as such or in pasted code."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inspector.audit.call_pitfalls import pitfalls
from inspector.audit.pitfalls import Replayed
from inspector.code_reading.dataset_cuts import held_files, is_cut_in_order, uncut
from inspector.code_reading.evaluation.objects import LoaderName
from inspector.code_reading.loader_calls import LoaderCall, loader_call
from inspector.code_reading.reading import CodeReading
from inspector.dataset.names import (
    RelativePath,
    Split,
    parse_listed_path,
    parse_listed_paths,
    parse_split,
)
from inspector.errors import UsageError
from inspector.project.splits.code_consequences import code_pitfalls
from inspector.project.splits.code_split import (
    code_folders,
    is_keras,
    keras_pair,
    one_call_of,
    pair_of,
    reading_of,
    side_of,
)
from inspector.project.splits.library_split import LibrarySplit
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule, RuleKind, counts
from inspector.splits.keras_replay import Call, Loader, check, cut, list_call, replay
from inspector.splits.replayed import SAVE_LIST


def call_sides(source: SplitSource, rule: Rule) -> Membership:
    """Replay one Keras call on the current files; paths are relative to the dataset.

    Raises:
        DatasetError: Keras would raise on this folder.
        UsageError: Keras rejects the arguments.
    """
    folder = _folder(source, rule.folder)
    sides = replay(source.context.root / folder, _with_subset(rule.call, "training"))
    return Membership(
        rule, parse_listed_paths(sides.training, folder=folder),
        parse_listed_paths(sides.validation, folder=folder), {}, calls_to=folder,
    )  # fmt: skip


def by_call(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership under one or two Keras calls, on the current files.

    Raises:
        DatasetError: Keras would raise on this folder.
        UsageError: Keras rejects the arguments.
    """
    second = rule.second or rule.call
    return _by_calls(source, rule, rule.call, second, folders=(rule.folder, rule.folder))


def by_reading(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership under the calls that pasted code is read to make.

    Raises:
        DatasetError: The loader would raise on this folder.
        UsageError: The code can't be read, or reads another folder.
    """
    reading = reading_of(rule.code, rule.call.keras, rule.answers)
    pair = pair_of(reading)
    if any(is_cut_in_order(call) for call in pair):
        return _by_cuts(source, rule, reading)
    if not is_keras(pair):
        return _by_library(source, rule, reading)
    one, two = keras_pair(reading, rule.call.keras)
    folders = code_folders(source, one, two)
    calls = _by_calls(source, rule, one.call, two.call, folders=folders, code=(one, two))
    findings = (*calls.findings, *code_pitfalls(source, reading, calls.findings))
    return replace(calls, findings=findings)


def _by_library(source: SplitSource, rule: Rule, reading: CodeReading) -> Membership:
    one, two = pair_of(reading)
    if one.data.has("weighted") and one.folder == two.folder:
        raise UsageError(
            f"{one.place.text}: a sampler draws the training images by weight, and which it never"
            " draws is not known",
            SAVE_LIST,
        )
    split = LibrarySplit(source, one, two, reading.containers)
    taken = {*split.training, *split.validation}
    neither = tuple(p for p in split.every if p not in taken)
    findings = (*code_pitfalls(source, reading, split.findings), *split.findings)
    return Membership(
        rule, split.training, split.validation, elsewhere_by_folder(source, {*taken, *neither}),
        neither, findings, split.folder,
    )  # fmt: skip


def _by_cuts(source: SplitSource, rule: Rule, reading: CodeReading) -> Membership:
    """Say who stands where when batches of Keras's loaders are cut by take() and skip()."""
    pair = pair_of(reading)
    for call in pair:
        if call.loader is not LoaderName.DATASET:
            raise UsageError(
                f"{call.place.text}: {call.loader.value} stands beside a dataset that take() and"
                " skip() cut, which is not replayed",
                SAVE_LIST,
            )
    calls = [loader_call(uncut(call), rule.call.keras) for call in pair]
    folders = code_folders(source, calls[0], calls[1])
    sides: list[tuple[RelativePath, ...]] = []
    every: list[RelativePath] = []
    for which, (call, keras, folder) in enumerate(zip(pair, calls, folders, strict=True)):
        side = side_of(keras, which)
        paths, _, listed = _side(source, _folder(source, folder), keras.call, side)
        first, end = held_files(call.data, len(paths)) if is_cut_in_order(call) else (0, None)
        sides.append(paths[first:end])
        every += listed
    taken = {*sides[0], *sides[1]}
    neither = tuple(p for p in dict.fromkeys(every) if p not in taken)
    findings = tuple(code_pitfalls(source, reading, ()))
    return Membership(
        rule, sides[0], sides[1], elsewhere_by_folder(source, {*taken, *neither}), neither,
        findings, _folder(source, folders[0]),
    )  # fmt: skip


def one_call(source: SplitSource, rule: Rule) -> Rule | None:
    """Return the single Keras call whose two subsets a rule uses; None for other rules.

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
    if places[0] != places[1] and not two.validation_split and two.loader is not Loader.GENERATOR:
        two = replace(two, subset="")
    sides = [side_of(call, which) for which, call in enumerate(code)] or [0, 1]
    outer = [call.within for call in code] or [None, None]
    training, listed, every = _side(source, places[0], one, sides[0], outer[0])
    validation, _, other = _side(source, places[1], two, sides[1], outer[1])
    samples = source.samples.everything()
    excluded = samples.of_rows(np.flatnonzero(samples.text("mark").equals("drop")))
    dropped = frozenset(path.removeprefix(f"{places[0]}/") for path in excluded.paths)
    same = places[0] == places[1] and outer[0] == outer[1]
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
    source: SplitSource,
    folder: str,
    call: Call,
    which: int,
    within: tuple[Call, int] | None = None,
) -> tuple[tuple[RelativePath, ...], Any, tuple[RelativePath, ...]]:
    """Return one split's paths as Keras cuts them, the listing, and all listed paths.

    An empty split is no error here, but a finding with its own numbers.
    """
    empty = call.loader is Loader.GENERATOR and call.subset == "validation"
    if not call.validation_split and call.left_size is None:
        call = replace(call, subset="")
    else:
        empty = False
        call = _with_subset(call, call.subset or ("training", "validation")[which])
    check(call)
    listed = list_call(source.context.root / folder, call)
    if within is not None:
        outer, part = within
        chosen = cut(listed, outer)[part].tolist()
        inner = cut(replace(listed, paths=tuple(listed.paths[i] for i in chosen)), call)[which]
        positions = np.array([chosen[i] for i in inner.tolist()], np.int64)
    else:
        positions = cut(listed, call)[which][: 0 if empty else None]
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
    """Return the images that the calls do not use, by their folder's split."""
    elsewhere: dict[Split, list[RelativePath]] = {}
    for sample in source.samples.everything():
        if counts(sample) and sample.split and sample.path not in taken:
            name = parse_split(f"{sample.split} folder", where=sample.path)
            elsewhere.setdefault(name, []).append(sample.path)
    return {name: tuple(paths) for name, paths in elsewhere.items()}


def training_folder(source: SplitSource, folder: str | None) -> Path:
    """Return the folder that a call of this rule reads."""
    return source.context.root / _folder(source, folder)
