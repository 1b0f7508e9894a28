"""The split that a library makes in pasted code, replayed on the current files."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_cuts import held_files
from inspector.code_reading.evaluation.objects import DataSet, LoaderName, Source
from inspector.code_reading.finding import LOW
from inspector.code_reading.library_splits import (
    ListedFiles,
    is_replayed,
    library_call,
    listed_files,
    order_call,
    refuse_steps,
)
from inspector.dataset.names import RelativePath, parse_listed_paths
from inspector.errors import UsageError
from inspector.project.splits.code_split import code_folder
from inspector.project.splits.source import SplitSource
from inspector.splits.listings import list_items
from inspector.splits.other_replays import replay
from inspector.splits.replayed import Assumption, Items

MAX_SPLITS = 4
"""Depth of nested splits that are followed."""


def replay_findings(assumptions: Iterable[Assumption | str]) -> tuple[Pitfall, ...]:
    """Return what must hold for a replay to be exact."""
    return tuple(
        Pitfall("replay_assumption", LOW, f"The replay is exact if {assumption}", "")
        for assumption in dict.fromkeys(assumptions)
    )


def _folders(source: SplitSource, one: CodeCall, two: CodeCall) -> tuple[str, str]:
    """Return the dataset folders that both sides read; the dataset itself where one is not known.

    Raises:
        UsageError: They read different folders of which one is not in this dataset.
    """
    first, second = (code_folder(source, call.folder or "") for call in (one, two))
    if None not in (one.folder, two.folder) and one.folder != two.folder:
        for call, folder in ((one, first), (two, second)):
            if folder is None or first == second:
                raise UsageError(
                    f"{call.place.text} reads {call.folder}, which is not a folder of this dataset"
                    " of its own",
                    "Open the folder that holds both.",
                )
    return first or "", second or ""


class LibrarySplit:
    """Both parts of a split by a library.

    Attributes:
        folder: Relative to the dataset.
        training: Paths relative to the dataset, in the library's order.
        validation: The same.
        every: All paths that the library lists.
        findings: What must hold for this to be exact.
    """

    def __init__(
        self, source: SplitSource, one: CodeCall, two: CodeCall,
        containers: Mapping[Source, DataSet],
    ) -> None:  # fmt: skip
        self._source, self._containers = source, containers
        folders = _folders(source, one, two)
        self.folder = folders[0]
        self._assumptions: list[Assumption] = []
        sides: list[tuple[RelativePath, ...]] = []
        every: dict[RelativePath, None] = {}
        for call, folder in zip((one, two), folders, strict=True):
            self._root = source.context.root / folder
            items = self._items(call.data, call.folder or "", 0)
            sides.append(parse_listed_paths(items.paths, folder=folder))
            every |= dict.fromkeys(parse_listed_paths(self._whole.paths, folder=folder))
        self.training, self.validation = sides
        self.every = tuple(every)
        self.findings = replay_findings(self._assumptions)

    def _items(self, data: DataSet, folder: str, depth: int, *, in_order: bool = False) -> Items:
        """Return the items of a dataset: listed, or a part of a replayed split.

        Raises:
            UsageError: Something that decides them is not in the code, or splits are nested too
                deeply.
        """
        source = data.source
        if in_order:  # A cut shuffles by itself.
            data = replace(data, steps=tuple(s for s in data.steps if s.name != "shuffle"))
        if depth > MAX_SPLITS:
            raise UsageError("the code splits a split of a split", "Save the list instead.")
        if source.loader is LoaderName.FILES and data.has("take", "skip"):
            return self._cut(data, folder)
        refuse_steps(data)
        if not is_replayed(source.loader):
            return self._ordered(self._listed(listed_files(data, folder)), data)
        parent = self._containers.get(source) or source.parent
        whole = (
            self._listed(listed_files(data, folder)) if parent is None
            else self._items(parent, folder, depth + 1, in_order=source.loader is LoaderName.SLICES)
        )  # fmt: skip
        split = replay(whole, library_call(source, len(whole)))
        self._assumptions += split.assumptions
        part = data.part
        number = part if isinstance(part, int) else {"train": 0, "test": 1}.get(str(part), -1)
        if not 0 <= number < len(split.parts):
            raise UsageError("the code uses a part that the split does not have", "Check it.")
        side = whole.take(split.parts[number].indices)
        if not depth:  # The order within a part decides nothing.
            return side
        after = next((i for i, s in enumerate(data.steps) if s.name == "part"), 0)
        return self._ordered(side, replace(data, steps=data.steps[after:]))

    def _cut(self, data: DataSet, folder: str) -> Items:
        """Return what take() and skip() leave of a list of files."""
        whole = tuple(s for s in data.steps if s.name not in ("take", "skip", "shuffle"))
        files = replace(data, steps=whole)
        refuse_steps(files)
        held_files(data, 0)  # What can't be known is said before what the files lack.
        items = self._listed(listed_files(files, folder))
        first, end = held_files(data, len(items))
        return items.take(np.arange(first, end))

    def _ordered(self, items: Items, data: DataSet) -> Items:
        """Shuffle as the code does before it continues."""
        call = order_call(data)
        if call is None:
            return items
        order = replay(items, call)
        self._assumptions += order.assumptions
        return items.take(order.parts[0].indices)

    def _listed(self, files: ListedFiles) -> Items:
        items = list_items(self._root, files.listing, split=files.split)
        places = [i for i, p in enumerate(items.paths) if files.takes(p)]
        if files.by_parts:
            places.sort(key=lambda i: items.paths[i].split("/"))
        self._whole = items.take(np.array(places, np.int64))
        return self._whole
