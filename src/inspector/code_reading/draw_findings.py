"""Pitfalls of random splits in code: seeds, the order that is cut, and rounds of training."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import (
    FOLDER_LOADERS,
    SPLIT_LOADERS,
    Action,
    DataSet,
    DatasetStep,
    Event,
    LoaderName,
    Source,
)
from inspector.code_reading.evaluation.values import ListBox, Unknown, is_known
from inspector.code_reading.finding import HIGH, LOW, MIDDLE, CodeFinding
from inspector.code_reading.loader_rules import LOADER_RULES
from inspector.code_reading.roles import DatasetRole, role_of_folder

_FOLDS: Final = (LoaderName.K_FOLD, LoaderName.REPEATED_K_FOLD)
_ROUNDS: Final = tuple(name for name in LoaderName if name.value.endswith(("Fold", "ShuffleSplit")))
_CUTS: Final = (LoaderName.TRAIN_TEST_SPLIT, LoaderName.SLICES, LoaderName.HF_SPLIT)
_EVALUATED: Final = {DatasetRole.VALIDATION: "validation", DatasetRole.TEST: "test"}
_IN_ORDER: Final = (
    "The files are in the order of their class folders and are cut without shuffling, so {part}"
    " holds only the last classes, and training lacks them. {advice}"
)


def draw_findings(
    followed: Followed,
    calls: Sequence[CodeCall],
    parents: Mapping[Source, DataSet],
    pairs: Sequence[tuple[CodeCall, CodeCall]],
) -> Iterator[CodeFinding]:
    """Yield the findings about seeds, orders and rounds."""
    yield from _missing_seeds(calls)
    yield from _orders(calls, parents, _reads_unsorted(followed))
    for one, two in pairs:
        yield from _shuffle_false(one, two)
        yield from _draws_differ(one, two)
        yield from _unused_files(one, two)
    yield from _refused_share(followed)
    yield from _labels_left_behind(followed)
    yield from _judged_twice(followed, calls)
    yield from _rounds(followed)
    yield from _shared_transform(followed)


def _missing_seeds(calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    told: list[object] = []
    for call in calls:
        source = call.source
        rule = LOADER_RULES[source.loader]
        if source in told or source.open or not rule.seed or call.seed is not None:
            continue
        told.append(source)
        if source.arguments.get(rule.seed) is not None or not rule.seed_decides(source.arguments):
            continue
        if source.loader is LoaderName.DATASET:
            yield CodeFinding(
                "seed_missing", HIGH,
                "validation_split with shuffle needs a seed: Keras stops with a ValueError. Give"
                " both calls the same seed.",
                call.place, "seed",
            )  # fmt: skip
        elif rule.seed_needed:
            yield CodeFinding(
                "split_changes", MIDDLE,
                f"{call.loader.value} is given no {rule.seed}, so each run makes another split: a"
                " model that is loaded later is evaluated on images that it was trained on. Set"
                f" {rule.seed}.",
                call.place, rule.seed,
            )  # fmt: skip


def _labels_left_behind(followed: Followed) -> Iterator[CodeFinding]:
    """Find a list of files that is shuffled and cut, while its list of labels is only cut."""
    cuts = [
        (data, data.source.parent) for event in followed.events if event.action is Action.NAME
        for data in data_sets(event.data)
        if data.source.loader is LoaderName.SLICES and data.source.parent is not None
    ]  # fmt: skip
    for labels, before in cuts:
        for files, parent in cuts:
            same = labels.derived and not files.derived and before.source is parent.source
            if same and _orders_of(before) != _orders_of(parent):
                yield CodeFinding(
                    "labels_not_shuffled", HIGH,
                    "The files and their labels are in different orders when they are cut: one list"
                    " was shuffled or sorted after the other was made from it, so most images get"
                    " the label of another. Shuffle both together, or make the labels afterwards.",
                    labels.source.place,
                )  # fmt: skip
                return


def _orders_of(data: DataSet) -> list[object]:
    """Return what decides the order of a list."""
    return [(s.name, s.values) for s in data.steps if s.name in ("shuffle", "sorted", "sorted_by")]


def _shuffle_false(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Find folders that Keras lists class by class, cut without shuffling."""
    if two.loader is not LoaderName.DATASET or two.shuffle is not False or one.shuffle:
        return
    given = two.source.arguments
    labelled = given.get("labels", "inferred") == "inferred" and (
        given.get("label_mode", "int") is not None
    )
    cut = two.validation_split is not None or any(
        s.name in ("take", "skip") for s in two.data.membership
    )
    if cut and labelled and not two.data.has("shuffle"):
        yield CodeFinding(
            "shuffle_false", HIGH,
            _IN_ORDER.format(part=_EVALUATED[two.role], advice="Leave shuffle on, with a seed."),
            two.place, "shuffle",
        )  # fmt: skip


