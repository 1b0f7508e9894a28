"""Findings: what the user should look at, worst first, each with the list behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.code_reading.finding import HIGH, LOW, MIDDLE, FindingSeverity
from inspector.dataset.decoding import Flag
from inspector.dataset.layouts import IMAGE_ENDINGS, Layout
from inspector.errors import DatasetError, UsageError
from inspector.project.catalog.samples import Counts
from inspector.project.catalog.scans import Scans
from inspector.project.diagnosis.labels import Labels
from inspector.project.review.decisions import Decided, Decisions
from inspector.project.review.duplicates import Cluster, DuplicateIndex, PairKind
from inspector.project.splits.dataset_checks import (
    CODES,
    FORMAT,
    IMBALANCE,
    OF_LAYOUT,
    UNSURE,
    dataset_checks,
)
from inspector.project.splits.leakage_pitfalls import TIED
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import RuleKind
from inspector.project.splits.splits import Splits
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked for, and the codes of the findings that it leads to."""

    name: str
    codes: tuple[str, ...]


CHECKS = (
    Check("near-duplicates across splits", ("twins_across",)),
    Check("the same image with two labels", ("conflicting_labels", "similar_two_labels")),
    Check("near-duplicates within a split", ("look_alikes",)),
    Check("files that can't be read", ("unreadable",)),
    Check("files on which Keras fails", ("keras_crashes",)),
    Check("files that Keras leaves out", ("keras_ignores",)),
    Check("top folders that are left out", ("ignored_folders",)),
    Check("class folders that differ between splits", tuple(sorted(OF_LAYOUT))),
    Check("imbalanced classes", (IMBALANCE,)),
    Check("classes that differ in file format or size", (FORMAT,)),
    Check("images that are another class when flipped or rotated", ("turned_other_class",)),
    Check("cut-off files", ("truncated",)),
    Check("nearly constant images", ("flat",)),
    Check("shapes in transparency only", ("shape_in_alpha",)),
)
# More names don't fit a card's title.
NAMED = 3
NOT_CHECKED = "groups without visible similarity, matching names or EXIF"
CALL = "what the calls of your code put where"
LABELS = Check("labels that baseline models contradict", ("labels",))
# Reported for the whole dataset already, with an action.
_SAID = {"conflicting_labels", "keras_crashes", *CODES}
# Pairs that make a burst: near only, within one split.
_BURST = {PairKind.NEAR}


class FindingView(StrEnum):
    """Where the list or the action of a finding is shown."""

    CLUSTERS = "clusters"
    FILES = "files"
    KEEP_RULE = "rule"
    LABELS = "labels"
    LAYOUT = "layout"
    SPLITS = "splits"


CLUSTERS, FILES, SPLITS = FindingView.CLUSTERS, FindingView.FILES, FindingView.SPLITS


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        see: Where its list is; None without a list.
        action: Text of the one fitting action, or "".
        samples: Ids behind the count.
        opens: Where the action leads; None for a decision that `act` makes.
    """

    code: str
    severity: FindingSeverity
    count: int
    title: str
    text: str
    see: FindingView | None
    action: str
    samples: tuple[int, ...]
    opens: FindingView | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The Overview page.

    Attributes:
        summary: The counts in a sentence.
        findings: The worst first.
        complete: Whether the scan has ended.
        checks: What was looked for; () before the scan has ended.
        not_checked: What nothing here can tell.
    """

    counts: Counts
    summary: str
    findings: tuple[Finding, ...]
    complete: bool
    checks: tuple[Check, ...] = ()
    not_checked: tuple[str, ...] = ()

    def results(self) -> list[tuple[Check, list[Finding]]]:
        """Return each check with what it found; what no check names belongs to the calls."""
        named = {code for check in self.checks for code in check.codes}
        return [
            (c, [f for f in self.findings
                 if f.code in c.codes or (not c.codes and f.code not in named)])
            for c in self.checks
        ]  # fmt: skip

    @property
    def checked(self) -> str:
        """What was checked and what was not, in a sentence; "" before the scan has ended."""
        if not self.checks:
            return ""
        count = len(self.checks)
        start = "Checked: " if self.findings else f"None of these {count} checks found anything: "
        names = ", ".join(check.name for check in self.checks)
        return f"{start}{names}. Not checked: {'; '.join(self.not_checked)}."


