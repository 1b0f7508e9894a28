"""Reports: the findings with images and lists, as one HTML page."""

import platform
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from inspector import __version__
from inspector.audit.predictions import Rate
from inspector.audit.properties import bars, typical
from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import DatasetError, ExportError, UsageError
from inspector.project.changes import Changes
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.diagnosis.findings import Findings
from inspector.project.splits.leakage import KINDS, Leakage
from inspector.project.splits.source import SplitSource
from inspector.project.splits.splits import Splits
from inspector.reports.check_results import CheckResult, ReportForm
from inspector.reports.html import (
    Card,
    ImagePair,
    OverSeeds,
    ReportPage,
    ReportTable,
    SeparatedHistogram,
    render,
)
from inspector.reports.junit import junit
from inspector.reports.sarif import sarif

PAIRS = 24
LIBRARIES = ("numpy", "scipy", "pillow", "opencv-python-headless", "PySide6-Essentials")


class Reports:
    """Writes reports."""

    def __init__(
        self,
        source: SplitSource,
        splits: Splits,
        diagnoses: Diagnoses,
        findings: Findings,
    ) -> None:
        self._context = source.context
        self._samples = source.samples
        self._groups = source.groups
        self._duplicates = source.duplicates
        self._splits = splits
        self._diagnoses = diagnoses
        self._findings = findings

    def write(self, file: Path, form: ReportForm = ReportForm.HTML, *, prefix: str = "") -> int:
        """Write the report; return the number of findings.

        Args:
            file: Target file.
            form: A page to read, or a file for a CI service.
            prefix: For SARIF: path of the dataset folder in the repository.

        Raises:
            ExportError: It lies inside the dataset, exists already, or can't be written.
        """
        check_outside(file, self._context.root, what="report")
        if file.exists():
            raise ExportError(f"{file} exists already", "Name a file that does not exist yet.")
        if form is ReportForm.HTML:
            page = self.page()
            text, count = render(page), len(page.cards)
        else:
            results = self.check_results()
            count = len(results)
            name = self._context.name
            text = (
                sarif(results, dataset=prefix, version=__version__)
                if form is ReportForm.SARIF
                else junit(results, dataset=name)
            )
        with user_file(file, self._context.root, what="report") as stream:
            stream.write(text)
        self._context.emit(Changes(exports=True, text=f"report: {file.name}"))
        return count

    def check_results(self) -> list[CheckResult]:
        """Return every finding with its files, for a CI service."""
        return [
            CheckResult(f.code, f.severity, f.title, f.text, tuple(self._paths(f.samples)))
            for f in self._findings.overview().findings
        ]

    def page(self) -> ReportPage:
        """Gather the page's content; without splits it has no section about them."""
        context = self._context
        overview = self._findings.overview()
        cards = [
            Card(f.severity, f"{f.title}. {f.text}", tuple(self._paths(f.samples)))
            for f in overview.findings
        ]
        try:
            leakage: Leakage | None = self._splits.leaks()
        except (DatasetError, UsageError):
            leakage = None
        tables: list[ReportTable] = []
        pairs: tuple[ImagePair, ...] = ()
        lists: dict[str, list[str]] = {}
        if leakage is not None:
            tables.append(_matrix(leakage))
            pairs = tuple(self._pairs(leakage))
            lists = _lists(leakage)
        last = self._diagnoses.last()
        answer: dict[str, Any] = last.answer if last else {}
        numbers = self._diagnoses.numbers
        lines = [numbers.text, overview.summary, overview.checked]
        if leakage is not None and numbers.predictions:
            try:
                tables.append(_own(self._diagnoses.rates(leakage), Path(numbers.predictions).name))
            except DatasetError as error:
                lines.append(f"Predictions of your model are left out: {error.message}.")
        if answer:
            tables.append(_terms(answer))
        rule = leakage.membership.rule.text if leakage else "no split"
        stale = f" {last.age_text}" if last else ""
        return ReportPage(
            f"Dataset report: {context.name}",
            f"{context.root} · {time.strftime('%Y-%m-%d %H:%M')} · split: {rule}",
            str(answer.get("verdict", "")) + stale,
            tuple(line for line in lines if line),
            tuple(cards),
            tuple(tables),
            pairs,
            self._apart(),
            self._over_seeds(leakage),
            tuple(answer.get("evidence", ())),
            tuple(answer.get("caveats", ())),
            lists,
            self._made(leakage),
        )

    def _paths(self, ids: tuple[int, ...]) -> list[str]:
        return [s.path for s in self._samples.by_ids(ids)]

    def _pairs(self, leakage: Leakage) -> list[ImagePair]:
        shown: list[ImagePair] = []
        for leak in leakage.leaks:
            if leak.neighbour is None or len(shown) == PAIRS:
                break
            one = self._samples.thumbnail(leak.image.id)
            two = self._samples.thumbnail(leak.neighbour.id)
            if one and two:
                words = (
                    f"{leak.kind}, similarity {leak.similarity:.3f}",
                    f"validation: {leak.image.path}",
                    f"training: {leak.neighbour.path}",
                )
                shown.append(ImagePair(one, two, words))
        return shown

    def _over_seeds(self, leakage: Leakage | None) -> tuple[OverSeeds, ...]:
        if leakage is None or not leakage.seed_rates.shares:
            return ()
        neighbours = "Share of validation with a near-duplicate in training"
        shown = [OverSeeds(neighbours, leakage.seed_rates.shares, leakage.seed_rates.this_seed)]
        drawn = self._splits.drawn()
        if drawn is not None:
            one, mix = drawn.accuracy, drawn.class_deviation
            rank = "" if one.percentile is None else f" (yours above {one.percentile:.0%} of them)"
            caption = f"Accuracy of a baseline model on validation{rank}"
            off = "Largest deviation of a class share"
            shown += [OverSeeds(caption, one.values, one.this_seed),
                      OverSeeds(off, mix.values, mix.this_seed)]  # fmt: skip
        return tuple(shown)

    def _apart(self) -> tuple[SeparatedHistogram, ...]:
        """Return the properties in which a diagnosis found the folders to differ, with images."""
        shift = self._diagnoses.differences()
        if shift is None:
            return ()
        shown = []
        for one in shift.shifts:
            shape = one.property
            training, folder, ends = bars(shape)
            text = (
                f"{shape.name}: {typical(shape, shape.training)} in training,"
                f" {typical(shape, shape.folder)} in {shift.folder} (AUC {shape.auc or 0:.2f},"
                f" corrected p = {shape.p_adjusted or 0:.3f})"
            )
            pictures = tuple(
                ImagePair(a, b, (f"training: {one_.path}", f"{shift.folder}: {two.path}"))
                for one_, two in one.pairs[:1]
                if (a := self._samples.thumbnail(one_.id))
                and (b := self._samples.thumbnail(two.id))
            )
            shown.append(SeparatedHistogram(text, training, folder, ends, pictures))
        return tuple(shown)

    def _made(self, leakage: Leakage | None) -> tuple[str, ...]:
        threshold = self._duplicates.threshold
        groups = self._groups.provenance()
        versions = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
        lines = [
            f"Same image: bytes by SHA-256; pixels by their decoded values; transformed and near"
            f" at similarity {threshold:g} or more, each pair verified pixel by pixel after"
            " alignment.",
            f"Same group: groups from {groups}.",
            "Effect on accuracy: baseline models (logistic regression on gradients and colours)"
            " under random and group folds; intervals resample groups and seeds, 95 %.",
            f"Dataset Inspector {__version__}, Python {platform.python_version()}, {versions}.",
        ]
        if leakage and leakage.seed_rates.shares:
            newest = len(leakage.seed_rates.shares) - 1
            lines.insert(2, f"Seed variability: the same call with seeds 0 to {newest}.")
        return tuple(lines)


