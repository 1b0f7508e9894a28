"""The calls that make datasets: their roles, and what decides which files they read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from inspector.code_reading.evaluator import Followed
from inspector.code_reading.objects import (
    Action,
    DataSet,
    Event,
    Generator,
    LoaderName,
    Source,
    Step,
)
from inspector.code_reading.program import Location, Unread
from inspector.code_reading.roles import Role, role_of_folder, role_of_name, role_of_names
from inspector.code_reading.split_objects import share_of, slice_share
from inspector.code_reading.values import (
    ListBox,
    Member,
    PartText,
    PathText,
    Size,
    Unknown,
    is_known,
    shown,
)

_KERAS_FOLDERS: Final = (LoaderName.DATASET, LoaderName.GENERATOR, LoaderName.DATAFRAME)
_MAKERS: Final = (LoaderName.GENERATOR, LoaderName.DATAFRAME, LoaderName.ARRAYS)
_SPLITS: Final = tuple(
    n for n in LoaderName
    if n not in (*_KERAS_FOLDERS, LoaderName.ARRAYS, LoaderName.FILES, LoaderName.IMAGE_FOLDER,
                 LoaderName.HF_DATASET, LoaderName.TFDS)
)  # fmt: skip
_FOLDER_ARGUMENTS: Final = (
    "directory", "root", "data_dir", "path", "input", "source_dir", "data", "container_path",
)  # fmt: skip
_SEEDED_FOLDS: Final = (
    LoaderName.K_FOLD, LoaderName.STRATIFIED_K_FOLD, LoaderName.GROUP_K_FOLD,
    LoaderName.STRATIFIED_GROUP_K_FOLD,
)  # fmt: skip
_TEST_SIZES: Final = {
    LoaderName.TRAIN_TEST_SPLIT: 0.25, LoaderName.HF_SPLIT: 0.25, LoaderName.SHUFFLE_SPLIT: 0.1,
    LoaderName.STRATIFIED_SHUFFLE_SPLIT: 0.1, LoaderName.GROUP_SHUFFLE_SPLIT: 0.2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodeCall:
    """One dataset that the code makes, or one side of a split.

    Attributes:
        name: The variable that it is assigned to, or "".
        folder: As the code says it; a piece that is not known stands in braces; None if unknown.
        validation_split: The share that is held out; None where there is no split.
        data: What it is in the evaluation.
        trained: A model is fitted on it, or validated with it.
        maker: The ImageDataGenerator that it reads through.
    """

    place: Location
    role: Role
    loader: LoaderName
    data: DataSet
    name: str = ""
    folder: str | None = None
    validation_split: float | None = None
    subset: str | None = None
    seed: int | None = None
    shuffle: bool | None = None
    trained: bool = False
    unread: tuple[Unread, ...] = ()
    maker: Generator | None = None

    @property
    def source(self) -> Source:
        """The call that made it."""
        return self.data.source

    def document(self) -> dict[str, object]:
        """Return the call as an entry of `inspector code --json`."""
        return {
            "role": self.role.value,
            "loader": self.loader.value,
            "folder": self.folder,
            "validation_split": self.validation_split,
            "subset": self.subset,
            "seed": self.seed,
            "shuffle": self.shuffle,
            "line": self.place.line,
            "cell": self.place.cell,
            "name": self.name,
            "trained": self.trained,
        }


@dataclass(slots=True)
class _Leaf:
    """One dataset by what it holds, with everything that is done with it."""

    data: DataSet
    names: list[str] = field(default_factory=list)
    uses: list[Action] = field(default_factory=list)
    validates: bool = False
    fits: bool = False
    order: int = 0
    flow: Source | None = None

    @property
    def key(self) -> tuple[Source, tuple[Step, ...]]:
        return self.data.source, self.data.membership

    @property
    def used(self) -> bool:
        """Whether a model reads it."""
        return self.fits or self.validates or bool(self.uses)


def code_calls(followed: Followed) -> tuple[CodeCall, ...]:
    """Return the calls in order of the text, each with its role."""
    leaves = _leaves(followed.events)
    listed = _listed(leaves, followed.libraries.parents)
    reader = _Reader(followed.libraries.parents)
    calls = [call for leaf in listed for call in reader.calls(leaf)]
    return tuple(_distinct(_settled(calls)))


def data_sets(value: object) -> list[DataSet]:
    """Return the datasets that a value is or may be: of a tuple, those of its first item."""
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


def _leaves(events: Iterable[Event]) -> list[_Leaf]:
    leaves: dict[object, _Leaf] = {}

    def leaf_of(data: DataSet) -> _Leaf:
        key = (data.source, data.membership)
        return leaves.setdefault(key, _Leaf(data, order=len(leaves)))

    for event in events:
        for data in data_sets(event.data):
            if data.derived and event.action is not Action.FIT:
                continue
            leaf = leaf_of(data)
            match event.action:
                case Action.NAME if event.name:
                    leaf.names.append(event.name)
                case Action.FIT:
                    leaf.fits = True
                case Action.EVALUATE | Action.PREDICT:
                    leaf.uses.append(event.action)
        for data in data_sets(event.validation):
            leaf_of(data).validates = True
    return list(leaves.values())


def _listed(leaves: Sequence[_Leaf], parents: dict[Source, DataSet]) -> list[_Leaf]:
    leaves = [_through_flow(leaf, leaves) for leaf in leaves]
    consumed = {
        (p.source, p.membership)
        for leaf in leaves
        for p in (leaf.data.source.parent, parents.get(leaf.data.source))
        if p is not None
    }
    chosen = []
    for leaf in leaves:
        if leaf.data.source.loader is LoaderName.FILES:
            continue
        if leaf.key in consumed and not leaf.used:
            continue
        if leaf.key in consumed and leaf.data.source.loader in _SPLITS and not leaf.validates:
            if _is_split_again(leaf, leaves):
                continue
        chosen.append(leaf)
    return _without_cuts(chosen)


def _is_split_again(leaf: _Leaf, leaves: Sequence[_Leaf]) -> bool:
    """Tell whether a side of a split is itself split, and its sides are what is trained on."""
    return any(
        other.data.source.parent is not None
        and other.data.source.parent.source is leaf.data.source
        and other.data.source.parent.membership == leaf.data.membership
        and other.fits
        for other in leaves
    )


def _through_flow(leaf: _Leaf, leaves: Sequence[_Leaf]) -> _Leaf:
    """Return a generator's flow of one side of a split as that side, read from its folder."""
    source = leaf.data.source
    parent = source.parent
    flows = source.loader in (LoaderName.DATAFRAME, LoaderName.ARRAYS)
    if not flows or parent is None or "subset" in source.arguments:
        return leaf
    if parent.source.loader not in _SPLITS:
        return leaf
    side = DataSet(parent.source, (*parent.steps, *leaf.data.steps))
    names = [n for other in leaves if other.key == side.key for n in other.names]
    return replace(leaf, data=side, names=[*leaf.names, *names], flow=source)


