"""Split folders with class folders: train/cats/1.jpg, seg_train/seg_train/cats/1.jpg."""

from collections import Counter
from collections.abc import Mapping

from inspector.dataset.layouts.candidate import SPLITS, Variant
from inspector.dataset.layouts.folders import doubtful, finer, unwrapped
from inspector.dataset.layouts.model import Kind, Layout, Role
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import split_of
from inspector.errors import UnknownLayoutError


class AmbiguousSplitError(UnknownLayoutError):
    """Say that two folders are the same split."""


_ORDER = ("training", "validation", "test")
# Few images in split folders beside many elsewhere are still splits: CLI.md.
_LEAST = 0.2


def recognise(tree: Tree, base: str, said: Mapping[str, str] | None = None) -> list[Variant]:
    """Read the folders below `base` whose names are splits.

    Args:
        said: Folder to split, as a person says; "class" for a folder that is none.

    Raises:
        AmbiguousSplitError: Two folders with classes are the same split.
    """
    top = tree.folders[base]
    named = {n: s for n in tree.populated(base) if (s := split_of(n))}
    for folder, split in (said or {}).items():
        parent, _, name = folder.rpartition("/")
        if parent == base and name in top.folders:
            named[name] = split
    named = {n: s for n, s in named.items() if s != "class"}
    inner = {n: unwrapped(tree, top.join(n)) for n in named}
    held = {n: tree.populated(folder) for n, folder in inner.items()}
    if not any(held.values()):
        return []
    named = _told_apart(tree, top.path, named, held)
    order = sorted(named, key=lambda n: _ORDER.index(named[n]) if named[n] in _ORDER else 3)
    splits = {inner[n]: named[n] for n in order}
    ignored = tuple(top.join(n) for n in top.folders if n not in named)
    return _levels(tree, base, splits, ignored)


def _told_apart(
    tree: Tree, base: str, named: dict[str, str], held: dict[str, list[str]]
) -> dict[str, str]:
    """Return one folder per split: of several, the one with classes.

    Raises:
        AmbiguousSplitError: Several have classes.
    """
    kept = dict(named)
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
                del kept[name]
    return kept


def _levels(
    tree: Tree, base: str, splits: dict[str, str], ignored: tuple[str, ...]
) -> list[Variant]:
    classes = {n for folder in splits for n in tree.populated(folder)}
    named = {
        folder: sum(
            tree.folders[tree.folders[folder].join(n)].below for n in tree.populated(folder)
        )
        for folder in splits
    }
    share = sum(named.values()) / max(1, tree.total)
    score = SPLITS * share * (1 - 0.95 * doubtful(classes)) * (1 if len(classes) > 1 else 0.6)
    if not doubtful(classes):
        score = max(score, _LEAST)
    text = ", ".join(f"{folder} → {split}" for folder, split in splits.items())
    layout = Layout(
        Role.SPLITS, splits, ignored=ignored, kind=Kind.SPLIT_FOLDERS,
        sure=not doubtful(classes), reason=f"the folders {text} are named like splits",
    )  # fmt: skip
    found = [Variant(layout, score, f"split folders {text}", root=base)]
    if nested := _nested(tree, splits):
        deeper = Layout(
            Role.SPLITS, splits, ignored=ignored, level=1, kind=Kind.NESTED, sure=False,
            reason=f"the class folders hold {len(nested)} class folders of their own",
        )  # fmt: skip
        found.append(
            Variant(deeper, score * 1.01, f"the finer of two class levels below {text}", root=base)
        )
    return found


def _nested(tree: Tree, splits: dict[str, str]) -> set[str]:
    """Return the finer classes where most of them are in every split, else none."""
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
