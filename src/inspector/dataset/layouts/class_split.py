"""Class folders that contain split folders: cats/train/1.jpg, cats/test/2.jpg."""

from inspector.dataset.layouts.candidate import SPLITS, LayoutCandidate
from inspector.dataset.layouts.folders import doubtful
from inspector.dataset.layouts.model import Kind, Layout, Role
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import split_of


def recognise(tree: Tree, base: str) -> list[LayoutCandidate]:
    """Read the folders below `base` as classes, each with split folders."""
    top = tree.folders[base]
    names = tree.populated(base)
    inside = 0
    direct = 0
    splits: set[str] = set()
    for name in names:
        folder = tree.folders[top.join(name)]
        for below in tree.populated(folder.path):
            if split := split_of(below):
                splits.add(split)
                inside += tree.folders[folder.join(below)].below
                direct += len(tree.folders[folder.join(below)].images)
    # Split folders that contain folders hold the classes themselves.
    if not splits or len(names) < 2 or direct * 2 < inside:
        return []
    score = SPLITS * inside / max(1, tree.total) * (1 - 0.95 * doubtful(names))
    text = f"classes {', '.join(names[:3])} with {' and '.join(sorted(splits))} inside each"
    layout = Layout(
        Role.CLASS_SPLITS, base=base, kind=Kind.CLASS_SPLIT, sure=inside == top.below,
        reason=f"{len(names)} folders hold folders named like splits",
    )  # fmt: skip
    return [LayoutCandidate(layout, score, text, root=base)]
