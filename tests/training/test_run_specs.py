import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.errors import TrainingError
from inspector.training_protocol.run_folder import SPEC, STATE, read_history
from inspector.training_protocol.run_spec import (
    BACKBONES,
    Budget,
    RunSpec,
    SampleColumns,
    Scaling,
    check_spec,
    read_spec,
    write_spec,
)


def test_a_spec_survives_the_disk(spec: RunSpec, tmp_path: Path) -> None:
    odd = replace(
        spec, budget=Budget.PLATEAU, normalisation=Scaling.SAMPLEWISE,
        validation=SampleColumns(("red/\udcff é.png",), (2,), ("",)),
    )  # fmt: skip
    write_spec(tmp_path / "run", odd)
    assert read_spec(tmp_path / "run") == odd
    assert [f.name for f in (tmp_path / "run").iterdir()] == [SPEC]


def test_a_run_is_never_overwritten(spec: RunSpec, tmp_path: Path) -> None:
    write_spec(tmp_path, spec)
    with pytest.raises(TrainingError, match="holds a run already"):
        write_spec(tmp_path, spec)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"training": 1}'])
def test_a_damaged_spec_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / SPEC).write_text(text)
    with pytest.raises(TrainingError, match="no readable spec"):
        read_spec(tmp_path)


def test_a_value_of_the_wrong_type_is_named_by_its_place(spec: RunSpec, tmp_path: Path) -> None:
    write_spec(tmp_path, spec)
    text = (tmp_path / SPEC).read_text()
    for before, after, place in (
        ('"epochs": ', '"epochs": "many", "ignored": ', r"\$\.epochs"),
        ('"budget": "', '"budget": "endless ', r"\$\.budget"),
    ):
        assert before in text
        (tmp_path / SPEC).write_text(text.replace(before, after, 1))
        with pytest.raises(TrainingError, match=place):
            read_spec(tmp_path)


def test_a_damaged_state_is_a_sentence(tmp_path: Path) -> None:
    assert read_history(tmp_path) == ()
    (tmp_path / STATE).write_text("{")
    with pytest.raises(TrainingError, match="no readable state"):
        read_history(tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"training": SampleColumns()}, "no sample for training"),
        ({"validation": SampleColumns()}, "no sample for validation"),
        ({"selection": SampleColumns(), "budget": Budget.PLATEAU}, "needs a selection holdout"),
        ({"budget": Budget.STEPS}, "needs the number of steps"),
        ({"batch_size": 0}, "must be 1 or more"),
        ({"image_size_px": 4}, "8 to 1024"),
        ({"learning_rate": 0.0}, "above 0"),
        ({"class_names": ("one",)}, "label without a class"),
        ({"selection": SampleColumns(("a",), (0,), ())}, "unequal length"),
    ],
)
def test_what_can_not_be_trained_is_a_sentence(
    spec: RunSpec, changes: dict[str, object], said: str
) -> None:
    check_spec(spec)
    with pytest.raises(TrainingError, match=said):
        check_spec(replace(spec, **changes))  # type: ignore[arg-type]


def test_the_specs_need_no_tensorflow(make_run: Callable[..., Path]) -> None:
    script = (
        "import sys, inspector.training_protocol.run_spec, inspector.training.feed;"
        "print({'tensorflow', 'keras'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "set()"


def test_backbones_are_named_once() -> None:
    assert len(set(BACKBONES)) == len(BACKBONES)
