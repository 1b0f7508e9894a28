"""What a program does on the files of a dataset: calls that the evaluator follows exactly."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from inspector.code_reading.evaluation.exact.array_calls import ARRAY_CALLS
from inspector.code_reading.evaluation.exact.arrays import (
    ArrayBox,
    array_item,
    array_method,
    array_put,
    calculated,
    compared,
    inverted,
    set_operation,
)
from inspector.code_reading.evaluation.exact.calls import ExactCall, Values, path_text
from inspector.code_reading.evaluation.exact.columns import series_method, text_access
from inspector.code_reading.evaluation.exact.disk import Disk, DiskOrder, FileTree
from inspector.code_reading.evaluation.exact.file_calls import FILE_CALLS, path_method
from inspector.code_reading.evaluation.exact.list_calls import (
    LIST_CALLS,
    list_method,
    sort_key,
    text_method,
)
from inspector.code_reading.evaluation.exact.random_calls import RandomCalls, StreamBox
from inspector.code_reading.evaluation.exact.split_calls import SPLIT_CALLS, FoldSplitter, folds
from inspector.code_reading.evaluation.exact.streams import NumpyStream
from inspector.code_reading.evaluation.exact.table_calls import TABLE_CALLS
from inspector.code_reading.evaluation.exact.tables import (
    Access,
    FrameBox,
    SeriesBox,
    access_put,
    frame_attribute,
    frame_item,
    frame_method,
    frame_put,
)
from inspector.code_reading.evaluation.exact.text_calls import (
    TEXT_CALLS,
    Digest,
    Match,
    Pattern,
    digest_method,
    match_method,
    searched,
)
from inspector.code_reading.evaluation.file_values import counted_attributes, is_dataset_class
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.objects import (
    Action,
    DataSet,
    Event,
    ImageCopy,
    LoaderName,
    Source,
)
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ListBox,
    Method,
    ObjectBox,
    PathText,
    Ref,
    ScopeBox,
    Unknown,
    ValueBox,
)
from inspector.code_reading.program import CodePlace
from inspector.code_reading.roles import DatasetRole, role_of_name
from inspector.splits.replayed import Assumption

ITEMS: Final = "items"
"""The argument of a source that holds the paths of its files in the dataset."""

_CALLS: Final[Mapping[str, ExactCall]] = {
    **FILE_CALLS, **LIST_CALLS, **TEXT_CALLS, **ARRAY_CALLS, **TABLE_CALLS, **SPLIT_CALLS,
}  # fmt: skip
_METHODS: Final[Sequence[tuple[type | tuple[type, ...], Callable[[Values, Any, str], object]]]] = (
    (PathText, path_method),
    (FrameBox, frame_method),
    (Access, text_access),
    (SeriesBox, series_method),
    (ArrayBox, lambda values, owner, name: array_method(owner, name, values.given.places)),
    (ListBox, list_method),
    ((str, bytes), text_method),
    (FoldSplitter, folds),
    (Digest, lambda values, owner, name: digest_method(owner, name)),
    (Pattern, lambda values, owner, name: searched(name, owner, values.given.places)),
    (Match, lambda values, owner, name: match_method(owner, name, values.given.places)),
)
"""What knows the methods of a value, the more special kinds first."""

_MAY_CHANGE: Final = ("random", "numpy", "operator")
"""Packages of which a function that is not modelled may change a list."""

_READERS: Final = (
    "DataLoader", "Subset", "random_split", "from_tensor_slices", "SubsetRandomSampler",
)  # fmt: skip
"""Functions that read a list of files as a dataset."""


class ExactRun:
    """The state of one run on a dataset.

    Attributes:
        disk: The files.
        random: The random streams.
        lost: Why something that decides is not known, with its line.
        assumed: What is taken for granted.
        changed: Where a list of files is changed in a way that is not followed.
        broken: True once a part of the program was more than can be followed.
    """

    max_steps = 4_000_000
    max_rounds = 400_000

    def __init__(self, tree: FileTree, order: DiskOrder) -> None:
        self.disk = Disk(tree, order)
        self.random = RandomCalls(self)
        self.lost: list[tuple[int, str]] = []
        self.assumed: list[str] = []
        self.broken = False
        self.changed: list[tuple[int, str]] = []
        self._sources: dict[tuple[str, ...], Source] = {}

    def lose(self, line: int, why: str) -> None:
        """Record why something is not known."""
        if len(self.lost) < 100:
            self.lost.append((line, why))

    def numpy_stream(self, values: Values) -> np.random.RandomState | None:
        """Return numpy's global generator, which draws now; None if it is not known."""
        stream = self.random.stream(values, self.random.of_library("numpy"))
        known = isinstance(stream, NumpyStream)
        if known:
            self.assumed.append(Assumption.FRESH_GENERATOR)
        source = stream.source if isinstance(stream, NumpyStream) else None
        return source if isinstance(source, np.random.RandomState) else None

    def forgot(self, box: ValueBox, line: int) -> None:
        """Record that what a list contains is no longer known."""
        if isinstance(box, FrameBox) or (isinstance(box, ListBox) and self._holds_files(box)):
            why = "a list of files is changed there in a way that is not followed"
            self.changed.append((line, why))

    def merged(self, box: ValueBox, line: int) -> None:
        """Record that what a list contains depends on what only a run tells."""
        if isinstance(box, ListBox) and box.data and self._holds_files(box):
            why = "what a list of files contains depends on what only a run of the code tells"
            self.changed.append((line, why))

    def _holds_files(self, box: ListBox) -> bool:
        first = box.data[0] if box.data else None
        if isinstance(first, Unknown) and first.options:
            first = first.options[0]
        return self.file_of(first) is not None

    def call(self, host: Host, function: object, given: Arguments, node: ast.AST) -> object:
        """Call a function or method; MISSING if it is not modelled here."""
        if given.open:
            return MISSING
        match function:
            case Ref(name=name):
                values = Values(self, host, given, node)
                known = _CALLS.get(name)
                result = MISSING if known is None else known(values)
                if result is MISSING:
                    result = self.random.call(values, name)
                return result
            case Method(owner=owner, name=name):
                return self._method(Values(self, host, given, node), owner, name)
        return MISSING

    def _method(self, values: Values, owner: object, name: str) -> object:
        known: object = MISSING
        for kind, method in _METHODS:
            if isinstance(owner, kind):
                known = method(values, owner, name)
            if known is not MISSING:
                return known
        return self.random.method(values, owner, name)

    def not_modelled(self, host: Host, function: object, given: Arguments) -> None:
        """Forget what a call which is not modelled may have changed."""
        if isinstance(function, Ref | Method) and _draws_numpy(function):
            self.random.of_library("numpy").open = True
        library = isinstance(function, Ref) and function.root not in _MAY_CHANGE
        harmless = library or (
            isinstance(function, Method) and not isinstance(function.owner, ListBox)
        )
        owner = function.owner if isinstance(function, Method) else None
        for value in (owner, *given.places, *given.names.values()):
            if isinstance(value, StreamBox):
                value.open = True
            elif isinstance(value, ListBox) and not harmless:
                host.forget(value)

    def origin_of(self, given: Arguments) -> str:
        """Return the one file that the arguments of a call come from; "" for none or several."""
        origins: set[str] = set()
        for value in (*given.places, *given.names.values()):
            if isinstance(value, Unknown) and value.origin:
                origins.add(value.origin)
            text = path_text(value)
            if text is not None and len(text) < 1_000 and self.disk.file(text) is not None:
                origins.add(text)
        return origins.pop() if len(origins) == 1 else ""

    def with_datasets(self, function: object, given: Arguments) -> Arguments:
        """Return the arguments of a loader with lists of files as datasets."""
        if not isinstance(function, Ref) or function.last not in _READERS:
            return given
        places = tuple(self.dataset(v) for v in given.places)
        return replace(given, places=places)

    def has_items(self, value: object) -> bool:
        """Tell whether `item` knows about such a value."""
        return isinstance(value, ListBox | FrameBox | Access | Match)

    def is_plain_list(self, value: object) -> bool:
        """Tell whether items that `item` does not know are those of a plain list."""
        return isinstance(value, ListBox) and not isinstance(value, SeriesBox)

    def is_array(self, value: object) -> bool:
        """Tell whether it is an array, to which `+=` adds."""
        return isinstance(value, ArrayBox)

    def ordered(self, box: ListBox) -> list[object] | None:
        """Return the items of a set as a loop sees them; None if they are not known."""
        if box.open:
            return None
        if len(box.data) < 2:
            return list(box.data)
        keyed = {repr(sort_key(v)): v for v in box.data}
        return [keyed[k] for k in self.disk.in_some_order(list(keyed))]

    def item(self, owner: object, key: object) -> object:
        """Return an item of an array; MISSING for anything else."""
        if isinstance(owner, Match):
            return match_method(owner, "group", (key,))
        known = frame_item(owner, key)
        if known is not MISSING or isinstance(owner, SeriesBox):
            return known
        return array_item(owner, key) if isinstance(owner, ListBox) else MISSING

    def attribute(self, owner: object, name: str) -> object:
        """Return an attribute of a table or column; MISSING for anything else."""
        return frame_attribute(owner, name)

    def put(self, host: Host, box: object, key: object, value: object) -> bool:
        """Set a part of an array or a table; return whether it is one."""
        if isinstance(box, Access):
            host.memory.touch(box.owner)
            if not access_put(box, key, value):
                host.forget(box.owner)
            return True
        if isinstance(box, FrameBox):
            host.memory.touch(box)
            if not frame_put(box, key, value):
                host.forget(box)
            return True
        plain = isinstance(key, int) and not isinstance(box, SeriesBox)
        if not isinstance(box, ArrayBox) or plain:
            return False
        host.memory.touch(box)
        if isinstance(box, SeriesBox) or not array_put(box, key, value):
            host.forget(box)
        return True

    def binary(self, sign: ast.operator, one: object, two: object) -> object:
        """Return the result of an operator on arrays or sets; MISSING for anything else."""
        known = set_operation(sign, one, two)
        return known if known is not MISSING else calculated(sign, one, two)

    def compared(self, sign: ast.cmpop, one: object, two: object) -> object:
        """Return the mask of a comparison with an array; MISSING for anything else."""
        return compared(sign, one, two)

    def inverted(self, value: object) -> object:
        """Return `~mask`; MISSING for anything else."""
        return inverted(value)

    # Datasets of known files

    def seen(self, event: Event) -> Event:
        """Return an event with lists of files as datasets."""
        data, validation = self.dataset(event.data), self.dataset(event.validation)
        return replace(event, data=data, validation=validation)

    def dataset(self, value: object) -> object:
        """Return a list of files as a dataset; any other value is returned unchanged."""
        match value:
            case ListBox() | ObjectBox() | FrameBox():
                known = self.files(value)
                return value if known is None else known
            case tuple() if value and isinstance(value[0], ListBox | FrameBox):
                known = self.files(value[0])
                return value if known is None else known
            case DataSet(source=source) if ITEMS not in source.arguments:
                return self._of_copies(value)
        return value

    def files(self, value: object) -> DataSet | None:
        """Return the dataset of a list of files, or of an object that reads one."""
        if isinstance(value, ObjectBox):
            return self._of_object(value)
        if isinstance(value, FrameBox):
            return self._of_table(value)
        if not isinstance(value, ListBox) or value.open or not value.data:
            return None
        paths: list[str] = []
        for item in value.data:
            path = self.file_of(item)
            if path is None:
                return None
            paths.append(path)
        return DataSet(self._source(tuple(paths)))

    def _of_table(self, frame: FrameBox) -> DataSet | None:
        """Return the dataset of the first column that holds files."""
        for column in () if frame.open else frame.data.values():
            known = self.files(ListBox(column)) if isinstance(column, list) else None
            if known is not None:
                return known
        return None

    def file_of(self, item: object) -> str | None:
        """Return the file of the dataset that an item of a list is, or was made from."""
        if isinstance(item, ListBox):
            item = item.data[0] if item.data else None
        if isinstance(item, tuple):
            item = item[0] if item else None
        match item:
            case str() | PathText(text=str()):
                return self.disk.file(item if isinstance(item, str) else str(item.text))
            case ImageCopy(of=origin):
                return self.file_of(origin)
            case Unknown(origin=origin) if origin:
                return self.disk.file(origin)
            case ObjectBox(data=attributes) if not item.open:
                texts = (path_text(v) for v in attributes.values())
                known = (self.disk.file(t) for t in texts if t is not None)
                return next((path for path in known if path is not None), None)
        return None

    def _source(self, paths: tuple[str, ...]) -> Source:
        known = self._sources.get(paths)
        if known is None:
            folder = _common(paths)
            arguments: dict[str, object] = {
                "directory": folder, "pattern": folder, "built": True, "by_class": False,
                "unsorted": False, ITEMS: paths,
            }  # fmt: skip
            known = Source(LoaderName.FILES, CodePlace(0), ast.Pass(), arguments)
            self._sources[paths] = known
        return known

    def _of_object(self, box: ObjectBox) -> DataSet | None:
        if box.kind is None or not is_dataset_class(box.kind):
            return None
        names = [n for n in counted_attributes(box.kind) if n in box.data]
        for name in (*names, *box.data):
            value = box.data[name]
            data = self.files(value) if isinstance(value, ListBox | FrameBox) else value
            if isinstance(data, DataSet):
                return data.after("map", Unknown(box.kind.name))
        return None

    def _of_copies(self, data: DataSet) -> object:
        """Return what a loader reads in a folder that the program filled with copies."""
        given = data.source.arguments
        folder = given.get("directory", given.get("root"))
        text = folder.text if isinstance(folder, PathText) else folder
        if not isinstance(text, str) or data.membership or not self.disk.is_made(text):
            return data
        share = given.get("validation_split")
        maker = data.source.maker
        if share is not None or "subset" in given or (maker and "subset" in given):
            return data
        paths = self.disk.copies_below(text)
        return replace(data, source=self._source(tuple(paths))) if paths else data

    def ended(self, host: Host, scope: ScopeBox) -> None:
        """Name the lists of a scope that ends, with their final content."""
        for name, value in list(scope.data.items()):
            if role_of_name(name) is DatasetRole.OTHER or not isinstance(value, ListBox | FrameBox):
                continue
            data = self.files(value)
            if data is not None:
                host.emit(Event(Action.NAME, host.place, data, name=name))


def _draws_numpy(function: Ref | Method) -> bool:
    """Tell whether a call may draw from numpy's global generator."""
    if isinstance(function, Method):
        return function.name in ("sample", "fit", "fit_transform", "rvs", "split", "fit_predict")
    return function.root in ("sklearn", "scipy", "imgaug", "albumentations", "numpy")


def _common(paths: tuple[str, ...]) -> str:
    heads = [p.split("/")[:-1] for p in paths]
    common: list[str] = []
    for column in zip(*heads, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return "/".join(common) or "."
