"""The pages of the guide, which the program brings with it as Markdown."""

import re
from dataclasses import dataclass
from pathlib import Path

from inspector.desktop.paths import guide_folder

FIRST = "index"
_TITLE = re.compile(r"^# (.+)$", re.M)


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A page of the guide: its file name without suffix, and its heading."""

    name: str
    title: str


def guide_pages() -> list[GuidePage]:
    """Return all pages, the first page first, the others by title."""
    pages = [GuidePage(file.stem, _title(file)) for file in guide_folder().glob("*.md")]
    return sorted(pages, key=lambda page: (page.name != FIRST, page.title.lower()))


def guide_text(name: str) -> str:
    """Return the Markdown text of a page."""
    return (guide_folder() / f"{name}.md").read_text("utf-8")


def pages_with(text: str) -> set[str]:
    """Return the names of the pages that contain a text, in any case."""
    return {p.name for p in guide_pages() if text.lower() in guide_text(p.name).lower()}


def _title(file: Path) -> str:
    heading = _TITLE.search(file.read_text("utf-8"))
    return heading[1] if heading else file.stem
