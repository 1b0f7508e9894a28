"""Find the leakage of a split rule, at any similarity threshold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inspector.audit.leakage import SimilarityEdges, SplitDraws, edges_across, leak_rates_over
from inspector.project.review.similarity_graph import link
from inspector.project.splits.dataset_checks import dataset_checks
from inspector.project.splits.keras_split import one_call, training_folder
from inspector.project.splits.leakage import (
    KINDS,
    BeforeExclusion,
    Cell,
    Leak,
    Leakage,
    SeedLeakRates,
)
from inspector.project.splits.leakage_pitfalls import leakage_pitfalls, turned_apart
from inspector.project.splits.membership import membership
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule
from inspector.splits.keras_replay import Loader, cut, list_call
from inspector.store.sample_table import among
from inspector.store.samples import Sample

SEEDS = 200


Mask = NDArray[np.bool_]
Positions = NDArray[np.int64]


class LeakageAnalysis:
    """The part of a rule's leakage that no threshold changes; evaluated at any threshold.

    Args:
        source: Needs a finished scan.
        rule: The split rule.

    Raises:
        DatasetError: Keras would raise on this folder, or the folders are no splits.
        UsageError: The arguments are wrong, or the code can't be read.
    """

    def __init__(self, source: SplitSource, rule: Rule) -> None:
        self._source, self._rule = source, rule
        self.membership = membership(source, rule)
        self._rows = source.groups.images()
        self._ids = self._rows.ids
        sides: list[tuple[str, Sequence[str]]] = [
            ("training", self.membership.training),
            ("validation", self.membership.validation),
            *self.membership.elsewhere.items(),
        ]
        self._scanned: dict[str, Mask] = {
            name: among(self._rows.paths, frozenset(paths)) for name, paths in sides
        }
        self._stands = ~self._rows.text("mark").equals("drop")
        self._excluded = frozenset(
            self._rows.paths[i] for i in np.flatnonzero(~self._stands).tolist()
        )
        self._masks = {name: mask & self._stands for name, mask in self._scanned.items()}
        self._links = link(source.duplicates, source.groups, self._rows)
        self._members = {"training": self._by_picture("training")}
        everything = source.samples.everything()
        self._checks = dataset_checks(source.context, everything)

    def at(self, threshold: float, *, with_seeds: bool = True) -> Leakage:
        """Return the leakage when pairs count as confirmed from a similarity on.

        Args:
            with_seeds: True to score other seeds of the same call too, which takes most of the
                time.
        """
        links = self._links.at(threshold)
        codes = edges_across(links.ties, self._masks["training"], self._masks["validation"])
        both = {*self.membership.training} & {*self.membership.validation}
        result = Leakage(
            self.membership, threshold, tuple(sorted(both)),
            tuple(self._leaks(codes, threshold, "training")), self._matrix(links.ties),
            self._conflicts(),
            self._seed_rates(links.ties) if with_seeds else SeedLeakRates((), None), (),
            self._excluded, self._before(links.ties),
        )  # fmt: skip
        evaluated = self._masks["training"] | self._masks["validation"]
        pitfalls = leakage_pitfalls(result, self._rows, evaluated)
        turned = turned_apart(self._source.duplicates.index(), threshold)
        worst_first = sorted((*self._checks, *pitfalls, *turned), key=lambda p: p.severity.rank)
        return replace(result, findings=tuple(worst_first))

    def between(self, source: str, to: str, threshold: float) -> tuple[Leak, ...]:
        """Return the images of a split with a near-duplicate or group in another, worst first.

        Args:
            source: Name of a split as in the matrix; `to` is the split of the images.
            threshold: Similarity from which pairs are confirmed.
        """
        if source not in self._members:
            self._members[source] = self._by_picture(source)
        ties = self._links.at(threshold).ties
        codes = edges_across(ties, self._masks[source], self._masks[to])
        return tuple(self._leaks(codes, threshold, source))

    def _before(self, ties: SimilarityEdges) -> BeforeExclusion | None:
        """Return the leakage before any exclusion in training or validation."""
        one, two = self._scanned["training"], self._scanned["validation"]
        if self._stands[one | two].all():
            return None
        codes = edges_across(ties, one, two)
        leaked = int(np.isin(codes, np.arange(1, len(KINDS))).sum())
        return BeforeExclusion(
            len(self.membership.training), len(self.membership.validation), leaked
        )

    def _by_picture(self, split: str) -> dict[int, list[int]]:
        """Return the rows of a split that have a near-duplicate by picture, ordered by id."""
        members: dict[int, list[int]] = {}
        pictures = self._links.picture
        rows = np.flatnonzero(self._masks[split] & self._links.tied)
        for i in rows[np.argsort(self._ids[rows])].tolist():
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
        """Return the most similar image among `members`, in a tie the one with the lowest id."""
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
        """Return identical images with several labels, as sample ids."""
        pictures = self._links.picture
        several = np.bincount(pictures[self._stands], minlength=len(pictures))[pictures] > 1
        together: dict[int, list[int]] = {}
        for i in np.flatnonzero(self._stands & several).tolist():
            together.setdefault(int(pictures[i]), []).append(i)
        return tuple(
            tuple(int(self._ids[i]) for i in rows)
            for rows in together.values()
            if len({self._label(i) for i in rows}) > 1
        )

    def _label(self, row: int) -> str:
        return self._rows.text("new_label")[row] or self._rows.text("label")[row]

    def _seed_rates(self, ties: SimilarityEdges) -> SeedLeakRates:
        mine, others = self._drawn
        own = None if mine is None else float(leak_rates_over(ties, mine)[0])
        shares = () if others is None else tuple(leak_rates_over(ties, others).tolist())
        return SeedLeakRates(shares, own)

    @cached_property
    def _drawn(self) -> tuple[SplitDraws | None, SplitDraws | None]:
        """The split of the rule itself, and those of the same call with other seeds."""
        single = one_call(self._source, self._rule)
        if single is None or not single.call.shuffle:
            return None, None
        sides = (self.membership.training, self.membership.validation)
        paths = tuple(dict.fromkeys((*sides[0], *sides[1])))
        place = {path: i for i, path in enumerate(paths)}
        own = tuple(np.array([place[path] for path in side], np.int64) for side in sides)
        mine = self._draws_of(paths, [(own[0], own[1])])
        if single.call.loader is Loader.GENERATOR:
            return mine, None
        listed, drawn = seeded_positions(self._source, single, range(SEEDS))
        return mine, self._draws_of(listed, drawn)

    def _draws_of(
        self, paths: Sequence[str], sides: Iterable[tuple[Positions, Positions]]
    ) -> SplitDraws:
        """Return the memberships as arrays; totals also count files without an image.

        Args:
            paths: All files.
            sides: Positions in `paths` of training and validation, per draw.
        """
        rows = np.flatnonzero(self._links.tied & self._stands)
        # The place among `rows` of each file, the last one for those that are not there.
        place_of_row = np.full(len(self._rows) + 1, len(rows))
        place_of_row[rows] = np.arange(len(rows))
        row_of: dict[str, int] = {path: row for row, path in enumerate(self._rows.paths)}
        places = place_of_row[[row_of.get(path, -1) for path in paths]]
        counted = np.array([path not in self._excluded for path in paths], np.bool_)
        masks: tuple[list[Mask], list[Mask]] = ([], [])
        totals = []
        for side in sides:
            for drawn, positions in zip(masks, side, strict=True):
                mask = np.zeros(len(rows) + 1, np.bool_)
                mask[places[positions]] = True
                drawn.append(mask[:-1])
            totals.append(int(counted[side[1]].sum()))
        return SplitDraws(rows, np.array(masks[0]), np.array(masks[1]), np.array(totals, np.int64))


def seeded(
    source: SplitSource, rule: Rule, seeds: Iterable[int]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield (training, validation) paths of the same Keras call for each seed."""
    listed, drawn = seeded_positions(source, rule, seeds)
    paths = np.array(listed, object)
    for one, two in drawn:
        yield tuple(paths[one]), tuple(paths[two])


def seeded_positions(
    source: SplitSource, rule: Rule, seeds: Iterable[int]
) -> tuple[list[str], Iterator[tuple[Positions, Positions]]]:
    """Return the paths that a Keras call lists, and per seed the positions of both splits."""
    folder = training_folder(source, rule.folder)
    call = replace(rule.call, subset="training")
    listed = list_call(folder, call)
    head = (
        ""
        if folder == source.context.root
        else f"{folder.relative_to(source.context.root).as_posix()}/"
    )
    drawn = (cut(listed, replace(call, seed=seed)) for seed in seeds)
    return [head + p for p in listed.paths], drawn
