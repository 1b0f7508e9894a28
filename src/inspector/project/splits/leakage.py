"""Leaks under a rule: by file, by content, by group, each number with its list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inspector.audit.leakage import (
    EdgeKind,
    SimilarityEdges,
    SplitDraws,
    edges_across,
    leak_rates_over,
)
from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.dataset.decoding import Flag
from inspector.errors import UsageError
from inspector.project.review.duplicates import DuplicateIndex, PairKind
from inspector.project.review.similarity_graph import link
from inspector.project.splits.dataset_checks import dataset_checks
from inspector.project.splits.membership import membership
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import (
    Membership,
    Rule,
    one_call,
    training_folder,
)
from inspector.similarity.orientations import NAMES
from inspector.splits.keras_replay import Loader, cut, list_call
from inspector.store.samples import Sample

SEEDS = 200
KINDS = (*(k.value for k in PairKind), "group")
TIED = ("same_picture_on_both_sides", "same_event_on_both_sides")
"""Findings that a split which keeps together what belongs together does not have."""
Mask = NDArray[np.bool_]
# More pairs of classes than these don't fit a sentence.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Leak:
    """A validation image, how it is tied to training, and the nearest image there."""

    image: Sample
    kind: str
    neighbour: Sample | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Images of `to` tied to an image of `source`: ids by kind, each image once."""

    source: str
    to: str
    images: int
    by_kind: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class SeedLeakRates:
    """Leak rates of validation over seeds, 0..1; `this_seed` is None for a rule without a seed."""

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
class BeforeExclusion:
    """Leakage as it was before anything was excluded: `leaked` of the validation images."""

    training_images: int
    validation_images: int
    leaked: int

    @property
    def share(self) -> float:
        """Share of validation with a near-duplicate in training."""
        return self.leaked / self.validation_images if self.validation_images else 0.0


@dataclass(frozen=True, slots=True)
class Leakage:
    """Everything that a rule puts on both sides.

    Attributes:
        both: Files on both sides; `made.neither` has those on none.
        leaks: Validation images tied to training, the worst first.
        conflicting: One image with several labels, as sample ids.
        excluded: Files in training or validation that are excluded, and count in nothing else.
        before: What held before anything was excluded; None where nothing is.
    """

    made: Membership
    threshold: float
    both: tuple[str, ...]
    leaks: tuple[Leak, ...]
    matrix: tuple[Cell, ...]
    conflicting: tuple[tuple[int, ...], ...]
    seed_rates: SeedLeakRates
    findings: tuple[Pitfall, ...]
    excluded: frozenset[str] = frozenset()
    before: BeforeExclusion | None = None

    @property
    def training_images(self) -> int:
        """Files in training that are not excluded."""
        return sum(path not in self.excluded for path in self.made.training)

    @property
    def validation_images(self) -> int:
        """Files in validation that are not excluded, those on both sides included."""
        return sum(path not in self.excluded for path in self.made.validation)

    @property
    def text(self) -> str:
        """Who stands where, in two sentences: by file, which is proved, and by image."""
        membership = self.made
        whose = membership.rule.text
        n, neighbours = self.validation_images, len(self.leaks) - self.count("group")
        files = (
            f"{len(self.both):,} files are in both, {len(membership.neither):,} in neither."
            if self.both or membership.neither
            else "No file is in both."
        )
        was = ""
        if self.before is not None:
            was = (
                f" Before exclusions: {self.before.leaked:,} of {self.before.validation_images:,}"
                f" ({self.before.share:.1%})."
            )
        return (
            f"By {whose}: {self.training_images:,} training, {n:,} validation. {files}"
            f" {neighbours:,} of the validation images ({self.share:.1%}) have a near-duplicate in"
            f" training at similarity {self.threshold:g} or more; {self.count('group'):,} more"
            f" share only a group with training.{was}"
        )

    def count(self, kind: str) -> int:
        """Count the validation images tied by one kind."""
        return sum(leak.kind == kind for leak in self.leaks)

    @property
    def share(self) -> float:
        """Share of validation with the same image in training; groups are left out."""
        neighbours = len(self.leaks) - self.count("group")
        return neighbours / self.validation_images if self.validation_images else 0.0

    @property
    def share_with_groups(self) -> float:
        """Share of validation with the same image or the same event in training."""
        return len(self.leaks) / self.validation_images if self.validation_images else 0.0


