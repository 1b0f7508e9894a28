"""The field that takes a dropped dataset, with the buttons that open one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.start.illustrations import DropArrow
from inspector.app.start.opening_status import OpeningStatus

_CHOOSE_PX = 190


class DropField(QFrame):
    """Says what can be dropped, offers buttons, and shows what is being opened.

    Attributes:
        status: Shows what is being opened.
        folder_requested: The user wants to choose a folder.
        file_requested: The user wants to choose an archive or a project file.
        sample_requested: The user wants the generated sample.
    """

    folder_requested = Signal()
    file_requested = Signal()
    sample_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dropField")
        self.status = OpeningStatus()
        text = QLabel("Drop a dataset folder or an archive here")
        text.setProperty("role", "heading")
        hint = QLabel(
            "Folders of classes or splits, images with a CSV file, .zip, .tar, .parquet, .npz,"
            " .tfrecord"
        )
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        self._choose = QPushButton("Open folder…")
        self._choose.setProperty("role", "primary")
        self._choose.setMinimumWidth(_CHOOSE_PX)
        self._choose.clicked.connect(self.folder_requested)
        self._file = QPushButton("Open a file…")
        self._file.setToolTip("An archive of images, or a project file")
        self._file.clicked.connect(self.file_requested)
        self._sample = QPushButton("Try the sample")
        self._sample.setToolTip(
            "Creates a small dataset with known flaws in a few seconds, offline"
        )
        self._sample.clicked.connect(self.sample_requested)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch()
        for button in (self._choose, self._file, self._sample):
            self._buttons.addWidget(button)
        self._buttons.addStretch()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(16, 16, 16, 16)
        inside.setSpacing(10)
        inside.addStretch()
        for widget in (DropArrow(), text, hint):
            inside.addWidget(widget)
        inside.addSpacing(8)
        inside.addLayout(self._buttons)
        inside.addSpacing(8)
        inside.addWidget(self.status)
        inside.addStretch()

    def offer_sample(self, *, on: bool) -> None:
        """Enable or disable the button of the sample."""
        self._sample.setEnabled(on)

    def finish(self) -> None:
        """Give the first button its picture and shortcut, which import `Qt`."""
        from inspector.app.widgets.controls.key_button import KeyButton  # after the first paint

        plain = self._choose
        self._choose = KeyButton("Open folder…", "Ctrl O", icon="folder", primary=True)
        self._choose.setMinimumWidth(_CHOOSE_PX)
        self._choose.setShortcut("Ctrl+O")
        self._choose.clicked.connect(self.folder_requested)
        self._buttons.replaceWidget(plain, self._choose)
        QWidget.setTabOrder(plain, self._choose)
        had_focus = plain.hasFocus()
        plain.hide()
        plain.deleteLater()
        if had_focus:
            self._choose.setFocus()
