import json
from dataclasses import replace

import numpy as np
import pytest

from inspector.audit.conditions import StudyStopped
from inspector.audit.decision_rules import Limits, leakage_term, missed, shift_term, too_weak
from inspector.audit.diagnosis import (
    ARMS,
    TERMS,
    Bound,
    Diagnosis,
    DomainAuc,
    Question,
    Verdict,
    as_json,
)
from inspector.audit.gap.diagnose import diagnose
from inspector.audit.intervals import Interval
from tests.audit.synthetic import hide, mislabel, question, shift

YES, NO, CANNOT = Verdict.YES, Verdict.NO, Verdict.CANNOT_TELL
FREE = Limits((), (), ())
FORBIDDEN = ("why the accuracy lies", "your gap is", "cause", "clean", "0 leaks")


def _said(found: Diagnosis) -> tuple[Verdict, Verdict]:
    return found.terms["leakage"].verdict, found.terms["shift"].verdict


def _words(found: Diagnosis) -> str:
    return " ".join([found.verdict, *found.evidence, *found.caveats])


@pytest.fixture(scope="module")
def leak() -> Diagnosis:
    return diagnose(question(burst=5, training=1_000, folder=1_200))


def test_planted_bursts_are_leakage_and_no_shift(leak: Diagnosis) -> None:
    term = leak.terms["leakage"]
    assert _said(leak)[0] is YES
    assert _said(leak)[1] is not YES
    assert term.bound is Bound.NONE
    assert term.placebo is not None
    assert term.mean is not None
    assert term.mean > term.placebo + 0.05
    assert leak.arms["random"].mean > leak.arms["group"].mean  # type: ignore[operator]
    assert leak.n_groups == 440


def test_a_control_without_effects_gets_no_yes() -> None:
    for seed in range(3):
        found = diagnose(question(seed=seed))
        assert YES not in _said(found)
        assert found.residual == 0


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_hidden_groups_give_bounds_and_no_shift_verdict(share: float) -> None:
    found = diagnose(hide(question(burst=5, training=1_000, folder=1_200), share))
    assert found.residual > 0.3
    assert found.terms["leakage"].bound is Bound.AT_LEAST
    assert found.terms["leakage"].verdict is not NO
    assert found.terms["shift"].bound is Bound.AT_MOST
    assert found.terms["shift"].verdict is CANNOT
    assert "at most" in found.verdict
    assert any("probably missing" in one for one in found.caveats)


def test_a_real_shift_is_seen() -> None:
    found = diagnose(shift(question(training=900)))
    assert _said(found) == (NO, YES)
    assert found.domain_auc.p == 0.005
    assert found.arms["joint"].mean > 0.1  # type: ignore[operator]


def test_wrong_labels_in_the_folder_are_not_shift() -> None:
    found = diagnose(mislabel(question()))
    assert _said(found)[1] is CANNOT
    assert "check labels, difficulty and differences" in found.verdict
    assert any("Both folder figures are low" in one for one in found.evidence)


def test_folders_that_differ_at_no_cost() -> None:
    whole = question(training=900, folder=600, signal=0.5)
    x = whole.descriptors.copy()
    # A constant that no class depends on, in a direction without evidence of any class.
    x = np.concatenate([x, np.zeros((len(x), 1), np.float32)], axis=1)
    x[whole.in_folder, -1] = 2
    noise = np.random.default_rng(0).normal(0, 0.3, len(x))
    x[:, -1] += noise.astype(np.float32)
    found = diagnose(replace(whole, descriptors=x))
    assert found.domain_auc.p == 0.005
    assert _said(found)[1] is not YES


def test_twins_across_the_folders_are_left_out_of_the_folder() -> None:
    whole = question(burst=2, training=600, folder=600)
    group = whole.group.copy()
    inside, outside = np.flatnonzero(whole.in_folder), np.flatnonzero(whole.in_training)
    x = whole.descriptors.copy()
    x[inside[:100]] = x[outside[:100]]
    labels = whole.labels.copy()
    labels[inside[:100]] = labels[outside[:100]]
    group[inside[:100]] = group[outside[:100]]
    found = diagnose(replace(whole, descriptors=x, thumbs=x, labels=labels, group=group))
    assert found.arms["folder"].n == 500
    assert any("without the 100 images" in one for one in found.evidence)


