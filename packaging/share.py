"""Write what a desktop shows of the program, as below /usr: menu entry, icons, types, man page.

python packaging/share.py FOLDER
"""

import argparse
import gzip
import os
import shutil
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from inspector import __version__
from inspector.cli.main import build_parser

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
SIZES_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
NAME = "dataset-inspector"


def main(folder: Path) -> None:
    """Fill the folder."""
    app = QGuiApplication(["share"])
    share = folder / "share"
    desktop = RESOURCES / "desktop"
    for source, target in (
        (desktop / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop"),
        (desktop / f"{NAME}.xml", share / "mime" / "packages" / f"{NAME}.xml"),
        (desktop / f"{NAME}.metainfo.xml", share / "metainfo" / f"{NAME}.metainfo.xml"),
        (RESOURCES / "icons/app.svg", share / f"icons/hicolor/scalable/apps/{NAME}.svg"),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    draw_icons(RESOURCES / "icons/app.svg", share / "icons/hicolor")
    page = share / "man/man1/inspector.1.gz"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(gzip.compress(man_page().encode(), 9, mtime=0))
    app.shutdown()


def draw_icons(drawing: Path, theme: Path) -> None:
    """Draw the icon as theme/NxN/apps/NAME.png in every size."""
    renderer = QSvgRenderer(str(drawing))
    for size in SIZES_PX:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        target = theme / f"{size}x{size}" / "apps" / f"{NAME}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not image.save(str(target)):
            sys.exit(f"can't write {target}")


def man_page() -> str:
    """Return the man page, made of the parser itself, so that no verb can be forgotten."""
    parser = build_parser()
    verbs = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    day = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "0"))))
    lines = [
        f'.TH INSPECTOR 1 "{day}" "Dataset Inspector {__version__}" "User Commands"',
        ".SH NAME",
        "inspector \\- find out why the validation accuracy of an image classifier is misleading",
        ".SH SYNOPSIS",
        ".B inspector",
        "[open [\\fIDATASET\\fR|\\fIPROJECT\\fR]]",
        ".br",
        ".B inspector",
        "\\fIVERB\\fR [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION",
        _escape(parser.description or ""),
        "Results go to standard output, everything else to standard error.",
        "The dataset is never written to.",
        ".SH VERBS",
    ]
    for choice in verbs._choices_actions:
        usage = verbs.choices[choice.dest].format_usage().split()[3:]
        words = _escape(" ".join(usage).replace("[-h]", ""))
        lines += [".TP", f"\\fB{_escape(choice.dest)}\\fR {words}", _escape(choice.help or "")]
    lines += [
        ".SH EXIT STATUS",
        "0: done. 1: a check found what it was told to fail on. 2: wrong usage.",
        "3: an error of dataset, project, export or training. 130: stopped by Ctrl+C.",
        ".SH FILES",
        ".TP",
        "\\fI~/.local/share/dataset\\-inspector\\fR",
        "Project files that no one named, with their runs.",
        ".TP",
        "\\fI~/.cache/dataset\\-inspector\\fR",
        "Thumbnails and fingerprints, which can be rebuilt.",
    ]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace("%%", "%")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
