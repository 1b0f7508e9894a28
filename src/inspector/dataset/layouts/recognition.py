"""Try all conventions on a dataset, choose the best candidate and keep the others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from inspector.dataset.layouts import (
    class_folders,
    class_split,
    cub,
    hugging_face,
    imagenet,
    label_table,
    lists,
    prefix,
    sources,
    split_folders,
)
from inspector.dataset.layouts.annotations import coco, fiftyone, voc, yolo
from inspector.dataset.layouts.candidate import (
    LABEL_FILE,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.folders import bases
from inspector.dataset.layouts.model import (
    Alternative,
    Choice,
    Kind,
    Layout,
    Location,
    NothingFitsError,
    Role,
    located,
)
from inspector.dataset.layouts.remarks import masks_note, videos_note
from inspector.dataset.layouts.split_folders import AmbiguousSplitError
from inspector.dataset.layouts.tree import Tree, read_tree
from inspector.dataset.layouts.words import split_of
from inspector.errors import DatasetError

MIN_SCORE = 0.12
# Candidates whose scores are closer than this are both likely: the user should check.
CLOSE = 0.05
_AGREES = 0.95
_NAMED = 4
_FOLDER_ROLES = (Role.SPLITS, Role.CLASSES, Role.CLASS_SPLITS, Role.SOURCES)


def recognise(root: Path, choice: Choice | None = None) -> Layout:
    """Return the layout of a dataset.

    Args:
        root: Dataset folder.
        choice: What the user says about it; the rest is recognised.

    Raises:
        DatasetError: The folder is missing, fits nothing, or the choice does not fit.
    """
    return recognise_tree(root, read_tree(root), choice)


def recognise_tree(root: Path, whole: Tree, choice: Choice | None = None) -> Layout:
    """As `recognise`, from names that are listed already."""
    choice = choice or Choice()
    tree = _narrowed(whole, choice)
    if choice.role is not None:
        return replace(_by_role(tree, choice), choice=choice)
    variants, errors = _candidates(root, tree, choice)
    variants.sort(key=lambda c: -c.score)
    fitting = [c for c in variants if _fits(c.layout.kind, choice)]
    least = 0.0 if choice else MIN_SCORE
    best = next((c for c in fitting if c.score > least), None)
    twice = next((e for e in errors if isinstance(e, AmbiguousSplitError)), None)
    if twice and choice.kind is None and (best is None or best.layout.role in _FOLDER_ROLES):
        raise twice
    if best is None:
        raise _nothing(whole, tree, variants, errors, choice)
    return _chosen(root, tree, best, variants, errors, choice)


def _fits(kind: Kind, choice: Choice) -> bool:
    """Tell whether the user's choice allows a kind of layout."""
    tables = (Kind.TABLE, Kind.ONE_HOT, Kind.HUGGING_FACE)
    return choice.kind in (None, kind) and (not choice.label_column or kind in tables)


def _narrowed(tree: Tree, choice: Choice) -> Tree:
    for folder in (*choice.split_roles, *filter(None, (choice.root,))):
        if folder not in tree.folders:
            raise DatasetError(
                f"there is no folder {folder} in {tree.name}",
                f"Folders here: {', '.join(tree.folders[''].folders[:8]) or 'none'}.",
            )
    gone = [folder for folder, role in choice.split_roles.items() if role == "ignore"]
    return tree.within(choice.root, gone) if choice.root or gone else tree