def _orders(
    calls: Sequence[CodeCall], parents: Mapping[Source, DataSet], loops_unsorted: bool
) -> Iterator[CodeFinding]:
    """Find splits of lists in disk order, and splits in class order."""
    told: list[object] = []
    for call in calls:
        looked_at = call.role is DatasetRole.OTHER and not call.name
        if call.loader not in SPLIT_LOADERS or looked_at:
            continue
        whole = _whole(call, parents)
        if whole is None or whole.source in told:
            continue
        told.append(whole.source)
        files = whole.source.loader is LoaderName.FILES
        listed = files and whole.source.arguments.get("directory") is not None
        built = whole.source.arguments.get("built") is True
        unsorted = not built or whole.source.arguments.get("unsorted", loops_unsorted)
        if listed and not whole.has("sorted", "sorted_by") and unsorted:
            yield CodeFinding(
                "unsorted_listing", MIDDLE,
                "The files are split in the order in which the disk lists them, which differs from"
                " computer to computer: the same seed makes another split elsewhere. Sort the list"
                " first.",
                whole.source.place,
            )  # fmt: skip
        elif (
            (listed and (not built or whole.source.arguments.get("by_class") is True))
            or whole.source.loader is LoaderName.IMAGE_FOLDER
            or _is_in_class_order(whole)
        ) and _cut_in_order(call):
            yield CodeFinding(
                "shuffle_false", MIDDLE if files else HIGH,
                _IN_ORDER.format(part="the other part", advice="Shuffle, with a seed."),
                call.place, "shuffle",
            )  # fmt: skip


def _reads_unsorted(followed: Followed) -> bool:
    """Tell whether a loop iterates over files in disk order."""
    return any(
        d.source.loader is LoaderName.FILES and not d.has("sorted", "sorted_by")
        and d.source.arguments.get("directory") is not None
        for e in followed.events if e.action is Action.ITERATE for d in data_sets(e.data)
    )  # fmt: skip


def _whole(call: CodeCall, parents: Mapping[Source, DataSet]) -> DataSet | None:
    """Return the dataset that is split first, with the steps before the split."""
    data: DataSet | None = call.data
    for _ in range(8):
        if data is None or data.source.loader not in SPLIT_LOADERS:
            return data
        data = parents.get(data.source) or data.source.parent
    return None


def _is_in_class_order(data: DataSet) -> bool:
    """Tell whether it is a folder that Keras lists class by class."""
    given = data.source.arguments
    known = data.source.loader is LoaderName.DATASET and not data.has("shuffle")
    labelled = (
        given.get("labels", "inferred") == "inferred" and given.get("label_mode", "") is not None
    )
    return known and labelled and given.get("shuffle") is False


def _cut_in_order(call: CodeCall) -> bool:
    parent = call.source.parent
    if parent is not None and (parent.has("shuffle") or parent.source.loader in SPLIT_LOADERS):
        return False
    given = call.source.arguments
    if call.loader in _FOLDS:
        return call.shuffle is False and call.loader is LoaderName.K_FOLD
    cuts = (*_CUTS, LoaderName.SPLIT_DATASET)
    return call.loader in cuts and call.shuffle is False and given.get("stratify") is None


