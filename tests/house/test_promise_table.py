"""Each promise names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(
    set(re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "promises.md").read_text("utf-8")))
)


def test_there_are_promises() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize("name", NAMED)
def test_a_promise_is_held_by_a_test(name: str) -> None:
    file, _, function = name.partition("::")
    path = ROOT / file
    assert path.exists()
    if function:
        assert f"def {function}(" in path.read_text("utf-8")
