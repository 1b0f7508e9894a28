"""Pitfalls of a split that follow from its leakage and from the files themselves."""

import numpy as np
from numpy.typing import NDArray

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.dataset.decoding import Flag
from inspector.project.review.duplicates import DuplicateIndex
from inspector.project.splits.leakage import KINDS, Leakage
from inspector.similarity.orientations import NAMES
from inspector.store.sample_table import SampleTable

# Pitfalls that a split by group does not have.
TIED = ("same_picture_on_both_sides", "same_event_on_both_sides")
# More pairs of classes don't fit a sentence.
_NAMED = 3


def leakage_pitfalls(
    leakage: Leakage, rows: SampleTable, evaluated: NDArray[np.bool_]
) -> tuple[Pitfall, ...]:
    """Return the pitfalls of a split, worst first.

    Args:
        rows: All images.
        evaluated: (n,) True for images in training or validation that are not excluded.
    """
    pitfalls = list(leakage.membership.findings)
    n = leakage.validation_images
    neighbours = [leak for leak in leakage.leaks if leak.kind != "group"]
    if neighbours:
        by_kind = {kind: float(leakage.count(kind)) for kind in KINDS[:-1]}
        pitfalls.append(
            Pitfall(
                TIED[0], HIGH,
                f"{len(neighbours):,} of {n:,} validation images ({len(neighbours) / n:.1%}) have a"
                f" near-duplicate in training at similarity {leakage.threshold:g} or more", "",
                by_kind, tuple(leak.image.path for leak in neighbours),
            )
        )  # fmt: skip
    events = [leak for leak in leakage.leaks if leak.kind == "group"]
    if events:
        pitfalls.append(
            Pitfall(
                TIED[1], HIGH,
                f"{len(events):,} more validation images share a group with an image of"
                " training", "",
                {"group": float(len(events))}, tuple(leak.image.path for leak in events),
            )
        )  # fmt: skip
    if leakage.conflicting:
        path = {s.id: s.path for s in rows}
        pitfalls.append(
            Pitfall(
                "conflicting_labels", HIGH,
                f"{len(leakage.conflicting)} images have identical copies with another label", "",
                {"clusters": float(len(leakage.conflicting))},
                tuple(path[i] for ids in leakage.conflicting for i in ids),
            )
        )  # fmt: skip
    pitfalls += _file_pitfalls(rows, evaluated)
    return tuple(sorted(pitfalls, key=lambda p: p.severity.rank))


def turned_apart(index: DuplicateIndex, threshold: float) -> list[Pitfall]:
    """Return the finding about images that match another class when flipped or rotated."""
    pairs = []
    for a, b, transform, similarity in index.turned_apart:
        one, two = sorted((index.samples[a], index.samples[b]), key=lambda s: s.path)
        if similarity >= threshold and "drop" not in (one.mark, two.mark):
            pairs.append((one, two, NAMES[transform]))
    if not pairs:
        return []
    classes = list(dict.fromkeys(f'"{one.label}" and "{two.label}"' for one, two, _ in pairs))
    more = f" and {len(classes) - _NAMED} more" if len(classes) > _NAMED else ""
    how = ", ".join(sorted({name for _, _, name in pairs}))
    return [
        Pitfall(
            "turned_other_class", MIDDLE,
            f"{len(pairs):,} {'pairs' if len(pairs) > 1 else 'pair'} of images of two classes match"
            f" when one is flipped or rotated: {', '.join(classes[:_NAMED])}{more}",
            f"A flip or rotation in the augmentation ({how}) would change the label: leave it out."
            " These pairs count neither as duplicates nor as leakage.",
            {"pairs": float(len(pairs))},
            tuple(dict.fromkeys(s.path for one, two, _ in pairs for s in (one, two))),
        )
    ]  # fmt: skip


def _file_pitfalls(rows: SampleTable, evaluated: NDArray[np.bool_]) -> list[Pitfall]:
    def paths(mask: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(rows.paths[i] for i in np.flatnonzero(mask & evaluated).tolist())

    modes = rows.text("mode")
    turned = paths(rows.number("orientation") > 1)
    deep = paths(modes.equals(*(mode for mode in modes.values if mode.startswith("I"))))
    crash = paths(rows.number("flags") & Flag.KERAS_CRASHES != 0)
    table = (
        ("keras_crashes", HIGH, crash,
         "Keras lists {} files and fails when it reads them", ""),
        ("exif_ignored", LOW, turned,
         "{} images carry a rotation in EXIF, which Keras ignores", "It trains on them unrotated."),
        ("sixteen_bit", MIDDLE, deep,
         "{} images have 16 bits", "TensorFlow reads the upper 8, Pillow's convert clips to 255."),
    )  # fmt: skip
    return [
        Pitfall(
            code, severity, title.format(f"{len(files):,}"), detail, {"files": len(files)}, files
        )
        for code, severity, files, title, detail in table
        if files
    ]
