"""Classes in file names: cat.0.jpg, Abyssinian_100.jpg, in one folder or one per split."""

import re
from collections import Counter
from collections.abc import Collection

from inspector.dataset.layouts.candidate import (
    NAMES,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.model import Kind, located
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import is_doubtful_class, names_a_kind, stem

MIN_PER_CLASS = 2
# Source: CIFAR as PNG files, 0_airplane.png.
_SUFFIX = re.compile(r"\d+[ _-]+(?P<label>[^\W\d_]{3,})")
_BETWEEN = re.compile(r"[ _-]+")
_PREFIX = re.compile(r"(?P<label>[^\W\d_](?:[^\d.]*[^\W\d_])?)[ ._()-]*\d")


def recognise(tree: Tree, base: str) -> list[LayoutCandidate]:
    """Read the word before the number of each file name as its class."""
    holders = [one.path for one in tree.folders_below(base) if one.images]
    # One folder per class says it better than file names do.
    flat = [
        h for h in holders
        if h == base or len(holders) == 1 or is_doubtful_class(h.rpartition("/")[2])
    ]  # fmt: skip
    labels = {
        tree.folders[h].join(name): match["label"]
        for h in flat
        for name in tree.folders[h].images
        if (match := _PREFIX.match(stem(name)) or _SUFFIX.fullmatch(stem(name)))
    }
    sizes = Counter(labels.values())
    good = {n for n, count in sizes.items() if count >= MIN_PER_CLASS and names_a_kind(n)}
    places = {
        path: located(folder_split(path), label) for path, label in labels.items() if label in good
    }
    if len(good) < 2 or len(good) * 3 > len(places) or any(map(is_doubtful_class, good)):
        return []
    share = coverage(tree, places)
    heads = _first_words(good)
    text = f"words of the file names: {', '.join(sorted(good)[:3])}"
    layout = listed(tree, places, kind=Kind.PREFIX, label_file="", sure=not heads)
    variants = [LayoutCandidate(layout, NAMES * share, text)]
    if heads:
        firsts = {path: located(place.split, heads[place.label]) for path, place in places.items()}
        coarse = listed(tree, firsts, kind=Kind.FIRST_WORD, label_file="", sure=False)
        text = f"first words of the file names: {', '.join(sorted(set(heads.values()))[:3])}"
        variants.append(LayoutCandidate(coarse, NAMES * share * 0.97, text))
    return variants


def _first_words(labels: Collection[str]) -> dict[str, str]:
    """Return the first word of each label if each first word has the same second words.

    shoe_red, shoe_blue, shirt_red and shirt_blue can be four classes or two; else {}.
    """
    parts = {label: _BETWEEN.split(label, maxsplit=1) for label in labels}
    if any(len(pair) < 2 for pair in parts.values()):
        return {}
    firsts = {pair[0] for pair in parts.values()}
    seconds = {pair[1] for pair in parts.values()}
    whole = len(firsts) > 1 and len(seconds) > 1 and len(firsts) * len(seconds) == len(labels)
    return {label: pair[0] for label, pair in parts.items()} if whole else {}


def prefix_of(path: str) -> str:
    """Return the word before the number of a file's name, or ""."""
    match = _PREFIX.match(stem(path.rpartition("/")[2]))
    return match["label"] if match else ""
