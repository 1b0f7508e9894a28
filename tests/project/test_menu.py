"""The desktop entry in the user's own folders."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli.main import run
from inspector.desktop import desktop_entry as menu

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="menu entries are of Linux")


def _exec_line(files: list[Path]) -> str:
    (entry,) = (f for f in files if f.suffix == ".desktop")
    (line,) = (s for s in entry.read_text("utf-8").splitlines() if s.startswith("Exec="))
    return line


def test_it_is_installed_and_removed_without_a_trace(own_places: Path) -> None:
    share = own_places / "xdg_data_home"
    files = menu.install()
    assert {f.suffix for f in files} == {".desktop", ".xml", ".svg"}
    assert all(f.is_relative_to(share) and f.stat().st_size for f in files)
    assert _exec_line(files) == f"Exec={sys.executable} -m inspector open %f"
    assert menu.remove() == files
    assert not any(f.exists() for f in files)
    assert menu.remove() == []


def test_the_entry_is_a_valid_one(own_places: Path) -> None:
    checker = shutil.which("desktop-file-validate")
    assert checker, "the set-up installs desktop-file-utils"
    entry = next(f for f in menu.install() if f.suffix == ".desktop")
    said = subprocess.run([checker, str(entry)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("/opt/inspector", "/opt/inspector"),
        ("/my programs/inspector", '"/my programs/inspector"'),
        ("/100%/$x/inspector", '"/100%%/\\\\$x/inspector"'),
    ],
)
def test_a_frozen_program_is_named_by_its_path(
    monkeypatch: pytest.MonkeyPatch, own_places: Path, path: str, quoted: str
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", path)
    assert _exec_line(menu.install()) == f"Exec={quoted} open %f"


def test_the_verb_says_what_it_did(capsys: pytest.CaptureFixture[str], own_places: Path) -> None:
    assert run(["desktop", "--remove"]) == 0
    assert capsys.readouterr().out == "nothing was installed\n"
    assert run(["desktop", "--install"]) == 0
    assert capsys.readouterr().out.count("installed: ") == 3
    assert run(["desktop"]) == 2
