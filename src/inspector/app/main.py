"""Starts the window: command line, process settings and the event loop."""

import signal
import sys
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import inspector.app.threads.plain_import  # noqa: F401  # before all modules that follow
from inspector.app.threads.deadline import end_in_time
from inspector.app.threads.gc_scheduler import GcScheduler
from inspector.app.widgets import theme
from inspector.app.window.application_window import MainWindow
from inspector.app.window.bug_reporter import BugReporter
from inspector.app.window.display_check import check_screen
from inspector.app.window.log_file import log_to_file
from inspector.app.window.open_arguments import parse_arguments
from inspector.desktop.memory import return_freed_memory
from inspector.desktop.settings import kept_theme
from inspector.errors import InspectorError

# The longest that the GUI thread waits for the GIL. Python's default is five times as long, a third
# of a frame.
SWITCH_SECONDS = 0.001
# From the request to end until the process is gone; the promise is one second.
END_SECONDS = 0.6


def open_window(words: Sequence[str]) -> int:
    """Open the window, on a dataset or project file if one is named; return the exit status."""
    try:
        opened = parse_arguments(words)
        check_screen()
    except InspectorError as error:
        print(f"error: {error.message}\nadvice: {error.advice}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    log_to_file()
    return_freed_memory()
    app = QApplication.instance() or QApplication(["inspector"])
    assert isinstance(app, QApplication)
    # The X11 window class, which matches StartupWMClass of the desktop entry.
    app.setApplicationName("inspector")
    app.setApplicationDisplayName("Dataset Inspector")
    app.setDesktopFileName("dataset-inspector")
    theme.apply(app, opened.theme or kept_theme())
    window = MainWindow()
    if not opened.theme:
        # The "system" theme follows the desktop while the window is open.
        app.styleHints().colorSchemeChanged.connect(window.apply_theme)
    bugs = BugReporter()
    bugs.raised.connect(window.on_bug)
    sys.excepthook = bugs.hook
    garbage = GcScheduler()
    sys.setswitchinterval(SWITCH_SECONDS)
    window.project_opened.connect(garbage.settle)
    window.project_closed.connect(garbage.sweep_soon)
    if opened.path:
        window.open_when_painted(opened.path, opened.project, read_only=opened.read_only)
    else:
        window.reopen()
    window.show()
    # Python handles signals between bytecodes only: a timer makes it run some.
    signal.signal(signal.SIGINT, lambda *_: window.quit())
    signal.signal(signal.SIGTERM, lambda *_: window.quit())
    pulse = QTimer()
    pulse.timeout.connect(lambda: None)
    pulse.start(300)
    end_in_time(END_SECONDS)
    status = app.exec()
    garbage.give_back()
    sys.excepthook = sys.__excepthook__
    return status
