"""Leaks under a rule: by file, by content, by group, each number with its list."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inspector.audit.leaks import Tie, Ties, share_over, tie, ties_across
from inspector.audit.pitfalls import HIGH, LOW, MIDDLE, Pitfall
from inspector.dataset.decoding import Flag
from inspector.dataset.replay import Loader, cut, list_call
from inspector.errors import UsageError
from inspector.project.duplicates import Kind
from inspector.project.rules import Membership, RuleKind, membership, training_folder
from inspector.store.samples import Sample

if TYPE_CHECKING:
    from inspector.project.project import Project
    from inspector.project.rules import Rule

SEEDS = 200
KINDS = (*(k.value for k in Kind), "group")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Leak:
    """A validation image, how it is tied to training, and the nearest image there."""

    image: Sample
    kind: str
    twin: Sample | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Images of `to` tied to an image of `source`: ids by kind, each image once."""

    source: str
    to: str
    images: int
    by_kind: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class SeedLuck:
    """Share of validation with a twin in training, over seeds; `this_seed` None without one."""

    shares: tuple[float, ...]
    this_seed: float | None

    @property
    def median(self) -> float:
        """The middle of the seeds."""
        return float(np.median(self.shares)) if self.shares else 0.0

    def at(self, percent: float) -> float:
        """Return a percentile of the seeds."""
        return float(np.percentile(self.shares, percent)) if self.shares else 0.0


@dataclass(frozen=True, slots=True)
class Leakage:
    """Everything that a rule puts on both sides.

    Attributes:
        both: Files on both sides; `made.neither` has those on none.
        leaks: Validation images tied to training, the worst first.
        conflicting: Clusters of one picture with several labels, as sample ids.
    """

    made: Membership
    threshold: float
    both: tuple[str, ...]
    leaks: tuple[Leak, ...]
    matrix: tuple[Cell, ...]
    conflicting: tuple[tuple[int, ...], ...]
    luck: SeedLuck
    findings: tuple[Pitfall, ...]

    @property
    def validation_images(self) -> int:
        """Files in validation, those on both sides included."""
        return len(self.made.validation)

    def count(self, kind: str) -> int:
        """Count the validation images tied by one kind."""
        return sum(leak.kind == kind for leak in self.leaks)

    @property
    def share(self) -> float:
        """Share of validation with the same picture in training; groups are left out."""
        twins = len(self.leaks) - self.count("group")
        return twins / self.validation_images if self.validation_images else 0.0

    @property
    def share_with_groups(self) -> float:
        """Share of validation with the same picture or the same event in training."""
        return len(self.leaks) / self.validation_images if self.validation_images else 0.0


def leaks(project: "Project", rule: "Rule", *, seeds: int = SEEDS) -> Leakage:
    """Find what stands on both sides under a rule; needs a finished scan.

    Raises:
        DatasetError: Keras would raise on this folder, or the folders are no splits.
        UsageError: The arguments are wrong, or the code can't be read.
    """
    made = membership(project, rule)
    rows = project.groups.images()
    position = {s.path: i for i, s in enumerate(rows)}
    ties = build_ties(project, rows)
    masks = {
        "training": path_mask(made.training, position),
        "validation": path_mask(made.validation, position),
        **{name: path_mask(paths, position) for name, paths in made.elsewhere.items()},
    }
    training, validation = masks["training"], masks["validation"]
    codes = ties_across(ties, training, validation)
    found = _leaks(project, rows, codes, training)
    both = tuple(sorted(set(made.training) & set(made.validation)))
    luck = _luck(project, rule, ties, position, seeds, (training, validation))
    conflicts = tuple(
        tuple(m.id for m in c.members) for c in project.duplicates.clusters() if len(c.labels) > 1
    )
    result = Leakage(
        made, project.duplicates.threshold, both, tuple(found), _matrix(ties, masks, rows),
        conflicts, luck, (),
    )  # fmt: skip
    return replace(result, findings=_findings(result, rows, masks))


