"""What the Groups page shows, read from the project in one go."""

from dataclasses import dataclass
from functools import cached_property

from inspector.app.groups.proposal_card import ShownProposal, shown_proposal
from inspector.app.groups.tab_notes import GroupsTab, tab_of
from inspector.dataset.groups import Provenance
from inspector.project.project import Project
from inspector.project.review.group_members import Group
from inspector.project.review.grouping_proposals import GroupingProposal, ProposalState


@dataclass(frozen=True)
class GroupsData:
    """Proposals and groups of a project.

    Attributes:
        off: Proposals that an earlier version enabled without asking.
        gap_seconds: Longest pause between two images of one burst.
    """

    proposals: tuple[ShownProposal, ...] = ()
    groups: tuple[Group, ...] = ()
    off: tuple[GroupingProposal, ...] = ()
    gap_seconds: float = 0.0

    @cached_property
    def near_duplicates(self) -> list[Group]:
        """The groups that near-duplicates suggest."""
        return [g for g in self.groups if g.provenance is Provenance.LOOKS]

    @cached_property
    def confirmed(self) -> list[Group]:
        """The groups that a user confirmed."""
        return [g for g in self.groups if g.confirmed]

    @property
    def undecided_count(self) -> int:
        """Number of proposals that are neither accepted nor dismissed."""
        return sum(is_undecided(p) for p in self.proposals)

    def proposals_of(self, tab: GroupsTab) -> list[ShownProposal]:
        """Return the proposals of a tab."""
        return [p for p in self.proposals if tab_of(p.proposal.proposal.provenance) is tab]

    def count_of(self, tab: GroupsTab) -> int:
        """Return how many entries a tab has."""
        if tab is GroupsTab.DUPLICATES:
            return len(self.near_duplicates)
        return len(self.proposals_of(tab))

    def first_tab(self) -> GroupsTab:
        """Return the first tab with entries."""
        return next((tab for tab in GroupsTab if self.count_of(tab)), GroupsTab.NAMES)


def is_undecided(shown: ShownProposal) -> bool:
    """Return whether a proposal is neither accepted nor dismissed."""
    return shown.proposal.state is ProposalState.OPEN and not shown.proposal.enabled


def read_groups(project: Project) -> GroupsData:
    """Read proposals and groups; takes long, so never on the GUI thread."""
    groups = project.groups
    images = groups.images()
    return GroupsData(
        tuple(shown_proposal(proposal, images) for proposal in groups.offers()),
        tuple(groups.groups()), tuple(groups.switched_off()), groups.gap_seconds(),
    )  # fmt: skip
