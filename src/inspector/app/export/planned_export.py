"""Plans an export, with everything that the page shows of the plan."""

from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from inspector.app.export.excluded_strip import SHOWN, ExcludedImage
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.balance_bars import Balance
from inspector.project.export.exports import ExportLeaks, balance
from inspector.project.project import Project
from inspector.project.splits.split_rules import RuleKind
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode, ExportPlan
from inspector.work.jobs import Progress, Stop
from inspector.work.reencoding import Reencoding

_FOLDS = 5


class SplitFolders(IntEnum):
    """The split folders of an export, in the order of the choice on the page."""

    AS_THEY_ARE = 0
    BY_RULE = 1
    BY_FOLD = 2


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What the user chose for an export."""

    target: Path
    mode: ExportMode
    form: Form
    splits: SplitFolders
    reencoding: Reencoding | None = None
    measured: bool = False
    """Whether the borders are measured to be cut, whatever `reencoding` says of them."""


@dataclass(frozen=True, slots=True)
class PlannedExport:
    """A plan, and what the page shows beside it.

    Attributes:
        redraw: How the split rule would select anew from what is left; "" where it would not.
        excluded: The first excluded images, for the strip.
        excluded_ids: The ids of all excluded images.
        balance: Images per split and class, before and after.
        details: File and reason of each that moves to another class or is left out.
        borders: What was measured of the borders; "" where that was not asked.
    """

    plan: ExportPlan
    redraw: str
    leaks: ExportLeaks
    excluded: tuple[ExcludedImage, ...]
    excluded_ids: tuple[int, ...]
    balance: Balance
    details: tuple[tuple[str, str], ...]
    borders: str = ""


def plan_export(
    project: Project, choice: ExportChoice, *, stop: Stop, progress: Progress
) -> PlannedExport | None:
    """Plan an export and count what would leak; None when the measurement of borders was stopped.

    Raises:
        InspectorError: The target is not allowed, or the split can't be made.
    """
    rule = project.splits.rule
    sides = listed = None
    if choice.splits is SplitFolders.BY_FOLD:
        sides = project.exports.folds(_FOLDS)
    elif choice.splits is SplitFolders.BY_RULE:
        sides = project.splits.membership().sides()
    elif rule.kind is not RuleKind.FOLDERS and project.splits.can(rule):
        listed = project.splits.membership(rule).sides()
    reencoding, borders = choice.reencoding, ""
    if reencoding is not None and choice.measured:
        measurement = project.exports.borders(stop=stop, progress=progress)
        if measurement is None:
            return None
        reencoding, borders = replace(reencoding, crop=measurement.crop), measurement.text
    plan = project.exports.plan(
        choice.target, mode=choice.mode, sides=sides, listed=listed, form=choice.form,
        reencoding=reencoding,
    )  # fmt: skip
    redraw = project.splits.redraw() if choice.splits is SplitFolders.AS_THEY_ARE else ""
    samples = project.samples.everything()
    excluded = samples.where(samples.text("mark").equals("drop"))
    shown = tuple(
        ExcludedImage(s.id, s.path, s.reason_decided, from_jpeg(project.samples.thumbnail(s.id)))
        for s in excluded[:SHOWN]
    )
    moved = (
        (source, f"{place.reason} to {place.label}")
        for source, place in zip(plan.items.sources, plan.items.places, strict=True)
        if place.reason
    )
    return PlannedExport(
        plan, redraw, project.exports.leaks(plan), shown, tuple(excluded.ids.tolist()),
        balance(plan), (*moved, *((x.source, x.reason) for x in plan.left_out)), borders,
    )  # fmt: skip
