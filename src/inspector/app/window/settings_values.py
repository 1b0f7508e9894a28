"""The settings that the window itself follows: single values, and the theme."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from inspector.app.widgets import theme
from inspector.desktop.settings import SETTINGS, THEME, Value, read_settings
from inspector.errors import InspectorError


class SettingsValues:
    """Reads settings; an unreadable file counts as empty and is reported.

    Args:
        report: Shows an error to the user.
    """

    def __init__(self, report: Callable[[InspectorError], None]) -> None:
        self._report = report

    def value(self, name: str) -> Value:
        """Return a setting by its name, or its default if the file can't be read."""
        try:
            return read_settings()[name]
        except InspectorError as error:
            self._report(error)
            return {s.name: s.default for s in SETTINGS}[name]

    def apply_theme(self) -> None:
        """Apply the theme of the settings to the whole application."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, str(self.value(THEME.name)))
