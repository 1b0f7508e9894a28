"""What folder conventions share: wrapper folders, and the classes below a folder."""

from collections.abc import Iterable, Sequence

from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import (
    fold_of,
    is_doubtful_class,
    is_generic,
    names_a_kind,
    split_of,
)

MAX_WRAPPERS = 5


def bases(tree: Tree) -> list[str]:
    """List folders that may be the dataset: the opened one, then those with most images."""
    candidates, path = [""], ""
    for _ in range(MAX_WRAPPERS):
        largest = max(
            ((tree.folders[tree.folders[path].join(n)].below, n) for n in tree.populated(path)),
            default=(0, ""),
        )
        below, name = largest
        if not name or below * 2 < tree.total or split_of(name) or fold_of(name):
            break
        path = tree.folders[path].join(name)
        if not tree.populated(path):
            break
        candidates.append(path)
    return candidates


def unwrapped(tree: Tree, folder: str) -> str:
    """Skip folders that only repeat or wrap another: seg_train/seg_train, train/images."""
    for _ in range(MAX_WRAPPERS):
        one = tree.folders[folder]
        names = tree.populated(folder)
        if one.images or len(names) != 1:
            return folder
        same = names[0] == folder.rpartition("/")[2]
        split = split_of(names[0])
        repeated = split and split == split_of(folder.rpartition("/")[2])
        if not (same or repeated or (is_generic(names[0]) and not split)):
            return folder
        folder = one.join(names[0])
    return folder


def doubtful(names: Iterable[str]) -> float:
    """Return the share of class names that are more likely a split or a part, 0..1."""
    every = list(names)
    return sum(map(is_doubtful_class, every)) / max(1, len(every))


def finer(tree: Tree, parents: Sequence[str]) -> dict[str, set[str]] | None:
    """Return nested classes by parent; None where the folders are no classes.

    Every parent holds folders with images and no image itself, and these folders are named by words
    for a kind (no numbers of patients, days or clips).
    """
    classes: dict[str, set[str]] = {}
    for parent in parents:
        names = tree.populated(parent)
        if not names or tree.folders[parent].images:
            return None
        if any(tree.folders[tree.folders[parent].join(n)].folders for n in names):
            return None
        classes[parent] = set(names)
    every = [name for names in classes.values() for name in names]
    kinds = sum(names_a_kind(n) and not is_doubtful_class(n) for n in every)
    return classes if every and kinds >= 0.8 * len(every) else None
