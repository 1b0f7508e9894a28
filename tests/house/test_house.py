"""House rules: sizes, packages, documents and known traps."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: f.name)
def test_no_file_is_too_long(file: Path) -> None:
    limit = 300 if file.name == "main_window.py" else 500
    assert len(file.read_text("utf-8").splitlines()) <= limit


def test_the_contract_names_every_room() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    stacked = rules["contracts"][0]["layers"]
    layers = {room.strip(" ()") for layer in stacked for room in layer.split("|")}
    folder = ROOT / "src" / "inspector"
    rooms = {p.name for p in folder.iterdir() if (p / "__init__.py").exists()}
    rooms |= {p.stem for p in folder.glob("*.py")} - {"__init__"}
    assert rooms == layers


def test_void_calls_keep_the_count_of_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 drops a reference to None at every void call on Python 3.11."""
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for number in range(1_000):
        widget.resize(10 + number % 3, 10)
        widget.setObjectName("a")
    assert abs(sys.getrefcount(None) - before) < 200


def test_qt_guesses_no_format() -> None:
    """On a worker thread, Qt's guessing connects signals and blocks the window."""
    guess = re.compile(r"\b(fromData|loadFromData|QImageReader)\(")
    assert [f.name for f in SOURCES if guess.search(f.read_text("utf-8"))] == []


def test_the_broken_qt_is_excluded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (qt,) = (d for d in project["dependencies"] if d.startswith("pyside6-essentials"))
    assert "!=6.12.0" in qt


def test_requirements_agree_with_the_lock() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    locked = {(p["name"], p["version"]) for p in lock["package"] if "version" in p}
    written = (ROOT / "requirements.txt").read_text("utf-8")
    pins = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", written, re.M)
    assert len(pins) > 10
    assert set(pins) <= locked


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_readme_names_the_two_commands(target: str) -> None:
    assert f"make {target}" in (ROOT / "README.md").read_text("utf-8")
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_every_verb_is_documented() -> None:
    verbs = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    guide = (ROOT / "docs" / "guide" / "terminal.md").read_text("utf-8")
    assert [v for v in verbs if f"`{v}" not in guide] == []  # type: ignore[union-attr]


def _package_text(page: str) -> str:
    files = sorted((ROOT / "src/inspector/app" / page).glob("*.py"))
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_key_is_documented() -> None:
    page = _package_text("duplicates")
    guide = (ROOT / "docs" / "guide" / "keys.md").read_text("utf-8")
    names = re.findall(r'Key\("(\w+)", ', page)
    assert len(names) > 10
    assert [n for n in names if f"`{n}`" not in guide] == []


@pytest.mark.parametrize("page", ["augment", "gallery", "groups", "train"])
def test_the_keys_of_the_other_pages_are_documented(page: str) -> None:
    code = _package_text(page)
    guide = (ROOT / "docs" / "guide" / "keys.md").read_text("utf-8")
    keys = re.findall(r'Key\("\w+", "([^"]+)", ', code)
    assert keys
    assert [k for k in keys if f"| {page.capitalize()} | {k} |" not in guide] == []


def test_no_tracked_file_names_a_machine() -> None:
    said = subprocess.run(
        ["git", "grep", "-lE", r"(^|\W)/(work|root|home/[a-z]+)/[a-z.]", "--", ":!uv.lock"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [f for f in said.stdout.split() if not f.startswith("tests/house/")] == []


def test_the_window_imports_little_at_its_start() -> None:
    script = (
        "import sys, inspector.app.main;"
        "print({'tensorflow', 'keras', 'pyqtgraph', 'imagehash', 'numba', 'scipy', 'cv2'}"
        " & set(sys.modules))"
    )
    program = [sys.executable, "-c", script]
    said = subprocess.run(program, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_no_import_needs_what_windows_lacks() -> None:
    """Training is left out: TensorFlow takes six seconds, and has its own imports."""
    script = (
        "import importlib, pkgutil, sys\n"
        "for name in ('fcntl', 'resource', 'pwd', 'grp', 'termios'): sys.modules[name] = None\n"
        "import inspector\n"
        "for found in pkgutil.walk_packages(inspector.__path__, 'inspector.'):\n"
        "    if not found.name.startswith(('inspector.training', 'inspector.__main__')):\n"
        "        importlib.import_module(found.name)\n"
        "print(len(sys.modules))\n"
    )
    # filelock warns that it finds no `fcntl`; on Windows it has a lock of the system.
    program = [sys.executable, "-W", "ignore:only soft file lock", "-c", script]
    said = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert int(said.stdout) > 100


def test_a_project_opens_without_the_compiler_of_kernels() -> None:
    script = "import sys, inspector.project.project; print({'numba'} & set(sys.modules))"
    program = [sys.executable, "-c", script]
    said = subprocess.run(program, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_every_page_of_the_guide_is_in_the_site_and_its_links_lead_somewhere() -> None:
    guide = ROOT / "docs" / "guide"
    site = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = sorted(guide.glob("*.md"))
    assert [p.name for p in pages if f": {p.name}\n" not in site] == []
    broken = [
        f"{page.name}: {link}"
        for page in (*pages, ROOT / "README.md")
        for link in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
        if not link.startswith("http") and not (page.parent / link).exists()
    ]
    assert broken == []
