"""Policies saved in the project, and the images of a preview."""

from collections import Counter
from pathlib import Path

import pytest

from inspector.augmentation.policy import Policy, Range, Shift, ShiftKind
from inspector.errors import UsageError
from inspector.project.augment.policies import SavedPolicy
from inspector.project.augment.previews import REFERENCE_SIDE_PX
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.store.records import POLICIES, PoliciesRecord

MILD = Policy(rotation_degrees=7, zoom=Range(0.9, 1.1))
WILD = Policy(rotation_degrees=90, width_shift=Shift(ShiftKind.CHOICES, (0.1, 0.2)))


def test_policies_outlive_the_program(project: Project, demo: Path) -> None:
    heard: list[Changes] = []
    project.subscribe(heard.append)
    project.policies.save("wild", WILD)
    project.policies.save("  Mild one ", MILD)
    project.close()
    opened = Project(demo, project.file, jobs=1)
    try:
        assert opened.policies.all() == [SavedPolicy("Mild one", MILD), SavedPolicy("wild", WILD)]
    finally:
        opened.close()
    assert all(c.policies for c in heard)
    assert len(heard) == 2


def test_save_replaces_rename_keeps_delete_forgets(project: Project) -> None:
    kept = project.policies
    kept.save("a", MILD)
    kept.save("a", WILD)
    kept.save("b", MILD)
    kept.rename("a", "c")
    assert kept.all() == [SavedPolicy("b", MILD), SavedPolicy("c", WILD)]
    kept.delete("b")
    assert kept.all() == [SavedPolicy("c", WILD)]


def test_wrong_names_change_nothing(project: Project) -> None:
    kept = project.policies
    kept.save("a", MILD)
    kept.save("b", WILD)
    for wrong in (
        lambda: kept.save("", MILD),
        lambda: kept.save("x" * 61, MILD),
        lambda: kept.save("photos", MILD),
        lambda: kept.rename("a", "b"),
        lambda: kept.rename("none", "c"),
        lambda: kept.delete("none"),
    ):
        with pytest.raises(UsageError):
            wrong()
    assert kept.all() == [SavedPolicy("a", MILD), SavedPolicy("b", WILD)]


def test_a_policy_of_a_newer_program_is_passed_over_and_kept(project: Project) -> None:
    newer = {"later": {"policy": 2, "swirl": 3}}
    project.context.store.records.put(POLICIES, PoliciesRecord(newer))
    project.policies.save("a", MILD)
    assert [p.name for p in project.policies.all()] == ["a"]
    assert project.context.store.records.get(POLICIES).policies["later"] == newer["later"]


def test_pictures_come_class_by_class_and_turn(project: Project) -> None:
    classes = {s.label for s in project.groups.images()}
    first = project.previews.choose(len(classes))
    assert {p.label for p in first} == classes
    assert [p.sample for p in project.previews.choose(len(classes))] == [p.sample for p in first]
    pin = first[1].sample
    turned = project.previews.choose(len(classes), pinned=[pin], turn=1)
    assert turned[0].sample == pin
    assert not {p.sample for p in turned[1:]} & {p.sample for p in first}
    rows = {s.id: s for s in project.groups.images()}
    assert {rows[p.sample].split for p in (*first, *turned)} == {"training"}
    assert first[0].identity == rows[first[0].sample].sha256.hex()


def test_a_crowd_is_small_even_and_of_training(project: Project) -> None:
    found = project.previews.reference_set()
    images = project.groups.images()
    assert len(found.pictures) == sum(s.split == "training" for s in images)
    assert len(found.validation) == sum(s.split == "validation" for s in images)
    assert {p.shape for p in found.pictures} == {(REFERENCE_SIDE_PX, REFERENCE_SIDE_PX, 3)}
    counted = Counter(found.names[i] for i in found.labels)
    assert counted == Counter(s.label for s in images if s.split == "training")


def test_decisions_count_in_what_is_shown(project: Project) -> None:
    first, second = project.previews.choose(2)
    project.decisions.drop([first.sample])
    project.decisions.relabel([second.sample], first.label)
    shown = {p.sample: p.label for p in project.previews.choose(500)}
    assert first.sample not in shown
    assert shown[second.sample] == first.label
