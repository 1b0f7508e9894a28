"""Findings: what a person should look at, worst first, each with the list behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.dataset.decoding import Flag
from inspector.dataset.layouts import IMAGE_ENDINGS, Layout
from inspector.project.duplicates import Cluster, Kind, Likeness
from inspector.project.samples import Counts
from inspector.store.samples import Sample

if TYPE_CHECKING:
    from inspector.project.project import Project

CHECKS = (
    "the same picture in several splits",
    "the same picture with two labels",
    "look-alikes within a split",
    "files that can't be read",
    "files that Keras stops at",
    "files that Keras leaves out",
    "top folders that are left out",
    "cut-off files",
    "nearly constant images",
)
# More names than these don't fit a card's title.
NAMED = 3
NOT_CHECKED = (
    "groups without a visible likeness, names or EXIF; the labels of single images (the verb"
    " labels names suspects); what a Keras call puts where (page Splits)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        severity: "high", "middle" or "low".
        see: Where its list is: "clusters", "problems" or a `Query` name of the gallery; "" nowhere.
        action: The one action that fits, in words, or "".
        samples: The ids behind the count.
    """

    code: str
    severity: str
    count: int
    title: str
    text: str
    see: str
    action: str
    samples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The home page: counts in a sentence, then findings; `checked` says what was looked at."""

    counts: Counts
    summary: str
    findings: tuple[Finding, ...]
    checked: str
    complete: bool


class Findings:
    """Say what was found."""

    def __init__(self, project: "Project") -> None:
        self._project = project

    def overview(self) -> Overview:
        """Return the counts, and the findings once the scan is complete."""
        counts = self._project.samples.counts()
        complete = self._project.scans.is_complete()
        summary = _summary(counts)
        if not complete:
            return Overview(counts, f"{summary} The scan is not finished.", (), "", False)
        found = self._files() + self._likeness()
        order = ("high", "middle", "low")
        found.sort(key=lambda f: (order.index(f.severity), -f.count))
        none = f"None of these {len(CHECKS)} checks found anything: " if not found else "Checked: "
        checked = f"{none}{', '.join(CHECKS)}. Not checked: {NOT_CHECKED}."
        return Overview(counts, summary, tuple(found), checked, True)

    def _likeness(self) -> list[Finding]:
        likeness = self._project.duplicates.likeness()
        open_ = [c for c in self._project.duplicates.clusters() if not c.reviewed]
        across = [c for c in open_ if len(c.splits) > 1]
        labels = [c for c in open_ if len(c.labels) > 1]
        within = [c for c in open_ if len(c.splits) < 2 and len(c.labels) < 2]
        found = []
        if across:
            found.append(_across(across, likeness))
        if labels:
            ids = tuple(m.id for c in labels for m in c.members)
            found.append(
                Finding(
                    "conflicting_labels", "high", len(labels),
                    f"{_count(labels, 'cluster')} of look-alikes with two labels or more",
                    "The same picture can't be two classes: decide which label is right.",
                    "clusters", "", ids,
                )
            )  # fmt: skip
        if within:
            ids = tuple(m.id for c in within for m in c.members)
            found.append(
                Finding(
                    "look_alikes", "middle", len(within),
                    f"{_count(within, 'cluster')} of look-alikes within one split",
                    f"{len(ids):,} images: bursts are better kept together, copies dropped.",
                    "clusters", "", ids,
                )
            )  # fmt: skip
        return found

    def _files(self) -> list[Finding]:
        rows = self._project.samples.everything()
        failed = [
            s for s in rows
            if s.status in ("unreadable", "crashed", "timeout") and s.mark != "drop"
        ]  # fmt: skip
        crashes = [s for s in rows if s.flags & Flag.KERAS_CRASHES and s.mark != "drop"]
        ignores = [s for s in rows if s.flags & Flag.KERAS_IGNORES and s.status == "image"]
        cut = [s for s in rows if s.flags & Flag.TRUNCATED and s.mark != "drop"]
        flat = [s for s in rows if s.flags & Flag.FLAT and s.mark != "drop"]
        table = (
            ("unreadable", "high", failed, "{} can't be read", "Training stops at such a file.",
             "problems", "Quarantine"),
            ("keras_crashes", "high", crashes, "Keras stops at {}",
             "image_dataset_from_directory lists them and fails when it reads them.",
             "problems", ""),
            ("keras_ignores", "middle", ignores, "Keras leaves out {}",
             "Their ending is not one that image_dataset_from_directory reads.", "problems", ""),
            ("truncated", "middle", cut, "{} cut off", "Pixels came out, but not all of them.",
             "problems", ""),
            ("flat", "low", flat, "{} nearly one colour",
             "Nothing to learn from; kept out of the look-alikes.", "flat", ""),
        )  # fmt: skip
        return _left_out(self._project.layout, rows) + [
            Finding(
                code, severity, len(found), what.format(_count(found, "file")), text, see, action,
                tuple(s.id for s in found),
            )
            for code, severity, found, what, text, see, action in table
            if found
        ]  # fmt: skip


def _left_out(layout: Layout, rows: Sequence[Sample]) -> list[Finding]:
    """Say which top folders belong to no split, because others are splits by name."""
    folders = layout.ignored
    if not folders:
        return []
    inside = [s for s in rows if s.path.split("/", 1)[0] in folders]
    images = sum(s.path.lower().endswith(IMAGE_ENDINGS) for s in inside)
    names = ", ".join(folders[:NAMED]) + (" and others" if len(folders) > NAMED else "")
    splits = ", ".join(layout.splits)
    them = "it" if len(folders) == 1 else "them"
    return [
        Finding(
            "ignored_folders", "middle" if images else "low", len(folders),
            f"{_count(folders, 'top folder')} left out: {names}",
            f"Because {splits} {'is a split' if len(layout.splits) == 1 else 'are splits'}, the"
            f" {_count(inside, 'file')} in {them} ({images:,} named like images) belong to no split"
            " and no class. To use them, name the files and their splits in a manifest.",
            "problems" if inside else "", "", tuple(s.id for s in inside),
        )
    ]  # fmt: skip


def _across(clusters: Sequence[Cluster], likeness: Likeness) -> Finding:
    judged = [m for c in clusters for m in c.members if m.split in ("validation", "test")]
    twins = [m for m in judged if _in_training(m, likeness)]
    kinds = [k for k in Kind if any(k in c.kinds for c in clusters)]
    names = ", ".join(k.value for k in kinds)
    if twins:
        sides = " and ".join(sorted({m.split for m in twins}))
        title = f"{_count(twins, f'{sides} image')} with a twin in training"
        ids = tuple(m.id for m in twins)
    else:
        title = f"{_count(clusters, 'cluster')} of look-alikes across splits"
        ids = tuple(m.id for c in clusters for m in c.members)
    return Finding(
        "twins_across", "high", len(twins) or len(clusters), title,
        f"{_count(clusters, 'cluster')} of look-alikes at similarity {likeness.threshold:g} or"
        f" more ({names}). A figure on these images measures memory, not learning.",
        "clusters", "", ids,
    )  # fmt: skip


def _in_training(sample: Sample, likeness: Likeness) -> bool:
    return any(likeness.samples[t].split == "training" for t in likeness.twins(sample.id))


def _count(found: Sequence[object], noun: str) -> str:
    return f"1 {noun}" if len(found) == 1 else f"{len(found):,} {noun}s"


def _summary(counts: Counts) -> str:
    total = counts.images + counts.unreadable + counts.ignored + counts.other + counts.pending
    splits = ", ".join(f"{name} {n:,}" for name, n in counts.splits.items())
    parts = [f"{total:,} files: {counts.images:,} images"]
    for name in ("unreadable", "ignored", "other", "pending"):
        number = getattr(counts, name)
        if number:
            parts.append(f"{number:,} {'not read yet' if name == 'pending' else name}")
    text = ", ".join(parts)
    return f"{text}; {len(counts.classes)} classes{f' ({splits})' if splits else ''}."
