"""The sentences of a diagnosis: figures with their intervals, never a cause."""

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

# A separate AUC above this is called high in a sentence; it decides nothing.
HIGH_AUC = 0.7


@dataclass(slots=True)
class Notes:
    """Gather figures that stand in the evidence only; None where they were not made."""

    names: tuple[str, ...] = ()
    trained: bool = False
    same: tuple[Interval, int] | None = None
    majority: float = 0.0
    luck_rank: int | None = None
    luck_draws: int = 0
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
        """Whose figures these are."""
        return "trained models" if self.trained else "quick models"

    def note_folder(self, right: Doubles, labels: Ints, clean: Mask, weights: Doubles) -> None:
        """Keep the folder's accuracy as it is, at the training mix, and without shared groups."""
        self.folder_raw = float(right.mean())
        self.folder_mixed = class_weighted(right, labels, weights)[0]
        self.folder_clean = float(right[clean].mean()) if clean.any() else None
        self.folder_left_out = int((~clean).sum())
        count = np.bincount(labels[clean], minlength=len(weights))
        self.lacking = int(((weights > 0) & (count == 0)).sum())

    def note_own(self, own: float | None, train: float | None, folder: float | None) -> None:
        """Keep models of equal size: of the folder at home, of training at home and there."""
        if own is not None and train is not None and folder is not None:
            self.own = (own, train, folder)

    def note_classes(self, scores: Scores, setting: Study, inside: Mask) -> None:
        """Keep balanced accuracy on both sides and the class that loses most."""
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


def verdict(found: Diagnosis, limits: Limits, who: str = "quick models") -> str:
    """Return one sentence: what has an effect, what has none to speak of, what can't be told."""
    if limits.all:
        return f"Cannot tell: {limits.all[0]}."
    leakage, shift = found.terms["leakage"], found.terms["shift"]
    parts = [_leakage(leakage, who)]
    if found.question["images_in_folder"]:
        parts.append(_shift(found, shift, who))
    return " ".join(parts)


def _leakage(term: Component, who: str) -> str:
    match term.verdict:
        case Verdict.YES:
            return (
                "Same picture or event on both sides: effect on accuracy "
                f"{_bound(term)}{_figure(term)}, for {who}."
            )
        case Verdict.NO if term.placebo:
            # Groups are known and folds cut them: they are there, and worth next to nothing.
            return (
                f"Same picture or event on both sides: effect on accuracy {_figure(term)}, below "
                f"{rules.LEAKAGE_ABOVE:.2f} for quick models."
            )
        case Verdict.NO:
            return (
                "Same event on both sides: none seen among visible look-alikes "
                f"(effect on accuracy below {rules.LEAKAGE_ABOVE:.2f})."
            )
        case _:
            return f"Same event on both sides: cannot tell ({_bound(term)}{_figure(term)})."


def _shift(found: Diagnosis, term: Component, who: str) -> str:
    match term.verdict:
        case Verdict.YES:
            return f"Your folders differ, and accuracy depends on it: {_figure(term)} for {who}."
        case Verdict.NO:
            return f"Your folders: no loss beyond {rules.SHIFT_ABOVE:.2f} between them."
        case _:
            pass
    if term.mean is None:
        return "Your folders: cannot tell."
    auc = found.domain_auc
    lost = term.low is not None and term.low > 0 and term.mean > rules.SHIFT_ABOVE
    if lost:
        return (
            f"Your folders: {_bound(term)}{_figure(term)} lost; "
            "labels, difficulty or difference: look here."
        )
    if auc.p is not None and auc.p <= rules.MAX_P:
        return "The folders differ; accuracy does not seem to depend on it."
    return f"Your folders: cannot tell ({_bound(term)}{_figure(term)})."


def evidence(found: Diagnosis, notes: Notes) -> tuple[str, ...]:
    """Return the figures behind the sentence, each with what it is compared with."""
    said = [_random_and_group(found, notes.who), _same(notes), _placebo(found, notes)]
    said += [_recall(found), _residual(found), _by_similarity(found)]
    said += [_luck(notes), _domain(found), _joint(notes), _own(notes), _folder(notes)]
    said += [_classes(notes), _properties(found), _nearest(found)]
    return tuple(one for one in said if one)


def _random_and_group(found: Diagnosis, who: str) -> str:
    one, two = found.arms["random"].mean, found.arms["group"].mean
    if one is None or two is None:
        return ""
    return (
        f"{who.capitalize()} reach {one:.3f} when split at random and {two:.3f} when known groups "
        f"are kept together; {found.n_groups} independent groups."
    )


def _same(notes: Notes) -> str:
    if notes.same is None:
        return ""
    gain, images = notes.same
    return (
        f"The same {images:,} images, judged by models that learned from one of their group and "
        f"by models that did not: {_interval(gain)}."
    )


def _placebo(found: Diagnosis, notes: Notes) -> str:
    term = found.terms["leakage"]
    if term.placebo is None or term.mean is None:
        return ""
    return (
        f"The difference is {term.mean:+.3f}; groups of the same sizes without meaning give at "
        f"most {term.placebo:+.3f} in {rules.PLACEBOS} draws"
        f"{' of quick models' if notes.trained else ''}."
    )


