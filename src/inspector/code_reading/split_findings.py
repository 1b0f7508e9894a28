"""Pitfalls of how the code splits and reads, without looking at a dataset."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets
from inspector.code_reading.draw_findings import draw_findings
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import Action, DataSet, LoaderName
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.evaluation.values import ListBox, is_known
from inspector.code_reading.finding import HIGH, MIDDLE, CodeFinding
from inspector.code_reading.policies import flat_layers
from inspector.code_reading.program import CodePlace
from inspector.code_reading.roles import DatasetRole

_FOLDERS: Final = (LoaderName.DATASET, LoaderName.GENERATOR)
_MODES: Final[Mapping[LoaderName, tuple[tuple[str, object], ...]]] = {
    LoaderName.DATASET: (("label_mode", "int"), ("image_size", (256, 256)), ("color_mode", "rgb")),
    LoaderName.GENERATOR: (
        ("class_mode", "categorical"), ("target_size", (256, 256)), ("color_mode", "rgb"),
    ),
}  # fmt: skip
_DIFFERENCES: Final = (
    ("label_mode_differs", "the labels have another form"),
    ("image_size_differs", "the images have another size"),
    ("color_mode_differs", "the images have other channels"),
)
_CUTS_SAID: Final = dict.fromkeys(("take", "skip"), "take() and skip() cut")
_TEST_NAMES: Final = {DatasetRole.VALIDATION: "validation", DatasetRole.TEST: "test"}


def split_findings(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Yield the findings about the calls."""
    for call in calls:
        yield from _subset_without_split(call)
        yield from _binary(followed, call)
    yield from _take_skip(calls)
    for one, two in pairs(calls):
        for check in _PAIR_CHECKS:
            yield from check(one, two)
    yield from _predictions(followed, calls)
    yield from _sorted_arrays(calls)
    yield from draw_findings(followed, calls, followed.libraries.parents, list(pairs(calls)))


def pairs(calls: Sequence[CodeCall]) -> Iterator[tuple[CodeCall, CodeCall]]:
    """Yield each evaluation call with the training call that belongs to it, the trained first.

    Of several training calls, the one that reads the same folder belongs to it, else the nearest
    above.
    """
    training = [c for c in calls if c.role is DatasetRole.TRAINING]
    training.sort(key=lambda c: not c.trained)
    for two in sorted(calls, key=lambda c: not c.trained):
        if two.role not in _TEST_NAMES or not training:
            continue
        fitted = [t for t in training if set(t.fit_numbers) & set(two.fit_numbers)]
        same = [t for t in training if t.folder == two.folder is not None]
        alike = [
            t for t in same
            if (t.validation_split, t.seed) == (two.validation_split, two.seed)
        ]  # fmt: skip
        before = [t for t in training if t.trained == two.trained and order_of(t) <= order_of(two)]
        yield (fitted or alike or same or before[-1:] or training)[0], two


def order_of(call: CodeCall) -> tuple[int, int]:
    """Return the sort key of a call's position."""
    return call.place.cell or 0, call.place.line


def _subset_without_split(call: CodeCall) -> Iterator[CodeFinding]:
    if call.loader not in _FOLDERS or call.subset is None or call.source.open:
        return
    maker = call.maker
    given = call.source.arguments if call.loader is LoaderName.DATASET else (
        maker.arguments if maker is not None and not maker.open else None
    )  # fmt: skip
    if given is None or given.get("validation_split") not in (None, 0, 0.0):
        return
    effect = (
        "Keras stops with a ValueError"
        if call.loader is LoaderName.DATASET
        else 'subset="training" reads all images and subset="validation" none'
    )
    yield CodeFinding(
        "subset_without_split", HIGH,
        f'subset="{call.subset}" is given without validation_split, so {effect}. Set '
        "validation_split.",
        call.place, "subset",
    )  # fmt: skip


