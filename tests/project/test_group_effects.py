"""The effect of accepting a grouping proposal on the split, with known groups."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.dataset.groups import Provenance
from inspector.errors import UsageError
from inspector.project.project import Project
from inspector.project.review.grouping_proposals import ProposalState
from inspector.project.splits.split_rules import Rule, RuleKind

SPLITS = ("training", "validation")


def _image(file: Path, seed: int) -> None:
    """Write noise that resembles no other image."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 48, 3), np.uint8)
    cv2.imwrite(str(file), pixels)


@pytest.fixture
def patients(tmp_path: Path) -> Project:
    """Twelve patients with three images each; every third image of four of them is validation."""
    folder = tmp_path / "data"
    for patient in range(12):
        for number in range(3):
            split = "validation" if number == 2 and patient < 4 else "training"
            label = ("one", "two")[patient % 2]
            _image(folder / split / label / f"p{patient:02d}x_{number}.png", 3 * patient + number)
    project = Project(folder, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    return project


def test_an_effect_is_that_of_the_split_by_group(patients: Project) -> None:
    try:
        offer = patients.groups.propose_pattern(r"(p\d+)x")
        effect = patients.splits.effect_of(offer.proposal)
        assert not offer.enabled
        assert patients.groups.enabled() == []
        # All four validation images have two images of their patient in training.
        assert effect.leaked == (4, 0)
        assert effect.evaluated[0] == 4
        assert effect.leak_rates == (1.0, 0.0)
        for when in (0, 1):
            assert sum(pair[when] for pair in effect.balance.values()) == 36
        rows = {s.id: s for s in patients.groups.images()}
        assert effect.moved
        assert all(rows[i].split in SPLITS for i in effect.moved)
        # What was foretold is what a split by group does once the proposal is accepted.
        patients.groups.use(offer.proposal, on=True)
        share = 4 / 36
        made = patients.splits.membership(Rule(RuleKind.GROUPS, share=share, fewest_moves=True))
        before = {s.path: s.split for s in rows.values()}
        moved = {p for p, side in made.sides().items() if before[p] != side}
        assert moved == {rows[i].path for i in effect.moved}
    finally:
        patients.close()


def test_a_test_set_that_would_grow_is_a_hurt(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for patient in range(10):
        for number in range(4):
            split = "test" if number == 0 and patient < 5 else "training"
            label = ("one", "two")[patient % 2]
            _image(folder / split / label / f"p{patient:02d}x_{number}.png", 4 * patient + number)
    project = Project(folder, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    try:
        offer = project.groups.propose_pattern(r"(p\d+)x")
        effect = project.splits.effect_of(offer.proposal)
        assert effect.evaluation == "test"
        assert effect.sizes("test") == (5, 20)
        assert effect.split_hurts("test")
        assert effect.hurts
        assert not effect.split_hurts("training")
        # There is no validation folder, and none is invented.
        assert {split for split, _ in effect.balance} == {"training", "test"}
    finally:
        project.close()


def test_a_pattern_is_proposed_and_stays_so(patients: Project) -> None:
    file, root = patients.file, patients.root
    offer = patients.groups.propose_pattern(r"(p\d+)x")
    assert offer.state is ProposalState.OPEN
    assert offer.count == 12
    with pytest.raises(UsageError):
        patients.groups.propose_pattern("nothing-like-this")
    with pytest.raises(UsageError):
        patients.groups.propose_pattern("(")
    patients.close()
    again = Project(root, file, jobs=1)
    try:
        kinds = [o.proposal.provenance for o in again.groups.offers()]
        assert kinds.count(Provenance.PATTERN) == 1
        again.groups.dismiss(r"(p\d+)x")
        assert again.groups.enabled() == []
    finally:
        again.close()


def test_pairs_to_judge_do_not_tell_what_the_rule_says(patients: Project) -> None:
    try:
        offer = patients.groups.propose_pattern(r"(p\d+)x")
        held = [pair[2] for pair in patients.groups.to_judge(offer)]
        assert 4 <= sum(held) <= 10
        changes = sum(a != b for a, b in pairwise(held))
        assert changes > 1
    finally:
        patients.close()