def _recall(found: Diagnosis) -> str:
    recall = found.question["group_recall"]
    if recall is None:
        return ""
    return (
        f"Of the pairs of images that look alike, {recall:.0%} are in one group by name, time, "
        f"manifest or your word (below {rules.RECALL_AT_LEAST:.0%}, groups are taken to be missed)."
    )


def _residual(found: Diagnosis) -> str:
    return (
        f"{found.residual:.1%} of the images look alike in a way that no known group explains "
        f"(above {rules.HIDDEN_ABOVE:.0%}, groups are taken to be missed)."
    )


def _by_similarity(found: Diagnosis) -> str:
    curve = found.leakage_by_similarity
    if not curve:
        return ""
    said = ", ".join(f"{one.similarity:.2f} {one.leakage.mean:+.3f}" for one in curve)
    return (
        f"The difference by the similarity from which pictures count as one event: {said} (if it "
        f"grows by more than {rules.LEAKAGE_ABOVE:.2f}, it is a bound)."
    )


def _luck(notes: Notes) -> str:
    if notes.luck_rank is None:
        return ""
    return (
        f"Luck of the draw: a quick model does better on your draw than on {notes.luck_rank} of "
        f"{notes.luck_draws} others; your own model may rank them differently."
    )


def _domain(found: Diagnosis) -> str:
    auc = found.domain_auc
    if auc.value is None or auc.p is None:
        return ""
    chance = f"; what chance gives: up to {auc.null_high:.3f}" if auc.null_high else ""
    return (
        f"A classifier tells the two folders apart with an AUC of {auc.value:.3f}{chance} "
        f"(drawn by {auc.null_unit}, p = {auc.p:.3f}, {auc.n_groups} groups in the folder)."
    )


def _joint(notes: Notes) -> str:
    if notes.joint is None:
        return ""
    one = notes.joint
    return (
        f"Folder images in place of training images change the accuracy on the folder by "
        f"{_interval(one)}; a real difference shows as a gain, "
        "wrong labels and hard pictures don't."
    )


def _own(notes: Notes) -> str:
    if notes.own is None:
        return ""
    own, train, folder = notes.own
    text = (
        f"Models of equal size: trained and judged in the folder {own:.3f}, in training "
        f"{train:.3f}, from training on the folder {folder:.3f}."
    )
    if train - own > rules.SHIFT_ABOVE and train - folder > rules.SHIFT_ABOVE:
        text += " Low both ways: harder or noisily labelled pictures, rather than other ones."
    return text


def _folder(notes: Notes) -> str:
    if notes.folder_raw is None or notes.folder_mixed is None:
        return ""
    text = (
        f"On the folder as it is, {notes.who} reach {notes.folder_raw:.3f}, at the class mix of "
        f"training {notes.folder_mixed:.3f}"
    )
    if notes.folder_left_out and notes.folder_clean is not None:
        text += (
            f", and {notes.folder_clean:.3f} without {notes.folder_left_out} images that belong "
            "or look like belonging to a group in training"
        )
    return text + "."


def _classes(notes: Notes) -> str:
    if notes.balanced is None or notes.worst_class is None:
        return ""
    number, lost = notes.worst_class
    name = f"the class {notes.names[number]}" if notes.names else f"class {number}"
    return (
        f"Balanced accuracy is {notes.balanced[0]:.3f} at home and {notes.balanced[1]:.3f} on the "
        f"folder; {name} loses most ({lost:+.3f})."
    )


def _properties(found: Diagnosis) -> str:
    apart = [one for one in found.properties if one.differs]
    if not apart:
        return ""
    said = [
        f"{one.name} ({typical(one, one.training)} in training, {typical(one, one.folder)} in the"
        f" folder, corrected p = {one.p_adjusted:.3f})"
        for one in apart
    ]
    return (
        f"Your folders differ in {len(apart)} of {len(found.properties)} simple properties: "
        f"{', '.join(said)}. That alone says nothing about accuracy."
    )


def _nearest(found: Diagnosis) -> str:
    for model in found.quick_models:
        one, two = model.arms["random"].mean, model.arms["group"].mean
        if one is not None and two is not None and model.name.startswith("nearest"):
            return f"As an alarm, {model.name}: {one:.3f} at random, {two:.3f} by group."
    return ""


def caveats(found: Diagnosis, notes: Notes, limits: Limits) -> tuple[str, ...]:
    """Return what limits the answer, each as a sentence with what would be needed."""
    said = [*limits.all, *limits.training]
    if found.question["images_in_folder"]:
        said += limits.folder
    else:
        said.append("no folder of its own to judge on: luck and leakage only")
    if limits.missed:
        said.append(
            f"{' and '.join(limits.missed)}: groups were probably missed, so leakage is at least "
            "and shift at most what is shown; confirm groups and run again"
        )
    if notes.lacking:
        said.append(f"{notes.lacking} classes are not in the folder and left out of its figures")
    said += [
        f"{notes.who} are not your model: they show how such a gap can arise",
        "the terms add up by construction; that is no evidence of what made them",
        "groups without any likeness, names or EXIF can't be found",
    ]
    return tuple(said)


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
