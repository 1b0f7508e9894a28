"""The session: position of the window, recent datasets, and the state of each project's pages."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

# Its classes are looked up after the first paint.
from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import QSettings, QTimer

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray

    from inspector.app.widgets.page import Page
    from inspector.project.project import Project

RECENT = 10
# How long a visible list may take to fill before its scroll position is given up.
PATIENCE_MS = 15_000
_TRY_MS = 100
_SCROLL = "scroll"
_FORM = 2
# Version 1 was keyed by visible texts. It is read once and rewritten as version 2.
_OLD_PAGES = {
    "Findings": "page-overview", "Gallery": "page-gallery", "Look-alikes": "page-duplicates",
    "Labels": "page-labels", "Groups": "page-groups", "Splits": "page-splits",
    "Augment": "page-augment", "Train": "page-train", "Export": "page-export",
}  # fmt: skip
_OLD_FIELDS = {
    "Filters": "gallery-filters", "Group by": "gallery-group-by", "Sort": "gallery-sort",
    "Part of a name": "gallery-name-part", "Size of the thumbnails": "gallery-thumbnail-size",
    "Gallery": "gallery-list", "Clusters of look-alikes": "duplicate-clusters",
    _SCROLL: _SCROLL,
}  # fmt: skip


@runtime_checkable
class Chooser(Protocol):
    """A custom widget that can save and restore its choice, such as the gallery's filters."""

    def selected_values(self) -> dict[str, list[str]]:
        """Return what is chosen, to be saved."""

    def select_values(self, values: Mapping[str, Iterable[str]]) -> None:
        """Restore a saved choice."""


class RestorableView(Protocol):
    """The pages of an open project."""

    project: "Project"
    pages: "list[Page]"

    def page(self) -> "Page":
        """Return the visible page."""

    def show_page(self, index: int) -> None:
        """Show a page by its position."""


class Session:
    """Saves and restores the state of the window; facts and decisions belong to the project."""

    def __init__(self) -> None:
        self._settings = QSettings("dataset-inspector", "window")

    def geometry(self) -> "QByteArray | None":
        """Return the saved geometry of the window, if there is one."""
        saved = self._settings.value("geometry")
        return saved if saved and isinstance(saved, QtCore.QByteArray) else None

    def keep_geometry(self, geometry: "QByteArray") -> None:
        """Save the geometry of the window."""
        self._settings.setValue("geometry", geometry)

    def recent(self) -> list[str]:
        """Return the paths of recent datasets, the newest first."""
        stored = self._settings.value("recent") or []
        return [stored] if isinstance(stored, str) else [str(path) for path in stored]

    def remember(self, dataset: str) -> None:
        """Move a dataset to the front of the recent ones."""
        paths = [dataset, *(p for p in self.recent() if p != dataset)][:RECENT]
        self._settings.setValue("recent", paths)

    def facts(self) -> dict[str, dict[str, object]]:
        """Return the remembered facts of recent datasets by path."""
        try:
            stored = json.loads(str(self._settings.value("facts") or "{}"))
        except ValueError:
            return {}
        known = stored.items() if isinstance(stored, dict) else ()
        return {str(path): facts for path, facts in known if isinstance(facts, dict)}

    def remember_facts(self, dataset: str, facts: Mapping[str, float]) -> None:
        """Save the facts that the Start page shows of a dataset."""
        paths = {*self.recent(), dataset}
        others = {path: known for path, known in self.facts().items() if path in paths}
        self._settings.setValue("facts", json.dumps({**others, dataset: dict(facts)}))

    def dismissed(self) -> list[str]:
        """Return the object names of the pages whose hints were dismissed."""
        stored = self._settings.value("dismissed") or []
        names = [stored] if isinstance(stored, str) else [str(page) for page in stored]
        return [_OLD_PAGES.get(name, name) for name in names]

    def dismiss(self, page: str) -> None:
        """Never show the hint of a page again."""
        self._settings.setValue("dismissed", [*self.dismissed(), page])

    def keep(self, view: "RestorableView") -> None:
        """Save the visible page of a project and the state of its pages."""
        pages = {p.objectName(): dict(_read(p)) for p in view.pages if p.remembered}
        state = {"form": _FORM, "page": view.page().objectName(), "pages": pages}
        views = self._views()
        views[str(view.project.file)] = state
        newest = list(views.items())[-RECENT:]
        self._settings.setValue("views", json.dumps(dict(newest)))
        # The system may end the program before Qt writes the file.
        self._settings.sync()

    def restore(self, view: "RestorableView") -> None:
        """Restore the pages of a project as soon as their lists are filled."""
        state = self._views().get(str(view.project.file))
        if not isinstance(state, dict):
            return
        if state.get("form") != _FORM:
            state = _of_first_form(state)
        titles = [p.objectName() for p in view.pages]
        pages = state.get("pages")
        for page in view.pages:
            values = pages.get(page.objectName()) if isinstance(pages, dict) else None
            if isinstance(values, dict):
                _write(page, values)
        name = state.get("page")
        if isinstance(name, str) and name in titles:
            view.show_page(titles.index(name))

    def _views(self) -> dict[str, object]:
        try:
            views = json.loads(str(self._settings.value("views") or "{}"))
        except ValueError:
            return {}
        return views if isinstance(views, dict) else {}


