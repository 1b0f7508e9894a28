"""Sentences of a diagnosis: figures with their intervals, never a cause."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit import decision_rules as rules
from inspector.audit.conditions import Scores, Study
from inspector.audit.decision_rules import Limits
from inspector.audit.diagnosis import Bound, Component, Diagnosis, Verdict
from inspector.audit.intervals import Interval, class_weighted
from inspector.audit.properties import typical

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# AUC above which a sentence calls the separation high; it decides nothing.
HIGH_AUC = 0.7


@dataclass(slots=True)
class Notes:
    """Figures that appear only in the evidence; None where not computed."""

    names: tuple[str, ...] = ()
    trained: bool = False
    same: tuple[Interval, int] | None = None
    majority: float = 0.0
    seed_rank: int | None = None
    n_other_seeds: int = 0
    joint: Interval | None = None
    folder_raw: float | None = None
    folder_mixed: float | None = None
    folder_clean: float | None = None
    folder_left_out: int = 0
    own: tuple[float, float, float] | None = None
    balanced: tuple[float, float] | None = None
    worst_class: tuple[int, float] | None = None
    lacking: int = 0

    @property
    def who(self) -> str:
        """Name of the models behind the figures."""
        return "trained models" if self.trained else "baseline models"

    def note_folder(self, right: Doubles, labels: Ints, clean: Mask, weights: Doubles) -> None:
        """Record the folder's accuracy: plain, class-weighted, and without shared groups."""
        self.folder_raw = float(right.mean())
        self.folder_mixed = class_weighted(right, labels, weights)[0]
        self.folder_clean = float(right[clean].mean()) if clean.any() else None
        self.folder_left_out = int((~clean).sum())
        count = np.bincount(labels[clean], minlength=len(weights))
        self.lacking = int(((weights > 0) & (count == 0)).sum())

    def note_own(self, own: float | None, train: float | None, folder: float | None) -> None:
        """Record models of equal training size: within the folder, within training, across."""
        if own is not None and train is not None and folder is not None:
            self.own = (own, train, folder)

    def note_classes(self, scores: Scores, setting: Study, inside: Mask) -> None:
        """Record balanced accuracy in training and in the folder, and the class that loses most."""
        one = _per_class(scores.train, setting.labels[setting.train], setting.classes)
        rows = setting.folder[inside]
        two = _per_class(scores.folder[:, inside], setting.labels[rows], setting.classes)
        both = np.isfinite(one) & np.isfinite(two)
        if both.any():
            self.balanced = (float(one[both].mean()), float(two[both].mean()))
            lost = np.where(both, one - two, -np.inf)
            self.worst_class = (int(lost.argmax()), float(lost.max()))


def _per_class(right: Doubles, labels: Ints, classes: int) -> Doubles:
    count = np.bincount(labels, minlength=classes)
    total = np.bincount(labels, right.mean(axis=0), classes)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def verdict(diagnosis: Diagnosis, limits: Limits, who: str = "baseline models") -> str:
    """Return one sentence per effect: shown, excluded, or inconclusive."""
    if limits.all:
        return f"Inconclusive: {limits.all[0]}."
    leakage, shift = diagnosis.terms["leakage"], diagnosis.terms["shift"]
    parts = [_leakage(leakage, who)]
    if diagnosis.question["images_in_folder"]:
        parts.append(_shift(diagnosis, shift, who))
    return " ".join(parts)


def _leakage(term: Component, who: str) -> str:
    match term.verdict:
        case Verdict.YES:
            return (
                "Near-duplicates or groups shared by training and validation raise accuracy by "
                f"{_bound(term)}{_figure(term)} for {who}."
            )
        case Verdict.NO if term.placebo:
            # Groups are known and random folds split them, and that gains next to nothing.
            return (
                "Near-duplicates or groups shared by training and validation change accuracy by"
                f" less than {rules.LEAKAGE_ABOVE:.2f} ({_figure(term)}) for baseline models."
            )
        case Verdict.NO:
            return (
                "No leakage was found among visible near-duplicates "
                f"(effect on accuracy below {rules.LEAKAGE_ABOVE:.2f})."
            )
        case _:
            return f"Leakage: inconclusive ({_bound(term)}{_figure(term)})."


