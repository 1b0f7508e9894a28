"""Read one dataset: its role, folder, share and seed."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.code_reading.call_arguments import CallArguments
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import DatasetUse, is_cut
from inspector.code_reading.evaluation.objects import (
    FLOW_LOADERS,
    FOLDER_LOADERS,
    Action,
    DataSet,
    DatasetStep,
    LoaderName,
    Source,
)
from inspector.code_reading.evaluation.split_objects import slice_share
from inspector.code_reading.evaluation.values import MISSING, Function, Unknown
from inspector.code_reading.loader_rules import LOADER_RULES, share_held_out
from inspector.code_reading.roles import DatasetRole, role_of_folder, role_of_name, role_of_names

_FOLDER_ARGUMENTS: Final = (
    "directory", "root", "data_dir", "path", "input", "source_dir", "data", "container_path",
)  # fmt: skip
_JUDGED: Final = frozenset((DatasetRole.VALIDATION, DatasetRole.TEST))
_ANOTHER: Final = "there is none, so each run makes another split"


class CallReader:
    """Reads what decides the files of a dataset.

    Args:
        parents: What positions of a split point into, if the split call does not say.
        judged: True if the code judges the model by a dataset that it is not trained on.
    """

    def __init__(self, parents: dict[Source, DataSet], *, judged: bool = False) -> None:
        self._parents, self._judged = parents, judged

    def calls(self, use: DatasetUse) -> Iterator[CodeCall]:
        """Yield the calls of a dataset: two if it is both trained on and evaluated with."""
        values = CallArguments(use.data.source)
        folder = self._folder(use, values)
        roles = [self._role(use, folder)]
        if use.fits and use.validates:
            roles = [DatasetRole.TRAINING, DatasetRole.VALIDATION]
        elif use.fits and DatasetRole.TRAINING in _roles_of(use.own_loaders):
            judged = _roles_of(use.own_loaders) & _JUDGED
            roles = [DatasetRole.TRAINING, *sorted(judged, key=list(DatasetRole).index)]
        elif self._tests_training(use):
            roles = [DatasetRole.TRAINING, DatasetRole.TEST]
        elif roles[0] in _JUDGED and not use.uses and _roles_of(use.assigned) >= _JUDGED:
            roles = [DatasetRole.VALIDATION, DatasetRole.TEST]
        for role in roles:
            yield self._call(use, values, folder, role)

    def _call(
        self, use: DatasetUse, values: CallArguments, folder: str | None, role: DatasetRole
    ) -> CodeCall:
        source = use.data.source
        reads_subset = source.loader is LoaderName.DATASET or source.loader in FLOW_LOADERS
        name = next((n for n in use.names if role_of_name(n) is role), (use.names or [""])[0])
        share = share_held_out(values, use.data, role)
        subset = values.text("subset") if reads_subset else _named_part(use.data)
        seed, shuffle = _seed(use.data, values), _shuffle(use.data, values)
        for where in self._added(use.data):
            values.lacks("files", f"other files are added to it{where}")
        whole = self._parents.get(source) or source.parent
        if whole is not None and whole.has("collected"):
            for step in (s for s in whole.steps if s.name == "filter"):
                why = f"which of them are appended where {step.values[0]} is not followed"
                values.lacks("files", why)
        picked = [v for s in use.data.steps if s.name == "slice" for v in s.values]
        for unknown in (v for v in picked if isinstance(v, Unknown)):
            values.lacks("indices", "which positions it takes is not in the code", unknown)
        if use.data.source.loader is not LoaderName.FILES and use.data.has("filter", "shard"):
            values.lacks("files", "filter() or shard() chooses among them, which is not followed")
        elif use.data.source.loader is LoaderName.FILES:
            table = "table" in use.data.source.arguments
            for step in (s for s in use.data.steps if s.name == "filter"):
                chooser = step.values[0] if step.values else "a condition"
                condition = f"{chooser.name}()" if isinstance(chooser, Function) else str(chooser)
                why = (
                    f"the table that {condition} chooses from is not in the code" if table
                    else f"which of the files {condition} chooses is not followed"
                )  # fmt: skip
                values.lacks("rows" if table else "files", why)
        if source.arguments.get("valid_col") is not None:
            values.lacks("rows", "a column of the table, or a function, says which validate")
        for argument in LOADER_RULES[source.loader].names:
            values.require(argument)
        return CodeCall(
            use.flow.place if use.flow else source.place,
            role,
            source.loader,
            use.data,
            name,
            folder,
            share,
            subset,
            seed,
            shuffle,
            use.fits or use.validates,
            tuple(dict.fromkeys(values.unread)),
            use.flow.maker if use.flow else source.maker,
            tuple(use.fit_numbers),
            use.used,
        )

    def _tests_training(self, use: DatasetUse) -> bool:
        """Tell whether training data is a test set: its own accuracy, beside another's, is not."""
        if not use.fits or Action.EVALUATE not in use.uses:
            return False
        named = DatasetRole.TEST in _roles_of(use.names)
        return use.data.source.loader in FOLDER_LOADERS and (named or not self._judged)

    def _added(self, data: DataSet | None) -> Iterator[str]:
        """Yield where files of another dataset are added to one, or to what it is split from."""
        for _ in range(6):
            if data is None:
                return
            for step in data.steps:
                if step.name == "concatenate":
                    yield f" in line {step.line}" if step.line else ""
            data = self._parents.get(data.source) or data.source.parent

    def _role(self, use: DatasetUse, folder: str | None) -> DatasetRole:
        """Return the role: by fit, then subset, evaluate, names, part and folder."""
        if use.fits:
            return DatasetRole.TRAINING
        if use.validates:
            return DatasetRole.VALIDATION
        subset = use.data.source.arguments.get("subset")
        if subset in ("training", "validation"):
            held = role_of_names(use.names) if is_cut(use) else DatasetRole.OTHER
            return held if held is not DatasetRole.OTHER else DatasetRole(str(subset))
        named = role_of_names(use.names)
        chooses = use.data.is_list and named is DatasetRole.VALIDATION
        if Action.EVALUATE in use.uses and not chooses:
            return DatasetRole.TEST
        return named if named is not DatasetRole.OTHER else _unnamed_role(use, folder)

    def _folder(self, use: DatasetUse, values: CallArguments) -> str | None:
        if use.flow is not None and "directory" in use.flow.arguments:
            return values.path(use.flow.arguments["directory"])
        data: DataSet | None = use.data
        for _ in range(12):
            if data is None:
                break
            source = data.source
            below = next((s.values[0] for s in data.steps if s.name == "below"), None)
            if below is not None:
                return values.path(below)
            for name in _FOLDER_ARGUMENTS:
                if source.arguments.get(name) is not None:
                    return values.path(source.arguments[name])
            if source.loader in (LoaderName.HF_DATASET, LoaderName.TFDS):
                break
            data = self._parents.get(source) or source.parent
        values.lacks("folder", "the code does not say which folder the files come from")
        return None


