"""Class folders alone: cats/1.jpg, dogs/2.jpg; and nested classes."""

from inspector.dataset.layouts.candidate import CLASSES, LayoutCandidate
from inspector.dataset.layouts.folders import doubtful, finer
from inspector.dataset.layouts.model import Kind, Layout, Role
from inspector.dataset.layouts.tree import Tree


def recognise(tree: Tree, base: str) -> list[LayoutCandidate]:
    """Read the folders below `base` as classes."""
    names = tree.populated(base)
    if not names:
        return []
    top = tree.folders[base]
    bad = doubtful(names)
    direct = sum(bool(tree.folders[top.join(n)].images) for n in names) / len(names)
    share = sum(tree.folders[top.join(n)].below for n in names) / max(1, tree.total)
    score = CLASSES * share * (1 - 0.9 * bad) * (0.6 + 0.4 * direct)
    if len(names) == 1:
        score *= 0.5 if direct else 0.2
    text = f"class folders {_listed(names)}"
    layout = Layout(
        Role.CLASSES, base=base, kind=Kind.CLASS_FOLDERS,
        sure=direct > 0 and not bad and len(names) > 1 and not _holds_others(tree, base, names),
        reason=f"{len(names)} folders hold images",
    )  # fmt: skip
    return [LayoutCandidate(layout, score, text, root=base), *_nested(tree, base, score)]


def _holds_others(tree: Tree, base: str, names: list[str]) -> bool:
    """Tell whether a class folder holds only folders while others hold images, or repeats them.

    Examples are a dataset with a copy of itself inside, and classes of uneven depth.
    """
    top = tree.folders[base]
    for name in names:
        inside = tree.folders[top.join(name)]
        below = set(tree.populated(inside.path))
        if below & set(names) or (below and not inside.images):
            return True
    return False


def _nested(tree: Tree, base: str, score: float) -> list[LayoutCandidate]:
    top = tree.folders[base]
    parents = [top.join(n) for n in tree.populated(base)]
    below = finer(tree, parents) if len(parents) > 1 else None
    if below is None:
        return []
    names = [n for inside in below.values() for n in inside]
    if len(set(names)) < len(names):
        return []  # Shared names are sources or sites.
    layout = Layout(
        Role.CLASSES, base=base, level=1, kind=Kind.NESTED, sure=False,
        reason=f"{len(parents)} folders hold {len(names)} class folders of their own",
    )  # fmt: skip
    text = f"the finer of two class levels: {_listed(sorted(names))}"
    return [LayoutCandidate(layout, min(CLASSES, score * 1.2), text, root=base)]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