def _take_skip(calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    told: list[object] = []
    for call in calls:
        steps = [s.name for s in call.data.steps]
        cuts = ("take", "skip", "shard", *(("filter",) if "enumerate" in steps else ()))
        cut = next((i for i, name in enumerate(steps) if name in cuts), None)
        if cut is None or call.source in told:
            continue
        others = [
            c for c in calls
            if c.source is call.source and c.data.membership != call.data.membership
        ]  # fmt: skip
        if not others or not _reshuffles(call.data, cut):
            continue
        told.append(call.source)
        roles = {call.role, *(c.role for c in others)}
        trained = DatasetRole.TRAINING in roles
        line = call.data.steps[cut].line or call.place.line
        effect = (
            "each epoch has other images on either side: after a few epochs, training has seen"
            " nearly all validation images"
            if trained else
            "each pass has other images on either side: validation and test have images in common"
        )  # fmt: skip
        yield CodeFinding(
            "take_skip_reshuffles", HIGH if trained else MIDDLE,
            f"{_CUTS_SAID.get(steps[cut], 'A cut by position cuts')} a dataset that is shuffled"
            " again on every pass, so"
            f" {effect}. Split by validation_split and subset, or shuffle once with"
            " reshuffle_each_iteration=False before the cut.",
            CodePlace(line, call.place.cell),
        )  # fmt: skip


def _reshuffles(data: DataSet, cut: int) -> bool:
    """Tell whether the order changes between passes before step number `cut`."""
    source = data.source
    again = source.loader is LoaderName.DATASET and source.arguments.get("shuffle") is not False
    if source.arguments.get("subset") == "both" and any(
        s.name == "part" and s.values == (1,) for s in data.steps
    ):
        again = False
    for step in data.steps[:cut]:
        if step.name == "shuffle":
            again = again or (len(step.values) > 1 and bool(step.values[1]))
        elif step.name == "cache":
            again = False
    return again


def _same_folder(one: CodeCall, two: CodeCall) -> bool:
    return one.folder is not None and one.folder == two.folder and one.loader in _FOLDERS


def _whole(call: CodeCall) -> bool:
    """Tell whether a call reads all files of its folder."""
    return (
        call.loader in _FOLDERS and call.subset is None and call.validation_split is None
        and not call.data.membership and not call.source.open and not call.unread
    )  # fmt: skip


def _reads_all(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    if not _same_folder(one, two) or two.loader not in _FOLDERS:
        return
    name = _TEST_NAMES[two.role]
    if two.role is DatasetRole.TEST and (_whole(one) or _whole(two)) and not two.data.membership:
        yield CodeFinding(
            "test_is_training", HIGH,
            f"The test images come from {two.folder}, the folder that training reads (line "
            f"{one.place.line}): the test accuracy is measured on training images. Read a folder "
            "that training does not see.",
            two.place,
        )  # fmt: skip
    elif two.role is DatasetRole.VALIDATION and _whole(one) and not two.data.membership:
        part = "a part of it" if two.subset else "the same folder"
        advice = (
            'Give the training call subset="training" with the same validation_split and seed.'
            if two.subset
            else "Read another folder, or split this one with validation_split and subset."
        )
        yield CodeFinding(
            "training_reads_all", HIGH,
            f"Training reads all images of {one.folder}, and validation reads {part}: every "
            f"validation image is a training image too. {advice}",
            one.place if two.subset else two.place,
        )  # fmt: skip
    elif _whole(two) and one.subset is not None and not two.data.membership:
        yield CodeFinding(
            "overlap", HIGH,
            f"The {name} call reads all images of {two.folder}, training images included. Give it "
            'subset="validation" and the same validation_split.',
            two.place,
        )  # fmt: skip


def _splits_differ(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Report the argument in which two calls that split one folder differ."""
    if not _same_folder(one, two) or one.subset == two.subset:
        return
    if not (one.subset and two.subset) or one.loader is not two.loader:
        return
    share = two.validation_split
    if one.loader is LoaderName.DATASET:
        if None not in (one.shuffle, two.shuffle) and one.shuffle != two.shuffle:
            yield CodeFinding(
                "different_shuffle", HIGH,
                "One call shuffles before it cuts and the other does not, so the two subsets "
                "overlap. Give both calls the same shuffle.",
                two.place,
            )  # fmt: skip
            return
        if one.shuffle and None not in (one.seed, two.seed) and one.seed != two.seed:
            overlap = "" if share is None else f" about {1 - share:.0%} of"
            yield CodeFinding(
                "different_seeds", HIGH,
                f"The two calls shuffle with different seeds ({one.seed} and {two.seed}), so"
                f"{overlap} the validation images are training images too. Give both calls the "
                "same seed.",
                two.place,
            )  # fmt: skip
    if None not in (share, one.validation_split) and share != one.validation_split:
        yield CodeFinding(
            "different_validation_split", HIGH,
            f"The calls cut at {one.validation_split:g} and {share:g}, so the two subsets overlap "
            "or leave images out. Give both calls the same validation_split.",
            two.place,
        )  # fmt: skip


def _class_order(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    if one.loader not in _FOLDERS or two.loader not in _FOLDERS:
        return
    first, second = classes_of(one), classes_of(two)
    if first is None and second is None:
        return
    if _hides_classes(one) or _hides_classes(two):
        return
    first = first or tuple(sorted(second or ()))
    second = second or tuple(sorted(first))
    if first != second and set(first) == set(second):
        yield CodeFinding(
            "class_order_differs", HIGH,
            f"The {_TEST_NAMES[two.role]} call numbers the classes in another order than training "
            f"(line {one.place.line}): {', '.join(second[:3])} against {', '.join(first[:3])}. The "
            "labels mean other classes. Give both calls the same list.",
            two.place, "classes",
        )  # fmt: skip
    elif first != second:
        yield CodeFinding(
            "class_tables_differ", HIGH,
            f"Training has the classes {', '.join(first[:5])} and the {_TEST_NAMES[two.role]} call "
            f"{', '.join(second[:5])}: the labels mean other classes.",
            two.place, "classes",
        )  # fmt: skip


def _hides_classes(call: CodeCall) -> bool:
    name = "class_names" if call.loader is LoaderName.DATASET else "classes"
    value = call.source.arguments.get(name)
    return bool(call.source.open) or (value is not None and classes_of(call) is None)


def classes_of(call: CodeCall) -> tuple[str, ...] | None:
    """Return the classes that a call lists in order; None where it lists none."""
    name = "class_names" if call.loader is LoaderName.DATASET else "classes"
    value = call.source.arguments.get(name)
    items = (
        value.data if isinstance(value, ListBox) else value if isinstance(value, tuple) else None
    )
    if items is None or not is_known(value) or not items:
        return None
    return tuple(str(v) for v in items)


def _modes(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Find differing labels, sizes and channels; each loader has its own names for them."""
    if one.loader not in _FOLDERS or two.loader not in _FOLDERS:
        return
    if one.source.open or two.source.open:
        return
    what = _TEST_NAMES[two.role]
    for position, (code, why) in enumerate(_DIFFERENCES):
        (name, first), (other, second) = (_mode(c, position) for c in (one, two))
        none = "class_mode" in (name, other) and "None" in (str(first), str(second))
        if first is None or second is None or first == second or none:
            continue
        yield CodeFinding(
            code, HIGH if code == "label_mode_differs" else MIDDLE,
            f"{name} is {_said(first)} for training (line {one.place.line}) and "
            f"{'' if name == other else f'{other} '}{_said(second)} for {what}, so {why} there. "
            "Give both calls the same value.",
            two.place, other,
        )  # fmt: skip


def _mode(call: CodeCall, position: int) -> tuple[str, object]:
    """Return the name and value of an argument, including its default; None if unknown."""
    name, default = _MODES[call.loader][position]
    value = call.source.arguments.get(name, default)
    return name, _plain("int" if value == "sparse" else value)


def _plain(value: object) -> object:
    """Return a known value for comparing; None if unknown."""
    if isinstance(value, ListBox):
        value = tuple(value.data)
    if value is None:
        return "None"
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    return value if is_known(value) and isinstance(value, str | tuple) else None


def _said(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and value != "None" else str(value)


_PAIR_CHECKS: Final[tuple[Callable[[CodeCall, CodeCall], Iterator[CodeFinding]], ...]] = (
    _reads_all, _splits_differ, _class_order, _modes,
)  # fmt: skip


def _binary(followed: Followed, call: CodeCall) -> Iterator[CodeFinding]:
    name = "label_mode" if call.loader is LoaderName.DATASET else "class_mode"
    if call.loader not in _FOLDERS or call.source.arguments.get(name) != "binary":
        return
    classes = classes_of(call)
    count = len(classes) if classes else _outputs(followed, call)
    if count is not None and count > 2:
        yield CodeFinding(
            "binary_with_many_classes", HIGH,
            f'{name}="binary" makes one label of 0 or 1, but there are {count} classes. Use '
            f'"{"int" if name == "label_mode" else "sparse"}" or "categorical".',
            call.place, name,
        )  # fmt: skip


def _outputs(followed: Followed, call: CodeCall) -> int | None:
    """Return the units of the last Dense layer of the model that reads a call."""
    for event in followed.events:
        reads = any(
            d.source is call.source for d in (*data_sets(event.data), *data_sets(event.validation))
        )
        if event.action is Action.FIT and reads:
            return outputs_of(event.model)
    return None


def outputs_of(model: object) -> int | None:
    """Return the units of the last Dense layer of a model; None where they are not known."""
    dense = [layer for layer in flat_layers(model) if layer.name == "Dense"]
    if not dense:
        return None
    units = dense[-1].places[0] if dense[-1].places else dense[-1].names.get("units")
    return units if isinstance(units, int) else None


def _predictions(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Find predictions that are compared with labels in another order."""
    compared = [d for e in followed.events if e.action is Action.COMPARE for d in data_sets(e.data)]
    compared += [
        d for e in followed.events if e.action is Action.ITERATE for d in data_sets(e.data)
        if d.source.loader is LoaderName.DATASET and not d.has("take")
    ]  # fmt: skip
    told: list[object] = []
    for event in followed.events:
        for data in data_sets(event.data) if event.action is Action.PREDICT else ():
            if data.source in told or not _shuffled(data):
                continue
            if any(d.source is data.source and d.membership == data.membership for d in compared):
                told.append(data.source)
                yield CodeFinding(
                    "predictions_shuffled", HIGH,
                    "The predicted dataset is shuffled on every pass, but the predictions are "
                    "compared with labels in another order: a perfect model scores as by chance. "
                    "Load it with shuffle=False.",
                    event.place, "shuffle",
                )  # fmt: skip


def _shuffled(data: DataSet) -> bool:
    source = data.source
    if source.loader is LoaderName.DATASET:
        return _reshuffles(data, len(data.steps))
    flows = (LoaderName.GENERATOR, LoaderName.DATAFRAME, LoaderName.ARRAYS)
    known = source.arguments.get("shuffle", True)
    return source.loader in flows and known is True and not source.open


def _is_flat(given: Mapping[str, object]) -> bool:
    """Tell whether a pattern lists the files of one folder, without class folders."""
    pattern, folder = shown(given.get("pattern")), shown(given.get("directory"))
    inner = pattern.removeprefix(folder).strip("/\\")
    return "*" in inner and "/" not in inner and "\\" not in inner and "**" not in inner


def _sorted_arrays(calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Find a cut of the last or first rows, in the order of their class folders."""
    for call in calls:
        parent = call.source.parent
        table = call.loader is LoaderName.DATAFRAME and call.validation_split is not None
        cut = table or call.loader is LoaderName.FIT_SPLIT
        if not cut or call.role is not DatasetRole.VALIDATION:
            continue
        if parent is None or parent.source.loader is not LoaderName.FILES or parent.has("shuffle"):
            continue
        given = parent.source.arguments
        flat = (table or parent.has("collected")) and _is_flat(given)
        if given.get("directory") is None or given.get("by_class") is False or flat:
            continue
        what, which = ("flow_from_dataframe", "first") if table else ("fit", "last")
        yield CodeFinding(
            "fit_split_sorted", HIGH,
            f"{what}(validation_split=...) holds back the {which} rows without shuffling. They are"
            f" in the order of the files, so validation holds only the {which} classes. Shuffle"
            " images and labels together first, or split with train_test_split(stratify=...).",
            call.place, "validation_split",
        )  # fmt: skip
