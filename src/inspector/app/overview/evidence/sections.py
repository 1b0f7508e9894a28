"""Builds the sections of the evidence."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.app.overview.evidence.charts import (
    AXIS_PX,
    ROW_PX,
    ComponentInterval,
    ForestPlot,
    PlaceboPlot,
)
from inspector.app.overview.evidence.section import Section, link
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import badge_colours
from inspector.app.widgets.thumbnail_strip import ThumbnailStrip
from inspector.audit.shortcuts.search import ShortcutVerdict
from inspector.project.diagnosis.evidence import Evidence

ShowList = Callable[[str, Sequence[int]], None]
COMPONENTS = {
    "leakage": "Leakage", "shift": "Distribution shift", "luck": "Seed variability",
    "composition": "Class balance", "size": "Training-set size",
}  # fmt: skip
_BOUNDS = {"at_least": "≥ ", "at_most": "≤ "}
_TILE_PX, _SHOWN_CLASSES = 64, 8
_EXAMPLE_CLASSES, _PER_ROW = 2, 3


def components(evidence: Evidence) -> Section:
    """Show each component with its estimate, its interval and its verdict."""
    gap = evidence.gap
    title = f"Components of the gap of {gap:.2f}" if gap is not None else "Components of the gap"
    section = Section(title, "estimate and 95 % CI in accuracy; components may overlap")
    terms = evidence.terms
    if not terms:
        section.add_text("Not measured yet. Measure: baseline models are trained on your images.")
        return section
    names = [name for name in COMPONENTS if name in terms]
    plot = ForestPlot()
    plot.show_intervals([_interval(COMPONENTS[name], terms[name]) for name in names])
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(0)
    grid.addWidget(plot, 0, 1, len(names) + 1, 1)
    for row, name in enumerate(names):
        term = terms[name]
        shown = _is_shown(term)
        for column, (text, role) in {
            0: (COMPONENTS[name], "card-title" if shown else ""),
            2: (_estimate(term), "card-title" if shown else ""),
            3: (_interval_text(term), "muted"),
            4: (_verdict(term), "price-problem" if shown else "muted"),
        }.items():
            label = QLabel(text)
            label.setProperty("role", role)
            grid.addWidget(label, row, column)
        grid.setRowMinimumHeight(row, ROW_PX)
        grid.setRowStretch(row, 0)
    grid.setRowMinimumHeight(len(names), AXIS_PX)
    grid.setColumnStretch(1, 1)
    section.column.addLayout(grid)
    return section


def controls(evidence: Evidence) -> Section:
    """Show whether chance, another model or harder images would explain the result."""
    answer: dict[str, Any] = evidence.last.answer if evidence.last else {}
    term = evidence.terms.get("leakage", {})
    effect, placebo = _interval("Leakage", term), term.get("placebo")
    if effect is None or placebo is None:
        section = Section("Could it be chance?", "not measured")
        section.add_text("Controls need a measured leakage: placebo groups of the same sizes.")
        return section
    beaten = effect.low > 0 and effect.mean > placebo
    section = Section(
        "Could it be chance?", "No" if beaten else "It can't be excluded",
        role="ok-text" if beaten else "caption",
    )  # fmt: skip
    plot = PlaceboPlot()
    plot.show_effect(effect, placebo)
    section.add(plot)
    rows: list[tuple[bool | None, str, str]] = [
        (effect.mean > placebo, "20 placebo groupings of the same sizes",
         f"at most {_number(placebo)}"),
    ]  # fmt: skip
    same = answer.get("same_images") or {}
    if same.get("mean") is not None:
        rows.append((
            (same["low"] or 0) > 0, "Same images, predicted with and without their group",
            f"{_number(same['mean'])} ({_interval_text(same)})",
        ))  # fmt: skip
    for model in answer.get("quick_models", ()):
        other = model["terms"].get("leakage", {})
        if other.get("mean") is not None:
            rows.append((
                (other["low"] or 0) > 0, f"Second baseline: {model['name']}",
                f"{_number(other['mean'])} ({_interval_text(other)})",
            ))  # fmt: skip
    residual = answer.get("residual")
    if residual is not None:
        rows.append((
            residual <= 0.1, "Similar pairs that no known group explains",
            f"{100 * residual:.1f} % of images",
        ))  # fmt: skip
    section.add_checks(rows)
    return section


def classes(evidence: Evidence, thumbnails: Thumbnails, show_list: ShowList) -> Section:
    """Show the classes with the highest leak rate, with images."""
    rows = evidence.classes
    if not rows:
        section = Section("Leakage by class", "no split")
        section.add_text(evidence.why_no_split or "There is no evaluation split.")
        return section
    worst = rows[0]
    if not worst.leaked:
        section = Section("No class has a near-duplicate in training", "✓", role="ok-text")
    else:
        section = Section(
            f"{worst.label or 'No class'}: {100 * worst.share:.0f} % have a near-duplicate",
            f"{evidence.evaluation} images",
        )
    colour = badge_colours(evidence.evaluation)[0]
    section.add_bars(
        [(one.label, one.share, colour, f"{len(one.leaked):,} of {one.images:,}")
         for one in rows[:_SHOWN_CLASSES]],
        name="Leak rate",
    )  # fmt: skip
    if worst.leaked:
        strip = ThumbnailStrip(thumbnails, tile_px=_TILE_PX, name=f"Leaked {worst.label} images")
        badges = dict.fromkeys(worst.leaked[:12], evidence.evaluation)
        strip.show_groups([[one] for one in worst.leaked[:12]], badges)
        section.add(strip)
    line = next(
        (one for one in _lines(evidence, "evidence") if one.startswith("Balanced accuracy")), ""
    )
    more = len(rows) - _SHOWN_CLASSES
    rest = f" {more} more classes." if more > 0 else ""
    opens = None
    if worst.leaked:
        opens = link("Open them", f"{worst.label} images with a near-duplicate in training")
        opens.clicked.connect(
            lambda: show_list(f"{worst.label}: near-duplicates in training", worst.leaked)
        )
    section.add_foot(f"{line}{rest}".strip(), opens)
    return section


def shortcut(evidence: Evidence) -> Section:
    """Show how well each probe predicts the class without the object."""
    report = evidence.shortcuts
    if report is None or not report.findings:
        section = Section("Shortcuts", "not measured")
        section.add_text("Look for shortcuts on Overview: it takes some minutes in the background.")
        return section
    shown = report.shortcuts
    note = "class predicted without the object"
    title = shown[0].text.removesuffix(".") if shown else "✓ No probe predicts the class"
    section = Section(title, note)
    results = [finding.result for finding in report.findings]
    section.add_bars(
        [
            (_capital(one.probe.value), one.accuracy,
             "problem-fill" if one.verdict is ShortcutVerdict.YES else "text-3",
             f"{100 * one.accuracy:.0f} % ({100 * one.low:.0f} to {100 * one.high:.0f})")
            for one in results
        ],
        tick=results[0].chance, name="Accuracy",
    )  # fmt: skip
    foot = f"Tick: chance, {100 * results[0].chance:.0f} %. In brackets: 95 % CI, by group."
    section.add_foot(f"{shown[0].advice} {foot}" if shown else foot)
    return section


def shortcut_examples(evidence: Evidence, thumbnails: Thumbnails) -> Section | None:
    """Show images of the clearest shortcut; None without one."""
    if evidence.shortcuts is None or not evidence.shortcuts.shortcuts:
        return None
    best = evidence.shortcuts.shortcuts[0]
    section = Section(f"Images that {best.result.probe.value} predicts best")
    row = QHBoxLayout()
    row.setSpacing(16)
    by_class: dict[str, list[int]] = {}
    for sample in best.examples:
        by_class.setdefault(sample.label, []).append(sample.id)
    for label, samples in list(by_class.items())[:_EXAMPLE_CLASSES]:
        column = QVBoxLayout()
        column.setSpacing(6)
        name = QLabel(label)
        name.setProperty("role", "card-title")
        column.addWidget(name)
        for start in range(0, min(len(samples), 2 * _PER_ROW), _PER_ROW):
            strip = ThumbnailStrip(thumbnails, tile_px=72, name=f"Clear {label} images")
            strip.show_groups([samples[start : start + _PER_ROW]])
            column.addWidget(strip)
        column.addStretch()
        row.addLayout(column, 1)
    section.column.addLayout(row)
    section.column.addStretch()
    return section


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def no_shift(evidence: Evidence) -> Section | None:
    """State that no property differs; None if one does, or if none was compared."""
    report = evidence.differences
    if report is None:
        section = Section("Properties", "not measured")
        section.add_text("Measure compares training with the other folder.")
        return section
    if report.shifts:
        return None
    section = Section("✓ Training and the other images are alike")
    section.add_text(
        f"None of {report.tested} simple properties differs more than between randomly chosen"
        " whole groups (Holm-corrected)."
    )
    return section


def not_measured(evidence: Evidence) -> Section:
    """Show what the figures do not cover."""
    section = Section("Not measured")
    lines = list(_lines(evidence, "caveats"))
    if evidence.gap is None:
        lines.insert(0, "your own gap: enter your two accuracies on Overview")
    if not evidence.numbers.predictions:
        lines.append("your own model: add a CSV of its predictions below")
    column = QGridLayout()
    column.setHorizontalSpacing(24)
    column.setVerticalSpacing(8)
    for number, line in enumerate(dict.fromkeys(lines)):
        text = QLabel(f"{line[:1].upper()}{line[1:]}{'' if line.endswith('.') else '.'}")
        text.setWordWrap(True)
        text.setProperty("role", "muted")
        dot = QLabel("●")
        dot.setProperty("role", "caption")
        cell = QWidget()
        row = QHBoxLayout(cell)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        column.addWidget(cell, number // 2, number % 2)
    for side in (0, 1):
        column.setColumnStretch(side, 1)
    section.column.addLayout(column)
    return section


def details(evidence: Evidence) -> Section | None:
    """Show how the figures were computed; None before a diagnosis."""
    lines = _lines(evidence, "evidence")
    if not lines:
        return None
    section = Section("How this was computed")
    text = section.add_text("\n".join(f"•  {line}" for line in lines))
    text.setObjectName("evidence-lines")
    return section


def headline(evidence: Evidence) -> tuple[str, str]:
    """Return the conclusion, and what it was measured on."""
    term, gap = evidence.terms.get("leakage", {}), evidence.gap
    if evidence.last is None:
        return "Not measured yet.", "Baseline models are trained on your images: some minutes."
    if evidence.last.changed:
        changed = " and ".join(evidence.last.changed)
        return (
            f"Measured before {changed} changed.",
            "The figures below are from before. Measure again.",
        )
    mean, at_least = term.get("mean"), term.get("bound") == "at_least"
    on = ", ".join(f"{n:,} {theme.split_word(name).lower()}" for name, n in evidence.splits.items())
    asked = evidence.last.answer.get("question")
    sample = asked.get("sample") if isinstance(asked, dict) else None
    measured = f"Measured with baseline models on your images: {on}." if on else ""
    if isinstance(sample, str) and sample:
        measured = sample
    if not _is_shown(term):
        return "No effect of leakage on accuracy could be shown.", measured
    bound = "at least " if at_least else ""
    low, high = term["low"], term["high"]
    if gap is None or gap <= 0:
        return (
            f"Leakage raises accuracy by {bound}{mean:.2f}.",
            f"95 % CI {low:.3f} to {high:.3f}. {measured}",
        )
    left = max(0.0, gap - mean)
    return (
        f"Leakage explains {bound}{mean:.2f} of the gap of {gap:.2f}.",
        f"{left:.2f} is not explained. {measured}",
    )


def _is_shown(term: dict[str, Any]) -> bool:
    return term.get("verdict") == "yes"


def _interval(name: str, term: dict[str, Any]) -> ComponentInterval | None:
    if term.get("mean") is None or term.get("low") is None:
        return None
    return ComponentInterval(name, term["mean"], term["low"], term["high"], _is_shown(term))


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _estimate(term: dict[str, Any]) -> str:
    if term["mean"] is None:
        return "–"
    return f"{_BOUNDS.get(term['bound'], '')}{_number(term['mean'])}"


def _interval_text(term: dict[str, Any]) -> str:
    if term.get("low") is None:
        return ""
    return f"{_number(term['low'])} to {_number(term['high'])}"


def _verdict(term: dict[str, Any]) -> str:
    if term["mean"] is None:
        return "not estimated"
    return {"yes": "shown", "no": "no effect"}.get(str(term["verdict"]), "inconclusive")


def _lines(evidence: Evidence, name: str) -> tuple[str, ...]:
    answer = evidence.last.answer if evidence.last else {}
    return tuple(answer.get(name, ()))
