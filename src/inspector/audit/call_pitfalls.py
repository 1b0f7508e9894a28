"""The pitfalls of a replayed split, and those of its two calls against each other.

Source: every rule was measured on Keras itself.
"""

from collections.abc import Iterator

import numpy as np

from inspector.audit import listing_pitfalls as listing
from inspector.audit.pitfalls import Pitfall, Replayed
from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.splits.keras_replay import Loader, order


def pitfalls(replayed: Replayed) -> list[Pitfall]:
    """Return the pitfalls of a replayed split, worst first."""
    checks = (
        _overlap, _unused, listing.binary_labels, listing.no_shuffle, listing.empty_split,
        listing.repeated_class, _reused_labels, _augmented, _normalised, listing.unbalanced,
        listing.hidden_files, listing.names_not_utf8, _reshuffled, listing.first_files,
        listing.truncated, listing.class_order, listing.order_differs, listing.fragile,
    )  # fmt: skip
    results = [pitfall for check in checks for pitfall in check(replayed)]
    return sorted(results, key=lambda p: p.severity.rank)


def _overlap(r: Replayed) -> Iterator[Pitfall]:
    """Yield the argument in which two calls on one folder differ, and its effect."""
    both = sorted(set(r.training) & set(r.validation))
    one, two = r.one.validation_split, r.two.validation_split
    shuffles = Loader.DATASET in (r.one.loader, r.two.loader)
    repeats = any(len(set(c.class_names or ())) < len(c.class_names or ()) for c in (r.one, r.two))
    if not r.same_folder or repeats:
        return
    if not one and r.one.left_size is None:
        yield from _whole_folder(both, r)
        return
    if shuffles and r.one.shuffle != r.two.shuffle:
        code, why = "different_shuffle", "one call shuffles before it cuts, the other does not"
    elif shuffles and r.one.shuffle and r.one.seed != r.two.seed:
        code, why = "different_seeds", f"the seeds differ ({r.one.seed} and {r.two.seed})"
    elif one and two and one != two:
        code, why = "different_validation_split", f"the calls cut at {one:g} and {two:g}"
    else:
        code, why = "overlap", "the two calls overlap"
    if not both and code != "different_validation_split":
        return
    neither = set(r.listed.paths) - set(r.training) - set(r.validation)
    share = len(both) / max(1, len(set(r.validation)))
    yield Pitfall(
        code, HIGH if both else MIDDLE,
        f"{len(both):,} of {len(r.validation):,} validation files ({share:.0%}) are training files"
        f" too",
        f"{why}. {len(neither):,} files are in neither. Give both calls the same seed,"
        " validation_split and shuffle.",
        {"both": len(both), "neither": len(neither), "share_of_validation": round(share, 4),
         "validation": len(r.validation), "training_call": one, "validation_call": two},
        tuple(both),
    )  # fmt: skip


def _whole_folder(both: list[str], r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of a training call that also reads all validation files."""
    if not both:
        return
    share = len(both) / max(1, len(set(r.validation)))
    what, advice = "Validation reads the training folder", "Read another folder, or split this one"
    if r.two.validation_split:
        what = "Training reads all files, those of validation too"
        advice = 'Give the training call subset="training"'
    yield Pitfall(
        "overlap", HIGH,
        f"{what}",
        f"{len(both):,} of {len(r.validation):,} validation files ({share:.0%}) are"
        f" training files. {advice}, with the same validation_split, subset and seed in both.",
        {"both": len(both), "neither": 0, "share_of_validation": round(share, 4),
         "validation": len(r.validation), "training_call": 0.0,
         "validation_call": r.two.validation_split},
        tuple(both),
    )  # fmt: skip


def _unused(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of two folders that are each split, so that parts of both go unused."""
    if r.same_folder or not (r.one.validation_split and r.two.validation_split):
        return
    if r.one.subset and r.two.subset:
        yield Pitfall(
            "unused_files", LOW,
            "Both calls cut their own folder",
            f"{r.one.validation_split:.0%} of the training folder"
            f" and {1 - r.two.validation_split:.0%} of the validation folder are used by nobody."
            " Leave validation_split and subset out, as the folders are a split already.",
            {"training_share": r.one.validation_split,
             "validation_share": 1 - r.two.validation_split},
        )  # fmt: skip


def _reused_labels(r: Replayed) -> Iterator[Pitfall]:
    names = [c.label_name for c in r.calls if c.label_name]
    if len(names) < 2 or names[0] != names[1] or not r.one.shuffle:
        return
    # The list comes from elsewhere: use the folder names in its place.
    known = r.one.label_list or [p.rpartition("/")[0] for p in r.listed.paths]
    _, labels = np.unique(np.array(known), return_inverse=True)
    first = labels[order(len(labels), r.one.seed, shuffle=True)]
    stands = order(len(labels), r.two.seed, shuffle=r.two.shuffle)
    wrong = float(np.mean(first[stands] != labels[stands]))
    whose = "" if r.one.label_list else ", if labels follow the folders"
    yield Pitfall(
        "labels_list_reused", HIGH,
        f"Keras shuffles the list {names[0]} in place, so the second call starts from shuffled"
        f" labels",
        f"{wrong:.0%} of its labels are wrong{whose}. Pass list({names[0]}) to each call.",
        {"wrong_share": round(wrong, 4)}, r.validation,
    )  # fmt: skip


def _augmented(r: Replayed) -> Iterator[Pitfall]:
    if len(r.calls) > 1 and r.calls[1].generator and r.calls[1].augments:
        yield Pitfall(
            "validation_augmented", MIDDLE,
            f"The validation images come from an augmenting generator (line"
            f" {r.calls[1].generator})",
            "They are turned and shifted as training's are, and the"
            " figure is about other images than yours. Use a second generator that only"
            " normalises.",
            {"validation": len(r.validation)}, r.validation,
        )  # fmt: skip


def _normalised(r: Replayed) -> Iterator[Pitfall]:
    if len(r.calls) > 1 and r.calls[0].generator and r.calls[1].generator:
        one, two = r.calls[0].normalises, r.calls[1].normalises
        if one != two:
            names_of_both = [" and ".join(names) or "nothing" for names in (one, two)]
            yield Pitfall(
                "normalised_differently", HIGH,
                f"Training is normalised by {names_of_both[0]}, validation by {names_of_both[1]}",
                "The model sees"
                " other values than it learnt from.",
                {"validation": len(r.validation)}, r.validation,
            )  # fmt: skip


def _reshuffled(r: Replayed) -> Iterator[Pitfall]:
    if r.two.loader is Loader.DATASET and r.two.subset == "validation" and r.two.shuffle:
        yield Pitfall(
            "validation_reshuffled", LOW,
            'With subset="validation" the set is shuffled anew at each pass',
            'Labels collected in'
            " one pass don't belong to predictions of another, and file_paths is not their order."
            ' Take both in one pass, or use subset="both".',
            {"validation": len(r.validation)}, r.validation,
        )  # fmt: skip
