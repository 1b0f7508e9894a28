"""Evaluation images that training also reads, and splits in the wrong role."""

import ast
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import (
    FLOW_LOADERS,
    Action,
    DataSet,
    Event,
    LoaderName,
    Source,
)
from inspector.code_reading.evaluation.value_text import shown, text_of
from inspector.code_reading.evaluation.values import MISSING, ListBox, Unknown
from inspector.code_reading.finding import HIGH, MIDDLE, CodeFinding
from inspector.code_reading.pitfalls.stretches import stretches
from inspector.code_reading.program import CodePlace
from inspector.code_reading.roles import DatasetRole
from inspector.code_reading.split_findings import pairs

_FOLDERS: Final = (LoaderName.DATASET, LoaderName.GENERATOR, LoaderName.IMAGE_FOLDER)
_TORCH_FOLDER_ARGUMENTS: Final = ("root", "transform", "target_transform", "download", "loader")
_CHOOSERS: Final = ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "SaveModel")
_TRAINING: Final = DatasetRole.TRAINING
_EVALUATIONS: Final = (DatasetRole.VALIDATION, DatasetRole.TEST)
_YOLO_VALIDATION: Final = ("val", "valid", "validation")


def overlap_findings(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Yield what two calls share that they should not."""
    parents = followed.libraries.parents
    for one, two in pairs(calls):
        yield from _contained(one, two, parents, calls)
    yield from _judged_by_refit(followed, calls, parents)
    for one, two in pairs(calls):
        yield from _same_image_folder(one, two)
        yield from _stretches_overlap(one, two)
        yield from _swapped(one, two)
    yield from _test_overlaps(calls)
    for one, two in itertools.product(calls, calls):
        if one.role is DatasetRole.TRAINING and one.trained and two.role in _EVALUATIONS:
            yield from _joined_in(one, two, parents)
    yield from _test_is_validation(followed, calls)
    yield from _drawn_again(followed)
    yield from _fitted_before(calls, parents)


def ancestors(data: DataSet, parents: Mapping[Source, DataSet]) -> Iterator[DataSet]:
    """Yield what a dataset is split from, recursively."""
    for _ in range(8):
        within = data.container or parents.get(data.source) or data.source.parent
        if within is None:
            return
        yield within
        data = within


def _holds(whole: DataSet, part: DataSet) -> bool:
    """Tell whether one dataset contains all of another, by how both are made."""
    mine = whole.membership
    return whole.source is part.source and part.membership[: len(mine)] == mine


def _read_whole(call: CodeCall) -> DataSet:
    """Return what a call reads: for a flow without a subset, its table."""
    source = call.data.source
    whole = source.loader in FLOW_LOADERS and source.arguments.get("subset") is None
    return source.parent if whole and source.parent is not None else call.data


def _contained(
    one: CodeCall, two: CodeCall, parents: Mapping[Source, DataSet], calls: Sequence[CodeCall]
) -> Iterator[CodeFinding]:
    """Find a split that reads the very list that the other one was cut from."""
    name = two.role.value
    together = set(one.fit_numbers) & set(two.fit_numbers)
    mine, theirs = _read_whole(one), _read_whole(two)
    if any(_holds(mine, a) for a in ancestors(theirs, parents)) or _cut_from(mine, theirs):
        siblings = any(
            c.role is DatasetRole.TRAINING and c.source is two.source and c.trained for c in calls
        )
        if together or not siblings:
            yield CodeFinding(
                "training_reads_all", HIGH,
                f"Training reads everything that the {name} images were split from: every"
                f" {name} image is a training image too. Train on the other side of the split.",
                one.place,
            )  # fmt: skip
    elif any(_holds(theirs, a) for a in ancestors(mine, parents)) or _cut_from(theirs, mine):
        code = "test_is_training" if two.role is DatasetRole.TEST else "overlap"
        yield CodeFinding(
            code, HIGH,
            f"The {name} images are everything that the training images were split from, training"
            f" images included. Give it the other side of the split.",
            two.place,
        )  # fmt: skip


def _judged_by_refit(
    followed: Followed, calls: Sequence[CodeCall], parents: Mapping[Source, DataSet]
) -> Iterator[CodeFinding]:
    """Find a held-out side that is judged by a model fitted on everything it was split from."""
    for two in (c for c in calls if c.data.part is not MISSING and c.role is not _TRAINING):
        wholes = list(ancestors(two.data, parents))
        names: dict[str, CodePlace] = {}
        for event in followed.events:
            model = event.model
            if not isinstance(model, Unknown):
                continue
            fitted = event.action is Action.FIT and event.validation is None
            if fitted and any(_holds(d, w) for d in data_sets(event.data) for w in wholes):
                names[model.text.partition("(")[0]] = event.place
            judges = event.action in (Action.PREDICT, Action.EVALUATE)
            if not judges or not any(_is_same(d, two.data) for d in data_sets(event.data)):
                continue
            used = f"{model.text} {model.why}"
            place = next((p for n, p in names.items() if _says_name(used, n)), None)
            if place is not None:
                yield CodeFinding(
                    "training_reads_all", HIGH,
                    f"The model that is judged here ({event.place.text}) was fitted on everything"
                    f" that the held-out images were split from ({place.text}), so it has seen"
                    " them. Fit it on the training side.",
                    place,
                )  # fmt: skip
                return


def _is_same(one: DataSet, two: DataSet) -> bool:
    return one.source is two.source and one.membership == two.membership


def _says_name(text: str, name: str) -> bool:
    return bool(name) and re.search(rf"\b{re.escape(name)}\b", text) is not None


def _joined_in(
    one: CodeCall, two: CodeCall, parents: Mapping[Source, DataSet]
) -> Iterator[CodeFinding]:
    """Find a test set that is joined to the images that training is drawn from."""
    joined = (
        v for data in (one.data, *ancestors(one.data, parents)) for step in data.steps
        if step.name == "concatenate" for v in step.values if isinstance(v, DataSet)
    )  # fmt: skip
    apart = one.source is not two.source and not any(
        s.name == "concatenate" for a in ancestors(two.data, parents) for s in a.steps
    )
    if apart and any(_holds(part, two.data) or _is_folder(part, two) for part in joined):
        name = two.role.value
        yield CodeFinding(
            "test_is_training" if two.role is DatasetRole.TEST else "overlap", HIGH,
            f"The {name} images are joined to the images that training (line {one.place.line}) is"
            f" drawn from, so training has seen {name} images. Keep them apart.",
            two.place,
        )  # fmt: skip


def _is_folder(part: DataSet, call: CodeCall) -> bool:
    """Tell whether a dataset is all of the folder that a call reads."""
    both = part.source.loader is call.loader is LoaderName.IMAGE_FOLDER and not part.membership
    return both and _whole_folder(call) and _same_path(part.source.arguments["root"], call.folder)


def _same_path(where: object, folder: str | None) -> bool:
    text = shown(where)
    return folder is not None and text.rstrip("/").removeprefix("./") == folder.removeprefix("./")


def _same_image_folder(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Find one ImageFolder, or two of one folder, that is read whole for both."""
    both = one.loader is two.loader is LoaderName.IMAGE_FOLDER
    whole = both and _whole_folder(one) and _whole_folder(two)
    if (whole or _same_built_in(one, two)) and one.folder == two.folder:
        code = "test_is_training" if two.role is DatasetRole.TEST else "training_reads_all"
        name = two.role.value
        yield CodeFinding(
            code, HIGH,
            f"Training (line {one.place.line}) and {name} both read all images of {two.folder}:"
            f" every {name} image is a training image too. Read another folder, or split this one.",
            two.place,
        )  # fmt: skip


def _same_built_in(one: CodeCall, two: CodeCall) -> bool:
    """Tell whether two calls read the same split of one dataset of torchvision, uncut."""
    calls = [call.source.node.func for call in (one, two) if isinstance(call.source.node, ast.Call)]
    return (
        one.loader is two.loader is LoaderName.TORCHVISION and one.source is not two.source
        and len({text_of(function) for function in calls}) == 1
        and one.subset == two.subset is not None
        and not one.data.membership and not two.data.membership
    )  # fmt: skip


def _cut_from(whole: DataSet, part: DataSet) -> bool:
    """Tell whether one dataset is cut from another by take, skip or a slice."""
    mine, theirs = whole.membership, part.membership
    return whole.source is part.source and len(theirs) > len(mine) and _holds(whole, part)


def _test_overlaps(calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    for one in calls:
        for two in calls:
            if (one.role, two.role) == (DatasetRole.VALIDATION, DatasetRole.TEST):
                yield from _stretches_overlap(one, two)


def _stretches_overlap(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    shares = [b.common(a) for a in stretches(one) for b in stretches(two)]
    if not shares or max(shares) <= 0 or (one.source is two.source and one.data == two.data):
        return
    first, name = one.role.value, two.role.value
    share = "some" if math.isinf(max(shares)) else f"{max(shares):.0%}"
    yield CodeFinding(
        "overlap", HIGH if one.role is DatasetRole.TRAINING else MIDDLE,
        f"The stretches that {first} (line {one.place.line}) and {name} take overlap:"
        f" {share} of the {name} images are {first} images too. Let one begin where the"
        " other ends.",
        two.place,
    )  # fmt: skip


def _swapped(one: CodeCall, two: CodeCall) -> Iterator[CodeFinding]:
    """Find a model that trains on the loader's validation data, and the other way round."""
    both = one.source is two.source and (one.data.part, two.data.part) == (1, 0)
    listed = both and one.loader is LoaderName.TRAIN_TEST_SPLIT
    both &= one.subset == "both"
    named = (one.subset, two.subset) == ("validation", "training") and one.folder == two.folder
    if not listed and not (
        one.trained and two.trained and two.role is DatasetRole.VALIDATION and (both or named)
    ):
        return
    share = one.validation_split
    size = "" if share is None else f" ({share:.0%} of the images)"
    if listed:
        yield CodeFinding(
            "sides_swapped", MIDDLE,
            f"Training reads the side that is held out{size}, and {two.role.value} the other:"
            " train_test_split returns the training side first. Exchange the two.",
            two.place,
        )  # fmt: skip
    else:
        order = 'subset="both" returns training first, then validation. ' if both else ""
        yield CodeFinding(
            "sides_swapped", MIDDLE,
            f"fit() trains on the validation subset{size} and validates with the training subset."
            f" {order}Exchange the two.",
            two.place,
        )  # fmt: skip


def _test_is_validation(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Find a test call that reads the folder that chose the epochs."""
    validation = [c for c in calls if c.role is DatasetRole.VALIDATION]
    for test in calls:
        if test.role is not DatasetRole.TEST:
            continue
        split = next((c for c in calls if _makes_no_test(c, test)), None)
        if split is not None:
            yield CodeFinding(
                "test_is_validation", MIDDLE,
                f"split_classify_dataset (line {split.place.line}) makes train and val only, so"
                f" {test.folder} holds no test images: ultralytics then measures on val, which"
                " chose the best epoch. Keep a test folder apart before the split.",
                test.place,
            )  # fmt: skip
            continue
        same = next((v for v in validation if _same_built_in(v, test) or _is_one(v, test)), None)
        if same is None and _whole_folder(test):
            same = next((v for v in validation if _same_whole(v, test)), None)
        if same is None:
            continue
        chosen = same.loader is LoaderName.ULTRALYTICS or _chooses(followed, same)
        reason = "the best epoch was" if chosen else "if epochs or settings were"
        so = ", so" if chosen else ","
        yield CodeFinding(
            "test_is_validation", HIGH if chosen else MIDDLE,
            f"The test images come from {test.folder}, the folder that validates (line"
            f" {same.place.line}): {reason} chosen by these images{so} the test accuracy is too"
            " good. Read a folder that nothing was chosen by.",
            test.place,
        )  # fmt: skip


def _makes_no_test(split: CodeCall, test: CodeCall) -> bool:
    """Tell whether a test set of ultralytics is asked of a folder that has none."""
    both = split.loader is test.loader is LoaderName.ULTRALYTICS
    folder = shown(split.source.arguments.get("source_dir"))
    return both and test.folder == f"{folder}_split"


def _is_one(validation: CodeCall, test: CodeCall) -> bool:
    """Tell whether one dataset has a name as validation and another one as test set."""
    return validation.data == test.data and not test.read_by_model


def _whole_folder(call: CodeCall) -> bool:
    known = set(call.source.arguments) <= set(_TORCH_FOLDER_ARGUMENTS)
    return (
        call.loader in _FOLDERS and call.folder is not None and call.subset is None
        and call.validation_split is None and not call.data.membership and not call.unread
        and (known or call.loader is not LoaderName.IMAGE_FOLDER)
    )  # fmt: skip


def _same_whole(validation: CodeCall, test: CodeCall) -> bool:
    if validation.folder is None or test.folder is None or validation.source is test.source:
        return False
    if validation.loader is LoaderName.ULTRALYTICS:
        head, _, last = test.folder.rpartition("/")
        return head == validation.folder.rstrip("/") and last in _YOLO_VALIDATION
    return _whole_folder(validation) and validation.folder == test.folder


def _chooses(followed: Followed, validation: CodeCall) -> bool:
    """Tell whether a fit with this validation keeps the best epoch or stops early by it."""
    return any(
        word in text
        for number, event in enumerate(followed.events)
        if event.action is Action.FIT and number in validation.fit_numbers
        for text in _callback_texts(event)
        for word in _CHOOSERS
    )


def _callback_texts(event: Event) -> list[str]:
    callbacks = event.options.get("callbacks")
    items = callbacks.data if isinstance(callbacks, ListBox) else (callbacks,)
    return [f"{v.text} {v.why}" for v in items if isinstance(v, Unknown)]


def _drawn_again(followed: Followed) -> Iterator[CodeFinding]:
    """Find a fastai learner whose loaders split at random a second time."""
    sources: list[Source] = []
    for event in followed.events:
        data = event.data
        if not isinstance(data, DataSet):
            continue
        if event.action is Action.MADE:
            sources.append(data.source)
        if event.action is not Action.SET or event.name != "dls":
            continue
        source = data.source
        before = next((s for s in sources if s is not source and _drawn_alike(s, source)), None)
        if before is not None:
            yield CodeFinding(
                "different_seeds", HIGH,
                f"The learner is given a split that is drawn a second time without a seed (line"
                f" {source.place.line}): most images that it validates with now are images that it"
                " was trained on before. Give the splitter a seed.",
                event.place, "seed",
            )  # fmt: skip
            return


def _drawn_alike(one: Source, two: Source) -> bool:
    """Tell whether two splits of one folder come from different random states."""
    given = one.arguments, two.arguments
    folders = [g.get("path") for g in given]
    if one.open or two.open:
        return False
    return (
        one.loader is two.loader and folders[0] == folders[1] and folders[0] is not None
        and all(g.get("seed") is None for g in given)
        and all(g.get("reseeded") == 0 for g in given)
        and one.loader is not LoaderName.FASTAI_FOLDERS
        and (one.loader is LoaderName.FASTAI_RANDOM or given[0].get("valid_pct") is not None)
    )  # fmt: skip


def _fitted_before(
    calls: Sequence[CodeCall], parents: Mapping[Source, DataSet]
) -> Iterator[CodeFinding]:
    """Find a scaler or a PCA that is fitted to all images before they are split."""
    for call in calls:
        if call.role not in _EVALUATIONS:
            continue
        for data in ancestors(call.data, parents):
            step = next((s for s in data.steps if s.name == "fitted"), None)
            if step is not None and call.source is not data.source:
                yield CodeFinding(
                    "fitted_before_split", MIDDLE,
                    f"A transformer is fitted to all images before the split, so it has learnt from"
                    f" the {call.role.value} images too. Fit it to the training images after the"
                    " split, or put it into a pipeline with the model.",
                    CodePlace(step.line, call.place.cell),
                )  # fmt: skip
                return
