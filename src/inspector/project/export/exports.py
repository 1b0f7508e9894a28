"""Exports: planned first, then copied, verified and checked again."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inspector.dataset.boxes import BoundingBox, Size, read_boxes
from inspector.dataset.layouts import Role
from inspector.dataset.listing import FAILED
from inspector.dataset.manifests import read_sides
from inspector.dataset.names import (
    NO_LABEL,
    NO_SPLIT,
    Label,
    RelativePath,
    Split,
    parse_group,
    parse_label,
    parse_listed_label,
    parse_relative_path,
    parse_split,
    shown,
)
from inspector.errors import DatasetError, ExportError
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.export.borders import BorderMeasurement, measure_borders
from inspector.project.export.folds import folds_by_group
from inspector.project.review.copies import leaked
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.gallery_query import split_place
from inspector.project.review.group_names import group_names
from inspector.project.review.groups import Groups
from inspector.store.records import EXPORT, ExportRecord
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample
from inspector.work.export_forms.catalogue import make_form
from inspector.work.export_forms.form import Form
from inspector.work.export_items import Item, ItemTable, LeftOut
from inspector.work.export_plan import ExportMode, ExportPlan, make_plan, reencoded_plan
from inspector.work.export_writer import publish
from inspector.work.jobs import Progress, Stop
from inspector.work.reencoding import Reencoding


@dataclass(frozen=True, slots=True)
class Exported:
    """Result of an export.

    Attributes:
        files: Copied files; `verified` of them had the known hash.
        leaks_after: Confirmed pairs across splits among the exported files.
        groups_after: Enabled groups that are in several splits.
    """

    files: int
    bytes: int
    dropped: int
    verified: int
    leaks_after: int
    groups_after: int
    manifest: str


@dataclass(frozen=True, slots=True)
class ExportLeaks:
    """Evaluation images with a near-duplicate in training: without exclusions, and exported.

    Attributes:
        by_split: In the export, by evaluation split.
    """

    before: int
    by_split: dict[str, int]

    @property
    def after(self) -> int:
        """Number in the export."""
        return sum(self.by_split.values())


class Exports:
    """Plans and performs exports."""

    def __init__(
        self,
        context: ProjectContext,
        samples: Samples,
        duplicates: Duplicates,
        groups: Groups,
    ) -> None:
        self._context = context
        self._samples = samples
        self._duplicates = duplicates
        self._groups = groups
        self._borders: tuple[frozenset[bytes], BorderMeasurement] | None = None

    def plan(
        self,
        target: Path,
        *,
        mode: ExportMode = ExportMode.COPY,
        sides: Mapping[RelativePath, Split] | None = None,
        form: Form = Form.AS_IS,
        listed: Mapping[RelativePath, Split] | None = None,
        reencoding: Reencoding | None = None,
    ) -> ExportPlan:
        """Plan an export of everything that is not excluded.

        Args:
            sides: Split by path, for a new split; other images are left out. None keeps the
                folders.
            form: Export form.
            listed: Split by path, if the folders stay but don't decide the split, as with a call
                that splits by seed: written to the manifest.
            reencoding: What is done to all images alike; None to copy them.

        Raises:
            DatasetError: The form needs boxes, and the dataset has none; or the images are not on
                this machine.
            ExportError: The target exists, overlaps the dataset or is too small, names collide, the
                form needs a split, or the images can't be re-encoded so.
        """
        self._context.check_images_here()
        rows = self._samples.everything()
        export_form = make_form(form, lambda: self._boxes(rows))
        items, left = self._divide(rows, sides, by_split=export_form.by_split)
        if listed is not None:
            items = ItemTable(_listed(item, listed) for item in items)
            left = [
                replace(one, split=_split_of(listed.get(one.source, ""), one.source))
                for one in left
            ]
        plan = make_plan(
            str(self._context.root), str(target), items, left, mode=mode, form=export_form
        )
        return plan if reencoding is None else reencoded_plan(plan, reencoding)

    def _divide(
        self, rows: SampleTable, sides: Mapping[RelativePath, Split] | None, *, by_split: bool
    ) -> tuple[ItemTable, list[LeftOut]]:
        """Return what an export writes, and what it leaves out with the reason."""
        left: list[LeftOut] = []
        splits_only = by_split and any(
            (s.split if sides is None else sides.get(s.path)) for s in rows if not _why_left_out(s)
        )
        taken: set[str] = set()
        if sides is not None or not rows.text("new_label").equals("").all():
            # Files move, and those that stay are in the way.
            taken.update(
                s.path for s in rows
                if s.mark != "drop" and not s.new_label
                and (sides is None or sides.get(s.path) == s.split)
            )  # fmt: skip

        def exported() -> Iterator[Item]:
            for sample in rows:
                why = _why_left_out(sample)
                split = sample.split if sides is None else sides.get(sample.path, "")
                if not (why or split) and (sides is not None or splits_only):
                    why = "in no split"
                if why:
                    left.append(LeftOut(sample.path, sample.size, sample.split, sample.label, why))
                else:
                    yield self._item(sample, split, taken)

        return ItemTable(exported()), left

    def folds(self, count: int, *, seed: int = 0) -> Mapping[RelativePath, Split]:
        """Return the fold of each image by path, for `sides` of a plan: no group is split.

        Raises:
            UsageError: There are fewer groups than folds.
        """
        return folds_by_group(self._groups, count, seed=seed)

    def borders(
        self, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> BorderMeasurement | None:
        """Measure the uniform borders of what is not excluded; None when stopped.

        Needs a finished scan.
        """
        rows = list(self._groups.images().included())
        contents = frozenset(s.sha256 for s in rows)
        if self._borders is None or self._borders[0] != contents:
            measurement = measure_borders(self._context, rows, stop=stop, progress=progress)
            if measurement is None:
                return None
            self._borders = contents, measurement
        return self._borders[1]

    def _boxes(self, rows: Sequence[Sample]) -> Mapping[str, Sequence[BoundingBox]]:
        sizes: dict[str, Size] = {s.path: (s.width, s.height) for s in rows if s.status == "image"}
        return read_boxes(self._context.root, self._context.layout, sizes)

    def _item(self, sample: Sample, to: str, taken: set[str]) -> Item:
        """Return the export item of one file; names from a foreign project file are untrusted.

        Args:
            sample: The file.
            to: Its new split.
            taken: Targets so far; its own is added if it moves.

        Raises:
            ExportError: A name could lead outside the target.
        """
        where = f"the project's entry of {shown(sample.path)}"
        try:
            source = parse_relative_path(sample.path, where=where)
            was = _split_of(sample.split, where), _label_of(sample, where)
            split, label = _split_of(to, where), was[1]
            if sample.new_label:
                label = parse_label(sample.new_label, where=where)
            target = source
            if sample.new_label or split != was[0]:
                moved = _free(self._moved(sample, source, split=split, label=label), taken)
                target = parse_relative_path(moved, where=where)
                taken.add(target)
        except DatasetError as error:
            raise ExportError(error.message, error.advice) from None
        reason = f"relabelled from {sample.label}" if sample.new_label else ""
        return Item(
            source, target, sample.size, sample.sha256, split, label, reason, was,
            width=sample.width, height=sample.height,
        )  # fmt: skip

    def run(
        self,
        plan: ExportPlan,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
        resume: bool = False,
    ) -> Exported:
        """Perform a planned export and check the result.

        Raises:
            ExportError: A source changed, the disk is full, or the target is in the way.
        """
        stop, progress = stop or Stop(), progress or Progress()
        # Naming groups takes too long for a preview of the plan.
        plan = replace(plan, items=ItemTable(self._with_groups(plan.items)))
        pool = None if plan.reencoding is None else self._context.pool()
        published = publish(plan, stop=stop, progress=progress, resume=resume, pool=pool)
        leaks, groups = self._across(dict(_splits(plan.items)))
        store = self._context.store
        store.records.note(EXPORT, ExportRecord(store.decisions.newest()))
        self._context.emit(Changes(exports=True, text=f"exported {published.files} files"))
        return Exported(
            published.files, published.bytes, len(plan.left_out), published.verified, leaks,
            groups, published.manifest,
        )  # fmt: skip

    def leaks(self, plan: ExportPlan) -> ExportLeaks:
        """Count the leaks of an export before it is made."""
        index = self._duplicates.index()
        # An image that is like no other leaks nowhere.
        images, like_others = index.samples.table, {*index.canonical, *index.neighbour_heads}
        rows = images.rows_of(np.fromiter(like_others, np.int64, len(like_others)))
        rows = rows[rows >= 0]
        by_path: dict[str, int] = dict(
            zip(
                [images.paths[row] for row in rows.tolist()], images.ids[rows].tolist(), strict=True
            )
        )
        after = {by_path[path]: str(to) for path, to in _splits(plan.items) if path in by_path}
        before = after | {
            by_path[one.source]: one.split for one in plan.left_out if one.source in by_path
        }
        was = len(leaked(index, before, excluded_too=True))
        return ExportLeaks(was, dict(Counter(after[i] for i in leaked(index, after))))

    def suggested_target(self) -> Path:
        """Return a folder that does not exist yet, in a writable place."""
        root = self._context.root
        places = (root.parent, Path.home(), Path(tempfile.gettempdir()))
        parent = next((p for p in places if _is_writable(p)), places[0])
        name, number = f"{root.name}-clean", 1
        while (parent / name).exists():
            number += 1
            name = f"{root.name}-clean-{number}"
        return parent / name

    def _with_groups(self, items: ItemTable) -> Iterator[Item]:
        """Yield items with the names of their groups.

        Raises:
            ExportError: A name could lead outside the target.
        """
        names = group_names(self._groups, self._groups.images())
        for item in items:
            name = names.get(item.source, "")
            try:
                yield item._replace(group=parse_group(name, where=item.source)) if name else item
            except DatasetError as error:
                raise ExportError(error.message, error.advice) from None

    def by_manifest(self, file: Path) -> Mapping[RelativePath, Split]:
        """Read path and split of a list, such as a locked split, as `sides` of a plan.

        A file in several splits goes to the first.

        Raises:
            DatasetError: It can't be read, or lacks a column.
        """
        return dict(reversed(read_sides(file, self._context.root)))

    def decisions_since(self) -> int:
        """Count the active decisions since the last export."""
        store = self._context.store
        return store.decisions.since(store.records.get(EXPORT).operation)

    def _across(self, sides: Mapping[RelativePath, Split]) -> tuple[int, int]:
        """Count the confirmed pairs and the enabled groups across several splits."""
        index = self._duplicates.index()
        rows = [s for s in index.samples.values() if s.path in sides]
        side = {s.id: sides[s.path] for s in rows}
        leaks = 0
        for sample in rows:
            for neighbour in index.neighbours(sample.id):
                own = side[sample.id]
                leaks += sample.id < neighbour and side.get(neighbour, own) != own
        groups: dict[int, set[str]] = {}
        numbers = self._groups.numbers(rows, with_duplicates=False)
        for sample, number in zip(rows, numbers.tolist(), strict=True):
            groups.setdefault(number, set()).add(side[sample.id])
        return leaks, sum(len(splits) > 1 for splits in groups.values())

    def _moved(self, sample: Sample, source: RelativePath, *, split: Split, label: Label) -> str:
        """Return the path with class folder and split folder replaced.

        The folders keep the user's names; a split without a folder gets the plain name.
        """
        layout = self._context.layout
        folder = layout.split_folder(source) or layout.base
        parts = source.removeprefix(f"{folder}/").split("/")
        folders = {name: folder for folder, name in layout.names.items()}
        name = folders.get(label, label) if sample.new_label else ""
        match layout.role:
            case Role.SPLITS if len(parts) > layout.level + 1 and sample.label:
                parts[layout.level] = name or parts[layout.level]
                own = {s: n for n, s in layout.splits.items()}
                beside = folder.rpartition("/")[0]
                new = f"{beside}/{split}" if beside and not own.get(split) else split
                return "/".join((own.get(split, new), *parts))
            case Role.CLASSES if len(parts) > layout.level + 1:
                parts[layout.level] = name or parts[layout.level]
                head = (split,) if split != sample.split else (folder,) if folder else ()
                return "/".join((*head, *parts))
            case Role.CLASS_SPLITS if len(parts) > 2:
                parts[0] = name or parts[0]
                parts[1] = parts[1] if split == sample.split else split
                return "/".join((folder, *parts) if folder else parts)
            case Role.SOURCES if len(parts) > 2:
                parts[1] = name or parts[1]
                if split == sample.split:
                    return "/".join((folder, *parts) if folder else parts)
                return "/".join((split, parts[1], parts[0], *parts[2:]))
            case _ if split == sample.split:
                return source
            case _:
                return "/".join((split, label, *parts))


def _splits(items: ItemTable) -> Iterator[tuple[RelativePath, Split]]:
    """Yield source and split of each item."""
    return zip(items.sources, (place.split for place in items.places), strict=True)


def _listed(item: Item, listed: Mapping[RelativePath, Split]) -> Item:
    """Return an item that stays in place, with the split of a rule."""
    split = _split_of(listed.get(item.source, ""), f"the split of {shown(item.source)}")
    return item._replace(split=split, was=(split, item.was[1]))


def _split_of(text: str, where: str) -> Split:
    return parse_split(text, where=where) if text else NO_SPLIT


def _label_of(sample: Sample, where: str) -> Label:
    return parse_listed_label(sample.label, where=where) if sample.label else NO_LABEL


def balance(plan: ExportPlan) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the number of images by (split, class) before and after a plan, training first."""
    places = plan.items.places
    after: Counter[tuple[str, str]] = Counter((place.split, place.label) for place in places)
    before: Counter[tuple[str, str]] = Counter((x.split, x.label) for x in plan.left_out)
    before.update(place.was for place in places)
    keys = sorted(before | after, key=lambda key: (split_place(key[0]), key))
    return {key: (before[key], after[key]) for key in keys if key[1]}


def _why_left_out(sample: Sample) -> str:
    if sample.mark == "drop":
        return f"excluded: {sample.reason_decided or 'by hand'}"
    if sample.status in FAILED:
        return f"{sample.status}: {sample.reason}"
    if sample.status == "image":
        return ""
    return f"{sample.status}: {sample.reason}" if sample.reason else sample.status


def _is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _free(path: str, taken: set[str]) -> str:
    """Return the path, with a number before its suffix if it is taken."""
    stem, dot, ending = path.rpartition(".")
    number, free = 2, path
    while free in taken:
        free = f"{stem}-{number}{dot}{ending}" if stem else f"{path}-{number}"
        number += 1
    return free
