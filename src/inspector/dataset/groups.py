"""Grouping proposals by names and times: the same person, burst, video, patient or day."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.augmented_names import styles
from inspector.errors import UsageError

# An escape, a set of characters, an exact count, or one character of a regular expression.
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+\}|.", re.S)
# A pattern whose largest group holds more than this share of the files says too little.
GIANT = 0.2
# A word without a number that names more files of a class than this is no group.
BARE_MEMBERS, BARE_SHARE = 6, 0.03
_NUMBER = re.compile(r"\d+")
_NEIGHBOURS = 200
SmallPictures = Callable[[NDArray[np.int64]], NDArray[np.float32]]


class Provenance(StrEnum):
    """Where a group comes from, most reliable first."""

    CONFIRMED = "confirmed"
    MANIFEST = "manifest"
    FOLDER = "folder"
    NAMES = "names"
    EXIF = "exif time"
    PATTERN = "pattern"
    LOOKS = "near-duplicates"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to group all samples.

    Attributes:
        rule: The pattern, gap or column, as a person would write it.
        keys: Key per sample in the order given; "" for a sample in no group.
    """

    provenance: Provenance
    rule: str
    keys: tuple[str, ...]

    @property
    def groups(self) -> dict[str, list[int]]:
        """Positions of the members by key, for keys with at least two members."""
        by_key: dict[str, list[int]] = defaultdict(list)
        for position, key in enumerate(self.keys):
            if key:
                by_key[key].append(position)
        return {key: members for key, members in by_key.items() if len(members) > 1}


def by_manifest(sources: Sequence[str]) -> Proposal | None:
    """Group by the manifest's group column, or by source folders."""
    return _worth(Proposal(Provenance.MANIFEST, "group", tuple(sources)), giants=True)


def by_folders(paths: Sequence[str], labels: Sequence[str]) -> Proposal | None:
    """Group by the folder below the class folder, where files are in such folders."""
    key_of: dict[tuple[str, str], str] = {}
    keys = []
    for path, label in zip(paths, labels, strict=True):
        folder = path.rpartition("/")[0], label
        if folder not in key_of:
            folders = folder[0].split("/")
            below = folders[folders.index(label) + 1 :] if label in folders else []
            key_of[folder] = "/".join((label, *below)) if below else ""
        keys.append(key_of[folder])
    return _worth(Proposal(Provenance.FOLDER, "folder below the class", tuple(keys)))


def by_names(paths: Sequence[str], labels: Sequence[str]) -> list[Proposal]:
    """Propose groups by tools' names, and by names that differ in one or two numbers.

    Keys are separate per class: "1.jpg" of cats and "1.jpg" of dogs are different.
    """
    proposals: list[Proposal] = []
    for style, copies in styles(paths, labels).items():
        proposal = _worth(Proposal(Provenance.NAMES, style, copies))
        if proposal and not any(_same(proposal, other) for other in proposals):
            proposals.append(proposal)
    for drop in (1, 2):
        rule = "name without its last number" if drop == 1 else "name without its last two numbers"
        # Equal keys are one string: of a million names there are few.
        known: dict[str, str] = {}
        keys = []
        for path, label in zip(paths, labels, strict=True):
            stem = _without(path, drop)
            key = f"{label}/{stem}" if stem else ""
            keys.append(known.setdefault(key, key))
        proposal = _worth(Proposal(Provenance.NAMES, rule, _distinct(keys, labels)))
        if proposal and not any(_same(proposal, other) for other in proposals):
            proposals.append(proposal)
    return proposals


def _takes_for_ever(pattern: str) -> bool:
    """Tell whether a pattern repeats a group that holds a repeat or a choice, as in "(x+)+".

    Python can't end a search that tries every way to divide a path, and a pattern may come with a
    project from somebody else.
    """
    holds, closed = [False], False
    for token in _TOKEN.findall(pattern):
        match token:
            case "(":
                holds.append(False)
            case ")" if len(holds) > 1:
                closed = holds.pop()
                holds[-1] |= closed
                continue
            case "*" | "+" | "{":
                if closed:
                    return True
                holds[-1] = True
            case "|":
                holds[-1] = True
        closed = False
    return False


