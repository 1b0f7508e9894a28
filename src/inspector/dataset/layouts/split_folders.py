"""Split folders with class folders: train/cats/1.jpg, seg_train/seg_train/cats/1.jpg."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from inspector.dataset.layouts.candidate import SPLITS, LayoutCandidate
from inspector.dataset.layouts.folders import doubtful, finer, unwrapped
from inspector.dataset.layouts.model import Kind, Layout, Role
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import is_generic, says_more_than_a_split, split_of, words
from inspector.errors import UnknownLayoutError


class AmbiguousSplitError(UnknownLayoutError):
    """Two folders are the same split."""


_ORDER = ("training", "validation", "test")
# A few images in split folders beside many elsewhere are still splits: CLI.md.
_LEAST = 0.2
_MAX_PARTS = 12


def recognise(
    tree: Tree, base: str, split_roles: Mapping[str, str] | None = None
) -> list[LayoutCandidate]:
    """Read the folders below `base` whose names are splits.

    Args:
        split_roles: Split by folder, as the user says; "class" for a folder that is none.

    Raises:
        AmbiguousSplitError: Two folders with classes are the same split.
    """
    top = tree.folders[base]
    named = {n: s for n in tree.populated(base) if (s := split_of(n))}
    for folder, split in (split_roles or {}).items():
        parent, _, name = folder.rpartition("/")
        if parent == base and name in top.folders:
            named[name] = split
    named = {n: s for n, s in named.items() if s != "class"}
    inner = {n: unwrapped(tree, top.join(n)) for n in named}
    held = {n: tree.populated(folder) for n, folder in inner.items()}
    if not any(held.values()):
        return []
    named = _told_apart(tree, top.path, named, held)
    rest = _unnamed_training(tree, base, named, inner, set(split_roles or {}))
    if rest:
        inner[rest] = unwrapped(tree, top.join(rest))
        named[rest] = "training"
    order = sorted(named, key=lambda n: _ORDER.index(named[n]) if named[n] in _ORDER else 3)
    splits = {inner[n]: named[n] for n in order}
    splits = _swallowed(tree, splits) | splits
    ignored = tuple(top.join(n) for n in top.folders if n not in named)
    return _levels(tree, base, splits, ignored)


def recognise_parts(tree: Tree, base: str) -> list[LayoutCandidate]:
    """Read folders that each hold split folders with the same classes: parts of one download.

    Parts with the same file names may be copies in other sizes: the user is asked.
    """
    top = tree.folders[base]
    names = tree.populated(base)
    splits: dict[str, str] = {}
    seen: set[str] = set()
    again = False
    for name in names:
        part = top.join(name)
        own = {tree.folders[part].join(n): s for n in tree.populated(part) if (s := split_of(n))}
        own = {f: s for f, s in own.items() if tree.populated(f) and not tree.folders[f].images}
        if not own:
            return []
        files = {path[len(part) :] for folder in own for path in tree.images(folder)}
        again = again or bool(seen & files)
        seen |= files
        splits |= own
    if len(names) < 2 or len(set(splits.values())) < 2:
        return []
    merged = _levels(tree, base, splits, ())[0]
    text = f"split folders in each of {', '.join(names[:3])}"
    single = _one_of(tree, base, names) if again and _same_files(tree, base, names) else []
    sure = merged.layout.sure and not again
    layout = replace(merged.layout, sure=sure, reason=f"{len(names)} folders hold the same splits")
    return [
        *single,
        LayoutCandidate(layout, merged.score * (0.9 if again else 1.02), text, root=base),
    ]


def _same_files(tree: Tree, base: str, names: Sequence[str]) -> bool:
    """Tell whether folders whose names differ only in numbers hold the same files."""
    if len({tuple(words(name)) for name in names}) > 1:
        return False
    parts = [f"{base}/{name}/".lstrip("/") for name in names]
    held = [{p[len(part) :].partition("/")[2] for p in tree.images(part[:-1])} for part in parts]
    return all(files == held[0] for files in held)


def _one_of(tree: Tree, base: str, names: Sequence[str]) -> list[LayoutCandidate]:
    """Return one candidate per folder of several that hold the same files, the first one best.

    Examples are the written-out folds of a cross-validation, and one dataset in several sizes.
    """
    top = tree.folders[base]
    variants = []
    for number, name in enumerate(names[:_MAX_PARTS]):
        for one in recognise(tree, top.join(name))[:1]:
            note = f"{', '.join(names[:4])} hold files of the same names: only {name} is read."
            layout = replace(one.layout, sure=False, notes=(note,))
            score = SPLITS * 0.97**number
            variants.append(
                LayoutCandidate(layout, score, f"{one.text} (one of {len(names)})", root=one.root)
            )
    return variants


def _swallowed(tree: Tree, splits: Mapping[str, str]) -> dict[str, str]:
    """Return split folders that are inside another by accident: train/val beside train/oak.

    They come first, since a path belongs to the deepest split folder that contains it.
    """
    swallowed: dict[str, str] = {}
    for folder in splits:
        names = set(tree.populated(folder))
        for name in names:
            split, inside = split_of(name), tree.folders[folder].join(name)
            held = set(tree.populated(inside))
            if split and split not in (*splits.values(), *swallowed.values()) and held & names:
                swallowed[inside] = split
    return swallowed


def _unnamed_training(
    tree: Tree, base: str, named: Mapping[str, str], inner: Mapping[str, str], assigned: set[str]
) -> str:
    """Return the one folder beside a validation or test folder that is training, or "".

    Example: "rps" beside "rps-test-set", with the same classes and a name that is part of the
    other's.
    """
    if not named or "training" in named.values():
        return ""
    top = tree.folders[base]
    classes = set().union(*(tree.populated(inner[n]) for n in named))
    fits = []
    for name in tree.populated(base):
        if name in named or top.join(name) in assigned:
            continue
        same = classes & set(tree.populated(unwrapped(tree, top.join(name))))
        shares = any(set(words(name)) <= set(words(n)) for n in named)
        if len(same) > 1 and len(same) * 2 >= len(classes) and shares:
            fits.append(name)
    return fits[0] if len(fits) == 1 else ""


def _told_apart(
    tree: Tree, base: str, named: dict[str, str], held: dict[str, list[str]]
) -> dict[str, str]:
    """Return one folder per split: of several, the one with classes.

    Raises:
        AmbiguousSplitError: Several have classes.
    """
    unique = dict(named)
    for split, count in Counter(named.values()).items():
        if count < 2:
            continue
        names = sorted(n for n, s in named.items() if s == split)
        classes = [n for n in names if held[n] and doubtful(held[n]) < 1]
        if len(classes) > 1:
            folder = tree.folders[base]
            raise AmbiguousSplitError(
                f"two folders are both the {split} split: {' and '.join(classes)}",
                f"Say which one counts: --split-role '{folder.join(classes[0])}={split}'"
                f" --split-role '{folder.join(classes[1])}=ignore', or name the files and splits"
                " with --manifest FILE.",
            )
        for name in names:
            if name != (classes or names)[0]:
                del unique[name]
    return unique


def _levels(
    tree: Tree, base: str, splits: dict[str, str], ignored: tuple[str, ...]
) -> list[LayoutCandidate]:
    classes = _classes(tree, splits)
    named = {
        folder: sum(
            tree.folders[tree.folders[folder].join(n)].below
            for n in _own_classes(tree, folder, splits)
        )
        for folder in splits
    }
    swallowed = [(a, b) for a in splits for b in splits if a.startswith(f"{b}/")]
    notes = tuple(
        f"{a} lies inside of {b}: it is {splits[a]} here, and a class of {b} for Keras."
        for a, b in swallowed
    )
    share = sum(named.values()) / max(1, tree.total)
    score = SPLITS * share * (1 - 0.95 * doubtful(classes)) * (1 if len(classes) > 1 else 0.6)
    if not doubtful(classes):
        score = max(score, _LEAST)
    text = ", ".join(f"{folder} → {split}" for folder, split in splits.items())
    layout = Layout(
        Role.SPLITS, splits, ignored=ignored, kind=Kind.SPLIT_FOLDERS,
        sure=not doubtful(classes) and not swallowed, notes=notes,
        reason=f"the folders {text} are named like splits",
    )  # fmt: skip
    variants = [LayoutCandidate(layout, score, f"split folders {text}", root=base)]
    if nested := _nested(tree, splits):
        deeper = Layout(
            Role.SPLITS, splits, ignored=ignored, level=1, kind=Kind.NESTED, sure=False,
            reason=f"the class folders hold {len(nested)} class folders of their own",
        )  # fmt: skip
        variants.append(
            LayoutCandidate(
                deeper, score * 1.01, f"the finer of two class levels below {text}", root=base
            )
        )
    return variants


def _classes(tree: Tree, splits: Mapping[str, str]) -> set[str]:
    """Return the names of classes, without those that only sound like a split.

    A class "train" of vehicles is in every split, and "pregnancy test" says more than a split.
    """
    sets = [_own_classes(tree, folder, splits) for folder in splits]
    every = set().union(*sets)
    shared = set.intersection(*sets) if len(sets) > 1 else set()
    sound = {
        n
        for n in every
        if split_of(n) and not is_generic(n) and (n in shared or says_more_than_a_split(n))
    }
    # Placeholders: the number of classes counts, too.
    return (every - sound) | {str(i) for i, _ in enumerate(sound)}


def _own_classes(tree: Tree, folder: str, splits: Mapping[str, str]) -> set[str]:
    """Return the folders of a split that are not splits themselves."""
    one = tree.folders[folder]
    return {n for n in tree.populated(folder) if one.join(n) not in splits}


def _nested(tree: Tree, splits: dict[str, str]) -> set[str]:
    """Return the nested classes if most of them are in every split, else none."""
    sets: list[set[str]] = []
    for folder in splits:
        parents = [tree.folders[folder].join(n) for n in tree.populated(folder)]
        if not parents:
            continue
        below = finer(tree, parents)
        if below is None:
            return set()
        sets.append(set().union(*below.values()))
    if not sets or len(sets) < 2:
        return set()
    shared = set.intersection(*sets)
    return set.union(*sets) if len(shared) * 2 >= min(map(len, sets)) else set()
