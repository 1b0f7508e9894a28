"""The split of pasted code, followed on the dataset's files with every list known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_cuts import held_files
from inspector.code_reading.evaluation.exact.disk import DiskOrder
from inspector.code_reading.evaluation.exact.exact_run import ITEMS, ExactRun
from inspector.code_reading.evaluation.objects import LoaderName
from inspector.code_reading.reading import calls_on_files, pairs_of
from inspector.dataset.names import RelativePath, parse_listed_paths
from inspector.errors import UsageError
from inspector.project.splits.dataset_tree import DatasetTree
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule

_SAME_FILES: Final = (
    "map", "batch", "unbatch", "prefetch", "cache", "with_options", "loader", "repeat", "shuffle",
    "ignore_errors", "collected", "frame", "sorted", "fitted", "below",
)  # fmt: skip
"""Steps after which a dataset still contains the same files."""

_ORDER: Final = (
    "which files are in the split depends on the order in which a disk lists a folder, or a set its"
    " items, which differs from computer to computer"
)


@dataclass(frozen=True, slots=True)
class ExactSplit:
    """Both sides of a split.

    Attributes:
        assumed: What is taken for granted.
    """

    training: tuple[RelativePath, ...]
    validation: tuple[RelativePath, ...]
    assumed: tuple[str, ...]

    def is_split(self, training: Sequence[str], validation: Sequence[str]) -> bool:
        """Tell whether these are the files of both sides, in any order."""
        return sorted(self.training) == sorted(training) and (
            sorted(self.validation) == sorted(validation)
        )

    @property
    def folder(self) -> str:
        """The folder that all of the files lie in, relative to the dataset; "" for its root."""
        heads = [p.split("/")[:-1] for p in {*self.training, *self.validation}]
        common: list[str] = []
        for column in zip(*heads, strict=False):
            if len(set(column)) > 1:
                break
            common.append(column[0])
        return "/".join(common)


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """Why the split can't be followed on the files.

    Attributes:
        why: "" if nothing in particular stopped it.
        doubts: Why another reading of the code is not to be trusted; "" if nothing says so.
    """

    why: str = ""
    doubts: str = ""


def exact_split(source: SplitSource, rule: Rule) -> ExactSplit | NotFollowed:
    """Follow pasted code on the files of a dataset."""
    tree = DatasetTree(source.context.root)
    answers = dict(rule.answers)
    known: ExactSplit | None = None
    for order in DiskOrder:
        run = ExactRun(tree, order)
        calls = calls_on_files(rule.code, answers, run)
        split = _split_of(calls, run)
        if isinstance(split, NotFollowed):
            return split
        if known is not None and not known.is_split(split.training, split.validation):
            return NotFollowed(_ORDER)
        known = split
        if not run.disk.unsorted:
            break
    assert known is not None
    return known


def _split_of(calls: Sequence[CodeCall], run: ExactRun) -> ExactSplit | NotFollowed:
    lost = f"line {run.lost[0][0]}: {run.lost[0][1]}" if run.lost else ""
    if run.broken:
        why = "the code does more than can be followed on these files"
        return NotFollowed(why, why)
    doubts = f"line {run.changed[0][0]}: {run.changed[0][1]}" if run.changed else ""
    pairs = pairs_of(calls)
    chosen = [p for p in pairs if p[1].role == "validation"] or pairs
    if not chosen:
        return NotFollowed(lost, doubts)
    sides = [_files(call) for call in chosen[0]]
    if any(side is None for side in sides):
        return NotFollowed(lost or doubts, doubts)
    training, validation = (parse_listed_paths(side or ()) for side in sides)
    return ExactSplit(training, validation, tuple(dict.fromkeys(run.assumed)))


def _files(call: CodeCall) -> tuple[str, ...] | None:
    """Return the files of a call; None if they are not known."""
    source = call.data.source
    flows = source.loader in (LoaderName.DATAFRAME, LoaderName.ARRAYS)
    if flows and source.parent is not None and "subset" not in source.arguments:
        source = source.parent.source
    items = source.arguments.get(ITEMS)
    if not isinstance(items, tuple):
        return None
    if call.data.has("take", "skip"):
        try:
            first, end = held_files(call.data, len(items))
        except UsageError:
            return None
        return items[first:end]
    return items if all(s.name in _SAME_FILES for s in call.data.steps) else None