def _candidates(
    root: Path, tree: Tree, choice: Choice
) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Return all candidates, and the errors of what could not be read."""
    variants: list[LayoutCandidate] = []
    errors: list[DatasetError] = []
    split_roles = {f: role for f, role in choice.split_roles.items() if role != "ignore"}
    for base in [choice.root] if choice.root else bases(tree):
        here: list[LayoutCandidate] = []
        try:
            here = split_folders.recognise(tree, base, split_roles)
            here += split_folders.recognise_parts(tree, base)
        except DatasetError as error:
            errors.append(error)
        most = max((c.score for c in here if c.layout.sure), default=1.0)
        # Folders named like splits that contain classes are splits: CLI.md.
        here += [
            replace(c, score=min(c.score, 0.9 * most))
            for c in (*class_folders.recognise(tree, base), *sources.recognise(tree, base))
        ]
        variants += here + class_split.recognise(tree, base)
    if split_roles:
        variants = [c for c in variants if _obeys(c.layout, split_roles)]
    variants += prefix.recognise(tree, choice.root)
    by_folders = max(variants, key=lambda c: c.score, default=None)
    by_files: list[LayoutCandidate] = []
    for convention in (hugging_face, label_table):
        readings, refused = convention.recognise(root, tree, choice)
        by_files += readings
        errors += refused
    for other in (coco, yolo, voc, fiftyone, lists, cub, imagenet):
        readings, refused = other.recognise(root, tree)
        by_files += readings
        errors += refused
    if by_folders is not None:
        named = imagenet.with_names(root, tree, by_folders.layout)
        by_folders = replace(by_folders, layout=named)
        placed = _placed(tree, by_folders.layout) if by_files else {}
        by_files = [_completed(tree, c, by_folders, placed) for c in by_files]
        by_files = [_unless_equal(tree, c, by_folders, placed) for c in by_files]
        by_files = _below_the_agreeing(by_files, by_folders)
    by_files = [_with_roles(c, split_roles) for c in by_files]
    return variants + by_files, errors


def _obeys(layout: Layout, split_roles: dict[str, str]) -> bool:
    """Tell whether a layout gives folders the splits that the user chose."""
    if layout.role is not Role.SPLITS:
        return True
    have = layout.splits.items()
    return all(
        any(split == role and f"{own}/".startswith(f"{folder}/") for own, split in have)
        for folder, role in split_roles.items()
        if role != "class"
    )


def _with_roles(candidate: LayoutCandidate, split_roles: dict[str, str]) -> LayoutCandidate:
    """Return a listed layout with the splits that the user gave to folders."""
    roles = {f: s for f, s in split_roles.items() if s != "class"}
    if not roles:
        return candidate
    places = {
        path: located(
            next((s for f, s in roles.items() if path.startswith(f"{f}/")), p.split),
            p.label,
            p.source,
            p.reason,
        )
        for path, p in candidate.layout.listed.items()
    }
    return replace(candidate, layout=replace(candidate.layout, listed=places))


def _placed(tree: Tree, layout: Layout) -> dict[str, Location]:
    """Return the location of each image by folder: the same for all images of one folder."""
    if layout.role is Role.MANIFEST:
        return {path: layout.place(path) for path in tree.images()}
    placed: dict[str, Location] = {}
    for folder in tree.folders.values():
        if folder.images:
            place = layout.place(folder.join(folder.images[0]))
            placed |= dict.fromkeys(map(folder.join, folder.images), place)
    return placed


def _completed(
    tree: Tree,
    by_file: LayoutCandidate,
    by_folders: LayoutCandidate,
    placed: Mapping[str, Location],
) -> LayoutCandidate:
    """Return a label file's layout, completed by images that only their folders place.

    Example: training in class folders, validation in one folder with a label file.
    """
    places, folders = by_file.layout.listed, by_folders.layout
    labels = {p.label for p in places.values() if p.label}
    rest = {}
    for path, place in placed.items():
        if place.label and not (path in places and places[path].label):
            rest[path] = place
    shared = labels & {p.label for p in rest.values()}
    if not rest or folders.role is not Role.SPLITS or len(shared) * 2 < len(labels):
        return by_file
    joined = {
        **rest,
        **{
            path: located(p.split or folder_split(path), p.label, p.source, p.reason)
            for path, p in places.items()
            if p.label
        },
    }
    layout = by_file.layout
    # The folders use the same class names: the column is the class.
    whole = listed(
        tree, joined, kind=layout.kind, label_file=layout.label_file, sure=True, notes=layout.notes,
    )  # fmt: skip
    score = max(by_file.score, LABEL_FILE * coverage(tree, joined))
    return LayoutCandidate(
        whole, score, f"{by_file.text} with {by_folders.text}", label_column=by_file.label_column
    )


def _unless_equal(
    tree: Tree,
    by_file: LayoutCandidate,
    by_folders: LayoutCandidate,
    placed: Mapping[str, Location],
) -> LayoutCandidate:
    """Lower the score of a label file that agrees with the folders, which Keras reads itself."""
    places = by_file.layout.listed
    pairs: Counter[tuple[str, str]] = Counter()
    more = 0
    for path, there in placed.items():
        here = places.get(path)
        if here is None or not here.label:
            continue
        if there.label and here.split == there.split:
            pairs[here.label, there.label] += 1
        else:
            more += 1
    # Each class name corresponds to one name of the other, by most of its images.
    forth: dict[str, str] = {}
    back: dict[str, str] = {}
    for (label, folder), _ in pairs.most_common():
        forth.setdefault(label, folder)
        back.setdefault(folder, label)
    same = sum(n for (a, b), n in pairs.items() if forth[a] == b and back[b] == a)
    more += pairs.total() - same
    if same < _AGREES * (same + more) or same < _AGREES * coverage(tree, places) * tree.total:
        return by_file
    return replace(by_file, score=min(by_file.score, by_folders.score * 0.99))


def _below_the_agreeing(
    by_files: list[LayoutCandidate], by_folders: LayoutCandidate
) -> list[LayoutCandidate]:
    """Lower the other columns of a label file if one column agrees with the folders.

    Example: a table of noisy labels beside class folders (imagenette).
    """
    agreeing = {
        c.layout.label_file
        for c in by_files
        if c.score == by_folders.score * 0.99
        and len({p.label for p in c.layout.listed.values() if p.label}) > 1
    }
    return [
        replace(c, score=min(c.score, by_folders.score * 0.98))
        if c.layout.label_file in agreeing and c.score > by_folders.score
        else c
        for c in by_files
    ]


def _by_role(tree: Tree, choice: Choice) -> Layout:
    """Return the layout whose top folders have the chosen role."""
    base = choice.root
    top = tree.folders[base]
    match choice.role:
        case Role.SPLITS:
            holders = [n for n in tree.populated(base) if tree.populated(top.join(n))]
            named = {top.join(n): s for n in holders if (s := split_of(n))}
            splits = named or {top.join(n): n for n in holders}
            ignored = tuple(f for n in top.folders if (f := top.join(n)) not in splits)
            kind = Kind.SPLIT_FOLDERS
            text = ", ".join(f"{folder} → {split}" for folder, split in splits.items())
            return Layout(
                Role.SPLITS, splits, kind=kind, ignored=ignored if named else (),
                text=f"split folders {text}", reason="you said so",
            )  # fmt: skip
        case Role.SOURCES:
            return Layout(
                Role.SOURCES, base=base, kind=Kind.SOURCES, text="sources", reason="you said so"
            )
        case _:
            return Layout(
                Role.CLASSES, base=base, kind=Kind.CLASS_FOLDERS, text="class folders",
                reason="you said so",
            )  # fmt: skip


def _chosen(
    root: Path, tree: Tree, best: LayoutCandidate, variants: Sequence[LayoutCandidate],
    errors: Sequence[DatasetError], choice: Choice,
) -> Layout:  # fmt: skip
    layout = best.layout
    if layout.role in _FOLDER_ROLES:
        layout = imagenet.with_names(root, tree, layout)
    others = [
        c for c in variants if c is not best and c.text != best.text and c.score > MIN_SCORE / 2
    ]
    rivals = [
        c
        for c in others
        if c.score > best.score - CLOSE and not _left_out(layout, c) and _differs(tree, best, c)
    ]
    notes = list(layout.notes)
    notes += [f"{e.message}." for e in errors]
    masks = masks_note(tree, layout)
    notes += [note for note in (masks, videos_note(tree)) if note]
    return replace(
        layout,
        text=best.text,
        reason=layout.reason or best.text,
        sure=(layout.sure and not rivals and not masks) or bool(choice.kind or choice.label_column),
        notes=tuple(notes),
        ignored=(*layout.ignored, *_beside(tree, best, choice)),
        excluded=tuple(f for f, role in choice.split_roles.items() if role == "ignore"),
        alternatives=tuple(_alternative(c) for c in others[:8]),
        choice=replace(
            choice,
            kind=layout.kind,
            root=choice.root or best.root,
            label_column=choice.label_column or _column(best, others),
        ),
    )


def _beside(tree: Tree, best: LayoutCandidate, choice: Choice) -> tuple[str, ...]:
    """Return the folders with images beside the one that a folder layout takes."""
    if choice.root or not best.root or best.layout.role not in _FOLDER_ROLES:
        return ()
    names = best.root.split("/")
    above = ["/".join(names[:depth]) for depth in range(len(names))]
    return tuple(
        tree.folders[folder].join(other)
        for folder, own in zip(above, names, strict=True)
        for other in tree.populated(folder)
        if other != own
    )


def _column(best: LayoutCandidate, others: Sequence[LayoutCandidate]) -> str:
    """Return the label column of a layout if others take a different one, else ""."""
    columns = {c.label_column for c in others if c.label_column} - {best.label_column}
    return best.label_column if columns else ""


def _left_out(layout: Layout, candidate: LayoutCandidate) -> bool:
    """Tell whether a candidate is of a folder that a layout leaves out, which is noted anyway."""
    folders = candidate.layout.split_folders
    return bool(folders) and all(
        any(f"{folder}/".startswith(f"{left}/") for left in layout.ignored) for folder in folders
    )


def _differs(tree: Tree, one: LayoutCandidate, two: LayoutCandidate) -> bool:
    """Tell whether two layouts give images different classes."""
    for number, path in enumerate(tree.images()):
        if one.layout.place(path).label != two.layout.place(path).label:
            return True
        if number > 200:
            break
    return False


def _alternative(candidate: LayoutCandidate) -> Alternative:
    return Alternative(candidate.layout.kind, candidate.text, candidate.choice)


def _nothing(
    whole: Tree, tree: Tree, variants: Sequence[LayoutCandidate], errors: Sequence[DatasetError],
    choice: Choice,
) -> DatasetError:  # fmt: skip
    """Return the error that names what is there and the nearest candidates."""
    if errors:
        return errors[0]
    top = whole.folders[""]
    near = [_alternative(c) for c in variants[:3] if c.score > 0]
    reason = f"no reading as {choice.kind.value} fits" if choice.kind else ""
    if choice.label_column:
        reason = f"no label table has a column {choice.label_column} that can be the class"
    if not whole.total:
        there = f"has {len(top.folders)} folders, but no images in them" if top.folders else ""
        message = f"{whole.name} {there}" if there else f"there are no images in {whole.name}"
        videos = whole.videos()
        if videos:
            message += f", only {len(videos)} video files"
    elif top.images and not tree.populated(""):
        message = (
            f"{len(top.images)} images lie in {whole.name} itself and there are no class folders"
        )
    else:
        names = ", ".join(tree.populated("")[:_NAMED]) or "no folders"
        message = f"nothing in {whole.name} ({names}) tells the class of its {whole.total:,} images"
    if reason:
        message = f"{reason}: {message}"
    nearest = "".join(f" Nearest: {a.text}: {a.option}." for a in near)
    advice = (
        "Expected: a folder for each class (cats, dogs), training and validation folders with"
        f" class folders in them, or a label file.{nearest}"
        " Any other layout opens with --manifest FILE (path, label)."
    )
    return (
        NothingFitsError(message, advice, tuple(near))
        if whole.total
        else DatasetError(message, advice)
    )