def _shift(diagnosis: Diagnosis, term: Component, who: str) -> str:
    match term.verdict:
        case Verdict.YES:
            return f"Distribution shift between your folders costs {_figure(term)} for {who}."
        case Verdict.NO:
            return f"No loss above {rules.SHIFT_ABOVE:.2f} between your folders."
        case _:
            pass
    if term.mean is None:
        return "Distribution shift: inconclusive."
    auc = diagnosis.domain_auc
    lost = term.low is not None and term.low > 0 and term.mean > rules.SHIFT_ABOVE
    if lost:
        return (
            f"Accuracy falls by {_bound(term)}{_figure(term)} between your folders; "
            "check labels, difficulty and differences between them."
        )
    if auc.p is not None and auc.p <= rules.MAX_P:
        return "Your folders differ, but accuracy does not seem to depend on it."
    return f"Distribution shift: inconclusive ({_bound(term)}{_figure(term)})."


def evidence(diagnosis: Diagnosis, notes: Notes) -> tuple[str, ...]:
    """Return the figures behind the verdict, each with its comparison."""
    sentences = [_random_and_group(diagnosis, notes.who), _same(notes), _placebo(diagnosis, notes)]
    sentences += [_recall(diagnosis), _residual(diagnosis), _by_similarity(diagnosis)]
    sentences += [_seed_variability(notes), _domain(diagnosis), _joint(notes)]
    sentences += [_own(notes), _folder(notes)]
    sentences += [_classes(notes), _properties(diagnosis), _nearest(diagnosis)]
    return tuple(one for one in sentences if one)


def _random_and_group(diagnosis: Diagnosis, who: str) -> str:
    one, two = diagnosis.arms["random"].mean, diagnosis.arms["group"].mean
    if one is None or two is None:
        return ""
    return (
        f"{who.capitalize()} reach {one:.3f} with random folds and {two:.3f} with folds that keep "
        f"known groups together ({diagnosis.n_groups} independent groups)."
    )


def _same(notes: Notes) -> str:
    if notes.same is None:
        return ""
    gain, images = notes.same
    return (
        f"On the same {images:,} images, models that trained on another image of the group score "
        f"{_interval(gain)} against models that did not."
    )


def _placebo(diagnosis: Diagnosis, notes: Notes) -> str:
    term = diagnosis.terms["leakage"]
    if term.placebo is None or term.mean is None:
        return ""
    return (
        f"The difference is {term.mean:+.3f}; {rules.PLACEBOS} placebo groupings of the same sizes"
        f" give at most {term.placebo:+.3f}{' for baseline models' if notes.trained else ''}."
    )


def _recall(diagnosis: Diagnosis) -> str:
    recall = diagnosis.question["group_recall"]
    if recall is None:
        return ""
    return (
        f"{recall:.0%} of near-duplicate pairs share a group by name, time, manifest or your "
        f"decision (below {rules.RECALL_AT_LEAST:.0%}, groups are assumed to be missing)."
    )


def _residual(diagnosis: Diagnosis) -> str:
    return (
        f"{diagnosis.residual:.1%} of images are in similar pairs that no known group explains "
        f"(above {rules.HIDDEN_ABOVE:.0%}, groups are assumed to be missing)."
    )


def _by_similarity(diagnosis: Diagnosis) -> str:
    curve = diagnosis.leakage_by_similarity
    if not curve:
        return ""
    values = ", ".join(f"{one.similarity:.2f} {one.leakage.mean:+.3f}" for one in curve)
    return (
        f"Leakage by the similarity from which images count as one group: {values} (growth above"
        f" {rules.LEAKAGE_ABOVE:.2f} makes it a lower bound)."
    )


def _seed_variability(notes: Notes) -> str:
    if notes.seed_rank is None:
        return ""
    return (
        f"Seed variability: a baseline model scores higher with your seed than with "
        f"{notes.seed_rank} of {notes.n_other_seeds} others; your model may rank them differently."
    )


def _domain(diagnosis: Diagnosis) -> str:
    auc = diagnosis.domain_auc
    if auc.value is None or auc.p is None:
        return ""
    chance = f" (permutation null: up to {auc.null_high:.3f})" if auc.null_high else ""
    return (
        f"A domain classifier separates the two folders with an AUC of {auc.value:.3f}{chance}; "
        f"p = {auc.p:.3f}, resampled by {auc.null_unit}, {auc.n_groups} groups in the folder."
    )


