"""main.py alone: it finds the environment, or tells how to create it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = Path(__file__).resolve().parents[2] / "main.py"


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(MAIN, folder)
    # -S: a Python that sees no installed package, as the system's own.
    return subprocess.run(
        [sys.executable, "-S", str(folder / "main.py"), *words],
        env={k: v for k, v in os.environ.items() if k != "DISPLAY"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_can_be_started_as_a_file() -> None:
    said = subprocess.run([MAIN, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("inspector ")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_it_goes_on_in_the_environment(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "here: $*"\n')
    python.chmod(0o755)
    said = _run(tmp_path, "open", "a b")
    assert said.stdout == f"here: {tmp_path}/main.py open a b\n"


def test_without_an_environment_it_says_what_to_do(tmp_path: Path) -> None:
    said = _run(tmp_path)
    assert said.returncode == 3
    assert "advice: Run `make run` in " in said.stderr
