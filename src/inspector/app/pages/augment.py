"""Augment: move a number, see what training will see, read what there is to say."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.bridge import Bridge
from inspector.app.draw_grid import DrawGrid
from inspector.app.pages.page import Page
from inspector.app.policy_controls import PolicyControls
from inspector.augmentation.apply import augment
from inspector.augmentation.dialects import to_code
from inspector.augmentation.lint import Advice, follow, lint
from inspector.augmentation.policies import write_policy
from inspector.augmentation.presets import PRESETS
from inspector.augmentation.terms import Policy
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.policies import load_policy, policy_of_code, square
from inspector.project.project import Project

ROWS, DRAWS, SIDE_PX = 4, 4, 160
_LINT_WAIT_MS = 300
_TARGETS = (
    ("ImageDataGenerator", "idg"), ("keras.layers", "layers"), ("a function", "function"),
    ("JSON", "json"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as training reads it, and its id."""

    pixels: NDArray[np.uint8]
    identity: str


class AugmentPage(Page):
    """Three columns: the policy, the draws, what there is to say and the code."""

    title = "Augment"
    icon = "augment"
    purpose = "What training will see, and what each number does"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._policy = Policy.none()
        self._past: list[Policy] = []
        self._future: list[Policy] = []
        self._pictures: list[Picture] = []
        self._advice: list[Advice] = []
        self._controls = PolicyControls()
        self._controls.moved.connect(self._on_moved)
        self._grid = DrawGrid()
        self._preset, self._target = QComboBox(), QComboBox()
        for name in PRESETS:
            self._preset.addItem(name)
        for text, target in _TARGETS:
            self._target.addItem(text, target)
        self._seed, self._epoch = QSpinBox(), QSpinBox()
        self._code = QPlainTextEdit()
        self._notes = QVBoxLayout()
        self._message = QLabel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LINT_WAIT_MS)
        self._timer.timeout.connect(self._check)
        self._lay_out()
        self._controls.show_policy(self._policy)

    def refresh(self, changes: Changes) -> None:
        """Choose one picture a class, once there are any."""
        if not self._pictures and (changes.samples or changes.likeness):
            self.bridge.call(self._choose, self._take, channel="augment pictures")

    def _choose(self) -> list[Picture]:
        chosen: dict[str, Picture] = {}
        for sample in self.project.groups.images():
            if sample.label not in chosen and len(chosen) < ROWS:
                try:
                    found = square(self.project.absolute(sample.path), side_px=SIDE_PX)
                except InspectorError:
                    continue
                chosen[sample.label] = Picture(*found)
        return list(chosen.values())

    def _take(self, pictures: list[Picture]) -> None:
        self._pictures = pictures
        self._draw()
        self._timer.start()

    def _on_moved(self, policy: Policy) -> None:
        self._past.append(self._policy)
        self._future.clear()
        self._set(policy, controls=False)

    def _set(self, policy: Policy, *, controls: bool = True) -> None:
        self._policy = policy
        if controls:
            self._controls.show_policy(policy)
        self._draw()
        self._timer.start()

    def _replace(self, policy: Policy) -> None:
        self._past.append(self._policy)
        self._future.clear()
        self._set(policy)

    def _draw(self) -> None:
        policy, pictures = self._policy, self._pictures
        seed, epoch = self._seed.value(), self._epoch.value()

        def work() -> list[list[NDArray[np.uint8]]]:
            return [
                [
                    p.pixels,
                    *(
                        augment(p.pixels, policy, seed=seed, epoch=epoch + k, image_id=p.identity)
                        for k in range(DRAWS)
                    ),
                ]
                for p in pictures
            ]

        self.bridge.call(work, self._grid.show_rows, channel="draws")

    def _check(self) -> None:
        policy = self._policy
        pictures = [p.pixels for p in self._pictures]
        target = str(self._target.currentData())

        def work() -> tuple[list[Advice], str]:
            return lint(policy, pictures=pictures), to_code(policy, target)  # type: ignore[arg-type]

        self.bridge.call(work, self._show_check, channel="advice")

    def _show_check(self, answer: tuple[list[Advice], str]) -> None:
        self._advice, code = answer
        self._code.setPlainText(code)
        self._controls.show_advice({a.parameter: a for a in self._advice})
        while (item := self._notes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for advice in self._advice:
            self._notes.addWidget(self._note(advice))
        if not self._advice:
            nothing = QLabel("There is nothing to say of this policy.")
            nothing.setProperty("role", "muted")
            nothing.setWordWrap(True)
            self._notes.addWidget(nothing)
        self._notes.addStretch()

    def _note(self, advice: Advice) -> QWidget:
        card = QWidget()
        card.setObjectName("card")
        severity = {"error": "high", "warning": "middle"}.get(advice.severity, "low")
        card.setProperty("severity", severity)
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 8, 12, 8)
        head = QLabel(advice.parameter)
        text = QLabel(advice.message)
        text.setWordWrap(True)
        text.setProperty("role", "muted")
        column.addWidget(head)
        column.addWidget(text)
        if advice.suggestion:
            said = ", ".join(f"{k} = {v}" for k, v in advice.suggestion.items())
            button = QPushButton("Set what was probably meant")
            button.setToolTip(said)
            button.setAccessibleDescription(said)
            suggestion = advice.suggestion
            button.clicked.connect(lambda: self._replace(follow(self._policy, suggestion)))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _on_preset(self, _: int) -> None:
        self._replace(PRESETS[self._preset.currentText()])

    def _undo(self) -> None:
        if self._past:
            self._future.append(self._policy)
            self._set(self._past.pop())

    def _redo(self) -> None:
        if self._future:
            self._past.append(self._policy)
            self._set(self._future.pop())

    def _next_epoch(self) -> None:
        self._epoch.setValue(self._epoch.value() + DRAWS)

    def _paste(self) -> None:
        text, ok = QInputDialog.getMultiLineText(
            self, "Paste Keras code", "ImageDataGenerator(...) or keras.layers; it is never run"
        )
        if ok and text.strip():
            self._read(lambda: policy_of_code(text))

    def _load(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Load a policy", "", "JSON (*.json)")
        if name:
            self._read(lambda: load_policy(Path(name)))

    def _read(self, work: object) -> None:
        assert callable(work)
        self.bridge.call(work, self._replace, on_error=self._refuse)

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the policy", "policy.json", "*.json")
        if name:
            text = json.dumps(write_policy(self._policy), indent=1)
            self.bridge.call(lambda: Path(name).write_text(text, "utf-8"))

    def _refuse(self, error: InspectorError) -> None:
        self._message.setText(f"{error.message}. {error.advice}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.toPlainText())

    def _lay_out(self) -> None:
        for widget, name in (
            (self._preset, "Preset"), (self._seed, "Seed of the draws"),
            (self._epoch, "Epoch of the first draw"), (self._target, "Code for"),
            (self._code, "The policy as code"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self._seed.setPrefix("seed ")
        self._epoch.setPrefix("epoch ")
        for spin in (self._seed, self._epoch):
            spin.setRange(0, 1_000_000)
            spin.valueChanged.connect(self._draw)
        self._preset.activated.connect(self._on_preset)
        self._target.currentIndexChanged.connect(self._check)
        self._code.setReadOnly(True)
        self._code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._message.setProperty("role", "error")
        self._message.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self._preset)
        for text, slot in (
            ("Undo", self._undo), ("Redo", self._redo), ("Paste code…", self._paste),
            ("Load…", self._load), ("Save…", self._save),
        ):  # fmt: skip
            button = QPushButton(text)
            button.clicked.connect(slot)
            top.addWidget(button)
        top.addStretch()
        top.addWidget(self._seed)
        top.addWidget(self._epoch)
        later = QPushButton("Next epochs")
        later.clicked.connect(self._next_epoch)
        top.addWidget(later)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(_scrolled(self._controls, 280))
        body.addWidget(self._grid, 1)
        body.addWidget(self._right())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(8)
        outer.addLayout(top)
        outer.addWidget(self._message)
        outer.addLayout(body, 1)

    def _right(self) -> QWidget:
        notes = QWidget()
        notes.setLayout(self._notes)
        copy = QPushButton("Copy")
        copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(self._target, 1)
        row.addWidget(copy)
        code = QWidget()
        column = QVBoxLayout(code)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(row)
        column.addWidget(self._code, 1)
        tabs = QTabWidget()
        tabs.addTab(_scrolled(notes, 0), "What there is to say")
        tabs.addTab(code, "Code")
        tabs.setFixedWidth(300)
        return tabs


def _scrolled(widget: QWidget, width_px: int) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    if width_px:
        area.setFixedWidth(width_px)
    return area