def _joint(notes: Notes) -> str:
    if notes.joint is None:
        return ""
    one = notes.joint
    return (
        f"Replacing training images by folder images changes accuracy on the folder by "
        f"{_interval(one)}. A real shift shows as a gain; label errors and hard images do not."
    )


def _own(notes: Notes) -> str:
    if notes.own is None:
        return ""
    own, train, folder = notes.own
    text = (
        f"At equal training size: within the folder {own:.3f}, within training {train:.3f}, "
        f"trained on training and tested on the folder {folder:.3f}."
    )
    if train - own > rules.SHIFT_ABOVE and train - folder > rules.SHIFT_ABOVE:
        text += " Both folder figures are low: harder or noisily labelled images, not a shift."
    return text


def _folder(notes: Notes) -> str:
    if notes.folder_raw is None or notes.folder_mixed is None:
        return ""
    text = (
        f"On the folder as is, {notes.who} reach {notes.folder_raw:.3f}; at the training class "
        f"balance {notes.folder_mixed:.3f}"
    )
    if notes.folder_left_out and notes.folder_clean is not None:
        text += (
            f"; without the {notes.folder_left_out} images that share a known or likely group with"
            f" training {notes.folder_clean:.3f}"
        )
    return text + "."


def _classes(notes: Notes) -> str:
    if notes.balanced is None or notes.worst_class is None:
        return ""
    number, lost = notes.worst_class
    name = f"the class {notes.names[number]}" if notes.names else f"class {number}"
    return (
        f"Balanced accuracy is {notes.balanced[0]:.3f} on training and {notes.balanced[1]:.3f} on "
        f"the folder; {name} loses most ({lost:+.3f})."
    )


def _properties(diagnosis: Diagnosis) -> str:
    shifted = [one for one in diagnosis.properties if one.differs]
    if not shifted:
        return ""
    details = [
        f"{one.name} ({typical(one, one.training)} in training, {typical(one, one.folder)} in the"
        f" folder, corrected p = {one.p_adjusted:.3f})"
        for one in shifted
    ]
    return (
        f"Your folders differ in {len(shifted)} of {len(diagnosis.properties)} simple properties: "
        f"{', '.join(details)}. That alone says nothing about accuracy."
    )


def _nearest(diagnosis: Diagnosis) -> str:
    for model in diagnosis.quick_models:
        one, two = model.arms["random"].mean, model.arms["group"].mean
        if one is not None and two is not None and model.name.startswith("nearest"):
            return f"Cross-check by {model.name}: {one:.3f} with random folds, {two:.3f} by group."
    return ""


def caveats(diagnosis: Diagnosis, notes: Notes, limits: Limits) -> tuple[str, ...]:
    """Return what limits the diagnosis, each as a sentence that names what is needed."""
    sentences = [*limits.all, *limits.training]
    if diagnosis.question["images_in_folder"]:
        sentences += limits.folder
    else:
        sentences.append("no evaluation folder: only seed variability and leakage can be estimated")
    if limits.missed:
        sentences.append(
            f"{' and '.join(limits.missed)}: groups are probably missing, so leakage is at least "
            "and shift at most the figure shown; confirm groups and run the diagnosis again"
        )
    if notes.lacking:
        sentences.append(
            f"{notes.lacking} classes have no images in the folder and are left out of its figures"
        )
    sentences += [
        f"{notes.who} are not your model; they show how such a gap can arise",
        "the components add up by construction, which proves nothing about their origin",
        "groups without visible similarity, matching names or EXIF data can't be found",
    ]
    return tuple(sentences)


def _bound(term: Component) -> str:
    match term.bound:
        case Bound.AT_LEAST:
            return "at least "
        case Bound.AT_MOST:
            return "at most "
        case _:
            return ""


def _interval(one: Interval) -> str:
    if not np.isfinite(one.low):
        return f"{one.mean:+.3f}, interval unknown"
    return f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})"


def _figure(term: Component) -> str:
    if term.mean is None:
        return "no figure"
    if term.low is None or term.high is None:
        return f"{term.mean:+.3f}, interval unknown"
    return f"{term.mean:+.3f} ({term.low:+.3f} to {term.high:+.3f})"
