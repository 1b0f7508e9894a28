"""Scripts of courses, competitions, questions, research and production are read correctly."""

import pytest
from tests.code_reading.scripts import (
    changes,
    collected,
    competitions,
    courses,
    failures,
    habits,
    lessons,
    notebooks,
    orders,
    production,
    questions,
    repositories,
    research,
    surprises,
    trainers,
    variants,
)
from tests.code_reading.scripts.script import Script
from tests.code_reading.scripts.stranger import cells, folders, generators, programs, torches

from inspector.code_reading.reading import CodeReading, read_code
from inspector.errors import CodeError

STYLES = (
    failures, courses, competitions, questions, research, production, lessons, notebooks,
    repositories, folders, generators, torches, cells, trainers, variants,
    surprises, collected, orders, programs, changes, habits,
)  # fmt: skip
SCRIPTS = [script for style in STYLES for script in style.SCRIPTS]


def reading_of(script: Script) -> CodeReading:
    cells = "\n".join(f"# %% cell {i}\n{cell}" for i, cell in enumerate(script.cells, 1))
    return read_code(cells or script.code)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.name.replace(" ", "-"))
def test_a_script_is_read_right(script: Script) -> None:
    reading = reading_of(script)
    calls = [(c.role.value, c.folder, c.validation_split, c.seed) for c in reading.calls]
    assert sorted(calls, key=str) == sorted(script.calls, key=str)
    codes = {f.code for f in reading.findings}
    assert {f.code for f in reading.findings if f.severity == "high"} == script.high
    assert script.codes <= codes


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.name.replace(" ", "-"))
def test_what_is_not_read_is_named_with_its_line(script: Script) -> None:
    reading = reading_of(script)
    assert {(u.place.line, u.what) for u in reading.unread} == set(script.unread)
    assert all(u.why for u in reading.unread)


def test_code_with_a_pasted_traceback_is_refused_with_its_line() -> None:
    code = """from tensorflow import keras
train_ds = keras.utils.image_dataset_from_directory(data_dir, seed=1)
for epoch in range(10):
model.fit(train_ds, validation_data=val_ds ...)

Traceback (most recent call last):
  File "train.py", line 9, in <module>
"""
    with pytest.raises(CodeError, match=r"line 4\)"):
        read_code(code)


def test_there_are_enough_of_each_style() -> None:
    assert len(SCRIPTS) >= 300
    assert min(len(style.SCRIPTS) for style in STYLES) >= 10
