"""Split rules: how membership comes about, and who stands where under each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from inspector.audit.pitfalls import Pitfall, Replayed, pitfalls
from inspector.code_reading.finding import LOW
from inspector.code_reading.loader_calls import LoaderCall
from inspector.code_reading.reading import Answers, CodeReading
from inspector.dataset.layouts import IMAGE_ENDINGS, fold_of
from inspector.dataset.names import (
    TEST,
    TRAINING,
    VALIDATION,
    RelativePath,
    Split,
    parse_listed_path,
    parse_listed_paths,
    parse_split,
)
from inspector.errors import DatasetError, UsageError
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
from inspector.splits.group_split import split_by_group
from inspector.splits.keras_replay import Call, Loader, check, cut, list_call, replay
from inspector.store.records import Record, RecordKey
from inspector.store.samples import Sample

SHARE = 0.2
_Name = TypeVar("_Name", bound=str)


class RuleKind(StrEnum):
    """What makes the split."""

    FOLDERS = "folders"
    KERAS = "keras call"
    REPLAY = "other library"
    CODE = "pasted code"
    GROUPS = "by group"
    LIST = "list of files"


@dataclass(frozen=True, slots=True)
class Rule:
    """A split rule.

    Attributes:
        call: For a Keras call; `second` is the call that makes validation where it differs.
        folder: Folder that the call reads, relative to the dataset; "" for the root, None for
            the training folder if there is one, else the root.
        code: Pasted code, with `answers` to what it does not tell, and corrected roles.
        serving: Inference code that is compared with `code`; it decides nothing.
        fold: For the folders, where they are folds of a cross-validation: the one that is held out;
             "" for the first.
        file: For a list of files: a CSV with the columns path and split, such as a locked split.
        share: For by group: of each class; None for today's share, or .2.
        fewest_moves: For by group: leave images where they are as far as can be.
        function: For another library: a `SplitFunction`, with its `keywords` as a JSON object.
        listing: For another library: what lists the files; "" for what is usual.
    """

    kind: RuleKind = RuleKind.FOLDERS
    call: Call = field(default_factory=Call)
    second: Call | None = None
    folder: str | None = None
    code: str = ""
    answers: Answers = ()
    serving: str = ""
    share: float | None = None
    seed: int = 0
    fewest_moves: bool = False
    fold: str = ""
    file: str = ""
    function: str = ""
    keywords: str = ""
    listing: str = ""

    @property
    def arguments(self) -> str:
        """The keywords of another library's call as a script writes them."""
        try:
            keywords = msgspec.json.decode(self.keywords or "{}", type=dict[str, object])
        except msgspec.DecodeError:
            return self.keywords
        return ", ".join(f"{name}={value!r}" for name, value in keywords.items())

    @property
    def text(self) -> str:
        """The rule in words."""
        match self.kind:
            case RuleKind.FOLDERS:
                return f"{self.fold} against the other folds" if self.fold else "the folders"
            case RuleKind.CODE:
                return "the pasted code"
            case RuleKind.GROUPS:
                return f"groups kept together, seed {self.seed}"
            case RuleKind.LIST:
                return f"the list {Path(self.file).name}"
            case RuleKind.REPLAY:
                listed = f" on {self.listing}" if self.listing else ""
                return f"{self.function}({self.arguments}){listed}"
            case RuleKind.KERAS:
                call = self.call
                shuffle = "" if call.shuffle else ", shuffle=False"
                keras = f", Keras {call.keras}" if call.keras else ""
                call_text = f"{call.loader.value}(validation_split={call.validation_split:g}"
                return f"{call_text}, seed={call.seed}{shuffle}){keras}"


@dataclass(frozen=True, slots=True)
class Membership:
    """Who stands where under a rule.

    Attributes:
        training: Paths in the rule's own order; a file may be on both sides.
        validation: The same.
        elsewhere: Other images by the name of their place, such as "test" or "validation folder".
        neither: Files that the calls list and that are on no side.
        calls_to: The folder that the calls read, relative, or "".
        evaluation: What the second side is: "test" where the folders have no validation.
    """

    rule: Rule
    training: tuple[RelativePath, ...]
    validation: tuple[RelativePath, ...]
    elsewhere: dict[Split, tuple[RelativePath, ...]]
    neither: tuple[RelativePath, ...] = ()
    findings: tuple[Pitfall, ...] = ()
    calls_to: str = ""
    evaluation: Split = VALIDATION

    def sides(self) -> dict[RelativePath, Split]:
        """Return the side of each path; the first that holds, where a file is on both."""
        every = ((TRAINING, self.training), (self.evaluation, self.validation))
        sides: dict[RelativePath, Split] = {}
        for side, paths in (*every, *self.elsewhere.items()):
            for path in paths:
                sides.setdefault(path, side)
        return sides


SPLIT_RULE = Record(RecordKey.SPLIT_RULE, Rule, Rule())


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


