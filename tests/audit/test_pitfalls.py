"""Each pitfall of a split is reported with its numbers and files."""

from dataclasses import replace

import numpy as np
import pytest

from inspector.audit.call_pitfalls import pitfalls
from inspector.audit.pitfalls import Pitfall, Replayed
from inspector.code_reading.finding import HIGH, LOW
from inspector.code_reading.loader_calls import LoaderCall
from inspector.splits.keras_lists import Listed
from inspector.splits.keras_replay import Call, Loader, cut

CALL = Call(validation_split=0.2, seed=42)


def test_the_text_is_title_and_detail() -> None:
    one = Pitfall("x", HIGH, "3 of 20 files are in both", "The seeds differ. Give both one seed.")
    assert one.text == "3 of 20 files are in both. The seeds differ. Give both one seed."
    assert Pitfall("x", LOW, "int(0.2 * 9) is 1").text == "int(0.2 * 9) is 1."


def files(*counts: int, names: tuple[str, ...] = ()) -> Listed:
    """List so many files per class."""
    named = names or tuple("abcdefgh"[: len(counts)])
    paths = tuple(f"{n}/{i:05d}.jpg" for n, c in zip(named, counts, strict=True) for i in range(c))
    labels = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return Listed(paths, labels, named, tuple(np.cumsum((0, *counts))[:-1].tolist()))


def found(
    listed: Listed,
    one: Call,
    two: Call,
    *,
    code: tuple[LoaderCall, ...] = (),
    dropped: frozenset[str] = frozenset(),
) -> dict[str, Pitfall]:
    one, two = replace(one, subset="training"), replace(two, subset="validation")
    training, validation = cut(listed, one)[0], cut(listed, two)[1]
    sides = [tuple(listed.paths[i] for i in side.tolist()) for side in (training, validation)]
    said = pitfalls(Replayed(one, two, listed, sides[0], sides[1], calls=code, dropped=dropped))
    order = ["high", "middle", "low"]
    assert [order.index(p.severity) for p in said] == sorted(order.index(p.severity) for p in said)
    known = {p.code: p for p in said}
    assert len(known) == len(said)
    return known


def test_nothing_of_two_calls_that_agree() -> None:
    said = found(files(500, 500), CALL, replace(CALL, subset="both"))
    assert set(said) <= {"cleaning_redraws", "not_stratified", "validation_reshuffled"}


def test_other_seeds() -> None:
    one = found(files(1000, 1000), CALL, replace(CALL, seed=7))["different_seeds"]
    assert one.severity == "high"
    # Source: facts of Keras: 1 - split of validation, split * (1 - split) of all in neither.
    assert one.numbers["share_of_validation"] == pytest.approx(0.8, abs=0.04)
    assert one.numbers["neither"] == pytest.approx(0.16 * 2000, abs=20)
    assert len(one.files) == one.numbers["both"]
    assert "42 and 7" in one.text


def test_other_shares() -> None:
    said = found(files(1000, 1000), CALL, replace(CALL, validation_split=0.3))
    one = said["different_validation_split"]
    assert one.numbers["share_of_validation"] == pytest.approx(1 / 3, abs=0.001)
    assert "overlap" not in said
    apart = found(files(100, 100), replace(CALL, validation_split=0.3), CALL)
    assert apart["different_validation_split"].severity == "middle"
    assert not apart["different_validation_split"].files


def test_shuffle_in_one_call_only() -> None:
    said = found(files(100, 100), CALL, replace(CALL, shuffle=False))
    assert said["different_shuffle"].numbers["both"] == len(said["different_shuffle"].files) > 20
    assert "different_seeds" not in said


def test_no_shuffle_holds_back_the_last_classes() -> None:
    plain = replace(CALL, shuffle=False)
    one = found(files(40, 40, 20), plain, plain)["shuffle_false"]
    assert one.numbers == {"classes_in_validation": 1, "classes": 3}
    assert {p[0] for p in one.files} == {"c"}


def test_an_empty_cut_is_everything() -> None:
    one = found(files(2, 2), CALL, CALL)["empty_split"]
    assert one.numbers == {"files": 4, "held_back": 0}
    assert len(one.files) == 4


def test_a_class_named_twice() -> None:
    listed = files(50, 50)
    twice = Listed(
        (*listed.paths, *listed.paths[:50]), np.append(listed.labels, [0] * 50).astype(np.int32),
        ("a", "b", "a"), (0, 50, 100),
    )  # fmt: skip
    call = replace(CALL, class_names=("a", "b", "a"))
    said = found(twice, call, call)
    assert said["class_names_repeat"].numbers["both"] == len(said["class_names_repeat"].files) > 0
    assert "overlap" not in said