def _matrix(leakage: Leakage) -> ReportTable:
    rows = [
        (f"{c.source} → {c.to}", c.images, *(len(ids) for ids in c.by_kind.values()))
        for c in leakage.matrix
        if c.source != c.to
    ]
    kinds = (f"same {k}" if k in ("bytes", "pixels") else k for k in KINDS)
    heads = ("from → to", "images", *kinds)
    return ReportTable("Near-duplicates between splits", heads, tuple(rows))


def _own(rates: Sequence[Rate], file: str) -> ReportTable:
    rows = tuple((r.name, f"{r.share:.3f}", f"{r.low:.3f} to {r.high:.3f}", r.n) for r in rates)
    return ReportTable(f"Your own model, by {file}", ("images", "accuracy", "95 %", "n"), rows)


def _terms(answer: dict[str, Any]) -> ReportTable:
    def shown(value: float | None) -> str:
        return "-" if value is None else f"{value:+.3f}"

    def between(term: dict[str, Any]) -> str:
        return "-" if term["low"] is None else f"{shown(term['low'])} to {shown(term['high'])}"

    rows = [
        (
            name, shown(t["mean"]), between(t),
            t["verdict"].replace("_", " "), t["bound"].replace("_", " "),
        )
        for name, t in answer["terms"].items()
    ]  # fmt: skip
    return ReportTable(
        "Components of the gap, by baseline models",
        ("term", "estimate", "95 %", "verdict", "bound"), tuple(rows),
    )  # fmt: skip


def _lists(leakage: Leakage) -> dict[str, list[str]]:
    return {
        "Validation images with a near-duplicate in training": [
            f"{leak.image.path}\t{leak.kind}\t{leak.similarity:.3f}\t{leak.neighbour.path}"
            for leak in leakage.leaks
            if leak.neighbour
        ],
        "Validation images that share a group with training": [
            leak.image.path for leak in leakage.leaks if leak.neighbour is None
        ],
        "Files in training and in validation": list(leakage.both),
        "Files on neither side": list(leakage.membership.neither),
        "Training": list(leakage.membership.training),
        "Validation": list(leakage.membership.validation),
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