def _without_cuts(leaves: Sequence[_Leaf]) -> list[_Leaf]:
    """Leave out what only looks at a dataset, and datasets of which the parts are used."""
    chosen = list(leaves)
    for source in dict.fromkeys(leaf.data.source for leaf in leaves):
        group = [leaf for leaf in leaves if leaf.data.source is source]
        whole = [leaf for leaf in group if not _cut(leaf)]
        parts = [leaf for leaf in group if _cut(leaf)]
        both = {s.name for leaf in parts for s in leaf.data.membership} >= {"take", "skip"}
        counted = [
            leaf for leaf in parts
            if leaf.used or (leaf.names and (both or role_of_names(leaf.names) is not Role.OTHER))
        ]  # fmt: skip
        counted = [p for p in counted if not _cut_again(p, counted)]
        dropped = [p for p in parts if p not in counted]
        if counted:
            dropped += [w for w in whole if not w.used and _extended(w, counted)]
        elif not whole and parts:
            dropped = parts[1:]
        chosen = [leaf for leaf in chosen if leaf not in dropped]
    return chosen


def _cut(leaf: _Leaf) -> bool:
    return any(s.name != "part" for s in leaf.data.membership)


def _extended(leaf: _Leaf, others: Sequence[_Leaf]) -> bool:
    mine = leaf.data.membership
    return any(o.data.membership[: len(mine)] == mine for o in others)