def _draws_differ(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Find two random splits of one folder whose parts are paired."""
    if one.source is two.source or one.folder is None or one.folder != two.folder:
        return
    if one.loader is not two.loader:
        return
    name = LOADER_RULES[one.loader].seed
    if one.loader is LoaderName.DATASET and not (
        one.subset and two.subset and one.subset != two.subset and one.shuffle and two.shuffle
    ):
        return
    again = one.loader in (
        LoaderName.RANDOM_SPLIT, LoaderName.TRAIN_TEST_SPLIT, LoaderName.HF_SPLIT,
        LoaderName.PANDAS_SAMPLE, LoaderName.SPLIT_DATASET,
    )  # fmt: skip
    if one.loader is LoaderName.SLICES:
        yield from _orders_differ(one, two)
        return
    nested = one.source.parent is not None and one.source.parent.source.loader in SPLIT_LOADERS
    nested |= two.source.parent is not None and two.source.parent.source.loader in SPLIT_LOADERS
    if nested or not (again or one.loader is LoaderName.DATASET):
        return
    first, second = one.source.arguments.get(name), two.source.arguments.get(name)
    unknown = [v for v in (first, second) if isinstance(v, Unknown)]
    moved = any("has drawn" in v.why for v in unknown)
    if again and (moved or (not unknown and (one.seed is None or one.seed != two.seed))):
        yield CodeFinding(
            "different_seeds", HIGH,
            f"Training and {_EVALUATED[two.role]} come from two draws (lines {one.place.line} and"
            f" {two.place.line}) that are not the same, so most {_EVALUATED[two.role]} images are"
            " training images too. Split once, or give both calls a generator of their own with the"
            " same seed.",
            two.place, name,
        )  # fmt: skip
    elif _certainly_different(first, second):
        yield CodeFinding(
            "different_seeds", HIGH,
            f"Each of the two calls (lines {one.place.line} and {two.place.line}) draws a seed of"
            f" its own, so most {_EVALUATED[two.role]} images are training images too. Draw one"
            " seed before the first call, and give it to both.",
            two.place, name,
        )  # fmt: skip
    elif unknown and not _certainly_same(first, second):
        yield CodeFinding(
            "seeds_may_differ", MIDDLE,
            f"The seeds of the two calls (lines {one.place.line} and {two.place.line}) are not in"
            " the code and may differ; if they do, most"
            f" {_EVALUATED[two.role]} images are training images too. Give both calls one seed.",
            two.place, name,
        )  # fmt: skip


def _certainly_same(one: object, two: object) -> bool:
    """Tell whether two unknown values come from one variable with one value."""
    if isinstance(one, Unknown) and isinstance(two, Unknown) and one.draw:
        return one.draw == two.draw
    return one is two or (
        isinstance(one, Unknown) and isinstance(two, Unknown) and one.text == two.text
        and "(" not in one.text + one.why and not one.options and not two.options
    )  # fmt: skip


def _orders_differ(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Find two cuts of one list of files that was shuffled for each of them."""
    orders = [_shuffle_of(call.source.parent) for call in (one, two)]
    if None in orders or one.source.parent == two.source.parent:
        return
    seeds = [o.values[0] if o is not None and o.values else None for o in orders]
    known = all(isinstance(s, int) for s in seeds)
    hidden = any(isinstance(s, Unknown) and "has drawn" not in s.why for s in seeds)
    if hidden or (known and seeds[0] == seeds[1]):
        return
    name = _EVALUATED[two.role]
    yield CodeFinding(
        "different_seeds", HIGH,
        f"Training and {name} are cut from two shuffles of {one.folder} (lines {one.place.line} and"
        f" {two.place.line}) that are not the same, so many {name} images are training images too."
        " Shuffle once and cut that list, or seed a generator of its own for each.",
        two.place, "seed",
    )  # fmt: skip


def _shuffle_of(data: DataSet | None) -> DatasetStep | None:
    steps = () if data is None else data.steps
    return next((s for s in reversed(steps) if s.name == "shuffle"), None)


def _certainly_different(one: object, two: object) -> bool:
    """Tell whether two values come from two random numbers out of many."""
    draws = [v.draw for v in (one, two) if isinstance(v, Unknown) and v.draw > 0]
    return len(draws) == 2 and draws[0] != draws[1]


def _unused_files(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    both = one.folder is not None and two.folder is not None and one.folder != two.folder
    if not both or one.loader not in FOLDER_LOADERS or two.loader not in FOLDER_LOADERS:
        return
    cut = (one.subset, two.subset) == ("training", "validation")
    if cut and one.validation_split and two.validation_split:
        yield CodeFinding(
            "unused_files", LOW,
            f"Training reads {1 - one.validation_split:.0%} of {one.folder} and"
            f" {_EVALUATED[two.role]} {two.validation_split:.0%} of {two.folder}: no call reads the"
            " rest. Two folders need no validation_split.",
            two.place, "validation_split",
        )  # fmt: skip


def _refused_share(followed: Followed) -> Iterator[CodeFinding]:
    for event in followed.events:
        share = event.options.get("validation_split")
        if event.action is not Action.FIT or share in (None, 0, 0.0):
            continue
        data = event.data
        refused = isinstance(data, DataSet) and data.source.loader is not LoaderName.FIT_SPLIT
        if refused:
            yield CodeFinding(
                "fit_split_of_dataset", HIGH,
                "fit(validation_split=...) takes arrays only: Keras stops with a ValueError when it"
                " is given a dataset or generator. Make a validation dataset and give it as"
                " validation_data.",
                event.place, "validation_split",
            )  # fmt: skip
            return


def _judged_twice(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Find a test figure measured on the validation data of fit."""
    tests = {
        c.source for c in calls
        if c.role is DatasetRole.VALIDATION and role_of_folder(c.folder or "") is DatasetRole.TEST
    }  # fmt: skip
    validated: set[object] = set()
    for event in followed.events:
        if event.action is Action.FIT:
            validated |= {(d.source, d.membership) for d in data_sets(event.validation)}
        if event.action is not Action.EVALUATE:
            continue
        if any((d.source, d.membership) in validated for d in data_sets(event.data)):
            named = any(d.source in tests for d in data_sets(event.data))
            yield CodeFinding(
                "test_is_validation", MIDDLE if named else LOW,
                "evaluate() reads the dataset that fit() validated with. If epochs or settings"
                " were chosen by it, its figure is too good: keep a test set apart.",
                event.place,
            )  # fmt: skip
            return


def _shared_transform(followed: Followed) -> Iterator[CodeFinding]:
    """Find a transform set on the dataset that both parts of a split read."""
    own: list[object] = []
    for event in followed.events:
        if event.action is not Action.SET or not isinstance(event.data, DataSet):
            continue
        source = event.data.source
        if event.name == "dataset":
            own.append((source, event.data.part))
        elif event.name == "dataset.transform" and source.loader is LoaderName.RANDOM_SPLIT:
            if (source, event.data.part) in own:
                continue
            yield CodeFinding(
                "transform_shared", MIDDLE,
                "Both sides of random_split read one dataset: setting its transform for one side"
                " sets it for the other, so training and validation are transformed alike. Split"
                " two datasets with the same seed, or copy the dataset first.",
                event.place,
            )  # fmt: skip
            return


def _rounds(followed: Followed) -> Iterator[CodeFinding]:
    """Find a model that is trained in rounds on splits that are made anew."""
    rounds: list[tuple[Event, DataSet, DataSet]] = []
    for event in followed.events:
        if event.action is Action.FIT and event.options.get("carried") is True:
            yield _trained_before(event)
            return
        if event.action is not Action.FIT or event.model is None:
            continue
        for one, two in zip(data_sets(event.data), data_sets(event.validation), strict=False):
            for before, trained, _ in rounds:
                same = before.model is event.model and before.place == event.place
                if same and _redrawn(trained, two):
                    yield _trained_before(event)
                    return
            rounds.append((event, one, two))


def _trained_before(event: Event) -> CodeFinding:
    return CodeFinding(
        "model_trained_before", HIGH,
        "The model is made once and trained in every round, and each round has another split: from"
        " the second round on it has been trained on its validation images. Make the model anew"
        " within the loop.",
        event.place,
    )  # fmt: skip


def _redrawn(trained: DataSet, validation: DataSet) -> bool:
    """Tell whether a later round validates on images that an earlier one may have trained on."""
    one, two = trained.source, validation.source
    if one.loader is not two.loader:
        return False
    if one.loader in _ROUNDS:
        return one.node is two.node
    if one.loader is not LoaderName.DATASET:
        return False
    seeds = one.arguments.get("seed"), two.arguments.get("seed")
    folders = one.arguments.get("directory"), two.arguments.get("directory")
    cut = one.arguments.get("subset"), two.arguments.get("subset")
    same = all(is_known(v) and not isinstance(v, ListBox) for v in folders)
    return (
        same and folders[0] == folders[1] and cut == ("training", "validation")
        and all(isinstance(s, int) for s in seeds) and seeds[0] != seeds[1]
    )  # fmt: skip