def by_pattern(paths: Sequence[str], pattern: str) -> Proposal:
    """Group by a regular expression on the path: its group "group", first group, or whole match.

    Raises:
        UsageError: It is no regular expression, or matches no path.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(
            f"{pattern} is not a regular expression: {error}",
            r"Such as (patient\d+), which groups all paths with the same patient number.",
        ) from None
    if _takes_for_ever(pattern):
        raise UsageError(
            f"the pattern {pattern} repeats a group that repeats something, or chooses, itself",
            "On some paths that takes years. Write it with one repeat, such as \\w+.",
        )
    keys = [_key(compiled.search(path)) for path in paths]
    if not any(keys):
        raise UsageError(f"the pattern {pattern} fits no path", f"A path is {paths[0]}."
                         if paths else "There are no images.")  # fmt: skip
    return Proposal(Provenance.PATTERN, pattern, tuple(keys))


def by_time(
    captured: Sequence[str], cameras: Sequence[str], *, gap_seconds: float
) -> Proposal | None:
    """Group images of one camera taken at most `gap_seconds` after one another.

    Args:
        captured: EXIF times "2024:05:01 12:00:00" or ISO; "" where unknown.
    """
    dated = []
    for position, (text, camera) in enumerate(zip(captured, cameras, strict=True)):
        when = _when(text)
        if when is not None:
            dated.append((camera, when, position))
    dated.sort()
    keys = [""] * len(captured)
    burst = 0
    before: tuple[str, float] | None = None
    for camera, when, position in dated:
        if before is None or before[0] != camera or when - before[1] > gap_seconds:
            burst += 1
        keys[position] = f"burst {burst}"
        before = camera, when
    rule = f"at most {gap_seconds:g} s apart"
    return _worth(Proposal(Provenance.EXIF, rule, tuple(keys)))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often images of one group look alike, compared with random images of the class.

    Attributes:
        alike: Number of the `pairs` within groups that are closer than nine in ten random pairs.
        by_chance: Share of random pairs that are: 0.1 by construction.
    """

    alike: int
    pairs: int
    by_chance: float = 0.1

    @property
    def share(self) -> float:
        """Share of pairs within groups that look alike."""
        return self.alike / self.pairs if self.pairs else 0.0


def agreement(
    proposal: Proposal, pictures: SmallPictures, labels: Sequence[str], *, seed: int = 1
) -> Agreement:
    """Count the pairs within groups that are closer than random images of the same class.

    About 0.1 for a pattern without meaning.

    Args:
        pictures: Returns (k, d) small images of positions among the proposal's keys; asked once,
            for the sampled ones.
        labels: (n,) classes: images are compared within a class.
    """
    rng = np.random.default_rng(seed)
    groups = list(proposal.groups.values())
    picked = [groups[i] for i in rng.permutation(len(groups))[:_NEIGHBOURS]]
    near: list[tuple[int, int]] = []
    far: list[tuple[int, int]] = []
    classes = np.unique(np.array(labels), return_inverse=True)[1]
    for members in picked:
        one, two = rng.choice(members, 2, replace=False).tolist()
        near.append((one, two))
        other = rng.choice(np.flatnonzero(classes == classes[one]), 8)
        far += [(one, o) for o in other.tolist() if o not in members]
    if not near or not far:
        return Agreement(0, 0)
    ends = np.array(near + far, np.int64)
    used, places = np.unique(ends, return_inverse=True)
    small = pictures(used)
    one_end, other_end = places.reshape(-1, 2).T
    differences = np.abs(small[other_end] - small[one_end]).mean(axis=1).astype(np.float64)
    level = float(np.quantile(differences[len(near) :], 0.1))
    return Agreement(int((differences[: len(near)] < level).sum()), len(near))


def _without(path: str, drop: int) -> str:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    spans = [m.span() for m in _NUMBER.finditer(stem)]
    if len(spans) < drop:
        return ""
    # A bare number counts files and names no group.
    return stem[: spans[-drop][0]].rstrip(" ._-()")


def _distinct(keys: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """Drop keys that are a bare word for much of a class, or for several classes, as IMG_0001."""
    sizes, classes = Counter(keys), Counter(labels)
    used = Counter(key.partition("/")[2] for key in sizes)
    distinct_keys = []
    for key, label in zip(keys, labels, strict=True):
        word = key.partition("/")[2]
        common = sizes[key] > max(BARE_MEMBERS, BARE_SHARE * classes[label]) or used[word] > 1
        distinct_keys.append("" if common and not _NUMBER.search(word) else key)
    return tuple(distinct_keys)


def _key(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    named = match.groupdict().get("group")
    return named or (match.group(1) if match.re.groups else match.group(0)) or ""


def _when(text: str) -> float | None:
    try:
        plain = text.strip().replace("T", " ")
        date, _, clock = plain.partition(" ")
        return datetime.fromisoformat(f"{date.replace(':', '-')} {clock}").timestamp()
    except ValueError:
        return None


def _worth(proposal: Proposal, *, giants: bool = False) -> Proposal | None:
    """Return a proposal with groups of several images and none that holds everything, or None."""
    sizes = Counter(key for key in proposal.keys if key)
    several = [n for n in sizes.values() if n > 1]
    if not several:
        return None
    if not giants and max(several) > GIANT * len(proposal.keys):
        return None
    return proposal


def _same(one: Proposal, two: Proposal) -> bool:
    return sorted(one.groups.values()) == sorted(two.groups.values())