def test_images_whose_twins_are_identical_break_nothing() -> None:
    whole = question(burst=4, training=400, folder=400)
    x = whole.descriptors[np.unique(whole.group, return_index=True)[1][whole.group]]
    found = diagnose(replace(whole, descriptors=x, thumbs=x))
    assert found.terms["leakage"].verdict is YES
    assert np.isfinite(found.residual)


def test_a_folder_of_40_gets_no_shift_verdict() -> None:
    found = diagnose(shift(question(folder=40)))
    assert found.terms["shift"].verdict is CANNOT
    assert any("200 or more" in one for one in found.caveats)


def test_three_groups_get_no_verdict() -> None:
    whole = question(training=600, folder=400)
    sessions = np.arange(1_000) % 3 + 3 * whole.in_folder
    found = diagnose(replace(whole, group=sessions))
    assert _said(found) == (CANNOT, CANNOT)
    assert any("20 or more" in one for one in found.caveats)


def test_a_class_of_one_group_gets_no_verdict() -> None:
    whole = question()
    rare = whole.in_training & (whole.labels == 0)
    found = diagnose(replace(whole, group=np.where(rare, 0, -1)))
    assert _said(found) == (CANNOT, CANNOT)
    assert any("of each class" in one for one in found.caveats)


def test_three_seeds_give_figures_only() -> None:
    found = diagnose(question(burst=5, training=1_000, folder=600), seeds=3)
    assert _said(found) == (CANNOT, CANNOT)
    assert found.terms["leakage"].mean > 0.02  # type: ignore[operator]
    assert found.verdict.startswith("Inconclusive: 3 seeds")


def test_models_that_see_nothing_say_so() -> None:
    whole = question()
    noise = np.random.default_rng(0).normal(size=whole.descriptors.shape).astype(np.float32)
    found = diagnose(replace(whole, descriptors=noise, thumbs=noise))
    assert _said(found) == (CANNOT, CANNOT)
    assert "baseline models too weak: run the experiment" in found.verdict


def test_weakness_is_measured_by_your_own_accuracy_too() -> None:
    assert too_weak(0.53, 0.5, ())
    assert not too_weak(0.6, 0.5, ())
    assert too_weak(0.6, 0.5, (0.95, 0.75))
    assert not too_weak(0.75, 0.5, (0.95,))


def test_without_a_folder_only_leakage_is_judged() -> None:
    whole = question(burst=5, training=1_000, folder=5)
    found = diagnose(replace(whole, in_folder=np.zeros_like(whole.in_folder)))
    assert found.terms["leakage"].verdict is YES
    assert found.terms["shift"].mean is None
    assert found.arms["folder"].n == 0
    assert found.domain_auc.value is None


@pytest.mark.parametrize("left", [0, 1, 4])
def test_almost_nothing_is_no_error(left: int) -> None:
    whole = question(training=40, folder=20)
    few = np.arange(60) < left
    found = diagnose(replace(whole, in_training=few, in_folder=~few))
    assert _said(found) == (CANNOT, CANNOT)
    assert json.dumps(as_json(found))


def test_a_folder_without_a_class_leaves_it_out() -> None:
    whole = question(training=900, folder=600)
    kept = whole.in_folder & (whole.labels != 2)
    found = diagnose(replace(whole, in_folder=kept))
    assert any("1 classes have no images in the folder" in one for one in found.caveats)
    assert found.terms["shift"].mean is not None


def test_your_draw_is_ranked_and_never_judged() -> None:
    whole = question()
    mask = np.zeros(len(whole.labels), np.bool_)
    mask[np.flatnonzero(whole.in_training)[::5]] = True
    found = diagnose(replace(whole, your_split=mask, your_validation_fraction=0.2))
    assert found.terms["luck"].verdict is CANNOT
    assert found.terms["luck"].low is not None
    assert any("Seed variability" in one for one in found.evidence)


