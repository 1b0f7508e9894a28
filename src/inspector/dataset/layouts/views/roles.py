"""The role of each folder in a layout, as shown in the tree of "Opened as"."""

from itertools import islice
from pathlib import Path

from inspector.dataset.layouts.model import Layout
from inspector.dataset.layouts.tree import Tree, read_tree


def roles(root: Path, layout: Layout) -> dict[str, str]:
    """Return the role of each folder of the top two levels, by relative path."""
    return roles_of(read_tree(root), layout)


def roles_of(tree: Tree, layout: Layout, *, depth: int = 2) -> dict[str, str]:
    """Return roles: training, validation, test, a fold's name, class, source, images or ignored."""
    roles: dict[str, str] = {}
    for path in sorted(tree.folders):
        if path and path.count("/") < depth:
            roles[path] = _role(tree, layout, path)
    return roles


def _role(tree: Tree, layout: Layout, path: str) -> str:
    if path in layout.splits:
        return layout.splits[path]
    for folder, split in layout.splits.items():
        if folder.startswith(f"{path}/"):
            inside = [s for f, s in layout.splits.items() if f.startswith(f"{path}/")]
            return split if len(inside) < 2 else "folder"
    places = [layout.place(image) for image in islice(tree.images(path), 50)]
    labels = {p.label for p in places if p.label}
    splits = {p.split for p in places if p.label and p.split}
    if not labels:
        return "ignored"
    name = path.rpartition("/")[2]
    if labels in ({name}, {layout.names.get(name, name)}):
        return "class"
    if {p.source for p in places} == {name}:
        return "source"
    if len(splits) == 1 and len(labels) > 1:
        return splits.pop()
    return "images" if layout.listed else "folder"
