"""Datasets by their content, and what the code does with them: which of them are calls."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from inspector.code_reading.evaluation.objects import (
    SPLIT_LOADERS,
    Action,
    DataSet,
    DatasetStep,
    Event,
    LoaderName,
    Source,
)
from inspector.code_reading.evaluation.values import ListBox, Unknown
from inspector.code_reading.roles import DatasetRole, role_of_name, role_of_names

_READS: Final = (Action.FIT, Action.EVALUATE, Action.PREDICT)


@dataclass(slots=True)
class DatasetUse:
    """One dataset by its content, with all its uses.

    Attributes:
        names: Variables that it is assigned to.
        uses: evaluate and predict.
        validates: True if passed to fit as validation_data.
        fits: True if a model is trained on it.
        flow: The generator's flow that reads it, for a part of a split.
        fit_numbers: Numbers of the fit calls that read it.
        taken: True if it is looped over, or taken from a dict of splits.
        labelled: True if labels are made of its files.
        loader_names: Variables that a DataLoader of it is assigned to.
        shared: Variables among `names` that hold several datasets.
        own_loaders: Those among them that are no parameters.
        loaded: True if a DataLoader of it is looped over.
        containers: Datasets that it points into.
        assigned: Variables among `names` that are no parameters.
    """

    data: DataSet
    names: list[str] = field(default_factory=list)
    uses: list[Action] = field(default_factory=list)
    validates: bool = False
    fits: bool = False
    flow: Source | None = None
    fit_numbers: list[int] = field(default_factory=list)
    taken: bool = False
    labelled: bool = False
    loader_names: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    own_loaders: list[str] = field(default_factory=list)
    loaded: bool = False
    containers: list[DataSet] = field(default_factory=list)
    assigned: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[Source, tuple[DatasetStep, ...]]:
        """The identity of the dataset: its source, and the steps that decide its files."""
        return self.data.source, self.data.membership

    @property
    def thrown_away(self) -> bool:
        """Whether it is only assigned to `_`."""
        own = [n for n in self.names if n not in self.shared]
        return bool(own) and not self.used and not any(n.strip("_") for n in own)

    @property
    def used(self) -> bool:
        """Whether a model reads it."""
        return self.fits or self.validates or bool(self.uses)

    def record(self, event: Event, data: DataSet, number: int) -> None:
        """Record an event that has the dataset as `data`."""
        if data.container is not None:
            self.containers.append(data.container)
        match event.action:
            case Action.NAME if event.name:
                if "parameter" not in event.options and not data.membership:
                    self.assigned.append(event.name)
                if "parameter" not in event.options and data.has("loader"):
                    self.own_loaders.append(event.name)
                if "several" in event.options:
                    self.shared.append(event.name)
                self._name(event.name, data)
            case Action.FIT:
                self.fits, self.data = True, data
                self.fit_numbers.append(number)
            case Action.ITERATE | Action.TAKE:
                self.taken = True
                self.loaded |= event.action is Action.ITERATE and data.has("loader")
            case Action.EVALUATE | Action.PREDICT:
                self.uses.append(event.action)
                if not self.fits and not self.validates:
                    self.data = data

    def _name(self, name: str, data: DataSet) -> None:
        told = name in self.names or role_of_name(name) is not DatasetRole.OTHER
        if told and not self.fits:
            self.data = data
        self.names.append(name)
        if data.has("loader"):
            self.loader_names.append(name)


def data_sets(value: object) -> list[DataSet]:
    """Return the datasets that a value is or may be; of a tuple, those of its first item."""
    match value:
        case DataSet():
            return [value]
        case Unknown(options=options):
            return [d for v in options for d in data_sets(v)]
        case tuple() if value:
            return data_sets(value[0])
        case ListBox(data=[first, *_]):
            return data_sets(first)
        case _:
            return []


def dataset_uses(events: Iterable[Event]) -> list[DatasetUse]:
    """Return each dataset with its uses, in code order."""
    uses: dict[object, DatasetUse] = {}
    labelled: set[Source] = set()

    def use_of(data: DataSet) -> DatasetUse:
        key = (data.source, data.membership)
        return uses.setdefault(key, DatasetUse(data))

    for number, event in enumerate(events):
        for data in data_sets(event.data):
            if not data.derived or event.action in _READS:
                use_of(data).record(event, data, number)
            elif event.action is Action.NAME:
                labelled.add(data.source)
        for data in data_sets(event.validation):
            use = use_of(data)
            use.validates, use.data = True, data
            use.fit_numbers.append(number)
    owners = Counter(name for use in uses.values() for name in set(use.own_loaders))
    for use in uses.values():
        use.labelled = use.data.source in labelled
        # A loader in a function that several datasets are passed to says nothing of one.
        use.own_loaders = [name for name in use.own_loaders if owners[name] == 1]
    return list(uses.values())


def listed_uses(uses: Sequence[DatasetUse], parents: dict[Source, DataSet]) -> list[DatasetUse]:
    """Return the datasets that are calls: no lists of files, and none that are only inspected."""
    uses = [_through_flow(use, uses) for use in uses]
    flowing = {use.key for use in uses if use.flow is not None}
    uses = [use for use in uses if use.flow is not None or use.key not in flowing]
    consumed = {
        (p.source, p.membership)
        for use in uses
        for p in (use.data.source.parent, parents.get(use.data.source), *use.containers)
        if p is not None
    }
    joined = set(_joined_keys(uses))
    used_sources = {u.data.source for u in uses if u.names or u.used or u.taken}
    chosen = []
    for use in uses:
        is_split = use.data.source.loader in SPLIT_LOADERS
        left = not (use.names or use.used or use.taken) and use.data.source in used_sources
        if is_split and (use.thrown_away or left or _is_only_shown(use, uses)):
            continue
        if use.key in joined and not use.used and not use.taken:
            continue
        if use.key in consumed:
            if not use.used and not _judges_whole(use):
                continue
            if is_split and not use.fits and not use.validates and _is_split_again(use, uses):
                continue
            if not use.used:
                use.names = use.loader_names
        refitted = use.fits and use.key in consumed
        if use.data.source.loader is LoaderName.FILES and not (refitted or _is_read(use)):
            continue
        chosen.append(use)
    return _without_cuts(chosen)


def _is_only_shown(use: DatasetUse, uses: Sequence[DatasetUse]) -> bool:
    """Tell whether rows are drawn from a table, but nothing splits: the other rows are not used."""
    drawn = use.data.source.loader is LoaderName.PANDAS_SAMPLE and not use.used
    alone = not any(u.data.part == 1 and u.data.source is use.data.source for u in uses)
    return drawn and alone and role_of_names(use.names) is DatasetRole.OTHER


def _joined_keys(uses: Sequence[DatasetUse]) -> Iterator[object]:
    """Yield the keys of datasets that are only parts of a joined one."""
    for data in (d for use in uses for d in (use.data, *use.containers)):
        for i, step in enumerate(data.membership):
            parts = [v for v in step.values if isinstance(v, DataSet)]
            if step.name == "concatenate" and parts:
                yield data.source, data.membership[:i]
                yield from ((p.source, p.membership) for p in parts)


def _judges_whole(use: DatasetUse) -> bool:
    """Tell whether a dataset split elsewhere is loaded as a whole, under the name of a test set."""
    return role_of_names(use.loader_names) in (DatasetRole.VALIDATION, DatasetRole.TEST)


def _is_read(use: DatasetUse) -> bool:
    """Tell whether a list of files is read as a dataset, or cut like one."""
    given = use.data.source.arguments
    known = given.get("directory") is not None
    if use.loaded or ("table" in given and use.used):
        return True
    if "items" in given and role_of_names(use.names) is not DatasetRole.OTHER:
        return True
    if known and use.data.has("filter") and role_of_names(use.names) is not DatasetRole.OTHER:
        return True
    if "table" in given and use.data.has("filter"):
        return use.used or role_of_names(use.names) is not DatasetRole.OTHER
    return known and (use.used or any(s.name in ("take", "skip") for s in use.data.membership))


def _is_split_again(use: DatasetUse, uses: Sequence[DatasetUse]) -> bool:
    """Tell whether a part of a split is split again, and its parts are trained on."""
    return any(
        other.data.source.parent is not None
        and other.data.source.parent.source is use.data.source
        and other.data.source.parent.membership == use.data.membership
        and other.fits
        for other in uses
    )


def _through_flow(use: DatasetUse, uses: Sequence[DatasetUse]) -> DatasetUse:
    """Return a generator's flow over one part of a split as that part, read from its folder."""
    source = use.data.source
    parent = source.parent
    flows = source.loader in (LoaderName.DATAFRAME, LoaderName.ARRAYS)
    if not flows or parent is None or "subset" in source.arguments:
        return use
    if parent.source.loader not in SPLIT_LOADERS:
        return use
    side = DataSet(parent.source, (*parent.steps, *use.data.steps))
    names = [
        n for other in uses if other.key == (side.source, side.membership) for n in other.names
    ]
    return replace(use, data=side, names=[*use.names, *names], flow=source)