def _cut_again(leaf: _Leaf, others: Sequence[_Leaf]) -> bool:
    mine = leaf.data.membership
    longer = [o for o in others if len(o.data.membership) > len(mine)]
    return not leaf.used and _extended(leaf, longer)


class _Reader:
    """Reads what decides the files of a leaf."""

    def __init__(self, parents: dict[Source, DataSet]) -> None:
        self._parents = parents

    def calls(self, leaf: _Leaf) -> Iterator[CodeCall]:
        """Yield the calls of a leaf: two where it is both trained on and validated with."""
        values = _Values(leaf.data.source)
        folder = self._folder(leaf, values)
        role = self._role(leaf, folder)
        roles = [role]
        if leaf.fits and leaf.validates:
            roles = [Role.TRAINING, Role.VALIDATION]
        elif leaf.fits and Action.EVALUATE in leaf.uses:
            roles = (
                [Role.TRAINING, Role.TEST] if leaf.data.source.loader in _KERAS_FOLDERS else [role]
            )
        for one in roles:
            yield self._call(leaf, values, folder, one)

    def _call(self, leaf: _Leaf, values: "_Values", folder: str | None, role: Role) -> CodeCall:
        source = leaf.data.source
        name = next((n for n in leaf.names if role_of_name(n) is role), (leaf.names or [""])[0])
        return CodeCall(
            leaf.flow.place if leaf.flow else source.place,
            role,
            source.loader,
            leaf.data,
            name,
            folder,
            self._share(leaf, values, role),
            self._subset(leaf, values),
            self._seed(leaf, values),
            self._shuffle(leaf, values),
            leaf.fits or leaf.validates,
            tuple(dict.fromkeys(values.unread)),
            leaf.flow.maker if leaf.flow else source.maker,
        )

    def _role(self, leaf: _Leaf, folder: str | None) -> Role:
        source = leaf.data.source
        subset = source.arguments.get("subset")
        if leaf.fits:
            return Role.TRAINING
        if leaf.validates:
            return Role.VALIDATION
        if isinstance(subset, str) and subset in ("training", "validation"):
            held = role_of_names(leaf.names) if _cut(leaf) else Role.OTHER
            return held if held is not Role.OTHER else Role(subset)
        if Action.EVALUATE in leaf.uses:
            return Role.TEST
        named = role_of_names(leaf.names)
        if named is not Role.OTHER:
            return named
        part = next((s.values[0] for s in leaf.data.steps if s.name == "part" and s.values), None)
        if source.loader is not LoaderName.SLICES and part is not None:
            return self._role_of_part(source, part)
        if folder is not None and (role := role_of_folder(folder)) is not Role.OTHER:
            if not any(s.name in ("take", "skip") for s in leaf.data.membership):
                return role
        return Role.TEST if Action.PREDICT in leaf.uses else Role.OTHER

    def _role_of_part(self, source: Source, part: object) -> Role:
        if isinstance(part, str):
            name = source.arguments.get(f"{part}_name", slice_share(part)[0])
            return role_of_name(str(name))
        return {0: Role.TRAINING, 1: Role.VALIDATION, 2: Role.TEST}.get(
            part if isinstance(part, int) else -1, Role.OTHER
        )

    def _folder(self, leaf: _Leaf, values: "_Values") -> str | None:
        if leaf.flow is not None and "directory" in leaf.flow.arguments:
            return values.path(leaf.flow.arguments["directory"])
        data: DataSet | None = leaf.data
        for _ in range(12):
            if data is None:
                break
            source = data.source
            for name in _FOLDER_ARGUMENTS:
                if source.arguments.get(name) is not None:
                    return values.path(source.arguments[name])
            if source.loader is LoaderName.HF_DATASET or source.loader is LoaderName.TFDS:
                break
            data = source.parent or self._parents.get(source)
        values.lacks("folder", "the code does not say which folder the files come from")
        return None

    def _share(self, leaf: _Leaf, values: "_Values", role: Role) -> float | None:
        source = leaf.data.source
        share: object = None
        match source.loader:
            case LoaderName.DATASET | LoaderName.FIT_SPLIT:
                share = values.share("validation_split")
            case LoaderName.GENERATOR | LoaderName.DATAFRAME | LoaderName.ARRAYS:
                share = values.maker_share()
            case LoaderName.SPLIT_DATASET:
                share = values.left_right()
            case LoaderName.RANDOM_SPLIT:
                return self._random_share(leaf, values, role)
            case LoaderName.SLICES:
                at = source.arguments["at"]
                share = _side(Size(1 - at.share) if isinstance(at, Size) else None, role, leaf.data)
            case LoaderName.TFDS | LoaderName.HF_DATASET:
                return _sliced(leaf.data, role)
            case LoaderName.PANDAS_SAMPLE:
                known = values.share("frac")
                share = None if known is None else 1 - known if role is Role.TRAINING else known
                if (
                    known is not None
                    and role is not Role.TRAINING
                    and leaf.data.steps[0].values == (1,)
                ):
                    share = 1 - known
            case LoaderName.FASTAI_RANDOM | LoaderName.FASTAI_FROM_FOLDER:
                share = values.share(
                    "valid_pct",
                    0.2
                    if source.loader is LoaderName.FASTAI_RANDOM
                    or source.arguments.get("kind") != "from_folder"
                    else None,
                )
            case LoaderName.SPLIT_FOLDERS:
                return values.ratio(leaf.data)
            case LoaderName.ULTRALYTICS:
                train = values.share(
                    "train_ratio", 0.8 if "source_dir" in source.arguments else None
                )
                share = None if train is None else 1 - train
            case _ if source.loader in _TEST_SIZES:
                share = values.test_size(_TEST_SIZES[source.loader])
            case _ if "Fold" in source.loader and source.loader is not LoaderName.IMAGE_FOLDER:
                folds = values.whole("n_splits", 5)
                share = 1 / folds if folds else None
        if share is None:
            share = _taken(leaf.data, role)
        return round(float(share), 10) if isinstance(share, int | float) else None

    def _random_share(self, leaf: _Leaf, values: "_Values", role: Role) -> float | None:
        lengths = leaf.data.source.arguments["lengths"]
        part = next((s.values[0] for s in leaf.data.steps if s.name == "part"), None)
        if isinstance(lengths, tuple) and isinstance(part, int) and part < len(lengths):
            share = share_of(lengths[part], lengths)
            if share is None and len(lengths) == 2:
                other = share_of(lengths[1 - part], lengths)
                share = None if other is None else 1 - other
            if share is not None:
                return round(1 - share if role is Role.TRAINING else share, 10)
        values.lacks("validation_split", "the lengths are numbers that only the files tell")
        return None

    def _subset(self, leaf: _Leaf, values: "_Values") -> str | None:
        if leaf.data.source.loader in (LoaderName.DATASET, *_MAKERS):
            return values.text("subset")
        return None

    def _seed(self, leaf: _Leaf, values: "_Values") -> int | None:
        source = leaf.data.source
        arguments = source.arguments
        match source.loader:
            case LoaderName.DATASET:
                split = (
                    arguments.get("validation_split") is not None
                    and arguments.get("shuffle") is not False
                )
                return values.seed("seed", decides=split)
            case LoaderName.GENERATOR | LoaderName.DATAFRAME | LoaderName.ARRAYS:
                return values.seed("seed", decides=False)
            case LoaderName.SPLIT_DATASET:
                return values.seed("seed", decides=arguments.get("shuffle") not in (None, False))
            case LoaderName.SPLIT_FOLDERS:
                return values.seed("seed", decides=True, default=1337)
            case LoaderName.RANDOM_SPLIT | LoaderName.HF_SPLIT:
                return values.seed(
                    "seed", decides=True, needed="the split is another one in each run"
                )
            case LoaderName.FASTAI_RANDOM | LoaderName.FASTAI_FROM_FOLDER:
                split = (
                    source.loader is LoaderName.FASTAI_RANDOM
                    or arguments.get("kind") != "from_folder"
                    or arguments.get("valid_pct") is not None
                )
                return values.seed(
                    "seed",
                    decides=split,
                    needed="the split is another one in each run" if split else "",
                )
            case LoaderName.SLICES:
                return self._slice_seed(leaf, values)
            case LoaderName.TRAIN_TEST_SPLIT if arguments.get("shuffle") is False:
                return None
            case _ if source.loader in _SEEDED_FOLDS and arguments.get("shuffle") is not True:
                return None
            case _ if (
                source.loader in _TEST_SIZES
                or ("Fold" in source.loader and source.loader is not LoaderName.IMAGE_FOLDER)
                or source.loader is LoaderName.PANDAS_SAMPLE
            ):
                return values.seed(
                    "random_state", decides=True, needed="the split is another one in each run"
                )
            case _:
                return None

    def _slice_seed(self, leaf: _Leaf, values: "_Values") -> int | None:
        data = leaf.data.source.parent
        step = (
            next((s for s in reversed(data.steps) if s.name == "shuffle"), None) if data else None
        )
        if step is None:
            return None
        seed = step.values[0] if step.values else None
        if isinstance(seed, int) and not isinstance(seed, bool):
            return seed
        values.lacks("seed", "the order is shuffled without a seed that the code tells")
        return None

    def _shuffle(self, leaf: _Leaf, values: "_Values") -> bool | None:
        source = leaf.data.source
        match source.loader:
            case (
                LoaderName.DATASET | LoaderName.GENERATOR | LoaderName.DATAFRAME | LoaderName.ARRAYS
            ):
                split = (
                    source.loader is LoaderName.DATASET
                    and source.arguments.get("validation_split") is not None
                )
                return values.flag("shuffle", default=True, decides=split)
            case LoaderName.SPLIT_DATASET:
                return values.flag("shuffle", default=False, decides=True)
            case LoaderName.TRAIN_TEST_SPLIT | LoaderName.HF_SPLIT:
                return values.flag("shuffle", default=True, decides=True)
            case LoaderName.RANDOM_SPLIT | LoaderName.SPLIT_FOLDERS | LoaderName.PANDAS_SAMPLE:
                return True
            case LoaderName.FIT_SPLIT:
                return False
            case LoaderName.SLICES:
                data = source.parent
                return data is not None and data.has("shuffle")
            case _ if source.loader in _SEEDED_FOLDS:
                return values.flag("shuffle", default=False, decides=True)
            case _:
                return None


