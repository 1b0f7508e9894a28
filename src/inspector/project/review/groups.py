"""Groups: what belongs together, where that comes from, and how reliable it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from inspector.audit.intervals import wilson
from inspector.dataset import groups as proposals
from inspector.dataset.groups import Proposal, Provenance, SmallPictures
from inspector.dataset.layouts import Role
from inspector.errors import UsageError
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.review.decisions import Decided, Decisions
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.fingerprint_blocks import FingerprintBlocks
from inspector.project.review.group_members import Group, list_groups, number_groups
from inspector.project.review.grouping_proposals import (
    GroupEvidence,
    GroupingProposal,
    ProposalState,
    boundary_pairs,
    weigh,
)
from inspector.store.records import GROUPING, GroupingRecord, Judgement
from inspector.store.sample_facts import SampleFacts
from inspector.store.sample_table import SampleTable, rows_by_id
from inspector.store.samples import Sample

GAP_SECONDS = 10.0
JUDGED_AT_ONCE = 20
PAIRS_AT_LEAST = 30
"""Near-duplicates needed to tell which share of them the named groups hold together."""


@dataclass(frozen=True, slots=True)
class JudgedGroups:
    """Result of a person's judgements of boundary pairs of a proposal.

    Attributes:
        held: Judged pairs that the proposal holds together.
        precision: Share of these that belong together; None before any.
        low: Lower end of its 95 % CI (Wilson); `high` is the upper one.
        across: Judged pairs across groups.
        missed: Share of these that belong together; None before any.
    """

    held: int
    precision: float | None
    low: float
    high: float
    across: int
    missed: float | None


class Groups:
    """Queries groups, and stores judgements and accepted rules.

    Attributes:
        fingerprints: The fingerprints of the images.
    """

    def __init__(
        self,
        context: ProjectContext,
        samples: Samples,
        duplicates: Duplicates,
        decisions: Decisions,
    ) -> None:
        self._context = context
        self._samples = samples
        self._duplicates = duplicates
        self._decisions = decisions
        self.fingerprints = FingerprintBlocks(context)
        self._kept: tuple[SampleFacts, object, list[GroupingProposal]] | None = None
        self._enabled: tuple[SampleFacts, dict[str, bool], list[Proposal]] | None = None

    def images(self) -> SampleTable:
        """Return the readable images, ordered by path: the order of all arrays here."""
        return self._samples.everything().images()

    def offers(self) -> list[GroupingProposal]:
        """Return every proposal for this dataset, enabled ones first."""
        rows = self.images()
        rules = self._rules()
        key = (rules, self._patterns(rules))
        known = self._kept
        if known is not None and known[0] is rows.facts and known[1] == key:
            return known[2]
        pictures, labels = self._pictures_of(rows), list(rows.text("label"))
        proposals = [
            weigh(p, pictures, labels, accepted=rules.get(_name(p)))
            for p in self._propose(rows, rules)
        ]
        proposals.sort(key=lambda o: (not o.enabled, list(GroupEvidence).index(o.evidence), -o.low))
        self._kept = (rows.facts, key, proposals)
        return proposals

    def enabled(self) -> list[Proposal]:
        """Return the proposals that count, without computing their evidence."""
        rules = self._rules()
        listed = self._context.layout.role is Role.MANIFEST
        if not listed and not any(rules.values()):
            return []
        rows = self.images()
        # A change of the files makes other columns; a decision makes none.
        if self._enabled is None or self._enabled[0] is not rows.facts or self._enabled[1] != rules:
            proposals_now = [
                p for p in self._propose(rows, rules)
                if rules.get(_name(p), p.provenance is Provenance.MANIFEST)
            ]  # fmt: skip
            self._enabled = (rows.facts, rules, proposals_now)
        return self._enabled[2]

    def groups(self) -> list[Group]:
        """Return the groups of all proposals, confirmed ones first, then by size."""
        offers = [offer.proposal for offer in self.offers()]
        return list_groups(self.images(), offers, self._duplicates.clusters())

    def numbers(
        self,
        rows: Sequence[Sample],
        *,
        with_duplicates: bool,
        similarity: float | None = None,
        also: Proposal | None = None,
    ) -> NDArray[np.int32]:
        """Return the enabled group of each image of `rows`; equal numbers belong together.

        Args:
            with_duplicates: True to join near-duplicates as well.
            similarity: Level from which they are joined; None for the confirmed threshold.
            also: A proposal to count as if it were accepted.
        """
        counted = (*self.enabled(), *([] if also is None else [also]))
        members = [positions for p in counted for positions in self._positions(p, rows)]
        index = self._duplicates.index() if with_duplicates else None
        return number_groups(rows, members, index, similarity=similarity)

    def recall(self, rows: SampleTable) -> float | None:
        """Return the share of near-duplicate pairs that named or confirmed groups hold together.

        Identical files and pixels are left out: a copy says nothing about a group. None if no group
        is named, or with fewer than `PAIRS_AT_LEAST` pairs.
        """
        named = self.numbers(rows, with_duplicates=False)
        heads = self._duplicates.index().neighbour_heads.items()
        ids = [(a, b) for a, others in heads for b in others if a < b]
        ends = rows.rows_of(np.array(ids, np.int64).ravel()).reshape(-1, 2)
        ends = ends[(ends >= 0).all(axis=1)]
        if len(ends) < PAIRS_AT_LEAST or named.max(initial=-1) + 1 == len(rows):
            return None
        pairs = named[ends]
        return float((pairs[:, 0] == pairs[:, 1]).mean())

    def provenance(self) -> str:
        """Return where the enabled groups come from, as text."""
        named = [f"{p.provenance.value} ({p.rule})" for p in self.enabled()]
        if self.images().number("bound").any():
            named.append("confirmed by hand")
        return ", ".join(named) or "none known"

    def confirm(self, ids: Iterable[str]) -> Decided:
        """Keep the members of groups together, as one decision each.

        Raises:
            UsageError: There is no group with one of the ids.
        """
        known = {g.id: g for g in self.groups()}
        last = Decided(0, 0, "nothing to confirm")
        group_ids = list(ids)
        unknown = [i for i in group_ids if i not in known]
        if unknown:
            raise UsageError(f"there is no group {unknown[0]}", "See `inspector groups DATASET`.")
        for key in group_ids:
            if not known[key].confirmed:
                last = self._decisions.bind([m.id for m in known[key].members])
        return last

    def use(self, proposal: Proposal, *, on: bool | None) -> None:
        """Accept a proposal, dismiss it, or reopen it (None); stored in the project."""
        rules = self._rules()
        if on is None:
            rules.pop(_name(proposal), None)
        else:
            rules[_name(proposal)] = on
        self._keep(rules)

    def accept(self, name: str) -> GroupingProposal:
        """Accept the proposal whose rule or kind is `name`.

        Raises:
            UsageError: There is not exactly one.
        """
        return self._choose(name, on=True)

    def dismiss(self, name: str) -> GroupingProposal:
        """Dismiss the proposal whose rule or kind is `name`.

        Raises:
            UsageError: There is not exactly one.
        """
        return self._choose(name, on=False)

    def _choose(self, name: str, *, on: bool) -> GroupingProposal:
        matches = [
            o for o in self.offers() if name in (o.proposal.rule, o.proposal.provenance.value)
        ]
        if len(matches) != 1:
            rules = "; ".join(f'"{o.proposal.rule}"' for o in self.offers()) or "there are none"
            raise UsageError(f'"{name}" is not one proposal', f"Proposals: {rules}.")
        self.use(matches[0].proposal, on=on)
        return next(o for o in self.offers() if o.proposal == matches[0].proposal)

    def switched_off(self) -> list[GroupingProposal]:
        """Return rules that an older version enabled by itself and nobody confirmed."""
        if self._context.store.records.get(GROUPING).asks_first:
            return []
        return [
            o for o in self.offers()
            if o.state is ProposalState.OPEN and not o.enabled
            and o.evidence is not GroupEvidence.CHANCE
        ]  # fmt: skip

    def acknowledge(self) -> None:
        """Record that the user knows about the rules that are now off."""
        self._context.store.records.update(
            GROUPING, lambda record: replace(record, asks_first=True), urgent=True
        )
        self._context.emit(Changes(groups=True))

    def add_pattern(self, pattern: str) -> GroupingProposal:
        """Enable the groups of a regular expression on the path.

        Raises:
            UsageError: It is no regular expression, or matches no path.
        """
        self.use(proposals.by_pattern(self.images().paths, pattern), on=True)
        return next(o for o in self.offers() if o.proposal.rule == pattern)

    def propose_pattern(self, pattern: str) -> GroupingProposal:
        """Propose the groups of a regular expression on the path, off until accepted.

        Raises:
            UsageError: It is no regular expression, or matches no path.
        """
        proposals.by_pattern(self.images().paths, pattern)

        def add(record: GroupingRecord) -> GroupingRecord:
            return replace(record, patterns=tuple(dict.fromkeys((*record.patterns, pattern))))

        self._context.store.records.update(GROUPING, add, urgent=True)
        self._context.emit(Changes(groups=True))
        return next(o for o in self.offers() if o.proposal.rule == pattern)

    def gap_seconds(self) -> float:
        """Return the time gap within which images of one camera form a burst."""
        return self._context.store.records.get(GROUPING).gap_seconds or GAP_SECONDS

    def set_gap(self, seconds: float) -> None:
        """Set the time gap within which images of one camera form a burst.

        Raises:
            UsageError: It is not above 0.
        """
        if not seconds > 0:
            raise UsageError(f"a gap of {seconds:g} s is no gap", "Give seconds above 0.")
        self._context.store.records.update(
            GROUPING, lambda record: replace(record, gap_seconds=seconds), urgent=True
        )
        self._kept = self._enabled = None
        self._context.emit(Changes(groups=True))

    def to_judge(self, offer: GroupingProposal) -> list[tuple[Sample, Sample, bool]]:
        """Return pairs that nobody judged yet: (a, b, whether the proposal holds them together)."""
        rows = self.images()
        pairs = boundary_pairs(offer.proposal, self._pictures_of(rows), JUDGED_AT_ONCE)
        record = self._context.store.records.get(GROUPING)
        judged = record.judgements.get(_name(offer.proposal), {})
        samples = ((rows[a], rows[b], held) for a, b, held in pairs)
        return [pair for pair in samples if _pair_key(pair[0], pair[1]) not in judged]

    def judge(
        self, offer: GroupingProposal, pair: tuple[Sample, Sample, bool], *, same: bool
    ) -> JudgedGroups:
        """Store a person's judgement of a boundary pair: the same group, or not."""
        one, two, held = pair
        rule = _name(offer.proposal)
        key = _pair_key(one, two)

        def add(record: GroupingRecord) -> GroupingRecord:
            judged = record.judgements.get(rule, {}) | {key: Judgement(held, same)}
            return replace(record, judgements=record.judgements | {rule: judged})

        self._context.store.records.update(GROUPING, add, urgent=True)
        return self.judged(offer)

    def judged(self, offer: GroupingProposal) -> JudgedGroups:
        """Return the judgements of a proposal so far."""
        record = self._context.store.records.get(GROUPING)
        judgements = record.judgements.get(_name(offer.proposal), {}).values()
        held = [one.same for one in judgements if one.held]
        across = [one.same for one in judgements if not one.held]
        low, high = wilson(sum(held), len(held))
        return JudgedGroups(
            len(held), sum(held) / len(held) if held else None, low, high,
            len(across), sum(across) / len(across) if across else None,
        )  # fmt: skip

    def _pictures_of(self, rows: SampleTable) -> SmallPictures:
        return lambda positions: self.fingerprints.grey([rows[i] for i in positions.tolist()])

    def _propose(self, rows: SampleTable, rules: dict[str, bool]) -> list[Proposal]:
        paths, labels = rows.paths, list(rows.text("label"))
        candidates: list[Proposal | None] = []
        if self._context.layout.role is Role.MANIFEST:
            candidates.append(proposals.by_manifest(list(rows.text("source"))))
        candidates.append(proposals.by_folders(paths, labels))
        candidates += proposals.by_names(paths, labels)
        captured, cameras = list(rows.text("captured")), list(rows.text("camera"))
        candidates.append(proposals.by_time(captured, cameras, gap_seconds=self.gap_seconds()))
        if paths:
            candidates += [proposals.by_pattern(paths, one) for one in self._patterns(rules)]
        return [p for p in candidates if p is not None]

    def _positions(self, proposal: Proposal, rows: Sequence[Sample]) -> list[list[int]]:
        """Convert positions among all images into positions among the given rows."""
        images = self.images()
        if len(images) == len(rows):
            return list(proposal.groups.values())
        place = rows_by_id(rows).of(images.ids)
        return [
            there[there >= 0].tolist()
            for there in (place[members] for members in proposal.groups.values())
        ]

    def _patterns(self, rules: dict[str, bool]) -> list[str]:
        """Return the accepted or dismissed patterns, and those still to be judged."""
        head = f"{Provenance.PATTERN.value}|"
        judged = [rule.removeprefix(head) for rule in rules if rule.startswith(head)]
        return list(dict.fromkeys((*judged, *self._context.store.records.get(GROUPING).patterns)))

    def _rules(self) -> dict[str, bool]:
        return dict(self._context.store.records.get(GROUPING).enabled)

    def _keep(self, rules: dict[str, bool]) -> None:
        self._context.store.records.update(
            GROUPING,
            lambda record: replace(record, enabled=rules, asks_first=True),
            urgent=True,
        )
        self._context.emit(Changes(groups=True))


def _pair_key(one: Sample, two: Sample) -> str:
    return f"{min(one.id, two.id)}-{max(one.id, two.id)}"


def _name(proposal: Proposal) -> str:
    return f"{proposal.provenance.value}|{proposal.rule}"