def by_folders(source: SplitSource, rule: Rule) -> Membership:
    """Say who stands where by the split folders, as catalogued.

    Raises:
        DatasetError: The folders are no splits.
    """
    rows = source.samples.everything()
    sides: dict[Split, list[RelativePath]] = {}
    for sample in rows:
        if counts(sample):
            sides.setdefault(sample.split, []).append(sample.path)
    folds = folds_among(sides)
    if rule.fold or (folds and not sides.keys() & {TRAINING, VALIDATION}):
        return _by_fold(rule, sides, folds)
    evaluation = VALIDATION if VALIDATION in sides else TEST
    training, validation, elsewhere = two_sides(sides)
    if not training or not validation:
        raise DatasetError(
            "the folders are not splits: there is no training folder with a validation or test"
            " folder beside it",
            "Name a Keras call (validation_split and seed), paste the code, or split by group.",
        )
    return Membership(rule, training, validation, elsewhere, evaluation=evaluation)


def _by_fold(rule: Rule, sides: dict[Split, list[RelativePath]], folds: list[Split]) -> Membership:
    """Hold one fold of a cross-validation out; training is all the others.

    Raises:
        UsageError: There is no such fold.
    """
    held = next((name for name in folds if rule.fold in ("", name)), None)
    if held is None or len(folds) < 2:
        raise UsageError(
            f"there is no fold {rule.fold} beside others",
            f"Folds here: {', '.join(folds)}." if folds else "The folders are not folds.",
        )
    training = tuple(path for name in folds if name != held for path in sides[name])
    pitfall = Pitfall(
        "fold_held_out", LOW,
        f"{held} is held out for validation",
        f"Training is the other {len(folds) - 1:,} of"
        f" {len(folds):,} folds; each fold can be held out in turn (--fold).",
        {"folds": float(len(folds))},
    )  # fmt: skip
    elsewhere = {n: tuple(paths) for n, paths in sides.items() if n and n not in folds}
    return Membership(rule, training, tuple(sides[held]), elsewhere, findings=(pitfall,))


def folds_among(splits: Iterable[_Name]) -> list[_Name]:
    """Return the folds of a cross-validation among names of splits, 2 before 10; [] for one."""
    named = sorted((int(number), s) for s in splits if (number := fold_of(s)))
    return [s for _, s in named] if len(named) > 1 else []


def two_sides(
    sides: dict[Split, list[RelativePath]],
) -> tuple[
    tuple[RelativePath, ...], tuple[RelativePath, ...], dict[Split, tuple[RelativePath, ...]]
]:
    """Return training, validation (test where there is none), and the other places by name."""
    training = tuple(sides.pop(TRAINING, ()))
    validation = sides.pop(VALIDATION, None)
    if validation is None:
        validation = sides.pop(TEST, None) or []
    return training, tuple(validation), {n: tuple(paths) for n, paths in sides.items() if n}


def by_groups(source: SplitSource, rule: Rule, *, without: Collection[int] = ()) -> Membership:
    """Say who stands where if groups are kept together.

    Args:
        without: Ids of images to leave out, beside those that are excluded.

    Raises:
        UsageError: The share is out of range.
    """
    rows = [s for s in source.groups.images() if s.mark != "drop" and s.id not in without]
    groups = source.groups.numbers(rows, with_duplicates=True)
    names = sorted({s.new_label or s.label for s in rows})
    place = {name: i for i, name in enumerate(names)}
    labels = np.array([place[s.new_label or s.label] for s in rows], np.int32)
    fixed = np.array([s.split == "test" for s in rows], np.bool_)
    today = np.array([s.split == "validation" for s in rows], np.bool_)
    # A group that touches the test folder belongs there, or it would stand on two sides.
    held = np.isin(groups, groups[fixed])
    pool = ~held
    share = rule.share
    if share is None:
        some = int(today.sum())
        share = some / max(1, int((~fixed).sum())) if some else SHARE
    if not 0 < share < 1:
        raise UsageError(f"the share {share:g} is not between 0 and 1", "0.2 is a fifth.")
    chosen = np.zeros(len(rows), np.bool_)
    chosen[pool] = split_by_group(
        groups[pool], labels[pool], share, seed=rule.seed,
        today=today[pool] if rule.fewest_moves else None,
    )  # fmt: skip
    training = tuple(s.path for s, c, h in zip(rows, chosen, held, strict=True) if not c and not h)
    validation = tuple(s.path for s, c in zip(rows, chosen, strict=True) if c)
    test = tuple(s.path for s, h in zip(rows, held, strict=True) if h)
    return Membership(rule, training, validation, {TEST: test} if test else {})


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


def counts(sample: Sample) -> bool:
    """Tell whether a file is an image; by its name where it was not read yet."""
    return sample.status == "image" or (
        sample.status == "pending" and sample.path.lower().endswith(IMAGE_ENDINGS)
    )


def moves(rows: Sequence[Sample], membership: Membership) -> list[dict[str, str]]:
    """Return what moves against today's folders: path, from, to."""
    to = membership.sides()
    return [
        {"path": s.path, "from": s.split, "to": to[s.path]}
        for s in rows
        if s.path in to and s.split and s.split != to[s.path]
    ]


def training_folder(source: SplitSource, folder: str | None) -> Path:
    """Return the folder that a call of this rule reads."""
    return source.context.root / _folder(source, folder)