def test_the_terms_add_up() -> None:
    whole = question(burst=2)
    mask = np.zeros(len(whole.labels), np.bool_)
    mask[np.flatnonzero(whole.in_training)[::5]] = True
    found = diagnose(replace(whole, your_split=mask))
    total = sum(term.mean for term in found.terms.values())  # type: ignore[misc]
    luck, random = found.terms["luck"].mean, found.arms["random"].mean
    weights = np.bincount(whole.labels[whole.in_training], minlength=3)
    assert total == pytest.approx(luck + random - _whole_on_folder(whole, weights), abs=1e-6)  # type: ignore[operator]


def _whole_on_folder(whole: Question, weights: np.ndarray) -> float:
    from inspector.audit.baseline_models import fit
    from inspector.audit.descriptors import reduce

    x, y = reduce(whole.descriptors), whole.labels
    model = fit(x[whole.in_training], y[whole.in_training], 3)
    right = model.predict(x[whole.in_folder]) == y[whole.in_folder]
    inside = y[whole.in_folder]
    each = [right[inside == label].mean() for label in range(3)]
    return float(np.average(each, weights=weights))


def test_the_answer_follows_its_seed_and_has_its_shape(leak: Diagnosis) -> None:
    whole = question(burst=5, training=1_000, folder=1_200)
    plain = as_json(leak)
    assert as_json(diagnose(whole)) == plain
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert tuple(plain["terms"]) == TERMS
    assert tuple(plain["arms"]) == ARMS
    assert set(plain["terms"]["leakage"]) == {"mean", "low", "high", "verdict", "bound", "placebo"}
    assert set(plain["arms"]["group"]) == {"mean", "sd", "n"}
    auc = {"value", "p", "null_low", "null_high", "null_unit", "n_groups"}
    assert set(plain["domain_auc"]) == auc
    assert set(plain) == {
        "question", "n_groups", "group_provenance", "terms", "residual", "arms", "domain_auc",
        "quick_models", "verdict", "evidence", "caveats", "properties", "same_images",
        "leakage_by_similarity",
    }  # fmt: skip


def test_the_evidence_names_classes_and_properties() -> None:
    whole = question(training=300, folder=300)
    light = np.random.default_rng(0).normal(size=600) + 2.0 * whole.in_folder
    found = diagnose(
        replace(whole, classes=("ant", "bee", "cat"), properties={"brightness": light})
    )
    (said,) = (one for one in found.evidence if "loses most" in one)
    assert any(f"the class {name} loses most" in said for name in ("ant", "bee", "cat"))
    (one,) = found.properties
    assert one.differs
    assert any("differ in 1 of 1 simple properties: brightness" in e for e in found.evidence)
    assert as_json(found)["properties"][0]["histogram"]["folder"]


def test_no_sentence_says_more_than_it_may(leak: Diagnosis) -> None:
    for found in (leak, diagnose(question()), diagnose(shift(question()))):
        text = _words(found).lower()
        assert not [word for word in FORBIDDEN if word in text]


def test_one_seed_has_no_interval_in_any_sentence() -> None:
    found = diagnose(question(burst=5), seeds=1)
    text = " ".join((found.verdict, *found.evidence, *found.caveats))
    assert "interval unknown" in text
    assert "inf" not in text.replace("inform", "")


def test_the_same_images_lose_what_their_group_gave(leak: Diagnosis) -> None:
    """Bursts of five: under random folds nearly every image has a group member in training."""
    assert leak.same_images is not None
    assert leak.same_images.mean == pytest.approx(leak.terms["leakage"].mean, abs=0.01)
    assert diagnose(question()).same_images is None


def test_progress_first_figures_and_stop() -> None:
    stages: list[str] = []
    early: list[Diagnosis] = []
    whole = question(training=300, folder=200)
    diagnose(whole, progress=lambda stage, done, total: stages.append(stage), first=early.append)
    assert stages.index("random folds") < stages.index("which folder is it")
    assert early[0].arms["group"].mean is not None
    assert _said(early[0]) == (CANNOT, CANNOT)
    with pytest.raises(StudyStopped):
        diagnose(whole, stop=lambda: len(stages) > 0)