class _Values:
    """Arguments of one call, with what of them is not known."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.unread: list[Unread] = []
        if source.open and source.loader is not LoaderName.FILES:
            self.lacks(source.open, "it is not in the code")

    def lacks(self, what: str, why: str) -> None:
        """Keep that something that decides is not known."""
        self.unread.append(Unread(self._source.place, what, why))

    def _get(self, name: str, default: object = None, *, decides: bool = True) -> object:
        value = self._source.arguments.get(name, default)
        if name not in self._source.arguments and self._source.open:
            return Unknown(name)
        if isinstance(value, Unknown | PartText) and decides:
            self.lacks(name, _because(value))
        return value

    def path(self, value: object) -> str | None:
        """Return a folder as text; None where nothing of it is known."""
        if isinstance(value, Member):
            value = value.value
        if isinstance(value, PathText | PartText | str):
            text = shown(value)
            known = isinstance(value, str) or is_known(value)
            if known or text.rstrip("/").rpartition("/")[2].strip("{}") not in ("", "..."):
                bare = text.startswith("{") and text.endswith("}") and "/" not in text
                if known or not bare:
                    return text if len(text) == 1 else text.rstrip("/")
        self.lacks("folder", _because(value) if isinstance(value, Unknown) else "it is not a text")
        return None

    def share(self, name: str, default: float | None = None) -> float | None:
        """Return a share."""
        value = self._get(name, default)
        if value is None or isinstance(value, Unknown | PartText):
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.lacks(name, f"{shown(value)[:40]!r} is not a share")
        return None

    def whole(self, name: str, default: int) -> int | None:
        """Return a whole number above 0."""
        value = self._get(name, default)
        return value if isinstance(value, int) and value > 0 else None

    def maker_share(self) -> float | None:
        """Return the share of a flow's generator, where a subset is asked for."""
        if self._source.arguments.get("subset") is None and not self._source.open:
            return None
        maker = self._source.maker
        if maker is None:
            self.lacks(
                "validation_split",
                "the ImageDataGenerator that it comes from is not in the code",
            )
            return None
        value = maker.arguments.get("validation_split", Unknown(maker.open) if maker.open else None)
        if isinstance(value, Unknown | PartText):
            self.unread.append(Unread(maker.place, "validation_split", _because(value)))
            return None
        return float(value) if isinstance(value, int | float) else None

    def left_right(self) -> float | None:
        """Return the share of split_dataset that goes to the right."""
        right, left = self._get("right_size"), self._get("left_size")
        for value, sign in ((right, 0), (left, 1)):
            if isinstance(value, float):
                return 1 - value if sign else value
            if isinstance(value, int):
                self.lacks("validation_split", "split_dataset is given a number of files")
                return None
        return None

    def test_size(self, default: float) -> float | None:
        """Return the share that scikit-learn holds out."""
        test, train = self._get("test_size"), self._get("train_size")
        if isinstance(test, float):
            return test
        if isinstance(test, Size):
            return test.share
        if test is None and isinstance(train, float):
            return 1 - train
        if test is None and train is None and not self._source.open:
            return default
        return None

    def ratio(self, data: DataSet) -> float | None:
        """Return the share of one side of split-folders."""
        ratio = self._get("ratio", (0.8, 0.1, 0.1))
        part = next((s.values[0] for s in data.steps if s.name == "part"), 0)
        if (
            self._source.arguments.get("kind") == "ratio"
            and isinstance(ratio, tuple)
            and all(isinstance(v, float | int) for v in ratio)
        ):
            numbers = [float(v) for v in ratio if isinstance(v, float | int)]
            return round(1 - numbers[0], 10) if part == 0 else round(numbers[1], 10)
        return None

    def text(self, name: str) -> str | None:
        """Return a text."""
        value = self._get(name)
        return value if isinstance(value, str) else None

    def seed(
        self, name: str, *, decides: bool, default: int | None = None, needed: str = ""
    ) -> int | None:
        """Return a seed; where it decides the files, one that is unknown or missing is named."""
        value = self._get(name, default, decides=decides)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is None and needed:
            self.lacks(name, f"there is none, so {needed}")
        elif value is not None and decides and not isinstance(value, Unknown | PartText):
            self.lacks(name, f"the seed {shown(value)[:40]!r} is not a whole number")
        return None

    def flag(self, name: str, *, default: bool, decides: bool) -> bool | None:
        """Return a flag."""
        value = self._get(name, default, decides=decides)
        return bool(value) if isinstance(value, bool | int | None) else None