def _of_first_form(state: Mapping[str, object]) -> dict[str, object]:
    """Convert a state of version 1, keyed by titles and accessible names, to version 2."""
    pages = state.get("pages")
    entries = pages.items() if isinstance(pages, Mapping) else ()
    return {
        "page": _OLD_PAGES.get(str(state.get("page"))),
        "pages": {
            _OLD_PAGES[title]: {_OLD_FIELDS[n]: v for n, v in values.items() if n in _OLD_FIELDS}
            for title, values in entries
            if title in _OLD_PAGES and isinstance(values, Mapping)
        },
    }


def _fields(page: "Page") -> Iterator[tuple[str, QtWidgets.QWidget]]:
    for field in page.findChildren(QtWidgets.QWidget):
        if field.objectName() in page.remembered:
            yield field.objectName(), field


def _read(page: "Page") -> Iterator[tuple[str, object]]:
    for name, field in _fields(page):
        if isinstance(field, Chooser):
            yield name, field.selected_values()
        match field:
            case QtWidgets.QComboBox():
                yield name, field.currentData()
            case QtWidgets.QLineEdit():
                yield name, field.text()
            case QtWidgets.QSlider():
                yield name, field.value()
            case QtWidgets.QAbstractScrollArea():
                yield _SCROLL, field.verticalScrollBar().value()


def _write(page: "Page", values: dict[str, object]) -> None:
    for name, field in _fields(page):
        chosen = values.get(name)
        if isinstance(field, Chooser) and isinstance(chosen, dict):
            field.select_values(chosen)
        scrolls = isinstance(field, QtWidgets.QAbstractScrollArea)
        match field, values.get(_SCROLL if scrolls else name):
            case QtWidgets.QComboBox(), value if field.findData(value) >= 0:
                field.setCurrentIndex(field.findData(value))
            case QtWidgets.QLineEdit(), str(text):
                field.setText(text)
            case QtWidgets.QSlider(), int(number):
                field.setValue(number)
            case QtWidgets.QAbstractScrollArea(), int(scroll_px) if scroll_px:
                _scroll(field, scroll_px)


def _scroll(area: "QtWidgets.QAbstractScrollArea", scroll_px: int) -> None:
    """Scroll once the list is long enough, unless the user has scrolled before."""
    bar = area.verticalScrollBar()
    waiting = QTimer(area)
    waiting.setInterval(_TRY_MS)
    left = PATIENCE_MS // _TRY_MS

    def try_now() -> None:
        nonlocal left
        # A hidden page may not have queried yet.
        left -= area.isVisible()
        if bar.value() == 0 and bar.maximum() < scroll_px and left > 0:
            return
        waiting.deleteLater()
        if bar.value() == 0 and bar.maximum() >= scroll_px:
            bar.setValue(scroll_px)

    waiting.timeout.connect(try_now)
    waiting.start()