class Findings:
    """Gathers the findings."""

    def __init__(
        self,
        source: SplitSource,
        scans: Scans,
        decisions: Decisions,
        splits: Splits,
        labels: Labels,
    ) -> None:
        self._context = source.context
        self._samples = source.samples
        self._duplicates = source.duplicates
        self._scans = scans
        self._decisions = decisions
        self._splits = splits
        self._labels = labels

    def overview(self) -> Overview:
        """Return the counts, and the findings once the scan is complete."""
        counts = self._samples.counts()
        complete = self._scans.is_complete()
        summary = _summary(counts)
        if not complete:
            return Overview(counts, f"{summary} The scan is not finished.", (), False)
        doubtful, looked = self._label_findings()
        of_dataset = self._dataset()
        findings = (
            self._files() + self._duplicates_findings() + doubtful + self._rule() + self._lock()
        )
        findings.sort(key=lambda f: (f.severity.rank, -f.count))
        # First: with a wrong layout or different class numbers no other figure means anything.
        findings = of_dataset + findings
        drawn = self._splits.rule.kind in (RuleKind.KERAS, RuleKind.CODE)
        checks, left = list(CHECKS), [NOT_CHECKED]
        if drawn:
            checks.append(Check(CALL, ()))
        else:
            left.append(f"{CALL} (paste it on Splits)")
        if looked:
            checks.append(LABELS)
        else:
            left.append(f"{LABELS.name} (they come with the diagnosis)")
        return Overview(counts, summary, tuple(findings), True, tuple(checks), tuple(left))

    def act(self, finding: Finding) -> Decided:
        """Carry out the action of a finding as one decision, which undo reverts."""
        decisions = self._decisions
        match finding.code:
            case "unreadable":
                return decisions.quarantine()
            case "look_alikes":
                return decisions.bind_each([[m.id for m in c.members] for c in self._bursts()])
            case _:
                return decisions.drop(finding.samples, reason=finding.code.replace("_", " "))

    def _dataset(self) -> list[Finding]:
        """Return the problems of the layout, the class tables and the class balance."""
        findings = []
        for pitfall in dataset_checks(self._context, self._samples.everything()):
            unsure, of_layout = pitfall.code == UNSURE, pitfall.code in OF_LAYOUT
            ids = tuple(s.id for s in self._samples.by_paths(pitfall.files))
            count = 0 if unsure else int(pitfall.numbers.get("classes", 0))
            findings.append(
                Finding(
                    pitfall.code, pitfall.severity, count, pitfall.title, pitfall.detail,
                    FILES if ids else None,
                    "Check folders…" if of_layout else "", ids,
                    FindingView.LAYOUT if of_layout else None,
                )
            )  # fmt: skip
        return findings

    def _bursts(self) -> list[Cluster]:
        """Return the open clusters of near images within one split and one class."""
        return [
            c for c in self._duplicates.clusters()
            if not c.reviewed and len(c.splits) < 2 and len(c.labels) < 2 and set(c.kinds) == _BURST
        ]  # fmt: skip

    def _label_findings(self) -> tuple[list[Finding], bool]:
        """Return the suspected label errors, and whether labels were searched yet."""
        cases, looked = self._labels.single()
        ids = tuple(c.samples[0].id for c in cases if not c.done)
        if not ids:
            return [], looked
        return [
            Finding(
                "labels", MIDDLE, len(ids),
                f"{_count(ids, 'image')} with another class suggested",
                "Baseline models that saw neither the image nor its group name another class. Some"
                " of these are merely hard: look before you relabel.",
                FindingView.LABELS, "", ids,
            )
        ], looked  # fmt: skip

    def _rule(self) -> list[Finding]:
        """Return the pitfalls of the current split rule that are not reported already."""
        rule = self._splits.rule
        try:
            leakage = self._splits.leaks(rule, with_seeds=False)
        except (DatasetError, UsageError):
            return []
        known_codes = _SAID
        if rule.kind is RuleKind.FOLDERS:
            known_codes = {*_SAID, "same_picture_on_both_sides"}
        findings = []
        for pitfall in leakage.findings:
            if pitfall.code not in known_codes:
                ids = tuple(s.id for s in self._samples.by_paths(pitfall.files))
                tied = pitfall.code in TIED
                findings.append(
                    Finding(
                        pitfall.code, pitfall.severity, len(pitfall.files), pitfall.title,
                        pitfall.detail, FILES if ids else SPLITS,
                        "Keep together…" if tied else "", ids,
                        SPLITS if tied else None,
                    )
                )  # fmt: skip
        return findings

    def _lock(self) -> list[Finding]:
        """Return what no longer holds of the locked split."""
        lock = self._splits.locked()
        if lock is None:
            return []
        parts = (("changed", lock.changed), ("gone", lock.missing), ("new", lock.new))
        changes = ", ".join(f"{_count(paths, 'file')} {word}" for word, paths in parts if paths)
        if not changes:
            return []
        ids = tuple(s.id for s in self._samples.by_paths((*lock.changed, *lock.new)))
        held = "New files belong to no split until you lock again." if lock.new else ""
        return [
            Finding(
                "lock", MIDDLE if lock.changed or lock.missing else LOW,
                sum(len(paths) for _, paths in parts), f"The locked split does not hold: {changes}",
                f"{lock.same:,} of its files are unchanged since {Path(lock.file).name}. {held}",
                FILES if ids else SPLITS, "", ids,
            )
        ]  # fmt: skip

    def _duplicates_findings(self) -> list[Finding]:
        index = self._duplicates.index()
        open_ = [c for c in self._duplicates.clusters() if not c.reviewed]
        across = [c for c in open_ if len({m.split for m in c.members if m.mark != "drop"}) > 1]
        conflicts = self._duplicates.label_conflicts()
        claimed = {m.id for members in conflicts for m in members}
        labels = [
            c for c in open_ if len(c.labels) > 1 and not any(m.id in claimed for m in c.members)
        ]
        within = [c for c in open_ if len(c.splits) < 2 and len(c.labels) < 2]
        findings = []
        if across:
            findings.append(_across(across, index))
        if conflicts:
            ids = tuple(m.id for members in conflicts for m in members)
            carry = "image carries" if len(conflicts) == 1 else "images carry"
            findings.append(
                Finding(
                    "conflicting_labels", HIGH, len(conflicts),
                    f"{len(conflicts):,} {carry} two labels or more",
                    "Identical images can't be two classes: decide which label is right.",
                    CLUSTERS, "Decide labels", ids, FindingView.LABELS,
                )
            )  # fmt: skip
        if labels:
            ids = tuple(m.id for c in labels for m in c.members)
            findings.append(
                Finding(
                    "similar_two_labels", MIDDLE, len(labels),
                    f"{_count(labels, 'cluster')} of similar images with different labels",
                    "Look where they differ: the difference may be what makes the class.",
                    CLUSTERS, "", ids,
                )
            )  # fmt: skip
        if within:
            ids = tuple(m.id for c in within for m in c.members)
            findings.append(
                Finding(
                    "look_alikes", MIDDLE, len(within),
                    f"{_count(within, 'cluster')} of near-duplicates within one split",
                    f"{len(ids):,} images: bursts are better kept together, copies excluded.",
                    CLUSTERS, "Keep bursts together" if self._bursts() else "", ids,
                )
            )  # fmt: skip
        return findings

    def _files(self) -> list[Finding]:
        rows = self._samples.everything()
        flags, status = rows.number("flags"), rows.text("status")
        stands = ~rows.text("mark").equals("drop")

        def has(flag: Flag) -> NDArray[np.bool_]:
            hits: NDArray[np.bool_] = flags & flag != 0
            return hits

        failed = stands & status.equals("unreadable", "crashed", "timeout")
        crashes = stands & has(Flag.KERAS_CRASHES)
        ignores = status.equals("image") & has(Flag.KERAS_IGNORES)
        cut = stands & has(Flag.TRUNCATED)
        plain = stands & has(Flag.FLAT)
        shaped = plain & has(Flag.SHAPED_ALPHA)
        flat = plain & ~has(Flag.SHAPED_ALPHA)
        table = (
            ("unreadable", HIGH, failed, "{} can't be read", "Training fails on such a file.",
             FILES, "Exclude"),
            ("keras_crashes", HIGH, crashes, "Keras fails on {}",
             "image_dataset_from_directory lists them and fails when it reads them.",
             FILES, "Exclude"),
            ("keras_ignores", MIDDLE, ignores, "Keras leaves out {}",
             "Their ending is not one that image_dataset_from_directory reads.", FILES, ""),
            ("truncated", MIDDLE, cut, "{} cut off", "Only some of the pixels could be read.",
             FILES, "Exclude"),
            ("shape_in_alpha", HIGH, shaped, "{} with a shape in transparency only",
             "Keras drops transparency, so the model is given one colour. Put such images on a"
             " background before training.", FILES, ""),
            ("flat", LOW, flat, "{} nearly one colour",
             "There is nothing to learn from them, and they are left out of"
             " near-duplicates.", FILES, "Exclude"),
        )  # fmt: skip
        return _left_out(self._context.layout, rows) + [
            Finding(
                code, severity, len(ids), what.format(_count(ids, "file")), text, see, action, ids
            )
            for code, severity, mask, what, text, see, action in table
            if (ids := tuple(rows.ids[mask].tolist()))
        ]  # fmt: skip