def _because(value: object) -> str:
    """Say why a value is not known."""
    if isinstance(value, Unknown):
        reason = f" ({value.why})" if value.why else ""
        return f"it is {value.text}, whose value is not in the code{reason}"
    return f"it is {shown(value)}, of which a part is not in the code"


def _sliced(data: DataSet, role: Role) -> float | None:
    part = next((s.values[0] for s in data.steps if s.name == "part" and s.values), None)
    if not isinstance(part, str):
        return None
    share = slice_share(part)[1]
    if share is None or share == 1:
        return None
    return round(1 - share if role is Role.TRAINING else share, 10)


def _taken(data: DataSet, role: Role) -> float | None:
    """Return the share that take or skip leaves for validation, where it is known."""
    for step in data.membership:
        size = step.values[0] if step.values else None
        if step.name in ("take", "skip") and isinstance(size, Size):
            mine = size.share if step.name == "take" else 1 - size.share
            return 1 - mine if role is Role.TRAINING else mine
    return None


def _side(second: Size | None, role: Role, data: DataSet) -> float | None:
    """Return the share that slices hold out."""
    if second is None:
        return None
    part = next((s.values[0] for s in data.steps if s.name == "part"), 0)
    mine = second.share if part == 1 else 1 - second.share
    return 1 - mine if role is Role.TRAINING else mine


def _settled(calls: Sequence[CodeCall]) -> list[CodeCall]:
    """Make one of calls that stand for one another: what they differ in is not known."""
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
    """Leave out calls of one line that say the same."""
    seen = set()
    for call in sorted(calls, key=lambda c: (c.place.cell or 0, c.place.line)):
        key = (
            id(call.source.node), call.role, call.folder, call.validation_split, call.subset,
            call.seed, call.shuffle, call.loader,
        )  # fmt: skip
        if key not in seen:
            seen.add(key)
            yield call
