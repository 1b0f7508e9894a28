"""Exports: what leaves the dataset, planned first, then copied, verified and looked at again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.dataset.layouts import Role
from inspector.dataset.listing import FAILED
from inspector.project.changes import Changes
from inspector.store import decisions, meta
from inspector.store.samples import Sample
from inspector.work.export import Item, LeftOut, Mode, Plan, make_plan
from inspector.work.jobs import Progress, Stop
from inspector.work.publish import publish

if TYPE_CHECKING:
    from inspector.project.project import Project


@dataclass(frozen=True, slots=True)
class Exported:
    """What holds after an export.

    Attributes:
        files: Copied; `verified` of them had the hash that the catalogue knows.
        leaks_after: Known sure pairs across splits among the files of the export.
        groups_after: Groups that a person bound and that stand in several splits.
    """

    files: int
    bytes: int
    dropped: int
    verified: int
    leaks_after: int
    groups_after: int
    manifest: str


class Exports:
    """Plan and make exports."""

    def __init__(self, project: "Project") -> None:
        self._project = project

    def plan(self, target: Path, *, mode: Mode = Mode.COPY) -> Plan:
        """Plan an export of everything that is not dropped.

        Raises:
            ExportError: The target exists, overlaps the dataset, is too small, or names collide.
        """
        items: list[Item] = []
        left: list[LeftOut] = []
        rows = self._project.samples.everything()
        taken = {s.path for s in rows if s.mark != "drop" and not s.new_label}
        for sample in rows:
            why = _why_left_out(sample)
            if why:
                left.append(LeftOut(sample.path, sample.size, sample.split, sample.label, why))
                continue
            path, reason = sample.path, ""
            if sample.new_label:
                path = _free(self._relabelled(sample), taken)
                taken.add(path)
                reason = f"relabelled from {sample.label}"
            label = sample.new_label or sample.label
            items.append(
                Item(sample.path, path, sample.size, sample.sha256, sample.split, label, reason)
            )
        return make_plan(str(self._project.root), str(target), items, left, mode=mode)

    def run(
        self,
        plan: Plan,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
        resume: bool = False,
    ) -> Exported:
        """Make a planned export and check what stands there.

        Raises:
            ExportError: A source changed, the disk is full, or the target is in the way.
        """
        stop, progress = stop or Stop(), progress or Progress()
        published = publish(plan, stop=stop, progress=progress, resume=resume)
        leaks, groups = self._across({item.source for item in plan.items})
        database = self._project.database
        newest = str(decisions.newest(database.read()))
        database.write(lambda c: meta.put(c, "exported", newest))
        self._project.tell(Changes(exports=True, text=f"exported {published.files} files"))
        return Exported(
            published.files, published.bytes, len(plan.left_out), published.verified, leaks,
            groups, published.manifest,
        )  # fmt: skip

    def decisions_since(self) -> int:
        """Count the decisions in force that came after the last export."""
        reader = self._project.database.read()
        return decisions.since_export(reader, int(meta.get(reader, "exported", "0")))

    def _across(self, paths: Iterable[str]) -> tuple[int, int]:
        """Count the known sure pairs and bound groups that stand on several sides."""
        kept = set(paths)
        likeness = self._project.duplicates.likeness()
        by_path = {s.path: s for s in likeness.samples.values() if s.path in kept}
        ids = {s.id for s in by_path.values()}
        leaks = 0
        bound: dict[int, set[str]] = {}
        for sample in by_path.values():
            if sample.bound:
                bound.setdefault(sample.bound, set()).add(sample.split)
            for twin in likeness.twins(sample.id):
                if twin in ids and sample.id < twin:
                    leaks += likeness.samples[twin].split != sample.split
        return leaks, sum(len(splits) > 1 for splits in bound.values())

    def _relabelled(self, sample: Sample) -> str:
        """Return the path with the class folder replaced."""
        parts = sample.path.split("/")
        place = 0 if self._project.layout.role is Role.CLASSES else 1
        if self._project.layout.role is Role.MANIFEST or len(parts) <= place + 1:
            return sample.path
        parts[place] = sample.new_label
        return "/".join(parts)


def balance(plan: Plan) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the number of images by (split, class) before and after a plan."""
    after = Counter((item.split, item.label) for item in plan.items)
    before = Counter((left.split, left.label) for left in plan.left_out)
    before.update((item.split, _old_label(item)) for item in plan.items)
    return {key: (before[key], after[key]) for key in sorted(before | after) if key[1]}


def _old_label(item: Item) -> str:
    return item.reason.removeprefix("relabelled from ") if item.reason else item.label


def _why_left_out(sample: Sample) -> str:
    if sample.mark == "drop":
        return f"dropped: {sample.reason_decided or 'by hand'}"
    if sample.status in FAILED:
        return f"{sample.status}: {sample.reason}"
    if sample.status == "image":
        return ""
    return f"{sample.status}: {sample.reason}" if sample.reason else sample.status


def _free(path: str, taken: set[str]) -> str:
    """Return the path, with a number before its ending where it is taken."""
    stem, dot, ending = path.rpartition(".")
    number, free = 2, path
    while free in taken:
        free = f"{stem}-{number}{dot}{ending}" if stem else f"{path}-{number}"
        number += 1
    return free