def _roles_of(names: Iterable[str]) -> set[DatasetRole]:
    return {role_of_name(name) for name in names}


def _named_part(data: DataSet) -> str | None:
    """Return the split that a library is asked for by name, such as "train[:80%]"."""
    source = data.source
    if source.loader is LoaderName.TORCHVISION:
        split = source.arguments.get("split", source.arguments.get("train", MISSING))
        if isinstance(split, bool):
            return "train" if split else "test"
        return split if isinstance(split, str) else None
    named = source.loader in (LoaderName.TFDS, LoaderName.HF_DATASET)
    return data.part if named and isinstance(data.part, str) else None


def _unnamed_role(use: DatasetUse, folder: str | None) -> DatasetRole:
    source, part = use.data.source, use.data.part
    if source.loader is not LoaderName.SLICES and part is not MISSING:
        if isinstance(part, str):
            return role_of_name(str(source.arguments.get(f"{part}_name", slice_share(part)[0])))
        sides = (DatasetRole.TRAINING, DatasetRole.VALIDATION, DatasetRole.TEST)
        return sides[part] if isinstance(part, int) and part < len(sides) else DatasetRole.OTHER
    if source.loader is LoaderName.TORCHVISION:
        return role_of_name(_named_part(use.data) or "")
    if _has_no_labels(source) and set(use.uses) == {Action.PREDICT}:
        return DatasetRole.OTHER
    role = role_of_folder(folder or "")
    cut = any(s.name in ("take", "skip") for s in use.data.membership)
    if role is not DatasetRole.OTHER and not cut:
        return role
    judged = Action.PREDICT in use.uses and (source.loader is not LoaderName.FILES or use.labelled)
    return DatasetRole.TEST if judged else DatasetRole.OTHER


def _has_no_labels(source: Source) -> bool:
    """Tell whether a loader is asked for images without labels."""
    flows = source.loader in FLOW_LOADERS
    names = ("class_mode",) if flows else ("labels", "label_mode")
    return any(name in source.arguments and source.arguments[name] is None for name in names)


def _seed(data: DataSet, values: CallArguments) -> int | None:
    source = data.source
    if source.loader in (LoaderName.SLICES, LoaderName.FIT_SPLIT):
        return _order_seed(source.parent, values)
    if source.loader is LoaderName.FILES and data.has("take", "skip"):
        return _order_seed(data, values)
    rule = LOADER_RULES[source.loader]
    if not rule.seed:
        return None
    decides = rule.seed_decides(source.arguments)
    if not decides and rule.seed_needed:
        return None
    needed = _ANOTHER if rule.seed_needed else ""
    return values.seed(rule.seed, decides=decides, default=rule.seed_default, needed=needed)


def _order_seed(data: DataSet | None, values: CallArguments) -> int | None:
    """Return the seed of the shuffle before a list is cut."""
    step = None if data is None else _shuffle_before_cut(data)
    if step is None:
        return None
    seed = step.values[0] if step.values else None
    if isinstance(seed, int) and not isinstance(seed, bool):
        return seed
    values.lacks("seed", "the order is shuffled without a seed that the code tells")
    return None


def _shuffle_before_cut(data: DataSet) -> DatasetStep | None:
    """Return the last shuffle of a list before take() and skip() cut it."""
    cut = next((i for i, s in enumerate(data.steps) if s.name in ("take", "skip")), None)
    return next((s for s in reversed(data.steps[:cut]) if s.name == "shuffle"), None)


def _shuffle(data: DataSet, values: CallArguments) -> bool | None:
    source = data.source
    if source.loader is LoaderName.SLICES:
        return source.parent is not None and source.parent.has("shuffle")
    if source.loader is LoaderName.FILES and data.has("take", "skip"):
        return _shuffle_before_cut(data) is not None
    rule = LOADER_RULES[source.loader]
    if rule.shuffle_decides is None:
        return rule.shuffle
    decides = rule.shuffle_decides(source.arguments)
    return values.flag("shuffle", default=bool(rule.shuffle), decides=decides)