@pytest.mark.parametrize("known", [True, False])
def test_a_list_of_labels_used_twice(known: bool) -> None:
    listed = files(100, 100, 100, 100, 100, 100, 100)
    labels = tuple(listed.labels.tolist()) if known else ()
    call = replace(CALL, labels="list" if known else "unread", label_list=labels)
    code = tuple(LoaderCall(i, n, "d", call, label_name="y") for i, n in ((1, "a"), (2, "b")))
    one = found(listed, call, call, code=code)["labels_list_reused"]
    # Source: facts of Keras: 85 % wrong with seven classes.
    assert one.numbers["wrong_share"] == pytest.approx(6 / 7, abs=0.05)
    apart = (code[0], replace(code[1], label_name="z"))
    assert "labels_list_reused" not in found(listed, call, call, code=apart)


def test_generators_that_augment_or_normalise_otherwise() -> None:
    call = Call(Loader.GENERATOR, 0.2)
    one = LoaderCall(1, "a", "d", call, generator=1, augments=True, normalises=("rescale",))
    said = found(files(50, 50), call, call, code=(one, replace(one, name="b")))
    assert len(said["validation_augmented"].files) == 20
    assert "normalised_differently" not in said
    assert said["first_files"].files[0] == "a/00000.jpg"
    plain = replace(one, augments=False, normalises=())
    said = found(files(50, 50), call, call, code=(one, plain))
    assert "validation_augmented" not in said
    assert "rescale" in said["normalised_differently"].text


def test_generators_that_cut_at_other_shares_differ_in_nothing_else() -> None:
    one, two = Call(Loader.GENERATOR, 0.2, 1), Call(Loader.GENERATOR, 0.3, 2)
    said = found(files(50, 50), one, two)
    assert said["different_validation_split"].numbers["both"] == 10
    assert "different_seeds" not in said


def test_a_rare_class_is_not_stratified() -> None:
    said = [found(files(80, 20), replace(CALL, seed=s), replace(CALL, seed=s)) for s in range(60)]
    far = [s["not_stratified"] for s in said if "not_stratified" in s]
    assert far
    assert all(abs(f.numbers["worst_share"] - 0.2) > 0.08 for f in far)
    none = found(files(300, 1), CALL, CALL)
    if "class_without_validation" in none:
        assert none["class_without_validation"].files == ("b/00000.jpg",)


def test_hidden_names_and_names_that_are_no_text() -> None:
    listed = files(50, 50)
    odd = Listed(
        ("a/._00001.jpg", "a/\udcff.jpg", *listed.paths[2:]), listed.labels, listed.class_names
    )
    said = found(odd, CALL, CALL)
    assert said["hidden_files"].severity == "high"
    assert said["hidden_files"].files == ("a/._00001.jpg",)
    assert said["name_not_utf8"].files == ("a/\udcff.jpg",)
    assert r"\xff" in said["name_not_utf8"].text


def test_validation_alone_is_shuffled_anew() -> None:
    assert len(found(files(50, 50), CALL, CALL)["validation_reshuffled"].files) == 20


@pytest.mark.parametrize(("share", "count", "held"), [(0.29, 100, 28), (0.57, 100, 56)])
def test_int_cuts_off(share: float, count: int, held: int) -> None:
    call = replace(CALL, validation_split=share)
    one = found(files(count // 2, count // 2), call, call)["truncated"]
    assert one.numbers == {"held_back": held, "meant": held + 1}


def test_classes_stand_in_order_of_characters() -> None:
    one = found(files(20, 20, 20, names=("1", "10", "2")), CALL, CALL)["class_order"]
    assert "Label 0 is the folder 1" in one.text
    assert "class_order" not in found(files(20, 20, names=("0", "1")), CALL, CALL)
    assert "class_order" not in found(files(20, 20, names=("a", "b")), CALL, CALL)


def test_order_that_differs_between_systems() -> None:
    nested = ("a/1/x.jpg", "a/10/x.jpg", "a/1b/x.jpg", "a/2/é.jpg")
    listed = Listed(nested * 5, np.zeros(20, np.int32), ("a",), (0,))
    assert "order_differs" in found(listed, CALL, CALL)
    plain = replace(CALL, shuffle=False)
    assert "order_differs" not in found(listed, plain, plain)


def test_cleaning_draws_another_split() -> None:
    listed = files(500, 500)
    one = found(listed, CALL, CALL)["cleaning_redraws"]
    assert one.severity == "low"
    # Source: facts of Keras: 1 of 1,000 removed, 3.5 to 67 % of the new validation set.
    assert 0.03 < one.numbers["share"] < 0.75
    dropped = found(listed, CALL, CALL, dropped=frozenset(listed.paths[:100]))["cleaning_redraws"]
    assert dropped.severity == "middle"
    assert dropped.numbers["share"] == pytest.approx(0.8, abs=0.1)
    assert len(dropped.files) == dropped.numbers["were_training"]