def build_ties(project: "Project", rows: list[Sample]) -> Ties:
    """Gather what ties images together at the project's threshold."""
    likeness = project.duplicates.likeness()
    heads: dict[int, int] = {}
    picture = np.array(
        [heads.setdefault(likeness.representative.get(s.id, s.id), len(heads)) for s in rows],
        np.int32,
    )
    contents: dict[bytes, int] = {}
    content = np.array([contents.setdefault(s.sha256, len(contents)) for s in rows], np.int32)
    edges = [
        (heads[a], heads[b], bool(transform))
        for a, b, transform, similarity in likeness.edges
        if similarity >= likeness.threshold and a in heads and b in heads
    ]
    pairs = np.array([e[:2] for e in edges], np.int32).reshape(-1, 2)
    turned = np.array([e[2] for e in edges], np.bool_)
    group = project.groups.numbers(rows, with_pictures=False)
    return tie(content, picture, group, pairs, turned)


def path_mask(paths: tuple[str, ...], position: dict[str, int]) -> Mask:
    mask = np.zeros(len(position), np.bool_)
    mask[[position[p] for p in paths if p in position]] = True
    return mask


def _leaks(
    project: "Project", rows: list[Sample], codes: NDArray[np.uint8], training: Mask
) -> list[Leak]:
    likeness = project.duplicates.likeness()
    inside = {s.id for s, t in zip(rows, training, strict=True) if t}
    best: dict[int, dict[int, float]] = {}
    for a, b, _, similarity in likeness.edges:
        best.setdefault(a, {})[b] = similarity
        best.setdefault(b, {})[a] = similarity
    found = []
    for i in np.flatnonzero(codes).tolist():
        kind = KINDS[codes[i] - 1]
        row = rows[i]
        twin, similarity = None, 0.0
        if kind != "group":
            head = likeness.representative.get(row.id, row.id)
            rank = []
            for t in likeness.twins(row.id):
                if t in inside:
                    other = likeness.representative.get(t, t)
                    alike = 1.0 if other == head else best.get(head, {}).get(other, 0.0)
                    rank.append((alike, -t))
            if rank:
                similarity, number = max(rank)
                twin = likeness.samples[-number]
        found.append(Leak(row, kind, twin, similarity))
    found.sort(key=lambda leak: (KINDS.index(leak.kind), -leak.similarity, leak.image.path))
    return found


def _matrix(ties: Ties, masks: dict[str, Mask], rows: list[Sample]) -> tuple[Cell, ...]:
    ids = np.array([s.id for s in rows], np.int64)
    cells = []
    for source, one in masks.items():
        for to, two in masks.items():
            if not one.any() or not two.any():
                continue
            codes = ties_across(ties, one, two)
            by_kind = {
                kind: tuple(ids[codes == code].tolist()) for code, kind in enumerate(KINDS, 1)
            }
            cells.append(Cell(source, to, int(two.sum()), by_kind))
    return tuple(cells)


def _luck(
    project: "Project",
    rule: "Rule",
    ties: Ties,
    position: dict[str, int],
    seeds: int,
    own: tuple[Mask, Mask],
) -> SeedLuck:
    """Draw the same call with other seeds and look at the share with a twin."""
    if rule.kind is not RuleKind.KERAS or not rule.call.shuffle or not rule.call.validation_split:
        return SeedLuck((), None)
    if rule.call.loader is Loader.GENERATOR:
        return SeedLuck((), float(share_over(ties, [own])[0]))
    folder = training_folder(project, rule.folder)
    call = replace(rule.call, subset="training")
    listed = list_call(folder, call)
    head = "" if folder == project.root else f"{folder.relative_to(project.root).as_posix()}/"
    where = np.array([position.get(head + p, -1) for p in listed.paths], np.int64)
    draws = []
    for seed in range(seeds):
        sides = []
        for positions in cut(listed, replace(call, seed=seed)):
            mask = np.zeros(len(position), np.bool_)
            chosen = where[positions]
            mask[chosen[chosen >= 0]] = True
            sides.append(mask)
        draws.append((sides[0], sides[1]))
    shares = share_over(ties, draws)
    return SeedLuck(tuple(shares.tolist()), float(share_over(ties, [own])[0]))


