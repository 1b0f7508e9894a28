"""Without a screen the program prints a sentence instead of aborting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo

from inspector.app.window.display_check import check_screen
from inspector.errors import InspectorError


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An X11 desktop, judging by environment variables."""
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    return monkeypatch


@pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland are of Linux")
def test_no_screen_is_said_by_the_program() -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    said = subprocess.run(
        [sys.executable, "-m", "inspector"],
        env={k: v for k, v in os.environ.items() if k not in names},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 3
    assert said.stderr.startswith("error: there is no screen")
    assert "advice: " in said.stderr


def test_a_missing_library_is_named(desktop: pytest.MonkeyPatch, tmp_path: Path) -> None:
    check_screen()
    desktop.setattr(QLibraryInfo, "path", lambda _: str(tmp_path))
    with pytest.raises(InspectorError, match=r"is missing: .*libqxcb\.so$"):
        check_screen()


def test_a_library_that_the_plugin_needs_is_named(
    desktop: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    plugin = (plugins / "platforms" / "libqxcb.so").read_bytes()
    assert b"libQt6XcbQpa.so" in plugin
    (tmp_path / "platforms").mkdir()
    (tmp_path / "platforms" / "libqxcb.so").write_bytes(
        plugin.replace(b"libQt6XcbQpa.so", b"libQt6XcbBad.so")
    )
    desktop.setattr(QLibraryInfo, "path", lambda _: str(tmp_path))
    with pytest.raises(InspectorError, match=r"is missing: libQt6XcbBad\.so\.6$"):
        check_screen()