def test_known_groups_without_an_effect_are_not_called_unseen() -> None:
    found = diagnose(question(training=900, folder=0, burst=2, signal=0.6))
    assert found.terms["leakage"].verdict is Verdict.NO
    assert "none seen" not in found.verdict
    assert "less than 0.02" in found.verdict
    alone = diagnose(question(training=900, folder=0, signal=0.6))
    assert "No leakage was found among visible near-duplicates" in alone.verdict


def _around(mean: float, half: float) -> Interval:
    return Interval(mean, mean - half, mean + half, half / 2, 10)


def test_the_rule_of_leakage() -> None:
    clear = _around(0.1, 0.02)
    assert leakage_term(clear, 0.02, FREE).verdict is YES
    assert leakage_term(clear, 0.11, FREE).verdict is CANNOT
    assert leakage_term(_around(0.019, 0.005), 0.0, FREE).verdict is CANNOT
    assert leakage_term(_around(0.0, 0.01), 0.0, FREE).verdict is NO
    bound = replace(FREE, missed=missed(0.2, None))
    assert leakage_term(_around(0.0, 0.01), 0.0, bound).verdict is CANNOT
    assert leakage_term(clear, 0.0, bound).bound is Bound.AT_LEAST
    assert leakage_term(clear, 0.0, bound).verdict is YES


def test_groups_are_missed_by_likeness_or_by_recall() -> None:
    assert missed(0.1, None) == missed(0.0, 0.9) == ()
    assert len(missed(0.11, 0.89)) == 2


def test_a_leakage_that_goes_on_growing_is_at_least() -> None:
    whole = question(burst=5, training=1_000, folder=1_200)
    # Where only the most alike count, half of the bursts are cut; a level lower holds them all.
    cut = np.where(whole.group % 2 == 0, whole.group, -1)
    found = diagnose(replace(whole, group=cut, by_similarity=((0.85, cut), (0.8, whole.group))))
    one, two = found.leakage_by_similarity
    assert one.images < two.images == 1_000
    assert one.leakage.mean == pytest.approx(found.terms["leakage"].mean, abs=0.02)
    assert two.leakage.mean > one.leakage.mean + 0.02
    assert found.terms["leakage"].bound is Bound.AT_LEAST
    assert found.terms["shift"].bound is Bound.AT_MOST
    assert any("0.85 +" in e and "0.80 +" in e for e in found.evidence)
    flat = diagnose(replace(whole, by_similarity=((0.85, whole.group), (0.8, whole.group))))
    assert flat.leakage_by_similarity == ()
    assert flat.terms["leakage"].bound is Bound.NONE


def test_the_rule_of_shift_needs_all_three() -> None:
    lost, gain = _around(0.1, 0.02), _around(0.06, 0.02)
    apart, near = DomainAuc(0.9, 0.005), DomainAuc(0.6, 0.01)
    assert shift_term(lost, apart, gain, FREE).verdict is YES
    assert shift_term(lost, near, gain, FREE).verdict is CANNOT
    assert shift_term(lost, apart, None, FREE).verdict is CANNOT
    assert shift_term(lost, apart, _around(0.06, 0.07), FREE).verdict is CANNOT
    # A gain that is small beside the loss does not explain it.
    assert shift_term(lost, apart, _around(0.02, 0.01), FREE).verdict is CANNOT
    assert shift_term(_around(0.02, 0.01), apart, gain, FREE).verdict is CANNOT
    assert shift_term(_around(0.0, 0.02), apart, gain, FREE).verdict is NO
    for limits in (replace(FREE, missed=("likeness",)), replace(FREE, folder=("small",))):
        assert shift_term(lost, apart, gain, limits).verdict is CANNOT
        assert shift_term(_around(0.0, 0.02), apart, gain, limits).verdict is CANNOT