class LeakageAnalysis:
    """What a rule's leaks are made from and no threshold moves; asked at any threshold.

    Args:
        source: Its scan has to be finished.
        rule: Who stands where.

    Raises:
        DatasetError: Keras would raise on this folder, or the folders are no splits.
        UsageError: The arguments are wrong, or the code can't be read.
    """

    def __init__(self, source: SplitSource, rule: Rule) -> None:
        self._source, self._rule = source, rule
        self.made = membership(source, rule)
        self._rows = source.groups.images()
        self._ids = np.array([s.id for s in self._rows], np.int64)
        self._position: dict[str, int] = {s.path: i for i, s in enumerate(self._rows)}
        self._scanned: dict[str, Mask] = {
            "training": path_mask(self.made.training, self._position),
            "validation": path_mask(self.made.validation, self._position),
            **{n: path_mask(paths, self._position) for n, paths in self.made.elsewhere.items()},
        }
        self._stands = np.array([s.mark != "drop" for s in self._rows], np.bool_)
        self._excluded = frozenset(s.path for s in self._rows if s.mark == "drop")
        self._masks = {name: mask & self._stands for name, mask in self._scanned.items()}
        self._links = link(source.duplicates, source.groups, self._rows)
        self._members = {"training": self._by_picture("training")}
        everything = source.samples.everything()
        self._checks = dataset_checks(source.context, everything)

    def at(self, threshold: float, *, with_seeds: bool = True) -> Leakage:
        """Find the leakage when pairs count as confirmed from a similarity on.

        Args:
            with_seeds: Look at other seeds of the same call too; they take most of the time.
        """
        links = self._links.at(threshold)
        codes = edges_across(links.ties, self._masks["training"], self._masks["validation"])
        result = Leakage(
            self.made, threshold, tuple(sorted({*self.made.training} & {*self.made.validation})),
            tuple(self._leaks(codes, threshold, "training")), self._matrix(links.ties),
            self._conflicts(),
            self._seed_rates(links.ties) if with_seeds else SeedLeakRates((), None), (),
            self._excluded, self._before(links.ties),
        )  # fmt: skip
        pitfalls = _findings(result, self._rows, self._masks)
        turned = turned_apart(self._source.duplicates.index(), threshold)
        worst_first = sorted((*self._checks, *pitfalls, *turned), key=lambda p: p.severity.rank)
        return replace(result, findings=tuple(worst_first))

    def between(self, source: str, to: str, threshold: float) -> tuple[Leak, ...]:
        """Return the images of a split with a near-duplicate or a group in another, worst first.

        Args:
            source: Name of a split as in the matrix; `to` is that of the images.
            threshold: Similarity from which pairs are confirmed.
        """
        if source not in self._members:
            self._members[source] = self._by_picture(source)
        ties = self._links.at(threshold).ties
        codes = edges_across(ties, self._masks[source], self._masks[to])
        return tuple(self._leaks(codes, threshold, source))

    def _before(self, ties: SimilarityEdges) -> BeforeExclusion | None:
        """Return what held before anything of the two sides was excluded."""
        one, two = self._scanned["training"], self._scanned["validation"]
        if self._stands[one | two].all():
            return None
        codes = edges_across(ties, one, two)
        leaked = int(np.isin(codes, np.arange(1, len(KINDS))).sum())
        return BeforeExclusion(len(self.made.training), len(self.made.validation), leaked)

    def _by_picture(self, split: str) -> dict[int, list[int]]:
        """Return the rows of a split by their image, in order of ids."""
        members: dict[int, list[int]] = {}
        pictures = self._links.picture
        for i in sorted(np.flatnonzero(self._masks[split]).tolist(), key=self._ids.item):
            members.setdefault(int(pictures[i]), []).append(i)
        return members

    def _leaks(self, codes: NDArray[np.uint8], threshold: float, source: str) -> list[Leak]:
        leaks = []
        for i in np.flatnonzero(codes).tolist():
            kind = KINDS[codes[i] - 1]
            neighbour, similarity = None, 0.0
            if kind != "group":
                neighbour, similarity = self._neighbour(i, threshold, self._members[source])
            leaks.append(Leak(self._rows[i], kind, neighbour, similarity))
        leaks.sort(key=lambda leak: (KINDS.index(leak.kind), -leak.similarity, leak.image.path))
        return leaks

    def _neighbour(
        self, row: int, threshold: float, members: dict[int, list[int]]
    ) -> tuple[Sample | None, float]:
        """Return the most alike image among `members`, of equal ones the first known."""
        picture = int(self._links.picture[row])
        same = [i for i in members.get(picture, ()) if i != row]
        if same:
            return self._rows[same[0]], 1.0
        best: tuple[float, int, int] | None = None
        for similarity, other in self._links.near.get(picture, ()):
            if similarity < threshold or (best is not None and similarity < best[0]):
                break
            for i in members.get(other, ())[:1]:
                best = max(best or (similarity, -int(self._ids[i]), i),
                           (similarity, -int(self._ids[i]), i))  # fmt: skip
        return (self._rows[best[2]], best[0]) if best else (None, 0.0)

    def _matrix(self, ties: SimilarityEdges) -> tuple[Cell, ...]:
        cells = []
        for source, one in self._masks.items():
            for to, two in self._masks.items():
                if not one.any() or not two.any():
                    continue
                codes = edges_across(ties, one, two)
                by_kind = {
                    kind: tuple(self._ids[codes == code].tolist())
                    for code, kind in enumerate(KINDS, 1)
                }
                cells.append(Cell(source, to, int(two.sum()), by_kind))
        return tuple(cells)

    def _conflicts(self) -> tuple[tuple[int, ...], ...]:
        """Return the images with several labels, as sample ids: files or pixels are identical."""
        together: dict[int, list[int]] = {}
        for i in np.flatnonzero(self._stands).tolist():
            together.setdefault(int(self._links.picture[i]), []).append(i)
        return tuple(
            tuple(int(self._ids[i]) for i in rows)
            for rows in together.values()
            if len({self._rows[i].new_label or self._rows[i].label for i in rows}) > 1
        )

    def _seed_rates(self, ties: SimilarityEdges) -> SeedLeakRates:
        mine, others = self._drawn
        own = None if mine is None else float(leak_rates_over(ties, mine)[0])
        shares = () if others is None else tuple(leak_rates_over(ties, others).tolist())
        return SeedLeakRates(shares, own)

    @cached_property
    def _drawn(self) -> tuple[SplitDraws | None, SplitDraws | None]:
        """The draw of the rule itself, and the same call's with other seeds."""
        single = one_call(self._source, self._rule)
        if single is None or not single.call.shuffle:
            return None, None
        mine = self._draws_of([(self.made.training, self.made.validation)])
        if single.call.loader is Loader.GENERATOR:
            return mine, None
        drawn = list(seeded(self._source, single, range(SEEDS)))
        return mine, self._draws_of(drawn) if drawn else None

    def _draws_of(self, sides: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> SplitDraws:
        """Keep who stands where; totals count files, those without an image included."""
        rows = np.flatnonzero(self._links.tied & self._stands)
        masks = [[path_mask(paths, self._position)[rows] for paths in side] for side in sides]
        totals = [sum(p not in self._excluded for p in validation) for _, validation in sides]
        return SplitDraws(
            rows, np.array([m[0] for m in masks]), np.array([m[1] for m in masks]),
            np.array(totals, np.int64),
        )  # fmt: skip


def seeded(
    source: SplitSource, rule: Rule, seeds: Iterable[int]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Draw the same Keras call with other seeds: (training, validation) paths of each."""
    folder = training_folder(source, rule.folder)
    call = replace(rule.call, subset="training")
    listed = list_call(folder, call)
    head = (
        ""
        if folder == source.context.root
        else f"{folder.relative_to(source.context.root).as_posix()}/"
    )
    paths = np.array([head + p for p in listed.paths], object)
    for seed in seeds:
        one, two = cut(listed, replace(call, seed=seed))
        yield tuple(paths[one]), tuple(paths[two])


def path_mask(paths: Iterable[str], position: dict[str, int]) -> Mask:
    """Return which rows are among some paths."""
    mask = np.zeros(len(position), np.bool_)
    mask[[position[p] for p in paths if p in position]] = True
    return mask


def _findings(leakage: Leakage, rows: list[Sample], masks: dict[str, Mask]) -> tuple[Pitfall, ...]:
    pitfalls = list(leakage.made.findings)
    n = leakage.validation_images
    neighbours = [leak for leak in leakage.leaks if leak.kind != "group"]
    if neighbours:
        by_kind = {kind: float(leakage.count(kind)) for kind in KINDS[:-1]}
        pitfalls.append(
            Pitfall(
                TIED[0], HIGH,
                f"{len(neighbours):,} of {n:,} validation images ({len(neighbours) / n:.1%}) have a"
                f" near-duplicate in training at similarity {leakage.threshold:g} or more", "",
                by_kind, tuple(leak.image.path for leak in neighbours),
            )
        )  # fmt: skip
    events = [leak for leak in leakage.leaks if leak.kind == "group"]
    if events:
        pitfalls.append(
            Pitfall(
                TIED[1], HIGH,
                f"{len(events):,} more validation images share a group with an image of"
                " training", "",
                {"group": float(len(events))}, tuple(leak.image.path for leak in events),
            )
        )  # fmt: skip
    if leakage.conflicting:
        path = {s.id: s.path for s in rows}
        pitfalls.append(
            Pitfall(
                "conflicting_labels", HIGH,
                f"{len(leakage.conflicting)} images have identical copies with another label", "",
                {"clusters": float(len(leakage.conflicting))},
                tuple(path[i] for ids in leakage.conflicting for i in ids),
            )
        )  # fmt: skip
    both = masks["training"] | masks["validation"]
    chosen = [s for s, held in zip(rows, both, strict=True) if held]
    pitfalls += _file_findings(chosen)
    return tuple(sorted(pitfalls, key=lambda p: p.severity.rank))


def turned_apart(index: DuplicateIndex, threshold: float) -> list[Pitfall]:
    """Return the finding about images that look like another class when they are turned."""
    pairs = []
    for a, b, transform, similarity in index.turned_apart:
        one, two = sorted((index.samples[a], index.samples[b]), key=lambda s: s.path)
        if similarity >= threshold and "drop" not in (one.mark, two.mark):
            pairs.append((one, two, NAMES[transform]))
    if not pairs:
        return []
    classes = list(dict.fromkeys(f'"{one.label}" and "{two.label}"' for one, two, _ in pairs))
    more = f" and {len(classes) - _NAMED} more" if len(classes) > _NAMED else ""
    how = ", ".join(sorted({name for _, _, name in pairs}))
    return [
        Pitfall(
            "turned_other_class", MIDDLE,
            f"{len(pairs):,} {'pairs' if len(pairs) > 1 else 'pair'} of images of two classes match"
            f" when one is flipped or rotated: {', '.join(classes[:_NAMED])}{more}",
            f"A flip or rotation in the augmentation ({how}) would change the label: leave it out."
            " These pairs count neither as duplicates nor as leakage.",
            {"pairs": float(len(pairs))},
            tuple(dict.fromkeys(s.path for one, two, _ in pairs for s in (one, two))),
        )
    ]  # fmt: skip


def _file_findings(chosen: list[Sample]) -> list[Pitfall]:
    turned = tuple(s.path for s in chosen if s.orientation > 1)
    deep = tuple(s.path for s in chosen if s.mode.startswith("I"))
    crash = tuple(s.path for s in chosen if s.flags & Flag.KERAS_CRASHES)
    table = (
        ("keras_crashes", HIGH, crash,
         "Keras lists {} files and fails when it reads them", ""),
        ("exif_ignored", LOW, turned,
         "{} images carry a rotation in EXIF, which Keras ignores", "It trains on them unrotated."),
        ("sixteen_bit", MIDDLE, deep,
         "{} images have 16 bits", "TensorFlow reads the upper 8, Pillow's convert clips to 255."),
    )  # fmt: skip
    return [
        Pitfall(
            code, severity, title.format(f"{len(files):,}"), detail, {"files": len(files)}, files
        )
        for code, severity, files, title, detail in table
        if files
    ]


def second_call(text: str, first: Rule) -> Rule:
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
                        "It takes seed, validation_split and shuffle.",
                    )
        except ValueError:
            raise UsageError(f"{name}={value} is no number", "Write seed=7.") from None
    return replace(first, second=call)


__all__ = [
    "Cell",
    "EdgeKind",
    "Leak",
    "Leakage",
    "LeakageAnalysis",
    "SeedLeakRates",
    "second_call",
    "seeded",
]
