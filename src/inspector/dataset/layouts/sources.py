"""Sources and folds: siteA/cats/1.jpg, fold1/cats/1.jpg: the same classes in each top folder."""

from collections import Counter
from dataclasses import replace

from inspector.dataset.layouts.candidate import CLASSES, SPLITS, LayoutCandidate
from inspector.dataset.layouts.folders import doubtful, unwrapped
from inspector.dataset.layouts.model import Kind, Layout, Role
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import fold_of, names_a_kind


def recognise(tree: Tree, base: str) -> list[LayoutCandidate]:
    """Read the folders below `base` as folds, or as sources that share their classes."""
    top = tree.folders[base]
    names = tree.populated(base)
    folds = {n: unwrapped(tree, top.join(n)) for n in names if fold_of(n)}
    variants = []
    if len(folds) > 1 and any(tree.populated(folder) for folder in folds.values()):
        inside = sum(tree.folders[folder].below for folder in folds.values())
        layout = Layout(
            Role.SPLITS, {folder: name for name, folder in folds.items()}, kind=Kind.FOLDS,
            ignored=tuple(top.join(n) for n in top.folders if n not in folds),
            reason=f"{len(folds)} folders are numbered folds of a cross-validation",
        )  # fmt: skip
        classes = {c for folder in folds.values() for c in tree.populated(folder)}
        bad = doubtful(classes)
        layout = replace(layout, sure=not bad)
        score = SPLITS * inside / max(1, tree.total) * (1 - 0.5 * bad)
        variants.append(LayoutCandidate(layout, score, f"folds {', '.join(folds)}", root=base))
    source = _sources(tree, base, names)
    return [*variants, source] if source else variants


def _sources(tree: Tree, base: str, names: list[str]) -> LayoutCandidate | None:
    """Read the folders as sources that share their classes, at any depth."""
    top = tree.folders[base]
    level, parts = 0, {n: [top.join(n)] for n in names}
    while deeper := _deeper(tree, parts):
        level, parts = level + 1, deeper
    holders = {n: {c for f in folders for c in tree.populated(f)} for n, folders in parts.items()}
    shared = Counter(label for labels in holders.values() for label in labels)
    several = sum(count > 1 for count in shared.values())
    if not several or doubtful(shared) >= 0.5:
        return None
    inside = sum(tree.folders[top.join(n)].below for n, labels in holders.items() if labels)
    layout = Layout(
        Role.SOURCES, base=base, level=level, sure=False, kind=Kind.SOURCES,
        reason=f"{several} class folders are in several of the folders {', '.join(names[:4])}",
    )  # fmt: skip
    score = CLASSES * inside / max(1, tree.total) * (0.8 + 0.2 * several / len(shared))
    kinds = sum(names_a_kind(label) for label in shared)
    if kinds * 2 < len(shared) and sum(map(names_a_kind, names)) * 2 > len(names):
        score *= 0.4  # Patients or days within classes.
    return LayoutCandidate(layout, score, f"sources {', '.join(names[:4])}", root=base)


def _deeper(tree: Tree, parts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the folders one level down if all hold the same folders and no image, else {}.

    Skips intermediate folders down to the classes: amazon/images/mug, summer/camera_1/deer.
    """
    below: dict[str, list[str]] = {}
    for name, folders in parts.items():
        inside = [tree.folders[f].join(n) for f in folders for n in tree.populated(f)]
        if not inside or any(tree.folders[f].images for f in (*folders, *inside)):
            return {}
        below[name] = inside
    held = [set(tree.populated(f)) for folders in below.values() for f in folders]
    return below if len(held) > 1 and all(names == held[0] for names in held) else {}
