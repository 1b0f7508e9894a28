"""Checks of a layout as sentences."""

from inspector.app.opened_as.role_words import title_of
from inspector.dataset.layouts.views.outline import (
    Outline,
)

_NAMED = 3
_GOOD, _BAD, _NOTE = "✓", "✗", "–"


def checks_of(plan: Outline) -> list[str]:
    """Return sentences on the result, each marked as good, bad or a note."""
    layout = plan.layout
    if layout is None:
        return []
    lines = [_classes(plan)]
    if len(plan.counts) == 1:
        lines.append(f"{_BAD} There is 1 class: a classifier needs two.")
    for label, split in plan.absent()[:_NAMED]:
        lines.append(
            f'{_BAD} "{label}" has no image in {title_of(split).lower() or "the dataset"}.'
        )
    more = len(plan.absent()) - _NAMED
    if more > 0:
        lines.append(f"{_BAD} {more:,} more classes are missing in a split.")
    if layout.label_file:
        lines.append(f"{_NOTE} The classes come from {layout.label_file}.")
    if plan.ignored:
        one = plan.ignored == 1
        lines.append(f"{_NOTE} {plan.ignored:,} image{'s' * (not one)} get{'s' * one} no class.")
    lines += [f"{_NOTE} {note}" for note in layout.notes[:2]]
    return lines


def _classes(plan: Outline) -> str:
    classes, images = len(plan.counts), plan.images
    some = f"{images:,} image{'s' * (images != 1)} in {classes:,} class{'es' * (classes != 1)}"
    if len(plan.splits) > 1 and not plan.absent():
        return f"{_GOOD} {some}; every class is in every split."
    return f"{_GOOD} {some}."
