"""The plan of an export: checked before a byte is written."""

import os
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np

from inspector.dataset.names import shown, why_no_path
from inspector.errors import ExportError
from inspector.work.export_forms.form import ExportForm, Form, check_split
from inspector.work.export_items import Item, ItemTable, LeftOut
from inspector.work.reencoding import MAX_CROP, Reencoding
from inspector.work.staging import why_no_target

MARGIN_BYTES = 50_000_000


class ExportMode(StrEnum):
    """How files get into an export; links share bytes with the dataset."""

    COPY = "copy"
    REFLINK = "reflink"
    HARDLINK = "hardlink"
    SYMLINK = "symlink"


@dataclass(frozen=True)
class ExportPlan:
    """A checked export; `root` and `target` are absolute folders.

    Attributes:
        form: Decides what is written beside the images and the manifest.
        reencoding: What is done to all images alike; None to copy them. The sizes of items are then
            estimates.
    """

    root: str
    target: str
    mode: ExportMode
    items: ItemTable
    left_out: tuple[LeftOut, ...]
    free_bytes: int
    form: ExportForm = field(default_factory=ExportForm)
    reencoding: Reencoding | None = None

    @property
    def files(self) -> int:
        """Number of files it writes."""
        return len(self.items)

    @cached_property
    def bytes(self) -> int:
        """Their total size."""
        return sum(self.items.sizes)

    @property
    def partial(self) -> Path:
        """The staging folder beside the target."""
        target = Path(self.target)
        return target.with_name(f".{target.name}.partial")


def make_plan(
    root: str,
    target: str,
    items: Iterable[Item],
    left_out: Sequence[LeftOut],
    *,
    mode: ExportMode,
    form: ExportForm | None = None,
) -> ExportPlan:
    """Check an export and return its plan.

    Args:
        root: Dataset folder.
        target: Folder to create.
        items: Files under their names in the dataset's layout.
        left_out: Files left out, with reasons.
        mode: How files get there.
        form: Export form; None for the layout as it is.

    Raises:
        ExportError: The target exists, overlaps the dataset, can't be written or is too small, or
            two files would share a name on another system.
    """
    goal = Path(target).absolute()
    check_place(Path(root), goal)
    form = form or ExportForm()
    items = items if isinstance(items, ItemTable) else ItemTable(items)
    if form.needs_split:
        check_split(items, form.form)
    items = form.arrange(items)
    _check_targets(items)
    _check_names(items)
    parent = _nearest(goal.parent)
    if not os.access(parent, os.W_OK):
        raise ExportError(f"nothing can be written in {parent}", "Choose another folder.")
    free = shutil.disk_usage(parent).free
    plan = ExportPlan(
        str(Path(root).absolute()), str(goal), mode, items, tuple(left_out), free, form
    )
    _check_space(plan, parent)
    return plan


def reencoded_plan(plan: ExportPlan, how: Reencoding) -> ExportPlan:
    """Return a plan that re-encodes all images alike.

    Raises:
        ExportError: The plan makes links, or boxes would not fit; or as for `make_plan`.
    """
    if plan.mode is not ExportMode.COPY:
        raise ExportError(
            f"a {plan.mode.value} shares its bytes with the dataset, and can't be re-encoded",
            "Export copies.",
        )
    if not 0 <= how.crop <= MAX_CROP:
        raise ExportError(
            f"{how.crop:g} of each side can't be cut", f"Choose a share of 0 to {MAX_CROP:g}."
        )
    if how.crop and plan.form.form is Form.COCO:
        raise ExportError(
            "the boxes would no longer fit images that are cut",
            "Export COCO without cutting borders, or choose another form.",
        )
    plan = replace(plan, items=how.arrange(plan.items), reencoding=how)
    _check_targets(plan.items)
    _check_names(plan.items)
    _check_space(plan, _nearest(Path(plan.target).parent))
    return plan


def _check_space(plan: ExportPlan, parent: Path) -> None:
    needed = plan.bytes + MARGIN_BYTES if plan.mode is ExportMode.COPY else 0
    if needed > plan.free_bytes:
        raise ExportError(
            f"the export needs {needed / 1e9:.1f} GB, and {plan.free_bytes / 1e9:.1f} GB are free"
            f" in {parent}",
            "Free some space, or choose another disk.",
        )


def check_place(root: Path, goal: Path) -> None:
    """Check that a target does not exist and does not overlap the dataset.

    Raises:
        ExportError: It does.
    """
    here, there = root.resolve(), goal.resolve()
    if goal.exists() or goal.is_symlink():
        raise ExportError(
            f"{goal} exists already, and nothing is ever overwritten",
            "Name a folder that does not exist yet.",
        )
    if there.is_relative_to(here):
        raise ExportError(
            "the target lies inside the dataset, which is never written to",
            "Choose a folder outside of it.",
        )
    if here.is_relative_to(there):
        raise ExportError("the dataset lies inside the target", "Choose a folder beside it.")


def _check_targets(items: ItemTable) -> None:
    """Refuse targets that could lead outside the target folder or collide."""
    folders: set[str] = set()
    for source, target in zip(items.sources, items.targets, strict=True):
        why = why_no_target(target) or why_no_path(source)
        if why:
            raise ExportError(
                f'"{shown(source)}" can\'t be exported as "{shown(target)}": {why}',
                "Nothing was written. Rename the file, its class or its split.",
            )
        folders.update(accumulate(target.split("/")[:-1], "{}/{}".format))
    both = next((target for target in items.targets if target in folders), None)
    if both is not None:
        raise ExportError(f"{both} would be a file and a folder", "Drop or rename one of them.")


def _check_names(items: ItemTable) -> None:
    """Refuse names that differ only in case or Unicode form."""
    # By hash first: the names of a million files in a dict take 150 MB.
    hashes = np.fromiter(map(hash, map(_plain, items.targets)), np.int64, len(items))
    _, which, times = np.unique(hashes, return_inverse=True, return_counts=True)
    seen: dict[str, str] = {}
    for row in np.flatnonzero(times[which] > 1).tolist():
        source = items.sources[row]
        other = seen.setdefault(_plain(items.targets[row]), source)
        if other != source:
            raise ExportError(
                f"{other} and {source} would have one name on systems that ignore case"
                " or Unicode form",
                "Drop or rename one of them.",
            )


def _plain(target: str) -> str:
    return unicodedata.normalize("NFC", target).casefold()


def _nearest(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