def _without_cuts(uses: Sequence[DatasetUse]) -> list[DatasetUse]:
    """Leave out cuts that only inspect a dataset, and datasets of which only parts are used."""
    chosen = list(uses)
    for source in dict.fromkeys(use.data.source for use in uses):
        group = [use for use in uses if use.data.source is source]
        whole = [use for use in group if not is_cut(use)]
        parts = [use for use in group if is_cut(use)]
        both = {s.name for use in parts for s in use.data.membership} >= {"take", "skip"}
        counted = [
            use for use in parts
            if (use.used and not (_is_only_predicted(use) and any(w.used for w in whole)))
            or _takes_hidden_positions(use)
            or (use.names and (both or role_of_names(use.names) is not DatasetRole.OTHER))
        ]  # fmt: skip
        counted = [p for p in counted if not _cut_again(p, counted)]
        dropped = [p for p in parts if p not in counted]
        if counted:
            dropped += [w for w in whole if not w.used and _extended(w, counted)]
        elif not whole and parts:
            dropped = parts[1:]
        chosen = [use for use in chosen if use not in dropped]
    return chosen


def _takes_hidden_positions(use: DatasetUse) -> bool:
    """Tell whether a loop reads a subset whose positions are not known."""
    last = use.data.membership[-1:]
    return use.taken and any(
        s.name == "slice" and isinstance(v, Unknown) for s in last for v in s.values
    )


def _is_only_predicted(use: DatasetUse) -> bool:
    return not (use.fits or use.validates) and set(use.uses) == {Action.PREDICT}


def is_cut(use: DatasetUse) -> bool:
    """Tell whether it is part of a dataset by take, skip or similar."""
    return any(s.name != "part" for s in use.data.membership)


def _extended(use: DatasetUse, others: Sequence[DatasetUse]) -> bool:
    mine = use.data.membership
    return any(o.data.membership[: len(mine)] == mine for o in others)


def _cut_again(use: DatasetUse, others: Sequence[DatasetUse]) -> bool:
    mine = use.data.membership
    longer = [o for o in others if len(o.data.membership) > len(mine)]
    return not use.used and _extended(use, longer)
