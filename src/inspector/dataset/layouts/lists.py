"""List files: meta/train.txt with a path per line, and the class after it or in the path."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from inspector.dataset.layouts.candidate import (
    LISTS,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.class_names import readable
from inspector.dataset.layouts.model import Kind, located
from inspector.dataset.layouts.prefix import prefix_of
from inspector.dataset.layouts.tables import decode, read_text
from inspector.dataset.layouts.tree import MANY_FILES, Tree
from inspector.dataset.layouts.words import is_generic, split_of, words
from inspector.errors import DatasetError

_MATCHED = 0.5
_SAMPLED = 100
_MAX_FILES = 60
# A JSON file with one of these names may give the class of each file.
_MAPS = frozenset({"labels", "label", "annotations", "classes", "targets", "groundtruth"})


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read lists named like splits; of several per split, the first counts."""
    rows: dict[str, tuple[str, str]] = {}
    used: dict[str, str] = {}
    errors: list[DatasetError] = []
    for file in _candidates(tree):
        split = _split(file)
        try:
            pairs = _read(root, tree, file)
        except DatasetError as error:
            errors.append(error)
            continue
        if not pairs or (split in used.values() and split):
            continue
        used[file] = split
        for path, label in pairs:
            rows.setdefault(path, (split or folder_split(path), label))
    if not rows:
        return [], errors
    paths = list(rows)
    labels = _labels(root, tree, next(iter(used)), paths, [rows[p][1] for p in paths])
    places = {
        path: located(rows[path][0], label, reason="" if label else "no class in the lists")
        for path, label in zip(paths, labels, strict=True)
    }
    layout = listed(tree, places, kind=Kind.LISTS, label_file=next(iter(used)))
    text = f"lists {', '.join(list(used)[:3])}"
    kinds = len({label for label in labels if label})
    score = LISTS * coverage(tree, places) ** 0.5 * (1 if kinds > 1 else 0.3)
    return [LayoutCandidate(layout, score, text)], errors


def _candidates(tree: Tree) -> list[str]:
    files = [f for f in tree.files(".txt", ".lst", ".list", ".json", most=MANY_FILES) if _split(f)]
    files += [
        f for f in tree.files(".json", most=MANY_FILES)
        if not _split(f) and _MAPS & set(words(f.rpartition("/")[2]))
    ]  # fmt: skip
    # "train" before "train_cls" and "train2": the plain list is meant.
    files.sort(key=lambda f: (len(words(f.rpartition("/")[2])), f.endswith(".json"), len(f), f))
    return files[:_MAX_FILES] if len(files) <= 2000 else []


def _split(file: str) -> str:
    """Return the split of a list's name; "trainval" is training."""
    name = file.rpartition("/")[2].rpartition(".")[0]
    if "trainval" in words(name):
        return "training"
    return split_of(name)


def _read(root: Path, tree: Tree, file: str) -> list[tuple[str, str]]:
    """Return (image path, class after it or "") per line; nothing if it is no list."""
    text = read_text(root, file)
    folder = file.rpartition("/")[0]
    near = tuple(dict.fromkeys((folder, "", folder.rpartition("/")[0])))
    if file.endswith(".json"):
        return _read_json(tree, file, text, near)
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    step = max(1, len(lines) // _SAMPLED)
    sample = lines[::step]
    if sum(bool(_entry(tree, line, near)[0]) for line in sample) < _MATCHED * len(sample):
        return []
    entries = [_entry(tree, line, near) for line in lines]
    return [(path, label) for path, label in entries if path]


def _entry(tree: Tree, line: str, near: tuple[str, ...]) -> tuple[str, str]:
    """Split a line into the image that it names and the rest."""
    if path := tree.find(line, near):
        return path, ""
    for separator in (None, ",", ";"):
        parts = line.rsplit(separator, 1)
        if len(parts) == 2 and (path := tree.find(parts[0], near)):
            return path, parts[1].strip()
    parts = line.split()
    if len(parts) > 2 and (path := tree.find(parts[0], near)):
        return path, parts[1]
    return "", ""


def _read_json(tree: Tree, file: str, text: str, near: tuple[str, ...]) -> list[tuple[str, str]]:
    """Read {"class": ["path", ...]}, as in Food-101, or {"path": "class"}; else nothing."""
    if not text.lstrip().startswith("{"):
        return []
    data = decode(text.encode(), dict[str, Any], file)
    pairs = []
    if data and all(isinstance(value, str | int) for value in data.values()):
        named = [(tree.find(key, near), str(value)) for key, value in data.items()]
        return [(path, label) for path, label in named if path]
    for label, paths in data.items():
        if not isinstance(paths, list) or not all(isinstance(p, str) for p in paths[:5]):
            return []
        pairs += [
            (path, label) for p in paths if isinstance(p, str) and (path := tree.find(p, near))
        ]
    return pairs


def _labels(root: Path, tree: Tree, file: str, paths: list[str], behind: list[str]) -> list[str]:
    """Return the text after each path if it is a class, else the folder or the name prefix."""
    counts = Counter(label for label in behind if label)
    complete = sum(counts.values()) >= 0.9 * len(paths)
    if complete and 1 < len(counts) <= max(2, len(paths) / 2):
        return readable(root, tree, file, behind, paths)
    folders = [path.rpartition("/")[0].rpartition("/")[2] for path in paths]
    by_folder: dict[str, int] = defaultdict(int)
    for name in folders:
        by_folder[name] += 1
    if len(by_folder) > 1 and not all(is_generic(n) or split_of(n) for n in by_folder):
        return folders
    return [prefix_of(path) for path in paths]