def _left_out(layout: Layout, rows: Sequence[Sample]) -> list[Finding]:
    """Return findings about top folders in no split, because others are splits by name."""
    folders = layout.ignored
    if not folders:
        return []
    inside = [s for s in rows if s.path.startswith(tuple(f"{f}/" for f in folders))]
    images = sum(s.path.lower().endswith(IMAGE_ENDINGS) for s in inside)
    names = ", ".join(folders[:NAMED]) + (" and others" if len(folders) > NAMED else "")
    splits = ", ".join(layout.splits)
    them = "it" if len(folders) == 1 else "them"
    return [
        Finding(
            "ignored_folders", MIDDLE if images else LOW, len(folders),
            f"{_count(folders, 'top folder')} left out: {names}",
            f"Because {splits} {'is a split' if len(layout.splits) == 1 else 'are splits'}, the"
            f" {_count(inside, 'file')} in {them} ({images:,} named like images) belong to no split"
            " and no class. To use them, name the files and their splits in a manifest.",
            FILES if inside else None, "", tuple(s.id for s in inside),
        )
    ]  # fmt: skip


def _across(clusters: Sequence[Cluster], index: DuplicateIndex) -> Finding:
    judged = [
        m for c in clusters for m in c.members
        if m.split in ("validation", "test") and m.mark != "drop"
    ]  # fmt: skip
    neighbours = [m for m in judged if _in_training(m, index)]
    kinds = [k for k in PairKind if any(k in c.kinds for c in clusters)]
    names = ", ".join(k.value for k in kinds)
    if neighbours:
        sides = " and ".join(sorted({m.split for m in neighbours}))
        title = f"{_count(neighbours, f'{sides} image')} with a near-duplicate in training"
        ids = tuple(m.id for m in neighbours)
    else:
        title = f"{_count(clusters, 'cluster')} of near-duplicates across splits"
        ids = tuple(m.id for c in clusters for m in c.members)
    return Finding(
        "twins_across", HIGH, len(neighbours) or len(clusters), title,
        f"{_count(clusters, 'cluster')} of near-duplicates at similarity {index.threshold:g} or"
        f" more ({names}). A model has seen nearly the same images, so accuracy on them may not"
        f" hold for new images.",
        CLUSTERS, "Drop copies…", ids, FindingView.KEEP_RULE,
    )  # fmt: skip


def _in_training(sample: Sample, index: DuplicateIndex) -> bool:
    others = (index.samples[t] for t in index.neighbours(sample.id))
    return any(other.split == "training" and other.mark != "drop" for other in others)


def _count(items: Sequence[object], noun: str) -> str:
    return f"1 {noun}" if len(items) == 1 else f"{len(items):,} {noun}s"


def _summary(counts: Counts) -> str:
    total = counts.images + counts.unreadable + counts.ignored + counts.other + counts.pending
    splits = ", ".join(f"{name} {n:,}" for name, n in counts.splits.items())
    parts = [f"{total:,} files: {counts.images:,} images"]
    for name in ("unreadable", "ignored", "other", "pending"):
        number = getattr(counts, name)
        if number:
            parts.append(f"{number:,} {'not read yet' if name == 'pending' else name}")
    text = ", ".join(parts)
    kinds = len(counts.classes)
    return f"{text}; {kinds} class{'es' * (kinds != 1)}{f' ({splits})' if splits else ''}."