def _findings(found: Leakage, rows: list[Sample], masks: dict[str, Mask]) -> tuple[Pitfall, ...]:
    said = list(found.made.findings)
    n = found.validation_images
    twins = [leak for leak in found.leaks if leak.kind != "group"]
    if twins:
        by_kind = {kind: float(found.count(kind)) for kind in KINDS[:-1]}
        said.append(
            Pitfall(
                "same_picture_on_both_sides", HIGH,
                f"{len(twins):,} of {n:,} validation images ({len(twins) / n:.1%}) have a twin in"
                f" training at similarity {found.threshold:g} or more.",
                by_kind, tuple(leak.image.path for leak in twins),
            )
        )  # fmt: skip
    events = [leak for leak in found.leaks if leak.kind == "group"]
    if events:
        said.append(
            Pitfall(
                "same_event_on_both_sides", HIGH,
                f"{len(events):,} more validation images show an event of which training has"
                " another picture.",
                {"group": float(len(events))}, tuple(leak.image.path for leak in events),
            )
        )  # fmt: skip
    if found.conflicting:
        said.append(
            Pitfall(
                "conflicting_labels", HIGH,
                f"{len(found.conflicting)} pictures stand in the dataset with two labels.",
                {"clusters": float(len(found.conflicting))},
            )
        )  # fmt: skip
    both = masks["training"] | masks["validation"]
    chosen = [s for s, held in zip(rows, both, strict=True) if held]
    said += _file_findings(chosen)
    rank = {HIGH: 0, MIDDLE: 1, LOW: 2}
    return tuple(sorted(said, key=lambda p: rank[p.severity]))


def _file_findings(chosen: list[Sample]) -> list[Pitfall]:
    turned = tuple(s.path for s in chosen if s.orientation > 1)
    deep = tuple(s.path for s in chosen if s.mode.startswith("I"))
    crash = tuple(s.path for s in chosen if s.flags & Flag.KERAS_CRASHES)
    table = (
        ("keras_crashes", HIGH, crash, "{} files are listed by Keras and stop it when it reads."),
        ("exif_ignored", LOW, turned,
         "{} pictures carry a turn in EXIF, which Keras ignores: it trains on them lying."),
        ("sixteen_bit", MIDDLE, deep,
         "{} pictures have 16 bits: TensorFlow reads the upper 8, Pillow's convert clips to 255."),
    )  # fmt: skip
    return [
        Pitfall(code, severity, text.format(f"{len(files):,}"), {"files": len(files)}, files)
        for code, severity, files, text in table
        if files
    ]


def second_call(text: str, first: "Rule") -> "Rule":
    """Return the rule with a second call read from "seed=7,validation_split=0.2".

    Raises:
        UsageError: A name is unknown or a value is no number.
    """
    call = first.call
    for part in text.split(","):
        name, _, value = (p.strip() for p in part.partition("="))
        try:
            match name:
                case "seed":
                    call = replace(call, seed=int(value))
                case "validation_split":
                    call = replace(call, validation_split=float(value))
                case "shuffle":
                    call = replace(call, shuffle=value.lower() in ("true", "1"))
                case _:
                    raise UsageError(
                        f"the second call has no argument {name}",
                        "Known are seed, validation_split and shuffle.",
                    )
        except ValueError:
            raise UsageError(f"{name}={value} is no number", "Write seed=7.") from None
    return replace(first, second=call)


__all__ = ["Cell", "Leak", "Leakage", "SeedLuck", "Tie", "build_ties", "leaks", "second_call"]
